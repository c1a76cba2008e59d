"""One cooling loop through a year of hours: who rejects its heat, at what cost of power and water."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.facility.air import Limits, economised
from denshi.facility.cooling import (
    Sprayed,
    approach_at,
    chiller_cop,
    chiller_power_kw,
    evaporated_kg_per_kwh,
    free_share,
    makeup,
    pump_share,
    rejector_speed,
    speed_power,
    sprayed,
    thin_air,
)
from denshi.facility.given import FacilityInput
from denshi.facility.tower import WATER_KJ_PER_KG_K, Running, run_tower, sized_tower

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
    "tower-chiller": "tower",
    "tower-economizer": "tower",
    "air-economizer": "outside",
    "liquid-dry-trim": "dry",
    "liquid-adiabatic": "adiabatic",
    "immersion-1p": "dry",
    "immersion-2p": "dry",
}
# What leaves in liquid cannot be cooled by air from outside; the towers of the trim chillers carry it.
_LIQUID_REJECTOR = {"outside": "tower"}
_LATENT_KJ_PER_KG = 2430.0


@dataclass(frozen=True, slots=True)
class Weather:
    """The air that the plant draws, hour by hour."""

    dry_bulb_c: Array
    wet_bulb_c: Array
    pressure_pa: Array


@dataclass(frozen=True, slots=True)
class Loop:
    """What one loop does in every hour: shares, heat, electric power [kW], water [kg/h] and what of it evaporates.

    ``rejected_kw`` passes the coolers, ``outside_kw`` leaves with air of the hall, ``capacity_kw`` is that of all
    chillers without spares.
    """

    free: Array
    chiller_heat_kw: Array
    rejected_kw: Array
    chiller_kw: Array
    fan_kw: Array
    pump_kw: Array
    water_kg: Array
    evaporated_kg: Array
    inside_kg: Array
    outside_kw: Array
    capacity_kw: float


def outdoors(given: FacilityInput, extreme: bool) -> Weather:
    """Return the air that the plant draws: the year's weather, warmed by the site, for sizing also by a margin."""
    dry_k = given.recirculation_k + (given.extreme_dry_bulb_margin_k if extreme else 0.0)
    wet_k = given.recirculation_wet_bulb_k + (given.extreme_wet_bulb_margin_k if extreme else 0.0)
    dry = given.dry_bulb_c + dry_k
    return Weather(dry, np.minimum(given.wet_bulb_c + wet_k, dry), given.pressure_pa)


def loop(
    given: FacilityInput,
    heat_kw: float,
    design_kw: float,
    supply_c: float,
    air: Weather,
    kind: str | None = None,
    capacity_kw: float | None = None,
) -> Loop:
    """Run one loop through the hours of a year.

    Parameters
    ----------
    heat_kw : carried in every hour [kW].
    design_kw : what the loop is built for [kW].
    supply_c : temperature to which its water is brought [C].
    air : weather at the coolers.
    kind : what rejects the heat; left out, what the plant has.
    capacity_kw : of the chillers; left out, they are built for the worst of these hours [kW].
    """
    kind = kind or REJECTOR[given.cooling]
    if design_kw <= 0:
        nothing = np.zeros_like(air.dry_bulb_c)
        return Loop(np.ones_like(nothing), *(9 * (nothing,)), 0.0)
    demand = _Demand(given, heat_kw, design_kw, supply_c, air, capacity_kw)
    if kind == "none":
        return _by_chiller(demand)
    if kind == "outside":
        return _by_outside_air(demand)
    if kind == "tower":
        return _by_tower(demand, economizer=given.cooling != "tower-chiller")
    return _by_dry_cooler(demand, spray=kind == "adiabatic")


