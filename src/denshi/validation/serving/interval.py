"""The 80 % interval of a prediction: split conformal on the errors of models left out of the fit.

The score of a row is ``|ln(measured / predicted)|`` by constants that its model has not taught; the interval of a class
is the quantile of the scores of that class. Every model counts the same, however many rows it has, since rows of one
model err together and the next model is what an interval is asked about.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Assumption, Model, find, rows
from denshi.validation.serving.cases import ENGINES, MLPERF_MODES, Case
from denshi.validation.serving.constants import Constants
from denshi.validation.serving.predict import parts, shipped, tabulate
from denshi.validation.serving.score import PARTS, Mask, Metrics, Values, counted, log_ratio, mask, nothing, part_of

COVERED = 0.8
KINDS = ("dense", "grouped", "latent")
"""Dense models; mixtures of experts with grouped, and with latent attention."""
LOADS = ("free", "limited")
"""All requests run; or some wait for memory or slots, or latencies are limited."""
UNSEEN = "-unseen"

_CLASSED = ("tpot", "ttft", "throughput")
_RELATED = 0.5  # weight of the other kind of mixture of experts in the quantile of one
_FAR = 0.1  # weight of dense models among mixtures, and of mixtures among dense models
_ENOUGH = 30.0  # a model with fewer rows than this counts in proportion
_ALL_RUN = 0.999


@dataclass(frozen=True, slots=True)
class _Scores:
    """Scores of the rows of one part beside what their class follows from."""

    score: Values
    model: NDArray[np.str_]
    kind: NDArray[np.str_]
    load: NDArray[np.str_]

    def at(self, keep: Mask) -> "_Scores":
        return _Scores(self.score[keep], self.model[keep], self.kind[keep], self.load[keep])


def kind_of(case: Case) -> str:
    """Name the kind of a model; one that the catalogue lacks counts as dense."""
    if case.model not in rows("models"):
        return "dense"
    model = find(Model, case.model)
    if not model.experts:
        return "dense"
    return "latent" if model.attention == "mla" else "grouped"


def is_limited(cases: Sequence[Case], constants: Constants | None = None) -> Mask:
    """Say where not all requests run, for memory or slots, or where a benchmark limits latencies."""
    out = mask(cases, lambda case: case.mode in MLPERF_MODES and case.mode != "Offline")
    at = [i for i, case in enumerate(cases) if not case.reason and case.decode and case.mode not in MLPERF_MODES]
    if at:
        table = tabulate([cases[i] for i in at])
        figures = parts(table, shipped() if constants is None else constants)
        out[at] = figures["running"] < _ALL_RUN * table.columns["concurrency"]
    return out


def bands(
    cases: Sequence[Case],
    without_model: Metrics,
    without_accelerator: Metrics,
    limited: Mask | None = None,
) -> dict[str, float]:
    """Return the factor of the 80 % interval of every class, by the class's name.

    .. math:: f = \\exp q_{0.8}(|\\ln(y_\\mathrm{measured} / y_\\mathrm{predicted})|)

    The quantile is weighted: each model's rows together have the weight 1 where the model is of the class's kind, less
    where it is of another. A class with limits is never narrower than one without. On an accelerator or an engine that
    taught no constant the interval is the wider of those of left-out models and left-out accelerators.

    Parameters
    ----------
    cases : rows; flagged and unanswered ones teach nothing.
    without_model : predictions of every metric by constants fitted without the row's model.
    without_accelerator : the same without the row's accelerator.
    limited : where not all requests run; left out, as ``is_limited`` says.

    Returns
    -------
    dict : from ``predicted / f`` to ``predicted x f`` four in five measured values are expected [1]. Names are
        ``PART-KIND-LOAD`` or ``PART``, those of unseen stacks end in ``-unseen``.
    """
    loads = is_limited(cases) if limited is None else limited
    found = {}
    for part in PARTS:
        seen, unseen = (_scores(cases, held, loads, part) for held in (without_model, without_accelerator))
        for name, kind, load in _classes(part):
            factor = _factor(seen, part, kind, load)
            if np.isfinite(factor):
                found[name] = factor
                found[name + UNSEEN] = float(np.fmax(factor, _factor(unseen, part, kind, load)))
    return found


def nested(cases: Sequence[Case], without_model: Metrics, limited: Mask) -> dict[str, Values]:
    """Return the factor of every row by the errors of all models but its own: the check of the interval itself.

    Parameters
    ----------
    cases, without_model : as of :func:`bands`.
    limited : where not all requests run.
    """
    out = nothing(len(cases))
    for part in PARTS:
        scores = _scores(cases, without_model, limited, part)
        known: dict[tuple[str, str, str], float] = {}
        for i, case in enumerate(cases):
            if part_of(case, PARTS[part].metric) == part:
                kind, load = kind_of(case), LOADS[int(limited[i])]
                if (case.model, kind, load) not in known:
                    others = scores.at(scores.model != case.model)
                    known[case.model, kind, load] = _factor(others, part, kind, load)
                out[PARTS[part].metric][i] = known[case.model, kind, load]
    return out


def interval(cases: Sequence[Case], limited: Mask, *, seen: bool | None = None) -> dict[str, Values]:
    """Return the factor of the 80 % interval of every row by the catalogue's assumptions; nan where it has none.

    Parameters
    ----------
    cases : rows.
    limited : where not all requests run.
    seen : whether the stack is one that taught constants; left out, as ``is_seen`` says of each row.
    """
    out = nothing(len(cases))
    known = rows("assumptions")
    for i, case in enumerate(cases):
        tail = "" if (is_seen(case) if seen is None else seen) else UNSEEN
        for metric, values in out.items():
            part = part_of(case, metric)
            id_ = f"serving-band-{class_of(part, kind_of(case), LOADS[int(limited[i])])}{tail}"
            if part and id_ in known:
                values[i] = find(Assumption, id_).value
    return out


def class_of(part: str, kind: str, load: str) -> str:
    """Name the class whose left-out errors stand for a row.

    >>> class_of("tpot", "dense", "free"), class_of("disagg_tpot", "dense", "free")
    ('tpot-dense-free', 'disagg-tpot')
    """
    return f"{part}-{kind}-{load}" if part in _CLASSED else part.replace("_", "-")


def is_seen(case: Case) -> bool:
    """Say whether rows of the accelerator, and of the engine where it matters, taught the constants."""
    if case.mode in MLPERF_MODES:
        return case.accelerator in taught()["mlperf"]
    return case.engine in ENGINES and case.accelerator in taught()["serving"]


@cache
def taught() -> dict[str, frozenset[str]]:
    """Return the accelerators whose rows taught the shipped constants, as tools/fit_serving.py wrote them."""
    text = files("denshi.validation").joinpath("serving", "taught.toml").read_text(encoding="utf-8")
    return {name: frozenset(values) for name, values in tomllib.loads(text).items()}


def teaching(cases: Sequence[Case]) -> dict[str, list[str]]:
    """Return the accelerators that some rows teach about: serving at a concurrency, and MLPerf."""
    used = [case for case in cases if counted(case) and not case.reason and case.measured]
    results = [case for case in used if case.mode in MLPERF_MODES]
    served = [case for case in used if case.mode not in MLPERF_MODES]
    return {
        name: sorted({case.accelerator for case in some}) for name, some in (("serving", served), ("mlperf", results))
    }


def _classes(part: str) -> list[tuple[str, str, str]]:
    if part not in _CLASSED:
        return [(class_of(part, "", ""), "", "")]
    return [(class_of(part, kind, load), kind, load) for kind in KINDS for load in LOADS]


def _scores(cases: Sequence[Case], predicted: Metrics, limited: Mask, part: str) -> _Scores:
    metric = PARTS[part].metric
    score = np.abs(log_ratio(cases, predicted[metric], metric))
    keep = np.isfinite(score) & mask(cases, lambda case: counted(case) and PARTS[part].belongs(case))
    return _Scores(
        score=score,
        model=np.array([case.model for case in cases], dtype=np.str_),
        kind=np.array([kind_of(case) for case in cases], dtype=np.str_),
        load=np.array([LOADS[int(one)] for one in limited], dtype=np.str_),
    ).at(keep)


def _factor(scores: _Scores, part: str, kind: str, load: str) -> float:
    """Return the factor of one class [1]; nan where no row is near it."""
    if part not in _CLASSED:
        return float(np.exp(_quantile(scores, "")))
    free = _quantile(scores.at(scores.load == LOADS[0]), kind)
    if load == LOADS[0]:
        return float(np.exp(free))
    # Of points that wait there are a score in all: too few to tell the kinds of model apart.
    alike = kind if part == "throughput" else ""
    return float(np.exp(np.fmax(free, _quantile(scores.at(scores.load == load), alike))))


def _quantile(scores: _Scores, kind: str) -> float:
    """Return the weighted quantile of scores [1]; without a kind all kinds weigh the same."""
    if not scores.score.size:
        return float("nan")
    weight = np.zeros(scores.score.size)
    for model in np.unique(scores.model):
        own = scores.model == model
        count = float(own.sum())
        weight[own] = _kinship(kind, str(scores.kind[own][0])) * min(count / _ENOUGH, 1.0) / count
    order = np.argsort(scores.score, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    return float(scores.score[order][min(np.searchsorted(reached, COVERED - 1e-12), reached.size - 1)])


def _kinship(kind: str, other: str) -> float:
    if not kind or kind == other:
        return 1.0
    return _FAR if "dense" in (kind, other) else _RELATED
