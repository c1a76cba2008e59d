"""Where the sun stands and how much of it there is above the air, hour by hour, from the date alone."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from denshi.climate.calendar import DAY_OF_HOUR, HOUR_OF_DAY

Array = NDArray[np.float64]

_SOLAR_CONSTANT_W_PER_M2 = 1361.1
_STEPS_PER_HOUR = 6


@dataclass(frozen=True, slots=True, eq=False)
class Sun:
    """The sun over each hour: mean cosine of the zenith angle (0 at night), and that of a north-south tracker.

    ``tracker_cos_incidence`` is between the beam and a surface that turns about a horizontal north-south axis,
    ``tracker_cos_tilt`` that of the surface's tilt, which lies flat at night.
    """

    cos_zenith: Array
    tracker_cos_incidence: Array
    tracker_cos_tilt: Array
    extraterrestrial_w_per_m2: Array


@lru_cache(maxsize=64)
def sun(latitude: float, longitude: float, utc_offset_h: float) -> Sun:
    """Return the sun's geometry for the 8,760 hours of a year.

    ``cos z = sin(lat) sin(d) + cos(lat) cos(d) cos(w)``; for the tracker
    ``cos i = sqrt(cos^2 z + cos^2 d sin^2 w)`` and ``cos tilt = cos z / cos i``.

    Parameters
    ----------
    latitude, longitude : degrees, north and east positive.
    utc_offset_h : local standard time minus UTC [h].

    Source: spencer1971 for declination d, equation of time and distance; duffie2013 eqs 1.6.5 and 1.7.4 for the angles.

    >>> equator = sun(0.0, 0.0, 0.0)
    >>> float(equator.cos_zenith[24 * 80 + 11: 24 * 80 + 13].mean().round(2))
    0.99
    """
    day = 2.0 * np.pi * DAY_OF_HOUR / 365.0
    declination = (
        0.006918 - 0.399912 * np.cos(day) + 0.070257 * np.sin(day) - 0.006758 * np.cos(2 * day)
        + 0.000907 * np.sin(2 * day) - 0.002697 * np.cos(3 * day) + 0.00148 * np.sin(3 * day)
    )  # fmt: skip
    ahead_min = 229.18 * (
        0.000075 + 0.001868 * np.cos(day) - 0.032077 * np.sin(day)
        - 0.014615 * np.cos(2 * day) - 0.040849 * np.sin(2 * day)
    )  # fmt: skip
    distance = (
        1.00011 + 0.034221 * np.cos(day) + 0.00128 * np.sin(day)
        + 0.000719 * np.cos(2 * day) + 0.000077 * np.sin(2 * day)
    )  # fmt: skip
    steps = (np.arange(_STEPS_PER_HOUR) + 0.5) / _STEPS_PER_HOUR
    clock_h = HOUR_OF_DAY[:, None] + steps + (longitude / 15.0 - utc_offset_h) + ahead_min[:, None] / 60.0
    hour_angle = np.pi * (clock_h - 12.0) / 12.0
    d, lat = declination[:, None], np.radians(latitude)
    cos_zenith = np.maximum(np.sin(lat) * np.sin(d) + np.cos(lat) * np.cos(d) * np.cos(hour_angle), 0.0)
    cos_incidence = np.sqrt(cos_zenith**2 + (np.cos(d) * np.sin(hour_angle)) ** 2) * (cos_zenith > 0.0)
    tilt = np.divide(cos_zenith, cos_incidence, out=np.ones_like(cos_zenith), where=cos_incidence > 0.0)
    return Sun(
        cos_zenith.mean(axis=1),
        cos_incidence.mean(axis=1),
        tilt.mean(axis=1),
        _SOLAR_CONSTANT_W_PER_M2 * distance,
    )
