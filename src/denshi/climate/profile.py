"""Read a user's hourly supply profile: what solar, wind, the grid and its prices at his own place do in 8,760 hours."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from denshi.climate.calendar import HOURS
from denshi.errors import FileError

COLUMNS = ("solar_cf", "wind_cf", "clean_fraction")
PRICE, EXPORT, CARBON = "price_usd_per_kwh", "export_usd_per_kwh", "carbon_g_per_kwh"
# Beyond these no market ever cleared and no fuel burns, or the unit is another one: USD/MWh, t.
OPTIONAL = {PRICE: (-20.0, 100.0), EXPORT: (-20.0, 100.0), CARBON: (0.0, 3000.0)}


@dataclass(frozen=True, slots=True)
class Profile:
    """Hourly capacity factors of solar and wind and the clean share of the grid [1], in the weather's local time.

    Prices of purchase and of sold surplus [USD/kWh] and carbon of purchase [gCO2/kWh] are None where the file has none.
    """

    solar_cf: NDArray[np.float64]
    wind_cf: NDArray[np.float64]
    clean_fraction: NDArray[np.float64]
    price_usd_per_kwh: NDArray[np.float64] | None = None
    export_usd_per_kwh: NDArray[np.float64] | None = None
    carbon_g_per_kwh: NDArray[np.float64] | None = None


def read_profile(path: str | Path) -> Profile:
    """Read a CSV file of one line of column names (``solar_cf``, ``wind_cf``, ``clean_fraction``) and 8,760 hours.

    It may hold ``price_usd_per_kwh``, ``export_usd_per_kwh`` and ``carbon_g_per_kwh``, too.

    Raises
    ------
    FileError : the file cannot be read, lacks a column or an hour, or holds anything but fractions from 0 to 1, a price
        or carbon out of their range.
    """
    where = str(path)
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileError("cannot be read as CSV", where=where, why=str(error)) from None
    missing = [name for name in COLUMNS if not lines or name not in lines[0]]
    if missing:
        raise FileError(f"has no column {', '.join(missing)}", where=f"{where}: line 1")
    if len(lines) != HOURS:
        raise FileError(f"holds {len(lines):,} hours, but a year has {HOURS:,}", where=where)
    names = [*COLUMNS, *(name for name in OPTIONAL if name in lines[0])]
    try:
        columns = {name: np.array([line[name] for line in lines], dtype=float) for name in names}
    except (TypeError, ValueError) as error:
        raise FileError("holds what is no number", where=where, why=str(error)) from None
    for name, values in columns.items():
        _check(name, values, where)
    return Profile(**columns)


def _check(name: str, values: NDArray[np.float64], where: str) -> None:
    low, high = OPTIONAL.get(name, (0.0, 1.0))
    wrong = np.flatnonzero(~((values >= low) & (values <= high)))
    if len(wrong):
        said = "no fraction" if name in COLUMNS else f"not from {low:g} to {high:g}"
        raise FileError(f"{name} is {values[wrong[0]]:g}, {said}", where=f"{where}: line {wrong[0] + 2}")
