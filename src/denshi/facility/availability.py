"""What share of the load is served, and how often some of it drops: groups of units, paths, common causes, supply.

A block of the site hangs on one path or several. A path has groups of units that pool (transformers, UPS modules),
faults that take all of it (switchgear, wrong operation, common causes) and runs that serve their own racks only
(busways). Racks have a cord to one or two paths. Everything fails independently except what is named as common.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import comb, exp, prod

from denshi.facility.reliability import HOURS, Unit, k_of_n, pmf

_ALMOST = 1e-9
State = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Units of a path that pool: how many carry the whole block, how many this path has."""

    unit: Unit
    needed: int
    installed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Runs that serve only the racks on them."""

    unit: Unit
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of the site. ``both`` is the share of the faults of a path that take every path."""

    paths: int
    groups: tuple[Group, ...]
    faults: tuple[Unit, ...]
    runs: tuple[Runs, ...] = ()
    both: float = 0.0

    @property
    def cords(self) -> int:
        """Paths that a rack is plugged into [count]."""
        return min(self.paths, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Expected share of the load that is served, time in which all of it is [1], unplanned drops [1/year]."""

    share: float
    whole: float
    drops: float


def served(block: Block) -> Served:
    """Return what a block serves.

    .. math:: s = \\min\\Bigl(1, \\sum_p u_p \\min_g \\frac{i_g}{k_g}, r(u)\\Bigr)

    u_p is 1 where nothing has taken path p, i_g the units of group g that work, k_g those that carry the block alone,
    r(u) the share of racks with a cord to a path that is up. Racks whose runs have all failed are lost besides. A drop
    is any unplanned fault that leaves less served than before it; planned work costs hours, not drops.
    """
    path = _path(block)
    up = _path_up(block)
    states = [(c, p * up) for c, p in path]
    states = _merged([*states, (0.0, 1.0 - up)])
    rests = _sum(states, block.paths - 1)
    lost_run = _run_down(block)
    cross = _cross(block)
    share = whole = 0.0
    for (c, p), (rest, others, q) in product(states, rests):
        here = _level(block, c + rest, others + (c > 0))
        share += p * q * here * (1.0 - _runs_lost(block, others + (c > 0), lost_run))
        if here > 1.0 - _ALMOST:
            whole += p * q * _runs_whole(block, others + (c > 0), lost_run)
    drops = _drops(block, path, up, rests) * block.paths + _run_drops(block, states, lost_run) + cross[1]
    return Served(share=share * cross[0], whole=whole * cross[0], drops=drops)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """Generators behind a block: how many carry it, how many there are, and what keeps one from doing so."""

    unit: Unit
    start_fault: float
    needed: int
    installed: int


def outage(supply: Unit, standby: Standby | None) -> Served:
    """Return what a block serves through losses of the supply: nothing, or what the generators that run carry.

    A generator helps that is not in maintenance, starts, and does not fail within the mean outage,
    :math:`(1 - q)(1 - m)\\,e^{-d/MTTF}`. Batteries carry the load until then.
    """
    events, down = supply.failures, 1.0 - supply.availability
    if standby is None:
        return Served(share=1.0 - down, whole=1.0 - down, drops=events)
    unit = standby.unit
    runs = (1.0 - standby.start_fault) * (1.0 - unit.maintenance_h / HOURS) * exp(-supply.mttr_h / unit.mtbf_h)
    # A common cause keeps all of them from running, and is a share of the faults of one.
    together = 1.0 - unit.common * (1.0 - runs)
    single = min(runs / together, 1.0)
    chances = pmf(standby.installed, single)
    carried = sum(float(p) * min(1.0, i / standby.needed) for i, p in enumerate(chances)) * together
    enough = k_of_n(standby.needed, standby.installed, single) * together
    return Served(share=1.0 - down * (1.0 - carried), whole=1.0 - down * (1.0 - enough), drops=events * (1.0 - enough))


def _path(block: Block) -> list[State]:
    """Return the shares of the block that a path can carry with their probabilities, while nothing takes all of it."""
    return _merged(
        (min((i / g.needed for i, g in zip(units, block.groups, strict=True)), default=1.0), p)
        for units, p in _units(block)
    )


def _units(block: Block) -> Iterator[tuple[tuple[int, ...], float]]:
    chances = [pmf(group.installed, group.unit.serving) for group in block.groups]
    for units in product(*(range(group.installed + 1) for group in block.groups)):
        p = prod(float(chance[i]) for i, chance in zip(units, chances, strict=True))
        if p > 1e-18:
            yield units, p


def _path_up(block: Block) -> float:
    up = prod(fault.serving for fault in block.faults)
    for group in block.groups:
        rate = group.unit.common_failures
        up *= 1.0 / (1.0 + rate * group.unit.mttr_h / HOURS)
    return up


def _path_rate(block: Block) -> float:
    """Faults a year that take a whole path [1/year]."""
    return sum(f.failures for f in block.faults) + sum(g.unit.common_failures for g in block.groups)


def _cross(block: Block) -> tuple[float, float]:
    """Return availability and rate of what takes every path at once; one path has no other to lose."""
    if block.paths == 1:
        return 1.0, 0.0
    rate = block.both * _path_rate(block)
    hours = block.both * (
        sum(f.failures * f.mttr_h for f in block.faults)
        + sum(g.unit.common_failures * g.unit.mttr_h for g in block.groups)
    )
    return 1.0 / (1.0 + hours / HOURS), rate


def _merged(states: "Iterator[State] | list[State]") -> list[State]:
    """Add up the probabilities of equal shares."""
    found: dict[float, float] = {}
    for share, p in states:
        key = round(share, 12)
        found[key] = found.get(key, 0.0) + p
    return list(found.items())


def _sum(states: list[State], paths: int) -> list[tuple[float, int, float]]:
    """Return the sums over several paths: share, paths up, probability."""
    found = {(0.0, 0): 1.0}
    for _ in range(paths):
        further: dict[tuple[float, int], float] = {}
        for ((share, up), p), (c, q) in product(found.items(), states):
            # Shares above the whole block serve no more, so that their states are one.
            key = (round(min(share + c, 1.0), 12), up + (c > 0))
            further[key] = further.get(key, 0.0) + p * q
        found = further
    return [(share, up, p) for (share, up), p in found.items()]


def _level(block: Block, share: float, up: int) -> float:
    return min(1.0, share, 1.0 - _corded(block.paths, up, block.cords, 0))


@cache
def _corded(paths: int, up: int, cords: int, count: int) -> float:
    """Share of racks of whose cords so many hang on paths that are up: racks are spread evenly over pairs of paths."""
    if count > up or cords - count > paths - up:
        return 0.0
    return comb(up, count) * comb(paths - up, cords - count) / comb(paths, cords)


def _run_down(block: Block) -> float:
    """Probability that the run to a rack on one path is down."""
    return 1.0 - prod(runs.unit.serving for runs in block.runs)


def _runs_lost(block: Block, up: int, down: float) -> float:
    """Share of racks with a path up that have no run left."""
    shares = {m: _corded(block.paths, up, block.cords, m) for m in range(1, block.cords + 1)}
    total = sum(shares.values())
    return sum(share * down**m for m, share in shares.items()) / total if total > 0 else 0.0


def _runs_whole(block: Block, up: int, down: float) -> float:
    """Probability that every rack has a run left."""
    count = max((runs.count for runs in block.runs), default=0)
    found: float = prod(
        (1.0 - down**m) ** (count * _corded(block.paths, up, block.cords, m)) for m in range(1, block.cords + 1)
    )
    return found


def _drops(block: Block, path: list[State], up: float, rests: list[tuple[float, int, float]]) -> float:
    """Drops a year by faults of one path: those that take all of it, and those of its units."""
    total = 0.0
    rate = _path_rate(block) * (1.0 - (block.both if block.paths > 1 else 0.0))
    for (c, p), (rest, others, q) in product(path, rests):
        if c > 0 and _level(block, rest, others) < _level(block, c + rest, others + 1) - _ALMOST:
            total += p * q * up * rate
    for units, p in _units(block):
        shares = [i / g.needed for i, g in zip(units, block.groups, strict=True)]
        before = min(shares, default=1.0)
        for j, (i, group) in enumerate(zip(units, block.groups, strict=True)):
            after = min([*shares[:j], (i - 1) / group.needed, *shares[j + 1 :]])
            if i and after < before - _ALMOST and min(before, 1.0) - min(after, 1.0) > 0:
                total += p * up * i * group.unit.failures * _worse(block, before, after, rests)
    return total


def _worse(block: Block, before: float, after: float, rests: list[tuple[float, int, float]]) -> float:
    """Probability that the other paths do not make up for a path that falls from one share to another."""
    return sum(
        q
        for rest, others, q in rests
        if _level(block, after + rest, others + (after > 0)) < _level(block, before + rest, others + 1) - _ALMOST
    )


def _run_drops(block: Block, states: list[State], down: float) -> float:
    """Drops a year by runs: every one with one cord, else those whose other cord is dead."""
    rate = sum(runs.count * runs.unit.failures for runs in block.runs)
    if block.cords == 1:
        return rate
    dead = sum(p for c, p in states if c <= 0)
    return rate * block.cords * (dead + (1.0 - dead) * down)
