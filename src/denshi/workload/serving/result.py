"""What the serving room says: every figure with its unit, its formula and what it is computed from."""

from dataclasses import dataclass

from denshi.figure import figure
from denshi.workload.record import own
from denshi.workload.serving.latency import Latency
from denshi.workload.serving.moves import ASK, ASSUMED, CASES, moving

_SYSTEM = ("catalog.system.power_kw", "catalog.system.accelerators")
_IDLE = "catalog.system.idle_power_fraction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving(Latency):
    """A serving workload: replicas, concurrency, latencies, token rate, power at full load."""

    tokens_per_s_per_user: float = figure("token/s", "1 / TPOT", of=own("tpot_s"))
    tokens_per_s_per_replica: float = figure(
        "token/s",
        "concurrency x output tokens / (TTFT + (output tokens - 1) x TPOT)",
        of=(*own("concurrency", "ttft_s", "tpot_s"), f"{ASK}.output_tokens"),
        source="little1961",
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
    tokens_per_s_per_kw: float = figure(
        "token/s/kW",
        "rate / (accelerators x power of a system at its input / its accelerators)",
        of=(*own("tokens_per_s", "accelerators"), *_SYSTEM),
    )
    tokens_per_year: float = figure("token", "rate at full load x a year", of=own("tokens_per_s"))
    accelerator_hours_per_year: float = figure(
        "h",
        "accelerators in replicas x 8,760 h",
        of=own("replicas", "replica_accelerators"),
        active=moving("odd", own("replica_accelerators")),
    )
    active_fraction: float = figure(
        "1",
        "share of a step, and of the prompts mixed into it, that multiplies or moves memory",
        of=own("weight_s", "routed_s", "cache_s", "mixed_s", "step_s"),
        active=CASES,
    )
    busy_power_kw: float = figure(
        "kW",
        "power of a system at its input / its accelerators x (idle share + (busy share - idle share) x active share)",
        of=(*_SYSTEM, _IDLE, *own("active_fraction"), f"{ASSUMED}-busy-power-fraction"),
        source="patel2024",
    )
    power_kw: float = figure(
        "kW",
        "accelerators in replicas x busy power + the others x idle power",
        of=(*own("accelerators", "replicas", "replica_accelerators", "busy_power_kw"), *_SYSTEM, _IDLE),
        source="barroso2018",
        active=moving("odd", (*own("replica_accelerators"), _IDLE)),
    )
    energy_j_per_token: float = figure(
        "J/token",
        "busy power / rate of an accelerator",
        of=own("busy_power_kw", "tokens_per_s_per_accelerator"),
    )
    front_tokens_per_s_per_user: tuple[float, ...] = figure(
        "token/s",
        "rates of a user in the configurations in time for their first token that no other beats in it and in the "
        "rate of an accelerator",
        of=own("plan"),
    )
    front_tokens_per_s_per_accelerator: tuple[float, ...] = figure(
        "token/s", "rates of an accelerator in those configurations", of=own("plan")
    )
    bound: str = figure(
        "",
        "what stops more sequences",
        of=(*own("concurrency", "held_sequences", "tpot_s", "ttft_s"), f"{ASK}.tpot", f"{ASK}.ttft"),
        active={f"{ASK}.ttft": "late", **moving("late", own("held_sequences"))},
    )
    notice: str = figure(
        "",
        "accelerators that fill no replica",
        of=own("accelerators", "replica_accelerators", "replicas"),
        active=moving("odd", own("accelerators", "replica_accelerators", "replicas")),
    )
