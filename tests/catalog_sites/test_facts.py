"""The places, supplies, prices and rules of the catalogue are complete, sourced, and agree with their origin."""

import csv
import gzip
import re
from math import isclose
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from denshi.catalog import Price, Region, Rule, Site, Technology, find, rows
from denshi.catalog.fact import Row
from denshi.errors import CatalogError

SITES = cast("dict[str, Site]", rows("sites"))
REGIONS = cast("dict[str, Region]", rows("regions"))
TECHNOLOGIES = cast("dict[str, Technology]", rows("technologies"))
PRICES = cast("dict[str, Price]", rows("prices"))
RULES = cast("dict[str, Rule]", rows("rules"))
EARTH_RADIUS_M = 6_371_000.0
CLEAN = ("WND", "SUN", "WAT", "NUC")
GOODS = {"accelerator-system", "network", "power", "cooling", "building", "land", "energy"}


def central_angle_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance by the dot product of unit vectors, another way than the tool's haversine."""

    def unit(latitude: float, longitude: float) -> np.ndarray:
        phi, lam = np.radians([latitude, longitude])
        return np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])

    u, v = unit(*a), unit(*b)
    return float(EARTH_RADIUS_M * np.arctan2(np.linalg.norm(np.cross(u, v)), u @ v))


def stations(shared: Path) -> dict[str, tuple[float, float, float]]:
    found = {}
    for path in (shared / "weather" / "us_tmy3").glob("*.tmy3.gz"):
        with gzip.open(path, "rt", errors="replace") as lines:
            head = next(csv.reader(lines))
        slug = re.sub(r"[^a-z0-9]+", "-", path.name.split(".tmy3")[0].lower()).strip("-")
        found[slug] = (float(head[4]), float(head[5]), float(head[6]))
    found["jp-iwamizawa"] = (43.21, 141.79, float("nan"))
    found["jp-okayama"] = (34.66, 133.92, float("nan"))
    return found


def test_there_are_enough_of_each_kind() -> None:
    assert len(SITES) >= 40
    assert sum(site.group == "DOE-16" for site in SITES.values()) == 16
    assert {"grid", "solar", "wind", "battery", "firm", "following", "gas"} == {t.kind for t in TECHNOLOGIES.values()}
    assert len(REGIONS) >= 30
    assert len(RULES) >= 100


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
def test_a_site_names_what_exists_and_lies_on_earth(site: Site) -> None:
    assert site.region in REGIONS
    assert REGIONS[site.region].country == site.country
    assert site.facility_price in PRICES
    assert PRICES[site.facility_price].unit == "USD/kW"
    assert -90 <= site.latitude <= 90
    assert -180 <= site.longitude <= 180
    assert -10 <= site.elevation_m <= 3000
    assert (site.climate is None) == (site.climate_distance_m is None)


def test_the_weather_station_is_the_nearest_and_its_distance_is_right(shared: Path) -> None:
    known = stations(shared)
    for site in SITES.values():
        here = (site.latitude, site.longitude)
        away, nearest = min((central_angle_m(here, place[:2]), name) for name, place in known.items())
        if away > 250_000:
            assert site.climate is None, site.id
        else:
            assert site.climate == nearest, site.id
            assert site.climate_distance_m == pytest.approx(away, abs=1.0), site.id


def test_an_elevation_taken_from_a_station_is_that_stations(shared: Path) -> None:
    known = stations(shared)
    taken = 0
    for site in SITES.values():
        if site.evidence["elevation_m"].source.startswith("TMY3 header"):
            assert site.climate is not None
            assert site.elevation_m == known[site.climate][2]
            taken += 1
        elif site.evidence["elevation_m"].source.startswith("from memory"):
            assert site.evidence["elevation_m"].grade == "E"
            assert site.evidence["elevation_m"].low is not None
    assert taken >= 6


