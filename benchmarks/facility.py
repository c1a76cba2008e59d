"""Time the building and the cluster, beside the one open model that does the same job.

Lei and Masanet's model (the only open hourly PUE and WUE model of a site) takes 36 to 43 s for one plant and one
site-year, because it calls CoolProp hour by hour: measured on the same class of machine, extrapolated from 69 hours.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from math import inf
from pathlib import Path

from denshi import cluster, facility

PLANTS = ("air-chiller", "tower-economizer", "liquid-dry-trim", "liquid-adiabatic", "immersion-1p", "immersion-2p")
PEER_S = 36.0
RUN_BUDGET_S = 0.030
SWEEP_BUDGET_S = 10.0


def main() -> None:
    """Print the median of several runs of each stage beside its budget."""
    # In place of this folder, whose own module would hide the rows of the tests.
    sys.path[0] = str(Path(__file__).resolve().parent.parent / "tests")
    from cluster.cluster_rows import cluster_input
    from facility.facility_rows import facility_input, weather

    base = facility_input()
    for plant in PLANTS:
        case = replace(base, cooling=plant, supply_c=26.0)
        took = median(lambda case=case: facility.run(case))
        print(f"one building-year, {plant:18} {took * 1e3:7.2f} ms  {verdict(took, RUN_BUDGET_S)}  peer {PEER_S:g} s")
    sites = [weather(mean_c=float(mean_c)) for mean_c in range(0, 30)]
    began = time.perf_counter()
    runs = 0
    for air in sites:
        for plant in PLANTS:
            for supply_c in (18.0, 24.0, 30.0):
                facility.run(replace(base, cooling=plant, supply_c=supply_c, **air))
                runs += 1
    took = time.perf_counter() - began
    print(f"{runs} building-years of 30 sites, 6 plants, 3 temperatures {took:6.2f} s  {verdict(took, SWEEP_BUDGET_S)}")
    for units in (128.0, 12_500.0, 1_250_000.0):
        given = cluster_input(units_limit=units, it_power_limit_kw=inf)
        took = median(lambda given=given: cluster.run(given))
        print(f"cluster of {units * 8:,.0f} accelerators {took * 1e3:7.2f} ms")
    took = median(lambda: cluster.run(cluster_input(it_power_limit_kw=2e6)))
    print(f"largest cluster within 2 GW {took * 1e3:7.2f} ms")


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
