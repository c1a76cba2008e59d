"""The search over plans of a training step against one-by-one evaluation, invariants of the step, and its messages."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from math import ceil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.catalog import Accelerator, Kernels, Model, Software, find
from denshi.errors import DenshiError, InfeasibleError, UsageError
from denshi.workload.training.explain import COMPONENTS, PARTS, bound, differs, too_large, why_lost
from denshi.workload.training.legal import check, depths, divisors, virtual_stages
from denshi.workload.training.machine import machine_of, stack_of
from denshi.workload.training.search import OBJECTIVES, search
from denshi.workload.training.shape import shape_of
from denshi.workload.training.space import full, usual
from denshi.workload.training.task import DECISIONS, MAIN, Task, evaluate

CALCULON_EXECUTIONS = 7_126_368
TINY = {"layers": 4.0, "hidden": 512.0, "heads": 4.0, "kv_heads": 4.0, "head_dim": 128.0, "ffn": 2048.0}
TINY_EXPERTS = {**TINY, "experts": 2.0, "top_k": 1.0, "expert_ffn": 512.0, "moe_interval": 1.0}


def task_of(
    model: Model | str, accelerators: float, sequences: float, sequence: float = 4096.0, **changed: Any
) -> Task:
    row = find(Model, model) if isinstance(model, str) else model
    chip = find(Accelerator, changed.pop("accelerator", "h100-sxm-80gb"))
    kernels = find(Kernels, chip.kernels or "other")
    precision = changed.pop("precision", "bf16")
    machine = machine_of(chip, kernels, precision, 5e10, chip.scaleup_domain or 1.0)
    software = find(Software, "megatron-bridge-26.08")
    return Task(
        shape=shape_of(row, sequence),
        machine=machine,
        stack=stack_of(kernels, software, machine, precision, experts=row.experts, accelerators=accelerators),
        accelerators=accelerators,
        sequences=sequences,
        usable_bytes=changed.pop("usable_bytes", 0.93 * chip.memory_bytes),
        **changed,
    )


def tiny(accelerators: float = 4.0, sequences: float = 4.0, *, experts: bool = False, **changed: Any) -> Task:
    base = find(Model, "qwen3-30b-a3b" if experts else "llama3.2-1b")
    return task_of(replace(base, **(TINY_EXPERTS if experts else TINY)), accelerators, sequences, 256.0, **changed)


def one_by_one(task: Task) -> Iterator[dict[str, float]]:
    """Every legal plan, by the rules as prose has them, in plain loops."""
    shape, n, layers = task.shape, round(task.accelerators), round(float(task.shape.layers))
    for tp, cp, pp, dp in product(range(1, n + 1), repeat=4):
        group = tp * cp * pp * dp == n and shape.heads % tp == 0 and cp in (1, 2, 4) and shape.sequence / cp >= 128
        if not group or pp > layers or task.sequences % dp:
            continue
        own, stage = round(task.sequences / dp), -(-layers // pp)
        pieces = {-(-layers // (pp * size)) for size in range(1, stage + 1)} if pp > 1 else {1}
        levels = [0.0, *(1 + k / stage for k in range(stage + 1))]
        whole = [k for k in range(2, dp * cp + 1) if dp * cp % k == 0]
        states = [(0, dp * cp), *((z, k) for z in (1, 2, 3) for k in whole)]
        sizes = [b for b in range(1, own + 1) if own % b == 0]
        groups = [e for e in range(1, round(shape.experts or 1) + 1) if (shape.experts or 1) % e == 0]
        for v, ep, b, level, (z, k), bubble, divided in product(
            pieces, groups, sizes, levels, states, (0, 1), (0, 1) if tp > 1 else (1,)
        ):
            enough = own // b >= pp
            if (v > 1 and not enough) or (bubble and (pp == 1 or v > 1 or not enough)) or tp * cp * dp % ep:
                continue
            values = (tp, cp, pp, v, bubble, ep, dp, b, level, z, k, divided)
            yield dict(zip(DECISIONS, map(float, values), strict=True))


def value(plan: Mapping[str, Any], objective: str) -> float:
    return float(
        {
            "time": plan["step_s"],
            "cost": plan["step_s"] * plan["accelerators"],
            "energy": plan["step_energy_kwh"],
            "memory": plan["memory_bytes"] + plan["step_s"],
        }[objective]
    )


@pytest.mark.parametrize("experts", [False, True])
def test_the_search_finds_what_one_by_one_evaluation_finds(experts: bool) -> None:
    task = tiny(experts=experts)
    sizes = sorted(float(evaluate(task, plan)["memory_bytes"]) for plan in one_by_one(task))
    task = replace(task, usable_bytes=sizes[len(sizes) // 2])
    every = [{name: float(one) for name, one in evaluate(task, plan).items()} for plan in one_by_one(task)]
    fitting = [plan for plan in every if plan["memory_bytes"] <= task.usable_bytes]
    assert 0 < len(fitting) < len(every)
    for objective in OBJECTIVES:
        found = search(task, objective=objective, top=5)
        assert (found.evaluated, found.fitting, found.space) == (len(every), len(fitting), "full")
        lowest: dict[tuple[float, ...], float] = {}
        for plan in fitting:
            main = tuple(plan[name] for name in MAIN)
            lowest[main] = min(value(plan, objective), lowest.get(main, float("inf")))
        assert [value(plan, objective) for plan in found.plans] == pytest.approx(sorted(lowest.values())[:5], rel=1e-12)
    costs = sorted({(plan["step_s"], plan["memory_bytes"]) for plan in fitting})
    undominated, least = [], float("inf")
    for step_s, memory_bytes in costs:
        if memory_bytes < least:
            undominated.append((step_s, memory_bytes))
            least = memory_bytes
    front = [(plan["step_s"], plan["memory_bytes"]) for plan in found.front]
    assert len(front) == len(undominated)
    assert [one[0] for one in front] == pytest.approx([one[0] for one in undominated], rel=1e-12)


def test_plans_evaluated_in_a_block_are_those_evaluated_alone() -> None:
    task = task_of("qwen3-30b-a3b", 64.0, 128.0)
    for plan in search(task, top=4).plans:
        alone = evaluate(task, {name: plan[name] for name in DECISIONS})
        assert {name: float(one) for name, one in alone.items()} == pytest.approx(dict(plan), rel=1e-12)


def test_the_number_of_processors_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    task = task_of("llama3.1-8b", 64.0, 256.0, 8192.0)
    found = []
    for processors in (1, 2, 5):
        monkeypatch.setattr(os, "cpu_count", lambda processors=processors: processors)
        found.append(search(task))
    assert found[0] == found[1] == found[2]


def test_the_full_space_is_larger_than_calculons() -> None:
    task = task_of("gpt3-175b", 4096.0, 4096.0, 2048.0)
    assert sum(block.plans for block in full(task)) >= CALCULON_EXECUTIONS


def test_every_plan_of_both_spaces_is_legal() -> None:
    task = task_of("qwen3-30b-a3b", 64.0, 96.0)
    for space in (full(task), usual(task, all_accelerators=True)):
        for block in space:
            for name in ("tp", "cp", "pp", "dp", "ep", "micro_batch", "virtual_stages"):
                for one in set(block.columns[name].ravel().tolist()) if block.columns[name].size < 64 else ():
                    check(replace(task, fixed={name: one}))


def test_a_first_plan_is_told_before_the_search_ends() -> None:
    told: list[Mapping[str, float]] = []
    task = task_of("llama3.1-70b", 256.0, 512.0, 8192.0)
    found = search(task, first=told.append)
    assert len(told) == 1
    assert told[0]["memory_bytes"] <= task.usable_bytes
    assert told[0]["accelerators"] == 256.0
    assert found.plans[0]["step_s"] <= told[0]["step_s"] * 1.001


def test_what_the_user_holds_is_in_every_plan() -> None:
    held = {"tp": 4.0, "micro_batch": 2.0, "recompute": 1.4, "zero": 2.0, "shard": 4.0, "zero_bubble": 0.0}
    task = task_of("llama3.1-8b", 64.0, 256.0, fixed=held)
    found = search(task)
    assert found.plans
    assert all(plan[name] == one for plan in (*found.plans, *found.front) for name, one in held.items())


def test_accelerators_that_cannot_be_shared_out_leave_some_idle() -> None:
    task = task_of("llama3.1-8b", 61.0, 128.0, 8192.0)
    found = search(task)
    assert found.space == "usual"
    assert 40 <= found.plans[0]["accelerators"] <= 61
    assert found.plans[0]["memory_bytes"] <= task.usable_bytes


@pytest.mark.parametrize("space", ["full", "usual"])
def test_cost_takes_fewer_accelerators_than_time(space: str) -> None:
    task = task_of("llama3.1-8b", 64.0, 96.0, 8192.0)
    fastest = search(task, space=space).plans[0]
    cheapest = search(task, space=space, objective="cost").plans[0]
    assert value(cheapest, "cost") <= value(fastest, "cost")
    assert cheapest["accelerators"] <= fastest["accelerators"]


# the step itself


def test_one_accelerator_exchanges_nothing() -> None:
    alone = evaluate(task_of("llama3.2-1b", 1.0, 8.0), {"tp": 1.0, "pp": 1.0, "dp": 1.0})
    for part in ("tensor_s", "context_s", "expert_s", "pipeline_s", "data_s", "bubble_s", "straggler_s"):
        assert float(alone[part]) == 0.0, part
    assert float(alone["micro_batches"]) == 8.0


@pytest.mark.parametrize(
    ("model", "tolerance"), [("llama3.1-8b", 1e-9), ("gpt3-175b", 1e-9), ("qwen3-30b-a3b", 1e-9), ("deepseek-v3", 0.01)]
)
def test_products_are_the_closed_form(model: str, tolerance: float) -> None:
    """Where nothing but arithmetic costs time, and all tiles are full, products take ``6 N_mm T / R``."""
    row = find(Model, model)
    task = task_of(replace(row, vocab=ceil(row.vocab / 128) * 128.0), 1.0, 2.0, usable_bytes=1e15)
    ideal = {"product": 1.0, "bf16_product": 1.0, "saturation": 0.0, "grouped_saturation": 0.0, "grouped": 1.0}
    machine = replace(task.machine, memory_bytes_per_s=1e40, multiprocessors=1.0)
    stack = replace(task.stack, **ideal, slowness=1.0, straggler=0.0)
    shape = task.shape
    step = evaluate(replace(task, machine=machine, stack=stack), {"tp": 1.0, "pp": 1.0, "dp": 1.0})
    attention = 3 * 2 * float(shape.layers) * float(shape.context) * float(shape.score_width)
    flop = (float(shape.flop_per_token) - attention) * 2 * 4096
    assert float(step["product_s"]) * float(machine.product_flop_per_s) == pytest.approx(flop, rel=tolerance)


def test_a_pipeline_bubble_by_hand() -> None:
    """Two stages, four micro-batches, even layers: the bubble is a stage's time for one micro-batch."""
    task = tiny(2.0, 4.0)
    quiet = replace(task.stack, network=1e9, link=1e9, collective_latency_s=0.0)
    # one word leaves the output head no time
    headless = replace(task, stack=quiet, shape=replace(task.shape, vocab=1.0))
    step = evaluate(headless, {"tp": 1.0, "pp": 2.0, "dp": 1.0})
    whole = sum(float(step[part]) for part in ("product_s", "attention_s", "passes_s", "host_s"))
    assert float(step["bubble_s"]) == pytest.approx(whole / 4, rel=0.02)
    filled = evaluate(headless, {"tp": 1.0, "pp": 2.0, "dp": 1.0, "zero_bubble": 1.0})
    assert float(filled["bubble_s"]) == pytest.approx(float(step["bubble_s"]) / 3, rel=0.02)


