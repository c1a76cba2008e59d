"""Charts of the workloads: what a training step spends its time and its memory on."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from denshi.report.charts import (
    BLACK,
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
    Chart,
    Scale,
    axis,
    layout,
    plain,
    scale,
)
from denshi.report.locale import Texts, number, percent
from denshi.report.reading import Design, list_at, number_at, text_at

_BROWN = "#8a5a2b"
# kinds of one colour stand for each other: what an older design knows only as a sum, and its parts
_TIME = {
    "product": (GREEN, ""), "attention": (SKY, "\\"), "passes": (YELLOW, "."), "compute": (GREEN, ""),
    "tensor": (ORANGE, "/"), "context": (VERMILION, "-"), "expert": (PURPLE, "+"), "data": (_BROWN, "|"),
    "communication": (ORANGE, "/"), "bubble": (BLUE, "x"), "overhead": (MUTED, "."), "other": (MUTED, "."),
}  # fmt: skip
_SUMS = {"compute": ("product", "attention", "passes"), "communication": ("tensor", "context", "expert", "data")}
_MEMORY = {
    "weight": (BLUE, ""), "gradient": (SKY, "/"), "optimizer": (GREEN, "x"), "activation": (ORANGE, "\\"),
    "logit": (YELLOW, "."), "buffer": (MUTED, "+"),
}  # fmt: skip
# half the space between two bars, where the name of the lower one stands
_GAP = 0.24
_BAR_PX = 84


def step(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return the parts of a training step, one bar a training workload."""
    shown = parts_of(design, _times)
    if not shown:
        return None
    return bars("step", shown, _TIME, "s", t["axis.seconds"], {}, lang, t)


