"""``denshi report DESIGN.json``: the report again, in either language, without designing again."""

from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.options import Language, language


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("report")(report)


def report(
    design: Annotated[Path, typer.Argument(help="A design.json that `denshi design` has written.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The HTML file to write.")] = None,
    lang: Language = "en",
) -> None:
    """Write report.html from a design.json."""
    from denshi.cli.output import write_all
    from denshi.design import read_document
    from denshi.report import html

    language(lang)
    target = out or design.parent / ("report.html" if lang == "en" else f"report.{lang}.html")
    write_all(target.parent, {target.name: html.render(read_document(design), lang)})
    print(target)
