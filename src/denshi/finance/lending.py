"""The project seen by its lenders and its owners: sources, debt service, cover, what is left for equity."""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from denshi.errors import InfeasibleError
from denshi.finance.debt import Drawdown, annuity_payment, drawdown, interest_of_service, sculpted_service
from denshi.finance.inputs import FinanceInput
from denshi.finance.tax import straight_line, tax_with_losses

Monthly = NDArray[np.float64]

_MOST_SWEEPS = 200
_STANDS = 1e-13
_A_CENT = 0.01


@dataclass(frozen=True, slots=True)
class BeforeDebt:
    """What debt and equity share: payments, revenue less running costs, depreciation, and the sale at the end."""

    capex_usd: Monthly
    operating_usd: Monthly
    depreciation_usd: Monthly
    residual_usd: float
    book_usd: float
    online: Monthly


@dataclass(frozen=True, slots=True)
class Lending:
    """Debt and equity by month over the whole horizon.

    ``interest_usd`` includes that of construction, ``capitalised_usd``; ``service_usd`` is what is paid afterwards and
    ``repayment_usd`` the principal in it.
    """

    draw_usd: Monthly
    equity_usd: Monthly
    interest_usd: Monthly
    capitalised_usd: Monthly
    service_usd: Monthly
    repayment_usd: Monthly
    balance_usd: Monthly
    tax_usd: Monthly
    cover: tuple[float, ...]


def gearing(given: FinanceInput) -> float:
    """Return the share of debt in the uses of money [1]: none where the owner's balance sheet pays."""
    return 0.0 if given.structure == "corporate" else given.debt_fraction


def lend(given: FinanceInput, project: BeforeDebt) -> Lending:
    """Return the debt of a project and its tax after interest.

    Construction lasts until full power and the last payment; revenue of earlier phases goes to the owners.

    Raises
    ------
    InfeasibleError : the debt outlasts the project.
    """
    months = project.capex_usd.size
    paid = np.flatnonzero(project.capex_usd)
    built = max(round(given.full_power_month), int(paid[-1]) + 1 if paid.size else 0)
    drawn = drawdown(project.capex_usd[:built], gearing(given), given.debt_rate / 12)
    repaying = slice(built, built + _tenor(given, months - built, drawn.balance_usd))
    capitalised = _padded(drawn.interest_usd, months)
    service, interest, taxed = _served(given, project, drawn, repaying, capitalised)
    principal = np.zeros(months)
    principal[repaying] = (service - interest)[repaying]
    draws = _padded(drawn.debt_usd, months)
    return Lending(
        draw_usd=draws,
        equity_usd=_padded(drawn.equity_usd, months),
        interest_usd=interest,
        capitalised_usd=capitalised,
        service_usd=service,
        repayment_usd=principal,
        balance_usd=np.cumsum(draws - principal),
        tax_usd=_tax(given, taxed.at_sale - (interest - capitalised)),
        cover=_cover(
            (project.operating_usd - _tax(given, taxed.running - (interest - capitalised)))[repaying], service[repaying]
        ),
    )


def _tenor(given: FinanceInput, operating_months: int, debt_usd: float) -> int:
    tenor = operating_months if given.debt_years is None else round(12 * given.debt_years)
    if debt_usd > 0 and not 1 <= tenor <= operating_months:
        raise InfeasibleError(
            f"debt over {tenor / 12:g} years cannot be repaid in the {operating_months / 12:g} years of operation",
            where="finance.debt_years",
            mend="Shorten debt_years or lengthen term_years",
        )
    return min(tenor, operating_months)


@dataclass(frozen=True, slots=True)
class _Income:
    """Income before interest of operation: while it runs, and with the sale in the last month."""

    running: Monthly
    at_sale: Monthly


def _served(
    given: FinanceInput, project: BeforeDebt, drawn: Drawdown, repaying: slice, capitalised: Monthly
) -> tuple[Monthly, Monthly, _Income]:
    """Return debt service, interest by month, and the income it reduces."""
    rate = given.debt_rate / 12
    written_off = straight_line(float(capitalised.sum()), project.online, 12 * given.facility_life_years)
    running = project.operating_usd - project.depreciation_usd - written_off
    at_sale = running.copy()
    at_sale[-1] += project.residual_usd - project.book_usd - (capitalised.sum() - written_off.sum())
    income = _Income(running, at_sale)
    service, interest = np.zeros_like(running), capitalised.copy()
    if drawn.balance_usd <= 0:
        return service, interest, income
    if given.repayment == "annuity":
        service[repaying] = annuity_payment(drawn.balance_usd, rate, repaying.stop - repaying.start)
        interest[repaying] = interest_of_service(service[repaying], drawn.balance_usd, rate)
        return service, interest, income
    # Tax hangs on interest and interest on what tax leaves: a contraction, repeated until it stands.
    for _ in range(_MOST_SWEEPS):
        tax = _tax(given, running - (interest - capitalised))
        following = sculpted_service((project.operating_usd - tax)[repaying], drawn.balance_usd, rate)
        moved = float(np.abs(following - service[repaying]).max())
        service[repaying] = following
        interest[repaying] = interest_of_service(following, drawn.balance_usd, rate)
        if moved <= _STANDS * drawn.balance_usd:
            break
    return service, interest, income


def _tax(given: FinanceInput, income: Monthly) -> Monthly:
    if given.revenue == "none":
        return np.zeros_like(income)
    return tax_with_losses(income, given.tax_rate)


def _padded(part: Monthly, months: int) -> Monthly:
    return np.concatenate((part, np.zeros(months - part.size)))


def _cover(available: Monthly, service: Monthly) -> tuple[float, ...]:
    """Return the debt service cover ratio of each year of the debt; the last one may be shorter."""
    # A year that owes less than a cent owes nothing.
    years = [slice(12 * y, 12 * y + 12) for y in range(ceil(service.size / 12))]
    return tuple(float(available[y].sum() / service[y].sum()) for y in years if service[y].sum() > _A_CENT)
