"""Invented training cases and a model of two constants, for the tests of the scores; importable by other processes."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from denshi.validation.training import Case, Constants, Predictor
from denshi.validation.training.score import Values, measured_s


def case(measured_s: float | None = 1.0, **changes: Any) -> Case:
    """Return a dense step of 1e15 FLOP on 16 accelerators."""
    values: dict[str, Any] = {
        "source": "paper",
        "locator": f"row {measured_s}",
        "framework": "stack-1.0",
        "family": "stack",
        "model": "dense-7b",
        "accelerator": "h100-sxm-80gb",
        "accelerators": 16.0,
        "is_moe": False,
        "precision": "bf16",
        "flag": "",
        "plan": "stated",
        "kind": "step",
        "flop": 1e15,
        "active_params": 1e9,
        "tokens": 1e5,
        "measured_s": measured_s,
        "reason": "",
    }
    unused = {one.name: 0.0 for one in fields(Case) if one.name not in values}  # facts only the real model reads
    return Case(**{**unused, **values, **changes})


def predict(cases: Sequence[Case], constants: Constants) -> Values:
    """Return FLOP over rate; a row with a reason has no answer."""
    rate = [constants["moe" if one.is_moe else "dense"] for one in cases]
    work = np.array([np.nan if one.reason else one.flop / one.accelerators for one in cases], dtype=np.float64)
    return np.asarray(work / np.array(rate), dtype=np.float64)


def interval(cases: Sequence[Case]) -> tuple[Values, Values]:
    """Return a tenth less and a tenth more."""
    return np.full(len(cases), 0.9), np.full(len(cases), 1.1)


def fit(cases: Sequence[Case], start: Constants) -> Constants:
    """Return the median rate of the dense and of the other rows that count."""
    found = dict(start)
    for name, moe in (("dense", False), ("moe", True)):
        some = [one for one in cases if one.is_moe == moe and not one.flag]
        if some:
            rates = [one.flop / one.accelerators for one in some] / measured_s(some)
            found[name] = float(np.median(rates))
    return found


# 1e15 FLOP on 16 accelerators at this rate take one second.
RATE = {"dense": 6.25e13, "moe": 6.25e13}
PREDICTOR = Predictor(
    predict=predict, interval=interval, fit=fit, constants=RATE, start=RATE, widths={"dense": 0.5, "moe": 0.5}
)
