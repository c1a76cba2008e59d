"""What the cables of a cluster are: for each tier the medium by reach and cost, metres, price, weight, power.

A cable is one link: it joins two ports of two devices. Where a cage is split, its links share a module or a breakout
cable, each with its part of the price; where an accelerator has several planes, each plane is a link to a switch of
its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi

import numpy as np

from denshi.catalog import Link, Medium, Switch
from denshi.cluster.media import HOST_TIER, Offer, alone, offer, priced
from denshi.cluster.place import Places, Plan
from denshi.cluster.route import Drops, Tier, tiers

_MM = 1e3
_CM = 100.0


@dataclass(frozen=True, slots=True)
class MediumUse:
    """What one tier uses of one medium; ``optics`` counts modules, shared ones in part."""

    id: str
    name: str
    tier: str
    cables: int
    metres: float
    optics: float
    usd: float
    kg: float
    power_kw: float


@dataclass(frozen=True, slots=True)
class Goods:
    """What a link family can be run over: the best medium for a host link and for one between switches."""

    host: Offer
    fabric: Offer


def goods(link: Link, switch: Switch, media: Mapping[str, Medium], split: int) -> Goods:
    """Return the offers for a link family and its switch."""
    built_in = bool(switch.co_packaged)
    return Goods(
        host=offer(priced(link, media, split, co_packaged=built_in, host=True)),
        fabric=offer(priced(link, media, split, co_packaged=built_in)),
    )


def offer_of(tier: Tier, on_sale: Goods) -> Offer:
    """Return what a tier is cabled with: hosts link by link, the tiers above in the medium of their longest run."""
    return on_sale.host if tier.name == HOST_TIER else alone(on_sale.fabric, tier.longest_m)


def uses(plan: Plan, drops: Drops, on_sale: Goods) -> tuple[MediumUse, ...]:
    """Return what every tier uses of every medium."""
    return tuple(use for tier in tiers(plan, drops) for use in _uses(tier, offer_of(tier, on_sale)))


def cost_usd(plan: Plan, drops: Drops, on_sale: Goods) -> float:
    """Return the price of all cables with their modules [USD]."""
    return sum(use.usd for use in uses(plan, drops, on_sale))


def tray_fill(p: Places, found: tuple[MediumUse, ...], media: Mapping[str, Medium], section_mm2: float) -> float:
    """Return the mean share of the section of the trays that cables fill [1].

    .. math:: f = \\frac{\\sum L \\pi d^2/4}{A \\, (n_{rows} w + 3 d_{hall} + p_x + p_y) \\, n_{halls}}

    One tray runs above each row and three across the rows of a hall, at both ends and in the middle,
    and one from each hall to the next in both directions.
    """
    filled_m_mm2 = sum(use.metres * pi * media[use.id].diameter_mm ** 2 / 4 for use in found)
    tray_m = p.halls * (p.rows * p.width_m + 3 * p.depth_m + p.pitch_x_m + p.pitch_y_m)
    return filled_m_mm2 / (tray_m * section_mm2)


def _uses(tier: Tier, on_sale: Offer) -> list[MediumUse]:
    step = on_sale.step(tier.routes_cm / _CM)
    medium, length = on_sale.medium[step], on_sale.length_m[step]
    found = []
    for index in np.unique(medium):
        one, mine = on_sale.media[int(index)], medium == index
        links = int(tier.links[mine].sum())
        metres = float(tier.links[mine] @ length[mine])
        found.append(
            MediumUse(
                id=one.id,
                name=one.name,
                tier=tier.name,
                cables=links,
                metres=metres,
                optics=one.modules * links,
                usd=links * (2 * one.module_usd + one.cable_usd) + metres * one.metre_usd,
                kg=metres * one.kg_per_m,
                power_kw=2 * one.module_kw * links,
            )
        )
    return found
