"""Power of an accelerator that serves, with its share of the system: idle while kernels are launched, busy in them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_ACTIVE = ("weight_s", "expert_s", "cache_s")


def active_fraction(figures: Mapping[str, Values]) -> Values:
    """Share of the time in which arithmetic or memory traffic runs, of a step and the prompts mixed into it [1]."""
    mixed = np.asarray(figures.get("mixed_s", 0.0))
    active = sum(np.asarray(figures[name]) for name in _ACTIVE) + mixed
    return np.asarray(np.minimum(active / np.maximum(np.asarray(figures["step_s"]) + mixed, 1e-12), 1.0))


def power_kw(active: Values, system_kw: float, idle_fraction: float, busy_fraction: float) -> Values:
    """Power of one accelerator with its share of the system: ``P (i + (b - i) active)`` [kW].

    Parameters
    ----------
    active : share of the time in which kernels run [1].
    system_kw : most that one accelerator's share of the system draws [kW].
    idle_fraction, busy_fraction : of that, drawn idle and drawn in kernels [1].

    Source: patel2024.

    >>> float(power_kw(np.array(0.5), 1.0, 0.2, 0.8))
    0.5
    """
    return np.asarray(system_kw * (idle_fraction + (busy_fraction - idle_fraction) * active))
