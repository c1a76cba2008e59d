"""The pro forma, recalculated by a spreadsheet engine that is not ours."""

import warnings
from dataclasses import replace
from datetime import date

import numpy as np
import openpyxl
import pytest

from denshi.export.proforma import Project, column, statement, write
from denshi.finance import run
from finance.cases import base

START = date(2026, 4, 1)
CASES = {
    "project": {},
    "sculpted, losses first": {"repayment": "sculpted", "price_usd_per_hour": 3.0, "tax_rate": 0.35},
    "vehicle that lets": {"structure": "spv", "revenue": "lease", "debt_fraction": 0.9, "debt_years": 4.0},
}


def project(**changes):
    given = replace(base(), **changes)
    return Project(name="Campus", start=START, given=given, found=run(given))


def recalculated(path):
    """Return every formula of the workbook by sheet and cell, computed anew."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the engine compares with "is" in places, in parts that it imports late
        import formulas

        solution = formulas.ExcelModel().loads(str(path)).finish(circular=False).calculate()
    found = {}
    for key, cell in solution.items():
        sheet, _, at = str(key).partition("]")[2].partition("'!")
        if sheet and ":" not in at:
            found[sheet.upper(), at] = cell.value[0, 0]
    return found


def written(path):
    live, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    for sheet in live:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    yield sheet.title, cell.coordinate, cell.value, values[sheet.title][cell.coordinate].value


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_every_formula_recalculates_to_denshis_own_value(name, tmp_path):
    path = tmp_path / "p.xlsx"
    write(project(**CASES[name]), path)
    found = recalculated(path)
    count = 0
    for sheet, at, text, value in written(path):
        # A hundredth of a cent, or a part in ten thousand million of what is large.
        assert float(found[sheet.upper(), at]) == pytest.approx(value, rel=1e-10, abs=1e-4), (sheet, at, text)
        count += 1
    assert count > 1500


@pytest.mark.slow
def test_a_changed_input_moves_what_hangs_on_it_as_denshi_would(tmp_path):
    """Price, discount rate, tax, gearing and rate changed in the workbook against a run of denshi with the same."""
    path, changed = tmp_path / "p.xlsx", tmp_path / "q.xlsx"
    write(project(), path)
    book = openpyxl.load_workbook(path)
    rows = {row[0].value: row[1] for row in book["Inputs"].iter_rows(min_row=3)}
    moves = {"price": 5.5, "change": -0.05, "discount": 0.07, "tax": 0.3, "gearing": 0.5, "rate": 0.08}
    for key, value in moves.items():
        rows[key].value = value
    book.save(changed)
    found = recalculated(changed)
    summary = {row[0].value: row[1].coordinate for row in book["Summary"].iter_rows(min_row=4)}
    own = project(
        price_usd_per_hour=5.5,
        price_decline_fraction=0.05,
        discount_rate=0.07,
        tax_rate=0.3,
        debt_fraction=0.5,
        debt_rate=0.08,
    ).found
    for name, value in {
        "Net present value": own.npv_usd,
        "Internal rate of return": own.irr,
        "Internal rate of return of equity": own.equity_irr,
        "Multiple of the money of equity": own.moic,
        "Sources: debt": own.debt_usd,
        "Uses: interest of construction": own.capitalised_interest_usd,
    }.items():
        assert float(found["SUMMARY", summary[name]]) == pytest.approx(value, rel=1e-8), name


def test_sources_are_uses_and_years_are_the_months(tmp_path):
    path = tmp_path / "p.xlsx"
    made = project()
    write(made, path)
    book = openpyxl.load_workbook(path, data_only=True)
    sums = {row[0].value: row[1].value for row in book["Summary"].iter_rows(min_row=4)}
    assert sums["Sources less uses"] == pytest.approx(0.0, abs=0.01)
    assert sums["Sources: debt"] + sums["Sources: equity"] == pytest.approx(
        sums["Uses: capital expenditure"] + sums["Uses: interest of construction"]
    )
    years = {row[0].value: [cell.value for cell in row[2:]] for row in book["Years"].iter_rows()}
    assert years["Line"][0] == "2026"
    assert sum(years["Revenue"]) == pytest.approx(made.found.revenue_monthly_usd.sum())
    assert years["Revenue"][1] == pytest.approx(made.found.revenue_monthly_usd[9:21].sum())


def test_numbers_that_are_no_arithmetic_stand_as_numbers():
    sheet = statement(project())
    cells = {line.key: line.cells for line in sheet.lines}
    assert all(isinstance(cell, float) for cell in cells["depreciation"])
    assert all(isinstance(cell, tuple) for cell in cells["tax"])
    assert np.sum([cell[1] for cell in cells["tax"]]) == pytest.approx(project().found.tax_monthly_usd.sum())


def test_columns_are_named_as_spreadsheets_do():
    assert [column(m) for m in range(900)] == [openpyxl.utils.get_column_letter(m + 5) for m in range(900)]
