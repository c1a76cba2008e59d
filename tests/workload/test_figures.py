import sys
from pathlib import Path

import pytest

from denshi.catalog import Model, find
from denshi.workload import serving, training
from figure_checks import assert_every_figure_moves

sys.path.insert(0, str(Path(__file__).parent))
from workload_inputs import serving_input, training_input


@pytest.fixture(scope="module")
def training_cases() -> dict[str, training.Input]:
    small = {"tokens": 1e11, "global_batch_tokens": 8192.0 * 256}
    return {
        "base": training_input("llama3.1-70b", "hgx-h100", 512, **small),
        "h100-bf16": training_input("llama3.1-405b", "hgx-h100", 4096, tokens=1e12),
        "h100-fp8": training_input("llama3.1-70b", "hgx-h100", 512, precision="fp8", **small),
        "a100": training_input("llama3.1-70b", "hgx-a100", 512, **small),
        "gb300-bf16": training_input("llama3.1-70b", "gb300-nvl72", 288, **small),
        "gb300-fp8": training_input("llama3.1-70b", "gb300-nvl72", 288, precision="fp8", **small),
        "gb300-fp4": training_input("llama3.1-70b", "gb300-nvl72", 288, precision="fp4", **small),
        "moe": training_input("deepseek-v3", "hgx-h100", 2048, precision="fp8", sequence=4096.0, tokens=14.8e12),
        "long": training_input("llama3.1-70b", "hgx-h100", 512, sequence=131072.0, tokens=1e13, runs_per_year=2.0),
        "tight": training_input("llama3.1-405b", "hgx-h100", 2048, tokens=1e12),
        "large": training_input("llama3.1-70b", "hgx-h100", 40000, runs_per_year=4.0, **small),
        "between": training_input("llama3.1-70b", "hgx-h100", 3000, runs_per_year=4.0, **small),
        "small-batch": training_input("llama3.1-8b", "hgx-h100", 4096, tokens=1e11, global_batch_tokens=8192.0 * 64),
        "slow": training_input("llama3.1-8b", "hgx-h100", 512, scaleout_bytes_per_s=2e8, **small),
    }


def test_every_training_figure_moves_with_what_it_names(training_cases: dict[str, training.Input]) -> None:
    other = {
        "scenario.workload.@.parallelism": [
            {"tp": 8, "pp": 32},
            {"tp": 4, "pp": 18},
            {"tp": 4, "pp": 16, "micro_batch": 2},
            {"ep": 4},
        ],
        "catalog.models.@": [find(Model, "llama3.1-405b")],
        "scenario.workload.@.precision": ["fp8"],
    }
    assert_every_figure_moves(training.run, training_cases, "workload", other)


def test_every_serving_figure_moves_with_what_it_names() -> None:
    cases = {
        "base": serving_input("llama3.1-70b", "hgx-h100", 64),
        "moe": serving_input("deepseek-v3", "gb300-nvl72", 720),
        "tight": serving_input("llama3.1-405b", "hgx-h100", 64, tpot_limit_s=0.045, ttft_limit_s=9.0),
        "staged": serving_input("llama3.1-405b", "hgx-a100", 64, precision="bf16", tpot_limit_s=0.5, ttft_limit_s=60.0),
        "full": serving_input("llama3.1-70b", "hgx-h100", 64, tpot_limit_s=5.0, ttft_limit_s=600.0),
        "late": serving_input("llama3.1-70b", "hgx-h100", 64, tpot_limit_s=0.2, ttft_limit_s=0.5),
        "odd": serving_input("llama3.1-70b", "hgx-h100", 67, tpot_limit_s=0.02),
    }
    other = {
        "scenario.workload.@.precision": ["bf16"],
        "catalog.models.@": [find(Model, "qwen3-32b"), find(Model, "llama3.1-405b"), find(Model, "kimi-k2")],
    }
    assert_every_figure_moves(serving.run, cases, "workload", other)
