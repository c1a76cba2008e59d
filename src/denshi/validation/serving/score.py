"""How far predictions of serving lie from measurements: one block of figures for any group of rows and any metric."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Model, find, rows
from denshi.validation.serving.cases import MLPERF_MODES, Case
from denshi.validation.serving.predict import METRICS

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]
Metrics = Mapping[str, Values]
"""Values by metric (``predict.METRICS``), one a case, nan where there is none."""
Block = dict[str, Any]

WITHIN = 0.2
FINE_GRAINED = 64
"""A mixture with this many experts or more is called fine-grained."""

_FIGURES = ("median_ape", "mape", "p90_ape", "within20", "bias", "interval80_coverage")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is scored: a metric on the rows that it belongs to."""

    metric: str
    belongs: Callable[[Case], bool]


def _is_aggregated(case: Case) -> bool:
    return case.mode == "agg"


def _is_disaggregated(case: Case) -> bool:
    return case.mode == "disagg"


def _is_result(case: Case) -> bool:
    return case.mode in MLPERF_MODES


def _is_fine_grained(case: Case) -> bool:
    return _is_result(case) and case.model in rows("models") and find(Model, case.model).experts >= FINE_GRAINED


PARTS: Mapping[str, Part] = {
    "tpot": Part("tpot_s", _is_aggregated),
    "ttft": Part("ttft_s", _is_aggregated),
    "disagg_tpot": Part("tpot_s", _is_disaggregated),
    "disagg_ttft": Part("ttft_s", _is_disaggregated),
    "throughput": Part("throughput", _is_result),
    "tokens_per_joule": Part("tokens_per_joule", _is_result),
}
"""What is scored of any group of rows. Where workers of their own process the prompts, rows stand apart."""

SOME: Mapping[str, Part] = {
    "tpot_dense": Part("tpot_s", lambda case: _is_aggregated(case) and not case.is_moe),
    "tpot_moe": Part("tpot_s", lambda case: _is_aggregated(case) and case.is_moe),
    "fine_grained": Part("throughput", _is_fine_grained),
}
"""Parts of those rows that are scored again on their own."""

GROUPS: Mapping[str, Callable[[Case], str]] = {
    "model": lambda case: case.model,
    "accelerator": lambda case: case.accelerator,
    "engine": lambda case: case.engine or "not stated",
    "mode": lambda case: case.mode,
}
"""What rows are grouped by, and the name of the group of a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Measured cases beside what is predicted of each; metrics in s, token/s and token/J.

    ``factor`` is that of the 80 % interval, from predicted / factor to predicted x factor; ``roofline`` the baseline.
    """

    cases: tuple[Case, ...]
    predicted: Metrics
    factor: Metrics
    roofline: Metrics

    def where(self, chosen: Callable[[Case], bool]) -> "Scored":
        """Return the rows for which a condition holds."""
        keep = mask(self.cases, chosen)
        return Scored(
            cases=tuple(case for case, kept in zip(self.cases, keep, strict=True) if kept),
            predicted=taken(self.predicted, keep),
            factor=taken(self.factor, keep),
            roofline=taken(self.roofline, keep),
        )


def taken(metrics: Metrics, at: Mask | NDArray[np.intp]) -> dict[str, Values]:
    """Return the values of some rows."""
    return {name: values[at] for name, values in metrics.items()}


def nothing(count: int) -> dict[str, Values]:
    """Return metrics without an answer for a number of rows."""
    return {name: np.full(count, np.nan) for name in METRICS}


def mask(cases: Sequence[Case], chosen: Callable[[Case], bool]) -> Mask:
    """Return for each case whether a condition holds."""
    return np.fromiter((chosen(case) for case in cases), dtype=np.bool_, count=len(cases))


def counted(case: Case) -> bool:
    """Say whether a row counts in the headline: it has no flag."""
    return not case.flag


def measured(cases: Sequence[Case], metric: str) -> Values:
    """Return the measured values of a metric, nan where there is none."""
    return np.array([case.measured.get(metric, np.nan) for case in cases], dtype=np.float64)