plans = st.fixed_dictionaries(
    {
        "tp": st.sampled_from([1.0, 2.0, 8.0, 16.0]),
        "cp": st.sampled_from([1.0, 2.0, 4.0]),
        "pp": st.sampled_from([1.0, 2.0, 4.0, 8.0]),
        "ep": st.sampled_from([1.0, 4.0, 16.0]),
        "dp": st.sampled_from([16.0, 64.0]),
        "micro_batch": st.sampled_from([1.0, 2.0, 4.0]),
        "recompute": st.sampled_from([0.0, 1.0, 1.5, 2.0]),
        "zero": st.sampled_from([0.0, 1.0, 2.0, 3.0]),
        "zero_bubble": st.sampled_from([0.0, 1.0]),
        "sequence_parallel": st.sampled_from([0.0, 1.0]),
    }
)
models = st.sampled_from(["llama3.1-70b", "qwen3-235b-a22b", "deepseek-v3"])


@settings(max_examples=60, deadline=None)
@given(plan=plans, model=models, rate=st.sampled_from(["inside", "outside", "memory"]), factor=st.floats(1.0, 50.0))
def test_more_bandwidth_is_never_slower(plan: dict[str, float], model: str, rate: str, factor: float) -> None:
    task = task_of(model, 4096.0, 2048.0)
    field = f"{rate}_bytes_per_s"
    faster = replace(task.machine, **{field: getattr(task.machine, field) * factor})
    before = float(evaluate(task, plan)["step_s"])
    assert float(evaluate(replace(task, machine=faster), plan)["step_s"]) <= before * (1 + 1e-9)


