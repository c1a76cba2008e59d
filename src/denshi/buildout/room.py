"""The build-out room: from a bill of materials and dates to landed cost by month."""

from collections.abc import Mapping
from datetime import date
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from denshi.buildout.delivery import PLANT, SUPPLY, Critical, connection_items, critical_item
from denshi.buildout.record import Buildout, BuildoutInput
from denshi.buildout.schedule import WEEKS_PER_MONTH, day_of, draw_weights, month_of, online_share
from denshi.buildout.tariff import FREE_ON_BOARD, OVERRIDDEN, duty_rate, rule_at
from denshi.catalog import Item
from denshi.errors import InfeasibleError, OutOfRangeError

PART: Mapping[str, str] = {
    "accelerator-system": "hardware",
    "network": "network",
    "power": "facility",
    "cooling": "facility",
    "building": "facility",
    "energy": "facility",
    "land": "land",
}
_FREIGHTED = ("accelerator-system", "network")
_ROUNDING = 1e-9


def run(given: BuildoutInput) -> Buildout:
    """Return the calendar of a project, its landed cost and its monthly draws.

    Raises
    ------
    InfeasibleError : a phase stands before the project's start, or the term ends before the last phase begins.
    OutOfRangeError : an item of unknown goods, or phases whose fractions add up to nothing.
    """
    at_month, fractions = _phases(given)
    full = ceil(at_month[-1] - _ROUNDING)
    months = full + _term_months(given, at_month)
    landed = _landed(given, at_month, fractions)
    draws = {part: _draws(given, part, landed.by_phase, at_month, months) for part in set(PART.values())}
    capex = {goods: landed.works[goods] + landed.freight[goods] + landed.tariff[goods] for goods in PART}
    parts = {part: sum(capex[goods] for goods in PART if PART[goods] == part) for part in draws}
    online = online_share(at_month, fractions, months)
    own, critical = _criticals(given, at_month[0])
    return Buildout(
        phase_month=at_month,
        phase_fraction=fractions,
        first_power_month=floor(at_month[0]),
        full_power_month=full,
        months=months,
        online_fraction=online,
        accelerators_online=given.accelerators * online,
        works_by_goods_usd=landed.works,
        freight_by_goods_usd=landed.freight,
        tariff_by_goods_usd=landed.tariff,
        capex_by_goods_usd=capex,
        hardware_usd=landed.works["accelerator-system"],
        tariff_usd=sum(landed.tariff.values()),
        freight_usd=sum(landed.freight.values()),
        landed_hardware_usd=parts["hardware"],
        network_usd=parts["network"],
        facility_usd=parts["facility"],
        land_usd=parts["land"],
        capex_usd=parts["hardware"] + parts["network"] + parts["facility"] + parts["land"],
        hardware_draw_usd=draws["hardware"],
        network_draw_usd=draws["network"],
        facility_draw_usd=draws["facility"],
        land_draw_usd=draws["land"],
        capex_draw_usd=draws["hardware"] + draws["network"] + draws["facility"] + draws["land"],
        critical_item=critical.name,
        critical_lead_weeks=critical.lead_weeks,
        late_weeks=critical.late_weeks,
        late_weeks_without_supply=own.late_weeks,
        reachable_online_fraction=online_share(_reachable(given, critical, at_month), fractions, months),
        notices=(*_lateness(critical, own), *_unruled(given, at_month[0])),
    )


def _phases(given: BuildoutInput) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if not given.phases:
        return (given.construction_months,), (1.0,)
    ordered = sorted(given.phases, key=lambda phase: phase.date)
    if ordered[0].date < given.start:
        raise InfeasibleError(
            f"the first phase goes into service on {ordered[0].date}, before the project starts on {given.start}",
            where="buildout.phase",
            mend="Move project.start or the phase",
        )
    total = sum(phase.fraction for phase in ordered)
    if min(phase.fraction for phase in ordered) < 0 or total <= 0:
        raise OutOfRangeError("the fractions of the phases are not positive", where="buildout.phase.fraction")
    at_month = tuple(month_of(phase.date, given.start) for phase in ordered)
    return at_month, tuple(phase.fraction / total for phase in ordered)


def _term_months(given: BuildoutInput, at_month: tuple[float, ...]) -> int:
    years = given.it_life_years if given.term_years is None else given.term_years
    months = round(12 * years)
    span = at_month[-1] - at_month[0]
    if months < 1 or months < span:
        raise InfeasibleError(
            f"a term of {years:g} years is shorter than the {span:.0f} months from the first phase to the last",
            where="finance.term_years",
            why="the first phase would be retired before the last one is in service, and denshi renews no hardware yet",
            mend="Lengthen finance.term_years or bring the phases together",
        )
    return months


