"""``denshi rent``: the same work on rented and on owned accelerators, quote by quote."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from denshi.cli.options import AsJson

if TYPE_CHECKING:
    from denshi.catalog import Rental
    from denshi.cli.rent_case import Case

# A contract is paid for every hour of its term; the others for hours in use.
_PAID_WHEN_IDLE = ("contract",)
_TERM_MONTHS = 36.0


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("rent")(rent)


def rent(
    case: Annotated[Path | None, typer.Argument(help="A rent-or-buy case or a scenario.", show_default=False)] = None,
    term_months: Annotated[
        float | None, typer.Option("--term-months", help="Of a scenario: longest contract taken; 36.", min=1.0)
    ] = None,
    residency: Annotated[
        list[str] | None, typer.Option("--residency", help="Of a scenario: country of the quotes; may be repeated.")
    ] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the file.")] = False,
    json: AsJson = False,
) -> None:
    """Hold every rental quote of the catalogue that fits the case against owning: cost of a used accelerator-hour.

    Of a scenario, owning costs what its design finds an accelerator-hour to cost. Quotes are kept by term (no contract
    longer than the work) and residency. Examples: examples/rent/*.toml.
    """
    from denshi.cli.output import as_json
    from denshi.cli.rent_case import case_schema, read_case
    from denshi.cli.rent_scenario import case_of, is_scenario
    from denshi.errors import UsageError

    if schema:
        print(as_json(case_schema()), end="")
        return
    if case is None:
        raise UsageError("no case file is named", mend="Say denshi rent CASE.toml, or --schema")
    if is_scenario(case):
        found = page(case_of(case, term_months or _TERM_MONTHS, residency or []))
    elif term_months is not None or residency:
        raise UsageError("a case states its own term and residency", mend="Drop --term-months and --residency")
    else:
        found = page(read_case(case))
    print(as_json(found) if json else as_text(found), end="")


def page(case: "Case") -> dict[str, Any]:
    """Return a case as plain values: owning, and each quote beside it, cheapest first."""
    from denshi.catalog import rows
    from denshi.finance.rent import own_usd_per_used_h

    known = cast("dict[str, Rental]", rows("rentals"))
    quotes = [one for one in known.values() if one.accelerator == case.accelerator]
    fitting = [one for one in quotes if _fits(one, case)]
    offers = sorted((_offer(one, case) for one in fitting), key=lambda o: (o["rent_usd_per_used_h"], o["id"]))
    own = own_usd_per_used_h(case.owning, case.utilisation)
    return {
        "schema_version": 1,
        "name": case.name,
        "accelerator": case.accelerator,
        "date": case.day.isoformat(),
        "accelerator_hours_per_month": case.hours_per_month,
        "term_months": case.term_months,
        "currency": case.currency,
        "currency_per_usd": case.currency_per_usd,
        "currency_rate": case.rate,
        "residency": list(case.residency),
        "own": {
            "accelerators": case.accelerators,
            "utilisation": case.utilisation,
            "usd_per_used_h": own,
            "currency_per_used_h": own * case.currency_per_usd,
            "usd_per_month": own * case.hours_per_month,
            **case.landed,
            **_terms(case),
        },
        "offers": offers,
        "cheapest": offers[0]["id"] if offers and offers[0]["rent_usd_per_used_h"] < own else "own",
        "left_out": len(quotes) - len(fitting),
        "notices": _notices(case, quotes, fitting),
    }


def _terms(case: "Case") -> dict[str, Any]:
    from dataclasses import asdict

    from denshi.finance.rent import capital_usd_per_month

    if not case.terms_shown:
        return {}
    return {
        "capital_usd_per_accelerator_month": capital_usd_per_month(case.owning),
        "terms": asdict(case.owning),
    }


def _fits(quote: "Rental", case: "Case") -> bool:
    return (
        quote.term_months <= case.term_months
        and quote.least_accelerators <= case.accelerators
        and (not case.residency or quote.country in case.residency)
    )


def _offer(quote: "Rental", case: "Case") -> dict[str, Any]:
    from dataclasses import asdict

    from denshi.finance.rent import compare

    idle = quote.basis in _PAID_WHEN_IDLE
    proof = quote.evidence["usd_per_h"]
    found = compare(case.owning, quote.usd_per_h, case.utilisation, pays_when_idle=idle)
    return {
        "id": quote.id,
        "provider": quote.provider,
        "kind": quote.basis,
        "usd_per_h": quote.usd_per_h,
        "term_months": quote.term_months,
        "country": quote.country or None,
        "region": quote.region,
        "date": proof.date,
        "source": proof.source,
        "grade": proof.grade,
        "note": proof.note,
        "pays_when_idle": idle,
        **asdict(found),
        "rent_currency_per_used_h": found.rent_usd_per_used_h * case.currency_per_usd,
        "usd_per_month": found.rent_usd_per_used_h * case.hours_per_month,
    }


def _notices(case: "Case", quotes: "list[Rental]", fitting: "list[Rental]") -> list[str]:
    from denshi.catalog import rows

    said = ["contracts are rented in the number that would be owned and paid for idle hours too; the rest by use"]
    if not quotes:
        known = sorted({one.accelerator for one in cast("dict[str, Rental]", rows("rentals")).values()})
        said.append(f"no quote for {case.accelerator} is known; known: {', '.join(known)}")
    elif not fitting:
        said.append(f"none of {len(quotes)} quotes for {case.accelerator} fits term, number and residency")
    if case.residency:
        said.append("quotes whose provider names no country are left out")
    if any(one.evidence["usd_per_h"].grade == "E" for one in fitting):
        said.append("quotes of grade E carry no exact date")
    if case.currency != "USD":
        said.append(f"{case.rate} on every day of the term; no hedge is priced")
    return said


def as_text(found: dict[str, Any]) -> str:
    """Return the page of a case."""
    own, unit = found["own"], found["currency"]
    lines = [
        f"{found['name']} ({found['accelerator']}, {found['accelerator_hours_per_month']:,.0f} hours a month for "
        f"{found['term_months']:.0f} months)",
        "",
        f"owning {own['accelerators']:,.0f} of them, in use {own['utilisation']:.0%} of the hours: "
        f"{own['currency_per_used_h']:,.2f} {unit} a used hour ({own['usd_per_used_h']:.2f} USD)",
        f"  {_price(own)}",
        "",
        f"{'kind':8} {'USD/h':>6} {unit + '/used h':>11} {'cheaper':7} {'owning from':>11}  {'date':16} g  provider",
    ]
    for one in found["offers"]:
        share = one["break_even_utilisation"]
        at = "by price" if one["pays_when_idle"] else "never" if share is None else f"{share:.0%} in use"
        place = f", {one['country']}" if one["country"] else ""
        lines.append(
            f"{one['kind']:8} {one['usd_per_h']:6.2f} {one['rent_currency_per_used_h']:11,.2f} {one['cheaper']:7} "
            f"{at:>11}  {one['date'][:16]:16} {one['grade']}  {one['provider']}{place}: {one['source']}"
        )
    lines += ["", f"cheapest: {found['cheapest']}; {found['left_out']} quotes are left out"]
    return "\n".join([*lines, *(f"notice: {one}" for one in found["notices"])]) + "\n"


def _price(own: dict[str, Any]) -> str:
    source = own["price_source"]
    if "landed_usd" not in own:
        return f"{source['source']}, {own['system']}, grade {source['grade']}"
    return (
        f"landed {own['landed_usd']:,.0f} USD each (duty {own['duty_usd']:,.0f}), {source['source']}, "
        f"{source['date']}, grade {source['grade']}"
    )
