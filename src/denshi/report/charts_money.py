"""Charts of money and time: capital expenditure as a waterfall, cash by year, the build-out month by month."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from denshi.report.charts import (
    BLACK,
    BLUE,
    GREEN,
    MUTED,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    Chart,
    axis,
    dates,
    layout,
    month,
    plain,
    scale,
    short,
)
from denshi.report.locale import Texts, number
from denshi.report.reading import Design, number_at, numbers_at, series_at, text_at

_FIELDS = ("landed_hardware", "network", "facility", "land")
_MARGIN_MONTHS = 6


def capex_parts(design: Design, t: Texts) -> dict[str, float]:
    """Return the parts of the capital expenditure by name; they add up to the total that finance uses."""
    works = numbers_at(design, "buildout.works_by_goods_usd")
    parts: dict[str, float] = {}
    if works:
        parts = {t.get(f"goods.{goods}", goods): cost for goods, cost in works.items()}
        for name in ("freight", "tariff"):
            parts[t[f"goods.{name}"]] = sum(numbers_at(design, f"buildout.{name}_by_goods_usd").values())
    else:
        landed = numbers_at(design, "buildout.capex_by_goods_usd") or {
            name: number_at(design, f"buildout.{name}_usd") or 0.0 for name in _FIELDS
        }
        parts = {t.get(f"goods.{goods}", goods): cost for goods, cost in landed.items()}
    total = capex_total(design)
    rest = total - sum(parts.values())
    supply = number_at(design, "energy.capex_usd") or 0.0
    if supply and abs(rest - supply) < 0.005 * total:
        parts[t["goods.energy"]] = parts.get(t["goods.energy"], 0.0) + rest
    elif abs(rest) > 1e-4 * abs(total):
        parts[t["goods.other"]] = rest
    return {name: cost for name, cost in sorted(parts.items(), key=lambda one: -one[1]) if abs(cost) > 0}


def capex_total(design: Design) -> float:
    """Return the capital expenditure that finance uses [USD]."""
    return number_at(design, "finance.capex_usd") or number_at(design, "buildout.capex_usd") or 0.0


def capex(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return the waterfall of capital expenditure."""
    parts, total = capex_parts(design, t), capex_total(design)
    if not parts or not total:
        return None
    unit = scale(total, "USD", lang, t)
    names, values = [*parts, t["series.total"]], [*parts.values(), total]
    return Chart(
        id="capex",
        title=t["chart.capex.title"],
        aria=t["chart.capex.aria"].format(total=number(total, "USD", lang)),
        note=t["chart.capex.note"],
        data=[
            {
                "type": "waterfall", "orientation": "h", "y": [plain(name) for name in names], "x": unit.of(values),
                "measure": [*("relative" for _ in parts), "total"],
                "text": [number(value, "USD", lang) for value in values], "textposition": "outside",
                "cliponaxis": False, "connector": {"line": {"color": MUTED, "width": 1}},
                "increasing": {"marker": {"color": BLUE}}, "decreasing": {"marker": {"color": VERMILION}},
                "totals": {"marker": {"color": BLACK}}, "hoverinfo": "y+text",
            }
        ],
        layout=layout(
            showlegend=False,
            hovermode="closest",
            xaxis=axis(unit.name, range=[0, 1.22 * total / unit.factor], nticks=7),
            yaxis=axis("", type="category", autorange="reversed", tickformat="", showgrid=False),
            waterfallgap=0.35,
        ),
        head=[t["table.name"], t["table.cost"], t["table.share"]],
        rows=[
            [name, number(value, "USD", lang), f"{100 * value / total:.1f} %"]
            for name, value in zip(names, values, strict=True)
        ],
        height=max(260, 60 + 42 * len(names)),
    )  # fmt: skip


