"""What the building refuses to be computed for."""

import numpy as np

from denshi.errors import InfeasibleError, OutOfRangeError
from denshi.facility.given import FacilityInput
from denshi.facility.loop import REJECTOR
from denshi.facility.power import FEED

_COLDEST_SUPPLY_C, _WARMEST_SUPPLY_C = 5.0, 60.0
_SLACK_K = 0.5


def check(given: FacilityInput) -> None:
    """Refuse choices and weather outside the range of the formulas, and water warmer than the racks accept.

    Raises
    ------
    InfeasibleError : the water is warmer than the racks accept.
    OutOfRangeError : anything else.
    """
    if given.distribution not in FEED:
        raise OutOfRangeError(
            f'"{given.distribution}" is no distribution',
            where="facility.distribution",
            mend="Known: " + ", ".join(FEED),
        )
    if given.cooling not in (*REJECTOR, "best"):
        raise OutOfRangeError(
            f'"{given.cooling}" is no cooling plant',
            where="facility.cooling",
            mend="Known: " + ", ".join((*REJECTOR, "best")),
        )
    if not 0 < given.coil_sensible_fraction <= 1:
        raise OutOfRangeError(
            f"a sensible share of {given.coil_sensible_fraction:g} is outside 0 to 1", where="facility.cooling"
        )
    if not _COLDEST_SUPPLY_C <= given.supply_c <= _WARMEST_SUPPLY_C:
        raise OutOfRangeError(
            f"{given.supply_c:g} C is outside {_COLDEST_SUPPLY_C:g} to {_WARMEST_SUPPLY_C:g} C",
            where="facility.supply_temperature",
        )
    most_c = warmest_c(given)
    # Where the plant is left open the supply temperature is a ceiling, and each plant keeps below its own as well.
    if given.supply_c > most_c and given.cooling != "best":
        raise InfeasibleError(
            f"{given.system_name} accepts water up to {most_c:g} C with {given.cooling}, not {given.supply_c:g} C",
            where="facility.supply_temperature",
            mend=f"Set supply_temperature to {most_c:g} C or less, or choose another system or plant",
        )
    if not 0 < given.it_power_kw < float("inf") or not given.accelerators > 0:
        raise OutOfRangeError("there is no IT load", where="cluster.it_power_kw")
    _check_weather(given)


def warmest_c(given: FacilityInput) -> float:
    """Return the warmest facility water that the racks accept with a plant [C]."""
    if given.cooling == "immersion-1p":
        return given.immersion_single_phase_supply_max_c
    if given.cooling == "immersion-2p":
        return given.immersion_boiling_c - given.immersion_condenser_approach_k - given.loop_rise_k
    return given.supply_max_c


def _check_weather(given: FacilityInput) -> None:
    ranges = {
        "climate.dry_bulb_c": (given.dry_bulb_c, -80.0, 65.0),
        "climate.wet_bulb_c": (given.wet_bulb_c, -80.0, 45.0),
        "climate.pressure_pa": (given.pressure_pa, 45_000.0, 110_000.0),
    }
    for where, (values, low, high) in ranges.items():
        if np.shape(values) != np.shape(given.dry_bulb_c) or not np.size(values):
            raise OutOfRangeError("the hours of weather do not match", where=where)
        if not bool(np.all((values >= low) & (values <= high))):
            raise OutOfRangeError(f"a value is outside {low:g} to {high:g}", where=where, mend="Check the weather file")
    if bool(np.any(given.wet_bulb_c > given.dry_bulb_c + _SLACK_K)):
        raise OutOfRangeError("the wet bulb is above the dry bulb", where="climate.wet_bulb_c")
