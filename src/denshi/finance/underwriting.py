"""A design's project under terms of its own: depreciation for tax, grants, renewal, consumption tax, currency."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from denshi.errors import InfeasibleError
from denshi.finance.deal import Deal, Debt, Tax
from denshi.finance.deal.schedules import MACRS, depreciation
from denshi.finance.inputs import FinanceInput
from denshi.finance.operation import built_month, is_leased, operate, own_capex_usd

Matrix = NDArray[np.float64]
Monthly = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a lender, a tax office and a state agree with the owner.

    Attributes
    ----------
    regime : "us" writes hardware and plant off by MACRS, with a bonus in the first year; "japan" in straight lines.
    hardware_years, plant_years, shell_years : lives for tax [year]; the shell is written off in a straight line always.
    shell_fraction : share of the building's cost that is shell, the rest is plant [1].
    bonus_fraction : share of hardware and plant written off at once [1].
    grant_hardware_fraction, grant_facility_fraction, grant_most_usd : public money for purchases, and its limit. It
        lowers what is written off.
    consumption_rate, consumption_months : tax on sales and purchases, and when its balance is settled [1, month].
    renewed_cost_fraction : cost of new hardware over the first one's at the end of each life [1]; None: not renewed.
    renewed_price_factor : price of what new hardware sells over that of the one before [1].
    put_aside : whether renewal is saved for over the life before it, or paid when it comes.
    opex_reserve_months, reserve_rate : running costs kept in hand, interest on all reserves [month, 1].
    foreign_fraction : share of takings in another currency [1].
    """

    regime: Literal["us", "japan"]
    tax: Tax
    debt: Debt | None
    hardware_years: int
    plant_years: int
    shell_years: int
    shell_fraction: float
    bonus_fraction: float
    grant_hardware_fraction: float = 0.0
    grant_facility_fraction: float = 0.0
    grant_most_usd: float = np.inf
    consumption_rate: float = 0.0
    consumption_months: int = 0
    renewed_cost_fraction: float | None = None
    renewed_price_factor: float = 1.0
    put_aside: bool = True
    opex_reserve_months: float = 0.0
    reserve_rate: float = 0.0
    foreign_fraction: float = 0.0


def underwrite(given: FinanceInput, terms: Terms, exchange: Matrix | float = 1.0) -> Deal:
    """Return the deal that a project makes under its terms.

    Each part is written off from the month it goes into service; interest of construction is not. Consumption tax is
    taken on sales and paid on purchases, and its balance B settled n months later: c_t = B_t - B_{t-n}, the rest at the
    end, so that it costs time alone.

    Parameters
    ----------
    exchange : what one unit of the other currency is worth in a month over what it was at the start, [path, month].

    Raises
    ------
    InfeasibleError : hardware is renewed in a lease, where the tenant brings it.
    """
    if terms.renewed_cost_fraction is not None and is_leased(given):
        raise InfeasibleError(
            "the tenant brings the hardware and renews it", where="refresh", mend="Leave the table refresh out"
        )
    life = round(12 * given.it_life_years)
    count = renewals(given, terms)
    found = operate(replace(given, it_life_years=(count + 1) * given.it_life_years), given.online_fraction)
    own = 0.0 if is_leased(given) else 1.0
    hardware = own * (given.hardware_draw_usd + given.network_draw_usd)
    capex = own_capex_usd(given)
    granted = _granted(given, terms, hardware)
    bought = own * (given.landed_hardware_usd + given.network_usd)
    entering = np.diff(given.online_fraction, prepend=0.0)
    renewed = np.zeros(given.months)
    for one in range(1, count + 1):
        renewed += bought * (terms.renewed_cost_fraction or 0.0) * _later(entering, one * life)
    kept = (given.facility_usd - granted[1].sum(), bought - granted[0].sum())
    written = kept[0] * terms.shell_fraction * _written(terms, "shell", entering)
    written += kept[0] * (1.0 - terms.shell_fraction) * _written(terms, "plant", entering)
    written += kept[1] * _written(terms, "hardware", entering) + _written(terms, "hardware", renewed)
    revenue = found.revenue_usd * _renewed_price(given, terms, count, life)
    revenue = revenue * (1.0 - terms.foreign_fraction + terms.foreign_fraction * np.atleast_2d(exchange))
    upkeep = found.own_opex_usd
    balance = terms.consumption_rate * (revenue - upkeep - capex + given.land_draw_usd - renewed)
    last_cost = bought * (1.0 if not count else terms.renewed_cost_fraction or 0.0)
    residual = found.facility_residual_usd + _worth_at_end(given, last_cost, count * life, life)
    return Deal(
        steps_per_year=12,
        built=built_month(given),
        capex_usd=capex,
        revenue_usd=revenue,
        opex_usd=upkeep,
        depreciation_usd=written,
        tax=terms.tax,
        debt=terms.debt,
        grant_usd=granted.sum(axis=0),
        credit_usd=_settled(balance, terms.consumption_months),
        refresh_usd=renewed,
        refresh_saved_usd=_saved(renewed, life, built_month(given)) if terms.put_aside else renewed,
        residual_usd=residual,
        book_usd=capex.sum() + renewed.sum() - granted.sum() - written.sum(),
        opex_reserve_steps=terms.opex_reserve_months,
        reserve_rate=terms.reserve_rate,
    )


