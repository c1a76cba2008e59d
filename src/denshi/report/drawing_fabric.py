"""The scale-out fabric tier by tier: what stands in each, how many links join them, how fast they are.

Every tier shows a few of its devices; the counts beside it are all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from denshi.report.charts import INK, MUTED, RULE
from denshi.report.drawing import (
    GREY,
    PAPER,
    WIDTH,
    Drawing,
    amount,
    box,
    colour_of,
    drawing,
    fact,
    lines,
    said,
    sheet,
    tag,
    tint_of,
    wire,
    wrapped,
)
from denshi.report.locale import Texts
from denshi.report.reading import Design, number_at, text_at

_LEFT, _RIGHT = 236.0, 724.0
_MOST, _WIDE, _HIGH = 8, 54.0, 30.0
_STEP, _TOP = 118.0, 40.0
_TREES = ("rail-fat-tree", "fat-tree", "rail-only")


@dataclass(frozen=True, slots=True)
class Tier:
    """Devices of one tier: their kind, how many, what is said of them, and the links to the tier below."""

    kind: str
    count: float
    said: Sequence[str]
    links: float = 0.0


def fabric(design: Design, lang: str, t: Texts) -> Drawing | None:
    """Return the scale-out fabric; None where the design does not count it."""
    units, topology = number_at(design, "cluster.units"), text_at(design, "scenario.network.topology")
    if not units or not topology:
        return None
    tiers = list(_tiers(design, t))
    shapes = {"dragonfly": _groups, "torus": _lattice}
    if topology not in shapes and len(tiers) < 2:
        return None
    body, height = shapes[topology](design, tiers, t) if topology in shapes else _tree(design, tiers, t)
    title = t["drawing.fabric.title"]
    counts = t["list_separator"].join(f"{t[f'tier.{tier.kind}']} {tier.count:,.0f}" for tier in tiers)
    svg = sheet(
        "fabric", height, title, t["drawing.fabric.desc"].format(counts=counts), [_header(design, lang, t), *body]
    )
    return drawing("fabric", svg, _sources(design), t)


def _sources(design: Design) -> list[str]:
    names = ("units", "accelerators", "planes", "radix", "leaf_switches", "spine_switches", "core_switches",
             "border_switches", "pods", "host_links", "leaf_spine_links", "spine_core_links", "fabric_links",
             "border_links", "bisection_bytes_per_s")  # fmt: skip
    return [f"cluster.{name}" for name in names if number_at(design, f"cluster.{name}")]


def _tiers(design: Design, t: Texts) -> Iterator[Tier]:
    """Yield the tiers that the fabric has, from the top down to the hosts."""
    border, core, spine, leaf, units = (
        number_at(design, f"cluster.{name}") or 0.0
        for name in ("border_switches", "core_switches", "spine_switches", "leaf_switches", "units")
    )
    lower, upper = _links(design, core > 0)
    ports = number_at(design, "cluster.radix")
    with_ports = t["drawing.fabric.ports"].format(n=f"{ports:,.0f}") if ports else ""
    if border:
        yield Tier("border", border, [with_ports], number_at(design, "cluster.border_links") or 0.0)
    if core:
        yield Tier("core", core, [with_ports], upper)
    if spine:
        yield Tier("spine", spine, [with_ports], lower)
    if leaf:
        yield Tier("leaf", leaf, [with_ports, _leaf_note(design, t)], number_at(design, "cluster.host_links") or 0.0)
    accelerators = number_at(design, "cluster.accelerators")
    of_hosts = t["drawing.fabric.accelerators"].format(n=f"{accelerators:,.0f}") if accelerators else ""
    yield Tier("host", units, [text_at(design, "system.name"), of_hosts])


def _links(design: Design, three: bool) -> tuple[float, float]:
    """Return the links leaf to spine and spine to core; a tree of three tiers has as many of each."""
    lower, upper = (number_at(design, f"cluster.{name}") for name in ("leaf_spine_links", "spine_core_links"))
    if lower is not None:
        return lower, upper or 0.0
    total = number_at(design, "cluster.fabric_links") or 0.0
    inside = total - (number_at(design, "cluster.border_links") or 0.0)
    return (inside / 2, inside / 2) if three else (inside, 0.0)


def _leaf_note(design: Design, t: Texts) -> str:
    """Return the taper at the leaf, which only a tree has."""
    ratio = number_at(design, "scenario.network.oversubscription")
    if not ratio or text_at(design, "scenario.network.topology") not in _TREES:
        return ""
    return t["drawing.fabric.oversubscribed"].format(ratio=f"{ratio:g}")


def _speed(design: Design) -> str:
    """Return the speed of one link; a port may be divided."""
    rate = fact(design, "catalog.link.bytes_per_s")
    split = number_at(design, "cluster.port_split") or 1.0
    return f"{8e-9 * rate / split:,.0f} Gb/s" if rate else ""


def _header(design: Design, lang: str, t: Texts) -> str:
    topology, link = (text_at(design, f"scenario.network.{name}") for name in ("topology", "link"))
    planes, pods = (number_at(design, f"cluster.{name}") or 1.0 for name in ("planes", "pods"))
    parts = [
        t.get(f"topology.{topology}", topology),
        link,
        _speed(design),
        t["drawing.fabric.planes"].format(n=f"{planes:,.0f}") if planes > 1 else "",
        t["drawing.fabric.pods"].format(n=f"{pods:,.0f}") if pods > 1 else "",
    ]
    rate = number_at(design, "cluster.bisection_bytes_per_s")
    right = t["drawing.fabric.bisection"].format(rate=amount(rate, "byte/s", lang)) if rate else ""
    return said(12, 22, " · ".join(part for part in parts if part), WIDTH - 220, look="b", size=14) + said(
        WIDTH - 12, 22, right, 190, anchor="end", look="m"
    )


def _tree(design: Design, tiers: Sequence[Tier], t: Texts) -> tuple[list[str], float]:
    """Return the tiers of a tree, one above the other, with a few of their devices and the links between."""
    planes = number_at(design, "cluster.planes") or 1.0
    rails = _rails(design)
    places = [_places(tier.count) for tier in tiers]
    body = _pods(design, tiers, t)
    for i, tier in enumerate(tiers):
        y = _TOP + 20 + _STEP * i
        if i + 1 < len(tiers):
            body.append(_mesh(places[i], places[i + 1], y + _HIGH, y + _STEP, tier.kind == "leaf" and not rails))
            body.append(_between(tier.links, _speed(design), y + _HIGH + (_STEP - _HIGH) / 2, t))
    for i, tier in enumerate(tiers):
        y = _TOP + 20 + _STEP * i
        depth = min(int(planes), 3) - 1 if tier.kind != "host" else 0
        body += [_device(x, y - 4.0 * j, 4.0 * j, tier.kind, "") for j in range(depth, 0, -1) for x in places[i]]
        body += [_device(x, y, 0, tier.kind, _short(tier, j, rails, t)) for j, x in enumerate(places[i])]
        # A set of leaves that shows all its rails is followed by more such sets.
        body.append(_gap(places[i], tier.count, y, after=tier.kind == "leaf" and 0 < rails <= _MOST))
        body.append(_name(tier, y, t))
    return body, _TOP + 20 + _STEP * (len(tiers) - 1) + _HIGH + 40


def _places(count: float) -> list[float]:
    """Return where the devices of a tier that are drawn have their middle."""
    drawn = min(int(count), _MOST)
    step = min((_RIGHT - _LEFT) / max(drawn, 1), 96.0)
    middle = (_LEFT + _RIGHT) / 2
    return [middle + step * (i - (drawn - 1) / 2) for i in range(drawn)]


def _rails(design: Design) -> int:
    """Return over how many rails the leaves are spread, 0 where they have none."""
    if not text_at(design, "scenario.network.topology").startswith("rail"):
        return 0
    return int(fact(design, "catalog.assumptions.network-rails") or 0)


def _short(tier: Tier, index: int, rails: int, t: Texts) -> str:
    """Return what is written in a device: the number of its rail where leaves have one, else its own."""
    last = tier.count > _MOST and index == _MOST - 1
    if tier.kind == "leaf" and rails and tier.count >= rails:
        return t["drawing.fabric.rail"].format(n=rails if last and rails > _MOST else index % rails + 1)
    number = int(tier.count) if last else index + 1
    return "" if number >= 100_000 else f"{number:,}"


def _device(x: float, y: float, shift: float, kind: str, text: str) -> str:
    shape = box(
        x - _WIDE / 2 + shift, y, _WIDE, _HIGH, rx=3, fill=tint_of("compute" if kind == "host" else kind),
        stroke=colour_of("compute" if kind == "host" else kind), stroke_width=1.4,
    )  # fmt: skip
    return shape + (said(x, y + _HIGH / 2 + 4.4, text, _WIDE - 4, anchor="middle") if text else "")


def _gap(places: Sequence[float], count: float, y: float, after: bool) -> str:
    """Return the sign that devices are left out, before the last that is drawn or after it."""
    if count <= len(places) or len(places) < 2:
        return ""
    x = (places[-2] + places[-1]) / 2 + (places[-1] - places[-2] if after else 0.0)
    return "".join(tag("circle", cx=x + 3.2 * j, cy=y + _HIGH / 2, r=1.3, fill=INK) for j in (-1, 0, 1))


def _mesh(upper: Sequence[float], lower: Sequence[float], y1: float, y2: float, one_each: bool) -> str:
    """Return the links between two tiers: all to all, or one each where a host hangs on one leaf."""
    pairs = (
        [(upper[min(i * len(upper) // len(lower), len(upper) - 1)], x) for i, x in enumerate(lower)]
        if one_each
        else [(a, b) for a in upper for b in lower]
    )
    path = "".join(f"M{a:.1f} {y1:.1f}L{b:.1f} {y2:.1f}" for a, b in pairs)
    return tag("path", d=path, fill="none", stroke=GREY, stroke_width=1.4 if one_each else 0.7, stroke_opacity=0.8)


def _between(links: float, speed: str, y: float, t: Texts) -> str:
    if not links:
        return ""
    text = [t["drawing.fabric.links"].format(n=f"{links:,.0f}"), speed]
    return wire((_RIGHT + 4, y), (_RIGHT + 16, y), stroke=RULE) + lines(
        _RIGHT + 22, y, text, WIDTH - _RIGHT - 34, look=""
    )


def _name(tier: Tier, y: float, t: Texts) -> str:
    room = _LEFT - 40
    head = said(12, y + 8, f"{t[f'tier.{tier.kind}']}: {tier.count:,.0f}", room, look="b")
    more = [line for text in tier.said for line in wrapped(text, room)]
    return head + lines(12, y + 25, more, room, step=16)


def _pods(design: Design, tiers: Sequence[Tier], t: Texts) -> list[str]:
    """Return the frame around what repeats in every pod."""
    pods = number_at(design, "cluster.pods") or 1.0
    if pods <= 1 or tiers[0].kind != "border":
        return []
    top = _TOP + 20 + _STEP - 24
    bottom = _TOP + 20 + _STEP * (len(tiers) - 1) + _HIGH + 12
    frame = box(
        _LEFT - 22, top, _RIGHT - _LEFT + 26, bottom - top, rx=8, fill="#fafbfc", stroke=MUTED, stroke_dasharray="6 4"
    )
    text = t["drawing.fabric.pod"].format(n=f"{pods:,.0f}")
    return [frame, said(_LEFT - 12, bottom + 17, text, _RIGHT - _LEFT, look="m")]


def _groups(design: Design, tiers: Sequence[Tier], t: Texts) -> tuple[list[str], float]:
    """Return a dragonfly: groups whose routers are fully joined, every group joined to every other."""
    middle, y, ring = (_LEFT + _RIGHT) / 2, 210.0, 118.0
    groups = [(middle + ring * 1.5 * sin(2 * pi * i / 6), y - ring * cos(2 * pi * i / 6)) for i in range(6)]
    body = [
        wire(a, b, stroke=GREY, stroke_width=0.9) for i, a in enumerate(groups) for b in groups[i + 1 :]
    ]  # fmt: skip
    for x, down in groups:
        routers = [(x + dx, down + dy) for dx in (-13, 13) for dy in (-13, 13)]
        body.append(tag("circle", cx=x, cy=down, r=32, fill=PAPER, stroke=MUTED, stroke_dasharray="4 3"))
        body += [
            wire(a, b, stroke=colour_of("leaf"), stroke_width=1)
            for i, a in enumerate(routers)
            for b in routers[i + 1 :]
        ]
        body += [
            box(a - 6, b - 6, 12, 12, rx=2, fill=tint_of("leaf"), stroke=colour_of("leaf")) for a, b in routers
        ]  # fmt: skip
    return body + _aside(design, tiers, t), max(2 * y - 20, _aside_high(tiers))


def _lattice(design: Design, tiers: Sequence[Tier], t: Texts) -> tuple[list[str], float]:
    """Return a torus: units joined with six neighbours, the last of a row with its first."""
    size, step, slant = 3, 92.0, (46.0, -30.0)
    left, top = _LEFT + 80, 150.0

    def place(i: int, j: int, k: int) -> tuple[float, float]:
        return left + step * i + slant[0] * k, top + step * j + slant[1] * k

    nodes = [(i, j, k) for k in reversed(range(size)) for j in range(size) for i in range(size)]
    body = []
    for one in nodes:
        for axis in range(3):
            nearest = tuple(value + (axis == a) for a, value in enumerate(one))
            if nearest[axis] < size:
                body.append(wire(place(*one), place(*nearest), stroke=GREY, stroke_width=1))
    for i in range(size):
        (x1, y1), (x2, _) = place(0, i, 0), place(size - 1, i, 0)
        arc = f"M{x1:.1f} {y1:.1f}C{x1 - 44:.1f} {y1 + 44:.1f} {x2 + 44:.1f} {y1 + 44:.1f} {x2:.1f} {y1:.1f}"
        body.append(tag("path", d=arc, fill="none", stroke=GREY, stroke_dasharray="4 3"))
    for one in nodes:
        x, y = place(*one)
        body.append(box(x - 9, y - 7, 18, 14, rx=3, fill=tint_of("compute"), stroke=colour_of("compute")))
    return body + _aside(design, tiers, t), max(top + step * size + 40, _aside_high(tiers))


def _aside_high(tiers: Sequence[Tier]) -> float:
    return 80 + 84.0 * len(tiers)


def _aside(design: Design, tiers: Sequence[Tier], t: Texts) -> list[str]:
    """Return the counts beside a fabric that is no tree."""
    body, y = [], 80.0
    for tier in tiers:
        kind = "router" if tier.kind == "leaf" else tier.kind
        name = Tier(kind, tier.count, tier.said)
        body.append(_name(name, y, t))
        y += 84
    hosts, inside = (number_at(design, f"cluster.{name}") or 0.0 for name in ("host_links", "fabric_links"))
    for i, (links, key) in enumerate(((hosts, "to_hosts"), (inside, "in_fabric"))):
        if links:
            text = [t[f"drawing.fabric.{key}"], t["drawing.fabric.links"].format(n=f"{links:,.0f}"), _speed(design)]
            body.append(lines(_RIGHT + 22, 100 + 84 * i, text, WIDTH - _RIGHT - 34, look=""))
    return body
