"""What ``denshi power --load`` is asked: texts of options into a checked case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from denshi.catalog import Assumption, Equipment, find, rows
from denshi.errors import OutOfRangeError, UsageError, nearest
from denshi.facility.chain import DISTRIBUTIONS, REDUNDANCIES, Case, case
from denshi.units import parse

ALL = "all"
_REDUNDANCIES = (*REDUNDANCIES, ALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A case, what is wanted of it, and what was assumed."""

    case: Case
    compare: bool
    rank: bool
    rack_kw: float
    feed_m: float
    density_a_per_mm2: float
    times: Mapping[str, float]
    notices: tuple[str, ...]


def asked(given: Mapping[str, str | bool]) -> Asked:
    """Read the options of a chain without a scenario.

    Raises
    ------
    UsageError : options that contradict each other.
    UnitError : a text that is no quantity of its kind.
    OutOfRangeError : a number outside its range, or a name that is not known.
    """
    text = {name: str(value) for name, value in given.items() if name != "compare"}
    notices = []
    load_kw = _quantity(text, "load", "kW", 0.0)
    utilisation = _quantity(text, "utilisation", "1", 0.8)
    if "utilisation" not in text:
        notices.append("the racks draw 0.8 of their nameplate: --utilisation changes it")
    distribution = _name("distribution", text.get("distribution", "ac-415v"), DISTRIBUTIONS)
    redundancy = _name("redundancy", text.get("redundancy", "N+1"), _REDUNDANCIES)
    cooling_kw = _cooling_kw(text, load_kw * utilisation)
    if not {"cooling", "pue_cooling"} & text.keys():
        notices.append("no cooling is counted, so that PUE is that of the power chain: --cooling or --pue-cooling")
    stated = case(
        cast(Mapping[str, Equipment], rows("equipment")),
        cast(Mapping[str, Assumption], rows("assumptions")),
        load_kw,
        utilisation=utilisation,
        cooling_kw=cooling_kw,
        distribution=distribution,
        redundancy="N+1" if redundancy == ALL else redundancy,
        backup=text.get("backup", ""),
    )
    rack_kw = _quantity(text, "rack", "kW", find(Assumption, "power-rack-kw").value)
    if not 0 < rack_kw <= load_kw:
        raise OutOfRangeError(f"a rack of {rack_kw:g} kW", where="--rack", mend="Above 0 and at most the load")
    times = {name: _time(text, name, unit) for name, unit in _TIMES.items() if name in text}
    return Asked(
        case=stated,
        compare=given.get("compare") is True,
        rank=redundancy == ALL,
        rack_kw=rack_kw,
        feed_m=find(Assumption, "power-rack-feed-m").value,
        density_a_per_mm2=find(Assumption, "power-current-density-a-per-mm2").value,
        times=times,
        notices=tuple(notices),
    )


_TIMES = {
    "checkpoint": "s",
    "restart": "s",
    "elevation": "m",
    "hottest": "C",
    "bridge": "s",
    "autonomy": "h",
}
_RANGES = {
    "checkpoint": (0.01, 86_400.0),
    "restart": (0.0, 864_000.0),
    "elevation": (-430.0, 5000.0),
    "hottest": (-40.0, 60.0),
    "bridge": (0.0, 86_400.0),
    "autonomy": (0.0, 8760.0),
}


def _time(text: Mapping[str, str], name: str, unit: str) -> float:
    value, (low, high) = parse(text[name], unit), _RANGES[name]
    if not low <= value <= high:
        raise OutOfRangeError(
            f"{value:g} {unit} is out of range", where=f"--{name}", mend=f"Between {low:g} and {high:g} {unit}"
        )
    return value


def _quantity(text: Mapping[str, str], name: str, unit: str, otherwise: float) -> float:
    return parse(text[name], unit) if name in text else otherwise


def _cooling_kw(text: Mapping[str, str], it_kw: float) -> float:
    if {"cooling", "pue_cooling"} <= text.keys():
        raise UsageError("--cooling and --pue-cooling say the same twice", mend="Give one of them")
    if "pue_cooling" not in text:
        return _quantity(text, "cooling", "kW", 0.0)
    share = parse(text["pue_cooling"], "1")
    if not 0 <= share < 1:
        raise OutOfRangeError(
            f"{share:g} is out of range",
            where="--pue-cooling",
            mend="It is the power of the cooling over that of the IT, as 0.08: from 0 to below 1",
        )
    return share * it_kw


def _name(option: str, name: str, known: tuple[str, ...]) -> str:
    for one in known:
        if one.casefold() == name.casefold():
            return one
    raise UsageError(f'"{name}" is no {option}', where=f"--{option}", mend=nearest(name, known))
