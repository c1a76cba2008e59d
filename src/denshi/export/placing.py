"""Devices in their racks: what the drawing of a kind of rack and the columns of the hall say, one device at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from denshi.export.inventory import Device, Rack
from denshi.export.products import SWITCH_ROLES, Slot, key_of

Ints = NDArray[np.int32]


class Drawing(Protocol):
    """The elevation of one kind of rack."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def height_u(self) -> int: ...  # noqa: D102
    @property
    def slots(self) -> Sequence[Slot]: ...  # noqa: D102
    @property
    def weight_kg(self) -> float: ...  # noqa: D102
    @property
    def power_kw(self) -> float: ...  # noqa: D102


class Columns(Protocol):
    """The racks of all halls, one entry a rack."""

    @property
    def kind(self) -> Ints: ...  # noqa: D102
    @property
    def kinds(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def hall(self) -> Ints: ...  # noqa: D102
    @property
    def row(self) -> Ints: ...  # noqa: D102
    @property
    def position(self) -> Ints: ...  # noqa: D102
    @property
    def x_m(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def y_m(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def first(self) -> Ints: ...  # noqa: D102
    @property
    def count(self) -> Ints: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Naming:
    """How devices are called: digits of each kind's number, planes of the fabric, trays of a unit.

    Switches are counted over planes, plane after plane; ``per_plane`` holds how many of a kind one plane has.
    """

    digits: Mapping[str, int]
    per_plane: Mapping[str, int]
    planes: int
    trays: int

    def device(self, kind: str, index: int, tray: int = 0) -> str:
        """Return the name of a device of a kind, counted from 0 over all planes."""
        digits = self.digits.get(kind, 1)
        if kind == "compute":
            tail = f"-t{tray + 1:02d}" if self.trays > 1 else ""
            return f"node-{index + 1:0{digits}d}{tail}"
        if kind in SWITCH_ROLES and self.planes > 1:
            plane, number = divmod(index, self.per_plane[kind])
            return f"{kind}-p{plane + 1}-{number + 1:0{digits}d}"
        return f"{kind}-{index + 1:0{digits}d}"


def main_slots(drawing: Drawing) -> list[Slot]:
    """Return the places of what a kind of rack is there for, from the bottom up."""
    own = [slot for slot in drawing.slots if slot.role == drawing.kind]
    return sorted(own, key=lambda slot: slot.unit)


def rack_names(columns: Columns) -> list[str]:
    """Return the name of each rack by hall, row and position, in digits that sort.

    The place is unique, so the name is.
    """
    wide = [len(str(int(values.max(initial=0)) + 1)) for values in (columns.hall, columns.row, columns.position)]
    hall, row, place = (max(n, least) for n, least in zip(wide, (1, 2, 2), strict=True))
    numbers = zip(columns.hall.tolist(), columns.row.tolist(), columns.position.tolist(), strict=True)
    return [f"h{h + 1:0{hall}d}-r{r + 1:0{row}d}-p{p + 1:0{place}d}" for h, r, p in numbers]


def devices(
    columns: Columns, racks: Sequence[Rack], drawings: Mapping[str, Drawing], naming: Naming
) -> Iterator[Device]:
    """Give every device of every rack: its own kind as far as the rack is filled, the rest as drawn."""
    own = {kind: main_slots(drawing) for kind, drawing in drawings.items()}
    beside = {kind: [slot for slot in drawing.slots if slot.role != kind] for kind, drawing in drawings.items()}
    firsts, counts = columns.first.tolist(), columns.count.tolist()
    begun: dict[int, int] = {}
    for i, rack in enumerate(racks):
        kind, slots = rack.kind, own[rack.kind]
        if kind == "compute":
            spans = naming.trays > len(slots)
            # A unit larger than a rack goes on in the next one.
            before = begun.get(firsts[i], 0) if spans else 0
            filled = slots if spans else slots[: counts[i] * naming.trays]
            begun[firsts[i]] = before + len(filled)
            places = [divmod(n, naming.trays) for n in range(before, before + len(filled))]
            names = [naming.device(kind, firsts[i] + unit, tray) for unit, tray in places]
        elif kind in SWITCH_ROLES:
            filled = slots[: counts[i]]
            names = [naming.device(kind, firsts[i] + n) for n in range(len(filled))]
        else:
            # Racks of storage and management are bought whole and counted as such.
            filled = slots
            names = [naming.device(kind, firsts[i] * len(slots) + n) for n in range(len(slots))]
        for name, slot in zip(names, filled, strict=True):
            yield Device(name, key_of(slot.role, slot.height_u), rack.hall, i, slot.unit)
        numbers: dict[str, int] = {}
        for slot in beside[kind]:
            numbers[slot.role] = numbers.get(slot.role, 0) + 1
            name = f"{rack.name}-{slot.role}-{numbers[slot.role]:02d}"
            yield Device(name, key_of(slot.role, slot.height_u), rack.hall, i, slot.unit)
