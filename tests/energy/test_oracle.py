"""The supply of least cost equals that of an independent formulation solved by scipy."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denshi import energy
from denshi.energy.model import build
from denshi.energy.solve import solve, solve_with_highs
from denshi.errors import InfeasibleError
from energy.cases import shapes, site, technologies
from energy.oracle import least_cost_usd

VARIANTS = [
    {},
    {"supply": "delivered"},
    {"grid_connection_kw": 20e3},
    {"target": "annual", "clean_fraction": 1.0},
    {"target": "annual", "supply": "delivered", "export_limit_kw": 0.0},
    {"target": "none", "demand_charge_fraction": 0.0},
    {"clean_fraction": 1.0, "export_limit_kw": 0.0},
    {"demand_charge_fraction": 0.0, "export_price_fraction": 1.0, "export_limit_kw": 1e6},
    {"supply": "delivered", "demand_charge_fraction": 0.0, "grid_connection_kw": 100e3},
    {"options": technologies("solar", "battery-4h", "battery-8h", "gas-ct"), "clean_fraction": 0.7},
    {"options": technologies("solar", "onshore-wind", "battery-8h"), "clean_fraction": 1.0, "supply": "delivered"},
    {"options": technologies("grid", "gas-cc"), "target": "none"},
    {"options": technologies("grid", "battery-4h", capex_usd_per_kw=100.0), "target": "none", "discount_rate": 0.0},
]


@pytest.mark.parametrize("changes", VARIANTS, ids=range(len(VARIANTS)))
def test_cost_equals_the_oracle(changes):
    case = site(48, **changes)
    assert energy.run(case).cost_usd_per_year == pytest.approx(least_cost_usd(case), rel=1e-6)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    hours=st.integers(5, 40),
    target=st.sampled_from(["none", "annual", "hourly"]),
    supply=st.sampled_from(["delivered", "on-site"]),
    clean_fraction=st.floats(0.0, 1.0),
    export_limit_kw=st.sampled_from([0.0, 20e3, 500e3]),
    connection_kw=st.floats(50e3, 200e3),
    share=st.sampled_from([0.0, 0.3]),
)
def test_cost_equals_the_oracle_everywhere(
    seed, hours, target, supply, clean_fraction, export_limit_kw, connection_kw, share
):
    case = site(
        hours,
        **shapes(hours, seed),
        target=target,
        supply=supply,
        clean_fraction=clean_fraction,
        export_limit_kw=export_limit_kw,
        grid_connection_kw=connection_kw,
        demand_charge_fraction=share,
    )
    expected = least_cost_usd(case)
    if expected is None:
        with pytest.raises(InfeasibleError):
            energy.run(case)
    else:
        assert energy.run(case).cost_usd_per_year == pytest.approx(expected, rel=1e-6)


def test_highs_finds_the_same():
    case = site(168)
    program = build(case, 130e3)
    ours, theirs = solve(program), solve_with_highs(program)
    assert ours.method.startswith("interior point")
    assert theirs.method == "HiGHS"
    assert ours.x @ program.cost == pytest.approx(theirs.x @ program.cost, rel=1e-7)
    assert ours.residuals.accepted
    assert np.max(np.abs(ours.x - theirs.x)[program.columns["capacity:onshore-wind"]]) < 1e-3
