"""The recursions of a deal, path by path: what each step of construction and of operation leaves to the next.

Both are written for one number at a time: compiled where there are many paths, as they stand where there are few.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

WALKED = (
    *("interest_usd", "repayment_usd", "balance_usd", "tax_usd", "fees_usd", "locked_usd", "equity_usd"),
    "project_usd",
)
# Compiling takes about as long as walking so many paths without.
_FEW = 100
_MOST_TURNS, _STANDS = 60, 1e-14
# Matrices that the walk through a deal reads.
_READ = 14


def draw(gearing: float, rate: float, commitment: float, upfront: float, uses: Matrix, *columns: Matrix) -> None:
    """Size and draw the debt of each path, in place; ``sizing.fund`` gives the equations.

    Parameters
    ----------
    gearing : share of debt, at most [1].
    rate, commitment, upfront : interest and commitment fee of a step, fee on the facility [1].
    uses : to be paid in each step of construction [USD].
    columns : reserve for a dollar of debt and most debt by path; then to be filled: facility by path; debt, equity,
        interest, fees and reserve by path and step.
    """
    (_draw if len(uses) < _FEW else _compiled(_draw))(gearing, rate, commitment, upfront, uses, *columns)


def walk(built: int, refinanced_at: int, terms: Matrix, *columns: Matrix) -> None:
    """Fill in the flows of all steps; what is earned while building goes to the owners after tax.

    Interest is paid on the balance of the step before; tax on takings - costs - depreciation - interest - fees, losses
    as the terms say; what is due is at most what is owed; a share of what is left repays early; below the cover of the
    lock-up the rest is held back.

    Parameters
    ----------
    built : first step of operation.
    refinanced_at : the step whose end refinancing stands at; -1: never.
    terms : rate and rate after refinancing of a step, its fee, share swept, cover of the lock-up, share of an income
        that losses may reduce, 1 where losses are refunded.
    columns : tax rate, residual value, book value by path; takings, costs, depreciation, credits, renewal, cash
        available, service, reserves, interest on reserves, capital cost, grants, debt and equity drawn, fees of
        building by path and step, the last three for construction alone; then those to be filled, as ``WALKED``.
    """
    (_walk if len(columns[0]) < _FEW else _compiled_walk())(built, refinanced_at, terms, *columns)


@cache
def _compiled_walk() -> Callable[..., None]:
    import numba

    # One signature for whatever is read: a whole matrix, or one value or row that stands for all of it.
    read = numba.types.Array(numba.float64, 2, "A", readonly=True)
    line, written = numba.float64[::1], numba.float64[:, ::1]
    whole = numba.int64
    signature = numba.void(whole, whole, line, *[line] * 3, *[read] * _READ, *[written] * len(WALKED))
    found: Callable[..., None] = numba.njit(signature, nogil=True, error_model="numpy")(_walk)
    return found


@cache
def _compiled(plain: Callable[..., None]) -> Callable[..., None]:
    import numba

    found: Callable[..., None] = numba.njit(nogil=True, error_model="numpy")(plain)
    return found


def _draw(
    gearing: float,
    rate: float,
    commitment: float,
    upfront: float,
    uses: Matrix,
    reserve: Matrix,
    most: Matrix,
    facility: Matrix,
    debt: Matrix,
    equity: Matrix,
    interest: Matrix,
    fees: Matrix,
    kept: Matrix,
) -> None:
    paths, steps = uses.shape
    for p in range(paths):
        share, share_before, drawn_before, size = gearing, 0.0, 0.0, 0.0
        for turn in range(_MOST_TURNS):
            # What is drawn is affine in the facility: constant + slope x facility.
            constant = slope = 0.0
            closed = share / (1.0 - 0.5 * share * rate)
            growth = 1.0 + closed * (rate - commitment)
            for t in range(steps):
                fixed = commitment + (upfront if t == 0 else 0.0) + (reserve[p] if t == steps - 1 else 0.0)
                constant = growth * constant + closed * uses[p, t]
                slope = growth * slope + closed * fixed
            if turn == 0:
                size = constant / (1.0 - slope) if slope < 1.0 else 0.0
                if size <= most[p]:
                    break
                size = most[p]
            drawn = constant + slope * size
            if drawn == drawn_before:
                break
            step = (size - drawn) * (share - share_before) / (drawn - drawn_before)
            share_before, drawn_before, share = share, drawn, share + step
            if abs(step) <= _STANDS:
                break
        facility[p], balance = size, 0.0
        for t in range(steps):
            fees[p, t] = commitment * (size - balance) + (upfront * size if t == 0 else 0.0)
            kept[p, t] = reserve[p] * size if t == steps - 1 else 0.0
            paid = uses[p, t] + fees[p, t] + kept[p, t]
            debt[p, t] = share * (paid + rate * balance) / (1.0 - 0.5 * share * rate)
            interest[p, t] = rate * (balance + 0.5 * debt[p, t])
            equity[p, t] = paid + interest[p, t] - debt[p, t]
            balance += debt[p, t]


def _walk(
    built: int,
    refinanced_at: int,
    terms: Matrix,
    tax_rate: Matrix,
    residual: Matrix,
    book: Matrix,
    revenue: Matrix,
    opex: Matrix,
    depreciation: Matrix,
    credit: Matrix,
    refresh: Matrix,
    available: Matrix,
    service: Matrix,
    reserve: Matrix,
    earned: Matrix,
    capex: Matrix,
    grant: Matrix,
    debt_draw: Matrix,
    equity_draw: Matrix,
    building_fees: Matrix,
    interest: Matrix,
    repayment: Matrix,
    balance: Matrix,
    tax: Matrix,
    fees: Matrix,
    locked: Matrix,
    equity: Matrix,
    project: Matrix,
) -> None:
    rate_before, rate_after, fee, swept, lock_up, loss_limit = terms[:6]
    refunded = terms[6] != 0.0
    paths, steps = revenue.shape
    for p in range(paths):
        owed = drawn = held = losses = plain_losses = 0.0
        for t in range(steps):
            last = t == steps - 1
            rate = rate_before if refinanced_at < 0 or t <= refinanced_at else rate_after
            due_interest = owed * rate
            due_fees = owed * fee if t == refinanced_at else 0.0
            operating = revenue[p, t] - opex[p, t]
            income = operating - depreciation[p, t] + (residual[p] - book[p] if last else 0.0)
            taxed = income + earned[p, t] - due_interest - due_fees
            plain = income
            if not refunded:
                used = min(losses, loss_limit * max(taxed, 0.0))
                losses += max(-taxed, 0.0) - used
                taxed = max(taxed, 0.0) - used
                used = min(plain_losses, loss_limit * max(plain, 0.0))
                plain_losses += max(-plain, 0.0) - used
                plain = max(plain, 0.0) - used
            cash = operating + credit[p, t] + (residual[p] if last else 0.0) - refresh[p, t]
            project[p, t] = cash - tax_rate[p] * plain
            tax[p, t] = tax_rate[p] * taxed
            if t < built:
                drawn += debt_draw[p, t]
                project[p, t] += grant[p, t] - capex[p, t]
                equity[p, t] = cash - tax[p, t] - equity_draw[p, t]
                balance[p, t], fees[p, t] = drawn, building_fees[p, t]
                interest[p, t] = repayment[p, t] = locked[p, t] = 0.0
                owed = drawn if t == built - 1 else 0.0
                continue
            due = min(service[p, t], owed + due_interest)
            change = reserve[p, t] - reserve[p, t - 1]
            left = cash + earned[p, t] - tax[p, t] - due_fees - due - change
            early = min(swept * max(left, 0.0), owed + due_interest - due)
            owed -= due - due_interest + early
            left -= early
            low = available[p, t] < lock_up * due and due > 0.0 and not last
            kept = held + max(left, 0.0) if low else 0.0
            equity[p, t] = left + held - kept
            held = kept
            interest[p, t] = due_interest
            repayment[p, t] = due - due_interest + early
            balance[p, t] = owed
            fees[p, t] = due_fees
            locked[p, t] = kept
