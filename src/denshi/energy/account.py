"""What a supply costs, emits and covers, once it is decided."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from denshi.catalog import Technology
from denshi.energy.flexible import curtails, shifts
from denshi.energy.record import EnergyInput
from denshi.energy.terms import (
    NOTHING,
    Vector,
    availability,
    beside_load,
    grid_carbon_g_per_kwh,
    hour_weight,
    running_usd_per_kwh,
    runs_on_call,
    sold_apart,
    takes,
    tariff,
)


@dataclass(frozen=True, slots=True)
class Supply:
    """What is decided: capacities, energy of stores [kWh], and what is done in each hour [kW].

    ``burn_kw`` is the output of plant on call, that of a following plant above its least; ``storage_kw`` is positive
    when it discharges; ``extra_kw`` is bought though own supply would do. ``unserved_kw`` and ``reduced_kw`` are load
    left out and switched off, ``shift_kw`` what moving load adds to an hour. Grid purchase and curtailment follow from
    the balance.
    """

    capacity_kw: Mapping[str, float]
    energy_kwh: Mapping[str, float]
    burn_kw: Mapping[str, Vector]
    storage_kw: Mapping[str, Vector]
    export_kw: Vector
    extra_kw: Vector
    unserved_kw: Vector
    reduced_kw: Vector
    shift_kw: Vector


def capital_recovery_factor(discount_rate: float, lifetime_year: float) -> float:
    """Return the yearly payment that repays one unit of capital over a lifetime.

    .. math:: f = r / (1 - (1 + r)^{-n}), \\quad f = 1/n \\text{ for } r = 0

    Parameters
    ----------
    discount_rate : r, at least 0 [1].
    lifetime_year : n, above 0 [year].

    Returns
    -------
    Capital recovery factor [1/year].

    Source: brealey.

    >>> round(capital_recovery_factor(0.07, 30.0), 5)
    0.08059
    >>> capital_recovery_factor(0.0, 20.0)
    0.05
    """
    if discount_rate == 0.0:
        return 1.0 / lifetime_year
    return float(discount_rate / -np.expm1(-lifetime_year * np.log1p(discount_rate)))


def annual_cost_usd_per_kw(technology: Technology, discount_rate: float) -> float:
    """Return what one kW costs a year before it runs: capital recovery x capital cost + fixed O&M [USD/kW]."""
    recovery = capital_recovery_factor(discount_rate, technology.lifetime_year)
    return recovery * technology.capex_usd_per_kw + technology.fixed_om_usd_per_kw_year


def annual_cost_usd_per_kwh(technology: Technology, discount_rate: float) -> float:
    """Return what one kWh of a store costs a year where it is sized apart: capital recovery x its cost [USD/kWh]."""
    return capital_recovery_factor(discount_rate, technology.lifetime_year) * (technology.capex_usd_per_kwh or 0.0)


def capex_usd(technology: Technology, supply: Supply) -> float:
    """Return the capital cost of what is built of a technology [USD]."""
    power_kw, energy_kwh = supply.capacity_kw.get(technology.id, 0.0), supply.energy_kwh.get(technology.id, 0.0)
    apart = (technology.capex_usd_per_kwh or 0.0) * energy_kwh if sold_apart(technology) else 0.0
    return power_kw * technology.capex_usd_per_kw + apart


def annuity_usd(inputs: EnergyInput, supply: Supply) -> float:
    """Return the annualised capital cost of all capacity [USD/year]."""
    return float(
        sum(
            capex_usd(t, supply) * capital_recovery_factor(inputs.discount_rate, t.lifetime_year)
            for t in inputs.technologies
        )
    )


def efficiency_one_way(technology: Technology) -> float:
    """Return the efficiency of charging alone: the square root of the round trip [1].

    >>> from denshi.catalog import Technology, find
    >>> round(efficiency_one_way(find(Technology, "battery-4h")) ** 2, 12)
    0.85
    """
    return float(np.sqrt(technology.efficiency))


def served_kw(inputs: EnergyInput, supply: Supply) -> Vector:
    """Return the load that is served in each hour: what is asked, less what is left out, with what is moved [kW]."""
    return inputs.load_kw - supply.unserved_kw - supply.reduced_kw + supply.shift_kw


def balance(inputs: EnergyInput, supply: Supply) -> dict[str, Vector]:
    """Return the hourly flows, with purchase and curtailment from the balance of each hour.

    need = load served + charge + export - discharge - on call - available; the grid gives max(need, 0) and what is
    bought though own supply would do, max(-need, 0) is curtailed. Without a grid among the options must-take supply
    gives just what is needed. Curtailment falls on must-take supply in proportion, last on plant behind the
    connection. What flexible load does is among the flows where there is any.
    """
    hours, mean_kw = len(inputs.load_kw), float(inputs.load_kw.mean())
    available = {t.id: supply.capacity_kw[t.id] * availability(t, inputs) for t in inputs.technologies if takes(t)}
    near = _sum([available[t.id] for t in inputs.technologies if t.id in available and beside_load(t)], hours)
    total = _sum(available.values(), hours)
    asked = (
        served_kw(inputs, supply)
        + supply.export_kw
        - _sum((*supply.burn_kw.values(), *supply.storage_kw.values()), hours)
    )
    bought = np.zeros(hours)
    if any(t.kind == "grid" for t in inputs.technologies):
        short = np.maximum(asked - total, 0.0)
        bought = np.where((short > NOTHING * mean_kw) | (total <= 0.0), short, 0.0)
        bought = bought + np.minimum(supply.extra_kw, np.maximum(asked - bought, 0.0))
    spare = total - (asked - bought)
    curtailed = np.where(spare > NOTHING * mean_kw, spare, 0.0)
    near_used = np.minimum(np.maximum(asked - bought, 0.0), near)
    shares = {
        True: np.divide(near_used, near, out=np.zeros(hours), where=near > 0.0),
        False: np.divide(asked - bought - near_used, total - near, out=np.zeros(hours), where=total - near > 0.0),
    }
    flows: dict[str, Vector] = {}
    for technology in inputs.technologies:
        if technology.kind == "battery":
            flows[technology.id] = supply.storage_kw[technology.id]
        elif technology.kind == "grid":
            flows[technology.id] = bought
        else:
            taken = available.get(technology.id, 0.0) * shares[beside_load(technology)]
            flows[technology.id] = taken + supply.burn_kw.get(technology.id, 0.0)
    flows["load"] = inputs.load_kw
    flows["export"] = supply.export_kw
    flows["curtailed"] = curtailed
    return flows | _flexible(inputs, supply)


def _flexible(inputs: EnergyInput, supply: Supply) -> dict[str, Vector]:
    found: dict[str, Vector] = {}
    if inputs.unserved_usd_per_kwh is not None:
        found["unserved"] = supply.unserved_kw
    if curtails(inputs):
        found["reduced"] = supply.reduced_kw
    if shifts(inputs):
        found["shift"] = supply.shift_kw
    return found


def inflow_kw(inputs: EnergyInput, flows: Mapping[str, Vector]) -> Vector:
    """Return what enters the site each hour: purchase alone, or all that is not made or stored on the site [kW]."""
    if inputs.supply == "on-site":
        return grid_kw(inputs, flows)
    onsite = [flows[t.id] for t in inputs.technologies if beside_load(t)]
    return served_of(flows) - _sum(onsite, len(inputs.load_kw))


def served_of(flows: Mapping[str, Vector]) -> Vector:
    """Return the load that is served, from printed flows [kW]."""
    nothing = np.zeros_like(flows["load"])
    left_out = flows.get("unserved", nothing) + flows.get("reduced", nothing)
    return flows["load"] - left_out + flows.get("shift", nothing)


def grid_kw(inputs: EnergyInput, flows: Mapping[str, Vector]) -> Vector:
    """Return the hourly purchase from the grid [kW]."""
    return _sum([flows[t.id] for t in inputs.technologies if t.kind == "grid"], len(inputs.load_kw))


def unclean_kw(inputs: EnergyInput, flows: Mapping[str, Vector]) -> Vector:
    """Return the hourly output of the site's own plant that is not clean [kW]."""
    own = [flows[t.id] * (1.0 - t.is_clean) for t in inputs.technologies if t.kind not in ("grid", "battery")]
    return _sum(own, len(inputs.load_kw))


