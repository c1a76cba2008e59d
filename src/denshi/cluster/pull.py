"""The pull list: every cable of a cluster with its two ends, as blocks of columns and as a CSV written as a stream."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from denshi.cluster.cabling import Goods, offer_of
from denshi.cluster.given import ClusterInput
from denshi.cluster.links import Links, links
from denshi.cluster.media import HOST_TIER, Offer
from denshi.cluster.place import FloatArray, IntArray, Plan, places
from denshi.cluster.plan import drops, elevations, leaf_place, on_sale, plan
from denshi.cluster.rack import Elevation
from denshi.cluster.route import (
    LEAF_BORDER,
    LEAF_SPINE,
    SPINE_CORE,
    Drops,
    border_cm,
    host_cm,
    leaf_spine_cm,
    router_cm,
    spine_core_cm,
    tiers,
    torus_cm,
)

COLUMNS = (
    "number", "tier", "plane", "a_rack", "a_unit", "a_device", "a_port", "b_rack", "b_unit", "b_device", "b_port",
    "route_m", "length_m", "medium", "price_usd", "kg",
)  # fmt: skip
_CM = 100.0


@dataclass(frozen=True, slots=True)
class Ends:
    """One end of a block of cables: the kind of rack and of device, their numbers, rack unit and port."""

    rack_kind: str
    rack: IntArray
    unit: IntArray
    kind: str
    device: IntArray
    port: IntArray


@dataclass(frozen=True, slots=True)
class Cables:
    """A block of cables of one tier and plane: columns of equal length, numbered through the whole list.

    ``media`` are the names that ``medium`` counts into. A cable is one link; see ``cabling``.
    """

    number: IntArray
    tier: str
    plane: int
    a: Ends
    b: Ends
    route_m: FloatArray
    length_m: FloatArray
    medium: NDArray[np.int32]
    media: tuple[str, ...]
    price_usd: FloatArray
    kg: FloatArray


class _Lists:
    """What all blocks share: places, routes of bundles, offers by tier, rack units of devices."""

    def __init__(self, floor: Plan, down: Drops, sold: Goods, racks: Iterable[Elevation]) -> None:
        self.p, self.down = places(floor), down
        self.offers = {tier.name: offer_of(tier, sold) for tier in tiers(floor, down)}
        self.bundles: dict[str, IntArray] = {}
        names = set(self.offers)
        if LEAF_SPINE in names:
            self.bundles[LEAF_SPINE] = leaf_spine_cm(self.p, down)
        if SPINE_CORE in names:
            self.bundles[SPINE_CORE] = spine_core_cm(self.p, down)
        if LEAF_BORDER in names:
            self.bundles[LEAF_BORDER] = np.repeat(border_cm(self.p, down), self.p.leaf_racks)
        if "group" in names:
            near, far = router_cm(self.p, down)
            self.bundles |= {"group": np.full(self.p.leaf_racks, near), "global": np.full(self.p.leaf_racks, far)}
        self.units = {rack.kind: _seats(rack) for rack in racks}

    def end(self, kind: str, device: IntArray, port: IntArray, plane: int) -> Ends:
        """Return an end of links: where its device stands."""
        rack_kind = "compute" if kind == "unit" else kind
        seat, seats = self.p.seat(kind, device), self.units[rack_kind]
        unit = (
            seats[np.minimum(seat, len(seats) - 1)]
            if self.p.plan.per_rack > 1 or kind != "unit"
            else _tray(seats, port, self.p.plan.wiring.accelerators)
        )
        return Ends(rack_kind, self.p.rack_of(kind, device, plane), unit, kind, device, port)

    def route_cm(self, one: Links, a: Ends, b: Ends) -> IntArray:
        """Return the route of each link [cm]."""
        if one.tier == HOST_TIER:
            return host_cm(self.p, self.down, a.device, b.rack)
        if one.tier == "torus":
            return torus_cm(self.p, self.down, a.device, b.device)
        return self.bundles[one.tier][a.rack]


def cables(given: ClusterInput, units: int, block: int = 65_536) -> Iterator[Cables]:
    """Yield every cable of a cluster in blocks, tier by tier within each plane.

    The prices, metres and kilograms of all blocks add up to ``media`` of the room's result.

    Parameters
    ----------
    given : input of the cluster's room.
    units : of the finished cluster [count].
    block : most cables of a block [count].
    """
    racks = elevations(given)
    down, sold = drops(given, racks), on_sale(given)
    floor = plan(given, units, leaf_place(given, down, sold)[0])
    lists = _Lists(floor, down, sold, racks)
    number = 0
    for one in links(floor.wiring, block):
        a, b = (
            lists.end(kind, device, port, one.plane)
            for kind, device, port in ((one.a_kind, one.a, one.a_port), (one.b_kind, one.b, one.b_port))
        )
        route_m = lists.route_cm(one, a, b) / _CM
        yield _block(number, one, a, b, route_m, lists.offers[one.tier])
        number += len(route_m)


def write_pull_list(blocks: Iterable[Cables], file: TextIO) -> int:
    """Write cables as CSV, one line each under a head of names, as they come; return how many.

    A device is named by its kind and its number in its plane, a rack by its kind and number, both from 1.
    """
    file.write(",".join(COLUMNS) + "\n")
    count = 0
    for one in blocks:
        file.write("".join(_lines(one)))
        count += len(one.number)
    return count


def _lines(one: Cables) -> Iterator[str]:
    a, b = one.a, one.b
    head = f"{one.tier},{one.plane + 1},{a.rack_kind}-"
    media, kind_a, kind_b = one.media, a.kind, f"{b.kind}-"
    middle = f",{b.rack_kind}-"
    columns = (
        (one.number + 1).tolist(), (a.rack + 1).tolist(), a.unit.tolist(), (a.device + 1).tolist(),
        (a.port + 1).tolist(), (b.rack + 1).tolist(), b.unit.tolist(), (b.device + 1).tolist(), (b.port + 1).tolist(),
        one.route_m.tolist(), one.length_m.tolist(), one.medium.tolist(), one.price_usd.tolist(), one.kg.tolist(),
    )  # fmt: skip
    for n, ra, ua, da, pa, rb, ub, db, pb, route, length, medium, usd, kg in zip(*columns, strict=True):
        yield (
            f"{n},{head}{ra},{ua},{kind_a}-{da},{pa}{middle}{rb},{ub},{kind_b}{db},{pb},"
            f"{route:.2f},{length:g},{media[medium]},{usd:.2f},{kg:.3f}\n"
        )


def _block(number: int, one: Links, a: Ends, b: Ends, route_m: FloatArray, found: Offer) -> Cables:
    step = found.step(route_m)
    medium, length = found.medium[step], found.length_m[step]
    per_m = np.array([priced.kg_per_m for priced in found.media])
    return Cables(
        number=np.arange(number, number + len(route_m)),
        tier=one.tier,
        plane=one.plane,
        a=a,
        b=b,
        route_m=route_m,
        length_m=length,
        medium=medium,
        media=tuple(priced.id for priced in found.media),
        price_usd=found.usd[step],
        kg=length * per_m[medium],
    )


def _seats(rack: Elevation) -> IntArray:
    role = "compute" if rack.kind == "compute" else rack.kind
    return np.array([slot.unit for slot in rack.slots if slot.role == role])


def _tray(seats: IntArray, port: IntArray, accelerators: int) -> IntArray:
    """Return the tray of each accelerator of a rack product, filled from the bottom."""
    return seats[np.minimum(port * len(seats) // accelerators, len(seats) - 1)]