def cash(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return cash in and out by calendar year with the running total."""
    flow = series_at(design, "finance.cash_flow_usd")
    if not any(flow):
        return None
    years = _years(design, len(flow))
    labels = sorted(set(years))
    net = _by_year(flow, years, labels)
    parts = {
        "revenue": _by_year(series_at(design, "finance.revenue_monthly_usd"), years, labels),
        "opex": [-abs(v) for v in _by_year(series_at(design, "finance.opex_monthly_usd"), years, labels)],
        "capex": [-abs(v) for v in _by_year(series_at(design, "finance.capex_monthly_usd"), years, labels)],
    }
    if any(tax := series_at(design, "finance.tax_monthly_usd")):
        parts["tax"] = [-value for value in _by_year(tax, years, labels)]
    known = [sum(column) for column in zip(*parts.values(), strict=True)]
    parts["rest"] = [a - b for a, b in zip(net, known, strict=True)]
    largest = max(abs(v) for v in net)
    parts = {k: [v if abs(v) > 1e-6 * largest else 0.0 for v in values] for k, values in parts.items() if any(values)}
    lines = {"net": _running(net)}
    equity = series_at(design, "finance.equity_cash_flow_usd")
    if any(equity) and equity != flow:
        lines["equity"] = _running(_by_year(equity, years, labels))
    return _cash_chart(labels, {k: v for k, v in parts.items() if any(v)}, lines, lang, t)


_BARS = {"revenue": (GREEN, ""), "opex": (ORANGE, "/"), "capex": (BLUE, "x"), "tax": (PURPLE, "."), "rest": (SKY, "+")}
_LINES = {"net": (BLACK, "solid", "circle"), "equity": (VERMILION, "dash", "diamond")}


def _cash_chart(
    labels: Sequence[str],
    parts: Mapping[str, Sequence[float]],
    lines: Mapping[str, Sequence[float]],
    lang: str,
    t: Texts,
) -> Chart:
    unit = scale(max(abs(v) for values in (*parts.values(), *lines.values()) for v in values), "USD", lang, t)
    data: list[dict[str, Any]] = [
        {
            "type": "bar", "name": t[f"series.{key}"], "x": labels, "y": unit.of(values),
            "marker": {
                "color": _BARS[key][0],
                "pattern": {
                    "shape": _BARS[key][1], "size": 7, "solidity": 0.22, "fgcolor": "rgba(255,255,255,0.6)",
                    "fillmode": "overlay",
                },
            },
        }
        for key, values in parts.items()
    ]  # fmt: skip
    data += [
        {
            "type": "scatter", "mode": "lines+markers", "name": t[f"series.{key}"], "x": labels, "y": unit.of(values),
            "line": {"color": _LINES[key][0], "width": 2, "dash": _LINES[key][1]},
            "marker": {"color": _LINES[key][0], "size": 7, "symbol": _LINES[key][2]},
        }
        for key, values in lines.items()
    ]  # fmt: skip
    columns = {**parts, **lines}
    return Chart(
        id="cash",
        title=t["chart.cash.title"],
        aria=t["chart.cash.aria"].format(end=number(lines["net"][-1], "USD", lang)),
        note=t["chart.cash.note"],
        data=data,
        layout=layout(
            barmode="relative",
            bargap=0.3,
            xaxis=axis(t["axis.year"], type="category", tickformat="", tickangle=0, nticks=12),
            yaxis=axis(unit.name),
        ),
        head=[t["table.year"], *(t[f"series.{key}"] for key in columns)],
        rows=[
            [label, *(number(values[i], "USD", lang) for values in columns.values())] for i, label in enumerate(labels)
        ],
        height=430,
    )


def buildout(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return the share in service and the capital draws by month, one above the other."""
    online, draws = series_at(design, "buildout.online_fraction"), series_at(design, "buildout.capex_draw_usd")
    if not any(online) and not any(draws):
        return None
    first, full = (number_at(design, f"buildout.{name}_power_month") for name in ("first", "full"))
    last = max([i for i, value in enumerate(draws) if value] + [int(full or 0), int(first or 0), 1])
    months = min(max(len(online), len(draws)), last + 1 + _MARGIN_MONTHS)
    online, draws = ([*series, *[0.0] * months][:months] for series in (online, draws))
    unit = scale(max(draws, default=0.0), "USD", lang, t)
    stamps = [_month_date(design, i) for i in range(months)]
    shares, paid = [short(100 * value) for value in online], unit.of(draws)
    written = dates("", lang, tickformat="%Y年%-m月" if lang == "ja" else "%b %Y", nticks=8)
    written |= {"hoverformat": written["tickformat"], "domain": [0, 1], "anchor": "y2"}
    return Chart(
        id="buildout",
        title=t["chart.buildout.title"],
        aria=t["chart.buildout.aria"].format(first=_whole(first), full=_whole(full)),
        note=t["chart.buildout.note"],
        data=[
            {
                "type": "scatter", "mode": "lines", "name": t["series.online"], "x": stamps, "y": shares,
                "line": {"color": GREEN, "width": 2.5, "shape": "hv"}, "fill": "tozeroy",
                "fillcolor": "rgba(0,158,115,0.15)",
            },
            {
                "type": "bar", "name": t["series.draw"], "x": stamps, "y": paid, "yaxis": "y2",
                "marker": {"color": SKY, "line": {"color": BLUE, "width": 0.6}},
            },
        ],
        layout=layout(
            xaxis=written,
            yaxis=axis(t["axis.online"], domain=[0.56, 1], range=[0, 105], nticks=5),
            yaxis2=axis(t["axis.draw"].format(unit=unit.name), domain=[0, 0.44], nticks=5),
            shapes=[_line(_month_date(design, int(m))) for m in (first, full) if m is not None],
        ),
        head=[t["table.month"], t["axis.online"], t["axis.draw"].format(unit=unit.name)],
        rows=[[stamps[i][:7], f"{shares[i]:g}", f"{paid[i]:,g}"] for i in range(months)],
        height=440,
    )  # fmt: skip


def calendar_month(design: Design, index: int, lang: str) -> str:
    """Return the name of a month of the project, counted from 0."""
    year, which, _ = _month_date(design, index).split("-")
    return f"{year}年{int(which)}月" if lang == "ja" else f"{month(int(which) - 1, lang)} {year}"


def _line(stamp: str) -> dict[str, Any]:
    return {
        "type": "line", "x0": stamp, "x1": stamp, "xref": "x", "y0": 0, "y1": 1, "yref": "paper",
        "line": {"color": MUTED, "width": 1.5, "dash": "dot"},
    }  # fmt: skip


def _whole(value: float | None) -> str:
    return "—" if value is None else f"{value:g}"


def _start(design: Design) -> date:
    try:
        return date.fromisoformat(text_at(design, "scenario.project.start")[:10])
    except ValueError:
        return date(2026, 1, 1)


def _month_date(design: Design, index: int) -> str:
    start = _start(design)
    count = start.year * 12 + start.month - 1 + index
    return f"{count // 12:04d}-{count % 12 + 1:02d}-01"


def _years(design: Design, months: int) -> list[str]:
    return [_month_date(design, index)[:4] for index in range(months)]


def _by_year(monthly: Sequence[float], years: Sequence[str], labels: Sequence[str]) -> list[float]:
    sums = dict.fromkeys(labels, 0.0)
    for value, year in zip(monthly, years, strict=False):
        sums[year] += value
    return [sums[label] for label in labels]


def _running(values: Sequence[float]) -> list[float]:
    total, found = 0.0, []
    for value in values:
        total += value
        found.append(total)
    return found
