"""Rates of return beside pyxirr, and a million paths of a project: accuracy, time, memory.

python benchmarks/finance.py                     both
python benchmarks/finance.py --paths 100000      so many paths
"""

import argparse
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pyxirr

from denshi.finance import irr, irr_many
from denshi.finance.deal import Debt
from denshi.finance.risk import Marginal, correlated, points
from denshi.finance.risk.compute_hour import ComputeHour
from denshi.finance.risk.project import Plan, outcomes

SEED = 20261122
TABLES = ((100_000, 21), (100_000, 241))
MONTHS, BUILT = 240, 24
VARIED = ("price", "decline", "utilisation", "power", "hardware", "upkeep")
RANGES = ((0.7, 1.0, 1.35), (0.5, 1.0, 1.7), (0.85, 1.0, 1.05), (0.85, 1.0, 1.3), (0.9, 1.0, 1.2), (0.85, 1.0, 1.25))


def projects(rows: int, periods: int) -> np.ndarray:
    """Return projects that pay in their first fifth at most and take in afterwards."""
    rng = np.random.default_rng(SEED)
    flows = rng.uniform(0.2, 1.0, (rows, periods))
    building = np.arange(periods) < rng.integers(1, max(2, periods // 5), (rows, 1))
    return np.where(building, -flows * periods / building.sum(axis=1, keepdims=True), flows)


def timed(call) -> tuple[float, np.ndarray]:
    """Return the processor time and the result of a call."""
    begin = time.process_time()
    result = np.asarray(call(), dtype=float)
    return time.process_time() - begin, result


def plan(debt: Debt | None) -> Plan:
    """Return twenty years of a project that is built in two, whose hardware is written off in six."""
    month = np.arange(MONTHS)
    running = month >= BUILT
    written = np.where(running & (month < BUILT + 72), 70.0 / 72.0, 0.0)
    return Plan(
        years=month / 12.0,
        revenue_usd=np.where(running, 3.2 * 0.94 ** ((month - BUILT) / 12.0), 0.0),
        energy_usd=np.where(running, 0.4, 0.0),
        upkeep_usd=np.where(running, 0.3 * 1.025 ** (month / 12.0), 0.0),
        hardware_draw_usd=np.where(running, 0.0, 70.0 / BUILT),
        facility_draw_usd=np.where(running, 0.0, 30.0 / BUILT),
        land_draw_usd=np.zeros(MONTHS),
        it_depreciation_usd=written,
        facility_depreciation_usd=np.where(running, 30.0 / (MONTHS - BUILT), 0.0),
        it_residual_usd=3.5,
        facility_residual_usd=0.0,
        land_usd=0.0,
        decline=0.06,
        tax_rate=0.25,
        built=BUILT,
        discount_rate=0.09,
        debt=debt,
        hour=ComputeHour(
            hardware_usd=66.0,
            facility_usd=28.0,
            land_usd=0.0,
            energy_usd=np.linspace(40.0, 0.0, MONTHS + 1),
            upkeep_usd=np.linspace(35.0, 0.0, MONTHS + 1),
            sold_hours=np.linspace(60.0, 0.0, MONTHS + 1),
        ),
    )


def walk(job: tuple[Plan, int, int]) -> tuple[float, float, float]:
    """Run some paths: CPU seconds without those of compiling, median NPV, peak memory [MB]."""
    project, paths, seed = job
    marginals = [Marginal(name, *three) for name, three in zip(VARIED, RANGES, strict=True)]
    together = np.eye(len(VARIED))
    together[0, 2] = together[2, 0] = together[0, 4] = together[4, 0] = 0.5
    outcomes(project, VARIED, correlated(points(256, len(VARIED), 0), together, marginals))
    begin = time.process_time()
    values = []
    for part in range(0, paths, 65_536):
        table = correlated(points(min(65_536, paths - part), len(VARIED), seed + part), together, marginals)
        values.append(outcomes(project, VARIED, table)["npv_usd"])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return time.process_time() - begin, float(np.median(np.concatenate(values))), memory


def many_paths(paths: int) -> None:
    """Print time and memory of paths on two processes, without debt and with a sculpted loan."""
    loan = Debt(rate=0.07, construction_rate=0.07, gearing=0.6, cover=1.3, tenor_steps=120, reserve_steps=6)
    print(f"{paths:,} paths x {MONTHS} months, NPV, IRR and equity IRR | wall | CPU | both processes | median NPV")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        list(workers.map(walk, [(plan(loan), 256, 0)] * 4))  # compiles
        for name, debt in (("without debt", None), ("with a loan", loan)):
            begin = time.perf_counter()
            found = list(workers.map(walk, [(plan(debt), paths // 2, seed) for seed in (1, 2)]))
            wall = time.perf_counter() - begin
            cpu, memory = sum(one[0] for one in found), sum(one[2] for one in found)
            print(f"{name} | {wall:.1f} s | {cpu:.1f} s | {memory:.0f} MB | {found[0][1]:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paths", type=int, default=1_000_000)
    asked = parser.parse_args()
    many_paths(min(asked.paths, 100_000))
    many_paths(asked.paths)
    irr_many(np.array([[-1.0, 2.0]]))
    print("rows x periods | together | one by one | pyxirr | pyxirr/together | largest difference of ln(1 + rate)")
    for rows, periods in TABLES:
        flows = projects(rows, periods)
        ours_s, ours = timed(lambda flows=flows: irr_many(flows, 1.0))
        theirs_s, theirs = timed(lambda flows=flows: [pyxirr.irr(row) for row in flows])
        some = flows[: rows // 20]
        single_s, _ = timed(lambda some=some: [irr(row, 1.0) for row in some])
        apart = np.nanmax(np.abs(np.log1p(ours) - np.log1p(theirs)))
        shown = f"{rows:,} x {periods} | {ours_s:.3f} s | {20 * single_s:.1f} s | {theirs_s:.2f} s"
        print(f"{shown} | {theirs_s / ours_s:.0f} | {apart:.1e}")


if __name__ == "__main__":
    main()
