"""Field types of the scenario: a quantity with a unit, a name of the catalogue, a path of the user's.

Each default carries its source and grade in the schema, so that ``denshi trace`` can show where it stands.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema

from denshi.catalog import Link, Model, Region, Row, Site, System, Technology, find
from denshi.errors import DenshiError
from denshi.figure import Evidence, Grade
from denshi.units import parse


@dataclass(frozen=True, slots=True)
class Unit:
    """The canonical unit of a field, kept in its annotation."""

    symbol: str


def quantity(unit: str) -> Any:
    """Return the type of a field that takes "2 GW" or a bare number and holds a canonical number [unit]."""

    def read(value: Any) -> float | None:
        if value is None:
            return None
        try:
            return parse(value, unit)
        except DenshiError as error:
            raise ValueError(str(error)) from None

    described = {"anyOf": [{"type": "number"}, {"type": "string"}], "description": f"quantity in {unit or '1'}"}
    return Annotated[float, Unit(unit), BeforeValidator(read), WithJsonSchema(described)]


def named(kind: type[Row], *, or_file: str = "") -> Any:
    """Return the type of a field that names a row of the catalogue, or a file of the user's with the suffix given."""

    def known(value: Any, info: ValidationInfo) -> str:
        if not isinstance(value, str):
            raise ValueError(f"expected the name of a {kind.__name__.lower()}, got {value!r}")
        if or_file and value.endswith(or_file):
            return _existing(value, info)
        try:
            return find(kind, value).id
        except DenshiError as error:
            raise ValueError(str(error)) from None

    return Annotated[str, BeforeValidator(known), WithJsonSchema({"type": "string"})]


def user_file(*suffixes: str, word: str = "") -> Any:
    """Return the type of a field that is a word of denshi or the path of a file with one of the suffixes."""

    def read(value: Any, info: ValidationInfo) -> str:
        if not isinstance(value, str):
            raise ValueError(f"expected a path, got {value!r}")
        if value == word:
            return value
        if not value.lower().removesuffix(".gz").endswith(suffixes):
            raise ValueError(f'"{value}" is neither "{word}" nor a file ending in {", ".join(suffixes)}')
        return _existing(value, info)

    return Annotated[str, BeforeValidator(read), WithJsonSchema({"type": "string"})]


def _existing(value: str, info: ValidationInfo) -> str:
    folder = Path((info.context or {}).get("folder", "."))
    path = Path(value) if Path(value).is_absolute() else folder / value
    if "\x00" in value or not path.is_file():
        raise ValueError(f'there is no file "{value}" beside the scenario')
    return str(path)


def assumed(default: Any, source: str, grade: Grade = "E", date: str = "2026-11", **rules: Any) -> Any:
    """Return a field with a default that says where it comes from."""
    return Field(default=default, json_schema_extra={"source": source, "grade": grade, "date": date}, **rules)


def evidence_of_default(extra: Any) -> Evidence | None:
    """Return the evidence of a field's default, None where the field has none."""
    if isinstance(extra, dict) and "source" in extra:
        return Evidence(str(extra["source"]), str(extra["date"]), extra["grade"])
    return None


SystemName = named(System, or_file=".toml")
ModelName = named(Model, or_file=".json")
SiteName = named(Site)
RegionName = named(Region)
LinkName = named(Link)
TechnologyName = named(Technology)
