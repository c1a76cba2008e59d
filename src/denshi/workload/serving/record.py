"""What the serving room is given: inputs by path."""

from dataclasses import dataclass

from denshi.catalog import Engine
from denshi.figure import given
from denshi.workload.record import Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Input(Workload):
    """A serving workload: what is asked, on which accelerators, by which engine."""

    engine: Engine = given("catalog.engines.@")
    input_tokens: float = given("scenario.workload.@.input_tokens", "token")
    output_tokens: float = given("scenario.workload.@.output_tokens", "token")
    ttft_limit_s: float = given("scenario.workload.@.ttft", "s")
    tpot_limit_s: float = given("scenario.workload.@.tpot", "s")
    time_ratio: float = given("catalog.assumptions.serving-time-ratio", "1")
    busy_power_fraction: float = given("catalog.assumptions.serving-busy-power-fraction", "1")
