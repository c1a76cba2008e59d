"""When requests arrive and how long they are: processes and distributions drawn with a seed.

The same seed gives the same draws, in another function too: give arrivals, prompts and answers seeds of their own, such
as ``(7, 0)``, ``(7, 1)`` and ``(7, 2)``, or long prompts will have long answers.
"""

from collections.abc import Sequence
from math import log, log1p, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from denshi.errors import OutOfRangeError

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Seed = int | Sequence[int]

_WHERE = "serving load"
_DAY_S = 86400.0
_HOURS = 24


def poisson(rate_per_s: float, count: int, seed: Seed) -> Floats:
    """Return arrivals that know nothing of each other [s], ``gamma`` with a variation of 1.

    >>> poisson(2.0, 3, seed=7).round(3).tolist()
    [0.354, 0.866, 1.151]
    """
    return gamma(rate_per_s, count, seed, variation=1.0)


def gamma(rate_per_s: float, count: int, seed: Seed, *, variation: float) -> Floats:
    """Return arrivals whose gaps are drawn from a gamma distribution [s].

    .. math:: k = 1 / v^2, \\quad \\theta = v^2 / \\lambda

    Parameters
    ----------
    rate_per_s : mean rate, above 0 [1/s].
    count : requests, at least 1.
    variation : v, standard deviation of the gaps over their mean: 0 evenly spaced, 1 Poisson, above 1 in bursts.

    Returns
    -------
    Times in rising order, the first one a gap after 0 [s], shape (count,).

    Raises
    ------
    OutOfRangeError : a rate or a count is not above 0, or a variation is below 0.

    Source: li2023alpaserve.

    >>> gamma(2.0, 3, seed=7, variation=0.0).tolist()
    [0.5, 1.0, 1.5]
    """
    _above_zero(rate_per_s=rate_per_s, count=count)
    _refuse("variation", 0 <= variation < np.inf, "must not be negative")
    if variation == 0:
        return np.arange(1, count + 1) / rate_per_s
    drawn = np.random.default_rng(seed).gamma(1 / variation**2, variation**2 / rate_per_s, count)
    return np.asarray(np.cumsum(drawn))


def daily(rate_per_s: float, hourly_weights: ArrayLike, days: float, seed: Seed) -> Floats:
    """Return Poisson arrivals whose rate follows the hours of the day [s].

    Arrivals at the rate of the busiest hour are thinned: each stays with the share that its hour has of that rate.

    Parameters
    ----------
    rate_per_s : mean over a day, above 0 [1/s].
    hourly_weights : rate of each hour from midnight on, in any unit, not negative, shape (24,).
    days : how long, above 0; parts of days are allowed.

    Returns
    -------
    Times in rising order from 0 at midnight on [s]; their number is random.

    Raises
    ------
    OutOfRangeError : there are not 24 weights, one is negative or all are 0, or a rate or a time is not above 0.

    Source: lewis1979.

    >>> office = [0.0] * 8 + [1.0] * 10 + [0.0] * 6
    >>> times = daily(0.1, office, 2.0, seed=7)
    >>> len(times), bool(((times % 86400 >= 8 * 3600) & (times % 86400 < 18 * 3600)).all())
    (17486, True)
    """
    _above_zero(rate_per_s=rate_per_s, days=days)
    weights = _weights("hourly_weights", hourly_weights)
    _refuse("hourly_weights", len(weights) == _HOURS, "a day has 24 hours")
    share = weights / weights.max()
    chance = np.random.default_rng(seed)
    span_s = days * _DAY_S
    times = np.sort(chance.uniform(0.0, span_s, chance.poisson(rate_per_s / share.mean() * span_s)))
    hour = (times % _DAY_S // (_DAY_S / _HOURS)).astype(np.int64)
    return np.asarray(times[chance.random(len(times)) < share[hour]])


def uniform(tokens: float, low_fraction: float, high_fraction: float, count: int, seed: Seed) -> Whole:
    """Return whole lengths, all alike likely from ``low_fraction`` to ``high_fraction`` of ``tokens`` [tokens].

    Both ends are rounded and belong to the range. Equal fractions of 1 give every request the same length.

    Raises
    ------
    OutOfRangeError : the range runs backwards or begins below one token, or there is no request.

    >>> uniform(1024, 0.8, 1.0, 4, seed=7).tolist()
    [1013, 947, 959, 1003]
    """
    _above_zero(count=count)
    low, high = round(tokens * low_fraction), round(tokens * high_fraction)
    _refuse("low_fraction", 1 <= low <= high, "the range must begin at one token or more and not run backwards")
    return np.random.default_rng(seed).integers(low, high, count, endpoint=True)


def lognormal(tokens: float, variation: float, count: int, seed: Seed) -> Whole:
    """Return whole lengths with a long tail [tokens].

    .. math:: \\sigma^2 = \\ln(1 + v^2), \\quad \\mu = \\ln m - \\sigma^2 / 2

    Parameters
    ----------
    tokens : mean m, at least 1. Lengths below one become one, which raises the mean of short ones.
    variation : v, standard deviation over mean, not negative.
    count : requests, at least 1.

    Raises
    ------
    OutOfRangeError : a mean below one, a variation below 0, or there is no request.

    >>> lognormal(512, 1.0, 4, seed=7).tolist()
    [362, 464, 288, 172]
    """
    _above_zero(count=count)
    _refuse("tokens", 1 <= tokens < np.inf, "the mean must be at least one token")
    _refuse("variation", 0 <= variation < np.inf, "must not be negative")
    square = log1p(variation**2)
    drawn = np.random.default_rng(seed).lognormal(log(tokens) - square / 2, sqrt(square), count)
    return np.maximum(np.rint(drawn), 1.0).astype(np.int64)


def histogram(tokens: ArrayLike, weights: ArrayLike, count: int, seed: Seed) -> Whole:
    """Return lengths drawn from those given, each as often as its weight says [tokens].

    Parameters
    ----------
    tokens, weights : lengths of at least 1 and how often each was seen, in any unit, of one shape (lengths,).
    count : requests, at least 1.

    Raises
    ------
    OutOfRangeError : shapes differ, a length is not whole or below one, weights are negative or all 0.

    >>> histogram([128, 4096], [3, 1], 6, seed=7).tolist()
    [128, 4096, 4096, 128, 128, 4096]
    """
    _above_zero(count=count)
    share = _weights("weights", weights)
    given = np.asarray(tokens, dtype=np.float64)
    _refuse("tokens", given.shape == share.shape, "there must be one length for each weight")
    whole = bool(np.isfinite(given).all() and (given == np.rint(given)).all() and (given >= 1).all())
    _refuse("tokens", whole, "lengths are whole and at least one")
    return np.random.default_rng(seed).choice(given.astype(np.int64), count, p=share / share.sum())


def _weights(name: str, given: ArrayLike) -> Floats:
    weights = np.asarray(given, dtype=np.float64)
    listed = weights.ndim == 1 and bool(np.isfinite(weights).all() and (weights >= 0).all())
    _refuse(name, listed and weights.sum() > 0, "weights are a list, not negative and not all zero")
    return weights


def _above_zero(**numbers: float) -> None:
    for name, number in numbers.items():
        _refuse(name, 0 < number < np.inf, "must be above zero")


def _refuse(name: str, allowed: bool, why: str) -> None:
    if not allowed:
        raise OutOfRangeError(f"{name} is outside its range", where=_WHERE, why=why)


__all__ = ["Seed", "daily", "gamma", "histogram", "lognormal", "poisson", "uniform"]
