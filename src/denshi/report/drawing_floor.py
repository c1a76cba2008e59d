"""Floor plan of the first hall: rows of racks by kind, aisles, trays above them, plant beside them, scale.

Racks of one kind that stand side by side are one rectangle filled with a pattern of one rack, so that a hall of
thousands of racks takes no more text than its runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from denshi.report.charts import INK, MUTED
from denshi.report.drawing import (
    COLD,
    GREY,
    HOT,
    PAPER,
    WASH,
    WIDTH,
    Drawing,
    amount,
    box,
    colour_of,
    coordinate,
    drawing,
    length_of,
    said,
    sheet,
    tag,
    wire,
)
from denshi.report.drawing_rack import kind_name
from denshi.report.locale import Texts
from denshi.report.reading import Design, as_number, is_list, list_at, number_at

_LEFT, _RIGHT, _TOP = 56.0, 84.0, 48.0
_TALLEST, _MOST_PX_PER_M = 900.0, 34.0
_AISLE = 0.14
# Plant larger than this share of its hall is drawn at the other, and said to be out of scale.
_MOST_GREY, _CUT_GREY = 1.1, 0.35
_BARS_M = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_NEEDED = (
    "cluster.hall_width_m", "cluster.hall_depth_m", "cluster.rack_width_m", "cluster.rack_depth_m",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """Racks of one kind side by side: where they begin [m] and how many."""

    kind: str
    count: int
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A hall on the sheet: pixels per metre, and whether its rows run down the sheet instead of across."""

    width_m: float
    depth_m: float
    rack_width_m: float
    rack_depth_m: float
    grey_m: float
    grey_below: bool
    scale: float
    turned: bool

    def at(self, x_m: float, y_m: float, width_m: float, depth_m: float) -> tuple[float, float, float, float]:
        """Return the rectangle on the sheet of one in the hall: x, y, width, height."""
        x, y, width, height = (y_m, x_m, depth_m, width_m) if self.turned else (x_m, y_m, width_m, depth_m)
        k = self.scale
        return self.left + x * k, _TOP + y * k, width * k, height * k

    @property
    def across_m(self) -> float:
        """Extent of the hall across the sheet [m]."""
        return self.depth_m if self.turned else self.width_m

    @property
    def down_m(self) -> float:
        """Extent of the hall down the sheet [m]."""
        return self.width_m if self.turned else self.depth_m

    @property
    def left(self) -> float:
        """Left edge of the hall on the sheet."""
        room = WIDTH - _LEFT - _RIGHT
        wide_m = self.across_m + (0.0 if self.grey_below else self.grey_m)
        return _LEFT + (room - wide_m * self.scale) / 2

    @property
    def grey(self) -> tuple[float, float, float, float]:
        """The plant's floor on the sheet: x, y, width, height."""
        across, down, deep = (size * self.scale for size in (self.across_m, self.down_m, self.grey_m))
        if self.grey_below:
            return self.left, _TOP + down, across, deep
        return self.left + across, _TOP, deep, down

    @property
    def bottom(self) -> float:
        """Lower edge of all that is built, on the sheet."""
        return _TOP + (self.down_m + (self.grey_m if self.grey_below else 0.0)) * self.scale


def floor(design: Design, lang: str, t: Texts) -> Drawing | None:
    """Return the plan of the first hall; None where the design does not say where its racks stand."""
    runs, plan = list(_runs(design)), _plan(design)
    if not runs or plan is None:
        return None
    kinds = list(dict.fromkeys(run.kind for run in runs))
    legend, end = _legend(runs, kinds, plan.bottom + 88, t)
    body = [
        _header(design, runs, lang, t),
        box(*plan.at(0, 0, plan.width_m, plan.depth_m), fill=WASH, stroke=INK, stroke_width=2),
        *_aisles(runs, plan),
        *(_racks(run, kinds.index(run.kind), plan) for run in runs),
        *_trays(runs, plan),
        *_row_numbers(runs, plan),
        *_grey(design, plan, lang, t),
        *_dimensions(plan),
        _scale_bar(plan, plan.bottom + 58),
        *legend,
    ]
    racks = sum(run.count for run in runs)
    title = t["drawing.floor.title"]
    described = t["drawing.floor.desc"].format(
        n=f"{racks:,}", width=_metres(plan.width_m), depth=_metres(plan.depth_m)
    )  # fmt: skip
    svg = sheet("floor", end + 8, title, described, body, "".join(_patterns(kinds, plan)))
    return drawing("floor", svg, ("cluster.hall_rows", "cluster.halls", *_NEEDED), t)


