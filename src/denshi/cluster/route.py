"""How far the cables of every tier run: over trays above the racks, and down into both of them.

A cable to a host is as long as its own way. Cables between switches are pulled as bundles: all those of a tier that
leave one rack are cut for the farthest rack they may lead to, and in a rack of switches for the lowest switch, so that
any of them can be moved.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from denshi.cluster.media import HOST_TIER
from denshi.cluster.place import FloatArray, IntArray, Places, Plan, places

LEAF_SPINE, SPINE_CORE, LEAF_BORDER = "leaf-spine", "spine-core", "leaf-border"
_CM = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drops:
    """What a cable needs beside its way over the trays.

    ``units_m`` is from the top of the rack down to each node of a rack, from the lowest; ``switch_m`` down to the
    lowest switch. ``tray_m`` is from the top of a rack up to the tray; ``slack_fraction`` is added to the whole.
    """

    units_m: tuple[float, ...]
    switch_m: float
    tray_m: float
    slack_fraction: float


@dataclass(frozen=True, slots=True)
class Tier:
    """The routes of a tier: how many links are of each length, in centimetres."""

    name: str
    routes_cm: IntArray
    links: IntArray

    @property
    def longest_m(self) -> float:
        """The longest route [m]."""
        return float(self.routes_cm.max(initial=0)) / _CM


def route_cm(way_m: FloatArray, drop_m: FloatArray | float, drops: Drops) -> IntArray:
    """Return the length of cable that a way over the trays needs, with both rises and slack [cm].

    .. math:: L = (|\\Delta x| + |\\Delta y| + 2 h_{tray} + h_a + h_b)(1 + s)
    """
    metres = (way_m + 2 * drops.tray_m + drop_m) * (1 + drops.slack_fraction)
    return np.asarray(np.ceil(metres * _CM - 1e-6), np.int64)


@lru_cache(maxsize=256)
def tiers(plan: Plan, drops: Drops) -> tuple[Tier, ...]:
    """Return how many links of each length every tier has."""
    p = places(plan)
    if plan.wiring.topology == "torus":
        return _counted("torus", *_torus(p, drops))
    found = [*_counted(HOST_TIER, *_hosts(p, drops))]
    if p.part.spines:
        found += _counted(LEAF_SPINE, *_leaf_spine(p, drops))
    if p.part.core:
        found += _counted(SPINE_CORE, *_spine_core(p, drops))
    if plan.wiring.topology == "dragonfly" and p.part.leaves > 1:
        found += _dragonfly(p, drops)
    if p.per_plane["border"]:
        hosts = plan.wiring.units * plan.wiring.accelerators
        count = -(-hosts // plan.wiring.beyond) * plan.wiring.planes
        found += _counted(LEAF_BORDER, border_cm(p, drops), np.array([int(count)]))
    return tuple(found)


def host_cm(p: Places, drops: Drops, unit: IntArray, leaf_rack: IntArray) -> IntArray:
    """Return the routes from units to racks of leaf switches [cm]."""
    x, y = p.xy("compute", p.rack_of_unit(unit))
    leaf_x, leaf_y = p.leaf_xy
    way = np.abs(x - leaf_x[leaf_rack]) + np.abs(y - leaf_y[leaf_rack])
    down = np.array(drops.units_m)[p.seat("unit", unit)] + drops.switch_m
    return route_cm(way, down, drops)


def leaf_spine_cm(p: Places, drops: Drops) -> IntArray:
    """Return, for each rack of leaf switches, the route of its bundles to spines [cm]."""
    part, spr, w = p.part, p.plan.switches_per_rack, p.plan.wiring
    rack = np.arange(p.leaf_racks)
    above, deep = np.divmod(rack, p.deep)
    above, plane = np.divmod(above, w.planes)
    block, side = np.divmod(above, part.sides)
    pod, block = np.divmod(block, p.blocks_per_pod)
    fabric = pod * part.sides + side
    first = block * p.groups * part.rails + deep * spr
    last = np.minimum(np.minimum(first + spr, (block + 1) * p.groups * part.rails), part.leaves) - 1
    if part.core:
        half = w.radix // 2
        low, high = first // half * part.up, np.minimum((last // half + 1) * part.up, part.spines) - 1
    else:
        low, high = np.zeros_like(first), np.full_like(first, part.spines - 1)
    low, high = ((fabric * part.spines + one) // spr for one in (low, high))
    return _farthest(p, "leaf", rack, "spine", low * w.planes + plane, high * w.planes + plane, drops)


def spine_core_cm(p: Places, drops: Drops) -> IntArray:
    """Return, for each rack of spine switches, the route of its bundles to core switches [cm]."""
    part, spr, w = p.part, p.plan.switches_per_rack, p.plan.wiring
    rack = np.arange(p.count["spine"])
    seat, plane = np.divmod(rack, w.planes)
    first = seat * spr // part.spines
    last = np.minimum(seat * spr + spr - 1, p.per_plane["spine"] - 1) // part.spines
    low, high = first * part.core // spr, ((last + 1) * part.core - 1) // spr
    return _farthest(p, "spine", rack, "core", low * w.planes + plane, high * w.planes + plane, drops)


def border_cm(p: Places, drops: Drops) -> IntArray:
    """Return the one route that all links to border switches are cut for [cm], of one element."""
    return np.array([_extent(*p.leaf_xy, *p.service_xy["border"], drops)])


def router_cm(p: Places, drops: Drops) -> tuple[int, int]:
    """Return the one route within a group of a dragonfly, and the one between groups [cm]."""
    x, y = p.leaf_xy
    group = np.arange(0, p.leaves_per_plane, 2 * p.part.down)
    first = p.rack_of_leaf(group, 0)
    last = p.rack_of_leaf(np.minimum(group + 2 * p.part.down, p.leaves_per_plane) - 1, p.plan.wiring.planes - 1)
    racks = [np.arange(a, b + 1) for a, b in zip(first, last, strict=True)]
    near = max(_extent(x[some], y[some], x[some], y[some], drops) for some in racks)
    return near, _extent(x, y, x, y, drops)


def torus_cm(p: Places, drops: Drops, unit: IntArray, other: IntArray) -> IntArray:
    """Return the routes between units that are joined without a switch [cm]."""
    x, y = p.xy("compute", p.rack_of_unit(unit))
    other_x, other_y = p.xy("compute", p.rack_of_unit(other))
    down = np.array(drops.units_m)
    way = np.abs(x - other_x) + np.abs(y - other_y)
    return route_cm(way, down[p.seat("unit", unit)] + down[p.seat("unit", other)], drops)


def _hosts(p: Places, drops: Drops) -> tuple[IntArray, IntArray]:
    """Cut the accelerators into runs that share a unit and a block, and count what each run sends to which rack."""
    w, part = p.plan.wiring, p.part
    ends = w.units * w.accelerators
    start = np.arange(0, ends, w.accelerators)
    inside = p.block_start[(p.block_start % w.accelerators > 0) & (np.diff(p.block_start, prepend=-1) > 0)]
    start = np.insert(start, np.searchsorted(start, inside), inside)
    stop = np.append(start[1:], ends)
    unit = start // w.accelerators
    block = np.searchsorted(p.block_start, start, side="right") - 1
    origin = p.pods[block // p.blocks_per_pod]
    lanes = part.sides if p.deep == 1 else part.sides * part.rails
    routes, links = [], []
    for lane in range(lanes):
        deep = lane // part.sides // p.plan.switches_per_rack
        held = (stop - origin - lane - 1) // lanes - (start - origin - lane - 1) // lanes
        for plane in range(w.planes):
            rack = ((block * part.sides + lane % part.sides) * w.planes + plane) * p.deep + deep
            routes.append(host_cm(p, drops, unit, rack))
            links.append(held)
    return np.concatenate(routes), np.concatenate(links)


def _leaf_spine(p: Places, drops: Drops) -> tuple[IntArray, IntArray]:
    leaves = np.zeros(p.leaf_racks, np.int64)
    for plane in range(p.plan.wiring.planes):
        leaves += np.bincount(p.rack_of_leaf(np.arange(p.leaves_per_plane), plane), minlength=p.leaf_racks)
    return leaf_spine_cm(p, drops), leaves * p.part.up


def _spine_core(p: Places, drops: Drops) -> tuple[IntArray, IntArray]:
    """Count the up-links of every rack of spines: as many as down-links, which the last pod may have fewer of."""
    part, w = p.part, p.plan.wiring
    half = w.radix // 2
    whole, rest = divmod(part.leaves, half)
    uplinks = np.full(part.spines, half)
    if rest:
        last = part.spines - whole * part.up
        uplinks[whole * part.up :] = (rest * part.up - 1 - np.arange(last)) // last + 1
    every = np.tile(uplinks, part.pods * part.sides)
    links = np.zeros(p.count["spine"], np.int64)
    for plane in range(w.planes):
        racks = p.rack_of_switch(np.arange(len(every)), plane)
        links += np.bincount(racks, weights=every, minlength=len(links)).astype(np.int64)
    return spine_core_cm(p, drops), links


def _dragonfly(p: Places, drops: Drops) -> list[Tier]:
    near, far = router_cm(p, drops)
    one, planes = p.part.pods, p.plan.wiring.planes
    down = p.part.down
    groups = p.part.leaves // (2 * down)
    inside = groups * 2 * down * (2 * down - 1) // 2
    between = -(-groups * 2 * down * down // 2) if groups > 1 else 0
    found = [*_counted("group", np.array([near]), np.array([inside * one * planes]))]
    return [*found, *_counted("global", np.array([far]), np.array([between * one * planes]))]


def _torus(p: Places, drops: Drops) -> tuple[IntArray, IntArray]:
    w = p.plan.wiring
    unit = np.arange(w.units)
    side = max(round(w.units ** (1 / 3)), 1)
    bundle = max(w.accelerators * w.planes // 6, 1) if w.units > 1 else 0
    routes = [torus_cm(p, drops, unit, (unit + step) % w.units) for step in (1, side, side * side)]
    return np.concatenate(routes), np.full(3 * w.units, bundle)


def _farthest(p: Places, kind: str, rack: IntArray, to: str, low: IntArray, high: IntArray, drops: Drops) -> IntArray:
    """Return the longest way from each rack to a range of racks of the same plane, both ends of it included."""
    x, y = p.leaf_xy if kind == "leaf" else p.service_xy[kind]
    to_x, to_y = p.service_xy[to]
    planes, far = p.plan.wiring.planes, np.zeros(len(rack))
    for turned, others in ((x + y, to_x + to_y), (x - y, to_x - to_y)):
        for plane in range(planes):
            mine = rack[low % planes == plane] if kind == "leaf" else rack[rack % planes == plane]
            held = others[plane::planes]
            edges = np.stack([low[mine] // planes, high[mine] // planes + 1], axis=1).ravel()
            most = np.maximum.reduceat(np.append(held, -np.inf), edges)[::2]
            least = np.minimum.reduceat(np.append(held, np.inf), edges)[::2]
            far[mine] = np.maximum(far[mine], np.maximum(most - turned[mine], turned[mine] - least))
    return route_cm(far, 2 * drops.switch_m, drops)


def _extent(x: FloatArray, y: FloatArray, to_x: FloatArray, to_y: FloatArray, drops: Drops) -> int:
    """Return the route between the two racks of two sets that stand farthest apart [cm]."""
    far = max(
        max(float(b.max() - a.min()), float(a.max() - b.min())) for a, b in ((x + y, to_x + to_y), (x - y, to_x - to_y))
    )
    return int(route_cm(np.array([far]), 2 * drops.switch_m, drops)[0])


def _counted(name: str, routes_cm: IntArray, links: IntArray) -> tuple[Tier, ...]:
    """Return a tier of so many links of each route, none where it has no link."""
    count = np.bincount(routes_cm, weights=links).astype(np.int64)
    lengths = np.flatnonzero(count)
    return (Tier(name, lengths, count[lengths]),) if len(lengths) else ()
