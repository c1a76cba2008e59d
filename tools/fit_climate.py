"""Fit weather normals to hourly typical years and write them, with their error table, into the catalogue.

    DENSHI_SHARED=../shared python tools/fit_climate.py

Reads ``weather/us_tmy3/*.tmy3.gz`` and ``weather/jp/*.csv.gz``; writes ``src/denshi/catalog/data/climate/<id>.json``.
The error table compares five plain cooling plants in the generated and in the source year. The plants are simple
re-writings that see the weather as real plants do; they are no part of denshi's own facility room.
"""

import csv
import gzip
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from denshi.catalog.normals import P9, P13, WEATHER_LAYOUT, weather_from
from denshi.climate.calendar import (
    DAYS_OF_MONTH,
    HOUR_OF_DAY,
    HOURS_OF_MONTH,
    MONTH_OF_HOUR,
    SEASON_OF_DAY,
)
from denshi.climate.read import read_weather
from denshi.climate.scores import basis, harmonic_basis, hourly, rank_scores, waves
from denshi.climate.sun import sun
from denshi.climate.weather import Weather, synthetic_weather
from denshi.psychrometrics import (
    humidity_ratio,
    relative_humidity_fraction,
    standard_pressure_pa,
    wet_bulb_c,
)

Array = np.ndarray
OUT = Path(__file__).resolve().parents[1] / "src/denshi/catalog/data/climate"
TMY3_SOURCE = "statistics of NREL TMY3 (NREL/TP-581-43156), station {station}, months of 1991-2005"
JAPAN_SOURCE = "statistics of BRI-EES-House/pyhees {file} (expanded AMeDAS, MIT)"
JAPAN_NOTE = (
    "pressure is the standard atmosphere's; no wind in the source; place of the station from memory"
)
# id, name, latitude, longitude, elevation: the source gives no place.
JAPAN = {
    "pyhees_climateData_2.csv.gz": ("jp-iwamizawa", "Iwamizawa", 43.21, 141.79, 42.0),
    "pyhees_climateData_6.csv.gz": ("jp-okayama", "Okayama", 34.66, 133.92, 5.0),
}
HARMONIC_FLOOR = 0.02


def shared() -> Path:
    return Path(os.environ.get("DENSHI_SHARED", "../shared"))


def sources(root: Path) -> dict[str, Path]:
    """Return the file of each station by its id."""
    found = {
        re.sub(r"[^a-z0-9]+", "-", path.name.removesuffix(".tmy3.gz").lower()).strip("-"): path
        for path in sorted((root / "weather/us_tmy3").glob("*.tmy3.gz"))
    }
    return found | {JAPAN[path.name][0]: path for path in sorted((root / "weather/jp").glob("*.csv.gz"))}


def source_year(path: Path) -> Weather:
    """Read a station's source year."""
    return japanese_year(path) if path.name in JAPAN else read_weather(path)


def japanese_year(path: Path) -> Weather:
    """Read temperature, humidity ratio and radiation; hours are instants, so sunshine is centred on the hour's end."""
    _, name, latitude, longitude, elevation_m = JAPAN[path.name]
    with gzip.open(path, "rt", encoding="cp932") as text:
        table = np.array([row[:7] for row in list(csv.reader(text))[1:]], dtype=float)
    pressure = np.full(8760, float(standard_pressure_pa(elevation_m)))
    dry_bulb, humidity = table[:, 3], np.maximum(table[:, 4], 1e-4)
    dni, dhi = (0.5 * (table[:, column] + np.roll(table[:, column], 1)) for column in (5, 6))
    up = sun(latitude, longitude, 9.0).cos_zenith
    dni, dhi = dni * (up > 0), dhi * (up > 0)
    return Weather(
        name=name, latitude=latitude, longitude=longitude, elevation_m=elevation_m, utc_offset_h=9.0,
        dry_bulb_c=dry_bulb, wet_bulb_c=wet_bulb_c(dry_bulb, humidity, pressure), pressure_pa=pressure,
        wind_m_per_s=np.zeros(8760), ghi_w_per_m2=dhi + dni * up, dni_w_per_m2=dni, dhi_w_per_m2=dhi,
    )  # fmt: skip


