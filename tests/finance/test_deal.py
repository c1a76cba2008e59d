"""Deals against closed forms; money is conserved on every path, whatever the terms."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.errors import OutOfRangeError
from denshi.finance.deal import Deal, Debt, Tax, cash_flows, unbalanced_usd
from denshi.finance.deal import walk as recursions
from denshi.finance.deal.schedules import MACRS, depreciation, half_year_straight_line
from denshi.finance.debt import annuity_payment, drawdown

STEPS, BUILT = 60, 12


def deal(paths=1, seed=1, **changes):
    """Return a project of a year of building and four of operation."""
    rng = np.random.default_rng(seed)
    running = np.arange(STEPS) >= BUILT
    size = rng.uniform(0.8, 1.2, (paths, 1))
    base = {
        "steps_per_year": 12,
        "built": BUILT,
        "capex_usd": np.where(running, 0.0, 100.0 / BUILT) * size,
        "revenue_usd": np.where(running, 5.0, 0.0) * rng.uniform(0.5, 1.5, (paths, STEPS)),
        "opex_usd": np.where(running, 1.0, 0.0) * size,
        "depreciation_usd": np.where(running, 100.0 / (STEPS - BUILT), 0.0) * size,
        "tax": Tax(rate=0.25),
    }
    return Deal(**{**base, **changes})


def debt(**changes):
    base = {"rate": 0.08, "construction_rate": 0.06, "gearing": 0.6, "tenor_steps": 36}
    return Debt(**{**base, **changes})


def test_level_service_is_the_annuity_and_ends_at_nothing():
    flows = cash_flows(deal(debt=debt(shape="annuity")))
    service = (flows.interest_usd + flows.repayment_usd)[0, BUILT : BUILT + 36]
    assert service == pytest.approx(annuity_payment(flows.debt_usd[0], 0.08 / 12, 36), rel=1e-12)
    assert flows.balance_usd[0, BUILT + 35] == pytest.approx(0.0, abs=1e-9)


def test_equal_parts_repay_equal_parts_after_the_grace():
    flows = cash_flows(deal(debt=debt(shape="equal", grace_steps=6)))
    assert flows.repayment_usd[0, BUILT : BUILT + 6] == pytest.approx(0.0, abs=1e-12)
    assert flows.repayment_usd[0, BUILT + 6 : BUILT + 36] == pytest.approx(flows.debt_usd[0] / 30, rel=1e-9)


def test_sculpted_debt_is_the_present_value_of_cash_over_cover():
    flows = cash_flows(deal(debt=debt(gearing=1.0, cover=1.6)))
    worth = flows.available_usd[0, BUILT : BUILT + 36] @ (1 + 0.08 / 12) ** -np.arange(1.0, 37.0) / 1.6
    assert flows.debt_usd[0] == pytest.approx(min(worth, flows.debt_usd[0]), rel=1e-12)
    assert np.nanmin(flows.cover[0]) == pytest.approx(np.nanmax(flows.cover[0][: BUILT + 36]), rel=1e-9)


def test_capped_by_gearing_the_shape_stays_and_the_cover_rises():
    flows = cash_flows(deal(debt=debt(gearing=0.2, cover=1.2)))
    cover = flows.cover[0, BUILT : BUILT + 36]
    assert cover == pytest.approx(cover[0], rel=1e-9)
    assert cover[0] > 1.2
    paid = flows.uses_usd[0, :BUILT].sum()
    assert flows.debt_usd[0] == pytest.approx(0.2 * paid, rel=1e-12)


def test_construction_is_the_drawdown_of_one_project():
    one = deal(debt=debt(cover=None))
    flows, alone = cash_flows(one), drawdown(one.capex_usd[0, :BUILT], 0.6, 0.06 / 12)
    assert flows.debt_draw_usd[0, :BUILT] == pytest.approx(alone.debt_usd, rel=1e-12)
    assert flows.construction_interest_usd[0, :BUILT] == pytest.approx(alone.interest_usd, rel=1e-12)


def test_a_balloon_is_owed_at_the_end_and_a_sweep_repays_early():
    flows = cash_flows(deal(debt=debt(shape="annuity", balloon_fraction=0.4)))
    assert flows.repayment_usd[0, BUILT + 35] >= 0.4 * flows.debt_usd[0]
    swept, plain = (cash_flows(deal(debt=debt(sweep_fraction=share))) for share in (0.5, 0.0))
    assert swept.interest_usd.sum() < plain.interest_usd.sum()


def test_refinancing_at_a_lower_rate_lowers_service_and_repays_all():
    plain = debt(shape="annuity")
    lower = replace(plain, refinanced_at=11, refinanced_rate=0.04, refinanced_fee=0.01)
    flows, before = cash_flows(deal(debt=lower)), cash_flows(deal(debt=plain))
    service = (flows.interest_usd + flows.repayment_usd)[0]
    assert service[BUILT + 12] < (before.interest_usd + before.repayment_usd)[0, BUILT + 12]
    assert flows.balance_usd[0, BUILT + 35] == pytest.approx(0.0, abs=1e-9)
    assert flows.fees_usd[0, BUILT + 11] == pytest.approx(0.01 * flows.balance_usd[0, BUILT + 10], rel=1e-12)


def test_the_lock_up_holds_back_what_it_later_gives():
    locked = cash_flows(deal(debt=debt(lock_up_cover=10.0)))
    free = cash_flows(deal(debt=debt()))
    assert locked.equity_usd[0, BUILT : BUILT + 35].max() <= 1e-12
    assert locked.locked_usd[0, BUILT + 34] > 0.0
    assert locked.equity_usd.sum() == pytest.approx(free.equity_usd.sum(), rel=1e-12)


@pytest.mark.parametrize(
    ("limit", "expected"), [(1.0, [0.0, 0.0, 5.0]), (0.8, [0.0, 1.0, 4.0]), (0.5, [0.0, 2.5, 5.0])]
)
def test_losses_reduce_so_much_of_an_income(limit, expected):
    income = np.array([[0.0, -20.0, 10.0, 20.0]])
    one = Deal(
        steps_per_year=1,
        built=1,
        capex_usd=np.array([[1.0, 0.0, 0.0, 0.0]]),
        revenue_usd=income,
        opex_usd=np.zeros((1, 4)),
        depreciation_usd=np.zeros((1, 4)),
        tax=Tax(rate=0.5, loss_limit=limit),
    )
    assert cash_flows(one).tax_usd[0, 1:].tolist() == pytest.approx(expected)


def test_losses_that_are_refunded_are_taxed_at_once():
    one = deal(tax=Tax(rate=0.3, losses="refunded"))
    flows = cash_flows(one)
    income = (one.revenue_usd - one.opex_usd - one.depreciation_usd)[0, BUILT:]
    assert flows.tax_usd[0, BUILT:] == pytest.approx(0.3 * income)


TERMS = st.fixed_dictionaries(
    {
        "gearing": st.floats(0.0, 1.0),
        "cover": st.one_of(st.none(), st.floats(1.0, 3.0)),
        "shape": st.sampled_from(["sculpted", "annuity", "equal"]),
        "tenor_steps": st.integers(12, 48),
        "grace_steps": st.integers(0, 11),
        "upfront_fraction": st.floats(0.0, 0.05),
        "commitment_rate": st.floats(0.0, 0.02),
        "reserve_steps": st.floats(0.0, 12.0),
        "balloon_fraction": st.floats(0.0, 0.9),
        "sweep_fraction": st.floats(0.0, 1.0),
        "lock_up_cover": st.floats(0.0, 2.0),
        "refinanced_at": st.one_of(st.none(), st.integers(0, 40)),
        "refinanced_fee": st.floats(0.0, 0.05),
        "rate": st.floats(0.0, 0.2),
    }
)


@settings(max_examples=60, deadline=None)
@given(terms=TERMS, seed=st.integers(0, 1000), kept=st.floats(0.0, 6.0), limit=st.floats(0.0, 1.0))
def test_money_is_conserved_in_every_step_of_every_path(terms, seed, kept, limit):
    rng = np.random.default_rng(seed)
    refresh = np.zeros(STEPS)
    refresh[40] = 12.0
    saved = np.where((np.arange(STEPS) >= 20) & (np.arange(STEPS) <= 40), 12.0 / 21.0, 0.0)
    one = deal(
        paths=3,
        seed=seed,
        debt=debt(refinanced_rate=0.05, **terms),
        tax=Tax(rate=0.3, loss_limit=limit),
        opex_reserve_steps=kept,
        reserve_rate=0.02,
        refresh_usd=refresh,
        refresh_saved_usd=saved,
        residual_usd=rng.uniform(0.0, 30.0, 3),
        book_usd=5.0,
        grant_usd=np.where(np.arange(STEPS) == 3, 7.0, 0.0),
        credit_usd=np.where(np.arange(STEPS) > 30, 0.2, 0.0),
    )
    flows = cash_flows(one)
    assert np.abs(unbalanced_usd(one, flows)).max() <= 1e-9 * 100.0
    sources = flows.debt_draw_usd + flows.equity_draw_usd + flows.grant_usd
    uses = flows.uses_usd + np.diff(flows.reserve_usd, axis=1, prepend=0.0)
    assert sources[:, :BUILT] == pytest.approx(uses[:, :BUILT], abs=1e-9 * 100.0)
    assert (flows.balance_usd >= -1e-9 * 100.0).all()


def test_compiled_and_plain_recursions_give_the_same(monkeypatch):
    many = deal(paths=150, debt=debt(cover=1.4, reserve_steps=6, sweep_fraction=0.2, lock_up_cover=1.2))
    compiled = cash_flows(many)
    monkeypatch.setattr(recursions, "_FEW", 10**9)
    plain = cash_flows(many)
    for name in compiled.__slots__:
        assert getattr(compiled, name) == pytest.approx(getattr(plain, name), rel=1e-12, abs=1e-12, nan_ok=True)


def test_tables_write_off_the_whole_cost():
    for years, table in MACRS.items():
        assert sum(table) == pytest.approx(1.0), years
    assert sum(half_year_straight_line(39)) == pytest.approx(1.0)
    monthly = depreciation(120.0, MACRS[5], 7, 100, 12, bonus=0.4)[0]
    assert monthly.sum() == pytest.approx(120.0)
    assert monthly[7] == pytest.approx(120.0 * (0.4 + 0.6 * 0.2) / 12)
    assert (monthly[:7] == 0.0).all()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"built": 0}, "operation begins"),
        ({"debt": debt(gearing=1.2)}, "gearing"),
        ({"debt": debt(cover=-1.0)}, "cover"),
        ({"debt": debt(tenor_steps=49)}, "tenor"),
        ({"debt": debt(grace_steps=36)}, "grace"),
        ({"capex_usd": np.ones((1, STEPS))}, "refresh"),
        ({"debt": debt(rate=-2.0)}, "interest"),
    ],
)
def test_terms_without_a_meaning_are_refused(changes, told):
    with pytest.raises(OutOfRangeError) as error:
        cash_flows(deal(**changes))
    assert told in str(error.value)
