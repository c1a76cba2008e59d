"""``denshi check SCENARIO``: every fault of a scenario at once."""

from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.options import AsJson, Settings, Variant


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("check")(check)


def check(
    scenario: Annotated[Path | None, typer.Argument(help="A scenario file (TOML).", show_default=False)] = None,
    variant: Variant = None,
    settings: Settings = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a scenario, for editors.")] = False,
    json: AsJson = False,
) -> None:
    """Read a scenario and name all its faults, each with file and line."""
    from denshi.cli.output import as_json
    from denshi.errors import ScenarioError, UsageError
    from denshi.scenario import json_schema, load

    if schema:
        print(as_json(json_schema()), end="")
        return
    if scenario is None:
        raise UsageError("check needs a scenario file", mend="Or --schema for the JSON Schema")
    try:
        load(scenario, variant, settings or ())
    except ScenarioError as error:
        if not json:
            raise
        faults = [
            {"file": f.file, "line": f.line, "path": f.path, "what": f.what, "mend": f.mend} for f in error.faults
        ]
        print(as_json({"schema_version": 1, "ok": False, "faults": faults}), end="")
        raise typer.Exit(1) from None
    print(as_json({"schema_version": 1, "ok": True, "faults": []}) if json else f"{scenario}: no faults\n", end="")
