"""Moist air: pressure, saturation, humidity ratio, enthalpy, wet bulb; vectorised over hours.

Equations of ASHRAE Fundamentals 2017, chapter 1. Temperatures in degrees Celsius, pressures in Pa. Every function takes
numbers or arrays that broadcast. Within 1 K of a wet bulb of 0 C the handbook leaves the wet bulb open: its branches
over ice and over water do not meet there.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from denshi.errors import OutOfRangeError

Array = NDArray[np.float64]

_COLDEST_C, _HOTTEST_C = -100.0, 200.0
_RATIO_OF_MOLAR_MASSES = 0.621945
_LEAST_HUMIDITY_RATIO = 1e-7
_TRIPLE_POINT_C = 0.01
# Evaporation can cool air by no more than all the latent heat that dry air takes up; 40 halvings leave 1e-10 K.
_WIDEST_K = 45.0
_HALVINGS = 40


def standard_pressure_pa(elevation_m: ArrayLike) -> Array:
    """Return the pressure of the standard atmosphere [Pa].

    .. math:: p = 101325 (1 - 2.25577\\cdot 10^{-5} z)^{5.2559}

    Parameters
    ----------
    elevation_m : height above the sea, -5,000 to 11,000 [m].

    Source: ashrae2017, equation 3.

    >>> float(standard_pressure_pa(1000.0).round())
    89875.0
    """
    return np.asarray(101_325.0 * (1.0 - 2.25577e-5 * np.asarray(elevation_m, dtype=np.float64)) ** 5.2559)


def saturation_pressure_pa(dry_bulb_c: ArrayLike) -> Array:
    """Return the vapour pressure over ice or water [Pa].

    .. math:: \\ln p = C_0/T + C_1 + C_2 T + C_3 T^2 + C_4 T^3 + C_5 T^4 + C_6 \\ln T

    Parameters
    ----------
    dry_bulb_c : -100 to 200 [C]; below the triple point the pressure is that over ice.

    Raises
    ------
    OutOfRangeError : a temperature is outside the range of the fit.

    Source: ashrae2017, equations 5 and 6.

    >>> round(float(saturation_pressure_pa(20.0)), 1)
    2338.8
    """
    celsius = np.asarray(dry_bulb_c, dtype=np.float64)
    _within(celsius, _COLDEST_C, _HOTTEST_C, "air temperature", "C")
    t = celsius + 273.15
    ice = (
        -5.6745359e3 / t
        + 6.3925247
        + t * (-9.677843e-3 + t * (6.2215701e-7 + t * (2.0747825e-9 + t * -9.484024e-13)))
        + 4.1635019 * np.log(t)
    )
    water = (
        -5.8002206e3 / t
        + 1.3914993
        + t * (-4.8640239e-2 + t * (4.1764768e-5 + t * -1.4452093e-8))
        + 6.5459673 * np.log(t)
    )
    return np.exp(np.where(celsius <= _TRIPLE_POINT_C, ice, water))


def saturated_humidity_ratio(dry_bulb_c: ArrayLike, pressure_pa: ArrayLike) -> Array:
    """Return the humidity ratio of saturated air [kg/kg]: 0.621945 p_s / (p - p_s).

    Source: ashrae2017, equation 21.

    >>> round(float(saturated_humidity_ratio(20.0, 101_325.0)), 5)
    0.0147
    """
    vapour = saturation_pressure_pa(dry_bulb_c)
    pressure = np.asarray(pressure_pa, dtype=np.float64)
    if np.any(vapour >= pressure):
        raise OutOfRangeError("water boils at this temperature and pressure", where="psychrometrics")
    ratio = _RATIO_OF_MOLAR_MASSES * vapour / (pressure - vapour)
    return np.maximum(ratio, _LEAST_HUMIDITY_RATIO)


def humidity_ratio(dry_bulb_c: ArrayLike, wet_bulb_c: ArrayLike, pressure_pa: ArrayLike) -> Array:
    """Return the humidity ratio of air from its wet bulb [kg/kg].

    .. math:: W = \\frac{(2501 - 2.326 t^*) W_s^* - 1.006 (t - t^*)}{2501 + 1.86 t - 4.186 t^*}

    and its twin over ice below 0 C.

    Source: ashrae2017, equations 33 and 35.

    >>> round(float(humidity_ratio(30.0, 20.0, 101_325.0)), 5)
    0.01052
    """
    t, wet = np.asarray(dry_bulb_c, dtype=np.float64), np.asarray(wet_bulb_c, dtype=np.float64)
    saturated = saturated_humidity_ratio(wet, pressure_pa)
    above = ((2501.0 - 2.326 * wet) * saturated - 1.006 * (t - wet)) / (2501.0 + 1.86 * t - 4.186 * wet)
    below = ((2830.0 - 0.24 * wet) * saturated - 1.006 * (t - wet)) / (2830.0 + 1.86 * t - 2.1 * wet)
    return np.maximum(np.where(wet >= 0.0, above, below), _LEAST_HUMIDITY_RATIO)


def relative_to_humidity_ratio(dry_bulb_c: ArrayLike, relative_fraction: ArrayLike, pressure_pa: ArrayLike) -> Array:
    """Return the humidity ratio of air from its relative humidity, 0 to 1 [kg/kg].

    Source: ashrae2017, equations 20 and 22.

    >>> round(float(relative_to_humidity_ratio(20.0, 0.5, 101_325.0)), 5)
    0.00726
    """
    relative = np.asarray(relative_fraction, dtype=np.float64)
    _within(relative, 0.0, 1.0, "relative humidity", "1")
    vapour = relative * saturation_pressure_pa(dry_bulb_c)
    pressure = np.asarray(pressure_pa, dtype=np.float64)
    return np.maximum(_RATIO_OF_MOLAR_MASSES * vapour / (pressure - vapour), _LEAST_HUMIDITY_RATIO)


def relative_humidity_fraction(dry_bulb_c: ArrayLike, ratio: ArrayLike, pressure_pa: ArrayLike) -> Array:
    """Return the relative humidity of air from its humidity ratio, cut at saturation [1].

    Source: ashrae2017, equations 12 and 20.

    >>> round(float(relative_humidity_fraction(20.0, 0.00726, 101_325.0)), 3)
    0.5
    """
    w, pressure = np.asarray(ratio, dtype=np.float64), np.asarray(pressure_pa, dtype=np.float64)
    vapour_pa = w * pressure / (_RATIO_OF_MOLAR_MASSES + w)
    return np.minimum(vapour_pa / saturation_pressure_pa(dry_bulb_c), 1.0)


def enthalpy_kj_per_kg(dry_bulb_c: ArrayLike, ratio: ArrayLike) -> Array:
    """Return the enthalpy of moist air, per kg of dry air [kJ/kg]: 1.006 t + W (2501 + 1.86 t).

    Source: ashrae2017, equation 30.

    >>> round(float(enthalpy_kj_per_kg(30.0, 0.02)), 2)
    81.32
    """
    t, w = np.asarray(dry_bulb_c, dtype=np.float64), np.asarray(ratio, dtype=np.float64)
    return 1.006 * t + w * (2501.0 + 1.86 * t)


def saturated_enthalpy_kj_per_kg(dry_bulb_c: ArrayLike, pressure_pa: ArrayLike) -> Array:
    """Return the enthalpy of saturated air, per kg of dry air [kJ/kg].

    Source: ashrae2017, equations 21 and 30.

    >>> round(float(saturated_enthalpy_kj_per_kg(20.0, 101_325.0)), 2)
    57.42
    """
    return enthalpy_kj_per_kg(dry_bulb_c, saturated_humidity_ratio(dry_bulb_c, pressure_pa))


def wet_bulb_c(dry_bulb_c: ArrayLike, ratio: ArrayLike, pressure_pa: ArrayLike) -> Array:
    """Return the wet bulb of air from its humidity ratio [C], by bisection of equations 33 and 35.

    Parameters
    ----------
    dry_bulb_c : [C].
    ratio : humidity ratio; above saturation it counts as saturated [kg/kg].
    pressure_pa : [Pa].

    Returns
    -------
    Wet bulb [C], never above the dry bulb.

    Source: ashrae2017.

    >>> round(float(wet_bulb_c(30.0, 0.010516, 101_325.0)), 1)
    20.0
    """
    t, w, p = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (dry_bulb_c, ratio, pressure_pa)))
    low, high = np.maximum(np.minimum(t - _WIDEST_K, -_WIDEST_K), _COLDEST_C), t.copy()
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        too_wet = humidity_ratio(t, middle, p) > w
        high, low = np.where(too_wet, middle, high), np.where(too_wet, low, middle)
    result: Array = 0.5 * (low + high)
    return result


def wet_bulb_from_dew_point_c(dry_bulb_c: ArrayLike, dew_point_c: ArrayLike, pressure_pa: ArrayLike) -> Array:
    """Return the wet bulb [C] from the dew point [C], which is cut at the dry bulb.

    >>> round(float(wet_bulb_from_dew_point_c(30.0, 14.72, 101_325.0)), 1)
    20.0
    """
    ratio = saturated_humidity_ratio(np.minimum(dew_point_c, dry_bulb_c), pressure_pa)
    return wet_bulb_c(dry_bulb_c, ratio, pressure_pa)


def wet_bulb_from_relative_humidity_c(
    dry_bulb_c: ArrayLike, relative_fraction: ArrayLike, pressure_pa: ArrayLike
) -> Array:
    """Return the wet bulb [C] from the relative humidity, 0 to 1 [1].

    >>> round(float(wet_bulb_from_relative_humidity_c(30.0, 0.395, 101_325.0)), 1)
    20.0
    """
    ratio = relative_to_humidity_ratio(dry_bulb_c, relative_fraction, pressure_pa)
    return wet_bulb_c(dry_bulb_c, ratio, pressure_pa)


def _within(values: Array, low: float, high: float, what: str, unit: str) -> None:
    if values.size and not bool(np.all((values >= low) & (values <= high))):
        worst: Any = values[~((values >= low) & (values <= high))].flat[0] if values.ndim else values
        raise OutOfRangeError(
            f"{what} {float(worst):g} {unit} is outside {low:g} to {high:g} {unit}", where="psychrometrics"
        )
