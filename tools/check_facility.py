"""Hold the building's PUE and WUE against published figures and against hourly weather of real stations.

Run with ``python tools/check_facility.py``; reads the measured data at ``DENSHI_SHARED`` (default ``../shared``).
"""

import csv
import gzip
import os
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from denshi.catalog import Assumption, Equipment, Price, rows
from denshi.facility import Facility, FacilityInput, run
from denshi.figure import inputs
from denshi.psychrometrics import relative_to_humidity_ratio, wet_bulb_c

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
# Climate zones of ASHRAE 169 by station, from memory.
ZONES = {
    "3A": (
        "LA-Monroe_Regional_Ap",
        "GA-Atlanta_Hartsfield_Intl_Ap",
        "GA-Augusta_Bush_Field",
        "SC-Charleston_Intl_Arpt",
        "OK-Tulsa_International_Airport",
    ),
    "4A": (
        "TN-Knoxville_Mcghee_Tyson_Ap",
        "VA-Washington_Dc_Dulles_Intl_Ar_Sterling_Isis",
        "MO-Kansas_City_Intl_Arpt",
        "KY-Paducah_Barkley_Regional_Ap",
        "NJ-Trenton_Mercer_County_Ap",
        "NY-Islip_Long_Isl_Macarthur_Ap",
        "WV-Huntington_Tristate_Arpt",
    ),
    "4B": ("NM-Albuquerque_Intl_Arpt_Isis", "TX-Amarillo_International_Ap_Canyon_Ut"),
    "5B": (
        "CO-Denver_Centennial_Golden_Nrel",
        "NV-Reno_Tahoe_International_Ap",
        "UT-Salt_Lake_City_Intl_Arpt_Isis",
        "OR-Redmond_Roberts_Field",
        "WA-Hanford",
        "NM-Sata_Fe_County_Municipal_Ap",
    ),
}


def main() -> None:
    """Print the three comparisons."""
    against_prototype()
    against_bands()
    against_published()


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


