"""Who loses what: on the day of one exit at a stated value, and on average over all that may happen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.finance.vehicle.market import Scenarios, scenarios, value_usd
from denshi.finance.vehicle.tenant import (
    Nodes,
    Payoffs,
    discount,
    foresight_usd,
    guarantee_usd,
    learn,
    margin_usd,
    payoffs,
    play,
    worth_usd,
)
from denshi.finance.vehicle.terms import PERIODS_PER_YEAR, Market, Terms, check
from denshi.finance.vehicle.waterfall import Settlement, Waterfall, settle, waterfall

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over paths and its standard error."""

    mean: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """What happens if the tenant leaves at one node with the buildings worth so much of their cost [USD].

    The tenant also loses what its own accelerators still stand at in its books: they are nobody's claim here.
    """

    year: float
    worth_fraction: float
    worth: float
    guarantee: float
    notes_due: float
    notes_lost: float
    equity_lost: float
    sponsor_lost: float
    tenant_pays: float
    accelerators_book: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """How often the tenant leaves at a node, and what it then means on average [USD].

    ``obsolete`` is how often, of those still there, the accelerators earn nothing before rent at the node, and
    ``leaves_if_obsolete`` how often the tenant then leaves; None where it is never seen.
    """

    year: float
    probability: float
    obsolete: float
    leaves_if_obsolete: float | None
    worth: float
    guarantee: float
    notes_lost: float
    equity_lost: float
    sponsor_lost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """Values on the first day of the lease [USD].

    ``renewal_option`` : what it is worth to the tenant that it may leave, over staying to the end.
    ``renewal_option_most`` : the same to one who knows the future, a bound from above.
    ``guarantee_paid`` : present value of what it pays on the guarantee.
    ``guarantee_to_notes``, ``guarantee_to_equity``, ``guarantee_to_sponsor`` : what the guarantee adds to each, the
    tenant's own change of mind included: without it the tenant leaves more often.
    ``guarantee_costs_tenant`` : what it takes from the tenant's value.
    """

    renewal_option: Estimate
    renewal_option_most: Estimate
    guarantee_paid: Estimate
    guarantee_costs_tenant: Estimate
    guarantee_to_notes: Estimate
    guarantee_to_equity: Estimate
    guarantee_to_sponsor: Estimate
    notes_lost: Estimate
    notes_lost_unguaranteed: Estimate
    stays_to_the_end: float
    stays_unguaranteed: float
    nodes: tuple[Node, ...]


def stress(terms: Terms, market: Market, node: int, fractions: tuple[float, ...]) -> tuple[Exit, ...]:
    """Return who loses what if the tenant leaves at a node, for values of the buildings over their cost.

    Parameters
    ----------
    terms, market : the deal, and what a sale costs.
    node : which of the renewals is refused, counted from 0.
    fractions : values over cost [1].
    """
    check(terms, market)
    run, found = waterfall(terms), []
    period = terms.nodes[node]
    age = period / PERIODS_PER_YEAR
    book = terms.accelerators_usd * max(1.0 - age / terms.accelerator_years, 0.0)
    for fraction in fractions:
        worth = np.zeros((1, len(terms.nodes)))
        worth[0, node] = fraction * terms.cost_usd * (1.0 - market.sale_cost_fraction)
        owed = guarantee_usd(terms, worth)[:, node]
        parts = settle(terms, run, period, worth[:, node], owed)
        found.append(
            Exit(
                year=age,
                worth_fraction=fraction,
                worth=float(worth[0, node]),
                guarantee=float(owed[0]),
                notes_due=float(parts.notes_due[0]),
                notes_lost=float(parts.notes_lost[0]),
                equity_lost=float(parts.equity_lost[0]),
                sponsor_lost=float(parts.sponsor_lost[0]),
                tenant_pays=float(owed[0]),
                accelerators_book=book,
            )
        )
    return tuple(found)