def quantiles(values: Array, nodes: tuple[float, ...]) -> Array:
    """Fit the nodes between lowest and highest by least squares over the ranked values."""
    ranked, weights = np.sort(values), basis(len(values), nodes)
    fitted = np.full(len(nodes), ranked[0])
    fitted[-1] = ranked[-1]
    rest = ranked - weights[:, 0] * ranked[0] - weights[:, -1] * ranked[-1]
    fitted[1:-1] = np.linalg.lstsq(weights[:, 1:-1], rest, rcond=None)[0]
    return np.clip(np.maximum.accumulate(fitted), ranked[0], ranked[-1])


def monthly(values: Array, nodes: tuple[float, ...], keep: Array | None = None) -> Array:
    keep = np.ones(len(values), dtype=bool) if keep is None else keep
    return np.stack([quantiles(values[h][keep[h]], nodes) for h in HOURS_OF_MONTH])


def score_by_month(values: Array) -> Array:
    return np.concatenate([rank_scores(values[h]) for h in HOURS_OF_MONTH])


def harmonics(score: Array) -> Array:
    wave = harmonic_basis()[HOUR_OF_DAY]
    return np.stack([np.linalg.lstsq(wave[h], score[h], rcond=None)[0] for h in HOURS_OF_MONTH])


def split(residual: Array) -> tuple[Array, Array, float, Array]:
    """Split what the harmonics leave into daily means and the rest: means, deviation by month, lag one, the rest."""
    means = residual.reshape(-1, 24).mean(axis=1)
    rest = residual - hourly(means)
    deviation = np.array([rest[h].std() for h in HOURS_OF_MONTH])
    unit = rest / np.maximum(deviation, 1e-3)[MONTH_OF_HOUR]
    return means, deviation, float(np.corrcoef(unit[1:], unit[:-1])[0, 1]), unit


def autoregression(days: Array) -> tuple[Array, Array]:
    """Fit A and the covariance of e in ``D_d = A D_(d-1) + e`` for each season, shape (365, k)."""
    memory, innovation = [], []
    for season in range(4):
        now = np.flatnonzero(season == SEASON_OF_DAY)
        before = days[now - 1]
        a = np.linalg.lstsq(before, days[now], rcond=None)[0].T
        covariance = np.cov((days[now] - before @ a.T).T)
        values, vectors = np.linalg.eigh(covariance)
        memory.append(a)
        innovation.append(vectors @ np.diag(np.maximum(values, HARMONIC_FLOOR)) @ vectors.T)
    return np.stack(memory), np.stack(innovation)


def triangles(matrices: Array) -> Array:
    rows, columns = np.tril_indices(matrices.shape[1])
    return matrices[:, rows, columns]


def fit(year: Weather) -> dict[str, Array | None]:
    """Return the numbers of a year by name of the field."""
    place = sun(year.latitude, year.longitude, year.utc_offset_h)
    above = place.extraterrestrial_w_per_m2 * place.cos_zenith
    daily_clearness = year.ghi_w_per_m2.reshape(-1, 24).sum(axis=1) / above.reshape(-1, 24).sum(axis=1)
    clear = np.concatenate([rank_scores(daily_clearness[d]) for d in DAYS_OF_MONTH])
    up = place.cos_zenith > 0
    clearness = np.minimum(np.divide(year.ghi_w_per_m2, above, out=np.zeros(8760), where=up), 1.0)
    variables = [year.dry_bulb_c, year.wet_bulb_c]
    if year.wind_m_per_s.any():
        variables.append(year.wind_m_per_s)
    numbers = process(variables, clear)
    pressure = np.array([year.pressure_pa[h].mean() for h in HOURS_OF_MONTH])
    return numbers | {
        "dry_bulb_quantiles_c": monthly(year.dry_bulb_c, P13),
        "wet_bulb_quantiles_c": monthly(year.wet_bulb_c, P13),
        "depression_quantiles_k": monthly(year.dry_bulb_c - year.wet_bulb_c, P9),
        "wind_quantiles_m_per_s": monthly(year.wind_m_per_s, P13) if year.wind_m_per_s.any() else None,
        "pressure_mean_pa": pressure,
        "pressure_deviation_pa": np.array([(year.pressure_pa - pressure[MONTH_OF_HOUR]).std()]),
        "daily_clearness_quantiles": np.stack([quantiles(daily_clearness[d], P9) for d in DAYS_OF_MONTH]),
        "hourly_clearness_quantiles": monthly(clearness, P9, up),
        "ghi_wh_per_m2": np.array([year.ghi_w_per_m2[h].sum() for h in HOURS_OF_MONTH]),
        "dhi_wh_per_m2": diffuse_sums(year),
        "dni_quantiles_w_per_m2": monthly(year.dni_w_per_m2, P9, up),
    }


