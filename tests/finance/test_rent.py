"""Rent or buy: closed forms, and the utilisation at which both cost the same."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denshi.errors import OutOfRangeError
from denshi.finance.rent import (
    HOURS_PER_MONTH,
    Owning,
    break_even_utilisation,
    capital_usd_per_month,
    compare,
    own_usd_per_used_h,
)

OWNING = Owning(
    landed_usd=40_000.0,
    residual_usd=10_000.0,
    term_months=36.0,
    capital_rate=0.10,
    space_usd_per_month=250.0,
    upkeep_usd_per_month=80.0,
    power_kw=1.6,
    idle_fraction=0.3,
    energy_usd_per_kwh=0.08,
)
owners = st.builds(
    Owning,
    landed_usd=st.floats(1e3, 1e5),
    residual_usd=st.floats(0.0, 1e3),
    term_months=st.floats(6.0, 96.0),
    capital_rate=st.floats(0.0, 0.3),
    space_usd_per_month=st.floats(0.0, 1e3),
    upkeep_usd_per_month=st.floats(0.0, 1e3),
    power_kw=st.floats(0.0, 4.0),
    idle_fraction=st.floats(0.0, 1.0),
    energy_usd_per_kwh=st.floats(0.0, 0.5),
)


def test_capital_pays_for_the_price_and_leaves_the_resale() -> None:
    paid, monthly = capital_usd_per_month(OWNING), 1.10 ** (1 / 12) - 1
    balance = OWNING.landed_usd
    for _ in range(36):
        balance = balance * (1 + monthly) - paid
    assert balance == pytest.approx(OWNING.residual_usd, rel=1e-9)


def test_free_capital_is_straight_line() -> None:
    assert capital_usd_per_month(replace(OWNING, capital_rate=0.0)) == pytest.approx(30_000 / 36)
    assert capital_usd_per_month(replace(OWNING, capital_rate=1e-7)) == pytest.approx(30_000 / 36, rel=1e-5)


def test_by_hand_at_full_use() -> None:
    fixed = capital_usd_per_month(OWNING) + 330.0
    assert own_usd_per_used_h(OWNING, 1.0) == pytest.approx(fixed / 730.0 + 1.6 * 0.08)
    assert own_usd_per_used_h(OWNING, 0.5) == pytest.approx((fixed / 730.0 + 1.6 * 0.08 * 0.65) / 0.5)


@given(owners, st.floats(0.05, 50.0))
def test_both_cost_the_same_where_they_break_even(owning: Owning, usd_per_h: float) -> None:
    share = break_even_utilisation(owning, usd_per_h)
    if share is None:
        assert own_usd_per_used_h(owning, 1.0) >= usd_per_h * (1 - 1e-12)
        return
    assert own_usd_per_used_h(owning, share) == pytest.approx(usd_per_h, rel=1e-9)
    more = min(1.0, share * 1.01)
    assert own_usd_per_used_h(owning, more) <= usd_per_h * (1 + 1e-12)


@given(owners, st.floats(0.05, 0.99), st.floats(1.001, 1.5))
def test_an_hour_costs_less_the_more_are_used(owning: Owning, used: float, more: float) -> None:
    assert own_usd_per_used_h(owning, min(1.0, used * more)) <= own_usd_per_used_h(owning, used) * (1 + 1e-12)


@given(owners, st.floats(0.05, 1.0), st.booleans())
def test_the_break_even_price_is_a_tie(owning: Owning, used: float, idle: bool) -> None:
    price = compare(owning, 1.0, used, pays_when_idle=idle).break_even_usd_per_h
    tie = compare(owning, price, used, pays_when_idle=idle)
    assert tie.rent_usd_per_used_h == pytest.approx(tie.own_usd_per_used_h, rel=1e-12)
    assert compare(owning, price * 1.01, used, pays_when_idle=idle).cheaper == "own"
    assert compare(owning, price * 0.99, used, pays_when_idle=idle).cheaper == "rent"


def test_a_contract_is_paid_for_idle_hours() -> None:
    assert compare(OWNING, 2.0, 0.5, pays_when_idle=True).rent_usd_per_used_h == pytest.approx(4.0)
    assert compare(OWNING, 2.0, 0.5, pays_when_idle=True).break_even_utilisation is None
    assert compare(OWNING, 2.0, 0.5, pays_when_idle=False).rent_usd_per_used_h == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("landed_usd", 1.1), ("space_usd_per_month", 1.1), ("upkeep_usd_per_month", 1.1), ("power_kw", 1.1),
        ("energy_usd_per_kwh", 1.1), ("capital_rate", 1.1), ("idle_fraction", 1.1), ("residual_usd", 0.9),
        ("term_months", 0.9),
    ],
)  # fmt: skip
def test_every_term_moves_the_cost(field: str, change: float) -> None:
    worse = replace(OWNING, **{field: getattr(OWNING, field) * change})
    assert own_usd_per_used_h(worse, 0.7) > own_usd_per_used_h(OWNING, 0.7)


def test_a_month_is_a_twelfth_of_a_year() -> None:
    assert HOURS_PER_MONTH * 12 == 8760


@pytest.mark.parametrize("used", [0.0, -0.1, 1.01])
def test_impossible_use_is_refused(used: float) -> None:
    with pytest.raises(OutOfRangeError, match="utilisation"):
        own_usd_per_used_h(OWNING, used)


@pytest.mark.parametrize("wrong", [{"landed_usd": 0.0}, {"term_months": 0.0}, {"power_kw": -1.0}, {"idle_fraction": 2}])
def test_impossible_owners_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(OutOfRangeError, match="owning needs"):
        replace(OWNING, **wrong)  # type: ignore[arg-type]


def test_a_price_of_nothing_is_refused() -> None:
    with pytest.raises(OutOfRangeError, match="above 0"):
        compare(OWNING, 0.0, 0.5, pays_when_idle=False)
