"""What screening takes, a site, cost cases and targets, and what it gives: designs between two bounds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from denshi.errors import OutOfRangeError

Hourly = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Producer:
    """Clean must-take supply: what one kW gives in each hour [1], and how much may be built [kW].

    What it costs to run is part of its annual cost; what is not used is curtailed.
    """

    name: str
    availability: Hourly
    limit_kw: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Storage charged from clean supply: hours at full power, round trip [1], wear of discharge, limit [kW]."""

    name: str
    duration_h: float
    efficiency: float
    limit_kw: float
    wear_usd_per_kwh: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Burner:
    """Dispatchable plant: running cost, share that is not clean, share of capacity available [1], limit [kW].

    The share available is one for all hours or one an hour.
    """

    name: str
    running_usd_per_kwh: float
    limit_kw: float
    unclean_fraction: float = 1.0
    capacity_factor: float | Hourly = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Curtailed:
    """Load that may be switched off: share of each hour's [1], most of a year [kWh], what it costs [USD/kWh]."""

    fraction: float
    budget_kwh: float
    usd_per_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSite:
    """Load, weather, prices and limits of a site, hour by hour; all that is shared by its cost cases and targets.

    Attributes
    ----------
    load_kw : load of each hour [kW].
    grid_usd_per_kwh, grid_clean_fraction : price and clean share of grid purchase; a price may be negative.
    import_limit_kw : highest purchase, one for all hours or one an hour [kW].
    export_usd_per_kwh : price of sold clean supply; it may be above the price of purchase.
    export_limit_kw : highest sale [kW].
    unserved_usd_per_kwh : price of load not served; None forbids it.
    scenario_hours : lengths of weather years that follow each other and share capacities; empty: one year. Storage ends
        each of them as it began it, and each counts alike, scaled to 8,760 h.
    curtailed : load that may be switched off; None: none. Of one weather year only.
    """

    load_kw: Hourly
    grid_usd_per_kwh: Hourly
    grid_clean_fraction: Hourly
    import_limit_kw: float | Hourly
    export_usd_per_kwh: Hourly
    export_limit_kw: float
    producers: tuple[Producer, ...] = ()
    stores: tuple[Store, ...] = ()
    burners: tuple[Burner, ...] = ()
    unserved_usd_per_kwh: float | None = None
    scenario_hours: tuple[int, ...] = ()
    curtailed: Curtailed | None = None

    @property
    def technologies(self) -> tuple[Producer | Store | Burner, ...]:
        """Producers, stores, burners, in this order everywhere."""
        return (*self.producers, *self.stores, *self.burners)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the technologies."""
        return tuple(part.name for part in self.technologies)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCase:
    """What one kW of each technology costs a year, capital and fixed cost together [USD/kW]."""

    name: str
    annual_usd_per_kw: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """A feasible design of one cost case and one target, and how far from the least cost it can be.

    ``capacities_kw`` serve the load of every hour at ``objective_usd_per_year``; no design of the same limits costs
    less than ``lower_bound_usd_per_year``. Gap = (objective - bound) / max(|bound|, |objective|).
    ``dirty_fraction`` is unclean energy over load, ``burnt_kwh`` what each burner gives in a year. Where no
    feasible design was found the objective is infinite and capacities are not a number; the bound holds all the
    same.
    """

    case: str
    target: float
    capacities_kw: Mapping[str, float]
    objective_usd_per_year: float
    lower_bound_usd_per_year: float
    gap_fraction: float
    dirty_fraction: float
    burnt_kwh: Mapping[str, float]
    iterations: int


def check(site: ScreenSite, cases: tuple[CostCase, ...], targets: tuple[float, ...], gap: float) -> None:
    """Raise OutOfRangeError where arrays differ in length, are not finite, or a limit or share is out of range."""
    hours = len(site.load_kw)
    series = {
        "load_kw": site.load_kw,
        "grid_usd_per_kwh": site.grid_usd_per_kwh,
        "grid_clean_fraction": site.grid_clean_fraction,
        "export_usd_per_kwh": site.export_usd_per_kwh,
        "import_limit_kw": np.broadcast_to(site.import_limit_kw, hours)
        if np.ndim(site.import_limit_kw) == 0
        else np.asarray(site.import_limit_kw),
        **{producer.name: producer.availability for producer in site.producers},
    }
    for name, values in series.items():
        if values.shape != (hours,) or not np.isfinite(values).all():
            raise OutOfRangeError(f"{name} is not {hours} finite hours", where=f"energy.screen.{name}")
    never_negative = {name: series[name] for name in ("load_kw", "import_limit_kw")}
    for name, values in {**never_negative, **{p.name: p.availability for p in site.producers}}.items():
        if values.min() < 0.0:
            raise OutOfRangeError(f"{name} is negative in an hour", where=f"energy.screen.{name}")
    shares = [*site.grid_clean_fraction[[site.grid_clean_fraction.argmin(), site.grid_clean_fraction.argmax()]]]
    shares += [burner.unclean_fraction for burner in site.burners] + list(targets)
    if min(shares, default=0.0) < 0.0 or max(shares, default=0.0) > 1.0:
        raise OutOfRangeError("a clean share or target is outside 0–1", where="energy.screen")
    limits = [part.limit_kw for part in site.technologies] + [site.export_limit_kw]
    if not np.isfinite(limits).all() or min(limits) < 0.0:
        raise OutOfRangeError("a limit is negative or not finite: it is part of the bound", where="energy.screen")
    if any(not 0.0 < s.efficiency <= 1.0 or s.duration_h <= 0.0 or s.wear_usd_per_kwh < 0.0 for s in site.stores):
        raise OutOfRangeError(
            "a store needs efficiency in (0, 1], duration above 0, wear of at least 0", where="energy.screen.stores"
        )
    if len(set(site.names)) != len(site.names) or any(set(case.annual_usd_per_kw) != set(site.names) for case in cases):
        raise OutOfRangeError("a cost case names other technologies than the site", where="energy.screen.cases")
    if any(not np.isfinite(list(case.annual_usd_per_kw.values())).all() for case in cases):
        raise OutOfRangeError("a cost is not finite", where="energy.screen.cases")
    if site.scenario_hours and sum(site.scenario_hours) != hours:
        raise OutOfRangeError("scenario_hours do not add up to the hours", where="energy.screen.scenario_hours")
    _check_curtailed(site)
    if hours == 0 or not site.load_kw.mean() > 0.0 or not gap > 0.0:
        raise OutOfRangeError("no load, or a gap that is not above 0", where="energy.screen")


def _check_curtailed(site: ScreenSite) -> None:
    flexible = site.curtailed
    if flexible is None:
        return
    if not 0.0 < flexible.fraction <= 1.0 or min(flexible.budget_kwh, flexible.usd_per_kwh) < 0.0:
        what = "load switched off needs a share in (0, 1], a budget and a cost of at least 0"
        raise OutOfRangeError(what, where="energy.screen.curtailed")
    if len(site.scenario_hours) > 1:
        raise OutOfRangeError("load is switched off in one weather year only", where="energy.screen.curtailed")
