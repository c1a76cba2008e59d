"""The halls of a cluster: where every rack stands, and the first hall in a form short enough to keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from denshi.cluster.place import SERVICE, IntArray, Places, Plan, places
from denshi.cluster.rack import Elevation

KINDS = ("compute", "leaf", *SERVICE)


@dataclass(frozen=True, slots=True)
class Racks:
    """All racks, one entry each: kind, hall, row, position in the row, left front corner on the campus.

    ``first`` and ``count`` are the devices held, numbered as ``plane x devices of a plane + device``; a compute rack
    holds units, and one of several racks of a unit after the first holds none.
    """

    kind: NDArray[np.int32]
    kinds: tuple[str, ...]
    hall: NDArray[np.int32]
    row: NDArray[np.int32]
    position: NDArray[np.int32]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    first: NDArray[np.int32]
    count: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Layout:
    """Every rack, what a rack of each kind holds, and the floor they take."""

    racks: Racks
    elevations: Mapping[str, Elevation]
    halls: int
    rows: int
    width_m: float
    depth_m: float
    grey_m2: float
    white_m2: float
    floor_load_kg_per_m2: float


@dataclass(frozen=True, slots=True)
class Run:
    """Racks of one kind side by side: how many, and where the first begins."""

    kind: str
    count: int
    x_m: float


@dataclass(frozen=True, slots=True)
class HallRow:
    """A row of racks, from left to right."""

    y_m: float
    runs: tuple[Run, ...]


def racks(p: Places) -> Racks:
    """Return every rack, kind by kind."""
    columns = []
    for index, kind in enumerate(KINDS):
        count = rack_count(p, kind)
        number = np.arange(count)
        place = p.where(kind, number) if count else (number, number, number)
        x, y = p.metres(*place)
        first, held = _held(p, kind, number)
        columns.append((np.full(count, index), *place, x, y, first, held))
    joined = [np.concatenate(column) for column in zip(*columns, strict=True)]
    kind_, hall, row, position, x, y, first, held = joined
    small = [a.astype(np.int32) for a in (kind_, hall, row, position, first, held)]
    return Racks(small[0], KINDS, small[1], small[2], small[3], x, y, small[4], small[5])


def rack_count(p: Places, kind: str) -> int:
    """Return how many racks of a kind there are [count]."""
    return {"compute": p.compute_racks, "leaf": p.leaf_racks, **p.count}[kind]


@lru_cache(maxsize=64)
def first_hall(plan: Plan) -> tuple[HallRow, ...]:
    """Return the rows of the first hall, racks of one kind that stand side by side as one run."""
    p = places(plan)
    found: list[tuple[int, int, int]] = []
    for index, kind in enumerate(KINDS):
        # racks of a kind are numbered from hall to hall
        count = rack_count(p, kind)
        number = np.arange(min(count, p.rows * p.columns)) if count else np.arange(0)
        hall, row, position = p.where(kind, number) if len(number) else (number, number, number)
        here = hall == 0
        found += [(int(r), int(c), index) for r, c in zip(row[here], position[here], strict=True)]
    rows: dict[int, list[tuple[int, int]]] = {}
    for row_, position_, index in sorted(found):
        rows.setdefault(row_, []).append((position_, index))
    return tuple(HallRow(_y(p, row), _runs(p, held)) for row, held in rows.items())


def white_m2(p: Places) -> float:
    """Return the floor of all halls [m2]."""
    return p.halls * p.width_m * p.depth_m


def _y(p: Places, row: int) -> float:
    zero = np.zeros(1, np.int64)
    return round(float(p.metres(zero, zero + row, zero)[1][0]), 6)


def _runs(p: Places, held: list[tuple[int, int]]) -> tuple[Run, ...]:
    breaks = [0, *(i for i, (a, b) in enumerate(pairwise(held), 1) if a[1] != b[1] or b[0] != a[0] + 1), len(held)]
    zero = np.zeros(1, np.int64)
    return tuple(
        Run(KINDS[held[a][1]], b - a, round(float(p.metres(zero, zero, zero + held[a][0])[0][0]), 6))
        for a, b in pairwise(breaks)
    )


def _held(p: Places, kind: str, rack: IntArray) -> tuple[IntArray, IntArray]:
    """Return the first device of each rack and how many it holds."""
    plan, spr = p.plan, p.plan.switches_per_rack
    units, planes = plan.wiring.units, plan.wiring.planes
    if kind == "compute":
        if plan.span > 1:
            return rack // plan.span, (rack % plan.span == 0).astype(np.int64)
        return rack * plan.per_rack, np.minimum(units - rack * plan.per_rack, plan.per_rack)
    if kind == "leaf" and len(rack):
        return _leaves_held(p, rack)
    if kind in p.per_plane:
        seat, plane = np.divmod(rack, planes)
        total = p.per_plane[kind]
        return plane * total + seat * spr, np.minimum(total - seat * spr, spr)
    return rack, np.ones_like(rack)


def _leaves_held(p: Places, rack: IntArray) -> tuple[IntArray, IntArray]:
    part, spr, planes = p.part, p.plan.switches_per_rack, p.plan.wiring.planes
    above, deep = np.divmod(rack, p.deep)
    above, plane = np.divmod(above, planes)
    block, side = np.divmod(above, part.sides)
    pod, block = np.divmod(block, p.blocks_per_pod)
    size = p.groups * part.rails
    first = block * size + deep * spr
    count = np.minimum(np.minimum(spr, size - deep * spr), part.leaves - first)
    return plane * p.leaves_per_plane + (pod * part.sides + side) * part.leaves + first, count
