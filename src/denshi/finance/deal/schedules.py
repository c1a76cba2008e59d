"""Depreciation for tax by tables and in a straight line, by the year or spread over its months."""

from collections.abc import Sequence

import numpy as np

from denshi.finance.deal.terms import Matrix

# Share of the cost in each year, half a year in the first (Internal Revenue Service, publication 946, table A-1).
MACRS: dict[int, tuple[float, ...]] = {
    3: (0.3333, 0.4445, 0.1481, 0.0741),
    5: (0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576),
    7: (0.1429, 0.2449, 0.1749, 0.1249, 0.0893, 0.0892, 0.0893, 0.0446),
    15: (
        *(0.05, 0.095, 0.0855, 0.077, 0.0693, 0.0623, 0.059, 0.059),
        *(0.0591, 0.059, 0.0591, 0.059, 0.0591, 0.059, 0.0591, 0.0295),
    ),
    20: (
        *(0.0375, 0.07219, 0.06677, 0.06177, 0.05713, 0.05285, 0.04888, 0.04522, 0.04462, 0.04461),
        *(0.04462, 0.04461, 0.04462, 0.04461, 0.04462, 0.04461, 0.04462, 0.04461, 0.04462, 0.04461, 0.02231),
    ),
}


def half_year_straight_line(years: int) -> tuple[float, ...]:
    """Return equal shares of the cost in each year, half of one in the first and in the last.

    >>> half_year_straight_line(4)
    (0.125, 0.25, 0.25, 0.25, 0.125)
    """
    return (0.5 / years, *(1.0 / years for _ in range(years - 1)), 0.5 / years)


def depreciation(
    cost_usd: float | Matrix, shares: Sequence[float], first: int, steps: int, per_year: int, bonus: float = 0.0
) -> Matrix:
    """Return the depreciation of each step of things that go into service at one, [path, step].

    Each year's share is spread evenly over its steps; ``bonus`` of the cost is written off in the first year.

    Parameters
    ----------
    cost_usd : one, or one for each path [USD].
    shares : of the cost by year [1].
    first : step in which they go into service.
    steps, per_year : length of the result, steps of a year.
    bonus : share of the cost that is written off at once [1].

    >>> depreciation(100.0, MACRS[5], 1, 4, 1, bonus=0.5)[0].round(6).tolist()
    [0.0, 60.0, 16.0, 9.6]
    """
    yearly = (1.0 - bonus) * np.array(shares)
    yearly[0] += bonus
    spread = np.repeat(yearly / per_year, per_year)[: max(steps - first, 0)]
    shape = np.zeros(steps)
    shape[first : first + len(spread)] = spread
    found: Matrix = np.reshape(np.asarray(cost_usd, dtype=float), (-1, 1)) * shape
    return found
