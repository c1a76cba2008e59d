"""A chain alone, ways of distribution at one boundary, and chains that others published."""

import csv
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denshi.catalog import Assumption, Equipment, rows
from denshi.errors import OutOfRangeError
from denshi.facility import run
from denshi.facility.chain import BACKUPS, DISTRIBUTIONS, REDUNDANCIES, Case, Chain, case, chain
from denshi.facility.chain_checks import checks
from denshi.facility.distribution import (
    BUS_54V,
    CONDUCTORS,
    RESISTIVITY_OHM_M,
    Conductors,
    Way,
    compare,
    disagreement,
    rack_feed,
)
from denshi.facility.power import loss_kw
from denshi.facility.published_chain import LinearStage, coefficients, frontier, through
from facility.facility_rows import facility_input

ASSUMPTIONS = cast(dict[str, Assumption], dict(rows("assumptions")))
EQUIPMENT = cast(dict[str, Equipment], dict(rows("equipment")))
WAYS = [(d, b) for d in DISTRIBUTIONS for b in BACKUPS if d == "ac-415v" or b == "rack-battery"]


def stated(load_kw: float = 100_000.0, **changes: Any) -> Case:
    return case(EQUIPMENT, ASSUMPTIONS, load_kw, **changes)


def ways(**changes: Any) -> dict[str, Way]:
    return {way.name: way for way in compare(stated(**changes), 132.0, 10.0, 2.0)}


@given(
    load_kw=st.floats(1.0, 1e7),
    utilisation=st.floats(0.05, 1.0),
    cooling=st.floats(0.0, 0.5),
    way=st.sampled_from(WAYS),
    redundancy=st.sampled_from(REDUNDANCIES),
)
def test_the_grid_gives_what_is_lost_and_used(
    load_kw: float, utilisation: float, cooling: float, way: tuple[str, str], redundancy: str
) -> None:
    found = chain(
        stated(
            load_kw,
            utilisation=utilisation,
            cooling_kw=cooling * load_kw,
            distribution=way[0],
            backup=way[1],
            redundancy=redundancy,
        )
    )
    assert abs(found.imbalance) < 1e-9
    assert found.tue == pytest.approx(found.pue * found.itue, rel=1e-12)
    for upper, lower in zip(found.steps, found.steps[1:], strict=False):
        beside = found.cooling_kw + found.house_kw if upper is found.steps[0] else 0.0
        beside += found.fan_kw if lower.id == "vrm" else 0.0
        assert upper.output_kw == pytest.approx(lower.input_kw + beside, rel=1e-9)
        assert upper.loss_kw >= 0


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_losses_at_no_load_rule_at_low_load(distribution: str) -> None:
    empty, low, half, full = (chain(stated(distribution=distribution, utilisation=u)) for u in (0.05, 0.1, 0.5, 1.0))
    assert empty.chain_efficiency < low.chain_efficiency < half.chain_efficiency
    step = next(
        step for step in empty.steps if step.id in ("ups-double-conversion", "rectifier-400v", "rectifier-800v")
    )
    row = EQUIPMENT[step.id]
    assert row.loss_fixed * step.units * step.unit_kw > 0.8 * step.loss_kw
    busway = [next(s for s in c.steps if s.id.startswith("bus")) for c in (low, full)]
    assert busway[1].loss_kw > 50 * busway[0].loss_kw, "resistance rules where there is no loss at no load"


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_two_paths_run_at_half_the_load_and_pay_no_load_twice(distribution: str) -> None:
    one, two = (chain(stated(distribution=distribution, redundancy=r, utilisation=0.8)) for r in ("N", "2N"))
    assert two.silicon_kw == one.silicon_kw
    for single, double in zip(one.steps, two.steps, strict=True):
        if single.boundary == "building":
            assert double.sides == 2
            assert double.load_fraction == pytest.approx(single.load_fraction / 2, rel=0.05)
        else:
            assert double == single
    assert two.grid_kw > one.grid_kw
    row, step = EQUIPMENT["ups-double-conversion"], two.steps[1]
    if step.id == row.id:
        each = loss_kw(step.output_kw / 2, step.units * step.unit_kw, row.loss_fixed, row.loss_linear, row.loss_square)
        assert step.loss_kw == pytest.approx(2 * float(each), rel=1e-12)


