"""What time and a second source are worth: the plan solved again with a slip, and with one supplier for an item."""

from dataclasses import dataclass, replace

from denshi.buildout.plan.path import item_float
from denshi.buildout.plan.problem import WEEKS_PER_QUARTER, Item, Plan
from denshi.buildout.plan.solve import GAP, Schedule, solve
from denshi.errors import InfeasibleError


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """What a quarter's slip of an item costs, a week of it [USD]; None where no plan then ends within the horizon.

    ``unforeseen_usd_per_week``: orders are kept, the item comes a quarter later, the dates of service follow.
    ``foreseen_usd_per_week``: the longer lead time is known on the first day and everything is planned anew.
    """

    item: str
    float_quarters: int
    unforeseen_usd_per_week: float | None
    foreseen_usd_per_week: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondSource:
    """An item from whom the plan takes it, against the best plan with one supplier for it; None where there is none.

    ``value_usd`` is what the right to split saves in all; ``premium_usd`` what is paid more for it (payments and
    running); ``outage_weeks`` the expected delay of a GW by an outage, in the plan and with one supplier alone.
    """

    item: str
    share: dict[str, float]
    value_usd: float | None
    premium_usd: float | None
    outage_weeks: float
    outage_weeks_alone: float | None
    alone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One supplier out of action: how likely, when the stages are then in service, what it costs beyond the plan."""

    item: str
    supplier: str
    probability: float
    in_service: tuple[int, ...]
    late_gw_quarters: float
    lost_margin_usd: float


def lateness(plan: Plan, schedule: Schedule, item: Item, *, gap: float = GAP) -> Lateness:
    """Return the float of an item, the least over the stages, and what a slip of one quarter costs a week."""
    longer = replace(plan, quarters=plan.quarters + 1)
    return Lateness(
        item=item.name,
        float_quarters=min(
            item_float(plan, item, stage.name, date)
            for stage, date in zip(plan.stages, schedule.service[0], strict=True)
        ),
        unforeseen_usd_per_week=_per_week(_cost(slipped(longer, item), gap, schedule), _cost(longer, gap, schedule)),
        foreseen_usd_per_week=_per_week(_cost(slipped(plan, item), gap), schedule.objective_usd),
    )


def slipped(plan: Plan, item: Item, quarters: int = 1) -> Plan:
    """Return the plan with a longer lead time of an item from every supplier."""
    late = tuple(
        replace(supplier, lead_weeks=supplier.lead_weeks + quarters * WEEKS_PER_QUARTER) for supplier in item.suppliers
    )
    return _with(plan, replace(item, suppliers=late))


def second_source(plan: Plan, schedule: Schedule, item: Item, *, gap: float = GAP) -> SecondSource:
    """Return what more than one supplier of an item is worth: the best of the plans with one of them, less this one."""
    ordered = {one.name: float(schedule.orders_gw[(item.name, one.name)].sum()) for one in item.suppliers}
    total = sum(ordered.values()) or 1.0
    alone: tuple[Schedule, Plan, str] | None = None
    for supplier in item.suppliers:
        only = _with(plan, replace(item, suppliers=(supplier,)))
        try:
            found = solve(only, gap=gap)
        except InfeasibleError:
            continue
        if alone is None or found.objective_usd < alone[0].objective_usd:
            alone = (found, only, supplier.name)
    best = None if alone is None else alone[0].count
    mine = schedule.count
    return SecondSource(
        item=item.name,
        share={name: gw / total for name, gw in ordered.items()},
        value_usd=None if best is None else best.objective_usd - mine.objective_usd,
        premium_usd=None
        if best is None
        else mine.payments_usd + mine.running_usd - best.payments_usd - best.running_usd,
        outage_weeks=outage_weeks(plan, schedule),
        outage_weeks_alone=None if alone is None else outage_weeks(alone[1], alone[0]),
        alone=None if alone is None else alone[2],
    )


def outage_weeks(plan: Plan, schedule: Schedule) -> float:
    """Return the expected delay of a GW by outages, beyond the dates of the plan [week]."""
    weighed = sum(
        probability * sum(stage.gw * (late - date) for stage, late, date in zip(plan.stages, dates, base, strict=True))
        for (probability, *_), dates in zip(plan.outages, schedule.service, strict=True)
        for base in (schedule.service[0],)
    )
    return weighed / plan.wanted_gw * WEEKS_PER_QUARTER


def outages(plan: Plan, schedule: Schedule) -> tuple[Outage, ...]:
    """Return each outage with the dates and the cost of lateness that follow from it, not discounted."""
    late = schedule.count.late_gw_quarters
    return tuple(
        Outage(
            item=item,
            supplier=supplier,
            probability=probability,
            in_service=dates,
            late_gw_quarters=gw_quarters - late[0],
            lost_margin_usd=(gw_quarters - late[0]) * plan.lost_margin_usd_per_gw_quarter,
        )
        for (probability, item, supplier), dates, gw_quarters in list(
            zip(plan.outages, schedule.service, late, strict=True)
        )[1:]
    )


def _with(plan: Plan, item: Item) -> Plan:
    return replace(plan, items=tuple(item if one.name == item.name else one for one in plan.items))


def _cost(plan: Plan, gap: float, kept: Schedule | None = None) -> float | None:
    try:
        return solve(plan, gap=gap, kept=None if kept is None else kept.orders_gw).objective_usd
    except InfeasibleError:
        return None


def _per_week(late: float | None, base: float | None) -> float | None:
    if late is None or base is None:
        return None
    return max(0.0, late - base) / WEEKS_PER_QUARTER
