"""``denshi finance vehicle``: a vehicle that lets data centres on short leases; who bears what if the tenant leaves."""

from dataclasses import MISSING, asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from denshi.cli.options import AsJson

if TYPE_CHECKING:
    from denshi.energy.audit_facts import Fact
    from denshi.finance.vehicle import Market, Terms, Valued

_WORTH = (1.0, 0.75, 0.5, 0.25, 0.0)
_MOST_PATHS = 1_000_000
_SENSITIVITY_PATHS = 8_000
# Of the tenant's own books, beside the vehicle.
_BESIDE = ("accelerators_usd", "accelerator_years")


def vehicle(
    file: Annotated[Path | None, typer.Argument(help="A vehicle file (TOML).", show_default=False)] = None,
    paths: Annotated[int, typer.Option(help="Paths of the simulation.", min=1000, max=_MOST_PATHS)] = 40_000,
    seed: Annotated[int, typer.Option(help="Seed of the simulation.", min=0)] = 1,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the file.")] = False,
    json: AsJson = False,
) -> None:
    """Sources and uses, rent and waterfall of a vehicle; who loses what if the tenant leaves; options and guarantee.

    Example: examples/vehicles/hyperion.toml.
    """
    from denshi.cli.energy_toml import told_at
    from denshi.cli.output import as_json, done, reader
    from denshi.errors import OutOfRangeError, UsageError

    if schema:
        print(as_json(vehicle_schema()), end="")
        return
    if file is None:
        raise UsageError("no vehicle file is named", mend="Say denshi finance vehicle FILE.toml, or --schema")
    name, terms, market, facts = read_vehicle(file)
    progress = reader()
    try:
        found = page(name, terms, market, facts, paths, seed, progress)
    except OutOfRangeError as error:
        raise told_at(str(file), error) from None
    finally:
        done()
    print(as_json(found) if json else as_text(found), end="")


def read_vehicle(path: Path) -> "tuple[str, Terms, Market, dict[str, Fact]]":
    """Read a vehicle file: its terms and its market, each number bare or with its evidence."""
    from denshi.cli.energy_toml import Table, read_table
    from denshi.finance.vehicle import Market, Terms

    top = read_table(path)
    top.only_these(("name", "terms", "market"))
    facts: dict[str, Fact] = {}

    def filled(kind: Any, key: str) -> Any:
        table = top.table(key) if top.has(key) else Table({}, top.file, top.lines, key)
        table.only_these(field.name for field in fields(kind))
        values: dict[str, Any] = {}
        for field in fields(kind):
            if field.type in ("bool", bool):
                value = table.body.get(field.name, field.default)
                if not isinstance(value, bool):
                    raise table.fault(field.name, "is not true or false")
                values[field.name] = value
            elif table.has(field.name) or field.default is MISSING:
                fact = table.fact(field.name, "USD" if field.name.endswith("_usd") else "1", least=-1e15)
                facts[f"{key}.{field.name}"] = fact
                values[field.name] = int(fact.value) if field.type in ("int", int) else fact.value
        return kind(**values)

    terms, market = filled(Terms, "terms"), filled(Market, "market")
    return top.text("name", path.stem), terms, market, facts


def page(
    name: str, terms: "Terms", market: "Market", facts: "dict[str, Fact]", paths: int, seed: int, progress: Any
) -> dict[str, Any]:
    """Return everything about a vehicle as plain values."""
    from denshi.finance.vehicle import rent_usd, sources_and_uses, stress, value, waterfall

    run = waterfall(terms)
    progress("exits")
    exits = [asdict(one) for k in range(terms.renewals) for one in stress(terms, market, k, _WORTH)]
    progress("renewals and guarantee")
    valued = value(terms, market, paths, seed)
    progress("sensitivity")
    rent = rent_usd(terms)
    return {
        "schema_version": 1,
        "name": name,
        "sources_and_uses_usd": asdict(sources_and_uses(terms)),
        "rent_usd_per_year": 2.0 * float(rent[1]),
        "note_service_usd_per_year": 2.0 * float(run.service[1]),
        "waterfall_usd": {key: one.tolist() for key, one in asdict(run).items()},
        "exits": exits,
        "valued": asdict(valued),
        "sensitivity": _sensitivity(terms, market, facts, seed),
        "paths": paths,
        "seed": seed,
        "evidence": {
            key: {"value": fact.value, "grade": fact.evidence.grade, "source": fact.evidence.source}
            for key, fact in sorted(facts.items())
        },
    }


