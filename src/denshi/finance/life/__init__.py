"""How long an accelerator earns more than it costs, and what it is worth at each age.

``terms`` is what is known of it, ``prices`` its rental price as a process, ``stopping`` decides by least squares Monte
Carlo when to go on, move or stop, and ``worth`` puts them together: life, worth by age, and what each option adds.
"""

from denshi.finance.life.prices import expected, price_usd_per_h, simulate
from denshi.finance.life.terms import Accelerator, Prices
from denshi.finance.life.worth import Age, Estimate, Life, economic_life, worth_and_life

__all__ = [
    "Accelerator",
    "Age",
    "Estimate",
    "Life",
    "Prices",
    "economic_life",
    "expected",
    "price_usd_per_h",
    "simulate",
    "worth_and_life",
]
