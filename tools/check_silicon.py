"""Hold fitted decode steps against measured operator tables: the ratio of both, operator by operator.

Run with ``python tools/check_silicon.py`` where ``denshi[silicon]`` is installed. A ratio below one says that the
fitted operator is faster than the measured one; its time is what a measured time holds, with its share of launches.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from denshi.catalog import Accelerator, Engine, Model, find
from denshi.validation.silicon import Measured, measured_step, tables_for
from denshi.workload.serving.asked import Task
from denshi.workload.serving.engine import rates_of
from denshi.workload.serving.machine import machine_of
from denshi.workload.serving.shape import shape_of
from denshi.workload.serving.task import evaluate

MODELS = ("llama3.1-70b", "qwen3-32b", "deepseek-v3")
ACCELERATORS = ("h100-sxm-80gb", "h200-sxm-141gb", "b200-sxm-180gb")
ENGINES = ("vllm", "trtllm", "sglang")
PRECISIONS = ("bf16", "fp8")
SPLITS = (1.0, 2.0, 4.0, 8.0)
BATCHES = tuple(2.0**i for i in range(9))
INPUT_TOKENS, OUTPUT_TOKENS = 1024.0, 1024.0
OUTSIDE_BYTES_PER_S = 5e10  # no split of the grid leaves the scale-up domain

KEYS = ("model", "accelerator", "engine", "precision", "tp", "batch")
Key = tuple[str, ...]


def grid() -> Iterator[tuple[Key, Measured, float]]:
    """Every configuration whose weights and sequences fit: names, the measured step, the fitted one [s]."""
    for name in MODELS:
        model = find(Model, name)
        for chip in ACCELERATORS:
            for precision in PRECISIONS:
                accelerator = find(Accelerator, chip)
                machine = machine_of(
                    accelerator,
                    model,
                    precision,
                    outside_bytes_per_s=OUTSIDE_BYTES_PER_S,
                    domain=accelerator.scaleup_domain or 1.0,
                )
                for engine in ENGINES:
                    task = Task(
                        shape=shape_of(model),
                        machine=machine,
                        rates=rates_of(find(Engine, engine)),
                        input_tokens=INPUT_TOKENS,
                        output_tokens=OUTPUT_TOKENS,
                    )
                    tables = tables_for(chip, engine)
                    for tp in SPLITS:
                        for batch in BATCHES:
                            columns = {
                                "tp": np.array(tp),
                                "groups": np.array(1.0),
                                "pp": np.array(1.0),
                                "ep": np.array(1.0),
                                "concurrency": np.array(batch),
                            }
                            fitted = evaluate(task, columns)
                            if fitted["held"] < batch:
                                continue
                            found = measured_step(task, columns, tables, model, precision)
                            yield (
                                (name, chip, engine, precision, f"tp {tp:g}", f"batch {batch:g}"),
                                found,
                                float(fitted["step_s"]),
                            )


def line(label: str, ratios: list[float], weights: list[float]) -> str:
    low, middle, high = np.quantile(ratios, (0.1, 0.5, 0.9))
    share = f"{np.median(weights):6.0%}" if weights else " " * 6
    return f"{label:54} {middle:6.2f} {low:6.2f} {high:6.2f} {share} {len(ratios):6d}"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--by", choices=KEYS, help="Split the figures.")
    by = asked.parse_args().by
    at = KEYS.index(by) if by else None
    ratios: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    shares: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    refused: dict[str, int] = defaultdict(int)
    steps = 0
    for key, found, fitted_s in grid():
        steps += 1
        group = key[at] if at is not None else ""
        for name, seconds in found.measured.items():
            ratios[group][name].append(found.replaced[name] / seconds)
            shares[group][name].append(seconds / found.parts["step_s"])
        if found.measured:
            ratios[group]["step, with what stays fitted"].append(fitted_s / found.parts["step_s"])
        for name, source in found.sources.items():
            if source.startswith("fitted:"):
                refused[f"{name} of {key[0]} by {key[2]} in {key[3]}"] += 1
    print(f"{steps} configurations; fitted over measured time\n")
    print(f"{'operator':54} {'median':>6} {'p10':>6} {'p90':>6} {'share':>6} {'n':>6}")
    for group, names in ratios.items():
        for name, values in names.items():
            print(line(f"{group} {name}".strip(), values, shares[group][name]))
    print("\nfitted, as the tables do not cover them")
    for name, count in sorted(refused.items(), key=lambda one: -one[1]):
        print(f"  {count:6d} {name}")


if __name__ == "__main__":
    main()
