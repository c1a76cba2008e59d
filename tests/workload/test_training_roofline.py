"""The roofline of a configuration: counted by hand, and under its roofs on all hardware of the catalogue."""

from dataclasses import replace

import numpy as np
import pytest

from denshi.catalog import Accelerator, Kernels, Model, Software, find, rows
from denshi.errors import InfeasibleError
from denshi.workload.precision import peak_flop_per_s
from denshi.workload.training.machine import FORMATS, Machine, Stack, machine_of, stack_of
from denshi.workload.training.roofline import roofline
from denshi.workload.training.shape import shape_of
from denshi.workload.training.step import layer_s

PLAN = {
    "tp": 1.0,
    "cp": 1.0,
    "pp": 1.0,
    "virtual_stages": 1.0,
    "ep": 1.0,
    "dp": 8.0,
    "micro_batch": 1.0,
    "recompute": 0.0,
    "sequence_parallel": 1.0,
}
LLAMA = find(Model, "llama3.1-8b")
MODELS = tuple(find(Model, name) for name in ("llama3.1-8b", "gpt3-175b", "deepseek-v3", "qwen3-235b-a22b"))


def stack(chip: Accelerator, precision: str, software: str = "current", experts: float = 0.0) -> tuple[Machine, Stack]:
    kernels = find(Kernels, chip.kernels or "other")
    machine = machine_of(chip, kernels, precision, 5e10, chip.scaleup_domain or 8.0)
    release = find(Software, software)
    return machine, stack_of(kernels, release, machine, precision, experts=experts, accelerators=512.0)


def points(model: Model, machine: Machine, efficiencies: Stack, **changed: float) -> dict[str, tuple[float, float]]:
    plan = PLAN | {name: value for name, value in changed.items() if name != "sequence"}
    found = roofline(shape_of(model, changed.get("sequence", 8192.0)), machine, efficiencies, plan)
    rates = zip(found["operator_flop_per_byte"], found["operator_flop_per_s"], strict=True)
    return dict(zip(found["operator_names"], rates, strict=True))


H100 = find(Accelerator, "h100-sxm-80gb")
MACHINE, STACK = stack(H100, "bf16")


def test_the_intensity_of_products_is_that_of_the_closed_form() -> None:
    found = points(LLAMA, MACHINE, STACK)
    t, h, v = 8192.0, 4096.0, 128256.0
    assert found["head"][0] == pytest.approx(2 * t * v * h / (2 * (t * h + h * v + t * v)))
    one, two = (2 * 14336.0, h), (h, 14336.0)
    flop = sum(2 * t * n * k for n, k in (one, two))
    moved = sum(2 * (t * k + k * n + t * n) for n, k in (one, two))
    assert found["ffn"][0] == pytest.approx(flop / moved)


def test_the_intensity_of_fused_attention_is_that_of_its_operands_read_once() -> None:
    found = points(LLAMA, MACHINE, STACK)
    # per token: 32 heads of 128 over half the sequence, twice; queries, outputs and 8 + 8 heads of keys and values
    assert found["attention"][0] == pytest.approx(2 * 4096 * 2 * 4096 / (2 * (2 * 4096 + 2 * 1024)), rel=2e-4)


def test_attention_that_stores_its_scores_is_bound_by_memory() -> None:
    machine, unfused = stack(find(Accelerator, "a100-sxm-80gb"), "bf16", "megatron-lm-2022")
    intensity, rate = points(find(Model, "gpt3-175b"), machine, unfused, tp=8.0, sequence=2048.0)["attention"]
    assert intensity < machine.bf16_flop_per_s / machine.memory_bytes_per_s
    assert rate < intensity * machine.memory_bytes_per_s


def test_passes_run_at_the_bandwidth_that_streaming_reaches() -> None:
    intensity, rate = points(LLAMA, MACHINE, STACK)["passes"]
    assert rate / intensity * float(STACK.slowness) == pytest.approx(MACHINE.memory_bytes_per_s * float(STACK.memory))


def test_the_rates_are_those_of_the_step() -> None:
    shape = shape_of(LLAMA, 8192.0)
    found = points(LLAMA, MACHINE, STACK)
    # forward and backward are three times forward
    seconds = (
        float(layer_s(shape, MACHINE, STACK, {name: np.asarray(value) for name, value in PLAN.items()}).products)
        / 3
        * float(STACK.slowness)
    )
    projections = 2 * 8192.0 * 4096 * (4096 + 2 * 1024 + 4096)
    ffn = 2 * 8192.0 * 4096 * 14336 * 3
    assert projections / found["projections"][1] + ffn / found["ffn"][1] == pytest.approx(seconds)


def test_operators_that_a_model_lacks_are_left_out() -> None:
    dense = ("projections", "ffn", "attention", "head", "passes")
    assert tuple(points(LLAMA, MACHINE, STACK)) == dense
    assert tuple(points(find(Model, "deepseek-v3"), MACHINE, STACK)) == (*dense[:2], "experts", *dense[2:])
    assert tuple(points(find(Model, "qwen3-235b-a22b"), MACHINE, STACK)) == ("projections", "experts", *dense[2:])


@pytest.mark.parametrize("name", sorted(rows("accelerators")))
def test_no_rate_is_above_its_roof(name: str) -> None:
    chip = find(Accelerator, name)
    checked = 0
    for precision in (one for one in FORMATS if _has(chip, one)):
        for model in MODELS:
            machine, efficiencies = stack(chip, precision, experts=model.experts)
            peak = np.asarray(machine.product_flop_per_s)
            for sequence, tp in ((256.0, 1.0), (4096.0, 8.0), (131072.0, 2.0)):
                found = points(model, machine, efficiencies, sequence=sequence, tp=tp, ep=min(tp, model.experts or 1.0))
                for operator, (intensity, rate) in found.items():
                    roof = min(float(peak), intensity * float(np.asarray(machine.memory_bytes_per_s)))
                    assert 0 < rate <= roof * (1 + 1e-9), (precision, model.id, sequence, operator)
                    checked += 1
    assert checked


def test_tensor_parallelism_makes_products_less_intense_and_never_faster() -> None:
    one, eight = points(LLAMA, MACHINE, STACK), points(LLAMA, MACHINE, STACK, tp=8.0)
    for name in ("projections", "ffn", "head"):
        assert eight[name][0] < one[name][0]
        assert eight[name][1] <= one[name][1]


def test_a_faster_memory_moves_only_what_memory_bounds() -> None:
    fast = points(LLAMA, replace(MACHINE, memory_bytes_per_s=2 * np.asarray(MACHINE.memory_bytes_per_s)), STACK)
    slow = points(LLAMA, MACHINE, STACK)
    assert fast["passes"][1] == pytest.approx(2 * slow["passes"][1])
    assert fast["attention"][1] == slow["attention"][1]
    assert fast["ffn"] == (slow["ffn"][0], pytest.approx(slow["ffn"][1], rel=0.01))


def _has(chip: Accelerator, precision: str) -> bool:
    try:
        return peak_flop_per_s(chip, precision) > 0
    except InfeasibleError:
        return False
