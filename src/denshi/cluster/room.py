"""The cluster room: from a limit to racks, fabric, power and bill of materials."""

from dataclasses import dataclass
from math import ceil, floor, inf, isfinite

from denshi.cluster.bill import bill
from denshi.cluster.fabric import Counts, scale_out
from denshi.cluster.record import Cluster, ClusterInput
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


def run(given: ClusterInput) -> Cluster:
    """Return the largest cluster within the limits.

    Raises
    ------
    InfeasibleError : the limit does not hold one unit.
    OutOfRangeError : there is no limit, or a fact that divides is not positive.
    """
    _check(given)
    units = largest(given)
    planes, split, lane_bytes_per_s = ports(given)
    fabric = _fabric(given, units)
    power = _power(given, units)
    accelerators = units * round(given.system.accelerators)
    copper_fraction = _copper_fraction(given)
    optical_hosts = fabric.host_links * (1 - copper_fraction)
    fibre_m = (
        optical_hosts * 0.5 * (min(given.link.copper_reach_m, given.host_cable_longest_m) + given.host_cable_longest_m)
        + fabric.fabric_links * given.fabric_cable_m
    ) / split
    optics = _optics(given, fabric)
    copper_cables = ceil(fabric.host_links * copper_fraction / split - _ROUNDING)
    compute_racks = ceil(units / given.system.units_per_rack - _ROUNDING)
    storage_racks = _storage_racks(given, units)
    network_racks = ceil(fabric.switches / given.switches_per_rack - _ROUNDING)
    management_racks = ceil(power.management_kw / given.management_rack_kw - _ROUNDING)
    racks = compute_racks + storage_racks + network_racks + management_racks
    tare_kg = given.rack_tare_kg if given.system.units_per_rack > 1 else 0.0
    tapered = given.topology not in ("dragonfly", "torus")
    scaleout = given.system.nic_bytes_per_s / (given.oversubscription if tapered else 1.0)
    items = bill(
        given,
        units=units,
        switches=fabric.switches,
        optics=optics,
        fibre_m=fibre_m,
        copper=copper_cables,
        storage_racks=storage_racks,
        management_kw=power.management_kw,
    )
    return Cluster(
        units=units,
        accelerators=accelerators,
        scaleup_domain=given.accelerator.scaleup_domain or given.system.accelerators,
        planes=planes,
        port_split=split,
        radix=_radix(given),
        leaf_switches=fabric.leaves,
        spine_switches=fabric.spines,
        core_switches=fabric.core,
        pods=fabric.pods,
        border_switches=fabric.border,
        host_links=fabric.host_links,
        border_links=fabric.border_links,
        fabric_links=fabric.fabric_links,
        scaleout_bytes_per_s=scaleout,
        inter_pod_bytes_per_s=scaleout / (given.inter_pod_oversubscription if fabric.pods > 1 else 1.0),
        bisection_bytes_per_s=fabric.bisection_links * lane_bytes_per_s,
        copper_fraction=copper_fraction,
        optics=optics,
        fibre_m=fibre_m,
        copper_cables=copper_cables,
        compute_power_kw=power.compute_kw,
        network_power_kw=power.network_kw,
        storage_bytes=accelerators * given.storage_bytes_per_accelerator,
        storage_power_kw=power.storage_kw,
        management_power_kw=power.management_kw,
        it_power_kw=power.it_kw,
        network_power_fraction=power.network_kw / power.it_kw,
        liquid_fraction=given.system.liquid_fraction * power.compute_kw / power.it_kw,
        compute_racks=compute_racks,
        storage_racks=storage_racks,
        network_racks=network_racks,
        management_racks=management_racks,
        racks=racks,
        rack_power_kw=given.system.units_per_rack * given.system.power_kw,
        weight_kg=units * given.system.weight_kg
        + fabric.switches * given.switch_weight_kg
        + storage_racks * given.storage_rack_weight_kg
        + compute_racks * tare_kg
        + (network_racks + management_racks) * given.rack_tare_kg,
        floor_load_kg_per_m2=(given.system.units_per_rack * given.system.weight_kg + tare_kg) / given.rack_area_m2,
        footprint_m2=racks * given.rack_area_m2 / given.rack_row_fill_fraction,
        network_usd=sum(item.cost_usd for item in items if item.goods == "network"),
        items=items,
    )


