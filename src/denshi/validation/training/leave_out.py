"""Predict each group of rows by constants that were fitted without it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from denshi.side_by_side import each
from denshi.validation.training.cases import Case
from denshi.validation.training.constants import Constants
from denshi.validation.training.predictor import Predictor
from denshi.validation.training.score import Values

Progress = Callable[[str], None]


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

    def keep(name: str, outcome: tuple[Values, Constants]) -> None:
        predicted[rows[name]], constants[name] = outcome
        progress(f"fitted without {name}: {len(constants)} of {len(names)}")

    each(rows, partial(_without, cases=tuple(cases), predictor=predictor), keep, processes)
    return LeftOut(predicted_s=predicted, constants={name: constants[name] for name in names})


def _without(out: Sequence[int], cases: tuple[Case, ...], predictor: Predictor) -> tuple[Values, Constants]:
    """Return the times of some rows by constants fitted to all others, and those constants."""
    gone = set(out)
    others = [case for i, case in enumerate(cases) if i not in gone and case.measured_s is not None and not case.reason]
    constants = predictor.fit(others, predictor.start)
    return predictor.predict([cases[i] for i in out], constants), constants
