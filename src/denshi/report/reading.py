"""Reading a parsed design.json: values by dotted path, with no surprise where something is missing."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

Design = Mapping[str, Any]
HOURS = 8760
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def at(design: Design, path: str) -> Any:
    """Return what stands at a dotted path, None where nothing does.

    >>> at({"workload": [{"mfu": 0.4}]}, "workload.0.mfu")
    0.4
    """
    held: Any = design
    for part in path.split("."):
        if isinstance(held, Mapping):
            held = held.get(part)
        elif is_list(held) and part.isdigit() and int(part) < len(held):
            held = held[int(part)]
        else:
            return None
    return held


def number_at(design: Design, path: str) -> float | None:
    """Return the finite number at a path, None where there is none."""
    return as_number(at(design, path))


def as_number(value: Any) -> float | None:
    """Return a finite number as float, None for anything else.

    >>> as_number(3), as_number("x"), as_number(True), as_number(float("nan"))
    (3.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) else None


def series_at(design: Design, path: str) -> list[float]:
    """Return the list of numbers at a path, a missing one as 0; empty where there is no list."""
    held = at(design, path)
    return [as_number(one) or 0.0 for one in held] if is_list(held) else []


def numbers_at(design: Design, path: str) -> dict[str, float]:
    """Return the numbers of the object at a path by key; empty where there is none."""
    held = at(design, path)
    if not isinstance(held, Mapping):
        return {}
    pairs = ((str(key), as_number(value)) for key, value in held.items())
    return {key: value for key, value in pairs if value is not None}


def list_at(design: Design, path: str) -> list[Any]:
    """Return the list at a path; empty where there is none."""
    held = at(design, path)
    return list(held) if is_list(held) else []


def text_at(design: Design, path: str) -> str:
    """Return the text at a path; empty where there is none."""
    held = at(design, path)
    return "" if held is None else str(held)


def is_list(value: Any) -> bool:
    """Say whether a value is a JSON list."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def unit_of(design: Design, path: str) -> str:
    """Return the unit that the design declares for a figure; empty where it declares none."""
    return str((design.get("figures", {}).get(path) or {}).get("unit") or "")


def months_of(hourly: Sequence[float]) -> list[list[float]]:
    """Split a year of hours into its twelve months; a series of another length is one of no months."""
    if len(hourly) != HOURS:
        return []
    found, begin = [], 0
    for days in MONTH_DAYS:
        found.append(list(hourly[begin : begin + days * 24]))
        begin += days * 24
    return found


def brief(path: str) -> str:
    """Return the part of a path that a headline has room for.

    >>> brief("catalog.assumptions.fan-power"), brief("catalog.system.price_usd"), brief("scenario.finance.utilisation")
    ('fan-power', 'system.price_usd', 'finance.utilisation')
    """
    for head in ("catalog.assumptions.", "catalog.prices.", "catalog.", "scenario."):
        path = path.removeprefix(head)
    return path
