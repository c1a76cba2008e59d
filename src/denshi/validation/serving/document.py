"""The whole result of validating the model of serving, as data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from denshi.validation.serving import silicon
from denshi.validation.serving.baseline import roofline
from denshi.validation.serving.calibrate import CALIBRATED, assumed_spread, calibration_block, own_calibration
from denshi.validation.serving.cases import Case
from denshi.validation.serving.interval import nested
from denshi.validation.serving.leave_out import Progress, left_out
from denshi.validation.serving.predict import METRICS
from denshi.validation.serving.predictor import Predictor
from denshi.validation.serving.score import (
    GROUPS,
    PARTS,
    SOME,
    Block,
    Mask,
    Metrics,
    Scored,
    by_group,
    counted,
    headline,
    log_ratio,
    measured,
    roofline_scores,
    scores,
)
from denshi.validation.serving.silicon import Silicon

LEAVE_OUT: dict[str, Callable[[Case], str]] = {
    "model": lambda case: case.model,
    "accelerator": lambda case: case.accelerator,
    "submitter": lambda case: case.submitter,
}
"""What can be left out of the fit, and the group of a row; a row without a group is in none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the result is to hold beside the scores of the shipped constants."""

    leave_out: tuple[str, ...] = ()
    rows: bool = False
    own: tuple[Case, ...] = ()
    silicon: Silicon | None = None
    progress: Progress = lambda _: None
    processes: int | None = None


def document(cases: Sequence[Case], predictor: Predictor, asked: Asked) -> Block:
    """Return every score of a set of measured cases; fractions, times in s.

    Parameters
    ----------
    cases : rows as read from a file of cases.
    predictor : the model.
    asked : what to add: groups left out of the fit, rows, the user's calibration, another estimator's answers.

    Returns
    -------
    dict : of the rows without a flag ``n`` and ``answered``; a block for each of ``score.PARTS`` and ``score.SOME``;
        the parts again under ``by``, ``flagged`` and ``baseline_roofline``; ``interval80_coverage`` of time per output
        token; ``aiconfigurator``, None where it is not installed; and what was asked for.
    """
    limited = predictor.limited(cases)
    everything = Scored(
        cases=tuple(cases),
        predicted=predictor.predict(cases, predictor.constants),
        factor=predictor.interval(cases, limited),
        roofline=roofline(cases),
    )
    ours = everything.where(counted)
    found: Block = {
        "schema_version": 1,
        **_scores(ours),
        "flagged": by_group(everything.where(lambda case: bool(case.flag)), lambda case: case.flag),
        "aiconfigurator": None if asked.silicon is None else silicon.block(everything, asked.silicon),
    }
    refitted: dict[str, Metrics] = {}
    for name in asked.leave_out:
        block, refitted[name] = _left_out(everything, name, limited, predictor, asked)
        found.setdefault("leave_out", {})[name] = block
    corrected: Scored | None = None
    if asked.own:
        spreads = {metric: assumed_spread(metric) for metric in CALIBRATED}
        corrected, touched = own_calibration(
            everything, asked.own, lambda own: predictor.predict(own, predictor.constants), spreads
        )
        found["calibrated"] = _before_and_after(everything, corrected, touched, len(asked.own))
    if asked.rows:
        found["rows"] = _rows(everything, refitted, corrected, asked.silicon)
    return found


def _scores(ours: Scored) -> Block:
    """Return the figures that stand at the top, and again of each refit."""
    found = headline(ours)
    found["tokens_per_joule"] |= _every_row(ours, "tokens_per_joule")
    return {
        **found,
        **scores(ours, SOME),
        "interval80_coverage": found["tpot"]["interval80_coverage"],
        "baseline_roofline": roofline_scores(ours),
        "by": {name: by_group(ours, name_of) for name, name_of in GROUPS.items()},
    }


def _every_row(ours: Scored, metric: str) -> Block:
    """Return each row of a metric and between which errors they lie: so few that a median alone says little."""
    known = measured(ours.cases, metric)
    error = ours.predicted[metric] / known - 1.0
    some = error[np.isfinite(error)]
    return {
        "spread": {"lowest": float(some.min()), "highest": float(some.max())} if some.size else None,
        "rows": [
            {
                "locator": case.locator,
                "model": case.model,
                "accelerator": case.accelerator,
                "mode": case.mode,
                "predicted": _number(ours.predicted[metric][i]),
                "measured": _number(known[i]),
                "error": _number(error[i]),
            }
            for i, case in enumerate(ours.cases)
            if np.isfinite(known[i])
        ],
    }


def _left_out(
    everything: Scored, name: str, limited: Mask, predictor: Predictor, asked: Asked
) -> tuple[Block, Metrics]:
    """Return the scores of refits without each group, and the predictions of every row by the refit without its own.

    The interval of a left-out model comes from the errors of the other models; that of a left-out accelerator is the
    one that the catalogue gives to an accelerator it has not seen.
    """
    cases = everything.cases
    group_of = LEAVE_OUT[name]
    answered = np.any([np.isfinite(log_ratio(cases, everything.predicted[one], one)) for one in METRICS], axis=0)
    names = [group_of(case) for case, one in zip(cases, answered, strict=True) if one and counted(case)]
    refit = left_out(
        cases,
        [group_of(case) for case in cases],
        [one for one in names if one],
        predictor,
        asked.progress,
        asked.processes,
    )
    if name == "model":
        factor = nested(cases, refit.predicted, limited)
    else:
        factor = predictor.interval(cases, limited, seen=name != "accelerator")
    again = Scored(cases=cases, predicted=refit.predicted, factor=factor, roofline=everything.roofline)
    ours = again.where(lambda case: counted(case) and bool(group_of(case)))
    block = _scores(ours)
    if name == "submitter":
        block["by"] |= {"submitter": by_group(ours, group_of)}
    else:
        block["calibrated"] = calibration_block(ours.cases, ours.predicted)
    return block, refit.predicted


def _before_and_after(before: Scored, after: Scored, touched: Mask, points: int) -> Block:
    """Return the scores before and after on the rows that the user's calibration touches and that count."""
    chosen = {id(case) for case, one in zip(before.cases, touched, strict=True) if one and counted(case)}
    return {
        "points": points,
        **{
            when: scores(some.where(lambda case: id(case) in chosen), {name: PARTS[name] for name in _CORRECTED})
            for when, some in (("before", before), ("after", after))
        },
    }


