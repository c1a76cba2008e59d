"""The facility room: from IT load and weather to hourly site load, water, plant and cost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Item
from denshi.errors import OutOfRangeError
from denshi.facility.bill import equipment_items, land_item, works_items
from denshi.facility.check import check
from denshi.facility.given import FacilityInput
from denshi.facility.loop import (
    REJECTOR,
    Cooling,
    Heat,
    Loop,
    air_handler_kw,
    air_supply_c,
    cool,
    outdoors,
    trim_hours,
)
from denshi.facility.power import (
    REGULATOR,
    SHELF,
    TRANSFORMER,
    InRack,
    Plant,
    Stage,
    feed,
    feed_losses_kw,
    in_rack,
    plant,
)
from denshi.facility.record import Facility

Array = NDArray[np.float64]

_UPS = "ups-double-conversion"
_BATTERY = "bbu-rack"


@dataclass(frozen=True, slots=True)
class _Site:
    """The whole chain at one IT load: inside the rack, feed, cooling, site load [kW]."""

    rack: InRack
    feed_losses_kw: dict[str, float]
    heat: Heat
    cooling: Cooling
    transformer_loss_kw: Array
    load_kw: Array


def run(given: FacilityInput) -> Facility:
    """Return what the building does in a year and what it is made of.

    Raises
    ------
    InfeasibleError : the water is warmer than the racks accept.
    OutOfRangeError : weather or a choice outside the range of the formulas.
    """
    check(given)
    peak_rack, mean_rack = _racks(given)
    stages = feed(
        given.equipment,
        given.distribution,
        peak_rack.it_kw,
        given.plant_loading_limit,
        given.redundancy,
        given.redundancy_block_units,
    )
    design_room_kw = _room_kw(given, peak_rack, stages)
    design = _heat(given, peak_rack, stages, design_room_kw)
    house_kw = given.house_load_fraction * peak_rack.it_kw
    extreme = _cooled(given, peak_rack, stages, design, design_room_kw, extreme=True)
    behind_kw = peak_rack.it_kw + sum(feed_losses_kw(stages, peak_rack.it_kw).values()) + extreme.total_kw + house_kw
    transformer = _transformers(given, float(behind_kw.max()))
    peak = _site(peak_rack, stages, transformer, design, extreme, house_kw)
    heat = _heat(given, mean_rack, stages, design_room_kw)
    year = _cooled(given, mean_rack, stages, design, design_room_kw, extreme=False)
    mean = _site(mean_rack, stages, transformer, heat, year, house_kw)
    return _result(given, peak, mean, stages, transformer, house_kw)


def again(given: FacilityInput, result: Facility) -> Facility:  # noqa: ARG001
    """Evaluate the room again; it takes no decision by search that could be held."""
    return run(given)


def _system_mean_kw(given: FacilityInput) -> float:
    unused = max(1.0 - sum(given.workload_accelerators) / given.accelerators, 0.0)
    return sum(given.workload_power_kw) + unused * given.compute_power_kw * given.idle_power_fraction


def _racks(given: FacilityInput) -> tuple[InRack, InRack]:
    beside_kw = given.network_power_kw + given.storage_power_kw + given.management_power_kw
    mean_kw = _system_mean_kw(given) + beside_kw
    fans = given.server_fan_fraction * (1.0 - _liquid_fraction(given))
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


def _liquid_fraction(given: FacilityInput) -> float:
    if given.cooling.startswith("immersion"):
        return given.immersion_capture_fraction * given.compute_power_kw / given.it_power_kw
    return given.liquid_fraction


def _room_kw(given: FacilityInput, rack: InRack, stages: tuple[Stage, ...]) -> float:
    """Return the heat that the rooms' air takes up, without the air handlers' own fans [kW]."""
    return (1.0 - _liquid_fraction(given)) * rack.it_kw + sum(feed_losses_kw(stages, rack.it_kw).values())


def _heat(given: FacilityInput, rack: InRack, stages: tuple[Stage, ...], design_room_kw: float) -> Heat:
    room_kw = _room_kw(given, rack, stages)
    return Heat(
        liquid_kw=_liquid_fraction(given) * rack.it_kw,
        air_kw=room_kw + air_handler_kw(given, room_kw, design_room_kw),
    )


def _cooled(
    given: FacilityInput,
    rack: InRack,
    stages: tuple[Stage, ...],
    design: Heat,
    design_room_kw: float,
    extreme: bool,
) -> Cooling:
    handlers_kw = air_handler_kw(given, _room_kw(given, rack, stages), design_room_kw)
    heat = _heat(given, rack, stages, design_room_kw)
    return cool(given, heat, design, outdoors(given, extreme), handlers_kw)


def _transformers(given: FacilityInput, behind_kw: float) -> Stage:
    """Size the transformers; their catalogue capacity is apparent power, so real power is that times power factor."""
    row = given.equipment[TRANSFORMER]
    capacity_kw = row.capacity_kw * given.power_factor
    return Stage(
        row,
        plant(behind_kw / given.plant_loading_limit, capacity_kw, given.redundancy, given.redundancy_block_units),
    )


def _site(
    rack: InRack,
    stages: tuple[Stage, ...],
    transformer: Stage,
    heat: Heat,
    cooling: Cooling,
    house_kw: float,
) -> _Site:
    losses = feed_losses_kw(stages, rack.it_kw)
    behind_kw = rack.it_kw + sum(losses.values()) + cooling.total_kw + house_kw
    loss_kw = transformer.loss_kw(behind_kw)
    return _Site(rack, losses, heat, cooling, loss_kw, behind_kw + loss_kw)


def _plants(given: FacilityInput, peak: _Site, transformer: Stage) -> dict[str, tuple[Plant, ...]]:
    """Return every kind of plant that is counted and bought, outside the feed."""

    def sized(name: str, required_kw: float) -> Plant:
        capacity_kw = given.equipment[name].capacity_kw
        return plant(required_kw, capacity_kw, given.redundancy, given.redundancy_block_units)

    def largest(values: Array) -> float:
        return float(values.max())

    kind = REJECTOR[given.cooling]
    loops: tuple[Loop, Loop] = (peak.cooling.liquid, peak.cooling.air)
    chiller = "chiller-water" if kind == "tower" else "chiller-air"
    found = {
        TRANSFORMER: (_catalogue_size(transformer.plant, given.power_factor),),
        "switchgear-mv": (sized("switchgear-mv", largest(peak.load_kw)),),
        "generator-diesel": (_generators(given, largest(peak.load_kw)),),
        chiller: tuple(sized(chiller, largest(one.chiller_heat_kw)) for one in loops),
    }
    if kind != "none":
        rejector = {"tower": "cooling-tower", "dry": "dry-cooler", "adiabatic": "adiabatic-cooler"}[kind]
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


def _result(
    given: FacilityInput, peak: _Site, mean: _Site, stages: tuple[Stage, ...], transformer: Stage, house_kw: float
) -> Facility:
    plants = _plants(given, peak, transformer)
    counts = {name: sum(one.units for one in several) for name, several in plants.items()}
    it_peak_kw, it_mean_kw = peak.rack.it_kw, mean.rack.it_kw
    hours = len(mean.load_kw)
    peak_load_kw = float(peak.load_kw.max())
    connection_kw = peak_load_kw * given.connection_diversity
    energy_kwh, it_kwh = float(mean.load_kw.sum()), it_mean_kw * hours
    cooling_kwh = float(mean.cooling.total_kw.sum())
    water_m3 = float(mean.cooling.water_kg.sum()) / 1000.0
    items, build_usd, notices = _bill(given, it_peak_kw, peak_load_kw, plants, stages)
    main = mean.cooling.liquid if mean.heat.liquid_kw > 0 else mean.cooling.air
    return Facility(
        system_mean_kw=_system_mean_kw(given),
        it_mean_kw=it_mean_kw,
        it_peak_kw=it_peak_kw,
        silicon_mean_kw=mean.rack.silicon_kw,
        liquid_fraction=_liquid_fraction(given),
        air_supply_c=air_supply_c(given),
        feed_loss_kw=sum(mean.feed_losses_kw.values()),
        liquid_heat_kw=mean.heat.liquid_kw,
        air_heat_kw=mean.heat.air_kw,
        free_cooling=main.free,
        trim_hours=trim_hours(main),
        air_trim_hours=trim_hours(mean.cooling.air),
        cooling_kw=mean.cooling.total_kw,
        cooling_by_part_kwh={name: float(kw.sum()) for name, kw in mean.cooling.parts_kw.items()},
        heat_rejected_kwh_per_year=(mean.heat.liquid_kw + mean.heat.air_kw) * hours
        + float(mean.cooling.parts_kw["chillers"].sum()),
        house_load_kw=house_kw,
        transformer_loss_kw=mean.transformer_loss_kw,
        load_kw=mean.load_kw,
        pue=mean.load_kw / it_mean_kw,
        peak_load_kw=peak_load_kw,
        peak_hour=int(peak.load_kw.argmax()),
        pue_peak=peak_load_kw / it_peak_kw,
        connection_kw=connection_kw,
        connection_kva=connection_kw / given.power_factor,
        energy_kwh_per_year=energy_kwh,
        it_energy_kwh_per_year=it_kwh,
        cooling_energy_kwh_per_year=cooling_kwh,
        electrical_loss_kwh_per_year=sum(mean.feed_losses_kw.values()) * hours + float(mean.transformer_loss_kw.sum()),
        loss_by_stage_kwh=_losses_kwh(given, mean, hours),
        pue_mean=energy_kwh / it_kwh,
        tue_mean=energy_kwh / (mean.rack.silicon_kw * hours),
        water_m3_per_year=water_m3,
        wue_l_per_kwh=1000.0 * water_m3 / it_kwh,
        transformers=counts[TRANSFORMER],
        ups_units=sum(stage.plant.units for stage in stages if stage.equipment.id in (_UPS, _BATTERY)),
        generator_derate_factor=generator_derate(given),
        generators=counts["generator-diesel"],
        chillers=counts.get("chiller-air", 0) + counts.get("chiller-water", 0),
        heat_rejectors=sum(counts.get(name, 0) for name in ("dry-cooler", "adiabatic-cooler", "cooling-tower")),
        liquid_units=counts.get("cdu", 0) + counts.get("immersion-tank", 0),
        air_handlers=counts["crah"],
        land_acres=peak_load_kw / given.site_density_kw_per_acre,
        build_cost_usd=build_usd,
        notices=notices,
        items=items,
    )


def _losses_kwh(given: FacilityInput, mean: _Site, hours: int) -> dict[str, float]:
    losses = {TRANSFORMER: float(mean.transformer_loss_kw.sum())}
    losses |= {name: kw * hours for name, kw in reversed(mean.feed_losses_kw.items())}
    losses |= {
        SHELF[given.distribution]: mean.rack.shelf_loss_kw * hours,
        "server-fans": mean.rack.fan_kw * hours,
        REGULATOR: mean.rack.regulator_loss_kw * hours,
    }
    return losses


def _bill(
    given: FacilityInput,
    critical_kw: float,
    peak_load_kw: float,
    plants: dict[str, tuple[Plant, ...]],
    stages: tuple[Stage, ...],
) -> tuple[tuple[Item, ...], float, tuple[str, ...]]:
    bought = equipment_items(given.equipment, plants | {stage.equipment.id: (stage.plant,) for stage in stages})
    bottom_up_usd = sum(item.cost_usd for item in bought)
    share_usd = given.build_usd_per_kw * given.share_mechanical_electrical * critical_kw
    works = works_items(given, critical_kw, max(share_usd - bottom_up_usd, 0.0))
    build_usd = bottom_up_usd + sum(item.cost_usd for item in works)
    notices = (
        (
            f"mechanical and electrical plant counted piece by piece costs {bottom_up_usd / 1e6:,.1f} M USD, more than "
            f"the {share_usd / 1e6:,.1f} M USD that its share of the build price allows: the price per kW is exceeded",
        )
        if bottom_up_usd > share_usd
        else ()
    )
    land = land_item(given, peak_load_kw / given.site_density_kw_per_acre)
    return (*bought, *works, land), build_usd, notices
