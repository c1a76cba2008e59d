"""The single owner of PySAM: its terms as a deal, its default project, and the row that asks for it."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from denshi.finance.deal import Deal, Debt, Flows, Tax, cash_flows
from denshi.finance.deal.schedules import MACRS, depreciation
from denshi.finance.irr import irr
from denshi.validation.finance.answer import Answer, Question, one

# PySAM's own tables of a straight line with half a year at both ends, rounded to a hundredth of a per cent.
_STRAIGHT_15 = (0.0333, *6 * (0.0667,), *4 * (0.0666, 0.0667), 0.0333)
_STRAIGHT_20 = (0.025, *19 * (0.05,), 0.025)
_TABLES = (
    ("depr_alloc_macrs_5_percent", MACRS[5]),
    ("depr_alloc_macrs_15_percent", MACRS[15]),
    ("depr_alloc_sl_15_percent", _STRAIGHT_15),
    ("depr_alloc_sl_20_percent", _STRAIGHT_20),
)
# Of the default "PVWattsSingleOwner" of NREL-PySAM 7.1.1: shares in per cent, money in USD, power in kW.
DEFAULT: Mapping[str, Any] = {
    **{"analysis_period": 25.0, "construction_financing_cost": 2941800.0, "cost_debt_fee": 2.75, "debt_option": 1.0},
    **{"debt_percent": 60.0, "degradation": [0.5], "depr_alloc_macrs_15_percent": 1.5},
    **{"depr_alloc_macrs_5_percent": 90.0, "depr_alloc_sl_15_percent": 2.5, "depr_alloc_sl_20_percent": 3.0},
    **{"dscr": 1.3, "dscr_limit_debt_fraction": 0.0, "dscr_maximum_debt_fraction": 100.0, "dscr_reserve_months": 6.0},
    **{"equip1_reserve_cost": 0.1, "equip1_reserve_freq": 15.0, "federal_tax_rate": [21.0], "inflation_rate": 2.5},
    **{"months_working_reserve": 6.0, "om_capacity": [19.0], "payment_option": 0.0, "ppa_escalation": 1.0},
    **{"ppa_price_input": [0.04], "ptc_fed_amount": [0.03], "ptc_fed_escal": 2.5, "ptc_fed_term": 10.0},
    **{"real_discount_rate": 6.4, "reserves_interest": 1.75, "state_tax_rate": [7.0], "system_capacity": 100000.0},
    **{"term_int_rate": 7.0, "term_tenor": 18.0, "total_installed_cost": 112068000.0},
}


def single_owner_deal(terms: Mapping[str, Any], made_kwh: float, gearing: float | None = None) -> Deal:
    """Return the deal of PySAM's terms: a step is a year, the first one is construction.

    Parameters
    ----------
    terms : PySAM's names and units.
    made_kwh : energy of the first year [kWh].
    gearing : debt over uses [1] where the cover does not size the debt. PySAM's share is not one of all uses: its own
        ratio is to be given.
    """
    steps = int(terms["analysis_period"]) + 1
    year = np.arange(steps) - 1.0
    running, grown = year >= 0.0, (1.0 + terms["inflation_rate"] / 100.0) ** np.maximum(year, 0.0)
    made = made_kwh * (1.0 - terms["degradation"][0] / 100.0) ** year
    price = terms["ppa_price_input"][0] * (1.0 + terms["ppa_escalation"] / 100.0) ** year
    credit = np.round(terms["ptc_fed_amount"][0] * (1.0 + terms["ptc_fed_escal"] / 100.0) ** year, 3)
    cost = terms["total_installed_cost"] + terms["construction_financing_cost"]
    renewed = int(terms["equip1_reserve_freq"])
    refresh = np.where(year == renewed - 1, 1e3 * terms["equip1_reserve_cost"] * terms["system_capacity"] * grown, 0.0)
    written_off = depreciation(float(refresh.sum()), MACRS[5], renewed, steps, 1)
    for name, table in _TABLES:
        written_off = written_off + depreciation(cost * terms[name] / 100.0, table, 1, steps, 1)
    federal, state = terms["federal_tax_rate"][0] / 100.0, terms["state_tax_rate"][0] / 100.0
    return Deal(
        steps_per_year=1,
        built=1,
        capex_usd=np.where(year == -1.0, cost, 0.0),
        revenue_usd=np.where(running, made * price, 0.0),
        opex_usd=np.where(running, terms["om_capacity"][0] * terms["system_capacity"] * grown, 0.0),
        depreciation_usd=written_off,
        tax=Tax(rate=federal + state - federal * state, losses="refunded"),
        credit_usd=np.where(running & (year < terms["ptc_fed_term"]), made * credit, 0.0),
        refresh_usd=refresh,
        refresh_saved_usd=np.where(running & (year < renewed), refresh.sum() / renewed, 0.0),
        opex_reserve_steps=terms["months_working_reserve"] / 12.0,
        reserve_rate=terms["reserves_interest"] / 100.0,
        debt=_debt(terms, gearing),
    )


def _debt(terms: Mapping[str, Any], gearing: float | None) -> Debt:
    sculpted = terms["debt_option"] == 1.0
    level = terms["payment_option"] == 0.0
    return Debt(
        rate=terms["term_int_rate"] / 100.0,
        construction_rate=0.0,
        gearing=1.0 if gearing is None else gearing,
        cover=terms["dscr"] if gearing is None else None,
        shape="sculpted" if sculpted else "annuity" if level else "equal",
        tenor_steps=int(terms["term_tenor"]),
        upfront_fraction=terms["cost_debt_fee"] / 100.0,
        reserve_steps=terms["dscr_reserve_months"] / 12.0,
    )


def value_usd(terms: Mapping[str, Any], flows: Flows) -> float:
    """Return the value of the owner's cash at PySAM's nominal rate [USD]."""
    rate = (1.0 + terms["real_discount_rate"] / 100.0) * (1.0 + terms["inflation_rate"] / 100.0) - 1.0
    return float(flows.equity_usd[0] @ (1.0 + rate) ** -np.arange(float(flows.equity_usd.shape[1])))


def single_owner(asked: Question) -> Answer | None:
    """The rate of return, value and sculpted debt of the default project with an output and a size that are stated."""
    if not re.search(r"singleowner", asked.inputs, re.IGNORECASE):
        return None
    output = re.search(r"gen *= *([\d.]+) *MW", asked.inputs)
    size = re.search(r", *([\d.]+) *MW", asked.inputs)
    if output is None or size is None:
        return None
    falling = re.search(r"degr\w* *([\d.]+) *%", asked.inputs)
    terms = {**DEFAULT, "system_capacity": 1e3 * float(size[1])}
    terms["degradation"] = [float(falling[1]) if falling else 0.0]
    flows = cash_flows(single_owner_deal(terms, 1e3 * float(output[1]) * 8760.0))
    rate = irr(flows.equity_usd[0], 1.0)
    if rate is None:
        return None
    found = {
        "irr": one(rate, "1"),
        "npv": one(value_usd(terms, flows), "USD"),
        "debt": one(float(flows.debt_usd[0]), "USD"),
    }
    order = sorted((asked.expected.lower().find(word), word) for word in found)
    parts = tuple(found[word] for place, word in order if place >= 0)
    return Answer(parts=parts, how="the same default project as a deal") if parts else None
