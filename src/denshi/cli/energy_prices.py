"""Hourly prices of a supply case: of the user's files, of a market's, or a synthetic scenario."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from denshi.catalog import Assumption, Region, find
from denshi.catalog.normals import supply_normals
from denshi.cli import energy_profile
from denshi.cli.energy_hours import columns_of
from denshi.cli.energy_toml import Table
from denshi.climate.market import read_prices
from denshi.climate.price import LABEL, synthetic_price
from denshi.climate.table import Row, read_table
from denshi.energy.audit import Profile
from denshi.energy.match import Vector

PRICE, EXPORT, CARBON = "price_usd_per_kwh", "export_usd_per_kwh", "carbon_g_per_kwh"
OF_A_MARKET = ("price_node", "price_sequence", "price_currency")
_PERIODS = (24, 168, energy_profile.HOURS)
_SPREAD = "climate-price-spread-fraction"


def market(top: Table, region: Region, weather: Sequence[Profile], notes: list[str]) -> dict[str, Vector | None]:
    """Return hourly prices of purchase and sale and carbon of the grid, each None where no file says it.

    ``prices`` is one file for every year, or a list of as many as there are years. A file holds a day, a week or a
    year of hours; the shorter ones repeat. Files of a market are put together and cut into calendar years. Without it
    the same columns of the user's own profiles are taken. ``notes`` takes what was done to the hours.
    """
    key, read = ("prices", _price_files(top, region, weather, notes)) if top.has("prices") else _profile_prices(top)
    found: dict[str, Vector | None] = {}
    for column in (PRICE, EXPORT, CARBON):
        have = [one[column] for one in read if column in one]
        if have and len(have) != len(read):
            raise top.fault(key, f"column {column} stands in some of the files only", mend="Add it to all")
        found[column] = np.concatenate([_of_a_year(one) for one in have]) if have else None
    carbon = found[CARBON]
    if carbon is not None and carbon.min() < 0.0:
        raise top.fault(key, f"{CARBON} is below 0 in some hour", mend="Correct it")
    return found


def _price_files(
    top: Table, region: Region, weather: Sequence[Profile], notes: list[str]
) -> list[Mapping[str, Vector]]:
    listed, years = isinstance(top.body["prices"], list), len(weather)
    names = top.texts("prices", ()) if listed else (top.text("prices"),)
    tables = [(top.beside(name), *read_table(top.beside(name))) for name in names]
    own = [PRICE in columns for _, columns, _ in tables]
    if not any(own):
        return _market_years(top, region, tables, weather, notes)
    if not all(own):
        raise top.fault("prices", f"some of the files have no column {PRICE}", mend="Name files of one kind")
    for key in OF_A_MARKET:
        if top.has(key):
            raise top.fault(key, f"is for files of a market, and this one has {PRICE}", mend="Leave it out")
    if listed and len(names) != years:
        raise top.fault(
            "prices", f"names {len(names)} files for {years} years", mend="Name one for all, or one for each"
        )
    read = [columns_of(top.beside(name), (PRICE,), (EXPORT, CARBON), _PERIODS) for name in names]
    return read if listed else read * years


def _market_years(
    top: Table,
    region: Region,
    tables: Sequence[tuple[Path, list[str], Iterator[Row]]],
    weather: Sequence[Profile],
    notes: list[str],
) -> list[Mapping[str, Vector]]:
    # Measured generation is cut into years of UTC, packaged years are of local standard time.
    by_utc = region.profile is None or energy_profile.has_generation(_profile_paths(top)[1])
    found = read_prices(
        tables,
        node=top.text("price_node", ""),
        sequence=top.text("price_sequence", ""),
        usd_per_currency=top.number("price_currency", "1", most=1e3) if top.has("price_currency") else None,
        ahead_h=0.0 if by_utc else supply_normals(region.profile or "").utc_offset_h,
    )
    if len(found) not in (1, len(weather)):
        said = ", ".join(one.label for one in found)
        what = f"hold {len(found)} years ({said}) for {len(weather)}"
        raise top.fault("prices", what, mend="Give one, or one for each")
    each = found if len(found) == len(weather) else found * len(weather)
    for price, hours in zip(each, weather, strict=True):
        same = f" {price.label[-4:]}, measured" in hours.name
        notes.append(
            f"prices of {price.label}" + ("" if same else f" stand beside weather of another year: {hours.name}")
        )
    notes += [f"{one.label}: {note}" for one in found for note in one.notes]
    if region.profile is None:
        notes.append(f"{region.name} has no packaged profile, so the hours of prices are those of UTC")
    return [{PRICE: one.usd_per_kwh} for one in each]


def _profile_prices(top: Table) -> tuple[str, list[Mapping[str, Vector]]]:
    """Return the key that names the user's profiles, and their optional columns; a file by fuel has none."""
    key, paths = _profile_paths(top)
    return key, [energy_profile.own_columns(path) for path in paths]


def _profile_paths(top: Table) -> tuple[str, list[Path]]:
    key = "profiles" if top.has("profiles") else "profile"
    names = top.texts(key, ()) if key == "profiles" else (top.text(key),) if top.has(key) else ()
    return key, [top.beside(name) for name in names]


def scenario_prices(
    top: Table, region: Region, weather: Sequence[Profile], demand_charge_fraction: float, given: Vector | None
) -> tuple[Vector | None, str]:
    """Return synthetic hourly prices of purchase and what to say of them; None and nothing where none are asked for.

    Each weather year's follow from its clean share; their mean is the energy part of the region's price. ``given`` are
    the prices of the user's files, beside which there can be no scenario.
    """
    if not top.has("price_scenario"):
        return None, ""
    if top.has("prices") or given is not None:
        raise top.fault("price_scenario", "stands beside prices of a file", mend="Keep one of them")
    spread, seed = find(Assumption, _SPREAD).value, 0
    if isinstance(top.body["price_scenario"], dict):
        table = top.table("price_scenario")
        table.only_these(("spread", "seed"))
        spread = table.number("spread", "1", spread, most=5.0)
        seed = int(table.number("seed", "1", 0.0, most=1e9))
    else:
        top.word("price_scenario", ("synthetic",))
    mean = region.price_usd_per_kwh * (1.0 - demand_charge_fraction)
    years = [
        synthetic_price(mean, one.grid_clean_fraction, f"{region.id}/{seed + i}", spread)
        for i, one in enumerate(weather)
    ]
    said = f"hourly prices are a {LABEL}: mean {mean:.4f} USD/kWh, standard deviation {spread:.0%} of it"
    return np.concatenate(years), said


def _of_a_year(values: Vector) -> Vector:
    return np.resize(values, energy_profile.HOURS)
