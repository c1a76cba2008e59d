"""An hourly year of the wind and solar fleets and of the grid's clean share, synthetic from an area's normals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.catalog.normals import P7, P13, SupplyNormals
from denshi.climate.calendar import DAY_OF_HOUR, DAYS, DAYS_OF_MONTH, HOUR_OF_DAY, HOURS, HOURS_OF_MONTH, MONTH_DAYS
from denshi.climate.calendar import MONTH_OF_HOUR as MONTH
from denshi.climate.noise import normal, seed_of
from denshi.climate.scores import Array, autoregression, daily, hourly, values_by_rank, waves

_DAYS_STREAM, _WIND_STREAM, _CLEAN_STREAM, _SUN_STREAM = range(11, 15)
_SUN_LAG_ONE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fleet:
    """Output over the fleet's highest hour, and the grid's clean share, of 8,760 hours of local standard time.

    None where the area has no such fleet.
    """

    wind: Array | None
    solar: Array | None
    clean_fraction: Array


def synthetic_fleet(normals: SupplyNormals, seed: int | None = None) -> Fleet:
    """Return a synthetic year of an area's fleets, each month with the stored distributions.

    Parameters
    ----------
    normals : of a balancing authority.
    seed : which of the possible years; left out, the area's chosen one.
    """
    seed = seed_of(f"{normals.id}/{normals.seed if seed is None else seed}")
    days = daily(seed, _DAYS_STREAM, normals.daily_memory, normals.daily_innovation)
    spread = hourly(days)
    wind_shocks = normal(seed, _WIND_STREAM, HOURS)
    together = float(normals.residual_correlation[0])
    clean_shocks = together * wind_shocks + np.sqrt(1.0 - together**2) * normal(seed, _CLEAN_STREAM, HOURS)
    return Fleet(
        wind=_ranked(normals, 0, spread, wind_shocks, normals.wind_quantiles),
        solar=_solar(normals, seed, days[:, 2]),
        clean_fraction=_clean(normals, spread, clean_shocks),
    )


def solar_shape(solar_mean: Array) -> Array:
    """Return the mean output of each hour, linear from mid-month to mid-month, shape (12, 24) to (8760,)."""
    ends = np.cumsum(MONTH_DAYS)
    middle = ends - 0.5 * MONTH_DAYS
    day = np.arange(DAYS) + 0.5
    shape = np.stack([np.interp(day, middle, solar_mean[:, hour], period=DAYS) for hour in range(24)], axis=1)
    return np.asarray(shape * (solar_mean > 0)[MONTH[::24]]).ravel()


def _clean(normals: SupplyNormals, spread: Array, shocks: Array) -> Array:
    clean = _ranked(normals, 1, spread, shocks, normals.clean_quantiles)
    return np.zeros(HOURS) if clean is None else clean


def _ranked(normals: SupplyNormals, series: int, spread: Array, shocks: Array, quantiles: Array | None) -> Array | None:
    if quantiles is None:
        return None
    noise = autoregression(shocks, float(normals.lag_one[series]))
    score = waves(normals.harmonics[series]) + spread[:, series] + normals.residual_deviation[series][MONTH] * noise
    return _by_month(score, quantiles, np.ones(HOURS, dtype=bool))


def _solar(normals: SupplyNormals, seed: int, day_score: Array) -> Array | None:
    if normals.solar_mean is None or normals.solar_daily_quantiles is None or normals.solar_quantiles is None:
        return None
    multiplier = np.empty(DAYS)
    for m, d in enumerate(DAYS_OF_MONTH):
        multiplier[d] = values_by_rank(day_score[d], normals.solar_daily_quantiles[m], P7)
    noise = autoregression(normal(seed, _SUN_STREAM, HOURS), _SUN_LAG_ONE)
    score = solar_shape(normals.solar_mean) * multiplier[DAY_OF_HOUR] * (1.0 + float(normals.solar_noise[0]) * noise)
    return _by_month(score, normals.solar_quantiles, (normals.solar_mean > 0)[MONTH, HOUR_OF_DAY])


def _by_month(score: Array, quantiles: Array, active: NDArray[np.bool_]) -> Array:
    values = np.zeros(HOURS)
    for m, h in enumerate(HOURS_OF_MONTH):
        at = np.flatnonzero(active[h]) + h.start
        values[at] = values_by_rank(score[at], quantiles[m], P13)
    return np.round(values, 4)
