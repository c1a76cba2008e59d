"""A network as the files that PyPSA reads: a folder of CSV files, and a NetCDF file."""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from denshi.export.network import Network, Part, Value, Vector

FOLDER, NETCDF = "network", "network.nc"
_START = datetime(2023, 1, 1)  # a year of 365 days; hours are local standard time
# Attributes that are true or false in PyPSA.
_FLAGS = ("cyclic_state_of_charge",)
# What both formats say of themselves; PyPSA compares it with its own release and reads on.
_RELEASE = "1.0.0"


def write(network: Network, folder: Path) -> dict[str, Mapping[str, int]]:
    """Write both into a folder; return what is in them."""
    rows = write_csv(network, folder / FOLDER)
    return {FOLDER: {"files": len(rows), "rows": sum(rows.values())}, NETCDF: write_netcdf(network, folder / NETCDF)}


def write_csv(network: Network, folder: Path) -> dict[str, int]:
    """Write a folder for ``pypsa.Network.import_from_csv_folder``; return rows by file."""
    folder.mkdir(parents=True)
    _rows(folder / "network.csv", ("name", "pypsa_version"), [(network.name, _RELEASE)])
    times = [str(_START + timedelta(hours=hour)) for hour in range(len(network.weight_h))]
    weights = [f"{value:.9g}" for value in network.weight_h]
    head = ("", "snapshot", "objective", "stores", "generators")
    moments = zip(range(len(times)), times, weights, ["1"] * len(times), weights, strict=True)
    _rows(folder / "snapshots.csv", head, moments)
    count = {"snapshots.csv": len(times)}
    for kind, part in network.parts.items():
        if not part.static:
            continue
        columns = _columns(part)
        lines = [(name, *(_text(key, of.get(key, "")) for key in columns)) for name, of in part.static.items()]
        _rows(folder / f"{kind}.csv", ("name", *columns), lines)
        count[f"{kind}.csv"] = len(lines)
        for attribute, series in part.hourly.items():
            file = f"{kind}-{attribute}.csv"
            cells = [[f"{value:.9g}" for value in values] for values in series.values()]
            _rows(folder / file, ("", *series), zip(range(len(times)), *cells, strict=True))
            count[file] = len(times)
    return count


def write_netcdf(network: Network, path: Path) -> dict[str, int]:
    """Write a file for ``pypsa.Network.import_from_netcdf`` (classic NetCDF); return snapshots and components."""
    from scipy.io import netcdf_file

    hours = len(network.weight_h)
    with netcdf_file(str(path), "w", version=2) as file:
        file.network_name = network.name.encode()
        file.network_pypsa_version = _RELEASE.encode()
        file.meta = b"{}"
        file.createDimension("snapshots", hours)
        for name in ("snapshots", "snapshots_snapshot"):
            _numbers(file, name, ("snapshots",), np.arange(hours, dtype=float), "i4")
        file.variables["snapshots_snapshot"].units = f"hours since {_START}".encode()
        file.variables["snapshots_snapshot"].calendar = b"proleptic_gregorian"
        weights = {"objective": network.weight_h, "stores": np.ones(hours), "generators": network.weight_h}
        for name, values in weights.items():
            _numbers(file, f"snapshots_{name}", ("snapshots",), values, "f8")
        for kind, part in network.parts.items():
            if part.static:
                _component(file, kind, part)
    return {"snapshots": hours, "components": sum(len(part.static) for part in network.parts.values())}


def _component(file: Any, kind: str, part: Part) -> None:
    names = list(part.static)
    _words(file, f"{kind}_i", f"{kind}_i", names)
    for key in _columns(part):
        values = [of.get(key, "") for of in part.static.values()]
        if any(isinstance(value, str) and value for value in values):
            _words(file, f"{kind}_{key}", f"{kind}_i", [str(value) for value in values])
        elif key in _FLAGS:
            _numbers(file, f"{kind}_{key}", (f"{kind}_i",), np.array(values), "i1")
            file.variables[f"{kind}_{key}"].dtype = b"bool"
        else:
            known = [_DEFAULTS[key] if value == "" else value for value in values]
            _numbers(file, f"{kind}_{key}", (f"{kind}_i",), np.array(known, dtype=float), "f8")
    for attribute, series in part.hourly.items():
        label = f"{kind}_t_{attribute}"
        _words(file, f"{label}_i", f"{label}_i", list(series))
        _numbers(file, label, ("snapshots", f"{label}_i"), np.stack(list(series.values()), axis=1), "f8")


# What an attribute is where a component of the same list does not state it.
_DEFAULTS: Mapping[str, float] = {
    "p_max_pu": 1.0,
    "p_min_pu": 0.0,
    "capital_cost": 0.0,
    "marginal_cost": 0.0,
    "lifetime": float("inf"),
    "sign": 1.0,
}


def _words(file: Any, name: str, dimension: str, values: Sequence[str]) -> None:
    """Write texts as rows of bytes of one length."""
    encoded = [value.encode() for value in values]
    width = max(map(len, encoded), default=1) or 1
    if dimension not in file.dimensions:
        file.createDimension(dimension, len(values))
    if f"string{width}" not in file.dimensions:
        file.createDimension(f"string{width}", width)
    variable = file.createVariable(name, "S1", (dimension, f"string{width}"))
    variable._Encoding = b"utf-8"
    variable[:] = np.array([list(value.ljust(width, b"\0")) for value in encoded], dtype=np.uint8).view("S1")


def _numbers(file: Any, name: str, dimensions: tuple[str, ...], values: Vector, kind: str) -> None:
    variable = file.createVariable(name, kind, dimensions)
    variable[:] = values


def _columns(part: Part) -> list[str]:
    return list(dict.fromkeys(key for of in part.static.values() for key in of))


def _text(key: str, value: Value) -> str:
    if key in _FLAGS and value != "":
        return str(bool(value))
    return value if isinstance(value, str) else f"{value:.9g}"


def _rows(path: Path, head: Sequence[str], lines: Any) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(lines)
