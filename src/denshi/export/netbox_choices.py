"""What NetBox calls things: kinds of port and cable, colours of roles, and which release knows what."""

from denshi.errors import UsageError
from denshi.export.inventory import Ports

COOLING_SINCE = (4, 7)
_NEWEST_KNOWN = "4.7"

CABLE_TYPES = {
    "passive-copper": "dac-passive",
    "active-copper": "dac-active",
    "active-optical": "aoc",
    "multimode": "mmf-om4",
    "single-mode": "smf-os2",
    "twisted-pair": "cat6a",
}
COLOURS = {
    "compute": "2196f3",
    "leaf": "4caf50",
    "spine": "8bc34a",
    "core": "cddc39",
    "border": "ffc107",
    "storage": "9c27b0",
    "management": "607d8b",
    "switch-tray": "00bcd4",
    "power-shelf": "f44336",
    "cdu": "3f51b5",
}
OTHER_COLOUR = "9e9e9e"
_ETHERNET = {
    1.0: "1000base-t",
    10.0: "10gbase-x-sfpp",
    25.0: "25gbase-x-sfp28",
    100.0: "100gbase-x-qsfp28",
    200.0: "200gbase-x-qsfp56",
    400.0: "400gbase-x-osfp",
    800.0: "800gbase-x-osfp",
    1600.0: "1.6tbase-x-osfp1600",
}
_INFINIBAND = {200.0: "infiniband-hdr", 400.0: "infiniband-ndr", 800.0: "infiniband-xdr"}
# Older releases do not know the newest ports; what they lack is "other" there.
_SINCE = {"1.6tbase-x-osfp1600": (4, 5), "infiniband-xdr": (4, 0)}


def release(text: str) -> tuple[int, int]:
    """Read a release of NetBox, ``4.7``.

    Raises
    ------
    UsageError : it is no release of NetBox 4.

    >>> release("4.6")
    (4, 6)
    """
    major, dot, minor = text.partition(".")
    if major != "4" or not dot or not minor.isdecimal():
        raise UsageError(f'"{text}" is no release of NetBox 4', mend=f"Write {_NEWEST_KNOWN} or an older 4.x")
    return 4, int(minor)


def interface_type(ports: Ports, of: tuple[int, int]) -> str:
    """Return the interface type of a port, ``other`` where the release has none for it.

    >>> interface_type(Ports(names=("1",), family="ethernet", gbit_per_s=800.0), (4, 7))
    '800gbase-x-osfp'
    """
    table = _INFINIBAND if ports.family == "infiniband" else _ETHERNET
    found = table.get(round(ports.gbit_per_s, 3), "other")
    return found if of >= _SINCE.get(found, (4, 0)) else "other"
