"""The facility room: from IT load and weather to hourly site load, water, plant and cost."""

from dataclasses import replace
from typing import Any

from denshi.facility.best import BEST, Chosen, choose
from denshi.facility.bill import PRICED_REDUNDANCY, Build, bill
from denshi.facility.check import check
from denshi.facility.given import FacilityInput
from denshi.facility.loop import air_supply_c, trim_hours
from denshi.facility.power import REGULATOR, SHELF, TRANSFORMER
from denshi.facility.record import Facility
from denshi.facility.sizing import (
    Design,
    Site,
    design,
    generator_derate,
    largest,
    liquid_fraction,
    racks,
    system_mean_kw,
    year,
)


def run(given: FacilityInput) -> Facility:
    """Return what the building does in a year and what it is made of.

    Raises
    ------
    InfeasibleError : the water is warmer than the racks accept.
    OutOfRangeError : weather or a choice outside the range of the formulas.
    """
    check(given)
    return _built(choose(given))


def again(given: FacilityInput, result: Facility) -> Facility:
    """Evaluate the room again with the plant that was chosen held."""
    if given.cooling != BEST:
        return run(given)
    held = replace(given, cooling=result.cooling_plant, supply_c=result.supply_c)
    check(held)
    return _built(Chosen(held, result.cooling_choices, ()))


def _built(chosen: Chosen) -> Facility:
    given = chosen.given
    peak_rack, mean_rack = racks(given)
    built = design(given, peak_rack)
    priced = (
        built
        if given.redundancy == PRICED_REDUNDANCY
        else design(replace(given, redundancy=PRICED_REDUNDANCY), peak_rack)
    )
    mean = year(given, built, mean_rack)
    return _result(chosen, built, mean, bill(given, built, priced))


def _result(chosen: Chosen, built: Design, mean: Site, build: Build) -> Facility:
    given = chosen.given
    peak = built.peak
    it_peak_kw, it_mean_kw = peak.rack.it_kw, mean.rack.it_kw
    hours = len(mean.load_kw)
    peak_load_kw = largest(peak.load_kw)
    connection_kw = peak_load_kw * given.connection_diversity
    energy_kwh, it_kwh = float(mean.load_kw.sum()), it_mean_kw * hours
    cooling_kwh = float(mean.cooling.total_kw.sum())
    water_m3 = float(mean.cooling.water_kg.sum()) / 1000.0
    main = mean.cooling.liquid if mean.heat.liquid_kw > 0 else mean.cooling.air
    pue = mean.load_kw / it_mean_kw
    return Facility(
        cooling_choices=chosen.choices,
        cooling_plant=given.cooling,
        supply_c=given.supply_c,
        system_mean_kw=system_mean_kw(given),
        it_mean_kw=it_mean_kw,
        it_peak_kw=it_peak_kw,
        silicon_mean_kw=mean.rack.silicon_kw,
        liquid_fraction=liquid_fraction(given),
        air_supply_c=air_supply_c(given),
        feed_rated_kw={stage.equipment.id: stage.plant.rated_kw for stage in built.stages},
        feed_loss_peak_kw=sum(peak.feed_losses_kw.values()),
        liquid_heat_peak_kw=peak.heat.liquid_kw,
        air_heat_peak_kw=peak.heat.air_kw,
        feed_loss_kw=sum(mean.feed_losses_kw.values()),
        liquid_heat_kw=mean.heat.liquid_kw,
        air_heat_kw=mean.heat.air_kw,
        air_free_cooling=mean.cooling.air.free,
        free_cooling=main.free,
        trim_hours=trim_hours(main),
        air_trim_hours=trim_hours(mean.cooling.air),
        cooling_kw=mean.cooling.total_kw,
        cooling_by_part_kwh={name: float(kw.sum()) for name, kw in mean.cooling.parts_kw.items()},
        heat_outside_kwh_per_year=float(mean.cooling.air.outside_kw.sum()),
        heat_rejected_kwh_per_year=(mean.heat.liquid_kw + mean.heat.air_kw) * hours
        + float(mean.cooling.parts_kw["chillers"].sum()),
        house_load_kw=built.house_kw,
        cooling_at_peak_kw=peak.cooling.total_kw,
        transformer_rated_kw=built.transformer.plant.rated_kw,
        transformer_loss_kw=mean.transformer_loss_kw,
        load_kw=mean.load_kw,
        pue=pue,
        peak_load_kw=peak_load_kw,
        peak_hour=int(peak.load_kw.argmax()),
        pue_peak=float(pue.max()),
        pue_peak_hour=int(pue.argmax()),
        pue_extreme=peak_load_kw / it_peak_kw,
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
        water_kg=mean.cooling.water_kg,
        water_inside_m3_per_year=float(mean.cooling.inside_kg.sum()) / 1000.0,
        water_evaporated_m3_per_year=float(mean.cooling.evaporated_kg.sum()) / 1000.0,
        chiller_capacity_kw=(peak.cooling.liquid.capacity_kw, peak.cooling.air.capacity_kw),
        chiller_heat_peak_kw=(largest(peak.cooling.liquid.chiller_heat_kw), largest(peak.cooling.air.chiller_heat_kw)),
        heat_rejected_peak_kw=(largest(peak.cooling.liquid.rejected_kw), largest(peak.cooling.air.rejected_kw)),
        **_machines(chosen, built, build),
    )


def _losses_kwh(given: FacilityInput, mean: Site, hours: int) -> dict[str, float]:
    losses = {TRANSFORMER: float(mean.transformer_loss_kw.sum())}
    losses |= {name: kw * hours for name, kw in reversed(mean.feed_losses_kw.items())}
    losses |= {
        SHELF[given.distribution]: mean.rack.shelf_loss_kw * hours,
        "server-fans": mean.rack.fan_kw * hours,
        REGULATOR: mean.rack.regulator_loss_kw * hours,
    }
    return losses


def _machines(chosen: Chosen, built: Design, build: Build) -> dict[str, Any]:
    """Return the figures of ``Machines``."""
    given, peak_load_kw = chosen.given, largest(built.peak.load_kw)
    return {
        "transformers": built.units(TRANSFORMER),
        "switchgears": built.units("switchgear-mv"),
        "feed_units": {stage.equipment.id: stage.plant.units for stage in built.stages},
        "ups_units": built.units("ups-double-conversion", "bbu-rack"),
        "generator_derate_factor": generator_derate(given),
        "generators": built.units("generator-diesel"),
        "chillers": built.units("chiller-air", "chiller-water"),
        "heat_rejectors": built.units("dry-cooler", "adiabatic-cooler", "cooling-tower"),
        "liquid_units": built.units("cdu", "immersion-tank"),
        "air_handlers": built.units("crah"),
        "land_acres": peak_load_kw / given.site_density_kw_per_acre,
        "plant_usd": build.plant_usd,
        "plant_priced_usd": build.plant_priced_usd,
        "build_cost_usd": build.cost_usd,
        "notices": (*chosen.notices, *build.notices),
        "items": build.items,
    }
