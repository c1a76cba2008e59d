"""How many racks: what the user asked for, turned into limits for the cluster.

A limit at the site boundary holds as many racks as fit once PUE, network, storage and losses are counted. These depend
on the number of racks, so the limit on IT power is the fixed point of

.. math:: P_{IT} = P_{site} \\, P_{IT}(n) / P_{peak}(n)

which is found by repeating cluster, workload and facility; every round is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from denshi.catalog import System
from denshi.cluster import Cluster
from denshi.facility import Facility
from denshi.figure import figure
from denshi.scenario import Compute

SIZE_TOLERANCE_KW = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """The limits of one round; infinite where the user set none."""

    it_power_limit_kw: float = figure(
        "kW",
        "compute.it_power; or compute.site_power x IT power / peak site load, repeated until it settles",
        of=("scenario.compute.it_power", "scenario.compute.site_power", "cluster.it_power_kw", "facility.peak_load_kw"),
    )
    units_limit: float = figure(
        "count",
        "compute.accelerators / accelerators of a unit, or compute.racks x units of a rack",
        of=(
            "scenario.compute.accelerators",
            "scenario.compute.racks",
            "catalog.system.accelerators",
            "catalog.system.units_per_rack",
        ),
    )


def first_size(compute: Compute, system: System) -> Sizing:
    """Return the limits of the first round: exact, but for a limit at the site, which starts at a PUE of 1.2."""
    if compute.accelerators is not None:
        return Sizing(it_power_limit_kw=inf, units_limit=compute.accelerators / system.accelerators)
    if compute.racks is not None:
        return Sizing(it_power_limit_kw=inf, units_limit=compute.racks * system.units_per_rack)
    if compute.it_power is not None:
        return Sizing(it_power_limit_kw=compute.it_power, units_limit=inf)
    return Sizing(it_power_limit_kw=(compute.site_power or 0.0) / 1.2, units_limit=inf)


def next_size(rounds: Sequence[Sizing], compute: Compute, cluster: Cluster, facility: Facility) -> Sizing | None:
    """Return the limits of the next round, None when the last round stands.

    Plant comes in whole units, so the peak load is a step function of the racks and a plain iteration may jump between
    two counts. A round therefore never allows more than the smallest limit that was found too large.
    """
    if compute.site_power is None:
        return None
    last = rounds[-1].it_power_limit_kw
    limit = compute.site_power * cluster.it_power_kw / facility.peak_load_kw
    fits = facility.peak_load_kw <= compute.site_power
    seen_too_large = [r.it_power_limit_kw for r in rounds[:-1] if r.it_power_limit_kw > last]
    one_more_kw = cluster.it_power_kw / max(cluster.units, 1.0)
    if fits and (limit < cluster.it_power_kw + one_more_kw or (seen_too_large and last > 0.999 * min(seen_too_large))):
        return None
    if not fits:
        return Sizing(it_power_limit_kw=min(limit, cluster.it_power_kw - SIZE_TOLERANCE_KW), units_limit=inf)
    ceiling = min(seen_too_large, default=inf)
    following = min(limit, 0.5 * (last + ceiling) if limit >= ceiling else limit)
    return Sizing(it_power_limit_kw=following, units_limit=inf)
