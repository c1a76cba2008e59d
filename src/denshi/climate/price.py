"""An hourly price year that follows from the clean share of the area: a synthetic scenario, no market's record.

Prices of a year hang on fuel and scarcity that no statistic of another year carries, so nothing here is fitted to a
market. Mean and spread are given; the shape says when power is dear.
"""

import numpy as np

from denshi.climate.calendar import HOUR_OF_DAY, HOURS, MONTH_OF_HOUR
from denshi.climate.noise import normal, seed_of
from denshi.climate.scores import Array, autoregression
from denshi.errors import OutOfRangeError

LABEL = "synthetic price scenario, no market's prices"
_OUTAGE_STREAM, _FUEL_STREAM = 21, 22
# All of these are judgement, grade E: demand peaks at 19 h, less so at 8 h, and in July and January; plants fail and
# fuel moves for hours and for weeks; the last plants of a stack are the dearest; what must run pays to be taken.
_EVENING, _MORNING, _SUMMER = 0.12, 0.05, 0.08
_EVENING_HOUR, _MORNING_HOUR, _PEAK_WIDTH_H = 19.0, 8.0, 2.5
_OUTAGE_LAG_ONE, _FUEL_LAG_ONE = 0.97, 0.999
_OUTAGE_WEIGHT, _FUEL_WEIGHT = 0.35, 0.35
_SCARCE_SCORE, _SCARCITY = 1.5, 4.0
_SURPLUS_FRACTION, _SURPLUS = 0.35, 5.0
# An hour further below than this is a fault of some record, not a surplus.
_LEAST_SCORE = -3.0


def synthetic_price(mean_usd_per_kwh: float, grid_clean_fraction: Array, seed: int | str, spread: float = 0.5) -> Array:
    """Return the price of each hour of a year, whose mean and spread are exactly those given.

    ``price = mean (1 + spread (g - mean g) / sd g)``; ``g`` is the residual load ``x = demand (1 - clean share)`` in
    standard deviations with drawn outages and fuel costs, ``+ 4 max(0, score - 1.5)^2`` where plants are scarce and
    ``- 5 max(0, 0.35 - x / mean x)`` where clean supply leaves little to serve, which may bring it below 0.

    Parameters
    ----------
    mean_usd_per_kwh : mean over the hours [USD/kWh], at least 0.
    grid_clean_fraction : clean share of the area's generation [1], 0 to 1, shape (8760,), local standard time.
    seed : a number, or the id of the region, so that regions do not move in step.
    spread : standard deviation over mean [1], at least 0; 0 is a flat price.

    Raises
    ------
    OutOfRangeError : a mean or spread below 0, or hours that are no year of fractions.

    >>> price = synthetic_price(0.05, np.full(8760, 0.4), "anywhere", 0.5)
    >>> round(float(price.mean()), 9), round(float(price.std()), 9)
    (0.05, 0.025)
    """
    _check(mean_usd_per_kwh, grid_clean_fraction, spread)
    if spread == 0.0:
        return np.full(HOURS, mean_usd_per_kwh)
    number = seed_of(f"{seed}/price")
    residual = demand_shape() * (1.0 - grid_clean_fraction)
    mean, deviation = float(residual.mean()), float(residual.std())
    tight = np.maximum((residual - mean) / deviation, _LEAST_SCORE) if deviation > 0.0 else np.zeros(HOURS)
    score = tight + _OUTAGE_WEIGHT * autoregression(normal(number, _OUTAGE_STREAM, HOURS), _OUTAGE_LAG_ONE)
    score += _FUEL_WEIGHT * autoregression(normal(number, _FUEL_STREAM, HOURS), _FUEL_LAG_ONE)
    shape = score + _SCARCITY * np.maximum(score - _SCARCE_SCORE, 0.0) ** 2
    if mean > 0.0:
        shape -= _SURPLUS * np.maximum(_SURPLUS_FRACTION - residual / mean, 0.0)
    # Rounded, so that the last bits of a machine's arithmetic do not reach a price.
    relative = np.round((shape - shape.mean()) / shape.std(), 9)
    relative = (relative - relative.mean()) / relative.std()
    return np.asarray(mean_usd_per_kwh * (1.0 + spread * relative))


def demand_shape() -> Array:
    """Return the area's demand over its mean [1]: an evening and a morning peak, dear summers and winters.

    >>> shape = demand_shape()
    >>> round(float(shape.mean()), 12), int(shape[:24].argmax())
    (1.0, 18)
    """
    hour = np.asarray(HOUR_OF_DAY + 0.5, dtype=np.float64)
    season = _SUMMER * np.cos(4.0 * np.pi * (MONTH_OF_HOUR - 0.5) / 12.0)
    shape = 1.0 + season + _EVENING * _peak(hour - _EVENING_HOUR) + _MORNING * _peak(hour - _MORNING_HOUR)
    return np.asarray(shape / shape.mean())


def _peak(away_h: Array) -> Array:
    return np.asarray(np.exp(-0.5 * (away_h / _PEAK_WIDTH_H) ** 2))


def _check(mean_usd_per_kwh: float, clean: Array, spread: float) -> None:
    where = "climate.grid_usd_per_kwh"
    if not (0.0 <= mean_usd_per_kwh < np.inf and 0.0 <= spread < np.inf):
        raise OutOfRangeError(
            f"a mean of {mean_usd_per_kwh:g} USD/kWh with a spread of {spread:g} is no price year",
            where=where,
            mend="Give a mean and a spread of at least 0",
        )
    if clean.shape != (HOURS,) or not ((clean >= 0.0) & (clean <= 1.0)).all():
        raise OutOfRangeError(
            "the clean share is no year of fractions", where=where, mend=f"Give {HOURS:,} numbers from 0 to 1"
        )
