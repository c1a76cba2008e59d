"""Read a deal file: a scenario and the terms of tax, debt, grants, renewal and currency that its project is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from denshi.catalog import Assumption, find
from denshi.cli.energy_toml import Table, read_table
from denshi.energy.audit_facts import Fact
from denshi.finance import FinanceInput
from denshi.finance.deal import Debt, Tax
from denshi.finance.deal.schedules import MACRS
from denshi.finance.lending import gearing
from denshi.finance.operation import built_month
from denshi.finance.underwriting import Terms

_REGIMES = ("us", "japan")
# Table and key of a file -> assumption of the catalogue behind it; {} stands for the regime.
_FACTS: Mapping[str, Mapping[str, str]] = {
    "tax": {
        "rate": "deal-{}-tax-rate",
        "loss_limit": "deal-{}-loss-limit",
        "hardware_years": "deal-{}-hardware-years",
        "plant_years": "deal-{}-plant-years",
        "shell_years": "deal-{}-shell-years",
        "shell_fraction": "deal-shell-fraction",
        "bonus_fraction": "deal-{}-bonus-fraction",
        "consumption_rate": "deal-{}-consumption-rate",
        "consumption_months": "deal-{}-consumption-months",
    },
    "refresh": {"cost_fraction": "deal-renewed-cost-fraction", "price_factor": "deal-renewed-price-factor"},
}
# Table and key -> unit, value where none is stated (None: the scenario's), most.
_NUMBERS: Mapping[str, Mapping[str, tuple[str, float | None, float]]] = {
    "grant": {"hardware_fraction": ("1", 0.0, 1.0), "facility_fraction": ("1", 0.0, 1.0), "most": ("USD", 1e15, 1e15)},
    "reserve": {"opex_months": ("1", 0.0, 60.0), "rate": ("1", 0.0, 0.5)},
    "currency": {"foreign_fraction": ("1", 1.0, 1.0), "drift_fraction": ("1", 0.0, 0.5), "volatility": ("1", 0.0, 2.0)},
    "debt": {
        "gearing": ("1", None, 1.0),
        "cover": ("1", 0.0, 100.0),
        "rate": ("1", None, 0.5),
        "construction_rate": ("1", None, 0.5),
        "years": ("year", None, 50.0),
        "grace_months": ("1", 0.0, 600.0),
        "upfront_fraction": ("1", 0.0, 0.2),
        "commitment_rate": ("1", 0.0, 0.2),
        "reserve_months": ("1", 0.0, 60.0),
        "balloon_fraction": ("1", 0.0, 1.0),
        "sweep_fraction": ("1", 0.0, 1.0),
        "lock_up_cover": ("1", 0.0, 100.0),
        "refinanced_after_months": ("1", 0.0, 600.0),
        "refinanced_rate": ("1", 0.0, 0.5),
        "refinanced_fee": ("1", 0.0, 0.2),
    },
}
_SHAPES = ("sculpted", "annuity", "equal")
_WORDS = {"debt": ("shape",), "refresh": ("put_aside",), "currency": ("name",)}


@dataclass(frozen=True, slots=True)
class DealCase:
    """A deal file: its scenario, the facts behind its terms by table and key, and what stands for those left out."""

    name: str
    scenario: Path
    regime: Literal["us", "japan"]
    term_years: float | None
    facts: Mapping[str, Fact]
    numbers: Mapping[str, float]
    shape: str | None
    put_aside: bool
    currency: str
    top: Table

    def number(self, path: str) -> float:
        """Return a number by table and key, 0 where its table is left out."""
        return self.facts[path].value if path in self.facts else self.numbers.get(path, 0.0)


def read_deal(file: Path) -> DealCase:
    """Read a deal file.

    Raises
    ------
    FileError : a key is not known, or a value cannot be.
    """
    top = read_table(file)
    top.only_these(("name", "scenario", "regime", "term_years", *_FACTS, *_NUMBERS))
    regime = cast(Literal["us", "japan"], top.word("regime", _REGIMES))
    facts: dict[str, Fact] = {}
    numbers: dict[str, float] = {}
    for name in (*_FACTS, *_NUMBERS):
        if name != "tax" and not top.has(name):
            continue
        table = top.table(name) if top.has(name) else Table({}, top.file, top.lines, name)
        table.only_these((*_FACTS.get(name, ()), *_NUMBERS.get(name, ()), *_WORDS.get(name, ())))
        for key, assumption in _FACTS.get(name, {}).items():
            row = find(Assumption, assumption.format(regime))
            default = Fact(value=row.value, evidence=row.evidence["value"], unit=row.unit)
            facts[f"{name}.{key}"] = table.fact(key, row.unit, default, most=_most(row.unit))
        for key, (unit, value, most) in _NUMBERS.get(name, {}).items():
            if table.has(key):
                facts[f"{name}.{key}"] = table.fact(key, unit, most=most)
            elif value is not None:
                numbers[f"{name}.{key}"] = value
    debt = top.table("debt") if top.has("debt") else None
    case = DealCase(
        name=top.text("name", file.stem),
        scenario=top.beside(top.text("scenario")),
        regime=regime,
        term_years=top.number("term_years", "year", least=1.0, most=50.0) if top.has("term_years") else None,
        facts=facts,
        numbers=numbers,
        shape=debt.word("shape", _SHAPES) if debt is not None and debt.has("shape") else None,
        put_aside=top.table("refresh").flag("put_aside", default=True) if top.has("refresh") else True,
        currency=top.table("currency").text("name", "JPY") if top.has("currency") else "USD",
        top=top,
    )
    _check(case)
    return case


def _most(unit: str) -> float:
    return {"1": 60.0, "year": 60.0}[unit]


def _check(case: DealCase) -> None:
    tax = Table({}, case.top.file, case.top.lines, "tax")
    for key in ("hardware_years", "plant_years", "shell_years"):
        years = case.number(f"tax.{key}")
        if years < 1 or years != round(years):
            raise tax.fault(key, f"{years:g} is no whole number of years", mend=f"Write {key} = 5")
        if case.regime == "us" and key != "shell_years" and round(years) not in MACRS:
            mend = f"Write one of {', '.join(map(str, MACRS))}"
            raise tax.fault(key, f"MACRS has no class of {years:g} years", mend=mend)
    for key in ("rate", "loss_limit", "shell_fraction", "bonus_fraction", "consumption_rate"):
        if case.number(f"tax.{key}") > 1.0:
            raise tax.fault(key, f"{case.number(f'tax.{key}'):g} is more than all", mend=f"Write {key} = 0.2")


def terms_of(case: DealCase, given: FinanceInput) -> Terms:
    """Return the terms of a deal; what the file leaves out of its debt is the scenario's."""
    number = case.number
    return Terms(
        regime=case.regime,
        tax=Tax(rate=number("tax.rate"), loss_limit=number("tax.loss_limit")),
        debt=_debt(case, given),
        hardware_years=round(number("tax.hardware_years")),
        plant_years=round(number("tax.plant_years")),
        shell_years=round(number("tax.shell_years")),
        shell_fraction=number("tax.shell_fraction"),
        bonus_fraction=number("tax.bonus_fraction"),
        grant_hardware_fraction=number("grant.hardware_fraction"),
        grant_facility_fraction=number("grant.facility_fraction"),
        grant_most_usd=number("grant.most"),
        consumption_rate=number("tax.consumption_rate"),
        consumption_months=round(number("tax.consumption_months")),
        renewed_cost_fraction=number("refresh.cost_fraction") if case.top.has("refresh") else None,
        renewed_price_factor=number("refresh.price_factor") if case.top.has("refresh") else 1.0,
        put_aside=case.put_aside,
        opex_reserve_months=number("reserve.opex_months"),
        reserve_rate=number("reserve.rate"),
        foreign_fraction=number("currency.foreign_fraction"),
    )


