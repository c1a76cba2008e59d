"""The measured training runs, as inputs of the training room: shape, hardware, plan and measured step time."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from denshi.catalog import Accelerator, Assumption, Model, find, rows
from denshi.figure import inputs
from denshi.workload.memory import FULL
from denshi.workload.training.record import Input
from denshi.workload.training.step import Columns, evaluate
from denshi.workload.transformer import training_flop_per_token

# per accelerator, one direction: ConnectX-6 200G, ConnectX-7 400G, ConnectX-8 800G
NIC_BYTES_PER_S = {"a100": 25e9, "h100": 50e9, "h200": 50e9, "h800": 50e9, "b200": 50e9, "gb200": 50e9}
NEWER_NIC_BYTES_PER_S = 100e9
VTRAIN_NIC_BYTES_PER_S = 12.5e9
PRECISIONS = {"mxfp8": "fp8", "nvfp4": "fp4", "fp8": "fp8", "amp_fp8": "fp8", "fp4": "fp4", "fp16": "fp16"}


@dataclass(frozen=True, slots=True)
class Case:
    """One measured run, as it is to be predicted."""

    source: str
    locator: str
    is_moe: bool
    accelerators: float
    inputs: Input
    columns: Columns
    measured_step_s: float


def cases(file: Path) -> Iterator[Case]:
    """Read every row that states its plan and whose time is a step time or a token rate."""
    with file.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            case = _case(row)
            if case is not None:
                yield case


def assumed() -> dict[str, float]:
    """Return the values of the room's assumptions, by field of the input."""
    ids = {name: given.path.rsplit(".", 1)[1] for name, given in inputs(Input).items() if "assumptions" in given.path}
    return {name: find(Assumption, id_).value for name, id_ in ids.items()}


def predicted_step_s(case: Case, **changed: float) -> float:
    """Return the step time that the model gives for a case, with some constants changed."""
    return float(evaluate(case.columns, replace(case.inputs, **changed))["step_s"][0])


def _number(row: dict[str, str], name: str, default: float = 0.0) -> float:
    return float(row[name]) if row[name] else default


def _case(row: dict[str, str]) -> Case | None:
    plan = _plan(row)
    known = row["layers"] and row["hidden"] and row["seq"] and row["accelerator"] in rows("accelerators")
    if row["flag"] or plan is None or not known or "LoRA" in row["model"] or "SFT" in row["model"]:
        return None
    accelerator = find(Accelerator, row["accelerator"])
    precision = PRECISIONS.get(row["precision"].lower(), "bf16")
    if precision == "fp8" and not accelerator.fp8_flop_per_s:
        return None
    model = _model(row)
    sequence, batch = _number(row, "seq"), _number(row, "global_batch")
    measured = _step_s(row, model, sequence * batch)
    if measured is None:
        return None
    nic = NIC_BYTES_PER_S.get(row["accelerator"].split("-")[0], NEWER_NIC_BYTES_PER_S)
    constants: dict[str, Any] = assumed()
    given = Input(
        model=model,
        accelerator=accelerator,
        system=next(iter(rows("systems").values()), None),  # type: ignore[arg-type]
        cluster_accelerators=_number(row, "n_gpus"),
        scaleout_bytes_per_s=VTRAIN_NIC_BYTES_PER_S if row["source"].startswith("vTrain") else nic,
        scaleup_domain=min(accelerator.scaleup_domain or 8.0, 64.0 if "gb" in row["accelerator"] else 8.0),
        tokens=1e12,
        sequence=sequence,
        global_batch_tokens=sequence * batch,
        runs_per_year=1.0,
        share=1.0,
        precision=precision,
        parallelism="search",
        **constants,
    )
    moe = bool(model.experts)
    return Case(row["source"], row["locator"], moe, _number(row, "n_gpus"), given, plan, measured)


def _plan(row: dict[str, str]) -> Columns | None:
    if not (row["global_batch"] and row["n_gpus"] and row["tp"]):
        return None
    tp, pp, cp = (_number(row, name, 1.0) for name in ("tp", "pp", "cp"))
    dp = _number(row, "n_gpus") / (tp * pp * cp)
    # interleaving is not stated for Llama 3: one layer a virtual stage, as its text describes
    virtual = 8.0 if row["source"].startswith("Llama 3 Herd") else max(_number(row, "vp", 1.0), 1.0)
    plan = {
        "tp": tp,
        "cp": cp,
        "pp": pp,
        "virtual_stages": virtual if pp > 1 else 1.0,
        "ep": max(_number(row, "ep", 1.0), 1.0),
        "dp": dp,
        "micro_batch": _number(row, "micro_batch", 1.0),
        "recompute": FULL if row["recompute"] == "full" else 0.0,
    }
    return {name: np.array([value]) for name, value in plan.items()} if dp >= 1 else None


def _model(row: dict[str, str]) -> Model:
    if row["model_id"] and row["experts"]:
        return find(Model, row["model_id"])
    base = find(Model, "llama3.1-8b")
    plain = row["kv_heads"] in ("", row["heads"])
    heads, hidden = _number(row, "heads"), _number(row, "hidden")
    return replace(
        base,
        layers=_number(row, "layers"),
        hidden=hidden,
        heads=heads,
        kv_heads=_number(row, "kv_heads", heads),
        head_dim=_number(row, "head_dim", hidden / heads),
        ffn=_number(row, "ffn", 4 * hidden),
        gated_ffn=0.0 if plain else 1.0,
        vocab=_number(row, "vocab", 51200.0),
    )


def _step_s(row: dict[str, str], model: Model, batch_tokens: float) -> float | None:
    value, accelerators = float(row["measured_value"]), _number(row, "n_gpus")
    match row["measured_metric"]:
        case "iteration_time" | "train_step_time_median":
            return value
        case "tokens_per_s_per_gpu":
            return batch_tokens / value / accelerators
        case "model_tflops_per_s_per_gpu":
            flop = training_flop_per_token(model, _number(row, "seq")) * batch_tokens
            return flop / (value * 1e12 * accelerators)
    return None
