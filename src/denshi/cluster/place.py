"""Where racks stand: the arithmetic of positions, shared by the layout, the lengths of cables and the pull list.

Compute racks stand in a line that is folded into rows, and rows into halls. The leaf switches of one or several
scalable units, a block, stand in racks of their own inside the line of their block. What serves a whole fabric (spines,
core, border, storage, management) stands in rows in the middle of each hall.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from denshi.cluster.fabric import leaf_ports, scale_out
from denshi.cluster.links import Wiring

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
SERVICE = ("spine", "core", "border", "storage", "management")
_MARGIN_M = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything the places of racks depend on.

    ``span`` is how many racks one unit takes, ``per_rack`` how many units a rack takes; one of them is 1. ``leaf_at``
    is where in the line of a block its leaf racks stand: 0.5 in the middle, 1 at the end.
    """

    wiring: Wiring
    per_rack: int
    span: int
    switches_per_rack: int
    storage_racks: int
    management_racks: int
    row_racks: int
    hall_rows: int
    rack_width_m: float
    rack_depth_m: float
    aisle_m: float
    fill_fraction: float
    grey_m2_per_rack: float
    leaf_at: float


@dataclass(frozen=True, slots=True)
class Part:
    """How one of the equal fabrics of a plane is built: ``sides`` are rails that nothing joins."""

    pods: int
    sides: int
    rails: int
    down: int
    up: int
    leaves: int
    spines: int
    core: int


