"""Which delivery decides the date of the first phase."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from denshi.buildout.schedule import WEEKS_PER_MONTH
from denshi.catalog import Item

PLANT = ("power", "cooling", "building", "energy")


@dataclass(frozen=True, slots=True)
class Critical:
    """The item that is ready last when everything is ordered on the first day of the project."""

    name: str
    lead_weeks: float
    installation_weeks: float
    late_weeks: float


def critical_item(
    items: Sequence[Item],
    start: date,
    first_service: date,
    *,
    hardware_installation_months: float,
    plant_installation_months: float,
) -> Critical:
    """Return the item with the longest way from order to service, and how late it makes the first phase.

    .. math:: late = \\max(0, lead + installation - (first\\ service - start))

    Parameters
    ----------
    items : all lines of the bill of materials; land has no way.
    start : the day of all orders.
    first_service : date of the first phase.
    hardware_installation_months, plant_installation_months : from delivery to service [month].
    """
    longest = Critical("", 0.0, 0.0, 0.0)
    available_weeks = (first_service - start).days / 7
    for item in items:
        if item.goods == "land" or item.count <= 0:
            continue
        months = plant_installation_months if item.goods in PLANT else hardware_installation_months
        way = item.lead_time_weeks + months * WEEKS_PER_MONTH
        if way > longest.lead_weeks + longest.installation_weeks:
            late = max(0.0, way - available_weeks)
            longest = Critical(item.name, item.lead_time_weeks, months * WEEKS_PER_MONTH, late)
    return longest
