"""Dated duties by component, and rental indices, as written to the catalogue."""

from collections.abc import Mapping

from build_catalog_rules import ANNOUNCED, CHIPS, COURT, ENDED, EXEMPT, ORIGINS, SURCHARGE

MEMORY = "from memory, unchecked"
COMPUTERS = "8471.50 8471.80 8473.30 8517.62 8542.31"
BOXED = "8471.50 8471.80 8473.30"
PROCLAMATION = (
    f"{CHIPS}; headings, boxes and exempt uses: CSMS 67400472 (mti-worldwide.com), carmnet.com p=3389; takes the "
    "place of reciprocal and border duties and allows no drawback: globaltaxnews.ey.com 2026-0209"
)
REPLACED = "reciprocal tariff; emergency duty (fentanyl); emergency duty (border); Section 122 surcharge"
USES = "data-centre repair research start-up consumer industrial public"
FENTANYL = (
    "executive orders 14195 and 14228 on products of China and Hong Kong: 10 % from 2025-02-04, 20 % from 2025-03-04, "
    "10 % from 2025-11-10 (CSMS 66749380; 90 FR 11426; junologistics.com)"
)
# Price of an accelerator-hour by index: part, USD/h, date, source, kind.
RENTAL_INDICES = (
    ("h100-sxm-80gb", 1.70, "2025-10", "SemiAnalysis 1-year H100 contract index (neighborhoodsf.com)", "contract"),
    ("h100-sxm-80gb", 2.35, "2026-03", "SemiAnalysis 1-year H100 contract index (techreaderdaily)", "contract"),
    ("h100-sxm-80gb", 2.60, "2026", "Silicon Data SDH100RT (chris-gpu-rental.pages.dev)", "spot"),
    ("b200-sxm-180gb", 5.30, "2026", "Silicon Data SDB200RT (chris-gpu-rental.pages.dev)", "spot"),
)
# Value-added or consumption tax of each import country, recoverable by a business.
TAXES = {
    "JP": ("consumption tax", 0.10), "CN": ("value-added tax", 0.13), "TW": ("business tax", 0.05),
    "KR": ("value-added tax", 0.10), "SG": ("goods and services tax", 0.09), "IN": ("integrated tax", 0.18),
    "AE": ("value-added tax", 0.05), "SA": ("value-added tax", 0.15), "DE": ("value-added tax", 0.19),
    "FR": ("value-added tax", 0.20), "NL": ("value-added tax", 0.21), "IE": ("value-added tax", 0.23),
    "FI": ("value-added tax", 0.255), "SE": ("value-added tax", 0.25), "NO": ("value-added tax", 0.25),
    "GB": ("value-added tax", 0.20), "MX": ("value-added tax", 0.16), "CA": ("goods and services tax", 0.05),
    "AU": ("goods and services tax", 0.10), "MY": ("sales tax", 0.10),
}  # fmt: skip

Body = dict[str, object]


def row(
    country: str, origins: str, component: str, days: tuple[str, str | None], rate: float, source: str, grade: str,
    **more: object,
) -> Body:  # fmt: skip
    return {
        "name": f"{country}: {component}, from {days[0]}", "source": source, "date": days[0], "grade": grade,
        "note": more.pop("note", ""), "country": country, "origins": origins, "headings": COMPUTERS,
        "component": component, "effective_from": days[0], "effective_to": days[1], "rate": rate, "base": "goods",
        "payer": "importer", **more,
    }  # fmt: skip


def duties() -> list[tuple[str, Mapping[str, object]]]:
    return [*free(), *reciprocal(), *neighbours(), *later(), *taxes()]


def free() -> list[tuple[str, Body]]:
    agreement = "Information Technology Agreement, " + MEMORY
    found = [
        (f"{country.lower()}-column-1", row(country, "*", "column-1 duty", ("2015-01-01", None), 0.0, agreement, "E"))
        for country in (*TAXES, "US", "HK")
    ]
    china = ("2025-02-04", "2025-03-03"), ("2025-03-04", "2025-11-09"), ("2025-11-10", "2026-02-23")
    for days, rate in zip(china, (0.10, 0.20, 0.10), strict=True):
        found.append((f"us-cn-fentanyl-{days[0]}", row("US", "CN HK", "emergency duty (fentanyl)", days, rate,
            f"{FENTANYL}; {COURT}", "C")))  # fmt: skip
    for days, rate in ((("2018-09-24", "2019-05-09"), 0.10), (("2019-05-10", None), 0.25)):
        found.append((f"us-cn-section-301-{days[0]}", row("US", "CN", "Section 301 duty", days, rate,
            f"Section 301, list 3 (rates: speedmark.com); that these headings stand in it {MEMORY}", "E",
            note="most of these headings, some exclusions; ask a customs broker")))  # fmt: skip
    return found


