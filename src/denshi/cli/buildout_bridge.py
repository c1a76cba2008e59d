"""``denshi buildout bridge``: power until the supply is there, with early and late lead times; what waiting costs."""

from dataclasses import dataclass
from datetime import date
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from denshi.catalog import Technology, find
from denshi.cli.energy_toml import Table, read_table
from denshi.errors import CatalogError

if TYPE_CHECKING:
    from denshi.buildout.bridge import Option, Source

_TOP = ("name", "start", "accelerators_per_kw", "margin_usd_per_accelerator_h", "phase", "supply", "option")
_PHASE = ("date", "power")
_SUPPLY = ("technology", "power", "lead_months", "low_months", "high_months")
_OPTION = (
    "name", "technology", "lead_months", "capex_usd_per_kw", "resale_fraction", "rent_usd_per_kw_month",
    "running_usd_per_kwh", "replaced_usd_per_kwh", "carbon_g_per_kwh", "limit",
)  # fmt: skip
_CASES = ("early", "usual", "late")
_MOST_MONTHS = 360


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeFile:
    """A case: phases [month, kW], the supply that will come, the bridges that may be had, the cost of a dark kWh."""

    name: str
    start: date
    phase_month: tuple[float, ...]
    phase_kw: tuple[float, ...]
    supply: tuple["Source", ...]
    options: tuple["Option", ...]
    dark_usd_per_kwh: float
    accelerators_per_kw: float


def read_bridge(path: Path) -> BridgeFile:
    """Read a case.

    Raises
    ------
    DenshiError : the file cannot be read, or says what cannot be; the message names file and line.
    """
    from denshi.buildout.bridge import waiting_usd_per_kwh
    from denshi.buildout.schedule import month_of

    top = read_table(path)
    top.only_these(_TOP)
    start = _day(top, "start")
    phases = top.tables("phase")
    if not phases:
        raise top.fault("", "has no phase", mend='Begin one with [[phase]], date = 2028-01-01 and power = "500 MW"')
    dates = [_day(one, "date") for one in phases]
    for one, day in zip(phases, dates, strict=True):
        one.only_these(_PHASE)
        if day < max([start, *dates[: dates.index(day)]]):
            raise one.fault("date", f"{day} is before the start or the phase above", mend="Sort the phases")
    per_kw = top.number("accelerators_per_kw", "1")
    return BridgeFile(
        name=top.text("name", path.stem),
        start=start,
        phase_month=tuple(month_of(day, start) for day in dates),
        phase_kw=tuple(one.number("power", "kW") for one in phases),
        supply=tuple(_source(one) for one in top.tables("supply")),
        options=tuple(_option(one) for one in top.tables("option")),
        dark_usd_per_kwh=waiting_usd_per_kwh(per_kw, top.number("margin_usd_per_accelerator_h", "1")),
        accelerators_per_kw=per_kw,
    )


def _day(table: Table, key: str) -> date:
    value = table.need(key, "2026-01-01")
    if type(value) is date:
        return value
    raise table.fault(key, f'"{value}" is no day', mend=f"Write {key} = 2026-01-01")


def _technology(table: Table) -> Technology:
    try:
        return find(Technology, table.text("technology"))
    except CatalogError as error:
        raise table.fault("technology", error.what, mend=error.mend) from None


def _source(table: Table) -> "Source":
    from denshi.buildout.bridge import Source, source_of

    table.only_these(_SUPPLY)
    base = source_of(_technology(table), table.number("power", "kW"))
    usual = table.number("lead_months", "1", base.lead_months, most=_MOST_MONTHS)
    stated = table.has("lead_months")
    low = table.number("low_months", "1", usual if stated else base.low_months, most=_MOST_MONTHS)
    high = table.number("high_months", "1", usual if stated else base.high_months, most=_MOST_MONTHS)
    if not low <= usual <= high:
        raise table.fault("lead_months", "is outside low_months to high_months", mend="Correct one of them")
    return Source(name=base.name, kw=base.kw, lead_months=usual, low_months=low, high_months=high)


def _option(table: Table) -> "Option":
    from denshi.buildout.bridge import Option, option_of

    table.only_these(_OPTION)
    replaced = table.number("replaced_usd_per_kwh", "1", 0.0, least=-10.0)
    if table.has("technology"):
        base = option_of(_technology(table), replaced_usd_per_kwh=replaced)
    else:
        running = table.number("running_usd_per_kwh", "1", least=-10.0) - replaced
        lead = table.number("lead_months", "1", most=_MOST_MONTHS)
        base = Option(name=table.text("name"), lead_months=lead, running_usd_per_kwh=running)
    stated = table.has("running_usd_per_kwh")
    return Option(
        name=table.text("name", base.name),
        lead_months=table.number("lead_months", "1", base.lead_months, most=_MOST_MONTHS),
        capex_usd_per_kw=table.number("capex_usd_per_kw", "1", base.capex_usd_per_kw),
        resale_fraction=table.number("resale_fraction", "1", 0.0, most=1.0),
        rent_usd_per_kw_month=table.number("rent_usd_per_kw_month", "1", base.rent_usd_per_kw_month),
        running_usd_per_kwh=table.number("running_usd_per_kwh", "1", least=-10.0) - replaced
        if stated
        else base.running_usd_per_kwh,
        carbon_g_per_kwh=table.number("carbon_g_per_kwh", "1", base.carbon_g_per_kwh),
        limit_kw=table.number("limit", "kW", 1e15),
    )


