"""Published power chains: stages of form (output + constant) / efficiency, and what others claim of whole chains."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from denshi.errors import OutOfRangeError
from denshi.facility.power import loss_kw

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Loss of a stage over its rating: at no load, in proportion, by resistance [1]."""

    fixed: float
    linear: float
    square: float


def coefficients(efficiency: float, constant_kw: float, rated_kw: float) -> Coefficients:
    """Return the three terms of a stage that others state as input = (output + constant) / efficiency.

    .. math:: P_{in} = \\frac{P_{out} + c}{\\eta} \\;\\Rightarrow\\;
              a_0 = \\frac{c}{\\eta P_r},\\quad a_1 = \\frac{1}{\\eta} - 1,\\quad a_2 = 0

    The two are the same function, not a fit: the rating drops out of the loss.

    Parameters
    ----------
    efficiency : above 0, at most 1 [1].
    constant_kw : drawn at any load, not negative [kW].
    rated_kw : rating of the stage, positive [kW].

    Raises
    ------
    OutOfRangeError : a value outside its range.

    >>> coefficients(0.96, 0.017, 3.0).linear
    0.04166666666666674
    """
    if not (0 < efficiency <= 1 and constant_kw >= 0 and rated_kw > 0):
        raise OutOfRangeError(
            f"a stage of efficiency {efficiency:g}, constant {constant_kw:g} kW and rating {rated_kw:g} kW",
            where="facility.power",
            mend="The efficiency is above 0 and at most 1, the constant not negative, the rating positive",
        )
    return Coefficients(constant_kw / (efficiency * rated_kw), 1.0 / efficiency - 1.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearStage:
    """A stage as published: efficiency [1] and constant [kW], with the rating it is given here [kW]."""

    efficiency: float
    constant_kw: float
    rated_kw: float


def through(output_kw: ArrayLike, stages: tuple[LinearStage, ...]) -> Array:
    """Return what enters a row of published stages, from the load upwards, by denshi's three terms [kW]."""
    power = np.asarray(output_kw, dtype=np.float64)
    for stage in stages:
        terms = coefficients(stage.efficiency, stage.constant_kw, stage.rated_kw)
        power = power + loss_kw(power, stage.rated_kw, terms.fixed, terms.linear, terms.square)
    return power


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the three terms stray from the published form over the range of load [1], and the power compared [kW]."""

    worst_relative: float
    least_kw: float
    most_kw: float


def frontier(facts: Mapping[str, float], steps: int = 200) -> Agreement:
    """Compare the chain of Frontier over its load range: nodes, SIVOC, rectifier, and the pumps of its CDUs.

    Parameters
    ----------
    facts : ``frontier.*`` of the published facts: ``rectifier_efficiency``, ``rectifier_loss_constant`` [W],
        ``sivoc_efficiency``, ``sivoc_loss_constant`` [W], ``power_cdu`` [W], ``num_cdus``, ``nodes_per_rack``,
        ``power_gpu_idle``, ``power_gpu_max`` [W], ``power_switch`` [W], ``switches_per_chassis``,
        ``chassis_per_rack``.

    The published machine has a rectifier and a converter for each node, so that its constants are per node; switches
    are fed at the rack beside them. Four accelerator packages of two dies make a node's range here: the range of load
    is what is compared, not the machine's own power.
    """

    def fact(name: str) -> float:
        return facts[f"frontier.{name}"]

    nodes = fact("nodes_per_rack")
    least_w, most_w = (8 * fact(f"power_gpu_{end}") for end in ("idle", "max"))
    node_kw = np.linspace(0.05 * least_w, 1.5 * most_w, steps) / 1e3
    switches_kw = fact("power_switch") * fact("switches_per_chassis") * fact("chassis_per_rack") / 1e3
    cdu_kw = fact("power_cdu") * fact("num_cdus") / 1e3
    stages = tuple(
        LinearStage(
            efficiency=fact(f"{name}_efficiency"), constant_kw=fact(f"{name}_loss_constant") / 1e3, rated_kw=rated_kw
        )
        for name, rated_kw in (("sivoc", 5.0), ("rectifier", 12.5))
    )
    ours = through(node_kw, stages) * nodes + switches_kw + cdu_kw
    power = node_kw
    for stage in stages:
        power = (power + stage.constant_kw) / stage.efficiency
    published = power * nodes + switches_kw + cdu_kw
    worst = float(np.abs(ours / published - 1.0).max())
    return Agreement(worst, float(published.min()), float(published.max()))
