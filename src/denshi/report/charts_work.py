"""Charts of the workloads: what a training step spends its time on."""

from denshi.report.charts import BLUE, GREEN, MUTED, ORANGE, Chart, axis, layout, plain, scale
from denshi.report.locale import Texts, number, percent
from denshi.report.reading import Design, list_at, number_at, text_at

_PARTS = {"compute": (GREEN, ""), "communication": (ORANGE, "/"), "bubble": (BLUE, "x"), "other": (MUTED, ".")}


def step(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return the parts of a training step, one bar a training workload."""
    found = {i: _parts(design, i) for i in range(len(list_at(design, "workload")))}
    shown = {i: parts for i, parts in found.items() if parts}
    if not shown:
        return None
    names = [f"{i + 1}. {text_at(design, f'scenario.workload.{i}.model')}" for i in shown]
    unit = scale(max(sum(parts.values()) for parts in shown.values()), "s", lang, t)
    values = {key: [parts[key] for parts in shown.values()] for key in _PARTS}
    used = {key: column for key, column in values.items() if any(column)}
    return Chart(
        id="step",
        title=t["chart.step.title"],
        aria=t["chart.step.aria"],
        note=t["chart.step.note"],
        data=[
            {
                "type": "bar", "orientation": "h", "name": t[f"series.{key}"], "y": [plain(name) for name in names],
                "x": unit.of(column), "hoverinfo": "x+name",
                "marker": {
                    "color": _PARTS[key][0],
                    "pattern": {
                        "shape": _PARTS[key][1], "size": 7, "solidity": 0.2, "fgcolor": "#ffffff",
                        "fillmode": "overlay",
                    },
                },
            }
            for key, column in used.items()
        ],
        layout=layout(
            barmode="stack",
            hovermode="closest",
            bargap=0.4,
            xaxis=axis(t["axis.seconds"].format(unit=unit.name)),
            yaxis=axis("", type="category", autorange="reversed", tickformat="", showgrid=False),
        ),
        head=[t["table.name"], *(t[f"series.{key}"] for key in used)],
        rows=[
            [name, *(f"{number(c[i], 's', lang)} ({percent(c[i] / sum(v[i] for v in used.values()))})"
                     for c in used.values())]
            for i, name in enumerate(names)
        ],
        height=190 + 46 * len(names),
    )  # fmt: skip


def _parts(design: Design, index: int) -> dict[str, float]:
    """Return the parts of a step; empty for a workload that has no steps."""
    step_s, *parts = (
        number_at(design, f"workload.{index}.{name}") for name in ("step_s", "compute_s", "communication_s", "bubble_s")
    )
    known = [part or 0.0 for part in parts]
    if not step_s or not any(known):
        return {}
    rest = step_s - sum(known)
    return dict(zip(_PARTS, [*known, rest if rest > 0.005 * step_s else 0.0], strict=True))
