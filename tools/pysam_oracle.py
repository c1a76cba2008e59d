"""Solve deals with PySAM's Singleowner and keep what it finds beside the tests.

    python tools/pysam_oracle.py

It needs NREL-PySAM. Each case changes terms of its default photovoltaic project; kept are the terms that the tests
build the same deal from, and PySAM's results.
"""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

KEPT = Path(__file__).resolve().parents[1] / "tests" / "finance" / "pysam"
NO_TAX = {"federal_tax_rate": [0.0], "state_tax_rate": [0.0]}
CASES = {
    "default": {},
    "cover-1.5-over-12-years": {"dscr": 1.5, "term_tenor": 12.0},
    "gearing-capped": {"dscr_limit_debt_fraction": 1.0, "dscr_maximum_debt_fraction": 25.0},
    "gearing-40-level": {"debt_option": 0.0, "debt_percent": 40.0, "payment_option": 0.0},
    "gearing-40-equal-parts": {"debt_option": 0.0, "debt_percent": 40.0, "payment_option": 1.0},
    "no-tax": NO_TAX,
    "no-credits-dearer-power": {"ptc_fed_amount": [0.0], "ppa_price_input": [0.08]},
    "no-reserves": {"dscr_reserve_months": 0.0, "months_working_reserve": 0.0, "equip1_reserve_cost": 0.0},
    "costly-debt": {"term_int_rate": 11.0, "cost_debt_fee": 5.0, "dscr_reserve_months": 12.0},
    "all-written-off-in-five-years": {
        "depr_alloc_macrs_5_percent": 100.0,
        "depr_alloc_macrs_15_percent": 0.0,
        "depr_alloc_sl_15_percent": 0.0,
        "depr_alloc_sl_20_percent": 0.0,
    },
    "faster-decline": {"degradation": [3.0], "ppa_escalation": 0.0, "analysis_period": 20.0, "term_tenor": 10.0},
}
TERMS = (
    *("analysis_period", "construction_financing_cost", "cost_debt_fee", "debt_option", "debt_percent", "degradation"),
    *("depr_alloc_macrs_15_percent", "depr_alloc_macrs_5_percent", "depr_alloc_sl_15_percent"),
    *("depr_alloc_sl_20_percent", "dscr", "dscr_limit_debt_fraction", "dscr_maximum_debt_fraction"),
    *("dscr_reserve_months", "equip1_reserve_cost", "equip1_reserve_freq", "federal_tax_rate", "inflation_rate"),
    *("months_working_reserve", "om_capacity", "payment_option", "ppa_escalation", "ppa_price_input"),
    *("ptc_fed_amount", "ptc_fed_escal", "ptc_fed_term", "real_discount_rate", "reserves_interest", "state_tax_rate"),
    *("system_capacity", "term_int_rate", "term_tenor", "total_installed_cost"),
)
RESULTS = ("size_of_debt", "size_of_equity", "project_return_aftertax_npv", "project_return_aftertax_irr", "min_dscr")


def solved(changes: dict[str, object]) -> dict[str, object]:
    """Return terms and results of a case: 25 MW in every hour of the year."""
    from PySAM import Singleowner

    model = Singleowner.default("PVWattsSingleOwner")
    model.SystemOutput.gen = [25_000.0] * 8760
    model.FinancialParameters.system_capacity = 100_000.0
    model.SystemOutput.degradation = [0.5]
    for name, value in changes.items():
        model.value(name, value)
    model.execute()
    return {
        "terms": {name: model.value(name) for name in TERMS},
        "results": {name: model.value(name) for name in RESULTS},
        "after_tax_usd": list(model.value("cf_project_return_aftertax")),
        "service_usd": list(model.value("cf_debt_payment_total")),
    }


def main() -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    for name, changes in CASES.items():
        found = {"case": name, **solved(changes)}
        found |= {"program": f"NREL-PySAM {version('NREL-PySAM')}", "date": f"{datetime.now(UTC):%Y-%m-%d}"}
        (KEPT / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")
        print(name, found["results"])


if __name__ == "__main__":
    main()
