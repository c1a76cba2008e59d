"""Cables between named ports, from blocks of links between numbered ones."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.export.inventory import Cable
from denshi.export.placing import Naming
from denshi.export.products import nic_name, port_name, torus_port

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strands:
    """A block of cables of one tier: ends as kind, number over all planes and port; medium by its place in a list."""

    tier: str
    plane: int
    a_kind: str
    a: Ints
    a_port: Ints
    b_kind: str
    b: Ints
    b_port: Ints
    medium: Ints
    length_m: Floats
    price_usd: Floats
    weight_kg: Floats


@dataclass(frozen=True, slots=True)
class Labels:
    """Names of devices and of their ports.

    A unit's port is an accelerator within the unit, which sits in one of its trays; in a torus it is a port of its own.
    """

    naming: Naming
    per_tray: int
    split: int
    torus: bool

    def ends(self, kind: str, number: Ints, port: Ints, plane: int) -> tuple[list[str], list[str]]:
        """Return the names of devices and ports of one end of a block."""
        if kind != "unit":
            ports = _names(port, lambda p: port_name(p, self.split))
            return _names(number, lambda n: self.naming.device(kind, n)), ports
        tray, within = np.divmod(port, self.per_tray)
        combined = number * self.naming.trays + tray
        devices = _names(combined, lambda n: self.naming.device("compute", *divmod(n, self.naming.trays)))
        if self.torus:
            return devices, _names(within, torus_port)
        return devices, _names(within, lambda a: nic_name(a, plane, self.naming.planes))


def cables(blocks: Iterable[Strands], labels: Labels, media: Sequence[str]) -> Iterator[Cable]:
    """Give every cable with its number from 1, in the order of the blocks."""
    number = 0
    for block in blocks:
        a_device, a_port = labels.ends(block.a_kind, block.a, block.a_port, block.plane)
        b_device, b_port = labels.ends(block.b_kind, block.b, block.b_port, block.plane)
        rows = zip(
            a_device,
            a_port,
            b_device,
            b_port,
            block.medium.tolist(),
            block.length_m.tolist(),
            block.price_usd.tolist(),
            block.weight_kg.tolist(),
            strict=True,
        )
        for a, a_at, b, b_at, medium, length_m, price_usd, weight_kg in rows:
            number += 1
            yield Cable(number, block.tier, a, a_at, b, b_at, media[medium], length_m, price_usd, weight_kg)


def _names(numbers: Ints, name: Callable[[int], str]) -> list[str]:
    """Return a name for each number, made once for those that repeat."""
    distinct, places = np.unique(numbers, return_inverse=True)
    made = [name(number) for number in distinct.tolist()]
    return [made[place] for place in places.tolist()]
