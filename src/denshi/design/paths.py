"""Dotted paths into a design: how rooms are wired, and how a figure is followed back.

``scenario.…``, ``catalog.…`` and the results of rooms hang on one root mapping. ``@`` stands for the workload at hand
and ``*`` for all of a list.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from math import isnan
from typing import Any, TypeVar

from denshi.catalog import Assumption, Price
from denshi.errors import DenshiError
from denshi.figure import inputs

Root = Mapping[str, Any]
I = TypeVar("I")  # noqa: E741


def resolve(root: Root, path: str, own: int | None = None) -> Any:
    """Return what stands at a path.

    A price or an assumption is its number; ``*`` gives a tuple with one value for each element of the list.

    Raises
    ------
    KeyError : nothing stands there.
    """
    return _value(_walk(root, tuple(path.split(".")), own, path))


def fill(input_type: type[I], root: Root, own: int | None = None) -> I:
    """Build a room's input from the paths that its fields declare, and from nothing else.

    An optional field whose path leads nowhere in this design keeps its default.
    """
    found: dict[str, Any] = {}
    for name, given in inputs(input_type).items():
        try:
            found[name] = resolve(root, given.path, own)
        except KeyError:
            if not given.optional:
                raise
    return input_type(**found)


def placed(path: str, own: int | None) -> str:
    """Return a path with ``@`` replaced by the number of the workload at hand."""
    return path if own is None else ".".join(str(own) if part == "@" else part for part in path.split("."))


def expand(root: Root, path: str) -> tuple[str, ...]:
    """Return the paths that a path with ``*`` stands for."""
    parts = path.split(".")
    if "*" not in parts:
        return (path,)
    at = parts.index("*")
    head, rest = ".".join(parts[:at]), parts[at + 1 :]
    found: list[str] = []
    for key in _keys(resolve(root, head)):
        found.extend(expand(root, ".".join((head, key, *rest))))
    return tuple(found)


def _keys(holder: Any) -> tuple[str, ...]:
    if isinstance(holder, Mapping):
        return tuple(holder)
    return tuple(str(i) for i in range(len(holder)))


def _walk(holder: Any, parts: tuple[str, ...], own: int | None, path: str) -> Any:
    for i, part in enumerate(parts):
        if part == "*":
            rest = parts[i + 1 :]
            return tuple(_value(_walk(_step(holder, key, path), rest, own, path)) for key in _keys(holder))
        holder = _step(holder, str(own) if part == "@" and own is not None else part, path)
    return holder


def _step(holder: Any, part: str, path: str) -> Any:
    if isinstance(holder, Mapping):
        if part in holder:
            return holder[part]
    elif isinstance(holder, tuple):
        if part.isdigit() and int(part) < len(holder):
            return holder[int(part)]
        for element in holder:
            if getattr(element, "id", None) == part:
                return element
    elif hasattr(holder, part) and not part.startswith("_"):
        return getattr(holder, part)
    raise KeyError(path)


def _value(holder: Any) -> Any:
    return holder.value if isinstance(holder, Price | Assumption) else holder


def plain(value: Any, keep: Callable[[Any], Any] = lambda array: array) -> Any:
    """Return a value as JSON can hold it: mappings, lists, text, numbers, None."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name), keep) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one, keep) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one, keep) for one in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "tolist"):
        return plain(keep(value).tolist(), keep)
    if isinstance(value, float) and isnan(value):
        raise DenshiError("a result is not a number", why="a room returned NaN")
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return None
    return value
