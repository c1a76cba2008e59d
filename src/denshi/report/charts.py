"""What all charts share: a plain {data, layout} of Plotly with its words, colours, patterns, scales and data table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, log10
from typing import Any

from denshi.report.locale import Texts

FONT = '"Noto Sans JP", "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic UI", system-ui, "Segoe UI", Roboto, sans-serif'
INK, MUTED, RULE = "#1b2430", "#4a5563", "#d9dee5"
# The palette of Okabe and Ito, which readers of every kind of colour vision tell apart.
BLUE, SKY, GREEN, YELLOW = "#0072B2", "#56B4E9", "#009E73", "#F0E442"
ORANGE, VERMILION, PURPLE, BLACK = "#E69F00", "#D55E00", "#CC79A7", "#000000"
STAR = {"color": VERMILION, "size": 15, "symbol": "star", "line": {"color": "#ffffff", "width": 1}}
# A year that has no 29 February lends its dates to the typical year.
COMMON_YEAR = date(2025, 1, 1)

_KINDS = (
    ("nuclear", PURPLE, ".", 0), ("geothermal", YELLOW, "+", 0), ("solar", ORANGE, "/", 1), ("wind", SKY, "\\", 2),
    ("battery", GREEN, "x", 3), ("gas", VERMILION, "-", 4), ("grid", BLUE, "", 5),
)  # fmt: skip
_SPARE = ("#7f8c9b", "|", 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart: its words, its Plotly spec, and the same data as a table."""

    id: str
    title: str
    aria: str
    data: Sequence[Mapping[str, Any]]
    layout: Mapping[str, Any]
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    height: int = 380
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis unit: how many canonical units one of it holds, and its name."""

    factor: float
    name: str

    def of(self, values: Sequence[float]) -> list[float]:
        """Return canonical values in this unit, to the digits that a chart shows."""
        return [short(value / self.factor) for value in values]


def short(value: float) -> float:
    """Return a value to five significant digits, which no chart exceeds."""
    return float(f"{value:.5g}")


def scale(largest: float, unit: str, lang: str, t: Texts) -> Scale:
    """Return the unit in which an axis up to a largest value reads best.

    >>> scale(2e6, "kW", "en", {}).name
    'GW'
    """
    size = abs(largest)
    if unit in ("kW", "kWh"):
        steps = ((2e9, 1e9, "T"), (1.5e6, 1e6, "G"), (1.5e3, 1e3, "M"), (0.0, 1.0, "k"))
        return next(Scale(f, prefix + unit[1:]) for least, f, prefix in steps if size >= least)
    if unit == "s":
        return Scale(1.0, "s") if size >= 1 else Scale(1e-3, "ms")
    if unit == "byte":
        return Scale(1e12, "TB") if size >= 2e12 else Scale(1e9, "GB") if size >= 1e9 else Scale(1e6, "MB")
    large, middle = (1e8, 1e4) if lang == "ja" else (1e9, 1e6)
    if size >= large:
        return Scale(large, t["money.large"])
    return Scale(middle, t["money.middle"]) if size >= middle else Scale(1.0, t["money.one"])


def layout(**axes: Any) -> dict[str, Any]:
    """Return a layout in the house style: quiet grid, legend above, no title (the page carries it)."""
    base: dict[str, Any] = {
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        "hoverlabel": {"font": {"family": FONT, "size": 13}},
        "hovermode": "x unified",
        "separators": ".,",
        "dragmode": False,
    }
    return base | axes


def axis(title: str, **more: Any) -> dict[str, Any]:
    """Return an axis with its title and unit."""
    base: dict[str, Any] = {
        "title": {"text": plain(title), "standoff": 10},
        "gridcolor": RULE,
        "linecolor": MUTED,
        "zerolinecolor": MUTED,
        "zeroline": True,
        "automargin": True,
        "tickformat": ",",
        "hoverformat": ",.4~r",
        "fixedrange": True,
    }
    return base | more


def spread(title: str, values: Sequence[float]) -> dict[str, Any]:
    """Return an axis that is logarithmic where the values span more than a factor of three."""
    low, high = min(values), max(values)
    if high < 3 * low:
        return axis(title, zeroline=False)
    begin, end = low / (high / low) ** 0.05, high * (high / low) ** 0.05
    digits = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0) if high < 30 * low else (1.0, 2.0, 5.0)
    marks = [short(digit * 10.0**power) for power in range(floor(log10(begin)), ceil(log10(end))) for digit in digits]
    shown = [mark for mark in marks if begin <= mark <= end]
    return axis(title, type="log", range=[log10(begin), log10(end)], tickvals=shown, zeroline=False)


def dates(title: str, lang: str, **more: Any) -> dict[str, Any]:
    """Return a date axis in the reader's way of writing dates."""
    short_day, full_day = ("%-m月%-d日", "%-m月%-d日 %H:%M") if lang == "ja" else ("%-d %b", "%-d %b %H:%M")
    return axis(title, type="date", **({"tickformat": short_day, "hoverformat": full_day} | more))


