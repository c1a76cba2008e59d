"""Every block of the supply against the independent programme, on sites of any kind."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from denshi import energy
from denshi.errors import InfeasibleError
from energy.cases import market, random_site, shapes, site, technologies
from energy.oracle import least_cost_usd

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_site_costs_what_the_oracle_says(seed):
    case = random_site(seed)
    least = least_cost_usd(case)
    if least is None:
        with pytest.raises(InfeasibleError):
            energy.run(case)
        return
    result = energy.run(case)
    size = max(abs(least), 0.001 * float(np.abs(list(result.cost_by_technology_usd.values())).sum()))
    # A store that would be paid for charging and discharging at once may not: then the cost is above the bound.
    assert result.cost_usd_per_year >= least - 1e-6 * size
    if result.lower_bound_usd_per_year is not None:
        assert result.lower_bound_usd_per_year == pytest.approx(least, abs=1e-6 * size)
    if not has_negative_prices(case):
        assert result.cost_usd_per_year == pytest.approx(least, abs=1e-6 * size)
    assert result.max_residual_kw < 1.0


def has_negative_prices(case):
    return case.grid_usd_per_kwh is not None


def by_hand(**changes):
    """Return two hours of 100 MW, the grid at 20 and 120 USD/MWh, and sun in the first hour only."""
    base = {
        "load_kw": np.full(2, 100e3),
        "solar_cf": np.array([1.0, 0.0]),
        "wind_cf": np.zeros(2),
        "grid_clean_fraction": np.zeros(2),
        "grid_usd_per_kwh": np.array([0.02, 0.12]),
        "grid_connection_kw": 500e3,
        "target": "none",
        "export_limit_kw": 0.0,
        "demand_charge_fraction": 0.0,
        "discount_rate": 0.0,
    }
    return site(2, **{**base, **changes})


def test_a_case_without_a_store_solved_by_hand():
    # A kW of sun gives 4,380 kWh a year worth 20 USD/MWh to a load that is there: 87.6 USD; it costs less, so 100 MW.
    cheap = technologies("solar", capex_usd_per_kw=60.0, lifetime_year=1.0, fixed_om_usd_per_kw_year=20.0)
    result = energy.run(by_hand(options=(*technologies("grid"), *cheap)))
    assert result.capacity_kw["solar"] == pytest.approx(100e3)
    assert result.cost_usd_per_year == pytest.approx(100e3 * 80.0 + 100e3 * 4380 * 0.12)
    assert result.price_usd_per_kwh == pytest.approx([80.0 / 4380, 0.12], rel=1e-4)
    assert result.value_of_capacity_usd_per_kw_year["solar"] == pytest.approx(80.0)
    dear = technologies("solar", capex_usd_per_kw=68.0, lifetime_year=1.0, fixed_om_usd_per_kw_year=20.0)
    result = energy.run(by_hand(options=(*technologies("grid"), *dear)))
    assert result.capacity_kw["solar"] == 0.0
    assert result.cost_usd_per_year == pytest.approx(100e3 * 4380 * 0.14)
    assert result.value_of_capacity_usd_per_kw_year["solar"] == pytest.approx(87.6)


def test_load_moves_to_the_cheap_hour_by_hand():
    # A tenth of the dear hour moves to the cheap one, as far as the peak may rise: 5 MW of the 10 MW.
    never = technologies("solar", capex_usd_per_kw=1e5)
    moved = by_hand(options=(*technologies("grid"), *never), shift_fraction=0.1, shift_up_fraction=0.05)
    result = energy.run(moved)
    assert result.shifted_kwh == pytest.approx(5e3 * 4380, rel=1e-5)
    assert result.cost_usd_per_year == pytest.approx(4380 * (105e3 * 0.02 + 95e3 * 0.12), rel=1e-6)
    # Switched off at 100 USD/MWh: the dear hour only, half of it, 1,000 hours of it in a year.
    off = by_hand(
        options=(*technologies("grid"), *never), curtail_fraction=0.5, curtail_hours=1000.0, curtail_usd_per_kwh=0.1
    )
    result = energy.run(off)
    assert result.curtailed_load_kwh == pytest.approx(1000 * 50e3, rel=1e-5)
    assert result.cost_usd_per_year == pytest.approx(4380 * 100e3 * 0.14 - 1000 * 50e3 * 0.02, rel=1e-6)
    # Left unserved at 110 USD/MWh: the whole dear hour.
    left = energy.run(by_hand(options=(*technologies("grid"), *never), unserved_usd_per_kwh=0.11))
    assert left.unserved_kwh == pytest.approx(4380 * 100e3, rel=1e-5)
    assert left.served_kwh == pytest.approx(4380 * 100e3, rel=1e-5)


def test_buying_to_sell_makes_no_money():
    dear = {"grid_usd_per_kwh": np.full(72, 0.03), "export_usd_per_kwh": np.full(72, 0.5), "export_limit_kw": 1e6}
    never = technologies("solar", capex_usd_per_kw=1e6)
    case = site(72, target="none", options=(*technologies("grid"), *never), demand_charge_fraction=0.0, **dear)
    result = energy.run(case)
    assert result.export_kwh == pytest.approx(0.0, abs=1.0)
    assert result.cost_usd_per_year == pytest.approx(result.load_kwh * 0.03, rel=1e-6)


def test_below_nothing_no_more_is_bought_than_is_used():
    case = site(72, **market(72, 3), target="none", demand_charge_fraction=0.0)
    result = energy.run(case)
    flow = result.dispatch_kw["battery-4h"]
    assert case.grid_usd_per_kwh.min() < 0.0
    assert np.all(result.dispatch_kw["grid"] <= case.load_kw + np.maximum(-flow, 0.0) + 1.0)


@pytest.mark.parametrize("seed", range(100, 120))
def test_what_is_printed_balances_and_closes(seed):
    case = random_site(seed)
    try:
        result = energy.run(case)
    except InfeasibleError:
        return
    flows = result.dispatch_kw
    served = flows["load"] + sum(flows.get(name, 0.0) * sign for name, sign in (("shift", 1), ("unserved", -1)))
    served = served - flows.get("reduced", 0.0)
    supply = sum(flows[one.id] for one in case.technologies)
    assert np.abs(supply - flows["export"] - served).max() <= 1.0
    starts = np.cumsum((0, *(case.year_hours or (len(served),))))
    for one in case.technologies:
        if one.kind != "battery" or not result.capacity_kw[one.id]:
            continue
        way = one.efficiency**0.5
        change = np.where(flows[one.id] < 0, -flows[one.id] * way, -flows[one.id] / way)
        for begin, end in itertools.pairwise(starts):
            held = np.cumsum(change[begin:end])
            assert abs(held[-1]) <= 1.0
            assert np.ptp(held) <= result.energy_capacity_kwh[one.id] + 1.0
        assert result.energy_capacity_kwh[one.id] <= one.duration_h * result.capacity_kw[one.id] + 1.0
    if "shift" in flows:
        for begin, end in itertools.pairwise(starts):
            days = [flows["shift"][day : min(day + 24, end)].sum() for day in range(begin, end, 24)]
            assert np.abs(days).max() <= 1.0


CONSTRAINTS = [
    {"clean_fraction": 0.95},
    {"carbon_cap_g_per_kwh": 30.0},
    {"carbon_cap_g_per_kwh": 60.0, "carbon_cap_basis": "hour"},
    {"count_grid_clean": False},
    {"grid_connection_kw": 90e3},
    {"export_limit_kw": 0.0},
]
FREEDOMS = [
    {"unserved_usd_per_kwh": 0.1},
    {"curtail_fraction": 0.2, "curtail_hours": 400.0},
    {"shift_fraction": 0.2, "shift_up_fraction": 0.1},
]


@pytest.mark.parametrize("seed", range(3))
def test_a_constraint_never_lowers_the_cost_a_freedom_never_raises_it(seed):
    case = site(48, **{**shapes(48, seed), **market(48, seed)}, clean_fraction=0.8, grid_connection_kw=150e3)
    cost = energy.run(case).cost_usd_per_year
    for change in CONSTRAINTS:
        assert energy.run(replace(case, **change)).cost_usd_per_year >= cost * (1 - 1e-6), change
    for change in FREEDOMS:
        assert energy.run(replace(case, **change)).cost_usd_per_year <= cost * (1 + 1e-6), change


def test_duals_are_what_a_little_more_changes():
    case = site(
        48,
        **{**shapes(48), "grid_usd_per_kwh": market(48)["grid_usd_per_kwh"].clip(0.01)},
        supply="delivered",
        grid_connection_kw=92e3,
        carbon_cap_g_per_kwh=50.0,
    )
    result = energy.run(case)

    def between(value, name, step):
        """The cost is convex: at a kink a dual lies between the slopes of both sides."""
        base = getattr(case, name)
        less, more = (energy.run(replace(case, **{name: base + sign * step})).cost_usd_per_year for sign in (-1, 1))
        above, below = (less - result.cost_usd_per_year) / step, (result.cost_usd_per_year - more) / step
        assert 0.98 * below - 1e-3 <= value <= 1.02 * above + 1e-3, name

    assert result.value_of_connection_usd_per_kw_year > 0.0
    between(result.value_of_connection_usd_per_kw_year, "grid_connection_kw", 5.0)
    between(result.value_of_export_usd_per_kw_year, "export_limit_kw", 5.0)
    assert result.carbon_price_usd_per_t > 0.0
    between(result.carbon_price_usd_per_t * result.load_kwh / 1e6, "carbon_cap_g_per_kwh", 0.01)


def test_capacity_is_worth_what_it_saves():
    case = site(48, demand_charge_fraction=0.0)
    result = energy.run(case)
    assert result.capacity_kw["battery-4h"] == 0.0
    assert "battery-4h" not in result.value_of_capacity_usd_per_kw_year
    for id_, worth in result.value_of_capacity_usd_per_kw_year.items():
        one = next(t for t in case.technologies if t.id == id_)
        recovery = energy.capital_recovery_factor(case.discount_rate, one.lifetime_year)
        price = recovery * one.capex_usd_per_kw + one.fixed_om_usd_per_kw_year
        assert worth <= price + 1e-2
        if result.capacity_kw[id_] > 0.0:
            assert worth == pytest.approx(price, abs=1e-2)
            continue
        # Made a little cheaper than its worth it is built, a little dearer it is not.
        for factor in (0.97, 1.03) if worth > 1.0 else (1.0,):
            changed = replace(one, capex_usd_per_kw=0.0, fixed_om_usd_per_kw_year=max(worth, 0.0) * factor)
            rows = tuple(changed if t.id == id_ else t for t in case.technologies)
            size = energy.run(replace(case, technologies=rows)).capacity_kw[id_]
            assert (size > 1.0) == (factor < 1.0), (id_, factor)


def test_a_plant_on_call_that_is_not_built_is_worth_its_rent():
    # The dear hour leaves 120 - 100 USD/MWh in 4,380 hours to a kW of gas.
    gas = technologies("gas-ct", variable_usd_per_kwh=0.1, capacity_factor=1.0, capex_usd_per_kw=1e5)
    result = energy.run(by_hand(options=(*technologies("grid"), *gas)))
    assert result.value_of_capacity_usd_per_kw_year["gas-ct"] == pytest.approx(0.02 * 4380, rel=1e-4)
