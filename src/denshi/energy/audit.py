"""Hold a published supply against the load it is said to cover: over the year, hour by hour, and what is missing.

A claim of "renewables" says neither sun nor wind, so it is read three ways: all solar, all wind, half of each. What
would make it true is found by bisection on the hourly match (``match.py``), for several ways of building it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from denshi.energy.match import Match, Store, Vector, match, needed_kw
from denshi.errors import OutOfRangeError

HOURLY_TARGETS = (0.9, 0.95, 1.0)
_HOLDS_WITHIN = 0.005


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """Hourly output of one kW of solar and wind [1], clean share of the grid [1], and where they come from."""

    name: str
    solar_cf: Vector
    wind_cf: Vector
    grid_clean_fraction: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyClaim:
    """A supply and the share of a load that it is said to cover.

    ``either_kw`` is renewable power of unnamed kind. ``utilisations`` are mean over rated load, the first is the one
    that the claim is judged by. ``basis`` is annual, hourly or unstated. ``firm_capacity_factor`` and
    ``storage_efficiency`` hold for what is claimed and for what is tried.
    """

    load_kw: float
    fraction: float
    basis: str = "unstated"
    either_kw: float = 0.0
    solar_kw: float = 0.0
    wind_kw: float = 0.0
    firm_kw: float = 0.0
    storage_kw: float = 0.0
    storage_kwh: float = 0.0
    utilisations: tuple[float, ...] = (1.0,)
    firm_capacity_factor: float
    storage_efficiency: float

    @property
    def renewable_kw(self) -> float:
        """All claimed solar and wind power [kW]."""
        return self.either_kw + self.solar_kw + self.wind_kw


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read the claim, and how it then meets the load."""

    name: str
    utilisation: float
    solar_kw: float
    wind_kw: float
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to build what is missing: shares of added energy that are solar and wind, hours of storage, or firm."""

    name: str
    solar: float = 0.0
    wind: float = 0.0
    storage_h: float = 0.0
    firm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What one way takes, at one utilisation [kW]; None where no size suffices.

    ``total`` holds the whole capacity of the way, what is claimed of it included; ``extra`` what is more than claimed.
    Keys: ``annual`` for 100 % over the year, ``hourly_90`` … hour by hour from the supply alone, ``grid_90`` … with the
    grid's own clean share counted. ``at_annual`` is the match of the capacity that gives 100 % over the year.
    """

    way: Way
    utilisation: float
    total_kw: Mapping[str, float | None]
    extra_kw: Mapping[str, float | None]
    at_annual: Match | None


WAYS = (
    Way(name="solar", solar=1.0),
    Way(name="wind", wind=1.0),
    Way(name="half solar, half wind", solar=0.5, wind=0.5),
    Way(name="solar + 4 h storage", solar=1.0, storage_h=4.0),
    Way(name="wind + 4 h storage", wind=1.0, storage_h=4.0),
    Way(name="half/half + 4 h storage", solar=0.5, wind=0.5, storage_h=4.0),
    Way(name="half/half + 8 h storage", solar=0.5, wind=0.5, storage_h=8.0),
    Way(name="nuclear beside solar", solar=1.0, firm=True),
    Way(name="nuclear beside wind", wind=1.0, firm=True),
)


def check_claim(claim: SupplyClaim) -> None:
    """Refuse a claim outside the range in which it has a meaning.

    Raises
    ------
    OutOfRangeError : which number, and what it may be.
    """
    if not claim.load_kw > 0.0:
        raise OutOfRangeError("the load is not above 0", where="load")
    sizes = (claim.either_kw, claim.solar_kw, claim.wind_kw, claim.firm_kw, claim.storage_kw, claim.storage_kwh)
    if min(sizes) < 0.0:
        raise OutOfRangeError("a capacity is below 0", where="supply")
    for name, shares in (("fraction", (claim.fraction,)), ("utilisations", claim.utilisations)):
        if not shares or not all(0.0 < share <= 1.0 for share in shares):
            raise OutOfRangeError("is not above 0 and at most 1", where=name)


def check_profile(claim: SupplyClaim, profile: Profile) -> None:
    """Refuse hours that say nothing of what is claimed.

    Raises
    ------
    OutOfRangeError : the place has no fleet of the claimed kind to take the hours from.
    """
    sun, wind = bool(profile.solar_cf.any()), bool(profile.wind_cf.any())
    asked = (claim.solar_kw > 0.0 and not sun, claim.wind_kw > 0.0 and not wind)
    if any(asked) or (claim.either_kw > 0.0 and not sun and not wind):
        raise OutOfRangeError(
            f"{profile.name} has no hours of {'wind' if sun else 'solar'}, which is claimed",
            where="supply",
            mend="Give hours of the place with --profile (solar_cf, wind_cf, clean_fraction), or name another region",
        )


