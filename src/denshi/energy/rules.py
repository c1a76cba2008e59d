"""Rows of a programme for what the supply has to be: its clean share, its carbon; and slack that says what fails."""

import numpy as np

from denshi.catalog import Technology
from denshi.energy.program import Draft, Vector
from denshi.energy.record import EnergyInput
from denshi.energy.terms import (
    availability,
    grid_carbon_g_per_kwh,
    grid_unclean_fraction,
    hour_weight,
    runs_on_call,
    takes,
)


def relative_weight(inputs: EnergyInput) -> Vector:
    """Return the weight of each hour over the mean weight [1]."""
    weight = hour_weight(inputs)
    relative: Vector = weight / weight.mean()
    return relative


def carbon_scale_g_per_kwh(inputs: EnergyInput) -> float:
    """Return what carbon is counted in, so that the numbers of its rows are near one [gCO2/kWh]."""
    most = max((t.carbon_g_per_kwh for t in inputs.technologies), default=0.0)
    return max(float(grid_carbon_g_per_kwh(inputs).mean()), most, 1.0)


def add_target(draft: Draft, inputs: EnergyInput) -> None:
    """Unclean supply over the year stays below what the target leaves of the load that is served."""
    if inputs.target == "none":
        return
    hourly, weight = inputs.target == "hourly", relative_weight(inputs)
    left = 1.0 - inputs.clean_fraction
    draft.total("target", left * float(draft.base @ weight))
    draft.put_served("target", -left * weight)
    if "grid" in draft.columns:
        draft.put("target", "grid", weight * (grid_unclean_fraction(inputs) if hourly else 1.0))
    if "export" in draft.columns and not hourly:
        draft.put("target", "export", -weight)
    for technology in inputs.technologies:
        _count(draft, "target", technology, inputs, 1.0 - technology.is_clean, weight)


def add_carbon_cap(draft: Draft, inputs: EnergyInput) -> None:
    """Carbon of purchase and plants stays below the cap x the load that is served, over the year or in each hour."""
    cap_g = inputs.carbon_cap_g_per_kwh
    if cap_g is None:
        return
    scale, weight = carbon_scale_g_per_kwh(inputs), relative_weight(inputs)
    cap = cap_g / scale
    if inputs.carbon_cap_basis == "hour":
        draft.row("carbon", -np.inf, cap * draft.base)
        weight = np.ones(draft.hours)
    else:
        draft.total("carbon", cap * float(draft.base @ weight))
    draft.put_served("carbon", -cap * weight)
    if "grid" in draft.columns:
        draft.put("carbon", "grid", weight * grid_carbon_g_per_kwh(inputs) / scale)
    for technology in inputs.technologies:
        _count(draft, "carbon", technology, inputs, technology.carbon_g_per_kwh / scale, weight)


def _count(draft: Draft, row: str, technology: Technology, inputs: EnergyInput, each: float, weight: Vector) -> None:
    """Enter what each kWh of a plant counts in a row."""
    if technology.kind in ("grid", "battery") or each == 0.0:
        return
    if runs_on_call(technology):
        draft.put(row, f"burn:{technology.id}", each * weight)
    if takes(technology):
        taken = each * weight * availability(technology, inputs)
        one_row = draft.rows[row].stop - draft.rows[row].start == 1
        draft.put(row, f"capacity:{technology.id}", float(taken.sum()) if one_row else taken)


def add_slack(draft: Draft, inputs: EnergyInput, price_usd_per_kwh: float) -> None:
    """Let load be short, and target and cap be missed, at prices dearer than any supply."""
    weight = hour_weight(inputs)
    draft.column("short", draft.hours, price_usd_per_kwh * weight)
    draft.put("balance", "short", 1.0)
    if inputs.supply != "on-site":
        draft.put("import", "short", -1.0)
    if "target" in draft.rows:
        draft.column("missed", 1, 0.1 * price_usd_per_kwh * float(weight.mean()))
        draft.put("target", "missed", -1.0)
    if "carbon" in draft.rows:
        count = draft.rows["carbon"].stop - draft.rows["carbon"].start
        draft.column("above", count, 0.1 * price_usd_per_kwh * (weight if count > 1 else float(weight.mean())))
        draft.put("carbon", "above", -1.0)
