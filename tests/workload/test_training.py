import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.catalog import Accelerator, find
from denshi.errors import InfeasibleError
from denshi.workload import training
from denshi.workload.precision import peak_flop_per_s
from denshi.workload.training.plan import _candidates
from denshi.workload.training.step import evaluate, gemm_efficiency, remember

sys.path.insert(0, str(Path(__file__).parent))
from workload_inputs import training_input

DENSE = training_input("llama3.1-70b", "hgx-h100", 512, tokens=1e11)
MOE = training_input("deepseek-v3", "hgx-h100", 2048, precision="fp8", sequence=4096.0, tokens=14.8e12)


def plan(**changed: float) -> dict[str, np.ndarray]:
    base = {
        "tp": 8,
        "cp": 1,
        "pp": 4,
        "virtual_stages": 1,
        "ep": 1,
        "dp": 16,
        "micro_batch": 1,
        "recompute": 0,
    }
    return {name: np.atleast_1d(np.asarray(value, dtype=float)) for name, value in (base | changed).items()}


def test_llama_405b_on_16384_h100_takes_about_the_hours_that_its_makers_report() -> None:
    run = training.run(training_input("llama3.1-405b", "hgx-h100", 16384, tokens=15.6e12))
    assert (run.tp, run.pp) == (8, 16)
    assert run.accelerator_hours_per_run == pytest.approx(30.84e6, rel=0.15)


def test_deepseek_v3_on_2048_h800_takes_no_less_than_its_makers_report_and_within_two_fifths() -> None:
    h800 = find(Accelerator, "h800-sxm-80gb")
    run = training.run(replace(MOE, accelerator=h800, global_batch_tokens=4096.0 * 15360))
    assert 1.0 < run.accelerator_hours_per_run / 2.664e6 < 1.4


@pytest.mark.parametrize("tokens", [1e-300, 1.0])
def test_a_run_has_at_least_one_step(tokens: float) -> None:
    run = training.run(replace(DENSE, tokens=tokens))
    assert run.steps == 1
    assert run.run_s > run.step_s


@pytest.mark.parametrize("inputs", [DENSE, MOE], ids=["dense", "moe"])
def test_again_holds_the_plan(inputs: training.Input) -> None:
    first = training.run(inputs)
    assert training.again(inputs, first) == first
    slower = training.again(replace(inputs, scaleout_bytes_per_s=inputs.scaleout_bytes_per_s / 100), first)
    assert (slower.tp, slower.pp, slower.dp) == (first.tp, first.pp, first.dp)
    assert slower.step_s > first.step_s


def test_the_parts_add_up() -> None:
    run = training.run(DENSE)
    assert run.step_s == pytest.approx(run.compute_s + run.communication_s + run.bubble_s + run.overhead_s)
    parts = (run.weight_bytes, run.gradient_bytes, run.optimizer_bytes, run.activation_bytes)
    assert run.memory_bytes == pytest.approx(sum(parts))
    assert run.memory_bytes <= DENSE.accelerator.memory_bytes * DENSE.memory_usable
    assert run.tp * run.cp * run.pp * run.dp == run.accelerators_per_run <= run.accelerators


def test_tokens_are_conserved() -> None:
    run = training.run(DENSE)
    batch = run.dp * run.micro_batch_sequences * run.micro_batches
    assert batch >= run.batch_sequences > batch - run.dp * run.micro_batch_sequences
    step_tokens = run.batch_sequences * DENSE.sequence
    assert 0 <= run.steps * step_tokens - DENSE.tokens < step_tokens
    assert run.tokens_per_year == pytest.approx(run.runs_per_year * DENSE.tokens)
    assert run.accelerator_hours_per_year <= run.accelerators * 8760 * (1 + 1e-12)


@settings(max_examples=40, deadline=None)
@given(faster=st.floats(1.0, 10.0), which=st.sampled_from(["out", "in", "memory"]), moe=st.booleans())
def test_more_bandwidth_is_never_slower(faster: float, which: str, moe: bool) -> None:
    inputs = MOE if moe else DENSE
    chip = inputs.accelerator
    better = {
        "out": replace(inputs, scaleout_bytes_per_s=inputs.scaleout_bytes_per_s * faster),
        "in": replace(inputs, accelerator=replace(chip, scaleup_bytes_per_s=(chip.scaleup_bytes_per_s or 1) * faster)),
        "memory": replace(inputs, accelerator=replace(chip, memory_bytes_per_s=chip.memory_bytes_per_s * faster)),
    }[which]
    columns, _ = _candidates(inputs, {"tp": 8.0, "micro_batch": 1.0}, 512.0)
    assert np.all(evaluate(columns, better)["step_s"] <= evaluate(columns, inputs)["step_s"] * (1 + 1e-12))


