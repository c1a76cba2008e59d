"""The page of ``denshi finance risk``: percentiles with their errors, each input alone, shares of the variance."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from denshi.finance.risk import (
    Marginal,
    correlated,
    nearest_correlation,
    percentiles,
    points,
    shapley,
    sobol,
    tornado,
)
from denshi.finance.risk.project import INPUTS, OUTPUTS, Plan, outcomes, running_equity_usd

_RUNS = 8
_PAIRS = 128
_SOBOL_PATHS = 256
_FAN_PATHS = 4_096
_FAN = (10, 25, 50, 75, 90)
_LEAST = {"price": 0.0, "decline": 0.0, "utilisation": 0.0, "power": 0.0, "hardware": 0.1, "facility": 0.1}
_WORDS = {
    "price": "price of what is sold",
    "decline": "yearly fall of the price",
    "utilisation": "share that is sold",
    "power": "cost of power",
    "hardware": "cost of hardware",
    "facility": "cost of building and plant",
    "upkeep": "staff, maintenance, taxes",
    "delay_months": "delay [month]",
}


@dataclass(frozen=True, slots=True)
class _Run:
    """One scrambling of the points, for a process of its own."""

    plan: Plan
    marginals: tuple[Marginal, ...]
    correlation: "np.ndarray[Any, np.dtype[np.float64]]"
    paths: int
    seed: int


def risk_page(plan: Plan, name: str, paths: int, seed: int) -> dict[str, Any]:
    """Return percentiles with their errors, tornado and Shapley shares of a plan."""
    from denshi.side_by_side import each

    marginals, wanted = _marginals(), _correlation()
    correlation, changed = nearest_correlation(wanted)
    jobs = {
        str(run): _Run(plan, marginals, correlation, -(-paths // _RUNS), seed * _RUNS + run) for run in range(_RUNS)
    }
    found: dict[str, dict[str, Any]] = {}
    each(jobs, _outcomes, found.__setitem__, processes=1 if paths < 100_000 else None)

    def npv(table: "np.ndarray[Any, np.dtype[np.float64]]") -> "np.ndarray[Any, np.dtype[np.float64]]":
        return outcomes(plan, INPUTS, table)["npv_usd"]

    planned = np.ones((1, len(INPUTS)))
    planned[0, INPUTS.index("delay_months")] = 0.0
    notes = [] if changed < 1e-9 else [f"the correlations cannot all be: the nearest that can differ by {changed:.2f}"]
    shares = shapley(npv, marginals, correlation, _PAIRS, seed)
    return {
        "schema_version": 1,
        "name": name,
        "paths": _RUNS * -(-paths // _RUNS),
        "seed": seed,
        "planned": {key: _number(values[0]) for key, values in outcomes(plan, INPUTS, planned).items()},
        "percentiles": {
            key: {name: _number(value) for name, value in asdict(percentiles(_runs(found, key))).items()}
            for key in OUTPUTS
        },
        "chance_of_loss": float(np.mean(np.concatenate(_runs(found, "npv_usd")) < 0.0)),
        "inputs": [{"name": one.name, "p10": one.p10, "p50": one.p50, "p90": one.p90} for one in marginals],
        "correlations": [[float(value) for value in row] for row in correlation],
        "tornado_npv_usd": {key: list(ends) for key, ends in tornado(npv, marginals).items()},
        "shapley_npv": {key: {"share": share, "error": error} for key, (share, error) in shares.items()},
        "sobol_npv": {
            key: {"first": first, "first_error": first_error, "total": total, "total_error": total_error}
            for key, (first, first_error, total, total_error) in sobol(npv, marginals, _SOBOL_PATHS, seed).items()
        },
        "fan_paths": _FAN_PATHS,
        "fan_equity_usd": _fan(plan, marginals, correlation, seed),
        "notices": notes,
    }


def _fan(plan: Plan, marginals: tuple[Marginal, ...], correlation: Any, seed: int) -> dict[str, list[float]]:
    """Return percentiles of what the owners have got less what they have put in, at the end of each year."""
    table = correlated(points(_FAN_PATHS, len(INPUTS), seed * _RUNS), correlation, marginals)
    ends = running_equity_usd(plan, INPUTS, table)[:, 11::12]
    return {f"p{q}": [float(value) for value in np.percentile(ends, q, axis=0)] for q in _FAN}


def _outcomes(run: _Run) -> dict[str, Any]:
    table = correlated(points(run.paths, len(INPUTS), run.seed), run.correlation, run.marginals)
    return outcomes(run.plan, INPUTS, table)


def _runs(found: Mapping[str, Mapping[str, Any]], key: str) -> list[Any]:
    return [found[name][key] for name in sorted(found, key=int)]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _marginals() -> tuple[Marginal, ...]:
    """Return the ranges of the catalogue: its low and high are P10 and P90, its value is P50."""
    from denshi.catalog import Assumption, find

    found = []
    for name in INPUTS:
        row = find(Assumption, f"risk-{name.replace('_', '-')}")
        proof = row.evidence["value"]
        low, high = proof.low, proof.high
        if low is None or high is None:
            raise AssertionError(f"risk-{name} has no range")
        found.append(Marginal(name, low, row.value, high, least=_LEAST.get(name, 0.0)))
    return tuple(found)


def _correlation() -> "np.ndarray[Any, np.dtype[np.float64]]":
    from denshi.catalog import Assumption, find

    found = np.eye(len(INPUTS))
    for first, second in (("price", "hardware"), ("price", "utilisation"), ("facility", "delay_months")):
        value = find(Assumption, f"risk-correlation-{first}-{second.removesuffix('_months')}").value
        i, j = INPUTS.index(first), INPUTS.index(second)
        found[i, j] = found[j, i] = value
    return found


def risk_text(page: Mapping[str, Any]) -> str:
    """Return the page for a reader."""
    from denshi.units import show

    def money(value: float | None) -> str:
        return "none" if value is None else show(value, "USD")

    def share(value: float | None) -> str:
        return "none" if value is None else f"{value:.2%}"

    def times(value: float | None) -> str:
        return "none" if value is None else f"{value:.2f} x"

    def hourly(value: float | None) -> str:
        return "none" if value is None else f"${value:.3f}/h"

    rows = (
        ("NPV", "npv_usd", money),
        ("project IRR", "irr", share),
        ("equity IRR", "equity_irr", share),
        ("equity multiple", "equity_multiple", times),
        ("LCOC", "lcoc_usd_per_accelerator_hour", hourly),
    )
    lines = [f"{page['name']}: {page['paths']:,} paths, chance of a loss {page['chance_of_loss']:.0%}", ""]
    lines.append(f"  {'':18}{'as planned':>13}{'P10':>13}{'P50':>13}{'P90':>13}{'error of P50':>15}")
    for title, key, said in rows:
        one = page["percentiles"][key]
        cells = (page["planned"][key], one["p10"], one["p50"], one["p90"])
        text = "".join(f"{said(value):>13}" for value in cells)
        known = "" if one["share"] >= 0.9995 else f"  ({one['share']:.1%} of paths have one)"
        lines.append(f"  {title:18}{text}{said(one['error_p50']):>15}{known}")
    lines += [
        "",
        f"  {'NPV with one input alone at its':28}{'P10':>13}{'P90':>13}"
        f"{'share of variance':>21}{'alone':>9}{'in all':>9}",
    ]
    shares, independent = page["shapley_npv"], page["sobol_npv"]
    for name in sorted(shares, key=lambda name: -shares[name]["share"]):
        low, high = page["tornado_npv_usd"][name]
        part = f"{shares[name]['share']:.1%} ± {shares[name]['error']:.1%}"
        lines.append(f"  {_WORDS[name]:28}{money(low):>13}{money(high):>13}{part:>21}{_indices(independent[name])}")
    fan = page["fan_equity_usd"]
    lines += ["", f"  {'owners, all years so far':24}" + "".join(f"{name.upper():>13}" for name in fan)]
    for year, values in enumerate(zip(*fan.values(), strict=True), start=1):
        lines.append(f"  {'end of year ' + str(year):24}" + "".join(f"{money(value):>13}" for value in values))
    lines += [
        "",
        "Shares are Shapley effects: they count what correlated inputs do together, and sum to one. Beside them what",
        "an input does alone and in all, were the inputs independent (first-order and total index of Sobol).",
    ]
    return "\n".join([*lines, *(f"note: {one}" for one in page["notices"])]) + "\n"


def _indices(one: Mapping[str, float]) -> str:
    # An estimate of nearly nothing may fall below it.
    return "".join(f"{max(one[key], 0.0):>9.1%}" for key in ("first", "total"))
