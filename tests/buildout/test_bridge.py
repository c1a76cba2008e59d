"""Power until the supply is there: by hand, by trial of every capacity, and what must never happen."""

from dataclasses import replace

import numpy as np
import pytest

from denshi.buildout.bridge import (
    HOURS_PER_MONTH,
    Option,
    available_kw,
    bridge,
    option_of,
    powered_month,
    source_of,
    wanted_kw,
)
from denshi.catalog import Technology, find
from denshi.errors import OutOfRangeError

ENGINES = Option(
    name="engines", lead_months=6.0, capex_usd_per_kw=1000.0, resale_fraction=0.5, running_usd_per_kwh=0.05
)
RENTED = Option(name="rented", lead_months=2.0, rent_usd_per_kw_month=60.0, running_usd_per_kwh=0.1, limit_kw=40.0)


def test_a_gap_by_hand() -> None:
    wanted, available = wanted_kw([3.0], [100.0], 24), available_kw([], 24)
    available[12:] = 100.0  # nine months without supply; engines come after three of them
    found = bridge(wanted, available, [ENGINES, RENTED], 2.0)
    # 40 kW are rented for three months (133 USD a kW-month against 1,461 of darkness), 60 kW stay dark; from month 6
    # on engines take six months at 500 + 6 x 36.5 = 719 USD a kW against 798 for the rented ones.
    assert found.capacity_kw == pytest.approx((100.0, 40.0))
    assert found.dark_kw.sum() == pytest.approx(180.0)
    assert found.capacity_usd == pytest.approx(100.0 * 500.0)
    running = 100.0 * 6 * 0.05 * HOURS_PER_MONTH + 40.0 * 3 * (60.0 + 0.1 * HOURS_PER_MONTH)
    assert found.running_usd == pytest.approx(running)
    assert found.waiting_usd == pytest.approx(180.0 * 2.0 * HOURS_PER_MONTH)
    assert found.waiting_without_usd == pytest.approx(900.0 * 2.0 * HOURS_PER_MONTH)
    served = available + found.used_kw.sum(axis=0)
    assert powered_month([3.0], [100.0], served) == (6,)
    assert powered_month([3.0], [100.0], available) == (12,)


def test_no_capacity_tried_is_cheaper() -> None:
    random = np.random.default_rng(7)
    for _ in range(10):
        wanted = np.sort(random.uniform(0, 100, 12))
        available = np.where(np.arange(12) >= random.integers(6, 12), 120.0, random.uniform(0, 30))
        price = float(random.uniform(0.0, 0.6))
        found = bridge(wanted, available, [ENGINES, RENTED], price)
        total = found.bridge_usd + found.waiting_usd
        gap = np.maximum(0.0, wanted - available)
        assert found.used_kw.sum(axis=0) + found.dark_kw == pytest.approx(gap)
        for bought in np.linspace(0.0, 100.0, 21):
            assert total <= _merit_order(gap, bought, price) + 1e-6


def _merit_order(gap: np.ndarray, bought: float, price: float) -> float:
    """Cost of a bought capacity with the cheaper of running, renting and darkness in each month."""
    cost = 500.0 * bought
    ways = [
        (0.05 * HOURS_PER_MONTH, bought, 6),
        (60.0 + 0.1 * HOURS_PER_MONTH, 40.0, 2),
        (price * HOURS_PER_MONTH, np.inf, 0),
    ]
    for month, short in enumerate(gap):
        left = float(short)
        for usd, most, lead in sorted(ways):
            taken = min(left, most) if month >= lead else 0.0
            cost += usd * taken
            left -= taken
    return cost


def test_without_worth_nothing_is_bridged_and_a_bridge_never_costs_more_than_waiting() -> None:
    wanted, available = np.full(12, 100.0), np.zeros(12)
    free = bridge(wanted, available, [ENGINES, RENTED], 0.0)
    assert free.bridge_usd == 0.0
    for price in (0.01, 0.1, 1.0):
        assert bridge(wanted, available, [ENGINES, RENTED], price).saved_usd >= -1e-6
    assert bridge(wanted, available, [], 1.0).saved_usd == pytest.approx(0.0)
    sooner = replace(ENGINES, lead_months=3.0)
    assert bridge(wanted, available, [sooner], 1.0).saved_usd > bridge(wanted, available, [ENGINES], 1.0).saved_usd


def test_the_range_of_a_lead_time_brackets_the_usual_one() -> None:
    grid = source_of(find(Technology, "grid"), 100e3)
    early, usual, late = (available_kw([grid], 120, case=case).sum() for case in ("early", "usual", "late"))
    assert early >= usual >= late
    assert early > late


def test_a_catalogued_bridge_burns_gas() -> None:
    engines = option_of(find(Technology, "gas-engine"), replaced_usd_per_kwh=0.03)
    found = bridge(np.full(36, 1e5), np.where(np.arange(36) >= 30, 1e5, 0.0), [engines], 1.0)
    used_kwh = found.used_kw.sum() * HOURS_PER_MONTH
    assert used_kwh > 0
    assert found.carbon_t == pytest.approx(used_kwh * engines.carbon_g_per_kwh / 1e6)


def test_months_that_differ_are_refused() -> None:
    with pytest.raises(OutOfRangeError, match="differ"):
        bridge(np.ones(3), np.ones(2), [], 1.0)
