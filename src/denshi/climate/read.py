"""Read a user's hourly weather: EPW, TMY3, CSV, NSRDB, PVGIS, plain or gzipped; 8,760 h of local standard time."""

import gzip
import io
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denshi.climate.calendar import DAY_OF_HOUR, DAYS_OF_MONTH, HOURS, MONTH_OF_HOUR
from denshi.climate.services import nsrdb, pvgis, service_of
from denshi.climate.weather import Weather
from denshi.errors import DenshiError, FileError
from denshi.psychrometrics import wet_bulb_from_dew_point_c, wet_bulb_from_relative_humidity_c

Array = NDArray[np.float64]

# Beyond these no hour on Earth was ever measured, or the unit is not the one that is asked for.
RANGES: Mapping[str, tuple[float, float]] = {
    "dry_bulb_c": (-70.0, 65.0),
    "wet_bulb_c": (-75.0, 45.0),
    "dew_point_c": (-100.0, 45.0),
    "relative_humidity_fraction": (0.0, 1.1),
    "pressure_pa": (45_000.0, 110_000.0),
    "wind_m_per_s": (0.0, 120.0),
    "ghi_w_per_m2": (0.0, 1600.0),
    "dni_w_per_m2": (0.0, 1600.0),
    "dhi_w_per_m2": (0.0, 1600.0),
}
_HUMIDITY = ("wet_bulb_c", "dew_point_c", "relative_humidity_fraction")
_REQUIRED = tuple(name for name in RANGES if name not in _HUMIDITY)
_PVLIB_NAMES = {
    "dry_bulb_c": ("temp_air", 1.0),
    "dew_point_c": ("temp_dew", 1.0),
    "wind_m_per_s": ("wind_speed", 1.0),
    "ghi_w_per_m2": ("ghi", 1.0),
    "dni_w_per_m2": ("dni", 1.0),
    "dhi_w_per_m2": ("dhi", 1.0),
}

Table = Mapping[str, Array]

# A year of weather takes 2 MB; what is a hundred times larger is something else.
_MOST_BYTES = 200_000_000
# Lines before the first hour.
_HEAD_LINES = {"epw": 8, "tmy3": 2, "csv": 1, "nsrdb": 3, "pvgis": 18}
# Measured dew points and wet bulbs stand this far above the dry bulb in saturated air.
_SATURATED_K = 1.0
_DAY_OF_MONTH = np.array([DAY_OF_HOUR[i] - DAYS_OF_MONTH[MONTH_OF_HOUR[i]].start + 1 for i in range(HOURS)])
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip


def read_weather(
    path: str | Path, *, latitude: float = 0.0, longitude: float = 0.0, elevation_m: float = 0.0
) -> Weather:
    """Read a year of hourly weather.

    The hours stand from 1 January 01:00 to 31 December 24:00, each value of the hour that ends then, in local standard
    time, without a leap day. A CSV file has one line of column names and then 8,760 lines: ``dry_bulb_c``,
    ``pressure_pa``, ``wind_m_per_s``, ``ghi_w_per_m2``, ``dni_w_per_m2``, ``dhi_w_per_m2`` and one of ``wet_bulb_c``,
    ``dew_point_c``, ``relative_humidity_fraction``; other columns are left alone, in any order. A CSV file may also be
    one of NSRDB or a typical year of PVGIS, as they come.

    Parameters
    ----------
    path : a file that ends in .epw, .tmy3, .csv, or one of them and .gz.
    latitude, longitude, elevation_m : the place [degrees, m], for a CSV file, which does not bring its own.

    Raises
    ------
    FileError : the file is missing, has another form or count of hours, or holds values that no place on Earth has.
    """
    file = Path(path)
    suffix = file.name.lower().removesuffix(".gz").rpartition(".")[2]
    reader = {"epw": _epw, "tmy3": _tmy3, "csv": _csv}.get(suffix)
    if reader is None:
        raise FileError(f'"{file.name}" is no weather file', where=str(path), mend="Name an .epw, .tmy3 or .csv file")
    text = _text(file)
    if suffix == "csv" and "Dry-bulb (C)" in text[:4000]:
        reader, suffix = _tmy3, "tmy3"
    service = service_of(text) if suffix == "csv" else ""
    if service:
        reader, suffix = {"nsrdb": nsrdb, "pvgis": pvgis}[service], service
    # A service's hours are averaged and turned, so that no line of the file is one of them: its head stands for all.
    lines = [_HEAD_LINES[suffix]] * HOURS if service else _hour_lines(text, suffix)
    if suffix in ("epw", "tmy3"):
        _check_stamps(text, suffix, lines, str(path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table, place = reader(text)
    except DenshiError as error:
        raise FileError(error.what, where=f"{path}: {error.where}", why=error.why, mend=error.mend) from None
    except Exception as error:  # a third-party parser may raise anything on a broken file
        raise FileError(
            f"cannot be read as {suffix.upper()}", where=str(path), why=f"{type(error).__name__}: {error}"[:200]
        ) from error
    own = {"name": file.name, "latitude": latitude, "longitude": longitude, "elevation_m": elevation_m}
    return _weather(table, own | place, str(path), lines)


def _hour_lines(text: str, form: str) -> list[int]:
    """Return the number of the line of every hour, counted from 1; empty lines hold none."""
    head = _HEAD_LINES[form]
    filled = [i for i, line in enumerate(text.splitlines(), start=1) if line.strip()]
    return filled[head:]


def _check_stamps(text: str, form: str, lines: list[int], where: str) -> None:
    """Refuse hours that are missing, doubled or of 29 February, by the stamps of the lines.

    Raises
    ------
    FileError : the first line whose stamp is not the hour that should stand there.
    """
    every = text.splitlines()
    for i, number in enumerate(lines):
        stamp = _stamp(every[number - 1], form)
        if stamp is None:
            raise FileError("has no date and hour", where=f"{where}: line {number}", mend="Cut what is no hour")
        if i < HOURS and stamp == (MONTH_OF_HOUR[i] + 1, int(_DAY_OF_MONTH[i]), i % 24 + 1):
            continue
        month, day, hour = stamp
        if (month, day) == (2, 29):
            raise FileError("is 29 February: a leap year", where=f"{where}: line {number}", mend="Leave that day out")
        if i >= HOURS:
            break
        expected = f"{int(_DAY_OF_MONTH[i])} {_MONTHS[MONTH_OF_HOUR[i]]}, hour {i % 24 + 1}"
        raise FileError(
            f"is month {month}, day {day}, hour {hour}, but {expected} should stand there",
            where=f"{where}: line {number}",
            why="an hour is missing, doubled or out of order",
            mend="Give 8,760 hours from 1 January, hour 1, without a gap",
        )


def _stamp(line: str, form: str) -> tuple[int, int, int] | None:
    cells = line.split(",", 5)
    try:
        if form == "epw":
            return int(cells[1]), int(cells[2]), int(float(cells[3]))
        month, day, _ = cells[0].strip().strip('"').split("/")
        return int(month), int(day), int(cells[1].strip().strip('"').split(":")[0])
    except (ValueError, IndexError):
        return None


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            raw = stream.read(_MOST_BYTES + 1)
        if raw[:2] == b"\x1f\x8b" and len(raw) <= _MOST_BYTES:
            with gzip.open(io.BytesIO(raw)) as packed:
                raw = packed.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise FileError(
                f"is larger than {_MOST_BYTES / 1e6:.0f} MB", where=str(file), mend="Name a file of 8,760 hours"
            )
        text = raw.decode("utf-8-sig")
    except FileError:
        raise
    except FileNotFoundError:
        raise FileError("no such file", where=str(file), mend="Check the path") from None
    except IsADirectoryError:
        raise FileError("is a folder, not a file", where=str(file), mend="Name the weather file in it") from None
    except UnicodeDecodeError as error:
        raise FileError(
            "is not UTF-8 text", where=str(file), why=f"byte {error.start}", mend="Save it as UTF-8"
        ) from error
    except (OSError, EOFError, ValueError) as error:
        raise FileError("cannot be read", where=str(file), why=str(error)) from error
    except Exception as error:  # zlib.error is no OSError
        raise FileError("is a broken gzip file", where=str(file), why=str(error)) from error
    if not text.strip():
        raise FileError("is empty", where=str(file), mend="Name a file of 8,760 hours")
    return text


def _epw(text: str) -> tuple[Table, dict[str, Any]]:
    from pvlib.iotools import read_epw

    frame, meta = read_epw(io.StringIO(text))
    table = _from_pvlib(frame) | {"pressure_pa": frame["atmospheric_pressure"].to_numpy(dtype=float)}
    return table, _place(meta, "city")


def _tmy3(text: str) -> tuple[Table, dict[str, Any]]:
    from pvlib.iotools import read_tmy3

    frame, meta = read_tmy3(io.StringIO(text), map_variables=True)
    # TMY3 gives millibar.
    table = _from_pvlib(frame) | {"pressure_pa": frame["pressure"].to_numpy(dtype=float) * 100.0}
    return table, _place(meta, "Name")


def _from_pvlib(frame: Any) -> dict[str, Array]:
    return {ours: frame[theirs].to_numpy(dtype=float) * factor for ours, (theirs, factor) in _PVLIB_NAMES.items()}


def _place(meta: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {
        "name": str(meta[name]).strip().strip('"').strip(),
        "latitude": float(meta["latitude"]),
        "longitude": float(meta["longitude"]),
        "elevation_m": float(meta["altitude"]),
        "utc_offset_h": float(meta["TZ"]),
    }


def _csv(text: str) -> tuple[Table, dict[str, Any]]:
    numbered = [(i, line) for i, line in enumerate(text.splitlines(), start=1) if line.strip()]
    numbers, lines = [i for i, _ in numbered], [line for _, line in numbered]
    names = [name.strip().strip('"') for name in lines[0].split(",")]
    missing = [name for name in _REQUIRED if name not in names]
    if not any(name in names for name in _HUMIDITY):
        missing.append(" or ".join(_HUMIDITY))
    if missing:
        raise FileError(
            f"has no column {', '.join(missing)}", where=f"line {numbers[0]}", mend=f"Columns here: {lines[0][:200]}"
        )
    rows = [line.split(",") for line in lines[1:]]
    bad = next((i for i, row in enumerate(rows) if len(row) != len(names)), None)
    if bad is not None:
        raise FileError(f"has {len(rows[bad])} values, but {len(names)} columns", where=f"line {numbers[bad + 1]}")
    kept = [name for name in names if name in RANGES]
    twice = next((name for name in kept if names.count(name) > 1), None)
    if twice is not None:
        raise FileError(f"names the column {twice} twice", where=f"line {numbers[0]}")
    return {name: _column([row[names.index(name)] for row in rows], name, numbers[1:]) for name in kept}, {}


def _column(cells: list[str], name: str, numbers: list[int]) -> Array:
    try:
        return np.array(cells, dtype=float)
    except ValueError:
        line, cell = next((numbers[i], cell) for i, cell in enumerate(cells) if not _is_number(cell))
        raise FileError(f'{name} is "{cell.strip()[:40]}", no number', where=f"line {line}") from None


def _is_number(cell: str) -> bool:
    try:
        np.array([cell], dtype=float)
    except ValueError:
        return False
    return True


def _weather(table: Table, place: dict[str, Any], where: str, lines: list[int]) -> Weather:
    for name, values in table.items():
        _check(name, values, where, lines)
    dry_bulb, pressure = table["dry_bulb_c"], table["pressure_pa"]
    for name in ("wet_bulb_c", "dew_point_c"):
        if name in table:
            _check_moisture(name, table[name], dry_bulb, where, lines)
    if "utc_offset_h" not in place:
        place["utc_offset_h"] = float(round(place["longitude"] / 15.0))
    rest: dict[str, Any] = {name: table[name] for name in _REQUIRED}
    return Weather(wet_bulb_c=_wet_bulb(table, dry_bulb, pressure), **place, **rest)


def _check_moisture(name: str, values: Array, dry_bulb: Array, where: str, lines: list[int]) -> None:
    """Refuse air that holds more moisture than air can."""
    bad = values > dry_bulb + _SATURATED_K
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise FileError(
            f"{name} is {values[first]:g} above dry_bulb_c {dry_bulb[first]:g} in hour {first + 1}",
            where=f"{where}: line {lines[first]}",
            why=f"no air is that moist; {int(bad.sum()):,} hours",
            mend="Correct these hours",
        )


def _wet_bulb(table: Table, dry_bulb: Array, pressure: Array) -> Array:
    if "wet_bulb_c" in table:
        return np.minimum(table["wet_bulb_c"], dry_bulb)
    by: Mapping[str, Callable[[Array, Array, Array], Array]] = {
        "dew_point_c": wet_bulb_from_dew_point_c,
        "relative_humidity_fraction": wet_bulb_from_relative_humidity_c,
    }
    name = next(name for name in by if name in table)
    return by[name](dry_bulb, np.minimum(table[name], 1.0) if "fraction" in name else table[name], pressure)


def _check(name: str, values: Array, where: str, lines: list[int]) -> None:
    if len(values) != HOURS:
        leap = " (a leap year: leave out 29 February)" if len(values) == HOURS + 24 else ""
        last = lines[min(len(lines), HOURS + 1) - 1] if lines else 1
        raise FileError(f"holds {len(values):,} hours{leap}, but a year has {HOURS:,}", where=f"{where}: line {last}")
    low, high = RANGES[name]
    bad = ~((values >= low) & (values <= high))
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise FileError(
            f"{name} is {values[first]:g} in hour {first + 1}, and outside its range in {int(bad.sum()):,} hours",
            where=f"{where}: line {lines[first]}",
            why=f"{low:g} to {high:g} is possible",
            mend="Fill or correct these hours; missing values are not guessed",
        )
