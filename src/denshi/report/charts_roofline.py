"""The roofline of a training plan: its operators under what memory and arithmetic of the accelerator allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from denshi.report.charts import (
    BLACK,
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
    Chart,
    axis,
    layout,
    plain,
    short,
)
from denshi.report.charts_work import listed, titled
from denshi.report.locale import Texts, number, percent
from denshi.report.reading import Design, list_at, number_at, series_at, text_at

_LOOKS = {
    "projections": (GREEN, "circle"), "ffn": (BLACK, "square"), "experts": (PURPLE, "diamond"),
    "attention": (SKY, "triangle-up"), "head": (ORANGE, "pentagon"), "passes": (YELLOW, "hexagon"),
}  # fmt: skip
_SPARE = (MUTED, "circle")
_SIXTEEN_BITS = ("attention", "head")
# the corner under the roofs, where nothing stands
_INSET = {
    "x": 0.99, "y": 0.03, "xanchor": "right", "yanchor": "bottom", "font": {"size": 12}, "itemwidth": 30,
    "bgcolor": "rgba(255,255,255,0.85)",
}  # fmt: skip
_TERA = 1e12

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Area:
    """What is drawn: the roofs [FLOP/s], the bandwidth [byte/s], and the range of both axes."""

    peak: float
    half: float | None
    bandwidth: float
    left: float
    right: float
    low: float
    high: float

    def roof(self, name: str, intensity: float) -> float:
        """Return what an operator of this intensity could reach in its number format."""
        level = self.half if self.half and name in _SIXTEEN_BITS else self.peak
        return min(level, intensity * self.bandwidth)

    @property
    def top(self) -> float:
        return max(self.peak, self.half or 0.0)


def roofline(design: Design, index: int, lang: str, t: Texts) -> Chart | None:
    """Return the operators of one workload by arithmetic intensity and rate, both logarithmic, under the roofs."""
    names, points = _operators(design, index)
    area = _area(design, index, points)
    if area is None:
        return None
    rows = [
        [t.get(f"operator.{name}", name), number(x, "FLOP/byte", lang), number(y, "FLOP/s", lang),
         percent(y / area.roof(name, x))]
        for name, (x, y) in zip(names, points, strict=True)
    ]  # fmt: skip
    return Chart(
        id=f"roofline-{index}",
        title=titled("roofline", "training", design, index, t),
        aria=t["chart.roofline.aria"].format(
            peak=number(area.peak, "FLOP/s", lang),
            bandwidth=number(area.bandwidth, "byte/s", lang),
            points=listed([f"{row[0]} {row[2]}" for row in rows], t),
        ),
        note=t["chart.roofline.note"],
        data=[
            *_roofs(area, text_at(design, f"scenario.workload.{index}.precision"), lang, t),
            *(_mark(name, point, row) for name, point, row in zip(names, points, rows, strict=True)),
        ],
        layout=layout(
            hovermode="closest",
            xaxis=_log(t["axis.intensity"], area.left, area.right),
            yaxis=_log(t["axis.rate"], area.low / _TERA, area.high / _TERA),
            legend2=_INSET,
        ),
        head=[t["table.operator"], t["axis.intensity"], t["axis.rate"], t["table.of_roof"]],
        rows=rows,
        height=440,
    )


def _operators(design: Design, index: int) -> tuple[list[str], list[Point]]:
    """Return names, and intensity with rate, of the operators that have both."""
    at = f"workload.{index}.operator"
    names = list_at(design, f"{at}_names")
    pairs = zip(series_at(design, f"{at}_flop_per_byte"), series_at(design, f"{at}_flop_per_s"), strict=False)
    found = [(str(name), pair) for name, pair in zip(names, pairs, strict=False) if min(pair) > 0]
    return [name for name, _ in found], [pair for _, pair in found]


def _area(design: Design, index: int, points: Sequence[Point]) -> _Area | None:
    at = f"workload.{index}.roof"
    peak, bandwidth = number_at(design, f"{at}_flop_per_s"), number_at(design, f"{at}_bytes_per_s")
    half = number_at(design, "accelerator.bf16_flop_per_s")
    if not points or not peak or not bandwidth or min(peak, bandwidth) <= 0:
        return None
    half = half if half and half > 0 and abs(half / peak - 1) > 0.01 else None
    top = max(peak, half or 0.0)
    return _Area(
        peak=peak,
        half=half,
        bandwidth=bandwidth,
        left=min(*(x for x, _ in points), (half or peak) / bandwidth) / 2.5,
        right=max(*(x for x, _ in points), top / bandwidth) * 5,
        low=min(*(y for _, y in points), top) / 5,
        high=max(*(y for _, y in points), top) * 1.8,
    )


def _roofs(area: _Area, precision: str, lang: str, t: Texts) -> list[dict[str, Any]]:
    """Return the roof of the memory up to the highest one of arithmetic, and those of the format and of 16 bits."""
    begin, ridge = max(area.left, area.low / area.bandwidth), area.top / area.bandwidth
    bandwidth = t["series.bandwidth"].format(rate=number(area.bandwidth, "byte/s", lang))
    peak = t["series.peak"].format(format=precision.upper() or "?", rate=number(area.peak, "FLOP/s", lang))
    found = [
        _roof(bandwidth, [begin, ridge], [begin * area.bandwidth, area.top], BLUE, "solid"),
        _roof(peak, [area.peak / area.bandwidth, area.right], [area.peak] * 2, BLACK, "solid"),
    ]
    if area.half:
        name = t["series.peak16"].format(rate=number(area.half, "FLOP/s", lang))
        found.append(_roof(name, [area.half / area.bandwidth, area.right], [area.half] * 2, VERMILION, "dash"))
    return found


def _roof(name: str, x: Sequence[float], y: Sequence[float], colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "name": plain(name), "x": [short(one) for one in x],
        "y": [short(one / _TERA) for one in y], "line": {"color": colour, "width": 2.5, "dash": dash},
        "hovertemplate": f"{plain(name)}<extra></extra>",
    }  # fmt: skip


def _mark(name: str, point: Point, row: Sequence[str]) -> dict[str, Any]:
    colour, symbol = _LOOKS.get(name, _SPARE)
    label, intensity, rate, share = map(plain, row)
    return {
        "type": "scatter", "mode": "markers", "name": f"{label} {share}", "legend": "legend2", "cliponaxis": False,
        "x": [short(point[0])], "y": [short(point[1] / _TERA)],
        "hovertemplate": f"{label}<br>{intensity}<br>{rate} ({share})<extra></extra>",
        "marker": {"size": 12, "opacity": 0.9, "color": colour, "symbol": symbol, "line": {"color": INK, "width": 1}},
    }  # fmt: skip


def _log(title: str, low: float, high: float) -> dict[str, Any]:
    return axis(title, type="log", range=[log10(low), log10(high)], dtick=1, zeroline=False)
