"""Solve the supply problems of the tests with PyPSA, in its own terms, and keep what it finds.

    python tools/pypsa_oracle.py             every case that has no result yet
    python tools/pypsa_oracle.py --again     every case
    python tools/pypsa_oracle.py --check     every case, compared with what is kept

It needs PyPSA beside denshi's own packages. The problem is written down anew here: generators, storage units, stores
and links on a bus a year, and what PyPSA has no component for as constraints on its model.
"""

import argparse
import json
import logging
import sys
import warnings
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
KEPT = ROOT / "tests" / "energy" / "pypsa"
FREE = 1e9


class Site:
    """One problem as PyPSA networks, a bus and a set of parts for each weather year, capacities tied together."""

    def __init__(self, case) -> None:
        import pypsa

        self.case, self.hours = case, len(case.load_kw)
        lengths = case.year_hours or (self.hours,)
        ends = np.cumsum(lengths)
        self.years = [(int(end - n), int(end)) for end, n in zip(ends, lengths, strict=True)]
        self.share = {y: 8760.0 / (b - a) / len(lengths) for y, (a, b) in enumerate(self.years)}
        self.longest = max(lengths)
        self.network = pypsa.Network()
        self.network.set_snapshots(range(self.longest))
        self.tied, self.rules = {}, []
        for y in range(len(self.years)):
            self.year(y)

    def cut(self, values, y):
        """Return an hourly series of a year, filled up with nothing to the length of the longest."""
        a, b = self.years[y]
        return np.concatenate([np.broadcast_to(values, self.hours)[a:b], np.zeros(self.longest - (b - a))])

    def crf(self, t):
        """Return the capital recovery factor."""
        r, n = self.case.discount_rate, t.lifetime_year
        return 1.0 / n if r == 0 else r / (1.0 - (1.0 + r) ** -n)

    def fixed(self, t):
        """Return what a kW costs a year whether it runs or not."""
        return self.crf(t) * t.capex_usd_per_kw + t.fixed_om_usd_per_kw_year

    def add(self, kind, name, y, **values):
        """Add one part of one year to the network."""
        self.network.add(kind, f"{name}|{y}", **values)

    def tie(self, kind, name, y):
        """Note that a part has one size in all years."""
        self.tied.setdefault((kind, name), []).append(f"{name}|{y}")

    def year(self, y):
        """Add the parts of one weather year."""
        case, network, w = self.case, self.network, self.share[y]
        first, inside = y == 0, self.cut(1.0, y)
        self.add("Bus", "site", y)
        self.add("Load", "load", y, bus=f"site|{y}", p_set=self.cut(case.load_kw, y))
        price = case.region.price_usd_per_kwh
        energy = np.full(self.hours, price * (1.0 - case.demand_charge_fraction))
        buy = energy if case.grid_usd_per_kwh is None else case.grid_usd_per_kwh
        sell = buy * case.export_price_fraction if case.export_usd_per_kwh is None else case.export_usd_per_kwh
        limit = case.facility_connection_kw if case.grid_connection_kw is None else case.grid_connection_kw
        most = min(case.export_limit_kw, limit) if case.supply == "on-site" else case.export_limit_kw

        def hourly(name, cap, cost, sign=1.0):
            self.add("Generator", name, y, bus=f"site|{y}", p_nom=1.0, p_max_pu=self.cut(cap, y), sign=sign,
                     marginal_cost=pd.Series(self.cut(cost, y) * w, index=network.snapshots))  # fmt: skip

        hourly("export", most, -sell, -1.0)
        if case.unserved_usd_per_kwh is not None:
            hourly("unserved", case.load_kw, case.unserved_usd_per_kwh)
        if case.curtail_fraction * case.curtail_hours > 0:
            hourly("reduced", case.curtail_fraction * case.load_kw, case.curtail_usd_per_kwh)
        if case.shift_fraction > 0:
            peak = case.load_kw.max() * (1.0 + case.shift_up_fraction)
            hourly("later", peak - case.load_kw, 0.0, -1.0)
            hourly("earlier", case.shift_fraction * case.load_kw, 0.0)
        for t in case.technologies:
            running, once = t.variable_usd_per_kwh + t.price_usd_per_kwh, self.fixed(t) if first else 0.0
            if t.kind == "grid":
                hourly("grid", FREE, buy)
            elif t.kind == "battery" and t.capex_usd_per_kwh is None:
                self.add("StorageUnit", t.id, y, bus=f"site|{y}", p_nom_extendable=True, capital_cost=once,
                         max_hours=t.duration_h, efficiency_store=t.efficiency**0.5, standing_loss=0.0,
                         efficiency_dispatch=t.efficiency**0.5, cyclic_state_of_charge=True,
                         marginal_cost=running * w, p_max_pu=inside, p_min_pu=-inside)  # fmt: skip
                self.tie("StorageUnit", t.id, y)
            elif t.kind == "battery":
                self.store(t, y, once, running * w, inside)
            else:
                self.plant(t, y, once, running, inside)

    def store(self, t, y, once, running, inside):
        """Add a store whose power and energy are sized apart."""
        eta, energy = t.efficiency**0.5, self.crf(t) * t.capex_usd_per_kwh if y == 0 else 0.0
        self.add("Bus", f"in {t.id}", y)
        self.add("Store", t.id, y, bus=f"in {t.id}|{y}", e_nom_extendable=True, capital_cost=energy, e_cyclic=True)
        self.add("Link", f"charge {t.id}", y, bus0=f"site|{y}", bus1=f"in {t.id}|{y}", efficiency=eta,
                 p_nom_extendable=True, capital_cost=once, p_max_pu=inside)  # fmt: skip
        # The power of a link is counted where it begins: in the store.
        self.add("Link", f"discharge {t.id}", y, bus0=f"in {t.id}|{y}", bus1=f"site|{y}", efficiency=eta,
                 p_nom=FREE, marginal_cost=running * eta, p_max_pu=inside)  # fmt: skip
        self.tie("Store", t.id, y)
        self.tie("Link", f"charge {t.id}", y)

    def plant(self, t, y, once, running, inside):
        """Add a plant, that which follows load with its least output as a second part."""
        case, w = self.case, self.share[y]
        taken = {"solar": case.solar_cf, "wind": case.wind_cf}.get(t.kind, np.full(self.hours, t.capacity_factor))
        if t.kind in ("gas", "following"):
            least = min(t.minimum_fraction or 0.0, t.capacity_factor) if t.kind == "following" else 0.0
            self.add("Generator", t.id, y, bus=f"site|{y}", p_nom_extendable=True, capital_cost=once,
                     p_max_pu=(t.capacity_factor - least) * inside, marginal_cost=running * w)  # fmt: skip
            self.tie("Generator", t.id, y)
            if least:
                self.add("Generator", f"least {t.id}", y, bus=f"site|{y}", p_nom_extendable=True,
                         p_max_pu=least * inside, capital_cost=running * least * inside.sum() * w)  # fmt: skip
                self.rules.append(("Generator", f"least {t.id}|{y}", f"{t.id}|{y}"))
            return
        cut = self.cut(taken, y)
        self.add("Generator", t.id, y, bus=f"site|{y}", p_nom_extendable=True, p_max_pu=cut,
                 capital_cost=once + running * cut.sum() * w)  # fmt: skip
        self.tie("Generator", t.id, y)

    def solve(self, solver="ipm", crossover="on"):
        """Return the objective and what HiGHS says of it, by one of its methods."""
        model = self.network.optimize.create_model()
        Constraints(self, model).add()
        model.solve(
            solver_name="highs", io_api="direct", solver=solver, run_crossover=crossover, threads=1, output_flag=False
        )
        info = model.solver_model.getInfo()
        cost = float(model.objective.value) + float(getattr(model, "constant", 0.0) or 0.0)
        size = {
            f"{kind} {name.split('|')[0]}": round(float(model.solution[column].sel(name=name)), 3)
            for kind, column in (("Generator", "Generator-p_nom"), ("StorageUnit", "StorageUnit-p_nom"))
            if column in model.solution
            for name in model.solution[column].coords["name"].values
            if name.endswith("|0") and not name.startswith("least ")
        }
        return {
            "objective_usd_per_year": cost,
            "capacities_kw": size,
            "status": str(model.termination_condition),
            "primal_infeasibility": float(info.max_primal_infeasibility),
            "variables": int(model.nvars),
            "constraints": int(model.ncons),
        }


