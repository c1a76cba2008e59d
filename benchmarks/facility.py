"""Time the building and the cluster, beside the one open model that does the same job.

Lei and Masanet's model (the only open hourly PUE and WUE model of a site) takes 36 to 43 s for one plant and one
site-year, because it calls CoolProp hour by hour: measured on the same class of machine, extrapolated from 69 hours.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from denshi import facility
from denshi.psychrometrics import humidity_ratio, relative_humidity_fraction, wet_bulb_from_relative_humidity_c

PLANTS = (
    "air-chiller",
    "tower-chiller",
    "tower-economizer",
    "air-economizer",
    "liquid-dry-trim",
    "liquid-adiabatic",
    "immersion-1p",
    "immersion-2p",
)
# Twenty plants: five kinds at four supply temperatures.
SWEPT = ("air-chiller", "tower-economizer", "air-economizer", "liquid-dry-trim", "liquid-adiabatic")
SUPPLIES_C = (18.0, 24.0, 30.0, 40.0)
PEER_S = 36.0
RUN_BUDGET_S = 0.030
SWEEP_BUDGET_S = 10.0


def main() -> None:
    """Print the median of several runs of each stage beside its budget."""
    # In place of this folder, whose own module would hide the rows of the tests.
    sys.path[0] = str(Path(__file__).resolve().parent.parent / "tests")
    from facility.facility_rows import facility_input, weather

    base = facility_input()
    for plant in PLANTS:
        case = replace(base, cooling=plant, supply_c=26.0)
        took = median(lambda case=case: facility.run(case))
        print(f"one building-year, {plant:18} {took * 1e3:7.2f} ms  {verdict(took, RUN_BUDGET_S)}  peer {PEER_S:g} s")
    sites = [weather(mean_c=float(mean_c)) for mean_c in range(0, 30)]
    began, began_cpu = time.perf_counter(), time.process_time()
    for air in sites:
        for plant in SWEPT:
            for supply_c in SUPPLIES_C:
                facility.run(replace(base, cooling=plant, supply_c=supply_c, **air))
    took, took_cpu = time.perf_counter() - began, time.process_time() - began_cpu
    runs = len(sites) * len(SWEPT) * len(SUPPLIES_C)
    print(f"{runs} building-years, 30 sites x 20 plants {took:6.2f} s, {took_cpu:.2f} s of processor")
    print(f"  {verdict(took_cpu, SWEEP_BUDGET_S)}; the open model at {PEER_S:g} s each {runs * PEER_S / 3600:.0f} h")
    wet_bulbs(sites[15])


def wet_bulbs(air: dict[str, Any]) -> None:
    """Print the time for the wet bulbs of a year beside a loop over psychrolib, and how far they are apart."""
    import psychrolib

    psychrolib.SetUnitSystem(psychrolib.SI)
    dry, pressure = air["dry_bulb_c"], air["pressure_pa"]
    ratio = humidity_ratio(dry, air["wet_bulb_c"], pressure)
    relative = relative_humidity_fraction(dry, ratio, pressure)
    ours_s = median(lambda: wet_bulb_from_relative_humidity_c(dry, relative, pressure))
    began = time.perf_counter()
    theirs = [psychrolib.GetTWetBulbFromRelHum(*one) for one in zip(dry, relative, pressure, strict=True)]
    loop_s = time.perf_counter() - began
    ours = wet_bulb_from_relative_humidity_c(dry, relative, pressure)
    apart = max(abs(a - b) for a, b in zip(ours, theirs, strict=True) if abs(b) >= 1.0)
    print(
        f"wet bulbs of 8,760 h {ours_s * 1e3:.1f} ms, loop over psychrolib {loop_s * 1e3:.0f} ms, "
        f"{loop_s / ours_s:.0f} times longer, {apart:.4f} K apart"
    )


def median(job: Callable[[], object], runs: int = 7) -> float:
    """Return the median time of a job [s]."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        job()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def verdict(took: float, budget: float) -> str:
    """Say whether a time is within its budget."""
    return f"budget {budget:g} s {'within' if took <= budget else 'OVER'}"


if __name__ == "__main__":
    main()