def bridge_page(file: BridgeFile) -> dict[str, Any]:
    """Return the bridge of a case with usual, early and late lead times of the supply, as plain values."""
    return {
        "schema_version": 1,
        "name": file.name,
        "start": file.start.isoformat(),
        "dark_usd_per_kwh": file.dark_usd_per_kwh,
        "cases": {case: _case(file, case) for case in _CASES},
        "notices": [
            "money is not discounted; lead times count from the first day; a month is 730.5 hours",
            "early and late are the shortest and longest lead times of the supply; bridges come at their usual ones",
        ],
    }


def _case(file: BridgeFile, case: str) -> dict[str, Any]:
    from denshi.buildout.bridge import HOURS_PER_MONTH, available_kw, bridge, powered_month, wanted_kw

    last = max([*file.phase_month, *(one.high_months for one in file.supply)])
    months = min(_MOST_MONTHS, ceil(last) + 1)
    wanted = wanted_kw(file.phase_month, file.phase_kw, months)
    there = available_kw(file.supply, months, case=case)
    found = bridge(wanted, there, file.options, file.dark_usd_per_kwh)
    served = there + found.used_kw.sum(axis=0)
    without = powered_month(file.phase_month, file.phase_kw, there)
    with_bridge = powered_month(file.phase_month, file.phase_kw, served)
    lost_kwh = float(found.dark_kw.sum()) * HOURS_PER_MONTH
    return {
        "phases": [
            {
                "wanted": _date(month, file.start),
                "power_kw": kw,
                "supplied": _date(alone, file.start),
                "supplied_with_bridge": _date(bridged, file.start),
            }
            for month, kw, alone, bridged in zip(file.phase_month, file.phase_kw, without, with_bridge, strict=True)
        ],
        "bridges": [
            {"name": name, "capacity_kw": kw, "energy_kwh": float(used.sum()) * HOURS_PER_MONTH}
            for name, kw, used in zip(found.names, found.capacity_kw, found.used_kw, strict=True)
        ],
        "bridge_usd": found.bridge_usd,
        "waiting_usd": found.waiting_usd,
        "waiting_without_usd": found.waiting_without_usd,
        "saved_usd": found.saved_usd,
        "lost_accelerator_hours": lost_kwh * file.accelerators_per_kw,
        "carbon_t": found.carbon_t,
        "wanted_kw": wanted.tolist(),
        "available_kw": there.tolist(),
        "dark_kw": found.dark_kw.tolist(),
    }


def _date(month: float | None, start: date) -> str | None:
    from denshi.buildout.schedule import day_of

    return None if month is None else day_of(month, start).isoformat()


def bridge_text(found: dict[str, Any]) -> str:
    """Return the page of a case as text."""
    lines = [f"{found['name']}: a kWh that is not there costs {found['dark_usd_per_kwh']:.3f} USD"]
    for case, one in found["cases"].items():
        lines += [
            "",
            f"supply {case}: bridge {one['bridge_usd'] / 1e6:,.0f} M USD, waiting {one['waiting_usd'] / 1e6:,.0f} M "
            f"({one['lost_accelerator_hours'] / 1e6:,.0f} M accelerator-hours); without a bridge "
            f"{one['waiting_without_usd'] / 1e6:,.0f} M; saved {one['saved_usd'] / 1e6:,.0f} M; "
            f"{one['carbon_t'] / 1e6:,.2f} Mt CO2",
        ]
        lines += [
            f"  {part['power_kw'] / 1e3:8,.0f} MW wanted {part['wanted']}: supplied {part['supplied'] or 'never'}, "
            f"with the bridge {part['supplied_with_bridge'] or 'never'}"
            for part in one["phases"]
        ]
        lines += [
            f"  {part['name']}: {part['capacity_kw'] / 1e3:,.0f} MW, {part['energy_kwh'] / 1e9:,.2f} TWh"
            for part in one["bridges"]
            if part["capacity_kw"] > 0.5
        ]
    return "\n".join([*lines, *(f"notice: {one}" for one in found["notices"])]) + "\n"


def bridge_schema() -> dict[str, Any]:
    """Return the JSON Schema of a case.

    >>> bridge_schema()["required"]
    ['start', 'accelerators_per_kw', 'margin_usd_per_accelerator_h', 'phase']
    """
    value: dict[str, Any] = {"type": ["number", "string"]}
    text, day = {"type": "string", "minLength": 1}, {"format": "date"}

    def table(names: tuple[str, ...], required: list[str]) -> dict[str, Any]:
        words = {"name": text, "technology": text, "date": day}
        properties = {name: words.get(name, value) for name in names}
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    properties = {
        "name": text,
        "start": day,
        "accelerators_per_kw": value,
        "margin_usd_per_accelerator_h": value,
        "phase": {"type": "array", "minItems": 1, "items": table(_PHASE, ["date", "power"])},
        "supply": {"type": "array", "items": table(_SUPPLY, ["technology", "power"])},
        "option": {"type": "array", "items": table(_OPTION, [])},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "denshi bridge case",
        "type": "object",
        "properties": properties,
        "required": ["start", "accelerators_per_kw", "margin_usd_per_accelerator_h", "phase"],
        "additionalProperties": False,
    }
