"""What the finance room gives out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.figure import figure
from denshi.finance.record_operation import Operated

Monthly = NDArray[np.float64]

_DISCOUNT = "scenario.finance.discount_rate"
_DRAWS = (
    "buildout.hardware_draw_usd",
    "buildout.network_draw_usd",
    "buildout.facility_draw_usd",
    "buildout.land_draw_usd",
)
_WORTH = ("finance.pv_capex_usd", "finance.pv_energy_usd", "finance.pv_opex_usd", "finance.pv_residual_usd")
_PARTS = (
    "finance.lcoc_capex_part",
    "finance.lcoc_energy_part",
    "finance.lcoc_opex_part",
    "finance.lcoc_residual_part",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finance(Operated):
    """Money by month from the project's start, and what it comes to."""

    tax_monthly_usd: Monthly = figure(
        "USD",
        "tax rate x income before interest: revenue - opex - depreciation, at the end + sale - book; losses carried on",
        of=(
            "scenario.finance.tax_rate",
            "finance.revenue_monthly_usd",
            "finance.opex_monthly_usd",
            "finance.depreciation_monthly_usd",
            "finance.residual_it_usd",
            "finance.residual_facility_usd",
        ),
    )
    cash_flow_usd: Monthly = figure(
        "USD",
        "revenue - opex - tax - capex, at the end + residual values; before debt",
        of=(
            "finance.revenue_monthly_usd",
            "finance.opex_monthly_usd",
            "finance.tax_monthly_usd",
            "finance.capex_monthly_usd",
            "finance.residual_it_usd",
            "finance.residual_facility_usd",
        ),
    )
    npv_usd: float | None = figure(
        "USD",
        "sum of cash_flow_usd (1 + discount rate)^(-m/12)",
        of=("finance.cash_flow_usd", _DISCOUNT),
        source="brealey",
    )
    irr: float | None = figure(
        "1", "yearly rate at which cash_flow_usd is worth nothing", of=("finance.cash_flow_usd",), source="brealey"
    )
    modified_irr: float | None = figure(
        "1",
        "(end value of what is taken / present value of what is paid)^(12 / months) - 1, both at the discount rate",
        of=("finance.cash_flow_usd", _DISCOUNT),
        source="brealey",
    )
    irr_without_residual: float | None = figure(
        "1",
        "irr with nothing left at the end: neither the facility's value nor the hardware's",
        of=(
            "finance.revenue_monthly_usd",
            "finance.opex_monthly_usd",
            "finance.depreciation_monthly_usd",
            "finance.capex_monthly_usd",
            "scenario.finance.tax_rate",
        ),
        source="brealey",
    )
    irr_on_reachable_dates: float | None = figure(
        "1",
        "yearly rate at which cash_flow_usd, with each phase when the critical item allows it and payments and end "
        "unchanged, is worth nothing",
        of=("finance.cash_flow_usd", "buildout.reachable_online_fraction"),
        source="brealey",
    )
    payback_years: float | None = figure(
        "year", "from the project's start until the summed cash_flow_usd is zero", of=("finance.cash_flow_usd",)
    )
    pv_capex_usd: float = figure("USD", "present value of all draws", of=(*_DRAWS, _DISCOUNT))
    pv_energy_usd: float = figure(
        "USD", "present value of energy_monthly_usd", of=("finance.energy_monthly_usd", _DISCOUNT)
    )
    pv_opex_usd: float = figure(
        "USD", "present value of upkeep_monthly_usd", of=("finance.upkeep_monthly_usd", _DISCOUNT)
    )
    pv_residual_usd: float = figure(
        "USD",
        "present value of the residual values of hardware and facility",
        of=("finance.residual_it_usd", "finance.residual_facility_usd", _DISCOUNT),
    )
    pv_accelerator_hours: float = figure(
        "h", "present value of sold_accelerator_hours_monthly", of=("finance.sold_accelerator_hours_monthly", _DISCOUNT)
    )
    pv_tokens: float = figure(
        "token",
        "present value of tokens of all workloads per year / 12 x utilisation x ramped_fraction",
        of=("workload.*.tokens_per_year", "scenario.finance.utilisation", "finance.ramped_fraction", _DISCOUNT),
    )
    lcoc_capex_part: float = figure(
        "USD/h",
        "pv_capex_usd / pv_accelerator_hours",
        of=("finance.pv_capex_usd", "finance.pv_accelerator_hours"),
    )
    lcoc_energy_part: float = figure(
        "USD/h",
        "pv_energy_usd / pv_accelerator_hours",
        of=("finance.pv_energy_usd", "finance.pv_accelerator_hours"),
    )
    lcoc_opex_part: float = figure(
        "USD/h",
        "pv_opex_usd / pv_accelerator_hours",
        of=("finance.pv_opex_usd", "finance.pv_accelerator_hours"),
    )
    lcoc_residual_part: float = figure(
        "USD/h",
        "- pv_residual_usd / pv_accelerator_hours",
        of=("finance.pv_residual_usd", "finance.pv_accelerator_hours"),
    )
    lcoc_usd_per_accelerator_hour: float = figure(
        "USD/h",
        "present value of costs before tax less residual values / present value of sold accelerator-hours: the sum of "
        "the parts of capex, energy, opex and residual",
        of=_PARTS,
    )
    lcoc_usd_per_eflop_day: float | None = figure(
        "USD",
        "a day of 10^18 FLOP/s of dense 16-bit peak, in sold accelerator-hours: 24 h x LCOC x 10^18 / peak",
        of=("finance.lcoc_usd_per_accelerator_hour", "catalog.accelerator.bf16_flop_per_s"),
    )
    usd_per_million_tokens: float | None = figure(
        "USD/Mtoken",
        "(pv_capex_usd + pv_energy_usd + pv_opex_usd - pv_residual_usd) / pv_tokens x 10^6",
        of=(*_WORTH, "finance.pv_tokens"),
    )
    usd_per_million_tokens_by_workload: tuple[float | None, ...] = figure(
        "USD/Mtoken",
        "LCOC x accelerator-hours of the workload per year / its tokens per year x 10^6",
        of=(
            "finance.lcoc_usd_per_accelerator_hour",
            "workload.*.accelerator_hours_per_year",
            "workload.*.tokens_per_year",
        ),
    )
    debt_draw_usd: Monthly = figure(
        "USD",
        "gearing x (capex + interest of construction), interest on the balance and half of the month's draw; none "
        "where the owner's balance sheet pays",
        of=(
            "finance.capex_monthly_usd",
            "buildout.full_power_month",
            "scenario.finance.structure",
            "scenario.finance.debt_fraction",
            "scenario.finance.debt_rate",
        ),
        source="yescombe2013",
    )
    debt_usd: float = figure("USD", "sum of debt_draw_usd", of=("finance.debt_draw_usd",))
    interest_monthly_usd: Monthly = figure(
        "USD",
        "debt rate / 12 x balance before the month, of construction + half of the month's draw",
        of=("scenario.finance.debt_rate", "finance.debt_draw_usd", "finance.debt_service_usd"),
    )
    capitalised_interest_usd: float = figure(
        "USD",
        "sum of the interest of construction",
        of=("finance.debt_draw_usd", "scenario.finance.debt_rate"),
        source="yescombe2013",
    )
    equity_draw_usd: Monthly = figure(
        "USD",
        "capex + interest of construction - debt draw",
        of=("finance.capex_monthly_usd", "finance.interest_monthly_usd", "finance.debt_draw_usd"),
    )
    equity_usd: float = figure("USD", "sum of equity_draw_usd", of=("finance.equity_draw_usd",))
    debt_service_usd: Monthly = figure(
        "USD",
        "level payments over debt_years after full power (annuity), or in proportion to the cash after tax (sculpted)",
        of=(
            "finance.debt_usd",
            "scenario.finance.debt_rate",
            "scenario.finance.debt_years",
            "scenario.finance.repayment",
            "finance.revenue_monthly_usd",
            "finance.opex_monthly_usd",
            "finance.levered_tax_monthly_usd",
        ),
        source="yescombe2013",
        active={
            "finance.revenue_monthly_usd": "sculpted",
            "finance.opex_monthly_usd": "sculpted",
            "finance.levered_tax_monthly_usd": "sculpted",
        },
    )
    repayment_monthly_usd: Monthly = figure(
        "USD", "debt_service_usd - interest", of=("finance.debt_service_usd", "finance.interest_monthly_usd")
    )
    debt_balance_usd: Monthly = figure(
        "USD",
        "sum so far of debt_draw_usd - repayment_monthly_usd",
        of=("finance.debt_draw_usd", "finance.repayment_monthly_usd"),
    )
    levered_tax_monthly_usd: Monthly = figure(
        "USD",
        "tax rate x income after interest and depreciation of the capitalised interest over the facility life",
        of=(
            "scenario.finance.tax_rate",
            "finance.revenue_monthly_usd",
            "finance.opex_monthly_usd",
            "finance.depreciation_monthly_usd",
            "finance.residual_it_usd",
            "finance.residual_facility_usd",
            "finance.interest_monthly_usd",
            "finance.capitalised_interest_usd",
            "scenario.finance.facility_life_years",
        ),
    )
    lender_cash_flow_usd: Monthly = figure(
        "USD",
        "interest of construction + debt_service_usd - debt_draw_usd",
        of=("finance.interest_monthly_usd", "finance.debt_service_usd", "finance.debt_draw_usd"),
    )
    equity_cash_flow_usd: Monthly = figure(
        "USD",
        "revenue - opex - tax after interest - equity_draw_usd - debt_service_usd, at the end + residual values",
        of=(
            "finance.revenue_monthly_usd",
            "finance.opex_monthly_usd",
            "finance.levered_tax_monthly_usd",
            "finance.equity_draw_usd",
            "finance.debt_service_usd",
            "finance.residual_it_usd",
            "finance.residual_facility_usd",
        ),
    )
    equity_irr: float | None = figure(
        "1",
        "yearly rate at which equity_cash_flow_usd is worth nothing",
        of=("finance.equity_cash_flow_usd",),
        source="brealey",
    )
    moic: float | None = figure(
        "1", "sum of positive / sum of negative months of equity_cash_flow_usd", of=("finance.equity_cash_flow_usd",)
    )
    dscr: tuple[float, ...] = figure(
        "1",
        "of each year of the debt: (revenue - opex - tax after interest) / debt service",
        of=(
            "finance.revenue_monthly_usd",
            "finance.opex_monthly_usd",
            "finance.levered_tax_monthly_usd",
            "finance.debt_service_usd",
        ),
        source="yescombe2013",
    )
    dscr_min: float | None = figure("1", "smallest of dscr", of=("finance.dscr",))
    investor_equity_usd: float | None = figure(
        "USD",
        "investor's share x equity_usd (structure spv)",
        of=("finance.equity_usd", "catalog.assumptions.spv-investor-fraction", "scenario.finance.structure"),
        active=dict.fromkeys(("finance.equity_usd", "catalog.assumptions.spv-investor-fraction"), "spv"),
    )
    sponsor_equity_usd: float | None = figure(
        "USD",
        "equity_usd - investor_equity_usd (structure spv)",
        of=("finance.equity_usd", "finance.investor_equity_usd"),
        active=dict.fromkeys(("finance.equity_usd", "finance.investor_equity_usd"), "spv"),
    )
    investor_cash_flow_usd: Monthly | None = figure(
        "USD",
        "investor's share x equity_cash_flow_usd (structure spv)",
        of=("finance.equity_cash_flow_usd", "catalog.assumptions.spv-investor-fraction"),
        active=dict.fromkeys(("finance.equity_cash_flow_usd", "catalog.assumptions.spv-investor-fraction"), "spv"),
    )
    sponsor_cash_flow_usd: Monthly | None = figure(
        "USD",
        "equity_cash_flow_usd - investor_cash_flow_usd (structure spv)",
        of=("finance.equity_cash_flow_usd", "finance.investor_cash_flow_usd"),
        active=dict.fromkeys(("finance.equity_cash_flow_usd", "finance.investor_cash_flow_usd"), "spv"),
    )
    cost_of_month_delay_usd: float | None = figure(
        "USD",
        "npv_usd - NPV with online_fraction a month later, payments and end unchanged",
        of=("finance.npv_usd", "buildout.online_fraction"),
    )
    cost_of_lateness_usd: float | None = figure(
        "USD",
        "npv_usd - NPV with each phase when the critical item allows it, payments and end unchanged",
        of=("finance.npv_usd", "buildout.reachable_online_fraction"),
    )
    notices: tuple[str, ...] = figure(
        "",
        "what a reader should know: several rates of return, debt not covered, a return that rests on the value at the "
        "end or on dates that cannot be met, hardware beyond its life",
        of=(
            "finance.cash_flow_usd",
            "finance.dscr",
            "finance.irr_without_residual",
            "finance.residual_facility_usd",
            "finance.residual_it_usd",
            "buildout.late_weeks",
            "buildout.critical_item",
            "finance.cost_of_lateness_usd",
            "finance.irr_on_reachable_dates",
            "finance.empty_hours_fraction",
            "finance.in_service_fraction",
            "scenario.finance.it_life_years",
        ),
        active={"finance.cash_flow_usd": "uncovered", "finance.dscr": "uncovered"},
    )
