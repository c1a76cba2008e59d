"""The exact operation of one store against hourly values of clean supply. Import late: it compiles.

Value of an hour is concave and piecewise linear in clean supply, and so is value over the store's level: sorted lists
of marginal values. One hour backwards merges the hour's own list into that of the level and trims both ends to what
the store can hold. Forwards the same merge says how much is kept.
"""

import numpy as np
from numba import njit

from denshi.energy.screen.scaled import Index, Matrix, Vector

# A piece of level narrower than this share of the store joins its neighbour.
_SLIVER = 1e-13
_KINK = 1e-9


def _steps(
    clean: float,
    charge: float,
    power: float,
    one_way: float,
    wear: float,
    value: Vector,
    width: Vector,
    count: int,
    slope: Vector,
    size: Vector,
) -> tuple[int, int, float]:
    """Write marginal values over what a store gives, from charging most to giving most; what gains nothing is left out.

    Returns
    -------
    number of pieces, how many of them charge, and how much level the most charging adds.
    """
    low, high = max(clean - charge, 0.0), clean + power
    n, top, most = 0, 0.0, 0.0
    for k in range(count + 1):
        worth = value[k] if k < count else 0.0
        end = top + width[k] if k < count else np.inf
        if end > low and top < clean:
            piece = (min(end, clean) - max(top, low)) * one_way
            if piece > 0.0:
                slope[n] = worth / one_way
                size[n] = piece
                most += piece
                n += 1
        if end >= clean:
            break
        top = end
    charging = n
    top = 0.0
    for k in range(count):
        if value[k] <= wear or top >= high:
            break
        end = top + width[k]
        if end > clean:
            piece = (min(end, high) - max(top, clean)) / one_way
            if piece > 0.0:
                slope[n] = (value[k] - wear) * one_way
                size[n] = piece
                n += 1
        top = end
    return n, charging, most


def _edge(value: Vector, width: Vector, count: int, supply: float) -> tuple[float, float]:
    """Return the marginal values of clean supply just above and just below an amount of it."""
    top, above, below, found = 0.0, 0.0, 0.0, False
    for k in range(count):
        end = top + width[k]
        if not found and end >= supply - _KINK:
            below, found = value[k], True
        if end > supply + _KINK:
            above = value[k]
            break
        top = end
    if supply <= _KINK:
        below = np.inf
    return above, below


steps = njit(cache=True)(_steps)
edge = njit(cache=True)(_edge)


def _merge(
    slope: Vector,
    size: Vector,
    n: int,
    charging: int,
    skip: float,
    slopes: Vector,
    sizes: Vector,
    j: int,
    stop: int,
    energy: float,
) -> int:
    """Write the list of an hour after that of the next one: both merged by worth, cut at both ends; return its end."""
    at = stop
    first, i, keep, sliver = at, 0, energy, 0.0
    while keep > 0.0 and (i < n or j < stop):
        own = i < n and (j >= stop or slope[i] > slopes[j] or (slope[i] == slopes[j] and i < charging))
        if own:
            worth, piece = slope[i], size[i]
            i += 1
        else:
            worth, piece = slopes[j], sizes[j]
            j += 1
        if skip > 0.0:
            if piece <= skip:
                skip -= piece
                continue
            piece -= skip
            skip = 0.0
        piece = min(piece, keep)
        keep -= piece
        if piece <= _SLIVER * energy:
            sliver += piece
        elif at > first and slopes[at - 1] == worth:
            sizes[at - 1] += piece + sliver
            sliver = 0.0
        else:
            slopes[at], sizes[at] = worth, piece + sliver
            sliver = 0.0
            at += 1
    return at


merge = njit(cache=True)(_merge)


