"""What a build-out plan is asked for: stages, long-lead items and their suppliers, money, crews."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from denshi.errors import OutOfRangeError

WEEKS_PER_QUARTER = 365.25 / 28
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of the campus that goes into service whole; ``wanted`` is a quarter from the start of the plan."""

    name: str
    gw: float
    wanted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """Who sells an item: price, lead time, slots, and how likely an outage delays all that it delivers.

    ``slots_from`` is the first quarter of order, ``limit_gw`` all that it will sell, ``qualification_usd`` what taking
    it on costs once, ``running_usd_per_gw_quarter`` what each GW in use costs beyond the reference (bridge power).
    """

    name: str
    usd_per_gw: float
    lead_weeks: float
    gw_per_quarter: float
    slots_from: int = 0
    limit_gw: float = float("inf")
    qualification_usd: float = 0.0
    running_usd_per_gw_quarter: float = 0.0
    outage_probability: float = 0.0
    outage_weeks: float = 0.0

    @property
    def lead_quarters(self) -> int:
        """Return whole quarters from order to delivery."""
        return ceil(self.lead_weeks / WEEKS_PER_QUARTER - _ROUNDING)

    @property
    def outage_quarters(self) -> int:
        """Return whole quarters by which an outage delays a delivery."""
        return ceil((self.lead_weeks + self.outage_weeks) / WEEKS_PER_QUARTER - _ROUNDING) - self.lead_quarters


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A long-lead item that every GW needs, whoever sells it; ``in_hand_gw`` is there at the start."""

    name: str
    suppliers: tuple[Supplier, ...]
    installation_quarters: int = 0
    in_hand_gw: float = 0.0
    deposit_fraction: float = 0.2

    @property
    def is_run(self) -> bool:
        """Whether some supplier's ware costs money while it is in use."""
        return any(supplier.running_usd_per_gw_quarter > 0 for supplier in self.suppliers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan over quarters: what is to be in service when, of what it is made, and what limits it.

    Parameters
    ----------
    quarters : length of the horizon; every stage must be in service within it.
    lost_margin_usd_per_gw_quarter : what a GW that is not in service when wanted loses in a quarter.
    discount_rate : a year [1].
    shell_usd_per_gw, shell_quarters : all that is no item, paid in equal parts over the quarters before service.
    budget_usd : what each quarter adds to the money; what is left is carried over. Empty: no limit.
    release_usd_per_gw : money that a GW in service releases in the next quarter.
    crew_gw, crew_quarters : GW that crews can install side by side, and how long they are at it; 0 GW: no limit.
    """

    stages: tuple[Stage, ...]
    items: tuple[Item, ...]
    quarters: int
    lost_margin_usd_per_gw_quarter: float
    discount_rate: float = 0.0
    shell_usd_per_gw: float = 0.0
    shell_quarters: int = 1
    budget_usd: tuple[float, ...] = ()
    release_usd_per_gw: float = 0.0
    crew_gw: float = 0.0
    crew_quarters: int = 1

    @property
    def discount(self) -> float:
        """Return the factor of one quarter."""
        return float((1.0 + self.discount_rate) ** -0.25)

    @property
    def wanted_gw(self) -> float:
        """Return the power of all stages."""
        return sum(stage.gw for stage in self.stages)

    @property
    def outages(self) -> tuple[tuple[float, str, str], ...]:
        """Return the scenarios: probability, item and supplier out of action; first the one without an outage."""
        found = tuple(
            (supplier.outage_probability, item.name, supplier.name)
            for item in self.items
            for supplier in item.suppliers
            if supplier.outage_probability > 0 and supplier.outage_quarters > 0
        )
        return ((1.0 - sum(one[0] for one in found), "", ""), *found)

    def checked(self) -> "Plan":
        """Return the plan.

        Raises
        ------
        OutOfRangeError : stages out of order or beyond the horizon, names that occur twice, outages that add up to
            more than one.
        """
        wanted = [stage.wanted for stage in self.stages]
        if wanted != sorted(wanted):
            raise OutOfRangeError(
                "the stages are out of order", where="stage", why="they go into service one after another",
                mend="Sort them by the date on which they are wanted",
            )  # fmt: skip
        if wanted and not 0 <= wanted[0] <= wanted[-1] < self.quarters:
            raise OutOfRangeError(
                f"a stage is wanted outside the {self.quarters} quarters of the plan",
                where="stage",
                mend="Move the stage or lengthen the plan",
            )
        _once((stage.name for stage in self.stages), "stage")
        _once((item.name for item in self.items), "item")
        for item in self.items:
            _once((supplier.name for supplier in item.suppliers), f"item {item.name}")
        if self.outages[0][0] < 0:
            raise OutOfRangeError(
                "the probabilities of outages add up to more than 1",
                where="item.supplier.outage_probability",
                why="one supplier at a time is out of action",
                mend="Lower them",
            )
        return self


def soonest_gw(plan: Plan, item: Item) -> NDArray[np.float64]:
    """Return the most of an item that can be ready by each quarter [GW]."""
    ready = np.full(plan.quarters, item.in_hand_gw)
    for supplier in item.suppliers:
        way = supplier.lead_quarters + item.installation_quarters + supplier.slots_from
        slots = np.maximum(0, np.arange(plan.quarters) - way + 1)
        ready = ready + np.minimum(slots * supplier.gw_per_quarter, supplier.limit_gw)
    return ready


def _once(names: Iterable[str], where: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise OutOfRangeError(f'"{name}" stands there twice', where=where, mend="Rename one of them")
        seen.add(name)