@dataclass(frozen=True, slots=True)
class _Demand:
    """What is asked of a loop, and what its pumps and chillers then take."""

    given: FacilityInput
    heat_kw: float
    design_kw: float
    supply_c: float
    air: Weather
    capacity_kw: float | None

    @property
    def load(self) -> float:
        """Heat over what the loop is built for [1]."""
        return self.heat_kw / self.design_kw

    @property
    def nothing(self) -> Array:
        """No power in any hour."""
        return np.zeros_like(self.air.dry_bulb_c)

    @property
    def evaporating_c(self) -> float:
        """Refrigerant in the chillers [C]."""
        return self.supply_c - self.given.chiller_evaporator_approach_k

    def pump_kw(self, glycol: bool = False) -> float:
        """Return the power of one set of pumps; a loop that may freeze outside carries glycol [kW]."""
        given = self.given
        head_pa = given.facility_pump_head_pa * (given.glycol_head_factor if glycol else 1.0)
        carried = GLYCOL_J_PER_M3_K if glycol else WATER_J_PER_M3_K
        share = pump_share(head_pa, given.pump_efficiency, carried, given.loop_rise_k)
        return share * self.design_kw * float(speed_power(self.load, given.speed_power_floor))

    def installed_kw(self, heat_kw: Array) -> float:
        """Return the capacity of the chillers: as built, else for the worst of these hours with the margin [kW]."""
        worst_kw = float(np.max(heat_kw)) * self.given.chiller_capacity_margin
        return worst_kw if self.capacity_kw is None else self.capacity_kw

    def chillers_kw(self, heat_kw: Array, cop: Array, built_kw: float | None = None) -> Array:
        """Return the power of the chillers for a heat [kW]."""
        given = self.given
        built_kw = self.installed_kw(heat_kw) if built_kw is None else built_kw
        return chiller_power_kw(heat_kw, built_kw, cop, given.chiller_no_load_fraction, given.chiller_least_load)

    def cop_in_air(self) -> Array:
        """Return the efficiency of air-cooled chillers at full load [1]."""
        given = self.given
        condensing = self.air.dry_bulb_c + given.air_condenser_approach_k
        return chiller_cop(
            self.evaporating_c, condensing, given.chiller_carnot_fraction_air, given.chiller_least_lift_k
        )

    def cop_in_water(self, cold_c: Array, range_k: Array | float) -> Array:
        """Return the efficiency of chillers at full load on tower water [1]."""
        given = self.given
        condensing = cold_c + range_k + given.water_condenser_approach_k
        return chiller_cop(
            self.evaporating_c, condensing, given.chiller_carnot_fraction_water, given.chiller_least_lift_k
        )


def _by_chiller(demand: _Demand) -> Loop:
    nothing = demand.nothing
    heat = nothing + demand.heat_kw
    return Loop(
        free=nothing,
        chiller_heat_kw=heat,
        rejected_kw=nothing,
        chiller_kw=demand.chillers_kw(heat, demand.cop_in_air()),
        fan_kw=nothing,
        pump_kw=nothing + demand.pump_kw(),
        water_kg=nothing,
        evaporated_kg=nothing,
        inside_kg=nothing,
        outside_kw=nothing,
        capacity_kw=demand.installed_kw(heat),
    )


