"""Where the rent goes, half-year by half-year, and who gets what on the day that the tenant leaves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.finance.vehicle.notes import notes, rent_usd, sources_and_uses
from denshi.finance.vehicle.terms import PERIODS_PER_YEAR, Terms

Periods = NDArray[np.float64]
Paths = NDArray[np.float64]

# Below this share of the notes what is owed is rounding.
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """Flows of each half-year while the lease runs, and accounts after it, shape (periods + 1,) [USD].

    rent = running cost + sponsor + issuer; issuer = paid on the notes + distributed + growth of reserve and trap.
    ``service`` is what the notes ask for, ``scheduled`` what they owe if all is paid on time, ``owed`` what they do
    owe, arrears and their interest among it.
    """

    rent: Periods
    running_cost: Periods
    sponsor: Periods
    issuer: Periods
    service: Periods
    paid: Periods
    distributed: Periods
    reserve: Periods
    trap: Periods
    scheduled: Periods
    owed: Periods


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What each party gets when the tenant leaves, and what it was still owed, path by path [USD].

    ``notes_due``, ``equity_due`` and ``sponsor_due`` are the notes with arrears and the capital that equity and sponsor
    have put in and not had back. proceeds + guarantee + accounts = notes + equity + sponsor.
    """

    proceeds: Paths
    guarantee: Paths
    accounts: Paths
    notes: Paths
    equity: Paths
    sponsor: Paths
    notes_due: Paths
    equity_due: Paths
    sponsor_due: Paths

    @property
    def notes_lost(self) -> Paths:
        """What holders of notes do not get back."""
        return np.maximum(self.notes_due - self.notes, 0.0)

    @property
    def equity_lost(self) -> Paths:
        """Capital that the issuer's equity does not get back."""
        return np.maximum(self.equity_due - self.equity, 0.0)

    @property
    def sponsor_lost(self) -> Paths:
        """Capital that the sponsor does not get back."""
        return np.maximum(self.sponsor_due - self.sponsor, 0.0)


def waterfall(terms: Terms) -> Waterfall:
    """Run rent through the joint venture and its issuer for as long as the lease may run.

    Rent pays running cost; the rest goes to issuer and sponsor by their shares. The issuer pays its notes, out of the
    reserve where its share falls short; what is left fills the reserve, is trapped while the half-year's cover is below
    the lock-up, and is distributed, with what was trapped, once it is not.
    """
    rent, schedule = rent_usd(terms), notes(terms)
    count = len(rent)
    flows = {name: np.zeros(count) for name in Waterfall.__dataclass_fields__}
    flows["rent"], flows["running_cost"] = rent, terms.opex_fraction * rent
    flows["issuer"] = terms.investor_fraction * (rent - flows["running_cost"])
    flows["sponsor"] = rent - flows["running_cost"] - flows["issuer"]
    flows["service"], flows["scheduled"] = schedule.service_usd, schedule.balance_usd
    target = max(sources_and_uses(terms).debt_service_reserve, 0.0)
    flows["reserve"][0] = max(min(target, target + sources_and_uses(terms).left), 0.0)
    flows["owed"][0] = terms.notes_usd
    for t in range(1, count):
        _half_year(terms, flows, t, target)
    return Waterfall(**flows)


def _half_year(terms: Terms, flows: dict[str, Periods], t: int, target: float) -> None:
    """Take one half-year through the issuer's accounts: notes, reserve, trap, equity."""
    before = t - 1
    interest = terms.note_rate / PERIODS_PER_YEAR * flows["owed"][before]
    # What was missed is due at once: all that is owed beyond the schedule.
    due = max(flows["owed"][before] + interest - flows["scheduled"][t], 0.0)
    held = flows["issuer"][t] + flows["trap"][before] + flows["reserve"][before]
    flows["paid"][t] = min(due, held)
    flows["owed"][t] = flows["owed"][before] + interest - flows["paid"][t]
    if flows["owed"][t] < _NOTHING * terms.notes_usd:
        flows["owed"][t] = 0.0
    left = held - flows["paid"][t]
    flows["reserve"][t] = min(left, target) if flows["owed"][t] > 0.0 else 0.0
    free = left - flows["reserve"][t]
    covered = flows["issuer"][t] >= terms.lock_up_dscr * flows["service"][t] and flows["paid"][t] >= due
    flows["distributed"][t] = free if covered or flows["owed"][t] == 0.0 else 0.0
    flows["trap"][t] = free - flows["distributed"][t]


def settle(terms: Terms, run: Waterfall, node: int, worth_usd: Paths, guarantee_usd: Paths) -> Settlement:
    """Divide the value of the buildings and the guarantee among the parties at a half-year.

    Issuer and sponsor get their shares of both; the issuer adds its accounts and repays its notes first.
    """
    share = terms.investor_fraction
    accounts = np.full_like(worth_usd, run.reserve[node] + run.trap[node])
    pot = share * (worth_usd + guarantee_usd) + accounts
    due = np.full_like(worth_usd, run.owed[node])
    repaid = np.minimum(pot, due)
    past = slice(0, node + 1)
    return Settlement(
        proceeds=worth_usd,
        guarantee=guarantee_usd,
        accounts=accounts,
        notes=repaid,
        equity=pot - repaid,
        sponsor=(1.0 - share) * (worth_usd + guarantee_usd),
        notes_due=due,
        equity_due=np.full_like(worth_usd, max(terms.investor_equity_usd - float(run.distributed[past].sum()), 0.0)),
        sponsor_due=np.full_like(worth_usd, max((1.0 - share) * terms.cost_usd - float(run.sponsor[past].sum()), 0.0)),
    )