def _sum(parts: Iterable[Vector], hours: int) -> Vector:
    total = np.zeros(hours)
    for part in parts:
        total = total + part
    return total


def cost_by_technology_usd(
    inputs: EnergyInput, supply: Supply, flows: Mapping[str, Vector], import_peak_kw: float
) -> dict[str, float]:
    """Return the cost of a year by technology; ``connection`` is the demand charge, ``export`` is negative [USD].

    Load that is not served or switched off is a line of its own where the input allows it.
    """
    bill, weight = tariff(inputs), hour_weight(inputs)
    costs: dict[str, float] = {}
    for technology in inputs.technologies:
        id_ = technology.id
        if technology.kind == "grid":
            costs[id_] = float(flows[id_] @ (bill.energy_usd_per_kwh * weight))
            continue
        energy = float(np.maximum(flows[id_], 0.0) @ weight) if technology.kind == "battery" else 0.0
        if runs_on_call(technology):
            energy += float(supply.burn_kw[id_] @ weight)
        if takes(technology):
            energy += supply.capacity_kw[id_] * float(availability(technology, inputs) @ weight)
        fixed = supply.capacity_kw[id_] * annual_cost_usd_per_kw(technology, inputs.discount_rate)
        if sold_apart(technology):
            fixed += supply.energy_kwh[id_] * annual_cost_usd_per_kwh(technology, inputs.discount_rate)
        costs[id_] = fixed + running_usd_per_kwh(technology) * energy
    costs["connection"] = bill.demand_usd_per_kw_year * import_peak_kw
    costs["export"] = -float(flows["export"] @ (bill.export_usd_per_kwh * weight))
    if "unserved" in flows:
        costs["unserved"] = (inputs.unserved_usd_per_kwh or 0.0) * float(flows["unserved"] @ weight)
    if "reduced" in flows:
        costs["reduced"] = inputs.curtail_usd_per_kwh * float(flows["reduced"] @ weight)
    return costs


def carbon_kg(inputs: EnergyInput, flows: Mapping[str, Vector]) -> Vector:
    """Return the operational carbon of each hour: purchase x that of the grid + generation x its carbon [kg]."""
    grams = grid_kw(inputs, flows) * grid_carbon_g_per_kwh(inputs)
    for technology in inputs.technologies:
        if technology.kind not in ("grid", "battery"):
            grams = grams + technology.carbon_g_per_kwh * flows[technology.id]
    return grams / 1e3
