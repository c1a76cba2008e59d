"""The building: power chain, psychrometrics, cooling plant, plant counts and cost."""

from denshi.facility.cooling import approach_at, chiller_cop, evaporated_kg_per_kwh, free_share, sprayed
from denshi.facility.given import FacilityInput
from denshi.facility.power import loss_kw, output_of_kw, plant
from denshi.facility.record import Facility
from denshi.facility.room import again, run

__all__ = [
    "Facility",
    "FacilityInput",
    "again",
    "approach_at",
    "chiller_cop",
    "evaporated_kg_per_kwh",
    "free_share",
    "loss_kw",
    "output_of_kw",
    "plant",
    "run",
    "sprayed",
]
