"""What the training room is given: inputs by path."""

from collections.abc import Mapping
from dataclasses import dataclass

from denshi.figure import given
from denshi.workload.record import Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Input(Workload):
    """A training workload: what is asked, on which accelerators, with which efficiencies."""

    tokens: float = given("scenario.workload.@.tokens", "token")
    sequence: float = given("scenario.workload.@.sequence", "token")
    global_batch_tokens: float = given("scenario.workload.@.global_batch_tokens", "token")
    runs_per_year: float | None = given("scenario.workload.@.runs_per_year", "1/year")
    parallelism: str | Mapping[str, int] = given("scenario.workload.@.parallelism")
    gemm_bf16_on_bf16: float = given("catalog.assumptions.training-gemm-bf16-on-bf16-generation", "1")
    gemm_bf16_on_fp8: float = given("catalog.assumptions.training-gemm-bf16-on-fp8-generation", "1")
    gemm_bf16_on_fp4: float = given("catalog.assumptions.training-gemm-bf16-on-fp4-generation", "1")
    gemm_fp8_on_fp8: float = given("catalog.assumptions.training-gemm-fp8-on-fp8-generation", "1")
    gemm_fp8_on_fp4: float = given("catalog.assumptions.training-gemm-fp8-on-fp4-generation", "1")
    gemm_fp4_on_fp4: float = given("catalog.assumptions.training-gemm-fp4-on-fp4-generation", "1")
    operand_share: float = given("catalog.assumptions.training-operand-traffic-share", "1")
    expert_efficiency: float = given("catalog.assumptions.training-expert-gemm-efficiency", "1")
    attention_efficiency: float = given("catalog.assumptions.training-attention-efficiency", "1")
    memory_efficiency: float = given("catalog.assumptions.training-memory-bandwidth-efficiency", "1")
    elementwise_passes: float = given("catalog.assumptions.training-elementwise-passes", "1")
    cast_passes: float = given("catalog.assumptions.training-cast-passes", "1")
    link_efficiency: float = given("catalog.assumptions.training-link-efficiency", "1")
    collective_latency_s: float = given("catalog.assumptions.training-collective-latency", "s")
    tensor_exposed: float = given("catalog.assumptions.training-tensor-exposed-fraction", "1")
    expert_exposed: float = given("catalog.assumptions.training-expert-exposed-fraction", "1")
    data_exposed: float = given("catalog.assumptions.training-data-exposed-fraction", "1")
    moe_layer_s: float = given("catalog.assumptions.training-moe-layer-host-time", "s")
    straggler: float = given("catalog.assumptions.training-straggler-per-doubling", "1")
    memory_usable: float = given("catalog.assumptions.training-memory-usable-fraction", "1")
    goodput: float = given("catalog.assumptions.training-effective-time-fraction", "1")
    busy_power_fraction: float = given("catalog.assumptions.training-busy-power-fraction", "1")
