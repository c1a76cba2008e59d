"""What it earns: monthly cash flow, debt, tax, and the figures an investor asks for."""

from denshi.finance.debt import Drawdown, annuity_payment, capital_charge, drawdown, sculpted_service
from denshi.finance.inputs import FinanceInput
from denshi.finance.irr import irr, sign_changes
from denshi.finance.irr_many import irr_many
from denshi.finance.metrics import money_multiple, npv, payback_years, present_factors
from denshi.finance.record import Finance
from denshi.finance.room import run
from denshi.finance.tax import straight_line, tax_with_losses

__all__ = [
    "Drawdown",
    "Finance",
    "FinanceInput",
    "annuity_payment",
    "capital_charge",
    "drawdown",
    "irr",
    "irr_many",
    "money_multiple",
    "npv",
    "payback_years",
    "present_factors",
    "run",
    "sculpted_service",
    "sign_changes",
    "straight_line",
    "tax_with_losses",
]
