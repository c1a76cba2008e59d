"""Kernels of screening: each equals its plain twin or a small programme, conserves energy and ends as it began."""

import numpy as np
import pytest
from scipy.optimize import linprog

from denshi.energy.screen import dispatch as operation
from denshi.energy.screen import hours as hourly
from denshi.energy.screen import master, split, worth
from denshi.energy.screen.evaluate import trial
from denshi.energy.screen.scaled import scaled
from energy.screen_oracle import random_site

HOURS = 60


def _uses(rng, hours=HOURS):
    """Hours with up to four uses, dearest first, some of them of one value."""
    value = -np.sort(-np.round(rng.uniform(0.01, 0.3, (hours, 4)), 2), axis=1)
    return value, rng.uniform(0.1, 0.8, (hours, 4)), rng.integers(0, 5, hours)


def _gained(value, width, count, supply):
    """Plain: what clean supply gains, dearest use first."""
    total = 0.0
    for t, amount in enumerate(supply):
        left = amount
        for k in range(count[t]):
            taken = min(left, width[t, k])
            total += taken * value[t, k]
            left -= taken
    return total


def _best_gain(value, width, count, clean, power, energy, one_way, wear):
    """The programme of one store that begins empty: uses, charge, discharge, level an hour."""
    hours = len(clean)
    uses, charge, give, level = (np.arange(hours * 4), *(hours * (4 + k) + np.arange(hours) for k in range(3)))
    used = np.where(np.arange(4) < count[:, None], width, 0.0).ravel()
    upper = np.concatenate([used, np.minimum(power, clean), np.full(hours, power), np.full(hours, energy)])
    cost = np.concatenate([-value.ravel(), np.zeros(hours), np.full(hours, wear), np.zeros(hours)])
    supply, kept = np.zeros((hours, len(cost))), np.zeros((hours, len(cost)))
    for t in range(hours):
        supply[t, uses[4 * t : 4 * t + 4]] = 1.0
        supply[t, [charge[t], give[t]]] = 1.0, -1.0
        kept[t, [level[t], charge[t], give[t]]] = 1.0, -one_way, 1.0 / one_way
        if t:
            kept[t, level[t - 1]] = -1.0
    bounds = np.column_stack([np.zeros_like(upper), upper])
    return -linprog(cost, A_ub=supply, b_ub=clean, A_eq=kept, b_eq=np.zeros(hours), bounds=bounds).fun


@pytest.mark.parametrize("seed", range(20))
def test_dispatch_is_exact_conserves_and_keeps_its_limits(seed):
    rng = np.random.default_rng(seed)
    value, width, count = _uses(rng)
    clean = np.clip(rng.normal(0.7, 0.7, HOURS), 0.0, None)
    power, energy = rng.uniform(0.1, 1.0), rng.uniform(0.2, 6.0)
    one_way, wear = rng.choice([1.0, 0.93, 0.8]), rng.choice([0.0, 0.02])
    flow, price = np.empty(HOURS), np.empty(HOURS)
    operation.dispatch(clean, clean, value, width, count, power, energy, one_way, wear, flow, price)
    level = np.cumsum(np.where(flow > 0.0, -flow / one_way, -flow * one_way))
    assert level.min() >= -1e-9
    assert level.max() <= energy + 1e-9
    assert level[-1] == pytest.approx(0.0, abs=1e-9)
    assert np.abs(flow).max() <= power + 1e-12
    assert (clean + flow).min() >= -1e-12
    ours = _gained(value, width, count, clean + flow) - wear * np.maximum(flow, 0.0).sum()
    expected = _best_gain(value, width, count, clean, power, energy, one_way, wear)
    assert ours == pytest.approx(expected, rel=1e-8, abs=1e-9)
    plain_flow, plain_price = np.empty(HOURS), np.empty(HOURS)
    operation._dispatch(clean, clean, value, width, count, power, energy, one_way, wear, plain_flow, plain_price)
    assert np.array_equal(flow, plain_flow)
    assert np.array_equal(price, plain_price)


