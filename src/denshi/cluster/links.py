"""Every link of a scale-out fabric with its two ends, block by block.

The counts are those of ``fabric``; here stands which port of which device each link joins. Planes are equal and come
one after the other. Devices of a kind are numbered within a plane, those of a pod in a row.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from denshi.cluster.fabric import dragonfly, dragonfly_hosts, fat_tree, fat_tree_hosts, leaf_ports, one_plane

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What the arithmetic of a scale-out fabric takes: see ``fabric.scale_out``."""

    topology: str
    units: int
    accelerators: int
    planes: int
    radix: int
    oversubscription: float
    rails: int
    beyond: float


@dataclass(frozen=True, slots=True)
class Links:
    """Links of one tier in one plane: at each end a kind of device, its number within the plane, and its port."""

    tier: str
    plane: int
    a_kind: str
    a: IntArray
    a_port: IntArray
    b_kind: str
    b: IntArray
    b_port: IntArray


@dataclass(frozen=True, slots=True)
class _Part:
    """A fat tree or a dragonfly of a plane: which end points it joins, and where the numbers of its switches begin.

    Slot k of the part is end point ``first + k x stride`` of its pod. The pod's first ``hosts`` end points are
    accelerators from ``first_host`` on, the others lead to border switches.
    """

    slots: int
    sized_for: int
    first: int
    stride: int
    hosts: int
    first_host: int
    pod: int
    pods: int
    rails: int
    leaf0: int
    spine0: int
    core0: int


def links(wiring: Wiring, block: int = 65_536) -> Iterator[Links]:
    """Yield every link of a fabric in blocks of at most ``block``.

    Hosts are units; their port is the accelerator within the unit, and the plane says which port of its adapter.
    """
    if wiring.topology == "torus":
        yield from _torus(wiring, block)
        return
    for plane in range(wiring.planes):
        for part in _parts(wiring):
            for one in _links_of(wiring, part, block):
                yield replace(one, plane=plane)
        for one in _within_border(wiring, block):
            yield replace(one, plane=plane)


def _parts(w: Wiring) -> Iterator[_Part]:
    """Cut a plane into the fabrics that are joined, and in a rail-only one into the rails of each."""
    hosts = w.units * w.accelerators
    own = min(w.rails, w.accelerators) if w.topology == "rail-fat-tree" else 1
    side = w.accelerators if w.topology == "rail-only" else 1
    most = (
        dragonfly_hosts(w.radix)
        if w.topology == "dragonfly"
        else fat_tree_hosts(w.radix, w.oversubscription, own) * side
    )
    outward = ceil(hosts / w.beyond) if hosts > most else 0
    pods = ceil((hosts + outward) / most)
    size = ceil((hosts + outward) / pods)
    leaf0 = spine0 = core0 = done = 0
    for pod in range(pods):
        border = outward // pods + (pod < outward % pods)
        here = min(size - border, hosts - done)
        for first in range(side):
            sized_for = ceil(size / side)
            yield _Part(
                slots=len(range(first, here + border, side)),
                sized_for=sized_for,
                first=first,
                stride=side,
                hosts=here,
                first_host=done,
                pod=pod,
                pods=pods,
                rails=own,
                leaf0=leaf0,
                spine0=spine0,
                core0=core0,
            )
            counts = (
                dragonfly(sized_for, w.radix)
                if w.topology == "dragonfly"
                else fat_tree(sized_for, w.radix, w.oversubscription, own)
            )
            leaf0, spine0, core0 = leaf0 + counts.leaves, spine0 + counts.spines, core0 + counts.core
        done += here


