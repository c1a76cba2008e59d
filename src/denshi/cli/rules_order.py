"""Read an order file: what is bought, from where, to where, for what, on which day or in which year."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from denshi.buildout.rules.known import country, duties, traded
from denshi.catalog import Accelerator, System, find, rows
from denshi.cli.energy_toml import Table, read_table
from denshi.cli.rules_facts import END_USES, day
from denshi.errors import CatalogError, UsageError

_TOP = ("name", "date", "year", "line")
_LINE = (
    "name", "chip", "system", "quantity", "price_usd", "amount_usd", "origin", "ships_from", "to", "heading", "end_use",
    "headquarters", "qualifies", "freight_fraction", "insurance_fraction",
    "same_goods",
)  # fmt: skip
_HEADING = "8471.80"
_YEARS = (2015, 2035)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an order; ``part`` is the id of its accelerator, empty for goods that carry none.

    ``same_goods``: the goods of the line before at a further border, so that a total counts their price once.
    """

    name: str
    part: str
    accelerators: float
    amount_usd: float
    price_source: str
    origin: str
    ships_from: str
    to: str
    heading: str
    end_use: str
    headquarters: str
    qualifies: str
    freight_fraction: float
    insurance_fraction: float
    same_goods: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order: its lines, and the first and last day on which it is asked for."""

    name: str
    first: date
    last: date
    lines: tuple[Line, ...]


def read_order(path: Path, at: str | None = None) -> Order:
    """Read an order file.

    Raises
    ------
    DenshiError : the file cannot be read, or says what cannot be; the message names file and line.
    """
    top = read_table(path)
    top.only_these(_TOP)
    first, last = (day(at), day(at)) if at is not None else _span(top)
    listed = top.tables("line")
    if not listed:
        raise top.fault("", "has no line", mend='Begin one with [[line]] and chip = "h20"')
    return Order(name=top.text("name", path.stem), first=first, last=last, lines=tuple(_line(one) for one in listed))


def _span(top: Table) -> tuple[date, date]:
    if top.has("year"):
        if top.has("date"):
            raise top.fault("year", "stands beside a date", mend="Keep one of them")
        year = top.body["year"]
        if isinstance(year, bool) or not isinstance(year, int) or not _YEARS[0] <= year <= _YEARS[1]:
            raise top.fault("year", f"is not a year from {_YEARS[0]} to {_YEARS[1]}", mend="Write year = 2025")
        return date(year, 1, 1), date(year, 12, 31)
    value = top.need("date", "2025-05-01")
    if isinstance(value, date) and type(value) is date:
        return value, value
    try:
        found = day(str(value), "date")
    except UsageError:
        raise top.fault("date", f'"{value}" is no day', mend="Write date = 2025-05-01") from None
    return found, found


def _line(table: Table) -> Line:
    table.only_these(_LINE)
    part, accelerators, unit_usd, source = _what(table)
    same = table.body.get("same_goods", False)
    if not isinstance(same, bool):
        raise table.fault("same_goods", "is not true or false")
    if table.has("amount_usd"):
        amount_usd = table.number("amount_usd", "USD", least=1.0)
        if table.has("quantity") and table.has("price_usd"):
            raise table.fault("amount_usd", "stands beside quantity and price_usd", mend="Leave one of them out")
        quantity = _quantity(table) if table.has("quantity") else (amount_usd / unit_usd if unit_usd else 0.0)
        source = "stated amount"
    else:
        quantity = _quantity(table)
        if unit_usd is None:
            raise table.fault("", "has no price", mend="Write price_usd = 30000 or amount_usd = 1e9")
        amount_usd = quantity * unit_usd
    words = {key: _country(table, key, default) for key, default in (("to", ""), ("origin", ""), ("ships_from", "US"))}
    return Line(
        name=table.text("name", part or "goods"),
        part=part,
        accelerators=quantity * accelerators,
        amount_usd=amount_usd,
        price_source=source,
        to=words["to"],
        origin=words["origin"],
        ships_from=words["ships_from"],
        heading=table.word("heading", _headings(), _HEADING),
        end_use=table.word("end_use", END_USES, "data-centre"),
        headquarters=_country(table, "headquarters", "none"),
        qualifies=table.word("qualifies", ("", "usmca"), ""),
        freight_fraction=table.number("freight_fraction", "1", 0.005, most=1.0),
        insurance_fraction=table.number("insurance_fraction", "1", 0.001, most=1.0),
        same_goods=same,
    )


def _quantity(table: Table) -> float:
    return table.number("quantity", "1", least=1e-9)


def _what(table: Table) -> tuple[str, float, float | None, str]:
    """Return the part, its number in a unit, and the price of a unit with where it stands."""
    part, count, source = "", 0.0, ""
    usd: float | None = None
    if table.has("chip") and table.has("system"):
        raise table.fault("system", "stands beside a chip", mend="Keep one of them")
    try:
        if table.has("system"):
            system = find(System, table.text("system"))
            part, count, usd = traded(system.accelerator).id, system.accelerators, system.price_usd
            source = f"catalogue, systems.{system.id}"
        elif table.has("chip"):
            part, count = traded(table.text("chip")).id, 1.0
            row = rows("accelerators").get(part)
            usd = row.price_usd if isinstance(row, Accelerator) else None
            source = f"catalogue, accelerators.{part}"
    except CatalogError as error:
        key = "system" if table.has("system") else "chip"
        raise table.fault(key, error.what, mend=error.mend) from None
    if table.has("price_usd"):
        return part, count, table.number("price_usd", "USD", least=1e-9), "stated price"
    return part, count, usd, source


def _country(table: Table, key: str, default: str) -> str:
    if not table.has(key) and default:
        return "" if default == "none" else default
    try:
        return country(table.text(key)).code
    except CatalogError as error:
        raise table.fault(key, error.what, mend=error.mend) from None


def _headings() -> list[str]:
    return sorted({heading for duty in duties() for heading in duty.headings.split()} - {"*"})


def order_schema() -> dict[str, Any]:
    """Return the JSON Schema of an order file.

    >>> order_schema()["required"]
    ['line']
    """
    text = {"type": "string", "minLength": 1}
    money = {"type": ["number", "string"], "description": "[USD], a number or a text such as 16 billion USD"}
    share = {"type": ["number", "string"], "description": "share of the price ex works"}
    place = {**text, "description": "a country by its code or name"}
    line = {
        "name": text,
        "chip": {**text, "description": "a part of the catalogue"},
        "system": {**text, "description": "a system of the catalogue, in place of a chip"},
        "quantity": {"type": ["number", "string"], "description": "units ordered"},
        "price_usd": {**money, "description": "of a unit; left out: the catalogue's"},
        "amount_usd": {**money, "description": "of the line, in place of quantity and price_usd"},
        "origin": {**place, "description": "country of origin: where the goods are made"},
        "ships_from": {**place, "description": "country they leave; US if left out"},
        "to": place,
        "heading": {"enum": _headings(), "description": f"tariff heading; {_HEADING} if left out"},
        "end_use": {"enum": list(END_USES)},
        "headquarters": {**place, "description": "of the buyer's ultimate parent"},
        "qualifies": {"enum": ["usmca"], "description": "agreement under which the goods are free"},
        "freight_fraction": share,
        "insurance_fraction": share,
        "same_goods": {"type": "boolean", "description": "the goods of the line before, at a further border"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "denshi order",
        "type": "object",
        "properties": {
            "name": text,
            "date": {"description": "day of export and import", "format": "date"},
            "year": {"type": "integer", "description": "every day of this year, in place of a date"},
            "line": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": line,
                    "required": ["to", "origin"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["line"],
        "additionalProperties": False,
    }
