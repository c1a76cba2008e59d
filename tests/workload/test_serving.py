import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.catalog import Engine, find
from denshi.errors import InfeasibleError
from denshi.workload import serving
from denshi.workload.serving.plan import candidates, task_of
from denshi.workload.serving.task import evaluate

sys.path.insert(0, str(Path(__file__).parent))
from workload_inputs import serving_input

DENSE = serving_input("llama3.1-70b", "hgx-h100", 64)
LOOSE = {"ttft_limit_s": 1e9, "tpot_limit_s": 1e9}
MOE = serving_input("deepseek-v3", "gb300-nvl72", 720)
STAGED = serving_input("llama3.1-405b", "hgx-a100", 64, precision="bf16", tpot_limit_s=0.5, ttft_limit_s=60.0)
ALL = pytest.mark.parametrize("inputs", [DENSE, MOE, STAGED], ids=["dense", "moe", "staged"])


@ALL
def test_the_targets_and_the_memory_are_kept(inputs: serving.Input) -> None:
    found = serving.run(inputs)
    assert found.tpot_s <= inputs.tpot_limit_s
    assert found.ttft_s <= inputs.ttft_limit_s
    assert found.memory_fraction <= inputs.engine.memory_fraction
    assert found.running_sequences == found.concurrency <= found.held_sequences
    assert found.replicas * found.replica_accelerators <= found.accelerators
    assert serving.again(inputs, found) == found


@ALL
def test_no_configuration_in_reach_gives_more_tokens(inputs: serving.Input) -> None:
    found = serving.run(inputs)
    timed = evaluate(task_of(inputs), candidates(inputs))
    kept = (timed["tpot_s"] <= inputs.tpot_limit_s) & (timed["ttft_s"] <= inputs.ttft_limit_s)
    kept &= timed["concurrency"] <= timed["held"]
    rates = np.floor(found.accelerators / timed["accelerators"]) * timed["tokens_per_s"]
    assert found.tokens_per_s >= 0.99 * rates[kept].max()


@ALL
def test_one_sequence_more_breaks_what_binds(inputs: serving.Input) -> None:
    found = serving.run(inputs)
    plan = {name: getattr(found, name) for name in ("tp", "groups", "pp", "ep", "concurrency")}
    plan["concurrency"] += found.groups * found.pp
    more = {name: float(value) for name, value in evaluate(task_of(inputs), plan).items()}
    broken = {
        "memory for the key-value cache": more["concurrency"] > more["held"],
        "time per output token": more["tpot_s"] > inputs.tpot_limit_s,
        "time to first token": more["ttft_s"] > inputs.ttft_limit_s,
    }
    assert broken[found.bound]


@ALL
def test_the_front_falls_and_the_plan_lies_on_or_below_it(inputs: serving.Input) -> None:
    found = serving.run(inputs)
    user, each = found.front_tokens_per_s_per_user, found.front_tokens_per_s_per_accelerator
    assert len(user) == len(each) > 5
    assert all(a > b for a, b in pairwise(user))
    assert all(a < b for a, b in pairwise(each))
    beaten = np.interp(-found.tokens_per_s_per_user, -np.array(user), np.array(each))
    # the front is taken between whole steps of the concurrency, so that the plan may lie a little above it
    assert 0.8 * beaten <= found.tokens_per_s_per_accelerator <= 1.1 * beaten


@pytest.mark.parametrize("ratio", [0.5, 1.3])
def test_all_times_scale_with_the_ratio_of_times_and_the_plan_stays(ratio: float) -> None:
    found = serving.run(DENSE)
    slower = serving.again(replace(DENSE, time_ratio=ratio), found)
    assert slower.tpot_s == pytest.approx(ratio * found.tpot_s)
    assert slower.ttft_s == pytest.approx(ratio * found.ttft_s)
    assert slower.tokens_per_s == pytest.approx(found.tokens_per_s / ratio)
    assert slower.memory_fraction == found.memory_fraction


def test_a_small_model_with_all_the_time_runs_as_many_sequences_as_an_engine_takes() -> None:
    small = serving_input("llama3.2-1b", "hgx-h200", 8, input_tokens=128.0, output_tokens=128.0, **LOOSE)
    found = serving.run(small)
    assert found.concurrency == 1024 * found.groups * found.pp
    assert found.bound == "sequences that an engine runs at once"


def test_tokens_and_energy_are_conserved() -> None:
    found = serving.run(DENSE)
    in_flight = found.tokens_per_s_per_replica / DENSE.output_tokens
    residence_s = found.ttft_s + (DENSE.output_tokens - 1) * found.tpot_s
    assert in_flight * residence_s == pytest.approx(found.concurrency)
    assert found.energy_j_per_token * found.tokens_per_s == pytest.approx(found.power_kw * 1e3)


@ALL
def test_parts_add_up(inputs: serving.Input) -> None:
    found = serving.run(inputs)
    parts = ("weight_s", "routed_s", "cache_s", "launch_s", "exchange_s", "host_s")
    assert sum(getattr(found, name) for name in parts) == pytest.approx(found.step_s)
    assert found.step_s + found.mixed_s == pytest.approx(found.tpot_s)
    first = ("first_prompt_s", "queue_s", "start_s", "client_s")
    assert sum(getattr(found, name) for name in first) == pytest.approx(found.ttft_s)


@ALL
def test_a_step_is_no_faster_than_the_hardware(inputs: serving.Input) -> None:
    found = serving.run(inputs)
    read_s = (found.cache_bytes + found.weight_bytes) * found.pp / inputs.accelerator.memory_bytes_per_s
    assert found.step_s >= 0.5 * read_s
    tokens_flop = 2 * found.active_params * found.tokens_per_s_per_accelerator
    assert tokens_flop < (inputs.accelerator.fp8_flop_per_s or inputs.accelerator.bf16_flop_per_s or 0)


