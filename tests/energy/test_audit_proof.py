"""The bound from the duals holds whatever the duals are, and the printed flows keep all limits."""

from dataclasses import replace

import numpy as np
import pytest

from denshi.energy.account import balance
from denshi.energy.audit_proof import proved
from denshi.energy.audit_repair import repairs, shortage
from denshi.energy.bound import lower_bound
from denshi.energy.decide import connection_kw, run, solved
from denshi.energy.model import build
from denshi.energy.reading import supply_of, violation_kw
from denshi.energy.solve import solve
from energy.cases import site, technologies
from energy.oracle import least_cost_usd
from energy.test_oracle import VARIANTS


@pytest.mark.parametrize("changes", VARIANTS, ids=range(len(VARIANTS)))
def test_no_supply_costs_less_than_the_bound(changes):
    case = site(48, **changes)
    result, proof = proved(case)
    least = least_cost_usd(case)
    assert proof.objective_usd_per_year == pytest.approx(least, rel=1e-6)
    assert proof.lower_bound_usd_per_year <= least * (1 + 1e-9)
    assert proof.lower_bound_usd_per_year == pytest.approx(least, rel=1e-6)
    assert proof.gap_fraction < 1e-6
    assert proof.max_residual_kw < 1e-6 * case.load_kw.mean()
    assert result.cost_usd_per_year == run(case).cost_usd_per_year


@pytest.mark.parametrize("changes", VARIANTS[:8], ids=range(8))
def test_wrong_duals_only_weaken_the_bound(changes):
    case = site(48, **changes)
    program = build(case, connection_kw(case))
    solution = solve(program)
    least, random = least_cost_usd(case), np.random.default_rng(1)
    for spread in (1e-6, 1e-3, 0.1):
        duals = solution.duals * (1.0 + spread * random.standard_normal(len(solution.duals)))
        bound = lower_bound(case, program, replace(solution, duals=duals))
        assert bound is None or bound * case.load_kw.mean() <= least * (1 + 1e-9)


def test_a_violated_limit_is_seen():
    case = site(72)
    found = solved(case)
    assert found.energy.max_residual_kw < 1e-3
    supply = supply_of(case, found.program, found.solution)
    flows = balance(case, supply)

    def seen_kw(supply, flows):
        return violation_kw(case, found.program, supply, flows, connection_kw(case))

    assert seen_kw(supply, flows) == pytest.approx(found.energy.max_residual_kw)
    assert seen_kw(supply, flows | {"grid": flows["grid"] - 500.0}) >= 499.0
    assert seen_kw(supply, flows | {"battery-4h": flows["battery-4h"] + 50.0}) > 49.0
    less = replace(supply, capacity_kw={name: 0.9 * size for name, size in supply.capacity_kw.items()})
    assert seen_kw(less, flows) > 100.0


def test_the_price_of_an_hour_is_what_more_load_costs():
    case = site(48)
    _, proof = proved(case)
    hour, more_kw = 20, 1.0
    load = case.load_kw.copy()
    load[hour] += more_kw
    # The target counts the load, too: its price comes on top for the share that may stay unclean.
    changed, _ = proved(replace(case, load_kw=load))
    cost = (changed.cost_usd_per_year - proof.objective_usd_per_year) / (more_kw * 8760 / 48)
    target = changed.target_price_usd_per_kwh * (1.0 - case.clean_fraction)
    assert cost == pytest.approx(proof.price_usd_per_kwh[hour] - target, rel=0.02, abs=1e-4)


def test_the_cheapest_repair_is_one_that_works():
    case = site(48, grid_connection_kw=80e3, supply="delivered", target="none", options=technologies("grid", "solar"))
    short = shortage(case)
    assert short.hours == np.count_nonzero(case.load_kw > 80e3)
    assert short.clean_fraction is None
    found = repairs(case, short)
    costs = [one.cost_usd_per_year for one in found]
    assert costs == sorted(costs)
    assert {one.what.split()[0] for one in found} == {"raise", "add", "leave"}
    added = next(one for one in found if "gas-ct" in one.what)
    mended = replace(case, technologies=(*case.technologies, *technologies("gas-ct")))
    assert added.cost_usd_per_year == pytest.approx(run(mended).cost_usd_per_year, rel=1e-6)


def test_a_target_out_of_reach_says_how_far_it_goes():
    case = site(48, clean_fraction=0.99, options=technologies("grid", "solar"), export_limit_kw=0.0)
    short = shortage(case)
    assert short.hours == 0
    assert 0.3 < short.clean_fraction < 0.99
    assert any(one.what.startswith("lower the clean share") for one in repairs(case, short))
