"""How fast the serving room predicts and searches: DeepSeek-V3 on H200; prints each figure beside its goal."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

import numpy as np

from denshi.catalog import Accelerator, Engine, Model, System, find
from denshi.workload.serving.asked import Task
from denshi.workload.serving.engine import rates_of
from denshi.workload.serving.machine import machine_of
from denshi.workload.serving.search import Sought, search
from denshi.workload.serving.shape import shape_of
from denshi.workload.serving.task import evaluate

RUNS = 7
PREDICTIONS = 300
COUNTS = (64.0, 1024.0)
ONE = {"tp": 8.0, "groups": 1.0, "pp": 1.0, "ep": 1.0, "concurrency": 64.0}
VERB = ["--model", "deepseek-v3", "--accelerator", "h200-sxm-141gb", "--count", "64", "--ttft", "1s", "--tpot", "30ms"]


def deepseek() -> tuple[Task, Callable[[float], Sought]]:
    model, chip, node = find(Model, "deepseek-v3"), find(Accelerator, "h200-sxm-141gb"), find(System, "hgx-h200")
    domain = chip.scaleup_domain or 1.0
    task = Task(
        shape=shape_of(model),
        machine=machine_of(chip, model, "fp8", outside_bytes_per_s=node.nic_bytes_per_s, domain=domain),
        rates=rates_of(find(Engine, "vllm")),
        input_tokens=1024.0,
        output_tokens=1024.0,
    )

    def sought(accelerators: float) -> Sought:
        return Sought(
            accelerators=accelerators,
            ttft_limit_s=1.0,
            tpot_limit_s=0.03,
            objective="throughput",
            heads=model.heads,
            layers=model.layers,
            expert_ffn=model.expert_ffn,
            system_kw=node.power_kw / node.accelerators,
            idle_fraction=node.idle_power_fraction,
            busy_fraction=0.7,
        )

    return task, sought


def seconds(run: Callable[[], object], repeats: int) -> list[float]:
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return taken


def verb_s() -> float:
    """Time of the whole verb, a new process and its imports included."""
    command = [sys.executable, "-m", "denshi", "serving", "search", *VERB]
    return min(seconds(lambda: subprocess.run(command, check=True, capture_output=True), 3))


def measure() -> Mapping[str, float]:
    task, sought = deepseek()
    columns = {name: np.asarray(value) for name, value in ONE.items()}
    first = seconds(lambda: evaluate(task, columns), 1)[0]
    found: dict[str, float] = {
        "prediction_first_s": first,
        "prediction_warm_s": statistics.median(seconds(lambda: evaluate(task, columns), PREDICTIONS)),
        "verb_s": verb_s(),
        "processors": os.cpu_count() or 1,
    }
    for count in COUNTS:
        wanted = sought(count)
        taken = seconds(lambda wanted=wanted: search(task, wanted), RUNS)
        name = f"search_{count:.0f}"
        found[f"{name}_configurations"] = search(task, wanted).evaluated
        found[f"{name}_s"] = statistics.median(taken)
        found[f"{name}_max_s"] = max(taken)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    found = measure()
    if parser.parse_args().json:
        print(json.dumps(found, indent=1))
        return
    print(f"serving search, DeepSeek-V3 on H200, {found['processors']} processors, one used")
    warm, first = found["prediction_warm_s"] * 1e3, found["prediction_first_s"] * 1e3
    print(f"  one prediction {warm:>12.3f} ms       goal 2; the first {first:.1f}")
    for count in COUNTS:
        taken, most, many = (found[f"search_{count:.0f}_{part}"] for part in ("s", "max_s", "configurations"))
        print(
            f"  on {count:<5,.0f}       {taken * 1e3:>12.1f} ms       goal 1,000; at most {most * 1e3:.1f}; "
            f"{many:,.0f} configurations, {many / taken / 1e6:.1f} M/s"
        )
    print(f"  the whole verb {found['verb_s']:>12.2f} s        goal 1, start included")


if __name__ == "__main__":
    main()
