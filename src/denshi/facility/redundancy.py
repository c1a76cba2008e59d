"""Redundancy by what it is worth: hours lost, goodput of a training job, and goodput for each dollar.

A site is cut into blocks of equal size, as large as ``block_units`` transformers; each block has spares of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import ceil, log, sqrt

from denshi.catalog import Reliability
from denshi.facility.availability import Block, Group, Runs, Served, Standby, outage, served
from denshi.facility.chain import SIDES, Case, Chain, chain, stages_of
from denshi.facility.distribution import equipment_usd
from denshi.facility.goodput import goodput
from denshi.facility.power import TRANSFORMER, Plant, plant
from denshi.facility.reliability import HOURS, Unit

UPS = "ups-double-conversion"
POOLED = (TRANSFORMER, UPS, "rectifier-800v")
WHOLE_PATH = ("switchgear-mv", "human-fault")
GENERATOR, SWITCHGEAR, SUPPLY = "generator-diesel", "switchgear-mv", "utility"
# Name shown, redundancy, generators or none.
OPTIONS: tuple[tuple[str, str, bool], ...] = (
    ("N, no generators", "N", False),
    ("N", "N", True),
    ("N+1", "N+1", True),
    ("N+2", "N+2", True),
    ("2N", "2N", True),
    ("4 to make 3", "4/3", True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The job, the money and the habits of a site.

    Times of a checkpoint and of restarts are in seconds; ``restart_dark_s`` is what a loss of power adds, because racks
    must start cold. ``it_usd_per_kw`` and ``building_usd_per_kw`` are those of a site at N+1; a year of capital is
    ``*_share`` of its price. ``generator_kw`` is what one generator gives at the site, ``generator_margin`` their power
    over the load of the site. ``bypass_fraction`` is the share of faults and of planned work of a UPS through which its
    bypass carries the load; ``both_fraction`` the share of the faults of a path that take every path.
    """

    accelerators: float
    faults_per_accelerator_h: float
    checkpoint_s: float
    restart_s: float
    restart_dark_s: float
    it_usd_per_kw: float
    building_usd_per_kw: float
    installation_factor: float
    it_share: float
    plant_share: float
    energy_usd_per_kwh: float
    generator_kw: float
    generator_margin: float
    bypass_fraction: float
    both_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """What one redundancy costs and gives.

    ``availability`` is the share of time in which the whole load is served, ``hours_lost`` the mean hours a year that a
    rack is without power, ``drops`` unplanned losses of power a year anywhere on the site, ``goodput_per_usd``
    accelerator-hours of kept progress for each dollar of a year's cost.
    """

    name: str
    chain: Chain
    plant_usd: float
    cost_usd_per_year: float
    availability: float
    hours_lost: float
    drops: float
    goodput: float
    goodput_per_usd: float


def causes(
    case: Case, reliability: Mapping[str, Reliability], work: Work, option: tuple[str, str, bool]
) -> dict[str, float]:
    """Return the hours a year that a rack would be spared if one kind of thing never failed nor needed work [h].

    They do not add up where there is redundancy: of two that must fail together each spares all.
    """
    _, redundancy, generators = option
    stated = replace(case, redundancy=redundancy)
    made = chain(stated)

    def lost(facts: Mapping[str, Reliability]) -> float:
        share = served(block_of(stated, facts, work)).share
        return (1.0 - share * through_outages(stated, facts, work, _peak_kw(made), generators).share) * HOURS

    total = lost(reliability)
    spared = {name: total - lost({**reliability, name: _perfect(row)}) for name, row in reliability.items()}
    return {name: hours for name, hours in sorted(spared.items(), key=lambda one: -one[1]) if hours > 1e-9 * total}


