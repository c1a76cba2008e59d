"""The one sentence that may honestly be printed in place of a claim, written from what was found."""

from collections.abc import Callable, Sequence

from denshi.energy.audit import Need, Reading, SupplyClaim
from denshi.energy.audit_facts import Band, Comparison, Equivalence, Rate
from denshi.units import show

_WHOLE = 0.9995


def supply_sentence(claim: SupplyClaim, found: Sequence[Reading], ways: Sequence[Need]) -> str:
    """Say what a claimed supply does for its load: over the year, hour by hour, and what 100 % would take."""
    first = found[0].utilisation
    at = "at full use" if first >= 1.0 else f"at {_percent(first)} of its rated power"
    annual = _range(found, lambda one: one.match.annual_fraction)
    text = (
        f"{_named(claim)} generate {annual} of the energy that a {show(claim.load_kw, 'kW')} load uses in a year {at}"
    )
    hourly = _range(found, lambda one: one.match.hourly_fraction)
    most_clean = max(one.match.clean_hours_fraction for one in found)
    if min(one.match.hourly_fraction for one in found) >= _WHOLE:
        return f"{text}, and cover it in every hour."
    if hourly != annual:
        text += f" and cover {hourly} of it in the hour it is used"
    text += ", in no hour all of it" if most_clean == 0.0 else f", all of it in {_percent(most_clean)} of hours at most"
    more = _more(ways)
    return f"{text}; {more}." if more else f"{text}."


def _more(ways: Sequence[Need]) -> str:
    plain = [one for one in ways if one.way.name in ("solar", "wind") and one.at_annual is not None]
    plain = [one for one in plain if (one.extra_kw["annual"] or 0.0) > 0.0]
    if not plain:
        sizes_90 = [(one.extra_kw["hourly_90"], one.way.name) for one in ways]
        least = min(((size, name) for size, name in sizes_90 if size), default=None)
        return "" if least is None else f"90 % hour by hour takes at least {show(least[0], 'kW')} more ({least[1]})"
    sizes = " or ".join(f"{show(one.extra_kw['annual'] or 0.0, 'kW')} more {one.way.name}" for one in plain)
    met = " and ".join(_percent(one.at_annual.hourly_fraction) for one in plain if one.at_annual is not None)
    return f"100 % over the year takes {sizes}, which would then cover {met} hour by hour"


def equivalence_sentence(found: Equivalence, power_kw: float, load_factor: float, things: float, thing: str) -> str:
    """Say what a power uses in a year, counted in things."""
    text = (
        f"At a load factor of {load_factor:.2f}, {show(power_kw, 'kW')} use the electricity of "
        f"{_count(found.count, thing)}, {show(found.energy_kwh.value, 'kWh')} a year"
    )
    needed = found.load_factor_needed
    if needed.value > 1.0:
        return f"{text}; {_million(things)} cannot be reached even at full load in every hour."
    return (
        f"{text}; {_million(things)} takes a load factor of {needed.value:.2f} ({needed.low:.2f} to {needed.high:.2f})."
    )


def comparison_sentence(found: Comparison, names: tuple[str, str]) -> str:
    """Say how many times as much the first added, by nameplate and by energy."""
    energy = found.energy_ratio
    one, other = found.mean_capacity_factor
    return (
        f"{names[0]} added {found.nameplate_ratio.value:.1f} times the nameplate capacity of {names[1]}, which in a "
        f"full year generates {energy.value:.1f} times the energy ({energy.low:.1f} to {energy.high:.1f}): its mix "
        f"runs at {_percent(one)} of nameplate on average, the other at {_percent(other)}."
    )


def rate_sentence(found: Rate, capacity_kw: float, name: str) -> str:
    """Say what a yearly building rate is beside today's, in energy as today's mix and as firm power."""
    return (
        f"{show(capacity_kw, 'kW')} a year is {found.times_additions.value:.1f} times the additions of {name}; built "
        f"as that mix it adds {show(found.mix_kwh.value, 'kWh')} a year, {_percent(found.mix_share.value)} of today's "
        f"generation, while that much load would use {show(found.firm_kwh.value, 'kWh')}, "
        f"{_percent(found.firm_share.value)} of it."
    )


def _named(claim: SupplyClaim) -> str:
    parts = [
        (claim.either_kw, "renewables"),
        (claim.solar_kw, "solar"),
        (claim.wind_kw, "wind"),
        (claim.firm_kw, "nuclear"),
        (claim.storage_kw, "storage"),
    ]
    return " and ".join(f"{show(size, 'kW')} of {name}" for size, name in parts if size > 0.0)


def _range(found: Sequence[Reading], share: Callable[[Reading], float]) -> str:
    ends = sorted(found, key=share)
    low, high = ends[0], ends[-1]
    if len(found) == 1:
        return _percent(share(low)) + (f" ({_all(low.name)})" if low.name in ("solar", "wind") else "")
    if _percent(share(low)) == _percent(share(high)):
        return _percent(share(high))
    return f"{_percent(share(low))} ({_all(low.name)}) to {_percent(share(high))} ({_all(high.name)})"


def _all(name: str) -> str:
    return name if name.startswith("half") else f"all {name}"


def _percent(share: float) -> str:
    """Whole per cent, a digit more where rounding would say all or nothing.

    >>> _percent(0.4593), _percent(0.9968), _percent(0.0004)
    ('46 %', '99.7 %', '0.0 %')
    """
    return (
        f"{share:.1%}".replace("%", " %")
        if 0.0 < share < 0.01 or 0.99 < share < 1.0
        else f"{share:.0%}".replace("%", " %")
    )


def _million(count: float) -> str:
    return f"{count / 1e6:,.1f} million" if count >= 1e6 else f"{count:,.0f}"


def _count(found: Band, thing: str) -> str:
    said = f"{_million(found.value)} {thing}"
    if found.low == found.high:
        return said
    return f"{said} ({_million(found.low)} to {_million(found.high)} over the stated ranges)"
