"""What the training room says: every figure with its unit, its formula and what it is computed from."""

from dataclasses import dataclass

from denshi.figure import figure
from denshi.workload.record import ACTIVE_PARAMS, ALL_PARAMS, MULTIPLIED, SHAPE_CASES, own, shape

_CHIP = "catalog.accelerator"
_ASK = "scenario.workload.@"
_ASSUMED = "catalog.assumptions.training"
_KERNELS = "catalog.kernels"
_SOFTWARE = "catalog.software"
_RATES = tuple(f"{_CHIP}.{name}_flop_per_s" for name in ("bf16", "fp8", "fp4"))
_RATE_CASES = dict(zip(_RATES, ("base", "fp8", "fp4"), strict=True))
_SPLIT = own("tp", "cp", "pp", "dp")
_DECIDED = own("tp", "cp", "pp", "virtual_stages", "ep", "dp", "micro_batch_sequences", "micro_batches", "recompute")
_DECIDED_CASES = dict.fromkeys(_DECIDED, "split") | {
    **dict.fromkeys(own("cp"), "long"),
    **dict.fromkeys(own("ep"), "moe"),
    **dict.fromkeys(own("zero"), "split"),
}
_NETWORK = ("cluster.scaleout_bytes_per_s", "cluster.scaleup_domain", f"{_CHIP}.scaleup_bytes_per_s")
_KEPT = (
    *("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "gated_ffn", "vocab"),
    *("shared_experts", "top_k", "expert_ffn", "dense_layers", "moe_interval"),
    *("q_lora_rank", "kv_lora_rank", "rope_head_dim", "v_head_dim"),
)
_DECIDED_BY = {
    f"{_ASK}.parallelism": "base",
    f"{_ASK}.precision": "base",
    f"{_ASK}.sequence": "base",
    f"{_ASK}.runs_per_year": "large",
    **dict.fromkeys(own("accelerators", "batch_sequences", "params", "flop_per_token"), "base"),
    **dict.fromkeys(shape("layers", "hidden", "heads"), "base"),
    **dict.fromkeys(shape("experts"), "moe"),
    **dict.fromkeys(_NETWORK, "base"),
    **_RATE_CASES,
    f"{_CHIP}.memory_bytes": "base",
    f"{_CHIP}.memory_bytes_per_s": "base",
    f"{_CHIP}.tdp_kw": "base",
    f"{_CHIP}.multiprocessors": "base",
    _KERNELS: "base",
    _SOFTWARE: "base",
    f"{_ASSUMED}-memory-usable-fraction": "base",
}
"""What decides the plan, and the case in which it does."""


_OPERATORS = (
    *shape(*_KEPT),
    f"{_ASK}.sequence",
    f"{_ASK}.precision",
    *_DECIDED,
    f"{_CHIP}.memory_bytes_per_s",
    f"{_CHIP}.tdp_kw",
    "cluster.scaleup_domain",
    _KERNELS,
    _SOFTWARE,
)
_OPERATOR_CASES = {**SHAPE_CASES, **_DECIDED_CASES, **_RATE_CASES, "cluster.scaleup_domain": "moe"}
_EXCHANGES = (*shape("layers", "hidden"), f"{_ASK}.sequence", *_DECIDED, _SOFTWARE)
_EXCHANGE_CASES = {
    **_DECIDED_CASES,
    **dict.fromkeys((*shape("layers", "hidden"), f"{_ASK}.sequence", _SOFTWARE, *_NETWORK), "split"),
}
_WRITTEN = (
    *own("params", "accelerators_per_run"),
    f"{_ASSUMED}-checkpoint-bytes-per-param",
    f"{_ASSUMED}-checkpoint-bandwidth",
    f"{_ASSUMED}-checkpoint-fixed-time",
    f"{_ASSUMED}-checkpoint-blocking-fraction",
)


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
        "1", "tensor parallelism of the plan", of=own("plan"), source="narayanan2021", active=_in("split")
    )
    cp: float = figure(
        "1",
        "context parallelism of the plan: searched for sequences above 16,384 tokens, else 1",
        of=(*own("plan"), f"{_ASK}.sequence"),
        active={**_in("long"), f"{_ASK}.sequence": "long"},
    )
    pp: float = figure(
        "1", "pipeline parallelism of the plan", of=own("plan"), source="narayanan2021", active=_in("split")
    )
    virtual_stages: float = figure(
        "1", "pipeline chunks on one rank in the plan", of=own("plan"), source="narayanan2021", active=_in("split")
    )
    ep: float = figure("1", "expert parallelism of the plan", of=own("plan"), source="deepseekv3", active=_in("moe"))
    dp: float = figure(
        "1",
        "data parallelism of the plan: given, or the fewest ranks that need as few micro-batches as all accelerators",
        of=own("plan"),
        source="rajbhandari2019",
    )
    micro_batch_sequences: float = figure(
        "sequences", "sequences that a rank takes at once in the plan", of=own("plan"), active=_in("split")
    )
    recompute: float = figure(
        "1",
        "level of the plan: 0 scores, 1 norms, activations and up-projections too, to 2 whole layers",
        of=own("plan"),
        source="korthikanti2022",
        active=_in("tight"),
    )
    zero: float = figure(
        "1",
        "states shared by data-parallel ranks in the plan: 1 the optimizer's, 3 gradients and weights too",
        of=own("plan"),
        source="rajbhandari2019",
    )
    micro_batches: float = figure(
        "1",
        "ceil(batch sequences / (dp x micro-batch))",
        of=own("batch_sequences", "dp", "micro_batch_sequences"),
        active=_DECIDED_CASES,
    )
    accelerators_per_run: float = figure("1", "tp x cp x pp x dp", of=_SPLIT, active=_DECIDED_CASES)
    concurrent_runs: float = figure(
        "1",
        "runs at a time: fewest within a tenth of the highest token rate of all, at most the runs asked a year",
        of=own("plan"),
        active=_in("large"),
    )
    weight_bytes: float = figure(
        "byte",
        "2 x parameters on the fullest rank, shared where the states are fully sharded",
        of=(*own("params"), *_DECIDED[:6], *own("zero")),
        source="rajbhandari2019",
        active=_DECIDED_CASES,
    )
    gradient_bytes: float = figure(
        "byte",
        "4 x parameters on the fullest rank, shared from ZeRO-2 on",
        of=(*own("params"), *_DECIDED[:6], *own("zero")),
        source="rajbhandari2019",
        active=_DECIDED_CASES,
    )
    optimizer_bytes: float = figure(
        "byte",
        "12 x parameters on the fullest rank / ranks that share them",
        of=(*own("params"), *_DECIDED[:6], *own("zero")),
        source="rajbhandari2019",
        active=_DECIDED_CASES,
    )
    activation_bytes: float = figure(
        "byte",
        "layers of a stage x micro-batches in flight x bytes a layer keeps",
        of=(*shape(*_KEPT), f"{_ASK}.sequence", *_DECIDED),
        source="korthikanti2022",
        active={**SHAPE_CASES, **_DECIDED_CASES, **dict.fromkeys(shape("vocab"), "split")},
    )
    logit_bytes: float = figure(
        "byte",
        "6 x tokens of a micro-batch x vocabulary / tensor parallelism, where the last stage is the fullest",
        of=(*own("activation_bytes"), *shape("vocab"), f"{_ASK}.sequence", *_SPLIT[:2], *own("micro_batch_sequences")),
        source="korthikanti2022",
        active=_DECIDED_CASES,
    )
    buffer_bytes: float = figure(
        "byte",
        "weights of two layers and gradients of one, gathered for use where the states are fully sharded",
        of=(*own("params"), *shape("vocab", "hidden"), *_DECIDED[:6], *own("zero")),
        source="zhao2023fsdp",
        active=_DECIDED_CASES,
    )
    memory_bytes: float = figure(
        "byte",
        "weights + gradients + optimizer states + activations + logits + buffers",
        of=own(*(f"{part}_bytes" for part in ("weight", "gradient", "optimizer", "activation", "logit", "buffer"))),
    )
    usable_bytes: float = figure(
        "byte",
        "memory of the accelerator x share left to weights, states and activations",
        of=(f"{_CHIP}.memory_bytes", f"{_ASSUMED}-memory-usable-fraction"),
    )
    memory_fraction: float = figure(
        "1",
        "memory used / memory of the accelerator",
        of=("workload.@.memory_bytes", "catalog.accelerator.memory_bytes"),
    )
    product_s: float = figure(
        "s",
        "micro-batches x layers x products, each the larger of FLOP / (peak x efficiency) with tile losses and traffic",
        of=(*_OPERATORS, *own("flop_per_token"), *_RATES, f"{_CHIP}.multiprocessors"),
        source="williams2009",
        active=_OPERATOR_CASES,
    )
    attention_s: float = figure(
        "s",
        "micro-batches x layers x attention FLOP / (16-bit peak x efficiency), forward, backward and again",
        of=(*_OPERATORS, *own("flop_per_token"), *_RATES),
        source="dao2022",
        active=_OPERATOR_CASES,
    )
    passes_s: float = figure(
        "s",
        "micro-batches x layers x traffic of norms, activation functions, casts, permutation and loss / bandwidth",
        of=(*_OPERATORS, *own("product_s")),
        source="williams2009",
        active=_OPERATOR_CASES,
    )
    compute_s: float = figure("s", "products + attention + passes", of=own("product_s", "attention_s", "passes_s"))
    tensor_s: float = figure(
        "s",
        "micro-batches x layers x exposed reduce-scatters and all-gathers of tensor parallelism",
        of=(*_EXCHANGES, *_NETWORK),
        source="korthikanti2022",
        active=_EXCHANGE_CASES,
    )
    context_s: float = figure(
        "s",
        "micro-batches x layers x exposed exchange of keys and values",
        of=(*_EXCHANGES, *shape("kv_heads", "head_dim"), *_NETWORK),
        source="liu2023ring",
        active={**_EXCHANGE_CASES, **dict.fromkeys((*_EXCHANGES, *shape("kv_heads", "head_dim"), *_NETWORK), "long")},
    )
    expert_s: float = figure(
        "s",
        "micro-batches x layers with experts x exposed dispatch and combine",
        of=(*_EXCHANGES, *shape("top_k", "dense_layers"), *own("ep"), *_NETWORK),
        source="deepseekv3",
        active=dict.fromkeys((*_EXCHANGES, *shape("top_k", "dense_layers"), *own("ep"), *_NETWORK), "moe"),
    )
    data_s: float = figure(
        "s",
        "exposed exchange of gradients and weights, once a step, or a layer where the states are fully sharded",
        of=(*own("params", "compute_s", "tensor_s", "zero"), *_EXCHANGES, *_NETWORK),
        source="rajbhandari2019",
        active=_EXCHANGE_CASES,
    )
    communication_s: float = figure("s", "exposed exchanges", of=own("tensor_s", "context_s", "expert_s", "data_s"))
    bubble_s: float = figure(
        "s",
        "(pp - 1) x (time of a stage / virtual stages + hand-over) + exposed hand-overs",
        of=(*own("pp", "virtual_stages", "micro_batches", "compute_s", "communication_s"), *_NETWORK, _SOFTWARE),
        source="narayanan2021",
        active=dict.fromkeys(
            (*own("pp", "virtual_stages", "micro_batches", "compute_s", "communication_s"), *_NETWORK, _SOFTWARE),
            "split",
        ),
    )
    overhead_s: float = figure(
        "s",
        "launches that the host is late with + optimizer pass over memory + fixed time + stragglers",
        of=(
            *own("accelerators_per_run", "params", "dp", "zero", "compute_s", "communication_s", "bubble_s"),
            f"{_CHIP}.memory_bytes_per_s",
            _KERNELS,
            _SOFTWARE,
        ),
        active={**dict.fromkeys(own("bubble_s", "zero"), "split")},
    )
    step_s: float = figure(
        "s",
        "compute + communication + bubble + overhead",
        of=own("compute_s", "communication_s", "bubble_s", "overhead_s"),
        source="narayanan2021",
        active=dict.fromkeys(own("bubble_s"), "split"),
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
        active={**_RATE_CASES, f"{_ASK}.precision": "split"},
    )
    hfu: float = figure(
        "1",
        "FLOP executed, layers computed again included, / (accelerators x peak x step time)",
        of=own("mfu", "recompute"),
        source="narayanan2021",
        active=dict.fromkeys(own("recompute"), "tight"),
    )
    tokens_per_s: float = figure(
        "token/s",
        "runs at a time x tokens of a step / step time, while training",
        of=(*own("concurrent_runs", "batch_sequences", "step_s"), f"{_ASK}.sequence"),
        active={"workload.@.concurrent_runs": "large"},
    )
    steps: float = figure(
        "1",
        "steps of the growing batch + ceil(remaining tokens / tokens of a full step), at least one",
        of=(
            f"{_ASK}.tokens",
            f"{_ASK}.sequence",
            *own("batch_sequences", "micro_batches"),
            f"{_ASSUMED}-ramp-first-batch-fraction",
            f"{_ASSUMED}-ramp-tokens-fraction",
        ),
    )
    steps_s: float = figure(
        "s",
        "sum of the step times, affine in the growing batch",
        of=own("steps", "step_s", "compute_s", "communication_s", "bubble_s", "overhead_s"),
        active=dict.fromkeys(own("bubble_s"), "split"),
    )
    evaluation_s: float = figure(
        "s",
        "evaluations x tokens of one / tokens of a step x forward share x step time",
        of=(
            f"{_ASK}.tokens",
            f"{_ASK}.sequence",
            *own("batch_sequences", "step_s", "recompute"),
            f"{_ASSUMED}-evaluation-interval",
            f"{_ASSUMED}-evaluation-tokens",
        ),
        active=dict.fromkeys(own("recompute"), "tight"),
    )
    checkpoint_interval_s: float = figure(
        "s",
        "work between two checkpoints: the optimum of Daly, a step or more, the write or more, the run or less",
        of=(*_WRITTEN, *own("step_s", "steps_s", "evaluation_s"), f"{_ASSUMED}-interruption-rate"),
        source="daly2006",
        active=dict.fromkeys(own("steps_s", "evaluation_s", "step_s"), "short"),
    )
    checkpoint_s: float = figure(
        "s",
        "(steps + evaluations) / interval x stall of a checkpoint",
        of=(*_WRITTEN, *own("steps_s", "evaluation_s", "checkpoint_interval_s")),
    )
    interruptions: float = figure(
        "1",
        "(run time - start-up) x rate x accelerators",
        of=(*own("run_s", "accelerators_per_run"), f"{_ASSUMED}-interruption-rate", f"{_ASSUMED}-start-up-time"),
    )
    lost_s: float = figure(
        "s",
        "work done again after interruptions",
        of=(
            *_WRITTEN,
            *own("steps_s", "evaluation_s", "checkpoint_interval_s", "checkpoint_s"),
            f"{_ASSUMED}-interruption-rate",
        ),
        source="daly2006",
    )
    down_s: float = figure(
        "s",
        "detection, restart and reading back, interruptions in them included",
        of=(
            *_WRITTEN[:4],
            *own("steps_s", "evaluation_s", "checkpoint_s", "lost_s"),
            f"{_ASSUMED}-interruption-rate",
            f"{_ASSUMED}-detection-time",
            f"{_ASSUMED}-restart-time",
        ),
        source="daly2006",
    )
    run_s: float = figure(
        "s",
        "start-up + steps + evaluations + checkpoints + lost + down",
        of=(
            *own("steps_s", "evaluation_s", "checkpoint_s", "lost_s", "down_s"),
            f"{_ASSUMED}-start-up-time",
        ),
        source="daly2006",
    )
    goodput_fraction: float = figure("1", "time of steps / run time", of=own("steps_s", "run_s"))
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
    energy_kwh_per_step: float = figure(
        "kWh",
        "step time x accelerators of a run x busy power",
        of=own("step_s", "accelerators_per_run", "busy_power_kw"),
    )
    energy_kwh_per_run: float = figure(
        "kWh",
        "accelerator-hours of a run x busy power",
        of=own("accelerator_hours_per_run", "busy_power_kw"),
    )
    front_step_s: tuple[float, ...] = figure(
        "s", "step times of the plans that no other beats in time, memory and accelerator-hours", of=own("plan")
    )
    front_memory_bytes: tuple[float, ...] = figure("byte", "memory of those plans", of=own("plan"))
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