def _runs(design: Design) -> Iterator[Run]:
    for row in list_at(design, "cluster.hall_rows"):
        y_m = as_number(row.get("y_m")) if isinstance(row, Mapping) else None
        if y_m is None or not is_list(row.get("runs")):
            continue
        for run in filter(_is_object, row["runs"]):
            count, x_m = _count(run), as_number(run.get("x_m"))
            if count and x_m is not None:
                yield Run(str(run.get("kind")), count, x_m, y_m)


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _count(run: Mapping[str, Any]) -> int:
    return max(int(as_number(run.get("count")) or 0), 0)


def _plan(design: Design) -> Plan | None:
    found = [number_at(design, path) for path in _NEEDED]
    sizes = [size for size in found if size is not None and size > 0]
    if len(sizes) < len(_NEEDED):
        return None
    width_m, depth_m, rack_width_m, rack_depth_m = sizes
    turned = depth_m > 1.1 * width_m
    across_m, down_m = (depth_m, width_m) if turned else (width_m, depth_m)
    # The plant stands along the longer side, so that a long hall keeps the width of the sheet.
    below = across_m > 1.6 * down_m
    side_m, other_m = (across_m, down_m) if below else (down_m, across_m)
    grey_m = _grey_m2(design) / side_m
    grey_m = grey_m if grey_m <= _MOST_GREY * other_m else _CUT_GREY * other_m
    scale = min((WIDTH - _LEFT - _RIGHT) / (across_m + (0.0 if below else grey_m)), _TALLEST / down_m, _MOST_PX_PER_M)
    return Plan(width_m, depth_m, rack_width_m, rack_depth_m, grey_m, below, scale, turned)


def _grey_m2(design: Design) -> float:
    """Return the floor for power and cooling plant of one hall [m2], 0 where the design does not say."""
    return (number_at(design, "cluster.grey_m2") or 0.0) / (number_at(design, "cluster.halls") or 1.0)


def _header(design: Design, runs: Sequence[Run], lang: str, t: Texts) -> str:
    halls = number_at(design, "cluster.halls") or 1
    rows = len({run.y_m for run in runs})
    racks = sum(run.count for run in runs)
    text = t["drawing.floor.hall"].format(n=f"{halls:,.0f}", rows=f"{rows:,}", racks=f"{racks:,}")
    load = number_at(design, "cluster.floor_load_kg_per_m2")
    more = "" if load is None else t["drawing.floor.load"].format(load=amount(load, "kg/m2", lang))
    return said(12, 22, text, WIDTH * 0.55, look="b", size=14) + said(
        WIDTH - 12, 22, more, WIDTH * 0.38, anchor="end", look="m"
    )


def _patterns(kinds: Sequence[str], plan: Plan) -> Iterator[str]:
    """Yield the picture of one rack of each kind, by which a run of them is filled."""
    _, _, width, height = plan.at(0, 0, plan.rack_width_m, plan.rack_depth_m)
    for i, kind in enumerate(kinds):
        yield tag(
            "pattern",
            _picture(i, kind, width, height),
            id=f"d-floor-{i}",
            width=width,
            height=height,
            patternUnits="userSpaceOnUse",
        )


