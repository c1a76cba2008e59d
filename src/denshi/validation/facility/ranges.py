"""The published ranges of the bands' own inputs, and what of a building each of them sets."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from denshi.catalog import Equipment, rows
from denshi.climate import Weather
from denshi.facility import FacilityInput, alone

SOURCE = "github robVerce/datacenter_pue, data/datacenter_input_ranges.csv @f3582169"
CASES: Mapping[int, tuple[str, str]] = {
    1: ("air-economizer", "hyperscale, outside air with wetting and water chillers"),
    2: ("tower-economizer", "hyperscale, water economizer"),
    4: ("tower-economizer", "colocation, water economizer"),
    5: ("tower-chiller", "colocation, water chillers without economizer"),
    7: ("air-chiller", "colocation, air-cooled chillers"),
}
_HYPERSCALE: Mapping[str, tuple[float, float]] = {
    "ups": (0.90, 0.99),
    "distribution": (0.0, 0.02),
    "lighting": (0.0, 0.002),
    "warmest": (27.0, 35.0),
    "sensible": (0.95, 0.99),
    "air rise": (13.9, 19.4),
    "hall fan pa": (300.0, 700.0),
    "hall fan": (0.65, 0.90),
    "tower fan pa": (100.0, 400.0),
    "tower fan": (0.65, 0.90),
    "cop": (-0.11, 0.11),
    "coil": (0.7, 0.9),
    "chiller load": (0.2, 0.8),
    "cycles": (3.0, 15.0),
}
_COLOCATION: Mapping[str, tuple[float, float]] = {
    "ups": (0.80, 0.94),
    "distribution": (0.02, 0.05),
    "lighting": (0.02, 0.05),
    "warmest": (27.0, 32.0),
    "sensible": (0.95, 0.99),
    "air rise": (5.0, 10.0),
    "hall fan pa": (400.0, 900.0),
    "hall fan": (0.60, 0.80),
    "tower fan pa": (200.0, 400.0),
    "tower fan": (0.60, 0.80),
    "cop": (-0.40, 0.0),
    "coil": (0.65, 0.9),
    "chiller load": (0.1, 0.5),
    "cycles": (3.0, 12.0),
}
_EVERYWHERE: Mapping[str, tuple[float, float]] = {
    "water rise": (5.0, 10.0),
    "tower range": (4.0, 6.0),
    "chilled pump pa": (114.9e3, 172.4e3),
    "chilled pump": (0.6, 0.8),
    "tower pump pa": (166.9e3, 250.4e3),
    "tower pump": (0.6, 0.8),
    "approach": (2.8, 6.7),
    "exchanger": (1.7, 2.8),
    "windage": (5e-5, 5e-3),
}
_OUTSIDE: Mapping[str, tuple[float, float]] = {
    "hall fan pa": (300.0, 1000.0),
    "coldest": (10.0, 18.0),
    "dew low": (-12.0, -9.0),
    "dew high": (15.0, 27.0),
    "humidity low": (0.08, 0.20),
    "humidity high": (0.60, 0.95),
}
# Leaving water at which makers rate chillers (AHRI 550/590, 44 F); the bands' efficiency is a curve of rated chillers
# over the temperature of the condenser and the load, so theirs evaporate for this water whatever the hall accepts.
_RATED_WATER_C = 6.7
_RHO_CP_KJ = 1.16 * 1.006
_AIR_KG_PER_M3 = 1.15
_LOAD_KW = 20_000.0


def ranges(case: int) -> dict[str, tuple[float, float]]:
    """Return the range of every input of a case."""
    size = _HYPERSCALE if case in (1, 2) else _COLOCATION
    own = {**size, **_EVERYWHERE, **(_OUTSIDE if case == 1 else {})}
    if case == 7:
        own["cop"] = (-0.40, 0.25)
    return own


def samples(case: int, count: int, seed: int = 2022) -> list[dict[str, float]]:
    """Return points of a scrambled Sobol sequence over the ranges of a case, uniform in each."""
    from scipy.stats import qmc

    box = ranges(case)
    unit = qmc.Sobol(d=len(box), scramble=True, seed=seed).random_base2(max(int(np.ceil(np.log2(count))), 0))[:count]
    low, high = (np.array([bounds[i] for bounds in box.values()]) for i in (0, 1))
    return [dict(zip(box, map(float, point), strict=True)) for point in low + unit * (high - low)]


def building(case: int, at: Mapping[str, float], weather: Weather) -> FacilityInput:
    """Return the building of a case at one point of its ranges; what they do not name stays as packaged.

    Our plant has one rise for facility and tower water: the published range of the tower is taken, and the pumps carry
    each loop's own rise. Their ratio of liquid to gas divides evaporated water by air and is no ratio of a tower; ours
    stays as packaged.
    """
    plant = CASES[case][0]
    rise = at["tower range"] if case != 7 else at["water rise"]
    water_c = at["warmest"] + at["air rise"] * (1.0 - 1.0 / at["coil"])
    if case == 1:
        water_c = at["warmest"]
    changes: dict[str, Any] = {
        "equipment": _losses(at),
        "house_load_fraction": at["lighting"],
        "air_loop_supply_c": water_c,
        "loop_rise_k": rise,
        "tower_approach_k": at["approach"],
        "heat_exchanger_approach_k": at["exchanger"],
        "tower_fan_fraction": _tower_fans(at, rise),
        "facility_pump_head_pa": _pump_head_pa(case, at, rise),
        "pump_efficiency": at["chilled pump"],
        "tower_cycles": at["cycles"],
        "tower_drift_fraction": at["windage"],
        "coil_sensible_fraction": at["sensible"],
        "chiller_capacity_margin": 1.0 / at["chiller load"],
        "chiller_least_load": at["chiller load"],
        "chiller_evaporator_approach_k": _evaporator_approach_k(case, at, water_c),
        "recirculation_k": 0.0,
        "recirculation_wet_bulb_k": 0.0,
        "extreme_dry_bulb_margin_k": 0.0,
        "extreme_wet_bulb_margin_k": 0.0,
    }
    share = _packaged_carnot("air" if case == 7 else "water")
    changes[share[0]] = share[1] * (1.0 + at["cop"])
    fans = at["hall fan pa"] / 1e3 / (at["hall fan"] * _RHO_CP_KJ * at["air rise"])
    name = "outside_air_fan_fraction" if case == 1 else "air_handler_fan_fraction"
    changes[name] = fans / (1.0 + fans)
    if case == 1:
        changes |= _aisle(at)
    return alone(
        dry_bulb_c=weather.dry_bulb_c,
        wet_bulb_c=weather.wet_bulb_c,
        pressure_pa=weather.pressure_pa,
        cooling=plant,
        supply_c=water_c,
        load_kw=_LOAD_KW,
        liquid_fraction=0.0,
        redundancy="N",
        elevation_m=weather.elevation_m,
        changes=changes,
    )


def _aisle(at: Mapping[str, float]) -> dict[str, float]:
    return {
        "air_supply_max_c": at["warmest"],
        "air_supply_min_c": at["coldest"],
        "air_dew_point_max_c": at["dew high"],
        "air_dew_point_min_c": at["dew low"],
        "air_humidity_max_fraction": at["humidity high"],
        "air_humidity_min_fraction": at["humidity low"],
        "air_rise_k": at["air rise"],
        "adiabatic_bleed_fraction": 0.0,
        # Their hall closes at its limits; wetting for cooling stands there in comments, as too optimistic.
        "air_closing": 1.0,
    }


def _evaporator_approach_k(case: int, at: Mapping[str, float], water_c: float) -> float:
    packaged = 2.0
    loop_c = water_c if case != 1 else min(water_c, at["dew high"] - 7.0)
    return max(loop_c - _RATED_WATER_C, 0.0) + packaged


def _packaged_carnot(kind: str) -> tuple[str, float]:
    row: Any = rows("assumptions")[f"chiller-carnot-fraction-{kind}"]
    return f"chiller_carnot_fraction_{kind}", row.value


def _tower_fans(at: Mapping[str, float], rise: float) -> float:
    """Return fan power over heat [1]: pressure x air flow / efficiency, the air flow that of the packaged tower."""
    row: Any = rows("assumptions")["tower-water-to-air"]
    water_to_air: float = row.value
    air_m3_per_kj = 1.0 / (4.184 * rise * water_to_air * _AIR_KG_PER_M3)
    return at["tower fan pa"] / 1e3 * air_m3_per_kj / at["tower fan"]


def _pump_head_pa(case: int, at: Mapping[str, float], rise: float) -> float:
    """Return the head at which our equal sets of pumps take what theirs take, at the efficiency of the first."""
    facility = at["chilled pump pa"] / at["water rise"]
    if case == 7:
        return facility * rise
    tower = at["tower pump pa"] / at["tower range"] * at["chilled pump"] / at["tower pump"]
    return 0.5 * (facility + tower) * rise


def _losses(at: Mapping[str, float]) -> dict[str, Equipment]:
    """Return the plant with the sampled efficiencies; transformers are part of the distribution."""
    found: dict[str, Any] = dict(rows("equipment"))
    none = {"loss_fixed": 0.0, "loss_linear": 0.0, "loss_square": 0.0}
    share = {
        "ups-double-conversion": 1.0 / at["ups"] - 1.0,
        "busway-415v": 1.0 / (1.0 - at["distribution"]) - 1.0,
        "transformer-mv-lv": 0.0,
    }
    for name, loss in share.items():
        found[name] = replace(found[name], **{**none, "loss_linear": loss})
    return found
