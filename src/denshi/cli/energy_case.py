"""One supply case as a user states it: load, place or its hours, technologies and rules, made into a room's input."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from denshi.catalog import Assumption, Region, Technology, find, rows
from denshi.catalog.user_file import shown
from denshi.cli import energy_profile
from denshi.cli.energy_hours import load_kw, weather_years
from denshi.cli.energy_prices import CARBON as HOURLY_CARBON
from denshi.cli.energy_prices import EXPORT, OF_A_MARKET, PRICE, market, scenario_prices
from denshi.cli.energy_toml import Table, read_table
from denshi.energy import EnergyInput
from denshi.energy.audit import Profile, SupplyClaim
from denshi.energy.flexible import shifts
from denshi.errors import CatalogError
from denshi.figure import Evidence

KEYS = (
    *("name", "load", "load_file", "region", "profile", "area", "options", "target", "clean_fraction", "connection"),
    *("export_limit", "supply", "price", "carbon", "discount_rate", "export_price_fraction", "demand_charge_fraction"),
    *("solar_capacity_factor", "wind_capacity_factor", "grid_clean_fraction", "technology"),
    *("profiles", "synthetic_years", "prices", "price_scenario", "unserved_price", "flexible", "count_grid_clean"),
    *("grid_charging", "plant", *OF_A_MARKET),
)
FLEXIBLE = ("curtail_fraction", "curtail_hours", "curtail_price", "shift_fraction", "shift_up_fraction")
CARBON = ("intensity", "cap", "basis")
VALUES = tuple(
    field.name for field in fields(Technology) if field.name not in ("id", "name", "aliases", "evidence", "kind")
)
_SHARES = ("efficiency", "capacity_factor", "is_clean", "minimum_fraction")
_PLANT_KINDS = ("solar", "wind", "battery", "firm", "following", "gas")
_DISCOUNT_RATE, _CLEAN = 0.09, 0.9
_MOST_OPTIONS = 20
_UNLIMITED = 1000.0
_CLEAN_OPTIONS = ("grid", "solar", "onshore-wind", "battery-4h", "battery-8h", "nuclear-ppa")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case of one site: what the room takes, where its hours come from, and what the reader should know."""

    name: str
    inputs: EnergyInput
    hours: str
    notices: tuple[str, ...]


def read_case(path: Path) -> Case:
    """Read a case file.

    Raises
    ------
    DenshiError : the file or one it names cannot be read, or is wrong; the message names file, line and key.
    """
    return case_of(read_table(path), path.stem)


def case_of(top: Table, name: str) -> Case:
    """Return the case that a table states, by this name where it states none."""
    top.only_these(KEYS)
    notes: list[str] = []
    region = _region(top)
    weather = weather_years(top, region, notes)
    load = load_kw(top, len(weather))
    hours = market(top, region, weather, notes)
    demand_charge = _assumed(top, "demand_charge_fraction", "energy-demand-charge-fraction")
    scenario, said = scenario_prices(top, region, weather, demand_charge, hours[PRICE])
    notes += [said] if said else []
    technologies = _technologies(top)
    target = top.word("target", ("none", "annual", "hourly"), "none")
    if target == "none" and top.has("clean_fraction"):
        notes.append("clean_fraction is not used: the target is none")
    no_limit = not top.has("connection")
    if no_limit:
        notes.append("the connection is not stated: it does not limit")
    if not top.has("discount_rate"):
        notes.append(f"the discount rate is not stated: {_DISCOUNT_RATE:.0%} is assumed")
    limit = _UNLIMITED * float(load.max()) if no_limit else top.number("connection", "kW", least=0.0)
    inputs = EnergyInput(
        load_kw=load,
        facility_connection_kw=limit,
        grid_connection_kw=limit,
        solar_cf=np.concatenate([one.solar_cf for one in weather]),
        wind_cf=np.concatenate([one.wind_cf for one in weather]),
        grid_clean_fraction=np.concatenate([one.grid_clean_fraction for one in weather]),
        year_hours=tuple(len(one.solar_cf) for one in weather) if len(weather) > 1 else (),
        grid_usd_per_kwh=hours[PRICE] if scenario is None else scenario,
        export_usd_per_kwh=hours[EXPORT],
        grid_carbon_g_per_kwh=hours[HOURLY_CARBON],
        region=region,
        technologies=technologies,
        target=target,
        clean_fraction=top.number("clean_fraction", "1", _CLEAN, most=1.0) if target != "none" else 0.0,
        export_limit_kw=top.number("export_limit", "kW", 0.0),
        supply=top.word("supply", ("delivered", "on-site"), "delivered"),
        discount_rate=top.number("discount_rate", "1", _DISCOUNT_RATE, most=1.0),
        export_price_fraction=_assumed(top, "export_price_fraction", "energy-export-price-fraction"),
        demand_charge_fraction=demand_charge,
        unserved_usd_per_kwh=top.number("unserved_price", "USD/kWh", most=1e6) if top.has("unserved_price") else None,
        count_grid_clean=top.flag("count_grid_clean", default=True),
        grid_charging=top.flag("grid_charging", default=True),
        **_carbon_cap(top),
        **_flexible(top),
    )
    notes += [*_without_hours(inputs), *_without_use(inputs, top)]
    names = "; ".join(one.name for one in weather)
    return Case(name=top.text("name", name), inputs=inputs, hours=names, notices=tuple(notes))


