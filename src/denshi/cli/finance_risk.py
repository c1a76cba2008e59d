"""``denshi finance risk``: what a scenario's project may be worth, how sure that is, and which input matters."""

from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.options import AsJson, ScenarioFile, Settings, Variant

_MOST_PATHS = 4_000_000


def risk(
    scenario: ScenarioFile,
    paths: Annotated[int, typer.Option("--paths", min=64, max=_MOST_PATHS, help="How many paths.")] = 20_000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the points; the same seed gives the same bytes.")] = 1,
    variant: Variant = None,
    settings: Settings = None,
    json: AsJson = False,
) -> None:
    """P10, P50 and P90 of NPV and returns over correlated inputs, each input alone, and its share of the variance.

    Ranges and correlations are the catalogue's assumptions risk-* (denshi catalog show assumptions risk-price).
    """
    from denshi.cli.finance_risk_page import risk_page, risk_text
    from denshi.cli.output import as_json, done, reader
    from denshi.design import design
    from denshi.design.paths import fill
    from denshi.errors import UsageError
    from denshi.finance import FinanceInput
    from denshi.finance.risk.project import plan_of
    from denshi.scenario import load

    asked = load(scenario, variant, settings or ())
    if asked.finance.revenue == "none":
        raise UsageError(f"{Path(scenario).name} has no revenue: there is no return to be at risk")
    progress = reader()
    plan = plan_of(fill(FinanceInput, design(asked, progress).root()))
    progress("risk")
    page = risk_page(plan, asked.project.name, paths, seed)
    done()
    print(as_json(page) if json else risk_text(page), end="")
