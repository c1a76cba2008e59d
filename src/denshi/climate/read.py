"""Read a user's hourly weather: EPW, TMY3 (plain or gzipped) or CSV, 8,760 hours of local standard time."""

import gzip
import io
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denshi.climate.calendar import HOURS
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


def read_weather(
    path: str | Path, *, latitude: float = 0.0, longitude: float = 0.0, elevation_m: float = 0.0
) -> Weather:
    """Read a year of hourly weather.

    The hours stand from 1 January 01:00 to 31 December 24:00, each value of the hour that ends then, in local standard
    time, without a leap day. A CSV file has one line of column names and then 8,760 lines: ``dry_bulb_c``,
    ``pressure_pa``, ``wind_m_per_s``, ``ghi_w_per_m2``, ``dni_w_per_m2``, ``dhi_w_per_m2`` and one of ``wet_bulb_c``,
    ``dew_point_c``, ``relative_humidity_fraction``; other columns are left alone, in any order.

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
        reader = _tmy3
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table, place = reader(text)
    except DenshiError:
        raise
    except Exception as error:  # a third-party parser may raise anything on a broken file
        raise FileError(
            f"cannot be read as {suffix.upper()}", where=str(path), why=f"{type(error).__name__}: {error}"[:200]
        ) from error
    own = {"name": file.name, "latitude": latitude, "longitude": longitude, "elevation_m": elevation_m}
    return _weather(table, own | place, str(path))


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
        text = raw.decode("utf-8-sig")
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
    lines = [line for line in text.splitlines() if line.strip()]
    names = [name.strip().strip('"') for name in lines[0].split(",")]
    missing = [name for name in _REQUIRED if name not in names]
    if not any(name in names for name in _HUMIDITY):
        missing.append(" or ".join(_HUMIDITY))
    if missing:
        raise FileError(f"has no column {', '.join(missing)}", where="line 1", mend=f"Columns here: {lines[0][:200]}")
    rows = [line.split(",") for line in lines[1:]]
    bad = next((i for i, row in enumerate(rows) if len(row) != len(names)), None)
    if bad is not None:
        raise FileError(f"has {len(rows[bad])} values, but {len(names)} columns", where=f"line {bad + 2}")
    kept = [name for name in names if name in RANGES]
    return {name: _column([row[names.index(name)] for row in rows], name) for name in kept}, {}


def _column(cells: list[str], name: str) -> Array:
    try:
        return np.array(cells, dtype=float)
    except ValueError:
        line, cell = next((i + 2, cell) for i, cell in enumerate(cells) if not _is_number(cell))
        raise FileError(f'{name} is "{cell.strip()[:40]}", no number', where=f"line {line}") from None


def _is_number(cell: str) -> bool:
    try:
        np.array([cell], dtype=float)
    except ValueError:
        return False
    return True


def _weather(table: Table, place: dict[str, Any], where: str) -> Weather:
    for name, values in table.items():
        _check(name, values, where)
    dry_bulb, pressure = table["dry_bulb_c"], table["pressure_pa"]
    if "utc_offset_h" not in place:
        place["utc_offset_h"] = float(round(place["longitude"] / 15.0))
    rest: dict[str, Any] = {name: table[name] for name in _REQUIRED}
    return Weather(wet_bulb_c=_wet_bulb(table, dry_bulb, pressure), **place, **rest)


def _wet_bulb(table: Table, dry_bulb: Array, pressure: Array) -> Array:
    if "wet_bulb_c" in table:
        return np.minimum(table["wet_bulb_c"], dry_bulb)
    by: Mapping[str, Callable[[Array, Array, Array], Array]] = {
        "dew_point_c": wet_bulb_from_dew_point_c,
        "relative_humidity_fraction": wet_bulb_from_relative_humidity_c,
    }
    name = next(name for name in by if name in table)
    return by[name](dry_bulb, np.minimum(table[name], 1.0) if "fraction" in name else table[name], pressure)


def _check(name: str, values: Array, where: str) -> None:
    if len(values) != HOURS:
        leap = " (a leap year: leave out 29 February)" if len(values) == HOURS + 24 else ""
        raise FileError(f"holds {len(values):,} hours{leap}, but a year has {HOURS:,}", where=where)
    low, high = RANGES[name]
    bad = ~((values >= low) & (values <= high))
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise FileError(
            f"{name} is {values[first]:g} in hour {first + 1}, and outside its range in {int(bad.sum()):,} hours",
            where=where,
            why=f"{low:g} to {high:g} is possible",
            mend="Fill or correct these hours; missing values are not guessed",
        )
