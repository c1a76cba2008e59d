"""The bill of the building: plant piece by piece, works by share of the build price, land."""

from collections.abc import Mapping
from dataclasses import dataclass

from denshi.catalog import Equipment, Item
from denshi.facility.given import FacilityInput
from denshi.facility.power import Plant
from denshi.facility.sizing import Design
from denshi.figure import Evidence

_COOLING = (
    "chiller-air",
    "chiller-water",
    "dry-cooler",
    "adiabatic-cooler",
    "cooling-tower",
    "cdu",
    "crah",
    "immersion-tank",
)
_LOOPS = (", liquid loop", ", air loop")
_LAND = "land-usd-per-acre"
_NO_EVIDENCE = Evidence("", "", "E")
# Published prices a kW are those of halls with spare machines, not of two full sets and not of none.
PRICED_REDUNDANCY = "N+1"


@dataclass(frozen=True, slots=True)
class Build:
    """The bill and its sums [USD]: bare machines as built, and with the redundancy of the published price."""

    items: tuple[Item, ...]
    plant_usd: float
    plant_priced_usd: float
    cost_usd: float
    notices: tuple[str, ...]


def bill(given: FacilityInput, built: Design, priced: Design) -> Build:
    """Return the bill: machines one by one, works by share of the build price, land.

    The share for mechanics and electrics pays for the machines of ``priced``, which has the redundancy of published
    prices, and for the works around them. Machines beyond those, or short of them, change the cost by their own price
    times an installation factor.
    """
    critical_kw = built.peak.rack.it_kw
    bought = equipment_items(given.equipment, built.machines)
    plant_usd = sum(item.cost_usd for item in bought)
    priced_usd = sum(item.cost_usd for item in equipment_items(given.equipment, priced.machines))
    share_usd = given.build_usd_per_kw * given.share_mechanical_electrical * critical_kw
    further_usd = (given.machine_installation_factor - 1.0) * (plant_usd - priced_usd)
    works = works_items(given, critical_kw, max(max(share_usd - priced_usd, 0.0) + further_usd, 0.0))
    notices = (
        (
            f"mechanical and electrical plant counted piece by piece costs {priced_usd / 1e6:,.1f} M USD at "
            f"{PRICED_REDUNDANCY}, more than the {share_usd / 1e6:,.1f} M USD that its share of the build price "
            "allows: the price per kW is exceeded",
        )
        if priced_usd > share_usd
        else ()
    )
    land = land_item(given, float(built.peak.load_kw.max()) / given.site_density_kw_per_acre)
    cost_usd = plant_usd + sum(item.cost_usd for item in works)
    return Build((*bought, *works, land), plant_usd, priced_usd, cost_usd, notices)


def equipment_items(equipment: Mapping[str, Equipment], plants: Mapping[str, tuple[Plant, ...]]) -> tuple[Item, ...]:
    """Return a line for each kind of plant; a unit smaller than the catalogue's is priced in proportion."""
    return tuple(
        _line(equipment[name], plant, _LOOPS[i] if len(several) > 1 else "")
        for name, several in plants.items()
        for i, plant in enumerate(several)
        if plant.units > 0
    )


def _line(row: Equipment, plant: Plant, where: str) -> Item:
    share = plant.unit_kw / row.capacity_kw
    proof = row.evidence.get("price_usd", _NO_EVIDENCE)
    return Item(
        name=row.name + where,
        goods="cooling" if row.id in _COOLING else "power",
        count=float(plant.units),
        unit="unit",
        unit_price_usd=row.price_usd * share,
        low_usd=(row.price_usd if proof.low is None else proof.low) * share,
        high_usd=(row.price_usd if proof.high is None else proof.high) * share,
        origin=row.origin,
        lead_time_weeks=row.lead_time_weeks,
        source=proof.source,
        grade=proof.grade,
        fact=f"catalog.equipment.{row.id}.price_usd",
    )


def works_items(given: FacilityInput, critical_kw: float, balance_usd: float) -> tuple[Item, ...]:
    """Return the works that are priced as shares of the build, and what is left of that for mechanics and electrics."""
    proof = _evidence(given, given.build_price)
    low = 1.0 if proof.low is None else proof.low / given.build_usd_per_kw
    high = 1.0 if proof.high is None else proof.high / given.build_usd_per_kw
    shares = {
        "Shell": given.share_shell,
        "Site works": given.share_site,
        "Fit-out of the white space": given.share_white_space,
        "Back of house": given.share_back_of_house,
        "Offices": given.share_office,
    }
    priced = {name: ("building", given.build_usd_per_kw * share) for name, share in shares.items()}
    priced["Other mechanical and electrical works"] = ("power", balance_usd / critical_kw)
    return tuple(
        Item(
            name=name,
            goods=goods,
            count=critical_kw,
            unit="kW",
            unit_price_usd=price,
            low_usd=price * low,
            high_usd=price * high,
            origin=given.country,
            lead_time_weeks=0.0,
            source=proof.source,
            grade=proof.grade,
            fact="catalog.facility_price_usd_per_kw",
        )
        for name, (goods, price) in priced.items()
        if price > 0
    )


def land_item(given: FacilityInput, acres: float) -> Item:
    """Return the line of the parcel."""
    price = given.land_usd_per_acre
    proof = _evidence(given, _LAND)
    return Item(
        name="Land",
        goods="land",
        count=acres,
        unit="acre",
        unit_price_usd=price,
        low_usd=price if proof.low is None else proof.low,
        high_usd=price if proof.high is None else proof.high,
        origin=given.country,
        lead_time_weeks=0.0,
        source=proof.source,
        grade=proof.grade,
        fact=f"catalog.prices.{_LAND}",
    )


def _evidence(given: FacilityInput, price: str) -> Evidence:
    return given.prices[price].evidence["value"] if price in given.prices else _NO_EVIDENCE
