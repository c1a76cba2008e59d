"""The products of a design as device types: systems or their trays, switches, storage, what stands beside the racks."""

from collections.abc import Mapping
from math import ceil
from typing import Protocol

from denshi.catalog import Equipment, Link, Switch, System
from denshi.design import Design
from denshi.export.inventory import DeviceType, Ports
from denshi.export.names import slug
from denshi.facility import Facility

SWITCH_ROLES = ("leaf", "spine", "core", "border")
_MAKER = "generic"


class Slot(Protocol):
    """A place in the drawing of a rack."""

    @property
    def unit(self) -> int: ...  # noqa: D102
    @property
    def height_u(self) -> int: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def role(self) -> str: ...  # noqa: D102


def key_of(role: str, height_u: int) -> str:
    """Return the key of a device type: one a role and height.

    >>> key_of("leaf", 2)
    'leaf-2u'
    """
    return f"{role}-{height_u}u"


def device_types(design: Design, slots: Mapping[str, Slot], trays: int) -> dict[str, DeviceType]:
    """Return the device types of the slots in the racks, by key, and of the machines that cool by liquid.

    ``trays`` is the number of compute slots that one unit of the system takes: 1 for a node.
    """
    found = {key: _device_type(design, slot, trays) for key, slot in slots.items()}
    floor = floor_type(design)
    return {**found, **({"floor": floor} if floor else {})}


def floor_type(design: Design) -> DeviceType | None:
    """Return the type of the coolant distribution units or tanks, where the design has any."""
    facility: Facility = design.facility
    if not facility.liquid_units:
        return None
    tank = design.scenario.facility.cooling.startswith("immersion")
    row: Equipment = design.catalog.equipment["immersion-tank" if tank else "cdu"]
    role = "immersion-tank" if tank else "cdu"
    cooling = "immersion" if tank else "liquid"
    return _type(model=row.name, maker=row.vendor, role=role, cooling=cooling)


def torus_ports(design: Design, trays: int) -> int:
    """Return how many ports of a torus a tray has: six bundles of a unit, shared out among its trays."""
    cluster = design.cluster
    return ceil(2 * cluster.fabric_links / cluster.units / trays)


def per_tray(design: Design, trays: int) -> int:
    """Return how many accelerators, or in a torus ports, a tray of a unit has."""
    if design.scenario.network.topology == "torus":
        return max(torus_ports(design, trays), 1)
    return ceil(round(design.catalog.system.accelerators) / trays)


def node_ports(system: System, link: Link, planes: int, accelerators: int) -> tuple[Ports, ...]:
    """Return the network ports of a device with so many accelerators: one of each plane for each of them."""
    names = tuple(nic_name(a, plane, planes) for a in range(accelerators) for plane in range(planes))
    return (Ports(names=names, family=family(link), gbit_per_s=8e-9 * system.nic_bytes_per_s / planes),)


def nic_name(accelerator: int, plane: int, planes: int) -> str:
    """Return the name of the port of an accelerator into a plane, both counted from 0.

    >>> nic_name(0, 0, 1), nic_name(3, 1, 2)
    ('nic1', 'nic4p2')
    """
    return f"nic{accelerator + 1}" + (f"p{plane + 1}" if planes > 1 else "")


def torus_port(number: int) -> str:
    """Return the name of a port of a torus, counted from 0.

    >>> torus_port(0)
    't1'
    """
    return f"t{number + 1}"


def switch_ports(switch: Switch, link: Link, split: int) -> tuple[Ports, ...]:
    """Return the ports of a switch: cages, each split into so many ports."""
    speed = 8e-9 * min(switch.port_bytes_per_s, link.bytes_per_s) / split
    names = tuple(port_name(number, split) for number in range(round(switch.ports) * split))
    return (Ports(names=names, family=family(link), gbit_per_s=speed),)


def port_name(number: int, split: int) -> str:
    """Return the name of a port counted from 0, by its cage and its part of it.

    >>> port_name(0, 1), port_name(5, 2)
    ('1', '3/2')
    """
    return f"{number // split + 1}" + (f"/{number % split + 1}" if split > 1 else "")


def family(link: Link) -> str:
    """Return ethernet or infiniband."""
    return "infiniband" if link.id.startswith("infiniband") else "ethernet"


def compute_cooling(design: Design) -> str:
    """Return how the compute devices are cooled: air, hybrid, liquid or immersion."""
    if design.scenario.facility.cooling.startswith("immersion"):
        return "immersion"
    share = design.catalog.system.liquid_fraction if design.facility.liquid_units else 0.0
    if share <= 0:
        return "air"
    return "hybrid" if share < 1 else "liquid"


def _device_type(design: Design, slot: Slot, trays: int) -> DeviceType:
    facts, cluster = design.catalog, design.cluster
    if slot.role == "compute":
        return _compute(design, slot, trays)
    if slot.role in SWITCH_ROLES:
        return _type(
            model=facts.switch.name,
            maker=facts.switch.vendor,
            role=slot.role,
            height_u=slot.height_u,
            power_kw=facts.switch.power_kw,
            weight_kg=facts.assumptions["switch-weight-kg"].value,
            ports=switch_ports(facts.switch, facts.link, cluster.port_split),
        )
    if slot.role == "storage":
        row = facts.equipment["storage-rack"]
        model = f"{slot.name}, {slot.height_u} U"
        return _type(model=model, maker=row.vendor, role="storage", height_u=slot.height_u)
    # A place for pipes in a rack is no distribution unit: those are counted by the facility and stand on the floor.
    role = slug(slot.name) if slot.role == "cdu" else slot.role
    return _type(model=f"{slot.name}, {slot.height_u} U", maker=_MAKER, role=role, height_u=slot.height_u)


def _compute(design: Design, slot: Slot, trays: int) -> DeviceType:
    """A tray of a rack product has its share of accelerators; its power and weight are not known one by one."""
    system, accelerator = design.catalog.system, design.catalog.accelerator
    whole = trays == 1
    each = ceil(round(system.accelerators) / trays)
    link, planes = design.catalog.link, design.cluster.planes
    ports = node_ports(system, link, planes, each)
    if design.scenario.network.topology == "torus":
        names = tuple(torus_port(number) for number in range(torus_ports(design, trays)))
        ports = (Ports(names=names, family=family(link), gbit_per_s=8e-9 * link.bytes_per_s),)
    return DeviceType(
        model=system.name if whole else f"{system.name}, compute tray",
        maker=system.vendor,
        role="compute",
        height_u=slot.height_u,
        power_kw=system.power_kw if whole else 0.0,
        weight_kg=system.weight_kg if whole else 0.0,
        cooling=compute_cooling(design),
        ports=ports,
        accelerator=accelerator.name,
        accelerators=each,
        accelerator_memory_bytes=accelerator.memory_bytes,
    )


def _type(
    *,
    model: str,
    maker: str,
    role: str,
    height_u: int = 0,
    power_kw: float = 0.0,
    weight_kg: float = 0.0,
    cooling: str = "air",
    ports: tuple[Ports, ...] = (),
) -> DeviceType:
    return DeviceType(
        model=model,
        maker=maker,
        role=role,
        height_u=height_u,
        power_kw=power_kw,
        weight_kg=weight_kg,
        cooling=cooling,
        ports=ports,
    )
