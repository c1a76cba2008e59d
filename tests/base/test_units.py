"""Quantities in, canonical numbers out."""

import math

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from denshi.errors import UnitError
from denshi.units import UNITS, parse, show


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("2 GW", "kW", 2e6),
        ("250MW", "kW", 250e3),
        ("48 MW", "kW", 48e3),
        ("200万kW", "kW", 2e6),
        ("30T", "token", 30e12),
        ("30T tokens", "token", 30e12),
        ("32M", "token", 32e6),
        ("30兆", "token", 30e12),
        ("100k", "count", 1e5),
        ("40 C", "C", 40.0),
        ("40℃", "C", 40.0),
        ("27 billion USD", "USD", 27e9),
        ("27 bn USD", "USD", 27e9),
        ("1.2兆円", "USD", 1.2e12 / 147.06),
        ("100億円", "USD", 1e10 / 147.06),
        ("3 億ドル", "USD", 3e8),
        ("1 GiB", "byte", 2**30),
        ("80 GB", "byte", 80e9),
        ("400 Gbit/s", "byte/s", 50e9),
        ("30 ms", "s", 0.03),
        ("45 USD/MWh", "USD/kWh", 0.045),
        ("6.9 c/kWh", "USD/kWh", 0.069),
        ("11.7 USD/W", "USD/kW", 11_700.0),
        ("989.4 TFLOP/s", "FLOP/s", 989.4e12),
        ("90 %", "1", 0.9),
        ("1_000", "count", 1000.0),
        ("1,000", "count", 1000.0),
        (5, "kW", 5.0),
        (0.5, "1", 0.5),
    ],
)
def test_reads(text: str | float, unit: str, value: float) -> None:
    assert parse(text, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit", "says"),
    [
        ("2 GWh", "kW", "kWh"),
        ("2 GW", "kWh", "kWh is expected"),
        ("40 K", "C", "C is expected"),
        ("ten", "kW", "does not begin with a number"),
        ("", "kW", "does not begin with a number"),
        ("2 GX", "kW", "does not know"),
        ("inf", "kW", "does not begin"),
        (float("nan"), "kW", "not a finite number"),
        ("1e999", "kW", "not a finite number"),
        (True, "kW", "not a quantity"),
        ([1], "kW", "not a quantity"),
        ("30T", "kW", "kW is expected"),
    ],
)
def test_wrong_unit_names_the_expected(text: object, unit: str, says: str) -> None:
    with pytest.raises(UnitError, match=says.replace("(", r"\(")):
        parse(text, unit)  # type: ignore[arg-type]


@given(st.text(max_size=30), st.sampled_from(sorted(UNITS)))
def test_any_text_is_read_or_refused(text: str, unit: str) -> None:
    try:
        assert math.isfinite(parse(text, unit))
    except UnitError as error:
        assert str(error)


@given(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from(sorted(UNITS)))
def test_anything_can_be_shown(value: float, unit: str) -> None:
    assert show(value, unit)


@given(st.floats(1e-3, 1e12), st.sampled_from(["kW", "kWh"]))
def test_what_is_shown_reads_back(value: float, unit: str) -> None:
    assert parse(show(value, unit, digits=6), unit) == pytest.approx(value, rel=1e-5)


PINT = {
    "kW": "kilowatt",
    "kWh": "kilowatt_hour",
    "s": "second",
    "h": "hour",
    "m": "meter",
    "m2": "meter**2",
    "kg": "kilogram",
    "byte": "byte",
    "byte/s": "byte/second",
}
SAME_IN_PINT = {
    "kW": ["W", "kW", "MW", "GW", "TW"],
    "kWh": ["Wh", "kWh", "MWh", "GWh", "TWh"],
    "s": ["ms", "us", "ns", "min", "h", "day"],
    "h": ["h", "day"],
    "m": ["km", "cm", "mm", "ft"],
    "m2": ["km2", "acre"],
    "kg": ["kg", "g", "t", "lb"],
    "byte": ["kB", "MB", "GB", "GiB", "TiB"],
    "byte/s": ["GB/s", "Gbit/s", "TB/s"],
}


@pytest.mark.parametrize(("unit", "symbol"), [(u, s) for u, symbols in SAME_IN_PINT.items() for s in symbols])
def test_factors_agree_with_pint(unit: str, symbol: str) -> None:
    registry = pint.UnitRegistry()
    ours = UNITS[unit][symbol]
    assert ours == pytest.approx(registry(f"1 {symbol.replace('km2', 'km**2')}").to(PINT[unit]).magnitude, rel=1e-5)


@pytest.mark.parametrize("text", ["1,5 GW", "0,9", "1_5 GW", "1,2345", "12,34,567", "1,000,00"])
def test_a_decimal_comma_is_refused_and_never_read_as_grouping(text: str) -> None:
    with pytest.raises(UnitError, match="does not begin with a number"):
        parse(text, "kW")


def test_grouping_by_three_is_read() -> None:
    assert parse("1,234,567.5 kW", "kW") == 1_234_567.5
    assert parse("12_000", "count") == 12_000.0
    assert parse(".5", "1") == 0.5


def test_a_number_too_large_for_a_float_is_refused() -> None:
    with pytest.raises(UnitError, match="not a finite number"):
        parse(10**400, "kW")
