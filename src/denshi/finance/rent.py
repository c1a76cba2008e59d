"""Rent or buy: the cost of a used accelerator-hour either way, and the utilisation at which they meet."""

from dataclasses import dataclass

from denshi.errors import OutOfRangeError

HOURS_PER_MONTH = 730.0
_MONTHS = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Owning:
    """One accelerator with its share of the system, as its owner pays for it.

    Parameters
    ----------
    landed_usd : what it costs once installed [USD], above 0.
    residual_usd : what it is sold for at the end of the term [USD], at least 0.
    term_months : how long it is kept [month], above 0.
    capital_rate : cost of capital a year [1], at least 0.
    space_usd_per_month : building, cooling and their staff, or colocation [USD/month].
    upkeep_usd_per_month : support, spares, insurance [USD/month].
    power_kw : at full load, at the meter [kW].
    idle_fraction : power when it is not used, over ``power_kw`` [1].
    energy_usd_per_kwh : price of energy [USD/kWh].
    """

    landed_usd: float
    residual_usd: float
    term_months: float
    capital_rate: float
    space_usd_per_month: float
    upkeep_usd_per_month: float
    power_kw: float
    idle_fraction: float
    energy_usd_per_kwh: float

    def __post_init__(self) -> None:
        """Refuse an owner that cannot be."""
        numbers = (
            self.residual_usd, self.capital_rate, self.space_usd_per_month, self.upkeep_usd_per_month, self.power_kw,
            self.idle_fraction,
        )  # fmt: skip
        if self.landed_usd <= 0.0 or self.term_months <= 0.0 or min(numbers) < 0.0 or self.idle_fraction > 1.0:
            raise OutOfRangeError("owning needs a price and a term above 0, and no negative cost", where="rent.owning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One rental price against owning, per used accelerator-hour at a utilisation.

    ``break_even_utilisation`` is the share of hours above which owning is the cheaper (None: at no share up to 1).
    ``break_even_usd_per_h`` is the rental price at which both cost the same at this utilisation [USD/h].
    """

    rent_usd_per_used_h: float
    own_usd_per_used_h: float
    break_even_utilisation: float | None
    break_even_usd_per_h: float
    cheaper: str


def capital_usd_per_month(owning: Owning) -> float:
    """Return the level monthly payment that buys the accelerator and takes in its resale at the end.

    ``c = (P - R v^n) i / (1 - v^n)`` with ``v = 1 / (1 + i)`` and ``i = (1 + r)^(1/12) - 1``;
    ``(P - R) / n`` where capital costs nothing.

    Parameters
    ----------
    owning : price P, resale R, term n [month] and cost of capital r a year.

    The annuity of a price and a resale value, before tax.

    >>> free = Owning(landed_usd=36e3, residual_usd=0.0, term_months=36.0, capital_rate=0.0, space_usd_per_month=0.0,
    ...     upkeep_usd_per_month=0.0, power_kw=0.0, idle_fraction=0.0, energy_usd_per_kwh=0.0)
    >>> capital_usd_per_month(free)
    1000.0
    """
    monthly = float((1.0 + owning.capital_rate) ** (1.0 / _MONTHS)) - 1.0
    if monthly < 1e-12:
        return (owning.landed_usd - owning.residual_usd) / owning.term_months
    left = float((1.0 + monthly) ** -owning.term_months)
    return (owning.landed_usd - owning.residual_usd * left) * monthly / (1.0 - left)


def own_usd_per_used_h(owning: Owning, utilisation: float) -> float:
    """Return what an hour in use costs an owner.

    ``o(u) = (F + H e (u + (1 - u) f)) / (H u)``: what is paid each month whether used or not F, 730 hours H, energy of
    an hour e, power when idle f.

    Parameters
    ----------
    owning : the owner's terms.
    utilisation : share of hours in use [1], above 0 and at most 1.

    Raises
    ------
    OutOfRangeError : the utilisation is outside its range.
    """
    _within(utilisation)
    fixed_usd, energy_usd_per_h = _monthly(owning)
    drawn = utilisation + (1.0 - utilisation) * owning.idle_fraction
    return (fixed_usd / HOURS_PER_MONTH + energy_usd_per_h * drawn) / utilisation


def compare(owning: Owning, usd_per_h: float, utilisation: float, *, pays_when_idle: bool) -> Comparison:
    """Hold one rental price against owning.

    A posted or spot price ``p`` is paid for hours in use, so that owning gains with utilisation; see
    :func:`break_even_utilisation`. A contract is paid for every hour, ``p / u``: both sides fall alike, no share of use
    decides, and the price at which they meet is ``o(u) u``.

    Parameters
    ----------
    owning : the owner's terms.
    usd_per_h : rental price [USD/h], above 0.
    utilisation : share of hours in use [1], above 0 and at most 1.
    pays_when_idle : whether the price is paid for hours without use.

    Raises
    ------
    OutOfRangeError : the price or the utilisation is outside its range.
    """
    _within(utilisation)
    if usd_per_h <= 0.0:
        raise OutOfRangeError("a rental price is above 0", where="rent.compare")
    own = own_usd_per_used_h(owning, utilisation)
    rent = usd_per_h / utilisation if pays_when_idle else usd_per_h
    return Comparison(
        rent_usd_per_used_h=rent,
        own_usd_per_used_h=own,
        break_even_utilisation=None if pays_when_idle else break_even_utilisation(owning, usd_per_h),
        break_even_usd_per_h=own * utilisation if pays_when_idle else own,
        cheaper="rent" if rent < own else "own",
    )


def break_even_utilisation(owning: Owning, usd_per_h: float) -> float | None:
    """Return the share of hours in use above which owning costs less than a price paid by the hour of use.

    ``u* = (F/H + e f) / (p - e (1 - f))``; None where that is above 1 or the price does not cover the energy.

    Parameters
    ----------
    owning : the owner's terms.
    usd_per_h : rental price [USD/h].
    """
    fixed_usd, energy_usd_per_h = _monthly(owning)
    margin = usd_per_h - energy_usd_per_h * (1.0 - owning.idle_fraction)
    if margin <= 0.0:
        return None
    share = (fixed_usd / HOURS_PER_MONTH + energy_usd_per_h * owning.idle_fraction) / margin
    return share if share <= 1.0 else None


def _monthly(owning: Owning) -> tuple[float, float]:
    fixed_usd = capital_usd_per_month(owning) + owning.space_usd_per_month + owning.upkeep_usd_per_month
    return fixed_usd, owning.power_kw * owning.energy_usd_per_kwh


def _within(utilisation: float) -> None:
    if not 0.0 < utilisation <= 1.0:
        raise OutOfRangeError("utilisation is above 0 and at most 1", where="rent.utilisation")
