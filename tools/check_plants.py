"""Hold the plant profiles made from site weather against the same plants in the measured weather of the stations.

    DENSHI_SHARED=../shared python tools/check_plants.py [--seeds 8]

Reads the hourly source years under ``weather``. For each station one solar and one wind plant stand once in the
source year and once in the synthetic year of the packaged normals; the share of a flat load that 100 % over the year
meets hour by hour is printed, and of the solar plant what pvlib makes of the same weather. Exits with 1 where an error
is above its limit.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from denshi.catalog import Assumption, find
from denshi.catalog.normals import weather_normals
from denshi.climate import Weather, synthetic_weather
from denshi.climate.record import SupplyInput
from denshi.climate.supply import supply_profiles
from denshi.energy.match import Store, match
from denshi.figure import inputs
from fit_climate import source_year, sources

WAYS = ("solar", "wind", "half/half", "half/half + 4 h")
ROUND_TRIP = 0.86
MUST, AIM = 0.04, 0.015
# A turbine of today stands where the wind is better than at an airport: the wind is scaled to this capacity factor.
BUILT_WIND = 0.35


def plants(weather: Weather, wind_capacity_factor: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return the hourly output of a solar and a wind plant in a year of weather, over their capacity."""
    constants = {
        name: find(Assumption, given.path.rpartition(".")[2]).value
        for name, given in inputs(SupplyInput).items()
        if given.path.startswith("catalog.assumptions.")
    }
    found = supply_profiles(
        SupplyInput(
            profile=None,
            supply_normals=None,
            latitude=weather.latitude,
            longitude=weather.longitude,
            solar_capacity_factor=None,
            wind_capacity_factor=wind_capacity_factor,
            clean_fraction=0.0,
            region_id="",
            price_usd_per_kwh=0.0,
            price_scenario="flat",
            **constants,
        ),
        weather,
    )
    return found.solar_cf, found.wind_cf


def shares(solar: np.ndarray, wind: np.ndarray) -> dict[str, float]:
    """Return what a supply of 100 % over the year meets hour by hour of a flat load [1], by way."""
    solar, wind = solar / solar.mean(), wind / wind.mean()
    supplies = {"solar": solar, "wind": wind}
    load = np.ones(len(solar))
    store = Store(power_kw=1.0, energy_kwh=4.0, efficiency=ROUND_TRIP)
    return {
        way: match(
            load, supplies.get(way, 0.5 * (solar + wind)), 0.0 * load, store if "4 h" in way else None
        ).hourly_fraction
        for way in WAYS
    }


def pvlib_solar(weather: Weather) -> np.ndarray:
    """Return the output over its inverter of the same solar plant by pvlib: Hay and Davies, PVWatts, Ross's cell."""
    import pandas as pd
    import pvlib

    def of(name: str) -> float:
        return find(Assumption, f"climate-{name}").value

    zone = f"Etc/GMT{-int(weather.utc_offset_h):+d}"
    # The sun of the middle of the hour.
    times = pd.date_range("2021-01-01 00:30", periods=len(weather.ghi_w_per_m2), freq="h", tz=zone)
    place = pvlib.solarposition.get_solarposition(times, weather.latitude, weather.longitude, weather.elevation_m)
    zenith, azimuth = place["apparent_zenith"], place["azimuth"]
    turned = pvlib.tracking.singleaxis(zenith, azimuth, axis_azimuth=180, max_angle=90, backtrack=False)
    ghi, dni, dhi = (
        pd.Series(x, index=times) for x in (weather.ghi_w_per_m2, weather.dni_w_per_m2, weather.dhi_w_per_m2)
    )
    on_module = pvlib.irradiance.get_total_irradiance(
        turned["surface_tilt"].fillna(0.0),
        turned["surface_azimuth"].fillna(180.0),
        zenith,
        azimuth,
        dni,
        ghi,
        dhi,
        dni_extra=pvlib.irradiance.get_extra_radiation(times.day_of_year.to_numpy()),
        albedo=of("ground-albedo"),
        model="haydavies",
    )["poa_global"].fillna(0.0)
    cell = weather.dry_bulb_c + of("pv-heating-k-m2-per-w") * on_module.to_numpy()
    size = of("pv-dc-ac-ratio")
    direct = pvlib.pvsystem.pvwatts_dc(on_module.to_numpy(), cell, size, of("pv-temperature-coefficient-per-k"))
    return np.clip(direct * (1.0 - of("pv-loss-fraction")), 0.0, 1.0)


