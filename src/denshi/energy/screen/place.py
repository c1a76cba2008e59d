"""A supply case as screening takes it: what is shared by all its costs and targets, and what a kW costs a year."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from denshi.catalog import Technology
from denshi.energy.account import annual_cost_usd_per_kw
from denshi.energy.flexible import curtails, shifts
from denshi.energy.record import EnergyInput
from denshi.energy.screen.record import Burner, Curtailed, Producer, ScreenSite, Store
from denshi.energy.terms import availability, hour_weight, running_usd_per_kwh, sold_apart, takes, tariff
from denshi.errors import OutOfRangeError

# Where no limit is stated: this many times the highest load. What any sensible design has is far below.
_MOST_WEATHER, _MOST_STORE, _MOST_FIRM = 30.0, 15.0, 3.0


def screen_site(inputs: EnergyInput, limits_kw: Mapping[str, float]) -> ScreenSite:
    """Return the site of a case.

    Parameters
    ----------
    inputs : the case; sold are only clean surpluses, stores take in only those, the connection limits purchase.
    limits_kw : most that may be built of a technology; others get a multiple of the highest load.

    Raises
    ------
    OutOfRangeError : the case has something that screening does not know; ``energy.run`` takes it.
    """
    for wrong, what, mend in _unknown(inputs):
        if wrong:
            raise OutOfRangeError(f"screening does not know {what}", where="energy.screen", mend=mend)
    bill, most = tariff(inputs), limits(inputs, limits_kw)
    bought = any(one.kind == "grid" for one in inputs.technologies)
    connection = inputs.facility_connection_kw if inputs.grid_connection_kw is None else inputs.grid_connection_kw
    grid_clean = inputs.grid_clean_fraction if inputs.count_grid_clean else np.zeros_like(inputs.load_kw)
    return ScreenSite(
        load_kw=inputs.load_kw,
        grid_usd_per_kwh=bill.energy_usd_per_kwh,
        grid_clean_fraction=grid_clean,
        import_limit_kw=connection if bought else 0.0,
        export_usd_per_kwh=bill.export_usd_per_kwh,
        export_limit_kw=min(inputs.export_limit_kw, connection),
        producers=tuple(
            Producer(name=one.id, availability=availability(one, inputs), limit_kw=most[one.id])
            for one in inputs.technologies
            if takes(one)
        ),
        stores=tuple(
            Store(
                name=one.id,
                duration_h=one.duration_h,
                efficiency=one.efficiency,
                limit_kw=most[one.id],
                wear_usd_per_kwh=running_usd_per_kwh(one),
            )
            for one in inputs.technologies
            if one.kind == "battery"
        ),
        burners=tuple(
            Burner(
                name=one.id,
                running_usd_per_kwh=running_usd_per_kwh(one),
                limit_kw=most[one.id],
                unclean_fraction=1.0 - one.is_clean,
                capacity_factor=one.capacity_factor,
            )
            for one in inputs.technologies
            if one.kind == "gas"
        ),
        scenario_hours=inputs.year_hours,
        curtailed=_curtailed(inputs),
    )


def _curtailed(inputs: EnergyInput) -> Curtailed | None:
    if not curtails(inputs):
        return None
    budget = inputs.curtail_hours * inputs.curtail_fraction * float(inputs.load_kw.mean())
    return Curtailed(fraction=inputs.curtail_fraction, budget_kwh=budget, usd_per_kwh=inputs.curtail_usd_per_kwh)


def limits(inputs: EnergyInput, stated_kw: Mapping[str, float]) -> dict[str, float]:
    """Return how much may be built of each technology [kW]."""
    peak = float(inputs.load_kw.max())
    times = {"solar": _MOST_WEATHER, "wind": _MOST_WEATHER, "battery": _MOST_STORE}
    return {
        one.id: stated_kw.get(one.id, times.get(one.kind, _MOST_FIRM) * peak)
        for one in inputs.technologies
        if one.kind != "grid"
    }


def annual_usd_per_kw(inputs: EnergyInput) -> dict[str, float]:
    """Return what a kW of each technology costs a year, with the energy that has to be taken [USD/kW]."""
    weight = hour_weight(inputs)
    return {
        one.id: annual_cost_usd_per_kw(one, inputs.discount_rate)
        + (running_usd_per_kwh(one) * float(availability(one, inputs) @ weight) if takes(one) else 0.0)
        for one in inputs.technologies
        if one.kind != "grid"
    }


def dearer(inputs: EnergyInput, factors: Mapping[str, float]) -> EnergyInput:
    """Return a case in which what a kW costs a year is multiplied; fuel and wear stay as they are."""
    return replace(inputs, technologies=tuple(_dearer(one, factors.get(one.id, 1.0)) for one in inputs.technologies))


def _dearer(one: Technology, factor: float) -> Technology:
    costs = ("capex_usd_per_kw", "fixed_om_usd_per_kw_year")
    taken = ("variable_usd_per_kwh", "price_usd_per_kwh") if takes(one) else ()
    return replace(one, **{name: getattr(one, name) * factor for name in (*costs, *taken)})


def _unknown(inputs: EnergyInput) -> tuple[tuple[bool, str, str], ...]:
    """Return what a case may not have, whether it has it, and what to do."""
    following = [one.id for one in inputs.technologies if one.kind == "following"]
    apart = [one.id for one in inputs.technologies if sold_apart(one)]
    demand = inputs.demand_charge_fraction * inputs.region.price_usd_per_kwh
    return (
        (inputs.target == "annual", "targets over the year", 'Write target = "hourly"'),
        (inputs.supply != "on-site", "supply delivered through the connection", 'Write supply = "on-site"'),
        (demand > 0.0, "demand charges", "Write demand_charge_fraction = 0: the price is then all in the energy"),
        (inputs.grid_charging, "stores that take in what was bought", "Write grid_charging = false"),
        (inputs.carbon_cap_g_per_kwh is not None, "caps on carbon", "Drop the cap"),
        (inputs.unserved_usd_per_kwh is not None, "load that is not served", "Drop unserved_price"),
        (shifts(inputs), "load that is moved within its day", "Write shift_fraction = 0"),
        (
            curtails(inputs) and len(inputs.year_hours) > 1,
            "load switched off in several weather years",
            "Name one year",
        ),
        (bool(following), f"plant that follows load ({', '.join(following)})", "Drop it from options"),
        (bool(apart), f"stores sized apart in power and energy ({', '.join(apart)})", "Name one of a fixed duration"),
    )
