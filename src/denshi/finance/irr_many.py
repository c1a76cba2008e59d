"""The rates of return of very many cash flows at once: blocks of rows in step, so that the processor works on all."""

from collections.abc import Callable
from functools import cache
from types import FunctionType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from denshi.errors import OutOfRangeError
from denshi.finance.irr import GRID, irr

_ROWS = 64
_LANES = 16
_MOST_STEPS = 24
_STANDS, _ROUNDING = 1e-14, 4e-16
_MOST_HALVINGS = 200
# Beyond this exponent the powers of the last period leave the range of a double.
_SAFE_EXPONENT = 600.0

Kernel = Callable[[NDArray[np.float64], NDArray[np.float64]], None]
Scan = Callable[[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], None]


def irr_many(cash_flows: ArrayLike, periods_per_year: float = 12.0) -> NDArray[np.float64]:
    """Return the internal rate of return of each row, as ``irr`` does for one.

    Rows that change their sign once, or twice and are worth more than nothing at a rate of zero, have one rate to be
    found. They are solved together, 64 at a time, by Newton in the log-rate from the rate at which the two sides
    balance as lumps. The others are looked through outward from a rate of zero on the grid of ``irr``, until a root is
    enclosed at which the value falls.

    Parameters
    ----------
    cash_flows : money, one project a row, one period a column [USD].
    periods_per_year : periods of a year [1/year].

    Returns
    -------
    Effective yearly rates [1], not a number where a row has none.

    Raises
    ------
    OutOfRangeError : not a table of finite numbers.

    >>> irr_many([[-100.0, 110.0], [-100.0, -110.0]], 1.0).round(6).tolist()
    [0.1, nan]
    """
    flows = np.ascontiguousarray(cash_flows, dtype=float)
    if flows.ndim != 2 or not np.isfinite(flows).all():
        raise OutOfRangeError("cash flows are not a table of finite numbers", where="finance.irr_many")
    log_rates = np.full(len(flows), np.nan)
    if flows.size:
        start, settle, scan = _kernels()
        start(flows, log_rates)
        settle(flows, log_rates)
        scan(flows, GRID / periods_per_year, log_rates)
    yearly: NDArray[np.float64] = np.expm1(periods_per_year * log_rates)
    for i in np.flatnonzero(np.isnan(log_rates)):
        rate = irr(flows[i], periods_per_year)
        yearly[i] = np.nan if rate is None else rate
    yearly[np.isinf(log_rates)] = np.nan
    return yearly


@cache
def _kernels() -> tuple[Kernel, Kernel, Scan]:
    import numba

    compiled = numba.njit(fastmath={"contract"}, nogil=True, error_model="numpy")
    # What the scan calls by name is given to it compiled, in place of the plain functions.
    names = {**globals(), "_value": compiled(_value)}
    names["_values"] = compiled(_values)
    names["_enclosed"] = compiled(FunctionType(_enclosed.__code__, names))
    return compiled(_start), compiled(_settle), compiled(FunctionType(_scan.__code__, names))


def _start(flows: NDArray[np.float64], log_rates: NDArray[np.float64]) -> None:
    """Write the log-rate at which both sides of each row balance as lumps; not a number where a root is not sure."""
    rows, periods = flows.shape
    for row in range(rows):
        out = into = when_out = when_into = last = 0.0
        changes = 0
        for t in range(periods):
            c = flows[row, t]
            if c > 0:
                into += c
                when_into += t * c
                changes += last < 0
                last = 1.0
            elif c < 0:
                out -= c
                when_out += -t * c
                changes += last > 0
                last = -1.0
        sure = changes == 1 or (changes == 2 and last < 0 and into > out)
        log_rates[row] = np.log(into / out) / (when_into / into - when_out / out) if sure else np.nan


