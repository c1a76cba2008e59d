"""What the serving room says: every figure with its unit, its formula and what it is computed from."""

from dataclasses import dataclass

from denshi.figure import figure
from denshi.workload.record import ACTIVE_PARAMS, ALL_PARAMS, MULTIPLIED, SHAPE_CASES, own, shape

_CHIP = "catalog.accelerator"
_ASK = "scenario.workload.@"
_ASSUMED = "catalog.assumptions.serving"
_BANDWIDTH = f"{_CHIP}.memory_bytes_per_s"
_RATES = tuple(f"{_CHIP}.{name}_flop_per_s" for name in ("bf16", "fp8", "fp4"))
_RATE_CASES = {_RATES[2]: "fp4"}
_SPLIT = own("tp", "groups", "pp")
_SPLIT_CASES = {**dict.fromkeys(own("groups"), "moe"), **dict.fromkeys(own("pp"), "staged")}
_EXCHANGED = shape("layers", "hidden", "experts", "top_k", "dense_layers", "moe_interval")
_DECIDED_BY = {
    **dict.fromkeys((f"{_ASK}.{name}" for name in ("precision", "input_tokens", "output_tokens", "tpot")), "base"),
    f"{_ASK}.ttft": "late",
    **dict.fromkeys(own("params", "active_params", "kv_cache_bytes_per_token"), "base"),
    **dict.fromkeys(own("accelerators"), "moe"),
    **dict.fromkeys(shape("layers", "hidden", "heads", "kv_heads"), "base"),
    **dict.fromkeys(shape("experts", "top_k", "v_head_dim"), "moe"),
    **dict.fromkeys(shape("sliding_window"), "window"),
    "cluster.scaleup_domain": "moe",
    "cluster.scaleout_bytes_per_s": "window",
    **dict.fromkeys(_RATES[:2], "base"),
    **_RATE_CASES,
    f"{_CHIP}.memory_bytes": "full",
    _BANDWIDTH: "base",
    f"{_CHIP}.scaleup_bytes_per_s": "base",
    f"{_ASSUMED}-memory-usable-fraction": "full",
    f"{_ASSUMED}-weight-read-multiplier": "base",
    f"{_ASSUMED}-expert-read-multiplier": "moe",
    f"{_ASSUMED}-cache-read-multiplier": "base",
    f"{_ASSUMED}-decode-flop-multiplier": "base",
    f"{_ASSUMED}-prefill-flop-multiplier": "base",
    f"{_ASSUMED}-collective-multiplier": "base",
    f"{_ASSUMED}-layer-time": "base",
    f"{_ASSUMED}-moe-layer-time": "moe",
    f"{_ASSUMED}-tensor-layer-time": "base",
    f"{_ASSUMED}-step-time": "base",
    f"{_ASSUMED}-request-time": "base",
    f"{_ASSUMED}-first-token-time": "late",
}
"""What decides the plan, and the case in which it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A serving workload: replicas, batch, latencies, token rate, power at full load."""

    kind: str = figure("", "serving", of=())
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
    kv_cache_bytes_per_token: float = figure(
        "byte/token",
        "2 x layers x key-value heads x head size x bytes; compressed vectors with latent attention",
        of=(*shape("layers", "kv_heads", "head_dim", "kv_lora_rank", "rope_head_dim"), f"{_ASK}.precision"),
        source="pope2022",
        active=SHAPE_CASES,
    )
    accelerators: float = figure(
        "1", "floor(share x accelerators of the cluster)", of=(f"{_ASK}.share", "cluster.accelerators")
    )
    plan: str = figure(
        "",
        "split of a replica and sequences under way in it: most tokens a second within memory and latency targets",
        of=tuple(_DECIDED_BY),
        source="pope2022",
        active=_DECIDED_BY,
    )
    tp: float = figure("1", "tensor parallelism of the plan", of=own("plan"), source="pope2022")
    groups: float = figure(
        "1",
        "attention data-parallel groups of the plan, which share the experts",
        of=own("plan"),
        source="deepseekv3",
        active=dict.fromkeys(own("plan"), "moe"),
    )
    pp: float = figure(
        "1",
        "pipeline stages of the plan, where one scale-up domain does not hold the model",
        of=own("plan"),
        source="pope2022",
        active=dict.fromkeys(own("plan"), "staged"),
    )
    replica_accelerators: float = figure("1", "tp x groups x pp", of=_SPLIT, active=_SPLIT_CASES)
    replicas: float = figure(
        "1",
        "floor(accelerators / accelerators of a replica)",
        of=own("accelerators", "replica_accelerators"),
    )
    batch: float = figure("sequences", "sequences under way in a replica of the plan", of=own("plan"))
    weight_bytes: float = figure(
        "byte",
        "parameters of a rank x bytes of the precision",
        of=(*own("params"), *_SPLIT, f"{_ASK}.precision"),
        active={**_SPLIT_CASES, f"{_ASK}.precision": "moe"},
    )
    cache_bytes: float = figure(
        "byte",
        "batch x (input + output tokens) x cache of a token, on one rank",
        of=(
            *own("batch", "kv_cache_bytes_per_token"),
            *_SPLIT,
            *shape("kv_heads"),
            f"{_ASK}.input_tokens",
            f"{_ASK}.output_tokens",
        ),
        source="pope2022",
        active=_SPLIT_CASES,
    )
    memory_fraction: float = figure(
        "1",
        "(weights + cache) / memory of the accelerator",
        of=("workload.@.weight_bytes", "workload.@.cache_bytes", "catalog.accelerator.memory_bytes"),
    )
    weight_s: float = figure(
        "s",
        "weights read in a decode step / bandwidth; of experts those that the batch meets, E (1 - (1 - k/E)^b)",
        of=(
            *own("weight_bytes", "batch"),
            *_SPLIT,
            *shape("vocab", "hidden", "tied_embeddings", "experts", "top_k"),
            _BANDWIDTH,
            f"{_ASSUMED}-weight-read-multiplier",
            f"{_ASSUMED}-expert-read-multiplier",
        ),
        source="pope2022",
        active={
            **SHAPE_CASES,
            **_SPLIT_CASES,
            **dict.fromkeys(shape("top_k"), "sparse"),
            f"{_ASSUMED}-expert-read-multiplier": "moe",
        },
    )
    cache_s: float = figure(
        "s",
        "cache read in a decode step, at half the output / bandwidth",
        of=(
            *own("batch", "kv_cache_bytes_per_token"),
            *_SPLIT,
            *shape("kv_heads", "sliding_window"),
            f"{_ASK}.input_tokens",
            f"{_ASK}.output_tokens",
            _BANDWIDTH,
            f"{_ASSUMED}-cache-read-multiplier",
        ),
        source="pope2022",
        active={**SHAPE_CASES, **_SPLIT_CASES},
    )
    arithmetic_s: float = figure(
        "s",
        "FLOP of a decode step / peak x multiplier",
        of=(
            *own("batch"),
            *_SPLIT,
            *MULTIPLIED,
            f"{_ASK}.input_tokens",
            f"{_ASK}.output_tokens",
            f"{_ASK}.precision",
            *_RATES,
            f"{_ASSUMED}-decode-flop-multiplier",
        ),
        source="williams2009",
        active={**SHAPE_CASES, **_SPLIT_CASES, **_RATE_CASES},
    )
    exchange_s: float = figure(
        "s",
        "two all-reduces a layer, dispatch and combine, hand-over between stages",
        of=(
            *own("batch"),
            *_SPLIT,
            *_EXCHANGED,
            f"{_CHIP}.scaleup_bytes_per_s",
            "cluster.scaleout_bytes_per_s",
            f"{_ASSUMED}-collective-multiplier",
        ),
        source="pope2022",
        active={**SHAPE_CASES, **_SPLIT_CASES, "cluster.scaleout_bytes_per_s": "staged"},
    )
    host_s: float = figure(
        "s",
        "layers x time of a layer + step time + sequences x time of a request",
        of=(
            *shape("layers", "experts", "dense_layers", "moe_interval"),
            *own("batch"),
            *_SPLIT,
            f"{_ASSUMED}-layer-time",
            f"{_ASSUMED}-moe-layer-time",
            f"{_ASSUMED}-tensor-layer-time",
            f"{_ASSUMED}-step-time",
            f"{_ASSUMED}-request-time",
        ),
        active={**SHAPE_CASES, **_SPLIT_CASES, f"{_ASSUMED}-moe-layer-time": "moe"},
    )
    step_s: float = figure(
        "s",
        "weights + cache + arithmetic + exchange + host",
        of=own("weight_s", "cache_s", "arithmetic_s", "exchange_s", "host_s"),
        source="pope2022",
    )
    prefill_s: float = figure(
        "s",
        "prefill of one request: the larger of arithmetic and reading every weight, + exchange",
        of=(
            f"{_ASK}.input_tokens",
            f"{_ASK}.precision",
            *_SPLIT,
            *own("weight_bytes"),
            *MULTIPLIED,
            *shape("sliding_window"),
            *_RATES,
            _BANDWIDTH,
            f"{_CHIP}.scaleup_bytes_per_s",
            "cluster.scaleout_bytes_per_s",
            f"{_ASSUMED}-prefill-flop-multiplier",
            f"{_ASSUMED}-weight-read-multiplier",
            f"{_ASSUMED}-collective-multiplier",
        ),
        source="williams2009",
        active={
            **SHAPE_CASES,
            **_SPLIT_CASES,
            **_RATE_CASES,
            "cluster.scaleout_bytes_per_s": "staged",
        },
    )
    tpot_s: float = figure(
        "s",
        "decode step + (sequences of the group - 1) / output tokens x prefill / stages",
        of=(*own("step_s", "batch", "groups", "pp", "prefill_s"), f"{_ASK}.output_tokens"),
        active=_SPLIT_CASES,
    )
    prefill_fraction: float = figure(
        "1",
        "share of time that the device prefills, rho",
        of=(*own("batch", "groups", "pp", "prefill_s", "tpot_s"), f"{_ASK}.output_tokens"),
        active=_SPLIT_CASES,
    )
    ttft_s: float = figure(
        "s",
        "fixed time + prefill (1 + rho / (2 (1 - rho))) + one decode step",
        of=(f"{_ASSUMED}-first-token-time", "workload.@.prefill_s", "workload.@.prefill_fraction", "workload.@.tpot_s"),
    )
    tokens_per_s_per_replica: float = figure(
        "token/s",
        "batch x output tokens / (TTFT + (output tokens - 1) x TPOT)",
        of=("workload.@.batch", f"{_ASK}.output_tokens", "workload.@.ttft_s", "workload.@.tpot_s"),
    )
    tokens_per_s_per_accelerator: float = figure(
        "token/s",
        "rate of a replica / its accelerators",
        of=own("tokens_per_s_per_replica", "replica_accelerators"),
    )
    tokens_per_s: float = figure(
        "token/s",
        "replicas x rate of a replica, output tokens at full load",
        of=own("replicas", "tokens_per_s_per_replica"),
    )
    tokens_per_year: float = figure("token", "rate at full load x a year", of=("workload.@.tokens_per_s",))
    accelerator_hours_per_year: float = figure(
        "h",
        "accelerators in replicas x 8,760 h",
        of=own("replicas", "replica_accelerators"),
        active={"workload.@.replica_accelerators": "odd"},
    )
    busy_power_kw: float = figure(
        "kW",
        "power of a system at its input / its accelerators x share of it drawn in serving",
        of=("catalog.system.power_kw", "catalog.system.accelerators", f"{_ASSUMED}-busy-power-fraction"),
    )
    power_kw: float = figure(
        "kW",
        "accelerators in replicas x busy power + the others x idle power",
        of=(
            "workload.@.accelerators",
            "workload.@.replicas",
            "workload.@.busy_power_kw",
            "catalog.system.idle_power_fraction",
        ),
        source="barroso2018",
        active={"catalog.system.idle_power_fraction": "odd"},
    )
    energy_j_per_token: float = figure(
        "J/token",
        "busy power / rate of an accelerator",
        of=own("busy_power_kw", "tokens_per_s_per_accelerator"),
    )
    bound: str = figure(
        "",
        "what stops a larger batch",
        of=(
            *own("batch", "tpot_s", "ttft_s", "weight_bytes", "cache_bytes"),
            f"{_ASK}.tpot",
            f"{_ASK}.ttft",
            f"{_CHIP}.memory_bytes",
            f"{_ASSUMED}-memory-usable-fraction",
        ),
        active={f"{_ASK}.ttft": "late"},
    )
    notice: str = figure(
        "",
        "accelerators that fill no replica; a batch beyond the measured range",
        of=own("accelerators", "replica_accelerators", "batch"),
        active={**dict.fromkeys(own("accelerators", "replica_accelerators"), "odd"), own("batch")[0]: "window"},
    )
