from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.errors import InfeasibleError, OutOfRangeError
from denshi.facility import again, approach_at, run
from denshi.facility.loop import Weather, loop
from facility.facility_rows import equipment, facility_input, weather

HOURS = 584  # every fifteenth hour: all seasons and all times of day
PLANTS = [
    "air-chiller",
    "tower-chiller",
    "tower-economizer",
    "air-economizer",
    "liquid-dry-trim",
    "liquid-adiabatic",
    "immersion-1p",
    "immersion-2p",
]
choices = st.fixed_dictionaries(
    {
        "cooling": st.sampled_from(PLANTS),
        "distribution": st.sampled_from(["ac-415v", "dc-400v", "dc-800v"]),
        "redundancy": st.sampled_from(["N", "N+1", "2N"]),
        "supply_c": st.floats(10.0, 34.0),
        "liquid_fraction": st.floats(0.0, 0.9),
        "it_power_kw": st.floats(100.0, 2e6),
    }
)


def scaled(changes: dict[str, Any]) -> dict[str, Any]:
    size = changes["it_power_kw"] / 50_000.0
    parts = {"compute_power_kw": 45e3, "network_power_kw": 2.5e3, "storage_power_kw": 2e3, "management_power_kw": 500.0}
    return {
        **changes,
        **{name: kw * size for name, kw in parts.items()},
        "workload_power_kw": (22e3 * size, 10e3 * size),
    }


@settings(max_examples=60, deadline=None)
@given(changes=choices)
def test_load_is_it_and_losses_and_cooling(changes: dict[str, Any]) -> None:
    found = run(facility_input(HOURS, **scaled(changes)))
    parts = found.it_mean_kw + found.feed_loss_kw + found.transformer_loss_kw + found.cooling_kw + found.house_load_kw
    np.testing.assert_allclose(found.load_kw, parts, rtol=1e-9)
    assert found.energy_kwh_per_year == pytest.approx(
        found.it_energy_kwh_per_year
        + found.electrical_loss_kwh_per_year
        + found.cooling_energy_kwh_per_year
        + found.house_load_kw * HOURS,
        rel=1e-9,
    )
    assert sum(found.cooling_by_part_kwh.values()) == pytest.approx(found.cooling_energy_kwh_per_year, rel=1e-9)
    silicon_kwh = found.energy_kwh_per_year - found.cooling_energy_kwh_per_year - found.house_load_kw * HOURS
    assert silicon_kwh - sum(found.loss_by_stage_kwh.values()) == pytest.approx(found.silicon_mean_kw * HOURS, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(changes=choices)
def test_pue_is_above_one_and_the_peak_above_the_mean(changes: dict[str, Any]) -> None:
    found = run(facility_input(HOURS, **scaled(changes)))
    assert np.all(found.pue > 1.0)
    assert 1.0 < found.pue_mean < 2.0
    assert found.tue_mean > found.pue_mean
    assert found.peak_load_kw >= found.load_kw.max()
    assert found.water_m3_per_year >= 0.0
    if changes["redundancy"] != "N":
        assert found.build_cost_usd >= 11_700.0 * found.it_peak_kw * (1 - 1e-9)
    bought = sum(item.cost_usd for item in found.items if item.goods != "land")
    assert bought == pytest.approx(found.build_cost_usd, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    cooling=st.sampled_from(PLANTS),
    supply=st.lists(st.floats(10.0, 35.0), min_size=2, max_size=4, unique=True),
    liquid=st.floats(0.0, 0.95),
)
def test_warmer_water_never_costs_power(cooling: str, supply: list[float], liquid: float) -> None:
    found = [run(facility_input(HOURS, cooling=cooling, supply_c=t, liquid_fraction=liquid)) for t in sorted(supply)]
    for cold, warm in pairwise(found):
        assert warm.pue_mean <= cold.pue_mean * (1 + 1e-9)
        assert warm.peak_load_kw <= cold.peak_load_kw * (1 + 1e-9)
        assert warm.trim_hours <= cold.trim_hours


def test_hotter_weather_costs_power() -> None:
    case = facility_input(HOURS)
    hot = replace(case, dry_bulb_c=case.dry_bulb_c + 2.0)
    assert run(hot).pue_mean > run(case).pue_mean
    assert run(hot).peak_load_kw > run(case).peak_load_kw


def test_two_loops_have_two_temperatures() -> None:
    warm = run(facility_input(HOURS, supply_c=45.0))
    assert warm.air_supply_c == 20.0
    assert warm.trim_hours == 0
    assert warm.air_trim_hours > 0
    assert warm.chillers > 0, "what leaves in air still needs a chiller"


def test_only_plants_with_water_use_water() -> None:
    water = {name: run(facility_input(HOURS, cooling=name, supply_c=26.0)).wue_l_per_kwh for name in PLANTS}
    wet = ["tower-chiller", "tower-economizer", "air-economizer", "liquid-adiabatic"]
    assert [name for name, litres in water.items() if litres > 0] == wet
    assert water["liquid-adiabatic"] < water["tower-economizer"] < water["tower-chiller"]


def test_a_rack_that_wants_colder_water_is_refused() -> None:
    with pytest.raises(InfeasibleError, match="accepts water up to 24 C with liquid-dry-trim, not 32 C"):
        run(facility_input(HOURS, supply_max_c=24.0))
    assert run(facility_input(HOURS, supply_max_c=24.0, cooling="immersion-1p")).pue_mean > 1
    with pytest.raises(InfeasibleError, match="up to 35 C with immersion-2p"):
        run(facility_input(HOURS, cooling="immersion-2p", supply_c=40.0))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"supply_c": 70.0}, "outside 5 to 60 C"),
        ({"distribution": "dc-48v"}, "no distribution"),
        ({"cooling": "wind"}, "no cooling plant"),
        ({"it_power_kw": float("nan")}, "no IT load"),
        ({"dry_bulb_c": np.full(HOURS, 90.0)}, "outside -80 to 65"),
        ({"dry_bulb_c": np.full(HOURS, np.nan)}, "outside -80 to 65"),
        ({"wet_bulb_c": np.full(HOURS, 44.0)}, "above the dry bulb"),
        ({"pressure_pa": np.full(HOURS - 1, 101_325.0)}, "do not match"),
    ],
)
def test_what_is_out_of_range_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(OutOfRangeError, match=message):
        run(facility_input(HOURS, **changes))


