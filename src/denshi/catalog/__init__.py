"""Facts: hardware, models, sites, prices, technologies, each value with source, date and grade of evidence."""

from denshi.catalog.bill import Item
from denshi.catalog.fact import Row
from denshi.catalog.fitted import Benchmark, Engine, Kernels, Quality, Software
from denshi.catalog.load import find, row, rows
from denshi.catalog.schema import (
    KINDS,
    Accelerator,
    Assumption,
    Equipment,
    Fabric,
    Link,
    Medium,
    Model,
    Price,
    Region,
    Reliability,
    Rule,
    Site,
    Switch,
    System,
    Technology,
)
from denshi.catalog.trade import Control, Country, Duty, Part, Rental

__all__ = [
    "KINDS",
    "Accelerator",
    "Assumption",
    "Benchmark",
    "Control",
    "Country",
    "Duty",
    "Engine",
    "Equipment",
    "Fabric",
    "Item",
    "Kernels",
    "Link",
    "Medium",
    "Model",
    "Part",
    "Price",
    "Quality",
    "Region",
    "Reliability",
    "Rental",
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
