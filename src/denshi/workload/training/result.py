"""What the training room says: every figure with its unit, its formula and what it is computed from."""

from dataclasses import dataclass

from denshi.figure import figure
from denshi.workload.record import ACTIVE_PARAMS, ALL_PARAMS, MULTIPLIED, SHAPE_CASES, own, shape

_CHIP = "catalog.accelerator"
_ASK = "scenario.workload.@"
_ASSUMED = "catalog.assumptions.training"
_RATES = tuple(f"{_CHIP}.{name}_flop_per_s" for name in ("bf16", "fp8", "fp4"))
_RATE_CASES = dict(zip(_RATES, ("base", "gb300-fp8", "gb300-fp4"), strict=True))
_SPLIT = own("tp", "cp", "pp", "dp")
_SPLIT_CASES = dict.fromkeys(own("tp", "cp", "pp", "virtual_stages"), "h100-bf16") | {
    **dict.fromkeys(own("cp"), "long"),
    **dict.fromkeys(own("ep"), "moe"),
    **dict.fromkeys(own("micro_batch_sequences"), "h100-bf16"),
    **dict.fromkeys(own("recompute"), "tight"),
}
_KEPT = (
    *("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "gated_ffn", "vocab"),
    *("shared_experts", "top_k", "expert_ffn", "dense_layers", "moe_interval"),
    *("q_lora_rank", "kv_lora_rank", "rope_head_dim", "v_head_dim"),
)
_GEMM = (
    f"{_ASSUMED}-gemm-bf16-on-bf16-generation",
    f"{_ASSUMED}-gemm-bf16-on-fp8-generation",
    f"{_ASSUMED}-gemm-bf16-on-fp4-generation",
    f"{_ASSUMED}-gemm-fp8-on-fp8-generation",
    f"{_ASSUMED}-gemm-fp8-on-fp4-generation",
    f"{_ASSUMED}-gemm-fp4-on-fp4-generation",
)
_GEMM_CASES = dict(zip(_GEMM, ("a100", "h100-bf16", "gb300-bf16", "h100-fp8", "gb300-fp8", "gb300-fp4"), strict=True))
_DECIDED_BY = {
    f"{_ASK}.parallelism": "h100-bf16",
    f"{_ASK}.precision": "gb300-bf16",
    f"{_ASK}.sequence": "base",
    f"{_ASK}.runs_per_year": "large",
    **dict.fromkeys(own("accelerators", "batch_sequences", "params", "flop_per_token"), "base"),
    **dict.fromkeys(own("gemm_efficiency"), "a100"),
    **dict.fromkeys(shape("layers", "hidden", "heads"), "base"),
    **dict.fromkeys(shape("experts"), "moe"),
    "cluster.scaleup_domain": "h100-bf16",
    "cluster.scaleout_bytes_per_s": "moe",
    f"{_CHIP}.bf16_flop_per_s": "a100",
    f"{_CHIP}.fp8_flop_per_s": "gb300-fp8",
    f"{_CHIP}.fp4_flop_per_s": "fp4-large",
    f"{_CHIP}.memory_bytes": "base",
    f"{_CHIP}.memory_bytes_per_s": "moe",
    f"{_CHIP}.scaleup_bytes_per_s": "gb300-bf16",
    f"{_ASSUMED}-memory-usable-fraction": "base",
    f"{_ASSUMED}-operand-traffic-share": "tied",
    f"{_ASSUMED}-expert-gemm-efficiency": "moe-large",
    f"{_ASSUMED}-attention-efficiency": "tied",
    f"{_ASSUMED}-memory-bandwidth-efficiency": "moe",
    f"{_ASSUMED}-elementwise-passes": "casts",
    f"{_ASSUMED}-cast-passes": "casts",
    f"{_ASSUMED}-link-efficiency": "a100",
    f"{_ASSUMED}-collective-latency": "tied",
    f"{_ASSUMED}-tensor-exposed-fraction": "a100",
    f"{_ASSUMED}-expert-exposed-fraction": "moe",
    f"{_ASSUMED}-data-exposed-fraction": "small-batch",
    f"{_ASSUMED}-moe-layer-host-time": "moe-large",
    f"{_ASSUMED}-straggler-per-doubling": "fp8-large",
}
"""What decides the plan, and the case in which it does."""


def _in(case: str) -> dict[str, str]:
    """Say in which case the plan moves a figure."""
    return dict.fromkeys(own("plan"), case)


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A training workload: how it is split, how long a step and a run take, what they draw."""

    kind: str = figure("", "training", of=())
    params: float = figure(
        "1",
        "parameters by layer shape",
        of=ALL_PARAMS,
        source="narayanan2021",
        active=SHAPE_CASES,
    )
    active_params: float = figure(
        "1",
        "parameters that one token passes through",
        of=ACTIVE_PARAMS,
        source="deepseekv3",
        active=SHAPE_CASES,
    )
    flop_per_token: float = figure(
        "FLOP/token",
        "3 x forward: 2 x multiplied weights + causal attention 2 L (s/2)(w_qk + w_v)",
        of=(*MULTIPLIED, *shape("sliding_window"), f"{_ASK}.sequence"),
        source="narayanan2021",
        active=SHAPE_CASES,
    )
    accelerators: float = figure(
        "1", "floor(share x accelerators of the cluster)", of=(f"{_ASK}.share", "cluster.accelerators")
    )
    batch_sequences: float = figure(
        "sequences",
        "global batch tokens / sequence length, rounded",
        of=(f"{_ASK}.global_batch_tokens", f"{_ASK}.sequence"),
    )
    plan: str = figure(
        "",
        "how one run is split and how many run side by side: given, or the highest token rate among plans that fit",
        of=tuple(_DECIDED_BY),
        source="narayanan2021",
        active=_DECIDED_BY,
    )
    tp: float = figure(
        "1", "tensor parallelism of the plan", of=own("plan"), source="narayanan2021", active=_in("h100-bf16")
    )
    cp: float = figure(
        "1",
        "context parallelism of the plan: searched for sequences above 16,384 tokens, else 1",
        of=(*own("plan"), f"{_ASK}.sequence"),
        active={**_in("long"), f"{_ASK}.sequence": "long"},
    )
    pp: float = figure(
        "1", "pipeline parallelism of the plan", of=own("plan"), source="narayanan2021", active=_in("h100-bf16")
    )
    virtual_stages: float = figure(
        "1", "pipeline chunks on one rank in the plan", of=own("plan"), source="narayanan2021", active=_in("h100-bf16")
    )
    ep: float = figure("1", "expert parallelism of the plan", of=own("plan"), source="deepseekv3", active=_in("moe"))
    dp: float = figure(
        "1",
        "data parallelism of the plan: given, or the fewest ranks that need as few micro-batches as all accelerators",
        of=own("plan"),
        source="rajbhandari2019",
    )
    micro_batch_sequences: float = figure(
        "sequences", "sequences that a rank takes at once in the plan", of=own("plan"), active=_in("h100-bf16")
    )
    recompute: float = figure(
        "1",
        "level of the plan: 0 scores, 1 norms, activations and up-projections too, to 2 whole layers",
        of=own("plan"),
        source="korthikanti2022",
        active=_in("tight"),
    )
    micro_batches: float = figure(
        "1",
        "ceil(batch sequences / (dp x micro-batch))",
        of=own("batch_sequences", "dp", "micro_batch_sequences"),
        active=_SPLIT_CASES,
    )
    accelerators_per_run: float = figure("1", "tp x cp x pp x dp", of=_SPLIT, active=_SPLIT_CASES)
    concurrent_runs: float = figure(
        "1",
        "runs at a time: fewest within a tenth of the highest token rate of all, at most the runs asked a year",
        of=own("plan"),
        active=_in("large"),
    )
    gemm_efficiency: float = figure(
        "1",
        "share of the peak by precision and generation of the accelerator",
        of=(*_GEMM, f"{_ASK}.precision"),
        active={**_GEMM_CASES, f"{_ASK}.precision": "h100-bf16"},
    )
    weight_bytes: float = figure(
        "byte",
        "2 x parameters on the fullest rank",
        of=own("params", "tp", "pp", "virtual_stages", "ep"),
        source="rajbhandari2019",
        active=_SPLIT_CASES,
    )
    gradient_bytes: float = figure(
        "byte",
        "4 x parameters on the fullest rank",
        of=own("params", "tp", "pp", "virtual_stages", "ep"),
        source="rajbhandari2019",
        active=_SPLIT_CASES,
    )
    optimizer_bytes: float = figure(
        "byte",
        "12 x parameters on the fullest rank / ranks that share them",
        of=own("params", "tp", "cp", "pp", "virtual_stages", "ep", "dp"),
        source="rajbhandari2019",
        active=_SPLIT_CASES,
    )
    activation_bytes: float = figure(
        "byte",
        "layers of a stage x micro-batches in flight x bytes a layer keeps, with the logits",
        of=(
            *shape(*_KEPT),
            f"{_ASK}.sequence",
            *own("tp", "cp", "pp", "virtual_stages", "micro_batch_sequences", "micro_batches", "recompute"),
        ),
        source="korthikanti2022",
        active={**SHAPE_CASES, **_SPLIT_CASES, **dict.fromkeys(shape("vocab"), "window")},
    )
    memory_bytes: float = figure(
        "byte",
        "weights + gradients + optimizer states + activations",
        of=tuple(f"workload.@.{part}_bytes" for part in ("weight", "gradient", "optimizer", "activation")),
    )
    memory_fraction: float = figure(
        "1",
        "memory used / memory of the accelerator",
        of=("workload.@.memory_bytes", "catalog.accelerator.memory_bytes"),
    )
    compute_s: float = figure(
        "s",
        "micro-batches x layers x (matrix products + attention + element-wise passes), backward and recomputation in",
        of=(
            *own("flop_per_token", "gemm_efficiency", "micro_batches", "micro_batch_sequences", "recompute"),
            *own("tp", "cp", "pp", "virtual_stages", "ep"),
            *_RATES,
            f"{_CHIP}.memory_bytes_per_s",
            f"{_ASK}.precision",
            f"{_ASSUMED}-operand-traffic-share",
            f"{_ASSUMED}-expert-gemm-efficiency",
            f"{_ASSUMED}-attention-efficiency",
            f"{_ASSUMED}-memory-bandwidth-efficiency",
            f"{_ASSUMED}-elementwise-passes",
            f"{_ASSUMED}-cast-passes",
            f"{_ASSUMED}-moe-layer-host-time",
        ),
        source="williams2009",
        active={
            **_SPLIT_CASES,
            **_RATE_CASES,
            f"{_ASK}.precision": "h100-bf16",
            f"{_ASSUMED}-expert-gemm-efficiency": "moe",
            f"{_ASSUMED}-cast-passes": "h100-fp8",
            f"{_ASSUMED}-moe-layer-host-time": "moe",
        },
    )
    communication_s: float = figure(
        "s",
        "exposed tensor, context and expert exchanges of every micro-batch + exposed gradient and weight exchange",
        of=(
            "cluster.scaleout_bytes_per_s",
            "cluster.scaleup_domain",
            f"{_CHIP}.scaleup_bytes_per_s",
            *shape("layers", "hidden", "kv_heads", "head_dim", "top_k", "dense_layers", "moe_interval"),
            f"{_ASK}.sequence",
            *own("params", "tp", "cp", "pp", "virtual_stages", "ep", "dp"),
            *own("micro_batch_sequences", "micro_batches", "recompute"),
            f"{_ASSUMED}-link-efficiency",
            f"{_ASSUMED}-collective-latency",
            f"{_ASSUMED}-tensor-exposed-fraction",
            f"{_ASSUMED}-expert-exposed-fraction",
            f"{_ASSUMED}-data-exposed-fraction",
        ),
        source="pope2022",
        active={
            **SHAPE_CASES,
            **dict.fromkeys(shape("kv_heads", "head_dim"), "long"),
            **_SPLIT_CASES,
            f"{_ASSUMED}-expert-exposed-fraction": "moe",
            f"{_ASSUMED}-tensor-exposed-fraction": "h100-bf16",
            f"{_ASSUMED}-collective-latency": "h100-bf16",
            "catalog.accelerator.scaleup_bytes_per_s": "h100-bf16",
            "cluster.scaleup_domain": "h100-bf16",
        },
    )
    bubble_s: float = figure(
        "s",
        "(pp - 1) x (time of a stage / virtual stages + hand-over to the next)",
        of=own("pp", "virtual_stages", "compute_s", "communication_s"),
        source="narayanan2021",
        active=dict.fromkeys(own("pp", "virtual_stages", "compute_s", "communication_s"), "h100-bf16"),
    )
    overhead_s: float = figure(
        "s",
        "optimizer pass over memory + stragglers: share per doubling x log2(accelerators / 8) x the rest",
        of=(
            f"{_ASSUMED}-straggler-per-doubling",
            *own("accelerators_per_run", "params", "dp", "compute_s", "communication_s", "bubble_s"),
            f"{_CHIP}.memory_bytes_per_s",
            f"{_ASSUMED}-memory-bandwidth-efficiency",
        ),
        active=dict.fromkeys(own("bubble_s"), "h100-bf16"),
    )
    step_s: float = figure(
        "s",
        "compute + communication + bubble + overhead",
        of=tuple(f"workload.@.{part}_s" for part in ("compute", "communication", "bubble", "overhead")),
        source="narayanan2021",
        active={"workload.@.bubble_s": "h100-bf16"},
    )
    mfu: float = figure(
        "1",
        "model FLOP of a step / (accelerators x peak x step time)",
        of=(
            *own("flop_per_token", "batch_sequences", "accelerators_per_run", "step_s"),
            f"{_ASK}.sequence",
            f"{_ASK}.precision",
            *_RATES,
        ),
        source="narayanan2021",
        active={**_RATE_CASES, f"{_ASK}.precision": "h100-bf16"},
    )
    tokens_per_s: float = figure(
        "token/s",
        "runs at a time x tokens of a step / step time, while training",
        of=(*own("concurrent_runs", "batch_sequences", "step_s"), f"{_ASK}.sequence"),
        active={"workload.@.concurrent_runs": "large"},
    )
    steps: float = figure(
        "1",
        "ceil(tokens / tokens of a step), at least one",
        of=(f"{_ASK}.tokens", f"{_ASK}.sequence", *own("batch_sequences")),
    )
    run_s: float = figure(
        "s",
        "steps x step time / effective time fraction",
        of=("workload.@.steps", "workload.@.step_s", f"{_ASSUMED}-effective-time-fraction"),
        source="llama3",
    )
    accelerator_hours_per_run: float = figure(
        "h", "run time x accelerators", of=("workload.@.run_s", "workload.@.accelerators_per_run")
    )
    capacity_runs_per_year: float = figure(
        "1/year",
        "runs at a time x 8,760 h / run time",
        of=own("concurrent_runs", "run_s"),
        active={"workload.@.concurrent_runs": "large"},
    )
    runs_per_year: float = figure(
        "1/year",
        "the smaller of the runs asked and the runs that fit in a year; all that fit where none is asked",
        of=(f"{_ASK}.runs_per_year", "workload.@.capacity_runs_per_year"),
        active={"workload.@.capacity_runs_per_year": "long"},
    )
    accelerator_hours_per_year: float = figure(
        "h",
        "accelerator-hours of a run x runs",
        of=own("accelerator_hours_per_run", "runs_per_year"),
    )
    tokens_per_year: float = figure("token", "tokens x runs", of=(f"{_ASK}.tokens", "workload.@.runs_per_year"))
    busy_fraction: float = figure(
        "1",
        "accelerator-hours of a year / (accelerators x 8,760 h)",
        of=own("accelerator_hours_per_year", "accelerators"),
    )
    busy_power_kw: float = figure(
        "kW",
        "power of a system at its input / its accelerators x share of it drawn in training",
        of=("catalog.system.power_kw", "catalog.system.accelerators", f"{_ASSUMED}-busy-power-fraction"),
    )
    power_kw: float = figure(
        "kW",
        "accelerators x (busy share x busy power + idle share x idle power), mean of a year",
        of=(
            "workload.@.accelerators",
            "workload.@.busy_fraction",
            "workload.@.busy_power_kw",
            "catalog.system.idle_power_fraction",
        ),
        source="barroso2018",
    )
    energy_kwh_per_run: float = figure(
        "kWh",
        "accelerator-hours of a run x busy power",
        of=own("accelerator_hours_per_run", "busy_power_kw"),
    )
    bound: str = figure(
        "",
        "the largest part of the step time, or the year where the runs asked do not fit",
        of=(f"{_ASK}.runs_per_year", *own("capacity_runs_per_year", "compute_s", "communication_s", "bubble_s")),
        active={
            f"{_ASK}.runs_per_year": "long",
            **dict.fromkeys(own("capacity_runs_per_year"), "long"),
            **dict.fromkeys(own("compute_s", "communication_s"), "slow"),
            **dict.fromkeys(own("bubble_s"), "shallow"),
        },
    )
    notice: str = figure(
        "",
        "what leaves accelerators unused",
        of=own("accelerators", "accelerators_per_run", "concurrent_runs", "micro_batches", "pp"),
        active=dict.fromkeys(
            own("accelerators", "accelerators_per_run", "concurrent_runs", "micro_batches", "pp"), "small-batch"
        ),
    )
