"""Port arithmetic of scale-out fabrics: how many switches and links join so many end points.

All counts are of one plane: end points with one port each. Twin-plane fabrics are two of these.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import ceil

from denshi.errors import OutOfRangeError

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Counts:
    """Switches and links of one fabric.

    ``leaf_spine_links`` are the links of the first tier between switches (in a torus or a dragonfly: all of them),
    ``pods`` the fabrics that had to be joined, ``border_*`` what joins them; ``within_border_links`` are those between
    the two tiers of a border, where more fabrics are joined than a switch has ports. ``bisection_links`` is the least
    number of links that a cut into two halves crosses.
    """

    leaves: int = 0
    spines: int = 0
    core: int = 0
    border: int = 0
    host_links: int = 0
    leaf_spine_links: int = 0
    spine_core_links: int = 0
    border_links: int = 0
    within_border_links: int = 0
    pods: int = 1
    bisection_links: float = 0.0

    @property
    def switches(self) -> int:
        """All switches [count]."""
        return self.leaves + self.spines + self.core + self.border

    @property
    def fabric_links(self) -> int:
        """All links between switches, those within a border apart; in a torus, between units [count]."""
        return self.leaf_spine_links + self.spine_core_links + self.border_links

    @property
    def tiers(self) -> int:
        """Tiers of switches, without those that join fabrics [count]."""
        return (self.leaves > 0) + (self.spines > 0) + (self.core > 0)

    @property
    def ports_used(self) -> int:
        """Ports of switches that a link occupies [count]."""
        return self.host_links + 2 * (self.fabric_links + self.within_border_links)

    def times(self, copies: int) -> "Counts":
        """Return the counts of several equal fabrics side by side."""
        return Counts(
            leaves=copies * self.leaves,
            spines=copies * self.spines,
            core=copies * self.core,
            border=copies * self.border,
            host_links=copies * self.host_links,
            leaf_spine_links=copies * self.leaf_spine_links,
            spine_core_links=copies * self.spine_core_links,
            border_links=copies * self.border_links,
            within_border_links=copies * self.within_border_links,
            pods=self.pods,
            bisection_links=copies * self.bisection_links,
        )


def leaf_ports(radix: int, oversubscription: float = 1.0) -> tuple[int, int]:
    """Return how a leaf divides its ports: towards end points, towards spines.

    .. math:: d = \\lfloor r\\,o/(1+o) \\rfloor, \\quad u = \\lfloor d/o \\rfloor

    Parameters
    ----------
    radix : ports of the switch, at least 4 [count].
    oversubscription : bandwidth down over bandwidth up, at least 1 [1].

    Source: alfares2008.

    >>> leaf_ports(64), leaf_ports(64, 7.0)
    ((32, 32), (56, 8))
    """
    if radix < 4 or oversubscription < 1 or oversubscription > radix - 1:
        raise OutOfRangeError(
            f"a switch of {radix} ports at an oversubscription of {oversubscription:g} cannot be a leaf",
            where="network.oversubscription",
            why="the ports must divide into at least one up and one down",
        )
    down = int(radix * oversubscription / (1.0 + oversubscription) + _ROUNDING)
    return down, max(int(down / oversubscription + _ROUNDING), 1)


def fat_tree_hosts(radix: int, oversubscription: float = 1.0, rails: int = 1) -> int:
    """Return the most end points of a three-tier fat tree [count]: r^3/4 without oversubscription.

    With rails, leaves come in whole sets of one a rail.

    Source: alfares2008.

    >>> fat_tree_hosts(64)
    65536
    """
    down, _ = leaf_ports(radix, oversubscription)
    return down * rails * (radix * (radix // 2) // rails)


def fat_tree(endpoints: int, radix: int, oversubscription: float = 1.0, rails: int = 1) -> Counts:
    """Count a fat tree of one, two or three tiers.

    One switch while it has ports enough. Else :math:`L = R \\lceil E/(R d) \\rceil` leaves over R rails, so that a unit
    filled in part has all its leaves. Two tiers while :math:`L \\le r`, with as many spines as the smallest divisor of
    the u up-links that is at least :math:`\\lceil L u/r \\rceil`, because a leaf spreads its up-links evenly. Three
    tiers above: :math:`\\lceil 2 L u/r \\rceil` spines, :math:`\\lceil L u/r \\rceil` core switches.

    Parameters
    ----------
    endpoints : ports to be joined, at most ``fat_tree_hosts`` [count].
    radix : ports of a switch [count].
    oversubscription : at the leaf, at least 1 [1].
    rails : leaf switches that one scalable unit is spread over [count].

    Source: alfares2008; the rule for spines reproduces NVIDIA's reference architectures.

    >>> tree = fat_tree(4096, 64, rails=8)
    >>> tree.leaves, tree.spines, tree.core, tree.leaf_spine_links, tree.spine_core_links
    (128, 128, 64, 4096, 4096)
    """
    if endpoints < 0:
        raise OutOfRangeError(f"{endpoints} end points is less than none", where="cluster.fabric")
    if endpoints <= radix:
        return Counts(leaves=min(endpoints, 1), host_links=endpoints, bisection_links=endpoints / 2)
    down, up = leaf_ports(radix, oversubscription)
    leaves = rails * ceil(endpoints / (rails * down))
    if leaves > radix * (radix // 2):
        raise OutOfRangeError(
            f"a fat tree of {radix}-port switches joins {fat_tree_hosts(radix, oversubscription)} end points at most, "
            f"not {endpoints}",
            where="cluster.fabric",
        )
    links = leaves * up
    half = endpoints / 2 * up / down
    if leaves <= radix:
        spines = next(d for d in range(ceil(links / radix), up + 1) if up % d == 0)
        return Counts(leaves=leaves, spines=spines, host_links=endpoints, leaf_spine_links=links, bisection_links=half)
    return Counts(
        leaves=leaves,
        spines=ceil(links / (radix // 2)),
        core=ceil(links / radix),
        host_links=endpoints,
        leaf_spine_links=links,
        spine_core_links=links,
        bisection_links=half,
    )


def rail_only(endpoints: int, radix: int, oversubscription: float = 1.0, rails: int = 8) -> Counts:
    """Count a rail-only fabric: one fabric a rail, nothing between rails.

    Each of the R rails joins E/R end points; traffic between rails goes through the scale-up domain. A rail that
    outgrows one switch is a fat tree of its own.

    Source: railonly.

    >>> rail_only(512, 64, rails=8).leaves, rail_only(512, 64, rails=8).fabric_links
    (8, 0)
    """
    per_rail = ceil(endpoints / rails)
    found = fat_tree(per_rail, radix, oversubscription).times(rails)
    return replace(found, host_links=endpoints)


def dragonfly_hosts(radix: int) -> int:
    """Return the most end points of a balanced dragonfly [count]: p = (r + 1)/4, a = 2p, a h + 1 groups of a p.

    Source: kim2008.

    >>> dragonfly_hosts(64)
    262656
    """
    p = (radix + 1) // 4
    return 2 * p * p * (2 * p * p + 1)


def dragonfly(endpoints: int, radix: int) -> Counts:
    """Count a balanced dragonfly, a = 2p = 2h: groups of a routers fully joined, h links of each to other groups.

    .. math:: G = \\lceil E/(a p) \\rceil, \\quad \\text{routers} = G a, \\quad
              \\text{links} = G a(a-1)/2 + \\lceil G a h/2 \\rceil

    Source: kim2008.

    >>> fly = dragonfly(262_656, 64)
    >>> fly.leaves, fly.leaf_spine_links, fly.spine_core_links
    (16416, 254448, 131328)
    """
    p = (radix + 1) // 4
    if p < 1 or endpoints > dragonfly_hosts(radix):
        raise OutOfRangeError(
            f"a dragonfly of {radix}-port routers joins {dragonfly_hosts(radix)} end points at most, not {endpoints}",
            where="cluster.fabric",
        )
    if endpoints <= radix:
        return fat_tree(endpoints, radix)
    a = 2 * p
    groups = ceil(endpoints / (a * p))
    between = ceil(groups * a * p / 2) if groups > 1 else 0
    return Counts(
        leaves=groups * a,
        host_links=endpoints,
        leaf_spine_links=groups * a * (a - 1) // 2,
        spine_core_links=between,
        bisection_links=between / 2 if groups > 1 else a * a / 4,
    )


def torus(units: int, ports: int) -> Counts:
    """Count a three-dimensional torus of units without switches.

    Each unit has six neighbours and so three bundles of links of its own; a bundle has a sixth of the unit's ports. The
    bisection is :math:`2 N^{2/3}` bundles.

    Parameters
    ----------
    units : nodes or racks [count].
    ports : scale-out ports of one unit [count].

    >>> torus(1000, 12).leaf_spine_links, torus(1000, 12).bisection_links
    (6000, 400.0)
    """
    if units <= 1:
        return Counts()
    bundle = max(ports // 6, 1)
    return Counts(leaf_spine_links=3 * units * bundle, bisection_links=round(2 * units ** (2 / 3) * bundle, 6))


def joined(
    endpoints: int, most: int, count: Callable[[int], Counts], radix: int, inter_pod_oversubscription: float
) -> Counts:
    """Join as many equal fabrics as it takes, where one would outgrow its switches.

    Each fabric gives :math:`E/i` further ports to border leaves; the border layer is one tier of switches while there
    are no more fabrics than ports of a switch, else a two-tier Clos of three switches for each.

    Parameters
    ----------
    endpoints : ports to be joined [count].
    most : what one fabric holds [count].
    count : counts one fabric of so many end points.
    radix : ports of a border switch [count].
    inter_pod_oversubscription : bandwidth of the end points over that between the fabrics, i [1].

    >>> big = joined(100_000, 65_536, lambda e: fat_tree(e, 64), 64, 7.0)
    >>> big.pods, big.border_links, big.border
    (2, 14286, 224)
    """
    if endpoints <= most:
        return count(endpoints)
    outward = ceil(endpoints / inter_pod_oversubscription)
    pods = ceil((endpoints + outward) / most)
    one = count(ceil((endpoints + outward) / pods)).times(pods)
    border = ceil(outward / radix)
    if pods > radix:
        border += max(2 * border, ceil(outward / (radix // 2)))
    return replace(
        one,
        border=border,
        border_links=outward,
        within_border_links=outward if pods > radix else 0,
        host_links=endpoints,
        pods=pods,
        bisection_links=min(one.bisection_links, outward / 2),
    )


def one_plane(
    topology: str, endpoints: int, accelerators: int, radix: int, oversubscription: float, rails: int, beyond: float
) -> Counts:
    """Count one plane of a scale-out fabric with switches.

    Parameters
    ----------
    topology : rail-fat-tree, fat-tree, rail-only or dragonfly.
    endpoints : accelerators with one port each in this plane [count].
    accelerators : of one system: a rail-only fabric has a rail for each [count].
    radix : ports of a switch [count].
    oversubscription : at the leaf; a dragonfly has none [1].
    rails : leaf switches that a scalable unit is spread over [count].
    beyond : oversubscription between joined fabrics [1].

    Raises
    ------
    OutOfRangeError : the topology is not known, or a switch cannot be divided so.

    >>> part = one_plane("rail-fat-tree", 248, 8, 64, 1.0, 8, 7.0)
    >>> part.leaves, part.spines, part.leaf_spine_links
    (8, 4, 256)
    """
    own = min(rails, accelerators)
    most = fat_tree_hosts(radix, oversubscription)
    kinds: Mapping[str, tuple[int, Callable[[int], Counts]]] = {
        "rail-fat-tree": (
            fat_tree_hosts(radix, oversubscription, own),
            lambda e: fat_tree(e, radix, oversubscription, own),
        ),
        "fat-tree": (most, lambda e: fat_tree(e, radix, oversubscription)),
        "rail-only": (most * accelerators, lambda e: rail_only(e, radix, oversubscription, accelerators)),
        "dragonfly": (dragonfly_hosts(radix), lambda e: dragonfly(e, radix)),
    }
    if topology not in kinds:
        raise OutOfRangeError(
            f'"{topology}" is no topology', where="network.topology", mend="Known: " + ", ".join([*kinds, "torus"])
        )
    largest, count = kinds[topology]
    return joined(endpoints, largest, count, radix, beyond)


def scale_out(
    topology: str,
    units: int,
    accelerators: int,
    planes: int,
    radix: int,
    oversubscription: float,
    rails: int,
    beyond: float,
) -> Counts:
    """Count the whole scale-out fabric of a cluster, all planes together.

    Parameters
    ----------
    topology : as in ``one_plane``, or torus: no switches, links from system to system.
    units : systems [count].
    accelerators : of one system [count].
    planes : ports of an accelerator, each in a fabric of its own [count].
    radix, oversubscription, rails, beyond : as in ``one_plane``.
    """
    if topology == "torus":
        return torus(units, accelerators * planes)
    return one_plane(topology, units * accelerators, accelerators, radix, oversubscription, rails, beyond).times(planes)
