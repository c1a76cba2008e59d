"""``denshi finance deal`` as a user calls it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from denshi.cli import app
from denshi.cli.energy_toml import read_table
from denshi.errors import DenshiError

EXAMPLES = Path(__file__).parents[2] / "examples"
JAPAN = EXAMPLES / "deals" / "gpusoroban-japan.toml"


def call(*args):
    return CliRunner().invoke(app, ["finance", "deal", *map(str, args)])


@pytest.fixture(scope="module")
def page():
    found = call(JAPAN, "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_sources_are_uses_and_the_years_add_up(page):
    assert sum(page["sources_usd"].values()) == pytest.approx(sum(page["uses_usd"].values()), rel=1e-12)
    assert page["largest_imbalance"] <= 1e-9
    yearly = page["yearly_usd"]
    owners = yearly.pop("to the owners")
    added = [sum(row[year] for row in yearly.values()) for year in range(len(owners))]
    assert added == pytest.approx(owners, rel=1e-9, abs=1.0)
    assert sum(yearly["consumption tax"]) == pytest.approx(0.0, abs=1.0)


def test_the_yen_is_a_risk_with_its_evidence(page):
    risk = page["exchange"]
    assert risk["npv_usd"]["p10"] < page["metrics"]["npv_usd"] < risk["npv_usd"]["p90"]
    grades = {one["path"]: one["grade"] for one in page["facts"]}
    assert grades["grant.hardware_fraction"] == "C"
    assert grades["tax.loss_limit"] == "E"


def test_what_a_reader_has_to_know_is_said(tmp_path):
    file = tmp_path / "deal.toml"
    loan = "[debt]\ngearing = 1.0\nyears = 3\n"
    file.write_text(f'scenario = "{EXAMPLES}/gpusoroban.toml"\nregime = "japan"\nterm_years = 12\n{loan}[refresh]\n')
    found = call(file)
    assert found.exit_code == 0, found.output
    assert "does not cover the debt service" in found.stdout
    assert "changes its sign" in found.stdout
    assert "hardware renewed 1 x" in found.stdout


def test_the_text_is_the_same_each_time():
    found = call(JAPAN)
    assert found.exit_code == 0, found.output
    assert "JPY in 4,096 paths" in found.stdout
    assert "to the owners" in found.stdout
    assert call(JAPAN).stdout == found.stdout


def test_the_examples_are_of_the_schema():
    schema = json.loads(call("--schema").stdout)
    for file in (EXAMPLES / "deals").glob("*.toml"):
        body = read_table(file).body
        assert body.keys() <= schema["properties"].keys()
        for name in body.keys() & {"tax", "debt", "grant", "refresh", "reserve", "currency"}:
            assert body[name].keys() <= schema["properties"][name]["properties"].keys()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('regime = "us"\n', "scenario is missing"),
        ('scenario = "x.toml"\nregime = "mars"\n', "not offered"),
        ('scenario = "x.toml"\nregime = "us"\n[tax]\nhardware_years = 4\n', "MACRS has no class of 4 years"),
        ('scenario = "x.toml"\nregime = "japan"\n[tax]\nshell_years = 12.5\n', "no whole number"),
        ('scenario = "x.toml"\nregime = "us"\n[tax]\nrate = 1.5\n', "more than all"),
        ('scenario = "x.toml"\nregime = "us"\n[debt]\nshape = "round"\n', "not offered"),
        ('scenario = "x.toml"\nregime = "us"\n[debt]\ngearing = 2\n', "is not from 0 to 1"),
        ('scenario = "x.toml"\nregime = "us"\n[debt]\ngeraing = 0.5\n', "geraing: is not known"),
        ('scenario = "x.toml"\nregime = "us"\n', "x.toml"),
        (f'scenario = "{EXAMPLES}/prometheus.toml"\nregime = "us"\n', "no revenue"),
        (
            f'scenario = "{EXAMPLES}/gpusoroban.toml"\nregime = "us"\n[debt]\ngearing = 0.5\ngrace_months = 500\n',
            "grace",
        ),
    ],
)
def test_a_fault_is_one_sentence(tmp_path, text, said):
    file = tmp_path / "deal.toml"
    file.write_text(text)
    found = call(file)
    assert isinstance(found.exception, DenshiError)
    assert said in str(found.exception)
