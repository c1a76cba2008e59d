"""The pages of ``denshi rules check`` and ``denshi rules list``."""

from typing import TYPE_CHECKING, Any

from denshi.buildout.rules.known import controls, country, duties, traded, words
from denshi.cli.rules_facts import READ_UNTIL, day, end_use
from denshi.errors import UsageError, nearest

if TYPE_CHECKING:
    from datetime import date

    from denshi.catalog import Control, Duty

_KINDS = ("export", "duty", "all")


def check_page(
    chip: str, to: str, date: str, use: str = "data-centre", shipped_from: str = "US", headquarters: str | None = None
) -> dict[str, Any]:
    """Return the answer for a part, a country and a day as plain values."""
    from denshi.buildout.rules import Shipment, classification_at, verdict_at

    part, when, rules = traded(chip), day(date), controls()
    destination = country(to)
    parent = None if headquarters is None else words(country(headquarters))
    shipment = Shipment(
        destination=words(destination),
        day=when,
        shipped_from=country(shipped_from).code,
        end_use=end_use(use),
        headquarters=parent,
    )
    answer = verdict_at(rules, part, shipment)
    proof = answer.rule.evidence["verdict"]
    return {
        "schema_version": 1,
        "chip": part.id,
        "to": destination.code,
        "date": when.isoformat(),
        "verdict": answer.verdict,
        "rule_id": answer.rule.id,
        "source": proof.source,
        "effective_from": answer.rule.effective_from,
        "effective_to": answer.rule.effective_to,
        "grade": proof.grade,
        "review": answer.rule.review,
        "why": answer.why,
        "classification": classification_at(rules, part, when),
        "tpp": part.tpp,
        "performance_density": part.density,
        "memory_bytes_per_s": part.memory_bytes_per_s,
        "shipped_from": shipment.shipped_from,
        "end_use": shipment.end_use,
        "notices": notices(when),
    }


def notices(when: "date") -> list[str]:
    """Return what a reader must know beside any answer."""
    said = ["lists of parties, other end-use rules and other countries' laws are outside; this is no legal advice"]
    if when > READ_UNTIL:
        said.append(f"rules were read until {READ_UNTIL}; a later day is answered as if none had changed")
    return said


def check_text(found: dict[str, Any]) -> str:
    """Return the page of one answer."""
    density = found["performance_density"]
    lines = [
        f"{found['chip']} to {found['to']} on {found['date']}: {found['verdict'].upper()}",
        f"  {found['why']}",
        f"  classification  {found['classification']}",
        f"  TPP             {found['tpp']:,.0f} TFLOP/s x bit",
        f"  density         {'not known' if density is None else f'{density:.2f} TFLOP/s x bit / mm2'}",
        f"  rule            {found['rule_id']}, from {found['effective_from']} to {found['effective_to'] or 'now'}",
        f"  source          {found['source']} (grade {found['grade']})",
    ]
    lines += [f"  notice          {one}" for one in found["notices"]]
    return "\n".join(lines) + "\n"


def list_page(kind: str, date: str | None) -> dict[str, Any]:
    """Return the dated rules as plain values, oldest first."""
    from denshi.buildout.rules import in_force

    if kind not in _KINDS:
        raise UsageError(f'--kind "{kind}" is not offered', mend=nearest(kind, _KINDS))
    when = None if date is None else day(date)
    found = [_control(rule) for rule in controls()] if kind != "duty" else []
    found += [_duty(rule) for rule in duties()] if kind != "export" else []
    kept = [one for one in found if when is None or in_force(one["effective_from"], one["effective_to"], when)]
    kept.sort(key=lambda one: (one["kind"], one["effective_from"], one["id"]))
    return {"schema_version": 1, "date": date, "rules": kept}


def _control(rule: "Control") -> dict[str, Any]:
    proof = rule.evidence["verdict"]
    return {
        "kind": "export",
        "id": rule.id,
        "name": rule.name,
        "effective_from": rule.effective_from,
        "effective_to": rule.effective_to,
        "announced": rule.announced,
        "stage": rule.stage,
        "verdict": rule.verdict,
        "review": rule.review,
        "source": proof.source,
        "grade": proof.grade,
    }


def _duty(rule: "Duty") -> dict[str, Any]:
    proof = rule.evidence["rate"]
    return {
        "kind": "duty",
        "id": rule.id,
        "name": rule.name,
        "effective_from": rule.effective_from,
        "effective_to": rule.effective_to,
        "country": rule.country,
        "origins": rule.origins,
        "headings": rule.headings,
        "component": rule.component,
        "rate": rule.rate,
        "source": proof.source,
        "grade": proof.grade,
    }


def list_text(found: dict[str, Any]) -> str:
    """Return the table of rules."""
    lines = [f"{'from':10}  {'to':10}  {'says':8}  {'g':1}  rule"]
    for one in found["rules"]:
        never = one["effective_to"] is not None and one["effective_to"] < one["effective_from"]
        says = "never" if never else one.get("verdict") or f"{one['rate']:.1%}"
        to = one["effective_to"] or ""
        lines.append(f"{one['effective_from']:10}  {to:10}  {says:8}  {one['grade']}  {one['id']}: {one['name']}")
        lines.append(f"{'':36}{one['source']}")
    return "\n".join(lines) + "\n"
