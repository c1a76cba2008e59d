"""From the inputs of a site to its supply: check, decide, account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from denshi.catalog import Item, Technology
from denshi.energy.account import (
    NOTHING,
    Supply,
    Vector,
    annuity_usd,
    balance,
    carbon_t,
    cost_by_technology_usd,
    efficiency_one_way,
    grid_kw,
    inflow_kw,
    unclean_kw,
)
from denshi.energy.explain import check_connection, check_inputs, explain
from denshi.energy.model import Program, build
from denshi.energy.record import Energy, EnergyInput
from denshi.energy.solve import Residuals, Solution, solve

_RULES = {
    "none": "no target",
    "annual": "over the year, clean supply of the site that is used or sold >= target x load; the clean share of "
    "the grid is not counted",
    "hourly": "over all hours, grid purchase x (1 - clean share of the grid in that hour) + unclean generation "
    "<= (1 - target) x load; surplus of one hour does not count in another",
}


@dataclass(frozen=True, slots=True)
class _Proof:
    """What the solver says besides the decisions: how, how exactly, and what limits are worth."""

    method: str
    residuals: Residuals
    connection_usd_per_kw_year: float | None = None
    export_usd_per_kw_year: float | None = None
    target_usd_per_kwh: float | None = None


def run(inputs: EnergyInput, progress: Callable[[str], None] | None = None) -> Energy:
    """Find the capacities and the hourly operation of least cost that meet the load of every hour.

    Parameters
    ----------
    inputs : the site; any number of hours, all arrays of one length.
    progress : called with a line of text at each stage.

    Returns
    -------
    Energy; dispatch_kw holds each technology, ``load``, ``export`` and ``curtailed`` [kW].

    Raises
    ------
    OutOfRangeError : a load, a share or an array is outside its range.
    InfeasibleError : the connection is too small, or the target cannot be reached.

    Source: riepin2024 for the problem, mehrotra1992 for the method.
    """
    check_inputs(inputs)
    limit_kw = connection_kw(inputs)
    check_connection(inputs, limit_kw)
    if _only_grid(inputs):
        supply = Supply({}, {}, {}, np.zeros_like(inputs.load_kw))
        return _account(inputs, supply, _Proof("closed form: the grid is the only option", Residuals(0.0, 0.0, 0.0)))
    if progress is not None:
        progress("build")
    program = build(inputs, limit_kw)
    solution = solve(program, progress)
    if solution is None:
        raise explain(inputs, limit_kw)
    result = _account(inputs, _supply(inputs, program, solution), _proof(inputs, program, solution))
    return _with_cleaning(inputs, result, float(program.cost @ solution.x) * float(inputs.load_kw.mean()))


def again(inputs: EnergyInput, result: Energy) -> Energy:
    """Hold the decisions of a result and compute every figure anew from other inputs.

    Capacities follow the energy of the load, the operation of storage, gas and export the load of each hour; the grid,
    where it is an option, closes the balance. With the inputs of the result this is the result itself. What limits are
    worth and how exact the decisions are is held, too. Nothing is checked against limits.
    """
    old_kw = result.dispatch_kw["load"]
    growth = np.divide(inputs.load_kw, old_kw, out=np.ones_like(old_kw), where=old_kw > 0.0)
    total = float(inputs.load_kw.sum() / old_kw.sum())
    flows = result.dispatch_kw
    supply = Supply(
        capacity_kw={id_: value * total for id_, value in result.capacity_kw.items()},
        burn_kw={t.id: flows[t.id] * growth for t in inputs.technologies if t.kind == "gas"},
        storage_kw={t.id: flows[t.id] * growth for t in inputs.technologies if t.kind == "battery"},
        export_kw=flows["export"] * growth,
    )
    residuals = Residuals(result.residual_primal, result.residual_dual, result.residual_gap)
    proof = _Proof(
        result.method,
        residuals,
        result.value_of_connection_usd_per_kw_year,
        result.value_of_export_usd_per_kw_year,
        result.target_price_usd_per_kwh,
    )
    return _account(inputs, supply, proof)


def connection_kw(inputs: EnergyInput) -> float:
    """Return the highest flow into the site: the scenario's, else what the facility is built for [kW]."""
    return inputs.facility_connection_kw if inputs.grid_connection_kw is None else inputs.grid_connection_kw


