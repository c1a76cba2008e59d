"""Load that may be switched off for some hours a year: a plant without cost whose energy has a price of its own.

What is switched off counts in the target as if it were unclean to the share that the target leaves, because the target
is one of the load that is served. The budget of the year is left out and priced: for every price m >= 0

    least cost >= least cost with each kWh at p + m, less m x budget,

and dispatches on both sides of the budget, mixed so that it is kept, are a design.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from denshi.energy.screen.record import Burner, CostCase, Curtailed, Screened, ScreenSite

NAME = "switched off"
_FIRST_PRICE, _MOST_DOUBLINGS, _MOST_HALVINGS = 0.1, 16, 8
_ROUNDING = 1e-9

Solve = Callable[[ScreenSite, CostCase, float], Screened]


def with_curtailment(site: ScreenSite, case: CostCase, target: float, gap: float, solve: Solve) -> Screened:
    """Return the design of one case and target where load may be switched off.

    Parameters
    ----------
    site : with ``curtailed``.
    solve : screens a site without, one case and one target.
    """
    flexible = site.curtailed
    assert flexible is not None
    priced = {**case.annual_usd_per_kw, NAME: 0.0}

    def at(price: float) -> Screened:
        plain = replace(site, curtailed=None, burners=(*site.burners, _plant(site, flexible, target, price)))
        return solve(plain, replace(case, annual_usd_per_kw=priced), target)

    over, price = at(0.0), 0.0
    bound, trials = over.lower_bound_usd_per_year, over.iterations
    budget = flexible.budget_kwh
    if not np.isfinite(over.objective_usd_per_year) or over.burnt_kwh[NAME] <= budget * (1.0 + _ROUNDING):
        return _plain(site, over, over.objective_usd_per_year, bound, trials, target)
    under, low, high = None, 0.0, np.inf
    for _ in range(_MOST_DOUBLINGS + _MOST_HALVINGS):
        price = 0.5 * (low + high) if under is not None else max(2.0 * low, _FIRST_PRICE)
        found = at(price)
        bound = max(bound, found.lower_bound_usd_per_year - price * budget)
        trials += found.iterations
        if found.burnt_kwh[NAME] > budget * (1.0 + _ROUNDING):
            over, low = found, price
        else:
            under, high = found, price
        if under is not None:
            best = _mixed(over, low, under, high, budget)
            cost = best.objective_usd_per_year
            if cost - bound <= gap * max(abs(cost), abs(bound)):
                break
    if under is None:
        return _plain(site, replace(over, objective_usd_per_year=np.inf), np.inf, bound, trials, target)
    return _plain(site, best, best.objective_usd_per_year, bound, trials, target)


def _plant(site: ScreenSite, flexible: Curtailed, target: float, price: float) -> Burner:
    mean = float(site.load_kw.mean())
    return Burner(
        name=NAME,
        running_usd_per_kwh=flexible.usd_per_kwh + price,
        limit_kw=mean,
        unclean_fraction=1.0 - target,
        capacity_factor=flexible.fraction * site.load_kw / mean,
    )


def _mixed(over: Screened, low: float, under: Screened, high: float, budget_kwh: float) -> Screened:
    """Return the mixture of two designs that keeps the budget, at what it costs without the price of the budget."""
    more, less = over.burnt_kwh[NAME], under.burnt_kwh[NAME]
    part = (budget_kwh - less) / (more - less)

    def mean(first: float, second: float) -> float:
        return part * first + (1.0 - part) * second

    return replace(
        over,
        objective_usd_per_year=mean(
            over.objective_usd_per_year - low * more, under.objective_usd_per_year - high * less
        ),
        capacities_kw={name: mean(size, under.capacities_kw[name]) for name, size in over.capacities_kw.items()},
        burnt_kwh={name: mean(energy, under.burnt_kwh[name]) for name, energy in over.burnt_kwh.items()},
        dirty_fraction=mean(over.dirty_fraction, under.dirty_fraction),
    )


def _plain(site: ScreenSite, found: Screened, cost: float, bound: float, trials: int, target: float) -> Screened:
    """Return a design without the plant that stands for load switched off."""
    load, off = 8760.0 * float(site.load_kw.mean()), found.burnt_kwh[NAME]
    bound = min(bound, cost)
    return replace(
        found,
        capacities_kw={name: size for name, size in found.capacities_kw.items() if name != NAME},
        objective_usd_per_year=cost,
        lower_bound_usd_per_year=bound,
        gap_fraction=(cost - bound) / max(abs(cost), abs(bound), 1e-12) if np.isfinite(cost) else np.inf,
        dirty_fraction=(found.dirty_fraction * load - (1.0 - target) * off) / (load - off),
        iterations=trials,
    )
