"""How much of a load a clean supply meets hour by hour, with and without storage, and how much supply a share takes.

Storage follows the hours without foresight: surplus is stored as far as power and room allow, a shortage is served at
once. For one store and a shortage that counts the same in every hour this is the most that can be served, because a
kilowatt-hour held back for later only leaves less room for the next surplus. Where hours count differently (the clean
share of the grid), foresight could do a little better.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
_Kernel = Callable[[Vector, float, float, float, float, Vector], float]

# The year is played until the store ends it as it began it, this often at most.
_MOST_YEARS = 20
_SAME_LEVEL = 1e-9
_BISECTIONS = 60
_ACCURACY = 1e-9
# Beyond so many times what gives the load's energy over the year, a supply is called out of reach.
MOST_TIMES = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A battery: power both ways [kW], energy it holds [kWh], efficiency of the round trip [1]."""

    power_kw: float
    energy_kwh: float
    efficiency: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How a clean supply meets a load over a year, as shares of the load's energy.

    ``annual``: all it generates, whenever; may exceed 1. ``hourly``: what it gives in the hour it is used, storage
    included. ``clean_hours``: share of the hours that it covers whole. ``with_grid``: hourly, and the rest bought at
    the grid's clean share of that hour. ``grid_alone``: that of buying everything. ``surplus``: generated, neither used
    nor stored.
    """

    annual_fraction: float
    hourly_fraction: float
    clean_hours_fraction: float
    with_grid_fraction: float
    grid_alone_fraction: float
    surplus_fraction: float


def missing_kw(load_kw: Vector, supply_kw: Vector, store: Store | None = None) -> Vector:
    """Return what the supply and its store leave unserved in each hour.

    .. math:: m_t = \\max(l_t - s_t, 0) - d_t

    Parameters
    ----------
    load_kw, supply_kw : of each hour, at least 0 [kW].
    store : charges from surplus alone and ends the year as it began it.

    Returns
    -------
    Unserved load [kW], shape of the load.

    >>> load, supply = np.full(4, 1.0), np.array([3.0, 0.0, 0.0, 1.0])
    >>> missing_kw(load, supply).tolist()
    [0.0, 1.0, 1.0, 0.0]
    >>> missing_kw(load, supply, Store(power_kw=1.0, energy_kwh=4.0, efficiency=0.81)).round(2).tolist()
    [0.0, 0.19, 1.0, 0.0]
    """
    surplus = supply_kw - load_kw
    missing = np.maximum(-surplus, 0.0)
    if store is None or store.power_kw <= 0.0 or store.energy_kwh <= 0.0:
        return missing
    play, served, one_way = _compiled(), np.zeros_like(load_kw), float(np.sqrt(store.efficiency))
    level = 0.0
    for _ in range(_MOST_YEARS):
        ended = float(play(surplus, store.power_kw, store.energy_kwh, one_way, level, served))
        if abs(ended - level) <= _SAME_LEVEL * store.energy_kwh:
            break
        level = ended
    return np.asarray(missing - served)


def play_year(
    surplus_kw: Vector, power_kw: float, energy_kwh: float, one_way: float, level_kwh: float, served_kw: Vector
) -> float:
    """Fill in what a store serves in each hour [kW] and return its level at the end [kWh]; the plain kernel."""
    for t in range(len(surplus_kw)):
        if surplus_kw[t] > 0.0:
            level_kwh = min(level_kwh + one_way * min(surplus_kw[t], power_kw), energy_kwh)
            served_kw[t] = 0.0
        else:
            short = -surplus_kw[t]
            # Served whole, the difference must be exactly nothing: 100 % is tested for.
            served_kw[t] = min(short, power_kw, one_way * level_kwh)
            level_kwh = max(level_kwh - served_kw[t] / one_way, 0.0)
    return level_kwh


@cache
def _compiled() -> _Kernel:
    import numba

    kernel: _Kernel = numba.njit(play_year)
    return kernel


def match(load_kw: Vector, supply_kw: Vector, grid_clean_fraction: Vector, store: Store | None = None) -> Match:
    """Hold a clean supply against a load, hour by hour.

    Parameters
    ----------
    load_kw, supply_kw : of each hour [kW].
    grid_clean_fraction : clean share of grid power in each hour [1].
    store : charges from the supply's surplus.

    Source: riepin2024.

    >>> found = match(np.ones(4), np.array([3.0, 0.0, 0.0, 1.0]), np.full(4, 0.5))
    >>> found.annual_fraction, found.hourly_fraction, found.with_grid_fraction
    (1.0, 0.5, 0.75)
    """
    total = float(load_kw.sum())
    missing = missing_kw(load_kw, supply_kw, store)
    lost = float(supply_kw.sum()) - (total - float(missing.sum()))
    return Match(
        annual_fraction=float(supply_kw.sum()) / total,
        hourly_fraction=1.0 - float(missing.sum()) / total,
        clean_hours_fraction=float(np.mean(missing <= 1e-9 * load_kw)),
        with_grid_fraction=1.0 - float(missing @ (1.0 - grid_clean_fraction)) / total,
        grid_alone_fraction=float(load_kw @ grid_clean_fraction) / total,
        surplus_fraction=max(lost, 0.0) / total,
    )


def needed_kw(
    load_kw: Vector,
    per_kw: Vector,
    target: float,
    *,
    weight: Vector | None = None,
    given_kw: Vector | None = None,
    store: Store | None = None,
) -> float | None:
    """Return the capacity with which a clean supply reaches a share of the load hour by hour.

    Bisection on the match itself, to a part in 10^9: the unserved load falls with the capacity.

    Parameters
    ----------
    load_kw : of each hour [kW].
    per_kw : hourly output of one kW [1].
    target : share to reach, 0 to 1.
    weight : what a missing kWh of each hour counts [1]: 1 - clean share of the grid where that is counted, else 1.
    given_kw : supply that is there already [kW].
    store : charges from surplus.

    Returns
    -------
    Capacity [kW]; None where ``MOST_TIMES`` the capacity that gives the load's energy does not suffice.

    >>> round(needed_kw(np.ones(2), np.array([0.5, 0.25]), 1.0), 6)
    4.0
    >>> needed_kw(np.ones(2), np.array([0.5, 0.0]), 0.6) is None
    True
    """
    given = np.zeros_like(load_kw) if given_kw is None else given_kw
    counts = np.ones_like(load_kw) if weight is None else weight
    allowed = (1.0 - target) * float(load_kw.sum()) + 1e-12 * float(load_kw.sum())

    def reached(capacity_kw: float) -> bool:
        return float(missing_kw(load_kw, given + capacity_kw * per_kw, store) @ counts) <= allowed

    return least(reached, float(load_kw.sum()) / max(float(per_kw.sum()), 1e-12))


def least(reached: Callable[[float], bool], unit: float) -> float | None:
    """Return the least number at which a condition that stays true above it holds; None beyond MOST_TIMES ``unit``.

    >>> round(least(lambda x: x >= 3.0, 1.0), 6)
    3.0
    """
    if reached(0.0):
        return 0.0
    low, high = 0.0, unit
    while not reached(high):
        low, high = high, 2.0 * high
        if low >= MOST_TIMES * unit:
            return None
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if reached(middle):
            high = middle
        else:
            low = middle
        if high - low <= _ACCURACY * high:
            break
    return high


def storage_hours(load_kw: Vector, supply_kw: Vector, target: float, efficiency: float) -> float | None:
    """Return the hours of mean load that a store must hold for a supply to reach a share of the load; None if none do.

    The store takes any surplus: only what it holds is limited.
    """
    mean = float(load_kw.mean())
    power = float(np.max(np.abs(supply_kw - load_kw), initial=0.0))
    allowed = (1.0 - target) * float(load_kw.sum())

    def reached(hours: float) -> bool:
        store = Store(power_kw=power, energy_kwh=hours * mean, efficiency=efficiency)
        return float(missing_kw(load_kw, supply_kw, store).sum()) <= allowed

    return least(reached, 10.0)
