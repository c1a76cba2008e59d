"""Quantities with units in, canonical numbers out, and back again: the only place where denshi converts.

Canonical inside: kW, kWh, degrees Celsius, K for differences, s, m, m2, kg, bytes, FLOP, tokens, USD, gCO2.

>>> parse("2 GW", "kW")
2000000.0
>>> parse("30T", "token")
30000000000000.0
>>> parse("40 C", "C")
40.0
>>> parse("27 billion USD", "USD")
27000000000.0
>>> show(2_000_000.0, "kW")
'2.00 GW'
"""

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

from denshi.errors import UnitError, nearest

_SI = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18, "Z": 1e21}
_BINARY = {"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50}
_COUNT = {
    "": 1.0,
    "k": 1e3,
    "K": 1e3,
    "M": 1e6,
    "B": 1e9,
    "bn": 1e9,
    "T": 1e12,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "万": 1e4,
    "億": 1e8,
    "兆": 1e12,
}
_JPY = ("JPY", "円", "yen")

# A yen amount becomes dollars at one dated rate, because a scenario holds one currency inside: the price of the Sakai
# site, JPY 10 bn = USD 68 M (alojapan.com p=1446504, 2025).
JPY_PER_USD = 147.06


def _scaled(symbol: str, to_canonical: float, prefixes: Mapping[str, float] = _SI) -> dict[str, float]:
    return {prefix + symbol: factor * to_canonical for prefix, factor in prefixes.items()}


def _table() -> dict[str, dict[str, float]]:
    """Return, for each canonical unit, every spelling of it with its factor."""
    count = dict(_COUNT)
    money = {f"{scale} {name}".strip(): factor for scale, factor in _COUNT.items() for name in ("USD", "$", "ドル")}
    money |= {f"{scale}{name}": factor for scale, factor in _COUNT.items() for name in ("USD", "$", "ドル")}
    money |= {f"{scale} {name}".strip(): f / JPY_PER_USD for scale, f in _COUNT.items() for name in _JPY}
    money |= {f"{scale}{name}": f / JPY_PER_USD for scale, f in _COUNT.items() for name in _JPY}
    byte = _scaled("B", 1.0) | _scaled("byte", 1.0) | _scaled("B", 1.0, _BINARY)
    rate = {f"{symbol}/s": factor for symbol, factor in byte.items()}
    rate |= {f"{prefix}bit/s": factor / 8 for prefix, factor in _SI.items()}
    rate |= {f"{prefix}bps": factor / 8 for prefix, factor in _SI.items()}
    flop = _scaled("FLOP", 1.0) | _scaled("FLOPs", 1.0)
    seconds = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "min": 60.0, "h": 3600.0, "d": 86400.0}
    return {
        "kW": _scaled("W", 1e-3) | {"万kW": 1e4},
        "kWh": _scaled("Wh", 1e-3),
        "C": {"C": 1.0, "°C": 1.0, "degC": 1.0, "℃": 1.0},
        "K": {"K": 1.0},
        "s": seconds | {"sec": 1.0, "hour": 3600.0, "hours": 3600.0, "day": 86400.0, "days": 86400.0},
        "h": {"h": 1.0, "hour": 1.0, "hours": 1.0, "d": 24.0, "day": 24.0, "days": 24.0, "y": 8760.0, "year": 8760.0},
        "year": {"y": 1.0, "yr": 1.0, "year": 1.0, "years": 1.0, "年": 1.0},
        "m": {"m": 1.0, "km": 1e3, "cm": 1e-2, "mm": 1e-3, "ft": 0.3048},
        "m2": {"m2": 1.0, "m²": 1.0, "ha": 1e4, "km2": 1e6, "acre": 4046.8564224, "acres": 4046.8564224},
        "kg": {"kg": 1.0, "t": 1e3, "g": 1e-3, "lb": 0.45359237},
        "byte": byte,
        "byte/s": rate,
        "FLOP": flop,
        "FLOP/s": {f"{symbol}/s": factor for symbol, factor in flop.items()} | _scaled("FLOPS", 1.0),
        "token": count
        | {f"{scale} {n}".strip(): f for scale, f in count.items() for n in ("token", "tokens")}
        | {f"{scale}{n}": f for scale, f in count.items() for n in ("token", "tokens")},
        "count": count,
        "USD": money,
        "USD/h": {"USD/h": 1.0, "$/h": 1.0, "USD/hour": 1.0, "円/h": 1 / JPY_PER_USD, "JPY/h": 1 / JPY_PER_USD},
        "USD/kWh": {
            "USD/kWh": 1.0,
            "$/kWh": 1.0,
            "USD/MWh": 1e-3,
            "$/MWh": 1e-3,
            "c/kWh": 1e-2,
            "円/kWh": 1 / JPY_PER_USD,
            "JPY/kWh": 1 / JPY_PER_USD,
        },
        "USD/kW": {"USD/kW": 1.0, "$/kW": 1.0, "USD/W": 1e3, "$/W": 1e3, "USD/MW": 1e-3, "M USD/MW": 1e3},
        "USD/kW-month": {"USD/kW-month": 1.0, "$/kW-month": 1.0, "USD/kW/month": 1.0},
        "USD/Mtoken": {"USD/Mtoken": 1.0, "$/Mtoken": 1.0, "USD/M tokens": 1.0, "$/M tokens": 1.0},
        "gCO2/kWh": {"gCO2/kWh": 1.0, "g/kWh": 1.0, "kgCO2/MWh": 1.0, "kgCO2/kWh": 1e3, "tCO2/MWh": 1e3},
        "1": {"": 1.0, "%": 0.01, "％": 0.01},
    }


