"""What a reader should know before he quotes a return: what it rests on, and what would break it."""

from collections.abc import Iterator, Mapping
from typing import Any

from denshi.finance.inputs import FinanceInput
from denshi.finance.irr import rates
from denshi.units import show

# Below these nobody would read a notice: hours that are empty, and the part of a rate of return in its last payment.
_FEW_HOURS = 0.005
_FEW_POINTS = 0.02


def notices(given: FinanceInput, figures: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the notices of a cash flow.

    Parameters
    ----------
    given : what the room takes in.
    figures : every other figure of the room by name.
    """
    earns = given.revenue != "none"
    return (
        *(_rates(figures) if earns else ()),
        *(_residual(given, figures) if earns else ()),
        *_late(given, figures),
        *_retired(given, figures),
    )


def _rates(figures: Mapping[str, Any]) -> Iterator[str]:
    found = rates(figures["cash_flow_usd"])
    if len(found) > 1:
        listed = ", ".join(f"{rate:.1%}" for rate in found)
        modified = figures["modified_irr"]
        instead = "" if modified is None else f"; modified (MIRR, at the discount rate) it is {modified:.1%}"
        yield f"the cash flow changes its sign more than once and has {len(found)} rates of return: {listed}{instead}"
    cover = figures["dscr"]
    worst = min(cover, default=1.0)
    if worst < 1:
        yield f"the cash flow does not cover debt service in year {cover.index(worst) + 1} of the debt: {worst:.2f}"


def _residual(given: FinanceInput, figures: Mapping[str, Any]) -> Iterator[str]:
    whole, bare = figures["irr"], figures["irr_without_residual"]
    if whole is None:
        return
    facility = show(figures["residual_facility_usd"], "USD")
    value = f"the facility's value at the end ({facility}) carries"
    if given.revenue != "lease":
        hardware = show(figures["residual_it_usd"], "USD")
        value = f"the facility's value at the end ({facility}) and the hardware's ({hardware}) carry"
    if bare is None:
        yield f"{value} the whole IRR of {whole:.1%}: without it there is no rate of return"
    elif whole - bare > _FEW_POINTS:
        points = f"{100 * (whole - bare):.1f} points"
        yield f"{value} {points} of the IRR: {whole:.1%} with it, {bare:.1%} without"


def _late(given: FinanceInput, figures: Mapping[str, Any]) -> Iterator[str]:
    if given.late_weeks <= 0:
        return
    late = f"{given.critical_item} comes {given.late_weeks:.0f} weeks after the first phase"
    if given.revenue == "none":
        yield f"the cost per accelerator-hour is for the dates asked, although {late}"
        return
    loss, then = figures["cost_of_lateness_usd"], figures["irr_on_reachable_dates"]
    rate = "no rate of return" if then is None else f"an IRR of {then:.1%}"
    asked = "none" if figures["irr"] is None else f"{figures['irr']:.1%}"
    yield (
        f"IRR ({asked}) and NPV ({show(figures['npv_usd'], 'USD')}) are for the dates asked, although {late}: the "
        f"lateness costs {show(loss, 'USD')} of NPV and leaves {rate}, payments and end unchanged"
    )


def _retired(given: FinanceInput, figures: Mapping[str, Any]) -> Iterator[str]:
    empty = figures["empty_hours_fraction"]
    if empty <= _FEW_HOURS:
        return
    what = "the tenant's hardware, in the cost per accelerator-hour," if given.revenue == "lease" else "hardware"
    yield (
        f"{what} is retired {given.it_life_years:g} years after it goes into service and is not refreshed: "
        f"{empty:.0%} of the campus's hours are empty, and {figures['in_service_fraction'][-1]:.0%} of it is in "
        "service in the last month"
    )