class Constraints:
    """What PyPSA has no component for, as constraints on its model."""

    def __init__(self, site, model) -> None:
        self.site, self.case, self.model = site, site.case, model

    def flow(self, kind, variable, name):
        """Return an hourly variable, or None where the part does not exist."""
        found = self.model.variables[f"{kind}-{variable}"]
        return found.sel(name=name) if name in found.coords["name"].values else None

    def add(self):
        """Add all of them."""
        self._ties()
        for y in range(len(self.site.years)):
            self._year(y)
        self._sums()

    def size(self, kind, name):
        """Return the variable of a part's size."""
        letter = {"Store": "e"}.get(kind, "p")
        return self.model.variables[f"{kind}-{letter}_nom"].sel(name=name)

    def _ties(self):
        model = self.model
        for (kind, _), names in self.site.tied.items():
            for other in names[1:]:
                model.add_constraints(self.size(kind, other) - self.size(kind, names[0]) == 0)
        for kind, one, other in self.site.rules:
            model.add_constraints(self.size(kind, one) - self.size(kind, other) == 0)

    def plants(self, y, wanted):
        """Yield each plant's flow a year, its least part and its technology."""
        for t in self.case.technologies:
            if t.kind not in ("grid", "battery") and wanted(t):
                yield t, self.flow("Generator", "p", f"{t.id}|{y}"), self.flow("Generator", "p", f"least {t.id}|{y}")

    def change(self, y):
        """Return what is served beyond the load as asked: moved here less left out."""
        terms = [
            (sign, self.flow("Generator", "p", f"{name}|{y}"))
            for name, sign in (("unserved", -1), ("reduced", -1), ("earlier", -1), ("later", 1))
        ]
        return [sign * flow for sign, flow in terms if flow is not None]

    def stores(self, y):
        """Yield each store with what goes in and what comes out."""
        for t in self.case.technologies:
            if t.kind == "battery" and t.capex_usd_per_kwh is None:
                name = f"{t.id}|{y}"
                yield t, self.flow("StorageUnit", "p_store", name), self.flow("StorageUnit", "p_dispatch", name)
            elif t.kind == "battery":
                give = self.flow("Link", "p", f"discharge {t.id}|{y}")
                yield t, self.flow("Link", "p", f"charge {t.id}|{y}"), t.efficiency**0.5 * give

    def _year(self, y):
        case, model, site = self.case, self.model, self.site
        load = self.array(case.load_kw, y)
        for t, charge, give in self.stores(y):
            kind = "StorageUnit" if t.capex_usd_per_kwh is None else "Link"
            size = self.size(kind, f"{t.id}|{y}" if kind == "StorageUnit" else f"charge {t.id}|{y}")
            model.add_constraints(charge + give - size <= 0)
            if t.capex_usd_per_kwh is not None:
                model.add_constraints(self.size("Store", f"{t.id}|{y}") - t.duration_h * size <= 0)
        change = self.change(y)
        if len(change) > 0:
            model.add_constraints(sum(change) >= -load)
        reduced = self.flow("Generator", "p", f"reduced|{y}")
        a, b = site.years[y]
        if reduced is not None:
            mean = case.load_kw[a:b].mean()
            most = case.curtail_hours * case.curtail_fraction * mean * (b - a) / 8760.0
            model.add_constraints(reduced.sum() <= most)
        later, earlier = (self.flow("Generator", "p", f"{name}|{y}") for name in ("later", "earlier"))
        if later is not None:
            for start in range(0, b - a, 24):
                day = slice(start, min(start + 24, b - a) - 1)
                model.add_constraints(later.sel(snapshot=day).sum() - earlier.sel(snapshot=day).sum() == 0)
        self._connection(y, load, change)
        self._own_use(y, load, change)
        if case.carbon_cap_g_per_kwh is not None and case.carbon_cap_basis == "hour":
            cap = case.carbon_cap_g_per_kwh
            model.add_constraints(sum(self.carbon(y)) - cap * sum(change, 0) <= cap * load)

    def array(self, values, y):
        """Return an hourly series on the model's hours."""
        import xarray

        return xarray.DataArray(self.site.cut(values, y), coords={"snapshot": range(self.site.longest)})

    def _connection(self, y, load, change):
        case, model = self.case, self.model
        limit = case.facility_connection_kw if case.grid_connection_kw is None else case.grid_connection_kw
        if y == 0:
            demand = case.region.price_usd_per_kwh * case.demand_charge_fraction * 8760.0
            self.peak = model.add_variables(lower=0.0, upper=limit, name="peak")
            model.objective += demand * self.peak
        grid = self.flow("Generator", "p", f"grid|{y}")
        if case.supply == "on-site":
            if grid is not None:
                model.add_constraints(grid - self.peak <= 0)
            return
        inflow = [charge - give for _, charge, give in self.stores(y)] + change
        for _, flow, least in self.plants(y, _behind):
            inflow += [-1.0 * flow] + ([-1.0 * least] if least is not None else [])
        model.add_constraints(sum(inflow, 0) - self.peak <= -load)

    def _own_use(self, y, load, change):
        case = self.case
        buy = case.grid_usd_per_kwh
        if buy is None:
            buy = np.full(self.site.hours, case.region.price_usd_per_kwh * (1 - case.demand_charge_fraction))
        sell = buy * case.export_price_fraction if case.export_usd_per_kwh is None else case.export_usd_per_kwh
        burnt = [t.variable_usd_per_kwh + t.price_usd_per_kwh for t in case.technologies if _burns(t)]
        gain = np.maximum(sell, 0.0) if case.export_limit_kw > 0 else 0.0
        if not np.any(np.minimum(buy, min(burnt, default=np.inf)) < gain):
            return
        grid = self.flow("Generator", "p", f"grid|{y}")
        own = [] if grid is None else [1.0 * grid]
        own += [1.0 * flow for _, flow, _ in self.plants(y, _burns)]
        own += [-1.0 * charge for _, charge, _ in self.stores(y)]
        self.model.add_constraints(sum(own) - sum(change, 0) <= load)

    def carbon(self, y):
        """Return the terms of carbon in each hour."""
        case = self.case
        found = []
        grid = self.flow("Generator", "p", f"grid|{y}")
        if grid is not None:
            carbon = case.grid_carbon_g_per_kwh
            if carbon is None:
                dirt = 1.0 - case.grid_clean_fraction
                weight = np.concatenate(
                    [np.full(b - a, self.site.share[i]) for i, (a, b) in enumerate(self.site.years)]
                )
                carbon = case.region.carbon_g_per_kwh * dirt / (dirt @ weight / 8760.0)
            found.append(self.array(carbon, y) * grid)
        return found + self.of_plants(y, lambda t: t.carbon_g_per_kwh)

    def dirty(self, y):
        """Return the terms of unclean energy in each hour."""
        case, hourly = self.case, self.case.target == "hourly"
        found = []
        grid, export = (self.flow("Generator", "p", f"{name}|{y}") for name in ("grid", "export"))
        if grid is not None:
            counted = hourly and case.count_grid_clean
            found.append(self.array(1.0 - case.grid_clean_fraction if counted else 1.0, y) * grid)
        if export is not None and not hourly:
            found.append(-1.0 * export)
        return found + self.of_plants(y, lambda t: 1.0 - t.is_clean)

    def of_plants(self, y, each):
        """What has to be taken counts as it is available, thrown away or not; what runs on call as it runs."""
        found = []
        for t, flow, least in self.plants(y, lambda t: each(t) != 0.0):
            if t.kind in ("gas", "following"):
                found.append(each(t) * flow)
                if least is not None:
                    size = self.size("Generator", f"{t.id}|{y}")
                    found.append(self.array(each(t) * min(t.minimum_fraction, t.capacity_factor), y) * size)
            else:
                taken = {"solar": self.case.solar_cf, "wind": self.case.wind_cf}.get(t.kind, t.capacity_factor)
                found.append(self.array(each(t) * taken, y) * self.size("Generator", f"{t.id}|{y}"))
        return found

    def _sums(self):
        """Target and cap over the year, in mean loads so that their numbers are like the others."""
        case, site, cap = self.case, self.site, self.case.carbon_cap_g_per_kwh
        for wanted, terms, allowed in (
            (case.target != "none", self.dirty, 1.0 - case.clean_fraction),
            (case.carbon_cap_basis == "year" and cap is not None, self.carbon, cap),
        ):  # fmt: skip
            if not wanted:
                continue
            left, right = [], 0.0
            for y, (a, b) in enumerate(site.years):
                share = site.share[y] / site.share[0]
                left += [share * term.sum() for term in terms(y)]
                left += [-share * allowed * one.sum() for one in self.change(y)]
                right += share * allowed * float(case.load_kw[a:b].sum())
            if left:
                self.model.add_constraints(sum(left) <= right)


def _burns(t):
    return t.kind in ("gas", "following") and t.is_clean < 1.0


def _behind(t):
    return t.kind == "gas" or _burns(t)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("cases", nargs="*")
    asked = parser.parse_args()
    from energy.pypsa.cases import CASES

    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    worst = 0.0
    for name in asked.cases or CASES:
        file = KEPT / f"{name}.json"
        if file.exists() and not (asked.again or asked.check):
            continue
        found = Site(CASES[name]()).solve()
        if asked.check:
            kept = json.loads(file.read_text())["objective_usd_per_year"]
            off = abs(found["objective_usd_per_year"] / kept - 1.0)
            worst = max(worst, off)
            print(f"{name:40} kept {kept:.8g}, now {found['objective_usd_per_year']:.8g}, off by {off:.1e}")
            continue
        programs = {one: version(one) for one in ("pypsa", "linopy", "highspy")}
        document = {"case": name, **found, "programs": programs, "date": f"{datetime.now(UTC):%Y-%m-%d}"}
        file.write_text(json.dumps(document, indent=1) + "\n")
        print(f"{name:40} {found['objective_usd_per_year']:.8g} USD a year, {found['status']}")
    return int(worst > 1e-6)


if __name__ == "__main__":
    raise SystemExit(main())
