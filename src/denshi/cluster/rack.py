"""Rack elevations: what stands in which rack unit, counted from the bottom, one for each kind of rack."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from denshi.catalog import Equipment, System
from denshi.errors import InfeasibleError

UNIT_M = 0.04445
_SHELF_ROOM_U = 2


@dataclass(frozen=True, slots=True)
class Slot:
    """A device in a rack: ``unit`` is its lowest rack unit, from 1."""

    unit: int
    height_u: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Elevation:
    """A rack of one kind, filled: its devices from the bottom, its weight with them and its power."""

    kind: str
    height_u: int
    slots: tuple[Slot, ...]
    weight_kg: float
    power_kw: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RackFacts:
    """What the racks are made of; numbers as in the room's input."""

    system: System
    switch_name: str
    switch_kw: float
    storage: Equipment
    height_u: int
    tare_kg: float
    switch_height_u: int
    switch_weight_kg: float
    switches_per_rack: int
    storage_weight_kg: float
    management_kw: float


def compute_rack(facts: RackFacts) -> Elevation:
    """Return the elevation of a rack of accelerators.

    A rack product of known trays has its power shelves half below and half above them and its switch trays in the
    middle; one whose trays are not published is one block. Nodes stack from the bottom, a patch panel on top where
    there is room; their power strips stand upright beside them.

    Raises
    ------
    InfeasibleError : the nodes of a rack are taller than the rack.
    """
    system = facts.system
    if system.units_per_rack <= 1:
        slots = _trays(system) if system.compute_trays else _block(system)
        height = max(ceil(system.height_u * system.units_per_rack), slots[-1].unit + slots[-1].height_u - 1)
        weight = system.weight_kg * system.units_per_rack
        return checked(Elevation("compute", height, slots, weight, system.power_kw * system.units_per_rack))
    nodes, tall = int(system.units_per_rack), ceil(system.height_u)
    if nodes * tall > facts.height_u:
        raise InfeasibleError(
            f"{nodes} {system.name} of {tall}U each are {nodes * tall}U, the rack has {facts.height_u}U",
            where="catalog.system.units_per_rack",
            mend="Put fewer into a rack, or raise rack-height-u",
        )
    slots = tuple(Slot(1 + i * tall, tall, system.name, "compute") for i in range(nodes))
    if nodes * tall < facts.height_u:
        slots = (*slots, Slot(facts.height_u, 1, "Patch panel", "patch"))
    weight = nodes * system.weight_kg + facts.tare_kg
    return checked(Elevation("compute", facts.height_u, slots, weight, nodes * system.power_kw))


def switch_rack(kind: str, facts: RackFacts, switches: int | None = None) -> Elevation:
    """Return the elevation of a rack of switches, lowest first, with a patch panel on top.

    Raises
    ------
    InfeasibleError : the switches of a rack are taller than the rack.
    """
    count = facts.switches_per_rack if switches is None else switches
    pitch = (facts.height_u - 1) // max(facts.switches_per_rack, 1)
    if pitch < facts.switch_height_u:
        raise InfeasibleError(
            f"{facts.switches_per_rack} switches of {facts.switch_height_u}U do not fit a rack of {facts.height_u}U",
            where="catalog.assumptions.switches-per-rack",
            mend="Put fewer switches into a rack",
        )
    slots = tuple(Slot(1 + i * pitch, facts.switch_height_u, facts.switch_name, kind) for i in range(count))
    panel = Slot(facts.height_u, 1, "Patch panel", "patch")
    weight = count * facts.switch_weight_kg + facts.tare_kg
    return checked(Elevation(kind, facts.height_u, (*slots, panel), weight, count * facts.switch_kw))


def storage_rack(facts: RackFacts) -> Elevation:
    """Return the elevation of a storage rack: servers of 2U from the bottom to below the patch panel."""
    servers = (facts.height_u - 1) // 2
    slots = [Slot(1 + 2 * i, 2, "Storage server", "storage") for i in range(servers)]
    panel = Slot(facts.height_u, 1, "Patch panel", "patch")
    return checked(
        Elevation("storage", facts.height_u, (*slots, panel), facts.storage_weight_kg, facts.storage.capacity_kw)
    )


def management_rack(facts: RackFacts, server_kw: float, server_kg: float) -> Elevation:
    """Return the elevation of a rack of management servers of 1U, as many as its power feeds.

    Parameters
    ----------
    server_kw : power of one server [kW].
    server_kg : weight of one server [kg].
    """
    servers = max(min(int(facts.management_kw / server_kw + 1e-9), facts.height_u - 1), 1)
    slots = [Slot(1 + i, 1, "Management server", "management") for i in range(servers)]
    panel = Slot(facts.height_u, 1, "Patch panel", "patch")
    weight = facts.tare_kg + servers * server_kg
    return checked(Elevation("management", facts.height_u, (*slots, panel), weight, facts.management_kw))


def checked(rack: Elevation) -> Elevation:
    """Return a rack after looking that nothing overlaps and nothing stands above it.

    Raises
    ------
    InfeasibleError : two devices share a rack unit, or one is outside the rack.
    """
    free = 1
    for slot in sorted(rack.slots, key=lambda s: s.unit):
        if slot.unit < free or slot.unit + slot.height_u - 1 > rack.height_u:
            raise InfeasibleError(
                f"{slot.name} in unit {slot.unit} does not fit a {rack.kind} rack of {rack.height_u}U",
                where="cluster.elevations",
            )
        free = slot.unit + slot.height_u
    return rack


def drop_m(rack: Elevation, roles: Iterable[str]) -> Mapping[int, float]:
    """Return how far below the top of the rack each device of some roles is cabled, by its lowest unit [m]."""
    return {
        slot.unit: (rack.height_u - slot.unit + 1 - slot.height_u / 2) * UNIT_M
        for slot in rack.slots
        if slot.role in roles
    }


def _trays(system: System) -> tuple[Slot, ...]:
    """Return shelves, compute trays, switch trays, compute trays, shelves; room for a manifold and a CDU below."""
    shelves, compute = int(system.power_shelves or 0), int(system.compute_trays or 0)
    low = compute - compute // 2
    sequence = (
        ("cdu", "Coolant connections", _SHELF_ROOM_U),
        *(("power-shelf", "Power shelf", 1),) * (shelves // 2),
        *(("compute", "Compute tray", 1),) * low,
        *(("switch-tray", "Switch tray", 1),) * int(system.switch_trays or 0),
        *(("compute", "Compute tray", 1),) * (compute - low),
        *(("power-shelf", "Power shelf", 1),) * (shelves - shelves // 2),
        ("patch", "Patch panel", 1),
    )
    slots, unit = [], 1
    for role, name, height in sequence:
        slots.append(Slot(unit, height, name, role))
        unit += height
    return tuple(slots)


def _block(system: System) -> tuple[Slot, ...]:
    height = max(ceil(system.height_u * system.units_per_rack) - 1, 1)
    return (Slot(1, height, system.name, "compute"),)
