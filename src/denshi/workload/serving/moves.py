"""What moves the figures of the serving room: paths that several of them name, and the case that shows each move.

The cases are those of ``tests/workload/test_figures.py``.
"""

from denshi.workload.record import own, shape

CHIP = "catalog.accelerator"
ASK = "scenario.workload.@"
ASSUMED = "catalog.assumptions.serving"
ENGINE = ("catalog.engines.@",)
TIMED = (*ENGINE, f"{ASSUMED}-time-ratio")
PRECISION = (f"{ASK}.precision",)
LENGTHS = (f"{ASK}.input_tokens", f"{ASK}.output_tokens")
RATES = tuple(f"{CHIP}.{name}_flop_per_s" for name in ("bf16", "fp8", "fp4"))
BANDWIDTH = (f"{CHIP}.memory_bytes_per_s",)
INSIDE = (f"{CHIP}.scaleup_bytes_per_s",)
OUTSIDE = ("cluster.scaleout_bytes_per_s", "cluster.scaleup_domain")
RANKS = own("tp", "groups", "pp")
GROUPED = shape("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "gated_ffn")
MIXTURE = shape("experts", "shared_experts", "expert_ffn", "dense_layers", "moe_interval")
LATENT = shape("q_lora_rank", "kv_lora_rank", "rope_head_dim", "v_head_dim")
WEIGHTS = (*GROUPED, *LATENT, *MIXTURE, *shape("extra_params"))
"""Of the layer shape, what the weights that every token meets depend on, vocabulary apart."""

ROUTED = shape("layers", "hidden", "gated_ffn", "experts", "expert_ffn", "dense_layers", "moe_interval")
CACHED = shape("layers", "kv_heads", "head_dim", "kv_lora_rank", "rope_head_dim", "linear_layers", "index_width")
UNITS = (f"{CHIP}.multiprocessors",)
LAUNCHED = shape(
    *("layers", "experts", "shared_experts", "dense_layers", "moe_interval"), *("linear_layers", "index_top_k")
)
SUMMED = shape(*("hidden", "heads", "head_dim", "ffn", "expert_ffn"), *("q_lora_rank", "kv_lora_rank", "v_head_dim"))
"""Of the layer shape, lengths over which the products of a layer are summed."""


def moving(case: str, of: tuple[str, ...]) -> dict[str, str]:
    """Say in which case some paths move a figure."""
    return dict.fromkeys(of, case)


CASES = {
    **moving("moe", (*LATENT, *MIXTURE, *shape("top_k"), *own("groups", "ep", "routed_s"), *RATES[1:2])),
    **moving("staged", (*own("pp"), *RATES[:1])),
    **moving("tied", shape("tied_embeddings")),
    **moving("window", shape("extra_params", "sliding_window")),
    **moving("linear", shape("linear_layers", "linear_state")),
    **moving("indexed", shape("index_width", "index_top_k")),
    **moving("narrow", RATES[2:]),
    **moving("far", OUTSIDE),
    **moving("indexed", own("accelerators")),
}
"""The case that shows what a path does, where a dense model in eight bits within one domain does not."""

DECIDED_BY = (
    *PRECISION,
    *LENGTHS,
    f"{ASK}.tpot",
    f"{ASK}.ttft",
    *own("accelerators", "params", "active_params", "kv_cache_bytes_per_token"),
    *shape("layers", "hidden", "heads", "kv_heads", "v_head_dim", "experts", "top_k", "expert_ffn"),
    *shape("sliding_window", "linear_state", "index_top_k"),
    *RATES,
    *BANDWIDTH,
    *INSIDE,
    *OUTSIDE,
    f"{CHIP}.memory_bytes",
    *UNITS,
    *TIMED,
)
"""What decides the plan."""
