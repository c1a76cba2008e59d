"""What a vehicle that owns data centres and lets them to one tenant has agreed to, and what its market may do.

Times run in half-years from the day the lease begins; the notes pay interest alone before it.
"""

from dataclasses import dataclass, fields

from denshi.errors import OutOfRangeError

PERIODS_PER_YEAR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The deal.

    Attributes
    ----------
    cost_usd : what the buildings and their power cost the joint venture in all.
    investor_fraction : share of the joint venture that the issuer of the notes owns; the sponsor, who is the tenant,
        owns the rest.
    notes_usd, note_rate : notes above the joint venture, level payments after construction over ``note_years``.
    investor_equity_usd, interest_income_usd : the issuer's other sources.
    construction_years : interest alone is paid, out of reserves.
    lease_years, renewals : first term and how often it may be renewed for as long again.
    dscr : rent is set so that the issuer's share of it covers note service this many times.
    rent_growth_fraction : yearly escalator.
    opex_fraction : what the joint venture spends, of rent (triple net: little).
    reserve_months : debt service held in reserve. lock_up_dscr : below it nothing is distributed.
    guarantee_years : residual value is guaranteed up to this age. guarantee_cap_fraction : cap, of cost, in the first
        year; it falls in a line to zero at the end of the guarantee if ``guarantee_declines``.
    accelerators_usd, accelerator_years : what the tenant's own accelerators in the buildings cost and how long they are
        written off; they are not the vehicle's.
    """

    cost_usd: float
    investor_fraction: float = 0.8
    notes_usd: float
    note_rate: float
    note_years: float = 20.0
    investor_equity_usd: float
    interest_income_usd: float = 0.0
    construction_years: float = 3.5
    lease_years: float = 4.0
    renewals: int = 4
    dscr: float = 1.12
    rent_growth_fraction: float = 0.0
    opex_fraction: float = 0.01
    reserve_months: float = 6.0
    lock_up_dscr: float = 1.05
    guarantee_years: float = 16.0
    guarantee_cap_fraction: float = 1.0
    guarantee_declines: bool = False
    accelerators_usd: float = 0.0
    accelerator_years: float = 5.0

    @property
    def periods(self) -> int:
        """Half-years from the first day of the lease to its last possible one."""
        return self.periods_of_a_term * (1 + self.renewals)

    @property
    def periods_of_a_term(self) -> int:
        """Half-years of one term."""
        return round(PERIODS_PER_YEAR * self.lease_years)

    @property
    def nodes(self) -> tuple[int, ...]:
        """Half-years at which the tenant renews or leaves; the end of the last term is no choice."""
        return tuple(k * self.periods_of_a_term for k in range(1, 1 + self.renewals))


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What rents, values and the tenant's own business may do.

    ``building_years`` : life of buildings and power. ``yield_fraction`` : rent of the market over value of an endless
    building; it also discounts its rents. ``rent_growth_fraction``, ``rent_volatility``, ``rent_reversion`` : of the
    market's rent, a log Ornstein-Uhlenbeck process. ``revenue_multiple``, ``margin_multiple`` : what the tenant earns
    with the accelerators in the buildings, before and after everything but rent, over the first rent.
    ``revenue_volatility``, ``revenue_reversion``, ``revenue_drift`` : of its log, with jumps of a new generation at
    ``jump_per_year`` of mean ``jump_mean`` and standard deviation ``jump_deviation``. ``correlation`` : of the two.
    ``moving_years`` : what moving costs, accelerators idle for half a year among it, in years of rent.
    ``sale_cost_fraction`` : lost when an empty campus is sold.
    ``discount_rate`` : the tenant's.
    """

    building_years: float = 30.0
    yield_fraction: float = 0.075
    rent_growth_fraction: float = 0.02
    rent_volatility: float = 0.18
    rent_reversion: float = 0.10
    revenue_multiple: float = 4.3
    margin_multiple: float = 1.6
    revenue_volatility: float = 0.25
    revenue_reversion: float = 0.25
    revenue_drift: float = 0.0
    jump_per_year: float = 0.5
    jump_mean: float = -0.10
    jump_deviation: float = 0.15
    correlation: float = 0.5
    moving_years: float = 2.0
    sale_cost_fraction: float = 0.03
    discount_rate: float = 0.07


_SHARES = ("investor_fraction", "note_rate", "opex_fraction", "sale_cost_fraction", "discount_rate")


def check(terms: Terms, market: Market) -> None:
    """Refuse a deal that cannot be.

    Raises
    ------
    OutOfRangeError : which term, and what it may be.
    """
    for holder in (terms, market):
        for one in fields(holder):
            value = float(getattr(holder, one.name))
            if one.name in _SHARES and not 0.0 <= value < 1.0:
                raise OutOfRangeError(f"{one.name} is {value:g}, not a share from 0 to below 1", where="vehicle")
            if (
                one.name.endswith(("_usd", "_years", "_volatility", "_deviation", "_reversion"))
                and not 0.0 <= value < 1e15
            ):
                raise OutOfRangeError(f"{one.name} is {value:g}, below 0 or beyond reason", where="vehicle")
    uses = terms.investor_fraction * terms.cost_usd
    money = terms.notes_usd + terms.investor_equity_usd + terms.interest_income_usd
    if money < uses:
        raise OutOfRangeError(
            f"sources of {money:,.0f} USD do not pay for {terms.investor_fraction:.0%} of {terms.cost_usd:,.0f} USD",
            where="vehicle.notes_usd",
            mend="Raise notes or equity, or lower the cost or the share",
        )
    if not terms.cost_usd > 0.0 or not terms.dscr > 0.0 or terms.periods_of_a_term < 1 or terms.renewals < 0:
        raise OutOfRangeError("cost, DSCR and term of the lease are above 0", where="vehicle")
    if terms.note_years > terms.lease_years * (1 + terms.renewals) + 1e-9:
        raise OutOfRangeError(
            f"the notes run {terms.note_years:g} years, the lease with all renewals "
            f"{terms.lease_years * (1 + terms.renewals):g}",
            where="vehicle.note_years",
            mend="Shorten the notes or add renewals",
        )
    if market.building_years < terms.lease_years * (1 + terms.renewals):
        raise OutOfRangeError("the buildings do not outlive the lease", where="vehicle.market.building_years")
    if not -1.0 < market.correlation < 1.0 or market.jump_per_year < 0.0:
        raise OutOfRangeError(
            "a correlation lies between -1 and 1, jumps come at a rate of at least 0", where="vehicle.market"
        )
