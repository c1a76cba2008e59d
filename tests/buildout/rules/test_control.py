"""Export control: a truth table of parts, days and destinations, and one sourced answer on every day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.buildout.rules import Shipment, Traded, classification_at, verdict_at
from denshi.buildout.rules.known import controls, country, traded, words
from denshi.catalog import rows
from denshi.errors import OutOfRangeError

A, L, D = "allowed", "licence", "denied"
DAYS = ("2022-07-01", "2023-06-01", "2023-12-01", "2025-03-01", "2025-05-01", "2025-09-01", "2026-02-01")
# To China on each of DAYS, written by hand from the rules, not from the program.
CHINA = {
    "a100": (A, D, D, D, D, D, L),
    "h100": (A, D, D, D, D, D, L),
    "a800": (A, A, D, D, D, D, L),
    "h800": (A, A, D, D, D, D, L),
    "h200": (A, D, D, D, D, D, L),
    "h20": (A, A, A, A, L, L, L),
    "mi308": (A, A, A, A, L, L, L),
    "b200": (A, D, D, D, D, D, D),
    "gb300": (A, D, D, D, D, D, D),
    "mi300x": (A, D, D, D, D, D, L),
    "mi325x": (A, D, D, D, D, D, L),
    "mi355x": (A, D, D, D, D, D, D),
    "l40s": (A, A, D, D, D, D, L),
    "l20": (A, A, A, A, A, A, A),
    "a30": (A, A, L, L, L, L, L),
    "rtx-4090": (A, A, L, L, L, L, L),
    "rtx-4090d": (A, A, A, A, A, A, A),
}
# Of one part on 2025-05-01, by destination.
ELSEWHERE = {
    "JP": A, "TW": A, "SG": A, "US": A, "DE": A, "IL": A, "IN": A, "MY": A, "BR": A,
    "AE": L, "SA": L, "VN": L, "KZ": L, "QA": L, "CN": D, "HK": D, "MO": D, "RU": D, "IR": D, "MM": D, "VE": D,
}  # fmt: skip


def verdict(chip: str, to: str, day: str, **more: object) -> str:
    made = Shipment(destination=words(country(to)), day=date.fromisoformat(day), **more)  # type: ignore[arg-type]
    return verdict_at(controls(), traded(chip), made).verdict


@pytest.mark.parametrize("chip", CHINA)
def test_truth_table_to_china(chip: str) -> None:
    assert tuple(verdict(chip, "CN", day) for day in DAYS) == CHINA[chip]


@pytest.mark.parametrize("chip", ["h100", "h200", "b200", "gb200", "mi300x", "trn2"])
def test_truth_table_elsewhere(chip: str) -> None:
    assert {to: verdict(chip, to, "2025-05-01") for to in ELSEWHERE} == ELSEWHERE


def test_japan_is_free_on_every_day() -> None:
    assert {verdict(chip, "JP", day) for chip in CHINA for day in DAYS} == {A}


@pytest.mark.parametrize(
    ("chip", "last_free", "verdict_after"),
    [("h800", "2023-10-22", D), ("a800", "2023-10-22", D), ("h20", "2025-04-08", L), ("rtx-4090", "2023-11-16", L)],
)
def test_the_day_of_change_is_sharp(chip: str, last_free: str, verdict_after: str) -> None:
    after = (date.fromisoformat(last_free) + timedelta(days=1)).isoformat()
    assert verdict(chip, "CN", last_free) == A
    assert verdict(chip, "CN", after) == verdict_after


def test_review_of_2026_is_for_exports_from_the_united_states_only() -> None:
    assert verdict("h200", "CN", "2026-02-01", shipped_from="US") == L
    assert verdict("h200", "CN", "2026-02-01", shipped_from="TW") == D
    assert verdict("h200", "RU", "2026-02-01") == D
    assert verdict("h200", "CN", "2026-02-01", end_use="military") == D


def test_headquarters_in_china_close_third_countries() -> None:
    china = words(country("CN"))
    assert verdict("h100", "MY", "2025-05-01", headquarters=china) == D
    assert verdict("h100", "MY", "2025-05-01", headquarters=words(country("MY"))) == A
    assert verdict("h20", "SG", "2025-05-01", headquarters=china) == L
    assert verdict("h100", "US", "2025-05-01", headquarters=china) == A


def test_rescinded_diffusion_rule_never_answers() -> None:
    for day in ("2025-05-12", "2025-05-14", "2025-05-15", "2026-01-01"):
        assert verdict("h100", "MY", day) == A
        assert verdict("h100", "BR", day) == A


def test_check_41_predicates_of_3a090() -> None:
    day = date(2026, 6, 16)
    found = {chip: classification_at(controls(), traded(chip), day) for chip in ("a100", "h100", "h200", "b200", "h20")}
    assert found == {"a100": "3A090.a", "h100": "3A090.a", "h200": "3A090.a", "b200": "3A090.a", "h20": "none"}
    h20 = traded("h20")
    assert h20.tpp == 2368.0
    assert h20.density == pytest.approx(2.91, abs=0.005)


@pytest.mark.parametrize(
    ("tpp", "die_mm2", "expected"),
    [
        (4800.0, 5000.0, "3A090.a"), (4799.0, 5000.0, "none"), (1600.0, 1600.0 / 5.92, "3A090.a"),
        (1599.0, 100.0, "none"), (2400.0, 1500.0, "3A090.b"), (2399.0, 1500.0, "none"),
        (2000.0, 625.0, "3A090.b"), (2000.0, 626.0, "none"), (2000.0, None, "3A090.a"),
    ],
)  # fmt: skip
def test_thresholds_are_sharp(tpp: float, die_mm2: float | None, expected: str) -> None:
    part = Traded(id="x", name="x", tpp=tpp, die_mm2=die_mm2, memory_bytes_per_s=1e12, io_bytes_per_s=1e11)
    assert classification_at(controls(), part, date(2025, 1, 1)) == expected


@settings(max_examples=150, deadline=None)
@given(
    chip=st.sampled_from(sorted(rows("parts"))),
    to=st.sampled_from(sorted(rows("countries"))),
    day=st.dates(date(2015, 1, 1), date(2030, 12, 31)),
    end_use=st.sampled_from(["data-centre", "consumer", "military"]),
)
def test_every_day_has_one_sourced_answer(chip: str, to: str, day: date, end_use: str) -> None:
    shipment = Shipment(destination=words(country(to)), day=day, end_use=end_use)
    answer = verdict_at(controls(), traded(chip), shipment)
    assert answer.verdict in (A, L, D)
    assert answer.rule.evidence["verdict"].source
    assert date.fromisoformat(answer.rule.effective_from) <= day
    # The order in which rules stand in the file says nothing.
    assert verdict_at(controls()[::-1], traded(chip), shipment).rule.id == answer.rule.id


@settings(max_examples=100, deadline=None)
@given(tpp=st.floats(0, 30000), more=st.floats(0, 10000), day=st.dates(date(2023, 11, 17), date(2026, 11, 1)))
def test_more_performance_is_never_freer(tpp: float, more: float, day: date) -> None:
    strict = (A, L, D)
    made = [
        Traded(id="x", name="x", tpp=value, die_mm2=800.0, memory_bytes_per_s=4e12, io_bytes_per_s=9e11)
        for value in (tpp, tpp + more)
    ]
    shipment = Shipment(destination=words(country("CN")), day=day)
    low, high = (strict.index(verdict_at(controls(), part, shipment).verdict) for part in made)
    # The review of 2026 is the one place where dense big parts are freer than what it leaves out, not than small ones.
    assert low <= high


def test_a_day_before_the_rules_is_refused() -> None:
    with pytest.raises(OutOfRangeError, match="the rules begin on 2015-01-01"):
        verdict("h100", "CN", "2014-12-31")


def test_no_rule_without_source_and_date() -> None:
    for kind in ("controls", "duties", "rentals", "parts", "countries"):
        for row in rows(kind).values():
            assert row.evidence, row.id
            for proof in row.evidence.values():
                assert all((proof.source, proof.date, proof.grade in "ABCDE")), row.id
    for rule in controls():
        date.fromisoformat(rule.effective_from)
        ends = rule.effective_to is not None and rule.effective_to < rule.effective_from
        assert ends == (rule.id == "ai-diffusion-2025")
