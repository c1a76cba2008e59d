"""What is exported of a design: places, racks, devices with their ports, cables, power and cooling, the bill.

Plain records without any format. What there is millions of (devices, cables) is a function that gives them one by one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from denshi.catalog import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it all stands."""

    name: str
    project: str
    country: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """One hall: racks stand in its rows."""

    name: str
    width_m: float
    depth_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Ports of one kind on a device, with their names in order."""

    names: tuple[str, ...]
    family: str
    gbit_per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceType:
    """A product that is put into racks or stands beside them; ``height_u`` 0 stands on the floor.

    ``cooling`` is air, liquid, hybrid or immersion. ``accelerators`` are those that one such device carries.
    """

    model: str
    maker: str
    role: str
    height_u: int
    power_kw: float
    weight_kg: float
    cooling: str
    ports: tuple[Ports, ...] = ()
    accelerator: str = ""
    accelerators: int = 0
    accelerator_memory_bytes: float = 0.0


class Mount(NamedTuple):
    """A place in a rack of a kind: lowest unit from the bottom, what stands there, how it is named."""

    unit: int
    device_type: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RackType:
    """A kind of rack, filled as its drawing shows it."""

    kind: str
    maker: str
    height_u: int
    width_mm: int
    depth_mm: int
    weight_kg: float
    power_kw: float
    liquid_kw: float
    mounts: tuple[Mount, ...]


class Rack(NamedTuple):
    """One rack: its name, its kind, where it stands, what it draws at nameplate [kW], what leaves in liquid [kW]."""

    name: str
    kind: str
    hall: int
    row: int
    position: int
    x_m: float
    y_m: float
    power_kw: float
    liquid_kw: float


class Device(NamedTuple):
    """One device: ``rack`` is -1 and ``unit`` 0 for what stands on the floor of a hall."""

    name: str
    device_type: str
    hall: int
    rack: int
    unit: int


class Cable(NamedTuple):
    """One cable between two ports."""

    number: int
    tier: str
    a_device: str
    a_port: str
    b_device: str
    b_port: str
    medium: str
    length_m: float
    price_usd: float
    weight_kg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """A kind of cable: passive-copper, active-copper, active-optical, multimode, single-mode, twisted-pair."""

    name: str
    kind: str


class Panel(NamedTuple):
    """The last distribution of power before the racks, on path A or B."""

    name: str
    hall: int
    path: str
    capacity_kw: float


class Feed(NamedTuple):
    """What one panel gives one rack."""

    name: str
    panel: int
    rack: int
    direct_current: bool
    voltage_v: int
    amperage_a: int
    use_percent: int


class Source(NamedTuple):
    """A machine that makes cold or rejects heat: chiller, cooling-tower, dry-cooler, crah.

    ``loop`` is liquid or air where the plant has one for each, else empty.
    """

    name: str
    kind: str
    loop: str
    model: str
    fluid: str
    capacity_kw: float


class CoolantFeed(NamedTuple):
    """The coolant loop from a source to a rack."""

    name: str
    source: int
    rack: int
    capacity_kw: float


class Intake(NamedTuple):
    """Where coolant enters a device, and which device it comes from."""

    device: str
    supplier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOfPower:
    """One stage of the power chain: machines, what they are built for, what they lose in a year."""

    name: str
    units: int
    rated_kw: float | None
    loss_kwh: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the design itself says of the counts and sums that every export has to repeat."""

    accelerators: int
    racks: int
    switches: int
    cables: int
    usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Everything that an export takes from a design."""

    place: Place
    halls: tuple[Hall, ...]
    rack_types: Mapping[str, RackType]
    device_types: Mapping[str, DeviceType]
    racks: tuple[Rack, ...]
    devices: Callable[[], Iterator[Device]]
    media: Mapping[str, Medium]
    cables: Callable[[], Iterator[Cable]]
    panels: tuple[Panel, ...]
    feeds: tuple[Feed, ...]
    sources: tuple[Source, ...]
    coolant_feeds: tuple[CoolantFeed, ...]
    intakes: Callable[[], Iterator[Intake]]
    stages: tuple[StageOfPower, ...]
    items: tuple[Item, ...]
    headlines: tuple[tuple[str, float, str], ...]
    totals: Totals