_CORRECTED = tuple(name for name, part in PARTS.items() if part.metric in CALIBRATED)


def _rows(scored: Scored, refitted: dict[str, Metrics], corrected: Scored | None, other: Silicon | None) -> list[Block]:
    """Return one entry a row, in the order of the file."""
    known = {metric: measured(scored.cases, metric) for metric in METRICS}
    return [
        {
            "locator": case.locator,
            "reason": _reason(case, i, scored),
            "source": case.source,
            "model": case.model,
            "accelerator": case.accelerator,
            "engine": f"{case.engine} {case.release}".strip(),
            "precision": case.precision,
            "mode": case.mode,
            "concurrency": case.concurrency or None,
            "submitter": case.submitter,
            "flag": case.flag,
            **{
                metric: {
                    "measured": _number(known[metric][i]),
                    "predicted": _number(scored.predicted[metric][i]),
                    "ape": _number(abs(scored.predicted[metric][i] / known[metric][i] - 1.0)),
                    "low": _number(scored.predicted[metric][i] / scored.factor[metric][i]),
                    "high": _number(scored.predicted[metric][i] * scored.factor[metric][i]),
                    "roofline": _number(scored.roofline[metric][i]),
                    **{f"without_{name}": _number(values[metric][i]) for name, values in refitted.items()},
                    **({"calibrated": _number(corrected.predicted[metric][i])} if corrected is not None else {}),
                    **({"aiconfigurator": _number(other.predicted[metric][i])} if other is not None else {}),
                }
                for metric in METRICS
                if np.isfinite(known[metric][i])
            },
        }
        for i, case in enumerate(scored.cases)
    ]


def _reason(case: Case, row: int, scored: Scored) -> str:
    """Say why a row has no error; empty where it has one."""
    if case.reason:
        return case.reason
    if not case.measured:
        return "nothing measured"
    answered = any(np.isfinite(scored.predicted[metric][row]) for metric in case.measured)
    return "" if answered else "the model gives no answer for this split"


def _number(value: float | np.floating) -> float | None:
    return float(value) if np.isfinite(value) else None
