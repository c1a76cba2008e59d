"""``denshi finance life``: how long an accelerator is worth keeping, and what it is worth at each age."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from denshi.cli.options import AsJson

if TYPE_CHECKING:
    from denshi.cli.finance_life_case import Case

_MOST_PATHS = 200_000
_SENSITIVITY_PATHS = 2_000
_SHOWN = 16


def life(
    file: Annotated[Path | None, typer.Argument(help="A life case (TOML), or an H100.", show_default=False)] = None,
    paths: Annotated[int, typer.Option(help="Paths of the simulation.", min=1000, max=_MOST_PATHS)] = 10_000,
    seed: Annotated[int, typer.Option(help="Seed of the simulation.", min=0)] = 1,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the file.")] = False,
    json: AsJson = False,
) -> None:
    """Economic life of an accelerator: when it is moved to inference or scrapped, worth by age, beside its book value.

    Example: examples/life/h100-2023.toml.
    """
    from denshi.cli.energy_toml import told_at
    from denshi.cli.finance_life_case import life_schema, read_case
    from denshi.cli.output import as_json, done, reader
    from denshi.errors import OutOfRangeError

    if schema:
        print(as_json(life_schema()), end="")
        return
    case = read_case(file)
    progress = reader()
    try:
        page = life_page(case, paths, seed, progress)
    except OutOfRangeError as error:
        raise told_at(str(file or case.part), error) from None
    finally:
        done()
    print(as_json(page) if json else life_text(page), end="")


def life_page(case: "Case", paths: int, seed: int, progress: Callable[[str], None]) -> dict[str, Any]:
    """Return everything about a life case as plain values."""
    from denshi.cli.finance_life_case import terms_of
    from denshi.finance.life import economic_life

    accelerator, prices = terms_of(case.values)
    progress("life")
    found = economic_life(accelerator, prices, paths, seed, case.book_years)
    progress("sensitivity")
    return {
        "schema_version": 1,
        "name": case.name,
        "accelerator": case.part,
        "paths": paths,
        "seed": seed,
        "book_years": case.book_years,
        "cost_usd": accelerator.cost_usd,
        **asdict(found),
        "sensitivity": _sensitivity(case, seed),
        "evidence": {
            key: {"value": fact.value, "grade": fact.evidence.grade, "source": fact.evidence.source}
            for key, fact in sorted(case.facts.items())
        },
    }


def _sensitivity(case: "Case", seed: int) -> list[dict[str, Any]]:
    """Return what each number at its ends changes in worth and mean life, the same random numbers throughout."""
    from denshi.cli.finance_life_case import terms_of
    from denshi.finance.life import worth_and_life

    planned, life_years = worth_and_life(*terms_of(case.values), _SENSITIVITY_PATHS, seed)
    found = []
    for key, fact in case.facts.items():
        for end in sorted({one for one in fact.ends if one != fact.value}):
            worth_usd, years = worth_and_life(*terms_of({**case.values, key: end}), _SENSITIVITY_PATHS, seed)
            changes = {"worth_change_usd": worth_usd - planned, "life_change_years": years - life_years}
            found.append({"input": key, "value": end, **changes})
    return sorted(found, key=lambda one: -abs(float(one["worth_change_usd"])))


def life_text(page: Mapping[str, Any]) -> str:
    """Return the page for a reader."""
    years, worth, above = page["life_years"], page["worth_usd"], page["worth_above_usd"]
    lines = [
        f"{page['name']}: {page['paths']:,} paths, decided each quarter",
        "",
        f"  cost with its share of the system    {page['cost_usd']:10,.0f} USD",
        f"  worth to its owner, at least         {worth['mean']:10,.0f} USD ± {worth['error']:,.0f}",
        f"  at most                              {above['mean']:10,.0f} USD ± {above['error']:,.0f}",
        f"  free to stop adds                    {_sum(page['stopping_adds_usd'])}",
        f"  free to move to inference adds       {_sum(page['redeploying_adds_usd'])}",
        "",
        f"  life: P10 {years['p10']:.1f}, P50 {years['p50']:.1f}, P90 {years['p90']:.1f} years"
        f" (mean {years['mean']:.2f} ± {years['error_mean']:.2f});"
        f" {page['to_the_horizon_fraction']['mean']:.0%} reach the horizon",
        "",
        f"  {'age':>4}{'first use':>11}{'inference':>11}{'retired':>9}{'USD/h P50':>11}"
        f"{'worth P10':>12}{'P50':>9}{'P90':>9}{'book':>9}{'below book':>12}",
    ]
    for one in page["ages"]:
        value = one["worth_usd"]
        shares = f"{one['first_use_fraction']:11.0%}{one['redeployed_fraction']:11.0%}{one['retired_fraction']:9.0%}"
        sums = f"{value['p10']:12,.0f}{value['p50']:9,.0f}{value['p90']:9,.0f}{one['book_usd']:9,.0f}"
        price = one["price_usd_per_h"]["p50"]
        lines.append(f"  {one['years']:4.0f}{shares}{price:11.2f}{sums}{one['below_book_fraction']:12.0%}")
    lines += [
        "",
        f"Book is straight line over {page['book_years']:g} years. Worth by age is that of one still in first use.",
    ]
    if page["sensitivity"]:
        lines += ["", f"  {'with one input alone at':36}{'worth [USD]':>14}{'mean life [year]':>18}"]
        lines += [
            f"  {one['input'].replace('_', ' '):28}{one['value']:8.4g}{one['worth_change_usd']:+14,.0f}"
            f"{one['life_change_years']:+18.1f}"
            for one in page["sensitivity"][:_SHOWN]
        ]
    grades = "".join(sorted({one["grade"] for one in page["evidence"].values()}))
    return "\n".join([*lines, "", f"grades of the inputs: {', '.join(grades)}", ""])


def _sum(one: Mapping[str, float]) -> str:
    return f"{one['mean']:10,.0f} USD ± {one['error']:,.0f}"
