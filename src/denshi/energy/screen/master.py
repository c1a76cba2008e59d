"""The two small problems of a search: the best mixture of cuts (a bound) and of dispatches (a design).

Import late: it compiles.
"""

import numpy as np
from numba import njit

from denshi.energy.screen.scaled import Index, Matrix, Vector

_SMALL = 1e-9


def _begin(
    constant: Vector,
    slope: Matrix,
    cost: Vector,
    limit: Vector,
    basis: Index,
    right: Vector,
    inverse: Matrix,
    x: Vector,
) -> None:
    """Write inverse and values of the basis that is given, or of the best single cut where that one is no use."""
    cuts, n = slope.shape
    m = n + 1
    if basis[0] >= 0:
        matrix = np.zeros((m, m))
        for place in range(m):
            b = basis[place]
            if b < cuts:
                matrix[:n, place] = slope[b]
                matrix[n, place] = 1.0
            elif b < cuts + n:
                matrix[b - cuts, place] = -1.0
            else:
                matrix[b - cuts - n, place] = 1.0
        inverse[:, :] = np.linalg.inv(matrix)
        x[:] = inverse @ right
        if x.min() < -1e-9 or not np.isfinite(x).all():
            basis[0] = -1
    if basis[0] < 0:
        best, first = -np.inf, 0
        for k in range(cuts):
            bound = constant[k]
            for i in range(n):
                bound += limit[i] * min(cost[i] - slope[k, i], 0.0)
            if bound > best:
                best, first = bound, k
        inverse[:, :] = 0.0
        for i in range(n):
            left = cost[i] - slope[first, i]
            basis[i] = cuts + n + i if left >= 0.0 else cuts + i
            sign = 1.0 if left >= 0.0 else -1.0
            inverse[i, i] = sign
            inverse[i, n] = -sign * slope[first, i]
        basis[n] = first
        inverse[n, n] = 1.0
        x[:] = inverse @ right


def _entering(constant: Vector, slope: Matrix, cost: Vector, limit: Vector, price: Vector) -> int:
    """Return the column that gains most at the prices of the rows, -1 where none gains."""
    cuts, n = slope.shape
    entering, gain = -1, 0.0
    scale = _SMALL * (1.0 + abs(price[n]))
    for i in range(n):
        over = price[i] - limit[i]
        if over * max(cost[i], 1.0) > max(gain, scale):
            entering, gain = cuts + i, over * max(cost[i], 1.0)
        if -price[i] * max(cost[i], 1.0) > max(gain, scale):
            entering, gain = cuts + n + i, -price[i] * max(cost[i], 1.0)
    for k in range(cuts):
        reduced = constant[k] - price[n]
        for i in range(n):
            reduced -= slope[k, i] * price[i]
        if reduced > max(gain, scale):
            entering, gain = k, reduced
    return entering


def _pivot(entering: int, column: Vector, inverse: Matrix, x: Vector, basis: Index) -> bool:
    """Bring a column into the basis; False where nothing bounds it."""
    m = len(x)
    step = inverse @ column
    leaving, ratio, size = -1, np.inf, 0.0
    for place in range(m):
        if step[place] > _SMALL:
            length = max(x[place], 0.0) / step[place]
            if length < ratio - 1e-13 or (length <= ratio + 1e-13 and step[place] > size):
                leaving, ratio, size = place, length, step[place]
    if leaving < 0:
        return False
    for place in range(m):
        if place != leaving:
            x[place] -= ratio * step[place]
    x[leaving] = ratio
    inverse[leaving] /= step[leaving]
    for place in range(m):
        if place != leaving and step[place] != 0.0:
            inverse[place] -= step[place] * inverse[leaving]
    basis[leaving] = entering
    return True


begin = njit(cache=True)(_begin)
best_entering = njit(cache=True)(_entering)
pivot = njit(cache=True)(_pivot)


