"""The constants of the training model that are fitted, and the catalogue rows that follow from them.

A constant belongs to a generation of accelerators (``hopper.product_fp8``), to an era of software (``eager.passes``),
or to all. None belongs to a model or a row. What is known of a release without measuring, such as whether it hides an
exchange, is stated in ``RELEASES`` and not fitted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from denshi.catalog import Kernels, Software, find

Constants = Mapping[str, float]
LATEST_YEAR = 2026.5


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a constant before any measurement: the width is that of a log-normal."""

    value: float
    width: float
    low: float
    high: float


PRIORS: dict[str, Prior] = {
    "ampere.product_bf16": Prior(0.80, 0.12, 0.4, 0.95),
    "ampere.saturation": Prior(65, 0.7, 5, 600),
    "ampere.attention": Prior(0.45, 0.25, 0.1, 0.8),
    "hopper.product_bf16": Prior(0.70, 0.12, 0.4, 0.95),
    "hopper.product_fp8": Prior(0.60, 0.12, 0.3, 0.95),
    "hopper.saturation": Prior(100, 0.7, 5, 1000),
    "hopper.attention": Prior(0.5, 0.25, 0.1, 0.8),
    "blackwell.product_bf16": Prior(0.65, 0.12, 0.4, 0.95),
    "blackwell.product_fp8": Prior(0.65, 0.12, 0.3, 0.95),
    "blackwell.product_fp4": Prior(0.50, 0.15, 0.2, 0.95),
    "blackwell.saturation": Prior(150, 0.7, 5, 1500),
    "blackwell.attention": Prior(0.5, 0.25, 0.1, 0.8),
    "tpu.product_bf16": Prior(0.85, 0.1, 0.5, 0.98),
    "tpu.saturation": Prior(60, 0.7, 5, 300),
    "tpu.attention": Prior(0.4, 0.25, 0.1, 0.8),
    "tpu.power_exponent": Prior(0.05, 0.01, 0.04, 0.06),
    "ultra_attention": Prior(1.4, 0.15, 1.0, 2.2),
    "power_exponent": Prior(0.4, 0.25, 0.1, 1.0),
    "blackwell.power_exponent": Prior(0.3, 0.5, 0.02, 1.0),
    "memory": Prior(0.8, 0.05, 0.6, 0.95),
    "score_width": Prior(64, 0.5, 1.0, 400.0),
    "flash1_attention": Prior(0.5, 0.3, 0.1, 1.0),
    "graph_attention": Prior(1.3, 0.15, 1.0, 2.0),
    "eager.passes": Prior(16, 0.5, 4, 80),
    "sharded.passes": Prior(35, 0.5, 4, 80),
    "current.passes": Prior(10, 0.4, 3, 40),
    "compiled.passes": Prior(6, 0.4, 1, 40),
    "ffn_passes": Prior(2.5, 0.4, 0.5, 12),
    "moe_ffn_passes": Prior(18, 0.5, 0.5, 80),
    "cast_passes": Prior(2, 0.5, 0.2, 15),
    "block_cast_passes": Prior(1, 0.7, 0.05, 10),
    "permute_passes": Prior(3, 0.5, 0.3, 20),
    "slot_bytes": Prior(2000, 1.0, 1.0, 1e6),
    "eager.logit_bytes": Prior(90, 0.5, 15, 300),
    "sharded.logit_bytes": Prior(90, 0.5, 15, 300),
    "current.logit_bytes": Prior(22, 0.5, 6, 90),
    "grouped": Prior(0.75, 0.15, 0.2, 1.1),
    "graph_grouped": Prior(0.9, 0.12, 0.2, 1.2),
    "grouped_saturation": Prior(1.5, 0.5, 0.2, 30),
    "eager.layer_host_s": Prior(8e-4, 0.5, 1e-4, 5e-3),
    "current.layer_host_s": Prior(3e-4, 0.5, 1e-5, 3e-3),
    "moe_layer_host_s": Prior(2e-3, 0.5, 1e-4, 6e-3),
    "plain_moe_host": Prior(2.0, 0.4, 1.0, 6.0),
    "graph_host": Prior(0.1, 0.5, 0.01, 0.5),
    "eager.step_host_s": Prior(5e-3, 1.0, 1e-4, 0.1),
    "sharded.step_host_s": Prior(2e-2, 1.0, 1e-4, 0.1),
    "current.step_host_s": Prior(1e-2, 1.0, 1e-4, 0.1),
    "link": Prior(0.8, 0.1, 0.4, 1.0),
    "network": Prior(0.8, 0.15, 0.3, 1.0),
    "eager.collective_latency_s": Prior(6e-5, 0.7, 5e-6, 4e-4),
    "current.collective_latency_s": Prior(2e-5, 0.7, 2e-6, 2e-4),
    "tensor_exposed": Prior(0.5, 0.4, 0.05, 1.0),
    "context_exposed": Prior(0.5, 0.5, 0.05, 1.0),
    "expert_exposed": Prior(1.0, 0.3, 0.05, 2.0),
    "hidden_expert_exposed": Prior(0.4, 0.5, 0.02, 1.0),
    "data_exposed": Prior(0.5, 0.4, 0.05, 1.0),
    "pipeline_exposed": Prior(0.5, 0.7, 0.02, 1.5),
    "straggler": Prior(0.006, 0.4, 0.0005, 0.03),
    "pace": Prior(0.04, 0.5, 0.001, 0.2),
    "moe_pace": Prior(0.12, 0.3, 0.005, 0.8),
}


