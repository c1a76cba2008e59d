"""From the room's input to what the halls are laid out by: racks by kind, heights of cables, places of racks."""

from dataclasses import replace
from math import ceil

from denshi.cluster.cabling import Goods, cost_usd, goods
from denshi.cluster.fabric import Counts, scale_out
from denshi.cluster.given import ClusterInput
from denshi.cluster.hall import Layout, racks, white_m2
from denshi.cluster.links import Wiring
from denshi.cluster.place import Plan, part_of, places
from denshi.cluster.rack import (
    Elevation,
    RackFacts,
    compute_rack,
    drop_m,
    management_rack,
    storage_rack,
    switch_rack,
)
from denshi.cluster.route import Drops
from denshi.cluster.terms import ports, radix

_ROUNDING = 1e-9
LEAF_PLACES = (0.5, 0.25, 0.75, 0.0, 1.0)
END_OF_ROW = 1.0


def wiring(given: ClusterInput, units: int) -> Wiring:
    """Return the scale-out fabric of so many units, as ``links`` takes it."""
    return Wiring(
        topology=given.topology,
        units=units,
        accelerators=round(given.system.accelerators),
        planes=ports(given)[0],
        radix=radix(given),
        oversubscription=given.oversubscription,
        rails=round(given.rails),
        beyond=given.inter_pod_oversubscription,
    )


def counts(given: ClusterInput, units: int) -> Counts:
    """Return switches and links of so many units, all planes together."""
    w = wiring(given, units)
    return scale_out(w.topology, w.units, w.accelerators, w.planes, w.radix, w.oversubscription, w.rails, w.beyond)


def storage_racks(given: ClusterInput, units: int) -> int:
    """Return the storage racks of so many units [count]."""
    bytes_ = units * round(given.system.accelerators) * given.storage_bytes_per_accelerator
    return ceil(bytes_ / given.storage_rack_bytes - _ROUNDING)


def management_racks(given: ClusterInput, units: int) -> int:
    """Return the management racks of so many units [count]."""
    kilowatts = units * given.system.power_kw * given.management_power_fraction
    return ceil(kilowatts / given.management_rack_kw - _ROUNDING)


def plan(given: ClusterInput, units: int, leaf_at: float) -> Plan:
    """Return what the places of the racks of so many units depend on."""
    system = given.system
    span = ceil(1 / system.units_per_rack - _ROUNDING) if system.units_per_rack < 1 else 1
    per_rack = max(int(system.units_per_rack + _ROUNDING), 1)
    return Plan(
        wiring=wiring(given, units),
        per_rack=per_rack,
        span=span,
        switches_per_rack=max(round(given.switches_per_rack), 1),
        storage_racks=storage_racks(given, units),
        management_racks=management_racks(given, units),
        row_racks=max(round(given.row_racks), 1),
        hall_rows=max(round(given.hall_rows_most), 1),
        rack_width_m=given.rack_width_m,
        rack_depth_m=given.rack_depth_m,
        aisle_m=given.aisle_m,
        fill_fraction=given.rack_row_fill_fraction,
        grey_m2_per_rack=given.grey_m2_per_kw * per_rack * system.power_kw / span,
        leaf_at=leaf_at,
    )


def elevations(given: ClusterInput) -> tuple[Elevation, ...]:
    """Return the rack of every kind that a cluster may have.

    Raises
    ------
    InfeasibleError : something does not fit its rack.
    """
    facts = RackFacts(
        system=given.system,
        switch_name=given.switch.name,
        switch_kw=given.switch.power_kw,
        storage=given.equipment["storage-rack"],
        height_u=round(given.rack_height_u),
        tare_kg=given.rack_tare_kg,
        switch_height_u=round(given.switch_height_u),
        switch_weight_kg=given.switch_weight_kg,
        switches_per_rack=max(round(given.switches_per_rack), 1),
        storage_weight_kg=given.storage_rack_weight_kg,
        management_kw=given.management_rack_kw,
    )
    return (
        compute_rack(facts),
        *(switch_rack(kind, facts) for kind in ("leaf", "spine", "core", "border")),
        storage_rack(facts),
        management_rack(facts, given.management_server_kw, given.management_server_kg),
    )


def drops(given: ClusterInput, racks_: tuple[Elevation, ...]) -> Drops:
    """Return what a cable needs beside its way over the trays.

    The nodes of a rack are cabled at their middle; a rack product from its lowest compute tray.
    """
    down = drop_m(racks_[0], ("compute",))
    units = tuple(down[unit] for unit in sorted(down))
    return Drops(
        units_m=units if given.system.units_per_rack > 1 else units[:1],
        switch_m=max(drop_m(racks_[1], ("leaf",)).values()),
        tray_m=given.tray_height_m,
        slack_fraction=given.cable_slack_fraction,
    )


def on_sale(given: ClusterInput) -> Goods:
    """Return the media that the link family of the cluster can be run over."""
    return goods(given.link, given.switch, given.media, ports(given)[1])


def leaf_place(given: ClusterInput, down: Drops, sold: Goods) -> tuple[float, float]:
    """Return where the leaf racks of a scalable unit cost least, and that cost over the cost at the end of it.

    Tried on four blocks of scalable units, which all others repeat.
    """
    if given.topology == "torus":
        return LEAF_PLACES[0], 1.0
    one = part_of(wiring(given, 1_000_000_000 // max(round(given.system.accelerators), 1)))
    ends = max(one.rails * one.down, 1) * 4
    units = max(ceil(ends / round(given.system.accelerators)), 1)
    trial = plan(given, units, END_OF_ROW)
    cost = {at: cost_usd(replace(trial, leaf_at=at), down, sold) for at in LEAF_PLACES}
    best = min(LEAF_PLACES, key=lambda at: cost[at])
    return best, cost[best] / cost[END_OF_ROW] if cost[END_OF_ROW] else 1.0


def layout(given: ClusterInput, units: int) -> Layout:
    """Return where every rack of so many units stands, and what the racks hold.

    Parameters
    ----------
    given : input of the cluster's room.
    units : of the finished cluster [count].
    """
    racks_ = elevations(given)
    down = drops(given, racks_)
    p = places(plan(given, units, leaf_place(given, down, on_sale(given))[0]))
    return Layout(
        racks=racks(p),
        elevations={rack.kind: rack for rack in racks_},
        halls=p.halls,
        rows=p.rows,
        width_m=p.width_m,
        depth_m=p.depth_m,
        grey_m2=p.compute_racks * p.plan.grey_m2_per_rack,
        white_m2=white_m2(p),
        floor_load_kg_per_m2=floor_load_kg_per_m2(given, racks_[0]),
    )


def floor_load_kg_per_m2(given: ClusterInput, compute: Elevation) -> float:
    """Return the weight of a compute rack over the floor of its position with half of the aisles [kg/m2]."""
    return compute.weight_kg / (given.rack_width_m * (given.rack_depth_m + given.aisle_m))
