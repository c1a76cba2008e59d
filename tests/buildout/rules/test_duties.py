"""Duties by component: the boxes of Section 232, what takes the place of what, and money that adds up."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.buildout.rules import Goods, Traded, landed_cost, turning_days
from denshi.buildout.rules.known import duties, traded
from denshi.buildout.tariff import rate_at
from denshi.catalog import Rule, rows
from denshi.errors import OutOfRangeError

FEBRUARY = date(2026, 2, 1)


def goods(chip: str | None, **more: object) -> Goods:
    said: dict[str, object] = {
        "goods_usd": 1000.0, "country": "US", "origin": "TW", "heading": "8471.80", "end_use": "transit", **more,
    }  # fmt: skip
    return Goods(part=traded(chip) if chip else None, **said)  # type: ignore[arg-type]


def test_check_40_predicates_of_section_232() -> None:
    paid = {
        chip: landed_cost(duties(), goods(chip), FEBRUARY).duty_usd > 0.0
        for chip in ("h200", "mi325x", "h100", "b200", "mi300x", "h20")
    }
    assert paid == {"h200": True, "mi325x": True, "h100": False, "b200": False, "mi300x": False, "h20": False}


@pytest.mark.parametrize(
    "end_use", ["data-centre", "research", "start-up", "repair", "consumer", "industrial", "public"]
)
def test_exempt_uses_of_section_232(end_use: str) -> None:
    assert landed_cost(duties(), goods("h200", end_use=end_use), FEBRUARY).duty_usd == 0.0


def test_section_232_begins_on_its_day_and_on_its_headings() -> None:
    assert landed_cost(duties(), goods("h200"), date(2026, 1, 14)).duty_usd == 0.0
    assert landed_cost(duties(), goods("h200"), date(2026, 1, 15)).duty_usd == pytest.approx(250.0)
    assert landed_cost(duties(), goods("h200", heading="8542.31"), FEBRUARY).duty_usd == 0.0


@pytest.mark.parametrize(("tpp", "gb_s", "paid"), [
    (14000, 4800, False), (14000.1, 4800, True), (17500, 4800, False), (15000, 4500, False), (15000, 5000, False),
    (20800, 6000, False), (20800.1, 6000, True), (21100, 6000, False), (20919, 5300, False),
])  # fmt: skip
def test_boxes_are_open_on_both_sides(tpp: float, gb_s: float, paid: bool) -> None:
    part = Traded(id="x", name="x", tpp=tpp, die_mm2=800.0, memory_bytes_per_s=gb_s * 1e9, io_bytes_per_s=None)
    line = Goods(goods_usd=1.0, country="US", origin="TW", heading="8473.30", end_use="transit", part=part)
    assert (landed_cost(duties(), line, FEBRUARY).duty_usd > 0.0) is paid


def test_section_232_takes_the_place_of_emergency_duties() -> None:
    free = landed_cost(duties(), goods("h100", origin="CN"), FEBRUARY)
    boxed = landed_cost(duties(), goods("h200", origin="CN"), FEBRUARY)
    assert {one.rule.component for one in free.components} >= {"emergency duty (fentanyl)", "Section 301 duty"}
    assert {one.rule.component for one in boxed.components} == {
        "column-1 duty", "Section 232 duty (semiconductors)", "Section 301 duty",
    }  # fmt: skip
    assert (free.duty_usd, boxed.duty_usd) == (pytest.approx(350.0), pytest.approx(500.0))


def test_taiwan_in_april_2025() -> None:
    by_day = {day: landed_cost(duties(), goods("h100"), date(2025, 4, day)).duty_usd for day in (1, 2, 4, 5, 11)}
    assert by_day == {1: 0.0, 2: pytest.approx(320.0), 4: pytest.approx(320.0), 5: 0.0, 11: 0.0}


def test_mexico_is_free_where_goods_qualify() -> None:
    day = date(2025, 6, 1)
    assert landed_cost(duties(), goods("gb200", origin="MX", preference="usmca"), day).duty_usd == 0.0
    assert landed_cost(duties(), goods("gb200", origin="MX"), day).duty_usd == pytest.approx(250.0)
    early = goods("gb200", origin="MX", preference="usmca")
    assert landed_cost(duties(), early, date(2025, 3, 5)).duty_usd == pytest.approx(250.0)


def test_japan_taxes_what_has_landed_and_gives_it_back() -> None:
    line = goods("b200", country="JP", freight_fraction=0.02, insurance_fraction=0.01)
    found = landed_cost(duties(), line, FEBRUARY)
    assert found.landed_usd == pytest.approx(1030.0)
    assert found.recoverable_tax_usd == pytest.approx(103.0)


def test_seller_pays_the_share_of_revenue() -> None:
    found = landed_cost(duties(), goods("h20", country="CN"), date(2025, 9, 1))
    assert found.seller_usd == pytest.approx(150.0)
    assert found.landed_usd == pytest.approx(1000.0)


def test_agrees_with_the_rates_of_the_design_on_every_day_of_change() -> None:
    rules = tuple(one for one in rows("rules").values() if isinstance(one, Rule))
    days = turning_days(duties(), date(2025, 1, 1), date(2026, 11, 1))
    assert len(days) > 10
    # China's duties outside the reciprocal regime stand in no row of the design, as its rows say.
    for origin in ("TW", "JP", "KR", "DE", "MX"):
        for day in days:
            if origin == "MX" and day in (date(2025, 3, 4), date(2025, 3, 5), date(2025, 3, 6)):
                continue
            line = goods("gb200", origin=origin, heading="8471.50", end_use="data-centre", preference="usmca")
            assert landed_cost(duties(), line, day).duty_usd / 1000.0 == pytest.approx(
                rate_at(rules, "US", origin, "accelerator-system", day)
            ), (origin, day)


@settings(max_examples=150, deadline=None)
@given(
    usd=st.floats(1.0, 1e11),
    country=st.sampled_from(sorted({duty.country for duty in duties()})),
    origin=st.sampled_from(["TW", "CN", "MX", "US", "JP", "VN", "KR"]),
    day=st.dates(date(2020, 1, 1), date(2027, 12, 31)),
    freight=st.floats(0.0, 0.2),
    chip=st.sampled_from(["h20", "h200", "mi325x", "gb200", None]),
    use=st.sampled_from(["transit", "data-centre"]),
)
def test_money_adds_up_on_every_day(
    usd: float, country: str, origin: str, day: date, freight: float, chip: str | None, use: str
) -> None:
    line = goods(chip, goods_usd=usd, country=country, origin=origin, end_use=use, freight_fraction=freight)
    found = landed_cost(duties(), line, day)
    paid = sum(one.amount_usd for one in found.components if one.rule.payer == "importer")
    total = found.goods_usd + found.freight_usd + found.insurance_usd + paid
    assert found.landed_usd + found.recoverable_tax_usd == pytest.approx(total, rel=1e-12)
    assert all(one.rule.evidence["rate"].source for one in found.components)
    kinds = [one.rule.component for one in found.components]
    assert len(kinds) == len(set(kinds))


@settings(max_examples=60, deadline=None)
@given(day=st.dates(date(2025, 1, 2), date(2026, 12, 31)), origin=st.sampled_from(["TW", "CN", "MX"]))
def test_nothing_changes_between_turning_days(day: date, origin: str) -> None:
    before = day - timedelta(days=1)
    if day in turning_days(duties(), before, day)[1:]:
        return
    line = goods("h200", origin=origin)
    assert landed_cost(duties(), line, day).landed_usd == landed_cost(duties(), line, before).landed_usd


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(OutOfRangeError, match="no duty of BR"):
        landed_cost(duties(), goods("h200", country="BR"), FEBRUARY)
    with pytest.raises(OutOfRangeError, match="above 0"):
        landed_cost(duties(), goods("h200", goods_usd=0.0), FEBRUARY)
