"""Field types of the scenario: a quantity with a unit, a name of the catalogue, a file of the user's.

Each is a mark in an annotation, ``Annotated[float, Quantity("kW")]``, that pydantic asks how to read a value. Each
default carries its source and grade, so that ``denshi trace`` can show where it stands.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from denshi.catalog import Row, find
from denshi.errors import DenshiError
from denshi.figure import Evidence, Grade
from denshi.units import parse


@dataclass(frozen=True, slots=True)
class Quantity:
    """A field that takes "2 GW" or a bare number and holds a canonical number."""

    unit: str

    def read(self, value: Any) -> float:
        """Return the canonical number."""
        try:
            return parse(value, self.unit)
        except DenshiError as error:
            raise ValueError(str(error)) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read first, then apply what the field asks of a number."""
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Editors see a number or a text with a unit."""
        unit = "a fraction or %" if self.unit == "1" else self.unit
        return {"anyOf": [{"type": "number"}, {"type": "string"}], "description": f"quantity in {unit}"}


@dataclass(frozen=True, slots=True)
class Named:
    """A field that names a row of the catalogue or, where a suffix is given, a file of the user's."""

    kind: type[Row]
    or_file: str = ""

    def read(self, value: Any, info: ValidationInfo) -> str:
        """Return the canonical id, or the path of the file."""
        if not isinstance(value, str):
            raise ValueError(f"expected the name of a {self.kind.__name__.lower()}, got {value!r}")
        if self.or_file and value.endswith(self.or_file):
            return _existing(value, info)
        try:
            return find(self.kind, value).id
        except DenshiError as error:
            raise ValueError(str(error)) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Look the name up before anything else."""
        return core_schema.with_info_before_validator_function(self.read, handler(source))


@dataclass(frozen=True, slots=True)
class UserFile:
    """A field that takes a word of denshi or the path of a file with one of the suffixes."""

    word: str
    suffixes: tuple[str, ...]

    def read(self, value: Any, info: ValidationInfo) -> str:
        """Return the word, or the path of the file."""
        if not isinstance(value, str):
            raise ValueError(f"expected a path, got {value!r}")
        if self.word and value == self.word:
            return value
        if not value.lower().endswith(self.suffixes):
            word = f'neither "{self.word}" nor' if self.word else "not"
            raise ValueError(f'"{value}" is {word} a file ending in {", ".join(self.suffixes)}')
        return _existing(value, info)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Find the file before anything else."""
        return core_schema.with_info_before_validator_function(self.read, handler(source))


def _existing(value: str, info: ValidationInfo) -> str:
    folder = Path((info.context or {}).get("folder", "."))
    try:
        there = "\x00" not in value and (folder / value).is_file()
    except OSError:
        there = False
    if not there:
        raise ValueError(f'there is no file "{value[:200]}" beside the scenario')
    return str(folder / value)


def assumed(default: Any, source: str, grade: Grade = "E", date: str = "2026-11", **rules: Any) -> Any:
    """Return a field with a default that says where it comes from."""
    return Field(default=default, json_schema_extra={"source": source, "grade": grade, "date": date}, **rules)


def evidence_of_default(extra: Any) -> Evidence | None:
    """Return the evidence of a field's default, None where the field has none."""
    if isinstance(extra, dict) and "source" in extra:
        return Evidence(str(extra["source"]), str(extra["date"]), extra["grade"])
    return None
