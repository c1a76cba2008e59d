"""The bill of materials of the cluster."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from denshi.catalog import Item, Link, Row
from denshi.cluster.cabling import MediumUse
from denshi.cluster.given import ClusterInput
from denshi.cluster.media import HOST_TIER, priced
from denshi.cluster.terms import ports
from denshi.figure import Evidence

_ASSUMED = Evidence("assumption management-usd-per-kw", "2026-11", "E")


def bill(
    given: ClusterInput,
    *,
    units: int,
    switches: int,
    media: tuple[MediumUse, ...],
    front_end: Iterable[Item],
    storage_racks: int,
    management_kw: float,
) -> tuple[Item, ...]:
    """Return one line for each thing the cluster buys; empty lines are left out."""
    system, switch = given.system, given.switch
    storage = given.equipment["storage-rack"]
    bought = (
        line(system, "price_usd", units, "unit", "accelerator-system", system.origin, "catalog.system"),
        line(switch, "price_usd", switches, "switch", "network", switch.origin, "catalog.switch"),
        *_cables(given, media),
        *front_end,
        line(
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
    return tuple(item for item in bought if item.count > 0)


def line(row: Row, field: str, count: float, unit: str, goods: str, origin: str, path: str) -> Item:
    """Return one line of the bill: so many of a fact's price, with the evidence of that price."""
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


def _cables(given: ClusterInput, media: tuple[MediumUse, ...]) -> Iterator[Item]:
    """Yield modules, fibre and copper cables by medium; the prices are those of the link family times ratios."""
    split = ports(given)[1]
    for host in (True, False):
        used = [use for use in media if (use.tier == HOST_TIER) == host]
        built_in = bool(given.switch.co_packaged)
        for one in priced(given.link, given.media, split, co_packaged=built_in, host=host):
            mine = [use for use in used if use.id == one.id]
            links, metres = sum(use.cables for use in mine), sum(use.metres for use in mine)
            to = "to hosts" if host else "between switches"
            if one.optical:
                yield _optical(
                    given.link,
                    "optic_price_usd",
                    links * one.modules,
                    "optic",
                    one.module_usd * split,
                    f"{one.name}, modules {to}",
                )
                yield _optical(given.link, "fibre_price_usd_per_m", metres, "m", one.metre_usd, f"{one.name}, {to}")
            else:
                each = (2 * one.module_usd + one.cable_usd) * split
                field = "optic_price_usd" if one.module_usd else "copper_price_usd"
                yield _optical(given.link, field, links / split, "cable", each, f"{one.name}, {to}")


def _optical(link: Link, field: str, count: float, unit: str, usd: float, what: str) -> Item:
    """Return a line whose band is that of the link's fact, in proportion."""
    plain = line(link, field, count, unit, "network", link.optic_origin, "catalog.link")
    ratio = usd / plain.unit_price_usd if plain.unit_price_usd else 0.0
    return replace(
        plain,
        name=f"{link.name} {what}",
        unit_price_usd=usd,
        low_usd=min(plain.low_usd * ratio, usd),
        high_usd=max(plain.high_usd * ratio, usd),
    )


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
