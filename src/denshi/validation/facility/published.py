"""Halls whose owners publish PUE or water, each with the plant that it has and the same stated inputs everywhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from denshi.catalog import Equipment, rows
from denshi.facility import Facility, alone, run
from denshi.validation.facility.zones import station_weather

_COLUMBUS = "OH-Columbus_Port_Columbus_Intl_A"
# Sites of Meta's fleet, by the nearest station at hand: Prineville, Forest City, Altoona, Papillion, Newton, Los Lunas,
# Eagle Mountain, New Albany, DeKalb. From the operator's public list; the stations are up to 200 km away.
_META = (
    "OR-Redmond_Roberts_Field",
    "NC-Hickory_Regional_Ap",
    "IA-Council_Bluffs",
    "NE-Omaha_Eppley_Airfield",
    "GA-Atlanta_Hartsfield_Intl_Ap",
    "NM-Albuquerque_Intl_Arpt_Isis",
    "UT-Salt_Lake_City_Intl_Arpt_Isis",
    _COLUMBUS,
    "IL-Chicago_Ohare_Intl_Ap",
)
# What all of these halls are given: middles of the published ranges of hyperscale inputs
# (github robVerce/datacenter_pue, data/datacenter_input_ranges.csv), batteries in the rack in place of a central UPS.
_HYPERSCALE: Mapping[str, float] = {
    "house_load_fraction": 0.001,
    "recirculation_k": 0.0,
    "recirculation_wet_bulb_k": 0.0,
}
_AIR_RISE_K, _HALL_FAN_PA, _HALL_FAN, _OUTSIDE_FAN_PA = 16.65, 500.0, 0.775, 650.0
# Cold aisle of the Open Compute Project: 65 to 85 F, 10 to 90 %, 22 F over the servers (slideplayer.com 17263329,
# "Door heat exchanger status", John Fernandes, Facebook).
_META_AISLE: Mapping[str, float] = {
    "air_supply_min_c": 18.3,
    "air_supply_max_c": 29.4,
    "air_humidity_min_fraction": 0.1,
    "air_humidity_max_fraction": 0.9,
    "air_rise_k": 12.2,
}
_RHO_CP_KJ = 1.16 * 1.006
_HALL_FANS = _HALL_FAN_PA / 1e3 / (_HALL_FAN * _RHO_CP_KJ * _AIR_RISE_K)


@dataclass(frozen=True, slots=True)
class PublishedCase:
    """A published figure beside ours: its range, ours (mean of the stations), the spread over stations, the inputs."""

    name: str
    metric: str
    low: float
    high: float
    ours: float
    least: float
    most: float
    stations: tuple[str, ...]
    inputs: str
    held: bool

    @property
    def inside(self) -> bool:
        """Whether ours lies in the published range."""
        return self.low <= self.ours <= self.high


def published_cases(shared: Path, progress: Callable[[str], None] = lambda _: None) -> list[PublishedCase]:
    """Return every published figure that has a plant of ours; ``held`` are those that denshi must meet."""
    progress("published halls")
    esif = [_esif(shared)]
    google = [_google(shared, _COLUMBUS, 30.0, 0.85)]
    in_air = [_google(shared, _COLUMBUS, 24.0, 0.0)]
    bluffs = [_google(shared, "IA-Council_Bluffs", 24.0, 0.0)]
    meta = [_meta(shared, station) for station in _META]
    golden = ("CO-Denver_Centennial_Golden_Nrel",)
    warm = "towers, water economizer, 24 C water, 90 % of the heat in liquid, N; the thermosyphon is not modelled"
    liquid = "towers, water economizer, 85 % of the heat in liquid at 30 C (85 to 95 % is published of direct-to-chip)"
    aisle = "towers, water economizer, all heat in air, 24 C water for aisles of 27 C"
    outside = "outside air with wetting, aisles of 18.3 to 29.4 C, 10 to 90 %, servers warm it by 12.2 K"
    return [
        _case("NREL ESIF", "pue", 1.016, 1.056, esif, _pue, golden, warm, True),
        _case("Google Columbus and Lancaster", "pue", 1.04, 1.06, google, _pue, (_COLUMBUS,), liquid, True),
        _case("Google fleet 2021 to 2024", "pue", 1.09, 1.10, in_air, _pue, (_COLUMBUS,), aisle, False),
        _case("Meta fleet 2023, builds of 2021", "pue", 1.08, 1.09, meta, _pue, _META, outside, True),
        _case("Meta builds of 2021", "wue", 0.26, 0.26, meta, _wue, _META, outside, False),
        _case(
            "Google Council Bluffs, consumed of withdrawn",
            "share",
            0.716,
            0.771,
            bluffs,
            _consumed,
            ("IA-Council_Bluffs",),
            aisle,
            False,
        ),
        _case("Microsoft fleet 2021 to 2025", "wue", 0.27, 0.49, meta, _wue, _META, outside, False),
    ]


def _case(
    name: str,
    metric: str,
    low: float,
    high: float,
    found: list[Facility],
    of: Callable[[Facility], float],
    stations: tuple[str, ...],
    inputs: str,
    held: bool,
) -> PublishedCase:
    values = [of(one) for one in found]
    return PublishedCase(
        name, metric, low, high, float(np.mean(values)), min(values), max(values), stations, inputs, held
    )


def _pue(found: Facility) -> float:
    return found.pue_mean


def _wue(found: Facility) -> float:
    return found.wue_l_per_kwh


def _consumed(found: Facility) -> float:
    return found.water_evaporated_m3_per_year / found.water_m3_per_year


def _esif(shared: Path) -> Facility:
    return _hall(shared, "CO-Denver_Centennial_Golden_Nrel", "tower-economizer", 24.0, 0.9, {})


def _google(shared: Path, station: str, supply_c: float, liquid: float) -> Facility:
    fans = {"air_handler_fan_fraction": _HALL_FANS / (1.0 + _HALL_FANS), "air_loop_supply_c": 24.0}
    return _hall(shared, station, "tower-economizer", supply_c, liquid, fans)


def _meta(shared: Path, station: str) -> Facility:
    share = _OUTSIDE_FAN_PA / 1e3 / (_HALL_FAN * _RHO_CP_KJ * _META_AISLE["air_rise_k"])
    fans = {"outside_air_fan_fraction": share / (1.0 + share)}
    return _hall(shared, station, "air-economizer", _META_AISLE["air_supply_max_c"], 0.0, {**_META_AISLE, **fans})


def _hall(
    shared: Path, station: str, cooling: str, supply_c: float, liquid: float, changes: Mapping[str, Any]
) -> Facility:
    weather = station_weather(shared, station)
    return run(
        alone(
            dry_bulb_c=weather.dry_bulb_c,
            wet_bulb_c=weather.wet_bulb_c,
            pressure_pa=weather.pressure_pa,
            cooling=cooling,
            supply_c=supply_c,
            load_kw=40_000.0,
            liquid_fraction=liquid,
            redundancy="N",
            elevation_m=weather.elevation_m,
            changes={"equipment": _rack_batteries(), **_HYPERSCALE, **changes},
        )
    )


def _rack_batteries() -> dict[str, Equipment]:
    """Return the packaged plant with the losses of rack batteries in place of those of the central UPS."""
    found: dict[str, Any] = dict(rows("equipment"))
    battery = found["bbu-rack"]
    losses = {name: getattr(battery, name) for name in ("loss_fixed", "loss_linear", "loss_square")}
    found["ups-double-conversion"] = replace(found["ups-double-conversion"], **losses)
    return found
