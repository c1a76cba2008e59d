"""Read a user's hourly supply profile: what solar, wind and the grid at his own place do in 8,760 hours."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from denshi.climate.calendar import HOURS
from denshi.errors import FileError

COLUMNS = ("solar_cf", "wind_cf", "clean_fraction")


@dataclass(frozen=True, slots=True)
class Profile:
    """Hourly capacity factors of solar and wind and the clean share of the grid [1], in the weather's local time."""

    solar_cf: NDArray[np.float64]
    wind_cf: NDArray[np.float64]
    clean_fraction: NDArray[np.float64]


def read_profile(path: str | Path) -> Profile:
    """Read a CSV file of one line of column names (``solar_cf``, ``wind_cf``, ``clean_fraction``) and 8,760 hours.

    Raises
    ------
    FileError : the file cannot be read, lacks a column or an hour, or holds anything but fractions from 0 to 1.
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
    try:
        columns = {name: np.array([line[name] for line in lines], dtype=float) for name in COLUMNS}
    except (TypeError, ValueError) as error:
        raise FileError("holds what is no number", where=where, why=str(error)) from None
    for name, values in columns.items():
        wrong = np.flatnonzero(~((values >= 0.0) & (values <= 1.0)))
        if len(wrong):
            raise FileError(f"{name} is {values[wrong[0]]:g}, no fraction", where=f"{where}: line {wrong[0] + 2}")
    return Profile(**columns)
