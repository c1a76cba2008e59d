"""What is sold, what it earns and what running it costs, month by month, before tax and debt."""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from denshi.errors import InfeasibleError
from denshi.finance.inputs import FinanceInput
from denshi.finance.tax import straight_line

Monthly = NDArray[np.float64]

HOURS_PER_MONTH = 730.0


@dataclass(frozen=True, slots=True)
class Operation:
    """Sales, costs and values of one calendar; ``own_*`` is the part of the owner, all of it unless it is let."""

    in_service_fraction: Monthly
    ramped_fraction: Monthly
    sold_hours: Monthly
    price: Monthly
    revenue_usd: Monthly
    energy_usd: Monthly
    upkeep_usd: Monthly
    own_opex_usd: Monthly
    it_depreciation_usd: Monthly
    facility_depreciation_usd: Monthly
    it_residual_usd: float
    facility_residual_usd: float

    def own_depreciation_usd(self, leased: bool) -> Monthly:
        """Return the depreciation of what the owner owns [USD]."""
        return self.facility_depreciation_usd + (0.0 if leased else 1.0) * self.it_depreciation_usd

    def own_residual_usd(self, leased: bool) -> float:
        """Return the residual value of what the owner owns [USD]."""
        return self.facility_residual_usd + (0.0 if leased else self.it_residual_usd)


@dataclass(frozen=True, slots=True)
class Yearly:
    """Running costs of a year at full power in prices of the project's start [USD], energy apart.

    ``hardware`` is the part of all of them that ends when the hardware is retired: water, and upkeep and insurance of
    hardware and network. ``facility`` is the rest.
    """

    water: float
    staff: float
    maintenance: float
    insurance: float
    property_tax: float
    hardware: float
    facility: float


def is_leased(given: FinanceInput) -> bool:
    """Say whether the building is let, so that the tenant brings the hardware and pays for its power and water."""
    return given.revenue == "lease"


def own_capex_usd(given: FinanceInput) -> Monthly:
    """Return what the owner pays in each month; in a lease without the hardware, which the tenant brings [USD]."""
    capex = given.facility_draw_usd + given.land_draw_usd
    return capex if is_leased(given) else capex + given.hardware_draw_usd + given.network_draw_usd


def built_month(given: FinanceInput) -> int:
    """Return the first month of operation: at full power, and after the owner's last payment."""
    paid = np.flatnonzero(own_capex_usd(given))
    return min(max(round(given.full_power_month), int(paid[-1]) + 1 if paid.size else 1, 1), given.months - 1)


def yearly_costs(given: FinanceInput) -> Yearly:
    """Return the running costs of a year and the part of them that ends with the hardware."""
    it_usd = given.landed_hardware_usd + given.network_usd
    plant = given.facility_usd * (given.facility_upkeep_fraction + given.insurance_fraction)
    staff = given.staff_usd_per_kw_year * given.it_kw
    water = given.water_usd_per_m3 * given.water_m3_per_year
    property_tax = given.property_tax_fraction * (given.facility_usd + given.land_usd)
    return Yearly(
        water=water,
        staff=staff,
        maintenance=given.facility_upkeep_fraction * given.facility_usd + given.it_upkeep_fraction * it_usd,
        insurance=given.insurance_fraction * (given.facility_usd + it_usd),
        property_tax=property_tax,
        hardware=water + it_usd * (given.it_upkeep_fraction + given.insurance_fraction),
        facility=plant + staff + property_tax,
    )


