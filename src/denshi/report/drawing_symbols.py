"""Symbols of a single-line diagram, each around a middle on its wire, after IEC 60617."""

from collections.abc import Mapping

from denshi.report.charts import INK
from denshi.report.drawing import PAPER, box, said, tag, tint_of, wire

_SHAPE: Mapping[str, str | float] = {"fill": PAPER, "stroke": INK, "stroke_width": 1.6}


def grid(x: float, y: float) -> str:
    """Return the network that feeds in: a hatched square, 36 high."""
    hatch = "".join(
        wire((x - 18 + 9 * i, y - 18), (x - 18, y - 18 + 9 * i), stroke_width=0.8)
        + wire((x + 18, y - 18 + 9 * i), (x - 18 + 9 * i, y + 18), stroke_width=0.8)
        for i in range(1, 5)
    )
    return box(x - 18, y - 18, 36, 36, **_SHAPE) + hatch


def breaker(x: float, y: float) -> str:
    """Return a circuit breaker: a cross in a square, 14 high."""
    return (
        box(x - 7, y - 7, 14, 14, **_SHAPE)
        + wire((x - 4, y - 4), (x + 4, y + 4))
        + wire((x - 4, y + 4), (x + 4, y - 4))
    )


def bar(x: float, y: float, half: float) -> str:
    """Return a busbar."""
    return wire((x - half, y), (x + half, y), stroke_width=5)


def transformer(x: float, y: float) -> str:
    """Return two windings: circles that overlap, 44 high."""
    return (
        tag("circle", cx=x, cy=y - 9, r=13, **_SHAPE)
        + tag("circle", cx=x, cy=y + 9, r=13, fill="none", stroke=INK, stroke_width=1.6)
    )  # fmt: skip


def machine(x: float, y: float, letter: str) -> str:
    """Return a rotating machine: a circle with its letter, 34 high."""
    return tag("circle", cx=x, cy=y, r=17, **_SHAPE) + said(x, y + 5, letter, 30, anchor="middle", look="b", size=14)


def converter(x: float, y: float, before: str, after: str) -> str:
    """Return a converter: a halved square with the kinds of current before and after it, 38 high; "~" or "="."""
    return (
        box(x - 19, y - 19, 38, 38, **_SHAPE)
        + wire((x - 19, y + 19), (x + 19, y - 19), stroke_width=1)
        + _current(x - 8, y - 9, before)
        + _current(x + 8, y + 9, after)
    )


def battery(x: float, y: float) -> str:
    """Return cells that hang on a wire: long and short plates, 28 high."""
    plates = ((11, 10), (6, 15), (11, 20), (6, 25))
    return wire((x, y), (x, y + 10)) + "".join(
        wire((x - half, y + dy), (x + half, y + dy), stroke_width=2) for half, dy in plates
    )


def racks(x: float, y: float, half: float) -> str:
    """Return a row of racks, 40 high."""
    count = max(int(2 * half / 16), 3)
    wide = 2 * half / count
    return "".join(
        box(x - half + wide * i, y - 20, wide, 40, fill=tint_of("compute"), stroke=INK, stroke_width=1)
        for i in range(count)
    )


def chip(x: float, y: float) -> str:
    """Return silicon: a square with pins, 40 high."""
    pins = "".join(
        wire((x + d, y - 20), (x + d, y + 20), stroke_width=1.2)
        + wire((x - 20, y + d), (x + 20, y + d), stroke_width=1.2)
        for d in (-8, 0, 8)
    )
    return pins + box(x - 14, y - 14, 28, 28, **_SHAPE, rx=2)


def plain(x: float, y: float) -> str:
    """Return a stage that has no symbol of its own, 38 high."""
    return box(x - 19, y - 19, 38, 38, rx=3, **_SHAPE)


def _current(x: float, y: float, kind: str) -> str:
    if kind == "~":
        return tag("path", d=f"M{x - 6:.1f} {y:.1f}q3 -7 6 0t6 0", fill="none", stroke=INK, stroke_width=1.5)
    return wire((x - 5, y - 2), (x + 5, y - 2), stroke_width=1.5) + wire(
        (x - 5, y + 2), (x + 5, y + 2), stroke_width=1.5
    )
