"""What a financed project is: payments and takings of each step, taxes, reserves and the terms of its debt."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from denshi.errors import OutOfRangeError

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """Terms of a loan that is drawn with the uses of money and repaid from the cash of operation.

    Attributes
    ----------
    rate, construction_rate : interest of a year while operating and while building [1]; a step bears its share.
    gearing : debt over uses, at most [1].
    cover : least ratio of cash available over debt service that sizes the debt; None: gearing alone does.
    shape : "sculpted" follows the cash available, "annuity" is level, "equal" repays equal parts.
    tenor_steps, grace_steps : length of repayment, and of its beginning in which interest alone is paid [step].
    upfront_fraction, commitment_rate : fee on the facility, fee of a year on what is not drawn yet [1].
    reserve_steps : service of the following steps that a reserve account holds [step], parts of one allowed.
    balloon_fraction : share of the debt that is repaid at the very end [1].
    sweep_fraction : share of what is left after service that repays early [1].
    lock_up_cover : below this cover of a step nothing is distributed [1].
    refinanced_at, refinanced_rate, refinanced_fee : step of operation, new rate, fee on the balance; None: never.
    """

    rate: float
    construction_rate: float
    gearing: float
    tenor_steps: int
    cover: float | None = None
    shape: Literal["sculpted", "annuity", "equal"] = "sculpted"
    grace_steps: int = 0
    upfront_fraction: float = 0.0
    commitment_rate: float = 0.0
    reserve_steps: float = 0.0
    balloon_fraction: float = 0.0
    sweep_fraction: float = 0.0
    lock_up_cover: float = 0.0
    refinanced_at: int | None = None
    refinanced_rate: float = 0.0
    refinanced_fee: float = 0.0

    @property
    def refinancing_step(self) -> int | None:
        """The step of operation at whose end the debt is refinanced; None where nothing is owed then."""
        at = self.refinanced_at
        return at if at is not None and at < self.tenor_steps - 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """Tax on income: its rate, and what becomes of losses.

    Losses are "refunded" at the rate, or "carried" forward to be set against at most ``loss_limit`` of an income
    (1: without limit; United States 0.8, large companies in Japan 0.5).
    """

    rate: float | Matrix = 0.0
    losses: Literal["carried", "refunded"] = "carried"
    loss_limit: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A project of one or many paths: each matrix is [path, step] or broadcasts to it [USD of a step].

    Attributes
    ----------
    steps_per_year : 12 for months, 1 for years.
    built : first step of operation; uses of money end before it, what is earned before it belongs to the owners.
    capex_usd, grant_usd : uses and public money before operation.
    revenue_usd, opex_usd : takings and running costs, from the first step on.
    depreciation_usd : what income is reduced by for wear.
    credit_usd : tax credits, paid after tax.
    refresh_usd, refresh_saved_usd : purchases that renew hardware, and what is put aside for them beforehand.
    residual_usd : sale at the end [path, 1]; ``book_usd`` is its book value for tax.
    opex_reserve_steps : running costs of the following steps that are kept [step].
    reserve_rate : interest of a year on all reserves [1].
    """

    steps_per_year: int
    built: int
    capex_usd: Matrix
    revenue_usd: Matrix
    opex_usd: Matrix
    depreciation_usd: Matrix
    tax: Tax = field(default_factory=Tax)
    debt: Debt | None = None
    grant_usd: Matrix | float = 0.0
    credit_usd: Matrix | float = 0.0
    refresh_usd: Matrix | float = 0.0
    refresh_saved_usd: Matrix | float = 0.0
    residual_usd: Matrix | float = 0.0
    book_usd: Matrix | float = 0.0
    opex_reserve_steps: float = 0.0
    reserve_rate: float = 0.0

    @property
    def shape(self) -> tuple[int, int]:
        """Paths and steps of the widest matrix."""
        parts = (self.capex_usd, self.revenue_usd, self.opex_usd, self.depreciation_usd)
        paths, steps = np.broadcast_shapes(*(np.atleast_2d(part).shape for part in parts))
        return paths, steps


def check(deal: Deal) -> None:
    """Refuse terms that have no meaning.

    Raises
    ------
    OutOfRangeError : which term, and what it may be.
    """
    _, steps = deal.shape
    if not 1 <= deal.built < steps:
        raise OutOfRangeError(f"operation begins at step {deal.built} of {steps}", where="finance.deal.built")
    if np.any(np.atleast_2d(deal.capex_usd)[:, deal.built :]):
        raise OutOfRangeError("money is used after operation has begun: that is refresh", where="finance.deal.capex")
    debt = deal.debt
    if debt is None:
        return
    for name in ("gearing", "upfront_fraction", "balloon_fraction", "sweep_fraction"):
        value = getattr(debt, name)
        if not 0.0 <= value <= 1.0:
            raise OutOfRangeError(f"{name} {value:g} is not from 0 to 1", where="finance.deal.debt")
    if debt.cover is not None and not debt.cover > 0.0:
        raise OutOfRangeError(f"a cover of {debt.cover:g} is not above 0", where="finance.deal.debt.cover")
    if not 1 <= debt.tenor_steps <= steps - deal.built:
        raise OutOfRangeError(
            f"a tenor of {debt.tenor_steps} steps is not from 1 to the {steps - deal.built} of operation",
            where="finance.deal.debt.tenor",
        )
    if not 0 <= debt.grace_steps < debt.tenor_steps:
        raise OutOfRangeError("grace is as long as the tenor or longer", where="finance.deal.debt.grace")
    if min(debt.rate, debt.construction_rate, debt.refinanced_rate) <= -1.0:
        raise OutOfRangeError("an interest rate is below -100 %", where="finance.deal.debt.rate")
