"""The hourly match, what a claim takes to become true, and the arithmetic of gigawatts."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.energy import audit
from denshi.energy.audit import Profile, SupplyClaim, Way
from denshi.energy.audit_facts import Additions, Fact, comparison, energy_kwh, equivalence, rate
from denshi.energy.match import Store, match, missing_kw, needed_kw, play_year, storage_hours
from denshi.errors import OutOfRangeError
from denshi.figure import Evidence
from energy.cases import shapes

_SPEC = importlib.util.spec_from_file_location("check", Path(__file__).parents[2] / "tools" / "check_energy.py")
CHECK = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(CHECK)


def profile(hours: int = 240, seed: int = 1) -> Profile:
    made = shapes(hours, seed)
    return Profile(name="x", **{key: made[key] for key in ("solar_cf", "wind_cf", "grid_clean_fraction")})


def claim(**changes: object) -> SupplyClaim:
    base = {"load_kw": 100.0, "fraction": 1.0, "either_kw": 75.0, "firm_capacity_factor": 0.9}
    return SupplyClaim(**{**base, "storage_efficiency": 0.81, **changes})


def plain(load, supply, store):
    """Play a store as one would write it down, until the year repeats."""
    one_way, level = store.efficiency**0.5, 0.0
    for _ in range(20):
        began, missing = level, []
        for used, made in zip(load.tolist(), supply.tolist(), strict=True):
            if made > used:
                level = min(level + one_way * min(made - used, store.power_kw), store.energy_kwh)
                missing.append(0.0)
            else:
                served = min(used - made, store.power_kw, level * one_way)
                level -= served / one_way
                missing.append(used - made - served)
        if abs(level - began) < 1e-12:
            break
    return np.array(missing)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 1000),
    power=st.floats(1e3, 3e5),
    hours=st.floats(0.1, 50.0),
    efficiency=st.floats(0.3, 1.0),
    size=st.floats(0.0, 1e6),
)
def test_the_compiled_store_equals_the_plain_one(seed, power, hours, efficiency, size):
    made = shapes(200, seed)
    store = Store(power_kw=power, energy_kwh=power * hours, efficiency=efficiency)
    ours = missing_kw(made["load_kw"], size * made["wind_cf"], store)
    theirs = plain(made["load_kw"], size * made["wind_cf"], store)
    assert ours == pytest.approx(theirs, abs=1e-3 * power)
    assert ours.sum() == pytest.approx(theirs.sum(), rel=1e-6, abs=1e-3)
    assert (ours >= 0).all()
    assert (ours <= missing_kw(made["load_kw"], size * made["wind_cf"]) + 1e-9).all()


def test_the_kernel_without_compiling_is_the_same():
    made = shapes(300)
    surplus = 4e5 * made["wind_cf"] - made["load_kw"]
    store = Store(power_kw=5e4, energy_kwh=2e5, efficiency=0.85)
    served, level = np.zeros(300), 0.0
    for _ in range(20):
        level = play_year(surplus, store.power_kw, store.energy_kwh, 0.85**0.5, level, served)
    expected = np.maximum(-surplus, 0.0) - served
    assert missing_kw(made["load_kw"], 4e5 * made["wind_cf"], store) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("power_kw", [2e4, 1e5])
def test_no_foresight_serves_more(power_kw):
    """The greatest energy that any operation can serve, by a linear programme, is what following the hours serves."""
    from scipy.optimize import linprog

    made, n = shapes(96, 5), 96
    supply, one_way = 2.5e5 * made["wind_cf"], 0.9
    store = Store(power_kw=power_kw, energy_kwh=3 * power_kw, efficiency=one_way**2)
    surplus = supply - made["load_kw"]
    # columns: charge, discharge, level (cyclic)
    most = np.concatenate(
        [
            np.minimum(np.maximum(surplus, 0.0), power_kw),
            np.minimum(np.maximum(-surplus, 0.0), power_kw),
            np.full(n, store.energy_kwh),
        ]
    )
    eye = np.eye(n)
    rows = np.hstack([-one_way * eye, eye / one_way, eye - np.roll(eye, 1, axis=0)])
    cost = np.concatenate([np.zeros(n), -np.ones(n), np.zeros(n)])
    best = linprog(cost, A_eq=rows, b_eq=np.zeros(n), bounds=np.column_stack([np.zeros(3 * n), most]))
    served = np.maximum(-surplus, 0.0).sum() - missing_kw(made["load_kw"], supply, store).sum()
    assert served == pytest.approx(-best.fun, rel=1e-6)


def test_shares_add_up_and_grow_with_supply():
    made = profile()
    load = np.full(240, 100.0)
    before = match(load, 50.0 * made.wind_cf, made.grid_clean_fraction)
    after = match(load, 400.0 * made.wind_cf, made.grid_clean_fraction)
    assert before.hourly_fraction < after.hourly_fraction < 1.0 < after.annual_fraction
    for one in (before, after):
        assert one.surplus_fraction == pytest.approx(one.annual_fraction - one.hourly_fraction)
        assert one.hourly_fraction <= one.with_grid_fraction <= 1.0
        assert one.grid_alone_fraction == pytest.approx(made.grid_clean_fraction.mean())


@pytest.mark.parametrize("target", [0.5, 0.9, 1.0])
@pytest.mark.parametrize("storage_h", [0.0, 6.0])
def test_the_capacity_found_is_the_least(target, storage_h):
    made, load = profile(), np.full(240, 100.0)
    per_kw = 0.05 + 0.9 * made.wind_cf
    store = Store(power_kw=100.0, energy_kwh=100.0 * storage_h, efficiency=0.8) if storage_h else None
    size = needed_kw(load, per_kw, target, store=store)

    def share(capacity):
        return match(load, capacity * per_kw, made.grid_clean_fraction, store).hourly_fraction

    assert share(size) >= target - 1e-12
    assert share(0.9999 * size) < target


def test_the_sun_alone_never_covers_the_night():
    made = profile()
    assert needed_kw(np.full(240, 100.0), made.solar_cf, 0.95) is None
    assert storage_hours(np.full(240, 100.0), 2.0 * 100.0 * made.solar_cf / made.solar_cf.mean(), 0.95, 0.8) > 4.0


def test_a_claim_is_read_three_ways_or_as_stated():
    made = profile()
    three = audit.readings(claim(), made, 1.0)
    assert [one.name for one in three] == ["solar", "wind", "half solar, half wind"]
    assert three[0].match.annual_fraction == pytest.approx(0.75 * made.solar_cf.mean())
    stated = audit.readings(claim(either_kw=0.0, solar_kw=30.0, firm_kw=50.0), made, 0.5)
    assert [one.name for one in stated] == ["as stated"]
    assert stated[0].match.annual_fraction == pytest.approx((30.0 * made.solar_cf.mean() + 45.0) / 50.0)


def test_what_is_missing_makes_the_claim_true():
    made, said = profile(), claim()
    for one in audit.needs(said, made, 1.0):
        assert one.extra_kw["annual"] is not None
        assert one.at_annual.annual_fraction == pytest.approx(1.0)
        sizes = [one.total_kw[f"hourly_{share}"] for share in (90, 95, 100)]
        known = [size for size in sizes if size is not None]
        assert known == sorted(known)
        for share in (90, 95):
            own, helped = one.total_kw[f"hourly_{share}"], one.total_kw[f"grid_{share}"]
            assert own is None or helped <= own * (1 + 1e-9)
    wind = audit.need(said, made, 1.0, Way(name="wind", wind=1.0))
    assert wind.extra_kw["annual"] == pytest.approx(100.0 / made.wind_cf.mean() - 75.0)
    beside = audit.need(said, made, 1.0, Way(name="nuclear", solar=1.0, firm=True))
    assert beside.extra_kw["annual"] == pytest.approx((100.0 - 75.0 * made.solar_cf.mean()) / 0.9)


def test_a_place_without_wind_leaves_wind_out():
    made = profile()
    calm = Profile(
        name="calm", solar_cf=made.solar_cf, wind_cf=np.zeros(240), grid_clean_fraction=made.grid_clean_fraction
    )
    assert {one.way.name for one in audit.needs(claim(), calm, 1.0)} == {
        "solar",
        "solar + 4 h storage",
        "nuclear beside solar",
    }


@pytest.mark.parametrize(
    ("changes", "basis", "says"),
    [
        ({}, "unstated", "fails"),
        ({"either_kw": 0.0, "firm_kw": 200.0}, "unstated", "holds"),
        ({"either_kw": 360.0}, "annual", "depends"),
        ({"either_kw": 1000.0}, "annual", "holds"),
        ({"either_kw": 1000.0}, "hourly", "fails"),
        ({"either_kw": 1000.0}, "unstated", "depends"),
        ({"fraction": 0.1}, "hourly", "holds"),
    ],
)
def test_the_verdict(changes, basis, says):
    said = claim(**changes)
    assert audit.verdict(said, audit.readings(said, profile(), 1.0), basis) == says


@pytest.mark.parametrize("changes", [{"load_kw": 0.0}, {"either_kw": -1.0}, {"fraction": 1.2}, {"utilisations": ()}])
def test_a_senseless_claim_is_refused(changes):
    with pytest.raises(OutOfRangeError):
        audit.check_claim(claim(**changes))


def fact(value, low=None, high=None):
    return Fact(value=value, evidence=Evidence("x", "2025", "C", low, high))


def test_ten_gigawatts_in_households():
    found = equivalence(fact(1e7), 8e6, fact(10_500.0), fact(0.8, 0.5, 1.0), 0.05)
    assert found.full_count.value == pytest.approx(8.343e6, rel=1e-3)
    assert found.count.value == pytest.approx(6.674e6, rel=1e-3)
    assert found.use_needed_kwh == pytest.approx(10_950.0)
    assert found.load_factor_needed.value == pytest.approx(8.0 / 8.343, rel=1e-3)
    assert found.verdict == "depends"
    assert equivalence(fact(1e7), 8e6, fact(10_500.0), fact(1.0), 0.05).verdict == "holds"
    assert equivalence(fact(1e8), 8e6, fact(10_500.0), fact(1.0), 0.05).verdict == "fails"


def test_nameplate_is_not_energy():
    sunny = Additions(
        name="a", capacity_kw=fact(400.0), parts_kw={"solar": fact(400.0)}, capacity_factors={"solar": fact(0.15)}
    )
    firm = Additions(
        name="b", capacity_kw=fact(50.0), parts_kw={"nuclear": fact(40.0)}, capacity_factors={"nuclear": fact(0.9)}
    )
    found = comparison(sunny, firm, 8.0, 0.01)
    assert found.nameplate_ratio.value == 8.0
    assert found.energy_ratio.value == pytest.approx(8.0 * 0.15 / 0.9)
    assert found.verdict == "holds"
    assert energy_kwh(firm).value == pytest.approx(50.0 * 0.9 * 8760.0)
    assert firm.unexplained_kw == 10.0
    pace = rate(fact(100.0), firm, fact(1e6), fact(1.0), 2.0, 0.01)
    assert pace.times_additions.value == 2.0
    assert pace.firm_kwh.value == pytest.approx(876_000.0)
    assert pace.nameplate_for_firm_kw["nuclear"] == pytest.approx(100.0 / 0.9)


def test_the_study_of_measured_hours_is_met(shared):
    region = CHECK.region_of("miso")
    file = shared / "energy" / "eia930_2022_hourly_by_fuel.parquet"
    real = CHECK.study(CHECK.of_files([file], "miso", CHECK.STUDY_SOLAR, CHECK.STUDY_WIND, region)[0])
    assert real == pytest.approx(CHECK.STUDY, abs=CHECK.MUST_STUDY)


def test_packaged_years_match_as_measured_ones_do(shared):
    for area in CHECK.AREAS:
        real, made = CHECK.shares(CHECK.measured(shared, area)), CHECK.shares(CHECK.synthetic(area))
        for name, value in real.items():
            limit = CHECK.MUST_SHARE if name in CHECK.WAYS else CHECK.MUST_CLEAN
            assert made[name] == pytest.approx(value, abs=limit), (area, name)


@pytest.mark.slow
@pytest.mark.parametrize("area", ["azps", "miso", "pjm"])
def test_the_range_of_storage_holds_the_measured_year(shared, area):
    made = [CHECK.storage(CHECK.synthetic(area, seed)) for seed in range(20)]
    assert min(made) <= CHECK.storage(CHECK.measured(shared, area)) <= max(made)
