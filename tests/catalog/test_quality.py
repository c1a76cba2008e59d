"""Published scores before and after a change of weights: complete, plausible, each pointing at a model of its shape."""

import pytest

from denshi.catalog import Quality, find, rows
from denshi.workload.serving.machine import FORMATS

ROWS = [row for row in rows("quality").values() if isinstance(row, Quality)]


def test_there_are_enough_to_compare_formats() -> None:
    assert len(ROWS) >= 60
    assert {row.format for row in ROWS if row.params_fraction == 1} == {"fp8", "fp4", "int4"}
    assert {row.model for row in ROWS} >= {"deepseek-r1", "llama3.1-8b", "llama3.1-70b", "llama3.1-405b", "qwen3-32b"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_names_its_model_and_narrows_it(row: Quality) -> None:
    assert row.model in rows("models")
    assert 0 < row.before <= 100
    assert 0 < row.after <= 100
    if row.params_fraction == 1:
        assert FORMATS[row.format] < FORMATS[row.original]
    else:
        assert 0 < row.params_fraction < 1
        assert row.format == row.original


def test_a_published_loss_is_kept_as_published() -> None:
    row = find(Quality, "dsr1-0528-nvfp4-mmlu-pro")
    assert (row.before, row.after) == (85, 84.2)
    assert row.evidence["after"].grade == "B"
    assert "DeepSeek-R1-0528" in row.evidence["after"].source


def test_a_cut_model_says_how_much_is_left() -> None:
    row = find(Quality, "puzzle-51b-mmlu")
    assert row.params_fraction == pytest.approx(51.5 / 70.6, abs=1e-4)
    assert (row.before, row.after) == (81.66, 80.2)
