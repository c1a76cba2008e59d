"""What holds for every supply: energy is conserved, stores close, targets are kept, more is never cheaper."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi import energy
from denshi.errors import InfeasibleError, OutOfRangeError
from energy.cases import market, shapes, site, technologies

NOISE = 1e-6


def supply_of(case, result):
    return sum(result.dispatch_kw[t.id] for t in case.technologies)


@pytest.mark.parametrize("supply", ["on-site", "delivered"])
@pytest.mark.parametrize("target", ["none", "annual", "hourly"])
def test_energy_is_conserved_in_every_hour(supply, target):
    case = site(supply=supply, target=target)
    result = energy.run(case)
    flows = result.dispatch_kw
    assert supply_of(case, result) - flows["export"] == pytest.approx(flows["load"], rel=NOISE)
    available = sum(
        result.capacity_kw[name] * shape
        for name, shape in (("solar", case.solar_cf), ("onshore-wind", case.wind_cf), ("nuclear-ppa", 0.92))
    )
    used = flows["solar"] + flows["onshore-wind"] + flows["nuclear-ppa"]
    assert used + flows["curtailed"] == pytest.approx(available, rel=NOISE, abs=1.0)
    assert min(flow.min() for name, flow in flows.items() if name != "battery-4h") >= 0.0


def test_the_year_adds_up():
    result = energy.run(site())
    supplied = sum(result.energy_kwh.values())
    discharged, lost = result.energy_kwh["battery-4h"], result.storage_loss_kwh
    assert supplied - discharged == pytest.approx(result.load_kwh + result.export_kwh + lost, rel=NOISE)
    assert result.cost_usd_per_year == pytest.approx(sum(result.cost_by_technology_usd.values()), rel=1e-12)


def test_stores_close_and_stay_within_their_size():
    result = energy.run(site(240))
    flow, size = result.dispatch_kw["battery-4h"], result.capacity_kw["battery-4h"]
    one_way = 0.85**0.5
    stored = np.cumsum(np.where(flow < 0, -flow * one_way, -flow / one_way))
    assert size > 0
    assert abs(stored[-1]) < NOISE * 100e3
    assert np.ptp(stored) <= 4.0 * size + NOISE * 100e3
    assert np.abs(flow).max() <= size + NOISE * 100e3


@pytest.mark.parametrize("supply", ["on-site", "delivered"])
def test_limits_and_target_are_kept(supply):
    case = site(supply=supply, grid_connection_kw=100e3, export_limit_kw=5e3)
    result = energy.run(case)
    assert result.import_peak_kw <= 100e3 * (1 + NOISE)
    assert result.dispatch_kw["export"].max() <= 5e3 * (1 + NOISE)
    assert result.clean_fraction_hourly >= 0.9 - NOISE
    assert max(result.residual_primal, result.residual_dual, result.residual_gap) < 1e-6


def test_an_annual_target_is_netted_over_the_year():
    result = energy.run(site(target="annual", clean_fraction=1.0, export_limit_kw=100e3))
    assert result.clean_fraction_annual >= 1.0 - NOISE
    assert result.clean_hours_fraction < 1.0


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1000), low=st.floats(0.3, 0.99), step=st.floats(0.001, 0.3))
def test_a_cleaner_supply_is_never_cheaper(seed, low, step):
    def cost(share):
        return energy.run(site(36, **shapes(36, seed), clean_fraction=min(share, 1.0))).cost_usd_per_year

    assert cost(low + step) >= cost(low) * (1 - NOISE)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1000), export_kw=st.floats(0.0, 100e3))
def test_another_option_or_more_export_never_costs_more(seed, export_kw):
    def cost(options, limit):
        case = site(36, **shapes(36, seed), options=technologies(*options), export_limit_kw=limit)
        return energy.run(case).cost_usd_per_year

    few = ("grid", "solar", "onshore-wind", "nuclear-ppa")
    assert cost((*few, "battery-4h"), export_kw) <= cost(few, export_kw) * (1 + NOISE)
    assert cost(few, export_kw + 10e3) <= cost(few, export_kw) * (1 + NOISE)


def test_duals_are_the_price_of_limits():
    def cost(**changes):
        return energy.run(site(supply="delivered", **{"grid_connection_kw": 95e3, **changes})).cost_usd_per_year

    result = energy.run(site(supply="delivered", grid_connection_kw=95e3))
    connection = cost(grid_connection_kw=95e3 - 5) - cost(grid_connection_kw=95e3 + 5)
    assert result.value_of_connection_usd_per_kw_year == pytest.approx(connection / 10, rel=0.02)
    export = cost(export_limit_kw=15e3 - 5) - cost(export_limit_kw=15e3 + 5)
    assert result.value_of_export_usd_per_kw_year == pytest.approx(export / 10, rel=0.02)
    cleaner = cost(clean_fraction=0.9001) - cost(clean_fraction=0.8999)
    assert result.target_price_usd_per_kwh == pytest.approx(cleaner / 2e-4 / result.load_kwh, rel=0.02)


@pytest.mark.parametrize("changes", [{}, {"supply": "delivered"}, {"target": "annual"}, {"options": None}])
def test_again_with_the_same_inputs_is_the_result(changes):
    case = site(**changes)
    result = energy.run(case)
    once_more = energy.again(case, result)
    for field in fields(result):
        before, after = getattr(result, field.name), getattr(once_more, field.name)
        if field.name == "dispatch_kw":
            for name, flow in before.items():
                np.testing.assert_allclose(after[name], flow, rtol=1e-9, atol=1e-3, err_msg=name)
        elif isinstance(before, np.ndarray):
            np.testing.assert_allclose(after, before, rtol=1e-9, err_msg=field.name)
        elif isinstance(before, dict):
            assert after == pytest.approx(before, rel=1e-9, abs=1e-3)
        elif isinstance(before, float):
            assert after == pytest.approx(before, rel=1e-9), field.name
        else:
            assert after == before


def test_again_prices_anew_with_decisions_held():
    case = site()
    result = energy.run(case)
    dearer = replace(case, region=replace(case.region, price_usd_per_kwh=case.region.price_usd_per_kwh * 1.1))
    held = energy.again(dearer, result)
    assert held.capacity_kw == result.capacity_kw
    assert held.cost_usd_per_year >= energy.run(dearer).cost_usd_per_year * (1 - NOISE)
    assert held.cost_by_technology_usd["grid"] == pytest.approx(1.1 * result.cost_by_technology_usd["grid"])
    double = energy.again(replace(case, load_kw=2 * case.load_kw), result)
    assert double.cost_usd_per_year == pytest.approx(2 * result.cost_usd_per_year)


def test_the_grid_alone_needs_no_programme():
    case = site(8760, options=technologies("grid"), target="none", grid_connection_kw=None)
    result = energy.run(replace(case, load_kw=np.full(8760, 100e3)))
    assert result.method.startswith("closed form")
    assert result.lcoe_usd_per_kwh == pytest.approx(case.region.price_usd_per_kwh)
    assert result.carbon_g_per_kwh == pytest.approx(case.region.carbon_g_per_kwh)
    assert result.value_of_connection_usd_per_kw_year is None


def test_a_programme_of_the_grid_alone_costs_what_the_closed_form_says():
    closed = energy.run(site(options=technologies("grid"), target="none"))
    never = replace(technologies("solar")[0], capex_usd_per_kw=1e6)
    solved = energy.run(site(options=(*technologies("grid"), never), target="none"))
    assert solved.cost_usd_per_year == pytest.approx(closed.cost_usd_per_year, rel=1e-7)
    assert solved.capacity_kw == {"solar": 0.0}


def test_a_small_connection_is_explained_by_its_worst_hour():
    load = np.full(8760, 180e3)
    load[5198] = 212e3
    case = site(8760, options=technologies("grid", "solar"), target="none", supply="delivered", load_kw=load)
    with pytest.raises(InfeasibleError, match=r"needs 212 MW at 15:00 on 5 Aug, the connection allows 180 MW"):
        energy.run(replace(case, grid_connection_kw=180e3))


def test_a_connection_below_what_storage_can_mend_is_explained():
    case = site(options=technologies("grid", "battery-4h"), target="none", grid_connection_kw=90e3)
    with pytest.raises(InfeasibleError, match=r"the connection allows 90 MW"):
        energy.run(case)


def test_a_target_out_of_reach_says_what_is_reachable():
    case = site(options=technologies("grid", "solar"), clean_fraction=0.95)
    with pytest.raises(InfeasibleError) as caught:
        energy.run(case)
    reachable = float(caught.value.mend.split()[3])
    assert energy.run(replace(case, clean_fraction=reachable)).clean_fraction_hourly >= reachable - NOISE
    with pytest.raises(InfeasibleError):
        energy.run(replace(case, clean_fraction=reachable + 0.01))


def test_darkness_without_a_grid_is_explained():
    with pytest.raises(InfeasibleError, match="cannot be served"):
        energy.run(site(options=technologies("solar"), target="none"))


@pytest.mark.parametrize(
    "changes",
    [
        {"solar_cf": np.zeros(5)},
        {"clean_fraction": 1.5},
        {"load_kw": np.zeros(72)},
        {"target": "weekly"},
        {"supply": "by road"},
        {"technologies": technologies("grid", "grid")},
        {"discount_rate": -0.1},
    ],
)
def test_inputs_out_of_range_are_refused(changes):
    with pytest.raises(OutOfRangeError):
        energy.run(site(**changes))


def test_stores_that_may_not_take_in_what_was_bought_or_burnt_do_not_and_cost_more():
    options = (*technologies("grid", "onshore-wind", "gas-ct"), *technologies("battery-4h", capex_usd_per_kw=30.0))
    free, bound = (
        energy.run(site(168, options, demand_charge_fraction=0.0, **market(168), grid_charging=may))
        for may in (True, False)
    )
    assert bound.cost_usd_per_year > free.cost_usd_per_year * 1.001
    assert (_bought_or_burnt(bound) <= bound.dispatch_kw["load"] + 1e-2).all()
    assert (_bought_or_burnt(free) > free.dispatch_kw["load"] + 1.0).any()


def _bought_or_burnt(result):
    return result.dispatch_kw["grid"] + result.dispatch_kw["gas-ct"]
