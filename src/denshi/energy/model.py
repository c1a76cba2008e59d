"""The supply of a site as a linear programme: what is built and bought, and what balances each hour.

Power is counted in mean loads, money in USD per kW of mean load and year, so that all numbers are near one. Every
column is at least zero; an hour stands for 8,760 / hours of them where the horizon is shorter than a year, and for its
share of the mean year where there are several.
"""

import numpy as np

from denshi.catalog import Technology
from denshi.energy.account import annual_cost_usd_per_kw, annual_cost_usd_per_kwh, efficiency_one_way
from denshi.energy.flexible import add_flexible_load, served_base_kw
from denshi.energy.program import Draft, Program
from denshi.energy.record import EnergyInput
from denshi.energy.rules import add_carbon_cap, add_slack, add_target
from denshi.energy.terms import (
    NOTHING,
    Tariff,
    availability,
    beside_load,
    hour_before,
    hour_weight,
    least_fraction,
    running_usd_per_kwh,
    runs_on_call,
    sells_what_it_buys,
    sold_apart,
    takes,
    tariff,
)


def build(inputs: EnergyInput, limit_kw: float, *, elastic_usd_per_kwh: float | None = None) -> Program:
    """Build the programme of a site.

    Parameters
    ----------
    inputs : the site; any number of hours.
    limit_kw : highest flow into the site [kW].
    elastic_usd_per_kwh : price of energy not served and of a tenth of it for clean energy missed and for carbon above a
        cap [USD/kWh]; None forbids them. With a price the programme has a solution always, and says what is short.
    """
    scale_kw = float(inputs.load_kw.mean())
    draft = Draft(base=served_base_kw(inputs) / scale_kw)
    bill = tariff(inputs)
    add_flexible_load(draft, inputs, scale_kw)
    market = sells_what_it_buys(inputs)
    draft.row("balance", draft.base, draft.base if market else np.inf)
    draft.put_served("balance", -1.0)
    for technology in inputs.technologies:
        if technology.kind == "battery":
            _battery(draft, technology, inputs)
        elif technology.kind != "grid":
            _plant(draft, technology, inputs)
    _grid(draft, inputs, bill, limit_kw / scale_kw)
    _export(draft, inputs, bill, limit_kw, scale_kw)
    if market or not inputs.grid_charging:
        _own_use(draft, inputs)
    if market:
        _thrown_away(draft, inputs)
    add_target(draft, inputs)
    add_carbon_cap(draft, inputs)
    if elastic_usd_per_kwh is not None:
        add_slack(draft, inputs, elastic_usd_per_kwh)
    return draft.program()


def _plant(draft: Draft, technology: Technology, inputs: EnergyInput) -> None:
    """Supply that has to be taken, or thrown away and paid for, and supply on call above it."""
    id_, weight = technology.id, hour_weight(inputs)
    running = running_usd_per_kwh(technology)
    annual = annual_cost_usd_per_kw(technology, inputs.discount_rate)
    taken = availability(technology, inputs) if takes(technology) else np.zeros(draft.hours)
    draft.column(f"capacity:{id_}", 1, annual + running * float(taken @ weight))
    draft.put("balance", f"capacity:{id_}", taken)
    if runs_on_call(technology):
        draft.column(f"burn:{id_}", draft.hours, running * weight)
        draft.put("balance", f"burn:{id_}", 1.0)
        draft.row(f"capacity:{id_}", -np.inf, 0.0, local=True)
        draft.put(f"capacity:{id_}", f"burn:{id_}", 1.0)
        most = technology.capacity_factor - least_fraction(technology)
        draft.put(f"capacity:{id_}", f"capacity:{id_}", -most)


