"""Read a rent-or-buy case: the work, what may be rented, and what owning would take."""

import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from denshi.buildout.rules.known import country, duties, traded
from denshi.catalog import Accelerator, Assumption, Price, System, find
from denshi.cli.energy_toml import Table, read_table
from denshi.errors import CatalogError, DenshiError
from denshi.finance.rent import HOURS_PER_MONTH, Owning

_TOP = (
    "name", "accelerator", "accelerator_hours_per_month", "term_months", "date", "currency", "currency_per_usd",
    "residency", "own",
)  # fmt: skip
_OWN = (
    "system", "accelerators", "country", "origin", "price_usd", "heading", "energy_usd_per_kwh", "pue",
    "colocation_usd_per_kw_month", "other_equipment_fraction", "value_kept_per_year", "cost_of_capital",
    "upkeep_fraction_per_year", "freight_fraction", "insurance_fraction",
)  # fmt: skip
_UPKEEP = ("maintenance-it-fraction", "insurance-fraction")
_FULLEST = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A rent-or-buy case; ``owning`` is of one accelerator, ``landed`` what led to its price.

    ``terms_shown`` is false where ``owning`` only stands for a cost that came from elsewhere.
    """

    name: str
    accelerator: str
    hours_per_month: float
    accelerators: float
    term_months: float
    day: date
    currency: str
    currency_per_usd: float
    rate: str
    residency: tuple[str, ...]
    owning: Owning
    landed: dict[str, Any]
    terms_shown: bool = True

    @property
    def utilisation(self) -> float:
        """Return the share of hours in which what is owned is in use."""
        return self.hours_per_month / (self.accelerators * HOURS_PER_MONTH)


def read_case(path: Path) -> Case:
    """Read a case.

    Raises
    ------
    DenshiError : the file cannot be read, or says what cannot be; the message names file and line.
    """
    top = read_table(path)
    top.only_these(_TOP)
    try:
        chip = find(Accelerator, top.text("accelerator"))
    except CatalogError as error:
        raise top.fault("accelerator", error.what, mend=error.mend) from None
    hours = top.number("accelerator_hours_per_month", "1", least=1.0, most=1e12)
    term_months = top.number("term_months", "1", least=1.0, most=240.0)
    day, own = _day(top), top.table("own")
    own.only_these(_OWN)
    system = _system(own, chip)
    fewest = hours / HOURS_PER_MONTH
    whole = math.ceil(fewest / _FULLEST / system.accelerators) * system.accelerators
    count = own.number("accelerators", "1", whole, most=1e9)
    if count < fewest:
        raise own.fault("accelerators", f"cannot give {hours:,.0f} hours a month", mend=f"{math.ceil(fewest)} can")
    currency, per_usd, rate = _currency(top)
    owning, landed = _owning(own, chip, system, term_months, day)
    return Case(
        name=top.text("name", path.stem),
        accelerator=chip.id,
        hours_per_month=hours,
        accelerators=count,
        term_months=term_months,
        day=day,
        currency=currency,
        currency_per_usd=per_usd,
        rate=rate,
        residency=tuple(_country(top, "residency", one) for one in top.texts("residency", ())),
        owning=owning,
        landed=landed,
    )


def _day(top: Table) -> date:
    value = top.need("date", "2026-11-01")
    if type(value) is date:
        return value
    raise top.fault("date", f'"{value}" is no day', mend="Write date = 2026-11-01")


def _currency(top: Table) -> tuple[str, float, str]:
    from denshi.units import JPY_PER_USD

    currency = top.text("currency", "USD")
    known = {"USD": (1.0, "prices stand in USD"), "JPY": (JPY_PER_USD, f"{JPY_PER_USD:g} JPY a USD (rate of 2025)")}
    if top.has("currency_per_usd"):
        rate = top.number("currency_per_usd", "1", least=1e-6, most=1e6)
        return currency, rate, f"{rate:g} {currency} a USD (stated)"
    if currency not in known:
        raise top.fault("currency", f'has no rate for "{currency}"', mend="Write currency_per_usd = 0.92 beside it")
    return currency, *known[currency]


def _country(table: Table, key: str, name: str) -> str:
    try:
        return country(name).code
    except CatalogError as error:
        raise table.fault(key, error.what, mend=error.mend) from None


def _system(own: Table, chip: Accelerator) -> System:
    try:
        system = find(System, own.text("system"))
    except CatalogError as error:
        raise own.fault("system", error.what, mend=error.mend) from None
    if system.accelerator != chip.id:
        raise own.fault("system", f"{system.id} carries {system.accelerator}, not {chip.id}", mend="Name another")
    return system


def _owning(
    own: Table, chip: Accelerator, system: System, term_months: float, day: date
) -> tuple[Owning, dict[str, Any]]:
    price_usd = own.number("price_usd", "USD", system.price_usd, least=1.0) / system.accelerators
    landed = _landed(own, chip, price_usd, day)
    other = _assumed(own, "other_equipment_fraction", "rent-other-equipment-fraction", 10.0)
    kept = _assumed(own, "value_kept_per_year", "rent-value-kept-per-year", 1.0)
    upkeep = own.number("upkeep_fraction_per_year", "1", sum(find(Price, one).value for one in _UPKEEP), most=1.0)
    power_kw = system.power_kw / system.accelerators
    space = own.number(
        "colocation_usd_per_kw_month", "USD/kW-month", find(Assumption, "rent-colocation-usd-per-kw-month").value
    )
    installed_usd = landed["landed_usd"] * (1.0 + other)
    made = Owning(
        landed_usd=installed_usd,
        residual_usd=landed["landed_usd"] * kept ** (term_months / 12.0),
        term_months=term_months,
        capital_rate=_assumed(own, "cost_of_capital", "rent-cost-of-capital", 1.0),
        space_usd_per_month=power_kw * space,
        upkeep_usd_per_month=installed_usd * upkeep / 12.0,
        power_kw=power_kw * _assumed(own, "pue", "rent-pue", 3.0),
        idle_fraction=system.idle_power_fraction,
        energy_usd_per_kwh=own.number("energy_usd_per_kwh", "USD/kWh", most=10.0),
    )
    return made, {**landed, "system": system.id, "price_source": _source(own, system)}


def _source(own: Table, system: System) -> dict[str, str]:
    if own.has("price_usd"):
        return {"source": "stated price", "date": "undated", "grade": "E"}
    proof = system.evidence["price_usd"]
    return {"source": proof.source, "date": proof.date, "grade": proof.grade}


def _assumed(own: Table, key: str, name: str, most: float) -> float:
    return own.number(key, "1", find(Assumption, name).value, most=most)


def _landed(own: Table, chip: Accelerator, price_usd: float, day: date) -> dict[str, Any]:
    from denshi.buildout.rules import Goods, landed_cost

    try:
        part = traded(chip.id)
    except CatalogError:
        part = None
    headings = sorted({heading for duty in duties() for heading in duty.headings.split()} - {"*"})
    goods = Goods(
        goods_usd=price_usd,
        country=_country(own, "country", own.text("country")),
        origin=_country(own, "origin", own.text("origin")),
        heading=own.word("heading", headings, "8471.50"),
        part=part,
        freight_fraction=own.number("freight_fraction", "1", 0.005, most=1.0),
        insurance_fraction=own.number("insurance_fraction", "1", 0.001, most=1.0),
    )
    try:
        found = landed_cost(duties(), goods, day)
    except DenshiError as error:
        raise own.fault("country", error.what, mend=error.mend) from None
    return {
        "price_usd": price_usd,
        "duty_usd": found.duty_usd,
        "landed_usd": found.landed_usd,
        "recoverable_tax_usd": found.recoverable_tax_usd,
    }


def case_schema() -> dict[str, Any]:
    """Return the JSON Schema of a rent-or-buy case.

    >>> case_schema()["required"]
    ['accelerator', 'accelerator_hours_per_month', 'term_months', 'date', 'own']
    """
    text = {"type": "string", "minLength": 1}
    number = {"type": ["number", "string"]}
    own: dict[str, Any] = dict.fromkeys(_OWN, number)
    own |= dict.fromkeys(("system", "country", "origin", "heading"), text)
    properties: dict[str, Any] = {
        "name": text,
        "accelerator": {**text, "description": "of the catalogue"},
        "accelerator_hours_per_month": {**number, "description": "the work, in hours of one accelerator"},
        "term_months": {**number, "description": "how long the work lasts"},
        "date": {"format": "date", "description": "day of purchase and of import"},
        "currency": {**text, "description": "USD, JPY, or another with currency_per_usd"},
        "currency_per_usd": number,
        "residency": {"type": "array", "items": text, "description": "countries in which the work may run; none: any"},
        "own": {
            "type": "object",
            "properties": own,
            "required": ["system", "country", "origin", "energy_usd_per_kwh"],
            "additionalProperties": False,
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "denshi rent",
        "type": "object",
        "properties": properties,
        "required": ["accelerator", "accelerator_hours_per_month", "term_months", "date", "own"],
        "additionalProperties": False,
    }
