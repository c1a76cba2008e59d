"""How long the cable list of 100,000 accelerators takes to write, and the room for a million. Prints medians.

python benchmarks/cables.py
"""

import io
import statistics
import sys
import timeit
from collections.abc import Callable
from math import inf
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from cluster.cluster_rows import cluster_input
from denshi.cluster import run
from denshi.cluster.pull import cables, write_pull_list
from denshi.cluster.route import tiers

RUNS = 5


def main() -> None:
    case = cluster_input(units_limit=12_500.0, it_power_limit_kw=inf)

    def million() -> object:
        tiers.cache_clear()
        return run(cluster_input(it_power_limit_kw=2e6))

    tasks: dict[str, Callable[[], object]] = {
        "cables of 100,000 as arrays": lambda: [None for _ in cables(case, 12_500)],
        "pull list of 100,000 as CSV": lambda: write_pull_list(cables(case, 12_500), io.StringIO()),
        "room of 2 GW": million,
    }
    for name, task in tasks.items():
        median = statistics.median(timeit.repeat(task, number=1, repeat=RUNS))
        sys.stdout.write(f"{name:32s} {1000.0 * median:9.1f} ms\n")


if __name__ == "__main__":
    main()
