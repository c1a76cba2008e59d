"""Decisions by regression against what is known otherwise: a tree, and dates that can be worked out by hand."""

import numpy as np
import pytest
from scipy.special import ndtr

from denshi.finance.life.stopping import Problem, above, fit, play

RATE, VOLATILITY, YEARS, STEPS, STRIKE = 0.06, 0.2, 1.0, 50, 40.0
STEP = YEARS / STEPS


def put(*, free=True):
    """An American put that may be exercised fifty times."""
    return Problem(
        steps=STEPS,
        discount=float(np.exp(-RATE * STEP)),
        running=lambda step, state: np.zeros((1, len(state))),
        stop=lambda step, state: np.maximum(STRIKE - state[:, 0], 0.0),
        change=(),
        basis=lambda step, state: np.column_stack([np.vander(state[:, 0] / STRIKE, 4), european(step, state[:, 0])]),
        free=free,
    )


def european(step, spot):
    """Worth of the put that is exercised at its end alone: near what is sought, a good function for it."""
    left = YEARS - step * STEP
    up = (np.log(spot / STRIKE) + (RATE + VOLATILITY**2 / 2) * left) / (VOLATILITY * np.sqrt(left))
    return STRIKE * np.exp(-RATE * left) * ndtr(VOLATILITY * np.sqrt(left) - up) - spot * ndtr(-up)


def stock(spot, paths, seed):
    """Paths of a geometric Brownian motion, [step, path, 1]."""
    moves = np.random.default_rng(seed).standard_normal((STEPS, paths))
    drift = (RATE - VOLATILITY**2 / 2) * STEP
    walk = np.cumsum(drift + VOLATILITY * np.sqrt(STEP) * moves, axis=0)
    return (spot * np.exp(np.vstack([np.zeros((1, paths)), walk])))[:, :, None]


def ahead(state, value):
    """Expectation over one step by quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    moved = state * np.exp((RATE - VOLATILITY**2 / 2) * STEP + VOLATILITY * np.sqrt(STEP) * nodes)
    each = value(moved.reshape(-1, 1))
    return each.reshape(len(each), len(state), -1) @ weights / weights.sum()


def tree(spot, each=20):
    """Cox-Ross-Rubinstein with the same dates of exercise."""
    size = STEPS * each
    up = np.exp(VOLATILITY * np.sqrt(YEARS / size))
    chance = (np.exp(RATE * YEARS / size) - 1 / up) / (up - 1 / up)
    value = np.maximum(STRIKE - spot * up ** (2.0 * np.arange(size + 1) - size), 0.0)
    for level in range(size - 1, -1, -1):
        value = np.exp(-RATE * YEARS / size) * (chance * value[1:] + (1 - chance) * value[:-1])
        if level % each == 0:
            value = np.maximum(value, STRIKE - spot * up ** (2.0 * np.arange(level + 1) - level))
    return float(value[0])


@pytest.mark.parametrize("spot", [36.0, 40.0])
def test_a_put_lies_between_its_bounds(spot):
    problem, exact = put(), tree(spot)
    weights = fit(problem, stock(spot, 20_000, 1))
    below = play(problem, weights, stock(spot, 20_000, 2)).worth
    over = above(problem, weights, stock(spot, 1_000, 3), ahead)
    error = below.std() / np.sqrt(len(below))
    assert exact - 0.02 * exact < below.mean() + 3 * error
    assert below.mean() - 3 * error < exact
    assert exact < over.mean() + 3 * over.std() / np.sqrt(len(over))
    assert over.mean() < exact * 1.02


def test_the_tree_is_the_published_one():
    """Longstaff and Schwartz, table 1: 4.478 at 36 and 2.314 at 40 (finite differences)."""
    assert tree(36.0) == pytest.approx(4.478, abs=0.003)
    assert tree(40.0) == pytest.approx(2.314, abs=0.003)


def test_who_may_not_stop_has_the_european_put():
    found = play(put(free=False), fit(put(free=False), stock(36.0, 20_000, 1)), stock(36.0, 20_000, 2)).worth
    assert found.mean() == pytest.approx(3.844, abs=4 * found.std() / np.sqrt(len(found)))
