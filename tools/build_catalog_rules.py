"""Write the dated tariff rows of the catalogue: one row for each import country, origin, goods and date of change.

Run it again when a rate changes: ``python tools/build_catalog_rules.py``. The regimes below are what importers of
data-centre goods met; the duty that applied before them (column 1) is zero for computers by the Information Technology
Agreement and is left out of the rest, where it is 0 to 3 %.
"""

from collections.abc import Iterator
from pathlib import Path

RULES = Path(__file__).parents[1] / "src" / "denshi" / "catalog" / "data" / "rules"
HEADER = "# Written by tools/build_catalog_rules.py; change the tool, not this file.\n"

GOODS = ("accelerator-system", "network", "power", "cooling", "building", "land", "energy")
ELECTRONICS = ("accelerator-system", "network")
PLANT = ("power", "cooling", "building")

# Share of a transformer's, switchboard's or chiller's value that is steel, aluminium or copper: an assumption. Section
# 232 takes its duty on that share and the general surcharge on the rest.
METAL_SHARE = 0.25
METAL_RATE = 0.50

ANNOUNCED = "announced 2025-04-02 (ieu-monitoring.com; mondaq.com)"
EXEMPT = "semiconductors and HTS 8471/8473 excluded, retroactive to 2025-04-05, by the memorandum of 2025-04-11"
AUGUST = "executive order of 2025-07-31, in force 2025-08-07 (mondaq.com 1664496; solowp.com)"
METAL = "Section 232 on aluminium derivatives, 2025-08-18, HTS 8504 among them (aluminummarketupdate.crugroup.com)"
TAIWAN = "at most 15 % in all from 2026-01-15 (sewwglobal.com)"
CHIPS = "Section 232, 25 % from 2026-01-15 on two narrow classes; US data centres are exempt (whitecase.com)"
COURT = "Learning Resources v. Trump, 2026-02-20; collection ended 2026-02-24 (perkinscoie.com; mondaq.com 1753392)"
SURCHARGE = "Section 122, 10 % by proclamation for 150 days from 2026-02-24 (mondaq.com 1753392; natlawreview.com)"
ENDED = "Section 122 ends after 150 days, 2026-07-24, unless Congress extends it (junologistics.com)"
USMCA = "goods of the United States-Mexico-Canada Agreement stay free of it (globaltradealert.org)"

# Reciprocal rate of each origin: announced on 2025-04-02; in force from 2025-08-07 to 2026-02-24; grade of the latter.
ORIGINS = {
    "TW": (0.32, 0.20, "C"),
    "CN": (0.34, 0.10, "C"),
    "VN": (0.46, 0.20, "C"),
    "TH": (0.36, 0.19, "C"),
    "MY": (0.24, 0.19, "C"),
    "KR": (0.25, 0.15, "C"),
    "JP": (0.24, 0.15, "C"),
    "DE": (0.20, 0.15, "C"),
    "FR": (0.20, 0.15, "C"),
    "IT": (0.20, 0.15, "C"),
    "IE": (0.20, 0.15, "C"),
    "CH": (0.31, 0.39, "C"),
    "IN": (0.26, 0.25, "C"),
    "SG": (0.10, 0.10, "E"),
    "GB": (0.10, 0.10, "C"),
    "IL": (0.17, 0.15, "C"),
}
FREE_TRADE = ("MX", "CA")


Row = tuple[str, str, str, str, float, str, str, str, str]


def us_electronics() -> Iterator[Row]:
    for origin, (announced, _, _) in ORIGINS.items():
        for goods in ELECTRONICS:
            known = "C" if origin in ("TW", "CN", "JP", "KR") else "E"
            yield (
                "US", origin, goods, "2025-04-02", announced, "announced, never collected", ANNOUNCED, known,
                "the exclusion of 2025-04-11 reached back to before the first day of collection",
            )  # fmt: skip
            yield (
                "US", origin, goods, "2025-04-05", 0.0, "excluded from the reciprocal tariff", EXEMPT, "C",
                "column 1 duty is zero by the Information Technology Agreement"
                + ("; Section 301 duties on Chinese servers are outside this row" if origin == "CN" else ""),
            )  # fmt: skip
            yield ("US", origin, goods, "2026-01-15", 0.0, "Section 232 on chips, data centres exempt", CHIPS, "C",
                   "25 % on 14,000-17,500 TPP at 4,500-5,000 GB/s or 20,800-21,100 TPP at 5,800-6,200 GB/s where chips "
                   "only pass through")  # fmt: skip
            yield (
                "US",
                origin,
                goods,
                "2026-02-24",
                0.0,
                "on the exclusion list of Section 122",
                "Section 122 Annex II carries over the exclusion list (globaltradealert.org 2026-02-23)",
                "C",
                "",
            )


