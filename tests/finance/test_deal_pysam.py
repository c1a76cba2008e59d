"""Deals as PySAM solves them: debt, equity, service, cash of owners, NPV and IRR (tools/pysam_oracle.py)."""

import json
from pathlib import Path

import numpy as np
import pytest
import pyxirr

from denshi.finance.deal import cash_flows, unbalanced_usd
from denshi.finance.irr import irr
from denshi.validation.finance.single_owner import DEFAULT, single_owner_deal, value_usd

KEPT = [json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "pysam").glob("*.json"))]


def deal_of(kept):
    """Return the deal of PySAM's terms, 25 MW in every hour; without a cover its own share of debt is taken."""
    terms, results = kept["terms"], kept["results"]
    covered = terms["debt_option"] == 1.0 and not terms["dscr_limit_debt_fraction"]
    share = results["size_of_debt"] / (results["size_of_debt"] + results["size_of_equity"])
    return single_owner_deal(terms, 25e3 * 8760.0, None if covered else share)


@pytest.mark.parametrize("kept", KEPT, ids=[kept["case"] for kept in KEPT])
def test_a_deal_is_that_of_pysam(kept):
    deal, results, terms = deal_of(kept), kept["results"], kept["terms"]
    flows = cash_flows(deal)
    assert flows.debt_usd[0] == pytest.approx(results["size_of_debt"], rel=1e-8)
    assert flows.equity_draw_usd.sum() == pytest.approx(results["size_of_equity"], rel=1e-8)
    service = flows.interest_usd[0] + flows.repayment_usd[0]
    worst = 1e-8 * results["size_of_debt"]
    assert service == pytest.approx(np.array(kept["service_usd"]), abs=worst)
    assert flows.equity_usd[0] == pytest.approx(np.array(kept["after_tax_usd"]), abs=worst)
    assert value_usd(terms, flows) == pytest.approx(results["project_return_aftertax_npv"], rel=1e-8)
    # PySAM's search for the rate ends early: on its own cash flow it is up to 2e-4 points off the root.
    assert 100.0 * irr(flows.equity_usd[0], 1.0) == pytest.approx(100.0 * pyxirr.irr(kept["after_tax_usd"]), abs=1e-8)
    assert 100.0 * irr(flows.equity_usd[0], 1.0) == pytest.approx(results["project_return_aftertax_irr"], abs=3e-4)
    assert np.nanmin(flows.cover[0, 1:]) == pytest.approx(results["min_dscr"], rel=1e-8)
    assert np.abs(unbalanced_usd(deal, flows)).max() <= 1e-9 * results["size_of_debt"]


def test_there_are_cases_of_every_kind():
    assert len(KEPT) >= 6
    assert {kept["terms"]["debt_option"] for kept in KEPT} == {0.0, 1.0}
    assert {kept["terms"]["payment_option"] for kept in KEPT} == {0.0, 1.0}


def test_the_default_terms_are_those_of_pysam():
    (default,) = (kept["terms"] for kept in KEPT if kept["case"] == "default")
    assert {name: default[name] for name in DEFAULT} == dict(DEFAULT)
