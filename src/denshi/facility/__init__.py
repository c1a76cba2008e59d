"""The building: power chain, psychrometrics, cooling plant, plant counts and cost."""

from denshi.facility.cooling import approach_at, chiller_cop, evaporated_kg_per_kwh, free_share, sprayed
from denshi.facility.given import FacilityInput
from denshi.facility.power import loss_kw, output_of_kw, plant
from denshi.facility.psychrometrics import (
    enthalpy_kj_per_kg,
    humidity_ratio,
    relative_to_humidity_ratio,
    saturation_pressure_pa,
    wet_bulb_c,
)
from denshi.facility.record import Facility
from denshi.facility.room import again, run

__all__ = [
    "Facility",
    "FacilityInput",
    "again",
    "approach_at",
    "chiller_cop",
    "enthalpy_kj_per_kg",
    "evaporated_kg_per_kwh",
    "free_share",
    "humidity_ratio",
    "loss_kw",
    "output_of_kw",
    "plant",
    "relative_to_humidity_ratio",
    "run",
    "saturation_pressure_pa",
    "sprayed",
    "wet_bulb_c",
]
