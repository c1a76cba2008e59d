"""Paths of the market's rent and of the tenant's business, half-year by half-year."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.finance.vehicle.terms import PERIODS_PER_YEAR, Market

Paths = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scenarios:
    """Market rent over its first level, and the tenant's revenue over its first, shape (paths, periods + 1)."""

    rent_index: Paths
    revenue_index: Paths


def scenarios(market: Market, periods: int, paths: int, seed: int) -> Scenarios:
    """Draw paths, each with its antithetic twin.

    .. math:: x_{t+1} = \\theta_{t+1} + (x_t - \\theta_t) e^{-\\kappa \\Delta}
        + \\sigma \\sqrt{(1 - e^{-2 \\kappa \\Delta}) / 2 \\kappa}\\; \\epsilon, \\quad \\theta_t = g t

    the exact step of a log Ornstein-Uhlenbeck process about a trend; revenue also jumps, a compound Poisson process.

    Parameters
    ----------
    market : the processes.
    periods : half-years.
    paths : even number of paths.
    seed : the same seed gives the same paths.

    Source: uhlenbeck1930 for the process, merton1976 for the jumps.
    """
    random = np.random.default_rng(seed)
    half = (paths + 1) // 2
    step = 1.0 / PERIODS_PER_YEAR
    first = random.standard_normal((half, periods))
    second = market.correlation * first + np.sqrt(1.0 - market.correlation**2) * random.standard_normal((half, periods))
    count = random.poisson(market.jump_per_year * step, (half, periods))
    size = np.sqrt(count) * random.standard_normal((half, periods))
    jumps = [count * market.jump_mean + sign * market.jump_deviation * size for sign in (1.0, -1.0)]
    growth = np.log1p(market.rent_growth_fraction)
    rent = [_walk(sign * first, market.rent_reversion, market.rent_volatility, growth, 0.0) for sign in (1.0, -1.0)]
    revenue = [
        _walk(sign * second, market.revenue_reversion, market.revenue_volatility, market.revenue_drift, jump)
        for sign, jump in zip((1.0, -1.0), jumps, strict=True)
    ]
    return Scenarios(np.exp(np.vstack(rent)[:paths]), np.exp(np.vstack(revenue)[:paths]))


def _walk(shocks: Paths, reversion: float, volatility: float, drift: float, jumps: Paths | float) -> Paths:
    step = 1.0 / PERIODS_PER_YEAR
    kept = np.exp(-reversion * step)
    spread = volatility * np.sqrt(-np.expm1(-2.0 * reversion * step) / (2.0 * reversion) if reversion > 0.0 else step)
    moves = spread * shocks + jumps
    away = np.zeros((shocks.shape[0], shocks.shape[1] + 1))
    for t in range(shocks.shape[1]):
        away[:, t + 1] = kept * away[:, t] + moves[:, t]
    return away + drift * step * np.arange(shocks.shape[1] + 1)


def value_usd(market: Market, cost_usd: float, rent_index: Paths, period: Paths | int) -> Paths:
    """Return what the buildings are worth at an age: the market's rents for the rest of their life.

    .. math:: V_t = C\\, q_t \\frac{1 - (1 + y)^{-(L - t)}}{1 - (1 + y)^{-L}}

    with q the market's rent over its first, so that new buildings at the first rent are worth what they cost.

    >>> market = Market(building_years=30.0)
    >>> value_usd(market, 100.0, np.array([1.0, 0.5]), 0).tolist()
    [100.0, 50.0]
    """
    age = np.asarray(period) / PERIODS_PER_YEAR
    left = -np.expm1(-(market.building_years - age) * np.log1p(market.yield_fraction))
    whole = -np.expm1(-market.building_years * np.log1p(market.yield_fraction))
    return np.asarray(cost_usd * rent_index * left / whole)


def market_rent_usd(market: Market, cost_usd: float, rent_index: Paths) -> Paths:
    """Return the market's rent of a half-year: the annuity of the cost over the life of the buildings x the index."""
    yearly = market.yield_fraction / -np.expm1(-market.building_years * np.log1p(market.yield_fraction))
    return np.asarray(cost_usd * yearly / PERIODS_PER_YEAR * rent_index)