def _by_dry_cooler(demand: _Demand, spray: bool) -> Loop:
    given, air, heat_kw = demand.given, demand.air, demand.heat_kw
    load, rise, supply_c = demand.load, given.loop_rise_k, demand.supply_c
    approach = approach_at(load, rise, given.dry_cooler_approach_k)
    behind = (
        sprayed(air.dry_bulb_c, air.wet_bulb_c, air.pressure_pa, supply_c - approach, given.adiabatic_effectiveness)
        if spray
        else Sprayed(air.dry_bulb_c, demand.nothing)
    )
    possible = free_share(supply_c, rise, behind.air_c, approach)
    speed = rejector_speed(load, supply_c, rise, behind.air_c, given.dry_cooler_approach_k)
    rated_kw = given.dry_cooler_fan_fraction * thin_air(air.pressure_pa) * demand.design_kw
    full_kw = rated_kw * speed_power(speed, given.speed_power_floor)
    cop = demand.cop_in_air()
    # A cooler that takes more for its fans than it spares the chillers stands still, if they can carry all.
    spared = (1.0 - given.chiller_no_load_fraction) * possible * heat_kw / cop
    least_free = np.where(spared >= full_kw, possible, 0.0)
    built_kw = demand.installed_kw((1.0 - least_free) * heat_kw)
    with_kw, without_kw = (
        demand.chillers_kw(left * heat_kw, cop, built_kw) for left in (1.0 - possible, np.ones_like(possible))
    )
    runs = (without_kw - with_kw >= full_kw) | (heat_kw > built_kw)
    free = np.where(runs, possible, 0.0)
    chiller_heat = (1.0 - free) * heat_kw
    air_kg_per_h = 3600.0 * speed * demand.design_kw / (_AIR_KJ_PER_KG_K * given.adiabatic_air_rise_k)
    evaporated = np.where(runs, air_kg_per_h, 0.0) * behind.water_kg_per_kg
    return Loop(
        free=free,
        chiller_heat_kw=chiller_heat,
        rejected_kw=free * heat_kw,
        chiller_kw=np.where(runs, with_kw, without_kw),
        fan_kw=np.where(runs, full_kw, 0.0),
        pump_kw=demand.nothing + demand.pump_kw(glycol=True),
        water_kg=evaporated * (1.0 + given.adiabatic_bleed_fraction),
        evaporated_kg=evaporated,
        inside_kg=demand.nothing,
        outside_kw=demand.nothing,
        capacity_kw=built_kw,
    )


def _by_tower(demand: _Demand, economizer: bool) -> Loop:
    given, air, heat_kw, rise = demand.given, demand.air, demand.heat_kw, demand.given.loop_rise_k
    wanted_c = demand.supply_c - given.heat_exchanger_approach_k
    if not economizer:
        # Colder water would not spare the chillers anything: they keep their least lift.
        least_c = demand.evaporating_c + given.chiller_least_lift_k - given.water_condenser_approach_k
        wanted_c = least_c - rise

    def free_at(cold_c: Array) -> Array:
        return np.clip(1.0 - (cold_c - wanted_c) / rise, 0.0, 1.0) if economizer else np.zeros_like(cold_c)

    def range_at(cold_c: Array) -> Array:
        # The water first takes the heat of the exchanger, then that of the condensers with their work.
        return rise * (1.0 + (1.0 - free_at(cold_c)) / demand.cop_in_water(cold_c, rise))

    tower = sized_tower(given.tower_approach_k, rise, given.tower_water_to_air)
    pressure_pa = float(np.mean(air.pressure_pa))
    running = run_tower(tower, demand.load, air.wet_bulb_c, pressure_pa, wanted_c, range_at)
    free, range_k = free_at(running.cold_c), range_at(running.cold_c)
    chiller_heat = (1.0 - free) * heat_kw
    chiller_kw = demand.chillers_kw(chiller_heat, demand.cop_in_water(running.cold_c, range_k))
    return _over_fill(
        demand,
        running,
        free=free,
        chiller_heat_kw=chiller_heat,
        chiller_kw=chiller_kw,
        rejected_kw=heat_kw + chiller_kw,
        fans_for_kw=demand.nothing + demand.design_kw,
        # Tower water has pumps of its own beside those of the facility water.
        pump_kw=demand.nothing + 2.0 * demand.pump_kw(),
        outside_kw=demand.nothing,
        evaporated_inside_kg=demand.nothing,
    )


