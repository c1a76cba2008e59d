"""Write the trade facts of the catalogue: countries, parts, export controls, duties by component, rental quotes.

Run it again when a rule changes: ``python tools/build_catalog_trade.py``. Rental quotes are read from the collected
facts (``DENSHI_SHARED``); the rest stands in ``tools/trade_*.py``.
"""

import csv
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import trade_controls
import trade_duties
import trade_places

DATA = Path(__file__).parents[1] / "src" / "denshi" / "catalog" / "data"
SHARED = Path(os.environ.get("DENSHI_SHARED", Path(__file__).parents[2] / "shared"))
HEADER = "# Written by tools/build_catalog_trade.py; change the tool or the facts, not this file.\n"

# What the collected price list calls a part, and its row here; families with no row are left out.
RENTED = {
    "H100-SXM-80GB": "h100-sxm-80gb",
    "H100-PCIe-80GB": "h100-pcie",
    "H200-141GB": "h200-sxm-141gb",
    "B200-180GB": "b200-sxm-180gb",
    "B300-288GB": "b300-sxm-270gb",
    "GB200-186GB": "gb200",
    "A100-SXM-80GB": "a100-sxm-80gb",
    "A100-SXM-40GB": "a100-sxm-40gb",
    "MI300X-192GB": "mi300x",
    "RTX-PRO-6000-96GB": "rtx-pro-6000",
}
# Place of a quote by a word of its region; what has none of these names no country.
PLACES = (
    ("tokyo", "JP"), ("osaka", "JP"), ("japan", "JP"), ("asia-northeast", "JP"), ("fin", "FI"), ("eu-north1", "FI"),
    ("us", "US"), ("eastus", "US"), ("houston", "US"), ("nyc", "US"), ("paris", "FR"),
)  # fmt: skip
TERM_MONTHS = {"reserved-1y": 12, "reserved-3y": 36, "annual": 12, "annual dedicated node": 12}


# The value of each kind that carries the note of its row.
NOTED = ("verdict", "rate", "usd_per_h", "groups", "tpp")


def text(id_: str, body: Mapping[str, object]) -> str:
    lines, note = [f"[{id_}]"], body.get("note")
    for key, value in body.items():
        if value is None or key in ("note", "day_source"):
            continue
        if isinstance(value, str):
            shown = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        elif isinstance(value, list | tuple):
            shown = "[" + ", ".join(f'"{one}"' for one in value) + "]"
        else:
            shown = repr(value)
        if key == "effective_from" and body.get("day_source"):
            shown = f'{{ value = {shown}, source = "{body["day_source"]}", grade = "E" }}'
        if note and key in NOTED:
            shown = f'{{ value = {shown}, note = "{note}" }}'
        lines.append(f"{key} = {shown}")
    return "\n".join(lines) + "\n"


def write(kind: str, name: str, bodies: Sequence[tuple[str, Mapping[str, object]]]) -> None:
    ids = [id_ for id_, _ in bodies]
    twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
    if twice:
        raise SystemExit(f"{kind}/{name}: {twice[0]} is written twice")
    (DATA / kind).mkdir(parents=True, exist_ok=True)
    (DATA / kind / f"{name}.toml").write_text(
        HEADER + "\n" + "\n".join(text(id_, body) for id_, body in bodies), encoding="utf-8"
    )


def rentals() -> list[tuple[str, Mapping[str, object]]]:
    with (SHARED / "facts" / "gpu_prices.csv").open(encoding="utf-8") as lines:
        quotes = list(csv.DictReader(lines))
    bodies: dict[str, Mapping[str, object]] = {}
    for row in quotes:
        part = RENTED.get(row["gpu"])
        if part is None:
            continue
        stem = re.sub(r"[^a-z0-9]+", "-", f"{part} {row['provider']} {row['market']} {row['region']}".lower())
        dated = re.fullmatch(r"\d{4}-\d\d-\d\d", row["date"]) is not None
        id_ = f"{stem.strip('-')}-{row['date'].replace('/', '-')}"
        while id_ in bodies:
            id_ += "-b"
        market = row["market"]
        bodies[id_] = {
            "name": f"{row['gpu']} at {row['provider']}, {market}, {row['region']}",
            "source": row["source"],
            "date": row["date"],
            "grade": "C" if dated else "E",
            "note": "; ".join(one for one in (row["local_price"], "" if dated else row["date_kind"]) if one),
            "accelerator": part,
            "provider": row["provider"],
            "basis": basis(market),
            "usd_per_h": float(row["usd_per_gpu_hour"]),
            "country": place(row["region"]),
            "region": row["region"],
            "term_months": TERM_MONTHS.get(market, 0),
            "least_accelerators": int(row["min_gpus"] or 1),
            "quoted": row["date"],
        }
    for part, usd, when, source, kind in trade_duties.RENTAL_INDICES:
        bodies[f"{part}-{kind}-index-{when}"] = {
            "name": f"{part}, index of {kind} prices",
            "source": source,
            "date": when,
            "grade": "C",
            "accelerator": part,
            "provider": "index",
            "basis": "index" if kind == "spot" else "contract",
            "usd_per_h": usd,
            "country": "",
            "region": "multi",
            "term_months": 12 if kind == "contract" else 0,
            "least_accelerators": 1,
            "quoted": when,
        }
    return list(bodies.items())


def basis(market: str) -> str:
    if market.startswith("spot"):
        return "spot"
    if market.startswith(("reserved", "annual", "points")):
        return "contract"
    return "posted"


def place(region: str) -> str:
    words = re.split(r"[^a-z0-9-]+", region.lower())
    for word, country in PLACES:
        if any(one == word or one.startswith(f"{word}-") for one in words):
            return country
    return ""


def main() -> None:
    write("countries", "countries", trade_places.countries())
    write("parts", "parts", trade_places.parts())
    write("controls", "export", trade_controls.controls())
    write("duties", "duties", trade_duties.duties())
    write("rentals", "quotes", rentals())


if __name__ == "__main__":
    main()
