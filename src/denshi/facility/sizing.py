"""What the building is built for: plant for the nameplate of the IT in the hottest hour, and the site at any load."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.errors import OutOfRangeError
from denshi.facility.given import FacilityInput
from denshi.facility.loop import REJECTOR, Built, Cooling, Heat, Loop, air_handler_kw, cool, outdoors
from denshi.facility.power import TRANSFORMER, InRack, Plant, Stage, feed, feed_losses_kw, in_rack, plant

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Site:
    """The whole chain at one IT load: inside the rack, feed, cooling, site load [kW]."""

    rack: InRack
    feed_losses_kw: dict[str, float]
    heat: Heat
    cooling: Cooling
    transformer_loss_kw: Array
    load_kw: Array


@dataclass(frozen=True, slots=True)
class Design:
    """What is built: stages of the chain, heat of the loops and rooms [kW], every machine, and the site at its peak."""

    stages: tuple[Stage, ...]
    transformer: Stage
    room_kw: float
    heat: Heat
    house_kw: float
    peak: Site
    plants: Mapping[str, tuple[Plant, ...]]

    @property
    def loops(self) -> Built:
        """The loops as built: their heat, and their chillers for the hottest hour."""
        return Built(self.heat, (self.peak.cooling.liquid.capacity_kw, self.peak.cooling.air.capacity_kw))

    @property
    def machines(self) -> dict[str, tuple[Plant, ...]]:
        """Every kind of machine that is bought, those of the feed too."""
        return {**self.plants, **{stage.equipment.id: (stage.plant,) for stage in self.stages}}

    def units(self, *names: str) -> int:
        """Return how many machines of these kinds there are [count]."""
        return sum(one.units for name in names for one in self.machines.get(name, ()))


def design(given: FacilityInput, rack: InRack) -> Design:
    """Size the plant for the IT at nameplate and weather hotter than the year's by the margins."""
    stages = feed(
        given.equipment,
        given.distribution,
        rack.it_kw,
        given.plant_loading_limit,
        given.redundancy,
        given.redundancy_block_units,
    )
    room_kw = _room_kw(given, rack, stages)
    heat = heat_of(given, rack, stages, room_kw)
    house_kw = given.house_load_fraction * rack.it_kw
    extreme = cooled(given, rack, stages, Built(heat), room_kw, extreme=True)
    behind_kw = rack.it_kw + sum(feed_losses_kw(stages, rack.it_kw).values()) + extreme.total_kw + house_kw
    transformer = _transformers(given, float(behind_kw.max()))
    peak = site(rack, stages, transformer, heat, extreme, house_kw)
    return Design(stages, transformer, room_kw, heat, house_kw, peak, _plants(given, peak, transformer))


def year(given: FacilityInput, built: Design, rack: InRack) -> Site:
    """Run what is built through the year at one IT load."""
    heat = heat_of(given, rack, built.stages, built.room_kw)
    cooling = cooled(given, rack, built.stages, built.loops, built.room_kw, extreme=False)
    return site(rack, built.stages, built.transformer, heat, cooling, built.house_kw)


def system_mean_kw(given: FacilityInput) -> float:
    """Return the mean power of the systems, at work and idle [kW]."""
    unused = max(1.0 - sum(given.workload_accelerators) / given.accelerators, 0.0)
    return sum(given.workload_power_kw) + unused * given.compute_power_kw * given.idle_power_fraction


def racks(given: FacilityInput) -> tuple[InRack, InRack]:
    """Return what happens behind the input of the racks at nameplate and at the mean of the year."""
    beside_kw = given.network_power_kw + given.storage_power_kw + given.management_power_kw
    mean_kw = system_mean_kw(given) + beside_kw
    fans = given.server_fan_fraction * (1.0 - liquid_fraction(given))
    peak, mean = (
        in_rack(
            given.equipment,
            given.distribution,
            maker_kw,
            given.it_power_kw,
            given.shelf_load_at_nameplate,
            given.regulator_load_at_nameplate,
            fans,
        )
        for maker_kw in (given.it_power_kw, mean_kw)
    )
    return peak, mean


def liquid_fraction(given: FacilityInput) -> float:
    """Return the share of the IT heat that leaves in liquid [1]."""
    if given.cooling.startswith("immersion"):
        return given.immersion_capture_fraction * given.compute_power_kw / given.it_power_kw
    return given.liquid_fraction


def _room_kw(given: FacilityInput, rack: InRack, stages: tuple[Stage, ...]) -> float:
    """Return the heat that the rooms' air takes up, without the air handlers' own fans [kW]."""
    return (1.0 - liquid_fraction(given)) * rack.it_kw + sum(feed_losses_kw(stages, rack.it_kw).values())


