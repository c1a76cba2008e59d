"""The plans that a search goes through, in blocks of open grids: every position of a block is a legal plan.

A block's columns broadcast over six axes: layout, expert parallelism, micro-batch | recomputation, sharding of states,
sequence parallelism. Those before the bar make plans differ, those behind it are details of one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from denshi.workload.training.legal import depths, divisors, interleaves, virtual_stages
from denshi.workload.training.memory import FULL, LEAN
from denshi.workload.training.shape import Values
from denshi.workload.training.task import Task

AXES = 6
MAIN_AXES = 3
_LONG_SEQUENCE = 16384.0
_SHORTEST_PIECE = 128.0
_USUAL_PIECE = 2048.0
_LARGEST_TENSOR_GROUP = 64.0
_LARGEST_CONTEXT_GROUP = 256.0
_USUAL_MICRO_BATCHES = (1.0, 2.0, 4.0, 8.0)
_USUAL_RECOMPUTE = (0.0, LEAN, 1.25, 1.5, FULL)
_USUAL_DETAILS = {"zero_bubble": 0.0, "sequence_parallel": 1.0}
_USUAL_LAYOUTS = 2048
# so many positions that the arrays of a block stay near the processor
_LARGEST_BLOCK = 1 << 19


@dataclass(frozen=True, slots=True)
class Block:
    """Columns that broadcast over the axes, and how many plans they are."""

    columns: Mapping[str, Values]
    shape: tuple[int, ...]

    @property
    def plans(self) -> int:
        """Positions of the grid."""
        return int(np.prod(self.shape))


def full(task: Task) -> Iterator[Block]:
    """Yield every legal plan on all accelerators, one block for each tensor, context and pipeline group."""
    n, sequences, layers = task.accelerators, task.sequences, float(task.shape.layers)
    for tp in _held(task, "tp", _tensor_groups(task, 2.0)):
        for cp in _held(task, "cp", _context_groups(task, _SHORTEST_PIECE)):
            for pp in _held(task, "pp", [p for p in divisors(n / (tp * cp)) if p <= layers]):
                dp = n / (tp * cp * pp)
                if dp != round(dp) or round(sequences) % round(dp) or dp != task.fixed.get("dp", dp):
                    continue
                yield from _around(task, tp, cp, pp, dp)


def _around(task: Task, tp: float, cp: float, pp: float, dp: float) -> Iterator[Block]:
    """Yield the plans of one set of groups: any schedule with enough micro-batches, the plain one with fewer."""
    layers, experts = float(task.shape.layers), float(task.shape.experts)
    virtual = [v for v in _held(task, "virtual_stages", virtual_stages(layers, pp)) if interleaves(layers, pp, v)]
    bubbles = _held(task, "zero_bubble", (0.0, 1.0))
    schedules = [(v, z) for v in virtual for z in bubbles if not z or (pp > 1 and v == 1)]
    groups = [e for e in _held(task, "ep", divisors(experts)) if round(tp * cp * dp) % round(e) == 0]
    own = task.sequences / dp
    batches = [b for b in _held(task, "micro_batch", divisors(own)) if round(own) % round(b) == 0]
    stage = int(np.ceil(layers / pp))
    shares = (0.0, *(LEAN + k / stage for k in range(stage + 1)))
    states = [(z, s) for z in _held(task, "zero", (0.0, 1.0, 2.0, 3.0)) for s in _shards(task, z, dp * cp)]
    divided = _held(task, "sequence_parallel", (1.0, 0.0) if tp > 1 else (1.0,))
    short = [b for b in batches if own / b < pp]
    plain = [one for one in schedules if one == (1.0, 0.0)]
    for some, smaller in ((schedules, batches[: len(batches) - len(short)]), (plain, short)):
        if not (some and smaller and states):
            continue
        rest = len(some) * (stage + 2) * len(states) * len(divided)
        for part, group in product(_cut(smaller, _LARGEST_BLOCK // rest), groups):
            yield _block(
                {"tp": tp, "cp": cp, "pp": pp, "dp": dp, "ep": group},
                [
                    dict(zip(("virtual_stages", "zero_bubble"), np.array(some).T, strict=True)),
                    {},
                    {"micro_batch": part},
                    {"recompute": _held(task, "recompute", shares)},
                    dict(zip(("zero", "shard"), np.array(states).T, strict=True)),
                    {"sequence_parallel": divided},
                ],
            )


def _cut(values: Sequence[float], most: int) -> list[Sequence[float]]:
    """Cut values into pieces of at most so many, at least one."""
    size = max(most, 1)
    return [values[begin : begin + size] for begin in range(0, len(values), size)]


def _shards(task: Task, zero: float, ranks: float) -> Sequence[float]:
    """Ranks that the states are sharded over: all first, or fewer with copies among them; unsharded is ZeRO 0 alone."""
    if "shard" in task.fixed:
        held = task.fixed["shard"]
        return (held,) if round(ranks) % round(held) == 0 else ()
    if zero == 0 or ("zero" in task.fixed and ranks == 1):
        return (ranks,)
    return divisors(ranks)[:0:-1]


def usual(task: Task, *, all_accelerators: bool = False) -> Iterator[Block]:
    """Yield the plans that are usually best, on all accelerators and on fewer: few values of each dimension.

    Batches that do not divide among the ranks end in a micro-batch that is not full.
    """
    experts, layers = float(task.shape.experts), float(task.shape.layers)
    axes = {
        "tp": [t for t in _tensor_groups(task, 1.0) if np.log2(t) % 1 == 0],
        "cp": _context_groups(task, _USUAL_PIECE) if float(task.shape.sequence) > _LONG_SEQUENCE else (1.0,),
        "pp": [p for p in depths(layers) if p <= task.accelerators],
        "virtual_stages": (0.0, 1.0, 2.0, 4.0),
        "ep": divisors(experts),
        "micro_batch": _USUAL_MICRO_BATCHES,
        "fewer": (0.0,) if all_accelerators or "dp" in task.fixed else (0.0, 1.0),
    }
    grid = np.meshgrid(*[_held(task, name, values) for name, values in axes.items()], indexing="ij")
    layouts = {name: column.ravel() for name, column in zip(axes, grid, strict=True)}
    layouts = _with_virtual_stages(task, layouts)
    layouts["dp"] = _data_ranks(task, layouts)
    keep = _exist(task, layouts) & (_divides(task, layouts) if all_accelerators else True)
    layouts = {name: column[keep] for name, column in layouts.items() if name != "fewer"}
    # in a pipeline fully sharded weights would be gathered for every micro-batch: nobody runs that
    alone = layouts["pp"] == 1
    for some, usual_states in ((alone, (1.0, 3.0)), (~alone, (1.0,))):
        chosen = {name: column[some] for name, column in layouts.items()}
        yield from _usual_blocks(task, chosen, _held(task, "zero", usual_states))


def _usual_blocks(task: Task, layouts: Mapping[str, Values], states: Sequence[float]) -> Iterator[Block]:
    """Yield layouts in blocks that stay near the processor, with the details that are usual."""
    details = {name: task.fixed.get(name, value) for name, value in _USUAL_DETAILS.items()}
    for begin in range(0, layouts["pp"].size, _USUAL_LAYOUTS):
        part = {name: column[begin : begin + _USUAL_LAYOUTS] for name, column in layouts.items()}
        ranks = part["dp"] * part["cp"]
        part["shard"] = np.full_like(ranks, task.fixed["shard"]) if "shard" in task.fixed else ranks
        yield _block(
            details,
            [part, {}, {}, {"recompute": _held(task, "recompute", _USUAL_RECOMPUTE)}, {"zero": states}, {}],
        )


def _divides(task: Task, layouts: Mapping[str, Values]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Say where the global batch is whole micro-batches on every rank."""
    return np.asarray(np.round(task.sequences) % np.maximum(layouts["dp"] * layouts["micro_batch"], 1.0) == 0)


