"""``denshi finance vehicle`` as a user calls it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from denshi.cli import app

EXAMPLE = Path(__file__).parents[2] / "examples" / "vehicles" / "hyperion.toml"


def call(*args):
    return CliRunner().invoke(app, ["finance", "vehicle", *args])


def test_the_example_tells_who_bears_what():
    found = call(str(EXAMPLE), "--paths", "1000", "--json")
    assert found.exit_code == 0, found.output
    page = json.loads(found.stdout)
    assert page["note_service_usd_per_year"] == pytest.approx(2.474e9, rel=1e-3)
    assert {one["year"] for one in page["exits"]} == {4.0, 8.0, 12.0, 16.0}
    assert page["evidence"]["terms.lease_years"]["grade"] == "B"
    assert page["valued"]["renewal_option"]["mean"] > 0.0
    changed = {one["input"] for one in page["sensitivity"]}
    assert "market.moving_years" in changed
    assert call(str(EXAMPLE), "--paths", "1000", "--json").stdout == found.stdout


def test_the_page_and_the_schema():
    found = call(str(EXAMPLE), "--paths", "1000")
    assert "who loses what" in found.stdout
    assert "guarantee to notes" in found.stdout
    schema = json.loads(call("--schema").stdout)
    assert "cost_usd" in schema["properties"]["terms"]["required"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("[terms]\ncost_usd = 1e9\n", "notes_usd"),
        ("[terms]\ncost_usd = 1e9\nnotes_usd = 1e8\nnote_rate = 0.05\ninvestor_equity_usd = 1e6\n", "do not pay"),
        (
            "[terms]\ncost_usd = 1e9\nnotes_usd = 9e8\nnote_rate = 0.05\ninvestor_equity_usd = 1e6\nrenewal = 3\n",
            "renewal",
        ),
        ("[terms]\ncost_usd = 1e9\nnotes_usd = 9e8\nnote_rate = 'x'\ninvestor_equity_usd = 1e6\n", "note_rate"),
        ("not toml [", "TOML"),
    ],
)
def test_a_faulty_file_gets_one_message(tmp_path, text, said):
    file = tmp_path / "v.toml"
    file.write_text(text)
    found = call(str(file))
    assert found.exit_code != 0
    assert said in str(found.output) + str(found.exception)
    assert "Traceback" not in found.output
