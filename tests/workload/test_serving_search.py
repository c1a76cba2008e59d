"""The search of ways to serve, why one wins, what is missing where none fits, and the pace of a simulated replica."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.catalog import Accelerator, Engine, Model, find
from denshi.workload.serving.asked import Task
from denshi.workload.serving.disaggregated import evaluate_apart
from denshi.workload.serving.engine import rates_of
from denshi.workload.serving.explain import (
    RESOURCES,
    TOKEN_PARTS,
    WAY,
    misfit,
    plan_at,
    shares,
    stopped,
    unreachable,
    ways,
    why_lost,
)
from denshi.workload.serving.machine import Machine, machine_of
from denshi.workload.serving.operators import Split
from denshi.workload.serving.pace import expected_running, limits_of, pace_of, prefill_of
from denshi.workload.serving.search import OBJECTIVES, Found, Sought, front, merit, search
from denshi.workload.serving.shape import shape_of
from denshi.workload.serving.simulate import simulate_closed
from denshi.workload.serving.task import evaluate, own_prompt_s, split_of

CASES = (
    ("llama3.1-8b", "h100-sxm-80gb", "fp8", 8.0),
    ("llama3.1-70b", "b200-sxm-180gb", "fp4", 16.0),
    ("deepseek-v3", "h200-sxm-141gb", "fp8", 32.0),
)
ALL = pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
CHUNK = 8192


def machine(model: str, chip: str, precision: str) -> Machine:
    accelerator = find(Accelerator, chip)
    return machine_of(accelerator, find(Model, model), precision, outside_bytes_per_s=5e10, domain=8.0)


def task_of(model: str, chip: str, precision: str, **more: float) -> Task:
    return Task(
        shape=shape_of(find(Model, model)),
        machine=machine(model, chip, precision),
        rates=rates_of(find(Engine, "vllm")),
        **{"input_tokens": 1024.0, "output_tokens": 512.0, **more},  # type: ignore[arg-type]
    )


def sought_of(model: str, accelerators: float, **more: float | str) -> Sought:
    row = find(Model, model)
    given_ = {
        "accelerators": accelerators,
        "ttft_limit_s": 2.0,
        "tpot_limit_s": 0.05,
        "objective": "throughput",
        "heads": row.heads,
        "layers": row.layers,
        "expert_ffn": row.expert_ffn,
        "system_kw": 1.3,
        "idle_fraction": 0.2,
        "busy_fraction": 0.7,
    }
    return Sought(**(given_ | more))  # type: ignore[arg-type]


def found_of(case: tuple[str, str, str, float], **more: float | str) -> tuple[Task, Sought, Found]:
    task, sought = task_of(*case[:3]), sought_of(case[0], case[3], **more)
    return task, sought, search(task, sought)


@ALL
def test_what_is_found_fits_and_meets_the_targets(case: tuple[str, str, str, float]) -> None:
    _, sought, found = found_of(case)
    assert len(found.order) > 1
    for at in found.order:
        plan = plan_at(found, int(at))
        assert plan["held"] >= plan["running"] == plan["concurrency"]
        assert plan["tpot_s"] <= sought.tpot_limit_s
        assert plan["ttft_s"] <= sought.ttft_limit_s
        assert plan["accelerators"] <= sought.accelerators


@ALL
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_order_is_that_of_the_objective(case: tuple[str, str, str, float], objective: str) -> None:
    _, _, found = found_of(case, objective=objective)
    ordered = merit(found.figures, objective)[found.order]
    assert (np.diff(ordered) <= 0).all()
    assert ordered[0] == merit(found.figures, objective)[found.within].max()


@ALL
def test_a_plan_found_is_what_the_evaluator_says_of_it(case: tuple[str, str, str, float]) -> None:
    task, _, found = found_of(case)
    for at in ways(found, 8):
        plan = plan_at(found, at)
        if plan["prompt_workers"]:
            continue
        again = evaluate(task, {name: np.asarray(plan[name]) for name in (*WAY, "concurrency")})
        for name in ("tpot_s", "ttft_s", "held"):
            assert float(again[name]) == pytest.approx(plan[name])
        assert plan["all_tokens_per_s"] == pytest.approx(plan["replicas"] * float(again["tokens_per_s"]))


@ALL
def test_workers_apart_are_matched_as_the_closed_loop_has_them(case: tuple[str, str, str, float]) -> None:
    task, _, found = found_of(case)
    figures = found.figures
    at = next(int(i) for i in found.order if figures["prompt_workers"][i] > 0)
    plan = plan_at(found, at)
    whole = plan["decode_workers"] * plan["running"]
    split = {name: np.asarray(plan[name]) for name in WAY}
    prompt = {"tp": plan["prompt_tp"], "groups": plan["prompt_groups"], "pp": 1.0, "ep": 1.0}
    closed = evaluate_apart(
        task,
        {**split, "concurrency": np.asarray(whole * (1 + plan["prompt_s"] / (task.output_tokens * plan["tpot_s"])))},
        {name: np.asarray(value) for name, value in {**prompt, "concurrency": 1.0}.items()},
        decode_workers=plan["decode_workers"],
        prompt_workers=plan["prompt_workers"],
    )
    assert float(closed["accelerators"]) == plan["accelerators"]
    assert float(closed["tpot_s"]) == pytest.approx(plan["tpot_s"], rel=0.05)
    assert float(closed["tokens_per_s"]) == pytest.approx(plan["all_tokens_per_s"], rel=0.1)


@ALL
def test_nothing_beats_the_front(case: tuple[str, str, str, float]) -> None:
    _, _, found = found_of(case)
    at = front(found)
    user, each = 1 / found.figures["tpot_s"], found.figures["tokens_per_s_per_accelerator"]
    assert (np.diff(user[at]) <= 0).all()
    assert (np.diff(each[at]) > 0).all()
    for i in np.flatnonzero(found.fits)[::37]:
        assert not ((user[i] > user[at]) & (each[i] > each[at])).all()
        assert ((user[at] >= user[i]) & (each[at] >= each[i])).any()


@ALL
def test_more_accelerators_and_looser_targets_never_give_less(case: tuple[str, str, str, float]) -> None:
    _, _, found = found_of(case)
    best = found.figures["all_tokens_per_s"][found.order[0]]
    _, _, more = found_of((*case[:3], 2 * case[3]))
    assert more.figures["all_tokens_per_s"][more.order[0]] >= best
    _, _, loose = found_of(case, tpot_limit_s=0.1, ttft_limit_s=4.0)
    assert loose.figures["all_tokens_per_s"][loose.order[0]] >= best


@ALL
def test_each_way_is_told_once_at_its_best(case: tuple[str, str, str, float]) -> None:
    _, _, found = found_of(case)
    plans = [plan_at(found, at) for at in ways(found, 6)]
    keys = [(*(plan[name] for name in WAY), plan["prompt_workers"] > 0) for plan in plans]
    assert len(set(keys)) == len(keys)
    assert plans[0] == plan_at(found, int(found.order[0]))
    for plan, key in zip(plans, keys, strict=True):
        same = np.logical_and.reduce([found.figures[name] == plan[name] for name in WAY])
        same &= (found.figures["prompt_workers"] > 0) == key[-1]
        assert plan["all_tokens_per_s"] == found.figures["all_tokens_per_s"][same & found.within].max()


@ALL
def test_the_next_concurrency_breaks_what_is_said(case: tuple[str, str, str, float]) -> None:
    _, sought, found = found_of(case)
    text = stopped(found, sought, int(found.order[0]))
    best = plan_at(found, int(found.order[0]))
    same = np.logical_and.reduce([found.figures[n] == best[n] for n in (*WAY, "prompt_tp", "prompt_groups")])
    more = found.figures["concurrency"][same & (found.figures["concurrency"] > best["concurrency"])]
    assert "no more" in text or f"{more.min():g} sequences" in text
    _, tight, short = found_of(case, tpot_limit_s=best["tpot_s"] * 1.0001)
    assert "the TPOT target" in stopped(short, tight, int(short.order[0]))


def test_why_lost_adds_up() -> None:
    first = dict.fromkeys(TOKEN_PARTS, 0.0) | {
        "cache_s": 0.01,
        "tpot_s": 0.02,
        "concurrency": 16.0,
        "replica_accelerators": 8.0,
        "decode_workers": 0.0,
        "accelerators": 64.0,
        "all_tokens_per_s": 100.0,
    }
    second = first | {"cache_s": 0.014, "tpot_s": 0.024, "accelerators": 56.0, "all_tokens_per_s": 75.0}
    assert why_lost(first, second, "throughput") == (
        "loses 25.0 %: 2 sequences an accelerator against 2, TPOT 24.0 ms against 20.0 "
        "(attention over the cache +20.0 points); 56 accelerators in use"
    )


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(CASES),
    st.sampled_from([1.0, 2.0, 8.0]),
    st.sampled_from([1.0, 16.0, 256.0]),
)
def test_shares_of_blame_add_up_and_follow_the_rates(
    case: tuple[str, str, str, float], tp: float, concurrency: float
) -> None:
    task = task_of(*case[:3])
    columns = {"tp": tp, "groups": 1.0, "pp": 1.0, "ep": 1.0, "concurrency": concurrency}

    def timed(one: Task) -> np.ndarray:
        return evaluate(one, {name: np.asarray(value) for name, value in columns.items()})["tpot_s"]

    found = shares(task, timed)
    assert tuple(found) == RESOURCES
    assert sum(found.values()) == pytest.approx(1, abs=1e-6)
    # a tenth more bandwidth saves about a tenth of its share
    faster = replace(task, machine=replace(task.machine, memory_bytes_per_s=1.1 * task.machine.memory_bytes_per_s))
    saved = 1 - float(timed(faster)) / float(timed(task))
    assert saved == pytest.approx(found["memory bandwidth"] * (1 - 1 / 1.1), rel=0.15, abs=2e-3)


def test_a_misfit_names_changes_that_do_fit() -> None:
    task = task_of("llama3.1-405b", "h100-sxm-80gb", "fp8")
    split = Split(tp=4.0, groups=1.0, pp=1.0, ep=1.0)
    narrower = {"--precision fp4": machine("llama3.1-405b", "h100-sxm-80gb", "fp4")}
    said = str(misfit("Llama", task, split, narrower, 8.0))
    assert "Use --precision fp4 or --tp 8 or --pp 2" in said
    # by hand: 405.9e9 weights in a byte, the vocabulary in two, over four
    assert "weights take 102.5 GB" in said
    assert "--tp 8" not in str(misfit("Llama", task, split, narrower, 4.0))


def test_what_cannot_be_reached_says_what_can() -> None:
    case = ("llama3.1-70b", "h100-sxm-80gb", "fp8", 8.0)
    task, sought, found = found_of(case, tpot_limit_s=1e-3)
    assert not len(found.order)
    fastest = found.figures["tpot_s"][found.fits].min() * 1e3
    assert f"is {fastest:,.4g} ms" in str(unreachable("x", task, sought, found, {}))
    task, sought, found = found_of(case, ttft_limit_s=1e-3)
    assert "Relax --ttft to" in str(unreachable("x", task, sought, found, {}))
    large = ("llama3.1-405b", "h100-sxm-80gb", "fp8", 4.0)
    task, sought, found = found_of(large)
    assert str(unreachable("x", task, sought, found, {})).endswith("Use --count 8")


def test_the_relaxed_target_is_met() -> None:
    case = ("llama3.1-70b", "h100-sxm-80gb", "fp8", 8.0)
    task, sought, found = found_of(case, tpot_limit_s=1e-3, ttft_limit_s=60.0)
    told = unreachable("x", task, sought, found, {}).mend
    relaxed = float(told.split("--tpot to ")[1].split("ms")[0]) / 1e3
    _, _, again = found_of(case, tpot_limit_s=relaxed, ttft_limit_s=60.0)
    assert len(again.order)


@ALL
@pytest.mark.parametrize("concurrency", [8, 64])
def test_a_simulated_replica_keeps_the_pace_of_the_model(case: tuple[str, str, str, float], concurrency: int) -> None:
    task = task_of(*case[:3], output_tokens=1024.0)
    plan = {"tp": 8.0, "groups": 1.0, "pp": 1.0, "ep": 1.0}
    steady = evaluate(task, {name: np.asarray(v) for name, v in {**plan, "concurrency": float(concurrency)}.items()})
    limits = limits_of(task, plan, replicas=1, chunk_tokens=CHUNK, most=256)
    pace = pace_of(task, plan, slots=limits.slots, running=float(concurrency))
    lengths = np.random.default_rng(7).integers(922, 1127, 20 * concurrency)
    out = simulate_closed(concurrency, 1024, lengths, pace, limits)
    middle = slice(2 * concurrency, -concurrency)
    assert out.token_s[middle].mean() == pytest.approx(float(steady["tpot_s"]), rel=0.03)
    assert out.first_token_s[middle].mean() == pytest.approx(float(steady["ttft_s"]), rel=0.35)
    assert out.tokens_per_s == pytest.approx(float(steady["tokens_per_s"]), rel=0.05)


def test_groups_are_replicas_in_step() -> None:
    task = task_of("deepseek-v3", "h200-sxm-141gb", "fp8")
    plan = {"tp": 1.0, "groups": 8.0, "pp": 1.0, "ep": 8.0}
    limits = limits_of(task, plan, replicas=2, chunk_tokens=CHUNK, most=128)
    assert limits.replicas == 16
    columns = {name: np.asarray(value) for name, value in {**plan, "concurrency": 8.0 * 32}.items()}
    pace = pace_of(task, plan, slots=limits.slots, running=32.0)
    context = float(task.input_tokens) + float(task.output_tokens) / 2
    step_s = pace.decode_s[32] + pace.context_s * 32 * context
    assert step_s == pytest.approx(float(evaluate(task, columns)["step_s"]))


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(CASES), st.sampled_from([1024.0, 8192.0]), st.sampled_from([0.0, 0.5, 0.9]))
def test_a_whole_prompt_takes_what_its_tokens_and_pairs_take(
    case: tuple[str, str, str, float], tokens: float, hit: float
) -> None:
    task = task_of(*case[:3], input_tokens=tokens, prefix_hit=hit)
    plan = {"tp": 8.0, "groups": 1.0, "pp": 1.0, "ep": 1.0}
    pace = pace_of(task, plan, slots=4, running=1.0)
    own = tokens * (1 - hit)
    pairs = own * (tokens - own / 2)
    split = split_of({**{name: np.asarray(value) for name, value in plan.items()}, "concurrency": np.asarray(1.0)})
    assert pace.prompt_s * own + pace.prompt_context_s * pairs == pytest.approx(float(own_prompt_s(task, split)))
    assert pace.prompt_context_s > 0


def test_more_requests_a_second_run_more_at_a_time_up_to_what_is_sustained() -> None:
    task = task_of("llama3.1-70b", "h100-sxm-80gb", "fp8")
    plan = {"tp": 8.0, "groups": 1.0, "pp": 1.0, "ep": 1.0}
    few, most = expected_running(task, plan, 0.5, 256.0)
    many, same = expected_running(task, plan, 2.0, 256.0)
    assert few < many <= 256
    assert most == same
    assert expected_running(task, plan, 2 * most, 256.0)[0] <= 256
    assert expected_running(task, plan, 0.5, 256.0, prompts=False)[1] > most


def test_workers_for_prompts_hand_over_what_the_model_says() -> None:
    task = task_of("llama3.1-70b", "h100-sxm-80gb", "fp8")
    plan = {"tp": 4.0, "groups": 1.0, "pp": 1.0, "ep": 1.0}
    prefill = prefill_of(task, plan, {**plan, "tp": 8.0}, workers=3, chunk_tokens=CHUNK)
    assert prefill.limits.replicas == 3
    # 80 layers of 8 heads of 128, keys and values, one byte, over 8 ranks of 50 GB/s each
    assert prefill.transfer_s == pytest.approx(80 * 8 * 128 * 2 / 8 / 5e10)


def test_an_engine_that_reserves_answers_runs_no_more_than_it_holds() -> None:
    task = task_of("llama3.1-70b", "h100-sxm-80gb", "fp8")
    plan = {"tp": 2.0, "groups": 1.0, "pp": 1.0, "ep": 1.0}
    open_, kept = (
        limits_of(
            replace(task, rates=replace(task.rates, output_reserved=r)), plan, replicas=1, chunk_tokens=1, most=4096
        )
        for r in (0.5, 1.0)
    )
    assert open_.slots == 4096 > kept.slots
    assert open_.cache_tokens == pytest.approx(kept.cache_tokens, abs=1)


def test_acceptance_is_that_of_the_step() -> None:
    task = task_of("llama3.1-70b", "h100-sxm-80gb", "fp8", drafts=3.0)
    plan = {"tp": 8.0, "groups": 1.0, "pp": 1.0, "ep": 1.0}
    a = float(task.rates.acceptance)
    expected = 1 + a + a**2 + a**3
    assert limits_of(task, plan, replicas=1, chunk_tokens=1, most=8).acceptance_length == pytest.approx(expected)
