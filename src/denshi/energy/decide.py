"""From the inputs of a site to its supply: check, decide, prove, account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from denshi.catalog import Item, Technology
from denshi.energy.account import (
    Supply,
    annual_cost_usd_per_kw,
    annuity_usd,
    balance,
    capex_usd,
    carbon_kg,
    cost_by_technology_usd,
    grid_kw,
    inflow_kw,
    served_kw,
    unclean_kw,
)
from denshi.energy.bound import lower_bound
from denshi.energy.explain import check_connection, check_inputs, explain
from denshi.energy.flexible import served_base_kw
from denshi.energy.model import build
from denshi.energy.program import Program, Vector
from denshi.energy.reading import loops, supply_of, violation_kw
from denshi.energy.record import Energy, EnergyInput
from denshi.energy.rules import carbon_scale_g_per_kwh
from denshi.energy.say import additionality, target_rule
from denshi.energy.solve import Residuals, Solution, solve, solve_with_highs
from denshi.energy.terms import (
    HOURS,
    NOTHING,
    grid_unclean_fraction,
    hour_weight,
    least_fraction,
    runs_on_call,
    sold_apart,
    tariff,
)
from denshi.errors import DenshiError

# A design whose printed hours break a row or a bound by more than this is no design [kW, and mean loads].
_WORST_KW = 1.0
_WORST = 5e-7
# A store that charges and discharges in one hour is priced out of it at most so many times.
_MOST_LOOPS = 4


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known besides the decisions: how they were found, how exactly, and what limits are worth."""

    method: str
    residuals: Residuals
    lower_bound_usd_per_year: float | None
    gap_fraction: float | None
    max_residual_kw: float
    price_usd_per_kwh: Vector
    value_usd_per_kw_year: Mapping[str, float]
    connection_usd_per_kw_year: float | None = None
    export_usd_per_kw_year: float | None = None
    target_usd_per_kwh: float | None = None
    carbon_usd_per_t: float | None = None


@dataclass(frozen=True, slots=True)
class Solved:
    """A supply of least cost with the programme it was found by and its solution; None where none was needed."""

    energy: Energy
    program: Program | None
    solution: Solution | None


def run(inputs: EnergyInput, progress: Callable[[str], None] | None = None) -> Energy:
    """Find the capacities and the hourly operation of least cost that meet the load of every hour.

    Parameters
    ----------
    inputs : the site; any number of hours, all arrays of one length.
    progress : called with a line of text at each stage.

    Returns
    -------
    Energy; dispatch_kw holds each technology, ``load``, ``export`` and ``curtailed`` [kW], and with flexible load
    ``unserved``, ``reduced`` and ``shift``. Its bound from below and its largest violation are always computed.

    Raises
    ------
    OutOfRangeError : a load, a share or an array is outside its range.
    InfeasibleError : the connection is too small, or the target or the cap on carbon cannot be reached.

    Source: riepin2024 for the problem, mehrotra1992 for the method.
    """
    return solved(inputs, progress).energy


def solved(inputs: EnergyInput, progress: Callable[[str], None] | None = None) -> Solved:
    """Find the supply of least cost as ``run`` does, and return programme and solution with it."""
    check_inputs(inputs)
    limit_kw = connection_kw(inputs)
    check_connection(inputs, limit_kw)
    if _only_grid(inputs):
        return Solved(_grid_alone(inputs), None, None)
    if progress is not None:
        progress("build")
    program = build(inputs, limit_kw)
    solution = solve(program, progress)
    if solution is None:
        raise explain(inputs, limit_kw)
    supply = supply_of(inputs, program, _without_loops(inputs, program, solution))
    broken_kw = violation_kw(inputs, program, supply, balance(inputs, supply), limit_kw)
    if broken_kw > _allowed_kw(inputs):
        again_solved = solve_with_highs(program)
        if again_solved is not None:
            solution = again_solved
            supply = supply_of(inputs, program, _without_loops(inputs, program, solution))
            broken_kw = violation_kw(inputs, program, supply, balance(inputs, supply), limit_kw)
    if broken_kw > _allowed_kw(inputs):
        raise _too_rough(broken_kw)
    result = _account(inputs, supply, _proof(inputs, program, solution, broken_kw))
    return Solved(_with_gap(inputs, result), program, solution)


def _allowed_kw(inputs: EnergyInput) -> float:
    return max(_WORST_KW, _WORST * float(inputs.load_kw.mean()))


def _too_rough(broken_kw: float) -> DenshiError:
    return DenshiError(
        f"the printed hours break a limit by {broken_kw:.3g} kW",
        where="energy",
        why="neither the interior point method nor HiGHS was exact enough",
        mend="Drop an option from scenario.energy.options or change the target a little",
    )


