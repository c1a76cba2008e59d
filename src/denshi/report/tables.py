"""Tables of the report: bill of materials, workloads, supply, key figures of a section."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from denshi.report.charts import in_merit_order, technology
from denshi.report.charts_money import calendar_month
from denshi.report.headlines import span
from denshi.report.locale import Texts, number
from denshi.report.reading import Design, as_number, at, list_at, number_at, numbers_at, text_at
from denshi.report.values import label, shown

KEY_FIGURES: Mapping[str, Sequence[str]] = {
    "compute": (
        "cluster.accelerators", "cluster.units", "cluster.racks", "cluster.it_power_kw", "cluster.rack_power_kw",
        "cluster.liquid_fraction", "cluster.footprint_m2", "cluster.leaf_switches", "cluster.spine_switches",
        "cluster.core_switches", "cluster.optics", "cluster.scaleout_bytes_per_s", "cluster.halls", "cluster.cable_kg",
    ),
    "energy": (
        "energy.connection_kw", "energy.import_peak_kw", "energy.lcoe_usd_per_kwh", "energy.cost_usd_per_year",
        "energy.clean_fraction_annual", "energy.clean_fraction_hourly", "energy.clean_hours_fraction",
        "energy.carbon_g_per_kwh", "energy.carbon_t_per_year", "energy.curtailed_kwh", "energy.capex_usd",
    ),
    "facility": (
        "facility.cooling_plant", "facility.pue_mean", "facility.pue_peak", "facility.pue_extreme", "facility.tue_mean",
        "facility.wue_l_per_kwh",
        "facility.water_m3_per_year", "facility.peak_load_kw", "facility.connection_kva", "facility.trim_hours",
        "facility.energy_kwh_per_year", "facility.transformers", "facility.ups_units", "facility.generators",
        "facility.chillers", "facility.heat_rejectors",
    ),
    "schedule": (
        "buildout.first_power_month", "buildout.full_power_month", "buildout.critical_item",
        "buildout.critical_lead_weeks", "finance.cost_of_month_delay_usd",
    ),
    "money": (
        "finance.capex_usd", "finance.capex_usd_per_kw_it", "finance.capex_usd_per_kw_facility",
        "finance.capex_usd_per_kw_contracted", "finance.revenue_usd_per_year", "finance.opex_usd_per_year",
        "finance.npv_usd", "finance.irr", "finance.modified_irr", "finance.equity_irr", "finance.payback_years",
        "finance.debt_usd", "finance.dscr_min", "finance.lcoc_usd_per_accelerator_hour",
        "finance.lcoc_usd_per_eflop_day", "finance.usd_per_million_tokens", "finance.sold_accelerator_hours",
    ),
}  # fmt: skip

_PLAN = ("tp", "pp", "cp", "ep", "dp")
_WORK_ROWS = (
    "tokens_per_s", "tokens_per_year", "mfu", "hfu", "step_s", "compute_s", "communication_s", "bubble_s", "overhead_s",
    "run_s", "goodput_fraction", "runs_per_year", "accelerator_hours_per_run", "energy_kwh_per_run",
    "replica_accelerators", "replicas", "concurrency", "held_sequences", "ttft_s", "tpot_s", "tokens_per_s_per_user",
    "tokens_per_s_per_accelerator", "tokens_per_s_per_kw", "energy_j_per_token", "power_kw", "memory_bytes", "params",
    "active_params", "bound",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill of materials."""

    name: str
    count: str
    unit_price: str
    band: str
    cost: str
    share: str
    origin: str
    lead: str
    grade: str
    source: str


@dataclass(frozen=True, slots=True)
class Group:
    """A kind of goods with its sum and its lines; the total has no lines."""

    name: str
    cost: str
    share: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Grid:
    """A plain table: heads and rows, the first column a name."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def key_figures(design: Design, section: str, lang: str, t: Texts) -> list[tuple[str, str, str]]:
    """Return (path, label, value) of a section's key figures that the design has."""
    return [
        (path, label(path, t) or path, _key(design, path, lang, t))
        for path in KEY_FIGURES[section]
        if at(design, path) is not None
    ]


def _key(design: Design, path: str, lang: str, t: Texts) -> str:
    months = number_at(design, path)
    if path.endswith("_power_month") and months is not None:
        return t["month_of"].format(date=calendar_month(design, int(months), lang), n=f"{months:g}")
    return shown(design, path, lang, t)


def bill(design: Design, lang: str, t: Texts) -> list[Group]:
    """Return the bill of materials, dearest kind of goods first and dearest line first, then the total.

    The supply stands below the total: its cost is in the price of electricity, not in the capital expenditure.
    """
    items = [item for room in ("cluster", "facility") for item in _items(design, room)]
    total = sum(map(_cost, items))
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for item in items:
        kinds.setdefault(str(item.get("goods", "other")), []).append(item)
    ordered = sorted(kinds.items(), key=lambda one: -sum(map(_cost, one[1])))
    groups = [_group(t.get(f"goods.{goods}", goods), group, total, lang, t) for goods, group in ordered]
    if items:
        groups.append(Group(t["table.total"], number(total, "USD", lang), _share(total, total), []))
    supply_items = _items(design, "energy")
    return [*groups, _group(t["table.bill_supply"], supply_items, 0.0, lang, t)] if supply_items else groups


