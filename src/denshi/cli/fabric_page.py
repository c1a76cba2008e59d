"""A fabric alone, and published fabrics beside ours: as a document, and in words."""

from typing import Any

from denshi.catalog import Fabric, rows
from denshi.cluster.fabric import Counts, leaf_ports, one_plane, torus
from denshi.cluster.published import compared
from denshi.errors import UsageError, nearest

Page = dict[str, Any]

_TOPOLOGIES = ("rail-fat-tree", "fat-tree", "rail-only", "dragonfly", "torus")
# A joined fabric gives each pod a seventh of its bandwidth outward, as the packaged assumption does.
_BEYOND = "inter-pod-oversubscription"
_RANGES = {
    "endpoints": (1, 10**9),
    "radix": (4, 4096),
    "rails": (1, 1024),
    "planes": (1, 64),
    "accelerators": (1, 4096),
}


def page(
    *,
    endpoints: int,
    radix: int = 64,
    rails: int = 8,
    planes: int = 1,
    accelerators: int = 8,
    topology: str = "rail-fat-tree",
    oversubscription: float = 1.0,
) -> Page:
    """Count a fabric.

    Switches and free ports are of all planes together. A cable carries the links of all planes between two ends, as
    the tables of makers count it.

    Raises
    ------
    UsageError : a number is out of range, or the topology is not known.
    OutOfRangeError : the switch cannot be divided as asked.
    """
    given = locals()
    for name, (least, most) in _RANGES.items():
        if not least <= given[name] <= most:
            raise UsageError(f"--{name} {given[name]} is outside {least} to {most}")
    if not 1 <= oversubscription <= radix - 1:
        raise UsageError(f"--oversubscription {oversubscription:g} is outside 1 to {radix - 1}")
    if topology not in _TOPOLOGIES:
        raise UsageError(f'--topology "{topology}" is not known', mend=nearest(topology, _TOPOLOGIES))
    plane = _plane(topology, endpoints, accelerators, radix, oversubscription, rails)
    switches, copies = plane.switches * planes, planes if topology != "torus" else 1
    down, up = leaf_ports(radix, oversubscription) if plane.spines else (radix if plane.leaves else 0, 0)
    return {
        "schema_version": 1,
        **{name: given[name] for name in ("topology", "endpoints", *list(_RANGES)[1:], "oversubscription")},
        "leaf_switches": copies * plane.leaves,
        "spine_switches": copies * plane.spines,
        "core_switches": copies * plane.core,
        "border_switches": copies * plane.border,
        "switches": switches,
        "node_leaf_cables": plane.host_links,
        "leaf_spine_cables": plane.leaf_spine_links,
        "spine_core_cables": plane.spine_core_links,
        "border_cables": plane.border_links,
        "within_border_cables": plane.within_border_links,
        "tiers": plane.tiers,
        "pods": plane.pods,
        "leaf_ports_down": down,
        "leaf_ports_up": up,
        "ports_free": copies * (plane.switches * radix - plane.ports_used) if plane.leaves else 0,
        "bisection_links": copies * plane.bisection_links,
    }


def _plane(topology: str, endpoints: int, accelerators: int, radix: int, oversubscription: float, rails: int) -> Counts:
    if topology == "torus":
        return torus(-(-endpoints // accelerators), accelerators)
    beyond = float(getattr(rows("assumptions")[_BEYOND], "value"))  # noqa: B009
    return one_plane(topology, endpoints, accelerators, radix, oversubscription, rails, beyond)


def page_text(found: Page) -> str:
    """Say the same in words."""
    tiers = (
        ("leaf", "node_leaf_cables", "nodes to leaves"),
        ("spine", "leaf_spine_cables", "leaves to spines"),
        ("core", "spine_core_cables", "spines to core"),
        ("border", "border_cables", "leaves to border"),
    )
    planes = f" in {found['planes']} planes" if found["planes"] > 1 else ""
    lines = [f"{found['topology']} of {found['endpoints']:,} accelerators, switches of {found['radix']} ports{planes}"]
    lines += [
        f"  {found[f'{name}_switches']:>9,} {name:7} switches   {found[cables]:>11,} cables {text}"
        for name, cables, text in tiers
        if found[f"{name}_switches"] or found[cables]
    ]
    unused = f"{found['ports_free']:,} ports of switches are free"
    joined = f", {found['pods']} fabrics are joined" if found["pods"] > 1 else ""
    lines.append(f"{found['switches']:,} switches in {found['tiers']} tiers; {unused}{joined}")
    lines.append(f"the narrowest cut into halves crosses {found['bisection_links']:,.0f} links")
    lines.append(
        "one cable carries the links of all planes between two ends; part of a scalable unit has all its leaves"
    )
    return "\n".join(lines) + "\n"


def published_page() -> Page:
    """Return every published fabric beside what is counted; ``exact`` where no count differs."""
    found = [compared(row) for row in rows("fabrics").values() if isinstance(row, Fabric)]
    return {
        "schema_version": 1,
        "exact": all(one.exact for one in found),
        "fabrics": [
            {
                "id": one.fabric.id,
                "name": one.fabric.name,
                "published": one.published,
                "counted": one.counted,
                "exact": one.exact,
                "contradiction": one.contradiction or None,
                "source": one.fabric.evidence["leaf_switches"].source,
            }
            for one in found
        ],
    }


def published_text(found: Page) -> str:
    """Say the same as a table: published counts, and after a stroke ours where they differ."""
    short = ("leaf", "spine", "core", "node-leaf", "leaf-spine", "spine-core")
    lines = [f"{'fabric':62}" + "".join(f"{name:>11}" for name in short)]
    for one in found["fabrics"]:
        cells = "".join(f"{_cell(one['published'].get(name), count):>11}" for name, count in one["counted"].items())
        lines.append(f"{one['name']:62}{cells}  {'exact' if one['exact'] else 'DIFFERS'}")
        if one["contradiction"]:
            lines.append(f"  this row contradicts itself: {one['contradiction']}")
    exact = sum(one["exact"] for one in found["fabrics"])
    return "\n".join([*lines, f"{exact} of {len(found['fabrics'])} rows are exact"]) + "\n"


def _cell(published: int | None, counted: int) -> str:
    if published is None:
        return "-"
    return f"{published:,}" if published == counted else f"{published:,}/{counted:,}"
