"""Charts of each served model: what an output token takes, and how fast users and accelerators can be at once."""

from collections.abc import Sequence
from typing import Any

from denshi.report.charts import (
    BLUE,
    GREEN,
    MUTED,
    ORANGE,
    PURPLE,
    SKY,
    STAR,
    VERMILION,
    YELLOW,
    Chart,
    layout,
    short,
    spread,
)
from denshi.report.charts_work import bars, listed, parts_of, titled
from denshi.report.locale import Texts, number
from denshi.report.reading import Design, list_at, number_at, series_at

Rates = tuple[float, float]

_TOKEN = {
    "shared": (GREEN, ""), "routed": (PURPLE, "+"), "cached": (SKY, "\\"), "exchanged": (ORANGE, "/"),
    "launched": (YELLOW, "."), "hosted": (MUTED, "."), "mixed": (BLUE, "x"),
}  # fmt: skip
_FIGURES = {
    "shared": "weight_s", "routed": "routed_s", "cached": "cache_s", "exchanged": "exchange_s",
    "launched": "launch_s", "hosted": "host_s", "mixed": "mixed_s",
}  # fmt: skip


def token(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return the parts of the time per output token, one bar a serving workload."""
    shown = parts_of(design, _parts)
    return bars("token", shown, _TOKEN, "s", t["axis.token_time"], {}, lang, t) if shown else None


def fronts(design: Design, lang: str, t: Texts) -> list[Chart]:
    """Return the Pareto front of every serving workload that has one."""
    found = [front(design, i, lang, t) for i in range(len(list_at(design, "workload")))]
    return [chart for chart in found if chart is not None]


def front(design: Design, index: int, lang: str, t: Texts) -> Chart | None:
    """Return rates of a user and of an accelerator that no other plan beats in both, the one chosen marked."""
    at = f"workload.{index}"
    columns = (series_at(design, f"{at}.front_tokens_per_s_per_{name}") for name in ("user", "accelerator"))
    best = [(user, each) for user, each in zip(*columns, strict=False) if min(user, each) > 0]
    if len(best) < 2:
        return None
    line = {"mode": "lines+markers", "line": {"color": BLUE, "width": 2}, "marker": {"color": BLUE, "size": 6}}
    data = [_trace("front", best, lang, t) | line]
    chosen = tuple(number_at(design, f"{at}.tokens_per_s_per_{name}") for name in ("user", "accelerator"))
    if chosen[0] and chosen[1]:
        data.append(_trace("chosen", [(chosen[0], chosen[1])], lang, t) | {"mode": "markers", "marker": STAR})
    limit_s = number_at(design, f"scenario.{at}.tpot")
    heads = [t["axis.user_rate"], t["axis.accelerator_rate"]]
    every = [[value for trace in data for value in trace[name]] for name in ("x", "y")]
    if limit_s:
        data.append(_target(1 / limit_s, min(every[1]), max(every[1]), lang, t))
        every[0].append(1 / limit_s)
    return Chart(
        id=f"users-{index}",
        title=titled("users", "serving", design, index, t),
        aria=t["chart.users.aria"].format(
            n=len(best), fastest=_said(best[0], lang, t), fullest=_said(best[-1], lang, t)
        ),
        note=t["chart.users.note"],
        data=data,
        layout=layout(hovermode="closest", xaxis=spread(heads[0], every[0]), yaxis=spread(heads[1], every[1])),
        head=heads,
        rows=[[f"{short(user):,g}", f"{short(each):,g}"] for user, each in best],
        height=440,
    )


def _parts(design: Design, index: int) -> dict[str, float]:
    """Return the parts of an output token; empty for a workload of another kind."""
    at = f"workload.{index}"
    held = {key: number_at(design, f"{at}.{name}") for key, name in _FIGURES.items()}
    known = {key: value for key, value in held.items() if value is not None}
    return known if len(known) == len(held) and number_at(design, f"{at}.tpot_s") else {}


def _trace(key: str, rates: Sequence[Rates], lang: str, t: Texts) -> dict[str, Any]:
    name = t[f"series.{key}"]
    return {
        "type": "scatter", "name": name, "x": [short(user) for user, _ in rates],
        "y": [short(each) for _, each in rates], "text": [_said(one, lang, t) for one in rates],
        "hovertemplate": f"{name}<br>%{{text}}<extra></extra>",
    }  # fmt: skip


def _target(rate: float, low: float, high: float, lang: str, t: Texts) -> dict[str, Any]:
    name = t["series.target"].format(amount=number(1 / rate, "s", lang))
    return {
        "type": "scatter", "mode": "lines", "name": name, "hovertemplate": f"{name}<extra></extra>",
        "x": [short(rate)] * 2, "y": [low, high], "line": {"color": VERMILION, "width": 2, "dash": "dot"},
    }  # fmt: skip


def _said(rates: Rates, lang: str, t: Texts) -> str:
    user, each = (number(rate, "token/s", lang) for rate in rates)
    return listed([t["series.of_user"].format(rate=user), t["series.of_accelerator"].format(rate=each)], t)
