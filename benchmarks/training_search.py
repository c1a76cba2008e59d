"""How fast the training room searches and predicts: GPT-3 175B on 4,096 H100; prints each figure beside its goal.

For scale: Calculon lists 7,126,368 executions for this case and evaluates about 63 a second on two cores.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Mapping

from denshi.catalog import Accelerator, Kernels, Model, Software, find
from denshi.workload.training.machine import machine_of, stack_of
from denshi.workload.training.search import search
from denshi.workload.training.shape import shape_of
from denshi.workload.training.space import full
from denshi.workload.training.task import Task, evaluate

RUNS = 5
PREDICTIONS = 300


def gpt3() -> Task:
    chip = find(Accelerator, "h100-sxm-80gb")
    kernels = find(Kernels, chip.kernels or "other")
    machine = machine_of(chip, kernels, "bf16", 5e10, chip.scaleup_domain or 1.0)
    software = find(Software, "megatron-bridge-26.08")
    return Task(
        shape=shape_of(find(Model, "gpt3-175b"), 2048.0),
        machine=machine,
        stack=stack_of(kernels, software, machine, "bf16", experts=0.0, accelerators=4096.0),
        accelerators=4096.0,
        sequences=4096.0,
        usable_bytes=0.93 * chip.memory_bytes,
    )


def seconds(run: Callable[[], object], repeats: int) -> list[float]:
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return taken


def first_s(task: Task) -> float:
    """Time to the first plan that fits, from the start of the search."""
    told: list[float] = []
    began = time.perf_counter()
    search(task, first=lambda _: told.append(time.perf_counter() - began))
    return told[0]


def measure() -> Mapping[str, float]:
    task = gpt3()
    size = sum(block.plans for block in full(task))
    held = {"tp": 8.0, "pp": 8.0, "dp": 64.0, "virtual_stages": 12.0}
    evaluate(task, held)
    search(task)
    whole = seconds(lambda: search(task), RUNS)
    return {
        "plans": size,
        "search_s": statistics.median(whole),
        "search_min_s": min(whole),
        "search_max_s": max(whole),
        "plans_per_s": size / statistics.median(whole),
        "first_plan_s": statistics.median(first_s(task) for _ in range(RUNS)),
        "prediction_warm_s": statistics.median(seconds(lambda: evaluate(task, held), PREDICTIONS)),
        "processors": os.cpu_count() or 1,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    found = measure()
    if parser.parse_args().json:
        print(json.dumps(found, indent=1))
        return
    print(f"training search, GPT-3 175B on 4,096 H100, {found['processors']} processors")
    print(f"  space          {found['plans']:>12,} plans    goal 7,126,368")
    spread = f"{found['search_min_s']:.2f} to {found['search_max_s']:.2f}"
    print(f"  whole search   {found['search_s']:>12.2f} s        goal 10; {spread}")
    print(f"  rate           {found['plans_per_s'] / 1e6:>12.2f} M/s      goal 1")
    print(f"  first plan     {found['first_plan_s']:>12.4f} s        goal 0.5")
    print(f"  one prediction {found['prediction_warm_s'] * 1e3:>12.3f} ms       goal 1")


if __name__ == "__main__":
    main()
