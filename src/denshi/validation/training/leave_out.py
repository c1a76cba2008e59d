"""Predict each group of rows by constants that were fitted without it."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np

from denshi.validation.training.cases import Case
from denshi.validation.training.constants import Constants
from denshi.validation.training.predictor import Predictor
from denshi.validation.training.score import Values

Progress = Callable[[str], None]
_MOST_PROCESSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Predictions in which no row has taught the constants of its own group.

    ``predicted_s`` has one value a case [s], nan where its group was not left out; ``constants`` are those fitted
    without each group.
    """

    predicted_s: Values
    constants: dict[str, Constants]


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
    predicted = np.full(len(cases), np.nan)
    constants: dict[str, Constants] = {}
    width = processes or min(_MOST_PROCESSES, os.cpu_count() or 1)

    def keep(name: str, outcome: tuple[Values, Constants]) -> None:
        predicted[rows[name]], constants[name] = outcome
        progress(f"fitted without {name}: {len(constants)} of {len(names)}")

    if width == 1 or len(names) < 2:
        for name in names:
            keep(name, _without(tuple(cases), rows[name], predictor))
    else:
        _in_parallel(tuple(cases), rows, predictor, width, keep)
    return LeftOut(predicted_s=predicted, constants={name: constants[name] for name in names})


def _in_parallel(
    cases: tuple[Case, ...],
    rows: dict[str, list[int]],
    predictor: Predictor,
    width: int,
    keep: Callable[[str, tuple[Values, Constants]], None],
) -> None:
    # "spawn" starts clean processes: a fork would copy the locks of NumPy's threads in whatever state they are.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(width, mp_context=context, initializer=_quiet)
    try:
        pending: dict[Future[tuple[Values, Constants]], str] = {
            pool.submit(_without, cases, rows[name], predictor): name for name in rows
        }
        for future in as_completed(pending):
            keep(pending[future], future.result())
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():  # a fit takes minutes; nobody waits for it after an interrupt
            child.terminate()
        raise
    pool.shutdown()


def _quiet() -> None:
    """Leave an interrupt to the parent, which ends its children itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _without(cases: tuple[Case, ...], out: Sequence[int], predictor: Predictor) -> tuple[Values, Constants]:
    """Return the times of some rows by constants fitted to all others, and those constants."""
    gone = set(out)
    others = [case for i, case in enumerate(cases) if i not in gone and case.measured_s is not None and not case.reason]
    constants = predictor.fit(others, predictor.start)
    return predictor.predict([cases[i] for i in out], constants), constants