def again(given: ClusterInput, result: Cluster) -> Cluster:  # noqa: ARG001
    """Evaluate the room again; it takes no decision by search that could be held."""
    return run(given)


def largest(given: ClusterInput) -> int:
    """Return the largest number of units whose IT power is within both limits [count], by bisection.

    The power never falls as units are added, so the last number that fits is exact.

    Raises
    ------
    InfeasibleError : one unit is too many.
    """
    by_power = floor(given.it_power_limit_kw / given.system.power_kw) if isfinite(given.it_power_limit_kw) else inf
    by_count = floor(given.units_limit + _ROUNDING) if isfinite(given.units_limit) else inf
    most = min(by_power, by_count)
    if not isfinite(most):
        raise OutOfRangeError("nothing limits the cluster", where="compute", mend="Give a power or a number of racks")
    if most < 1 or not _fits(given, 1):
        raise _too_small(given, by_count)
    fits, too_many = 1, int(most) + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        fits, too_many = (middle, too_many) if _fits(given, middle) else (fits, middle)
    return fits


def ports(given: ClusterInput) -> tuple[int, int, float]:
    """Return planes, ports into which a cage is split, and the bandwidth of one port after the split [byte/s]."""
    port = min(given.link.bytes_per_s, given.switch.port_bytes_per_s)
    nic = given.system.nic_bytes_per_s
    planes = max(ceil(nic / port - _ROUNDING), 1)
    split = max(min(floor(port / nic + _ROUNDING), round(given.port_split_limit)), 1)
    return planes, split, port / split


def _radix(given: ClusterInput) -> int:
    return round(given.switch.ports) * ports(given)[1]


def _fabric(given: ClusterInput, units: int) -> Counts:
    return scale_out(
        given.topology,
        units,
        round(given.system.accelerators),
        ports(given)[0],
        _radix(given),
        given.oversubscription,
        round(given.rails),
        given.inter_pod_oversubscription,
    )


def _copper_fraction(given: ClusterInput) -> float:
    return min(given.link.copper_reach_m / given.host_cable_longest_m, 1.0)


def _optics(given: ClusterInput, fabric: Counts) -> int:
    optical = fabric.host_links * (1 - _copper_fraction(given)) + fabric.fabric_links
    return ceil(2 * optical / ports(given)[1] - _ROUNDING)


def _storage_racks(given: ClusterInput, units: int) -> int:
    bytes_ = units * round(given.system.accelerators) * given.storage_bytes_per_accelerator
    return ceil(bytes_ / given.storage_rack_bytes - _ROUNDING)


def _power(given: ClusterInput, units: int) -> _Power:
    fabric = _fabric(given, units)
    compute_kw = units * given.system.power_kw
    return _Power(
        compute_kw=compute_kw,
        network_kw=fabric.switches * given.switch.power_kw + _optics(given, fabric) * given.link.optic_power_kw,
        storage_kw=_storage_racks(given, units) * given.equipment["storage-rack"].capacity_kw,
        management_kw=compute_kw * given.management_power_fraction,
    )


def _fits(given: ClusterInput, units: int) -> bool:
    return _power(given, units).it_kw <= given.it_power_limit_kw * (1 + _ROUNDING)


def _too_small(given: ClusterInput, by_count: float) -> InfeasibleError:
    if by_count < 1:
        asked = given.units_limit * given.system.accelerators
        return InfeasibleError(
            f"{asked:g} accelerators are fewer than the {given.system.accelerators:g} of one {given.system.name}",
            where="compute",
            why="a system is bought whole",
            mend="Ask for more, or name a smaller system",
        )
    need_kw = _power(given, 1).it_kw
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
        "catalog.assumptions.host-cable-longest-m": given.host_cable_longest_m,
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
