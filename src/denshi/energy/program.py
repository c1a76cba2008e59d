"""A linear programme in named blocks of columns and rows, one entry list each, and the draft it is put together in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Program:
    """min cost·x with row_lower <= A x <= row_upper and 0 <= x <= upper.

    ``entry_row``, ``entry_column`` and ``entry_value`` hold A. ``row_hour`` is -1 for a row over all hours. ``local``
    marks the rows that share no hourly column with each other: they are eliminated first. ``held`` keeps the matrix
    once it is made.
    """

    cost: Vector
    upper: Vector
    row_lower: Vector
    row_upper: Vector
    entry_row: Index
    entry_column: Index
    entry_value: Vector
    row_hour: Index
    local: npt.NDArray[np.bool_]
    columns: Mapping[str, slice]
    rows: Mapping[str, slice]
    hours: int
    held: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(slots=True)
class Draft:
    """A programme while its blocks are added.

    ``served`` holds the columns that change the load which is served, each with its coefficient; ``base`` is the rest
    of that load [mean loads].
    """

    base: Vector
    cost: list[Vector] = field(default_factory=list)
    upper: list[Vector] = field(default_factory=list)
    row_lower: list[Vector] = field(default_factory=list)
    row_upper: list[Vector] = field(default_factory=list)
    row_hour: list[Index] = field(default_factory=list)
    local: list[npt.NDArray[np.bool_]] = field(default_factory=list)
    entries: list[tuple[Index, Index, Vector]] = field(default_factory=list)
    columns: dict[str, slice] = field(default_factory=dict)
    rows: dict[str, slice] = field(default_factory=dict)
    served: dict[str, float] = field(default_factory=dict)

    @property
    def hours(self) -> int:
        """Number of hours."""
        return len(self.base)

    def column(self, name: str, count: int, cost: float | Vector, upper: float | Vector = np.inf) -> None:
        """Add a block of columns, one for all hours or as many as are said."""
        start = sum(len(part) for part in self.cost)
        self.columns[name] = slice(start, start + count)
        self.cost.append(np.full(count, cost, dtype=float))
        self.upper.append(np.full(count, upper, dtype=float))

    def row(self, name: str, lower: float | Vector, upper: float | Vector, *, local: bool = False) -> None:
        """Add a row for each hour."""
        self._rows(name, np.arange(self.hours), lower, upper, local)

    def total(self, name: str, upper: float) -> None:
        """Add one row over all hours, or over no hour."""
        self._rows(name, np.array([-1]), -np.inf, upper, False)

    def _rows(self, name: str, hour: Index, lower: float | Vector, upper: float | Vector, local: bool) -> None:
        start = sum(len(part) for part in self.row_lower)
        self.rows[name] = slice(start, start + len(hour))
        self.row_lower.append(np.full(len(hour), lower, dtype=float))
        self.row_upper.append(np.full(len(hour), upper, dtype=float))
        self.row_hour.append(hour)
        self.local.append(np.full(len(hour), local))

    def put(
        self,
        row: str,
        column: str,
        value: float | Vector,
        *,
        rows: Index | slice | None = None,
        columns: Index | slice | None = None,
    ) -> None:
        """Enter a coefficient: hour by hour, or one column into all hours, or all hours into one row.

        ``rows`` and ``columns`` choose among those of a block.
        """
        down = np.arange(self.rows[row].start, self.rows[row].stop)[rows if rows is not None else slice(None)]
        across = np.arange(self.columns[column].start, self.columns[column].stop)
        i, j, v = np.broadcast_arrays(
            down, across[columns if columns is not None else slice(None)], np.asarray(value, dtype=float)
        )
        used = v != 0.0
        self.entries.append((i[used], j[used], v[used]))

    def put_served(self, row: str, factor: float | Vector) -> None:
        """Enter what changes the load that is served, times a factor."""
        for name, coefficient in self.served.items():
            self.put(row, name, np.asarray(factor, dtype=float) * coefficient)

    def program(self) -> Program:
        """Return the programme."""
        rows, columns, values = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        return Program(
            cost=np.concatenate(self.cost),
            upper=np.concatenate(self.upper),
            row_lower=np.concatenate(self.row_lower),
            row_upper=np.concatenate(self.row_upper),
            entry_row=rows,
            entry_column=columns,
            entry_value=values,
            row_hour=np.concatenate(self.row_hour),
            local=np.concatenate(self.local),
            columns=self.columns,
            rows=self.rows,
            hours=self.hours,
        )