def renewals(given: FinanceInput, terms: Terms) -> int:
    """Return how often hardware is renewed: as long as its first part has half a life before it."""
    life = round(12 * given.it_life_years)
    if terms.renewed_cost_fraction is None or not given.online_fraction.any():
        return 0
    first = int(np.flatnonzero(given.online_fraction)[0])
    return max((given.months - first - life // 2) // life, 0)


def _granted(given: FinanceInput, terms: Terms, hardware_usd: Monthly) -> Matrix:
    """Return public money for hardware and for the facility by month, within its limit."""
    parts = (terms.grant_hardware_fraction * hardware_usd, terms.grant_facility_fraction * given.facility_draw_usd)
    granted = np.stack(parts)
    return granted * min(1.0, terms.grant_most_usd / max(float(granted.sum()), 1.0))


def _written(terms: Terms, part: Literal["hardware", "plant", "shell"], entering: Monthly) -> Monthly:
    """Return the depreciation of each month of things that go into service by parts [1 or USD]."""
    years = {"hardware": terms.hardware_years, "plant": terms.plant_years, "shell": terms.shell_years}[part]
    by_table = terms.regime == "us" and part != "shell"
    shares = MACRS[years] if by_table else (1.0 / years,) * years
    bonus = terms.bonus_fraction if by_table else 0.0
    of_one = depreciation(1.0, shares, 0, entering.size, 12, bonus)[0]
    found: Monthly = np.convolve(entering, of_one)[: entering.size]
    return found


def _renewed_price(given: FinanceInput, terms: Terms, count: int, life: int) -> Monthly:
    """Return the mean price factor of the generations in service."""
    online, top, all_of = given.online_fraction, np.zeros(given.months), np.zeros(given.months)
    for one in range(count + 1):
        share = _later(online, one * life) - _later(online, (one + 1) * life)
        top += terms.renewed_price_factor**one * share
        all_of += share
    return np.divide(top, all_of, out=np.ones_like(top), where=all_of > 0.0)


def _worth_at_end(given: FinanceInput, cost_usd: float, bought_later: int, life: int) -> float:
    """Return the straight-line book value of the last hardware, and its scrap, as the finance room counts it."""
    entering = np.diff(_later(given.online_fraction, bought_later), prepend=0.0)
    age = given.months - np.arange(given.months)
    book = cost_usd * float(entering @ np.maximum(1.0 - age / life, 0.0))
    return book + given.it_scrap_fraction * (cost_usd - book)


def _later(series: Monthly, months: int) -> Monthly:
    """Return a series that begins later; what falls behind the end is lost."""
    return np.concatenate([np.zeros(min(months, series.size)), series[: max(series.size - months, 0)]])


def _saved(renewed: Monthly, life: int, built: int) -> Monthly:
    """Return what is put aside in the life before each renewal, and in operation, in equal parts."""
    saved = np.zeros_like(renewed)
    for month in np.flatnonzero(renewed):
        first = max(int(month) - life + 1, built)
        saved[first : month + 1] += renewed[month] / (month + 1 - first)
    return saved


def _settled(balance: Matrix, months: int) -> Matrix:
    """Return a balance that is held for some months and then paid on; at the end all is."""
    if months == 0:
        return np.zeros_like(balance)
    held = balance.copy()
    held[:, months:] -= balance[:, :-months]
    held[:, -1] -= held.sum(axis=1)
    return held
