"""Every figure depends on each input that it names: the check that all rooms share.

A room is a pure function, so the claim "A is computed from B" can be tested: change B by a step of ``STEPS``, run the
room again, see A move. An input that has no effect in the base case (a slack limit) names the case in which it has.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from denshi.catalog import Item
from denshi.errors import DenshiError
from denshi.figure import figures, inputs

STEPS = (1.01, 0.99, 1.2, 0.8, 2.0, 0.5)


def assert_every_figure_moves(
    run: Callable[[Any], Any],
    cases: Mapping[str, Any],
    room: str,
    alternatives: Mapping[str, Sequence[Any]] | None = None,
) -> None:
    """Check that every input named by every figure of a room's result exists and has an effect.

    Parameters
    ----------
    run : the room.
    cases : inputs by name of case; "base" is used unless a figure names another in ``active``.
    room : the room's name, the first part of the paths of its own figures.
    alternatives : for an input path that holds text, a date or a flag, other values to try.
    """
    known = cases["base"]
    moved = _Moved(run, cases, alternatives or {})
    declared = figures(type(moved.results["base"]))
    undeclared = [f.name for f in dataclasses.fields(moved.results["base"]) if f.name not in declared]
    assert not undeclared, f"{room}: fields that are no figure: {undeclared}"
    still = []
    for name, figure in declared.items():
        for path in figure.of:
            case = figure.active.get(path, "base")
            if case not in cases:
                still.append(f"{room}.{name} names the case {case!r} for {path}, which does not exist")
            elif _is_own(path, room):
                own = path.split(".")[-1] if not _after(path, room) else _after(path, room)
                if own.split(".")[0] not in declared:
                    still.append(f"{room}.{name} of {path}: no such figure")
                elif not moved.together(case, name, own.split(".")[0]):
                    still.append(f"{room}.{name} does not move with its own figure {path}")
            elif not _covered(known, path):
                still.append(f"{room}.{name} of {path}: no input of the room comes from there")
            elif not any(name in some for some in moved.by(case, path)):
                still.append(f"{room}.{name} does not move with {path} in case {case}")
    assert not still, "\n".join(still)


def _is_own(path: str, room: str) -> bool:
    return path == room or path.startswith(room + ".")


def _after(path: str, room: str) -> str:
    return path[len(room) + 1 :].removeprefix("@.")


def _covered(case: Any, path: str) -> bool:
    return any(True for _ in _changed(case, path, {path: [None]}, 1.01))


class _Moved:
    """Which figures of a room moved with which of its inputs; every change is evaluated once, for all figures."""

    def __init__(self, run: Callable[[Any], Any], cases: Mapping[str, Any], other: Mapping[str, Sequence[Any]]) -> None:
        self.run, self.cases, self.other = run, cases, other
        self.results = {name: run(case) for name, case in cases.items()}
        self.seen: dict[tuple[str, str, float], list[frozenset[str]]] = {}

    def by(self, case: str, path: str) -> Iterator[frozenset[str]]:
        """Yield the figures that one change after another of what stands at a path moves."""
        for step in STEPS:
            if (case, path, step) not in self.seen:
                changes = _changed(self.cases[case], path, self.other, step)
                self.seen[case, path, step] = [self._by(case, changed) for changed in changes]
            yield from self.seen[case, path, step]

    def together(self, case: str, name: str, own: str) -> bool:
        """Say whether a change of some input moves two figures at once."""
        paths = {given.path for given in inputs(type(self.cases[case])).values()}
        first = sorted(paths, key=lambda path: (path not in self.other, path))
        return any({name, own} <= some for path in first for some in self.by(case, path))

    def _by(self, case: str, changed: Any) -> frozenset[str]:
        try:
            after = self.run(changed)
        except DenshiError:
            return frozenset()
        before = self.results[case]
        fields = dataclasses.fields(before)
        return frozenset(f.name for f in fields if _differs(getattr(before, f.name), getattr(after, f.name)))


def _changed(case: Any, path: str, other: Mapping[str, Sequence[Any]], step: float) -> Iterator[Any]:
    """Yield copies of a room's input in which what stands at a path is another value."""
    for field, given in inputs(type(case)).items():
        if path == given.path or path.startswith(given.path + "."):
            rest = path[len(given.path) + 1 :]
            parts = tuple(rest.split(".")) if rest else ()
            held = getattr(case, field)
            if path in other:
                for value in other[path]:
                    yield dataclasses.replace(case, **{field: _put(held, parts, lambda _, v=value: v)})
            else:
                new = _put(held, parts, lambda old: _scaled(old, step))
                if _differs(held, new):
                    yield dataclasses.replace(case, **{field: new})


def _put(held: Any, parts: tuple[str, ...], change: Callable[[Any], Any]) -> Any:
    if not parts:
        return change(held)
    head, rest = parts[0], parts[1:]
    if isinstance(held, int | float):
        # a price or an assumption may be given whole to one field and as its number to another
        return change(held) if parts == ("value",) else held
    if head in ("*", "@"):
        return tuple(_put(one, rest, change) for one in held) if isinstance(held, tuple) else _put(held, rest, change)
    if isinstance(held, tuple):
        return tuple(_put(one, rest, change) if one.id == head else one for one in held) if not head.isdigit() else held
    if isinstance(held, Mapping):
        return {**held, head: _put(held[head], rest, change)}
    return dataclasses.replace(held, **{head: _put(getattr(held, head), rest, change)})


