"""The cluster room: from a limit to racks, fabric, halls, cables, power and bill of materials."""

from dataclasses import dataclass
from math import ceil, floor, inf, isfinite
from typing import Any

from denshi.cluster.bill import bill
from denshi.cluster.cabling import Goods, MediumUse, cost_usd, tray_fill, uses
from denshi.cluster.fabric import Counts
from denshi.cluster.front_end import adapters_of, front_end, management, power_kw
from denshi.cluster.front_end import items as front_items
from denshi.cluster.given import ClusterInput
from denshi.cluster.hall import first_hall, white_m2
from denshi.cluster.place import places
from denshi.cluster.plan import (
    END_OF_ROW,
    counts,
    drops,
    elevations,
    floor_load_kg_per_m2,
    leaf_place,
    on_sale,
    plan,
    storage_racks,
    wiring,
)
from denshi.cluster.rack import Elevation
from denshi.cluster.reach import tiers
from denshi.cluster.record import Cluster
from denshi.cluster.route import Drops
from denshi.cluster.terms import ports, radix
from denshi.errors import InfeasibleError, OutOfRangeError

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class _Power:
    """Electric power of so many units, in the parts that share the limit [kW]."""

    compute_kw: float
    network_kw: float
    storage_kw: float
    management_kw: float

    @property
    def it_kw(self) -> float:
        return self.compute_kw + self.network_kw + self.storage_kw + self.management_kw


@dataclass(frozen=True, slots=True)
class _Shop:
    """What does not change with the number of units: racks by kind, heights, media, place of the leaf racks."""

    racks: tuple[Elevation, ...]
    drops: Drops
    goods: Goods
    leaf_at: float


def _shop(given: ClusterInput) -> _Shop:
    racks, sold = elevations(given), on_sale(given)
    down = drops(given, racks)
    return _Shop(racks, down, sold, leaf_place(given, down, sold)[0])


def run(given: ClusterInput) -> Cluster:
    """Return the largest cluster within the limits.

    Raises
    ------
    InfeasibleError : the limit does not hold one unit, or something does not fit its rack.
    OutOfRangeError : there is no limit, or a fact that divides is not positive.
    """
    _check(given)
    shop = _shop(given)
    return _built(given, shop, _largest(given, shop))


def _built(given: ClusterInput, shop: _Shop, units: int) -> Cluster:
    fabric, floor_plan = counts(given, units), plan(given, units, shop.leaf_at)
    media = uses(floor_plan, shop.drops, shop.goods)
    power = _power(given, units, media)
    where = places(floor_plan)
    accelerators = units * round(given.system.accelerators)
    racks = {"compute": where.compute_racks, "leaf": where.leaf_racks, **where.count}
    served = front_end(given, units, racks["storage"])
    items = bill(
        given,
        units=units,
        switches=fabric.switches,
        media=media,
        front_end=front_items(given, served),
        storage_racks=racks["storage"],
        management_kw=power.management_kw,
    )
    return Cluster(
        units=units,
        accelerators=accelerators,
        scaleup_domain=given.accelerator.scaleup_domain or given.system.accelerators,
        **_fabric(given, fabric, accelerators),
        media=media,
        optics=ceil(sum(use.optics for use in media) - _ROUNDING),
        fibre_m=sum(use.metres for use in media if use.optics),
        copper_cables=sum(use.cables for use in media if not use.optics),
        cable_kg=sum(use.kg for use in media),
        tray_fill_fraction=tray_fill(where, media, given.media, given.tray_section_mm2),
        leaf_place_saving_usd=_saving_usd(given, units, shop, media),
        tiers=tiers(wiring(given, units), given.system.nic_bytes_per_s, given.switch.latency_s, _mean_m(media)),
        networks=(served, management(given, shop.racks, racks)),
        adapters=adapters_of(given, units),
        front_end_power_kw=power_kw(given, served),
        compute_power_kw=power.compute_kw,
        network_power_kw=power.network_kw,
        storage_bytes=accelerators * given.storage_bytes_per_accelerator,
        storage_power_kw=power.storage_kw,
        management_power_kw=power.management_kw,
        it_power_kw=power.it_kw,
        network_power_fraction=power.network_kw / power.it_kw,
        liquid_fraction=given.system.liquid_fraction * power.compute_kw / power.it_kw,
        **{f"{kind}_racks": count for kind, count in racks.items()},
        network_racks=_network_racks(racks),
        racks=sum(racks.values()),
        rack_power_kw=given.system.units_per_rack * given.system.power_kw,
        weight_kg=_weight_kg(given, units, fabric, racks) + sum(use.kg for use in media),
        floor_load_kg_per_m2=floor_load_kg_per_m2(given, shop.racks[0]),
        elevations=tuple(rack for rack in shop.racks if racks[rack.kind]),
        halls=where.halls,
        hall_rows=first_hall(floor_plan),
        hall_width_m=where.width_m,
        hall_depth_m=where.depth_m,
        rack_width_m=given.rack_width_m,
        rack_depth_m=given.rack_depth_m,
        white_m2=white_m2(where),
        grey_m2=power.it_kw * given.grey_m2_per_kw,
        footprint_m2=white_m2(where),
        network_usd=sum(item.cost_usd for item in items if item.goods == "network"),
        items=items,
    )