def years(shared: Path) -> Iterator[tuple[str, Weather]]:
    """Yield id and source year of every station that gives wind."""
    for name, path in sources(shared).items():
        if weather_normals(name).wind_quantiles_m_per_s is not None:
            yield name, source_year(path)


def print_plants(shared: Path, seeds: int) -> bool:
    """Print the errors of all stations; return whether none is above its limit."""
    errors: dict[str, dict[str, list[float]]] = {"as the mast stands": {}, f"wind scaled to {BUILT_WIND:.0%}": {}}
    levels: dict[str, list[float]] = {way: [] for way in WAYS}
    yields: list[float] = []
    against: list[float] = []
    stations = list(years(shared))
    for name, real in stations:
        for kind, factor in zip(errors, (None, BUILT_WIND), strict=True):
            base = shares(*plants(real, factor))
            made = [synthetic_weather(weather_normals(name), seed) for seed in (None, *range(1, seeds))]
            for way, off in _off(base, [shares(*plants(year, factor)) for year in made]).items():
                errors[kind].setdefault(way, []).extend(off)
            if factor is None:
                for way in WAYS:
                    levels[way].append(base[way])
        solar, wind = plants(real)
        theirs = pvlib_solar(real)
        yields.append(float(solar.mean() / theirs.mean() - 1.0))
        against.append(shares(solar, wind)["solar"] - shares(theirs, wind)["solar"])
    print(
        f"plants in the weather of {len(stations)} stations, 100 % over the year met hour by hour; {seeds} seeds each"
    )
    print("  source years, mean: " + ", ".join(f"{way} {np.mean(levels[way]):.1%}" for way in WAYS))
    fine = True
    for kind, by_way in errors.items():
        cells = "; ".join(_words(way, by_way[way], seeds) for way in WAYS)
        print(f"  synthetic - source, points, {kind}: {cells}")
        fine = fine and max(abs(x) for off in by_way.values() for x in off) <= MUST
    print(f"  limit {100 * MUST:g} points, every station and seed: {'kept' if fine else 'NOT KEPT'}")
    print(
        f"  solar plant against pvlib in the source years: yield {100 * np.mean(yields):+.2f} % on average, "
        f"{100 * min(yields):+.2f} to {100 * max(yields):+.2f}; share met {100 * min(against):+.2f} to "
        f"{100 * max(against):+.2f} points\n"
    )
    return fine


def _off(base: dict[str, float], made: list[dict[str, float]]) -> dict[str, list[float]]:
    return {way: [one[way] - base[way] for one in made] for way in WAYS}


def _words(way: str, off: list[float], seeds: int) -> str:
    points = 100 * np.array(off)
    packaged = points[::seeds]
    return (
        f"{way} bias {points.mean():+.2f}, mean {np.abs(points).mean():.2f}, "
        f"worst {points[np.abs(points).argmax()]:+.2f} (packaged year {packaged[np.abs(packaged).argmax()]:+.2f})"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=8, help="synthetic years of each station")
    asked = parser.parse_args()
    shared = Path(os.environ.get("DENSHI_SHARED", "../shared"))
    if not (shared / "weather").is_dir():
        print(f"no measured data at {shared}: set DENSHI_SHARED", file=sys.stderr)
        return 1
    return 0 if print_plants(shared, max(asked.seeds, 1)) else 1


if __name__ == "__main__":
    sys.exit(main())
