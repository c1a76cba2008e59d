"""Notes of level payments, the rent that carries them, and the sources and uses of their issuer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.finance.debt import annuity_payment
from denshi.finance.vehicle.terms import PERIODS_PER_YEAR, Terms

Periods = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Notes:
    """Payment of each half-year and what is owed after it, shape (periods + 1,); the first entry is the first day."""

    service_usd: Periods
    balance_usd: Periods


@dataclass(frozen=True, slots=True)
class SourcesUses:
    """What the issuer raises and what becomes of it [USD]; ``left`` is what reserves hold beyond what they need."""

    notes: float
    equity: float
    interest_income: float
    contribution: float
    interest_of_construction: float
    debt_service_reserve: float
    left: float


def notes(terms: Terms) -> Notes:
    """Return the schedule of the notes from the first day of the lease.

    .. math:: s = N r / (1 - (1 + r)^{-n}), \\quad B_t = B_{t-1} (1 + r) - s

    with r and n of half-years. Source: brealey, chapter 2.

    >>> terms = Terms(cost_usd=28.79e9, notes_usd=27.3e9, note_rate=0.0658, investor_equity_usd=2.45e9)
    >>> found = notes(terms)
    >>> round(float(2 * found.service_usd[1]) / 1e9, 3), bool(abs(found.balance_usd[-1]) < 1.0)
    (2.474, True)
    """
    rate, count = terms.note_rate / PERIODS_PER_YEAR, round(PERIODS_PER_YEAR * terms.note_years)
    payment = annuity_payment(terms.notes_usd, rate, count)
    service, balance = np.zeros(terms.periods + 1), np.zeros(terms.periods + 1)
    balance[0] = terms.notes_usd
    for t in range(1, terms.periods + 1):
        service[t] = payment if t <= count else 0.0
        balance[t] = max(balance[t - 1] * (1.0 + rate) - service[t], 0.0)
    return Notes(service, balance)


def rent_usd(terms: Terms) -> Periods:
    """Return the contract rent of each half-year, shape (periods + 1,), nothing on the first day.

    rent = note service x DSCR / (investor's share x (1 - running cost)), then growing by the escalator from year to
    year: the least rent with which the issuer's share carries its notes as often as agreed.
    """
    base = float(notes(terms).service_usd[1]) * terms.dscr / (terms.investor_fraction * (1.0 - terms.opex_fraction))
    year = np.floor(np.arange(terms.periods) / PERIODS_PER_YEAR)
    return np.concatenate([[0.0], base * (1.0 + terms.rent_growth_fraction) ** year])


def sources_and_uses(terms: Terms) -> SourcesUses:
    """Return sources and uses of the issuer; sources = uses to the cent.

    >>> terms = Terms(cost_usd=28.79e9, notes_usd=27.3e9, note_rate=0.0658, investor_equity_usd=2.45e9,
    ...     interest_income_usd=1.16e9, construction_years=43 / 12)
    >>> found = sources_and_uses(terms)
    >>> [round(one / 1e9, 2) for one in (found.interest_of_construction, found.debt_service_reserve, found.left)]
    [6.44, 1.24, 0.2]
    """
    reserve = float(notes(terms).service_usd[1]) * terms.reserve_months / 6.0
    contribution = terms.investor_fraction * terms.cost_usd
    interest = terms.notes_usd * terms.note_rate * terms.construction_years
    sources = terms.notes_usd + terms.investor_equity_usd + terms.interest_income_usd
    return SourcesUses(
        notes=terms.notes_usd,
        equity=terms.investor_equity_usd,
        interest_income=terms.interest_income_usd,
        contribution=contribution,
        interest_of_construction=interest,
        debt_service_reserve=reserve,
        left=sources - contribution - interest - reserve,
    )
