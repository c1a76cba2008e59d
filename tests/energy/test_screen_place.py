"""A case as screening takes it is the problem that the hourly programme solves."""

from dataclasses import replace

import numpy as np
import pytest

from denshi import energy
from denshi.energy.screen import CostCase, Curtailed, screen
from denshi.energy.screen.place import annual_usd_per_kw, dearer, limits, screen_site
from denshi.errors import InfeasibleError, OutOfRangeError
from energy.cases import apart, following, market, site, technologies

RULES = {"supply": "on-site", "demand_charge_fraction": 0.0, "grid_charging": False}


def random_case(seed):
    """Return a week or two with negative prices, limits on purchase and sale, and any number of stores."""
    rng = np.random.default_rng(seed)
    hours = int(rng.choice([168, 336]))
    stores = technologies("battery-2h", "battery-4h", "battery-8h", capex_usd_per_kw=float(rng.uniform(100, 900)))
    options = (
        *technologies("grid", "solar", "onshore-wind"),
        *stores[: rng.integers(0, 4)],
        *technologies("nuclear-ppa", price_usd_per_kwh=float(rng.uniform(0.05, 0.12))),
        *technologies("gas-ct", capex_usd_per_kw=float(rng.uniform(100, 600)))[: rng.integers(0, 2)],
    )
    return site(
        hours,
        options,
        grid_connection_kw=float(rng.uniform(60e3, 140e3)),
        export_limit_kw=float(rng.choice([0.0, 40e3, 90e3])),
        clean_fraction=float(rng.choice([0.7, 0.9, 0.97, 1.0])),
        **market(hours, seed),
        **RULES,
    )


@pytest.mark.parametrize("block", range(5))
def test_the_least_cost_of_the_hourly_programme_lies_between_the_bounds(block):
    for seed in range(12 * block, 12 * block + 12):
        case = random_case(seed)
        cost = CostCase(name="x", annual_usd_per_kw=annual_usd_per_kw(case))
        (found,) = screen(screen_site(case, {}), [cost], [case.clean_fraction], most_trials=40)
        try:
            least = energy.run(case).cost_usd_per_year
        except InfeasibleError:
            assert not np.isfinite(found.objective_usd_per_year)
            continue
        allowed = 1e-6 * abs(least)
        assert found.lower_bound_usd_per_year <= least + allowed, seed
        assert found.objective_usd_per_year >= least - allowed, seed


@pytest.mark.parametrize("block", range(4))
def test_load_that_may_be_switched_off_is_bounded_and_keeps_its_budget(block):
    for seed in range(6 * block, 6 * block + 6):
        rng = np.random.default_rng(1000 + seed)
        case = replace(
            random_case(seed),
            curtail_fraction=float(rng.uniform(0.05, 0.5)),
            curtail_hours=float(rng.choice([10, 100, 1000, 8000])),
            curtail_usd_per_kwh=float(rng.choice([0.0, 0.05, 0.5])),
        )
        cost = CostCase(name="x", annual_usd_per_kw=annual_usd_per_kw(case))
        (found,) = screen(screen_site(case, {}), [cost], [case.clean_fraction], most_trials=40)
        least = energy.run(case).cost_usd_per_year
        assert found.lower_bound_usd_per_year <= least * (1.0 + 1e-6), seed
        assert found.objective_usd_per_year >= least * (1.0 - 1e-6), seed
        assert found.gap_fraction <= 0.01, seed
        budget_kwh = case.curtail_hours * case.curtail_fraction * float(case.load_kw.mean())
        assert found.burnt_kwh["switched off"] <= budget_kwh * (1.0 + 1e-9), seed
        assert found.dirty_fraction <= 1.0 - case.clean_fraction + 1e-9, seed
        assert set(found.capacities_kw) == {one.id for one in case.technologies if one.kind != "grid"}


def test_switching_off_is_of_one_year_and_within_reason():
    case = replace(site(72, **RULES), curtail_fraction=0.2, curtail_hours=50.0)
    plain = screen_site(case, {})
    cost = CostCase(name="x", annual_usd_per_kw=annual_usd_per_kw(case))
    with pytest.raises(OutOfRangeError, match="one weather year"):
        screen(replace(plain, scenario_hours=(24, 48)), [cost], [0.9])
    with pytest.raises(OutOfRangeError, match="budget"):
        screen(replace(plain, curtailed=Curtailed(fraction=0.2, budget_kwh=-1.0, usd_per_kwh=0.0)), [cost], [0.9])


def test_factors_multiply_what_a_kw_costs_and_leave_fuel_and_wear():
    case = site(72, **RULES)
    before, after = annual_usd_per_kw(case), annual_usd_per_kw(dearer(case, {"nuclear-ppa": 2.0, "gas-ct": 3.0}))
    assert after["nuclear-ppa"] == pytest.approx(2.0 * before["nuclear-ppa"])
    assert after["gas-ct"] == pytest.approx(3.0 * before["gas-ct"])
    assert after["solar"] == before["solar"]
    burners = [screen_site(one, {}).burners for one in (case, dearer(case, {"gas-ct": 3.0}))]
    assert burners[0] == burners[1]


def test_a_limit_that_is_stated_holds():
    case = site(72, **RULES)
    assert limits(case, {"solar": 5.0})["solar"] == 5.0
    assert {one.name: one.limit_kw for one in screen_site(case, {"solar": 5.0}).producers}["solar"] == 5.0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"supply": "delivered"}, "on-site"),
        ({"demand_charge_fraction": 0.2}, "demand charges"),
        ({"grid_charging": True}, "grid_charging = false"),
        ({"target": "annual"}, "over the year"),
        ({"carbon_cap_g_per_kwh": 100.0}, "caps on carbon"),
        ({"unserved_usd_per_kwh": 1.0}, "not served"),
        ({"shift_fraction": 0.1, "shift_up_fraction": 0.1}, "moved within its day"),
        ({"technologies": (*technologies("grid"), *following())}, "follows load"),
        ({"technologies": (*technologies("grid"), *apart())}, "sized apart"),
    ],
)
def test_what_screening_does_not_know_is_refused(changes, told):
    with pytest.raises(OutOfRangeError) as error:
        screen_site(site(72, **{**RULES, **changes}), {})
    assert told in str(error.value)
