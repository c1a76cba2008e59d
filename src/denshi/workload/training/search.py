"""Search over all ways to split a training step: the best plans, the Pareto front, how many plans were looked at.

Plans come in blocks of open grids (:mod:`denshi.workload.training.space`): the parts of time and memory are computed on
the axes that they depend on, only their sums on the whole grid. Of each block only the best and the undominated plans
are kept. Blocks are evaluated side by side on the processors there are; NumPy leaves the interpreter free meanwhile.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from denshi.errors import UsageError, nearest
from denshi.workload.training.legal import check
from denshi.workload.training.shape import Values
from denshi.workload.training.space import AXES, MAIN_AXES, Block, full, usual
from denshi.workload.training.task import DECISIONS, Task, completed, energy_kwh, evaluate, remembered, timed, used

OBJECTIVES = ("time", "cost", "energy", "memory")
"""Time of a step; accelerator-hours (at one price the cost); energy; memory, then time."""

SPACES = ("usual", "full")

Plan = Mapping[str, float]
_BINS = 2048
_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: best plans first, those that no other dominates, and how many were looked at.

    ``plans`` differ in a main decision from each other. ``front`` is undominated in time, memory and accelerator-hours,
    fastest first. ``evaluated`` counts legal plans, ``fitting`` those of them that fit the memory.
    """

    plans: tuple[Plan, ...]
    front: tuple[Plan, ...]
    evaluated: int
    fitting: int
    space: str


@dataclass(frozen=True, slots=True)
class _Best:
    """What is kept of one block: decisions of the best and of the undominated plans, and of the leanest one."""

    evaluated: int
    fitting: int
    keys: Values
    best: Mapping[str, Values]
    front_costs: Values
    front: Mapping[str, Values]
    leanest_bytes: float
    leanest: Mapping[str, Values]


def search(
    task: Task,
    *,
    objective: str = "time",
    top: int = 10,
    space: str = "full",
    first: Callable[[Plan], None] | None = None,
) -> Found:
    """Find the best plans for a training step.

    Parameters
    ----------
    task : what is to be split, with what the user holds.
    objective : one of ``OBJECTIVES``.
    top : plans to return, at least 1 [1].
    space : "full", every legal plan on all accelerators; or "usual", few values of each dimension, on fewer
        accelerators too. Where no plan on all of them is legal, the usual space is searched instead.
    first : called with a first plan that fits, within a fraction of a second.

    Returns
    -------
    Found : see there.

    Raises
    ------
    InfeasibleError : what is held is not legal, or nothing fits; the message says what is missing.
    UsageError : an unknown objective or space.

    Source: isaev2023 (the idea of an exhaustive search over execution strategies).
    """
    _known("objective", objective, OBJECTIVES)
    _known("space", space, SPACES)
    check(task, all_accelerators=space == "full")
    if space == "full":
        if first is not None:
            _first(task, objective, first)
        found = _gather(task, full(task), objective, top, "full")
        if found is not None:
            return found
    found = _gather(task, usual(task), objective, top, "usual")
    if found is None:
        from denshi.workload.training.explain import no_plan

        raise no_plan(task)
    return found


def leanest(task: Task) -> Plan | None:
    """Return the usual plan that needs the least memory, whether it fits or not; None where no plan is legal."""
    kept = list(_evaluated(task, usual(task), "memory", 1))
    return _plans(task, min(kept, key=lambda one: one.leanest_bytes).leanest)[0] if kept else None


def _known(what: str, name: str, names: Iterable[str]) -> None:
    if name not in names:
        raise UsageError(f'there is no {what} "{name}"', mend=nearest(name, names))


def _first(task: Task, objective: str, tell: Callable[[Plan], None]) -> None:
    kept = [one for one in _evaluated(task, usual(task, all_accelerators=True), objective, 1) if one.fitting]
    if kept:
        tell(_plans(task, min(kept, key=lambda one: float(one.keys[0])).best)[0])


def _gather(task: Task, blocks: Iterator[Block], objective: str, top: int, space: str) -> Found | None:
    """Merge the blocks; None where there is none. Raises InfeasibleError where nothing fits."""
    kept = list(_evaluated(task, blocks, objective, top))
    if not kept:
        return None
    fitting = [one for one in kept if one.fitting]
    if not fitting:
        from denshi.workload.training.explain import too_large

        raise too_large(task, _plans(task, min(kept, key=lambda one: one.leanest_bytes).leanest)[0])
    order = np.argsort(np.concatenate([one.keys for one in fitting]), kind="stable")[:top]
    costs = np.concatenate([one.front_costs for one in fitting])
    undominated = _front(costs)
    return Found(
        plans=_plans(task, _joined([one.best for one in fitting], order)),
        front=_plans(task, _joined([one.front for one in fitting], undominated)),
        evaluated=sum(one.evaluated for one in kept),
        fitting=sum(one.fitting for one in kept),
        space=space,
    )


def _evaluated(task: Task, blocks: Iterator[Block], objective: str, top: int) -> Iterator[_Best]:
    """Evaluate blocks side by side, in order."""
    workers = min(os.cpu_count() or 1, 8)
    with ThreadPoolExecutor(workers) as pool:
        waiting = [pool.submit(_best, task, block, objective, top) for block in islice(blocks, _AHEAD)]
        while waiting:
            yield waiting.pop(0).result()
            waiting.extend(pool.submit(_best, task, block, objective, top) for block in islice(blocks, 1))


