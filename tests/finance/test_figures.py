"""Every figure of the finance room moves with each input it names."""

from dataclasses import replace

from denshi.finance import run
from figure_checks import assert_every_figure_moves, assert_every_input_is_named
from finance.cases import base


def test_every_figure_moves():
    cases = {
        "base": base(),
        "tokens": replace(base(), revenue="tokens"),
        "lease": replace(base(), revenue="lease"),
        "sculpted": replace(base(), repayment="sculpted"),
        "spv": replace(base(), structure="spv"),
        "uncovered": replace(base(), usual_usd_per_hour=3.6),
    }
    alternatives = {
        "scenario.finance.structure": ["corporate", "spv"],
        "scenario.finance.revenue": ["lease", "tokens", "none"],
        "scenario.finance.price": [2.0],
        "scenario.finance.token_price": [0.9],
        "scenario.finance.lease_price": [120.0],
        "scenario.finance.debt_years": [4.0],
        "scenario.finance.repayment": ["sculpted"],
        "workload.*.kind": [("serving", "serving"), ("serving", "training")],
        "buildout.critical_item": ["dry cooler"],
        "buildout.full_power_month": [16, 20],
    }
    assert_every_figure_moves(run, cases, "finance", alternatives)
    assert_every_input_is_named(run, cases, "finance")
