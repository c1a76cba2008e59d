"""Which duty applies: the newest dated rule for a country, an origin and a kind of goods."""

from collections.abc import Sequence
from datetime import date

from denshi.catalog import Rule

ANY = "*"
OVERRIDDEN = ("accelerator-system", "network")
# Duty on the price ex works (19 U.S.C. 1401a(b)(4)(A)); elsewhere on the price with freight and insurance (CIF).
FREE_ON_BOARD = ("US",)


def rule_at(rules: Sequence[Rule], country: str, origin: str, goods: str, delivered: date) -> Rule | None:
    """Return the rule that applies to goods at the date of their delivery, None where the catalogue holds none.

    The newest of the rules for this country, origin and goods that is in force applies alone. A rule of origin or goods
    "*" holds for all of them, and one that names them goes before it where both begin on one day.

    Parameters
    ----------
    rules : dated rules of the catalogue.
    country, origin : country codes of the site and of the maker.
    goods : kind of goods as in ``Item.goods``.
    delivered : date of delivery.
    """
    in_force = [
        rule
        for rule in rules
        if rule.country == country
        and rule.origin in (origin, ANY)
        and rule.goods in (goods, ANY)
        and date.fromisoformat(rule.effective_from) <= delivered
    ]
    return max(in_force, key=lambda r: (r.effective_from, r.origin != ANY, r.goods != ANY), default=None)


def rate_at(rules: Sequence[Rule], country: str, origin: str, goods: str, delivered: date) -> float:
    """Return the rate of duty on goods at the date of their delivery [1]: none on goods of the country itself."""
    rule = None if origin == country else rule_at(rules, country, origin, goods, delivered)
    return 0.0 if rule is None else rule.rate


def duty_rate(
    rules: Sequence[Rule], override: float | None, country: str, origin: str, goods: str, delivered: date
) -> float:
    """Return the rate by the rules, or the user's own rate on imported accelerator systems and network."""
    if override is not None and goods in OVERRIDDEN:
        return 0.0 if origin == country else override
    return rate_at(rules, country, origin, goods, delivered)
