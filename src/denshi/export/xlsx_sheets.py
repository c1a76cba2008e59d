"""The other sheets of the workbook: summary, racks, cables by kind, pull list, power chain."""

from collections.abc import Sequence
from typing import Protocol

from denshi.export.inventory import Cable, Inventory
from denshi.export.names import plain

PULL_HEAD = ("Number", "Tier", "From device", "From port", "To device", "To port", "Medium", "Length, m")
_NO_LIST = "The list is longer than a sheet: {count:,} cables. It stands in {file} beside this workbook."
PULL_FILE = "pull-list.csv"


class Writes(Protocol):
    """What takes rows one after the other."""

    def write(self, values: Sequence[object], kinds: Sequence[str] | str = "text") -> int:
        """Write a row and return its number from 1."""
        ...

    def write_fast(self, values: Sequence[str | float]) -> None:
        """Write a row of names and one number at its end: for lists of hundreds of thousands of lines."""
        ...


def summary(sheet: Writes, inventory: Inventory, total: str) -> None:
    """Write what the design is, its counts, and the total of the bill as it stands in its sheet."""
    place, totals = inventory.place, inventory.totals
    sheet.write((place.project,), "title")
    sheet.write((f"{place.name}, {place.country}",))
    sheet.write(())
    counts = {
        "Accelerators": totals.accelerators,
        "Racks": totals.racks,
        "Switches": totals.switches,
        "Cables": totals.cables,
    }
    for name, count in counts.items():
        sheet.write((name, count, "count"), ("text", "count", "text"))
    sheet.write(("Bill of materials", (f"='Bill of materials'!{total}", totals.usd), "USD"), ("text", "money", "text"))
    for name, value, unit in inventory.headlines:
        sheet.write((name, value, unit), ("text", "count", "text"))
    sheet.write(())
    sheet.write(("Prices are those of the catalogue, before freight, tariffs and contingency.",))
    sheet.write(("Grades: A measured, B published, C press or analyst, D derived, E assumption.",))


def racks(sheet: Writes, inventory: Inventory) -> int:
    """Write one line a rack; return how many."""
    head = ("Rack", "Kind", "Hall", "Row", "Position", "x, m", "y, m", "Power, kW", "To liquid, kW")
    kinds = ("text", "text", *("count",) * 7)
    sheet.write(head, "head")
    for rack in inventory.racks:
        place = (rack.hall + 1, rack.row + 1, rack.position + 1, round(rack.x_m, 3), round(rack.y_m, 3))
        sheet.write((rack.name, rack.kind, *place, rack.power_kw, rack.liquid_kw), kinds)
    return len(inventory.racks)


def power(sheet: Writes, inventory: Inventory) -> None:
    """Write the power chain from the grid to the silicon."""
    sheet.write(("Stage", "Units", "Rated, kW", "Loss of a year, kWh"), "head")
    for stage in inventory.stages:
        units = stage.units or None
        sheet.write((stage.name, units, stage.rated_kw, stage.loss_kwh), ("text", "count", "count", "count"))


def cables(sheet: Writes, pulled: Writes, inventory: Inventory, most_rows: int) -> int:
    """Write the pull list, where a sheet holds it, and the sums by tier and medium; return the number of cables."""
    listed = inventory.totals.cables < most_rows
    sums: dict[tuple[str, str], list[float]] = {}
    names = {key: plain(medium.name) for key, medium in inventory.media.items()}
    count = 0
    if listed:
        pulled.write(PULL_HEAD, "head")
    else:
        pulled.write((_NO_LIST.format(count=inventory.totals.cables, file=PULL_FILE),))
    for cable in inventory.cables():
        count += 1
        found = sums.setdefault((cable.tier, cable.medium), [0, 0.0, 0.0, 0.0])
        found[0] += 1
        found[1] += cable.length_m
        found[2] += cable.price_usd
        found[3] += cable.weight_kg
        if listed:
            pulled.write_fast(pull_row(cable, names[cable.medium]))
    _by_medium(sheet, inventory, sums)
    return count


def pull_row(cable: Cable, medium: str) -> tuple[str, str, str, str, str, str, str, float]:
    """Return a line of the pull list."""
    ends = (cable.a_device, cable.a_port, cable.b_device, cable.b_port)
    return (f"c{cable.number}", cable.tier, *ends, medium, round(cable.length_m, 2))


def _by_medium(sheet: Writes, inventory: Inventory, sums: dict[tuple[str, str], list[float]]) -> None:
    sheet.write(("Medium", "Kind", "Tier", "Cables", "Length, m", "Price, USD", "Weight, kg"), "head")
    kinds = ("text", "text", "text", "count", "count", "money", "count")
    for (tier, medium), values in sorted(sums.items()):
        row = inventory.media[medium]
        sheet.write((row.name, row.kind, tier, *values), kinds)
    last = len(sums) + 1
    totals = [sum(values[i] for values in sums.values()) for i in range(4)]
    formulas = [(f"=SUM({c}2:{c}{last})", total) for c, total in zip("DEFG", totals, strict=True)]
    sheet.write(("Total", None, None, *(formulas if sums else totals)), "total")
