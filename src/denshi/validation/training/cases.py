"""The measured training runs: one row of the table of cases is one run, as it is to be predicted.

The columns are described in docs/validation/cases.md. A row that cannot be predicted says why.
"""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Any

from denshi.catalog import Accelerator, Model, System, find, rows
from denshi.errors import CatalogError
from denshi.workload.training.memory import FULL, LEAN
from denshi.workload.training.shape import Shape, shape_of

_PRECISIONS = {
    "bf16": "bf16",
    "amp_bf16": "bf16",
    "fp16": "fp16",
    "fp8": "fp8",
    "amp_fp8": "fp8",
    "fp8-cs": "fp8",
    "fp8-mx": "fp8",
    "mxfp8": "fp8",
    "nvfp4": "fp4",
    "fp4": "fp4",
}
_BLOCK_SCALED = ("mxfp8", "fp8-mx", "nvfp4", "fp4")
_RUN_METRICS = ("time_to_train", "pretrain_gpu_hours")
_NAME_A_FILE = "Name a CSV file with --cases"
_LEAN_BELOW_BYTES = 200e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One measured run.

    ``family`` is the framework without its release, ``model`` the group that is left out together, ``flop`` and
    ``tokens`` those of a step, or of the whole run where ``kind`` is "run". ``plan`` holds the columns of the step
    model; it is "stated" by the source or "inferred". ``reason`` says why a row is not answered.
    """

    source: str
    locator: str
    framework: str
    family: str
    model: str
    name: str
    accelerator: str
    accelerators: float
    is_moe: bool
    precision: str
    block_scaled: bool
    flag: str
    plan: str
    kind: str
    flop: float
    active_params: float
    tokens: float
    sequences: float
    date: str
    note: str
    shape: Shape | None
    columns: Mapping[str, float]
    trained: float
    drops_tokens: bool
    measured_s: float | None
    reason: str


def read(file: Path) -> tuple[Case, ...]:
    """Read every row of a table of cases, in order, answered or not.

    Raises
    ------
    CatalogError : the file is missing, is no CSV or lacks a column; the message names the line.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            table = list(csv.DictReader(handle))
    except OSError as problem:
        why = problem.strerror or "it cannot be opened"
        raise CatalogError("the cases cannot be read", where=str(file), why=why, mend=_NAME_A_FILE) from None
    except (UnicodeDecodeError, csv.Error):
        raise CatalogError("the cases are no CSV in UTF-8", where=str(file), mend=_NAME_A_FILE) from None
    if not table:
        raise CatalogError("the table of cases has no rows", where=str(file), mend=_NAME_A_FILE)
    return tuple(_read(row, line, file) for line, row in enumerate(table, start=2))


def _read(row: Mapping[str, str], line: int, file: Path) -> Case:
    try:
        return _case(row)
    except KeyError as missing:
        raise CatalogError(f"column {missing} is missing", where=f"{file}, line {line}", mend="Add it") from None
    except (ValueError, TypeError, AttributeError, ZeroDivisionError) as problem:
        raise CatalogError(
            f"a cell is not what its column holds: {problem}", where=f"{file}, line {line}", mend="Correct the cell"
        ) from None


def _number(row: Mapping[str, str], name: str, default: float = 0.0) -> float:
    value = float(row[name]) if row[name] else default
    if not isfinite(value) or value < 0:
        raise ValueError(f"{name} is {row[name]}")
    return value


