"""What a claim file of ``denshi energy audit`` says: read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any, cast

from denshi.catalog import Region, Technology, find
from denshi.catalog.user_file import shown
from denshi.cli.energy_profile import region_named
from denshi.cli.energy_toml import Table, read_table
from denshi.energy.audit import SupplyClaim, check_claim
from denshi.energy.audit_facts import Additions, Fact
from denshi.errors import CatalogError
from denshi.figure import GRADES, Evidence, Grade

KINDS = {
    "supply": "a supply is said to cover a share of a load",
    "equivalence": "power is said to be the use of so many things, households for example",
    "comparison": "what one built in a year is said to be so many times what another did",
    "rate": "so many gigawatts a year, against what is built and generated today",
}
_COMMON = ("kind", "text", "source", "date", "grade", "note")
_RENEWABLES = "renewables"
TECHNOLOGIES = {
    _RENEWABLES: "either_kw",
    "solar": "solar_kw",
    "wind": "wind_kw",
    "nuclear": "firm_kw",
    "battery": "storage_kw",
}
_UTILISATIONS = (1.0, 0.85, 0.7)
_MOST_KW = 1e12
_MOST_TIMES = 10_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What was said, by whom, and the facts that it is held against; ``supply`` and ``region`` for that kind alone."""

    kind: str
    text: str
    evidence: Evidence
    note: str
    facts: Mapping[str, Fact]
    supply: SupplyClaim | None = None
    region: Region | None = None
    sides: tuple[Additions, ...] = ()
    published: float = 0.0
    tolerance: float = 0.05
    thing: str = ""


def read_claim(path: Path) -> Claim:
    """Read a claim file.

    Raises
    ------
    DenshiError : the file cannot be read or is wrong; the message names file, line and key, and how to mend it.
    """
    top = read_table(path)
    kind = top.word("kind", KINDS)
    proof = Evidence(top.text("source"), top.text("date"), cast(Grade, top.word("grade", GRADES)))
    read = {"supply": _supply, "equivalence": _equivalence, "comparison": _comparison, "rate": _rate}[kind]
    return Claim(kind=kind, text=top.text("text"), evidence=proof, note=top.text("note", ""), **read(top))


def _supply(top: Table) -> dict[str, Any]:
    own = ("load", "fraction", "basis", "region", "supply", "utilisations", "nuclear_capacity_factor")
    top.only_these((*_COMMON, *own, "solar_capacity_factor", "wind_capacity_factor", "grid_clean_fraction"))
    try:
        region = region_named(shown(top.text("region")))
    except CatalogError as error:
        raise top.fault("region", error.what, mend=error.mend) from None
    facts = {"load": top.fact("load", "kW", most=_MOST_KW)}
    for name in ("solar_capacity_factor", "wind_capacity_factor"):
        proof, value = region.evidence.get(name), getattr(region, name)
        known = None if proof is None or value is None else Fact(value=value, evidence=proof)
        if top.has(name) or known is not None:
            facts[name] = top.fact(name, "1", known, most=1.0)
    # Left out, the hours keep their own mean: the region's share is of energy, a flat load sees that of hours.
    if top.has("grid_clean_fraction"):
        facts["grid_clean_fraction"] = top.fact("grid_clean_fraction", "1", most=1.0)
    reactor = find(Technology, "nuclear-ppa")
    factor = Fact(value=reactor.capacity_factor, evidence=reactor.evidence["capacity_factor"])
    facts["nuclear_capacity_factor"] = top.fact("nuclear_capacity_factor", "1", factor, most=1.0)
    battery = find(Technology, "battery-4h")
    facts["storage_efficiency"] = Fact(value=battery.efficiency, evidence=battery.evidence["efficiency"])
    sizes, claimed = _claimed(top)
    utilisations = top.numbers("utilisations", "1", _UTILISATIONS, most=1.0)
    claim = SupplyClaim(
        load_kw=facts["load"].value,
        fraction=top.number("fraction", "1", 1.0, most=1.0),
        basis=top.word("basis", ("unstated", "annual", "hourly"), "unstated"),
        utilisations=utilisations,
        firm_capacity_factor=facts["nuclear_capacity_factor"].value,
        storage_efficiency=facts["storage_efficiency"].value,
        **sizes,
    )
    if claim.load_kw <= 0.0:
        raise top.fault("load", "is not above 0", mend='Write the power that is to be covered, for example "2 GW"')
    if claim.fraction <= 0.0:
        raise top.fault("fraction", "is not above 0", mend='Write the share that is claimed: "100%"')
    if sum(sizes.values()) > _MOST_TIMES * claim.load_kw:
        raise top.fault("load", f"is covered more than {_MOST_TIMES:,.0f} times over", mend="Check the units of both")
    check_claim(claim)
    return {"supply": claim, "region": region, "facts": {**claimed, **facts}}


