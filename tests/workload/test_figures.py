import sys
from dataclasses import fields, replace
from pathlib import Path

from denshi.catalog import Engine, Kernels, Model, Software, find
from denshi.workload import serving, training
from figure_checks import assert_every_figure_moves, assert_every_input_is_named

sys.path.insert(0, str(Path(__file__).parent))
from workload_inputs import serving_input, training_input

SMALL = {"tokens": 1e11, "sequence": 8192.0, "global_batch_tokens": 8192.0 * 64}
SHORT = {"tokens": 1e11, "sequence": 4096.0, "global_batch_tokens": 4096.0 * 128}
FEW = {"tokens": 1e11, "sequence": 8192.0, "global_batch_tokens": 8192.0 * 8}
FEWER = {"tokens": 1e11, "sequence": 8192.0, "global_batch_tokens": 8192.0 * 4}
ONE = {"tp": 1, "pp": 1}
TRAINING = {
    "base": training_input("llama3.1-8b", "hgx-h100", 32, parallelism={"pp": 1}, **SMALL),
    "fp8": training_input(
        "llama3.1-8b",
        "hgx-h100",
        16,
        precision="fp8",
        parallelism={"tp": 1, "pp": 1, "zero": 1},
        scaleout_bytes_per_s=8e8,
        **SMALL,
    ),
    "fp4": training_input("llama3.1-70b", "gb200-nvl72", 32, precision="fp4", parallelism={"pp": 1}, **SHORT),
    "split": training_input(
        "llama3.1-70b",
        "hgx-h100",
        128,
        parallelism={"tp": 4, "pp": 4, "virtual_stages": 2, "micro_batch": 1},
        scaleup_domain=2.0,
        **SMALL,
    ),
    "pods": training_input(
        "llama3.1-70b",
        "hgx-h100",
        128,
        parallelism={"tp": 4, "pp": 4, "virtual_stages": 2, "micro_batch": 1},
        pod_accelerators=8.0,
        inter_pod_bytes_per_s=7e9,
        **SMALL,
    ),
    "pods of stages": training_input(
        "llama3.1-70b",
        "hgx-h100",
        128,
        parallelism={"tp": 4, "pp": 4, "virtual_stages": 2, "micro_batch": 1},
        pod_accelerators=48.0,
        inter_pod_bytes_per_s=7e9,
        **SMALL,
    ),
    "uneven": training_input(
        "llama3.2-1b", "hgx-h100", 48, parallelism={"tp": 2, "pp": 3, "virtual_stages": 1}, **SMALL
    ),
    "moe": training_input("deepseek-v3", "gb300-nvl72", 144, precision="mxfp8", parallelism=ONE, **SHORT),
    "node": training_input(
        "qwen3-30b-a3b", "hgx-b200", 8, precision="mxfp8", parallelism={**ONE, "micro_batch": 1}, **SHORT
    ),
    "long": training_input(
        "llama3.1-8b",
        "hgx-h100",
        64,
        tokens=1e13,
        sequence=131072.0,
        global_batch_tokens=131072.0 * 32,
        scaleup_domain=4.0,
        parallelism={"pp": 1},
    ),
    "tight": training_input("llama3.1-70b", "hgx-h100", 64, parallelism={"pp": 1}, **SMALL),
    "large": training_input("llama3.1-8b", "hgx-h100", 160, runs_per_year=2.0, parallelism={"pp": 1}, **FEW),
    "shallow": training_input(
        "llama2-7b",
        "hgx-a100",
        8,
        parallelism={"tp": 1, "pp": 8, "virtual_stages": 1},
        software=find(Software, "megatron-lm-2022"),
        **FEWER,
    ),
    "tied": training_input(
        "llama3.2-3b",
        "hgx-h100",
        16,
        tokens=2e7,
        global_batch_tokens=8192.0 * 64,
        parallelism=ONE,
        evaluation_interval_tokens=1e7,
    ),
    "window": training_input(
        "gpt-oss-20b", "gb300-nvl72", 36, precision="fp4", scaleup_domain=36.0, parallelism=ONE, **SHORT
    ),
}
SERVING = {
    "base": serving_input("llama3.1-70b", "hgx-h100", 64),
    "moe": serving_input("deepseek-v3", "gb300-nvl72", 720),
    "fp4": serving_input("deepseek-v3", "gb300-nvl72", 720, precision="fp4"),
    "narrow": serving_input("llama3.1-70b", "gb300-nvl72", 72, precision="fp4"),
    "far": serving_input("deepseek-v3", "hgx-h200", 64, scaleup_domain=4.0),
    "staged": serving_input("llama3.1-405b", "hgx-a100", 64, precision="bf16", tpot_limit_s=0.5, ttft_limit_s=60.0),
    "full": serving_input("llama3.1-70b", "hgx-h100", 64, tpot_limit_s=5.0, ttft_limit_s=600.0),
    "late": serving_input("llama3.1-70b", "hgx-h100", 64, tpot_limit_s=0.2, ttft_limit_s=0.5),
    "odd": serving_input("llama3.1-70b", "hgx-h100", 67, tpot_limit_s=0.02),
    "window": serving_input("gpt-oss-120b", "hgx-h100", 64, precision="int4"),
    "tied": serving_input("llama3.2-3b", "hgx-h100", 64),
    "linear": serving_input("qwen3.5-397b-a17b", "hgx-h200", 64),
    "indexed": serving_input("glm-5", "gb300-nvl72", 72),
}

