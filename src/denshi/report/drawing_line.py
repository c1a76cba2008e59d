"""Single-line diagram from the utility connection to the silicon, with losses and efficiency stage by stage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from denshi.report import drawing_symbols as symbols
from denshi.report.charts import MUTED
from denshi.report.drawing import (
    WASH,
    WIDTH,
    Drawing,
    amount,
    box,
    counted,
    drawing,
    fact,
    lines,
    said,
    sheet,
    tag,
    wire,
)
from denshi.report.locale import Texts, percent
from denshi.report.reading import HOURS, Design, number_at, numbers_at, text_at

_ROW, _TOP, _HEADS = 88.0, 74.0, 0.0
_SIDES = {1: (146.0,), 2: (104.0, 200.0)}
_NAME, _UNITS, _LOSS, _SHARE = 318.0, 556.0, 862.0, 948.0
# What a stage looks like, by a part of its name; the first that fits.
_LOOKS = (
    ("transformer", "transformer"), ("ups", "ups"), ("dcdc", "= ="), ("vrm", "= ="), ("regulator", "= ="),
    ("rectifier", "~ ="), ("psu", "~ ="), ("bbu", "battery"), ("battery", "battery"), ("bus", "bar"), ("pdu", "bar"),
    ("cable", "bar"), ("fan", "fan"), ("switchgear", "switchgear"),
)  # fmt: skip
_IN_RACK = ("rectifier-orv3", "dcdc-800v", "server-fans", "vrm", "psu")
_SOURCES = (
    "facility.connection_kw", "facility.switchgears", "facility.generators", "facility.transformers",
    "facility.transformer_rated_kw", "facility.feed_units", "facility.feed_rated_kw", "facility.loss_by_stage_kwh",
    "facility.energy_kwh_per_year", "facility.silicon_mean_kw", "cluster.racks",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of the diagram: its symbol, its words, its losses of a year and its efficiency."""

    look: str
    name: str
    units: Sequence[str] = ()
    notes: Sequence[str] = ()
    loss_kwh: float | None = None
    efficiency: float | None = None
    shared: bool = False
    spare: bool = False
    branch: str = ""


def line(design: Design, lang: str, t: Texts) -> Drawing | None:
    """Return the single-line diagram; None where the design has no losses by stage."""
    losses = numbers_at(design, "facility.loss_by_stage_kwh")
    if not losses or number_at(design, "facility.connection_kw") is None:
        return None
    steps = list(_steps(design, losses, lang, t))
    redundancy = text_at(design, "scenario.facility.redundancy")
    sides = _SIDES[2 if redundancy == "2N" else 1]
    body = [_header(design, t), *_heads(sides, t)]
    y = _TOP + _HEADS
    for i, step in enumerate(steps):
        body.append(_row(step, y, sides, i, len(steps), lang))
        if step.look == "racks":
            body.append(_boundary(y, t))
        y += _high(step)
    title = t["drawing.line.title"]
    described = t["drawing.line.desc"].format(stages=t["list_separator"].join(step.name for step in steps))
    svg = sheet("line", y + 12, title, described, body)
    return drawing("line", svg, [path for path in _SOURCES if _stands(design, path)], t)


def _stands(design: Design, path: str) -> bool:
    return bool(numbers_at(design, path)) or number_at(design, path) is not None


def efficiencies(design: Design) -> dict[str, float]:
    """Return the efficiency of each stage over the year: what leaves it over what enters it.

    The chain is followed upwards from the silicon; behind the transformers hangs the plant as well, so they are
    measured by the energy of the whole site.
    """
    energy = (number_at(design, "facility.silicon_mean_kw") or 0.0) * HOURS
    site = number_at(design, "facility.energy_kwh_per_year") or 0.0
    found = {}
    for name, loss in reversed(numbers_at(design, "facility.loss_by_stage_kwh").items()):
        entering = site if "transformer" in name and site > loss else energy + loss
        if entering > 0 and energy > 0:
            found[name] = (entering - loss) / entering
        energy += loss
    return found


