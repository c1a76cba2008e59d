"""``denshi validate``: claims where no command is named, training beside them, bad files in one sentence."""

import json
from pathlib import Path

import pytest

from denshi.cli import main

CLAIM = """[two-and-two]
text = "two and two is four"
published = 4
unit = "1"
tolerance = 0.01
source = "arithmetic"
date = "2026-01"
grade = "D"
how = "arithmetic"
expression = "a + a"

[two-and-two.inputs]
a = { value = 2, source = "the claim itself", date = "2026-01", grade = "D" }
"""


@pytest.fixture
def claim(tmp_path: Path) -> Path:
    path = tmp_path / "training.toml"
    path.write_text(CLAIM, encoding="utf-8")
    return path


def test_both_kinds_of_validation_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--help"]) == 0
    said = capsys.readouterr().out
    assert "claims" in said
    assert "training" in said


@pytest.mark.parametrize("before", [[], ["claims"]])
def test_a_file_of_claims_needs_no_command(before: list[str], claim: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", *before, str(claim), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["totals"]["holds"] == 1
    assert main(["validate", *before, "--markdown", str(claim), str(claim)]) == 0
    assert capsys.readouterr().out.count("| holds |") == 2


def test_options_alone_mean_claims(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--schema"]) == 0
    assert "properties" in capsys.readouterr().out


def test_a_wrong_claim_still_ends_with_one(claim: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claim.write_text(CLAIM.replace("published = 4", "published = 5"), encoding="utf-8")
    assert main(["validate", str(claim)]) == 1
    assert "fails" in capsys.readouterr().out
    assert main(["validate", "none.toml"]) == 1
    assert "no such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no rows"),
        (b"source,framework\n", "no rows"),
        (b"source,framework\na,b\n", "column"),
        (b"\xff\xfe\x00", "no CSV in UTF-8"),
    ],
)
def test_a_bad_file_of_runs_is_told_in_one_sentence(
    content: bytes, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "runs.csv"
    file.write_bytes(content)
    assert main(["validate", "training", "--cases", str(file)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("denshi: ")
    assert says in said
    assert "runs.csv" in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--cases", "none.csv"], 1, "none.csv"),
        (["--cases", "tests"], 1, "tests"),
        (["--leave-out", "modle"], 2, 'Did you mean "model"?'),
        (["runs.csv"], 2, "runs.csv"),
    ],
)
def test_wrong_use_has_a_message(
    arguments: list[str], status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", "training", *arguments]) == status
    assert says in capsys.readouterr().err


def test_without_measurements_the_option_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DENSHI_SHARED", str(tmp_path))
    assert main(["validate", "training"]) == 1
    assert "--cases" in capsys.readouterr().err
