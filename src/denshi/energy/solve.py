"""Solve the programme of a site and check the solution ourselves, on the programme as it was built.

The interior point method of ``interior.py`` comes first. Where it does not reach its tolerance, HiGHS (huangfu2018)
solves the same programme. No solver's word is taken: a solution counts when its rows, its bounds, its reduced costs and
its duality gap, all computed here, are within ``ACCEPTED``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from denshi.energy.interior import MOST_ITERATIONS, interior_point
from denshi.energy.pattern import original_duals, pattern, standard
from denshi.energy.program import Program, Vector
from denshi.energy.threads import one_thread

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix

ACCEPTED = 1e-6
_FEW_STEPS = 80
# Reduced costs of the wrong sign below this share of the largest cost are rounding.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Residuals:
    """How far a solution is from optimal.

    ``primal`` is the largest violation of a row or bound in mean loads, ``dual`` the largest reduced cost of the wrong
    sign over the largest cost, ``gap`` the distance of cost and dual objective over the cost.
    """

    primal: float
    dual: float
    gap: float

    @property
    def accepted(self) -> bool:
        """Whether all three are within the accepted error."""
        return max(self.primal, self.dual, self.gap) <= ACCEPTED


@dataclass(frozen=True, slots=True)
class Solution:
    """Columns, row duals and reduced costs of a programme, which method found them, and how exact they are."""

    x: Vector
    duals: Vector
    reduced: Vector
    method: str
    residuals: Residuals


def solve(program: Program, progress: Callable[[str], None] | None = None, *, patient: bool = True) -> Solution | None:
    """Return a checked solution of a programme, None where none was found: it may have none.

    Without patience the interior point method has fewer steps, and nothing comes after it.
    """
    form = standard(program)
    with one_thread():
        steps = MOST_ITERATIONS if patient else _FEW_STEPS
        best = interior_point(form, pattern(program, form), progress, steps)
    method = f"interior point, {best.steps} steps"
    found = _checked(program, best.x[: form.structural], original_duals(program, best.y), method)
    if found.residuals.accepted:
        return found
    if not patient:
        return None
    if progress is not None:
        progress("solve: once more with HiGHS")
    return solve_with_highs(program)


def solve_with_highs(program: Program, time_limit_s: float = 120.0) -> Solution | None:
    """Solve with HiGHS' interior point method and crossover; None without an accepted solution."""
    import highspy

    matrix = matrix_of(program)
    highs = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("solver", "ipm"), ("time_limit", time_limit_s)):
        highs.setOptionValue(option, value)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(program.cost), len(program.row_lower)
    model.col_cost_, model.col_lower_, model.col_upper_ = program.cost, np.zeros_like(program.cost), program.upper
    model.row_lower_, model.row_upper_ = program.row_lower, program.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    highs.passModel(model)
    highs.run()
    solution = highs.getSolution()
    if not solution.value_valid or not solution.dual_valid:
        return None
    found = _checked(program, np.array(solution.col_value), np.array(solution.row_dual), "HiGHS")
    return found if found.residuals.accepted else None


def matrix_of(program: Program) -> "csc_matrix":
    """Return the matrix of a programme as it was built."""
    from scipy.sparse import csc_matrix

    if "matrix" not in program.held:
        shape = (len(program.row_lower), len(program.cost))
        entries = (program.entry_value, (program.entry_row, program.entry_column))
        program.held["matrix"] = csc_matrix(entries, shape=shape)
    found: csc_matrix = program.held["matrix"]
    return found


def _checked(program: Program, x: Vector, duals: Vector, method: str) -> Solution:
    duals = np.where((duals > 0.0) & np.isneginf(program.row_lower), 0.0, duals)
    duals = np.where((duals < 0.0) & np.isposinf(program.row_upper), 0.0, duals)
    reduced = program.cost - matrix_of(program).T @ duals
    return Solution(x, duals, reduced, method, residuals(program, x, duals))


def residuals(program: Program, x: Vector, duals: Vector) -> Residuals:
    """Return what is left of the optimality conditions on the programme as it was built.

    Any ``duals`` of the right sign give a bound from below: cost >= sum of dual x the side of its row + sum over
    columns with an upper bound of min(0, reduced cost) x bound. Reduced costs of the wrong sign elsewhere
    count as ``dual``.
    """
    matrix = matrix_of(program)
    activity, reduced = matrix @ x, program.cost - matrix.T @ duals
    outside = [program.row_lower - activity, activity - program.row_upper, -x, x - program.upper]
    bounded = np.isfinite(program.upper)
    side = np.where(duals > 0.0, program.row_lower, program.row_upper)
    bound = float(np.sum(np.where(duals == 0.0, 0.0, duals * np.where(np.isfinite(side), side, 0.0))))
    bound += float(np.minimum(reduced[bounded], 0.0) @ program.upper[bounded])
    cost = float(program.cost @ x)
    wrong = -np.min(reduced[~bounded], initial=0.0) / np.abs(program.cost).max()
    worst = max(float(np.max(part, initial=0.0)) for part in outside)
    wrong = float(wrong) if wrong > _ROUNDING else 0.0
    return Residuals(worst, wrong, abs(cost - bound) / max(abs(cost), 1e-12))
