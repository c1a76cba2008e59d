"""A part as export rules and duties see it: processing performance, density, memory and link rates."""

from dataclasses import dataclass

from denshi.errors import OutOfRangeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """One accelerator package at a border.

    ``tpp`` is its total processing performance [TFLOP/s * bit], ``die_mm2`` the area of its logic dies [mm2] (None:
    not known), ``memory_bytes_per_s`` its DRAM bandwidth [byte/s], ``io_bytes_per_s`` the sum of both directions of
    its links other than memory [byte/s] (None: not known), ``data_centre`` whether it is designed or marketed for
    data centres.
    """

    id: str
    name: str
    tpp: float
    die_mm2: float | None
    memory_bytes_per_s: float
    io_bytes_per_s: float | None
    data_centre: bool = True

    def __post_init__(self) -> None:
        """Refuse a part that cannot be."""
        if self.tpp < 0.0 or self.memory_bytes_per_s < 0.0 or (self.die_mm2 is not None and self.die_mm2 <= 0.0):
            raise OutOfRangeError("a part has no negative performance, memory or die", where=self.id)

    @property
    def density(self) -> float | None:
        """Return TPP over die area [TFLOP/s * bit / mm2], None where the area is not known."""
        return performance_density(self.tpp, self.die_mm2)


def performance_density(tpp: float, die_mm2: float | None) -> float | None:
    """Return the performance density of a part.

    ``PD = TPP / A``

    Parameters
    ----------
    tpp : total processing performance [TFLOP/s * bit], at least 0.
    die_mm2 : area of the logic dies made on a non-planar process [mm2], above 0; None where it is not known.

    Source: bis-3a090 (ECCN 3A090, technical note 3).

    >>> round(performance_density(2368.0, 814.0), 2)  # H20
    2.91
    """
    return None if die_mm2 is None else tpp / die_mm2