def _items(design: Design, room: str) -> list[Mapping[str, Any]]:
    return [item for item in list_at(design, f"{room}.items") if isinstance(item, Mapping)]


def _cost(item: Mapping[str, Any]) -> float:
    return (as_number(item.get("count")) or 0.0) * (as_number(item.get("unit_price_usd")) or 0.0)


def _group(name: str, items: Sequence[Mapping[str, Any]], total: float, lang: str, t: Texts) -> Group:
    lines = [_line(item, total, lang, t) for item in sorted(items, key=_cost, reverse=True)]
    cost = sum(map(_cost, items))
    return Group(name, number(cost, "USD", lang), _share(cost, total), lines)


def _line(item: Mapping[str, Any], total: float, lang: str, t: Texts) -> Line:
    low, high, weeks = (as_number(item.get(key)) for key in ("low_usd", "high_usd", "lead_time_weeks"))
    price = as_number(item.get("unit_price_usd"))
    wide = low is not None and high is not None and low < high
    return Line(
        name=str(item.get("name", "")),
        count=_count(item, lang, t),
        unit_price=number(price, "USD", lang),
        band=span(number(low, "USD", lang), number(high, "USD", lang), t) if wide else t["no_band"],
        cost=number(_cost(item), "USD", lang),
        share=_share(_cost(item), total),
        origin=str(item.get("origin", "")),
        lead=t["weeks"].format(n=f"{weeks:,.0f}") if weeks else t["none"],
        grade=str(item.get("grade", "")),
        source=str(item.get("source", "")),
    )


def _count(item: Mapping[str, Any], lang: str, t: Texts) -> str:
    unit = str(item.get("unit", ""))
    count = as_number(item.get("count"))
    if unit in ("kW", "kWh", "m", "m2"):
        return number(count, unit, lang).partition("（")[0]
    noun = t.get(f"item_unit.{unit}", unit)
    return number(count, "count", lang, noun) if lang == "ja" else f"{number(count, 'count', lang)} {noun}".strip()


def _share(cost: float, total: float) -> str:
    return f"{100 * cost / total:.1f} %" if total else ""


def supply(design: Design, lang: str, t: Texts) -> Grid:
    """Return capacity, energy and cost of each supply."""
    capacity, energy, cost = (
        numbers_at(design, f"energy.{name}") for name in ("capacity_kw", "energy_kwh", "cost_by_technology_usd")
    )
    names = in_merit_order(list(dict.fromkeys([*capacity, *energy, *cost])))
    rows = [
        [
            technology(name, t),
            number(capacity.get(name), "kW", lang),
            number(energy.get(name), "kWh", lang),
            number(cost.get(name), "USD", lang),
        ]
        for name in names
        if any(part.get(name) for part in (capacity, energy, cost))
    ]
    return Grid([t["table.technology"], t["table.capacity"], t["table.energy"], t["table.cost_year"]], rows)


def works(design: Design, lang: str, t: Texts) -> Grid:
    """Return the workloads side by side: one column each, one row a quantity that any of them has."""
    found = list_at(design, "workload")
    heads = [f"{i + 1}. {t.get('kind.' + _kind(design, i), _kind(design, i))}" for i in range(len(found))]
    asked = [f"scenario.workload.{i}" for i in range(len(found))]
    rows = [
        [t["work.model"], *(text_at(design, f"{one}.model") or t["none"] for one in asked)],
        [t["work.precision"], *(text_at(design, f"{one}.precision") or t["none"] for one in asked)],
        [t["work.accelerators"], *(shown(design, f"workload.{i}.accelerators", lang, t) for i in range(len(found)))],
    ]
    plans = [_plan(design, i, t) for i in range(len(found))]
    if any(plan != t["none"] for plan in plans):
        rows.append([t["work.plan"], *plans])
    for name in _WORK_ROWS:
        if any(at(design, f"workload.{i}.{name}") is not None for i in range(len(found))):
            values = [shown(design, f"workload.{i}.{name}", lang, t) for i in range(len(found))]
            rows.append([label(f"workload.{name}", t), *values])
    return Grid([t["work.kind"], *heads], rows if found else [])


def _kind(design: Design, index: int) -> str:
    return text_at(design, f"workload.{index}.kind") or text_at(design, f"scenario.workload.{index}.kind")


def _plan(design: Design, index: int, t: Texts) -> str:
    """Return the degrees of parallelism; attention groups of a served model are its data parallelism."""
    parts = {name: number_at(design, f"workload.{index}.{name}") for name in _PLAN}
    parts["dp"] = parts["dp"] or number_at(design, f"workload.{index}.groups")
    if all(part is None for part in parts.values()):
        return t["none"]
    return " × ".join("1" if part is None else f"{part:,.0f}" for part in parts.values())
