"""Where the facts contradict each other: rules over the whole catalogue, and the contradictions that are explained.

A rule compares facts that came from different places but must agree. What breaks a rule is either mended, or listed in
``data/known_contradictions.toml`` with the reason why it stays.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import TypeVar, cast

from denshi.catalog.fact import Row
from denshi.catalog.fitted import Quality
from denshi.catalog.load import rows
from denshi.catalog.parameters import active_params, total_params
from denshi.catalog.processing import rates_of, total_processing_performance
from denshi.catalog.schema import KINDS, Accelerator, Link, Model, Price, Region, Site, System
from denshi.errors import CatalogError

R = TypeVar("R", bound=Row)

TPP_TOLERANCE_FRACTION = 0.01
PARAMS_TOLERANCE_FRACTION = 0.01
ACTIVE_TOLERANCE_FRACTION = 0.05  # makers round the active count to two digits
SYSTEM_OVER_CHIPS = (1.05, 2.2)  # host, memory, NICs, fans and conversion beside the accelerators
COMPUTE_USD_PER_KW = (15_000.0, 45_000.0)
"""Compute alone, over the systems' own maximum power (IT kW), without network, building or power plant.

Bernstein 2025-10: 3.4 M USD and 132 kW a GB200 rack, 25,800; Epoch 2025-12: 21,700 per facility kW; NVIDIA's part of
50 to 60 billion USD a GW all-in: about 35,000 (2025-08)."""
FACILITY_USD_PER_KW = (9_300.0, 15_000.0)
"""Building per kW of critical load, without land and IT.

Cushman & Wakefield 2025: the lowest and the highest of 19 US markets."""
_RATIOS = (
    ("bf16_flop_per_s", "tf32_flop_per_s", 1.9, 2.1),
    ("fp8_flop_per_s", "bf16_flop_per_s", 1.9, 2.1),
    ("fp4_flop_per_s", "fp8_flop_per_s", 1.9, 4.0),
)
_BOXES = {  # latitude and longitude of the country's main parts
    "US": (18.0, 72.0, -180.0, -66.0),
    "JP": (24.0, 46.0, 122.0, 154.0),
}
_SIGNED = ("latitude", "longitude", "elevation_m", "supply_max_c", "rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """One pair of facts that do not agree: the rule, the row, and what was found against what was expected."""

    rule: str
    kind: str
    id: str
    field: str
    text: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What identifies it in ``known_contradictions.toml``."""
        return self.rule, self.kind, self.id, self.field

    def __str__(self) -> str:
        return f"{self.kind}.{self.id}.{self.field}: {self.text} ({self.rule})"


def contradictions() -> tuple[Contradiction, ...]:
    """Return everything in the packaged catalogue that breaks a rule, explained or not, ordered by kind and id."""
    found = [*_performance(), *_ratios(), *_parameters(), *_power(), *_compute_price(), *_facility_price(), *_places()]
    found += [*_references(), *_every_value()]
    return tuple(sorted(found, key=lambda one: (one.kind, one.id, one.field, one.rule)))


def report() -> tuple[tuple[Contradiction, str | None], ...]:
    """Return each contradiction with the reason why it stays; None where nobody has explained it."""
    known = known_reasons()
    return tuple((one, known.get(one.key)) for one in contradictions())


def unexplained() -> tuple[Contradiction, ...]:
    """Return the contradictions that nobody has explained: the catalogue is sound when there is none."""
    return tuple(one for one, reason in report() if reason is None)


def stale() -> tuple[tuple[str, str, str, str], ...]:
    """Return the explanations whose contradiction no longer exists."""
    return tuple(sorted(set(known_reasons()) - {one.key for one in contradictions()}))


def known_reasons() -> dict[tuple[str, str, str, str], str]:
    """Return the reason of every explained contradiction, by rule, kind, id and field.

    Raises
    ------
    CatalogError : an entry has no reason, or stands there twice.
    """
    text = files("denshi.catalog").joinpath("data", "known_contradictions.toml").read_text(encoding="utf-8")
    reasons: dict[tuple[str, str, str, str], str] = {}
    for entry in tomllib.loads(text).get("known", ()):
        for id_ in entry["ids"]:
            key = (entry["rule"], entry["kind"], id_, entry["field"])
            if not entry.get("reason") or key in reasons:
                raise CatalogError("has no reason or stands twice", where=f"known_contradictions.toml: {key}")
            reasons[key] = entry["reason"]
    return reasons


def _performance() -> Iterator[Contradiction]:
    for chip in _all(Accelerator):
        expected = total_processing_performance(rates_of(chip))
        if expected and abs(chip.tpp / expected - 1) > TPP_TOLERANCE_FRACTION:
            yield _one("tpp", chip, "tpp", f"{chip.tpp:,.0f}, but the dense rates give {expected:,.0f}")