UNITS: Mapping[str, Mapping[str, float]] = MappingProxyType(_table())
# A comma or underscore groups by three and nothing else: "1,5 GW" is a decimal comma elsewhere and must not be 15 GW.
_NUMBER = re.compile(
    r"\s*([+-]?(?:\d{1,3}(?:[,_]\d{3})+(?![\d,_])|\d+)(?:\.\d*)?(?:[eE][+-]?\d+)?|[+-]?\.\d+(?:[eE][+-]?\d+)?)(?![\d,_])\s*(.*?)\s*",
    re.DOTALL,
)


def parse(text: str | float, unit: str) -> float:
    """Read a quantity and return it in a canonical unit.

    Parameters
    ----------
    text : "250 MW", "30T", "27 billion USD", "1.2兆円"; a bare number is already canonical.
    unit : the canonical unit expected, a key of ``UNITS``.

    Returns
    -------
    The quantity [unit], finite.

    Raises
    ------
    UnitError : the text is no number, has another unit than the expected one, or is not finite.

    >>> parse("1 GiB", "byte")
    1073741824.0
    >>> parse("45 USD/MWh", "USD/kWh")
    0.045
    >>> parse("20 USD", "kW")
    Traceback (most recent call last):
    denshi.errors.UnitError: "20 USD" is a quantity in USD, but kW is expected here. Write for example "1 kW" ...
    """
    spellings = UNITS[unit]
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise UnitError(f"{text!r} is not a quantity", mend=f'Write for example "{_example(unit)}"')
    if not isinstance(text, str):
        return _finite(_number(text), f"{str(text)[:40]}")
    match = _NUMBER.fullmatch(text)
    if match is None:
        comma = ". A decimal point is expected, not a comma" if re.match(r"\s*[+-]?\d*,\d", text) else ""
        raise UnitError(
            f'"{text[:60]}" does not begin with a number', mend=f'Write for example "{_example(unit)}"{comma}'
        )
    number, symbol = float(match[1].replace(",", "").replace("_", "")), " ".join(match[2].split())
    if symbol == "":
        return _finite(number, text)
    if symbol in spellings:
        return _finite(number * spellings[symbol], text)
    raise UnitError(_wrong_unit(text, symbol, unit), mend=_mend(symbol, unit))


