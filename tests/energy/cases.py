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


def market(hours: int, seed: int = 1) -> dict[str, np.ndarray]:
    """Return prices with days, peaks and hours below nothing, and carbon that follows the grid's clean share."""
    random = np.random.default_rng(seed)
    found = shapes(hours, seed)
    dirt = 1.0 - found["grid_clean_fraction"]
    price = 0.09 * dirt + 0.02 * random.standard_normal(hours) + 0.3 * (random.random(hours) > 0.97)
    price[random.random(hours) < 0.06] -= 0.1
    return {
        "grid_usd_per_kwh": price,
        "export_usd_per_kwh": 0.8 * price - 0.004,
        "grid_carbon_g_per_kwh": 700.0 * dirt,
    }


def following(**changes: float) -> tuple[Technology, ...]:
    """Return a reactor that follows load."""
    base = {"kind": "following", "minimum_fraction": 0.4, "capex_usd_per_kw": 900.0, "price_usd_per_kwh": 0.02}
    return (replace(find(Technology, "nuclear-smr"), id="following", **{**base, **changes}),)


def apart(**changes: float) -> tuple[Technology, ...]:
    """Return a store whose power and energy are sized apart."""
    base = {"capex_usd_per_kw": 200.0, "capex_usd_per_kwh": 15.0, "duration_h": 30.0, "efficiency": 0.5}
    return (replace(find(Technology, "battery-8h"), id="apart", **{**base, **changes}),)


def random_site(seed: int) -> EnergyInput:
    """Return a small site of any kind: rules, markets, flexible load, years and technologies as the seed has it."""
    random = np.random.default_rng(seed)

    def some(*values: object) -> object:
        return values[random.integers(len(values))]

    years = some((), (), (48,), (48, 72), (24, 24, 30))
    hours = sum(years) or int(random.integers(40, 120))
    pool = [
        technologies("solar", "onshore-wind"),
        technologies("battery-4h", capex_usd_per_kw=float(random.uniform(100, 900)), variable_usd_per_kwh=0.001),
        technologies("nuclear-ppa", price_usd_per_kwh=0.07, capex_usd_per_kw=150.0),
        technologies("gas-ct", capex_usd_per_kw=200.0),
        following(),
        following(is_clean=0.0, carbon_g_per_kwh=400.0, price_usd_per_kwh=0.05, capex_usd_per_kw=300.0),
        apart(capex_usd_per_kwh=float(random.uniform(2, 60))),
    ]
    have = [one for one in pool if random.random() < 0.6]
    ids = {one.id: one for group in have for one in group}
    chosen = (*technologies(*(["grid"] if random.random() < 0.9 else [])), *ids.values())
    return site(
        hours,
        options=chosen or technologies("grid", "solar"),
        **{
            **shapes(hours, seed),
            **(market(hours, seed) if random.random() < 0.6 else {}),
        },
        year_hours=years,
        target=some("none", "annual", "hourly", "hourly"),
        clean_fraction=float(some(0.5, 0.9, 0.97, 1.0)),
        supply=some("delivered", "on-site"),
        export_limit_kw=float(some(0.0, 20e3, 500e3)),
        grid_connection_kw=float(some(60e3, 95e3, 150e3)),
        demand_charge_fraction=float(some(0.0, 0.3)),
        carbon_cap_g_per_kwh=some(None, None, 40.0, 200.0),
        carbon_cap_basis=some("year", "hour"),
        unserved_usd_per_kwh=some(None, 0.5, 5.0),
        curtail_fraction=float(some(0.0, 0.25)),
        curtail_hours=float(some(0.0, 300.0)),
        curtail_usd_per_kwh=float(some(0.0, 0.2)),
        shift_fraction=float(some(0.0, 0.0, 0.2)),
        shift_up_fraction=float(some(0.0, 0.1)),
        count_grid_clean=some(True, False),
    )