def test_generators_weaken_with_height_and_heat() -> None:
    low, high = (run(facility_input(HOURS, elevation_m=z)) for z in (0.0, 2200.0))
    assert high.generator_derate_factor < low.generator_derate_factor <= 1.0
    assert high.generators > low.generators


def test_thin_air_makes_fans_work_harder() -> None:
    case = facility_input(HOURS, **weather(HOURS, mean_c=-5.0))
    high = replace(case, pressure_pa=case.pressure_pa * 0.78)
    fans = [run(one).cooling_by_part_kwh["heat-rejector fans"] for one in (case, high)]
    assert fans[1] == pytest.approx(fans[0] / 0.78**2, rel=1e-9)


def test_plant_dearer_than_its_share_is_noticed() -> None:
    dear = equipment()
    dear["generator-diesel"] = replace(dear["generator-diesel"], price_usd=2e7)
    found = run(facility_input(HOURS, equipment=dear))
    assert len(found.notices) == 1
    assert "more than" in found.notices[0]
    assert found.build_cost_usd > 11_700.0 * found.it_peak_kw
    assert not [item for item in found.items if item.name.startswith("Other")]
    assert not run(facility_input(HOURS)).notices


@pytest.mark.parametrize("distribution", ["ac-415v", "dc-400v", "dc-800v"])
@pytest.mark.parametrize("cooling", PLANTS)
def test_redundancy_is_paid_for_by_the_machine(distribution: str, cooling: str) -> None:
    none, spare, double = (
        run(facility_input(HOURS, redundancy=kind, distribution=distribution, cooling=cooling))
        for kind in ("N", "N+1", "2N")
    )
    assert spare.build_cost_usd == pytest.approx(11_700.0 * spare.it_peak_kw, rel=1e-9)
    assert 0 < spare.build_cost_usd - none.build_cost_usd < double.build_cost_usd - spare.build_cost_usd
    for one in (none, double):
        assert one.plant_priced_usd == pytest.approx(spare.plant_usd, rel=1e-9)
        assert one.build_cost_usd - spare.build_cost_usd == pytest.approx(
            1.5 * (one.plant_usd - spare.plant_usd), rel=1e-9
        )


def test_a_single_rack_gets_plant_of_its_own_size() -> None:
    changes = scaled({"it_power_kw": 150.0})
    found = run(facility_input(HOURS, **changes))
    assert found.pue_mean == pytest.approx(run(facility_input(HOURS)).pue_mean, abs=0.03)
    assert all(item.count >= 1 for item in found.items if item.unit == "unit")


def test_again_is_the_same() -> None:
    case = facility_input(HOURS)
    one, two = run(case), again(case, run(case))
    assert one.items == two.items
    assert np.array_equal(one.load_kw, two.load_kw)


@settings(max_examples=80, deadline=None)
@given(
    cooling=st.sampled_from([name for name in PLANTS if name != "air-chiller"]),
    load=st.floats(0.3, 1.0),
    supply_c=st.floats(12.0, 45.0),
)
def test_a_loop_has_no_jump_and_never_gains_by_hotter_air(cooling: str, load: float, supply_c: float) -> None:
    case = facility_input(HOURS, cooling=cooling)

    def rejected(dry: Any) -> tuple[Any, Any]:
        wet = dry - 1.0 - 0.05 * (dry + 25.0)
        found = loop(case, load * 1000.0, 1000.0, supply_c, Weather(dry, wet, dry * 0 + 1e5))
        return found.fan_kw + found.chiller_kw, found.fan_kw[found.free >= 1.0]

    coarse = np.linspace(-25.0, 60.0, 500)
    power_kw, fan_kw = rejected(coarse)
    assert np.all(np.diff(power_kw) >= -1e-9)
    assert np.all(np.diff(fan_kw) >= -1e-9)
    steepest = int(np.argmax(np.diff(power_kw)))
    near_kw, _ = rejected(np.linspace(coarse[steepest], coarse[steepest + 1], 1000))
    assert np.max(np.diff(near_kw)) <= 0.1 * (near_kw[-1] - near_kw[0]), "a jump does not shrink with the step"


def test_fans_reach_full_speed_where_the_chiller_begins() -> None:
    case = facility_input(HOURS)
    begins_c = 32.0 - approach_at(0.6, 10.0, 6.0)
    dry = np.array([26.0, 26.01, begins_c - 1e-6, begins_c + 1e-6, 31.0, 41.9])
    found = loop(case, 600.0, 1000.0, 32.0, Weather(dry, dry - 5.0, dry * 0 + 101_325.0))
    assert found.fan_kw[1] == pytest.approx(found.fan_kw[0], rel=1e-2)
    assert found.fan_kw[2:5] == pytest.approx([20.0, 20.0, 20.0], rel=1e-4)
    assert found.chiller_kw[:3].max() == 0.0
    assert found.chiller_kw[3] < 0.01
    assert found.fan_kw[5] == 0.0, "the fans would take more than they save"
