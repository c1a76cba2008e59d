"""An hourly year of weather, synthetic from a station's normals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.catalog.normals import P9, P13, WeatherNormals
from denshi.climate.calendar import DAY_OF_HOUR, DAYS, DAYS_OF_MONTH, HOURS, HOURS_OF_MONTH, MONTH_OF_HOUR
from denshi.climate.noise import normal, seed_of
from denshi.climate.scores import (
    Array,
    autoregression,
    daily,
    hourly,
    leaned,
    rank_scores,
    values_by_rank,
    waves,
)
from denshi.climate.sun import Sun, sun
from denshi.psychrometrics import (
    humidity_ratio,
    relative_humidity_fraction,
    wet_bulb_from_relative_humidity_c,
)

_DAYS_STREAM, _DRY_STREAM, _WET_STREAM, _WIND_STREAM, _PRESSURE_STREAM, _CLOUD_STREAM = range(1, 7)
# The shape of the sun over a day and of clouds inside it decides only the order of hours, the values are stored.
_PRESSURE_LAG_ONE = 0.97
_CLOUD_LAG_ONE = 0.5
_CLOUD_DEVIATION = 0.12
_ROUNDS = 8
_MOST_LEAN = 1.5
_TURNS = 3
_DRIEST_FRACTION = 0.02


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weather:
    """Weather of 8,760 hours, each value of the hour that ends then, in local standard time.

    ``wind_m_per_s`` is at 10 m.
    """

    name: str
    latitude: float
    longitude: float
    elevation_m: float
    utc_offset_h: float
    dry_bulb_c: Array
    wet_bulb_c: Array
    pressure_pa: Array
    wind_m_per_s: Array
    ghi_w_per_m2: Array
    dni_w_per_m2: Array
    dhi_w_per_m2: Array


def synthetic_weather(normals: WeatherNormals, seed: int | None = None, unknown_wind_m_per_s: float = 0.0) -> Weather:
    """Return a synthetic typical year from a station's normals: not TMY, and not any year that was.

    Every month has the stored distribution of dry bulb, wet bulb, wind, clearness and direct sun, and the stored sums
    of sunshine. The order of hours is drawn: never compare hours with those of a real year.

    Parameters
    ----------
    normals : of a station.
    seed : which of the possible years; left out, the one of the station's id.
    unknown_wind_m_per_s : the flat wind of a station that gives none [m/s].
    """
    seed = seed_of(normals.id) if seed is None else seed
    days = daily(seed, _DAYS_STREAM, normals.daily_memory, normals.daily_innovation)
    spread = hourly(days)
    dry_bulb = np.round(_dry_bulb(normals, seed, spread), 1)
    pressure = np.round(_pressure(normals, seed), -1)
    wet_bulb = np.round(_apart(_wet_bulb(normals, seed, spread), dry_bulb, normals), 1)
    ghi, dni, dhi = _sunshine(normals, seed, days[:, 3])
    return Weather(
        name=normals.name,
        latitude=normals.latitude,
        longitude=normals.longitude,
        elevation_m=normals.elevation_m,
        utc_offset_h=normals.utc_offset_h,
        dry_bulb_c=dry_bulb,
        wet_bulb_c=_moist(wet_bulb, dry_bulb, pressure),
        pressure_pa=pressure,
        wind_m_per_s=_wind(normals, seed, spread, unknown_wind_m_per_s),
        ghi_w_per_m2=np.round(ghi, 1),
        dni_w_per_m2=np.round(dni, 1),
        dhi_w_per_m2=np.maximum(np.round(dhi, 1), 0.0),
    )


def _residual(normals: WeatherNormals, variable: int, shocks: Array) -> Array:
    noise = autoregression(shocks, float(normals.lag_one[variable]))
    return np.asarray(normals.residual_deviation[variable][MONTH_OF_HOUR] * noise)


def _by_month(score: Array, quantiles: Array, nodes: tuple[float, ...]) -> Array:
    return np.concatenate([values_by_rank(score[h], quantiles[m], nodes) for m, h in enumerate(HOURS_OF_MONTH)])


def _dry_bulb(normals: WeatherNormals, seed: int, spread: Array) -> Array:
    gain = 1.0 + normals.clear_day_gain[MONTH_OF_HOUR] * spread[:, 3]
    score = waves(normals.harmonics[0]) * gain + spread[:, 0]
    score += _residual(normals, 0, normal(seed, _DRY_STREAM, HOURS))
    return _by_month(score, normals.dry_bulb_quantiles_c, P13)


def _wet_bulb(normals: WeatherNormals, seed: int, spread: Array) -> Array:
    together = float(normals.residual_correlation[0])
    shocks = together * normal(seed, _DRY_STREAM, HOURS)
    shocks += np.sqrt(1.0 - together**2) * normal(seed, _WET_STREAM, HOURS)
    score = waves(normals.harmonics[1]) + spread[:, 1] + _residual(normals, 1, shocks)
    return _by_month(score, normals.wet_bulb_quantiles_c, P13)


def _apart(wet_bulb: Array, dry_bulb: Array, normals: WeatherNormals) -> Array:
    """Bring the wet bulb and its distance from the dry bulb to their stored distributions in turn.

    Each turn sets one of the two by rank and leaves the other a little off; the last turn is the wet bulb's, cut at
    the dry bulb.
    """
    for _ in range(_TURNS):
        distance = _by_month(dry_bulb - wet_bulb, normals.depression_quantiles_k, P9)
        wet_bulb = _by_month(dry_bulb - distance, normals.wet_bulb_quantiles_c, P13)
    return np.minimum(wet_bulb, dry_bulb)


def _moist(wet_bulb: Array, dry_bulb: Array, pressure: Array) -> Array:
    """Lift the wet bulb where it would stand for air drier than any that was measured, or than air can be."""
    relative = relative_humidity_fraction(dry_bulb, humidity_ratio(dry_bulb, wet_bulb, pressure), pressure)
    dry = relative < _DRIEST_FRACTION
    least = np.full(int(dry.sum()), _DRIEST_FRACTION)
    lifted = wet_bulb.copy()
    # Upwards, because rounding down by a twentieth of a kelvin would take the last moisture out of cold air.
    lifted[dry] = np.ceil(10.0 * wet_bulb_from_relative_humidity_c(dry_bulb[dry], least, pressure[dry])) / 10.0
    return lifted


def _wind(normals: WeatherNormals, seed: int, spread: Array, unknown_m_per_s: float) -> Array:
    if normals.wind_quantiles_m_per_s is None:
        return np.full(HOURS, unknown_m_per_s)
    score = waves(normals.harmonics[2]) + spread[:, 2]
    score += _residual(normals, 2, normal(seed, _WIND_STREAM, HOURS))
    return np.round(_by_month(score, normals.wind_quantiles_m_per_s, P13), 1)


def _pressure(normals: WeatherNormals, seed: int) -> Array:
    swing = autoregression(normal(seed, _PRESSURE_STREAM, HOURS), _PRESSURE_LAG_ONE)
    return normals.pressure_mean_pa[MONTH_OF_HOUR] + float(normals.pressure_deviation_pa[0]) * swing


def _sunshine(normals: WeatherNormals, seed: int, clear_score: Array) -> tuple[Array, Array, Array]:
    """Return global, direct and diffuse radiation whose monthly sums of global and diffuse are the stored ones."""
    place = sun(normals.latitude, normals.longitude, normals.utc_offset_h)
    clearness = np.empty(DAYS)
    for m, d in enumerate(DAYS_OF_MONTH):
        clearness[d] = values_by_rank(clear_score[d], normals.daily_clearness_quantiles[m], P9)
    cloud = autoregression(normal(seed, _CLOUD_STREAM, HOURS), _CLOUD_LAG_ONE)
    day = clearness[DAY_OF_HOUR]
    # Clouds break the sun most on half-clear days.
    score = day * (0.75 + 0.35 * place.cos_zenith) + 4.0 * day * (1.0 - day) * _CLOUD_DEVIATION * cloud
    ghi, dni = np.zeros(HOURS), np.zeros(HOURS)
    for m, h in enumerate(HOURS_OF_MONTH):
        up = np.flatnonzero(place.cos_zenith[h] > 0.0) + h.start
        ghi[up] = _global(normals, m, score[up], place, up)
        dni[up] = _direct(normals, m, ghi[up], place, up)
    return ghi, dni, ghi - dni * place.cos_zenith


def _global(normals: WeatherNormals, month: int, score: Array, place: Sun, up: NDArray[np.intp]) -> Array:
    above = place.extraterrestrial_w_per_m2[up] * place.cos_zenith[up]
    ghi = values_by_rank(score, normals.hourly_clearness_quantiles[month], P9) * above
    return np.asarray(ghi * normals.ghi_wh_per_m2[month] / ghi.sum())


def _direct(normals: WeatherNormals, month: int, ghi: Array, place: Sun, up: NDArray[np.intp]) -> Array:
    height = place.cos_zenith[up]
    above = place.extraterrestrial_w_per_m2[up]
    estimate = above * (1.0 - diffuse_fraction(ghi / (above * height))) * ghi / (above * height)
    score, lift = rank_scores(np.round(estimate / above, 6)), rank_scores(np.round(height, 6))
    target = normals.ghi_wh_per_m2[month] - normals.dhi_wh_per_m2[month]
    most = np.minimum(ghi / height, above)

    def ordered(lean: float) -> Array:
        return np.minimum(values_by_rank(score + lean * lift, normals.dni_quantiles_w_per_m2[month], P9), most)

    # Leaning the order towards the high sun raises the horizontal part of the same direct radiation.
    dni = leaned(ordered, lambda dni: float((dni * height).sum()), target, _MOST_LEAN)
    for _ in range(_ROUNDS):
        dni = np.minimum(dni * target / max(float((dni * height).sum()), 1.0), most)
    return dni


def diffuse_fraction(clearness: Array) -> Array:
    """Return diffuse over global radiation from the clearness index.

    Source: erbs1982.

    >>> diffuse_fraction(np.array([0.1, 0.5, 0.9])).round(3).tolist()
    [0.991, 0.659, 0.165]
    """
    k = clearness
    middle = 0.9511 - 0.1604 * k + 4.388 * k**2 - 16.638 * k**3 + 12.336 * k**4
    return np.where(k <= 0.22, 1.0 - 0.09 * k, np.where(k <= 0.8, middle, 0.165))
