"""Power and cooling as an inventory knows them: panels and feeds, sources of cold and the loops to the racks."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from math import ceil, sqrt

from denshi.catalog import Equipment, Item
from denshi.export.inventory import CoolantFeed, Feed, Panel, Rack, Source, StageOfPower
from denshi.facility import Facility

# What the distribution gives a rack, by the stage that ends at it: direct current, voltage between conductors [V].
_SUPPLY = {"busway-415v": (False, 415), "busbar-800v": (True, 800), "pdu-row": (False, 415)}
_SOURCES = {
    "chiller-air": ("chiller", "water"),
    "chiller-water": ("chiller", "water"),
    "cooling-tower": ("cooling-tower", "water"),
    "dry-cooler": ("dry-cooler", "water-glycol"),
    "adiabatic-cooler": ("dry-cooler", "water-glycol"),
    "crah": ("crah", "water"),
}
_REJECTS = ("dry-cooler", "cooling-tower")


def distribution_stage(facility: Facility) -> str:
    """Return which stage of the feed hands power to the racks: the busway or busbar, else the one next to them."""
    known = [name for name in facility.feed_units if name in _SUPPLY]
    return known[0] if known else next(iter(facility.feed_units))


def panels(facility: Facility, redundancy: str, racks: Sequence[Rack]) -> tuple[Panel, ...]:
    """Return one panel for each unit of the last distribution, in the hall of the racks it feeds.

    With 2N every second one is path B.
    """
    stage = distribution_stage(facility)
    units = facility.feed_units[stage]
    paths = "AB" if redundancy == "2N" else "A"
    each_kw = facility.feed_rated_kw[stage] / units if units else 0.0
    width = len(str(units))
    row, middles = along_the_rows(racks), _middles(racks)
    found = []
    for i in range(units):
        number, path = divmod(i, len(paths))
        of_path = len(range(path, units, len(paths)))
        here = min(bisect_left(middles, (number + 0.5) / of_path), len(row) - 1)
        name = f"{stage}-{paths[path].lower()}-{number + 1:0{width}d}"
        found.append(Panel(name, racks[row[here]].hall, paths[path], each_kw))
    return tuple(found)


def along_the_rows(racks: Sequence[Rack]) -> list[int]:
    """Return the racks hall by hall, row by row, from left to right."""
    return sorted(range(len(racks)), key=lambda i: (racks[i].hall, racks[i].row, racks[i].position))


def _middles(racks: Sequence[Rack]) -> list[float]:
    """Return, along the rows, the share of all power up to the middle of each rack [1]."""
    total_kw = sum(rack.power_kw for rack in racks) or 1.0
    found, before_kw = [], 0.0
    for i in along_the_rows(racks):
        found.append((before_kw + racks[i].power_kw / 2) / total_kw)
        before_kw += racks[i].power_kw
    return found


def feeds(
    racks: Sequence[Rack], of: Sequence[Panel], stage: str, loading_limit: float, power_factor: float
) -> tuple[Feed, ...]:
    """Return the feeds of the racks: one of each path, each good for the whole rack at the loading limit.

    Racks are shared out along the rows in proportion to their power, so that every panel carries its part. Current is
    power / (voltage x sqrt(3) x power factor), without the last two for direct current.
    """
    direct, voltage = _SUPPLY.get(stage, (False, 415))
    volts = float(voltage) if direct else voltage * sqrt(3.0) * power_factor
    use = round(loading_limit * 100)
    found = []
    for path in ("A", "B"):
        numbers = [i for i, panel in enumerate(of) if panel.path == path]
        for i, middle in zip(along_the_rows(racks), _middles(racks), strict=True):
            rack = racks[i]
            if numbers and rack.power_kw > 0:
                panel = numbers[min(int(middle * len(numbers)), len(numbers) - 1)]
                amperage = max(ceil(rack.power_kw * 1000.0 / volts / loading_limit), 1)
                found.append(Feed(f"{rack.name}-{path}", panel, i, direct, voltage, amperage, use))
    return tuple(found)


def sources(items: Sequence[Item], equipment: Mapping[str, Equipment]) -> tuple[Source, ...]:
    """Return every machine of the cooling plant that the bill buys, one by one."""
    found: list[Source] = []
    for item in items:
        row = equipment.get(_row_of(item))
        if row is None or row.id not in _SOURCES:
            continue
        kind, fluid = _SOURCES[row.id]
        loop = item.name.rpartition(", ")[2].split()[0] if item.name.endswith(" loop") else ""
        head = f"{row.id}-{loop}" if loop else row.id
        units = round(item.count)
        # The bill prices a machine smaller than the catalogue's in proportion, so its price tells its size.
        size_kw = row.capacity_kw * item.unit_price_usd / row.price_usd if row.price_usd else row.capacity_kw
        width = len(str(units))
        found += [Source(f"{head}-{i + 1:0{width}d}", kind, loop, item.name, fluid, size_kw) for i in range(units)]
    return tuple(found)


def coolant_feeds(racks: Sequence[Rack], of: Sequence[Source]) -> tuple[CoolantFeed, ...]:
    """Return the loops to the racks that give heat to liquid, shared out among the machines that reject it."""
    serving = _serving(of, _REJECTS) or _serving(of, ("chiller",))
    wet = [(i, rack) for i, rack in enumerate(racks) if rack.liquid_kw > 0]
    if not serving:
        return ()
    return tuple(
        CoolantFeed(f"{rack.name}-loop", serving[n * len(serving) // len(wet)], i, rack.liquid_kw)
        for n, (i, rack) in enumerate(wet)
    )


def _serving(of: Sequence[Source], kinds: Sequence[str]) -> list[int]:
    return [i for i, source in enumerate(of) if source.kind in kinds and source.loop != "air"]


def stages(facility: Facility) -> tuple[StageOfPower, ...]:
    """Return the chain from the grid to the silicon, as the facility sized it and lost energy in it."""
    lost = facility.loss_by_stage_kwh
    machines: dict[str, tuple[int, float | None]] = {
        "switchgear-mv": (facility.switchgears, None),
        "generator-diesel": (facility.generators, None),
        "transformer-mv-lv": (facility.transformers, facility.transformer_rated_kw),
    }
    machines |= {name: (n, facility.feed_rated_kw.get(name)) for name, n in reversed(facility.feed_units.items())}
    named = [StageOfPower(name=k, units=n, rated_kw=kw, loss_kwh=lost.get(k)) for k, (n, kw) in machines.items()]
    inside = [
        StageOfPower(name=name, units=0, rated_kw=None, loss_kwh=loss)
        for name, loss in lost.items()
        if name not in machines
    ]
    return (*named, *inside)


def _row_of(item: Item) -> str:
    parts = item.fact.split(".")
    return parts[2] if item.fact.startswith("catalog.equipment.") else ""
