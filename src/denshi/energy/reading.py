"""From the solution of a programme to the supply that is printed, and back: what is printed put into every row."""

from collections.abc import Callable, Mapping

import numpy as np

from denshi.catalog import Technology
from denshi.energy.account import Supply, efficiency_one_way, inflow_kw, served_of
from denshi.energy.program import Index, Program, Vector
from denshi.energy.record import EnergyInput
from denshi.energy.solve import Solution, matrix_of
from denshi.energy.terms import (
    NOTHING,
    availability,
    beside_load,
    day_ends,
    hour_before,
    least_fraction,
    runs_on_call,
    shiftable_kw,
    sold_apart,
    takes,
    years,
)

# Below this share of the mean load a level of a store is taken not to change: what is printed stays within it.
_STILL = 1e-9


def supply_of(inputs: EnergyInput, program: Program, solution: Solution) -> Supply:
    """Read the decisions, without the noise of the solver; sizes are what the printed flows need."""
    scale_kw = float(inputs.load_kw.mean())
    nothing = np.zeros_like(inputs.load_kw)

    def read(name: str) -> Vector:
        if name not in program.columns:
            return nothing
        found = solution.x[program.columns[name]]
        return np.where(found < NOTHING, 0.0, found) * scale_kw

    sizes = {t.id: float(read(f"capacity:{t.id}")[0]) for t in inputs.technologies if t.kind != "grid"}
    # A plant of a few millionths of the load is what the solver leaves of one that is not worth building.
    capacity = {id_: size if size > 10.0 * NOTHING * scale_kw else 0.0 for id_, size in sizes.items()}
    burn: dict[str, Vector] = {}
    storage: dict[str, Vector] = {}
    energy: dict[str, float] = {}
    for one in inputs.technologies:
        if runs_on_call(one):
            burn[one.id] = read(f"burn:{one.id}") if capacity[one.id] else nothing
            most = one.capacity_factor - least_fraction(one)
            if most > 0.0:
                capacity[one.id] = max(capacity[one.id], float(burn[one.id].max()) / most)
        elif one.kind == "battery":
            stored = solution.x[program.columns[f"stored:{one.id}"]] * scale_kw
            flow, level = _played(inputs, one, stored) if capacity[one.id] else (nothing, nothing)
            storage[one.id] = flow
            power_kw, kwh = max(capacity[one.id], float(np.abs(flow).max())), float(level.max())
            if sold_apart(one):
                energy[one.id] = max(float(read(f"size:{one.id}")[0]), kwh) if capacity[one.id] else 0.0
                power_kw = max(power_kw, energy[one.id] / one.duration_h)
            else:
                power_kw = max(power_kw, kwh / one.duration_h)
                energy[one.id] = power_kw * one.duration_h
            capacity[one.id] = power_kw
    shift = read("moved") - shiftable_kw(inputs) if "moved" in program.columns else nothing
    return Supply(
        capacity_kw=capacity,
        energy_kwh=energy,
        burn_kw=burn,
        storage_kw=storage,
        export_kw=read("export"),
        extra_kw=_extra(program, solution) * scale_kw,
        unserved_kw=read("unserved"),
        reduced_kw=read("reduced"),
        shift_kw=np.where(np.abs(shift) < NOTHING * scale_kw, 0.0, shift),
    )


def _played(inputs: EnergyInput, technology: Technology, stored_kwh: Vector) -> tuple[Vector, Vector]:
    """Return flow and level of a store that follows the solved level; what hardly changes stands still.

    What is charged and discharged at once is only lost, so that the level tells all. Its least is 0 in each year.
    """
    one_way = efficiency_one_way(technology)
    still_kwh = _STILL * float(inputs.load_kw.mean())
    level = np.maximum(stored_kwh, 0.0)
    for span in years(inputs):
        values = level[span].tolist()
        held = values[-1]
        for hour in range(len(values) - 1):
            if abs(values[hour] - held) < still_kwh:
                values[hour] = held
            else:
                held = values[hour]
        level[span] = np.array(values) - min(values)
    change = level - level[hour_before(inputs)]
    return np.where(change > 0.0, -change / one_way, -change * one_way), level


def _extra(program: Program, solution: Solution) -> Vector:
    """Return what is bought though own supply is thrown away: only where buying pays by itself [mean loads]."""
    thrown = [solution.x[program.columns[name]] for name in ("thrown", "thrown near") if name in program.columns]
    if not thrown or "grid" not in program.columns:
        return np.zeros(program.hours)
    found = np.minimum(solution.x[program.columns["grid"]], sum(thrown))
    return np.where(found < NOTHING, 0.0, found)


def loops(inputs: EnergyInput, program: Program, solution: Solution) -> tuple[Index, Index]:
    """Return the columns of stores that charge and discharge in one hour: of the smaller flow, and their twins."""
    small, large = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for one in inputs.technologies:
        if one.kind == "battery":
            into, out = program.columns[f"charge:{one.id}"], program.columns[f"discharge:{one.id}"]
            charge, discharge = solution.x[into], solution.x[out]
            hours = np.flatnonzero(np.minimum(charge, discharge) > NOTHING)
            first = charge[hours] > discharge[hours] / efficiency_one_way(one) ** 2
            small.append(np.where(first, out.start + hours, into.start + hours))
            large.append(np.where(first, into.start + hours, out.start + hours))
    return np.concatenate(small), np.concatenate(large)


