"""Certified screening: 7 areas x 24 cost cases x 6 targets, gap and time by target; sale of up to 2 GW allowed.

Shapes of 2022 (EIA-930) rescaled to fleet capacity factors; where an area has no own price or wind it borrows its
neighbour's: a test of the method, not a finding about sites.

python benchmarks/energy_screen.py                 all areas, two processes
python benchmarks/energy_screen.py --areas PJM     one area
"""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from denshi.energy import capital_recovery_factor
from denshi.energy.screen import CostCase, Producer, Screened, ScreenSite, Store, screen

# Area: capacity factors of wind and solar, area of the wind, zone of the price.
AREAS = {
    "ERCO": (0.36, 0.25, "ERCO", "ERCO"),
    "PJM": (0.31, 0.20, "PJM", "PJM"),
    "CISO": (0.28, 0.28, "CISO", "CA"),
    "MISO": (0.38, 0.23, "MISO", "PJM"),
    "SOCO": (0.38, 0.235, "MISO", "PJM"),
    "AZPS": (0.33, 0.28, "AZPS", "CA"),
    "BPAT": (0.27, 0.24, "BPAT", "CA"),
}
TARGETS = (0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
RATE = 0.07


def price_usd_per_kwh(shared: Path, zone: str) -> np.ndarray:
    """Return the hourly price of 2022 of the zone whose name holds a word, cut to -20 to 300 USD/MWh."""
    from pyarrow import compute, parquet

    table = parquet.read_table(shared / "energy" / "prices_us_iso_2020_2024_hourly_usd.parquet")
    names = sorted(name for name in compute.unique(table.column("zone")).to_pylist() if zone in name)
    table = table.filter(compute.equal(table.column("zone").cast("string"), names[0]))
    hour = table.column("utc").to_numpy()
    year = (hour >= np.datetime64("2022-01-01")) & (hour < np.datetime64("2023-01-01"))
    return np.clip(table.column("usd_per_mwh").to_numpy()[year], -20.0, 300.0) / 1e3


def site(shared: Path, area: str, **changes: object) -> ScreenSite:
    """Return the 2 GW site of an area."""
    from energy import shapes

    wind, solar, wind_area, zone = AREAS[area]
    shape, price = shapes(shared, area, wind, solar), price_usd_per_kwh(shared, zone)
    blowing = shapes(shared, wind_area, wind, solar)["wind_cf"]
    base: dict[str, object] = {
        "load_kw": np.full(8760, 2e6),
        "grid_usd_per_kwh": price,
        "grid_clean_fraction": shape["grid_clean_fraction"],
        "import_limit_kw": 4e6,
        "export_usd_per_kwh": 0.9 * price,
        "export_limit_kw": 2e6,
        "producers": (
            Producer(name="solar", availability=shape["solar_cf"], limit_kw=60e6),
            Producer(name="wind", availability=blowing, limit_kw=60e6),
            Producer(name="nuclear", availability=np.full(8760, 0.92), limit_kw=3e6),
        ),
        "stores": (
            Store(name="battery-4h", duration_h=4.0, efficiency=0.86, wear_usd_per_kwh=0.001, limit_kw=20e6),
            Store(name="battery-8h", duration_h=8.0, efficiency=0.86, wear_usd_per_kwh=0.001, limit_kw=20e6),
        ),
    }
    return ScreenSite(**{**base, **changes})


def cases() -> tuple[CostCase, ...]:
    """Return 24 cost cases: renewables x batteries x nuclear; the last nuclear price forbids it."""
    long, short = capital_recovery_factor(RATE, 30.0), capital_recovery_factor(RATE, 15.0)
    return tuple(
        CostCase(
            name=f"renewables x{green} battery x{store} nuclear x{nuclear}",
            annual_usd_per_kw={
                "solar": green * (1400.0 * long + 18.0),
                "wind": green * (1650.0 * long + 41.0),
                "nuclear": nuclear * 0.095 * 8760.0 * 0.92,
                "battery-4h": store * 1450.0 * short,
                "battery-8h": store * 2650.0 * short,
            },
        )
        for green, store, nuclear in product((0.7, 1.0, 1.3), (0.5, 1.0), (0.8, 1.0, 1.3, 9.0))
    )


def batch(area: str, gap: float, shared: Path) -> tuple[str, tuple[Screened, ...], dict[float, float], float]:
    """Screen an area: designs, CPU seconds by target, CPU seconds of all."""
    here = site(shared, area)
    few = ScreenSite(
        load_kw=np.ones(48),
        grid_usd_per_kwh=np.ones(48),
        grid_clean_fraction=np.zeros(48),
        import_limit_kw=2.0,
        export_usd_per_kwh=np.ones(48),
        export_limit_kw=0.0,
        producers=tuple(Producer(name=p.name, availability=np.ones(48), limit_kw=9.0) for p in here.producers),
        stores=here.stores,
    )
    screen(few, cases()[:1], (0.5,))  # the kernels compile once
    marks: list[tuple[float, float]] = []
    began = time.process_time()
    designs = screen(
        here, cases(), TARGETS, gap, progress=lambda text: marks.append((float(text.split()[-1]), time.process_time()))
    )
    ended = time.process_time()
    stops = [at for _, at in marks[1:]] + [ended]
    spent = {target: stop - at for (target, at), stop in zip(marks, stops, strict=True)}
    return area, designs, spent, ended - began


def table(results: list[tuple[str, tuple[Screened, ...], dict[float, float], float]]) -> None:
    """Print gaps and times by target, and time by area."""
    print("target    n  gap mean   gap max  over 1 %  over 2 %  ms per design  trials mean  max  both stores")
    for target in TARGETS:
        own = [d for _, designs, _, _ in results for d in designs if d.target == target]
        gaps = np.array([d.gap_fraction for d in own])
        trials = np.array([d.iterations for d in own])
        both = np.mean([min(d.capacities_kw["battery-4h"], d.capacities_kw["battery-8h"]) > 2e3 for d in own])
        milliseconds = 1e3 * sum(spent[target] for _, _, spent, _ in results) / len(own)
        print(
            f"{target:6.0%} {len(own):4}  {gaps.mean():8.3%}  {gaps.max():8.3%}  {np.sum(gaps > 0.01):8}  "
            f"{np.sum(gaps > 0.02):8}  {milliseconds:13.1f}  {trials.mean():11.1f}  {trials.max():3}  {both:.0%}"
        )
    for area, designs, _, cpu in results:
        worst = max(designs, key=lambda d: d.gap_fraction)
        print(f"{area}: {cpu:.1f} s CPU, widest {worst.gap_fraction:.2%} at {worst.target:.0%}, {worst.case}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--areas", nargs="*", default=list(AREAS), choices=list(AREAS))
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    shared = Path(os.environ.get("DENSHI_SHARED", "../shared"))
    if not (shared / "energy").is_dir():
        print(f"no measured data at {shared}: set DENSHI_SHARED", file=sys.stderr)
        return 1
    began = time.perf_counter()
    with ProcessPoolExecutor(asked.processes, mp_context=get_context("spawn")) as workers:
        count = len(asked.areas)
        results = list(workers.map(batch, asked.areas, [asked.gap] * count, [shared] * count))
    table(results)
    designs, cpu = sum(len(found) for _, found, _, _ in results), sum(spent for *_, spent in results)
    print(f"{designs} designs in {time.perf_counter() - began:.1f} s wall, {cpu:.1f} s CPU in the search")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
