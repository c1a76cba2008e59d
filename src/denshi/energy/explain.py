"""Why a supply cannot be had, in words of the site."""

from collections.abc import Mapping

import numpy as np

from denshi.energy.flexible import curtails, shifts
from denshi.energy.model import build
from denshi.energy.program import Program, Vector
from denshi.energy.record import EnergyInput
from denshi.energy.rules import carbon_scale_g_per_kwh
from denshi.energy.solve import Solution, solve
from denshi.energy.terms import MUST_TAKE, availability, beside_load
from denshi.errors import DenshiError, InfeasibleError, OutOfRangeError

KINDS = ("solar", "wind", "battery", "firm", "following", "gas", "grid")

# Dearer than any supply: what the elastic programme pays for energy that is not served [USD/kWh].
_UNSERVED_USD_PER_KWH = 1000.0


def check_inputs(inputs: EnergyInput) -> None:
    """Refuse inputs outside the range in which the problem has a meaning.

    Raises
    ------
    OutOfRangeError : which input, and what it may be.
    """
    hours = len(inputs.load_kw)
    shares: dict[str, Vector | float] = {
        "climate.solar_cf": inputs.solar_cf,
        "climate.wind_cf": inputs.wind_cf,
        "climate.grid_clean_fraction": inputs.grid_clean_fraction,
        "scenario.energy.clean_fraction": inputs.clean_fraction,
        "scenario.energy.curtail_fraction": inputs.curtail_fraction,
        "scenario.energy.shift_fraction": inputs.shift_fraction,
        "scenario.energy.curtail_fraction and shift_fraction together": inputs.curtail_fraction + inputs.shift_fraction,
        "catalog.assumptions.energy-demand-charge-fraction": inputs.demand_charge_fraction,
        "catalog.assumptions.energy-export-price-fraction": inputs.export_price_fraction,
    }
    hourly = {
        "climate.grid_usd_per_kwh": inputs.grid_usd_per_kwh,
        "climate.export_usd_per_kwh": inputs.export_usd_per_kwh,
        "climate.grid_carbon_g_per_kwh": inputs.grid_carbon_g_per_kwh,
    }
    for path, series in (*shares.items(), *hourly.items()):
        if path.startswith("climate") and series is not None and np.shape(series) != (hours,):
            raise OutOfRangeError(f"has {np.size(series)} hours, the load has {hours}", where=path)
        if series is not None and not np.all(np.isfinite(series)):
            raise OutOfRangeError("holds what is no finite number", where=path)
    for path, values in shares.items():
        if not (np.all(np.asarray(values) >= 0.0) and np.all(np.asarray(values) <= 1.0)):
            raise OutOfRangeError("is not between 0 and 1", where=path)
    if hours == 0 or not np.all(np.isfinite(inputs.load_kw)) or inputs.load_kw.min() < 0 or inputs.load_kw.sum() <= 0:
        raise OutOfRangeError("the load is negative, not finite, or nothing at all", where="facility.load_kw")
    if inputs.region.price_usd_per_kwh <= 0.0:
        raise OutOfRangeError("the price of power is not above 0", where="catalog.region.price_usd_per_kwh")
    if inputs.discount_rate < 0.0 or inputs.export_limit_kw < 0.0:
        raise OutOfRangeError("is below 0", where="scenario.finance.discount_rate or scenario.energy.export_limit")
    _check_wide(inputs, hours)
    _check_words(inputs)


