"""Elevation of each kind of rack: units numbered from the bottom, devices with their role, weight and power below."""

from collections.abc import Mapping, Sequence
from typing import Any

from denshi.report.charts import INK, MUTED, RULE
from denshi.report.drawing import (
    WASH,
    WIDTH,
    Drawing,
    amount,
    box,
    colour_of,
    drawing,
    lines,
    said,
    sheet,
    tint_of,
    wire,
    wrapped,
)
from denshi.report.locale import Texts
from denshi.report.reading import Design, as_number, list_at, number_at

_UNIT = 15.5
_MOST_A_ROW, _MOST_U = 7, 70
_RULER, _GAP = 28.0, 12.0
_TOP, _BELOW = 44.0, 98.0


def rack(design: Design, lang: str, t: Texts) -> Drawing | None:
    """Return the elevation of every kind of rack of a design; None where the design has no elevations."""
    found = [one for one in list_at(design, "cluster.elevations") if isinstance(one, Mapping) and _height(one)]
    if not found:
        return None
    columns = min(len(found), _MOST_A_ROW)
    pitch = min(WIDTH / columns, 320.0)
    body, y = [], 0.0
    for first in range(0, len(found), columns):
        row = found[first : first + columns]
        tall = max(map(_height, row))
        floor = y + _TOP + tall * _UNIT
        left = (WIDTH - pitch * len(row)) / 2
        body += [_rack(design, one, left + pitch * i, floor, pitch, lang, t) for i, one in enumerate(row)]
        body.append(wire((0, floor), (WIDTH, floor), stroke=MUTED))
        y = floor + _BELOW
    roles = list(dict.fromkeys(str(slot.get("role")) for one in found for slot in _slots(one)))
    body.append(_legend(roles, y + 6, t))
    height = y + 22 + 22 * ((len(roles) + 5) // 6)
    kinds = t["list_separator"].join(kind_name(str(one.get("kind")), t) for one in found)
    title = t["drawing.rack.title"]
    svg = sheet("rack", height, title, t["drawing.rack.desc"].format(kinds=kinds), body)
    return drawing("rack", svg, ("cluster.elevations",), t)


def kind_name(kind: str, t: Texts) -> str:
    """Return the reader's name of a kind of rack."""
    return t.get(f"rack_kind.{kind}", kind)


def _rack(
    design: Design, one: Mapping[str, Any], left: float, floor: float, pitch: float, lang: str, t: Texts
) -> str:  # fmt: skip
    units = _height(one)
    x, width, top = left + _RULER, pitch - _RULER - _GAP, floor - units * _UNIT
    kind = str(one.get("kind"))
    middle = x + width / 2
    body = [
        said(middle, top - 14, kind_name(kind, t), pitch - 8, anchor="middle", look="b"),
        box(x - 5, top - 5, width + 10, floor - top + 5, fill=colour_of(kind), rx=2),
        box(x, top, width, floor - top, fill=WASH, stroke=INK),
        *(_mark(x, floor, unit) for unit in range(1, units + 1) if unit == 1 or unit % 6 == 0),
        *(_slot(slot, x, floor, width, units, t) for slot in _slots(one)),
        lines(middle, floor + 22, _facts(design, one, lang, t), pitch - 6, anchor="middle"),
    ]
    return "".join(body)


def _slot(slot: Mapping[str, Any], x: float, floor: float, width: float, units: int, t: Texts) -> str:
    """Return one device; what would stand outside its rack is cut off at the rack."""
    unit, high = as_number(slot.get("unit")) or 1.0, as_number(slot.get("height_u")) or 1.0
    low, top = max(unit - 1, 0.0), min(unit - 1 + high, float(units))
    if top <= low:
        return ""
    role = str(slot.get("role"))
    y, tall = floor - top * _UNIT, (top - low) * _UNIT
    name = str(slot.get("name") or t.get(f"role.{role}", role))
    # A device without a maker's name has one in the reader's language.
    name = t.get(f"device.{name}", name)
    body = box(x + 0.5, y + 0.5, width - 1, tall - 1, fill=tint_of(role), stroke=colour_of(role), stroke_width=0.8)
    if tall < _UNIT - 1e-9:
        return body
    rows = wrapped(name, width - 12, most=2 if tall >= 2 * _UNIT else 1, size=12)
    base = y + tall / 2 + 4.4 - 6.5 * (len(rows) - 1)
    return body + "".join(said(x + 6, base + 13 * i, row, width - 12, size=12) for i, row in enumerate(rows))


def _mark(x: float, floor: float, unit: int) -> str:
    y = floor - (unit - 0.5) * _UNIT
    return said(x - 9, y + 4.4, str(unit), _RULER - 6, anchor="end", look="m", size=12) + wire(
        (x - 8, y), (x - 5, y), stroke=RULE
    )


def _facts(design: Design, one: Mapping[str, Any], lang: str, t: Texts) -> list[str]:
    kg, kw = as_number(one.get("weight_kg")), as_number(one.get("power_kw"))
    count = number_at(design, f"cluster.{one.get('kind')}_racks")
    return [
        t["drawing.rack.count"].format(n=f"{count:,.0f}") if count else "",
        t["drawing.rack.units"].format(n=_height(one)),
        amount(kg, "kg", lang) if kg is not None else "",
        amount(kw, "kW", lang) if kw is not None else "",
    ]


def _legend(roles: Sequence[str], y: float, t: Texts) -> str:
    found = []
    for i, role in enumerate(roles):
        x, down = 12 + 158.0 * (i % 6), y + 22 * (i // 6)
        found.append(box(x, down, 14, 12, fill=tint_of(role), stroke=colour_of(role)))
        found.append(said(x + 20, down + 11, t.get(f"role.{role}", role), 132, look="m"))
    return "".join(found)


def _height(one: Mapping[str, Any]) -> int:
    return min(max(int(as_number(one.get("height_u")) or 0), 0), _MOST_U)


def _slots(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [slot for slot in list_at(one, "slots") if isinstance(slot, Mapping)]