def _only_grid(inputs: EnergyInput) -> bool:
    if any(technology.kind != "grid" for technology in inputs.technologies):
        return False
    if inputs.target == "none":
        return True
    clean_kwh = float(inputs.grid_clean_fraction @ inputs.load_kw) if inputs.target == "hourly" else 0.0
    return clean_kwh >= inputs.clean_fraction * float(inputs.load_kw.sum())


def _supply(inputs: EnergyInput, program: Program, solution: Solution) -> Supply:
    """Read the decisions, without the noise of the solver."""
    scale_kw = float(inputs.load_kw.mean())

    def read(name: str) -> Vector:
        found = solution.x[program.columns[name]]
        return np.where(found < NOTHING, 0.0, found) * scale_kw

    sizes = {t.id: float(read(f"capacity:{t.id}")[0]) for t in inputs.technologies if t.kind != "grid"}
    # A plant of a few millionths of the load is what the solver leaves of one that is not worth building.
    capacity = {id_: size if size > 10.0 * NOTHING * scale_kw else 0.0 for id_, size in sizes.items()}
    nothing = np.zeros_like(inputs.load_kw)
    gas, batteries = ([t for t in inputs.technologies if t.kind == kind] for kind in ("gas", "battery"))
    return Supply(
        capacity_kw=capacity,
        burn_kw={t.id: read(f"burn:{t.id}") if capacity[t.id] else nothing for t in gas},
        storage_kw={
            t.id: _net(t, read(f"charge:{t.id}"), read(f"discharge:{t.id}")) if capacity[t.id] else nothing
            for t in batteries
        },
        export_kw=read("export") if "export" in program.columns else nothing,
    )


def _with_cleaning(inputs: EnergyInput, result: Energy, solved_usd: float) -> Energy:
    """Add to the residuals what reading the decisions has changed: limits, target and cost of what is printed."""
    mean_kw = float(inputs.load_kw.mean())
    share = {"none": 1.0, "annual": result.clean_fraction_annual, "hourly": result.clean_fraction_hourly}[inputs.target]
    missed = max(inputs.clean_fraction - share, 0.0)
    over_kw = max(result.import_peak_kw - result.connection_kw, 0.0)
    drift = abs(result.cost_usd_per_year - solved_usd) / max(abs(solved_usd), 1e-12)
    return replace(
        result,
        residual_primal=max(result.residual_primal, over_kw / mean_kw, missed),
        residual_gap=max(result.residual_gap, drift),
    )


def _net(technology: Technology, charge_kw: Vector, discharge_kw: Vector) -> Vector:
    """Return storage as one flow that stores the same energy: what is charged and discharged at once is only lost."""
    one_way = efficiency_one_way(technology)
    stored = one_way * charge_kw - discharge_kw / one_way
    return np.where(stored > 0.0, -stored / one_way, -stored * one_way)


def _proof(inputs: EnergyInput, program: Program, solution: Solution) -> _Proof:
    weight = 8760.0 / len(inputs.load_kw)

    def at_limit(name: str) -> float | None:
        if name not in program.columns:
            return None
        where = program.columns[name]
        if not np.isfinite(program.upper[where]).all():
            return None
        # Plus zero: a dual of nothing reads 0.0, not -0.0.
        return float(np.maximum(-solution.reduced[where], 0.0).sum()) + 0.0

    target = program.rows.get("target")
    return _Proof(
        method=solution.method,
        residuals=solution.residuals,
        connection_usd_per_kw_year=at_limit("peak" if "peak" in program.columns else "grid"),
        export_usd_per_kw_year=at_limit("export"),
        target_usd_per_kwh=None if target is None else float(-solution.duals[target][0] / weight) + 0.0,
    )


