"""Fixed rows of the cluster's tests: they do not change when the catalogue does."""

from dataclasses import replace
from math import inf
from typing import Any

from denshi.catalog import Accelerator, Equipment, Link, Medium, Switch, System, row
from denshi.cluster import ClusterInput

PROOF = {"source": "test row", "date": "2026", "grade": "E"}


def _row(table: Any, id_: str, **values: Any) -> Any:
    return row(table, id_, {**PROOF, **values}, "tests")


ACCELERATOR = _row(
    Accelerator,
    "chip",
    vendor="T",
    memory_bytes=1.8e11,
    memory_bytes_per_s=8e12,
    scaleup_domain=8.0,
    tdp_kw=1.0,
    tpp=1.0,
)
NODE = _row(
    System,
    "node",
    accelerator="chip",
    vendor="T",
    origin="TW",
    accelerators=8,
    units_per_rack=4,
    power_kw=14.3,
    idle_power_fraction=0.2,
    liquid_fraction=0.4,
    supply_max_c=40,
    nic_bytes_per_s=5e10,
    weight_kg=142.4,
    height_u=10,
    price_usd={"value": 450_000, "low": 380_000, "high": 550_000},
    lead_time_weeks=20,
)
SWITCH = _row(
    Switch,
    "switch",
    vendor="T",
    origin="TW",
    ports=64,
    port_bytes_per_s=5e10,
    power_kw=1.7,
    price_usd=32_000,
    latency_s=3e-7,
    lead_time_weeks=26,
)
LINK = _row(
    Link,
    "link",
    switch="switch",
    bytes_per_s=5e10,
    optic_power_kw=0.0085,
    optic_price_usd=900,
    optic_origin="CN",
    fibre_price_usd_per_m=4,
    copper_price_usd=250,
    copper_reach_m=2,
    lead_time_weeks=20,
)
STORAGE = _row(
    Equipment,
    "storage-rack",
    kind="storage",
    vendor="T",
    origin="TW",
    capacity_kw=12,
    loss_fixed=0,
    loss_linear=0,
    loss_square=0,
    price_usd=20_000,
    lead_time_weeks=16,
)


def _medium(id_: str, stock_m: str, **values: Any) -> Any:
    ratios = {"end_price_ratio": 1.0, "cable_price_ratio": 0.0, "metre_price_ratio": 1.0, "end_power_ratio": 1.0}
    shape = {"optical": 1.0, "co_packaged": 0.0, "kg_per_m": 0.012, "diameter_mm": 3.0, "stock_m": stock_m}
    return _row(Medium, id_, **{**ratios, **shape, **values})


_SHORT = "1 2 3 5 7 10 15 20 30 50"
_LONG = "1 2 3 5 7 10 15 20 30 50 60 80 100 150 200 300 500 700 1000 2000"
_NO_MODULE = {"optical": 0.0, "metre_price_ratio": 0.0}
MEDIA = {
    row_.id: row_
    for row_ in (
        _medium(
            "passive-copper",
            "0.5 1 1.5 2 2.5 3",
            reach_ratio=1.0,
            cable_price_ratio=1.0,
            kg_per_m=0.3,
            diameter_mm=11.0,
            **{**_NO_MODULE, "end_price_ratio": 0.0, "end_power_ratio": 0.0},
        ),
        _medium(
            "active-copper",
            "1 2 3 5 7",
            reach_ratio=3.0,
            cable_price_ratio=0.5,
            kg_per_m=0.13,
            diameter_mm=7.5,
            **{**_NO_MODULE, "end_price_ratio": 0.2, "end_power_ratio": 0.6},
        ),
        _medium("multimode", _SHORT, reach_m=50.0, end_price_ratio=0.8, metre_price_ratio=1.3, end_power_ratio=0.95),
        _medium("single-mode-dr", _LONG.partition(" 700")[0], reach_m=500.0),
        _medium("single-mode-fr", _LONG, reach_m=2000.0, end_price_ratio=1.4, metre_price_ratio=0.5),
    )
}


def cluster_input(**changes: Any) -> ClusterInput:
    values: dict[str, Any] = {
        "system": NODE,
        "accelerator": ACCELERATOR,
        "link": LINK,
        "switch": SWITCH,
        "equipment": {"storage-rack": STORAGE},
        "topology": "rail-fat-tree",
        "oversubscription": 1.0,
        "it_power_limit_kw": 5_000.0,
        "units_limit": inf,
        "rails": 8.0,
        "inter_pod_oversubscription": 7.0,
        "port_split_limit": 2.0,
        "media": MEDIA,
        "front_link": LINK,
        "front_switch": SWITCH,
        "management_switch": replace(SWITCH, ports=48.0),
        "host_front_ports": 2.0,
        "storage_rack_ports": 8.0,
        "front_oversubscription": 3.0,
        "front_cable_m": 30.0,
        "cable_slack_fraction": 0.05,
        "tray_height_m": 0.4,
        "tray_section_mm2": 60_000.0,
        "storage_bytes_per_accelerator": 1.46e13,
        "storage_rack_bytes": 2e15,
        "management_power_fraction": 0.01,
        "management_usd_per_kw": 20_000.0,
        "management_rack_kw": 2.0,
        "switches_per_rack": 12.0,
        "rack_width_m": 0.6,
        "rack_depth_m": 1.2,
        "rack_height_u": 48.0,
        "aisle_m": 1.2,
        "row_racks": 24.0,
        "hall_rows_most": 24.0,
        "rack_row_fill_fraction": 0.8,
        "grey_m2_per_kw": 0.1,
        "switch_height_u": 2.0,
        "management_server_kw": 0.7,
        "management_server_kg": 18.0,
        "rack_tare_kg": 180.0,
        "switch_weight_kg": 25.0,
        "storage_rack_weight_kg": 900.0,
    }
    return ClusterInput(**{**values, **changes})
