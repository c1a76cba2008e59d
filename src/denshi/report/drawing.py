"""What all drawings share: the sheet, its pen, and how text is kept within its room.

A drawing is SVG text: the same document gives the same bytes, user text is escaped, nothing is loaded. Lengths on a
sheet are its own units; a sheet of 960 of them shown 900 px wide has no letter below 11 px.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import combining, east_asian_width

from denshi.report.charts import BLUE, FONT, GREEN, INK, MUTED, ORANGE, PURPLE, SKY, VERMILION
from denshi.report.locale import Texts, number
from denshi.report.reading import Design, as_number

WIDTH = 960.0
SIZE = 12.5
PAPER, WASH = "#ffffff", "#f4f6f9"
HOT, COLD = VERMILION, BLUE
GREY = "#7f8c9b"

# Colours of what stands in a hall, by kind of rack and role of device; the tint is light enough for ink on it.
_KINDS = {
    "compute": (BLUE, "#cfe2f0"), "switch-tray": ("#8f6a00", "#f3e3b5"), "leaf": (ORANGE, "#fbe0a6"),
    "network": (ORANGE, "#fbe0a6"), "spine": (GREEN, "#bfe5d9"), "core": (VERMILION, "#f5cfb5"),
    "border": (PURPLE, "#f0d3e3"), "storage": (SKY, "#d5edfa"), "management": (GREY, "#dfe3e8"),
    "power-shelf": ("#b3a800", "#f8f4b8"), "cdu": ("#00788a", "#bfe6ec"), "patch": ("#a3abb5", "#eceff2"),
}  # fmt: skip
_OTHER = (MUTED, "#e6e9ed")

_STYLE = (
    f".dd text{{font-family:{FONT};font-size:{SIZE}px;fill:{INK}}}.dd .b{{font-weight:700}}.dd .m{{fill:" + MUTED + "}"
)
_NARROW = frozenset("iljtfrI.,:;'|!()[]/ -·")
_LARGE = frozenset("mwMW@%—…")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One drawing: its words, its SVG, and the figures of the design that it shows."""

    id: str
    title: str
    note: str
    svg: str
    of: Sequence[str]


def colour_of(kind: str) -> str:
    """Return the colour of a kind of rack or of a role of device."""
    return _KINDS.get(kind, _OTHER)[0]


def tint_of(kind: str) -> str:
    """Return the light colour of a kind of rack or of a role of device, for text on it."""
    return _KINDS.get(kind, _OTHER)[1]


def escaped(text: str) -> str:
    """Return text as XML holds it: marks escaped, what XML forbids replaced.

    >>> escaped('<b>"&"')
    '&lt;b&gt;&quot;&amp;&quot;'
    """
    legal = "".join(c if c in "\t\n\r" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "�"
                    for c in text)  # fmt: skip
    for mark, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        legal = legal.replace(mark, name)
    return legal