def test_all_ways_bring_the_same_power_to_the_silicon() -> None:
    found = ways(utilisation=0.8)
    assert len({round(way.chain.silicon_kw, 6) for way in found.values()}) == 1
    ac, dc = found["ac-415v"].chain, found["dc-800v"].chain
    assert dc.it_kw < ac.it_kw, "the rectifier has left the rack"
    assert dc.tue < ac.tue
    # What leaves the rack enters the building: PUE gains less from it than TUE does.
    assert ac.pue - dc.pue < ac.tue - dc.tue
    assert "IT load" in disagreement(found["ac-415v"], found["dc-800v"])


def test_without_a_ups_on_either_side_pue_and_tue_may_part() -> None:
    found = ways(utilisation=1.0)
    batteries, dc = found["ac-415v, batteries in the rack"].chain, found["dc-800v"].chain
    assert dc.pue > batteries.pue
    assert (dc.tue - batteries.tue) / batteries.tue < (dc.pue - batteries.pue) / batteries.pue


def test_current_and_copper_of_a_feed() -> None:
    ac, dc = (rack_feed(132.0, 10.0, CONDUCTORS[name], 2.0, 0.97) for name in ("ac-415v", "dc-800v"))
    assert ac.current_a == pytest.approx(132e3 / (3**0.5 * 415 * 0.97))
    assert dc.current_a == pytest.approx(165.0)
    assert dc.loss_kw * 1e3 == pytest.approx(2 * 165**2 * RESISTIVITY_OHM_M * 10 / 82.5e-6)
    assert rack_feed(132.0, 1.0, Conductors(48.0, 2, 1), 2.0, 1.0).current_a == pytest.approx(2750.0)
    bus = rack_feed(132.0, 10.0, BUS_54V, 2.0, 1.0)
    assert bus.section_mm2 / dc.section_mm2 == pytest.approx(800 / 54)
    assert bus.loss_fraction / dc.loss_fraction == pytest.approx(800 / 54)


def published(shared: Path) -> dict[str, float]:
    found = {}
    with (shared / "validation" / "facility.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            low, _, high = row["value"].partition("-")
            try:
                found[row["quantity"]] = float(low)
                found[row["quantity"] + ".high"] = float(high or low)
            except ValueError:
                continue
    return found


def at(name: str, load: float) -> float:
    row = EQUIPMENT[name]
    lost = float(loss_kw(load, 1.0, row.loss_fixed, row.loss_linear, row.loss_square))
    return 100 * load / (load + lost)


def test_stages_lie_where_published_ones_do(shared: Path) -> None:
    facts = published(shared)
    assert at("rectifier-orv3", 0.4) == pytest.approx(facts["orv3_rectifier_peak_eff"], abs=0.05)
    assert at("rectifier-orv3", 1.0) == pytest.approx(facts["orv3_rectifier_full_load_eff"], abs=0.05)
    for load in (0.5, 0.75, 1.0):
        ups = at("ups-double-conversion", load)
        assert facts["ups_double_conversion_eff"] <= ups <= facts["ups_double_conversion_eff.high"] + 0.3
    assert at("transformer-mv-lv", 0.5) > facts["mv_transformer_eff"], "the rule is stricter than the remembered figure"
    for load in (0.3, 0.7, 1.0):
        assert facts["vrm_54V_to_core_eff"] <= at("vrm", load) <= facts["vrm_54V_to_core_eff.high"]


def test_direct_current_gains_less_than_is_claimed_and_mostly_by_the_ups_that_goes(shared: Path) -> None:
    facts = published(shared)
    for redundancy in REDUNDANCIES:
        found = {name: way.chain for name, way in ways(utilisation=0.8, redundancy=redundancy).items()}
        gain = 100 * (found["ac-415v"].tue / found["dc-800v"].tue - 1)
        assert 0 < gain < facts["vdc800.end_to_end_gain"]
        battery = 100 * (found["ac-415v"].tue / found["ac-415v, batteries in the rack"].tue - 1)
        assert battery > gain
        # The claim of a chain from medium voltage ends before the regulators: behind them it would be out of reach.
        assert found["dc-800v"].bus_efficiency * 100 > facts["sst_chain_eff"] > found["dc-800v"].chain_efficiency * 100


def test_the_chain_of_frontier_is_the_same_function(shared: Path) -> None:
    facts = published(shared)
    found = frontier(facts)
    assert found.worst_relative < 1e-12
    assert found.least_kw < found.most_kw / 3, "the range of load is wide"
    with_cdus = frontier({**facts, "frontier.num_cdus": 0.0})
    assert found.least_kw - with_cdus.least_kw == pytest.approx(8.47347 * 25)


@given(
    efficiency=st.floats(0.5, 1.0),
    constant=st.floats(0.0, 1.0),
    rated=st.floats(0.1, 1e4),
    load=st.floats(0.0, 1.5),
)
def test_published_form_and_three_terms_are_one(efficiency: float, constant: float, rated: float, load: float) -> None:
    terms = coefficients(efficiency, constant, rated)
    stage = LinearStage(efficiency=efficiency, constant_kw=constant, rated_kw=rated)
    assert terms.square == 0
    assert float(through(load * rated, (stage,))) == pytest.approx((load * rated + constant) / efficiency, rel=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        {"load_kw": -1.0},
        {"load_kw": 0.0},
        {"load_kw": 1e12},
        {"load_kw": float("nan")},
        {"utilisation": 0.0},
        {"utilisation": 1.2},
        {"cooling_kw": -1.0},
        {"cooling_kw": 2e5},
        {"distribution": "dc-48v"},
        {"redundancy": "N+7"},
        {"backup": "hamster"},
        {"distribution": "dc-800v", "backup": "ups"},
    ],
)
def test_impossible_cases_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(OutOfRangeError):
        stated(**wrong)


