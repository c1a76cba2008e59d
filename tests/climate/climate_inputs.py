"""Inputs of the climate room, built from the catalogue as the pipeline does."""

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from denshi.catalog import Assumption, Region, Site, find
from denshi.catalog.normals import supply_normals, weather_normals
from denshi.climate import ClimateInput, FileClimateInput
from denshi.figure import inputs

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def given(site: str = "meta-hyperion", **other: Any) -> ClimateInput:
    place = find(Site, site)
    values = _common(site) | {
        "normals": weather_normals(place.climate or ""),
        "elevation_m": place.elevation_m,
        "distance_m": place.climate_distance_m,
    }
    return ClimateInput(**(_constants(ClimateInput) | values | other))


def given_file(path: Path, site: str = "meta-hyperion", **other: Any) -> FileClimateInput:
    values = _common(site) | {"weather": str(path), "elevation_m": find(Site, site).elevation_m}
    return FileClimateInput(**(_constants(FileClimateInput) | values | other))


def _common(site: str) -> dict[str, Any]:
    place = find(Site, site)
    region = find(Region, place.region)
    return {
        "profile": None,
        "supply_normals": supply_normals(region.profile) if region.profile else None,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "solar_capacity_factor": region.solar_capacity_factor,
        "wind_capacity_factor": region.wind_capacity_factor,
        "clean_fraction": region.clean_fraction,
        "region_id": region.id,
        "price_usd_per_kwh": region.price_usd_per_kwh,
    }


def _constants(record: type) -> dict[str, float]:
    paths = {name: g.path for name, g in inputs(record).items() if g.path.startswith("catalog.assumptions.")}
    return {name: find(Assumption, path.rpartition(".")[2]).value for name, path in paths.items()}


@cache
def tool(name: str) -> ModuleType:
    """Load one of the fitting tools, which import each other by name."""
    if str(TOOLS) not in sys.path:
        sys.path.insert(0, str(TOOLS))
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


COLUMNS = ("dry_bulb_c", "wet_bulb_c", "pressure_pa", "wind_m_per_s", "ghi_w_per_m2", "dni_w_per_m2", "dhi_w_per_m2")


def write_csv(path: Path, year: Any, columns: tuple[str, ...] = COLUMNS) -> Path:
    """Write a year as the CSV that the reader takes."""
    table = np.maximum(np.stack([getattr(year, name) for name in columns], axis=1), -99.0)
    text = "\n".join(",".join(f"{value:.6g}" for value in row) for row in table)
    path.write_text(",".join(columns) + "\n" + text + "\n", encoding="utf-8")
    return path
