"""The building: power chain, psychrometrics, cooling plant, plant counts and cost."""

from denshi.facility.air import Limits, economised
from denshi.facility.alone import alone
from denshi.facility.best import OFFERED, Choice, swept, undominated
from denshi.facility.cooling import approach_at, chiller_cop, evaporated_kg_per_kwh, free_share, sprayed
from denshi.facility.given import FacilityInput
from denshi.facility.loop import REJECTOR
from denshi.facility.power import loss_kw, output_of_kw, plant
from denshi.facility.record import Facility
from denshi.facility.room import again, run

__all__ = [
    "OFFERED",
    "REJECTOR",
    "Choice",
    "Facility",
    "FacilityInput",
    "Limits",
    "again",
    "alone",
    "approach_at",
    "chiller_cop",
    "economised",
    "evaporated_kg_per_kwh",
    "free_share",
    "loss_kw",
    "output_of_kw",
    "plant",
    "run",
    "sprayed",
    "swept",
    "undominated",
]
