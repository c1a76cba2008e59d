"""Hourly generation by fuel as EIA-930 publishes it: six-month balance files, region sheets, tables by fuel code.

In July 2024 the agency split solar, wind and water by whether storage stands beside them. Old and new columns of a fuel
are never added up: the larger counts, since one of them is empty or nought.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from denshi.catalog.user_file import shown
from denshi.climate.fleet import Fleet
from denshi.climate.profile import COLUMNS
from denshi.climate.scores import Array
from denshi.climate.stamps import MOST_GAP_H, HourlyYear, Minutes, by_year, filled, longest, utc_minutes
from denshi.climate.table import Row, number
from denshi.errors import FileError, nearest

CLEAN = ("solar", "wind", "water", "nuclear", "geothermal")
# Fuel of each code and name. Storage gives back what was generated before: it is no source.
_CODES = {
    "wnd": "wind", "wnb": "wind", "sun": "solar", "snb": "solar", "wat": "water", "nuc": "nuclear", "geo": "geothermal",
    "ng": "gas", "col": "coal", "oil": "oil", "oth": "other", "unk": "other",
}  # fmt: skip
_NAMES = {
    "coal": "coal", "natural gas": "gas", "nuclear": "nuclear", "all petroleum products": "oil", "petroleum": "oil",
    "hydropower and pumped storage": "water", "hydropower excluding pumped storage": "water",
    "geothermal": "geothermal",
    "solar": "solar", "solar without integrated battery storage": "solar",
    "solar with integrated battery storage": "solar", "solar witho integrated battery storage": "solar",
    "wind": "wind", "wind without integrated battery storage": "wind", "wind with integrated battery storage": "wind",
    "other fuel sources": "other", "unknown fuel sources": "other",
}  # fmt: skip
_STORAGE = ("pumped storage", "battery storage", "other energy storage", "unknown energy storage")
_AREA = ("balancing authority", "ba", "respondent", "area")
_TIME = ("utc time at end of hour", "utc time", "datetime_utc", "time_utc", "utc", "period", "datetime", "time", "hour")
_AT_END = ("utc time at end of hour", "utc time")
_LONG = re.compile(r"net generation \(mw\) from (.+?)(?: \((adjusted|imputed)\))?")
_SHEET = re.compile(r"(adjusted )?(?:ng: )?([a-z]{2,3})(?: gen)?")


@dataclass(frozen=True, slots=True)
class Source:
    """A column: its fuel, whether it is of the split of 2024, and whether the agency adjusted it."""

    name: str
    fuel: str
    split: bool
    adjusted: bool


@dataclass(frozen=True, slots=True, eq=False)
class FleetYear:
    """A measured year of an area's fleets, and what was done to its hours."""

    year: int
    fleet: Fleet
    notes: tuple[str, ...]


def sources(names: Sequence[str]) -> tuple[Source, ...]:
    """Return the columns of generation by fuel among the names of a table.

    >>> [one.fuel for one in sources(["ba", "utc", "wnd", "ng", "net generation (mw) from solar (adjusted)"])]
    ['wind', 'gas', 'solar']
    """
    sheet = any(name.startswith("ng: ") for name in names)
    found = [_source(name) for name in names if not (sheet and name == "ng")]
    return tuple(one for one in found if one is not None)


def is_generation(names: Sequence[str]) -> bool:
    """Say whether a table holds generation by fuel: wind or sun, and something that burns."""
    fuels = {one.fuel for one in sources(names)}
    return bool(fuels & {"wind", "solar"}) and bool(fuels - set(CLEAN))


def read_years(tables: Sequence[tuple[Path, Sequence[str], Iterator[Row]]], area: str) -> tuple[FleetYear, ...]:
    """Return each calendar year of an area from files that may hold a part of a year each.

    Raises
    ------
    FileError : a file is of another form or does not hold the area; a year has a gap of more than 48 h.
    """
    minutes, values, fuels = [], [], ("wind", "solar", "water", "nuclear", "geothermal", "gas", "coal", "oil", "other")
    has: set[str] = set()
    for path, names, rows in tables:
        mine, when = _of_area(path, names, rows, area)
        columns = sources(names)
        has |= {one.fuel for one in columns}
        minutes.append(when)
        values.append(np.stack([_fuel(mine, columns, fuel, shown(path)) for fuel in fuels], axis=1))
    where = ", ".join(shown(path) for path, _, _ in tables)
    found = by_year(np.concatenate(minutes), np.concatenate(values))
    return tuple(_fleet(one, fuels, has, where) for one in found)


