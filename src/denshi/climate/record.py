"""What the climate room takes and gives."""

from dataclasses import dataclass

from denshi.catalog.normals import SupplyNormals, WeatherNormals
from denshi.climate.scores import Array
from denshi.figure import figure, given

_PROFILE = ("scenario.energy.profile",)
_FLEET_PATHS = ("catalog.supply_normals", *_PROFILE)
_SCENARIO = "scenario.energy.price_scenario"
_PRICED = dict.fromkeys(
    (
        "climate.grid_clean_fraction",
        "catalog.region.id",
        "catalog.region.price_usd_per_kwh",
        "catalog.assumptions.energy-demand-charge-fraction",
        "catalog.assumptions.climate-price-spread-fraction",
    ),
    "priced",
)
_PV_CONSTANTS = tuple(
    f"catalog.assumptions.climate-{name}"
    for name in (
        "ground-albedo",
        "pv-dc-ac-ratio",
        "pv-loss-fraction",
        "pv-temperature-coefficient-per-k",
        "pv-heating-k-m2-per-w",
    )
)
_WIND_CONSTANTS = tuple(
    f"catalog.assumptions.climate-wind-{name}"
    for name in ("hub-height-m", "shear-exponent", "cut-in-m-per-s", "rated-m-per-s", "cut-out-m-per-s")
)
_PV_WEATHER = ("climate.dry_bulb_c", "climate.ghi_w_per_m2", "climate.dni_w_per_m2", "climate.dhi_w_per_m2")
_PLACE = ("catalog.site.latitude", "catalog.site.longitude")
_PV_PATHS = (*_PV_WEATHER, *_PLACE, *_PV_CONSTANTS)
_WIND_PATHS = ("climate.wind_m_per_s", *_WIND_CONSTANTS)
_PLANT = "plant"