def against_bands() -> dict[str, tuple[int, int]]:
    """Print and return how many stations lie in the 5 to 95 % bands of Lei and Masanet, water economiser."""
    bands: dict[tuple[str, str], list[float]] = defaultdict(list)
    with (SHARED / "validation" / "facility.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            found = re.search(r"climate zone (\w+), case 2 ", line["context"])
            if found and line["quantity"].startswith("lei_masanet."):
                bands[(found[1], line["quantity"].split(".")[1])].append(float(line["value"]))
    inside = {"pue": 0, "wue": 0, "wue all latent": 0}
    total = 0
    print("Lei and Masanet, hyperscale water economiser: tower at 20 C, air-cooled hall, double conversion")
    for zone, stations in ZONES.items():
        for station in stations:
            result = run(case(tmy3(station), "tower-economizer", 20.0, 0.0))
            total += 1
            marks = []
            latent = all_latent_l_per_kwh(result)
            for metric, value in (("pue", result.pue_mean), ("wue", result.wue_l_per_kwh), ("wue all latent", latent)):
                band = bands[(zone, metric.split(" ")[0])]
                low, high = min(band), max(band)
                inside[metric] += low <= value <= high
                marks.append(
                    f"{metric} {value:.3f} in {low:.3f} to {high:.3f} {'yes' if low <= value <= high else 'NO'}"
                )
            print(f"  {zone} {station:48} {'   '.join(marks)}")
    for metric, count in inside.items():
        print(f"  {metric}: {count} of {total} inside")
    return {metric: (count, total) for metric, count in inside.items()}


def all_latent_l_per_kwh(found: Facility) -> float:
    """Return the WUE that the same heat would have if all of it evaporated water, as in the reference model."""
    latent_kj_per_kg, make_up = 2430.0, constant("catalog.assumptions.tower-cycles")
    evaporated_kg = found.heat_rejected_kwh_per_year * 3600.0 / latent_kj_per_kg
    return evaporated_kg * make_up / (make_up - 1.0) / found.it_energy_kwh_per_year


def against_published() -> None:
    """Print PUE beside what owners publish; their halls have batteries in the rack instead of a double conversion."""
    print("published PUE")
    golden, columbus = tmy3("CO-Denver_Centennial_Golden_Nrel"), tmy3("OH-Columbus_Port_Columbus_Intl_A")
    council, omaha = tmy3("IA-Council_Bluffs"), tmy3("NE-Omaha_Eppley_Airfield")
    battery = {"equipment": battery_for_ups()}
    warm = {**battery, "air_loop_supply_c": 24.0}  # cold aisles of 27 C
    trials = (
        ("NREL ESIF 1.036", case(golden, "tower-economizer", 24.0, 0.9, redundancy="N", **battery)),
        ("Google Columbus 1.04 to 1.06", case(columbus, "tower-economizer", 24.0, 0.0, **warm)),
        ("Google Columbus, liquid and dry", case(columbus, "liquid-dry-trim", 40.0, 0.85, **battery)),
        ("Meta fleet 1.08 (Omaha)", case(omaha, "tower-economizer", 24.0, 0.0, **warm)),
        ("Meta fleet 1.08 (Council Bluffs)", case(council, "tower-economizer", 24.0, 0.0, **warm)),
    )
    for name, given in trials:
        found: Facility = run(given)
        print(f"  {name:34} {found.pue_mean:.3f}   WUE {found.wue_l_per_kwh:.2f}   parts {shares(found)}")


def shares(found: Facility) -> str:
    """Return what each part adds to PUE."""
    parts = {**found.cooling_by_part_kwh, "electrical": found.electrical_loss_kwh_per_year}
    return ", ".join(f"{name} {kwh / found.it_energy_kwh_per_year:.3f}" for name, kwh in parts.items())


def battery_for_ups() -> dict[str, Equipment]:
    """Return the packaged plant with the losses of rack batteries in place of those of the UPS."""
    plant: dict[str, Any] = dict(rows("equipment"))
    rack = plant["bbu-rack"]
    losses = {name: getattr(rack, name) for name in ("loss_fixed", "loss_linear", "loss_square")}
    plant["ups-double-conversion"] = replace(plant["ups-double-conversion"], **losses)
    return plant


def case(
    air: dict[str, Any], plant: str, supply_c: float, liquid: float, load: float = 0.8, **changes: Any
) -> FacilityInput:
    """Return an input of 50 MW IT with the packaged constants and plant."""
    it_kw = 50_000.0
    values: dict[str, Any] = {
        **air,
        "it_power_kw": it_kw,
        "compute_power_kw": it_kw,
        "network_power_kw": 0.0,
        "storage_power_kw": 0.0,
        "management_power_kw": 0.0,
        "liquid_fraction": liquid,
        "accelerators": 1.0,
        "workload_power_kw": (load * it_kw,),
        "workload_accelerators": (1.0,),
        "system_name": "rack",
        "idle_power_fraction": 0.0,
        "supply_max_c": 60.0,
        "equipment": rows("equipment"),
        "elevation_m": 100.0,
        "country": "US",
        "distribution": "ac-415v",
        "cooling": plant,
        "supply_c": supply_c,
        "redundancy": "N+1",
        "build_price": "facility-us-mean",
        "prices": rows("prices"),
    }
    for name, given in inputs(FacilityInput).items():
        if name not in values:
            values[name] = constant(given.path)
    return FacilityInput(**{**values, **changes})


def constant(path: str) -> float:
    """Return a packaged price or assumption by its path."""
    if path == "catalog.facility_price_usd_per_kw":
        path = "catalog.prices.facility-us-mean"
    _, kind, id_ = path.split(".", 2)
    row = rows(kind)[id_]
    if not isinstance(row, Price | Assumption):
        raise TypeError(path)
    return row.value


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
