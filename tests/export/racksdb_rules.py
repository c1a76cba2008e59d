"""What RacksDB asks of its database: properties of each object, which it requires, and the forms of its values.

Source: schemas/racksdb.yml and dtypes of racksdb 0.7.0.
"""

import re
from collections.abc import Mapping
from typing import Any

_EXPANDABLE = r"[^\[\]]+(\[\d+-\d+\])?"
FORMS = {
    "dimension": r"(\d+(.\d+)?)(mm|cm|m)",
    "rack_height": r"(\d+)u",
    "rack_width": r"full|(\d+)(/\d+)?",
    "bits": r"(\d+(.\d+)?)(Tb|Gb|Mb)",
    "bytes": r"(\d+(.\d+)?)(TB|GB|MB)",
    "netif": r"(ethernet|infiniband)",
    "expandable": _EXPANDABLE,
}
# Of each object its properties: a form, a native type, [object] for a list of them; "?" where it may be missing.
OBJECTS: dict[str, dict[str, Any]] = {
    "Database": {"types": "Types", "datacenters": ["Datacenter"], "infrastructures": ["Infrastructure"]},
    "Types": {
        "nodes?": ["NodeType"],
        "storage?": ["EquipmentType"],
        "network?": ["NetworkType"],
        "misc?": ["EquipmentType"],
        "racks": ["RackType"],
    },
    "NodeType": {
        "id": str,
        "model": str,
        "height": "rack_height",
        "width": "rack_width",
        "cpu": "Cpu",
        "ram": "Ram",
        "netifs?": ["Netif"],
        "gpu?": ["Gpu"],
    },
    "Cpu": {"model": str, "sockets": int, "cores": int},
    "Ram": {"dimm": int, "size": "bytes"},
    "Netif": {"type": "netif", "bandwidth": "bits"},
    "Gpu": {"model": str, "memory": "bytes"},
    "EquipmentType": {"id": str, "model": str, "height": "rack_height", "width?": "rack_width"},
    "NetworkType": {
        "id": str,
        "model": str,
        "height": "rack_height",
        "width?": "rack_width",
        "netifs?": ["NetworkNetif"],
    },
    "NetworkNetif": {"type": "netif", "bandwidth": "bits", "number": int},
    "RackType": {
        "id": str,
        "height": "dimension",
        "width": "dimension",
        "depth": "dimension",
        "slots": "rack_height",
        "initial?": int,
    },
    "Datacenter": {"name": str, "rooms": ["Room"], "location?": "Location", "tags?": [str]},
    "Location": {"longitude": float, "latitude": float},
    "Room": {"name": str, "dimensions": "Dimensions", "rows?": ["Row"]},
    "Dimensions": {"width": "dimension", "depth": "dimension"},
    "Row": {"name": str, "position": "Dimensions", "racks": ["Rack"]},
    "Rack": {"name": "expandable", "slot?": int, "type": str, "tags?": [str]},
    "Infrastructure": {"name": str, "description": str, "layout": ["Part"], "tags?": [str]},
    "Part": {
        "rack": str,
        "nodes?": ["Equipment"],
        "storage?": ["Equipment"],
        "network?": ["Equipment"],
        "misc?": ["Equipment"],
    },
    "Equipment": {"name": "expandable", "type": str, "slot": int},
}


def faults(page: Mapping[str, Any]) -> list[str]:
    """Return everything that RacksDB would refuse."""
    return _check(page, "Database", "") or [*_references(page), *_units(page)]


def expanded(name: str) -> list[str]:
    """Return the names that a folded name stands for."""
    if not name.endswith("]"):
        return [name]
    head, _, inside = name[:-1].partition("[")
    low, high = inside.split("-")
    return [f"{head}{number:0{len(low)}d}" for number in range(int(low), int(high) + 1)]


def _check(value: Any, kind: Any, where: str) -> list[str]:
    if isinstance(kind, list):
        wrong = [] if isinstance(value, list) else [f"{where} is no list"]
        return wrong or [one for i, item in enumerate(value) for one in _check(item, kind[0], f"{where}[{i}]")]
    if isinstance(kind, type):
        return [] if type(value) is kind else [f"{where}: {value!r} is no {kind.__name__}"]
    if kind in FORMS:
        fits = isinstance(value, str) and re.fullmatch(FORMS[kind], value)
        return [] if fits else [f"{where}: {value!r} is no {kind}"]
    known = {name.rstrip("?"): form for name, form in OBJECTS[kind].items()}
    wrong = [f"{where}.{name} is not of {kind}" for name in value.keys() - known.keys()]
    wrong += [f"{where}.{name} is missing" for name in OBJECTS[kind] if name[-1] != "?" and name not in value]
    return wrong or [one for name in value for one in _check(value[name], known[name], f"{where}.{name}")]


def _racks(page: Mapping[str, Any]) -> dict[str, str]:
    return {
        rack["name"]: rack["type"]
        for center in page["datacenters"]
        for room in center["rooms"]
        for row in room["rows"]
        for rack in row["racks"]
    }


def _references(page: Mapping[str, Any]) -> list[str]:
    racks, types = _racks(page), page["types"]
    known = {section: {one["id"] for one in listed} for section, listed in types.items()}
    wrong = [f"rack {name}: no type {kind}" for name, kind in racks.items() if kind not in known["racks"]]
    seen: set[str] = set()
    for part in (part for infra in page["infrastructures"] for part in infra["layout"]):
        wrong += [] if part["rack"] in racks else [f"no rack {part['rack']}"]
        for section in part.keys() - {"rack"}:
            for one in part[section]:
                wrong += [] if one["type"] in known[section] else [f"{one['name']}: no type {one['type']}"]
                names = set(expanded(one["name"]))
                wrong += [f"{name} twice" for name in names & seen]
                seen |= names
    return wrong


def _units(page: Mapping[str, Any]) -> list[str]:
    """Equipments of a rack stand on top of each other and inside it."""
    kinds = {one["id"]: one for listed in page["types"].values() for one in listed}
    racks, wrong = _racks(page), []
    for part in (part for infra in page["infrastructures"] for part in infra["layout"]):
        most = int(kinds[racks[part["rack"]]]["slots"][:-1])
        taken: list[int] = []
        for section in part.keys() - {"rack"}:
            for one in part[section]:
                high = int(kinds[one["type"]]["height"][:-1]) * len(expanded(one["name"]))
                taken += range(one["slot"], one["slot"] + high)
        if len(taken) != len(set(taken)) or min(taken) < 1 or max(taken) > most:
            wrong.append(f"{part['rack']}: units overlap or stand outside")
    return wrong
