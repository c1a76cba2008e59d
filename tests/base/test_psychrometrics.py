"""Moist air against psychrolib, an independent writing of the same handbook, and against CoolProp's real gas."""

import importlib

import numpy as np
import psychrolib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.errors import OutOfRangeError
from denshi.psychrometrics import (
    enthalpy_kj_per_kg,
    humidity_ratio,
    relative_humidity_fraction,
    relative_to_humidity_ratio,
    saturated_humidity_ratio,
    saturation_pressure_pa,
    standard_pressure_pa,
    wet_bulb_c,
    wet_bulb_from_dew_point_c,
    wet_bulb_from_relative_humidity_c,
)

psychrolib.SetUnitSystem(psychrolib.SI)
# Every climate from the Dead Sea to La Paz, from Yakutsk to the hottest hour that was ever measured.
DRY_C, RELATIVE, PRESSURE_PA = (
    x.ravel()
    for x in np.meshgrid(np.linspace(-50, 57, 108), np.linspace(0.02, 1.0, 15), [60e3, 75e3, 90e3, 101_325.0, 106e3])
)
# Nearer to 0 C the branches over ice and over water do not meet: the handbook leaves the wet bulb open.
OPEN_K = 1.0


def test_wet_bulb_is_within_a_hundredth_of_a_kelvin_of_psychrolib() -> None:
    ours = wet_bulb_from_relative_humidity_c(DRY_C, RELATIVE, PRESSURE_PA)
    theirs = np.array(
        [psychrolib.GetTWetBulbFromRelHum(*one) for one in zip(DRY_C, RELATIVE, PRESSURE_PA, strict=True)]
    )
    apart = np.abs(ours - theirs)
    assert np.max(apart[np.abs(theirs) >= OPEN_K]) <= 0.01
    assert np.max(apart) <= 1.0


def test_dew_point_gives_the_same_wet_bulb_as_psychrolib() -> None:
    dew = DRY_C - 25.0 * RELATIVE
    ours = wet_bulb_from_dew_point_c(DRY_C, dew, PRESSURE_PA)
    theirs = np.array([psychrolib.GetTWetBulbFromTDewPoint(*one) for one in zip(DRY_C, dew, PRESSURE_PA, strict=True)])
    assert np.max(np.abs(ours - theirs)[np.abs(theirs) >= OPEN_K]) <= 0.01


def test_saturation_and_humidity_are_psychrolibs() -> None:
    for celsius in (-60.0, -20.0, 0.0, 0.01, 5.0, 30.0, 90.0):
        assert float(saturation_pressure_pa(celsius)) == pytest.approx(psychrolib.GetSatVapPres(celsius), rel=1e-9)
    some = slice(None, None, 37)
    for dry, relative, pressure in zip(DRY_C[some], RELATIVE[some], PRESSURE_PA[some], strict=True):
        ratio = psychrolib.GetHumRatioFromRelHum(dry, relative, pressure)
        assert float(relative_to_humidity_ratio(dry, relative, pressure)) == pytest.approx(ratio, rel=1e-6)
        assert float(enthalpy_kj_per_kg(dry, ratio)) == pytest.approx(
            psychrolib.GetMoistAirEnthalpy(dry, ratio) / 1000.0, abs=0.02
        )


def test_standard_pressure_is_psychrolibs() -> None:
    heights = np.array([-400.0, 0.0, 1609.0, 4000.0])
    theirs = [psychrolib.GetStandardAtmPressure(z) for z in heights]
    assert standard_pressure_pa(heights) == pytest.approx(theirs, rel=1e-9)


def test_wet_bulb_is_near_coolprop_whose_air_is_no_ideal_gas() -> None:
    of_air = importlib.import_module("CoolProp.HumidAirProp").HAPropsSI
    for dry, relative in ((45.0, 0.2), (30.0, 0.6), (20.0, 0.4), (10.0, 0.8)):
        theirs = of_air("Twb", "T", dry + 273.15, "R", relative, "P", 101_325.0) - 273.15
        assert float(wet_bulb_from_relative_humidity_c(dry, relative, 101_325.0)) == pytest.approx(theirs, abs=0.05)


@settings(max_examples=200, deadline=None)
@given(dry=st.floats(-40, 55), relative=st.floats(0.02, 1.0), pressure=st.floats(60_000, 106_000))
def test_there_and_back(dry: float, relative: float, pressure: float) -> None:
    wet = wet_bulb_from_relative_humidity_c(dry, relative, pressure)
    assert float(wet) <= dry + 1e-9
    if abs(float(wet)) > 1e-6:
        back = relative_humidity_fraction(dry, humidity_ratio(dry, wet, pressure), pressure)
        assert float(back) == pytest.approx(relative, abs=1e-4)


@settings(max_examples=100, deadline=None)
@given(dry=st.floats(-30, 50), wetter=st.floats(0.0, 0.5), relative=st.floats(0.05, 0.5))
def test_wetter_air_has_a_higher_wet_bulb(dry: float, wetter: float, relative: float) -> None:
    drier, moister = (wet_bulb_from_relative_humidity_c(dry, x, 95_000.0) for x in (relative, relative + wetter))
    assert float(moister) >= float(drier) - 1e-9


def test_saturated_air_has_one_temperature() -> None:
    t = np.array([-10.0, 5.0, 30.0])
    assert wet_bulb_from_dew_point_c(t, t, 101_325.0) == pytest.approx(t, abs=1e-6)
    assert wet_bulb_c(t, saturated_humidity_ratio(t, 101_325.0), 101_325.0) == pytest.approx(t, abs=1e-6)


def test_dry_air_is_within_the_bracket() -> None:
    theirs = psychrolib.GetTWetBulbFromHumRatio(65.0, 1e-7, 101_325.0)
    assert float(wet_bulb_c(65.0, 1e-7, 101_325.0)) == pytest.approx(theirs, abs=0.01)


def test_arrays_give_what_single_values_give() -> None:
    dry, wet = np.array([5.0, 25.0]), np.array([3.0, 18.0])
    both = humidity_ratio(dry, wet, 95_000.0)
    assert both.tolist() == [float(humidity_ratio(t, w, 95_000.0)) for t, w in zip(dry, wet, strict=True)]


def test_temperatures_outside_the_fit_are_refused() -> None:
    with pytest.raises(OutOfRangeError, match="air temperature 250 C"):
        saturation_pressure_pa(250.0)
    with pytest.raises(OutOfRangeError, match="relative humidity"):
        relative_to_humidity_ratio(20.0, 1.4, 101_325.0)
    with pytest.raises(OutOfRangeError, match="air temperature nan"):
        saturation_pressure_pa([20.0, float("nan")])