def _by_outside_air(demand: _Demand) -> Loop:
    given, air, rise = demand.given, demand.air, demand.given.loop_rise_k
    hall = economised(air.dry_bulb_c, air.wet_bulb_c, air.pressure_pa, air_limits(given), given.adiabatic_effectiveness)
    chiller_heat = hall.chiller_share * demand.heat_kw
    least_c = demand.evaporating_c + given.chiller_least_lift_k - given.water_condenser_approach_k

    def range_at(cold_c: Array) -> Array:
        return rise * (1.0 + 1.0 / demand.cop_in_water(cold_c, rise))

    tower = sized_tower(given.tower_approach_k, rise, given.tower_water_to_air)
    # As many cells run as the heat needs, each at its design flow.
    running = run_tower(tower, 1.0, air.wet_bulb_c, float(np.mean(air.pressure_pa)), least_c - rise, range_at)
    chiller_kw = demand.chillers_kw(chiller_heat, demand.cop_in_water(running.cold_c, range_at(running.cold_c)))
    return _over_fill(
        demand,
        running,
        free=1.0 - hall.chiller_share,
        chiller_heat_kw=chiller_heat,
        chiller_kw=chiller_kw,
        rejected_kw=chiller_heat + chiller_kw,
        fans_for_kw=chiller_heat,
        # Facility and tower pumps follow the heat of the coils.
        pump_kw=2.0 * demand.pump_kw() * hall.chiller_share,
        outside_kw=demand.heat_kw - chiller_heat,
        evaporated_inside_kg=hall.water_kg_per_kwh * demand.heat_kw,
    )


def _over_fill(
    demand: _Demand,
    running: Running,
    *,
    free: Array,
    chiller_heat_kw: Array,
    chiller_kw: Array,
    rejected_kw: Array,
    fans_for_kw: Array,
    pump_kw: Array,
    outside_kw: Array,
    evaporated_inside_kg: Array,
) -> Loop:
    """Return the loop whose heat ends in a tower; pads inside the building bleed as those of coolers do."""
    given, air = demand.given, demand.air
    evaporated = rejected_kw * evaporated_kg_per_kwh(
        air.dry_bulb_c, air.wet_bulb_c, air.pressure_pa, running.leaving_c, given.makeup_water_c
    )
    circulating = 3600.0 * rejected_kw / (WATER_KJ_PER_KG_K * given.loop_rise_k)
    taken = makeup(evaporated, circulating, given.tower_cycles, given.tower_drift_fraction)
    inside_kg = evaporated_inside_kg * (1.0 + given.adiabatic_bleed_fraction)
    return Loop(
        free=free,
        chiller_heat_kw=chiller_heat_kw,
        rejected_kw=rejected_kw,
        chiller_kw=chiller_kw,
        fan_kw=given.tower_fan_fraction
        * thin_air(air.pressure_pa)
        * fans_for_kw
        * speed_power(running.speed, given.speed_power_floor),
        pump_kw=pump_kw,
        water_kg=taken.total_kg + inside_kg,
        evaporated_kg=evaporated + evaporated_inside_kg,
        inside_kg=inside_kg,
        outside_kw=outside_kw,
        capacity_kw=demand.installed_kw(chiller_heat_kw),
    )


def air_limits(given: FacilityInput) -> Limits:
    """Return what the cold aisle accepts; the warmest air is never above the supply temperature that is asked for."""
    warmest_c = min(given.supply_c, given.air_supply_max_c)
    return Limits(
        coldest_c=min(given.air_supply_min_c, warmest_c),
        warmest_c=warmest_c,
        dew_point_least_c=given.air_dew_point_min_c,
        dew_point_most_c=given.air_dew_point_max_c,
        relative_least_fraction=given.air_humidity_min_fraction,
        relative_most_fraction=given.air_humidity_max_fraction,
        rise_k=given.air_rise_k,
        closing=given.air_closing > 0,
    )


def trim_hours(of: Loop) -> int:
    """Return in how many hours the chiller of a loop runs [h]."""
    return int(np.count_nonzero(of.free < _ALL))


