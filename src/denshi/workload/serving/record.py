"""What the serving room is given: inputs by path."""

from dataclasses import dataclass

from denshi.catalog import Accelerator, Model, System
from denshi.figure import given


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A serving workload: what is asked, on which accelerators, with which efficiencies."""

    model: Model = given("catalog.models.@")
    accelerator: Accelerator = given("catalog.accelerator")
    system: System = given("catalog.system")
    cluster_accelerators: float = given("cluster.accelerators", "1")
    scaleout_bytes_per_s: float = given("cluster.scaleout_bytes_per_s", "byte/s")
    scaleup_domain: float = given("cluster.scaleup_domain", "1")
    input_tokens: float = given("scenario.workload.@.input_tokens", "token")
    output_tokens: float = given("scenario.workload.@.output_tokens", "token")
    ttft_limit_s: float = given("scenario.workload.@.ttft", "s")
    tpot_limit_s: float = given("scenario.workload.@.tpot", "s")
    share: float = given("scenario.workload.@.share", "1")
    precision: str = given("scenario.workload.@.precision")
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
