"""Rows on deals and on arithmetic that a row states whole: ratios, products, sums, notes."""

import math
import re

from denshi.finance import annuity_payment
from denshi.validation.finance.amounts import NUMBER, POWER_KW, SCALE, ends, find, value
from denshi.validation.finance.answer import Answer, Part, Question, one

_POWER = r"(<n>) (GW|MW)"


def sources(asked: Question) -> Answer | None:
    """The sum of a vehicle's sources: "27.30 notes + 2.45 equity + …" in billions."""
    stated = _sources_in(asked.inputs)
    if len(stated) < 2 or "/(" in asked.inputs:
        return None
    return Answer(parts=(one(sum(stated.values()) * 1e9, "USD"),), how="sum of the sources")


def leverage(asked: Question) -> Answer | None:
    """Debt over debt and equity of the sources that the row, or one before it, names."""
    if not re.search(r"debt ?/ ?\(debt ?\+ ?equity\)", asked.inputs):
        return None
    for text in (asked.inputs, *(before.inputs for before in reversed(asked.before))):
        stated = _sources_in(text)
        if {"notes", "equity"} <= set(stated):
            share = stated["notes"] / (stated["notes"] + stated["equity"])
            return Answer(parts=(one(share, "1"),), how="notes / (notes + equity)")
    return None


def _sources_in(text: str) -> dict[str, float]:
    return {name: value(amount) for amount, name in re.findall(rf"({NUMBER})(?: bn)? (notes|equity|interest)", text)}


def whole_of_a_share(asked: Question) -> Answer | None:
    """The whole of which a share was paid: "80 % contribution 23.03 bn"."""
    found = find(r"(<n>) % contribution (<n><s>)", asked.inputs)
    if found is None:
        return None
    return Answer(parts=(one(value(found[2]) / (value(found[1]) / 100.0), "USD"),), how="contribution / share")


def share_of(asked: Question) -> Answer | None:
    """A part of a whole: "loans 9.6 of 15 bn"."""
    found = find(r"(<n>)(?:<s>)? of (<n>)(<s>)", asked.inputs)
    if found is None or asked.category != "spv" or asked.unit not in ("LTC", "-", "%", "1"):
        return None
    return Answer(parts=(one(value(found[1]) / value(found[2]), "1"),), how="part / whole")


def notes_service(asked: Question) -> Answer | None:
    """Debt service of a year of notes: interest alone to a date, then level payments to another."""
    found = find(r"(<n><s>).*?(<n>) %.*?(?:IO to|interest.only to) (\d{4})-(\d\d).*?to (\d{4})-(\d\d)", asked.inputs)
    if found is None:
        return None
    months = (int(found[5]) - int(found[3])) * 12 + int(found[6]) - int(found[4])
    a_year = (
        2
        if "semi-annual" in asked.inputs
        else 12
        if "monthly" in asked.inputs
        else 4
        if "quarterly" in asked.inputs
        else 1
    )
    periods, rate = months * a_year / 12, value(found[2]) / 100.0 / a_year
    return Answer(
        parts=(one(a_year * annuity_payment(value(found[1]), rate, periods), "USD/year"),),
        how=f"level payment over {periods:g} periods",
    )


def ratio_of_powers(asked: Question) -> Answer | None:
    """One power over another: "China 429 GW vs US 51 GW"."""
    found = find(rf"{_POWER}.*? vs .*?{_POWER}", asked.inputs)
    if found is None or re.search(r"TWh", asked.inputs):
        return None
    first, second = (value(found[i]) * POWER_KW[found[i + 1]] for i in (1, 3))
    return Answer(parts=(one(first / second, "1"),), how="first / second")


def load_factor(asked: Question) -> Answer | None:
    """Energy of a year over power: "325-580 TWh vs 74-132 GW", end by end."""
    found = find(r"(<n>)(?:\s*[-–]\s*(<n>))? TWh vs (<n>)(?:\s*[-–]\s*(<n>))? GW", asked.inputs)
    if found is None:
        return None
    energy, power = ends(found[1], found[2], None), ends(found[3], found[4], None)
    shares = [twh * 1e3 / (gw * 8760.0) for twh, gw in zip(energy, power, strict=True)]
    return Answer(parts=(Part(min(shares), max(shares), "1"),), how="TWh / (GW x 8,760 h), end by end")


def homes(asked: Question) -> Answer | None:
    """Energy of a home if so much power serves so many."""
    found = find(rf"{_POWER}.*?= (<n><s>).*(?:homes|households)", asked.inputs)
    if found is None:
        return None
    kwh = value(found[1]) * POWER_KW[found[2]] * 8760.0 / value(found[3])
    return Answer(parts=(one(kwh, "kWh"),), how="power x 8,760 h / homes")


def money_for_power(asked: Question) -> Answer | None:
    """Money for each unit of power: "3.2 bn$ for 2.262 GW", "100 bn over 10 GW"."""
    found = find(rf"(<n><s>)\s*\$? (?:for|over) {_POWER}", asked.inputs)
    if found is None:
        return None
    return Answer(parts=(one(value(found[1]) / (value(found[2]) * POWER_KW[found[3]]), "USD/kW"),), how="money / power")


def exchange_rate(asked: Question) -> Answer | None:
    """A rate of exchange from one amount in two currencies: "JPY 10 bn = 68 M$"."""
    found = find(r"(?:JPY|¥) ?(<n><s>) = (<n>\s*(?:k|M|bn)?) ?\$", asked.inputs)
    if found is None:
        return None
    return Answer(parts=(one(value(found[1]) / value(found[2]), "JPY/USD"),), how="yen / dollars")


_PRODUCTS = {"bn$": "USD", "M$": "USD", "$": "USD", "bn$/GW": "USD/kW", "-": "1", "%": "1", "$/h": "USD/h"}


def product(asked: Question) -> Answer | None:
    """A product that the row writes out: "50-60 bn x 65-70 %", "39 % x 70 % GM", "2.788 M H800-h x 2 $"."""
    text = asked.inputs.rpartition(":")[2]
    factors = [_factor(part) for part in re.split(r"\s[x×]\s", text)]
    unit = _PRODUCTS.get(asked.unit)
    if len(factors) < 2 or unit is None or None in factors:
        return None
    pairs = [pair for pair in factors if pair is not None]
    low, high = math.prod(pair[0] for pair in pairs), math.prod(pair[1] for pair in pairs)
    per = 1e6 if unit == "USD/kW" else 1.0
    return Answer(parts=(Part(low / per, high / per, unit),), how="product of what the row states")


def _factor(text: str) -> tuple[float, float] | None:
    """Return the one amount of a factor; None where it holds none or several."""
    amount = rf"(?<![\w.])({NUMBER})(?:\s*[-–]\s*({NUMBER}))?\s*({SCALE})?\s*(%)?"
    found = re.findall(amount, text)
    if len(found) != 1:
        return None
    low, high, scale, percent = found[0]
    first, second = ends(low, high or None, scale or None)
    return (first / 100.0, second / 100.0) if percent else (first, second)
