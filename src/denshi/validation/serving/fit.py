"""Fit the constants of the serving model to measured times per output token.

Least squares on the logarithm of predicted over measured, robust against single rows. Rows of one stack (model,
accelerator, engine, release, format) share an error that more of them do not average away, so residuals are weighed by
the inverse of that covariance. Every constant is drawn to its prior.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from denshi.validation.serving import mlperf
from denshi.validation.serving.cases import MLPERF_MODES, Case
from denshi.validation.serving.constants import FIRST_PRIORS, PRIORS, Constants
from denshi.validation.serving.predict import Values, decode_tpot_s, first_s, parts, tabulate

_ROW_SPREAD = 0.10
_STACK_SPREAD = 0.07
_OUTLIER = 1.5
_FIRST_SPREAD = 0.25
_MOST_EVALUATIONS = 30


def fit(cases: Sequence[Case], start: Constants) -> Constants:
    """Return the constants that suit the unflagged rows best.

    .. math:: \\min_c \\sum_i \\rho\\left(\\frac{r_i - (1 - s_g) \\bar r_g}{\\sigma}\\right)
        + \\sum_k \\left(\\frac{\\ln c_k - \\ln c_k^0}{w_k}\\right)^2, \\quad
        s_g^2 = \\frac{\\sigma^2}{\\sigma^2 + n_g \\sigma_g^2}

    with ``r = ln(t / t_measured)``, stacks g of n rows and the soft loss rho (soft L1).

    Parameters
    ----------
    cases : rows; flagged and unanswered ones and those of MLPerf are left aside.
    start : where the search begins; it does not draw the result.
    """
    from scipy.optimize import least_squares

    used = [case for case in cases if is_fitted(case)]
    table = tabulate(used)
    measured = np.log([case.measured["tpot_s"] for case in used])
    names = list(PRIORS)
    prior = np.log([PRIORS[name].value for name in names])
    width = np.array([PRIORS[name].width for name in names])
    unknown = {name: one.value for name, one in FIRST_PRIORS.items()}
    stack, size, kept = stacks(used, _ROW_SPREAD, _STACK_SPREAD)

    def residual(x: Values) -> Values:
        constants = {**unknown, **dict(zip(names, np.exp(x).tolist(), strict=True))}
        ratio = np.log(decode_tpot_s(table, constants)) - measured
        shared = np.bincount(stack, ratio) / size
        return np.concatenate([(ratio - (shared * (1 - kept))[stack]) / _ROW_SPREAD, (x - prior) / width])

    first = np.log([start[name] for name in names])
    found = least_squares(residual, first, loss="soft_l1", f_scale=_OUTLIER, max_nfev=_MOST_EVALUATIONS)
    constants = dict(zip(names, np.exp(found.x).tolist(), strict=True))
    first_token = _fit_first(used, constants, start)
    known = {**constants, **first_token}
    return {**known, **mlperf.fit(cases, known, start)}


def _fit_first(used: Sequence[Case], known: Constants, start: Constants) -> dict[str, float]:
    """Return the constants of the first token, the others held.

    Measured times to first token have tails that no constant explains (compilation in the first wave, clients that
    saturate), so the loss is that of Cauchy on the data; priors keep theirs.
    """
    from scipy.optimize import least_squares

    timed = [case for case in used if "ttft_s" in case.measured and case.prompt is None]
    if not timed:
        return {name: prior.value for name, prior in FIRST_PRIORS.items()}
    table = tabulate(timed)
    measured = np.log([case.measured["ttft_s"] for case in timed])
    names = list(FIRST_PRIORS)
    prior = np.log([FIRST_PRIORS[name].value for name in names])
    width = np.array([FIRST_PRIORS[name].width for name in names])
    figures = parts(table, {**known, **{name: FIRST_PRIORS[name].value for name in names}})

    def residual(x: Values) -> Values:
        constants = {**known, **dict(zip(names, np.exp(x).tolist(), strict=True))}
        z = (np.log(first_s(table, constants, figures)) - measured) / _FIRST_SPREAD
        return np.concatenate([np.sign(z) * np.sqrt(np.log1p(z**2)), (x - prior) / width])

    first = np.log([start.get(name, FIRST_PRIORS[name].value) for name in names])
    found = least_squares(residual, first, max_nfev=2 * _MOST_EVALUATIONS)
    return dict(zip(names, np.exp(found.x).tolist(), strict=True))


def is_fitted(case: Case) -> bool:
    """Say whether a row teaches constants: unflagged, answered, with a measured time per output token."""
    return case.mode not in MLPERF_MODES and not case.flag and not case.reason and "tpot_s" in case.measured


def stacks(cases: Sequence[Case], row: float, shared: float) -> tuple[NDArray[np.intp], Values, Values]:
    """Return the stack of every row, and of every stack its size and the share of its mean error that stays."""
    order: dict[tuple[str, ...], int] = {}
    number = np.array([order.setdefault(case.stack, len(order)) for case in cases], dtype=np.intp)
    size = np.bincount(number).astype(np.float64)
    return number, size, np.sqrt(row**2 / (row**2 + size * shared**2))
