"""Which delivery decides the date of the first phase."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from denshi.buildout.schedule import WEEKS_PER_MONTH
from denshi.catalog import Item, Technology

PLANT = ("power", "cooling", "building", "energy")
SUPPLY = "energy"


@dataclass(frozen=True, slots=True)
class Critical:
    """The item that is ready last when everything is ordered on the first day of the project."""

    name: str
    goods: str
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
    items : all lines of the bill of materials; land has no way, and the lead time of supply lasts until it operates.
    start : the day of all orders.
    first_service : date of the first phase.
    hardware_installation_months, plant_installation_months : from delivery to service [month].
    """
    longest = Critical("", "", 0.0, 0.0, 0.0)
    available_weeks = (first_service - start).days / 7
    for item in items:
        if item.goods == "land" or item.count <= 0:
            continue
        months = plant_installation_months if item.goods in PLANT else hardware_installation_months
        weeks = 0.0 if item.goods == SUPPLY else months * WEEKS_PER_MONTH
        way = item.lead_time_weeks + weeks
        if way > longest.lead_weeks + longest.installation_weeks:
            longest = Critical(item.name, item.goods, item.lead_time_weeks, weeks, max(0.0, way - available_weeks))
    return longest


def connection_items(
    technologies: Sequence[Technology], import_peak_kw: float, granted_kw: float | None
) -> tuple[Item, ...]:
    """Return the grid connection as a line without a price: none where nothing is drawn or the scenario names it.

    Parameters
    ----------
    technologies : supply the scenario allows; those of kind "grid" have the lead time of a new connection.
    import_peak_kw : highest flow into the site [kW].
    granted_kw : connection that the scenario names, taken to be granted already [kW]; None where it names none.
    """
    if import_peak_kw <= 0 or granted_kw is not None:
        return ()
    return tuple(
        Item(
            name=technology.name,
            goods=SUPPLY,
            count=import_peak_kw,
            unit="kW",
            unit_price_usd=0.0,
            low_usd=0.0,
            high_usd=0.0,
            origin="",
            lead_time_weeks=technology.lead_time_months * WEEKS_PER_MONTH,
            source=technology.evidence["lead_time_months"].source,
            grade=technology.evidence["lead_time_months"].grade,
            fact=f"catalog.technologies.{technology.id}",
        )
        for technology in technologies
        if technology.kind == "grid"
    )
