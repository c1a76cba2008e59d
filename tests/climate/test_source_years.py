"""The generated years against the years their normals were taken from: the limits that every site must keep.

In sample by construction: this shows that compression loses little, not that a future year will look like this.
"""

from pathlib import Path

import numpy as np
import pytest
from climate_inputs import given, given_file, tool

from denshi.catalog.normals import supply_normals, weather_normals
from denshi.climate import from_file, typical_year
from denshi.climate.fleet import synthetic_fleet
from denshi.climate.weather import synthetic_weather

STATIONS = (
    "la-monroe-regional-ap",
    "tx-el-paso-international-ap-ut",
    "oh-columbus-port-columbus-intl-a",
    "tx-abilene-regional-ap-ut",
    "id-idaho-falls-fanning-field",
    "tn-knoxville-mcghee-tyson-ap",
    "wa-hanford",
    "ny-islip-long-isl-macarthur-ap",
    "az-phoenix-sky-harbor-intl-ap",
    "jp-iwamizawa",
    "jp-okayama",
)
AREAS = ("azps", "bpat", "ciso", "erco", "miso", "nyis", "pjm", "soco")

MUST = {
    "dry_bulb_mean_k": 0.02,
    "wet_bulb_mean_k": 0.03,
    "air_pue": 0.0005,
    "tower_pue": 0.0015,
    "dry32_pue": 0.0005,
    "dry45_pue": 0.0005,
    "adiabatic_pue": 0.0005,
    "air_peak": 0.001,
    "tower_peak": 0.001,
    "dry32_peak": 0.001,
    "dry45_peak": 0.001,
    "adiabatic_peak": 0.04,
    "tower_wue": 0.003,
    "adiabatic_wue": 0.03,
    "worst_month_pue": 0.005,
    "saturated_fraction": 0.04,
    "ghi_fraction": 0.001,
    "dhi_fraction": 0.005,
    "dni_fraction": 0.03,
}


@pytest.mark.parametrize("station", STATIONS)
def test_a_station_keeps_its_limits(shared: Path, station: str) -> None:
    fit = tool("fit_climate")
    real = fit.source_year(fit.sources(shared)[station])
    normals = weather_normals(station)
    errors = fit.compare(synthetic_weather(normals), real)
    assert {name: error for name, error in errors.items() if abs(error) > MUST.get(name, np.inf)} == {}
    assert errors == pytest.approx(dict(normals.errors), abs=1e-3), "the stored table is not of these numbers"


@pytest.mark.parametrize("station", ["la-monroe-regional-ap", "id-idaho-falls-fanning-field"])
def test_other_seeds_keep_the_limits_too(shared: Path, station: str) -> None:
    fit = tool("fit_climate")
    real = fit.source_year(fit.sources(shared)[station])
    for seed in (1, 2, 3):
        errors = fit.compare(synthetic_weather(weather_normals(station), seed), real)
        assert {name: error for name, error in errors.items() if abs(error) > MUST.get(name, np.inf)} == {}


@pytest.mark.parametrize("area", AREAS)
def test_an_area_keeps_its_limits(shared: Path, area: str) -> None:
    fit = tool("fit_supply")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(shared / "energy/eia930_2022_hourly_by_fuel.parquet")
    normals = supply_normals(area)
    real, made = fit.measures(fit.source(area, table)), fit.measures(synthetic_fleet(normals))
    for name, value in real.items():
        limit = 0.05 if name.startswith("worst") else 0.02 if name.endswith("clean") else 0.015
        assert made[name] == pytest.approx(value, abs=limit), name
        assert made[name] - value == pytest.approx(normals.errors[name], abs=1e-3), name


def test_the_shares_of_the_source_year_are_the_published_ones(shared: Path) -> None:
    fit = tool("fit_supply")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(shared / "energy/eia930_2022_hourly_by_fuel.parquet")
    miso = fit.measures(fit.source("miso", table))
    assert miso["solar"] == pytest.approx(0.459, abs=0.002)
    assert miso["wind"] == pytest.approx(0.791, abs=0.002)
    assert miso["half"] == pytest.approx(0.738, abs=0.002)
    assert miso["battery_4h"] == pytest.approx(0.856, abs=0.002)


@pytest.mark.slow
def test_plants_at_every_station_match_as_in_its_source_year(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Solar, wind, half of each, and that with 4 h of storage: within 4 points at all stations."""
    assert tool("check_plants").print_plants(shared, 1), capsys.readouterr().out
    assert "32 stations" in capsys.readouterr().out


@pytest.mark.parametrize("site", ["meta-hyperion", "inl", "meta-el-paso", "google-new-albany"])
def test_plants_at_the_site_yield_and_match_as_in_the_source_year(shared: Path, site: str) -> None:
    fit = tool("fit_supply")
    free = {"supply_normals": None, "solar_capacity_factor": None, "wind_capacity_factor": None}
    made = typical_year(given(site, elevation_m=given(site).normals.elevation_m, **free))
    path = tool("fit_climate").sources(shared)[given(site).normals.id]
    real = from_file(given_file(path, site, **free))
    assert made.solar_cf_mean == pytest.approx(real.solar_cf_mean, rel=0.03)
    assert made.wind_cf_mean == pytest.approx(real.wind_cf_mean, rel=0.02)
    shares = [
        fit.matched(0.5 * (y.solar_cf / y.solar_cf_mean + y.wind_cf / y.wind_cf_mean), battery)
        for y in (made, real)
        for battery in (0.0, 4.0)
    ]
    assert shares[0] == pytest.approx(shares[2], abs=0.02)
    assert shares[1] == pytest.approx(shares[3], abs=0.04)