def _with_virtual_stages(task: Task, layouts: Mapping[str, Values]) -> dict[str, Values]:
    """Read the axis of virtual stages as layers a piece (1, 2, 4, and 0 for the whole stage), unless they are held."""
    if "virtual_stages" in task.fixed:
        return dict(layouts)
    piece, pp, layers = layouts["virtual_stages"], layouts["pp"], float(task.shape.layers)
    count = np.where(piece > 0, np.ceil(layers / (pp * np.maximum(piece, 1.0)) - 1e-9), 1.0)
    # 1 where the whole stage is meant; a piece as large as the stage repeats it
    count = np.where((piece > 0) & ((pp == 1) | (count <= 1)), np.nan, count)
    return {**layouts, "virtual_stages": count}


def _data_ranks(task: Task, layouts: Mapping[str, Values]) -> Values:
    """All ranks that there is room for, or the fewest that need as few micro-batches, in whole expert groups.

    Of the fewer, no rank takes fewer micro-batches than the pipeline has stages: more would only deepen the bubble.
    """
    group = layouts["tp"] * layouts["cp"] * layouts["pp"]
    room = task.accelerators / group
    if "dp" in task.fixed:
        return np.full_like(room, task.fixed["dp"])
    batches = task.sequences / layouts["micro_batch"]
    space = np.maximum(np.floor(room + 1e-9), 1.0)
    rounds = np.maximum(np.ceil(batches / space - 1e-9), np.minimum(layouts["pp"], np.ceil(batches)))
    needed = np.ceil(batches / rounds - 1e-9)
    inner = (layouts["tp"] * layouts["cp"]).astype(int)
    multiple = layouts["ep"] / np.gcd(layouts["ep"].astype(int), inner)
    up = np.ceil(needed / multiple) * multiple
    fewer = np.where(up <= space, up, np.floor(space / multiple) * multiple)
    return np.asarray(np.where(layouts["fewer"] > 0, fewer, room))


