"""Hold the audit of supply claims and the packaged fleet profiles against the measured hours of 2022.

    DENSHI_SHARED=../shared python tools/check_energy.py [--seeds 32]

Reads ``energy/eia930_2022_hourly_by_fuel.parquet``. Prints, measured beside synthetic: what 1.5 GW give a load of
2 GW, how much of it a supply of 100 % over the year meets hour by hour in six areas, the grid's clean share, the
hours of storage for 99 %, what plants do in the weather of the stations (``check_plants.py``), and, for scale, what a
synthetic price year does beside the hub's of 2022. Exits with 1 where an error is above its limit.
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np

from denshi.catalog import Assumption, Region, find, rows
from denshi.cli.energy_profile import of_files, packaged
from denshi.climate.price import synthetic_price
from denshi.energy.audit import Profile
from denshi.energy.match import Match, Store, match, storage_hours

AREAS = ("azps", "bpat", "ciso", "erco", "miso", "pjm")
WAYS = ("solar", "wind", "half/half", "half/half + 4 h")
ROUND_TRIP = 0.86
# Fleet capacity factors of the study that is reproduced.
STUDY_SOLAR, STUDY_WIND = 0.23, 0.38
# Published by that study: MISO 2022, 2 GW flat; shares met hour by hour, and with the grid's clean share counted.
STUDY = {
    "1.5 GW of solar, of the year": 0.172,
    "1.5 GW of wind, of the year": 0.285,
    "100 % annual solar, hourly": 0.459,
    "100 % annual wind, hourly": 0.791,
    "100 % annual half/half, hourly": 0.738,
    "half/half, grid counted": 0.819,
    "half/half + 4 h, grid counted": 0.895,
    "half/half + 8 h, grid counted": 0.926,
    "1.5 GW solar + 1.09 GW nuclear, of the year": 0.675,
    "1.5 GW solar + 1.09 GW nuclear, hourly": 0.664,
    "1.5 GW solar + 2 GW nuclear, hourly": 0.960,
}
MUST_STUDY, MUST_SHARE, AIM_SHARE, MUST_CLEAN = 0.005, 0.015, 0.005, 0.02
MUST_PRICE_MEAN = 0.001
LOAD_KW = 2e6
# Zone of the price file, and hours of local standard time ahead of UTC.
HUBS = {"ciso": ("US-CAL-CISO", -8), "erco": ("US-TEX-ERCO", -6), "pjm": ("US-MIDA-PJM", -5)}


def measured(shared: Path, area: str) -> Profile:
    """Return the hours of 2022 of an area, at the capacity factors of its fleet."""
    region = region_of(area)
    file = shared / "energy" / "eia930_2022_hourly_by_fuel.parquet"
    return of_files([file], area, region.solar_capacity_factor, region.wind_capacity_factor, region)[0]


def synthetic(area: str, seed: int | None = None) -> Profile:
    """Return a synthetic year of the packaged statistics of an area, at the same capacity factors."""
    region = region_of(area)
    return packaged(region, region.solar_capacity_factor, region.wind_capacity_factor, None, seed)


def region_of(area: str) -> Region:
    return next(row for row in rows("regions").values() if isinstance(row, Region) and row.profile == area)


def supply(profile: Profile, way: str) -> np.ndarray:
    """Return a supply whose energy over the year is that of the load."""
    solar, wind = profile.solar_cf / profile.solar_cf.mean(), profile.wind_cf / profile.wind_cf.mean()
    return LOAD_KW * {"solar": solar, "wind": wind}.get(way.split(" ", maxsplit=1)[0], 0.5 * (solar + wind))


def met(profile: Profile, way: str, hours: float = 0.0) -> Match:
    load = np.full(len(profile.solar_cf), LOAD_KW)
    store = Store(power_kw=LOAD_KW, energy_kwh=hours * LOAD_KW, efficiency=ROUND_TRIP) if hours else None
    return match(load, supply(profile, way), profile.grid_clean_fraction, store)


def study(profile: Profile) -> dict[str, float]:
    """Return the figures of the study from a profile."""
    load = np.full(len(profile.solar_cf), LOAD_KW)

    def claimed(solar_kw: float, wind_kw: float, nuclear_kw: float) -> Match:
        given = solar_kw * profile.solar_cf + wind_kw * profile.wind_cf + 0.92 * nuclear_kw
        return match(load, given, profile.grid_clean_fraction)

    return dict(
        zip(
            STUDY,
            (
                claimed(1.5e6, 0.0, 0.0).annual_fraction,
                claimed(0.0, 1.5e6, 0.0).annual_fraction,
                met(profile, "solar").hourly_fraction,
                met(profile, "wind").hourly_fraction,
                met(profile, "half/half").hourly_fraction,
                met(profile, "half/half").with_grid_fraction,
                met(profile, "half/half", 4.0).with_grid_fraction,
                met(profile, "half/half", 8.0).with_grid_fraction,
                claimed(1.5e6, 0.0, 1.09e6).annual_fraction,
                claimed(1.5e6, 0.0, 1.09e6).hourly_fraction,
                claimed(1.5e6, 0.0, 2e6).hourly_fraction,
            ),
            strict=True,
        )
    )


def shares(profile: Profile) -> dict[str, float]:
    """Return what 100 % over the year meets hour by hour, by way, and the clean shares with the grid's counted."""
    found = {way: met(profile, way, 4.0 if "4 h" in way else 0.0) for way in WAYS}
    clean = {f"{way}, grid counted": one.with_grid_fraction for way, one in found.items()}
    mean = float(profile.grid_clean_fraction.mean())
    return {way: one.hourly_fraction for way, one in found.items()} | {"grid alone": mean} | clean


