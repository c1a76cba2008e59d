"""Write the sites, the grid regions and the rental prices of the catalogue from the collected facts.

Run it again when the facts change: ``python tools/build_catalog_sites.py``. It reads the folder named by DENSHI_SHARED
(default ``../shared``) and overwrites the TOML files whose first line says so. What the collected facts lack stands in
``catalog_places.py`` with its own source and grade.
"""

import csv
import gzip
import os
import re
from collections.abc import Iterable, Mapping
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow.parquet as pq

import catalog_places as places

SHARED = Path(os.environ.get("DENSHI_SHARED", "../shared"))
DATA = Path(__file__).parents[1] / "src" / "denshi" / "catalog" / "data"
HEADER = "# Written by tools/build_catalog_sites.py; change the tool or the facts, not this file.\n"
NEAR_M = 250_000.0
EARTH_RADIUS_M = 6_371_000.0
CLEAN_FUELS = ("WND", "SUN", "WAT", "NUC")
FUELS = (*CLEAN_FUELS, "OIL", "NG", "COL", "OTH")


def distance_m(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    a, b = radians(latitude), radians(to_latitude)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(to_longitude - longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(half))


def stations() -> dict[str, tuple[float, float, float | None]]:
    """Return latitude, longitude and elevation of each weather station by the id of its normals."""
    found: dict[str, tuple[float, float, float | None]] = dict(places.JAPANESE_STATIONS)
    for path in sorted((SHARED / "weather" / "us_tmy3").glob("*.tmy3.gz")):
        with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
            head = next(csv.reader(lines))
        slug = re.sub(r"[^a-z0-9]+", "-", path.name.removesuffix(".tmy3.gz").lower()).strip("-")
        found[slug] = (float(head[4]), float(head[5]), float(head[6]))
    return found


def text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {text(item)}" for key, item in value.items()) + " }"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(text(item) for item in value) + "]"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def table(id_: str, body: Mapping[str, Any]) -> str:
    lines = [f"{key} = {text(value)}" for key, value in body.items() if value is not None]
    return f"[{id_}]\n" + "\n".join(lines) + "\n"


