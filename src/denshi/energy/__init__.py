"""Hourly supply of a site: capacities and operation of least cost, and how clean they are.

``run`` decides by one linear programme over all hours of the year; ``again`` holds its decisions and prices them anew.
"""

from denshi.energy.account import capital_recovery_factor
from denshi.energy.decide import again, run
from denshi.energy.record import Energy, EnergyInput

__all__ = ["Energy", "EnergyInput", "again", "capital_recovery_factor", "run"]
