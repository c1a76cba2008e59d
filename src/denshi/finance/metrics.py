"""What a cash flow is worth: present value, payback, multiple of the money."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def present_factors(rate: float, months: int) -> NDArray[np.float64]:
    """Return the value today of one dollar in each month, :math:`(1 + r)^{-m/12}`.

    Parameters
    ----------
    rate : effective yearly discount rate [1], above -1.
    months : length of the result.

    >>> present_factors(0.21, 13)[[0, 6, 12]].round(6).tolist()
    [1.0, 0.909091, 0.826446]
    """
    factors: NDArray[np.float64] = (1.0 + rate) ** (-np.arange(months) / 12)
    return factors


def npv(rate: float, cash_flow: ArrayLike) -> float:
    """Return the present value of a monthly cash flow, :math:`\\sum_m c_m (1+r)^{-m/12}` [USD].

    Parameters
    ----------
    rate : effective yearly discount rate [1], above -1.
    cash_flow : money in each month, the first one undiscounted [USD].

    Source: brealey, chapter 2.

    >>> round(npv(0.10, [-100.0] + 11 * [0.0] + [121.0]), 6)
    10.0
    """
    flow = np.asarray(cash_flow, dtype=float)
    return float(flow @ present_factors(rate, flow.size))


def modified_irr(cash_flow: ArrayLike, rate: float) -> float | None:
    """Return the yearly rate at which what is paid, worth today, grows to what is taken, worth at the end (MIRR).

    .. math:: MIRR = \\left(\\frac{\\sum_m \\max(c_m, 0) (1+r)^{(n-m)/12}}
        {\\sum_m \\max(-c_m, 0) (1+r)^{-m/12}}\\right)^{12/n} - 1

    One rate r finances and reinvests; the result is unique however often the cash flow changes its sign. None where
    nothing is paid or nothing taken.

    Parameters
    ----------
    cash_flow : money in each month [USD].
    rate : effective yearly rate r [1].

    Source: brealey, chapter 5.

    >>> round(modified_irr([-100.0] + 11 * [0.0] + [121.0], 0.1), 6)
    0.21
    """
    flow = np.asarray(cash_flow, dtype=float)
    factors, last = present_factors(rate, flow.size), flow.size - 1
    paid, taken = -float(np.minimum(flow, 0.0) @ factors), float(np.maximum(flow, 0.0) @ factors)
    if last == 0 or paid <= 0.0 or taken <= 0.0:
        return None
    return float((taken / paid) ** (12.0 / last) * (1.0 + rate) - 1.0)


def payback_years(cash_flow: ArrayLike) -> float | None:
    """Return the years until the summed cash flow is first back at zero, within the month in proportion.

    None where it never is, or was never below zero.

    >>> payback_years([-120.0] + 24 * [10.0])
    1.0
    """
    summed = np.cumsum(np.asarray(cash_flow, dtype=float))
    below = np.flatnonzero(summed < 0)
    if below.size == 0:
        return None
    back = np.flatnonzero(summed[below[0] :] >= 0)
    if back.size == 0:
        return None
    month = below[0] + back[0]
    rise = summed[month] - summed[month - 1]
    return float(month - summed[month] / rise) / 12


def money_multiple(cash_flow: ArrayLike) -> float | None:
    """Return what comes out over what is put in (MOIC): the sum of the positive over that of the negative months.

    None where nothing is put in.

    >>> money_multiple([-100.0, 40.0, 160.0])
    2.0
    """
    flow = np.asarray(cash_flow, dtype=float)
    put_in = -flow[flow < 0].sum()
    return float(flow[flow > 0].sum() / put_in) if put_in > 0 else None