def _fabric(given: ClusterInput, fabric: Counts, accelerators: int) -> dict[str, Any]:
    """Return the figures of the scale-out fabric by name."""
    planes, split, lane_bytes_per_s = ports(given)
    tapered = given.topology not in ("dragonfly", "torus")
    scaleout = given.system.nic_bytes_per_s / (given.oversubscription if tapered else 1.0)
    return {
        "planes": planes,
        "port_split": split,
        "radix": radix(given),
        "leaf_switches": fabric.leaves,
        "spine_switches": fabric.spines,
        "core_switches": fabric.core,
        "pods": fabric.pods,
        "pod_accelerators": accelerators / fabric.pods,
        "border_switches": fabric.border,
        "host_links": fabric.host_links,
        "border_links": fabric.border_links,
        "fabric_links": fabric.fabric_links,
        "scaleout_bytes_per_s": scaleout,
        "inter_pod_bytes_per_s": scaleout / (given.inter_pod_oversubscription if fabric.pods > 1 else 1.0),
        "bisection_bytes_per_s": fabric.bisection_links * lane_bytes_per_s,
    }


def _network_racks(racks: dict[str, int]) -> int:
    return racks["leaf"] + racks["spine"] + racks["core"] + racks["border"]


def _weight_kg(given: ClusterInput, units: int, fabric: Counts, racks: dict[str, int]) -> float:
    """Return the weight of everything but cables [kg]; rack products bring their own rack."""
    tare_kg = given.rack_tare_kg if given.system.units_per_rack > 1 else 0.0
    return (
        units * given.system.weight_kg
        + fabric.switches * given.switch_weight_kg
        + racks["storage"] * given.storage_rack_weight_kg
        + racks["compute"] * tare_kg
        + (_network_racks(racks) + racks["management"]) * given.rack_tare_kg
    )


def _mean_m(media: tuple[MediumUse, ...]) -> float:
    return sum(use.metres for use in media) / max(sum(use.cables for use in media), 1)


def _saving_usd(given: ClusterInput, units: int, shop: _Shop, media: tuple[MediumUse, ...]) -> float:
    end = plan(given, units, END_OF_ROW)
    return cost_usd(end, shop.drops, shop.goods) - sum(use.usd for use in media)


def again(given: ClusterInput, result: Cluster) -> Cluster:  # noqa: ARG001
    """Evaluate the room again; it takes no decision by search that could be held."""
    return run(given)


def largest(given: ClusterInput) -> int:
    """Return the largest number of units whose IT power is within both limits [count].

    Raises
    ------
    InfeasibleError : one unit is too many.
    """
    return _largest(given, _shop(given))


