"""``denshi rules``: may a part be shipped on a day, what an order costs once landed, the rules themselves."""

from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.options import AsJson


def register(app: typer.Typer) -> None:
    """Add the verb and its commands."""
    group = typer.Typer(
        help="Trade rules as dated data: export control of a part, landed cost of an order, the table of rules.",
        add_completion=False,
        no_args_is_help=True,
    )
    group.command("check")(check)
    group.command("landed")(landed)
    group.command("list")(list_)
    app.add_typer(group, name="rules")


def check(
    chip: Annotated[str, typer.Option("--chip", help="A part: h20, h200, mi325x, …")],
    to: Annotated[str, typer.Option("--to", help="Country of destination: CN, or its name.")],
    date: Annotated[str, typer.Option("--date", help="Day of export, as 2025-05-01.")],
    end_use: Annotated[str, typer.Option("--end-use", help="data-centre, research, military, …")] = "data-centre",
    shipped_from: Annotated[str, typer.Option("--from", help="Country it leaves; elsewhere: a re-export.")] = "US",
    headquarters: Annotated[
        str | None, typer.Option("--headquarters", help="Country of the buyer's ultimate parent.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Say whether a part may go to a country on a day: allowed, licence or denied, by which rule and source.

    denied: a licence is needed and applications are reviewed under a presumption of denial. No legal advice.
    """
    from denshi.cli.output import as_json
    from denshi.cli.rules_page import check_page, check_text

    found = check_page(chip, to, date, end_use, shipped_from, headquarters)
    print(as_json(found) if json else check_text(found), end="")


def landed(
    order: Annotated[Path | None, typer.Option("--order", help="An order file (TOML).", show_default=False)] = None,
    date: Annotated[str | None, typer.Option("--date", help="Another day than the file's, as 2025-05-01.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the file.")] = False,
    json: AsJson = False,
) -> None:
    """Say of each line of an order whether it is allowed, its duties by component, and its landed cost.

    A file that names a year is answered for every day of it: a table of the days on which the answer changes.
    Examples: examples/orders/*.toml.
    """
    from denshi.cli.output import as_json
    from denshi.errors import UsageError

    if schema:
        from denshi.cli.rules_order import order_schema

        print(as_json(order_schema()), end="")
        return
    if order is None:
        raise UsageError("no order file is named", mend="Say denshi rules landed --order ORDER.toml, or --schema")
    from denshi.cli.rules_landed import landed_page, landed_text
    from denshi.cli.rules_order import read_order

    found = landed_page(read_order(order, date))
    print(as_json(found) if json else landed_text(found), end="")


def list_(
    kind: Annotated[str, typer.Option("--kind", help="export, duty or all.")] = "all",
    date: Annotated[str | None, typer.Option("--date", help="Only what holds on this day.")] = None,
    json: AsJson = False,
) -> None:
    """Print the dated rules, each with its verdict or rate, source and grade."""
    from denshi.cli.output import as_json
    from denshi.cli.rules_page import list_page, list_text

    found = list_page(kind, date)
    print(as_json(found) if json else list_text(found), end="")
