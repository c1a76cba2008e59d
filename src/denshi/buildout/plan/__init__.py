"""Which long-lead item to order when and from whom, so that stages are in service at least cost and lateness."""

from denshi.buildout.plan.path import bars, dated, item_float
from denshi.buildout.plan.problem import Item, Plan, Stage, Supplier
from denshi.buildout.plan.recount import in_service_gw, recount
from denshi.buildout.plan.solve import Schedule, solve
from denshi.buildout.plan.worth import lateness, outages, second_source

__all__ = [
    "Item",
    "Plan",
    "Schedule",
    "Stage",
    "Supplier",
    "bars",
    "dated",
    "in_service_gw",
    "item_float",
    "lateness",
    "outages",
    "recount",
    "second_source",
    "solve",
]
