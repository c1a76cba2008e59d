"""Published claims against what denshi computes from sourced inputs, with the error and a verdict.

>>> from denshi.validation import check, packaged_claims
>>> check(packaged_claims()["hundred-gigawatts-are-eight-million-homes"]).verdict
'fails'
"""

from denshi.validation.check import Check, check, scoreboard
from denshi.validation.claim import Claim, Quantity
from denshi.validation.expression import evaluate, names_in
from denshi.validation.read import claims_from_text, packaged_claims
from denshi.validation.schema import claim_schema
from denshi.validation.sources import DesignFigure
from denshi.validation.table import as_markdown, totals

__all__ = [
    "Check",
    "Claim",
    "DesignFigure",
    "Quantity",
    "as_markdown",
    "check",
    "claim_schema",
    "claims_from_text",
    "evaluate",
    "names_in",
    "packaged_claims",
    "scoreboard",
    "totals",
]
