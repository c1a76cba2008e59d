"""The cash of a deal, step by step: from takings through tax, debt and reserves to what is left for its owners."""

from dataclasses import dataclass

import numpy as np

from denshi.finance.deal.sizing import Funding, fund, most_by_cover, reserve_targets, service_shape
from denshi.finance.deal.terms import Deal, Debt, Matrix, Tax, check

# A step that owes less than this share of the debt owes nothing.
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Money of each step [USD], [path, step], positive as its name says.

    ``available_usd`` is the cash available for debt service. ``project_usd`` is the cash flow without debt, taxed as if
    there were none; ``equity_usd`` that of the owners. ``cover`` is available over service, not a number where nothing
    is owed. ``locked_usd`` is what the lock-up holds back at the end of a step, ``reserve_usd`` what all reserves hold.
    """

    uses_usd: Matrix
    debt_draw_usd: Matrix
    equity_draw_usd: Matrix
    grant_usd: Matrix
    construction_interest_usd: Matrix
    fees_usd: Matrix
    available_usd: Matrix
    interest_usd: Matrix
    repayment_usd: Matrix
    balance_usd: Matrix
    reserve_usd: Matrix
    reserve_interest_usd: Matrix
    tax_usd: Matrix
    locked_usd: Matrix
    project_usd: Matrix
    equity_usd: Matrix
    cover: Matrix

    @property
    def debt_usd(self) -> Matrix:
        """All that is drawn, [path]."""
        total: Matrix = self.debt_draw_usd.sum(axis=1)
        return total


def cash_flows(deal: Deal) -> Flows:
    """Return the flows of a deal, of all its paths at once.

    Construction: uses = capital cost + interest + fees + reserves, paid from grants, debt and equity in proportion.
    Operation: takings - running costs - what is put aside for renewal is available for debt service; what is left after
    tax, service and reserves goes to the owners, early repayment and lock-up before them. Sources less uses, and what
    comes in less what goes out, are nothing in every step but for rounding (``unbalanced_usd``).

    Parameters
    ----------
    deal : the project; 1 path or many.

    Raises
    ------
    OutOfRangeError : a term has no meaning.

    Source: yescombe2013, chapters 12 and 13.
    """
    check(deal)
    paths, steps = deal.shape
    wide = {name: _wide(getattr(deal, name), (paths, steps)) for name in _WIDE}
    available = wide["revenue_usd"] - wide["opex_usd"] - wide["refresh_saved_usd"]
    available[:, : deal.built] = 0.0
    kept = reserve_targets(_operating(wide["opex_usd"], deal.built), deal.opex_reserve_steps)
    kept[:, -1] = 0.0
    uses = (wide["capex_usd"] - wide["grant_usd"])[:, : deal.built].copy()
    uses[:, -1] += kept[:, deal.built - 1]
    funding, shape = _funded(deal, uses, available)
    return _operated(deal, wide, available, kept, funding, shape)


_WIDE = (
    *("capex_usd", "grant_usd", "revenue_usd", "opex_usd", "depreciation_usd", "credit_usd"),
    *("refresh_usd", "refresh_saved_usd"),
)


def unbalanced_usd(deal: Deal, flows: Flows) -> Matrix:
    """Return sources less uses of construction and what comes in less what goes out of operation, [path, step].

    It is put together from the printed flows alone: grants, draws and takings against capital cost, interest, fees,
    running costs, renewal, tax, service, change of reserves and of what is locked up, and what the owners get.
    """
    shape = deal.shape
    wide = {name: _wide(getattr(deal, name), shape) for name in _WIDE}
    into = wide["revenue_usd"] + wide["credit_usd"] + flows.reserve_interest_usd + flows.debt_draw_usd
    into = into + wide["grant_usd"]
    into[:, -1:] += _column(deal.residual_usd, shape[0])
    out = wide["capex_usd"] + flows.construction_interest_usd + flows.fees_usd + wide["opex_usd"]
    out = out + wide["refresh_usd"] + flows.tax_usd + flows.interest_usd + flows.repayment_usd
    out = out + np.diff(flows.reserve_usd, axis=1, prepend=0.0) + np.diff(flows.locked_usd, axis=1, prepend=0.0)
    return into - out - flows.equity_usd


def _wide(value: Matrix | float, shape: tuple[int, int]) -> Matrix:
    return np.broadcast_to(np.atleast_2d(np.asarray(value, dtype=float)), shape)


def _column(value: Matrix | float, paths: int) -> Matrix:
    return np.broadcast_to(np.reshape(np.asarray(value, dtype=float), (-1, 1)), (paths, 1))


def _operating(values: Matrix, built: int) -> Matrix:
    found = values.copy()
    found[:, :built] = 0.0
    return found


def _funded(deal: Deal, uses: Matrix, available: Matrix) -> tuple[Funding, Matrix]:
    """Return the funding and the service of a dollar of debt; without debt all is equity."""
    debt = deal.debt or Debt(rate=0.0, construction_rate=0.0, gearing=0.0, tenor_steps=1)
    operating = available[:, deal.built :]
    shape = service_shape(debt, operating, deal.steps_per_year)
    most = np.maximum(most_by_cover(debt, operating, shape), 0.0)
    return fund(deal, debt, uses, shape, most), shape


def _operated(
    deal: Deal, wide: dict[str, Matrix], available: Matrix, kept: Matrix, funding: Funding, shape: Matrix
) -> Flows:
    """Walk through the steps of operation; all paths move together."""
    paths, steps = deal.shape
    service, rates = _scheduled(deal, funding.facility_usd, shape, steps)
    found = _constructed(deal, wide, kept, funding, service)
    held = _Held.at_start(funding)
    tax_rate = np.asarray(deal.tax.rate, dtype=float).reshape(-1)
    residual, book = (_column(value, paths)[:, 0] for value in (deal.residual_usd, deal.book_usd))
    for t in range(deal.built, steps):
        last = t == steps - 1
        interest, fees = rates.of(t, held.balance)
        operating = wide["revenue_usd"][:, t] - wide["opex_usd"][:, t]
        income = operating - wide["depreciation_usd"][:, t] + (residual - book if last else 0.0)
        earned = found["reserve_interest_usd"][:, t]
        tax, held.losses = _taxed(deal.tax, income + earned - interest - fees, held.losses, tax_rate)
        plain, held.plain_losses = _taxed(deal.tax, income, held.plain_losses, tax_rate)
        cash = operating + wide["credit_usd"][:, t] + (residual if last else 0.0) - wide["refresh_usd"][:, t]
        found["project_usd"][:, t] = cash - plain
        due = np.minimum(service[:, t], held.balance + interest)
        change = found["reserve_usd"][:, t] - found["reserve_usd"][:, t - 1]
        left = cash + earned - tax - fees - due - change
        early = _swept(deal.debt, left, held.balance + interest - due)
        held.balance = held.balance - (due - interest + early)
        free, held.locked = _released(deal.debt, left - early, held.locked, available[:, t], due, last=last)
        now = {"interest_usd": interest, "repayment_usd": due - interest + early, "balance_usd": held.balance}
        now |= {"tax_usd": tax, "fees_usd": fees, "locked_usd": held.locked, "equity_usd": free}
        for name, values in now.items():
            found[name][:, t] = values
    owed = found["interest_usd"] + found["repayment_usd"]
    least = np.maximum(funding.facility_usd, 1.0) * _NOTHING
    cover = np.divide(available, owed, out=np.full_like(owed, np.nan), where=owed > least)
    uses = wide["capex_usd"] + found["construction_interest_usd"] + found["fees_usd"]
    return Flows(uses_usd=uses, grant_usd=wide["grant_usd"], available_usd=available, cover=cover, **found)


@dataclass(slots=True)
class _Held:
    """What passes from one step to the next: debt, losses with and without debt, what the lock-up holds back."""

    balance: Matrix
    losses: Matrix
    plain_losses: Matrix
    locked: Matrix

    @classmethod
    def at_start(cls, funding: Funding) -> "_Held":
        balance = funding.debt_usd.sum(axis=1)
        return cls(balance, *(np.zeros_like(balance) for _ in range(3)))


def _constructed(
    deal: Deal, wide: dict[str, Matrix], kept: Matrix, funding: Funding, service: Matrix
) -> dict[str, Matrix]:
    """Return matrices for all flows, those of construction and of the reserves filled in."""
    built = deal.built
    found = {name: np.zeros(deal.shape, order="F") for name in _FOUND}
    found["debt_draw_usd"][:, :built] = funding.debt_usd
    found["equity_draw_usd"][:, :built] = funding.equity_usd
    found["construction_interest_usd"][:, :built] = funding.interest_usd
    found["fees_usd"][:, :built] = funding.fees_usd
    found["balance_usd"][:, :built] = np.cumsum(funding.debt_usd, axis=1)
    found["equity_usd"][:, :built] = -funding.equity_usd
    found["project_usd"][:, :built] = wide["grant_usd"][:, :built] - wide["capex_usd"][:, :built]
    reserves = kept + reserve_targets(service, deal.debt.reserve_steps if deal.debt else 0.0)
    reserves[:, : built - 1] = 0.0  # paid in with the last step of construction
    found["reserve_usd"][:] = reserves + np.cumsum(wide["refresh_saved_usd"] - wide["refresh_usd"], axis=1)
    rate = deal.reserve_rate / deal.steps_per_year
    found["reserve_interest_usd"][:, built:] = rate * found["reserve_usd"][:, built - 1 : -1]
    return found


def _swept(debt: Debt | None, left: Matrix, owed: Matrix) -> Matrix:
    """Return what is repaid early."""
    if debt is None or debt.sweep_fraction == 0.0:
        return np.zeros_like(left)
    swept: Matrix = np.minimum(debt.sweep_fraction * np.maximum(left, 0.0), owed)
    return swept


def _released(
    debt: Debt | None, free: Matrix, locked: Matrix, available: Matrix, due: Matrix, *, last: bool
) -> tuple[Matrix, Matrix]:
    """Return what the owners get and what stays locked up: all of it while the cover is too low."""
    if debt is None or debt.lock_up_cover == 0.0:
        return free, locked
    low = (available < debt.lock_up_cover * due) & (due > 0.0) & (not last)
    held = np.where(low, locked + np.maximum(free, 0.0), 0.0)
    return free + locked - held, held


_FOUND = (
    *("debt_draw_usd", "equity_draw_usd", "construction_interest_usd", "fees_usd", "interest_usd", "repayment_usd"),
    *("balance_usd", "reserve_usd", "reserve_interest_usd", "tax_usd", "locked_usd", "project_usd", "equity_usd"),
)


def _taxed(tax: Tax, income: Matrix, losses: Matrix, rate: Matrix) -> tuple[Matrix, Matrix]:
    """Return the tax of a step and the losses that are carried into the next."""
    if tax.losses == "refunded":
        return rate * income, losses
    positive = np.maximum(income, 0.0)
    used = np.minimum(losses, tax.loss_limit * positive)
    return rate * (positive - used), losses - used + np.maximum(-income, 0.0)


@dataclass(frozen=True, slots=True)
class _Rates:
    """Interest of each step and the fee paid in it on the balance."""

    plain: float
    at: int | None
    refinanced: float
    fee: float

    def of(self, step: int, balance: Matrix) -> tuple[Matrix, Matrix]:
        """Return the interest of a step on a balance, and the fee."""
        rate = self.plain if self.at is None or step <= self.at else self.refinanced
        return rate * balance, (self.fee if step == self.at else 0.0) * balance


def _scheduled(deal: Deal, facility: Matrix, shape: Matrix, steps: int) -> tuple[Matrix, _Rates]:
    """Return the service that is due in each step, [path, step], and the rates.

    After refinancing the same shape repays the balance at the new rate.
    """
    paths = len(shape)
    service = np.zeros((paths, steps), order="F")
    debt = deal.debt
    if debt is None:
        return service, _Rates(0.0, None, 0.0, 0.0)
    first, end = deal.built, deal.built + debt.tenor_steps
    service[:, first:end] = facility * shape
    rate = debt.rate / deal.steps_per_year
    at = None if debt.refinanced_at is None else first + debt.refinanced_at
    if at is None or at >= end - 1:
        return service, _Rates(rate, None, 0.0, 0.0)
    new = debt.refinanced_rate / deal.steps_per_year
    ahead = service[:, at + 1 : end]
    periods = -np.arange(1.0, end - at)
    owed, worth = ahead @ (1.0 + rate) ** periods, ahead @ (1.0 + new) ** periods
    factor = np.divide(owed, worth, out=np.ones_like(owed), where=worth > 0.0)
    service[:, at + 1 : end] = ahead * factor[:, None]
    return service, _Rates(rate, at, new, debt.refinanced_fee)
