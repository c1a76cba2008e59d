"""Predict each group of rows by constants that were fitted without it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from denshi.side_by_side import each
from denshi.validation.serving.cases import MLPERF_MODES, Case
from denshi.validation.serving.constants import Constants
from denshi.validation.serving.predictor import Predictor
from denshi.validation.serving.score import Values, nothing

Progress = Callable[[str], None]

Outcome = tuple[dict[str, Values], Constants]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Predictions in which no row has taught the constants of its own group.

    ``predicted`` has every metric of each case, nan where its group was not left out; ``constants`` are those fitted
    without each group.
    """

    predicted: dict[str, Values]
    constants: dict[str, Constants]


@dataclass(frozen=True, slots=True)
class _Job:
    """One refit: the rows that it may learn from, those to predict, constants that stay if any."""

    others: tuple[Case, ...]
    held: tuple[Case, ...]
    known: Constants | None


def left_out(
    cases: Sequence[Case],
    groups: Sequence[str],
    asked: Sequence[str],
    predictor: Predictor,
    progress: Progress = lambda _: None,
    processes: int | None = None,
) -> LeftOut:
    """Fit the constants once without each group and predict that group by them.

    Parameters
    ----------
    cases : all rows; the fit is given every measured one outside the group and decides itself which to use.
    groups : the group of each row.
    asked : the groups to leave out.
    predictor : the model; its functions must be importable by name where more than one process is used.
    progress : is told which group is done.
    processes : how many fits run at a time; left out, two, or one on a machine with one core.

    Returns
    -------
    LeftOut
    """
    names = sorted(set(asked))
    rows = {name: [i for i, group in enumerate(groups) if group == name] for name in names}
    jobs = _jobs(tuple(cases), rows, predictor)
    predicted = nothing(len(cases))
    constants: dict[str, Constants] = {}

    def keep(name: str, outcome: Outcome) -> None:
        values, constants[name] = outcome
        for metric, own in values.items():
            predicted[metric][rows[name]] = own
        progress(f"fitted without {name}: {len(constants)} of {len(names)}")

    each(jobs, partial(_without, predictor=predictor), keep, processes)
    return LeftOut(predicted=predicted, constants={name: constants[name] for name in names})


def _jobs(cases: tuple[Case, ...], rows: dict[str, list[int]], predictor: Predictor) -> dict[str, _Job]:
    """Return one refit a group. Groups of benchmark results alone share the constants that results do not teach."""
    jobs, known = {}, None
    for name, out in rows.items():
        gone = set(out)
        others = tuple(case for i, case in enumerate(cases) if i not in gone and case.measured and not case.reason)
        results_alone = all(cases[i].mode in MLPERF_MODES for i in out)
        if results_alone and known is None:
            known = predictor.fit([case for case in others if case.mode not in MLPERF_MODES], predictor.start)
        jobs[name] = _Job(others, tuple(cases[i] for i in out), known if results_alone else None)
    return jobs


def _without(job: _Job, predictor: Predictor) -> Outcome:
    """Return every metric of some rows by constants fitted to others, and those constants."""
    if job.known is None:
        constants = predictor.fit(job.others, predictor.start)
    else:
        constants = {**job.known, **predictor.fit_results(job.others, job.known, predictor.start)}
    return predictor.predict(job.held, constants), constants
