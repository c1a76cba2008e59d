"""A small campus to finance: 100 racks in two phases over 18 months, then five years of rental."""

import numpy as np

from denshi.finance import FinanceInput


def spread(total: float, first: int, last: int, months: int) -> np.ndarray:
    """Return a payment in equal parts over some months."""
    draws = np.zeros(months)
    draws[first:last] = total / (last - first)
    return draws


def base() -> FinanceInput:
    """Return the inputs of the small campus."""
    months, full = 18 + 60, 18
    online = np.zeros(months)
    online[12:18], online[18:] = 0.4, 1.0
    reachable = np.concatenate(([0.0, 0.0], online[:-2]))
    return FinanceInput(
        full_power_month=full,
        online_fraction=online,
        reachable_online_fraction=reachable,
        late_weeks=8.7,
        critical_item="switchgear",
        hardware_draw_usd=spread(380e6, 9, 17, months),
        network_draw_usd=spread(40e6, 8, 17, months),
        facility_draw_usd=spread(170e6, 1, 17, months),
        land_draw_usd=spread(5e6, 0, 1, months),
        landed_hardware_usd=380e6,
        network_usd=40e6,
        facility_usd=170e6,
        land_usd=5e6,
        energy_usd_per_year=7.5e6,
        energy_annuity_usd_per_year=3e6,
        water_m3_per_year=2e4,
        facility_kw=17e3,
        it_kw=14e3,
        connection_kw=18e3,
        accelerators=7200.0,
        flop_per_s=2.5e15,
        workload_kinds=("training", "serving"),
        tokens_per_year=(1.2e14, 4e14),
        accelerator_hours_per_year=(0.7 * 7200 * 8760, 0.3 * 7200 * 8760),
        structure="project",
        discount_rate=0.09,
        revenue="rental",
        price_usd_per_hour=None,
        price_usd_per_million_tokens=None,
        price_usd_per_kw_month=None,
        utilisation_fraction=0.8,
        occupancy_fraction=1.0,
        ramp_months=3.0,
        debt_fraction=0.64,
        debt_rate=0.0658,
        debt_years=None,
        repayment="annuity",
        tax_rate=0.25,
        it_life_years=5.0,
        facility_life_years=14.0,
        price_decline_fraction=0.10,
        inflation_fraction=0.025,
        usual_usd_per_hour=5.0,
        usual_usd_per_million_tokens=0.5,
        usual_usd_per_kw_month=200.0,
        water_usd_per_m3=1.32,
        staff_usd_per_kw_year=60.0,
        facility_upkeep_fraction=0.015,
        it_upkeep_fraction=0.02,
        insurance_fraction=0.003,
        property_tax_fraction=0.005,
        facility_residual_fraction=1.0,
        it_scrap_fraction=0.05,
        investor_fraction=0.8,
    )
