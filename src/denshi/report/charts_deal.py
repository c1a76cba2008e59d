"""Charts of the deal: sources and uses, the waterfall, and what each doubtful input does to a headline."""

from typing import Any

from denshi.report.charts import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    Chart,
    axis,
    layout,
    plain,
    scale,
    short,
)
from denshi.report.locale import Texts, number
from denshi.report.reading import Design, as_number, brief, list_at, number_at, series_at, unit_of

_TORNADOS = (("irr", "finance.irr"), ("lcoc", "finance.lcoc_usd_per_accelerator_hour"))
_OF_HARDWARE = ("landed_hardware", "network")
_COLOURS = {
    "landed_hardware": BLUE, "network": SKY, "facility": ORANGE, "land": GREEN, "interest": PURPLE, "debt": VERMILION,
    "equity": BLACK,
}  # fmt: skip


def sources_and_uses(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return two bars of one height: what the money is spent on, and where it comes from."""
    debt, equity = (number_at(design, f"finance.{name}_usd") for name in ("debt", "equity"))
    if not debt or equity is None:
        return None
    names = ("facility", "land") if _leased(design) else (*_OF_HARDWARE, "facility", "land")
    uses = {name: number_at(design, f"buildout.{name}_usd") or 0.0 for name in names}
    uses["interest"] = number_at(design, "finance.capitalised_interest_usd") or 0.0
    sources = {"debt": debt, "equity": equity}
    unit = scale(debt + equity, "USD", lang, t)
    bars = [(t["deal.uses"], uses), (t["deal.sources"], sources)]
    data: list[dict[str, Any]] = [
        {
            "type": "bar", "orientation": "h", "name": t[f"deal.{key}"], "y": [label], "x": unit.of([value]),
            "marker": {"color": _COLOURS[key]}, "text": [number(value, "USD", lang)], "textposition": "inside",
            "insidetextanchor": "middle", "constraintext": "inside",
        }
        for label, parts in bars
        for key, value in parts.items()
        if value > 0.0
    ]  # fmt: skip
    return Chart(
        id="sources-uses",
        title=t["chart.sources_uses.title"],
        aria=t["chart.sources_uses.aria"].format(total=number(debt + equity, "USD", lang)),
        note=t["chart.sources_uses.note"],
        data=data,
        layout=layout(
            barmode="stack",
            hovermode="closest",
            xaxis=axis(unit.name, nticks=7),
            yaxis=axis("", type="category", autorange="reversed", tickformat="", showgrid=False),
        ),
        head=["", t["table.name"], t["table.cost"], t["table.share"]],
        rows=[
            [label, t[f"deal.{key}"], number(value, "USD", lang), f"{100 * value / (debt + equity):.1f} %"]
            for label, parts in bars
            for key, value in parts.items()
            if value > 0.0
        ],
        height=280,
    )


def _leased(design: Design) -> bool:
    """Return whether the tenant brings the hardware: then it is not among what is financed."""
    financed, all_of = (number_at(design, path) or 0.0 for path in ("finance.financed_capex_usd", "buildout.capex_usd"))
    return financed < 0.99 * all_of


def waterfall(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return what comes in and goes out over the whole project, one below the other, down to what the owners get."""
    steps = waterfall_usd(design)
    if not steps:
        return None
    unit = scale(max(abs(value) for value in steps.values()), "USD", lang, t)
    labels = {key: t[f"waterfall.{key}"] for key in steps}
    begins, running = [], 0.0
    for key, value in steps.items():
        begins.append(0.0 if key == "owners" else running)
        running += value
    colours = [BLACK if key == "owners" else GREEN if value >= 0.0 else ORANGE for key, value in steps.items()]
    data: list[dict[str, Any]] = [
        {
            "type": "bar", "orientation": "h", "name": t["waterfall.name"], "y": list(labels.values()),
            "base": unit.of(begins), "x": unit.of(list(steps.values())), "marker": {"color": colours},
            "customdata": [number(value, "USD", lang) for value in steps.values()],
            "hovertemplate": "%{y}: %{customdata}<extra></extra>",
        }
    ]  # fmt: skip
    return Chart(
        id="waterfall",
        title=t["chart.waterfall.title"],
        aria=t["chart.waterfall.aria"].format(
            income=number(steps["revenue"], "USD", lang), owners=number(steps["owners"], "USD", lang)
        ),
        note=t["chart.waterfall.note"],
        data=data,
        layout=layout(
            hovermode="closest",
            showlegend=False,
            xaxis=axis(unit.name, nticks=7),
            yaxis=axis("", type="category", autorange="reversed", tickformat="", showgrid=False),
        ),
        head=[t["table.name"], t["table.cost"]],
        rows=[[labels[key], number(value, "USD", lang)] for key, value in steps.items()],
        height=110 + 34 * len(steps),
    )


def waterfall_usd(design: Design) -> dict[str, float]:
    """Return the steps of the waterfall [USD]: all before the last one add up to it; empty where nothing is earned."""

    def total(name: str) -> float:
        return sum(series_at(design, f"finance.{name}"))

    if not total("revenue_monthly_usd") or not series_at(design, "finance.equity_cash_flow_usd"):
        return {}
    left = number_at(design, "finance.residual_facility_usd") or 0.0
    left += 0.0 if _leased(design) else number_at(design, "finance.residual_it_usd") or 0.0
    steps = {
        "revenue": total("revenue_monthly_usd"),
        "running": -total("opex_monthly_usd"),
        "tax": -total("levered_tax_monthly_usd"),
        "capex": -total("capex_monthly_usd"),
        "drawn": total("debt_draw_usd"),
        "interest": -total("interest_monthly_usd"),
        "repayment": -total("repayment_monthly_usd"),
        "sale": left,
    }
    return {
        **{key: value for key, value in steps.items() if value},
        "owners": total("equity_cash_flow_usd"),
    }


def tornados(design: Design, lang: str, t: Texts) -> tuple[Chart, ...]:
    """Return for the return and for the cost of an hour what each doubtful input does at its own low and high."""
    held = {one.get("path"): one for one in list_at(design, "headlines")}
    found = (_tornado(name, held.get(path), design, lang, t) for name, path in _TORNADOS)
    return tuple(chart for chart in found if chart is not None)


def _tornado(name: str, headline: Any, design: Design, lang: str, t: Texts) -> Chart | None:
    drivers, value = (headline or {}).get("drivers") or [], as_number((headline or {}).get("value"))
    if not drivers or value is None:
        return None
    unit = unit_of(design, headline["path"])
    scaled = 100.0 if unit == "1" else 1.0
    labels = [plain(brief(one["path"])) for one in drivers]
    ends = {"at_low": SKY, "at_high": BLUE}
    data = [
        {
            "type": "bar", "orientation": "h", "name": t[f"deal.{key}"], "y": labels, "base": short(scaled * value),
            "x": [short(scaled * (one[key] - value)) for one in drivers], "marker": {"color": colour},
            "customdata": [short(scaled * one[key]) for one in drivers],
            "hovertemplate": "%{y}: %{customdata}<extra></extra>",
        }
        for key, colour in ends.items()
    ]  # fmt: skip
    return Chart(
        id=f"tornado-{name}",
        title=t[f"chart.tornado_{name}.title"],
        aria=t[f"chart.tornado_{name}.aria"].format(first=labels[0]),
        note=t["chart.tornado.note"],
        data=data,
        layout=layout(
            barmode="overlay",
            hovermode="closest",
            xaxis=axis("%" if unit == "1" else unit, zeroline=False),
            yaxis=axis("", type="category", autorange="reversed", tickformat="", showgrid=False),
        ),
        head=[t["table.figure"], t["table.low"], t["table.high"]],
        rows=[
            [label, *(number(one[key], unit, lang) for key in ends)] for label, one in zip(labels, drivers, strict=True)
        ],
        height=110 + 34 * len(drivers),
    )
