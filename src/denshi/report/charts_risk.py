"""The fan of what the owners have got so far, from the simulation of ``denshi finance risk`` laid beside a design."""

from typing import Any

from denshi.report.charts import BLACK, Chart, axis, layout, scale, short
from denshi.report.locale import Texts, number
from denshi.report.reading import Design, number_at, series_at

_QUANTILES = ("p10", "p25", "p50", "p75", "p90")
# The outer band from P10 to P90, the inner one from P25 to P75.
_FILLS = {"p75": "rgba(0,114,178,0.35)", "p90": "rgba(0,114,178,0.18)", "p25": "rgba(0,114,178,0.18)"}


def fan(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return percentiles of the owners' running cash by year; None where no simulation lies beside the design."""
    found = {name: series_at(design, f"risk.fan_equity_usd.{name}") for name in _QUANTILES}
    years = len(found["p50"])
    if not years or any(len(values) != years for values in found.values()):
        return None
    unit = scale(max(abs(value) for values in found.values() for value in values) or 1.0, "USD", lang, t)
    labels = [str(year) for year in range(1, years + 1)]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines", "name": name.upper(), "x": labels,
            "y": [short(value) for value in unit.of(found[name])],
            "line": {"color": BLACK if name == "p50" else "#0072B2", "width": 2.5 if name == "p50" else 1},
            **({"fill": "tonexty", "fillcolor": _FILLS[name]} if name in _FILLS else {}),
        }
        for name in ("p10", "p25", "p75", "p90", "p50")
    ]  # fmt: skip
    paths, of_all = (number_at(design, f"risk.{name}") or 0.0 for name in ("fan_paths", "paths"))
    chance = number_at(design, "risk.chance_of_loss")
    return Chart(
        id="fan",
        title=t["chart.fan.title"],
        aria=t["chart.fan.aria"].format(
            low=number(found["p10"][-1], "USD", lang),
            middle=number(found["p50"][-1], "USD", lang),
            high=number(found["p90"][-1], "USD", lang),
        ),
        note=t["chart.fan.note"].format(
            paths=number(paths, "count", lang),
            all=number(of_all, "count", lang),
            loss="—" if chance is None else f"{chance:.0%}",
        ),
        data=data,
        layout=layout(xaxis=axis(t["chart.fan.year"], type="category", tickformat=""), yaxis=axis(unit.name)),
        head=[t["chart.fan.year"], *(name.upper() for name in _QUANTILES)],
        rows=[[label, *(number(found[name][i], "USD", lang) for name in _QUANTILES)] for i, label in enumerate(labels)],
        height=340,
    )
