"""Read a build-out plan: stages with dates, long-lead items with their suppliers, money and crews."""

from dataclasses import dataclass
from datetime import date
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from denshi.cli.energy_toml import Table, read_table, told_at
from denshi.errors import DenshiError

if TYPE_CHECKING:
    from denshi.buildout.plan import Item, Plan, Stage, Supplier

HOURS_PER_QUARTER = 8766 / 4
_TOP = (
    "name", "start", "quarters", "discount_rate", "lost_margin_usd_per_gw_quarter", "accelerators_per_gw",
    "margin_usd_per_accelerator_h", "shell_usd_per_gw", "shell_quarters", "budget_usd_per_quarter",
    "release_usd_per_gw", "crew_gw", "crew_quarters", "stage", "item",
)  # fmt: skip
_STAGE = ("name", "gw", "wanted")
_ITEM = ("name", "installation_quarters", "in_hand_gw", "deposit_fraction", "supplier")
_SUPPLIER = (
    "name", "usd_per_gw", "lead_weeks", "gw_per_quarter", "slots_from", "limit_gw", "qualification_usd",
    "running_usd_per_gw_quarter", "outage_probability", "outage_weeks", "source",
)  # fmt: skip
_MOST_QUARTERS = 80
_MOST_STAGES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """A plan with its name, its first day and the sources that the file names by item and supplier."""

    name: str
    start: date
    plan: "Plan"
    sources: dict[tuple[str, str], str]


def read_plan(path: Path) -> PlanFile:
    """Read a plan.

    Raises
    ------
    DenshiError : the file cannot be read, or says what cannot be; the message names file and line.
    """
    from denshi.buildout.plan import Plan

    top = read_table(path)
    top.only_these(_TOP)
    start, quarters = _day(top, "start"), _whole(top, "quarters", least=2, most=_MOST_QUARTERS)
    stages, items = top.tables("stage"), top.tables("item")
    for listed, key in ((stages, "stage"), (items, "item")):
        if not listed:
            raise top.fault("", f"has no {key}", mend=f'Begin one with [[{key}]] and name = "…"')
        if len(listed) > _MOST_STAGES:
            raise top.fault(key, f"is there {len(listed)} times, {_MOST_STAGES} at most are taken", mend="Join some")
    made = Plan(
        stages=tuple(_stage(one, start) for one in stages),
        items=tuple(_item(one, start) for one in items),
        quarters=quarters,
        lost_margin_usd_per_gw_quarter=_margin(top),
        discount_rate=top.number("discount_rate", "1", 0.08, most=1.0),
        shell_usd_per_gw=top.number("shell_usd_per_gw", "USD", 0.0),
        shell_quarters=_whole(top, "shell_quarters", 4),
        budget_usd=_budget(top),
        release_usd_per_gw=top.number("release_usd_per_gw", "USD", 0.0),
        crew_gw=top.number("crew_gw", "1", 0.0),
        crew_quarters=_whole(top, "crew_quarters", 2),
    )
    try:
        made.checked()
    except DenshiError as error:
        raise told_at(str(path), error) from None
    return PlanFile(name=top.text("name", path.stem), start=start, plan=made, sources=_sources(items))


def _margin(top: Table) -> float:
    if top.has("lost_margin_usd_per_gw_quarter"):
        if top.has("accelerators_per_gw"):
            raise top.fault("accelerators_per_gw", "stands beside lost_margin_usd_per_gw_quarter", mend="Keep one")
        return top.number("lost_margin_usd_per_gw_quarter", "USD")
    accelerators = top.number("accelerators_per_gw", "1")
    return accelerators * HOURS_PER_QUARTER * top.number("margin_usd_per_accelerator_h", "1")


def _budget(top: Table) -> tuple[float, ...]:
    key = "budget_usd_per_quarter"
    if not top.has(key):
        if top.has("release_usd_per_gw"):
            raise top.fault("release_usd_per_gw", "adds to no budget", mend=f'Write {key} = "1 billion USD"')
        return ()
    if isinstance(top.body[key], list):
        return tuple(top.numbers(key, "USD", ()))
    return (top.number(key, "USD"),)


def _stage(table: Table, start: date) -> "Stage":
    from denshi.buildout.plan import Stage

    table.only_these(_STAGE)
    gw = table.number("gw", "1", least=1e-3, most=1e3)
    return Stage(name=table.text("name"), gw=gw, wanted=_quarter(table, "wanted", start))


def _item(table: Table, start: date) -> "Item":
    from denshi.buildout.plan import Item

    table.only_these(_ITEM)
    suppliers = table.tables("supplier")
    in_hand = table.number("in_hand_gw", "1", 0.0)
    if not suppliers:
        raise table.fault("", "has no supplier", mend="Begin one with [[item.supplier]]")
    return Item(
        name=table.text("name"),
        suppliers=tuple(_supplier(one, start) for one in suppliers),
        installation_quarters=_whole(table, "installation_quarters", 0, least=0),
        in_hand_gw=in_hand,
        deposit_fraction=table.number("deposit_fraction", "1", 0.2, most=1.0),
    )


