"""What the building gives out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.facility.best import Choice
from denshi.facility.machines import Machines
from denshi.facility.paths import (
    AT_PEAK,
    BELOW_OTHERS,
    CHOICE,
    CHOICE_CASES,
    EXTREME,
    FEED_LOSSES,
    FEED_ROWS,
    HANDLER_FANS,
    LOSSES,
    OUTSIDE,
    OUTSIDE_COIL,
    OUTSIDE_WATER,
    PLANT_CASES,
    PLANT_POWER,
    RACK,
    RACK_CASES,
    ROW_CASES,
    SINK,
    SIZES,
    SMALL_CASES,
    STANDSTILL,
    TRANSFORMER_LOSSES,
    TRANSFORMER_SIZE,
    WATER,
    WATER_CASES,
    WATER_CHILLER,
    A,
    of_rows,
)
from denshi.figure import figure

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility(Machines):
    """Load, losses, cooling and water of a typical year, plant and cost. Hours run through the year."""

    cooling_choices: tuple[Choice, ...] = figure(
        "",
        "where the plant is left open: every plant at several temperatures, cheapest first; cost = energy x price + "
        "water x price + connection x price",
        of=CHOICE,
        active=CHOICE_CASES,
    )
    cooling_plant: str = figure(
        "",
        "the plant asked for; best: the first of cooling_choices",
        of=("scenario.facility.cooling", "facility.cooling_choices"),
        active={"facility.cooling_choices": "best"},
    )
    supply_c: float = figure(
        "C",
        "the supply temperature asked for; best: that of the first of cooling_choices",
        of=("scenario.facility.supply_temperature", "facility.cooling_choices"),
        active={"facility.cooling_choices": "best"},
    )
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
            *RACK,
        ),
        source="iso30134-2",
        active={**RACK_CASES, "cluster.it_power_kw": "direct current"},
    )
    it_peak_kw: float = figure(
        "kW", "nameplate of the IT, at the same boundary", of=RACK, source="iso30134-2", active=RACK_CASES
    )
    silicon_mean_kw: float = figure(
        "kW",
        "it_mean_kw - power shelf or converter - server fans x (1 - liquid_fraction) - voltage regulators",
        of=(
            "facility.it_mean_kw",
            "facility.liquid_fraction",
            *of_rows(("vrm",), *LOSSES),
            f"{A}regulator-load-at-nameplate",
            f"{A}server-fan-fraction",
        ),
    )
    liquid_fraction: float = figure(
        "1",
        "share of the IT heat that leaves in liquid; in immersion capture x compute_power_kw / it_power_kw",
        of=(
            "cluster.liquid_fraction",
            "facility.cooling_plant",
            f"{A}immersion-capture-fraction",
            "cluster.compute_power_kw",
            "cluster.it_power_kw",
        ),
        active=dict.fromkeys(
            (f"{A}immersion-capture-fraction", "cluster.compute_power_kw", "cluster.it_power_kw"), "immersion"
        ),
    )
    air_supply_c: float = figure(
        "C",
        "min(supply_c, air-loop-supply-c); where outside air is dried, dew point less approach of the coil",
        of=("facility.supply_c", f"{A}air-loop-supply-c", "facility.cooling_plant", *OUTSIDE_COIL),
        active=PLANT_CASES,
    )
    feed_rated_kw: dict[str, float] = figure(
        "kW",
        "for each stage between transformer and rack: units x capacity, for it_peak_kw and the losses below / limit",
        of=(
            "facility.it_peak_kw",
            "scenario.facility.distribution",
            *of_rows(BELOW_OTHERS, *LOSSES),
            *of_rows(FEED_ROWS, "capacity_kw"),
            *SIZES,
        ),
        active={**ROW_CASES, **SMALL_CASES},
    )
    feed_loss_peak_kw: float = figure(
        "kW",
        "sum over the same stages of rated x (a0 + a1 L + a2 L2), at nameplate",
        of=("facility.it_peak_kw", "facility.feed_rated_kw", *FEED_LOSSES),
        source="wp108",
        active=ROW_CASES,
    )
    feed_loss_kw: float = figure(
        "kW",
        "the same at it_mean_kw",
        of=("facility.it_mean_kw", "facility.feed_rated_kw", *FEED_LOSSES),
        source="wp108",
        active=ROW_CASES,
    )
    liquid_heat_peak_kw: float = figure(
        "kW", "it_peak_kw x liquid_fraction", of=("facility.it_peak_kw", "facility.liquid_fraction")
    )
    air_heat_peak_kw: float = figure(
        "kW",
        "(it_peak_kw x (1 - liquid_fraction) + feed losses at nameplate) / (1 - air-handler-fan-fraction)",
        of=(
            "facility.it_peak_kw",
            "facility.liquid_fraction",
            "facility.feed_loss_peak_kw",
            "facility.cooling_plant",
            *HANDLER_FANS,
        ),
        active=PLANT_CASES,
    )
    liquid_heat_kw: float = figure(
        "kW", "it_mean_kw x liquid_fraction", of=("facility.it_mean_kw", "facility.liquid_fraction")
    )
    air_heat_kw: float = figure(
        "kW",
        "it_mean_kw x (1 - liquid_fraction) + feed losses + fans of the air handlers, built for air_heat_peak_kw",
        of=(
            "facility.it_mean_kw",
            "facility.liquid_fraction",
            "facility.feed_loss_kw",
            "facility.air_heat_peak_kw",
            "facility.cooling_plant",
            *HANDLER_FANS,
            f"{A}speed-power-floor",
        ),
        active=PLANT_CASES,
    )
    air_free_cooling: Array = figure(
        "1",
        "share of the air loop's heat without chiller: as free_cooling, at air_supply_c",
        of=(
            "facility.air_heat_kw",
            "facility.air_heat_peak_kw",
            "facility.air_supply_c",
            *SINK,
            *STANDSTILL,
            *OUTSIDE,
        ),
        source="lei2022",
        active=PLANT_CASES,
    )
    free_cooling: Array = figure(
        "1",
        "share of the main loop's heat without chiller: clip((supply + rise - sink) / (rise + approach at that heat), "
        "0, 1); none where fans would take more than they save. Air loop where no heat leaves in liquid",
        of=(
            "facility.liquid_heat_kw",
            "facility.liquid_heat_peak_kw",
            "facility.supply_c",
            *SINK,
            *STANDSTILL,
            "facility.air_free_cooling",
        ),
        source="lei2022",
        active={**PLANT_CASES, **dict.fromkeys(STANDSTILL, "cool loop"), "facility.air_free_cooling": "air only"},
    )
    trim_hours: int = figure(
        "h",
        "hours in which the chiller of the main loop runs (liquid; air where no heat leaves in liquid)",
        of=("facility.free_cooling",),
    )
    air_trim_hours: int = figure(
        "h", "hours in which the chiller of the air loop runs", of=("facility.air_free_cooling",)
    )
    cooling_kw: Array = figure(
        "kW",
        "both loops: chillers (heat x (1 - free share) / COP), fans, pumps (rated x (f0 + (1 - f0) s3)), air handlers",
        of=(
            "facility.liquid_heat_kw",
            "facility.air_heat_kw",
            "facility.liquid_heat_peak_kw",
            "facility.air_heat_peak_kw",
            "facility.free_cooling",
            "facility.air_free_cooling",
            "facility.air_supply_c",
            "facility.supply_c",
            *SINK,
            *PLANT_POWER,
        ),
        source="lei2022",
        active=PLANT_CASES,
    )
    cooling_at_peak_kw: Array = figure(
        "kW",
        "the same with the IT at nameplate and the weather hotter by the margins, hour by hour",
        of=(*AT_PEAK, *PLANT_POWER, *EXTREME),
        source="lei2022",
        active=PLANT_CASES,
    )
    cooling_by_part_kwh: dict[str, float] = figure(
        "kWh", "sum over hours of the parts of cooling_kw", of=("facility.cooling_kw",)
    )
    heat_outside_kwh_per_year: float = figure(
        "kWh",
        "heat that leaves with the air of the hall, sum over hours of air_heat_kw x air_free_cooling",
        of=("facility.air_heat_kw", "facility.air_free_cooling", "facility.cooling_plant"),
        active=dict.fromkeys(
            ("facility.air_heat_kw", "facility.air_free_cooling", "facility.cooling_plant"), "outside air"
        ),
    )
    heat_rejected_kwh_per_year: float = figure(
        "kWh",
        "sum over hours of liquid_heat_kw + air_heat_kw + power of the chillers: heat that leaves the loops",
        of=("facility.liquid_heat_kw", "facility.air_heat_kw", "facility.cooling_by_part_kwh"),
    )
    house_load_kw: float = figure(
        "kW", "it_peak_kw x house-load-fraction", of=("facility.it_peak_kw", f"{A}house-load-fraction")
    )
    transformer_rated_kw: float = figure(
        "kW",
        "units x capacity x power factor, for the largest hour of it_peak_kw + feed losses + cooling + house load, "
        "/ limit",
        of=TRANSFORMER_SIZE,
    )
    transformer_loss_kw: Array = figure(
        "kW",
        "rated x (a0 + a1 L + a2 L2) at it_mean_kw + feed losses + cooling + house load",
        of=(
            "facility.it_mean_kw",
            "facility.feed_loss_kw",
            "facility.cooling_kw",
            "facility.house_load_kw",
            "facility.transformer_rated_kw",
            *TRANSFORMER_LOSSES,
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
        "largest hour of it_peak_kw + feed losses + cooling at peak + house load + transformer losses: sizes plant",
        of=(
            "facility.it_peak_kw",
            "facility.feed_loss_peak_kw",
            "facility.cooling_at_peak_kw",
            "facility.house_load_kw",
            "facility.transformer_rated_kw",
            *TRANSFORMER_LOSSES,
        ),
    )
    peak_hour: int = figure(
        "h", "hour of the year of the largest cooling_at_peak_kw, counted from 0", of=("facility.cooling_at_peak_kw",)
    )
    pue_peak: float = figure("1", "largest hour of pue, in the year's own weather", of=("facility.pue",))
    pue_peak_hour: int = figure("h", "hour of the year of the largest pue, counted from 0", of=("facility.pue",))
    pue_extreme: float = figure(
        "1",
        "peak_load_kw / it_peak_kw: nameplate in weather hotter than the year's by the margins",
        of=("facility.peak_load_kw", "facility.it_peak_kw"),
    )
    connection_kw: float = figure(
        "kW", "peak_load_kw x diversity", of=("facility.peak_load_kw", f"{A}connection-diversity")
    )
    connection_kva: float = figure(
        "kVA", "connection_kw / power factor", of=("facility.connection_kw", f"{A}power-factor")
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
        "towers: heat rejected x (W2 - W1) / (h2 - h1) x make-up factor; pads: air x (W2 - W1) x (1 + bleed)",
        of=WATER,
        source="ashrae2017",
        active=WATER_CASES,
    )
    water_kg: Array = figure(
        "kg",
        "water taken in every hour",
        of=WATER,
        source="ashrae2017",
        active=WATER_CASES,
    )
    water_inside_m3_per_year: float = figure(
        "m3",
        "what of the water pads and humidifiers of the halls take",
        of=("facility.air_heat_kw", "facility.cooling_plant", f"{A}coil-sensible-fraction", *OUTSIDE, *OUTSIDE_WATER),
        active={
            **PLANT_CASES,
            "facility.air_heat_kw": "outside air",
            "facility.cooling_plant": "outside air",
        },
    )
    water_evaporated_m3_per_year: float = figure(
        "m3",
        "what of the water evaporates; the rest is let out or carried off as drops",
        of=("facility.water_m3_per_year",),
        active={"facility.water_m3_per_year": "tower"},
    )
    wue_l_per_kwh: float = figure(
        "L/kWh",
        "1000 x water / energy of the IT",
        of=("facility.water_m3_per_year", "facility.it_energy_kwh_per_year"),
        source="iso30134-9",
        active=dict.fromkeys(("facility.water_m3_per_year", "facility.it_energy_kwh_per_year"), "tower"),
    )
    chiller_capacity_kw: tuple[float, float] = figure(
        "kW",
        "liquid loop, air loop: chiller_heat_peak_kw x chiller-capacity-margin",
        of=("facility.chiller_heat_peak_kw", f"{A}chiller-capacity-margin"),
    )
    chiller_heat_peak_kw: tuple[float, float] = figure(
        "kW",
        "liquid loop, air loop: largest hour of heat x (1 - free share) at nameplate, in weather hotter by the margins",
        of=(*AT_PEAK, *STANDSTILL, *EXTREME, *OUTSIDE),
        active={
            **PLANT_CASES,
            **dict.fromkeys(STANDSTILL, "warm loops"),
            "climate.pressure_pa": "warmer loops",
            **dict.fromkeys(OUTSIDE, "open hall"),
        },
    )
    heat_rejected_peak_kw: tuple[float, float] = figure(
        "kW",
        "liquid loop, air loop: largest hour of what passes the coolers at nameplate, in towers with power of chillers",
        of=(
            "facility.liquid_heat_peak_kw",
            "facility.air_heat_peak_kw",
            "facility.chiller_heat_peak_kw",
            "facility.cooling_plant",
            *WATER_CHILLER,
        ),
        active={**PLANT_CASES, "facility.chiller_heat_peak_kw": "tower"},
    )