@settings(max_examples=60, deadline=None)
@given(plan=plans, model=models)
def test_memory_grows_with_the_micro_batch_and_shrinks_with_sharding(plan: dict[str, float], model: str) -> None:
    task = task_of(model, 4096.0, 4096.0)
    held = float(evaluate(task, plan)["memory_bytes"])
    assert float(evaluate(task, {**plan, "micro_batch": plan["micro_batch"] * 2})["memory_bytes"]) >= held
    known = evaluate(task, plan)
    assert sum(float(known[part]) for part in COMPONENTS) == pytest.approx(held)
    assert sum(float(known[part]) for part in PARTS) == pytest.approx(float(known["step_s"]))
    sharded = evaluate(task, {**plan, "zero": 1.0})
    assert float(sharded["optimizer_bytes"]) <= float(evaluate(task, {**plan, "zero": 0.0})["optimizer_bytes"])


# messages


@pytest.mark.parametrize(
    ("fixed", "says", "nearest"),
    [
        ({"tp": 7.0}, "does not divide the 128 attention heads", "tp = 8"),
        ({"tp": 0.0}, "must be a whole number from 1", "tp = 1"),
        ({"tp": 2.5}, "must be a whole number from 1", "tp = 2"),
        ({"tp": float("nan")}, "must be a whole number", "tp = 1"),
        ({"dp": float("inf")}, "must be a whole number", "dp = 1"),
        ({"zero": 4.0}, "must be a whole number from 0 to 3", "zero = 3"),
        ({"recompute": 2.5}, "from 0 to 2", "recompute = 2"),
        ({"pp": 130.0}, "more stages than the 126 layers", "pp = 126"),
        ({"pp": 16.0, "virtual_stages": 9.0}, "more than the 126 layers", "virtual_stages = 8"),
        ({"pp": 1.0, "virtual_stages": 2.0}, "needs more than one stage", "virtual_stages = 1"),
        ({"ep": 2.0}, "the model has none", "ep = 1"),
        ({"cp": 3.0}, "does not divide the 8192 tokens", "cp = 2"),
        ({"tp": 8.0, "pp": 16.0, "dp": 100.0}, "does not divide the 16,384 accelerators", "dp = 128"),
        ({"tp": 8.0, "cp": 1.0, "pp": 16.0, "dp": 64.0}, "uses 8,192 of the 16,384", "dp = 128"),
        ({"dp": 4096.0}, "2048 sequences does not divide among dp = 4096", "4096 sequences"),
        ({"dp": 512.0, "micro_batch": 3.0}, "does not divide the 4 sequences of a rank", "micro_batch = 2"),
        ({"micro_batch": 3.0}, "does not divide the global batch of 2048", "micro_batch = 2"),
        ({"zero_bubble": 1.0, "virtual_stages": 2.0}, "without virtual stages", "zero_bubble = 0"),
        ({"pipeline": 2.0}, "is not a part of a plan", "tp, cp, pp"),
    ],
)
def test_what_is_not_legal_is_told_with_the_nearest_value(fixed: dict[str, float], says: str, nearest: str) -> None:
    task = task_of("llama3.1-405b", 16384.0, 2048.0, 8192.0, fixed=fixed)
    with pytest.raises(DenshiError) as told:
        search(task)
    assert says in str(told.value)
    assert nearest in told.value.mend
    assert "\n" not in str(told.value)


