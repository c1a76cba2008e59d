"""From the weather station to the site: the step in height."""

import numpy as np
from numpy.typing import NDArray

from denshi.psychrometrics import (
    humidity_ratio,
    relative_humidity_fraction,
    standard_pressure_pa,
    wet_bulb_from_relative_humidity_c,
)

Array = NDArray[np.float64]

# Below this step the means of neighbouring stations differ by more than the correction would.
LEAST_STEP_M = 100.0


def dry_bulb_shift_k(step_m: float, lapse_k_per_m: float) -> float:
    """Return how much warmer the site is than the station; 0 for a step of up to 100 m.

    ``dT = - lapse dz``

    Parameters
    ----------
    step_m : height of the site over the station [m].
    lapse_k_per_m : fall of air temperature with height [K/m].

    Source: ashrae2017, eq. 4.

    >>> dry_bulb_shift_k(400.0, 0.0065), dry_bulb_shift_k(80.0, 0.0065)
    (-2.6, 0.0)
    """
    return -lapse_k_per_m * step_m if abs(step_m) > LEAST_STEP_M else 0.0


def pressure_at_pa(pressure_pa: Array, station_m: float, site_m: float) -> Array:
    """Return the pressure at the site from that at the station, in the ratio of the standard atmosphere.

    ``p = p_station p_0(z) / p_0(z_station)``

    Source: ashrae2017, eq. 3.
    """
    return np.asarray(pressure_pa * standard_pressure_pa(site_m) / standard_pressure_pa(station_m))


def shifted_wet_bulb_c(
    dry_bulb_c: Array, wet_bulb_c: Array, pressure_pa: Array, *, site_dry_bulb_c: Array, site_pressure_pa: Array
) -> Array:
    """Return the wet bulb at the site: the station's relative humidity at the site's temperature and pressure.

    Parameters
    ----------
    dry_bulb_c, wet_bulb_c, pressure_pa : at the station [C, C, Pa].
    site_dry_bulb_c, site_pressure_pa : at the site [C, Pa].

    Source: ashrae2017, eqs 12, 20, 33 and 35.
    """
    humidity = humidity_ratio(dry_bulb_c, wet_bulb_c, pressure_pa)
    relative = relative_humidity_fraction(dry_bulb_c, humidity, pressure_pa)
    return np.minimum(wet_bulb_from_relative_humidity_c(site_dry_bulb_c, relative, site_pressure_pa), site_dry_bulb_c)
