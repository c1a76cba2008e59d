"""The monthly pro forma as a workbook of live formulas: change a price or a rate and all that hangs on it moves.

What denshi simulates (sales, energy, draws, depreciation) stands as numbers; what follows from them by arithmetic
(revenue, tax with losses carried on, debt, returns) stands as formulas that hold denshi's own values.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from denshi.export.xlsx import Book, Sheet
from denshi.finance import Finance, FinanceInput, straight_line

Monthly = NDArray[np.float64]
Cell = float | str | tuple[str, float | str] | None

FIRST_COLUMN = 4
_HEAD_ROWS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What the room took and gave, the project's name, and the month in which it starts."""

    name: str
    start: date
    given: FinanceInput
    found: Finance


@dataclass(slots=True)
class Line:
    """One line of the pro forma: its name, unit, a cell for each month, and what its total is."""

    key: str
    name: str
    unit: str
    cells: list[Cell]
    kind: str = "money"
    total: bool = True


@dataclass(slots=True)
class Statement:
    """Inputs by name (value, unit, note) and the lines in order; formulas name both through ``cell`` and ``of``."""

    months: int
    inputs: dict[str, tuple[float, str, str]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    def given(self, key: str) -> str:
        """Return the address of an input."""
        return f"Inputs!$B${list(self.inputs).index(key) + 3}"

    def at(self, key: str, month: int) -> str:
        """Return the address of a line in a month."""
        return f"{column(month)}{self.row(key)}"

    def row(self, key: str) -> int:
        """Return the row of a line as Excel counts."""
        return [line.key for line in self.lines].index(key) + _HEAD_ROWS + 1

    def span(self, key: str) -> str:
        """Return the months of a line as a range, with its sheet."""
        row = self.row(key)
        return f"'Pro forma'!${column(0)}${row}:${column(self.months - 1)}${row}"

    def numbers(
        self, key: str, name: str, unit: str, values: Monthly, kind: str = "money", *, total: bool = True
    ) -> None:
        """Add a line of numbers."""
        self.lines.append(Line(key, name, unit, [float(one) for one in values], kind, total))

    def formulas(
        self,
        key: str,
        name: str,
        unit: str,
        texts: Sequence[str],
        values: Monthly,
        kind: str = "money",
        *,
        total: bool = True,
    ) -> None:
        """Add a line of formulas with their values; formulas may name the line itself in earlier months."""
        pairs: list[Cell] = [(f"={text}", float(one)) for text, one in zip(texts, values, strict=True)]
        self.lines.append(Line(key, name, unit, pairs, kind, total))


def column(month: int) -> str:
    """Return the letters of a month's column.

    >>> column(0), column(21), column(22), column(700)
    ('E', 'Z', 'AA', 'AAC')
    """
    number, letters = month + FIRST_COLUMN + 1, ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def statement(project: Project) -> Statement:
    """Return the pro forma of a project."""
    sheet = Statement(months=project.given.months)
    _inputs(sheet, project)
    _sales(sheet, project)
    _income(sheet, project)
    _cash(sheet, project)
    _debt(sheet, project)
    _equity(sheet, project)
    return sheet


def _inputs(sheet: Statement, project: Project) -> None:
    asked, found = project.given, project.found
    leased = asked.revenue == "lease"
    change = asked.inflation_fraction if leased else -asked.price_decline_fraction
    unit = {"rental": "USD/h", "tokens": "USD/Mtoken", "lease": "USD/kW-month", "none": "USD"}[asked.revenue]
    gearing = 0.0 if asked.structure == "corporate" else asked.debt_fraction
    sheet.inputs |= {
        "price": (found.unit_price_usd or 0.0, unit, "price at the project's start"),
        "change": (change, "1/year", "yearly change of the price"),
        "discount": (asked.discount_rate, "1/year", "discount rate"),
        "tax": (asked.tax_rate if asked.revenue != "none" else 0.0, "1", "tax rate"),
        "gearing": (gearing, "1", "share of debt in the uses of money"),
        "rate": (asked.debt_rate, "1/year", "rate of the debt, by month a twelfth"),
    }


def _sales(sheet: Statement, project: Project) -> None:
    found, asked = project.found, project.given
    units = np.divide(
        found.revenue_monthly_usd, found.price_usd, out=np.zeros_like(found.price_usd), where=found.price_usd > 0.0
    )
    sold = {"rental": "accelerator-hours", "tokens": "million tokens", "lease": "kW-months", "none": ""}[asked.revenue]
    sheet.numbers("sold", "Sold", sold, units, "count")
    months = range(sheet.months)
    price = [f"{sheet.given('price')}*(1+{sheet.given('change')})^({m}/12)" for m in months]
    sheet.formulas("price", "Price", sheet.inputs["price"][1], price, found.price_usd, total=False)
    revenue = [f"{sheet.at('sold', m)}*{sheet.at('price', m)}" for m in months]
    sheet.formulas("revenue", "Revenue", "USD", revenue, found.revenue_monthly_usd)


def _income(sheet: Statement, project: Project) -> None:
    found = project.found
    months, nothing = range(sheet.months), np.zeros(sheet.months)
    if project.given.revenue == "lease":
        sheet.numbers("opex", "Running costs of the owner", "USD", found.opex_monthly_usd)
    else:
        sheet.numbers("energy", "Energy", "USD", found.energy_monthly_usd)
        sheet.numbers("upkeep", "Water, staff, maintenance, insurance, property tax", "USD", found.upkeep_monthly_usd)
        both = [f"{sheet.at('energy', m)}+{sheet.at('upkeep', m)}" for m in months]
        sheet.formulas("opex", "Running costs", "USD", both, found.opex_monthly_usd)
    operating = found.revenue_monthly_usd - found.opex_monthly_usd
    less = [f"{sheet.at('revenue', m)}-{sheet.at('opex', m)}" for m in months]
    sheet.formulas("operating", "EBITDA", "USD", less, operating)
    sheet.numbers("depreciation", "Depreciation", "USD", found.depreciation_monthly_usd)
    residual, book = nothing.copy(), nothing.copy()
    residual[-1] = float(found.cash_flow_usd[-1] - (operating - found.tax_monthly_usd - found.capex_monthly_usd)[-1])
    book[-1] = float(found.capex_monthly_usd.sum() - found.depreciation_monthly_usd.sum())
    sheet.numbers("residual", "Value at the end", "USD", residual)
    sheet.numbers("book", "Book value at the end", "USD", book)
    income = operating - found.depreciation_monthly_usd + residual - book
    text = [
        f"{sheet.at('operating', m)}-{sheet.at('depreciation', m)}+{sheet.at('residual', m)}-{sheet.at('book', m)}"
        for m in months
    ]
    sheet.formulas("income", "Income before interest", "USD", text, income)
    _taxed(sheet, "income", "losses", "tax", income, "Losses carried on", "Tax")


def _taxed(
    sheet: Statement, income: str, losses: str, tax: str, values: Monthly, losses_name: str, tax_name: str
) -> None:
    """Add losses carried on, L_m = max(0, L_{m-1} - income), and tax on what income leaves of them."""
    carried = np.zeros(sheet.months)
    paid = np.zeros(sheet.months)
    rate, before = sheet.inputs["tax"][0], 0.0
    for m, one in enumerate(values):
        paid[m] = rate * max(0.0, one - before)
        carried[m] = before = max(0.0, before - one)
    row = len(sheet.lines) + _HEAD_ROWS + 1
    earlier = ["0", *(f"{column(m - 1)}{row}" for m in range(1, sheet.months))]
    texts = [f"MAX(0,{earlier[m]}-{sheet.at(income, m)})" for m in range(sheet.months)]
    sheet.formulas(losses, losses_name, "USD", texts, carried, total=False)
    texts = [f"{sheet.given('tax')}*MAX(0,{sheet.at(income, m)}-{earlier[m]})" for m in range(sheet.months)]
    sheet.formulas(tax, tax_name, "USD", texts, paid)


def _cash(sheet: Statement, project: Project) -> None:
    found, built = project.found, project.given
    months = range(sheet.months)
    draws = {"facility": built.facility_draw_usd, "land": built.land_draw_usd}
    if project.given.revenue != "lease":
        draws = {"hardware": built.hardware_draw_usd, "network": built.network_draw_usd} | draws
    for key, values in draws.items():
        sheet.numbers(key, f"Paid for {key}", "USD", values)
    parts = [f"SUM({sheet.at(next(iter(draws)), m)}:{sheet.at('land', m)})" for m in months]
    sheet.formulas("capex", "Capital expenditure", "USD", parts, found.capex_monthly_usd)
    text = [
        f"{sheet.at('operating', m)}-{sheet.at('tax', m)}-{sheet.at('capex', m)}+{sheet.at('residual', m)}"
        for m in months
    ]
    sheet.formulas("cash", "Cash flow before debt", "USD", text, found.cash_flow_usd)
    factor = (1.0 + sheet.inputs["discount"][0]) ** (-np.arange(sheet.months) / 12.0)
    text = [f"(1+{sheet.given('discount')})^(-{m}/12)" for m in months]
    sheet.formulas("factor", "Discount factor", "1", text, factor, "count", total=False)


def _debt(sheet: Statement, project: Project) -> None:
    found, months = project.found, range(sheet.months)
    capitalised = found.equity_draw_usd + found.debt_draw_usd - found.capex_monthly_usd
    drawing = int(np.flatnonzero(found.debt_draw_usd + found.equity_draw_usd)[-1]) + 1
    first = len(sheet.lines) + _HEAD_ROWS + 1
    balance = [f"{column(m - 1)}{first + 4}" if m else "0" for m in months]
    gearing, rate = sheet.given("gearing"), sheet.given("rate")
    text = [
        f"{gearing}*({sheet.at('capex', m)}+{rate}/12*{balance[m]})/(1-{gearing}*{rate}/24)" if m < drawing else "0"
        for m in months
    ]
    sheet.formulas("draw", "Debt drawn", "USD", text, found.debt_draw_usd)
    text = [f"{rate}/12*({balance[m]}" + (f"+{sheet.at('draw', m)}/2)" if m < drawing else ")") for m in months]
    sheet.formulas("interest", "Interest", "USD", text, found.interest_monthly_usd)
    _service(sheet, project, first + 4)
    text = ["0" if m < drawing else f"{sheet.at('service', m)}-{sheet.at('interest', m)}" for m in months]
    sheet.formulas("repayment", "Repaid", "USD", text, found.repayment_monthly_usd)
    text = [f"{balance[m]}+{sheet.at('draw', m)}-{sheet.at('repayment', m)}" for m in months]
    sheet.formulas("balance", "Debt at the month's end", "USD", text, found.debt_balance_usd, total=False)
    text = [
        f"{sheet.at('capex', m)}+{sheet.at('interest', m)}-{sheet.at('draw', m)}" if m < drawing else "0"
        for m in months
    ]
    sheet.formulas("equity", "Equity paid in", "USD", text, found.equity_draw_usd)
    text = [f"{sheet.at('interest', m)}" if m < drawing else "0" for m in months]
    sheet.formulas("capitalised", "Interest of construction", "USD", text, capitalised)


def _service(sheet: Statement, project: Project, balance_row: int) -> None:
    """Add debt service: level payments as a formula; payments along the cash flow as denshi found them."""
    service = project.found.debt_service_usd
    paying = np.flatnonzero(service)
    if project.given.repayment != "annuity" or not paying.size or project.given.debt_rate == 0.0:
        sheet.numbers("service", "Debt service", "USD", service)
        return
    begin, count, rate = int(paying[0]), len(paying), sheet.given("rate")
    level = f"${column(begin - 1)}{balance_row}*({rate}/12)/(1-(1+{rate}/12)^-{count})"
    texts = [level if service[m] else "0" for m in range(sheet.months)]
    sheet.formulas("service", "Debt service", "USD", texts, service)


def _equity(sheet: Statement, project: Project) -> None:
    found, months = project.found, range(sheet.months)
    share = straight_line(1.0, project.given.online_fraction, 12 * project.given.facility_life_years)
    sheet.numbers("written", "Share of it written off", "1", share, "share")
    total = float(found.capitalised_interest_usd)
    last = sheet.months - 1
    cost = f"SUM({sheet.at('capitalised', 0)}:{sheet.at('capitalised', last)})"
    rest = f"-{cost}*(1-SUM({sheet.at('written', 0)}:{sheet.at('written', last)}))"
    income = (
        found.revenue_monthly_usd - found.opex_monthly_usd - found.depreciation_monthly_usd
        - (found.interest_monthly_usd - (found.equity_draw_usd + found.debt_draw_usd - found.capex_monthly_usd))
        - total * share
    )  # fmt: skip
    ends = [line for line in sheet.lines if line.key in ("residual", "book")]
    income[-1] += _value(ends[0].cells[-1]) - _value(ends[1].cells[-1]) - total * (1.0 - float(share.sum()))
    text = [
        f"{sheet.at('income', m)}-{sheet.at('interest', m)}+{sheet.at('capitalised', m)}"
        f"-{cost}*{sheet.at('written', m)}" + (rest if m == last else "")
        for m in months
    ]
    sheet.formulas("taxable", "Income after interest", "USD", text, income)
    _taxed(
        sheet,
        "taxable",
        "levered-losses",
        "levered-tax",
        income,
        "Losses carried on after interest",
        "Tax after interest",
    )
    text = [
        f"{sheet.at('operating', m)}-{sheet.at('levered-tax', m)}-{sheet.at('equity', m)}-{sheet.at('service', m)}"
        f"+{sheet.at('residual', m)}"
        for m in months
    ]
    sheet.formulas("owners", "Cash flow of equity", "USD", text, found.equity_cash_flow_usd)


def figures(sheet: Statement, project: Project) -> list[tuple[str, str, str, float | None]]:
    """Return what the pro forma comes to: name, unit, formula, and denshi's own value."""
    found = project.found
    cash, owners, factor = sheet.span("cash"), sheet.span("owners"), sheet.span("factor")
    spent = [f"SUM({sheet.span(key)})" for key in ("capex", "capitalised")]
    paid = [f"SUM({sheet.span(key)})" for key in ("draw", "equity")]
    positive, negative = f'SUMIF({owners},">0")', f'SUMIF({owners},"<0")'
    capitalised = float(found.capitalised_interest_usd)
    uses = float(found.capex_monthly_usd.sum()) + capitalised
    return [
        ("Uses: capital expenditure", "USD", spent[0], float(found.capex_monthly_usd.sum())),
        ("Uses: interest of construction", "USD", spent[1], capitalised),
        ("Sources: debt", "USD", paid[0], found.debt_usd),
        ("Sources: equity", "USD", paid[1], found.equity_usd),
        ("Sources less uses", "USD", "+".join(paid) + "-" + "-".join(spent), found.debt_usd + found.equity_usd - uses),
        ("Net present value", "USD", f"SUMPRODUCT({cash},{factor})", found.npv_usd),
        ("Internal rate of return", "1/year", f"(1+IRR({cash},0.005))^12-1", found.irr),
        ("Internal rate of return of equity", "1/year", f"(1+IRR({owners},0.005))^12-1", found.equity_irr),
        ("Multiple of the money of equity", "1", f"{positive}/-{negative}", found.moic),
    ]


def write(project: Project, path: Path) -> None:
    """Write the workbook.

    Raises
    ------
    UsageError : XlsxWriter is not installed.
    """
    sheet = statement(project)
    path.parent.mkdir(parents=True, exist_ok=True)
    book = Book(path)
    summary = book.sheet("Summary", (44, 24, 12), frozen=0)
    inputs = book.sheet("Inputs", (16, 20, 16, 44), frozen=2)
    months = book.sheet("Pro forma", (46, 18, 22, 4, *([18] * sheet.months)), frozen=_HEAD_ROWS)
    years = book.sheet("Years", (46, 18, *([18] * _years(project))), frozen=1)
    _write_summary(summary, sheet, project)
    inputs.write(("Change one and all that hangs on it moves",), "title")
    inputs.write(("Name", "Value", "Unit", "What it is"), "head")
    for key, (value, unit, note) in sheet.inputs.items():
        inputs.write((key, value, unit, note), ("text", "rate", "text", "text"))
    _write_months(months, sheet, project)
    _write_years(years, sheet, project)
    book.close()


def _write_summary(page: Sheet, sheet: Statement, project: Project) -> None:
    page.write((project.name,), "title")
    page.write(
        ("Live: every figure is computed from the sheet Pro forma. Sales, energy, draws and depreciation are numbers.",)
    )
    page.write(("Figure", "Value", "Unit"), "head")
    for name, unit, formula, value in figures(sheet, project):
        shown = "money" if unit == "USD" else "rate"
        if value is not None:
            page.write((name, (f"={formula}", float(value)), unit), ("text", shown, "text"))


def _write_months(page: Sheet, sheet: Statement, project: Project) -> None:
    start = project.start
    firsts = [
        ((start.year * 12 + start.month - 1 + m) // 12, (start.month - 1 + m) % 12 + 1) for m in range(sheet.months)
    ]
    page.write((project.name,), "title")
    page.write(("Month of the project", None, None, None, *range(sheet.months)), "text")
    page.write(("Year", None, None, None, *(year for year, _ in firsts)), "text")
    page.write(("Line", "Unit", "Total", None, *(f"{year}-{month:02d}" for year, month in firsts)), "head")
    for line in sheet.lines:
        row = page.row + 1
        values = sum(_value(cell) for cell in line.cells)
        total = (f"=SUM({column(0)}{row}:{column(sheet.months - 1)}{row})", values) if line.total else None
        page.write(
            (line.name, line.unit, total, None, *line.cells), ("text", "text", *([line.kind] * (sheet.months + 2)))
        )


def _write_years(page: Sheet, sheet: Statement, project: Project) -> None:
    first, count = project.start.year, _years(project)
    months = np.arange(sheet.months) + project.start.month - 1
    of_year = first + months // 12
    page.write(("Line", "Unit", *(str(first + i) for i in range(count))), "head")
    years = f"'Pro forma'!${column(0)}$3:${column(sheet.months - 1)}$3"
    for line in sheet.lines:
        if line.total:
            values = np.array([_value(cell) for cell in line.cells])
            sums = [
                (f"=SUMIF({years},{first + i},{sheet.span(line.key)})", float(values[of_year == first + i].sum()))
                for i in range(count)
            ]
            page.write((line.name, line.unit, *sums), ("text", "text", *([line.kind] * count)))


def _years(project: Project) -> int:
    last = project.start.month - 1 + project.given.months - 1
    return last // 12 + 1


def _value(cell: Cell) -> float:
    found = cell[1] if isinstance(cell, tuple) else cell
    return float(found) if isinstance(found, int | float) else 0.0
