"""Charts of the power supply: two weeks of dispatch, energy by month, load duration."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from denshi.report.charts import (
    BLACK,
    BLUE,
    COMMON_YEAR,
    VERMILION,
    Chart,
    Scale,
    axis,
    colour,
    dates,
    day,
    in_merit_order,
    layout,
    month,
    pattern,
    plain,
    scale,
    short,
    technology,
)
from denshi.report.locale import Texts, number
from denshi.report.reading import HOURS, Design, at, is_list, months_of, number_at, series_at

_OTHERS = ("load", "curtailed")
_WEEK = 168


def dispatch_by_technology(design: Design) -> dict[str, list[float]]:
    """Return the hourly series of each supply in merit order: positive serves the load, negative takes from it."""
    held = at(design, "energy.dispatch_kw") or {}
    names = [name for name in held if name not in (*_OTHERS, "export") and is_list(held[name])]
    found = {name: series_at(design, f"energy.dispatch_kw.{name}") for name in in_merit_order(names)}
    export = series_at(design, "energy.dispatch_kw.export")
    if any(export):
        found["export"] = [-abs(value) for value in export]
    return {name: series for name, series in found.items() if len(series) == HOURS and any(series)}


def site_load(design: Design) -> list[float]:
    """Return the hourly load that the supply meets."""
    load = series_at(design, "energy.dispatch_kw.load") or series_at(design, "facility.load_kw")
    load = [abs(value) for value in load]
    return load if len(load) == HOURS else []


def weeks(design: Design) -> dict[str, int]:
    """Return the first day of the warmest and of the coldest week by mean dry bulb, by name of chart."""
    bulb = series_at(design, "climate.dry_bulb_c")
    if len(bulb) != HOURS:
        return {"warm": 195, "cold": 14}
    means = [sum(bulb[d * 24 : d * 24 + _WEEK]) for d in range(HOURS // 24 - 6)]
    return {"warm": means.index(max(means)), "cold": means.index(min(means))}


def dispatch_week(design: Design, name: str, lang: str, t: Texts) -> Chart | None:
    """Return one week of hourly dispatch, stacked."""
    supply, load = dispatch_by_technology(design), site_load(design)
    if not supply or not load:
        return None
    first = weeks(design)[name]
    span = slice(first * 24, first * 24 + _WEEK)
    unit = scale(max(*load[span], *(max(series[span]) for series in supply.values())), "kW", lang, t)
    start = datetime.combine(COMMON_YEAR, datetime.min.time()) + timedelta(days=first)
    times = [f"{start + timedelta(hours=hour):%Y-%m-%dT%H:%M}" for hour in range(_WEEK)]
    shown = unit.of(load[span])
    data = [
        *stack({key: series[span] for key, series in supply.items()}, {"x": times}, unit, t),
        {
            "type": "scatter", "mode": "lines", "name": t["series.load"], "x": times, "y": shown,
            "line": {"color": BLACK, "width": 2, "shape": "hv"},
        },
    ]  # fmt: skip
    columns = {technology(key, t): unit.of(series[span]) for key, series in supply.items()} | {t["series.load"]: shown}
    return Chart(
        id=name,
        title=t[f"chart.{name}.title"],
        aria=t[f"chart.{name}.aria"].format(day=day(first, lang), load=number(sum(load[span]) / _WEEK, "kW", lang)),
        note=t[f"chart.{name}.note"],
        data=data,
        layout=layout(
            xaxis=dates(t["axis.time"], lang, dtick=86_400_000),
            yaxis=axis(t["axis.power"].format(unit=unit.name)),
        ),
        head=[t["table.time"], *(f"{label} ({unit.name})" for label in columns)],
        rows=[[times[i].replace("T", " ")[5:], *(f"{ys[i]:,g}" for ys in columns.values())] for i in range(_WEEK)],
        height=420,
    )


def stack(parts: dict[str, list[float]], clock: Mapping[str, Any], unit: Scale, t: Texts) -> list[dict[str, Any]]:
    """Return stacked areas: what serves the load above zero, what takes from the site below; ``clock`` says when."""
    found = []
    for key, series in parts.items():
        up = [max(value, 0.0) for value in series]
        down = [min(value, 0.0) for value in series]
        both = any(up) and any(down)
        for values, group in ((up, "up"), (down, "down")):
            if any(values):
                label = technology(key, t)
                label = t["technology.charging"].format(name=label) if both and group == "down" else label
                found.append(
                    {
                        "type": "scatter",
                        "mode": "lines",
                        "name": plain(label),
                        "y": unit.of(values),
                        "stackgroup": group,
                        "line": {"width": 0.6, "shape": "hv", "color": colour(key)},
                        "fillcolor": colour(key),
                        "fillpattern": pattern(key),
                    }
                    | dict(clock)
                )
    return found


def monthly(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return the energy of each month by supply, with the load as a line."""
    supply, load = dispatch_by_technology(design), site_load(design)
    if not supply or not load:
        return None
    sums = {key: [sum(part) for part in months_of(series)] for key, series in supply.items()}
    needed = [sum(part) for part in months_of(load)]
    unit = scale(max(needed), "kWh", lang, t)
    names = [month(i, lang) for i in range(12)]
    ticks = [name.removesuffix("月") for name in names]
    data: list[dict[str, Any]] = [
        {
            "type": "bar", "name": plain(technology(key, t)), "x": names, "y": unit.of(values),
            "marker": {"color": colour(key), "pattern": pattern(key), "line": {"color": colour(key), "width": 0.6}},
        }
        for key, values in sums.items()
    ]  # fmt: skip
    data.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": t["series.load"],
            "x": names,
            "y": unit.of(needed),
            "line": {"color": BLACK, "width": 2},
            "marker": {"color": BLACK, "size": 6},
        }
    )
    columns = [unit.of(values) for values in sums.values()] + [unit.of(needed)]
    return Chart(
        id="monthly",
        title=t["chart.monthly.title"],
        aria=t["chart.monthly.aria"].format(total=number(sum(needed), "kWh", lang)),
        note=t["chart.monthly.note"],
        data=data,
        layout=layout(
            barmode="relative",
            bargap=0.25,
            xaxis=axis(t["axis.month"], type="category", tickformat="", tickvals=names, ticktext=ticks),
            yaxis=axis(t["axis.energy"].format(unit=unit.name)),
        ),
        head=[
            t["table.month"],
            *(f"{technology(key, t)} ({unit.name})" for key in sums),
            f"{t['series.load']} ({unit.name})",
        ],
        rows=[[names[i], *(f"{values[i]:,g}" for values in columns)] for i in range(12)],
    )