def _debt(case: DealCase, given: FinanceInput) -> Debt | None:
    def stated(key: str, otherwise: float) -> float:
        return case.facts[f"debt.{key}"].value if f"debt.{key}" in case.facts else otherwise

    share = stated("gearing", gearing(given))
    if share <= 0.0:
        return None
    operating = given.months - built_month(given)
    years = stated("years", given.debt_years or operating / 12)
    rate, after = stated("rate", given.debt_rate), stated("refinanced_after_months", 0.0)
    return Debt(
        rate=rate,
        construction_rate=stated("construction_rate", rate),
        gearing=share,
        cover=stated("cover", 0.0) or None,
        shape=cast(Any, case.shape or given.repayment),
        tenor_steps=min(max(round(12 * years), 1), operating),
        grace_steps=round(stated("grace_months", 0.0)),
        upfront_fraction=stated("upfront_fraction", 0.0),
        commitment_rate=stated("commitment_rate", 0.0),
        reserve_steps=stated("reserve_months", 0.0),
        balloon_fraction=stated("balloon_fraction", 0.0),
        sweep_fraction=stated("sweep_fraction", 0.0),
        lock_up_cover=stated("lock_up_cover", 0.0),
        refinanced_at=round(after) if after else None,
        refinanced_rate=stated("refinanced_rate", rate),
        refinanced_fee=stated("refinanced_fee", 0.0),
    )


def deal_schema() -> dict[str, Any]:
    """Return the JSON Schema of a deal file.

    >>> sorted(deal_schema()["properties"])[:3]
    ['currency', 'debt', 'grant']
    """
    from denshi.cli.energy_schema import fact_schema

    tables: dict[str, Any] = {}
    for name in (*_FACTS, *_NUMBERS):
        properties: dict[str, Any] = {}
        for key, assumption in _FACTS.get(name, {}).items():
            row = find(Assumption, assumption.format("us"))
            properties[key] = fact_schema(row.unit, row.name.removesuffix(", United States"))
        for key, (unit, _, most) in _NUMBERS.get(name, {}).items():
            about = f"{key.replace('_', ' ')} [{unit}], at most {most:g}"
            properties[key] = {"type": ["number", "string"], "description": about}
        tables[name] = {"type": "object", "properties": properties, "additionalProperties": False}
    tables["debt"]["properties"]["shape"] = {"enum": list(_SHAPES)}
    tables["refresh"]["properties"]["put_aside"] = {"type": "boolean"}
    tables["currency"]["properties"]["name"] = {"type": "string"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "denshi deal",
        "type": "object",
        "required": ["scenario", "regime"],
        "properties": {
            "name": {"type": "string"},
            "scenario": {"type": "string", "description": "a scenario file, from the folder of this one"},
            "regime": {"enum": list(_REGIMES)},
            "term_years": {"type": ["number", "string"], "description": "of the project, in place of the scenario's"},
            **tables,
        },
        "additionalProperties": False,
    }
