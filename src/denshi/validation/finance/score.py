"""Hold answers against the published numbers: one verdict a number, and none where a row is not understood."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from denshi.errors import DenshiError
from denshi.validation.finance import deals, exact, machines, owning, single_owner
from denshi.validation.finance.answer import Answer, DesignFigure, Question
from denshi.validation.finance.rows import Expected, Row, expected_of, tolerance_of
from denshi.validation.finance.units import in_unit

Verdict = Literal["holds", "fails", "not answered"]

# The first that understands a row answers it; what states more comes first.
_RECOGNISERS = (
    exact.trade_rule,
    exact.internal_rates,
    single_owner.single_owner,
    machines.accelerators_in_a_chain,
    machines.accelerators_of_power,
    machines.gigawatt_all_in,
    machines.parameter_counts,
    machines.utilisation,
    machines.build_price,
    owning.cost_of_owning,
    owning.payback_price,
    owning.price_per_sold_hour,
    owning.straight_line_years,
    deals.notes_service,
    deals.leverage,
    deals.whole_of_a_share,
    deals.sources,
    deals.share_of,
    deals.homes,
    deals.load_factor,
    deals.money_for_power,
    deals.exchange_rate,
    deals.ratio_of_powers,
    deals.product,
    machines.site_capex,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One number of one row. ``computed`` is in the row's unit, a pair where it is a range; None where not answered."""

    id: str
    row: str
    category: str
    inputs: str
    expected: str
    unit: str
    computed: float | tuple[float, float] | str | None
    verdict: Verdict
    reason: str


def score(rows: Sequence[Row], design_figure: DesignFigure | None) -> tuple[Scored, ...]:
    """Answer every row and hold each number against its tolerance."""
    found: list[Scored] = []
    for place, row in enumerate(rows):
        asked = Question(
            category=row.category,
            inputs=row.inputs,
            expected=row.expected,
            unit=row.unit,
            before=tuple(rows[:place]),
            design_figure=design_figure,
        )
        found += _scored(row, asked)
    return tuple(found)


def _scored(row: Row, asked: Question) -> Iterable[Scored]:
    numbers = expected_of(row)
    try:
        answer = next((one for ask in _RECOGNISERS if (one := ask(asked)) is not None), None)
    except (DenshiError, ValueError, ZeroDivisionError, OverflowError) as error:
        return [_told(row, number, i, None, "not answered", str(error)) for i, number in enumerate(numbers)]
    if answer is None:
        return [_told(row, number, i, None, "not answered", _unread(row)) for i, number in enumerate(numbers)]
    return [_held(row, number, i, answer) for i, number in enumerate(numbers)]


def _unread(row: Row) -> str:
    return f"no rule of denshi reads this statement of kind {row.category}"


def _held(row: Row, number: Expected, place: int, answer: Answer) -> Scored:
    if number.text in answer.words:
        words, holds = answer.words[number.text]
        return _told(row, number, place, words, "holds" if holds else "fails", answer.how)
    if number.low is None or number.high is None:
        return _told(row, number, place, None, "not answered", "what is expected holds no number")
    if place >= len(answer.parts):
        return _told(row, number, place, None, "not answered", "denshi computes no such number of this row")
    part = answer.parts[place]
    low, high = (in_unit(end, part.unit, _unit(number)) for end in (part.low, part.high))
    if low is None or high is None:
        return _told(row, number, place, None, "not answered", f'"{number.unit}" is no unit of {part.unit}')
    allowed = tolerance_of(row, number)
    if allowed is None:
        return _told(row, number, place, _shown(low, high), "not answered", f'"{row.tolerance}" is no tolerance')
    off = _off(low, high, number)
    verdict: Verdict = "holds" if off <= allowed * (1.0 + 1e-12) else "fails"
    reason = f"{answer.how}; off by {off:.3g} {number.unit}, {allowed:.3g} allowed"
    return _told(row, number, place, _shown(low, high), verdict, reason)


def _unit(number: Expected) -> str:
    """A unit that stands behind the number itself goes before that of the row."""
    inside = number.text.rpartition(" ")[2]
    return {"GPUs": "GPUs", "RT": "RT", "IT": "MW IT", "MW": "MW", "%": "%", "$": "$"}.get(inside, number.unit)


def _off(low: float, high: float, number: Expected) -> float:
    """Distance of a number from a range, or of two ranges end from end."""
    least, most = float(number.low or 0.0), float(number.high or 0.0)
    if low == high:
        return max(least - low, low - most, 0.0)
    return max(abs(low - least), abs(high - most))


def _shown(low: float, high: float) -> float | tuple[float, float]:
    return low if low == high else (low, high)


def _told(
    row: Row,
    number: Expected,
    place: int,
    computed: float | tuple[float, float] | str | None,
    verdict: Verdict,
    reason: str,
) -> Scored:
    several = len(expected_of(row)) > 1
    return Scored(
        id=f"{row.id}.{place + 1}" if several else row.id,
        row=row.id,
        category=row.category,
        inputs=row.inputs,
        expected=number.text,
        unit=number.unit,
        computed=computed,
        verdict=verdict,
        reason=reason,
    )
