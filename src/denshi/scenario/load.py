"""Read a scenario file: all its faults at once, each with file and line."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from denshi.errors import Fault, FileError, ScenarioError, UsageError, nearest
from denshi.figure import Evidence
from denshi.scenario.lines import line_of, lines_by_path
from denshi.scenario.quantity import Quantity, evidence_of_default
from denshi.scenario.schema import Scenario, Table

_LARGEST_FILE_BYTES = 4_000_000
_VARIANTS = "variant"


@dataclass(frozen=True, slots=True)
class _Source:
    """A file as it was read: its name, its text as a tree, the line of each key."""

    name: str
    folder: Path
    tree: dict[str, Any]
    lines: Mapping[str, int]


def load(path: str | Path, variant: str | None = None, settings: Sequence[str] = ()) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    path : a TOML file.
    variant : name of a ``[variant.…]`` table of the file to lay over it.
    settings : ``dotted.path=value`` texts to lay over both; the value is read as TOML, else as text.

    Raises
    ------
    FileError : the file cannot be read as text.
    ScenarioError : the file has faults; all of them are named.
    UsageError : the variant or a setting is not one.
    """
    source = _read(Path(path))
    scenario = _validated(source, variant, settings)
    if variant is None:
        _check_variants(source)
    return scenario


def _validated(source: _Source, variant: str | None, settings: Sequence[str]) -> Scenario:
    tree = dict(source.tree)
    variants = tree.pop(_VARIANTS, {})
    changes = _variant(variants, variant, source) | dict(_setting(text) for text in settings)
    for dotted, value in changes.items():
        _lay_over(tree, dotted, value, source)
    try:
        return Scenario.model_validate(tree, context={"folder": source.folder})
    except ValidationError as error:
        raise ScenarioError(_faults(error, source)) from None


def variants_of(path: str | Path) -> tuple[str, ...]:
    """Return the names of the variants that a scenario file holds."""
    variants = _read(Path(path)).tree.get(_VARIANTS, {})
    return tuple(variants) if isinstance(variants, dict) else ()


def _read(path: Path) -> _Source:
    shown = str(path)
    if not _exists(path):
        raise FileError(f'there is no file "{shown[:200]}"', mend="Check the path")
    if path.is_dir():
        raise FileError(f'"{shown}" is a directory', mend="Name a scenario file such as examples/hyperion.toml")
    try:
        raw = path.read_bytes() if path.stat().st_size <= _LARGEST_FILE_BYTES else None
    except OSError as error:
        raise FileError(f'"{shown}" cannot be read', why=error.strerror or "") from None
    if raw is None:
        raise FileError(f'"{shown}" is larger than 4 MB', why="no scenario is that long")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileError(f'"{shown}" is not UTF-8', where=f"byte {error.start}", mend="Save it as UTF-8") from None
    if not text.strip():
        raise FileError(f'"{shown}" is empty', mend="Begin from one of the examples")
    try:
        tree = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        fault = Fault(shown, int(found[1]) if found else 0, "", f"not TOML: {error}")
        raise ScenarioError([fault]) from None
    return _Source(shown, path.resolve().parent, tree, lines_by_path(text))


def _exists(path: Path) -> bool:
    """Return whether a path exists; one that no file system could hold does not."""
    try:
        return "\x00" not in str(path) and path.exists()
    except OSError:
        return False


def _variant(variants: Any, name: str | None, source: _Source) -> dict[str, Any]:
    if name is None:
        return {}
    if not isinstance(variants, dict) or name not in variants:
        known = variants if isinstance(variants, dict) else ()
        raise UsageError(f'{source.name} has no variant "{name}"', mend=nearest(name, known) if known else "")
    return dict(_flat(variants[name]))


def _check_variants(source: _Source) -> None:
    """A variant is checked with the file, so that its faults do not wait for the day it is used."""
    faults: list[Fault] = []
    variants = source.tree.get(_VARIANTS, {})
    for name in variants if isinstance(variants, dict) else ():
        line = line_of(f"{_VARIANTS}.{name}", source.lines)
        try:
            _validated(source, name, ())
        except ScenarioError as error:
            faults += [Fault(f.file, line, f"{_VARIANTS}.{name}: {f.path}", f.what, f.mend) for f in error.faults]
        except UsageError as error:
            faults.append(Fault(source.name, line, f"{_VARIANTS}.{name}", error.what, error.mend))
    if faults:
        raise ScenarioError(faults)


