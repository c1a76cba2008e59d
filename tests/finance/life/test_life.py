"""Life of an accelerator: closed forms, an exact grid, monotone where it must be, and the prices that were seen."""

from dataclasses import replace

import numpy as np
import pytest

from denshi.cli.finance_life_case import read_case, terms_of
from denshi.errors import OutOfRangeError
from denshi.finance.life import economic_life, expected, price_usd_per_h, simulate, worth_and_life
from denshi.finance.life.worth import problem_of

ACCELERATOR, PRICES = terms_of(read_case(None).values)
STILL = replace(PRICES, volatility=0.0, surge_per_year=0.0, gain=1.0)


def grid(problem, prices, steps):
    """Worth today by dynamic programming over scarcity x generations, on a fine grid: no regression, no paths."""
    scarce = np.linspace(-2.5, 2.5, 401)
    most = 40
    at = np.array([(y, n) for n in range(most + 1) for y in scarce])
    value = np.tile(problem.stop(steps, at), (2, 1))
    for step in range(steps - 1, -1, -1):
        table = value.reshape(2, most + 1, -1)

        def later(state, table=table):
            each = np.minimum(state[:, 1].astype(int), most)
            place = np.clip((state[:, 0] + 2.5) / 5.0 * 400, 0, 399.999)
            left = place.astype(int)
            part = place - left
            return (1 - part) * table[:, each, left] + part * table[:, each, left + 1]

        going = problem.running(step, at) + problem.discount * expected(prices, at, later)
        stop = problem.stop(step, at)
        second = np.maximum(going[1], stop)
        value = np.stack([np.maximum(np.maximum(going[0], second - problem.change[0]), stop), second])
    start = np.log(prices.now_usd_per_h / prices.fair_usd_per_h)
    return float(np.interp(start, scarce, value[0].reshape(most + 1, -1)[0]))


def test_the_bounds_hold_the_exact_worth():
    short = replace(ACCELERATOR, horizon_years=6.0)
    exact = grid(problem_of(short, PRICES), PRICES, short.steps)
    found = economic_life(short, PRICES, 6_000, 4)
    below, over = found.worth_usd, found.worth_above_usd
    assert below.mean - 3.5 * below.error < exact < over.mean + 3.5 * over.error
    assert below.mean > 0.98 * exact
    assert over.mean < 1.02 * exact
    assert 0.0 < found.stopping_adds_usd.mean < below.mean
    assert 0.0 < found.redeploying_adds_usd.mean < below.mean
    assert found.ages[0].worth_usd.p50 == pytest.approx(exact, rel=0.02)


def test_ages_tell_where_each_path_is():
    found = economic_life(ACCELERATOR, PRICES, 2_000, 2)
    shares = [(one.first_use_fraction, one.redeployed_fraction, one.retired_fraction) for one in found.ages]
    assert np.sum(shares, axis=1) == pytest.approx(1.0)
    assert shares[-1] == (0.0, 0.0, 1.0)
    assert all(np.diff([one[2] for one in shares]) >= 0.0)
    assert found.ages[3].book_usd == pytest.approx(ACCELERATOR.cost_usd / 2)
    assert found.life_years.p10 < found.life_years.p50 < found.life_years.p90


def test_a_known_price_has_its_day_of_stopping():
    """Without chance an accelerator runs while the price of its hours is above what it costs, scrap being nothing."""
    prices = replace(STILL, now_usd_per_h=8.0, fair_usd_per_h=0.5, reversion_per_year=0.4)
    own = replace(ACCELERATOR, redeploy_usd=1e9, scrap_usd=0.0, growth_fraction=0.0)
    step = np.arange(own.steps)
    price = 0.5 * np.exp(np.log(16.0) * np.exp(-0.4 * step / 4))
    margin = 2190.0 * ((price - own.variable_usd_per_h) * own.utilisation - own.fixed_usd_per_h)
    last = int(np.argmax(margin <= 0.0))
    assert 8 < last < own.steps
    exact = (margin * (1 + own.discount_rate) ** (-step / 4))[:last].sum()
    worth, years = worth_and_life(own, prices, 100, 1)
    assert worth == pytest.approx(exact, rel=1e-9)
    assert years == last / 4


@pytest.mark.parametrize(
    ("field", "value", "better"),
    [
        ("fixed_usd_per_h", 1.3, False),
        ("variable_usd_per_h", 1.5, False),
        ("scrap_usd", 3.0, True),
        ("utilisation", 1.1, True),
        ("redeploy_usd", 2.0, False),
        ("redeployed_share", 1.2, True),
    ],
)
def test_worth_is_monotone(field, value, better):
    changed = replace(ACCELERATOR, **{field: getattr(ACCELERATOR, field) * value})
    before, after = (worth_and_life(one, PRICES, 1_500, 3)[0] for one in (ACCELERATOR, changed))
    assert (after > before) == better


def test_dear_upkeep_and_dear_scrap_shorten_life():
    _, planned = worth_and_life(ACCELERATOR, PRICES, 1_500, 3)
    fixed = {name: 1.5 * getattr(ACCELERATOR, name) for name in ("fixed_usd_per_h", "redeployed_fixed_usd_per_h")}
    assert worth_and_life(replace(ACCELERATOR, **fixed), PRICES, 1_500, 3)[1] < planned
    assert worth_and_life(replace(ACCELERATOR, scrap_usd=5 * ACCELERATOR.scrap_usd), PRICES, 1_500, 3)[1] < planned


def test_prices_have_the_moments_of_their_process():
    paths = simulate(PRICES, 40, 40_000, 9)
    later = expected(PRICES, paths[20], lambda at: np.stack([at[:, 0], at[:, 0] ** 2, at[:, 1]]))
    seen = np.stack([paths[21, :, 0], paths[21, :, 0] ** 2, paths[21, :, 1]])
    apart = seen - later
    assert np.abs(apart.mean(axis=1)) == pytest.approx(0.0, abs=4 * float((apart.std(axis=1) / 200).max()))
    newer = 10 * 4 * -np.expm1(-0.25 / PRICES.generation_years)
    assert paths[40, :, 1].mean() == pytest.approx(newer, rel=0.02)


@pytest.mark.parametrize("start", [8.0, 10.0, 12.0])
def test_the_prices_of_the_h100_lie_within_the_band(start):
    """8 to 12 USD/h in the middle of 2023, then 1.70 in 2025-10 and 2.35 in 2026-03."""
    prices = replace(PRICES, now_usd_per_h=start, fair_usd_per_h=2.8)
    paths = price_usd_per_h(prices, simulate(prices, 11, 20_000, 1))
    for quarter, seen in ((9, 1.70), (11, 2.35)):
        low, high = np.quantile(paths[quarter], (0.1, 0.9))
        assert low < seen < high
    assert 0.02 < (paths[11] > paths[9]).mean() < 0.9


def test_what_cannot_be_is_refused():
    with pytest.raises(OutOfRangeError, match="share"):
        replace(ACCELERATOR, utilisation=1.2)
    with pytest.raises(OutOfRangeError, match="gains at least"):
        replace(PRICES, gain=0.9)
    with pytest.raises(OutOfRangeError, match="above 0"):
        replace(ACCELERATOR, cost_usd=0.0)
