"""What moves the figures of the training room: paths that several of them name, and the case that shows each move.

The cases are those of ``tests/workload/test_figures.py``.
"""

from denshi.workload.record import own, shape

CHIP = "catalog.accelerator"
ASK = "scenario.workload.@"
ASSUMED = "catalog.assumptions.training"
KERNELS = "catalog.kernels"
SOFTWARE = "catalog.software"
RATES = tuple(f"{CHIP}.{name}_flop_per_s" for name in ("bf16", "fp8", "fp4"))
RATE_CASES = dict(zip(RATES, ("base", "fp8", "fp4"), strict=True))
NETWORK = ("cluster.scaleout_bytes_per_s", "cluster.scaleup_domain", f"{CHIP}.scaleup_bytes_per_s")
BEYOND = ("cluster.inter_pod_bytes_per_s", "cluster.pod_accelerators")
"""Rate between joined fabrics and the size of one."""

GROUPS = own("tp", "cp", "pp", "virtual_stages", "ep", "dp")
WORK = own("tp", "cp", "pp", "virtual_stages", "micro_batch_sequences", "micro_batches", "recompute")
"""Decisions that set the work of a rank and how it is cut; expert parallelism only that of the experts."""

KEPT = shape(
    *("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "gated_ffn"),
    *("shared_experts", "top_k", "expert_ffn", "dense_layers", "moe_interval"),
    *("q_lora_rank", "kv_lora_rank", "rope_head_dim", "v_head_dim"),
)
SHAPED = shape(
    *("hidden", "heads", "kv_heads", "head_dim", "ffn", "gated_ffn", "vocab", "experts", "top_k", "expert_ffn"),
    *("q_lora_rank", "kv_lora_rank", "rope_head_dim", "v_head_dim"),
)
"""Of the layer shape, what a layer keeps for the backward pass, and what the operators of one layer depend on."""

CHIP_LIMITS = tuple(f"{CHIP}.{name}" for name in ("memory_bytes_per_s", "multiprocessors", "tdp_kw"))
CAPTURED = ("cluster.scaleup_domain", *own("accelerators"))
CAPTURED_CASES = {"cluster.scaleup_domain": "window", **dict.fromkeys(own("accelerators"), "node")}
"""What decides whether layers with experts are launched from device graphs: a rack-scale domain, or one node."""

DECIDED_CASES = {
    **dict.fromkeys(own("tp", "pp", "virtual_stages", "dp", "micro_batch_sequences", "micro_batches", "zero"), "split"),
    **dict.fromkeys(own("cp"), "long"),
    **dict.fromkeys(own("ep"), "moe"),
    **dict.fromkeys(own("recompute"), "tight"),
}
DECIDED_BY = {
    f"{ASK}.parallelism": "base",
    f"{ASK}.precision": "tight",
    f"{ASK}.sequence": "base",
    f"{ASK}.runs_per_year": "large",
    **dict.fromkeys(own("accelerators", "batch_sequences", "params", "flop_per_token"), "base"),
    **dict.fromkeys(shape("layers", "hidden", "heads"), "tight"),
    **dict.fromkeys(shape("experts"), "moe"),
    **dict.fromkeys(NETWORK, "moe"),
    **dict(zip(RATES, ("tight", "moe", "fp4"), strict=True)),
    f"{CHIP}.memory_bytes": "tight",
    f"{CHIP}.memory_bytes_per_s": "moe",
    f"{CHIP}.tdp_kw": "tight",
    f"{CHIP}.multiprocessors": "fp4",
    KERNELS: "tight",
    SOFTWARE: "moe",
    f"{ASSUMED}-memory-usable-fraction": "tight",
}
"""What decides the plan, and the case in which it does."""

WRITTEN = (
    *own("params", "accelerators_per_run"),
    f"{ASSUMED}-checkpoint-bytes-per-param",
    f"{ASSUMED}-checkpoint-bandwidth",
    f"{ASSUMED}-checkpoint-fixed-time",
    f"{ASSUMED}-checkpoint-blocking-fraction",
)


def moving(case: str, of: tuple[str, ...] = own("plan")) -> dict[str, str]:
    """Say in which case some paths, or the plan, move a figure."""
    return dict.fromkeys(of, case)
