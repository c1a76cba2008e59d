"""A year of supply beside PyPSA with HiGHS: CPU seconds and peak memory of whole processes, in turn.

2 GW, 8,760 h, sun, wind, 4 h and 8 h batteries, nuclear power, gas turbines and the grid, 90 % clean hour by hour.

DENSHI_PYPSA=/path/to/python python benchmarks/energy_peer.py [--runs 3]

PyPSA needs a Python of its own, with denshi's packages beside it (pip install pypsa highspy highspy-extras numpy).
Without one, ours is measured alone.
"""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OURS = """
from energy import study_case
from denshi import energy
found = energy.run(study_case(shared))
print(found.cost_usd_per_year, found.lower_bound_usd_per_year)
"""
THEIRS = """
from energy import study_case
from pypsa_oracle import Site
found = Site(study_case(shared)).solve("hipo", "off")
print(found["objective_usd_per_year"], found["status"])
"""


def measured(python: str, program: str, shared: Path) -> tuple[float, float, str]:
    """Run a program in a process of its own: CPU seconds, peak memory [MB], its last line."""
    paths = [str(ROOT / folder) for folder in ("src", "benchmarks", "tools", "tests")]
    begin = f"import sys; sys.path[:0] = {paths!r}\nfrom pathlib import Path\nshared = Path({str(shared)!r})\n"
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        [python, "-W", "ignore", "-c", begin + program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **threads},
        text=True,
    ) as child:
        said = child.stdout.read() if child.stdout else ""
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{python} ended with {child.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said.strip().splitlines()[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    shared = Path(os.environ.get("DENSHI_SHARED", ROOT.parent / "shared"))
    if not (shared / "energy").is_dir():
        print(f"no measured data at {shared}: set DENSHI_SHARED", file=sys.stderr)
        return 1
    peer = os.environ.get("DENSHI_PYPSA")
    programs = {"denshi": (sys.executable, OURS)} | ({"PyPSA + HiGHS": (peer, THEIRS)} if peer else {})
    if not peer:
        print("PyPSA is not measured: set DENSHI_PYPSA to a Python that has it")
    measured(sys.executable, OURS, shared)  # the kernels compile once
    found: dict[str, list[tuple[float, float, str]]] = {name: [] for name in programs}
    for _ in range(asked.runs):
        for name, (python, program) in programs.items():
            found[name].append(measured(python, program, shared))
    medians = {}
    for name, runs in found.items():
        cpu, memory = (statistics.median(run[i] for run in runs) for i in (0, 1))
        medians[name] = cpu, memory
        print(f"{name:16} {cpu:6.1f} s CPU  {memory:5.0f} MB  {runs[-1][2]}  (median of {len(runs)} whole processes)")
    if len(medians) == 2:
        (cpu, memory), (their_cpu, their_memory) = medians.values()
        print(f"ratio            CPU 1/{their_cpu / cpu:.1f}  memory 1/{their_memory / memory:.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