def reciprocal() -> list[tuple[str, Body]]:
    found: list[tuple[str, Body]] = []
    for origin, (announced, _, _) in ORIGINS.items():
        found.append(
            (
                f"us-{origin.lower()}-reciprocal-2025-04-02",
                row(
                    "US",
                    origin,
                    "reciprocal tariff",
                    ("2025-04-02", "2025-04-04"),
                    announced,
                    ANNOUNCED,
                    "C" if origin in ("TW", "CN", "JP", "KR") else "E",
                    note="announced, never collected on these headings: the exclusion reached back to the first day",
                ),
            )
        )
    found.append(
        (
            "us-reciprocal-excluded",
            row(
                "US",
                "*",
                "reciprocal tariff",
                ("2025-04-05", "2026-02-23"),
                0.0,
                EXEMPT,
                "C",
                note="computers and their parts are excluded",
            ),
        )
    )
    return found  # fmt: skip


def neighbours() -> list[tuple[str, Body]]:
    memory = "emergency duties on Mexico and Canada, " + MEMORY
    days = ("2025-03-04", "2025-03-06"), ("2025-03-07", "2025-07-31"), ("2025-08-01", "2026-02-23")
    found = []
    for origin, later_rate in (("MX", 0.25), ("CA", 0.35)):
        found.append(
            (
                f"us-{origin.lower()}-emergency-{days[0][0]}",
                row(
                    "US",
                    origin,
                    "emergency duty (border)",
                    days[0],
                    0.25,
                    memory,
                    "E",
                    note="all goods until 2025-03-06",
                ),
            )
        )
        for span, rate in zip(days[1:], (0.25, later_rate), strict=True):
            found.append(
                (
                    f"us-{origin.lower()}-emergency-{span[0]}",
                    row(
                        "US",
                        origin,
                        "emergency duty (border)",
                        span,
                        rate,
                        f"{memory}; {COURT}",
                        "E",
                        exempt_preferences="usmca",
                        note="goods that qualify under the agreement of the three countries are free",
                    ),
                )
            )
    return found  # fmt: skip


def later() -> list[tuple[str, Body]]:
    days = ("2026-01-15", None)
    boxes = (("1", 14000, 17500, 4.5e12, 5.0e12), ("2", 20800, 21100, 5.8e12, 6.2e12))
    found = [
        (f"us-section-232-chips-{key}", row("US", "*", "Section 232 duty (semiconductors)", days, 0.25, PROCLAMATION,
            "C", headings=BOXED, except_origins="US", tpp_above=low, tpp_below=high, memory_bytes_per_s_above=slow,
            memory_bytes_per_s_below=fast, exempt_uses=USES, replaces=REPLACED,
            note="a part that only passes through the United States pays; one for a data centre there does not"))
        for key, low, high, slow, fast in boxes
    ]  # fmt: skip
    found += [
        ("us-section-122-excluded", row("US", "*", "Section 122 surcharge", ("2026-02-24", "2026-07-23"), 0.0,
            f"{SURCHARGE}; its Annex II carries over the exclusion list (globaltradealert.org 2026-02-23)", "C",
            note="10 % in general; computers and their parts are excluded")),
        ("us-section-122-ended", row("US", "*", "Section 122 surcharge", ("2026-07-24", None), 0.0, ENDED, "E",
            note="what followed was not found: ask a customs broker")),
        ("cn-us-april-2025", row("CN", "US", "retaliatory duty", ("2025-04-10", "2025-04-11"), 0.84,
            "China's additional duty on goods of the United States, " + MEMORY, "E")),
        ("cn-us-april-2025-125", row("CN", "US", "retaliatory duty", ("2025-04-12", "2025-05-13"), 1.25,
            "China's additional duty on goods of the United States, " + MEMORY, "E",
            note="circuits are of the country where their wafers are made (CSIA notice of 2025-04-11)")),
        ("cn-us-may-2025", row("CN", "US", "retaliatory duty", ("2025-05-14", None), 0.10,
            "China's additional duty on goods of the United States, " + MEMORY, "E")),
        ("us-revenue-share-h20-mi308", row("CN", "*", "share of revenue to the United States", ("2025-08-11", None),
            0.15, "agreement announced 2025-08-11 (particle.news)", "C", parts="h20 mi308x", payer="seller",
            note="paid by the seller out of its revenue; not codified in a rule by the dates of this table")),
    ]  # fmt: skip
    return found


def taxes() -> list[tuple[str, Body]]:
    return [
        (f"{country.lower()}-tax", row(country, "*", name, ("2019-10-01", None), rate, f"{name} of {country}, {MEMORY}",
            "E", headings="*", base="landed", recoverable=1))
        for country, (name, rate) in TAXES.items()
    ]  # fmt: skip
