"""Cooling a hall with the air outside: mixing, wetting, and what is left for a chiller."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from denshi.errors import OutOfRangeError
from denshi.psychrometrics import (
    enthalpy_kj_per_kg,
    humidity_ratio,
    relative_to_humidity_ratio,
    saturated_humidity_ratio,
)

Array = NDArray[np.float64]

_SECONDS_PER_HOUR = 3600.0
# Air leaves a cold coil saturated, so much colder than the dew point of the cold aisle.
_COIL_DEPTH_K = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the cold aisle accepts, and how much its air warms in the racks.

    Temperatures [C], dew points [C], relative humidities 0 to 1 [1], rise [K]. ``closing`` is the plain control of a
    high limit: air outside that is warmer, or at its own temperature moister, than the limits closes the hall, instead
    of being wetted, warmed or dried.
    """

    coldest_c: float
    warmest_c: float
    dew_point_least_c: float
    dew_point_most_c: float
    relative_least_fraction: float
    relative_most_fraction: float
    rise_k: float
    closing: bool = False

    def __post_init__(self) -> None:
        if (
            not self.coldest_c <= self.warmest_c
            or not self.dew_point_least_c < self.dew_point_most_c
            or not 0 <= self.relative_least_fraction < self.relative_most_fraction <= 1
            or not self.rise_k > 0
        ):
            raise OutOfRangeError("no air meets the limits of the cold aisle", where="facility.cooling")


@dataclass(frozen=True, slots=True)
class Economised:
    """The hall hour by hour: share of the heat left for a chiller [1], air from outside over that of the racks [1].

    Then water that the pads evaporate for each kWh of heat [kg/kWh], and the air of the cold aisle [C].
    """

    chiller_share: Array
    outside_share: Array
    water_kg_per_kwh: Array
    supply_c: Array


def economised(
    dry_bulb_c: ArrayLike, wet_bulb_c: ArrayLike, pressure_pa: ArrayLike, limits: Limits, effectiveness: float
) -> Economised:
    """Return how far the air outside carries the heat of a hall.

    .. math:: Q = \\dot m_{out} (h_{return} - h_{coil}), \\quad
              \\frac{Q_{ch}}{Q} = \\mathrm{clip}\\left(\\frac{h_{out} - h_{coil}}{h_{return} - h_{coil}}, 0, 1\\right)

    Cold air is mixed with warm air of the return to the coldest temperature that is accepted. Warm air is wetted, as
    far as the moisture limits and the pads allow; air too dry is wetted to the least moisture. What then is still too
    warm or too moist passes a coil, whose heat goes to a chiller; where the air outside holds more heat than the
    return, the hall is closed and the chiller takes all.

    Parameters
    ----------
    dry_bulb_c, wet_bulb_c, pressure_pa : of the air outside [C, C, Pa].
    limits : of the cold aisle.
    effectiveness : of fully wetted pads, 0 to 1 [1].

    Raises
    ------
    OutOfRangeError : the limits leave no air.

    Source: ashrae2017, mass and energy balances.

    >>> aisle = Limits(coldest_c=18, warmest_c=27, dew_point_least_c=-9, dew_point_most_c=15,
    ...                relative_least_fraction=0.1, relative_most_fraction=0.8, rise_k=12)
    >>> found = economised([0.0, 22.0, 35.0, 30.0], [-1.0, 15.0, 18.0, 27.0], 101_325.0, aisle, 0.85)
    >>> found.chiller_share.round(2).tolist(), found.water_kg_per_kwh.round(2).tolist()
    ([0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.94, 0.0])
    """
    dry, wet, pressure = (np.asarray(x, dtype=np.float64) for x in (dry_bulb_c, wet_bulb_c, pressure_pa))
    ratio = humidity_ratio(dry, wet, pressure)
    outside_kj = enthalpy_kj_per_kg(dry, ratio)
    most, least = _moisture(limits, pressure)
    wetted = _wetted_ratio(dry, wet, ratio, outside_kj, limits, effectiveness, most)
    moist = np.clip(np.maximum(wetted, least), None, np.maximum(most, ratio))
    supply_ratio = np.minimum(moist, most)
    coil_kj = _behind_coil(outside_kj, moist, most, supply_ratio, limits, pressure)
    supply_c = np.clip(_temperature(coil_kj, supply_ratio), limits.coldest_c, limits.warmest_c)
    return_kj = enthalpy_kj_per_kg(supply_c + limits.rise_k, supply_ratio)
    share = np.clip((outside_kj - coil_kj) / np.maximum(return_kj - coil_kj, 1e-9), 0.0, 1.0)
    if limits.closing:
        share = np.where(_beyond(dry, ratio, limits, pressure), 1.0, share)
    # Kilograms of air from outside for each kilojoule of heat; none where the hall is closed.
    drawn = np.where(share < 1.0, 1.0 / np.maximum(return_kj - coil_kj, 1e-9), 0.0)
    racks = 1.0 / (return_kj - enthalpy_kj_per_kg(supply_c, supply_ratio))
    water = _SECONDS_PER_HOUR * drawn * np.maximum(moist - ratio, 0.0)
    return Economised(share, np.minimum(drawn / racks, 1.0), water, supply_c)


