"""On which days of a span the answer of dated rules can change."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from denshi.catalog import Control, Duty


def turning_days(rules: Iterable[Control | Duty], first: date, last: date) -> Sequence[date]:
    """Return the first day of a span and every later one on which a rule begins, or the day after one ends.

    Between two of these days no answer changes, so that a year is known from a few evaluations.

    Parameters
    ----------
    rules : dated rules.
    first, last : the span, both days in it.
    """
    days = {first}
    for rule in rules:
        days.add(date.fromisoformat(rule.effective_from))
        if rule.effective_to is not None:
            days.add(date.fromisoformat(rule.effective_to) + timedelta(days=1))
    return tuple(sorted(day for day in days if first <= day <= last))