def part_of(w: Wiring) -> Part:
    """Return the structure of the fabrics that ``links`` lists."""
    counts = scale_out(w.topology, w.units, w.accelerators, 1, w.radix, w.oversubscription, w.rails, w.beyond)
    if w.topology == "torus":
        return Part(1, 1, 1, max(w.units * w.accelerators, 1), 0, 0, 0, 0)
    pods, sides = counts.pods, w.accelerators if w.topology == "rail-only" else 1
    one = pods * sides
    leaves = counts.leaves // one
    if sides > 1 and leaves == 1:
        # rails of one switch each stand side by side like those of a scalable unit
        return Part(pods, 1, sides, w.radix, 0, sides, 0, 0)
    if w.topology == "dragonfly" and leaves > 1:
        return Part(pods, sides, 1, (w.radix + 1) // 4, 0, leaves, 0, 0)
    rails = min(w.rails, w.accelerators) if w.topology == "rail-fat-tree" and leaves > 1 else 1
    down, up = leaf_ports(w.radix, w.oversubscription) if leaves > 1 else (w.radix, 0)
    return Part(pods, sides, rails, down, up, leaves, counts.spines // one, counts.core // one)


def pod_starts(w: Wiring, pods: int) -> IntArray:
    """Return the first accelerator of each pod, and the end of the last [count]."""
    hosts = w.units * w.accelerators
    outward = ceil(hosts / w.beyond) if pods > 1 else 0
    size = ceil((hosts + outward) / pods)
    pod = np.arange(pods)
    here = size - (outward // pods + (pod < outward % pods))
    return np.concatenate([[0], np.minimum(np.cumsum(here), hosts)]).astype(np.int64)


class Places:
    """The places of all racks of a plan: kinds ``compute``, ``leaf`` and those of ``SERVICE``, each numbered."""

    def __init__(self, plan: Plan) -> None:
        w = plan.wiring
        self.plan, self.part = plan, part_of(w)
        part, spr = self.part, plan.switches_per_rack
        self.pods = pod_starts(w, part.pods)
        self.groups = max(spr // part.rails, 1) if part.leaves else 1
        self.deep = ceil(self.groups * part.rails / spr)
        self.leaf_racks_per_block = part.sides * w.planes * self.deep if part.leaves else 0
        per_pod = max(ceil(part.leaves / part.rails / self.groups), 1)
        self.blocks_per_pod = per_pod
        self.block_ends = self.groups * part.rails * part.down * part.sides
        if not part.leaves:
            self.block_ends = plan.row_racks * plan.per_rack * w.accelerators
            self.blocks_per_pod = per_pod = max(ceil(w.units * w.accelerators / self.block_ends), 1)
        offsets = np.arange(per_pod) * self.block_ends
        starts = np.minimum(self.pods[:-1, None] + offsets, self.pods[1:, None]).ravel()
        self.blocks = len(starts)
        self.block_start = np.append(starts, w.units * w.accelerators)
        self.compute_racks = self.racks_before(w.units * w.accelerators)
        first = np.array(self._racks_before(self.block_start))
        full = self._racks_before(starts + self.block_ends) - first[:-1]
        held = np.diff(first)
        held[-1] = max(full[-1], held[-1])
        self.first_rack, m = first, self.leaf_racks_per_block
        self.leaf_before = first[:-1] + np.rint(plan.leaf_at * held).astype(np.int64)
        size = int(full.max(initial=1)) + m
        columns = plan.row_racks
        self.columns = columns // size * size if size <= columns else columns
        self.blocks_per_hall = max(self.columns * plan.hall_rows // size, 1)
        self.halls = ceil(self.blocks / self.blocks_per_hall)
        starts_of_halls = np.arange(self.halls) * self.blocks_per_hall
        self.base = first[starts_of_halls] + m * starts_of_halls
        self._service()

    def _racks_before(self, ends: IntArray) -> IntArray:
        """Return how many racks begin before an end point."""
        a, plan = self.plan.wiring.accelerators, self.plan
        return -(-ends // (a * plan.per_rack)) if plan.span == 1 else -(-ends // a) * plan.span

    def racks_before(self, ends: int) -> int:
        """Return how many compute racks begin before an end point [count]."""
        return int(self._racks_before(np.array([ends]))[0])

    def _service(self) -> None:
        w, part, plan = self.plan.wiring, self.part, self.plan
        spr, one = plan.switches_per_rack, part.pods * part.sides
        border = scale_out(
            w.topology, w.units, w.accelerators, 1, w.radix, w.oversubscription, w.rails, w.beyond
        ).border
        self.per_plane = {"spine": one * part.spines, "core": one * part.core, "border": border}
        self.racks_per_plane = {kind: ceil(n / spr) for kind, n in self.per_plane.items()}
        self.count = {kind: n * w.planes for kind, n in self.racks_per_plane.items()}
        self.count |= {"storage": plan.storage_racks, "management": plan.management_racks}
        hall = np.arange(self.halls + 1)
        edges = {kind: -(-hall * n // self.halls) for kind, n in self.count.items()}
        held = {kind: np.diff(edge) for kind, edge in edges.items()}
        self._edge, self._ahead, ahead = edges, {}, np.zeros(self.halls, np.int64)
        for kind in SERVICE:
            self._ahead[kind] = ahead
            ahead = ahead + held[kind]
        most = int(self._last_position().max(initial=0)) + 1
        self.service_rows = ceil(int(ahead.max(initial=0)) / self.columns)
        self.compute_rows = ceil(most / self.columns)
        self.half = (self.compute_rows + 1) // 2
        self.rows = self.compute_rows + self.service_rows
        used = min(max(most, int(ahead.max(initial=0))), self.columns)
        self.width_m = used * plan.rack_width_m / plan.fill_fraction + 2 * _MARGIN_M
        self.depth_m = self.rows * (plan.rack_depth_m + plan.aisle_m) + plan.aisle_m
        racks = self.compute_racks / self.halls
        plot = self.width_m * self.depth_m + racks * plan.grey_m2_per_rack
        side = sqrt(plot)
        self.pitch_x_m, self.pitch_y_m = max(self.width_m, side), max(self.depth_m, side)
        self.halls_across = ceil(sqrt(self.halls))

    def _last_position(self) -> IntArray:
        last = np.minimum(np.arange(1, self.halls + 1) * self.blocks_per_hall, self.blocks) - 1
        m = self.leaf_racks_per_block
        end = np.maximum(self.first_rack[last + 1] + m * (last + 1), self.leaf_before[last] + m * (last + 1))
        return np.asarray(end - self.base - 1, np.int64)

    def compute(self, rack: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return hall, row and position in the row of compute racks."""
        block = np.searchsorted(self.first_rack, rack, side="right") - 1
        block = np.minimum(block, self.blocks - 1)
        m = self.leaf_racks_per_block
        line = rack + m * (block + (rack >= self.leaf_before[block]))
        return self._fold(block // self.blocks_per_hall, line)

    def leaf(self, rack: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return hall, row and position in the row of leaf racks."""
        m = self.leaf_racks_per_block
        block = rack // m
        return self._fold(block // self.blocks_per_hall, self.leaf_before[block] + rack)

    def _fold(self, hall: IntArray, line: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        row, column = np.divmod(line - self.base[hall], self.columns)
        column = np.where(row % 2 == 1, self.columns - 1 - column, column)
        return hall, row + self.service_rows * (row >= self.half), column

    def service(self, kind: str, rack: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return hall, row and position in the row of racks that serve a whole fabric."""
        hall = rack * self.halls // max(self.count[kind], 1)
        index = self._ahead[kind][hall] + rack - self._edge[kind][hall]
        return hall, self.half + index // self.columns, index % self.columns

    def where(self, kind: str, rack: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return hall, row and position in the row of racks of a kind."""
        if kind == "compute":
            return self.compute(rack)
        return self.leaf(rack) if kind == "leaf" else self.service(kind, rack)

    def metres(self, hall: IntArray, row: IntArray, position: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return the left front corner of positions on the campus [m]."""
        plan, across = self.plan, self.halls_across
        line, column = np.divmod(hall, across)
        column = np.where(line % 2 == 1, across - 1 - column, column)
        x = column * self.pitch_x_m + _MARGIN_M + position * plan.rack_width_m
        y = line * self.pitch_y_m + plan.aisle_m + row * (plan.rack_depth_m + plan.aisle_m)
        return x, y

    def xy(self, kind: str, rack: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return where racks of a kind stand on the campus [m]."""
        return self.metres(*self.where(kind, rack))

    @cached_property
    def leaf_xy(self) -> tuple[FloatArray, FloatArray]:
        """Where all leaf racks stand [m]."""
        return self.xy("leaf", np.arange(self.leaf_racks))

    @cached_property
    def service_xy(self) -> dict[str, tuple[FloatArray, FloatArray]]:
        """Where all other racks but compute racks stand [m]."""
        return {kind: self.xy(kind, np.arange(self.count[kind])) for kind in SERVICE}

    @property
    def leaf_racks(self) -> int:
        """Racks of leaf switches [count]."""
        return self.blocks * self.leaf_racks_per_block

    @property
    def leaves_per_plane(self) -> int:
        """Leaf switches of a plane [count]."""
        return self.part.leaves * self.part.pods * self.part.sides

    def rack_of_unit(self, unit: IntArray) -> IntArray:
        """Return the compute rack of units; of a unit of several racks its middle one."""
        plan = self.plan
        return unit // plan.per_rack if plan.span == 1 else unit * plan.span + plan.span // 2

    def rack_of_leaf(self, leaf: IntArray, plane: int) -> IntArray:
        """Return the rack of leaves, numbered in their plane."""
        part, spr = self.part, self.plan.switches_per_rack
        fabric, local = np.divmod(leaf, part.leaves)
        block, within = np.divmod(local, self.groups * part.rails)
        pod, side = np.divmod(fabric, part.sides)
        block = pod * self.blocks_per_pod + block
        racks = ((block * part.sides + side) * self.plan.wiring.planes + plane) * self.deep + within // spr
        return np.asarray(racks, np.int64)

    def rack_of_switch(self, switch: IntArray, plane: int) -> IntArray:
        """Return the rack of spine, core or border switches, numbered in their plane; planes take turns."""
        return switch // self.plan.switches_per_rack * self.plan.wiring.planes + plane

    def rack_of(self, kind: str, device: IntArray, plane: int) -> IntArray:
        """Return the rack of devices of a kind of ``links``."""
        if kind == "unit":
            return self.rack_of_unit(device)
        return self.rack_of_leaf(device, plane) if kind == "leaf" else self.rack_of_switch(device, plane)

    def seat(self, kind: str, device: IntArray) -> IntArray:
        """Return which device of its rack each device is, from 0 at the bottom."""
        if kind == "unit":
            return device % self.plan.per_rack
        if kind == "leaf":
            within = device % self.part.leaves % (self.groups * self.part.rails)
            return within % self.plan.switches_per_rack
        return device % self.plan.switches_per_rack


@lru_cache(maxsize=64)
def places(plan: Plan) -> Places:
    """Return the places of a plan; the same object while it is asked for again."""
    return Places(plan)
