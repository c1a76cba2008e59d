"""The finance room on many paths: as planned it is the room itself, and each input moves what it should."""

from dataclasses import replace

import numpy as np
import pytest

from denshi import finance
from denshi.cli import finance_risk_page
from denshi.cli.finance_risk_page import risk_page, risk_text
from denshi.finance.deal import cash_flows
from denshi.finance.metrics import present_factors
from denshi.finance.operation import operate
from denshi.finance.risk.project import INPUTS, _late, deal_of, outcomes, plan_of, running_equity_usd
from finance.cases import base

CASES = {
    "rental": base(),
    "lease": replace(base(), revenue="lease"),
    "debt": replace(base(), structure="project", debt_fraction=0.6, repayment="sculpted"),
}
AS_PLANNED = np.array([[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0]])


@pytest.mark.parametrize("case", CASES)
def test_as_planned_it_is_the_room(case):
    given, plan = CASES[case], plan_of(CASES[case])
    room = finance.run(given)
    flows = cash_flows(deal_of(plan, dict(zip(INPUTS, AS_PLANNED.T, strict=True))))
    assert flows.project_usd[0] == pytest.approx(room.cash_flow_usd, rel=1e-9, abs=1e-9 * room.financed_capex_usd)
    found = outcomes(plan, INPUTS, AS_PLANNED)
    assert found["npv_usd"][0] == pytest.approx(room.npv_usd, rel=1e-9)
    assert flows.debt_usd[0] == pytest.approx(room.debt_usd, rel=1e-9, abs=1e-6)
    assert found["lcoc_usd_per_accelerator_hour"][0] == pytest.approx(room.lcoc_usd_per_accelerator_hour, rel=1e-9)
    if room.irr is not None:
        assert found["irr"][0] == pytest.approx(room.irr, abs=1e-9)
    if not room.debt_usd and room.equity_irr is not None:
        assert found["equity_irr"][0] == pytest.approx(room.equity_irr, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "value", "better"),
    [
        ("price", 1.1, True),
        ("decline", 1.2, False),
        ("utilisation", 1.05, True),
        ("power", 1.2, False),
        ("hardware", 1.1, False),
        ("facility", 1.1, False),
        ("upkeep", 1.1, False),
        ("delay_months", 3.5, False),
    ],
)
def test_each_input_moves_the_value_as_it_should(name, value, better):
    plan = plan_of(replace(CASES["rental"], price_decline_fraction=0.1))
    changed = AS_PLANNED.copy()
    changed[0, INPUTS.index(name)] = value
    before, after = (outcomes(plan, INPUTS, table)["npv_usd"][0] for table in (AS_PLANNED, changed))
    assert (after > before) == better
    assert after != before


def test_a_delay_of_parts_of_a_month_lies_between_whole_ones():
    plan = plan_of(CASES["rental"])
    table = np.repeat(AS_PLANNED, 3, axis=0)
    table[:, INPUTS.index("delay_months")] = (2.0, 2.5, 3.0)
    value = outcomes(plan, INPUTS, table)["npv_usd"]
    assert value[0] > value[1] > value[2]


@pytest.mark.parametrize("case", CASES)
def test_the_cost_of_an_hour_is_that_of_the_months_moved_and_scaled(case):
    given, late, table = CASES[case], np.array([3.25, 0.0, 200.0]), np.repeat(AS_PLANNED, 3, axis=0)
    table[:, :-1] = (0.5, 0.5, 0.9, 1.3, 1.2, 0.8, 1.1)
    table[:, INPUTS.index("delay_months")] = late
    worth, sold = present_factors(given.discount_rate, given.months), operate(given, given.online_fraction)
    spent = 1.2 * (given.hardware_draw_usd + given.network_draw_usd) + 0.8 * given.facility_draw_usd
    kept = 1.2 * sold.it_residual_usd + 0.8 * (sold.facility_residual_usd - given.land_usd) + given.land_usd
    running = 1.3 * _late(sold.energy_usd, late) + 1.1 * _late(sold.upkeep_usd, late)
    cost = (spent + given.land_draw_usd) @ worth + running @ worth - kept * worth[-1]
    hours = 0.9 * _late(sold.sold_hours, late) @ worth
    found = outcomes(plan_of(given), INPUTS, table)["lcoc_usd_per_accelerator_hour"]
    assert found[:2] == pytest.approx((cost / np.where(hours > 0.0, hours, np.nan))[:2], rel=1e-9)
    assert np.isnan(found[2]), "what begins after the end sells no hour"


def test_a_page_has_errors_shares_and_the_same_bytes(monkeypatch):
    monkeypatch.setattr(finance_risk_page, "_PAIRS", 16)
    monkeypatch.setattr(finance_risk_page, "_SOBOL_PATHS", 128)
    plan = plan_of(CASES["debt"])
    pages = [risk_page(plan, "x", 512, 3) for _ in range(2)]
    assert pages[0] == pages[1]
    page = pages[0]
    one = page["percentiles"]["npv_usd"]
    assert one["p10"] < one["p50"] < one["p90"]
    assert 0.0 < one["error_p50"] < one["p90"] - one["p10"]
    assert sum(each["share"] for each in page["shapley_npv"].values()) == pytest.approx(1.0)
    assert 0.0 <= page["chance_of_loss"] <= 1.0
    apart = page["sobol_npv"]
    assert set(apart) == set(page["shapley_npv"]) == set(INPUTS)
    assert all(one["first"] < one["total"] + 4 * (one["first_error"] + one["total_error"]) for one in apart.values())
    assert sum(one["first"] for one in apart.values()) < 1.1
    cost = page["percentiles"]["lcoc_usd_per_accelerator_hour"]
    assert 0.0 < cost["p10"] < cost["p50"] < cost["p90"]
    said = risk_text(page)
    assert "equity IRR" in said
    assert "price of what is sold" in said
    assert "LCOC" in said
    assert "Shapley" in said
    assert "Sobol" in said


def test_the_fan_opens_about_the_plan_and_ends_at_the_multiple():
    plan = plan_of(CASES["debt"])
    planned = running_equity_usd(plan, INPUTS, AS_PLANNED)[0]
    assert planned[-1] == pytest.approx(
        cash_flows(deal_of(plan, dict(zip(INPUTS, AS_PLANNED.T, strict=True)))).equity_usd.sum()
    )
    fan = risk_page(plan, "x", 256, 1)["fan_equity_usd"]
    years = len(planned) // 12
    assert all(len(values) == years for values in fan.values())
    ends = [fan[name][-1] for name in ("p10", "p25", "p50", "p75", "p90")]
    assert ends == sorted(ends)
    assert fan["p10"][-1] < planned[12 * years - 1] < fan["p90"][-1]
