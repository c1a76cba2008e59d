"""Claims that are arithmetic: gigawatts as households, additions of two countries, so many gigawatts a year.

Each follows from a few sourced facts; the band of a result is spanned by the ranges of its facts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

from denshi.errors import OutOfRangeError
from denshi.figure import Evidence, Grade, worst

HOURS = 8760.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A number in a canonical unit, with its evidence; the range is that of the evidence, or the number itself."""

    value: float
    evidence: Evidence
    unit: str = "1"

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest value."""
        low, high = self.evidence.low, self.evidence.high
        return self.value if low is None else low, self.value if high is None else high


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A result with the lowest and highest value that its facts allow."""

    value: float
    low: float
    high: float


def grade_of(facts: Mapping[str, Fact]) -> Grade:
    """Return the weakest grade among facts."""
    return worst([fact.evidence.grade for fact in facts.values()])


def band(formula: Callable[..., float], *facts: Fact) -> Band:
    """Evaluate a formula at the facts and at every corner of their ranges; it is monotone in each.

    >>> proof = Evidence("x", "2025", "E", 0.5, 1.0)
    >>> band(lambda x: 10.0 * x, Fact(value=0.8, evidence=proof))
    Band(value=8.0, low=5.0, high=10.0)
    """
    corners = [formula(*corner) for corner in product(*(sorted(set(fact.ends)) for fact in facts))]
    value = formula(*(fact.value for fact in facts))
    return Band(value=value, low=min(corners), high=max(corners))


def judged(found: Band, published: float, tolerance: float) -> str:
    """Say "holds" within the tolerance, "depends" where some facts in their ranges bring it there, else "fails"."""
    low, high = published * (1.0 - tolerance), published * (1.0 + tolerance)
    if low <= found.value <= high:
        return "holds"
    return "depends" if found.low <= high and found.high >= low else "fails"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence:
    """Power said to be the use of so many things.

    ``count`` = power x 8,760 h x load factor / use of one. ``full_count`` is that at full load, ``load_factor_needed``
    and ``use_needed_kwh`` are what would make the published number exact.
    """

    energy_kwh: Band
    count: Band
    full_count: Band
    load_factor_needed: Band
    use_needed_kwh: float
    verdict: str


