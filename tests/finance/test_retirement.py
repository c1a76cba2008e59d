"""Hardware earns for its life and no longer, whenever it went into service; the building goes on."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.finance import run, straight_line
from denshi.finance.operation import ramped
from finance.cases import base

STEPS = st.lists(st.floats(0.0, 1.0), min_size=2, max_size=60)
CALENDARS = STEPS.map(lambda steps: np.cumsum(steps) / max(sum(steps), 1.0))


def test_each_phase_is_retired_a_life_after_it_went_into_service():
    result = run(base())
    assert np.allclose(result.in_service_fraction[12:18], 0.4)
    assert np.allclose(result.in_service_fraction[18:72], 1.0)
    assert np.allclose(result.in_service_fraction[72:], 0.6)


@settings(deadline=None)
@given(CALENDARS, st.floats(1.0, 80.0), st.floats(0.0, 80.0))
def test_no_part_sells_more_than_it_could(online, life, ramp):
    running, fit = ramped(online, 0.0, life), ramped(online, ramp, life)
    # The same share that the straight line writes off.
    assert np.allclose(running, straight_line(1.0, online, life) * life, atol=1e-9)
    assert np.all(fit <= running + 1e-9)
    assert np.all(running <= online + 1e-9)
    assert fit.min() >= 0


@pytest.mark.parametrize("life", [2.0, 3.5, 5.0])
def test_a_longer_term_sells_no_hour_more_than_the_life(life):
    case = replace(base(), it_life_years=life, ramp_months=0.0)
    sold = run(case).sold_accelerator_hours
    first = min(66.0, 12 * life)
    second = min(60.0, 12 * life)
    assert sold == pytest.approx(7200 * 730 * 0.8 * (0.4 * first + 0.6 * second))


def test_the_building_goes_on_and_the_hardware_s_costs_stop():
    case = replace(base(), it_life_years=3.0, inflation_fraction=0.0)
    result = run(case)
    facility = (
        result.staff_usd_per_year + result.maintenance_usd_per_year + result.insurance_usd_per_year
        + result.property_tax_usd_per_year + result.water_usd_per_year - result.hardware_upkeep_usd_per_year
    )
    last = slice(60, None)
    assert result.in_service_fraction[last].max() == 0.0
    assert result.revenue_monthly_usd[last].max() == 0.0
    assert np.allclose(result.upkeep_monthly_usd[last], facility / 12)
    # The plant of the supply is still to be paid, its fuel and purchases are not.
    assert np.allclose(result.energy_monthly_usd[last], case.energy_annuity_usd_per_year / 12)


def test_a_lease_goes_on_when_the_tenant_s_hardware_is_old():
    result = run(replace(base(), it_life_years=3.0, revenue="lease"))
    assert result.revenue_monthly_usd[-1] > 0
    assert np.allclose(result.opex_monthly_usd[60:], result.upkeep_monthly_usd[60:])


def test_tokens_end_with_the_hardware():
    assert run(replace(base(), it_life_years=3.0, revenue="tokens")).revenue_monthly_usd[60:].max() == 0.0


def test_only_what_is_bought_rises_with_inflation():
    case = replace(base(), inflation_fraction=0.1, it_life_years=9.0)
    month = run(case).energy_monthly_usd[24]
    assert month == pytest.approx((3e6 + 4.5e6 * 1.1**2) / 12)
    level = replace(case, energy_annuity_usd_per_year=case.energy_usd_per_year)
    assert np.allclose(run(level).energy_monthly_usd[18:], 7.5e6 / 12)


def test_without_value_at_the_end_the_return_is_that_of_nothing_left():
    nothing = {"facility_residual_fraction": 0.0, "it_scrap_fraction": 0.0, "land_usd": 0.0, "it_life_years": 4.0}
    result = run(replace(base(), land_draw_usd=np.zeros(78), **nothing))
    assert result.residual_it_usd + result.residual_facility_usd == 0.0
    assert result.irr_without_residual == result.irr
    assert run(base()).irr_without_residual < run(base()).irr
    assert run(replace(base(), revenue="none")).irr_without_residual is None
