"""How strongly a figure hangs on each fact: effects through the chain of rooms, bands and main inputs from them.

Each room is evaluated again with one of its inputs changed and its decisions (plan, capacities) held: a fact with a
range at its low and at its high, a weak fact without one and a figure of another room a tenth down and up. The slope
between the two ends is the elasticity

.. math:: e_{y,x} = \\frac{\\Delta y / y}{\\Delta x / x}

Elasticities of rooms in a row multiply and those of parallel ways add. The band of a figure is the root of the sum of
squares of what each fact's own low and high would do alone. Correlation between facts is not known and not counted.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from math import hypot, inf, isfinite
from typing import Any

from denshi import buildout, climate, cluster, energy, facility, finance
from denshi.catalog import Item, Row
from denshi.design.facts import row_at
from denshi.design.paths import Root, fill, placed, resolve
from denshi.design.record import Design
from denshi.errors import DenshiError
from denshi.figure import Evidence, inputs, worst
from denshi.scenario import evidence_of
from denshi.workload import serving, training

STEP = 0.1
MAIN = 0.005
_AS_GOOD_AS_EXACT = ("A", "B", "D")
# Normals are whole years of weather, and tariff rules are law: neither has a low and a high.
_NOT_STEPPED = ("catalog.normals", "catalog.supply_normals", "catalog.rules")

Lever = Callable[[float], Any]
"""A function from a factor on one value to the whole input with that value changed."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one input does to a figure, relative to it: per relative change, and at its own low and high."""

    elasticity: float
    at_low: float = 0.0
    at_high: float = 0.0

    def __add__(self, other: "Effect") -> "Effect":
        return Effect(self.elasticity + other.elasticity, self.at_low + other.at_low, self.at_high + other.at_high)

    def times(self, weight: float) -> "Effect":
        """Return the effect on a figure that hangs on this one with an elasticity."""
        return Effect(self.elasticity * weight, self.at_low * weight, self.at_high * weight)


@dataclass(frozen=True, slots=True)
class Band:
    """The low and high of a figure and the facts whose doubt matters most for it, strongest first."""

    low: float | None
    high: float | None
    main: tuple[str, ...]
    effects: Mapping[str, Effect]
    grade: str


@dataclass(frozen=True, slots=True)
class _Stage:
    """A room as a function to be evaluated again: the head of its figures' paths, its input, its result."""

    head: str
    own: int | None
    given: Any
    result: Any
    again: Callable[[Any], Any]


@dataclass(slots=True)
class _Open:
    """One headline on its way down: figures of rooms still to be opened, and what has been reached."""

    figures: dict[str, float]
    reached: dict[str, Effect] = field(default_factory=dict)


def bands(design: Design, paths: tuple[str, ...]) -> Mapping[str, Band]:
    """Return the band of each figure named.

    Parameters
    ----------
    design : a finished design.
    paths : full paths of numeric figures, e.g. "finance.lcoc_usd_per_accelerator_hour".
    """
    ways = {path: _Open({path: 1.0}) for path in paths if _size(resolve(design.root(), path))}
    for stage in reversed(_stages(design)):
        needed = {p for way in ways.values() for p in way.figures if p.startswith(stage.head + ".")}
        effects = _effects(design, stage, needed)
        for way in ways.values():
            _go_down(way, effects)
    return {path: _band(design, path, way.reached) for path, way in ways.items()}


def _go_down(way: _Open, effects: Mapping[str, Mapping[str, Effect]]) -> None:
    """Replace the figures of one room by the inputs they hang on."""
    for path in [p for p in way.figures if p in effects]:
        weight = way.figures.pop(path)
        for below, effect in effects[path].items():
            if below.split(".")[0] in ("catalog", "scenario"):
                way.reached[below] = way.reached.get(below, Effect(0.0)) + effect.times(weight)
            else:
                way.figures[below] = way.figures.get(below, 0.0) + weight * effect.elasticity


