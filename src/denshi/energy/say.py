"""The rules of a supply in words: what the target asks, which clean share is counted and which is not."""

from collections.abc import Mapping

from denshi.energy.account import served_of
from denshi.energy.record import EnergyInput
from denshi.energy.terms import Vector, hour_weight

_RULES = {
    "none": "no target",
    "annual": "over the year, clean supply of the site that is used or sold >= target x load; the clean share of "
    "the grid is not counted",
    "hourly": "over all hours, grid purchase x (1 - clean share of the grid in that hour) + unclean generation "
    "<= (1 - target) x load; surplus of one hour does not count in another",
    "hourly, own": "over all hours, grid purchase + unclean generation <= (1 - target) x load; the clean share of the "
    "grid is not counted, surplus of one hour does not count in another",
}


def target_rule(inputs: EnergyInput) -> str:
    """Return the rule of the clean share, and of the cap on carbon where there is one."""
    own = inputs.target == "hourly" and not inputs.count_grid_clean
    rule = _RULES["hourly, own" if own else inputs.target]
    if inputs.carbon_cap_g_per_kwh is None:
        return rule
    when = "in every hour" if inputs.carbon_cap_basis == "hour" else "over the year"
    return f"{rule}; {when}, carbon of purchase and plants <= {inputs.carbon_cap_g_per_kwh:g} g x kWh of load"


def additionality(inputs: EnergyInput, flows: Mapping[str, Vector]) -> str:
    """Say which clean supply covers the load: newly built, contracted from existing plants, the grid's own share.

    A plant without capital cost is a contract with one that exists; what it delivers is no addition.
    """
    weight = hour_weight(inputs)
    served = float(served_of(flows) @ weight)
    clean = [t for t in inputs.technologies if t.kind not in ("grid", "battery") and t.is_clean == 1.0]
    new = sum(float(flows[t.id] @ weight) for t in clean if t.capex_usd_per_kw > 0.0)
    held = [t for t in clean if t.capex_usd_per_kw <= 0.0]
    contracted = sum(float(flows[t.id] @ weight) for t in held)
    bought = sum((flows[t.id] for t in inputs.technologies if t.kind == "grid"), 0.0 * weight)
    grid = float((bought * inputs.grid_clean_fraction) @ weight)
    parts = [f"new clean plants generate {new / served:.1%} of the load, what is stored or sold included"]
    if held:
        names = ", ".join(t.name for t in held)
        parts.append(f"{contracted / served:.1%} is contracted without new plant ({names}): no addition to the grid")
    counted = inputs.target != "annual" and inputs.count_grid_clean
    if float(bought.sum()) > 0.0:
        said = "counted in the hourly share" if counted else "not counted"
        parts.append(f"the grid's own clean share brings {grid / served:.1%}, {said}")
    return "; ".join(parts)