def _perfect(row: Reliability) -> Reliability:
    return replace(
        row,
        mtbf_h=1e18,
        maintenance_h_per_year=0.0,
        common_cause_fraction=0.0,
        start_fault_fraction=None if row.start_fault_fraction is None else 0.0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Where one option overtakes another: faults so many times as frequent, and whether it is ahead as things are."""

    name: str
    over: str
    rows: tuple[str, ...]
    times: float | None
    ahead: bool


# Who overtakes whom, and whose faults grow: all where no row is named.
PAIRS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("N", "N, no generators", (SUPPLY,)),
    ("N+1", "N", ()),
    ("2N", "N+1", ()),
    ("2N", "N+1", WHOLE_PATH),
    ("2N", "N+1", POOLED),
    ("4 to make 3", "N+1", ()),
)


FACTORS: tuple[float, ...] = tuple(10.0 ** (k / 3) for k in range(-6, 10))


def rank(case: Case, reliability: Mapping[str, Reliability], work: Work) -> tuple[Option, ...]:
    """Return every option for a case, in the order of ``OPTIONS``."""
    return tuple(evaluate(case, reliability, work, *one) for one in OPTIONS)


def worse(reliability: Mapping[str, Reliability], times: float, but: tuple[str, ...] = ()) -> dict[str, Reliability]:
    """Return the same facts with faults so many times as frequent, but for some of them."""
    return {
        name: row
        if name in but
        else replace(
            row,
            mtbf_h=row.mtbf_h / times,
            start_fault_fraction=None
            if row.start_fault_fraction is None
            else min(1.0, row.start_fault_fraction * times),
        )
        for name, row in reliability.items()
    }


def flip(ahead: Callable[[float], bool]) -> float | None:
    """Return the factor nearest to 1 at which an answer turns, between a hundredth and a thousand; None without one.

    >>> round(flip(lambda x: x > 7.0), 3)
    7.0
    """
    found = [ahead(factor) for factor in FACTORS]
    brackets = [i for i in range(len(found) - 1) if found[i] != found[i + 1]]
    if not brackets:
        return None
    nearest = min(brackets, key=lambda i: abs(log(FACTORS[i] * FACTORS[i + 1])))
    low, high, first = FACTORS[nearest], FACTORS[nearest + 1], found[nearest]
    for _ in range(14):
        middle = sqrt(low * high)
        low, high = (middle, high) if ahead(middle) == first else (low, middle)
    return high


def turns(case: Case, reliability: Mapping[str, Reliability], work: Work) -> tuple[Turn, ...]:
    """Return where one option overtakes another in goodput for each dollar, as faults grow more frequent.

    ``rows`` names whose faults are multiplied, all others stay; none means that it never happens between a
    hundredth and a thousand times.
    """
    found = []
    for name, over, rows in PAIRS:
        chosen = [next(option for option in OPTIONS if option[0] == one) for one in (name, over)]

        def ahead(times: float, chosen: list[tuple[str, str, bool]] = chosen, rows: tuple[str, ...] = rows) -> bool:
            facts = worse(reliability, times, tuple(set(reliability) - set(rows or reliability)))
            first, second = (evaluate(case, facts, work, *one).goodput_per_usd for one in chosen)
            return first > second

        times = flip(ahead)
        found.append(Turn(name=name, over=over, rows=rows, times=times, ahead=ahead(1.0)))
    return tuple(found)


def blocks_of(case: Case) -> int:
    """Return into how many blocks the site is cut [count]."""
    block_kw = case.block_units * case.equipment[TRANSFORMER].capacity_kw * case.power_factor * case.loading_limit
    return max(1, ceil(case.load_kw / block_kw))


def block_of(case: Case, reliability: Mapping[str, Reliability], work: Work) -> Block:
    """Return one block of a site: what pools, what takes a path, what serves its own racks only."""
    paths = SIDES.get(case.redundancy, 1)
    load_kw = case.load_kw / blocks_of(case) / case.loading_limit
    groups, runs = [], []
    for name in (TRANSFORMER, *stages_of(case.distribution, case.backup)):
        capacity_kw = case.equipment[name].capacity_kw * (case.power_factor if name == TRANSFORMER else 1.0)
        needed = plant(load_kw, capacity_kw, "N", 1.0).units
        if name in POOLED:
            each = ceil(needed / case.block_units)
            spare = {"N+1": each, "N+2": 2 * each}.get(case.redundancy, 0)
            installed = ceil(needed / 3) if case.redundancy == "4/3" else needed + spare
            unit = unit_of(reliability[name], work.bypass_fraction if name == UPS else 0.0)
            groups.append(Group(unit=unit, needed=needed, installed=installed))
        else:
            runs.append(Runs(unit=unit_of(reliability[name]), count=needed))
    faults = tuple(unit_of(reliability[name]) for name in WHOLE_PATH)
    return Block(paths=paths, groups=tuple(groups), faults=faults, runs=tuple(runs), both=work.both_fraction)


def unit_of(row: Reliability, bypass: float = 0.0) -> Unit:
    """Return a unit from a row of the catalogue, less the faults and the work through which a bypass carries on."""
    return Unit(
        mtbf_h=row.mtbf_h / (1.0 - bypass),
        mttr_h=row.mttr_h,
        maintenance_h=row.maintenance_h_per_year * (1.0 - bypass),
        common=row.common_cause_fraction,
    )


def through_outages(
    case: Case, reliability: Mapping[str, Reliability], work: Work, peak_kw: float, generators: bool
) -> Served:
    """Return what a block serves through losses of the supply, with the generators of its redundancy or none."""
    supply = unit_of(reliability[SUPPLY])
    if not generators:
        return outage(supply, None)
    row = reliability[GENERATOR]
    needed, installed = (
        plant(work.generator_margin * peak_kw / blocks_of(case), work.generator_kw, r, case.block_units).units
        for r in ("N", case.redundancy)
    )
    start = row.start_fault_fraction or 0.0
    return outage(supply, Standby(unit=unit_of(row), start_fault=start, needed=needed, installed=installed))


def evaluate(
    case: Case,
    reliability: Mapping[str, Reliability],
    work: Work,
    name: str,
    redundancy: str,
    generators: bool,
) -> Option:
    """Return one option, costed against the site at N+1 that published prices mean."""
    base = replace(case, redundancy="N+1")
    base_usd = _plant_usd(base, chain(base), work, "N+1", True)
    stated = replace(case, redundancy=redundancy)
    made = chain(stated)
    block = served(block_of(stated, reliability, work))
    supply = through_outages(stated, reliability, work, _peak_kw(made), generators)
    share, blocks = block.share * supply.share, blocks_of(case)
    # A loss of supply strikes all blocks at once, the other faults one block at a time.
    drops = blocks * block.drops + supply.drops
    kept = share * _goodput(work, drops)
    plant_usd = _plant_usd(stated, made, work, redundancy, generators)
    cost_usd = _cost_usd(case, made, work, plant_usd - base_usd)
    return Option(
        name=name,
        chain=made,
        plant_usd=plant_usd,
        cost_usd_per_year=cost_usd,
        availability=block.whole**blocks * supply.whole,
        hours_lost=(1.0 - share) * HOURS,
        drops=drops,
        goodput=kept,
        goodput_per_usd=kept * work.accelerators * HOURS / cost_usd,
    )


def _goodput(work: Work, drops: float) -> float:
    """Goodput where hardware and power both interrupt; the mean restart is weighted by what caused it."""
    hardware = work.faults_per_accelerator_h * work.accelerators
    power = drops / HOURS
    if hardware + power <= 0:
        return 1.0
    restart_s = work.restart_s + work.restart_dark_s * power / (hardware + power)
    return goodput(work.checkpoint_s, restart_s, 3600.0 / (hardware + power))


def _peak_kw(made: Chain) -> float:
    """Power of the site with the racks at nameplate, near enough to count generators and switchgear [kW]."""
    return made.grid_kw + (made.it_peak_kw - made.it_kw) * made.pue


def _plant_usd(case: Case, made: Chain, work: Work, redundancy: str, generators: bool) -> float:
    machines, peak_kw = {**made.plants}, _peak_kw(made)
    machines[SWITCHGEAR] = plant(peak_kw, case.equipment[SWITCHGEAR].capacity_kw, redundancy, case.block_units)
    if generators:
        row = case.equipment[GENERATOR]
        size = plant(work.generator_margin * peak_kw, work.generator_kw, redundancy, case.block_units)
        # A set keeps its price where the air is thin and hot: it is bought by what it gives at its best.
        machines[GENERATOR] = Plant(size.units, row.capacity_kw * size.unit_kw / work.generator_kw)
    return equipment_usd(case.equipment, machines)


def _cost_usd(case: Case, made: Chain, work: Work, further_usd: float) -> float:
    """Return a year's cost: systems, building at N+1, machines beyond it or short of it with their works, energy."""
    building = work.building_usd_per_kw * case.load_kw + work.installation_factor * further_usd
    return (
        work.it_share * work.it_usd_per_kw * case.load_kw
        + work.plant_share * building
        + work.energy_usd_per_kwh * made.grid_kw * HOURS
    )
