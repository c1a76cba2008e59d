"""``denshi report DESIGN.json``: the report again, in either language, without designing again."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from denshi.cli.options import Language, language


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("report")(report)


def report(
    design: Annotated[Path, typer.Argument(help="A design.json that `denshi design` has written.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The HTML file to write.")] = None,
    lang: Language = "en",
    risk: Annotated[
        Path | None, typer.Option("--risk", help="What `denshi finance risk SCENARIO --json` printed: adds its fan.")
    ] = None,
) -> None:
    """Write report.html from a design.json."""
    from denshi.cli.output import write_all
    from denshi.design import read_document
    from denshi.report import html

    language(lang)
    target = out or design.parent / ("report.html" if lang == "en" else f"report.{lang}.html")
    page = read_document(design)
    if risk is not None:
        page["risk"] = read_risk(risk, page["scenario"]["project"]["name"])
    write_all(target.parent, {target.name: html.render(page, lang)})
    print(target)


def read_risk(path: Path, name: str) -> dict[str, Any]:
    """Read what ``denshi finance risk --json`` has printed about a project.

    Raises
    ------
    FileError : it is nothing of the kind, or about another project.
    """
    from denshi.errors import FileError

    try:
        page = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise FileError(f'"{path}" cannot be read as JSON', why=str(error)) from None
    if not isinstance(page, dict) or "fan_equity_usd" not in page:
        raise FileError(
            f'"{path}" is not from denshi finance risk', mend="denshi finance risk SCENARIO --json > risk.json"
        )
    if page.get("name") != name:
        raise FileError(f'"{path}" is about another project than {name}', mend="Simulate the scenario of this design")
    return page