def test_the_named_value_is_legal() -> None:
    task = task_of("deepseek-v3", 2048.0, 1000.0)
    with pytest.raises(InfeasibleError, match="among dp = 128"):
        check(replace(task, fixed={"dp": 128.0}))
    check(replace(task, sequences=1024.0, fixed={"dp": 128.0}))
    with pytest.raises(InfeasibleError, match="ep = 32"):
        check(replace(task, fixed={"ep": 31.0}))
    check(replace(task, fixed={"ep": 32.0}))


def test_held_dimensions_without_a_plan_are_named() -> None:
    with pytest.raises(InfeasibleError, match=r"no split of 8 accelerators .* has pp = 2, zero_bubble = 1"):
        search(task_of("llama3.1-8b", 8.0, 1.0, fixed={"pp": 2.0, "zero_bubble": 1.0}))


def test_what_is_missing_is_told_with_what_fits() -> None:
    task = task_of("llama3.1-405b", 8.0, 128.0, 8192.0)
    with pytest.raises(InfeasibleError) as told:
        search(task)
    words = str(told.value)
    assert "GB a device short" in words
    assert "GB of optimizer states" in words
    enough = float(words.split("It fits on ")[1].split(" accelerators", maxsplit=1)[0].replace(",", ""))
    assert search(replace(task, accelerators=enough)).fitting > 0