def memory(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return the memory of one accelerator by what fills it, one bar a training workload, against what there is."""
    shown = parts_of(design, _bytes)
    if not shown:
        return None
    index = int(next(iter(shown)).split(".")[0]) - 1
    limits = {
        "usable": number_at(design, f"workload.{index}.usable_bytes"),
        "capacity": number_at(design, "accelerator.memory_bytes"),
    }
    known = {key: value for key, value in limits.items() if value}
    return bars("memory", shown, _MEMORY, "byte", t["axis.memory"], known, lang, t)


def workload_name(design: Design, index: int) -> str:
    """Return the number and the model of a workload, as bars and titles name it."""
    return f"{index + 1}. {text_at(design, f'scenario.workload.{index}.model')}"


def parts_of(design: Design, parts: Callable[[Design, int], dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return the parts of every workload that has any, by its name."""
    found = {workload_name(design, i): parts(design, i) for i in range(len(list_at(design, "workload")))}
    return {name: one for name, one in found.items() if any(one.values())}


def _times(design: Design, index: int) -> dict[str, float]:
    """Return the parts of a training step; empty for a workload of another kind."""
    held = {key: number_at(design, f"workload.{index}.{key}_s") for key in ("step", *_TIME)}
    step_s = held.pop("step")
    if not step_s:
        return {}
    for whole, parts in _SUMS.items():
        fine = all(held[part] is not None for part in parts)
        held |= dict.fromkeys((whole,) if fine else parts)
    known = {key: value or 0.0 for key, value in held.items()}
    if not any(known.values()):
        return {}
    rest = step_s - sum(known.values())
    return known | {"other": rest if rest > 0.005 * step_s else 0.0}


def _bytes(design: Design, index: int) -> dict[str, float]:
    held = {key: number_at(design, f"workload.{index}.{key}_bytes") for key in _MEMORY}
    return {key: value or 0.0 for key, value in held.items()} if held["optimizer"] is not None else {}


def bars(
    name: str,
    shown: Mapping[str, Mapping[str, float]],
    looks: Mapping[str, tuple[str, str]],
    unit_name: str,
    title: str,
    limits: Mapping[str, float],
    lang: str,
    t: Texts,
) -> Chart:
    """Return one stacked bar a workload, its total at its end, limits as lines across."""
    totals = {label: sum(parts.values()) for label, parts in shown.items()}
    longest = max(*totals.values(), *limits.values(), 0.0)
    unit = scale(longest, unit_name, lang, t)
    used = [key for key in looks if any(parts.get(key) for parts in shown.values())]
    data = [_bar(key, shown, looks[key], unit, unit_name, lang, t) for key in used]
    across = {"y": [0, 1], "yaxis": "y2"}
    data += [limit(key, value, lang, t) | {"x": unit.of([value, value])} | across for key, value in limits.items()]
    written = {label: number(total, unit_name, lang) for label, total in totals.items()}
    first = next(iter(shown))
    return Chart(
        id=name,
        title=t[f"chart.{name}.title"],
        aria=t[f"chart.{name}.aria"].format(
            total=written[first], parts=_said(shown[first], used, unit_name, lang, t)
        ),
        note=t[f"chart.{name}.note"],
        data=data,
        layout=layout(
            barmode="stack",
            hovermode="closest",
            bargap=2 * _GAP,
            xaxis=axis(title.format(unit=unit.name), range=[0, 1.04 * longest / unit.factor]),
            yaxis=axis("", type="category", range=[len(shown) - 0.5, -0.5], showticklabels=False, showgrid=False),
            yaxis2=axis("", overlaying="y", range=[0, 1], visible=False),
            annotations=[
                {
                    "x": 0, "y": i - 0.5 + _GAP, "text": f"{plain(label)}: <b>{plain(text)}</b>", "showarrow": False,
                    "xanchor": "left", "xshift": 2, "yanchor": "bottom", "font": {"color": INK, "size": 13},
                }
                for i, (label, text) in enumerate(written.items())
            ],
        ),
        head=[t["table.name"], *(t[f"series.{key}"] for key in used), t["table.total"]],
        rows=[
            [label, *(f"{number(parts.get(key, 0.0), unit_name, lang)} ({percent(parts.get(key, 0.0) / totals[label])})"
                      for key in used), written[label]]
            for label, parts in shown.items()
        ],
        height=160 + _BAR_PX * len(shown),
    )  # fmt: skip


def _bar(
    key: str,
    shown: Mapping[str, Mapping[str, float]],
    look: tuple[str, str],
    unit: Scale,
    unit_name: str,
    lang: str,
    t: Texts,
) -> dict[str, Any]:
    values = [parts.get(key, 0.0) for parts in shown.values()]
    ink = "#3d3a12" if look[0] == YELLOW else "#ffffff"
    return {
        "type": "bar", "orientation": "h", "name": t[f"series.{key}"], "y": [plain(name) for name in shown],
        "x": unit.of(values),
        "customdata": [
            f"{number(value, unit_name, lang)} ({percent(value / sum(parts.values()))})"
            for value, parts in zip(values, shown.values(), strict=True)
        ],
        "hovertemplate": f"{t[f'series.{key}']}<br>%{{customdata}}<extra></extra>",
        "marker": {
            "color": look[0],
            "pattern": {"shape": look[1], "size": 7, "solidity": 0.2, "fgcolor": ink, "fillmode": "overlay"},
        },
    }  # fmt: skip


def limit(key: str, value: float, lang: str, t: Texts) -> dict[str, Any]:
    """Return the line of a limit of memory, with no ends yet."""
    name = t[f"series.{key}"].format(amount=number(value, "byte", lang))
    tone, dash = (VERMILION, "solid") if key == "usable" else (BLACK, "dot")
    return {
        "type": "scatter", "mode": "lines", "name": name, "hovertemplate": f"{name}<extra></extra>",
        "line": {"color": tone, "width": 2.5, "dash": dash},
    }  # fmt: skip


def listed(parts: Sequence[str], t: Texts) -> str:
    """Return parts as a list in words."""
    return t["list_separator"].join(parts)


def titled(name: str, kind: str, design: Design, index: int, t: Texts) -> str:
    """Return the title of a chart of one workload, which it names where there are several of its kind."""
    title, works = t[f"chart.{name}.title"], range(len(list_at(design, "workload")))
    several = sum(text_at(design, f"workload.{i}.kind") == kind for i in works) > 1
    return f"{title} ({workload_name(design, index)})" if several else title


def _said(parts: Mapping[str, float], used: Sequence[str], unit_name: str, lang: str, t: Texts) -> str:
    """Return the largest three parts in words."""
    largest = sorted(used, key=lambda key: -parts.get(key, 0.0))[:3]
    return listed([f"{t[f'series.{key}']} {number(parts.get(key, 0.0), unit_name, lang)}" for key in largest], t)
