"""The constants of the serving model that are fitted, and the engines of the catalogue that follow from them.

A constant belongs to all engines, or to one (``sglang.prompt``). None belongs to a model, an accelerator or a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from denshi.validation.serving.cases import ENGINES

Constants = Mapping[str, float]

KNOWN: Mapping[str, float] = {
    "memory_label": 1.07,
    "reserved_bytes": 3e9,
}
"""What is not fitted: memory stacks come in GiB, labels in GB; a run time, graphs and buffers take about 3 GB."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a constant before any measurement: the width is that of a log-normal."""

    value: float
    width: float


PRIORS: dict[str, Prior] = {
    "bandwidth": Prior(0.85, 0.06),
    "narrow_bandwidth": Prior(1.0, 0.15),
    "expert_bandwidth": Prior(0.80, 0.06),
    "narrow_expert_bandwidth": Prior(0.95, 0.1),
    "distinct": Prior(0.8, 0.25),
    "expert_skew": Prior(1.1, 0.1),
    "cache_bandwidth": Prior(0.70, 0.2),
    "latent_bandwidth": Prior(0.6, 0.3),
    "state_bandwidth": Prior(0.6, 0.3),
    "unit_s": Prior(2.2e-6, 0.3),
    "product": Prior(0.7, 0.12),
    "kernel_s": Prior(4e-6, 0.3),
    "depth_s": Prior(3e-10, 0.25),
    "cast_s": Prior(1e-6, 0.5),
    "block_cast_s": Prior(3e-6, 0.5),
    "reduce_s": Prior(5e-6, 0.4),
    "far_reduce_s": Prior(2e-5, 0.5),
    "second_shot_s": Prior(2e-5, 0.4),
    "exchange_s": Prior(20e-6, 0.4),
    "link": Prior(0.6, 0.2),
    "step_s": Prior(5e-4, 0.7),
    "request_s": Prior(12e-6, 0.5),
    "prompt_product": Prior(0.6, 0.2),
    "prompt_expert_product": Prior(0.6, 0.15),
    "expert_width": Prior(300.0, 0.5),
    "expert_padding": Prior(64.0, 0.3),
    "prompt_attention": Prior(0.45, 0.3),
    "prompt_link": Prior(0.6, 0.3),
    "prompt_fp8": Prior(1.2, 0.2),
    "prompt_fp4": Prior(1.2, 0.2),
    "eager_kernel_s": Prior(15e-6, 0.5),
    "acceptance": Prior(0.7, 0.08),
    "trtllm.prompt": Prior(1.0, 0.2),
    "vllm.prompt": Prior(1.0, 0.2),
    "sglang.prompt": Prior(1.0, 0.2),
    "vllm.host": Prior(1.0, 0.2),
    "sglang.host": Prior(1.0, 0.2),
    "trtllm.memory_fraction": Prior(0.9, 0.03),
    "vllm.memory_fraction": Prior(0.92, 0.01),
    "sglang.memory_fraction": Prior(0.90, 0.02),
}

FIRST_PRIORS: dict[str, Prior] = {
    "trtllm.first_prompt": Prior(1.0, 0.1),
    "vllm.first_prompt": Prior(1.0, 0.1),
    "sglang.first_prompt": Prior(1.0, 0.3),
    "first_prompt_four_bit_units": Prior(1.0, 0.3),
    "first_prompt_mixture": Prior(1.0, 0.1),
    "first_prompt_compressed": Prior(1.0, 0.3),
    "weight_floor": Prior(1.2, 0.1),
    "launch_s": Prior(6e-5, 0.2),
    "vllm.launch": Prior(1.0, 0.3),
    "sglang.launch": Prior(1.0, 0.1),
    "launch_four_bit_units": Prior(1.0, 0.3),
    "launch_compressed": Prior(1.0, 0.3),
    "launch_linear": Prior(1.0, 0.3),
    "burst": Prior(1.0, 0.05),
    "lockstep": Prior(0.5, 0.05),
    "convoy": Prior(2.0, 0.5),
    "first_queue": Prior(0.3, 0.25),
    "start_steps": Prior(1.5, 0.1),
    "poll": Prior(0.5, 0.08),
    "batch_wait": Prior(1.0, 0.08),
    "gather": Prior(1.0, 0.1),
    "client_s": Prior(5e-3, 0.35),
    "client_request_s": Prior(5e-4, 0.25),
}
"""Those of the first token, fitted after the others; without knowledge a factor is 1, a share of theory is 1."""

MLPERF_PRIORS: dict[str, Prior] = {
    "mlperf.nvidia": Prior(1.25, 0.2),
    "mlperf.amd": Prior(0.85, 0.3),
    "mlperf.four_bits": Prior(0.85, 0.15),
    "mlperf.saturation": Prior(500.0, 0.7),
    "mlperf.server": Prior(0.8, 0.2),
    "mlperf.interactive": Prior(0.9, 0.2),
    "mlperf.first_token": Prior(2.5, 0.4),
    "mlperf.drain": Prior(0.2, 0.4),
    "mlperf.host": Prior(1.0, 0.7),
    "mlperf.eager": Prior(0.2, 0.7),
    "mlperf.memory_fraction": Prior(0.95, 0.02),
}
"""Those of tuned submissions: rate of products over the engine's by maker, hidden size at which they lose half of it,
share of the latency limits that is used, the host's part over the engine's."""

_HOST = ("kernel_s", "reduce_s", "exchange_s", "step_s", "request_s", "eager_kernel_s")


def engine_values(constants: Constants, engine: str) -> dict[str, float]:
    """Return the numbers of an engine's row: those of all engines, its own factor on what the host and gaps cost."""
    shared = {name: value for name, value in constants.items() if "." not in name}
    host = constants.get(f"{engine}.host", 1.0)
    return {
        **shared,
        **KNOWN,
        **{name: shared[name] * host for name in _HOST},
        "prompt": constants[f"{engine}.prompt"],
        "prompt_first": float(engine == "sglang"),
        "first_prompt": constants[f"{engine}.first_prompt"],
        "launch_s": shared["launch_s"] * constants.get(f"{engine}.launch", 1.0),
        "memory_fraction": constants[f"{engine}.memory_fraction"],
        "of_free": float(engine == "trtllm"),
        "output_reserved": 1.0 if engine == "trtllm" else 0.6,
    }


def engine_of(engine: str) -> str:
    """Name the engine that stands for one that is not known: the one of most rows.

    >>> engine_of("sglang"), engine_of("other")
    ('sglang', 'vllm')
    """
    return engine if engine in ENGINES else "vllm"
