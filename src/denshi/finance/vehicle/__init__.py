"""A vehicle that owns data centres and lets them on short leases: who bears what if the tenant leaves.

``stress`` says who loses what on one day at a stated value, ``value`` what renewals and guarantee are worth together.
"""

from denshi.finance.vehicle.losses import Estimate, Exit, Node, Valued, stress, value
from denshi.finance.vehicle.notes import SourcesUses, notes, rent_usd, sources_and_uses
from denshi.finance.vehicle.terms import Market, Terms, check
from denshi.finance.vehicle.waterfall import Waterfall, waterfall

__all__ = [
    "Estimate",
    "Exit",
    "Market",
    "Node",
    "SourcesUses",
    "Terms",
    "Valued",
    "Waterfall",
    "check",
    "notes",
    "rent_usd",
    "sources_and_uses",
    "stress",
    "value",
    "waterfall",
]
