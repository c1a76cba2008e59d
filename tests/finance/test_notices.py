"""What a cash flow says of itself: on which value, which dates and which hardware its return rests."""

from dataclasses import replace

import pytest

from denshi.finance import run
from finance.cases import base

IN_TIME = {"reachable_online_fraction": base().online_fraction, "late_weeks": 0.0}


def said(case, words):
    return [one for one in run(case).notices if words in one]


def test_a_return_that_rests_on_the_value_at_the_end_says_so():
    result = run(base())
    (one,) = said(base(), "value at the end")
    points = 100 * (result.irr - result.irr_without_residual)
    assert points > 2
    assert f"carry {points:.1f} points of the IRR: {result.irr:.1%} with it" in one


def test_a_small_value_at_the_end_is_not_worth_a_word():
    small = {"facility_residual_fraction": 0.0, "it_scrap_fraction": 0.0, "land_usd": 0.0, "it_life_years": 4.0}
    assert not said(replace(base(), **small), "value at the end")


def test_a_tenant_s_hardware_is_not_the_owner_s_value():
    (one,) = said(replace(base(), revenue="lease"), "value at the end")
    assert "hardware's" not in one


def test_a_return_on_dates_that_cannot_be_met_says_so_in_one_sentence():
    result = run(base())
    (one,) = said(base(), "dates asked")
    assert f"IRR ({result.irr:.1%})" in one
    assert "switchgear comes 9 weeks after the first phase" in one
    assert f"costs ${result.cost_of_lateness_usd / 1e6:.1f} M of NPV" in one
    assert f"an IRR of {result.irr_on_reachable_dates:.1%}" in one
    assert result.irr_on_reachable_dates < result.irr
    assert not said(replace(base(), **IN_TIME), "dates asked")
    assert run(replace(base(), **IN_TIME)).irr_on_reachable_dates == result.irr


def test_without_revenue_the_cost_is_for_the_dates_asked():
    (one,) = said(replace(base(), revenue="none"), "dates asked")
    assert one.startswith("the cost per accelerator-hour is for")


def test_hardware_beyond_its_life_is_named_with_its_empty_hours():
    # 0.4 of the campus for the last 6 months, of 0.4 x 6 and 1 x 60 months.
    (one,) = said(base(), "not refreshed")
    assert one.startswith("hardware is retired 5 years after it goes into service")
    assert f"{0.4 * 6 / 62.4:.0%} of the campus's hours are empty, and 60% of it is in service in the last month" in one
    assert run(base()).empty_hours_fraction == pytest.approx(0.4 * 6 / 62.4)
    (leased,) = said(replace(base(), revenue="lease"), "not refreshed")
    assert leased.startswith("the tenant's hardware")
    assert not said(replace(base(), it_life_years=6.0), "not refreshed")
