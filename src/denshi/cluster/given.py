"""What the cluster takes in."""

from collections.abc import Mapping
from dataclasses import dataclass

from denshi.catalog import Accelerator, Equipment, Link, Medium, Switch, System
from denshi.figure import given


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterInput:
    """The system, how it is joined, how much of it is allowed, and what stands beside it."""

    system: System = given("catalog.system")
    accelerator: Accelerator = given("catalog.accelerator")
    link: Link = given("catalog.link")
    switch: Switch = given("catalog.switch")
    media: Mapping[str, Medium] = given("catalog.media")
    front_link: Link = given("catalog.front_link")
    front_switch: Switch = given("catalog.front_switch")
    management_switch: Switch = given("catalog.management_switch")
    equipment: Mapping[str, Equipment] = given("catalog.equipment")
    topology: str = given("scenario.network.topology")
    oversubscription: float = given("scenario.network.oversubscription", "1")
    it_power_limit_kw: float = given("sizing.it_power_limit_kw", "kW")
    units_limit: float = given("sizing.units_limit", "count")
    rails: float = given("catalog.assumptions.network-rails", "count")
    inter_pod_oversubscription: float = given("catalog.assumptions.inter-pod-oversubscription", "1")
    port_split_limit: float = given("catalog.assumptions.port-split-limit", "count")
    cable_slack_fraction: float = given("catalog.assumptions.cable-slack-fraction", "1")
    tray_height_m: float = given("catalog.assumptions.tray-height-m", "m")
    tray_section_mm2: float = given("catalog.assumptions.tray-section-mm2", "mm2")
    storage_bytes_per_accelerator: float = given("catalog.assumptions.storage-bytes-per-accelerator", "byte")
    storage_rack_bytes: float = given("catalog.assumptions.storage-rack-bytes", "byte")
    management_power_fraction: float = given("catalog.assumptions.management-power-fraction", "1")
    management_usd_per_kw: float = given("catalog.assumptions.management-usd-per-kw", "USD/kW")
    management_rack_kw: float = given("catalog.assumptions.management-rack-kw", "kW")
    switches_per_rack: float = given("catalog.assumptions.switches-per-rack", "count")
    rack_width_m: float = given("catalog.assumptions.rack-width-m", "m")
    rack_depth_m: float = given("catalog.assumptions.rack-depth-m", "m")
    rack_height_u: float = given("catalog.assumptions.rack-height-u", "count")
    aisle_m: float = given("catalog.assumptions.aisle-m", "m")
    row_racks: float = given("catalog.assumptions.row-racks", "count")
    hall_rows_most: float = given("catalog.assumptions.hall-rows", "count")
    rack_row_fill_fraction: float = given("catalog.assumptions.rack-row-fill-fraction", "1")
    grey_m2_per_kw: float = given("catalog.assumptions.grey-m2-per-kw", "m2/kW")
    switch_height_u: float = given("catalog.assumptions.switch-height-u", "count")
    management_server_kw: float = given("catalog.assumptions.management-server-kw", "kW")
    management_server_kg: float = given("catalog.assumptions.management-server-kg", "kg")
    rack_tare_kg: float = given("catalog.assumptions.rack-tare-kg", "kg")
    switch_weight_kg: float = given("catalog.assumptions.switch-weight-kg", "kg")
    storage_rack_weight_kg: float = given("catalog.assumptions.storage-rack-weight-kg", "kg")
    host_front_ports: float = given("catalog.assumptions.host-front-end-ports", "count")
    storage_rack_ports: float = given("catalog.assumptions.storage-rack-ports", "count")
    front_oversubscription: float = given("catalog.assumptions.front-end-oversubscription", "1")
    front_cable_m: float = given("catalog.assumptions.front-end-cable-m", "m")
