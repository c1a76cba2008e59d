"""The building on its own: the packaged constants and plant around a weather, a load and a plant that are stated."""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Assumption, Equipment, Price, rows
from denshi.facility.given import FacilityInput
from denshi.figure import inputs

Array = NDArray[np.float64]

BUILD_PRICE = "facility-us-mean"
# Where no site tells the price of its region.
_ELECTRICITY = "electricity-without-site-usd-per-kwh"


def alone(
    *,
    dry_bulb_c: Array,
    wet_bulb_c: Array,
    pressure_pa: Array,
    cooling: str,
    supply_c: float,
    load_kw: float,
    liquid_fraction: float,
    redundancy: str = "N+1",
    distribution: str = "ac-415v",
    elevation_m: float = 0.0,
    changes: Mapping[str, Any] | None = None,
) -> FacilityInput:
    """Return the input of a building whose IT takes the same power in every hour, its nameplate.

    Parameters
    ----------
    dry_bulb_c, wet_bulb_c, pressure_pa : weather [C, C, Pa].
    cooling, supply_c, redundancy, distribution : as in a scenario's ``facility``.
    load_kw : IT load [kW].
    liquid_fraction : share of it that leaves in liquid [1].
    elevation_m : weakens generators [m].
    changes : fields of the input to be set to other values.
    """
    stated: dict[str, Any] = {
        "dry_bulb_c": dry_bulb_c,
        "wet_bulb_c": wet_bulb_c,
        "pressure_pa": pressure_pa,
        "it_power_kw": load_kw,
        "compute_power_kw": load_kw,
        "network_power_kw": 0.0,
        "storage_power_kw": 0.0,
        "management_power_kw": 0.0,
        "liquid_fraction": liquid_fraction,
        "accelerators": 1.0,
        "workload_power_kw": (load_kw,),
        "workload_accelerators": (1.0,),
        "system_name": "the IT",
        "idle_power_fraction": 0.0,
        "supply_max_c": 60.0,
        "equipment": cast(Mapping[str, Equipment], rows("equipment")),
        "elevation_m": elevation_m,
        "country": "US",
        "distribution": distribution,
        "cooling": cooling,
        "supply_c": supply_c,
        "redundancy": redundancy,
        "build_price": BUILD_PRICE,
        "build_usd_per_kw": _packaged(f"catalog.prices.{BUILD_PRICE}"),
        "electricity_usd_per_kwh": _packaged(f"catalog.assumptions.{_ELECTRICITY}"),
        "prices": cast(Mapping[str, Price], rows("prices")),
        **(changes or {}),
    }
    rest: dict[str, Any] = {
        name: _packaged(one.path) for name, one in inputs(FacilityInput).items() if name not in stated
    }
    return FacilityInput(**stated, **rest)


def _packaged(path: str) -> float:
    """Return a packaged price or assumption by its path."""
    _, kind, id_ = path.split(".", 2)
    row = rows(kind)[id_]
    if not isinstance(row, Price | Assumption):
        raise TypeError(path)
    return row.value
