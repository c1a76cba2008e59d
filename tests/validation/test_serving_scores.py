"""The scores of the model of serving: definitions by hand, no row teaching its own score, other estimators beside."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from denshi.catalog import Accelerator, Model, find
from denshi.validation.serving import silicon
from denshi.validation.serving.baseline import roofline
from denshi.validation.serving.cases import Workers, read
from denshi.validation.serving.document import Asked, document
from denshi.validation.serving.leave_out import left_out
from denshi.validation.serving.predictor import shipped_predictor
from denshi.validation.serving.score import PARTS, score
from denshi.validation.serving.silicon import Answer, Setting
from denshi.validation.serving.table import as_text
from denshi.workload.serving.shape import shape_of
from invented_points import ONES, PREDICTOR, fit, point, result

FIGURES = {"n", "answered", "median_ape", "mape", "p90_ape", "within20", "bias", "interval80_coverage"}
MODELS = ("llama3.1-8b", "llama3.1-70b", "qwen3-32b")
TWO = Workers(1.0, 2.0, 1.0, 1.0, 1.0, 0.0)


def test_a_score_is_what_its_definition_says() -> None:
    cases = [point(1.0), point(2.0), point(4.0), point(None)]
    found = score(cases, np.array([1.1, 1.4, np.nan, 3.0]), "tpot_s", np.full(4, 1.2))
    assert (found["n"], found["answered"]) == (3, 2)
    assert found["median_ape"] == found["mape"] == pytest.approx(0.2)
    assert found["p90_ape"] == pytest.approx(0.1 + 0.9 * 0.2)
    assert found["within20"] == 0.5
    assert found["bias"] == pytest.approx(-0.1)
    assert found["interval80_coverage"] == 0.5


def test_a_group_without_an_answer_has_counts_and_no_figures() -> None:
    found = score([point(1.0)], np.array([np.nan]), "tpot_s")
    assert (found.pop("n"), found.pop("answered")) == (1, 0)
    assert set(found.values()) == {None}


def test_the_document_has_its_blocks_and_flagged_rows_stand_apart() -> None:
    apart = {"mode": "disagg", "prompt": TWO}
    cases = [
        point(0.01, measured={"tpot_s": 0.01, "ttft_s": 0.2}),
        point(0.02, flag="broken"),
        point(0.04, **apart),
        point(0.08, is_moe=True, model="mixtral-8x7b"),
        point(0.01, reason="the concurrency is not stated"),
        result(500.0, measured={"throughput": 500.0, "tokens_per_joule": 2.0}),
        result(2000.0, model="deepseek-v3"),
    ]
    found = document(cases, PREDICTOR, Asked(rows=True))
    assert (found["n"], found["answered"]) == (6, 5)
    assert set(found) >= {*PARTS, "tpot_dense", "tpot_moe", "fine_grained", "by", "flagged", "baseline_roofline"}
    assert all(set(found[name]) >= FIGURES for name in PARTS)
    assert (found["tpot"]["n"], found["tpot"]["answered"]) == (3, 2)
    assert found["tpot_dense"]["mape"] == 0.0
    assert found["tpot_moe"]["mape"] == pytest.approx(0.875)
    assert found["ttft"]["mape"] == pytest.approx(0.5)
    assert found["disagg_tpot"]["mape"] == pytest.approx(0.75)
    assert (found["throughput"]["n"], found["fine_grained"]["n"]) == (2, 1)
    assert found["fine_grained"]["median_ape"] == pytest.approx(0.5)
    assert found["interval80_coverage"] == found["tpot"]["interval80_coverage"] == 0.5
    assert set(found["by"]) == {"model", "accelerator", "engine", "mode"}
    assert sum(one["n"] for one in found["by"]["mode"].values()) == 6
    assert found["flagged"]["broken"]["tpot"]["mape"] == pytest.approx(0.5)
    assert set(found["baseline_roofline"]) == set(PARTS)
    assert found["aiconfigurator"] is None
    assert found["tokens_per_joule"]["spread"] == {"lowest": -0.5, "highest": -0.5}
    assert [row["error"] for row in found["tokens_per_joule"]["rows"]] == [-0.5]
    assert [row["locator"] for row in found["rows"]] == [one.locator for one in cases]
    assert found["rows"][0]["tpot_s"]["high"] == pytest.approx(0.011)
    assert found["rows"][4]["reason"] == "the concurrency is not stated"
    json.dumps(found, allow_nan=False)


def test_the_same_rows_give_the_same_document() -> None:
    cases = [point(0.01 + i / 300, model=MODELS[i % 3], concurrency=float(4 + i)) for i in range(18)]
    asked = Asked(leave_out=("model",), rows=True, processes=1)
    assert json.dumps(document(cases, PREDICTOR, asked)) == json.dumps(document(cases, PREDICTOR, asked))


def test_left_out_rows_do_not_teach_their_own_prediction() -> None:
    a, b = {"model": MODELS[0]}, {"model": MODELS[1]}
    cases = [point(0.01, **a), point(0.03, **b), point(0.03, **b), point(0.09, flag="broken", **a)]
    found = document(cases, PREDICTOR, Asked(leave_out=("model",), rows=True, processes=1))["leave_out"]["model"]
    assert set(found) >= {*PARTS, "tpot_dense", "by", "interval80_coverage", "calibrated"}
    assert found["by"]["model"][MODELS[0]]["tpot"]["bias"] == pytest.approx(2.0)
    assert found["by"]["model"][MODELS[1]]["tpot"]["bias"] == pytest.approx(1.0 / 3.0 - 1.0)


def test_a_left_out_accelerator_has_the_interval_of_one_not_seen() -> None:
    cases = [point(0.01), point(0.013, accelerator="h200-sxm-141gb"), point(0.011, accelerator="h200-sxm-141gb")]
    found = document(cases, PREDICTOR, Asked(leave_out=("accelerator",), processes=1))
    assert found["interval80_coverage"] == pytest.approx(2 / 3)
    assert found["leave_out"]["accelerator"]["interval80_coverage"] == 1.0


def test_submitters_are_left_out_of_the_results_and_serving_is_not_fitted_again() -> None:
    asked = []

    def counting(cases: object, start: dict[str, float]) -> object:
        asked.append(cases)
        return fit(cases, start)  # type: ignore[arg-type]

    cases = [point(0.02), result(1000.0, submitter="a"), result(3000.0, submitter="b"), result(3000.0, submitter="c")]
    predictor = replace(PREDICTOR, fit=counting)  # type: ignore[arg-type]
    found = document(cases, predictor, Asked(leave_out=("submitter",), processes=1))["leave_out"]["submitter"]
    assert (found["n"], found["tpot"]["n"]) == (3, 0)
    assert found["by"]["submitter"]["a"]["throughput"]["bias"] == pytest.approx(2.0)
    assert found["by"]["submitter"]["b"]["throughput"]["bias"] == pytest.approx(2.0 / 3.0 - 1.0)
    assert len(asked) == 1  # once for the constants that results do not teach


def test_a_refit_starts_from_the_priors_and_not_from_what_was_fitted_to_its_rows() -> None:
    started = []

    def keep(cases: object, start: dict[str, float]) -> dict[str, float]:
        started.append(start)
        return start

    prior = dict.fromkeys(ONES, 2.0)
    predictor = replace(PREDICTOR, fit=keep, start=prior)  # type: ignore[arg-type]
    left_out([point()], ["a"], ["a"], predictor, processes=1)
    assert started == [prior]


def test_two_processes_find_what_one_finds() -> None:
    cases = [point(0.01 + i / 700, model=f"m{i % 3}", is_moe=i % 3 == 2) for i in range(9)] + [result()]
    groups = [one.model for one in cases]
    one, two = (left_out(cases, groups, groups, PREDICTOR, processes=width) for width in (1, 2))
    assert one.constants == two.constants
    assert all(np.array_equal(one.predicted[name], two.predicted[name], equal_nan=True) for name in one.predicted)


def test_the_roofline_of_one_sequence_reads_weights_and_cache_and_that_of_a_prompt_multiplies() -> None:
    chip, shape = find(Accelerator, "h100-sxm-80gb"), shape_of(find(Model, "llama3.1-8b"))
    found = roofline([point(concurrency=1.0), point(concurrency=1.0, decode=TWO)])
    weights = float(shape.params) - 2 * float(shape.head_params) + 2 * float(shape.head_params)
    cache = 1500 * float(shape.cache_values)
    assert found["tpot_s"][0] == pytest.approx((weights + cache) / chip.memory_bytes_per_s, rel=1e-6)
    assert found["tpot_s"][1] == pytest.approx(found["tpot_s"][0] / 2)
    flop = 1000 * (2 * float(shape.token_params) + 2 * float(shape.score_width) * 500)
    assert chip.fp8_flop_per_s is not None
    assert found["ttft_s"][0] == pytest.approx(flop / chip.fp8_flop_per_s)


def test_the_roofline_of_a_mixture_reads_the_experts_that_are_chosen() -> None:
    chip, shape = find(Accelerator, "h100-sxm-80gb"), shape_of(find(Model, "mixtral-8x7b"))
    case = point(model="mixtral-8x7b", is_moe=True, decode=TWO)
    few, many = (
        roofline([replace(case, concurrency=n, input_tokens=1.0, output_tokens=1.0)])["tpot_s"][0] for n in (1.0, 60.0)
    )
    wide = float(shape.attention_params) + float(shape.dense_params) + 2 * float(shape.head_params)
    experts = float(shape.expert_params)
    assert few == pytest.approx((wide + experts / 4) / 2 / chip.memory_bytes_per_s, rel=1e-4)
    assert many == pytest.approx((wide + experts) / 2 / chip.memory_bytes_per_s, rel=1e-3)  # its cache beside


def test_the_roofline_of_a_result_is_a_rate_and_unanswered_rows_have_none() -> None:
    found = roofline([result(), result(accelerators=8.0), point(reason="no split"), result(model="no-such-model")])
    chip, shape = find(Accelerator, "h100-sxm-80gb"), shape_of(find(Model, "llama3.1-8b"))
    assert chip.fp8_flop_per_s is not None
    assert 0 < found["throughput"][0] < chip.fp8_flop_per_s / 2 / float(shape.token_params)
    assert found["throughput"][1] > 8 * found["throughput"][0]  # weights are held once, more sequences fit
    assert found["tokens_per_joule"][0] == pytest.approx(found["throughput"][0] / chip.tdp_kw / 1e3)
    assert np.isnan(found["tpot_s"][2])
    assert np.isnan(found["throughput"][3])


def answers(settings: list[Setting]) -> list[Answer]:
    """Twice the truth of the invented points, none of eight sequences."""
    return [Answer(np.nan, np.nan, "no table") if one.batch == 8 else Answer(2e-3 * one.batch, 1.0) for one in settings]


def test_the_other_estimator_stands_beside_on_the_rows_it_answers() -> None:
    cases = [point(0.01), point(0.008, concurrency=8.0), point(0.02, drafts=2.0), point(0.01, flag="broken"), result()]
    other = silicon.predicted(cases, estimate=answers, version="9.9")  # type: ignore[arg-type]
    found = document(cases, PREDICTOR, Asked(silicon=other, rows=True))
    block = found["aiconfigurator"]
    assert (block["version"], block["n"], block["answered"]) == ("9.9", 3, 1)
    assert block["aiconfigurator"]["tpot"]["mape"] == pytest.approx(1.0)
    assert block["denshi"]["tpot"]["mape"] == 0.0
    assert sum(block["unanswered"].values()) == 2
    assert found["rows"][0]["tpot_s"]["aiconfigurator"] == pytest.approx(0.02)
    assert found["rows"][1]["tpot_s"]["aiconfigurator"] is None
    assert "1 of 3 aggregated points answered" in as_text(found)


def test_settings_of_the_other_estimator_follow_the_row() -> None:
    mixture = point(model="deepseek-v3", is_moe=True, decode=Workers(1.0, 2.0, 1.0, 4.0, 8.0, 0.0), concurrency=64.0)
    found = silicon.setting_of(mixture)
    assert isinstance(found, Setting)
    assert (found.format, found.cache_format) == ("fp8_block", "fp8")
    assert (found.tp, found.groups, found.expert_tp, found.ep, found.batch) == (2, 4, 1, 8, 16)
    assert silicon.setting_of(replace(mixture, accelerator="mi300x")) == (
        "model, accelerator or number format not among its own"
    )


def test_answers_of_the_other_estimator_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def estimate(settings: list[Setting], progress: object) -> list[Answer]:
        asked.append(len(settings))
        return answers(settings)

    monkeypatch.setattr(silicon, "_estimate", estimate)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cases = [point(), point(concurrency=8.0)]
    first = silicon.predicted(cases, version="9.9")
    again = silicon.predicted([*cases, point(concurrency=30.0)], version="9.9")
    assert asked == [2, 1]
    assert again.predicted["tpot_s"][:2] == pytest.approx(first.predicted["tpot_s"], nan_ok=True)
    assert again.reasons == ("", "no table", "")
    (tmp_path / "denshi" / "aiconfigurator-core-9.9.json").write_text("{", encoding="utf-8")
    assert silicon.predicted(cases, version="9.9").predicted["tpot_s"][0] == first.predicted["tpot_s"][0]


def test_the_table_fits_a_terminal_and_shows_the_figures() -> None:
    cases = [point(0.01 + i / 5000, model=MODELS[i % 3], release="s" * 90, concurrency=4.0 + i) for i in range(30)]
    cases += [point(None, reason="r" * 200, locator="l" * 300), point(2.0, flag="f" * 90), result(submitter="t" * 90)]
    cases += [result(measured={"throughput": 900.0, "tokens_per_joule": 1.5})]
    own = (replace(cases[0], locator="mine", measured={"tpot_s": 0.02}, concurrency=7.5),)
    other = silicon.predicted(cases, estimate=answers, version="9.9")  # type: ignore[arg-type]
    asked = Asked(leave_out=("model", "accelerator", "submitter"), rows=True, own=own, silicon=other, processes=1)
    said = as_text(document(cases, PREDICTOR, asked))
    assert max(len(line) for line in said.splitlines()) <= 100
    assert "f" * 16 in said
    assert "after calibration on 3 points of each of 3 stacks" in said
    assert "TPOT, after" in said
    assert "tokens per joule, every row" in said


def test_the_measured_points_are_met(shared: Path) -> None:
    cases = read(shared / "validation" / "serving.csv")
    found = document(cases, shipped_predictor(), Asked())
    assert found["answered"] >= 0.99 * found["n"]
    assert found["tpot"]["median_ape"] < 0.12
    assert found["throughput"]["median_ape"] < 0.15
    assert 0.75 <= found["interval80_coverage"] <= 0.95
    assert all(
        found[part]["median_ape"] < found["baseline_roofline"][part]["median_ape"] / 2
        for part in ("tpot", "ttft", "disagg_tpot", "throughput", "tokens_per_joule")
    )