def _flat(table: Any, head: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted path and value; a nested table and a dotted key say the same."""
    if not isinstance(table, dict):
        raise UsageError("a variant is a table of dotted paths and values")
    for key, value in table.items():
        path = f"{head}.{key}" if head else key
        if isinstance(value, dict) and not path.endswith("parallelism"):
            yield from _flat(value, path)
        else:
            yield path, value


def _setting(text: str) -> tuple[str, Any]:
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise UsageError(f'"{text}" is not of the form dotted.path=value', where="--set")
    try:
        return path.strip(), tomllib.loads(f"value = {value.strip()}")["value"]
    except (ValueError, RecursionError):
        return path.strip(), value.strip()


def _lay_over(tree: dict[str, Any], dotted: str, value: Any, source: _Source) -> None:
    *heads, last = dotted.split(".")
    holder: Any = tree
    for part in heads:
        if isinstance(holder, dict):
            copied = holder.get(part, {})
            holder[part] = dict(copied) if isinstance(copied, dict) else list(copied) if _is_list(copied) else copied
            holder = holder[part]
        elif _is_list(holder) and _is_index(part, holder) and isinstance(holder[int(part)], dict):
            holder[int(part)] = dict(holder[int(part)])
            holder = holder[int(part)]
        else:
            raise UsageError(f'"{dotted}" leads nowhere in {source.name}', why=f'"{part}" is no table there')
    if isinstance(holder, dict):
        holder[last] = value
    elif _is_list(holder) and _is_index(last, holder):
        holder[int(last)] = value
    else:
        raise UsageError(f'"{dotted}" leads nowhere in {source.name}')


def _is_index(part: str, holder: Sequence[Any]) -> bool:
    return part.isascii() and part.isdecimal() and len(part) < 6 and int(part) < len(holder)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _faults(error: ValidationError, source: _Source) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        path = _path(detail)
        what, mend = _words(detail, path)
        yield Fault(source.name, line_of(path, source.lines), path, what, mend)


def _path(detail: ErrorDetails) -> str:
    """Return the dotted path of an error; the tag of a workload's kind is no part of it."""
    parts = [str(part) for part in detail["loc"]]
    if len(parts) > 2 and parts[0] == "workload" and parts[2] in ("training", "serving"):
        del parts[2]
    return ".".join(part for part in parts if not part.startswith(("function-", "constrained-", "tagged-", "dict[")))


def _words(detail: ErrorDetails, path: str) -> tuple[str, str]:
    kind, message = detail["type"], detail["msg"].removeprefix("Value error, ")
    key = path.rsplit(".", maxsplit=1)[-1]
    if kind == "extra_forbidden":
        return f'unknown key "{key}"', nearest(key, _keys_beside(path))
    if kind == "missing":
        return f'"{key}" is missing', ""
    if kind.startswith("union_tag"):
        return 'a workload needs kind = "training" or kind = "serving"', ""
    shown = repr(detail.get("input"))
    if kind == "value_error" or len(shown) > 80:
        return message, ""
    return f"{message[0].lower()}{message[1:]}, got {shown}", ""


def _keys_beside(path: str) -> tuple[str, ...]:
    """Return the keys that the schema knows in the table where a path ends."""
    parts = path.split(".")[:-1]
    tables: list[Any] = [Scenario]
    for part in parts:
        if part.isdigit():
            continue
        tables = [inner for t in tables if part in t.model_fields for inner in _tables(t.model_fields[part].annotation)]
    return tuple(key for table in tables for key in table.model_fields)


def _tables(annotation: Any) -> Iterator[type[Table]]:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        yield annotation
    for part in get_args(annotation):
        yield from _tables(part)


def evidence_of(scenario: Scenario, path: str) -> Evidence | None:
    """Return the evidence of a default; None where the user wrote the value himself.

    Parameters
    ----------
    path : "scenario.finance.discount_rate".
    """
    holder: Any = scenario
    evidence: Evidence | None = None
    for part in path.split(".")[1:]:
        if isinstance(holder, tuple) and part.isdigit() and int(part) < len(holder):
            holder = holder[int(part)]
        elif isinstance(holder, Table) and part in type(holder).model_fields:
            field = type(holder).model_fields[part]
            evidence = None if part in holder.model_fields_set else evidence_of_default(field.json_schema_extra)
            holder = getattr(holder, part)
    return evidence


def unit_of(scenario: Scenario, path: str) -> str:
    """Return the canonical unit of a value of the scenario, "" where it has none."""
    holder: Any = scenario
    unit = ""
    for part in path.split(".")[1:]:
        if isinstance(holder, tuple) and part.isdigit() and int(part) < len(holder):
            holder = holder[int(part)]
        elif isinstance(holder, Table) and part in type(holder).model_fields:
            field = type(holder).model_fields[part]
            marks = (*field.metadata, *_marks(field.annotation))
            unit = next((mark.unit for mark in marks if isinstance(mark, Quantity)), "")
            holder = getattr(holder, part)
    return unit


def _marks(annotation: Any) -> Iterator[Any]:
    yield from getattr(annotation, "__metadata__", ())
    for part in get_args(annotation):
        yield from _marks(part)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Scenario.model_json_schema()