def _best_bound(  # noqa: PLR0912
    constant: Vector, slope: Matrix, cost: Vector, limit: Vector, basis: Index, capacity: Vector, share: Vector
) -> int:
    """Find capacities at which the highest of all cuts is least, and shares of cuts that prove it.

    min over 0 <= x <= limit of cost·x + max over k of (constant_k - slope_k·x). Its dual, max of sum share_k constant_k
    - sum limit_i s_i with sum share_k = 1 and sum share_k slope_ki - s_i + r_i = cost_i, is solved by the primal
    simplex method with an explicit inverse: new cuts are new columns.

    Parameters
    ----------
    constant, slope : of the cuts [USD], [USD a unit of capacity].
    cost, limit : of capacities.
    basis : rows + 1 columns to begin with (cut k, number of cuts + i for s_i, + i for r_i), or -1 first; overwritten.
    capacity, share : written.

    Returns
    -------
    number of pivots, negative where they ran out: shares are valid all the same.
    """
    cuts, n = slope.shape
    m = n + 1
    column, right = np.empty(m), np.empty(m)
    right[:n] = cost
    right[n] = 1.0
    inverse, x = np.empty((m, m)), np.empty(m)
    begin(constant, slope, cost, limit, basis, right, inverse, x)
    price = np.empty(m)
    pivots, most = 0, 60 * m
    while pivots < most:
        price[:] = 0.0
        for place in range(m):
            b = basis[place]
            worth = 0.0
            if b < cuts:
                worth = constant[b]
            elif b < cuts + n:
                worth = -limit[b - cuts]
            if worth != 0.0:
                price += worth * inverse[place]
        entering = best_entering(constant, slope, cost, limit, price)
        if entering < 0:
            break
        if entering < cuts:
            column[:n] = slope[entering]
            column[n] = 1.0
        elif entering < cuts + n:
            column[:] = 0.0
            column[entering - cuts] = -1.0
        else:
            column[:] = 0.0
            column[entering - cuts - n] = 1.0
        if not pivot(entering, column, inverse, x, basis):
            break
        pivots += 1
    share[:] = 0.0
    for place in range(m):
        if basis[place] < cuts:
            share[basis[place]] += max(x[place], 0.0)
    for i in range(n):
        capacity[i] = min(max(price[i], 0.0), limit[i])
    return pivots if pivots < most else -pivots


def _best_mixture(cost: Vector, dirty: Vector, allowed: float) -> tuple[int, int, float, float]:
    """Find the cheapest mixture of two dispatches whose unclean energy is allowed.

    Parameters
    ----------
    cost, dirty : of each dispatch; infinite cost where it does not count.
    allowed : unclean energy.

    Returns
    -------
    first and second dispatch, the share of the second, and the price of unclean energy between them; -1 first where
    none is clean enough.
    """
    first = -1
    for j in range(len(cost)):
        if dirty[j] <= allowed and cost[j] < np.inf and (first < 0 or cost[j] < cost[first]):
            first = j
    if first < 0:
        return -1, -1, 0.0, np.inf
    second, price = -1, 0.0
    best = -1
    least = cost[first]
    for j in range(len(cost)):
        if cost[j] < least:
            least, best = cost[j], j
    if best < 0:
        return first, first, 0.0, 0.0
    # Every dispatch cheaper than the first is too dirty. Raise the price of unclean energy until none beats the pair.
    second = best
    for _ in range(1000):
        price = (cost[second] - cost[first]) / (dirty[first] - dirty[second])
        line = cost[first] + price * dirty[first]
        best, least = -1, line - 1e-12 * abs(line)
        for j in range(len(cost)):
            if cost[j] + price * dirty[j] < least:
                best, least = j, cost[j] + price * dirty[j]
        if best < 0:
            break
        if dirty[best] <= allowed:
            first = best
        else:
            second = best
    return first, second, (allowed - dirty[first]) / (dirty[second] - dirty[first]), price


best_bound = njit(cache=True)(_best_bound)
best_mixture = njit(cache=True)(_best_mixture)
