"""What training and serving share: the hardware they are given, what decides its use, the names of the layer shape."""

from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Accelerator, Model, System
from denshi.figure import given

MODEL = "catalog.models.@"


def own(*names: str) -> tuple[str, ...]:
    """Return the paths of figures of the workload at hand."""
    return tuple(f"workload.@.{name}" for name in names)


def shape(*names: str) -> tuple[str, ...]:
    """Return the paths of parts of the model's layer shape."""
    return tuple(f"{MODEL}.{name}" for name in names)


_GROUPED = ("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "gated_ffn", "vocab")
_LATENT = ("q_lora_rank", "kv_lora_rank", "rope_head_dim", "v_head_dim")
_EXPERTS = ("experts", "shared_experts", "expert_ffn", "dense_layers", "moe_interval")

ALL_PARAMS = shape(*_GROUPED, *_LATENT, *_EXPERTS, "tied_embeddings", "extra_params")
ACTIVE_PARAMS = (*ALL_PARAMS, *shape("top_k"))
MULTIPLIED = shape(*_GROUPED, *_LATENT, *_EXPERTS, "top_k")
"""Paths of the layer shape that all parameters, those that a token meets, and those that multiply it depend on."""

SHAPE_CASES = {
    **dict.fromkeys(shape(*_LATENT, *_EXPERTS, "top_k"), "moe"),
    f"{MODEL}.tied_embeddings": "tied",
    f"{MODEL}.extra_params": "window",
    f"{MODEL}.sliding_window": "window",
}
"""The case that shows what a path of the layer shape does, where a dense model with full attention does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A workload of either kind: the model, the format of its numbers, its share of which cluster."""

    model: Model = given("catalog.models.@")
    accelerator: Accelerator = given("catalog.accelerator")
    system: System = given("catalog.system")
    cluster_accelerators: float = given("cluster.accelerators", "1")
    scaleout_bytes_per_s: float = given("cluster.scaleout_bytes_per_s", "byte/s")
    scaleup_domain: float = given("cluster.scaleup_domain", "1")
    share: float = given("scenario.workload.@.share", "1")
    precision: str = given("scenario.workload.@.precision")


def available_accelerators(inputs: Workload) -> float:
    """Whole accelerators of a workload: ``floor(share x accelerators)`` [1]."""
    return float(floor(inputs.share * inputs.cluster_accelerators + 1e-9))


def usable_bytes(accelerator: Accelerator, usable_fraction: float) -> float:
    """Memory of one accelerator that a workload can fill [bytes]."""
    return accelerator.memory_bytes * usable_fraction


def powers_of_two(top: float) -> NDArray[np.float64]:
    """Return 1, 2, 4 and so on, up to ``top``.

    >>> powers_of_two(9.0).tolist()
    [1.0, 2.0, 4.0, 8.0]
    """
    return np.asarray(2.0 ** np.arange(int(np.log2(max(top, 1.0))) + 1), dtype=np.float64)
