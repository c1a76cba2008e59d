"""Wet bulb against psychrolib, an independent writing of the same handbook."""

import numpy as np
import psychrolib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.climate.wetbulb import (
    humidity_from_wet_bulb,
    relative_humidity_fraction,
    saturation_pressure_pa,
    standard_pressure_pa,
    wet_bulb_c,
    wet_bulb_from_dew_point_c,
    wet_bulb_from_relative_humidity_c,
)

psychrolib.SetUnitSystem(psychrolib.SI)


@settings(max_examples=300, deadline=None)
@given(st.floats(-40, 50), st.floats(0.02, 1.0), st.floats(70_000, 105_000))
def test_wet_bulb_is_psychrolibs(dry_bulb_c: float, humidity_fraction: float, pressure_pa: float) -> None:
    theirs = psychrolib.GetTWetBulbFromRelHum(dry_bulb_c, humidity_fraction, pressure_pa)
    air = np.array([dry_bulb_c]), np.array([humidity_fraction]), np.array([pressure_pa])
    ours = wet_bulb_from_relative_humidity_c(*air)
    if abs(theirs) > 1.0:
        assert ours[0] == pytest.approx(theirs, abs=0.01)
    else:
        # The ice and the water branch do not meet at 0 C: the handbook leaves the wet bulb open there.
        assert ours[0] == pytest.approx(theirs, abs=1.0)


@pytest.mark.parametrize("temperature_c", [-60.0, -20.0, 0.0, 0.01, 5.0, 30.0, 90.0])
def test_saturation_pressure_is_psychrolibs(temperature_c: float) -> None:
    assert saturation_pressure_pa(temperature_c) == pytest.approx(psychrolib.GetSatVapPres(temperature_c), rel=1e-9)


def test_standard_pressure_is_psychrolibs() -> None:
    assert standard_pressure_pa(1609.0) == pytest.approx(psychrolib.GetStandardAtmPressure(1609.0), rel=1e-9)


@settings(max_examples=100, deadline=None)
@given(st.floats(-30, 50), st.floats(0.05, 1.0), st.floats(80_000, 105_000))
def test_there_and_back(dry_bulb_c: float, humidity_fraction: float, pressure_pa: float) -> None:
    t, p = np.array([dry_bulb_c]), np.array([pressure_pa])
    wet = wet_bulb_from_relative_humidity_c(t, np.array([humidity_fraction]), p)
    assert wet[0] <= t[0] + 1e-9
    if abs(wet[0]) > 1e-6:
        back = relative_humidity_fraction(t, humidity_from_wet_bulb(t, wet, p), p)
        assert back[0] == pytest.approx(humidity_fraction, abs=1e-4)


def test_saturated_air_has_one_temperature() -> None:
    t = np.array([-10.0, 5.0, 30.0])
    p = np.full(3, 101_325.0)
    assert wet_bulb_from_dew_point_c(t, t, p) == pytest.approx(t, abs=1e-6)


def test_dry_air_is_within_the_bracket() -> None:
    t, p = np.array([65.0]), np.array([101_325.0])
    assert wet_bulb_c(t, np.array([1e-7]), p)[0] == pytest.approx(
        psychrolib.GetTWetBulbFromHumRatio(65.0, 1e-7, 101_325.0), abs=0.01
    )
