"""Read the packaged facts: TOML in, frozen rows with evidence out.

The files of a kind stand in ``data/<kind>/*.toml``; which file holds a row has no meaning to the program.

A row is a table named by its id. ``source``, ``date`` and ``grade`` of the row hold for every value that does not bring
its own; a value brings its own as an inline table::

    [h100-sxm-80gb]
    name = "H100 SXM5 80GB"
    source = "NVIDIA H100 datasheet"
    date = "2023-03"
    grade = "B"
    tdp_kw = 0.7
    price_usd = { value = 23500, low = 20000, high = 27000, source = "Epoch price band 2025", grade = "C" }
"""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar, cast, get_args

from denshi.catalog.fact import Row
from denshi.catalog.schema import KINDS
from denshi.errors import CatalogError, nearest
from denshi.figure import GRADES, Evidence

R = TypeVar("R", bound=Row)

_OF_THE_ROW = ("name", "aliases", "source", "date", "grade", "note")
_OF_A_VALUE = ("value", "low", "high", "source", "date", "grade", "note")


@cache
def rows(kind: str) -> Mapping[str, Row]:
    """Return every packaged row of a kind, by id.

    Raises
    ------
    CatalogError : a row lacks a field or a value its source, date or grade.
    """
    data = files("denshi.catalog").joinpath("data", kind)
    parts = sorted((part for part in data.iterdir() if part.name.endswith(".toml")), key=lambda part: part.name)
    found: dict[str, Row] = {}
    for part in parts:
        for id_, body in tomllib.loads(part.read_text(encoding="utf-8")).items():
            if id_ in found:
                raise CatalogError("id is used twice", where=f"{kind}/{part.name}: [{id_}]")
            found[id_] = row(KINDS[kind], id_, body, f"{kind}/{part.name}")
    return MappingProxyType(found)


def find(kind: type[R], name: str) -> R:
    """Return the row of a kind that has this id or alias, case and hyphens ignored.

    Raises
    ------
    CatalogError : no row has that name; the message names the nearest.

    >>> from denshi.catalog.schema import Accelerator
    >>> find(Accelerator, "H100_SXM 80GB").id
    'h100-sxm-80gb'
    """
    plural = next(key for key, type_ in KINDS.items() if type_ is kind)
    known = rows(plural)
    id_ = _spellings(plural).get(_plain(name))
    if id_ is None:
        noun = kind.__name__.lower()
        raise CatalogError(f'no {noun} is called "{name}"', where=f"catalog.{plural}", mend=nearest(name, known))
    return cast(R, known[id_])


def row(type_: type[R], id_: str, body: Mapping[str, Any], where: str) -> R:
    """Build one row from a TOML table, checking that it is complete and that every value has evidence."""
    names = [f.name for f in fields(type_) if f.name not in ("id", "name", "aliases", "evidence")]
    unknown = sorted(set(body) - set(names) - set(_OF_THE_ROW))
    if unknown:
        raise CatalogError(f"unknown field {unknown[0]}", where=f"{where}: [{id_}]", mend=nearest(unknown[0], names))
    values: dict[str, Any] = {}
    evidence: dict[str, Evidence] = {}
    for field in fields(type_):
        if field.name in names:
            value, proof = _value(body, field.name, f"{where}: [{id_}] {field.name}", _optional(field.type))
            values[field.name] = value
            if proof is not None:
                evidence[field.name] = proof
    return type_(
        id=id_,
        name=str(body.get("name", id_)),
        aliases=tuple(body.get("aliases", ())),
        evidence=MappingProxyType(evidence),
        **values,
    )


def _optional(annotation: Any) -> bool:
    return type(None) in get_args(annotation)


def _value(body: Mapping[str, Any], name: str, where: str, optional: bool) -> tuple[Any, Evidence | None]:
    raw = body.get(name)
    if raw is None:
        if optional:
            return None, None
        raise CatalogError("value is missing", where=where)
    own: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {"value": raw}
    strange = sorted(set(own) - set(_OF_A_VALUE))
    if strange or "value" not in own:
        raise CatalogError(f"expected a value with {', '.join(_OF_A_VALUE)}, got {sorted(own)}", where=where)
    value = own["value"]
    if isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    return value, _evidence(body, own, where)


def _evidence(body: Mapping[str, Any], own: Mapping[str, Any], where: str) -> Evidence:
    said = {key: own.get(key, body.get(key)) for key in ("source", "date", "grade")}
    missing = [key for key, value in said.items() if not value]
    if missing:
        raise CatalogError(f"has no {' and no '.join(missing)}", where=where, why="every fact is sourced")
    if said["grade"] not in GRADES:
        raise CatalogError(f'grade "{said["grade"]}" is none of A to E', where=where)
    low, high = (float(own[key]) if key in own else None for key in ("low", "high"))
    return Evidence(
        str(said["source"]), str(said["date"]), cast(Any, said["grade"]), low, high, str(own.get("note", ""))
    )


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


@cache
def _spellings(kind: str) -> Mapping[str, str]:
    return {_plain(text): id_ for id_, r in rows(kind).items() for text in (*r.aliases, r.id)}
