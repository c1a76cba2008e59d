"""What a number says of itself: unit, formula, inputs, source and grade of evidence.

A room is a pure function from a frozen dataclass to a frozen dataclass. The fields of the first are declared with
``given(path)``: where in the design, the scenario or the catalogue the value comes from. The fields of the second
are declared with ``figure(unit, formula, of=...)``: how they are computed and from which of those paths. The pipeline
fills the inputs from the declared paths and nothing else, so the tree that ``denshi trace`` prints is true by
construction.

Paths are dotted. ``scenario.…`` is what the user wrote or a default, ``catalog.…`` a fact, anything else
the result of a room (``facility.pue_mean``). In a list, ``@`` is "this one" and ``*`` is "all of them":
``scenario.workload.@.tokens`` inside a workload, ``workload.*.power_kw`` outside it.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, Literal

Grade = Literal["A", "B", "C", "D", "E"]
GRADES: Mapping[str, str] = {
    "A": "measured and reproducible here",
    "B": "published by the maker, an agency or a benchmark body",
    "C": "press or analyst",
    "D": "derived by denshi",
    "E": "assumption",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a fact is believed: where it stands, when it was true, how good it is, and how far it may be off.

    ``low`` and ``high`` bound the value in its own unit; None where no range is known.
    """

    source: str
    date: str
    grade: Grade
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a computed field says of itself."""

    unit: str
    formula: str
    of: tuple[str, ...]
    source: str
    active: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Given:
    """Where an input field of a room comes from; an ``optional`` one keeps its default where nothing stands there."""

    path: str
    unit: str
    optional: bool = False


def figure(
    unit: str,
    formula: str,
    *,
    of: tuple[str, ...] = (),
    source: str = "",
    active: Mapping[str, str] | None = None,
) -> Any:
    """Declare a field of a room's result.

    Parameters
    ----------
    unit : canonical unit, "" for text, "1" for a fraction or ratio.
    formula : the equation in words and symbols a reader of the field knows.
    of : dotted paths of the inputs and of the figures of the same room that the formula uses.
    source : key of ``docs/references.bib`` for the formula; empty for plain arithmetic.
    active : for an input that may have no effect (a ceiling, a slack limit), the name of the case in which it has one.
    """
    return field(metadata={"figure": Figure(unit, formula, of, source, dict(active or {}))})


def given(path: str, unit: str = "", *, default: Any = MISSING) -> Any:
    """Declare a field of a room's input: the dotted path its value comes from, and its canonical unit.

    With a ``default`` the field may be left out, and the path need not exist in every design.
    """
    optional = default is not MISSING
    return field(default=default, metadata={"given": Given(path, unit, optional)})


def figures(record: type[Any]) -> dict[str, Figure]:
    """Return the figures that a result type declares, by field name."""
    return {f.name: f.metadata["figure"] for f in _fields(record) if "figure" in f.metadata}


def inputs(record: type[Any]) -> dict[str, Given]:
    """Return where each field of an input type comes from, by field name."""
    return {f.name: f.metadata["given"] for f in _fields(record) if "given" in f.metadata}


def worst(grades: list[Grade] | tuple[Grade, ...]) -> Grade:
    """Return the weakest of several grades, "D" (derived) where there is none.

    >>> worst(["A", "C", "B"])
    'C'
    """
    return max(grades, default="D")


def _fields(record: type[Any]) -> tuple[Field[Any], ...]:
    return fields(record)
