"""The physics of heat rejection, one hour or a year of hours: free cooling, chillers, fans, pumps, water.

Two loops are cooled apart: liquid at the supply temperature of the racks, chilled water for what leaves in air.
"""

from dataclasses import dataclass
from math import expm1, log1p

import numpy as np
from numpy.typing import ArrayLike, NDArray

from denshi.errors import OutOfRangeError
from denshi.psychrometrics import enthalpy_kj_per_kg, humidity_ratio, saturated_humidity_ratio

Array = NDArray[np.float64]

WATER_KJ_PER_KG_K = 4.179
STANDARD_PRESSURE_PA = 101_325.0
_SECONDS_PER_HOUR = 3600.0
_LARGEST_EXPONENT = 700.0


def approach_at(load: float, rise_k: float, approach_k: float) -> float:
    """Return how near the water comes to the sink with the fans at full speed and part of the heat [K].

    .. math:: a(q) = \\frac{\\Delta T}{(1 + \\Delta T/a)^{q_d/q} - 1}

    The cooler passes heat in proportion to the logarithmic mean difference between water and sink; the flow of water
    follows the heat, so that its rise stays.

    Parameters
    ----------
    load : heat over what the cooler is built for, positive [1].
    rise_k : by how much the racks warm the water, positive [K].
    approach_k : at full heat, positive [K].

    Raises
    ------
    OutOfRangeError : rise or approach is not positive.

    Source: textbook, heat exchanger of constant conductance with one fluid that keeps its temperature.

    >>> round(approach_at(1.0, 10.0, 6.0), 6), round(approach_at(0.6, 10.0, 6.0), 2)
    (6.0, 2.42)
    """
    if not rise_k > 0 or not approach_k > 0:
        raise OutOfRangeError(
            f"a loop that warms by {rise_k:g} K with an approach of {approach_k:g} K carries no heat",
            where="facility.cooling",
        )
    exponent = log1p(rise_k / approach_k) / max(load, 1e-12)
    return rise_k / expm1(min(exponent, _LARGEST_EXPONENT))


def free_share(supply_c: float, rise_k: float, sink_c: ArrayLike, approach_k: float) -> Array:
    """Return the share of the heat that goes to the sink without a chiller, the fans at full speed [1].

    .. math:: \\varphi = \\mathrm{clip}\\left(\\frac{T_s + \\Delta T - T_{sink}}{\\Delta T + a}, 0, 1\\right)

    The cooler stands before the chiller and takes the water at its warmest; range over range and approach is its
    effectiveness, which does not change with the temperatures.

    Parameters
    ----------
    supply_c : temperature to which the water must be brought [C].
    rise_k : by how much the racks warm it, positive [K].
    sink_c : dry bulb of a dry cooler, wet bulb of a tower [C].
    approach_k : how near the water comes to the sink at this heat, see ``approach_at`` [K].

    Source: lei2022 (water-side economiser).

    >>> free_share(32.0, 10.0, [20.0, 31.0, 40.0], 6.0).tolist()
    [1.0, 0.6875, 0.125]
    """
    if not rise_k > 0:
        raise OutOfRangeError(f"a loop that warms by {rise_k:g} K carries no heat", where="facility.cooling")
    sink = np.asarray(sink_c, dtype=np.float64)
    return np.clip((supply_c + rise_k - sink) / (rise_k + approach_k), 0.0, 1.0)


def chiller_cop(evaporating_c: float, condensing_c: ArrayLike, carnot_fraction: float, least_lift_k: float) -> Array:
    """Return the coefficient of performance of a chiller [1].

    .. math:: COP = g \\frac{T_e}{\\max(T_c - T_e, \\Delta T_{min})}, \\quad T \\text{ in kelvin}

    Parameters
    ----------
    evaporating_c, condensing_c : temperatures of the refrigerant [C].
    carnot_fraction : share of the ideal that real machines reach, 0 to 1 [1].
    least_lift_k : the machine keeps at least this lift, positive [K].

    Source: textbook Carnot fraction.

    >>> round(float(chiller_cop(16.0, 50.0, 0.42, 15.0)), 2)
    3.57
    """
    lift = np.maximum(np.asarray(condensing_c, dtype=np.float64) - evaporating_c, least_lift_k)
    return carnot_fraction * (evaporating_c + 273.15) / lift


