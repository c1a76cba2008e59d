"""Supply problems of every kind, each by name: all technologies and targets, negative prices, flexible load, years."""

from collections.abc import Callable

import numpy as np

from denshi.catalog import Region, find
from denshi.catalog.normals import supply_normals
from denshi.climate.fleet import synthetic_fleet
from denshi.energy import EnergyInput
from energy.cases import apart, following, market, shapes, site, technologies

RENEWABLE = technologies("grid", "solar", "onshore-wind")
BATTERIES = technologies(
    *("battery-2h", "battery-4h", "battery-8h"), capex_usd_per_kw=450.0, variable_usd_per_kwh=0.001
)
NUCLEAR = technologies("nuclear-ppa", price_usd_per_kwh=0.08, capex_usd_per_kw=100.0)
GAS = technologies("gas-ct", capex_usd_per_kw=250.0)
STORE = technologies("battery-4h", capex_usd_per_kw=400.0, variable_usd_per_kwh=0.001)


def year(**changes: object) -> EnergyInput:
    """Return 100 MW under a packaged year of MISO's fleets at prices of the catalogue."""
    region = find(Region, "miso-south-la")
    fleet = synthetic_fleet(supply_normals(region.profile or ""), 7)
    return site(
        8760,
        **{
            "load_kw": np.full(8760, 100e3),
            "solar_cf": fleet.solar,
            "wind_cf": fleet.wind,
            "grid_clean_fraction": fleet.clean_fraction,
            "facility_connection_kw": 300e3,
            "grid_connection_kw": 300e3,
            "technologies": (*RENEWABLE, *BATTERIES[1:], *technologies("nuclear-ppa", "gas-ct")),
            "export_limit_kw": 100e3,
            "demand_charge_fraction": 0.0,
            **changes,
        },
    )


def _years(*lengths: int) -> dict[str, object]:
    return {**shapes(sum(lengths), 5), "year_hours": lengths}


def _prices(hours: int) -> dict[str, object]:
    """Prices of which some are below nothing; never so low that a store would burn power by going in circles."""
    found = market(hours, 3)
    return {**found, "export_usd_per_kwh": np.minimum(found["export_usd_per_kwh"], found["grid_usd_per_kwh"] - 0.002)}


