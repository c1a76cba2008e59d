"""The whole result of validating the model of training time, as data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from denshi.validation.training.baseline import constant_efficiency, six_nd, without_own_group
from denshi.validation.training.calibrate import Spread
from denshi.validation.training.cases import Case
from denshi.validation.training.leave_out import LeftOut, Progress, left_out
from denshi.validation.training.predictor import Predictor
from denshi.validation.training.regret import regret, scaling
from denshi.validation.training.score import (
    GROUPS,
    Block,
    Mask,
    Scored,
    Values,
    by_group,
    compared,
    counted,
    inferred,
    mask,
    measured_s,
    parts,
    whole_run,
)
from denshi.validation.training.stacks import drawn_calibrations, own_calibration

LEAVE_OUT: dict[str, Callable[[Case], str]] = {"model": lambda case: case.model, "framework": lambda case: case.family}
"""What can be left out of the fit, and the group of a row."""

_INTERVAL_QUANTILES = (0.1, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the result is to hold beside the scores of the shipped constants."""

    leave_out: tuple[str, ...] = ()
    rows: bool = False
    own: tuple[Case, ...] = ()
    progress: Progress = lambda _: None
    processes: int | None = None


def document(cases: Sequence[Case], predictor: Predictor, spread: Spread, asked: Asked) -> Block:
    """Return every score of a set of measured cases; fractions, times in s.

    Parameters
    ----------
    cases : rows as read from a file of cases.
    predictor : the model.
    spread : how far an unseen stack may lie from the prediction, for calibration.
    asked : what to add: groups left out of the fit, rows, the user's calibration.

    Returns
    -------
    dict : at the top the scores of the rows that count (one step, its split stated, no flag) with the shipped
        constants; the same keys under ``by``, ``flagged``, ``inferred``, ``runs``, ``multi``, ``multi_dense``,
        ``multi_moe``; ``regret``, ``scaling``; and what was asked for.
    """
    everything = _scored(cases, predictor.predict(cases, predictor.constants), predictor)
    ours = everything.where(counted)
    found: Block = {
        "schema_version": 1,
        **compared(ours),
        **parts(ours),
        "by": {name: by_group(ours, name_of) for name, name_of in GROUPS.items()},
        "inferred": compared(everything.where(inferred)),
        "runs": compared(everything.where(whole_run)),
        "flagged": by_group(everything.where(lambda case: bool(case.flag)), lambda case: case.flag),
        "regret": _regrets(everything),
        "scaling": scaling(ours.cases, ours.predicted_s),
    }
    refitted: dict[str, Values] = {}
    for name in asked.leave_out:
        block, refitted[name] = _left_out(everything, name, predictor, spread, asked)
        found.setdefault("leave_out", {})[name] = block
    corrected: Scored | None = None
    if asked.own:
        corrected, touched = own_calibration(everything, asked.own, predictor, spread)
        found["calibrated"] = _before_and_after(everything, corrected, touched, len(asked.own))
    if asked.rows:
        found["rows"] = _rows(everything, refitted, corrected)
    return found


def _scored(
    cases: Sequence[Case], predicted: Values, predictor: Predictor, groups: Sequence[str] | None = None
) -> Scored:
    """Return cases with predictions, intervals and baselines; with groups, no baseline learns from a row's own."""
    low, high = predictor.interval(cases)
    learn = mask(cases, lambda case: counted(case) and case.measured_s is not None)
    constant, six = (
        baseline(cases, learn) if groups is None else without_own_group(baseline, cases, learn, groups)
        for baseline in (constant_efficiency, six_nd)
    )
    return Scored(
        cases=tuple(cases),
        predicted_s=predicted,
        low_s=predicted * low,
        high_s=predicted * high,
        constant_s=constant,
        six_nd_s=six,
    )


def _regrets(scored: Scored) -> Block:
    """Return the regret of the rows that count, and of the flagged ones by flag."""
    flags = sorted({case.flag for case in scored.cases if case.flag})
    flagged = {flag: scored.where(lambda case, flag=flag: case.flag == flag) for flag in flags}  # type: ignore[misc]
    ours = scored.where(counted)
    return {
        **regret(ours.cases, ours.predicted_s),
        "flagged": {flag: regret(some.cases, some.predicted_s) for flag, some in flagged.items()},
    }


