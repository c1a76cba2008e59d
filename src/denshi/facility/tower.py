"""A cooling tower with variable fans: Merkel's balance of warm water and saturated air, by effectiveness.

All heat goes with the enthalpy of the air, so that what the tower can do hangs on the wet bulb alone; what evaporates
hangs on the state of the air that leaves. With the fans turned down that air comes close to the warm water.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from denshi.errors import OutOfRangeError
from denshi.psychrometrics import saturated_enthalpy_kj_per_kg

Array = NDArray[np.float64]

WATER_KJ_PER_KG_K = 4.18
# Rating point of makers: 78 F wet bulb, sea level (CTI STD-201).
RATING_WET_BULB_C = 25.6
RATING_PRESSURE_PA = 101_325.0
# NTU = C (water / air)^0.4, the exponent of counterflow fill: braun1989.
_FILL_EXPONENT = 0.4
_LARGEST_MERKEL = 60.0
_SLOWEST, _FASTEST = 1e-3, 2.0
_STEPS = 40
_CLOSE_KJ = 1e-5
# Between wet bulbs this far apart a tower is interpolated; its figures are smooth there to 1e-4.
_STEP_K = 0.5
_HOTTEST_WATER_C = 75.0
_TABLE_STEP_K = 0.2


@dataclass(frozen=True, slots=True)
class Tower:
    """Fill of a tower: Merkel number at equal flows [1], design flow of water over that of air [kg/kg]."""

    merkel: float
    water_to_air: float


@dataclass(frozen=True, slots=True)
class Running:
    """A tower hour by hour: cold water [C], air over design flow [1], saturated air that leaves [C]."""

    cold_c: Array
    speed: Array
    leaving_c: Array


def effectiveness(units: ArrayLike, capacity_ratio: ArrayLike) -> Array:
    """Return the share of the possible heat that passes in counterflow [1].

    .. math:: \\varepsilon = \\frac{1 - e^{-N(1 - m)}}{1 - m e^{-N(1 - m)}}

    Parameters
    ----------
    units : number of transfer units N, positive [1].
    capacity_ratio : capacity of the air over that of the water, m, positive [1].

    Source: braun1989.

    >>> effectiveness(2.0, [0.5, 1.0, 1.5]).round(4).tolist()
    [0.7746, 0.6667, 0.5584]
    """
    n, m = np.asarray(units, dtype=np.float64), np.asarray(capacity_ratio, dtype=np.float64)
    # At m = 1 the fraction is 0/0 with the limit n / (1 + n); a billionth beside it is closer than that to it.
    m = np.where(np.abs(m - 1.0) < 1e-6, 1.0 - 1e-6, m)
    decay = np.exp(np.clip(-n * (1.0 - m), -300.0, 300.0))
    return (1.0 - decay) / (1.0 - m * decay)


def passed_kj_per_kg(
    merkel: float,
    air_to_water: ArrayLike,
    hot_kj: ArrayLike,
    cold_kj: ArrayLike,
    entering_kj: ArrayLike,
    range_k: ArrayLike,
) -> Array:
    """Return the heat that a tower passes for each kilogram of its water [kJ/kg].

    Parameters
    ----------
    merkel : of the fill at equal flows [1].
    air_to_water : mass of air over that of water [kg/kg].
    hot_kj, cold_kj : enthalpy of air saturated at the warm and the cold water [kJ/kg].
    entering_kj : enthalpy of the air that enters, that of air saturated at the wet bulb [kJ/kg].
    range_k : warm less cold water [K].

    Source: braun1989 (effectiveness with the mean heat capacity of saturated air).
    """
    g = np.asarray(air_to_water, dtype=np.float64)
    slope = (np.asarray(hot_kj) - np.asarray(cold_kj)) / range_k
    share = effectiveness(merkel * g**-_FILL_EXPONENT, g * slope / WATER_KJ_PER_KG_K)
    passed: Array = share * g * (np.asarray(hot_kj) - np.asarray(entering_kj))
    return passed


# The loops of a plant and its hottest year share one tower.
@lru_cache(maxsize=64)
def sized_tower(approach_k: float, range_k: float, water_to_air: float) -> Tower:
    """Return the tower that reaches an approach at the rating point with its fans at full speed.

    Parameters
    ----------
    approach_k : cold water above the wet bulb at full heat, positive [K].
    range_k : warm less cold water at full heat, positive [K].
    water_to_air : mass of water over that of air at full heat [kg/kg].

    Raises
    ------
    OutOfRangeError : no fill reaches that approach with so little air.

    >>> round(sized_tower(4.0, 10.0, 1.2).merkel, 2)
    1.82
    """
    cold = RATING_WET_BULB_C + approach_k
    hot_kj, cold_kj, in_kj = (
        float(saturated_enthalpy_kj_per_kg(t, RATING_PRESSURE_PA)) for t in (cold + range_k, cold, RATING_WET_BULB_C)
    )

    def passes(merkel: float) -> bool:
        passed = passed_kj_per_kg(merkel, 1.0 / water_to_air, hot_kj, cold_kj, in_kj, range_k)
        return float(passed) >= WATER_KJ_PER_KG_K * range_k

    low, high = 0.0, _LARGEST_MERKEL
    if not approach_k > 0 or not range_k > 0 or not water_to_air > 0 or not passes(high):
        raise OutOfRangeError(
            f"no tower comes within {approach_k:g} K of the wet bulb at a range of {range_k:g} K",
            where="facility.cooling",
            why=f"{water_to_air:g} kg of water on a kg of air",
            mend="Allow a larger approach or more air",
        )
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if passes(middle) else (middle, high)
    return Tower(high, water_to_air)


def run_tower(
    tower: Tower,
    flow: float,
    wet_bulb_c: Array,
    pressure_pa: float,
    wanted_c: float,
    range_at_k: Callable[[Array], Array],
) -> Running:
    """Run a tower through the hours: fans slow down as far as the wanted cold water allows.

    Parameters
    ----------
    tower : see ``sized_tower``.
    flow : of water over its design flow, positive; all fill stays wetted [1].
    wet_bulb_c : of the air that enters, hour by hour [C].
    pressure_pa : mean of the year; that of an hour moves the approach by some hundredths of a kelvin [Pa].
    wanted_c : cold water that is cold enough [C].
    range_at_k : warm less cold water at a temperature of the cold water; not falling faster than it [K].

    Source: braun1989.
    """
    nodes = np.arange(floor(float(wet_bulb_c.min())), ceil(float(wet_bulb_c.max())) + _STEP_K, _STEP_K)
    warm_c, warm_kj = _saturated(pressure_pa)
    entering = np.interp(nodes, warm_c, warm_kj)
    most = 1.0 / (flow * tower.water_to_air)

    def short_kj(air_to_water: Array | float, cold_c: Array) -> Array:
        """Return by how much the heat that passes falls short of what the water brings [kJ/kg]."""
        spread = range_at_k(cold_c)
        hot_kj, cold_kj = np.interp(cold_c + spread, warm_c, warm_kj), np.interp(cold_c, warm_c, warm_kj)
        passed = passed_kj_per_kg(tower.merkel, air_to_water, hot_kj, cold_kj, entering, spread)
        return WATER_KJ_PER_KG_K * spread - passed

    coldest = _root(lambda cold: short_kj(most, cold), nodes + 0.01, np.full_like(nodes, _HOTTEST_WATER_C))
    wanted = np.full_like(nodes, wanted_c)
    low, high = np.full_like(nodes, np.log(_SLOWEST)), np.full_like(nodes, np.log(_FASTEST))
    speed = np.exp(_root(lambda s: short_kj(np.exp(s) * most, wanted), low, high))
    cold = np.maximum(coldest, wanted_c)
    held = np.where(coldest >= wanted_c, 1.0, np.minimum(speed, 1.0))
    leaving_kj = entering + WATER_KJ_PER_KG_K * range_at_k(cold) / (held * most)
    leaving = np.interp(leaving_kj, warm_kj, warm_c)
    return Running(
        cold_c=np.maximum(np.interp(wet_bulb_c, nodes, coldest), wanted_c),
        speed=np.interp(wet_bulb_c, nodes, held),
        leaving_c=np.interp(wet_bulb_c, nodes, leaving),
    )


@lru_cache(maxsize=16)
def _saturated(pressure_pa: float) -> tuple[Array, Array]:
    """Return temperatures [C] and the enthalpy of saturated air at them [kJ/kg], close enough to interpolate."""
    celsius = np.arange(-90.0, _HOTTEST_WATER_C, _TABLE_STEP_K)
    return celsius, saturated_enthalpy_kj_per_kg(celsius, pressure_pa)


def _root(of: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Return where functions that fall from above to below 0 cross it: false position with the Illinois rule."""
    at_low, at_high = of(low), of(high)
    # A function that is below 0 already, or still above it, has its root at that end.
    done = np.where(at_low <= 0, low, np.where(at_high >= 0, high, np.nan))
    unsettled = np.isnan(done)
    side = np.zeros_like(low)
    middle = high
    for _ in range(_STEPS):
        middle = np.clip(high - at_high * (high - low) / np.where(at_high == at_low, -1.0, at_high - at_low), low, high)
        value = of(middle)
        above = value > 0
        # An end that stays twice counts half, so that the other end moves too.
        at_high = np.where(above, np.where(side > 0, 0.5 * at_high, at_high), value)
        at_low = np.where(above, value, np.where(side < 0, 0.5 * at_low, at_low))
        low, high = np.where(above, middle, low), np.where(above, high, middle)
        side = np.where(above, 1.0, -1.0)
        if float(np.max(np.abs(np.where(unsettled, value, 0.0)))) < _CLOSE_KJ:
            break
    return np.where(unsettled, middle, done)