@settings(max_examples=40, deadline=None)
@given(faster=st.floats(1.0, 10.0), which=st.sampled_from(["memory", "in", "out", "peak"]), moe=st.booleans())
def test_better_hardware_is_never_slower(faster: float, which: str, moe: bool) -> None:
    inputs = MOE if moe else DENSE
    chip = inputs.accelerator
    better = {
        "memory": replace(inputs, accelerator=replace(chip, memory_bytes_per_s=chip.memory_bytes_per_s * faster)),
        "in": replace(inputs, accelerator=replace(chip, scaleup_bytes_per_s=(chip.scaleup_bytes_per_s or 1) * faster)),
        "peak": replace(inputs, accelerator=replace(chip, fp8_flop_per_s=(chip.fp8_flop_per_s or 1) * faster)),
        "out": replace(inputs, scaleout_bytes_per_s=inputs.scaleout_bytes_per_s * faster),
    }[which]
    columns = candidates(inputs)
    fast, slow = (evaluate(task_of(one), columns)["tpot_s"] for one in (better, inputs))
    assert np.all(fast <= slow * (1 + 1e-12))
    assert serving.run(better).tokens_per_s >= serving.run(inputs).tokens_per_s * 0.98


@settings(max_examples=30, deadline=None)
@given(relaxed=st.floats(1.0, 5.0))
def test_a_looser_target_never_costs_tokens(relaxed: float) -> None:
    loose = serving.run(replace(DENSE, tpot_limit_s=DENSE.tpot_limit_s * relaxed))
    assert loose.tokens_per_s >= serving.run(DENSE).tokens_per_s * 0.98


def test_a_single_sequence_reads_few_experts_and_many_read_all() -> None:
    def routed_s(concurrency: float) -> float:
        plan = {"tp": 8.0, "groups": 1.0, "pp": 1.0, "ep": 1.0, "concurrency": concurrency}
        found = evaluate(task_of(MOE), {name: np.array([value]) for name, value in plan.items()})
        return float(found["expert_s"][0])

    assert routed_s(1.0) < 0.15 * routed_s(1024.0)


def test_weight_only_integers_are_half_of_eight_bits_in_memory() -> None:
    eight, four = (serving.run(replace(DENSE, precision=name)) for name in ("fp8", "int4"))
    held = [one.weight_bytes * one.replica_accelerators for one in (four, eight)]
    assert held[0] < 0.6 * held[1]
    assert four.kv_cache_bytes_per_token == eight.kv_cache_bytes_per_token


def test_the_engine_is_what_the_scenario_names() -> None:
    other = serving.run(replace(DENSE, engine=find(Engine, "trtllm")))
    assert other.tokens_per_s != serving.run(DENSE).tokens_per_s


def test_a_target_out_of_reach_says_what_is_reachable() -> None:
    with pytest.raises(InfeasibleError, match=r"fastest TPOT reachable is [\d.]+ ms"):
        serving.run(replace(DENSE, tpot_limit_s=1e-4))
    with pytest.raises(InfeasibleError, match=r"fastest TTFT reachable is [\d.]+ ms"):
        serving.run(replace(DENSE, ttft_limit_s=1e-3))


@pytest.mark.parametrize("limits", [{"tpot_limit_s": 1e-4}, {"ttft_limit_s": 1e-3}])
def test_a_target_relaxed_as_advised_is_met(limits: dict[str, float]) -> None:
    with pytest.raises(InfeasibleError) as caught:
        serving.run(replace(DENSE, **limits))
    advised = float(caught.value.mend.split(" to ")[1].split(" ms")[0]) * 1e-3
    assert serving.run(replace(DENSE, **dict.fromkeys(limits, advised))).replicas >= 1


def test_a_model_that_fits_nowhere_says_how_much_is_short() -> None:
    with pytest.raises(InfeasibleError, match=r"GB short on each of its \d+ accelerators"):
        serving.run(serving_input("llama3.1-405b", "hgx-h100", 4))


@pytest.mark.parametrize("accelerators", [1, 2, 3, 4])
def test_the_advice_for_a_model_that_fits_nowhere_holds(accelerators: int) -> None:
    with pytest.raises(InfeasibleError) as caught:
        serving.run(serving_input("llama3.1-405b", "hgx-h100", accelerators))
    advised = int(caught.value.mend.split(" accelerators")[0].removeprefix("Give it "))
    assert serving.run(serving_input("llama3.1-405b", "hgx-h100", advised, **LOOSE)).replicas == 1


@pytest.mark.parametrize("input_tokens", [1e7, 1e8])
def test_where_the_cache_of_one_request_does_not_fit_no_accelerators_are_advised(input_tokens: float) -> None:
    with pytest.raises(InfeasibleError, match="shorten the requests"):
        serving.run(serving_input("llama3.1-70b", "hgx-h100", 32, input_tokens=input_tokens, **LOOSE))


def test_a_precision_that_the_accelerator_lacks_names_another() -> None:
    with pytest.raises(InfeasibleError, match="Use bf16 or int4"):
        serving.run(serving_input("llama3.1-8b", "hgx-a100", 8, precision="fp8"))


def test_four_bits_are_widened_where_the_accelerator_does_not_multiply_them() -> None:
    widened = serving.run(replace(DENSE, precision="fp4", **LOOSE))
    assert widened.weight_bytes * widened.replica_accelerators < 0.4 * 2 * widened.params
