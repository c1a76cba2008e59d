"""Paths of the rental price: a frontier that falls with each generation, and scarcity that fades and surges."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from denshi.finance.life.terms import STEPS_PER_YEAR, Prices

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
# Nodes of the quadrature over a quarter's scarcity: worth has kinks where a decision changes, which few nodes miss.
_NODES = 24


def simulate(prices: Prices, steps: int, paths: int, seed: int) -> Matrix:
    """Return the state of the market, [step, path, 2]: scarcity (a logarithm) and generations since the start.

    .. math:: y_{t+1} = k y_t + s \\epsilon + J (m + d \\eta), \\quad k = e^{-\\kappa \\Delta},
        \\quad s^2 = \\sigma^2 (1 - k^2) / 2 \\kappa, \\quad n_{t+1} = n_t + G

    the exact quarterly step of a log Ornstein-Uhlenbeck process; J and G are 0 or 1 with the chance that a surge or a
    generation comes within a quarter (no more than one of each).

    Parameters
    ----------
    steps : quarters; the result has one state more.

    Source: uhlenbeck1930 for the process, merton1976 for the jumps.
    """
    random = np.random.default_rng(seed)
    kept, spread, surge, newer = _step(prices)
    found = np.empty((steps + 1, paths, 2))
    found[0] = np.log(prices.now_usd_per_h / prices.fair_usd_per_h), 0.0
    for step in range(steps):
        jump = random.random(paths) < surge
        size = prices.surge_log + prices.surge_deviation * random.standard_normal(paths)
        found[step + 1, :, 0] = kept * found[step, :, 0] + spread * random.standard_normal(paths) + jump * size
        found[step + 1, :, 1] = found[step, :, 1] + (random.random(paths) < newer)
    return found


def price_usd_per_h(prices: Prices, state: Matrix, *, redeployed: bool = False) -> Vector:
    """Return the rental price [USD/h] in states [..., 2].

    >>> from denshi.finance.life.terms import Prices
    >>> still = Prices(now_usd_per_h=4.0, fair_usd_per_h=2.0, reversion_per_year=1.0, volatility=0.0,
    ...     generation_years=2.0, gain=2.0, pass_through=1.0, redeployed_pass_through=0.5,
    ...     surge_per_year=0.0, surge_log=0.0, surge_deviation=0.0)
    >>> price_usd_per_h(still, np.array([[np.log(2.0), 0.0], [0.0, 1.0]])).round(9).tolist()
    [4.0, 1.0]
    """
    fall = prices.falls[redeployed]
    found: Vector = prices.fair_usd_per_h * np.exp(state[..., 0] - fall * state[..., 1])
    return found


def expected(prices: Prices, state: Matrix, value: Callable[[Matrix], Matrix]) -> Matrix:
    """Return the expectation of ``value`` of the next quarter's state, given this one's [path, 2].

    Over the four cases of surge and generation, and over scarcity by Gauss-Hermite quadrature.

    Parameters
    ----------
    value : gives [..., path] of states [path, 2].
    """
    kept, spread, surge, newer = _step(prices)
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    total: Matrix | float = 0.0
    for jumped, chance_surge in ((0.0, 1.0 - surge), (1.0, surge)):
        deviation = np.hypot(spread, jumped * prices.surge_deviation)
        middle = kept * state[:, 0] + jumped * prices.surge_log
        scarce = middle[:, None] + deviation * nodes
        for more, chance_newer in ((0.0, 1.0 - newer), (1.0, newer)):
            if chance_surge * chance_newer == 0.0:
                continue
            later = np.repeat(state[:, None, 1] + more, _NODES, axis=1)
            each = value(np.stack([scarce, later], axis=-1).reshape(-1, 2))
            total = total + chance_surge * chance_newer * (each.reshape(*each.shape[:-1], -1, _NODES) @ weights)
    return np.asarray(total)


def _step(prices: Prices) -> tuple[float, float, float, float]:
    """Return what stays of scarcity in a quarter, its spread, and the chances of a surge and of a generation."""
    quarter, speed = 1.0 / STEPS_PER_YEAR, prices.reversion_per_year
    kept = float(np.exp(-speed * quarter))
    variance = -np.expm1(-2.0 * speed * quarter) / (2.0 * speed) if speed > 0.0 else quarter
    surge = float(-np.expm1(-prices.surge_per_year * quarter))
    newer = float(-np.expm1(-quarter / prices.generation_years))
    return kept, prices.volatility * float(np.sqrt(variance)), surge, newer
