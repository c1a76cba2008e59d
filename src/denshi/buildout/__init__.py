"""When it is built and what it costs landed: phases, draws, tariffs by dated rules, the item that decides the date."""

from denshi.buildout.delivery import Critical, critical_item
from denshi.buildout.record import Buildout, BuildoutInput, Phase
from denshi.buildout.room import run
from denshi.buildout.schedule import draw_weights, month_of, online_share
from denshi.buildout.tariff import rate_at, rule_at

__all__ = [
    "Buildout",
    "BuildoutInput",
    "Critical",
    "Phase",
    "critical_item",
    "draw_weights",
    "month_of",
    "online_share",
    "rate_at",
    "rule_at",
    "run",
]
