"""Rows on what owning, renting and writing off hardware costs."""

import re

from denshi.catalog import System, rows
from denshi.finance import annuity_payment, capital_charge
from denshi.validation.finance.amounts import find, value
from denshi.validation.finance.answer import Answer, Question, one
from denshi.validation.read import packaged_claims

_BASE_CLAIM = "owning-a-gigawatt-costs-eight-billion-a-year"
_HOURS = 8760.0
_PAYBACK = "H100 all-in 50 k$, 3-y payback, +20 % opex"


def cost_of_owning(asked: Question) -> Answer | None:
    """A yearly cost of ownership: annuities of hardware and facility plus running cost, or a share of it."""
    text = _with_same(asked, "")
    if asked.category != "tco" and not re.search(r"TCO|IT life", text):
        return None
    terms = _terms(text)
    hardware = capital_charge(terms["it_usd"], terms["rate"], terms["it_years"])
    total = hardware + capital_charge(terms["facility_usd"], terms["rate"], terms["facility_years"]) + terms["opex_usd"]
    wanted = asked.inputs.lower()
    if "server share" in wanted:
        return _server_share(terms, total)
    if "energy" in wanted:
        return _energy_of_a_gigawatt()
    if "share" in wanted or asked.unit not in ("bn$/y", "$/y"):
        return None
    return Answer(parts=(one(total, "USD/year"),), how="annuities of IT and facility plus running cost")


def _terms(text: str) -> dict[str, float]:
    """Return the terms that a text states last, else those of the shipped claim."""
    base = {quantity.name: float(quantity.spec) for quantity in packaged_claims()[_BASE_CLAIM].inputs}
    patterns = {
        "capex_usd": r"capex (<n><s>)",
        "opex_usd": r"opex (<n><s>)",
        "it_years": r"IT life (<n>) y",
        "facility_years": r"facility (<n>) y",
        "rate": r"(?:annuity at|r ?=|charge|rate) ?(<n>) %",
        "it_usd": r"IT ?= ?(<n><s>)",
        "facility_usd": r"facility ?= ?(<n><s>)",
    }
    for name, pattern in patterns.items():
        found = [find(pattern, part) for part in text.split(";")]
        stated = [value(match[1]) for match in found if match]
        if stated:
            base[name] = stated[-1] / 100.0 if name == "rate" else stated[-1]
    if re.search(r"straight[- ]line|r ?= ?0|without cost of capital", text):
        base["rate"] = 0.0
    if "capex_usd" in base and "IT=" not in text:
        shipped = base["it_usd"] / (base["it_usd"] + base["facility_usd"])
        base["it_usd"], base["facility_usd"] = shipped * base["capex_usd"], (1.0 - shipped) * base["capex_usd"]
    return base


def _server_share(terms: dict[str, float], total: float) -> Answer:
    rack = rows("systems")["gb200-nvl72"]
    if not isinstance(rack, System):
        raise ValueError("the catalogue holds no GB200 rack")
    racks = 1e6 / rack.power_kw
    servers = capital_charge(racks * rack.price_usd, terms["rate"], terms["it_years"])
    return Answer(
        parts=(one(servers / total, "1"),),
        how=f"{racks:,.0f} racks of {rack.name} in 1 GW at the catalogue's price, their annuity over the whole cost",
    )


def _energy_of_a_gigawatt() -> Answer:
    from denshi.validation.check import check

    found = check(packaged_claims()["energy-of-a-gigawatt-costs-600-million-a-year"])
    if found.denshi is None:
        raise ValueError(found.reason)
    return Answer(parts=(one(found.denshi, "USD/year"),), how="IT power x PUE x load factor x industrial price")


def payback_price(asked: Question) -> Answer | None:
    """The hourly price at which hardware pays back: price x (1 + running) / hours."""
    text = _with_same(asked, _PAYBACK)
    price = find(r"(<n>\s*[kM]?)\s*\$", asked.inputs)
    years = find(r"(<n>)-y(?:ear)? payback", text)
    if asked.category != "rental" or price is None or years is None:
        return None
    running = find(r"\+ ?(<n>) % opex", text)
    more = 1.0 + (value(running[1]) / 100.0 if running else 0.0)
    return Answer(
        parts=(one(value(price[1]) * more / (value(years[1]) * _HOURS), "USD/h"),),
        how="price x (1 + running share) / (years x 8,760 h)",
    )


def price_per_sold_hour(asked: Question) -> Answer | None:
    """What an hour costs where a price is spread over lives at a utilisation."""
    found = find(r"(<n>\s*[kM]?)\s*\$.*?over ((?:<n>\s*/?\s*)+)\s*y(?:ears?)?(?:.*?at (<n>) % utili)?", asked.inputs)
    if found is None:
        return None
    used = value(found[3]) / 100.0 if found[3] else 1.0
    lives = [value(life) for life in re.findall(r"[\d.]+", found[2])]
    return Answer(
        parts=tuple(one(value(found[1]) / (life * _HOURS * used), "USD/h") for life in lives),
        how="price / (years x 8,760 h x utilisation)",
    )


def straight_line_years(asked: Question) -> Answer | None:
    """Depreciation of a year on a straight line."""
    price, lives = find(r"(<n>\s*[kM]?)\s*\$", asked.inputs), re.findall(r"([\d.]+)[ -]?y", asked.inputs)
    if "straight" not in asked.inputs or price is None or not lives:
        return None
    return Answer(
        parts=tuple(one(annuity_payment(value(price[1]), 0.0, value(life)), "USD/year") for life in lives),
        how="price / years",
    )


def _with_same(asked: Question, base: str) -> str:
    """Return the text with what "same" stands for: the last row before it that states itself, else a base."""
    if not re.search(r"\bsame\b", asked.inputs):
        return asked.inputs
    earlier = [one.inputs for one in asked.before if one.category == asked.category and "same" not in one.inputs]
    return f"{(earlier or [base])[-1]}; {asked.inputs}"
