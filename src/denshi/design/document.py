"""The design as a JSON document: what ``design.json`` holds and what the report is drawn from."""

import hashlib
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from denshi import __version__
from denshi.catalog import Row
from denshi.design.binding import binding
from denshi.design.facts import row_at
from denshi.design.headlines import headlines
from denshi.design.notices import notices
from denshi.design.paths import expand, placed, plain, resolve
from denshi.design.record import ROOMS, SCHEMA_VERSION, Design
from denshi.design.trace import summary
from denshi.errors import FileError
from denshi.figure import Evidence
from denshi.scenario import Scenario, evidence_of
from denshi.units import show


def document(design: Design) -> dict[str, Any]:
    """Return the whole design as JSON can hold it: canonical units, fractions, every figure with its formula."""
    facts = design.catalog
    return {
        "schema_version": SCHEMA_VERSION,
        "denshi": __version__,
        "scenario": _asked(design),
        "site": _row(facts.site),
        "region": _row(facts.region),
        "system": _row(facts.system),
        "accelerator": _row(facts.accelerator),
        "headlines": headlines(design),
        "binding": binding(design),
        "notices": notices(design),
        "iterations": plain(design.iterations),
        **{room: plain(getattr(design, room), _rounded) for room in ROOMS},
        "figures": {path: _declared(path, figure) for path, figure in design.figures().items()},
        **_evidence(design),
    }


def read_document(path: Path) -> dict[str, Any]:
    """Read a design.json.

    Raises
    ------
    FileError : it is no design.json of this version.
    """
    try:
        page = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise FileError(f'"{path}" cannot be read as JSON', why=str(error)) from None
    needed = {"scenario", "headlines", "binding", "notices", "figures", "facts", *ROOMS}
    if not isinstance(page, dict) or page.get("schema_version") != SCHEMA_VERSION or not needed <= page.keys():
        raise FileError(f'"{path}" is no design.json of schema version {SCHEMA_VERSION}')
    return page