def _sensitivity(terms: "Terms", market: "Market", facts: "dict[str, Fact]", seed: int) -> list[dict[str, Any]]:
    """Return what the ends of each number that states them do to the option, the guarantee and the notes."""
    from denshi.finance.vehicle import value

    found = []
    for key, fact in facts.items():
        holder, _, field = key.partition(".")
        if field in _BESIDE:
            continue
        ends = [end for end in (fact.evidence.low, fact.evidence.high) if end is not None and end != fact.value]
        for end in ends:
            changed: Any = {field: end}
            one_deal = terms if holder == "market" else replace(terms, **changed)
            one_market = market if holder == "terms" else replace(market, **changed)
            one = value(one_deal, one_market, _SENSITIVITY_PATHS, seed)
            found.append({"input": key, "value": end, **_headline(one)})
    return found


def _headline(one: "Valued") -> dict[str, float]:
    return {
        "renewal_option_usd": one.renewal_option.mean,
        "guarantee_paid_usd": one.guarantee_paid.mean,
        "notes_lost_unguaranteed_usd": one.notes_lost_unguaranteed.mean,
        "leaves_at_first_node": one.nodes[0].probability if one.nodes else 0.0,
    }


def as_text(found: dict[str, Any]) -> str:
    """Return the page of a vehicle."""
    sums = found["sources_and_uses_usd"]
    lines = [found["name"], "", "sources and uses of the issuer [bn USD]"]
    lines += [f"  {key.replace('_', ' '):26} {value / 1e9:8.2f}" for key, value in sums.items()]
    lines += [
        "",
        f"rent {_bn(found['rent_usd_per_year'])} bn USD a year, notes {_bn(found['note_service_usd_per_year'])}",
        "",
        "who loses what if the tenant leaves [bn USD]",
        "  year  value of cost  guarantee  notes due  notes lose  equity loses  sponsor loses  its accelerators' book",
    ]
    lines += [
        f"  {one['year']:4.0f}  {one['worth_fraction']:13.0%}  {_bn(one['guarantee']):>9}  {_bn(one['notes_due']):>9}"
        f"  {_bn(one['notes_lost']):>10}  {_bn(one['equity_lost']):>12}  {_bn(one['sponsor_lost']):>13}"
        f"  {_bn(one['accelerators_book']):>22}"
        for one in found["exits"]
    ]
    lines += ["", "on the first day of the lease [bn USD, standard error]"]
    for key, value in found["valued"].items():
        if isinstance(value, dict):
            lines.append(f"  {key.replace('_', ' '):26} {value['mean'] / 1e9:8.3f} ± {value['error'] / 1e9:.3f}")
    lines += [
        "",
        "  leaves in year   probability   if its accelerators earn nothing   guarantee   notes lose   equity loses",
    ]
    lines += [
        f"  {node['year']:14.0f}   {node['probability']:11.1%}   {_share(node['leaves_if_obsolete']):>32}   "
        f"{_bn(node['guarantee']):>9}   {_bn(node['notes_lost']):>10}   {_bn(node['equity_lost']):>12}"
        for node in found["valued"]["nodes"]
    ]
    stays = found["valued"]
    lines.append(
        f"  stays to the end {stays['stays_to_the_end']:.1%}, without the guarantee {stays['stays_unguaranteed']:.1%}"
    )
    if found["sensitivity"]:
        lines += [
            "",
            "what the ends of each input do        option   guarantee   notes lose without it   leaves at once",
        ]
        lines += [
            f"  {one['input']:26} {one['value']:8.3g} {one['renewal_option_usd'] / 1e9:7.2f}   "
            f"{one['guarantee_paid_usd'] / 1e9:9.2f}   {one['notes_lost_unguaranteed_usd'] / 1e9:21.2f}   "
            f"{one['leaves_at_first_node']:14.0%}"
            for one in found["sensitivity"]
        ]
    grades = "".join(sorted({one["grade"] for one in found["evidence"].values()}))
    return "\n".join([*lines, "", f"grades of the inputs: {', '.join(grades) or 'defaults alone (E)'}", ""])


def _share(fraction: float | None) -> str:
    return "never seen" if fraction is None else f"{fraction:.0%}"


def _bn(usd: float) -> str:
    return f"{usd / 1e9:.2f}"


def vehicle_schema() -> dict[str, Any]:
    """Return the JSON Schema of a vehicle file.

    >>> sorted(vehicle_schema()["properties"])
    ['market', 'name', 'terms']
    """
    from denshi.cli.energy_schema import fact_schema
    from denshi.finance.vehicle import Market, Terms

    def table(kind: Any) -> dict[str, Any]:
        properties = {
            field.name: {"type": "boolean"}
            if field.type in ("bool", bool)
            else fact_schema("USD" if field.name.endswith("_usd") else "1", field.name.replace("_", " "))
            for field in fields(kind)
        }
        required = [field.name for field in fields(kind) if field.default is MISSING]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "denshi vehicle",
        "type": "object",
        "properties": {"name": {"type": "string"}, "terms": table(Terms), "market": table(Market)},
        "required": ["terms"],
        "additionalProperties": False,
    }
