"""Wet bulb, humidity and air pressure: what the climate room needs of psychrometrics, vectorised over hours.

Equations 3, 5, 6, 22, 33 and 35 of ASHRAE Fundamentals 2017, chapter 1.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_WATER_TO_AIR = 0.621945
_LEAST_HUMIDITY = 1e-7
# 40 halvings of a bracket of 100 K leave 1e-10 K.
_HALVINGS = 40


def standard_pressure_pa(elevation_m: Array | float) -> Array:
    """Return the pressure of the standard atmosphere.

    ``p = 101325 (1 - 2.25577e-5 z)^5.2559``

    Parameters
    ----------
    elevation_m : height above the sea [m], -5,000 to 11,000.

    Source: ashrae2017, eq. 3.

    >>> float(standard_pressure_pa(1000.0).round())
    89875.0
    """
    return np.asarray(101325.0 * (1.0 - 2.25577e-5 * np.asarray(elevation_m)) ** 5.2559)


def saturation_pressure_pa(temperature_c: Array | float) -> Array:
    """Return the vapour pressure of saturated air, over ice below 0.01 C and over water above.

    Parameters
    ----------
    temperature_c : temperature [C], -100 to 200.

    Source: ashrae2017, eqs 5 and 6.

    >>> float(saturation_pressure_pa(20.0).round(1))
    2338.8
    """
    t = np.asarray(temperature_c) + 273.15
    ice = (
        -5.6745359e3 / t + 6.3925247 - 9.677843e-3 * t + 6.2215701e-7 * t**2
        + 2.0747825e-9 * t**3 - 9.484024e-13 * t**4 + 4.1635019 * np.log(t)
    )  # fmt: skip
    water = (
        -5.8002206e3 / t + 1.3914993 - 4.8640239e-2 * t + 4.1764768e-5 * t**2
        - 1.4452093e-8 * t**3 + 6.5459673 * np.log(t)
    )  # fmt: skip
    return np.exp(np.where(np.asarray(temperature_c) <= 0.01, ice, water))


def humidity_ratio(vapour_pa: Array, pressure_pa: Array) -> Array:
    """Return kilograms of vapour per kilogram of dry air [1].

    ``W = 0.621945 p_w / (p - p_w)``

    Source: ashrae2017, eq. 20.
    """
    return np.maximum(_WATER_TO_AIR * vapour_pa / (pressure_pa - vapour_pa), _LEAST_HUMIDITY)


def humidity_from_wet_bulb(dry_bulb_c: Array, wet_bulb_c: Array, pressure_pa: Array) -> Array:
    """Return the humidity ratio of air from its two temperatures [1].

    Source: ashrae2017, eqs 33 (wet bulb at or above freezing) and 35 (below).
    """
    saturated = humidity_ratio(saturation_pressure_pa(wet_bulb_c), pressure_pa)
    gap = dry_bulb_c - wet_bulb_c
    heat = 1.86 * dry_bulb_c
    water = ((2501.0 - 2.326 * wet_bulb_c) * saturated - 1.006 * gap) / (2501.0 + heat - 4.186 * wet_bulb_c)
    ice = ((2830.0 - 0.24 * wet_bulb_c) * saturated - 1.006 * gap) / (2830.0 + heat - 2.1 * wet_bulb_c)
    return np.maximum(np.where(wet_bulb_c >= 0.0, water, ice), _LEAST_HUMIDITY)


def relative_humidity_fraction(dry_bulb_c: Array, humidity: Array, pressure_pa: Array) -> Array:
    """Return the relative humidity [1] of air with a humidity ratio [1].

    Source: ashrae2017, eqs 12 and 20.
    """
    vapour_pa = humidity * pressure_pa / (_WATER_TO_AIR + humidity)
    return np.minimum(vapour_pa / saturation_pressure_pa(dry_bulb_c), 1.0)


def wet_bulb_c(dry_bulb_c: Array, humidity: Array, pressure_pa: Array) -> Array:
    """Return the thermodynamic wet bulb of air, by bisection.

    Parameters
    ----------
    dry_bulb_c : dry bulb [C].
    humidity : humidity ratio [1].
    pressure_pa : air pressure [Pa].

    Returns
    -------
    Wet bulb [C], never above the dry bulb.

    Source: ashrae2017, eqs 33 and 35.

    >>> air = np.array([30.0]), np.array([0.0107]), np.array([95461.0])
    >>> float(wet_bulb_c(*air).round(1)[0])
    19.5
    """
    # Evaporation can cool air by no more than all the latent heat that dry air takes up.
    low, high = np.minimum(dry_bulb_c - 45.0, -45.0), dry_bulb_c.astype(float)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        too_humid = humidity_from_wet_bulb(dry_bulb_c, middle, pressure_pa) > humidity
        high = np.where(too_humid, middle, high)
        low = np.where(too_humid, low, middle)
    return np.asarray(0.5 * (low + high))


def wet_bulb_from_dew_point_c(dry_bulb_c: Array, dew_point_c: Array, pressure_pa: Array) -> Array:
    """Return the wet bulb [C] from the dew point [C], which is cut at the dry bulb."""
    vapour_pa = saturation_pressure_pa(np.minimum(dew_point_c, dry_bulb_c))
    return wet_bulb_c(dry_bulb_c, humidity_ratio(vapour_pa, pressure_pa), pressure_pa)


def wet_bulb_from_relative_humidity_c(dry_bulb_c: Array, humidity_fraction: Array, pressure_pa: Array) -> Array:
    """Return the wet bulb [C] from the relative humidity [1]."""
    vapour_pa = humidity_fraction * saturation_pressure_pa(dry_bulb_c)
    return wet_bulb_c(dry_bulb_c, humidity_ratio(vapour_pa, pressure_pa), pressure_pa)
