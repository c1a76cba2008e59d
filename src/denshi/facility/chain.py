"""The power chain alone, grid to silicon: every stage at the load its sides really carry.

The same stages as in a design (``power``, ``sizing``), without weather: power of cooling is given, not found.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from denshi.catalog import Assumption, Equipment
from denshi.errors import OutOfRangeError, nearest
from denshi.facility.power import (
    FEED,
    REGULATOR,
    SHELF,
    TRANSFORMER,
    Plant,
    Stage,
    in_rack,
    loss_kw,
    plant,
)

REDUNDANCIES = ("N", "N+1", "N+2", "2N", "4/3")
# Full paths side by side; where there are several the load is shared between them.
SIDES = {"2N": 2, "4/3": 4}
DISTRIBUTIONS = tuple(FEED)
FANS = "server-fans"
# What keeps the racks alive until the generators run: machines in the building or shelves of batteries in the rack.
BACKUPS = ("ups", "rack-battery")
SMALLEST_KW, LARGEST_KW = 1.0, 1e8
_CONSTANTS = {
    "loading_limit": "plant-loading-limit",
    "block_units": "redundancy-block-units",
    "power_factor": "power-factor",
    "house_fraction": "house-load-fraction",
    "shelf_load": "shelf-load-at-nameplate",
    "regulator_load": "regulator-load-at-nameplate",
    "fan_fraction": "server-fan-fraction",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is asked of a chain.

    ``load_kw`` is the nameplate of the IT at the alternating-current input of its racks, as makers state it;
    ``utilisation`` is the share of it that is drawn; ``cooling_kw`` is drawn beside it. ``backup`` matters with
    alternating current only: direct current has its batteries in the rack.
    """

    load_kw: float
    utilisation: float
    cooling_kw: float
    distribution: str
    redundancy: str
    backup: str
    equipment: Mapping[str, Equipment]
    loading_limit: float
    block_units: float
    power_factor: float
    house_fraction: float
    shelf_load: float
    regulator_load: float
    fan_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stage at work: units on one side, how many sides, what leaves, what is lost, what enters [kW].

    ``load_fraction`` is that of each unit. ``sides`` is 2 where two full paths share the load, 4 where four make three.
    """

    id: str
    name: str
    boundary: str
    sides: int
    units: int
    unit_kw: float
    load_fraction: float
    output_kw: float
    loss_kw: float

    @property
    def input_kw(self) -> float:
        """What enters the stage [kW]."""
        return self.output_kw + self.loss_kw

    @property
    def efficiency(self) -> float:
        """Output over input [1]."""
        return self.output_kw / self.input_kw


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The whole chain at one load, from the grid to the silicon [kW]."""

    steps: tuple[Step, ...]
    plants: Mapping[str, Plant]
    grid_kw: float
    it_kw: float
    it_peak_kw: float
    silicon_kw: float
    fan_kw: float
    cooling_kw: float
    house_kw: float

    @property
    def pue(self) -> float:
        """Grid over input of the racks [1]."""
        return self.grid_kw / self.it_kw

    @property
    def tue(self) -> float:
        """Grid over silicon [1]: the same boundary for any distribution."""
        return self.grid_kw / self.silicon_kw

    @property
    def itue(self) -> float:
        """Input of the racks over silicon [1]; TUE is PUE times this."""
        return self.it_kw / self.silicon_kw

    @property
    def loss_kw(self) -> float:
        """Everything lost in stages [kW]; fans, cooling and house load are used, not lost."""
        return sum(step.loss_kw for step in self.steps)

    @property
    def imbalance(self) -> float:
        """What the grid gives less all that is lost and used, over what it gives [1]: rounding only."""
        used = self.silicon_kw + self.loss_kw + self.fan_kw + self.cooling_kw + self.house_kw
        return (self.grid_kw - used) / self.grid_kw

    @property
    def chain_efficiency(self) -> float:
        """Silicon and fans over what the chain takes for them, without cooling and house load [1]."""
        return (self.silicon_kw + self.fan_kw) / self._feed_kw

    @property
    def bus_efficiency(self) -> float:
        """The same as far as the 54 V bus of the rack, before the regulators [1]: what most published figures state."""
        regulator_kw = sum(step.loss_kw for step in self.steps if step.id == REGULATOR)
        return (self.silicon_kw + self.fan_kw + regulator_kw) / self._feed_kw

    @property
    def _feed_kw(self) -> float:
        """What the chain takes for the racks, with their share of the loss of the transformer [kW]."""
        top = self.steps[0]
        return (top.output_kw - self.cooling_kw - self.house_kw) * (1.0 + top.loss_kw / top.output_kw)


