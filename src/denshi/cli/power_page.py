"""What ``denshi power --load`` found, as a document in canonical units."""

from typing import Any, cast

from denshi.catalog import Reliability, System, find, rows
from denshi.cli.power_case import SYSTEM, Asked, derate_of, power_constant, work_of
from denshi.facility.backup import autonomy_h, battery, fuel_l, generators, step_load
from denshi.facility.chain import Chain, chain
from denshi.facility.distribution import BUS_54V, Way, compare, disagreement, rack_feed
from denshi.facility.power import plant
from denshi.facility.redundancy import GENERATOR, OPTIONS, SWITCHGEAR, Option, Turn, causes, rank, turns


def page(asked: Asked) -> dict[str, Any]:
    """Return the chain of a case and, where asked, its comparisons."""
    found = chain(asked.case)
    case = asked.case
    document: dict[str, Any] = {
        "schema_version": 1,
        "room": "facility",
        "load_kw": case.load_kw,
        "utilisation": case.utilisation,
        "distribution": case.distribution,
        "redundancy": "all, shown at N+1" if asked.rank else case.redundancy,
        "backup": case.backup,
        **_sums(found),
        "stages": _stages(found),
    }
    if asked.compare:
        document["comparison"] = _comparison(asked)
    if asked.rank:
        document["redundancies"] = _redundancies(asked)
    document["backup_plant"] = _backup(asked, found)
    document["notices"] = list(asked.notices)
    return document


def _sums(found: Chain) -> dict[str, Any]:
    return {
        "grid_kw": found.grid_kw,
        "it_kw": found.it_kw,
        "it_peak_kw": found.it_peak_kw,
        "silicon_kw": found.silicon_kw,
        "cooling_kw": found.cooling_kw,
        "house_kw": found.house_kw,
        "fan_kw": found.fan_kw,
        "loss_kw": found.loss_kw,
        "chain_efficiency": found.chain_efficiency,
        "bus_efficiency": found.bus_efficiency,
        "pue": found.pue,
        "itue": found.itue,
        "tue": found.tue,
        "imbalance": found.imbalance,
    }


def _stages(found: Chain) -> list[dict[str, Any]]:
    return [
        {
            "id": step.id,
            "name": step.name,
            "boundary": step.boundary,
            "sides": step.sides,
            "units_per_side": step.units,
            "unit_kw": step.unit_kw,
            "load_fraction": step.load_fraction,
            "input_kw": step.input_kw,
            "loss_kw": step.loss_kw,
            "output_kw": step.output_kw,
            "efficiency": step.efficiency,
            "pue": step.loss_kw / found.it_kw if step.boundary == "building" else 0.0,
            "tue": step.loss_kw / found.silicon_kw,
        }
        for step in found.steps
    ]


def _comparison(asked: Asked) -> dict[str, Any]:
    case = asked.case
    ways = compare(case, asked.rack_kw, asked.feed_m, asked.density_a_per_mm2)
    bus = rack_feed(asked.rack_kw, 1.0, BUS_54V, asked.density_a_per_mm2, 1.0)
    return {
        "boundary": "medium-voltage terminals of the transformer to silicon, equal power at the silicon",
        "rack_kw": asked.rack_kw,
        "rack_feed_m": asked.feed_m,
        "ways": [_way(way, ways[0]) for way in ways],
        "bus_54v": {"current_a": bus.current_a, "section_mm2": bus.section_mm2},
    }


def _way(way: Way, base: Way) -> dict[str, Any]:
    made, feed = way.chain, way.feed
    return {
        "name": way.name,
        "grid_kw": made.grid_kw,
        "silicon_kw": made.silicon_kw,
        "chain_efficiency": made.chain_efficiency,
        "bus_efficiency": made.bus_efficiency,
        "pue": made.pue,
        "itue": made.itue,
        "tue": made.tue,
        "losses_kw": {step.id: step.loss_kw for step in made.steps},
        "current_a": feed.current_a,
        "section_mm2": feed.section_mm2,
        "copper_kg": feed.copper_kg,
        "feed_loss_fraction": feed.loss_fraction,
        "equipment_usd": way.equipment_usd,
        "against_first": disagreement(base, way) if way is not base else "",
    }


