"""Search over all ways to split a training step: the best plans, the Pareto front, how many plans were looked at.

Plans come in blocks of open grids (:mod:`denshi.workload.training.space`): the parts of time and memory are computed on
the axes that they depend on, only their sums on the whole grid. Of each block only the best and the undominated plans
are kept. Blocks are evaluated side by side on the processors there are; NumPy leaves the interpreter free meanwhile.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
_BINS = 4096
_COSTS = 3
_SAME = 1e-9
_LONGEST_S = 1e300
_AHEAD = 8
_MOST_WORKERS = 8


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
    """What is kept of one block: where its best plans stand, with their keys; its undominated ones; its leanest."""

    columns: Mapping[str, Values]
    evaluated: int
    fitting: int
    keys: Values
    best: NDArray[np.intp]
    costs: Values
    front: NDArray[np.intp]
    leanest_bytes: float
    leanest: NDArray[np.intp]


class _Known:
    """The shortest step found so far within each of many steps of memory: what is slower and larger is dominated.

    Blocks that run side by side may miss each other's latest: they then keep more than they must, and the exact
    comparison at the end drops it.
    """

    def __init__(self, usable_bytes: float) -> None:
        self.per_byte = (_BINS - 1) / max(usable_bytes, 1.0)
        self.within = np.full(_BINS + 1, np.inf)

    def bins(self, held: Values) -> NDArray[np.int32]:
        """Number the steps of memory; what does not fit counts as the last."""
        return np.asarray(np.minimum(held * self.per_byte, _BINS - 1).astype(np.int32))

    def add(self, bins: NDArray[np.int32], seconds: Values) -> None:
        """Note step times; the entry of a bin is what the bins below it reach."""
        best = self.within.copy()
        np.minimum.at(best, bins + 1, seconds)
        self.within = np.minimum.accumulate(best)


def search(
    task: Task,
    *,
    objective: str = "time",
    top: int = 10,
    space: str = "full",
    all_accelerators: bool = False,
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
    all_accelerators : keep the usual space to plans on all accelerators that divide the batch.
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
    check(task, all_accelerators=all_accelerators or space == "full")
    if space == "full":
        if first is not None:
            _first(task, objective, first)
        found = _gather(task, full(task), objective, top, "full")
        if found is not None:
            return found
    found = _gather(task, usual(task, all_accelerators=all_accelerators), objective, top, "usual")
    if found is None:
        from denshi.workload.training.explain import no_plan

        raise no_plan(task)
    return found


def leanest(task: Task, *, all_accelerators: bool) -> Plan | None:
    """Return the usual plan that needs the least memory, whether it fits or not; None where no plan is legal."""
    kept = list(_evaluated(task, usual(task, all_accelerators=all_accelerators), "memory", 1))
    return _leanest(task, kept) if kept else None


def _known(what: str, name: str, names: Iterable[str]) -> None:
    if name not in names:
        raise UsageError(f'there is no {what} "{name}"', mend=nearest(name, names))


def _first(task: Task, objective: str, tell: Callable[[Plan], None]) -> None:
    kept = [one for one in _evaluated(task, usual(task, all_accelerators=True), objective, 1) if one.fitting]
    if kept:
        one = min(kept, key=lambda one: float(one.keys[0]))
        tell(_plans(task, [_at(one.columns, one.best[0])])[0])


def _gather(task: Task, blocks: Iterator[Block], objective: str, top: int, space: str) -> Found | None:
    """Merge the blocks; None where there is none. Raises InfeasibleError where nothing fits."""
    kept = list(_evaluated(task, blocks, objective, top))
    if not kept:
        return None
    fitting = [one for one in kept if one.fitting]
    if not fitting:
        from denshi.workload.training.explain import too_large

        raise too_large(task, _leanest(task, kept))
    order = np.argsort(np.concatenate([one.keys for one in fitting]), kind="stable")[:top]
    best = [(one, at) for one in fitting for at in one.best]
    front = [(one, at) for one in fitting for at in one.front]
    undominated = _front(np.concatenate([one.costs for one in fitting]))
    return Found(
        plans=_plans(task, [_at(best[i][0].columns, best[i][1]) for i in order]),
        front=_plans(task, [_at(front[i][0].columns, front[i][1]) for i in undominated]),
        evaluated=sum(one.evaluated for one in kept),
        fitting=sum(one.fitting for one in kept),
        space=space,
    )


def _leanest(task: Task, kept: Iterable[_Best]) -> Plan:
    one = min(kept, key=lambda one: one.leanest_bytes)
    return _plans(task, [_at(one.columns, one.leanest)])[0]


def _evaluated(task: Task, blocks: Iterator[Block], objective: str, top: int) -> Iterator[_Best]:
    """Evaluate blocks side by side, in order."""
    known = _Known(task.usable_bytes)
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_WORKERS)) as pool:
        waiting = deque(pool.submit(_best, task, block, objective, top, known) for block in islice(blocks, _AHEAD))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(_best, task, block, objective, top, known) for block in islice(blocks, 1))


def _best(task: Task, block: Block, objective: str, top: int, known: _Known) -> _Best:
    columns = completed(task, block.columns)
    held = remembered(task, columns)["memory_bytes"]
    leanest_at = np.array(np.unravel_index(int(np.argmin(held)), held.shape))
    least = float(held[tuple(leanest_at)])
    if least > task.usable_bytes:
        nowhere = np.empty((0, AXES), dtype=np.intp)
        return _Best(columns, block.plans, 0, np.empty(0), nowhere, np.empty((0, _COSTS)), nowhere, least, leanest_at)
    fits = held <= task.usable_bytes
    parts = timed(task, columns)
    seconds = np.broadcast_to(np.where(fits, parts["step_s"], np.inf), block.shape)
    key = seconds
    if objective != "time":
        key = np.where(fits, _key(task, columns, held, parts, objective), np.inf)
    keys, best = _lowest(np.broadcast_to(key, block.shape), top)
    costs, front = _undominated(columns, np.broadcast_to(held, block.shape), seconds, known)
    return _Best(
        columns=columns,
        evaluated=block.plans,
        fitting=int(np.count_nonzero(fits)) * (block.plans // fits.size),
        keys=keys,
        best=best,
        costs=costs,
        front=front,
        leanest_bytes=least,
        leanest=leanest_at,
    )


def _key(
    task: Task, columns: Mapping[str, Values], held: Values, parts: Mapping[str, Values], objective: str
) -> Values:
    """What is to be small; with equal memory the shorter step wins."""
    if objective == "cost":
        return np.asarray(parts["step_s"] * used(columns))
    if objective == "energy":
        return energy_kwh(task, columns, parts)
    return np.asarray(held + parts["step_s"])


def _lowest(key: Values, top: int) -> tuple[Values, NDArray[np.intp]]:
    """Lowest keys and where they stand, one for each main decision, at most ``top``."""
    main = int(np.prod(key.shape[:MAIN_AXES]))
    rows = key.reshape(main, -1)
    inner = np.argmin(rows, axis=1)
    lowest = rows[np.arange(main), inner]
    chosen = np.argsort(lowest, kind="stable")[:top]
    chosen = chosen[np.isfinite(lowest[chosen])]
    at = np.unravel_index(chosen * rows.shape[1] + inner[chosen], key.shape)
    return lowest[chosen], np.stack(at, axis=1)


def _undominated(
    columns: Mapping[str, Values], held: Values, seconds: Values, known: _Known
) -> tuple[Values, NDArray[np.intp]]:
    """Time, memory and accelerator-seconds of the positions that none dominates, and where they stand."""
    number = used(columns)
    if number.size == 1:
        bins = known.bins(held)
        at = np.nonzero(seconds <= np.minimum(known.within[bins], _LONGEST_S))
        known.add(bins[at], seconds[at])
        again = seconds[at] <= known.within[bins[at]]
        at = tuple(axis[again] for axis in at)
    else:
        at = np.nonzero(np.isfinite(seconds))
    accelerators = np.broadcast_to(number, seconds.shape)[at]
    costs = np.stack([seconds[at], held[at], seconds[at] * accelerators], axis=1)
    best = _front(costs)
    return costs[best], np.stack(at, axis=1)[best]


def _front(costs: Values) -> NDArray[np.intp]:
    """Return which rows no other row is at most as large as in every column; of equal rows the first."""
    order = np.lexsort(costs.T[::-1])
    accelerators = costs[:, 2] / costs[:, 0]
    if not len(costs) or np.ptp(accelerators) <= _SAME * accelerators[0]:
        memory = costs[order, 1]
        before = np.concatenate([[np.inf], np.minimum.accumulate(memory)[:-1]])[: len(memory)]
        return np.asarray(order[memory < before])
    kept: list[int] = []
    while order.size:
        first = order[0]
        kept.append(int(first))
        rest = order[1:]
        order = rest[~np.all(costs[rest] >= costs[first], axis=1)]
    return np.array(kept, dtype=np.intp)


def _at(columns: Mapping[str, Values], at: NDArray[np.intp]) -> dict[str, float]:
    """Read the decisions at one position of the whole grid from columns that broadcast."""
    out = {}
    for name in DECISIONS:
        column = columns[name]
        shape = (1,) * (AXES - column.ndim) + column.shape
        out[name] = float(column.reshape(shape)[tuple(np.minimum(at, np.array(shape) - 1))])
    return out


def _plans(task: Task, chosen: Sequence[Mapping[str, float]]) -> tuple[Plan, ...]:
    """Evaluate chosen plans in full, one mapping each."""
    columns = {name: np.array([one[name] for one in chosen]) for name in DECISIONS}
    known = {name: np.broadcast_to(column, (len(chosen),)) for name, column in evaluate(task, columns).items()}
    return tuple({name: float(column[row]) for name, column in known.items()} for row in range(len(chosen)))