def case(
    equipment: Mapping[str, Equipment],
    assumptions: Mapping[str, Assumption],
    load_kw: float,
    *,
    utilisation: float = 1.0,
    cooling_kw: float = 0.0,
    distribution: str = "ac-415v",
    redundancy: str = "N+1",
    backup: str = "",
    liquid_fraction: float = 0.0,
) -> Case:
    """Return a case with the constants of the catalogue, checked.

    ``liquid_fraction`` is the share of the racks' heat that leaves in liquid [1]: their fans move the rest.

    Raises
    ------
    OutOfRangeError : a load or share outside its range, or a name that is not known.
    """
    _within("load", load_kw, SMALLEST_KW, LARGEST_KW, "kW")
    _within("utilisation", utilisation, 0.05, 1.0, "")
    _within("cooling power", cooling_kw, 0.0, load_kw, "kW, the load itself")
    _within("liquid fraction", liquid_fraction, 0.0, 1.0, "")
    _known("distribution", distribution, DISTRIBUTIONS)
    _known("redundancy", redundancy, REDUNDANCIES)
    direct = distribution != "ac-415v"
    backup = backup or ("rack-battery" if direct else "ups")
    _known("backup", backup, BACKUPS)
    if direct and backup == "ups":
        raise OutOfRangeError(
            f'"{distribution}" has no UPS in the building', where="facility.power", mend='Use backup "rack-battery"'
        )
    constants = {field: assumptions[name].value for field, name in _CONSTANTS.items()}
    constants["fan_fraction"] *= 1.0 - liquid_fraction
    return Case(
        load_kw=load_kw,
        utilisation=utilisation,
        cooling_kw=cooling_kw,
        distribution=distribution,
        redundancy=redundancy,
        backup=backup,
        equipment=equipment,
        **constants,
    )


def chain(case: Case) -> Chain:
    """Return the chain of a case: sized for its nameplate, run at the load drawn.

    .. math:: P_{in} = P_{out} + P_r (a_0 + a_1 L + a_2 L^2)

    With two full paths every side carries half, so that its units run at half the load fraction and their losses at no
    load count twice.

    Source: wp108.
    """
    peak, real = (
        in_rack(
            case.equipment,
            case.distribution,
            kw,
            case.load_kw,
            case.shelf_load,
            case.regulator_load,
            case.fan_fraction,
        )
        for kw in (case.load_kw, case.load_kw * case.utilisation)
    )
    stages = _feed(case, peak.it_kw)
    house_kw = case.house_fraction * peak.it_kw
    behind_kw = _above(stages, peak.it_kw) + case.cooling_kw + house_kw
    row = case.equipment[TRANSFORMER]
    size = plant(behind_kw / case.loading_limit, row.capacity_kw * case.power_factor, case.redundancy, case.block_units)
    bus_kw = real.it_kw - real.shelf_loss_kw
    shelf, regulator = case.equipment[SHELF[case.distribution]], case.equipment[REGULATOR]
    rack_steps = [
        _single(regulator, real.silicon_kw, case.load_kw / case.regulator_load, real.regulator_loss_kw),
        _single(shelf, bus_kw, case.load_kw / case.shelf_load, real.shelf_loss_kw),
    ]
    steps = rack_steps
    output_kw = real.it_kw
    for stage in stages:
        steps.append(_step(stage, output_kw, case.redundancy))
        output_kw = steps[-1].input_kw
    output_kw += case.cooling_kw + house_kw
    steps.append(_step(Stage(row, size), output_kw, case.redundancy))
    plants = {TRANSFORMER: Plant(size.units, size.unit_kw / case.power_factor)}
    plants |= {stage.equipment.id: stage.plant for stage in reversed(stages)}
    plants[shelf.id] = plant(case.load_kw / case.shelf_load, shelf.capacity_kw, "N", case.block_units)
    return Chain(
        steps=tuple(reversed(steps)),
        plants=plants,
        grid_kw=steps[-1].input_kw,
        it_kw=real.it_kw,
        it_peak_kw=peak.it_kw,
        silicon_kw=real.silicon_kw,
        fan_kw=real.fan_kw,
        cooling_kw=case.cooling_kw,
        house_kw=house_kw,
    )


