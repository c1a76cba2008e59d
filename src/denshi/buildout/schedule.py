"""The calendar of a project in months from its first one: dates, service, draws."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from math import floor

import numpy as np
from numpy.typing import NDArray

from denshi.errors import OutOfRangeError

DAYS_PER_MONTH = 365.25 / 12
WEEKS_PER_MONTH = DAYS_PER_MONTH / 7


def month_of(day: date, start: date) -> float:
    """Return the time of a date in months from the first day of the project's first month.

    Parameters
    ----------
    day : the date.
    start : any day of the project's first month.

    Returns
    -------
    Months [month]: a whole number on the first of a month, between two of them in proportion to the days.

    >>> month_of(date(2027, 1, 1), date(2026, 1, 20))
    12.0
    >>> month_of(date(2026, 2, 15), date(2026, 1, 1))
    1.5
    """
    whole = (day.year - start.year) * 12 + day.month - start.month
    return whole + (day.day - 1) / monthrange(day.year, day.month)[1]


def day_of(month: float, start: date) -> date:
    """Return the date that lies so many months after the first day of the project's first month.

    >>> day_of(18.0, date(2026, 1, 20))
    datetime.date(2027, 7, 1)
    """
    whole = start.month - 1 + floor(month)
    first = date(start.year + whole // 12, whole % 12 + 1, 1)
    part = (month - floor(month)) * monthrange(first.year, first.month)[1]
    return first + timedelta(days=floor(part + 1e-6))


def online_share(at_month: Sequence[float], fractions: Sequence[float], months: int) -> NDArray[np.float64]:
    """Return the share of the accelerators in service, the mean over each month.

    .. math:: o_m = \\sum_p f_p \\, \\mathrm{clip}(m + 1 - t_p, 0, 1)

    Parameters
    ----------
    at_month : when each phase goes into service [month from project start].
    fractions : what each phase adds [1].
    months : length of the result.

    >>> online_share([1.5, 3.0], [0.25, 0.75], 4).tolist()
    [0.0, 0.125, 0.25, 1.0]
    """
    months_after = np.arange(1.0, months + 1)[:, None] - np.asarray(at_month)
    share: NDArray[np.float64] = np.clip(months_after, 0.0, 1.0) @ np.asarray(fractions)
    return share


def draw_weights(at_month: float, lead_months: float, alpha: float, beta: float, months: int) -> NDArray[np.float64]:
    """Return the share of a payment that falls in each month: an S-curve that ends when the phase is in service.

    .. math:: w_m = I_{x_{m+1}}(\\alpha, \\beta) - I_{x_m}(\\alpha, \\beta), \\quad x_m = (m - t + L)/L \\in [0, 1]

    with I the regularised incomplete Beta function. A lead longer than the time since the project's start is shortened
    to it; a phase of the first month is paid in that month.

    Parameters
    ----------
    at_month : when the phase goes into service [month], at least 0.
    lead_months : over how long it is paid before that [month], above 0.
    alpha, beta : shape of the curve [1], above 0; equal for a symmetric one.
    months : length of the result; at least ``at_month``.

    Returns
    -------
    Weights [1], summing to 1.

    Raises
    ------
    OutOfRangeError : a time before the project's start, or a shape or lead that is not positive.

    >>> draw_weights(4.0, 2.0, 2.5, 2.5, 6).round(6).tolist()
    [0.0, 0.0, 0.5, 0.5, 0.0, 0.0]
    """
    from scipy.special import betainc

    if at_month < 0 or min(lead_months, alpha, beta) <= 0:
        raise OutOfRangeError(
            f"no S-curve runs {lead_months:g} months up to month {at_month:g} with shapes {alpha:g} and {beta:g}",
            where="buildout",
            why="times and shapes are positive",
            mend="Use a phase date after the project's start and positive assumptions",
        )
    end = max(at_month, 1.0)
    lead = min(lead_months, end)
    edges = np.clip((np.arange(months + 1.0) - end + lead) / lead, 0.0, 1.0)
    weights: NDArray[np.float64] = np.diff(betainc(alpha, beta, edges))
    return weights
