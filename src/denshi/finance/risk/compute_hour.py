"""What a sold accelerator-hour costs on many paths: present values by part, each times its factor."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.finance.inputs import FinanceInput
from denshi.finance.metrics import present_factors
from denshi.finance.operation import Operation

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeHour:
    """Present values of what an accelerator-hour is made of, the whole of it, whoever bears it, before tax and debt.

    ``energy_usd``, ``upkeep_usd`` and ``sold_hours`` are by months of delay, from none to the whole length of the
    project, where nothing is left of them. The others stand: payments and the sale at the end, which is taken off.
    """

    hardware_usd: float
    facility_usd: float
    land_usd: float
    energy_usd: Vector
    upkeep_usd: Vector
    sold_hours: Vector


def compute_hour_of(given: FinanceInput, operation: Operation) -> ComputeHour:
    """Return the present values of a project as planned and of every delay by whole months."""
    factors = present_factors(given.discount_rate, given.months)
    end = float(factors[-1])
    hardware = float((given.hardware_draw_usd + given.network_draw_usd) @ factors)
    facility, sold = float(given.facility_draw_usd @ factors), operation.facility_residual_usd - given.land_usd
    return ComputeHour(
        hardware_usd=hardware - operation.it_residual_usd * end,
        facility_usd=facility - sold * end,
        land_usd=float(given.land_draw_usd @ factors) - given.land_usd * end,
        energy_usd=_by_delay(operation.energy_usd, factors),
        upkeep_usd=_by_delay(operation.upkeep_usd, factors),
        sold_hours=_by_delay(operation.sold_hours, factors),
    )


def lcoc_usd_per_accelerator_hour(hour: ComputeHour, changes: Mapping[str, Vector]) -> Vector:
    """Return the levelised cost of compute of each path [USD/h], as the finance room has it.

    .. math:: LCOC = \\frac{h C_h + b C_b + C_l + p E(d) + k U(d)}{u H(d)}

    with the present values C of hardware, building and plant, and land less their sale, E of energy, U of upkeep and
    H of sold hours, all three after a delay d, which parts of a month divide in a line; h, b, p, k and u are the
    factors of hardware, facility, power, upkeep and utilisation. Not a number where no hour is sold.

    Parameters
    ----------
    changes : factor of each input by path, ``delay_months`` in months; what is left out is as planned.
    """
    late = changes.get("delay_months", np.zeros(1))
    whole = np.arange(len(hour.sold_hours))

    def part(worth: Vector | float, name: str) -> Vector:
        found: Vector = changes.get(name, np.ones(1)) * worth
        return found

    cost = part(hour.hardware_usd, "hardware") + part(hour.facility_usd, "facility") + hour.land_usd
    cost = cost + part(np.interp(late, whole, hour.energy_usd), "power")
    cost = cost + part(np.interp(late, whole, hour.upkeep_usd), "upkeep")
    hours = part(np.interp(late, whole, hour.sold_hours), "utilisation")
    return cost / np.where(hours > 0.0, hours, np.nan)


def _by_delay(monthly: Vector, factors: Vector) -> Vector:
    """Return the present value of a series that begins 0, 1, 2, ... months later; what falls behind the end is lost."""
    kept = np.concatenate([[0.0], np.cumsum(monthly * factors)])[::-1]
    # A month later is worth the factor of one month less, whatever the month.
    later: Vector = kept * np.append(factors, 0.0)
    return later
