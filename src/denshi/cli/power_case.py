"""What ``denshi power --load`` is asked: texts of options into a checked case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from denshi.catalog import Assumption, Equipment, Price, System, find, rows
from denshi.errors import OutOfRangeError, UsageError, nearest
from denshi.facility.backup import Derate
from denshi.facility.chain import DISTRIBUTIONS, REDUNDANCIES, Case, case
from denshi.facility.redundancy import GENERATOR, Work
from denshi.units import parse

ALL = "all"
# Systems whose price, power and accelerators stand for those of the load.
SYSTEM = "gb300-nvl72"
_REDUNDANCIES = (*REDUNDANCIES, ALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A case, what is wanted of it, and what was assumed.

    ``constants`` holds the options that replace a constant of the catalogue, by its name without "power-".
    """

    case: Case
    compare: bool
    rank: bool
    rack_kw: float
    feed_m: float
    density_a_per_mm2: float
    constants: Mapping[str, float]
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
        liquid_fraction=_quantity(text, "liquid", "1", find(System, SYSTEM).liquid_fraction),
    )
    if "liquid" not in text:
        notices.append(f"fans are those of {find(System, SYSTEM).name}, cooled by liquid for the most: --liquid")
    rack_kw = _quantity(text, "rack", "kW", find(Assumption, "power-rack-kw").value)
    if not 0 < rack_kw <= load_kw:
        raise OutOfRangeError(f"a rack of {rack_kw:g} kW", where="--rack", mend="Above 0 and at most the load")
    constants = {key: _constant(text, name, unit, key) for name, (unit, key) in _CONSTANTS.items()}
    return Asked(
        case=stated,
        compare=given.get("compare") is True,
        rank=redundancy == ALL,
        rack_kw=rack_kw,
        feed_m=find(Assumption, "power-rack-feed-m").value,
        density_a_per_mm2=find(Assumption, "power-current-density-a-per-mm2").value,
        constants=constants,
        notices=tuple(notices),
    )


# Option: unit, and the constant that stands where it is left out.
_CONSTANTS = {
    "checkpoint": ("s", "checkpoint-s"),
    "restart": ("s", "restart-s"),
    "elevation": ("m", "elevation"),
    "hottest": ("C", "hottest"),
    "bridge": ("s", "bridge-s"),
    "autonomy": ("h", "fuel-autonomy-h"),
}
# A site at sea level whose air never limits a generator.
_ELSE = {"elevation": 0.0, "hottest": 35.0}
_RANGES = {
    "checkpoint": (0.01, 86_400.0),
    "restart": (0.0, 864_000.0),
    "elevation": (-430.0, 5000.0),
    "hottest": (-40.0, 60.0),
    "bridge": (0.0, 86_400.0),
    "autonomy": (0.0, 8760.0),
}


def _constant(text: Mapping[str, str], name: str, unit: str, key: str) -> float:
    if name not in text:
        return _ELSE[name] if name in _ELSE else power_constant(key)
    value, (low, high) = parse(text[name], unit), _RANGES[name]
    if not low <= value <= high:
        raise OutOfRangeError(
            f"{value:g} {unit} is out of range", where=f"--{name}", mend=f"Between {low:g} and {high:g} {unit}"
        )
    return value


def power_constant(name: str) -> float:
    """Return a constant of the power chain where it stands alone."""
    return find(Assumption, f"power-{name}").value


def derate_of(asked: Asked) -> float:
    """Return what a generator gives at the site over its rating [1]."""
    kinds = ("per-m", "from-m", "per-k", "from-c")
    per_m, from_m, per_k, from_c = (find(Assumption, f"generator-derate-{kind}").value for kind in kinds)
    derate = Derate(per_m=per_m, from_m=from_m, per_k=per_k, from_c=from_c)
    return derate.at(asked.constants["elevation"], asked.constants["hottest"])


def work_of(asked: Asked) -> Work:
    """Return the job and the money of a case: systems of one usual kind, a building at the mean price."""
    system = find(System, SYSTEM)
    rate = power_constant("discount-rate")
    return Work(
        accelerators=asked.case.load_kw / system.power_kw * system.accelerators,
        faults_per_accelerator_h=find(Assumption, "training-interruption-rate").value,
        checkpoint_s=asked.constants["checkpoint-s"],
        restart_s=asked.constants["restart-s"],
        restart_dark_s=power_constant("restart-after-outage-s"),
        it_usd_per_kw=system.price_usd / system.power_kw,
        building_usd_per_kw=find(Price, "facility-us-mean").value,
        installation_factor=find(Assumption, "machine-installation-factor").value,
        it_share=_annuity(rate, power_constant("it-lifetime-year")),
        plant_share=_annuity(rate, power_constant("plant-lifetime-year")),
        energy_usd_per_kwh=power_constant("energy-usd-per-kwh"),
        generator_kw=asked.case.equipment[GENERATOR].capacity_kw * derate_of(asked),
        generator_margin=find(Assumption, "generator-margin").value,
        bypass_fraction=power_constant("bypass-fraction"),
        both_fraction=power_constant("both-paths-fraction"),
    )


def _annuity(rate: float, years: float) -> float:
    """Return the share of a price that is paid each year at a rate of interest [1]."""
    paid: float = rate / (1.0 - (1.0 + rate) ** -years)
    return paid


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
