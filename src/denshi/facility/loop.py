"""One cooling loop through a year of hours: who rejects its heat, at what cost of power and water."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.facility.cooling import (
    Sprayed,
    approach_at,
    chiller_cop,
    evaporated_kg_per_kwh,
    free_share,
    makeup_factor,
    pump_share,
    rejector_speed,
    speed_power,
    sprayed,
    thin_air,
)
from denshi.facility.given import FacilityInput

Array = NDArray[np.float64]

# rho c_p at 40 C, CoolProp 8.0.0: water 992.3 x 4179, propylene glycol 25 % 1009.9 x 3969. Oil of single-phase
# immersion: 850 x 2100, from memory.
WATER_J_PER_M3_K = 4.147e6
GLYCOL_J_PER_M3_K = 4.008e6
OIL_J_PER_M3_K = 1.785e6
_AIR_KJ_PER_KG_K = 1.006
# Below this share of free cooling a chiller runs.
_ALL = 1.0 - 1e-9

# What rejects the heat of both loops.
REJECTOR = {
    "air-chiller": "none",
    "tower-economizer": "tower",
    "liquid-dry-trim": "dry",
    "liquid-adiabatic": "adiabatic",
    "immersion-1p": "dry",
    "immersion-2p": "dry",
}


@dataclass(frozen=True, slots=True)
class Weather:
    """The air that the plant draws, hour by hour."""

    dry_bulb_c: Array
    wet_bulb_c: Array
    pressure_pa: Array


@dataclass(frozen=True, slots=True)
class Loop:
    """What one loop does in every hour: shares, heat, electric power [kW], water [kg/h]."""

    free: Array
    chiller_heat_kw: Array
    rejected_kw: Array
    chiller_kw: Array
    fan_kw: Array
    pump_kw: Array
    water_kg: Array


def outdoors(given: FacilityInput, extreme: bool) -> Weather:
    """Return the air that the plant draws: the year's weather, warmed by the site, for sizing also by a margin."""
    dry_k = given.recirculation_k + (given.extreme_dry_bulb_margin_k if extreme else 0.0)
    wet_k = given.recirculation_wet_bulb_k + (given.extreme_wet_bulb_margin_k if extreme else 0.0)
    dry = given.dry_bulb_c + dry_k
    return Weather(dry, np.minimum(given.wet_bulb_c + wet_k, dry), given.pressure_pa)


def loop(given: FacilityInput, heat_kw: float, design_kw: float, supply_c: float, air: Weather) -> Loop:
    """Run one loop through the hours of a year.

    Parameters
    ----------
    heat_kw : carried in every hour [kW].
    design_kw : what the loop is built for [kW].
    supply_c : temperature to which its water is brought [C].
    air : weather at the coolers.
    """
    kind = REJECTOR[given.cooling]
    if design_kw <= 0:
        nothing = np.zeros_like(air.dry_bulb_c)
        return Loop(np.ones_like(nothing), nothing, nothing, nothing, nothing, nothing, nothing)
    load = heat_kw / design_kw
    pump = pump_share(given.facility_pump_head_pa, given.pump_efficiency, WATER_J_PER_M3_K, given.loop_rise_k)
    pump_kw = pump * design_kw * float(speed_power(load, given.speed_power_floor))
    if kind == "none":
        return _by_chiller(given, heat_kw, supply_c, pump_kw, air)
    if kind == "tower":
        return _by_tower(given, heat_kw, design_kw, supply_c, pump_kw, air)
    return _by_dry_cooler(given, heat_kw, design_kw, supply_c, pump_kw, air, spray=kind == "adiabatic")


def _cop_in_air(given: FacilityInput, supply_c: float, air: Weather) -> Array:
    return chiller_cop(
        supply_c - given.chiller_evaporator_approach_k,
        air.dry_bulb_c + given.air_condenser_approach_k,
        given.chiller_carnot_fraction_air,
        given.chiller_least_lift_k,
    )


def _by_chiller(given: FacilityInput, heat_kw: float, supply_c: float, pump_kw: float, air: Weather) -> Loop:
    nothing = np.zeros_like(air.dry_bulb_c)
    heat = nothing + heat_kw
    return Loop(
        free=nothing,
        chiller_heat_kw=heat,
        rejected_kw=nothing,
        chiller_kw=heat / _cop_in_air(given, supply_c, air),
        fan_kw=nothing,
        pump_kw=nothing + pump_kw,
        water_kg=nothing,
    )


def _by_dry_cooler(
    given: FacilityInput, heat_kw: float, design_kw: float, supply_c: float, pump_kw: float, air: Weather, spray: bool
) -> Loop:
    load, rise = heat_kw / design_kw, given.loop_rise_k
    approach = approach_at(load, rise, given.dry_cooler_approach_k)
    behind = (
        sprayed(air.dry_bulb_c, air.wet_bulb_c, air.pressure_pa, supply_c - approach, given.adiabatic_effectiveness)
        if spray
        else Sprayed(air.dry_bulb_c, np.zeros_like(air.dry_bulb_c))
    )
    possible = free_share(supply_c, rise, behind.air_c, approach)
    speed = rejector_speed(load, supply_c, rise, behind.air_c, given.dry_cooler_approach_k)
    rated_kw = given.dry_cooler_fan_fraction * thin_air(air.pressure_pa) * design_kw
    full_kw = rated_kw * speed_power(speed, given.speed_power_floor)
    by_chiller_kw = heat_kw / _cop_in_air(given, supply_c, air)
    # A cooler that takes more for its fans than it saves the chiller stands still.
    runs = possible * by_chiller_kw >= full_kw
    free = np.where(runs, possible, 0.0)
    air_kg_per_h = 3600.0 * speed * design_kw / (_AIR_KJ_PER_KG_K * given.adiabatic_air_rise_k)
    return Loop(
        free=free,
        chiller_heat_kw=(1.0 - free) * heat_kw,
        rejected_kw=free * heat_kw,
        chiller_kw=(1.0 - free) * by_chiller_kw,
        fan_kw=np.where(runs, full_kw, 0.0),
        pump_kw=np.zeros_like(free) + pump_kw,
        water_kg=np.where(runs, air_kg_per_h, 0.0) * behind.water_kg_per_kg * (1.0 + given.adiabatic_bleed_fraction),
    )


