"""A project under terms of its own: with the design's terms it is the finance room, and each term does what it says."""

from dataclasses import replace

import numpy as np
import pytest

from denshi import finance
from denshi.errors import InfeasibleError
from denshi.finance.deal import Debt, Tax, cash_flows, unbalanced_usd
from denshi.finance.operation import built_month
from denshi.finance.underwriting import Terms, renewals, underwrite
from finance.cases import base

GIVEN = replace(base(), it_life_years=3.0, facility_life_years=15.0)
PLAIN = Terms(
    regime="japan",
    tax=Tax(rate=GIVEN.tax_rate),
    debt=None,
    hardware_years=3,
    plant_years=15,
    shell_years=15,
    shell_fraction=0.2,
    bonus_fraction=0.0,
)


def project(terms, given=GIVEN, exchange=1.0):
    return cash_flows(underwrite(given, terms, exchange)).project_usd


def worth(terms, given=GIVEN):
    return float(finance.npv(given.discount_rate, project(terms, given)[0]))


@pytest.mark.parametrize("revenue", ["rental", "lease"])
def test_with_the_terms_of_the_design_it_is_the_finance_room(revenue):
    given = replace(GIVEN, revenue=revenue)
    room = finance.run(given)
    assert project(PLAIN, given)[0] == pytest.approx(room.cash_flow_usd, rel=1e-9, abs=1e-9 * room.financed_capex_usd)


def test_all_terms_at_once_conserve_money():
    debt = Debt(
        rate=0.07, construction_rate=0.08, gearing=0.5, cover=1.3, tenor_steps=24, reserve_steps=6.0,
        upfront_fraction=0.01, commitment_rate=0.005, lock_up_cover=2.0, sweep_fraction=0.3,
    )  # fmt: skip
    terms = replace(
        PLAIN, regime="us", hardware_years=5, debt=debt, bonus_fraction=0.4, grant_hardware_fraction=0.1,
        grant_facility_fraction=0.2, consumption_rate=0.1, consumption_months=3, renewed_cost_fraction=0.8,
        renewed_price_factor=1.3, opex_reserve_months=2.5, reserve_rate=0.02, foreign_fraction=0.7,
    )  # fmt: skip
    given = replace(longer(), it_life_years=2.0)
    walk = np.exp(np.cumsum(np.random.default_rng(3).normal(0.0, 0.03, (5, given.months)), axis=1))
    deal = underwrite(given, terms, walk)
    flows = cash_flows(deal)
    assert all(np.any(part) for part in (deal.refresh_usd, deal.credit_usd, flows.locked_usd))
    scale = flows.uses_usd.sum(axis=1, keepdims=True)
    assert np.abs(unbalanced_usd(deal, flows) / scale).max() <= 1e-9
    sources = flows.debt_draw_usd + flows.equity_draw_usd + flows.grant_usd
    uses = flows.uses_usd + np.diff(flows.reserve_usd, axis=1, prepend=0.0)
    apart = (sources - uses)[:, : deal.built].sum(axis=1)
    assert apart == pytest.approx(np.zeros(5), abs=1e-9 * float(scale.max()))


def longer():
    """Return the same project with twenty more years of service."""
    more = 240
    padded = {
        name: np.concatenate([getattr(GIVEN, name), np.zeros(more)])
        for name in ("hardware_draw_usd", "network_draw_usd", "facility_draw_usd", "land_draw_usd")
    }
    online = np.concatenate([GIVEN.online_fraction, np.ones(more)])
    return replace(GIVEN, **padded, online_fraction=online, reachable_online_fraction=online)


def test_tables_write_off_all_and_earlier_is_worth_more():
    given = longer()
    us = replace(PLAIN, regime="us", hardware_years=5, shell_years=10)
    deal = underwrite(given, us)
    cost = given.landed_hardware_usd + given.network_usd + given.facility_usd
    assert deal.depreciation_usd.sum() == pytest.approx(cost, rel=1e-9)
    assert deal.book_usd == pytest.approx(given.land_usd, rel=1e-6, abs=1e-6 * cost)
    assert (
        worth(replace(us, bonus_fraction=1.0), given)
        > worth(us, given)
        > worth(replace(PLAIN, hardware_years=8), given)
    )


def test_a_grant_pays_at_once_and_lowers_what_is_written_off():
    granted = underwrite(GIVEN, replace(PLAIN, grant_hardware_fraction=0.3))
    hardware = GIVEN.hardware_draw_usd + GIVEN.network_draw_usd
    assert granted.grant_usd.sum() == pytest.approx(0.3 * hardware.sum())
    assert granted.depreciation_usd.sum() < underwrite(GIVEN, PLAIN).depreciation_usd.sum()
    capped = underwrite(GIVEN, replace(PLAIN, grant_hardware_fraction=0.3, grant_most_usd=1000.0))
    assert capped.grant_usd.sum() == pytest.approx(1000.0)
    assert worth(replace(PLAIN, grant_hardware_fraction=0.3)) > worth(PLAIN)


def test_consumption_tax_costs_time_alone():
    taxed = replace(PLAIN, consumption_rate=0.1, consumption_months=4)
    credit = underwrite(GIVEN, taxed).credit_usd
    assert credit.sum() == pytest.approx(0.0, abs=1e-6 * GIVEN.landed_hardware_usd)
    assert credit.min() < 0.0 < credit.max()
    assert not np.any(underwrite(GIVEN, replace(taxed, consumption_months=0)).credit_usd)


def test_renewal_is_saved_for_and_sells_at_its_own_price():
    given = replace(longer(), it_life_years=4.0)
    once = replace(PLAIN, renewed_cost_fraction=0.5, renewed_price_factor=2.0)
    count = renewals(given, once)
    assert count >= 4
    deal, plain = underwrite(given, once), underwrite(given, PLAIN)
    bought = given.landed_hardware_usd + given.network_usd
    assert deal.refresh_usd.sum() == pytest.approx(0.5 * bought * count)
    assert deal.refresh_saved_usd.sum() == pytest.approx(deal.refresh_usd.sum())
    month = built_month(given) + 70
    assert np.atleast_2d(plain.revenue_usd)[0, month] == 0.0 < np.atleast_2d(deal.revenue_usd)[0, month]
    dearer = underwrite(given, replace(once, renewed_price_factor=1.0))
    ratio = np.atleast_2d(deal.revenue_usd)[0, month] / np.atleast_2d(dearer.revenue_usd)[0, month]
    assert ratio == pytest.approx(2.0)
    paid = underwrite(given, replace(once, put_aside=False))
    assert np.array_equal(paid.refresh_saved_usd, paid.refresh_usd)
    assert renewals(given, PLAIN) == 0


def test_the_tenant_renews_in_a_lease():
    with pytest.raises(InfeasibleError, match="tenant"):
        underwrite(replace(GIVEN, revenue="lease"), replace(PLAIN, renewed_cost_fraction=0.5))


def test_a_currency_moves_its_share_of_the_takings():
    terms = replace(PLAIN, foreign_fraction=0.5)
    assert project(terms, exchange=np.ones((1, GIVEN.months))) == pytest.approx(project(PLAIN))
    half = underwrite(GIVEN, terms, np.full((1, GIVEN.months), 0.5)).revenue_usd
    assert half == pytest.approx(0.75 * np.atleast_2d(underwrite(GIVEN, PLAIN).revenue_usd))
