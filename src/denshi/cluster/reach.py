"""What a workload sees of a scale-out fabric: how far each tier reaches, at which bandwidth and after which delay."""

from dataclasses import dataclass
from math import ceil

from denshi.cluster.fabric import Counts, dragonfly_hosts, leaf_ports, scale_out
from denshi.cluster.links import Wiring
from denshi.errors import OutOfRangeError

# Light in glass of group index 1.468.
_S_PER_M = 1.468 / 299_792_458


@dataclass(frozen=True, slots=True)
class Tier:
    """Accelerators that lie within so many switches of each other.

    ``bytes_per_s`` is what each of them has, one direction, when all send across this tier at once; ``one_way_s`` the
    delay of switches and cables without that of adapters and software.
    """

    name: str
    accelerators: int
    bytes_per_s: float
    switches: int
    one_way_s: float


def tiers(wiring: Wiring, nic_bytes_per_s: float, switch_latency_s: float, cable_m: float) -> tuple[Tier, ...]:
    """Return the tiers of a fabric from the nearest to the farthest; only those that it has.

    A path over n switches has n + 1 cables:

    .. math:: t = n\\,t_s + (n + 1)\\,\\ell\\,n_g/c

    Bandwidth across leaves falls by the oversubscription of the leaf, across joined fabrics by that between them too.
    In a rail-optimised or rail-only fabric the reach of a leaf counts all rails of its scalable unit: an accelerator
    reaches other rails through the scale-up domain.

    Parameters
    ----------
    wiring : the fabric.
    nic_bytes_per_s : of one accelerator, all planes together, one direction [byte/s].
    switch_latency_s : port to port [s].
    cable_m : mean length of a cable [m].

    Raises
    ------
    OutOfRangeError : a bandwidth, a delay or a length is negative, or the fabric cannot be counted.

    Source: alfares2008, kim2008, railonly.

    >>> pod = Wiring(topology="rail-fat-tree", units=512, accelerators=8, planes=1, radix=64, oversubscription=1.0,
    ...              rails=8, beyond=7.0)
    >>> [(t.name, t.accelerators, t.switches) for t in tiers(pod, 5e10, 2e-7, 30.0)]
    [('leaf', 256, 1), ('spine', 1024, 3), ('core', 4096, 5)]
    """
    if not (nic_bytes_per_s > 0 and switch_latency_s >= 0 and cable_m >= 0):
        raise OutOfRangeError(
            f"{nic_bytes_per_s:g} byte/s, {switch_latency_s:g} s or {cable_m:g} m is out of range",
            where="cluster.reach",
            why="a bandwidth is positive, a delay and a length are not negative",
        )
    w = wiring
    counts = scale_out(w.topology, w.units, w.accelerators, 1, w.radix, w.oversubscription, w.rails, w.beyond)
    if w.topology == "torus":
        return _torus(w, counts, nic_bytes_per_s, switch_latency_s, cable_m)
    return tuple(
        Tier(name, reach, rate, switches, switches * switch_latency_s + (switches + 1) * cable_m * _S_PER_M)
        for name, reach, rate, switches in _steps(w, counts, nic_bytes_per_s)
    )


def _steps(w: Wiring, counts: Counts, nic_bytes_per_s: float) -> list[tuple[str, int, float, int]]:
    """Name, reach, bandwidth and switches of each tier."""
    all_ = w.units * w.accelerators
    one_fabric = min(all_, ceil(all_ / counts.pods))
    if w.topology == "dragonfly" and counts.leaf_spine_links:
        p = (w.radix + 1) // 4
        steps = [("router", p, nic_bytes_per_s, 1), ("group", 2 * p * p, nic_bytes_per_s, 2)]
        steps.append(("global", min(one_fabric, dragonfly_hosts(w.radix)), nic_bytes_per_s, 4))
    else:
        own = {"rail-fat-tree": min(w.rails, w.accelerators), "rail-only": w.accelerators}.get(w.topology, 1)
        down, _ = leaf_ports(w.radix, w.oversubscription)
        across = nic_bytes_per_s / w.oversubscription
        # A pod of a rail-only fabric holds half a radix of leaves for each rail, of other trees for all together.
        pod = down * (w.radix // 2) * (own if w.topology == "rail-only" else 1)
        leaf = down * own if counts.spines else one_fabric
        steps = [("leaf", leaf, nic_bytes_per_s, 1)]
        if counts.spines:
            steps.append(("spine", pod if counts.core else one_fabric, across, 3))
        if counts.core:
            steps.append(("core", one_fabric, across, 5))
    within = steps[-1][3]
    if counts.pods > 1:
        rate = steps[-1][2] / w.beyond
        steps.append(("border", all_, rate, 2 * within + (3 if counts.within_border_links else 1)))
    return _growing([(name, min(reach, all_), rate, switches) for name, reach, rate, switches in steps])


def _growing(steps: list[tuple[str, int, float, int]]) -> list[tuple[str, int, float, int]]:
    """Drop a tier that reaches nobody whom a nearer one does not."""
    return [step for i, step in enumerate(steps) if i == 0 or step[1] > steps[i - 1][1]]


def _torus(w: Wiring, counts: Counts, nic_bytes_per_s: float, hop_s: float, cable_m: float) -> tuple[Tier, ...]:
    """Neighbours at full bandwidth; all at what the cut into halves lets through, a quarter of a ring away each way."""
    all_ = w.units * w.accelerators
    near = Tier("neighbour", min(7 * w.accelerators, all_), nic_bytes_per_s, 0, cable_m * _S_PER_M)
    if near.accelerators == all_:
        return (near,)
    lane = nic_bytes_per_s * w.accelerators / (6 * max(w.accelerators // 6, 1))
    hops = max(ceil(0.75 * w.units ** (1 / 3)), 1)
    # Of uniform traffic half crosses the cut, from either side: N/2 x b/2 at most B links.
    rate = min(nic_bytes_per_s, 4 * counts.bisection_links * lane / all_)
    return near, Tier("torus", all_, rate, 0, (hops - 1) * hop_s + hops * cable_m * _S_PER_M)
