"""Compact normals: the numbers from which an hourly year of weather or of a supply fleet is generated.

A file holds about a thousand integers. ``_WEATHER`` and ``_SUPPLY`` say which field has which shape and which step:
the integer times the step is the value. Hours are in local standard time. Beside the numbers stands how far the
generated year is from the one they were taken from.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from denshi.catalog.fact import Row
from denshi.errors import CatalogError, nearest
from denshi.figure import Evidence

Array = NDArray[np.float64]

# Probabilities of the stored quantiles; 0 and 1 are the lowest and the highest hour (or day) of the month.
P13 = (0.0, 0.005, 0.02, 0.08, 0.2, 0.35, 0.5, 0.65, 0.8, 0.92, 0.98, 0.995, 1.0)
P9 = (0.0, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 1.0)
P7 = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)

_Layout = Mapping[str, tuple[tuple[int, ...], float]]

WEATHER_LAYOUT: _Layout = MappingProxyType({
    "dry_bulb_quantiles_c": ((12, 13), 0.1),
    "wet_bulb_quantiles_c": ((12, 13), 0.1),
    "depression_quantiles_k": ((12, 9), 0.1),
    "wind_quantiles_m_per_s": ((12, 13), 0.1),
    "harmonics": ((3, 12, 4), 0.01),
    "residual_deviation": ((3, 12), 0.01),
    "lag_one": ((3,), 0.001),
    "residual_correlation": ((1,), 0.01),
    "clear_day_gain": ((12,), 0.01),
    "daily_memory": ((4, 4, 4), 0.01),
    "daily_innovation": ((4, 10), 0.01),
    "pressure_mean_pa": ((12,), 10.0),
    "pressure_deviation_pa": ((1,), 10.0),
    "daily_clearness_quantiles": ((12, 9), 0.01),
    "hourly_clearness_quantiles": ((12, 9), 0.01),
    "ghi_wh_per_m2": ((12,), 100.0),
    "dhi_wh_per_m2": ((12,), 100.0),
    "dni_quantiles_w_per_m2": ((12, 9), 5.0),
})  # fmt: skip

SUPPLY_LAYOUT: _Layout = MappingProxyType({
    "wind_quantiles": ((12, 13), 0.001),
    "clean_quantiles": ((12, 13), 0.001),
    "harmonics": ((2, 12, 4), 0.01),
    "residual_deviation": ((2, 12), 0.01),
    "lag_one": ((2,), 0.001),
    "residual_correlation": ((1,), 0.01),
    "daily_memory": ((4, 3, 3), 0.01),
    "daily_innovation": ((4, 6), 0.01),
    "solar_mean": ((12, 24), 0.001),
    "solar_daily_quantiles": ((12, 7), 0.01),
    "solar_noise": ((1,), 0.01),
    "solar_quantiles": ((12, 13), 0.001),
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeatherNormals(Row):
    """Monthly statistics of one weather station's typical year.

    Three variables share the engine, in this order: dry bulb, wet bulb, wind; a fourth, the day's clearness, joins them
    in the autoregression over days. The depression is dry minus wet bulb. ``wind_quantiles_m_per_s`` is None where the
    station gives no wind. ``errors`` is generated minus source year, by name of the quantity.
    """

    latitude: float
    longitude: float
    elevation_m: float
    utc_offset_h: float
    dry_bulb_quantiles_c: Array
    wet_bulb_quantiles_c: Array
    depression_quantiles_k: Array
    wind_quantiles_m_per_s: Array | None
    harmonics: Array
    residual_deviation: Array
    lag_one: Array
    residual_correlation: Array
    clear_day_gain: Array
    daily_memory: Array
    daily_innovation: Array
    pressure_mean_pa: Array
    pressure_deviation_pa: Array
    daily_clearness_quantiles: Array
    hourly_clearness_quantiles: Array
    ghi_wh_per_m2: Array
    dhi_wh_per_m2: Array
    dni_quantiles_w_per_m2: Array
    errors: Mapping[str, float]

    # Arrays have no single truth value: normals are the same only if they are the same object.
    __eq__ = object.__eq__
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SupplyNormals(Row):
    """Monthly statistics of the wind and solar fleets and of the clean share of one balancing authority.

    Generation is over its highest hour of the year, so it is a shape and no capacity factor. Wind and clean share
    share the engine, in this order; the day's solar multiplier joins them in the autoregression over days. A fleet
    that the area does not have is None. ``seed`` is the best of 64, ``errors`` is generated minus source year.
    """

    utc_offset_h: float
    seed: int
    wind_quantiles: Array | None
    clean_quantiles: Array
    harmonics: Array
    residual_deviation: Array
    lag_one: Array
    residual_correlation: Array
    daily_memory: Array
    daily_innovation: Array
    solar_mean: Array | None
    solar_daily_quantiles: Array | None
    solar_noise: Array
    solar_quantiles: Array | None
    errors: Mapping[str, float]

    # Arrays have no single truth value: normals are the same only if they are the same object.
    __eq__ = object.__eq__
    __hash__ = object.__hash__


@cache
def weather_normals(id_: str) -> WeatherNormals:
    """Return the packaged normals of a weather station.

    Raises
    ------
    CatalogError : no station has that id; the message names the nearest.

    >>> weather_normals("la-monroe-regional-ap").elevation_m
    40.0
    """
    return weather_from(_read("climate", id_, "weather station"))


@cache
def supply_normals(id_: str) -> SupplyNormals:
    """Return the packaged normals of a balancing authority's fleets.

    Raises
    ------
    CatalogError : no area has that id; the message names the nearest.

    >>> supply_normals("miso").utc_offset_h
    -6.0
    """
    return supply_from(_read("supply", id_, "supply area"))


@cache
def weather_stations() -> tuple[WeatherNormals, ...]:
    """Return the normals of every packaged weather station, by id."""
    return tuple(weather_normals(id_) for id_ in _ids("climate"))


def weather_from(body: Mapping[str, Any]) -> WeatherNormals:
    """Build a station's normals from the content of its file."""
    values = _values(body, WEATHER_LAYOUT)
    values["daily_innovation"] = symmetric(values["daily_innovation"])
    place: dict[str, Any] = {key: float(body[key]) for key in ("latitude", "longitude", "elevation_m", "utc_offset_h")}
    return WeatherNormals(**_of_the_row(body, (*values, *place)), **place, **values, errors=_errors(body))


