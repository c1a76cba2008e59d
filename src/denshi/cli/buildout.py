"""``denshi buildout``: the build-out of a scenario, a plan of long-lead items over quarters, bridge power."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.options import AsJson, ScenarioByDefault


def register(app: typer.Typer, show_room: Callable[..., None], text: str) -> None:
    """Add the verb: ``show_room`` where no command is named, and its commands."""
    group = typer.Typer(
        cls=ScenarioByDefault,
        help=f"{text[:-1]} of a scenario (where no command is named); a plan of what to order when and from whom.",
        add_completion=False,
        no_args_is_help=True,
    )
    group.command(ScenarioByDefault.default, help=text)(show_room)
    group.command("plan")(plan)
    group.command("bridge")(bridge)
    app.add_typer(group, name="buildout")


def plan(
    file: Annotated[Path | None, typer.Argument(metavar="PLAN", help="A plan file (TOML).", show_default=False)] = None,
    json: AsJson = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a plan file.")] = False,
) -> None:
    """Print what to order in which quarter and from whom, what decides each date, and what a late week costs.

    Examples: examples/buildout/*.toml.
    """
    from denshi.cli.buildout_page import as_text, page
    from denshi.cli.buildout_plan import plan_schema, read_plan
    from denshi.cli.energy_toml import told_at
    from denshi.cli.output import as_json, done, reader
    from denshi.errors import DenshiError, UsageError

    if schema:
        print(as_json(plan_schema()), end="")
        return
    if file is None:
        raise UsageError("no plan file is named", mend="Say denshi buildout plan PLAN.toml, or --schema")
    asked = read_plan(file)
    try:
        found = page(asked, reader())
    except DenshiError as error:
        raise told_at(str(file), error) from None
    finally:
        done()
    print(as_json(found) if json else as_text(found), end="")


def bridge(
    file: Annotated[
        Path | None, typer.Argument(metavar="CASE", help="A bridge case (TOML).", show_default=False)
    ] = None,
    json: AsJson = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a bridge case.")] = False,
) -> None:
    """Print the cheapest power until the supply is there, when each phase has it, and what waiting costs.

    Example: examples/buildout/bridge-two-gigawatts.toml.
    """
    from denshi.cli.buildout_bridge import bridge_page, bridge_schema, bridge_text, read_bridge
    from denshi.cli.output import as_json
    from denshi.errors import UsageError

    if schema:
        print(as_json(bridge_schema()), end="")
        return
    if file is None:
        raise UsageError("no case file is named", mend="Say denshi buildout bridge CASE.toml, or --schema")
    found = bridge_page(read_bridge(file))
    print(as_json(found) if json else bridge_text(found), end="")
