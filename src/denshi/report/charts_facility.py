"""Charts of the facility: PUE in every hour and its duration curve."""

from denshi.report.charts import (
    BLUE,
    Chart,
    Scale,
    axis,
    layout,
    month,
    year_map,
)
from denshi.report.charts_energy import duration, percent_marks
from denshi.report.locale import Texts
from denshi.report.reading import HOURS, Design, months_of, series_at


def pue_map(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return the heat map of hourly PUE: days across, hours of the day up."""
    pue = series_at(design, "facility.pue")
    if len(pue) != HOURS:
        return None
    low, high = min(pue), max(pue)
    return Chart(
        id="pue-map",
        title=t["chart.pue_map.title"],
        aria=t["chart.pue_map.aria"].format(low=f"{low:.3f}", high=f"{high:.3f}"),
        note=t["chart.pue_map.note"],
        **year_map(pue, "PUE", ".2f", lang, t),
        head=[t["table.month"], t["table.mean"], t["table.low"], t["table.high"]],
        rows=[
            [month(i, lang), *(f"{value:.3f}" for value in (sum(part) / len(part), min(part), max(part)))]
            for i, part in enumerate(months_of(pue))
        ],
    )  # fmt: skip


def pue_duration(design: Design, t: Texts) -> Chart | None:
    """Return hourly PUE sorted from highest to lowest."""
    pue = series_at(design, "facility.pue")
    if len(pue) != HOURS:
        return None
    share, ys = duration(pue, Scale(1.0, "1"))
    return Chart(
        id="pue-duration",
        title=t["chart.pue_duration.title"],
        aria=t["chart.pue_duration.aria"].format(
            high=f"{max(pue):.3f}", median=f"{sorted(pue)[HOURS // 2]:.3f}", low=f"{min(pue):.3f}"
        ),
        note=t["chart.pue_duration.note"],
        data=[
            {
                "type": "scatter", "mode": "lines", "name": t["series.pue"], "x": share, "y": ys,
                "line": {"color": BLUE, "width": 2.5},
            }
        ],
        layout=layout(
            showlegend=False,
            xaxis=axis(t["axis.hours_share"], range=[0, 100]),
            yaxis=axis(t["axis.pue"], tickformat=".2f", hoverformat=".3f"),
        ),
        head=[t["axis.hours_share"], t["axis.pue"]],
        rows=[[f"{share[i]:g}", f"{ys[i]:.3f}"] for i in percent_marks(share)],
    )  # fmt: skip
