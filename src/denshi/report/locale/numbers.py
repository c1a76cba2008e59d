"""A canonical quantity as a reader of English or of Japanese writes it."""

import math

from denshi.units import show

_LARGE = (("兆", 1e12), ("億", 1e8), ("万", 1e4))
_MONEY = {"USD": "ドル", "JPY": "円"}
_PER = {
    "h": "時間", "year": "年", "month": "月", "s": "秒", "day": "日", "token": "トークン", "m2": "m²", "m3": "m³",
    "Mtoken": "100万トークン", "million tokens": "100万トークン",
}  # fmt: skip
_PLAIN = {
    "C": "℃", "m2": "m²", "m3": "m³", "gCO2": "gCO₂", "tCO2": "t-CO₂", "t": "t", "year": "年", "month": "か月",
    "week": "週", "weeks": "週", "months": "か月", "years": "年", "h": "時間", "day": "日", "kVA": "kVA",
    "byte": "B", "sequences": "系列", "acre": "エーカー",
}  # fmt: skip
_SHARES = ("_fraction", "_efficiency", "_share", "_rate", "share", "fraction", "utilisation", "occupancy")
_SHARE_NAMES = (
    *("mfu", "hfu", "irr", "modified_irr", "irr_without_residual", "irr_on_reachable_dates", "equity_irr"),
    "loss_share",
)
_PLURAL = ("year", "month", "week", "day")
NONE = "—"


def number(value: float | None, unit: str, lang: str = "en", noun: str = "") -> str:
    """Write a canonical quantity for a reader.

    Parameters
    ----------
    value : the quantity [unit]; None is written as a dash.
    unit : canonical unit; a rate such as "USD/h" is a quantity per something.
    lang : "en" or "ja".
    noun : counter word of a Japanese count (基, 棟, ラック); not used in English.

    >>> number(27e9, "USD", "ja"), number(2.7e12, "USD", "ja"), number(1.23456e11, "JPY", "ja")
    ('270億ドル', '2.7兆ドル', '1,235億円')
    >>> number(2_000_000.0, "kW", "ja")
    '2 GW（200万kW）'
    >>> number(814_000, "count", "ja", "基"), number(31_250, "count", "ja", "基")
    ('81.4万基', '31,250基')
    >>> number(30e12, "token", "ja"), number(30e12, "token", "en")
    ('30兆トークン', '30 T tokens')
    >>> number(2.53e6, "kVA", "en"), number(2.53e6, "kVA", "ja"), number(128, "week", "en")
    ('2.53 GVA', '2.53 GVA（253万kVA）', '128 weeks')
    >>> number(1.87, "USD/h", "en"), number(1.87, "USD/h", "ja")
    ('$1.87/h', '1.87ドル/時間')
    """
    if value is None or not math.isfinite(value):
        return NONE
    if unit == "1" and abs(value) >= 10 and value == round(value):
        unit = "count"
    return _japanese(value, unit, noun) if lang == "ja" else _english(value, unit)


def percent(value: float | None) -> str:
    """Write a fraction as per cent, three significant digits.

    >>> percent(0.1234), percent(1.0), percent(None)
    ('12.3 %', '100 %', '—')
    """
    if value is None or not math.isfinite(value):
        return NONE
    return f"{_significant(value * 100)} %"


def is_share(path: str, unit: str) -> bool:
    """Say whether the figure at a path is a share, which people read in per cent, and not a ratio such as PUE.

    >>> is_share("finance.irr", "1"), is_share("facility.pue_mean", "1"), is_share("energy.clean_fraction_hourly", "1")
    (True, False, True)
    """
    name = path.rsplit(".", maxsplit=1)[-1]
    return unit == "1" and (name in _SHARE_NAMES or name.endswith(_SHARES) or "_fraction_" in name)