def part_of(case: Case, metric: str) -> str:
    """Name the part in which a metric of a row is scored; empty where it is in none."""
    return next((name for name, part in PARTS.items() if part.metric == metric and part.belongs(case)), "")


def log_ratio(cases: Sequence[Case], predicted: Values, metric: str) -> Values:
    """Return ``ln(measured / predicted)`` of each case [1]; nan where it is not answered."""
    return np.asarray(np.log(measured(cases, metric) / predicted))


def score(cases: Sequence[Case], predicted: Values, metric: str, factor: Values | None = None) -> Block:
    """Return how far predictions of a metric lie from measurements.

    .. math:: e = |y_\\mathrm{predicted} / y_\\mathrm{measured} - 1|, \\quad
       b = \\mathrm{median}(y_\\mathrm{predicted} / y_\\mathrm{measured} - 1)

    Parameters
    ----------
    cases : rows; those without a measured value of the metric do not count.
    predicted : predicted value of each; nan where there is no answer.
    factor : of the 80 % interval of each [1]; left out, or nan, no coverage is given.

    Returns
    -------
    dict : ``n`` rows measured, ``answered`` of them, then fractions: ``median_ape``, ``mape``, ``p90_ape``,
        ``within20`` (share with an error of at most 20 %), ``bias`` and ``interval80_coverage``, the share of answered
        rows within their interval. None where no row is answered.
    """
    known = measured(cases, metric)
    has = np.isfinite(predicted) & np.isfinite(known)
    block: Block = {"n": int(np.isfinite(known).sum()), "answered": int(has.sum()), **dict.fromkeys(_FIGURES)}
    if not has.any():
        return block
    signed = predicted[has] / known[has] - 1.0
    ape = np.abs(signed)
    block |= {
        "median_ape": float(np.median(ape)),
        "mape": float(ape.mean()),
        "p90_ape": float(np.quantile(ape, 0.9)),
        "within20": float(np.mean(ape <= WITHIN)),
        "bias": float(np.median(signed)),
    }
    if factor is not None:
        with_interval = has & np.isfinite(factor)
        if with_interval.any():
            inside = is_inside(known, predicted, factor)
            block["interval80_coverage"] = float(inside[with_interval].mean())
    return block


def is_inside(known: Values, predicted: Values, factor: Values) -> Mask:
    """Say which measured values lie within their interval."""
    return np.asarray((predicted / factor <= known) & (known <= predicted * factor), dtype=np.bool_)


def scores(scored: Scored, parts: Mapping[str, Part] = PARTS) -> dict[str, Block]:
    """Return the score of every part of some rows."""
    return {name: _of_part(scored, part, scored.predicted, scored.factor) for name, part in parts.items()}


def roofline_scores(scored: Scored) -> dict[str, Block]:
    """Return the score of the baseline in every part of some rows."""
    return {name: _of_part(scored, part, scored.roofline, None) for name, part in PARTS.items()}


def _of_part(scored: Scored, part: Part, predicted: Metrics, factor: Metrics | None) -> Block:
    own = mask(scored.cases, part.belongs)
    cases = [case for case, kept in zip(scored.cases, own, strict=True) if kept]
    widths = None if factor is None else factor[part.metric][own]
    return score(cases, predicted[part.metric][own], part.metric, widths)


def headline(scored: Scored) -> Block:
    """Return the rows of a group, how many of them have an answer to something measured, and every part's score."""
    answers = [np.isfinite(log_ratio(scored.cases, scored.predicted[metric], metric)) for metric in METRICS]
    answered = np.any(answers, axis=0) if scored.cases else np.zeros(0, dtype=np.bool_)
    return {"n": len(scored.cases), "answered": int(answered.sum()), **scores(scored)}


def by_group(scored: Scored, name_of: Callable[[Case], str]) -> dict[str, Block]:
    """Return the headline of every group of rows, by the group's name."""
    names = sorted({name_of(case) for case in scored.cases})
    return {name: headline(scored.where(lambda case, name=name: name_of(case) == name)) for name in names}  # type: ignore[misc]
