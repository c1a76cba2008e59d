import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.catalog import Accelerator, Software, find
from denshi.errors import InfeasibleError
from denshi.figure import figures
from denshi.workload import training
from denshi.workload.precision import peak_flop_per_s
from denshi.workload.training.plan import task_of
from denshi.workload.training.task import evaluate

sys.path.insert(0, str(Path(__file__).parent))
from workload_inputs import training_input

DENSE = training_input("llama3.1-70b", "hgx-h100", 512, tokens=1e11)
MOE = training_input("deepseek-v3", "hgx-h100", 2048, precision="fp8", sequence=4096.0, tokens=14.8e12)


def layouts(inputs: training.Input, accelerators: float) -> dict[str, np.ndarray]:
    """Every split of some accelerators in powers of two, one a column."""
    powers = 2.0 ** np.arange(0, 8)
    tp, pp, ep = (grid.ravel() for grid in np.meshgrid(powers[:4], powers[:5], powers, indexing="ij"))
    dp = accelerators / (tp * pp)
    experts = max(inputs.model.experts, 1.0)
    keep = (dp >= 1) & (ep <= experts) & ((tp * dp) % ep == 0)
    return {"tp": tp[keep], "pp": pp[keep], "ep": ep[keep], "dp": dp[keep]}


def memory(**changed: float) -> float:
    columns = {"tp": 8.0, "pp": 4.0, "dp": 16.0} | changed
    return float(evaluate(task_of(DENSE, 512.0), columns)["memory_bytes"])


def test_llama_405b_on_16384_h100_takes_about_the_hours_that_its_makers_report() -> None:
    asked = training_input("llama3.1-405b", "hgx-h100", 16384, tokens=15.6e12)
    run = training.run(asked)
    assert (run.tp, run.pp) == (8, 16)
    assert run.accelerator_hours_per_run == pytest.approx(30.84e6, rel=0.15)
    of_its_day = replace(asked, software=find(Software, "megatron-2024"))
    assert training.run(of_its_day).accelerator_hours_per_run == pytest.approx(30.84e6, rel=0.07)


def test_deepseek_v3_on_2048_h800_takes_about_the_hours_that_its_makers_report() -> None:
    h800 = find(Accelerator, "h800-sxm-80gb")
    asked = replace(MOE, accelerator=h800, global_batch_tokens=4096.0 * 15360)
    assert training.run(asked).accelerator_hours_per_run == pytest.approx(2.664e6, rel=0.15)
    own_plan = replace(asked, parallelism={"tp": 1, "pp": 16, "ep": 64, "micro_batch": 1})
    assert training.run(own_plan).accelerator_hours_per_run == pytest.approx(2.664e6, rel=0.1)


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


@pytest.mark.parametrize("inputs", [DENSE, MOE], ids=["dense", "moe"])
def test_the_parts_add_up(inputs: training.Input) -> None:
    run = training.run(inputs)
    assert run.compute_s == pytest.approx(run.product_s + run.attention_s + run.passes_s)
    assert run.communication_s == pytest.approx(run.tensor_s + run.context_s + run.expert_s + run.data_s)
    assert run.step_s == pytest.approx(run.compute_s + run.communication_s + run.bubble_s + run.overhead_s)
    held = run.weight_bytes + run.gradient_bytes + run.optimizer_bytes
    assert run.memory_bytes == pytest.approx(held + run.activation_bytes + run.logit_bytes + run.buffer_bytes)
    assert run.memory_bytes <= run.usable_bytes
    assert run.tp * run.cp * run.pp * run.dp == run.accelerators_per_run <= run.accelerators
    wall = run.steps_s + run.evaluation_s + run.checkpoint_s + run.lost_s + run.down_s + inputs.start_up_s
    assert run.run_s == pytest.approx(wall)
    assert run.goodput_fraction == pytest.approx(run.steps_s / run.run_s)


def test_one_accelerator_exchanges_nothing() -> None:
    alone = training.run(training_input("llama3.2-1b", "hgx-h100", 1, tokens=1e9, global_batch_tokens=8192.0 * 8))
    assert (alone.communication_s, alone.bubble_s) == (0.0, 0.0)


TIME = {"s": 1, "h": 1, "FLOP/s": -1, "byte/s": -1, "token/s": -1} | dict.fromkeys(
    ("byte", "FLOP/byte", "sequences"), 0
)


