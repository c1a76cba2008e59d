"""Stamped values of any resolution, brought to the 8,760 hours of calendar years."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from denshi.catalog.user_file import shown
from denshi.climate.calendar import DAY_OF_HOUR, DAYS_OF_MONTH, HOURS, MONTH_OF_HOUR
from denshi.climate.scores import Array
from denshi.errors import FileError

Minutes = NDArray[np.int64]

MOST_GAP_H = 48
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_FIRST = ("%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M:%S")
_MONTH_FIRST = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p")
_LEAP_DAY = slice(59 * 24, 60 * 24)


@dataclass(frozen=True, slots=True, eq=False)
class HourlyYear:
    """One calendar year: hours from 1 January, shape (8760, columns), NaN where nothing is known; what was done."""

    year: int
    values: Array
    notes: tuple[str, ...]


def utc_minutes(
    stamps: Sequence[Any],
    where: str,
    *,
    zone: str | None = None,
    day_first: bool = False,
    late: Sequence[bool | None] | None = None,
) -> Minutes:
    """Return minutes since 1970 of the stamps of a file.

    Parameters
    ----------
    stamps : texts (ISO, 31.12.2024 23:00, 12/31/2024 11:00 PM) or times.
    where : the file, for messages.
    zone : of stamps that bring no offset, as "America/Chicago"; None refuses them.
    day_first : whether 3/4/2024 is in April.
    late : for the hour that the end of summer time repeats, whether it is the second; None takes them in their order.

    Raises
    ------
    FileError : a stamp is none, or says no zone.

    >>> autumn = ["2024-10-27 02:00", "2024-10-27 02:00", "2024-10-27 03:00"]
    >>> (utc_minutes(autumn, "x.csv", zone="Europe/Brussels") // 60 % 24).tolist()
    [0, 1, 2]
    """
    forms = _DAY_FIRST if day_first else _MONTH_FIRST
    local = _zone(zone)
    seen: Counter[datetime] = Counter()
    found = np.empty(len(stamps), dtype=np.int64)
    for i, stamp in enumerate(stamps):
        moment = _moment(stamp, forms, where)
        if moment.tzinfo is None:
            if local is None:
                mend = "Write an offset as in 2024-07-01T00:00+00:00, or name the column time_utc"
                raise FileError(f'the stamp "{shown(stamp)}" says no time zone', where=where, mend=mend)
            moment = _placed(moment, local, seen, None if late is None else late[i])
        found[i] = (moment - _EPOCH) // timedelta(minutes=1)
    return found


def by_year(minutes: Minutes, values: Array, *, ahead_h: float = 0.0) -> tuple[HourlyYear, ...]:
    """Return the calendar years of stamped values: the mean of each hour, without 29 February.

    Parameters
    ----------
    minutes : when each value begins, since 1970 in UTC, shape (n,).
    values : shape (n, columns); NaN is no value.
    ahead_h : local standard time of the years, ahead of UTC [h].

    >>> two = by_year(np.array([0, 30]), np.array([[1.0], [3.0]]))[0]
    >>> two.year, two.values[:2, 0].tolist()
    (1970, [2.0, nan])
    """
    hour = np.floor_divide(minutes + round(60.0 * ahead_h), 60)
    year = hour.astype("datetime64[h]").astype("datetime64[Y]").astype(np.int64) + 1970
    found = []
    for one in np.unique(year):
        mine = year == one
        found.append(_year(int(one), hour[mine], values[mine]))
    # The last hours of a year may stand in the next by UTC: a few strays are no year.
    whole = [one for one in found if np.isfinite(one.values).any(axis=1).sum() >= MOST_GAP_H]
    return tuple(whole or found)


def filled(values: Array, what: str, where: str) -> tuple[Array, int]:
    """Return a year whose gaps of up to 48 h are filled on a straight line, and how many hours that were.

    Raises
    ------
    FileError : a gap is longer.
    """
    missing = ~np.isfinite(values)
    if not missing.any():
        return values, 0
    length, begin = longest(missing)
    if length > MOST_GAP_H:
        raise FileError(
            f"{what}: holds no value for {length:,} hours from {said(begin)}",
            where=where,
            why=f"up to {MOST_GAP_H} hours on end are filled in",
            mend="Add the hours that are missing, or take another year",
        )
    known = np.flatnonzero(~missing)
    return np.interp(np.arange(len(values)), known, values[known]), int(missing.sum())


def longest(missing: NDArray[np.bool_]) -> tuple[int, int]:
    """Return length and begin of the longest run.

    >>> longest(np.array([True, False, True, True]))
    (2, 2)
    """
    edges = np.diff(np.concatenate([[0], missing.astype(np.int8), [0]]))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if not len(begins):
        return 0, 0
    at = int((ends - begins).argmax())
    return int(ends[at] - begins[at]), int(begins[at])


def said(hour: int) -> str:
    """Return an hour of the year in words.

    >>> said(1416)
    'month 3, day 1, 0:00'
    """
    month = int(MONTH_OF_HOUR[hour])
    day = int(DAY_OF_HOUR[hour]) - DAYS_OF_MONTH[month].start + 1
    return f"month {month + 1}, day {day}, {hour % 24}:00"


def _year(year: int, hour: Minutes, values: Array) -> HourlyYear:
    first = int(np.datetime64(f"{year}-01-01T00", "h").astype(np.int64))
    length = int(np.datetime64(f"{year + 1}-01-01T00", "h").astype(np.int64)) - first
    known = np.isfinite(values)
    at = hour - first
    count = np.stack([np.bincount(at[k], minlength=length) for k in known.T], axis=1)
    total = np.stack([np.bincount(at[k], v[k], length) for k, v in zip(known.T, values.T, strict=True)], axis=1)
    mean = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    notes = []
    if length > HOURS:
        if count[_LEAP_DAY].any():
            notes.append("29 February is left out")
        mean = np.delete(mean, _LEAP_DAY, axis=0)
    if count.max(initial=0) > 1:
        notes.append("the values inside an hour are averaged")
    return HourlyYear(year, mean, tuple(notes))


def _moment(stamp: Any, forms: Sequence[str], where: str) -> datetime:
    if isinstance(stamp, datetime):
        return stamp
    text = str(stamp or "").strip()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in forms:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise FileError(f'"{shown(text)}" is no date and hour', where=where, mend="Write 2024-07-01T00:00+00:00")


def _placed(moment: datetime, zone: tzinfo, seen: Counter[datetime], late: bool | None) -> datetime:
    """Return a local time with its zone; of an hour that comes twice, the one that is meant."""
    early = moment.replace(tzinfo=zone)
    if early.utcoffset() == early.replace(fold=1).utcoffset():
        return early
    seen[moment] += 1
    return early.replace(fold=int(seen[moment] > 1 if late is None else late))


@cache
def _zone(name: str | None) -> tzinfo | None:
    return None if name is None else UTC if name == "UTC" else ZoneInfo(name)