def _claimed(top: Table) -> tuple[dict[str, float], dict[str, Fact]]:
    sizes, facts = {}, {}
    for part in top.tables("supply"):
        part.only_these(("technology", "capacity", "hours"))
        technology = part.word("technology", TECHNOLOGIES)
        key = TECHNOLOGIES[technology]
        if key in sizes:
            raise part.fault("technology", f"{technology} is stated twice", mend="Add the two up")
        facts[f"supply.{technology}"] = part.fact("capacity", "kW", most=_MOST_KW)
        sizes[key] = facts[f"supply.{technology}"].value
        if sizes[key] <= 0.0:
            raise part.fault("capacity", "is not above 0", mend="Drop the part, or state what is claimed")
        if technology == "battery":
            sizes["storage_kwh"] = sizes[key] * part.number("hours", "h", 4.0, most=10_000.0)
        elif part.has("hours"):
            raise part.fault("hours", "belongs to a battery alone", mend="Drop it")
    if not facts:
        mend = 'Add [[supply]] with technology = "renewables" and capacity = "1.5 GW"'
        raise top.fault("", "claims no supply at all", mend=mend)
    return sizes, facts


def _equivalence(top: Table) -> dict[str, Any]:
    top.only_these((*_COMMON, "power", "things", "thing", "use_of_one", "load_factor", "tolerance"))
    facts = {
        "power": top.fact("power", "kW", least=1e-9, most=_MOST_KW),
        "use_of_one": top.fact("use_of_one", "kWh", least=1e-9),
        "load_factor": top.fact("load_factor", "1", least=1e-6, most=1.0),
    }
    return {
        "facts": facts,
        "published": top.number("things", "count", least=1e-9),
        "thing": top.text("thing"),
        "tolerance": top.number("tolerance", "1", 0.05, most=1.0),
    }


def _comparison(top: Table) -> dict[str, Any]:
    top.only_these((*_COMMON, "ratio", "side", "tolerance"))
    sides = top.tables("side")
    if len(sides) != 2:
        raise top.fault("side", f"a comparison has two sides, not {len(sides)}", mend="Write [[side]] twice")
    read = tuple(_additions(side, ("name",)) for side in sides)
    return {
        "facts": {f"{side.name}: {key}": fact for side in read for key, fact in _facts_of(side).items()},
        "sides": read,
        "published": top.number("ratio", "1", least=1e-9),
        "tolerance": top.number("tolerance", "1", 0.05, most=1.0),
    }


def _rate(top: Table) -> dict[str, Any]:
    top.only_these((*_COMMON, "capacity", "ratio", "load_factor", "generation", "today", "tolerance"))
    today = _additions(top.table("today"), ("name",))
    facts = {
        "capacity": top.fact("capacity", "kW", least=1e-9, most=_MOST_KW),
        "load_factor": top.fact("load_factor", "1", least=1e-6, most=1.0),
        "generation": top.fact("generation", "kWh", least=1e-9),
        **{f"{today.name}: {key}": fact for key, fact in _facts_of(today).items()},
    }
    return {
        "facts": facts,
        "sides": (today,),
        "published": top.number("ratio", "1", least=1e-9),
        "tolerance": top.number("tolerance", "1", 0.05, most=1.0),
    }


def _additions(side: Table, extra: tuple[str, ...]) -> Additions:
    side.only_these((*extra, "capacity", "parts", "capacity_factors"))
    parts, factors = side.table("parts"), side.table("capacity_factors")
    if not parts.body:
        raise side.fault("parts", "is empty", mend='Write what was built, for example solar = "30 GW"')
    factors.only_these(parts.body)
    built = {name: parts.fact(name, "kW", most=_MOST_KW) for name in parts.body}
    runs = {name: factors.fact(name, "1", most=1.0) for name in parts.body}
    total = side.fact("capacity", "kW", least=1e-9, most=_MOST_KW)
    summed = sum(part.value for part in built.values())
    if not isclose(summed, total.value, rel_tol=0.25):
        raise side.fault(
            "parts",
            f"add up to {summed / 1e6:,.1f} GW, but the capacity is {total.value / 1e6:,.1f} GW",
            why="a mix that explains so little of the total says nothing of its energy",
            mend="Correct a part, or state the rest as a part of its own",
        )
    return Additions(name=side.text("name"), capacity_kw=total, parts_kw=built, capacity_factors=runs)


def _facts_of(side: Additions) -> dict[str, Fact]:
    parts = {f"{name}, built": fact for name, fact in side.parts_kw.items()}
    return {"all built": side.capacity_kw, **parts, **{f"{n}, factor": f for n, f in side.capacity_factors.items()}}
