"""What the training room says: every figure with its unit, its formula and what it is computed from."""

from dataclasses import dataclass

from denshi.figure import figure

_MODEL = "catalog.models.@"
_ASK = "scenario.workload.@"
_ASSUMED = "catalog.assumptions.training"
_SPLIT = tuple(f"workload.@.{name}" for name in ("tp", "pp", "dp"))
_GEMM = (
    f"{_ASSUMED}-gemm-bf16-on-bf16-generation",
    f"{_ASSUMED}-gemm-bf16-on-fp8-generation",
    f"{_ASSUMED}-gemm-bf16-on-fp4-generation",
    f"{_ASSUMED}-gemm-fp8-on-fp8-generation",
    f"{_ASSUMED}-gemm-fp8-on-fp4-generation",
    f"{_ASSUMED}-gemm-fp4-on-fp4-generation",
)
_GEMM_CASES = dict(zip(_GEMM, ("a100", "h100-bf16", "gb300-bf16", "h100-fp8", "gb300-fp8", "gb300-fp4"), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A training workload: how it is split, how long a step and a run take, what they draw."""

    kind: str = figure("", "training", of=())
    params: float = figure(
        "1",
        "parameters by layer shape",
        of=(f"{_MODEL}.layers", f"{_MODEL}.hidden", f"{_MODEL}.ffn", f"{_MODEL}.vocab"),
        source="narayanan2021",
    )
    active_params: float = figure(
        "1",
        "parameters that one token passes through",
        of=(f"{_MODEL}.layers", f"{_MODEL}.hidden", f"{_MODEL}.top_k", f"{_MODEL}.expert_ffn"),
        source="deepseekv3",
        active={f"{_MODEL}.top_k": "moe", f"{_MODEL}.expert_ffn": "moe"},
    )
    flop_per_token: float = figure(
        "FLOP/token",
        "3 x forward: 2 x multiplied weights + causal attention 2 L (s/2)(w_qk + w_v)",
        of=(f"{_MODEL}.layers", f"{_MODEL}.hidden", f"{_MODEL}.heads", f"{_MODEL}.ffn", f"{_ASK}.sequence"),
        source="narayanan2021",
    )
    accelerators: float = figure(
        "1", "floor(share x accelerators of the cluster)", of=(f"{_ASK}.share", "cluster.accelerators")
    )
    batch_sequences: float = figure(
        "sequences",
        "global batch tokens / sequence length, rounded",
        of=(f"{_ASK}.global_batch_tokens", f"{_ASK}.sequence"),
    )
    tp: float = figure(
        "1",
        "tensor parallelism: given, or the highest token rate among plans that fit",
        of=(f"{_ASK}.parallelism", "cluster.scaleup_domain"),
        source="narayanan2021",
        active={f"{_ASK}.parallelism": "h100-bf16", "cluster.scaleup_domain": "h100-bf16"},
    )
    cp: float = figure(
        "1",
        "context parallelism: searched for sequences above 16,384 tokens, else 1",
        of=(f"{_ASK}.sequence",),
        active={f"{_ASK}.sequence": "long"},
    )
    pp: float = figure(
        "1",
        "pipeline parallelism: given, or the highest token rate among plans that fit",
        of=(f"{_ASK}.parallelism", "catalog.accelerator.memory_bytes"),
        source="narayanan2021",
        active={f"{_ASK}.parallelism": "h100-bf16", "catalog.accelerator.memory_bytes": "h100-bf16"},
    )
    virtual_stages: float = figure(
        "1",
        "pipeline chunks on one rank: the highest token rate among plans that fit",
        of=(f"{_ASK}.parallelism",),
        source="narayanan2021",
        active={f"{_ASK}.parallelism": "h100-bf16"},
    )
    ep: float = figure(
        "1",
        "expert parallelism: given, or the highest token rate among plans that fit",
        of=(f"{_ASK}.parallelism",),
        source="deepseekv3",
        active={f"{_ASK}.parallelism": "moe"},
    )
    dp: float = figure(
        "1",
        "data parallelism: given, or the fewest ranks that need as few micro-batches as all accelerators would",
        of=("workload.@.accelerators", "workload.@.batch_sequences", "workload.@.tp", "workload.@.pp"),
        source="rajbhandari2019",
        active={"workload.@.tp": "h100-bf16", "workload.@.pp": "h100-bf16", "workload.@.batch_sequences": "large"},
    )
    micro_batch_sequences: float = figure(
        "sequences",
        "sequences that a rank takes at once: given, or the highest token rate among plans that fit",
        of=(f"{_ASK}.parallelism",),
        active={f"{_ASK}.parallelism": "h100-bf16"},
    )
    recompute: float = figure(
        "1",
        "level: 0 scores, 1 norms, activations and up-projections too, to 2 whole layers; the fastest that fits",
        of=("catalog.accelerator.memory_bytes",),
        source="korthikanti2022",
        active={"catalog.accelerator.memory_bytes": "tight"},
    )
    micro_batches: float = figure(
        "1",
        "ceil(batch sequences / (dp x micro-batch))",
        of=("workload.@.batch_sequences", "workload.@.dp", "workload.@.micro_batch_sequences"),
        active={"workload.@.micro_batch_sequences": "h100-bf16"},
    )
    accelerators_per_run: float = figure("1", "tp x cp x pp x dp", of=_SPLIT, active=dict.fromkeys(_SPLIT, "h100-bf16"))
    concurrent_runs: float = figure(
        "1",
        "runs at a time: fewest within a tenth of the highest token rate of all, at most the runs asked a year",
        of=(f"{_ASK}.runs_per_year", "workload.@.accelerators", "workload.@.accelerators_per_run"),
        active={
            f"{_ASK}.runs_per_year": "large",
            "workload.@.accelerators": "between",
            "workload.@.accelerators_per_run": "between",
        },
    )
    gemm_efficiency: float = figure(
        "1", "share of the peak by precision and generation of the accelerator", of=_GEMM, active=_GEMM_CASES
    )
    weight_bytes: float = figure(
        "byte",
        "2 x parameters on the fullest rank",
        of=("workload.@.params", "workload.@.tp", "workload.@.pp"),
        source="rajbhandari2019",
        active={"workload.@.tp": "h100-bf16", "workload.@.pp": "h100-bf16"},
    )
    gradient_bytes: float = figure(
        "byte",
        "4 x parameters on the fullest rank",
        of=("workload.@.params", "workload.@.tp", "workload.@.pp"),
        source="rajbhandari2019",
        active={"workload.@.tp": "h100-bf16", "workload.@.pp": "h100-bf16"},
    )
    optimizer_bytes: float = figure(
        "byte",
        "12 x parameters on the fullest rank / ranks that share them",
        of=("workload.@.params", "workload.@.dp"),
        source="rajbhandari2019",
    )
    activation_bytes: float = figure(
        "byte",
        "layers of a stage x micro-batches in flight x bytes a layer keeps, with the logits",
        of=(f"{_MODEL}.hidden", f"{_ASK}.sequence", "workload.@.micro_batch_sequences", "workload.@.recompute"),
        source="korthikanti2022",
        active={"workload.@.micro_batch_sequences": "h100-bf16", "workload.@.recompute": "tight"},
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
            "workload.@.flop_per_token",
            "workload.@.gemm_efficiency",
            "workload.@.micro_batches",
            "catalog.accelerator.bf16_flop_per_s",
            "catalog.accelerator.memory_bytes_per_s",
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
            "catalog.accelerator.scaleup_bytes_per_s",
            f"{_MODEL}.hidden",
            "workload.@.dp",
            f"{_ASSUMED}-link-efficiency",
            f"{_ASSUMED}-collective-latency",
            f"{_ASSUMED}-tensor-exposed-fraction",
            f"{_ASSUMED}-expert-exposed-fraction",
            f"{_ASSUMED}-data-exposed-fraction",
        ),
        source="pope2022",
        active={
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
        of=("workload.@.pp", "workload.@.virtual_stages", "workload.@.compute_s"),
        source="narayanan2021",
        active=dict.fromkeys(("workload.@.pp", "workload.@.virtual_stages", "workload.@.compute_s"), "h100-bf16"),
    )
    overhead_s: float = figure(
        "s",
        "optimizer pass over memory + stragglers: share per doubling x log2(accelerators / 8) x the rest",
        of=(f"{_ASSUMED}-straggler-per-doubling", "workload.@.accelerators_per_run", "workload.@.compute_s"),
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
            "workload.@.flop_per_token",
            "workload.@.batch_sequences",
            "workload.@.accelerators_per_run",
            "workload.@.step_s",
        ),
        source="narayanan2021",
    )
    tokens_per_s: float = figure(
        "token/s",
        "runs at a time x tokens of a step / step time, while training",
        of=("workload.@.concurrent_runs", "workload.@.batch_sequences", "workload.@.step_s"),
        active={"workload.@.concurrent_runs": "large"},
    )
    steps: float = figure("1", "ceil(tokens / tokens of a step)", of=(f"{_ASK}.tokens", "workload.@.batch_sequences"))
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
        of=("workload.@.concurrent_runs", "workload.@.run_s"),
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
        of=("workload.@.accelerator_hours_per_run", "workload.@.runs_per_year"),
    )
    tokens_per_year: float = figure("token", "tokens x runs", of=(f"{_ASK}.tokens", "workload.@.runs_per_year"))
    busy_fraction: float = figure(
        "1",
        "accelerator-hours of a year / (accelerators x 8,760 h)",
        of=("workload.@.accelerator_hours_per_year", "workload.@.accelerators"),
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
        of=("workload.@.accelerator_hours_per_run", "workload.@.busy_power_kw"),
    )
    bound: str = figure(
        "",
        "the largest part of the step time, or the year where the runs asked do not fit",
        of=("workload.@.capacity_runs_per_year", "workload.@.communication_s"),
        active={"workload.@.capacity_runs_per_year": "long", "workload.@.communication_s": "slow"},
    )
    notice: str = figure(
        "",
        "what leaves accelerators unused",
        of=("workload.@.accelerators_per_run", f"{_ASK}.global_batch_tokens"),
        active={"workload.@.accelerators_per_run": "small-batch", f"{_ASK}.global_batch_tokens": "small-batch"},
    )
