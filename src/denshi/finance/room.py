"""The finance room: from draws, sales and running costs to what an investor asks for."""

from dataclasses import replace
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denshi.finance.inputs import FinanceInput
from denshi.finance.irr import irr
from denshi.finance.lending import BeforeDebt, Lending, lend
from denshi.finance.levelised import levelised
from denshi.finance.metrics import modified_irr, money_multiple, npv, payback_years
from denshi.finance.notices import notices
from denshi.finance.operation import Operation, is_leased, operate, own_capex_usd, unit_price, yearly_costs
from denshi.finance.record import Finance
from denshi.finance.tax import tax_with_losses

Monthly = NDArray[np.float64]


def run(given: FinanceInput) -> Finance:
    """Return the cash flow of a project, its debt, and its metrics.

    Money of a month stands m/12 years after the first day of the project. Without revenue there is no NPV and no
    rate of return; the levelised cost of compute is always given.

    Raises
    ------
    InfeasibleError : the debt outlasts the project, a sculpted debt finds no cash, or no workload sells tokens.
    """
    operation = operate(given, given.online_fraction)
    project = before_debt(given, operation, given.online_fraction)
    lending = lend(given, project)
    figures = {
        **_running(given, operation),
        **levelised(given, operation),
        **_project(given, project),
        **_debt(lending),
        **_equity(given, project, lending),
    }
    return Finance(**figures, notices=notices(given, figures))


def _running(given: FinanceInput, operation: Operation) -> dict[str, Any]:
    yearly = yearly_costs(given)
    return {
        "in_service_fraction": operation.in_service_fraction,
        "empty_hours_fraction": _empty(given.online_fraction, operation.in_service_fraction),
        "ramped_fraction": operation.ramped_fraction,
        "sold_accelerator_hours_monthly": operation.sold_hours,
        "sold_accelerator_hours": float(operation.sold_hours.sum()),
        "unit_price_usd": unit_price(given) if _earns(given) else None,
        "price_usd": operation.price,
        "revenue_monthly_usd": operation.revenue_usd,
        "water_usd_per_year": yearly.water,
        "staff_usd_per_year": yearly.staff,
        "maintenance_usd_per_year": yearly.maintenance,
        "insurance_usd_per_year": yearly.insurance,
        "property_tax_usd_per_year": yearly.property_tax,
        "hardware_upkeep_usd_per_year": yearly.hardware,
        "energy_monthly_usd": operation.energy_usd,
        "upkeep_monthly_usd": operation.upkeep_usd,
        "opex_monthly_usd": operation.own_opex_usd,
        "revenue_usd_per_year": _settled_year(given, operation.revenue_usd) if _earns(given) else None,
        "opex_usd_per_year": _settled_year(given, operation.own_opex_usd),
        "residual_it_usd": operation.it_residual_usd,
        "residual_facility_usd": operation.facility_residual_usd,
    }


def _project(given: FinanceInput, project: BeforeDebt) -> dict[str, Any]:
    cash, tax = _cash_flow(given, project)
    bare, _ = _cash_flow(given, replace(project, residual_usd=0.0))
    late = _late_cash(given, given.reachable_online_fraction)
    value = npv(given.discount_rate, cash)
    earns = _earns(given)
    month_late = np.concatenate(([0.0], given.online_fraction[:-1]))
    return {
        "capex_monthly_usd": project.capex_usd,
        "financed_capex_usd": float(project.capex_usd.sum()),
        "depreciation_monthly_usd": project.depreciation_usd,
        "tax_monthly_usd": tax,
        "cash_flow_usd": cash,
        "npv_usd": value if earns else None,
        "irr": irr(cash) if earns else None,
        "modified_irr": modified_irr(cash, given.discount_rate) if earns else None,
        "irr_without_residual": irr(bare) if earns else None,
        "irr_on_reachable_dates": irr(late) if earns else None,
        "payback_years": payback_years(cash) if earns else None,
        "cost_of_month_delay_usd": value - npv(given.discount_rate, _late_cash(given, month_late)) if earns else None,
        "cost_of_lateness_usd": value - npv(given.discount_rate, late) if earns else None,
    }


