"""Plants at the site: sun and wind against pvlib and the limits of physics."""

import numpy as np
import pytest

from denshi.catalog.normals import weather_normals
from denshi.climate import synthetic_weather
from denshi.climate.plant import scaled_to_mean, tracker_irradiance_w_per_m2, wind_output_fraction
from denshi.climate.sun import sun
from denshi.errors import OutOfRangeError

PLACE = {"latitude": 32.5, "longitude": -92.0, "utc_offset_h": -6.0}


def test_the_sun_stands_where_pvlib_says() -> None:
    pd = pytest.importorskip("pandas")
    solarposition = pytest.importorskip("pvlib.solarposition")
    times = pd.date_range("2021-01-01 00:30", periods=8760, freq="h", tz="Etc/GMT+6")
    theirs = np.cos(np.radians(solarposition.get_solarposition(times, 32.5, -92.0)["zenith"].to_numpy()))
    ours = sun(**PLACE).cos_zenith
    high = theirs > 0.2
    assert np.abs(ours[high] - theirs[high]).max() < 0.015
    assert np.abs(ours[theirs < -0.15]).max() == 0.0


def test_the_tracker_is_pvlibs() -> None:
    pd = pytest.importorskip("pandas")
    pvlib = pytest.importorskip("pvlib")
    times = pd.date_range("2021-01-01 00:30", periods=8760, freq="h", tz="Etc/GMT+6")
    place = pvlib.solarposition.get_solarposition(times, 32.5, -92.0)
    tracked = pvlib.tracking.singleaxis(
        place["apparent_zenith"], place["azimuth"], axis_azimuth=180, max_angle=90, backtrack=False
    )
    theirs = np.cos(np.radians(tracked["aoi"].to_numpy()))
    high = np.cos(np.radians(place["zenith"].to_numpy())) > 0.25
    assert np.abs(sun(**PLACE).tracker_cos_incidence[high] - theirs[high]).max() < 0.02


def test_the_light_on_a_tracker_is_pvlibs() -> None:
    """Hay and Davies's sky in the hours of a station: the year within 0.5 %, hours within 2.5 % of one sun."""
    pd = pytest.importorskip("pandas")
    pvlib = pytest.importorskip("pvlib")
    year = synthetic_weather(weather_normals("la-monroe-regional-ap"))
    times = pd.date_range("2021-01-01 00:30", periods=8760, freq="h", tz="Etc/GMT+6")
    place = pvlib.solarposition.get_solarposition(times, year.latitude, year.longitude)
    turned = pvlib.tracking.singleaxis(
        place["apparent_zenith"], place["azimuth"], axis_azimuth=180, max_angle=90, backtrack=False
    ).fillna(0.0)
    theirs = pvlib.irradiance.get_total_irradiance(
        turned["surface_tilt"],
        turned["surface_azimuth"],
        place["apparent_zenith"],
        place["azimuth"],
        year.dni_w_per_m2,
        year.ghi_w_per_m2,
        year.dhi_w_per_m2,
        dni_extra=pvlib.irradiance.get_extra_radiation(times.day_of_year.to_numpy()),
        albedo=0.2,
        model="haydavies",
    )["poa_global"].fillna(0.0)
    ours = tracker_irradiance_w_per_m2(
        year.ghi_w_per_m2,
        year.dni_w_per_m2,
        year.dhi_w_per_m2,
        latitude=year.latitude,
        longitude=year.longitude,
        utc_offset_h=year.utc_offset_h,
        albedo=0.2,
    )
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.005)
    assert np.sqrt(np.mean((ours - theirs.to_numpy()) ** 2)) < 25.0


def test_a_tracker_gains_over_flat_ground() -> None:
    height = sun(**PLACE).cos_zenith
    dni = 800.0 * height**0.4
    dhi = np.where(height > 0.0, 80.0, 0.0)
    ghi = dni * height + dhi
    on_tracker = tracker_irradiance_w_per_m2(ghi, dni, dhi, albedo=0.2, **PLACE)
    assert 1.2 < on_tracker.sum() / ghi.sum() < 1.7


def test_a_power_curve_rises() -> None:
    wind = np.linspace(0.0, 24.9, 400)
    power = wind_output_fraction(wind, cut_in_m_per_s=3.0, rated_m_per_s=11.0, cut_out_m_per_s=25.0)
    assert (np.diff(power) >= 0.0).all()
    assert power[0] == 0.0
    assert power[-1] == 1.0
    with pytest.raises(OutOfRangeError, match="no power curve"):
        wind_output_fraction(wind, cut_in_m_per_s=12.0, rated_m_per_s=11.0, cut_out_m_per_s=25.0)


@pytest.mark.parametrize("mean", [0.0, 0.05, 0.3, 0.6])
def test_a_profile_meets_its_mean(mean: float) -> None:
    shape = np.linspace(0.0, 1.0, 8760) ** 2
    assert scaled_to_mean(lambda k: np.minimum(k * shape, 1.0), mean, "x").mean() == pytest.approx(mean, abs=1e-4)


@pytest.mark.parametrize("mean", [1.2, -0.1, float("nan")])
def test_a_mean_out_of_reach_is_refused(mean: float) -> None:
    with pytest.raises(OutOfRangeError, match="cannot be reached"):
        scaled_to_mean(lambda k: np.minimum(k * np.ones(10), 1.0), mean, "x")
