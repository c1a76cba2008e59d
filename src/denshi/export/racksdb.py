"""RacksDB: types, datacenter and infrastructure as one YAML file, by the schema of RacksDB 0.7.0.

Source: schemas/racksdb.yml of the project rackslab/racksdb.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from math import ceil, floor
from pathlib import Path
from typing import Any

from denshi.export.extras import package
from denshi.export.inventory import Device, DeviceType, Inventory, Rack, RackType
from denshi.export.names import plain, slug

# What a role is in RacksDB; what carries accelerators is a node, the rest is miscellaneous equipment.
_SECTION = {
    "compute": "nodes",
    "storage": "storage",
    "leaf": "network",
    "spine": "network",
    "core": "network",
    "border": "network",
    "management": "network",
    "switch-tray": "network",
}
_UNIT_MM = 44.45
_UNKNOWN = "not in the catalogue"


def write(inventory: Inventory, path: Path, progress: Callable[[str], None]) -> dict[str, int]:
    """Write the database as one file, section by section; return counts of racks and equipments.

    Raises
    ------
    UsageError : PyYAML is not installed.
    """
    yaml = package("racksdb")
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    path.parent.mkdir(parents=True, exist_ok=True)
    counts = {"racks": len(inventory.racks), "nodes": 0, "storage": 0, "network": 0, "misc": 0}

    def dump(value: Any) -> str:
        text: str = yaml.dump(value, Dumper=dumper, sort_keys=False, allow_unicode=True, width=120)
        return text

    progress("racksdb")
    with path.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        file.write(dump({"types": types(inventory)}))
        file.write(dump({"datacenters": [datacenter(inventory)]}))
        head = dump({"infrastructures": [{**infrastructure(inventory), "layout": []}]})
        file.write(head.replace("layout: []", "layout:"))
        for part in layout(inventory):
            for section in counts.keys() & part.keys():
                counts[section] += sum(_size(one["name"]) for one in part[section])
            file.write("".join(f"  {line}\n" for line in dump([part]).splitlines()))
    return counts


def types(inventory: Inventory) -> dict[str, Any]:
    """Return the types of equipments and racks; products without a height of their own are no equipment of a rack."""
    found: dict[str, list[dict[str, Any]]] = {"nodes": [], "storage": [], "network": [], "misc": []}
    for key, kind in inventory.device_types.items():
        if kind.height_u > 0:
            section = section_of(kind)
            found[section].append(_node(key, kind) if section == "nodes" else _equipment(key, kind, section))
    racks = [_rack_type(kind) for kind in inventory.rack_types.values()]
    return {**{name: listed for name, listed in found.items() if listed}, "racks": racks}


def section_of(kind: DeviceType) -> str:
    """Return the list of RacksDB in which a device stands."""
    return _SECTION.get(kind.role, "misc")


def datacenter(inventory: Inventory) -> dict[str, Any]:
    """Return the datacenter: halls as rooms, rows with their racks."""
    place = inventory.place
    racks = sorted(inventory.racks, key=lambda rack: (rack.hall, rack.row, rack.position))
    rooms = []
    for number, inside in groupby(racks, key=lambda rack: rack.hall):
        hall = inventory.halls[number]
        rows = [_row(list(row), inventory.rack_types) for _, row in groupby(inside, key=lambda rack: rack.row)]
        size = {"width": _metres(hall.width_m), "depth": _metres(hall.depth_m)}
        rooms.append({"name": slug(hall.name), "dimensions": size, "rows": rows})
    return {
        "name": slug(place.name, "site"),
        "rooms": rooms,
        "location": {"longitude": float(place.longitude), "latitude": float(place.latitude)},
    }


def infrastructure(inventory: Inventory) -> dict[str, Any]:
    """Return the head of the infrastructure, without its parts."""
    project = inventory.place.project
    return {"name": slug(project, "project"), "description": plain(project) or "design"}


def layout(inventory: Inventory) -> Iterator[dict[str, Any]]:
    """Give the parts of the infrastructure: one a rack, runs of equal neighbours folded into one name."""
    for rack, inside in groupby(inventory.devices(), key=lambda device: device.rack):
        if rack < 0:
            continue
        part: dict[str, Any] = {"rack": inventory.racks[rack].name}
        for kind, first, last in _runs(inside, inventory.device_types):
            name = first.name if first is last else _folded(first.name, last.name)
            entry = {"name": name, "type": first.device_type, "slot": first.unit}
            part.setdefault(section_of(kind), []).append(entry)
        yield part


def _runs(devices: Iterable[Device], kinds: Mapping[str, DeviceType]) -> Iterator[tuple[DeviceType, Device, Device]]:
    """Give runs of devices of one type, one on top of the other, whose names count up by one."""
    first = last = None
    for device in sorted(devices, key=lambda one: one.unit):
        if first is not None and last is not None:
            kind = kinds[first.device_type]
            follows = device.device_type == first.device_type and device.unit == last.unit + kind.height_u
            if follows and device.name == _next(last.name):
                last = device
                continue
            yield kind, first, last
        first = last = device
    if first is not None and last is not None:
        yield kinds[first.device_type], first, last


def _next(name: str) -> str:
    """Return the name that counts one further, in digits of the same number; empty where there is none."""
    head, digits = _split(name)
    following = str(int(digits) + 1).zfill(len(digits)) if digits else ""
    return f"{head}{following}" if len(following) == len(digits) and digits else ""


def _folded(first: str, last: str) -> str:
    head, low = _split(first)
    return f"{head}[{low}-{_split(last)[1]}]"


def _split(name: str) -> tuple[str, str]:
    head = name.rstrip("0123456789")
    return head, name[len(head) :]


def _size(name: str) -> int:
    """Return how many a folded name stands for.

    >>> _size("leaf[008-011]"), _size("leaf-1")
    (4, 1)
    """
    if not name.endswith("]"):
        return 1
    low, _, high = name[name.index("[") + 1 : -1].partition("-")
    return int(high) - int(low) + 1


def _node(key: str, kind: DeviceType) -> dict[str, Any]:
    """A node has to state processors and memory of its hosts, which the catalogue does not hold: none are stated."""
    found: dict[str, Any] = {
        "id": key,
        "model": plain(kind.model),
        "height": f"{kind.height_u}u",
        "width": "full",
        "cpu": {"model": _UNKNOWN, "sockets": 0, "cores": 0},
        "ram": {"dimm": 0, "size": "0GB"},
    }
    netifs = [{"type": ports.family, "bandwidth": _bits(ports.gbit_per_s)} for ports in kind.ports for _ in ports.names]
    if netifs:
        found["netifs"] = netifs
    if kind.accelerators:
        memory = f"{kind.accelerator_memory_bytes / 1e9:g}GB"
        found["gpu"] = [{"model": plain(kind.accelerator), "memory": memory} for _ in range(kind.accelerators)]
    return found


def _equipment(key: str, kind: DeviceType, section: str) -> dict[str, Any]:
    found: dict[str, Any] = {"id": key, "model": plain(kind.model), "height": f"{kind.height_u}u", "width": "full"}
    if section == "network" and kind.ports:
        found["netifs"] = [
            {"type": ports.family, "bandwidth": _bits(ports.gbit_per_s), "number": len(ports.names)}
            for ports in kind.ports
        ]
    return found


def _rack_type(kind: RackType) -> dict[str, Any]:
    return {
        "id": f"rack-{slug(kind.kind)}",
        "height": f"{ceil(kind.height_u * _UNIT_MM)}mm",
        "width": f"{kind.width_mm}mm",
        "depth": f"{kind.depth_mm}mm",
        "slots": f"{kind.height_u}u",
    }


def _row(racks: list[Rack], kinds: Mapping[str, RackType]) -> dict[str, Any]:
    corner = {"width": _metres(min(rack.x_m for rack in racks)), "depth": _metres(min(rack.y_m for rack in racks))}
    listed = [
        {"name": rack.name, "slot": rack.position, "type": f"rack-{slug(kinds[rack.kind].kind)}", "tags": [rack.kind]}
        for rack in racks
    ]
    return {"name": f"h{racks[0].hall + 1}-r{racks[0].row + 1}", "position": corner, "racks": listed}


def _metres(length_m: float) -> str:
    """Return a length of RacksDB: a whole number of centimetres, and not below zero."""
    return f"{max(floor(length_m * 100 + 0.5), 0)}cm"


def _bits(gbit_per_s: float) -> str:
    return f"{gbit_per_s:g}Gb"
