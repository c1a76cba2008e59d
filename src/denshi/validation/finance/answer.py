"""What denshi answers to a row, and what it may look at to answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from denshi.validation.finance.rows import Row

DesignFigure = Callable[[str, tuple[str, ...], str], float | None]
"""Design an example under settings and return the figure at a path: ``(scenario, settings, path) -> value``."""


@dataclass(frozen=True, slots=True)
class Part:
    """One computed number with its canonical unit; a range where the inputs state one."""

    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The numbers of a row in the order in which it asks for them, and how they were computed.

    ``words`` answers what is expected in words: for each text denshi's own words and whether they agree.
    """

    parts: tuple[Part, ...] = ()
    words: Mapping[str, tuple[str, bool]] = field(default_factory=dict)
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a row states, the statements of the rows before it ("same: …"), and a way to design an example."""

    category: str
    inputs: str
    expected: str
    unit: str
    before: tuple[Row, ...]
    design_figure: DesignFigure | None


def one(value: float, unit: str) -> Part:
    """Return a part that is no range."""
    return Part(value, value, unit)