def diffuse_sums(year: Weather) -> Array:
    return np.array([min(year.dhi_w_per_m2[h].sum(), year.ghi_w_per_m2[h].sum()) for h in HOURS_OF_MONTH])


def process(variables: list[Array], clear: Array) -> dict[str, Array | None]:
    """Fit the random process that orders the hours."""
    waves_, deviation, lag, days, units = [], [], [], [], []
    gain = np.zeros(12)
    for i, values in enumerate(variables):
        score = score_by_month(values)
        coefficients = harmonics(score)
        wave = waves(coefficients)
        if i == 0:
            lean = wave * hourly(clear)
            means = (score - wave).reshape(-1, 24).mean(axis=1)
            rest = score - wave - hourly(means)
            gain = np.array([(lean[h] * rest[h]).sum() / (lean[h] ** 2).sum() for h in HOURS_OF_MONTH])
            wave = wave + gain[MONTH_OF_HOUR] * lean
        means, deviation_, lag_one, unit = split(score - wave)
        waves_.append(coefficients)
        deviation.append(deviation_)
        lag.append(lag_one)
        days.append(means)
        units.append(unit)
    absent = len(variables) == 2
    if absent:
        waves_.append(np.zeros((12, 4)))
        deviation.append(np.ones(12))
        lag.append(0.0)
    memory, innovation = autoregression(np.stack([*days, clear], axis=1))
    if absent:
        memory = np.insert(np.insert(memory, 2, 0.0, axis=1), 2, 0.0, axis=2)
        innovation = np.insert(np.insert(innovation, 2, 0.0, axis=1), 2, 0.0, axis=2)
        innovation[:, 2, 2] = 1.0
    shock_t, shock_w = (u[1:] - phi * u[:-1] for u, phi in zip(units[:2], lag[:2], strict=True))
    return {
        "harmonics": np.stack(waves_), "residual_deviation": np.stack(deviation), "lag_one": np.array(lag),
        "residual_correlation": np.array([np.corrcoef(shock_t, shock_w)[0, 1]]), "clear_day_gain": gain,
        "daily_memory": memory, "daily_innovation": triangles(innovation),
    }  # fmt: skip


def stored(numbers: Mapping[str, Array | None], layout: Mapping[str, tuple[tuple[int, ...], float]]) -> dict[str, Any]:
    """Return the numbers as lists of integers, each times its step."""
    return {
        name: None if (values := numbers[name]) is None else np.round(np.ravel(values) / step).astype(int).tolist()
        for name, (_, step) in layout.items()
    }


def body(id_: str, year: Weather, path: Path) -> dict[str, Any]:
    """Return the content of a station's file."""
    japanese = path.name in JAPAN
    head: dict[str, Any] = {
        "id": id_,
        "name": year.name,
        "source": JAPAN_SOURCE.format(file=path.name.removeprefix("pyhees_").removesuffix(".gz")) if japanese
        else TMY3_SOURCE.format(station=station_number(path)),
        "date": "2020" if japanese else "2008",
        "grade": "B",
        "latitude": year.latitude, "longitude": year.longitude,
        "elevation_m": year.elevation_m, "utc_offset_h": year.utc_offset_h,
    }  # fmt: skip
    if japanese:
        head["note"] = JAPAN_NOTE
    head |= {"errors": {}, "numbers": stored(fit(year), WEATHER_LAYOUT)}
    head["errors"] = compare(synthetic_weather(weather_from(head)), year)
    return head


def station_number(path: Path) -> str:
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
        return lines.readline().split(",")[0]


# ---- five plain plants -------------------------------------------------------------------------------------------

ELECTRICAL, SUNDRY, PUMPS, RISE_K = 0.056, 0.01, 0.012, 10.0
KELVIN = 273.15


def trim_power(share: Array, evaporator_c: float, condenser_c: Array, quality: float) -> Array:
    lift = np.maximum(condenser_c - evaporator_c, 8.0)
    return share * lift / (quality * (evaporator_c + KELVIN))


