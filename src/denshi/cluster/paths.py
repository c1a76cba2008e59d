"""Inputs that several figures of the cluster share, and the cases in which each of them has an effect."""

PORTS = ("catalog.link.bytes_per_s", "catalog.switch.port_bytes_per_s")
FABRIC = (
    "cluster.units",
    "cluster.planes",
    "cluster.radix",
    "catalog.system.accelerators",
    "scenario.network.topology",
)
TREE = (*FABRIC, "scenario.network.oversubscription", "catalog.assumptions.network-rails")
POD = (
    "cluster.accelerators",
    "cluster.radix",
    "scenario.network.topology",
    "scenario.network.oversubscription",
    "catalog.assumptions.inter-pod-oversubscription",
)
JOINED = ("cluster.pods", "catalog.assumptions.inter-pod-oversubscription")
IN_PODS = dict.fromkeys(JOINED, "pods")
PARTIAL = {"catalog.assumptions.network-rails": "partial unit"}
FRONT_PRICES = (
    "cluster.networks",
    "catalog.front_switch.price_usd",
    "catalog.front_link.optic_price_usd",
    "catalog.front_link.fibre_price_usd_per_m",
    "catalog.assumptions.front-end-cable-m",
)
FRONT_POWER = (
    "catalog.system.compute_trays",
    "catalog.assumptions.host-front-end-ports",
    "catalog.assumptions.storage-rack-ports",
    "catalog.assumptions.front-end-oversubscription",
    "catalog.front_switch.ports",
    "catalog.front_switch.power_kw",
    "catalog.front_link.optic_power_kw",
)
RACKS = ("cluster.compute_racks", "cluster.storage_racks", "cluster.network_racks", "cluster.management_racks")
ALL_SWITCHES = ("cluster.leaf_switches", "cluster.spine_switches", "cluster.core_switches", "cluster.border_switches")
SPR = ("catalog.assumptions.switches-per-rack",)
DEEP = ("catalog.assumptions.rack-depth-m", "catalog.assumptions.aisle-m")
WIDE = (
    "cluster.hall_rows",
    "catalog.assumptions.rack-width-m",
    "catalog.assumptions.rack-row-fill-fraction",
    "catalog.assumptions.row-racks",
)
FLOOR = (*DEEP, "catalog.assumptions.rack-width-m", "catalog.assumptions.row-racks")
HALL = (
    "cluster.compute_racks",
    "cluster.leaf_racks",
    "catalog.assumptions.row-racks",
    "catalog.assumptions.hall-rows",
)
PLACES = (
    *FLOOR,
    "catalog.system.units_per_rack",
    "catalog.system.height_u",
    "catalog.system.power_kw",
    "catalog.assumptions.rack-height-u",
    "catalog.assumptions.switch-height-u",
    "catalog.assumptions.switches-per-rack",
    "catalog.assumptions.rack-row-fill-fraction",
    "catalog.assumptions.hall-rows",
    "catalog.assumptions.grey-m2-per-kw",
    "catalog.assumptions.tray-height-m",
    "catalog.assumptions.cable-slack-fraction",
    "cluster.storage_racks",
    "cluster.management_racks",
)
LINK_PRICES = (
    "catalog.link.optic_price_usd",
    "catalog.link.optic_power_kw",
    "catalog.link.fibre_price_usd_per_m",
    "catalog.link.copper_price_usd",
    "catalog.link.copper_reach_m",
)
MANY = {"cluster.core_switches": "three tiers", "cluster.border_switches": "pods"}
