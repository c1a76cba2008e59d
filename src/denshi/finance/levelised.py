"""What an accelerator-hour and a million tokens cost over the whole life, part by part."""

from typing import Any

from denshi.finance.inputs import FinanceInput
from denshi.finance.metrics import present_factors
from denshi.finance.operation import Operation


def levelised(given: FinanceInput, operation: Operation) -> dict[str, Any]:
    """Return capital cost per kW and the levelised cost of compute with its parts, by the names of the figures.

    .. math:: LCOC = \\frac{PV(capex) + PV(energy) + PV(upkeep) - PV(residual)}{PV(sold\\ accelerator\\ hours)}

    The whole cost is counted, whoever bears it, before tax and debt.
    """
    factors = present_factors(given.discount_rate, given.months)
    capex = given.hardware_draw_usd + given.network_draw_usd + given.facility_draw_usd + given.land_draw_usd
    total = given.landed_hardware_usd + given.network_usd + given.facility_usd + given.land_usd
    hours = float(operation.sold_hours @ factors)
    worth = {
        "capex": float(capex @ factors),
        "energy": float(operation.energy_usd @ factors),
        "opex": float(operation.upkeep_usd @ factors),
        "residual": -(operation.it_residual_usd + operation.facility_residual_usd) * float(factors[-1]),
    }
    parts = {name: usd / hours for name, usd in worth.items()}
    lcoc = sum(parts.values())
    tokens = sum(given.tokens_per_year) / 12 * given.utilisation_fraction * float(operation.ramped_fraction @ factors)
    return {
        "capex_usd": total,
        "capex_usd_per_kw_it": total / given.it_kw,
        "capex_usd_per_kw_facility": total / given.facility_kw,
        "capex_usd_per_kw_contracted": total / given.connection_kw,
        "pv_capex_usd": worth["capex"],
        "pv_energy_usd": worth["energy"],
        "pv_opex_usd": worth["opex"],
        "pv_residual_usd": -worth["residual"],
        "pv_accelerator_hours": hours,
        "pv_tokens": tokens,
        "lcoc_capex_part": parts["capex"],
        "lcoc_energy_part": parts["energy"],
        "lcoc_opex_part": parts["opex"],
        "lcoc_residual_part": parts["residual"],
        "lcoc_usd_per_accelerator_hour": lcoc,
        "lcoc_usd_per_eflop_day": 24 * lcoc * 1e18 / given.flop_per_s if given.flop_per_s else None,
        "usd_per_million_tokens": sum(worth.values()) / tokens * 1e6 if tokens > 0 else None,
        "usd_per_million_tokens_by_workload": tuple(
            lcoc * hours / tokens * 1e6 if tokens > 0 else None
            for hours, tokens in zip(given.accelerator_hours_per_year, given.tokens_per_year, strict=True)
        ),
    }