def _steps(design: Design, losses: dict[str, float], lang: str, t: Texts) -> Iterator[Step]:
    """Yield the rows from the utility to the silicon: the stages stand in the order of the losses."""
    shares = efficiencies(design)
    inner = [name for name in losses if name in _IN_RACK]
    yield _utility(design, lang, t)
    yield _switchgear(design, lang, t)
    for name, loss in losses.items():
        if name not in inner:
            yield _stage(design, name, loss, shares.get(name), lang, t)
    yield _racks(design, lang, t)
    for name in inner:
        yield Step(
            look=_look(name), name=t.get(f"stage.{name}", name), notes=[t["drawing.line.in_rack"]], shared=True,
            loss_kwh=losses[name], efficiency=shares.get(name),
        )  # fmt: skip
    silicon, site = number_at(design, "facility.silicon_mean_kw"), number_at(design, "facility.energy_kwh_per_year")
    yield Step(
        look="chip",
        name=t["drawing.line.silicon"],
        units=[t["drawing.line.mean"].format(power=amount(silicon, "kW", lang))] if silicon else [],
        notes=[t["drawing.line.overall"]] if silicon and site else [],
        efficiency=silicon * HOURS / site if silicon and site else None,
        shared=True,
    )


def _utility(design: Design, lang: str, t: Texts) -> Step:
    kw, kva = (number_at(design, f"facility.connection_{unit}") for unit in ("kw", "kva"))
    energy = number_at(design, "facility.energy_kwh_per_year")
    return Step(
        look="grid",
        shared=True,
        name=t["drawing.line.utility"],
        units=[amount(kw, "kW", lang), amount(kva, "kVA", lang) if kva else ""],
        notes=[t["drawing.line.energy"].format(energy=amount(energy, "kWh", lang))] if energy else [],
    )


def _switchgear(design: Design, lang: str, t: Texts) -> Step:
    count, generators = (number_at(design, f"facility.{name}") or 0.0 for name in ("switchgears", "generators"))
    units = [_pieces(count, fact(design, "catalog.equipment.switchgear-mv.capacity_kw"), lang)] if count else []
    text = _pieces(generators, fact(design, "catalog.equipment.generator-diesel.capacity_kw"), lang)
    return Step(
        look="switchgear",
        name=t["drawing.line.switchgear"],
        units=units,
        notes=[t["drawing.line.generators"].format(units=text)] if generators else [],
        branch="generator" if generators else "",
    )


def _stage(
    design: Design, name: str, loss: float, share: float | None, lang: str, t: Texts
) -> Step:  # fmt: skip
    is_transformer = "transformer" in name
    count = number_at(design, "facility.transformers") if is_transformer else None
    rated = number_at(design, "facility.transformer_rated_kw") if is_transformer else None
    count = numbers_at(design, "facility.feed_units").get(name) if count is None else count
    rated = numbers_at(design, "facility.feed_rated_kw").get(name) if rated is None else rated
    each = rated / count if rated and count else None
    plant = (number_at(design, "facility.cooling_energy_kwh_per_year") or 0.0) / HOURS
    house = number_at(design, "facility.house_load_kw") or 0.0
    feeds = t["drawing.line.plant"] if plant + house > 0 else ""
    power = t["drawing.line.mean"].format(power=amount(plant + house, "kW", lang))
    return Step(
        look=_look(name),
        name=t.get(f"stage.{name}", name),
        units=[_pieces(count, each, lang) if count else ""],
        notes=[feeds, power] if is_transformer and feeds else [],
        loss_kwh=loss,
        efficiency=share,
        branch="plant" if is_transformer and feeds else "",
        spare=text_at(design, "scenario.facility.redundancy") == "N+1" and bool(count),
    )


