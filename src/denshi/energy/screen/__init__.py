"""Very many designs of a site at once, each with a proof of how far from the least cost it can be.

``screen`` takes one site, many cost cases and many targets. It never solves the hourly linear programme: hourly values
of clean supply and a price of unclean energy make a bound (``worth``), the exact operation of stores makes a design
(``dispatch``), and both are shared by all cases and targets (``pool``). ``search`` closes in from both sides.
"""

from collections.abc import Callable, Sequence

import numpy as np

from denshi.energy.screen.curtail import with_curtailment
from denshi.energy.screen.record import Burner, CostCase, Curtailed, Producer, Screened, ScreenSite, Store, check

__all__ = ["Burner", "CostCase", "Curtailed", "Producer", "ScreenSite", "Screened", "Store", "screen"]

_FIRST_TARGET = 0.96


def screen(
    site: ScreenSite,
    cases: Sequence[CostCase],
    targets: Sequence[float],
    gap: float = 0.01,
    most_trials: int = 80,
    progress: Callable[[str], None] | None = None,
) -> tuple[Screened, ...]:
    """Find a design for each cost case and each target, with a bound from below that holds for every design.

    Minimise sum of capacity x annual cost + running cost - sales, such that clean supply + purchase + burning serve the
    load of every hour, and sum of purchase x (1 - clean share) + unclean burning <= (1 - target) x load.

    Parameters
    ----------
    site : load, weather, prices, limits.
    cases : annual costs of each technology [USD/kW].
    targets : clean shares of the load, hour by hour [1].
    gap : stop at this gap [1].
    most_trials : trials of a design, at most.
    progress : called with a line of text at each target.

    Returns
    -------
    one Screened for each case and target, targets of one case side by side; the same input gives the same bytes.

    Raises
    ------
    OutOfRangeError : an array, a limit or a share is outside its range.
    """
    cases, targets = tuple(cases), tuple(targets)
    check(site, cases, targets, gap)
    if site.curtailed is None:
        return _screened(site, cases, targets, gap, most_trials, progress)

    def alone(plain: ScreenSite, case: CostCase, target: float) -> Screened:
        return _screened(plain, (case,), (target,), gap / 4.0, most_trials, None)[0]

    return tuple(with_curtailment(site, case, target, gap, alone) for case in cases for target in targets)


def _screened(
    site: ScreenSite,
    cases: tuple[CostCase, ...],
    targets: tuple[float, ...],
    gap: float,
    most_trials: int,
    progress: Callable[[str], None] | None,
) -> tuple[Screened, ...]:
    """Search each case and target in one pool of cuts and dispatches."""
    from denshi.energy.screen.pool import Pool
    from denshi.energy.screen.scaled import scaled
    from denshi.energy.screen.search import allowed_dirty, design, seed

    small = scaled(site)
    pool = Pool(small)
    seed(pool)
    found: dict[tuple[int, int], Screened] = {}
    for t in sorted(range(len(targets)), key=lambda t: (abs(targets[t] - _FIRST_TARGET), t)):
        if progress is not None:
            progress(f"screen: {len(cases)} designs of {targets[t]:.4g}")
        for c, case in enumerate(cases):
            cost = np.array([case.annual_usd_per_kw[name] for name in site.names])
            best, trials = design(pool, cost, allowed_dirty(small, targets[t]), gap, most_trials)
            found[c, t] = Screened(
                case=case.name,
                target=targets[t],
                capacities_kw={n: float(x) * small.scale_kw for n, x in zip(site.names, best.above, strict=True)},
                objective_usd_per_year=best.upper * small.scale_kw,
                lower_bound_usd_per_year=best.lower * small.scale_kw,
                gap_fraction=best.gap,
                dirty_fraction=best.dirty / small.load_year,
                burnt_kwh={
                    one.name: float(energy) * small.scale_kw
                    for one, energy in zip(site.burners, best.burnt, strict=True)
                },
                iterations=trials,
            )
    return tuple(found[c, t] for c in range(len(cases)) for t in range(len(targets)))
