"""The workbook, read back by another library: sums, live formulas, text that stays text."""

from dataclasses import replace

import openpyxl
import pytest

from denshi.export import xlsx
from export.sample import SAMPLE, item, named


def _write(path, inventory=SAMPLE):
    return xlsx.write(inventory, path, lambda _: None)


def _sheets(path, values):
    book = openpyxl.load_workbook(path, data_only=values)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def test_the_bill_sums_to_the_design_by_its_own_lines_and_by_its_formula(tmp_path):
    _write(tmp_path / "b.xlsx")
    seen, live = _sheets(tmp_path / "b.xlsx", True), _sheets(tmp_path / "b.xlsx", False)
    lines = seen["Bill of materials"][1:-1]
    assert sum(line[2] * line[4] for line in lines) == SAMPLE.totals.usd
    assert seen["Bill of materials"][-1][5] == SAMPLE.totals.usd
    assert live["Bill of materials"][-1][5] == "=SUM(F2:F4)"
    assert [line[5] for line in live["Bill of materials"][1:-1]] == ["=C2*E2", "=C3*E3", "=C4*E4"]
    assert [line[8:11] for line in lines] == [["TW", 26, "C"]] * 3


def test_the_summary_repeats_the_totals(tmp_path):
    _write(tmp_path / "b.xlsx")
    found = {row[0]: row[1] for row in _sheets(tmp_path / "b.xlsx", True)["Summary"] if row[0]}
    totals = SAMPLE.totals
    assert (found["Accelerators"], found["Racks"], found["Switches"], found["Cables"]) == (8, 5, 2, 8)
    assert found["Bill of materials"] == totals.usd
    assert _sheets(tmp_path / "b.xlsx", False)["Summary"][7][1] == "='Bill of materials'!F5"


def test_cables_are_summed_by_medium_and_listed(tmp_path):
    _write(tmp_path / "b.xlsx")
    found = _sheets(tmp_path / "b.xlsx", True)
    assert [row[:4] for row in found["Cables"][1:-1]] == [
        ["DAC", "passive-copper", "host-leaf", 4],
        ["SMF", "single-mode", "host-leaf", 4],
    ]
    assert found["Cables"][-1][3:] == [8, sum(c.length_m for c in SAMPLE.cables()), 800, 4]
    assert len(found["Pull list"]) == 9
    assert found["Pull list"][1][:7] == ["c1", "host-leaf", "node-1", "nic1", "leaf-1", "1", "DAC"]
    assert len(found["Racks"]) == 6
    assert found["Power chain"][1] == ["busway-415v", 2, 40, 12.5]


def test_a_list_longer_than_a_sheet_points_to_its_file(tmp_path):
    many = replace(SAMPLE, totals=replace(SAMPLE.totals, cables=xlsx.EXCEL_ROWS))
    _write(tmp_path / "b.xlsx", many)
    found = _sheets(tmp_path / "b.xlsx", True)["Pull list"]
    assert len(found) == 1
    assert "pull-list.csv" in found[0][0]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", '=HYPERLINK("x")', "http://x", "007"])
def test_text_stays_text_and_is_no_formula_when_saved_as_csv(tmp_path, text):
    inventory = replace(named(text, text), items=(replace(item(text, 1.0, 1.0), source=text, origin=text),))
    _write(tmp_path / "b.xlsx", inventory)
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    bill = book["Bill of materials"]
    for cell in (bill["A2"], bill["I2"], bill["L2"], book["Summary"]["A1"]):
        assert cell.data_type == "s"
        assert not cell.value.startswith(tuple("=+-@"))
        assert cell.hyperlink is None


def test_the_same_inventory_gives_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        _write(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
