"""The page of ``denshi energy solve``: the supply of least cost with its proof, or what is short and what mends it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from denshi.cli.energy_case import Case
from denshi.energy.audit_proof import Proof, proved
from denshi.energy.audit_repair import Repair, Shortage, repairs, shortage
from denshi.energy.explain import clock
from denshi.energy.record import Energy
from denshi.errors import InfeasibleError
from denshi.export import pypsa
from denshi.export.files import staged
from denshi.export.network import network
from denshi.units import show

_SHOWN_HOURS = 24


def page(case: Case, progress: Callable[[str], None], *, hours: bool, export: Path | None = None) -> dict[str, Any]:
    """Return the supply of least cost in canonical units; ``hours`` adds every hour's flows and price.

    ``export`` is a folder for the supply as a PyPSA network.

    Raises
    ------
    InfeasibleError : the load cannot be served, or the target cannot be reached.
    FileError : the folder cannot be written.
    """
    result, proof = proved(case.inputs, progress)
    if export is not None:
        with staged(export, [str(path.relative_to(export)) for path in (export / pypsa.FOLDER).glob("*.csv")]) as stage:
            pypsa.write(network(case.inputs, result, case.name), stage)
    notes = list(case.notices)
    if proof.lower_bound_usd_per_year is None:
        notes.append("no lower bound: a technology that costs nothing has no size that a bound could rest on")
    return {
        "schema_version": 1,
        "name": case.name,
        "status": "optimal",
        "objective_usd_per_year": proof.objective_usd_per_year,
        "lower_bound_usd_per_year": proof.lower_bound_usd_per_year,
        "gap_fraction": proof.gap_fraction,
        "max_residual_gw": proof.max_residual_kw / 1e6,
        "capacities_kw": dict(result.capacity_kw),
        "clean_fraction_hourly": result.clean_fraction_hourly,
        "clean_fraction_annual": result.clean_fraction_annual,
        "clean_hours_fraction": result.clean_hours_fraction,
        "cost_usd_per_kwh": result.lcoe_usd_per_kwh,
        "capex_usd": result.capex_usd,
        "cost_by_technology_usd": dict(result.cost_by_technology_usd),
        "carbon_t_per_year": result.carbon_t_per_year,
        "carbon_g_per_kwh": result.carbon_g_per_kwh,
        "target_rule": result.target_rule,
        "additionality_statement": result.additionality_statement,
        "energy_capacities_kwh": dict(result.energy_capacity_kwh),
        "prices": _prices(result, proof, hours),
        "dispatch": _dispatch(case, result, hours),
        "method": result.method,
        "hours": case.hours,
        "notices": notes,
    }


def _prices(result: Energy, proof: Proof, hours: bool) -> dict[str, Any]:
    price = proof.price_usd_per_kwh
    load = result.dispatch_kw["load"]
    power: dict[str, Any] = {
        "mean": float(price.mean()),
        "load_weighted_mean": float(price @ load / load.sum()),
        "lowest": float(price.min()),
        "highest": float(price.max()),
        "highest_at": clock(int(price.argmax())),
    }
    return {
        "power_usd_per_kwh": power | ({"hourly": price.tolist()} if hours else {}),
        "target_usd_per_kwh": result.target_price_usd_per_kwh,
        "carbon_usd_per_t": result.carbon_price_usd_per_t,
        "capacity_usd_per_kw_year": dict(result.value_of_capacity_usd_per_kw_year),
        "connection_usd_per_kw_year": result.value_of_connection_usd_per_kw_year,
        "export_usd_per_kw_year": result.value_of_export_usd_per_kw_year,
    }


def _dispatch(case: Case, result: Energy, hours: bool) -> dict[str, Any]:
    from denshi.energy.account import inflow_kw

    flows = result.dispatch_kw
    inflow = inflow_kw(case.inputs, flows)
    summary: dict[str, Any] = {
        "load_kwh": result.load_kwh,
        "energy_kwh": dict(result.energy_kwh),
        "import_kwh": result.import_kwh,
        "import_peak_kw": result.import_peak_kw,
        "import_peak_at": clock(int(inflow.argmax())),
        "export_kwh": result.export_kwh,
        "curtailed_kwh": result.curtailed_kwh,
        "storage_loss_kwh": result.storage_loss_kwh,
        "served_kwh": result.served_kwh,
        "unserved_kwh": result.unserved_kwh,
        "curtailed_load_kwh": result.curtailed_load_kwh,
        "shifted_kwh": result.shifted_kwh,
    }
    return summary | ({"hourly_kw": {name: flow.tolist() for name, flow in flows.items()}} if hours else {})


def infeasible_page(case: Case, error: InfeasibleError, progress: Callable[[str], None]) -> dict[str, Any]:
    """Return what is short in which hours, and the single changes that mend it, the cheapest first."""
    progress("what is short")
    short = shortage(case.inputs)
    found = () if short is None else repairs(case.inputs, short, progress)
    base = {"objective_usd_per_year": None, "lower_bound_usd_per_year": None, "gap_fraction": None}
    return {
        "schema_version": 1,
        "name": case.name,
        "status": "infeasible",
        "why": error.what,
        **base,
        "max_residual_gw": None,
        "capacities_kw": {},
        "clean_fraction_hourly": None,
        "clean_fraction_annual": None,
        "shortage": None if short is None else _shortage(short),
        "repairs": [_repair(one) for one in found],
        "cheapest_repair": _repair(found[0]) if found else None,
        "notices": list(case.notices),
    }


def _shortage(short: Shortage) -> dict[str, Any]:
    where = np.argsort(-short.unserved_kw, kind="stable")[: min(short.hours, _SHOWN_HOURS)]
    at, worst_kw = short.worst
    return {
        "hours": short.hours,
        "unserved_kwh": float(short.unserved_kw.sum()),
        "worst_at": at if short.hours else None,
        "worst_kw": worst_kw,
        "worst_hours": [
            {"hour": int(hour), "at": clock(int(hour)), "short_kw": float(short.unserved_kw[hour])} for hour in where
        ],
        "clean_fraction_reachable": short.clean_fraction,
        "carbon_reachable_g_per_kwh": short.carbon_g_per_kwh,
    }


def _repair(one: Repair) -> dict[str, Any]:
    return {"what": one.what, "objective_usd_per_year": one.cost_usd_per_year}


def infeasible_words(found: dict[str, Any], error: InfeasibleError, file: str) -> InfeasibleError:
    """Return the message of a case that cannot be served, in words of the site."""
    short, cheapest = found["shortage"], found["cheapest_repair"]
    what = error.what
    if short is not None and short["hours"]:
        first = ", ".join(f"{show(one['short_kw'], 'kW', 4)} at {one['at']}" for one in short["worst_hours"][:3])
        what = (
            f"the load cannot be served in {short['hours']:,} hours, {show(short['unserved_kwh'], 'kWh')} in all; "
            f"worst: {first}"
        )
    mend = error.mend
    if cheapest is not None:
        others = "; ".join(
            f"{one['what']}: {show(one['objective_usd_per_year'], 'USD')}" for one in found["repairs"][1:4]
        )
        cost = show(cheapest["objective_usd_per_year"], "USD")
        mend = f"Cheapest single repair: {cheapest['what']}, all supply then costs {cost} a year"
        mend += f" (also: {others})" if others else ""
    return InfeasibleError(what, where=file, why=error.why, mend=mend)