def _check_wide(inputs: EnergyInput, hours: int) -> None:
    """Refuse prices below nothing where they have no meaning, and years that are not those of the hours."""
    at_least_nothing: dict[str, float | None] = {
        "scenario.energy.carbon_cap": inputs.carbon_cap_g_per_kwh,
        "scenario.energy.unserved_price": inputs.unserved_usd_per_kwh,
        "scenario.energy.curtail_hours": inputs.curtail_hours,
        "scenario.energy.curtail_price": inputs.curtail_usd_per_kwh,
        "scenario.energy.shift_up_fraction": inputs.shift_up_fraction,
    }
    for path, value in at_least_nothing.items():
        if value is not None and not 0.0 <= value < np.inf:
            raise OutOfRangeError("is below 0", where=path)
    carbon = inputs.grid_carbon_g_per_kwh
    if carbon is not None and carbon.min() < 0.0:
        raise OutOfRangeError("is below 0 in some hour", where="climate.grid_carbon_g_per_kwh")
    lengths = inputs.year_hours
    if lengths and (min(lengths) < 1 or sum(lengths) != hours):
        what = f"years of {sum(lengths):,} hours in all stand against {hours:,} hours of load"
        raise OutOfRangeError(what, where="climate.year_hours")
    for one in inputs.technologies:
        path = f"catalog.technologies.{one.id}"
        if one.kind == "battery" and not (one.duration_h > 0.0 and 0.0 < one.efficiency <= 1.0):
            raise OutOfRangeError("a store needs a duration and an efficiency above 0", where=path)
        least = one.minimum_fraction
        if one.kind == "following" and least is not None and not 0.0 <= least <= one.capacity_factor:
            raise OutOfRangeError("the least output is above the highest", where=f"{path}.minimum_fraction")


def _check_words(inputs: EnergyInput) -> None:
    for path, word, known in (
        ("scenario.energy.target", inputs.target, ("none", "annual", "hourly")),
        ("scenario.energy.supply", inputs.supply, ("delivered", "on-site")),
        ("scenario.energy.carbon_basis", inputs.carbon_cap_basis, ("year", "hour")),
        *(("catalog.technologies", technology.kind, KINDS) for technology in inputs.technologies),
    ):
        if word not in known:
            raise OutOfRangeError(f'"{word}" is none of {", ".join(known)}', where=path)
    kinds = [technology.kind for technology in inputs.technologies]
    if not kinds or kinds.count("grid") > 1:
        raise OutOfRangeError("needs a technology, and one grid at most", where="scenario.energy.options")


def check_connection(inputs: EnergyInput, limit_kw: float) -> None:
    """Refuse a connection that is too small where nothing on the site can help.

    Raises
    ------
    InfeasibleError : the hour, what it needs, what the connection allows.
    """
    delivered = inputs.supply == "delivered"
    helped = any(t.kind != "grid" and (beside_load(t) or not delivered) for t in inputs.technologies)
    helped = helped or inputs.unserved_usd_per_kwh is not None or curtails(inputs) or shifts(inputs)
    # A connection sized from this very peak may miss it by rounding.
    if not helped and inputs.load_kw.max() > limit_kw * (1.0 + 1e-9):
        hour = int(inputs.load_kw.argmax())
        raise _too_small(inputs, limit_kw, hour, float(inputs.load_kw[hour]))


def explain(inputs: EnergyInput, limit_kw: float) -> DenshiError:
    """Return the error that says what is short, found by a programme that may leave load unserved at a price."""
    program = build(inputs, limit_kw, elastic_usd_per_kwh=_UNSERVED_USD_PER_KWH)
    solution = solve(program)
    scale_kw = float(inputs.load_kw.mean())
    if solution is None:
        return DenshiError(
            "the supply problem was not solved to the accuracy that denshi asks of itself",
            where="energy",
            why="neither the interior point method nor HiGHS found a solution that passes its check",
            mend="Drop an option from scenario.energy.options or change the target a little",
        )
    unserved = solution.x[program.columns["short"]] * scale_kw
    if unserved.max() > 1e-6 * scale_kw:
        hour = int(unserved.argmax())
        return _unserved(inputs, limit_kw, hour, float(unserved[hour]))
    above = missed_carbon_g_per_kwh(inputs, program, solution)
    if above > 0.0:
        return _carbon(inputs, above)
    missed = solution.x[program.columns["missed"]] if "missed" in program.columns else np.zeros(1)
    return _missed(inputs, float(missed[0]) / len(inputs.load_kw))


