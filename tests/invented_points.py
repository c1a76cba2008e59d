"""Invented points of serving and a model of three constants, for the tests of the scores; importable elsewhere."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from denshi.validation.serving.cases import MLPERF_MODES, Case, Workers
from denshi.validation.serving.constants import Constants
from denshi.validation.serving.predictor import Predictor
from denshi.validation.serving.score import Mask, Values, nothing

LIMIT = 1000.0
"""Above this concurrency the invented model lets requests wait."""


def point(tpot_s: float | None = 0.01, **changes: Any) -> Case:
    """Return an aggregated point of a dense model on one H100 at a concurrency of 10."""
    measured = {} if tpot_s is None else {"tpot_s": tpot_s}
    values: dict[str, Any] = {
        "source": "paper",
        "locator": f"row {tpot_s}",
        "model": "llama3.1-8b",
        "accelerator": "h100-sxm-80gb",
        "accelerators": 1.0,
        "engine": "vllm",
        "release": "1.0",
        "precision": "fp8",
        "cache_precision": None,
        "mode": "agg",
        "input_tokens": 1000.0,
        "output_tokens": 1000.0,
        "concurrency": 10.0,
        "waves": 10.0,
        "exact_lengths": False,
        "decode": Workers(1.0, 1.0, 1.0, 1.0, 1.0, 0.0),
        "prompt": None,
        "is_moe": False,
        "flag": "",
        "date": "2026-01",
        "submitter": "",
        "measured": measured,
        "reason": "",
    }
    unused = {one.name: 0.0 for one in fields(Case) if one.name not in values}  # settings only the real model reads
    return Case(**{**unused, **values, **changes})


def result(tokens_per_s: float = 1000.0, **changes: Any) -> Case:
    """Return an Offline result of MLPerf on one accelerator."""
    values = {"mode": "Offline", "engine": "", "decode": None, "concurrency": 0.0, "submitter": "maker"}
    return point(
        None, **{**values, "measured": {"throughput": tokens_per_s}, "locator": f"result {tokens_per_s}", **changes}
    )


def predict(cases: Sequence[Case], constants: Constants) -> dict[str, Values]:
    """Return a millisecond times a constant for each sequence, ten times that of a first token, and results."""
    out = nothing(len(cases))
    for i, one in enumerate(cases):
        if one.reason:
            continue
        if one.mode in MLPERF_MODES:
            out["throughput"][i] = 1000.0 * constants["result"] * one.accelerators
            out["tokens_per_joule"][i] = constants["result"]
        else:
            out["tpot_s"][i] = 1e-3 * one.concurrency * constants["moe" if one.is_moe else "dense"]
            out["ttft_s"][i] = 10.0 * out["tpot_s"][i]
    return out


def limited(cases: Sequence[Case]) -> Mask:
    """Say where the concurrency is above the limit."""
    return np.array([one.concurrency > LIMIT for one in cases], dtype=np.bool_)


def interval(cases: Sequence[Case], limited: Mask, *, seen: bool | None = None) -> dict[str, Values]:
    """Return a factor of 1.1, of 1.5 on an accelerator not seen."""
    return {name: np.full(len(cases), 1.5 if seen is False else 1.1) for name in nothing(0)}


def fit(cases: Sequence[Case], start: Constants) -> Constants:
    """Return the median of measured over what constants of 1 predict, of each kind of row that counts."""
    found = dict(start)
    for name, moe in (("dense", False), ("moe", True)):
        some = [one for one in cases if one.is_moe == moe and not one.flag and "tpot_s" in one.measured]
        if some:
            found[name] = float(np.median([one.measured["tpot_s"] / one.concurrency * 1e3 for one in some]))
    return {**found, **fit_results(cases, found, start)}


def fit_results(cases: Sequence[Case], known: Constants, start: Constants) -> dict[str, float]:
    """Return the median of measured over predicted results."""
    some = [one.measured["throughput"] / one.accelerators for one in cases if "throughput" in one.measured]
    return {"result": float(np.median(some)) / 1000.0 if some else start["result"]}


ONES = {"dense": 1.0, "moe": 1.0, "result": 1.0}
PREDICTOR = Predictor(
    predict=predict, limited=limited, interval=interval, fit=fit, fit_results=fit_results, constants=ONES, start=ONES
)
