"""Hours of a supply case from files beside it: weather years, and the load."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from denshi.catalog import Region
from denshi.catalog.user_file import shown
from denshi.cli import energy_profile
from denshi.cli.energy_plant import plant_year
from denshi.cli.energy_toml import Table
from denshi.energy.audit import Profile
from denshi.energy.match import Vector
from denshi.errors import DenshiError, FileError

_MOST_YEARS = 10


def weather_years(top: Table, region: Region, notes: list[str]) -> tuple[Profile, ...]:
    """Return the weather years of a case: packaged, synthetic ones of the same statistics, or those of files.

    ``notes`` takes what was done to the hours of files.
    """
    solar, wind = region.solar_capacity_factor, region.wind_capacity_factor
    given = [key for key in ("profile", "profiles", "synthetic_years", "plant") if top.has(key)]
    if len(given) > 1:
        raise top.fault(given[1], f"stands beside {given[0]}", mend="Keep one of them")
    if top.has("area") and not {"profile", "profiles"} & set(given):
        raise top.fault("area", "names an area of a profile file, and none is given", mend="Add profile")
    if given == ["plant"]:
        return (plant_year(top, region, notes),)
    if not given or given == ["synthetic_years"]:
        count = int(top.number("synthetic_years", "1", 1.0, least=1.0, most=float(_MOST_YEARS)))
        seeds: Sequence[int | None] = (None,) if count == 1 else range(count)
        try:
            clean = region.clean_fraction
            return tuple(energy_profile.packaged(region, solar, wind, clean, seed) for seed in seeds)
        except DenshiError as error:
            raise top.fault("region", error.what, mend=error.mend.replace("--profile", "profile or [plant]")) from None
    names = top.texts("profiles", ()) if given == ["profiles"] else (top.text("profile"),)
    paths = [top.beside(name) for name in names]
    found = energy_profile.of_files(paths, top.text("area", "") or None, solar, wind, region, notes)
    if given == ["profile"] and len(found) != 1:
        mend = "Cut out the one that is meant, or say profiles = [ … ] for all of them"
        raise top.fault("profile", f"holds {len(found)} years, a case is one", mend=mend)
    if not 1 <= len(found) <= _MOST_YEARS:
        raise top.fault("profiles", f"hold {len(found)} years, 1 to {_MOST_YEARS} are taken")
    return found


def load_kw(top: Table, years: int) -> Vector:
    """Return the load of every hour: flat, or 8,760 values of a file, in each year the same [kW]."""
    if top.has("load") == top.has("load_file"):
        raise top.fault("", "exactly one of load and load_file is needed", mend='Write for example load = "2 GW"')
    if top.has("load"):
        return np.full(energy_profile.HOURS * years, top.number("load", "kW", least=1e-3, most=1e12))
    path = top.beside(top.text("load_file"))
    where = shown(path)
    load = columns_of(path, ("load_kw",), (), (energy_profile.HOURS,))["load_kw"]
    wrong = np.flatnonzero(load < 0.0)
    if len(wrong):
        raise FileError(
            f"load_kw is {load[wrong[0]]:g}", where=f"{where}: line {wrong[0] + 2}", why="a load is at least 0"
        )
    if not load.any():
        raise FileError("holds no load in any hour", where=where)
    return np.tile(load, years)


def columns_of(path: Path, needed: Sequence[str], more: Sequence[str], lengths: Sequence[int]) -> Mapping[str, Vector]:
    """Return columns of numbers of a CSV file.

    Raises
    ------
    FileError : it cannot be read, lacks a column or hours, or holds what is no number.
    """
    where = shown(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileError("cannot be read as CSV", where=where, why=shown(error)) from None
    for name in needed:
        if not lines or name not in lines[0]:
            raise FileError(f"has no column {name}", where=f"{where}: line 1", mend=f"Name the column {name}")
    if len(lines) not in lengths:
        known = " or ".join(f"{length:,}" for length in lengths)
        said = "a year has" if len(lengths) == 1 else "a day, a week or a year has"
        raise FileError(f"holds {len(lines):,} hours, but {said} {known}", where=where)
    try:
        names = [name for name in (*needed, *more) if name in lines[0]]
        found = {name: np.array([line[name] for line in lines], dtype=float) for name in names}
    except (TypeError, ValueError) as error:
        raise FileError("holds what is no number", where=where, why=shown(error)) from None
    for name, values in found.items():
        wrong = np.flatnonzero(~np.isfinite(values))
        if len(wrong):
            raise FileError(f"{name} is {values[wrong[0]]:g}", where=f"{where}: line {wrong[0] + 2}")
    return found
