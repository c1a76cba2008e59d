"""The page of ``denshi energy audit``: what a claim is held against, what is found, and what may be said instead."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from denshi.catalog import Region
from denshi.cli import energy_profile
from denshi.cli.energy_arithmetic import arithmetic
from denshi.cli.energy_claim import Claim
from denshi.energy import audit, audit_say
from denshi.energy.audit import Need, Profile, Reading, SupplyClaim
from denshi.energy.audit_facts import Fact
from denshi.figure import GRADES

SEEDS = 20
_SEED_WAYS = ("solar", "wind", "half solar, half wind", "half/half + 4 h storage")
_DEFINITIONS = {
    "annual_fraction": "generated over the year / used over the year",
    "hourly_fraction": "used in the hour it is generated, or out of storage, / used over the year",
    "clean_hours_fraction": "share of hours covered whole, the grid's clean share not counted",
    "with_grid_fraction": "hourly, and what is bought counts at the grid's clean share of that hour",
    "grid_alone_fraction": "the same if all is bought: what is the grid's doing, not the claim's",
    "extra_kw": "beyond the claimed capacity, in one way alone; null where no size up to 100 x suffices",
    "hourly_90": "90 % of the use, hour by hour, from the supply alone",
    "grid_90": "the same with the grid's own clean share counted",
}


def page(
    claim: Claim, files: list[Path], area: str | None, *, least_cost: bool, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Return what the verb prints, in canonical units.

    Raises
    ------
    DenshiError : a profile cannot be read, or a fact is outside the range in which the claim has a meaning.
    """
    if claim.supply is not None and claim.region is not None:
        made = _supply(claim.supply, claim.region, claim.facts, files, area, least_cost, progress)
    else:
        made = arithmetic(claim)
    facts = [_fact(name, one) for name, one in claim.facts.items()]
    proof = claim.evidence
    return {
        "schema_version": 1,
        "kind": claim.kind,
        "claim": {
            "text": claim.text,
            "source": proof.source,
            "date": proof.date,
            "grade": proof.grade,
            "note": claim.note,
        },
        **made,
        "grade": max((fact["grade"] for fact in facts), key=list(GRADES).index),
        "facts": facts,
    }


