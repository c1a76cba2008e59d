"""``denshi buildout``: plans read, schedules whose numbers agree, bridges, faults in one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from denshi.cli import main
from denshi.cli.buildout_plan import read_plan

CASES = Path(__file__).parents[2] / "examples" / "buildout"
PLAN = """
start = 2026-01-01
quarters = 16
accelerators_per_gw = 500000
margin_usd_per_accelerator_h = 2.0
shell_usd_per_gw = "4 billion USD"
{more}
[[stage]]
name = "one"
gw = 0.5
wanted = 2027-02-01
[[stage]]
name = "two"
gw = 0.5
wanted = 2028-01-01
[[item]]
name = "transformers"
installation_quarters = 1
[[item.supplier]]
name = "A"
usd_per_gw = "200 million USD"
lead_weeks = 78
gw_per_quarter = 0.5
outage_probability = 0.1
outage_weeks = 20
[[item.supplier]]
name = "B"
usd_per_gw = "300 million USD"
lead_weeks = 60
gw_per_quarter = 0.5
source = "an offer"
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["buildout", *arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def asked(capsys: pytest.CaptureFixture[str], folder: Path, more: str = "") -> dict[str, Any]:
    file = folder / "plan.toml"
    file.write_text(PLAN.format(more=more), encoding="utf-8")
    status, out, err = run(capsys, "plan", str(file), "--json")
    assert (status, err) == (0, "")
    return dict(json.loads(out))


def test_a_plan_adds_up(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = asked(capsys, tmp_path)
    parts = found["payments_usd"] + found["expected_lateness_usd"] + found["running_usd"]
    assert found["objective_usd"] == pytest.approx(parts)
    assert found["lower_bound_usd"] <= found["objective_usd"] * (1 + 1e-9)
    assert found["gap_fraction"] <= 1e-6
    assert found["lost_margin_usd_per_gw_quarter"] == pytest.approx(500000 * 2 * 8766 / 4)
    assert [one["wanted"] for one in found["stages"]] == ["2027-04-01", "2028-01-01"]
    assert [one["in_service"] for one in found["stages"]] == ["2027-07-01", "2028-01-01"]
    assert found["stages"][0]["decided_by"] == ["transformers"]
    assert sum(one["gw"] for one in found["gantt"]) == pytest.approx(1.0)
    assert found["critical_path"] == [one for one in found["gantt"] if one["critical"]]
    assert found["critical_path"][0]["end"] == "2027-07-01"
    assert {(one["supplier"], one["source"]) for one in found["sources"]} == {
        ("A", "stated without a source"),
        ("B", "an offer"),
    }


def test_the_page_says_what_decides(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked(capsys, tmp_path)
    status, out, _ = run(capsys, "plan", str(tmp_path / "plan.toml"))
    assert status == 0
    assert "critical" in out
    assert "a week late costs" in out
    assert "outage of A (transformers), probability 10%" in out


@pytest.mark.parametrize("name", [one.name for one in sorted(CASES.glob("t*gigawatts.toml"))])
def test_the_examples_can_be_read(name: str) -> None:
    asked_for = read_plan(CASES / name).plan
    assert asked_for.wanted_gw in (2.0, 10.0)
    assert any(len(item.suppliers) > 1 for item in asked_for.items)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("crew_quarters = 1.5", "is not a whole number of quarters"),
        ("crews = 2", "is not known here"),
        ('release_usd_per_gw = "1 billion USD"', "adds to no budget"),
        ("budget_usd_per_quarter = 1e6", "no schedule has every stage in service"),
        ("lost_margin_usd_per_gw_quarter = 1e9", "stands beside"),
        ("discount_rate = 3", "is not from 0 to 1"),
    ],
)
def test_faults_in_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path, more: str, message: str) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(PLAN.format(more=more), encoding="utf-8")
    status, out, err = run(capsys, "plan", str(file))
    assert (status, out) == (1, "")
    assert message in err
    assert "plan.toml" in err
    assert "Traceback" not in err


def test_a_stage_before_the_start_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(PLAN.format(more="").replace("2027-02-01", "2025-02-01"), encoding="utf-8")
    status, _, err = run(capsys, "plan", str(file))
    assert status == 1
    assert "before the start of the plan" in err


def test_the_schema_and_a_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "plan", "--schema")
    assert status == 0
    assert json.loads(out)["required"] == ["start", "quarters", "stage", "item"]
    assert run(capsys, "plan")[0] == 2


def test_a_bridge_shows_early_usual_and_late(capsys: pytest.CaptureFixture[str]) -> None:
    case = str(CASES / "bridge-two-gigawatts.toml")
    status, out, err = run(capsys, "bridge", case, "--json")
    assert (status, err) == (0, "")
    found = json.loads(out)
    early, usual, late = (found["cases"][name] for name in ("early", "usual", "late"))
    assert early["waiting_without_usd"] < usual["waiting_without_usd"] < late["waiting_without_usd"]
    for one in (early, usual, late):
        saved = one["waiting_without_usd"] - one["waiting_usd"] - one["bridge_usd"]
        assert one["saved_usd"] == pytest.approx(saved)
        assert one["saved_usd"] >= 0
        for part in one["phases"]:
            assert part["wanted"] <= part["supplied_with_bridge"] <= part["supplied"]
    assert "rented turbines" in run(capsys, "bridge", case)[1]
    assert json.loads(run(capsys, "bridge", "--schema")[1])["title"] == "denshi bridge case"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('technology = "grid"', 'technology = "grit"', 'Did you mean "grid"'),
        ("low_months = 36", "low_months = 50", "outside low_months to high_months"),
        ("date = 2029-01-01", "date = 2027-01-01", "before the start or the phase above"),
        ("accelerators_per_kw = 0.54", "", "accelerators_per_kw is missing"),
    ],
)
def test_faults_of_a_bridge(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, old: str, new: str, message: str
) -> None:
    file = tmp_path / "case.toml"
    file.write_text((CASES / "bridge-two-gigawatts.toml").read_text(encoding="utf-8").replace(old, new), "utf-8")
    status, out, err = run(capsys, "bridge", str(file))
    assert (status, out) == (1, "")
    assert message in err