@cache
def _scripts() -> Mapping[str, Mapping[str, Any]]:
    text = files("denshi.validation").joinpath("training", "maxtext.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _with_script(row: Mapping[str, str]) -> Mapping[str, str]:
    """Fill blank cells of a row whose benchmark script is known: shape, batch and layout."""
    script = _scripts().get(f"{row['model']} {row['accelerator']}")
    if script is None or not row["n_gpus"]:
        return row
    known = {
        **{name: f"{script[name]:g}" for name in ("hidden", "ffn", "heads", "kv_heads", "layers", "tp")},
        "vocab": "32000",
        "seq": f"{script['sequence']:g}",
        "global_batch": f"{script['sequences_per_chip'] * float(row['n_gpus']):g}",
        "micro_batch": f"{script['sequences_per_chip'] * script['tp']:g}",
        "pp": "1",
        "recompute": "full" if script["recompute"] == FULL else "",
        "sharding": "FSDP",
    }
    return {**row, **{name: row[name] or value for name, value in known.items()}}


def _case(given: Mapping[str, str]) -> Case:
    row = _with_script(given)
    framework = row["framework"]
    written = row["precision"].lower()
    precision = _PRECISIONS.get(written, "" if not written else "unknown")
    kind = "run" if row["measured_metric"] in _RUN_METRICS else "step"
    inferred = not (given["tp"] and given["pp"])
    model, why_model = _model(row)
    known_chip = row["accelerator"] in rows("accelerators")
    chip = find(Accelerator, row["accelerator"]) if known_chip else None
    if not precision and chip is not None:
        precision = "fp8" if chip.fp8_flop_per_s else "bf16"
    why = why_model or _why(row, chip, precision, kind)
    sequence, sequences = _number(row, "seq"), _number(row, "global_batch")
    shape = None if model is None or not sequence else shape_of(model, sequence, _predicts(row, model))
    plan = {} if why or shape is None or chip is None else _plan(row, shape, chip)
    tokens = sequence * sequences
    flop = shape.flop_per_token * tokens if shape is not None else 0.0
    measured = None if why else _measured_s(row, float(flop), tokens)
    return Case(
        source=row["source"],
        locator=row["locator"],
        framework=framework,
        family=family(framework),
        model=row["model_id"] or "-".join(row[name] for name in ("model", "layers", "hidden", "heads")),
        name=row["model"],
        accelerator=row["accelerator"],
        accelerators=_number(row, "n_gpus"),
        is_moe=bool(row["experts"]) or bool(model is not None and model.experts),
        precision=precision,
        block_scaled=written in _BLOCK_SCALED,
        flag=row["flag"],
        plan="inferred" if inferred else "stated",
        kind=kind,
        flop=float(flop),
        active_params=float(shape.active_params) if shape is not None else 0.0,
        tokens=tokens,
        sequences=sequences,
        date=row["date"],
        note=row["note"],
        shape=shape,
        columns=plan,
        trained=0.0 if "LoRA" in row["model"] else 1.0,
        drops_tokens=row["moe_dispatch"] == "tokendrop",
        measured_s=measured,
        reason=why,
    )


def family(framework: str) -> str:
    """Name a framework without its release.

    >>> family("megatron-bridge-26.02.01"), family("mlperf-training-v5.0"), family("")
    ('megatron-bridge', 'mlperf-training', 'unstated')
    """
    head, _, tail = framework.rpartition("-")
    released = tail.lstrip("v").replace(".", "").isdigit()
    return (head if released else framework) or "unstated"


def _why(row: Mapping[str, str], chip: Accelerator | None, precision: str, kind: str) -> str:
    """Say why a row cannot be answered; empty where it can."""
    if chip is None:
        return f"no facts of accelerator {row['accelerator'] or '(none)'}"
    if not row["n_gpus"]:
        return "the number of accelerators is not stated"
    if not row["seq"]:
        return "the sequence length is not stated"
    if kind == "step" and not row["global_batch"]:
        return "the global batch is not stated"
    if precision == "unknown":
        return f"the number format {row['precision']} is not known"
    if (precision == "fp8" and not chip.fp8_flop_per_s) or (precision == "fp4" and not chip.fp4_flop_per_s):
        return f"{chip.name} does not multiply in {precision}"
    if row["tp"] and not _whole_ranks(row):
        return "tp x pp x cp does not divide the accelerators"
    return ""


def _whole_ranks(row: Mapping[str, str]) -> bool:
    group = _number(row, "tp", 1.0) * _number(row, "pp", 1.0) * _number(row, "cp", 1.0)
    return _number(row, "n_gpus") % group == 0


def _predicts(row: Mapping[str, str], model: Model) -> float:
    """Multi-token prediction: DeepSeek-V3 trains one further layer unless the source says otherwise."""
    return 1.0 if model.id in ("deepseek-v3", "deepseek-r1") and "w/o MTP" not in row["note"] else 0.0


def _model(row: Mapping[str, str]) -> tuple[Model | None, str]:
    known = rows("models").get(row["model_id"]) if row["model_id"] else None
    if isinstance(known, Model):
        return known, ""
    if not (row["layers"] and row["hidden"] and row["heads"]):
        return None, "the layer shape is not stated"
    base = find(Model, "llama3.1-8b")
    heads, hidden = _number(row, "heads"), _number(row, "hidden")
    kv_heads = _number(row, "kv_heads", heads)
    experts = _number(row, "experts")
    shared = _number(row, "shared_experts")
    width = _number(row, "ffn", 4 * hidden)
    return replace(
        base,
        id="",
        layers=_number(row, "layers"),
        hidden=hidden,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=_number(row, "head_dim", hidden / heads),
        ffn=width * (_number(row, "topk") + shared) if experts else width,
        # grouped heads came with gated blocks
        gated_ffn=1.0 if experts or kv_heads < heads or row["framework"] == "maxtext" else 0.0,
        vocab=_number(row, "vocab", 51200.0),
        experts=experts,
        top_k=_number(row, "topk"),
        shared_experts=shared,
        expert_ffn=width if experts else 0.0,
        dense_layers=_number(row, "dense_layers"),
        moe_interval=1.0,
    ), ""


def _plan(row: Mapping[str, str], shape: Shape, chip: Accelerator) -> dict[str, float]:
    tp, pp, cp = (_number(row, name, 1.0) for name in ("tp", "pp", "cp"))
    dp = _number(row, "n_gpus") / (tp * pp * cp)
    micro_batch = _number(row, "micro_batch", 1.0)
    sharding = row["sharding"].upper()
    zero = 3.0 if "FULL_SHARD" in sharding or sharding.startswith("FSDP") else 1.0
    # pipelines keep gathered weights from one micro-batch to the next: states are shared, weights gathered once a step
    if "GRAD_OP" in sharding or "ZERO-2" in sharding or (zero == 3 and pp > 1):
        zero = 2.0
    if sharding.startswith(("DP", "NONE")):
        zero = 0.0
    virtual = max(_number(row, "vp", 1.0), 1.0)
    if not row["vp"] and not row["framework"]:
        virtual = float(-(-shape.layers // pp))
    return {
        "tp": tp,
        "cp": cp,
        "pp": pp,
        "virtual_stages": virtual if pp > 1 else 1.0,
        "ep": max(_number(row, "ep", 1.0), 1.0),
        "dp": dp,
        "micro_batch": micro_batch,
        "micro_batches": max(-(-_number(row, "global_batch") // (dp * micro_batch)), 1.0),
        "recompute": _recompute(row, shape, chip),
        "zero": zero,
        "shard": min(dp * cp, chip.scaleup_domain / tp) if chip.kernels == "tpu" and chip.scaleup_domain else dp * cp,
        "zero_bubble": 0.0,
        "sequence_parallel": _sequence_parallel(row),
        "scores_kept": 0.0,
    }


def _recompute(row: Mapping[str, str], shape: Shape, chip: Accelerator) -> float:
    """Where it is not stated: nothing, except that latent attention expands its vectors again on smaller memories."""
    if row["recompute"]:
        return FULL if row["recompute"].startswith("full") else 0.0
    tight = chip.memory_bytes < _LEAN_BELOW_BYTES and bool(shape.experts)
    return LEAN if tight and bool(shape.latent) else 0.0


def _sequence_parallel(row: Mapping[str, str]) -> float:
    if row["framework"].startswith("megatron-lm-2022"):
        return float("SP" in row["sharding"])
    return 0.0 if row["framework"].startswith("megatron-deepspeed") else 1.0


def _measured_s(row: Mapping[str, str], flop: float, tokens: float) -> float | None:
    """Convert what was measured to the time of a step, or of the whole run."""
    value, accelerators = _number(row, "measured_value"), _number(row, "n_gpus")
    match row["measured_metric"]:
        case "iteration_time" | "train_step_time_median":
            return value
        case "tokens_per_s_per_gpu" | "tokens_per_s_per_chip":
            return tokens / value / accelerators
        case "model_tflops_per_s_per_gpu" | "model_tflops_per_s_per_chip":
            return flop / (value * 1e12 * accelerators)
        case "hardware_tflops_per_s_per_gpu":
            return flop * 4 / 3 / (value * 1e12 * accelerators)
        case "mfu":
            peak = find(Accelerator, row["accelerator"]).bf16_flop_per_s or 0.0
            return flop / (value / 100 * peak * accelerators)
        case "time_to_train":
            return value * 60
        case "pretrain_gpu_hours":
            return value * 3600 / accelerators
    raise ValueError(f"measured_metric {row['measured_metric']!r}")


@cache
def network_bytes_per_s(accelerator: str, framework: str) -> float:
    """Scale-out rate of one accelerator, one direction: that of its system, or what the source states [bytes/s].

    The clusters of the Megatron-DeepSpeed runs have 800 Gb/s a node of eight.
    """
    if framework.startswith("megatron-deepspeed"):
        return 12.5e9
    systems = (one for one in rows("systems").values() if isinstance(one, System))
    return next((one.nic_bytes_per_s for one in systems if one.accelerator == accelerator), 25e9)