def _source(name: str) -> Source | None:
    long = _LONG.fullmatch(name)
    if long is not None:
        what, tier = long.groups()
        if what in _STORAGE or tier == "imputed" or what not in _NAMES:
            return None
        split = "integrated" in what or "excluding" in what
        return Source(name, _NAMES[what], split, tier == "adjusted")
    short = _SHEET.fullmatch(name)
    if short is None or short[2] not in _CODES:
        return None
    return Source(name, _CODES[short[2]], short[2] in ("wnb", "snb"), short[1] is not None)


def _of_area(path: Path, names: Sequence[str], rows: Iterator[Row], area: str) -> tuple[list[Row], Minutes]:
    where = shown(path)
    if not is_generation(names):
        raise FileError(
            "is neither a profile of denshi nor generation by fuel as EIA-930 publishes it",
            where=f"{where}: line 1",
            why=f"columns: {shown(', '.join(names))}",
            mend=f"Give columns {', '.join(COLUMNS)}; or ba, datetime_utc, WND, SUN, WAT, NUC, OIL, NG, COL, OTH",
        )
    key, time = (next((name for name in choice if name in names), None) for choice in (_AREA, _TIME))
    if time is None:
        raise FileError("has no column of time", where=f"{where}: line 1", mend="Name it datetime_utc")
    mine: list[Row] = []
    seen: set[str] = set()
    for row in rows:
        of = str(row.get(key, "")) if key else area
        seen.add(of)
        if of.lower() == area.lower():
            mine.append(row)
    if not mine:
        raise FileError(f'has no area "{area}"', where=where, mend=f"Name one with --area. {nearest(area, seen)}")
    minutes = utc_minutes([row.get(time) for row in mine], where, zone="UTC")
    return mine, minutes - (60 if time in _AT_END else 0)


def _fuel(rows: Sequence[Row], columns: Sequence[Source], fuel: str, where: str) -> Array:
    """Return a fuel's output, of the adjusted columns where they say something; NaN where nothing does."""

    def read(split: bool, adjusted: bool) -> Array:
        mine = [one.name for one in columns if (one.fuel, one.split, one.adjusted) == (fuel, split, adjusted)]
        cells = np.array([[number(row.get(name), name, where) for row in rows] for name in mine])
        if not mine:
            return np.full(len(rows), np.nan)
        return np.where(np.isfinite(cells).any(axis=0), np.nansum(cells, axis=0), np.nan)

    families = []
    for split in (False, True):
        raw, adjusted = read(split, adjusted=False), read(split, adjusted=True)
        families.append(np.where(np.isfinite(adjusted), adjusted, raw))
    return np.asarray(np.fmax(families[0], families[1]))


def _fleet(year: HourlyYear, fuels: Sequence[str], has: set[str], where: str) -> FleetYear:
    any_known: NDArray[np.bool_] = np.asarray(np.isfinite(year.values).any(axis=1))
    length, _ = longest(~any_known)
    hours = int(any_known.sum())
    if length > MOST_GAP_H:
        raise FileError(
            f"holds {hours:,} hours of {year.year}, but a year has {len(any_known):,}",
            where=where,
            why=f"up to {MOST_GAP_H} hours on end are filled in",
            mend="Name all files of the calendar year",
        )
    notes = list(year.notes)
    output: Mapping[str, Array] = {
        fuel: _filled(year, i, fuel, where, notes) for i, fuel in enumerate(fuels) if fuel in has
    }
    total = np.asarray(sum(output.values()))
    clean = np.asarray(sum((output[fuel] for fuel in output if fuel in CLEAN), np.zeros(len(total))))
    share = np.divide(clean, total, out=np.zeros(len(total)), where=total > 0.0)
    wind, solar = (None if fuel not in output else _over_highest(output[fuel]) for fuel in ("wind", "solar"))
    return FleetYear(year.year, Fleet(wind=wind, solar=solar, clean_fraction=np.minimum(share, 1.0)), tuple(notes))


def _filled(year: HourlyYear, column: int, fuel: str, where: str, notes: list[str]) -> Array:
    """Return a fuel's hours; one that reports nothing for long gives nothing then, but wind and sun must be there."""
    values = year.values[:, column]
    missing = ~np.isfinite(values)
    if missing.all() or (longest(missing)[0] > MOST_GAP_H and fuel not in ("wind", "solar")):
        if not missing.all():
            notes.append(f"{fuel}: {int(missing.sum()):,} hours that report nothing count as 0")
        return np.nan_to_num(np.maximum(values, 0.0))
    found, count = filled(values, fuel, where)
    if count:
        notes.append(f"{fuel}: {count:,} missing hours are filled in on a straight line")
    return np.maximum(found, 0.0)


def _over_highest(series: Array) -> Array | None:
    highest = float(series.max())
    return np.asarray(series / highest) if highest > 0.0 else None
