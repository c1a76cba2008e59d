"""The rate of return against pyxirr, and where there is none or more than one."""

import numpy as np
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.errors import OutOfRangeError
from denshi.finance import irr, irr_many, npv, sign_changes
from denshi.finance.irr import log_rates, rates
from denshi.finance.metrics import modified_irr


def conventional(rng: np.random.Generator, periods: int) -> np.ndarray:
    """Return payments first and takings after."""
    flow = rng.uniform(0.0, 1.0, periods)
    out = int(rng.integers(1, max(2, periods // 5)))
    flow[:out] = -rng.uniform(0.1, 1.0, out) * rng.uniform(0.5, 4.0) * periods / out / 4
    return flow


@pytest.mark.parametrize("periods", [2, 21, 61, 241])
def test_rate_of_return_equals_pyxirr(periods):
    rng = np.random.default_rng(20261122)
    worst = 0.0
    for _ in range(150):
        flow = conventional(rng, periods)
        theirs = pyxirr.irr(flow)
        if theirs is None:
            continue
        ours = irr(flow, 1.0)
        worst = max(worst, abs(ours - theirs))
    assert worst <= 1e-9


def test_npv_equals_pyxirr():
    rng = np.random.default_rng(7)
    for rate in (0.0, 0.05, 0.3):
        flow = rng.normal(size=241)
        assert npv(rate, flow) == pytest.approx(pyxirr.npv((1 + rate) ** (1 / 12) - 1, flow), abs=1e-9)


@settings(deadline=None)
@given(
    st.lists(st.floats(-1e9, -1.0), min_size=1, max_size=30),
    st.lists(st.floats(1.0, 1e9), min_size=1, max_size=300),
)
def test_one_change_of_sign_has_one_root_that_balances(out, into):
    flow = np.array([*out, *into])
    ((u, falls),) = log_rates(flow)
    assert falls
    exponents = -u * np.arange(flow.size)
    factors = np.exp(exponents - exponents.max())
    assert abs(flow @ factors) <= 1e-11 * (np.abs(flow) @ factors)


def test_no_change_of_sign_has_no_rate():
    assert irr([-1.0, -2.0]) is None
    assert irr([0.0, 0.0]) is None
    assert irr([]) is None
    assert irr([5.0]) is None


def test_two_rates_of_the_pump_problem():
    # Lorie and Savage's oil pump: 25 % and 400 %; the value falls as the rate rises at 400 % only.
    flow = [-1600.0, 10000.0, -10000.0]
    assert sign_changes(flow) == 2
    assert rates(flow, 1.0) == pytest.approx([0.25, 4.0])
    assert irr(flow, 1.0) == pytest.approx(4.0)


def test_two_changes_of_sign_without_a_root():
    assert irr([1.0, -1.0, 1.0], 1.0) is None


def test_scale_does_not_matter():
    flow = conventional(np.random.default_rng(3), 100)
    assert irr(flow * 1e12) == pytest.approx(irr(flow * 1e-12), rel=1e-12)


def test_zero_rate_is_found():
    assert irr([-100.0, 50.0, 50.0], 1.0) == pytest.approx(0.0, abs=1e-12)


def test_many_rates_equal_each_alone():
    rng = np.random.default_rng(11)
    flows = np.array([conventional(rng, 241) for _ in range(150)])
    flows[3] = np.abs(flows[3])
    flows[5, -1] = -50.0
    flows[7, 1:] = 0.0
    flows[9] = -flows[9]
    together = irr_many(flows)
    alone = np.array([np.nan if (rate := irr(row)) is None else rate for row in flows])
    assert np.array_equal(np.isnan(together), np.isnan(alone))
    assert np.nanmax(np.abs(together - alone)) <= 1e-11


def test_many_rates_of_nothing():
    assert irr_many(np.zeros((0, 12))).shape == (0,)
    assert np.isnan(irr_many(np.zeros((3, 12)))).all()
    with pytest.raises(OutOfRangeError, match="finite"):
        irr_many([[1.0, np.inf]])


@pytest.mark.parametrize("kind", ["noise", "falling", "rounded", "walk"])
def test_many_rates_of_flows_that_change_sign_often_equal_each_alone(kind):
    rng, month = np.random.default_rng(3), np.arange(120)
    shapes = {
        "noise": lambda: rng.normal(size=120),
        "falling": lambda: np.where(month < 12, -1.0, 0.05 * rng.uniform(0.2, 1.5) - 0.0004 * month),
        "rounded": lambda: np.round(rng.normal(size=120)),
        "walk": lambda: np.cumsum(rng.normal(size=120)),
    }
    rows = np.array([shapes[kind]() for _ in range(100)])
    alone = [rate if (rate := irr(row)) is not None else np.nan for row in rows]
    assert np.log1p(irr_many(rows)) == pytest.approx(np.log1p(alone), abs=1e-12, nan_ok=True)


def test_of_several_rates_the_one_on_the_side_of_the_sum_is_taken():
    # Roots at -50 %, 10 % and 400 % a year; more comes back than was put in.
    flow = -np.poly([1 / 0.5, 1 / 1.1, 1 / 5.0])[::-1]
    assert flow.sum() > 0.0
    assert irr(flow, 1.0) == pytest.approx(0.1)


def test_modified_rate_equals_pyxirr():
    rng = np.random.default_rng(8)
    for _ in range(20):
        flow = np.concatenate([-rng.uniform(1, 5, 6), rng.uniform(-0.2, 1.5, 30)])
        theirs = pyxirr.mirr(flow, finance_rate=1.08 ** (1 / 12) - 1, reinvest_rate=1.08 ** (1 / 12) - 1)
        assert modified_irr(flow, 0.08) == pytest.approx((1 + theirs) ** 12 - 1, rel=1e-10)
    assert modified_irr([1.0, 2.0], 0.1) is None
