"""Amounts in prose: "38 bn", "50-60 bn", "~7 %", "100k", "2.262 GW", "9.6 of 15 bn"."""

import re

NUMBER = r"~?(?:\d[\d,]*\.\d+|\d[\d,]*)"
_SCALE = {
    "k": 1e3,
    "K": 1e3,
    "M": 1e6,
    "million": 1e6,
    "bn": 1e9,
    "B": 1e9,
    "billion": 1e9,
    "T": 1e12,
    "trillion": 1e12,
}
SCALE = r"(?:k|K|M|million|bn|billion|B|trillion|T)\b"
POWER_KW = {"GW": 1e6, "MW": 1e3, "kW": 1.0, "W": 1e-3}
MONEY = rf"(?:\$|USD|US\$)?\s*{NUMBER}\s*(?:{SCALE})?"


def value(text: str) -> float:
    """Return the number of a text with its scale word.

    >>> value("38 bn"), value("100k"), value("~7"), value("2.788 M")
    (38000000000.0, 100000.0, 7.0, 2788000.0)
    """
    found = re.search(rf"({NUMBER})\s*({SCALE})?", text)
    if found is None:
        raise ValueError(f"no number in {text!r}")
    return float(found[1].replace(",", "").lstrip("~")) * _SCALE.get(found[2] or "", 1.0)


def find(pattern: str, text: str) -> re.Match[str] | None:
    """Search a pattern in which ``<n>`` stands for a number and ``<s>`` for an optional scale word.

    >>> find(r"(<n><s>) notes", "27.30 bn notes")[1]
    '27.30 bn'
    """
    return re.search(pattern.replace("<n>", NUMBER).replace("<s>", rf"\s*(?:{SCALE})?"), text)


def ends(low: str, high: str | None, scale: str | None) -> tuple[float, float]:
    """Return both ends of a range whose scale word stands behind it.

    >>> ends("50", "60", "bn")
    (50000000000.0, 60000000000.0)
    """
    factor = _SCALE.get((scale or "").strip(), 1.0)
    return value(low) * factor, value(high or low) * factor
