"""Read claim files, and say in one sentence where one is wrong."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import isfinite
from types import MappingProxyType
from typing import Any, cast

from denshi.errors import CatalogError, nearest
from denshi.figure import GRADES, Evidence, Grade
from denshi.validation.claim import HOWS, ORIGINS, Claim, How, Origin, Quantity
from denshi.validation.expression import names_in

_KINDS = ("value", "unknown", "catalog", "params", "training", "fabric", "design")
_NEEDED = {
    "training": {"model": str, "system": str, "precision": str, "accelerators": float, "tokens": float}
    | {"sequence": float, "global_batch_tokens": float},
    "fabric": {"system": str, "link": str, "units": float},
}
_EXTRA = {
    "params": ("of",),
    "training": ("path", "parallelism", "software"),
    "fabric": ("path", "topology", "oversubscription"),
    "design": ("path",),
}
_OF_A_CLAIM = (
    *("text", "text_ja", "published", "unit", "tolerance", "source", "date", "grade", "how", "expression", "inputs"),
    *("reason", "reason_ja", "origin"),
)
_OF_AN_INPUT = ("value", "low", "high", "unit", "source", "date", "grade", "note")
_NEED_OF_A_CLAIM = ("text", "published", "unit", "tolerance", "source", "date", "grade", "how", "inputs")


@cache
def packaged_claims() -> Mapping[str, Claim]:
    """Return the claims that denshi ships, by id."""
    found: dict[str, Claim] = {}
    parts = sorted(files("denshi.validation").joinpath("claims").iterdir(), key=lambda part: part.name)
    for part in parts:
        if part.name.endswith(".toml"):
            for claim in claims_from_text(part.read_text(encoding="utf-8"), part.name):
                if claim.id in found:
                    raise CatalogError("id is used twice", where=f"{part.name}: [{claim.id}]")
                found[claim.id] = claim
    return MappingProxyType(found)


def claims_from_text(text: str, name: str) -> tuple[Claim, ...]:
    """Read the claims of a TOML file.

    Parameters
    ----------
    text : the file.
    name : what messages call it.

    Raises
    ------
    CatalogError : the text is no TOML, or a claim lacks a field, a value or its evidence.
    """
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CatalogError(f"is not TOML: {error}", where=name) from None
    if not tables:
        raise CatalogError("holds no claim", where=name, mend="See examples/claims for one")
    return tuple(_claim(id_, body, f"{name}: [{id_}]") for id_, body in tables.items())


def _claim(id_: str, body: Any, where: str) -> Claim:
    if not isinstance(body, dict):
        raise CatalogError("is no table", where=where, mend="Begin a claim with [its-id]")
    _only(body, _OF_A_CLAIM, where)
    missing = [key for key in _NEED_OF_A_CLAIM if key not in body]
    if missing:
        raise CatalogError(f"lacks {', '.join(missing)}", where=where)
    if not isinstance(body["inputs"], dict) or not body["inputs"]:
        raise CatalogError("inputs is no table of inputs", where=where)
    inputs = tuple(_input(name, spec, f"{where} inputs.{name}") for name, spec in body["inputs"].items())
    low, high = _published(body["published"], f"{where} published")
    how = _how(str(body["how"]), inputs, where)
    claim = Claim(
        id=id_,
        text=str(body["text"]),
        text_ja=str(body.get("text_ja", "")),
        low=low,
        high=high,
        unit=str(body["unit"]),
        tolerance=_number(body["tolerance"], f"{where} tolerance"),
        evidence=_evidence(body, where),
        how=how,
        expression=str(body.get("expression", inputs[0].name)),
        inputs=inputs,
        origin=_origin(str(body.get("origin", "published")), where),
        reason=str(body.get("reason", "")),
        reason_ja=str(body.get("reason_ja", "")),
    )
    _check_names(claim, where)
    return claim


def _check_names(claim: Claim, where: str) -> None:
    used, known = names_in(claim.expression), {quantity.name for quantity in claim.inputs}
    if used - known:
        strange = sorted(used - known)[0]
        raise CatalogError(f"expression uses {strange}, which is no input", where=where, mend=nearest(strange, known))
    if known - used:
        raise CatalogError(f"input {sorted(known - used)[0]} is not used by the expression", where=where)
    if claim.tolerance < 0:
        raise CatalogError("tolerance is negative", where=where)


def _how(how: str, inputs: tuple[Quantity, ...], where: str) -> How:
    if how not in HOWS:
        raise CatalogError(f'how = "{how}" is no way to check a claim', where=where, mend=nearest(how, HOWS))
    kinds = {quantity.kind for quantity in inputs} - {"value", "unknown"}
    strange = sorted(kinds - {how, "catalog"})
    if strange:
        raise CatalogError(f'an input is taken from "{strange[0]}", but how is "{how}"', where=where)
    return cast(How, how)


def _origin(origin: str, where: str) -> Origin:
    if origin not in ORIGINS:
        raise CatalogError(f'origin = "{origin}" is not known', where=where, mend=nearest(origin, ORIGINS))
    return cast(Origin, origin)


def _published(raw: Any, where: str) -> tuple[float, float]:
    if isinstance(raw, dict):
        if set(raw) != {"low", "high"}:
            raise CatalogError("expected a number or { low = …, high = … }", where=where)
        low, high = _number(raw["low"], where), _number(raw["high"], where)
        if low > high:
            raise CatalogError("low is above high", where=where)
        return low, high
    value = _number(raw, where)
    return value, value


def _input(name: str, spec: Any, where: str) -> Quantity:
    if not isinstance(spec, dict):
        raise CatalogError(
            "is no table", where=where, mend='Write { value = 1, source = "…", date = "…", grade = "B" }'
        )
    kinds = [kind for kind in _KINDS if kind in spec]
    if len(kinds) != 1:
        raise CatalogError(
            "expected exactly one of value, unknown, catalog, params, training, fabric, design", where=where
        )
    kind = kinds[0]
    if kind == "value":
        _only(spec, _OF_AN_INPUT, where)
        value = _number(spec["value"], where)
        evidence = _evidence(spec, where)
        if not _or(evidence.low, value) <= value <= _or(evidence.high, value):
            raise CatalogError("value is outside low to high", where=where)
        return Quantity(name=name, kind=kind, spec=value, evidence=evidence)
    _check_spec(kind, spec, where)
    return Quantity(name=name, kind=kind, spec=MappingProxyType(dict(spec)), evidence=None)


def _or(end: float | None, value: float) -> float:
    return value if end is None else end


def _check_spec(kind: str, spec: Mapping[str, Any], where: str) -> None:
    """Refuse an input that names a room or a fact in a way that could not be read later."""
    nested = kind in _NEEDED
    _only(spec, (kind, "path") if nested else (kind, *_EXTRA.get(kind, ())), where)
    if kind in ("training", "fabric", "design") and not isinstance(spec.get("path"), str):
        raise CatalogError("lacks path, the figure that is meant", where=where)
    if not nested:
        if not isinstance(spec[kind], str) or not spec[kind]:
            raise CatalogError(f"{kind} is no text", where=where)
        if spec.get("of", "total") not in ("total", "active"):
            raise CatalogError('of is neither "total" nor "active"', where=where)
        return
    ask, needed = spec[kind], _NEEDED[kind]
    if not isinstance(ask, dict):
        raise CatalogError(f"{kind} is no table", where=where)
    _only(ask, (*needed, *_EXTRA[kind][1:]), where)
    for name, type_ in needed.items():
        if name not in ask:
            raise CatalogError(f"{kind} lacks {name}", where=where)
        if type_ is float:
            _number(ask[name], f"{where} {name}")
        elif not isinstance(ask[name], str):
            raise CatalogError(f"{kind} {name} is no text", where=where)


def _evidence(body: Mapping[str, Any], where: str) -> Evidence:
    missing = [key for key in ("source", "date", "grade") if not body.get(key)]
    if missing:
        raise CatalogError(f"has no {' and no '.join(missing)}", where=where, why="every number is sourced")
    if body["grade"] not in GRADES:
        raise CatalogError(f'grade "{body["grade"]}" is none of A to E', where=where)
    low, high = (_number(body[key], where) if key in body else None for key in ("low", "high"))
    note = str(body.get("note", ""))
    return Evidence(str(body["source"]), str(body["date"]), cast(Grade, body["grade"]), low, high, note)


def _number(raw: Any, where: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not isfinite(raw):
        raise CatalogError(f"{raw!r} is no finite number", where=where)
    return float(raw)


def _only(body: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    strange = sorted(set(body) - set(known))
    if strange:
        raise CatalogError(f"unknown field {strange[0]}", where=where, mend=nearest(strange[0], known))
