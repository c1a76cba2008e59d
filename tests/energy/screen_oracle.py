"""A random small site, and its least cost as one linear programme written here alone and solved by scipy's HiGHS."""

from dataclasses import replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from denshi.energy.screen import Burner, CostCase, Producer, ScreenSite, Store


def random_site(seed):
    """A site of 72 to 336 h: 0–3 stores, 1–3 producers, 0–2 burners, any order of prices, limits tight or wide."""
    rng = np.random.default_rng(seed)
    years = int(rng.choice([1, 1, 1, 2]))
    lengths = tuple(int(n) for n in rng.choice([72, 96, 120, 168], size=years))
    hours = sum(lengths)
    hour = np.arange(hours)
    sun = np.clip(np.sin((hour % 24 - 6) / 12 * np.pi), 0.0, None) * rng.uniform(0.3, 1.0, hours)
    turn = rng.uniform(9, 25)
    wind = np.clip(0.35 + 0.3 * np.sin(hour / turn + rng.uniform(0, 6)) + 0.15 * rng.normal(size=hours), 0, 1)
    firm = np.full(hours, 0.9)
    count = int(rng.integers(1, 4))
    load = 1e5 * (np.ones(hours) if rng.random() < 0.4 else rng.uniform(0.5, 1.3, hours))
    price = 0.05 + 0.04 * rng.normal(size=hours) * rng.choice([0.2, 1.0, 2.0])
    if rng.random() < 0.3:
        price = np.round(price, 2)
    sold = price * rng.choice([0.5, 0.9, 1.2]) + rng.choice([0.0, 0.01, -0.02])
    tight = float(rng.choice([4e5, 1.5e5, 0.6e5]))
    stores = tuple(
        Store(
            name=f"store-{k}",
            duration_h=float(rng.choice([1.0, 2.0, 4.0, 8.0, 30.0])),
            efficiency=float(rng.choice([1.0, 0.86, 0.6])),
            limit_kw=float(rng.choice([5e4, 4e5])),
            wear_usd_per_kwh=float(rng.choice([0.0, 0.001, 0.01])),
        )
        for k in range(int(rng.integers(0, 4)))
    )
    burners = tuple(
        Burner(
            name=f"burner-{k}",
            running_usd_per_kwh=float(rng.uniform(0.02, 0.2)),
            limit_kw=2e5,
            unclean_fraction=float(rng.choice([1.0, 0.3])),
            capacity_factor=float(rng.choice([1.0, 0.9])),
        )
        for k in range(int(rng.choice([0, 0, 1, 2])))
    )
    return ScreenSite(
        load_kw=load,
        grid_usd_per_kwh=price,
        grid_clean_fraction=np.clip(rng.uniform(0.0, 0.8) + 0.2 * rng.normal(size=hours), 0.0, 1.0),
        import_limit_kw=tight if rng.random() < 0.7 else tight * rng.uniform(0.3, 1.0, hours),
        export_usd_per_kwh=sold,
        export_limit_kw=float(rng.choice([0.0, 5e4, 3e5])),
        producers=tuple(
            Producer(name=name, availability=cf, limit_kw=float(rng.choice([2e5, 2e6])))
            for name, cf in list({"sun": sun, "wind": wind, "firm": firm}.items())[:count]
        ),
        stores=stores,
        burners=burners,
        unserved_usd_per_kwh=None if rng.random() < 0.5 else 3.0,
        scenario_hours=lengths if years > 1 else (),
    )


def random_case(site, seed):
    """Annual costs so that building is sometimes worth it."""
    rng = np.random.default_rng(seed)
    costs = {"sun": 80.0, "wind": 120.0, "firm": 700.0}
    return CostCase(
        name=str(seed),
        annual_usd_per_kw={name: float(costs.get(name, 50.0) * rng.uniform(0.3, 2.0)) for name in site.names},
    )


def without_stores(site):
    return replace(site, stores=())


