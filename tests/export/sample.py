"""An invented inventory, small enough to count by hand: 2 halls, 5 racks, 4 nodes of 2 accelerators, 2 leaves."""

from collections.abc import Iterator
from dataclasses import replace

from denshi.catalog import Item
from denshi.export.inventory import (
    Cable,
    CoolantFeed,
    Device,
    DeviceType,
    Feed,
    Hall,
    Intake,
    Inventory,
    Medium,
    Mount,
    Panel,
    Place,
    Ports,
    Rack,
    RackType,
    Source,
    StageOfPower,
    Totals,
)

TYPES = {
    "node": DeviceType(
        model="Node 2",
        maker="Acme",
        role="compute",
        height_u=4,
        power_kw=3.0,
        weight_kg=50.0,
        cooling="hybrid",
        ports=(Ports(names=("nic1", "nic2"), family="infiniband", gbit_per_s=400.0),),
        accelerator="A1",
        accelerators=2,
        accelerator_memory_bytes=80e9,
    ),
    "leaf": DeviceType(
        model="Switch 8",
        maker="Acme",
        role="leaf",
        height_u=1,
        power_kw=0.5,
        weight_kg=10.0,
        cooling="air",
        ports=(Ports(names=tuple(f"{i + 1}" for i in range(8)), family="infiniband", gbit_per_s=400.0),),
    ),
    "spine": DeviceType(
        model="Switch 8",
        maker="Acme",
        role="spine",
        height_u=1,
        power_kw=0.5,
        weight_kg=10.0,
        cooling="air",
        ports=(Ports(names=tuple(f"{i + 1}" for i in range(8)), family="infiniband", gbit_per_s=400.0),),
    ),
    "cdu": DeviceType(
        model="CDU", maker="generic", role="cdu", height_u=0, power_kw=0.0, weight_kg=0.0, cooling="liquid"
    ),
}
RACK_TYPES = {
    "compute": RackType(
        kind="compute",
        maker="generic",
        height_u=48,
        width_mm=600,
        depth_mm=1200,
        weight_kg=150.0,
        power_kw=3.0,
        liquid_kw=2.4,
        mounts=(Mount(1, "node", "node"),),
    ),
    "leaf": RackType(
        kind="leaf",
        maker="generic",
        height_u=48,
        width_mm=600,
        depth_mm=1200,
        weight_kg=150.0,
        power_kw=1.0,
        liquid_kw=0.0,
        mounts=(Mount(1, "leaf", "leaf"), Mount(2, "leaf", "leaf")),
    ),
}
RACKS = (
    Rack("h1-r01-p01", "compute", 0, 0, 0, 1.2, 1.0, 3.0, 2.4),
    Rack("h1-r01-p02", "compute", 0, 0, 1, 1.8, 1.0, 3.0, 2.4),
    Rack("h1-r01-p03", "leaf", 0, 0, 2, 2.4, 1.0, 1.0, 0.0),
    Rack("h2-r01-p01", "compute", 1, 0, 0, 1.2, 1.0, 3.0, 2.4),
    Rack("h2-r01-p02", "compute", 1, 0, 1, 1.8, 1.0, 3.0, 2.4),
)
_NODE_RACKS = (0, 1, 3, 4)


def devices() -> Iterator[Device]:
    for n, rack in enumerate(_NODE_RACKS):
        yield Device(f"node-{n + 1}", "node", RACKS[rack].hall, rack, 1)
    yield Device("leaf-1", "leaf", 0, 2, 1)
    yield Device("leaf-2", "leaf", 0, 2, 2)
    yield Device("cdu-1", "cdu", 0, -1, 0)


def cables() -> Iterator[Cable]:
    for n in range(4):
        for rail in range(2):
            number = 2 * n + rail + 1
            ends = (f"node-{n + 1}", f"nic{rail + 1}", f"leaf-{rail + 1}", str(n + 1))
            yield Cable(number, "host-leaf", *ends, "copper" if n < 2 else "fibre", 2.5 + n, 100.0, 0.5)


def intakes() -> Iterator[Intake]:
    for n in range(4):
        yield Intake(f"node-{n + 1}", "cdu-1")


def item(name: str, count: float, price: float) -> Item:
    return Item(
        name=name,
        goods="network",
        count=count,
        unit="unit",
        unit_price_usd=price,
        low_usd=price,
        high_usd=price,
        origin="TW",
        lead_time_weeks=26.0,
        source="=HYPERLINK(0)",
        grade="C",
        fact="catalog.x.price_usd",
    )


ITEMS = (item("Node 2", 4.0, 1000.1), item("Switch 8", 2.0, 52000.0), item("Land", 0.3, 244000.0))

SAMPLE = Inventory(
    place=Place(name="Works 一", project="Test", country="JP", latitude=35.0, longitude=139.5),
    halls=(Hall(name="Hall 1", width_m=10.0, depth_m=8.0), Hall(name="Hall 2", width_m=10.0, depth_m=8.0)),
    rack_types=RACK_TYPES,
    device_types=TYPES,
    racks=RACKS,
    devices=devices,
    media={"copper": Medium(name="DAC", kind="passive-copper"), "fibre": Medium(name="SMF", kind="single-mode")},
    cables=cables,
    panels=(Panel("busway-415v-a-1", 0, "A", 20.0), Panel("busway-415v-b-1", 1, "B", 20.0)),
    feeds=tuple(
        Feed(f"{r.name}-{p}", k, i, False, 415, 7, 80) for i, r in enumerate(RACKS) for k, p in enumerate("AB")
    ),
    sources=(Source("dry-cooler-1", "dry-cooler", "", "Dry cooler", "water-glycol", 1000.0),),
    coolant_feeds=tuple(CoolantFeed(f"{RACKS[i].name}-loop", 0, i, 2.4) for i in _NODE_RACKS),
    intakes=intakes,
    stages=(StageOfPower(name="busway-415v", units=2, rated_kw=40.0, loss_kwh=12.5),),
    items=ITEMS,
    headlines=(("PUE, mean of the year", 1.1, "1"),),
    totals=Totals(accelerators=8, racks=5, switches=2, cables=8, usd=sum(one.cost_usd for one in ITEMS)),
)


def named(project: str, place: str) -> Inventory:
    """Return the sample under other names."""
    return replace(SAMPLE, place=replace(SAMPLE.place, project=project, name=place))
