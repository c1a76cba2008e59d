"""The cash of a deal, step by step: from takings through tax, debt and reserves to what is left for its owners."""

from dataclasses import dataclass

import numpy as np

from denshi.finance.deal.sizing import Funding, fund, most_by_cover, refinanced, reserve_targets, service_shape
from denshi.finance.deal.terms import Deal, Debt, Matrix, check
from denshi.finance.deal.walk import WALKED, walk

# A step that owes less than this share of the debt owes nothing.
_NOTHING = 1e-12
_NONE = Debt(rate=0.0, construction_rate=0.0, gearing=0.0, tenor_steps=1)


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
    kept = _kept_for_opex(deal, wide["opex_usd"])
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
    return np.ascontiguousarray(np.broadcast_to(np.atleast_2d(np.asarray(value, dtype=float)), shape))


def _column(value: Matrix | float, paths: int) -> Matrix:
    return np.broadcast_to(np.reshape(np.asarray(value, dtype=float), (-1, 1)), (paths, 1))


def _kept_for_opex(deal: Deal, opex_usd: Matrix) -> Matrix:
    """Return what is kept at the end of each step for running costs to come."""
    operating = opex_usd.copy()
    operating[:, : deal.built] = 0.0
    return reserve_targets(operating, deal.opex_reserve_steps)


def _funded(deal: Deal, uses: Matrix, available: Matrix) -> tuple[Funding, Matrix]:
    """Return the funding and the service of a dollar of debt; without debt all is equity."""
    debt = deal.debt or _NONE
    operating = available[:, deal.built :]
    shape = service_shape(debt, operating, deal.steps_per_year)
    most = np.maximum(most_by_cover(debt, operating, shape), 0.0)
    shape = refinanced(debt, shape, deal.steps_per_year)
    return fund(deal, debt, uses, shape, most), shape


def _operated(
    deal: Deal, wide: dict[str, Matrix], available: Matrix, kept: Matrix, funding: Funding, shape: Matrix
) -> Flows:
    """Walk through the steps of operation of every path."""
    paths, _ = deal.shape
    service = _scheduled(deal, funding.facility_usd, shape)
    found = _constructed(deal, wide, kept, funding, service)
    debt = deal.debt or _NONE
    rates = (debt.rate / deal.steps_per_year, debt.refinanced_rate / deal.steps_per_year, debt.refinanced_fee)
    refunded = float(deal.tax.losses == "refunded")
    terms = np.array([*rates, debt.sweep_fraction, debt.lock_up_cover, deal.tax.loss_limit, refunded])
    at = debt.refinancing_step
    ends = [_column(value, paths)[:, 0] for value in (deal.tax.rate, deal.residual_usd, deal.book_usd)]
    walk(
        deal.built,
        -1 if at is None else deal.built + at,
        terms,
        *(np.ascontiguousarray(one) for one in ends),
        *(wide[name] for name in ("revenue_usd", "opex_usd", "depreciation_usd", "credit_usd", "refresh_usd")),
        available,
        service,
        found["reserve_usd"],
        found["reserve_interest_usd"],
        *(found[name] for name in WALKED),
    )
    owed = found["interest_usd"] + found["repayment_usd"]
    least = np.maximum(funding.facility_usd, 1.0) * _NOTHING
    cover = np.divide(available, owed, out=np.full_like(owed, np.nan), where=owed > least)
    uses = wide["capex_usd"] + found["construction_interest_usd"] + found["fees_usd"]
    return Flows(uses_usd=uses, grant_usd=wide["grant_usd"], available_usd=available, cover=cover, **found)


def _constructed(
    deal: Deal, wide: dict[str, Matrix], kept: Matrix, funding: Funding, service: Matrix
) -> dict[str, Matrix]:
    """Return matrices for all flows, those of construction and of the reserves filled in."""
    built = deal.built
    found = {name: np.zeros(deal.shape) for name in _FOUND}
    found["debt_draw_usd"][:, :built] = funding.debt_usd
    found["equity_draw_usd"][:, :built] = funding.equity_usd
    found["construction_interest_usd"][:, :built] = funding.interest_usd
    found["fees_usd"][:, :built] = funding.fees_usd
    found["balance_usd"][:, :built] = np.cumsum(funding.debt_usd, axis=1)
    found["equity_usd"][:, :built] = -funding.equity_usd
    found["project_usd"][:, :built] = wide["grant_usd"][:, :built] - wide["capex_usd"][:, :built]
    reserves = kept + reserve_targets(service, deal.debt.reserve_steps if deal.debt else 0.0)
    reserves[:, : built - 1] = 0.0  # paid in with the last step of construction
    if np.any(deal.refresh_usd):
        reserves += np.cumsum(wide["refresh_saved_usd"] - wide["refresh_usd"], axis=1)
    found["reserve_usd"] = reserves
    rate = deal.reserve_rate / deal.steps_per_year
    found["reserve_interest_usd"][:, built:] = rate * found["reserve_usd"][:, built - 1 : -1]
    return found


_FOUND = (
    *("debt_draw_usd", "equity_draw_usd", "construction_interest_usd", "reserve_usd", "reserve_interest_usd", *WALKED),
)


def _scheduled(deal: Deal, facility: Matrix, shape: Matrix) -> Matrix:
    """Return the service that is due in each step, [path, step]."""
    service = np.zeros(deal.shape)
    if deal.debt is not None:
        service[:, deal.built : deal.built + deal.debt.tenor_steps] = facility * shape
    return service
