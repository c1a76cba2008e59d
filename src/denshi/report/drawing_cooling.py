"""The cooling plant as its two loops: where the heat comes from, what carries it, how warm, what rejects it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from denshi.report.charts import MUTED
from denshi.report.drawing import (
    COLD,
    HOT,
    PAPER,
    WASH,
    WIDTH,
    Drawing,
    amount,
    box,
    drawing,
    fact,
    lines,
    said,
    sheet,
    tag,
    wire,
    wrapped,
)
from denshi.report.locale import Texts, percent
from denshi.report.reading import HOURS, Design, at, number_at, numbers_at, series_at, text_at

_TOP, _LANE, _NODE = 44.0, 192.0, 116.0
_WIDE = 166.0
# The left edges of the four machines of a loop: heat source, exchanger, chiller, heat rejector.
_PLACES = (12.0, 270.0, 528.0, 782.0)
_PLANTS_WITHOUT_REJECTOR = ("air-chiller",)
_TOWERS = ("tower-economizer", "tower-chiller", "air-economizer")
_REJECTORS = {**dict.fromkeys(_TOWERS, "tower"), "liquid-adiabatic": "adiabatic"}
_SOURCES = (
    "facility.cooling_plant", "facility.supply_c",
    "facility.liquid_fraction", "facility.liquid_heat_kw", "facility.liquid_heat_peak_kw", "facility.air_heat_kw",
    "facility.air_heat_peak_kw", "facility.trim_hours", "facility.air_trim_hours", "facility.chiller_heat_peak_kw",
    "facility.heat_rejected_peak_kw", "facility.liquid_units", "facility.air_handlers", "facility.chillers",
    "facility.heat_rejectors", "facility.cooling_by_part_kwh",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """One loop: its heat, its water, its machines."""

    name: str
    heat_kw: float
    peak_kw: float
    share: float
    supply_c: float | None
    return_c: float | None
    chiller_hours: float | None
    chiller_kw: float
    rejected_kw: float
    source: str
    exchanger: str
    exchangers: float


def cooling(design: Design, lang: str, t: Texts) -> Drawing | None:
    """Return the loops of the cooling plant; None where the design does not say how much heat they carry."""
    loops = list(_loops(design))
    if not loops:
        return None
    plant = _plant(design)
    body = [_header(design, plant, t)]
    for i, loop in enumerate(loops):
        body += _lane(loop, plant, _TOP + _LANE * i, lang, t)
    bottom = _TOP + _LANE * len(loops)
    body += _foot(design, bottom, lang, t)
    title = t["drawing.cooling.title"]
    described = t["drawing.cooling.desc"].format(
        plant=t.get(f"plant.{plant}", plant),
        loops=t["list_separator"].join(
            f"{t[f'drawing.cooling.{loop.name}']} {amount(loop.heat_kw, 'kW', lang)}" for loop in loops
        ),
    )
    svg = sheet("cooling", bottom + 54, title, described, body)
    of = [path for path in _SOURCES if at(design, path)]
    return drawing("cooling", svg, of, t)


def _plant(design: Design) -> str:
    """Return the plant that is built; a scenario may leave it open."""
    return text_at(design, "facility.cooling_plant") or text_at(design, "scenario.facility.cooling")


def _loops(design: Design) -> Iterator[Loop]:
    """Yield the loops that carry heat: liquid first."""
    plant = _plant(design)
    rise = fact(design, "catalog.assumptions.loop-rise-k")
    heats = {name: number_at(design, f"facility.{name}_heat_kw") or 0.0 for name in ("liquid", "air")}
    chilled, rejected = (
        [*series_at(design, f"facility.{name}"), 0.0, 0.0][:2]
        for name in ("chiller_heat_peak_kw", "heat_rejected_peak_kw")
    )
    for i, (name, supply, hours, machines) in enumerate(
        (
            ("liquid", "facility.supply_c", "facility.trim_hours", "facility.liquid_units"),
            ("air", "facility.air_supply_c", "facility.air_trim_hours", "facility.air_handlers"),
        )
    ):
        supply_c = number_at(design, supply)
        if supply_c is None and name == "liquid":
            supply_c = number_at(design, "scenario.facility.supply_temperature")
        if heats[name] > 0:
            yield Loop(
                name=name,
                heat_kw=heats[name],
                peak_kw=number_at(design, f"facility.{name}_heat_peak_kw") or heats[name],
                share=heats[name] / sum(heats.values()),
                supply_c=supply_c,
                return_c=supply_c + rise if supply_c is not None and rise is not None else None,
                chiller_hours=number_at(design, hours),
                chiller_kw=chilled[i],
                rejected_kw=rejected[i],
                source="immersed" if name == "liquid" and plant.startswith("immersion") else name,
                exchanger=_exchanger(name, plant),
                exchangers=number_at(design, machines) or 0.0,
            )  # fmt: skip


def _exchanger(loop: str, plant: str) -> str:
    """Return what hands the heat of a loop to the facility's water."""
    if loop == "air":
        return "outside" if plant == "air-economizer" else "handler"
    return "tank" if plant.startswith("immersion") else "cdu"


def _header(design: Design, plant: str, t: Texts) -> str:
    pue, wue = number_at(design, "facility.pue_mean"), number_at(design, "facility.wue_l_per_kwh")
    figures = [f"PUE {pue:.3f}" if pue else "", f"WUE {wue:.2f} L/kWh" if wue is not None else ""]
    right = " · ".join(part for part in figures if part)
    return said(12, 24, t.get(f"plant.{plant}", plant), WIDTH * 0.6, look="b", size=14) + said(
        WIDTH - 12, 24, right, WIDTH * 0.36, anchor="end", look="b", size=14
    )


