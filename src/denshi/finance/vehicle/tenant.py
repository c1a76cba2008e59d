"""When the tenant stays: renewals as an option, with the guarantee that leaving costs, by least squares Monte Carlo.

At each node the tenant compares

    stay   sum of max(b_t, 0) - rent_t + (1 - s) net rent_t over the next term, and what the later nodes are worth
    leave  - guarantee_t - moving + (1 - s) (V_t + guarantee_t) + sum of max(b_t - q_t, 0) to the end of the last term

with b what the accelerators earn before rent, q the market's rent elsewhere, V the value of the buildings and s the
issuer's share: the tenant is the sponsor, too, and whoever leaves may rent elsewhere where that pays.

The difference is regressed on the state at the node (longstaff2001), the policy is then played on fresh paths, so that
its value is a bound from below; perfect foresight bounds it from above.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.finance.vehicle.market import Scenarios, market_rent_usd, value_usd
from denshi.finance.vehicle.notes import notes, rent_usd
from denshi.finance.vehicle.terms import PERIODS_PER_YEAR, Market, Terms

Paths = NDArray[np.float64]
Nodes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Payoffs:
    """Present values at the first day of the lease [USD]: of staying each term, and of leaving at each node.

    ``stay`` has shape (paths, terms), ``leave`` (paths, nodes); ``guarantee`` is what leaving pays on the guarantee,
    not discounted; ``worth`` the value of the buildings at each node.
    """

    stay: Paths
    leave: Paths
    guarantee: Paths
    worth: Paths


@dataclass(frozen=True, slots=True)
class Policy:
    """Weights of the regression at each node; None stays always."""

    weights: tuple[NDArray[np.float64] | None, ...]


def payoffs(terms: Terms, market: Market, paths: Scenarios, *, guaranteed: bool = True) -> Payoffs:
    """Return what each decision is worth on each path."""
    contract = rent_usd(terms)
    elsewhere = market_rent_usd(market, terms.cost_usd, paths.rent_index)
    earned = margin_usd(terms, market, paths)
    factor = discount(market, terms.periods)
    own = 1.0 - terms.investor_fraction
    stay_flow = (np.maximum(earned, 0.0) - contract * (1.0 - own * (1.0 - terms.opex_fraction))) * factor
    leave_flow = np.maximum(earned - elsewhere, 0.0) * factor
    stay_flow[:, 0] = leave_flow[:, 0] = 0.0
    after = leave_flow[:, ::-1].cumsum(axis=1)[:, ::-1]
    term = terms.periods_of_a_term
    stay = np.stack([stay_flow[:, k * term + 1 : (k + 1) * term + 1].sum(axis=1) for k in range(terms.renewals + 1)], 1)
    sold = 1.0 - market.sale_cost_fraction
    at_end = value_usd(market, terms.cost_usd, paths.rent_index[:, -1], terms.periods) * sold
    stay[:, -1] += own * at_end * factor[-1]
    nodes = list(terms.nodes)
    worth = value_usd(market, terms.cost_usd, paths.rent_index[:, nodes], np.asarray(nodes, dtype=float))
    worth = worth * sold
    owed = guarantee_usd(terms, worth) if guaranteed else np.zeros_like(worth)
    moving = market.moving_years * PERIODS_PER_YEAR * contract[1]
    moves = moving * (earned[:, nodes] > elsewhere[:, nodes])
    later = np.stack([after[:, node + 1] for node in nodes], 1) if nodes else np.zeros((len(earned), 0))
    leave = later + (own * (worth + owed) - owed - moves) * factor[nodes]
    return Payoffs(stay, leave, owed, worth)


def margin_usd(terms: Terms, market: Market, paths: Scenarios) -> Paths:
    """Return what the accelerators earn in a half-year before rent: b = rent_1 (m + u (index - 1))."""
    first = float(rent_usd(terms)[1])
    return np.asarray(first * (market.margin_multiple + market.revenue_multiple * (paths.revenue_index - 1.0)))


def guarantee_usd(terms: Terms, worth_usd: Paths) -> Paths:
    """Return what the tenant owes on the guarantee if it leaves at each node.

    .. math:: R_k = \\min(\\mathrm{cap}_k, \\max(0, B_k / s - V_k))

    The level is what the notes owe over the issuer's share: with it, that share of the value repays them.
    """
    nodes = np.asarray(terms.nodes)
    level = notes(terms).balance_usd[nodes] / terms.investor_fraction
    return np.asarray(np.minimum(cap_usd(terms), np.maximum(level - worth_usd, 0.0)))


def cap_usd(terms: Terms) -> Paths:
    """Return the cap of the guarantee at each node [USD]: nothing beyond its years."""
    age = np.asarray(terms.nodes) / PERIODS_PER_YEAR
    share = 1.0 - age / terms.guarantee_years if terms.guarantee_declines else np.ones_like(age)
    within = age <= terms.guarantee_years + 1e-9
    return terms.guarantee_cap_fraction * terms.cost_usd * np.where(within, np.maximum(share, 0.0), 0.0)


def discount(market: Market, periods: int) -> Paths:
    """Return the tenant's discount factors at the end of each half-year."""
    return np.asarray((1.0 + market.discount_rate) ** (-np.arange(periods + 1) / PERIODS_PER_YEAR))