def _backward(
    clean: Vector,
    spare: Vector,
    value: Matrix,
    width: Matrix,
    count: Index,
    power: float,
    energy: float,
    one_way: float,
    wear: float,
) -> tuple[Vector, Vector, Index]:
    """Return the worth of stored energy at every hour: slopes and sizes of its steps, and where each hour's begin.

    The list of hour t lies at begin[hours - t] .. begin[hours - t + 1]: it is written from the end of the year.
    """
    hours = len(clean)
    begin = np.empty(hours + 2, np.int64)
    room = 16 * hours + 1024
    slopes, sizes = np.empty(room), np.empty(room)
    slope, size = np.empty(2 * value.shape[1] + 4), np.empty(2 * value.shape[1] + 4)
    begin[0] = 0
    begin[1] = 1
    slopes[0], sizes[0] = 0.0, energy
    for back in range(hours):
        t = hours - 1 - back
        n, charging, skip = steps(
            clean[t], min(power, spare[t]), power, one_way, wear, value[t], width[t], count[t], slope, size
        )
        j, stop, at = begin[back], begin[back + 1], begin[back + 1]
        if at + (stop - j) + n + 2 > room:
            more = 2 * room + stop - j + n
            wider = np.empty(more)
            wider[:at] = slopes[:at]
            slopes = wider
            wider = np.empty(more)
            wider[:at] = sizes[:at]
            sizes = wider
            room = more
        begin[back + 2] = merge(slope, size, n, charging, skip, slopes, sizes, j, stop, energy)
    return slopes, sizes, begin


backward = njit(cache=True)(_backward)


def _dispatch(
    clean: Vector,
    spare: Vector,
    value: Matrix,
    width: Matrix,
    count: Index,
    power: float,
    energy: float,
    one_way: float,
    wear: float,
    flow: Vector,
    price: Vector,
) -> float:
    """Write what a store that begins empty gives each hour (charging is negative), and the hour's marginal value.

    Parameters
    ----------
    clean : supply of each hour before the store [mean loads].
    spare : how much of it may be charged [mean loads].
    value, width, count : uses of clean supply an hour, dearest first [USD/kWh, mean loads]; beyond them it is worth 0.
    power, energy : of the store [mean loads, mean loads x h].
    one_way, wear : efficiency of one way [1], cost of discharge [USD/kWh].
    flow, price : written.

    Returns
    -------
    what one more kWh in the store is worth at the start, less at the end [USD/kWh]: above 0 the store would rather not
    begin empty here.
    """
    hours = len(clean)
    slope, size = np.empty(2 * value.shape[1] + 4), np.empty(2 * value.shape[1] + 4)
    slopes, sizes, begin = backward(clean, spare, value, width, count, power, energy, one_way, wear)
    level, near = 0.0, 1e-9 * energy
    worth_now = worth_first = slopes[begin[hours]]
    for t in range(hours):
        back = hours - 1 - t
        n, charging, most = steps(
            clean[t], min(power, spare[t]), power, one_way, wear, value[t], width[t], count[t], slope, size
        )
        j, stop, i = begin[back], begin[back + 1], 0
        left, kept, given = level + most, 0.0, 0.0
        while left > 0.0 and (i < n or j < stop):
            if i < n and (j >= stop or slope[i] > slopes[j] or (slope[i] == slopes[j] and i < charging)):
                piece = min(size[i], left)
                given += piece
                i += 1
            else:
                piece = min(sizes[j], left)
                kept += piece
                j += 1
            left -= piece
        moved = given - most
        if abs(moved) <= 1e-12 * energy:
            moved = 0.0
        level = min(max(level - moved, 0.0), energy)
        flow[t] = moved * one_way if moved > 0.0 else moved / one_way
        above, below = edge(value[t], width[t], count[t], clean[t] + flow[t])
        if moved > 0.0:
            wanted = worth_now / one_way + wear
        elif moved < 0.0:
            wanted = worth_now * one_way
        else:
            wanted = min(max(above, worth_now * one_way), worth_now / one_way + wear)
        price[t] = max(min(wanted, below), above)
        if t == hours - 1:
            break
        if level <= near:
            worth_now = slopes[begin[back]]
        elif level >= energy - near:
            worth_now = slopes[begin[back + 1] - 1]
    return float(worth_first - worth_now)


dispatch = njit(cache=True)(_dispatch)
