"""Hourly output of a kilowatt of solar and of wind, and how clean the grid is, at the site's weather."""

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from denshi.catalog.normals import SupplyNormals
from denshi.climate.calendar import HOURS
from denshi.climate.fleet import Fleet, synthetic_fleet
from denshi.climate.plant import (
    hub_wind_m_per_s,
    scaled_to_mean,
    solar_output_fraction,
    tracker_irradiance_w_per_m2,
    wind_output_fraction,
)
from denshi.climate.price import LABEL, synthetic_price
from denshi.climate.profile import read_profile
from denshi.climate.record import SupplyInput
from denshi.climate.scores import Array
from denshi.climate.weather import Weather
from denshi.errors import OutOfRangeError

_PLANT_LABEL = "plant profile from the site's weather"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Supply:
    """A label, hourly capacity factors and clean share of the grid [1]; prices and carbon where the user gives them."""

    label: str
    solar_cf: Array
    wind_cf: Array
    clean_fraction: Array
    price_usd_per_kwh: Array | None = None
    export_usd_per_kwh: Array | None = None
    carbon_g_per_kwh: Array | None = None


def supply_profiles(given: SupplyInput, weather: Weather) -> Supply:
    """Return the hourly solar and wind capacity factor, the clean fraction of the grid [1] and what it costs.

    A fleet's profile stands in its own local standard time and is turned to the weather's.

    Raises
    ------
    OutOfRangeError : a capacity factor or clean fraction that the hourly shape cannot reach; two prices.
    FileError : the user's profile cannot be read.
    """
    if given.profile is not None:
        return _priced(given, _own(given.profile))
    fleet = None
    if given.supply_normals is not None:
        ahead_h = round(weather.utc_offset_h - given.supply_normals.utc_offset_h)
        fleet = _turned(_fleet(given.supply_normals), ahead_h)
    solar = _solar(given, weather, fleet)
    wind = _wind(given, weather, fleet)
    made = Supply(
        label=_label(given, fleet),
        solar_cf=np.round(solar, 4),
        wind_cf=np.round(wind, 4),
        clean_fraction=np.round(_clean(given, fleet), 4),
    )
    return _priced(given, made)


def _priced(given: SupplyInput, supply: Supply) -> Supply:
    """Return a supply with a synthetic price of each hour, where one is asked for."""
    if given.price_scenario == "flat":
        return supply
    if supply.price_usd_per_kwh is not None:
        raise OutOfRangeError(
            "stands beside the prices of the profile", where="scenario.energy.price_scenario", mend="Keep one of them"
        )
    mean = given.price_usd_per_kwh * (1.0 - given.demand_charge_fraction)
    price = synthetic_price(mean, supply.clean_fraction, f"{given.region_id}/0", given.price_spread_fraction)
    return replace(supply, label=f"{supply.label}; {LABEL}", price_usd_per_kwh=price)


def _own(path: str) -> Supply:
    own = read_profile(path)
    brings = (
        ("prices", own.price_usd_per_kwh),
        ("prices of sale", own.export_usd_per_kwh),
        ("carbon", own.carbon_g_per_kwh),
    )
    with_these = ", ".join(f"hourly {what}" for what, values in brings if values is not None)
    return Supply(
        label=f"the user's profile {Path(path).name}" + (f" with {with_these}" if with_these else ""),
        solar_cf=own.solar_cf,
        wind_cf=own.wind_cf,
        clean_fraction=own.clean_fraction,
        price_usd_per_kwh=own.price_usd_per_kwh,
        export_usd_per_kwh=own.export_usd_per_kwh,
        carbon_g_per_kwh=own.carbon_g_per_kwh,
    )


@lru_cache(maxsize=8)
def _fleet(normals: SupplyNormals) -> Fleet:
    return synthetic_fleet(normals)


def _turned(fleet: Fleet, ahead_h: int) -> Fleet:
    def turn(x: Array | None) -> Array | None:
        return None if x is None else np.roll(x, ahead_h)

    return Fleet(wind=turn(fleet.wind), solar=turn(fleet.solar), clean_fraction=np.roll(fleet.clean_fraction, ahead_h))


def _solar(given: SupplyInput, weather: Weather, fleet: Fleet | None) -> Array:
    shape = _solar_plant(given, weather) if fleet is None or fleet.solar is None else fleet.solar
    return _at(shape, given.solar_capacity_factor, "catalog.region.solar_capacity_factor")


def _solar_plant(given: SupplyInput, weather: Weather) -> Array:
    irradiance = tracker_irradiance_w_per_m2(
        weather.ghi_w_per_m2,
        weather.dni_w_per_m2,
        weather.dhi_w_per_m2,
        latitude=given.latitude,
        longitude=given.longitude,
        utc_offset_h=weather.utc_offset_h,
        albedo=given.ground_albedo,
    )
    return solar_output_fraction(
        irradiance,
        weather.dry_bulb_c,
        temperature_coefficient_per_k=given.pv_temperature_coefficient_per_k,
        heating_k_m2_per_w=given.pv_heating_k_m2_per_w,
        loss_fraction=given.pv_loss_fraction,
        dc_ac_ratio=given.pv_dc_ac_ratio,
    )


def _wind(given: SupplyInput, weather: Weather, fleet: Fleet | None) -> Array:
    where = "catalog.region.wind_capacity_factor"
    if fleet is not None and fleet.wind is not None:
        return _at(fleet.wind, given.wind_capacity_factor, where)
    hub = hub_wind_m_per_s(
        weather.wind_m_per_s, hub_height_m=given.wind_hub_height_m, shear_exponent=given.wind_shear_exponent
    )
    turbine = partial(
        wind_output_fraction,
        cut_in_m_per_s=given.wind_cut_in_m_per_s,
        rated_m_per_s=given.wind_rated_m_per_s,
        cut_out_m_per_s=given.wind_cut_out_m_per_s,
    )
    if given.wind_capacity_factor is None:
        return turbine(hub)
    # Airport masts stand sheltered: the wind is scaled, not the power, so that the turbine stays one.
    return scaled_to_mean(lambda k: turbine(k * hub), given.wind_capacity_factor, where)


def _clean(given: SupplyInput, fleet: Fleet | None) -> Array:
    shape = np.ones(HOURS) if fleet is None else fleet.clean_fraction
    return _at(shape, given.clean_fraction, "catalog.region.clean_fraction")


def _at(shape: Array, mean: float | None, where: str) -> Array:
    return shape if mean is None else scaled_to_mean(lambda k: np.minimum(k * shape, 1.0), mean, where)


def _label(given: SupplyInput, fleet: Fleet | None) -> str:
    if fleet is None or given.supply_normals is None:
        return f"{_PLANT_LABEL}; grid clean share flat at its yearly mean"
    lacks = [name for name, x in (("solar", fleet.solar), ("wind", fleet.wind)) if x is None]
    area = given.supply_normals.name
    label = f"synthetic fleet profile of {area} fitted to EIA-930 {_year(given)}"
    return label + "".join(f"; {name}: {_PLANT_LABEL}, as {area} has no {name} fleet" for name in lacks)


def _year(given: SupplyInput) -> str:
    normals = given.supply_normals
    return "" if normals is None else next(iter(normals.evidence.values())).date
