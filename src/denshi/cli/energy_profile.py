"""Hourly profiles of a region for the energy verbs: packaged fleets, or measured hours from files."""

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from denshi.catalog import Region, find, rows
from denshi.catalog.normals import supply_normals
from denshi.catalog.user_file import shown
from denshi.climate.fleet import Fleet, synthetic_fleet
from denshi.climate.plant import scaled_to_mean
from denshi.climate.profile import COLUMNS, OPTIONAL, read_profile
from denshi.energy.audit import Profile
from denshi.energy.match import Vector
from denshi.errors import CatalogError, FileError, nearest

HOURS = 8760
_MOST_BYTES = 2_000_000_000
_MOST_GAP_H = 240
# Columns of the exports of EIA-930, in small letters: tables by fuel code, and the six-month balance files.
_NET = "net generation (mw) from "
_WIND = ("wnd", f"{_NET}wind")
_SOLAR = ("sun", f"{_NET}solar")
_CLEAN = (*_WIND, *_SOLAR, "wat", "nuc", f"{_NET}hydropower and pumped storage", f"{_NET}nuclear")
_OTHER = ("oil", "ng", "col", "oth", f"{_NET}coal", f"{_NET}natural gas", f"{_NET}all petroleum products",
          f"{_NET}other fuel sources", f"{_NET}unknown fuel sources")  # fmt: skip
_AREA = ("balancing authority", "ba", "respondent", "area")
_TIME = ("datetime_utc", "utc time at end of hour", "datetime", "utc", "time", "period", "hour")
_STRAY_H = 48


def packaged(
    region: Region, solar: float | None, wind: float | None, clean: float | None, seed: int | None = None
) -> Profile:
    """Return the synthetic year of a region's fleets at given means.

    Raises
    ------
    CatalogError : the region has no packaged fleet.
    """
    if region.profile is None:
        have = sorted(row.id for row in rows("regions").values() if isinstance(row, Region) and row.profile)
        raise CatalogError(
            f"{region.name} has no packaged hourly profile",
            where=f"catalog.regions.{region.id}",
            mend=f"Give your own with --profile, or take a region that has one: {', '.join(have)}",
        )
    normals = supply_normals(region.profile)
    year = next(iter(normals.evidence.values())).date
    fleet = synthetic_fleet(normals, seed)
    return _scaled(f"{normals.name} {year}, synthetic year of the fleets", fleet, solar, wind, clean, region.id)


def of_files(
    paths: list[Path], area: str | None, solar: float | None, wind: float | None, region: Region
) -> tuple[Profile, ...]:
    """Return the profiles of measured hours: one for each file, or for each calendar year of a file.

    A file is denshi's own profile (``solar_cf``, ``wind_cf``, ``clean_fraction``, 8,760 hours, taken as it stands), or
    generation by fuel as EIA-930 publishes it, as CSV or Parquet, scaled to the capacity factors of the region's fleet.

    Raises
    ------
    FileError : a file cannot be read, or is neither; the message says what is missing.
    """
    found: list[Profile] = []
    for path in paths:
        names, lines = _columns(path)
        if set(COLUMNS) <= set(names):
            own = read_profile(path)
            found.append(
                Profile(
                    name=path.name, solar_cf=own.solar_cf, wind_cf=own.wind_cf, grid_clean_fraction=own.clean_fraction
                )
            )
            continue
        own_area = area or region.profile or ""
        for year, fleet in _eia(path, names, lines, own_area):
            label = f"{own_area.upper()} {year}, measured".strip()
            found.append(_scaled(label, fleet, solar, wind, None, region.id))
    return tuple(found)


def own_columns(path: Path) -> Mapping[str, Vector]:
    """Return hourly prices and carbon of a profile of denshi's own form; none where the file is of another.

    Raises
    ------
    FileError : it cannot be read.
    """
    names, _ = _columns(path)
    if not set(COLUMNS) <= set(names):
        return {}
    own = read_profile(path)
    return {name: values for name in OPTIONAL if (values := getattr(own, name)) is not None}


def with_means(profile: Profile, name: str, solar: float, wind: float) -> Profile:
    """Return a profile with other capacity factors, clipped at 1; the order of the hours stays."""
    return Profile(
        name=name,
        solar_cf=_at(profile.solar_cf, solar, "solar capacity factor"),
        wind_cf=_at(profile.wind_cf, wind, "wind capacity factor"),
        grid_clean_fraction=profile.grid_clean_fraction,
    )


def region_named(name: str) -> Region:
    """Return a region of the catalogue, by its id or that of its supply area."""
    known = {row.id: row for row in rows("regions").values() if isinstance(row, Region)}
    areas = [row for row in known.values() if row.profile and row.profile.lower() == name.lower()]
    return areas[0] if areas and name not in known else find(Region, name)


def _scaled(
    name: str, fleet: Fleet, solar: float | None, wind: float | None, clean: float | None, where: str
) -> Profile:
    def brought(shape: Vector | None, mean: float | None, what: str) -> Vector:
        if shape is None or mean is None:
            return np.zeros(HOURS) if shape is None else shape
        return _at(shape, mean, f"{where}: {what}")

    return Profile(
        name=name,
        solar_cf=brought(fleet.solar, solar, "solar capacity factor"),
        wind_cf=brought(fleet.wind, wind, "wind capacity factor"),
        grid_clean_fraction=brought(fleet.clean_fraction, clean, "clean share of the grid"),
    )


