"""What the serving room says: every figure with its unit, its formula and what it is computed from."""

from dataclasses import dataclass

from denshi.figure import figure

_MODEL = "catalog.models.@"
_ASK = "scenario.workload.@"
_ASSUMED = "catalog.assumptions.serving"
_OWN = "workload.@"
_BANDWIDTH = "catalog.accelerator.memory_bytes_per_s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A serving workload: replicas, batch, latencies, token rate, power at full load."""

    kind: str = figure("", "serving", of=())
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
    kv_cache_bytes_per_token: float = figure(
        "byte/token",
        "2 x layers x key-value heads x head size x bytes; compressed vectors with latent attention",
        of=(f"{_MODEL}.layers", f"{_MODEL}.kv_heads", f"{_MODEL}.head_dim", f"{_ASK}.precision"),
        source="pope2022",
    )
    accelerators: float = figure(
        "1", "floor(share x accelerators of the cluster)", of=(f"{_ASK}.share", "cluster.accelerators")
    )
    tp: float = figure(
        "1",
        "tensor parallelism: most tokens a second within the targets",
        of=("cluster.scaleup_domain", f"{_ASK}.tpot"),
        source="pope2022",
        active={"cluster.scaleup_domain": "tight"},
    )
    groups: float = figure(
        "1",
        "attention data-parallel groups that share the experts: most tokens a second within the targets",
        of=("cluster.scaleup_domain",),
        source="deepseekv3",
        active={"cluster.scaleup_domain": "moe"},
    )
    pp: float = figure(
        "1",
        "pipeline stages where one scale-up domain does not hold the model",
        of=("catalog.accelerator.memory_bytes",),
        source="pope2022",
        active={"catalog.accelerator.memory_bytes": "staged"},
    )
    replica_accelerators: float = figure("1", "tp x groups x pp", of=(f"{_OWN}.tp",))
    replicas: float = figure(
        "1",
        "floor(accelerators / accelerators of a replica)",
        of=(f"{_OWN}.accelerators", f"{_OWN}.replica_accelerators"),
    )
    batch: float = figure(
        "sequences",
        "sequences under way in a replica: most tokens a second within memory and targets",
        of=(f"{_ASK}.tpot", f"{_ASK}.ttft", "catalog.accelerator.memory_bytes", f"{_ASSUMED}-memory-usable-fraction"),
        active={
            f"{_ASK}.ttft": "late",
            "catalog.accelerator.memory_bytes": "full",
            f"{_ASSUMED}-memory-usable-fraction": "full",
        },
    )
    weight_bytes: float = figure(
        "byte",
        "parameters of a rank x bytes of the precision",
        of=(f"{_OWN}.params", f"{_OWN}.tp", f"{_ASK}.precision"),
        active={f"{_ASK}.precision": "moe"},
    )
    cache_bytes: float = figure(
        "byte",
        "batch x (input + output tokens) x cache of a token, on one rank",
        of=(f"{_OWN}.batch", f"{_OWN}.kv_cache_bytes_per_token", f"{_ASK}.input_tokens", f"{_ASK}.output_tokens"),
        source="pope2022",
    )
    memory_fraction: float = figure(
        "1",
        "(weights + cache) / memory of the accelerator",
        of=(f"{_OWN}.weight_bytes", f"{_OWN}.cache_bytes", "catalog.accelerator.memory_bytes"),
    )
    weight_s: float = figure(
        "s",
        "weights read in a decode step / bandwidth; of experts those that the batch meets, E (1 - (1 - k/E)^b)",
        of=(
            f"{_OWN}.weight_bytes",
            _BANDWIDTH,
            f"{_ASSUMED}-weight-read-multiplier",
            f"{_ASSUMED}-expert-read-multiplier",
        ),
        source="pope2022",
        active={f"{_ASSUMED}-expert-read-multiplier": "moe"},
    )
    cache_s: float = figure(
        "s",
        "cache read in a decode step, at half the output / bandwidth",
        of=(f"{_OWN}.batch", f"{_OWN}.kv_cache_bytes_per_token", _BANDWIDTH, f"{_ASSUMED}-cache-read-multiplier"),
        source="pope2022",
    )
    arithmetic_s: float = figure(
        "s",
        "FLOP of a decode step / peak x multiplier",
        of=(
            f"{_OWN}.batch",
            f"{_OWN}.active_params",
            "catalog.accelerator.fp8_flop_per_s",
            f"{_ASSUMED}-decode-flop-multiplier",
        ),
        source="williams2009",
    )
    exchange_s: float = figure(
        "s",
        "two all-reduces a layer, dispatch and combine, hand-over between stages",
        of=(
            f"{_OWN}.batch",
            "catalog.accelerator.scaleup_bytes_per_s",
            "cluster.scaleout_bytes_per_s",
            f"{_ASSUMED}-collective-multiplier",
        ),
        source="pope2022",
        active={"cluster.scaleout_bytes_per_s": "staged"},
    )
    host_s: float = figure(
        "s",
        "layers x time of a layer + step time + sequences x time of a request",
        of=(
            f"{_MODEL}.layers",
            f"{_OWN}.batch",
            f"{_ASSUMED}-layer-time",
            f"{_ASSUMED}-moe-layer-time",
            f"{_ASSUMED}-tensor-layer-time",
            f"{_ASSUMED}-step-time",
            f"{_ASSUMED}-request-time",
        ),
        active={f"{_ASSUMED}-moe-layer-time": "moe"},
    )
    step_s: float = figure(
        "s",
        "weights + cache + arithmetic + exchange + host",
        of=tuple(f"{_OWN}.{part}_s" for part in ("weight", "cache", "arithmetic", "exchange", "host")),
        source="pope2022",
    )
    prefill_s: float = figure(
        "s",
        "prefill of one request: the larger of arithmetic and reading every weight, + exchange",
        of=(
            f"{_ASK}.input_tokens",
            f"{_OWN}.active_params",
            f"{_OWN}.tp",
            "catalog.accelerator.fp8_flop_per_s",
            f"{_ASSUMED}-prefill-flop-multiplier",
        ),
        source="williams2009",
    )
    tpot_s: float = figure(
        "s",
        "decode step + (sequences of the group - 1) / output tokens x prefill / stages",
        of=(f"{_OWN}.step_s", f"{_OWN}.batch", f"{_ASK}.output_tokens", f"{_OWN}.prefill_s"),
    )
    prefill_fraction: float = figure(
        "1",
        "share of time that the device prefills, rho",
        of=(f"{_OWN}.batch", f"{_OWN}.prefill_s", f"{_OWN}.tpot_s"),
    )
    ttft_s: float = figure(
        "s",
        "fixed time + prefill (1 + rho / (2 (1 - rho))) + one decode step",
        of=(f"{_ASSUMED}-first-token-time", f"{_OWN}.prefill_s", f"{_OWN}.prefill_fraction", f"{_OWN}.tpot_s"),
    )
    tokens_per_s_per_replica: float = figure(
        "token/s",
        "batch x output tokens / (TTFT + (output tokens - 1) x TPOT)",
        of=(f"{_OWN}.batch", f"{_ASK}.output_tokens", f"{_OWN}.ttft_s", f"{_OWN}.tpot_s"),
    )
    tokens_per_s_per_accelerator: float = figure(
        "token/s",
        "rate of a replica / its accelerators",
        of=(f"{_OWN}.tokens_per_s_per_replica", f"{_OWN}.replica_accelerators"),
    )
    tokens_per_s: float = figure(
        "token/s",
        "replicas x rate of a replica, output tokens at full load",
        of=(f"{_OWN}.replicas", f"{_OWN}.tokens_per_s_per_replica"),
    )
    tokens_per_year: float = figure("token", "rate at full load x a year", of=(f"{_OWN}.tokens_per_s",))
    accelerator_hours_per_year: float = figure(
        "h",
        "accelerators in replicas x 8,760 h",
        of=(f"{_OWN}.replicas", f"{_OWN}.replica_accelerators"),
        active={f"{_OWN}.replica_accelerators": "odd"},
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
            f"{_OWN}.accelerators",
            f"{_OWN}.replicas",
            f"{_OWN}.busy_power_kw",
            "catalog.system.idle_power_fraction",
        ),
        source="barroso2018",
        active={"catalog.system.idle_power_fraction": "odd"},
    )
    energy_j_per_token: float = figure(
        "J/token",
        "busy power / rate of an accelerator",
        of=(f"{_OWN}.busy_power_kw", f"{_OWN}.tokens_per_s_per_accelerator"),
    )
    bound: str = figure(
        "",
        "what stops a larger batch",
        of=(f"{_ASK}.tpot", f"{_ASK}.ttft", "catalog.accelerator.memory_bytes"),
        active={f"{_ASK}.ttft": "late"},
    )
    notice: str = figure(
        "",
        "accelerators that fill no replica",
        of=(f"{_OWN}.accelerators", f"{_OWN}.replica_accelerators"),
        active={f"{_OWN}.accelerators": "odd", f"{_OWN}.replica_accelerators": "odd"},
    )
