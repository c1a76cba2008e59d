"""The facts that one scenario uses, gathered from the catalogue before the first room runs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from denshi.catalog import (
    Accelerator,
    Assumption,
    Engine,
    Equipment,
    Kernels,
    Link,
    Medium,
    Model,
    Price,
    Region,
    Row,
    Rule,
    Site,
    Software,
    Switch,
    System,
    Technology,
    find,
    rows,
)
from denshi.catalog.custom import system_from_toml
from denshi.catalog.huggingface import model_from_config
from denshi.catalog.normals import (
    SupplyNormals,
    WeatherNormals,
    supply_normals,
    weather_normals,
    weather_stations,
)
from denshi.errors import InfeasibleError
from denshi.figure import Evidence
from denshi.scenario import Scenario, ServingWorkload, TrainingWorkload

NEAR_M = 250_000.0
CURRENT_SOFTWARE = "current"
UNMEASURED_KERNELS = "other"
FRONT_END_LINK = "ethernet-400g"
MANAGEMENT_SWITCH = "management-1g"
_EARTH_RADIUS_M = 6_371_000.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What ``catalog.…`` stands for in the paths of one design."""

    accelerator: Accelerator
    kernels: Kernels
    software: Software
    system: System
    site: Site
    region: Region
    link: Link
    front_link: Link
    front_switch: Switch
    management_switch: Switch
    switch: Switch
    media: Mapping[str, Medium]
    models: tuple[Model | None, ...]
    engines: tuple[Engine | None, ...]
    technologies: tuple[Technology, ...]
    equipment: Mapping[str, Equipment]
    rules: tuple[Rule, ...]
    prices: Mapping[str, Price]
    assumptions: Mapping[str, Assumption]
    facility_price_usd_per_kw: Price
    rental_usd_per_hour: Price
    normals: WeatherNormals | None
    supply_normals: SupplyNormals | None


def gather(scenario: Scenario) -> Facts:
    """Look up everything that a scenario names.

    Raises
    ------
    CatalogError : a name or a user's file is not usable.
    InfeasibleError : there are no weather normals within 250 km and no weather file is given.
    """
    system, accelerator = _hardware(scenario.compute.system)
    site = _site(scenario)
    region = find(Region, site.region)
    _check_hours(scenario, region)
    link, front = find(Link, scenario.network.link), find(Link, FRONT_END_LINK)
    prices = cast(Mapping[str, Price], rows("prices"))
    return Facts(
        accelerator=accelerator,
        kernels=find(Kernels, accelerator.kernels or UNMEASURED_KERNELS),
        software=find(Software, CURRENT_SOFTWARE),
        system=system,
        site=site,
        region=region,
        link=link,
        switch=find(Switch, link.switch),
        front_link=front,
        front_switch=find(Switch, front.switch),
        management_switch=find(Switch, MANAGEMENT_SWITCH),
        media=cast(Mapping[str, Medium], rows("media")),
        models=tuple(_model(workload.model) for workload in scenario.workload),
        engines=tuple(_engine(workload) for workload in scenario.workload),
        technologies=tuple(find(Technology, name) for name in scenario.energy.options),
        equipment=cast(Mapping[str, Equipment], rows("equipment")),
        rules=tuple(cast(Mapping[str, Rule], rows("rules")).values()),
        prices=prices,
        assumptions=cast(Mapping[str, Assumption], rows("assumptions")),
        facility_price_usd_per_kw=find(Price, site.facility_price),
        rental_usd_per_hour=_rental(accelerator, prices),
        normals=_normals(scenario, site),
        supply_normals=supply_normals(region.profile) if region.profile else None,
    )


def _hardware(name: str) -> tuple[System, Accelerator]:
    if name.endswith(".toml"):
        return system_from_toml(Path(name))
    system = find(System, name)
    return system, find(Accelerator, system.accelerator)


def _model(name: str) -> Model:
    return model_from_config(Path(name)) if name.endswith(".json") else find(Model, name)


