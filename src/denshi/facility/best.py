"""Which plant, and how warm: the yearly cost of energy, water and connection of every plant that fits."""

from dataclasses import dataclass, replace

from denshi.errors import DenshiError, InfeasibleError
from denshi.facility.check import warmest_c
from denshi.facility.given import FacilityInput
from denshi.facility.sizing import design, largest, racks, year

BEST = "best"
# Immersion is another rack, not another plant; chillers on towers without economizer never win against those with it.
OFFERED = ("air-chiller", "tower-economizer", "air-economizer", "liquid-dry-trim", "liquid-adiabatic")
_COLDEST_C = 15.0
_STEPS_K = (0.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A plant at a supply temperature [C]: a year of energy and water, the connection, what they cost together."""

    cooling: str
    supply_c: float
    energy_kwh_per_year: float
    water_m3_per_year: float
    connection_kw: float
    cost_usd_per_year: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """The plant that is built, with all that were compared, cheapest first, and why it was taken."""

    given: FacilityInput
    choices: tuple[Choice, ...]
    notices: tuple[str, ...]


def choose(given: FacilityInput) -> Chosen:
    """Take the plant that is asked for, or the cheapest by energy, water and connection where that is left open.

    .. math:: K = p_e E + p_w W + p_c P_{connection}

    Raises
    ------
    InfeasibleError : no plant fits.
    """
    if given.cooling != BEST:
        return Chosen(given, (), ())
    choices = tuple(sorted(swept(given), key=lambda one: one.cost_usd_per_year))
    if not choices:
        raise InfeasibleError(
            f"no plant fits {given.system_name} at {given.supply_c:g} C or less", where="facility.cooling"
        )
    first = choices[0]
    built = replace(given, cooling=first.cooling, supply_c=first.supply_c)
    return Chosen(built, choices, (_why(given, choices),))


def swept(given: FacilityInput, plants: tuple[str, ...] = OFFERED, step_k: float | None = None) -> list[Choice]:
    """Return every plant at several supply temperatures up to the one that is asked for, with its yearly cost.

    Parameters
    ----------
    plants : which.
    step_k : between supply temperatures; left out, two of them [K].
    """
    found = []
    for cooling in plants:
        case = replace(given, cooling=cooling)
        highest_c = min(given.supply_c, warmest_c(case))
        steps = _STEPS_K if step_k is None else tuple(step_k * i for i in range(20))
        wanted = sorted({max(highest_c - step, min(highest_c, _COLDEST_C)) for step in steps}, reverse=True)
        for supply_c in wanted:
            try:
                found.append(cost(replace(case, supply_c=supply_c)))
            except DenshiError:
                continue
    return found


def cost(given: FacilityInput) -> Choice:
    """Return a year of one plant at one supply temperature with its cost."""
    peak_rack, mean_rack = racks(given)
    built = design(given, peak_rack)
    mean = year(given, built, mean_rack)
    energy_kwh, water_m3 = float(mean.load_kw.sum()), float(mean.cooling.water_kg.sum()) / 1000.0
    connection_kw = largest(built.peak.load_kw) * given.connection_diversity
    return Choice(
        cooling=given.cooling,
        supply_c=given.supply_c,
        energy_kwh_per_year=energy_kwh,
        water_m3_per_year=water_m3,
        connection_kw=connection_kw,
        cost_usd_per_year=given.electricity_usd_per_kwh * energy_kwh
        + given.water_usd_per_m3 * water_m3
        + given.connection_usd_per_kw_year * connection_kw,
    )


def _why(given: FacilityInput, choices: tuple[Choice, ...]) -> str:
    first = choices[0]
    prices = (
        f"{given.electricity_usd_per_kwh:g} USD/kWh, {given.water_usd_per_m3:g} USD/m3 of water and "
        f"{given.connection_usd_per_kw_year:g} USD a year for each kW of connection"
    )
    text = (
        f"{first.cooling} at {first.supply_c:g} C is taken, because it costs least a year, "
        f"{first.cost_usd_per_year / 1e6:,.2f} M USD at {prices}"
    )
    other = next((one for one in choices if one.cooling != first.cooling), None)
    if other is None:
        return text + "; no other plant fits"
    return text + (
        f"; next is {other.cooling} at {other.supply_c:g} C with "
        f"{(other.cost_usd_per_year - first.cost_usd_per_year) / 1e6:+,.2f} M USD "
        f"({(other.energy_kwh_per_year - first.energy_kwh_per_year) / 1e6:+,.1f} GWh, "
        f"{other.water_m3_per_year - first.water_m3_per_year:+,.0f} m3, "
        f"{(other.connection_kw - first.connection_kw) / 1e3:+,.2f} MW); what the machines cost is not in it"
    )


def undominated(choices: list[Choice]) -> list[bool]:
    """Say of each choice whether none is as good in energy, water and connection and better in one of them.

    >>> one = Choice(cooling="a", supply_c=20.0, energy_kwh_per_year=1.0, water_m3_per_year=5.0, connection_kw=1.0,
    ...              cost_usd_per_year=1.0)
    >>> from dataclasses import replace
    >>> undominated([one, replace(one, water_m3_per_year=4.0), replace(one, water_m3_per_year=3.0, connection_kw=2.0)])
    [False, True, True]
    """
    points = [(one.energy_kwh_per_year, one.water_m3_per_year, one.connection_kw) for one in choices]

    def beaten(mine: tuple[float, float, float]) -> bool:
        return any(all(a <= b for a, b in zip(other, mine, strict=True)) and other != mine for other in points)

    return [not beaten(point) for point in points]
