"""What proves a supply of least cost: its bound from below, its largest violation and the price of each hour."""

from collections.abc import Callable
from dataclasses import dataclass

from denshi.energy.decide import run
from denshi.energy.program import Vector
from denshi.energy.record import Energy, EnergyInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Cost as printed, bound from below (None where a free column has no bound), largest violation, hourly prices.

    ``price_usd_per_kwh`` is the dual of each hour's balance: what a kWh more of load would cost.
    """

    objective_usd_per_year: float
    lower_bound_usd_per_year: float | None
    gap_fraction: float | None
    max_residual_kw: float
    price_usd_per_kwh: Vector


def proved(inputs: EnergyInput, progress: Callable[[str], None] | None = None) -> tuple[Energy, Proof]:
    """Find the supply of least cost as ``energy.run`` does, with its proof apart.

    Raises
    ------
    OutOfRangeError : a load, a share or an array is outside its range.
    InfeasibleError : the connection is too small, or the target cannot be reached.

    Source: riepin2024 for the problem, mehrotra1992 for the method.
    """
    result = run(inputs, progress)
    return result, Proof(
        objective_usd_per_year=result.cost_usd_per_year,
        lower_bound_usd_per_year=result.lower_bound_usd_per_year,
        gap_fraction=result.gap_fraction,
        max_residual_kw=result.max_residual_kw,
        price_usd_per_kwh=result.price_usd_per_kwh,
    )