def _links_of(w: Wiring, part: _Part, block: int) -> Iterator[Links]:
    if w.topology == "dragonfly" and part.sized_for > w.radix:
        yield from _dragonfly(w, part, block)
        return
    counts = fat_tree(part.sized_for, w.radix, w.oversubscription, part.rails)
    down, up = leaf_ports(w.radix, w.oversubscription) if counts.leaves > 1 else (w.radix, 0)
    rails = part.rails if counts.leaves > 1 else 1
    for slot in _ranges(part.slots, block):
        rail, place = slot % rails, slot // rails
        yield from _end_links(w, part, slot, part.leaf0 + place // down * rails + rail, place % down)
    for number in _ranges(counts.leaf_spine_links, block):
        leaf, uplink = np.divmod(number, up)
        if counts.core:
            spine, port = _spine_in_pod(leaf, uplink, counts.leaves, up, w.radix // 2)
        else:
            spine, port = uplink % counts.spines, leaf * (up // counts.spines) + uplink // counts.spines
        yield Links("leaf-spine", 0, "leaf", part.leaf0 + leaf, down + uplink, "spine", part.spine0 + spine, port)
    for number in _ranges(counts.spine_core_links, block):
        spine, port = _spine_of_core_link(number, counts.leaves, up, w.radix // 2)
        core, core_port = np.divmod(number, w.radix)
        yield Links("spine-core", 0, "spine", part.spine0 + spine, port, "core", part.core0 + core, core_port)


def _end_links(w: Wiring, part: _Part, slot: IntArray, leaf: IntArray, port: IntArray) -> Iterator[Links]:
    """Links of slots at ports of leaves: to accelerators, and beyond them to border switches."""
    end = part.first + slot * part.stride
    host = end < part.hosts
    if host.any():
        unit, accelerator = np.divmod(part.first_host + end[host], w.accelerators)
        yield Links("host-leaf", 0, "unit", unit, accelerator, "leaf", leaf[host], port[host])
    if not host.all():
        # Border ports of the pods take turns, so that each border switch reaches them all.
        number = (end[~host] - part.hosts) * part.pods + part.pod
        width = w.radix if part.pods <= w.radix else w.radix // 2
        border, border_port = np.divmod(number, width)
        yield Links("leaf-border", 0, "leaf", leaf[~host], port[~host], "border", border, border_port)


def _within_border(w: Wiring, block: int) -> Iterator[Links]:
    """Links from the lower switches of a border to its upper ones, numbered after them: each port has one up-link.

    The up-links take turns at the upper switches, so that each of those reaches many lower ones and so all fabrics.
    """
    counts = one_plane(
        w.topology, w.units * w.accelerators, w.accelerators, w.radix, w.oversubscription, w.rails, w.beyond
    )
    upper, half = ceil(counts.within_border_links / w.radix), w.radix // 2
    for number in _ranges(counts.within_border_links, block):
        lower, uplink = np.divmod(number, half)
        above, port = number % upper, number // upper
        yield Links("border-border", 0, "border", lower, half + uplink, "border", counts.border - upper + above, port)


def _spine_in_pod(leaf: IntArray, uplink: IntArray, leaves: int, up: int, half: int) -> tuple[IntArray, IntArray]:
    """Return spine and its port in a three-tier tree: pods of half as many leaves as a switch has ports."""
    pod, in_pod = np.divmod(leaf, half)
    whole, rest = divmod(leaves, half)
    spines = np.where(pod < whole, up, max(ceil(rest * up / half), 1))
    number = in_pod * up + uplink
    return pod * up + number % spines, number // spines


def _spine_of_core_link(number: IntArray, leaves: int, up: int, half: int) -> tuple[IntArray, IntArray]:
    """Return spine and its port for links numbered by spine of a pod, then up-link, then pod.

    A core switch takes links in this order, so that it reaches all pods as evenly as its ports allow. A spine has as
    many up-links as links to leaves; those of the last pod may have fewer.
    """
    whole, rest = divmod(leaves, half)
    last = ceil(rest * up / half)
    # How many links each spine of the last pod has, by its place in the pod.
    fewer = np.zeros(up, dtype=np.int64)
    if rest:
        fewer[:last] = (rest * up - 1 - np.arange(last)) // last + 1
    begin = np.concatenate([[0], np.cumsum(whole * half + fewer)])
    place = np.searchsorted(begin, number, side="right") - 1
    within, short = number - begin[place], fewer[place]
    shared = within < short * (whole + 1)
    beyond = within - short * (whole + 1)
    uplink = np.where(shared, within // (whole + 1), short + beyond // max(whole, 1))
    pod = np.where(shared, within % (whole + 1), beyond % max(whole, 1))
    return pod * up + place, half + uplink


def _dragonfly(w: Wiring, part: _Part, block: int) -> Iterator[Links]:
    """Groups of routers fully joined; the groups joined at growing distance around a ring."""
    p = (w.radix + 1) // 4
    a, first = 2 * p, part.leaf0
    groups = ceil(part.sized_for / (a * p))
    for slot in _ranges(part.slots, block):
        yield from _end_links(w, part, slot, first + slot // p, slot % p)
    one, other = np.triu_indices(a, 1)
    for number in _ranges(groups * len(one), block):
        group, pair = np.divmod(number, len(one))
        i, j = one[pair], other[pair]
        yield Links("group", 0, "leaf", first + group * a + i, p + j - 1, "leaf", first + group * a + j, p + i)
    for near, far, near_port, far_port in _between(groups, a * p):
        for some in _ranges(len(near), block):
            ends = [
                (first + g[some] * a + q[some] % a, p + a - 1 + q[some] // a)
                for g, q in ((near, near_port), (far, far_port))
            ]
            yield Links("global", 0, "leaf", *ends[0], "leaf", *ends[1])


def _between(groups: int, ports: int) -> Iterator[tuple[IntArray, IntArray, IntArray, IntArray]]:
    """Yield rings of links between groups, each group with so many ports: one group, the other, their ports."""
    group, used = np.arange(groups), 0
    while groups > 1 and used < ports:
        for distance in range(1, groups // 2 + 1):
            left = ports - used
            opposite = 2 * distance == groups
            if left == 0 or (left == 1 and not opposite):
                continue
            near = group[: groups // 2] if opposite else group
            port = np.full(len(near), used)
            yield near, (near + distance) % groups, port, port if opposite else port + 1
            used += 1 if opposite else 2


def _torus(w: Wiring, block: int) -> Iterator[Links]:
    """Each unit owns a bundle of links to the next one along each of three directions, which close to rings."""
    if w.units <= 1:
        return
    bundle = max(w.accelerators * w.planes // 6, 1)
    side = max(round(w.units ** (1 / 3)), 1)
    for direction, step in enumerate((1, side, side * side)):
        for number in _ranges(w.units * bundle, block):
            unit, lane = np.divmod(number, bundle)
            port = 2 * direction * bundle + lane
            yield Links("torus", 0, "unit", unit, port, "unit", (unit + step) % w.units, port + bundle)


def _ranges(count: int, block: int) -> Iterator[IntArray]:
    for start in range(0, count, block):
        yield np.arange(start, min(start + block, count))
