"""One trial: capacities and a price of unclean energy in, cuts and a feasible dispatch out."""

from dataclasses import dataclass

import numpy as np

from denshi.energy.screen.scaled import Index, Matrix, Scaled, Vector

_BUILT = 1e-9
# Years up to this many hours are turned for each operation; longer ones once and for all.
_SHORT_HOURS = 1500
# Marginal values that differ by less are alike [USD/kWh].
_ALIKE = 1e-9


@dataclass(frozen=True, slots=True)
class Cut:
    """cost·x + operation >= constant + (cost - slope)·x - dirty_price x allowed, for every x, cost and target.

    In mean loads and USD per kW of mean load.
    """

    constant: float
    slope: Vector
    dirty_price: float


@dataclass(frozen=True, slots=True)
class Column:
    """A dispatch of capacities: what it costs to run [USD], its unclean energy, load not served [mean loads x h].

    ``burnt`` is what each burner gives in a year [mean loads x h].
    """

    capacity: Vector
    running: float
    dirty: float
    short: float
    burnt: Vector


@dataclass(frozen=True, slots=True)
class _Hours:
    """Uses of clean supply at one price of unclean energy."""

    value: Matrix
    width: Matrix
    kind: Index
    count: Index
    base: Matrix


def cut(site: Scaled, price: Vector, dirty_price: float, burner_size: Vector) -> Cut:
    """Return the cut of hourly values of clean supply and a price of unclean energy, both at least 0 [USD/kWh].

    Valid for every such price; ``burner_size`` only says where it is to be good.
    """
    from denshi.energy.screen.worth import site_value, store_value

    producers, stores = site.producers, site.stores
    slope = np.empty(len(site.limit))
    burners = np.empty(len(site.limit) - producers - stores)
    for s in range(stores):
        worth = 0.0
        for start, stop in site.bounds:
            earned = store_value(price[start:stop], site.duration_h[s], site.one_way[s], site.wear[s])
            worth += site.weight[start] * earned
        slope[producers + s] = worth
    constant = site_value(
        price,
        dirty_price,
        site.load,
        site.weight,
        site.availability,
        site.source_price,
        site.source_dirty,
        site.source_limit,
        burner_size,
        site.export_price,
        site.export_limit,
        slope[:producers],
        burners,
    )
    slope[producers + stores :] = burners
    return Cut(constant, slope, dirty_price)


def trial(site: Scaled, capacity: Vector, dirty_price: float) -> tuple[tuple[Cut, ...], Column]:
    """Operate capacities at a price of unclean energy.

    Returns
    -------
    cuts that are good near the capacities (two where there are several stores) and the dispatch.
    """
    from denshi.energy.screen.hours import settle

    producers, stores = site.producers, site.stores
    burner_size = capacity[producers + stores :]
    hours = _uses(site, dirty_price, burner_size)
    clean = capacity[:producers] @ site.availability
    built = [s for s in range(stores) if capacity[producers + s] > _BUILT]
    prices: list[Vector] = []
    flows = {s: np.zeros_like(clean) for s in built}
    if not built:
        prices.append(_closed(hours, clean))
    elif len(built) == 1:
        flows[built[0]], price = _store(site, hours, clean, clean, _size(site, capacity, built))
        prices.append(price)
    else:
        merged = _size(site, capacity, built)
        flow, price = _store(site, hours, clean, clean, merged)
        prices.append(price)
        flows = _shared(site, capacity, built, flow)
        for s in sorted(built, key=lambda s: -float(site.duration_h[s])):
            others = [flows[o] for o in built if o != s]
            near = np.maximum(clean + sum(others), 0.0)
            spare = np.maximum(clean + sum(np.minimum(other, 0.0) for other in others), 0.0)
            flows[s], price = _store(site, hours, near, spare, _size(site, capacity, [s]))
        if np.ptp(site.one_way[built]) > 0.0 or np.ptp(site.wear[built]) > 0.0:
            prices.append(price)
    supply = np.maximum(clean + sum(flows.values(), np.zeros_like(clean)), 0.0)
    served = np.empty(len(site.source_price))
    running, dirty = settle(
        supply,
        site.weight,
        site.source_price,
        site.source_dirty,
        site.export_price,
        hours.width,
        hours.kind,
        hours.count,
        hours.base,
        served,
    )
    short = float(served[-1])
    for s in built:
        running += site.wear[s] * float(site.weight @ np.maximum(flows[s], 0.0))
    if site.short_counts:
        running += float(site.source_price[-1, 0]) * short
        short = 0.0
    cuts = tuple(cut(site, price, dirty_price, burner_size) for price in prices)
    return cuts, Column(capacity.copy(), running, dirty, short, served[1:-1])


