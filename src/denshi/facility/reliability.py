"""How often machines stand still: units, groups of which k of n suffice, paths in series and side by side."""

from dataclasses import dataclass
from math import comb, isfinite

import numpy as np
from numpy.typing import NDArray

from denshi.errors import OutOfRangeError

Array = NDArray[np.float64]
HOURS = 8760.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One machine: mean time between failures and to repair [h], planned standstill a year [h].

    ``common`` is the share of its failures that take all machines of its group with it (the beta factor).
    """

    mtbf_h: float
    mttr_h: float
    maintenance_h: float = 0.0
    common: float = 0.0

    @property
    def availability(self) -> float:
        """Share of time in which no failure of its own keeps it down [1]; common causes are counted with the group."""
        own = self.mtbf_h / (1.0 - self.common) if self.common < 1 else float("inf")
        return 1.0 if own == float("inf") else own / (own + self.mttr_h)

    @property
    def serving(self) -> float:
        """The same, less planned standstill [1]."""
        return self.availability * (1.0 - self.maintenance_h / HOURS)

    @property
    def failures(self) -> float:
        """Failures of its own a year of service [1/year]."""
        return (1.0 - self.common) * HOURS / self.mtbf_h

    @property
    def common_failures(self) -> float:
        """Failures a year that take its whole group [1/year]."""
        return self.common * HOURS / self.mtbf_h


def availability(mtbf_h: float, mttr_h: float) -> float:
    """Return the share of time in which a unit works: MTBF / (MTBF + MTTR) [1].

    Raises
    ------
    OutOfRangeError : the time between failures is not positive, or that of repair negative.

    >>> availability(998.0, 2.0)
    0.998
    """
    if not (mtbf_h > 0 and mttr_h >= 0 and isfinite(mtbf_h + mttr_h)):
        raise OutOfRangeError(
            f"a unit fails every {mtbf_h:g} h and is repaired in {mttr_h:g} h", where="facility.availability"
        )
    return mtbf_h / (mtbf_h + mttr_h)


def k_of_n(needed: int, installed: int, unit: float) -> float:
    """Return the probability that enough of several units work, each independently of the others [1].

    .. math:: \\sum_{i=k}^{n} \\binom{n}{i} A^i (1 - A)^{n-i}

    Raises
    ------
    OutOfRangeError : fewer than no unit is needed, more than there are, or an availability outside 0 to 1.

    >>> [round(100 * k_of_n(10, 10 + spare, 0.998), 5) for spare in (0, 1, 2)]
    [98.0179, 99.97826, 99.99983]
    """
    if not (0 <= needed <= installed and 0 <= unit <= 1):
        raise OutOfRangeError(f"{needed} of {installed} units of availability {unit:g}", where="facility.availability")
    return float(pmf(installed, unit)[needed:].sum())


def pmf(installed: int, unit: float) -> Array:
    """Return the probabilities that 0, 1, … of several units work [1]."""
    i = np.arange(installed + 1)
    ways = np.array([comb(installed, int(one)) for one in i], dtype=np.float64)
    with np.errstate(under="ignore"):
        found: Array = ways * np.power(unit, i) * np.power(1.0 - unit, installed - i)
    return found


def series(*parts: float) -> float:
    """Return the availability of parts that must all work [1].

    >>> series(0.9, 0.9)
    0.81
    """
    return float(np.prod(parts))


def parallel(*paths: float) -> float:
    """Return the availability of independent paths of which one suffices [1].

    >>> round(parallel(k_of_n(10, 10, 0.998), k_of_n(10, 10, 0.998)), 5)
    0.99961
    """
    return 1.0 - float(np.prod([1.0 - path for path in paths]))


def hours_lost(available: float) -> float:
    """Return the hours a year in which something with an availability is down [h].

    >>> [round(hours_lost(a), 1) for a in (0.99671, 0.99749, 0.99982, 0.99991)]
    [28.8, 22.0, 1.6, 0.8]
    """
    return (1.0 - available) * HOURS
