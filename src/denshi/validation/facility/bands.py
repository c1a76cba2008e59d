"""PUE and WUE bands of Lei and Masanet, zone by zone and case by case, against samples of their own input ranges."""

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from denshi.climate import Weather
from denshi.facility import Facility, FacilityInput, run
from denshi.validation.facility.ranges import CASES, building, samples
from denshi.validation.facility.zones import station_weather

_LATENT_KJ_PER_KG = 2430.0
_WATER_KJ_PER_KG_K = 4.18


@dataclass(frozen=True, slots=True)
class Band:
    """5th and 95th percentile that were published, and ours with the median and the share of samples inside."""

    low: float | None
    high: float | None
    ours_low: float
    median: float
    ours_high: float
    share_inside: float | None

    @property
    def inside(self) -> bool | None:
        """Whether our median lies in the published band; None where none is at hand."""
        return None if self.low is None or self.high is None else self.low <= self.median <= self.high

    @property
    def overlap(self) -> float | None:
        """Overlap of the two bands over the published one [1]."""
        if self.low is None or self.high is None:
            return None
        common = min(self.high, self.ours_high) - max(self.low, self.ours_low)
        return max(common, 0.0) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class BandCase:
    """One zone and case: PUE, WUE, and the WUE that the same heat would have were all of it latent."""

    zone: str
    case: int
    station: str
    pue: Band
    wue: Band
    wue_all_latent: Band


def published_bands(file: Path) -> dict[tuple[str, int, str], tuple[float, float]]:
    """Return the published 5th and 95th percentile by zone, case and metric (pue, wue)."""
    found: dict[tuple[str, int, str], list[float]] = {}
    with file.open(encoding="utf-8", newline="") as text:
        for line in csv.DictReader(text):
            named = re.match(r"climate zone (\w+), case (\d+) ", line["context"])
            if named and line["quantity"] in ("lei_masanet.pue", "lei_masanet.wue"):
                key = (named[1], int(named[2]), line["quantity"].split(".")[1])
                found.setdefault(key, []).append(float(line["value"]))
    return {key: (min(values), max(values)) for key, values in found.items() if len(values) == 2}


def band_cases(
    shared: Path, stations: Mapping[str, str], count: int, progress: Callable[[str], None] = lambda _: None
) -> list[BandCase]:
    """Return every zone and case.

    Parameters
    ----------
    shared : folder of the measured data.
    stations : station of each zone.
    count : samples of each zone and case; a power of two keeps the sequence balanced.
    """
    bands = published_bands(shared / "validation" / "facility.csv")
    found = []
    for zone, station in stations.items():
        weather = station_weather(shared, station)
        for case in CASES:
            progress(f"zone {zone}, case {case}")
            found.append(_case(zone, case, station, weather, bands, count))
    return found


def _case(
    zone: str,
    case: int,
    station: str,
    weather: Weather,
    bands: Mapping[tuple[str, int, str], tuple[float, float]],
    count: int,
) -> BandCase:
    pue, wue, latent = [], [], []
    for at in samples(case, count):
        given = building(case, at, weather)
        found = run(given)
        pue.append(found.pue_mean)
        wue.append(found.wue_l_per_kwh)
        latent.append(all_latent_l_per_kwh(given, found))
    own = {metric: bands.get((zone, case, metric)) for metric in ("pue", "wue")}
    return BandCase(zone, case, station, _band(own["pue"], pue), _band(own["wue"], wue), _band(own["wue"], latent))


def _band(published: tuple[float, float] | None, values: list[float]) -> Band:
    ours: NDArray[np.float64] = np.percentile(values, [5.0, 50.0, 95.0])
    low, high = published or (None, None)
    share = None if low is None or high is None else float(np.mean([low <= value <= high for value in values]))
    return Band(low, high, float(ours[0]), float(ours[1]), float(ours[2]), share)


def all_latent_l_per_kwh(given: FacilityInput, found: Facility) -> float:
    """Return the WUE that the same heat would have if all that passes the tower evaporated water [L/kWh].

    That is the assumption of the bands; it stands beside our physics and is never part of it.
    """
    if given.cooling == "air-chiller":
        return found.wue_l_per_kwh
    over_tower_kwh = found.heat_rejected_kwh_per_year - found.heat_outside_kwh_per_year
    evaporated_kg = over_tower_kwh * 3600.0 / _LATENT_KJ_PER_KG
    drift_kg = given.tower_drift_fraction * over_tower_kwh * 3600.0 / (_WATER_KJ_PER_KG_K * given.loop_rise_k)
    tower_kg = evaporated_kg + max(evaporated_kg / (given.tower_cycles - 1.0), drift_kg)
    inside_kg = found.water_inside_m3_per_year * 1000.0
    return (tower_kg + inside_kg) / found.it_energy_kwh_per_year
