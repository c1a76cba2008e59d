"""Life of an accelerator and what it is worth at each age: to be let, moved to inference, or scrapped."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.finance.life.prices import expected, price_usd_per_h, simulate
from denshi.finance.life.stopping import Played, Problem, Weights, above, fit, play, worth
from denshi.finance.life.terms import STEPS_PER_YEAR, Accelerator, Prices
from denshi.finance.risk import Percentiles, percentiles

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

_HOURS = 8760.0
_BATCHES = 10
# The bound from above takes an expectation for each path and quarter.
_PATHS_ABOVE = 2_000
# Whoever may not move to inference pays a price for it that none would.
_NEVER = 1e15


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over paths and its standard error."""

    mean: float
    error: float


@dataclass(frozen=True, slots=True)
class Age:
    """What paths are like at one age; shares of paths, worth of an accelerator of that age in first use [USD]."""

    years: float
    first_use_fraction: float
    redeployed_fraction: float
    retired_fraction: float
    price_usd_per_h: Percentiles
    worth_usd: Percentiles
    book_usd: float
    below_book_fraction: float


@dataclass(frozen=True, slots=True)
class Life:
    """Worth today between two bounds, life, worth by age, and what the owner's options add to the worth [USD]."""

    worth_usd: Estimate
    worth_above_usd: Estimate
    life_years: Percentiles
    redeployed_fraction: Estimate
    to_the_horizon_fraction: Estimate
    stopping_adds_usd: Estimate
    redeploying_adds_usd: Estimate
    ages: tuple[Age, ...]


def economic_life(accelerator: Accelerator, prices: Prices, paths: int, seed: int, book_years: float = 6.0) -> Life:
    """Return how long an accelerator runs and what it is worth, where its owner decides each quarter.

    .. math:: V_t = \\max(\\text{scrap}_t, \\; V^{inference}_t - c, \\; \\text{margin}_t + \\beta E_t[V_{t+1}])

    The rule is fitted on one set of paths and played on another, which gives life and the bound from below; a third
    gives the bound from above. An option's worth is what the rule loses, on the same paths, without it.

    Parameters
    ----------
    paths : of each set, at least 100.
    book_years : of straight-line depreciation down to nothing, to compare the worth with.

    Source: longstaff2001, rogers2002.
    """
    steps = accelerator.steps
    made, fresh = (simulate(prices, steps, paths, seed + i) for i in (0, 1_000_003))
    whole = problem_of(accelerator, prices)
    weights = fit(whole, made)
    played = play(whole, weights, fresh)
    without = [
        play(other, fit(other, made), fresh).worth
        for other in (problem_of(accelerator, prices, free=False), problem_of(accelerator, prices, redeploys=False))
    ]
    others = simulate(prices, steps, min(paths, _PATHS_ABOVE), seed + 2_000_003)
    bound = above(whole, weights, others, lambda state, value: expected(prices, state, value))
    life = played.stopped / STEPS_PER_YEAR
    return Life(
        worth_usd=_estimate(played.worth),
        worth_above_usd=_estimate(bound),
        life_years=percentiles(np.array_split(life, _BATCHES)),
        redeployed_fraction=_estimate(played.changed < steps),
        to_the_horizon_fraction=_estimate(played.stopped == steps),
        stopping_adds_usd=_estimate(played.worth - without[0]),
        redeploying_adds_usd=_estimate(played.worth - without[1]),
        ages=tuple(
            _age(whole, weights, played, fresh, prices, step, _book(accelerator, step, book_years))
            for step in range(0, steps + 1, STEPS_PER_YEAR)
        ),
    )


def worth_and_life(accelerator: Accelerator, prices: Prices, paths: int, seed: int) -> tuple[float, float]:
    """Return what an accelerator is worth [USD], from below, and its mean life [year]."""
    made, fresh = (simulate(prices, accelerator.steps, paths, seed + i) for i in (0, 1_000_003))
    problem = problem_of(accelerator, prices)
    played = play(problem, fit(problem, made), fresh)
    return float(played.worth.mean()), float(played.stopped.mean() / STEPS_PER_YEAR)


def problem_of(accelerator: Accelerator, prices: Prices, *, free: bool = True, redeploys: bool = True) -> Problem:
    """Return the owner's decisions; without the freedom to stop before the horizon, or without redeployment."""
    quarter = _HOURS / STEPS_PER_YEAR

    def running(step: int, state: Matrix) -> Matrix:
        grown = (1.0 + accelerator.growth_fraction) ** (step / STEPS_PER_YEAR)
        spent, share = accelerator.variable_usd_per_h * grown, accelerator.redeployed_share
        # An hour that does not bring its own power is not worked.
        first = np.maximum(price_usd_per_h(prices, state) - spent, 0.0) * accelerator.utilisation
        second = np.maximum(share * price_usd_per_h(prices, state, redeployed=True) - spent, 0.0)
        second *= accelerator.redeployed_utilisation
        fixed = np.array([accelerator.fixed_usd_per_h, accelerator.redeployed_fixed_usd_per_h]) * grown
        found: Matrix = quarter * (np.stack([first, second]) - fixed[:, None])
        return found

    def stop(step: int, state: Matrix) -> Vector:
        kept = (1.0 - accelerator.scrap_fall_fraction) ** (step / STEPS_PER_YEAR)
        return np.full(len(state), accelerator.scrap_usd * kept)

    def basis(step: int, state: Matrix) -> Matrix:
        scarce, newer = state[:, 0], state[:, 1] / (1.0 + step / STEPS_PER_YEAR)
        price = price_usd_per_h(prices, state) / prices.fair_usd_per_h
        moved = price_usd_per_h(prices, state, redeployed=True) / prices.fair_usd_per_h
        one = np.ones(len(state))
        plain = (one, scarce, scarce**2, newer, newer**2, newer**3, scarce * newer, price, moved)
        return np.column_stack([*plain, price**2, moved**2, price * newer, moved * newer, *np.sqrt((price, moved))])

    return Problem(
        steps=accelerator.steps,
        discount=(1.0 + accelerator.discount_rate) ** (-1.0 / STEPS_PER_YEAR),
        running=running,
        stop=stop,
        change=(accelerator.redeploy_usd if redeploys else _NEVER,),
        basis=basis,
        free=free,
    )


def _age(
    whole: Problem, weights: Weights, played: Played, paths: Matrix, prices: Prices, step: int, book_usd: float
) -> Age:
    value = worth(whole, weights, step, paths[step])[0]
    retired = played.stopped <= step
    moved = ~retired & (played.changed <= step)
    return Age(
        years=step / STEPS_PER_YEAR,
        first_use_fraction=float(np.mean(~retired & ~moved)),
        redeployed_fraction=float(np.mean(moved)),
        retired_fraction=float(np.mean(retired)),
        price_usd_per_h=percentiles(np.array_split(price_usd_per_h(prices, paths[step]), _BATCHES)),
        worth_usd=percentiles(np.array_split(value, _BATCHES)),
        book_usd=book_usd,
        below_book_fraction=float(np.mean(value < book_usd)),
    )


def _book(accelerator: Accelerator, step: int, years: float) -> float:
    return accelerator.cost_usd * max(0.0, 1.0 - step / STEPS_PER_YEAR / years)


def _estimate(values: NDArray[np.float64] | NDArray[np.bool_]) -> Estimate:
    each = values.astype(np.float64)
    return Estimate(float(each.mean()), float(each.std(ddof=1) / np.sqrt(len(each))))