def test_carbon_and_clean_share_are_those_of_the_hourly_data(shared: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    data = pq.read_table(shared / "energy" / "eia930_2022_hourly_by_fuel.parquet").to_pydict()
    area = np.array([str(name).lower() for name in data["ba"]])
    for region in REGIONS.values():
        if region.profile is None:
            assert region.evidence["carbon_g_per_kwh"].grade == "E"
            continue
        here = area == region.profile
        assert here.sum() == 8760
        fuel = {
            f: np.clip(np.array(data[f])[here], 0, None).sum()
            for f in ["WND", "SUN", "WAT", "NUC", "OIL", "NG", "COL", "OTH"]
        }
        clean = sum(fuel[f] for f in ("WND", "SUN", "WAT", "NUC")) / sum(fuel.values())
        assert region.carbon_g_per_kwh == pytest.approx(np.mean(np.array(data["avg_CI"])[here]), abs=0.06)
        assert region.clean_fraction == pytest.approx(clean, abs=6e-5)
        assert region.evidence["carbon_g_per_kwh"].grade == "A"


def test_every_balancing_authority_with_data_stands_for_a_region() -> None:
    used = {region.profile for region in REGIONS.values()} - {None}
    assert used == {"azps", "bpat", "ciso", "erco", "miso", "nyis", "pjm", "soco"}


@pytest.mark.parametrize("kind", ["sites", "regions", "technologies", "prices", "rules"])
def test_a_range_holds_its_value_and_memory_is_never_above_e(kind: str) -> None:
    for row in rows(kind).values():
        for field, said in row.evidence.items():
            value = getattr(row, field)
            if said.low is not None:
                assert said.low <= value, (row.id, field)
            if said.high is not None:
                assert value <= said.high, (row.id, field)
            if "unchecked" in said.source and field != "rate":
                assert said.grade == "E", (row.id, field)


def test_a_quoted_rental_is_recomputed_from_the_price_lists(shared: Path) -> None:
    with (shared / "facts" / "gpu_prices.csv").open(encoding="utf-8") as lines:
        quotes = list(csv.DictReader(lines))
    contract = [
        float(q["usd_per_gpu_hour"])
        for q in quotes
        if q["gpu"] == "B200-180GB" and q["market"] in ("reserved-from", "annual") and q["date"].startswith("2026-")
    ]
    assert PRICES["rental-b200-sxm-180gb"].value == pytest.approx(float(np.median([*contract, 5.30])), abs=0.006)


def test_every_collected_accelerator_has_a_rental(shared: Path) -> None:
    with (shared / "facts" / "accelerators.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            price = find(Price, f"rental-{row['id']}")
            assert price.unit == "USD/h"
            assert 0 < price.value < 50


def test_a_newer_chip_rents_for_more_than_its_parent() -> None:
    order = ("a100-sxm-80gb", "h100-sxm-80gb", "h200-sxm-141gb", "b200-sxm-180gb", "b300-sxm-270gb", "gb300", "vr200")
    values = [PRICES[f"rental-{name}"].value for name in order]
    assert values == sorted(values)


def test_the_shares_of_a_build_sum_to_one() -> None:
    shares = [price.value for id_, price in PRICES.items() if id_.startswith("build-share-")]
    assert len(shares) == 6
    assert isclose(sum(shares), 1.0)


@pytest.mark.parametrize("technology", TECHNOLOGIES.values(), ids=TECHNOLOGIES)
def test_a_technology_is_physical(technology: Technology) -> None:
    assert 0 < technology.efficiency <= 1
    assert 0 <= technology.capacity_factor <= 1
    assert technology.is_clean in (0.0, 1.0)
    assert not (technology.is_clean and technology.carbon_g_per_kwh)
    assert (technology.duration_h > 0) == (technology.kind == "battery")
    assert technology.lead_time_months > 0
    if technology.kind == "gas":
        fuel = 3412.14 / 1e3 / technology.efficiency
        kg_per_mmbtu = technology.carbon_g_per_kwh / fuel
        assert kg_per_mmbtu == pytest.approx(53.06, rel=0.06), "carbon and heat rate name the same fuel"


def test_longer_batteries_cost_more_power_and_less_energy() -> None:
    two, four, eight = (TECHNOLOGIES[f"battery-{h}h"] for h in (2, 4, 8))
    assert two.capex_usd_per_kw < four.capex_usd_per_kw < eight.capex_usd_per_kw
    assert two.capex_usd_per_kw / 2 > four.capex_usd_per_kw / 4 > eight.capex_usd_per_kw / 8


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_is_well_formed(rule: Rule) -> None:
    assert rule.goods in GOODS
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", rule.effective_from)
    assert re.fullmatch(r"[A-Z]{2}|\*", rule.origin)
    assert 0 <= rule.rate <= 1


def rate(country: str, origin: str, goods: str, day: str) -> float:
    """Apply the rules as the build-out does: the newest in force; of the same day, the one that names the origin."""
    if origin == country:
        return 0.0
    fits = [r for r in RULES.values() if (r.country, r.goods) == (country, goods) and r.effective_from <= day]
    fits = [r for r in fits if r.origin in (origin, "*")]
    return max(fits, key=lambda r: (r.effective_from, r.origin != "*")).rate


def test_the_announced_tariff_on_servers_was_never_collected() -> None:
    assert rate("US", "TW", "accelerator-system", "2025-04-03") == 0.32
    for day in ("2025-04-05", "2025-08-20", "2026-01-20", "2027-01-01"):
        assert rate("US", "TW", "accelerator-system", day) == 0.0


def test_plant_pays_what_the_day_says() -> None:
    assert rate("US", "KR", "power", "2025-08-08") == 0.15
    assert rate("US", "TW", "power", "2025-08-08") == 0.20
    assert rate("US", "TW", "power", "2026-08-01") == pytest.approx(0.125)
    assert rate("US", "US", "power", "2026-08-01") == 0.0
    assert rate("US", "BR", "cooling", "2025-05-01") == 0.10
    assert rate("US", "MX", "power", "2025-07-01") == 0.0
    assert rate("US", "MX", "power", "2026-12-01") == pytest.approx(0.125)
    assert rate("JP", "TW", "accelerator-system", "2026-01-01") == 0.0


def test_aliases_find_their_site() -> None:
    for name, id_ in (
        ("Hyperion", "meta-hyperion"),
        ("stargate abilene", "openai-stargate-abilene"),
        ("ishikari", "sakura-ishikari"),
        ("takamatsu", "highreso-takamatsu"),
        ("sakai", "kddi-sakai"),
    ):
        assert find(Site, name).id == id_


def test_an_unknown_site_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(CatalogError, match="meta-hyperion"):
        find(Site, "meta-hyperio")


def test_no_row_speaks_of_a_machine_path() -> None:
    for kind in ("sites", "regions", "technologies", "prices", "rules"):
        for row in cast("dict[str, Row]", rows(kind)).values():
            for said in row.evidence.values():
                assert "/work" not in said.source + said.note
                assert "/tmp" not in said.source + said.note
