"""Read tables of a user's: CSV or Parquet, line by line, the names of their columns in small letters."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from denshi.catalog.user_file import shown
from denshi.errors import FileError

Row = Mapping[str, Any]

_MOST_BYTES = 2_000_000_000


def read_table(path: Path) -> tuple[list[str], Iterator[Row]]:
    """Return the column names of a table, in small letters with single blanks, and its rows.

    Raises
    ------
    FileError : the file cannot be read, is too large, or is neither CSV of UTF-8 text nor Parquet.
    """
    where = shown(path)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise FileError(f"is larger than {_MOST_BYTES / 1e9:.0f} GB", where=where, mend="Cut out one area and year")
        if path.suffix == ".parquet":
            return _parquet(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = next(csv.reader(file), [])
    except OSError as error:
        raise FileError("cannot be read", where=where, why=error.strerror or "", mend="Check the path") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileError("is no CSV of UTF-8 text", where=where, why=shown(error)) from None
    if not names:
        raise FileError("is empty", where=where, mend="Give a CSV with a line of column names")
    return [_name(name) for name in names], _lines(path)


def number(cell: Any, name: str, where: str) -> float:
    """Return a number of a cell; NaN where it is empty or says that there is none.

    Raises
    ------
    FileError : it is another text.

    >>> number("1,000.5", "price", "x.csv")
    1000.5
    """
    if cell is None:
        return float("nan")
    if not isinstance(cell, str):
        return float(cell)
    text = cell.strip()
    if text.lower() in ("", "-", "n/e", "n/a", "na", "nan", "null"):
        return float("nan")
    try:
        return float(text.replace(",", ""))
    except ValueError:
        raise FileError(f'{name}: "{shown(text)}" is no number', where=where) from None


def _name(text: str) -> str:
    return " ".join(str(text).lower().split())


def _lines(path: Path) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            names = [_name(name) for name in next(reader)]
            for line in reader:
                if line:
                    yield dict(zip(names, line, strict=False))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileError("is no CSV of UTF-8 text", where=shown(path), why=shown(error)) from None


def _parquet(path: Path) -> tuple[list[str], Iterator[Row]]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise FileError(
            "is Parquet, which needs pyarrow", where=shown(path), mend='Install "denshi[silicon]", or give a CSV'
        ) from None
    try:
        table = parquet.read_table(path)
    except (ArrowException, OSError) as error:
        raise FileError("is no Parquet file", where=shown(path), why=shown(str(error).split("\n")[0])) from None
    table = table.rename_columns([_name(name) for name in table.column_names])
    return list(table.column_names), iter(table.to_pylist())
