"""Measured training runs against the model of training time: every error, beside two baselines.

``document(cases, predictor, spread, asked)`` scores rows read by ``read(file)``; ``as_text`` prints the result.
"""

from denshi.validation.training.calibrate import Spread, assumed_spread
from denshi.validation.training.cases import Case, read
from denshi.validation.training.constants import Constants
from denshi.validation.training.document import LEAVE_OUT, Asked, document
from denshi.validation.training.predictor import Predictor, shipped_predictor
from denshi.validation.training.table import as_text

__all__ = [
    "LEAVE_OUT",
    "Asked",
    "Case",
    "Constants",
    "Predictor",
    "Spread",
    "as_text",
    "assumed_spread",
    "document",
    "read",
    "shipped_predictor",
]
