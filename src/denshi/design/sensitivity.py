"""How strongly a figure hangs on each fact: elasticities through the chain of rooms, and bands from them.

Each room is evaluated again with one input a step of one per cent larger, its decisions (plan, capacities) held:

.. math:: e_{y,x} = \\frac{\\Delta y / y}{\\Delta x / x}

Elasticities of rooms in a row multiply and those of parallel ways add. The band of a figure is the root of the sum of
squares of what each fact's own low and high would do alone. Correlation between facts is not known and not counted.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import hypot, isfinite
from typing import Any

from denshi import buildout, climate, cluster, energy, facility, finance
from denshi.catalog import Item, Row
from denshi.design.facts import row_at
from denshi.design.paths import Root, fill, placed, resolve
from denshi.design.record import Design
from denshi.errors import DenshiError
from denshi.figure import Evidence, figures, inputs
from denshi.scenario import evidence_of
from denshi.workload import serving, training

STEP = 0.01
MAIN = 0.1


@dataclass(frozen=True, slots=True)
class Band:
    """The low and high of a figure and the facts that matter most for it, strongest first."""

    low: float | None
    high: float | None
    main: tuple[str, ...]
    elasticity: Mapping[str, float]
    grade: str


@dataclass(frozen=True, slots=True)
class _Stage:
    """A room as a function to be evaluated again: the head of its figures' paths, its input, its result."""

    head: str
    own: int | None
    given: Any
    result: Any
    again: Callable[[Any], Any]


def bands(design: Design, paths: tuple[str, ...]) -> Mapping[str, Band]:
    """Return the band of each figure named.

    Parameters
    ----------
    design : a finished design.
    paths : full paths of numeric figures, e.g. "finance.lcoc_usd_per_accelerator_hour".
    """
    stages = _stages(design)
    weights: dict[str, dict[str, float]] = {path: {path: 1.0} for path in paths if _number(design.root(), path)}
    for stage in reversed(stages):
        needed = {p for w in weights.values() for p in w if _belongs(p, stage)}
        if needed:
            slopes = _slopes(stage, needed)
            weights = {path: _through(w, slopes) for path, w in weights.items()}
    return {path: _band(design, path, w) for path, w in weights.items()}


def _stages(design: Design) -> tuple[_Stage, ...]:
    root = design.root()

    def stage(
        head: str, input_type: Any, result: Any, again: Callable[[Any, Any], Any], own: int | None = None
    ) -> _Stage:
        given = fill(input_type, root, own)
        return _Stage(head, own, given, result, lambda changed: again(changed, result))

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
    return (
        *weather,
        stage("cluster", cluster.ClusterInput, design.cluster, cluster.again),
        *works,
        stage("facility", facility.FacilityInput, design.facility, facility.again),
        stage("energy", energy.EnergyInput, design.energy, energy.again),
        stage("buildout", buildout.BuildoutInput, design.buildout, held(buildout.run)),
        stage("finance", finance.FinanceInput, design.finance, held(finance.run)),
    )


def _belongs(path: str, stage: _Stage) -> bool:
    return path.startswith(stage.head + ".")


