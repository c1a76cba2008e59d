"""The supply of a site as a network of PyPSA's components: what is built, what each hour offers, what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from denshi.catalog import Technology
from denshi.energy import Energy, EnergyInput
from denshi.energy.account import annual_cost_usd_per_kw, efficiency_one_way, served_of
from denshi.energy.reading import levels_kwh
from denshi.energy.terms import (
    availability,
    beside_load,
    grid_carbon_g_per_kwh,
    hour_weight,
    least_fraction,
    running_usd_per_kwh,
    takes,
    tariff,
)

Value = str | float
Vector = npt.NDArray[np.float64]
_MW = 1e3  # kW
_SITE, _GRID = "site", "grid side"


@dataclass(slots=True)
class Part:
    """One list of components: attributes by name, and hourly ones."""

    static: dict[str, dict[str, Value]] = field(default_factory=dict)
    hourly: dict[str, dict[str, Vector]] = field(default_factory=dict)

    def add(self, name: str, hourly: Mapping[str, Vector] | None = None, **static: Value) -> None:
        """Add a component."""
        self.static[name] = static
        for attribute, values in (hourly or {}).items():
            self.hourly.setdefault(attribute, {})[name] = values


@dataclass(frozen=True, slots=True)
class Network:
    """Lists of components by PyPSA's names, MW and USD/MWh, and how many hours of a year each snapshot stands for."""

    name: str
    weight_h: Vector
    parts: Mapping[str, Part]


def network(inputs: EnergyInput, energy: Energy, name: str) -> Network:
    """Return the network of a supply: sizes fixed as they were decided, dispatch and prices as results.

    Two buses, the site and the grid's side of its connection, joined by a link of the connection's size. Delivered
    supply stands on the grid's side, stores and what burns fuel on the site's; where supply is on site, all of it.
    The load is that which is served. The demand charge, the target and caps have no component: they are in what the
    prices of the buses came from.

    Units: power MW, energy MWh, marginal cost USD/MWh, capital cost USD/MW a year.
    """
    delivered = inputs.supply != "on-site"
    parts = {key: Part() for key in ("carriers", "buses", "loads", "generators", "storage_units", "links")}
    _buses(parts, inputs, energy)
    for one in inputs.technologies:
        bus = _GRID if one.kind == "grid" or (delivered and not beside_load(one)) else _SITE
        if one.kind == "grid":
            _purchase(parts["generators"], one, inputs, energy)
        elif one.kind == "battery":
            _store(parts["storage_units"], one, inputs, energy, bus)
        else:
            _plant(parts["generators"], one, inputs, energy, bus)
    return Network(name, hour_weight(inputs), parts)


def _buses(parts: Mapping[str, Part], inputs: EnergyInput, energy: Energy) -> None:
    flows = energy.dispatch_kw
    nothing = np.zeros_like(flows["load"])
    served = served_of(flows)
    own = [flows[one.id] for one in inputs.technologies if beside_load(one)]
    bought = sum((flows[one.id] for one in inputs.technologies if one.kind == "grid"), nothing)
    into = bought - flows["export"] if inputs.supply == "on-site" else served - sum(own, nothing)
    price = {"marginal_price": energy.price_usd_per_kwh * _MW}
    parts["buses"].add(_SITE, price, carrier="AC")
    parts["buses"].add(_GRID, carrier="AC")
    parts["loads"].add("load", {"p_set": served / _MW, "p": served / _MW}, bus=_SITE, carrier="AC")
    parts["links"].add(
        "connection",
        {"p0": into / _MW, "p1": -into / _MW},
        bus0=_GRID,
        bus1=_SITE,
        carrier="AC",
        p_nom=energy.connection_kw / _MW,
        p_nom_opt=energy.connection_kw / _MW,
        p_min_pu=-1.0,
        efficiency=1.0,
    )
    sold = float(inputs.export_limit_kw) / _MW
    if sold > 0.0:
        parts["generators"].add(
            "export",
            {"p": flows["export"] / _MW, "marginal_cost": -tariff(inputs).export_usd_per_kwh * _MW},
            bus=_GRID,
            carrier="AC",
            p_nom=sold,
            p_nom_opt=sold,
            sign=-1.0,
        )
    parts["carriers"].add("AC", co2_emissions=0.0)
    for one in inputs.technologies:
        carbon = float(grid_carbon_g_per_kwh(inputs).mean()) if one.kind == "grid" else one.carbon_g_per_kwh
        parts["carriers"].add(one.id, co2_emissions=carbon / 1e3)


def _purchase(part: Part, one: Technology, inputs: EnergyInput, energy: Energy) -> None:
    part.add(
        one.id,
        {"p": energy.dispatch_kw[one.id] / _MW, "marginal_cost": tariff(inputs).energy_usd_per_kwh * _MW},
        bus=_GRID,
        carrier=one.id,
        p_nom=energy.connection_kw / _MW,
        p_nom_opt=energy.connection_kw / _MW,
    )


def _plant(part: Part, one: Technology, inputs: EnergyInput, energy: Energy, bus: str) -> None:
    """What has to be taken costs the same used or not: it is part of the capital cost, as in the programme."""
    size = energy.capacity_kw[one.id] / _MW
    annual, running = annual_cost_usd_per_kw(one, inputs.discount_rate), running_usd_per_kwh(one)
    hourly = {"p": energy.dispatch_kw[one.id] / _MW}
    must_take = takes(one) and one.kind != "following"
    if must_take:
        hourly["p_max_pu"] = availability(one, inputs)
        annual += running * float(availability(one, inputs) @ hour_weight(inputs))
    part.add(
        one.id,
        hourly,
        bus=bus,
        carrier=one.id,
        p_nom=size,
        p_nom_opt=size,
        p_max_pu=1.0 if must_take else one.capacity_factor,
        p_min_pu=least_fraction(one),
        capital_cost=annual * _MW,
        marginal_cost=0.0 if must_take else running * _MW,
        lifetime=one.lifetime_year,
    )


def _store(part: Part, one: Technology, inputs: EnergyInput, energy: Energy, bus: str) -> None:
    size, flow, one_way = energy.capacity_kw[one.id] / _MW, energy.dispatch_kw[one.id], efficiency_one_way(one)
    held = energy.energy_capacity_kwh.get(one.id, one.duration_h * energy.capacity_kw[one.id]) / _MW
    part.add(
        one.id,
        {
            "p": flow / _MW,
            "p_dispatch": np.maximum(flow, 0.0) / _MW,
            "p_store": np.maximum(-flow, 0.0) / _MW,
            "state_of_charge": levels_kwh(inputs, one, flow) / _MW,
        },
        bus=bus,
        carrier=one.id,
        p_nom=size,
        p_nom_opt=size,
        max_hours=held / size if size > 0.0 else one.duration_h,
        efficiency_store=one_way,
        efficiency_dispatch=one_way,
        cyclic_state_of_charge=1.0,
        capital_cost=annual_cost_usd_per_kw(one, inputs.discount_rate) * _MW,
        marginal_cost=running_usd_per_kwh(one) * _MW,
        lifetime=one.lifetime_year,
    )