def _largest(given: ClusterInput, shop: _Shop) -> int:
    """Search by secants inside a bracket: the power never falls as units are added, so the last that fits is exact."""
    by_power = floor(given.it_power_limit_kw / given.system.power_kw) if isfinite(given.it_power_limit_kw) else inf
    by_count = floor(given.units_limit + _ROUNDING) if isfinite(given.units_limit) else inf
    most = min(by_power, by_count)
    if not isfinite(most):
        raise OutOfRangeError("nothing limits the cluster", where="compute", mend="Give a power or a number of racks")
    most = int(most)
    limit_kw = given.it_power_limit_kw * (1 + _ROUNDING)
    if most < 1 or (least_kw := _it_kw(given, shop, 1)) > limit_kw:
        raise _too_small(given, shop, by_count)
    if not isfinite(limit_kw) or (most_kw := _it_kw(given, shop, most)) <= limit_kw:
        return most
    fits, too_many, aimed = 1, most, True
    while too_many - fits > 1:
        # a straight line lands near; every second guess steps one beyond it, or halves, so that lines do not creep
        line = fits + int((too_many - fits) * (limit_kw - least_kw) / (most_kw - least_kw))
        guess = line if aimed else line + 1 if line == fits else (fits + too_many) // 2
        guess = min(max(guess, fits + 1), too_many - 1)
        power_kw = _it_kw(given, shop, guess)
        if power_kw <= limit_kw:
            fits, least_kw = guess, power_kw
        else:
            too_many, most_kw = guess, power_kw
        aimed = not aimed
    return fits


def _power(given: ClusterInput, units: int, media: tuple[MediumUse, ...]) -> _Power:
    compute_kw, stored = units * given.system.power_kw, storage_racks(given, units)
    return _Power(
        compute_kw=compute_kw,
        network_kw=counts(given, units).switches * given.switch.power_kw
        + sum(use.power_kw for use in media)
        + power_kw(given, front_end(given, units, stored)),
        storage_kw=stored * given.equipment["storage-rack"].capacity_kw,
        management_kw=compute_kw * given.management_power_fraction,
    )


def _it_kw(given: ClusterInput, shop: _Shop, units: int) -> float:
    return _power(given, units, uses(plan(given, units, shop.leaf_at), shop.drops, shop.goods)).it_kw


def _too_small(given: ClusterInput, shop: _Shop, by_count: float) -> InfeasibleError:
    if by_count < 1:
        asked = given.units_limit * given.system.accelerators
        return InfeasibleError(
            f"{asked:g} accelerators are fewer than the {given.system.accelerators:g} of one {given.system.name}",
            where="compute",
            why="a system is bought whole",
            mend="Ask for more, or name a smaller system",
        )
    need_kw = _it_kw(given, shop, 1)
    return InfeasibleError(
        f"one {given.system.name} with its network and storage needs {need_kw:,.1f} kW of IT power, "
        f"the limit leaves {given.it_power_limit_kw:,.1f} kW",
        where="compute",
        mend="Raise the limit, or name a smaller system",
    )


def _check(given: ClusterInput) -> None:
    positive = {
        "catalog.system.power_kw": given.system.power_kw,
        "catalog.system.accelerators": given.system.accelerators,
        "catalog.system.units_per_rack": given.system.units_per_rack,
        "catalog.system.nic_bytes_per_s": given.system.nic_bytes_per_s,
        "catalog.link.bytes_per_s": given.link.bytes_per_s,
        "catalog.switch.port_bytes_per_s": given.switch.port_bytes_per_s,
        "catalog.assumptions.management-rack-kw": given.management_rack_kw,
        "catalog.assumptions.management-server-kw": given.management_server_kw,
        "catalog.assumptions.switches-per-rack": given.switches_per_rack,
        "catalog.assumptions.rack-width-m": given.rack_width_m,
        "catalog.assumptions.rack-depth-m": given.rack_depth_m,
        "catalog.assumptions.tray-section-mm2": given.tray_section_mm2,
        "catalog.link.copper_reach_m": given.link.copper_reach_m,
        "catalog.assumptions.storage-rack-bytes": given.storage_rack_bytes,
        "catalog.assumptions.rack-row-fill-fraction": given.rack_row_fill_fraction,
    }
    for where, value in positive.items():
        if not value > 0:
            raise OutOfRangeError(f"{value:g} is not positive", where=where, why="the cluster divides by it")
    if given.inter_pod_oversubscription < 1 or given.oversubscription < 1:
        raise OutOfRangeError("an oversubscription is below 1", where="network.oversubscription")
    if given.rails < 1:
        raise OutOfRangeError("a fabric has no rails", where="catalog.assumptions.network-rails")