def supply_from(body: Mapping[str, Any]) -> SupplyNormals:
    """Build an area's normals from the content of its file."""
    values = _values(body, SUPPLY_LAYOUT)
    values["daily_innovation"] = symmetric(values["daily_innovation"])
    values |= {"utc_offset_h": float(body["utc_offset_h"]), "seed": int(body["seed"])}
    return SupplyNormals(**_of_the_row(body, tuple(values)), **values, errors=_errors(body))


def symmetric(triangles: Array) -> Array:
    """Return symmetric matrices from their lower triangles, row by row: shape (n, k(k+1)/2) to (n, k, k)."""
    k = int((np.sqrt(8 * triangles.shape[1] + 1) - 1) / 2)
    rows, columns = np.tril_indices(k)
    full = np.zeros((len(triangles), k, k))
    full[:, rows, columns] = full[:, columns, rows] = triangles
    return full


def _read(folder: str, id_: str, noun: str) -> Mapping[str, Any]:
    if id_ not in _ids(folder):
        raise CatalogError(f'no {noun} is called "{id_}"', where=f"catalog.{folder}", mend=nearest(id_, _ids(folder)))
    text = files("denshi.catalog").joinpath("data", folder, f"{id_}.json").read_text(encoding="utf-8")
    return cast(Mapping[str, Any], json.loads(text))


@cache
def _ids(folder: str) -> tuple[str, ...]:
    data = files("denshi.catalog").joinpath("data", folder)
    return tuple(sorted(part.name.removesuffix(".json") for part in data.iterdir() if part.name.endswith(".json")))


def _values(body: Mapping[str, Any], layout: _Layout) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, (shape, step) in layout.items():
        stored = body["numbers"][name]
        if stored is not None:
            stored = np.array(stored, dtype=float).reshape(shape) * step
            stored.flags.writeable = False
        values[name] = stored
    return values


def _of_the_row(body: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    proof = Evidence(str(body["source"]), str(body["date"]), body["grade"], note=str(body.get("note", "")))
    return {
        "id": str(body["id"]),
        "name": str(body["name"]),
        "aliases": (),
        "evidence": MappingProxyType(dict.fromkeys(fields, proof)),
    }


def _errors(body: Mapping[str, Any]) -> Mapping[str, float]:
    return MappingProxyType({key: float(value) for key, value in body["errors"].items()})
