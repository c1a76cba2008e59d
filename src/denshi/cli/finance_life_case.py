"""Read a life case: an accelerator of the catalogue, what it is let at, what keeping it costs; each with evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from denshi.catalog import Accelerator as Part
from denshi.catalog import Assumption, Price, find
from denshi.cli.energy_toml import Table, read_table
from denshi.energy.audit_facts import Fact
from denshi.errors import CatalogError, FileError
from denshi.finance.life import Accelerator, Prices

_HOURS_PER_MONTH = 730.0
_HOURS = 8760.0
_DEFAULT = "h100-sxm-80gb"
# Table and key of a file -> unit. What the part itself brings comes first, the rest is the catalogue's life-*.
_PART = {"price": {"now_usd_per_h": "USD/h"}, "owner": {"part_usd": "USD", "part_kw": "kW"}}
_KNOWN: Mapping[str, tuple[str, ...]] = {
    "price": (
        "fair_fraction", "reversion_per_year", "volatility", "generation_years", "gain", "pass_through",
        "redeployed_pass_through", "surge_per_year", "surge_log", "surge_deviation",
    ),
    "owner": (
        "system_factor", "site_power_factor", "power_usd_per_kwh", "hosting_usd_per_kw_month", "upkeep_fraction",
        "utilisation", "growth_fraction", "redeploy_fraction", "redeployed_share", "redeployed_utilisation",
        "redeployed_hosting_fraction", "scrap_fraction", "scrap_fall_fraction", "discount_rate", "horizon_years",
    ),
}  # fmt: skip
_LEAST = {"surge_log": -5.0}


@dataclass(frozen=True, slots=True)
class Case:
    """A life case; ``facts`` are its numbers by key, with their evidence."""

    name: str
    part: str
    book_years: float
    facts: Mapping[str, Fact]

    @property
    def values(self) -> dict[str, float]:
        """The numbers alone."""
        return {key: fact.value for key, fact in self.facts.items()}


def read_case(file: Path | None) -> Case:
    """Read a case file; without one, an H100 as the catalogue has it.

    Raises
    ------
    FileError : a key is not known or a number cannot be; CatalogError : the catalogue lacks what the file leaves out.
    """
    top = read_table(file) if file else Table({}, "", {})
    top.only_these(("name", "accelerator", "book_years", *_KNOWN))
    named = top.text("accelerator", _DEFAULT)
    try:
        part = find(Part, named)
    except CatalogError as error:
        raise top.fault("accelerator", error.what, why=error.why, mend=error.mend) from None
    facts: dict[str, Fact] = {}
    for name, keys in _KNOWN.items():
        table = top.table(name) if top.has(name) else Table({}, top.file, top.lines, name)
        table.only_these((*_PART[name], *keys))
        for key, unit in _PART[name].items():
            default = None if table.has(key) else _of_part(part, key, table)
            facts[key] = table.fact(key, unit, default)
        for key in keys:
            row = find(Assumption, f"life-{key.replace('_', '-')}")
            default = Fact(value=row.value, evidence=row.evidence["value"], unit=row.unit)
            facts[key] = table.fact(key, row.unit, default, least=_LEAST.get(key, 0.0))
    years = top.number("book_years", "year", 6.0, least=0.25, most=50.0)
    return Case(top.text("name", part.name), part.id, years, facts)


def terms_of(values: Mapping[str, float]) -> tuple[Accelerator, Prices]:
    """Return the terms that the numbers of a case make.

    Raises
    ------
    OutOfRangeError : they make none.
    """
    cost, kw = values["part_usd"] * values["system_factor"], values["part_kw"] * values["site_power_factor"]
    fixed = kw * values["hosting_usd_per_kw_month"] / _HOURS_PER_MONTH + values["upkeep_fraction"] * cost / _HOURS
    accelerator = Accelerator(
        cost_usd=cost,
        utilisation=values["utilisation"],
        variable_usd_per_h=kw * values["power_usd_per_kwh"],
        fixed_usd_per_h=fixed,
        growth_fraction=values["growth_fraction"],
        redeploy_usd=values["redeploy_fraction"] * cost,
        redeployed_share=values["redeployed_share"],
        redeployed_utilisation=values["redeployed_utilisation"],
        redeployed_fixed_usd_per_h=values["redeployed_hosting_fraction"] * fixed,
        scrap_usd=values["scrap_fraction"] * cost,
        scrap_fall_fraction=values["scrap_fall_fraction"],
        discount_rate=values["discount_rate"],
        horizon_years=values["horizon_years"],
    )
    own = {key: values[key] for key in _KNOWN["price"] if key != "fair_fraction"}
    now = values["now_usd_per_h"]
    return accelerator, Prices(now_usd_per_h=now, fair_usd_per_h=now * values["fair_fraction"], **own)


def life_schema() -> dict[str, Any]:
    """Return the JSON Schema of a life case.

    >>> sorted(life_schema()["properties"])
    ['accelerator', 'book_years', 'name', 'owner', 'price']
    """
    from denshi.cli.energy_schema import fact_schema

    tables: dict[str, Any] = {}
    for name, keys in _KNOWN.items():
        properties = {key: fact_schema(unit, key.replace("_", " ")) for key, unit in _PART[name].items()}
        for key in keys:
            row = find(Assumption, f"life-{key.replace('_', '-')}")
            properties[key] = fact_schema(row.unit, row.name)
        tables[name] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "denshi life case",
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "accelerator": {"type": "string", "description": f"of the catalogue; without one, {_DEFAULT}"},
            "book_years": {"type": ["number", "string"], "description": "straight-line life to compare with [year]"},
            **tables,
        },
        "additionalProperties": False,
    }


def _of_part(part: Part, key: str, table: Table) -> Fact:
    """Return what the catalogue has of the part: its rental price, its own price, its rating."""
    if key == "now_usd_per_h":
        try:
            row = find(Price, f"rental-{part.id}")
        except CatalogError:
            raise _missing(part, key, table, "rental price", "2.5") from None
        return Fact(value=row.value, evidence=row.evidence["value"], unit=row.unit)
    value = part.price_usd if key == "part_usd" else part.tdp_kw
    proof = part.evidence.get("price_usd" if key == "part_usd" else "tdp_kw")
    if value is None or proof is None:
        raise _missing(part, key, table, "price", "30000")
    return Fact(value=value, evidence=proof, unit="USD" if key == "part_usd" else "kW")


def _missing(part: Part, key: str, table: Table, what: str, example: str) -> FileError:
    return table.fault(
        key, f"the catalogue has no {what} of {part.id}", mend=f"Write {key} = {example} into [{table.path}]"
    )
