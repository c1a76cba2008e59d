"""Fit the constants of the training model to measured steps.

Least squares on the logarithm of predicted over measured time, robust against single rows. Rows of one model on one
stack and generation share an error that more of them do not average away, so residuals are weighed by the inverse of
that covariance. Every constant is drawn to its prior.
"""

from collections.abc import Sequence

import numpy as np

from denshi.catalog import Accelerator, find
from denshi.validation.training.cases import Case
from denshi.validation.training.constants import PRIORS, Constants
from denshi.validation.training.predict import Values, step_parts, tabulate

_ROW_SPREAD = 0.06
_GROUP_SPREAD = 0.04
_MOST_EVALUATIONS = 25


def fit(cases: Sequence[Case], start: Constants) -> Constants:
    """Return the constants that suit the unflagged steps with a stated plan best.

    .. math:: \\min_c \\sum_i \\rho\\left(\\frac{r_i - (1 - s_g) \\bar r_g}{\\sigma}\\right)
        + \\sum_k \\left(\\frac{\\ln c_k - \\ln c_k^0}{w_k}\\right)^2, \\quad
        s_g^2 = \\frac{\\sigma^2}{\\sigma^2 + n_g \\sigma_g^2}

    with ``r = ln(t / t_measured)``, groups g of n rows and the soft loss rho (soft L1).

    Parameters
    ----------
    cases : rows; flagged, unanswered and inferred ones are left aside.
    start : where the search begins; it does not draw the result.
    """
    from scipy.optimize import least_squares

    used = [case for case in cases if is_fitted(case)]
    table = tabulate(used)
    measured = np.array([case.measured_s for case in used], dtype=np.float64)
    names = list(PRIORS)
    prior = np.log([PRIORS[name].value for name in names])
    width = np.array([PRIORS[name].width for name in names])
    low = np.log([PRIORS[name].low for name in names])
    high = np.log([PRIORS[name].high for name in names])
    group, size, kept = _groups(used)

    def residual(x: Values) -> Values:
        constants = dict(zip(names, np.exp(x).tolist(), strict=True))
        ratio = np.log(step_parts(table, constants)["step_s"] / measured)
        shared = np.bincount(group, ratio) / size
        return np.concatenate([(ratio - (shared * (1 - kept))[group]) / _ROW_SPREAD, (x - prior) / width])

    first = np.clip(np.log([start[name] for name in names]), low + 1e-6, high - 1e-6)
    found = least_squares(
        residual, first, bounds=(low, high), loss="soft_l1", max_nfev=_MOST_EVALUATIONS, diff_step=1e-3
    )
    return dict(zip(names, np.exp(found.x).tolist(), strict=True))


def is_fitted(case: Case) -> bool:
    """Say whether a row may teach the constants: a measured step, its plan stated or in a known script, no flag."""
    known = case.plan == "stated" or case.family == "maxtext"
    return case.kind == "step" and known and not case.flag and not case.reason


def _groups(cases: Sequence[Case]) -> tuple[Values, Values, Values]:
    keys = [(case.family, case.model, find(Accelerator, case.accelerator).kernels or "") for case in cases]
    names = sorted(set(keys))
    group = np.array([names.index(key) for key in keys])
    size = np.bincount(group).astype(np.float64)
    return group, size, np.sqrt(_ROW_SPREAD**2 / (_ROW_SPREAD**2 + size * _GROUP_SPREAD**2))
