"""``denshi finance``: the finance room of a scenario, and what may be asked of money without one."""

from collections.abc import Callable

import typer

from denshi.cli.finance_deal import deal
from denshi.cli.finance_life import life
from denshi.cli.finance_risk import risk
from denshi.cli.finance_vehicle import vehicle
from denshi.cli.finance_workbook import workbook
from denshi.cli.options import ScenarioByDefault


def register(app: typer.Typer, show_room: Callable[..., None], text: str) -> None:
    """Add the verb: ``show_room`` where no command is named, and its commands."""
    group = typer.Typer(
        cls=ScenarioByDefault,
        help=f"{text[:-1]} of a scenario (where no command is named); risk; deals; chip life; vehicles; a workbook.",
        add_completion=False,
        no_args_is_help=True,
    )
    group.command(ScenarioByDefault.default, help=text)(show_room)
    group.command("deal")(deal)
    group.command("life")(life)
    group.command("risk")(risk)
    group.command("vehicle")(vehicle)
    group.command("workbook")(workbook)
    app.add_typer(group, name="finance")