def _at(shape: Vector, mean: float, where: str) -> Vector:
    if not shape.any():
        return shape
    return np.asarray(scaled_to_mean(lambda k: np.minimum(k * shape, 1.0), mean, where))


def _columns(path: Path) -> tuple[list[str], Iterator[Mapping[str, Any]]]:
    """Return the column names of a table in small letters, and its rows."""
    where = shown(path)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise FileError(f"is larger than {_MOST_BYTES / 1e9:.0f} GB", where=where, mend="Cut out one area and year")
        if path.suffix == ".parquet":
            return _parquet(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = next(csv.reader(file), [])
    except OSError as error:
        raise FileError("cannot be read", where=where, why=error.strerror or "", mend="Check the path") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileError("is no CSV of UTF-8 text", where=where, why=shown(error)) from None
    if not names:
        raise FileError("is empty", where=where, mend="Give a CSV with a line of column names")
    return [name.strip().lower() for name in names], _lines(path)


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            names = [name.strip().lower() for name in next(reader)]
            for line in reader:
                yield dict(zip(names, line, strict=False))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileError("is no CSV of UTF-8 text", where=shown(path), why=shown(error)) from None


def _parquet(path: Path) -> tuple[list[str], Iterator[Mapping[str, Any]]]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise FileError(
            "is Parquet, which needs pyarrow", where=shown(path), mend='Install "denshi[silicon]", or give a CSV'
        ) from None
    try:
        table = parquet.read_table(path)
    except (ArrowException, OSError) as error:
        raise FileError("is no Parquet file", where=shown(path), why=shown(str(error).split("\n")[0])) from None
    table = table.rename_columns([str(name).lower() for name in table.column_names])
    return list(table.column_names), iter(table.to_pylist())


def _eia(path: Path, names: list[str], lines: Iterator[Mapping[str, Any]], area: str) -> Iterator[tuple[str, Fleet]]:
    """Return year and fleet of each calendar year of an area: outputs over their highest hour, clean share."""
    where = shown(path)
    wind, solar = (next((n for n in choice if n in names), None) for choice in (_WIND, _SOLAR))
    fuels = [name for name in names if name in (*_CLEAN, *_OTHER)]
    if (wind is None and solar is None) or not set(fuels) & set(_OTHER):
        raise FileError(
            "is neither a profile of denshi nor generation by fuel as EIA-930 publishes it",
            where=f"{where}: line 1",
            why=f"columns: {shown(', '.join(names))}",
            mend=f"Give columns {', '.join(COLUMNS)}; or ba, datetime_utc, WND, SUN, WAT, NUC, OIL, NG, COL, OTH",
        )
    key, time = (next((n for n in choice if n in names), None) for choice in (_AREA, _TIME))
    mine: list[Mapping[str, Any]] = []
    seen: set[str] = set()
    for line in lines:
        of = str(line.get(key, "")) if key else area
        seen.add(of)
        if of.lower() == area.lower():
            mine.append(line)
    if not mine:
        raise FileError(f'has no area "{area}"', where=where, mend=f"Name one with --area. {nearest(area, seen)}")
    years: dict[str, list[Mapping[str, Any]]] = {}
    for line in mine:
        years.setdefault(_year(line.get(time) if time else None), []).append(line)
    for year, hours in years.items():
        # The last hour of a year ends in the next: a few stray hours are no year.
        if len(hours) >= _STRAY_H or len(years) == 1:
            yield year, _fleet(where, year, hours, (wind, solar), fuels)


def _year(moment: Any) -> str:
    return next(iter(re.findall(r"(?<!\d)\d{4}(?!\d)", str(moment or "")[:19])), "")


def _fleet(
    where: str, year: str, lines: list[Mapping[str, Any]], chosen: tuple[str | None, str | None], fuels: list[str]
) -> Fleet:
    if not HOURS - _MOST_GAP_H <= len(lines) <= HOURS + 24:
        raise FileError(
            f"holds {len(lines):,} hours of {year or 'the area'}, but a year has {HOURS:,}",
            where=where,
            mend="Join the files of a whole calendar year",
        )
    output = {fuel: _filled(where, fuel, [line.get(fuel) for line in lines]) for fuel in fuels}
    total = np.asarray(sum(output.values()))
    clean = np.asarray(sum((output[fuel] for fuel in fuels if fuel in _CLEAN), np.zeros(HOURS)))
    wind, solar = (None if name is None else _over_highest(output[name]) for name in chosen)
    share = np.divide(clean, total, out=np.zeros(HOURS), where=total > 0.0)
    return Fleet(wind=wind, solar=solar, clean_fraction=np.minimum(share, 1.0))


def _filled(where: str, fuel: str, cells: list[Any]) -> Vector:
    """Return 8,760 hours: below zero is nothing, gaps are filled from their neighbours, a leap day's end is cut."""
    values = np.array([_cell(where, fuel, cell) for cell in cells])[:HOURS]
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 2:
        return np.zeros(HOURS)
    return np.asarray(np.maximum(np.interp(np.arange(HOURS), known, values[known]), 0.0))


def _cell(where: str, fuel: str, cell: Any) -> float:
    if cell is None or cell == "":
        return float("nan")
    try:
        return float(cell.replace(",", "") if isinstance(cell, str) else cell)
    except ValueError:
        raise FileError(f'{fuel}: "{shown(cell)}" is no number', where=where) from None


def _over_highest(series: Vector) -> Vector | None:
    highest = float(series.max())
    return np.asarray(series / highest) if highest > 0.0 else None
