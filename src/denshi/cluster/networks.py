"""The networks beside the scale-out fabric: storage, in-band and out-of-band management, and the adapters of hosts.

Storage and in-band ports of a host lead to two separate switches each, so that one may fail. Out-of-band switches
stand in the racks whose devices they manage; their up-links lead to a pair of switches or to a tree of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from denshi.cluster.fabric import Counts, one_plane
from denshi.errors import OutOfRangeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Ports of a device by network."""

    storage: int = 0
    in_band: int = 0
    out_of_band: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RackPorts:
    """So many equal racks, each with so many devices that have an out-of-band port, and how many switches at least."""

    racks: int
    managed: int
    switches_at_least: int = 1


@dataclass(frozen=True, slots=True)
class Network:
    """One network: adapter ports of hosts, switches by tier, links.

    ``peer_links`` join the two switches of a pair that stands alone.
    """

    name: str
    host_ports: int
    leaves: int
    spines: int
    core: int
    host_links: int
    switch_links: int
    peer_links: int = 0

    @property
    def switches(self) -> int:
        """All switches of the network [count]."""
        return self.leaves + self.spines + self.core

    @property
    def links(self) -> int:
        """All links of the network [count]."""
        return self.host_links + self.switch_links + self.peer_links


@dataclass(frozen=True, slots=True)
class Adapters:
    """Network adapters in hosts: one for each accelerator, cards of two ports to storage and in-band, controllers."""

    scale_out: int
    front_end: int
    controllers: int


def adapters(hosts: int, accelerators_per_host: int, ports: Ports, ports_per_card: int = 2) -> Adapters:
    """Count the adapters of hosts.

    One scale-out adapter serves an accelerator, whatever its planes. Storage and in-band share cards: half of the ports
    of each are on another card where there are two.

    Parameters
    ----------
    hosts : machines with an operating system: nodes, or compute trays of a rack [count].
    accelerators_per_host : [count].
    ports : of one host.
    ports_per_card : of a front-end adapter [count].

    >>> adapters(32, 8, Ports(storage=2, in_band=2, out_of_band=1))
    Adapters(scale_out=256, front_end=64, controllers=32)
    """
    _check(hosts=hosts, accelerators_per_host=accelerators_per_host)
    _check(least=1, ports_per_card=ports_per_card)
    front_end = ceil((ports.storage + ports.in_band) / ports_per_card)
    return Adapters(hosts * accelerators_per_host, hosts * front_end, hosts * ports.out_of_band)


def paired(name: str, ports: int, radix: int, oversubscription: float = 1.0, peers: int = 2) -> Network:
    """Count a network whose devices reach two separate switches each.

    Two switches joined by ``peers`` links while their ports suffice: :math:`\\lceil E/2 \\rceil + p \\le r`. Above, a
    fat tree whose leaves come in pairs; above what a fat tree holds, fabrics joined at the same oversubscription.

    Parameters
    ----------
    name : of the network.
    ports : of all devices together, two to each [count].
    radix : ports of a switch [count].
    oversubscription : bandwidth down over up at a leaf [1].
    peers : links between two switches that stand alone [count].

    Raises
    ------
    OutOfRangeError : a count is negative, or the switch cannot be divided so.

    >>> small, large = paired("storage", 64, 64), paired("storage", 254, 64)
    >>> (small.switches, small.peer_links), (large.leaves, large.spines, large.switch_links)
    ((2, 2), (8, 4, 256))
    """
    _check(ports=ports, peers=peers)
    if ports == 0:
        return Network(name, 0, 0, 0, 0, 0, 0)
    if ceil(ports / 2) + peers <= radix:
        return Network(name, ports, 2, 0, 0, ports, 0, peers)
    # Just above one pair a fat tree of that many ports is one switch still: the pair decides, so ask for one port more.
    tree = one_plane("rail-fat-tree", max(ports, radix + 1), 2, radix, oversubscription, 2, oversubscription)
    return _network(name, ports, tree)


def out_of_band(
    racks: Iterable[RackPorts], radix: int, upper_radix: int, uplinks: int = 2, elsewhere: int = 0
) -> Network:
    """Count the out-of-band network: switches in each rack, and above them a pair or a tree.

    .. math:: n = \\sum_k R_k \\max(\\lceil m_k / r \\rceil, n_k)

    for :math:`R_k` racks of :math:`m_k` managed devices each.

    Parameters
    ----------
    racks : kinds of racks.
    radix : ports of a rack's switch for devices [count].
    upper_radix : ports of the switches above [count].
    uplinks : of a rack's switch [count].
    elsewhere : managed devices that stand in no rack, such as pumps and meters; they share switches [count].

    >>> found = out_of_band([RackPorts(racks=16, managed=38), RackPorts(racks=2, managed=60)], 48, 64)
    >>> found.host_links, found.leaves, found.spines, found.switch_links
    (728, 20, 2, 40)
    """
    _check(elsewhere=elsewhere)
    _check(least=1, radix=radix, uplinks=uplinks)
    kinds = list(racks)
    for kind in kinds:
        _check(racks=kind.racks, managed=kind.managed, switches_at_least=kind.switches_at_least)
    devices = elsewhere + sum(kind.racks * kind.managed for kind in kinds)
    lower = ceil(elsewhere / radix) + sum(
        kind.racks * max(ceil(kind.managed / radix), kind.switches_at_least if kind.managed else 0) for kind in kinds
    )
    if lower == 0:
        return Network("out-of-band", 0, 0, 0, 0, 0, 0)
    above = paired("out-of-band", lower * uplinks, upper_radix, peers=2)
    return Network(
        "out-of-band",
        devices,
        lower,
        above.leaves,
        above.spines + above.core,
        devices,
        above.host_links + above.switch_links,
        above.peer_links,
    )


def _network(name: str, ports: int, tree: Counts) -> Network:
    above = tree.spines + tree.border
    return Network(name, ports, tree.leaves, above, tree.core, ports, tree.fabric_links + tree.within_border_links)


def _check(least: int = 0, **counts: int) -> None:
    for name, count in counts.items():
        if count < least:
            raise OutOfRangeError(
                f"{name.replace('_', ' ')}: {count} is less than {least}", where=f"cluster.networks.{name}"
            )
