"""The search of one design: close in from both sides until the gap is as small as asked."""

from dataclasses import dataclass

import numpy as np

from denshi.energy.screen.pool import Pool
from denshi.energy.screen.scaled import Index, Scaled, Vector

# Multipliers of a bound in floating point: what its sums of some ten thousand terms may be off by, as a share.
_ROUNDING = 1e-11
_MOST_DIRTY_PRICE = 2e4
# Where trials stand between design (0) and bound (1), in turn.
_SHARES, _STRICT_SHARES = (0.5, 1.0, 0.7), (0.5, 1.0, 0.9)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a search stands: bound and design, and what proves them."""

    lower: float
    upper: float
    below: Vector
    above: Vector
    dirty_price: float
    mixture_price: float
    dirty: float
    burnt: Vector

    @property
    def gap(self) -> float:
        """(upper - lower) / max(|lower|, |upper|)."""
        if not np.isfinite(self.upper):
            return float("inf")
        return max(self.upper - self.lower, 0.0) / max(abs(self.lower), abs(self.upper), 1e-12)


def seed(pool: Pool) -> None:
    """Try out a spread of capacities and prices of unclean energy that says something of every case."""
    site = pool.site
    mean = np.array([max(float(row.mean()), 1e-3) for row in site.availability])
    stores, burners = site.stores, len(site.limit) - site.producers - site.stores
    for size, stored, price in _SEEDS:
        weights = np.ones(site.producers) / max(site.producers, 1)
        mixes = [weights, *np.eye(site.producers)] if size > 0.0 else [weights]
        for mix in mixes:
            for held in range(-1 if stored == 0.0 else 0, 1 if stored == 0.0 else stores):
                one = np.zeros(len(site.limit))
                one[: site.producers] = size * mix / mean
                if held >= 0 and stores:
                    one[site.producers + held] = stored
                one[len(site.limit) - burners :] = 0.0
                pool.try_out(np.minimum(one, site.limit), price)
    pool.try_out(site.limit.copy(), _MOST_DIRTY_PRICE)


_SEEDS = ((0.0, 0.0, 0.0), (0.8, 0.0, 0.03), (1.3, 0.0, 0.1), (1.5, 1.0, 0.3), (2.5, 1.5, 1.0))


def design(pool: Pool, cost: Vector, allowed: float, gap: float, most: int) -> tuple[Bounds, int]:
    """Search one cost case and target.

    Parameters
    ----------
    cost : of a unit of each capacity and year [USD/kW].
    allowed : unclean energy of a year [mean loads x h].
    gap, most : when to stop [1, trials].

    Returns
    -------
    bounds and the number of trials.
    """
    basis = np.full(len(cost) + 1, -1)
    kinds = pool.cuts
    now = bounds(pool, cost, allowed, basis)
    for count in range(most):
        if now.gap <= gap:
            return now, count
        kinds = pool.cuts
        _step(pool, now, allowed, count)
        _renumber(basis, kinds, pool.cuts)
        now = bounds(pool, cost, allowed, basis)
    return now, most


def _renumber(basis: Index, old: int, new: int) -> None:
    basis[basis >= old] += new - old


def _step(pool: Pool, now: Bounds, allowed: float, count: int) -> None:
    """Try capacities between bound and design, at a price of unclean energy between theirs.

    Every third trial stands where the bound is, so that it must rise there. Where nothing unclean is allowed the price
    is as good as infinite, and every other trial has its storage all in the longest store: one store's operation is
    exact, and at the edge of what can be served a little less than exact is not enough.
    """
    site = pool.site
    strict = allowed <= 0.0
    share = (_STRICT_SHARES if strict else _SHARES)[count % 3]
    at = share * now.below + (1.0 - share) * (now.above if np.isfinite(now.upper) else site.limit)
    if strict:
        pool.try_out(_in_one_store(site, at) if count % 2 else at, _MOST_DIRTY_PRICE)
        return
    price = 0.5 * (now.dirty_price + min(now.mixture_price, _MOST_DIRTY_PRICE))
    for _ in range(3):
        column = pool.try_out(at, price)
        if column.dirty <= allowed * 1.02:
            break
        price = min(max(2.0 * price, 0.05), _MOST_DIRTY_PRICE)


def _in_one_store(site: Scaled, capacity: Vector) -> Vector:
    """Return capacities with the power of all stores in the longest one, as far as its limit goes."""
    if site.stores < 2:
        return capacity
    stores = slice(site.producers, site.producers + site.stores)
    longest = site.producers + int(np.argmax(site.duration_h))
    one = capacity.copy()
    one[stores] = 0.0
    one[longest] = min(float(capacity[stores].sum()), float(site.limit[longest]))
    return one


def bounds(pool: Pool, cost: Vector, allowed: float, basis: Index) -> Bounds:
    """Return the best bound and the best design that the pool proves."""
    from denshi.energy.screen.master import best_bound, best_mixture

    site = pool.site
    below, share = np.empty(len(cost)), np.empty(pool.cuts)
    best_bound(pool.constant - pool.dirty_price * allowed, pool.slope, cost, site.limit, basis, below, share)
    lower, dirty_price = proved(pool, cost, allowed, share)
    total = pool.capacity @ cost + pool.running
    first, second, part, price = best_mixture(total, pool.dirty, allowed)
    if first < 0:
        nothing = np.full(len(cost), np.nan)
        return Bounds(lower, np.inf, below, nothing, dirty_price, np.inf, np.nan, np.full(pool.burnt.shape[1], np.nan))
    upper = (1.0 - part) * total[first] + part * total[second]
    above = (1.0 - part) * pool.capacity[first] + part * pool.capacity[second]
    dirty = (1.0 - part) * pool.dirty[first] + part * pool.dirty[second]
    burnt = (1.0 - part) * pool.burnt[first] + part * pool.burnt[second]
    return Bounds(lower, float(upper), below, above, dirty_price, float(price), float(dirty), burnt)


def proved(pool: Pool, cost: Vector, allowed: float, share: Vector) -> tuple[float, float]:
    """Return the bound that shares of cuts prove, and their price of unclean energy.

    Shares at least 0 of sum 1 make one cut of all, and over 0 <= x <= limit it is least at 0 or at the limit. Whoever
    found the shares has no say in this.
    """
    share = np.maximum(share, 0.0)
    share = share / share.sum()
    used = np.flatnonzero(share)
    share = share[used]
    dirty_price = float(share @ pool.dirty_price[used])
    constant, value = share @ pool.constant[used], share @ pool.slope[used]
    at_limit = pool.site.limit * np.minimum(cost - value, 0.0)
    size = share @ np.abs(pool.constant[used]) + dirty_price * allowed + float(np.abs(at_limit).sum())
    return float(constant - dirty_price * allowed + at_limit.sum() - _ROUNDING * size), dirty_price


def allowed_dirty(site: Scaled, target: float) -> float:
    """Return the unclean energy that a target leaves [mean loads x h]."""
    return (1.0 - target) * site.load_year
