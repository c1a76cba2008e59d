"""What the serving room is given: inputs by path."""

from dataclasses import dataclass

from denshi.figure import given
from denshi.workload.record import Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Input(Workload):
    """A serving workload: what is asked, on which accelerators, with which efficiencies."""

    input_tokens: float = given("scenario.workload.@.input_tokens", "token")
    output_tokens: float = given("scenario.workload.@.output_tokens", "token")
    ttft_limit_s: float = given("scenario.workload.@.ttft", "s")
    tpot_limit_s: float = given("scenario.workload.@.tpot", "s")
    weight_read: float = given("catalog.assumptions.serving-weight-read-multiplier", "1")
    expert_read: float = given("catalog.assumptions.serving-expert-read-multiplier", "1")
    cache_read: float = given("catalog.assumptions.serving-cache-read-multiplier", "1")
    decode_flop: float = given("catalog.assumptions.serving-decode-flop-multiplier", "1")
    prefill_flop: float = given("catalog.assumptions.serving-prefill-flop-multiplier", "1")
    collective: float = given("catalog.assumptions.serving-collective-multiplier", "1")
    layer_s: float = given("catalog.assumptions.serving-layer-time", "s")
    moe_layer_s: float = given("catalog.assumptions.serving-moe-layer-time", "s")
    tensor_layer_s: float = given("catalog.assumptions.serving-tensor-layer-time", "s")
    step_overhead_s: float = given("catalog.assumptions.serving-step-time", "s")
    request_s: float = given("catalog.assumptions.serving-request-time", "s")
    first_token_s: float = given("catalog.assumptions.serving-first-token-time", "s")
    memory_usable: float = given("catalog.assumptions.serving-memory-usable-fraction", "1")
    busy_power_fraction: float = given("catalog.assumptions.serving-busy-power-fraction", "1")