def test_impossible_published_stages_and_feeds_are_refused() -> None:
    for wrong in ((0.0, 1.0, 1.0), (1.1, 1.0, 1.0), (0.9, -1.0, 1.0), (0.9, 1.0, 0.0)):
        with pytest.raises(OutOfRangeError):
            coefficients(*wrong)
    with pytest.raises(OutOfRangeError):
        rack_feed(0.0, 1.0, BUS_54V, 2.0, 1.0)


def test_what_a_chain_shows_of_itself() -> None:
    found: Chain = chain(stated(cooling_kw=8000.0))
    assert found.steps[0].id == "transformer-mv-lv"
    assert found.steps[-1].id == "vrm"
    assert {step.boundary for step in found.steps} == {"building", "rack"}
    pue = 1 + (found.cooling_kw + found.house_kw) / found.it_kw
    pue += sum(step.loss_kw for step in found.steps if step.boundary == "building") / found.it_kw
    assert found.pue == pytest.approx(pue, rel=1e-12)


def test_the_chain_is_held_against_what_is_published(shared: Path) -> None:
    facts = published(shared)
    ranges = {name: (low, facts[f"{name}.high"]) for name, low in facts.items() if f"{name}.high" in facts}
    found = {one.name: one for one in checks(ranges, EQUIPMENT, ASSUMPTIONS)}
    assert [name for name, one in found.items() if one.required and not one.inside] == []
    assert {name for name, one in found.items() if not one.inside} == {
        "transformer at half load",
        "Frontier, rectifier and SIVOC from idle to full accelerators",
        "800 V against 415 V with batteries in the rack, less power from the grid",
        "800 V from medium voltage to silicon and fans",
    }
    assert all(one.why for one in found.values())


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
@pytest.mark.parametrize("redundancy", ["N", "N+1", "2N"])
def test_a_chain_alone_is_the_chain_of_a_design(distribution: str, redundancy: str) -> None:
    asked = facility_input(48, distribution=distribution, redundancy=redundancy)
    built = run(asked)
    alone = chain(
        Case(
            load_kw=asked.it_power_kw,
            utilisation=1.0,
            cooling_kw=0.0,
            distribution=distribution,
            redundancy=redundancy,
            backup="ups" if distribution == "ac-415v" else "rack-battery",
            equipment=asked.equipment,
            loading_limit=asked.plant_loading_limit,
            block_units=asked.redundancy_block_units,
            power_factor=asked.power_factor,
            house_fraction=asked.house_load_fraction,
            shelf_load=asked.shelf_load_at_nameplate,
            regulator_load=asked.regulator_load_at_nameplate,
            fan_fraction=asked.server_fan_fraction * (1.0 - built.liquid_fraction),
        )
    )
    assert alone.it_kw == pytest.approx(built.it_peak_kw, rel=1e-12)
    assert {name: alone.plants[name].units for name in built.feed_units} == built.feed_units
    feed_kw = sum(step.loss_kw for step in alone.steps if step.id in built.feed_units)
    assert feed_kw == pytest.approx(built.feed_loss_peak_kw, rel=1e-12)