def _account(inputs: EnergyInput, supply: Supply, proof: _Proof) -> Energy:
    """Compute every figure from the decisions."""
    flows, weight = balance(inputs, supply), 8760.0 / len(inputs.load_kw)
    load_kwh = float(inputs.load_kw.sum()) * weight
    bought, unclean = grid_kw(inputs, flows), unclean_kw(inputs, flows)
    dirty = bought * (1.0 - inputs.grid_clean_fraction) + unclean
    peak_kw = max(float(inflow_kw(inputs, flows).max()), 0.0)
    costs = cost_by_technology_usd(inputs, supply.capacity_kw, flows, peak_kw)
    cost, carbon = float(sum(costs.values())), carbon_t(inputs, flows)
    export_kwh, import_kwh = float(flows["export"].sum()) * weight, float(bought.sum()) * weight
    return Energy(
        connection_kw=connection_kw(inputs),
        target_rule=_RULES[inputs.target],
        method=proof.method,
        capacity_kw=dict(supply.capacity_kw),
        dispatch_kw=flows,
        load_kwh=load_kwh,
        energy_kwh={t.id: float(np.maximum(flows[t.id], 0.0).sum()) * weight for t in inputs.technologies},
        storage_loss_kwh=-float(sum(flow.sum() for flow in supply.storage_kw.values())) * weight + 0.0,
        curtailed_kwh=float(flows["curtailed"].sum()) * weight,
        export_kwh=export_kwh,
        import_kwh=import_kwh,
        import_peak_kw=peak_kw,
        capex_usd=float(sum(supply.capacity_kw.get(t.id, 0.0) * t.capex_usd_per_kw for t in inputs.technologies)),
        annuity_usd_per_year=annuity_usd(inputs, supply.capacity_kw),
        cost_by_technology_usd=costs,
        cost_usd_per_year=cost,
        lcoe_usd_per_kwh=cost / load_kwh,
        carbon_t_per_year=carbon,
        carbon_g_per_kwh=carbon * 1e6 / load_kwh,
        clean_fraction_annual=1.0 - (import_kwh + float(unclean.sum()) * weight - export_kwh) / load_kwh,
        clean_fraction_hourly=1.0 - float(dirty.sum()) * weight / load_kwh,
        clean_hours_fraction=float(np.mean(dirty <= 1e-6 * inputs.load_kw)),
        value_of_connection_usd_per_kw_year=proof.connection_usd_per_kw_year,
        value_of_export_usd_per_kw_year=proof.export_usd_per_kw_year,
        target_price_usd_per_kwh=proof.target_usd_per_kwh,
        residual_primal=proof.residuals.primal,
        residual_dual=proof.residuals.dual,
        residual_gap=proof.residuals.gap,
        items=_items(inputs, supply.capacity_kw),
    )


def _items(inputs: EnergyInput, capacity_kw: Mapping[str, float]) -> tuple[Item, ...]:
    lines = []
    for technology in inputs.technologies:
        count = capacity_kw.get(technology.id, 0.0)
        if count > 0.0:
            price = technology.capex_usd_per_kw
            proof = technology.evidence.get("capex_usd_per_kw")
            lines.append(
                Item(
                    name=technology.name,
                    goods="energy",
                    count=count,
                    unit="kW",
                    unit_price_usd=price,
                    low_usd=price if proof is None or proof.low is None else proof.low,
                    high_usd=price if proof is None or proof.high is None else proof.high,
                    origin="",
                    lead_time_weeks=technology.lead_time_months * 365.25 / 12.0 / 7.0,
                    source="" if proof is None else proof.source,
                    grade="E" if proof is None else proof.grade,
                    fact=f"catalog.technologies.{technology.id}",
                )
            )
    return tuple(lines)