def _engine(workload: TrainingWorkload | ServingWorkload) -> Engine | None:
    return find(Engine, workload.engine) if workload.kind == "serving" else None


def _rental(accelerator: Accelerator, prices: Mapping[str, Price]) -> Price:
    own = prices.get(f"rental-{accelerator.id}")
    if own is not None:
        return own
    like = prices["rental-h100-sxm-80gb"]
    reference = find(Accelerator, "h100-sxm-80gb")
    ratio = accelerator.tpp / reference.tpp
    proof = Evidence(
        f"rental of {reference.name} times the ratio of total processing performance {ratio:.3g}", "2026-11", "E"
    )
    scaled: Mapping[str, Evidence] = MappingProxyType({"value": proof, "unit": proof})
    return replace(like, id=f"rental-{accelerator.id}", value=like.value * ratio, evidence=scaled)


def _site(scenario: Scenario) -> Site:
    place = scenario.site
    if place.id is not None:
        return find(Site, place.id)
    if place.latitude is None or place.longitude is None or place.elevation is None or place.grid is None:
        raise InfeasibleError("the place is not complete", where="site")
    region = find(Region, place.grid)
    station, distance_m = _nearest_station(place.latitude, place.longitude)
    proof = Evidence("the user's scenario", "", "E")
    values: dict[str, Any] = {
        "group": "own",
        "country": region.country,
        "state": None,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "elevation_m": place.elevation,
        "region": region.id,
        "climate": station,
        "climate_distance_m": distance_m,
        "facility_price": "facility-us-mean" if region.country == "US" else "facility-tokyo",
        "power_fact": None,
        "status": None,
    }
    return Site(
        id="own-site",
        name=place.name or "own site",
        aliases=(),
        evidence=MappingProxyType(dict.fromkeys(values, proof)),
        **values,
    )


def _normals(scenario: Scenario, site: Site) -> WeatherNormals | None:
    if scenario.site.weather != "typical":
        return None
    if site.climate is None or (site.climate_distance_m or 0.0) > NEAR_M:
        raise InfeasibleError(
            f"no weather normals stand within 250 km of {site.name}",
            where="site.weather",
            why="a typical year of another climate would be a guess",
            mend="Name an .epw, .tmy3 or .csv file of 8,760 hours",
        )
    return weather_normals(site.climate)


def _check_hours(scenario: Scenario, region: Region) -> None:
    """Matching hour by hour means nothing where only a yearly mean of the grid is known."""
    if scenario.energy.target == "hourly" and region.profile is None and scenario.energy.profile is None:
        raise InfeasibleError(
            f"there are no hourly power data for {region.name}, only a flat price and carbon",
            where="energy.target",
            mend="Name an energy.profile of 8,760 hours (solar_cf, wind_cf, clean_fraction) or use the annual target",
        )


def _nearest_station(latitude: float, longitude: float) -> tuple[str | None, float | None]:
    near = min((distance_m(latitude, longitude, s.latitude, s.longitude), s.id) for s in weather_stations())
    return (near[1], near[0]) if near[0] <= NEAR_M else (None, None)


def distance_m(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Return the great-circle distance between two places [m] (haversine).

    >>> round(distance_m(32.5, -91.6, 32.5, -91.6))
    0
    """
    a, b = radians(latitude), radians(to_latitude)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(to_longitude - longitude) / 2) ** 2
    return 2 * _EARTH_RADIUS_M * asin(sqrt(half))


def row_at(facts: Facts, path: str) -> Row | None:
    """Return the catalogue row that a ``catalog.…`` path passes through."""
    holder: Any = facts
    for part in path.split(".")[1:]:
        if isinstance(holder, Mapping):
            holder = holder.get(part)
        elif isinstance(holder, tuple):
            holder = next((r for i, r in enumerate(holder) if str(i) == part or getattr(r, "id", None) == part), None)
        else:
            holder = getattr(holder, part, None)
        if isinstance(holder, Row):
            return holder
    return None
