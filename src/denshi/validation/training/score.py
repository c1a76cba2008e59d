"""How far predicted step times lie from measured ones: one block of figures for any group of rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denshi.validation.training.cases import Case

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]
Block = dict[str, Any]

MULTI = 8
"""More accelerators than this are called multi-node."""

_SCALES = ((8, "1-8"), (64, "9-64"), (512, "65-512"), (4096, "513-4096"), (float("inf"), "above 4096"))
_ORDER = {name: place for place, (_, name) in enumerate(_SCALES, 1)}  # classes of scale by size, all else by name

PARTS: Mapping[str, Callable[[Case], bool]] = {
    "multi": lambda case: case.accelerators > MULTI,
    "multi_dense": lambda case: case.accelerators > MULTI and not case.is_moe,
    "multi_moe": lambda case: case.accelerators > MULTI and case.is_moe,
}
"""Parts of the rows that are scored again on their own."""

GROUPS: Mapping[str, Callable[[Case], str]] = {
    "source": lambda case: case.source,
    "accelerator": lambda case: case.accelerator,
    "framework": lambda case: case.family,
    "moe": lambda case: "moe" if case.is_moe else "dense",
    "scale": lambda case: scale(case.accelerators),
}
"""What rows are grouped by, and the name of the group of a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Measured cases beside what is predicted for each; arrays have one value a case, nan where there is none.

    ``low_s`` and ``high_s`` are the ends of the 80 % interval, ``constant_s`` and ``six_nd_s`` the two baselines.
    All in s.
    """

    cases: tuple[Case, ...]
    predicted_s: Values
    low_s: Values
    high_s: Values
    constant_s: Values
    six_nd_s: Values

    def where(self, chosen: Callable[[Case], bool]) -> "Scored":
        """Return the rows for which a condition holds."""
        keep = mask(self.cases, chosen)
        return Scored(
            cases=tuple(case for case, kept in zip(self.cases, keep, strict=True) if kept),
            predicted_s=self.predicted_s[keep],
            low_s=self.low_s[keep],
            high_s=self.high_s[keep],
            constant_s=self.constant_s[keep],
            six_nd_s=self.six_nd_s[keep],
        )


def counted(case: Case) -> bool:
    """Say whether a row counts in the headline: no flag, one step, the split over accelerators stated."""
    return not case.flag and case.kind == "step" and case.plan == "stated"


def inferred(case: Case) -> bool:
    """Say whether a row is a step whose split over accelerators is inferred, without a flag."""
    return not case.flag and case.kind == "step" and case.plan == "inferred"


def whole_run(case: Case) -> bool:
    """Say whether a row measures a whole run, without a flag."""
    return not case.flag and case.kind == "run"


def mask(cases: Sequence[Case], chosen: Callable[[Case], bool]) -> Mask:
    """Return for each case whether a condition holds."""
    return np.fromiter((chosen(case) for case in cases), dtype=np.bool_, count=len(cases))


def measured_s(cases: Sequence[Case]) -> Values:
    """Return the measured times [s], nan where there is none."""
    return np.array([np.nan if case.measured_s is None else case.measured_s for case in cases], dtype=np.float64)


def scale(accelerators: float) -> str:
    """Name the class of scale of a run.

    >>> [scale(n) for n in (8, 16, 4096, 16384, float("nan"))]
    ['1-8', '9-64', '513-4096', 'above 4096', 'not stated']
    """
    return next((name for most, name in _SCALES if accelerators <= most), "not stated")


def errors(cases: Sequence[Case], predicted: Values) -> Values:
    """Return the absolute percentage error of each case, as a fraction; nan where it is not answered.

    .. math:: e = |t_\\mathrm{predicted} / t_\\mathrm{measured} - 1|
    """
    return np.abs(predicted / measured_s(cases) - 1.0)


def score(cases: Sequence[Case], predicted: Values, low: Values | None = None, high: Values | None = None) -> Block:
    """Return how far predictions lie from measurements.

    .. math:: e = |t_\\mathrm{predicted} / t_\\mathrm{measured} - 1|, \\quad
       b = \\mathrm{median}(t_\\mathrm{predicted} / t_\\mathrm{measured} - 1)

    Parameters
    ----------
    cases : rows with their measured time [s].
    predicted : predicted time of each [s]; nan where there is no answer.
    low, high : ends of the 80 % interval of each [s]; left out, no coverage is given.

    Returns
    -------
    dict : ``n`` rows, ``answered`` of them, then fractions: ``mape``, ``median_ape``, ``p90_ape``, ``max_ape``,
        ``bias`` and ``interval80_coverage``, the share of answered rows within their interval. None where no row is
        answered.
    """
    measured = measured_s(cases)
    has = np.isfinite(predicted) & np.isfinite(measured)
    block: Block = dict.fromkeys(("mape", "median_ape", "p90_ape", "max_ape", "bias", "interval80_coverage"))
    block = {"n": len(cases), "answered": int(has.sum()), **block}
    if not has.any():
        return block
    signed = predicted[has] / measured[has] - 1.0
    ape = np.abs(signed)
    block |= {
        "mape": float(ape.mean()),
        "median_ape": float(np.median(ape)),
        "p90_ape": float(np.quantile(ape, 0.9)),
        "max_ape": float(ape.max()),
        "bias": float(np.median(signed)),
    }
    if low is not None and high is not None:
        block["interval80_coverage"] = float(np.mean((low[has] <= measured[has]) & (measured[has] <= high[has])))
    return block


def compared(scored: Scored) -> Block:
    """Return the score of some rows beside the scores of both baselines on the same rows."""
    return {
        **score(scored.cases, scored.predicted_s, scored.low_s, scored.high_s),
        "baseline_constant": score(scored.cases, scored.constant_s),
        "baseline_6nd": score(scored.cases, scored.six_nd_s),
    }


def by_group(scored: Scored, name_of: Callable[[Case], str]) -> dict[str, Block]:
    """Return the compared scores of every group of rows, by the group's name."""
    names = sorted({name_of(case) for case in scored.cases}, key=lambda name: (_ORDER.get(name, 0), name))
    return {name: compared(scored.where(lambda case, name=name: name_of(case) == name)) for name in names}  # type: ignore[misc]


def parts(scored: Scored) -> dict[str, Block]:
    """Return the compared scores of the rows on more than eight accelerators: all, dense, mixture of experts."""
    return {name: compared(scored.where(belongs)) for name, belongs in PARTS.items()}
