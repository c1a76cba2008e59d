"""``denshi design SCENARIO``: the main job."""

from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.options import AsJson, Language, ScenarioFile, Settings, Variant, language


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("design")(design)


def design(
    scenario: ScenarioFile,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder for the results.")] = None,
    variant: Variant = None,
    settings: Settings = None,
    lang: Language = "en",
    json: AsJson = False,
) -> None:
    """Turn a scenario into a whole design: design.json, run.json and report.html."""
    from denshi.cli.output import as_json, done, reader, write_all
    from denshi.design import design as make
    from denshi.design import document, run_record
    from denshi.report import html, terminal
    from denshi.scenario import load

    language(lang)
    asked = load(scenario, variant, settings or ())
    progress = reader()
    made = make(asked, progress)
    progress("bands and grades")
    page = document(made)
    progress("report")
    suffix = f"-{variant}" if variant else ""
    folder = out or Path(f"{scenario.stem}{suffix}.denshi")
    report = "report.html" if lang == "en" else f"report.{lang}.html"
    texts = {
        "design.json": as_json(page),
        "run.json": as_json(run_record(scenario, variant, settings or (), made, page)),
        report: html.render(page, lang),
    }
    write_all(folder, texts)
    done()
    if json:
        print(texts["design.json"], end="")
    else:
        print(terminal.first_screen(page, lang))
        print(f"{folder / report}")