def _racks(design: Design, lang: str, t: Texts) -> Step:
    count, mean, peak = (
        number_at(design, path) for path in ("cluster.racks", "facility.it_mean_kw", "facility.it_peak_kw")
    )
    notes = t["drawing.line.mean"].format(power=amount(mean, "kW", lang)) if mean else ""
    return Step(
        look="racks",
        name=t["drawing.line.racks"],
        units=[t["drawing.line.count_racks"].format(n=f"{count:,.0f}") if count else "",
               t["drawing.line.peak"].format(power=amount(peak, "kW", lang)) if peak else ""],
        notes=[notes],
        shared=True,
    )  # fmt: skip


def _pieces(count: float, each_kw: float | None, lang: str) -> str:
    return counted(count, amount(each_kw, "kW", lang) if each_kw else "")


def _look(name: str) -> str:
    return next((look for part, look in _LOOKS if part in name), "plain")


def _high(step: Step) -> float:
    return _ROW + 44 if step.look == "ups" else _ROW


def _header(design: Design, t: Texts) -> str:
    distribution, redundancy = (text_at(design, f"scenario.facility.{name}") for name in ("distribution", "redundancy"))
    block = fact(design, "catalog.assumptions.redundancy-block-units")
    spares = t.get(f"redundancy.{redundancy}", redundancy).format(n=f"{block or 0:,.0f}")
    pue, tue = number_at(design, "facility.pue_mean"), number_at(design, "facility.tue_mean")
    figures = [f"PUE {pue:.3f}" if pue else "", f"TUE {tue:.3f}" if tue else ""]
    text = " · ".join(part for part in (t.get(f"distribution.{distribution}", distribution), spares) if part)
    right = " · ".join(part for part in figures if part)
    return said(12, 24, text, WIDTH * 0.7, look="b", size=14) + said(
        WIDTH - 12, 24, right, WIDTH * 0.25, anchor="end", look="b", size=14
    )


def _heads(sides: Sequence[float], t: Texts) -> Iterator[str]:
    y = _TOP - 14
    if len(sides) == 2:
        for x, letter in zip(sides, "AB", strict=True):
            yield said(x, y, t["drawing.line.side"].format(side=letter), 100, anchor="middle", look="b")
    yield said(_NAME, y, t["drawing.line.stage"], _UNITS - _NAME - 12, look="m")
    yield said(_UNITS, y, t["drawing.line.units"], 200, look="m")
    yield said(_LOSS, y, t["drawing.line.loss"], 104, anchor="end", look="m")
    yield said(_SHARE, y, t["drawing.line.efficiency"], 84, anchor="end", look="m")
    yield wire((12, y + 10), (WIDTH - 12, y + 10), stroke=MUTED, stroke_width=1)


def _row(step: Step, y: float, sides: Sequence[float], index: int, total: int, lang: str) -> str:
    high = _high(step)
    middle = y + high / 2
    base = middle - (9 if any(step.notes) or len(step.units) > 1 else -4)
    spans = (sum(sides) / len(sides),) if step.shared else sides
    drawn = "".join(_symbol(step, x, y, len(sides), i, index == total - 1) for i, x in enumerate(spans))
    body = [
        box(_NAME - 12, y, WIDTH - _NAME, high, fill=WASH) if index % 2 else "",
        drawn,
        said(_NAME, base, step.name, _UNITS - _NAME - 12, look="b"),
        lines(_NAME, base + 18, step.notes, _UNITS - _NAME - 12),
        lines(_UNITS, base, step.units, _LOSS - _UNITS - 112, step=18, look=""),
    ]
    if step.loss_kwh is not None:
        body.append(said(_LOSS, base, amount(step.loss_kwh, "kWh", lang), 104, anchor="end"))
    if step.efficiency is not None:
        body.append(said(_SHARE, base, percent(step.efficiency), 80, anchor="end"))
    return "".join(body)


