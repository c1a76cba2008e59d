"""Figures of a replica: how the model is split, what one rank holds, how many sequences that leaves room for."""

from dataclasses import dataclass

from denshi.figure import figure
from denshi.workload.record import ACTIVE_PARAMS, ALL_PARAMS, SHAPE_CASES, own, shape
from denshi.workload.serving.moves import (
    ASK,
    CACHED,
    CASES,
    CHIP,
    DECIDED_BY,
    ENGINE,
    LENGTHS,
    PRECISION,
    RANKS,
    moving,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """Parameters, the plan of a replica and the memory of one of its ranks."""

    kind: str = figure("", "serving", of=())
    params: float = figure("1", "parameters by layer shape", of=ALL_PARAMS, source="narayanan2021", active=SHAPE_CASES)
    active_params: float = figure(
        "1", "parameters that one token passes through", of=ACTIVE_PARAMS, source="deepseekv3", active=SHAPE_CASES
    )
    kv_cache_bytes_per_token: float = figure(
        "byte/token",
        "2 x layers with a cache x key-value heads x head size x bytes; compressed vectors with latent attention; "
        "the index of sparse attention",
        of=(*CACHED, *PRECISION),
        source="pope2022",
        active=CASES,
    )
    accelerators: float = figure(
        "1", "floor(share x accelerators of the cluster)", of=(f"{ASK}.share", "cluster.accelerators")
    )
    plan: str = figure(
        "",
        "split of a replica and sequences under way in it: most tokens a second within memory and latency targets",
        of=DECIDED_BY,
        source="pope2022",
        active={**CASES, f"{ASK}.ttft": "late"},
    )
    tp: float = figure("1", "tensor parallelism of the plan", of=own("plan"), source="pope2022")
    groups: float = figure(
        "1",
        "attention data-parallel groups of the plan, which share the experts",
        of=own("plan"),
        source="deepseekv3",
        active=moving("moe", own("plan")),
    )
    pp: float = figure(
        "1",
        "pipeline stages of the plan, where one scale-up domain does not hold the model",
        of=own("plan"),
        source="pope2022",
        active=moving("staged", own("plan")),
    )
    ep: float = figure(
        "1",
        "ranks that the plan deals whole experts to; 1 where all ranks cut each expert",
        of=own("plan"),
        source="deepseekv3",
        active=moving("moe", own("plan")),
    )
    concurrency: float = figure("sequences", "sequences under way in a replica of the plan", of=own("plan"))
    replica_accelerators: float = figure("1", "tp x groups x pp", of=RANKS, active=CASES)
    replicas: float = figure(
        "1", "floor(accelerators / accelerators of a replica)", of=own("accelerators", "replica_accelerators")
    )
    weight_bytes: float = figure(
        "byte",
        "attention weights / tp + dense blocks and experts / ranks + vocabulary in 16 bits / tp, of one stage",
        of=(*ALL_PARAMS, *PRECISION, *RANKS),
        source="pope2022",
        active=CASES,
    )
    held_sequences: float = figure(
        "sequences",
        "groups x (share of memory given to the engine - weights - buffers) / (cache of a token x (input + reserved "
        "output) + running state), on one rank",
        of=(
            *own("weight_bytes", "kv_cache_bytes_per_token"),
            *shape("kv_heads", "linear_layers", "linear_state"),
            *RANKS,
            *LENGTHS,
            f"{CHIP}.memory_bytes",
            *ENGINE,
        ),
        source="kwon2023",
        active=CASES,
    )
    running_sequences: float = figure(
        "sequences", "the smaller of concurrency and sequences held", of=own("concurrency", "held_sequences")
    )
    cache_bytes: float = figure(
        "byte",
        "running sequences x (cache of a token x (input + reserved output) + running state), on one rank",
        of=(
            *own("running_sequences", "kv_cache_bytes_per_token"),
            *shape("kv_heads", "linear_layers", "linear_state"),
            *RANKS,
            *LENGTHS,
            *ENGINE,
        ),
        source="kwon2023",
        active=CASES,
    )
    memory_fraction: float = figure(
        "1",
        "(weights + cache + buffers) / memory of the accelerator",
        of=(
            *own("weight_bytes", "cache_bytes"),
            f"{CHIP}.memory_bytes",
            *ENGINE,
        ),
    )
