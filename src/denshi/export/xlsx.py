"""The workbook: summary, bill of materials with a live total, racks, cables, power chain, pull list."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from denshi.export import xlsx_bill, xlsx_sheets
from denshi.export.extras import package
from denshi.export.inventory import Inventory
from denshi.export.names import is_formula

# A date of its own would make two runs of one design differ.
_CREATED = datetime(2000, 1, 1)
EXCEL_ROWS = 1_048_576


class Book:
    """A workbook of which every sheet is written from the top to the bottom, so that memory stays flat."""

    def __init__(self, path: Path) -> None:
        xlsxwriter = package("xlsx")
        options = {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False}
        self._book = xlsxwriter.Workbook(str(path), {**options, "strings_to_urls": False, "strings_to_numbers": False})
        self._book.set_properties({"created": _CREATED, "author": "denshi"})
        self._formats = {
            "head": self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "title": self._book.add_format({"bold": True, "font_size": 14}),
            "total": self._book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00"}),
            "text": self._book.add_format({}),
            "wrap": self._book.add_format({"text_wrap": True, "valign": "top"}),
            "count": self._book.add_format({"num_format": "#,##0.###"}),
            "money": self._book.add_format({"num_format": "#,##0.00"}),
            "share": self._book.add_format({"num_format": "0.0%"}),
            "rate": self._book.add_format({"num_format": "0.0000"}),
        }

    def sheet(self, name: str, widths: Sequence[float], frozen: int = 1) -> "Sheet":
        """Add a sheet with these column widths whose first rows stay in view."""
        sheet = self._book.add_worksheet(name)
        for i, width in enumerate(widths):
            sheet.set_column(i, i, width)
        if frozen:
            sheet.freeze_panes(frozen, 0)
        return Sheet(sheet, self._formats)

    def close(self) -> None:
        """Write the file."""
        self._book.close()


class Sheet:
    """One sheet, row after row."""

    def __init__(self, sheet: Any, formats: dict[str, Any]) -> None:
        self._sheet, self._formats = sheet, formats
        self.row = 0

    def write(self, values: Iterable[object], kinds: Sequence[str] | str = "text") -> int:
        """Write a row and return its number as Excel counts, from 1; None leaves a cell empty.

        Text is written as text, whatever it looks like; a formula is a pair of the formula and its value now.
        """
        for column, value in enumerate(values):
            style = self._formats[kinds if isinstance(kinds, str) else kinds[column]]
            if isinstance(value, tuple):
                self._sheet.write_formula(self.row, column, value[0], style, value[1])
            elif isinstance(value, bool | int | float):
                self._sheet.write_number(self.row, column, value, style)
            elif value is not None:
                self._sheet.write_string(self.row, column, _text(str(value)), style)
        self.row += 1
        return self.row

    def write_fast(self, values: Sequence[str | float]) -> None:
        """Write a row of names that are no formulas and one number at its end."""
        write, row = self._sheet.write_string, self.row
        for column, value in enumerate(values[:-1]):
            write(row, column, value)
        self._sheet.write_number(row, len(values) - 1, values[-1])
        self.row += 1


def _text(value: str) -> str:
    """Text is not computed, but becomes a formula when it is edited or saved as CSV; a blank prevents that."""
    return f" {value}" if is_formula(value) else value


def write(inventory: Inventory, path: Path, progress: Callable[[str], None]) -> dict[str, int]:
    """Write the workbook; return the number of lines of each list.

    Raises
    ------
    UsageError : XlsxWriter is not installed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    book = Book(path)
    progress("workbook")
    summary = book.sheet("Summary", (44, 24, 18), frozen=0)
    bill = book.sheet("Bill of materials", (52, 20, 14, 8, 16, 20, 16, 16, 8, 12, 7, 60, 44))
    lines = xlsx_bill.bill(bill, inventory.items)
    racks = xlsx_sheets.racks(book.sheet("Racks", (18, 14, 8, 8, 10, 10, 10, 12, 12)), inventory)
    cables = book.sheet("Cables", (30, 18, 16, 14, 16, 18, 14))
    pulled = book.sheet("Pull list", (10, 16, 26, 12, 26, 12, 26, 12))
    xlsx_sheets.power(book.sheet("Power chain", (30, 12, 18, 20)), inventory)
    progress("pull list")
    counted = xlsx_sheets.cables(cables, pulled, inventory, EXCEL_ROWS)
    xlsx_sheets.summary(summary, inventory, lines)
    book.close()
    return {"bill": len(inventory.items), "racks": racks, "cables": counted}