def stages_of(distribution: str, backup: str) -> tuple[str, ...]:
    """Return the equipment between rack and transformer, from the rack upwards."""
    if distribution == "ac-415v" and backup == "rack-battery":
        return ("bbu-rack", "busway-415v")
    return FEED[distribution]


def _feed(case: Case, it_peak_kw: float) -> tuple[Stage, ...]:
    stages: list[Stage] = []
    output_kw = it_peak_kw
    for name in stages_of(case.distribution, case.backup):
        row = case.equipment[name]
        size = plant(output_kw / case.loading_limit, row.capacity_kw, case.redundancy, case.block_units)
        stages.append(Stage(row, size))
        output_kw += float(stages[-1].loss_kw(output_kw))
    return tuple(stages)


def _above(stages: tuple[Stage, ...], output_kw: float) -> float:
    for stage in stages:
        output_kw += float(stage.loss_kw(output_kw))
    return output_kw


def _step(stage: Stage, output_kw: float, redundancy: str) -> Step:
    """Run a stage of the building; each of several sides carries and loses its share."""
    sides = SIDES.get(redundancy, 1)
    row, side = stage.equipment, Plant(stage.plant.units // sides, stage.plant.unit_kw)
    share_kw = output_kw / sides
    lost_kw = float(loss_kw(share_kw, side.rated_kw, row.loss_fixed, row.loss_linear, row.loss_square))
    return Step(
        id=row.id,
        name=row.name,
        boundary="building",
        sides=sides,
        units=side.units,
        unit_kw=side.unit_kw,
        load_fraction=share_kw / side.rated_kw,
        output_kw=output_kw,
        loss_kw=lost_kw * sides,
    )


def _single(row: Equipment, output_kw: float, rated_kw: float, lost_kw: float) -> Step:
    """Show a stage inside the racks, which has spare units of its own whatever the building does."""
    size = plant(rated_kw, row.capacity_kw, "N", 1.0)
    return Step(
        id=row.id,
        name=row.name,
        boundary="rack",
        sides=1,
        units=size.units,
        unit_kw=size.unit_kw,
        load_fraction=output_kw / rated_kw,
        output_kw=output_kw,
        loss_kw=lost_kw,
    )


def _within(what: str, value: float, low: float, high: float, unit: str) -> None:
    if not (isfinite(value) and low <= value <= high):
        raise OutOfRangeError(
            f"{what} {value:g} {unit.split(',', maxsplit=1)[0]}".rstrip() + " is out of range",
            where="facility.power",
            mend=f"Between {low:g} and {high:g} {unit}".rstrip(),
        )


def _known(what: str, name: str, names: tuple[str, ...]) -> None:
    if name not in names:
        raise OutOfRangeError(f'"{name}" is no {what}', where="facility.power", mend=nearest(name, names))
