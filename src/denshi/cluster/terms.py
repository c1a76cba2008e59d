"""How the ports of accelerators and switches meet: planes, and cages that are split."""

from math import ceil, floor

from denshi.cluster.given import ClusterInput

_ROUNDING = 1e-9


def ports(given: ClusterInput) -> tuple[int, int, float]:
    """Return planes, ports into which a cage is split, and the bandwidth of one port after the split [byte/s]."""
    port = min(given.link.bytes_per_s, given.switch.port_bytes_per_s)
    nic = given.system.nic_bytes_per_s
    planes = max(ceil(nic / port - _ROUNDING), 1)
    split = max(min(floor(port / nic + _ROUNDING), round(given.port_split_limit)), 1)
    return planes, split, port / split


def radix(given: ClusterInput) -> int:
    """Return the ports of a switch after the split [count]."""
    return round(given.switch.ports) * ports(given)[1]
