"""From a finished design and its hall to an inventory: racks are filled, power and coolant are led to them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from denshi.catalog import Item
from denshi.cluster import ClusterInput, layout, pull
from denshi.design import Design
from denshi.design.paths import fill
from denshi.export import plant
from denshi.export.inventory import (
    Device,
    Feed,
    Hall,
    Intake,
    Inventory,
    Medium,
    Mount,
    Panel,
    Place,
    Rack,
    RackType,
    Totals,
)
from denshi.export.placing import Columns, Drawing, Naming, devices, main_slots, rack_names
from denshi.export.products import SWITCH_ROLES, device_types, key_of, per_tray
from denshi.export.strands import Labels, Strands, cables


class Laid(Protocol):
    """The halls as the cluster room lays them out."""

    @property
    def racks(self) -> Columns: ...  # noqa: D102
    @property
    def elevations(self) -> Mapping[str, Drawing]: ...  # noqa: D102
    @property
    def halls(self) -> int: ...  # noqa: D102
    @property
    def width_m(self) -> float: ...  # noqa: D102
    @property
    def depth_m(self) -> float: ...  # noqa: D102


def inventory(design: Design) -> Inventory:
    """Return the inventory of a finished design: its halls laid out and its cables drawn by the cluster room."""
    given = fill(ClusterInput, design.root())
    units = design.cluster.units
    per_plane = {role: getattr(design.cluster, f"{role}_switches") // design.cluster.planes for role in SWITCH_ROLES}
    media = {row.id: Medium(name=row.name, kind=_kind_of(row.id)) for row in design.catalog.media.values()}
    order = {name: i for i, name in enumerate(media)}

    def blocks() -> Iterator[Strands]:
        return (_strands(one, per_plane, order) for one in pull.cables(given, units))

    frame = Frame(round(given.rack_width_m * 1000.0), round(given.rack_depth_m * 1000.0))
    return assembled(design, layout(given, units), blocks, media, frame)


def _strands(one: pull.Cables, per_plane: Mapping[str, int], order: Mapping[str, int]) -> Strands:
    """Number the devices of a block over all planes, and its media as the inventory lists them."""
    media = np.array([order[name] for name in one.media])
    return Strands(
        tier=one.tier,
        plane=one.plane,
        a_kind=one.a.kind,
        a=one.a.device + one.plane * per_plane.get(one.a.kind, 0),
        a_port=one.a.port,
        b_kind=one.b.kind,
        b=one.b.device + one.plane * per_plane.get(one.b.kind, 0),
        b_port=one.b.port,
        medium=media[one.medium],
        length_m=one.length_m,
        price_usd=one.price_usd,
        weight_kg=one.kg,
    )


def _kind_of(medium: str) -> str:
    """Return the kind of cable of a row of the catalogue; optics built into a switch end a single-mode fibre."""
    return "single-mode" if medium.startswith(("single-mode", "co-packaged")) else medium


@dataclass(frozen=True, slots=True)
class Frame:
    """Outer size of a rack [mm]."""

    width_mm: int
    depth_mm: int


def assembled(
    design: Design,
    laid: Laid,
    blocks: Callable[[], Iterable[Strands]],
    media: Mapping[str, Medium],
    frame: Frame,
) -> Inventory:
    """Return the inventory of a design whose racks stand as ``laid`` says and whose cables are ``blocks``."""
    facility, cluster = design.facility, design.cluster
    standing = {laid.racks.kinds[kind] for kind in set(laid.racks.kind.tolist())}
    drawings = {kind: drawing for kind, drawing in laid.elevations.items() if kind in standing}
    naming = _naming(design, drawings)
    racks = _racks(design, laid)
    slots = {key_of(s.role, s.height_u): s for drawing in drawings.values() for s in drawing.slots}
    kinds = device_types(design, slots, naming.trays)
    floor = _floor(design, racks) if "floor" in kinds else ()
    torus = design.scenario.network.topology == "torus"
    labels = Labels(naming, per_tray(design, naming.trays), cluster.port_split, torus)
    panels = plant.panels(facility, design.scenario.facility.redundancy, racks)
    sources = plant.sources(facility.items, design.catalog.equipment)
    items = (*cluster.items, *facility.items)

    def everything() -> Iterator[Device]:
        yield from devices(laid.racks, racks, drawings, naming)
        yield from floor

    def intakes() -> Iterator[Intake]:
        return _intakes(racks, floor, devices(laid.racks, racks, drawings, naming), kinds)

    return Inventory(
        place=_place(design),
        halls=tuple(Hall(name=f"Hall {i + 1}", width_m=laid.width_m, depth_m=laid.depth_m) for i in range(laid.halls)),
        rack_types={kind: _rack_type(design, drawing, frame) for kind, drawing in drawings.items()},
        device_types=kinds,
        racks=racks,
        devices=everything,
        media=media,
        cables=lambda: cables(blocks(), labels, tuple(media)),
        panels=panels,
        feeds=_feeds(design, racks, panels),
        sources=sources,
        coolant_feeds=plant.coolant_feeds(racks, sources),
        intakes=intakes,
        stages=plant.stages(facility),
        items=items,
        headlines=_headlines(design),
        totals=_totals(design, items),
    )


def _naming(design: Design, drawings: Mapping[str, Drawing]) -> Naming:
    cluster = design.cluster
    counts = {"compute": cluster.units, **{role: getattr(cluster, f"{role}_switches") for role in SWITCH_ROLES}}
    per_plane = {role: max(counts[role] // cluster.planes, 1) for role in SWITCH_ROLES}
    shown = {**counts, **(per_plane if cluster.planes > 1 else {})}
    for kind in ("storage", "management"):
        if kind in drawings:
            shown[kind] = getattr(cluster, f"{kind}_racks") * len(main_slots(drawings[kind]))
    trays = max(round(len(main_slots(drawings["compute"])) / design.catalog.system.units_per_rack), 1)
    return Naming({kind: len(str(count)) for kind, count in shown.items()}, per_plane, cluster.planes, trays)


def _racks(design: Design, laid: Laid) -> tuple[Rack, ...]:
    columns = laid.racks
    share = _liquid_share(design)
    full = {kind: _most(design, drawing) for kind, drawing in laid.elevations.items()}
    corner = _corners(columns)
    rows = zip(
        rack_names(columns),
        [columns.kinds[kind] for kind in columns.kind.tolist()],
        columns.hall.tolist(),
        columns.row.tolist(),
        columns.position.tolist(),
        columns.x_m.tolist(),
        columns.y_m.tolist(),
        columns.count.tolist(),
        strict=True,
    )
    found = []
    for name, kind, hall, row, position, x_m, y_m, count in rows:
        power_kw = laid.elevations[kind].power_kw * (count / full[kind] if full[kind] > 1 else 1.0)
        liquid_kw = power_kw * share if kind == "compute" else 0.0
        x0_m, y0_m = corner[hall]
        found.append(Rack(name, kind, hall, row, position, x_m - x0_m, y_m - y0_m, power_kw, liquid_kw))
    return tuple(found)


def _corners(columns: Columns) -> dict[int, tuple[float, float]]:
    """Return where the racks of each hall begin on the campus [m]."""
    halls = range(int(columns.hall.max(initial=-1)) + 1)
    inside = {hall: columns.hall == hall for hall in halls}
    return {
        hall: (float(columns.x_m[here].min()), float(columns.y_m[here].min())) if here.any() else (0.0, 0.0)
        for hall, here in inside.items()
    }


def _most(design: Design, drawing: Drawing) -> int:
    """Return how many switches or units a rack of a kind holds when it is full, 1 for what comes by the rack."""
    if drawing.kind == "compute":
        return max(round(design.catalog.system.units_per_rack), 1)
    return len(main_slots(drawing)) if drawing.kind in SWITCH_ROLES else 1


def _liquid_share(design: Design) -> float:
    """Return the share of a compute rack's heat that leaves in liquid [1]."""
    cluster = design.cluster
    return min(design.facility.liquid_fraction * cluster.it_power_kw / cluster.compute_power_kw, 1.0)


