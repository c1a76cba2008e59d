"""What the finance room gives out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.figure import figure

Monthly = NDArray[np.float64]

_REVENUE = "scenario.finance.revenue"
_DISCOUNT = "scenario.finance.discount_rate"
_UPKEEP = (
    "finance.water_usd_per_year",
    "finance.staff_usd_per_year",
    "finance.maintenance_usd_per_year",
    "finance.insurance_usd_per_year",
    "finance.property_tax_usd_per_year",
)
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
class Finance:
    """Money by month from the project's start, and what it comes to."""

    capex_usd: float = figure(
        "USD",
        "landed hardware + network + facility + land, whoever pays",
        of=("buildout.landed_hardware_usd", "buildout.network_usd", "buildout.facility_usd", "buildout.land_usd"),
    )
    capex_usd_per_kw_it: float = figure(
        "USD/kW",
        "capex_usd / nameplate IT power",
        of=("finance.capex_usd", "cluster.it_power_kw"),
    )
    capex_usd_per_kw_facility: float = figure(
        "USD/kW",
        "capex_usd / peak load of the facility",
        of=("finance.capex_usd", "facility.peak_load_kw"),
    )
    ramped_fraction: Monthly = figure(
        "1",
        "share fit for sale: each part in service rises in a line over the ramp",
        of=("buildout.online_fraction", "scenario.finance.ramp_months"),
    )
    sold_accelerator_hours_monthly: Monthly = figure(
        "h",
        "accelerators x 730 h x ramped_fraction x utilisation",
        of=("cluster.accelerators", "finance.ramped_fraction", "scenario.finance.utilisation"),
    )
    sold_accelerator_hours: float = figure(
        "h", "sum of sold_accelerator_hours_monthly", of=("finance.sold_accelerator_hours_monthly",)
    )
    unit_price_usd: float | None = figure(
        "USD",
        "price today: of an accelerator-hour (rental), a million tokens (tokens), a kW of IT load and month (lease); "
        "the catalogue's where the user gives none",
        of=(
            _REVENUE,
            "scenario.finance.price",
            "scenario.finance.token_price",
            "scenario.finance.lease_price",
            "catalog.rental_usd_per_hour",
            "catalog.prices.token-price-open",
            "catalog.prices.colocation-usd-per-kw-month",
        ),
        active={
            "scenario.finance.token_price": "tokens",
            "scenario.finance.lease_price": "lease",
            "catalog.prices.token-price-open": "tokens",
            "catalog.prices.colocation-usd-per-kw-month": "lease",
        },
    )
    price_usd: Monthly = figure(
        "USD",
        "unit_price_usd x (1 - price decline)^(m/12); a lease rises with inflation instead",
        of=("finance.unit_price_usd", "scenario.finance.price_decline_fraction", "scenario.finance.inflation_fraction"),
        active={"scenario.finance.inflation_fraction": "lease"},
    )
    revenue_monthly_usd: Monthly = figure(
        "USD",
        "price_usd x what is sold: accelerator-hours (rental); tokens of serving workloads / 12 x utilisation x "
        "ramped_fraction / 10^6 (tokens); IT power x occupancy x online_fraction (lease)",
        of=(
            "finance.price_usd",
            "finance.sold_accelerator_hours_monthly",
            "finance.ramped_fraction",
            _REVENUE,
            "workload.*.kind",
            "workload.*.tokens_per_year",
            "scenario.finance.utilisation",
            "cluster.it_power_kw",
            "scenario.finance.occupancy",
            "buildout.online_fraction",
        ),
        active={
            "workload.*.kind": "tokens",
            "workload.*.tokens_per_year": "tokens",
            "cluster.it_power_kw": "lease",
            "scenario.finance.occupancy": "lease",
            "buildout.online_fraction": "lease",
        },
    )
    water_usd_per_year: float = figure(
        "USD",
        "water x price of water",
        of=("facility.water_m3_per_year", "catalog.prices.water-usd-per-m3"),
    )
    staff_usd_per_year: float = figure(
        "USD", "staff per kW x nameplate IT power", of=("catalog.prices.staff-usd-per-kw-year", "cluster.it_power_kw")
    )
    maintenance_usd_per_year: float = figure(
        "USD",
        "fraction of the facility's cost + fraction of landed hardware and network",
        of=(
            "catalog.prices.maintenance-facility-fraction",
            "catalog.prices.maintenance-it-fraction",
            "buildout.facility_usd",
            "buildout.landed_hardware_usd",
            "buildout.network_usd",
        ),
    )
    insurance_usd_per_year: float = figure(
        "USD",
        "fraction x (facility + landed hardware + network)",
        of=(
            "catalog.prices.insurance-fraction",
            "buildout.facility_usd",
            "buildout.landed_hardware_usd",
            "buildout.network_usd",
        ),
    )
    property_tax_usd_per_year: float = figure(
        "USD",
        "fraction x (facility + land)",
        of=("catalog.prices.property-tax-fraction", "buildout.facility_usd", "buildout.land_usd"),
    )
    energy_monthly_usd: Monthly = figure(
        "USD",
        "cost of supply per year / 12 x online_fraction x (1 + inflation)^(m/12)",
        of=("energy.cost_usd_per_year", "buildout.online_fraction", "scenario.finance.inflation_fraction"),
    )
    upkeep_monthly_usd: Monthly = figure(
        "USD",
        "(water + staff + maintenance + insurance + property tax) / 12 x online_fraction x (1 + inflation)^(m/12)",
        of=(*_UPKEEP, "buildout.online_fraction", "scenario.finance.inflation_fraction"),
    )
    opex_monthly_usd: Monthly = figure(
        "USD",
        "energy + upkeep; in a lease the tenant bears energy, water, and upkeep and insurance of the hardware",
        of=("finance.energy_monthly_usd", "finance.upkeep_monthly_usd", _REVENUE),
    )
    revenue_usd_per_year: float | None = figure(
        "USD",
        "sum of the first twelve months after full power and ramp",
        of=("finance.revenue_monthly_usd", "buildout.full_power_month", "scenario.finance.ramp_months"),
    )
    opex_usd_per_year: float = figure(
        "USD",
        "sum of the first twelve months after full power and ramp",
        of=("finance.opex_monthly_usd", "buildout.full_power_month", "scenario.finance.ramp_months"),
    )
    capex_monthly_usd: Monthly = figure(
        "USD",
        "draws of all parts; in a lease without hardware and network, which the tenant brings",
        of=(*_DRAWS, _REVENUE),
    )
    financed_capex_usd: float = figure("USD", "sum of capex_monthly_usd", of=("finance.capex_monthly_usd",))
    depreciation_monthly_usd: Monthly = figure(
        "USD",
        "straight line over the IT life and the facility life from service on; land is not written off",
        of=(
            "buildout.online_fraction",
            "buildout.landed_hardware_usd",
            "buildout.network_usd",
            "buildout.facility_usd",
            "scenario.finance.it_life_years",
            "scenario.finance.facility_life_years",
            _REVENUE,
        ),
    )
    residual_it_usd: float = figure(
        "USD",
        "book value of hardware and network at the end + scrap fraction x what is written off",
        of=(
            "buildout.landed_hardware_usd",
            "buildout.network_usd",
            "buildout.online_fraction",
            "scenario.finance.it_life_years",
            "catalog.assumptions.it-scrap-fraction",
        ),
    )
    residual_facility_usd: float = figure(
        "USD",
        "book value of the facility at the end x residual fraction + land at cost",
        of=(
            "buildout.facility_usd",
            "buildout.land_usd",
            "buildout.online_fraction",
            "scenario.finance.facility_life_years",
            "catalog.assumptions.facility-residual-fraction",
        ),
    )
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
        "what a reader should know: several rates of return, debt not covered, hardware beyond its life",
        of=("finance.cash_flow_usd", "finance.dscr", "buildout.full_power_month", "scenario.finance.it_life_years"),
        active={"finance.cash_flow_usd": "uncovered", "finance.dscr": "uncovered"},
    )
