"""The page of ``denshi energy sweep``: targets x sites x costs, each design between two bounds."""

import csv
import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from denshi.catalog.user_file import shown
from denshi.cli.energy_case import KEYS, Case, case_of
from denshi.cli.energy_toml import Table, read_table, told_at
from denshi.energy.audit_proof import proved
from denshi.energy.screen import CostCase, Screened, screen
from denshi.energy.screen.curtail import NAME as CURTAILED
from denshi.energy.screen.place import annual_usd_per_kw, dearer, limits, screen_site
from denshi.errors import InfeasibleError, OutOfRangeError
from denshi.side_by_side import each

_OWN_KEYS = ("name", "targets", "gap", "site", "cost", "limit")
# What screening knows: a case of a sweep has it where it states nothing else.
_BY_DEFAULT: Mapping[str, Any] = {"supply": "on-site", "demand_charge_fraction": 0.0, "grid_charging": False}
_OF_A_TARGET = ("target", "clean_fraction")
_TARGETS, _GAP = (0.8, 0.9, 0.95, 0.98, 0.99, 1.0), 0.01
_MOST_SITES, _MOST_COSTS = 200, 200
_AT_LIMIT, _NOISE_KW = 0.999, 1e-6
_AS_STATED = "as stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A sweep as a file states it: its sites by name, factors on costs by name, targets, the gap to stop at."""

    name: str
    sites: Mapping[str, Table]
    costs: Mapping[str, Mapping[str, float]]
    limits_kw: Mapping[str, float]
    targets: tuple[float, ...]
    gap: float


@dataclass(frozen=True, slots=True)
class _Job:
    """One site of a sweep, for a process that reads the file itself."""

    file: Path
    site: str
    certify: bool


def read_sweep(path: Path) -> Sweep:
    """Read a sweep file: keys of a case hold for all sites, those of ``[site.x]`` for one.

    Raises
    ------
    DenshiError : the file cannot be read, or is wrong; the message names file, line and key.
    """
    top = read_table(path)
    top.only_these((*_OWN_KEYS, *(key for key in KEYS if key not in _OF_A_TARGET)))
    sites = top.table("site").body if top.has("site") else {path.stem: {}}
    costs = top.table("cost").body if top.has("cost") else {_AS_STATED: {}}
    for key, found, most in (("site", sites, _MOST_SITES), ("cost", costs, _MOST_COSTS)):
        if not 1 <= len(found) <= most:
            raise top.fault(key, f"holds {len(found)} tables, 1 to {most} are taken")
    targets = top.numbers("targets", "1", _TARGETS, most=1.0)
    if len(set(targets)) < len(targets):
        raise top.fault("targets", "names a target twice", mend="Drop one")
    built = top.table("limit") if top.has("limit") else Table({}, top.file, top.lines, "limit")
    return Sweep(
        name=top.text("name", path.stem),
        sites={str(name): _site(top, str(name)) for name in sites},
        costs={str(name): _factors(top, str(name)) for name in costs},
        limits_kw={str(name): built.number(str(name), "kW") for name in built.body},
        targets=tuple(round(one, 12) for one in targets),
        gap=top.number("gap", "1", _GAP, least=1e-6, most=1.0),
    )


def _site(top: Table, name: str) -> Table:
    """Return the table of one site: what holds for all, and its own in place of it."""
    own = top.table("site").table(name).body if top.has("site") else {}
    shared = {key: value for key, value in top.body.items() if key not in _OWN_KEYS}
    begin = f"site.{name}."
    lines = {**top.lines, **{at.removeprefix(begin): line for at, line in top.lines.items() if at.startswith(begin)}}
    for key in own:
        if key in _OF_A_TARGET:
            raise top.table("site").table(name).fault(key, "is not known here", mend="Write targets = [0.9, 1.0]")
    return Table({**_BY_DEFAULT, **shared, **own, "target": "hourly", "name": name}, top.file, lines)


def _factors(top: Table, name: str) -> dict[str, float]:
    if not top.has("cost"):
        return {}
    table = top.table("cost").table(name)
    return {str(key): table.number(str(key), "1", most=1e3) for key in table.body}


def cases(sweep: Sweep) -> dict[str, Case]:
    """Return the case of each site, and see that costs and limits name technologies of it.

    Raises
    ------
    DenshiError : a site is wrong.
    """
    found = {name: case_of(table, name) for name, table in sweep.sites.items()}
    for name, case in found.items():
        known = {one.id for one in case.inputs.technologies if one.kind != "grid"}
        places = (("limit", sweep.limits_kw), *((f"cost.{cost}", factors) for cost, factors in sweep.costs.items()))
        for place, values in places:
            for other in values:
                if other not in known:
                    what = f'"{shown(other)}" is not among the options of {shown(name)}'
                    raise sweep.sites[name].fault(place, what, mend=f"Known are {', '.join(sorted(known))}")
    return found


