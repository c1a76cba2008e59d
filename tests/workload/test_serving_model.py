"""The step of an engine: hand-computed operators, what is conserved, what never gets faster."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.catalog import Accelerator, Engine, Model, find
from denshi.errors import InfeasibleError
from denshi.workload.serving.disaggregated import evaluate_apart, transfer_s
from denshi.workload.serving.engine import Rates, rates_of
from denshi.workload.serving.machine import Machine, machine_of
from denshi.workload.serving.memory import sequences_held, token_bytes, weight_bytes
from denshi.workload.serving.operators import (
    Split,
    attention_s,
    dispatch_s,
    experts_s,
    prompt_s,
    reductions_s,
    touched_fraction,
    weights_s,
)
from denshi.workload.serving.shape import shape_of
from denshi.workload.serving.step import PARTS, decode, mixed_s
from denshi.workload.serving.task import Task, evaluate
from denshi.workload.transformer import total_params

ONE = Split(tp=1.0, groups=1.0, pp=1.0, ep=1.0)
WHOLE = dict.fromkeys(("tp", "groups", "pp", "ep", "concurrency"), 1.0)
MODELS = ("llama3.1-8b", "llama3.1-70b", "deepseek-v3", "gpt-oss-120b", "glm-5", "qwen3.5-397b-a17b")


def task_of(model: str = "llama3.1-70b", chip: str = "h200-sxm-141gb", precision: str = "fp8", **more: float) -> Task:
    shape = find(Model, model)
    accelerator = find(Accelerator, chip)
    return Task(
        shape=shape_of(shape),
        machine=machine_of(accelerator, shape, precision, outside_bytes_per_s=5e10, domain=8.0),
        rates=rates_of(find(Engine, "vllm")),
        **{"input_tokens": 1024.0, "output_tokens": 512.0, **more},  # type: ignore[arg-type]
    )


def perfect(rates: Rates) -> Rates:
    """Rates of an engine that reaches every peak and has no gap."""
    ones = (
        "bandwidth",
        "expert_bandwidth",
        "cache_bandwidth",
        "latent_bandwidth",
        "product",
        "link",
        "prompt_link",
        "distinct",
    )
    none = (
        "kernel_s",
        "cast_s",
        "block_cast_s",
        "reduce_s",
        "far_reduce_s",
        "second_shot_s",
        "exchange_s",
        "step_s",
        "request_s",
        "unit_s",
    )
    return replace(rates, **dict.fromkeys(ones, 1.0), **dict.fromkeys(none, 0.0))


def test_one_token_takes_as_long_as_the_weights_to_be_read() -> None:
    task = task_of("llama3.1-8b", precision="bf16")
    rates = perfect(task.rates)
    read = float(weights_s(task.shape, task.machine, rates, ONE, 1.0, 0.0))
    # 32 layers of 218.1 M and a head of 128,256 x 4,096 weights, two bytes each, at 4.8 TB/s
    assert read == pytest.approx((32 * 218_103_808 + 128_256 * 4096) * 2 / 4.8e12, rel=1e-3)


def test_a_large_batch_takes_as_long_as_its_products() -> None:
    task = task_of("llama3.1-8b", precision="bf16")
    rates = perfect(task.rates)
    weights = 32 * 218_103_808 + 128_256 * 4096
    own = 65_536.0
    flop_s = 2 * own * weights / 989.5e12
    assert float(weights_s(task.shape, task.machine, rates, ONE, own, 0.0)) == pytest.approx(flop_s, rel=2e-3)


def test_experts_touched_follow_independent_choices() -> None:
    task = task_of("deepseek-v3")
    rates = perfect(task.rates)
    assert float(touched_fraction(task.shape, rates, 1.0)) == pytest.approx(8 / 256)
    assert float(touched_fraction(task.shape, rates, 64.0)) == pytest.approx(1 - (1 - 8 / 256) ** 64)
    one = float(experts_s(task.shape, task.machine, rates, ONE, 1.0, 0.0))
    assert one == pytest.approx(58 * 8 * 3 * 7168 * 2048 / 4.8e12, rel=1e-3)


def test_the_cache_of_grouped_heads_is_read_once_a_token() -> None:
    task = task_of("llama3.1-70b")
    split = replace(ONE, tp=8.0)
    read = float(attention_s(task.shape, task.machine, perfect(task.rates), split, 4.0, 1000.0, 0.0))
    assert read == pytest.approx(4 * 1000 * 2 * 80 * 8 * 128 / 8 / 4.8e12)


def test_a_latent_cache_is_whole_on_every_rank() -> None:
    shape = shape_of(find(Model, "deepseek-v3"))
    machine = task_of("deepseek-v3").machine
    assert float(token_bytes(shape, machine, replace(ONE, tp=8.0))) == 61 * (512 + 64)


def test_ring_reduction_moves_twice_the_hidden_states() -> None:
    task = task_of("llama3.1-70b")
    rates = perfect(task.rates)
    moved = float(reductions_s(task.shape, task.machine, rates, replace(ONE, tp=8.0), 10.0))
    assert moved == pytest.approx(80 * 2 * 2 * 7 / 8 * 10 * 8192 * 2 / 4.5e11)
    assert float(reductions_s(task.shape, task.machine, rates, ONE, 10.0)) == 0
    slow = replace(rates, second_shot_s=1.0)
    assert float(reductions_s(task.shape, task.machine, slow, replace(ONE, tp=8.0), 10.0)) == pytest.approx(4 * moved)


def test_a_token_goes_once_to_each_rank_that_holds_its_experts() -> None:
    task = task_of("deepseek-v3")
    split = Split(tp=1.0, groups=4.0, pp=1.0, ep=4.0)
    reached = 4 * (1 - (3 / 4) ** 8) * 3 / 4
    sent = float(dispatch_s(task.shape, task.machine, perfect(task.rates), split, 10.0, link=1.0))
    assert sent == pytest.approx(58 * 2 * 10 * 7168 * 2 * reached / 4.5e11)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("tp", "groups", "pp"), [(1, 1, 1), (2, 1, 4), (4, 2, 2)])
def test_ranks_hold_all_weights_and_the_shared_ones_once_a_group(
    model: str, tp: float, groups: float, pp: float
) -> None:
    shape = shape_of(find(Model, model))
    machine = task_of(model, precision="bf16").machine
    held = float(weight_bytes(shape, machine, Split(tp=tp, groups=groups, pp=pp, ep=1.0))) * tp * groups * pp
    repeated = (shape.attention_params + shape.tables * shape.head_params) * (groups - 1)
    assert held == pytest.approx(2 * (total_params(find(Model, model)) + repeated), rel=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_the_parts_of_a_step_add_up(model: str) -> None:
    task = task_of(model)
    step = decode(task.shape, task.machine, task.rates, replace(ONE, tp=8.0), own=16.0, context=2000.0)
    assert sum(float(step[name]) for name in PARTS) == pytest.approx(float(step["step_s"]))
    assert min(float(step[name]) for name in PARTS) >= 0


@settings(max_examples=60, deadline=None)
@given(
    model=st.sampled_from(MODELS),
    first=st.floats(1, 200),
    more=st.floats(1.01, 4),
    tp=st.sampled_from([1.0, 2.0, 4.0, 8.0]),
)
def test_more_sequences_never_lower_the_rate_while_they_fit(model: str, first: float, more: float, tp: float) -> None:
    task = task_of(model, "b200-sxm-180gb", "fp4")
    figures = evaluate(task, {**WHOLE, "tp": tp, "concurrency": np.array([first, first * more])})
    if (figures["held"] >= first * more).all():
        assert figures["tokens_per_s"][1] >= figures["tokens_per_s"][0]
    assert figures["tpot_s"][1] >= figures["tpot_s"][0] * (1 - 1e-12)


@settings(max_examples=60, deadline=None)
@given(model=st.sampled_from(MODELS), tokens=st.floats(16, 30_000), more=st.floats(1.0, 3))
def test_a_longer_prompt_never_makes_anything_faster(model: str, tokens: float, more: float) -> None:
    at = {**WHOLE, "tp": 8.0, "concurrency": 8.0}
    short, long = (evaluate(task_of(model, input_tokens=n), at) for n in (tokens, tokens * more))
    assert long["tpot_s"] >= short["tpot_s"] * (1 - 1e-12)
    assert long["ttft_s"] >= short["ttft_s"] * (1 - 1e-12)


@settings(max_examples=30, deadline=None)
@given(model=st.sampled_from(MODELS), slower=st.floats(1.1, 10))
def test_times_follow_the_unit_of_time(model: str, slower: float) -> None:
    """All rates divided and all fixed times multiplied by one factor: every time grows by it, nothing else moves."""
    task = task_of(model)
    rates = {f.name: getattr(task.machine, f.name) for f in fields(Machine) if f.name.endswith("_per_s")}
    fixed = {f.name: getattr(task.rates, f.name) for f in fields(Rates) if f.name.endswith("_s")}
    other = replace(
        task,
        machine=replace(task.machine, **{name: value / slower for name, value in rates.items()}),
        rates=replace(task.rates, **{name: value * slower for name, value in fixed.items()}),
    )
    at = {**WHOLE, "tp": 4.0, "groups": 2.0, "concurrency": 32.0}
    before, after = evaluate(task, at), evaluate(other, at)
    for name, value in before.items():
        factor = (
            slower if name.endswith("_s") and name != "tokens_per_s" else 1 / slower if name == "tokens_per_s" else 1.0
        )
        assert float(after[name]) == pytest.approx(float(value) * factor, rel=1e-9), name


def test_sequences_that_do_not_fit_wait_for_others() -> None:
    task = task_of("llama3.1-70b", "h100-sxm-80gb", input_tokens=8192.0, output_tokens=1024.0)
    figures = evaluate(task, {**WHOLE, "tp": 2.0, "concurrency": np.array([16.0, 256.0])})
    assert figures["memory_wait_s"][0] == 0
    held = figures["held"][1]
    assert held < 256
    assert figures["running"][1] == pytest.approx(held)
    assert figures["memory_wait_s"][1] == pytest.approx((256 - held) / held * 1024 * figures["tpot_s"][1])


def test_a_prefix_found_in_the_cache_need_not_be_computed() -> None:
    none, half = (evaluate(task_of(prefix_hit=share), {**WHOLE, "tp": 8.0, "concurrency": 8.0}) for share in (0.0, 0.5))
    assert 0.4 < half["prompt_s"] / none["prompt_s"] < 0.6


def test_drafts_pay_at_a_small_batch_and_cost_at_a_large_one() -> None:
    at = {**WHOLE, "tp": 8.0, "concurrency": np.array([2.0, 4096.0])}
    plain, drafted = (evaluate(task_of("llama3.1-8b", output_tokens=64.0, drafts=n), at)["tpot_s"] for n in (0.0, 3.0))
    assert drafted[0] < 0.6 * plain[0]
    assert drafted[1] / plain[1] > 1.5 * drafted[0] / plain[0]


def test_prompts_mixed_in_cost_at_least_their_launches() -> None:
    task = task_of("llama3.1-8b")
    floor = float(task.shape.launches) * float(task.rates.eager_kernel_s)
    assert float(mixed_s(task.shape, task.rates, 0.0, 1.0)) == pytest.approx(floor)
    assert float(mixed_s(task.shape, task.rates, 0.0, 5.0)) == pytest.approx(floor)
    assert float(mixed_s(task.shape, task.rates, 10.0, 2.0)) == pytest.approx(20.0, rel=1e-3)


def test_decoding_apart_has_no_prompt_in_its_steps() -> None:
    task = task_of("deepseek-v3")
    at = {**WHOLE, "tp": 8.0, "concurrency": 32.0}
    apart = evaluate_apart(task, at, {**WHOLE, "tp": 8.0}, decode_workers=1.0, prompt_workers=64.0)
    running = float(apart["running"])
    step = decode(task.shape, task.machine, task.rates, replace(ONE, tp=8.0), own=running, context=1024 + 256.0)
    assert float(apart["tpot_s"]) == pytest.approx(float(step["step_s"]), rel=1e-3)
    assert running < 32
    # Little: those decoding, handed over and processed are all there are
    rate = running / (512 * float(apart["tpot_s"]))
    ahead = float(apart["prompt_s"]) + float(transfer_s(task, at))
    assert running + rate * ahead == pytest.approx(32, rel=1e-3)


def test_too_few_prompt_workers_starve_the_decoders() -> None:
    task = task_of("deepseek-v3", input_tokens=8192.0, output_tokens=128.0)
    at = {**WHOLE, "tp": 8.0, "concurrency": 512.0}
    few, many = (
        evaluate_apart(task, at, {**WHOLE, "tp": 8.0}, decode_workers=1.0, prompt_workers=n) for n in (1.0, 16.0)
    )
    assert few["running"] < many["running"]
    assert few["ttft_s"] > 5 * many["ttft_s"]
    assert few["running"] / (128 * few["tpot_s"]) == pytest.approx(1 / few["prompt_s"], rel=1e-3)


def test_four_bits_are_widened_where_the_matrix_units_lack_them() -> None:
    model, hopper = find(Model, "gpt-oss-120b"), find(Accelerator, "h100-sxm-80gb")
    machine = machine_of(hopper, model, "fp4", outside_bytes_per_s=5e10, domain=8.0)
    assert machine.expert_flop_per_s == hopper.bf16_flop_per_s
    assert (machine.expert_bytes, machine.wide_bytes, machine.casts) == (0.5625, 2.0, 0.0)


def test_eight_bits_need_units_for_them() -> None:
    with pytest.raises(InfeasibleError, match="does not multiply in fp8"):
        machine_of(
            find(Accelerator, "a100-sxm-80gb"), find(Model, "llama3.1-8b"), "fp8", outside_bytes_per_s=5e10, domain=8.0
        )


def test_nothing_is_held_where_the_weights_do_not_fit() -> None:
    task = task_of("llama3.1-405b", "h100-sxm-80gb")
    assert float(sequences_held(task.shape, task.machine, task.rates, ONE, 1000.0, 1000.0)) == 0


def test_a_prompt_costs_its_products_and_its_scores() -> None:
    task = task_of("llama3.1-8b", precision="bf16")
    rates = replace(perfect(task.rates), prompt=1.0, prompt_product=1.0, prompt_attention=1.0)
    tokens = 4096.0
    flop = 2 * tokens * 32 * 218_103_808 + 2 * tokens * (tokens / 2) * 2 * 32 * 4096
    assert float(prompt_s(task.shape, task.machine, rates, ONE, tokens)) == pytest.approx(flop / 989.5e12, rel=2e-3)