class _Landed:
    """Cost by kind of goods, and the landed cost of each part by phase."""

    def __init__(self, phases: int) -> None:
        self.works = dict.fromkeys(PART, 0.0)
        self.freight = dict.fromkeys(PART, 0.0)
        self.tariff = dict.fromkeys(PART, 0.0)
        self.by_phase = {part: np.zeros(phases) for part in PART.values()}


def _landed(given: BuildoutInput, at_month: tuple[float, ...], fractions: tuple[float, ...]) -> _Landed:
    landed = _Landed(len(fractions))
    for item in (*given.cluster_items, *given.facility_items):
        if item.goods not in PART:
            raise OutOfRangeError(
                f'"{item.name}" is of the unknown goods "{item.goods}"',
                where="buildout",
                mend=f"Known: {', '.join(PART)}",
            )
        freight = item.cost_usd * given.freight_fraction if item.goods in _FREIGHTED else 0.0
        customs_value = item.cost_usd + (0.0 if given.country in FREE_ON_BOARD else freight)
        duty = customs_value * _rates(given, item, at_month)
        landed.works[item.goods] += item.cost_usd
        landed.freight[item.goods] += freight
        landed.tariff[item.goods] += float(duty @ np.asarray(fractions))
        landed.by_phase[PART[item.goods]] += np.asarray(fractions) * (item.cost_usd + freight + duty)
    return landed


def _rates(given: BuildoutInput, item: Item, at_month: tuple[float, ...]) -> NDArray[np.float64]:
    installation = given.plant_installation_months if item.goods in PLANT else given.hardware_installation_months

    def rate(delivered: date) -> float:
        return duty_rate(given.rules, given.tariff, given.country, item.origin, item.goods, delivered)

    return np.array([rate(day_of(month - installation, given.start)) for month in at_month])


def _criticals(given: BuildoutInput, first_month: float) -> tuple[Critical, Critical]:
    """Return what decides the first phase among racks, network and plant, and among these with the supply."""
    own = (*given.cluster_items, *given.facility_items)
    connection = connection_items(given.technologies, given.import_peak_kw, given.grid_connection_kw)

    def among(items: tuple[Item, ...]) -> Critical:
        return critical_item(
            items,
            given.start,
            day_of(first_month, given.start),
            hardware_installation_months=given.hardware_installation_months,
            plant_installation_months=given.plant_installation_months,
        )

    return among(own), among((*own, *given.energy_items, *connection))


def _reachable(given: BuildoutInput, critical: Critical, at_month: tuple[float, ...]) -> tuple[float, ...]:
    way = (critical.lead_weeks + critical.installation_weeks) / WEEKS_PER_MONTH
    ready = month_of(given.start, given.start) + way
    return tuple(max(month, ready) for month in at_month)


def _lateness(critical: Critical, own: Critical) -> tuple[str, ...]:
    if critical.late_weeks <= 0:
        return ()
    when = f"ordered on the first day, is in service {critical.late_weeks:.0f} weeks after the first phase"
    if critical.goods != SUPPLY:
        weeks = f"{critical.lead_weeks:.0f} weeks of lead time and {critical.installation_weeks:.0f} of installation"
        return (f"{critical.name}, {when} ({weeks})",)
    alone = f"{own.late_weeks:.0f} weeks late" if own.late_weeks > 0 else "in time"
    return (
        f"the supply is late: {critical.name}, {when} ({critical.lead_weeks:.0f} weeks of lead time; racks and plant "
        f"alone are {alone}); denshi buildout bridge weighs bridge power until then, and a grid connection that is "
        "granted already is named in site.grid_connection",
    )


def _unruled(given: BuildoutInput, first_month: float) -> tuple[str, ...]:
    """Name the imports for which the catalogue holds no rule, so that the duty of zero is not taken for a fact."""
    missing: dict[tuple[str, str], None] = {}
    for item in (*given.cluster_items, *given.facility_items):
        overridden = given.tariff is not None and item.goods in OVERRIDDEN
        if item.goods == "land" or item.origin == given.country or overridden:
            continue
        if rule_at(given.rules, given.country, item.origin, item.goods, day_of(first_month, given.start)) is None:
            missing[(item.goods, item.origin)] = None
    return tuple(
        f"no rule of customs for {goods} from {origin} into {given.country}: counted without duty"
        for goods, origin in missing
    )


def _draws(
    given: BuildoutInput,
    part: str,
    by_phase: Mapping[str, NDArray[np.float64]],
    at_month: tuple[float, ...],
    months: int,
) -> NDArray[np.float64]:
    draws = np.zeros(months)
    if part == "land":
        draws[0] = by_phase[part].sum()
        return draws
    lead = {
        "hardware": given.hardware_draw_months,
        "network": given.network_draw_months,
        "facility": given.facility_draw_months,
    }[part]
    for month, cost in zip(at_month, by_phase[part], strict=True):
        draws += cost * draw_weights(month, lead, given.s_curve_alpha, given.s_curve_beta, months)
    return draws
