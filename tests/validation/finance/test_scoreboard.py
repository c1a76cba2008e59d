"""Rows of published money: what is read is computed, what is not read is never passed."""

import pytest

from denshi.errors import FileError
from denshi.validation.finance import rows_of, score
from denshi.validation.finance.rows import Row, expected_of, tolerance_of

HEAD = "id,category,inputs,expected,unit,tolerance,kind,locator,note\n"


def scored(inputs, expected, unit, tolerance="1%", category="spv", before=""):
    text = HEAD + before + f'1,{category},"{inputs}","{expected}",{unit},{tolerance},,,\n'
    return [one for one in score(rows_of(text, "cases.csv"), None) if one.row == "1"]


# Each figure worked out by hand from the statement alone.
STATED = [
    ("rental", "B200 all-in 60 k$, 4-y payback, +10 % opex", 60e3 * 1.1 / (4 * 8760), "$/h"),
    ("rental", "25 k$ over 4 y at 60 % utilisation", 25e3 / (4 * 8760 * 0.6), "$/h"),
    ("depr", "30 k$ straight line 5 y", 6000.0, "$/y"),
    ("spv", "X: loans 3 of 12 bn", 0.25, "LTC"),
    ("spv", "75 % contribution 3 bn -> total", 4.0, "bn$"),
    ("spv", "Y sources: 8.5 notes + 1.5 equity", 10.0, "bn$"),
    ("spv", "10 bn, 5 %, IO to 2030-06 then level annual to 2040-06", 10 * 0.05 / (1 - 1.05**-10), "bn$/y"),
    ("staged", "Z: 30 bn over 6 GW", 5.0, "bn$/GW"),
    ("energy", "plant: 4 bn$ for 2 GW", 2000.0, "$/kW"),
    ("energy", "A 300 GW vs B 50 GW additions", 6.0, "ratio"),
    ("energy", "2 GW continuous = 2 M homes", 8.76, "MWh/home/y"),
    ("energy", "87.6 TWh vs 20 GW -> capacity factor", 0.5, "-"),
    ("capex", "Bank: 40 bn x 50 %", 20.0, "bn$"),
    ("train", "Model 3 M H100-h x 1.5 $", 4.5, "M$"),
    ("fx", "JPY 15 bn = 100 M$", 150.0, "JPY/USD"),
    ("tco", "1 GW; capex 38 bn; opex 0.9 bn/y; IT life 3 y; facility 14 y; annuity at 7 %", 12.1, "bn$/y"),
    ("train", "MFU: 70 B params, 15 T tokens, 6.4 M H100-h at 989 TF", 0.2765, "-"),
]


@pytest.mark.parametrize(("category", "inputs", "published", "unit"), STATED, ids=[one[1][:30] for one in STATED])
def test_a_statement_is_computed_and_a_wrong_one_fails(category, inputs, published, unit):
    (right,) = scored(inputs, f"{published:.6f}", unit, category=category)
    assert right.verdict == "holds", right.reason
    (wrong,) = scored(inputs, f"{1.05 * published:.6f}", unit, category=category)
    assert wrong.verdict == "fails", wrong.reason
    assert wrong.computed == right.computed


@pytest.mark.parametrize(
    ("category", "inputs"),
    [
        ("spv", "the moon is made of cheese"),
        ("tco", "a feeling about costs, share of the moon"),
        ("capex", ""),
        ("rule", "nobody wrote this rule"),
        ("rental", "prices fell by half"),
        ("zzz", "12 of 15 apples"),
    ],
)
def test_what_is_not_read_is_not_answered(category, inputs):
    (one,) = scored(inputs, "1.0", "-", category=category)
    assert (one.verdict, one.computed) == ("not answered", None)
    assert one.reason


def test_a_number_of_another_kind_is_not_passed():
    (one,) = scored("JPY 15 bn = 100 M$", "150", "bn$", category="fx")
    assert one.verdict == "not answered"
    (one,) = scored("JPY 15 bn = 100 M$", "dear", "JPY/USD", category="fx")
    assert one.verdict == "not answered"
    (one,) = scored("JPY 15 bn = 100 M$", "150", "JPY/USD", tolerance="about", category="fx")
    assert one.verdict == "not answered"


def test_same_stands_for_the_row_before():
    before = '0,rental,"H100 all-in 50 k$, 2-y payback, +0 % opex",2.85,$/h,1%,,,\n'
    (one,) = scored("GB200 70 k$, same", "3.995", "$/h", category="rental", before=before)
    assert one.verdict == "holds", one.reason


def test_a_missing_number_of_a_compound_row_is_told():
    found = scored("30 k$ over 3 y at 70 % utilisation", "1.63; 0.98", "$/h", category="rental")
    assert [one.verdict for one in found] == ["holds", "not answered"]
    assert [one.id for one in found] == ["1.1", "1.2"]


@pytest.mark.parametrize(
    ("expected", "tolerance", "allowed"),
    [("8.5", "2%", 0.17), ("0.6", "0.02", 0.02), ("13333", "0", 0.5), ("2.28", "exact", 2.28e-9), ("5", "1e-6", 5e-6)],
)
def test_tolerances(expected, tolerance, allowed):
    row = Row(id="1", category="", inputs="", expected=expected, unit="-", tolerance=tolerance)
    assert tolerance_of(row, expected_of(row)[0]) == pytest.approx(allowed)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", HEAD + ",x,,,,,,,\n", HEAD + "1,x,,,,,,,\n1,x,,,,,,,\n"])
def test_a_file_that_is_no_table_of_cases_is_refused(text):
    with pytest.raises(FileError):
        rows_of(text, "cases.csv")


@pytest.mark.parametrize(
    ("inputs", "expected", "verdict"),
    [
        ("3A090.a / .b predicate", "H100 .a", "holds"),
        ("3A090.a / .b predicate", "H20 .a", "fails"),
        ("Section 232 predicate", "H200 True", "holds"),
        ("Section 232 predicate", "H100/H200 False", "fails"),
        ("BIS 2026-02-01 case-by-case to China", "H200 case-by-case", "holds"),
        ("BIS 2026-02-01 case-by-case to China", "B200 case-by-case", "fails"),
        ("3A090.a / .b predicate", "NOSUCHCHIP .a", "not answered"),
    ],
)
def test_predicates_of_trade_rules(inputs, expected, verdict):
    (one,) = scored(inputs, expected, "-", "exact", category="rule")
    assert one.verdict == verdict, one.reason
