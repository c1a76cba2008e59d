"""Where the numbers of the normal equations come from: found once for a programme, used at each iteration.

The normal matrix is A Θ A' with Θ a positive weight for each column. Its entries are linear in Θ, so that a sparse map
takes Θ straight to the band. Rows that share no column with each other have a diagonal block D and are eliminated
first. What that leaves is, by the identity of Binet and Cauchy, a sum over pairs (j, k) of columns of such a row l,

    Θ_j Θ_k / D_l · v v',   v = A_lk A_j - A_lj A_k   (A_j: what column j has in the band),

so that the band is again linear in positive weights: nothing is subtracted, nothing cancels near the optimum.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from denshi.energy.program import Program

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix, csr_matrix

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Standard:
    """min cost·x with A x = rhs and 0 <= x <= upper: the programme with one slack for each inequality.

    ``matrix`` is A by rows, ``transposed`` A' by rows.
    """

    matrix: "csr_matrix"
    transposed: "csr_matrix"
    rhs: Vector
    cost: Vector
    upper: Vector
    structural: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """The partition of rows and columns, the blocks of A, and the maps from weights to the band.

    Rows: ``coupling`` over all hours, ``local`` eliminated first, ``chain`` in the band. Columns: ``border`` shared by
    hours, ``inner`` the rest. ``link`` is the block chain x local of the normal matrix. ``free`` are the inner columns
    in no local row, ``pair_*`` the pairs of columns of a local row; ``band_map`` takes the weights of both to the band.
    """

    coupling: slice
    local: slice
    chain: slice
    border: Index
    inner: Index
    local_inner: "csr_matrix"
    local_squared: "csr_matrix"
    chain_inner: "csr_matrix"
    coupling_inner: Matrix
    chain_border: Matrix
    local_border: Matrix
    coupling_border: Matrix
    link_map: "csr_matrix"
    link_start: Places
    link_local: Places
    free: Index
    pair_first: Index
    pair_second: Index
    pair_local: Index
    band_map: "csr_matrix"
    bandwidth: int


def standard(program: Program) -> Standard:
    """Give each inequality its slack, and order the rows: over all hours, local, chained."""
    from scipy.sparse import csc_matrix, csr_matrix

    order = _order(program)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    lower, upper = program.row_lower[order], program.row_upper[order]
    unequal = np.flatnonzero(lower != upper)
    sign = np.where(np.isfinite(upper[unequal]), 1.0, -1.0)
    structural = len(program.cost)
    rows = np.concatenate([place[program.entry_row], unequal])
    columns = np.concatenate([program.entry_column, structural + np.arange(len(unequal))])
    shape = (len(order), structural + len(unequal))
    matrix = csc_matrix((np.concatenate([program.entry_value, sign]), (rows, columns)), shape=shape)
    matrix.eliminate_zeros()
    return Standard(
        matrix=csr_matrix(matrix),
        transposed=csr_matrix(matrix.T),
        rhs=np.where(np.isfinite(upper), upper, lower),
        cost=np.concatenate([program.cost, np.zeros(len(unequal))]),
        upper=np.concatenate([program.upper, np.full(len(unequal), np.inf)]),
        structural=structural,
    )


def original_duals(program: Program, duals: Vector) -> Vector:
    """Return duals of the rows in the order of the programme."""
    back = np.empty_like(duals)
    back[_order(program)] = duals
    return back


def _order(program: Program) -> Index:
    """Return the rows over all hours, then the local ones, then the chain hour by hour."""
    group = np.where(program.row_hour < 0, 0, np.where(program.local, 1, 2))
    return np.lexsort((np.arange(len(group)), program.row_hour, group))


def pattern(program: Program, form: Standard) -> Pattern:
    """Partition a programme and build the maps from column weights to the normal matrix."""
    from scipy.sparse import csc_matrix, csr_matrix

    hour = program.row_hour[_order(program)]
    couplings, locals_ = int(np.sum(program.row_hour < 0)), int(np.sum(program.local))
    coupling, local = slice(0, couplings), slice(couplings, couplings + locals_)
    chain, chained = slice(couplings + locals_, len(hour)), len(hour) - couplings - locals_
    shared = [where.start for where in program.columns.values() if where.stop - where.start == 1]
    matrix = csc_matrix(form.transposed.T)
    border = np.union1d(_border(matrix, hour), np.array(shared, dtype=np.int64))
    inner = _others(border, matrix.shape[1])
    a_inner, a_border = csr_matrix(matrix[:, inner]), matrix[:, border].toarray()
    local_inner, chain_inner = csr_matrix(a_inner[local]), csr_matrix(a_inner[chain])
    link_map, link_start, link_local = _links(csc_matrix(local_inner), csc_matrix(chain_inner))
    free, first, second, owner, merged = _merged(local_inner, csc_matrix(chain_inner))
    one, other, column = _pairs(merged.indptr)
    rows, columns = merged.indices[one].astype(np.int64), merged.indices[other].astype(np.int64)
    upper = rows <= columns
    bandwidth = int(np.max((columns - rows)[upper], initial=0))
    place = (bandwidth + rows - columns + (bandwidth + 1) * columns)[upper]
    value = (merged.data[one] * merged.data[other])[upper]
    shape = ((bandwidth + 1) * chained, merged.shape[1])
    return Pattern(
        coupling=coupling,
        local=local,
        chain=chain,
        border=border,
        inner=inner,
        local_inner=local_inner,
        local_squared=local_inner.multiply(local_inner).tocsr(),
        chain_inner=chain_inner,
        coupling_inner=a_inner[coupling].toarray(),
        chain_border=a_border[chain],
        local_border=a_border[local],
        coupling_border=a_border[coupling],
        link_map=link_map,
        link_start=link_start,
        link_local=link_local,
        free=free,
        pair_first=first,
        pair_second=second,
        pair_local=owner,
        band_map=csr_matrix((value, (place, column[upper])), shape=shape),
        bandwidth=bandwidth,
    )


def _border(matrix: "csc_matrix", hour: Index) -> Index:
    """Return the columns that reach over more than two neighbouring hours: capacities, and the year's end."""
    used = np.flatnonzero(np.diff(matrix.indptr))
    entry_hour, start = hour[matrix.indices], matrix.indptr[used]
    first, last = np.zeros(matrix.shape[1], dtype=np.int64), np.full(matrix.shape[1], -1)
    first[used] = np.minimum.reduceat(np.where(entry_hour < 0, len(hour), entry_hour), start)
    last[used] = np.maximum.reduceat(entry_hour, start)
    return np.flatnonzero((last < 0) | (last - first > 1))


