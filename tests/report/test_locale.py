"""Words and numbers: the same keys in both languages, Japanese numbers written anew and not word by word."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denshi.catalog import Accelerator, Kernels, Model, Software, find
from denshi.errors import UsageError
from denshi.figure import figures
from denshi.report.locale import LANGUAGES, is_share, number, percent, texts
from denshi.report.values import label, written
from denshi.workload.serving import Serving
from denshi.workload.training import Training
from denshi.workload.training.machine import machine_of, stack_of
from denshi.workload.training.roofline import roofline
from denshi.workload.training.shape import shape_of


def test_both_languages_have_the_same_keys():
    english, japanese = texts("en"), texts("ja")
    assert set(english) == set(japanese)


def test_both_languages_have_the_same_placeholders():
    def names(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    english, japanese = texts("en"), texts("ja")
    assert {key for key in english if names(english[key]) != names(japanese[key])} == set()


def test_japanese_texts_are_japanese():
    same = {
        "none",
        "list_separator",
        "doc.brand",
        "language",
        "axis.pue",
        "axis.money",
        "series.pue",
        "stage.ups",
        "reason",
        "figure",
    }
    kana_or_kanji = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
    latin = {
        key for key, text in texts("ja").items()
        if text and not kana_or_kanji.search(text) and key not in same and text != texts("en")[key]
    }  # fmt: skip
    names = {key: texts("ja")[key] for key in latin}
    assert all(re.fullmatch(r"[\w\s（）／・:{}%.～-]*", text) for text in names.values()), names


def test_an_unknown_language_says_which_there_are():
    with pytest.raises(UsageError, match="en, ja"):
        texts("zz")


@pytest.mark.parametrize(
    ("value", "unit", "noun", "written"),
    [
        (27e9, "USD", "", "270億ドル"),
        (1e9, "USD", "", "10億ドル"),
        (2.7e12, "USD", "", "2.7兆ドル"),
        (2.7e12, "JPY", "", "2.7兆円"),
        (123_400_000_000, "JPY", "", "1,234億円"),
        (10_000, "USD", "", "1万ドル"),
        (9_999, "USD", "", "9,999ドル"),
        (99_999_600, "USD", "", "1億ドル"),
        (-3.2e8, "USD", "", "-3.2億ドル"),
        (0, "USD", "", "0ドル"),
        (2_000_000, "kW", "", "2 GW（200万kW）"),
        (999_999.9, "kW", "", "1 GW（100万kW）"),
        (142, "kW", "", "142 kW"),
        (17.5e9, "kWh", "", "17.5 TWh（175億kWh）"),
        (814_000, "count", "基", "81.4万基"),
        (31_250, "count", "基", "31,250基"),
        (12, "count", "棟", "12棟"),
        (30e12, "token", "", "30兆トークン"),
        (3.13e7, "token/s", "", "3,130万トークン/秒"),
        (0.0489, "USD/kWh", "", "0.0489ドル/kWh"),
        (2.5, "USD/h", "", "2.5ドル/時間"),
        (1.5e9, "USD/year", "", "15億ドル/年"),
        (40, "C", "", "40 ℃"),
        (0.027, "s", "", "27 ms"),
        (680_000, "s", "", "7.87日"),
        (24, "month", "", "24か月"),
        (385, "gCO2/kWh", "", "385 gCO₂/kWh"),
        (1.1, "1", "", "1.10"),
        (None, "USD", "", "—"),
        (float("inf"), "kW", "", "—"),
    ],
)
def test_japanese_numbers(value, unit, noun, written):
    assert number(value, unit, "ja", noun) == written


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (27e9, "USD", "$27.0 bn"),
        (2.5, "USD/h", "$2.50/h"),
        (0.0489, "USD/kWh", "$0.0489/kWh"),
        (2e6, "kW", "2.00 GW"),
        (2.53e6, "kVA", "2.53 GVA"),
        (813_600, "count", "813,600"),
        (2e12, "count", "2.00 tn"),
        (30e12, "token", "30 T tokens"),
        (4.4e7, "token/s", "44 M tokens/s"),
        (128, "week", "128 weeks"),
        (1, "year", "1 year"),
        (37.2, "C", "37.2 °C"),
        (61_000, "m2", "61,000 m²"),
        (1.1, "1", "1.10"),
        (64.0, "1", "64"),
        (384.0, "1/year", "384/year"),
        (None, "USD", "—"),
    ],
)
def test_english_numbers(value, unit, written):
    assert number(value, unit, "en") == written


UNITS = (
    "USD",
    "JPY",
    "kW",
    "kWh",
    "kVA",
    "count",
    "token",
    "token/s",
    "USD/h",
    "1",
    "",
    "s",
    "C",
    "m2",
    "FLOP/s",
    "year",
)


EXTREME = st.sampled_from([float("nan"), float("inf"), float("-inf"), -0.0])


@given(st.floats(-1e30, 1e30) | EXTREME, st.sampled_from(UNITS), st.sampled_from(LANGUAGES))
def test_any_number_in_any_unit_can_be_written(value, unit, lang):
    assert number(value, unit, lang)


@given(st.floats(min_value=1, max_value=1e15), st.sampled_from(["USD", "JPY", "token"]))
def test_a_japanese_amount_reads_back_to_what_it_was(value, unit):
    text = number(value, unit, "ja")
    digits, scale = re.match(r"([\d,.]+)([万億兆]?)", text).groups()
    factor = {"": 1.0, "万": 1e4, "億": 1e8, "兆": 1e12}[scale]
    assert float(digits.replace(",", "")) * factor == pytest.approx(value, rel=0.006)
    assert float(digits.replace(",", "")) < 10_000


def test_shares_are_per_cent_and_ratios_are_not():
    assert is_share("workload.0.mfu", "1")
    assert is_share("energy.clean_fraction_annual", "1")
    assert not is_share("facility.pue_mean", "1")
    assert not is_share("finance.dscr_min", "1")
    assert percent(0.9) == "90 %"


def test_every_figure_of_a_training_run_has_a_name_in_both_languages():
    planned = {"operator_names", "operator_flop_per_byte", "operator_flop_per_s", "roof_flop_per_s", "roof_bytes_per_s"}
    for lang in LANGUAGES:
        assert {name for name in {*figures(Training), *planned} if not label(f"workload.{name}", texts(lang))} == set()


def test_every_figure_of_a_served_model_has_a_name_in_both_languages():
    for lang in LANGUAGES:
        assert {name for name in figures(Serving) if not label(f"workload.{name}", texts(lang))} == set()


def test_every_operator_of_a_roofline_has_a_name_in_both_languages():
    model = find(Model, "deepseek-v3")
    path = "workload.0.operator_names"
    machine = machine_of(find(Accelerator, "h100-sxm-80gb"), find(Kernels, "hopper"), "fp8", 5e10, 8.0)
    software = find(Software, "current")
    stack = stack_of(find(Kernels, "hopper"), software, machine, "fp8", experts=256.0, accelerators=512.0)
    plan = {"tp": 1.0, "cp": 1.0, "ep": 8.0, "micro_batch": 1.0, "sequence_parallel": 1.0}
    names = list(roofline(shape_of(model, 4096.0), machine, stack, plan)["operator_names"])
    assert len(names) == 6
    for lang in LANGUAGES:
        written_out = written(names, path, "", lang, texts(lang))
        assert not any(name in written_out.split(texts(lang)["list_separator"]) for name in names)
        assert written(["passes"], "finance.notices", "", lang, texts(lang)) == "passes"
