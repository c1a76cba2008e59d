"""A financed project over many paths at once: sources and uses, debt, reserves, taxes, and what its owners get.

``terms`` says what a deal is, ``sizing`` how much debt it bears and how that is drawn, ``flows`` walks through its
steps. All is arrays [path, step]; one deal is one path.
"""

from denshi.finance.deal.flows import Flows, cash_flows, unbalanced_usd
from denshi.finance.deal.terms import Deal, Debt, Tax

__all__ = ["Deal", "Debt", "Flows", "Tax", "cash_flows", "unbalanced_usd"]