def _moisture(limits: Limits, pressure: Array) -> tuple[Array, Array]:
    """Return the most and the least moisture of the cold aisle [kg/kg], at its warmest and at its coldest."""
    most = np.minimum(
        relative_to_humidity_ratio(limits.warmest_c, limits.relative_most_fraction, pressure),
        saturated_humidity_ratio(limits.dew_point_most_c, pressure),
    )
    least = np.maximum(
        relative_to_humidity_ratio(limits.coldest_c, limits.relative_least_fraction, pressure),
        saturated_humidity_ratio(limits.dew_point_least_c, pressure),
    )
    return most, np.minimum(least, most)


def _wetted_ratio(
    dry: Array, wet: Array, ratio: Array, outside_kj: Array, limits: Limits, effectiveness: float, most: Array
) -> Array:
    """Return the moisture behind pads that are wetted as far as needed to reach the warmest air accepted [kg/kg]."""
    reached_c = dry - effectiveness * np.maximum(dry - wet, 0.0)
    target_c = np.maximum(limits.warmest_c, reached_c)
    # From h = 1.006 t + w (2501 + 1.86 t) at an enthalpy that stays.
    needed = (outside_kj - 1.006 * target_c) / (2501.0 + 1.86 * target_c)
    return np.where(dry > limits.warmest_c, np.clip(needed, ratio, np.maximum(most, ratio)), ratio)


def _beyond(dry: Array, ratio: Array, limits: Limits, pressure: Array) -> NDArray[np.bool_]:
    """Say in which hours the air outside is beyond the limits as it is; cold air is warmed first."""
    at_own = np.clip(dry, limits.coldest_c, limits.warmest_c)
    most = np.minimum(
        relative_to_humidity_ratio(at_own, limits.relative_most_fraction, pressure),
        saturated_humidity_ratio(limits.dew_point_most_c, pressure),
    )
    beyond: NDArray[np.bool_] = (dry > limits.warmest_c) | (ratio > most)
    return beyond


def _behind_coil(
    outside_kj: Array, moist: Array, most: Array, supply_ratio: Array, limits: Limits, pressure: Array
) -> Array:
    """Return the enthalpy of the air behind the coil, wetting having kept that of the air outside [kJ/kg].

    Only as much of the air passes the cold coil as brings the moisture down, the rest goes past it.
    """
    deep_c = limits.dew_point_most_c - _COIL_DEPTH_K
    deep = saturated_humidity_ratio(deep_c, pressure)
    through = np.where(moist > most, (moist - most) / np.maximum(moist - deep, 1e-9), 0.0)
    dried_kj = outside_kj - through * np.maximum(outside_kj - enthalpy_kj_per_kg(deep_c, deep), 0.0)
    behind: Array = np.minimum(dried_kj, enthalpy_kj_per_kg(limits.warmest_c, supply_ratio))
    return behind


def _temperature(enthalpy_kj: Array, ratio: Array) -> Array:
    celsius: Array = (enthalpy_kj - 2501.0 * ratio) / (1.006 + 1.86 * ratio)
    return celsius