def _exist(task: Task, layouts: Mapping[str, Values]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Keep layouts of whole ranks, experts, pieces and batches; fewer accelerators only where they are fewer."""
    pp, virtual, dp = layouts["pp"], layouts["virtual_stages"], layouts["dp"]
    inner = layouts["tp"] * layouts["cp"] * dp
    whole = (dp >= 1) & (dp == np.round(dp)) & (np.round(inner) % layouts["ep"] == 0)
    rounds = np.ceil(task.sequences / (np.maximum(dp, 1.0) * layouts["micro_batch"]) - 1e-9)
    pieces = (virtual == 1) | ((pp > 1) & (pp * virtual < task.shape.layers + pp) & (rounds >= pp))
    if task.fixed.get("zero_bubble", 0.0):
        pieces &= (virtual == 1) & (pp > 1) & (rounds >= pp)
    room = np.where(layouts["fewer"] > 0, inner * pp < task.accelerators, inner * pp <= task.accelerators)
    shard = task.fixed.get("shard", 1.0)
    shared = np.round(dp * layouts["cp"]) % shard == 0
    # a rank without a sequence of its own has nothing to do
    batches = (dp <= task.sequences) & (layouts["micro_batch"] <= task.sequences)
    return np.asarray(whole & pieces & room & shared & batches)


def _tensor_groups(task: Task, domains: float) -> list[float]:
    most = min(float(task.machine.domain) * domains, _LARGEST_TENSOR_GROUP, task.accelerators)
    return [t for t in divisors(float(task.shape.heads)) if t <= most]


def _context_groups(task: Task, shortest: float) -> list[float]:
    sequence = float(task.shape.sequence)
    most = min(sequence / shortest, _LARGEST_CONTEXT_GROUP, task.accelerators)
    powers = [2.0**k for k in range(int(np.log2(max(most, 1.0))) + 1)]
    return [c for c in powers if sequence % c == 0]


def _held(task: Task, name: str, values: Iterable[float]) -> tuple[float, ...]:
    return (task.fixed[name],) if name in task.fixed else tuple(values)


def _block(scalars: Mapping[str, float], axes: Sequence[Mapping[str, Sequence[float] | Values]]) -> Block:
    columns = {name: np.full((1,) * AXES, value) for name, value in scalars.items()}
    shape = [1] * AXES
    for axis, named in enumerate(axes):
        for name, values in named.items():
            column = np.asarray(values, dtype=np.float64)
            shape[axis] = column.size
            columns[name] = column.reshape([-1 if k == axis else 1 for k in range(AXES)])
    return Block(columns, tuple(shape))