CASES: dict[str, Callable[[], EnergyInput]] = {
    "no-target": lambda: site(168, RENEWABLE, target="none", clean_fraction=0.0),
    "annual-all": lambda: site(336, RENEWABLE, target="annual", clean_fraction=1.0, export_limit_kw=300e3),
    "annual-80-delivered": lambda: site(
        336, (*RENEWABLE, *STORE), target="annual", clean_fraction=0.8, supply="delivered", export_limit_kw=50e3
    ),
    "hourly-80-two-hours": lambda: site(168, (*RENEWABLE, *BATTERIES[:1]), clean_fraction=0.8),
    "hourly-90-every-kind": lambda: site(336),
    "hourly-95-three-batteries": lambda: site(336, (*RENEWABLE, *BATTERIES), clean_fraction=0.95),
    "hourly-99-nuclear": lambda: site(504, (*RENEWABLE, *BATTERIES, *NUCLEAR), clean_fraction=0.99),
    "hourly-100": lambda: site(336, (*RENEWABLE[1:], *BATTERIES, *NUCLEAR), clean_fraction=1.0),
    "own-share-alone": lambda: site(336, (*RENEWABLE, *STORE, *GAS), clean_fraction=0.7, count_grid_clean=False),
    "small-connection": lambda: site(
        336, (*RENEWABLE, *STORE, *GAS), supply="delivered", grid_connection_kw=70e3, clean_fraction=0.6
    ),
    "small-connection-on-site": lambda: site(336, (*RENEWABLE, *STORE, *GAS), grid_connection_kw=60e3),
    "gas-of-two-kinds": lambda: site(
        168,
        (*RENEWABLE[:1], *GAS, *technologies("gas-cc", capex_usd_per_kw=500.0)),
        target="none",
        clean_fraction=0.0,
        grid_connection_kw=55e3,
    ),
    "engines-and-fuel-cells-under-a-cap": lambda: site(
        168,
        (*RENEWABLE, *technologies("gas-engine", "fuel-cell", capex_usd_per_kw=400.0)),
        target="none",
        clean_fraction=0.0,
        carbon_cap_g_per_kwh=150.0,
    ),
    "reactor-and-heat-under-an-hourly-cap": lambda: site(
        168,
        (*RENEWABLE, *STORE, *technologies("geothermal", "nuclear-smr", capex_usd_per_kw=3000.0)),
        target="none",
        clean_fraction=0.0,
        carbon_cap_g_per_kwh=120.0,
        carbon_cap_basis="hour",
    ),
    "iron-air": lambda: site(672, (*RENEWABLE, *technologies("iron-air", capex_usd_per_kwh=8.0)), clean_fraction=0.97),
    "hydrogen-and-air": lambda: site(
        336,
        (*RENEWABLE, *STORE, *technologies("hydrogen-store", "compressed-air", capex_usd_per_kw=300.0)),
        clean_fraction=0.95,
    ),
    "sized-apart": lambda: site(336, (*RENEWABLE, *apart(), *technologies("battery-sized")), clean_fraction=0.96),
    "following": lambda: site(336, (*RENEWABLE, *following(), *STORE), clean_fraction=0.9, **_prices(336)),
    "following-gas": lambda: site(
        336,
        (*RENEWABLE, *technologies("gas-cc-following", capex_usd_per_kw=400.0), *technologies("smr-following")),
        supply="delivered",
        grid_connection_kw=80e3,
        clean_fraction=0.6,
    ),
    "negative-prices": lambda: site(336, (*RENEWABLE, *STORE, *GAS), export_limit_kw=80e3, **_prices(336)),
    "negative-prices-small-connection": lambda: site(
        336,
        (*RENEWABLE, *STORE, *GAS),
        supply="delivered",
        grid_connection_kw=70e3,
        export_limit_kw=60e3,
        clean_fraction=0.6,
        **_prices(336),
    ),
    "unserved": lambda: site(
        168, (*RENEWABLE, *STORE), grid_connection_kw=50e3, clean_fraction=0.8, unserved_usd_per_kwh=0.4
    ),
    "switched-off": lambda: site(
        336,
        (*RENEWABLE, *STORE, *GAS),
        grid_connection_kw=90e3,
        curtail_fraction=0.25,
        curtail_hours=300.0,
        curtail_usd_per_kwh=0.12,
    ),
    "shifted": lambda: site(336, (*RENEWABLE, *STORE), shift_fraction=0.2, shift_up_fraction=0.05),
    "everything-flexible": lambda: site(
        336,
        (*RENEWABLE, *STORE, *GAS, *following(is_clean=0.0, carbon_g_per_kwh=400.0, price_usd_per_kwh=0.05)),
        supply="delivered",
        grid_connection_kw=75e3,
        clean_fraction=0.75,
        carbon_cap_g_per_kwh=180.0,
        unserved_usd_per_kwh=2.0,
        curtail_fraction=0.2,
        curtail_hours=200.0,
        curtail_usd_per_kwh=0.1,
        shift_fraction=0.1,
        shift_up_fraction=0.02,
        **_prices(336),
    ),
    "two-years": lambda: site(336, (*RENEWABLE, *STORE, *NUCLEAR), **_years(168, 168)),
    "three-years-of-unlike-length": lambda: site(
        504, (*RENEWABLE, *BATTERIES), clean_fraction=0.95, export_limit_kw=60e3, **_years(168, 240, 96)
    ),
    "year-90": lambda: year(clean_fraction=0.9),
    "year-annual": lambda: year(target="annual", clean_fraction=1.0),
    "year-98-delivered": lambda: year(clean_fraction=0.98, supply="delivered", demand_charge_fraction=0.3),
}