def _by_tower(
    given: FacilityInput, heat_kw: float, design_kw: float, supply_c: float, pump_kw: float, air: Weather
) -> Loop:
    load, rise = heat_kw / design_kw, given.loop_rise_k
    tower_supply_c = supply_c - given.heat_exchanger_approach_k
    approach = approach_at(load, rise, given.tower_approach_k)
    free = free_share(tower_supply_c, rise, air.wet_bulb_c, approach)
    cop = chiller_cop(
        supply_c - given.chiller_evaporator_approach_k,
        air.wet_bulb_c + approach + rise + given.water_condenser_approach_k,
        given.chiller_carnot_fraction_water,
        given.chiller_least_lift_k,
    )
    chiller_kw = (1.0 - free) * heat_kw / cop
    rejected = heat_kw + chiller_kw
    speed = rejector_speed(load, tower_supply_c, rise, air.wet_bulb_c, given.tower_approach_k)
    # Cells for the work of the chillers run beside those for the heat of the loop.
    moved_kw = design_kw * speed_power(speed, given.speed_power_floor) + chiller_kw
    mean_water_c = np.maximum(tower_supply_c, air.wet_bulb_c + approach) + rise / 2
    evaporated = evaporated_kg_per_kwh(
        air.dry_bulb_c, air.wet_bulb_c, air.pressure_pa, mean_water_c, given.makeup_water_c
    )
    return Loop(
        free=free,
        chiller_heat_kw=(1.0 - free) * heat_kw,
        rejected_kw=rejected,
        chiller_kw=chiller_kw,
        fan_kw=given.tower_fan_fraction * thin_air(air.pressure_pa) * moved_kw,
        # Tower water has pumps of its own beside those of the facility water.
        pump_kw=np.zeros_like(free) + 2.0 * pump_kw,
        water_kg=rejected * evaporated * makeup_factor(given.tower_cycles, given.tower_drift_fraction, rise),
    )


def trim_hours(of: Loop) -> int:
    """Return in how many hours the chiller of a loop runs [h]."""
    return int(np.count_nonzero(of.free < _ALL))


@dataclass(frozen=True, slots=True)
class Cooling:
    """Both loops with what stands between them and the racks [kW]."""

    liquid: Loop
    air: Loop
    rack_pump_kw: float
    air_handler_kw: float

    @property
    def water_kg(self) -> Array:
        """Water that both loops take, hour by hour [kg/h]."""
        return self.liquid.water_kg + self.air.water_kg

    @property
    def total_kw(self) -> Array:
        """Electric power of the cooling plant, hour by hour [kW]."""
        return sum(self.parts_kw.values(), np.zeros_like(self.air.free))

    @property
    def parts_kw(self) -> dict[str, Array]:
        """The same by part [kW]."""
        flat = np.zeros_like(self.air.free)
        return {
            "chillers": self.liquid.chiller_kw + self.air.chiller_kw,
            "heat-rejector fans": self.liquid.fan_kw + self.air.fan_kw,
            "facility pumps": self.liquid.pump_kw + self.air.pump_kw,
            "rack-loop pumps": flat + self.rack_pump_kw,
            "air handlers": flat + self.air_handler_kw,
        }


@dataclass(frozen=True, slots=True)
class Heat:
    """Heat of the two loops [kW]; that of the air handlers' fans is in the air."""

    liquid_kw: float
    air_kw: float


def air_handler_kw(given: FacilityInput, room_kw: float, design_room_kw: float) -> float:
    """Return the fan power of the air handlers for the heat of the rooms, which it adds to [kW]."""
    if design_room_kw <= 0:
        return 0.0
    rated_kw = given.air_handler_fan_fraction * design_room_kw / (1.0 - given.air_handler_fan_fraction)
    return rated_kw * float(speed_power(room_kw / design_room_kw, given.speed_power_floor))


def cool(given: FacilityInput, heat: Heat, design: Heat, air: Weather, handlers_kw: float) -> Cooling:
    """Run both loops; immersion tanks and cold plates differ in what pumps their fluid."""
    head_pa, fluid = {
        "immersion-1p": (given.immersion_pump_head_pa, OIL_J_PER_M3_K),
        "immersion-2p": (0.0, OIL_J_PER_M3_K),
    }.get(given.cooling, (given.rack_pump_head_pa, GLYCOL_J_PER_M3_K))
    load = heat.liquid_kw / design.liquid_kw if design.liquid_kw > 0 else 0.0
    share = pump_share(head_pa, given.pump_efficiency, fluid, given.loop_rise_k)
    return Cooling(
        liquid=loop(given, heat.liquid_kw, design.liquid_kw, given.supply_c, air),
        air=loop(given, heat.air_kw, design.air_kw, air_supply_c(given), air),
        rack_pump_kw=share * design.liquid_kw * float(speed_power(load, given.speed_power_floor)),
        air_handler_kw=handlers_kw,
    )


def air_supply_c(given: FacilityInput) -> float:
    """Return the temperature of the chilled water of the air handlers [C]."""
    return min(given.supply_c, given.air_loop_supply_c)
