"""What the user writes: the schema of a scenario, its reader and its messages."""

from denshi.scenario.load import evidence_of, json_schema, load, unit_of, variants_of
from denshi.scenario.schema import Compute, Scenario, ServingWorkload, TrainingWorkload

__all__ = [
    "Compute",
    "Scenario",
    "ServingWorkload",
    "TrainingWorkload",
    "evidence_of",
    "json_schema",
    "load",
    "unit_of",
    "variants_of",
]