def _english(value: float, unit: str) -> str:
    top, _, per = unit.partition("/")
    if per and top in ("USD", "token", "count"):
        return f"{_english(value, top)}/{_english_unit(per)}"
    if unit == "JPY":
        return f"¥{value:,.0f}"
    if unit == "kVA":
        return show(value, "kW").replace("W", "VA")
    if unit in _PLURAL:
        return f"{_significant(value)} {unit}{'' if value == 1 else 's'}"
    if unit == "count":
        if abs(value) >= 1e9:
            return show(value, "USD").replace("$", "")
        return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else _significant(value)
    if unit == "token":
        return f"{_tokens(value)} tokens"
    if top == "1" and per:
        return f"{_significant(value)}/{_english_unit(per)}"
    if unit == "":
        return f"{value:,.0f}" if value == round(value) and abs(value) < 1e9 else _english(value, "count")
    if abs(value) >= 1e9 and unit in ("h", "m3", "m2", "m", "t", "tCO2"):
        return f"{_english(value, 'count')} {_english_unit(unit)}"
    written = show(value, unit)
    return written.replace(f" {unit}", f" {_english_unit(unit)}") if unit else written


def _tokens(value: float) -> str:
    """Write a count of tokens as the field does: 30 T, 1.45 B, 44 M."""
    for letter, factor in (("T", 1e12), ("B", 1e9), ("M", 1e6)):
        if abs(value) >= factor:
            return f"{_significant(value / factor)} {letter}"
    return f"{value:,.0f}" if abs(value) >= 100 else _significant(value)


def _english_unit(unit: str) -> str:
    return {"C": "°C"}.get(unit, unit.replace("m2", "m²").replace("m3", "m³").replace("CO2", "CO₂"))


def _japanese(value: float, unit: str, noun: str) -> str:
    if unit in _MONEY:
        return f"{_large(value)}{_MONEY[unit]}"
    if unit in ("count", ""):
        return f"{_count(value)}{noun}"
    if unit == "token":
        return f"{_large(value)}トークン"
    if unit in ("kW", "kWh", "kVA"):
        return _power(value, unit)
    if unit == "s":
        return _duration(value)
    if unit in ("byte", "byte/s", "FLOP", "FLOP/s"):
        return show(value, unit)
    if unit == "1":
        return show(value, unit)
    top, _, per = unit.partition("/")
    if per:
        return _per(value, top, per)
    text = _large(value) if abs(value) >= 1e5 else _significant(value)
    space = "" if _PLAIN.get(unit, unit)[0] in "年か週時日" else " "
    return f"{text}{space}{_PLAIN.get(unit, unit)}"


def _per(value: float, top: str, per: str) -> str:
    below = _PER.get(per, per)
    if top == "1":
        return f"{_count(value)}/{below}"
    if top in (*_MONEY, "token"):
        return f"{_japanese(value, top, '')}/{below}"
    text = _large(value) if abs(value) >= 1e5 else _significant(value)
    return f"{text} {_PLAIN.get(top, top)}/{below}"


def _power(value: float, unit: str) -> str:
    metric = _trimmed(show(_rounded(value), unit.replace("kVA", "kW")))
    metric = metric.replace("W", "VA") if unit == "kVA" else metric
    return f"{metric}（{_large(value)}{unit}）" if abs(value) >= 1e4 else metric


def _duration(value: float) -> str:
    for word, factor in (("日", 86400.0), ("時間", 3600.0), ("秒", 1.0), (" ms", 1e-3), (" µs", 1e-6)):
        if abs(value) >= factor * (2 if factor > 1 else 1):
            return f"{_significant(value / factor)}{word}"
    return f"{_significant(value)}秒"


def _large(value: float) -> str:
    """Write a number by 万, 億 and 兆 with at least three significant digits; the unit is chosen after rounding."""
    rounded = _rounded(value)
    for word, factor in _LARGE:
        if abs(rounded) >= factor:
            return f"{_significant(value / factor)}{word}"
    return _significant(value)


def _count(value: float) -> str:
    if abs(value) >= 1e5:
        return _large(value)
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else _significant(value)


def _rounded(value: float) -> float:
    """Return the value to as many digits as will be written, so that 9,999.6万 becomes 1億."""
    if value == 0:
        return 0.0
    digits = max(3, math.floor(math.log10(abs(value))) % 4 + 1)
    return float(f"{value:.{digits - 1}e}")


def _significant(value: float, digits: int = 3) -> str:
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return _trimmed(f"{value:,.{min(decimals, 9)}f}")


def _trimmed(text: str) -> str:
    """Drop the zeros after a decimal point that say nothing."""
    figure, space, unit = text.partition(" ")
    if "." in figure:
        figure = figure.rstrip("0").rstrip(".")
    return figure + space + unit