@dataclass(frozen=True, slots=True)
class Release:
    """What is known of a software release without measuring it.

    ``era`` is "eager" (unfused element-wise kernels, scores stored), "sharded" (eager, fully sharded states, attention
    in Triton), "compiled" (the whole step by XLA) or "current". ``hides`` is 1 where exchanges run beside arithmetic,
    ``tensor`` where those of tensor parallelism do. ``plain`` is 1 where tokens reach experts by a plain all-to-all
    outside rack-scale domains, ``far`` where exchanges that leave the domain are hidden, ``graphs`` where rack-scale
    domains run whole steps as device graphs.
    """

    name: str
    year: float
    era: str = "current"
    hides: float = 1.0
    tensor: float = 1.0
    gradient_bytes: float = 2.0
    plain: float = 0.0
    far: float = 0.0
    graphs: float = 0.0


RELEASES: dict[str, Release] = {
    "megatron-lm-2022": Release("Megatron-LM 2022", 2022.4, era="eager", hides=0, tensor=0),
    "megatron-deepspeed-2024": Release("Megatron-DeepSpeed 2024", 2024.0, era="eager", hides=0, tensor=0),
    "llm-foundry-2023": Release("LLM Foundry 2023", 2023.7, era="sharded", tensor=0),
    "megatron-2024": Release("Megatron-class software of 2024", 2024.3),
    "torchtitan": Release("torchtitan 2024", 2024.9, tensor=0),
    "maxtext": Release("MaxText", 2024.5, era="compiled"),
    "mlperf-training-v4.1": Release("MLPerf Training v4.1 entries", 2024.8),
    "mlperf-training-v5.0": Release("MLPerf Training v5.0 entries", 2025.4),
    "mlperf-training-v5.1": Release("MLPerf Training v5.1 entries", 2025.8),
    "megatron-bridge-25.09": Release("Megatron-Bridge 25.09", 2025.75, plain=1),
    "megatron-bridge-25.11": Release("Megatron-Bridge 25.11", 2025.92, plain=1),
    "megatron-bridge-26.02": Release("Megatron-Bridge 26.02", 2026.17, plain=1),
    "megatron-bridge-26.02.01": Release("Megatron-Bridge 26.02.01", 2026.22),
    "megatron-bridge-26.04": Release("Megatron-Bridge 26.04", 2026.33, far=1),
    "megatron-bridge-26.04.01": Release("Megatron-Bridge 26.04.01", 2026.38, far=1),
    "megatron-bridge-26.06": Release("Megatron-Bridge 26.06", 2026.5, far=1, graphs=1),
    "megatron-bridge-26.06.01": Release("Megatron-Bridge 26.06.01", 2026.55, far=1, graphs=1),
    "megatron-bridge-26.08": Release("Megatron-Bridge 26.08", 2026.67, far=1, graphs=1),
}
UNSTATED, UNKNOWN = "megatron-2024", "megatron-bridge-26.08"

