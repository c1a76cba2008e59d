"""How many racks: what the user asked for, turned into limits for the cluster.

A limit at the site boundary holds as many units as fit once PUE, network, storage and losses are counted, and these
depend on the number of units. Plant comes in whole machines, so the peak load is a step function of the units; the
largest number that fits is found by following

.. math:: n' = n \\, P_{site} / P_{peak}(n)

between the largest number known to fit and the smallest known not to, until these are neighbours. Every round repeats
cluster, workload and facility, and is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, inf

from denshi.catalog import System
from denshi.figure import figure
from denshi.scenario import Compute

_FIRST_PUE = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """The limits that the cluster is built to; infinite where there is none."""

    it_power_limit_kw: float = figure("kW", "compute.it_power", of=("scenario.compute.it_power",))
    units_limit: float = figure(
        "count",
        "compute.accelerators / accelerators of a unit; compute.racks x units of a rack; or the most units whose worst "
        "hour stays below compute.site_power",
        of=(
            "scenario.compute.accelerators",
            "scenario.compute.racks",
            "scenario.compute.site_power",
            "catalog.system.accelerators",
            "catalog.system.units_per_rack",
            "facility.peak_load_kw",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of the search: so many units draw so much in the worst hour."""

    units: float
    it_power_kw: float
    peak_load_kw: float
    fits: bool


def first_size(compute: Compute, system: System) -> Sizing:
    """Return the limits of the first round: final ones, except for a limit at the site."""
    if compute.accelerators is not None:
        return Sizing(it_power_limit_kw=inf, units_limit=compute.accelerators / system.accelerators)
    if compute.racks is not None:
        return Sizing(it_power_limit_kw=inf, units_limit=compute.racks * system.units_per_rack)
    if compute.it_power is not None:
        return Sizing(it_power_limit_kw=compute.it_power, units_limit=inf)
    guess = (compute.site_power or 0.0) / _FIRST_PUE / system.power_kw
    return Sizing(it_power_limit_kw=inf, units_limit=max(1.0, floor(guess)))


def next_size(compute: Compute, rounds: Sequence[Round]) -> Sizing | None:
    """Return the limits of the next round, None when the last round stands.

    The last round stands where no limit at the site was asked, or where it fits and one unit more was found not to.
    """
    if compute.site_power is None:
        return None
    last = rounds[-1]
    most_that_fit = max((r.units for r in rounds if r.fits), default=0.0)
    fewest_that_do_not = min((r.units for r in rounds if not r.fits), default=inf)
    if fewest_that_do_not <= most_that_fit + 1:
        return None if last.fits and last.units == most_that_fit else _units(most_that_fit)
    guess = floor(last.units * compute.site_power / last.peak_load_kw)
    if guess >= fewest_that_do_not:
        guess = floor((most_that_fit + fewest_that_do_not) / 2)
    return _units(max(guess, most_that_fit + 1))


def _units(count: float) -> Sizing:
    return Sizing(it_power_limit_kw=inf, units_limit=count)