def _backup(asked: Asked, found: Chain) -> dict[str, Any]:
    """What stands behind the chain: sets, fuel, batteries, switchgear, and what a step of load asks."""
    case, work = asked.case, work_of(asked)
    peak_kw = found.grid_kw + (found.it_peak_kw - found.it_kw) * found.pue
    sets = generators(
        peak_kw,
        case.equipment[GENERATOR].capacity_kw,
        derate_of(asked),
        work.generator_margin,
        case.redundancy,
        case.block_units,
    )
    litres = fuel_l(peak_kw, asked.constants["fuel-autonomy-h"], power_constant("fuel-l-per-kwh"))
    efficiency, depth, rate = (
        power_constant(f"battery-{name}") for name in ("efficiency", "depth-of-discharge", "rate-per-h")
    )
    site, one = (
        battery(kw, asked.constants["bridge-s"], efficiency, depth, rate) for kw in (found.it_peak_kw, asked.rack_kw)
    )
    step = step_load(
        asked.rack_kw,
        find(System, SYSTEM).idle_power_fraction,
        power_constant("step-time-s"),
        BUS_54V.volts,
        power_constant("capacitor-voltage-band"),
        efficiency,
    )
    gears = plant(peak_kw, case.equipment[SWITCHGEAR].capacity_kw, case.redundancy, case.block_units)
    return {
        "peak_kw": peak_kw,
        "peak_kva": peak_kw / case.power_factor,
        "switchgears": gears.units,
        "generator_derate": derate_of(asked),
        "generators": sets.units,
        "generator_unit_kw": sets.unit_kw,
        "fuel_l": litres,
        "autonomy_h": autonomy_h(litres, peak_kw, power_constant("fuel-l-per-kwh")),
        "bridge_s": asked.constants["bridge-s"],
        "battery_kwh": site.energy_kwh,
        "battery_kwh_per_rack": one.energy_kwh,
        "battery_bound_by": "power" if one.by_power_kwh > one.by_time_kwh else "time",
        "step_kw_per_rack": step.step_kw,
        "step_s": power_constant("step-time-s"),
        "step_energy_kj_per_rack": step.energy_kj,
        "step_capacitance_f_per_rack": step.capacitance_f,
        "step_share_of_battery": step.energy_kj / 3600.0 / one.energy_kwh,
    }


def _redundancies(asked: Asked) -> dict[str, Any]:
    facts = cast(dict[str, Reliability], dict(rows("reliability")))
    work = work_of(asked)
    options = rank(asked.case, facts, work)
    best = max(options, key=lambda option: option.goodput_per_usd)
    return {
        "accelerators": work.accelerators,
        "checkpoint_s": work.checkpoint_s,
        "restart_s": work.restart_s,
        "options": [
            {**_option(option), "hours_by_cause": causes(asked.case, facts, work, one)}
            for option, one in zip(options, OPTIONS, strict=True)
        ],
        "best": best.name,
        "turns": [_turn(turn) for turn in turns(asked.case, facts, work)],
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "name": option.name,
        "plant_usd": option.plant_usd,
        "cost_usd_per_year": option.cost_usd_per_year,
        "chain_efficiency": option.chain.chain_efficiency,
        "pue": option.chain.pue,
        "tue": option.chain.tue,
        "availability": option.availability,
        "hours_lost_per_year": option.hours_lost,
        "drops_per_year": option.drops,
        "goodput": option.goodput,
        "goodput_h_per_usd": option.goodput_per_usd,
    }


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "name": turn.name,
        "over": turn.over,
        "faults_of": list(turn.rows) or ["everything"],
        "times": turn.times,
        "ahead_now": turn.ahead,
    }