@pytest.mark.parametrize("inputs", [DENSE, MOE], ids=["dense", "moe"])
@pytest.mark.parametrize("longer", [0.25, 4.0])
def test_times_and_rates_follow_the_unit_of_time(inputs: training.Input, longer: float) -> None:
    """Where every rate is divided and every time multiplied, times are too: each is a time, whatever it is made of."""

    def slowed(held: Any, suffixes: tuple[str, ...], factor: float) -> dict[str, float]:
        names = [f.name for f in fields(held) if f.name.endswith(suffixes) and getattr(held, f.name) is not None]
        return {name: getattr(held, name) * factor for name in names}

    rates = ("flop_per_s", "bytes_per_s", "interruption_rate")
    times = tuple(f.name for f in fields(inputs) if f.name.endswith("_s") and not f.name.endswith("per_s"))
    slow = replace(
        inputs,
        **slowed(inputs, rates, 1 / longer),
        **slowed(inputs, times, longer),
        accelerator=replace(inputs.accelerator, **slowed(inputs.accelerator, rates, 1 / longer)),
        software=replace(inputs.software, **slowed(inputs.software, ("_s",), longer)),
    )
    before, after = training.run(inputs), training.run(slow)
    assert before.plan == after.plan
    for name, figure in figures(training.Training).items():
        # the year stays as long as it is
        if figure.unit in TIME and not name.endswith("_per_year"):
            expected = np.array(getattr(before, name)) * longer ** TIME[figure.unit]
            np.testing.assert_allclose(getattr(after, name), expected, rtol=1e-9, err_msg=name)


def test_a_name_says_the_unit() -> None:
    ends = {"_bytes": "byte", "_kw": "kW", "_fraction": "1", "flop_per_s": "FLOP/s", "bytes_per_s": "byte/s"}
    for name, figure in figures(training.Training).items():
        unit = next((unit for end, unit in ends.items() if name.endswith(end)), None)
        if unit is None and name.endswith("_s") and "_per_" not in name:
            unit = "s"
        assert unit in (None, figure.unit), name


def test_tokens_are_conserved() -> None:
    run = training.run(DENSE)
    batch = run.dp * run.micro_batch_sequences * run.micro_batches
    assert batch >= run.batch_sequences > batch - run.dp * run.micro_batch_sequences
    step_tokens = run.batch_sequences * DENSE.sequence
    # a growing batch takes more steps than full ones would
    assert DENSE.tokens / step_tokens <= run.steps < 1.2 * DENSE.tokens / step_tokens
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
    columns = layouts(inputs, 512.0)
    slow, fast = (evaluate(task_of(one, 512.0), columns)["step_s"] for one in (inputs, better))
    assert np.all(fast <= slow * (1 + 1e-12))


@pytest.mark.parametrize("inputs", [DENSE, MOE], ids=["dense", "moe"])
def test_no_step_is_faster_than_its_arithmetic(inputs: training.Input) -> None:
    out = evaluate(task_of(inputs, 512.0), layouts(inputs, 512.0))
    run = training.run(inputs)
    peak = peak_flop_per_s(inputs.accelerator, inputs.precision)
    least_s = run.flop_per_token * run.batch_sequences * inputs.sequence / (out["accelerators"] * peak)
    assert np.all(out["step_s"] >= least_s)
    assert run.mfu <= run.hfu < 0.8


@settings(max_examples=30, deadline=None)
@given(sequence=st.sampled_from([1024.0, 4096.0, 32768.0]), micro_batch=st.sampled_from([1.0, 2.0, 4.0]))
def test_memory_grows_with_sequence_and_micro_batch(sequence: float, micro_batch: float) -> None:
    def held(sequence: float, micro_batch: float) -> float:
        columns = {"tp": 8.0, "pp": 4.0, "dp": 16.0, "micro_batch": micro_batch}
        return float(evaluate(task_of(replace(DENSE, sequence=sequence), 512.0), columns)["memory_bytes"])

    assert held(2 * sequence, micro_batch) > held(sequence, micro_batch)
    assert held(sequence, 2 * micro_batch) > held(sequence, micro_batch)


def test_memory_shrinks_with_every_kind_of_split_and_with_recomputation() -> None:
    assert memory(tp=1) > memory(tp=2) > memory(tp=8)
    assert memory(dp=1) > memory(dp=16) > memory(dp=64)
    assert memory(recompute=0) > memory(recompute=1) > memory(recompute=1.5) > memory(recompute=2)
    assert memory(zero=0) > memory(zero=1) > memory(zero=2) > memory(zero=3)


def test_too_small_a_cluster_says_what_is_short_and_what_fits() -> None:
    with pytest.raises(InfeasibleError, match=r"GB a device short of memory.*fits on \d+ accelerators as tp"):
        training.run(training_input("llama3.1-405b", "hgx-h100", 16))


def test_a_given_plan_that_does_not_fit_names_one_that_does() -> None:
    inputs = replace(DENSE, parallelism={"tp": 1, "pp": 1, "micro_batch": 8})
    with pytest.raises(
        InfeasibleError, match=r"workload.parallelism: .*GB a device short.*It fits with micro_batch = 1"
    ):
        training.run(inputs)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"tp": 3}, "does not divide the 64 attention heads.*legal value is tp = 2"),
        ({"tp": 128}, "does not divide the 64 attention heads.*legal value is tp = 64"),
        ({"pp": 200}, "more stages than the 80 layers.*legal value is pp = 80"),
        ({"ep": 8}, "needs routed experts.*legal value is ep = 1"),
        ({"tp": 8, "pp": 8, "dp": 64}, "does not divide the 512 accelerators.*legal value is dp = 8"),
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
    asked = training_input("llama3.1-8b", "hgx-h100", 4096, tokens=1e11, global_batch_tokens=8192.0 * 2)
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