def least_cost_usd(site, case, target):
    """Return the least cost of a year [USD]; None where nothing meets load and target."""
    hours = len(site.load_kw)
    lengths = site.scenario_hours or (hours,)
    weight = np.concatenate([np.full(n, 8760.0 / n / len(lengths)) for n in lengths])
    before, start = np.empty(hours, int), 0
    for n in lengths:
        before[start : start + n] = start + np.roll(np.arange(n), 1)
        start += n
    cost, upper, blocks = [], [], {}

    def column(name, unit_cost, most, count=hours):
        begin = sum(len(part) for part in cost)
        blocks[name] = begin + np.arange(count)
        cost.append(np.broadcast_to(unit_cost, count).astype(float))
        upper.append(np.broadcast_to(most, count).astype(float))

    equal, unequal = [], []

    def row(kind, terms, right):
        kind.append((terms, np.broadcast_to(right, hours).astype(float)))

    column("grid", weight * site.grid_usd_per_kwh, site.import_limit_kw)
    column("export", -weight * site.export_usd_per_kwh, site.export_limit_kw)
    column("unserved", weight * (site.unserved_usd_per_kwh or 0.0), np.inf if site.unserved_usd_per_kwh else 0.0)
    column("lost", 0.0, np.inf)
    # own: what the load takes that is not clean supply; it is at most the load.
    own = [("grid", 1.0), ("unserved", 1.0)]
    balance = [("grid", 1.0), ("unserved", 1.0), ("export", -1.0), ("lost", -1.0)]
    dirty = [("grid", weight * (1.0 - site.grid_clean_fraction))]
    for part in (*site.producers, *site.stores, *site.burners):
        column(f"size {part.name}", case.annual_usd_per_kw[part.name], part.limit_kw, 1)
    for producer in site.producers:
        balance.append((f"size {producer.name}", producer.availability))
    for burner in site.burners:
        column(burner.name, weight * burner.running_usd_per_kwh, np.inf)
        row(unequal, [(burner.name, 1.0), (f"size {burner.name}", -burner.capacity_factor)], 0.0)
        own.append((burner.name, 1.0))
        balance.append((burner.name, 1.0))
        dirty.append((burner.name, weight * burner.unclean_fraction))
    for store in site.stores:
        one_way, size = np.sqrt(store.efficiency), f"size {store.name}"
        names = [f"{word} {store.name}" for word in ("in", "out", "level")]
        for name, unit in zip(names, (0.0, weight * store.wear_usd_per_kwh, 0.0), strict=True):
            column(name, unit, np.inf)
        for name, factor in zip(names, (1.0, 1.0, store.duration_h), strict=True):
            row(unequal, [(name, 1.0), (size, -factor)], 0.0)
        row(equal, [(names[2], 1.0), ((names[2], before), -1.0), (names[0], -one_way), (names[1], 1 / one_way)], 0.0)
        balance += [(names[0], -1.0), (names[1], 1.0)]
    row(equal, balance, site.load_kw)
    row(unequal, own, site.load_kw)

    def matrix(rows):
        at, to, values, right = [], [], [], []
        for k, (terms, side) in enumerate(rows):
            for name, value in terms:
                columns = blocks[name[0]][name[1]] if isinstance(name, tuple) else blocks[name]
                i, j, v = np.broadcast_arrays(k * hours + np.arange(hours), columns, value)
                at, to, values = [*at, i], [*to, j], [*values, v]
            right.append(side)
        shape = (hours * len(rows), sum(len(part) for part in cost))
        return coo_matrix(
            (np.concatenate(values), (np.concatenate(at), np.concatenate(to))), shape=shape
        ).tocsr(), np.concatenate(right)

    a_equal, b_equal = matrix(equal)
    a_less, b_less = matrix(unequal)
    year = np.zeros(a_less.shape[1])
    for name, value in dirty:
        year[blocks[name]] += value
    from scipy.sparse import csr_matrix, vstack

    allowed = (1.0 - target) * float(weight @ site.load_kw)
    # Thousands of kW keep the programme well scaled.
    found = linprog(
        np.concatenate(cost),
        A_ub=vstack([a_less, csr_matrix(year)]),
        b_ub=np.concatenate([b_less, [allowed]]) / 1e5,
        A_eq=a_equal,
        b_eq=b_equal / 1e5,
        bounds=np.column_stack([np.zeros(len(year)), np.concatenate(upper) / 1e5]),
        method="highs",
    )
    return float(found.fun) * 1e5 if found.status == 0 else None