def _supplier(table: Table, start: date) -> "Supplier":
    from denshi.buildout.plan import Supplier

    table.only_these(_SUPPLIER)
    return Supplier(
        name=table.text("name"),
        usd_per_gw=table.number("usd_per_gw", "USD"),
        lead_weeks=table.number("lead_weeks", "1", most=2000.0),
        gw_per_quarter=table.number("gw_per_quarter", "1", 1e3, least=1e-3),
        slots_from=_quarter(table, "slots_from", start) if table.has("slots_from") else 0,
        limit_gw=table.number("limit_gw", "1", 1e6),
        qualification_usd=table.number("qualification_usd", "USD", 0.0),
        running_usd_per_gw_quarter=table.number("running_usd_per_gw_quarter", "USD", 0.0),
        outage_probability=table.number("outage_probability", "1", 0.0, most=1.0),
        outage_weeks=table.number("outage_weeks", "1", 0.0, most=500.0),
    )


def _sources(items: tuple[Table, ...]) -> dict[tuple[str, str], str]:
    return {
        (item.text("name"), one.text("name")): one.text("source", "stated without a source")
        for item in items
        for one in item.tables("supplier")
    }


def _whole(table: Table, key: str, default: int | None = None, *, least: int = 1, most: int = 40) -> int:
    value = table.number(key, "1", default, least=least, most=most)
    if value != int(value):
        raise table.fault(key, f"{value:g} is not a whole number of quarters", mend=f"Write {key} = {ceil(value)}")
    return int(value)


def _day(table: Table, key: str) -> date:
    value = table.need(key, "2026-01-01")
    if type(value) is date:
        return value
    raise table.fault(key, f'"{value}" is no day', mend=f"Write {key} = 2026-01-01")


def _quarter(table: Table, key: str, start: date) -> int:
    from denshi.buildout.schedule import month_of

    day = _day(table, key)
    if day < start:
        raise table.fault(key, f"{day} is before the start of the plan on {start}", mend="Move one of them")
    return ceil(month_of(day, start) / 3 - 1e-9)


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema of a plan.

    >>> plan_schema()["required"]
    ['start', 'quarters', 'stage', 'item']
    """
    text = {"type": "string", "minLength": 1}
    day = {"description": "a day", "format": "date"}

    def number(what: str) -> dict[str, Any]:
        return {"type": ["number", "string"], "description": what}

    def table(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    supplier = {
        "name": text,
        "usd_per_gw": number("price of what a GW needs [USD]"),
        "lead_weeks": number("from order to delivery; rounded up to quarters"),
        "gw_per_quarter": number("most that may be ordered in a quarter [GW]"),
        "slots_from": {**day, "description": "first day on which it takes orders"},
        "limit_gw": number("most that it sells in all [GW]"),
        "qualification_usd": number("what taking it on costs once [USD]"),
        "running_usd_per_gw_quarter": number("cost of a GW in use beyond the reference [USD]"),
        "outage_probability": number("that all its deliveries come late; one supplier at a time"),
        "outage_weeks": number("by how much"),
        "source": text,
    }
    item = {
        "name": text,
        "installation_quarters": {"type": "integer", "minimum": 0, "description": "from delivery to readiness"},
        "in_hand_gw": number("what is there at the start [GW]"),
        "deposit_fraction": number("paid with the order; the rest at delivery"),
        "supplier": {"type": "array", "minItems": 1, "items": table(supplier, ["name", "usd_per_gw", "lead_weeks"])},
    }
    stage = {"name": text, "gw": number("power that goes into service whole [GW]"), "wanted": day}
    properties = {
        "name": text,
        "start": {**day, "description": "first day of the first quarter"},
        "quarters": {"type": "integer", "minimum": 2, "maximum": _MOST_QUARTERS},
        "discount_rate": number("a year"),
        "lost_margin_usd_per_gw_quarter": number("what a GW that is late loses in a quarter [USD]"),
        "accelerators_per_gw": number("in place of lost_margin_usd_per_gw_quarter, with margin_usd_per_accelerator_h"),
        "margin_usd_per_accelerator_h": number("price less what an hour in service costs [USD/h]"),
        "shell_usd_per_gw": number("all that is no item [USD]"),
        "shell_quarters": {"type": "integer", "minimum": 1, "description": "quarters before service that pay for it"},
        "budget_usd_per_quarter": {
            "description": "what each quarter adds to the money, one number or a list whose last goes on [USD]"
        },
        "release_usd_per_gw": number("money that a GW in service releases [USD]"),
        "crew_gw": number("GW that crews install side by side; 0 for no limit"),
        "crew_quarters": {"type": "integer", "minimum": 1, "description": "quarters they are at it before service"},
        "stage": {"type": "array", "minItems": 1, "items": table(stage, ["name", "gw", "wanted"])},
        "item": {"type": "array", "minItems": 1, "items": table(item, ["name", "supplier"])},
    }
    required = ["start", "quarters", "stage", "item"]
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "denshi build-out plan"}
    return schema | table(properties, required)
