"""Correct predictions for one stack from a few measured points of it."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np

from denshi.catalog import Assumption, find
from denshi.errors import UsageError
from denshi.validation.serving.cases import Case
from denshi.validation.serving.score import Block, Mask, Scored, Values, counted, log_ratio, mask, part_of

POINTS = 3
DRAWS = 20
FEWEST_ROWS = 5
"""A stack with fewer measured rows leaves too little to score once three have been drawn."""
CALIBRATED = ("tpot_s", "ttft_s")

_FREEDOM = 4.0  # degrees of freedom of the errors of single rows: heavier tails than a normal distribution
_ROUNDS = 15

Stack = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far one stack may lie from the prediction: standard deviations of the logarithm of a metric.

    ``common`` is a factor on all its points, ``smooth`` one that changes with concurrency and lengths as they change by
    ``reach`` (in natural logarithms), ``row`` what is left to a single measured row.
    """

    common: float
    smooth: float
    row: float
    reach: float


def assumed_spread(metric: str) -> Spread:
    """Return the spread of a metric within and between stacks that the catalogue assumes."""
    name = metric.removesuffix("_s")
    values = {
        field: find(Assumption, f"serving-calibration-{name}-{field}-spread").value
        for field in ("common", "smooth", "row")
    }
    return Spread(**values, reach=find(Assumption, "serving-calibration-reach").value)


def stack_of(case: Case) -> Stack:
    """Return what rows of one stack share: model, accelerator, engine, release, number format and split.

    The batch that a source states of disaggregated workers follows from the concurrency and is no part of it.
    """
    workers = [replace(one, batch=0.0) if one else None for one in (case.decode, case.prompt)]
    return (*case.stack, *workers)


def covariance(cases: Sequence[Case], spread: Spread) -> Values:
    """Return the covariance of the logarithms of measured over predicted of points of one stack, rows by rows [1].

    .. math:: K_{ij} = \\sigma_c^2 + \\sigma_s^2 \\exp\\left(-\\frac{|x_i - x_j|^2}{2 r^2}\\right), \\quad
       x = (\\ln c, \\ln n_{in}, \\ln n_{out})
    """
    asked = [(case.concurrency, case.input_tokens, case.output_tokens) for case in cases]
    place = np.log(np.maximum(np.array(asked, dtype=np.float64), 1.0)) / spread.reach
    apart = ((place[:, None] - place[None]) ** 2).sum(-1)
    return np.asarray(spread.common**2 + spread.smooth**2 * np.exp(-apart / 2), dtype=np.float64)


def log_factor(cases: Sequence[Case], points: Sequence[int], ratio: Values, spread: Spread) -> Values:
    """Return the logarithm of the factor on each prediction of a stack that a few measured points ask for.

    The mean of a normal process with ``covariance``, given the points, each with an error of its own (Student's t, so
    that one odd point does not carry all others with it). The fewer the points, the further away and the more they
    contradict each other, the nearer to zero the answer:

    .. math:: f = K_{\\cdot p} (K_{pp} + \\mathrm{diag}(\\sigma^2 / w))^{-1} r, \\quad
       w_i = (\\nu + 1) / (\\nu + e_i^2 / \\sigma^2)

    Parameters
    ----------
    cases : rows of one stack.
    points : which of them are the measured ones.
    ratio : ln(measured / predicted) of those [1].
    spread : how far a stack may lie from the prediction.
    """
    at = list(points)
    between = covariance(cases, spread)[:, at]
    known = between[at]
    weights: Values = np.ones(len(at))
    solved: Values = np.zeros(len(at))
    for _ in range(_ROUNDS):
        solved = np.asarray(np.linalg.solve(known + np.diag(spread.row**2 / weights), ratio), dtype=np.float64)
        left = ratio - known @ solved
        weights = np.asarray((_FREEDOM + 1.0) / (_FREEDOM + (left / spread.row) ** 2), dtype=np.float64)
    return np.asarray(between @ solved, dtype=np.float64)


def draw_points(stack: Stack, rows: int, draw: int) -> tuple[int, ...]:
    """Return three rows of a stack, drawn by a rule that looks at nothing measured.

    The generator's seed is the number of the draw and the stack's name.

    >>> draw_points(("model",), 9, 0) == draw_points(("model",), 9, 0), len(draw_points(("model",), 9, 0))
    (True, 3)
    """
    seed = int.from_bytes(sha256(repr(stack).encode()).digest()[:4], "big")
    chosen = np.random.default_rng([draw, seed]).choice(rows, POINTS, replace=False)
    return tuple(int(one) for one in np.sort(chosen))


