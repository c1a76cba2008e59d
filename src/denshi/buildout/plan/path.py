"""Read a schedule: rows of a Gantt chart, float of each item, and what decides each stage's date."""

from dataclasses import dataclass

import numpy as np

from denshi.buildout.plan.problem import Item, Plan, soonest_gw
from denshi.buildout.plan.recount import in_service_gw
from denshi.buildout.plan.solve import Schedule

_LEAST_GW = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A delivery for a stage: quarters of order, delivery and readiness; critical where nothing could come sooner."""

    item: str
    supplier: str
    stage: str
    gw: float
    ordered: int
    delivered: int
    ready: int
    critical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A stage: when it is wanted and in service, and what decides that: its date, items, crews or money."""

    stage: str
    gw: float
    wanted: int
    in_service: int
    decided_by: tuple[str, ...]


def bars(plan: Plan, schedule: Schedule) -> tuple[Bar, ...]:
    """Return each delivery with the stage it goes to: what is ready first goes to the stage that comes first."""
    found: list[Bar] = []
    for item in plan.items:
        spare = item.in_hand_gw
        lots = _lots(item, schedule)
        for stage, date in zip(plan.stages, schedule.service[0], strict=True):
            critical = item_float(plan, item, stage.name, date) <= 0 and date > stage.wanted
            need = stage.gw - min(spare, stage.gw)
            spare -= min(spare, stage.gw)
            while need > _LEAST_GW and lots:
                ready, supplier, ordered, gw = lots[0]
                taken = min(need, gw)
                need -= taken
                lots[0] = (ready, supplier, ordered, gw - taken)
                if gw - taken <= _LEAST_GW:
                    lots.pop(0)
                found.append(
                    Bar(
                        item=item.name,
                        supplier=supplier,
                        stage=stage.name,
                        gw=taken,
                        ordered=ordered,
                        delivered=ready - item.installation_quarters,
                        ready=ready,
                        critical=critical and ready == date,
                    )
                )
    return tuple(found)


def _lots(item: Item, schedule: Schedule) -> list[tuple[int, str, int, float]]:
    found: list[tuple[int, str, int, float]] = []
    for supplier in item.suppliers:
        orders = schedule.orders_gw[(item.name, supplier.name)]
        way = supplier.lead_quarters + item.installation_quarters
        found += [(int(q) + way, supplier.name, int(q), float(orders[q])) for q in np.flatnonzero(orders)]
    return sorted(found)


def item_float(plan: Plan, item: Item, stage_name: str, date: int) -> int:
    """Return by how many quarters an item could come later and a stage still be in service on its date.

    Counted as if it were ordered from the first day at every supplier up to its slots, money left aside.
    """
    names = [stage.name for stage in plan.stages]
    needed = sum(stage.gw for stage in plan.stages[: names.index(stage_name) + 1])
    enough = np.flatnonzero(soonest_gw(plan, item) >= needed - _LEAST_GW)
    return date - int(enough[0]) if len(enough) else date - plan.quarters


def dated(plan: Plan, schedule: Schedule) -> tuple[Dated, ...]:
    """Return each stage with its date and what decides it."""
    dates = schedule.service[0]
    return tuple(
        Dated(
            stage=stage.name,
            gw=stage.gw,
            wanted=stage.wanted,
            in_service=date,
            decided_by=_reasons(plan, schedule, stage.name, stage.wanted, date),
        )
        for stage, date in zip(plan.stages, dates, strict=True)
    )


def _reasons(plan: Plan, schedule: Schedule, name: str, wanted: int, date: int) -> tuple[str, ...]:
    if date <= wanted:
        return ("date",)
    items = tuple(item.name for item in plan.items if item_float(plan, item, name, date) <= 0)
    if items:
        return items
    gw = next(stage.gw for stage in plan.stages if stage.name == name)
    return ("crews",) if _crews_are_full(plan, schedule, date, gw) else ("money or price",)


def _crews_are_full(plan: Plan, schedule: Schedule, date: int, gw: float) -> bool:
    """Whether one quarter sooner would take more crews than there are in the quarter that it would add."""
    if plan.crew_gw <= 0:
        return False
    begin = date - plan.crew_quarters - 1
    if begin < 0:
        return True
    online = in_service_gw(plan, schedule.service[0])
    at_work = online[min(date - 1, plan.quarters - 1)] - online[begin]
    return bool(at_work + gw > plan.crew_gw + _LEAST_GW)
