"""Published sums of others, rebuilt: cost of ownership, rental prices, notes of a vehicle, a sculpted debt."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from denshi.finance import FinanceInput, annuity_payment, capital_charge, irr, npv, run, sculpted_service
from finance.cases import base, spread

# PySAM 7.1.1, Singleowner of PVWattsSingleOwner with a flat output of 25 MW, measured here: cash available for debt
# service and debt service of 18 years [USD], project cash flow after tax of 25 years.
PYSAM_AVAILABLE = (
    5918017.452684157, 5913879.452684157, 5908768.594584156, 5902656.253361563, 5895513.06706554, 5887308.918288371,
    5878012.915173043, 5867593.3719455395, 5856017.788959895, 5843252.832243819, 5829264.312532485, 5814017.163777573,
    5797475.421118544, 5779602.198302636, 5760359.664539793, 6681691.568094326, 6659593.0227036495, 6636005.766546965,
)
PYSAM_SERVICE = (
    4552321.117449351, 4549138.040526275, 4545206.611218581, 4540504.810278125, 4535010.051588876, 4528699.167914131,
    4521548.396286956, 4513533.363035031, 4504629.068430688, 4494809.870956783, 4484049.471178835, 4472320.895213517,
    4459596.477783496, 4445847.844848181, 4431045.89579984, 5139762.744687943, 5122763.863618191, 5104619.820420742,
)
PYSAM_RETURN = (
    -73500094.2947739, 12552689.431151168, 16089586.709525973, 12739222.960210644, 10575841.333540732,
    10734796.907277038, 9308383.875286333, 7879613.730411107, 8029857.177583721, 8176005.052877309, 8108139.381345839,
    331190.2331977987, 296721.8465649573, 259466.00266125205, 218738.98858056078, 562243.1945004984, 1328023.311197237,
    732133.1261559902, 2904631.6994173136, 5316636.878107861, 5080656.501043458, 4820592.425599121, 4775215.766329503,
    4751455.812706268, 4726393.315520935, 6461239.097294126,
)


@pytest.fixture(scope="module")
def published(shared: Path) -> dict[str, str]:
    with (shared / "validation" / "finance.csv").open(encoding="utf-8") as file:
        return {row["id"]: row["expected"] for row in csv.DictReader(file)}


def test_sculpted_debt_is_that_of_pysam(published):
    debt = 46_000_890.75984655
    assert f"{debt:,.2f}" in published["47"]
    service = sculpted_service(np.array(PYSAM_AVAILABLE), debt, 0.07)
    assert np.allclose(service, PYSAM_SERVICE, rtol=1e-9)
    assert np.allclose(np.array(PYSAM_AVAILABLE) / service, 1.3, rtol=1e-9)


def test_return_and_value_are_those_of_pysam(published):
    assert irr(PYSAM_RETURN, 1.0) == pytest.approx(0.10057707154312299, rel=1e-6)
    yearly = np.zeros(12 * 25 + 1)
    yearly[::12] = PYSAM_RETURN
    assert npv(1.064 * 1.025 - 1, yearly) == pytest.approx(3_808_341.4055876136, rel=1e-6)
    assert "10.0577 %" in published["47"]


@pytest.mark.parametrize(("life_years", "expected"), [(3, 12.0), (5, 8.5), (7, 7.0)])
def test_cost_of_ownership_of_a_gigawatt(published, life_years, expected):
    # Epoch: 38 bn USD of capital, 0.9 bn of running cost a year; the split and the rate of 7 % are inferred.
    assert float(published["1"]) == 8.5
    yearly = capital_charge(25.6, 0.07, life_years) + capital_charge(12.4, 0.07, 14) + 0.9
    assert yearly == pytest.approx(expected, rel=0.02)


def one_accelerator(capex: float, years: int, yearly_upkeep_fraction: float = 0.0) -> FinanceInput:
    """Return one accelerator, bought at once and run for some years at no interest."""
    months = 12 * years
    nothing = np.zeros(months)
    return replace(
        base(), full_power_month=0, online_fraction=np.ones(months),
        reachable_online_fraction=np.ones(months), hardware_draw_usd=spread(capex, 0, 1, months),
        network_draw_usd=nothing, facility_draw_usd=nothing, land_draw_usd=nothing, landed_hardware_usd=capex,
        network_usd=0.0, facility_usd=0.0, land_usd=0.0, energy_usd_per_year=0.0,
        energy_annuity_usd_per_year=0.0, water_m3_per_year=0.0,
        staff_usd_per_kw_year=0.0, it_upkeep_fraction=yearly_upkeep_fraction, insurance_fraction=0.0, accelerators=1.0,
        discount_rate=0.0, utilisation_fraction=1.0, ramp_months=0.0, it_life_years=float(years),
        inflation_fraction=0.0, it_scrap_fraction=0.0, structure="corporate",
    )


@pytest.mark.parametrize(("row", "capex"), [("29", 50e3), ("30", 70e3)])
def test_rental_that_pays_back_in_three_years(published, row, capex):
    cost = run(one_accelerator(capex, 3, 0.2 / 3)).lcoc_usd_per_accelerator_hour
    assert cost == pytest.approx(float(published[row]), rel=0.01)


def test_rental_at_seventy_per_cent(published):
    three, five = (float(text) for text in published["33"].split(";"))
    for years, expected in ((3, three), (5, five)):
        case = replace(one_accelerator(30e3, years), utilisation_fraction=0.7)
        assert run(case).lcoc_usd_per_accelerator_hour == pytest.approx(expected, rel=0.01)


def test_straight_line_over_three_and_six_years(published):
    three, six = (float(text) for text in published["34"].split(";"))
    for years, expected in ((3, three), (6, six)):
        depreciation = run(one_accelerator(40e3, years)).depreciation_monthly_usd
        assert depreciation[:12].sum() == pytest.approx(expected, abs=0.5)


def test_notes_of_the_hyperion_vehicle(published):
    # 27.3 bn USD at 6.58 %, level half-yearly payments over 20 years
    yearly = 2 * annuity_payment(27.3, 0.0658 / 2, 40)
    assert yearly == pytest.approx(float(published["25"]), rel=0.01)


def test_investor_brings_four_fifths(published):
    case = replace(base(), structure="spv", debt_fraction=0.0)
    result = run(case)
    both = result.investor_equity_usd + result.sponsor_equity_usd
    # 23.03 bn USD are 80 % of the vehicle's 28.79 bn
    assert 23.03 / (result.investor_equity_usd / both) == pytest.approx(float(published["23"]), rel=0.002)