def _picture(index: int, kind: str, width: float, height: float) -> str:
    """Return one rack: a box with none to three marks, which tell kinds apart without colour."""
    edge, marks = min(0.1 * min(width, height), 1.0), index % 4
    body = box(edge, edge, width - 2 * edge, height - 2 * edge, fill=colour_of(kind))
    for part in ((j + 1) / (marks + 1) for j in range(marks)):
        across = ((0.25 * width, part * height), (0.75 * width, part * height))
        down = ((part * width, 0.25 * height), (part * width, 0.75 * height))
        ends = across if height >= width else down
        body += wire(*ends, stroke=PAPER, stroke_width=max(min(width, height) / 9, 0.7))
    return body


def _racks(run: Run, kind: int, plan: Plan) -> str:
    x, y, width, height = plan.at(run.x_m, run.y_m, run.count * plan.rack_width_m, plan.rack_depth_m)
    # A pattern begins at the origin of what it fills, so the run brings its own.
    return tag(
        "rect",
        transform=f"translate({coordinate(x)} {coordinate(y)})",
        width=width,
        height=height,
        fill=f"url(#d-floor-{kind})",
        data_racks=run.count,
    )


def _aisles(runs: Sequence[Run], plan: Plan) -> Iterator[str]:
    """Yield the space between rows, cold where fronts face it and hot where backs do: every second one."""
    rows = sorted({run.y_m for run in runs})
    first, last = min(run.x_m for run in runs), max(run.x_m + run.count * plan.rack_width_m for run in runs)
    for i in range(len(rows) - 1):
        begin = rows[i] + plan.rack_depth_m
        if rows[i + 1] - begin > 0.05:
            x, y, width, height = plan.at(first, begin, last - first, rows[i + 1] - begin)
            yield box(x, y, width, height, fill=(HOT, COLD)[i % 2], fill_opacity=_AISLE)


def _trays(runs: Sequence[Run], plan: Plan) -> Iterator[str]:
    """Yield the trays above every row and the three that cross them, at both ends and in the middle."""
    rows = sorted({run.y_m + plan.rack_depth_m / 2 for run in runs})
    first, last = min(run.x_m for run in runs), max(run.x_m + run.count * plan.rack_width_m for run in runs)
    crossing = (first - 0.3, (first + last) / 2, last + 0.3) if len(rows) > 1 else ()
    ends = [(x_m, rows[0], 0.0, rows[-1] - rows[0]) for x_m in crossing]
    for x_m, y_m, width_m, depth_m in [*((first - 0.3, y_m, last - first + 0.6, 0.0) for y_m in rows), *ends]:
        x, y, width, height = plan.at(x_m, y_m, width_m, depth_m)
        yield wire((x, y), (x + width, y + height), stroke_width=0.9, stroke_opacity=0.7, stroke_dasharray="7 4")


def _row_numbers(runs: Sequence[Run], plan: Plan) -> Iterator[str]:
    """Yield the number of every row that has room for it."""
    rows = sorted({run.y_m for run in runs})
    pitch = (rows[1] - rows[0]) * plan.scale if len(rows) > 1 else 99.0
    step = next((n for n in (1, 2, 5, 10, 20, 50) if n * pitch >= 22), 100)
    for i, y_m in enumerate(rows):
        if i and (i + 1) % step:
            continue
        x, y, _, _ = plan.at(0, y_m + plan.rack_depth_m / 2, 0, 0)
        if plan.turned:
            yield said(x, _TOP - 8, str(i + 1), 30, anchor="middle", look="m")
        else:
            yield said(plan.left - 8, y + 4.4, str(i + 1), 40, anchor="end", look="m")