def _carbon_cap(top: Table) -> dict[str, Any]:
    if not isinstance(top.body.get("carbon"), dict):
        return {}
    table = top.table("carbon")
    table.only_these(CARBON)
    if not table.has("cap"):
        return {}
    basis = table.word("basis", ("year", "hour"), "year")
    return {"carbon_cap_g_per_kwh": table.number("cap", "gCO2/kWh", most=1e5), "carbon_cap_basis": basis}


def _flexible(top: Table) -> dict[str, Any]:
    if not top.has("flexible"):
        return {}
    table = top.table("flexible")
    table.only_these(FLEXIBLE)
    found = {
        "curtail_fraction": table.number("curtail_fraction", "1", 0.0, most=1.0),
        "curtail_hours": table.number("curtail_hours", "h", 0.0, most=8760.0),
        "curtail_usd_per_kwh": table.number("curtail_price", "USD/kWh", 0.0, most=1e6),
        "shift_fraction": table.number("shift_fraction", "1", 0.0, most=1.0),
        "shift_up_fraction": table.number("shift_up_fraction", "1", 0.0, most=10.0),
    }
    if found["curtail_fraction"] + found["shift_fraction"] > 1.0:
        raise table.fault("curtail_fraction", "and shift_fraction are more than the whole load", mend="Lower one")
    return found


def audit_input(claim: SupplyClaim, region: Region, profile: Profile, target: float) -> EnergyInput:
    """Return the least-cost problem of a claim's load: all clean options and the grid, no export, an hourly target."""
    load = np.full(len(profile.solar_cf), claim.load_kw * claim.utilisations[0])
    return EnergyInput(
        load_kw=load,
        facility_connection_kw=_UNLIMITED * claim.load_kw,
        solar_cf=profile.solar_cf,
        wind_cf=profile.wind_cf,
        grid_clean_fraction=profile.grid_clean_fraction,
        region=region,
        technologies=tuple(find(Technology, name) for name in _CLEAN_OPTIONS),
        target="hourly",
        clean_fraction=target,
        export_limit_kw=0.0,
        supply="delivered",
        discount_rate=_DISCOUNT_RATE,
        export_price_fraction=find(Assumption, "energy-export-price-fraction").value,
        demand_charge_fraction=find(Assumption, "energy-demand-charge-fraction").value,
        grid_connection_kw=None,
    )


def _region(top: Table) -> Region:
    try:
        region = energy_profile.region_named(shown(top.text("region")))
    except CatalogError as error:
        raise top.fault("region", error.what, mend=error.mend) from None
    changes: dict[str, float] = {}
    if top.has("price"):
        changes["price_usd_per_kwh"] = top.number("price", "USD/kWh", least=1e-9, most=1000.0)
    table = top.body.get("carbon")
    if isinstance(table, dict):
        if "intensity" in table:
            changes["carbon_g_per_kwh"] = top.table("carbon").number("intensity", "gCO2/kWh", most=1e5)
    elif top.has("carbon"):
        changes["carbon_g_per_kwh"] = top.number("carbon", "gCO2/kWh", most=1e5)
    for key in ("solar_capacity_factor", "wind_capacity_factor"):
        if top.has(key):
            changes[key] = top.number(key, "1", most=1.0)
    if top.has("grid_clean_fraction"):
        changes["clean_fraction"] = top.number("grid_clean_fraction", "1", most=1.0)
    return replace(region, **changes)  # type: ignore[arg-type]


