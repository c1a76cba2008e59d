"""What the training room is given: inputs by path."""

from collections.abc import Mapping
from dataclasses import dataclass

from denshi.catalog import Kernels, Software
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
    inter_pod_bytes_per_s: float = given("cluster.inter_pod_bytes_per_s", "byte/s")
    pod_accelerators: float = given("cluster.pod_accelerators", "1")
    kernels: Kernels = given("catalog.kernels")
    software: Software = given("catalog.software")
    memory_usable: float = given("catalog.assumptions.training-memory-usable-fraction", "1")
    interruption_rate: float = given("catalog.assumptions.training-interruption-rate", "1/h")
    detection_s: float = given("catalog.assumptions.training-detection-time", "s")
    restart_s: float = given("catalog.assumptions.training-restart-time", "s")
    start_up_s: float = given("catalog.assumptions.training-start-up-time", "s")
    checkpoint_bytes_per_param: float = given("catalog.assumptions.training-checkpoint-bytes-per-param", "byte")
    checkpoint_bytes_per_s: float = given("catalog.assumptions.training-checkpoint-bandwidth", "byte/s")
    checkpoint_fixed_s: float = given("catalog.assumptions.training-checkpoint-fixed-time", "s")
    checkpoint_blocking: float = given("catalog.assumptions.training-checkpoint-blocking-fraction", "1")
    evaluation_interval_tokens: float = given("catalog.assumptions.training-evaluation-interval", "token")
    evaluation_tokens: float = given("catalog.assumptions.training-evaluation-tokens", "token")
    ramp_first_fraction: float = given("catalog.assumptions.training-ramp-first-batch-fraction", "1")
    ramp_tokens_fraction: float = given("catalog.assumptions.training-ramp-tokens-fraction", "1")
    busy_power_fraction: float = given("catalog.assumptions.training-busy-power-fraction", "1")