def _through(weights: dict[str, float], slopes: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Replace each figure of a room by the inputs it hangs on."""
    found: dict[str, float] = {}
    for path, weight in weights.items():
        for below, slope in slopes.get(path, {path: 1.0}).items():
            found[below] = found.get(below, 0.0) + weight * slope
    return found


def _slopes(stage: _Stage, needed: set[str]) -> dict[str, dict[str, float]]:
    names = {path: path[len(stage.head) + 1 :].split(".")[0] for path in needed}
    found: dict[str, dict[str, float]] = {path: {} for path in needed}
    for below in sorted(_outside(stage, set(names.values()))):
        for label, changed in _stepped(stage, below):
            try:
                after = stage.again(changed)
            except DenshiError:
                continue
            for path, name in names.items():
                slope = _elasticity(getattr(stage.result, name), getattr(after, name))
                if slope:
                    found[path][label] = found[path].get(label, 0.0) + slope
    return found


def _outside(stage: _Stage, names: set[str]) -> set[str]:
    """Return the paths outside the room that figures of it reach, by way of its other figures."""
    declared = figures(type(stage.result))
    todo, seen, found = list(names), set(names), set()
    generic = "workload.@." if stage.own is not None else stage.head + "."
    while todo:
        for path in declared[todo.pop()].of:
            if path.startswith((generic, stage.head + ".")):
                name = path.removeprefix(generic).removeprefix(stage.head + ".").split(".")[0]
                if name in declared and name not in seen:
                    seen.add(name)
                    todo.append(name)
            else:
                found.add(path)
    return found


def _stepped(stage: _Stage, path: str) -> Iterator[tuple[str, Any]]:
    """Yield copies of the room's input in which one value at a path is a step larger, with the path of the value."""
    for name, given in inputs(type(stage.given)).items():
        if path == given.path or path.startswith(given.path + "."):
            rest = tuple(path[len(given.path) + 1 :].split(".")) if path != given.path else ()
            held = getattr(stage.given, name)
            for label, changed in _put(held, rest, placed(given.path, stage.own)):
                yield label, replace(stage.given, **{name: changed})


def _put(held: Any, rest: tuple[str, ...], label: str) -> Iterator[tuple[str, Any]]:
    if rest:
        yield from _put_below(held, rest, label)
    elif isinstance(held, tuple) and held and isinstance(held[0], Item):
        for i, item in enumerate(held):
            changed = replace(item, unit_price_usd=item.unit_price_usd * (1 + STEP))
            yield f"{label}.{i}", (*held[:i], changed, *held[i + 1 :])
    elif isinstance(held, tuple) and held and all(isinstance(one, float | int) for one in held):
        for i, one in enumerate(held):
            yield label.replace("*", str(i), 1), (*held[:i], one * (1 + STEP), *held[i + 1 :])
    elif isinstance(held, Mapping) and held and all(isinstance(one, float) for one in held.values()):
        yield label, {key: one * (1 + STEP) for key, one in held.items()}
    elif (
        (isinstance(held, float) and isfinite(held) and held != 0)
        or hasattr(held, "mean")
        or (isinstance(held, int) and not isinstance(held, bool))
    ):
        yield label, held * (1 + STEP)


def _put_below(held: Any, rest: tuple[str, ...], label: str) -> Iterator[tuple[str, Any]]:
    head, below = rest[0], rest[1:]
    if isinstance(held, tuple):
        keys = [i for i, one in enumerate(held) if head in ("*", "@", str(i), getattr(one, "id", None))]
        for i in keys:
            for deeper, changed in _put(held[i], below, f"{label}.{getattr(held[i], 'id', i)}"):
                yield deeper, (*held[:i], changed, *held[i + 1 :])
    elif isinstance(held, Mapping):
        for key in tuple(held) if head == "*" else (head,):
            for deeper, changed in _put(held[key], below, f"{label}.{key}"):
                yield deeper, {**held, key: changed}
    elif held is not None:
        for deeper, changed in _put(getattr(held, head), below, f"{label}.{head}"):
            yield deeper, replace(held, **{head: changed})


def _elasticity(before: Any, after: Any) -> float:
    a, b = _size(before), _size(after)
    if a is None or b is None or a == 0:
        return 0.0
    slope = (b - a) / abs(a) / STEP
    return slope if isfinite(slope) and abs(slope) > 1e-9 else 0.0


def _size(value: Any) -> float | None:
    """Return the one number that stands for a value: the mean of a series, the cost of a bill."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return None
    if hasattr(value, "mean"):
        return float(value.mean())
    if isinstance(value, tuple):
        parts = [one.cost_usd if isinstance(one, Item) else _size(one) for one in value]
        return sum(part for part in parts if part is not None) if parts else None
    if isinstance(value, Mapping):
        return sum(part for part in map(_size, value.values()) if part is not None)
    return float(value) if isfinite(value) else None


def _number(root: Root, path: str) -> bool:
    return _size(resolve(root, path)) not in (None, 0.0)


def _band(design: Design, path: str, weights: Mapping[str, float]) -> Band:
    value = _size(resolve(design.root(), path)) or 0.0
    below = above = 0.0
    graded: list[tuple[float, str, str]] = []
    for leaf, weight in weights.items():
        evidence, fact = evidence_at(design, leaf)
        if evidence is None:
            continue
        if abs(weight) >= MAIN:
            graded.append((abs(weight), leaf, evidence.grade))
        if evidence.low is not None and evidence.high is not None and fact:
            ends = [weight * (evidence.low - fact) / abs(fact), weight * (evidence.high - fact) / abs(fact)]
            below, above = hypot(below, min(*ends, 0.0)), hypot(above, max(*ends, 0.0))
    graded.sort(key=lambda one: (-one[0], one[1]))
    main = graded[:3]
    wide = below > 0 or above > 0
    return Band(
        low=value - abs(value) * below if wide else None,
        high=value + abs(value) * above if wide else None,
        main=tuple(leaf for _, leaf, _ in main),
        elasticity=dict(sorted(weights.items(), key=lambda one: (-abs(one[1]), one[0]))),
        grade=max((grade for _, _, grade in main), default="D"),
    )


def evidence_at(design: Design, path: str) -> tuple[Evidence | None, float | None]:
    """Return the evidence of a fact, default or priced item, and its number; None where the user wrote it."""
    root = design.root()
    if path.startswith("scenario."):
        return evidence_of(design.scenario, path), _size(resolve(root, path))
    if path.startswith("catalog."):
        row: Row | None = row_at(design.catalog, path)
        if row is None:
            return None, None
        return row.evidence.get(path.rsplit(".", maxsplit=1)[-1]) or row.evidence.get("value"), _size(
            resolve(root, path)
        )
    try:
        item = resolve(root, path)
    except KeyError:
        return None, None
    if isinstance(item, Item):
        return Evidence(item.source, "", item.grade, item.low_usd, item.high_usd), item.unit_price_usd
    return None, None
