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
    """A factorised Newton system for one set of column weights."""

    form: Standard
    pattern: Pattern
    theta: Vector
    band: Matrix
    local_diagonal: Vector
    link: "csr_matrix"
    link_transposed: "csr_matrix"
    edge_chain: Matrix
    edge_local: Matrix
    solved_chain: Matrix
    solved_local: Matrix
    schur: tuple[Matrix, npt.NDArray[np.int32]]


def factorise(form: Standard, pattern: Pattern, theta: Vector) -> Factor:
    """Factorise [[A Θ A', A_border], [A_border', -1/Θ_border]] for column weights ``theta`` [>0]."""
    from scipy.linalg import cholesky_banded, lu_factor
    from scipy.sparse import csr_matrix

    inner = theta[pattern.inner]
    diagonal = pattern.local_squared @ inner
    link = pattern.link_map @ inner
    pairs = inner[pattern.pair_first] * inner[pattern.pair_second] / diagonal[pattern.pair_local]
    band = pattern.band_map @ np.concatenate([inner[pattern.free], pairs])
    band = band.reshape(pattern.bandwidth + 1, -1)
    band[-1] = band[-1] * (1.0 + 1e-13) + _REGULARISATION
    root = cholesky_banded(band, overwrite_ab=True, check_finite=False)
    links = csr_matrix(
        (link, (pattern.link_chain, pattern.link_local)), shape=(pattern.chain_inner.shape[0], len(diagonal))
    )
    weighted = (pattern.coupling_inner * inner).T
    edge_chain = np.hstack([pattern.chain_inner @ weighted, pattern.chain_border])
    edge_local = np.hstack([pattern.local_inner @ weighted, pattern.local_border])
    transposed = links.T.tocsr()
    solved = _solve_rows(root, diagonal, links, transposed, edge_chain, edge_local)
    rows = len(pattern.coupling_inner)
    schur = np.zeros((edge_chain.shape[1],) * 2)
    schur[:rows, :rows] = pattern.coupling_inner @ weighted
    schur[:rows, rows:] = pattern.coupling_border
    schur[rows:, :rows] = pattern.coupling_border.T
    schur[rows:, rows:] = -np.diag(1.0 / theta[pattern.border])
    schur -= edge_chain.T @ solved[0] + edge_local.T @ solved[1]
    return Factor(
        form,
        pattern,
        theta,
        root,
        diagonal,
        links,
        transposed,
        edge_chain,
        edge_local,
        *solved,
        lu_factor(schur, check_finite=False),
    )


def _solve_rows(
    root: Matrix, diagonal: Vector, link: "csr_matrix", link_transposed: "csr_matrix", chain: Matrix, local: Matrix
) -> tuple[Matrix, Matrix]:
    """Solve the part of chain and local rows alone."""
    from scipy.linalg import cho_solve_banded

    across = diagonal[:, None] if local.ndim > 1 else diagonal
    solved = cho_solve_banded((root, False), chain - link @ (local / across), overwrite_b=True, check_finite=False)
    return solved, (local - link_transposed @ solved) / across


def solve(factor: Factor, primal: Vector, dual: Vector) -> tuple[Vector, Vector]:
    """Solve A dx = primal, A' dy - dx / Θ = dual, refined until the first equation holds.

    Returns
    -------
    dx, dy.
    """
    dx, dy = _solve_once(factor, primal, dual)
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
    chain, local = _solve_rows(
        factor.band,
        factor.local_diagonal,
        factor.link,
        factor.link_transposed,
        right[pattern.chain],
        right[pattern.local],
    )
    edge = np.concatenate([right[pattern.coupling], dual[pattern.border]])
    small = lu_solve(factor.schur, edge - factor.edge_chain.T @ chain - factor.edge_local.T @ local, check_finite=False)
    dy = np.empty_like(primal)
    dy[pattern.chain] = chain - factor.solved_chain @ small
    dy[pattern.local] = local - factor.solved_local @ small
    dy[pattern.coupling] = small[:rows]
    dx = theta * (form.rows @ dy - dual)
    dx[pattern.border] = small[rows:]
    return dx, dy
