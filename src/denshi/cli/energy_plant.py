"""Hours of a supply case from a site's weather: one solar and one wind plant, where no fleet was measured."""

from denshi.catalog import Assumption, Region, Site, find
from denshi.catalog.normals import weather_normals
from denshi.catalog.user_file import shown
from denshi.cli.energy_toml import Table
from denshi.climate import Weather, read_weather, weather_at
from denshi.climate.record import SupplyInput
from denshi.climate.supply import supply_profiles
from denshi.energy.audit import Profile
from denshi.errors import CatalogError
from denshi.figure import inputs

KEYS = ("site", "weather", "latitude", "longitude", "elevation")
_NEAR_M = 250_000.0


def plant_year(top: Table, region: Region, notes: list[str]) -> Profile:
    """Return the year of plants in the weather that ``[plant]`` names: of a site of the catalogue, or of a file.

    Their means are those of the region, where it has any; the clean share of the grid is flat.

    Raises
    ------
    DenshiError : the site is not known or far from any station, or the file cannot be read.
    """
    table = top.table("plant")
    table.only_these(KEYS)
    if table.has("site") == table.has("weather"):
        raise table.fault("", "takes exactly one of site and weather", mend='Write for example weather = "site.epw"')
    weather, what = _of_file(table) if table.has("weather") else _of_site(table, notes)
    constants = {
        name: find(Assumption, given.path.rpartition(".")[2]).value
        for name, given in inputs(SupplyInput).items()
        if given.path.startswith("catalog.assumptions.")
    }
    made = supply_profiles(
        SupplyInput(
            profile=None,
            supply_normals=None,
            latitude=weather.latitude,
            longitude=weather.longitude,
            solar_capacity_factor=region.solar_capacity_factor,
            wind_capacity_factor=region.wind_capacity_factor,
            clean_fraction=region.clean_fraction,
            region_id=region.id,
            price_usd_per_kwh=region.price_usd_per_kwh,
            price_scenario="flat",
            **constants,
        ),
        weather,
    )
    notes.append("hours are those of one plant each, rougher than a fleet's; the clean share of the grid is flat")
    return Profile(
        name=f"plant profile from {what}",
        solar_cf=made.solar_cf,
        wind_cf=made.wind_cf,
        grid_clean_fraction=made.clean_fraction,
    )


def _of_file(table: Table) -> tuple[Weather, str]:
    path = table.beside(table.text("weather"))
    weather = read_weather(
        path,
        latitude=table.number("latitude", "1", 0.0, least=-66.0, most=66.0),
        longitude=table.number("longitude", "1", 0.0, least=-180.0, most=180.0),
        elevation_m=table.number("elevation", "m", 0.0, least=-430.0, most=4500.0),
    )
    if weather.latitude == weather.longitude == 0.0:
        mend = "Write latitude and longitude beside weather, or give EPW, TMY3, NSRDB or PVGIS"
        raise table.fault("weather", "the file does not say its place, which the sun hangs on", mend=mend)
    return weather, f"the weather of {path.name}"


def _of_site(table: Table, notes: list[str]) -> tuple[Weather, str]:
    try:
        site = find(Site, shown(table.text("site")))
    except CatalogError as error:
        raise table.fault("site", error.what, mend=error.mend) from None
    if site.climate is None or (site.climate_distance_m or 0.0) > _NEAR_M:
        mend = "Give a file with weather instead"
        raise table.fault("site", f"no weather normals stand within 250 km of {site.name}", mend=mend)
    normals = weather_normals(site.climate)
    weather, _ = weather_at(
        normals,
        elevation_m=site.elevation_m,
        lapse_rate_k_per_m=find(Assumption, "climate-lapse-rate-k-per-m").value,
        unknown_wind_m_per_s=find(Assumption, "climate-unknown-wind-m-per-s").value,
    )
    if normals.wind_quantiles_m_per_s is None:
        notes.append(f"the station {normals.name} gives no wind, which is held flat: wind is not to be relied on")
    return weather, f"synthetic weather of {site.name}, normals of {normals.name}"
