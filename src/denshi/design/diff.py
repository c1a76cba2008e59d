"""What differs between two designs: inputs, and what they moved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from denshi.units import show


@dataclass(frozen=True, slots=True)
class Moved:
    """A headline in both designs; None where one of them has it not."""

    path: str
    unit: str
    before: float | None
    after: float | None

    @property
    def relative(self) -> float | None:
        """Return the change over the value before, None where that means nothing."""
        if self.before is None or self.after is None or self.before == 0:
            return None
        return self.after / self.before - 1.0

    def text(self) -> str:
        """Return one line for a terminal."""
        old, new = ("—" if v is None else show(v, self.unit) for v in (self.before, self.after))
        change = "" if self.relative is None else f"{self.relative:+.2%}"
        return f"{self.path:44} {old:>16} → {new:<16} {change}"


@dataclass(frozen=True, slots=True)
class Change:
    """Inputs (path, before, after) and headlines that differ."""

    inputs: tuple[tuple[str, Any, Any], ...]
    headlines: tuple[Moved, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the change in canonical units."""
        moved = [
            {"path": m.path, "unit": m.unit, "before": m.before, "after": m.after, "relative": m.relative}
            for m in self.headlines
        ]
        return {"inputs": [{"path": p, "before": x, "after": y} for p, x, y in self.inputs], "headlines": moved}


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    """Compare two design documents."""
    old, new = dict(_flat(before["scenario"])), dict(_flat(after["scenario"]))
    inputs = [(p, old.get(p), new.get(p)) for p in sorted({*old, *new}) if old.get(p) != new.get(p)]
    a, b = ({h["path"]: h for h in page["headlines"]} for page in (before, after))
    moved = [
        Moved(path, (a.get(path) or b[path])["unit"], a.get(path, {}).get("value"), b.get(path, {}).get("value"))
        for path in dict.fromkeys([*a, *b])
    ]
    return Change(tuple(inputs), tuple(moved))


def _flat(value: Any, head: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _flat(one, f"{head}.{key}" if head else key)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for i, one in enumerate(value):
            yield from _flat(one, f"{head}.{i}")
    else:
        yield head, value
