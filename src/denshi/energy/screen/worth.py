"""What a store, and a whole site, is worth at given hourly values of clean supply: the exact parts of a bound.

Import late: it compiles.
"""

import numpy as np
from numba import njit

from denshi.energy.screen.scaled import Matrix, Vector

_SLIVER = 1e-13
_WARM_HOURS = 168


def _earlier(
    price: float,
    duration_h: float,
    one_way: float,
    wear: float,
    slopes: Vector,
    sizes: Vector,
    count: int,
    new_slopes: Vector,
    new_sizes: Vector,
) -> tuple[int, float]:
    """Write the list of marginal values one hour earlier; slivers join a dearer neighbour, so that no value is lost.

    Returns
    -------
    length of the list, or -1 where it has no room, and by how much the value of an empty store grows.
    """
    charge, give = price / one_way, (price - wear) * one_way
    charge_left = one_way
    give_left = 1.0 / one_way if give > 0.0 else 0.0
    skip, keep, n, j, gained = one_way, duration_h, 0, 0, -price
    room, sliver = len(new_slopes), _SLIVER * duration_h
    while keep > 0.0:
        if charge_left > 0.0 and (j >= count or charge >= slopes[j]):
            worth, piece, charge_left = charge, charge_left, 0.0
        elif j < count and (give_left <= 0.0 or slopes[j] >= give):
            worth, piece = slopes[j], sizes[j]
            j += 1
        elif give_left > 0.0:
            worth, piece, give_left = give, give_left, 0.0
        else:
            break
        if skip > 0.0:
            if piece <= skip:
                skip -= piece
                gained += worth * piece
                continue
            gained += worth * skip
            piece -= skip
            skip = 0.0
        piece = min(piece, keep)
        keep -= piece
        if n > 0 and (new_slopes[n - 1] == worth or piece <= sliver):
            new_sizes[n - 1] += piece
        else:
            if n >= room:
                return -1, 0.0
            new_slopes[n], new_sizes[n] = worth, piece
            n += 1
    return n, gained


earlier = njit(cache=True)(_earlier)


def _store_value(price: Vector, duration_h: float, one_way: float, wear: float) -> float:
    """Return a bound from above of what one kW of a store earns over a cycle that ends as it began [USD/kW].

    With any value K of the level at the end, earnings + K(end) <= F(start); over a cycle end = start, so that earnings
    <= max over levels of F - K. K comes from the first week of the cycle once more, which makes the bound exact but for
    what a store would hold over more than a week.

    Parameters
    ----------
    price : value of clean supply [USD/kWh], any sign.
    duration_h, one_way, wear : hours at full power, efficiency of one way, cost of discharge [USD/kWh].
    """
    hours, room = len(price), 512
    slopes, sizes = np.empty(room), np.empty(room)
    new_slopes, new_sizes = np.empty(room), np.empty(room)
    slopes[0], sizes[0], count = 0.0, duration_h, 1
    end_slopes, end_sizes, end_count = slopes.copy(), sizes.copy(), 1
    start, t, warm = 0.0, _WARM_HOURS - 1, True
    while t >= 0:
        n, gained = earlier(price[t % hours], duration_h, one_way, wear, slopes, sizes, count, new_slopes, new_sizes)
        if n < 0:
            room *= 2
            new_slopes, new_sizes = np.empty(room), np.empty(room)
            continue
        slopes, sizes, new_slopes, new_sizes = new_slopes, new_sizes, slopes, sizes
        if len(new_slopes) < room:
            new_slopes, new_sizes = np.empty(room), np.empty(room)
        count, start, t = n, start + gained, t - 1
        if t < 0 and warm:
            end_slopes, end_sizes, end_count = slopes.copy(), sizes.copy(), count
            warm, start, t = False, 0.0, hours - 1
    # The largest F - K over levels: both lists side by side, K(0) = 0.
    best, sum_, i, j = 0.0, 0.0, 0, 0
    left, other = sizes[0], end_sizes[0]
    while i < count and j < end_count:
        piece = min(left, other)
        sum_ += (slopes[i] - end_slopes[j]) * piece
        best = max(best, sum_)
        left -= piece
        other -= piece
        if left <= 0.0:
            i += 1
            left = sizes[i] if i < count else 0.0
        if other <= 0.0:
            j += 1
            other = end_sizes[j] if j < end_count else 0.0
    return start + best


store_value = njit(cache=True)(_store_value)


def _site_value(
    price: Vector,
    dirty_price: float,
    load: Vector,
    weight: Vector,
    availability: Matrix,
    source_price: Matrix,
    source_dirty: Matrix,
    source_limit: Matrix,
    burner_size: Vector,
    export_price: Vector,
    export_limit: float,
    producer_value: Vector,
    burner_value: Vector,
) -> float:
    """Return what serving the load costs at least before capacities; write what one kW of each of them saves.

    An hour's load is worth beta <= price; with cost_j = price_j + dirty_price x unclean_j the hour costs at least
    load x beta - sum of limit_j x max(0, beta - cost_j) - export limit x max(0, export price - price), for every beta.
    Beta is the merit order's at ``burner_size``, which only decides how good the bound is there.
    """
    sources = len(source_price)
    total = 0.0
    cost, limit = np.empty(sources), np.empty(sources)
    producer_value[:] = 0.0
    burner_value[:] = 0.0
    for t in range(len(load)):
        for j in range(sources):
            cost[j] = source_price[j, t] + dirty_price * source_dirty[j, t]
            limit[j] = source_limit[j, t]
            if 0 < j < sources - 1:
                limit[j] *= burner_size[j - 1]
        # The dearest source in use when the cheapest serve the whole load.
        left, beta, used = load[t], -np.inf, -np.inf
        for _ in range(sources):
            least = np.inf
            for j in range(sources):
                if cost[j] > used:
                    least = min(least, cost[j])
            served = 0.0
            for j in range(sources):
                if cost[j] == least:
                    served += limit[j]
            used = beta = least
            left -= served
            if left <= 0.0:
                break
        beta = min(beta, price[t], cost[sources - 1])
        hour = load[t] * beta - max(beta - cost[0], 0.0) * limit[0]
        hour -= export_limit * max(export_price[t] - price[t], 0.0)
        total += weight[t] * hour
        for j in range(1, sources - 1):
            burner_value[j - 1] += weight[t] * source_limit[j, t] * max(beta - cost[j], 0.0)
        for i in range(len(availability)):
            producer_value[i] += weight[t] * availability[i, t] * price[t]
    return total


site_value = njit(cache=True)(_site_value)
