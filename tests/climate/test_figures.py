"""Every figure of the climate room moves with what it names."""

import dataclasses
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from climate_inputs import given, given_file, write_csv

import denshi.climate.year
from denshi.catalog.normals import supply_normals, weather_normals
from denshi.climate import Climate, FileClimate, from_file, read_weather, typical_year
from denshi.climate.profile import COLUMNS, OPTIONAL
from denshi.errors import FileError, OutOfRangeError
from denshi.figure import figures
from figure_checks import assert_every_figure_moves, assert_every_input_is_named

PLANT = {"supply_normals": None, "solar_capacity_factor": None, "wind_capacity_factor": None}
OTHERS = {
    "catalog.normals": [weather_normals("id-idaho-falls-fanning-field"), weather_normals("wa-hanford")],
    "catalog.supply_normals": [supply_normals("pjm"), supply_normals("soco"), None],
    "catalog.region.id": ["elsewhere"],
    "scenario.energy.price_scenario": ["synthetic"],
}


def write_profile(path: Path) -> str:
    hours = "".join(
        f"0.{i % 9},0.{i % 7},0.{i % 5},{0.01 * (i % 24 - 3):.2f},-0.01,{300 + i % 3}\n" for i in range(8760)
    )
    path.write_text(f"{','.join((*COLUMNS, *OPTIONAL))}\n{hours}", encoding="utf-8")
    return str(path)


def test_a_typical_year_moves_with_its_inputs(tmp_path: Path) -> None:
    cases = {
        "base": given(),
        "high": given(elevation_m=900.0),
        "plant": given(**PLANT),
        "calm": given(normals=weather_normals("jp-okayama")),
        "priced": given(price_scenario="synthetic"),
    }
    own = {"scenario.energy.profile": [write_profile(tmp_path / "profile.csv")]}
    assert_every_figure_moves(typical_year, cases, "climate", OTHERS | own)


def test_a_file_moves_with_its_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denshi.climate.year, "read_weather", cache(read_weather))
    year = typical_year(given())
    base = write_csv(tmp_path / "base.csv", year)
    other = write_csv(tmp_path / "other.csv", typical_year(given("inl")))
    priced = given_file(base, price_scenario="synthetic")
    cases = {"base": given_file(base), "plant": given_file(base, **PLANT), "priced": priced}
    own = {"scenario.energy.profile": [write_profile(tmp_path / "profile.csv")]}
    alternatives = OTHERS | own | {"scenario.site.weather": [str(other)]}
    assert_every_figure_moves(from_file, cases, "climate", alternatives)


def test_both_results_have_the_same_figures() -> None:
    assert list(figures(Climate)) == list(figures(FileClimate))
    assert [f.name for f in dataclasses.fields(Climate)] == [f.name for f in dataclasses.fields(FileClimate)]


def test_every_hour_is_there_and_possible() -> None:
    for site in ("meta-hyperion", "sakura-ishikari", "lanl"):
        year = typical_year(given(site))
        for f in dataclasses.fields(year):
            value = getattr(year, f.name)
            if isinstance(value, np.ndarray):
                assert value.shape == (8760,), f.name
                assert np.isfinite(value).all(), f.name
        assert (year.wet_bulb_c <= year.dry_bulb_c).all()
        for name in ("solar_cf", "wind_cf", "grid_clean_fraction"):
            profile = getattr(year, name)
            assert profile.min() >= 0.0
            assert profile.max() <= 1.0
        for name in ("wind_m_per_s", "ghi_w_per_m2", "dni_w_per_m2", "dhi_w_per_m2"):
            assert getattr(year, name).min() >= 0.0, name


def test_profiles_meet_the_region() -> None:
    year = typical_year(given(clean_fraction=0.4))
    assert year.solar_cf_mean == pytest.approx(0.23, abs=2e-4)
    assert year.wind_cf_mean == pytest.approx(0.38, abs=2e-4)
    assert year.grid_clean_fraction.mean() == pytest.approx(0.4, abs=2e-4)


def test_labels_say_what_it_is() -> None:
    hyperion = typical_year(given())
    assert hyperion.label.startswith(
        "synthetic typical year, not TMY, generated from normals of MONROE REGIONAL AP, 37 km"
    )
    assert hyperion.supply_label == "synthetic fleet profile of MISO fitted to EIA-930 2022"
    atlanta = typical_year(given("microsoft-fairwater-atlanta"))
    assert "SOCO has no wind fleet" in atlanta.supply_label
    ishikari = typical_year(given("sakura-ishikari"))
    assert ishikari.supply_label.startswith("plant profile from the site's weather")
    assert "gives no wind" in ishikari.label


