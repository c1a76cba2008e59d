"""Every figure of the build-out moves with each input it names."""

from dataclasses import replace
from datetime import date

from buildout.cases import Stage, base, grid, item, rule
from denshi.buildout import run
from figure_checks import assert_every_figure_moves, assert_every_input_is_named

ITEMS = (item("rack", "accelerator-system", 10, 3e6, "TW", 60), item("switch", "network", 5, 5e4, "CN", 20))
TIE = {
    "cluster_items": (item("rack", "accelerator-system", 10, 3e6, "TW", 60),),
    "facility_items": (item("switchgear", "power", 2, 1e6, "MX", 60 - 4.1 * 365.25 / 84),),
}


def test_every_figure_moves():
    cases = {
        "base": base(),
        "no phases": replace(base(), phases=(), tariff=None),
        "no term": replace(base(), term_years=None),
        "abroad": replace(base(), country="JP", rules=(rule("JP", "*", "*", "2020-01-01", 0.1),), tariff=None),
        "rule at delivery": replace(base(), tariff=None),
        "late": replace(base(), start=date(2026, 1, 1), phases=(Stage(date(2026, 7, 1), 1.0),)),
        "near tie": replace(base(), **TIE),
        "late supply": replace(base(), phases=(Stage(date(2026, 7, 1), 1.0),), technologies=(grid(24.0),)),
    }
    alternatives = {
        "scenario.project.start": [date(2025, 3, 1), date(2026, 5, 1)],
        "scenario.buildout.phase": [(Stage(date(2027, 9, 1), 0.5), Stage(date(2028, 9, 1), 0.5)), ()],
        "scenario.buildout.tariff": [0.32],
        "scenario.finance.term_years": [8.0],
        "cluster.items": [ITEMS, (*ITEMS, item("optic", "network", 1, 1.0, "US", 200))],
        "facility.items": [(item("cooler", "cooling", 4, 1e6, "US", 90),)],
        "energy.items": [(item("turbine", "energy", 200e3, 1300.0, "", 260),)],
        "energy.import_peak_kw": [0.0],
        "scenario.site.grid_connection": [50e3],
        "catalog.rules": [()],
        "catalog.site.country": ["TW", "JP"],
    }
    assert_every_figure_moves(run, cases, "buildout", alternatives)
    assert_every_input_is_named(run, cases, "buildout")
