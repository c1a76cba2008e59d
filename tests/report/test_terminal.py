"""The first screen: at most 25 lines, no line wider than the terminal, the numbers that matter on it."""

import pytest

from denshi.report.terminal import columns, first_screen
from report.sample import grid_only, sample


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("width", [60, 80, 132])
@pytest.mark.parametrize("design", [sample(), grid_only()], ids=["campus", "grid only"])
def test_it_fits(design, width, lang):
    lines = first_screen(design, lang, width).splitlines()
    assert len(lines) <= 25
    assert max(map(columns, lines)) <= width


def test_it_says_values_bands_grades_limits_and_the_next_command():
    screen = first_screen(sample())
    for text in (
        "Hyperion",
        "Richland Parish",
        "2.00 GW",
        "813,600",
        "7.1 – 16.2 %",
        "$2.07/h",
        "345 kV",
        "Notices: 2",
    ):
        assert text in screen
    assert screen.splitlines()[-1] == "Next: denshi trace SCENARIO finance.lcoc_usd_per_accelerator_hour"


def test_it_says_so_in_japanese():
    screen = first_screen(sample(), "ja")
    for text in ("200万kW", "81.4万基", "幅なし", "等級", "制約", "注意事項：2 件"):
        assert text in screen


def test_many_headlines_and_long_limits_keep_the_next_command():
    design = sample()
    design["headlines"] = design["headlines"] + design["headlines"]
    design["binding"] = [{"what": "a long limit " * 30, "path": ""}] * 9
    lines = first_screen(design).splitlines()
    assert len(lines) <= 25
    assert lines[-1].startswith("Next:")


def test_control_characters_do_not_reach_the_terminal():
    design = sample("a\x1b[31mred\x07\nname")
    assert first_screen(design).splitlines()[0] == "a[31mredname  Richland Parish"
    assert "\x1b" not in first_screen(design)


def test_an_empty_design_is_a_screen():
    assert first_screen({"scenario": {}, "headlines": []})
