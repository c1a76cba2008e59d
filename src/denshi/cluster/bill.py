"""The bill of materials of the cluster."""

from dataclasses import replace

from denshi.catalog import Item, Link, Row
from denshi.cluster.record import ClusterInput
from denshi.figure import Evidence

_ASSUMED = Evidence("assumption management-usd-per-kw", "2026-11", "E")


def bill(
    given: ClusterInput,
    *,
    units: int,
    switches: int,
    optics: int,
    fibre_m: float,
    copper: int,
    storage_racks: int,
    management_kw: float,
) -> tuple[Item, ...]:
    """Return one line for each thing the cluster buys; empty lines are left out."""
    system, switch, link = given.system, given.switch, given.link
    storage = given.equipment["storage-rack"]
    lines = (
        _line(system, "price_usd", units, "unit", "accelerator-system", system.origin, "catalog.system"),
        _line(switch, "price_usd", switches, "switch", "network", switch.origin, "catalog.switch"),
        _optical(link, "optic_price_usd", optics, "optic", "transceivers"),
        _optical(link, "fibre_price_usd_per_m", fibre_m, "m", "fibre"),
        _optical(link, "copper_price_usd", copper, "cable", "copper cables"),
        _line(
            storage,
            "price_usd",
            storage_racks,
            "rack",
            "accelerator-system",
            storage.origin,
            "catalog.equipment.storage-rack",
        ),
        _management(given, management_kw),
    )
    return tuple(line for line in lines if line.count > 0)


def _line(row: Row, field: str, count: float, unit: str, goods: str, origin: str, path: str) -> Item:
    price = float(getattr(row, field))
    proof = row.evidence.get(field, Evidence("", "", "E"))
    return Item(
        name=row.name,
        goods=goods,
        count=float(count),
        unit=unit,
        unit_price_usd=price,
        low_usd=price if proof.low is None else proof.low,
        high_usd=price if proof.high is None else proof.high,
        origin=origin,
        lead_time_weeks=float(getattr(row, "lead_time_weeks", 0.0)),
        source=proof.source,
        grade=proof.grade,
        fact=f"{path}.{field}",
    )


def _optical(link: Link, field: str, count: float, unit: str, what: str) -> Item:
    line = _line(link, field, count, unit, "network", link.optic_origin, "catalog.link")
    return replace(line, name=f"{link.name} {what}")


def _management(given: ClusterInput, kilowatts: float) -> Item:
    price = given.management_usd_per_kw
    return Item(
        name="Management servers and out-of-band network",
        goods="accelerator-system",
        count=kilowatts,
        unit="kW",
        unit_price_usd=price,
        low_usd=price,
        high_usd=price,
        origin=given.system.origin,
        lead_time_weeks=given.switch.lead_time_weeks,
        source=_ASSUMED.source,
        grade=_ASSUMED.grade,
        fact="catalog.assumptions.management-usd-per-kw",
    )
