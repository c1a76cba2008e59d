"""A chip and its carrier that the catalogue does not hold: the user's own datasheet as a TOML file."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from denshi.catalog.fact import Row
from denshi.catalog.load import find, row
from denshi.catalog.processing import BITS, total_processing_performance
from denshi.catalog.schema import Accelerator, System
from denshi.catalog.user_file import fault_of_name, read_text, shown
from denshi.errors import CatalogError, nearest
from denshi.figure import GRADES

_NOT_VALUES = ("id", "name", "aliases", "evidence")
_OF_THE_TABLE = ("id", "name", "aliases", "source", "date", "grade", "note")
_TEXTS_OF_EVIDENCE = ("source", "date", "grade", "note")
_POSITIVE = (
    *("accelerators", "units_per_rack", "power_kw", "tdp_kw", "memory_bytes", "memory_bytes_per_s", "tpp"),
    *("nic_bytes_per_s", "weight_kg", "height_u", "scaleup_domain"),
)
_COUNTS = ("accelerators", "scaleup_domain", "units_per_rack")
_MOST_COUNTED = 1e6
_LARGEST = 1e21
_HUGE = 10**300  # no float holds much more


def system_from_toml(path: str | Path) -> tuple[System, Accelerator]:
    """Read a chip of one's own, and the node or rack that carries it.

    The file has two tables, ``[accelerator]`` and ``[system]``, with the fields of the catalogue in canonical units.
    A value is a number, or an inline table with ``value``, ``low``, ``high``, ``source``, ``date``, ``grade``. What has
    no source counts as an assumption of grade E out of the user's file. ``tpp`` follows from the rates where it is left
    out. Without ``[accelerator]``, ``system.accelerator`` names one of the catalogue.

    Parameters
    ----------
    path : a TOML file; ``examples/chips/mtia-like.toml`` shows one.

    Returns
    -------
    tuple of System and Accelerator.

    Raises
    ------
    CatalogError : the file cannot be read, or something in it is missing, unknown or senseless; all faults at once.
    """
    place, stem = shown(path), Path(path).stem
    tables = _toml(read_text(path), place)
    default = {"source": f"user's file {Path(path).name}", "date": "undated", "grade": "E"}
    faults: list[str] = []
    accelerator_table = _table(tables, "accelerator", faults, required=False)
    system_table = _table(tables, "system", faults)
    faults += [
        f"[{shown(key)}]: unknown table. {nearest(shown(key), ('accelerator', 'system'))}"
        for key in sorted(set(tables) - {"accelerator", "system"})
    ]
    chip: Accelerator | None = None
    if accelerator_table is not None:
        _add_performance(accelerator_table)
        faults += _faults(Accelerator, accelerator_table, "accelerator")
        chip_id = _id(accelerator_table, stem)
        if system_table is not None:
            system_table["accelerator"] = chip_id
    if system_table is not None:
        faults += _faults(System, system_table, "system")
    if not faults and system_table is not None and accelerator_table is None:
        chip = find(Accelerator, str(_bare(system_table["accelerator"])))
        system_table["accelerator"] = chip.id
    if faults or system_table is None:
        noun = "fault" if len(faults) == 1 else "faults"
        raise CatalogError(
            f"{len(faults)} {noun} in the chip's file\n" + "\n".join(f"  {f}" for f in faults), where=place
        )
    if accelerator_table is not None:
        chip = row(Accelerator, chip_id, {**default, **_body(accelerator_table)}, place)
    if chip is None:
        raise CatalogError("names no accelerator", where=place)
    return row(System, _id(system_table, f"{stem}-system"), {**default, **_body(system_table)}, place), chip


def _toml(text: str, place: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"is not TOML: {shown(error)}", where=place) from None
    except RecursionError:
        raise CatalogError("is nested too deeply to be a datasheet", where=place) from None
    except ValueError:
        raise CatalogError("holds a whole number of thousands of digits", where=place) from None


def _table(tables: Mapping[str, Any], name: str, faults: list[str], required: bool = True) -> dict[str, Any] | None:
    table = tables.get(name)
    if table is None:
        if required:
            faults.append(f"[{name}]: table is missing")
        return None
    if not isinstance(table, dict):
        faults.append(f"{name}: expected a table, got {type(table).__name__}")
        return None
    return dict(table)


def _faults(type_: type[Row], table: Mapping[str, Any], name: str) -> list[str]:
    declared = {field.name: field.type for field in fields(type_) if field.name not in _NOT_VALUES}
    faults = [
        f"{name}.{shown(key)}: unknown. {nearest(shown(key), declared)}"
        for key in sorted(set(table) - set(declared) - set(_OF_THE_TABLE))
    ]
    faults += [
        f"{name}.{key}: missing"
        for key, kind in declared.items()
        if key not in table and type(None) not in get_args(kind)
    ]
    for key in _OF_THE_TABLE:
        if key in table:
            faults += _fault_of_text(f"{name}.{key}", key, table[key])
    for key, kind in declared.items():
        if key in table:
            faults += _fault_of_value(f"{name}.{key}", key, kind, table[key])
    return faults


def _fault_of_text(path: str, key: str, value: Any) -> list[str]:
    if key == "aliases":
        fine = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return [] if fine else [f"{path}: expected a list of texts"]
    fault = fault_of_name(value) if key in ("id", "name") else ""
    if fault or not isinstance(value, str) or not value.strip():
        return [f"{path}: {fault or 'expected a text'}"]
    return [f'{path}: grade "{shown(value)}" is none of A to E'] if key == "grade" and value not in GRADES else []


def _fault_of_value(path: str, key: str, kind: Any, raw: Any) -> list[str]:
    own = raw if isinstance(raw, dict) else {"value": raw}
    faults = [
        f"{path}.{shown(word)}: unknown" for word in sorted(set(own) - {"value", "low", "high", *_TEXTS_OF_EVIDENCE})
    ]
    faults += [
        fault
        for word in _TEXTS_OF_EVIDENCE
        if word in own
        for fault in _fault_of_text(f"{path}.{word}", word, own[word])
    ]
    if "value" not in own:
        return [*faults, f"{path}: has no value"]
    if kind is str or str in get_args(kind):
        fault = fault_of_name(own["value"])
        return [*faults, f"{path}: {fault}"] if fault else faults
    numbers = {word: own[word] for word in ("value", "low", "high") if word in own}
    faults += [fault for word, number in numbers.items() for fault in _fault_of_number(path, key, number)]
    if not faults and not numbers.get("low", -math.inf) <= numbers["value"] <= numbers.get("high", math.inf):
        faults.append(f"{path}: {numbers['value']:g} is not between its low and its high")
    return faults


def _fault_of_number(path: str, key: str, number: Any) -> list[str]:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return [f"{path}: expected a number in the unit of the field's name, got {number!r:.40}"]
    most = 1.0 if key.endswith("_fraction") else _MOST_COUNTED if key in _COUNTS else _LARGEST
    if not (0 <= number <= most) or (number == 0 and key in _POSITIVE):
        said = f"{number:g}" if isinstance(number, float) or abs(number) < _HUGE else "a huge number"
        return [f"{path}: {said} is outside {'above ' if key in _POSITIVE else ''}0 to {most:g}"]
    if key in _COUNTS and number != int(number) and not (key == "units_per_rack" and number < 1):
        # a unit may take several racks: then less than one of it stands in each
        return [f"{path}: {number:g} is not a whole number"]
    return []


def _add_performance(table: dict[str, Any]) -> None:
    rates = {field: _bare(table.get(field)) for field in BITS}
    known = {key: float(rate) for key, rate in rates.items() if isinstance(rate, int | float) and 0 < rate <= _LARGEST}
    if "tpp" not in table and known:
        table["tpp"] = {
            "value": total_processing_performance(known),
            "source": "largest dense rate times bit length",
            "grade": "D",
        }


def _bare(raw: Any) -> Any:
    return raw.get("value") if isinstance(raw, dict) else raw


def _id(table: Mapping[str, Any], otherwise: str) -> str:
    return str(table.get("id", otherwise))


def _body(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key != "id"}
