"""``denshi validate finance`` as a user calls it."""

import json

from typer.testing import CliRunner

from denshi.cli import app

HEAD = "id,category,inputs,expected,unit,tolerance\n"


def call(*args):
    return CliRunner().invoke(app, ["validate", "finance", *args])


def test_a_file_of_ones_own_is_scored(tmp_path):
    file = tmp_path / "own.csv"
    file.write_text(HEAD + "a,fx,JPY 15 bn = 100 M$,150,JPY/USD,1%\nb,x,no such thing,3,-,1%\n")
    found = call("--cases", str(file), "--json")
    assert found.exit_code == 0, found.output
    page = json.loads(found.stdout)
    assert page["totals"] == {"holds": 1, "fails": 0, "not answered": 1}
    assert [(one["id"], one["verdict"]) for one in page["cases"]] == [("a", "holds"), ("b", "not answered")]
    assert page["cases"][0]["computed"] == 150.0


def test_a_failing_number_sets_the_exit_status(tmp_path):
    file = tmp_path / "own.csv"
    file.write_text(HEAD + "a,fx,JPY 15 bn = 100 M$,170,JPY/USD,1%\n")
    found = call("--cases", str(file))
    assert found.exit_code == 1
    assert "fails" in found.stdout
    assert "20" in found.stdout


def test_a_missing_file_is_told(tmp_path):
    found = call("--cases", str(tmp_path / "none.csv"))
    assert found.exit_code != 0
    assert "Traceback" not in found.output