def heat_of(given: FacilityInput, rack: InRack, stages: tuple[Stage, ...], design_room_kw: float) -> Heat:
    """Return the heat of the two loops [kW]."""
    room_kw = _room_kw(given, rack, stages)
    return Heat(
        liquid_kw=liquid_fraction(given) * rack.it_kw,
        air_kw=room_kw + air_handler_kw(given, room_kw, design_room_kw),
    )


def cooled(
    given: FacilityInput,
    rack: InRack,
    stages: tuple[Stage, ...],
    built: Built,
    design_room_kw: float,
    extreme: bool,
) -> Cooling:
    """Run both loops through the year, or through a year hotter by the margins."""
    handlers_kw = air_handler_kw(given, _room_kw(given, rack, stages), design_room_kw)
    heat = heat_of(given, rack, stages, design_room_kw)
    return cool(given, heat, built, outdoors(given, extreme), handlers_kw)


def _transformers(given: FacilityInput, behind_kw: float) -> Stage:
    """Size the transformers; their catalogue capacity is apparent power, so real power is that times power factor."""
    row = given.equipment[TRANSFORMER]
    capacity_kw = row.capacity_kw * given.power_factor
    return Stage(
        row,
        plant(behind_kw / given.plant_loading_limit, capacity_kw, given.redundancy, given.redundancy_block_units),
    )


def site(
    rack: InRack,
    stages: tuple[Stage, ...],
    transformer: Stage,
    heat: Heat,
    cooling: Cooling,
    house_kw: float,
) -> Site:
    """Return the chain at one IT load, from the rack to the grid."""
    losses = feed_losses_kw(stages, rack.it_kw)
    behind_kw = rack.it_kw + sum(losses.values()) + cooling.total_kw + house_kw
    loss_kw = transformer.loss_kw(behind_kw)
    return Site(rack, losses, heat, cooling, loss_kw, behind_kw + loss_kw)


def _plants(given: FacilityInput, peak: Site, transformer: Stage) -> dict[str, tuple[Plant, ...]]:
    """Return every kind of plant that is counted and bought, outside the feed."""

    def sized(name: str, required_kw: float) -> Plant:
        capacity_kw = given.equipment[name].capacity_kw
        return plant(required_kw, capacity_kw, given.redundancy, given.redundancy_block_units)

    kind = REJECTOR[given.cooling]
    loops: tuple[Loop, Loop] = (peak.cooling.liquid, peak.cooling.air)
    chiller = "chiller-water" if kind in ("tower", "outside") else "chiller-air"
    found = {
        TRANSFORMER: (_catalogue_size(transformer.plant, given.power_factor),),
        "switchgear-mv": (sized("switchgear-mv", largest(peak.load_kw)),),
        "generator-diesel": (_generators(given, largest(peak.load_kw)),),
        chiller: tuple(sized(chiller, one.capacity_kw) for one in loops),
    }
    if kind != "none":
        rejector = {"dry": "dry-cooler", "adiabatic": "adiabatic-cooler"}.get(kind, "cooling-tower")
        found[rejector] = tuple(sized(rejector, largest(one.rejected_kw)) for one in loops)
    tank = "immersion-tank" if given.cooling.startswith("immersion") else "cdu"
    found[tank] = (sized(tank, peak.heat.liquid_kw),)
    found["crah"] = (sized("crah", peak.heat.air_kw),)
    return found


def _catalogue_size(found: Plant, power_factor: float) -> Plant:
    return Plant(found.units, found.unit_kw / power_factor)


def _generators(given: FacilityInput, peak_load_kw: float) -> Plant:
    row = given.equipment["generator-diesel"]
    required_kw = peak_load_kw * given.generator_backed_fraction * given.generator_margin / generator_derate(given)
    return plant(required_kw, row.capacity_kw, given.redundancy, given.redundancy_block_units)


def generator_derate(given: FacilityInput) -> float:
    """Return what a generator gives at the site over its rating: less with elevation and on the hottest day [1]."""
    hottest_c = float(given.dry_bulb_c.max()) + given.extreme_dry_bulb_margin_k
    high = given.generator_derate_per_m * max(given.elevation_m - given.generator_derate_from_m, 0.0)
    hot = given.generator_derate_per_k * max(hottest_c - given.generator_derate_from_c, 0.0)
    derate = 1.0 - high - hot
    if derate <= 0:
        raise OutOfRangeError("the generators give nothing at this elevation and heat", where="facility.generators")
    return derate


def largest(values: Array) -> float:
    """Return the largest hour."""
    return float(values.max())
