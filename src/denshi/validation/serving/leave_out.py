"""Predict each group of rows by constants that were fitted without it."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from denshi.validation.serving.cases import MLPERF_MODES, Case
from denshi.validation.serving.constants import Constants
from denshi.validation.serving.predictor import Predictor
from denshi.validation.serving.score import Values, nothing

Progress = Callable[[str], None]
_MOST_PROCESSES = 2
_THREADS = "OMP_NUM_THREADS"

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
    width = processes or min(_MOST_PROCESSES, os.cpu_count() or 1)

    def keep(name: str, outcome: Outcome) -> None:
        values, constants[name] = outcome
        for metric, own in values.items():
            predicted[metric][rows[name]] = own
        progress(f"fitted without {name}: {len(constants)} of {len(names)}")

    if width == 1 or len(names) < 2:
        for name, job in jobs.items():
            keep(name, _without(job, predictor))
    else:
        _in_parallel(jobs, predictor, width, keep)
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


def _in_parallel(jobs: dict[str, _Job], predictor: Predictor, width: int, keep: Callable[[str, Outcome], None]) -> None:
    # "spawn" starts clean processes: a fork would copy the locks of NumPy's threads in whatever state they are. Each
    # fit has one thread: small matrices gain nothing from more, and two fits would fight over the cores.
    context = multiprocessing.get_context("spawn")
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"
    pool = ProcessPoolExecutor(width, mp_context=context, initializer=_quiet)
    try:
        pending: dict[Future[Outcome], str] = {
            pool.submit(_without, job, predictor): name for name, job in jobs.items()
        }
        for future in as_completed(pending):
            keep(pending[future], future.result())
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():  # nobody waits for a fit after an interrupt
            child.terminate()
        raise
    finally:
        if before is None:
            os.environ.pop(_THREADS, None)
        else:
            os.environ[_THREADS] = before
    pool.shutdown()


def _quiet() -> None:
    """Leave an interrupt to the parent, which ends its children itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _without(job: _Job, predictor: Predictor) -> Outcome:
    """Return every metric of some rows by constants fitted to others, and those constants."""
    if job.known is None:
        constants = predictor.fit(job.others, predictor.start)
    else:
        constants = {**job.known, **predictor.fit_results(job.others, job.known, predictor.start)}
    return predictor.predict(job.held, constants), constants
