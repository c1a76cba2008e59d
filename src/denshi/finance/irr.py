"""The internal rate of return, by a Newton iteration in the logarithm of the rate that cannot leave its bracket."""

from collections.abc import Iterator
from math import expm1

import numpy as np
from numpy.typing import ArrayLike, NDArray

_MOST_STEPS = 200
_STEP_TOLERANCE = 4e-16
# A yearly factor from 1e-4 to 1e4 holds every rate that means anything; the grid is densest around a rate of zero.
_WIDEST_LOG_RATE = 9.2
GRID = _WIDEST_LOG_RATE * np.sinh(np.linspace(-4.0, 4.0, 801)) / np.sinh(4.0)


def sign_changes(cash_flow: ArrayLike) -> int:
    """Return how often a cash flow changes its sign, zeros left out: the most rates of return it can have (Descartes).

    >>> sign_changes([-100, 0, 60, 60, -5])
    2
    """
    flow = np.asarray(cash_flow, dtype=float)
    signs = np.sign(flow[flow != 0])
    return int(np.count_nonzero(np.diff(signs)))


def irr(cash_flow: ArrayLike, periods_per_year: float = 12.0) -> float | None:
    """Return the yearly rate at which a cash flow is worth nothing today.

    .. math:: \\sum_t c_t e^{-u t} = 0, \\qquad IRR = e^{u n} - 1

    Solved for u by Newton within a bracket; for u < 0 the sum is scaled by the last period, so that nothing overflows.
    Of several roots the first one is taken on the side of zero to which the sum of the cash flow points: a positive
    rate where more comes back than was put in. Where there is none, the nearest to zero at which the value falls as the
    rate rises, or else the nearest.

    Parameters
    ----------
    cash_flow : money in each period, the first one undiscounted [USD].
    periods_per_year : n [1/year].

    Returns
    -------
    Effective yearly rate [1], None where the cash flow has no rate of return (no change of sign, or no root).

    Source: brealey, chapter 5.

    >>> round(irr([-4000.0, 2000.0, 4000.0], 1.0), 4)
    0.2808
    >>> irr([100.0, 50.0]) is None
    True
    """
    found = log_rates(cash_flow, periods_per_year)
    if not found:
        return None
    total = float(np.sum(cash_flow))
    pointed = [u for u, _ in found if u * total > 0.0]
    falling = [u for u, falls in found if falls]
    return expm1(periods_per_year * min(pointed or falling or [u for u, _ in found], key=abs))


def rates(cash_flow: ArrayLike, periods_per_year: float = 12.0) -> tuple[float, ...]:
    """Return every yearly rate of return of a cash flow [1], from low to high."""
    return tuple(expm1(periods_per_year * u) for u, _ in log_rates(cash_flow, periods_per_year))


def log_rates(cash_flow: ArrayLike, periods_per_year: float = 12.0) -> tuple[tuple[float, bool], ...]:
    """Return the logarithm u of every rate of return of one period, and whether the value falls as the rate rises.

    One change of sign has exactly one root. With more, roots between 0.01 % and 10,000 times a year are looked for on a
    grid of the log-rate; two roots closer together than the grid are taken for none.
    """
    flow = np.trim_zeros(np.asarray(cash_flow, dtype=float))
    if flow.size < 2 or flow.min() >= 0 or flow.max() <= 0:
        return ()
    flow = flow / np.abs(flow).max()
    brackets = _widened(flow) if sign_changes(flow) == 1 else _scanned(flow, periods_per_year)
    return tuple((_newton(flow, low, high), _value(flow, low)[0] > 0) for low, high in brackets)


def _value(flow: NDArray[np.float64], u: float) -> tuple[float, float]:
    """Return a scaled present value and its slope; the scale is positive and one on each side of zero."""
    t = np.arange(flow.size)
    if u >= 0:
        terms = flow * np.exp(-u * t)
        return float(terms.sum()), -float(t @ terms)
    back = flow.size - 1 - t
    terms = flow * np.exp(u * back)
    return float(terms.sum()), float(back @ terms)


def _widened(flow: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return the bracket of a single root, grown around the rate at which the two sides balance as lumps."""
    t = np.arange(flow.size)
    out, into = np.where(flow < 0, -flow, 0.0), np.where(flow > 0, flow, 0.0)
    between = float(t @ into / into.sum() - t @ out / out.sum())
    guess = float(np.log(into.sum() / out.sum())) / between if between else 0.0
    first_sign, last_sign = np.sign(flow[0]), np.sign(flow[-1])
    step = max(abs(guess), 1.0 / flow.size)
    low, high = guess, guess
    while np.sign(_value(flow, low)[0]) != last_sign:
        low, step = low - step, 2 * step
    step = max(abs(guess), 1.0 / flow.size)
    while np.sign(_value(flow, high)[0]) != first_sign:
        high, step = high + step, 2 * step
    return [(low, high)]


def _scanned(flow: NDArray[np.float64], periods_per_year: float) -> Iterator[tuple[float, float]]:
    grid = GRID / periods_per_year
    decay = np.exp(-np.abs(grid)[:, None] * np.arange(flow.size))
    signs = np.sign(np.where(grid >= 0, decay @ flow, decay @ flow[::-1]))
    for i in np.flatnonzero(signs[:-1] * signs[1:] < 0):
        yield float(grid[i]), float(grid[i + 1])
    # A root that lies on the grid itself is enclosed by its neighbours.
    for i in np.flatnonzero(signs[1:-1] == 0) + 1:
        if signs[i - 1] * signs[i + 1] < 0:
            yield float(grid[i - 1]), float(grid[i + 1])


def _newton(flow: NDArray[np.float64], low: float, high: float) -> float:
    falling = _value(flow, low)[0] > 0
    u = 0.5 * (low + high)
    for _ in range(_MOST_STEPS):
        value, slope = _value(flow, u)
        if value == 0:
            return u
        if (value > 0) == falling:
            low = u
        else:
            high = u
        step = value / slope if slope else np.inf
        following = u - step if low < u - step < high else 0.5 * (low + high)
        if abs(following - u) <= _STEP_TOLERANCE * max(1.0, abs(u)) or following in (low, high):
            return float(following)
        u = following
    return u
