"""The page of ``denshi energy sweep`` as text for a terminal."""

from collections.abc import Mapping
from typing import Any

from denshi.units import show

_NAME, _CELL = 30, 13


def sweep_text(page: Mapping[str, Any]) -> str:
    """Return a table for each site: costs and targets down, price, bound, gap and capacities across."""
    lines: list[str] = []
    for site, about in page["sites"].items():
        designs = [one for one in page["designs"] if one["site"] == site]
        lines += [f"{site}: {show(about['mean_load_kw'], 'kW')} in {about['region']}, {about['hours']}"]
        names = list(dict.fromkeys(name for one in designs for name in one["capacities_kw"]))
        certified = any("certified" in one for one in designs)
        heads = ["USD/MWh", "bound", "gap", *(["hourly LP", "screening +"] if certified else []), *names]
        lines.append(f"  {'':{_NAME}}{'clean':>8}" + "".join(f"{head:>{max(_CELL, len(head) + 2)}}" for head in heads))
        for one in designs:
            cells = [*_money(one, about), *(_proof(one, about) if certified else []), *_sizes(one, names)]
            text = "".join(f"{cell:>{max(_CELL, len(head) + 2)}}" for head, cell in zip(heads, cells, strict=True))
            lines.append(f"  {one['cost'][:_NAME]:{_NAME}}{one['target']:8.2%}{text}")
        for one in designs:
            if one["at_limit"]:
                lines.append(f"  at its limit: {', '.join(one['at_limit'])} ({one['cost']}, {one['target']:.2%})")
        lines += [*(f"  note: {note}" for note in about["notices"]), ""]
    return "\n".join([*lines, _summary(page["summary"])]) + "\n"


def _money(one: Mapping[str, Any], about: Mapping[str, Any]) -> list[str]:
    bound = _usd_per_mwh(one["lower_bound_usd_per_year"], about)
    if one["objective_usd_per_year"] is None:
        return ["none found", bound, ""]
    return [_usd_per_mwh(one["objective_usd_per_year"], about), bound, f"{one['gap_fraction']:.2%}"]


def _proof(one: Mapping[str, Any], about: Mapping[str, Any]) -> list[str]:
    proof = one["certified"]
    if proof["status"] != "optimal":
        return [proof["status"], ""]
    above = proof["screening_above_fraction"]
    return [_usd_per_mwh(proof["objective_usd_per_year"], about), "" if above is None else f"{above:.2%}"]


def _sizes(one: Mapping[str, Any], names: list[str]) -> list[str]:
    sizes = [one["capacities_kw"].get(name) for name in names]
    return [show(size, "kW") if size and size > 1.0 else "–" for size in sizes]


def _usd_per_mwh(usd: float, about: Mapping[str, Any]) -> str:
    return f"{usd / (8.76 * about['mean_load_kw']):,.2f}"


def _summary(found: Mapping[str, Any]) -> str:
    said = f"{found['designs']} designs"
    if found["without_design"]:
        said += f", {found['without_design']} without a design"
    if found["widest_gap_fraction"] is not None:
        said += (
            f"; within 1 % of their bound {found['within_1_percent']}, within 2 % {found['within_2_percent']}, "
            f"widest gap {found['widest_gap_fraction']:.2%}"
        )
    return said
