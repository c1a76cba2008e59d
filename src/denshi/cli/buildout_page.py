"""The page of a build-out plan: stages, Gantt rows, what a week costs, second sources, outages."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from denshi.buildout.plan import Item, Plan, Schedule
    from denshi.cli.buildout_plan import PlanFile

_BN = 1e9
_BARS = 40


def page(file: "PlanFile", progress: Callable[[str], None]) -> dict[str, Any]:
    """Return the best schedule of a plan as plain values."""
    from denshi.buildout.plan import bars, dated, in_service_gw, outages, solve

    plan = file.plan
    progress("plan")
    found = solve(plan)
    count = found.count
    rows = [_bar(one, file.start) for one in bars(plan, found)]
    stages = [_stage(one, file.start) for one in dated(plan, found)]
    return {
        "schema_version": 1,
        "name": file.name,
        "start": file.start.isoformat(),
        "quarters": plan.quarters,
        "objective_usd": found.objective_usd,
        "lower_bound_usd": found.bound_usd,
        "gap_fraction": found.gap_fraction,
        "largest_breach_gw": max(0.0, count.worst_gw),
        "payments_usd": count.payments_usd,
        "expected_lateness_usd": count.lateness_usd,
        "running_usd": count.running_usd,
        "lost_margin_usd_per_gw_quarter": plan.lost_margin_usd_per_gw_quarter,
        "stages": stages,
        "gantt": rows,
        "critical_path": [row for row in rows if row["critical"]],
        "items": [_item(plan, found, one, progress) for one in plan.items],
        "second_sources": [_second(plan, found, one, progress) for one in plan.items if len(one.suppliers) > 1],
        "outages": [
            {
                "item": one.item,
                "supplier": one.supplier,
                "probability": one.probability,
                "in_service": [_at(at, file.start) if at < plan.quarters else None for at in one.in_service],
                "late_gw_quarters": one.late_gw_quarters,
                "lost_margin_usd": one.lost_margin_usd,
            }
            for one in outages(plan, found)
        ],
        "quarter_start": [_at(quarter, file.start) for quarter in range(plan.quarters)],
        "in_service_gw": in_service_gw(plan, found.service[0]).tolist(),
        "paid_usd": count.paid_usd.tolist(),
        "sources": [{"item": item, "supplier": who, "source": text} for (item, who), text in file.sources.items()],
        "notices": _notices(plan, found),
    }


def _at(quarter: int, start: date) -> str:
    from denshi.buildout.schedule import day_of

    return day_of(3.0 * quarter, start).isoformat()


def _bar(one: Any, start: date) -> dict[str, Any]:
    return {
        "item": one.item,
        "supplier": one.supplier,
        "stage": one.stage,
        "gw": round(one.gw, 9),
        "start": _at(one.ordered, start),
        "delivered": _at(one.delivered, start),
        "end": _at(one.ready, start),
        "critical": one.critical,
    }


def _stage(one: Any, start: date) -> dict[str, Any]:
    return {
        "stage": one.stage,
        "gw": one.gw,
        "wanted": _at(one.wanted, start),
        "in_service": _at(one.in_service, start),
        "late_quarters": max(0, one.in_service - one.wanted),
        "decided_by": list(one.decided_by),
    }


def _item(plan: "Plan", found: "Schedule", item: "Item", progress: Callable[[str], None]) -> dict[str, Any]:
    from denshi.buildout.plan import lateness

    progress(f"{item.name}: a week late")
    worth = lateness(plan, found, item)
    return {
        "item": item.name,
        "float_quarters": worth.float_quarters,
        "unforeseen_usd_per_week": worth.unforeseen_usd_per_week,
        "foreseen_usd_per_week": worth.foreseen_usd_per_week,
    }


def _second(plan: "Plan", found: "Schedule", item: "Item", progress: Callable[[str], None]) -> dict[str, Any]:
    from denshi.buildout.plan import second_source

    progress(f"{item.name}: one supplier")
    worth = second_source(plan, found, item)
    return {
        "item": item.name,
        "share": worth.share,
        "value_usd": _whole(worth.value_usd),
        "premium_usd": _whole(worth.premium_usd),
        "outage_weeks": worth.outage_weeks,
        "outage_weeks_alone": worth.outage_weeks_alone,
        "alone": worth.alone,
    }


def _whole(usd: float | None) -> float | None:
    # Two solutions of equal worth differ in the last digits: a dollar is the smallest sum that means something.
    return None if usd is None else float(round(usd)) + 0.0


def _notices(plan: "Plan", found: "Schedule") -> list[str]:
    said = [
        "lead times and outages are rounded up to whole quarters; a stage goes into service whole, in the file's order",
        "float leaves money and crews aside; an outage delays all deliveries of one supplier, and orders stand",
    ]
    late = sum(any(date >= plan.quarters for date in dates) for dates in found.service[1:])
    if late:
        said.append(f"under {late} of the outages a stage is not in service by the end: lateness is counted up to it")
    if found.gap_fraction > 1e-4:
        said.append(f"the search ended at its time limit: a plan up to {found.gap_fraction:.2%} cheaper may exist")
    return said


def as_text(found: dict[str, Any]) -> str:
    """Return the page of a plan as text."""
    lines = [
        f"{found['name']}: {found['objective_usd'] / _BN:,.3f} bn USD today = {found['payments_usd'] / _BN:,.3f} paid "
        f"+ {found['running_usd'] / _BN:,.3f} to run "
        f"+ {found['expected_lateness_usd'] / _BN:,.3f} of expected lateness",
        f"no plan is cheaper than {found['lower_bound_usd'] / _BN:,.3f} bn USD (gap {found['gap_fraction']:.1e}); "
        f"largest breach of a limit {found['largest_breach_gw']:.1e} GW",
        "",
        f"{'stage':20} {'GW':>6}  {'wanted':10}  {'in service':10}  {'late':>5}  decided by",
    ]
    lines += [
        f"{one['stage'][:20]:20} {one['gw']:6.2f}  {one['wanted']}  {one['in_service']}  {one['late_quarters']:3d} q  "
        f"{', '.join(one['decided_by'])}"
        for one in found["stages"]
    ]
    lines += ["", f"{'item':16} {'supplier':18} {'for':14} {'GW':>6}  {'order':10}  {'delivery':10}  {'ready':10}"]
    lines += [
        f"{one['item'][:16]:16} {one['supplier'][:18]:18} {one['stage'][:14]:14} {one['gw']:6.2f}  {one['start']}  "
        f"{one['delivered']}  {one['end']}{'  critical' if one['critical'] else ''}"
        for one in found["gantt"][:_BARS]
    ]
    if len(found["gantt"]) > _BARS:
        lines.append(f"… and {len(found['gantt']) - _BARS} more (--json has all)")
    lines += ["", f"{'item':16} {'float':>6}  {'a week late costs':>20}  {'if known at once':>20}"]
    lines += [
        f"{one['item'][:16]:16} {one['float_quarters']:4d} q  {_millions(one['unforeseen_usd_per_week']):>20}  "
        f"{_millions(one['foreseen_usd_per_week']):>20}"
        for one in found["items"]
    ]
    lines += ["", *(_source(one) for one in found["second_sources"])]
    lines += [
        f"outage of {one['supplier']} ({one['item']}), probability {one['probability']:.0%}: "
        f"{one['late_gw_quarters']:,.1f} GW-quarters later, {one['lost_margin_usd'] / _BN:,.2f} bn USD"
        for one in found["outages"]
    ]
    return "\n".join([*lines, *(f"notice: {one}" for one in found["notices"])]) + "\n"


def _millions(usd: float | None) -> str:
    return "not in this horizon" if usd is None else f"{usd / 1e6:,.1f} M USD"


def _source(one: dict[str, Any]) -> str:
    shares = ", ".join(f"{name} {share:.0%}" for name, share in one["share"].items() if share > 0)
    if one["value_usd"] is None:
        return f"{one['item']}: {shares}; one supplier alone cannot do it within the horizon"
    if one["value_usd"] <= 0:
        return f"{one['item']}: {shares}; a second source does not pay"
    return (
        f"{one['item']}: {shares}; more than one source saves {one['value_usd'] / 1e6:,.0f} M USD against "
        f"{one['alone']} alone (paid {one['premium_usd'] / 1e6:+,.0f} M; delay by outages {one['outage_weeks']:.1f} "
        f"against {one['outage_weeks_alone']:.1f} weeks)"
    )