def write(kind: str, name: str, bodies: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    target = DATA / kind / f"{name}.toml"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(HEADER + "\n" + "\n".join(table(id_, body) for id_, body in bodies), encoding="utf-8")


def site(row: Mapping[str, str], known: Mapping[str, tuple[float, float, float | None]]) -> dict[str, Any]:
    recall = row["recall_fields"].split(";")
    grade = row.get("grade") or "C"
    latitude, longitude = float(row["lat"]), float(row["lon"])
    station, away = min(
        ((id_, distance_m(latitude, longitude, *place[:2])) for id_, place in known.items()), key=lambda pair: pair[1]
    )
    near = away <= NEAR_M
    from_memory = {"source": "from memory, unchecked", "grade": "E"}
    memory = {**from_memory, "note": "0.05 degrees is about 5 km"}
    body: dict[str, Any] = {
        "name": row["name"],
        "aliases": list(places.ALIASES.get(row["id"], ())),
        "source": row["locator"],
        "date": row.get("date") or "2026-11",
        "grade": grade,
        "group": row["group"],
        "country": row["country"]
        or {"value": places.country(row["state"]), "source": f"address: {row['state']}", "grade": "D"},
        "state": places.state(row["country"], row["state"]),
        "latitude": {"value": latitude, **memory} if "lat" in recall else latitude,
        "longitude": {"value": longitude, **memory} if "lon" in recall else longitude,
        "elevation_m": elevation(row["id"], station, away, known),
        "region": {"value": places.REGION_OF[row["id"]], **region_evidence(row)},
        "facility_price": {
            "value": places.facility_price(row["id"], row["country"] or places.country(row["state"])),
            "source": "nearest published market",
            "grade": "E",
        },
        "power_fact": row["power_fact"] or None,
        "status": row["status_2026"] or None,
    }
    if near:
        body["climate"] = {"value": station, "source": "nearest station by great circle", "grade": "D"}
        body["climate_distance_m"] = {
            "value": round(away, 0),
            "source": "great circle between the site and the station header",
            "grade": "D",
        }
    return body


def region_evidence(row: Mapping[str, str]) -> dict[str, str]:
    said = row["grid_region"] or row["balancing_authority"]
    return {
        "source": f"grid region {said or 'by country'}, balancing authority {row['balancing_authority'] or 'none'} "
        "(from memory, unchecked)",
        "grade": "E",
    }


def elevation(
    id_: str, station: str, away: float, known: Mapping[str, tuple[float, float, float | None]]
) -> dict[str, Any]:
    if id_ in places.ELEVATION_M:
        value, low, high = places.ELEVATION_M[id_]
        return {"value": value, "low": low, "high": high, "source": "from memory of the terrain", "grade": "E"}
    height = known[station][2]
    if height is None or away > places.SAME_TERRAIN_M:
        raise ValueError(f"{id_}: no station near enough and no elevation in catalog_places.py")
    return {"value": height, "source": f"TMY3 header of {station}, {away / 1e3:.0f} km away", "grade": "D"}


def sites() -> None:
    with (SHARED / "facts" / "sites.csv").open(encoding="utf-8") as lines:
        rows = [*csv.DictReader(lines), *places.MORE_SITES]
    known = stations()
    groups: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for row in rows:
        name = re.sub(r"[^a-z0-9]+", "-", row["group"].lower())
        groups.setdefault(name, []).append((row["id"], site(row, known)))
    for name, bodies in groups.items():
        write("sites", name, bodies)


def measured_areas() -> dict[str, tuple[float, float]]:
    """Return mean carbon [g/kWh] and clean share of energy of each balancing authority in 2022."""
    data = pq.read_table(SHARED / "energy" / "eia930_2022_hourly_by_fuel.parquet").to_pydict()
    areas = np.array([str(name).lower() for name in data["ba"]])
    found = {}
    for area in sorted(set(areas)):
        here = areas == area
        energy = {fuel: np.maximum(np.array(data[fuel], dtype=float)[here], 0.0).sum() for fuel in FUELS}
        clean = sum(energy[fuel] for fuel in CLEAN_FUELS) / sum(energy.values())
        found[area] = (float(np.mean(np.array(data["avg_CI"], dtype=float)[here])), float(clean))
    return found


def regions() -> None:
    areas = measured_areas()
    bodies: list[tuple[str, Mapping[str, Any]]] = []
    for id_, spec in places.REGIONS.items():
        body: dict[str, Any] = {
            "name": spec["name"],
            "source": "area of the grid operator",
            "date": "2025",
            "grade": "B",
        }
        body["country"] = spec["country"]
        profile = spec.get("profile")
        if profile:
            carbon, clean = areas[profile]
            said = f"EIA-930 2022 hourly, balancing authority {profile.upper()}"
            stand_in = f"{profile.upper()} stands for the whole area around {spec['name']}"
            body["profile"] = {"value": profile, "source": said, "date": "2022", "grade": "B", "note": stand_in}
            body["carbon_g_per_kwh"] = {
                "value": round(carbon, 1),
                "source": f"{said}: mean of the hourly average intensity",
                "date": "2022",
                "grade": "A",
                "note": "direct emissions of generation in the area, imports not counted",
            }
            body["clean_fraction"] = {
                "value": round(clean, 4),
                "source": f"{said}: wind, solar, water and nuclear over all fuels",
                "date": "2022",
                "grade": "A",
            }
        for field in ("price_usd_per_kwh", "carbon_g_per_kwh", "clean_fraction"):
            if field in spec:
                body[field] = spec[field]
        body.update(places.capacity_factors(profile, spec))
        bodies.append((id_, body))
    write("regions", "regions", bodies)


def rentals() -> None:
    with (SHARED / "facts" / "accelerators.csv").open(encoding="utf-8") as lines:
        accelerators = {row["id"]: row for row in csv.DictReader(lines)}
    with (SHARED / "facts" / "gpu_prices.csv").open(encoding="utf-8") as lines:
        quotes = list(csv.DictReader(lines))
    families = {family: basket(family, quotes) for family in places.QUOTED}
    both = [b["contract"] / b["on-demand"] for b in families.values() if b["contract"] and b["on-demand"]]
    discount = median(both)
    priced: dict[str, dict[str, Any]] = {}
    for family, id_ in places.QUOTED.items():
        priced[id_] = quoted(accelerators[id_]["name"], family, families[family], discount, len(both))
    for id_, row in accelerators.items():
        if id_ not in priced:
            reference = places.RENTED_LIKE[id_]
            priced[id_] = scaled(row, accelerators[reference], priced[reference])
    bodies = [(f"rental-{id_}", body) for id_, body in priced.items()]
    for short, id_ in places.RENTAL_ALIASES.items():
        next(body for name, body in bodies if name == f"rental-{id_}")["aliases"] = [f"rental-{short}"]
    write("prices", "rental", bodies)


def basket(family: str, quotes: list[dict[str, str]]) -> dict[str, float]:
    """Return the medians of the two baskets of a family, with the number of quotes in each."""
    newest: dict[tuple[str, str], tuple[str, float]] = {}
    for row in sorted(quotes, key=lambda q: q["date"]):
        specialised = not row["provider"].startswith(places.NOT_SPECIALISED)
        dated = re.fullmatch(r"\d{4}-\d\d-\d\d", row["date"]) is not None
        if row["gpu"] == family and specialised and dated:
            kind = "on-demand" if row["market"].startswith("on-demand") else row["market"]
            newest[(re.sub(r" \(.*", "", row["provider"]), kind)] = (row["date"], float(row["usd_per_gpu_hour"]))
    on_demand = [price for (_, kind), (_, price) in newest.items() if kind == "on-demand"]
    contract = [price for (_, kind), (_, price) in newest.items() if kind in ("reserved-from", "annual")]
    contract += [price for price, _ in places.RENTAL_INDEX.get(family, ())]
    return {
        "on-demand": median(on_demand) if on_demand else 0.0,
        "contract": median(contract) if contract else 0.0,
        "lowest": min([*contract, *on_demand], default=0.0),
        "highest": max([*contract, *on_demand], default=0.0),
        "n_on_demand": len(on_demand),
        "n_contract": len(contract),
    }


def quoted(name: str, family: str, found: Mapping[str, float], discount: float, n: int) -> dict[str, Any]:
    indices = "; ".join(source for _, source in places.RENTAL_INDEX.get(family, ()))
    value = found["contract"] or found["on-demand"] * discount
    how = (
        f"median of {found['n_contract']:.0f} contract quotes and indices"
        if found["contract"]
        else f"median on-demand quote times {discount:.2f}, the median contract over on-demand ratio of {n} families"
    )
    return {
        "name": f"Rental of one {name}",
        "source": "collected cloud price lists (specialised clouds, newest dated quote of each provider)"
        + (f"; {indices}" if indices else ""),
        "date": "2026-11",
        "grade": "C" if found["contract"] else "E",
        "value": {
            "value": round(value, 2),
            "low": round(min(found["lowest"], value), 2),
            "high": round(max(found["on-demand"], found["contract"], value), 2),
            "note": f"basket: {how}; low is the cheapest quote, high the median of {found['n_on_demand']:.0f} "
            "on-demand quotes; hyperscalers and spot are outside, because a campus is sold by contract",
        },
        "unit": "USD/h",
    }


def scaled(row: Mapping[str, str], like: Mapping[str, str], price: Mapping[str, Any]) -> dict[str, Any]:
    reference = price["value"]["value"]
    ratios = [float(row["tdp_w"]) / float(like["tdp_w"])]
    if row["bf16_tf"] and like["bf16_tf"]:
        ratios.append(float(row["bf16_tf"]) / float(like["bf16_tf"]))
    values = [reference * ratio for ratio in ratios]
    middle = float(np.exp(np.mean(np.log(values))))
    return {
        "name": f"Rental of one {row['name']}",
        "source": f"rental of {like['name']} scaled by " + ("TDP and BF16 rate" if len(ratios) > 1 else "TDP"),
        "date": "2026-11",
        "grade": "E",
        "value": {
            "value": round(middle, 2),
            "low": round(min(*values, middle * 0.7), 2),
            "high": round(max(*values, middle * 1.3), 2),
            "note": "no public quote found; geometric mean of the ratios, range their spread and at least 30 %",
        },
        "unit": "USD/h",
    }


if __name__ == "__main__":
    sites()
    regions()
    rentals()
