"""What is known of an accelerator and of the price it is let at."""

from dataclasses import dataclass, fields
from math import log

from denshi.errors import OutOfRangeError

STEPS_PER_YEAR = 4
_LONGEST_YEARS = 30.0
_SHARES = ("utilisation", "redeployed_utilisation", "pass_through", "redeployed_pass_through")
_ABOVE_ZERO = ("cost_usd", "horizon_years", "now_usd_per_h", "fair_usd_per_h", "generation_years")
_ANY_SIGN = ("surge_log",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """The rental price of an accelerator as a process: scarcity that fades, and a frontier that generations lower.

    ``now_usd_per_h`` is today's price and ``fair_usd_per_h`` the one that it tends to while no new generation comes;
    their ratio is scarcity, which fades at ``reversion_per_year``, moves with ``volatility`` a year (of the logarithm),
    and surges ``surge_per_year`` times by ``surge_log`` ± ``surge_deviation``. A generation comes every
    ``generation_years`` on average, does ``gain`` times as much for a dollar, and takes ``pass_through`` of the
    logarithm of it off the price; of an accelerator in inference, ``redeployed_pass_through``.
    """

    now_usd_per_h: float
    fair_usd_per_h: float
    reversion_per_year: float
    volatility: float
    generation_years: float
    gain: float
    pass_through: float
    redeployed_pass_through: float
    surge_per_year: float
    surge_log: float
    surge_deviation: float

    def __post_init__(self) -> None:
        """Refuse what no market can be.

        Raises
        ------
        OutOfRangeError : a number is outside its range.
        """
        _check(self, "prices")
        if self.gain < 1.0:
            raise OutOfRangeError(f"gain is {self.gain:g}", where="prices.gain", why="a generation gains at least 1")

    @property
    def falls(self) -> tuple[float, float]:
        """What a generation takes off the logarithm of the price: in first use, and redeployed."""
        return self.pass_through * log(self.gain), self.redeployed_pass_through * log(self.gain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator:
    """An accelerator with its share of servers and network: what it costs to buy, run, move, and what scrap brings.

    ``variable_usd_per_h`` is spent while it works, ``fixed_usd_per_h`` always; both grow by ``growth_fraction`` a year.
    Redeployed to inference it earns ``redeployed_share`` of the price at ``redeployed_utilisation``, after
    ``redeploy_usd`` once. Scrap loses ``scrap_fall_fraction`` a year.
    """

    cost_usd: float
    utilisation: float
    variable_usd_per_h: float
    fixed_usd_per_h: float
    growth_fraction: float
    redeploy_usd: float
    redeployed_share: float
    redeployed_utilisation: float
    redeployed_fixed_usd_per_h: float
    scrap_usd: float
    scrap_fall_fraction: float
    discount_rate: float
    horizon_years: float

    def __post_init__(self) -> None:
        """Refuse what no accelerator can be.

        Raises
        ------
        OutOfRangeError : a number is outside its range.
        """
        _check(self, "accelerator")
        if self.scrap_fall_fraction >= 1.0:
            said = f"scrap_fall_fraction is {self.scrap_fall_fraction:g}"
            raise OutOfRangeError(said, where="accelerator.scrap_fall_fraction", why="less than 1 a year can be lost")
        if self.horizon_years > _LONGEST_YEARS:
            said = f"horizon_years is {self.horizon_years:g}"
            raise OutOfRangeError(said, where="accelerator.horizon_years", why=f"{_LONGEST_YEARS:g} at most are taken")

    @property
    def steps(self) -> int:
        """Quarters until the horizon, at least one."""
        return max(1, round(self.horizon_years * STEPS_PER_YEAR))


def _check(given: "Prices | Accelerator", table: str) -> None:
    for field in fields(given):
        value = getattr(given, field.name)
        where, said = f"{table}.{field.name}", f"{field.name} is {value:g}"
        if field.name in _ABOVE_ZERO and not value > 0.0:
            raise OutOfRangeError(said, where=where, why="it is above 0")
        if field.name not in _ANY_SIGN and not value >= 0.0:
            raise OutOfRangeError(said, where=where, why="it is not below 0")
        if field.name in _SHARES and value > 1.0:
            raise OutOfRangeError(said, where=where, why="it is a share, 0 to 1")
