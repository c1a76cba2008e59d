"""The front end of a cluster: storage and in-band networks of its hosts and storage, with what they draw and cost."""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from denshi.catalog import Item
from denshi.cluster.bill import line
from denshi.cluster.given import ClusterInput
from denshi.cluster.networks import Adapters, Network, Ports, RackPorts, adapters, out_of_band, paired
from denshi.cluster.rack import Elevation

# Coolant connections and panels have no controller of their own.
_UNMANAGED = ("patch", "cdu")
_CONTROLLERS = 1


def hosts(given: ClusterInput, units: int) -> int:
    """Return machines with an operating system: nodes, or the compute trays of rack products [count]."""
    return units * max(round(given.system.compute_trays or 1), 1)


def front_end(given: ClusterInput, units: int, storage_racks: int) -> tuple[Network, Network]:
    """Return the storage and the in-band network; storage racks hang on the first."""
    radix, machines = round(given.front_switch.ports), hosts(given, units)
    stored = storage_racks * round(given.storage_rack_ports)
    return (
        paired("storage", machines * round(given.host_storage_ports) + stored, radix, given.front_oversubscription),
        paired("in-band", machines * round(given.host_in_band_ports), radix, given.front_oversubscription),
    )


def power_kw(given: ClusterInput, networks: tuple[Network, ...]) -> float:
    """Return what switches and optics of some networks draw [kW]."""
    switches, links = sum(one.switches for one in networks), sum(one.links for one in networks)
    return switches * given.front_switch.power_kw + 2 * links * given.front_link.optic_power_kw


def items(given: ClusterInput, networks: tuple[Network, ...]) -> Iterator[Item]:
    """Yield what some networks buy: switches, optics, fibre."""
    switches, links = sum(one.switches for one in networks), sum(one.links for one in networks)
    switch, link = given.front_switch, given.front_link
    bought = (
        (line(switch, "price_usd", switches, "switch", "network", switch.origin, "catalog.front_switch"), switch.name),
        (
            line(link, "optic_price_usd", 2 * links, "optic", "network", link.optic_origin, "catalog.front_link"),
            f"{link.name} transceivers",
        ),
        (
            line(
                link,
                "fibre_price_usd_per_m",
                links * given.front_cable_m,
                "m",
                "network",
                link.optic_origin,
                "catalog.front_link",
            ),
            f"{link.name} fibre",
        ),
    )
    for item, name in bought:
        yield replace(item, name=f"{name}, storage and in-band")


def management(given: ClusterInput, elevations: tuple[Elevation, ...], racks: dict[str, int]) -> Network:
    """Return the out-of-band network: a port of every device of every rack.

    Its switches are among what the power and the price of management hold.
    """
    kinds = [
        RackPorts(racks=racks[one.kind], managed=sum(slot.role not in _UNMANAGED for slot in one.slots))
        for one in elevations
        if racks[one.kind]
    ]
    return out_of_band(kinds, ceil(given.management_switch.ports), round(given.front_switch.ports))


def adapters_of(given: ClusterInput, units: int) -> Adapters:
    """Return the adapters of all hosts."""
    machines = hosts(given, units)
    each = round(units * given.system.accelerators / machines)
    ports = Ports(
        storage=round(given.host_storage_ports), in_band=round(given.host_in_band_ports), out_of_band=_CONTROLLERS
    )
    return adapters(machines, each, ports)
