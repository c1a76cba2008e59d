"""The least cost of named cases against PyPSA, whose results are kept beside them (tools/pypsa_oracle.py)."""

import json
from pathlib import Path

import pytest

from denshi import energy
from energy.pypsa.cases import CASES

KEPT = Path(__file__).parent / "pypsa"
FOUND = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(KEPT.glob("*.json"))}
# Its solver stops within 1e-7 of its own optimum, ours within 1e-7 of its own bound.
WITHIN = 1e-6


def test_every_case_is_kept_and_nothing_else() -> None:
    assert len(CASES) >= 20
    assert FOUND.keys() == CASES.keys()
    assert {found["status"] for found in FOUND.values()} == {"optimal"}


def test_every_kind_of_supply_and_target_is_among_the_cases() -> None:
    cases = [make() for make in CASES.values()]
    kinds = {technology.kind for case in cases for technology in case.technologies}
    assert kinds >= {"grid", "solar", "wind", "battery", "firm", "gas", "following"}
    assert {case.target for case in cases} == {"none", "annual", "hourly"}
    capped = {case.carbon_cap_basis for case in cases if case.carbon_cap_g_per_kwh is not None}
    assert capped == {"year", "hour"}
    assert {case.supply for case in cases} == {"on-site", "delivered"}
    assert max(len(case.load_kw) for case in cases) == 8760


@pytest.mark.parametrize("name", CASES)
def test_the_least_cost_is_that_of_pypsa(name: str) -> None:
    found = energy.run(CASES[name]())
    assert found.cost_usd_per_year == pytest.approx(FOUND[name]["objective_usd_per_year"], rel=WITHIN)
    assert found.lower_bound_usd_per_year <= FOUND[name]["objective_usd_per_year"] * (1.0 + 1e-7)
    assert found.max_residual_kw <= 1.0  # of 100,000 of load