def chiller_power_kw(
    heat_kw: ArrayLike, capacity_kw: float, cop: ArrayLike, no_load_fraction: float, least_load: float
) -> Array:
    """Return the electric power of chillers that share a heat [kW].

    .. math:: P = \\frac{Q}{COP} \\left(1 - e_0 + \\frac{e_0}{x}\\right), \\quad x = \\max(Q/Q_c, x_{least})

    Every machine takes a part of its power at no load. All run at the same load; below the least load machines are
    switched off, so that the others keep it.

    Parameters
    ----------
    heat_kw : taken from the water [kW].
    capacity_kw : of all machines without spares [kW].
    cop : at full load and the temperatures of the hour [1].
    no_load_fraction : e0, of the power at full load [1].
    least_load : of a running machine, above 0 to 1 [1].

    Source: energyplus (electric chiller, EIR as a function of part load, in its linear form).

    >>> chiller_power_kw([1000.0, 500.0, 100.0], 1000.0, 5.0, 0.1, 0.5).round(2).tolist()
    [200.0, 110.0, 22.0]
    """
    heat = np.asarray(heat_kw, dtype=np.float64)
    if capacity_kw <= 0:
        return np.zeros_like(heat)
    load = np.maximum(heat / capacity_kw, least_load)
    return heat / np.asarray(cop, dtype=np.float64) * (1.0 - no_load_fraction + no_load_fraction / load)


def speed_power(speed: ArrayLike, floor: float) -> Array:
    """Return power over rated power of a fan or pump at a share of its speed [1]: f0 + (1 - f0) s^3.

    Source: affinity laws.

    >>> round(float(speed_power(0.8, 0.1)), 4)
    0.5608
    """
    s = np.clip(np.asarray(speed, dtype=np.float64), 0.0, 1.0)
    return floor + (1.0 - floor) * s**3


def rejector_speed(load: float, supply_c: float, rise_k: float, sink_c: ArrayLike, approach_k: float) -> Array:
    """Return the air flow of a cooler over its design flow [1].

    .. math:: s = \\min\\left(
              \\frac{q}{q_d}\\,\\frac{\\ln(1 + \\Delta T/(T_s - T_{sink}))}{\\ln(1 + \\Delta T/a)}, 1\\right)

    Heat passes in proportion to air flow and to the logarithmic mean difference between water and sink. The flow
    reaches one at the sink at which ``free_share`` with ``approach_at`` leaves one, and stays there.

    >>> rejector_speed(0.8, 32.0, 10.0, [26.0, 15.0, 33.0], 6.0).round(3).tolist()
    [0.8, 0.377, 1.0]
    """
    above = np.maximum(supply_c - np.asarray(sink_c, dtype=np.float64), 1e-9)
    return np.minimum(load * np.log1p(rise_k / above) / log1p(rise_k / approach_k), 1.0)


def thin_air(pressure_pa: ArrayLike) -> Array:
    """Return the fan power at a pressure over that at sea level for the same mass of air [1]: (p0/p)^2.

    The same mass is more volume, and moves faster through the same coil.

    >>> round(float(thin_air(81_060.0)), 4)
    1.5625
    """
    return (STANDARD_PRESSURE_PA / np.asarray(pressure_pa, dtype=np.float64)) ** 2


def evaporated_kg_per_kwh(
    dry_bulb_c: ArrayLike, wet_bulb_c: ArrayLike, pressure_pa: ArrayLike, leaving_c: ArrayLike, makeup_c: float
) -> Array:
    """Return the water that a tower evaporates for each kWh of heat [kg/kWh].

    .. math:: E = 3600\\,\\frac{W_2 - W_1}{h_2 - h_1 - (W_2 - W_1) c_p T_m}

    Air enters at the weather's state 1 and leaves saturated, state 2, at the mean temperature of the water. In cold
    hours much of the heat leaves as sensible heat, so the result is well below 3600 over the latent heat.

    Parameters
    ----------
    dry_bulb_c, wet_bulb_c, pressure_pa : weather [C, C, Pa].
    leaving_c : mean temperature of the water in the tower, above the wet bulb [C].
    makeup_c : temperature of the make-up water [C].

    Source: ashrae2017, mass and energy balance of a saturated stream.

    >>> evaporated_kg_per_kwh([0.0, 30.0], [-1.5, 22.0], 101_325.0, [20.0, 30.0], 15.0).round(2).tolist()
    [0.86, 1.44]
    """
    entering = humidity_ratio(dry_bulb_c, wet_bulb_c, pressure_pa)
    leaving = saturated_humidity_ratio(leaving_c, pressure_pa)
    gained = np.maximum(leaving - entering, 0.0)
    heat = (
        enthalpy_kj_per_kg(leaving_c, leaving)
        - enthalpy_kj_per_kg(dry_bulb_c, entering)
        - gained * WATER_KJ_PER_KG_K * makeup_c
    )
    return _SECONDS_PER_HOUR * gained / np.maximum(heat, 1e-6)


