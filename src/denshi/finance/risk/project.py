"""The finance room's cash flow on many paths: each input a factor on what was planned, the delay in months."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.finance.deal import Deal, Debt, Tax, cash_flows
from denshi.finance.inputs import FinanceInput
from denshi.finance.irr_many import irr_many
from denshi.finance.lending import gearing
from denshi.finance.metrics import present_factors
from denshi.finance.operation import built_month, is_leased, operate
from denshi.finance.risk.compute_hour import ComputeHour, compute_hour_of, lcoc_usd_per_accelerator_hour

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

INPUTS = ("price", "decline", "utilisation", "power", "hardware", "facility", "upkeep", "delay_months")
OUTPUTS = ("npv_usd", "irr", "equity_irr", "equity_multiple", "lcoc_usd_per_accelerator_hour")
# Paths side by side whose months fit into the processor's second cache.
BLOCK = 192


@dataclass(frozen=True, slots=True)
class Plan:
    """What a design plans, month by month [USD], and its terms; every path is a change of it."""

    years: Vector
    revenue_usd: Vector
    energy_usd: Vector
    upkeep_usd: Vector
    hardware_draw_usd: Vector
    facility_draw_usd: Vector
    land_draw_usd: Vector
    it_depreciation_usd: Vector
    facility_depreciation_usd: Vector
    it_residual_usd: float
    facility_residual_usd: float
    land_usd: float
    decline: float
    tax_rate: float
    built: int
    discount_rate: float
    debt: Debt | None
    hour: ComputeHour


def plan_of(given: FinanceInput) -> Plan:
    """Return the plan of a project as the finance room sees it; in a lease without the hardware.

    The debt is the room's share of all uses, at its rate, over its term, repaid along the cash before tax or level.
    """
    found, leased = operate(given, given.online_fraction), is_leased(given)
    own = 0.0 if leased else 1.0
    built = built_month(given)
    years = given.debt_years
    tenor = given.months - built if years is None else min(round(12 * years), given.months - built)
    share, rate = gearing(given), given.debt_rate
    debt = Debt(rate=rate, construction_rate=rate, gearing=share, tenor_steps=max(tenor, 1), shape=given.repayment)
    upkeep = found.own_opex_usd - own * found.energy_usd
    return Plan(
        years=np.arange(given.months) / 12.0,
        revenue_usd=found.revenue_usd,
        energy_usd=own * found.energy_usd,
        upkeep_usd=upkeep,
        hardware_draw_usd=own * (given.hardware_draw_usd + given.network_draw_usd),
        facility_draw_usd=given.facility_draw_usd,
        land_draw_usd=given.land_draw_usd,
        it_depreciation_usd=own * found.it_depreciation_usd,
        facility_depreciation_usd=found.facility_depreciation_usd,
        it_residual_usd=own * found.it_residual_usd,
        facility_residual_usd=found.facility_residual_usd - given.land_usd,
        land_usd=given.land_usd,
        decline=given.price_decline_fraction,
        tax_rate=given.tax_rate if given.revenue != "none" else 0.0,
        built=built,
        discount_rate=given.discount_rate,
        debt=debt if share > 0.0 else None,
        hour=compute_hour_of(given, found),
    )


def deal_of(plan: Plan, changes: Mapping[str, Vector]) -> Deal:
    """Return the deal of many paths.

    The delay moves revenue, running costs and depreciation; payments and the end stay.

    Parameters
    ----------
    changes : factor of each of ``INPUTS`` by path, ``delay_months`` in months; what is left out is as planned.
    """
    paths = len(next(iter(changes.values())))
    late = changes.get("delay_months", np.zeros(paths))

    def factor(name: str) -> Matrix:
        return changes.get(name, np.ones(paths))[:, None]

    def together(**parts: Vector) -> Matrix:
        """Add series up, each times the factor of its name."""
        if not late.any():
            return np.hstack([factor(name) for name in parts]) @ np.stack(list(parts.values()))
        return sum((_late(series, late) * factor(name) for name, series in parts.items()), np.zeros((paths, 1)))

    fall = (1.0 - np.clip(plan.decline * factor("decline"), 0.0, 0.95)) / (1.0 - min(plan.decline, 0.95))
    grown = np.broadcast_to(fall ** (1 / 12), (paths, len(plan.years))).copy()
    grown[:, :1] = factor("price") * factor("utilisation")
    np.cumprod(grown, axis=1, out=grown)
    grown *= _late(plan.revenue_usd, late)
    depreciation = together(hardware=plan.it_depreciation_usd, facility=plan.facility_depreciation_usd)
    drawn = np.stack([plan.hardware_draw_usd, plan.facility_draw_usd, plan.land_draw_usd])
    capex = np.hstack([factor("hardware"), factor("facility"), np.ones((paths, 1))]) @ drawn
    residual = plan.it_residual_usd * factor("hardware") + plan.facility_residual_usd * factor("facility")
    return Deal(
        steps_per_year=12,
        built=plan.built,
        capex_usd=capex,
        revenue_usd=grown,
        opex_usd=together(power=plan.energy_usd, upkeep=plan.upkeep_usd),
        depreciation_usd=depreciation,
        tax=Tax(rate=plan.tax_rate),
        debt=plan.debt,
        residual_usd=residual + plan.land_usd,
        book_usd=capex.sum(axis=1) - depreciation.sum(axis=1),
    )


def _late(monthly: Vector, months: Vector) -> Matrix:
    """Return a series that begins later by parts of months, [path, month]; what falls behind the end is lost."""
    if not months.any():
        return monthly[None, :]
    whole = np.floor(months).astype(int)
    part = (months - whole)[:, None]
    size = len(monthly)
    place = np.arange(size) - whole[:, None]
    padded = np.concatenate([[0.0], monthly])
    now = padded[np.clip(place + 1, 0, size)]
    before = padded[np.clip(place, 0, size)]
    found: Matrix = (1.0 - part) * now + part * before
    return found


def outcomes(plan: Plan, names: tuple[str, ...], table: Matrix) -> dict[str, Vector]:
    """Return NPV [USD], rate of return, that of the owners, their multiple of money [1], and LCOC [USD/h] of each path.

    Blocks of paths run in turn. A path without a rate of return has none (not a number).

    Parameters
    ----------
    names : which inputs the columns are.
    table : factors and months, [path, input].
    """
    found = {name: np.empty(len(table)) for name in OUTPUTS}
    discount = present_factors(plan.discount_rate, len(plan.years))
    changes = {name: table[:, i] for i, name in enumerate(names)}
    found["lcoc_usd_per_accelerator_hour"][:] = lcoc_usd_per_accelerator_hour(plan.hour, changes)
    for begin in range(0, len(table), BLOCK):
        some = slice(begin, min(begin + BLOCK, len(table)))
        flows = cash_flows(deal_of(plan, {name: values[some] for name, values in changes.items()}))
        found["npv_usd"][some] = flows.project_usd @ discount
        found["irr"][some] = irr_many(flows.project_usd)
        found["equity_irr"][some] = irr_many(flows.equity_usd) if plan.debt else found["irr"][some]
        put_in = -np.minimum(flows.equity_usd, 0.0).sum(axis=1)
        taken = np.maximum(flows.equity_usd, 0.0).sum(axis=1)
        found["equity_multiple"][some] = taken / np.where(put_in > 0.0, put_in, np.nan)
    return found


def running_equity_usd(plan: Plan, names: tuple[str, ...], table: Matrix) -> Matrix:
    """Return the running sum of the owners' cash of each path, [path, month] [USD]; parameters as of ``outcomes``."""
    flows = cash_flows(deal_of(plan, {name: table[:, i] for i, name in enumerate(names)}))
    return np.cumsum(flows.equity_usd, axis=1)