def ramped(online: Monthly, ramp_months: float, life_months: float = inf) -> Monthly:
    """Return the share of the accelerators fit for sale, each part rising in a line and retired after its life.

    .. math:: s_m = \\sum_k (w_k - w_{k-1})\\,o_{m-k}, \\quad
        w_k = \\int_k^{k+1} \\min(t/R, 1)\\,[t < L]\\,dt

    Without a ramp it is the share in service, :math:`o_m - o_{m-L}`.

    Parameters
    ----------
    online : share that has gone into service by each month [1], never falling.
    ramp_months : R [month], 0 for none.
    life_months : L [month]; nothing is retired where it is infinite.

    >>> ramped(np.array([0.0, 1.0, 1.0, 1.0]), 2.0).tolist()
    [0.0, 0.25, 0.75, 1.0]
    >>> ramped(np.array([0.5, 1.0, 1.0, 1.0]), 0.0, 2.0).tolist()
    [0.5, 1.0, 0.5, 0.0]
    """
    edges = np.minimum(np.arange(online.size + 1.0), life_months)
    if ramp_months > 0:
        rising = np.minimum(edges, ramp_months)
        risen = rising**2 / (2 * ramp_months) + edges - rising
    else:
        risen = edges
    kernel = np.diff(np.diff(risen), prepend=0.0)
    # What comes in and what is retired cancel to rounding, which may leave a share just below nothing.
    share: Monthly = np.maximum(np.convolve(online, kernel)[: online.size], 0.0)
    return share


def unit_price(given: FinanceInput) -> float:
    """Return the price of today in the unit of what is sold: hour, million tokens, or kW of IT load and month."""
    own, usual = {
        "rental": (given.price_usd_per_hour, given.usual_usd_per_hour),
        "tokens": (given.price_usd_per_million_tokens, given.usual_usd_per_million_tokens),
        "lease": (given.price_usd_per_kw_month, given.usual_usd_per_kw_month),
        "none": (0.0, 0.0),
    }[given.revenue]
    return usual if own is None else own


def operate(given: FinanceInput, online: Monthly) -> Operation:
    """Return sales and costs for a calendar of service.

    Raises
    ------
    InfeasibleError : tokens are to be sold, but no workload serves any.
    """
    years = np.arange(given.months) / 12
    index = (1 + given.inflation_fraction) ** years
    change = index if is_leased(given) else (1 - given.price_decline_fraction) ** years
    life = 12 * given.it_life_years
    running = ramped(online, 0.0, life)
    fit = ramped(online, given.ramp_months, life)
    price = unit_price(given) * change
    sold_hours = given.accelerators * HOURS_PER_MONTH * given.utilisation_fraction * fit
    yearly = yearly_costs(given)
    facility_upkeep = yearly.facility / 12 * online * index
    hardware_upkeep = yearly.hardware / 12 * running * index
    level = given.energy_annuity_usd_per_year
    energy = level / 12 * online + (given.energy_usd_per_year - level) / 12 * running * index
    of_hardware = 0.0 if is_leased(given) else 1.0
    it_usd = given.landed_hardware_usd + given.network_usd
    it_depreciation = straight_line(it_usd, online, life)
    facility_depreciation = straight_line(given.facility_usd, online, 12 * given.facility_life_years)
    it_book = it_usd - float(it_depreciation.sum())
    facility_book = given.facility_usd - float(facility_depreciation.sum())
    return Operation(
        in_service_fraction=running,
        ramped_fraction=fit,
        sold_hours=sold_hours,
        price=price,
        revenue_usd=price * _sold(given, online, fit, sold_hours),
        energy_usd=energy,
        upkeep_usd=facility_upkeep + hardware_upkeep,
        own_opex_usd=facility_upkeep + of_hardware * (hardware_upkeep + energy),
        it_depreciation_usd=it_depreciation,
        facility_depreciation_usd=facility_depreciation,
        it_residual_usd=it_book + given.it_scrap_fraction * (it_usd - it_book),
        facility_residual_usd=given.facility_residual_fraction * facility_book + given.land_usd,
    )


def _sold(given: FinanceInput, online: Monthly, fit: Monthly, sold_hours: Monthly) -> Monthly:
    """Return what is sold in each month in the unit of the price."""
    if given.revenue == "rental":
        return sold_hours
    if given.revenue == "lease":
        return given.it_kw * given.occupancy_fraction * online
    if given.revenue == "none":
        return np.zeros_like(online)
    served = sum(
        tokens for kind, tokens in zip(given.workload_kinds, given.tokens_per_year, strict=True) if kind == "serving"
    )
    if served <= 0:
        raise InfeasibleError(
            "tokens are to be sold, but no workload serves any",
            where="finance.revenue",
            mend='Add a workload of kind "serving", or set revenue to "rental" or "none"',
        )
    return served / 12e6 * given.utilisation_fraction * fit