VLLM = find(Engine, "vllm")
SLOWER = replace(VLLM, **{f.name: 1.1 * getattr(VLLM, f.name) for f in fields(VLLM) if f.type is float})


def test_every_training_figure_moves_with_what_it_names() -> None:
    other = {
        "scenario.workload.@.parallelism": [
            {"tp": 8, "pp": 1, "cp": 1},
            {"tp": 2, "pp": 2, "cp": 2, "zero": 1},
            {"tp": 4, "pp": 4, "virtual_stages": 2, "micro_batch": 2},
            {"tp": 4, "cp": 4, "pp": 3, "recompute": 2},
            {"tp": 1, "pp": 1, "cp": 2, "ep": 4, "micro_batch": 2},
            {"tp": 1, "pp": 1, "cp": 2},
            {"tp": 4, "pp": 1, "cp": 1},
            {"pp": 1, "zero": 1, "recompute": 2},
            {"tp": 4, "cp": 8, "pp": 2, "virtual_stages": 2},
            {"tp": 8, "cp": 8, "micro_batch": 2, "recompute": 2},
        ],
        "catalog.models.@": [find(Model, "llama3.2-3b"), find(Model, "gpt-oss-20b")],
        "catalog.models.@.experts": [0],
        "catalog.models.@.dense_layers": [0],
        "scenario.workload.@.precision": ["fp8", "bf16"],
        "catalog.kernels": [find(Kernels, "other"), find(Kernels, "ampere")],
        "catalog.software": [find(Software, "llm-foundry-2023"), find(Software, "megatron-lm-2022")],
    }
    assert_every_figure_moves(training.run, TRAINING, "workload", other)


def test_every_serving_figure_moves_with_what_it_names() -> None:
    other = {
        "scenario.workload.@.precision": ["bf16"],
        "catalog.models.@": [find(Model, "qwen3-32b"), find(Model, "llama3.1-405b"), find(Model, "kimi-k2")],
        "catalog.engines.@": [find(Engine, "trtllm"), SLOWER],
        "catalog.models.@.experts": [0.0],
        "catalog.models.@.shared_experts": [0.0, 2.0],
        "catalog.models.@.index_top_k": [0.0, 512.0],
        "catalog.accelerator.fp4_flop_per_s": [None, 2e16],
    }
    assert_every_figure_moves(serving.run, SERVING, "workload", other)


def test_training_figures_name_all_that_moves_them() -> None:
    # fused_attention is a flag: nothing lies beyond 1
    flag = ("catalog.software.fused_attention",)
    assert_every_input_is_named(training.run, TRAINING, "workload", whole=flag)


def test_serving_figures_name_all_that_moves_them() -> None:
    assert_every_input_is_named(serving.run, SERVING, "workload")
