"""The supply of a site as a linear programme: named blocks of columns and rows, one entry list each.

Power is counted in mean loads, money in USD per kW of mean load and year, so that all numbers are near one. Every
column is at least zero; an hour stands for 8,760 / hours of them where the horizon is shorter than a year.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from denshi.catalog import Technology
from denshi.energy.account import (
    MUST_TAKE,
    NOTHING,
    Tariff,
    annual_cost_usd_per_kw,
    availability,
    efficiency_one_way,
    tariff,
)
from denshi.energy.record import EnergyInput

Vector = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Program:
    """min cost·x with row_lower <= A x <= row_upper and 0 <= x <= upper.

    ``entry_row``, ``entry_column`` and ``entry_value`` hold A. ``row_hour`` is -1 for a row over all hours. ``local``
    marks the rows that share no hourly column with each other: they are eliminated first.
    """

    cost: Vector
    upper: Vector
    row_lower: Vector
    row_upper: Vector
    entry_row: Index
    entry_column: Index
    entry_value: Vector
    row_hour: Index
    local: npt.NDArray[np.bool_]
    columns: Mapping[str, slice]
    rows: Mapping[str, slice]
    hours: int


@dataclass(slots=True)
class _Draft:
    """A programme while its blocks are added."""

    hours: int
    cost: list[Vector] = field(default_factory=list)
    upper: list[Vector] = field(default_factory=list)
    row_lower: list[Vector] = field(default_factory=list)
    row_upper: list[Vector] = field(default_factory=list)
    row_hour: list[Index] = field(default_factory=list)
    local: list[npt.NDArray[np.bool_]] = field(default_factory=list)
    entries: list[tuple[Index, Index, Vector]] = field(default_factory=list)
    columns: dict[str, slice] = field(default_factory=dict)
    rows: dict[str, slice] = field(default_factory=dict)

    def column(self, name: str, count: int, cost: float | Vector, upper: float | Vector = np.inf) -> None:
        start = sum(len(part) for part in self.cost)
        self.columns[name] = slice(start, start + count)
        self.cost.append(np.full(count, cost, dtype=float))
        self.upper.append(np.full(count, upper, dtype=float))

    def row(self, name: str, lower: float | Vector, upper: float | Vector, *, local: bool = False) -> None:
        start = sum(len(part) for part in self.row_lower)
        self.rows[name] = slice(start, start + self.hours)
        self.row_lower.append(np.full(self.hours, lower, dtype=float))
        self.row_upper.append(np.full(self.hours, upper, dtype=float))
        self.row_hour.append(np.arange(self.hours))
        self.local.append(np.full(self.hours, local))

    def total(self, name: str, upper: float) -> None:
        start = sum(len(part) for part in self.row_lower)
        self.rows[name] = slice(start, start + 1)
        self.row_lower.append(np.array([-np.inf]))
        self.row_upper.append(np.array([upper]))
        self.row_hour.append(np.array([-1]))
        self.local.append(np.array([False]))

    def put(self, row: str, column: str, value: float | Vector, shift: int = 0) -> None:
        """Enter a coefficient: hour by hour, or one column into all hours, or all hours into one row."""
        rows = np.arange(self.rows[row].start, self.rows[row].stop)
        columns = np.roll(np.arange(self.columns[column].start, self.columns[column].stop), shift)
        i, j, v = np.broadcast_arrays(rows, columns, np.asarray(value, dtype=float))
        used = v != 0.0
        self.entries.append((i[used], j[used], v[used]))

    def program(self) -> Program:
        rows, columns, values = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        return Program(
            cost=np.concatenate(self.cost),
            upper=np.concatenate(self.upper),
            row_lower=np.concatenate(self.row_lower),
            row_upper=np.concatenate(self.row_upper),
            entry_row=rows,
            entry_column=columns,
            entry_value=values,
            row_hour=np.concatenate(self.row_hour),
            local=np.concatenate(self.local),
            columns=self.columns,
            rows=self.rows,
            hours=self.hours,
        )


def build(inputs: EnergyInput, limit_kw: float, *, elastic_usd_per_kwh: float | None = None) -> Program:
    """Build the programme of a site.

    Parameters
    ----------
    inputs : the site; any number of hours.
    limit_kw : highest flow into the site [kW].
    elastic_usd_per_kwh : price of energy not served and of a tenth of it for clean energy missed [USD/kWh]; None
        forbids both. With a price the programme has a solution always, and says what is short.
    """
    scale_kw = float(inputs.load_kw.mean())
    draft = _Draft(hours=len(inputs.load_kw))
    bill = tariff(inputs)
    draft.row("balance", inputs.load_kw / scale_kw, np.inf)
    for technology in inputs.technologies:
        if technology.kind in MUST_TAKE:
            _renewable(draft, technology, inputs)
        elif technology.kind == "gas":
            _gas(draft, technology, inputs)
        elif technology.kind == "battery":
            _battery(draft, technology, inputs)
    _grid(draft, inputs, bill, limit_kw / scale_kw)
    _export(draft, inputs, bill, limit_kw, scale_kw)
    _target(draft, inputs, scale_kw)
    if elastic_usd_per_kwh is not None:
        _elastic(draft, inputs, elastic_usd_per_kwh)
    return draft.program()


def _hour_weight(inputs: EnergyInput) -> float:
    return 8760.0 / len(inputs.load_kw)


def _renewable(draft: _Draft, technology: Technology, inputs: EnergyInput) -> None:
    """Must-take supply: what is not used is curtailed, and paid for."""
    per_kw = availability(technology, inputs)
    running = technology.variable_usd_per_kwh + technology.price_usd_per_kwh
    annual = annual_cost_usd_per_kw(technology, inputs.discount_rate)
    draft.column(f"capacity:{technology.id}", 1, annual + running * per_kw.sum() * _hour_weight(inputs))
    draft.put("balance", f"capacity:{technology.id}", per_kw)


def _gas(draft: _Draft, technology: Technology, inputs: EnergyInput) -> None:
    running = technology.variable_usd_per_kwh + technology.price_usd_per_kwh
    draft.column(f"capacity:{technology.id}", 1, annual_cost_usd_per_kw(technology, inputs.discount_rate))
    draft.column(f"burn:{technology.id}", draft.hours, running * _hour_weight(inputs))
    draft.put("balance", f"burn:{technology.id}", 1.0)
    draft.row(f"capacity:{technology.id}", -np.inf, 0.0, local=True)
    draft.put(f"capacity:{technology.id}", f"burn:{technology.id}", 1.0)
    draft.put(f"capacity:{technology.id}", f"capacity:{technology.id}", -technology.capacity_factor)


def _battery(draft: _Draft, technology: Technology, inputs: EnergyInput) -> None:
    """A store that ends the year as it began it."""
    id_, one_way = technology.id, efficiency_one_way(technology)
    running = technology.variable_usd_per_kwh + technology.price_usd_per_kwh
    draft.column(f"capacity:{id_}", 1, annual_cost_usd_per_kw(technology, inputs.discount_rate))
    draft.column(f"charge:{id_}", draft.hours, 0.0)
    draft.column(f"discharge:{id_}", draft.hours, running * _hour_weight(inputs))
    draft.column(f"stored:{id_}", draft.hours, 0.0)
    draft.put("balance", f"charge:{id_}", -1.0)
    draft.put("balance", f"discharge:{id_}", 1.0)
    draft.row(f"level:{id_}", 0.0, 0.0)
    draft.put(f"level:{id_}", f"stored:{id_}", 1.0)
    draft.put(f"level:{id_}", f"stored:{id_}", -1.0, shift=1)
    draft.put(f"level:{id_}", f"charge:{id_}", -one_way)
    draft.put(f"level:{id_}", f"discharge:{id_}", 1.0 / one_way)
    draft.row(f"power:{id_}", -np.inf, 0.0, local=True)
    draft.put(f"power:{id_}", f"charge:{id_}", 1.0)
    draft.put(f"power:{id_}", f"discharge:{id_}", 1.0)
    draft.put(f"power:{id_}", f"capacity:{id_}", -1.0)
    draft.row(f"energy:{id_}", -np.inf, 0.0, local=True)
    draft.put(f"energy:{id_}", f"stored:{id_}", 1.0)
    draft.put(f"energy:{id_}", f"capacity:{id_}", -technology.duration_h)


def _grid(draft: _Draft, inputs: EnergyInput, bill: Tariff, limit: float) -> None:
    """Purchase, and the peak that the connection carries and the demand charge is paid on."""
    bought = any(technology.kind == "grid" for technology in inputs.technologies)
    onsite = inputs.supply == "on-site"
    demand = bill.demand_usd_per_kw_year
    if bought:
        plain = onsite and demand == 0.0
        draft.column("grid", draft.hours, bill.energy_usd_per_kwh * _hour_weight(inputs), limit if plain else np.inf)
        draft.put("balance", "grid", 1.0)
        if onsite and not plain:
            draft.column("peak", 1, demand, limit)
            draft.row("import", -np.inf, 0.0, local=True)
            draft.put("import", "grid", 1.0)
            draft.put("import", "peak", -1.0)
    if not onsite:
        draft.column("peak", 1, demand, limit)
        draft.row("import", -np.inf, -inputs.load_kw / inputs.load_kw.mean())
        draft.put("import", "peak", -1.0)
        for technology in inputs.technologies:
            if technology.kind == "gas":
                draft.put("import", f"burn:{technology.id}", -1.0)
            elif technology.kind == "battery":
                draft.put("import", f"charge:{technology.id}", 1.0)
                draft.put("import", f"discharge:{technology.id}", -1.0)


def _export(draft: _Draft, inputs: EnergyInput, bill: Tariff, limit_kw: float, scale_kw: float) -> None:
    """Sale of surplus; where burning gas to sell would pay, purchase and gas are kept for the site itself."""
    most_kw = min(inputs.export_limit_kw, limit_kw) if inputs.supply == "on-site" else inputs.export_limit_kw
    if most_kw <= NOTHING * scale_kw:
        return
    draft.column("export", draft.hours, -bill.export_usd_per_kwh * _hour_weight(inputs), most_kw / scale_kw)
    draft.put("balance", "export", -1.0)
    burners = [technology for technology in inputs.technologies if technology.kind == "gas"]
    costs = [technology.variable_usd_per_kwh + technology.price_usd_per_kwh for technology in burners]
    if min([*costs, bill.energy_usd_per_kwh]) >= bill.export_usd_per_kwh:
        return
    draft.row("own use", -np.inf, inputs.load_kw / scale_kw)
    for name in ["grid", *(f"burn:{technology.id}" for technology in burners)]:
        if name in draft.columns:
            draft.put("own use", name, 1.0)
    for technology in inputs.technologies:
        if technology.kind == "battery":
            draft.put("own use", f"charge:{technology.id}", -1.0)


def _target(draft: _Draft, inputs: EnergyInput, scale_kw: float) -> None:
    """Unclean supply over the year stays below what the target leaves."""
    if inputs.target == "none":
        return
    hourly = inputs.target == "hourly"
    draft.total("target", float((1.0 - inputs.clean_fraction) * inputs.load_kw.sum() / scale_kw))
    if "grid" in draft.columns:
        draft.put("target", "grid", 1.0 - inputs.grid_clean_fraction if hourly else 1.0)
    if "export" in draft.columns and not hourly:
        draft.put("target", "export", -1.0)
    for technology in inputs.technologies:
        unclean = 1.0 - technology.is_clean
        if technology.kind == "gas":
            draft.put("target", f"burn:{technology.id}", unclean)
        elif technology.kind in MUST_TAKE:
            total = float(availability(technology, inputs).sum())
            draft.put("target", f"capacity:{technology.id}", unclean * total)


def _elastic(draft: _Draft, inputs: EnergyInput, price_usd_per_kwh: float) -> None:
    draft.column("unserved", draft.hours, price_usd_per_kwh * _hour_weight(inputs))
    draft.put("balance", "unserved", 1.0)
    if inputs.supply != "on-site":
        draft.put("import", "unserved", -1.0)
    if "target" in draft.rows:
        draft.column("missed", 1, 0.1 * price_usd_per_kwh * _hour_weight(inputs))
        draft.put("target", "missed", -1.0)
