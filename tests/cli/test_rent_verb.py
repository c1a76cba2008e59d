"""``denshi rent``: quotes kept by term and residency, currency, faults in one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from denshi.catalog import rows
from denshi.cli import main

CASES = Path(__file__).parents[2] / "examples" / "rent"
CASE = """
accelerator = "h100"
accelerator_hours_per_month = 30000
term_months = 36
date = 2026-11-01
{more}
[own]
system = "hgx-h100"
country = "US"
origin = "TW"
energy_usd_per_kwh = 0.07
{own}
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["rent", *arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def asked(capsys: pytest.CaptureFixture[str], folder: Path, more: str = "", own: str = "") -> dict[str, Any]:
    file = folder / "case.toml"
    file.write_text(CASE.format(more=more, own=own), encoding="utf-8")
    status, out, err = run(capsys, str(file), "--json")
    assert (status, err) == (0, "")
    return dict(json.loads(out))


def test_every_offer_has_date_source_and_kind(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = asked(capsys, tmp_path)
    assert len(found["offers"]) + found["left_out"] == sum(
        one.accelerator == "h100-sxm-80gb"  # type: ignore[attr-defined]
        for one in rows("rentals").values()
    )
    for one in found["offers"]:
        assert one["source"]
        assert one["date"]
        assert one["kind"] in ("posted", "contract", "spot", "index")
        assert (one["cheaper"] == "rent") == (one["rent_usd_per_used_h"] < one["own_usd_per_used_h"])


def test_term_and_residency_leave_quotes_out(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    short = asked(capsys, tmp_path, "").copy()
    japan = asked(capsys, tmp_path, 'residency = ["Japan"]')
    assert {one["country"] for one in japan["offers"]} == {"JP"}
    assert len(japan["offers"]) < len(short["offers"])
    file = tmp_path / "short.toml"
    file.write_text(CASE.format(more="", own="").replace("term_months = 36", "term_months = 6"), encoding="utf-8")
    _, out, _ = run(capsys, str(file), "--json")
    assert max(one["term_months"] for one in json.loads(out)["offers"]) <= 6


def test_currency_scales_what_is_shown_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    dollars, yen = asked(capsys, tmp_path), asked(capsys, tmp_path, 'currency = "JPY"\ncurrency_per_usd = 150')
    assert yen["own"]["usd_per_used_h"] == dollars["own"]["usd_per_used_h"]
    assert yen["own"]["currency_per_used_h"] == pytest.approx(150 * dollars["own"]["usd_per_used_h"])
    assert "150 JPY a USD" in yen["currency_rate"]


def test_owners_buy_whole_systems(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    own = asked(capsys, tmp_path)["own"]
    assert own["accelerators"] % 8 == 0
    assert own["utilisation"] == pytest.approx(30000 / (own["accelerators"] * 730))
    assert own["utilisation"] <= 0.95


def test_a_dearer_system_makes_owning_dearer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cheap, dear = (asked(capsys, tmp_path, own=f"price_usd = {usd}") for usd in (200_000, 400_000))
    assert dear["own"]["usd_per_used_h"] > cheap["own"]["usd_per_used_h"]
    assert cheap["own"]["price_source"]["grade"] == "E"


@pytest.mark.parametrize("name", ["h100-tokyo", "b200-us"])
def test_shipped_cases(capsys: pytest.CaptureFixture[str], name: str) -> None:
    status, out, _ = run(capsys, str(CASES / f"{name}.toml"))
    assert status == 0
    assert "cheapest" in out
    assert "owning" in out


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('"h100"', '"h10"', "no accelerator is called"),
        ('"hgx-h100"', '"hgx-h200"', "carries h200-sxm-141gb"),
        ("term_months = 36", "term_months = 0", "is not from 1"),
        ("date = 2026-11-01", 'date = "soon"', "is no day"),
        ("date = 2026-11-01", 'date = 2026-11-01\ncurrency = "EUR"', "has no rate"),
        ("date = 2026-11-01", 'date = 2026-11-01\nresidency = ["Jpan"]', 'mean "Japan"'),
        ('country = "US"', 'country = "US"\naccelerators = 8', "cannot give 30,000 hours"),
        ('country = "US"', 'country = "BR"', "no duty of BR"),
        ("accelerator_hours_per_month", "accelerator_hours_per_mont", "accelerator_hours_per_month"),
    ],
)
def test_faults(capsys: pytest.CaptureFixture[str], tmp_path: Path, wrong: str, right: str, said: str) -> None:
    file = tmp_path / "case.toml"
    file.write_text(CASE.format(more="", own="").replace(wrong, right, 1), encoding="utf-8")
    status, out, err = run(capsys, str(file))
    assert (status, out) == (1, "")
    assert said in err


def test_schema_and_usage(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "--schema")
    assert json.loads(out)["title"] == "denshi rent"
    assert run(capsys)[0] == 2


def test_a_scenario_owns_at_the_cost_of_its_design(capsys: pytest.CaptureFixture[str]) -> None:
    scenario = Path(__file__).parents[2] / "examples" / "gpusoroban.toml"
    status, out, _ = run(capsys, str(scenario), "--json", "--term-months", "12")
    found = json.loads(out)
    own = found["own"]
    assert status == 0
    assert own["usd_per_used_h"] == pytest.approx(own["lcoc_usd_per_accelerator_hour"], rel=1e-9)
    assert found["accelerator"] == "h200-sxm-141gb"
    assert max(one["term_months"] for one in found["offers"]) <= 12
    used = own["utilisation"]
    for one in found["offers"]:
        if one["break_even_utilisation"] is not None:
            assert (one["break_even_utilisation"] < used) == (one["cheaper"] == "own")


def test_options_of_a_scenario_are_refused_beside_a_case(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, str(CASES / "b200-us.toml"), "--residency", "JP")
    assert status == 2
    assert "states its own term" in err


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, _, err = run(capsys, str(tmp_path / "none.toml"))
    assert status == 1
    assert "none.toml" in err