def _grey(design: Design, plan: Plan, lang: str, t: Texts) -> Iterator[str]:
    """Yield the plant's floor beside the hall as a strip along its side, to scale unless it would dwarf the hall."""
    if plan.grey_m <= 0:
        return
    x, y, width, height = plan.grey
    yield tag(
        "pattern",
        box(0, 0, 8, 8, fill="#eceff2") + wire((0, 8), (8, 0), stroke=GREY, stroke_width=0.7),
        id="d-floor-grey",
        width=8,
        height=8,
        patternUnits="userSpaceOnUse",
    )
    yield box(x, y, width, height, fill="url(#d-floor-grey)", stroke=MUTED)
    cut = _grey_m2(design) * plan.scale**2 > 1.001 * width * height
    words = [t["drawing.floor.grey"], amount(_grey_m2(design), "m2", lang), t["drawing.floor.cut"] if cut else ""]
    texts = [" · ".join(filter(None, words))] if plan.grey_below else list(filter(None, words))
    room = min(max(width - 12, 0.0), max(length_of(text, bold=True) for text in texts) + 12)
    if room < 40 or height < 18 * len(texts):
        return
    top = y + height / 2 - 9 * len(texts)
    yield box(x + width / 2 - room / 2, top, room, 18 * len(texts), fill=PAPER, fill_opacity=0.85)
    for i, text in enumerate(texts):
        yield said(x + width / 2, top + 13.5 + 18 * i, text, room, anchor="middle", look="b")


def _dimensions(plan: Plan) -> Iterator[str]:
    left, right = plan.left, plan.left + plan.across_m * plan.scale
    bottom = _TOP + plan.down_m * plan.scale
    y = plan.bottom + 18
    yield wire((left, y - 5), (left, y + 5)) + wire((right, y - 5), (right, y + 5)) + wire((left, y), (right, y))
    yield said((left + right) / 2, y + 17, _metres(plan.across_m), max(right - left, 80), anchor="middle")
    x = right + (0.0 if plan.grey_below else plan.grey_m * plan.scale) + 14
    yield wire((x - 5, _TOP), (x + 5, _TOP)) + wire((x - 5, bottom), (x + 5, bottom)) + wire((x, _TOP), (x, bottom))
    yield said(x + 8, (_TOP + bottom) / 2 + 4, _metres(plan.down_m), _RIGHT - 18)


def _scale_bar(plan: Plan, y: float) -> str:
    """Return a bar of a round length, about a sixth of the sheet at most."""
    long_m = max((bar for bar in _BARS_M if bar * plan.scale <= 160), default=_BARS_M[0])
    x, half = 12.0, long_m * plan.scale / 2
    return (
        box(x, y, half, 6, fill=INK)
        + box(x + half, y, half, 6, fill=PAPER, stroke=INK)
        + said(x + 2 * half + 8, y + 8, _metres(long_m), 80)
    )


def _legend(runs: Sequence[Run], kinds: Sequence[str], y: float, t: Texts) -> tuple[list[str], float]:
    """Return what the signs of the plan mean, four in a line, and where the last line ends."""
    entries = [
        (_picture(i, kind, 9, 15), f"{kind_name(kind, t)}: {sum(run.count for run in runs if run.kind == kind):,}")
        for i, kind in enumerate(kinds)
    ]
    aisles = [(HOT, "hot"), (COLD, "cold")][: max(len({run.y_m for run in runs}) - 1, 0)]
    entries += [
        (box(0, 0, 20, 12, fill=colour, fill_opacity=_AISLE, stroke=MUTED), t[f"drawing.floor.{name}"])
        for colour, name in aisles
    ]
    entries.append((wire((0, 6), (20, 6), stroke_width=0.9, stroke_dasharray="7 4"), t["drawing.floor.tray"]))
    body = []
    for i, (sign, text) in enumerate(entries):
        x, down = 12 + 236.0 * (i % 4), y + 24 * (i // 4)
        body.append(tag("g", sign, transform=f"translate({coordinate(x)} {coordinate(down)})"))
        body.append(said(x + 28, down + 11, text, 200, look="m"))
    return body, y + 24 * ((len(entries) + 3) // 4)


def _metres(value: float) -> str:
    return f"{value:,.1f} m" if value < 100 and value != int(value) else f"{value:,.0f} m"
