"""Ways to bring power to the racks compared at one boundary: medium-voltage terminals to silicon, equal silicon power.

PUE alone cannot compare them. Its boundary is the input of the rack; direct current moves the rectifier out of the rack
and its loss into the numerator. TUE has the silicon below the line and does not move.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt

from denshi.catalog import Equipment
from denshi.errors import OutOfRangeError
from denshi.facility.chain import Case, Chain, chain
from denshi.facility.power import SHELF, Plant

# Ohm metres of copper at 70 C, and its density. Source of both: IEC 60228 and 60287, conductors of annealed copper.
RESISTIVITY_OHM_M = 1.7241e-8 * (1 + 0.00393 * 50)
DENSITY_KG_PER_M3 = 8890.0
WAYS: Mapping[str, tuple[str, str]] = {
    "ac-415v": ("ac-415v", "ups"),
    "ac-415v, batteries in the rack": ("ac-415v", "rack-battery"),
    "dc-400v": ("dc-400v", "rack-battery"),
    "dc-800v": ("dc-800v", "rack-battery"),
}


@dataclass(frozen=True, slots=True)
class Conductors:
    """What carries the power to a rack: voltage between the conductors, how many carry current, phases."""

    volts: float
    count: int
    phases: int


CONDUCTORS: Mapping[str, Conductors] = {
    "ac-415v": Conductors(415.0, 3, 3),
    # Two poles of 400 V against the middle: as much current as at 800 V, and a middle conductor that carries none.
    "dc-400v": Conductors(800.0, 2, 1),
    "dc-800v": Conductors(800.0, 2, 1),
}
BUS_54V = Conductors(54.0, 2, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RackFeed:
    """Copper of the feed of one rack: current [A], section of each conductor [mm2], mass [kg], loss [kW, 1]."""

    current_a: float
    section_mm2: float
    copper_kg: float
    loss_kw: float
    loss_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of distribution at work."""

    name: str
    chain: Chain
    feed: RackFeed
    equipment_usd: float

    def lost_kw(self, *names: str) -> float:
        """Return the loss of some stages [kW]; none where the way does not have them."""
        return sum(step.loss_kw for step in self.chain.steps if step.id in names)


def rack_feed(
    rack_kw: float, length_m: float, wires: Conductors, density_a_per_mm2: float, power_factor: float
) -> RackFeed:
    """Return the copper of a feed at a given current density, and what it loses.

    .. math:: I = P / (\\sqrt{3} U \\cos\\varphi) \\text{ or } P/U;\\quad S = I/J;\\quad P_{loss} = n I^2 \\rho l / S

    Parameters
    ----------
    rack_kw : power of the rack, positive [kW].
    length_m : one way, positive [m].
    wires : voltage and conductors.
    density_a_per_mm2 : current a section of copper carries, positive [A/mm2].
    power_factor : of the rack, used with alternating current [1].

    Raises
    ------
    OutOfRangeError : a power, length or density that is not positive.

    >>> round(rack_feed(132.0, 20.0, CONDUCTORS["dc-800v"], 2.0, 1.0).current_a)
    165
    >>> round(rack_feed(132.0, 2.0, Conductors(48.0, 2, 1), 2.0, 1.0).current_a)
    2750
    """
    for what, value in (("power", rack_kw), ("length", length_m), ("current density", density_a_per_mm2)):
        if not value > 0:
            raise OutOfRangeError(f"the feed of a rack has a {what} of {value:g}", where="facility.power")
    factor = sqrt(3.0) * power_factor if wires.phases == 3 else 1.0
    current_a = rack_kw * 1e3 / (wires.volts * factor)
    section_mm2 = current_a / density_a_per_mm2
    resistance_ohm = RESISTIVITY_OHM_M * length_m / (section_mm2 * 1e-6)
    loss_kw = wires.count * current_a**2 * resistance_ohm / 1e3
    return RackFeed(
        current_a=current_a,
        section_mm2=section_mm2,
        copper_kg=wires.count * section_mm2 * 1e-6 * length_m * DENSITY_KG_PER_M3,
        loss_kw=loss_kw,
        loss_fraction=loss_kw / rack_kw,
    )


def equipment_usd(equipment: Mapping[str, Equipment], plants: Mapping[str, Plant]) -> float:
    """Return the price of the machines of a chain [USD]; a smaller unit costs in proportion, as in the bill.

    Shelves and converters of the rack are counted, regulators are not: they are sold with the boards.
    """
    return sum(
        plant.units * equipment[name].price_usd * plant.unit_kw / equipment[name].capacity_kw
        for name, plant in plants.items()
    )


def compare(case: Case, rack_kw: float, length_m: float, density_a_per_mm2: float) -> tuple[Way, ...]:
    """Return every way of distribution for one case, all with the same power at the silicon."""
    found = []
    for name, (distribution, backup) in WAYS.items():
        made = chain(replace(case, distribution=distribution, backup=backup))
        wires = CONDUCTORS[distribution]
        feed = rack_feed(rack_kw, length_m, wires, density_a_per_mm2, case.power_factor)
        cost = equipment_usd(case.equipment, made.plants)
        found.append(Way(name=name, chain=made, feed=feed, equipment_usd=cost))
    return tuple(found)


def disagreement(base: Way, other: Way) -> str:
    """Say how PUE and TUE of two ways differ, and why they need not agree."""
    one, two = base.chain, other.chain
    moved, ups, shelves = (
        other.lost_kw(*names) - base.lost_kw(*names)
        for names in (("rectifier-800v", "rectifier-400v"), ("ups-double-conversion",), tuple(SHELF.values()))
    )
    return (
        f"PUE {two.pue - one.pue:+.4f} and TUE {two.tue - one.tue:+.4f}: rectifiers in the building lose "
        f"{moved:+,.0f} kW and the UPS {ups:+,.0f} kW, which count in both; shelves in the rack lose "
        f"{shelves:+,.0f} kW, which counts in TUE but is IT load to PUE"
    )
