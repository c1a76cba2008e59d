"""Rows that ask for exact agreement: predicates of trade rules, another program."""

import re
from datetime import date

from denshi.buildout.rules import Goods, Shipment, classification_at, duties_at, verdict_at
from denshi.buildout.rules.known import controls, country, duties, traded
from denshi.buildout.rules.known import words as country_words
from denshi.validation.finance.answer import Answer, Question, one

_CLASSES = {".a": "3A090.a", ".b": "3A090.b", "neither": "none"}
_ANSWERS = ("true", "false", "allowed", "licence", "license", "case-by-case", "denied")
# The day on which a predicate is judged where the row states none: both boxes of the tariff hold, and the class rules.
_DAY = date(2026, 2, 1)


def trade_rule(asked: Question) -> Answer | None:
    """Which chips a rule names: a class of 3A090, the boxes of the Section 232 duty, or the answer for a country."""
    if asked.category != "rule":
        return None
    stated = re.search(r"(20\d\d-\d\d-\d\d)", asked.inputs)
    day = date.fromisoformat(stated[1]) if stated else _DAY
    words: dict[str, tuple[str, bool]] = {}
    for text in (part.strip() for part in asked.expected.split(";")):
        found = re.match(r"([\w/, +-]+?) +(\S+)", text)
        if found is None or found[2].lower() not in (*_CLASSES, *_ANSWERS):
            continue
        names = [name for name in re.split(r"[/,] *", found[1]) if name]
        own = {name: _answer_of(asked.inputs, name, day) for name in names}
        if None not in own.values():
            words[text] = (
                ", ".join(f"{name} {said}" for name, said in own.items()),
                all(_agree(said, found[2].lower()) for said in own.values()),
            )
    return Answer(words=words, how=f"dated rules of the catalogue on {day}") if words else None


def _answer_of(statement: str, chip: str, day: date) -> str | None:
    """Return what the rules say of a chip: a class, whether a duty takes it, or the verdict for China."""
    part = traded(chip)
    if re.search(r"3A090", statement):
        return classification_at(controls(), part, day)
    if re.search(r"232", statement):
        goods = Goods(goods_usd=1.0, country="US", origin="TW", heading="8471.80", end_use="transit", part=part)
        return str(any("232" in duty.component for duty in duties_at(duties(), goods, day)))
    if re.search(r"\bBIS\b|case-by-case|export|licen[cs]e", statement):
        return verdict_at(controls(), part, Shipment(destination=country_words(country("CN")), day=day)).verdict
    return None


def _agree(said: str | None, published: str) -> bool:
    if published in _CLASSES:
        return said == _CLASSES[published]
    if published in ("true", "false"):
        return str(said).lower() in ((published,) if said in ("True", "False") else _TRUTH[published])
    return said == ("licence" if published in ("licence", "license", "case-by-case") else published)


# Of a rule that opens a review, true is that it takes the chip: a licence may be had.
_TRUTH = {"true": ("licence",), "false": ("denied", "allowed")}


def internal_rates(asked: Question) -> Answer | None:
    """How far internal rates of return are from those of another program, where that is installed."""
    if not re.search(r"IRR of .*vectors", asked.inputs):
        return None
    try:
        import pyxirr
    except ImportError:
        return None
    import numpy as np

    from denshi.finance import irr_many

    worst = 0.0
    for periods in (21, 241):
        random = np.random.default_rng(periods)
        flows = np.concatenate(
            [-random.uniform(50, 150, (2000, 1)), random.uniform(0, 30, (2000, periods - 1))], axis=1
        )
        theirs = np.array([pyxirr.irr(flow) for flow in flows], dtype=float)
        worst = max(worst, float(np.nanmax(np.abs(irr_many(flows, 1.0) - theirs))))
    return Answer(parts=(one(worst, "1"),), how="2,000 vectors of 21 and of 241 periods against pyxirr")
