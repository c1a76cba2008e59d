"""The climate room: one year of weather and supply at a site, from normals or from the user's file."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from denshi.catalog.normals import WeatherNormals
from denshi.climate.read import read_weather
from denshi.climate.record import Climate, ClimateInput, FileClimate, FileClimateInput, SupplyInput
from denshi.climate.site import dry_bulb_shift_k, pressure_at_pa, shifted_wet_bulb_c
from denshi.climate.supply import supply_profiles
from denshi.climate.weather import Weather, synthetic_weather


def typical_year(given: ClimateInput) -> Climate:
    """Return a synthetic typical year at a site, from the normals of the station near it.

    The distribution of every month is the station's; the order of hours is drawn from a seed that hangs on the
    station's id, so that the same site gives the same year everywhere. Extremes beyond the typical year, long hot
    spells and joint peaks of weather and supply are not in it.

    Parameters
    ----------
    given : the station's normals, the area's supply normals or None, the site and the constants of the room.

    Raises
    ------
    OutOfRangeError : a capacity factor or clean fraction that the hourly shape cannot reach.

    Source: the method is denshi's own; its error against each source year stands in the normals' ``errors``.
    """
    station = _station(given.normals, given.unknown_wind_m_per_s)
    step_m = given.elevation_m - given.normals.elevation_m
    shift_k = dry_bulb_shift_k(step_m, given.lapse_rate_k_per_m)
    weather = station if shift_k == 0.0 else _lifted(station, shift_k, given.elevation_m)
    return _climate(Climate, given, weather, _label(given, step_m, shift_k), step_m, shift_k)


def from_file(given: FileClimateInput) -> Climate:
    """Return the year of a user's own weather file, with the same figures as a typical year.

    Raises
    ------
    FileError : the file cannot be used; see :func:`denshi.climate.read_weather`.
    OutOfRangeError : a capacity factor or clean fraction that the hourly shape cannot reach.
    """
    weather = read_weather(
        given.weather, latitude=given.latitude, longitude=given.longitude, elevation_m=given.elevation_m
    )
    return _climate(FileClimate, given, weather, f"the user's weather file, {weather.name}", 0.0, 0.0)


def weather_at(
    normals: WeatherNormals, *, elevation_m: float, lapse_rate_k_per_m: float, unknown_wind_m_per_s: float
) -> tuple[Weather, float]:
    """Return the synthetic weather at a site near a station, and by how much its height makes it warmer [K].

    Parameters
    ----------
    normals : of the station.
    elevation_m : of the site [m].
    lapse_rate_k_per_m : fall of air temperature with height [K/m].
    unknown_wind_m_per_s : the flat wind of a station that gives none [m/s].
    """
    station = _station(normals, unknown_wind_m_per_s)
    shift_k = dry_bulb_shift_k(elevation_m - normals.elevation_m, lapse_rate_k_per_m)
    return (station if shift_k == 0.0 else _lifted(station, shift_k, elevation_m)), shift_k


def warmed(weather: Weather, warming_k: float) -> Weather:
    """Return a year in which every hour is warmer, at the same relative humidity: a warmer climate.

    Parameters
    ----------
    warming_k : added to the dry bulb [K].

    Source: ashrae2017; that relative humidity stays is the custom of morphed weather files.
    """
    if warming_k == 0.0:
        return weather
    dry_bulb = weather.dry_bulb_c + warming_k
    wet_bulb = shifted_wet_bulb_c(
        weather.dry_bulb_c,
        weather.wet_bulb_c,
        weather.pressure_pa,
        site_dry_bulb_c=dry_bulb,
        site_pressure_pa=weather.pressure_pa,
    )
    return replace(weather, dry_bulb_c=dry_bulb, wet_bulb_c=wet_bulb)


# A sensitivity asks for the same station many times, with another constant of the supply each time.
@lru_cache(maxsize=8)
def _station(normals: WeatherNormals, unknown_wind_m_per_s: float) -> Weather:
    return synthetic_weather(normals, unknown_wind_m_per_s=unknown_wind_m_per_s)


def _lifted(station: Weather, shift_k: float, site_m: float) -> Weather:
    dry_bulb = np.round(station.dry_bulb_c + shift_k, 1)
    pressure = np.round(pressure_at_pa(station.pressure_pa, station.elevation_m, site_m), -1)
    wet_bulb = shifted_wet_bulb_c(
        station.dry_bulb_c,
        station.wet_bulb_c,
        station.pressure_pa,
        site_dry_bulb_c=dry_bulb,
        site_pressure_pa=pressure,
    )
    return replace(station, dry_bulb_c=dry_bulb, wet_bulb_c=np.round(wet_bulb, 1), pressure_pa=pressure)


def _label(given: ClimateInput, step_m: float, shift_k: float) -> str:
    away = "" if given.distance_m is None else f", {given.distance_m / 1000.0:.0f} km away"
    label = f"synthetic typical year, not TMY, generated from normals of {given.normals.name}{away}"
    if shift_k:
        label += f"; {shift_k:+.1f} K for a site {abs(step_m):.0f} m {'higher' if step_m > 0 else 'lower'}"
    if given.normals.wind_quantiles_m_per_s is None:
        label += "; the station gives no wind, which is held flat"
    return label


def _climate(
    record: type[Climate], given: SupplyInput, weather: Weather, label: str, step_m: float, shift_k: float
) -> Climate:
    supply = supply_profiles(given, weather)
    return record(
        label=label,
        elevation_step_m=step_m,
        dry_bulb_shift_k=shift_k,
        dry_bulb_c=weather.dry_bulb_c.copy(),
        wet_bulb_c=weather.wet_bulb_c.copy(),
        pressure_pa=weather.pressure_pa.copy(),
        wind_m_per_s=weather.wind_m_per_s.copy(),
        ghi_w_per_m2=weather.ghi_w_per_m2.copy(),
        dni_w_per_m2=weather.dni_w_per_m2.copy(),
        dhi_w_per_m2=weather.dhi_w_per_m2.copy(),
        dry_bulb_mean_c=float(weather.dry_bulb_c.mean()),
        dry_bulb_max_c=float(weather.dry_bulb_c.max()),
        wet_bulb_max_c=float(weather.wet_bulb_c.max()),
        supply_label=supply.label,
        solar_cf=supply.solar_cf,
        wind_cf=supply.wind_cf,
        grid_clean_fraction=supply.clean_fraction,
        solar_cf_mean=float(supply.solar_cf.mean()),
        wind_cf_mean=float(supply.wind_cf.mean()),
        grid_usd_per_kwh=supply.price_usd_per_kwh,
        export_usd_per_kwh=supply.export_usd_per_kwh,
        grid_carbon_g_per_kwh=supply.carbon_g_per_kwh,
    )
