"""Rates of return beside pyxirr: the same random cash flows, accuracy and time.

Run: python benchmarks/finance.py
"""

import time

import numpy as np
import pyxirr

from denshi.finance import irr, irr_many

SEED = 20261122
TABLES = ((100_000, 21), (20_000, 241))


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


def main() -> None:
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
