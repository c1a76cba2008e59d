"""Where every number comes from: figures by room, facts, sources, assumptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from denshi.report.locale import Texts
from denshi.report.reading import Design, as_number, list_at
from denshi.report.values import amount, label, shown, written

ROOMS = ("sizing", "climate", "cluster", "workload", "facility", "energy", "buildout", "finance")


@dataclass(frozen=True, slots=True)
class Link:
    """A dotted path and the place on the page where it stands; no place where the page has none."""

    path: str
    anchor: str


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure of a room."""

    path: str
    anchor: str
    label: str
    value: str
    unit: str
    formula: str
    inputs: Sequence[Link]
    grade: str
    source: str


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact of the catalogue, or one default of the scenario."""

    path: str
    anchor: str
    value: str
    low: str
    high: str
    grade: str
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class Source:
    """One source and the facts and figures that rest on it."""

    name: str
    grades: str
    paths: Sequence[Link]


def anchor(path: str) -> str:
    """Return the id on the page of a path.

    >>> anchor("catalog.prices.rental-h100")
    'p-catalog-prices-rental-h100'
    """
    return "p-" + "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in path)


def links(design: Design, paths: Sequence[str]) -> list[Link]:
    """Return paths with the places where they stand on the page."""
    return [Link(path, _place(design, path)) for path in paths]


def _place(design: Design, path: str) -> str:
    for group in ("figures", "facts", "assumed"):
        if path in design.get(group, {}):
            return anchor(path)
    options = list_at(design, "scenario.energy.options")
    for index, name in enumerate(options):
        numbered = path.replace(f"catalog.technologies.{name}.", f"catalog.technologies.{index}.")
        if numbered != path and numbered in design.get("facts", {}):
            return anchor(numbered)
    first = path.replace(".@.", ".0.").replace(".*.", ".0.")
    return anchor(first) if first in design.get("figures", {}) else ""


def figures(design: Design, lang: str, t: Texts) -> dict[str, list[FigureRow]]:
    """Return every figure by room, in the order of the chain."""
    found: dict[str, list[FigureRow]] = {room: [] for room in (*ROOMS, "other")}
    for path, said in design.get("figures", {}).items():
        room = path.split(".")[0]
        found[room if room in ROOMS else "other"].append(
            FigureRow(
                path=path,
                anchor=anchor(path),
                label=label(path, t),
                value=shown(design, path, lang, t),
                unit=str(said.get("unit") or ""),
                formula=str(said.get("formula") or ""),
                inputs=links(design, [str(one) for one in said.get("of") or ()]),
                grade=str(said.get("grade") or "D"),
                source=str(said.get("source") or ""),
            )
        )
    return {room: rows for room, rows in found.items() if rows}


def facts(design: Design, group: str, lang: str, t: Texts, grades: str = "ABCDE") -> list[FactRow]:
    """Return the facts of a group ("facts" or "assumed") whose grade is one of some."""
    return [
        _fact(path, said, lang, t)
        for path, said in design.get(group, {}).items()
        if str(said.get("grade") or "E") in grades
    ]


def _fact(path: str, said: Mapping[str, Any], lang: str, t: Texts) -> FactRow:
    unit = str(said.get("unit") or "")
    low, high = (as_number(said.get(end)) for end in ("low", "high"))
    return FactRow(
        path=path,
        anchor=anchor(path),
        value=written(said.get("value"), path, unit, lang, t),
        low=t["none"] if low is None else amount(low, path, unit, lang, t),
        high=t["none"] if high is None else amount(high, path, unit, lang, t),
        grade=str(said.get("grade") or "E"),
        source=str(said.get("source") or ""),
        date=str(said.get("date") or ""),
    )


def sources(design: Design) -> list[Source]:
    """Return the sources of facts and figures, those with most resting on them first."""
    uses: dict[str, list[str]] = {}
    grades: dict[str, set[str]] = {}
    for group in ("facts", "figures"):
        for path, said in design.get(group, {}).items():
            name = str(said.get("source") or "")
            if name:
                uses.setdefault(name, []).append(path)
                grades.setdefault(name, set()).add(str(said.get("grade") or ("D" if group == "figures" else "E")))
    ordered = sorted(uses.items(), key=lambda one: (-len(one[1]), one[0]))
    return [Source(name, ", ".join(sorted(grades[name])), links(design, paths)) for name, paths in ordered]


def grade_counts(design: Design) -> dict[str, int]:
    """Return how many facts and defaults the design has of each grade."""
    counts = dict.fromkeys("ABCDE", 0)
    for group in ("facts", "assumed"):
        for said in design.get(group, {}).values():
            grade = str(said.get("grade") or "E")
            counts[grade] = counts.get(grade, 0) + 1
    return counts
