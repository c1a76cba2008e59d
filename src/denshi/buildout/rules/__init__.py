"""Trade rules as dated data: may it be shipped, and what does it cost at the border."""

from denshi.buildout.rules.changes import turning_days
from denshi.buildout.rules.control import Answer, Shipment, classification_at, in_force, verdict_at
from denshi.buildout.rules.duties import Component, Goods, Landed, duties_at, landed_cost
from denshi.buildout.rules.part import Traded, performance_density

__all__ = [
    "Answer",
    "Component",
    "Goods",
    "Landed",
    "Shipment",
    "Traded",
    "classification_at",
    "duties_at",
    "in_force",
    "landed_cost",
    "performance_density",
    "turning_days",
    "verdict_at",
]
