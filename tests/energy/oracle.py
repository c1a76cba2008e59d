"""The same problem written down a second time, plainly, for scipy: the independent oracle of the room."""

import numpy as np
from scipy.optimize import linprog

from denshi.energy import EnergyInput, capital_recovery_factor


class Table:
    """Columns with a cost and an upper bound, rows as dictionaries."""

    def __init__(self) -> None:
        self.cost, self.upper, self.rows = [], [], []

    def column(self, cost, upper=None):
        self.cost.append(cost)
        self.upper.append(upper)
        return len(self.cost) - 1

    def row(self, terms, sense, right):
        self.rows.append((terms, sense, right))

    def solve(self):
        width = len(self.cost)
        blocks = {"=": ([], []), "<": ([], [])}
        for terms, sense, right in self.rows:
            line = np.zeros(width)
            for column, value in terms:
                line[column] += value
            sign = -1.0 if sense == ">" else 1.0
            matrix, side = blocks["=" if sense == "=" else "<"]
            matrix.append(sign * line)
            side.append(sign * right)
        bounds = [(0.0, upper) for upper in self.upper]
        equal, below = blocks["="], blocks["<"]
        return linprog(
            self.cost, np.array(below[0]) if below[0] else None, below[1] or None, np.array(equal[0]), equal[1], bounds
        )


def least_cost_usd(site: EnergyInput) -> float | None:
    """Return the least cost of a year [USD]; None where no supply meets load and target.

    Each source is dispatched freely up to what is available, so that nothing of the room's own form is repeated.
    """
    table, hours = Table(), len(site.load_kw)
    weight = 8760.0 / hours
    limit = site.facility_connection_kw if site.grid_connection_kw is None else site.grid_connection_kw
    price = site.region.price_usd_per_kwh
    energy, demand = price * (1 - site.demand_charge_fraction), price * site.demand_charge_fraction * 8760
    most = min(site.export_limit_kw, limit) if site.supply == "on-site" else site.export_limit_kw
    peak = table.column(demand, limit)
    export = [table.column(-energy * site.export_price_fraction * weight, most) for _ in range(hours)]
    into = [[(export[t], -1.0)] for t in range(hours)]  # what reaches the load
    inflow = [[] for _ in range(hours)]
    own_use = [[] for _ in range(hours)]
    dirty = []
    for technology in site.technologies:
        running = technology.variable_usd_per_kwh + technology.price_usd_per_kwh
        if technology.kind == "grid":
            for t in range(hours):
                bought = table.column(energy * weight)
                into[t].append((bought, 1.0))
                own_use[t].append((bought, 1.0))
                if site.supply == "on-site":
                    inflow[t].append((bought, 1.0))
                dirty.append((bought, 1 - site.grid_clean_fraction[t] if site.target == "hourly" else 1.0))
            continue
        recovery = capital_recovery_factor(site.discount_rate, technology.lifetime_year)
        fixed = recovery * technology.capex_usd_per_kw + technology.fixed_om_usd_per_kw_year
        if technology.kind in ("solar", "wind", "firm"):
            output = {"solar": site.solar_cf, "wind": site.wind_cf}.get(
                technology.kind, np.full(hours, technology.capacity_factor)
            )
            size = table.column(fixed + running * output.sum() * weight)
            for t in range(hours):
                used = table.column(0.0)
                table.row([(used, 1.0), (size, -output[t])], "<", 0.0)
                into[t].append((used, 1.0))
        elif technology.kind == "gas":
            size = table.column(fixed)
            for t in range(hours):
                burnt = table.column(running * weight)
                table.row([(burnt, 1.0), (size, -technology.capacity_factor)], "<", 0.0)
                into[t].append((burnt, 1.0))
                own_use[t].append((burnt, 1.0))
                dirty.append((burnt, 1.0 - technology.is_clean))
                inflow[t].append((burnt, -1.0 if site.supply == "delivered" else 0.0))
        else:
            one_way = np.sqrt(technology.efficiency)
            size = table.column(fixed)
            held = [table.column(0.0) for _ in range(hours)]
            for t in range(hours):
                charge, discharge = table.column(0.0), table.column(running * weight)
                table.row([(charge, 1.0), (discharge, 1.0), (size, -1.0)], "<", 0.0)
                table.row([(held[t], 1.0), (size, -technology.duration_h)], "<", 0.0)
                table.row(
                    [(held[t], 1.0), (held[t - 1], -1.0), (charge, -one_way), (discharge, 1.0 / one_way)], "=", 0.0
                )
                into[t] += [(charge, -1.0), (discharge, 1.0)]
                own_use[t].append((charge, -1.0))
                if site.supply == "delivered":
                    inflow[t] += [(charge, 1.0), (discharge, -1.0)]
    for t in range(hours):
        table.row(into[t], "=", site.load_kw[t])
        table.row([*inflow[t], (peak, -1.0)], "<", -site.load_kw[t] if site.supply == "delivered" else 0.0)
        table.row(own_use[t], "<", site.load_kw[t])
    if site.target != "none":
        returned = [(column, -1.0) for column in export] if site.target == "annual" else []
        table.row([*dirty, *returned], "<", (1 - site.clean_fraction) * site.load_kw.sum())
    found = table.solve()
    return float(found.fun) if found.status == 0 else None