def learn(terms: Terms, market: Market, paths: Scenarios, found: Payoffs) -> Policy:
    """Return the policy that the paths teach, from the last node backwards."""
    weights: list[NDArray[np.float64] | None] = []
    ahead = found.stay[:, -1].copy()
    for k in reversed(range(terms.renewals)):
        basis = _basis(terms, market, paths, k)
        better = ahead - found.leave[:, k]
        weight = np.asarray(np.linalg.lstsq(basis, better, rcond=None)[0], dtype=float)
        weights.append(weight)
        ahead = found.stay[:, k] + np.where(basis @ weight >= 0.0, ahead, found.leave[:, k])
    return Policy(tuple(reversed(weights)))


def play(terms: Terms, market: Market, paths: Scenarios, policy: Policy) -> Nodes:
    """Return the node at which each path is left, counted from 0; the number of nodes where it stays to the end."""
    exits = np.full(len(paths.rent_index), terms.renewals)
    for k in reversed(range(terms.renewals)):
        weight = policy.weights[k]
        if weight is not None:
            exits = np.where(_basis(terms, market, paths, k) @ weight >= 0.0, exits, k)
    return exits


def worth_usd(found: Payoffs, exits: Nodes) -> Paths:
    """Return what each path is worth to the tenant if it is left there [USD]."""
    staying = np.concatenate([np.zeros((len(exits), 1)), found.stay.cumsum(axis=1)], axis=1)
    leaving = np.concatenate([found.leave, np.zeros((len(exits), 1))], axis=1)
    row = np.arange(len(exits))
    return np.asarray(staying[row, exits + 1] + leaving[row, exits])


def foresight_usd(found: Payoffs) -> Paths:
    """Return what each path is worth to one who knows it all: the most of all exits [USD]."""
    nodes = found.leave.shape[1]
    every = [worth_usd(found, np.full(len(found.stay), k)) for k in range(nodes + 1)]
    return np.asarray(np.max(every, axis=0))


def _basis(terms: Terms, market: Market, paths: Scenarios, k: int) -> Paths:
    """State at a node: logs of rent and revenue to the third degree, and the kinks of the payoffs."""
    node = terms.nodes[k]
    rent, revenue = paths.rent_index[:, node], paths.revenue_index[:, node]
    x, z = np.log(rent), np.log(revenue)
    first = rent_usd(terms)[1]
    earned = market.margin_multiple + market.revenue_multiple * (revenue - 1.0)
    over = earned - market_rent_usd(market, terms.cost_usd, rent) / first
    worth = value_usd(market, terms.cost_usd, rent, node) * (1.0 - market.sale_cost_fraction)
    owed = np.minimum(
        cap_usd(terms)[k], np.maximum(notes(terms).balance_usd[node] / terms.investor_fraction - worth, 0.0)
    )
    columns = [np.ones_like(x), x, z, x * x, x * z, z * z, x**3, z**3, x * x * z, x * z * z]
    columns += [np.maximum(earned, 0.0), np.maximum(over, 0.0), owed / terms.cost_usd, rent]
    return np.stack(columns, 1)
