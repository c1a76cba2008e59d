"""What the build-out takes in and gives out."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Item, Rule, Technology
from denshi.figure import figure, given

Monthly = NDArray[np.float64]


class Phase(Protocol):
    """A part of the accelerators that goes into service on a date."""

    @property
    def date(self) -> date:
        """First day in service."""

    @property
    def fraction(self) -> float:
        """Share of all accelerators [1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildoutInput:
    """Dates and phases, the bill of materials, the rules of customs, and how long things take."""

    start: date = given("scenario.project.start")
    phases: tuple[Phase, ...] = given("scenario.buildout.phase")
    tariff: float | None = given("scenario.buildout.tariff", "1")
    term_years: float | None = given("scenario.finance.term_years", "year")
    it_life_years: float = given("scenario.finance.it_life_years", "year")
    cluster_items: tuple[Item, ...] = given("cluster.items")
    facility_items: tuple[Item, ...] = given("facility.items")
    energy_items: tuple[Item, ...] = given("energy.items")
    technologies: tuple[Technology, ...] = given("catalog.technologies")
    import_peak_kw: float = given("energy.import_peak_kw", "kW")
    grid_connection_kw: float | None = given("scenario.site.grid_connection", "kW")
    accelerators: float = given("cluster.accelerators", "count")
    country: str = given("catalog.site.country")
    rules: tuple[Rule, ...] = given("catalog.rules")
    construction_months: float = given("catalog.assumptions.construction-months", "month")
    facility_draw_months: float = given("catalog.assumptions.facility-draw-months", "month")
    network_draw_months: float = given("catalog.assumptions.network-draw-months", "month")
    hardware_draw_months: float = given("catalog.assumptions.hardware-draw-months", "month")
    s_curve_alpha: float = given("catalog.assumptions.s-curve-alpha", "1")
    s_curve_beta: float = given("catalog.assumptions.s-curve-beta", "1")
    hardware_installation_months: float = given("catalog.assumptions.hardware-installation-months", "month")
    plant_installation_months: float = given("catalog.assumptions.plant-installation-months", "month")
    freight_fraction: float = given("catalog.assumptions.freight-insurance-fraction", "1")


_ITEMS = ("cluster.items", "facility.items")
_S_CURVE = ("catalog.assumptions.s-curve-alpha", "catalog.assumptions.s-curve-beta")
_WAYS = (
    *_ITEMS,
    "catalog.assumptions.hardware-installation-months",
    "catalog.assumptions.plant-installation-months",
)
_SUPPLY = (
    "energy.items",
    "catalog.technologies.*.lead_time_months",
    "energy.import_peak_kw",
    "scenario.site.grid_connection",
)
_OWN_WAYS = (*_ITEMS, "scenario.project.start", "catalog.assumptions.plant-installation-months")
_SERVICE = ("buildout.phase_month", "buildout.phase_fraction")


@dataclass(frozen=True, slots=True, kw_only=True)
class Buildout:
    """The calendar, the landed cost and its draws. Month 0 is the month of the project's start."""

    phase_month: tuple[float, ...] = figure(
        "month",
        "months from the first of the start month to each phase; without phases, the construction time",
        of=("scenario.project.start", "scenario.buildout.phase", "catalog.assumptions.construction-months"),
        active={"catalog.assumptions.construction-months": "no phases"},
    )
    phase_fraction: tuple[float, ...] = figure(
        "1", "fraction of each phase / sum of the fractions; without phases, 1", of=("scenario.buildout.phase",)
    )
    first_power_month: int = figure("month", "floor(month of the first phase)", of=("buildout.phase_month",))
    full_power_month: int = figure("month", "ceil(month of the last phase)", of=("buildout.phase_month",))
    months: int = figure(
        "month",
        "full_power_month + 12 x term; the term is the IT life where the user gives none",
        of=("buildout.full_power_month", "scenario.finance.term_years", "scenario.finance.it_life_years"),
        active={"scenario.finance.it_life_years": "no term"},
    )
    online_fraction: Monthly = figure(
        "1", "sum over phases of fraction x clip(m + 1 - phase month, 0, 1)", of=(*_SERVICE, "buildout.months")
    )
    accelerators_online: Monthly = figure(
        "count", "accelerators x online_fraction", of=("cluster.accelerators", "buildout.online_fraction")
    )
    works_by_goods_usd: dict[str, float] = figure("USD", "sum of count x unit price by kind of goods", of=_ITEMS)
    freight_by_goods_usd: dict[str, float] = figure(
        "USD",
        "price ex works x freight and insurance fraction, for accelerator systems and network",
        of=("buildout.works_by_goods_usd", "catalog.assumptions.freight-insurance-fraction"),
    )
    tariff_by_goods_usd: dict[str, float] = figure(
        "USD",
        "sum over items and phases of fraction x customs value x rate in force at delivery; customs value = price ex "
        "works, outside the US with freight; delivery = phase - installation time; nothing on domestic goods",
        of=(
            *_ITEMS,
            *_SERVICE,
            "scenario.buildout.tariff",
            "scenario.project.start",
            "catalog.rules",
            "catalog.site.country",
            "catalog.assumptions.freight-insurance-fraction",
            "catalog.assumptions.hardware-installation-months",
            "catalog.assumptions.plant-installation-months",
        ),
        source="usc1401a",
        active={
            "catalog.assumptions.freight-insurance-fraction": "abroad",
            "catalog.assumptions.hardware-installation-months": "rule at delivery",
            "catalog.assumptions.plant-installation-months": "rule at delivery",
            "scenario.project.start": "no phases",
        },
    )
    capex_by_goods_usd: dict[str, float] = figure(
        "USD",
        "price ex works + freight + tariff by kind of goods",
        of=("buildout.works_by_goods_usd", "buildout.freight_by_goods_usd", "buildout.tariff_by_goods_usd"),
    )
    hardware_usd: float = figure("USD", "accelerator systems and storage ex works", of=("buildout.works_by_goods_usd",))
    tariff_usd: float = figure("USD", "sum of tariff_by_goods_usd", of=("buildout.tariff_by_goods_usd",))
    freight_usd: float = figure("USD", "sum of freight_by_goods_usd", of=("buildout.freight_by_goods_usd",))
    landed_hardware_usd: float = figure(
        "USD", "accelerator systems landed: ex works + freight + tariff", of=("buildout.capex_by_goods_usd",)
    )
    network_usd: float = figure("USD", "network landed", of=("buildout.capex_by_goods_usd",))
    facility_usd: float = figure(
        "USD", "building, power and cooling plant, landed", of=("buildout.capex_by_goods_usd",)
    )
    land_usd: float = figure("USD", "land", of=("buildout.capex_by_goods_usd",))
    capex_usd: float = figure(
        "USD",
        "landed_hardware_usd + network_usd + facility_usd + land_usd",
        of=("buildout.landed_hardware_usd", "buildout.network_usd", "buildout.facility_usd", "buildout.land_usd"),
    )
    hardware_draw_usd: Monthly = figure(
        "USD",
        "sum over phases of its landed accelerator systems x Beta S-curve up to the phase",
        of=(
            "buildout.landed_hardware_usd",
            *_SERVICE,
            "buildout.months",
            "catalog.assumptions.hardware-draw-months",
            *_S_CURVE,
        ),
    )
    network_draw_usd: Monthly = figure(
        "USD",
        "sum over phases of its landed network x Beta S-curve up to the phase",
        of=("buildout.network_usd", *_SERVICE, "buildout.months", "catalog.assumptions.network-draw-months", *_S_CURVE),
    )
    facility_draw_usd: Monthly = figure(
        "USD",
        "sum over phases of its part of the facility x Beta S-curve up to the phase",
        of=(
            "buildout.facility_usd",
            *_SERVICE,
            "buildout.months",
            "catalog.assumptions.facility-draw-months",
            *_S_CURVE,
        ),
    )
    land_draw_usd: Monthly = figure("USD", "land in month 0", of=("buildout.land_usd", "buildout.months"))
    capex_draw_usd: Monthly = figure(
        "USD",
        "hardware_draw_usd + network_draw_usd + facility_draw_usd + land_draw_usd",
        of=(
            "buildout.hardware_draw_usd",
            "buildout.network_draw_usd",
            "buildout.facility_draw_usd",
            "buildout.land_draw_usd",
        ),
    )
    critical_item: str = figure(
        "",
        "the item with the largest lead time + installation time, among racks, network, plant and supply; a grid "
        "connection counts unless site.grid_connection names it; the lead time of supply lasts until it operates",
        of=(*_WAYS, *_SUPPLY),
        active={**dict.fromkeys(_WAYS, "near tie"), **dict.fromkeys(_SUPPLY, "late supply")},
    )
    critical_lead_weeks: float = figure("week", "lead time of critical_item", of=("buildout.critical_item",))
    late_weeks: float = figure(
        "week",
        "max(0, lead time of critical_item + its installation - weeks from start to the first phase)",
        of=(
            "buildout.critical_lead_weeks",
            "buildout.phase_month",
            "scenario.project.start",
            "catalog.assumptions.plant-installation-months",
        ),
        active=dict.fromkeys(("scenario.project.start", "catalog.assumptions.plant-installation-months"), "late"),
    )
    late_weeks_without_supply: float = figure(
        "week",
        "late_weeks of racks, network and plant alone: what remains if something else gives power until the supply is "
        "there",
        of=(*_OWN_WAYS, "buildout.phase_month"),
        active=dict.fromkeys((*_OWN_WAYS, "buildout.phase_month"), "late"),
    )
    reachable_online_fraction: Monthly = figure(
        "1",
        "online_fraction with each phase no earlier than start + lead time and installation of critical_item",
        of=(
            *_SERVICE,
            "buildout.months",
            "buildout.critical_lead_weeks",
            "catalog.assumptions.plant-installation-months",
        ),
        active=dict.fromkeys(("buildout.critical_lead_weeks", "catalog.assumptions.plant-installation-months"), "late"),
    )
    notices: tuple[str, ...] = figure(
        "",
        "what a reader should know: a first phase that cannot be met, whether it is the supply that is late, imports "
        "for which there is no rule of customs",
        of=(
            "buildout.late_weeks",
            "buildout.late_weeks_without_supply",
            *_ITEMS,
            "catalog.rules",
            "catalog.site.country",
        ),
        active={"buildout.late_weeks": "late", "buildout.late_weeks_without_supply": "late supply"},
    )
