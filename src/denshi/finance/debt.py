"""Debt of a project: drawn with the uses of money, interest capitalised, repaid level or along the cash flow."""

from dataclasses import dataclass
from math import expm1, log1p

import numpy as np
from numpy.typing import NDArray

from denshi.errors import InfeasibleError

Monthly = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawdown:
    """Sources and uses by month; ``balance_usd`` is the debt at the end of the last month."""

    debt_usd: Monthly
    equity_usd: Monthly
    interest_usd: Monthly
    balance_usd: float


def drawdown(capex_usd: Monthly, gearing: float, monthly_rate: float) -> Drawdown:
    """Draw debt and equity in proportion to the uses of money, the interest of construction among them.

    .. math:: U_t = C_t + I_t, \\quad d_t = g U_t, \\quad I_t = r (B_{t-1} + d_t/2)
        \\;\\Rightarrow\\; d_t = g \\frac{C_t + r B_{t-1}}{1 - g r/2}

    The circle of interest on interest is linear and closed in each month, so nothing is iterated.

    Parameters
    ----------
    capex_usd : payments by month of construction [USD].
    gearing : share of debt in the uses g [1], 0 to 1.
    monthly_rate : interest of a month r [1].

    Source: yescombe2013, chapter 13.

    >>> one = drawdown(np.array([100.0, 100.0]), 0.5, 0.01)
    >>> bool(np.isclose((one.debt_usd + one.equity_usd).sum(), 200.0 + one.interest_usd.sum()))
    True
    """
    debt, interest = np.zeros_like(capex_usd), np.zeros_like(capex_usd)
    balance = 0.0
    for t, payment in enumerate(capex_usd):
        debt[t] = gearing * (payment + monthly_rate * balance) / (1 - 0.5 * gearing * monthly_rate)
        interest[t] = monthly_rate * (balance + 0.5 * debt[t])
        balance += debt[t]
    return Drawdown(debt, capex_usd + interest - debt, interest, balance)


def annuity_payment(principal: float, rate: float, periods: float) -> float:
    """Return the level payment that repays a principal with interest, :math:`P r / (1 - (1+r)^{-n})`.

    Parameters
    ----------
    principal : P [USD].
    rate : interest of a period r [1], 0 allowed.
    periods : n, above 0.

    Source: brealey, chapter 2.

    >>> round(annuity_payment(1000.0, 0.1, 3), 2)
    402.11
    """
    return principal / periods if rate == 0 else -principal * rate / expm1(-periods * log1p(rate))


def capital_charge(capex_usd: float, rate: float, life_years: float) -> float:
    """Return the yearly cost of owning something for its life, the annuity of its price [USD/year].

    Epoch's cost of 1 GW of IT load is 8.5 bn USD a year at an IT life of 5 years, of 25.6 bn of IT, 12.4 bn of
    facility over 14 years and 0.9 bn of running cost (shares and rate of 7 % inferred).

    Source: epoch-tco.

    >>> round(capital_charge(25.6, 0.07, 5) + capital_charge(12.4, 0.07, 14) + 0.9, 1)
    8.6
    """
    return annuity_payment(capex_usd, rate, life_years)


def sculpted_service(cash_available_usd: Monthly, principal: float, monthly_rate: float) -> Monthly:
    """Return debt service in a constant proportion to the cash available, so that the coverage is the same throughout.

    .. math:: DS_t = CFADS_t / DSCR, \\quad DSCR = \\sum_t \\max(CFADS_t, 0) (1+r)^{-t} / D

    Parameters
    ----------
    cash_available_usd : cash flow available for debt service in each month of the tenor [USD]; months below zero pay
        nothing.
    principal : debt at the beginning D [USD].
    monthly_rate : interest of a month r [1].

    Raises
    ------
    InfeasibleError : there is no cash to serve the debt.

    Source: yescombe2013, chapter 12; pysam computes the same sum.

    >>> sculpted_service(np.array([100.0, 50.0]), 120.0, 0.0).tolist()
    [80.0, 40.0]
    """
    available = np.maximum(cash_available_usd, 0.0)
    worth = float(available @ (1 + monthly_rate) ** -np.arange(1.0, available.size + 1))
    if worth <= 0:
        raise InfeasibleError(
            "there is no cash flow to repay the debt from",
            where="finance.repayment",
            why="a sculpted repayment follows the cash available for debt service",
            mend="Use the annuity, less debt, or a higher price",
        )
    return available * (principal / worth)


def interest_of_service(service_usd: Monthly, principal: float, monthly_rate: float) -> Monthly:
    """Return the interest in each payment of a debt service that repays a principal."""
    interest = np.zeros_like(service_usd)
    balance = principal
    for t, paid in enumerate(service_usd):
        interest[t] = monthly_rate * balance
        balance += interest[t] - paid
    return interest
