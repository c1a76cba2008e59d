"""A value of the design as a reader sees it: by path, with its unit, whatever its shape."""

from collections.abc import Mapping
from typing import Any

from denshi.report.locale import Texts, is_share, number, percent
from denshi.report.reading import Design, as_number, at, is_list, unit_of

# Values that are words of denshi's own and so stand in the reader's language.
_WORDS = {".bound": "bound", ".cooling_plant": "plant"}


def shown(design: Design, path: str, lang: str, t: Texts) -> str:
    """Return the value of a figure as text: numbers with unit, series as a summary, objects part by part."""
    return written(at(design, path), path, unit_of(design, path), lang, t)


def written(value: Any, path: str, unit: str, lang: str, t: Texts) -> str:
    """Return any JSON value as text, with the unit and the habits of its path."""
    if value is None:
        return t["none"]
    if isinstance(value, bool):
        return t["yes" if value else "no"]
    if isinstance(value, str):
        group = next((group for ending, group in _WORDS.items() if path.endswith(ending)), "")
        return t.get(f"{group}.{value}", value)
    if isinstance(value, Mapping):
        return _parts(value, path, unit, lang, t)
    if is_list(value):
        return _series(value, path, unit, lang, t)
    return amount(as_number(value), path, unit, lang, t)


def amount(value: float | None, path: str, unit: str, lang: str, t: Texts) -> str:
    """Return a number with its unit: shares in per cent, counts with their counter word."""
    if is_share(path, unit):
        return percent(value)
    noun = t.get(f"counter.{path.rsplit('.', maxsplit=1)[-1]}", "") if unit == "count" else ""
    return number(value, unit, lang, noun)


def label(path: str, t: Texts) -> str:
    """Return the reader's name of a figure, empty where it has none.

    >>> from denshi.report.locale import texts
    >>> label("workload.0.mfu", texts("en"))
    'Model FLOP utilisation (MFU)'
    """
    parts = [part for part in path.split(".") if not part.isdigit()]
    return t.get(f"figure.{'.'.join(parts)}", "")


def _parts(value: Mapping[str, Any], path: str, unit: str, lang: str, t: Texts) -> str:
    names = {key: next((t[f"{g}.{key}"] for g in ("technology", "stage", "goods") if f"{g}.{key}" in t), key)
             for key in value}  # fmt: skip
    return "; ".join(f"{names[key]}: {written(one, path, unit, lang, t)}" for key, one in value.items()) or t["none"]


def _series(value: Any, path: str, unit: str, lang: str, t: Texts) -> str:
    numbers = [one for one in map(as_number, value) if one is not None]
    if not numbers:
        group = "operator." if path.endswith(".operator_names") else ""
        texts = [t.get(group + one, one) if group else one for one in value if isinstance(one, str)]
        return (
            t["list_separator"].join(texts)
            if texts and len(texts) == len(value)
            else t["table.items"].format(n=f"{len(value):,}")
        )
    if len(numbers) <= 6:
        return ", ".join(amount(one, path, unit, lang, t) for one in numbers)
    three = (sum(numbers) / len(numbers), min(numbers), max(numbers))
    mean, low, high = (amount(one, path, unit, lang, t) for one in three)
    return t["table.series"].format(n=f"{len(value):,}", mean=mean, low=low, high=high)