def free_share(reach_c: Array, supply_c: float) -> Array:
    return np.clip((supply_c + RISE_K - reach_c) / RISE_K, 0.0, 1.0)


def plants(year: Weather) -> dict[str, tuple[Array, Array]]:
    """Return PUE and site water [L/kWh] of each hour for five plants."""
    t, w = year.dry_bulb_c, year.wet_bulb_c
    base = 1.0 + ELECTRICAL + SUNDRY + PUMPS
    dry_base, none = base - 0.02, np.zeros(8760)
    cooled = np.where(t + 6.0 > 32.0, t - 0.8 * (t - w), t)
    evaporated = 1.0 - (0.1 + 0.35 * np.clip((20.0 - t) / 30.0, 0.0, 1.0))
    wetted = 0.8 * (t - w) * (t + 6.0 > 32.0) * 1006.0 / 2.45e6 / (1006.0 * 12.0) * 3.6e6 * 1.2
    tower = trim_power(1.0 - free_share(w + 7.0, 18.0), 12.0, w + 10.0, 0.55)
    dry = {
        supply: trim_power(1.0 - free_share(t + 6.0, supply), supply - 4.0, t + 12.0, 0.42) for supply in (32.0, 45.0)
    }
    adiabatic = trim_power(1.0 - free_share(cooled + 6.0, 32.0), 28.0, cooled + 12.0, 0.42)
    return {
        "air": (base + trim_power(np.ones(8760), 12.0, t + 15.0, 0.42), none),
        "tower": (base + 0.01 + tower, 3.6e6 / 2.45e6 * evaporated * 1.25),
        "dry32": (dry_base + 0.02 + dry[32.0], none),
        "dry45": (dry_base + 0.02 + dry[45.0], none),
        "adiabatic": (dry_base + 0.02 + adiabatic, wetted),
    }


def compare(made: Weather, real: Weather) -> dict[str, float]:
    """Return generated minus source: temperatures [K], hours, PUE [1], water [L/kWh], sunshine as a fraction."""
    table = {
        "dry_bulb_mean_k": made.dry_bulb_c.mean() - real.dry_bulb_c.mean(),
        "wet_bulb_mean_k": made.wet_bulb_c.mean() - real.wet_bulb_c.mean(),
        "trim_32_h": float((made.dry_bulb_c > 26.0).sum()) - (real.dry_bulb_c > 26.0).sum(),
        "trim_40_h": float((made.dry_bulb_c > 34.0).sum()) - (real.dry_bulb_c > 34.0).sum(),
    }
    table["saturated_fraction"] = saturated(made) - saturated(real)
    month = 0.0
    ours, theirs = plants(made), plants(real)
    for name, (pue, water) in ours.items():
        table[f"{name}_pue"] = pue.mean() - theirs[name][0].mean()
        table[f"{name}_peak"] = pue.max() - theirs[name][0].max()
        if water.any():
            table[f"{name}_wue"] = water.mean() - theirs[name][1].mean()
        month = max(month, *(abs(pue[h].mean() - theirs[name][0][h].mean()) for h in HOURS_OF_MONTH))
    table["worst_month_pue"] = month
    for name in ("ghi", "dni", "dhi"):
        real_sum = getattr(real, f"{name}_w_per_m2").sum()
        table[f"{name}_fraction"] = getattr(made, f"{name}_w_per_m2").sum() / real_sum - 1.0
    return {key: float(f"{value:.1e}") for key, value in table.items()}


def saturated(year: Weather) -> float:
    """Return the share of hours with a relative humidity above 0.985."""
    humidity = humidity_ratio(year.dry_bulb_c, year.wet_bulb_c, year.pressure_pa)
    return float((relative_humidity_fraction(year.dry_bulb_c, humidity, year.pressure_pa) > 0.985).mean())


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    errors = []
    for id_, path in sources(shared()).items():
        content = body(id_, source_year(path), path)
        text = json.dumps(content, separators=(",", ":"), ensure_ascii=False) + "\n"
        (OUT / f"{id_}.json").write_text(text, encoding="utf-8")
        errors.append(content["errors"])
        sys.stderr.write(f"{id_}: {len(text.encode())} bytes\n")
    for key in errors[0]:
        column = np.abs([one.get(key, 0.0) for one in errors])
        sys.stdout.write(f"{key:20s} mean {column.mean():.5f}  worst {column.max():.5f}\n")


if __name__ == "__main__":
    main()
