from dataclasses import replace

import numpy as np

from denshi.facility import run
from facility.facility_rows import equipment, facility_input, weather
from figure_checks import assert_every_figure_moves


def test_every_figure_moves_with_each_of_its_inputs() -> None:
    hours = 584  # every fifteenth hour: all seasons and all times of day
    air = weather(hours)
    dear = equipment()
    dear["generator-diesel"] = replace(dear["generator-diesel"], price_usd=2e7)
    cases = {
        "base": facility_input(hours),
        "tower": facility_input(hours, cooling="tower-economizer", supply_c=26.0),
        "leaky tower": facility_input(hours, cooling="tower-economizer", supply_c=26.0, tower_drift_fraction=6e-3),
        "adiabatic": facility_input(hours, cooling="liquid-adiabatic", supply_c=26.0),
        "immersion": facility_input(hours, cooling="immersion-1p"),
        "direct current": facility_input(hours, distribution="dc-800v"),
        "sidecar": facility_input(hours, distribution="dc-400v"),
        "dear plant": facility_input(hours, equipment=dear),
    }
    others = {
        "scenario.facility.distribution": ["ac-415v", "dc-400v", "dc-800v"],
        "scenario.facility.cooling": [
            "air-chiller",
            "tower-economizer",
            "liquid-adiabatic",
            "immersion-1p",
            "immersion-2p",
        ],
        "scenario.facility.redundancy": ["N", "2N"],
        "catalog.site.country": ["JP"],
        "climate.dry_bulb_c": [
            np.maximum(0.6 * air["dry_bulb_c"], air["wet_bulb_c"]),
            np.maximum(air["dry_bulb_c"][::-1], air["wet_bulb_c"]),
        ],
        "climate.wet_bulb_c": [air["wet_bulb_c"] - 1.0, np.minimum(air["wet_bulb_c"][::-1], air["dry_bulb_c"])],
    }
    assert_every_figure_moves(run, cases, "facility", others)
