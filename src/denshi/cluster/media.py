"""The medium of a cable: the cheapest whose reach covers the length that can be bought."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Link, Medium
from denshi.errors import OutOfRangeError

HOST_TIER = "host-leaf"
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Priced:
    """One medium for one link family: what a link over it costs, draws and weighs.

    ``module_usd`` and ``module_kw`` are of one end of one link; ``modules`` counts whole modules of a link (0 for
    copper), shared where a cage is split.
    """

    id: str
    name: str
    optical: bool
    reach_m: float
    stock_m: tuple[float, ...]
    modules: float
    module_usd: float
    module_kw: float
    cable_usd: float
    metre_usd: float
    kg_per_m: float
    diameter_mm: float

    def bought_m(self, route_m: float) -> float:
        """Return the shortest length on sale that covers a route [m]; infinite where there is none."""
        return next((s for s in self.stock_m if s >= route_m - _ROUNDING), inf)

    def usd(self, length_m: float) -> float:
        """Return the price of one link of a length, with both ends [USD]."""
        return 2 * self.module_usd + self.cable_usd + self.metre_usd * length_m


@dataclass(frozen=True, slots=True)
class Offer:
    """The best medium for every route: ``routes_m`` are upper bounds of steps, the other columns belong to them."""

    media: tuple[Priced, ...]
    routes_m: NDArray[np.float64]
    medium: NDArray[np.int32]
    length_m: NDArray[np.float64]
    usd: NDArray[np.float64]

    def step(self, route_m: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the step of each route.

        Raises
        ------
        OutOfRangeError : a route is longer than any medium reaches.
        """
        found = np.searchsorted(self.routes_m, route_m - _ROUNDING)
        if found.size and found.max() >= len(self.routes_m):
            raise _too_long(float(route_m.max()), float(self.routes_m[-1]))
        return found


def priced(
    link: Link, media: Mapping[str, Medium], split: int, *, co_packaged: bool = False, host: bool = False
) -> tuple[Priced, ...]:
    """Return the media that a link family can run over, priced.

    .. math:: c(L) = 2 c_{end} / s + c_{cable} / s + c_m L

    Parameters
    ----------
    link : whose module, fibre and copper cable the media are multiples of.
    media : rows of the catalogue.
    split : links that share a cage and so its module or copper cable, s [count].
    co_packaged : whether the switch has its optics built in.
    host : whether one end is a network card, which takes a module in any case.
    """
    return tuple(
        _one(link, row, split, host) for _, row in sorted(media.items()) if (row.co_packaged > 0) == co_packaged
    )


@lru_cache(maxsize=512)
def offer(choice: tuple[Priced, ...]) -> Offer:
    """Return the cheapest medium for every length of route, from nothing to the longest reach.

    A longer route never costs less and never runs over a medium of shorter reach than its length.
    """
    steps = sorted({s for one in choice for s in one.stock_m if s <= one.reach_m + _ROUNDING})
    best = [
        min(
            (one.usd(one.bought_m(s)), i, one.bought_m(s))
            for i, one in enumerate(choice)
            if one.bought_m(s) <= one.reach_m + _ROUNDING
        )
        for s in steps
    ]
    return Offer(
        media=choice,
        routes_m=np.array(steps),
        medium=np.array([i for _, i, _ in best], np.int32),
        length_m=np.array([m for _, _, m in best]),
        usd=np.array([usd for usd, _, _ in best]),
    )


def alone(found: Offer, route_m: float) -> Offer:
    """Return the offer of one medium alone: that of the longest route of a tier.

    Raises
    ------
    OutOfRangeError : the route is longer than any medium reaches.
    """
    step = int(found.step(np.array([route_m]))[0])
    return offer((found.media[int(found.medium[step])],))


def _one(link: Link, row: Medium, split: int, host: bool) -> Priced:
    stock = tuple(float(word) for word in row.stock_m.split())
    if not stock or any(a >= b for a, b in pairwise(stock)):
        raise OutOfRangeError(f'"{row.stock_m}" is no list of rising lengths', where=f"catalog.media.{row.id}.stock_m")
    reach_m = row.reach_m if row.reach_m is not None else (row.reach_ratio or 0.0) * link.copper_reach_m
    if not row.optical and reach_m not in stock:
        stock = (*(s for s in stock if s < reach_m), reach_m)
    # the card of a host takes a module of its own, whatever the switch has built in
    price, power = row.end_price_ratio, row.end_power_ratio
    if host and row.co_packaged:
        price, power = (price + 1) / 2, (power + 1) / 2
    return Priced(
        id=row.id,
        name=row.name,
        optical=bool(row.optical),
        reach_m=reach_m,
        stock_m=stock,
        modules=2 / split if row.optical else 0.0,
        module_usd=link.optic_price_usd * price / split,
        module_kw=link.optic_power_kw * power / split,
        cable_usd=link.copper_price_usd * row.cable_price_ratio / split,
        metre_usd=link.fibre_price_usd_per_m * row.metre_price_ratio,
        kg_per_m=row.kg_per_m,
        diameter_mm=row.diameter_mm,
    )


def _too_long(route_m: float, reach_m: float) -> OutOfRangeError:
    return OutOfRangeError(
        f"a cable of {route_m:,.0f} m is longer than any medium reaches, {reach_m:,.0f} m",
        where="cluster.cabling",
        why="the halls of one fabric stand too far apart",
        mend="Shorten the way between halls, or name a topology with fewer tiers",
    )
