"""The sheet of the bill of materials: price, origin, lead time, grade and source of each line, and a live total."""

from collections.abc import Sequence
from typing import Protocol

from denshi.catalog import Item

HEAD = (
    "Item",
    "Goods",
    "Count",
    "Unit",
    "Unit price, USD",
    "Cost, USD",
    "Unit price, low",
    "Unit price, high",
    "Origin",
    "Lead time, weeks",
    "Grade",
    "Source",
    "Fact",
)
_KINDS = (
    *("text", "text", "count", "text", "money", "money", "money", "money"),
    *("text", "count", "text", "text", "text"),
)


class Writes(Protocol):
    """What takes rows one after the other."""

    def write(self, values: Sequence[object], kinds: Sequence[str] | str = "text") -> int:
        """Write a row and return its number from 1."""
        ...


def bill(sheet: Writes, items: Sequence[Item]) -> str:
    """Write the bill; return the cell that holds the total.

    Costs and total are formulas, so that a reader can change a price and see what it does.
    """
    sheet.write(HEAD, "head")
    for number, item in enumerate(items, start=2):
        cost = (f"=C{number}*E{number}", item.cost_usd)
        sheet.write(
            (
                *(item.name, item.goods, item.count, item.unit, item.unit_price_usd, cost, item.low_usd, item.high_usd),
                *(item.origin, item.lead_time_weeks, item.grade, item.source, item.fact),
            ),
            _KINDS,
        )
    last = len(items) + 1
    total = (f"=SUM(F2:F{last})", sum(item.cost_usd for item in items)) if items else 0.0
    at = sheet.write(("Total", None, None, None, None, total), "total")
    return f"F{at}"
