"""Does a published claim hold? Recompute it, compare, and say why."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

from denshi.errors import InfeasibleError, OutOfRangeError
from denshi.figure import Grade, worst
from denshi.validation.claim import Claim
from denshi.validation.expression import evaluate
from denshi.validation.sources import DesignFigure, Known, Unknown, known

Verdict = Literal["holds", "fails", "cannot say"]
_MOST_CORNERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The outcome of one claim.

    ``denshi`` is None where it could not be computed; ``low`` and ``high`` bound it over the ranges of its inputs.
    ``error`` is relative to the published value, or to the nearer end of a published range: 0 inside it.
    ``grade`` is the weakest of the inputs used.
    """

    claim: Claim
    denshi: float | None
    low: float | None
    high: float | None
    error: float | None
    grade: Grade
    verdict: Verdict
    reason: str


def check(claim: Claim, design_figure: DesignFigure | None = None) -> Check:
    """Recompute one claim and compare.

    It holds where the recomputed value lies within the tolerance of what was published. Where it does not, but some
    combination of inputs within their own ranges does, denshi cannot say. Otherwise the claim fails.

    Parameters
    ----------
    claim : what was published and how it is recomputed.
    design_figure : designs a scenario and returns one of its figures; without it, claims on designs stay open.

    Returns
    -------
    Check : value, range, error, verdict, reason.

    Raises
    ------
    CatalogError : the claim names a fact or a figure that does not exist.

    >>> from denshi.validation import packaged_claims
    >>> found = check(packaged_claims()["china-adds-eight-times-as-much-power"])
    >>> found.verdict, round(found.denshi, 2)
    ('holds', 8.41)
    """
    try:
        inputs = {quantity.name: known(quantity, design_figure) for quantity in claim.inputs}
        value = evaluate(claim.expression, {name: one.value for name, one in inputs.items()})
        low, high = _range(claim.expression, inputs, value)
    except (Unknown, InfeasibleError, OutOfRangeError) as cause:
        return Check(
            claim=claim,
            denshi=None,
            low=None,
            high=None,
            error=None,
            grade=claim.evidence.grade,
            verdict="cannot say",
            reason=f"{cause}. {claim.reason}".strip(". ") if claim.reason else str(cause),
        )
    error = _error(value, claim.low, claim.high)
    verdict, why = _verdict(claim, error, low, high)
    return Check(
        claim=claim,
        denshi=value,
        low=low,
        high=high,
        error=error,
        grade=worst([one.grade for one in inputs.values()]),
        verdict=verdict,
        reason=f"{why}. {claim.reason}".strip(". ") + "." if claim.reason else why,
    )


def scoreboard(
    claims: Mapping[str, Claim] | Iterable[Claim],
    design_figure: DesignFigure | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Check, ...]:
    """Check every claim, in order; ``progress`` is called with the id of each as it begins."""
    found = []
    for claim in claims.values() if isinstance(claims, Mapping) else claims:
        progress(claim.id)
        found.append(check(claim, design_figure))
    return tuple(found)


def _verdict(claim: Claim, error: float, low: float, high: float) -> tuple[Verdict, str]:
    allowed = claim.tolerance
    if abs(error) <= allowed:
        return "holds", f"denshi differs by {error:+.1%}, {allowed:.1%} is allowed"
    slack = (abs(claim.low) * allowed, abs(claim.high) * allowed)
    if high >= claim.low - slack[0] and low <= claim.high + slack[1]:
        return "cannot say", f"denshi differs by {error:+.1%}, but its inputs are uncertain enough to reach the claim"
    return "fails", f"denshi differs by {error:+.1%}, {allowed:.1%} is allowed" + _factor(error)


def _factor(error: float) -> str:
    ratio = 1 + error
    if ratio >= 2:
        return f": a factor of {ratio:.1f}"
    return f": a factor of 1/{1 / ratio:.1f}" if 0 < ratio <= 0.5 else ""


def _error(value: float, low: float, high: float) -> float:
    """Return the relative distance from the published range, signed; the plain difference where zero was published."""
    nearer = min(max(value, low), high)
    return (value - nearer) / abs(nearer) if nearer else value - nearer


def _range(expression: str, inputs: Mapping[str, Known], value: float) -> tuple[float, float]:
    """Bound the value over every corner of the inputs' ranges, or one input at a time where there are many."""
    wide = [name for name, one in inputs.items() if one.low != one.high]
    middle = {name: one.value for name, one in inputs.items()}
    ends = {name: (inputs[name].low, inputs[name].high) for name in wide}
    if len(wide) <= _MOST_CORNERS:
        corners = [dict(zip(wide, corner, strict=True)) for corner in product(*ends.values())]
    else:
        corners = [{name: end} for name in wide for end in ends[name]]
    found = [value, *(evaluate(expression, {**middle, **corner}) for corner in corners)]
    return min(found), max(found)