def _links(local: "csc_matrix", chain: "csc_matrix") -> tuple["csr_matrix", Places, Places]:
    """Return the map from column weights to the block chain x local, by rows: where each begins, and its columns."""
    from scipy.sparse import csr_matrix

    width = local.shape[1]
    count = np.diff(local.indptr)
    if np.max(count, initial=0) > 1:
        raise ValueError("two local rows share a column")
    row_of, value_of = np.full(width, -1, dtype=np.int64), np.zeros(width)
    row_of[count == 1], value_of[count == 1] = local.indices, local.data
    column = np.repeat(np.arange(width), np.diff(chain.indptr))
    used = row_of[column] >= 0
    column, chain_row, value = column[used], chain.indices[used].astype(np.int64), chain.data[used]
    places, number = _distinct(chain_row * max(local.shape[0], 1) + row_of[column])
    weights = csr_matrix((value * value_of[column], (number, column)), shape=(len(places), width))
    chain_row, local_row = np.divmod(places, max(local.shape[0], 1))
    start = np.searchsorted(chain_row, np.arange(chain.shape[0] + 1))
    return weights, start.astype(np.int32), local_row.astype(np.int32)


def _distinct(values: Index) -> tuple[Index, Index]:
    """Return the distinct values in order, and for each value which of them it is."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    new = np.ones(len(values), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    number = np.empty_like(order)
    number[order] = np.cumsum(new) - 1
    return ordered[new], number


def _others(chosen: Index, count: int) -> Index:
    """Return the numbers below a count that are not chosen."""
    rest = np.ones(count, dtype=bool)
    rest[chosen] = False
    return np.flatnonzero(rest)


def _merged(local: "csr_matrix", chain: "csc_matrix") -> tuple[Index, Index, Index, Index, "csc_matrix"]:
    """Return free columns, pairs of columns that share a local row, that row, and the band's part of both."""
    from scipy.sparse import csc_matrix

    one, other, owner = _pairs(local.indptr)
    one, other, owner = (part[one < other] for part in (one, other, owner))
    first, second = local.indices[one].astype(np.int64), local.indices[other].astype(np.int64)
    free = _others(local.indices, local.shape[1])
    ahead = len(free) + np.arange(len(owner))
    rows = np.concatenate([free, first, second])
    columns = np.concatenate([np.arange(len(free)), ahead, ahead])
    values = np.concatenate([np.ones(len(free)), local.data[other], -local.data[one]])
    choose = csc_matrix((values, (rows, columns)), shape=(local.shape[1], len(free) + len(owner)))
    merged = csc_matrix(chain @ choose)
    return free, first, second, owner, merged


def _pairs(start: Index) -> tuple[Index, Index, Index]:
    """Return all ordered pairs of entries of each group, and the group: ``start`` bounds the groups."""
    count = np.diff(start)
    most = int(np.max(count, initial=0))
    found = [
        (start[:-1][has] + a, start[:-1][has] + b, has)
        for a in range(most)
        for b in range(most)
        for has in [np.flatnonzero((count > a) & (count > b))]
    ]
    if not found:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty
    first, second, group = (np.concatenate(part).astype(np.int64) for part in zip(*found, strict=True))
    return first, second, group
