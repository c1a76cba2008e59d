"""The site in numbers near one: power in mean loads, energy in mean loads x h, money in USD per kW of mean load."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from denshi.energy.screen.record import ScreenSite

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

# Load that may not go unserved is priced at this many times the highest price of the site, at least a million
# USD/kWh, while designs are searched: above any price of unclean energy. A design that needs it is no design.
_SHORT_TIMES = 20.0
_SHORT_LEAST = 1e6
_WORST_HOURS = 48


@dataclass(frozen=True, slots=True)
class Scaled:
    """Arrays of a site for the kernels, each year turned to begin after its worst two days of clean supply.

    ``source_*`` are rows of the grid, each burner, and load not served: price [USD/kWh], unclean share, limit in mean
    loads (burners: share of capacity). ``weight`` makes each year 8,760 h and their mean one year. ``bounds`` are first
    and last + 1 hours of years. ``limit``: of producers, stores and burners, in mean loads.
    """

    scale_kw: float
    load: Vector
    weight: Vector
    availability: Matrix
    source_price: Matrix
    source_dirty: Matrix
    source_limit: Matrix
    export_price: Vector
    export_limit: float
    duration_h: Vector
    one_way: Vector
    wear: Vector
    limit: Vector
    bounds: tuple[tuple[int, int], ...]
    short_counts: bool

    @property
    def producers(self) -> int:
        """Number of producers."""
        return len(self.availability)

    @property
    def stores(self) -> int:
        """Number of stores."""
        return len(self.duration_h)

    @property
    def load_year(self) -> float:
        """Energy of the load of a year in mean loads x h."""
        return float(self.weight @ self.load)


def scaled(site: ScreenSite) -> Scaled:
    """Scale a site and turn its years."""
    hours, scale = len(site.load_kw), float(site.load_kw.mean())
    lengths = site.scenario_hours or (hours,)
    stops = np.cumsum(lengths)
    bounds = tuple((int(stop - length), int(stop)) for stop, length in zip(stops, lengths, strict=True))
    order = _turned(site, bounds)
    highest = max(float(np.abs(site.grid_usd_per_kwh).max()), float(np.abs(site.export_usd_per_kwh).max()))
    penalty = max(_SHORT_LEAST, _SHORT_TIMES * highest)
    short = penalty if site.unserved_usd_per_kwh is None else site.unserved_usd_per_kwh
    flat = np.ones(hours)
    return Scaled(
        scale_kw=scale,
        load=site.load_kw[order] / scale,
        weight=np.concatenate([np.full(n, 8760.0 / n / len(lengths)) for n in lengths]),
        availability=np.array([p.availability[order] for p in site.producers]).reshape(-1, hours),
        source_price=np.array(
            [site.grid_usd_per_kwh[order], *(b.running_usd_per_kwh * flat for b in site.burners), short * flat]
        ),
        source_dirty=np.array(
            [1.0 - site.grid_clean_fraction[order], *(b.unclean_fraction * flat for b in site.burners), 0.0 * flat]
        ),
        source_limit=np.array(
            [
                np.broadcast_to(site.import_limit_kw, hours)[order] / scale,
                *(np.broadcast_to(b.capacity_factor, hours)[order] for b in site.burners),
                np.inf * flat,
            ]
        ),
        export_price=np.ascontiguousarray(site.export_usd_per_kwh[order], dtype=np.float64),
        export_limit=site.export_limit_kw / scale,
        duration_h=np.array([s.duration_h for s in site.stores], dtype=float),
        one_way=np.sqrt(np.array([s.efficiency for s in site.stores], dtype=float)),
        wear=np.array([s.wear_usd_per_kwh for s in site.stores], dtype=float),
        limit=np.array([part.limit_kw / scale for part in site.technologies], dtype=float),
        bounds=bounds,
        short_counts=site.unserved_usd_per_kwh is not None,
    )


def _turned(site: ScreenSite, bounds: tuple[tuple[int, int], ...]) -> Index:
    """Return hours so that each year begins just after its worst two days: there a store is empty."""
    mean = [producer.availability / max(producer.availability.mean(), 1e-9) for producer in site.producers]
    supply = np.sum(mean, axis=0) if mean else np.zeros_like(site.load_kw)
    spare = supply / max(len(mean), 1) - site.load_kw / site.load_kw.mean()
    parts = []
    for start, stop in bounds:
        length = stop - start
        window = min(_WORST_HOURS, length)
        around = np.concatenate([[0.0], np.cumsum(np.concatenate([spare[start:stop], spare[start : start + window]]))])
        sums = around[window : window + length] - around[:length]
        first = (int(np.argmin(sums)) + window) % length
        parts.append(start + np.roll(np.arange(length), -first))
    return np.concatenate(parts)
