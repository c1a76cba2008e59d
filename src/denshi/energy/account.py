"""What a supply costs, emits and covers, once it is decided."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from denshi.catalog import Technology
from denshi.energy.record import EnergyInput

Vector = npt.NDArray[np.float64]

# Below this share of the mean load a flow is noise of the solver.
NOTHING = 1e-7
MUST_TAKE = ("solar", "wind", "firm")


@dataclass(frozen=True, slots=True)
class Tariff:
    """What the grid bills and pays: energy [USD/kWh], highest import [USD/kW a year], sold surplus [USD/kWh]."""

    energy_usd_per_kwh: float
    demand_usd_per_kw_year: float
    export_usd_per_kwh: float


@dataclass(frozen=True, slots=True)
class Supply:
    """What is decided: capacities, and what storage, gas and export do in each hour [kW].

    ``storage_kw`` is positive when it discharges. Grid purchase and curtailment follow from the balance.
    """

    capacity_kw: Mapping[str, float]
    burn_kw: Mapping[str, Vector]
    storage_kw: Mapping[str, Vector]
    export_kw: Vector


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


def annuity_usd(inputs: EnergyInput, capacity_kw: Mapping[str, float]) -> float:
    """Return the annualised capital cost of all capacity [USD/year]."""
    return float(
        sum(
            capacity_kw.get(t.id, 0.0)
            * t.capex_usd_per_kw
            * capital_recovery_factor(inputs.discount_rate, t.lifetime_year)
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


def availability(technology: Technology, inputs: EnergyInput) -> Vector:
    """Return the hourly output of one kW of must-take supply: the weather's, or flat for a firm plant [1]."""
    if technology.kind == "solar":
        return inputs.solar_cf
    if technology.kind == "wind":
        return inputs.wind_cf
    return np.full(len(inputs.load_kw), technology.capacity_factor)


def tariff(inputs: EnergyInput) -> Tariff:
    """Split the average price of the region so that a flat load pays just that price.

    energy = price x (1 - share); demand = price x share x 8,760 h; export = energy x export fraction.
    """
    price, share = inputs.region.price_usd_per_kwh, inputs.demand_charge_fraction
    energy = price * (1.0 - share)
    return Tariff(energy, price * share * 8760.0, energy * inputs.export_price_fraction)


def balance(inputs: EnergyInput, supply: Supply) -> dict[str, Vector]:
    """Return the hourly flows, with purchase and curtailment from the balance of each hour.

    need = load + charge + export - discharge - gas - available; the grid gives max(need, 0), max(-need, 0) is
    curtailed. Without a grid among the options must-take supply gives just what is needed. Curtailment falls on all
    must-take supply in proportion.
    """
    load = inputs.load_kw
    must_take = [t for t in inputs.technologies if t.kind in MUST_TAKE]
    available = {t.id: supply.capacity_kw[t.id] * availability(t, inputs) for t in must_take}
    total = _sum(available.values(), len(load))
    asked = load + supply.export_kw - _sum((*supply.burn_kw.values(), *supply.storage_kw.values()), len(load))
    bought = np.zeros_like(load)
    if any(t.kind == "grid" for t in inputs.technologies):
        short = np.maximum(asked - total, 0.0)
        bought = np.where((short > NOTHING * load.mean()) | (total <= 0.0), short, 0.0)
    spare = total - (asked - bought)
    curtailed = np.where(spare > NOTHING * load.mean(), spare, 0.0)
    share = np.divide(asked - bought, total, out=np.zeros_like(total), where=total > 0.0)
    flows: dict[str, Vector] = {}
    for technology in inputs.technologies:
        if technology.kind in MUST_TAKE:
            flows[technology.id] = available[technology.id] * share
        elif technology.kind == "gas":
            flows[technology.id] = supply.burn_kw[technology.id]
        elif technology.kind == "battery":
            flows[technology.id] = supply.storage_kw[technology.id]
        else:
            flows[technology.id] = bought
    flows["load"] = load
    flows["export"] = supply.export_kw
    flows["curtailed"] = curtailed
    return flows


def inflow_kw(inputs: EnergyInput, flows: Mapping[str, Vector]) -> Vector:
    """Return what enters the site each hour: purchase alone, or all that is not made or stored on the site [kW]."""
    if inputs.supply == "on-site":
        return grid_kw(inputs, flows)
    onsite = [flows[t.id] for t in inputs.technologies if t.kind in ("gas", "battery")]
    return inputs.load_kw - _sum(onsite, len(inputs.load_kw))


def grid_kw(inputs: EnergyInput, flows: Mapping[str, Vector]) -> Vector:
    """Return the hourly purchase from the grid [kW]."""
    return _sum([flows[t.id] for t in inputs.technologies if t.kind == "grid"], len(inputs.load_kw))


def unclean_kw(inputs: EnergyInput, flows: Mapping[str, Vector]) -> Vector:
    """Return the hourly output of the site's own plant that is not clean [kW]."""
    own = [flows[t.id] * (1.0 - t.is_clean) for t in inputs.technologies if t.kind in ("gas", *MUST_TAKE)]
    return _sum(own, len(inputs.load_kw))


def _sum(parts: Iterable[Vector], hours: int) -> Vector:
    total = np.zeros(hours)
    for part in parts:
        total = total + part
    return total


def cost_by_technology_usd(
    inputs: EnergyInput, capacity_kw: Mapping[str, float], flows: Mapping[str, Vector], import_peak_kw: float
) -> dict[str, float]:
    """Return the cost of a year by technology; ``connection`` is the demand charge, ``export`` is negative [USD]."""
    bill, weight = tariff(inputs), 8760.0 / len(inputs.load_kw)
    costs: dict[str, float] = {}
    for technology in inputs.technologies:
        id_ = technology.id
        if technology.kind == "grid":
            costs[id_] = bill.energy_usd_per_kwh * float(flows[id_].sum()) * weight
            continue
        running = technology.variable_usd_per_kwh + technology.price_usd_per_kwh
        if technology.kind in MUST_TAKE:
            energy = capacity_kw[id_] * float(availability(technology, inputs).sum())
        else:
            energy = float(np.maximum(flows[id_], 0.0).sum())
        fixed = annual_cost_usd_per_kw(technology, inputs.discount_rate)
        costs[id_] = capacity_kw[id_] * fixed + running * energy * weight
    costs["connection"] = bill.demand_usd_per_kw_year * import_peak_kw
    costs["export"] = -bill.export_usd_per_kwh * float(flows["export"].sum()) * weight
    return costs


def carbon_t(inputs: EnergyInput, flows: Mapping[str, Vector]) -> float:
    """Return the operational carbon of a year [t].

    Grid power of an hour carries region carbon x (1 - clean share) / mean(1 - clean share); a grid that is always clean
    carries the region's mean.
    """
    weight = 8760.0 / len(inputs.load_kw)
    dirty = 1.0 - inputs.grid_clean_fraction
    mean = float(dirty.mean())
    intensity = inputs.region.carbon_g_per_kwh * (dirty / mean if mean > 0.0 else np.ones_like(dirty))
    grams = float(grid_kw(inputs, flows) @ intensity)
    for technology in inputs.technologies:
        if technology.kind in ("gas", *MUST_TAKE):
            grams += technology.carbon_g_per_kwh * float(flows[technology.id].sum())
    return grams * weight / 1e6
