"""The same problem written down a second time, plainly, for scipy: the independent oracle of the room."""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from denshi.energy import EnergyInput, capital_recovery_factor


class Table:
    """Columns with a cost and an upper bound, rows as lists of terms."""

    def __init__(self) -> None:
        self.cost, self.upper, self.rows = [], [], []

    def column(self, cost, upper=None):
        self.cost.append(cost)
        self.upper.append(upper)
        return len(self.cost) - 1

    def row(self, terms, sense, right):
        self.rows.append((terms, sense, right))

    def solve(self):
        blocks = {"=": ([], []), "<": ([], [])}
        for terms, sense, right in self.rows:
            sign = -1.0 if sense == ">" else 1.0
            lines, side = blocks["=" if sense == "=" else "<"]
            lines.append([(column, sign * value) for column, value in terms])
            side.append(sign * right)
        bounds = [(0.0, upper) for upper in self.upper]
        equal, below = (self._matrix(blocks[name][0]) for name in "=<")
        return linprog(self.cost, below, blocks["<"][1] or None, equal, blocks["="][1] or None, bounds, method="highs")

    def _matrix(self, lines):
        if not lines:
            return None
        row = [i for i, line in enumerate(lines) for _ in line]
        column = [one for line in lines for one, _ in line]
        value = [one for line in lines for _, one in line]
        return csr_matrix((value, (row, column)), shape=(len(lines), len(self.cost)))


def least_cost_usd(site: EnergyInput) -> float | None:
    """Return the least cost of a year [USD]; None where no supply meets load, target and cap.

    Each source is dispatched freely up to what is available, so that nothing of the room's own form is repeated. A
    store may charge and discharge at once: where that pays, this is a bound from below.
    """
    found = Plain(site).table.solve()
    return float(found.fun) if found.status == 0 else None