def readings(claim: SupplyClaim, profile: Profile, utilisation: float) -> tuple[Reading, ...]:
    """Return how each reading of the claim meets a flat load of the rated power times its utilisation.

    Half and half is by capacity: half of the claimed gigawatts are solar, half wind.
    """
    split = {"solar": (1.0, 0.0), "wind": (0.0, 1.0), "half solar, half wind": (0.5, 0.5)}
    if claim.either_kw == 0.0:
        split = {"as stated": (0.0, 0.0)}
    elif not (profile.solar_cf.any() and profile.wind_cf.any()):
        split = {"solar": (1.0, 0.0)} if profile.solar_cf.any() else {"wind": (0.0, 1.0)}
    load = _load(claim, profile, utilisation)
    found = []
    for name, (sun, wind) in split.items():
        solar_kw, wind_kw = claim.solar_kw + sun * claim.either_kw, claim.wind_kw + wind * claim.either_kw
        supply = solar_kw * profile.solar_cf + wind_kw * profile.wind_cf + _firm(claim, profile)
        met = match(load, supply, profile.grid_clean_fraction, _store(claim, 0.0))
        found.append(Reading(name=name, utilisation=utilisation, solar_kw=solar_kw, wind_kw=wind_kw, match=met))
    return tuple(found)


def need(claim: SupplyClaim, profile: Profile, utilisation: float, way: Way) -> Need | None:
    """Return what one way takes to make the claim true; None where the place has no such resource.

    Named supply of the claim stays and the way is built beside it; supply of unnamed kind counts as part of the way.
    A mix of solar and wind is by energy: each gives half of what the way gives over the year.
    """
    load, dirty = _load(claim, profile, utilisation), 1.0 - profile.grid_clean_fraction
    shapes = ((way.solar, profile.solar_cf), (way.wind, profile.wind_cf))
    if any(share > 0.0 and not shape.any() for share, shape in shapes):
        return None
    # One kW of the way: shares by energy, turned to shares by capacity.
    by_capacity = [share / float(shape.mean()) if share else 0.0 for share, shape in shapes]
    mixed = sum(part * shape for part, (_, shape) in zip(by_capacity, shapes, strict=True)) / sum(by_capacity)
    per_kw, given = np.asarray(mixed), _named(claim, profile)
    counted_kw = claim.either_kw
    if way.firm:
        given = given + claim.either_kw * per_kw
        per_kw, counted_kw = np.full_like(load, claim.firm_capacity_factor), 0.0
    store = _store(claim, way.storage_h * float(load.mean()), float(load.mean()))
    total: dict[str, float | None] = {"annual": max(float((load - given).sum()), 0.0) / float(per_kw.sum())}
    for target in HOURLY_TARGETS:
        total[f"hourly_{target:.0%}"[:-1]] = needed_kw(load, per_kw, target, given_kw=given, store=store)
    for target in HOURLY_TARGETS:
        total[f"grid_{target:.0%}"[:-1]] = needed_kw(load, per_kw, target, weight=dirty, given_kw=given, store=store)
    annual = total["annual"] or 0.0
    return Need(
        way=way,
        utilisation=utilisation,
        total_kw=total,
        extra_kw={key: None if size is None else max(size - counted_kw, 0.0) for key, size in total.items()},
        at_annual=match(load, given + annual * per_kw, profile.grid_clean_fraction, store),
    )


def needs(claim: SupplyClaim, profile: Profile, utilisation: float) -> tuple[Need, ...]:
    """Return what every way takes; ways without a resource at the place are left out."""
    ways = [way for way in WAYS if not way.firm or claim.renewable_kw > 0.0]
    if claim.renewable_kw == 0.0 or claim.either_kw == 0.0:
        ways = [way for way in ways if not way.firm] + [Way(name="nuclear", solar=1.0, firm=True)]
    found = [need(claim, profile, utilisation, way) for way in ways]
    return tuple(one for one in found if one is not None)


def verdict(claim: SupplyClaim, found: tuple[Reading, ...], basis: str) -> str:
    """Say whether a claim holds on one basis in all readings ("holds"), in none ("fails"), or in some ("depends").

    Unstated, it fails where it fails over the year, and holds where it holds hour by hour.
    """
    if basis == "unstated":
        annual, hourly = verdict(claim, found, "annual"), verdict(claim, found, "hourly")
        return annual if annual == "fails" or hourly == "holds" else "depends"
    shares = [one.match.annual_fraction if basis == "annual" else one.match.hourly_fraction for one in found]
    passed = [share >= claim.fraction - _HOLDS_WITHIN for share in shares]
    return "holds" if all(passed) else "depends" if any(passed) else "fails"


def _load(claim: SupplyClaim, profile: Profile, utilisation: float) -> Vector:
    return np.full(len(profile.solar_cf), claim.load_kw * utilisation)


def _firm(claim: SupplyClaim, profile: Profile) -> Vector:
    return np.full(len(profile.solar_cf), claim.firm_kw * claim.firm_capacity_factor)


def _named(claim: SupplyClaim, profile: Profile) -> Vector:
    return claim.solar_kw * profile.solar_cf + claim.wind_kw * profile.wind_cf + _firm(claim, profile)


def _store(claim: SupplyClaim, energy_kwh: float, power_kw: float = 0.0) -> Store | None:
    """Return the claimed store and that of a way as one."""
    power = claim.storage_kw + (power_kw if energy_kwh > 0.0 else 0.0)
    energy = claim.storage_kwh + energy_kwh
    return Store(power_kw=power, energy_kwh=energy, efficiency=claim.storage_efficiency) if energy > 0.0 else None
