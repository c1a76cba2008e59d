"""Towers, halls on outside air, chillers at part load, the choice of a plant: balances, limits, order."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.errors import OutOfRangeError
from denshi.facility import OFFERED, REJECTOR, Limits, again, economised, run, swept, undominated
from denshi.facility.cooling import chiller_power_kw, evaporated_kg_per_kwh, makeup
from denshi.facility.loop import Weather, loop, outdoors
from denshi.facility.tower import run_tower, sized_tower
from denshi.psychrometrics import (
    enthalpy_kj_per_kg,
    humidity_ratio,
    relative_to_humidity_ratio,
    saturated_humidity_ratio,
    wet_bulb_from_relative_humidity_c,
)
from facility.facility_rows import facility_input, weather

HOURS = 584
PLANTS = sorted(REJECTOR)


def limits(**changes: Any) -> Limits:
    values: dict[str, Any] = {
        "coldest_c": 15.0,
        "warmest_c": 29.0,
        "dew_point_least_c": -10.0,
        "dew_point_most_c": 21.0,
        "relative_least_fraction": 0.1,
        "relative_most_fraction": 0.8,
        "rise_k": 14.0,
    }
    return Limits(**{**values, **changes})


@settings(max_examples=60, deadline=None)
@given(plant=st.sampled_from(PLANTS), supply_c=st.floats(12.0, 45.0), load=st.floats(0.2, 1.0))
def test_heat_of_a_loop_leaves_it_in_every_hour(plant: str, supply_c: float, load: float) -> None:
    case = facility_input(HOURS, cooling=plant)
    found = loop(case, load * 1000.0, 1000.0, supply_c, outdoors(case, extreme=False))
    free_kw = found.free * load * 1000.0
    np.testing.assert_allclose(free_kw + found.chiller_heat_kw, load * 1000.0, rtol=1e-9)
    through_kw = {
        "tower": load * 1000.0 + found.chiller_kw,
        "outside": found.chiller_heat_kw + found.chiller_kw,
        "none": np.zeros(HOURS),
    }.get(REJECTOR[plant], free_kw)
    np.testing.assert_allclose(found.rejected_kw, through_kw, rtol=1e-9, atol=1e-9)
    if REJECTOR[plant] == "outside":
        np.testing.assert_allclose(found.outside_kw + found.chiller_heat_kw, load * 1000.0, rtol=1e-9)
    assert np.all(found.water_kg >= found.evaporated_kg - 1e-9)


@settings(max_examples=60, deadline=None)
@given(wet=st.floats(-25.0, 30.0), above=st.floats(0.0, 15.0), leaving=st.floats(5.0, 40.0))
def test_air_over_a_tower_carries_the_heat_and_the_water(wet: float, above: float, leaving: float) -> None:
    dry, out = wet + above, max(leaving, wet + 3.0)
    per_kwh = float(evaporated_kg_per_kwh(dry, wet, 1e5, out, 15.0))
    entering, saturated = float(humidity_ratio(dry, wet, 1e5)), float(saturated_humidity_ratio(out, 1e5))
    if saturated > entering:
        air_kg = per_kwh / (saturated - entering)
        gained = air_kg * float(enthalpy_kj_per_kg(out, saturated) - enthalpy_kj_per_kg(dry, entering))
        assert gained - per_kwh * 4.179 * 15.0 == pytest.approx(3600.0, rel=1e-9)


def test_a_tower_reaches_its_approach_at_the_rating_point() -> None:
    for approach, spread in ((3.0, 5.0), (4.0, 10.0), (6.5, 6.0)):
        tower = sized_tower(approach, spread, 1.2)
        wet = np.array([25.6])
        found = run_tower(tower, 1.0, wet, 101_325.0, -50.0, lambda cold, k=spread: np.full_like(cold, k))
        assert found.cold_c[0] == pytest.approx(25.6 + approach, abs=0.02)


@settings(max_examples=40, deadline=None)
@given(flow=st.floats(0.3, 1.0), wanted=st.floats(8.0, 30.0), pressure=st.floats(75_000, 105_000))
def test_a_tower_works_harder_in_wetter_air(flow: float, wanted: float, pressure: float) -> None:
    wet = np.linspace(-20.0, 29.0, 400)
    found = run_tower(sized_tower(4.0, 10.0, 1.2), flow, wet, pressure, wanted, lambda cold: np.full_like(cold, 10.0))
    assert np.all(np.diff(found.cold_c) >= -1e-6)
    assert np.all(np.diff(found.speed) >= -1e-6)
    assert np.all(found.cold_c > wet)
    assert np.all(found.leaving_c > wet)
    assert np.all(found.leaving_c <= found.cold_c + 10.0 + 1e-3), "air never leaves warmer than the warm water"


def test_slow_fans_bring_the_air_near_the_warm_water() -> None:
    tower = sized_tower(4.0, 10.0, 1.2)
    wet = np.array([-15.0, 5.0, 20.0])
    full, slow = (
        run_tower(tower, 0.4, wet, 1e5, cold_c, lambda cold: np.full_like(cold, 10.0)) for cold_c in (-50.0, 25.0)
    )
    warm_full, warm_slow = full.cold_c + 10.0, slow.cold_c + 10.0
    assert np.all(slow.speed < full.speed)
    assert np.all(warm_slow - slow.leaving_c < warm_full - full.leaving_c)


def test_no_tower_comes_nearer_than_air_allows() -> None:
    with pytest.raises(OutOfRangeError, match="no tower comes within 0.5 K"):
        sized_tower(0.5, 30.0, 4.0)


def test_makeup_keeps_the_cycles() -> None:
    taken = makeup([100.0, 100.0], [5000.0, 5000.0], 5.0, 0.0)
    assert taken.total_kg.tolist() == [125.0, 125.0]
    leaky = makeup(100.0, 5000.0, 5.0, 0.01)
    assert float(leaky.blowdown_kg) == 0.0
    assert float(leaky.total_kg) == pytest.approx(150.0)


@settings(max_examples=60, deadline=None)
@given(
    parts=st.lists(st.floats(0.0, 1000.0), min_size=2, max_size=5),
    none=st.floats(0.0, 0.3),
    least=st.floats(0.1, 1.0),
)
def test_chillers_take_more_power_for_more_heat(parts: list[float], none: float, least: float) -> None:
    powers = [float(chiller_power_kw(heat, 1000.0, 5.0, none, least)) for heat in sorted(parts)]
    for one, other in pairwise(powers):
        assert other >= one - 1e-9
    assert float(chiller_power_kw(1000.0, 1000.0, 5.0, none, least)) == pytest.approx(200.0)


@settings(max_examples=100, deadline=None)
@given(
    dry=st.floats(-30.0, 48.0),
    relative=st.floats(0.05, 1.0),
    warmest=st.floats(24.0, 35.0),
    dew=st.floats(12.0, 27.0),
    closing=st.booleans(),
)
def test_a_hall_on_outside_air_balances(dry: float, relative: float, warmest: float, dew: float, closing: bool) -> None:
    aisle = limits(warmest_c=warmest, dew_point_most_c=dew, closing=closing)
    wet = float(wet_bulb_from_relative_humidity_c(dry, relative, 1e5))
    found = economised(dry, wet, 1e5, aisle, 0.8)
    share, supply = float(found.chiller_share), float(found.supply_c)
    assert 0.0 <= share <= 1.0
    assert aisle.coldest_c - 1e-9 <= supply <= aisle.warmest_c + 1e-9
    assert 0.0 <= float(found.outside_share) <= 1.0 + 1e-9
    assert float(found.water_kg_per_kwh) >= 0.0
    if share == 0.0:
        outside_kj = float(enthalpy_kj_per_kg(dry, humidity_ratio(dry, wet, 1e5)))
        drawn_kg = 3600.0 / 1000.0
        assert drawn_kg > 0
        assert outside_kj < 110.0


@settings(max_examples=60, deadline=None)
@given(dry=st.floats(0.0, 40.0), relative=st.floats(0.05, 0.95))
def test_outside_air_has_no_jump_with_temperature(dry: float, relative: float) -> None:
    ratio = float(relative_to_humidity_ratio(dry, relative, 1e5))
    near = dry + np.linspace(0.0, 0.01, 5)
    wet = np.array([float(wet_bulb_from_relative_humidity_c(t, relative, 1e5)) for t in near])
    share = economised(near, wet, 1e5, limits(), 0.8).chiller_share
    assert ratio > 0
    assert np.max(np.abs(np.diff(share))) < 0.01


@settings(max_examples=30, deadline=None)
@given(plant=st.sampled_from(PLANTS), rise=st.floats(0.2, 5.0))
def test_a_wetter_and_hotter_year_never_costs_less(plant: str, rise: float) -> None:
    case = facility_input(HOURS, cooling=plant, supply_c=30.0, liquid_fraction=0.5)
    wetter = replace(case, wet_bulb_c=np.minimum(case.wet_bulb_c + rise, case.dry_bulb_c))
    # Pads that need less cooling spend less, and wet bulb alone never makes any plant better.
    assert run(wetter).energy_kwh_per_year >= run(case).energy_kwh_per_year * (1 - 1e-9)


def test_limits_that_leave_no_air_are_refused() -> None:
    with pytest.raises(OutOfRangeError, match="no air meets"):
        limits(coldest_c=30.0)


def test_a_high_limit_closes_the_hall() -> None:
    hot = facility_input(HOURS, cooling="air-economizer", liquid_fraction=0.0, **weather(HOURS, mean_c=24.0))
    wetting, closing = (run(replace(hot, air_closing=flag)) for flag in (0.0, 1.0))
    assert closing.trim_hours > wetting.trim_hours
    assert closing.pue_mean > wetting.pue_mean


def test_glycol_outside_costs_pump_power() -> None:
    case = facility_input(HOURS)
    plain = run(replace(case, glycol_head_factor=1.0))
    assert run(case).cooling_by_part_kwh["facility pumps"] > plain.cooling_by_part_kwh["facility pumps"]


def test_best_is_the_cheapest_of_all_and_says_why() -> None:
    case = facility_input(HOURS, cooling="best", supply_c=32.0)
    found = run(case)
    costs = [one.cost_usd_per_year for one in found.cooling_choices]
    assert costs == sorted(costs)
    assert (found.cooling_plant, found.supply_c) == (
        found.cooling_choices[0].cooling,
        found.cooling_choices[0].supply_c,
    )
    assert found.supply_c <= 32.0
    assert {one.cooling for one in found.cooling_choices} == set(OFFERED)
    assert "costs least a year" in found.notices[0]
    assert "next is" in found.notices[0]
    asked = run(replace(case, cooling=found.cooling_plant, supply_c=found.supply_c))
    assert asked.pue_mean == found.pue_mean
    assert again(case, found).cooling_choices == found.cooling_choices


def test_dear_water_turns_the_choice_to_a_dry_plant() -> None:
    cheap, dear = (
        run(facility_input(HOURS, cooling="best", supply_c=26.0, water_usd_per_m3=price, connection_usd_per_kw_year=p))
        for price, p in ((0.0, 500.0), (500.0, 0.0))
    )
    assert dear.water_m3_per_year == 0.0
    assert cheap.water_m3_per_year > 0.0


def test_a_sweep_marks_what_nothing_beats() -> None:
    case = facility_input(HOURS, supply_c=35.0)
    rows = swept(case, ("liquid-dry-trim", "tower-economizer"), 10.0)
    assert {one.supply_c for one in rows} == {35.0, 25.0, 15.0}
    kept = undominated(rows)
    assert any(kept)
    assert not all(kept)


def test_peak_is_of_the_weather_and_extreme_is_beside_it() -> None:
    found = run(facility_input(HOURS, workload_power_kw=(50_000.0, 0.0), idle_power_fraction=0.0))
    assert found.pue_peak == pytest.approx(float(found.pue.max()))
    assert found.pue_peak_hour == int(found.pue.argmax())
    assert found.pue_extreme > found.pue_peak


def test_weather_that_the_loop_gets_is_kept_apart() -> None:
    air = Weather(np.array([20.0]), np.array([15.0]), np.array([1e5]))
    found = loop(facility_input(HOURS), 0.0, 0.0, 30.0, air)
    assert float(found.free[0]) == 1.0