@dataclass(frozen=True, slots=True)
class Makeup:
    """Water that a tower takes, hour by hour [kg/h]: what evaporates, drops carried off, what is let out."""

    evaporated_kg: Array
    drift_kg: Array
    blowdown_kg: Array

    @property
    def total_kg(self) -> Array:
        """All of it [kg/h]."""
        return self.evaporated_kg + self.drift_kg + self.blowdown_kg


def makeup(evaporated_kg: ArrayLike, circulating_kg: ArrayLike, cycles: float, drift_fraction: float) -> Makeup:
    """Return the make-up water of a tower: evaporation, drift, and blow-down that keeps the cycles.

    .. math:: M = E + D + B, \\quad D = f \\dot m_w, \\quad B = \\max\\left(\\frac{E}{C - 1} - D, 0\\right)

    Parameters
    ----------
    evaporated_kg, circulating_kg : water that evaporates, and that runs over the fill [kg/h].
    cycles : cycles of concentration, above 1 [1].
    drift_fraction : share of the circulating water that is carried off as drops [1].

    Source: lei2022.

    >>> makeup(100.0, 5000.0, 5.0, 5e-5).total_kg.round(3).tolist()
    125.0
    """
    if not cycles > 1:
        raise OutOfRangeError(f"{cycles:g} cycles of concentration", where="facility.cooling", why="it must be above 1")
    evaporated, circulating = np.asarray(evaporated_kg, dtype=np.float64), np.asarray(circulating_kg, dtype=np.float64)
    drift = drift_fraction * circulating
    return Makeup(evaporated, drift, np.maximum(evaporated / (cycles - 1.0) - drift, 0.0))


@dataclass(frozen=True, slots=True)
class Sprayed:
    """Air behind an adiabatic pad: its temperature [C] and the water it took up [kg/kg of dry air]."""

    air_c: Array
    water_kg_per_kg: Array


def sprayed(
    dry_bulb_c: ArrayLike, wet_bulb_c: ArrayLike, pressure_pa: ArrayLike, wanted_c: float, effectiveness: float
) -> Sprayed:
    """Return the air behind a pad that is wetted only as far as needed.

    .. math:: T_{in} = T_{db} - x\\,\\varepsilon (T_{db} - T_{wb}), \\quad
              x = \\mathrm{clip}\\left(\\frac{T_{db} - T_{wanted}}{\\varepsilon (T_{db} - T_{wb})}, 0, 1\\right)

    Parameters
    ----------
    wanted_c : air temperature below which no water is spent [C].
    effectiveness : of the fully wetted pad, 0 to 1 [1].

    >>> behind = sprayed(35.0, 22.0, 101_325.0, 26.0, 0.8)
    >>> round(float(behind.air_c), 2), round(float(behind.water_kg_per_kg) * 1e3, 2)
    (26.0, 3.76)
    """
    dry, wet = np.asarray(dry_bulb_c, dtype=np.float64), np.asarray(wet_bulb_c, dtype=np.float64)
    possible = effectiveness * np.maximum(dry - wet, 0.0)
    drop = np.clip(dry - wanted_c, 0.0, possible)
    air = dry - drop
    taken = humidity_ratio(air, wet, pressure_pa) - humidity_ratio(dry, wet, pressure_pa)
    return Sprayed(air, np.where(drop > 0, np.maximum(taken, 0.0), 0.0))


def pump_share(head_pa: float, efficiency: float, volumetric_j_per_m3_k: float, rise_k: float) -> float:
    """Return pump power over the heat carried [1]: head / (efficiency x rho c_p x rise).

    >>> round(pump_share(200e3, 0.65, 4.0e6, 10.0), 4)
    0.0077
    """
    return head_pa / (efficiency * volumetric_j_per_m3_k * rise_k)