def _lane(loop: Loop, plant: str, y: float, lang: str, t: Texts) -> list[str]:
    """Return one loop, from the heat on the left to the air outside on the right."""
    head = t["drawing.cooling.lane"].format(
        name=t[f"drawing.cooling.{loop.name}"], heat=amount(loop.heat_kw, "kW", lang), share=percent(loop.share),
        peak=amount(loop.peak_kw, "kW", lang),
    )  # fmt: skip
    top = y + 44
    nodes = list(_nodes(loop, plant, lang, t))
    places = _PLACES if len(nodes) == 4 else tuple(_PLACES[0] + (WIDTH - 24 - _WIDE) / 2 * i for i in range(3))
    body = [
        box(4, y, WIDTH - 8, _LANE - 14, fill=WASH, rx=6),
        said(16, y + 24, head, WIDTH - 32, look="b"),
    ]
    for i, (name, texts) in enumerate(nodes):
        body.append(_machine(places[i], top, name, texts))
        if i + 1 < len(nodes):
            # Temperatures are those of the facility's water, which begins behind the exchanger.
            shown = loop if i == 1 else None
            body += _pipes(places[i] + _WIDE, places[i + 1], top, shown, lang)
    return body


def _nodes(loop: Loop, plant: str, lang: str, t: Texts) -> Iterator[tuple[str, Sequence[str]]]:
    def word(key: str, **values: str) -> str:
        return t[f"drawing.cooling.{key}"].format(**values)

    hours = loop.chiller_hours
    free = word("free", n=f"{HOURS - hours:,.0f}") if hours is not None and hours < HOURS else ""
    outside = loop.exchanger == "outside"
    machines = word("units", n=f"{loop.exchangers:,.0f}") if loop.exchangers else ""
    runs = "" if hours is None else word("no_hours" if not hours else "hours", n=f"{hours:,.0f}")
    yield word(f"source_{loop.source}"), [word("mean", heat=amount(loop.heat_kw, "kW", lang))]
    yield word(loop.exchanger), [machines, free if outside else ""]
    yield word("water_chiller" if plant in _TOWERS else "chiller"), [runs, _most(loop.chiller_kw, lang, t)]
    if plant not in _PLANTS_WITHOUT_REJECTOR:
        yield word(_REJECTORS.get(plant, "dry")), ["" if outside else free, _most(loop.rejected_kw, lang, t)]


def _most(heat_kw: float, lang: str, t: Texts) -> str:
    return t["drawing.cooling.at_most"].format(heat=amount(heat_kw, "kW", lang)) if heat_kw else ""


def _machine(x: float, y: float, name: str, texts: Sequence[str]) -> str:
    room = _WIDE - 20
    heads = wrapped(name, room, bold=True)
    kept = [line for text in texts if text for line in wrapped(text, room)]
    return (
        box(x, y, _WIDE, _NODE, fill=PAPER, stroke=MUTED, rx=5)
        + lines(x + 10, y + 23, heads, room, look="b")
        + lines(x + 10, y + 23 + 17 * len(heads) + 4, kept, room)
    )


def _pipes(left: float, right: float, top: float, loop: Loop | None, lang: str) -> list[str]:
    """Return the pair of pipes between two machines: hot away from the heat above, cold back to it below."""
    hot, cold = top + 34, top + _NODE - 34
    body = [_pipe(left, right, hot, HOT), _pipe(right, left, cold, COLD)]
    if loop is not None:
        middle, room = (left + right) / 2, right - left - 4
        for celsius, y, colour in ((loop.return_c, hot - 9, HOT), (loop.supply_c, cold + 21, COLD)):
            if celsius is not None:
                text = amount(celsius, "C", lang)
                body.append(said(middle, y, text, room, anchor="middle", look="b", colour=colour))
    return body


def _pipe(begin: float, end: float, y: float, colour: str) -> str:
    tip = end - 5 if end > begin else end + 5
    back = tip - 9 if end > begin else tip + 9
    head = tag(
        "path",
        d=f"M{tip + (4 if end > begin else -4):.1f} {y:.1f}L{back:.1f} {y - 6:.1f}L{back:.1f} {y + 6:.1f}z",
        fill=colour,
    )
    return wire((begin, y), (back, y), stroke=colour, stroke_width=3.5) + head


def _foot(design: Design, y: float, lang: str, t: Texts) -> Iterator[str]:
    """Yield how many machines the loops have together, and what power the parts take."""
    counts = [
        t[f"drawing.cooling.all_{name}"].format(n=f"{count:,.0f}")
        for name in ("chillers", "heat_rejectors")
        if (count := number_at(design, f"facility.{name}"))
    ]
    parts = [
        f"{t.get(f'cooling_part.{name}', name)} {amount(energy / HOURS, 'kW', lang)}"
        for name, energy in numbers_at(design, "facility.cooling_by_part_kwh").items()
        if energy > 0
    ]
    yield said(16, y + 10, " · ".join(counts), WIDTH - 32, look="m")
    if parts:
        text = t["drawing.cooling.power"].format(parts=" · ".join(parts))
        for i, part in enumerate(wrapped(text, WIDTH - 32)):
            yield said(16, y + 28 + 17 * i, part, WIDTH - 32, look="m")
