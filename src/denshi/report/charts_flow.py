"""The Sankey diagram from electrons to tokens: where the energy of a year goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from denshi.report.charts import (
    BLACK,
    BLUE,
    GREEN,
    MUTED,
    SKY,
    VERMILION,
    YELLOW,
    Chart,
    colour,
    layout,
    plain,
    short,
    technology,
)
from denshi.report.charts_energy import dispatch_by_technology, site_load
from denshi.report.locale import Texts, number, percent
from denshi.report.reading import HOURS, Design, as_number, list_at, number_at, numbers_at, text_at

_VISIBLE = 2e-5
_LOSS, _COOL, _USE = VERMILION, SKY, GREEN


@dataclass(slots=True)
class Flow:
    """Nodes and links as they are found: a link names its ends; a node whose label is another text says so."""

    colours: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, str, float]] = field(default_factory=list)

    def add(self, source: str, target: str, energy_kwh: float | None, tint: str, source_tint: str = BLUE) -> None:
        """Add a link, and its ends where they are new; what is not there is left out."""
        if energy_kwh is not None and energy_kwh > 0:
            self.colours.setdefault(source, source_tint)
            self.colours.setdefault(target, tint)
            self.links.append((source, target, energy_kwh))


def sankey(design: Design, lang: str, t: Texts) -> Chart | None:
    """Return the Sankey diagram of a year's energy."""
    flow = flows(design, lang, t)
    if not flow.links:
        return None
    largest = max(energy for _, _, energy in flow.links)
    links = [link for link in flow.links if link[2] >= _VISIBLE * largest]
    names = list(dict.fromkeys(end for link in links for end in link[:2]))
    through = {name: max(_sum(links, 0, name), _sum(links, 1, name)) for name in names}
    shown = {name: flow.labels.get(name, name) for name in names}
    labels = [f"{plain(shown[name])}\n{_energy(through[name], lang)}".replace("\n", "<br>") for name in names]
    shown = {name: text.replace("\n", ", ") for name, text in shown.items()}
    factor = 1e6
    return Chart(
        id="sankey",
        title=t["chart.sankey.title"],
        aria=t["chart.sankey.aria"].format(
            supply=_energy(through.get(t["flow.supply"], 0.0), lang),
            it=_energy(through.get(t["flow.it"], 0.0), lang),
            compute=_energy(through.get(t["flow.compute"], 0.0), lang),
        ),
        note=t["chart.sankey.note"],
        data=[
            {
                "type": "sankey", "arrangement": "snap", "valueformat": ",.4~r", "valuesuffix": " GWh",
                "textfont": {"size": 12},
                "node": {
                    "label": labels, "color": [flow.colours[name] for name in names], "pad": 26, "thickness": 14,
                    "line": {"color": "#ffffff", "width": 0.5}, "align": "left",
                    "hovertemplate": "%{label}<extra></extra>",
                },
                "link": {
                    "source": [names.index(a) for a, _, _ in links], "target": [names.index(b) for _, b, _ in links],
                    "value": [short(energy / factor) for _, _, energy in links],
                    "color": [_faded(flow.colours[b]) for _, b, _ in links],
                    "hovertemplate": "%{source.label} → %{target.label}<br>%{value}<extra></extra>",
                },
            }
        ],
        layout=layout(hovermode="closest", margin={"l": 4, "r": 4, "t": 12, "b": 16}),
        head=[t["table.from"], t["table.to"], t["table.energy"], t["table.share"]],
        rows=[
            [shown[a], shown[b], _energy(energy, lang), f"{100 * energy / largest:.1f} %"] for a, b, energy in links
        ],
        height=560,
        wide=True,
    )  # fmt: skip


def flows(design: Design, lang: str, t: Texts) -> Flow:
    """Return every link of the year's energy: supplies, site, plant, IT equipment, workloads, tokens."""
    flow = Flow()
    _supply(flow, design, t)
    _plant(flow, design, t)
    _equipment(flow, design, t)
    for index, work in enumerate(list_at(design, "workload")):
        _work(flow, design, index, as_number(work.get("power_kw")), lang, t)
    return flow


def _supply(flow: Flow, design: Design, t: Texts) -> None:
    site, load = t["flow.supply"], sum(site_load(design)) or number_at(design, "facility.energy_kwh_per_year") or 0.0
    supplied = {name: sum(series) for name, series in dispatch_by_technology(design).items()}
    if not supplied:
        supplied = numbers_at(design, "energy.energy_kwh") or {"grid": load}
    for name, energy in supplied.items():
        if energy > 0:
            flow.add(technology(name, t), site, energy, BLUE, colour(name))
    taken = {name: -energy for name, energy in supplied.items() if energy < 0}
    export = taken.pop("export", 0.0)
    flow.add(site, t["technology.export"], export, MUTED)
    flow.add(site, t["flow.storage_loss"], sum(taken.values()), _LOSS)
    rest = sum(energy for energy in supplied.values() if energy > 0) - load - export - sum(taken.values())
    curtailed = number_at(design, "energy.curtailed_kwh") or 0.0
    # Some models deliver after curtailment, some before: what is left over says which.
    inside = min(curtailed, rest) if rest > 0.5 * curtailed else 0.0
    flow.add(site, t["technology.curtailed"], inside, MUTED)
    if load and abs(rest - inside) > 0.002 * load:
        ends = (site, t["flow.difference"]) if rest > inside else (t["flow.difference"], site)
        flow.add(*ends, abs(rest - inside), MUTED, MUTED)