def us_plant() -> Iterator[Row]:
    for origin, (_, august, grade) in ORIGINS.items():
        for goods in PLANT:
            yield (
                "US",
                origin,
                goods,
                "2025-04-05",
                0.10,
                "baseline reciprocal tariff",
                "baseline of 10 % from 2025-04-05; higher rates paused from 2025-04-09",
                "C",
                "",
            )
            yield ("US", origin, goods, "2025-08-07", august, "reciprocal tariff", AUGUST, grade, "")
            with_metal = _with_metal(august)
            yield (
                "US",
                origin,
                goods,
                "2025-08-18",
                with_metal,
                "reciprocal tariff and metal content",
                METAL,
                "E",
                _METAL,
            )
            if origin == "TW":
                yield (
                    "US",
                    origin,
                    goods,
                    "2026-01-15",
                    _with_metal(0.15),
                    "agreement and metal content",
                    TAIWAN,
                    "E",
                    _METAL,
                )
            yield (
                "US",
                origin,
                goods,
                "2026-02-24",
                _with_metal(0.10),
                "Section 122 and metal content",
                f"{SURCHARGE}; {COURT}",
                "E",
                _METAL + "; a rise to 15 % was announced on 2026-02-21",
            )
            yield (
                "US",
                origin,
                goods,
                "2026-07-24",
                METAL_SHARE * METAL_RATE,
                "metal content alone",
                ENDED,
                "E",
                _METAL + "; what followed the surcharge was not found: ask a customs broker",
            )


_METAL = f"assumes that {METAL_SHARE:.0%} of the value is metal under Section 232 at {METAL_RATE:.0%}"


def _with_metal(rate: float) -> float:
    return METAL_SHARE * METAL_RATE + (1 - METAL_SHARE) * rate


def us_neighbours() -> Iterator[Row]:
    """Yield the rows of Mexico and Canada, on every day on which the rule of any origin changes."""
    unmet = "25 % (Mexico) and 35 % (Canada) on goods that do not qualify, until 2026-02-24"
    for origin in FREE_TRADE:
        for goods in ELECTRONICS:
            yield ("US", origin, goods, "2025-04-02", 0.0, "goods of the agreement are free", USMCA, "C", unmet)
        for goods in PLANT:
            yield ("US", origin, goods, "2025-04-05", 0.0, "goods of the agreement are free", USMCA, "C", unmet)
            for day in ("2025-08-18", "2026-02-24", "2026-07-24"):
                yield ("US", origin, goods, day, METAL_SHARE * METAL_RATE, "metal content", METAL, "E", _METAL)


def domestic_and_free() -> Iterator[Row]:
    memory = "Information Technology Agreement, from memory, unchecked"
    for country in ("US", "JP", "AE", "CN"):
        for goods in ("land", "energy"):
            yield (country, "*", goods, "2020-01-01", 0.0, "not imported", "definition", "E", "")
        for goods in GOODS[:5]:
            yield (country, country, goods, "2020-01-01", 0.0, "domestic goods", "definition", "E", "")
    for country in ("US", "JP", "CN"):
        for goods in ELECTRONICS:
            yield (
                country,
                "*",
                goods,
                "2020-01-01",
                0.0,
                "Information Technology Agreement",
                memory,
                "E",
                "recoverable consumption tax of 10 % is outside" if country == "JP" else "",
            )
    for goods in PLANT:
        yield (
            "JP",
            "*",
            goods,
            "2020-01-01",
            0.0,
            "electrical and cooling machinery is free",
            "Japan's tariff schedule, from memory, unchecked",
            "E",
            "",
        )
        yield (
            "US",
            "*",
            goods,
            "2020-01-01",
            0.02,
            "column 1 duty of other origins",
            "0 to 3 % on HTS 8415, 8418, 8502, 8504, 8537, from memory, unchecked",
            "E",
            "",
        )
        yield (
            "US",
            "*",
            goods,
            "2025-04-05",
            0.10,
            "baseline reciprocal tariff, other origins",
            "10 % baseline from 2025-04-05 where no other rate is listed (mondaq.com 1664496)",
            "E",
            "",
        )
        yield (
            "US",
            "*",
            goods,
            "2026-02-24",
            _with_metal(0.10),
            "Section 122 and metal content, other origins",
            SURCHARGE,
            "E",
            _METAL,
        )
        yield (
            "US",
            "*",
            goods,
            "2026-07-24",
            METAL_SHARE * METAL_RATE,
            "metal content alone, other origins",
            ENDED,
            "E",
            _METAL,
        )
    for goods in GOODS[:5]:
        yield (
            "AE",
            "*",
            goods,
            "2020-01-01",
            0.0 if goods in ELECTRONICS else 0.05,
            "Gulf common tariff",
            "from memory, unchecked; free zones are exempt",
            "E",
            "",
        )


def text(found: Row) -> tuple[str, str]:
    country, origin, goods, day, rate, name, source, grade, note = found
    id_ = f"{country}-{'any' if origin == '*' else origin}-{goods}-{day}".lower()
    value = f'{{ value = {round(rate, 6)!r}, note = "{note}" }}' if note else repr(round(rate, 6))
    return id_, (
        f'[{id_}]\nname = "{country} from {"any origin" if origin == "*" else origin}, {goods}: {name}"\n'
        f'source = "{source}"\ndate = "{day}"\ngrade = "{grade}"\ncountry = "{country}"\norigin = "{origin}"\n'
        f'goods = "{goods}"\neffective_from = "{day}"\nrate = {value}\n'
    )


def main() -> None:
    RULES.mkdir(parents=True, exist_ok=True)
    for name, rules in (
        ("us-electronics", us_electronics()),
        ("us-plant", us_plant()),
        ("us-neighbours", us_neighbours()),
        ("domestic-and-free", domestic_and_free()),
    ):
        rows = dict(text(found) for found in rules)
        (RULES / f"{name}.toml").write_text(HEADER + "\n" + "\n".join(rows.values()), encoding="utf-8")


if __name__ == "__main__":
    main()
