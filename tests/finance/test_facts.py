"""Every fact and assumption that the two rooms of money ask for stands in the catalogue."""

import pytest

from denshi.buildout import BuildoutInput
from denshi.catalog import Assumption, Price, find
from denshi.figure import inputs
from denshi.finance import FinanceInput

PATHS = sorted(
    given.path
    for record in (BuildoutInput, FinanceInput)
    for given in inputs(record).values()
    if given.path.startswith(("catalog.assumptions.", "catalog.prices."))
)


@pytest.mark.parametrize("path", PATHS)
def test_fact_exists(path):
    _, kind, id_ = path.split(".")
    row = find(Assumption if kind == "assumptions" else Price, id_)
    assert row.id == id_
    assert row.value >= 0