def storage(profile: Profile) -> float | None:
    """Return the hours of storage with which half/half of 150 % over the year meets 99 % of a flat load."""
    load = np.full(len(profile.solar_cf), LOAD_KW)
    return storage_hours(load, 1.5 * supply(profile, "half/half"), 0.99, ROUND_TRIP)


def print_study(shared: Path) -> bool:
    region = region_of("miso")
    file = shared / "energy" / "eia930_2022_hourly_by_fuel.parquet"
    real = study(of_files([file], "miso", STUDY_SOLAR, STUDY_WIND, region)[0])
    made = study(packaged(region, STUDY_SOLAR, STUDY_WIND, None))
    print("MISO 2022, load of 2 GW                       published  measured  synthetic")
    for name, said in STUDY.items():
        print(f"  {name:44}{said:9.1%} {real[name]:9.1%} {made[name]:10.1%}")
    worst = max(abs(real[name] - said) for name, said in STUDY.items())
    print(f"  largest difference, measured to published: {100 * worst:.2f} points (limit {100 * MUST_STUDY:g})\n")
    return worst <= MUST_STUDY


def print_areas(shared: Path) -> bool:
    print("100 % over the year, met hour by hour: measured (synthetic - measured, points)")
    names = [*WAYS, "grid alone", *(f"{way}, grid counted" for way in WAYS)]
    errors: dict[str, dict[str, float]] = {}
    for area in AREAS:
        real, made = shares(measured(shared, area)), shares(synthetic(area))
        errors[area] = {name: made[name] - real[name] for name in names}
        cells = (f"{name} {real[name]:.1%} ({100 * errors[area][name]:+.2f})" for name in names)
        print(f"  {area.upper():5} " + "; ".join(cells))
    fine = True
    for kind, limit, chosen in (
        ("match", MUST_SHARE, WAYS),
        ("clean share", MUST_CLEAN, names[len(WAYS) :]),
    ):
        where = max((abs(errors[a][n]), a, n) for a in AREAS for n in chosen)
        mean = np.mean([abs(errors[a][n]) for a in AREAS for n in chosen])
        above = sum(abs(errors[a][n]) > AIM_SHARE for a in AREAS for n in chosen)
        print(
            f"  {kind}: worst {100 * where[0]:.2f} points ({where[1].upper()}, {where[2]}; limit {100 * limit:g}), "
            f"mean {100 * float(mean):.2f}, {above} of {len(AREAS) * len(chosen)} above {100 * AIM_SHARE:g}"
        )
        fine = fine and where[0] <= limit
    print()
    return fine


def print_storage(shared: Path, seeds: int) -> bool:
    print(f"hours of storage for 99 % of a flat load from 150 % half/half: measured, range of {seeds} synthetic years")
    fine = True
    for area in AREAS:
        real = storage(measured(shared, area))
        made = sorted(x for x in (storage(synthetic(area, seed)) for seed in range(seeds)) if x is not None)
        held = real is not None and len(made) > 0 and made[0] <= real <= made[-1]
        fine = fine and held
        ends = f"{made[0]:.1f} to {made[-1]:.1f}, median {np.median(made):.1f}" if made else "none"
        chosen, said = _hours(storage(synthetic(area))), "holds it" if held else "MISSES it"
        print(f"  {area.upper():5} {_hours(real)}; {ends}; chosen year {chosen}; {said}")
    return fine


def print_prices(shared: Path) -> bool:
    """Say how a synthetic price year differs from a hub's; only its mean is promised."""
    from pyarrow import parquet

    table = parquet.read_table(shared / "energy" / "prices_us_iso_2020_2024_hourly_usd.parquet").to_pandas()
    spread = find(Assumption, "climate-price-spread-fraction").value
    print(f"prices over their mean: hub in 2022 / synthetic scenario (spread {spread:g}; nothing is fitted)")
    fine = True
    for area, (zone, ahead_h) in HUBS.items():
        year = table[(table["zone"] == zone) & (table["utc"].dt.year == 2022)]["usd_per_mwh"].to_numpy()
        profile = measured(shared, area)
        real = _of_prices(np.roll(year, ahead_h), profile)
        price = synthetic_price(float(year.mean()), profile.grid_clean_fraction, region_of(area).id + "/0", spread)
        made = _of_prices(price, profile)
        fine = fine and abs(float(price.mean() / year.mean()) - 1.0) <= MUST_PRICE_MEAN
        print(f"  {area.upper():5} " + "; ".join(f"{name} {real[name]:.2f} / {made[name]:.2f}" for name in real))
    print()
    return fine


def _of_prices(price: np.ndarray, profile: Profile) -> dict[str, float]:
    over = price / price.mean()
    days = np.sort(over.reshape(-1, 24), axis=1)
    return {
        "standard deviation": float(over.std()),
        "highest": float(over.max()),
        "below 0, % of hours": 100.0 * float((over < 0.0).mean()),
        "earned by solar": float(over @ profile.solar_cf / profile.solar_cf.sum()),
        "earned by wind": float(over @ profile.wind_cf / profile.wind_cf.sum()),
        "4 dearest - 4 cheapest hours of a day": float((days[:, -4:] - days[:, :4]).mean()),
    }


def _hours(value: float | None) -> str:
    return "out of reach" if value is None else f"{value:.1f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=32, help="synthetic years of the storage range, at least 20")
    asked = parser.parse_args()
    shared = Path(os.environ.get("DENSHI_SHARED", "../shared"))
    if not (shared / "energy").is_dir():
        print(f"no measured data at {shared}: set DENSHI_SHARED", file=sys.stderr)
        return 1
    fine = [print_study(shared), print_areas(shared), print_storage(shared, max(asked.seeds, 20)), print_prices(shared)]
    from check_plants import print_plants

    fine.append(print_plants(shared, 8))
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