@pytest.mark.parametrize("inputs", [DENSE, MOE], ids=["dense", "moe"])
def test_no_step_is_faster_than_its_arithmetic(inputs: training.Input) -> None:
    columns, _ = _candidates(inputs, {}, 512.0)
    out = evaluate(columns, inputs)
    run = training.run(inputs)
    peak = peak_flop_per_s(inputs.accelerator, inputs.precision)
    least_s = run.flop_per_token * run.batch_sequences * inputs.sequence / (out["accelerators"] * peak)
    assert np.all(out["step_s"] >= least_s)
    assert run.mfu < gemm_efficiency(inputs)


@settings(max_examples=30, deadline=None)
@given(sequence=st.floats(1024, 65536), more=st.floats(1.0, 4.0))
def test_memory_grows_with_sequence_and_micro_batch(sequence: float, more: float) -> None:
    short = replace(DENSE, sequence=sequence)
    longer = replace(DENSE, sequence=sequence * more)
    assert remember(plan(), longer)["activation_bytes"] >= remember(plan(), short)["activation_bytes"]
    wide = plan(micro_batch=[1, 2, 4], **{k: [v] * 3 for k, v in {"tp": 8, "pp": 4, "dp": 16}.items()})
    assert np.all(np.diff(remember({k: np.resize(v, 3) for k, v in wide.items()}, short)["memory_bytes"]) > 0)


def test_memory_shrinks_with_every_kind_of_split_and_with_recomputation() -> None:
    def memory(**changed: float) -> float:
        return float(remember(plan(**changed), DENSE)["memory_bytes"][0])

    assert memory(tp=1) > memory(tp=2) > memory(tp=8)
    assert memory(dp=1) > memory(dp=16) > memory(dp=64)
    assert memory(recompute=0) > memory(recompute=1) > memory(recompute=1.5) > memory(recompute=2)


def test_too_small_a_cluster_says_what_is_short_and_what_fits() -> None:
    with pytest.raises(InfeasibleError, match=r"GB short on each accelerator.*fits on \d+ accelerators as tp"):
        training.run(training_input("llama3.1-405b", "hgx-h100", 16))


def test_a_given_plan_that_does_not_fit_names_one_that_does() -> None:
    inputs = replace(DENSE, parallelism={"tp": 1, "pp": 1, "micro_batch": 8})
    with pytest.raises(InfeasibleError, match=r"workload.parallelism: .*GB short.*It fits on"):
        training.run(inputs)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"tp": 3}, "does not divide 64"),
        ({"tp": 128}, "more than the 64 attention heads"),
        ({"pp": 200}, "more than the 80 layers"),
        ({"ep": 8}, "more than the 1 routed experts"),
        ({"tp": 8, "pp": 8, "dp": 64}, "4,096 is more than the 512 accelerators"),
    ],
)
def test_a_given_plan_must_divide(mapping: dict[str, int], message: str) -> None:
    with pytest.raises(InfeasibleError, match=message):
        training.run(replace(DENSE, parallelism=mapping))


def test_a_given_plan_is_kept() -> None:
    run = training.run(replace(DENSE, parallelism={"tp": 4, "pp": 8, "dp": 16, "micro_batch": 2}))
    assert (run.tp, run.pp, run.dp, run.micro_batch_sequences) == (4, 8, 16, 2)


def test_a_precision_that_the_accelerator_lacks_names_those_it_has() -> None:
    with pytest.raises(InfeasibleError, match="does not multiply in fp4.*it has bf16, fp16, fp8"):
        training.run(replace(DENSE, precision="fp4"))


def test_a_small_batch_limits_one_run_and_says_so() -> None:
    asked = training_input("llama3.1-8b", "hgx-h100", 4096, tokens=1e11, global_batch_tokens=8192.0 * 64)
    run = training.run(asked)
    assert run.accelerators_per_run < run.accelerators
    assert run.notice.startswith(f"global batch limits one run to {run.accelerators_per_run:,.0f} accelerators")
    several = training.run(replace(asked, runs_per_year=8.0))
    assert several.concurrent_runs > 1
    assert several.tokens_per_s > run.tokens_per_s


def test_runs_that_do_not_fit_in_a_year_are_said_to_bind() -> None:
    run = training.run(replace(DENSE, tokens=1e14, runs_per_year=3.0))
    assert run.runs_per_year < 3
    assert run.bound.startswith("time: 3 runs were asked")
    assert run.busy_fraction == pytest.approx(run.accelerators_per_run * run.concurrent_runs / run.accelerators)


def test_an_idle_cluster_draws_idle_power() -> None:
    node = DENSE.system
    run = training.run(replace(DENSE, tokens=1e6))
    idle_kw = run.accelerators * node.power_kw / node.accelerators * node.idle_power_fraction
    assert run.power_kw == pytest.approx(idle_kw, rel=1e-3)


def test_a_plan_for_405b_is_found_within_50_ms() -> None:
    inputs = training_input("llama3.1-405b", "hgx-h100", 16384)
    training.run(inputs)
    tries = []
    for _ in range(5):
        began = time.perf_counter()
        training.run(inputs)
        tries.append(time.perf_counter() - began)
    assert min(tries) < 0.05
