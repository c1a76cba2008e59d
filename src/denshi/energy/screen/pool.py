"""Cuts and dispatches found so far, shared by all cost cases and targets of a site."""

from dataclasses import dataclass, field

import numpy as np

from denshi.energy.screen.evaluate import Column, Cut, trial
from denshi.energy.screen.scaled import Matrix, Scaled, Vector

_SHORT = 1e-9
# Unclean energy below this share of the load is rounding.
_NO_DIRT = 1e-9


@dataclass(slots=True)
class Pool:
    """Arrays with room at the end; ``cuts`` and ``columns`` count what is in them."""

    site: Scaled
    cuts: int = 0
    columns: int = 0
    _constant: Vector = field(default_factory=lambda: np.empty(64))
    _dirty_price: Vector = field(default_factory=lambda: np.empty(64))
    _slope: Matrix = field(default_factory=lambda: np.empty((64, 0)))
    _capacity: Matrix = field(default_factory=lambda: np.empty((64, 0)))
    _running: Vector = field(default_factory=lambda: np.empty(64))
    _dirty: Vector = field(default_factory=lambda: np.empty(64))
    _burnt: Matrix = field(default_factory=lambda: np.empty((64, 0)))

    def __post_init__(self) -> None:
        width = len(self.site.limit)
        self._slope, self._capacity = np.empty((64, width)), np.empty((64, width))
        self._burnt = np.empty((64, len(self.site.source_price) - 2))

    @property
    def constant(self) -> Vector:
        """Constants of the cuts."""
        return self._constant[: self.cuts]

    @property
    def dirty_price(self) -> Vector:
        """Prices of unclean energy of the cuts."""
        return self._dirty_price[: self.cuts]

    @property
    def slope(self) -> Matrix:
        """Values of capacities, cut by cut."""
        return self._slope[: self.cuts]

    @property
    def capacity(self) -> Matrix:
        """Capacities, dispatch by dispatch."""
        return self._capacity[: self.columns]

    @property
    def running(self) -> Vector:
        """Running costs of the dispatches; infinite where load goes unserved that may not."""
        return self._running[: self.columns]

    @property
    def dirty(self) -> Vector:
        """Unclean energy of the dispatches."""
        return self._dirty[: self.columns]

    @property
    def burnt(self) -> Matrix:
        """Energy of each burner, dispatch by dispatch."""
        return self._burnt[: self.columns]

    def add_cut(self, cut: Cut) -> None:
        """Add a cut that is finite."""
        if not (np.isfinite(cut.constant) and np.isfinite(cut.slope).all()):
            return
        if self.cuts == len(self._constant):
            self._constant, self._dirty_price = (
                np.resize(self._constant, 2 * self.cuts),
                np.resize(self._dirty_price, 2 * self.cuts),
            )
            self._slope = np.vstack([self._slope, np.empty_like(self._slope)])
        self._constant[self.cuts] = cut.constant
        self._dirty_price[self.cuts] = cut.dirty_price
        self._slope[self.cuts] = cut.slope
        self.cuts += 1

    def add_column(self, column: Column) -> None:
        """Add a dispatch."""
        if self.columns == len(self._running):
            self._running, self._dirty = (
                np.resize(self._running, 2 * self.columns),
                np.resize(self._dirty, 2 * self.columns),
            )
            self._capacity = np.vstack([self._capacity, np.empty_like(self._capacity)])
            self._burnt = np.vstack([self._burnt, np.empty_like(self._burnt)])
        self._capacity[self.columns] = column.capacity
        self._burnt[self.columns] = column.burnt
        self._running[self.columns] = column.running if column.short <= _SHORT * self.site.load_year else np.inf
        self._dirty[self.columns] = column.dirty if column.dirty > _NO_DIRT * self.site.load_year else 0.0
        self.columns += 1

    def try_out(self, capacity: Vector, dirty_price: float) -> Column:
        """Operate capacities, keep cuts and dispatch."""
        cuts, column = trial(self.site, capacity, dirty_price)
        for cut in cuts:
            self.add_cut(cut)
        self.add_column(column)
        return column
