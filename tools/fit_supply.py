"""Fit supply normals to the hourly generation of balancing authorities and write them into the catalogue.

    DENSHI_SHARED=../shared python tools/fit_supply.py

Reads ``energy/eia930_2022_hourly_by_fuel.parquet``; writes ``src/denshi/catalog/data/supply/<id>.json`` with the seed,
the best of 64, and the error table: matching shares of a flat load and the worst spells, generated minus 2022.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from pyarrow import parquet

from denshi.catalog.normals import P7, P13, SUPPLY_LAYOUT, supply_from
from denshi.climate.calendar import DAYS_OF_MONTH, HOUR_OF_DAY, HOURS_OF_MONTH, MONTH_OF_HOUR
from denshi.climate.fleet import Fleet, solar_shape, synthetic_fleet
from denshi.climate.scores import rank_scores, waves
from fit_climate import autoregression, harmonics, monthly, quantiles, score_by_month, shared, split, stored, triangles

Array = np.ndarray
OUT = Path(__file__).resolve().parents[1] / "src/denshi/catalog/data/supply"
UTC_OFFSET_H = {
    "azps": -7, "bpat": -8, "ciso": -8, "erco": -6, "miso": -6, "nyis": -5, "pjm": -5, "soco": -6,
}  # fmt: skip
CLEAN = ("WND", "SUN", "WAT", "NUC")
FUELS = (*CLEAN, "OIL", "NG", "COL", "OTH")
SEEDS = 64
# A cell further than this share of the year's highest from the median of its five hours is a fault of the record.
OUTLIER = 0.25
# Hours of the day with less than this share of the mean output count as night.
NIGHT = 0.02
ROUND_TRIP, BATTERY_H = 0.86, 4.0


def source(area: str, table: Any) -> Fleet:
    """Return an area's 2022: the record's hours are the UTC ends of the hours."""
    mine = np.array(table["ba"].to_pylist()) == area.upper()
    rows = {fuel: clean_series(table[fuel].to_numpy()[mine].astype(float)) for fuel in FUELS}
    local = {fuel: np.roll(series, UTC_OFFSET_H[area] - 1) for fuel, series in rows.items()}
    share = sum(local[fuel] for fuel in CLEAN) / sum(local[fuel] for fuel in FUELS)
    return Fleet(wind=shape(local["WND"]), solar=shape(local["SUN"]), clean_fraction=share)


def clean_series(series: Array) -> Array:
    around = np.median(np.stack([np.roll(series, k) for k in range(-2, 3)]), axis=0)
    return np.where(np.abs(series - around) > OUTLIER * series.max(), around, series)


def shape(series: Array) -> Array | None:
    """Return a series over its highest hour; None where the area has hardly any."""
    return series / series.max() if series.max() > 0 else None


def fit(year: Fleet) -> dict[str, Array | None]:
    sun = solar_numbers(year.solar)
    day_score = sun.pop("day_score")
    waves_, deviation, lag, days, units = [], [], [], [], []
    for series in (year.wind, year.clean_fraction):
        if series is None:
            parts = (np.zeros((12, 4)), np.zeros(365), np.ones(12), 0.0, np.random.default_rng(0).normal(size=8760))
        else:
            score = score_by_month(series)
            coefficients = harmonics(score)
            parts = (coefficients, *split(score - waves(coefficients)))
        for held, part in zip((waves_, days, deviation, lag, units), parts, strict=True):
            held.append(part)
    memory, innovation = autoregression(np.stack([*days, day_score], axis=1))
    shocks = [u[1:] - phi * u[:-1] for u, phi in zip(units, lag, strict=True)]
    return sun | {
        "wind_quantiles": None if year.wind is None else monthly(year.wind, P13),
        "clean_quantiles": monthly(year.clean_fraction, P13),
        "harmonics": np.stack(waves_), "residual_deviation": np.stack(deviation), "lag_one": np.array(lag),
        "residual_correlation": np.array([np.corrcoef(*shocks)[0, 1]]),
        "daily_memory": memory, "daily_innovation": triangles(innovation),
    }  # fmt: skip


def solar_numbers(solar: Array | None) -> dict[str, Array | None]:
    names = ("solar_mean", "solar_daily_quantiles", "solar_quantiles")
    if solar is None:
        return {**dict.fromkeys(names), "solar_noise": np.zeros(1), "day_score": np.zeros(365)}
    mean = np.stack([solar[h].reshape(-1, 24).mean(axis=0) for h in HOURS_OF_MONTH])
    mean = mean * (mean > NIGHT * mean.mean())
    typical = solar_shape(mean)
    multiplier = solar.reshape(-1, 24).sum(axis=1) / typical.reshape(-1, 24).sum(axis=1)
    expected = typical * np.repeat(multiplier, 24)
    day = expected > 0.1 * expected.max()
    active = (mean > 0)[MONTH_OF_HOUR, HOUR_OF_DAY]
    return {
        "solar_mean": mean,
        "solar_daily_quantiles": np.stack([quantiles(multiplier[d], P7) for d in DAYS_OF_MONTH]),
        "solar_quantiles": monthly(solar, P13, active),
        "solar_noise": np.array([(solar[day] / expected[day] - 1.0).std()]),
        "day_score": np.concatenate([rank_scores(multiplier[d]) for d in DAYS_OF_MONTH]),
    }


# ---- what the year is judged by ------------------------------------------------------------------------------------


def matched(supply: Array, battery_h: float = 0.0) -> float:
    """Return the share of a flat load of 1 met hour by hour, the battery charged from surplus alone."""
    met = float(np.minimum(supply, 1.0).sum())
    if battery_h == 0.0:
        return met / len(supply)
    held, power, delivered = 0.0, 1.0, 0.0
    for surplus in (supply - 1.0).tolist():
        if surplus > 0.0:
            held = min(held + ROUND_TRIP * min(surplus, power), battery_h)
        else:
            taken = min(-surplus, held, power)
            held -= taken
            delivered += taken
    return (met + delivered) / len(supply)


def supplies(year: Fleet) -> dict[str, Array]:
    """Return supplies whose energy over the year is that of a flat load of 1."""
    single = {name: x / x.mean() for name, x in (("solar", year.solar), ("wind", year.wind)) if x is not None}
    if len(single) == 2:
        single["half"] = 0.5 * (single["solar"] + single["wind"])
    return single


def measures(year: Fleet) -> dict[str, float]:
    found = {}
    for name, supply in supplies(year).items():
        found[name] = matched(supply)
        bought = np.maximum(1.0 - supply, 0.0) * year.clean_fraction
        found[f"{name}_clean"] = float((np.minimum(supply, 1.0) + bought).mean())
    last = list(supplies(year).values())[-1]
    found["battery_4h"] = matched(last, BATTERY_H)
    for days in (1, 3, 7):
        window = np.convolve(last, np.ones(24 * days) / (24 * days), mode="valid")
        found[f"worst_{days}d"] = float(window.min())
    found["clean_mean"] = float(year.clean_fraction.mean())
    return found


def penalty(errors: dict[str, float]) -> float:
    """Weigh the errors of a seed: shares to half a point, clean shares to 0.7, spells to three points."""
    scale = {"worst": 0.03, "clean": 0.007}
    return sum((e / next((s for k, s in scale.items() if k in name), 0.005)) ** 2 for name, e in errors.items())


def body(area: str, year: Fleet) -> dict[str, Any]:
    content: dict[str, Any] = {
        "id": area, "name": area.upper(),
        "source": f"statistics of EIA-930 hourly generation by fuel 2022, balancing authority {area.upper()}",
        "date": "2022", "grade": "B", "utc_offset_h": UTC_OFFSET_H[area], "seed": 0, "errors": {},
        "numbers": stored(fit(year), SUPPLY_LAYOUT),
    }  # fmt: skip
    real = measures(year)
    normals = supply_from(content)
    tables = [
        {name: made - real[name] for name, made in measures(synthetic_fleet(normals, seed)).items()}
        for seed in range(SEEDS)
    ]
    content["seed"] = min(range(SEEDS), key=lambda seed: penalty(tables[seed]))
    mean = {f"{name}_mean_of_seeds": np.mean([t[name] for t in tables]) for name in supplies(year)}
    content["errors"] = {k: round(float(v), 4) for k, v in (tables[content["seed"]] | mean).items()}
    return content


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    table = parquet.read_table(shared() / "energy/eia930_2022_hourly_by_fuel.parquet")
    for area in UTC_OFFSET_H:
        year = source(area, table)
        content = body(area, year)
        text = json.dumps(content, separators=(",", ":")) + "\n"
        (OUT / f"{area}.json").write_text(text, encoding="utf-8")
        real = {name: round(value, 3) for name, value in measures(year).items()}
        sys.stdout.write(f"{area} {len(text)} bytes, seed {content['seed']}\n")
        sys.stdout.write(f"  2022   {real}\n  errors {content['errors']}\n")


if __name__ == "__main__":
    main()
