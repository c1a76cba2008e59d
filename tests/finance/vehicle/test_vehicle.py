"""The vehicle: money conserved, options against closed forms, and what a guarantee must and must not do."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.errors import OutOfRangeError
from denshi.finance.vehicle import Market, Terms, notes, rent_usd, sources_and_uses, stress, value, waterfall
from denshi.finance.vehicle.market import market_rent_usd, scenarios, value_usd
from denshi.finance.vehicle.tenant import discount, guarantee_usd, learn, payoffs, play, worth_usd
from denshi.finance.vehicle.waterfall import settle

DEAL = Terms(
    cost_usd=28.79e9,
    notes_usd=27.3e9,
    note_rate=0.0658,
    investor_equity_usd=2.45e9,
    interest_income_usd=1.16e9,
    construction_years=43 / 12,
)

terms_of_any_kind = st.builds(
    Terms,
    cost_usd=st.floats(1e9, 3e9),
    notes_usd=st.floats(2.4e9, 4e9),
    note_rate=st.floats(0.0, 0.12),
    note_years=st.sampled_from([8.0, 12.0, 20.0]),
    investor_equity_usd=st.floats(0.0, 5e8),
    dscr=st.floats(0.6, 2.0),
    lock_up_dscr=st.floats(0.5, 1.5),
    opex_fraction=st.floats(0.0, 0.3),
    rent_growth_fraction=st.floats(-0.05, 0.05),
    reserve_months=st.floats(0.0, 12.0),
    guarantee_cap_fraction=st.floats(0.0, 1.5),
    guarantee_declines=st.booleans(),
)


@settings(max_examples=80, deadline=None)
@given(terms=terms_of_any_kind)
def test_every_half_year_pays_out_what_it_takes_in(terms):
    run = waterfall(terms)
    scale = float(run.rent.max())
    assert np.allclose(run.rent, run.running_cost + run.sponsor + run.issuer, atol=1e-9 * scale, rtol=0)
    grown = np.diff(run.reserve) + np.diff(run.trap)
    used = run.paid[1:] + run.distributed[1:] + grown
    assert np.allclose(run.issuer[1:], used, atol=1e-9 * scale, rtol=0)
    owed = run.owed[:-1] * (1 + terms.note_rate / 2) - run.paid[1:]
    assert np.allclose(run.owed[1:], owed, atol=1e-9 * terms.notes_usd, rtol=0)
    for account in (run.reserve, run.trap, run.distributed, run.paid, run.owed):
        assert account.min() >= 0.0


@settings(max_examples=40, deadline=None)
@given(terms=terms_of_any_kind, node=st.integers(0, 3), worth=st.floats(0.0, 4e9))
def test_a_settlement_gives_away_what_there_is(terms, node, worth):
    at_nodes = np.full((1, 4), worth)
    owed = guarantee_usd(terms, at_nodes)[:, node]
    parts = settle(terms, waterfall(terms), terms.nodes[node], at_nodes[:, node], owed)
    given_out = parts.notes + parts.equity + parts.sponsor
    assert np.allclose(parts.proceeds + parts.guarantee + parts.accounts, given_out, rtol=1e-12)
    assert (parts.equity == 0.0).all() or (parts.notes_lost == 0.0).all()
    assert owed[0] <= terms.guarantee_cap_fraction * terms.cost_usd + 1e-6


def test_notes_and_sources_are_those_of_the_deal():
    assert 2 * notes(DEAL).service_usd[1] == pytest.approx(2.474e9, rel=1e-3)
    sums = sources_and_uses(DEAL)
    sources = sums.notes + sums.equity + sums.interest_income
    uses = sums.contribution + sums.interest_of_construction + sums.debt_service_reserve + sums.left
    assert sources == pytest.approx(uses, abs=0.01)
    assert sources == pytest.approx(30.91e9)
    assert sums.contribution == pytest.approx(23.03e9, rel=1e-3)
    run = waterfall(DEAL)
    assert run.owed[-1] == 0.0
    cover = run.issuer[1:] / run.service[1:]
    assert cover == pytest.approx(np.full(40, DEAL.dscr))


def test_arrears_are_caught_up_with_interest():
    poor = replace(DEAL, dscr=0.8, rent_growth_fraction=0.05)
    run = waterfall(poor)
    assert run.paid[1] == pytest.approx(run.service[1])  # out of the reserve
    assert (run.owed > run.scheduled + 1.0).any()
    assert run.owed[-1] == 0.0
    assert run.distributed[1:4].sum() == 0.0


def test_without_a_guarantee_notes_lose_first_the_equity_goes():
    bare = replace(DEAL, guarantee_cap_fraction=0.0)
    market = Market(sale_cost_fraction=0.0)
    fractions = tuple(np.linspace(1.2, 0.0, 13))
    found = stress(bare, market, 0, fractions)
    lost = [one.notes_lost for one in found]
    assert lost == sorted(lost)
    assert lost[0] == 0.0
    accounts = waterfall(bare).reserve[8]
    for one in found:
        assert one.notes_lost == pytest.approx(max(one.notes_due - accounts - 0.8 * one.worth, 0.0), rel=1e-9, abs=1.0)
        assert one.notes_lost == 0.0 or one.equity_lost > 0.0


def test_a_guarantee_that_reaches_the_notes_makes_them_whole():
    for node in range(4):
        for one in stress(replace(DEAL, guarantee_cap_fraction=2.0), Market(), node, (1.0, 0.4, 0.0)):
            assert one.notes_lost == pytest.approx(0.0, abs=1.0)


CALM = Market(rent_volatility=0.0, revenue_volatility=0.0, jump_per_year=0.0, rent_growth_fraction=0.0)


@pytest.mark.parametrize("moving", [0.0, 3.0, 100.0])
def test_without_chance_the_best_exit_is_found(moving):
    market = replace(CALM, moving_years=moving)
    found = value(DEAL, market, 1000, 1)
    paths = scenarios(market, DEAL.periods, 2, 1)
    every = payoffs(DEAL, market, paths)
    best = max(worth_usd(every, np.array([k, k]))[0] for k in range(5))
    stays = worth_usd(every, np.array([4, 4]))[0]
    assert found.renewal_option.mean == pytest.approx(best - stays, abs=1.0)
    assert found.renewal_option.mean == pytest.approx(found.renewal_option_most.mean, abs=1.0)


def test_one_renewal_against_numerical_integration():
    """One choice, one source of chance, a business that always pays: both sides are known functions of the rent."""
    terms = replace(DEAL, renewals=1, note_years=8.0, guarantee_cap_fraction=0.0)
    market = replace(
        CALM, rent_volatility=0.25, rent_reversion=0.0, margin_multiple=50.0, moving_years=0.3, correlation=0.0
    )
    teach, fresh = (scenarios(market, terms.periods, 60_000, seed) for seed in (3, 4))
    policy = learn(terms, market, teach, payoffs(terms, market, teach))
    found = payoffs(terms, market, fresh)
    got = worth_usd(found, play(terms, market, fresh, policy))

    nodes, weights = np.polynomial.hermite_e.hermegauss(201)
    weights = weights / weights.sum()
    index = np.exp(0.25 * np.sqrt(4.0) * nodes)  # four years without reversion
    factor, contract = discount(market, terms.periods), rent_usd(terms)
    earned = 50.0 * contract[1]
    # Between half-years the mean of a lognormal index without drift grows by half its variance.
    ahead = np.arange(1, 9) * 0.5
    mean_ahead = np.exp(0.5 * 0.25**2 * ahead)
    own = 0.2
    stay_rent = contract * (1 - own * (1 - terms.opex_fraction))
    end = value_usd(market, terms.cost_usd, np.array([1.0]), 16)[0] * (1 - market.sale_cost_fraction)
    stay = ((earned - stay_rent[9:]) * factor[9:]).sum() + own * end * index * mean_ahead[-1] * factor[16]
    rent = market_rent_usd(market, terms.cost_usd, np.array([1.0]))[0]
    sold = value_usd(market, terms.cost_usd, index, 8) * (1 - market.sale_cost_fraction)
    leave = (earned * factor[9:]).sum() - rent * index * (mean_ahead * factor[9:]).sum()
    leave = leave + (own * sold - 0.3 * 2 * contract[1]) * factor[8]
    first = ((earned - stay_rent[1:9]) * factor[1:9]).sum()
    expected = first + (weights * np.maximum(stay, leave)).sum()
    error = got.std() / np.sqrt(len(got))
    option = (weights * np.maximum(stay, leave)).sum() - max((weights * stay).sum(), (weights * leave).sum())
    assert option > 10 * error  # the choice is worth something, so the test can fail
    assert got.mean() == pytest.approx(expected, abs=4 * error)


def test_bounds_and_order_of_what_is_valued():
    found = value(DEAL, Market(), 8000, 1)
    error = found.renewal_option.error + found.renewal_option_most.error
    assert 0.0 < found.renewal_option.mean <= found.renewal_option_most.mean + 3 * error
    assert found.notes_lost.mean <= found.notes_lost_unguaranteed.mean
    assert found.guarantee_to_notes.mean > 0.0
    assert found.guarantee_costs_tenant.mean > -3 * found.guarantee_costs_tenant.error
    assert sum(node.probability for node in found.nodes) + found.stays_to_the_end == pytest.approx(1.0)
    again = value(DEAL, Market(), 8000, 1)
    assert again == found


def test_dearer_moving_keeps_the_tenant():
    shares = [value(DEAL, Market(moving_years=years), 4000, 1).stays_to_the_end for years in (0.0, 2.0, 10.0)]
    assert shares == sorted(shares)
    assert shares[0] < shares[-1]


def test_value_of_new_buildings_is_their_cost():
    market = Market()
    assert value_usd(market, 5e9, np.array([1.0]), 0)[0] == pytest.approx(5e9)
    rents = market_rent_usd(market, 5e9, np.ones(60)) * 2
    years = np.arange(1, 31)
    assert (rents[:30] / (1 + market.yield_fraction) ** years).sum() == pytest.approx(5e9)


@pytest.mark.parametrize(
    "change",
    [
        {"notes_usd": 1e9},
        {"note_rate": 1.5},
        {"note_years": 30.0},
        {"cost_usd": 0.0},
        {"lease_years": 0.0, "note_years": 0.0},
        {"dscr": 0.0},
        {"investor_fraction": 1.0},
        {"notes_usd": float("nan")},
    ],
)
def test_a_deal_that_cannot_be_is_refused(change):
    with pytest.raises(OutOfRangeError):
        value(replace(DEAL, **change), Market(), 1000, 1)
