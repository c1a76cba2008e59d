"""The Gantt chart of the build-out: what has the longest lead time, ordered on the first day, beside the phases."""

from datetime import date, timedelta
from typing import Any

from denshi.report.charts import BLUE, ORANGE, SKY, Chart, axis, layout, plain
from denshi.report.locale import Texts, number
from denshi.report.reading import Design, as_number, at, list_at, series_at

_MOST = 12
_DAYS_PER_WEEK, _DAYS_PER_MONTH = 7, 365.25 / 12
_ROOMS = ("energy", "facility", "cluster")
# Goods that are set up as plant is; all else as hardware.
_PLANT = ("power", "cooling", "building", "energy")


def gantt(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return lead time and installation of the items that take longest, from the first day, and the phases' dates."""
    items, start = _items(design), _start(design)
    if not items or start is None:
        return None
    ends = [start + timedelta(days=one["lead"]) for one in items]
    critical = at(design, "buildout.critical_item")
    phases = [start + timedelta(days=month * _DAYS_PER_MONTH) for month in series_at(design, "buildout.phase_month")]
    labels = [plain(one["name"]) for one in items]
    data: list[dict[str, Any]] = [
        {
            "type": "bar", "orientation": "h", "name": t["gantt.lead"], "y": labels, "base": [str(start)] * len(items),
            "x": [1000 * 86400 * one["lead"] for one in items], "text": [str(end) for end in ends],
            "marker": {"color": [ORANGE if one["name"] == critical else BLUE for one in items]},
            "hovertemplate": "%{y}: %{text}<extra></extra>", "textposition": "none",
        },
        {
            "type": "bar", "orientation": "h", "name": t["gantt.installation"], "y": labels,
            "base": [str(end) for end in ends], "x": [1000 * 86400 * one["installation"] for one in items],
            "text": [str(end + timedelta(days=one["installation"])) for end, one in zip(ends, items, strict=True)],
            "marker": {"color": SKY}, "hovertemplate": "%{y}: %{text}<extra></extra>", "textposition": "none",
        },
    ]  # fmt: skip
    lines = [
        {
            "type": "line", "xref": "x", "yref": "paper", "x0": str(day), "x1": str(day), "y0": 0, "y1": 1,
            "line": {"color": "#444", "width": 1, "dash": "dot"},
        }
        for day in phases
    ]  # fmt: skip
    return Chart(
        id="gantt",
        title=t["chart.gantt.title"],
        aria=t["chart.gantt.aria"].format(first=items[0]["name"], weeks=number(items[0]["weeks"], "week", lang)),
        note=t["chart.gantt.note"],
        data=data,
        layout=layout(
            barmode="overlay",
            hovermode="closest",
            shapes=lines,
            xaxis=axis("", type="date", tickformat="%Y-%m", nticks=6),
            yaxis=axis("", type="category", autorange="reversed", tickformat="", showgrid=False),
        ),
        head=[t["table.name"], t["gantt.lead"], t["gantt.there"]],
        rows=[
            [one["name"], number(one["weeks"], "week", lang), str(end + timedelta(days=one["installation"]))]
            for one, end in zip(items, ends, strict=True)
        ],
        height=130 + 30 * len(items),
    )


def _items(design: Design) -> list[dict[str, Any]]:
    """Return the items of the longest lead times, one a name, longest first; times in days."""
    months = {kind: as_number(_fact(design, f"{kind}-installation-months")) or 0.0 for kind in ("hardware", "plant")}
    found: dict[str, dict[str, Any]] = {}
    for room in _ROOMS:
        for item in list_at(design, f"{room}.items"):
            weeks = as_number(item.get("lead_time_weeks"))
            if not weeks:
                continue
            kind = "plant" if item.get("goods") in _PLANT else "hardware"
            days = {"lead": weeks * _DAYS_PER_WEEK, "installation": months[kind] * _DAYS_PER_MONTH}
            found.setdefault(str(item.get("name")), {"name": str(item.get("name")), "weeks": weeks, **days})
    return sorted(found.values(), key=lambda one: -(one["lead"] + one["installation"]))[:_MOST]


def _fact(design: Design, name: str) -> Any:
    facts = design.get("facts") or {}
    return (facts.get(f"catalog.assumptions.{name}") or {}).get("value")


def _start(design: Design) -> date | None:
    try:
        return date.fromisoformat(str(at(design, "scenario.project.start")))
    except ValueError:
        return None