def _best(task: Task, block: Block, objective: str, top: int) -> _Best:
    columns = completed(task, block.columns)
    held = remembered(task, columns)["memory_bytes"]
    fits = held <= task.usable_bytes
    leanest_at = np.unravel_index(int(np.argmin(held)), held.shape)
    lean = {name: _at(columns[name], [np.array([i]) for i in leanest_at]) for name in DECISIONS}
    nothing = {name: np.empty(0) for name in DECISIONS}
    least = float(held[leanest_at])
    if not fits.any():
        return _Best(block.plans, 0, np.empty(0), nothing, np.empty((0, 3)), nothing, least, lean)
    parts = timed(task, columns)
    key = np.where(fits, _key(task, columns, held, parts, objective), np.inf)
    key = np.broadcast_to(key, block.shape)
    fitting = int(np.count_nonzero(fits)) * (block.plans // fits.size)
    main = int(np.prod(block.shape[:MAIN_AXES]))
    rows = key.reshape(main, -1)
    inner = np.argmin(rows, axis=1)
    lowest = rows[np.arange(main), inner]
    chosen = np.argsort(lowest, kind="stable")[:top]
    chosen = chosen[np.isfinite(lowest[chosen])]
    at = np.unravel_index(chosen * rows.shape[1] + inner[chosen], block.shape)
    front, costs = _block_front(columns, block, held, fits, parts["step_s"])
    return _Best(
        evaluated=block.plans,
        fitting=fitting,
        keys=lowest[chosen],
        best={name: _at(columns[name], at) for name in DECISIONS},
        front_costs=costs,
        front={name: _at(columns[name], front) for name in DECISIONS},
        leanest_bytes=least,
        leanest=lean,
    )


def _key(
    task: Task, columns: Mapping[str, Values], held: Values, parts: Mapping[str, Values], objective: str
) -> Values:
    """What is to be small; with equal memory the shorter step wins."""
    if objective == "time":
        return parts["step_s"]
    if objective == "cost":
        return np.asarray(parts["step_s"] * used(columns))
    if objective == "energy":
        return energy_kwh(task, columns, parts)
    return np.asarray(held + parts["step_s"])


def _block_front(
    columns: Mapping[str, Values], block: Block, held: Values, fits: NDArray[np.bool_], step_s: Values
) -> tuple[tuple[NDArray[np.intp], ...], Values]:
    """Positions of a block that none other dominates in time, memory and accelerator-hours, and these three costs.

    Most positions fall to one that is as fast in a lower bin of memory, before any is compared one by one.
    """
    seconds = np.broadcast_to(np.where(fits, step_s, np.inf), block.shape).ravel()
    space = np.broadcast_to(held, block.shape).ravel()
    number = np.broadcast_to(used(columns), block.shape)
    low, high = float(space.min()), float(np.max(space, initial=0.0, where=np.isfinite(seconds)))
    uniform = used(columns).size == 1
    bins = ((space - low) * ((_BINS - 1) / max(high - low, 1.0))).clip(0, _BINS - 1).astype(np.int16)
    fastest = np.full(_BINS, np.inf)
    np.minimum.at(fastest, bins, seconds * (number.ravel() if not uniform else 1.0))
    below = np.concatenate([[np.inf], np.minimum.accumulate(fastest)[:-1]])
    keep = np.flatnonzero((seconds * (number.ravel() if not uniform else 1.0) < below[bins]) & np.isfinite(seconds))
    at = np.unravel_index(keep, block.shape)
    costs = np.stack([seconds[keep], space[keep], seconds[keep] * number[at]], axis=1)
    best = _front(costs)
    return tuple(axis[best] for axis in at), costs[best]


def _front(costs: Values) -> NDArray[np.intp]:
    """Return which rows no other row is at most as large as in every column; of equal rows the first."""
    order = np.lexsort(costs.T[::-1])
    kept: list[int] = []
    while order.size:
        first = order[0]
        kept.append(int(first))
        rest = order[1:]
        order = rest[~np.all(costs[rest] >= costs[first], axis=1)]
    return np.array(kept, dtype=np.intp)


def _at(column: Values, at: Iterable[NDArray[np.intp]]) -> Values:
    """Read a column that broadcasts at positions of the whole grid."""
    if column.ndim < AXES:
        column = column.reshape((1,) * (AXES - column.ndim) + column.shape)
    return np.asarray(column[tuple(np.minimum(i, size - 1) for i, size in zip(at, column.shape, strict=True))])


def _joined(blocks: Iterable[Mapping[str, Values]], at: NDArray[np.intp]) -> dict[str, Values]:
    blocks = list(blocks)
    return {name: np.concatenate([one[name] for one in blocks])[at] for name in DECISIONS}


def _plans(task: Task, columns: Mapping[str, Values]) -> tuple[Plan, ...]:
    """Evaluate chosen plans in full, one mapping each."""
    known = evaluate(task, columns)
    count = len(columns["tp"])
    wide = {name: np.broadcast_to(column, (count,)) for name, column in known.items()}
    return tuple({name: float(column[row]) for name, column in wide.items()} for row in range(count))
