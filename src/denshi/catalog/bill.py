"""A line of the bill of materials, as each room writes it for what it sizes."""

from dataclasses import dataclass

from denshi.figure import Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line: so many of a thing at a unit price.

    ``goods`` is one of accelerator-system, network, power, cooling, building, land, energy, and decides which tariff
    and which depreciation apply. ``fact`` is the dotted path of the catalogue row, so that the line can be traced.
    ``low_usd`` and ``high_usd`` bound the unit price.
    """

    name: str
    goods: str
    count: float
    unit: str
    unit_price_usd: float
    low_usd: float
    high_usd: float
    origin: str
    lead_time_weeks: float
    source: str
    grade: Grade
    fact: str

    @property
    def cost_usd(self) -> float:
        """Count times unit price [USD]."""
        return self.count * self.unit_price_usd
