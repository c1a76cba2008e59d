"""Weather as two public services hand it out, read by pvlib: NSRDB (SAM's CSV) and the typical year of PVGIS."""

import io
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from denshi.climate.calendar import HOURS
from denshi.climate.scores import Array
from denshi.climate.stamps import said
from denshi.errors import FileError

# Ours, pvlib's, and what one of theirs is in ours. The wind of both is taken as that at 10 m.
_NAMES = {
    "dry_bulb_c": ("temp_air", 1.0),
    "pressure_pa": ("pressure", 1.0),
    "wind_m_per_s": ("wind_speed", 1.0),
    "ghi_w_per_m2": ("ghi", 1.0),
    "dni_w_per_m2": ("dni", 1.0),
    "dhi_w_per_m2": ("dhi", 1.0),
}
_HUMIDITY = {"dew_point_c": ("temp_dew", 1.0), "relative_humidity_fraction": ("relative_humidity", 0.01)}
_PA_PER_MBAR = 100.0
_MOST_FRACTION = 1.0

Found = tuple[dict[str, Array], dict[str, Any]]


def service_of(text: str) -> str:
    """Return which service wrote a file: "nsrdb", "pvgis", or "" for another.

    >>> service_of("Source,Location ID,City"), service_of("dry_bulb_c,pressure_pa")
    ('nsrdb', '')
    """
    head = text[:4000]
    if head.startswith("Source,Location ID,"):
        return "nsrdb"
    return "pvgis" if head.startswith("Latitude (decimal degrees)") and "time(UTC)" in head else ""


def nsrdb(text: str) -> Found:
    """Return columns and place of a file of the National Solar Radiation Database.

    Half hours are averaged, 29 February is left out, and hours of UTC are turned to local standard time.
    """
    from pvlib import iotools

    read = getattr(iotools, "read_nsrdb_psm4", None) or iotools.read_psm3
    frame, meta = read(io.StringIO(text), map_variables=True)
    table = _hours(frame, _PA_PER_MBAR)
    ahead_h = float(meta["Local Time Zone"]) - float(meta["Time Zone"])
    place = {
        "name": f"NSRDB {meta.get('Location ID', '')}".strip(),
        "latitude": float(meta["latitude"]),
        "longitude": float(meta["longitude"]),
        "elevation_m": float(meta["altitude"]),
        "utc_offset_h": float(meta["Local Time Zone"]),
    }
    return _turned(table, round(ahead_h)), place


def pvgis(text: str) -> Found:
    """Return columns and place of a typical year of PVGIS, turned from UTC to local standard time by its longitude."""
    from pvlib import iotools

    frame = iotools.read_pvgis_tmy(io.BytesIO(text.encode()), pvgis_format="csv")[0]
    latitude, longitude, elevation = (float(x) for x in re.findall(r"^(?:Lat|Lon|Ele)[^:]*:\s*(\S+)", text, re.M)[:3])
    ahead_h = round(longitude / 15.0)
    place = {
        "name": "PVGIS typical year",
        "latitude": latitude,
        "longitude": longitude,
        "elevation_m": elevation,
        "utc_offset_h": float(ahead_h),
    }
    return _turned(_hours(frame, 1.0), ahead_h), place


def _hours(frame: Any, pressure_pa: float) -> dict[str, Array]:
    """Return the 8,760 hours of a frame whose index is the time, whatever year each month is of."""
    wanted = dict(_NAMES)
    wanted["pressure_pa"] = ("pressure", pressure_pa)
    humidity = next((name for name, (theirs, _) in _HUMIDITY.items() if theirs in frame), None)
    missing = [theirs for theirs, _ in wanted.values() if theirs not in frame]
    if humidity is None:
        missing.append("dew point or relative humidity")
    else:
        wanted[humidity] = _HUMIDITY[humidity]
    if missing:
        raise FileError(f"has no {', '.join(missing)}", where="line 3", mend="Ask the service for these columns, too")
    at = _positions(frame.index)
    keep = at >= 0
    count = np.bincount(at[keep], minlength=HOURS)
    if count.min() == 0:
        raise FileError("lacks an hour", where=said(int(count.argmin())), mend="Take a whole year from the service")
    if count.max() > len(set(frame.index.minute)):
        raise FileError("holds several years", where=said(int(count.argmax())), mend="Cut one year out")
    return {
        ours: np.bincount(at[keep], frame[theirs].to_numpy(dtype=float)[keep] * factor, HOURS) / count
        for ours, (theirs, factor) in wanted.items()
    }


def _positions(index: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return which hour of a year without a leap day each stamp is in, -1 on 29 February."""
    month, day, hour = (np.asarray(part, dtype=np.int64) for part in (index.month, index.day, index.hour))
    ends = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30])
    at = 24 * (ends[month - 1] + day - 1) + hour
    return np.where((month == 2) & (day == 29), -1, at)


def _turned(table: Mapping[str, Array], ahead_h: int) -> dict[str, Array]:
    turned = {name: np.roll(values, ahead_h) for name, values in table.items()}
    if "relative_humidity_fraction" in turned:
        turned["relative_humidity_fraction"] = np.minimum(turned["relative_humidity_fraction"], _MOST_FRACTION)
    return turned
