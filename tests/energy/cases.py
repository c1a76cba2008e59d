"""Small sites: a few days of hours, made by formula, in which every technology has a reason to be built."""

from dataclasses import replace

import numpy as np

from denshi.catalog import Region, Technology, find
from denshi.energy import EnergyInput

OPTIONS = ("grid", "solar", "onshore-wind", "battery-4h", "nuclear-ppa", "gas-ct")


def technologies(*names: str, **changes: float) -> tuple[Technology, ...]:
    """Return technologies of the catalogue with some values changed."""
    return tuple(replace(find(Technology, name), **changes) for name in names)


def shapes(hours: int, seed: int = 1) -> dict[str, np.ndarray]:
    """Return a load and three profiles with days, lulls and noise."""
    random = np.random.default_rng(seed)
    hour = np.arange(hours)
    day = np.sin((hour % 24 - 6.0) / 24.0 * 2.0 * np.pi)
    return {
        "load_kw": 100e3 * (1.0 + 0.05 * day + 0.02 * random.random(hours)),
        "solar_cf": np.clip(day, 0.0, 1.0) * (0.6 + 0.4 * random.random(hours)),
        "wind_cf": np.clip(0.3 + 0.3 * np.sin(hour / 17.0) + 0.2 * (random.random(hours) - 0.5), 0.0, 1.0),
        "grid_clean_fraction": np.clip(0.35 + 0.2 * day + 0.05 * random.random(hours), 0.0, 1.0),
    }


def site(hours: int = 72, options: tuple[Technology, ...] | None = None, **changes: object) -> EnergyInput:
    """Return a site; batteries and nuclear are cheap, so that all are built."""
    chosen = options or (
        *technologies("grid", "solar", "onshore-wind"),
        *technologies("battery-4h", capex_usd_per_kw=500.0, variable_usd_per_kwh=0.001),
        *technologies("nuclear-ppa", price_usd_per_kwh=0.07, capex_usd_per_kw=150.0),
        *technologies("gas-ct", capex_usd_per_kw=200.0),
    )
    base: dict[str, object] = {
        **shapes(hours),
        "facility_connection_kw": 150e3,
        "grid_connection_kw": 130e3,
        "region": find(Region, "miso-south-la"),
        "technologies": chosen,
        "target": "hourly",
        "clean_fraction": 0.9,
        "export_limit_kw": 15e3,
        "supply": "on-site",
        "discount_rate": 0.08,
        "export_price_fraction": 0.9,
        "demand_charge_fraction": 0.3,
    }
    return EnergyInput(**{**base, **changes})
