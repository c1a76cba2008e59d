"""The rates of return of very many cash flows at once: blocks of rows in step, so that the processor works on all."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from denshi.errors import OutOfRangeError
from denshi.finance.irr import irr

_ROWS = 64
_MOST_STEPS = 24
_STANDS = 1e-14
# Beyond this exponent the powers of the last period leave the range of a double.
_SAFE_EXPONENT = 600.0

Kernel = Callable[[NDArray[np.float64], NDArray[np.float64]], None]


def irr_many(cash_flows: ArrayLike, periods_per_year: float = 12.0) -> NDArray[np.float64]:
    """Return the internal rate of return of each row, as ``irr`` does for one.

    Rows with one change of sign are solved together, 64 at a time, by Newton in the log-rate from the rate at which the
    two sides balance as lumps. A row that does not settle, or changes its sign more than once, is left to ``irr``.

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
        for kernel in _kernels():
            kernel(flows, log_rates)
    yearly: NDArray[np.float64] = np.expm1(periods_per_year * log_rates)
    for i in np.flatnonzero(np.isnan(log_rates)):
        rate = irr(flows[i], periods_per_year)
        yearly[i] = np.nan if rate is None else rate
    return yearly


@cache
def _kernels() -> tuple[Kernel, Kernel]:
    import numba

    compiled = numba.njit(fastmath={"contract"})
    return compiled(_start), compiled(_settle)


def _start(flows: NDArray[np.float64], log_rates: NDArray[np.float64]) -> None:
    """Write the log-rate at which both sides of each row balance as lumps; not a number if signs change not once."""
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
                when_out -= t * c
                changes += last > 0
                last = -1.0
        log_rates[row] = np.log(into / out) / (when_into / into - when_out / out) if changes == 1 else np.nan


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
            log_rates[begin + k] = u[k] if stands else np.nan
