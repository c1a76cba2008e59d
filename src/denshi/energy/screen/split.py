"""Share the operation of two stores merged into one between the two. Import late: it compiles."""

import numpy as np
from numba import njit

from denshi.energy.screen.scaled import Vector


def _split(flow: Vector, one_way: float, power: Vector, energy: Vector, first: Vector, second: Vector) -> float:
    """Write flows of two stores that add up to the flow of both merged, as nearly as the two can.

    The level of the first must keep both levels within their limits, now and later; backwards in time that is one
    interval an hour. Where it is empty no share exists, and the flow falls short there.

    Parameters
    ----------
    flow : of the merged store, positive when it gives, from empty to empty [mean loads].
    one_way : efficiency of one way [1].
    power, energy : of the two [mean loads, mean loads x h].
    first, second : written.

    Returns
    -------
    by how much flows fall short in all [mean loads x h].
    """
    hours = len(flow)
    change = np.empty(hours)
    for t in range(hours):
        change[t] = -flow[t] / one_way if flow[t] > 0.0 else -flow[t] * one_way
    level = np.cumsum(change)
    charge, give = power * one_way, power / one_way
    low, high = np.empty(hours), np.empty(hours)
    after_low, after_high = 0.0, min(energy[0], max(level[hours - 1], 0.0))
    for back in range(hours):
        t = hours - 1 - back
        bottom, top = max(0.0, level[t] - energy[1]), min(energy[0], level[t])
        low[t], high[t] = max(after_low, bottom), min(after_high, top)
        if low[t] > high[t]:
            middle = min(max(0.5 * (low[t] + high[t]), min(bottom, top)), max(bottom, top))
            low[t] = high[t] = middle
        if change[t] >= 0.0:
            least, most = max(0.0, change[t] - charge[1]), min(charge[0], change[t])
        else:
            least, most = max(-give[0], change[t]), min(0.0, change[t] + give[1])
        after_low, after_high = low[t] - max(least, most), high[t] - min(least, most)
    held, other, missed = 0.0, 0.0, 0.0
    part = power[0] / (power[0] + power[1])
    for t in range(hours):
        if change[t] >= 0.0:
            least, most = max(0.0, change[t] - charge[1]), min(charge[0], change[t])
        else:
            least, most = max(-give[0], change[t]), min(0.0, change[t] + give[1])
        one = min(max(part * change[t], low[t] - held), high[t] - held)
        one = min(max(one, min(least, most)), max(least, most))
        one = min(max(one, -held), energy[0] - held)
        rest = min(max(change[t] - one, -give[1]), charge[1])
        rest = max(rest, 0.0) if change[t] >= 0.0 else min(rest, 0.0)
        rest = min(max(rest, -other), energy[1] - other)
        missed += abs(change[t] - one - rest)
        held += one
        other += rest
        first[t] = -one * one_way if one < 0.0 else -one / one_way
        second[t] = -rest * one_way if rest < 0.0 else -rest / one_way
    return missed


split = njit(cache=True)(_split)