def load_duration(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return the site load and the grid import sorted, beside the connection."""
    load = site_load(design)
    if not load:
        return None
    grid = [max(value, 0.0) for value in series_at(design, "energy.dispatch_kw.grid")]
    limit = number_at(design, "energy.connection_kw")
    unit = scale(max(*load, limit or 0.0), "kW", lang, t)
    share, ys = duration(load, unit)
    data = [
        {
            "type": "scatter", "mode": "lines", "name": t["series.load"], "x": share, "y": ys,
            "line": {"color": BLACK, "width": 2.5},
        }
    ]  # fmt: skip
    columns = {t["series.load"]: ys}
    if len(grid) == HOURS and any(grid) and grid != load:
        imports = duration(grid, unit)[1]
        columns[t["series.import"]] = imports
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": t["series.import"],
                "x": share,
                "y": imports,
                "line": {"color": BLUE, "width": 2.5, "dash": "dash"},
            }
        )
    if limit:
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": t["series.connection"],
                "x": [0, 100],
                "y": unit.of([limit, limit]),
                "line": {"color": VERMILION, "width": 2, "dash": "dot"},
            }
        )
    return Chart(
        id="load-duration",
        title=t["chart.load_duration.title"],
        aria=t["chart.load_duration.aria"].format(
            high=number(max(load), "kW", lang), low=number(min(load), "kW", lang)
        ),
        note=t["chart.load_duration.note"],
        data=data,
        layout=layout(
            xaxis=axis(t["axis.hours_share"], range=[0, 100]),
            yaxis=axis(t["axis.power"].format(unit=unit.name), rangemode="tozero"),
        ),
        head=[t["axis.hours_share"], *(f"{label} ({unit.name})" for label in columns)],
        rows=[[f"{share[i]:g}", *(f"{values[i]:,g}" for values in columns.values())] for i in percent_marks(share)],
    )


def duration(hourly: Sequence[float], unit: Scale) -> tuple[list[float], list[float]]:
    """Return a duration curve: the share of the hours [%] and the value that is reached in that share of them.

    Every 24th of the sorted hours and both ends: a curve to the eye, a twentieth of the bytes.
    """
    ordered = sorted(hourly, reverse=True)
    marks = [*range(0, len(ordered), 24), len(ordered) - 1]
    return [short(100 * (i + 1) / len(ordered)) for i in marks], unit.of([ordered[i] for i in marks])


def percent_marks(share: Sequence[float]) -> list[int]:
    """Return the places of a duration curve that its table shows: about each twentieth of the year."""
    return sorted({min(range(len(share)), key=lambda i: abs(share[i] - mark)) for mark in range(0, 101, 5)})
