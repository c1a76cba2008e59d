"""A rent-or-buy case from a whole scenario: owning costs what its design says."""

from pathlib import Path

from denshi.buildout.rules.known import country
from denshi.cli.rent_case import Case
from denshi.finance.rent import HOURS_PER_MONTH, Owning


def is_scenario(path: Path) -> bool:
    """Return whether a file is a scenario rather than a case; a file that cannot be read is left to the case reader."""
    from denshi.cli.energy_toml import read_table
    from denshi.errors import DenshiError

    try:
        return read_table(path).has("denshi")
    except DenshiError:
        return False


def case_of(path: Path, term_months: float, residency: list[str]) -> Case:
    """Design a scenario and return its work as a rent-or-buy case.

    The cost of a sold hour holds at the scenario's utilisation u. All of it but energy is paid whether an
    accelerator is used or not: ``F = 730 u (LCOC - energy)`` a month; energy is taken to move with use.
    """
    from denshi.cli.output import done, reader
    from denshi.design import design
    from denshi.scenario import load

    progress = reader()
    try:
        made = design(load(path, None, ()), progress)
    finally:
        done()
    used = made.scenario.finance.utilisation
    cost, energy = made.finance.lcoc_usd_per_accelerator_hour, made.finance.lcoc_energy_part
    owning = Owning(
        landed_usd=HOURS_PER_MONTH * used * (cost - energy) * term_months,
        residual_usd=0.0,
        term_months=term_months,
        capital_rate=0.0,
        space_usd_per_month=0.0,
        upkeep_usd_per_month=0.0,
        power_kw=1.0,
        idle_fraction=0.0,
        energy_usd_per_kwh=energy,
    )
    return Case(
        name=made.scenario.project.name,
        accelerator=made.catalog.accelerator.id,
        hours_per_month=made.cluster.accelerators * HOURS_PER_MONTH * used,
        accelerators=float(made.cluster.accelerators),
        term_months=term_months,
        day=made.scenario.project.start,
        currency="USD",
        currency_per_usd=1.0,
        rate="prices stand in USD",
        residency=tuple(country(one).code for one in residency),
        owning=owning,
        landed={
            "system": made.catalog.system.id,
            "lcoc_usd_per_accelerator_hour": cost,
            "price_source": {"source": "design of the scenario", "date": "", "grade": "D"},
        },
        terms_shown=False,
    )
