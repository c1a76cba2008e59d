"""Fixed rows and weather of the facility's tests: they do not change when the catalogue does."""

from typing import Any

import numpy as np

from denshi.catalog import Equipment, Price, row
from denshi.facility import FacilityInput
from denshi.psychrometrics import relative_to_humidity_ratio, wet_bulb_c

PROOF = {"source": "test row", "date": "2026", "grade": "E"}

# id: capacity kW, losses, price USD
PLANT: dict[str, tuple[float, tuple[float, float, float], float]] = {
    "transformer-mv-lv": (2500, (0.002, 0.0001, 0.008), 120_000),
    "ups-double-conversion": (1500, (0.012, 0.015, 0.010), 450_000),
    "bbu-rack": (132, (0.002, 0.002, 0.0001), 60_000),
    "busway-415v": (1000, (0.0001, 0.0001, 0.010), 90_000),
    "busbar-800v": (1000, (0.0001, 0.0001, 0.004), 110_000),
    "rectifier-orv3": (33, (0.00472, 0.00202, 0.02952), 9_000),
    "rectifier-800v": (1000, (0.004, 0.006, 0.008), 330_000),
    "rectifier-400v": (800, (0.004, 0.006, 0.009), 280_000),
    "dcdc-800v": (33, (0.003, 0.008, 0.010), 7_000),
    "vrm": (1.5, (0.02, 0.05, 0.04), 120),
    "switchgear-mv": (10_000, (0.0, 0.0, 0.0), 250_000),
    "generator-diesel": (3000, (0.0, 0.0, 0.0), 1_500_000),
    "chiller-air": (1500, (0.0, 0.0, 0.0), 450_000),
    "chiller-water": (3500, (0.0, 0.0, 0.0), 700_000),
    "dry-cooler": (1000, (0.0, 0.0, 0.0), 110_000),
    "adiabatic-cooler": (1000, (0.0, 0.0, 0.0), 150_000),
    "cooling-tower": (3500, (0.0, 0.0, 0.0), 160_000),
    "cdu": (1300, (0.0, 0.0, 0.0), 140_000),
    "crah": (250, (0.0, 0.0, 0.0), 45_000),
    "immersion-tank": (200, (0.0, 0.0, 0.0), 120_000),
}


def equipment() -> dict[str, Equipment]:
    return {
        name: row(
            Equipment,
            name,
            {
                **PROOF,
                "kind": "plant",
                "vendor": "T",
                "origin": "US",
                "capacity_kw": capacity,
                "loss_fixed": losses[0],
                "loss_linear": losses[1],
                "loss_square": losses[2],
                "price_usd": price,
                "lead_time_weeks": 30,
            },
            "tests",
        )
        for name, (capacity, losses, price) in PLANT.items()
    }


def weather(hours: int = 8760, mean_c: float = 17.0, seasonal_k: float = 11.0, daily_k: float = 6.0) -> dict[str, Any]:
    """Return a year with seasons and days: hot summers, cold winters, moist mornings."""
    hour = np.arange(hours) * 8760 / hours
    season = -np.cos(2 * np.pi * (hour - 400) / 8760)
    day = -np.cos(2 * np.pi * (hour - 3) / 24)
    dry = mean_c + seasonal_k * season + daily_k * day + 1e-3 * np.sin(hour)
    pressure = 100_500.0 + 600.0 * np.sin(2 * np.pi * hour / 400)
    relative = np.clip(0.62 - 0.2 * day + 0.2 * np.sin(2 * np.pi * hour / 190), 0.1, 0.98)
    wet = wet_bulb_c(dry, relative_to_humidity_ratio(dry, relative, pressure), pressure)
    return {"dry_bulb_c": dry, "wet_bulb_c": wet, "pressure_pa": pressure}


def _price(id_: str, value: float, low: float, high: float) -> Price:
    return row(Price, id_, {**PROOF, "value": {"value": value, "low": low, "high": high}, "unit": "USD"}, "tests")


SHARES = {
    "mechanical-electrical": 0.53,
    "shell": 0.21,
    "site": 0.10,
    "white-space": 0.10,
    "back-of-house": 0.04,
    "office": 0.02,
}
PRICES = {
    "build": _price("build", 11_700, 9_300, 15_000),
    "water-usd-per-m3": _price("water-usd-per-m3", 1.3, 0.5, 3.0),
    "land-usd-per-acre": _price("land-usd-per-acre", 244_000, 20_000, 2_500_000),
    **{f"build-share-{name}": _price(name, share, share, share) for name, share in SHARES.items()},
}

