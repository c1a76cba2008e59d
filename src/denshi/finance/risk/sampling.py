"""Inputs as they may turn out: marginals of three percentiles, a Gaussian copula, quasi-random points."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.errors import OutOfRangeError

Matrix = NDArray[np.float64]

_Z90 = 1.2815515655446004
# Below this skewness of the percentiles the shifted lognormal is a normal one to within rounding.
_STRAIGHT = 1e-6
_LEAST_EIGENVALUE = 1e-8


@dataclass(frozen=True, slots=True)
class Marginal:
    """One input by its P10, P50 and P90: a shifted lognormal, the smooth distribution that has just these three.

    .. math:: x = m + s \\frac{e^{k z} - 1}{k}, \\quad e^{k z_{90}} = \\frac{P90 - P50}{P50 - P10}

    with z standard normal; k = 0 is the normal distribution. ``least`` cuts it off below.

    >>> Marginal("x", 1.0, 2.0, 4.0).at(np.array([-1.2815515655446004, 0.0, 1.2815515655446004])).round(9).tolist()
    [1.0, 2.0, 4.0]
    """

    name: str
    p10: float
    p50: float
    p90: float
    least: float = -np.inf

    def __post_init__(self) -> None:
        """Refuse percentiles that are not in order.

        Raises
        ------
        OutOfRangeError : they are not.
        """
        if not self.p10 < self.p50 < self.p90:
            said = f"{self.p10:g}, {self.p50:g} and {self.p90:g} do not rise"
            raise OutOfRangeError(said, where=f"finance.risk.{self.name}", why="P10 < P50 < P90 is needed")

    def at(self, z: Matrix) -> Matrix:
        """Return the values at standard normal scores."""
        k = float(np.log((self.p90 - self.p50) / (self.p50 - self.p10))) / _Z90
        if abs(k) < _STRAIGHT:
            spread = (self.p90 - self.p10) / (2.0 * _Z90) * z
        else:
            spread = (self.p90 - self.p50) * np.expm1(k * z) / np.expm1(k * _Z90)
        found: Matrix = np.maximum(self.p50 + spread, self.least)
        return found


def nearest_correlation(wanted: Matrix) -> tuple[Matrix, float]:
    """Return a correlation matrix near the wanted one, and the largest change of an entry (0 where it was one).

    Eigenvalues below zero are lifted and the diagonal is scaled back to one, until both hold (higham2002).

    Raises
    ------
    OutOfRangeError : it is not symmetric with ones on the diagonal and entries from -1 to 1.
    """
    if not (np.allclose(wanted, wanted.T) and np.allclose(np.diag(wanted), 1.0) and np.abs(wanted).max() <= 1.0):
        raise OutOfRangeError("is no table of correlations", where="finance.risk.correlation")
    found, correction = wanted.copy(), np.zeros_like(wanted)
    for _ in range(500):
        if np.linalg.eigvalsh(found)[0] >= _LEAST_EIGENVALUE:
            break
        shifted = found - correction
        values, vectors = np.linalg.eigh(shifted)
        lifted = (vectors * np.maximum(values, 2.0 * _LEAST_EIGENVALUE)) @ vectors.T
        correction = lifted - shifted
        found = lifted.copy()
        np.fill_diagonal(found, 1.0)
    values, vectors = np.linalg.eigh(found)
    found = (vectors * np.maximum(values, _LEAST_EIGENVALUE)) @ vectors.T
    scale = 1.0 / np.sqrt(np.diag(found))
    found = found * scale[:, None] * scale
    return found, float(np.abs(found - wanted).max())


def points(count: int, inputs: int, seed: int) -> Matrix:
    """Return scrambled Sobol points as standard normal scores, [path, input]; another seed is another scrambling."""
    from scipy.special import ndtri
    from scipy.stats import qmc

    engine = qmc.Sobol(inputs, scramble=True, seed=seed)
    unit = engine.random_base2(int(np.ceil(np.log2(max(count, 2)))))[:count]
    scores: Matrix = ndtri(np.clip(unit, 1e-12, 1.0 - 1e-12))
    return scores


def correlated(scores: Matrix, correlation: Matrix, marginals: Sequence[Marginal]) -> Matrix:
    """Return inputs of independent scores: joined by the correlation of their scores (Gaussian copula), then spread."""
    joined = scores @ np.linalg.cholesky(correlation).T
    return np.column_stack([one.at(joined[:, i]) for i, one in enumerate(marginals)])