def _technologies(top: Table) -> tuple[Technology, ...]:
    own = top.table("technology") if top.has("technology") else Table({}, top.file, top.lines, "technology")
    names = top.texts("options", ("grid",))
    if not 1 <= len(names) <= _MOST_OPTIONS:
        raise top.fault("options", f"names {len(names)} technologies, 1 to {_MOST_OPTIONS} are taken")
    if len(set(names)) < len(names):
        raise top.fault("options", "names a technology twice", mend="Drop one")
    for key in own.body:
        if key not in names:
            raise own.fault(key, "is not among the options", mend=f'Add "{shown(key)}" to options, or drop the table')
    found = tuple(_technology(top, own, name) for name in names)
    if sum(one.kind == "grid" for one in found) > 1:
        raise top.fault("options", "holds two grids", mend="Drop one")
    if len({one.id for one in found}) < len(found):
        raise top.fault("options", "names a technology twice, by its id and an alias", mend="Drop one")
    return found


def _technology(top: Table, own: Table, name: str) -> Technology:
    table = own.table(name) if own.has(name) else None
    base = table.text("base", name) if table is not None else name
    try:
        row = find(Technology, shown(base))
    except CatalogError as error:
        place = top.fault("options", error.what, mend=error.mend)
        if table is None:
            raise place from None
        mend = f'Write base = "…" to say which technology it is like. {error.mend}'
        raise table.fault("", error.what, mend=mend) from None
    if table is None:
        return row
    table.only_these(("base", "kind", *VALUES))
    proof = Evidence(f"stated in {Path(top.file).name}", "undated", "E")
    changes: dict[str, Any] = {
        key: table.number(key, "1", most=1.0 if key in _SHARES else 1e9) for key in VALUES if table.has(key)
    }
    if table.has("kind"):
        changes["kind"] = table.word("kind", _PLANT_KINDS)
    if changes.get("efficiency", 1.0) <= 0.0 or changes.get("lifetime_year", 1.0) <= 0.0:
        raise table.fault("", "efficiency and lifetime_year are above 0", mend="Correct them, or leave them out")
    evidence = {**row.evidence, **dict.fromkeys(changes, proof)}
    known = name if name not in rows("technologies") and base != name else row.id
    return replace(row, id=known, name=row.name if known == row.id else name, evidence=evidence, **changes)


def _assumed(top: Table, key: str, name: str) -> float:
    return top.number(key, "1", find(Assumption, name).value, most=1.0)


def _without_use(inputs: EnergyInput, top: Table) -> list[str]:
    """Say which keys have no effect here, and what hourly prices leave in force."""
    notes = []
    priced = inputs.grid_usd_per_kwh is not None and not top.has("price_scenario")
    if priced and not top.has("demand_charge_fraction"):
        notes.append(
            f"besides the hourly price a demand charge of {inputs.demand_charge_fraction:.0%} of the region's mean "
            "price is billed on the highest import; demand_charge_fraction = 0 drops it"
        )
    if inputs.shift_fraction > 0.0 and not shifts(inputs):
        notes.append("load is not moved: it is flat and may not exceed its peak; give flexible.shift_up_fraction")
    if (inputs.curtail_fraction > 0.0) != (inputs.curtail_hours > 0.0):
        notes.append("load is not switched off: that takes curtail_fraction and curtail_hours")
    return notes


def _without_hours(inputs: EnergyInput) -> list[str]:
    kinds = {"solar": inputs.solar_cf, "wind": inputs.wind_cf}
    return [
        f"{one.id} gives nothing here: the profile has no {one.kind}"
        for one in inputs.technologies
        if one.kind in kinds and not kinds[one.kind].any()
    ]