def plain(text: str) -> str:
    """Return text that Plotly, which reads a little HTML in its labels, shows as it stands."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def colour(technology: str) -> str:
    """Return the colour of a supply technology."""
    return _kind(technology)[0]


def pattern(technology: str) -> dict[str, Any]:
    """Return the fill pattern of a supply technology, so that colour is not the only sign."""
    ink = "#3d3a12" if colour(technology) == YELLOW else "rgba(255,255,255,0.55)"
    return {"shape": _kind(technology)[1], "size": 7, "solidity": 0.22, "fgcolor": ink, "fillmode": "overlay"}


def in_merit_order(technologies: Sequence[str]) -> list[str]:
    """Return technologies from what runs always to what fills the gap."""
    return sorted(technologies, key=lambda name: (_kind(name)[2], name))


def technology(name: str, t: Texts) -> str:
    """Return the reader's name of a supply technology."""
    return t.get(f"technology.{name}", name)


def day(index: int, lang: str) -> str:
    """Return the date of a day of the typical year, counted from 0.

    >>> day(195, "en"), day(195, "ja")
    ('15 Jul', '7月15日')
    """
    when = COMMON_YEAR + timedelta(days=index)
    return f"{when.month}月{when.day}日" if lang == "ja" else f"{when.day} {when:%b}"


def month(index: int, lang: str) -> str:
    """Return the name of a month, counted from 0."""
    return f"{index % 12 + 1}月" if lang == "ja" else f"{date(2025, index % 12 + 1, 1):%b}"


def _kind(name: str) -> tuple[str, str, int]:
    found = next((kind for kind in _KINDS if kind[0] in name), None)
    return found[1:] if found else _SPARE


def year_map(hourly: Sequence[float], name: str, shape: str, lang: str, t: Texts) -> dict[str, Any]:
    """Return data and layout of a heat map of a year: days across, hours of the day up.

    ``name`` stands over the colours and ``shape`` is the d3 format of a value.
    """
    days = len(hourly) // 24
    cells = [[short(hourly[day * 24 + hour]) for day in range(days)] for hour in range(24)]
    trace: dict[str, Any] = {
        "type": "heatmap", "x": [f"{COMMON_YEAR + timedelta(days=day)}" for day in range(days)], "y": list(range(24)),
        "z": cells, "colorscale": "Cividis",
        "colorbar": {"title": {"text": name}, "thickness": 12, "len": 0.9, "tickformat": shape},
        "hovertemplate": "%{x} %{y}:00<br>%{z} " + name + "<extra></extra>",
    }  # fmt: skip
    look = layout(
        hovermode="closest",
        xaxis=dates(t["axis.day"], lang, tickformat="%-m月" if lang == "ja" else "%b", dtick="M2", showgrid=False),
        yaxis=axis(t["axis.hour"], dtick=6, showgrid=False, zeroline=False),
    )
    return {"data": [trace], "layout": look}