def _without_loops(inputs: EnergyInput, program: Program, solution: Solution) -> Solution:
    """Return a solution in which no store charges and discharges at once to be paid for it.

    That can only pay where buying pays by itself: at negative prices, or where power is sold above its price.
    """
    if "own use" not in program.rows:
        return solution
    cost = program.cost.copy()
    bill, weight = tariff(inputs), hour_weight(inputs)
    dear = 2.0 * float(np.abs(bill.energy_usd_per_kwh).max() + np.abs(bill.export_usd_per_kwh).max()) * weight.max()
    for _ in range(_MOST_LOOPS):
        smaller, _larger = loops(inputs, program, solution)
        if not len(smaller):
            break
        cost[smaller] += dear
        better = solve(replace(program, cost=cost))
        if better is None:
            break
        solution = better
    return solution


def again(inputs: EnergyInput, result: Energy) -> Energy:
    """Hold the decisions of a result and compute every figure anew from other inputs.

    Capacities follow the energy of the load, the operation of storage, plant on call, export and flexible load the load
    of each hour; the grid, where it is an option, closes the balance. With the inputs of the result this is the result
    itself. What limits are worth and how exact the decisions are is held, too. Nothing is checked against limits.
    """
    old_kw = result.dispatch_kw["load"]
    growth = np.divide(inputs.load_kw, old_kw, out=np.ones_like(old_kw), where=old_kw > 0.0)
    total = float(inputs.load_kw.sum() / old_kw.sum())
    proof = Proof(
        method=result.method,
        residuals=Residuals(result.residual_primal, result.residual_dual, result.residual_gap),
        lower_bound_usd_per_year=result.lower_bound_usd_per_year,
        gap_fraction=result.gap_fraction,
        max_residual_kw=result.max_residual_kw,
        price_usd_per_kwh=result.price_usd_per_kwh,
        value_usd_per_kw_year=result.value_of_capacity_usd_per_kw_year,
        connection_usd_per_kw_year=result.value_of_connection_usd_per_kw_year,
        export_usd_per_kw_year=result.value_of_export_usd_per_kw_year,
        target_usd_per_kwh=result.target_price_usd_per_kwh,
        carbon_usd_per_t=result.carbon_price_usd_per_t,
    )
    return _account(inputs, _held(inputs, result, growth, total), proof)


def _held(inputs: EnergyInput, result: Energy, growth: Vector, total: float) -> Supply:
    """Return the decisions of a result, grown with the load."""
    flows, nothing = result.dispatch_kw, np.zeros_like(inputs.load_kw)
    return Supply(
        capacity_kw={id_: value * total for id_, value in result.capacity_kw.items()},
        energy_kwh={
            t.id: result.energy_capacity_kwh[t.id] * total
            if sold_apart(t)
            else result.capacity_kw[t.id] * total * t.duration_h
            for t in inputs.technologies
            if t.kind == "battery"
        },
        burn_kw={
            t.id: np.maximum(flows[t.id] - least_fraction(t) * result.capacity_kw[t.id], 0.0) * growth
            for t in inputs.technologies
            if runs_on_call(t)
        },
        storage_kw={t.id: flows[t.id] * growth for t in inputs.technologies if t.kind == "battery"},
        export_kw=flows["export"] * growth,
        # Where power is bought and thrown away in one hour, buying paid by itself.
        extra_kw=np.minimum(grid_kw(inputs, flows), flows["curtailed"]) * growth,
        unserved_kw=flows.get("unserved", nothing) * growth,
        reduced_kw=flows.get("reduced", nothing) * growth,
        shift_kw=flows.get("shift", nothing) * growth,
    )


def connection_kw(inputs: EnergyInput) -> float:
    """Return the highest flow into the site: the scenario's, else what the facility is built for [kW]."""
    return inputs.facility_connection_kw if inputs.grid_connection_kw is None else inputs.grid_connection_kw


def _only_grid(inputs: EnergyInput) -> bool:
    if any(technology.kind != "grid" for technology in inputs.technologies):
        return False
    flexible = inputs.unserved_usd_per_kwh is not None or inputs.curtail_fraction > 0.0 or inputs.shift_fraction > 0.0
    if flexible or inputs.carbon_cap_g_per_kwh is not None:
        return False
    if inputs.target == "none":
        return True
    weight = hour_weight(inputs)
    clean = 1.0 - grid_unclean_fraction(inputs)
    clean_kwh = float(clean @ (inputs.load_kw * weight)) if inputs.target == "hourly" else 0.0
    return clean_kwh >= inputs.clean_fraction * float(inputs.load_kw @ weight)


