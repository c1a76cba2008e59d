"""Correct predictions for a software stack that no constant was fitted to, from one or two measured steps of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from denshi.catalog import Assumption, find
from denshi.validation.training.cases import Case
from denshi.validation.training.constants import Constants
from denshi.validation.training.predictor import Predictor
from denshi.validation.training.score import MULTI, Values, measured_s

POINTS = 2
DRAWS = 20
FEWEST_ROWS = 5
"""A stack with fewer measured rows leaves too little to score once two have been drawn."""

_STEP = 0.02  # relative change of a constant in its difference quotient
_FREEDOM = 4.0  # degrees of freedom of the errors of single rows: heavier tails than a normal distribution
_ROUNDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far a stack that was never seen may lie from the prediction: standard deviations of the logarithm of time.

    ``common`` is a factor on all its steps; ``constant`` is the change of each constant of the model, in units of the
    width of its prior in the fit; ``row`` is what is left to a single measured row, ``moe_row`` to one of a mixture of
    experts.
    """

    common: float
    constant: float
    row: float
    moe_row: float


def assumed_spread() -> Spread:
    """Return the spread between stacks that the catalogue assumes."""
    values = {
        name: find(Assumption, f"training-calibration-{name.replace('_', '-')}-spread").value
        for name in ("common", "constant", "row", "moe_row")
    }
    return Spread(**values)


def sensitivity(cases: Sequence[Case], constants: Constants, predictor: Predictor) -> Values:
    """Return by how much each time moves when a constant of the model moves by the width of its prior.

    .. math:: J_{ik} = w_k \\, \\partial \\ln t_i / \\partial \\ln c_k

    Parameters
    ----------
    cases : rows.
    constants : values of the constants; those that are zero, or whose prior has no width, are left aside.
    predictor : the model, with the relative width of each constant's prior.

    Returns
    -------
    array, cases by constants [1]; zero where there is no answer.
    """
    base = predictor.predict(cases, constants)
    columns = [
        width * np.log(predictor.predict(cases, {**constants, name: value * (1.0 + _STEP)}) / base) / np.log1p(_STEP)
        for name, value in constants.items()
        if value and (width := predictor.widths.get(name, 0.0))
    ]
    slopes = np.array(columns, dtype=np.float64).reshape(-1, len(cases)).T
    return np.where(np.isfinite(slopes), slopes, 0.0)


def features(cases: Sequence[Case], slopes: Values, spread: Spread) -> Values:
    """Return what may differ in a new stack, one column each, scaled by how far it may: cases by columns."""
    return np.column_stack([np.full(len(cases), spread.common), spread.constant * slopes])


def log_factor(known: Values, log_ratio: Values, asked: Values, row_spread: Values) -> Values:
    """Return the logarithm of the factor on each predicted time that a few measured ones ask for.

    The logarithm of measured over predicted is a sum of what the stack does differently (``features``, each with a
    normal prior around zero) and of what is peculiar to a row (Student's t, so that one odd row does not carry all
    others with it). The fewer the points and the more they contradict each other, the nearer to zero the answer:

    .. math:: f = A K^T (K K^T + \\mathrm{diag}(\\sigma^2 / w))^{-1} r, \\quad
       w_i = (\\nu + 1) / (\\nu + e_i^2 / \\sigma^2)

    Parameters
    ----------
    known : features of the measured rows, rows by columns.
    log_ratio : ln(measured / predicted) of each [1].
    asked : features of the rows to correct.
    row_spread : standard deviation of each measured row around its stack [1], above 0.

    Returns
    -------
    array of one value a row asked for [1].

    >>> one = np.array([[0.3]])
    >>> round(float(log_factor(one, np.array([0.4]), one, np.array([0.1]))[0]), 2)
    0.37
    """
    weights: Values = np.ones(len(log_ratio))
    solved: Values = np.zeros(len(log_ratio))
    for _ in range(_ROUNDS):
        covariance = known @ known.T + np.diag(row_spread**2 / weights)
        solved = np.asarray(np.linalg.solve(covariance, log_ratio), dtype=np.float64)
        left = log_ratio - known @ (known.T @ solved)
        weights = np.asarray((_FREEDOM + 1.0) / (_FREEDOM + (left / row_spread) ** 2), dtype=np.float64)
    return np.asarray(asked @ (known.T @ solved), dtype=np.float64)


def calibrated(
    cases: Sequence[Case], predicted: Values, slopes: Values, points: Sequence[int], spread: Spread
) -> Values:
    """Return the times of the rows of one stack after calibration on a few of them [s].

    Parameters
    ----------
    cases : rows of one stack.
    predicted : their times before [s].
    slopes : their ``sensitivity``.
    points : which of them are the measured ones; each must be answered.
    spread : how far a stack may lie from the prediction.
    """
    at = list(points)
    of = features(cases, slopes, spread)
    log_ratio = np.log(measured_s(cases)[at] / predicted[at])
    row_spread = np.array([spread.moe_row if cases[i].is_moe else spread.row for i in at], dtype=np.float64)
    return np.asarray(predicted * np.exp(log_factor(of[at], log_ratio, of, row_spread)), dtype=np.float64)


def draw_points(cases: Sequence[Case], draw: int) -> tuple[int, int]:
    """Return two rows of a stack, drawn by a rule that looks at nothing measured.

    The generator's seed is the number of the draw. Drawn from are the rows on more than eight accelerators where there
    are three of them, else all. The first is any of those; the second is of the other kind (dense or mixture of
    experts) where the stack has both, else of another model where it has one, else any other row.

    Parameters
    ----------
    cases : answered rows of one stack, at least two.
    draw : number of the draw, 0 or more.
    """
    generator = np.random.default_rng(draw)
    large = [i for i, case in enumerate(cases) if case.accelerators > MULTI]
    pool = large if len(large) > POINTS else list(range(len(cases)))
    first = pool[int(generator.integers(len(pool)))]
    others = [i for i in pool if i != first]
    other_kind = [i for i in others if cases[i].is_moe != cases[first].is_moe]
    other_model = [i for i in others if cases[i].model != cases[first].model]
    others = other_kind or other_model or others
    return first, others[int(generator.integers(len(others)))]
