"""Hold the building's PUE and WUE against a prototype, published figures and hourly weather of real stations.

Run with ``python tools/check_facility.py``; reads the measured data at ``DENSHI_SHARED`` (default ``../shared``).
"""

import csv
import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np

from denshi.facility import FacilityInput, alone, run
from denshi.psychrometrics import relative_to_humidity_ratio, wet_bulb_c
from denshi.validation.facility import as_text, document

SHARED = Path(os.environ.get("DENSHI_SHARED", "../shared"))
BARE_CONSTANTS = {"recirculation_k": 0.0, "recirculation_wet_bulb_k": 0.0}
NO_MARGIN = {"extreme_dry_bulb_margin_k": 0.0, "extreme_wet_bulb_margin_k": 0.0}

# Station, and what the first numpy prototype gave (mean PUE, WUE, peak PUE) for the five plants below.
PROTOTYPE_PLANTS = (
    ("air-chiller", 18.0, 0.0),
    ("tower-economizer", 18.0, 0.0),
    ("liquid-dry-trim", 32.0, 1.0),
    ("liquid-dry-trim", 45.0, 1.0),
    ("liquid-adiabatic", 32.0, 1.0),
)
PROTOTYPE = {
    "LA-Monroe_Regional_Ap": ("1.250/0/1.41", "1.154/1.64/1.27", "1.095/0/1.29", "1.079/0/1.09", "1.085/.14/1.17"),
    "OH-Columbus_Port_Columbus_Intl_A": (
        "1.213/0/1.38",
        "1.115/1.48/1.25",
        "1.082/0/1.23",
        "1.078/0/1.08",
        "1.080/.04/1.12",
    ),
    "TX-Abilene_Regional_Ap_Ut": ("1.247/0/1.43", "1.132/1.60/1.24", "1.097/0/1.31", "1.079/0/1.12", "1.082/.24/1.13"),
    "TX-El_Paso_International_Ap_Ut": (
        "1.248/0/1.41",
        "1.110/1.58/1.23",
        "1.097/0/1.29",
        "1.079/0/1.10",
        "1.081/.35/1.10",
    ),
    "ID-Idaho_Falls_Fanning_Field": (
        "1.196/0/1.39",
        "1.092/1.39/1.23",
        "1.083/0/1.27",
        "1.078/0/1.08",
        "1.079/.09/1.10",
    ),
    "TN-Knoxville_Mcghee_Tyson_Ap": (
        "1.229/0/1.41",
        "1.132/1.56/1.26",
        "1.087/0/1.29",
        "1.079/0/1.09",
        "1.082/.10/1.15",
    ),
    "JP-2": ("1.195/0/1.36", "1.105/1.41/1.24", "1.080/0/1.19", "1.078/0/1.08", "1.079/.01/1.11"),
    "JP-6": ("1.232/0/1.39", "1.134/1.58/1.26", "1.088/0/1.27", "1.078/0/1.08", "1.083/.09/1.14"),
}


def main() -> None:
    """Print the comparisons: with the first prototype, then all of ``denshi validate facility``."""
    against_prototype()
    print()
    print(as_text(document(SHARED)), end="")


def against_prototype() -> None:
    """Print mean PUE / WUE / peak PUE beside those of the prototype, one loop, no margins, 80 % load."""
    print("mean PUE / WUE L/kWh / peak PUE, in brackets the prototype; and hours with a chiller")
    for station, theirs in PROTOTYPE.items():
        air = japanese(station) if station.startswith("JP") else tmy3(station)
        print(f"  {station}")
        for (plant, supply_c, liquid), their in zip(PROTOTYPE_PLANTS, theirs, strict=True):
            found = run(case(air, plant, supply_c, liquid, redundancy="N", **BARE_CONSTANTS, **NO_MARGIN))
            ours = f"{found.pue_mean:.3f} / {found.wue_l_per_kwh:.2f} / {found.pue_peak:.2f}"
            print(f"    {plant:17} {supply_c:.0f} C  {ours}   ({their})   {found.trim_hours} h")


def case(
    air: dict[str, Any], plant: str, supply_c: float, liquid: float, load: float = 0.8, **changes: Any
) -> FacilityInput:
    """Return an input of 50 MW IT at a part of its nameplate, with the packaged constants and plant."""
    redundancy = changes.pop("redundancy", "N+1")
    return alone(
        **air,
        cooling=plant,
        supply_c=supply_c,
        load_kw=50_000.0,
        liquid_fraction=liquid,
        redundancy=redundancy,
        elevation_m=100.0,
        changes={"workload_power_kw": (load * 50_000.0,), **changes},
    )


def tmy3(station: str) -> dict[str, Any]:
    """Read a TMY3 file: dry bulb, wet bulb from relative humidity, pressure."""
    with gzip.open(SHARED / "weather" / "us_tmy3" / f"{station}.tmy3.gz", "rt", encoding="latin-1") as file:
        next(file)
        lines = list(csv.DictReader(file))
    dry = np.array([float(line["Dry-bulb (C)"]) for line in lines])
    relative = np.array([float(line["RHum (%)"]) for line in lines]) / 100.0
    pressure = np.array([float(line["Pressure (mbar)"]) for line in lines]) * 100.0
    wet = wet_bulb_c(dry, relative_to_humidity_ratio(dry, np.clip(relative, 0.01, 1.0), pressure), pressure)
    return {"dry_bulb_c": dry, "wet_bulb_c": wet, "pressure_pa": pressure}


def japanese(station: str) -> dict[str, Any]:
    """Read a pyhees climate file: dry bulb and humidity ratio; it has no pressure."""
    name = f"pyhees_climateData_{station.removeprefix('JP-')}.csv.gz"
    with gzip.open(SHARED / "weather" / "jp" / name, "rt", encoding="cp932") as file:
        next(file)
        lines = [line for line in csv.reader(file) if line]
    dry = np.array([float(line[3]) for line in lines])
    ratio = np.array([float(line[4]) for line in lines])
    pressure = np.full_like(dry, 101_325.0)
    return {"dry_bulb_c": dry, "wet_bulb_c": wet_bulb_c(dry, ratio, pressure), "pressure_pa": pressure}


if __name__ == "__main__":
    main()
