"""Which dated rule of export control answers for a part, a destination and a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from denshi.buildout.rules.part import Traded
from denshi.catalog import Control
from denshi.errors import OutOfRangeError

ANY = "*"
STAGES = ("embargo", "letter", "review", "class", "default")
STRICTNESS = ("denied", "licence", "allowed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Where a part goes, for whom and when.

    ``destination`` and ``headquarters`` are the words by which rules name a country: its code and its country groups
    (``("CN", "D:1", "D:4", "D:5")``). ``headquarters`` is that of the buyer's ultimate parent; None: not asked.
    """

    destination: tuple[str, ...]
    day: date
    shipped_from: str = "US"
    end_use: str = "data-centre"
    headquarters: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The one rule that answers, and the words for it."""

    rule: Control
    why: str

    @property
    def verdict(self) -> str:
        """Return allowed, licence or denied."""
        return self.rule.verdict


def in_force(effective_from: str, effective_to: str | None, day: date) -> bool:
    """Return whether a rule holds on a day; its last day is included.

    >>> in_force("2025-05-15", "2025-05-13", date(2025, 5, 14))  # rescinded before it held
    False
    """
    return date.fromisoformat(effective_from) <= day and (
        effective_to is None or day <= date.fromisoformat(effective_to)
    )


def verdict_at(controls: Sequence[Control], part: Traded, shipment: Shipment) -> Answer:
    """Return the rule that answers for a part and a shipment: exactly one on every day since the first rule.

    Of the rules that hold on the day and whose box the shipment is in, the earliest stage answers (embargo, then
    letters to makers, then a policy of review, then the classes of 3A090, then the default). Within a stage the
    strictest verdict answers, then the newest rule.

    Parameters
    ----------
    controls : dated rules of the catalogue.
    part : what is shipped.
    shipment : where it goes, for whom, when.

    Raises
    ------
    OutOfRangeError : the day is before the first rule of the catalogue.

    Source: bis-3a090.
    """
    met = [rule for rule in controls if _holds(rule, part, shipment)]
    if not met:
        first = min((rule.effective_from for rule in controls), default="?")
        raise OutOfRangeError(f"no rule is known for {shipment.day}", why=f"the rules begin on {first}")
    best = min(met, key=lambda r: (STAGES.index(r.stage), STRICTNESS.index(r.verdict), _newest(r), r.id))
    return Answer(rule=best, why=_why(best, part))


def classification_at(controls: Sequence[Control], part: Traded, day: date) -> str:
    """Return the paragraph of 3A090 that a part falls under on a day, ``none`` where it falls under none.

    Parameters
    ----------
    controls : dated rules of the catalogue.
    part : the part.
    day : day on which it is classified.

    Source: bis-3a090.
    """
    met = [
        rule.classification
        for rule in controls
        if rule.stage == "class" and in_force(rule.effective_from, rule.effective_to, day) and _in_box(rule, part)
    ]
    return min(met, default="none")


def _newest(rule: Control) -> int:
    return -date.fromisoformat(rule.effective_from).toordinal()


def _holds(rule: Control, part: Traded, shipment: Shipment) -> bool:
    return (
        in_force(rule.effective_from, rule.effective_to, shipment.day)
        and _there(rule, shipment)
        and (rule.shipped_from is None or shipment.shipped_from in rule.shipped_from.split())
        and (rule.end_uses is None or shipment.end_use in rule.end_uses.split())
        and _in_box(rule, part)
    )


def _there(rule: Control, shipment: Shipment) -> bool:
    if not _meets(rule.destinations, shipment.destination):
        return False
    if rule.except_destinations is not None and _meets(rule.except_destinations, shipment.destination):
        return False
    if rule.headquarters is None:
        return True
    return shipment.headquarters is not None and _meets(rule.headquarters, shipment.headquarters)


def _meets(listed: str, words: tuple[str, ...]) -> bool:
    return listed == ANY or any(one in words for one in listed.split())


def _in_box(rule: Control, part: Traded) -> bool:
    # A part whose density or link rate is not known counts as inside: a rule is missed only on knowledge.
    return (
        (rule.parts is None or part.id in rule.parts.split())
        and (rule.data_centre is None or part.data_centre == bool(rule.data_centre))
        and _within(part.tpp, rule.tpp_least, rule.tpp_below)
        and _within(part.density, rule.density_least, rule.density_below)
        and _within(part.memory_bytes_per_s, None, rule.memory_bytes_per_s_below)
        and _within(part.io_bytes_per_s, rule.io_bytes_per_s_least, None)
    )


def _within(value: float | None, least: float | None, below: float | None) -> bool:
    if value is None:
        return True
    return (least is None or value >= least) and (below is None or value < below)


def _why(rule: Control, part: Traded) -> str:
    density = "of unknown density" if part.density is None else f"density {part.density:.2f}"
    shown = f"{part.name}: TPP {part.tpp:,.0f}, {density}, memory {part.memory_bytes_per_s / 1e9:,.0f} GB/s"
    note = rule.evidence["verdict"].note
    return f"{rule.name}: {rule.review}. {shown}" + (f". Note: {note}" if note else "")
