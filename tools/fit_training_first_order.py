"""Fit the efficiencies of the training room to measured steps; print the constants as JSON.

Robust least squares on the logarithm of predicted over measured step time. Every constant is pulled to its prior by a
log-normal of stated width; every source counts by the fourth root of its rows over the rows, so that no table of many
alike rows decides. No constant belongs to one model.
"""

import json
import os
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

from denshi.workload.training.step import evaluate
from training_cases import cases

# prior, width of its log-normal, upper bound
PRIORS: dict[str, tuple[float, float, float]] = {
    "gemm_bf16_on_bf16": (0.80, 0.15, 0.95),
    "gemm_bf16_on_fp8": (0.65, 0.15, 0.95),
    "gemm_bf16_on_fp4": (0.65, 0.15, 0.95),
    "gemm_fp8_on_fp8": (0.60, 0.15, 0.95),
    "gemm_fp8_on_fp4": (0.65, 0.15, 0.95),
    "gemm_fp4_on_fp4": (0.50, 0.15, 0.95),
    "operand_share": (0.8, 0.5, 3.0),
    "expert_efficiency": (0.7, 0.3, 1.0),
    "attention_efficiency": (0.5, 0.15, 0.8),
    "elementwise_passes": (10.0, 0.5, 60.0),
    "cast_passes": (5.0, 0.5, 30.0),
    "collective_latency_s": (3e-5, 0.7, 2e-4),
    "tensor_exposed": (0.7, 0.4, 1.0),
    "expert_exposed": (0.5, 0.5, 1.0),
    "data_exposed": (0.5, 0.4, 1.0),
    "moe_layer_s": (5e-4, 0.7, 5e-3),
    "straggler": (0.006, 0.3, 0.02),
}
PRIOR_WEIGHT = 1.0


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("DENSHI_SHARED", "../shared"))
    measured = list(cases(folder / "validation" / "training.csv"))
    family = [case.source.split(" ")[0] + str(case.is_moe) for case in measured]
    count = Counter(family)
    weight = np.array([count[name] ** -0.25 for name in family])
    names = list(PRIORS)
    prior = np.log([PRIORS[name][0] for name in names])
    width = np.array([PRIORS[name][1] for name in names])
    top = np.log([PRIORS[name][2] for name in names])

    def residual(x: np.ndarray) -> np.ndarray:
        constants = dict(zip(names, np.exp(x), strict=True))
        log_ratio = [
            np.log(evaluate(case.columns, replace(case.inputs, **constants))["step_s"][0] / case.measured_step_s)
            for case in measured
        ]
        return np.concatenate([weight * np.array(log_ratio) / 0.1, PRIOR_WEIGHT * (x - prior) / width])

    found = least_squares(residual, prior, bounds=(prior - 5 * width, top), loss="soft_l1", max_nfev=25, diff_step=1e-3)
    print(
        json.dumps({name: float(f"{value:.3g}") for name, value in zip(names, np.exp(found.x), strict=True)}, indent=1)
    )


if __name__ == "__main__":
    main()
