"""Where a supply cannot be had: which hours are short, by how much, and which single change mends it at least cost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from denshi.catalog import Technology, find
from denshi.energy.decide import connection_kw
from denshi.energy.explain import clock, missed_carbon_g_per_kwh
from denshi.energy.flexible import curtails
from denshi.energy.model import build
from denshi.energy.program import Vector
from denshi.energy.record import EnergyInput
from denshi.energy.solve import solve
from denshi.units import show

# Dearer than any supply [USD/kWh]: what the programme pays that may leave load unserved.
_UNSERVED_USD_PER_KWH = 1000.0
_HELPERS = ("grid", "gas-ct", "battery-4h", "battery-8h", "nuclear-ppa", "onshore-wind", "solar")
_ROUND_KW = 1000.0
_SLACK = ("short", "missed", "above")
# What load that is left out is offered at [USD/kWh], and the share and hours of it that may be switched off.
_OFFERED_USD_PER_KWH = 10.0
_OFFERED_FRACTION, _OFFERED_HOURS = 0.25, 200.0
# Below this share of the mean load nothing is missed.
_SHORT = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """What the cheapest attempt leaves unserved in each hour [kW], and the clean share that it can reach.

    ``clean_fraction`` and ``carbon_g_per_kwh`` are None where target and cap are not what fails.
    """

    unserved_kw: Vector
    clean_fraction: float | None
    carbon_g_per_kwh: float | None = None

    @property
    def hours(self) -> int:
        """Number of hours that are short."""
        return int(np.count_nonzero(self.unserved_kw))

    @property
    def worst(self) -> tuple[str, float]:
        """Clock and shortage of the worst hour [kW]."""
        hour = int(self.unserved_kw.argmax())
        return clock(hour), float(self.unserved_kw[hour])


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One change that makes the case solvable, and what its supply then costs a year."""

    what: str
    cost_usd_per_year: float


def shortage(inputs: EnergyInput) -> Shortage | None:
    """Return what is short, from a programme that may leave load unserved; None where that is not solved either."""
    program = build(inputs, connection_kw(inputs), elastic_usd_per_kwh=_UNSERVED_USD_PER_KWH)
    solution = solve(program)
    if solution is None:
        return None
    mean_kw = float(inputs.load_kw.mean())
    unserved = solution.x[program.columns["short"]] * mean_kw
    unserved = np.where(unserved > _SHORT * mean_kw, unserved, 0.0)
    missed = float(solution.x[program.columns["missed"]][0]) / len(unserved) if "missed" in program.columns else 0.0
    above = missed_carbon_g_per_kwh(inputs, program, solution)
    return Shortage(
        unserved_kw=unserved,
        clean_fraction=inputs.clean_fraction - missed if missed > 1e-6 else None,
        carbon_g_per_kwh=(inputs.carbon_cap_g_per_kwh or 0.0) + above if above > 0.0 else None,
    )


def repairs(inputs: EnergyInput, short: Shortage, progress: Callable[[str], None] | None = None) -> tuple[Repair, ...]:
    """Return the single changes that mend a case, the cheapest first; each is solved, none is guessed."""
    found = []
    for what, changed in _candidates(inputs, short):
        if progress is not None:
            progress(f"would it help to {what}?")
        cost = _cost_usd(changed)
        if cost is not None:
            found.append(Repair(what=what, cost_usd_per_year=cost))
    return tuple(sorted(found, key=lambda one: one.cost_usd_per_year))


def _cost_usd(inputs: EnergyInput) -> float | None:
    """Return the least cost of a year; None where load or target is missed: the elastic programme always has an end."""
    program = build(inputs, connection_kw(inputs), elastic_usd_per_kwh=_UNSERVED_USD_PER_KWH)
    solution = solve(program, patient=False)
    if solution is None:
        return None
    short = [solution.x[program.columns[name]] for name in _SLACK if name in program.columns]
    if max(float(part.max()) for part in short) > _SHORT:
        return None
    paid = sum(
        float(program.cost[program.columns[name]] @ solution.x[program.columns[name]])
        for name in program.columns
        if name not in _SLACK
    )
    return paid * float(inputs.load_kw.mean())


def _candidates(inputs: EnergyInput, short: Shortage) -> Iterator[tuple[str, EnergyInput]]:
    limit = connection_kw(inputs)
    have = {technology.id for technology in inputs.technologies}
    kinds = {technology.kind for technology in inputs.technologies}
    if short.hours:
        raised = _up(limit + short.worst[1])
        yield f"raise the connection to {show(raised, 'kW', 4)}", replace(inputs, grid_connection_kw=raised)
    if short.clean_fraction is not None:
        least = np.floor(short.clean_fraction * 1000.0 - 1.0) / 1000.0
        if least > 0.0:
            yield f"lower the clean share to {least:.3f}", replace(inputs, clean_fraction=float(least))
    if short.carbon_g_per_kwh is not None:
        cap = float(np.ceil(short.carbon_g_per_kwh * 10.0 + 0.01) / 10.0)
        yield f"raise the cap on carbon to {cap:g} gCO2/kWh", replace(inputs, carbon_cap_g_per_kwh=cap)
    if short.hours and inputs.unserved_usd_per_kwh is None:
        left = replace(inputs, unserved_usd_per_kwh=_OFFERED_USD_PER_KWH)
        yield f"leave load unserved at {_OFFERED_USD_PER_KWH:g} USD/kWh", left
    if short.hours and not curtails(inputs):
        share = max(_OFFERED_FRACTION, inputs.curtail_fraction)
        off = replace(inputs, curtail_fraction=min(share, 1.0 - inputs.shift_fraction), curtail_hours=_OFFERED_HOURS)
        yield f"switch off {off.curtail_fraction:.0%} of the load for up to {_OFFERED_HOURS:g} h a year", off
    # Delivered power enters through the connection: where that is short, only plant on the site helps.
    local = inputs.supply == "delivered" and bool(short.hours) and short.clean_fraction is None and "grid" in kinds
    for name in _HELPERS:
        technology = find(Technology, name)
        if name in have or (technology.kind == "grid" and "grid" in kinds):
            continue
        if local and technology.kind not in ("gas", "battery"):
            continue
        yield f"add {name} to the options", replace(inputs, technologies=(*inputs.technologies, technology))


def _up(power_kw: float) -> float:
    """Round up to a megawatt, or to a per mille of small loads.

    >>> _up(1_234_567.0), _up(500_000.0001), _up(12.5)
    (1235000.0, 500000.0, 12.5)
    """
    step = _ROUND_KW if power_kw >= _ROUND_KW else 0.1
    return float(round(np.ceil(power_kw / step - 1e-4) * step, 6))
