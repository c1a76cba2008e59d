"""What ``denshi power --load`` found, as a document in canonical units."""

from typing import Any

from denshi.cli.power_case import Asked
from denshi.facility.chain import Chain, chain
from denshi.facility.distribution import Way, compare, disagreement, rack_feed


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
        "redundancy": case.redundancy,
        "backup": case.backup,
        **_sums(found),
        "stages": _stages(found),
    }
    if asked.compare:
        document["comparison"] = _comparison(asked)
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
    from denshi.facility.distribution import BUS_54V

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
