"""Rows of published figures of money, as a CSV file states them, and the one number of each."""

import csv
import io
import re
from dataclasses import dataclass

from denshi.errors import FileError

COLUMNS = ("id", "category", "inputs", "expected", "unit", "tolerance")
_NUMBER = re.compile(r"[-+]?\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?")
_RANGE = re.compile(rf"({_NUMBER.pattern})\s*(?:-|–|to)\s*({_NUMBER.pattern})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the file, as it stands there."""

    id: str
    category: str
    inputs: str
    expected: str
    unit: str
    tolerance: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One published number: its ends (equal where it is no range) in its own unit, and the text it was read from.

    ``low`` and ``high`` are None where the text holds no number; then only an answer in words can meet it.
    """

    text: str
    unit: str
    low: float | None
    high: float | None


def rows_of(text: str, where: str) -> tuple[Row, ...]:
    """Return the rows of a CSV file with the columns id, category, inputs, expected, unit and tolerance.

    Raises
    ------
    FileError : a column is missing, a row has no id, or an id stands twice.
    """
    lines = list(csv.DictReader(io.StringIO(text)))
    missing = [name for name in COLUMNS if not lines or name not in lines[0]]
    if missing:
        raise FileError(
            f"has no column {', '.join(missing)}",
            where=f"{where}: line 1",
            mend=f"A file of cases has the columns {', '.join(COLUMNS)}",
        )
    found = []
    for number, line in enumerate(lines, 2):
        cells = {name: (line.get(name) or "").strip() for name in (*COLUMNS, "note")}
        if not cells["id"]:
            raise FileError("has no id", where=f"{where}: line {number}")
        found.append(Row(**cells))
    ids = [row.id for row in found]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise FileError(f"holds the id {twice[0]} twice", where=where, mend="Give each row an id of its own")
    return tuple(found)


def expected_of(row: Row) -> tuple[Expected, ...]:
    """Split what is expected into one number each.

    >>> row = Row(id="8", category="capex", inputs="", expected="50-60; 35", unit="bn$", tolerance="")
    >>> [(one.low, one.high, one.unit) for one in expected_of(row)]
    [(50.0, 60.0, 'bn$'), (35.0, 35.0, 'bn$')]
    >>> row = Row(id="15", category="capex", inputs="", expected="181 MW; 4.7 bn", unit="MW; bn$", tolerance="")
    >>> [(one.low, one.unit) for one in expected_of(row)]
    [(181.0, 'MW'), (4.7, 'bn$')]
    """
    texts = [part.strip() for part in row.expected.split(";") if part.strip()]
    units = [part.strip() for part in row.unit.split(";")] if ";" in row.unit else [row.unit] * len(texts)
    units += [units[-1]] * (len(texts) - len(units))
    return tuple(_one(text, unit) for text, unit in zip(texts, units, strict=False))


def _one(text: str, unit: str) -> Expected:
    ends = _RANGE.match(text)
    if ends:
        return Expected(text=text, unit=unit, low=number(ends[1]), high=number(ends[2]))
    first = _NUMBER.match(text) or _NUMBER.search(text.partition(" ")[2] if unit in ("-", "") else "")
    value = number(first[0]) if first else None
    return Expected(text=text, unit=unit, low=value, high=value)


def number(text: str) -> float:
    """Read a number with thousands separators.

    >>> number("3,808,341.41")
    3808341.41
    """
    return float(text.replace(",", "").rstrip("."))


def tolerance_of(row: Row, expected: Expected) -> float | None:
    """Return how far an answer may be off, in the unit of the number; None where the row does not say.

    "2%" is a share of the number, "0.02" and "1e-6" are in its unit, "0", "exact" and "range" leave half of the last
    digit that was printed.

    >>> row = Row(id="1", category="tco", inputs="", expected="8.5", unit="bn$/y", tolerance="2%")
    >>> tolerance_of(row, expected_of(row)[0])
    0.17
    """
    size = max(abs(expected.low or 0.0), abs(expected.high or 0.0))
    rounding = 0.5 * 10.0 ** -_decimals(expected.text)
    said = row.tolerance.strip()
    if said.endswith("%"):
        found = _NUMBER.match(said)
        return None if found is None else max(number(found[0]) / 100.0 * size, 0.0)
    if said in ("0", "exact", "range"):
        return rounding if said != "exact" else 1e-9 * max(size, 1.0)
    found = _NUMBER.fullmatch(said)
    if found is None:
        return None
    value = number(said)
    # A tolerance of a millionth and less is relative: it is about how exactly two programmes agree.
    return value * max(size, 1.0) if value <= 1e-5 else value


def _decimals(text: str) -> int:
    first = _NUMBER.search(text)
    return len(first[0].partition(".")[2]) if first else 0
