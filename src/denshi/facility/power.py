"""The power chain, stage by stage: losses that depend on load, how many units, what is inside the rack.

The boundary of PUE runs at the input of the rack. Power shelves, converters and voltage regulators in the rack are IT
load; with direct current the rectifier moves out of the rack and its loss becomes one of the building.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from denshi.catalog import Equipment
from denshi.errors import OutOfRangeError

Array = NDArray[np.float64]

# From the rack upwards, without the transformer, which carries the plant as well.
FEED: Mapping[str, tuple[str, ...]] = {
    "ac-415v": ("busway-415v", "ups-double-conversion"),
    "dc-400v": ("rectifier-400v", "bbu-rack", "busway-415v"),
    "dc-800v": ("busbar-800v", "bbu-rack", "rectifier-800v"),
}
# What turns the supply of the rack into 54 V.
SHELF: Mapping[str, str] = {"ac-415v": "rectifier-orv3", "dc-400v": "dcdc-800v", "dc-800v": "dcdc-800v"}
TRANSFORMER = "transformer-mv-lv"
REGULATOR = "vrm"
_ROUNDING = 1e-9


def loss_kw(output_kw: ArrayLike, rated_kw: float, fixed: float, linear: float, square: float) -> Array:
    """Return the loss of a stage of the power chain [kW].

    .. math:: P_{loss} = P_r (a_0 + a_1 L + a_2 L^2), \\quad L = P_{out}/P_r

    Parameters
    ----------
    output_kw : what leaves the stage, not negative [kW].
    rated_kw : what all its units together are built for, positive [kW].
    fixed, linear, square : losses at no load, in proportion, by resistance, as shares of the rating [1].

    Raises
    ------
    OutOfRangeError : the rating is not positive.

    Source: wp108.

    >>> round(float(loss_kw(800.0, 1000.0, 0.012, 0.015, 0.010)), 3)
    30.4
    """
    if not rated_kw > 0:
        raise OutOfRangeError(f"a stage is rated {rated_kw:g} kW", where="facility.power")
    load = np.asarray(output_kw, dtype=np.float64) / rated_kw
    return rated_kw * (fixed + linear * load + square * load**2)


def output_of_kw(input_kw: float, rated_kw: float, fixed: float, linear: float, square: float) -> float:
    """Return what leaves a stage for what enters it [kW]: the positive root of input = output + loss(output).

    Raises
    ------
    OutOfRangeError : the input does not even cover the loss at no load.

    >>> round(output_of_kw(830.4, 1000.0, 0.012, 0.015, 0.010), 6)
    800.0
    """
    left_kw = input_kw - rated_kw * fixed
    if left_kw < 0:
        raise OutOfRangeError(
            f"{input_kw:g} kW does not cover the no-load loss of a stage rated {rated_kw:g} kW", where="facility.power"
        )
    bend = square / rated_kw
    slope = 1.0 + linear
    return 2.0 * left_kw / (slope + sqrt(slope**2 + 4.0 * bend * left_kw))


@dataclass(frozen=True, slots=True)
class Plant:
    """Units of one kind: how many, how large each [kW]."""

    units: int
    unit_kw: float

    @property
    def rated_kw(self) -> float:
        """All units together [kW]."""
        return self.units * self.unit_kw


def plant(required_kw: float, capacity_kw: float, redundancy: str, block_units: float) -> Plant:
    """Return the units that carry a load.

    .. math:: N = \\lceil P/P_u \\rceil;\\quad N,\\; N + \\lceil N/b \\rceil,\\; N + 2\\lceil N/b \\rceil,\\; 2N,
              \\; 4\\lceil N/3 \\rceil

    A load smaller than one catalogue unit gets units of its own size. N+1 adds one unit to every block of b, because a
    spare serves the hall or line-up it stands in and not the whole campus.

    Parameters
    ----------
    required_kw : to be carried, without spare units [kW].
    capacity_kw : largest unit [kW].
    redundancy : N, N+1, N+2, 2N, or 4/3 where four paths make three.
    block_units : units that share one spare [count].

    >>> plant(10_000.0, 2500.0, "N", 8), plant(10_000.0, 2500.0, "N+1", 8).units, plant(10_000.0, 2500.0, "2N", 8).units
    (Plant(units=4, unit_kw=2500.0), 5, 8)
    """
    if required_kw <= 0:
        return Plant(0, capacity_kw)
    unit_kw = min(capacity_kw, required_kw)
    needed = ceil(required_kw / unit_kw - _ROUNDING)
    each = ceil(needed / block_units - _ROUNDING)
    spare = {"N": 0, "N+1": each, "N+2": 2 * each, "2N": needed, "4/3": 4 * ceil(needed / 3) - needed}
    if redundancy not in spare:
        known = ", ".join(spare)
        raise OutOfRangeError(f'"{redundancy}" is no redundancy', where="facility.redundancy", mend=f"Known: {known}")
    return Plant(needed + spare[redundancy], unit_kw)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the chain with its units."""

    equipment: Equipment
    plant: Plant

    def loss_kw(self, output_kw: ArrayLike) -> Array:
        """Return the loss at an output [kW]; all units share the load."""
        row = self.equipment
        return loss_kw(output_kw, self.plant.rated_kw, row.loss_fixed, row.loss_linear, row.loss_square)