CONSTANTS: dict[str, float] = {
    "machine_installation_factor": 1.5,
    "loop_rise_k": 10.0,
    "dry_cooler_approach_k": 6.0,
    "tower_approach_k": 4.0,
    "heat_exchanger_approach_k": 2.2,
    "air_loop_supply_c": 20.0,
    "chiller_carnot_fraction_air": 0.42,
    "chiller_carnot_fraction_water": 0.55,
    "chiller_evaporator_approach_k": 2.0,
    "air_condenser_approach_k": 13.0,
    "water_condenser_approach_k": 2.0,
    "chiller_least_lift_k": 15.0,
    "dry_cooler_fan_fraction": 0.02,
    "tower_fan_fraction": 0.01,
    "air_handler_fan_fraction": 0.03,
    "speed_power_floor": 0.1,
    "facility_pump_head_pa": 200e3,
    "rack_pump_head_pa": 200e3,
    "immersion_pump_head_pa": 60e3,
    "pump_efficiency": 0.65,
    "adiabatic_effectiveness": 0.75,
    "adiabatic_air_rise_k": 10.0,
    "adiabatic_bleed_fraction": 0.25,
    "tower_cycles": 5.0,
    "tower_drift_fraction": 5e-5,
    "makeup_water_c": 15.0,
    "glycol_head_factor": 1.21,
    "tower_water_to_air": 1.2,
    "chiller_capacity_margin": 1.1,
    "chiller_no_load_fraction": 0.08,
    "chiller_least_load": 0.5,
    "coil_sensible_fraction": 1.0,
    "drying_coil_approach_k": 7.0,
    "air_supply_max_c": 29.0,
    "air_supply_min_c": 15.0,
    "air_dew_point_max_c": 21.0,
    "air_dew_point_min_c": -10.5,
    "air_humidity_max_fraction": 0.8,
    "air_humidity_min_fraction": 0.1,
    "air_rise_k": 14.0,
    "air_closing": 0.0,
    "outside_air_fan_fraction": 0.035,
    "electricity_usd_per_kwh": 0.07,
    "water_usd_per_m3": 1.3,
    "connection_usd_per_kw_year": 120.0,
    "recirculation_k": 1.0,
    "recirculation_wet_bulb_k": 0.5,
    "extreme_dry_bulb_margin_k": 3.0,
    "extreme_wet_bulb_margin_k": 1.0,
    "house_load_fraction": 0.01,
    "plant_loading_limit": 0.8,
    "redundancy_block_units": 8.0,
    "power_factor": 0.97,
    "connection_diversity": 1.0,
    "generator_margin": 1.1,
    "generator_backed_fraction": 1.0,
    "generator_derate_per_m": 1e-4,
    "generator_derate_from_m": 300.0,
    "generator_derate_per_k": 0.006,
    "generator_derate_from_c": 30.0,
    "shelf_load_at_nameplate": 0.5,
    "regulator_load_at_nameplate": 0.7,
    "server_fan_fraction": 0.06,
    "immersion_capture_fraction": 0.98,
    "immersion_single_phase_supply_max_c": 40.0,
    "immersion_boiling_c": 49.0,
    "immersion_condenser_approach_k": 4.0,
    "site_density_kw_per_acre": 890.0,
}


def facility_input(hours: int = 8760, **changes: Any) -> FacilityInput:
    values: dict[str, Any] = {
        **weather(hours),
        "it_power_kw": 50_000.0,
        "compute_power_kw": 45_000.0,
        "network_power_kw": 2_500.0,
        "storage_power_kw": 2_000.0,
        "management_power_kw": 500.0,
        "liquid_fraction": 0.765,
        "accelerators": 25_000.0,
        "workload_power_kw": (22_000.0, 10_000.0),
        "workload_accelerators": (15_000.0, 8_000.0),
        "system_name": "rack",
        "idle_power_fraction": 0.3,
        "supply_max_c": 50.0,
        "equipment": equipment(),
        "elevation_m": 600.0,
        "country": "US",
        "distribution": "ac-415v",
        "cooling": "liquid-dry-trim",
        "supply_c": 32.0,
        "redundancy": "N+1",
        "build_usd_per_kw": 11_700.0,
        "build_price": "build",
        "prices": PRICES,
        "land_usd_per_acre": 244_000.0,
        "share_mechanical_electrical": 0.53,
        "share_shell": 0.21,
        "share_site": 0.10,
        "share_white_space": 0.10,
        "share_back_of_house": 0.04,
        "share_office": 0.02,
        **CONSTANTS,
    }
    return FacilityInput(**{**values, **changes})
