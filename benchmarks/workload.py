"""How fast the workload rooms search: configurations a second and time of one answer; prints JSON.

For scale: Calculon evaluates about 63 configurations a second on two cores.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from denshi.workload import serving, training
from denshi.workload.training.plan import _candidates
from denshi.workload.training.step import evaluate

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "workload"))
from workload_inputs import serving_input, training_input


def best_s(run: Callable[[], object], repeats: int = 7) -> float:
    run()
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return min(taken)


def main() -> None:
    dense = training_input("llama3.1-405b", "hgx-h100", 16384)
    moe = training_input("deepseek-v3", "hgx-h100", 2048, precision="fp8", sequence=4096.0)
    served = serving_input("deepseek-v3", "gb300-nvl72", 720)
    columns, _ = _candidates(moe, {}, 2048.0)
    many = {name: np.tile(column, 8) for name, column in columns.items()}
    configurations = len(many["tp"])
    report = {
        "training_405b_s": best_s(lambda: training.run(dense)),
        "training_deepseek_v3_s": best_s(lambda: training.run(moe)),
        "serving_deepseek_v3_s": best_s(lambda: serving.run(served)),
        "configurations": configurations,
        "configurations_per_s": configurations / best_s(lambda: evaluate(many, moe), 3),
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