def sweep_page(
    path: Path, progress: Callable[[str], None], *, certify: bool, processes: int | None = None
) -> dict[str, Any]:
    """Return every design of a sweep in canonical units; the same file gives the same bytes.

    Parameters
    ----------
    path : the file.
    progress : is told when a site is done.
    certify : solve the hourly programme of each design, too.
    processes : how many sites at a time; left out, one for each core up to two.

    Raises
    ------
    DenshiError : the file is wrong, or has what screening does not know.
    """
    sweep = read_sweep(path)
    read = cases(sweep)
    for name, case in read.items():
        try:
            screen_site(case.inputs, sweep.limits_kw)
        except OutOfRangeError as error:
            raise told_at(f"{path} ({name})", error) from None
    found: dict[str, list[dict[str, Any]]] = {}

    def keep(name: str, designs: list[dict[str, Any]]) -> None:
        found[name] = designs
        progress(f"sweep: {len(found)} of {len(read)} sites")

    progress(f"sweep: {len(read)} sites")
    each({name: _Job(path, name, certify) for name in read}, _designs, keep, processes)
    designs = [design for name in read for design in found[name]]
    return {
        "schema_version": 1,
        "name": sweep.name,
        "targets": list(sweep.targets),
        "gap_asked": sweep.gap,
        "costs": {name: dict(factors) for name, factors in sweep.costs.items()},
        "sites": {name: _place(case, sweep) for name, case in read.items()},
        "designs": designs,
        "summary": _summary(designs),
    }


def _place(case: Case, sweep: Sweep) -> dict[str, Any]:
    load = case.inputs.load_kw
    return {
        "region": case.inputs.region.id,
        "hours": case.hours,
        "mean_load_kw": float(load.mean()),
        "limits_kw": limits(case.inputs, sweep.limits_kw),
        "notices": list(case.notices),
    }


def _designs(job: _Job) -> list[dict[str, Any]]:
    """Return the designs of one site: screened, and solved hour by hour where that is asked."""
    sweep = read_sweep(job.file)
    inputs = case_of(sweep.sites[job.site], job.site).inputs
    priced = {name: dearer(inputs, factors) for name, factors in sweep.costs.items()}
    costs = [CostCase(name=name, annual_usd_per_kw=annual_usd_per_kw(one)) for name, one in priced.items()]
    site = screen_site(inputs, sweep.limits_kw)
    most = limits(inputs, sweep.limits_kw)
    energy_kwh = 8760.0 * float(inputs.load_kw.mean())
    found = []
    for one in screen(site, costs, sweep.targets, sweep.gap):
        design = {"site": job.site, **_design(one, energy_kwh, most)}
        if job.certify:
            design["certified"] = _certified(one, replace(priced[one.case], clean_fraction=one.target))
        found.append(design)
    return found


def _design(one: Screened, energy_kwh: float, most: Mapping[str, float]) -> dict[str, Any]:
    known = math.isfinite(one.objective_usd_per_year)
    at_limit = [name for name, size in one.capacities_kw.items() if known and size >= _AT_LIMIT * most[name] > 0.0]
    return {
        "cost": one.case,
        "target": one.target,
        "status": "bounded" if known else "no design found",
        "objective_usd_per_year": one.objective_usd_per_year if known else None,
        "lower_bound_usd_per_year": one.lower_bound_usd_per_year,
        "gap_fraction": one.gap_fraction if known else None,
        "cost_usd_per_kwh": one.objective_usd_per_year / energy_kwh if known else None,
        "clean_fraction_hourly": 1.0 - one.dirty_fraction if known else None,
        "curtailed_load_kwh": one.burnt_kwh.get(CURTAILED, 0.0) if known else None,
        "capacities_kw": {name: size if size > _NOISE_KW else 0.0 for name, size in one.capacities_kw.items() if known},
        "at_limit": at_limit,
    }


def _certified(one: Screened, inputs: Any) -> dict[str, Any]:
    """Return the hourly programme's design of least cost, and how far above it screening was."""
    try:
        result, proof = proved(inputs)
    except InfeasibleError as error:
        return {"status": "infeasible", "why": error.what}
    above = one.objective_usd_per_year / proof.objective_usd_per_year - 1.0
    return {
        "status": "optimal",
        "objective_usd_per_year": proof.objective_usd_per_year,
        "lower_bound_usd_per_year": proof.lower_bound_usd_per_year,
        "gap_fraction": proof.gap_fraction,
        "max_residual_gw": proof.max_residual_kw / 1e6,
        "capacities_kw": dict(result.capacity_kw),
        "screening_above_fraction": above if math.isfinite(above) else None,
        "bound_below_fraction": 1.0 - one.lower_bound_usd_per_year / proof.objective_usd_per_year,
    }


def _summary(designs: list[dict[str, Any]]) -> dict[str, Any]:
    gaps = [one["gap_fraction"] for one in designs if one["gap_fraction"] is not None]
    return {
        "designs": len(designs),
        "without_design": len(designs) - len(gaps),
        "within_1_percent": sum(gap <= 0.01 for gap in gaps),
        "within_2_percent": sum(gap <= 0.02 for gap in gaps),
        "widest_gap_fraction": max(gaps, default=None),
    }


def as_csv(page: Mapping[str, Any]) -> str:
    """Return one line for each design; capacities have a column for each technology.

    Names are the user's own and may begin as a formula does: such cells begin with an apostrophe.
    """
    names = list(dict.fromkeys(name for one in page["designs"] for name in one["capacities_kw"]))
    plain = ("site", "cost", "target", "status", "objective_usd_per_year", "lower_bound_usd_per_year", "gap_fraction")
    more = ("cost_usd_per_kwh", "clean_fraction_hourly")
    certified = any("certified" in one for one in page["designs"])
    proof = ("objective_usd_per_year", "lower_bound_usd_per_year", "gap_fraction") if certified else ()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*plain, *more, *(f"{name}_kw" for name in names), *(f"certified_{key}" for key in proof)))
    for one in page["designs"]:
        sizes = [one["capacities_kw"].get(name) for name in names]
        proofs = [one["certified"].get(key) for key in proof]
        writer.writerow(_safe(value) for value in (*(one[key] for key in (*plain, *more)), *sizes, *proofs))
    return text.getvalue()


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value
