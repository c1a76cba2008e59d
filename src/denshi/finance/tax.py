"""Depreciation and tax on income."""

import numpy as np
from numpy.typing import NDArray

Monthly = NDArray[np.float64]


def straight_line(cost_usd: float, in_service: Monthly, life_months: float) -> Monthly:
    """Return the depreciation of each month of things that go into service in parts.

    .. math:: d_m = C\\,(s_m - s_{m-L}) / L

    with s the share in service, which never falls, read between months in proportion. The sum over a long time is C.

    Parameters
    ----------
    cost_usd : cost of all parts C [USD].
    in_service : share in service in each month s [1].
    life_months : life L [month], above 0.

    >>> straight_line(120.0, np.array([0.0, 0.5, 1.0, 1.0, 1.0]), 2.0).tolist()
    [0.0, 30.0, 60.0, 30.0, 0.0]
    """
    months = np.arange(in_service.size)
    known = np.concatenate(([0.0], in_service))
    retired = np.interp(months - life_months, np.arange(-1, in_service.size), known, left=0.0)
    depreciation: Monthly = cost_usd * (in_service - retired) / life_months
    return depreciation


def tax_with_losses(income_usd: Monthly, tax_rate: float) -> Monthly:
    """Return the tax of each month on income, losses carried forward without limit.

    What is taxed up to a month is the highest sum of income so far:

    .. math:: T_m = \\tau\\,(H_m - H_{m-1}), \\quad H_m = \\max(0, \\max_{k \\le m} \\textstyle\\sum_{j \\le k} y_j)

    Parameters
    ----------
    income_usd : taxable income of each month y [USD]; losses below zero.
    tax_rate : τ [1].

    >>> tax_with_losses(np.array([-10.0, 4.0, 10.0, -3.0, 5.0]), 0.5).tolist()
    [0.0, 0.0, 2.0, 0.0, 1.0]
    """
    highest = np.maximum.accumulate(np.maximum(np.cumsum(income_usd), 0.0))
    tax: Monthly = tax_rate * np.diff(highest, prepend=0.0)
    return tax
