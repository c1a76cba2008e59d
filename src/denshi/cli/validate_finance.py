"""``denshi validate finance``: published figures of money against what denshi computes from the same statement."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.measured import SHARED
from denshi.cli.options import AsJson


def register(group: typer.Typer) -> None:
    """Add the verb to its group."""
    group.command("finance")(finance)


def finance(
    cases: Annotated[
        Path | None, typer.Option(help="A CSV file of cases: id, category, inputs, expected, unit, tolerance.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Hold denshi against published costs, deals, rental prices, trade rules and exact oracles, a verdict a number.

    What denshi cannot read is "not answered", never passed. Exit status 1 where a number fails.
    """
    import os

    from denshi.cli.output import as_json, done, reader
    from denshi.validation.finance import as_text, document

    file = cases or Path(os.environ.get(SHARED, "../shared")) / "validation" / "finance.csv"
    progress = reader()
    found = document(file, _design_figure(progress))
    done()
    print(as_json(found) if json else as_text(found), end="")
    if cases is not None and found["totals"]["fails"]:
        raise typer.Exit(1)


def _design_figure(progress: Callable[[str], None]) -> Callable[[str, tuple[str, ...], str], float | None]:
    """Return a function that designs an example once under each setting and gives its figures."""
    from denshi.cli.validate import example
    from denshi.design import design
    from denshi.design.paths import resolve
    from denshi.design.record import Design
    from denshi.scenario import load

    @cache
    def made(scenario: str, settings: tuple[str, ...]) -> Design:
        return design(load(example(scenario), settings=settings), progress)

    def figure(scenario: str, settings: tuple[str, ...], path: str) -> float | None:
        value = resolve(made(scenario, settings).root(), path)
        return None if value is None else float(value)

    return figure