def _battery(draft: Draft, technology: Technology, inputs: EnergyInput) -> None:
    """A store that ends each year as it began it; its energy follows its power, or is sized apart."""
    id_, one_way = technology.id, efficiency_one_way(technology)
    draft.column(f"capacity:{id_}", 1, annual_cost_usd_per_kw(technology, inputs.discount_rate))
    draft.column(f"charge:{id_}", draft.hours, 0.0)
    draft.column(f"discharge:{id_}", draft.hours, running_usd_per_kwh(technology) * hour_weight(inputs))
    draft.column(f"stored:{id_}", draft.hours, 0.0)
    draft.put("balance", f"charge:{id_}", -1.0)
    draft.put("balance", f"discharge:{id_}", 1.0)
    draft.row(f"level:{id_}", 0.0, 0.0)
    draft.put(f"level:{id_}", f"stored:{id_}", 1.0)
    draft.put(f"level:{id_}", f"stored:{id_}", -1.0, columns=hour_before(inputs))
    draft.put(f"level:{id_}", f"charge:{id_}", -one_way)
    draft.put(f"level:{id_}", f"discharge:{id_}", 1.0 / one_way)
    draft.row(f"power:{id_}", -np.inf, 0.0, local=True)
    draft.put(f"power:{id_}", f"charge:{id_}", 1.0)
    draft.put(f"power:{id_}", f"discharge:{id_}", 1.0)
    draft.put(f"power:{id_}", f"capacity:{id_}", -1.0)
    draft.row(f"energy:{id_}", -np.inf, 0.0, local=True)
    draft.put(f"energy:{id_}", f"stored:{id_}", 1.0)
    if not sold_apart(technology):
        draft.put(f"energy:{id_}", f"capacity:{id_}", -technology.duration_h)
        return
    draft.column(f"size:{id_}", 1, annual_cost_usd_per_kwh(technology, inputs.discount_rate))
    draft.put(f"energy:{id_}", f"size:{id_}", -1.0)
    draft.total(f"duration:{id_}", 0.0)
    draft.put(f"duration:{id_}", f"size:{id_}", 1.0)
    draft.put(f"duration:{id_}", f"capacity:{id_}", -technology.duration_h)


def _grid(draft: Draft, inputs: EnergyInput, bill: Tariff, limit: float) -> None:
    """Purchase, and the peak that the connection carries and the demand charge is paid on."""
    bought = any(technology.kind == "grid" for technology in inputs.technologies)
    onsite = inputs.supply == "on-site"
    demand = bill.demand_usd_per_kw_year
    if bought:
        plain = onsite and demand == 0.0
        draft.column("grid", draft.hours, bill.energy_usd_per_kwh * hour_weight(inputs), limit if plain else np.inf)
        draft.put("balance", "grid", 1.0)
        if onsite and not plain:
            draft.column("peak", 1, demand, limit)
            draft.row("import", -np.inf, 0.0, local=True)
            draft.put("import", "grid", 1.0)
            draft.put("import", "peak", -1.0)
    if not onsite:
        draft.column("peak", 1, demand, limit)
        draft.row("import", -np.inf, -draft.base)
        draft.put("import", "peak", -1.0)
        draft.put_served("import", 1.0)
        for technology in filter(beside_load, inputs.technologies):
            id_ = technology.id
            if technology.kind == "battery":
                draft.put("import", f"charge:{id_}", 1.0)
                draft.put("import", f"discharge:{id_}", -1.0)
            else:
                draft.put("import", f"burn:{id_}", -1.0)
                draft.put("import", f"capacity:{id_}", -least_fraction(technology))


def _export(draft: Draft, inputs: EnergyInput, bill: Tariff, limit_kw: float, scale_kw: float) -> None:
    """Sale of surplus."""
    most_kw = min(inputs.export_limit_kw, limit_kw) if inputs.supply == "on-site" else inputs.export_limit_kw
    if most_kw > NOTHING * scale_kw:
        draft.column("export", draft.hours, -bill.export_usd_per_kwh * hour_weight(inputs), most_kw / scale_kw)
        draft.put("balance", "export", -1.0)


def _own_use(draft: Draft, inputs: EnergyInput) -> None:
    """Purchase and what is burnt serve the site itself: its load and, where they may, its stores."""
    draft.row("own use", -np.inf, draft.base)
    draft.put_served("own use", -1.0)
    if "grid" in draft.columns:
        draft.put("own use", "grid", 1.0)
    for technology in inputs.technologies:
        if technology.kind == "battery":
            if inputs.grid_charging:
                draft.put("own use", f"charge:{technology.id}", -1.0)
        elif runs_on_call(technology) and technology.is_clean < 1.0:
            draft.put("own use", f"burn:{technology.id}", 1.0)


def _thrown_away(draft: Draft, inputs: EnergyInput) -> None:
    """Only what has to be taken may be thrown away: not what was bought, stored or burnt to be rid of it.

    What plant behind the connection throws away does not spare the import.
    """
    taken = [technology for technology in inputs.technologies if takes(technology)]
    near = [technology for technology in taken if beside_load(technology) and inputs.supply != "on-site"]
    for name, plants in (("thrown", [one for one in taken if one not in near]), ("thrown near", near)):
        if not plants:
            continue
        draft.column(name, draft.hours, 0.0)
        draft.put("balance", name, -1.0)
        if name == "thrown near":
            draft.put("import", name, 1.0)
        draft.row(name, -np.inf, 0.0, local=True)
        draft.put(name, name, 1.0)
        for technology in plants:
            draft.put(name, f"capacity:{technology.id}", -availability(technology, inputs))
