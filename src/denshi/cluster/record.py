"""What the cluster gives out."""

from dataclasses import dataclass

from denshi.catalog import Item
from denshi.cluster.cabling import MediumUse
from denshi.cluster.hall import HallRow
from denshi.cluster.networks import Adapters, Network
from denshi.cluster.paths import (
    ALL_SWITCHES,
    DEEP,
    FABRIC,
    FLOOR,
    FRONT_POWER,
    FRONT_PRICES,
    HALL,
    IN_PODS,
    JOINED,
    LINK_PRICES,
    MANY,
    PARTIAL,
    PLACES,
    POD,
    PORTS,
    RACKS,
    SPR,
    TREE,
    WIDE,
)
from denshi.cluster.rack import Elevation
from denshi.cluster.reach import Tier
from denshi.figure import figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Racks, fabric, power and bill of materials."""

    units: int = figure(
        "count",
        "largest n with n <= units_limit and compute + network + storage + management power of n units <= limit",
        of=(
            "sizing.it_power_limit_kw",
            "sizing.units_limit",
            "catalog.system.power_kw",
            "catalog.system.accelerators",
            "catalog.switch.power_kw",
            "cluster.planes",
            "cluster.port_split",
            "cluster.radix",
            "cluster.media",
            "scenario.network.topology",
            "scenario.network.oversubscription",
            "catalog.assumptions.network-rails",
            "catalog.assumptions.inter-pod-oversubscription",
            "catalog.equipment.storage-rack.capacity_kw",
            "catalog.assumptions.storage-bytes-per-accelerator",
            "catalog.assumptions.storage-rack-bytes",
            "catalog.assumptions.management-power-fraction",
            *FRONT_POWER,
        ),
        active={
            "catalog.system.compute_trays": "rack product by power",
            "sizing.units_limit": "by units",
            "cluster.port_split": "split",
            "catalog.assumptions.network-rails": "few rails",
            "catalog.assumptions.inter-pod-oversubscription": "pods by power",
        },
    )
    accelerators: int = figure(
        "count", "units x accelerators of a unit", of=("cluster.units", "catalog.system.accelerators")
    )
    scaleup_domain: float = figure(
        "count",
        "accelerators that one scale-up network joins; of a unit where the maker names none",
        of=("catalog.accelerator.scaleup_domain",),
    )
    planes: int = figure(
        "count",
        "ceil(scale-out bandwidth of an accelerator / port bandwidth)",
        of=("catalog.system.nic_bytes_per_s", *PORTS),
    )
    port_split: int = figure(
        "count",
        "min(floor(port bandwidth / scale-out bandwidth of an accelerator), port-split-limit), at least 1",
        of=(*PORTS, "catalog.system.nic_bytes_per_s", "catalog.assumptions.port-split-limit"),
        active=dict.fromkeys(
            (*PORTS, "catalog.system.nic_bytes_per_s", "catalog.assumptions.port-split-limit"), "split"
        ),
    )
    radix: int = figure(
        "count",
        "ports of a switch x port_split",
        of=("catalog.switch.ports", "cluster.port_split"),
        active={"cluster.port_split": "split"},
    )
    leaf_switches: int = figure(
        "count",
        "planes x pods x rails x ceil(E / (rails x ports down)), E of a pod with its border links; one for E <= radix; "
        "dragonfly: groups x 2p; torus: none",
        of=(*TREE, *JOINED),
        source="alfares2008",
        active={**PARTIAL, **IN_PODS},
    )
    spine_switches: int = figure(
        "count",
        "planes x smallest divisor of the u up-links >= leaves x u / radix; three tiers: 2 x leaves x u / radix",
        of=(*TREE, *JOINED, "cluster.leaf_switches"),
        source="alfares2008",
        active={**PARTIAL, **IN_PODS},
    )
    core_switches: int = figure(
        "count",
        "leaves x u / radix where leaves > radix, else 0",
        of=(*TREE, *JOINED, "cluster.leaf_switches"),
        source="alfares2008",
        active={**dict.fromkeys((*TREE, "cluster.leaf_switches"), "three tiers"), **IN_PODS},
    )
    pods: int = figure(
        "count",
        "ceil(accelerators and border ports / most that one fabric joins)",
        of=POD,
        source="alfares2008",
        active=dict.fromkeys(POD, "pods"),
    )
    pod_accelerators: float = figure(
        "count",
        "accelerators / pods: those that full bandwidth joins",
        of=("cluster.accelerators", "cluster.pods"),
        active={"cluster.pods": "pods"},
    )
    border_switches: int = figure(
        "count",
        "border links / radix, in two tiers (x 3) where there are more pods than ports of a switch",
        of=("cluster.border_links", "cluster.pods", "cluster.radix"),
        active=dict.fromkeys(("cluster.border_links", "cluster.pods", "cluster.radix"), "pods"),
    )
    host_links: int = figure(
        "count", "planes x accelerators; torus: none", of=("cluster.accelerators", "cluster.planes")
    )
    border_links: int = figure(
        "count",
        "planes x accelerators / inter-pod oversubscription where one fabric is not enough, else 0",
        of=("cluster.accelerators", "cluster.planes", *JOINED),
        active=dict.fromkeys(("cluster.accelerators", "cluster.planes", *JOINED), "pods"),
    )
    fabric_links: int = figure(
        "count",
        "links between switches: leaves x u for each tier above, and border_links; torus: 3 x units x bundle",
        of=(*TREE, "cluster.border_links"),
        source="alfares2008",
        active={**PARTIAL, "cluster.border_links": "pods"},
    )
    scaleout_bytes_per_s: float = figure(
        "byte/s",
        "scale-out bandwidth of an accelerator / oversubscription (a dragonfly and a torus have none)",
        of=(
            "catalog.system.nic_bytes_per_s",
            "scenario.network.oversubscription",
            "scenario.network.topology",
        ),
        active={"scenario.network.topology": "tapered"},
    )
    inter_pod_bytes_per_s: float = figure(
        "byte/s",
        "scaleout_bytes_per_s, / inter-pod oversubscription where there are several pods",
        of=("cluster.scaleout_bytes_per_s", "cluster.pods", "catalog.assumptions.inter-pod-oversubscription"),
        active={"cluster.pods": "pods", "catalog.assumptions.inter-pod-oversubscription": "pods"},
    )
    bisection_bytes_per_s: float = figure(
        "byte/s",
        "links that the narrowest cut into halves crosses x bandwidth of a link",
        of=(
            *FABRIC,
            "scenario.network.oversubscription",
            *JOINED,
            *PORTS,
            "cluster.port_split",
        ),
        active={**IN_PODS, "cluster.port_split": "split"},
    )
    media: tuple[MediumUse, ...] = figure(
        "",
        "links of each tier by medium: hosts each by the cheapest that reaches, tiers of switches by their longest "
        "run; length = way over the trays + rises + slack, rounded up to a length on sale",
        of=(*TREE, *PLACES, *JOINED, "cluster.port_split", "catalog.media", *LINK_PRICES),
        active={
            **IN_PODS,
            **PARTIAL,
            "cluster.port_split": "split",
            "catalog.assumptions.hall-rows": "pods",
            "catalog.assumptions.rack-row-fill-fraction": "pods",
            "catalog.assumptions.grey-m2-per-kw": "pods",
            "catalog.system.power_kw": "pods",
        },
    )
    optics: int = figure("count", "modules of the optical links, shared where a cage is split", of=("cluster.media",))
    fibre_m: float = figure("m", "metres of the optical links", of=("cluster.media",))
    copper_cables: int = figure("count", "links over copper", of=("cluster.media",))
    cable_kg: float = figure("kg", "metres x weight of a metre", of=("cluster.media", "catalog.media"))
    tray_fill_fraction: float = figure(
        "1",
        "metres x section of a cable / (metres of tray x section of a tray); a tray above each row, three across",
        of=(
            "cluster.media",
            "cluster.halls",
            "cluster.hall_width_m",
            "cluster.hall_depth_m",
            "catalog.media",
            "catalog.assumptions.tray-section-mm2",
        ),
        active={"cluster.halls": "pods"},
    )
    leaf_place_saving_usd: float = figure(
        "USD",
        "price of the cables with leaf racks at the end of their scalable unit - price where they stand",
        of=("cluster.media",),
    )
    compute_power_kw: float = figure(
        "kW", "units x maximum power of a unit", of=("cluster.units", "catalog.system.power_kw")
    )
    tiers: tuple[Tier, ...] = figure(
        "",
        "of the scale-out fabric: how many accelerators each reaches, bandwidth of each / oversubscription, switches "
        "on the way, their delay and that of cables of mean length",
        of=(
            *TREE,
            "cluster.pods",
            "catalog.assumptions.inter-pod-oversubscription",
            "catalog.system.nic_bytes_per_s",
            "catalog.switch.latency_s",
            "cluster.media",
        ),
        source="alfares2008",
        active={**PARTIAL, **IN_PODS, "scenario.network.oversubscription": "tapered"},
    )
    networks: tuple[Network, ...] = figure(
        "",
        "front end (storage, in-band, users): ports of a host on two switches, a fat tree above that; out-of-band: a "
        "port of every device in a rack, at least one switch a rack, two up-links each",
        of=(
            "cluster.units",
            "catalog.system.compute_trays",
            "catalog.assumptions.host-front-end-ports",
            "catalog.assumptions.storage-rack-ports",
            "catalog.assumptions.front-end-oversubscription",
            "catalog.front_switch.ports",
            "catalog.management_switch.ports",
            "cluster.elevations",
            *RACKS,
        ),
        active={"catalog.management_switch.ports": "rack product", "catalog.system.compute_trays": "rack product"},
    )
    adapters: Adapters = figure(
        "",
        "one scale-out adapter an accelerator, cards of two ports to the front end, a controller a host",
        of=(
            "cluster.units",
            "catalog.system.accelerators",
            "catalog.system.compute_trays",
            "catalog.assumptions.host-front-end-ports",
        ),
        active={"catalog.system.compute_trays": "rack product"},
    )
    front_end_power_kw: float = figure(
        "kW",
        "front end: switches x power + 2 x links x power of an optic",
        of=("cluster.networks", "catalog.front_switch.power_kw", "catalog.front_link.optic_power_kw"),
    )
    network_power_kw: float = figure(
        "kW",
        "switches x switch power + links x power of both ends by medium + front_end_power_kw",
        of=(*ALL_SWITCHES, "cluster.media", "catalog.switch.power_kw", "cluster.front_end_power_kw"),
        active=MANY,
    )
    storage_bytes: float = figure(
        "byte",
        "accelerators x storage of each",
        of=("cluster.accelerators", "catalog.assumptions.storage-bytes-per-accelerator"),
    )
    storage_power_kw: float = figure(
        "kW",
        "storage racks x power of a rack",
        of=("cluster.storage_racks", "catalog.equipment.storage-rack.capacity_kw"),
    )
    management_power_kw: float = figure(
        "kW",
        "compute_power_kw x management share",
        of=("cluster.compute_power_kw", "catalog.assumptions.management-power-fraction"),
    )
    it_power_kw: float = figure(
        "kW",
        "compute + network + storage + management power: the nameplate",
        of=(
            "cluster.compute_power_kw",
            "cluster.network_power_kw",
            "cluster.storage_power_kw",
            "cluster.management_power_kw",
        ),
    )
    network_power_fraction: float = figure(
        "1", "network_power_kw / it_power_kw", of=("cluster.network_power_kw", "cluster.it_power_kw")
    )
    liquid_fraction: float = figure(
        "1",
        "liquid share of a unit's heat x compute_power_kw / it_power_kw",
        of=("catalog.system.liquid_fraction", "cluster.compute_power_kw", "cluster.it_power_kw"),
    )
    compute_racks: int = figure(
        "count", "ceil(units / units of a rack)", of=("cluster.units", "catalog.system.units_per_rack")
    )
    storage_racks: int = figure(
        "count",
        "ceil(storage_bytes / bytes of a rack)",
        of=("cluster.storage_bytes", "catalog.assumptions.storage-rack-bytes"),
    )
    leaf_racks: int = figure(
        "count",
        "leaf racks of a scalable unit, or of as many as fill a rack, x scalable units, in each plane",
        of=("cluster.leaf_switches", *SPR),
    )
    spine_racks: int = figure(
        "count", "planes x ceil(spines of a plane / switches of a rack)", of=("cluster.spine_switches", *SPR)
    )
    core_racks: int = figure(
        "count",
        "planes x ceil(core switches of a plane / switches of a rack)",
        of=("cluster.core_switches", *SPR),
        active=dict.fromkeys(("cluster.core_switches", *SPR), "three tiers"),
    )
    border_racks: int = figure(
        "count",
        "planes x ceil(border switches of a plane / switches of a rack)",
        of=("cluster.border_switches", *SPR),
        active=dict.fromkeys(("cluster.border_switches", *SPR), "pods"),
    )
    network_racks: int = figure(
        "count",
        "leaf + spine + core + border racks",
        of=("cluster.leaf_racks", "cluster.spine_racks", "cluster.core_racks", "cluster.border_racks"),
        active={"cluster.core_racks": "three tiers", "cluster.border_racks": "pods"},
    )
    management_racks: int = figure(
        "count",
        "ceil(management_power_kw / power of a management rack)",
        of=("cluster.management_power_kw", "catalog.assumptions.management-rack-kw"),
    )
    racks: int = figure("count", "compute + storage + network + management racks", of=RACKS)
    rack_power_kw: float = figure(
        "kW", "units of a rack x power of a unit", of=("catalog.system.units_per_rack", "catalog.system.power_kw")
    )
    weight_kg: float = figure(
        "kg",
        "units x weight + switches x weight + storage racks x weight + empty racks (rack products bring their own)",
        of=(
            "cluster.units",
            *ALL_SWITCHES,
            *RACKS,
            "catalog.system.units_per_rack",
            "catalog.system.weight_kg",
            "catalog.assumptions.switch-weight-kg",
            "catalog.assumptions.storage-rack-weight-kg",
            "catalog.assumptions.rack-tare-kg",
        ),
        active={**MANY, "catalog.system.units_per_rack": "whole racks"},
    )
    floor_load_kg_per_m2: float = figure(
        "kg/m2",
        "weight of a compute rack / floor of its position with half of the aisles",
        of=(
            "cluster.elevations",
            "catalog.assumptions.rack-width-m",
            "catalog.assumptions.rack-depth-m",
            "catalog.assumptions.aisle-m",
        ),
    )
    elevations: tuple[Elevation, ...] = figure(
        "",
        "rack by kind, devices from the lowest unit",
        of=(
            "cluster.network_racks",
            "catalog.system.height_u",
            "catalog.system.units_per_rack",
            "catalog.system.weight_kg",
            "catalog.system.power_kw",
            "catalog.switch.power_kw",
            "catalog.equipment.storage-rack.capacity_kw",
            "catalog.assumptions.rack-height-u",
            "catalog.assumptions.rack-tare-kg",
            "catalog.assumptions.switch-height-u",
            "catalog.assumptions.switch-weight-kg",
            "catalog.assumptions.switches-per-rack",
            "catalog.assumptions.storage-rack-weight-kg",
            "catalog.assumptions.management-rack-kw",
            "catalog.assumptions.management-server-kw",
            "catalog.assumptions.management-server-kg",
            "catalog.system.compute_trays",
            "catalog.system.switch_trays",
            "catalog.system.power_shelves",
        ),
        active=dict.fromkeys(
            ("catalog.system.compute_trays", "catalog.system.switch_trays", "catalog.system.power_shelves"),
            "rack product",
        ),
    )
    halls: int = figure(
        "count", "ceil(scalable units / scalable units of a hall)", of=HALL, active=dict.fromkeys(HALL, "pods")
    )
    hall_rows: tuple[HallRow, ...] = figure(
        "", "rows of the first hall", of=(*HALL, *FLOOR, "cluster.racks"), active={HALL[-1]: "pods"}
    )
    hall_width_m: float = figure("m", "positions of a row x width / share that holds racks + margins", of=WIDE)
    hall_depth_m: float = figure("m", "rows x (depth + aisle) + aisle", of=("cluster.hall_rows", *DEEP), active={})
    rack_width_m: float = figure("m", "width of a rack position", of=("catalog.assumptions.rack-width-m",))
    rack_depth_m: float = figure("m", "depth of a rack", of=("catalog.assumptions.rack-depth-m",))
    white_m2: float = figure(
        "m2",
        "halls x width x depth",
        of=("cluster.halls", "cluster.hall_width_m", "cluster.hall_depth_m"),
        active={"cluster.halls": "pods"},
    )
    grey_m2: float = figure(
        "m2",
        "it_power_kw x grey space of a kW",
        of=("cluster.it_power_kw", "catalog.assumptions.grey-m2-per-kw"),
    )
    footprint_m2: float = figure("m2", "white_m2: halls with their aisles", of=("cluster.white_m2",))
    network_usd: float = figure(
        "USD",
        "switches x price + price of cables and modules by medium + front end",
        of=(*ALL_SWITCHES, "cluster.media", "catalog.switch.price_usd", *FRONT_PRICES),
        active=MANY,
    )
    items: tuple[Item, ...] = figure(
        "",
        "bill of materials: systems, switches, optics, cables, storage racks, management",
        of=(
            "cluster.units",
            *ALL_SWITCHES,
            "cluster.media",
            "cluster.storage_racks",
            "cluster.management_power_kw",
            "catalog.system.price_usd",
            "catalog.switch.price_usd",
            *FRONT_PRICES,
            "catalog.front_switch.lead_time_weeks",
            "catalog.front_link.lead_time_weeks",
            "catalog.equipment.storage-rack.price_usd",
            "catalog.assumptions.management-usd-per-kw",
            "catalog.system.lead_time_weeks",
            "catalog.switch.lead_time_weeks",
            "catalog.link.lead_time_weeks",
            "catalog.equipment.storage-rack.lead_time_weeks",
        ),
        active=MANY,
    )
