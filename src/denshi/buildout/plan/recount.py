"""Count a schedule again from its orders and dates alone: what it costs, and by how much it breaks a limit.

Nothing here reads the programme that the solver was given, so that a fault of either shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from denshi.buildout.plan.model import Vector
from denshi.buildout.plan.problem import Item, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What a schedule costs, discounted, and the largest breach of a limit."""

    objective_usd: float
    payments_usd: float
    lateness_usd: float
    running_usd: float
    paid_usd: Vector
    late_gw_quarters: tuple[float, ...]
    worst_gw: float
    worst_usd: float


def recount(
    plan: Plan, orders_gw: Mapping[tuple[str, str], Vector], service: Sequence[Sequence[int]], *, money: bool = True
) -> Count:
    """Return the cost of a schedule and its largest breach of supply, slots, crews (GW) and budget (USD)."""
    discount = plan.discount ** np.arange(plan.quarters)
    paid = payments(plan, orders_gw, service[0])
    lateness = running = 0.0
    breaches_gw = [0.0, *_slots(plan, orders_gw)]
    late: list[float] = []
    for (probability, item_name, supplier_name), dates in zip(plan.outages, service, strict=True):
        online = in_service_gw(plan, dates)
        lost = _lost_gw(plan, dates)
        late.append(float(lost.sum()))
        lateness += probability * plan.lost_margin_usd_per_gw_quarter * float(discount @ lost)
        for item in plan.items:
            ready = {
                supplier.name: delivered_gw(plan, item, supplier.name, orders_gw, (item_name, supplier_name))
                for supplier in item.suppliers
            }
            breaches_gw.append(float(np.max(online - item.in_hand_gw - np.sum(list(ready.values()), axis=0))))
            running += probability * float(discount @ _running(plan, item, ready, online))
        breaches_gw.append(_crew_breach(plan, online))
        breaches_gw.append(float(np.max(online - in_service_gw(plan, service[0]))))
    payments_usd = float(discount @ paid)
    return Count(
        objective_usd=payments_usd + lateness + running,
        payments_usd=payments_usd,
        lateness_usd=lateness,
        running_usd=running,
        paid_usd=paid,
        late_gw_quarters=tuple(late),
        worst_gw=max(breaches_gw),
        worst_usd=_money_breach(plan, paid, in_service_gw(plan, service[0])) if money else 0.0,
    )


def in_service_gw(plan: Plan, dates: Sequence[int]) -> Vector:
    """Return the power of the stages in service in each quarter [GW]."""
    quarters = np.arange(plan.quarters)
    online = np.zeros(plan.quarters)
    for stage, date in zip(plan.stages, dates, strict=True):
        online += stage.gw * (quarters >= date)
    return online


def delivered_gw(
    plan: Plan,
    item: Item,
    supplier_name: str,
    orders_gw: Mapping[tuple[str, str], Vector],
    out: tuple[str, str] = ("", ""),
) -> Vector:
    """Return what a supplier has delivered and crews have installed by each quarter [GW]."""
    supplier = next(one for one in item.suppliers if one.name == supplier_name)
    late = supplier.outage_quarters if (item.name, supplier_name) == out else 0
    way = supplier.lead_quarters + item.installation_quarters + late
    arrived = np.zeros(plan.quarters)
    arrived[way:] = orders_gw[(item.name, supplier_name)][: max(0, plan.quarters - way)]
    return np.cumsum(arrived)


def payments(plan: Plan, orders_gw: Mapping[tuple[str, str], Vector], dates: Sequence[int]) -> Vector:
    """Return what is paid in each quarter: deposits, balances, qualifications and the shell of each stage [USD]."""
    paid = np.zeros(plan.quarters)
    for item in plan.items:
        for supplier in item.suppliers:
            orders = orders_gw[(item.name, supplier.name)]
            for quarter in np.flatnonzero(orders):
                price = supplier.usd_per_gw * orders[quarter]
                paid[quarter] += item.deposit_fraction * price
                paid[quarter + supplier.lead_quarters] += (1.0 - item.deposit_fraction) * price
            paid[0] += supplier.qualification_usd * bool(orders.any())
    for stage, date in zip(plan.stages, dates, strict=True):
        for ahead in range(1, plan.shell_quarters + 1):
            paid[max(0, date - ahead)] += plan.shell_usd_per_gw * stage.gw / plan.shell_quarters
    return paid


def _lost_gw(plan: Plan, dates: Sequence[int]) -> Vector:
    lost = np.zeros(plan.quarters)
    for stage, date in zip(plan.stages, dates, strict=True):
        lost[stage.wanted : max(stage.wanted, date)] += stage.gw
    return lost


def _running(plan: Plan, item: Item, ready: Mapping[str, Vector], online: Vector) -> Vector:
    """Return the running cost of a quarter: the cheapest ware that is there runs first [USD]."""
    left, cost = np.maximum(0.0, online - item.in_hand_gw), np.zeros(plan.quarters)
    for supplier in sorted(item.suppliers, key=lambda one: one.running_usd_per_gw_quarter):
        used = np.minimum(left, ready[supplier.name])
        cost += supplier.running_usd_per_gw_quarter * used
        left = left - used
    return cost


def _slots(plan: Plan, orders_gw: Mapping[tuple[str, str], Vector]) -> list[float]:
    found: list[float] = []
    for item in plan.items:
        for supplier in item.suppliers:
            orders = orders_gw[(item.name, supplier.name)]
            found += [
                float(orders.max()) - supplier.gw_per_quarter,
                float(orders.sum()) - supplier.limit_gw,
                float(orders[: supplier.slots_from].sum()),
                -float(orders.min()),
            ]
    return found


def _crew_breach(plan: Plan, online: Vector) -> float:
    if plan.crew_gw <= 0:
        return 0.0
    later = np.concatenate([online[plan.crew_quarters :], np.full(plan.crew_quarters, online[-1])])[: plan.quarters]
    return max(float(np.max(later - online)) - plan.crew_gw, float(online[plan.crew_quarters - 1]))


def _money_breach(plan: Plan, paid: Vector, online: Vector) -> float:
    if not plan.budget_usd:
        return 0.0
    budget = np.array([plan.budget_usd[min(q, len(plan.budget_usd) - 1)] for q in range(plan.quarters)])
    released = plan.release_usd_per_gw * np.concatenate([[0.0], online[:-1]])
    return float(np.max(np.cumsum(paid) - np.cumsum(budget) - released))
