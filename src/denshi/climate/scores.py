"""Normal scores: a small random process draws only the order of hours, the values come from stored quantiles by rank.

.. math:: s(t) = harmonic(month, hour) + D(day) + h(hour), \\quad D_d = A D_{d-1} + e, \\quad h_t = \\phi h_{t-1} + w_t

Whatever the process draws, the values of a month have exactly the stored distribution, so that a mean over the hours
of a month of anything that depends on one variable alone is right for every seed.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from denshi.climate.calendar import DAYS, HOUR_OF_DAY, HOURS, MONTH_OF_HOUR, SEASON_OF_DAY
from denshi.climate.noise import normal, normal_quantile

Array = NDArray[np.float64]

_WARM_UP_DAYS = 60
# Scores are compared at this many digits, so that the last bits of a machine's arithmetic do not decide a rank.
_DIGITS = 6
_LEAN_ROUNDS = 5


def order(score: Array) -> NDArray[np.intp]:
    """Return the positions of the scores from lowest to highest; ties in order of time."""
    return np.argsort(np.round(score, _DIGITS), kind="stable")


def rank_scores(values: Array) -> Array:
    """Return the normal score of each value by its rank among all of them.

    ``s = Phi^-1((rank - 1/2) / n)``

    >>> rank_scores(np.array([3.0, 1.0, 2.0])).round(3).tolist()
    [0.967, -0.967, 0.0]
    """
    score = np.empty(len(values))
    score[np.argsort(values, kind="stable")] = _scores(len(values))
    return score


def basis(count: int, nodes: tuple[float, ...]) -> Array:
    """Return the weights of the stored quantiles in each of ``count`` ranked values, shape (count, nodes).

    Between nodes a value is linear in the normal score. The end nodes are the lowest and the highest value.
    """
    return _basis(count, nodes)


def values_by_rank(score: Array, quantiles: Array, nodes: tuple[float, ...]) -> Array:
    """Return stored values in the order of the scores.

    Parameters
    ----------
    score : one period's scores [1].
    quantiles : the stored values at the nodes.
    nodes : probabilities of the quantiles [1], from 0 (lowest) to 1 (highest).
    """
    values = np.empty(len(score))
    values[order(score)] = _basis(len(score), nodes) @ quantiles
    return values


def leaned(values: Callable[[float], Array], measure: Callable[[Array], float], target: float, most: float) -> Array:
    """Return the values of a family at the lean whose measure, which grows with the lean, comes nearest to a target.

    Regula falsi (Illinois) over leans from ``-most`` to ``most``.
    """
    low, high = -most, most
    below, above = measure(values(low)) - target, measure(values(high)) - target
    if below >= 0.0 or above <= 0.0:
        return values(low if below >= 0.0 else high)
    found, side = values(0.0), 0
    for _ in range(_LEAN_ROUNDS):
        lean = (low * above - high * below) / (above - below)
        found = values(lean)
        miss = measure(found) - target
        if miss > 0.0:
            high, above, below, side = lean, miss, below * (0.5 if side > 0 else 1.0), 1
        else:
            low, below, above, side = lean, miss, above * (0.5 if side < 0 else 1.0), -1
    return found


def daily(seed: int, stream: int, memory: Array, innovation: Array) -> Array:
    """Draw a vector autoregression over the days of a year with four seasons.

    Parameters
    ----------
    memory : A, shape (4, k, k).
    innovation : covariance of e, shape (4, k, k).

    Returns
    -------
    Scores, shape (365, k).
    """
    k = memory.shape[1]
    factor = np.linalg.cholesky(innovation)
    seasons = np.concatenate([np.zeros(_WARM_UP_DAYS, dtype=int), SEASON_OF_DAY])
    draws = normal(seed, stream, k * len(seasons)).reshape(-1, k)
    shocks = np.einsum("dij,dj->di", factor[seasons], draws)
    state, days = np.zeros(k), np.empty((len(seasons), k))
    for day, season in enumerate(seasons):
        state = memory[season] @ state + shocks[day]
        days[day] = state
    return days[-DAYS:]


def hourly(days: Array) -> Array:
    """Spread daily scores over the hours: linear from noon to noon, shape (365, …) to (8760, …)."""
    position = (np.arange(HOURS) + 0.5 - 12.0) / 24.0
    before = np.floor(position).astype(int)
    weight = position - before
    if days.ndim > 1:
        weight = weight[:, None]
    return np.asarray((1.0 - weight) * days[before % DAYS] + weight * days[(before + 1) % DAYS])


def autoregression(shocks: Array, lag_one: float) -> Array:
    """Return a first-order autoregression of unit variance from standard normal shocks, in log2(n) vector steps.

    ``h_t = phi h_(t-1) + sqrt(1 - phi^2) w_t``
    """
    h = np.asarray(shocks * np.sqrt(1.0 - lag_one**2))
    h[0] = shocks[0]
    step, power = 1, lag_one
    while step < len(h) and abs(power) > 1e-12:
        h[step:] += power * h[:-step].copy()
        step, power = 2 * step, power * power
    return h


def waves(coefficients: Array) -> Array:
    """Return two daily harmonics by month, shape (12, 4) to (8760,)."""
    return np.asarray(np.einsum("hk,hk->h", coefficients[MONTH_OF_HOUR], harmonic_basis()[HOUR_OF_DAY]))


@cache
def harmonic_basis() -> Array:
    """Return cosine and sine of the first and second daily harmonic at each hour, shape (24, 4)."""
    angle = 2.0 * np.pi * (np.arange(24) + 0.5) / 24.0
    return np.stack([np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)], axis=1)


@cache
def _scores(count: int) -> Array:
    return normal_quantile((np.arange(count) + 0.5) / count)


@cache
def _basis(count: int, nodes: tuple[float, ...]) -> Array:
    inside = (0.5 / count, 1.0 - 0.5 / count)
    at = normal_quantile(np.clip(np.array(nodes), *inside))
    return np.stack([np.interp(_scores(count), at, one) for one in np.eye(len(nodes))], axis=1)