def _rack_type(design: Design, drawing: Drawing, frame: Frame) -> RackType:
    own = drawing.kind == "compute" and design.catalog.system.units_per_rack <= 1
    share = _liquid_share(design) if drawing.kind == "compute" else 0.0
    return RackType(
        kind=drawing.kind,
        maker=design.catalog.system.vendor if own else "generic",
        height_u=drawing.height_u,
        width_mm=frame.width_mm,
        depth_mm=frame.depth_mm,
        weight_kg=drawing.weight_kg,
        power_kw=drawing.power_kw,
        liquid_kw=drawing.power_kw * share,
        mounts=tuple(Mount(slot.unit, key_of(slot.role, slot.height_u), slot.name) for slot in drawing.slots),
    )


def _floor(design: Design, racks: Sequence[Rack]) -> tuple[Device, ...]:
    """Return the coolant distribution units or tanks, each in the hall of the racks it serves."""
    units = design.facility.liquid_units
    head = "tank" if design.scenario.facility.cooling.startswith("immersion") else "cdu"
    width = len(str(units))
    served = [rack.hall for rack in racks if rack.liquid_kw > 0] or [0]
    halls = [served[(2 * i + 1) * len(served) // (2 * units)] for i in range(units)]
    return tuple(Device(f"{head}-{i + 1:0{width}d}", "floor", hall, -1, 0) for i, hall in enumerate(halls))


def _intakes(
    racks: Sequence[Rack], floor: Sequence[Device], of: Iterable[Device], kinds: Mapping[str, object]
) -> Iterator[Intake]:
    """Give the intakes of the compute devices of racks that give heat to liquid, shared out among the units."""
    wet = {i: n for n, i in enumerate(i for i, rack in enumerate(racks) if rack.liquid_kw > 0)}
    if not floor or "floor" not in kinds:
        return
    for device in of:
        if device.rack in wet and device.device_type.startswith("compute-"):
            yield Intake(device.name, floor[wet[device.rack] * len(floor) // len(wet)].name)


def _feeds(design: Design, racks: Sequence[Rack], panels: Sequence[Panel]) -> tuple[Feed, ...]:
    assumed = design.catalog.assumptions
    stage = plant.distribution_stage(design.facility)
    limit, factor = assumed["plant-loading-limit"].value, assumed["power-factor"].value
    return plant.feeds(racks, panels, stage, limit, factor)


def _place(design: Design) -> Place:
    site = design.catalog.site
    return Place(
        name=site.name,
        project=design.scenario.project.name,
        country=site.country,
        latitude=site.latitude,
        longitude=site.longitude,
    )


def _headlines(design: Design) -> tuple[tuple[str, float, str], ...]:
    cluster, facility = design.cluster, design.facility
    return (
        ("IT power, nameplate", cluster.it_power_kw, "kW"),
        ("Site power, peak hour", facility.peak_load_kw, "kW"),
        ("PUE, mean of the year", facility.pue_mean, "1"),
        ("PUE, peak hour", facility.pue_peak, "1"),
        ("Energy of the site, a year", facility.energy_kwh_per_year, "kWh"),
        ("Water, a year", facility.water_m3_per_year, "m3"),
        ("Weight of the racks", cluster.weight_kg, "kg"),
        ("Floor of the racks", cluster.footprint_m2, "m2"),
    )


def _totals(design: Design, items: Sequence[Item]) -> Totals:
    cluster = design.cluster
    switches = sum(getattr(cluster, f"{role}_switches") for role in SWITCH_ROLES)
    return Totals(
        accelerators=cluster.accelerators,
        racks=cluster.racks,
        switches=switches,
        cables=cluster.host_links + cluster.fabric_links,
        usd=sum(item.cost_usd for item in items),
    )


def roles(inventory: Inventory) -> Counter[str]:
    """Count the devices of an inventory by role."""
    kinds = inventory.device_types
    return Counter(kinds[device.device_type].role for device in inventory.devices())