def _number(value: float) -> float:
    """Return a bare number as float; one too large for a float is infinite, and refused as such."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _finite(number: float, text: str) -> float:
    if not math.isfinite(number):
        raise UnitError(f"{text} is not a finite number", mend="Write a number")
    return number


def _wrong_unit(text: str, symbol: str, unit: str) -> str:
    other = next((name for name, table in UNITS.items() if symbol in table), None)
    if other is None:
        return f'"{text}" has the unit "{symbol}", which denshi does not know; {_words(unit)} is expected here'
    return f'"{text}" is a quantity in {_words(other)}, but {_words(unit)} is expected here'


def _mend(symbol: str, unit: str) -> str:
    known = nearest(symbol, [s for s in UNITS[unit] if s])
    hint = f". {known}" if known.startswith("Did") else ""
    return f'Write for example "{_example(unit)}" or a bare number in {_words(unit)}{hint}'


def _words(unit: str) -> str:
    return {"1": "a fraction or %", "count": "a count", "token": "tokens"}.get(unit, unit)


def _example(unit: str) -> str:
    return {"1": "0.9", "count": "100k", "token": "30T"}.get(unit, f"1 {unit}")


_LARGEST_IN_WORDS = 1e30
_STEPS = (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1.0))


def show(value: float, unit: str, digits: int = 3) -> str:
    """Format a canonical quantity for a reader of English.

    >>> show(1_093.0, "USD")
    '$1,093'
    >>> show(2.7e10, "USD")
    '$27.0 bn'
    >>> show(0.92, "1")
    '0.920'
    >>> show(999_999.0, "kW")
    '1.00 GW'
    >>> show(31_250.0, "count")
    '31,250'
    """
    if not math.isfinite(value):
        return "not finite"
    if abs(value) > _LARGEST_IN_WORDS:
        return f"{value:.{digits - 1}e} {unit}".strip()
    if unit in ("kW", "kWh", "byte", "byte/s", "FLOP", "FLOP/s", "USD"):
        exact = 1e6 if unit == "USD" else 1e3
        value = float(f"{value:.{digits - 1}e}") if abs(value) >= exact else value  # 999,999 kW is 1.00 GW
    if unit in ("kW", "kWh"):
        return _prefixed(value * 1e3, "W" if unit == "kW" else "Wh", digits)
    if unit in ("byte", "byte/s", "FLOP", "FLOP/s"):
        return _prefixed(value, unit.replace("byte", "B"), digits)
    if unit == "USD":
        return _dollars(value, digits)
    if unit in ("count", "token"):
        return f"{value:,.0f}" if abs(value) < 1e7 else _prefixed(value, "", digits).strip()
    if unit == "s":
        return _duration(value, digits)
    number = _significant(value, digits)
    return number if unit in ("", "1") else f"{number} {unit}"


def _significant(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(decimals, 9)}f}"


def _prefixed(value: float, symbol: str, digits: int) -> str:
    for prefix, factor in (("Z", 1e21), ("E", 1e18), ("P", 1e15), *_STEPS):
        if abs(value) >= factor:
            return f"{_significant(value / factor, digits)} {prefix}{symbol}"
    return f"{_significant(value, digits)} {symbol}"


def _dollars(value: float, digits: int) -> str:
    sign = "-" if value < 0 else ""
    for word, factor in (("tn", 1e12), ("bn", 1e9), ("M", 1e6)):
        if abs(value) >= factor:
            return f"{sign}${_significant(abs(value) / factor, digits)} {word}"
    return f"{sign}${abs(value):,.0f}" if abs(value) >= 100 else f"{sign}${_significant(abs(value), digits)}"


def _duration(value: float, digits: int) -> str:
    for symbol, factor in (("d", 86400.0), ("h", 3600.0), ("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if abs(value) >= factor * (2 if symbol in ("d", "h") else 1):
            return f"{_significant(value / factor, digits)} {symbol}"
    return f"{_significant(value, digits)} s"