def value(terms: Terms, market: Market, paths: int = 40_000, seed: int = 1) -> Valued:
    """Value renewals and guarantee together: the tenant decides with the guarantee in view, then without.

    The policy is learnt on one set of paths and played on another.
    """
    check(terms, market)
    teach = scenarios(market, terms.periods, paths, seed)
    fresh = scenarios(market, terms.periods, paths, seed + 1)
    run = waterfall(terms)
    with_it, without = (
        _played(terms, market, teach, fresh, run, guaranteed=guaranteed) for guaranteed in (True, False)
    )
    stays = worth_usd(with_it.found, np.full(paths, terms.renewals))
    return Valued(
        renewal_option=_estimate(with_it.tenant - stays),
        renewal_option_most=_estimate(foresight_usd(with_it.found) - stays),
        guarantee_paid=_estimate(with_it.guarantee),
        guarantee_costs_tenant=_estimate(without.tenant - with_it.tenant),
        guarantee_to_notes=_estimate(with_it.notes - without.notes),
        guarantee_to_equity=_estimate(with_it.equity - without.equity),
        guarantee_to_sponsor=_estimate(with_it.sponsor - without.sponsor),
        notes_lost=_estimate(with_it.notes_lost),
        notes_lost_unguaranteed=_estimate(without.notes_lost),
        stays_to_the_end=float(np.mean(with_it.exits == terms.renewals)),
        stays_unguaranteed=float(np.mean(without.exits == terms.renewals)),
        nodes=tuple(_node(terms, market, fresh, run, with_it, k) for k in range(terms.renewals)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Played:
    """Each path: where it is left, and present values to each party [USD]."""

    found: Payoffs
    exits: Nodes
    tenant: Vector
    guarantee: Vector
    notes: Vector
    equity: Vector
    sponsor: Vector
    notes_lost: Vector


def _played(
    terms: Terms, market: Market, teach: Scenarios, fresh: Scenarios, run: Waterfall, *, guaranteed: bool
) -> _Played:
    policy = learn(terms, market, teach, payoffs(terms, market, teach, guaranteed=guaranteed))
    found = payoffs(terms, market, fresh, guaranteed=guaranteed)
    exits = play(terms, market, fresh, policy)
    factor = discount(market, terms.periods)
    parties = {name: np.zeros(len(exits)) for name in ("notes", "equity", "sponsor", "notes_lost", "guarantee")}
    for k in range(terms.renewals + 1):
        here = exits == k
        parts, period = _settled(terms, market, run, found, fresh, here, k)
        paid, past = factor[period], slice(0, period + 1)
        parties["notes"][here] = float(run.paid[past] @ factor[past]) + paid * parts.notes
        parties["equity"][here] = float(run.distributed[past] @ factor[past]) + paid * parts.equity
        parties["sponsor"][here] = float(run.sponsor[past] @ factor[past]) + paid * parts.sponsor
        parties["notes_lost"][here] = paid * parts.notes_lost
        parties["guarantee"][here] = paid * parts.guarantee
    return _Played(found=found, exits=exits, tenant=worth_usd(found, exits), **parties)


def _settled(
    terms: Terms, market: Market, run: Waterfall, found: Payoffs, fresh: Scenarios, here: Mask, k: int
) -> tuple[Settlement, int]:
    """Return the settlement of the paths left at a node, or of those that stay to the end, and its half-year."""
    if k < terms.renewals:
        return settle(terms, run, terms.nodes[k], found.worth[here, k], found.guarantee[here, k]), terms.nodes[k]
    worth = value_usd(market, terms.cost_usd, fresh.rent_index[here, -1], terms.periods)
    worth = worth * (1.0 - market.sale_cost_fraction)
    return settle(terms, run, terms.periods, worth, np.zeros_like(worth)), terms.periods


def _node(terms: Terms, market: Market, fresh: Scenarios, run: Waterfall, played: _Played, k: int) -> Node:
    here, still = played.exits == k, played.exits >= k
    idle = still & (margin_usd(terms, market, fresh)[:, terms.nodes[k]] <= 0.0)
    parts = settle(terms, run, terms.nodes[k], played.found.worth[here, k], played.found.guarantee[here, k])

    def mean(values: Vector) -> float:
        return float(values.mean()) if values.size else 0.0

    return Node(
        year=terms.nodes[k] / PERIODS_PER_YEAR,
        probability=float(here.mean()),
        obsolete=float(idle.sum() / max(int(still.sum()), 1)),
        leaves_if_obsolete=float(here[idle].mean()) if idle.any() else None,
        worth=mean(parts.proceeds),
        guarantee=mean(parts.guarantee),
        notes_lost=mean(parts.notes_lost),
        equity_lost=mean(parts.equity_lost),
        sponsor_lost=mean(parts.sponsor_lost),
    )


def _estimate(values: Vector) -> Estimate:
    """Return mean and standard error; antithetic twins stand half the paths apart and count as one draw."""
    half = len(values) // 2
    pairs = 0.5 * (values[:half] + values[half : 2 * half]) if half else values
    return Estimate(
        mean=float(values.mean()), error=float(pairs.std(ddof=1) / np.sqrt(len(pairs))) if half > 1 else 0.0
    )
