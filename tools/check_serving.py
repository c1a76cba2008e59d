"""Compare predicted with measured time per output token of aggregated serving; print the errors as JSON.

``python tools/check_serving.py [FOLDER] [--fit]``; FOLDER holds ``validation/serving.csv``, default ``$DENSHI_SHARED``.
``--fit`` fits the serving constants to the same rows, pulled to their priors, every model weighted alike.
"""

import csv
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from denshi.catalog import Accelerator, Assumption, Model, find, rows
from denshi.errors import DenshiError
from denshi.figure import inputs
from denshi.workload.precision import peak_flop_per_s
from denshi.workload.serving.record import Input
from denshi.workload.serving.step import Columns, evaluate

PRECISIONS = {"bf16": "bf16", "fp16": "bf16", "fp8": "fp8", "fp8_block": "fp8", "nvfp4": "fp4", "fp4": "fp4"}
FITTED = (
    "weight_read",
    "expert_read",
    "cache_read",
    "decode_flop",
    "prefill_flop",
    "collective",
    "layer_s",
    "moe_layer_s",
    "tensor_layer_s",
    "step_overhead_s",
    "request_s",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One measured serving point."""

    model: str
    accelerator: str
    is_moe: bool
    inputs: Input
    columns: Columns
    measured_s: float


def cases(file: Path) -> Iterator[Case]:
    """Read the unflagged aggregated rows that state their split."""
    ids = {name: given.path.rsplit(".", 1)[1] for name, given in inputs(Input).items() if "assumptions" in given.path}
    constants: dict[str, Any] = {name: find(Assumption, id_).value for name, id_ in ids.items()}
    with file.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            case = _case(row, constants)
            if case is not None:
                yield case


def _case(row: dict[str, str], constants: dict[str, Any]) -> Case | None:
    split = re.fullmatch(r"tp(\d+)_pp(\d+)_dp(\d+)(?:_moetp\d+_ep\d+)?.*", row["parallel"])
    wanted = row["mode"] == "agg" and not row["flag"] and split and row["concurrency"] and row["tpot_ms"]
    if not wanted or split is None or row["model_id"] not in rows("models"):
        return None
    accelerator, model = find(Accelerator, row["accelerator"]), find(Model, row["model_id"])
    precision = PRECISIONS.get(row["precision"].lower(), "")
    try:
        peak_flop_per_s(accelerator, precision)
    except DenshiError:
        return None
    tp, pp, dp = (max(float(part), 1.0) for part in split.groups())
    plan = {"tp": tp, "groups": dp, "pp": pp, "batch": float(row["concurrency"])}
    given = Input(
        model=model,
        accelerator=accelerator,
        system=next(iter(rows("systems").values())),  # type: ignore[arg-type]
        cluster_accelerators=tp * pp * dp,
        scaleout_bytes_per_s=5e10,
        scaleup_domain=accelerator.scaleup_domain or 8.0,
        input_tokens=float(row["isl"]),
        output_tokens=float(row["osl"]),
        ttft_limit_s=1e9,
        tpot_limit_s=1e9,
        share=1.0,
        precision=precision,
        **constants,
    )
    columns = {name: np.array([value]) for name, value in plan.items()}
    return Case(row["model_id"], row["accelerator"], bool(model.experts), given, columns, float(row["tpot_ms"]) / 1e3)


def ratios(group: list[Case], **changed: float) -> np.ndarray:
    return np.array([evaluate(c.columns, replace(c.inputs, **changed))["tpot_s"][0] / c.measured_s for c in group])


def errors(group: list[Case]) -> dict[str, float]:
    ratio = ratios(group)
    error = np.abs(ratio - 1)
    return {
        "rows": len(group),
        "median_ape": round(float(np.median(error)), 4),
        "mean_ape": round(float(error.mean()), 4),
        "p90_ape": round(float(np.quantile(error, 0.9)), 4),
        "bias": round(float(np.median(ratio) - 1), 4),
    }


def fit(measured: list[Case]) -> dict[str, float]:
    from scipy.optimize import least_squares

    prior = np.log([getattr(measured[0].inputs, name) for name in FITTED])
    count = Counter(c.model for c in measured)
    weight = np.array([count[c.model] ** -0.5 for c in measured])

    def residual(x: np.ndarray) -> np.ndarray:
        log_ratio = np.log(ratios(measured, **dict(zip(FITTED, np.exp(x), strict=True))))
        return np.concatenate([weight * 10 * log_ratio / 0.1, (x - prior) / 0.3])

    found = least_squares(residual, prior, loss="soft_l1", max_nfev=12, diff_step=1e-3)
    return {name: float(f"{value:.3g}") for name, value in zip(FITTED, np.exp(found.x), strict=True)}


def main() -> None:
    names = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    folder = Path(names[0] if names else os.environ.get("DENSHI_SHARED", "../shared"))
    measured = list(cases(folder / "validation" / "serving.csv"))
    if "--fit" in sys.argv:
        print(json.dumps(fit(measured), indent=1))
        return
    groups = {"all": measured, "dense": [c for c in measured if not c.is_moe], "moe": [c for c in measured if c.is_moe]}
    for key in sorted({c.model for c in measured}):
        groups[f"model {key}"] = [c for c in measured if c.model == key]
    for key in sorted({c.accelerator for c in measured}):
        groups[f"accelerator {key}"] = [c for c in measured if c.accelerator == key]
    print(json.dumps({name: errors(group) for name, group in groups.items()}, indent=1))


if __name__ == "__main__":
    main()
