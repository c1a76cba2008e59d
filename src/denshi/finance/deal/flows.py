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

    ``available_usd`` is the cash available for debt service. ``project_usd`` is the cash flow without debt, taxed
    as if there were none; ``equity_usd`` that of the owners. ``locked_usd`` is what the lock-up holds back at the
    end of a step, ``reserve_usd`` what all reserves hold.
    """

    capex_usd: Matrix
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

    @property
    def uses_usd(self) -> Matrix:
        """What is to be paid for in each step besides reserves: capital cost, interest while building, fees."""
        return self.capex_usd + self.construction_interest_usd + self.fees_usd

    @property
    def cover(self) -> Matrix:
        """Cash available over debt service, not a number where nothing is owed."""
        owed = self.interest_usd + self.repayment_usd
        least = np.maximum(self.debt_usd, 1.0)[:, None] * _NOTHING
        return np.divide(self.available_usd, owed, out=np.full_like(owed, np.nan), where=owed > least)

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
    return np.broadcast_to(np.atleast_2d(np.asarray(value, dtype=float)), shape)


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
    built, debt = deal.built, deal.debt or _NONE
    service = _scheduled(deal, funding.facility_usd, shape)
    reserve = _reserved(deal, wide, kept, service)
    earned = np.zeros(deal.shape)
    earned[:, built:] = deal.reserve_rate / deal.steps_per_year * reserve[:, built - 1 : -1]
    rates = (debt.rate / deal.steps_per_year, debt.refinanced_rate / deal.steps_per_year, debt.refinanced_fee)
    refunded = float(deal.tax.losses == "refunded")
    terms = np.array([*rates, debt.sweep_fraction, debt.lock_up_cover, deal.tax.loss_limit, refunded])
    at = debt.refinancing_step
    ends = [_column(value, paths)[:, 0] for value in (deal.tax.rate, deal.residual_usd, deal.book_usd)]
    walked = {name: np.empty(deal.shape) for name in WALKED}
    walk(
        built,
        -1 if at is None else built + at,
        terms,
        *(np.array(one) for one in ends),
        *(wide[name] for name in ("revenue_usd", "opex_usd", "depreciation_usd", "credit_usd", "refresh_usd")),
        *(available, service, reserve, earned, wide["capex_usd"], wide["grant_usd"]),
        *(funding.debt_usd, funding.equity_usd, funding.fees_usd),
        *walked.values(),
    )
    return Flows(
        capex_usd=wide["capex_usd"],
        grant_usd=wide["grant_usd"],
        debt_draw_usd=_padded(funding.debt_usd, deal.shape),
        equity_draw_usd=_padded(funding.equity_usd, deal.shape),
        construction_interest_usd=_padded(funding.interest_usd, deal.shape),
        available_usd=available,
        reserve_usd=reserve,
        reserve_interest_usd=earned,
        **walked,
    )


def _reserved(deal: Deal, wide: dict[str, Matrix], kept: Matrix, service: Matrix) -> Matrix:
    """Return what the reserves for running costs, for debt service and for renewal hold at the end of each step."""
    reserves = kept.copy()
    if deal.debt is not None:
        served = slice(deal.built - 1, deal.built + deal.debt.tenor_steps)
        reserves[:, served] += reserve_targets(service[:, served], deal.debt.reserve_steps)
    reserves[:, : deal.built - 1] = 0.0  # paid in with the last step of construction
    if np.any(deal.refresh_usd):
        reserves += np.cumsum(wide["refresh_saved_usd"] - wide["refresh_usd"], axis=1)
    return reserves


def _padded(building: Matrix, shape: tuple[int, int]) -> Matrix:
    """Return flows of construction with nothing after it."""
    found = np.zeros(shape)
    found[:, : building.shape[1]] = building
    return found


def _scheduled(deal: Deal, facility: Matrix, shape: Matrix) -> Matrix:
    """Return the service that is due in each step, [path, step]."""
    service = np.zeros(deal.shape)
    if deal.debt is not None:
        service[:, deal.built : deal.built + deal.debt.tenor_steps] = facility * shape
    return service
