"""A small campus to build: two phases, hardware from abroad, plant from a neighbour."""

from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from denshi.buildout import BuildoutInput
from denshi.catalog import Item, Rule, Technology, find


@dataclass(frozen=True)
class Stage:
    """A phase as the scenario has it."""

    date: date
    fraction: float


def item(name: str, goods: str, count: float, price: float, origin: str, weeks: float) -> Item:
    """Return a line of the bill of materials."""
    return Item(
        name=name, goods=goods, count=count, unit="1", unit_price_usd=price, low_usd=price, high_usd=price,
        origin=origin, lead_time_weeks=weeks, source="test", grade="E", fact="",
    )


def rule(country: str, origin: str, goods: str, since: str, rate: float) -> Rule:
    """Return a dated tariff."""
    return Rule(
        id=f"{country}-{origin}-{goods}-{since}", name="", aliases=(), evidence=MappingProxyType({}),
        country=country, origin=origin, goods=goods, effective_from=since, rate=rate,
    )


def grid(months: float) -> Technology:
    """Return the grid with a lead time of a new connection."""
    return replace(find(Technology, "grid"), lead_time_months=months)


def base() -> BuildoutInput:
    """Return the inputs of the small campus."""
    return BuildoutInput(
        start=date(2026, 1, 1),
        phases=(Stage(date(2027, 7, 1), 0.4), Stage(date(2028, 4, 1), 0.6)),
        tariff=0.2,
        term_years=6.0,
        it_life_years=5.0,
        cluster_items=(
            item("rack", "accelerator-system", 100, 3.5e6, "TW", 36),
            item("switch", "network", 50, 6e4, "TW", 26),
        ),
        facility_items=(
            item("switchgear", "power", 40, 1e6, "MX", 47),
            item("dry cooler", "cooling", 100, 2e5, "US", 35),
            item("shell", "building", 1, 3e7, "US", 40),
            item("land", "land", 1, 5e6, "US", 0),
        ),
        energy_items=(item("battery", "energy", 20e3, 1800.0, "", 40),),
        technologies=(grid(12.0),),
        import_peak_kw=15e3,
        grid_connection_kw=None,
        accelerators=7200.0,
        country="US",
        rules=(
            rule("US", "TW", "accelerator-system", "2025-04-02", 0.15),
            rule("US", "TW", "accelerator-system", "2027-05-15", 0.25),
            rule("US", "TW", "network", "2025-04-02", 0.15),
            rule("US", "MX", "power", "2025-04-02", 0.10),
            rule("US", "MX", "power", "2027-02-15", 0.20),
        ),
        construction_months=18.0,
        facility_draw_months=15.0,
        network_draw_months=6.0,
        hardware_draw_months=4.0,
        s_curve_alpha=2.5,
        s_curve_beta=2.5,
        hardware_installation_months=2.0,
        plant_installation_months=6.0,
        freight_fraction=0.015,
    )