@pytest.mark.parametrize("seed", range(20))
def test_store_value_is_the_best_cycle(seed):
    rng = np.random.default_rng(seed)
    price = np.round(rng.uniform(-0.05, 0.3, HOURS), 2 if seed % 2 else 9)
    duration, one_way, wear = rng.choice([1.0, 4.0, 7.5]), rng.choice([1.0, 0.93]), rng.choice([0.0, 0.01])
    one = np.eye(HOURS)
    kept = np.hstack([-one_way * one, one / one_way, one - np.roll(one, -1, axis=1)])
    cost = np.concatenate([price, wear - price, np.zeros(HOURS)])
    bounds = [(0.0, 1.0)] * (2 * HOURS) + [(0.0, duration)] * HOURS
    expected = -linprog(cost, A_eq=kept, b_eq=np.zeros(HOURS), bounds=bounds).fun
    ours = worth.store_value(price, duration, one_way, wear)
    assert ours >= expected - 1e-9
    assert ours == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert ours == pytest.approx(worth._store_value(price, duration, one_way, wear), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("seed", range(30))
def test_site_value_never_exceeds_the_cost_of_any_hour(seed):
    rng = np.random.default_rng(seed)
    site = scaled(random_site(seed))
    burners = rng.uniform(0.0, 1.0, len(site.limit) - site.producers - site.stores)
    price, dirty = rng.uniform(0.0, 0.2, len(site.load)), float(rng.choice([0.0, 0.1]))
    producer, burner = np.empty(site.producers), np.empty(len(burners))
    given = (price, dirty, site.load, site.weight, site.availability, site.source_price, site.source_dirty)
    given += (site.source_limit, burners, site.export_price, site.export_limit, producer, burner)
    constant = worth.site_value(*given)
    assert worth._site_value(*given) == pytest.approx(constant, rel=1e-12)
    assert producer == pytest.approx(site.availability @ (site.weight * price), rel=1e-9)
    # Plain: the cheapest way to serve each hour, with clean supply bought at its price and these burners.
    least = 0.0
    for t in range(len(site.load)):
        offers = [(price[t], np.inf)]
        for j in range(len(site.source_price)):
            limit = site.source_limit[j, t] * (burners[j - 1] if 0 < j < len(site.source_price) - 1 else 1.0)
            offers.append((site.source_price[j, t] + dirty * site.source_dirty[j, t], limit))
        left, hour = site.load[t], -site.export_limit * max(site.export_price[t] - price[t], 0.0)
        for cost, limit in sorted(offers):
            hour += cost * min(limit, left)
            left -= min(limit, left)
            if left <= 0.0:
                break
        least += site.weight[t] * hour
    assert constant - float(burner @ burners) == pytest.approx(least, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_a_shared_operation_adds_up_within_limits(seed):
    rng = np.random.default_rng(seed)
    power, energy, one_way = np.array([1.0, rng.uniform(0.2, 2.0)]), np.array([4.0, 3.0]), 0.93
    value, width, count = _uses(rng)
    clean = np.clip(rng.normal(1.5, 2.0, HOURS), 0.0, None)
    flow, price, first, second = (np.empty(HOURS) for _ in range(4))
    operation.dispatch(clean, clean, value, width, count, power.sum(), energy.sum(), one_way, 0.0, flow, price)
    missed = split.split(flow, one_way, power, energy, first, second)
    plain_first, plain_second = np.empty(HOURS), np.empty(HOURS)
    assert split._split(flow, one_way, power, energy, plain_first, plain_second) == pytest.approx(missed)
    for k, part in enumerate((first, second)):
        level = np.cumsum(np.where(part > 0.0, -part / one_way, -part * one_way))
        assert np.abs(part).max() <= power[k] + 1e-9
        assert level.min() >= -1e-9
        assert level.max() <= energy[k] + 1e-9
    assert np.abs(first - plain_first).max() + np.abs(second - plain_second).max() < 1e-9
    assert np.abs(flow - first - second).sum() * 0.9 <= missed / one_way + 1e-9
    assert (np.minimum(first, 0.0) + np.minimum(second, 0.0) >= -clean - 1e-9).all()


@pytest.mark.parametrize("seed", range(20))
def test_master_problems_equal_scipy(seed):
    rng = np.random.default_rng(seed)
    cuts, n = 40, 5
    constant, slope = rng.normal(200.0, 80.0, cuts), rng.uniform(0.0, 90.0, (cuts, n))
    cost, limit = rng.uniform(10.0, 120.0, n), rng.uniform(0.5, 20.0, n)
    capacity, share = np.empty(n), np.empty(cuts)
    master.best_bound(constant, slope, cost, limit, np.full(n + 1, -1), capacity, share)
    found = linprog(
        np.append(cost, 1.0),
        A_ub=np.hstack([-slope, -np.ones((cuts, 1))]),
        b_ub=-constant,
        bounds=[*zip(np.zeros(n), limit, strict=True), (None, None)],
    )
    proved = share @ constant + limit @ np.minimum(cost - share @ slope, 0.0)
    assert share.sum() == pytest.approx(1.0)
    assert proved == pytest.approx(found.fun, rel=1e-7)
    assert cost @ capacity + np.max(constant - slope @ capacity) == pytest.approx(found.fun, rel=1e-7)
    money, dirty = rng.uniform(50.0, 100.0, cuts), rng.uniform(0.0, 3.0, cuts)
    first, second, part, _ = master.best_mixture(money, dirty, 1.0)
    mixed = linprog(money, A_ub=[dirty], b_ub=[1.0], A_eq=[np.ones(cuts)], b_eq=[1.0])
    assert (1 - part) * money[first] + part * money[second] == pytest.approx(mixed.fun, rel=1e-9)
    assert (1 - part) * dirty[first] + part * dirty[second] <= 1.0 + 1e-12


@pytest.mark.parametrize("seed", range(10))
def test_settling_hours_serves_the_load_at_the_cost_it_says(seed):
    rng = np.random.default_rng(seed)
    site = scaled(random_site(seed))
    shape = (len(site.load), len(site.source_price) + 1)
    value, width, kind = np.zeros(shape), np.zeros(shape), np.zeros(shape, np.int64)
    count, base = np.zeros(len(site.load), np.int64), np.zeros(site.source_price.shape)
    burners = rng.uniform(0.0, 1.0, len(site.limit) - site.producers - site.stores)
    given = (0.05, site.load, site.source_price, site.source_dirty, site.source_limit, burners)
    given += (site.export_price, site.export_limit, value, width, kind, count, base)
    hourly.uses(*given)
    assert base.sum(axis=0) == pytest.approx(site.load)
    for t in range(len(site.load)):
        assert (np.diff(value[t, : count[t]]) <= 0.0).all()
        assert (value[t, : count[t]] > 0.0).all()
    supply = rng.uniform(0.0, 2.0, len(site.load))
    arrays = (site.weight, site.source_price, site.source_dirty, site.export_price, width, kind, count, base)
    served, plainly, alone = (np.empty(len(site.source_price)) for _ in range(3))
    settled = hourly.settle(supply, *arrays, served)
    assert hourly._settle(supply, *arrays, plainly) == pytest.approx(settled, rel=1e-12)
    assert plainly == pytest.approx(served, rel=1e-12)
    at_price = settled[0] + 0.05 * settled[1] + site.source_price[-1, 0] * served[-1]
    nothing = hourly.settle(np.zeros_like(supply), *arrays, alone)
    before = nothing[0] + 0.05 * nothing[1] + site.source_price[-1, 0] * alone[-1]
    gained = _gained(value, width * site.weight[:, None], count, supply * site.weight)
    assert before - at_price == pytest.approx(gained, rel=1e-6)


@pytest.mark.parametrize("seed", range(30))
def test_one_store_leaves_no_gap_between_cut_and_dispatch(seed):
    site = scaled(random_site(seed))
    rng = np.random.default_rng(seed)
    capacity = np.minimum(rng.uniform(0.0, 2.0, len(site.limit)), site.limit)
    capacity[site.producers + 1 : site.producers + site.stores] = 0.0
    cuts, column = trial(site, capacity, 0.1)
    paid = column.running + 0.1 * column.dirty + site.source_price[-1, 0] * column.short
    bound = max(cut.constant - cut.slope @ capacity for cut in cuts)
    assert bound <= paid + 1e-7 * max(abs(paid), 1.0)
    # A store of 30 h in a year of three days may not be empty where the year is turned.
    short = not site.stores or site.duration_h[0] <= 8.0
    assert bound == pytest.approx(paid, rel=1e-6 if short else 1e-2)
