"""A finished design in the formats of other tools: NetBox, RacksDB, a workbook."""

from denshi.export.inventory import Inventory
from denshi.export.write import FORMATS, Written, write

__all__ = ["FORMATS", "Inventory", "Written", "write"]
