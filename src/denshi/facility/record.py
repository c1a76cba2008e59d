"""What the building gives out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Item
from denshi.figure import figure

Array = NDArray[np.float64]

_A = "catalog.assumptions."
_E = "catalog.equipment."
_WEATHER = ("climate.dry_bulb_c", "climate.wet_bulb_c", "climate.pressure_pa")
_CHOICES = ("scenario.facility.distribution", "scenario.facility.cooling", "scenario.facility.redundancy")
_SIZES = (f"{_A}plant-loading-limit", f"{_A}redundancy-block-units")
_RACK = (
    "scenario.facility.distribution",
    f"{_E}rectifier-orv3.loss_square",
    f"{_A}shelf-load-at-nameplate",
)
_RACK_CASES = dict.fromkeys((f"{_E}rectifier-orv3.loss_square", f"{_A}shelf-load-at-nameplate"), "direct current")
_FREE = (
    *_WEATHER[:2],
    "scenario.facility.cooling",
    "scenario.facility.supply_temperature",
    f"{_A}loop-rise-k",
    f"{_A}dry-cooler-approach-k",
    f"{_A}tower-approach-k",
    f"{_A}heat-exchanger-approach-k",
    f"{_A}adiabatic-effectiveness",
    f"{_A}recirculation-k",
    f"{_A}recirculation-wet-bulb-k",
)
_OF_TOWER = dict.fromkeys(
    (
        "climate.wet_bulb_c",
        f"{_A}tower-approach-k",
        f"{_A}heat-exchanger-approach-k",
        f"{_A}recirculation-wet-bulb-k",
        f"{_A}water-condenser-approach-k",
        f"{_A}chiller-carnot-fraction-water",
        f"{_A}tower-fan-fraction",
    ),
    "tower",
)
_OF_PADS = dict.fromkeys(
    (f"{_A}adiabatic-effectiveness", f"{_A}adiabatic-air-rise-k", f"{_A}adiabatic-bleed-fraction"), "adiabatic"
)
_PLANT_CASES = {**_OF_TOWER, **_OF_PADS}
_PLANT_POWER = (
    f"{_A}chiller-carnot-fraction-air",
    f"{_A}chiller-carnot-fraction-water",
    f"{_A}chiller-evaporator-approach-k",
    f"{_A}chiller-least-lift-k",
    f"{_A}air-condenser-approach-k",
    f"{_A}water-condenser-approach-k",
    f"{_A}dry-cooler-fan-fraction",
    f"{_A}tower-fan-fraction",
    f"{_A}air-handler-fan-fraction",
    f"{_A}speed-power-floor",
    f"{_A}facility-pump-head-pa",
    f"{_A}rack-pump-head-pa",
    f"{_A}immersion-pump-head-pa",
    f"{_A}pump-efficiency",
)
_COOLING_CASES = {**_PLANT_CASES, f"{_A}immersion-pump-head-pa": "immersion"}
_EXTREME = (f"{_A}extreme-dry-bulb-margin-k", f"{_A}extreme-wet-bulb-margin-k")
_DERATE = (
    "catalog.site.elevation_m",
    f"{_A}generator-derate-per-m",
    f"{_A}generator-derate-from-m",
    f"{_A}generator-derate-per-k",
    f"{_A}generator-derate-from-c",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """Load, losses, cooling and water of a typical year, plant and cost. Hours run through the year."""

    system_mean_kw: float = figure(
        "kW",
        "sum of the workloads' power + idle power of systems that no workload uses",
        of=(
            "workload.*.power_kw",
            "workload.*.accelerators",
            "cluster.accelerators",
            "cluster.compute_power_kw",
            "catalog.system.idle_power_fraction",
        ),
    )
    it_mean_kw: float = figure(
        "kW",
        "system_mean_kw + network + storage + management, at the input of the rack; with direct current the power "
        "shelf is replaced by a converter: output of the shelf + loss of the converter",
        of=(
            "facility.system_mean_kw",
            "cluster.network_power_kw",
            "cluster.storage_power_kw",
            "cluster.management_power_kw",
            *_RACK,
        ),
        source="iso30134-2",
        active=_RACK_CASES,
    )
    it_peak_kw: float = figure(
        "kW",
        "nameplate of the IT, at the same boundary",
        of=("cluster.it_power_kw", *_RACK),
        source="iso30134-2",
        active=_RACK_CASES,
    )
    silicon_mean_kw: float = figure(
        "kW",
        "it_mean_kw - power shelf or converter - server fans - voltage regulators",
        of=(
            "facility.it_mean_kw",
            "cluster.liquid_fraction",
            f"{_E}vrm.loss_square",
            f"{_A}regulator-load-at-nameplate",
            f"{_A}server-fan-fraction",
        ),
    )
    liquid_fraction: float = figure(
        "1",
        "share of the IT heat that leaves in liquid; in immersion what the tanks take up of the systems' heat",
        of=(
            "cluster.liquid_fraction",
            "scenario.facility.cooling",
            f"{_A}immersion-capture-fraction",
            "cluster.compute_power_kw",
        ),
        active=dict.fromkeys((f"{_A}immersion-capture-fraction", "cluster.compute_power_kw"), "immersion"),
    )
    air_supply_c: float = figure(
        "C",
        "min(supply_temperature, air-loop-supply-c)",
        of=("scenario.facility.supply_temperature", f"{_A}air-loop-supply-c"),
    )
    feed_loss_kw: float = figure(
        "kW",
        "sum over stages between transformer and rack of rated x (a0 + a1 L + a2 L2)",
        of=(
            "facility.it_mean_kw",
            "facility.it_peak_kw",
            "scenario.facility.distribution",
            "scenario.facility.redundancy",
            f"{_E}busway-415v.loss_square",
            f"{_E}ups-double-conversion.loss_fixed",
            f"{_E}ups-double-conversion.loss_linear",
            f"{_E}ups-double-conversion.loss_square",
            f"{_E}rectifier-800v.loss_linear",
            f"{_E}rectifier-400v.loss_linear",
            *_SIZES,
        ),
        source="wp108",
        active={f"{_E}rectifier-800v.loss_linear": "direct current", f"{_E}rectifier-400v.loss_linear": "sidecar"},
    )
    liquid_heat_kw: float = figure(
        "kW", "it_mean_kw x liquid_fraction", of=("facility.it_mean_kw", "facility.liquid_fraction")
    )
    air_heat_kw: float = figure(
        "kW",
        "it_mean_kw x (1 - liquid_fraction) + feed losses + fans of the air handlers",
        of=(
            "facility.it_mean_kw",
            "facility.liquid_fraction",
            "facility.feed_loss_kw",
            f"{_A}air-handler-fan-fraction",
        ),
    )
    free_cooling: Array = figure(
        "1",
        "share of the main loop's heat without chiller: clip((supply + rise - sink - approach) / rise, 0, 1)",
        of=_FREE,
        source="lei2022",
        active=_PLANT_CASES,
    )
    trim_hours: int = figure(
        "h",
        "hours in which the chiller of the main loop runs (liquid; air where no heat leaves in liquid)",
        of=("facility.free_cooling",),
    )
    air_trim_hours: int = figure(
        "h",
        "hours in which the chiller of the air loop runs",
        of=("climate.dry_bulb_c", "facility.air_supply_c", "scenario.facility.cooling"),
    )
    cooling_kw: Array = figure(
        "kW",
        "both loops: chillers (heat x (1 - free share) / COP), fans, pumps (rated x (f0 + (1 - f0) s3)), air handlers",
        of=(
            "facility.liquid_heat_kw",
            "facility.air_heat_kw",
            "facility.air_supply_c",
            "climate.pressure_pa",
            *_FREE,
            *_PLANT_POWER,
        ),
        source="lei2022",
        active=_COOLING_CASES,
    )
    cooling_by_part_kwh: dict[str, float] = figure(
        "kWh", "sum over hours of the parts of cooling_kw", of=("facility.cooling_kw",)
    )
    heat_rejected_kwh_per_year: float = figure(
        "kWh",
        "sum over hours of liquid_heat_kw + air_heat_kw + power of the chillers: heat that leaves the loops",
        of=("facility.liquid_heat_kw", "facility.air_heat_kw", "facility.cooling_by_part_kwh"),
    )
    house_load_kw: float = figure(
        "kW", "it_peak_kw x house-load-fraction", of=("facility.it_peak_kw", f"{_A}house-load-fraction")
    )
    transformer_loss_kw: Array = figure(
        "kW",
        "rated x (a0 + a1 L + a2 L2) at it_mean_kw + feed losses + cooling + house load",
        of=(
            "facility.it_mean_kw",
            "facility.feed_loss_kw",
            "facility.cooling_kw",
            "facility.house_load_kw",
            f"{_E}transformer-mv-lv.loss_fixed",
            f"{_E}transformer-mv-lv.loss_square",
            f"{_A}plant-loading-limit",
            "scenario.facility.redundancy",
        ),
        source="wp108",
    )
    load_kw: Array = figure(
        "kW",
        "it_mean_kw + feed losses + transformer losses + cooling + house load, hour by hour",
        of=(
            "facility.it_mean_kw",
            "facility.feed_loss_kw",
            "facility.transformer_loss_kw",
            "facility.cooling_kw",
            "facility.house_load_kw",
        ),
    )
    pue: Array = figure(
        "1", "load_kw / it_mean_kw", of=("facility.load_kw", "facility.it_mean_kw"), source="iso30134-2"
    )
    peak_load_kw: float = figure(
        "kW",
        "the largest hour of load with the IT at nameplate and the weather hotter by the margins: sizes the plant",
        of=("facility.it_peak_kw", *_FREE, *_EXTREME, *_CHOICES),
        active={**_PLANT_CASES, f"{_A}extreme-wet-bulb-margin-k": "tower"},
    )
    peak_hour: int = figure(
        "h",
        "hour of the year of peak_load_kw, counted from 0",
        of=("climate.dry_bulb_c", "climate.wet_bulb_c", "scenario.facility.cooling"),
        active={"climate.wet_bulb_c": "tower", "scenario.facility.cooling": "tower"},
    )
    pue_peak: float = figure("1", "peak_load_kw / it_peak_kw", of=("facility.peak_load_kw", "facility.it_peak_kw"))
    connection_kw: float = figure(
        "kW", "peak_load_kw x diversity", of=("facility.peak_load_kw", f"{_A}connection-diversity")
    )
    connection_kva: float = figure(
        "kVA", "connection_kw / power factor", of=("facility.connection_kw", f"{_A}power-factor")
    )
    energy_kwh_per_year: float = figure("kWh", "sum of load_kw", of=("facility.load_kw",))
    it_energy_kwh_per_year: float = figure("kWh", "it_mean_kw x hours", of=("facility.it_mean_kw",))
    cooling_energy_kwh_per_year: float = figure("kWh", "sum of cooling_kw", of=("facility.cooling_kw",))
    electrical_loss_kwh_per_year: float = figure(
        "kWh",
        "feed losses and transformer losses; losses inside the rack are IT load",
        of=("facility.feed_loss_kw", "facility.transformer_loss_kw"),
    )
    loss_by_stage_kwh: dict[str, float] = figure(
        "kWh",
        "losses from the grid to the silicon by stage; those of the shelf, the fans and the regulators are IT load",
        of=(
            "facility.transformer_loss_kw",
            "facility.feed_loss_kw",
            "facility.silicon_mean_kw",
            "scenario.facility.distribution",
        ),
    )
    pue_mean: float = figure(
        "1",
        "energy of the site / energy of the IT",
        of=("facility.energy_kwh_per_year", "facility.it_energy_kwh_per_year"),
        source="iso30134-2",
    )
    tue_mean: float = figure(
        "1",
        "energy of the site / energy that reaches the silicon: grid to silicon, the same boundary for any distribution",
        of=("facility.energy_kwh_per_year", "facility.silicon_mean_kw"),
    )
    water_m3_per_year: float = figure(
        "m3",
        "towers: heat x (W2 - W1) / (h2 - h1) x make-up factor; pads: air x (W2 - W1) x (1 + bleed)",
        of=(
            *_WEATHER,
            "facility.liquid_heat_kw",
            "facility.air_heat_kw",
            "scenario.facility.cooling",
            "scenario.facility.supply_temperature",
            f"{_A}tower-cycles",
            f"{_A}tower-drift-fraction",
            f"{_A}makeup-water-c",
            f"{_A}adiabatic-effectiveness",
            f"{_A}adiabatic-air-rise-k",
            f"{_A}adiabatic-bleed-fraction",
        ),
        source="ashrae2017",
        active={
            **_OF_PADS,
            **dict.fromkeys(
                (
                    *_WEATHER,
                    "facility.liquid_heat_kw",
                    "facility.air_heat_kw",
                    "scenario.facility.cooling",
                    "scenario.facility.supply_temperature",
                    f"{_A}tower-cycles",
                    f"{_A}makeup-water-c",
                ),
                "tower",
            ),
            f"{_A}tower-drift-fraction": "leaky tower",
        },
    )
    wue_l_per_kwh: float = figure(
        "L/kWh",
        "1000 x water / energy of the IT",
        of=("facility.water_m3_per_year", "facility.it_energy_kwh_per_year"),
        source="iso30134-9",
        active=dict.fromkeys(("facility.water_m3_per_year", "facility.it_energy_kwh_per_year"), "tower"),
    )
    transformers: int = figure(
        "count",
        "ceil(peak load behind them / (capacity x power factor x loading limit)), with spares",
        of=(
            "facility.peak_load_kw",
            f"{_E}transformer-mv-lv.capacity_kw",
            f"{_A}power-factor",
            "scenario.facility.redundancy",
            *_SIZES,
        ),
    )
    ups_units: int = figure(
        "count",
        "ceil(it_peak_kw and losses below / (capacity x loading limit)), with spares; dc: battery shelves",
        of=(
            "facility.it_peak_kw",
            f"{_E}ups-double-conversion.capacity_kw",
            "scenario.facility.distribution",
            "scenario.facility.redundancy",
            *_SIZES,
        ),
    )
    generator_derate_factor: float = figure(
        "1",
        "1 - per metre x (elevation - from) - per kelvin x (hottest air - from)",
        of=("climate.dry_bulb_c", *_DERATE, f"{_A}extreme-dry-bulb-margin-k"),
    )
    generators: int = figure(
        "count",
        "ceil(peak_load_kw x backed fraction x margin / (capacity x derate)), with spares",
        of=(
            "facility.peak_load_kw",
            "facility.generator_derate_factor",
            f"{_E}generator-diesel.capacity_kw",
            f"{_A}generator-backed-fraction",
            f"{_A}generator-margin",
            "scenario.facility.redundancy",
        ),
    )
    chillers: int = figure(
        "count",
        "for each loop ceil(largest chiller heat at nameplate / capacity), with spares",
        of=(
            "facility.it_peak_kw",
            "climate.dry_bulb_c",
            f"{_E}chiller-air.capacity_kw",
            f"{_E}chiller-water.capacity_kw",
            "scenario.facility.cooling",
            "scenario.facility.supply_temperature",
            "scenario.facility.redundancy",
        ),
        active={f"{_E}chiller-water.capacity_kw": "tower"},
    )
    heat_rejectors: int = figure(
        "count",
        "for each loop ceil(largest heat rejected at nameplate / capacity), with spares",
        of=(
            "facility.it_peak_kw",
            f"{_E}dry-cooler.capacity_kw",
            f"{_E}adiabatic-cooler.capacity_kw",
            f"{_E}cooling-tower.capacity_kw",
            "scenario.facility.cooling",
            "scenario.facility.redundancy",
        ),
        active={f"{_E}adiabatic-cooler.capacity_kw": "adiabatic", f"{_E}cooling-tower.capacity_kw": "tower"},
    )
    liquid_units: int = figure(
        "count",
        "coolant distribution units or immersion tanks: ceil(liquid heat at nameplate / capacity), with spares",
        of=(
            "facility.it_peak_kw",
            "facility.liquid_fraction",
            f"{_E}cdu.capacity_kw",
            f"{_E}immersion-tank.capacity_kw",
            "scenario.facility.redundancy",
        ),
        active={f"{_E}immersion-tank.capacity_kw": "immersion"},
    )
    air_handlers: int = figure(
        "count",
        "ceil(air heat at nameplate / capacity), with spares",
        of=("facility.it_peak_kw", "facility.liquid_fraction", f"{_E}crah.capacity_kw", "scenario.facility.redundancy"),
    )
    land_acres: float = figure(
        "acre", "peak_load_kw / load of an acre", of=("facility.peak_load_kw", f"{_A}site-density-kw-per-acre")
    )
    build_cost_usd: float = figure(
        "USD",
        "it_peak_kw x build price, by shares; plant counted piece by piece where that exceeds its share; without land",
        of=(
            "facility.it_peak_kw",
            "catalog.facility_price_usd_per_kw",
            "catalog.prices.build-share-mechanical-electrical",
            "catalog.prices.build-share-shell",
            "catalog.prices.build-share-site",
            "catalog.prices.build-share-white-space",
            "catalog.prices.build-share-back-of-house",
            "catalog.prices.build-share-office",
            f"{_E}generator-diesel.price_usd",
        ),
        active={f"{_E}generator-diesel.price_usd": "dear plant"},
    )
    notices: tuple[str, ...] = figure(
        "",
        "what a reader should know: plant that costs more than its share of the build price",
        of=("catalog.facility_price_usd_per_kw", f"{_E}generator-diesel.price_usd"),
        active=dict.fromkeys(("catalog.facility_price_usd_per_kw", f"{_E}generator-diesel.price_usd"), "dear plant"),
    )
    items: tuple[Item, ...] = figure(
        "",
        "bill of materials: plant piece by piece, works by share, the balance of mechanics and electrics, land",
        of=(
            "facility.it_peak_kw",
            "facility.transformers",
            "facility.ups_units",
            "facility.generators",
            "facility.chillers",
            "facility.heat_rejectors",
            "facility.liquid_units",
            "facility.air_handlers",
            "facility.land_acres",
            "catalog.facility_price_usd_per_kw",
            "catalog.prices.build-share-mechanical-electrical",
            "catalog.prices.build-share-shell",
            "catalog.prices.build-share-site",
            "catalog.prices.build-share-white-space",
            "catalog.prices.build-share-back-of-house",
            "catalog.prices.build-share-office",
            "catalog.prices.land-usd-per-acre",
            f"{_E}generator-diesel.price_usd",
            f"{_E}ups-double-conversion.price_usd",
            f"{_E}chiller-air.price_usd",
            f"{_E}dry-cooler.price_usd",
            f"{_E}transformer-mv-lv.price_usd",
            "catalog.site.country",
        ),
    )