def _scaled(old: Any, step: float) -> Any:
    if isinstance(old, bool) or old is None or isinstance(old, str):
        return old
    if isinstance(old, int):
        return round(old * step) if round(old * step) != old else old + (1 if step > 1 else -1)
    if isinstance(old, float | np.ndarray):
        return old * step
    if isinstance(old, Item):
        return dataclasses.replace(old, unit_price_usd=old.unit_price_usd * step, count=old.count * step)
    if isinstance(old, tuple):
        return tuple(_scaled(one, step) for one in old)
    if isinstance(old, Mapping):
        return {key: _scaled(value, step) for key, value in old.items()}
    return old


def _differs(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.shape(a) != np.shape(b) or not np.array_equal(a, b)
    return (
        bool(a != b) if not (isinstance(a, tuple) and any(isinstance(x, np.ndarray) for x in a)) else str(a) != str(b)
    )


def assert_every_input_is_named(
    run: Callable[[Any], Any], cases: Mapping[str, Any], room: str, tolerance: float = 1e-9, whole: Sequence[str] = ()
) -> None:
    """Check the other way round: an input that moves a figure stands in its ``of``, or in that of a figure it names.

    Every single number of every input, of catalogue rows, mappings and tuples too, is made larger and smaller by a
    fifth in the case "base", one of the two by turns in every other; figures that change by more than ``tolerance``
    have to lead back to it. The paths in ``whole`` hold what is one thing, such as the normals of a station.
    """
    missing: set[str] = set()
    for turn, (called, case) in enumerate(cases.items()):
        steps = (1.2, 0.8) if called == "base" else (1.2,) if turn % 2 else (0.8,)
        before = run(case)
        reach = {name: _reach(figures(type(before)), name, room) for name in figures(type(before))}
        numbers = {one for field in inputs(type(case)) for one in _single_numbers(case, field)}
        for path in sorted(one for one in numbers if not one.startswith(tuple(whole))):
            for step in steps:
                for changed in _changed(case, path, {}, step):
                    try:
                        after = run(changed)
                    except DenshiError:
                        continue
                    missing |= {
                        f"{room}.{name} moves with {path}"
                        for name, paths in reach.items()
                        if not _leads_to(paths, path) and _apart(getattr(before, name), getattr(after, name), tolerance)
                    }
    assert not missing, f"{len(missing)} inputs that figures do not name:\n" + "\n".join(sorted(missing))


def _reach(declared: Mapping[str, Any], name: str, room: str) -> frozenset[str]:
    """Return every path that a figure names, by way of the room's other figures too."""
    todo, seen, found = [name], {name}, set()
    while todo:
        for path in declared[todo.pop()].of:
            own = _after(path, room).split(".")[0] if _is_own(path, room) else ""
            if own in declared and own not in seen:
                seen.add(own)
                todo.append(own)
            found.add(path)
    return frozenset(found)


def _leads_to(paths: frozenset[str], path: str) -> bool:
    parts = path.split(".")
    for one in paths:
        named = one.split(".")
        if len(named) <= len(parts) and all(a in ("*", b) or b == "*" for a, b in zip(named, parts, strict=False)):
            return True
    return False


def _single_numbers(case: Any, field: str) -> Iterator[str]:
    """Yield the path of each number of an input field."""
    path = inputs(type(case))[field].path
    yield from _numbers_below(getattr(case, field), path)


def _numbers_below(held: Any, path: str) -> Iterator[str]:
    if isinstance(held, bool | str) or held is None:
        return
    if isinstance(held, Item) or not (dataclasses.is_dataclass(held) or isinstance(held, Mapping | tuple)):
        yield path
    elif isinstance(held, Mapping):
        for key, one in held.items():
            yield from _numbers_below(one, f"{path}.{key}")
    elif isinstance(held, tuple):
        for one in held:
            if dataclasses.is_dataclass(one) and hasattr(one, "id"):
                yield from _numbers_below(one, f"{path}.{one.id}")
            else:
                yield path
    else:
        for field in dataclasses.fields(held):
            if field.name not in ("id", "name", "aliases", "evidence"):
                yield from _numbers_below(getattr(held, field.name), f"{path}.{field.name}")


def _apart(a: Any, b: Any, tolerance: float) -> bool:
    """Return whether two values differ by more than rounding."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() != b.keys() or any(_apart(a[key], b[key], tolerance) for key in a)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) != len(b) or any(_apart(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if isinstance(a, Item) and isinstance(b, Item):
        return _apart((a.count, a.unit_price_usd), (b.count, b.unit_price_usd), tolerance)
    numbers = (int, float, np.ndarray)
    if isinstance(a, numbers) and isinstance(b, numbers) and not isinstance(a, bool):
        return np.shape(a) != np.shape(b) or not np.allclose(a, b, rtol=tolerance, atol=1e-12)
    return bool(a != b)