def _grid_alone(inputs: EnergyInput) -> Energy:
    """Without another option nothing is decided: the cost is its own bound."""
    nothing = np.zeros_like(inputs.load_kw)
    supply = Supply({}, {}, {}, {}, nothing, nothing, nothing, nothing, nothing)
    bill = tariff(inputs)
    price = bill.energy_usd_per_kwh.copy()
    peak = int(inputs.load_kw.argmax())
    price[peak] += bill.demand_usd_per_kw_year / hour_weight(inputs)[peak]
    proof = Proof(
        method="closed form: the grid is the only option",
        residuals=Residuals(0.0, 0.0, 0.0),
        lower_bound_usd_per_year=None,
        gap_fraction=0.0,
        max_residual_kw=violation_kw(inputs, None, supply, balance(inputs, supply), connection_kw(inputs)),
        price_usd_per_kwh=price,
        value_usd_per_kw_year={},
    )
    result = _account(inputs, supply, proof)
    return replace(result, lower_bound_usd_per_year=result.cost_usd_per_year)


def _with_gap(inputs: EnergyInput, result: Energy) -> Energy:
    """Add how far the printed cost is from the bound, and to the residuals what reading the decisions has changed."""
    bound, cost = result.lower_bound_usd_per_year, result.cost_usd_per_year
    gap = None if bound is None else abs(cost - bound) / max(abs(cost), 1e-12)
    mean_kw = float(inputs.load_kw.mean())
    share = {"none": 1.0, "annual": result.clean_fraction_annual, "hourly": result.clean_fraction_hourly}[inputs.target]
    missed = max(inputs.clean_fraction - share, 0.0)
    over_kw = max(result.import_peak_kw - result.connection_kw, 0.0)
    return replace(
        result,
        gap_fraction=gap,
        residual_primal=max(result.residual_primal, over_kw / mean_kw, missed),
        residual_gap=max(result.residual_gap, gap or 0.0),
    )


def _proof(inputs: EnergyInput, program: Program, solution: Solution, broken_kw: float) -> Proof:
    weight = hour_weight(inputs)

    def at_limit(name: str) -> float | None:
        if name not in program.columns:
            return None
        where = program.columns[name]
        if not np.isfinite(program.upper[where]).all():
            return None
        # Plus zero: a dual of nothing reads 0.0, not -0.0.
        return float(np.maximum(-solution.reduced[where], 0.0).sum()) + 0.0

    bound = lower_bound(inputs, program, solution)
    target = program.rows.get("target")
    return Proof(
        method=solution.method,
        residuals=solution.residuals,
        lower_bound_usd_per_year=None if bound is None else bound * float(inputs.load_kw.mean()),
        gap_fraction=None,
        max_residual_kw=broken_kw,
        price_usd_per_kwh=solution.duals[program.rows["balance"]] / weight,
        value_usd_per_kw_year=_values(inputs, program, solution),
        connection_usd_per_kw_year=at_limit("peak" if "peak" in program.columns else "grid"),
        export_usd_per_kw_year=at_limit("export"),
        target_usd_per_kwh=None if target is None else float(-solution.duals[target][0] / weight.mean()) + 0.0,
        carbon_usd_per_t=_carbon_usd_per_t(inputs, program, solution),
    )


def _values(inputs: EnergyInput, program: Program, solution: Solution) -> dict[str, float]:
    """Return what one more kW of each plant, given for nothing, would save a year [USD/kW].

    Of plant on call the duals of its capacity are not unique where none is built: the rent is the least that they may
    be, what its best hours leave. For a store that is not built no dual tells it.
    """
    found = {}
    for one in inputs.technologies:
        if one.kind == "grid":
            continue
        where = program.columns[f"capacity:{one.id}"]
        built = float(solution.x[where][0]) > 10.0 * NOTHING
        annual = annual_cost_usd_per_kw(one, inputs.discount_rate)
        value = annual - float(solution.reduced[where][0])
        if one.kind == "battery" and not built:
            continue
        if runs_on_call(one) and not built:
            held = solution.duals[program.rows[f"capacity:{one.id}"]]
            free = solution.reduced[program.columns[f"burn:{one.id}"]] + held
            most = one.capacity_factor - least_fraction(one)
            value += most * float((np.maximum(-free, 0.0) + held).sum())
        found[one.id] = value
    return found


def _carbon_usd_per_t(inputs: EnergyInput, program: Program, solution: Solution) -> float | None:
    """Return what a tonne less of the carbon that the cap allows would cost, spread over the load."""
    if "carbon" not in program.rows:
        return None
    duals, load = -solution.duals[program.rows["carbon"]], served_base_kw(inputs) / float(inputs.load_kw.mean())
    weight = hour_weight(inputs)
    worth = float(duals @ load) if len(duals) > 1 else float(duals[0]) * float(load @ weight) / float(weight.mean())
    return 1e6 * worth / (carbon_scale_g_per_kwh(inputs) * float(load @ weight)) + 0.0