def test_the_smallest_change_is_named_first() -> None:
    held = {"tp": 8.0, "pp": 4.0, "micro_batch": 8.0}
    task = task_of("llama3.1-70b", 64.0, 256.0, 8192.0, fixed={**held, "recompute": 0.0, "zero": 1.0})
    with pytest.raises(InfeasibleError, match="It fits with micro_batch = 1"):
        search(task)
    assert search(replace(task, fixed={**task.fixed, "micro_batch": 1.0})).fitting > 0
    short = float(str(too_large(task, evaluate_floats(task))).split(" is ")[1].split(" GB a device")[0])
    assert short == pytest.approx((evaluate_floats(task)["memory_bytes"] - task.usable_bytes) / 1e9, abs=0.06)


def evaluate_floats(task: Task) -> dict[str, float]:
    known = evaluate(task, {**task.fixed, "dp": 2.0})
    return {name: float(one) for name, one in known.items()}


def test_why_a_plan_lost_adds_up() -> None:
    found = search(task_of("llama3.1-405b", 1024.0, 512.0, 8192.0))
    winner, second = found.plans[:2]
    assert differs(winner, second)
    words = why_lost(winner, second)
    assert words.startswith(f"loses {(second['step_s'] / winner['step_s'] - 1) * 100:.1f} %: ")
    total = sum(second[part] - winner[part] for part in PARTS)
    assert total == pytest.approx(second["step_s"] - winner["step_s"])
    assert why_lost(winner, second, "memory").count("points") <= 1


def test_the_bound_names_the_largest_part() -> None:
    task = task_of("llama3.1-8b", 8.0, 8.0)
    plan = {name: float(one) for name, one in evaluate(task, {"tp": 8.0, "pp": 1.0, "dp": 1.0}).items()}
    parts = dict.fromkeys(PARTS, 0.0)
    assert bound(task, {**plan, **parts, "tensor_s": 1.0, "step_s": 1.0}).startswith("the scale-up link (100%")
    far = {**plan, "tp": 16.0}
    assert bound(task, {**far, **parts, "tensor_s": 1.0, "step_s": 1.0}).startswith("the network (100%")
    assert bound(task, {**plan, **parts, "bubble_s": 1.0, "step_s": 1.0}).startswith("the pipeline bubble")
    assert "memory is full" in bound(task, {**plan, "memory_bytes": task.usable_bytes})


@pytest.mark.parametrize("wrong", [{"objective": "speed"}, {"space": "whole"}])
def test_unknown_names_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="there is no"):
        search(tiny(), **wrong)  # type: ignore[arg-type]


def test_divisors_and_pieces_by_hand() -> None:
    assert divisors(96.0) == (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 96)
    assert virtual_stages(10.0, 4.0) == (1.0, 2.0, 3.0)
    assert depths(126.0)[:12] == (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    assert depths(126.0)[-4:] == (32, 42, 63, 126)
