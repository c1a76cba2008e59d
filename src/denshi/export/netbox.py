"""NetBox 4: CSV files for its bulk import, numbered in the order of import, and device types as YAML.

Columns are those of the import forms, ``netbox/dcim/forms/bulk_import.py`` of release 4.7.3; what older releases of 4.x
do not know (cooling, rack types of racks) is left out for them.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from denshi.export.inventory import DeviceType, Inventory, Rack
from denshi.export.names import plain, slug
from denshi.export.netbox_choices import (
    CABLE_TYPES,
    COLOURS,
    COOLING_SINCE,
    OTHER_COLOUR,
    interface_type,
)
from denshi.export.netbox_guide import guide

Release = tuple[int, int]
Row = Sequence[object]
Rows = Iterable[Row]
Table = tuple[tuple[str, ...], Callable[[Inventory, Release], Rows]]

_STATUS = "planned"


def write(inventory: Inventory, folder: Path, of: Release, progress: Callable[[str], None]) -> dict[str, int]:
    """Write the set into an empty folder; return the number of lines of each file.

    Lines are written as they are made, so that memory does not grow with the number of cables.
    """
    folder.mkdir(parents=True)
    counts: dict[str, int] = {}
    for name, (columns, rows) in tables(of).items():
        progress(f"netbox {name}")
        lines = _write_csv(folder / name, columns, rows(inventory, of))
        if lines:
            counts[name] = lines
        else:
            # NetBox refuses a file without lines.
            (folder / name).unlink()
    (folder / "README.txt").write_text(guide(counts, of), encoding="utf-8")
    return counts


def names() -> tuple[str, ...]:
    """Return every file name that a set may have."""
    return tuple(tables(COOLING_SINCE))


def tables(of: Release) -> dict[str, Table]:
    """Return the files of a release in the order of import, each with its columns and its rows."""
    known = {name: table for name, table in _TABLES.items() if of >= COOLING_SINCE or name not in _COOLING_FILES}
    if of < COOLING_SINCE:
        known["06_racks.csv"] = (_OLD_RACK_COLUMNS, _old_racks)
        known["08_device_types.csv"] = (_DEVICE_TYPE_COLUMNS[:-1], _old_device_types)
    return known


def site_name(inventory: Inventory) -> str:
    """Return the name of the site, by which every other file refers to it."""
    return plain(inventory.place.name, 100) or "Site"


def role_name(role: str) -> str:
    """Return the name of a role.

    >>> role_name("power-shelf")
    'Power shelf'
    """
    return "CDU" if role == "cdu" else role.replace("-", " ").capitalize()


def _write_csv(path: Path, columns: Row, rows: Rows) -> int:
    lines = -1
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        lines = 0
        for chunk in _chunks(rows):
            out.writerows(chunk)
            lines += len(chunk)
    return lines


def _chunks(rows: Rows, size: int = 8192) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _sites(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    place = inventory.place
    name = site_name(inventory)
    project = plain(f"{place.project}, designed by denshi")
    yield name, slug(name, "site"), _STATUS, project, f"{place.latitude:.6f}", f"{place.longitude:.6f}"


def _locations(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    for hall in inventory.halls:
        about = f"{hall.width_m:.1f} m x {hall.depth_m:.1f} m"
        yield site_name(inventory), hall.name, slug(hall.name), _STATUS, about


def _makers(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    makers = {kind.maker for kind in inventory.device_types.values()}
    makers |= {kind.maker for kind in inventory.rack_types.values()}
    return ((plain(maker, 100), slug(maker)) for maker in sorted(makers))


def _rack_roles(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    return ((role_name(kind), slug(kind), COLOURS.get(kind, OTHER_COLOUR)) for kind in inventory.rack_types)


def _rack_types(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    for kind in inventory.rack_types.values():
        model = f"{role_name(kind.kind)} rack"
        yield (
            plain(kind.maker, 100),
            model,
            slug(f"{kind.maker} {model}"),
            "4-post-cabinet",
            19,
            kind.height_u,
            kind.width_mm,
            kind.depth_mm,
            "mm",
            round(kind.weight_kg, 2),
            "kg",
            _rack_cooling(kind.power_kw, kind.liquid_kw),
            round(kind.power_kw, 2),
        )


def _rack_cooling(power_kw: float, liquid_kw: float) -> str:
    if liquid_kw <= 0:
        return "air-only"
    return "hybrid" if liquid_kw < power_kw else "liquid-only"


def _racks(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    for rack in inventory.racks:
        kind = inventory.rack_types[rack.kind]
        yield (*_rack(inventory, rack), f"{role_name(kind.kind)} rack", 19, kind.height_u, _where(rack))


def _old_racks(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    for rack in inventory.racks:
        kind = inventory.rack_types[rack.kind]
        size = (19, kind.height_u, kind.width_mm, kind.depth_mm, "mm")
        yield (*_rack(inventory, rack), *size, _where(rack))


def _rack(inventory: Inventory, rack: Rack) -> tuple[str, ...]:
    return site_name(inventory), inventory.halls[rack.hall].name, rack.name, _STATUS, role_name(rack.kind)


def _where(rack: Rack) -> str:
    return f"row {rack.row + 1}, position {rack.position + 1}, x {rack.x_m:.2f} m, y {rack.y_m:.2f} m"


def _device_roles(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    roles = dict.fromkeys(kind.role for kind in inventory.device_types.values())
    return ((role_name(role), slug(role), COLOURS.get(role, OTHER_COLOUR), "false") for role in roles)


def _device_types(inventory: Inventory, of: Release) -> Rows:
    kinds = products(inventory)
    return ((*row, kind.cooling) for kind, row in zip(kinds, _old_device_types(inventory, of), strict=True))


def _old_device_types(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    for kind in products(inventory):
        yield (
            plain(kind.maker, 100),
            model_name(kind),
            model_slug(kind),
            kind.height_u,
            "true",
            round(kind.weight_kg, 2) or "",
            "kg" if round(kind.weight_kg, 2) else "",
            f"{kind.power_kw:g} kW at nameplate" if kind.power_kw else "",
        )


def products(inventory: Inventory) -> list[DeviceType]:
    """Return each product once: one switch serves as leaf and as spine, and the role is that of the device."""
    return list({(kind.maker, kind.model): kind for kind in reversed([*inventory.device_types.values()])}.values())[
        ::-1
    ]


def model_name(kind: DeviceType) -> str:
    """Return the model of a device type, by which devices refer to it."""
    return plain(kind.model, 100)


def model_slug(kind: DeviceType) -> str:
    """Return the slug of a device type, with its maker, as the device type library has it."""
    return slug(f"{kind.maker} {kind.model}")


def _devices(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    site, halls, racks = site_name(inventory), [hall.name for hall in inventory.halls], inventory.racks
    kinds = {
        key: (role_name(kind.role), plain(kind.maker, 100), model_name(kind))
        for key, kind in inventory.device_types.items()
    }
    for device in inventory.devices():
        head = (device.name, *kinds[device.device_type], _STATUS, site, halls[device.hall])
        yield (*head, "", "", "") if device.rack < 0 else (*head, racks[device.rack].name, device.unit, "front")


def _interfaces(inventory: Inventory, of: Release) -> Rows:
    ports = {
        key: [(name, interface_type(group, of)) for group in kind.ports for name in group.names]
        for key, kind in inventory.device_types.items()
    }
    return ((device.name, *port) for device in inventory.devices() for port in ports[device.device_type])


def _cables(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    kinds = {key: CABLE_TYPES.get(medium.kind, "") for key, medium in inventory.media.items()}
    port = "dcim.interface"
    for one in inventory.cables():
        ends = (one.a_device, port, one.a_port, one.b_device, port, one.b_port)
        yield (*ends, kinds[one.medium], _STATUS, f"c{one.number}", f"{one.length_m:.2f}", "m", one.tier)


def _panels(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    for panel in inventory.panels:
        about = f"path {panel.path}, {panel.capacity_kw:g} kW"
        yield site_name(inventory), inventory.halls[panel.hall].name, panel.name, about


def _power_feeds(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    for feed in inventory.feeds:
        rack, panel = inventory.racks[feed.rack], inventory.panels[feed.panel]
        yield (
            site_name(inventory),
            panel.name,
            inventory.halls[rack.hall].name,
            rack.name,
            feed.name,
            _STATUS,
            "redundant" if panel.path == "B" else "primary",
            "dc" if feed.direct_current else "ac",
            "single-phase" if feed.direct_current else "three-phase",
            feed.voltage_v,
            feed.amperage_a,
            feed.use_percent,
        )


def _sources(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    for one in inventory.sources:
        about = plain(one.model)
        yield site_name(inventory), one.name, one.kind, _STATUS, one.fluid, f"{one.capacity_kw:.2f}", about


def _coolant_feeds(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    for feed in inventory.coolant_feeds:
        rack, source = inventory.racks[feed.rack], inventory.sources[feed.source]
        place = (site_name(inventory), source.name, inventory.halls[rack.hall].name, rack.name)
        yield (*place, feed.name, _STATUS, f"{feed.capacity_kw:.2f}")


def _outflows(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    suppliers = dict.fromkeys(intake.supplier for intake in inventory.intakes())
    return ((name, "supply") for name in suppliers)


def _intakes(inventory: Inventory, of: Release) -> Rows:  # noqa: ARG001
    return ((intake.device, "coolant", intake.supplier, "supply") for intake in inventory.intakes())


_PLACE = ("site", "location")
_OLD_RACK_COLUMNS = (
    *_PLACE,
    *("name", "status", "role", "width", "u_height", "outer_width", "outer_depth", "outer_unit", "comments"),
)
_DEVICE_TYPE_COLUMNS = (
    *("manufacturer", "model", "slug", "u_height", "is_full_depth", "weight", "weight_unit", "description"),
    "cooling_method",
)
_CABLE_ENDS = tuple(f"side_{side}_{what}" for side in "ab" for what in ("device", "type", "name"))
_COOLING_FILES = (
    "05_rack_types.csv",
    "14_cooling_sources.csv",
    "15_cooling_feeds.csv",
    "16_cooling_outflows.csv",
    "17_cooling_intakes.csv",
)
_TABLES: dict[str, Table] = {
    "01_sites.csv": (("name", "slug", "status", "description", "latitude", "longitude"), _sites),
    "02_locations.csv": (("site", "name", "slug", "status", "description"), _locations),
    "03_manufacturers.csv": (("name", "slug"), _makers),
    "04_rack_roles.csv": (("name", "slug", "color"), _rack_roles),
    "05_rack_types.csv": (
        (
            *("manufacturer", "model", "slug", "form_factor", "width", "u_height", "outer_width", "outer_depth"),
            *("outer_unit", "weight", "weight_unit", "cooling_capability", "cooling_capacity"),
        ),
        _rack_types,
    ),
    "06_racks.csv": ((*_PLACE, "name", "status", "role", "rack_type", "width", "u_height", "comments"), _racks),
    "07_device_roles.csv": (("name", "slug", "color", "vm_role"), _device_roles),
    "08_device_types.csv": (_DEVICE_TYPE_COLUMNS, _device_types),
    "09_devices.csv": (
        (*("name", "role", "manufacturer", "device_type", "status"), *_PLACE, "rack", "position", "face"),
        _devices,
    ),
    "10_interfaces.csv": (("device", "name", "type"), _interfaces),
    "11_cables.csv": (
        (*_CABLE_ENDS, "type", "status", "label", "length", "length_unit", "description"),
        _cables,
    ),
    "12_power_panels.csv": ((*_PLACE, "name", "description"), _panels),
    "13_power_feeds.csv": (
        (
            *("site", "power_panel", "location", "rack", "name", "status", "type", "supply", "phase"),
            *("voltage", "amperage", "max_utilization"),
        ),
        _power_feeds,
    ),
    "14_cooling_sources.csv": (
        ("site", "name", "type", "status", "fluid_type", "cooling_capacity", "description"),
        _sources,
    ),
    "15_cooling_feeds.csv": (
        ("site", "cooling_source", "location", "rack", "name", "status", "cooling_capacity"),
        _coolant_feeds,
    ),
    "16_cooling_outflows.csv": (("device", "name"), _outflows),
    "17_cooling_intakes.csv": (("device", "name", "cooling_outflow_device", "cooling_outflow"), _intakes),
}
