"""Charts of how clean, how dear and how the supply runs: any week, matching of every hour, cost by supply, prices."""

from datetime import datetime, timedelta
from typing import Any

from denshi.report.charts import (
    BLACK,
    BLUE,
    COMMON_YEAR,
    GREEN,
    Chart,
    axis,
    dates,
    day,
    in_merit_order,
    layout,
    month,
    plain,
    scale,
    short,
    technology,
    year_map,
)
from denshi.report.charts_energy import dispatch_by_technology, percent_marks, site_load, stack
from denshi.report.locale import Texts, number
from denshi.report.reading import HOURS, Design, at, list_at, months_of, number_at, numbers_at, series_at

_WEEK = 168
_WEEKS = 52
_HOUR_MS = 3_600_000


def any_week(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return the whole year of dispatch in merit order, of which a slider shows one week."""
    supply, load = dispatch_by_technology(design), site_load(design)
    if not supply or not load:
        return None
    unit = scale(max(*load, *(max(series) for series in supply.values())), "kW", lang, t)
    clock = {"x0": f"{COMMON_YEAR}T00:00", "dx": _HOUR_MS}
    line = {"color": BLACK, "width": 2, "shape": "hv"}
    shown: dict[str, Any] = {"type": "scatter", "mode": "lines", "name": t["series.load"], "line": line}
    data = [*stack(supply, clock, unit, t), shown | clock | {"y": unit.of(load)}]
    columns = {technology(key, t): series for key, series in supply.items()} | {t["series.load"]: load}
    return Chart(
        id="any-week",
        title=t["chart.any_week.title"],
        aria=t["chart.any_week.aria"].format(load=number(sum(load) / HOURS, "kW", lang)),
        note=t["chart.any_week.note"],
        data=data,
        layout=layout(
            xaxis=dates(t["axis.time"], lang, dtick=86_400_000, range=_span(0)),
            yaxis=axis(t["axis.power"].format(unit=unit.name)),
            sliders=[_slider(lang)],
            margin={"l": 8, "r": 12, "t": 12, "b": 96},
        ),
        head=[t["table.week"], *(f"{label} ({unit.name})" for label in columns)],
        rows=[
            [day(7 * week, lang), *(f"{short(_mean(series, week) / unit.factor):,g}" for series in columns.values())]
            for week in range(_WEEKS)
        ],
        height=520,
    )


def _mean(series: list[float], week: int) -> float:
    return sum(series[week * _WEEK : (week + 1) * _WEEK]) / _WEEK


def _span(week: int) -> list[str]:
    start = datetime.combine(COMMON_YEAR, datetime.min.time()) + timedelta(weeks=week)
    return [f"{start:%Y-%m-%dT%H:%M}", f"{start + timedelta(weeks=1):%Y-%m-%dT%H:%M}"]


def _slider(lang: str) -> dict[str, Any]:
    steps = [
        {"method": "relayout", "label": day(7 * week, lang), "args": [{"xaxis.range": _span(week)}]}
        for week in range(_WEEKS)
    ]
    return {"active": 0, "steps": steps, "pad": {"t": 56, "l": 8, "r": 8}, "ticklen": 0, "font": {"size": 11}}


def matching(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return the heat map of the clean share of every hour: days across, hours of the day up."""
    share = clean_share(design)
    if not share:
        return None
    drawn = year_map([100 * one for one in share], "%", ",.0f", lang, t)
    drawn["data"][0] |= {"zmin": 0, "zmax": 100}
    return Chart(
        id="matching",
        title=t["chart.matching.title"],
        aria=t["chart.matching.aria"].format(low=f"{100 * min(share):.0f}", mean=f"{100 * sum(share) / HOURS:.0f}"),
        note=t["chart.matching.note"],
        **drawn,
        head=[t["table.month"], t["table.mean"], t["table.low"], t["table.high"]],
        rows=[
            [month(i, lang), *(f"{100 * value:.1f} %" for value in (sum(part) / len(part), min(part), max(part)))]
            for i, part in enumerate(months_of(share))
        ],
    )  # fmt: skip


def clean_share(design: Design) -> list[float]:
    """Return the clean share of each hour: 1 - (purchase x (1 - clean share of the grid) + unclean output) / load."""
    load, grid = site_load(design), series_at(design, "energy.dispatch_kw.grid")
    of_grid = series_at(design, "climate.grid_clean_fraction")
    if not load or min(load) <= 0.0:
        return []
    dirty = [0.0] * HOURS
    if len(grid) == HOURS and len(of_grid) == HOURS:
        dirty = [bought * (1.0 - clean) for bought, clean in zip(grid, of_grid, strict=True)]
    for place, name in enumerate(list_at(design, "scenario.energy.options")):
        clean = (at(design, "facts") or {}).get(f"catalog.technologies.{place}.is_clean") or {}
        flow = series_at(design, f"energy.dispatch_kw.{name}")
        if name != "grid" and clean.get("value") == 0.0 and len(flow) == HOURS:
            dirty = [one + max(own, 0.0) for one, own in zip(dirty, flow, strict=True)]
    return [min(max(1.0 - one / needed, 0.0), 1.0) for one, needed in zip(dirty, load, strict=True)]


def cost_stack(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return what each supply adds to the cost of a megawatt-hour of load."""
    costs = {key: value for key, value in numbers_at(design, "energy.cost_by_technology_usd").items() if value}
    load_kwh = number_at(design, "energy.load_kwh")
    if not costs or not load_kwh:
        return None
    names = in_merit_order(list(costs))
    values = [short(1e3 * costs[key] / load_kwh) for key in names]
    total = 1e3 * sum(costs.values()) / load_kwh
    labels = [plain(technology(key, t)) for key in names]
    return Chart(
        id="cost-stack",
        title=t["chart.cost_stack.title"],
        aria=t["chart.cost_stack.aria"].format(total=f"{total:.1f}"),
        note=t["chart.cost_stack.note"],
        data=[
            {
                "type": "waterfall", "x": [*labels, t["series.total"]], "y": [*values, short(total)],
                "measure": [*(["relative"] * len(values)), "total"], "showlegend": False,
                "text": [f"{value:,.1f}" for value in (*values, total)], "textposition": "outside", "cliponaxis": False,
                "increasing": {"marker": {"color": BLUE}}, "decreasing": {"marker": {"color": GREEN}},
                "totals": {"marker": {"color": BLACK}},
            }
        ],
        layout=layout(
            hovermode="closest",
            xaxis=axis("", type="category", tickformat=""),
            yaxis=axis(t["axis.usd_mwh"], rangemode="tozero"),
        ),
        head=[t["table.technology"], t["axis.usd_mwh"], t["table.cost_year"]],
        rows=[
            [label, f"{value:,.2f}", number(costs[key], "USD", lang)]
            for label, value, key in zip(labels, values, names, strict=True)
        ]
        + [[t["series.total"], f"{total:,.2f}", number(sum(costs.values()), "USD", lang)]],
    )  # fmt: skip


def price_duration(design: Design, t: Texts) -> Chart | None:
    """Return the hourly value of power, sorted: what a kilowatt-hour more of load would cost in each hour."""
    price = series_at(design, "energy.price_usd_per_kwh")
    if len(price) != HOURS or not any(price):
        return None
    ordered = sorted(price, reverse=True)
    marks = [*range(0, HOURS, 24), HOURS - 1]
    share = [short(100 * (i + 1) / HOURS) for i in marks]
    values = [short(1e3 * ordered[i]) for i in marks]
    mean = 1e3 * sum(price) / HOURS
    return Chart(
        id="price-duration",
        title=t["chart.price_duration.title"],
        aria=t["chart.price_duration.aria"].format(high=f"{values[0]:,.0f}", low=f"{values[-1]:,.0f}"),
        note=t["chart.price_duration.note"].format(mean=f"{mean:,.1f}"),
        data=[{"type": "scatter", "mode": "lines", "x": share, "y": values, "line": {"color": BLUE, "width": 2.5}}],
        layout=layout(
            xaxis=axis(t["axis.hours_share"], range=[0, 100]),
            yaxis=axis(t["axis.usd_mwh"]),
            showlegend=False,
        ),
        head=[t["axis.hours_share"], t["axis.usd_mwh"]],
        rows=[[f"{share[i]:g}", f"{values[i]:,g}"] for i in percent_marks(share)],
    )
