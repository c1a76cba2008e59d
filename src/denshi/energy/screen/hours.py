"""What clean supply is used for in each hour, and what a year costs once it is known. Import late: it compiles."""

import numpy as np
from numba import njit

from denshi.energy.screen.scaled import Index, Matrix, Vector

# Mean loads of supply that make no difference.
_NOTHING = 1e-12


def _uses(
    dirty_price: float,
    load: Vector,
    source_price: Matrix,
    source_dirty: Matrix,
    source_limit: Matrix,
    burner_size: Vector,
    export_price: Vector,
    export_limit: float,
    value: Matrix,
    width: Matrix,
    kind: Index,
    count: Index,
    base: Matrix,
) -> None:
    """Write the uses of clean supply an hour, dearest first, and what each source serves without any.

    A use replaces a source (kind: its row) or is a sale (kind: the number of sources). Uses worth nothing are left out.

    Parameters
    ----------
    burner_size : capacity of burners [mean loads]; the rest as in ``Scaled``.
    value, width, kind, count, base : written [USD/kWh, mean loads, row, number, mean loads]; hour by hour, base source
        by source.
    """
    sources = len(source_price)
    cost, order = np.empty(sources), np.empty(sources, np.int64)
    for t in range(len(load)):
        for j in range(sources):
            cost[j] = source_price[j, t] + dirty_price * source_dirty[j, t]
            at = j
            while at > 0 and cost[order[at - 1]] > cost[j]:
                order[at] = order[at - 1]
                at -= 1
            order[at] = j
        left = load[t]
        for place in range(sources):
            j = int(order[place])
            limit = source_limit[j, t]
            if 0 < j < sources - 1:
                limit *= burner_size[j - 1]
            base[j, t] = min(limit, left)
            left -= base[j, t]
        n, sold = 0, export_limit <= _NOTHING or export_price[t] <= 0.0
        for back in range(sources):
            j = order[sources - 1 - back]
            if not sold and export_price[t] > cost[j]:
                value[t, n], width[t, n], kind[t, n] = export_price[t], export_limit, sources
                sold = True
                n += 1
            if cost[j] <= 0.0:
                break
            if base[j, t] > _NOTHING:
                value[t, n], width[t, n], kind[t, n] = cost[j], base[j, t], j
                n += 1
        if not sold:
            value[t, n], width[t, n], kind[t, n] = export_price[t], export_limit, sources
            n += 1
        count[t] = n


def _settle(
    supply: Vector,
    weight: Vector,
    source_price: Matrix,
    source_dirty: Matrix,
    export_price: Vector,
    width: Matrix,
    kind: Index,
    count: Index,
    base: Matrix,
    served: Vector,
) -> tuple[float, float]:
    """Return cost and unclean energy of a year with a clean supply an hour, used dearest first.

    Load not served is not in the cost; what each source serves is written to ``served``, it last.

    Returns
    -------
    USD, mean loads x h.
    """
    sources = len(source_price)
    money, dirty = 0.0, 0.0
    served[:] = 0.0
    used = np.empty(sources)
    for t in range(len(supply)):
        for j in range(sources):
            used[j] = base[j, t]
        left = supply[t]
        for k in range(count[t]):
            if left <= 0.0:
                break
            taken = min(left, width[t, k])
            left -= taken
            if kind[t, k] == sources:
                money -= weight[t] * export_price[t] * taken
            else:
                used[kind[t, k]] = base[kind[t, k], t] - taken
        for j in range(sources - 1):
            money += weight[t] * source_price[j, t] * used[j]
            dirty += weight[t] * source_dirty[j, t] * used[j]
        for j in range(sources):
            served[j] += weight[t] * used[j]
    return money, dirty


def _closed(supply: Vector, value: Matrix, width: Matrix, count: Index, price: Vector) -> None:
    """Write the marginal value of clean supply where there is no store: that of the use it ends in."""
    for t in range(len(supply)):
        top = 0.0
        price[t] = 0.0
        for k in range(count[t]):
            top += width[t, k]
            if top > supply[t]:
                price[t] = value[t, k]
                break


uses = njit(cache=True)(_uses)
settle = njit(cache=True)(_settle)
closed = njit(cache=True)(_closed)
