"""One solar and one wind plant at the site, where no fleet was measured; and any profile brought to a capacity factor.

A single plant is rougher than a fleet, so a profile from here is labelled a plant's.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from denshi.climate.sun import sun
from denshi.errors import OutOfRangeError

Array = NDArray[np.float64]

_MEASURED_HEIGHT_M = 10.0
_REFERENCE_CELL_C = 25.0
_REFERENCE_W_PER_M2 = 1000.0
# The sun a degree above the horizon: below, the light from around it would be raised without end.
_LEAST_COS_ZENITH = 0.0175
_FIRST_SCALE, _STEP_UP, _MOST_SCALE = 0.2, 1.25, 30.0
_HALVINGS = 24
_TOLERANCE = 1e-4


def tracker_irradiance_w_per_m2(
    ghi_w_per_m2: Array,
    dni_w_per_m2: Array,
    dhi_w_per_m2: Array,
    *,
    latitude: float,
    longitude: float,
    utc_offset_h: float,
    albedo: float,
) -> Array:
    """Return the irradiance on modules that follow the sun about a horizontal north-south axis.

    ``G = DNI cos i + DHI (A cos i / cos z + (1 - A) (1 + cos tilt) / 2) + albedo GHI (1 - cos tilt) / 2`` with
    ``A = DNI / extraterrestrial``: that share of the sky's light comes from around the sun, the rest from all sides.

    Parameters
    ----------
    ghi_w_per_m2, dni_w_per_m2, dhi_w_per_m2 : global horizontal, direct normal, diffuse horizontal, shape (8760,).
    latitude, longitude, utc_offset_h : the plant's place [degrees] and its local standard time [h].
    albedo : share that the ground throws back [1].

    Source: hay1980; duffie2013, eqs 1.7.4 and 2.16.4 to 2.16.6.
    """
    place = sun(latitude, longitude, utc_offset_h)
    tilt = place.tracker_cos_tilt
    around_sun = np.minimum(dni_w_per_m2 / place.extraterrestrial_w_per_m2, 1.0)
    gain = place.tracker_cos_incidence / np.maximum(place.cos_zenith, _LEAST_COS_ZENITH)
    sky = dhi_w_per_m2 * (around_sun * gain + (1.0 - around_sun) * (1.0 + tilt) / 2.0)
    return dni_w_per_m2 * place.tracker_cos_incidence + sky + albedo * ghi_w_per_m2 * (1.0 - tilt) / 2.0


def solar_output_fraction(
    irradiance_w_per_m2: Array,
    dry_bulb_c: Array,
    *,
    temperature_coefficient_per_k: float,
    heating_k_m2_per_w: float,
    loss_fraction: float,
    dc_ac_ratio: float,
) -> Array:
    """Return the output of a solar plant over its inverter power, clipped at 1.

    ``P = min(1, r G / 1000 (1 - loss) (1 + gamma (T_cell - 25)))`` with ``T_cell = T_air + k G``.

    Source: dobos2014 (PVWatts), ross1976 for the cell temperature.

    >>> full = solar_output_fraction(np.array([1000.0]), np.array([0.0]), temperature_coefficient_per_k=-0.0035,
    ...     heating_k_m2_per_w=0.025, loss_fraction=0.14, dc_ac_ratio=1.0)
    >>> full.tolist()
    [0.86]
    """
    cell_c = dry_bulb_c + heating_k_m2_per_w * irradiance_w_per_m2
    warm = 1.0 + temperature_coefficient_per_k * (cell_c - _REFERENCE_CELL_C)
    direct = dc_ac_ratio * irradiance_w_per_m2 / _REFERENCE_W_PER_M2 * (1.0 - loss_fraction) * warm
    return np.clip(direct, 0.0, 1.0)


def hub_wind_m_per_s(wind_m_per_s: Array, *, hub_height_m: float, shear_exponent: float) -> Array:
    """Return the wind at a turbine's hub from that at 10 m.

    ``v_hub = v_10 (h / 10)^alpha``

    Source: manwell2009, eq. 2.34.

    >>> hub_wind_m_per_s(np.array([5.0]), hub_height_m=100.0, shear_exponent=0.143).round(2).tolist()
    [6.95]
    """
    return np.asarray(wind_m_per_s * (hub_height_m / _MEASURED_HEIGHT_M) ** shear_exponent)


def wind_output_fraction(
    hub_m_per_s: Array, *, cut_in_m_per_s: float, rated_m_per_s: float, cut_out_m_per_s: float
) -> Array:
    """Return the output of a wind turbine over its rated power.

    ``P = (v^3 - v_in^3) / (v_rated^3 - v_in^3)`` from cut-in to rated wind, 1 from there to cut-out, else 0.

    Raises
    ------
    OutOfRangeError : the three winds do not rise in this order.

    Source: manwell2009, chapter 2.

    >>> curve = dict(cut_in_m_per_s=3.0, rated_m_per_s=11.0, cut_out_m_per_s=25.0)
    >>> wind_output_fraction(np.array([2.0, 8.0, 12.0, 26.0]), **curve).round(3).tolist()
    [0.0, 0.372, 1.0, 0.0]
    """
    if not 0.0 < cut_in_m_per_s < rated_m_per_s < cut_out_m_per_s:
        raise OutOfRangeError(
            f"winds {cut_in_m_per_s:g}, {rated_m_per_s:g}, {cut_out_m_per_s:g} m/s are no power curve",
            where="climate.wind_cf",
            why="cut-in < rated < cut-out",
        )
    share = (hub_m_per_s**3 - cut_in_m_per_s**3) / (rated_m_per_s**3 - cut_in_m_per_s**3)
    return np.clip(share, 0.0, 1.0) * (hub_m_per_s < cut_out_m_per_s)


def scaled_to_mean(profile: Callable[[float], Array], mean: float, where: str) -> Array:
    """Return the profile of a family whose mean is the wanted one, by bisection over its scale.

    Parameters
    ----------
    profile : from a scale of at least 0 to hourly output over capacity; the mean grows with the scale.
    mean : the wanted mean [1], 0 to 1.
    where : the figure, for the message.

    Raises
    ------
    OutOfRangeError : no scale gives that mean.

    >>> x = np.array([0.0, 0.5, 1.0])
    >>> scaled_to_mean(lambda k: np.minimum(k * x, 1.0), 0.6, "x").round(3).tolist()
    [0.0, 0.8, 1.0]
    """
    # Steps upwards first: far above, storms stop every turbine and the mean falls again.
    low, high = 0.0, _FIRST_SCALE
    while float(profile(high).mean()) < mean and high < _MOST_SCALE:
        low, high = high, _STEP_UP * high
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if float(profile(middle).mean()) < mean:
            low = middle
        else:
            high = middle
    found = profile(high)
    if not abs(float(found.mean()) - mean) <= _TOLERANCE:
        raise OutOfRangeError(
            f"a mean of {mean:g} cannot be reached",
            where=where,
            why="the hourly profile there does not reach it at any scale",
            mend="Use a capacity factor or clean fraction that the place allows",
        )
    return found