def run_record(
    scenario: Path, variant: str | None, settings: Sequence[str], design: Design, page: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is needed to repeat a run: versions, hashes of every file read, solver and tolerances."""
    libraries = ("numpy", "scipy", "pydantic", "highspy", "pvlib")
    files = _files_of(design.scenario)
    return {
        "schema_version": SCHEMA_VERSION,
        "denshi": __version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "platform": sys.platform,
        "libraries": {name: version(name) for name in libraries},
        "scenario": scenario.name.encode("utf-8", "replace").decode(),
        "files_sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (scenario, *files)},
        "catalog_sha256": _catalog_hash(),
        "variant": variant,
        "settings": list(settings),
        "seed": "derived from the ids of the weather station and of the supply area",
        "solver": {k: page["energy"][k] for k in ("method", "residual_primal", "residual_dual", "residual_gap")},
    }


def _files_of(scenario: Scenario) -> tuple[Path, ...]:
    """Return the user's own files that a scenario names."""
    names = [scenario.site.weather, scenario.energy.profile, scenario.compute.system]
    named = [Path(name) for name in (*names, *(workload.model for workload in scenario.workload)) if name]
    return tuple(path for path in named if path.suffix and path.is_file())


def room_figures(design: Design, room: str, kind: str, prefixes: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return the figures of one room, those of one kind of workload where ``kind`` is given."""
    root = design.root()
    found: dict[str, dict[str, Any]] = {}
    for path, figure in design.figures().items():
        parts = path.split(".")
        if parts[0] != room or not parts[-1].startswith(prefixes):
            continue
        if kind and design.workload[int(parts[1])].kind != kind:
            continue
        value = summary(resolve(root, path))
        found[path] = {
            "value": value,
            "unit": figure.unit,
            "formula": figure.formula,
            "shown": _in_a_line(value, figure.unit),
        }
    return found


_MOST_PARTS = 3


def _in_a_line(value: Any, unit: str) -> str:
    """Return a value as a reader takes it in: a number with its unit, hours by mean and ends, many entries counted."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        return show(float(value), unit)
    if isinstance(value, Mapping) and set(value) == {"mean", "min", "max", "n"}:
        mean, low, high = (show(float(value[key]), unit) for key in ("mean", "min", "max"))
        return f"{mean} ({low} to {high})"
    if isinstance(value, Mapping):
        named = [f"{key} {_in_a_line(part, unit)}" for key, part in list(value.items())[:_MOST_PARTS]]
        return ", ".join([*named, "…"] if len(value) > _MOST_PARTS else named) or "none"
    if isinstance(value, list | tuple):
        plain = all(isinstance(part, float | int | str) for part in value)
        if plain and len(value) <= _MOST_PARTS:
            return ", ".join(_in_a_line(part, unit) for part in value) or "none"
        return f"{len(value):,} entries"
    return str(value)


def _asked(design: Design) -> dict[str, Any]:
    asked: dict[str, Any] = design.scenario.model_dump(mode="json")
    for table, key in ((asked["site"], "weather"), (asked["energy"], "profile"), (asked["compute"], "system")):
        table[key] = _without_folder(table[key])
    for workload in asked["workload"]:
        workload["model"] = _without_folder(workload["model"])
    return asked


def _without_folder(name: str | None) -> str | None:
    """A user's file is named without the folder it stands in: that is his, and differs from machine to machine."""
    return None if name is None else Path(name).name


def _row(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = plain(row)
    values.pop("evidence")
    return values


def _declared(path: str, figure: Any) -> dict[str, Any]:
    own = int(path.split(".")[1]) if path.startswith("workload.") else None
    of = [placed(part, own) for part in figure.of]
    return {"unit": figure.unit, "formula": figure.formula, "of": of, "source": figure.source, "grade": "D"}


def _evidence(design: Design) -> dict[str, Any]:
    """Return the facts and the defaults that the figures name, each with its evidence."""
    root = design.root()
    paths = {
        one
        for path, figure in design.figures().items()
        for part in figure.of
        if part.startswith(("catalog.", "scenario."))
        for one in _expanded(root, placed(part, int(path.split(".")[1]) if path.startswith("workload.") else None))
    }
    facts: dict[str, Any] = {}
    assumed: dict[str, Any] = {}
    for path in sorted(paths):
        value = _or_none(root, path)
        if path.startswith("catalog."):
            row = row_at(design.catalog, path)
            proof = row and (row.evidence.get(path.split(".")[-1]) or row.evidence.get("value"))
            if proof:
                facts[path] = _proof(value, proof, getattr(row, "unit", ""))
        else:
            default = evidence_of(design.scenario, path)
            if default:
                assumed[path] = _proof(value, default, "")
    return {"facts": facts, "assumed": assumed}


def _expanded(root: Any, path: str) -> tuple[str, ...]:
    try:
        return expand(root, path)
    except KeyError:
        return (path,)


def _proof(value: Any, proof: Evidence, unit: str) -> dict[str, Any]:
    return {
        "value": summary(value),
        "unit": unit,
        "source": proof.source,
        "date": proof.date,
        "grade": proof.grade,
        "low": proof.low,
        "high": proof.high,
        "note": proof.note,
    }


def _or_none(root: Any, path: str) -> Any:
    try:
        return resolve(root, path)
    except KeyError:
        return None


def _rounded(array: Any) -> Any:
    """Round a series to 6 significant digits: no chart shows more, and the document stays small."""
    import numpy as np

    if array.ndim == 0 or array.dtype.kind != "f":
        return array
    size = np.floor(np.log10(np.maximum(np.abs(array), 1e-300)))
    scale = 10.0 ** np.clip(5 - size, -300, 300)
    return np.where(array == 0, 0.0, np.round(array * scale) / scale)


def _catalog_hash() -> str:
    from importlib.resources import files

    digest = hashlib.sha256()
    data = Path(str(files("denshi.catalog").joinpath("data")))
    for path in sorted(data.rglob("*")):
        if path.is_file():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
