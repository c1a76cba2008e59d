"""``denshi serving``: predict, search and compare without a scenario, bad input told, the room as default."""

import json
import subprocess
import sys
from typing import Any

import pytest

from denshi.cli import main

LENGTHS = ["--input", "1024", "--output", "1024"]
DEEPSEEK = ["--model", "deepseek-v3", "--accelerator", "h200-sxm-141gb", "--engine", "vllm", *LENGTHS]
LLAMA = ["--model", "llama3.1-70b", "--accelerator", "h100-sxm-80gb", "--engine", "vllm", *LENGTHS]
ONE = ["predict", *DEEPSEEK, "--precision", "fp8", "--tp", "8", "--concurrency", "64"]
TARGETS = ["--ttft", "2s", "--tpot", "50ms"]
MANY = ["search", *LLAMA, "--precision", "fp8", "--count", "16", *TARGETS]


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["serving", *arguments]) == 0
    return capsys.readouterr().out


def document(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    page: dict[str, Any] = json.loads(said([*arguments, "--json"], capsys))
    assert page["schema_version"] == 1
    return page


def test_a_stated_way_is_predicted(capsys: pytest.CaptureFixture[str]) -> None:
    page = document(ONE, capsys)
    assert {name: page["plan"][name] for name in ("tp", "groups", "pp", "replicas")} == {
        "tp": 8,
        "groups": 1,
        "pp": 1,
        "replicas": 1,
    }
    assert sum(page["ttft_parts_s"].values()) == pytest.approx(page["ttft_s"])
    assert sum(page["tpot_parts_s"].values()) == pytest.approx(page["tpot_s"])
    assert sum(page["shares"].values()) == pytest.approx(1)
    assert page["tokens_per_s"] == pytest.approx(64 * 1024 / (page["ttft_s"] + 1023 * page["tpot_s"]))
    assert page["tokens_per_s_per_user"] == pytest.approx(1 / page["tpot_s"])
    assert page["tokens_per_s_per_accelerator"] == pytest.approx(page["tokens_per_s"] / 8)
    # HGX H200: 10.2 kW for eight
    assert page["tokens_per_s_per_mw"] == pytest.approx(page["tokens_per_s"] / 10.2e-3)
    assert page["energy_j_per_token"] * page["tokens_per_j"] == pytest.approx(1)
    assert page["power_kw"] * 1e3 == pytest.approx(page["energy_j_per_token"] * page["tokens_per_s"])
    assert page["usd_per_m_tokens"] == pytest.approx(3.0 * 8 / 3600 / page["tokens_per_s"] * 1e6)
    memory = page["memory"]
    assert memory["checkpoint_bytes"] == pytest.approx(671e9, rel=0.01)
    assert memory["weight_bytes"] == pytest.approx(memory["checkpoint_bytes"] / 8)
    assert memory["sequences_held"] > 64 == memory["sequences_running"]
    assert set(page["grades"]) == {"times", "memory", "power", "usd"}
    assert page["notices"] == []


def test_words_say_what_the_document_says(capsys: pytest.CaptureFixture[str]) -> None:
    page, text = document(ONE, capsys), said([*ONE, "--kv"], capsys)
    for word in (
        "TTFT",
        "TPOT",
        page["definitions"]["ttft_s"],
        page["definitions"]["tpot_s"],
        "routed experts",
        "tokens/s a user",
        "a provisioned MW",
        "J a token",
        f"bound by  {page['bound']}",
        f"{page['memory']['sequences_held']:,.0f} sequences fit",
        "room for the cache",
        "grades",
    ):
        assert word in text
    assert "room for the cache" not in said(ONE, capsys)


def test_times_have_a_band_wider_where_no_point_taught(capsys: pytest.CaptureFixture[str]) -> None:
    known, other = ["h100-sxm-80gb", "mi300x"]
    arguments = ["predict", "--model", "llama3.1-70b", "--precision", "fp8", "--tp", "8", "--accelerator"]
    taught, foreign = (document([*arguments, chip], capsys) for chip in (known, other))
    for page in (taught, foreign):
        for name in ("tpot", "ttft"):
            assert page[f"{name}_low_s"] < page[f"{name}_s"] < page[f"{name}_high_s"]
    assert foreign["tpot_high_s"] / foreign["tpot_s"] > taught["tpot_high_s"] / taught["tpot_s"]
    assert any("taught the constants" in note for note in foreign["notices"])
    assert not any("taught the constants" in note for note in taught["notices"])
    assert "four times in five" in said([*arguments, known], capsys)


def test_what_is_not_stated_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    page = document(["predict", "--model", "llama3.1-70b", "--accelerator", "h100-sxm-80gb"], capsys)
    for word in ("engine", "precision", "input length", "output length", "tp is not stated: 1", "concurrency"):
        assert any(word in note for note in page["notices"])


def test_more_requests_slow_each_and_speed_all(capsys: pytest.CaptureFixture[str]) -> None:
    few, many = (document([*ONE[:-1], count], capsys) for count in ("16", "128"))
    assert few["tpot_s"] < many["tpot_s"]
    assert few["tokens_per_s"] < many["tokens_per_s"]
    assert few["energy_j_per_token"] > many["energy_j_per_token"]


def test_replicas_side_by_side_are_as_fast_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = document(ONE, capsys), document([*ONE[:-1], "128", "--replicas", "2"], capsys)
    assert two["tpot_s"] == one["tpot_s"]
    assert two["accelerators"] == 16
    for name in ("tokens_per_s", "power_kw"):
        assert two[name] == pytest.approx(2 * one[name])
    assert two["memory"]["sequences_held"] >= 2 * one["memory"]["sequences_held"]
    assert two["memory"]["cache_used_bytes"] == pytest.approx(one["memory"]["cache_used_bytes"])


def test_drafts_show_the_tokens_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    plain, drafted = document(ONE, capsys), document([*ONE, "--drafts", "2"], capsys)
    assert plain["accepted_tokens_per_step"] == 1
    assert 1 < drafted["accepted_tokens_per_step"] < 3
    assert sum(drafted["tpot_parts_s"].values()) == pytest.approx(drafted["tpot_s"])
    assert "tokens accepted" in said([*ONE, "--drafts", "2"], capsys)


def test_a_wider_cache_holds_half_and_a_prefix_hit_saves_prompts(capsys: pytest.CaptureFixture[str]) -> None:
    plain, wide = document(ONE, capsys), document([*ONE, "--cache", "bf16"], capsys)
    assert wide["memory"]["sequences_held"] == pytest.approx(plain["memory"]["sequences_held"] / 2, abs=1)
    assert document([*ONE, "--prefix-hit", "50%"], capsys)["ttft_s"] < plain["ttft_s"]


def test_requests_beyond_the_slots_wait(capsys: pytest.CaptureFixture[str]) -> None:
    page = document([*ONE, "--slots", "16"], capsys)
    assert page["memory"]["sequences_running"] == 16
    assert page["ttft_parts_s"]["memory_wait_s"] > 0
    assert any("16 of 64 requests run" in note for note in page["notices"])


def test_workers_for_prompts_leave_the_others_to_decode(capsys: pytest.CaptureFixture[str]) -> None:
    apart = document([*ONE, "--prefill-workers", "1"], capsys)
    assert apart["accelerators"] == 16
    assert apart["plan"]["prompt_tp"] == 8
    assert apart["tpot_parts_s"]["mixed_s"] == 0
    assert apart["ttft_parts_s"]["transfer_s"] > 0
    assert apart["tpot_s"] < document(ONE, capsys)["tpot_s"]
    assert "1 decode worker of tp 8, 64 sequences each, and 1 prompt worker of tp 8" in said(
        [*ONE, "--prefill-workers", "1"], capsys
    )


LOAD = [*ONE, "--rate", "0.8", "--requests", "3000", "--input-cv", "0.5", "--output-cv", "0.5"]


def test_requests_are_played_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    run = document(LOAD, capsys)["simulation"]
    for name in ("ttft_s", "tpot_s", "waited_s"):
        assert run[name]["p50"] < run[name]["p90"] < run[name]["p99"]
    assert run["waited_s"]["mean"] < run["ttft_s"]["mean"]
    assert 0 < run["utilisation"] < 1
    assert run["preemptions"] == 0
    assert run == document(LOAD, capsys)["simulation"]
    assert run["ttft_s"] != document([*LOAD, "--seed", "1"], capsys)["simulation"]["ttft_s"]
    text = said(LOAD, capsys)
    for word in ("3,000 requests at 0.8 a second", "p99", "utilisation", "preemptions"):
        assert word in text


def test_a_load_too_high_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    page = document([*ONE, "--rate", "50", "--requests", "2000"], capsys)
    assert page["simulation"]["utilisation"] > 1
    assert any("do not keep up" in note for note in page["notices"])


def test_prompts_apart_are_played_too(capsys: pytest.CaptureFixture[str]) -> None:
    run = document([*LOAD, "--prefill-workers", "1"], capsys)["simulation"]
    assert 0 < run["prefill_busy_fraction"] < 1
    assert run["tpot_s"]["p99"] < document(LOAD, capsys)["simulation"]["tpot_s"]["p99"]


def test_the_search_says_why_and_how_fast(capsys: pytest.CaptureFixture[str]) -> None:
    page = document([*MANY, "--top", "3", "--pareto"], capsys)
    plans = page["plans"]
    assert len(plans) == 3
    assert [plan["tokens_per_s"] for plan in plans] == sorted((plan["tokens_per_s"] for plan in plans), reverse=True)
    for plan in plans:
        assert plan["ttft_s"] <= 2
        assert plan["tpot_s"] <= 0.05
        assert plan["accelerators"] <= 16
    assert page["evaluated"] > page["fitting"] > page["within_targets"] > 0
    assert page["evaluated_per_s"] == pytest.approx(page["evaluated"] / page["search_s"])
    lost = (1 - plans[1]["tokens_per_s"] / plans[0]["tokens_per_s"]) * 100
    assert page["runner_up"]["why_lost"].startswith(f"loses {lost:.1f} %: ")
    users = [plan["tokens_per_s_per_user"] for plan in page["pareto"]]
    each = [plan["tokens_per_s_per_accelerator"] for plan in page["pareto"]]
    assert users == sorted(users, reverse=True)
    assert each == sorted(each)
    text = said([*MANY, "--top", "3", "--pareto"], capsys)
    for word in ("configurations on up to 16", "M/s", "runner-up (", "bound by", "stopped by", "none beats these"):
        assert word in text


def test_the_plan_found_is_the_plan_predicted(capsys: pytest.CaptureFixture[str]) -> None:
    pages = [document([*MANY, "--top", "9"], capsys), document([*MANY, "--objective", "energy", "--top", "9"], capsys)]
    plans = [plan for page in pages for plan in page["plans"]]
    assert {bool(plan["plan"]["prompt_workers"]) for plan in plans} == {True, False}
    one = next(plan for plan in plans if not plan["plan"]["prompt_workers"])
    own = one["plan"]
    stated = [f"--{name}={own[name]}" for name in ("tp", "groups", "pp", "ep", "replicas")]
    every = f"--concurrency={own['concurrency'] * own['replicas']}"
    again = document(["predict", *LLAMA, "--precision", "fp8", *stated, every], capsys)
    for name in ("ttft_s", "tpot_s", "tokens_per_s", "energy_j_per_token", "usd_per_m_tokens"):
        assert again[name] == pytest.approx(one[name])


@pytest.mark.parametrize("objective", ["cost", "energy"])
def test_each_objective_leads_to_its_own_least(objective: str, capsys: pytest.CaptureFixture[str]) -> None:
    key = {"cost": "usd_per_m_tokens", "energy": "energy_j_per_token"}[objective]
    own = document([*MANY, "--objective", objective], capsys)["plans"][0]
    most = document(MANY, capsys)["plans"][0]
    assert own[key] <= most[key]
    assert own["tokens_per_s"] <= most["tokens_per_s"]


def test_a_day_of_tokens_is_sized(capsys: pytest.CaptureFixture[str]) -> None:
    day = ["--tokens-per-day", "10B"]
    flat = document([*MANY, *day], capsys)
    demand, best = flat["demand"], flat["plans"][0]
    assert demand["accelerators"] == demand["units"] * demand["unit_accelerators"]
    assert demand["peak_tokens_per_s"] == pytest.approx(1e10 / 86400)
    assert demand["units"] * demand["unit_accelerators"] * best["tokens_per_s_per_accelerator"] >= 1e10 / 86400
    peaked = document([*MANY, *day, "--demand", ",".join(["1"] * 12 + ["3"] * 12)], capsys)["demand"]
    assert peaked["peak_tokens_per_s"] == pytest.approx(1e10 / 86400 * 1.5)
    assert peaked["accelerators"] > demand["accelerators"]
    assert peaked["utilisation"] < demand["utilisation"] <= 1
    assert "tokens a day" in said([*MANY, *day], capsys)


COMPARE = ["compare", "h200-sxm-141gb:fp8", "b200-sxm-180gb:fp4", "--model", "llama3.1-70b", "--count", "8", *TARGETS]


def test_machines_and_formats_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    page = document([*COMPARE, *LENGTHS], capsys)
    hopper, blackwell = page["rows"]
    assert (hopper["precision"], blackwell["precision"]) == ("fp8", "fp4")
    assert blackwell["checkpoint_bytes"] < hopper["checkpoint_bytes"]
    assert blackwell["best"]["tokens_per_s_per_accelerator"] > hopper["best"]["tokens_per_s_per_accelerator"]
    for row in page["rows"]:
        assert row["quality"]
        assert all(one["source"] and one["date"] and one["grade"] for one in row["quality"])
    assert any(one["params_fraction"] == pytest.approx(51.5 / 70.6, abs=1e-4) for one in page["cut"])
    text = said([*COMPARE, *LENGTHS], capsys)
    for word in ("tok/s/MW", "weights GB", "USD/M", "84.4 to 84.2", "Nemotron-51B", "73% of the parameters"):
        assert word in text


def test_a_machine_that_cannot_is_a_row_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    machines = ["h200-sxm-141gb:fp8", "a100-sxm-80gb:fp8", "a100-sxm-40gb:int4", "rtx-pro-6000:bf16"]
    page = document(
        ["compare", *machines, "--model", "deepseek-v3", "--count", "8", *TARGETS, "--network", "400Gbps"], capsys
    )
    rows = {row["asked"]: row for row in page["rows"]}
    assert rows["h200-sxm-141gb:fp8"]["best"]
    assert "does not multiply in fp8" in rows["a100-sxm-80gb:fp8"]["why_not"]
    assert "does not fit" in rows["a100-sxm-40gb:int4"]["why_not"]
    assert "does not fit" in rows["rtx-pro-6000:bf16"]["why_not"]


def test_a_format_without_an_evaluation_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["compare", "b200-sxm-180gb:fp4", "--count", "8", *TARGETS, "--model"]
    assert "fp4: no published evaluation" in said([*arguments, "qwen3-14b"], capsys)
    assert "fp4: of deepseek-r1, the same shape;" in said([*arguments, "deepseek-v3"], capsys)


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ([*ONE, "--tp", "7"], 2, "The nearest legal value is 8"),
        ([*ONE, "--pp", "62"], 2, "The nearest legal value is 61"),
        ([*ONE, "--ep", "3"], 2, "The nearest legal value is 2"),
        ([*ONE, "--tp", "4"], 1, "GB are missing on each accelerator"),
        ([*ONE, "--tp", "4"], 1, "Use --precision fp4 or --tp 8 or --pp 2"),
        ([*ONE, "--concurrency", "1.5"], 2, "The nearest legal value is 2"),
        ([*ONE, "--concurrency", "1", "--replicas", "2"], 2, "The nearest legal value is 2"),
        ([*ONE, "--prefix-hit", "1.5"], 2, "not a share"),
        ([*ONE, "--cache", "fp4"], 2, "is not offered"),
        ([*ONE, "--precision", "bf17"], 2, 'Did you mean "bf16"?'),
        ([*ONE, "--engine", "vlm"], 1, 'Did you mean "vllm"?'),
        ([*ONE, "--model", "deepsek-v3"], 1, 'Did you mean "deepseek-v3"?'),
        ([*ONE, "--network", "400"], 2, "has no unit"),
        ([*ONE, "--prefill-tp", "4"], 2, "--prefill-workers"),
        ([*ONE, "--prefill-workers", "1", "--prefill-tp", "2"], 1, "does not fit with tp 2"),
        ([*ONE, "--rate", "0"], 2, "is not above zero"),
        ([*ONE, "--rate", "1", "--requests", "0"], 2, "is not a whole number from 1"),
        ([*ONE, "--rate", "1", "--burstiness", "-1"], 2, "is below zero"),
        ([*ONE, "--output-cv", "-1"], 2, "is below zero"),
        (["predict", *LLAMA, "--tp", "4", "--groups", "2"], 2, "Say --replicas"),
        (["predict", *LLAMA[2:]], 2, "Say --model"),
        (["predict", *LLAMA, "--precision", "nvfp4", "--input", "100000000"], 1, "requests of at most"),
        (["search", *LLAMA, *TARGETS], 2, "--count is not stated"),
        (["search", *LLAMA, "--count", "8", "--ttft", "1s"], 2, "--tpot is not stated"),
        (["search", *LLAMA, "--count", "8", "--ttft", "1s", "--tpot", "30"], 2, "Write for example 30ms"),
        (["search", *LLAMA, "--count", "8", "--ttft", "1s", "--tpot", "1ms"], 1, "Relax --tpot to"),
        (["search", *LLAMA, "--count", "8", "--ttft", "1ms", "--tpot", "1s"], 1, "Relax --ttft to"),
        (["search", "--model", "llama3.1-405b", *LLAMA[2:], "--count", "2", *TARGETS], 1, "Use --count 8"),
        ([*MANY, "--objective", "speed"], 2, 'no objective "speed"'),
        ([*MANY, "--tokens-per-day", "0"], 2, "is not above zero"),
        ([*MANY, "--tokens-per-day", "1B", "--demand", "1,2"], 2, "24 weights"),
        ([*MANY, "--demand", ",".join(["1"] * 24)], 2, "--tokens-per-day"),
        ([*COMPARE, "--count", "0"], 2, "The nearest legal value is 1"),
        (["compare", "h200:fp8", "b201", "--model", "llama3.1-70b", "--count", "8", *TARGETS], 1, "Did you mean"),
        (["none.toml"], 1, "none.toml"),
    ],
)
def test_bad_input_is_told_in_one_sentence(
    arguments: list[str], status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serving", *arguments]) == status
    told = capsys.readouterr().err
    assert told.startswith("denshi: ")
    assert says in told
    assert len(told.strip().splitlines()) == 1


def test_the_commands_are_listed_and_a_scenario_needs_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serving", "--help"]) == 0
    listed = capsys.readouterr().out
    for verb in ("predict", "search", "compare"):
        assert verb in listed
    assert main(["serving", "scenario", "none.toml"]) == 1
    explicit = capsys.readouterr().err
    assert main(["serving", "none.toml"]) == 1
    assert capsys.readouterr().err == explicit


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from denshi.cli import main; main(['serving', 'predict', '--help']);"
        "print(sorted({'numpy', 'numba'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


def test_measured_operators_do_not_time_prompts_on_workers_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    apart = [*ONE, "--prefill-workers", "1", "--silicon"]
    assert main(["serving", *apart]) == 2
    assert "--silicon" in capsys.readouterr().err