def feed(
    equipment: Mapping[str, Equipment],
    distribution: str,
    it_peak_kw: float,
    loading_limit: float,
    redundancy: str,
    block_units: float,
) -> tuple[Stage, ...]:
    """Size the stages between transformer and rack, from the rack upwards.

    Each is sized for what the stage below it takes at the nameplate of the IT, over the loading limit.
    """
    stages: list[Stage] = []
    output_kw = it_peak_kw
    for name in FEED[distribution]:
        row = equipment[name]
        stage = Stage(row, plant(output_kw / loading_limit, row.capacity_kw, redundancy, block_units))
        stages.append(stage)
        output_kw += float(stage.loss_kw(output_kw))
    return tuple(stages)


def feed_losses_kw(stages: tuple[Stage, ...], it_kw: float) -> dict[str, float]:
    """Return the loss of each stage at an IT load, by equipment [kW]."""
    losses: dict[str, float] = {}
    output_kw = it_kw
    for stage in stages:
        loss = float(stage.loss_kw(output_kw))
        losses[stage.equipment.id] = loss
        output_kw += loss
    return losses


@dataclass(frozen=True, slots=True)
class InRack:
    """What happens behind the input of the rack [kW]: losses of shelf, fans and regulators, what reaches silicon."""

    it_kw: float
    shelf_loss_kw: float
    fan_kw: float
    regulator_loss_kw: float
    silicon_kw: float


def in_rack(
    equipment: Mapping[str, Equipment],
    distribution: str,
    maker_kw: float,
    nameplate_kw: float,
    shelf_load: float,
    regulator_load: float,
    fan_fraction: float,
) -> InRack:
    """Follow the power from the input of the rack to the silicon.

    Makers state power at the alternating-current input of the rack. With direct current the same 54 V load is fed by
    a converter instead of a power shelf, so that the input of the rack differs.

    Parameters
    ----------
    maker_kw : power at the alternating-current input of the racks [kW].
    nameplate_kw : its maximum [kW].
    shelf_load, regulator_load : load fraction of the shelves and regulators at nameplate [1].
    fan_fraction : share of the input that server fans take [1].
    """
    orv3, vrm = equipment["rectifier-orv3"], equipment[REGULATOR]
    shelf = equipment[SHELF[distribution]]
    rated_kw = nameplate_kw / shelf_load
    bus_kw = output_of_kw(maker_kw, rated_kw, orv3.loss_fixed, orv3.loss_linear, orv3.loss_square)
    shelf_loss = float(loss_kw(bus_kw, rated_kw, shelf.loss_fixed, shelf.loss_linear, shelf.loss_square))
    fan_kw = fan_fraction * maker_kw
    silicon_kw = output_of_kw(
        bus_kw - fan_kw, nameplate_kw / regulator_load, vrm.loss_fixed, vrm.loss_linear, vrm.loss_square
    )
    return InRack(
        it_kw=bus_kw + shelf_loss,
        shelf_loss_kw=shelf_loss,
        fan_kw=fan_kw,
        regulator_loss_kw=bus_kw - fan_kw - silicon_kw,
        silicon_kw=silicon_kw,
    )
