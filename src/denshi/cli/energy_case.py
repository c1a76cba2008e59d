"""One supply case as a user states it: load, place or its hours, technologies and rules, made into a room's input."""

import csv
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from denshi.catalog import Assumption, Region, Technology, find, rows
from denshi.catalog.user_file import shown
from denshi.cli import energy_profile
from denshi.cli.energy_toml import Table, read_table
from denshi.energy import EnergyInput
from denshi.energy.audit import Profile, SupplyClaim
from denshi.energy.match import Vector
from denshi.errors import CatalogError, DenshiError, FileError
from denshi.figure import Evidence

KEYS = (
    *("name", "load", "load_file", "region", "profile", "area", "options", "target", "clean_fraction", "connection"),
    *("export_limit", "supply", "price", "carbon", "discount_rate", "export_price_fraction", "demand_charge_fraction"),
    *("solar_capacity_factor", "wind_capacity_factor", "grid_clean_fraction", "technology"),
)
VALUES = tuple(
    field.name for field in fields(Technology) if field.name not in ("id", "name", "aliases", "evidence", "kind")
)
_SHARES = ("efficiency", "capacity_factor", "is_clean")
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
    top = read_table(path)
    top.only_these(KEYS)
    notes: list[str] = []
    region = _region(top)
    profile = _profile(top, region)
    load = _load(top)
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
        solar_cf=profile.solar_cf,
        wind_cf=profile.wind_cf,
        grid_clean_fraction=profile.grid_clean_fraction,
        region=region,
        technologies=technologies,
        target=target,
        clean_fraction=top.number("clean_fraction", "1", _CLEAN, most=1.0) if target != "none" else 0.0,
        export_limit_kw=top.number("export_limit", "kW", 0.0),
        supply=top.word("supply", ("delivered", "on-site"), "delivered"),
        discount_rate=top.number("discount_rate", "1", _DISCOUNT_RATE, most=1.0),
        export_price_fraction=_assumed(top, "export_price_fraction", "energy-export-price-fraction"),
        demand_charge_fraction=_assumed(top, "demand_charge_fraction", "energy-demand-charge-fraction"),
    )
    notes += _without_hours(inputs)
    return Case(name=top.text("name", path.stem), inputs=inputs, hours=profile.name, notices=tuple(notes))


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
    if top.has("carbon"):
        changes["carbon_g_per_kwh"] = top.number("carbon", "gCO2/kWh", most=1e5)
    for key in ("solar_capacity_factor", "wind_capacity_factor"):
        if top.has(key):
            changes[key] = top.number(key, "1", most=1.0)
    if top.has("grid_clean_fraction"):
        changes["clean_fraction"] = top.number("grid_clean_fraction", "1", most=1.0)
    return replace(region, **changes)  # type: ignore[arg-type]


def _profile(top: Table, region: Region) -> Profile:
    solar, wind = region.solar_capacity_factor, region.wind_capacity_factor
    if not top.has("profile"):
        if top.has("area"):
            raise top.fault("area", "names an area of a profile file, and none is given", mend="Add profile")
        try:
            return energy_profile.packaged(region, solar, wind, region.clean_fraction)
        except DenshiError as error:
            raise top.fault("region", error.what, mend=error.mend.replace("--profile", "profile")) from None
    area = top.text("area", "") or None
    found = energy_profile.of_files([top.beside(top.text("profile"))], area, solar, wind, region)
    if len(found) != 1:
        raise top.fault("profile", f"holds {len(found)} years, a case is one", mend="Cut out the one that is meant")
    return found[0]


def _load(top: Table) -> Vector:
    if top.has("load") == top.has("load_file"):
        raise top.fault("", "exactly one of load and load_file is needed", mend='Write for example load = "2 GW"')
    if top.has("load"):
        return np.full(energy_profile.HOURS, top.number("load", "kW", least=1e-3, most=1e12))
    path = top.beside(top.text("load_file"))
    where = shown(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileError("cannot be read as CSV", where=where, why=shown(error)) from None
    if not lines or "load_kw" not in lines[0]:
        raise FileError(
            "has no column load_kw", where=f"{where}: line 1", mend="Name the column of hourly load load_kw"
        )
    if len(lines) != energy_profile.HOURS:
        raise FileError(f"holds {len(lines):,} hours, but a year has {energy_profile.HOURS:,}", where=where)
    try:
        load = np.array([line["load_kw"] for line in lines], dtype=float)
    except (TypeError, ValueError) as error:
        raise FileError("holds what is no number", where=where, why=shown(error)) from None
    wrong = np.flatnonzero(~(np.isfinite(load) & (load >= 0.0)))
    if len(wrong):
        raise FileError(
            f"load_kw is {load[wrong[0]]:g}", where=f"{where}: line {wrong[0] + 2}", why="a load is at least 0"
        )
    if not load.any():
        raise FileError("holds no load in any hour", where=where)
    return load


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
    table.only_these(("base", *VALUES))
    proof = Evidence(f"stated in {Path(top.file).name}", "undated", "E")
    changes: dict[str, Any] = {
        key: table.number(key, "1", most=1.0 if key in _SHARES else 1e9) for key in VALUES if table.has(key)
    }
    if changes.get("efficiency", 1.0) <= 0.0 or changes.get("lifetime_year", 1.0) <= 0.0:
        raise table.fault("", "efficiency and lifetime_year are above 0", mend="Correct them, or leave them out")
    evidence = {**row.evidence, **dict.fromkeys(changes, proof)}
    known = name if name not in rows("technologies") and base != name else row.id
    return replace(row, id=known, name=row.name if known == row.id else name, evidence=evidence, **changes)


def _assumed(top: Table, key: str, name: str) -> float:
    return top.number(key, "1", find(Assumption, name).value, most=1.0)


def _without_hours(inputs: EnergyInput) -> list[str]:
    kinds = {"solar": inputs.solar_cf, "wind": inputs.wind_cf}
    return [
        f"{one.id} gives nothing here: the profile has no {one.kind}"
        for one in inputs.technologies
        if one.kind in kinds and not kinds[one.kind].any()
    ]
