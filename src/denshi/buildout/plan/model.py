"""The plan as a mixed-integer programme: orders shared by all outages, dates of service in each of them."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from denshi.buildout.plan.problem import Item, Plan, Supplier, soonest_gw

Vector = NDArray[np.float64]
USD_PER_UNIT = 1e9
_LEAST_GW = 1e-6


@dataclass(slots=True)
class Program:
    """A mixed-integer programme in rows: lower <= A x <= upper, bounds on x, some of them whole. Money in bn USD."""

    cost: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    row_lower: list[float] = field(default_factory=list)
    row_upper: list[float] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    offset: float = 0.0

    def columns(self, count: int, upper: float, *, whole: bool = False) -> range:
        """Add columns from 0 to an upper bound and return their numbers."""
        first = len(self.cost)
        self.cost += [0.0] * count
        self.lower += [0.0] * count
        self.upper += [upper] * count
        self.whole += [whole] * count
        return range(first, first + count)

    def row(self, terms: dict[int, float], lower: float, upper: float) -> None:
        """Add a row."""
        number = len(self.row_lower)
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        self.entries += [(number, column, value) for column, value in terms.items() if value != 0.0]


@dataclass(slots=True)
class Columns:
    """Where the decisions stand: orders and use by item and supplier, service by scenario and stage."""

    orders: dict[tuple[str, str], range] = field(default_factory=dict)
    taken: dict[tuple[str, str], int] = field(default_factory=dict)
    service: list[list[range]] = field(default_factory=list)
    use: list[dict[tuple[str, str], range]] = field(default_factory=list)


def program_of(plan: Plan) -> tuple[Program, Columns]:
    """Return the programme of a plan.

    Orders :math:`o_{ikq}` [GW] and stages in service :math:`Y^w_{sq} \\in \\{0, 1\\}`; with the discount
    :math:`d^q`, probability :math:`p_w`, margin :math:`m`:

    .. math:: \\min \\sum_q d^q \\, paid_q + \\sum_w p_w \\sum_q d^q
        \\Bigl( \\sum_{s: q \\ge wanted_s} m \\, g_s (1 - Y^w_{sq}) + \\sum_{ik} r_{ik} u^w_{ikq} \\Bigr)

    subject to :math:`\\sum_s g_s Y^w_{sq} \\le` what of each item is delivered and installed by quarter q, slots of the
    suppliers, crews, and money paid so far within the money there is so far. In scenario w one supplier delivers late.
    """
    program, columns = Program(), Columns()
    for item in plan.items:
        for supplier in item.suppliers:
            _orders(program, columns, plan, item, supplier)
    for probability, item_name, supplier_name in plan.outages:
        _scenario(program, columns, plan, probability, (item_name, supplier_name))
    for stage in columns.service[0]:
        program.lower[stage[-1]] = 1.0
    _money(program, columns, plan)
    return program, columns


def _orders(program: Program, columns: Columns, plan: Plan, item: Item, supplier: Supplier) -> None:
    """Orders stand as sums up to each quarter: the rows that follow then have few entries."""
    key = (item.name, supplier.name)
    most = min(supplier.gw_per_quarter, supplier.limit_gw, plan.wanted_gw)
    found = program.columns(plan.quarters, min(supplier.limit_gw, plan.wanted_gw))
    columns.orders[key] = found
    taken: dict[int, float] = {}
    if supplier.qualification_usd > 0:
        columns.taken[key] = program.columns(1, 1.0, whole=True)[0]
        taken = {columns.taken[key]: -most}
    for quarter, column in enumerate(found):
        is_open = supplier.slots_from <= quarter < plan.quarters - supplier.lead_quarters - item.installation_quarters
        before = {found[quarter - 1]: -1.0} if quarter else {}
        program.row({column: 1.0} | before, 0.0, most if is_open else 0.0)
        if taken and is_open:
            program.row({column: 1.0} | before | taken, -np.inf, 0.0)


def _scenario(program: Program, columns: Columns, plan: Plan, probability: float, out: tuple[str, str]) -> None:
    service = [program.columns(plan.quarters, 1.0, whole=True) for _ in plan.stages]
    use: dict[tuple[str, str], range] = {}
    _lateness(program, plan, probability, service)
    for stage in service:
        for quarter in range(1, plan.quarters):
            program.row({stage[quarter]: 1.0, stage[quarter - 1]: -1.0}, 0.0, np.inf)
    for earlier, later in pairwise(service):
        for quarter in range(plan.quarters):
            program.row({earlier[quarter]: 1.0, later[quarter]: -1.0}, 0.0, np.inf)
    for item in plan.items:
        (_run if item.is_run else _supplied)(program, columns, plan, item, service, out, use, probability)
    if plan.crew_gw > 0:
        _crews(program, plan, service)
    for stage, planned in zip(service, columns.service[0] if columns.service else [], strict=False):
        for quarter in range(plan.quarters):
            # An outage brings no stage forward: what money or a shell of the plan is not there for stays out.
            program.row({planned[quarter]: 1.0, stage[quarter]: -1.0}, 0.0, np.inf)
    _too_soon(program, plan, service)
    columns.service.append(service)
    columns.use.append(use)


def _too_soon(program: Program, plan: Plan, service: list[range]) -> None:
    """No stage before the first quarter in which each item can be there: nothing the rows do not say, said sooner."""
    needed = np.cumsum([stage.gw for stage in plan.stages])
    for item in plan.items:
        ready = soonest_gw(plan, item)
        for stage, gw in zip(service, needed, strict=True):
            for quarter in np.flatnonzero(ready < gw - _LEAST_GW):
                program.upper[stage[quarter]] = 0.0


def _lateness(program: Program, plan: Plan, probability: float, service: list[range]) -> None:
    margin = probability * plan.lost_margin_usd_per_gw_quarter / USD_PER_UNIT
    for stage, columns in zip(plan.stages, service, strict=True):
        for quarter in range(stage.wanted, plan.quarters):
            lost = margin * stage.gw * plan.discount**quarter
            program.offset += lost
            program.cost[columns[quarter]] -= lost


def _delivered(
    columns: Columns, item: Item, supplier: Supplier, quarter: int, out: tuple[str, str]
) -> dict[int, float]:
    key = (item.name, supplier.name)
    way = supplier.lead_quarters + item.installation_quarters + (supplier.outage_quarters if key == out else 0)
    return {columns.orders[key][quarter - way]: 1.0} if quarter >= way else {}


def _supplied(
    program: Program,
    columns: Columns,
    plan: Plan,
    item: Item,
    service: list[range],
    out: tuple[str, str],
    _use: dict[tuple[str, str], range],
    _probability: float,
) -> None:
    for quarter in range(plan.quarters):
        terms = {stage[quarter]: -size.gw for stage, size in zip(service, plan.stages, strict=True)}
        for supplier in item.suppliers:
            terms |= _delivered(columns, item, supplier, quarter, out)
        program.row(terms, -item.in_hand_gw, np.inf)


def _run(
    program: Program,
    columns: Columns,
    plan: Plan,
    item: Item,
    service: list[range],
    out: tuple[str, str],
    use: dict[tuple[str, str], range],
    probability: float,
) -> None:
    """What is in use covers the service in each quarter; what is in hand costs nothing to run."""
    for supplier in item.suppliers:
        used = program.columns(plan.quarters, np.inf)
        use[(item.name, supplier.name)] = used
        for quarter, column in enumerate(used):
            running = probability * supplier.running_usd_per_gw_quarter / USD_PER_UNIT
            program.cost[column] = running * plan.discount**quarter
            program.row(_delivered(columns, item, supplier, quarter, out) | {column: -1.0}, 0.0, np.inf)
    for quarter in range(plan.quarters):
        terms = {stage[quarter]: -size.gw for stage, size in zip(service, plan.stages, strict=True)}
        terms |= {use[(item.name, supplier.name)][quarter]: 1.0 for supplier in item.suppliers}
        program.row(terms, -item.in_hand_gw, np.inf)


def _crews(program: Program, plan: Plan, service: list[range]) -> None:
    for stage in service:
        for column in stage[: plan.crew_quarters]:
            program.upper[column] = 0.0
    for quarter in range(plan.quarters - 1):
        until = min(quarter + plan.crew_quarters, plan.quarters - 1)
        terms: dict[int, float] = {}
        for stage, size in zip(service, plan.stages, strict=True):
            terms |= {stage[until]: size.gw, stage[quarter]: -size.gw}
        program.row(terms, -np.inf, plan.crew_gw)


def _money(program: Program, columns: Columns, plan: Plan) -> None:
    """Cost of all payments, and payments so far within the money so far."""
    so_far = 0.0
    for quarter in range(plan.quarters):
        paid = _paid_until(columns, plan, quarter)
        last = quarter == plan.quarters - 1
        # What is paid by quarter q counts from q on: each quarter of waiting takes d^q - d^(q + 1) off its value.
        weight = plan.discount**quarter - (0.0 if last else plan.discount ** (quarter + 1))
        for column, value in paid.items():
            program.cost[column] += weight * value
        if plan.budget_usd:
            so_far += plan.budget_usd[min(quarter, len(plan.budget_usd) - 1)] / USD_PER_UNIT
            if quarter > 0:
                for stage, size in zip(columns.service[0], plan.stages, strict=True):
                    released = plan.release_usd_per_gw * size.gw / USD_PER_UNIT
                    paid[stage[quarter - 1]] = paid.get(stage[quarter - 1], 0.0) - released
            program.row(paid, -np.inf, so_far)


def _paid_until(columns: Columns, plan: Plan, quarter: int) -> dict[int, float]:
    """Return what has been paid by the end of a quarter, as terms in the decisions [bn USD]."""
    paid: dict[int, float] = {}
    for item in plan.items:
        for supplier in item.suppliers:
            price = supplier.usd_per_gw / USD_PER_UNIT
            ordered = columns.orders[(item.name, supplier.name)]
            paid[ordered[quarter]] = price * item.deposit_fraction
            if quarter >= supplier.lead_quarters:
                delivered = ordered[quarter - supplier.lead_quarters]
                paid[delivered] = paid.get(delivered, 0.0) + price * (1.0 - item.deposit_fraction)
            taken = columns.taken.get((item.name, supplier.name))
            if taken is not None:
                paid[taken] = supplier.qualification_usd / USD_PER_UNIT
    part = plan.shell_usd_per_gw / USD_PER_UNIT / plan.shell_quarters
    for stage, size in zip(columns.service[0], plan.stages, strict=True):
        for ahead in range(1, plan.shell_quarters + 1):
            column = stage[min(quarter + ahead, plan.quarters - 1)]
            paid[column] = paid.get(column, 0.0) + part * size.gw
    return paid
