"""Hourly profiles of a region for the energy verbs: packaged fleets, or measured hours from files."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from denshi.catalog import Region, find, rows
from denshi.catalog.normals import supply_normals
from denshi.climate.eia930 import is_generation, read_years
from denshi.climate.fleet import Fleet, synthetic_fleet
from denshi.climate.plant import scaled_to_mean
from denshi.climate.profile import COLUMNS, OPTIONAL, read_profile
from denshi.climate.table import read_table
from denshi.energy.audit import Profile
from denshi.energy.match import Vector
from denshi.errors import CatalogError

HOURS = 8760


def packaged(
    region: Region, solar: float | None, wind: float | None, clean: float | None, seed: int | None = None
) -> Profile:
    """Return the synthetic year of a region's fleets at given means.

    Raises
    ------
    CatalogError : the region has no packaged fleet.
    """
    if region.profile is None:
        have = sorted(row.id for row in rows("regions").values() if isinstance(row, Region) and row.profile)
        raise CatalogError(
            f"{region.name} has no packaged hourly profile",
            where=f"catalog.regions.{region.id}",
            mend=f"Give your own with --profile, or take a region that has one: {', '.join(have)}",
        )
    normals = supply_normals(region.profile)
    year = next(iter(normals.evidence.values())).date
    fleet = synthetic_fleet(normals, seed)
    return _scaled(f"{normals.name} {year}, synthetic year of the fleets", fleet, solar, wind, clean, region.id)


def of_files(
    paths: list[Path],
    area: str | None,
    solar: float | None,
    wind: float | None,
    region: Region,
    notes: list[str] | None = None,
) -> tuple[Profile, ...]:
    """Return the profiles of measured hours: one for each profile of denshi, and one for each calendar year.

    A file is denshi's own profile (``solar_cf``, ``wind_cf``, ``clean_fraction``, 8,760 hours, taken as it stands), or
    generation by fuel as EIA-930 publishes it, as CSV or Parquet, scaled to the capacity factors of the region's fleet.
    Files of generation are put together, so that two of half a year make one; their years are those of UTC. ``notes``
    takes what was done to the hours.

    Raises
    ------
    FileError : a file cannot be read, or is neither; the message says what is missing.
    """
    found: list[Profile] = []
    tables = []
    for path in paths:
        names, lines = read_table(path)
        if set(COLUMNS) <= set(names):
            own = read_profile(path)
            found.append(
                Profile(
                    name=path.name, solar_cf=own.solar_cf, wind_cf=own.wind_cf, grid_clean_fraction=own.clean_fraction
                )
            )
        else:
            tables.append((path, names, lines))
    own_area = area or region.profile or ""
    for one in read_years(tables, own_area) if tables else ():
        label = f"{own_area.upper()} {one.year}, measured".strip()
        found.append(_scaled(label, one.fleet, solar, wind, None, region.id))
        if notes is not None:
            notes += [f"{label}: {note}" for note in one.notes]
    return tuple(found)


def own_columns(path: Path) -> Mapping[str, Vector]:
    """Return hourly prices and carbon of a profile of denshi's own form; none where the file is of another.

    Raises
    ------
    FileError : it cannot be read.
    """
    names, _ = read_table(path)
    if not set(COLUMNS) <= set(names):
        return {}
    own = read_profile(path)
    return {name: values for name in OPTIONAL if (values := getattr(own, name)) is not None}


def has_generation(paths: list[Path]) -> bool:
    """Say whether one of the files holds generation by fuel, whose years are those of UTC."""
    return any(is_generation(read_table(path)[0]) for path in paths)


def with_means(profile: Profile, name: str, solar: float, wind: float) -> Profile:
    """Return a profile with other capacity factors, clipped at 1; the order of the hours stays."""
    return Profile(
        name=name,
        solar_cf=_at(profile.solar_cf, solar, "solar capacity factor"),
        wind_cf=_at(profile.wind_cf, wind, "wind capacity factor"),
        grid_clean_fraction=profile.grid_clean_fraction,
    )


def region_named(name: str) -> Region:
    """Return a region of the catalogue, by its id or that of its supply area."""
    known = {row.id: row for row in rows("regions").values() if isinstance(row, Region)}
    areas = [row for row in known.values() if row.profile and row.profile.lower() == name.lower()]
    return areas[0] if areas and name not in known else find(Region, name)


def _scaled(
    name: str, fleet: Fleet, solar: float | None, wind: float | None, clean: float | None, where: str
) -> Profile:
    def brought(shape: Vector | None, mean: float | None, what: str) -> Vector:
        if shape is None or mean is None:
            return np.zeros(HOURS) if shape is None else shape
        return _at(shape, mean, f"{where}: {what}")

    return Profile(
        name=name,
        solar_cf=brought(fleet.solar, solar, "solar capacity factor"),
        wind_cf=brought(fleet.wind, wind, "wind capacity factor"),
        grid_clean_fraction=brought(fleet.clean_fraction, clean, "clean share of the grid"),
    )


def _at(shape: Vector, mean: float, where: str) -> Vector:
    if not shape.any():
        return shape
    return np.asarray(scaled_to_mean(lambda k: np.minimum(k * shape, 1.0), mean, where))
