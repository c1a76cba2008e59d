"""What the hours of a case mean: years and days, prices, carbon, and what each plant can give."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from denshi.catalog import Technology
from denshi.energy.record import EnergyInput

Vector = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

# Below this share of the mean load a flow is noise of the solver.
NOTHING = 1e-7
MUST_TAKE = ("solar", "wind", "firm")
HOURS = 8760.0


@dataclass(frozen=True, slots=True)
class Tariff:
    """What the grid bills and pays: energy [USD/kWh], highest import [USD/kW a year], sold surplus [USD/kWh]."""

    energy_usd_per_kwh: Vector
    demand_usd_per_kw_year: float
    export_usd_per_kwh: Vector


def years(inputs: EnergyInput) -> tuple[slice, ...]:
    """Return the hours of each weather year."""
    lengths = inputs.year_hours or (len(inputs.load_kw),)
    ends = np.cumsum(lengths)
    return tuple(slice(int(end - length), int(end)) for end, length in zip(ends, lengths, strict=True))


def hour_weight(inputs: EnergyInput) -> Vector:
    """Return how many hours of a mean year each hour stands for: 8,760 / hours of its year / number of years [h]."""
    found = np.empty(len(inputs.load_kw))
    spans = years(inputs)
    for span in spans:
        found[span] = HOURS / ((span.stop - span.start) * len(spans))
    return found


def hour_before(inputs: EnergyInput) -> Index:
    """Return the hour before each hour; before the first of a year comes its last."""
    before = np.arange(len(inputs.load_kw)) - 1
    for span in years(inputs):
        before[span.start] = span.stop - 1
    return before


def day_ends(inputs: EnergyInput) -> npt.NDArray[np.bool_]:
    """Return whether a day ends with an hour: at midnight, and at the end of a year."""
    found = np.zeros(len(inputs.load_kw), dtype=bool)
    for span in years(inputs):
        hour = np.arange(span.stop - span.start)
        found[span] = hour % 24 == 23
        found[span.stop - 1] = True
    return found


def tariff(inputs: EnergyInput) -> Tariff:
    """Split the average price of the region so that a flat load pays just that price.

    energy = price x (1 - share); demand = price x share x 8,760 h; export = energy x export fraction. Hourly prices of
    purchase and of sale take the place of energy and export.
    """
    price, share = inputs.region.price_usd_per_kwh, inputs.demand_charge_fraction
    flat = np.full(len(inputs.load_kw), price * (1.0 - share))
    energy = flat if inputs.grid_usd_per_kwh is None else inputs.grid_usd_per_kwh
    export = energy * inputs.export_price_fraction if inputs.export_usd_per_kwh is None else inputs.export_usd_per_kwh
    return Tariff(energy, price * share * HOURS, export)


def running_usd_per_kwh(technology: Technology) -> float:
    """Return what a kWh costs when a plant runs: variable cost and contract price [USD/kWh]."""
    return technology.variable_usd_per_kwh + technology.price_usd_per_kwh


def availability(technology: Technology, inputs: EnergyInput) -> Vector:
    """Return the hourly output of one kW of must-take supply: the weather's, or flat for a firm plant [1].

    Of a following plant it is the part below which it cannot be turned down.
    """
    if technology.kind == "solar":
        return inputs.solar_cf
    if technology.kind == "wind":
        return inputs.wind_cf
    if technology.kind == "following":
        return np.full(len(inputs.load_kw), least_fraction(technology))
    return np.full(len(inputs.load_kw), technology.capacity_factor)


def least_fraction(technology: Technology) -> float:
    """Return the share of its capacity below which a plant cannot be turned down [1]."""
    least = technology.minimum_fraction or 0.0
    return min(least, technology.capacity_factor) if technology.kind == "following" else 0.0


def runs_on_call(technology: Technology) -> bool:
    """Whether a plant has hourly output to be decided."""
    return technology.kind in ("gas", "following")


def takes(technology: Technology) -> bool:
    """Whether output of a plant has to be taken or thrown away: that of the weather, of a firm plant, of a minimum."""
    return technology.kind in MUST_TAKE or least_fraction(technology) > 0.0


def beside_load(technology: Technology) -> bool:
    """Whether a plant stands behind the connection where supply is delivered: stores, and what burns fuel."""
    unclean = technology.kind == "following" and technology.is_clean < 1.0
    return technology.kind in ("gas", "battery") or unclean


def sold_apart(technology: Technology) -> bool:
    """Whether the energy of a store is sized, and paid for, apart from its power."""
    return technology.kind == "battery" and technology.capex_usd_per_kwh is not None


def grid_carbon_g_per_kwh(inputs: EnergyInput) -> Vector:
    """Return the carbon of a kWh of purchase in each hour [gCO2/kWh].

    Hourly values of the input, else region carbon x (1 - clean share) / mean(1 - clean share); a grid that is always
    clean carries the region's mean.
    """
    if inputs.grid_carbon_g_per_kwh is not None:
        return inputs.grid_carbon_g_per_kwh
    dirty = 1.0 - inputs.grid_clean_fraction
    mean = float(dirty @ hour_weight(inputs)) / HOURS
    return inputs.region.carbon_g_per_kwh * (dirty / mean if mean > 0.0 else np.ones_like(dirty))


def grid_unclean_fraction(inputs: EnergyInput) -> Vector:
    """Return the share of a purchase that hourly matching counts as unclean [1]."""
    return 1.0 - inputs.grid_clean_fraction if inputs.count_grid_clean else np.ones(len(inputs.load_kw))


def most_load_kw(inputs: EnergyInput) -> float:
    """Return the highest load that shifting may lead to [kW]."""
    return float(inputs.load_kw.max()) * (1.0 + inputs.shift_up_fraction)


def shiftable_kw(inputs: EnergyInput) -> Vector:
    """Return the load of each hour that may be moved within its day [kW]."""
    return inputs.load_kw * inputs.shift_fraction


def curtail_budget_kwh(inputs: EnergyInput, span: slice) -> float:
    """Return the load that may be switched off in the hours of a weather year [kWh]: full hours of the mean share."""
    load = inputs.load_kw[span]
    return inputs.curtail_hours * len(load) / HOURS * inputs.curtail_fraction * float(load.mean())


def sells_what_it_buys(inputs: EnergyInput) -> bool:
    """Whether in some hour buying or burning to sell, or buying to throw away, would pay."""
    bill = tariff(inputs)
    burners = [t for t in inputs.technologies if runs_on_call(t) and t.is_clean < 1.0]
    cheapest = np.minimum(bill.energy_usd_per_kwh, min((running_usd_per_kwh(t) for t in burners), default=np.inf))
    paid = bill.export_usd_per_kwh if inputs.export_limit_kw > 0.0 else np.zeros_like(cheapest)
    return bool(np.any(cheapest < np.maximum(paid, 0.0)))
