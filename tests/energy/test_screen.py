"""Bounds of screening hold: the least cost of an independent programme lies between them, always."""

from itertools import pairwise

import numpy as np
import pytest

from denshi.energy.screen import CostCase, screen
from denshi.errors import OutOfRangeError
from energy.screen_oracle import least_cost_usd, random_case, random_site

CASES = 200
_BLOCK = 20


@pytest.mark.parametrize("block", range(CASES // _BLOCK))
def test_least_cost_lies_between_the_bounds(block):
    wide = found = 0
    for seed in range(block * _BLOCK, (block + 1) * _BLOCK):
        site = random_site(seed)
        case, target = random_case(site, seed), (0.0, 0.5, 0.8, 0.95, 1.0)[seed % 5]
        (design,) = screen(site, [case], [target], most_trials=40)
        least = least_cost_usd(site, case, target)
        if least is None:
            assert design.objective_usd_per_year == np.inf, seed
            continue
        scale = 1e-7 * max(abs(least), abs(design.lower_bound_usd_per_year), 1e5)
        assert design.lower_bound_usd_per_year <= least + scale, seed
        assert design.objective_usd_per_year >= least - scale, seed
        found += 1
        wide += design.gap_fraction > 0.05 and len({(s.efficiency, s.wear_usd_per_kwh) for s in site.stores}) < 2
    assert found > 10
    assert wide <= 0.1 * found


def test_same_input_gives_the_same_bytes():
    site = random_site(3)
    cases = [random_case(site, seed) for seed in (1, 2)]
    assert repr(screen(site, cases, [0.8, 0.9])) == repr(screen(site, cases, [0.8, 0.9]))


def test_designs_come_case_by_case_and_cost_more_with_the_target():
    site = random_site(5)
    cases = [random_case(site, seed) for seed in (1, 2)]
    designs = screen(site, cases, [0.5, 0.7, 0.9], gap=1e-3)
    assert [(d.case, d.target) for d in designs] == [(c.name, t) for c in cases for t in (0.5, 0.7, 0.9)]
    for one, next_ in pairwise(designs):
        if one.case == next_.case:
            assert one.lower_bound_usd_per_year <= next_.objective_usd_per_year
    for design in designs:
        assert design.dirty_fraction <= 1.0 - design.target + 1e-9
        assert set(design.capacities_kw) == set(site.names)


def test_faults_are_refused():
    site = random_site(3)
    with pytest.raises(OutOfRangeError, match="names other technologies"):
        screen(site, [CostCase(name="x", annual_usd_per_kw={})], [0.9])
    with pytest.raises(OutOfRangeError, match="outside 0–1"):
        screen(site, [random_case(site, 1)], [1.1])
    with pytest.raises(OutOfRangeError, match="above 0"):
        screen(site, [random_case(site, 1)], [0.9], gap=0.0)
