"""What is paid at a border: dated components that add up, or take each other's place, and the landed cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from denshi.buildout.rules.control import ANY, in_force
from denshi.buildout.rules.part import Traded
from denshi.buildout.tariff import FREE_ON_BOARD
from denshi.catalog import Duty
from denshi.errors import OutOfRangeError

COLUMN_1 = "column-1 duty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """One line of an order at a border.

    ``goods_usd`` is the price ex works [USD]; ``freight_fraction`` and ``insurance_fraction`` [1] are shares of it.
    ``part`` is None for goods that carry no accelerator. ``preference`` names an agreement that the goods qualify
    for, such as ``usmca``.
    """

    goods_usd: float
    country: str
    origin: str
    heading: str
    end_use: str = "data-centre"
    part: Traded | None = None
    preference: str = ""
    freight_fraction: float = 0.0
    insurance_fraction: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One duty, surcharge or tax: its rate [1], what it is taken on and what it comes to [USD]."""

    rule: Duty
    rate: float
    base_usd: float
    amount_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """The landed cost of one line [USD]; recoverable tax stands beside it, and so does what the seller pays."""

    goods_usd: float
    freight_usd: float
    insurance_usd: float
    duty_usd: float
    recoverable_tax_usd: float
    seller_usd: float
    landed_usd: float
    components: tuple[Component, ...]


def duties_at(duties: Sequence[Duty], goods: Goods, day: date) -> tuple[Duty, ...]:
    """Return the components that goods meet on a day, less those that another takes the place of.

    Goods of the import country itself meet none. A rule that names an origin goes before one of any origin in the same
    component, then the newer rule.

    Parameters
    ----------
    duties : dated components of the catalogue.
    goods : the line.
    day : day of import.
    """
    if goods.origin == goods.country:
        return ()
    met = [duty for duty in duties if _meets(duty, goods, day)]
    chosen: dict[str, Duty] = {}
    for duty in sorted(met, key=lambda d: (d.origins != ANY, d.effective_from, d.id)):
        chosen[duty.component] = duty
    replaced = {one for d in chosen.values() for one in (d.replaces or "").split("; ")}
    kept = [d for d in chosen.values() if d.component not in replaced]
    return tuple(sorted(kept, key=lambda d: (d.base != "goods", d.payer != "importer", d.component)))


def landed_cost(duties: Sequence[Duty], goods: Goods, day: date) -> Landed:
    """Return what goods cost once they are in the country.

    ``L = P (1 + f_freight + f_insurance) + sum_i tau_i B`` with ``B = P`` where duty is taken free on board and
    ``P (1 + f_freight + f_insurance)`` elsewhere. A tax is taken on all of that and, where it is recovered, stands
    beside the cost.

    Parameters
    ----------
    duties : dated components of the catalogue.
    goods : the line, price above 0.
    day : day of import.

    Raises
    ------
    OutOfRangeError : the price is not above 0, a fraction is negative, or the catalogue holds no duty for this
        country, heading and day.

    Source: hts2026.
    """
    if goods.goods_usd <= 0.0 or min(goods.freight_fraction, goods.insurance_fraction) < 0.0:
        raise OutOfRangeError("an order has a price above 0, and no negative freight or insurance")
    rules = duties_at(duties, goods, day)
    if goods.origin != goods.country and COLUMN_1 not in {rule.component for rule in rules}:
        raise OutOfRangeError(
            f"the catalogue has no duty of {goods.country} on heading {goods.heading} on {day}",
            mend=f"Known: {', '.join(sorted({d.country for d in duties}))}; headings "
            f"{', '.join(sorted({h for d in duties for h in d.headings.split()} - {ANY}))}",
        )
    freight_usd, insurance_usd = goods.goods_usd * goods.freight_fraction, goods.goods_usd * goods.insurance_fraction
    delivered_usd = goods.goods_usd + freight_usd + insurance_usd
    base_usd = goods.goods_usd if goods.country in FREE_ON_BOARD else delivered_usd
    first = tuple(_component(rule, base_usd) for rule in rules if rule.base == "goods" and rule.payer == "importer")
    duty_usd = sum(one.amount_usd for one in first)
    taxes = tuple(_component(rule, delivered_usd + duty_usd) for rule in rules if rule.base == "landed")
    sellers = tuple(_component(rule, goods.goods_usd) for rule in rules if rule.payer == "seller")
    lost_usd = sum(one.amount_usd for one in taxes if not one.rule.recoverable)
    return Landed(
        goods_usd=goods.goods_usd,
        freight_usd=freight_usd,
        insurance_usd=insurance_usd,
        duty_usd=duty_usd + lost_usd,
        recoverable_tax_usd=sum(one.amount_usd for one in taxes if one.rule.recoverable),
        seller_usd=sum(one.amount_usd for one in sellers),
        landed_usd=delivered_usd + duty_usd + lost_usd,
        components=(*first, *taxes, *sellers),
    )


def _component(rule: Duty, base_usd: float) -> Component:
    return Component(rule=rule, rate=rule.rate, base_usd=base_usd, amount_usd=rule.rate * base_usd)


def _meets(duty: Duty, goods: Goods, day: date) -> bool:
    return (
        duty.country == goods.country
        and in_force(duty.effective_from, duty.effective_to, day)
        and _lists(duty.origins, goods.origin)
        and not (duty.except_origins or "").split().count(goods.origin)
        and _lists(duty.headings, goods.heading)
        and goods.end_use not in (duty.exempt_uses or "").split()
        and goods.preference not in (duty.exempt_preferences or "").split()
        and _in_box(duty, goods.part)
    )


def _lists(listed: str, word: str) -> bool:
    return listed == ANY or word in listed.split()


def _in_box(duty: Duty, part: Traded | None) -> bool:
    bounds = (
        duty.tpp_above,
        duty.tpp_below,
        duty.memory_bytes_per_s_above,
        duty.memory_bytes_per_s_below,
        duty.parts,
    )
    if part is None:
        return all(bound is None for bound in bounds)
    return (
        (duty.parts is None or part.id in duty.parts.split())
        and _between(part.tpp, duty.tpp_above, duty.tpp_below)
        and _between(part.memory_bytes_per_s, duty.memory_bytes_per_s_above, duty.memory_bytes_per_s_below)
    )


def _between(value: float, above: float | None, below: float | None) -> bool:
    return (above is None or value > above) and (below is None or value < below)