def _debt(lending: Lending) -> dict[str, Any]:
    return {
        "debt_draw_usd": lending.draw_usd,
        "equity_draw_usd": lending.equity_usd,
        "interest_monthly_usd": lending.interest_usd,
        "capitalised_interest_usd": float(lending.capitalised_usd.sum()),
        "debt_usd": float(lending.draw_usd.sum()),
        "equity_usd": float(lending.equity_usd.sum()),
        "debt_service_usd": lending.service_usd,
        "repayment_monthly_usd": lending.repayment_usd,
        "debt_balance_usd": lending.balance_usd,
        "levered_tax_monthly_usd": lending.tax_usd,
        "lender_cash_flow_usd": lending.capitalised_usd + lending.service_usd - lending.draw_usd,
    }


def _equity(given: FinanceInput, project: BeforeDebt, lending: Lending) -> dict[str, Any]:
    cash = project.operating_usd - lending.tax_usd - lending.equity_usd - lending.service_usd
    cash[-1] += project.residual_usd
    put_in = float(lending.equity_usd.sum())
    earns, spv = _earns(given), given.structure == "spv"
    covered = earns and len(lending.cover) > 0
    return {
        "equity_cash_flow_usd": cash,
        "equity_irr": irr(cash) if earns else None,
        "moic": money_multiple(cash) if earns else None,
        "dscr": lending.cover if earns else (),
        "dscr_min": min(lending.cover) if covered else None,
        "investor_equity_usd": given.investor_fraction * put_in if spv else None,
        "sponsor_equity_usd": (1 - given.investor_fraction) * put_in if spv else None,
        "investor_cash_flow_usd": given.investor_fraction * cash if spv else None,
        "sponsor_cash_flow_usd": (1 - given.investor_fraction) * cash if spv else None,
    }


def _earns(given: FinanceInput) -> bool:
    return given.revenue != "none"


def before_debt(given: FinanceInput, operation: Operation, online: Monthly) -> BeforeDebt:
    """Return what debt and equity share; in a lease without the hardware, which the tenant brings."""
    leased = is_leased(given)
    own_usd = given.facility_usd + (0.0 if leased else given.landed_hardware_usd + given.network_usd)
    depreciation = operation.own_depreciation_usd(leased)
    return BeforeDebt(
        capex_usd=own_capex_usd(given),
        operating_usd=operation.revenue_usd - operation.own_opex_usd,
        depreciation_usd=depreciation,
        residual_usd=operation.own_residual_usd(leased),
        book_usd=own_usd - float(depreciation.sum()) + given.land_usd,
        online=online,
    )


def _cash_flow(given: FinanceInput, project: BeforeDebt) -> tuple[Monthly, Monthly]:
    """Return the cash flow of the project without debt, and its tax."""
    income = project.operating_usd - project.depreciation_usd
    income[-1] += project.residual_usd - project.book_usd
    tax = tax_with_losses(income, given.tax_rate) if _earns(given) else np.zeros_like(income)
    cash = project.operating_usd - tax - project.capex_usd
    cash[-1] += project.residual_usd
    return cash, tax


def _late_cash(given: FinanceInput, online: Monthly) -> Monthly:
    """Return the cash flow with another calendar of service, while payments and the end stay."""
    return _cash_flow(given, before_debt(given, operate(given, online), online))[0]


def _empty(online: Monthly, in_service: Monthly) -> float:
    """Return the share of what has gone into service that is empty because its hardware is retired."""
    return float(1 - in_service.sum() / online.sum()) if online.sum() > 0 else 0.0


def _settled_year(given: FinanceInput, monthly: Monthly) -> float:
    """Return the sum of the first twelve months after full power and ramp; of a shorter rest the mean, twelve times."""
    first = min(round(given.full_power_month) + ceil(given.ramp_months), given.months - 1)
    return 12 * float(monthly[first : first + 12].mean())