@dataclass(frozen=True, slots=True)
class Cooling:
    """Both loops with what stands between them and the racks [kW]; water that humidifiers put back [kg/h]."""

    liquid: Loop
    air: Loop
    rack_pump_kw: float
    air_handler_kw: float
    humidifier_kg: float

    @property
    def water_kg(self) -> Array:
        """Water that the plant takes, hour by hour [kg/h]."""
        return self.liquid.water_kg + self.air.water_kg + self.humidifier_kg

    @property
    def inside_kg(self) -> Array:
        """What of it pads and humidifiers of the halls take, hour by hour [kg/h]."""
        return self.liquid.inside_kg + self.air.inside_kg + self.humidifier_kg

    @property
    def evaporated_kg(self) -> Array:
        """What of it evaporates, hour by hour [kg/h]."""
        return self.liquid.evaporated_kg + self.air.evaporated_kg + self.humidifier_kg

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


@dataclass(frozen=True, slots=True)
class Built:
    """What the loops are built for [kW]: heat, and chillers of the liquid and of the air loop once they are sized."""

    heat: Heat
    chillers_kw: tuple[float, float] | None = None


def handler_fraction(given: FacilityInput) -> float:
    """Return the fan power of the air handlers at full speed over the heat they carry [1]."""
    outside = REJECTOR[given.cooling] == "outside"
    return given.outside_air_fan_fraction if outside else given.air_handler_fan_fraction


def air_handler_kw(given: FacilityInput, room_kw: float, design_room_kw: float) -> float:
    """Return the fan power of the air handlers for the heat of the rooms, which it adds to [kW]."""
    if design_room_kw <= 0:
        return 0.0
    fraction = handler_fraction(given)
    rated_kw = fraction * design_room_kw / (1.0 - fraction)
    return rated_kw * float(speed_power(room_kw / design_room_kw, given.speed_power_floor))


def cool(given: FacilityInput, heat: Heat, built: Built, air: Weather, handlers_kw: float) -> Cooling:
    """Run both loops; immersion tanks and cold plates differ in what pumps their fluid."""
    head_pa, fluid = {
        "immersion-1p": (given.immersion_pump_head_pa, OIL_J_PER_M3_K),
        "immersion-2p": (0.0, OIL_J_PER_M3_K),
    }.get(given.cooling, (given.rack_pump_head_pa, GLYCOL_J_PER_M3_K))
    design = built.heat
    load = heat.liquid_kw / design.liquid_kw if design.liquid_kw > 0 else 0.0
    share = pump_share(head_pa, given.pump_efficiency, fluid, given.loop_rise_k)
    kind = REJECTOR[given.cooling]
    liquid_kind = _LIQUID_REJECTOR.get(kind, kind)
    chillers = built.chillers_kw or (None, None)
    through_coils = loop(given, heat.air_kw, design.air_kw, air_supply_c(given), air, kind, chillers[1])
    return Cooling(
        liquid=loop(given, heat.liquid_kw, design.liquid_kw, given.supply_c, air, liquid_kind, chillers[0]),
        air=through_coils,
        rack_pump_kw=share * design.liquid_kw * float(speed_power(load, given.speed_power_floor)),
        air_handler_kw=handlers_kw,
        humidifier_kg=0.0 if kind == "outside" else humidified_kg(given, heat.air_kw),
    )


def humidified_kg(given: FacilityInput, air_heat_kw: float) -> float:
    """Return the water that humidifiers put back for what condenses on the coils [kg/h].

    The heat of the coils stays as it is: what evaporates in the room takes it up as warmth, what condenses on the coil
    gives it off.
    """
    return (1.0 - given.coil_sensible_fraction) * air_heat_kw * 3600.0 / _LATENT_KJ_PER_KG


def air_supply_c(given: FacilityInput) -> float:
    """Return the temperature of the chilled water of the air handlers [C]; coils that dry air are colder."""
    water_c = min(given.supply_c, given.air_loop_supply_c)
    if REJECTOR[given.cooling] == "outside":
        return min(water_c, given.air_dew_point_max_c - given.drying_coil_approach_k)
    return water_c
