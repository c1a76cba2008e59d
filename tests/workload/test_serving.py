import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.errors import InfeasibleError
from denshi.workload import serving
from denshi.workload.serving.plan import _candidates
from denshi.workload.serving.step import evaluate

sys.path.insert(0, str(Path(__file__).parent))
from workload_inputs import serving_input

DENSE = serving_input("llama3.1-70b", "hgx-h100", 64)
LOOSE = {"ttft_limit_s": 1e9, "tpot_limit_s": 1e9}
MOE = serving_input("deepseek-v3", "gb300-nvl72", 720)


@pytest.mark.parametrize("inputs", [DENSE, MOE], ids=["dense", "moe"])
def test_the_targets_and_the_memory_are_kept(inputs: serving.Input) -> None:
    found = serving.run(inputs)
    assert found.tpot_s <= inputs.tpot_limit_s
    assert found.ttft_s <= inputs.ttft_limit_s
    assert found.memory_fraction <= inputs.memory_usable
    assert found.replicas * found.replica_accelerators <= found.accelerators
    assert serving.again(inputs, found) == found


def test_tokens_and_energy_are_conserved() -> None:
    found = serving.run(DENSE)
    in_flight = found.tokens_per_s_per_replica / DENSE.output_tokens
    residence_s = found.ttft_s + (DENSE.output_tokens - 1) * found.tpot_s
    assert in_flight * residence_s == pytest.approx(found.batch)
    assert found.energy_j_per_token * found.tokens_per_s == pytest.approx(found.power_kw * 1e3)


@pytest.mark.parametrize("inputs", [DENSE, MOE], ids=["dense", "moe"])
def test_a_step_is_no_faster_than_reading_its_weights(inputs: serving.Input) -> None:
    found = serving.run(inputs)
    assert found.step_s >= found.weight_s + found.cache_s
    tokens_flop = 2 * found.active_params * found.tokens_per_s_per_accelerator
    assert tokens_flop < (inputs.accelerator.fp8_flop_per_s or 0)


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
    columns = _candidates(inputs)
    assert np.all(evaluate(columns, better)["tpot_s"] <= evaluate(columns, inputs)["tpot_s"] * (1 + 1e-12))
    assert serving.run(better).tokens_per_s >= serving.run(inputs).tokens_per_s * 0.98


@settings(max_examples=30, deadline=None)
@given(relaxed=st.floats(1.0, 5.0))
def test_a_looser_target_never_costs_tokens(relaxed: float) -> None:
    loose = serving.run(replace(DENSE, tpot_limit_s=DENSE.tpot_limit_s * relaxed))
    assert loose.tokens_per_s >= serving.run(DENSE).tokens_per_s * 0.98


def test_a_batch_of_one_reads_top_k_experts_and_a_large_one_all() -> None:
    def weight_s(batch: float) -> float:
        plan = {"tp": 8.0, "groups": 1.0, "pp": 1.0, "batch": batch}
        return float(evaluate({name: np.array([value]) for name, value in plan.items()}, MOE)["weight_s"][0])

    assert weight_s(1.0) < 0.15 * weight_s(4096.0)


def test_a_target_out_of_reach_says_what_is_reachable() -> None:
    with pytest.raises(InfeasibleError, match=r"fastest TPOT reachable is [\d.]+ ms"):
        serving.run(replace(DENSE, tpot_limit_s=1e-4))
    with pytest.raises(InfeasibleError, match=r"fastest TTFT reachable is [\d.]+ ms"):
        serving.run(replace(DENSE, ttft_limit_s=1e-3))


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


def test_a_batch_beyond_the_measurements_is_said() -> None:
    beyond = serving.run(serving_input("gpt-oss-120b", "hgx-h100", 64))
    assert beyond.batch / beyond.replica_accelerators > 256
    assert "extrapolated" in beyond.notice
    assert serving.run(DENSE).notice == ""


def test_a_precision_that_the_accelerator_lacks_names_those_it_has() -> None:
    with pytest.raises(InfeasibleError, match="it has bf16, fp16, fp8"):
        serving.run(replace(DENSE, precision="fp4"))
