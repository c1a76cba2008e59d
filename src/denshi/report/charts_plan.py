"""Charts of each training plan: where its operators stand, and which plans it was chosen from."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from denshi.report.charts import BLUE, MUTED, STAR, Chart, Scale, layout, scale, short, spread
from denshi.report.charts_roofline import roofline
from denshi.report.charts_work import limit, listed, titled
from denshi.report.locale import Texts, number
from denshi.report.reading import Design, list_at, number_at, series_at

Cost = tuple[float, float]


def plans(design: Design, lang: str, t: Texts) -> list[Chart]:
    """Return the roofline and the Pareto front of every training workload that has them."""
    works = range(len(list_at(design, "workload")))
    found = [draw(design, i, lang, t) for i in works for draw in (roofline, front)]
    return [chart for chart in found if chart is not None]


def front(design: Design, index: int, lang: str, t: Texts) -> Chart | None:
    """Return step time and memory of the plans that no other beats, the one chosen marked."""
    at = f"workload.{index}"
    costs = _costs(design, at)
    if len(costs) < 2:
        return None
    best = _unbeaten(costs)
    rest = [one for one in costs if one not in best]
    chosen = number_at(design, f"{at}.step_s"), number_at(design, f"{at}.memory_bytes")
    usable = number_at(design, f"{at}.usable_bytes")
    seconds = scale(costs[-1][0], "s", lang, t)
    size = scale(max(*(held for _, held in costs), usable or 0.0), "byte", lang, t)
    units = seconds, size
    line = {"mode": "lines+markers", "line": {"color": BLUE, "width": 2, "shape": "hv"}}
    data = [_trace("front", best, units, lang, t) | line | {"marker": {"color": BLUE, "size": 7}}]
    if rest:
        ring = {"color": MUTED, "size": 6, "symbol": "circle-open"}
        data.append(_trace("fewer", rest, units, lang, t) | {"mode": "markers", "marker": ring})
    if chosen[0] and chosen[1]:
        data.append(_trace("chosen", [(chosen[0], chosen[1])], units, lang, t) | {"mode": "markers", "marker": STAR})
    if usable:
        ends = seconds.of([costs[0][0], costs[-1][0]])
        data.append(limit("usable", usable, lang, t) | {"x": ends, "y": size.of([usable, usable])})
    heads = [t["axis.seconds"].format(unit=seconds.name), t["axis.memory"].format(unit=size.name)]
    return Chart(
        id=f"front-{index}",
        title=titled("front", "training", design, index, t),
        aria=t["chart.front.aria"].format(
            n=len(best), fastest=_said(best[0], lang, t), leanest=_said(best[-1], lang, t)
        ),
        note=t["chart.front.note"],
        data=data,
        layout=layout(
            hovermode="closest",
            xaxis=spread(heads[0], [x for trace in data for x in trace["x"]]),
            yaxis=spread(heads[1], [y for trace in data for y in trace["y"]]),
        ),
        head=heads,
        rows=[[f"{short(time / seconds.factor):,g}", f"{short(held / size.factor):,g}"] for time, held in best],
        height=440,
    )


def _costs(design: Design, at: str) -> list[Cost]:
    """Return step time and memory of every plan of the front, fastest first."""
    columns = (series_at(design, f"{at}.front_{name}") for name in ("step_s", "memory_bytes"))
    return sorted({pair for pair in zip(*columns, strict=False) if min(pair) > 0})


def _unbeaten(costs: Sequence[Cost]) -> list[Cost]:
    """Return the plans that need less memory than every faster one; the others save accelerator-hours.

    >>> _unbeaten([(1.0, 9.0), (2.0, 9.5), (3.0, 4.0)])
    [(1.0, 9.0), (3.0, 4.0)]
    """
    least = accumulate((held for _, held in costs), min)
    before = [float("inf"), *least]
    return [cost for cost, faster in zip(costs, before, strict=False) if cost[1] < faster]


def _trace(key: str, costs: Sequence[Cost], units: tuple[Scale, Scale], lang: str, t: Texts) -> dict[str, Any]:
    name = t[f"series.{key}"]
    return {
        "type": "scatter", "name": name, "x": units[0].of([time for time, _ in costs]),
        "y": units[1].of([held for _, held in costs]), "text": [_said(cost, lang, t) for cost in costs],
        "hovertemplate": f"{name}<br>%{{text}}<extra></extra>",
    }  # fmt: skip


def _said(cost: Cost, lang: str, t: Texts) -> str:
    return listed([number(cost[0], "s", lang), number(cost[1], "byte", lang)], t)
