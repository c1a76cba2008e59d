"""How fast serving is simulated: a million requests of 1,024 tokens in and 512 out; prints each figure beside its goal.

Arrivals are Poisson at 80 % of the rate that full slots sustain, lengths lognormal; the pace is invented. The first
simulation of a process compiles.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Mapping

import numpy as np

from denshi.workload.serving.arrivals import lognormal, poisson
from denshi.workload.serving.simulate import Limits, Outcome, Pace, simulate

RUNS = 3
REQUESTS = 1_000_000
INPUT_TOKENS, OUTPUT_TOKENS = 1024, 512
GOAL_S = 20.0
# slots, replicas
CASES = ((64, 1), (128, 1), (256, 1), (128, 100))


def pace(slots: int) -> Pace:
    return Pace(
        decode_s=0.010 + 5e-5 * np.arange(slots + 1),
        context_s=1e-8,
        prompt_s=3e-5,
        prompt_context_s=5e-10,
        prompt_floor_s=0.012,
        dispatch_s=0.004,
    )


def play(requests: int, slots: int, replicas: int) -> tuple[float, Outcome]:
    """Seconds that the simulation takes, the draws not counted."""
    at = pace(slots)
    held = INPUT_TOKENS + OUTPUT_TOKENS / 2
    iteration_s = at.decode_s[slots] + at.context_s * slots * held
    request_s = INPUT_TOKENS * (at.prompt_s + at.prompt_context_s * INPUT_TOKENS / 2)
    request_s += OUTPUT_TOKENS * iteration_s / slots
    sent = poisson(0.8 * replicas / request_s, requests, seed=(7, 0))
    prompt = lognormal(INPUT_TOKENS, 0.5, requests, seed=(7, 1))
    answer = lognormal(OUTPUT_TOKENS, 0.5, requests, seed=(7, 2))
    limits = Limits(slots=slots, cache_tokens=2000 * slots, chunk_tokens=2048, replicas=replicas)
    began = time.perf_counter()
    out = simulate(sent, prompt, answer, at, limits)
    return time.perf_counter() - began, out


def measure() -> Mapping[str, float]:
    found: dict[str, float] = {"compile_s": play(1, 64, 1)[0], "processors": os.cpu_count() or 1}
    for slots, replicas in CASES:
        runs = [play(REQUESTS, slots, replicas) for _ in range(RUNS)]
        name = f"{slots}_slots_{replicas}_replicas"
        found[f"{name}_s"] = statistics.median(taken for taken, _ in runs)
        found[f"{name}_max_s"] = max(taken for taken, _ in runs)
        found[f"{name}_running"] = runs[0][1].running
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    found = measure()
    if parser.parse_args().json:
        print(json.dumps(found, indent=1))
        return
    print(f"serving simulation, {REQUESTS:,} requests, {found['processors']} processors, one used")
    print(f"  compile        {found['compile_s']:>12.2f} s        once in a process")
    for slots, replicas in CASES:
        name = f"{slots}_slots_{replicas}_replicas"
        median, worst, running = (found[f"{name}_{one}"] for one in ("s", "max_s", "running"))
        print(
            f"  {slots:>3} slots x {replicas:<3} {median:>10.2f} s        goal {GOAL_S:.0f}; "
            f"at most {worst:.2f}; {running:.0f} run"
        )


if __name__ == "__main__":
    main()
