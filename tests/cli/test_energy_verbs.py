"""``denshi energy``: claims audited, cases solved with proof, and bad input told in one sentence."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import denshi.cli

CLAIMS = sorted(Path("examples/claims").glob("energy-*.toml"))
CASES = sorted(one for one in Path("examples/energy").glob("*.toml") if not one.stem.startswith("sweep"))
SUPPLY = """kind = "supply"
text = "a claim"
source = "a paper"
date = "2025"
grade = "C"
region = "miso-south-la"
load = "2 GW"
[[supply]]
technology = "renewables"
capacity = "1.5 GW"
"""
CASE = 'region = "miso-south-la"\nload = "2 GW"\n'


def said(arguments: list[str], capsys: pytest.CaptureFixture[str], status: int = 0) -> str:
    assert denshi.cli.main(arguments) == status, capsys.readouterr()
    out = capsys.readouterr()
    return out.out if status == 0 else out.out + out.err


def document(arguments: list[str], capsys: pytest.CaptureFixture[str], status: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said([*arguments, "--json"], capsys, status))
    return found


def test_hyperion_is_audited(capsys: pytest.CaptureFixture[str]) -> None:
    page = document(["energy", "audit", "examples/claims/energy-hyperion.toml"], capsys, status=1)
    assert page["verdict"] == page["verdict_all_readings"] == "fails"
    first = {one["reading"]: one for one in page["profiles"][0]["readings"] if one["utilisation"] == 1.0}
    assert first["solar"]["annual_fraction"] == pytest.approx(0.172, abs=0.005)
    assert first["wind"]["annual_fraction"] == pytest.approx(0.285, abs=0.005)
    assert all(one["clean_hours_fraction"] == 0.0 for one in first.values())
    ways = {one["way"]: one for one in page["profiles"][0]["needs"] if one["utilisation"] == 1.0}
    assert ways["solar"]["total_kw"]["annual"] == pytest.approx(8.70e6, rel=0.01)
    assert ways["wind"]["total_kw"]["annual"] == pytest.approx(5.26e6, rel=0.01)
    assert ways["solar"]["total_kw"]["hourly_90"] is None
    assert ways["solar"]["hourly_fraction_at_annual"] == pytest.approx(0.459, abs=0.015)
    assert {fact["grade"] for fact in page["facts"]} <= set("ABCDE")
    assert page["grade"] == "E"
    assert "17 %" in page["honest"]
    assert "29 %" in page["honest"]
    assert page["synthetic_years"][0]["years"] >= 20


def test_measured_hours_judge_where_they_are_given(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shared / "energy" / "eia930_2022_hourly_by_fuel.parquet"
    claim = "examples/claims/energy-hyperion.toml"
    page = document(["energy", "audit", claim, "--profile", str(file), "--area", "MISO"], capsys, status=1)
    assert page["profiles"][0]["name"] == "MISO 2022, measured"
    assert len(page["profiles"]) == 2
    ways = {one["way"]: one for one in page["profiles"][0]["needs"]}
    assert ways["solar"]["hourly_fraction_at_annual"] == pytest.approx(0.459, abs=0.001)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda one: one.stem)
def test_every_shipped_claim_says_the_same_in_words(claim: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = 1 if "hyperion" in claim.stem else 0
    page = document(["energy", "audit", str(claim)], capsys, status)
    words = said(["energy", "audit", str(claim)], capsys, status)
    assert page["honest"] in words
    assert page["verdict"] in words
    assert all(fact["source"] and fact["date"] for fact in page["facts"])


def test_arithmetic_claims(capsys: pytest.CaptureFixture[str]) -> None:
    homes = document(["energy", "audit", "examples/claims/energy-households.toml"], capsys)
    assert homes["verdict"] == "depends"
    assert homes["found"]["load_factor_needed"]["value"] == pytest.approx(0.98, abs=0.03)
    two = document(["energy", "audit", "examples/claims/energy-china-us.toml"], capsys)
    assert two["found"]["nameplate_ratio"]["value"] == pytest.approx(8.41, abs=0.01)
    pace = document(["energy", "audit", "examples/claims/energy-hundred-gigawatts-a-year.toml"], capsys)
    assert pace["found"]["times_additions"]["value"] == pytest.approx(1.96, abs=0.01)
    assert pace["found"]["firm_kwh"]["high"] == pytest.approx(876e9)


def with_profile(folder: Path, hours: int = 8760, extra: str = "") -> Path:
    hour = np.arange(hours)
    sun = np.clip(np.sin((hour % 24 - 6) / 12 * np.pi), 0.0, 1.0)
    wind = 0.3 + 0.25 * np.sin(hour / 31.0)
    lines = [f"{a:.4f},{b:.4f},0.4" for a, b in zip(sun, wind, strict=True)]
    file = folder / "mine.csv"
    file.write_text("\n".join(["solar_cf,wind_cf,clean_fraction", *lines]) + "\n" + extra, encoding="utf-8")
    return file


def test_a_claim_with_hours_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claim = tmp_path / "claim.toml"
    claim.write_text(SUPPLY, encoding="utf-8")
    page = document(["energy", "audit", str(claim), "--profile", str(with_profile(tmp_path))], capsys, status=1)
    solar = page["profiles"][0]["readings"][0]
    assert solar["annual_fraction"] == pytest.approx(0.75 * page["profiles"][0]["solar_capacity_factor"])
    assert page["profiles"][0]["grid_clean_fraction"] == pytest.approx(0.4)


def test_years_of_generation_by_fuel_are_read_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claim, file = tmp_path / "claim.toml", tmp_path / "eia.csv"
    claim.write_text(SUPPLY, encoding="utf-8")
    lines = ["ba,datetime_utc,WND,SUN,WAT,NUC,OIL,NG,COL,OTH"]
    for year in (2021, 2022):
        stamps = np.datetime64(f"{year}-01-01T01") + np.arange(8760).astype("timedelta64[h]")
        for hour, stamp in enumerate(stamps):
            sun = max(np.sin((hour % 24 - 6) / 12 * np.pi), 0.0)
            wind = "" if hour == 5 else f"{50 + 40 * np.sin(hour / (20 + year - 2021)):.0f}"
            lines.append(f'MISO,{stamp},{wind},{100 * sun:.0f},10,20,0,"1,000",50,-1')
    file.write_text("\n".join(lines), encoding="utf-8")
    page = document(["energy", "audit", str(claim), "--profile", str(file)], capsys, status=1)
    assert [one["name"] for one in page["profiles"]][:2] == ["MISO 2021, measured", "MISO 2022, measured"]
    assert page["profiles"][0]["wind_capacity_factor"] == pytest.approx(0.38, abs=0.001)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("2 GW", "2 USD"), "claim.toml:7: load:"),
        (("2 GW", "0 GW"), "is not above 0"),
        (("2 GW", "-2 GW"), "claim.toml:7: load:"),
        (("2 GW", "1e400"), "claim.toml:7: load:"),
        (('"renewables"', '"solr"'), 'Did you mean "solar"?'),
        (('"miso-south-la"', '"miso-sout"'), "Did you mean"),
        (('"miso-south-la"', '"jp-tokyo"'), "--profile"),
        (('kind = "supply"', 'kind = "suply"'), 'Did you mean "supply"?'),
        (('kind = "supply"', ""), "kind is missing"),
        (('"C"', '"F"'), "claim.toml:5: grade:"),
        (('text = "a claim"', "text = 3"), "is not a text"),
        (("[[supply]]", "[[suply]]"), 'Did you mean "supply"?'),
        (("[[supply]]", "[supply]"), "is not a list of tables"),
        (('load = "2 GW"', 'load = "2 GW"\nfraction = 2.0'), "claim.toml:8: fraction:"),
        (('load = "2 GW"', 'load = "2 GW"\nutilisations = []'), "is not a list of numbers"),
        (('load = "2 GW"', 'load = { value = "2 GW" }'), "source is missing"),
        (('load = "2 GW"', 'load = { catalog = "regions.miso.price" }'), "the catalogue has no regions"),
        (("1.5 GW", "nan"), "claim.toml:10"),
        (('kind = "supply"', "kind = = 1"), "is not TOML"),
        (("date", "\x00date"), "is not TOML"),
    ],
)
def test_a_wrong_claim_names_file_line_and_mend(
    change: tuple[str, str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claim = tmp_path / "claim.toml"
    claim.write_text(SUPPLY.replace(*change), encoding="utf-8")
    out = said(["energy", "audit", str(claim)], capsys, status=1)
    assert says in out
    assert "Traceback" not in out
    assert out.startswith("denshi: ")
    assert out.count("\n") == 1


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("", "exactly one of load and load_file"),
        ('load = "2 GW"\nload_file = "x.csv"', "exactly one of load and load_file"),
        ('load_file = "x.csv"', "cannot be read as CSV"),
        ('load = "2 GW"\noptions = ["grid", "solr"]', "Did you mean"),
        ('load = "2 GW"\noptions = []', "names 0 technologies"),
        ('load = "2 GW"\noptions = ["grid", "utility"]', "holds two grids"),
        ('load = "2 GW"\nprofile = "x.csv"', "cannot be read"),
        ('load = "2 GW"\nexport_limit = "-1 GW"', "case.toml:3: export_limit:"),
        ('load = "2 GW"\ndiscount_rate = 7', "case.toml:3: discount_rate:"),
        ('load = "2 GW"\n[technology.solar]\ncapex_usd_per_kw = 1', "is not among the options"),
        ('load = "2 GW"\noptions = ["x"]\n[technology.x]\ncapex_usd_per_kw = 1', 'base = "…"'),
        ('load = "2 GW"\noptions = ["grid"]\n[technology.grid]\ncapex_usd_per_mw = 1', "Did you mean"),
        ('load = "2 GW"\noptions = ["solar"]\n[technology.solar]\nlifetime_year = 0', "are above 0"),
        ('load = "2 GW"\nprice = 0', "case.toml:3: price:"),
        ('load = "2 GW"\narea = "MISO"', "case.toml:3: area:"),
    ],
)
def test_a_wrong_case_names_file_line_and_mend(
    lines: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case.toml"
    case.write_text('region = "miso-south-la"\n' + lines, encoding="utf-8")
    out = said(["energy", "solve", str(case)], capsys, status=1)
    assert says in out
    assert out.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "is neither a profile"),
        ("solar_cf,wind_cf,clean_fraction\n0.1,0.2,0.3\n", "holds 1 hours"),
        ("ba,datetime_utc,WND,NG\nMISO,2022-01-01T00,1,2\n", "holds 1 hours of 2022"),
        ("ba,datetime_utc,WND,NG\nMISO,2022-01-01T00,x,2\n", 'wnd: "x" is no number'),
        ("ba,datetime_utc,WND,NG\nMISO,yesterday,1,2\n", '"yesterday" is no date'),
        ("ba,WND,NG\nMISO,1,2\n", "no column of time"),
        ("\x00\x00", "neither"),
    ],
)
def test_a_wrong_profile_is_told(text: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claim, file = tmp_path / "claim.toml", tmp_path / "hours.csv"
    claim.write_text(SUPPLY, encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    out = said(["energy", "audit", str(claim), "--profile", str(file)], capsys, status=1)
    assert says in out
    assert "hours.csv" in out
    assert out.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit"],
        ["solve"],
        ["audit", "examples/claims/energy-households.toml", "--least-cost"],
        ["solve", "x", "--dispatch"],
    ],
)
def test_wrong_usage_exits_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert "denshi: " in said(["energy", *arguments], capsys, status=2)


@pytest.mark.parametrize("command", ["audit", "solve"])
def test_schemas_hold_for_the_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads(said(["energy", command, "--schema"], capsys))
    import tomllib

    for file in CLAIMS if command == "audit" else CASES:
        body = tomllib.loads(file.read_text(encoding="utf-8"))
        table = (
            next(
                one
                for one in schema.get("oneOf", [schema])
                if one["properties"].get("kind", {}).get("const") == body.get("kind")
            )
            if command == "audit"
            else schema
        )
        assert set(body) <= set(table["properties"])
        assert set(table["required"]) <= set(body)


@pytest.mark.slow
def test_a_case_is_solved_with_its_proof(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from denshi.cli.energy_case import read_case
    from denshi.energy import run

    file = "examples/energy/louisiana-90-hourly.toml"
    page = document(["energy", "solve", file], capsys)
    assert page["status"] == "optimal"
    bound, cost = page["lower_bound_usd_per_year"], page["objective_usd_per_year"]
    assert bound <= cost * (1 + 1e-9)
    assert page["gap_fraction"] < 1e-6
    assert page["max_residual_gw"] < 1e-6
    assert page["clean_fraction_hourly"] == pytest.approx(0.9, abs=1e-6)
    assert page["prices"]["power_usd_per_kwh"]["mean"] > 0
    assert page["prices"]["target_usd_per_kwh"] > 0
    result = run(read_case(Path(file)).inputs)
    assert cost == pytest.approx(result.cost_usd_per_year, rel=1e-9)
    assert page["capacities_kw"] == pytest.approx(result.capacity_kw)
    assert "hourly" not in page["prices"]["power_usd_per_kwh"]


def test_the_grid_alone_is_its_own_bound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.toml"
    case.write_text(CASE, encoding="utf-8")
    page = document(["energy", "solve", str(case), "--dispatch"], capsys)
    assert page["lower_bound_usd_per_year"] == page["objective_usd_per_year"]
    assert page["objective_usd_per_year"] == pytest.approx(0.0588 * 8760 * 2e6, rel=1e-6)
    assert len(page["dispatch"]["hourly_kw"]["grid"]) == 8760
    words = said(["energy", "solve", str(case)], capsys)
    assert "no supply costs less than" in words


def test_what_cannot_be_served_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from dataclasses import replace

    from denshi.cli import energy_solve
    from denshi.cli.energy_case import Case
    from denshi.errors import InfeasibleError
    from energy.cases import site, technologies

    short = site(48, grid_connection_kw=80e3, supply="delivered", target="none", options=technologies("grid", "solar"))
    case = Case(name="x", inputs=replace(short, export_limit_kw=0.0), hours="", notices=())
    with pytest.raises(InfeasibleError) as caught:
        energy_solve.page(case, lambda _: None, hours=False)
    found = energy_solve.infeasible_page(case, caught.value, lambda _: None)
    assert found["status"] == "infeasible"
    assert found["shortage"]["hours"] == np.count_nonzero(short.load_kw > 80e3)
    assert found["shortage"]["worst_kw"] == pytest.approx(short.load_kw.max() - 80e3, rel=1e-4)
    assert found["cheapest_repair"]["objective_usd_per_year"] == min(
        one["objective_usd_per_year"] for one in found["repairs"]
    )
    assert any(one["what"].startswith("raise the connection to") for one in found["repairs"])
    words = str(energy_solve.infeasible_words(found, caught.value, "case.toml"))
    assert "Cheapest single repair" in words
    assert "hours" in words


def test_an_interrupt_is_told() -> None:
    arguments = [
        sys.executable,
        "-c",
        "import denshi.cli; denshi.cli.run()",
        "energy",
        "solve",
        "examples/energy/louisiana-90-hourly.toml",
    ]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        time.sleep(1.2)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert out == ""
    assert "Traceback" not in err
