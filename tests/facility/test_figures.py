from dataclasses import replace

import numpy as np

from denshi.facility import run
from facility.facility_rows import equipment, facility_input, weather
from figure_checks import assert_every_figure_moves, assert_every_input_is_named

HOURS = 584  # every fifteenth hour: all seasons and all times of day
AIR = weather(HOURS)
DEAR = equipment()
DEAR["generator-diesel"] = replace(DEAR["generator-diesel"], price_usd=2e7)
SMALL = {"network_power_kw": 4.5, "storage_power_kw": 3.6, "workload_power_kw": (40.0, 18.0), "compute_power_kw": 81.0}
# Limits that leave some air from outside even in the hottest hour.
OPEN = {
    "air_dew_point_max_c": 25.0,
    "air_humidity_max_fraction": 0.75,
    "air_supply_max_c": 31.0,
    "air_supply_min_c": 26.0,
}
CASES = {
    "base": facility_input(HOURS),
    "tower": facility_input(HOURS, cooling="tower-economizer", supply_c=26.0),
    "leaky tower": facility_input(HOURS, cooling="tower-economizer", supply_c=26.0, tower_drift_fraction=6e-3),
    "adiabatic": facility_input(HOURS, cooling="liquid-adiabatic", supply_c=26.0),
    "outside air": facility_input(HOURS, cooling="air-economizer", liquid_fraction=0.0),
    "best": facility_input(HOURS, cooling="best", supply_c=30.0, tower_drift_fraction=6e-3),
    "immersion": facility_input(HOURS, cooling="immersion-1p"),
    "direct current": facility_input(HOURS, distribution="dc-800v"),
    "sidecar": facility_input(HOURS, distribution="dc-400v"),
    "dear plant": facility_input(HOURS, equipment=DEAR),
    "air only": facility_input(HOURS, liquid_fraction=0.0),
    "open hall": facility_input(HOURS, cooling="air-economizer", liquid_fraction=0.0, **OPEN),
    "warm loops": facility_input(HOURS, supply_c=29.9),
    "warmer loops": facility_input(HOURS, supply_c=30.1),
    "cool loop": facility_input(HOURS, supply_c=22.0),
    "small": facility_input(HOURS, it_power_kw=90.0, **SMALL),
    "small, direct current": facility_input(HOURS, it_power_kw=90.0, distribution="dc-800v", **SMALL),
    "small, sidecar": facility_input(HOURS, it_power_kw=90.0, distribution="dc-400v", **SMALL),
    "two paths": facility_input(HOURS, redundancy="2N"),
}


def test_every_figure_moves_with_each_of_its_inputs() -> None:
    others = {
        "scenario.facility.distribution": ["ac-415v", "dc-400v", "dc-800v"],
        "scenario.facility.cooling": [
            "air-chiller",
            "tower-chiller",
            "tower-economizer",
            "air-economizer",
            "liquid-adiabatic",
            "immersion-1p",
            "immersion-2p",
        ],
        "scenario.facility.redundancy": ["N", "2N"],
        "catalog.site.country": ["JP"],
        "catalog.assumptions.air-closing": [1.0],
        "climate.dry_bulb_c": [
            np.maximum(0.6 * AIR["dry_bulb_c"], AIR["wet_bulb_c"]),
            np.maximum(AIR["dry_bulb_c"][::-1], AIR["wet_bulb_c"]),
        ],
        "climate.wet_bulb_c": [AIR["wet_bulb_c"] - 1.0, np.minimum(AIR["wet_bulb_c"][::-1], AIR["dry_bulb_c"])],
    }
    assert_every_figure_moves(run, CASES, "facility", others)


def test_every_input_that_moves_a_figure_is_named() -> None:
    # Each evaluation of this case tries every plant at several temperatures: a quarter of the hours is enough here.
    fewer = facility_input(HOURS // 4, cooling="best", supply_c=30.0, tower_drift_fraction=6e-3)
    assert_every_input_is_named(run, {**CASES, "best": fewer}, "facility")
