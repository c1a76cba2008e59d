"""Deals as PySAM solves them: debt, equity, service, cash of owners, NPV and IRR (tools/pysam_oracle.py)."""

import json
from pathlib import Path

import numpy as np
import pytest
import pyxirr

from denshi.finance.deal import Deal, Debt, Tax, cash_flows, unbalanced_usd
from denshi.finance.deal.schedules import MACRS, depreciation
from denshi.finance.irr import irr

KEPT = [json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "pysam").glob("*.json"))]
# PySAM's own tables of a straight line with half a year at both ends, rounded to a hundredth of a per cent.
STRAIGHT_15 = (0.0333, *6 * (0.0667,), *4 * (0.0666, 0.0667), 0.0333)
STRAIGHT_20 = (0.025, *19 * (0.05,), 0.025)


def deal_of(kept):
    """Return the deal of PySAM's terms: a step is a year, the first one is construction."""
    terms = kept["terms"]
    steps = int(terms["analysis_period"]) + 1
    year = np.arange(steps) - 1.0
    running, grown = year >= 0.0, (1.0 + terms["inflation_rate"] / 100.0) ** np.maximum(year, 0.0)
    made_kwh = 25e3 * 8760.0 * (1.0 - terms["degradation"][0] / 100.0) ** year
    price = terms["ppa_price_input"][0] * (1.0 + terms["ppa_escalation"] / 100.0) ** year
    credit = np.round(terms["ptc_fed_amount"][0] * (1.0 + terms["ptc_fed_escal"] / 100.0) ** year, 3)
    cost = terms["total_installed_cost"] + terms["construction_financing_cost"]
    renewed = int(terms["equip1_reserve_freq"])
    refresh = np.where(year == renewed - 1, 1e3 * terms["equip1_reserve_cost"] * terms["system_capacity"] * grown, 0.0)
    tables = (
        ("depr_alloc_macrs_5_percent", MACRS[5]),
        ("depr_alloc_macrs_15_percent", MACRS[15]),
        ("depr_alloc_sl_15_percent", STRAIGHT_15),
        ("depr_alloc_sl_20_percent", STRAIGHT_20),
    )
    written_off = sum(depreciation(cost * terms[name] / 100.0, table, 1, steps, 1) for name, table in tables)
    written_off = written_off + depreciation(refresh.sum(), MACRS[5], renewed, steps, 1)
    federal, state = terms["federal_tax_rate"][0] / 100.0, terms["state_tax_rate"][0] / 100.0
    results = kept["results"]
    covered = terms["debt_option"] == 1.0 and not terms["dscr_limit_debt_fraction"]
    shape = "sculpted" if terms["debt_option"] == 1.0 else ("annuity", "equal")[int(terms["payment_option"])]
    # PySAM's share of debt is not that of all uses: its own ratio is taken where the cover does not size the debt.
    gearing = results["size_of_debt"] / (results["size_of_debt"] + results["size_of_equity"])
    return Deal(
        steps_per_year=1,
        built=1,
        capex_usd=np.where(year == -1.0, cost, 0.0),
        revenue_usd=np.where(running, made_kwh * price, 0.0),
        opex_usd=np.where(running, terms["om_capacity"][0] * terms["system_capacity"] * grown, 0.0),
        depreciation_usd=written_off,
        tax=Tax(rate=federal + state - federal * state, losses="refunded"),
        credit_usd=np.where(running & (year < terms["ptc_fed_term"]), made_kwh * credit, 0.0),
        refresh_usd=refresh,
        refresh_saved_usd=np.where(running & (year < renewed), refresh.sum() / renewed, 0.0),
        opex_reserve_steps=terms["months_working_reserve"] / 12.0,
        reserve_rate=terms["reserves_interest"] / 100.0,
        debt=Debt(
            rate=terms["term_int_rate"] / 100.0,
            construction_rate=0.0,
            gearing=1.0 if covered else gearing,
            cover=terms["dscr"] if covered else None,
            shape=shape,
            tenor_steps=int(terms["term_tenor"]),
            upfront_fraction=terms["cost_debt_fee"] / 100.0,
            reserve_steps=terms["dscr_reserve_months"] / 12.0,
        ),
    )


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
    rate = (1.0 + terms["real_discount_rate"] / 100.0) * (1.0 + terms["inflation_rate"] / 100.0) - 1.0
    value = float(flows.equity_usd[0] @ (1.0 + rate) ** -np.arange(float(flows.equity_usd.shape[1])))
    assert value == pytest.approx(results["project_return_aftertax_npv"], rel=1e-8)
    # PySAM's search for the rate ends early: on its own cash flow it is up to 2e-4 points off the root.
    assert 100.0 * irr(flows.equity_usd[0], 1.0) == pytest.approx(100.0 * pyxirr.irr(kept["after_tax_usd"]), abs=1e-8)
    assert 100.0 * irr(flows.equity_usd[0], 1.0) == pytest.approx(results["project_return_aftertax_irr"], abs=3e-4)
    assert np.nanmin(flows.cover[0, 1:]) == pytest.approx(results["min_dscr"], rel=1e-8)
    assert np.abs(unbalanced_usd(deal, flows)).max() <= 1e-9 * results["size_of_debt"]


def test_there_are_cases_of_every_kind():
    assert len(KEPT) >= 6
    assert {kept["terms"]["debt_option"] for kept in KEPT} == {0.0, 1.0}
    assert {kept["terms"]["payment_option"] for kept in KEPT} == {0.0, 1.0}