def test_a_higher_site_is_colder_thinner_and_as_humid() -> None:
    low, high = typical_year(given()), typical_year(given(elevation_m=1040.0))
    assert high.dry_bulb_shift_k == pytest.approx(-6.5)
    assert high.dry_bulb_mean_c - low.dry_bulb_mean_c == pytest.approx(-6.5, abs=0.01)
    assert high.pressure_pa.mean() / low.pressure_pa.mean() == pytest.approx(0.887, abs=0.002)
    assert (high.wet_bulb_c <= high.dry_bulb_c).all()
    assert "lower" not in high.label
    assert "1000 m higher" in high.label


def test_a_fleet_in_another_time_zone_is_turned() -> None:
    normals = weather_normals("la-monroe-regional-ap")
    east = dataclasses.replace(normals, utc_offset_h=-5.0)
    here, there = typical_year(given(normals=normals)), typical_year(given(normals=east))
    assert np.array_equal(np.roll(here.wind_cf, 1), there.wind_cf)


def test_the_users_profile_is_taken_as_it_is(tmp_path: Path) -> None:
    path = write_profile(tmp_path / "own.csv")
    year = typical_year(given(profile=path))
    assert year.solar_cf[8] == 0.8
    assert year.supply_label.endswith("own.csv with hourly prices, hourly prices of sale, hourly carbon")
    assert year.grid_usd_per_kwh is not None
    assert year.grid_usd_per_kwh[:4].tolist() == [-0.03, -0.02, -0.01, 0.0]
    assert year.export_usd_per_kwh is not None
    assert year.export_usd_per_kwh.max() == -0.01
    assert year.grid_carbon_g_per_kwh is not None
    assert year.grid_carbon_g_per_kwh[:4].tolist() == [300.0, 301.0, 302.0, 300.0]


def test_a_synthetic_price_is_the_energy_part_of_the_regions_on_average(tmp_path: Path) -> None:
    inputs = given(price_scenario="synthetic")
    year = typical_year(inputs)
    assert year.grid_usd_per_kwh is not None
    mean = inputs.price_usd_per_kwh * (1.0 - inputs.demand_charge_fraction)
    assert year.grid_usd_per_kwh.mean() == pytest.approx(mean)
    assert year.supply_label.endswith("; synthetic price scenario, no market's prices")
    with pytest.raises(OutOfRangeError, match="beside the prices of the profile"):
        typical_year(given(price_scenario="synthetic", profile=write_profile(tmp_path / "own.csv")))


def test_without_columns_of_the_user_no_price_is_made_up() -> None:
    year = typical_year(given())
    assert (year.grid_usd_per_kwh, year.export_usd_per_kwh, year.grid_carbon_g_per_kwh) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column solar_cf"),
        ("solar_cf,wind_cf\n" + "0,0\n" * 8760, "no column clean_fraction"),
        ("solar_cf,wind_cf,clean_fraction\n" + "0,0,0\n" * 8784, "8,784 hours"),
        ("solar_cf,wind_cf,clean_fraction\n" + "0,x,0\n" * 8760, "no number"),
        ("solar_cf,wind_cf,clean_fraction\n" + "0,0,nan\n" * 8760, "no fraction"),
        ("solar_cf,wind_cf,clean_fraction\n" + "0,1.2,0\n" * 8760, "line 2"),
        ("solar_cf,wind_cf,clean_fraction,price_usd_per_kwh\n" + "0,0,0,450\n" * 8760, "not from -20 to 100"),
        ("solar_cf,wind_cf,clean_fraction,price_usd_per_kwh\n" + "0,0,0,nan\n" * 8760, "not from -20 to 100"),
        ("solar_cf,wind_cf,clean_fraction,carbon_g_per_kwh\n" + "0,0,0,-1\n" * 8760, "not from 0 to 3000"),
        ("solar_cf,wind_cf,clean_fraction,export_usd_per_kwh\n" + "0,0,0\n" * 8760, "is nan"),
    ],
)
def test_a_profile_that_is_none_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match=says):
        typical_year(given(profile=str(path)))


def test_every_input_is_named() -> None:
    cases = {
        "base": given(),
        "high": given(elevation_m=900.0),
        "plant": given(**PLANT),
        "priced": given(price_scenario="synthetic"),
    }
    assert_every_input_is_named(typical_year, cases, "climate", whole=("catalog.normals", "catalog.supply_normals"))