def _settle(flows: NDArray[np.float64], log_rates: NDArray[np.float64]) -> None:
    """Replace each log-rate by the root near it; not a number where Newton does not settle."""
    rows, periods = flows.shape
    block = np.empty((periods, _ROWS))
    u, x, value, slope, step = np.empty((5, _ROWS))
    for begin in range(0, rows, _ROWS):
        wide = min(_ROWS, rows - begin)
        for k in range(_ROWS):
            row = begin + min(k, wide - 1)
            u[k] = log_rates[row]
            block[:, k] = flows[row]
        for _ in range(_MOST_STEPS):
            for k in range(_ROWS):
                x[k], value[k], slope[k] = np.exp(-u[k]), 0.0, 0.0
            for t in range(periods - 1, -1, -1):
                for k in range(_ROWS):
                    slope[k] = slope[k] * x[k] + value[k]
                    value[k] = value[k] * x[k] + block[t, k]
            moving = 0
            for k in range(_ROWS):
                step[k] = -value[k] / (slope[k] * x[k]) if slope[k] != 0.0 else np.nan
                u[k] -= step[k]
                moving += abs(step[k]) > _STANDS * max(1.0, abs(u[k]))
            if moving == 0:
                break
        for k in range(wide):
            stands = abs(step[k]) <= _STANDS * max(1.0, abs(u[k])) and abs(u[k]) * periods < _SAFE_EXPONENT
            # Where the last period is paid and the sum is above zero there are two roots, the wanted one above zero.
            sums, ends = 0.0, 0.0
            for t in range(periods):
                sums += flows[begin + k, t]
                ends = flows[begin + k, t] if flows[begin + k, t] != 0.0 else ends
            log_rates[begin + k] = u[k] if stands and (u[k] > 0.0 or not (sums > 0.0 > ends)) else np.nan


def _scan(flows: NDArray[np.float64], grid: NDArray[np.float64], log_rates: NDArray[np.float64]) -> None:
    """Replace what is not a number by the root nearest zero at which the value falls, else by the nearest root.

    Infinite where no root is enclosed; what lies on the grid itself stays not a number.
    """
    middle = len(grid) // 2
    inner, outer = np.empty(2), np.empty((2, _LANES))
    for row in range(len(flows)):
        if not np.isnan(log_rates[row]):
            continue
        flow = flows[row]
        inner[:] = _value(flow, grid[middle])[0]
        rising = found = np.inf
        on_grid = inner[0] == 0.0
        for away in range(1, middle + 1):
            lane = (away - 1) % _LANES
            if lane == 0:
                _values(flow, grid, away, outer)
            for side in range(2):
                value = outer[side, lane]
                on_grid |= value == 0.0
                if value * inner[side] < 0.0:
                    low = middle + away - 1 if side else middle - away
                    falls = (inner[side] > 0.0) == (side == 1)
                    root = _enclosed(flow, grid[low], grid[low + 1], falls)
                    if falls and abs(root) < abs(found):
                        found = root
                    if not falls and abs(root) < abs(rising):
                        rising = root
                inner[side] = value
            if on_grid or found != np.inf:
                break
        if not on_grid:
            log_rates[row] = found if found != np.inf else rising


def _values(flow: NDArray[np.float64], grid: NDArray[np.float64], away: int, found: NDArray[np.float64]) -> None:
    """Write the values at the next points of the grid below and above zero, all at once."""
    middle, periods = len(grid) // 2, len(flow)
    x = np.empty((2, _LANES))
    for k in range(_LANES):
        place = min(away + k, middle)
        x[0, k], x[1, k] = np.exp(grid[middle - place]), np.exp(-grid[middle + place])
    found[:] = 0.0
    for t in range(periods):
        for k in range(_LANES):
            found[0, k] = found[0, k] * x[0, k] + flow[t]
            found[1, k] = found[1, k] * x[1, k] + flow[periods - 1 - t]


def _enclosed(flow: NDArray[np.float64], left: float, right: float, falls: bool) -> float:
    """Return the root between two log-rates, by Newton that cannot leave them."""
    u = 0.5 * (left + right)
    for _ in range(_MOST_HALVINGS):
        value, slope = _value(flow, u)
        if value == 0.0:
            break
        if (value > 0.0) == falls:
            left = u
        else:
            right = u
        following = u - value / slope
        if not left < following < right:
            following = 0.5 * (left + right)
        before, u = u, following
        if abs(u - before) <= _ROUNDING * max(1.0, abs(u)):
            break
    return u


def _value(flow: NDArray[np.float64], u: float) -> tuple[float, float]:
    """Return a scaled present value and its slope, as in ``irr``: no power is above one."""
    value = slope = 0.0
    periods = len(flow)
    x = np.exp(-abs(u))
    if u >= 0.0:
        for t in range(periods - 1, -1, -1):
            slope = slope * x + value
            value = value * x + flow[t]
        return value, -slope * x
    for t in range(periods):
        slope = slope * x + value
        value = value * x + flow[t]
    return value, slope * x
