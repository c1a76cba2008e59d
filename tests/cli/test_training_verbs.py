"""``denshi training``: predict and search without a scenario, bad input in one sentence, the room as the default."""

import json
from pathlib import Path
from typing import Any

import pytest

from denshi.cli import main

LLAMA = ["--model", "llama3.1-405b", "--accelerator", "h100-sxm-80gb", "--count", "16384"]
SMALL = ["--model", "llama3.1-8b", "--accelerator", "h100-sxm-80gb", "--count", "64", "--global-batch", "256"]
PLAN = ["--tp", "8", "--pp", "16", "--dp", "128"]


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["training", *arguments]) == 0
    return capsys.readouterr().out


def document(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    page: dict[str, Any] = json.loads(said([*arguments, "--json"], capsys))
    assert page["schema_version"] == 1
    return page


def test_a_stated_plan_is_predicted(capsys: pytest.CaptureFixture[str]) -> None:
    page = document(["predict", *LLAMA, *PLAN, "--global-batch", "2048", "--seq", "8192"], capsys)
    assert {name: page["plan"][name] for name in ("tp", "pp", "dp", "cp")} == {"tp": 8, "pp": 16, "dp": 128, "cp": 1}
    assert sum(page["parts_s"].values()) == pytest.approx(page["step_s"])
    assert sum(page["components_bytes"].values()) == pytest.approx(page["memory_bytes"])
    assert page["memory_bytes"] <= page["usable_bytes"] <= page["capacity_bytes"]
    assert page["step_low_s"] < page["step_s"] < page["step_high_s"]
    assert page["tokens_per_s"] == pytest.approx(2048 * 8192 / page["step_s"])
    assert page["tokens_per_s_per_accelerator"] == pytest.approx(page["tokens_per_s"] / 16384)
    # by hand: 6 N_mm and 6 L s/2 (w_qk + w_v) FLOP a token, on a peak of 989.5 TFLOP/s
    assert page["mfu"] == pytest.approx(2.52e12 * 2048 * 8192 / (16384 * 989.5e12 * page["step_s"]), rel=0.01)
    assert page["hfu"] == pytest.approx(page["mfu"] * (1 + max(page["plan"]["recompute"] - 1, 0) / 3))


def test_words_say_what_the_document_says(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(["predict", *LLAMA, *PLAN], capsys)
    for word in (
        "MFU",
        "HFU",
        "peak",
        "memory",
        "GB",
        "tokens/s/accelerator",
        "kWh a step",
        "bound by",
        "pipeline bubble",
    ):
        assert word in text
    assert "software is not stated" in text
    assert "2,048 sequences (16 M tokens) are assumed" in text


def test_unstated_software_widens_the_band(capsys: pytest.CaptureFixture[str]) -> None:
    plan = ["predict", *LLAMA, *PLAN]
    pages = [document([*plan, *more], capsys) for more in ([], ["--software", "megatron-bridge-26.08"])]
    widths = [page["step_high_s"] / page["step_low_s"] for page in pages]
    assert pages[0]["step_s"] == pages[1]["step_s"]
    assert widths[0] > widths[1]
    assert not any("software" in note for note in pages[1]["notices"])


def test_full_recomputation_separates_hfu_from_mfu(capsys: pytest.CaptureFixture[str]) -> None:
    page = document(["predict", *SMALL, "--recompute", "full"], capsys)
    assert page["hfu"] == pytest.approx(page["mfu"] * 4 / 3)


def test_adapters_need_less_memory_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    plan = ["--tp", "2", "--pp", "1", "--recompute", "lean", "--micro-batch", "1"]
    whole = document(["predict", *SMALL, *plan], capsys)
    adapters = document(["predict", *SMALL, *plan, "--lora"], capsys)
    assert adapters["step_s"] < whole["step_s"]
    assert adapters["components_bytes"]["optimizer_bytes"] == 0
    assert any("adapters" in note for note in adapters["notices"])


def test_a_case_in_a_file_is_the_same_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "case.toml"
    file.write_text(
        'model = "llama3.1-8b"\naccelerator = "h100-sxm-80gb"\ncount = 64\nglobal-batch = 256\ntp = 2\nlora = false\n',
        encoding="utf-8",
    )
    assert document(["predict", "--case", str(file)], capsys) == document(["predict", *SMALL, "--tp", "2"], capsys)
    over = document(["predict", "--case", str(file), "--tp", "4"], capsys)
    assert over["plan"]["tp"] == 4


def test_the_search_says_why_and_how_fast(capsys: pytest.CaptureFixture[str]) -> None:
    page = document(["search", *SMALL, "--seq", "8192", "--top", "3", "--pareto"], capsys)
    assert len(page["plans"]) == 3
    steps = [plan["step_s"] for plan in page["plans"]]
    assert steps == sorted(steps)
    assert page["evaluated"] > 100_000
    assert page["evaluated_per_s"] == pytest.approx(page["evaluated"] / page["search_s"])
    assert page["runner_up"]["why_lost"].startswith(f"loses {(steps[1] / steps[0] - 1) * 100:.1f} %: ")
    assert [plan["step_s"] for plan in page["pareto"]] == sorted(plan["step_s"] for plan in page["pareto"])
    assert all(plan["memory_bytes"] <= 0.93 * 80e9 for plan in page["pareto"])
    words = said(["search", *SMALL, "--seq", "8192", "--top", "3", "--pareto"], capsys)
    for word in ("legal plans (full space)", "M/s", "the runner-up (", "bound by: ", "undominated in time and memory"):
        assert word in words


@pytest.mark.parametrize("objective", ["cost", "energy", "memory"])
def test_each_objective_leads_to_its_own_least(objective: str, capsys: pytest.CaptureFixture[str]) -> None:
    key = {"cost": "step_usd", "energy": "step_energy_kwh", "memory": "memory_bytes"}[objective]
    own = document(["search", *SMALL, "--space", "usual", "--objective", objective], capsys)
    quick = document(["search", *SMALL, "--space", "usual"], capsys)
    assert own["plans"][0][key] <= quick["plans"][0][key]
    assert own["plans"][0]["step_s"] >= quick["plans"][0]["step_s"]


def test_a_slower_network_is_slower(capsys: pytest.CaptureFixture[str]) -> None:
    plan = ["--tp", "1", "--pp", "1", "--dp", "64", "--zero", "3", "--micro-batch", "1", "--recompute", "lean"]
    usual = document(["predict", *SMALL, *plan], capsys)
    slow = document(["predict", *SMALL, *plan, "--network", "10Gbps"], capsys)
    assert slow["step_s"] > usual["step_s"]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["predict", *LLAMA, "--tp", "7"], 1, "The nearest legal value is tp = 8"),
        (["predict", *LLAMA, "--pp", "200"], 1, "The nearest legal value is pp = 126"),
        (["predict", *LLAMA, *PLAN, "--global-batch", "2000"], 1, "The nearest legal value is 2048 sequences"),
        (["search", *LLAMA, "--global-batch", "2048.5"], 2, "The nearest legal value is 2048"),
        (["predict", "--model", "lama3.1-405b", *LLAMA[2:]], 1, 'Did you mean "llama3.1-405b"?'),
        (["predict", *LLAMA, "--accelerator", "h100-sxn-80gb"], 1, 'Did you mean "h100-sxm-80gb"?'),
        (["predict", *LLAMA, "--software", "megatron-bridge-26.8"], 1, 'Did you mean "megatron-bridge-26.08"?'),
        (["predict", *LLAMA, "--precision", "bf17"], 2, 'Did you mean "bf16"?'),
        (["predict", *LLAMA, "--precision", "nvfp4"], 1, "does not multiply in fp4"),
        (["predict", *LLAMA, "--recompute", "ful"], 2, 'Did you mean "full"?'),
        (["predict", *LLAMA, "--network", "fast"], 1, "fast"),
        (["predict", *LLAMA, "--network", "0Gbps"], 2, "400Gbps"),
        (["predict", "--model", "llama3.1-8b"], 2, "--accelerator"),
        (["predict", "--case", "none.toml"], 1, "none.toml"),
        (["search", *LLAMA, "--objective", "speed"], 2, 'no objective "speed"'),
        (["search", "--model", "llama3.1-405b", *LLAMA[2:4], "--count", "8"], 1, "GB a device short of memory"),
        (["none.toml"], 1, "none.toml"),
    ],
)
def test_bad_input_is_told_in_one_sentence(
    arguments: list[str], status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["training", *arguments]) == status
    told = capsys.readouterr().err
    assert told.startswith("denshi: ")
    assert says in told
    assert len(told.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("tp = ", "not TOML"),
        ("tq = 8", 'Did you mean "tp"?'),
        ('tp = "8"', "is not a number"),
        ("tp = nan", "is not a number"),
        ("lora = 1", "is not true or false"),
        ("model = 8", "is not a text"),
    ],
)
def test_a_wrong_case_names_its_file(line: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(line, encoding="utf-8")
    assert main(["training", "predict", "--case", str(file)]) != 0
    told = capsys.readouterr().err
    assert says in told
    assert "wrong.toml" in told


def test_the_commands_are_listed_and_a_scenario_needs_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["training", "--help"]) == 0
    listed = capsys.readouterr().out
    assert "predict" in listed
    assert "search" in listed
    assert main(["training", "scenario", "none.toml"]) == 1
    explicit = capsys.readouterr().err
    assert main(["training", "none.toml"]) == 1
    assert capsys.readouterr().err == explicit
