"""Facts: hardware, models, sites, prices, technologies, each value with source, date and grade of evidence."""

from denshi.catalog.bill import Item
from denshi.catalog.load import find, row, rows
from denshi.catalog.schema import (
    KINDS,
    Accelerator,
    Assumption,
    Equipment,
    Kernels,
    Link,
    Model,
    Price,
    Region,
    Row,
    Rule,
    Site,
    Software,
    Switch,
    System,
    Technology,
)

__all__ = [
    "KINDS",
    "Accelerator",
    "Assumption",
    "Equipment",
    "Item",
    "Kernels",
    "Link",
    "Model",
    "Price",
    "Region",
    "Row",
    "Rule",
    "Site",
    "Software",
    "Switch",
    "System",
    "Technology",
    "find",
    "row",
    "rows",
]
