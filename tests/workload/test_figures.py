import sys
from pathlib import Path

from denshi.catalog import Kernels, Model, Software, find
from denshi.workload import serving, training
from figure_checks import assert_every_figure_moves, assert_every_input_is_named

sys.path.insert(0, str(Path(__file__).parent))
from workload_inputs import serving_input, training_input

SMALL = {"tokens": 1e11, "sequence": 8192.0, "global_batch_tokens": 8192.0 * 64}
SHORT = {"tokens": 1e11, "sequence": 4096.0, "global_batch_tokens": 4096.0 * 128}
TRAINING = {
    "base": training_input("llama3.1-8b", "hgx-h100", 64, **SMALL),
    "fp8": training_input("llama3.1-8b", "hgx-h100", 64, precision="fp8", **SMALL),
    "fp4": training_input("llama3.1-8b", "gb300-nvl72", 72, precision="fp4", **SMALL),
    "split": training_input(
        "llama3.1-70b",
        "hgx-h100",
        128,
        parallelism={"tp": 4, "pp": 4, "virtual_stages": 2, "micro_batch": 1},
        **SMALL,
    ),
    "moe": training_input("deepseek-v3", "gb300-nvl72", 144, precision="mxfp8", **SHORT),
    "long": training_input("llama3.1-8b", "hgx-h100", 64, tokens=1e13, sequence=131072.0, global_batch_tokens=4e6),
    "tight": training_input("llama3.1-70b", "hgx-h100", 64, **SMALL),
    "large": training_input("llama3.1-8b", "hgx-h100", 2000, runs_per_year=4.0, **SMALL),
    "small-batch": training_input("llama3.1-8b", "hgx-h100", 512, tokens=1e11, global_batch_tokens=8192.0 * 8),
    "tied": training_input("llama3.2-3b", "hgx-h100", 48, **SMALL),
    "window": training_input("gpt-oss-20b", "gb300-nvl72", 72, precision="fp4", **SHORT),
    "short": training_input("llama3.1-8b", "hgx-h100", 64, tokens=2e7, global_batch_tokens=8192.0 * 64),
}
SERVING = {
    "base": serving_input("llama3.1-70b", "hgx-h100", 64),
    "moe": serving_input("deepseek-v3", "gb300-nvl72", 720),
    "tight": serving_input("llama3.1-405b", "hgx-h100", 64, tpot_limit_s=0.045, ttft_limit_s=9.0),
    "staged": serving_input("llama3.1-405b", "hgx-a100", 64, precision="bf16", tpot_limit_s=0.5, ttft_limit_s=60.0),
    "full": serving_input("llama3.1-70b", "hgx-h100", 64, tpot_limit_s=5.0, ttft_limit_s=600.0),
    "late": serving_input("llama3.1-70b", "hgx-h100", 64, tpot_limit_s=0.2, ttft_limit_s=0.5),
    "odd": serving_input("llama3.1-70b", "hgx-h100", 67, tpot_limit_s=0.02),
    "window": serving_input("gpt-oss-120b", "hgx-h100", 64),
    "tied": serving_input("llama3.2-3b", "hgx-h100", 64),
    "sparse": serving_input("gpt-oss-120b", "hgx-h100", 64, tpot_limit_s=0.01),
    "fp4": serving_input("deepseek-v3", "gb300-nvl72", 720, precision="fp4"),
}


def test_every_training_figure_moves_with_what_it_names() -> None:
    other = {
        "scenario.workload.@.parallelism": [
            {"tp": 8, "pp": 32},
            {"tp": 4, "pp": 18},
            {"tp": 4, "pp": 16, "micro_batch": 2},
            {"ep": 4},
        ],
        "catalog.models.@": [find(Model, "llama3.1-405b")],
        "scenario.workload.@.precision": ["fp8", "bf16"],
        "catalog.kernels": [find(Kernels, "other"), find(Kernels, "ampere")],
        "catalog.software": [find(Software, "llm-foundry-2023"), find(Software, "megatron-lm-2022")],
    }
    assert_every_figure_moves(training.run, TRAINING, "workload", other)


def test_every_serving_figure_moves_with_what_it_names() -> None:
    other = {
        "scenario.workload.@.precision": ["bf16"],
        "catalog.models.@": [find(Model, "qwen3-32b"), find(Model, "llama3.1-405b"), find(Model, "kimi-k2")],
    }
    assert_every_figure_moves(serving.run, SERVING, "workload", other)


def test_training_figures_name_all_that_moves_them() -> None:
    assert_every_input_is_named(training.run, TRAINING, "workload")


def test_serving_figures_name_all_that_moves_them() -> None:
    assert_every_input_is_named(serving.run, SERVING, "workload")
