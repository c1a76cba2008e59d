"""The rates of return of very many cash flows at once: blocks of rows in step, so that the processor works on all."""

from collections.abc import Callable
from functools import cache
from types import FunctionType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from denshi.errors import OutOfRangeError
from denshi.finance.irr import GRID, irr

_ROWS = 64
_LANES = 64
_MOST_STEPS = 24
_STANDS, _ROUNDING = 1e-14, 4e-16
_MOST_HALVINGS = 200
# Beyond this exponent the powers of the last period leave the range of a double.
_SAFE_EXPONENT = 600.0

Kernel = Callable[[NDArray[np.float64], NDArray[np.float64]], None]
Scan = Callable[[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], None]


def irr_many(cash_flows: ArrayLike, periods_per_year: float = 12.0) -> NDArray[np.float64]:
    """Return the internal rate of return of each row, as ``irr`` does for one.

    A row that changes its sign once has one rate; so has, above zero, one whose sums up to each period change their
    sign once and end above zero (norstrom1972). Those are solved together, 64 at a time, by Newton in the log-rate from
    the rate at which the two sides balance as lumps. The others are looked through outward from a rate of zero on the
    grid of ``irr``, on the side to which their sum points, then on both.

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
        settle(flows, GRID / periods_per_year, log_rates)
        scan(flows, GRID / periods_per_year, log_rates)
    yearly: NDArray[np.float64] = np.expm1(periods_per_year * log_rates)
    for i in np.flatnonzero(np.isnan(log_rates)):
        rate = irr(flows[i], periods_per_year)
        yearly[i] = np.nan if rate is None else rate
    yearly[np.isinf(log_rates)] = np.nan
    return yearly


@cache
def _kernels() -> tuple[Kernel, Scan, Scan]:
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
        out = into = when_out = when_into = last = total = 0.0
        changes = crossings = 0
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
            crossings += (total < 0.0) != (total + c < 0.0) and t > 0
            total += c
        sure = changes == 1 or (changes > 1 and crossings == 1 and total > 0.0)
        log_rates[row] = np.log(into / out) / (when_into / into - when_out / out) if sure else np.nan


def _settle(flows: NDArray[np.float64], grid: NDArray[np.float64], log_rates: NDArray[np.float64]) -> None:
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
            # Of a row that changes its sign more than once a rate above zero and on the grid is sure, no other.
            changes, last = 0, 0.0
            for t in range(periods):
                c = flows[begin + k, t]
                changes += c * last < 0.0
                last = c if c != 0.0 else last
            log_rates[begin + k] = u[k] if stands and (changes == 1 or 0.0 < u[k] < grid[-1]) else np.nan


def _scan(flows: NDArray[np.float64], grid: NDArray[np.float64], log_rates: NDArray[np.float64]) -> None:
    """Replace what is not a number by the root that ``irr`` takes; infinite where no root is enclosed.

    What lies on the grid itself stays not a number.
    """
    middle = len(grid) // 2
    lanes, powers = np.empty(_LANES), np.ones(middle + 1 + _LANES)
    powers[: middle + 1] = np.exp(-grid[middle:])
    for row in range(len(flows)):
        if not np.isnan(log_rates[row]):
            continue
        flow = flows[row]
        centre = _value(flow, grid[middle])[0]
        falling = rising = np.inf
        on_grid = centre == 0.0
        for turn in range(2):
            # First the side to which the sum points: the root nearest zero there is the one.
            above = (centre > 0.0) == (turn == 0)
            inner = centre
            for away in range(1, middle + 1):
                lane = (away - 1) % _LANES
                if lane == 0:
                    _values(flow, powers[away : away + _LANES], above, lanes)
                outer = lanes[lane]
                on_grid |= outer == 0.0
                if outer * inner < 0.0:
                    low = middle + away - 1 if above else middle - away
                    falls = (inner > 0.0) == above
                    root = _enclosed(flow, grid[low], grid[low + 1], falls)
                    if falls and falling == np.inf:
                        falling = root
                    if not falls and rising == np.inf:
                        rising = root
                inner = outer
                if on_grid or falling != np.inf:
                    break
            if on_grid or falling != np.inf:
                break
        if not on_grid:
            log_rates[row] = falling if falling != np.inf else rising


def _values(flow: NDArray[np.float64], powers: NDArray[np.float64], above: bool, found: NDArray[np.float64]) -> None:
    """Write scaled present values at several discount factors, all at once; below zero from the last period back."""
    periods = len(flow)
    found[:] = 0.0
    for t in range(periods):
        c = flow[periods - 1 - t] if above else flow[t]
        for k in range(_LANES):
            found[k] = found[k] * powers[k] + c


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