class Plain:
    """One site, hour by hour."""

    def __init__(self, site: EnergyInput) -> None:
        self.site, self.table, self.hours = site, Table(), len(site.load_kw)
        lengths = site.year_hours or (self.hours,)
        self.years = [range(sum(lengths[:i]), sum(lengths[: i + 1])) for i in range(len(lengths))]
        self.weight = np.concatenate([np.full(n, 8760.0 / n / len(lengths)) for n in lengths])
        # Terms of each hour: what reaches the load, what flows in, what serves the site itself, dirt, carbon, load.
        self.into = [[] for _ in range(self.hours)]
        self.inflow = [[] for _ in range(self.hours)]
        self.own_use = [[] for _ in range(self.hours)]
        self.dirty = [[] for _ in range(self.hours)]
        self.carbon = [[] for _ in range(self.hours)]
        self.change = [[] for _ in range(self.hours)]
        self.flexible_load()
        self.trade()
        for technology in site.technologies:
            if technology.kind == "battery":
                self.store(technology)
            elif technology.kind != "grid":
                self.plant(technology)
        self.rules()

    def flexible_load(self):
        site, table = self.site, self.table
        if site.unserved_usd_per_kwh is not None:
            for t in range(self.hours):
                self.change[t].append((table.column(site.unserved_usd_per_kwh * self.weight[t]), -1.0))
        if site.curtail_fraction * site.curtail_hours > 0.0:
            for year in self.years:
                off = {}
                for t in year:
                    most = site.curtail_fraction * site.load_kw[t]
                    off[t] = table.column(site.curtail_usd_per_kwh * self.weight[t], most)
                    self.change[t].append((off[t], -1.0))
                mean = site.load_kw[year.start : year.stop].mean()
                budget = site.curtail_hours * site.curtail_fraction * mean * len(year) / 8760.0
                table.row([(one, 1.0) for one in off.values()], "<", budget)
        if site.shift_fraction > 0.0:
            peak = site.load_kw.max() * (1.0 + site.shift_up_fraction)
            for year in self.years:
                for midnight in range(0, len(year), 24):
                    day = year[midnight : midnight + 24]
                    later, earlier = [], []
                    for t in day:
                        up = table.column(0.0, peak - site.load_kw[t])
                        down = table.column(0.0, site.shift_fraction * site.load_kw[t])
                        self.change[t] += [(up, 1.0), (down, -1.0)]
                        later.append((up, 1.0))
                        earlier.append((down, -1.0))
                    table.row(later + earlier, "=", 0.0)
        for t in range(self.hours):
            table.row(self.change[t], ">", -site.load_kw[t])

    def trade(self):
        site, table = self.site, self.table
        price = site.region.price_usd_per_kwh
        buy = site.grid_usd_per_kwh
        if buy is None:
            buy = np.full(self.hours, price * (1 - site.demand_charge_fraction))
        sell = site.export_usd_per_kwh if site.export_usd_per_kwh is not None else buy * site.export_price_fraction
        carbon = site.grid_carbon_g_per_kwh
        if carbon is None:
            dirt = 1 - site.grid_clean_fraction
            carbon = site.region.carbon_g_per_kwh * dirt / (dirt @ self.weight / 8760.0)
        limit = site.facility_connection_kw if site.grid_connection_kw is None else site.grid_connection_kw
        most = min(site.export_limit_kw, limit) if site.supply == "on-site" else site.export_limit_kw
        self.peak = table.column(price * site.demand_charge_fraction * 8760, limit)
        self.export = [table.column(-sell[t] * self.weight[t], most) for t in range(self.hours)]
        for t in range(self.hours):
            self.into[t].append((self.export[t], -1.0))
            if site.target == "annual":
                self.dirty[t].append((self.export[t], -1.0))
        if any(technology.kind == "grid" for technology in site.technologies):
            for t in range(self.hours):
                bought = table.column(buy[t] * self.weight[t])
                self.into[t].append((bought, 1.0))
                self.own_use[t].append((bought, 1.0))
                self.carbon[t].append((bought, carbon[t]))
                if site.supply == "on-site":
                    self.inflow[t].append((bought, 1.0))
                counted = site.target == "hourly" and site.count_grid_clean
                self.dirty[t].append((bought, 1 - site.grid_clean_fraction[t] if counted else 1.0))

    def plant(self, technology):
        site, table = self.site, self.table
        running = technology.variable_usd_per_kwh + technology.price_usd_per_kwh
        size = table.column(self.fixed(technology))
        most = {"solar": site.solar_cf, "wind": site.wind_cf}.get(
            technology.kind, np.full(self.hours, technology.capacity_factor)
        )
        least = {"gas": 0.0, "following": technology.minimum_fraction or 0.0}.get(technology.kind)
        behind = technology.kind == "gas" or (technology.kind == "following" and technology.is_clean < 1)
        for t in range(self.hours):
            made = table.column(running * self.weight[t])
            table.row([(made, 1.0), (size, -most[t])], "<" if least is not None else "=", 0.0)
            if least:
                table.row([(made, 1.0), (size, -least)], ">", 0.0)
            self.into[t].append((made, 1.0))
            self.dirty[t].append((made, 1.0 - technology.is_clean))
            self.carbon[t].append((made, technology.carbon_g_per_kwh))
            if least is not None and technology.is_clean < 1:
                self.own_use[t] += [(made, 1.0), (size, -least)]
            if behind and site.supply == "delivered":
                self.inflow[t].append((made, -1.0))
            if least != 0.0:  # what has to be taken may be thrown away
                thrown = table.column(0.0)
                table.row([(thrown, 1.0), (size, -(most[t] if least is None else least))], "<", 0.0)
                self.into[t].append((thrown, -1.0))
                if behind and site.supply == "delivered":
                    self.inflow[t].append((thrown, 1.0))

    def store(self, technology):
        site, table = self.site, self.table
        running = technology.variable_usd_per_kwh + technology.price_usd_per_kwh
        one_way = np.sqrt(technology.efficiency)
        size = table.column(self.fixed(technology))
        room = [(size, -technology.duration_h)]
        if technology.capex_usd_per_kwh is not None:
            recovery = capital_recovery_factor(site.discount_rate, technology.lifetime_year)
            energy = table.column(recovery * technology.capex_usd_per_kwh)
            table.row([(energy, 1.0), *room], "<", 0.0)
            room = [(energy, -1.0)]
        held = [table.column(0.0) for _ in range(self.hours)]
        for year in self.years:
            for t in year:
                before = held[t - 1] if t > year.start else held[year.stop - 1]
                charge, discharge = table.column(0.0), table.column(running * self.weight[t])
                table.row([(charge, 1.0), (discharge, 1.0), (size, -1.0)], "<", 0.0)
                table.row([(held[t], 1.0), *room], "<", 0.0)
                table.row([(held[t], 1.0), (before, -1.0), (charge, -one_way), (discharge, 1.0 / one_way)], "=", 0.0)
                self.into[t] += [(charge, -1.0), (discharge, 1.0)]
                self.own_use[t].append((charge, -1.0))
                if site.supply == "delivered":
                    self.inflow[t] += [(charge, 1.0), (discharge, -1.0)]

    def fixed(self, technology):
        recovery = capital_recovery_factor(self.site.discount_rate, technology.lifetime_year)
        return recovery * technology.capex_usd_per_kw + technology.fixed_om_usd_per_kw_year

    def rules(self):
        site, table = self.site, self.table

        def minus(terms, factor=1.0):
            return [(column, -factor * value) for column, value in terms]

        for t in range(self.hours):
            load, change = site.load_kw[t], self.change[t]
            table.row([*self.into[t], *minus(change)], "=", load)
            delivered = site.supply == "delivered"
            more = change if delivered else []
            table.row([*self.inflow[t], *more, (self.peak, -1.0)], "<", -load if delivered else 0.0)
            table.row([*self.own_use[t], *minus(change)], "<", load)
            if site.carbon_cap_g_per_kwh is not None and site.carbon_cap_basis == "hour":
                cap = site.carbon_cap_g_per_kwh
                table.row([*self.carbon[t], *minus(change, cap)], "<", cap * load)
        if site.target != "none":
            self.over_the_year(self.dirty, 1 - site.clean_fraction, 1.0)
        if site.carbon_cap_g_per_kwh is not None and site.carbon_cap_basis == "year":
            self.over_the_year(self.carbon, site.carbon_cap_g_per_kwh, 1e-3)

    def over_the_year(self, terms, allowed, unit):
        share = self.weight / self.weight.mean() * unit
        found = [(column, share[t] * value) for t in range(self.hours) for column, value in terms[t]]
        found += [(column, -allowed * share[t] * value) for t in range(self.hours) for column, value in self.change[t]]
        self.table.row(found, "<", allowed * float(share @ self.site.load_kw))
