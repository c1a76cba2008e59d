"""Two baselines that any model of training time must beat: one efficiency an accelerator, and 6ND at one MFU."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from denshi.catalog import Accelerator, find
from denshi.errors import DenshiError
from denshi.validation.training.cases import Case
from denshi.validation.training.score import Mask, Values, measured_s
from denshi.workload.precision import peak_flop_per_s

# A class of rows that has none to learn from takes the rate of the next wider class.
_CLASSES: tuple[Callable[[Case], Hashable], ...] = (
    lambda case: (case.accelerator, case.precision, case.is_moe),
    lambda case: (case.accelerator, case.precision),
    lambda case: case.accelerator,
)


def constant_efficiency(cases: Sequence[Case], learn: Mask) -> Values:
    """Return the time of each case at the median rate reached by its accelerator, number format and kind of model [s].

    .. math:: t = F / (n \\, \\mathrm{median}(F_i / (n_i t_i)))

    Parameters
    ----------
    cases : rows with model FLOP of a step (or run) and accelerators.
    learn : the rows whose measured times give the medians. A row that is scored may be among them: then the baseline is
        judged in sample, which favours it.

    Returns
    -------
    array of s; nan where the accelerator has no row to learn from.
    """
    rates = _per_accelerator(cases, np.array([case.flop for case in cases], dtype=np.float64))
    medians = [_medians(cases, rates, learn, one) for one in _CLASSES]
    found = np.array([_first(case, medians) for case in cases], dtype=np.float64)
    return _time(cases, np.array([case.flop for case in cases], dtype=np.float64), found)


def six_nd(cases: Sequence[Case], learn: Mask) -> Values:
    """Return the time of each case by the rule of thumb of six FLOP a parameter and token, at one MFU for all [s].

    .. math:: t = 6 N D / (n \\, P \\, u), \\quad u = \\mathrm{median}(6 N_i D_i / (n_i P_i t_i))

    with *N* active parameters, *D* tokens and *P* the dense peak of the accelerator in the row's number format.

    Parameters
    ----------
    cases : rows.
    learn : the rows whose measured times give the one MFU.

    Returns
    -------
    array of s; nan where the catalogue has no such peak.
    """
    flop = np.array([6.0 * case.active_params * case.tokens for case in cases], dtype=np.float64)
    peaks = np.array([_peak(case) for case in cases], dtype=np.float64)
    utilisation = _per_accelerator(cases, flop) / peaks
    known = utilisation[learn & np.isfinite(utilisation)]
    if not known.size:
        return np.full(len(cases), np.nan)
    return _time(cases, flop, peaks * float(np.median(known)))


def without_own_group(
    baseline: Callable[[Sequence[Case], Mask], Values], cases: Sequence[Case], learn: Mask, groups: Sequence[str]
) -> Values:
    """Return a baseline in which no row learns from its own group.

    Parameters
    ----------
    baseline : one of this module.
    learn : the rows that may be learnt from.
    groups : the group of each row.
    """
    names = np.array(groups, dtype=object)
    times = np.full(len(cases), np.nan)
    for name in sorted(set(groups)):
        own = names == name
        times[own] = baseline(cases, learn & ~own)[own]
    return times


def _per_accelerator(cases: Sequence[Case], flop: Values) -> Values:
    """Return the FLOP/s that each accelerator reached."""
    return np.asarray(flop / (_accelerators(cases) * measured_s(cases)), dtype=np.float64)


def _time(cases: Sequence[Case], flop: Values, flop_per_s: Values) -> Values:
    at = _accelerators(cases) * flop_per_s
    return np.asarray(np.divide(flop, at, out=np.full(len(cases), np.nan), where=at > 0), dtype=np.float64)


def _accelerators(cases: Sequence[Case]) -> Values:
    return np.array([case.accelerators for case in cases], dtype=np.float64)


def _medians(
    cases: Sequence[Case], rates: Values, learn: Mask, name_of: Callable[[Case], Hashable]
) -> Callable[[Case], float]:
    """Return a function that gives the median rate of a case's class, nan where it has none."""
    seen: dict[Hashable, list[float]] = defaultdict(list)
    for case, rate, used in zip(cases, rates, learn, strict=True):
        if used and np.isfinite(rate):
            seen[name_of(case)].append(rate)
    medians = {name: float(np.median(values)) for name, values in seen.items()}
    return lambda case: medians.get(name_of(case), float("nan"))


def _first(case: Case, medians: Sequence[Callable[[Case], float]]) -> float:
    return next((rate for rate in (one(case) for one in medians) if np.isfinite(rate)), float("nan"))


def _peak(case: Case) -> float:
    try:
        return peak_flop_per_s(find(Accelerator, case.accelerator), case.precision)
    except DenshiError:
        return float("nan")
