"""Solve a plan with HiGHS, read the schedule off, and count it again without the solver."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from denshi.buildout.plan.model import USD_PER_UNIT, Program, Vector, program_of
from denshi.buildout.plan.problem import Plan
from denshi.buildout.plan.recount import Count, recount
from denshi.errors import InfeasibleError

GAP = 1e-6
TIME_LIMIT_S = 60.0
_RESIDUAL_GW = 1e-6
_LEAST_GW = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The best plan found: orders [GW] by (item, supplier) and quarter, quarter of service by stage and scenario.

    ``objective_usd`` and ``count`` are counted again from orders and dates; ``bound_usd`` is the solver's lower bound
    on any plan. ``service`` of a scenario holds the number of quarters where a stage is not in service by the end.
    """

    orders_gw: dict[tuple[str, str], Vector]
    service: tuple[tuple[int, ...], ...]
    objective_usd: float
    bound_usd: float
    count: Count

    @property
    def gap_fraction(self) -> float:
        """Return how far above the bound the plan may be [1]."""
        return max(0.0, self.objective_usd - self.bound_usd) / max(abs(self.objective_usd), 1.0)


def solve(
    plan: Plan,
    *,
    time_limit_s: float = TIME_LIMIT_S,
    gap: float = GAP,
    kept: Mapping[tuple[str, str], Vector] | None = None,
) -> Schedule:
    """Return the cheapest schedule of a plan: payments, running cost and expected lateness, discounted.

    ``kept`` are orders that stand already: then only the dates of service are decided, and money is left aside.

    Raises
    ------
    InfeasibleError : no schedule has all stages in service within the horizon, or none was found in time.
    OutOfRangeError : a plan that contradicts itself.
    """
    plan = plan.checked() if kept is None else replace(plan.checked(), budget_usd=())
    program, columns = program_of(plan)
    for key, orders_kept in (kept or {}).items():
        for quarter, gw in enumerate(np.cumsum(orders_kept)):
            column = columns.orders[key][quarter]
            program.lower[column] = program.upper[column] = float(gw)
    values, bound = _highs(program, time_limit_s, gap)
    orders = {key: _clean(np.diff(values[list(found)], prepend=0.0)) for key, found in columns.orders.items()}
    service = tuple(tuple(_first(values[list(stage)], plan) for stage in scenario) for scenario in columns.service)
    count = recount(plan, orders, service)
    if count.worst_gw > _RESIDUAL_GW * max(1.0, plan.wanted_gw) or count.worst_usd > 1e-6 * USD_PER_UNIT:
        raise InfeasibleError(
            f"the schedule breaks a limit by {count.worst_gw:.2e} GW or {count.worst_usd:,.0f} USD when counted again",
            where="buildout.plan",
            mend="Report the plan: this is a fault of denshi or of its solver",
        )
    return Schedule(
        orders_gw=orders,
        service=service,
        objective_usd=count.objective_usd,
        bound_usd=(bound + program.offset) * USD_PER_UNIT,
        count=count,
    )


def _clean(orders: Vector) -> Vector:
    return np.where(orders > _LEAST_GW, orders, 0.0)


def _first(values: Vector, plan: Plan) -> int:
    served = np.flatnonzero(values > 0.5)
    return int(served[0]) if len(served) else plan.quarters


def _highs(program: Program, time_limit_s: float, gap: float) -> tuple[Vector, float]:
    import highspy
    from scipy.sparse import csc_matrix

    row, column, value = (np.array(part) for part in zip(*program.entries, strict=True))
    shape = (len(program.row_lower), len(program.cost))
    matrix = csc_matrix((value, (row, column)), shape=shape)
    highs = highspy.Highs()
    options = {"output_flag": False, "threads": 1, "time_limit": time_limit_s, "mip_rel_gap": gap, "mip_abs_gap": 1e-7}
    for option, setting in options.items():
        highs.setOptionValue(option, setting)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = shape[1], shape[0]
    model.col_cost_, model.col_lower_, model.col_upper_ = map(np.array, (program.cost, program.lower, program.upper))
    model.row_lower_, model.row_upper_ = np.array(program.row_lower), np.array(program.row_upper)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    kind = highspy.HighsVarType
    model.integrality_ = [kind.kInteger if whole else kind.kContinuous for whole in program.whole]
    highs.passModel(model)
    highs.run()
    solution, info = highs.getSolution(), highs.getInfo()
    if not solution.value_valid or info.primal_solution_status != 2:
        raise InfeasibleError(
            "no schedule has every stage in service within the horizon",
            where="buildout.plan",
            why="lead times, slots, crews or money do not allow it",
            mend="Lengthen the plan, raise the budget or the slots, or name a faster supplier",
        )
    return np.array(solution.col_value), float(info.mip_dual_bound)
