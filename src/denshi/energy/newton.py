"""One Newton system of the interior point method: banded in time, with a small border of shared columns and rows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from denshi.energy.pattern import Matrix, Pattern, Standard, Vector

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Added to the diagonal of the band, where columns fixed at zero leave nothing.
_REGULARISATION = 1e-8
_REFINEMENTS = 5
_REFINE_TO = 0.01
_REFINE_BELOW = 1e-7


@dataclass(frozen=True, slots=True)
class Factor:
    """A factorised Newton system for one set of column weights.

    ``root`` is the Cholesky factor of the band that is left of the chain once local rows are eliminated, ``edge_half``
    the border's part of the chain, solved with its transpose.
    """

    form: Standard
    pattern: Pattern
    theta: Vector
    root: Matrix
    local_diagonal: Vector
    link: "csr_matrix"
    edge_half: Matrix
    edge_local: Matrix
    schur: tuple[Matrix, npt.NDArray[np.int32]]


def factorise(form: Standard, pattern: Pattern, theta: Vector) -> Factor:
    """Factorise [[A Θ A', A_border], [A_border', -1/Θ_border]] for column weights ``theta`` [>0]."""
    from scipy.linalg import cholesky_banded, lu_factor
    from scipy.sparse import csr_matrix

    inner = theta[pattern.inner]
    diagonal = pattern.local_squared @ inner
    link = csr_matrix(
        (pattern.link_map @ inner, pattern.link_local, pattern.link_start),
        shape=(pattern.chain_inner.shape[0], len(diagonal)),
    )
    pairs = inner[pattern.pair_first] * inner[pattern.pair_second] / diagonal[pattern.pair_local]
    band = pattern.band_map @ np.concatenate([inner[pattern.free], pairs])
    band = band.reshape(-1, pattern.bandwidth + 1).T
    band[-1] = band[-1] * (1.0 + 1e-13) + _REGULARISATION
    root = cholesky_banded(band, overwrite_ab=True, check_finite=False)
    weighted = (pattern.coupling_inner * inner).T
    edge_chain = np.hstack([pattern.chain_inner @ weighted, pattern.chain_border])
    edge_local = np.hstack([pattern.local_inner @ weighted, pattern.local_border])
    across = edge_local / diagonal[:, None]
    edge_half = _half(root, edge_chain - link @ across)
    rows = len(pattern.coupling_inner)
    schur = np.zeros((edge_chain.shape[1],) * 2)
    schur[:rows, :rows] = pattern.coupling_inner @ weighted
    schur[:rows, rows:] = pattern.coupling_border
    schur[rows:, :rows] = pattern.coupling_border.T
    schur[rows:, rows:] = -np.diag(1.0 / theta[pattern.border])
    schur -= edge_half.T @ edge_half + edge_local.T @ across
    return Factor(
        form, pattern, theta, root, diagonal, link, edge_half, edge_local, lu_factor(schur, check_finite=False)
    )


def _half(root: Matrix, right: Matrix, *, back: bool = False) -> Matrix:
    """Solve with the transpose of a banded Cholesky factor, or with the factor itself."""
    from scipy.linalg.lapack import dtbtrs

    solved: Matrix = dtbtrs(root, right, trans="N" if back else "T")[0]
    return solved


def solve(factor: Factor, primal: Vector, dual: Vector) -> tuple[Vector, Vector]:
    """Solve A dx = primal, A' dy - dx / Θ = dual, refined until the first equation holds where it asks for something.

    Returns
    -------
    dx, dy.
    """
    dx, dy = _solve_once(factor, primal, dual)
    if not primal.any():
        return dx, dy
    nothing = np.zeros_like(dual)
    wanted = max(_REFINE_TO * float(np.abs(primal).max()), _REFINE_BELOW)
    left = primal - factor.form.matrix @ dx
    worst = float(np.abs(left).max())
    for _ in range(_REFINEMENTS):
        if not worst > wanted:
            break
        more_x, more_y = _solve_once(factor, left, nothing)
        left = primal - factor.form.matrix @ (dx + more_x)
        error = float(np.abs(left).max())
        if not error < worst:
            break
        dx, dy, worst = dx + more_x, dy + more_y, error
    return dx, dy


def _solve_once(factor: Factor, primal: Vector, dual: Vector) -> tuple[Vector, Vector]:
    from scipy.linalg import lu_solve

    form, pattern, theta = factor.form, factor.pattern, factor.theta
    shifted = theta * dual
    shifted[pattern.border] = 0.0
    right = primal + form.matrix @ shifted
    rows = len(pattern.coupling_inner)
    across = right[pattern.local] / factor.local_diagonal
    half = _half(factor.root, right[pattern.chain] - factor.link @ across)
    edge = np.concatenate([right[pattern.coupling], dual[pattern.border]])
    small = lu_solve(factor.schur, edge - factor.edge_half.T @ half - factor.edge_local.T @ across, check_finite=False)
    chain = _half(factor.root, half - factor.edge_half @ small, back=True)
    dy = np.empty_like(primal)
    dy[pattern.coupling], dy[pattern.chain] = small[:rows], chain
    dy[pattern.local] = across - (factor.edge_local @ small + factor.link.T @ chain) / factor.local_diagonal
    dx = theta * (form.transposed @ dy - dual)
    dx[pattern.border] = small[rows:]
    return dx, dy
