"""How many samples a benchmark run takes to its target, learned from entries that state step and run time both."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from denshi.validation.training.cases import Case

Values = NDArray[np.float64]

_FEWEST = 3


def samples_to_target(cases: Sequence[Case]) -> Values:
    """Return the samples that each run of a benchmark takes, evaluations and start-up counted as samples (grade D).

    An entry with both times takes ``t_run / t_step`` batches. Larger batches take more samples:
    ``ln S = a + b ln B``, by least squares over the entries of the same model, each run's own submission left out; the
    mean alone where all batches are alike.

    Parameters
    ----------
    cases : rows; steps and runs of one submission share locator, accelerator, count and batch.

    Returns
    -------
    array : samples; nan for a step, and for a run with fewer than three entries to learn from.
    """
    steps = {_entry(case): case.measured_s for case in cases if _is_benchmark(case, "step")}
    known = [
        (case.model, _entry(case), case.sequences, case.measured_s / step_s * case.sequences)
        for case in cases
        if _is_benchmark(case, "run") and case.measured_s and (step_s := steps.get(_entry(case)))
    ]
    out = np.full(len(cases), np.nan)
    for i, case in enumerate(cases):
        if _is_benchmark(case, "run") and case.sequences:
            others = [
                (batch, samples)
                for model, entry, batch, samples in known
                if model == case.model and entry != _entry(case)
            ]
            if len(others) >= _FEWEST:
                out[i] = _at(case.sequences, np.log(np.array(others)))
    return out


def _at(batch: float, others: Values) -> float:
    """Samples at a batch by the line through the others, not carried beyond their batches."""
    x, y = others[:, 0], others[:, 1]
    if np.ptp(x) < 1e-9:
        return float(np.exp(np.median(y)))
    slope, level = np.polyfit(x, y, 1)
    return float(np.exp(level + slope * np.clip(np.log(batch), x.min(), x.max())))


def _is_benchmark(case: Case, kind: str) -> bool:
    return case.kind == kind and case.family == "mlperf-training" and not case.flag


def _entry(case: Case) -> tuple[str, str, str, float, float]:
    return case.framework, case.locator, case.accelerator, case.accelerators, case.sequences
