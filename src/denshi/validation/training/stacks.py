"""What a few measured steps of an unseen stack are worth: draws over left-out stacks, and the user's own rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from denshi.errors import UsageError
from denshi.validation.training.calibrate import (
    DRAWS,
    FEWEST_ROWS,
    POINTS,
    Spread,
    calibrated,
    draw_points,
    sensitivity,
)
from denshi.validation.training.cases import Case
from denshi.validation.training.constants import Constants
from denshi.validation.training.predictor import Predictor
from denshi.validation.training.score import PARTS, Block, Mask, Scored, Values, errors, mask

UNSTATED = "unstated"


def drawn_calibrations(
    cases: Sequence[Case],
    predicted: Values,
    constants: Mapping[str, Constants],
    predictor: Predictor,
    spread: Spread,
) -> Block:
    """Return the errors on left-out stacks after calibration on two of their steps, over twenty draws of the two.

    Parameters
    ----------
    cases : rows; only answered ones take part.
    predicted : times by constants fitted without the row's stack [s].
    constants : those constants, by stack. A stack with fewer than five rows is not scored.
    predictor : the model.
    spread : how far a stack may lie from the prediction.

    Returns
    -------
    dict : ``n`` rows of the stacks scored, ``before`` the median error without calibration, ``median`` and ``worst``
        of the draws' median errors, all as fractions; the same under ``multi``, ``multi_dense``, ``multi_moe`` and, by
        stack, under ``by``. The two rows of a draw are not scored in it.
    """
    before = errors(cases, predicted)
    after = np.full((DRAWS, len(cases)), np.nan)
    scored = np.zeros(len(cases), dtype=np.bool_)
    stacks = {}
    for stack in sorted(constants):
        at = [i for i, case in enumerate(cases) if case.family == stack and np.isfinite(before[i])]
        if len(at) < FEWEST_ROWS:
            continue
        own = [cases[i] for i in at]
        slopes = sensitivity(own, constants[stack], predictor)
        for draw in range(DRAWS):
            points = draw_points(own, draw)
            ape = errors(own, calibrated(own, predicted[at], slopes, points, spread))
            ape[list(points)] = np.nan
            after[draw, at] = ape
        scored[at] = True
        stacks[stack] = mask(cases, lambda case, stack=stack: case.family == stack) & scored  # type: ignore[misc]
    return {
        "draws": DRAWS,
        "points": POINTS,
        **_over_draws(before, after, scored),
        **{name: _over_draws(before, after, scored & mask(cases, belongs)) for name, belongs in PARTS.items()},
        "by": {stack: _over_draws(before, after, rows) for stack, rows in stacks.items()},
    }


def own_calibration(scored: Scored, own: Sequence[Case], predictor: Predictor, spread: Spread) -> tuple[Scored, Mask]:
    """Return the rows with the user's calibration applied, and which of them it applies to.

    The user's rows of one framework correct the rows of that framework (its release does not matter); rows that name
    none correct every row. A row that is itself among the user's is neither corrected nor scored.

    Parameters
    ----------
    scored : rows with their predictions before.
    own : the user's measured rows.
    predictor : the model.
    spread : how far a stack may lie from the prediction.

    Raises
    ------
    UsageError : no user's row can be answered, or none is of a framework of the rows.
    """
    expected = predictor.predict(own, predictor.constants)
    usable = [i for i, case in enumerate(own) if case.measured_s is not None and np.isfinite(expected[i])]
    if not usable:
        why = next((case.reason for case in own if case.reason), "no row has a measured time")
        raise UsageError("no row can be used to calibrate", where="--calibrate", why=why)
    same = {_identity(own[i]) for i in usable}
    fresh = mask(scored.cases, lambda case: _identity(case) not in same)
    factor = np.ones(len(scored.cases))
    touched = np.zeros(len(scored.cases), dtype=np.bool_)
    for stack in sorted({own[i].family for i in usable}):
        points = [i for i in usable if own[i].family == stack]
        belongs = fresh & mask(scored.cases, lambda case, stack=stack: stack in (UNSTATED, case.family))  # type: ignore[misc]
        at = np.flatnonzero(belongs)
        asked = [scored.cases[i] for i in at]
        together = [*(own[i] for i in points), *asked]
        before = np.concatenate([expected[points], scored.predicted_s[at]])
        slopes = sensitivity(together, predictor.constants, predictor)
        after = calibrated(together, before, slopes, range(len(points)), spread)
        factor[at] = (after / before)[len(points) :]
        touched |= belongs
    if not touched.any():
        named, known = ({case.family for case in some} for some in ([own[i] for i in usable], scored.cases))
        raise UsageError(
            f"calibrates {', '.join(sorted(named))}, of which the cases hold no other row",
            where="--calibrate",
            why=f"they hold {', '.join(sorted(known))}",
            mend="Name the framework as the cases do, or leave the column empty to calibrate every row",
        )
    corrected = replace(
        scored,
        predicted_s=scored.predicted_s * factor,
        low_s=scored.low_s * factor,
        high_s=scored.high_s * factor,
    )
    return corrected, touched


def _over_draws(before: Values, after: Values, rows: Mask) -> Block:
    """Return the median error before, and the median and the worst of the draws' median errors."""
    if not rows.any():
        return {"n": 0, "before": None, "median": None, "worst": None}
    medians = [float(np.median(one[np.isfinite(one)])) for one in after[:, rows] if np.isfinite(one).any()]
    return {
        "n": int(rows.sum()),
        "before": float(np.median(before[rows])),
        "median": float(np.median(medians)) if medians else None,
        "worst": max(medians) if medians else None,
    }


def _identity(case: Case) -> tuple[object, ...]:
    return case.locator, case.framework, case.model, case.accelerator, case.accelerators, case.measured_s