def missed_carbon_g_per_kwh(inputs: EnergyInput, program: Program, solution: Solution) -> float:
    """Return by how much the cap on carbon is missed: over the year, or in the worst hour [gCO2/kWh]."""
    if "above" not in program.columns:
        return 0.0
    above = solution.x[program.columns["above"]] * carbon_scale_g_per_kwh(inputs)
    load = inputs.load_kw / inputs.load_kw.mean() if len(above) > 1 else np.array([float(len(inputs.load_kw))])
    each = np.divide(above, load, out=np.zeros_like(above), where=load > 0.0)
    return float(each.max()) if float(each.max()) > 1e-4 else 0.0


def _carbon(inputs: EnergyInput, above_g_per_kwh: float) -> InfeasibleError:
    cap = inputs.carbon_cap_g_per_kwh or 0.0
    when = "in every hour" if inputs.carbon_cap_basis == "hour" else "over the year"
    least = np.ceil(10.0 * (cap + above_g_per_kwh) + 0.01) / 10.0
    return InfeasibleError(
        f"a cap of {cap:g} gCO2/kWh {when} cannot be kept, {least:g} can",
        where="scenario.energy.carbon_cap",
        why="with " + ", ".join(technology.name for technology in inputs.technologies),
        mend=f"Raise it to {least:g} or add solar, onshore-wind, nuclear-ppa or a battery to scenario.energy.options",
    )


def _unserved(inputs: EnergyInput, limit_kw: float, hour: int, short_kw: float) -> InfeasibleError:
    kinds: Mapping[str, str] = {technology.kind: technology.name for technology in inputs.technologies}
    if "grid" in kinds or inputs.supply == "delivered":
        return _too_small(inputs, limit_kw, hour, limit_kw + short_kw)
    return InfeasibleError(
        f"needs {_megawatt(inputs.load_kw[hour])} at {clock(hour)}, and {_megawatt(short_kw)} of it cannot be served",
        where="scenario.energy.options",
        why="without the grid the site lives on " + ", ".join(technology.name for technology in inputs.technologies),
        mend="Add grid, gas-ct, nuclear-ppa or a battery to scenario.energy.options",
    )


def _too_small(inputs: EnergyInput, limit_kw: float, hour: int, need_kw: float) -> InfeasibleError:
    return InfeasibleError(
        f"needs {_megawatt(need_kw)} at {clock(hour)}, the connection allows {_megawatt(limit_kw)}",
        where="scenario.site.grid_connection",
        why="delivered supply enters through the connection too" if inputs.supply == "delivered" else "",
        mend=f"Raise the connection to {_megawatt(need_kw)}, build less IT, add a battery or gas-ct to "
        "scenario.energy.options, or let load be switched off or left unserved at a price",
    )


def _missed(inputs: EnergyInput, missed_fraction: float) -> InfeasibleError:
    most = max(inputs.clean_fraction - missed_fraction, 0.0)
    has_clean = any(t.kind in MUST_TAKE and availability(t, inputs).any() for t in inputs.technologies)
    advice = "nuclear-ppa or a battery" if has_clean else "solar, onshore-wind or nuclear-ppa"
    return InfeasibleError(
        f"a clean share of {inputs.clean_fraction:.1%} ({inputs.target}) cannot be reached, {most:.1%} can",
        where="scenario.energy.clean_fraction",
        why="with " + ", ".join(technology.name for technology in inputs.technologies),
        mend=f"Lower it to {np.floor(most * 1000) / 1000:.3f} or add {advice} to scenario.energy.options",
    )


def clock(hour: int) -> str:
    """Return the time that ends an hour of the year, counted from 0 in a year of 365 days.

    >>> clock(5198)
    '15:00 on 5 Aug'
    """
    moment = np.datetime64("2001-01-01T00") + np.timedelta64(hour % 8760, "h")
    day, month = str(moment)[8:10].lstrip("0"), int(str(moment)[5:7])
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{hour % 24 + 1:02d}:00 on {day} {names[month - 1]}"


def _megawatt(power_kw: float) -> str:
    return f"{power_kw / 1000.0:,.4g} MW" if power_kw < 1e6 else f"{power_kw / 1000.0:,.0f} MW"
