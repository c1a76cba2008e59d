"""``denshi trace SCENARIO FIGURE``: what a figure is made of, down to facts and inputs."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from denshi.cli.options import AsJson, ScenarioFile, Settings, Variant

if TYPE_CHECKING:
    from denshi.design import Node


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("trace")(trace)


def trace(
    scenario: ScenarioFile,
    figure: Annotated[str, typer.Argument(help="A dotted path such as finance.lcoc_usd_per_accelerator_hour.")],
    variant: Variant = None,
    settings: Settings = None,
    depth: Annotated[int, typer.Option("--depth", min=0, help="Levels to print; 0 prints all.")] = 0,
    json: AsJson = False,
) -> None:
    """Print the tree of a figure: value, unit, formula, grade and source of each part."""
    from denshi.cli.output import as_json, done, reader
    from denshi.design import bands, design, trace
    from denshi.scenario import load

    asked = load(scenario, variant, settings or ())
    made = design(asked, reader())
    tree = trace(made, figure)
    band = bands(made, (figure,)).get(figure) if tree.kind == "figure" else None
    if band is not None:
        tree = replace(tree, grade=band.grade)
    done()
    if json:
        print(as_json({"schema_version": 1, **tree.as_json()}), end="")
    else:
        print("\n".join(_lines(tree, 0, depth)))


def _lines(node: "Node", level: int, depth: int) -> list[str]:
    from denshi.design import summary

    shown = _shown(summary(node.value), node.unit)
    formula = f"  = {node.formula}" if node.formula and node.kind == "figure" else ""
    origin = f"  [{node.source}]" if node.source else ""
    grade = f" ({node.grade})" if node.grade else " (input)" if node.kind == "input" else ""
    again = "  (shown above)" if node.kind == "again" else ""
    lines = [f"{'  ' * level}{node.path} {shown}{grade}{formula}{origin}{again}"]
    if depth and level + 1 >= depth:
        return lines
    for below in node.inputs:
        lines += _lines(below, level + 1, depth)
    return lines


def _shown(value: Any, unit: str) -> str:
    from denshi.units import show

    if isinstance(value, bool) or not isinstance(value, float | int):
        return str(value) if not isinstance(value, dict) or len(value) < 6 else f"{len(value)} values"
    return show(float(value), unit)