_SOLAR = (
    "fleet: min(1, k shape), k so that the mean is the region's capacity factor; shape from the area's normals; "
    "plant: tracker of P = min(1, r G/1000 (1 - loss) (1 + gamma (T_cell - 25))), scaled likewise"
)
_WIND = (
    "fleet: min(1, k shape), k so that the mean is the region's capacity factor; shape from the area's normals; "
    "plant: cubic power curve of k v_10 (h/10)^alpha, k likewise"
)
_CLEAN = "fleet: min(1, k share), k so that the mean is the region's clean fraction; without normals flat at it"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyInput:
    """What the supply profiles need, whatever the weather comes from."""

    profile: str | None = given("scenario.energy.profile")
    supply_normals: SupplyNormals | None = given("catalog.supply_normals")
    latitude: float = given("catalog.site.latitude", "degrees")
    longitude: float = given("catalog.site.longitude", "degrees")
    solar_capacity_factor: float | None = given("catalog.region.solar_capacity_factor", "1")
    wind_capacity_factor: float | None = given("catalog.region.wind_capacity_factor", "1")
    clean_fraction: float = given("catalog.region.clean_fraction", "1")
    region_id: str = given("catalog.region.id")
    price_usd_per_kwh: float = given("catalog.region.price_usd_per_kwh", "USD/kWh")
    demand_charge_fraction: float = given("catalog.assumptions.energy-demand-charge-fraction", "1")
    price_spread_fraction: float = given("catalog.assumptions.climate-price-spread-fraction", "1")
    price_scenario: str = given(_SCENARIO, default="flat")
    ground_albedo: float = given("catalog.assumptions.climate-ground-albedo", "1")
    pv_dc_ac_ratio: float = given("catalog.assumptions.climate-pv-dc-ac-ratio", "1")
    pv_loss_fraction: float = given("catalog.assumptions.climate-pv-loss-fraction", "1")
    pv_temperature_coefficient_per_k: float = given(
        "catalog.assumptions.climate-pv-temperature-coefficient-per-k", "1/K"
    )
    pv_heating_k_m2_per_w: float = given("catalog.assumptions.climate-pv-heating-k-m2-per-w", "K m2/W")
    wind_hub_height_m: float = given("catalog.assumptions.climate-wind-hub-height-m", "m")
    wind_shear_exponent: float = given("catalog.assumptions.climate-wind-shear-exponent", "1")
    wind_cut_in_m_per_s: float = given("catalog.assumptions.climate-wind-cut-in-m-per-s", "m/s")
    wind_rated_m_per_s: float = given("catalog.assumptions.climate-wind-rated-m-per-s", "m/s")
    wind_cut_out_m_per_s: float = given("catalog.assumptions.climate-wind-cut-out-m-per-s", "m/s")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimateInput(SupplyInput):
    """A site with the normals of a weather station near by."""

    normals: WeatherNormals = given("catalog.normals")
    elevation_m: float = given("catalog.site.elevation_m", "m")
    distance_m: float | None = given("catalog.site.climate_distance_m", "m")
    lapse_rate_k_per_m: float = given("catalog.assumptions.climate-lapse-rate-k-per-m", "K/m")
    unknown_wind_m_per_s: float = given("catalog.assumptions.climate-unknown-wind-m-per-s", "m/s")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileClimateInput(SupplyInput):
    """A site with the user's own hourly weather."""

    weather: str = given("scenario.site.weather")
    elevation_m: float = given("catalog.site.elevation_m", "m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """The weather of a typical year at the site, and what supply follows from it.

    Every array has 8,760 values, each of the hour that ends then, in the weather's local standard time.
    """

    label: str = figure(
        "",
        "what the weather is, how far it comes and what it was shifted by",
        of=("catalog.normals", "catalog.site.climate_distance_m", "climate.dry_bulb_shift_k"),
        active={"climate.dry_bulb_shift_k": "high"},
    )
    elevation_step_m: float = figure(
        "m", "site elevation - station elevation", of=("catalog.site.elevation_m", "catalog.normals.elevation_m")
    )
    dry_bulb_shift_k: float = figure(
        "K",
        "-lapse rate x elevation step where the step is more than 100 m, else 0",
        of=("climate.elevation_step_m", "catalog.assumptions.climate-lapse-rate-k-per-m"),
        source="ashrae2017",
        active={"climate.elevation_step_m": "high", "catalog.assumptions.climate-lapse-rate-k-per-m": "high"},
    )
    dry_bulb_c: Array = figure(
        "C",
        "monthly quantiles of the station in a drawn order of hours + shift",
        of=("catalog.normals", "climate.dry_bulb_shift_k"),
        active={"climate.dry_bulb_shift_k": "high"},
    )
    wet_bulb_c: Array = figure(
        "C",
        "monthly quantiles of the station in a drawn order of hours; after a shift the same relative humidity",
        of=("catalog.normals", "climate.dry_bulb_c", "climate.pressure_pa"),
        source="ashrae2017",
    )
    pressure_pa: Array = figure(
        "Pa",
        "station pressure by month x ratio of the standard atmosphere over the elevation step",
        of=("catalog.normals", "climate.elevation_step_m"),
        source="ashrae2017",
        active={"climate.elevation_step_m": "high"},
    )
    wind_m_per_s: Array = figure(
        "m/s",
        "monthly quantiles of the station in a drawn order of hours, at 10 m; flat where the station gives none",
        of=("catalog.normals", "catalog.assumptions.climate-unknown-wind-m-per-s"),
        active={"catalog.assumptions.climate-unknown-wind-m-per-s": "calm"},
    )
    ghi_w_per_m2: Array = figure(
        "W/m2", "clearness by rank x extraterrestrial, to the station's monthly sum", of=("catalog.normals",)
    )
    dni_w_per_m2: Array = figure(
        "W/m2",
        "monthly quantiles by rank of clearness and height of the sun",
        of=("catalog.normals",),
        source="erbs1982",
    )
    dhi_w_per_m2: Array = figure(
        "W/m2", "global - direct x cos(zenith), to the station's monthly sum", of=("catalog.normals",)
    )
    dry_bulb_mean_c: float = figure("C", "mean over hours", of=("climate.dry_bulb_c",))
    dry_bulb_max_c: float = figure("C", "highest hour of the typical year", of=("climate.dry_bulb_c",))
    wet_bulb_max_c: float = figure("C", "highest hour of the typical year", of=("climate.wet_bulb_c",))
    supply_label: str = figure("", "where each supply profile comes from", of=(*_FLEET_PATHS, _SCENARIO))
    solar_cf: Array = figure(
        "1",
        _SOLAR,
        of=(*_FLEET_PATHS, "catalog.region.solar_capacity_factor", "catalog.normals.utc_offset_h", *_PV_PATHS),
        source="dobos2014",
        active=dict.fromkeys(_PV_PATHS, _PLANT),
    )
    wind_cf: Array = figure(
        "1",
        _WIND,
        of=(*_FLEET_PATHS, "catalog.region.wind_capacity_factor", "catalog.normals.utc_offset_h", *_WIND_PATHS),
        source="manwell2009",
        active=dict.fromkeys(_WIND_PATHS, _PLANT),
    )
    grid_clean_fraction: Array = figure(
        "1",
        _CLEAN,
        of=(*_FLEET_PATHS, "catalog.region.clean_fraction", "catalog.normals.utc_offset_h"),
        source="eia930",
    )
    solar_cf_mean: float = figure("1", "mean over hours", of=("climate.solar_cf",))
    wind_cf_mean: float = figure("1", "mean over hours", of=("climate.wind_cf",))
    grid_usd_per_kwh: Array | None = figure(
        "USD/kWh",
        "price_usd_per_kwh of the user's profile; or a synthetic scenario: mean x (1 + spread x g), mean = price x "
        "(1 - demand share), g from what is not clean, demand by hour and season, drawn outages; else none: flat",
        of=(*_PROFILE, _SCENARIO, *_PRICED),
        active=_PRICED,
    )
    export_usd_per_kwh: Array | None = figure(
        "USD/kWh",
        "export_usd_per_kwh of the user's profile; without it a fraction of the price of energy",
        of=_PROFILE,
    )
    grid_carbon_g_per_kwh: Array | None = figure(
        "gCO2/kWh",
        "carbon_g_per_kwh of the user's profile; without it the region's, by the share that is not clean",
        of=_PROFILE,
    )


_FILE = ("scenario.site.weather",)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileClimate(Climate):
    """The same figures from the user's own file, which is taken as it is, without a step in height."""

    label: str = figure("", "the user's file", of=_FILE)
    elevation_step_m: float = figure("m", "0: the file is taken as the weather of the site")
    dry_bulb_shift_k: float = figure("K", "0: the file is taken as the weather of the site")
    dry_bulb_c: Array = figure("C", "column of the file", of=_FILE)
    wet_bulb_c: Array = figure(
        "C", "column of the file, or from its dew point or relative humidity", of=_FILE, source="ashrae2017"
    )
    pressure_pa: Array = figure("Pa", "column of the file", of=_FILE)
    wind_m_per_s: Array = figure("m/s", "column of the file, at 10 m", of=_FILE)
    ghi_w_per_m2: Array = figure("W/m2", "column of the file", of=_FILE)
    dni_w_per_m2: Array = figure("W/m2", "column of the file", of=_FILE)
    dhi_w_per_m2: Array = figure("W/m2", "column of the file", of=_FILE)
    solar_cf: Array = figure(
        "1",
        _SOLAR,
        of=(*_FLEET_PATHS, "catalog.region.solar_capacity_factor", *_PV_PATHS),
        source="dobos2014",
        active=dict.fromkeys(_PV_PATHS, _PLANT),
    )
    wind_cf: Array = figure(
        "1",
        _WIND,
        of=(*_FLEET_PATHS, "catalog.region.wind_capacity_factor", *_WIND_PATHS),
        source="manwell2009",
        active=dict.fromkeys(_WIND_PATHS, _PLANT),
    )
    grid_clean_fraction: Array = figure(
        "1", _CLEAN, of=(*_FLEET_PATHS, "catalog.region.clean_fraction"), source="eia930"
    )
