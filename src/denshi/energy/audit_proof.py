"""What proves a supply of least cost: a bound from below out of the duals, and the printed flows checked by themselves.

The bound takes no solver's word. For any row duals y of the right sign and reduced costs r = c - A'y

.. math:: c x \\ge \\sum_i y_i b_i + \\sum_j \\min(r_j, 0)\\, u_j

where u is an upper bound of a column that some optimal solution keeps: its own, or one that follows from the cost of a
solution at hand, since no column of positive cost can be worth more than the whole. What is left is rounding.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from denshi.energy.account import MUST_TAKE, NOTHING, Vector, availability, efficiency_one_way, inflow_kw, tariff
from denshi.energy.decide import _account, _only_grid, _proof, _supply, _with_cleaning, connection_kw, run
from denshi.energy.explain import check_connection, check_inputs, explain
from denshi.energy.model import Program, build
from denshi.energy.record import Energy, EnergyInput
from denshi.energy.solve import Solution, matrix_of, solve

# The least cost is taken to be below this many times the cost that was found, to bound columns without an own bound.
_AT_MOST = 1.1


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
    """Find the supply of least cost as ``energy.run`` does, with its proof.

    Raises
    ------
    OutOfRangeError : a load, a share or an array is outside its range.
    InfeasibleError : the connection is too small, or the target cannot be reached.

    Source: riepin2024 for the problem, mehrotra1992 for the method.
    """
    check_inputs(inputs)
    if _only_grid(inputs):
        return _grid_alone(inputs)
    limit_kw = connection_kw(inputs)
    check_connection(inputs, limit_kw)
    program = build(inputs, limit_kw)
    solution = solve(program, progress)
    if solution is None:
        raise explain(inputs, limit_kw)
    scale_kw = float(inputs.load_kw.mean())
    cost = float(program.cost @ solution.x)
    result = _account(inputs, _supply(inputs, program, solution), _proof(inputs, program, solution))
    result = _with_cleaning(inputs, result, cost * scale_kw)
    bound = lower_bound(inputs, program, solution)
    objective = result.cost_usd_per_year
    return result, Proof(
        objective_usd_per_year=objective,
        lower_bound_usd_per_year=None if bound is None else bound * scale_kw,
        gap_fraction=None if bound is None else abs(objective - bound * scale_kw) / max(abs(objective), 1e-12),
        max_residual_kw=violation_kw(inputs, result),
        price_usd_per_kwh=solution.duals[program.rows["balance"]] * len(inputs.load_kw) / 8760.0,
    )


def _grid_alone(inputs: EnergyInput) -> tuple[Energy, Proof]:
    """Without another option nothing is decided: the cost is its own bound."""
    result = run(inputs)
    price = np.full(len(inputs.load_kw), tariff(inputs).energy_usd_per_kwh)
    price[int(inputs.load_kw.argmax())] += tariff(inputs).demand_usd_per_kw_year * len(inputs.load_kw) / 8760.0
    cost = result.cost_usd_per_year
    return result, Proof(
        objective_usd_per_year=cost,
        lower_bound_usd_per_year=cost,
        gap_fraction=0.0,
        max_residual_kw=violation_kw(inputs, result),
        price_usd_per_kwh=price,
    )


def lower_bound(inputs: EnergyInput, program: Program, solution: Solution) -> float | None:
    """Return a bound from below on the cost of any supply, in units of the programme; None where there is none."""
    duals = solution.duals
    reduced = program.cost - matrix_of(program).T @ duals
    side = np.where(duals > 0.0, program.row_lower, program.row_upper)
    most = _bounds(inputs, program, float(program.cost @ solution.x))
    paid = np.where(duals == 0.0, 0.0, duals * np.where(duals == 0.0, 0.0, side))
    wrong = reduced < 0.0
    bound = float(paid.sum()) + float(reduced[wrong] @ most[wrong])
    return bound if np.isfinite(bound) else None


def _bounds(inputs: EnergyInput, program: Program, cost: float) -> Vector:
    """Return upper bounds that some optimal solution keeps, column by column."""
    sold = -float(np.minimum(program.cost, 0.0) @ np.where(program.cost < 0.0, program.upper, 0.0))
    all_spent = _AT_MOST * abs(cost) + sold
    positive = program.cost > 0.0
    most = np.where(positive, all_spent / np.where(positive, program.cost, 1.0), np.inf)
    most = np.minimum(most, program.upper)
    charged = 0.0
    for technology in inputs.technologies:
        if technology.kind in ("gas", "battery"):
            size = float(most[program.columns[f"capacity:{technology.id}"]][0])
            if technology.kind == "gas":
                _lower(most, program, f"burn:{technology.id}", size * technology.capacity_factor)
                continue
            charged += size
            _lower(most, program, f"charge:{technology.id}", size)
            _lower(most, program, f"discharge:{technology.id}", size)
            _lower(most, program, f"stored:{technology.id}", size * technology.duration_h)
    if "grid" in program.columns:
        # What is bought beyond load, charge and export would be thrown away.
        export = most[program.columns["export"]] if "export" in program.columns else 0.0
        _lower(most, program, "grid", inputs.load_kw / inputs.load_kw.mean() + charged + export)
    return most


def _lower(most: Vector, program: Program, name: str, bound: float | Vector) -> None:
    where = program.columns[name]
    most[where] = np.minimum(most[where], bound)


def violation_kw(inputs: EnergyInput, result: Energy) -> float:
    """Return the largest violation of balance, limits and storage levels in the printed flows [kW or kWh in an hour].

    Storage is played anew from its printed flow; of its levels only their range counts, for the start is free.
    """
    flows, load = result.dispatch_kw, inputs.load_kw
    given = sum((flows[t.id] for t in inputs.technologies), np.zeros_like(load))
    worst = [np.abs(given - flows["export"] - load), -flows["curtailed"], flows["export"] - inputs.export_limit_kw]
    worst.append(inflow_kw(inputs, flows) - result.connection_kw)
    for technology in inputs.technologies:
        flow, size = flows[technology.id], result.capacity_kw.get(technology.id, 0.0)
        if technology.kind in MUST_TAKE:
            worst += [flow - size * availability(technology, inputs), -flow]
        elif technology.kind == "gas":
            worst += [flow - size * technology.capacity_factor, -flow]
        elif technology.kind == "battery":
            one_way = efficiency_one_way(technology)
            stored = np.cumsum(np.where(flow < 0.0, -flow * one_way, -flow / one_way))
            spread = float(stored.max() - stored.min()) - size * technology.duration_h
            worst += [np.abs(flow) - size, np.array([spread, abs(float(stored[-1])) / len(load)])]
        else:
            worst.append(-flow)
    found = max(float(np.max(part)) for part in worst)
    return found if found > NOTHING * 1e-6 else max(found, 0.0)
