"""A bound from below on the cost of any supply, out of the duals of a programme.

The bound takes no solver's word. For any row duals y of the right sign and reduced costs r = c - A'y

.. math:: c x \\ge \\sum_i y_i b_i + \\sum_j \\min(r_j, 0)\\, u_j

where u is an upper bound of a column that some optimal solution keeps: its own, or one that follows from the cost of a
solution at hand, since no column of positive cost can be worth more than the whole. What is left is rounding.
"""

import numpy as np

from denshi.energy.program import Program, Vector
from denshi.energy.record import EnergyInput
from denshi.energy.solve import Solution, matrix_of
from denshi.energy.terms import (
    availability,
    hour_weight,
    least_fraction,
    most_load_kw,
    runs_on_call,
    shiftable_kw,
    sold_apart,
    takes,
    tariff,
)

# The least cost is taken to be below this many times the cost that was found, to bound columns without an own bound.
_AT_MOST = 1.1


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
    scale_kw = float(inputs.load_kw.mean())
    most_load = most_load_kw(inputs) / scale_kw
    own = np.isfinite(program.upper) & (program.cost < 0.0)
    sold = -float(program.cost[own] @ program.upper[own])
    # Being paid to take power is worth what load and stores can take.
    paid = float(np.maximum(-tariff(inputs).energy_usd_per_kwh, 0.0) @ hour_weight(inputs))
    paid = paid if "grid" in program.columns and not np.isfinite(program.upper[program.columns["grid"]]).all() else 0.0
    all_spent = _AT_MOST * abs(cost) + sold + paid * most_load
    positive = program.cost > 0.0
    most = np.where(positive, all_spent / np.where(positive, program.cost, 1.0), np.inf)
    charged = 0.0
    for one in inputs.technologies:
        if one.kind == "battery":
            where = program.columns[f"capacity:{one.id}"]
            left = float(program.cost[where][0]) - paid
            most[where] = all_spent / left if left > 0.0 else np.inf
    most = np.minimum(most, program.upper)
    for one in inputs.technologies:
        if one.kind == "grid":
            continue
        size = float(most[program.columns[f"capacity:{one.id}"]][0])
        if runs_on_call(one):
            _lower(most, program, f"burn:{one.id}", size * (one.capacity_factor - least_fraction(one)))
        elif one.kind == "battery":
            charged += size
            _lower(most, program, f"charge:{one.id}", size)
            _lower(most, program, f"discharge:{one.id}", size)
            _lower(most, program, f"stored:{one.id}", size * one.duration_h)
            if sold_apart(one):
                _lower(most, program, f"size:{one.id}", size * one.duration_h)
    if "grid" in program.columns:
        # What is bought beyond load, charge and export would be thrown away.
        export = most[program.columns["export"]] if "export" in program.columns else 0.0
        _lower(most, program, "grid", most_load + charged + export)
    if "thrown" in program.columns or "thrown near" in program.columns:
        taken = [t for t in inputs.technologies if takes(t)]
        made = [float(most[program.columns[f"capacity:{t.id}"]][0]) * availability(t, inputs) for t in taken]
        for name in ("thrown", "thrown near"):
            _lower(most, program, name, sum(made, np.zeros(program.hours)))
    # What is owed over a day is at most all that may be moved in it, before or after.
    _lower(most, program, "backlog", 48.0 * float(shiftable_kw(inputs).max()) / scale_kw)
    return most


def _lower(most: Vector, program: Program, name: str, bound: float | Vector) -> None:
    if name in program.columns:
        where = program.columns[name]
        most[where] = np.minimum(most[where], bound)
