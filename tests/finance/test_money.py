"""Money is conserved: sources and uses, debt, the split between lenders and owners, the parts of a cost."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.errors import InfeasibleError
from denshi.finance import run, straight_line, tax_with_losses
from finance.cases import base

TERMS = st.fixed_dictionaries({
    "debt_fraction": st.one_of(st.just(0.0), st.floats(1e-4, 0.95)),
    "debt_rate": st.floats(0.0, 0.2),
    "debt_years": st.one_of(st.none(), st.floats(1.0, 5.0)),
    "repayment": st.sampled_from(["annuity", "sculpted"]),
    "structure": st.sampled_from(["corporate", "project", "spv"]),
    "revenue": st.sampled_from(["rental", "lease", "tokens"]),
    "usual_usd_per_hour": st.floats(1.5, 9.0),
    "tax_rate": st.floats(0.0, 0.5),
    "ramp_months": st.floats(0.0, 12.0),
    "it_life_years": st.floats(2.0, 8.0),
})


@settings(deadline=None, max_examples=60)
@given(TERMS)
def test_money_is_conserved(terms):
    case = replace(base(), **terms)
    try:
        result = run(case)
    except InfeasibleError:
        # A sculpted debt that finds no cash at all.
        assert terms["repayment"] == "sculpted"
        return
    scale = result.capex_usd
    sources = result.debt_draw_usd.sum() + result.equity_draw_usd.sum()
    uses = result.capex_monthly_usd.sum() + result.capitalised_interest_usd
    assert sources == pytest.approx(uses, rel=1e-12)
    assert result.repayment_monthly_usd.sum() == pytest.approx(result.debt_usd, abs=1e-9 * scale)
    assert result.debt_balance_usd[-1] == pytest.approx(0.0, abs=1e-9 * scale)
    shield = result.tax_monthly_usd - result.levered_tax_monthly_usd
    gap = result.equity_cash_flow_usd + result.lender_cash_flow_usd - (result.cash_flow_usd + shield)
    assert np.abs(gap).max() <= 1e-9 * scale
    if case.structure == "spv":
        both = result.investor_cash_flow_usd + result.sponsor_cash_flow_usd
        assert np.abs(both - result.equity_cash_flow_usd).max() <= 1e-9 * scale
    assert result.lcoc_usd_per_accelerator_hour == pytest.approx(
        result.lcoc_capex_part + result.lcoc_energy_part + result.lcoc_opex_part + result.lcoc_residual_part, rel=1e-12
    )


def test_debt_service_is_worth_the_debt_at_its_rate():
    for repayment in ("annuity", "sculpted"):
        result = run(replace(base(), repayment=repayment))
        served = result.debt_service_usd[18:]
        worth = served @ (1 + 0.0658 / 12) ** -np.arange(1.0, served.size + 1)
        assert worth == pytest.approx(result.debt_usd, rel=1e-10)


def test_selling_at_the_levelised_cost_is_worth_nothing():
    flat = {"price_decline_fraction": 0.0, "tax_rate": 0.0}
    cost = run(replace(base(), **flat)).lcoc_usd_per_accelerator_hour
    result = run(replace(base(), price_usd_per_hour=cost, **flat))
    assert result.npv_usd == pytest.approx(0.0, abs=1e-6 * result.capex_usd)
    assert result.irr == pytest.approx(0.09, abs=1e-9)


def test_tokens_cost_what_their_hours_cost():
    result = run(base())
    by = result.usd_per_million_tokens_by_workload
    weighted = sum(cost * tokens for cost, tokens in zip(by, base().tokens_per_year, strict=True))
    assert result.usd_per_million_tokens == pytest.approx(weighted / sum(base().tokens_per_year), rel=1e-12)


def test_without_debt_the_owners_have_the_project():
    for case in (replace(base(), structure="corporate"), replace(base(), debt_fraction=0.0)):
        result = run(case)
        assert result.debt_usd == 0.0
        assert result.dscr == ()
        assert result.dscr_min is None
        assert np.allclose(result.equity_cash_flow_usd, result.cash_flow_usd, rtol=0, atol=1e-6)
        assert result.equity_irr == pytest.approx(result.irr, rel=1e-12)


def test_debt_cheaper_than_the_project_lifts_the_owners_return():
    result = run(replace(base(), usual_usd_per_hour=6.0))
    assert result.irr > 0.0658
    assert result.equity_irr > result.irr


def test_without_revenue_only_costs_are_given():
    result = run(replace(base(), revenue="none"))
    for value in (result.npv_usd, result.irr, result.equity_irr, result.payback_years, result.dscr_min, result.moic,
                  result.revenue_usd_per_year, result.cost_of_month_delay_usd):
        assert value is None
    assert result.lcoc_usd_per_accelerator_hour == pytest.approx(run(base()).lcoc_usd_per_accelerator_hour)
    assert result.tax_monthly_usd.sum() == 0.0


def test_a_tenant_brings_the_hardware():
    result = run(replace(base(), revenue="lease"))
    assert result.financed_capex_usd == pytest.approx(175e6)
    assert result.capex_usd == pytest.approx(595e6)
    assert result.opex_usd_per_year < run(base()).opex_usd_per_year - base().energy_usd_per_year
    # 14 MW at 200 USD a kW-month, risen by 2.5 % a year for a little more than two years
    assert result.revenue_usd_per_year == pytest.approx(14e3 * 200 * 12 * 1.025 ** (26.5 / 12), rel=1e-3)


def test_debt_that_outlasts_the_project_is_refused():
    with pytest.raises(InfeasibleError, match="cannot be repaid in the 5 years"):
        run(replace(base(), debt_years=6.0))


def test_tokens_without_a_serving_workload_are_refused():
    with pytest.raises(InfeasibleError, match="no workload serves any"):
        run(replace(base(), revenue="tokens", workload_kinds=("training", "training")))


def test_sculpted_debt_has_the_same_cover_in_each_year():
    result = run(replace(base(), repayment="sculpted"))
    assert max(result.dscr) - min(result.dscr) <= 1e-9 * max(result.dscr)


def test_a_month_of_delay_costs_about_a_month_of_margin():
    result = run(replace(base(), tax_rate=0.0))
    month = (result.revenue_usd_per_year - result.opex_usd_per_year) / 12
    assert 0.5 * month < result.cost_of_month_delay_usd < 1.5 * month


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.floats(0.0, 0.6))
def test_losses_are_used_once(income, rate):
    flow = np.array(income)
    tax = tax_with_losses(flow, rate)
    carried, plain = 0.0, []
    for one in flow:
        used = min(carried, max(one, 0.0))
        carried += max(-one, 0.0) - used
        plain.append(rate * (max(one, 0.0) - used))
    assert np.allclose(tax, plain, rtol=1e-9, atol=1e-6)


@settings(deadline=None)
@given(st.floats(1.0, 100.0), st.integers(0, 20), st.floats(0.0, 1.0))
def test_everything_is_written_off_once(life, begin, share):
    service = np.zeros(240)
    service[begin:] = share
    service[begin + 5 :] = 1.0
    assert straight_line(1000.0, service, life).sum() == pytest.approx(1000.0)


@settings(deadline=None)
@given(st.floats(1.0, 8.0), st.floats(0.01, 3.0))
def test_a_higher_price_is_never_worth_less(price, more):
    low = run(replace(base(), price_usd_per_hour=price))
    high = run(replace(base(), price_usd_per_hour=price + more))
    assert high.npv_usd > low.npv_usd


def test_lateness_costs_what_its_months_cost():
    result = run(base())
    # The case is two months late.
    assert result.cost_of_lateness_usd == pytest.approx(2 * result.cost_of_month_delay_usd, rel=0.05)
    assert run(replace(base(), reachable_online_fraction=base().online_fraction)).cost_of_lateness_usd == 0.0