def _supply(
    stated: SupplyClaim,
    region: Region,
    facts: Mapping[str, Fact],
    files: list[Path],
    area: str | None,
    least_cost: bool,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    progress("profiles")
    solar, wind, clean = means = (
        _value(facts, "solar_capacity_factor"),
        _value(facts, "wind_capacity_factor"),
        _value(facts, "grid_clean_fraction"),
    )
    notes: list[str] = []
    profiles = list(energy_profile.of_files(files, area, solar, wind, region, notes)) if files else []
    if region.profile is not None or not profiles:
        profiles.append(energy_profile.packaged(region, solar, wind, clean))
    for profile in profiles:
        audit.check_profile(stated, profile)
    judged = profiles[0]
    pages = []
    for profile in profiles:
        progress(f"match: {profile.name}")
        pages.append(_profile(stated, profile))
    first = audit.readings(stated, judged, stated.utilisations[0])
    everywhere = [
        one for profile in profiles for use in stated.utilisations for one in audit.readings(stated, profile, use)
    ]
    changed = _factors(stated, judged, facts)
    everywhere += [one for _, _, found in changed for one in found]
    return {
        "verdict": audit.verdict(stated, first, stated.basis),
        "verdict_annual": audit.verdict(stated, first, "annual"),
        "verdict_hourly": audit.verdict(stated, first, "hourly"),
        "verdict_all_readings": audit.verdict(stated, tuple(everywhere), stated.basis),
        "honest": audit_say.supply_sentence(stated, first, audit.needs(stated, judged, stated.utilisations[0])),
        "region": {"id": region.id, "name": region.name},
        "load_kw": stated.load_kw,
        "claimed_kw": {key[7:]: one.value for key, one in facts.items() if key.startswith("supply.")},
        "claimed_fraction": stated.fraction,
        "basis": stated.basis,
        "profiles": pages,
        "capacity_factors": [
            {"name": profile.name, **_means(profile), "readings": [_reading(one) for one in found],
             "needs": [_need(one) for one in needed]}
            for profile, needed, found in changed
        ],
        "synthetic_years": _seeds(stated, region, means, progress) if region.profile is not None else [],
        "least_cost": _least_cost(stated, region, judged, progress) if least_cost else [],
        "notices": _notices(stated, region, facts, profiles, bool(files)) + notes,
        "definitions": _DEFINITIONS,
    }  # fmt: skip


def _value(facts: Mapping[str, Fact], name: str) -> float | None:
    return facts[name].value if name in facts else None


def _profile(claim: SupplyClaim, profile: Profile) -> dict[str, Any]:
    uses = claim.utilisations
    return {
        "name": profile.name,
        **_means(profile),
        "readings": [_reading(one) for use in uses for one in audit.readings(claim, profile, use)],
        "needs": [_need(one) for use in uses for one in audit.needs(claim, profile, use)],
    }


def _means(profile: Profile) -> dict[str, float]:
    return {
        "solar_capacity_factor": float(profile.solar_cf.mean()),
        "wind_capacity_factor": float(profile.wind_cf.mean()),
        "grid_clean_fraction": float(profile.grid_clean_fraction.mean()),
    }


def _factors(
    claim: SupplyClaim, profile: Profile, facts: Mapping[str, Fact]
) -> list[tuple[Profile, tuple[Need, ...], tuple[Reading, ...]]]:
    """Return the audit at the lowest and the highest capacity factors that their evidence allows."""
    if not {"solar_capacity_factor", "wind_capacity_factor"} <= set(facts):
        return []
    found = []
    for end, word in enumerate(("low", "high")):
        solar, wind = (facts[f"{name}_capacity_factor"].ends[end] for name in ("solar", "wind"))
        if (solar, wind) == tuple(facts[f"{name}_capacity_factor"].value for name in ("solar", "wind")):
            continue
        other = energy_profile.with_means(profile, f"{word} capacity factors", solar, wind)
        use = claim.utilisations[0]
        found.append((other, audit.needs(claim, other, use), audit.readings(claim, other, use)))
    return found


def _seeds(
    stated: SupplyClaim,
    region: Region,
    means: tuple[float | None, float | None, float | None],
    progress: Callable[[str], None],
) -> list[dict[str, Any]]:
    """Return the range over other synthetic years of the same statistics, by way."""
    ways = [way for way in audit.WAYS if way.name in _SEED_WAYS]
    found: dict[str, list[Need]] = {}
    for seed in range(SEEDS):
        progress(f"synthetic year {seed + 1} of {SEEDS}")
        profile = energy_profile.packaged(region, *means, seed=seed)
        for way in ways:
            one = audit.need(stated, profile, stated.utilisations[0], way)
            if one is not None:
                found.setdefault(way.name, []).append(one)
    return [{"way": name, "years": len(many), **_ranges(many)} for name, many in found.items()]


def _ranges(many: Iterable[Need]) -> dict[str, Any]:
    met = [one.at_annual.hourly_fraction for one in many if one.at_annual is not None]
    sizes = [one.extra_kw["hourly_90"] for one in many]
    known = [size for size in sizes if size is not None]
    ends = [min(known), max(known)] if len(known) == len(sizes) else None
    return {"hourly_fraction_at_annual": [min(met), max(met)], "extra_kw_hourly_90": ends}


def _least_cost(
    stated: SupplyClaim, region: Region, profile: Profile, progress: Callable[[str], None]
) -> list[dict[str, Any]]:
    from denshi.cli.energy_case import audit_input
    from denshi.energy import run
    from denshi.errors import InfeasibleError

    found = []
    for target in audit.HOURLY_TARGETS:
        progress(f"least cost at {target:.0%} hourly")
        try:
            made = run(audit_input(stated, region, profile, target), progress)
        except InfeasibleError as error:
            found.append({"target": target, "status": "infeasible", "why": error.what})
            continue
        found.append(
            {
                "target": target,
                "status": "optimal",
                "capacities_kw": {name: size for name, size in made.capacity_kw.items() if size > 0.0},
                "cost_usd_per_kwh": made.lcoe_usd_per_kwh,
                "clean_fraction_hourly": made.clean_fraction_hourly,
                "gap_fraction": made.residual_gap,
            }
        )
    return found


def _notices(
    stated: SupplyClaim, region: Region, facts: Mapping[str, Fact], profiles: list[Profile], measured: bool
) -> list[str]:
    notes = ["a fleet's output is smoother than one plant's: the hourly shares of a single plant are lower"]
    if not measured:
        notes.append(f"the hours are not measured: {profiles[0].name}; --profile takes measured ones (EIA-930 or CSV)")
    proof = region.evidence.get("profile")
    if proof is not None and proof.note:
        notes.append(proof.note)
    notes.append("the load is flat at its rated power times its utilisation")
    if stated.firm_kw > 0.0:
        notes.append("nuclear runs flat at its capacity factor: an outage is not played")
    for kind, shape in (("solar", profiles[0].solar_cf), ("wind", profiles[0].wind_cf)):
        if not shape.any():
            notes.append(f"the place has no {kind} fleet: {kind} is left out")
    weak = [name for name, fact in facts.items() if fact.evidence.grade == "E"]
    if weak:
        notes.append(f"assumptions without a source (grade E): {', '.join(weak)}")
    return notes


def _reading(one: Reading) -> dict[str, Any]:
    return {
        "reading": one.name,
        "utilisation": one.utilisation,
        "solar_kw": one.solar_kw,
        "wind_kw": one.wind_kw,
        **asdict(one.match),
    }


def _need(one: Need) -> dict[str, Any]:
    return {
        "way": one.way.name,
        "utilisation": one.utilisation,
        "total_kw": dict(one.total_kw),
        "extra_kw": dict(one.extra_kw),
        "hourly_fraction_at_annual": None if one.at_annual is None else one.at_annual.hourly_fraction,
        "with_grid_fraction_at_annual": None if one.at_annual is None else one.at_annual.with_grid_fraction,
    }


def _fact(name: str, one: Fact) -> dict[str, Any]:
    proof, (low, high) = one.evidence, one.ends
    number = {"name": name, "value": one.value, "unit": one.unit, "low": low, "high": high}
    return {**number, "source": proof.source, "date": proof.date, "grade": proof.grade, "note": proof.note}
