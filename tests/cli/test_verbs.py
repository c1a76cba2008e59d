"""The verbs as a user meets them: output, exit status, messages, files."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from denshi.cli import main

SMALL = """denshi = 1
[project]
name = "small"
start = 2026-01-01
[site]
id = "meta-hyperion"
[compute]
system = "gb200-nvl72"
racks = 8
[[workload]]
kind = "training"
model = "llama3.1-8b"
tokens = "1T"
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL + '[variant.warm]\n"facility.supply_temperature" = "45 C"\n', encoding="utf-8")
    return path


def test_help_lists_the_verbs_and_imports_nothing_heavy(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(verb in said for verb in ("design", "check", "trace", "diff", "validate", "catalog", "report"))
    heavy = "{'numpy', 'pydantic', 'scipy', 'pandas', 'highspy', 'plotly', 'jinja2'}"
    code = f"import sys; from denshi.cli import main; main(['--help']); print(sorted({heavy} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


def test_design_writes_three_files_and_a_first_screen(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["design", str(small), "-o", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert len(said.splitlines()) <= 26
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["design.json", "report.html", "run.json"]
    page = json.loads((tmp_path / "out" / "design.json").read_text(encoding="utf-8"))
    assert page["schema_version"] == 1
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["files_sha256"]["small.toml"]


def test_the_report_can_be_written_again_in_japanese(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["design", str(small), "-o", str(out)]) == 0
    assert main(["report", str(out / "design.json"), "--lang", "ja"]) == 0
    assert 'lang="ja"' in (out / "report.ja.html").read_text(encoding="utf-8")


def test_check_says_yes_and_no(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(small)]) == 0
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(SMALL.replace("gb200-nvl72", "gb201"), encoding="utf-8")
    capsys.readouterr()
    assert main(["check", str(wrong)]) == 1
    assert "wrong.toml:8: compute.system" in capsys.readouterr().err
    assert main(["check", str(wrong), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["faults"][0]["line"] == 8
    assert main(["check", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["properties"]["compute"]


def test_trace_is_a_recursive_tree(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(small), "facility.pue_mean", "--json"]) == 0
    tree = json.loads(capsys.readouterr().out)
    assert set(tree) >= {"path", "value", "unit", "formula", "grade", "source", "inputs"}
    assert tree["inputs"][0]["path"]
    assert main(["trace", str(small), "facility.pue_mena"]) == 1
    assert 'Did you mean "facility.pue_mean"?' in capsys.readouterr().err


def test_diff_names_inputs_and_headlines(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(small), ":warm", "--json"]) == 0
    change = json.loads(capsys.readouterr().out)
    assert [one["path"] for one in change["inputs"]] == ["facility.supply_temperature"]
    moved = {one["path"]: one["relative"] for one in change["headlines"]}
    assert moved["facility.pue_mean"] < 0


@pytest.mark.parametrize("verb", ["training", "fabric", "cooling", "power", "energy", "buildout", "finance"])
def test_each_room_has_a_verb(verb: str, small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, str(small), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["figures"]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["design", "none.toml"], 1, "there is no file"),
        (["design", "examples"], 1, "is a directory"),
        (["designs"], 2, "No such command"),
        (["design"], 2, "Missing argument"),
        (["design", "examples/hyperion.toml", "--lang", "fr"], 2, "Use en or ja"),
        (["design", "examples/hyperion.toml", "--variant", "x"], 2, "no variant"),
        (["catalog", "show", "h100-sxn-80gb"], 1, "Did you mean"),
        (["catalog", "search", "--kind", "acelerators"], 2, "Did you mean"),
        (["report", "pyproject.toml"], 1, "cannot be read as JSON"),
    ],
)
def test_wrong_use_has_a_message(
    arguments: list[str], status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == status
    said = capsys.readouterr().err
    assert says in said
    assert "Traceback" not in said


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_left(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "file"
    target.write_text("kept", encoding="utf-8")
    assert main(["design", str(small), "-o", str(target)]) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "kept"


def test_interrupt_leaves_130_and_no_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "denshi", "design", "examples/hyperion.toml", "-o", str(out)]
    # On a terminal the stages are told: the interrupt comes when the longest has begun, however fast the machine is.
    ours, theirs = os.openpty()
    process = subprocess.Popen(command, stderr=theirs, stdout=subprocess.DEVNULL)
    os.close(theirs)
    said = b""
    while b"energy" not in said:
        said += os.read(ours, 1024)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    said += os.read(ours, 65536)
    os.close(ours)
    assert b"denshi: interrupted" in said
    assert b"Traceback" not in said
    assert not out.exists() or list(out.iterdir()) == []


def test_catalog_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "check"]) == 0
    assert "0 not explained" in capsys.readouterr().out
    assert main(["catalog", "show", "gb300-nvl72", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["values"]["power_kw"]["grade"]
    assert main(["catalog", "search", "behemoth"]) == 0
    assert "llama4-behemoth" in capsys.readouterr().out


def test_an_interrupt_that_was_swallowed_still_keeps_files_from_being_written(tmp_path: Path) -> None:
    swallowed = (
        "import os, pathlib, signal\n"
        "from denshi.cli import interrupt, output\n"
        "interrupt.listen()\n"
        "try:\n    os.kill(os.getpid(), signal.SIGINT)\nexcept KeyboardInterrupt:\n    pass\n"
        "output.write_all(pathlib.Path('out'), {'a': 'b'})\n"
    )
    done = subprocess.run([sys.executable, "-c", swallowed], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "KeyboardInterrupt" in done.stderr
    assert not (tmp_path / "out").exists()
