"""``denshi cooling`` on its own: its figures, its table, and what it says of bad input."""

import json
from pathlib import Path

import numpy as np
import pytest

from denshi.catalog.normals import weather_normals
from denshi.cli import main
from denshi.climate import Weather, synthetic_weather

COLUMNS = ("dry_bulb_c", "wet_bulb_c", "pressure_pa", "wind_m_per_s", "ghi_w_per_m2", "dni_w_per_m2", "dhi_w_per_m2")
PLANT = ["--plant", "liquid-dry-trim", "--supply", "40C", "--load", "100MW"]
SITE = ["--site", "google-council-bluffs"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    year: Weather = synthetic_weather(weather_normals("la-monroe-regional-ap"))
    rows = np.column_stack([getattr(year, name) for name in COLUMNS])
    path = tmp_path_factory.mktemp("weather") / "monroe.csv"
    np.savetxt(path, rows, delimiter=",", header=",".join(COLUMNS), comments="", fmt="%.4f")
    return path


def test_it_prints_the_figures_that_are_promised(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cooling", "--weather", str(file), *PLANT, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema_version"] == 1
    assert 1.0 < found["pue_mean"] < found["pue_peak"] < found["pue_extreme"] < 2.0
    assert 0 <= found["pue_peak_hour"] < 8760
    assert found["wue_l_per_kwh"] == 0.0
    assert isinstance(found["trim_hours"], int)
    assert found["tue_mean"] > found["pue_mean"]
    assert found["weather"]["kind"] == "file"
    assert len(found["months"]) == 12
    assert 1.0 + sum(found["parts_of_pue"].values()) == pytest.approx(found["pue_mean"], rel=1e-9)
    hours = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    mean = sum(one["pue"] * days for one, days in zip(found["months"], hours, strict=True)) / 365
    assert mean == pytest.approx(found["pue_mean"], rel=1e-9)


def test_a_warmer_climate_costs_power(capsys: pytest.CaptureFixture[str]) -> None:
    means = []
    for warming in ("0K", "2K"):
        assert main(["cooling", *SITE, *PLANT, "--warming", warming, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["weather"]["kind"] == "synthetic"
        means.append((found["pue_mean"], found["weather"]["dry_bulb_max_c"]))
    assert means[1][0] > means[0][0]
    assert means[1][1] == pytest.approx(means[0][1] + 2.0)


def test_the_page_and_the_table_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cooling", *SITE, *PLANT]) == 0
    page = capsys.readouterr().out
    assert "synthetic typical year, not TMY" in page
    assert "PUE, n-year extreme" in page
    best = ["--plant", "best", "--supply", "35C", "--load", "20MW"]
    assert main(["cooling", *SITE, *best, "--pareto"]) == 0
    assert "\n* " in capsys.readouterr().out
    assert main(["cooling", *SITE, *best, "--pareto", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert max(one["supply_c"] for one in rows) <= 35.0
    assert any(one["undominated"] for one in rows)
    assert main(["cooling", *SITE, *best]) == 0
    assert "Notice: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ([*PLANT], 2, "the weather is not stated"),
        ([*SITE, "--weather", "x.csv", *PLANT], 2, "exclude each other"),
        ([*SITE, "--plant", "best"], 2, "--supply, --load is not stated"),
        ([*SITE, "--plant", "dry", "--supply", "40C", "--load", "1MW"], 2, '"dry" is not offered'),
        ([*SITE, *PLANT, "--liquid", "1.2"], 2, "is no share"),
        ([*SITE, *PLANT, "--warming", "2 kW"], 1, "2 kW"),
        ([*SITE, *PLANT, "--warming", "40K"], 2, "outside -10 to 15"),
        ([*SITE, "--plant", "best", "--supply", "400C", "--load", "1MW"], 1, "outside 5 to 60"),
        (["--weather", "gone.epw", *PLANT], 1, "no such file"),
        (["--site", "atlantis", *PLANT], 1, "atlantis"),
        (["a.toml", *PLANT], 2, "exclude each other"),
    ],
)
def test_bad_input_gets_one_message(
    arguments: list[str], status: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cooling", *arguments]) == status
    out = capsys.readouterr()
    assert message in out.err
    assert out.out == ""


def test_a_bad_hour_is_named_by_its_line(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = file.read_text().splitlines()
    short = tmp_path / "short.csv"
    short.write_text("\n".join(lines[:-1]))
    assert main(["cooling", "--weather", str(short), *PLANT]) == 1
    assert "short.csv: line 8760: holds 8,759 hours" in capsys.readouterr().err
    lines[99] = "20,26,101000,3,0,0,0"
    short.write_text("\n".join(lines))
    assert main(["cooling", "--weather", str(short), *PLANT]) == 1
    assert "short.csv: line 100: wet_bulb_c is 26 above dry_bulb_c 20" in capsys.readouterr().err