def drawn_calibrations(cases: Sequence[Case], predicted: Values, metric: str, spread: Spread) -> Block:
    """Return the errors of a metric after calibration on three points of each stack, over twenty draws of the three.

    Parameters
    ----------
    cases : rows; those that are answered take part. A stack with fewer than five is not scored.
    predicted : by constants that the rows' group has not taught.
    metric : one of ``CALIBRATED``.
    spread : how far a stack may lie from the prediction.

    Returns
    -------
    dict : ``draws``, ``points``, ``n`` rows of the ``stacks`` scored, ``before`` the median error without calibration,
        ``median`` and ``worst`` of the draws' median errors, all as fractions; the same under ``by`` model. The points
        of a draw are not scored in it.
    """
    ratio = log_ratio(cases, predicted, metric)
    rows: dict[Stack, list[int]] = defaultdict(list)
    for i, case in enumerate(cases):
        if np.isfinite(ratio[i]):
            rows[stack_of(case)].append(i)
    stacks = {stack: at for stack, at in rows.items() if len(at) >= FEWEST_ROWS}
    after = np.full((DRAWS, len(cases)), np.nan)
    for stack, at in stacks.items():
        own = [cases[i] for i in at]
        for draw in range(DRAWS):
            points = draw_points(stack, len(at), draw)
            left = log_factor(own, points, ratio[at][list(points)], spread) - ratio[at]
            ape = np.abs(np.exp(left) - 1.0)
            ape[list(points)] = np.nan
            after[draw, at] = ape
    before = np.abs(np.exp(-ratio) - 1.0)
    scored = np.zeros(len(cases), dtype=np.bool_)
    scored[[i for at in stacks.values() for i in at]] = True
    models = sorted({case.model for case, one in zip(cases, scored, strict=True) if one})
    return {
        "draws": DRAWS,
        "points": POINTS,
        "stacks": len(stacks),
        **_over_draws(before, after, scored),
        "by": {
            model: _over_draws(before, after, scored & mask(cases, lambda case, model=model: case.model == model))  # type: ignore[misc]
            for model in models
        },
    }


def own_calibration(
    scored: Scored,
    own: Sequence[Case],
    predict: Callable[[Sequence[Case]], Mapping[str, Values]],
    spreads: Mapping[str, Spread],
) -> tuple[Scored, Mask]:
    """Return the rows with the user's calibration applied, and which of them it applies to.

    Points of one stack correct the other rows of that stack, time per output token and time to first token apart. A row
    that is itself among the user's is neither corrected nor scored.

    Parameters
    ----------
    scored : rows with their predictions before.
    own : the user's measured points.
    predict : the model with its constants.
    spreads : how far a stack may lie from the prediction, by metric.

    Raises
    ------
    UsageError : no point can be answered, or none is of a stack of the rows.
    """
    expected = predict(own)
    ratios = {metric: log_ratio(own, expected[metric], metric) for metric in spreads}
    usable = np.any([np.isfinite(ratio) for ratio in ratios.values()], axis=0)
    if not usable.any():
        why = next((case.reason for case in own if case.reason), "no row has a measured time")
        raise UsageError("no row can be used to calibrate", where="--calibrate", why=why)
    same = {_identity(case) for case in own}
    fresh = mask(scored.cases, lambda case: _identity(case) not in same)
    stacks = {stack_of(case) for case, one in zip(own, usable, strict=True) if one}
    touched = fresh & mask(scored.cases, lambda case: stack_of(case) in stacks)
    if not touched.any():
        raise UsageError(
            "the cases hold no other row of the stack that is to be calibrated",
            where="--calibrate",
            why="a stack is model, accelerator, engine and release, precision and split",
            mend="Name them as the cases do",
        )
    corrected = {name: values.copy() for name, values in scored.predicted.items()}
    for metric, spread in spreads.items():
        for stack in stacks:
            points = [i for i, case in enumerate(own) if stack_of(case) == stack and np.isfinite(ratios[metric][i])]
            at = np.flatnonzero(touched & mask(scored.cases, lambda case, stack=stack: stack_of(case) == stack))  # type: ignore[misc]
            if points:
                together = [*(own[i] for i in points), *(scored.cases[i] for i in at)]
                factor = log_factor(together, range(len(points)), ratios[metric][points], spread)[len(points) :]
                corrected[metric][at] *= np.exp(factor)
    return replace(scored, predicted=corrected), touched


def calibration_block(cases: Sequence[Case], predicted: Mapping[str, Values]) -> Block:
    """Return what three points of each stack are worth, for the metrics of rows served by whole replicas."""
    found = {}
    for metric in CALIBRATED:
        name = metric.removesuffix("_s")
        own = mask(cases, lambda case, metric=metric, name=name: counted(case) and part_of(case, metric) == name)  # type: ignore[misc]
        some = [case for case, one in zip(cases, own, strict=True) if one]
        found[name] = drawn_calibrations(some, predicted[metric][own], metric, assumed_spread(metric))
    return found


def _over_draws(before: Values, after: Values, rows: Mask) -> Block:
    """Return the median error before, and the median and the worst of the draws' median errors."""
    if not rows.any():
        return {"n": 0, "before": None, "median": None, "worst": None}
    medians = [float(np.nanmedian(one)) for one in after[:, rows]]
    return {
        "n": int(rows.sum()),
        "before": float(np.median(before[rows])),
        "median": float(np.median(medians)),
        "worst": max(medians),
    }


def _identity(case: Case) -> tuple[object, ...]:
    return (*stack_of(case), case.concurrency, case.input_tokens, case.output_tokens, *sorted(case.measured.items()))
