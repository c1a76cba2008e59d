"""Compare predicted with measured training steps and whole runs; print the errors of each group as JSON.

``python tools/check_training.py [FOLDER]``; FOLDER holds ``validation/training.csv`` (default ``$DENSHI_SHARED``).
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from denshi.catalog import Accelerator, Model, System, find, rows
from denshi.workload.training import run
from training_cases import Case, cases, predicted_step_s

GROUPS: dict[str, Callable[[Case], bool]] = {
    "all": bool,
    "dense, more than 8 accelerators": lambda c: not c.is_moe and c.accelerators > 8,
    "mixture of experts": lambda c: c.is_moe,
    "Korthikanti table 5": lambda c: c.source.startswith("Korthikanti"),
    "vTrain multi-node": lambda c: c.source.startswith("vTrain"),
    "MLPerf": lambda c: c.source.startswith("MLPerf"),
    "Megatron-Bridge dense": lambda c: c.source.startswith("Megatron-Bridge") and not c.is_moe,
    "Megatron-Bridge mixture of experts": lambda c: c.source.startswith("Megatron-Bridge") and c.is_moe,
    "llm-foundry": lambda c: "llm-foundry" in c.source,
    "Llama 3 herd table 4": lambda c: "Herd" in c.source,
    "1,024 accelerators and more": lambda c: c.accelerators >= 1024,
}


def errors(group: list[Case]) -> dict[str, float]:
    ratio = np.array([predicted_step_s(case) / case.measured_step_s for case in group])
    error = np.abs(ratio - 1)
    return {
        "rows": len(group),
        "median_ape": round(float(np.median(error)), 4),
        "mean_ape": round(float(error.mean()), 4),
        "p90_ape": round(float(np.quantile(error, 0.9)), 4),
        "bias": round(float(np.median(ratio) - 1), 4),
    }


def whole_runs(case: Case) -> dict[str, float]:
    """Predict the accelerator-hours of two published runs with the plan left to the search."""
    published = (
        ("llama3.1-405b", "h100-sxm-80gb", 16384, "bf16", 8192, 8192 * 2048, 15.6e12, 30.84e6),
        ("deepseek-v3", "h800-sxm-80gb", 2048, "fp8", 4096, 4096 * 15360, 14.8e12, 2.664e6),
    )
    found = {}
    for model, chip, accelerators, precision, sequence, batch, tokens, hours in published:
        asked = replace(
            case.inputs,
            model=find(Model, model),
            accelerator=find(Accelerator, chip),
            system=next(s for s in rows("systems").values() if isinstance(s, System)),
            cluster_accelerators=float(accelerators),
            scaleout_bytes_per_s=5e10,
            scaleup_domain=8.0,
            tokens=tokens,
            sequence=float(sequence),
            global_batch_tokens=float(batch),
            precision=precision,
        )
        found[f"{model} hours, predicted / published"] = round(run(asked).accelerator_hours_per_run / hours, 3)
    return found


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("DENSHI_SHARED", "../shared"))
    measured = list(cases(folder / "validation" / "training.csv"))
    report = {name: errors(group) for name, keep in GROUPS.items() if (group := [c for c in measured if keep(c)])}
    print(json.dumps({**report, "whole runs": whole_runs(measured[0])}, indent=1))


if __name__ == "__main__":
    main()