def equivalence(power_kw: Fact, things: float, use_kwh: Fact, load_factor: Fact, tolerance: float) -> Equivalence:
    """Hold "this power is what so many things use" against the energy of a year.

    >>> said = lambda v: Fact(value=v, evidence=Evidence("x", "2025", "E"))
    >>> found = equivalence(said(1e7), 8e6, said(10_500.0), said(1.0), 0.05)
    >>> round(found.count.value / 1e6, 2), round(found.load_factor_needed.value, 3), found.verdict
    (8.34, 0.959, 'holds')
    """
    if min(things, power_kw.ends[0], use_kwh.ends[0]) <= 0.0:
        raise OutOfRangeError("power, number and use of one must be above 0", where="claim")
    if not 0.0 < load_factor.ends[0] <= load_factor.ends[1] <= 1.0:
        raise OutOfRangeError("is not above 0 and at most 1", where="load_factor")
    count = band(lambda p, f, u: p * HOURS * f / u, power_kw, load_factor, use_kwh)
    return Equivalence(
        energy_kwh=band(lambda p, f: p * HOURS * f, power_kw, load_factor),
        count=count,
        full_count=band(lambda p, u: p * HOURS / u, power_kw, use_kwh),
        load_factor_needed=band(lambda p, u: things * u / (p * HOURS), power_kw, use_kwh),
        use_needed_kwh=power_kw.value * HOURS / things,
        verdict=judged(count, things, tolerance),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """What was built in a year: stated total, its parts by technology, and the share of the year each runs.

    A part without a capacity factor makes no energy: storage.
    """

    name: str
    capacity_kw: Fact
    parts_kw: Mapping[str, Fact]
    capacity_factors: Mapping[str, Fact]

    @property
    def unexplained_kw(self) -> float:
        """Stated total less its parts."""
        return self.capacity_kw.value - sum(part.value for part in self.parts_kw.values())


def energy_kwh(side: Additions) -> Band:
    """Return what additions generate in a full year: sum of parts x capacity factor x 8,760 h [kWh].

    The part of the total that no technology explains counts at the mean of the rest.
    """
    explained = sum(part.value for part in side.parts_kw.values())
    if explained <= 0.0:
        raise OutOfRangeError("the parts add up to nothing", where=f"side.{side.name}.parts")

    def summed(pick: Callable[[Fact], float]) -> float:
        made = sum(part.value * pick(side.capacity_factors[name]) for name, part in side.parts_kw.items())
        return made * HOURS * side.capacity_kw.value / explained

    return Band(value=summed(lambda f: f.value), low=summed(lambda f: f.ends[0]), high=summed(lambda f: f.ends[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Additions of two, by nameplate and by energy: first over second."""

    nameplate_ratio: Band
    energy_ratio: Band
    energy_kwh: tuple[Band, Band]
    mean_capacity_factor: tuple[float, float]
    verdict: str


def comparison(first: Additions, second: Additions, ratio: float, tolerance: float) -> Comparison:
    """Hold "the first added so many times what the second did" against nameplate, and say what it is in energy."""
    if second.capacity_kw.ends[0] <= 0.0:
        raise OutOfRangeError("is not above 0", where=f"side.{second.name}.capacity")
    nameplate = band(lambda a, b: a / b, first.capacity_kw, second.capacity_kw)
    one, other = energy_kwh(first), energy_kwh(second)
    return Comparison(
        nameplate_ratio=nameplate,
        energy_ratio=Band(value=one.value / other.value, low=one.low / other.high, high=one.high / other.low),
        energy_kwh=(one, other),
        mean_capacity_factor=tuple(
            made.value / (side.capacity_kw.value * HOURS) for made, side in ((one, first), (other, second))
        ),  # type: ignore[arg-type]
        verdict=judged(nameplate, ratio, tolerance),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many gigawatts a year against what is built and generated today.

    ``mix_kwh``: built as today's mix, what a year's building generates. ``firm_kwh``: the same power as load that runs
    all year. ``nameplate_for_firm_kw``: what of each technology gives that energy over a year, not hour by hour.
    """

    times_additions: Band
    mix_kwh: Band
    mix_share: Band
    firm_kwh: Band
    firm_share: Band
    nameplate_for_firm_kw: Mapping[str, float]
    years_of_today: float
    verdict: str


def rate(
    capacity_kw: Fact, today: Additions, generation_kwh: Fact, load_factor: Fact, ratio: float, tolerance: float
) -> Rate:
    """Hold a yearly building rate against today's additions and generation."""
    if generation_kwh.ends[0] <= 0.0 or today.capacity_kw.ends[0] <= 0.0:
        raise OutOfRangeError("is not above 0", where="generation or additions")
    if not 0.0 < load_factor.ends[0] <= load_factor.ends[1] <= 1.0:
        raise OutOfRangeError("is not above 0 and at most 1", where="load_factor")
    times = band(lambda c, a: c / a, capacity_kw, today.capacity_kw)
    made = energy_kwh(today)
    scale = capacity_kw.value / today.capacity_kw.value
    mix = Band(value=made.value * scale, low=made.low * scale, high=made.high * scale)
    firm = band(lambda c, f: c * HOURS * f, capacity_kw, load_factor)
    low, high = generation_kwh.ends
    factors = {name: fact.value for name, fact in today.capacity_factors.items() if fact.value > 0.0}
    return Rate(
        times_additions=times,
        mix_kwh=mix,
        mix_share=Band(value=mix.value / generation_kwh.value, low=mix.low / high, high=mix.high / low),
        firm_kwh=firm,
        firm_share=Band(value=firm.value / generation_kwh.value, low=firm.low / high, high=firm.high / low),
        nameplate_for_firm_kw={name: firm.value / HOURS / factor for name, factor in factors.items()},
        years_of_today=times.value,
        verdict=judged(times, ratio, tolerance),
    )
