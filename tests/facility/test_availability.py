"""Availability against published arithmetic and simulation, goodput, what redundancy is worth, backup."""

from dataclasses import replace
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from denshi.catalog import Assumption, Equipment, Reliability, rows
from denshi.errors import OutOfRangeError
from denshi.facility.availability import Block, Group, Runs, Served, Standby, outage, served
from denshi.facility.backup import autonomy_h, battery, fuel_l, generators, step_load
from denshi.facility.chain import case
from denshi.facility.goodput import first_order, goodput, interval_s
from denshi.facility.redundancy import OPTIONS, WHOLE_PATH, Work, block_of, causes, flip, rank, turns, worse
from denshi.facility.reliability import HOURS, Unit, availability, hours_lost, k_of_n, parallel, series

UNIT = Unit(mtbf_h=998.0, mttr_h=2.0)
FACTS = cast(dict[str, Reliability], dict(rows("reliability")))
CASE = case(
    cast(dict[str, Equipment], dict(rows("equipment"))),
    cast(dict[str, Assumption], dict(rows("assumptions"))),
    100_000.0,
    utilisation=0.8,
    cooling_kw=8000.0,
)
WORK = Work(
    accelerators=50_000.0,
    faults_per_accelerator_h=2e-5,
    checkpoint_s=10.0,
    restart_s=600.0,
    restart_dark_s=5400.0,
    it_usd_per_kw=28_000.0,
    building_usd_per_kw=11_700.0,
    installation_factor=1.5,
    it_share=0.257,
    plant_share=0.11,
    energy_usd_per_kwh=0.07,
    generator_kw=3000.0,
    generator_margin=1.1,
    bypass_fraction=0.9,
    both_fraction=0.05,
)
times = st.floats(10.0, 1e6)


def block(paths: int = 1, spare: int = 0, needed: int = 10, unit: Unit = UNIT, **changes: object) -> Block:
    group = Group(unit=unit, needed=needed, installed=needed + spare)
    return replace(Block(paths=paths, groups=(group,), faults=()), **changes)  # type: ignore[arg-type]


def test_ten_units_of_which_each_works_998_hours_in_a_thousand() -> None:
    # The figures of the field: independent units, two strings that do not help each other.
    one = availability(998.0, 2.0)
    assert one == pytest.approx(0.998)
    assert 100 * k_of_n(10, 10, one) == pytest.approx(98.02, abs=0.005)
    assert 100 * k_of_n(10, 11, one) == pytest.approx(99.978, abs=0.0005)
    assert 100 * k_of_n(10, 12, one) == pytest.approx(99.99983, abs=0.000005)
    assert 100 * parallel(k_of_n(10, 10, one), k_of_n(10, 10, one)) == pytest.approx(99.961, abs=0.0005)
    assert series(one, one) == pytest.approx(one**2)


def test_of_independent_faults_a_spare_unit_beats_two_strings_but_not_two_that_share_the_load() -> None:
    strings = parallel(k_of_n(10, 10, 0.998), k_of_n(10, 10, 0.998))
    assert k_of_n(10, 11, 0.998) > strings
    # Racks with a cord to each side draw from both: a side short of a unit still carries more than its half.
    assert served(block(2)).whole > served(block(1, 1)).whole


@pytest.mark.parametrize(("tier", "hours"), [(99.67, 28.8), (99.75, 22.0), (99.98, 1.6), (99.99, 0.8)])
def test_arithmetic_of_the_tiers(tier: float, hours: float) -> None:
    assert hours_lost(tier / 100) == pytest.approx(hours, abs=0.16)
    assert 100 * (1 - hours / HOURS) == pytest.approx(tier, abs=0.006)


def test_a_block_without_paths_is_k_of_n() -> None:
    for spare in (0, 1, 2):
        assert served(block(1, spare)).whole == pytest.approx(k_of_n(10, 10 + spare, 0.998), rel=1e-12)
    assert served(block()).share == pytest.approx(0.998), "without spares every unit's own racks go dark"
    assert served(block()).drops == pytest.approx(10 * 0.998 * HOURS / 998.0)