def _uses(site: Scaled, dirty_price: float, burner_size: Vector) -> _Hours:
    from denshi.energy.screen.hours import uses

    hours, most = len(site.load), len(site.source_price) + 1
    value, width = np.empty((hours, most)), np.empty((hours, most))
    kind, count = np.empty((hours, most), np.int64), np.empty(hours, np.int64)
    base = np.empty((len(site.source_price), hours))
    uses(
        dirty_price,
        site.load,
        site.source_price,
        site.source_dirty,
        site.source_limit,
        burner_size,
        site.export_price,
        site.export_limit,
        value,
        width,
        kind,
        count,
        base,
    )
    return _Hours(value, width, kind, count, base)


def _closed(hours: _Hours, clean: Vector) -> Vector:
    from denshi.energy.screen.hours import closed

    price = np.empty_like(clean)
    closed(clean, hours.value, hours.width, hours.count, price)
    return price


def _store(
    site: Scaled, hours: _Hours, clean: Vector, spare: Vector, store: tuple[float, float, float, float]
) -> tuple[Vector, Vector]:
    """Dispatch one store (power, energy, efficiency of one way, wear) in each year; return its flow and the price."""
    from denshi.energy.screen.dispatch import dispatch

    flow, price = np.empty_like(clean), np.empty_like(clean)
    for start, stop in site.bounds:
        order = np.arange(start, stop)
        if stop - start > _SHORT_HOURS:
            year = slice(start, stop)
            part, values = flow[year], price[year]
            late = dispatch(
                clean[year], spare[year], hours.value[year], hours.width[year], hours.count[year], *store, part, values
            )
            if late <= _ALIKE:
                continue
            order = _from_empty(order, part, store[2])
        else:
            twice = np.concatenate([order, order])
            part, values = np.empty(len(twice)), np.empty(len(twice))
            dispatch(
                clean[twice],
                spare[twice],
                hours.value[twice],
                hours.width[twice],
                hours.count[twice],
                *store,
                part,
                values,
            )
            order = _from_empty(twice, part, store[2])
        part, values = np.empty(len(order)), np.empty(len(order))
        dispatch(
            clean[order], spare[order], hours.value[order], hours.width[order], hours.count[order], *store, part, values
        )
        flow[order], price[order] = part, values
    return flow, price


def _from_empty(order: Index, flow: Vector, one_way: float) -> Index:
    """Turn a year so that it begins where the store is empty in the middle half of what was played.

    There the level no longer depends on how the play began, nor on its end.
    """
    level = np.cumsum(np.where(flow > 0.0, -flow / one_way, -flow * one_way))
    quarter = len(order) // 4
    first = int(np.argmin(level[quarter : len(order) - quarter])) + quarter + 1
    year = len(np.unique(order))
    return np.asarray(np.concatenate([order[first:], order[:first]])[:year], dtype=np.int64)


def _size(site: Scaled, capacity: Vector, stores: list[int]) -> tuple[float, float, float, float]:
    """Return power, energy, efficiency of one way and wear of stores as if they were one."""
    power = capacity[site.producers + np.array(stores)]
    total = float(power.sum())
    energy = float(power @ site.duration_h[stores])
    return total, energy, float(power @ site.one_way[stores]) / total, float(power @ site.wear[stores]) / total


def _shared(site: Scaled, capacity: Vector, built: list[int], flow: Vector) -> dict[int, Vector]:
    """Share the flow of all stores as one among them, the longest first, each year by itself."""
    from denshi.energy.screen.split import split

    left = sorted(built, key=lambda s: -float(site.duration_h[s]))
    flows: dict[int, Vector] = {}
    one_way = _size(site, capacity, built)[2]
    while len(left) > 1:
        first, rest = np.empty_like(flow), np.empty_like(flow)
        one, others = _size(site, capacity, left[:1]), _size(site, capacity, left[1:])
        power, energy = np.array([one[0], others[0]]), np.array([one[1], others[1]])
        for start, stop in site.bounds:
            order = np.arange(start, stop)
            if stop - start <= _SHORT_HOURS:
                level = np.cumsum(np.where(flow[order] > 0.0, -flow[order] / one_way, -flow[order] * one_way))
                order = np.roll(order, -int(np.argmin(level)) - 1)
            parts = np.empty(len(order)), np.empty(len(order))
            split(flow[order], one_way, power, energy, *parts)
            first[order], rest[order] = parts
        flows[left.pop(0)], flow = first, rest
    flows[left[0]] = flow
    return flows
