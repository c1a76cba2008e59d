"""``denshi finance workbook``: the monthly pro forma of a scenario, live formulas and all."""

from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.options import AsJson, ScenarioFile, Settings, Variant


def workbook(
    scenario: ScenarioFile,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The workbook to write.", show_default=False)] = None,
    variant: Variant = None,
    settings: Settings = None,
    json: AsJson = False,
) -> None:
    """Write sources and uses, monthly pro forma and yearly sums as XLSX whose totals recalculate.

    Sales, energy, draws and depreciation are numbers; revenue, tax, debt and returns are formulas on them and on the
    inputs. Needs the extra denshi[export].
    """
    from denshi.cli.output import as_json, done, reader
    from denshi.design import design
    from denshi.design.paths import fill
    from denshi.export import proforma
    from denshi.export.extras import package
    from denshi.finance import FinanceInput
    from denshi.scenario import load

    package("xlsx")
    asked = load(scenario, variant, settings or ())
    made = design(asked, reader())
    suffix = f"-{variant}" if variant else ""
    path = out or Path(f"{scenario.stem}{suffix}.xlsx")
    project = proforma.Project(
        name=asked.project.name,
        start=asked.project.start,
        given=fill(FinanceInput, made.root()),
        found=made.finance,
    )
    proforma.write(project, path)
    done()
    found = {name: value for name, _, _, value in proforma.figures(proforma.statement(project), project)}
    if json:
        print(as_json({"schema_version": 1, "file": str(path), "figures": found}), end="")
    else:
        print(f"{path}: {project.given.months} months, {len(found)} figures that recalculate")