def _left_out(
    everything: Scored, name: str, predictor: Predictor, spread: Spread, asked: Asked
) -> tuple[Block, Values]:
    """Return the scores of refits without each group, and the time of every row by the refit without its own."""
    cases = everything.cases
    group_of = LEAVE_OUT[name]
    groups = [group_of(case) for case in cases]
    names = [
        group
        for group, case, time in zip(groups, cases, everything.predicted_s, strict=True)
        if counted(case) and np.isfinite(time)
    ]
    refit = left_out(cases, groups, names, predictor, asked.progress, asked.processes)
    ours = _scored(cases, refit.predicted_s, predictor, groups).where(counted)
    block: Block = {
        **compared(ours),
        **parts(ours),
        "by": {key: by_group(ours, name_of) for key, name_of in GROUPS.items()},
        "groups": [{"group": key, **one} for key, one in by_group(ours, group_of).items()],
        "residual_quantiles": _quantiles(ours),
        "regret": regret(ours.cases, ours.predicted_s),
        "scaling": scaling(ours.cases, ours.predicted_s),
    }
    if name == "framework":
        block["calibrated"] = _calibrated(ours, refit, predictor, spread)
    return block, refit.predicted_s


def _calibrated(ours: Scored, refit: LeftOut, predictor: Predictor, spread: Spread) -> Block:
    return drawn_calibrations(ours.cases, ours.predicted_s, refit.constants, predictor, spread)


def _quantiles(ours: Scored) -> Block:
    """Return the 10 and 90 % quantiles of measured over predicted, dense and mixture of experts apart."""
    ratio = measured_s(ours.cases) / ours.predicted_s
    found: Block = {}
    for name, moe in (("dense", False), ("moe", True)):
        some = ratio[mask(ours.cases, lambda case, moe=moe: case.is_moe == moe) & np.isfinite(ratio)]  # type: ignore[misc]
        found[name] = [float(one) for one in np.quantile(some, _INTERVAL_QUANTILES)] if some.size else None
    return found


def _before_and_after(before: Scored, after: Scored, touched: Mask, points: int) -> Block:
    """Return the scores before and after on the rows that the user's calibration touches, each kind of row apart."""
    chosen = {id(case) for case, one in zip(before.cases, touched, strict=True) if one}
    found: Block = {"points": points}
    for name, of in (("step", counted), ("inferred", inferred), ("runs", whole_run)):
        old, new = (some.where(lambda case, of=of: id(case) in chosen and of(case)) for some in (before, after))  # type: ignore[misc]
        said: Block = {"before": compared(old), "after": compared(new)}
        if name == "step":
            found |= said
        elif old.cases:
            found[name] = said
    return found


def _rows(scored: Scored, refitted: dict[str, Values], corrected: Scored | None) -> list[Block]:
    """Return one entry a row, in the order of the file."""
    measured = measured_s(scored.cases)
    return [
        {
            "locator": case.locator,
            "predicted": _number(scored.predicted_s[i]),
            "measured": _number(measured[i]),
            "ape": _number(abs(scored.predicted_s[i] / measured[i] - 1.0)),
            "low": _number(scored.low_s[i]),
            "high": _number(scored.high_s[i]),
            "reason": _reason(case, float(scored.predicted_s[i])),
            "source": case.source,
            "framework": case.framework,
            "model": case.model,
            "accelerator": case.accelerator,
            "accelerators": _number(case.accelerators),
            "kind": case.kind,
            "plan": case.plan,
            "flag": case.flag,
            **{f"predicted_without_{name}": _number(times[i]) for name, times in refitted.items()},
            **({"calibrated": _number(corrected.predicted_s[i])} if corrected is not None else {}),
        }
        for i, case in enumerate(scored.cases)
    ]


def _reason(case: Case, predicted: float) -> str:
    """Say why a row has no error; empty where it has one."""
    if case.reason or (np.isfinite(predicted) and case.measured_s is not None):
        return case.reason
    return "no measured time" if case.measured_s is None else "the model gives no time for this split"


def _number(value: float | np.floating) -> float | None:
    return float(value) if np.isfinite(value) else None
