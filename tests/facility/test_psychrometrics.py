from itertools import product

import numpy as np
import psychrolib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from denshi.errors import OutOfRangeError
from denshi.facility import (
    enthalpy_kj_per_kg,
    humidity_ratio,
    relative_to_humidity_ratio,
    saturation_pressure_pa,
    wet_bulb_c,
)

psychrolib.SetUnitSystem(psychrolib.SI)
PRESSURES = (101_325.0, 85_000.0)


def test_saturation_pressure_is_that_of_psychrolib() -> None:
    for celsius in np.linspace(-60, 90, 61):
        assert float(saturation_pressure_pa(celsius)) == pytest.approx(psychrolib.GetSatVapPres(celsius), rel=1e-9)


def test_humidity_ratio_and_enthalpy_are_those_of_psychrolib() -> None:
    for dry, relative, pressure in product((-15.0, 3.0, 20.0, 38.0), (0.15, 0.6, 0.95), PRESSURES):
        ratio = psychrolib.GetHumRatioFromRelHum(dry, relative, pressure)
        assert float(relative_to_humidity_ratio(dry, relative, pressure)) == pytest.approx(ratio, rel=1e-6)
        assert float(enthalpy_kj_per_kg(dry, ratio)) == pytest.approx(
            psychrolib.GetMoistAirEnthalpy(dry, ratio) / 1000.0, abs=0.02
        )


def test_wet_bulb_is_within_a_hundredth_of_a_kelvin_of_psychrolib() -> None:
    for dry, relative, pressure in product((-20.0, -8.0, 6.0, 20.0, 32.0, 43.0), (0.1, 0.4, 0.8, 1.0), PRESSURES):
        theirs = psychrolib.GetTWetBulbFromRelHum(dry, relative, pressure)
        ratio = relative_to_humidity_ratio(dry, relative, pressure)
        if abs(theirs) > 0.6:  # nearer to 0 C the two branches, over ice and over water, do not meet
            assert float(wet_bulb_c(dry, ratio, pressure)) == pytest.approx(theirs, abs=0.01)


@given(dry=st.floats(-25, 45), depression=st.floats(0, 12), pressure=st.floats(70_000, 105_000))
def test_wet_bulb_and_humidity_ratio_are_inverse(dry: float, depression: float, pressure: float) -> None:
    wet = dry - depression
    ratio = float(humidity_ratio(dry, wet, pressure))
    if ratio > 2e-7 and abs(wet) > 0.6:
        assert float(wet_bulb_c(dry, ratio, pressure)) == pytest.approx(wet, abs=0.02)


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
