"""Kinds of fact about trade: countries, export rules, duties, parts as rules see them, rental quotes."""

from dataclasses import dataclass

from denshi.catalog.fact import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Country(Row):
    """A country and the country groups of the Export Administration Regulations that it stands in.

    ``groups`` is a list in one text (``"D:1 D:4 D:5"``); empty where it stands in none that these rules read.
    """

    code: str
    groups: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Row):
    """What trade rules ask of an accelerator beyond the datasheet of the catalogue.

    ``accelerator`` names its row there; a part without one brings ``tpp`` and ``memory_bytes_per_s`` of its own.
    ``io_bytes_per_s`` is the sum of both directions over all links but memory. ``data_centre`` is 1 for a part designed
    or marketed for data centres.
    """

    accelerator: str | None
    tpp: float | None
    memory_bytes_per_s: float | None
    die_mm2: float | None
    io_bytes_per_s: float | None
    data_centre: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Control(Row):
    """One dated rule of export control: a box of predicates and the verdict inside it.

    ``effective_to`` is the last day; a rule that ends before it begins never held. ``stage`` is one of embargo, letter,
    review, class, default, in the order in which a rule goes before others. ``destinations`` and ``headquarters`` list
    groups and country codes, ``*`` any; ``except_destinations`` are taken out again. ``verdict`` is allowed, licence or
    denied (a licence is needed and applications are reviewed under a presumption of denial); ``review`` says it in
    words.
    """

    stage: str
    classification: str
    announced: str | None
    effective_from: str
    effective_to: str | None
    destinations: str
    except_destinations: str | None
    headquarters: str | None
    shipped_from: str | None
    end_uses: str | None
    parts: str | None
    data_centre: float | None
    tpp_least: float | None
    tpp_below: float | None
    density_least: float | None
    density_below: float | None
    memory_bytes_per_s_below: float | None
    io_bytes_per_s_least: float | None
    verdict: str
    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty(Row):
    """One dated component of what is paid at a border.

    ``headings`` are tariff headings, ``*`` all. The box of TPP and memory bandwidth is open on both sides (greater
    than, less than). ``exempt_uses`` and ``exempt_preferences`` list what frees goods of it. ``replaces`` lists the
    components, separated by semicolons, that it takes the place of. ``base`` is goods, or landed for a tax on goods,
    freight, insurance and duty. ``payer`` is importer, or seller for what the buyer does not see; ``recoverable`` is 1
    for a tax that a business gets back.
    """

    country: str
    origins: str
    except_origins: str | None
    headings: str
    component: str
    effective_from: str
    effective_to: str | None
    rate: float
    parts: str | None
    tpp_above: float | None
    tpp_below: float | None
    memory_bytes_per_s_above: float | None
    memory_bytes_per_s_below: float | None
    exempt_uses: str | None
    exempt_preferences: str | None
    replaces: str | None
    base: str
    payer: str
    recoverable: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rental(Row):
    """One quoted rental price of an accelerator: ``basis`` is posted, contract, spot or index.

    ``country`` is empty where the provider names no place; ``term_months`` is 0 where there is no commitment.
    """

    accelerator: str
    provider: str
    basis: str
    usd_per_h: float
    country: str
    region: str
    term_months: float
    least_accelerators: float
    quoted: str