_GENERATIONS = {name: name for name in ("ampere", "hopper", "blackwell", "tpu")} | {"blackwell-ultra": "blackwell"}


def release_of(framework: str) -> str:
    """Name the release that stands for a framework: its own, else the latest of its family, else the latest of all.

    >>> release_of("megatron-bridge-27.01"), release_of("megatron-lm-2022"), release_of("")
    ('megatron-bridge-26.08', 'megatron-lm-2022', 'megatron-2024')
    """
    if not framework:
        return UNSTATED
    if framework in RELEASES:
        return framework
    family = framework.rpartition("-")[0] or framework
    alike = [id_ for id_ in RELEASES if id_ == family or id_.startswith(family + "-")]
    return alike[-1] if alike else UNKNOWN


def kernels_row(constants: Constants, base: Kernels) -> Kernels:
    """Return a row of kernel efficiencies with its fitted values; generations that were not fitted stay as they are."""
    if base.id not in _GENERATIONS:
        return base
    name = _GENERATIONS[base.id]
    ultra = constants["ultra_attention"] if base.id == "blackwell-ultra" else 1.0
    return replace(
        base,
        product_bf16=constants[f"{name}.product_bf16"],
        product_fp8=constants.get(f"{name}.product_fp8", base.product_fp8),
        product_fp4=constants.get(f"{name}.product_fp4", base.product_fp4),
        saturation=constants[f"{name}.saturation"],
        attention=constants[f"{name}.attention"] * ultra,
        score_width=constants["score_width"],
        power_exponent=constants.get(f"{name}.power_exponent", constants["power_exponent"]),
        memory=constants["memory"],
    )


def software_values(constants: Constants, id_: str) -> dict[str, float]:
    """Return the numbers of the row of a release."""
    release = RELEASES[id_]
    c, era = constants, release.era
    age = max(LATEST_YEAR - release.year, 0.0) if era == "current" else 0.0
    like = "current" if era == "compiled" else era
    launch = "current" if like == "current" else "eager"
    moe_host = c["moe_layer_host_s"]
    hidden = c["hidden_expert_exposed"]

    def exposed(name: str, hides: float) -> float:
        return c[name] if hides else 1.0

    return {
        "released": release.year,
        "fused_attention": 0.0 if era == "eager" else 1.0,
        "attention": c["flash1_attention"] if era == "sharded" else 1.0,
        "passes": c[f"{era}.passes"],
        "ffn_passes": c["ffn_passes"],
        "moe_ffn_passes": c["moe_ffn_passes"],
        "cast_passes": c["cast_passes"],
        "block_cast_passes": c["block_cast_passes"],
        "permute_passes": c["permute_passes"],
        "slot_bytes": c["slot_bytes"],
        "logit_bytes": c[f"{like}.logit_bytes"],
        "grouped": c["grouped"],
        "grouped_saturation": c["grouped_saturation"],
        "layer_host_s": c[f"{launch}.layer_host_s"],
        "moe_layer_host_s": moe_host * (c["plain_moe_host"] if release.plain else 1.0),
        "rack_moe_layer_host_s": moe_host,
        "step_host_s": c[f"{like}.step_host_s"],
        "link": c["link"],
        "network": c["network"],
        "collective_latency_s": c[f"{launch}.collective_latency_s"],
        "tensor_exposed": exposed("tensor_exposed", release.tensor),
        "context_exposed": c["context_exposed"],
        "expert_exposed": c["expert_exposed"],
        "far_expert_exposed": hidden if release.far else c["expert_exposed"],
        "data_exposed": exposed("data_exposed", release.hides),
        "pipeline_exposed": exposed("pipeline_exposed", release.hides),
        "gradient_bytes": release.gradient_bytes,
        "straggler": c["straggler"],
        "graphs": release.graphs,
        "graph_grouped": c["graph_grouped"],
        "graph_moe_layer_host_s": moe_host * c["graph_host"],
        "graph_expert_exposed": hidden,
        "graph_attention": c["graph_attention"],
        "slowness": 1 + c["pace"] * age,
        "moe_slowness": 1 + c["moe_pace"] * age,
    }


def software_row(constants: Constants, id_: str) -> Software:
    """Return the row of a release with other constants."""
    values: Mapping[str, Any] = software_values(constants, id_)
    return replace(find(Software, id_), **values)