def rough(common: float = 0.0, planned_h: float = 0.0) -> Unit:
    return Unit(mtbf_h=200.0, mttr_h=40.0, maintenance_h=planned_h, common=common)


ROUGH = [
    Block(
        paths=paths,
        groups=tuple(Group(unit=rough(0.1), needed=needed, installed=installed) for needed, installed in sizes),
        faults=(Unit(mtbf_h=500.0, mttr_h=50.0), Unit(mtbf_h=900.0, mttr_h=20.0)),
        runs=(Runs(unit=Unit(mtbf_h=800.0, mttr_h=30.0), count=6),),
    )
    for paths, sizes in ((1, ((3, 3),)), (1, ((3, 4), (2, 3))), (2, ((3, 3), (2, 2))), (4, ((6, 2), (3, 1))))
]


@pytest.mark.parametrize("given_block", ROUGH, ids=("N", "N+1", "2N", "4 to make 3"))
def test_what_is_served_agrees_with_draws(given_block: Block) -> None:
    draws, random = 200_000, np.random.default_rng(7)
    total = np.zeros(draws)
    alive = np.zeros((given_block.paths, draws), dtype=bool)
    for path in range(given_block.paths):
        up = np.ones(draws, dtype=bool)
        for fault in given_block.faults:
            up &= random.random(draws) < fault.serving
        carry = np.full(draws, np.inf)
        for group in given_block.groups:
            works = random.binomial(group.installed, group.unit.serving, draws)
            carry = np.minimum(carry, works / group.needed)
            up &= random.random(draws) < 1 / (1 + group.unit.common_failures * group.unit.mttr_h / HOURS)
        total += np.where(up, carry, 0.0)
        alive[path] = up & (carry > 0)
    pairs = [(a, b) for a in range(given_block.paths) for b in range(a)] or [(0, 0)]
    reach = sum((alive[a] | alive[b]) for a, b in pairs) / len(pairs)
    level = np.minimum(np.minimum(total, 1.0), reach)
    runs = given_block.runs[0]
    whole, share = np.zeros(draws), np.zeros(draws)
    lost, broken, corded = np.zeros(draws), np.zeros(draws, dtype=bool), np.maximum(reach * len(pairs), 1)
    for a, b in pairs:
        # Six runs are spread over the pairs, one rack on each for the share of racks that stand in the dark.
        for _ in range(max(runs.count // len(pairs), 1)):
            first, second = (random.random(draws) < runs.unit.serving for _ in range(2))
            fed = (alive[a] & first) | ((alive[b] & second) if a != b else False)
            dark = (alive[a] | alive[b]) & ~fed
            broken |= dark
            lost += dark / max(runs.count // len(pairs), 1) / corded
    share = level * (1 - lost)
    whole = (level > 1 - 1e-9) & ~broken
    found = served(given_block)
    assert found.share == pytest.approx(share.mean(), abs=4e-3)
    assert found.whole == pytest.approx(whole.mean(), abs=5e-3)


def simulated_drops(given_block: Block, years: float, seed: int) -> float:
    """Walk through faults and repairs one after the other and count what leaves less served."""
    random = np.random.default_rng(seed)
    parts: list[tuple[int, str, int, float, float]] = []
    for path in range(given_block.paths):
        for fault in given_block.faults:
            parts.append((path, "path", 0, fault.failures, fault.mttr_h))
        for g, group in enumerate(given_block.groups):
            parts += [(path, "unit", g, group.unit.failures, group.unit.mttr_h)] * group.installed
            if group.unit.common:
                parts.append((path, "path", 0, group.unit.common_failures, group.unit.mttr_h))
    rate = np.array([one[3] / HOURS for one in parts])
    repair = np.array([1 / one[4] for one in parts])
    down = np.zeros(len(parts), dtype=bool)

    def level() -> float:
        total, up = 0.0, 0
        for path in range(given_block.paths):
            mine = [i for i, one in enumerate(parts) if one[0] == path]
            if any(down[i] for i in mine if parts[i][1] == "path"):
                continue
            works = [
                sum(1 for i in mine if parts[i][1] == "unit" and parts[i][2] == g and not down[i]) / group.needed
                for g, group in enumerate(given_block.groups)
            ]
            total += min(works)
            up += min(works) > 0
        reach = (
            1.0
            if given_block.paths == 1
            else 1
            - (given_block.paths - up) * (given_block.paths - up - 1) / (given_block.paths * (given_block.paths - 1))
        )
        return min(1.0, total, reach)

    hour, count, now = 0.0, 0, 1.0
    while hour < years * HOURS:
        rates = np.where(down, repair, rate)
        hour += random.exponential(1 / rates.sum())
        turned = random.choice(len(parts), p=rates / rates.sum())
        down[turned] = not down[turned]
        after = level()
        count += bool(down[turned]) and after < now - 1e-9
        now = after
    return count / years


@pytest.mark.parametrize("given_block", ROUGH, ids=("N", "N+1", "2N", "4 to make 3"))
def test_drops_agree_with_a_walk_through_faults_and_repairs(given_block: Block) -> None:
    bare = replace(given_block, runs=())
    assert served(bare).drops == pytest.approx(simulated_drops(bare, 80.0, 3), rel=0.08)


@given(mtbf=times, mttr=st.floats(0.1, 100.0), spare=st.integers(0, 2), common=st.floats(0.0, 0.5))
def test_more_spares_and_paths_serve_more_and_worse_units_less(
    mtbf: float, mttr: float, spare: int, common: float
) -> None:
    unit = Unit(mtbf_h=mtbf, mttr_h=mttr, common=common)
    faults = (Unit(mtbf_h=5 * mtbf, mttr_h=mttr),)
    here = served(block(1, spare, 5, unit, faults=faults))
    assert 0 <= here.whole <= here.share <= 1 + 1e-12
    assert served(block(1, spare + 1, 5, unit, faults=faults)).share >= here.share - 1e-12
    assert served(block(2, spare, 5, unit, faults=faults)).share >= here.share - 1e-12
    assert served(block(2, spare, 5, unit, faults=faults, both=0.3)).share <= 1
    tired = replace(unit, mttr_h=2 * mttr)
    assert served(block(1, spare, 5, tired, faults=faults)).share <= here.share + 1e-12


def test_common_causes_and_paths_are_what_two_paths_are_for() -> None:
    common, faults = replace(UNIT, common=0.1), (Unit(mtbf_h=50_000.0, mttr_h=24.0, maintenance_h=8.0),)
    spare, paths = (served(block(p, s, unit=common, faults=faults)) for p, s in ((1, 1), (2, 0)))
    alone = served(block(1, 1))
    assert spare.share < alone.share
    assert hours_lost(paths.share) < 0.1 * hours_lost(spare.share)
    assert paths.drops < spare.drops
    # What takes both paths at once sets the floor of any number of them.
    shared = served(block(2, unit=common, faults=faults, both=0.5))
    assert hours_lost(shared.share) > 3 * hours_lost(paths.share)


def test_planned_work_costs_hours_and_no_drops() -> None:
    planned = replace(UNIT, maintenance_h=20.0)
    none, some = served(block()), served(block(unit=planned))
    assert hours_lost(some.share) == pytest.approx(hours_lost(none.share) + 20.0, rel=0.01)
    assert some.drops < none.drops, "a unit that stands still cannot fail"
    assert hours_lost(served(block(1, 1, unit=planned)).share) < 1.0


def test_losses_of_the_supply() -> None:
    supply = Unit(mtbf_h=HOURS - 10.0, mttr_h=10.0)
    bare = outage(supply, None)
    assert hours_lost(bare.share) == pytest.approx(10.0)
    unit = Unit(mtbf_h=1500.0, mttr_h=24.0)
    n, spare, twice = (outage(supply, Standby(unit=unit, start_fault=0.01, needed=8, installed=i)) for i in (8, 9, 16))
    runs = 0.99 * np.exp(-10 / 1500)
    assert hours_lost(n.share) == pytest.approx(10 * (1 - runs), rel=1e-6)
    assert n.drops == pytest.approx(supply.failures * (1 - runs**8), rel=1e-6)
    assert bare.drops > n.drops > spare.drops > twice.drops
    common = outage(supply, Standby(unit=replace(unit, common=0.1), start_fault=0.01, needed=8, installed=16))
    assert common.drops > 10 * twice.drops


def test_the_best_interval_of_checkpoints() -> None:
    work = interval_s(10.0, 18_000.0)
    assert work == pytest.approx(np.sqrt(2 * 10 * 18_000), rel=0.02)
    best = goodput(10.0, 600.0, 18_000.0)
    for other in (0.7, 1.3):
        assert goodput(10.0, 600.0, 18_000.0, other * work) < best
    assert first_order(10.0, 600.0, 1e7) == pytest.approx(goodput(10.0, 600.0, 1e7), abs=1e-5)
    assert interval_s(50.0, 20.0) == 20.0
    assert goodput(10.0, 1e6, 100.0) == 0.0


def test_goodput_agrees_with_a_job_that_is_played_through() -> None:
    random = np.random.default_rng(5)
    checkpoint, restart, between, work = 20.0, 300.0, 2000.0, 280.0
    clock = kept = 0.0
    while kept < 3e7:
        fault = random.exponential(between)
        while fault < work + checkpoint:
            clock += fault
            while (again := random.exponential(between)) < restart:
                clock += again
            clock += restart
            fault = random.exponential(between)
        clock += work + checkpoint
        kept += work
    assert kept / clock == pytest.approx(goodput(checkpoint, restart, between, work), rel=0.01)


@given(checkpoint=st.floats(1.0, 300.0), restart=st.floats(0.0, 3600.0), between=st.floats(1000.0, 1e7))
def test_goodput_falls_with_every_time_lost(checkpoint: float, restart: float, between: float) -> None:
    here = goodput(checkpoint, restart, between)
    assert 0 < here < 1
    assert goodput(checkpoint, restart, 2 * between) > here
    assert goodput(2 * checkpoint, restart, between) < here
    assert goodput(checkpoint, restart + 60.0, between) < here


def test_two_paths_serve_most_and_cost_most_and_training_does_not_pay_for_them() -> None:
    found = {option.name: option for option in rank(CASE, FACTS, WORK)}
    assert list(found) == [name for name, _, _ in OPTIONS]
    n, spare, paths = (found[name] for name in ("N", "N+1", "2N"))
    assert n.hours_lost > spare.hours_lost > 10 * paths.hours_lost
    assert n.drops > spare.drops > paths.drops
    assert n.goodput < spare.goodput < paths.goodput
    assert n.plant_usd < spare.plant_usd < paths.plant_usd
    assert n.chain.chain_efficiency > paths.chain.chain_efficiency, "no-load losses twice"
    assert n.goodput_per_usd > paths.goodput_per_usd
    assert found["N, no generators"].drops == pytest.approx(n.drops, abs=0.12), (
        "a site loses its supply once in ten years"
    )
    assert spare.goodput_per_usd == pytest.approx(
        spare.goodput * WORK.accelerators * HOURS / spare.cost_usd_per_year, rel=1e-12
    )


def test_the_ranking_turns_where_faults_of_paths_are_frequent() -> None:
    found = {(turn.name, turn.over, turn.rows): turn for turn in turns(CASE, FACTS, WORK)}
    paths = found["2N", "N+1", WHOLE_PATH]
    assert not paths.ahead
    assert paths.times is not None
    assert paths.times > 10
    few, many = (worse(FACTS, paths.times * f, tuple(set(FACTS) - set(WHOLE_PATH))) for f in (0.9, 1.1))
    for facts, ahead in ((few, False), (many, True)):
        options = {option.name: option for option in rank(CASE, facts, WORK)}
        assert (options["2N"].goodput_per_usd > options["N+1"].goodput_per_usd) is ahead
    assert flip(lambda _: True) is None


def test_hours_lost_have_causes() -> None:
    found = {option.name: option for option in rank(CASE, FACTS, WORK)}
    for option in OPTIONS:
        spared = causes(CASE, FACTS, WORK, option)
        assert all(0 < hours <= found[option[0]].hours_lost * (1 + 1e-9) for hours in spared.values())
    single = causes(CASE, FACTS, WORK, OPTIONS[1])
    assert sum(single.values()) == pytest.approx(found["N"].hours_lost, rel=0.1), "in series they nearly add up"
    assert next(iter(causes(CASE, FACTS, WORK, OPTIONS[2]))) == "switchgear-mv", "work on the path has no spare"
    assert "generator-diesel" not in causes(CASE, FACTS, WORK, OPTIONS[0])


def test_direct_current_has_no_bypass() -> None:
    ac, dc = (
        block_of(replace(CASE, distribution=d, backup=b), FACTS, WORK)
        for d, b in (("ac-415v", "ups"), ("dc-800v", "rack-battery"))
    )
    assert ac.groups[1].unit.mtbf_h == pytest.approx(10 * FACTS["ups-double-conversion"].mtbf_h)
    assert dc.groups[1].unit.mtbf_h == FACTS["rectifier-800v"].mtbf_h
    assert isinstance(served(dc), Served)


def test_generators_and_their_fuel() -> None:
    thin = generators(100_000.0, 3000.0, 0.8, 1.1, "N", 8.0)
    assert thin.units == 46
    assert generators(100_000.0, 3000.0, 1.0, 1.1, "N", 8.0).units == 37
    assert generators(100_000.0, 3000.0, 1.0, 1.1, "2N", 8.0).units == 74
    litres = fuel_l(1e5, 24.0, 0.27)
    assert litres == pytest.approx(648_000.0)
    assert autonomy_h(litres, 1e5, 0.27) == pytest.approx(24.0)


def test_batteries_by_time_and_by_power() -> None:
    long, short = (battery(132.0, t, 0.95, 0.64, 15.0) for t in (600.0, 10.0))
    assert long.energy_kwh == pytest.approx(132 / 6 / 0.95 / 0.64)
    assert short.energy_kwh == pytest.approx(132 / 0.95 / 15)
    step = step_load(132.0, 0.2, 1.0, 54.0, 0.15)
    assert step.step_kw == pytest.approx(105.6)
    high, low = 54.0, 54.0 * 0.85
    assert 0.5 * step.capacitance_f * (high**2 - low**2) == pytest.approx(step.energy_kj * 1e3)
    assert step_load(132.0, 0.2, 1.0, 800.0, 0.15).capacitance_f < step.capacitance_f / 200


def test_impossible_times_and_shares_are_refused() -> None:
    for wrong in ((0.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (float("inf"), 1.0)):
        with pytest.raises(OutOfRangeError):
            availability(*wrong)
    for needed, installed, unit in ((3, 2, 0.9), (-1, 2, 0.9), (1, 2, 1.1)):
        with pytest.raises(OutOfRangeError):
            k_of_n(needed, installed, unit)
    with pytest.raises(OutOfRangeError):
        goodput(0.0, 1.0, 1.0)
    with pytest.raises(OutOfRangeError):
        battery(-1.0, 1.0, 1.0, 1.0, 1.0)
    with pytest.raises(OutOfRangeError):
        step_load(1.0, 2.0, 1.0, 54.0, 0.1)
