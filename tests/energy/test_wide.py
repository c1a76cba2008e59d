"""Every block of the supply against the independent programme, on sites of any kind."""

import numpy as np
import pytest

from denshi import energy
from denshi.errors import InfeasibleError
from energy.cases import random_site
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
