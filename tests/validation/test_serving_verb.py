"""``denshi validate serving``: a table of a few rows in, figures out; bad files and wrong use in one sentence."""

import json
from pathlib import Path

import pytest

from denshi.cli import main
from denshi.validation.serving import silicon
from denshi.validation.serving.score import PARTS

COLUMNS = (
    "source,model_id,accelerator,n_gpus,engine,precision,mode,isl,osl,concurrency,parallel,value,ttft_ms,tpot_ms,"
    "power_w,submitter,date,locator,flag"
)
STACK = "lab,llama3.1-8b,h100-sxm-80gb,1,vllm 0.12.0,fp8,agg,1000,1000"
ROWS = [f"{STACK},{n},tp1_pp1_dp1,,{30 + n},{5 + n / 20},,,2026-01,row {n}," for n in (1, 4, 16, 32, 64)]
ROWS += [
    f"{STACK},8,tp1_pp1_dp1,,99,99,,,2026-01,odd,broken",
    f"{STACK},,tp1_pp1_dp1,,40,6,,,2026-01,silent,",
    "mlperf,llama3.1-8b,h100-sxm-80gb,8,,fp8,Offline,,,,,60000,,,5000,maker,2025-09,result,",
]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silicon, "is_installed", lambda: False)


def table(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_table_of_a_few_rows_is_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = table(tmp_path / "points.csv", ROWS)
    assert main(["validate", "serving", "--cases", str(file), "--rows", "--json"]) == 0
    first = capsys.readouterr().out
    found = json.loads(first)
    assert set(found) >= {*PARTS, "n", "answered", "by", "flagged", "baseline_roofline", "interval80_coverage", "rows"}
    assert (found["n"], found["answered"]) == (7, 6)
    assert (found["tpot"]["n"], found["tpot"]["answered"]) == (6, 5)
    assert (found["throughput"]["answered"], found["tokens_per_joule"]["answered"]) == (1, 1)
    assert found["flagged"]["broken"]["n"] == 1
    assert found["rows"][6]["reason"] == "the concurrency is not stated"
    assert 0 < found["tpot"]["median_ape"] < 1
    assert main(["validate", "serving", "--cases", str(file), "--rows", "--json"]) == 0
    assert capsys.readouterr().out == first
    assert main(["validate", "serving", "--cases", str(file)]) == 0
    assert "time per output token" in capsys.readouterr().out


def test_three_points_of_the_user_bring_the_others_nearer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, mine = table(tmp_path / "points.csv", ROWS), table(tmp_path / "mine.csv", [ROWS[0], ROWS[2], ROWS[4]])
    assert main(["validate", "serving", "--cases", str(file), "--calibrate", str(mine), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["calibrated"]
    assert found["points"] == 3
    assert found["before"]["tpot"]["answered"] == 2
    assert found["after"]["tpot"]["mape"] < found["before"]["tpot"]["mape"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no rows"),
        (b"model_id,mode\n", "no rows"),
        (b"model_id,mode\na,agg\n", "column"),
        (b"\xff\xfe\x00", "no CSV in UTF-8"),
    ],
)
@pytest.mark.parametrize("option", ["--cases", "--calibrate"])
def test_a_bad_file_of_points_is_told_in_one_sentence(
    option: str, content: bytes, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, good = tmp_path / "bad.csv", table(tmp_path / "points.csv", ROWS)
    bad.write_bytes(content)
    named = [] if option == "--cases" else ["--cases", str(good)]
    assert main(["validate", "serving", *named, option, str(bad)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("denshi: ")
    assert says in said
    assert "bad.csv" in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--cases", "none.csv"], 1, "none.csv"),
        (["--cases", "tests"], 1, "tests"),
        (["--leave-out", "submiter"], 2, 'Did you mean "submitter"?'),
        (["points.csv"], 2, "points.csv"),
    ],
)
def test_wrong_use_has_a_message(
    arguments: list[str], status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", "serving", *arguments]) == status
    assert says in capsys.readouterr().err


def test_without_measurements_the_option_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DENSHI_SHARED", str(tmp_path))
    assert main(["validate", "serving"]) == 1
    assert "--cases" in capsys.readouterr().err
