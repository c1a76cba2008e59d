"""``denshi energy sweep``: designs in the order of the file, bounds that hold, one message for each fault."""

import csv
import json

import pytest

from denshi.cli import main

TWO = """
load = "100 MW"
options = ["grid", "solar", "onshore-wind", "battery-4h", "nuclear-ppa"]
targets = ["80%", "95%"]
gap = 0.02
[site.louisiana]
region = "miso-south-la"
[site."=texas"]
region = "ercot-tx"
connection = "120 MW"
[cost.stated]
[cost."cheap stores"]
battery-4h = 0.5
"""


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "two.toml").write_text(TWO, encoding="utf-8")
    return folder


def test_each_design_lies_above_its_bound_and_sites_stand_in_order(sweep, capsys):
    assert main(["energy", "sweep", str(sweep / "two.toml"), "--json", "-o", str(sweep / "out.csv")]) == 0
    page = json.loads(capsys.readouterr().out)
    names = [(one["site"], one["cost"], one["target"]) for one in page["designs"]]
    assert names == [
        (place, cost, target)
        for place in ("louisiana", "=texas")
        for cost in ("stated", "cheap stores")
        for target in (0.8, 0.95)
    ]
    for one in page["designs"]:
        assert one["status"] == "bounded"
        assert 0.0 < one["lower_bound_usd_per_year"] <= one["objective_usd_per_year"]
        assert one["gap_fraction"] <= 0.02
        assert one["clean_fraction_hourly"] >= one["target"] - 1e-9
    assert page["summary"]["designs"] == page["summary"]["within_2_percent"] == 8
    with (sweep / "out.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [float(line["objective_usd_per_year"]) for line in lines] == [
        one["objective_usd_per_year"] for one in page["designs"]
    ]
    assert lines[4]["site"] == "'=texas"  # a cell that a spreadsheet would take for a formula


def test_the_text_names_sites_costs_and_the_widest_gap(sweep, capsys):
    assert main(["energy", "sweep", str(sweep / "two.toml")]) == 0
    said = capsys.readouterr().out
    assert "louisiana: 100 MW in miso-south-la" in said
    assert "cheap stores" in said
    assert "8 designs; within 1 % of their bound" in said


def test_a_design_is_solved_hour_by_hour_where_that_is_asked(tmp_path, capsys):
    (tmp_path / "one.toml").write_text(
        'region = "miso-south-la"\nload = "100 MW"\noptions = ["grid", "onshore-wind"]\ntargets = [0.8]\n'
    )
    assert main(["energy", "sweep", str(tmp_path / "one.toml"), "--certify", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["designs"]
    proof = one["certified"]
    assert proof["status"] == "optimal"
    assert proof["gap_fraction"] < 1e-6
    assert one["lower_bound_usd_per_year"] <= proof["objective_usd_per_year"] * (1 + 1e-7)
    assert proof["objective_usd_per_year"] <= one["objective_usd_per_year"] * (1 + 1e-7)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('targets = [0.9]\noptions = ["grid"]\n', "region is missing"),
        ('region = "miso-south-la"\nload = 1\ntargets = [0.9, 0.9]\n', "twice"),
        ('region = "miso-south-la"\nload = 1\ntarget = "annual"\n', "target"),
        ('region = "miso-south-la"\nload = 1\n[cost.a]\nsolar = 0.5\n', "not among the options"),
        ('load = 1\n[site.a]\nregion = "atlantis"\n', "atlantis"),
        ('load = 1\n[site.a]\nregion = "miso-south-la"\nsupply = "delivered"\n', "on-site"),
        ('region = "miso-south-la"\nload = 1\n[site]\n', "0 tables"),
        ("site = 3\n", "not a table"),
    ],
)
def test_a_fault_is_one_message(tmp_path, capsys, text, told):
    (tmp_path / "bad.toml").write_text(text)
    assert main(["energy", "sweep", str(tmp_path / "bad.toml")]) != 0
    said = capsys.readouterr()
    assert said.out == ""
    assert told in said.err
    assert "Traceback" not in said.err


def test_no_file_and_the_schema(capsys):
    assert main(["energy", "sweep"]) != 0
    assert "--schema" in capsys.readouterr().err
    assert main(["energy", "sweep", "--schema"]) == 0
    assert "targets" in json.loads(capsys.readouterr().out)["properties"]