def _ratios() -> Iterator[Contradiction]:
    for chip in _all(Accelerator):
        for upper, lower, low, high in _RATIOS:
            above, below = getattr(chip, upper), getattr(chip, lower)
            if above and below and not low <= above / below <= high:
                text = (
                    f"{above / below:.2f} times {lower}, expected {low:g} to {high:g}: a sparse rate or another part?"
                )
                yield _one("dense-rates", chip, upper, text)


def _parameters() -> Iterator[Contradiction]:
    for model in _all(Model):
        checks = (
            ("published_params", total_params(model), PARAMS_TOLERANCE_FRACTION),
            ("published_active_params", active_params(model), ACTIVE_TOLERANCE_FRACTION),
        )
        for field, counted, tolerance in checks:
            published = getattr(model, field)
            if published and abs(counted / published - 1) > tolerance:
                text = f"{published / 1e9:,.2f} B, but the layer shape gives {counted / 1e9:,.2f} B"
                yield _one("parameters", model, field, text)


def _power() -> Iterator[Contradiction]:
    chips, (low, high) = rows("accelerators"), SYSTEM_OVER_CHIPS
    for system in _all(System):
        chip = chips.get(system.accelerator)
        if isinstance(chip, Accelerator):
            ratio = system.power_kw / (chip.tdp_kw * system.accelerators)
            if not low <= ratio <= high:
                text = f"{ratio:.2f} times the power of its accelerators, expected {low} to {high}"
                yield _one("system-power", system, "power_kw", text)


def _compute_price() -> Iterator[Contradiction]:
    low, high = COMPUTE_USD_PER_KW
    for system in _all(System):
        price = system.price_usd / system.power_kw
        if not low <= price <= high:
            text = f"{price / 1e3:.1f} bn USD per GW of IT power, published {low / 1e3:g} to {high / 1e3:g}"
            yield _one("compute-price", system, "price_usd", text)


def _facility_price() -> Iterator[Contradiction]:
    low, high = FACILITY_USD_PER_KW
    for name in sorted({site.facility_price for site in _all(Site)} & set(rows("prices"))):
        price = cast(Price, rows("prices")[name])
        if price.unit != "USD/kW" or not low <= price.value <= high:
            text = f"{price.value:,.0f} {price.unit}, expected {low:,.0f} to {high:,.0f} USD/kW of critical load"
            yield _one("facility-price", price, "value", text)


def _places() -> Iterator[Contradiction]:
    for site in _all(Site):
        south, north, west, east = _BOXES.get(site.country, (-90.0, 90.0, -180.0, 180.0))
        for field, value, low, high in (
            ("latitude", site.latitude, south, north),
            ("longitude", site.longitude, west, east),
            ("elevation_m", site.elevation_m, -430.0, 5000.0),
        ):
            if not low <= value <= high:
                yield _one("place", site, field, f"{value:g} is outside {low:g} to {high:g} for {site.country}")


def _references() -> Iterator[Contradiction]:
    targets: tuple[tuple[type[Row], str, str], ...] = (
        (System, "accelerator", "accelerators"),
        (Link, "switch", "switches"),
        (Site, "region", "regions"),
        (Site, "facility_price", "prices"),
        (Model, "published_accelerator", "accelerators"),
        (Quality, "model", "models"),
    )
    for type_, field, kind in targets:
        for row in _all(type_):
            name = getattr(row, field)
            if name is not None and name not in rows(kind):
                yield _one("reference", row, field, f'names "{name}", which is no row of {kind}')


def _every_value() -> Iterator[Contradiction]:
    for kind in KINDS:
        for row in rows(kind).values():
            for field, proof in row.evidence.items():
                value = getattr(row, field)
                if not proof.source.strip() or not proof.date.strip():
                    yield _one("evidence", row, field, "has no source or no date")
                if "from memory" in proof.source.casefold() and proof.grade != "E":
                    yield _one("recall", row, field, f"is from memory, but has grade {proof.grade}")
                if isinstance(value, float):
                    yield from _number(row, field, value)


def _number(row: Row, field: str, value: float) -> Iterator[Contradiction]:
    proof = row.evidence[field]
    low = value if proof.low is None else proof.low
    high = value if proof.high is None else proof.high
    if not low <= value <= high:
        yield _one("band", row, field, f"{value:g} is not between {low:g} and {high:g}")
    if field.endswith(("_fraction", "_efficiency")) and not 0 <= value <= 1:
        yield _one("range", row, field, f"{value:g} is not between 0 and 1")
    if value < 0 and field not in _SIGNED and not isinstance(row, Region | Price):
        yield _one("range", row, field, f"{value:g} is negative")


def _all(type_: type[R]) -> Iterable[R]:
    kind = next(name for name, known in KINDS.items() if known is type_)
    return cast(Iterable[R], rows(kind).values())


def _one(rule: str, row: Row, field: str, text: str) -> Contradiction:
    kind = next(name for name, known in KINDS.items() if known is type(row))
    return Contradiction(rule=rule, kind=kind, id=row.id, field=field, text=text)
