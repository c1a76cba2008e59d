"""The front end of a cluster: how hosts reach storage, management and users, with what that draws and costs."""

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


def front_end(given: ClusterInput, units: int, storage_racks: int) -> Network:
    """Return the network over which hosts reach storage, management and users; storage racks hang on it too."""
    ports = hosts(given, units) * round(given.host_front_ports) + storage_racks * round(given.storage_rack_ports)
    return paired("front end", ports, round(given.front_switch.ports), given.front_oversubscription)


def power_kw(given: ClusterInput, network: Network) -> float:
    """Return what switches and optics of the front end draw [kW]."""
    return network.switches * given.front_switch.power_kw + 2 * network.links * given.front_link.optic_power_kw


def items(given: ClusterInput, network: Network) -> Iterator[Item]:
    """Yield what the front end buys: switches, optics, fibre."""
    switches, links = network.switches, network.links
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
        yield replace(item, name=f"{name}, front end")


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
    return adapters(machines, each, Ports(storage=round(given.host_front_ports), out_of_band=_CONTROLLERS))