def _account(inputs: EnergyInput, supply: Supply, proof: Proof) -> Energy:
    """Compute every figure from the decisions."""
    flows, weight = balance(inputs, supply), hour_weight(inputs)

    def energy_kwh(flow: Vector) -> float:
        return float(flow @ weight)

    load_kwh, served_kwh = energy_kwh(inputs.load_kw), energy_kwh(served_kw(inputs, supply))
    bought, unclean = grid_kw(inputs, flows), unclean_kw(inputs, flows)
    dirty = bought * grid_unclean_fraction(inputs) + unclean
    peak_kw = max(float(inflow_kw(inputs, flows).max()), 0.0)
    costs = cost_by_technology_usd(inputs, supply, flows, peak_kw)
    cost, carbon = float(sum(costs.values())), energy_kwh(carbon_kg(inputs, flows)) / 1e3
    export_kwh, import_kwh = energy_kwh(flows["export"]), energy_kwh(bought)
    return Energy(
        connection_kw=connection_kw(inputs),
        target_rule=target_rule(inputs),
        additionality_statement=additionality(inputs, flows),
        method=proof.method,
        capacity_kw=dict(supply.capacity_kw),
        energy_capacity_kwh=dict(supply.energy_kwh),
        dispatch_kw=flows,
        load_kwh=load_kwh,
        served_kwh=served_kwh,
        unserved_kwh=energy_kwh(supply.unserved_kw),
        curtailed_load_kwh=energy_kwh(supply.reduced_kw),
        shifted_kwh=energy_kwh(np.maximum(supply.shift_kw, 0.0)),
        energy_kwh={t.id: energy_kwh(np.maximum(flows[t.id], 0.0)) for t in inputs.technologies},
        storage_loss_kwh=-float(sum(energy_kwh(flow) for flow in supply.storage_kw.values())) + 0.0,
        curtailed_kwh=energy_kwh(flows["curtailed"]),
        export_kwh=export_kwh,
        import_kwh=import_kwh,
        import_peak_kw=peak_kw,
        capex_usd=float(sum(capex_usd(t, supply) for t in inputs.technologies)),
        annuity_usd_per_year=annuity_usd(inputs, supply),
        cost_by_technology_usd=costs,
        cost_usd_per_year=cost,
        lcoe_usd_per_kwh=cost / served_kwh,
        carbon_t_per_year=carbon,
        carbon_g_per_kwh=carbon * 1e6 / served_kwh,
        clean_fraction_annual=1.0 - (import_kwh + energy_kwh(unclean) - export_kwh) / served_kwh,
        clean_fraction_hourly=1.0 - energy_kwh(dirty) / served_kwh,
        clean_hours_fraction=float((dirty <= 1e-6 * inputs.load_kw) @ weight) / HOURS,
        value_of_connection_usd_per_kw_year=proof.connection_usd_per_kw_year,
        value_of_export_usd_per_kw_year=proof.export_usd_per_kw_year,
        value_of_capacity_usd_per_kw_year=dict(proof.value_usd_per_kw_year),
        target_price_usd_per_kwh=proof.target_usd_per_kwh,
        carbon_price_usd_per_t=proof.carbon_usd_per_t,
        price_usd_per_kwh=proof.price_usd_per_kwh,
        lower_bound_usd_per_year=proof.lower_bound_usd_per_year,
        gap_fraction=proof.gap_fraction,
        max_residual_kw=proof.max_residual_kw,
        residual_primal=proof.residuals.primal,
        residual_dual=proof.residuals.dual,
        residual_gap=proof.residuals.gap,
        items=_items(inputs, supply),
    )


def _items(inputs: EnergyInput, supply: Supply) -> tuple[Item, ...]:
    lines = []
    for technology in inputs.technologies:
        power_kw, energy_kwh = supply.capacity_kw.get(technology.id, 0.0), supply.energy_kwh.get(technology.id, 0.0)
        if power_kw > 0.0:
            lines.append(_item(technology, technology.name, power_kw, "kW", "capex_usd_per_kw"))
        if energy_kwh > 0.0 and sold_apart(technology):
            lines.append(_item(technology, f"{technology.name}, energy", energy_kwh, "kWh", "capex_usd_per_kwh"))
    return tuple(lines)


def _item(technology: Technology, name: str, count: float, unit: str, fact: str) -> Item:
    price, proof = getattr(technology, fact), technology.evidence.get(fact)
    return Item(
        name=name,
        goods="energy",
        count=count,
        unit=unit,
        unit_price_usd=price,
        low_usd=price if proof is None or proof.low is None else proof.low,
        high_usd=price if proof is None or proof.high is None else proof.high,
        origin="",
        lead_time_weeks=technology.lead_time_months * 365.25 / 12.0 / 7.0,
        source="" if proof is None else proof.source,
        grade="E" if proof is None else proof.grade,
        fact=f"catalog.technologies.{technology.id}",
    )