def printed_columns(inputs: EnergyInput, program: Program, supply: Supply, flows: Mapping[str, Vector]) -> Vector:
    """Return the columns of the programme as what is printed says them [mean loads]."""
    scale_kw = float(inputs.load_kw.mean())
    x = np.zeros(len(program.cost))

    def set_(name: str, value_kw: Vector | float) -> None:
        if name in program.columns:
            x[program.columns[name]] = np.asarray(value_kw) / scale_kw

    for one in inputs.technologies:
        if one.kind == "grid":
            set_("grid", flows[one.id])
            continue
        set_(f"capacity:{one.id}", supply.capacity_kw[one.id])
        if runs_on_call(one):
            set_(f"burn:{one.id}", supply.burn_kw[one.id])
        elif one.kind == "battery":
            flow = flows[one.id]
            set_(f"charge:{one.id}", np.maximum(-flow, 0.0))
            set_(f"discharge:{one.id}", np.maximum(flow, 0.0))
            set_(f"stored:{one.id}", levels_kwh(inputs, one, flow))
            set_(f"size:{one.id}", supply.energy_kwh[one.id])
    set_("peak", max(float(inflow_kw(inputs, flows).max()), 0.0))
    set_("export", flows["export"])
    _set_thrown(inputs, supply, flows, set_)
    set_("unserved", supply.unserved_kw)
    set_("reduced", supply.reduced_kw)
    set_("moved", supply.shift_kw + shiftable_kw(inputs))
    if "backlog" in program.columns:
        set_("backlog", _backlog(inputs, supply))
    return x


def _set_thrown(
    inputs: EnergyInput, supply: Supply, flows: Mapping[str, Vector], set_: Callable[[str, Vector], None]
) -> None:
    """Tell what is thrown away by plant behind the connection from the rest."""
    near = np.zeros_like(inputs.load_kw)
    for one in inputs.technologies:
        if takes(one) and beside_load(one) and inputs.supply != "on-site":
            made = supply.capacity_kw[one.id] * availability(one, inputs) + supply.burn_kw.get(one.id, 0.0)
            near = near + np.maximum(made - flows[one.id], 0.0)
    set_("thrown near", near)
    set_("thrown", np.maximum(flows["curtailed"] - near, 0.0))


def levels_kwh(inputs: EnergyInput, technology: Technology, flow_kw: Vector) -> Vector:
    """Return what a store holds at the end of each hour when it begins each year with just enough [kWh]."""
    one_way = efficiency_one_way(technology)
    change = np.where(flow_kw < 0.0, -flow_kw * one_way, -flow_kw / one_way)
    level = np.empty_like(change)
    for span in years(inputs):
        held = np.cumsum(change[span])
        level[span] = held - held.min()
    return level


def _backlog(inputs: EnergyInput, supply: Supply) -> Vector:
    """Return the column of the load that is owed, in the hours that have one [kWh]."""
    last = day_ends(inputs)
    first = np.concatenate([[True], last[:-1]])
    day = np.cumsum(first) - 1
    total = np.cumsum(-supply.shift_kw)
    before = np.concatenate([[0.0], total[:-1]])[first][day]
    ahead = np.bincount(day, weights=shiftable_kw(inputs))[day]
    owed: Vector = (total - before + ahead)[~last]
    return owed


def violation_kw(
    inputs: EnergyInput, program: Program | None, supply: Supply, flows: Mapping[str, Vector], limit_kw: float
) -> float:
    """Return the largest violation of any row and bound of the whole programme by what is printed [kW].

    Rows over all hours count per hour. The balance of each hour has to close with what is curtailed, too.
    """
    scale_kw = float(inputs.load_kw.mean())
    given = sum((flows[t.id] for t in inputs.technologies), np.zeros_like(inputs.load_kw))
    worst = [np.abs(given - flows["export"] - served_of(flows)), -flows["curtailed"]]
    worst.append(inflow_kw(inputs, flows) - limit_kw)
    if program is not None:
        x = printed_columns(inputs, program, supply, flows)
        activity = matrix_of(program) @ x
        per = np.where((program.row_hour < 0) & _sums(program), program.hours, 1.0) / scale_kw
        worst += [(program.row_lower - activity) / per, (activity - program.row_upper) / per]
        worst += [-x * scale_kw, (x - program.upper) * scale_kw]
    return max(0.0, *(float(np.max(part)) for part in worst))


def _sums(program: Program) -> np.ndarray:
    """Return which rows are sums over hours: all of those over no single hour but the durations of stores."""
    found = np.ones(len(program.row_hour), dtype=bool)
    for name, rows in program.rows.items():
        if name.startswith("duration:"):
            found[rows] = False
    return found
