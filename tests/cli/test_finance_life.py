"""``denshi finance life`` as a user calls it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from denshi.cli import app

EXAMPLE = Path(__file__).parents[2] / "examples" / "life" / "h100-2023.toml"


def call(*args):
    return CliRunner().invoke(app, ["finance", "life", *args])


def test_the_example_has_bounds_life_and_evidence():
    found = call(str(EXAMPLE), "--paths", "1000", "--json")
    assert found.exit_code == 0, found.output
    page = json.loads(found.stdout)
    assert page["schema_version"] == 1
    assert page["cost_usd"] == pytest.approx(35_000 * 1.5)
    assert page["worth_usd"]["mean"] < page["worth_above_usd"]["mean"] + 4 * page["worth_usd"]["error"]
    assert [one["years"] for one in page["ages"]] == list(range(13))
    assert page["evidence"]["now_usd_per_h"]["grade"] == "C"
    ends = {(one["input"], one["value"]): one["worth_change_usd"] for one in page["sensitivity"]}
    assert ends["now_usd_per_h", 12.0] > 0.0 > ends["hosting_usd_per_kw_month", 220.0]


def test_the_page_and_the_schema(tmp_path):
    file = tmp_path / "case.toml"
    file.write_text('accelerator = "b200"\n[owner]\npart_usd = 35000\nhorizon_years = 3\n')
    found = call(str(file), "--paths", "1000")
    assert found.exit_code == 0, found.output
    assert "below book" in found.stdout
    assert "free to move to inference adds" in found.stdout
    assert "horizon_years" in json.loads(call("--schema").stdout)["properties"]["owner"]["properties"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('accelerator = "h1000"\n', "h1000"),
        ('accelerator = "b200"\n', "part_usd = 30000"),
        ("[price]\nnow = 3\n", "now"),
        ("[owner]\nutilisation = 1.4\n", "share"),
        ("[owner]\nhorizon_years = 90\n", "30 at most"),
        ("book_years = 0\n", "book_years"),
        ("not toml [", "TOML"),
    ],
)
def test_a_faulty_file_gets_one_message(tmp_path, text, said):
    file = tmp_path / "case.toml"
    file.write_text(text)
    found = call(str(file))
    assert found.exit_code != 0
    assert said in str(found.output) + str(found.exception)
    assert "Traceback" not in found.output