def coordinate(value: float) -> str:
    """Return a length on the sheet to a hundredth, without zeros that say nothing.

    >>> coordinate(12.0), coordinate(0.125), coordinate(-0.0)
    ('12', '0.12', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def tag(name: str, body: str = "", /, **attributes: str | float) -> str:
    """Return one element; attributes with "_" for "-", "class_" for "class"; the body stands as it is.

    >>> tag("rect", x=1.5, stroke_width=2)
    '<rect x="1.5" stroke-width="2"/>'
    """
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(value) if isinstance(value, str) else coordinate(value)}"'
        for key, value in attributes.items()
    )
    return f"<{name}{pairs}>{body}</{name}>" if body else f"<{name}{pairs}/>"


def box(x: float, y: float, width: float, height: float, **attributes: str | float) -> str:
    """Return a rectangle."""
    return tag("rect", x=x, y=y, width=width, height=height, **attributes)


def wire(*points: tuple[float, float], **attributes: str | float) -> str:
    """Return a line through points, in ink unless the attributes say otherwise."""
    path = "M" + "L".join(f"{coordinate(x)} {coordinate(y)}" for x, y in points)
    defaults: dict[str, str | float] = {"fill": "none", "stroke": INK, "stroke_width": 1.6}
    return tag("path", d=path, **(defaults | attributes))


def said(
    x: float, y: float, text: str, room: float, *, anchor: str = "start", look: str = "", size: float = SIZE,
    colour: str = "",
) -> str:  # fmt: skip
    """Return text on one line, cut to its room with an ellipsis; what is cut stands whole in its title.

    Parameters
    ----------
    x, y : where its base line begins, has its middle or ends, by the anchor.
    room : width that it may take.
    look : classes, "b" bold and "m" muted.
    """
    shown = fitted(text, room, size, bold="b" in look)
    whole = tag("title", escaped(text)) if shown != text else ""
    more: dict[str, str | float] = {"class_": look} if look else {}
    if anchor != "start":
        more["text_anchor"] = anchor
    # As a style, because the sheet's rule for text wins over an attribute.
    style = (f"font-size:{coordinate(size)}px;" if size != SIZE else "") + (f"fill:{colour}" if colour else "")
    if style:
        more["style"] = style
    return tag("text", escaped(shown) + whole, x=x, y=y, data_room=room, **more) if shown else ""


def lines(
    x: float, y: float, texts: Iterable[str], room: float, *, step: float = 17.0, anchor: str = "start", look: str = "m"
) -> str:
    """Return lines of text one below the other; empty ones are left out."""
    kept = [text for text in texts if text]
    return "".join(said(x, y + step * i, text, room, anchor=anchor, look=look) for i, text in enumerate(kept))


def length_of(text: str, size: float = SIZE, bold: bool = False) -> float:
    """Return about how wide a text becomes; fonts differ, so it errs on the wide side.

    >>> length_of("日本", 10)
    20.0
    """
    return size * sum(map(_em, text)) * (1.07 if bold else 1.0)


def fitted(text: str, room: float, size: float = SIZE, bold: bool = False) -> str:
    """Return as much of a text as its room holds, with an ellipsis where it is cut.

    >>> fitted("transformers", 60, 12.5)
    'transfor…'
    """
    text = " ".join(text.split())
    if length_of(text, size, bold) <= room:
        return text
    # Nothing wider than the room can hold is looked at, whatever the user wrote.
    text = text[: max(int(room / size * 6), 1)]
    while text and length_of(text + "…", size, bold) > room:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""


def wrapped(text: str, room: float, most: int = 2, size: float = SIZE, bold: bool = False) -> list[str]:
    """Return a text broken into at most so many lines, between words where it has them; the last may be too long.

    >>> wrapped("Coolant distribution units", 120)
    ['Coolant distribution', 'units']
    """
    joint = " " if " " in text.strip() else ""
    gap = length_of(joint, size, bold)
    lines: list[list[str]] = [[]]
    used = 0.0
    for part in text.split(" ") if joint else text:
        wide = length_of(part, size, bold)
        # An empty line takes its first part whatever its width.
        if any(lines[-1]) and used + gap + wide > room and len(lines) < most:
            lines.append([])
            used = 0.0
        lines[-1].append(part)
        used += wide + (gap if len(lines[-1]) > 1 else 0.0)
    return [joint.join(parts) for parts in lines]


def amount(value: float | None, unit: str, lang: str) -> str:
    """Return a quantity as short as a drawing needs it: in Japanese without the second way of writing it."""
    return number(value, unit, lang).partition("（")[0]


def fact(design: Design, path: str) -> float | None:
    """Return the number of a fact that the design used, None where it used none of this path."""
    held = design.get("facts")
    found = held.get(path) if isinstance(held, Mapping) else None
    return as_number(found.get("value")) if isinstance(found, Mapping) else None


def counted(count: float, size: str) -> str:
    """Return a number of pieces and the size of each."""
    return f"{count:,.0f} × {size}" if size else f"{count:,.0f}"


def sheet(name: str, height: float, title: str, said_of: str, body: Iterable[str], defs: str = "") -> str:
    """Return a whole drawing: an SVG element that stands in a page as well as alone."""
    names = f"d-{name}-title", f"d-{name}-desc"
    head = tag("title", escaped(title), id=names[0]) + tag("desc", escaped(said_of), id=names[1])
    return tag(
        "svg",
        head
        + tag("style", _STYLE)
        + (tag("defs", defs) if defs else "")
        + box(0, 0, WIDTH, height, fill=PAPER)
        + "".join(body),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {coordinate(WIDTH)} {coordinate(height)}",
        class_="dd",
        role="img",
        aria_labelledby=" ".join(names),
    )


def drawing(name: str, svg: str, of: Sequence[str], t: Texts) -> Drawing:
    """Return a drawing with its words."""
    return Drawing(id=name, title=t[f"drawing.{name}.title"], note=t[f"drawing.{name}.note"], svg=svg, of=of)


def _em(letter: str) -> float:
    if combining(letter):
        return 0.0
    if east_asian_width(letter) in "WF":
        return 1.0
    if letter in _NARROW:
        return 0.34
    if letter in _LARGE:
        return 0.95
    if letter.isupper():
        return 0.68
    return 0.58 if letter.isascii() else 0.75
