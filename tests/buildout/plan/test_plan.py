"""The plan: every small case against all of its schedules, and each limit and price moves it as it should."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from denshi.buildout.plan import (
    Item,
    Plan,
    Stage,
    Supplier,
    bars,
    dated,
    item_float,
    lateness,
    outages,
    recount,
    second_source,
    solve,
)  # fmt: skip
from denshi.errors import InfeasibleError, OutOfRangeError

BN = 1e9
QUARTER = 365.25 / 28


def supplier(name: str, usd: float, quarters: int, gw: float = 1.0, **more: float) -> Supplier:
    return Supplier(
        name=name, usd_per_gw=usd * BN, lead_weeks=quarters * QUARTER, gw_per_quarter=gw,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def small(seed: int) -> Plan:
    """Return a plan of two stages and two items whose orders come in lots of 1 GW, so that all can be tried."""
    random = np.random.default_rng(seed)
    quarters = 6
    switchgear = Item(
        name="switchgear",
        installation_quarters=int(random.integers(0, 2)),
        deposit_fraction=0.3,
        suppliers=(
            supplier("A", random.uniform(0.5, 2), int(random.integers(1, 3)), outage_probability=0.3,
                     outage_weeks=QUARTER),
            supplier("B", random.uniform(0.5, 2), int(random.integers(1, 3)), qualification_usd=0.1 * BN),
        ),
    )  # fmt: skip
    racks = Item(name="racks", suppliers=(supplier("N", random.uniform(2, 9), 1, 1.0),))
    return Plan(
        stages=(Stage(name="one", gw=1.0, wanted=1), Stage(name="two", gw=1.0, wanted=int(random.integers(1, 4)))),
        items=(switchgear, racks),
        quarters=quarters,
        lost_margin_usd_per_gw_quarter=random.uniform(0.1, 2.0) * BN,
        discount_rate=0.2,
        shell_usd_per_gw=1.0 * BN,
        shell_quarters=2,
        budget_usd=(random.uniform(5, 9) * BN,) if seed % 2 else (),
        release_usd_per_gw=1.0 * BN if seed % 2 else 0.0,
        crew_gw=1.0 if seed % 3 == 0 else 0.0,
        crew_quarters=1,
    )


def cheapest(plan: Plan) -> float:
    """Try every placement of two lots of each item and every pair of dates in each scenario."""
    keys = [(item.name, one.name) for item in plan.items for one in item.suppliers]
    slots = {item.name: [(item.name, one.name, q) for one in item.suppliers for q in range(5)] for item in plan.items}
    dates = [pair for pair in product(range(plan.quarters + 1), repeat=2) if pair[0] <= pair[1]]
    best = np.inf
    pairs = [[(a, b) for a in one for b in one if a < b] for one in slots.values()]
    for chosen in product(*pairs):
        orders = {key: np.zeros(plan.quarters) for key in keys}
        for item, who, quarter in (lot for pair in chosen for lot in pair):
            orders[(item, who)][quarter] = 1.0
        if any(lead_past_end(plan, key, orders[key]) for key in keys):
            continue
        outcomes = [[d for d in dates if fits(plan, orders, k, d)] for k in range(len(plan.outages))]
        for first in outcomes[0]:
            if first[1] >= plan.quarters:
                continue
            # In an outage, which brings no stage forward, a later date never costs less; in the plan each is tried.
            service = [first, *(next(d for d in one if d[0] >= first[0] and d[1] >= first[1]) for one in outcomes[1:])]
            found = recount(plan, orders, service)  # type: ignore[arg-type]
            if found.worst_gw <= 1e-9 and found.worst_usd <= 1.0:
                best = min(best, found.objective_usd)
    return best


def lead_past_end(plan: Plan, key: tuple[str, str], orders: np.ndarray) -> bool:
    item = next(one for one in plan.items if one.name == key[0])
    who = next(one for one in item.suppliers if one.name == key[1])
    return bool(orders[plan.quarters - who.lead_quarters - item.installation_quarters :].any())


def fits(plan: Plan, orders: dict[tuple[str, str], np.ndarray], scenario: int, dates: tuple[int, int]) -> bool:
    out = plan.outages[scenario][1:]
    if plan.crew_gw and (dates[0] < 1 or (dates[0] == dates[1] < plan.quarters)):
        return False
    for item in plan.items:
        ready = np.zeros(plan.quarters + 1)
        for who in item.suppliers:
            late = 1 if (item.name, who.name) == out else 0
            for quarter in np.flatnonzero(orders[(item.name, who.name)]):
                at = quarter + who.lead_quarters + item.installation_quarters + late
                ready[min(at, plan.quarters) :] += 1.0
        if any(date < plan.quarters and ready[date] < need for need, date in enumerate(dates, 1)):
            return False
    return True


@pytest.mark.parametrize("seed", range(8))
def test_no_schedule_of_a_small_case_is_cheaper(seed: int) -> None:
    plan = small(seed)
    best = cheapest(plan)
    if not np.isfinite(best):
        with pytest.raises(InfeasibleError):
            solve(plan)
        return
    found = solve(plan)
    # Lots of 1 GW are among the schedules that the plan may choose from; parts of a lot may be cheaper.
    assert found.objective_usd <= best * (1 + 1e-9)
    assert found.bound_usd <= found.objective_usd * (1 + 1e-9)
    if all(np.allclose(orders, orders.round()) for orders in found.orders_gw.values()):
        assert found.objective_usd == pytest.approx(best, rel=1e-9)


def campus(**more: object) -> Plan:
    """Return two stages with a second source of transformers that is dearer and quicker, and rented power."""
    plan = Plan(
        stages=(Stage(name="one", gw=0.5, wanted=4), Stage(name="two", gw=0.5, wanted=8)),
        items=(
            Item(
                name="transformers",
                installation_quarters=1,
                suppliers=(
                    supplier("A", 0.2, 6, 0.5, outage_probability=0.2, outage_weeks=2 * QUARTER),
                    supplier("B", 0.3, 5, 0.5, qualification_usd=0.01 * BN),
                ),
            ),
            Item(
                name="power",
                suppliers=(
                    supplier("utility", 0.4, 9),
                    supplier("engines", 0.1, 3, running_usd_per_gw_quarter=0.2 * BN),
                ),
            ),
        ),
        quarters=16,
        lost_margin_usd_per_gw_quarter=2 * BN,
        discount_rate=0.08,
    )
    return replace(plan, **more)  # type: ignore[arg-type]


def test_lead_times_decide_the_first_stage_and_rented_power_waits_for_the_connection() -> None:
    plan = campus()
    found = solve(plan)
    assert found.service[0] == (6, 8)  # five quarters from B and one of installation; the second on its date
    assert [one.decided_by for one in dated(plan, found)] == [("transformers",), ("date",)]
    engines, utility = (found.orders_gw[("power", one)].sum() for one in ("engines", "utility"))
    assert utility == pytest.approx(1.0)  # 0.2 bn a quarter for 7 quarters is dearer than the connection
    assert engines == pytest.approx(1.0)  # both stages stand before quarter 9
    critical = [one for one in bars(plan, found) if one.critical]
    assert {(one.item, one.supplier, one.stage, one.ordered) for one in critical} == {("transformers", "B", "one", 0)}
    assert item_float(plan, plan.items[0], "two", 8) == 1  # A or the second slot of B has it ready in quarter 7


def test_deliveries_cover_each_stage() -> None:
    plan = campus()
    found = solve(plan)
    for stage, date in zip(plan.stages, found.service[0], strict=True):
        mine = [one for one in bars(plan, found) if one.stage == stage.name and one.item == "transformers"]
        assert sum(one.gw for one in mine) == pytest.approx(stage.gw)
        assert all(one.ordered < one.delivered < one.ready <= date for one in mine)


def test_a_second_source_is_worth_what_it_saves() -> None:
    plan = campus()
    found = solve(plan)
    worth = second_source(plan, found, plan.items[0])
    only = {
        one.name: solve(replace(plan, items=(replace(plan.items[0], suppliers=(one,)), plan.items[1])))
        for one in plan.items[0].suppliers
    }
    best = min(only.values(), key=lambda one: one.objective_usd)
    assert worth.value_usd == pytest.approx(best.objective_usd - found.objective_usd)
    assert worth.value_usd is not None
    assert worth.value_usd >= 0
    assert sum(worth.share.values()) == pytest.approx(1.0)


def test_an_outage_delays_what_hangs_on_it() -> None:
    plan = campus(items=(replace(campus().items[0], suppliers=(campus().items[0].suppliers[0],)), campus().items[1]))
    found = solve(plan)
    (out,) = outages(plan, found)
    assert found.service[0] == (7, 8)
    assert out.in_service == (9, 10)  # both slots are full: nothing can be ordered earlier against the outage
    assert out.late_gw_quarters == pytest.approx(0.5 * 2 + 0.5 * 2)
    assert found.count.lateness_usd == pytest.approx(
        sum(2 * BN * 0.5 * plan.discount**q for q in (4, 5, 6)) + 0.2 * 2 * BN * 0.5 * (
            sum(plan.discount**q for q in (7, 8)) + sum(plan.discount**q for q in (8, 9)))
    )  # fmt: skip


def test_a_slip_costs_at_least_as_much_when_nobody_foresaw_it() -> None:
    plan = campus()
    found = solve(plan)
    for item in plan.items:
        worth = lateness(plan, found, item)
        assert worth.foreseen_usd_per_week is not None
        assert worth.unforeseen_usd_per_week is not None
        assert worth.unforeseen_usd_per_week >= worth.foreseen_usd_per_week >= 0
    # The first stage waits for transformers: a quarter later loses its margin, less what is paid later.
    late = lateness(plan, found, plan.items[0]).unforeseen_usd_per_week
    assert late is not None
    assert late > 0.8 * 0.5 * 2 * BN * plan.discount**6 / QUARTER


@pytest.mark.parametrize(
    ("more", "cheaper"),
    [
        ({"crew_gw": 0.5, "crew_quarters": 4}, False),
        ({"budget_usd": (0.08 * BN,)}, False),
        ({"lost_margin_usd_per_gw_quarter": 1 * BN}, True),
        ({"shell_usd_per_gw": 1 * BN}, False),
    ],
)
def test_cost_never_falls_with_a_limit_or_a_price(more: dict[str, object], cheaper: bool) -> None:
    base, other = solve(campus()).objective_usd, solve(campus(**more)).objective_usd
    assert other < base if cheaper else other > base


def test_money_released_by_a_stage_brings_the_next_one_forward() -> None:
    tight = campus(budget_usd=(0.35 * BN,), shell_usd_per_gw=4 * BN, shell_quarters=2)
    freed = replace(tight, release_usd_per_gw=2 * BN)
    assert solve(freed).service[0][1] < solve(tight).service[0][1]


def test_a_plan_that_cannot_end_in_time_is_refused() -> None:
    with pytest.raises(InfeasibleError, match="within the horizon"):
        solve(campus(budget_usd=(1e6,)))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"stages": tuple(reversed(campus().stages))}, "out of order"),
        ({"quarters": 6}, "outside the 6 quarters"),
        ({"items": (campus().items[0], campus().items[0])}, "stands there twice"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(more: dict[str, object], message: str) -> None:
    with pytest.raises(OutOfRangeError, match=message):
        solve(campus(**more))