def _symbol(step: Step, x: float, y: float, sides: int, side: int, last: bool) -> str:
    """Return the symbol of a row on its wire, with what branches off: to the left, from side B to the right."""
    high, middle = _high(step), y + _high(step) / 2
    begins = step.look == "grid" or (step.look == "racks" and sides == 2)
    splits = step.look == "grid" and sides == 2
    ends = (middle if begins else y, middle if last else y + high - (12 if splits else 0))
    through = wire((x, ends[0]), (x, ends[1]))
    if step.spare:
        through += _spare(step, x, y)
    away = 1.0 if side else -1.0
    if step.look == "switchgear":
        body = symbols.breaker(x, y + 16) + symbols.bar(x, middle, 40) + symbols.breaker(x, y + high - 16)
        if step.branch:
            end = x + away * 80
            body = wire((x, middle), (end, middle)) + body + symbols.breaker(x + away * 40, middle)
            body += symbols.machine(end, middle, "G")
        return through + body
    if step.look == "ups":
        link = wire((x, middle), (x + away * 46, middle)) + symbols.battery(x + away * 46, middle)
        return through + link + _one("ups", x, middle)
    if step.look == "battery":
        return through + wire((x, middle), (x + away * 46, middle)) + symbols.battery(x + away * 46, middle)
    if step.look == "fan":
        return through + wire((x, middle), (x - 60, middle)) + symbols.machine(x - 60, middle, "M")
    if step.look == "racks":
        half = 84.0 if sides == 2 else 64.0
        return through + _joined(sides, y) + symbols.racks(x, middle, half)
    drawn = _one(step.look, x, middle)
    if splits:
        a, b = _SIDES[2]
        drawn += wire((a, y + high), (a, y + high - 12), (b, y + high - 12), (b, y + high))
    if step.branch:
        drawn += _to_plant(x, y + high - 12, away)
    return through + drawn


def _spare(step: Step, x: float, y: float) -> str:
    """Return the spare unit of a stage, faint beside the units that carry the load."""
    if step.look not in ("transformer", "ups") and " " not in step.look:
        return ""
    high, aside = _high(step), x + 74
    around = wire((x, y + 6), (aside, y + 6), (aside, y + high - 6), (x, y + high - 6), stroke_dasharray="5 3")
    return tag("g", around + _one(step.look, aside, y + high / 2), opacity=0.5)


def _one(look: str, x: float, y: float) -> str:
    if look == "ups":
        return symbols.converter(x, y - 32, "~", "=") + symbols.converter(x, y + 32, "=", "~")
    if " " in look:
        before, after = look.split(" ")
        return symbols.converter(x, y, before, after)
    if look == "bar":
        return symbols.bar(x, y, 44) + wire((x - 30, y), (x - 30, y + 12)) + wire((x + 30, y), (x + 30, y + 12))
    found = {"transformer": symbols.transformer, "grid": symbols.grid, "chip": symbols.chip, "plain": symbols.plain}
    return found[look](x, y)


def _joined(sides: int, y: float) -> str:
    """Return the two sides of a 2N supply as they enter the same racks."""
    if sides == 1:
        return ""
    a, b = _SIDES[2]
    return wire((a, y), (a, y + 30)) + wire((b, y), (b, y + 30))


def _to_plant(x: float, y: float, away: float) -> str:
    """Return the branch to the plant: an arrow off the wire."""
    end = x + away * 52
    return wire((x, y), (end, y)) + wire((end - away * 7, y - 4), (end, y), (end - away * 7, y + 4))


def _boundary(y: float, t: Texts) -> str:
    """Return the line behind which a load counts as IT."""
    return wire((12, y), (WIDTH - 12, y), stroke=MUTED, stroke_width=1.2, stroke_dasharray="7 4") + said(
        WIDTH - 12, y + 16, t["drawing.line.boundary"], 240, anchor="end", look="m"
    )
