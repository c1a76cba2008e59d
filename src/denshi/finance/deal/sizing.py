"""How much debt a deal bears, and how it is drawn: linear fixed points, solved once for all paths."""

from dataclasses import dataclass

import numpy as np

from denshi.finance.deal.terms import Deal, Debt, Matrix
from denshi.finance.deal.walk import draw


@dataclass(frozen=True, slots=True)
class Funding:
    """Uses and sources of each step of construction, [path, step]; ``facility_usd`` is [path, 1]."""

    facility_usd: Matrix
    debt_usd: Matrix
    equity_usd: Matrix
    interest_usd: Matrix
    fees_usd: Matrix
    reserve_usd: Matrix


def service_shape(debt: Debt, available_usd: Matrix, steps_per_year: int) -> Matrix:
    """Return the debt service of each step of the tenor for one dollar of debt at its beginning, [path, step].

    .. math:: \\sum_t s_t (1 + r)^{-t} = 1

    with interest alone in the grace period, a balloon in the last step, and between them the shape: in proportion to
    the cash available where it is above nothing, level, or equal repayments.
    """
    rate, tenor, grace = debt.rate / steps_per_year, debt.tenor_steps, debt.grace_steps
    discount = (1.0 + rate) ** -np.arange(1.0, tenor + 1.0)
    shape = np.zeros((available_usd.shape[0], tenor))
    after = slice(grace, tenor)
    if debt.shape == "sculpted":
        shape[:, after] = np.maximum(available_usd[:, :tenor], 0.0)[:, after]
    elif debt.shape == "annuity":
        shape[:, after] = 1.0
    else:
        left = 1.0 - np.arange(tenor - grace) / (tenor - grace)
        shape[:, after] = 1.0 / (tenor - grace) + rate * left
    fixed = np.zeros(tenor)
    fixed[:grace] = rate
    fixed[-1] += debt.balloon_fraction
    worth = shape @ discount
    # Where no cash is to be expected the debt has no shape; it is then as good as repaid at the end.
    scale = np.divide(1.0 - fixed @ discount, worth, out=np.zeros_like(worth), where=worth > 0.0)
    found: Matrix = shape * scale[:, None] + fixed
    return found


def refinanced(debt: Debt, shape: Matrix, steps_per_year: int) -> Matrix:
    """Return a service that after refinancing repays what is owed then at the new rate, in the same proportions."""
    at = debt.refinancing_step
    if at is None:
        return shape
    ahead, periods = shape[:, at + 1 :], -np.arange(1.0, shape.shape[1] - at)
    owed = ahead @ (1.0 + debt.rate / steps_per_year) ** periods
    worth = ahead @ (1.0 + debt.refinanced_rate / steps_per_year) ** periods
    factor = np.divide(owed, worth, out=np.ones_like(owed), where=worth > 0.0)
    return np.concatenate([shape[:, : at + 1], ahead * factor[:, None]], axis=1)


def most_by_cover(debt: Debt, available_usd: Matrix, shape: Matrix) -> Matrix:
    """Return the debt that the cash available covers as asked in every step, [path, 1]; infinite without a cover."""
    if debt.cover is None:
        return np.full((len(shape), 1), np.inf)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        each = np.maximum(available_usd[:, : debt.tenor_steps], 0.0) / (debt.cover * shape)
    each = np.where(shape > 0.0, each, np.inf)
    if debt.shape != "sculpted" or debt.grace_steps or debt.balloon_fraction:
        lowest: Matrix = each.min(axis=1, keepdims=True)
        return lowest
    # All equal but for rounding: the present value of what is available over the cover.
    owed = np.isfinite(each)
    count = owed.sum(axis=1, keepdims=True)
    total = np.where(owed, each, 0.0).sum(axis=1, keepdims=True)
    mean: Matrix = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    return mean


def fund(deal: Deal, debt: Debt, uses_usd: Matrix, shape: Matrix, most_usd: Matrix) -> Funding:
    """Draw debt and equity for construction; the facility pays its own interest, fees and reserve.

    With g the share of debt, F the facility, c the commitment fee, f the fee up front and R the reserve,

    .. math:: U_t = C_t + f F [t = 0] + R F [t = T] + r (B_{t-1} + d_t / 2) + c (F - B_{t-1}), \\quad d_t = g U_t

    B is affine in F, so that F = sum d is one linear equation. Where the cover allows less than the gearing does, F is
    what the cover allows, and g follows.

    Parameters
    ----------
    uses_usd : what is to be paid in each step of construction [USD], [path, step].
    shape : service of the tenor for one dollar of debt.
    most_usd : debt that the cover allows [USD], [path, 1].

    Source: yescombe2013, chapter 13.
    """
    uses = np.ascontiguousarray(uses_usd)
    reserve = _following(shape, debt.reserve_steps, 0)
    facility = np.zeros(len(uses))
    parts = tuple(np.zeros_like(uses) for _ in range(5))
    per_year = deal.steps_per_year
    rates = (debt.construction_rate / per_year, debt.commitment_rate / per_year)
    draw(debt.gearing, *rates, debt.upfront_fraction, uses, reserve, most_usd[:, 0].copy(), facility, *parts)
    return Funding(facility[:, None], *parts)


def reserve_targets(service_usd: Matrix, steps: float) -> Matrix:
    """Return what a reserve holds at the end of each step: the service of so many following steps."""
    found = np.zeros_like(service_usd)
    whole, part = int(steps), steps - int(steps)
    for ahead in range(1, whole + 1):
        found[:, :-ahead] += service_usd[:, ahead:]
    if part > 0.0:
        found[:, : -whole - 1] += part * service_usd[:, whole + 1 :]
    return found


def _following(shape: Matrix, steps: float, first: int) -> Matrix:
    """Return the sum of so many steps from one on."""
    whole = int(steps)
    found: Matrix = shape[:, first : first + whole].sum(axis=1)
    if steps > whole and first + whole < shape.shape[1]:
        found = found + (steps - whole) * shape[:, first + whole]
    return found
