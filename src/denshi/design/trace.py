"""Follow a figure back to the facts, inputs and assumptions it is made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from denshi.catalog import Item, Row
from denshi.design.facts import row_at
from denshi.design.paths import Root, expand, placed, resolve
from denshi.design.record import ROOMS, Design
from denshi.errors import DenshiError, nearest
from denshi.figure import Evidence, Figure, worst
from denshi.scenario import evidence_of, unit_of


@dataclass(frozen=True, slots=True)
class Node:
    """One figure, fact or input with what it is made of.

    ``kind`` is figure, fact, input (written by the user), default (of the scenario) or again (shown above, or the
    closing of a fixed point).
    """

    path: str
    kind: str
    value: Any
    unit: str
    formula: str
    grade: str | None
    source: str
    inputs: tuple["Node", ...]

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below it."""
        yield self
        for node in self.inputs:
            yield from node.walk()

    def as_json(self) -> dict[str, Any]:
        """Return the tree in canonical units, recursively."""
        return {
            "path": self.path,
            "kind": self.kind,
            "value": summary(self.value),
            "unit": self.unit,
            "formula": self.formula,
            "grade": self.grade,
            "source": self.source,
            "inputs": [node.as_json() for node in self.inputs],
        }


def trace(design: Design, path: str) -> Node:
    """Return the tree of a figure, down to sourced facts and the user's own inputs.

    A figure that stands at several places of the tree is opened at the first and named at the others.

    Raises
    ------
    DenshiError : the design has no such figure; the message names the nearest.
    """
    declared = design.figures()
    if path not in declared:
        try:
            resolve(design.root(), path)
        except KeyError:
            raise DenshiError(
                f'the design has no figure "{path}"', where="trace", mend=nearest(path, declared)
            ) from None
    return _Tracer(design, declared).node(path, None)


class _Tracer:
    """One walk: what has been opened already is not opened twice."""

    def __init__(self, design: Design, declared: Mapping[str, Figure]) -> None:
        self.design, self.declared, self.root = design, declared, design.root()
        self.opened: set[str] = set()

    def node(self, path: str, own: int | None) -> Node:
        path = placed(path, own)
        if path in self.declared:
            return self._figure(path)
        head = path.split(".")[0]
        if head == "scenario":
            return self._asked(path)
        if head == "catalog":
            return self._fact(path)
        item = _item_at(self.root, path)
        if item is None:
            raise DenshiError(f'"{path}" is no figure of the design', where="trace")
        return self._item(path, item)

    def _figure(self, path: str) -> Node:
        figure, value = self.declared[path], resolve(self.root, path)
        if path in self.opened:
            return Node(path, "again", value, figure.unit, figure.formula, "D", figure.source, ())
        self.opened.add(path)
        own = _own_number(path)
        places = [one for part in figure.of for one in self._open(placed(part, own))]
        below = [self.node(one, own) for one in places if self._stands(one)]
        if isinstance(value, tuple) and value and isinstance(value[0], Item):
            below += [self._item(f"{path}.{i}", item) for i, item in enumerate(value)]
        return Node(path, "figure", value, figure.unit, figure.formula, "D", figure.source, tuple(below))

    def _stands(self, path: str) -> bool:
        """Whether a figure of a room exists in this design: optional inputs need not."""
        room = path.split(".", maxsplit=1)[0] in ROOMS
        return not room or path in self.declared or _or_none(self.root, path) is not None

    def _open(self, path: str) -> tuple[str, ...]:
        """Return the single values that an input path stands for: lists and whole rows are opened."""
        return expand(self.root, path)

    def _item(self, path: str, item: Item) -> Node:
        cost = Node(f"{path}.count", "figure", item.count, item.unit, "sized by the room", "D", "", ())
        price = Node(f"{path}.unit_price_usd", "fact", item.unit_price_usd, "USD", "", item.grade, item.source, ())
        return Node(path, "figure", item.cost_usd, "USD", f"{item.name}: count x unit price", "D", "", (cost, price))

    def _asked(self, path: str) -> Node:
        value = _or_none(self.root, path)
        evidence = evidence_of(self.design.scenario, path)
        unit = unit_of(self.design.scenario, path)
        if evidence is None:
            source = (
                "not set by the user" if value is None else f"the user's scenario, {path.removeprefix('scenario.')}"
            )
            return Node(path, "input", value, unit, "", None, source, ())
        return Node(path, "default", value, unit, "", evidence.grade, evidence.source, ())

    def _fact(self, path: str) -> Node:
        value, row = _or_none(self.root, path), row_at(self.design.catalog, path)
        if row is not None and not isinstance(value, Row):
            return self._value_of_row(path, value, row)
        if isinstance(value, Row):
            if path in self.opened:
                return Node(path, "again", value.name, "", "", None, "", ())
            self.opened.add(path)
            below = tuple(self._value_of_row(f"{path}.{name}", getattr(value, name), value) for name in value.evidence)
            return Node(path, "fact", value.name, "", "", worst_of(value.evidence), f"catalogue row {value.id}", below)
        if isinstance(value, tuple | Mapping) and path not in self.opened:
            self.opened.add(path)
            keys = tuple(value) if isinstance(value, Mapping) else tuple(str(i) for i in range(len(value)))
            below = tuple(self.node(f"{path}.{key}", None) for key in keys)
            return Node(path, "figure", f"{len(below)} rows", "", "rows of the catalogue", None, "", below)
        evidence = getattr(value, "evidence", None)
        if isinstance(evidence, Evidence):
            label = getattr(value, "name", path)
            return Node(path, "fact", label, "", "", evidence.grade, f"{evidence.source}, {evidence.date}", ())
        kind = "again" if path in self.opened else "input"
        return Node(path, kind, None if value is None else str(type(value).__name__), "", "", None, "not used here", ())

    def _value_of_row(self, path: str, value: Any, row: Row) -> Node:
        field = path.rsplit(".", maxsplit=1)[-1]
        evidence = row.evidence.get(field) or row.evidence.get("value")
        unit = getattr(row, "unit", "")
        if evidence is None:
            return Node(path, "fact", value, unit, "", None, f"not stated for {row.id}", ())
        note = f"; {evidence.note}" if evidence.note else ""
        source = f"{row.name}: {evidence.source} ({evidence.date}){note}"
        return Node(path, "fact", value, unit, "", evidence.grade, source, ())


def _or_none(root: Root, path: str) -> Any:
    try:
        return resolve(root, path)
    except KeyError:
        return None


def _item_at(root: Root, path: str) -> Item | None:
    value = _or_none(root, path)
    return value if isinstance(value, Item) else None


def _own_number(path: str) -> int | None:
    parts = path.split(".")
    return int(parts[1]) if parts[0] == "workload" and parts[0] in ROOMS and parts[1].isdigit() else None


def worst_of(evidence: Mapping[str, Evidence]) -> str:
    """Return the weakest grade among the values of a row."""
    return worst([proof.grade for proof in evidence.values()])


def summary(value: Any) -> Any:
    """Return a value short enough for a tree: an hourly series is its mean, smallest and largest."""
    if hasattr(value, "tolist") and getattr(value, "size", 1) > 1:
        return {"mean": float(value.mean()), "min": float(value.min()), "max": float(value.max()), "n": int(value.size)}
    if isinstance(value, tuple) and value and isinstance(value[0], Item):
        return {"items": len(value), "total": sum(item.cost_usd for item in value)}
    if isinstance(value, Mapping):
        return {str(key): summary(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [summary(one) for one in value]
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value if _is_json(value) else str(value)


def _is_json(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