def _plant(flow: Flow, design: Design, t: Texts) -> None:
    site, it = t["flow.supply"], number_at(design, "facility.it_energy_kwh_per_year")
    total = number_at(design, "facility.energy_kwh_per_year") or sum(site_load(design))
    cooling = number_at(design, "facility.cooling_energy_kwh_per_year") or 0.0
    stages = numbers_at(design, "facility.loss_by_stage_kwh")
    losses = number_at(design, "facility.electrical_loss_kwh_per_year") or sum(stages.values())
    flow.add(site, t["flow.it"], it, BLUE)
    flow.add(site, t["flow.cooling"], cooling, _COOL)
    flow.add(site, t["flow.electrical"], losses, _LOSS)
    for name, energy in sorted(_before_the_rack(stages, losses).items(), key=lambda one: -one[1]):
        flow.add(t["flow.electrical"], t["flow.loss"].format(name=t.get(f"stage.{name}", name)), energy, _LOSS)
    flow.add(site, t["flow.other"], _rest(total, it or 0.0, cooling, losses), YELLOW)


def _before_the_rack(stages: Mapping[str, float], losses: float) -> dict[str, float]:
    """Return the first stages, from the grid on, that add up to the losses outside the IT equipment."""
    found: dict[str, float] = {}
    for name, energy in stages.items():
        if abs(sum(found.values()) - losses) < 1e-3 * losses:
            break
        found[name] = energy
    return found if abs(sum(found.values()) - losses) < 1e-3 * losses else {}


def _equipment(flow: Flow, design: Design, t: Texts) -> None:
    it = number_at(design, "facility.it_energy_kwh_per_year") or 0.0
    network = (number_at(design, "cluster.network_power_kw") or 0.0) * HOURS
    storage = (number_at(design, "cluster.storage_power_kw") or 0.0) * HOURS
    management = (number_at(design, "cluster.management_power_kw") or 0.0) * HOURS
    compute = max(it - network - storage - management, 0.0)
    flow.add(t["flow.it"], t["flow.compute"], compute, BLACK)
    flow.add(t["flow.it"], t["flow.network"], network, YELLOW)
    flow.add(t["flow.it"], t["flow.storage"], storage, YELLOW)
    flow.add(t["flow.it"], t["flow.management"], management, YELLOW)
    works = sum((as_number(work.get("power_kw")) or 0.0) * HOURS for work in list_at(design, "workload"))
    flow.add(t["flow.compute"], t["flow.idle"], _rest(compute, works), MUTED)


def _work(flow: Flow, design: Design, index: int, power_kw: float | None, lang: str, t: Texts) -> None:
    head = f"workload.{index}"
    kind = text_at(design, f"{head}.kind") or text_at(design, f"scenario.workload.{index}.kind") or "training"
    energy, mfu = (power_kw or 0.0) * HOURS, number_at(design, f"{head}.mfu")
    made = number(number_at(design, f"{head}.tokens_per_year"), "token", lang)
    work, tokens = f"{head}.work", f"{head}.tokens"
    flow.labels[work] = t[f"flow.{kind}"].format(model=text_at(design, f"scenario.workload.{index}.model"))
    flow.labels[tokens] = t["flow.tokens"].format(tokens=made)
    flow.add(t["flow.compute"], work, energy, BLUE)
    if mfu is None:
        flow.add(work, tokens, energy, _USE)
        return
    flow.labels[tokens] += f"\n{t['flow.useful']}, MFU {percent(mfu)}"
    flow.add(work, tokens, energy * mfu, _USE)
    flow.add(work, t["flow.stalled"], energy * (1 - mfu), MUTED)


def _rest(total: float, *parts: float) -> float:
    """Return what is left of a total, 0 where it is no more than rounding."""
    rest = total - sum(parts)
    return rest if rest > 5e-4 * abs(total) else 0.0


def _sum(links: list[tuple[str, str, float]], end: int, name: str) -> float:
    return sum(link[2] for link in links if link[end] == name)


def _energy(energy_kwh: float, lang: str) -> str:
    return number(energy_kwh, "kWh", lang).partition("（")[0]


def _faded(tint: str) -> str:
    r, g, b = (int(tint[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({r},{g},{b},0.28)"
