"""The page of a claim that is arithmetic: households, additions of two, a yearly rate."""

from dataclasses import asdict
from typing import Any

from denshi.cli.energy_claim import Claim
from denshi.energy import audit_facts, audit_say


def arithmetic(claim: Claim) -> dict[str, Any]:
    """Return verdict, sentence and figures of a claim that follows from a few facts."""
    facts = claim.facts
    if claim.kind == "equivalence":
        same = audit_facts.equivalence(
            facts["power"], claim.published, facts["use_of_one"], facts["load_factor"], claim.tolerance
        )
        sentence = audit_say.equivalence_sentence(
            same, facts["power"].value, facts["load_factor"].value, claim.published, claim.thing
        )
        return _answer(claim, same.verdict, sentence, asdict(same), claim.thing)
    if claim.kind == "comparison":
        one, other = claim.sides
        ratio = audit_facts.comparison(one, other, claim.published, claim.tolerance)
        return _answer(
            claim, ratio.verdict, audit_say.comparison_sentence(ratio, (one.name, other.name)), asdict(ratio)
        )
    today = claim.sides[0]
    pace = audit_facts.rate(
        facts["capacity"], today, facts["generation"], facts["load_factor"], claim.published, claim.tolerance
    )
    sentence = audit_say.rate_sentence(pace, facts["capacity"].value, today.name)
    return _answer(claim, pace.verdict, sentence, asdict(pace))


def _answer(claim: Claim, verdict: str, honest: str, found: dict[str, Any], thing: str = "") -> dict[str, Any]:
    found.pop("verdict")
    sides = [
        {
            "name": side.name,
            "capacity_kw": side.capacity_kw.value,
            "unexplained_kw": side.unexplained_kw,
            "energy_kwh": asdict(audit_facts.energy_kwh(side)),
        }
        for side in claim.sides
    ]
    weak = [name for name, fact in claim.facts.items() if fact.evidence.grade == "E"]
    return {
        "verdict": verdict,
        "honest": honest,
        "published": claim.published,
        "tolerance": claim.tolerance,
        **({"thing": thing} if thing else {}),
        **({"sides": sides} if sides else {}),
        "found": found,
        "notices": [f"assumptions without a source (grade E): {', '.join(weak)}"] if weak else [],
    }
