"""What the finance room takes in."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from denshi.figure import given

Monthly = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinanceInput:
    """The calendar and the draws, what it produces and consumes in a year, and the terms of the deal."""

    full_power_month: int = given("buildout.full_power_month", "month")
    online_fraction: Monthly = given("buildout.online_fraction", "1")
    reachable_online_fraction: Monthly = given("buildout.reachable_online_fraction", "1")
    late_weeks: float = given("buildout.late_weeks", "week")
    critical_item: str = given("buildout.critical_item")
    hardware_draw_usd: Monthly = given("buildout.hardware_draw_usd", "USD")
    network_draw_usd: Monthly = given("buildout.network_draw_usd", "USD")
    facility_draw_usd: Monthly = given("buildout.facility_draw_usd", "USD")
    land_draw_usd: Monthly = given("buildout.land_draw_usd", "USD")
    landed_hardware_usd: float = given("buildout.landed_hardware_usd", "USD")
    network_usd: float = given("buildout.network_usd", "USD")
    facility_usd: float = given("buildout.facility_usd", "USD")
    land_usd: float = given("buildout.land_usd", "USD")
    energy_usd_per_year: float = given("energy.cost_usd_per_year", "USD")
    energy_annuity_usd_per_year: float = given("energy.annuity_usd_per_year", "USD")
    water_m3_per_year: float = given("facility.water_m3_per_year", "m3")
    facility_kw: float = given("facility.peak_load_kw", "kW")
    it_kw: float = given("cluster.it_power_kw", "kW")
    connection_kw: float = given("energy.connection_kw", "kW")
    accelerators: float = given("cluster.accelerators", "count")
    flop_per_s: float | None = given("catalog.accelerator.bf16_flop_per_s", "FLOP/s")
    workload_kinds: tuple[str, ...] = given("workload.*.kind")
    tokens_per_year: tuple[float, ...] = given("workload.*.tokens_per_year", "token")
    accelerator_hours_per_year: tuple[float, ...] = given("workload.*.accelerator_hours_per_year", "h")

    structure: Literal["corporate", "project", "spv"] = given("scenario.finance.structure")
    discount_rate: float = given("scenario.finance.discount_rate", "1")
    revenue: Literal["lease", "rental", "tokens", "none"] = given("scenario.finance.revenue")
    price_usd_per_hour: float | None = given("scenario.finance.price", "USD/h")
    price_usd_per_million_tokens: float | None = given("scenario.finance.token_price", "USD/Mtoken")
    price_usd_per_kw_month: float | None = given("scenario.finance.lease_price", "USD/kW-month")
    utilisation_fraction: float = given("scenario.finance.utilisation", "1")
    occupancy_fraction: float = given("scenario.finance.occupancy", "1")
    ramp_months: float = given("scenario.finance.ramp_months", "month")
    debt_fraction: float = given("scenario.finance.debt_fraction", "1")
    debt_rate: float = given("scenario.finance.debt_rate", "1")
    debt_years: float | None = given("scenario.finance.debt_years", "year")
    repayment: Literal["annuity", "sculpted"] = given("scenario.finance.repayment")
    tax_rate: float = given("scenario.finance.tax_rate", "1")
    it_life_years: float = given("scenario.finance.it_life_years", "year")
    facility_life_years: float = given("scenario.finance.facility_life_years", "year")
    price_decline_fraction: float = given("scenario.finance.price_decline_fraction", "1")
    inflation_fraction: float = given("scenario.finance.inflation_fraction", "1")

    usual_usd_per_hour: float = given("catalog.rental_usd_per_hour", "USD/h")
    usual_usd_per_million_tokens: float = given("catalog.prices.token-price-open", "USD/Mtoken")
    usual_usd_per_kw_month: float = given("catalog.prices.colocation-usd-per-kw-month", "USD/kW-month")
    water_usd_per_m3: float = given("catalog.prices.water-usd-per-m3", "USD/m3")
    staff_usd_per_kw_year: float = given("catalog.prices.staff-usd-per-kw-year", "USD/kW-year")
    facility_upkeep_fraction: float = given("catalog.prices.maintenance-facility-fraction", "1/year")
    it_upkeep_fraction: float = given("catalog.prices.maintenance-it-fraction", "1/year")
    insurance_fraction: float = given("catalog.prices.insurance-fraction", "1/year")
    property_tax_fraction: float = given("catalog.prices.property-tax-fraction", "1/year")

    facility_residual_fraction: float = given("catalog.assumptions.facility-residual-fraction", "1")
    it_scrap_fraction: float = given("catalog.assumptions.it-scrap-fraction", "1")
    investor_fraction: float = given("catalog.assumptions.spv-investor-fraction", "1")

    @property
    def months(self) -> int:
        """Return the length of the project from its start to the end of the term [month]."""
        return int(self.online_fraction.size)
