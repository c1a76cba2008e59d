"""What the finance room gives out of operation: what is built, sold and spent, before tax and debt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.figure import figure

Monthly = NDArray[np.float64]

_REVENUE = "scenario.finance.revenue"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Operated:
    """What is built, sold and spent by month, before tax and debt."""

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
    capex_usd_per_kw_contracted: float = figure(
        "USD/kW",
        "capex_usd / grid connection",
        of=("finance.capex_usd", "energy.connection_kw"),
    )
    in_service_fraction: Monthly = figure(
        "1",
        "online_fraction - online_fraction one IT life ago: hardware is retired after its life and not refreshed",
        of=("buildout.online_fraction", "scenario.finance.it_life_years"),
    )
    empty_hours_fraction: float = figure(
        "1",
        "1 - sum of in_service_fraction / sum of online_fraction: hours of the campus whose hardware is retired",
        of=("finance.in_service_fraction", "buildout.online_fraction"),
    )
    ramped_fraction: Monthly = figure(
        "1",
        "share fit for sale: in_service_fraction, of which each part rises in a line over the ramp",
        of=("finance.in_service_fraction", "buildout.online_fraction", "scenario.finance.ramp_months"),
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
    hardware_upkeep_usd_per_year: float = figure(
        "USD",
        "water + maintenance and insurance of landed hardware and network: the part of the upkeep that ends when the "
        "hardware is retired",
        of=(
            "finance.water_usd_per_year",
            "catalog.prices.maintenance-it-fraction",
            "catalog.prices.insurance-fraction",
            "buildout.landed_hardware_usd",
            "buildout.network_usd",
        ),
    )
    energy_monthly_usd: Monthly = figure(
        "USD",
        "annuity of the supply per year / 12 x online_fraction + (cost of supply - annuity) per year / 12 x "
        "in_service_fraction x (1 + inflation)^(m/12)",
        of=(
            "energy.cost_usd_per_year",
            "energy.annuity_usd_per_year",
            "buildout.online_fraction",
            "finance.in_service_fraction",
            "scenario.finance.inflation_fraction",
        ),
    )
    upkeep_monthly_usd: Monthly = figure(
        "USD",
        "[(water + staff + maintenance + insurance + property tax - hardware_upkeep_usd_per_year) x online_fraction + "
        "hardware_upkeep_usd_per_year x in_service_fraction] / 12 x (1 + inflation)^(m/12)",
        of=(
            *_UPKEEP,
            "finance.hardware_upkeep_usd_per_year",
            "buildout.online_fraction",
            "finance.in_service_fraction",
            "scenario.finance.inflation_fraction",
        ),
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