def _stages(design: Design) -> tuple[_Stage, ...]:
    root = design.root()

    def stage(
        head: str, input_type: Any, result: Any, again: Callable[[Any, Any], Any], own: int | None = None
    ) -> _Stage:
        return _Stage(head, own, fill(input_type, root, own), result, lambda changed: again(changed, result))

    def held(run: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
        return lambda changed, _: run(changed)

    works = tuple(
        stage(f"workload.{i}", training.Input, w, training.again, i)
        if isinstance(w, training.Training)
        else stage(f"workload.{i}", serving.Input, w, serving.again, i)
        for i, w in enumerate(design.workload)
    )
    weather = (
        (stage("climate", climate.ClimateInput, design.climate, held(climate.typical_year)),)
        if design.scenario.site.weather == "typical"
        else ()
    )
    racks = stage("cluster", cluster.ClusterInput, design.cluster, cluster.again)
    if design.scenario.compute.site_power is not None:
        # The site is what is fixed, so a hungrier system means fewer racks: to first order the IT power stays.
        fixed = replace(racks.given, it_power_limit_kw=design.cluster.it_power_kw, units_limit=inf)
        racks = replace(racks, given=fixed)
    return (
        *weather,
        racks,
        *works,
        stage("facility", facility.FacilityInput, design.facility, facility.again),
        stage("energy", energy.EnergyInput, design.energy, energy.again),
        stage("buildout", buildout.BuildoutInput, design.buildout, held(buildout.run)),
        stage("finance", finance.FinanceInput, design.finance, held(finance.run)),
    )


def _effects(design: Design, stage: _Stage, needed: set[str]) -> dict[str, dict[str, Effect]]:
    """Return what each input of the room that may be in doubt does to each of the room's figures that is needed."""
    parts = {path: path[len(stage.head) + 1 :] for path in needed}
    found: dict[str, dict[str, Effect]] = {path: {} for path in needed}
    for label, at in _levers(stage):
        steps = _steps(design, label)
        if steps is None:
            continue
        lower, upper = (_again(stage, at(step)) for step in steps)
        for path, part in parts.items():
            effect = _effect(_part(stage.result, part), _part(lower, part), _part(upper, part), steps)
            if effect != Effect(0.0):
                found[path][label] = found[path].get(label, Effect(0.0)) + effect
    return found


def _steps(design: Design, label: str) -> tuple[float, float] | None:
    """Return the factors to put on an input: its own low and high, else a tenth down and up; None to leave it alone.

    What the user wrote is not in doubt, nor is a published fact without a range (72 accelerators a rack).
    """
    if label.split(".", maxsplit=1)[0] not in ("catalog", "scenario"):
        return 1 - STEP, 1 + STEP
    evidence, fact = evidence_at(design, label)
    if evidence is None or not fact:
        return None
    if evidence.low is not None and evidence.high is not None:
        return evidence.low / fact, evidence.high / fact
    return None if evidence.grade in _AS_GOOD_AS_EXACT else (1 - STEP, 1 + STEP)


def _again(stage: _Stage, changed: Any) -> Any:
    """Evaluate a room again; None where the changed input is no longer possible."""
    try:
        return stage.again(changed)
    except DenshiError:
        return None


def _effect(now: float | None, lower: float | None, upper: float | None, steps: tuple[float, float]) -> Effect:
    """Return the effect of an input at two factors on it: the change there, and the slope between."""
    if not now:
        return Effect(0.0)

    def change(value: float | None) -> float:
        moved = 0.0 if value is None else (value - now) / abs(now)
        return moved if isfinite(moved) and abs(moved) > 1e-12 else 0.0

    ends = [
        (0.0 if value is None else step - 1.0, change(value)) for value, step in zip((lower, upper), steps, strict=True)
    ]
    (x0, y0), (x1, y1) = ends
    return Effect((y1 - y0) / (x1 - x0) if x1 > x0 else 0.0, y0, y1)


def _levers(stage: _Stage) -> Iterator[tuple[str, Lever]]:
    """Yield, for each single number of the room's input, its full path and a function from a factor to the input."""
    for name, given in inputs(type(stage.given)).items():
        if given.path not in _NOT_STEPPED:
            for label, put in _handles(getattr(stage.given, name), placed(given.path, stage.own)):
                yield label.removesuffix(".value"), partial(_with_field, stage.given, name, put)


def _handles(held: Any, label: str) -> Iterator[tuple[str, Lever]]:
    if isinstance(held, Item) or _is_number(held) or hasattr(held, "mean") or _is_table(held):
        yield label, partial(_scaled, held)
    elif isinstance(held, tuple):
        for i, one in enumerate(held):
            part = getattr(one, "id", str(i))
            inner = label.replace("*", part, 1) if "*" in label else f"{label}.{part}"
            for deeper, put in _handles(one, inner):
                yield deeper, partial(_with_element, held, i, put)
    elif isinstance(held, Mapping):
        for key, one in held.items():
            for deeper, put in _handles(one, f"{label}.{key}"):
                yield deeper, partial(_with_key, held, key, put)
    elif isinstance(held, Row):
        for one in fields(held):
            for deeper, put in _handles(getattr(held, one.name), f"{label}.{one.name}"):
                yield deeper, partial(_with_field, held, one.name, put)


def _scaled(held: Any, factor: float) -> Any:
    if isinstance(held, Item):
        return replace(held, unit_price_usd=held.unit_price_usd * factor)
    return {key: one * factor for key, one in held.items()} if isinstance(held, Mapping) else held * factor


def _with_element(held: tuple[Any, ...], i: int, put: Lever, factor: float) -> tuple[Any, ...]:
    return (*held[:i], put(factor), *held[i + 1 :])


def _with_key(held: Mapping[str, Any], key: str, put: Lever, factor: float) -> dict[str, Any]:
    return {**held, key: put(factor)}


def _with_field(held: Any, name: str, put: Lever, factor: float) -> Any:
    return replace(held, **{name: put(factor)})


def _is_table(held: Any) -> bool:
    return isinstance(held, Mapping) and bool(held) and all(isinstance(one, float) for one in held.values())


def _is_number(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and isfinite(value) and value != 0


def _part(result: Any, part: str) -> float | None:
    """Return the one number that stands for a figure, or for one line of a bill (``items.3``)."""
    if result is None:
        return None
    name, _, index = part.partition(".")
    value = getattr(result, name)
    if index.isdigit():
        return _size(value[int(index)]) if int(index) < len(value) else None
    return _size(value)


def _size(value: Any) -> float | None:
    """Return the one number that stands for a value: the mean of a series, the cost of a bill, the sum of a list."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return None
    if isinstance(value, Item):
        return value.cost_usd
    if hasattr(value, "mean"):
        return float(value.mean())
    if isinstance(value, tuple | Mapping):
        parts = [_size(one) for one in (value.values() if isinstance(value, Mapping) else value)]
        return sum(part for part in parts if part is not None)
    return float(value) if isfinite(value) else None


def _band(design: Design, path: str, effects: Mapping[str, Effect]) -> Band:
    value = _size(resolve(design.root(), path)) or 0.0
    below = above = 0.0
    graded: list[tuple[float, str, Any]] = []
    for leaf, effect in effects.items():
        evidence, _ = evidence_at(design, leaf)
        if evidence is not None:
            share = max(abs(effect.at_low), abs(effect.at_high))
            if share >= MAIN:
                graded.append((share, leaf, evidence.grade))
            if evidence.low is not None:
                below = hypot(below, min(effect.at_low, effect.at_high, 0.0))
                above = hypot(above, max(effect.at_low, effect.at_high, 0.0))
    graded.sort(key=lambda one: (-one[0], one[1]))
    main = graded[:3]
    wide = below > 0 or above > 0
    return Band(
        low=value - abs(value) * below if wide else None,
        high=value + abs(value) * above if wide else None,
        main=tuple(leaf for _, leaf, _ in main),
        effects=dict(sorted(effects.items(), key=lambda one: (-abs(one[1].elasticity), one[0]))),
        grade=worst([grade for _, _, grade in main]),
    )


def evidence_at(design: Design, path: str) -> tuple[Evidence | None, float | None]:
    """Return the evidence of a fact or default and its number; None where the user wrote it or a room made it."""
    root: Root = design.root()
    if path.startswith("scenario."):
        return evidence_of(design.scenario, path), _size(resolve(root, path))
    if path.startswith("catalog."):
        row = row_at(design.catalog, path)
        if row is None:
            return None, None
        return row.evidence.get(path.rsplit(".", maxsplit=1)[-1]) or row.evidence.get("value"), _size(
            resolve(root, path)
        )
    return None, None
