"""Figures of how a model is split over the accelerators, and of what one of them holds."""

from dataclasses import dataclass

from denshi.figure import figure
from denshi.workload.record import ACTIVE_PARAMS, ALL_PARAMS, MULTIPLIED, SHAPE_CASES, own, shape
from denshi.workload.training.moves import (
    ASK,
    ASSUMED,
    CHIP,
    DECIDED_BY,
    DECIDED_CASES,
    GROUPS,
    KEPT,
    WORK,
    moving,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Parameters, the plan of a run and the memory of its fullest rank."""

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
        of=(*MULTIPLIED, *shape("sliding_window"), f"{ASK}.sequence"),
        source="narayanan2021",
        active=SHAPE_CASES,
    )
    accelerators: float = figure(
        "1", "floor(share x accelerators of the cluster)", of=(f"{ASK}.share", "cluster.accelerators")
    )
    batch_sequences: float = figure(
        "sequences",
        "global batch tokens / sequence length, rounded",
        of=(f"{ASK}.global_batch_tokens", f"{ASK}.sequence"),
    )
    plan: str = figure(
        "",
        "how one run is split and how many run side by side: given, or the highest token rate among plans that fit",
        of=tuple(DECIDED_BY),
        source="narayanan2021",
        active=DECIDED_BY,
    )
    tp: float = figure(
        "1", "tensor parallelism of the plan", of=own("plan"), source="narayanan2021", active=moving("split")
    )
    cp: float = figure(
        "1",
        "context parallelism of the plan: searched for sequences above 16,384 tokens, else 1",
        of=(*own("plan"), f"{ASK}.sequence"),
        active={**moving("long"), f"{ASK}.sequence": "long"},
    )
    pp: float = figure(
        "1", "pipeline parallelism of the plan", of=own("plan"), source="narayanan2021", active=moving("split")
    )
    virtual_stages: float = figure(
        "1", "pipeline chunks on one rank in the plan", of=own("plan"), source="narayanan2021", active=moving("split")
    )
    ep: float = figure("1", "expert parallelism of the plan", of=own("plan"), source="deepseekv3", active=moving("moe"))
    dp: float = figure(
        "1",
        "data parallelism of the plan: given, or the fewest ranks that need as few micro-batches as all accelerators",
        of=own("plan"),
        source="rajbhandari2019",
    )
    micro_batch_sequences: float = figure(
        "sequences", "sequences that a rank takes at once in the plan", of=own("plan"), active=moving("split")
    )
    recompute: float = figure(
        "1",
        "level of the plan: 0 scores, 1 norms, activations and up-projections too, to 2 whole layers",
        of=own("plan"),
        source="korthikanti2022",
        active=moving("tight"),
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
        active=DECIDED_CASES,
    )
    accelerators_per_run: float = figure(
        "1",
        "tp x cp x pp x dp",
        of=own("tp", "cp", "pp", "dp"),
        active={**moving("large", own("tp", "pp", "dp")), **moving("long", own("cp"))},
    )
    concurrent_runs: float = figure(
        "1",
        "runs at a time: fewest within a tenth of the highest token rate of all, at most the runs asked a year",
        of=own("plan"),
        active=moving("large"),
    )
    weight_bytes: float = figure(
        "byte",
        "2 x parameters on the fullest rank, shared where the states are fully sharded",
        of=(*own("params", "zero"), *GROUPS),
        source="rajbhandari2019",
        active=DECIDED_CASES,
    )
    gradient_bytes: float = figure(
        "byte",
        "4 x parameters on the fullest rank, shared from ZeRO-2 on",
        of=(*own("params", "zero"), *GROUPS),
        source="rajbhandari2019",
        active=DECIDED_CASES,
    )
    optimizer_bytes: float = figure(
        "byte",
        "12 x parameters on the fullest rank / ranks that share them",
        of=(*own("params", "zero"), *GROUPS),
        source="rajbhandari2019",
        active=DECIDED_CASES,
    )
    activation_bytes: float = figure(
        "byte",
        "layers of a stage x micro-batches in flight x bytes a layer keeps, on the first stage or the last",
        of=(*KEPT, *shape("vocab"), f"{ASK}.sequence", *WORK),
        source="korthikanti2022",
        active={**SHAPE_CASES, **DECIDED_CASES, **moving("uneven", shape("vocab"))},
    )
    logit_bytes: float = figure(
        "byte",
        "6 x tokens of a micro-batch x vocabulary / tensor parallelism, where the last stage is the fullest",
        of=(
            *own("activation_bytes", "tp", "cp", "micro_batch_sequences"),
            *shape("vocab"),
            f"{ASK}.sequence",
        ),
        source="korthikanti2022",
        active={**DECIDED_CASES, **moving("base", own("tp", "micro_batch_sequences"))},
    )
    buffer_bytes: float = figure(
        "byte",
        "weights of two layers and gradients of one, gathered for use where the states are fully sharded",
        of=own("params", "tp", "cp", "ep", "dp", "zero"),
        source="zhao2023fsdp",
        active={**DECIDED_CASES, **moving("base", own("tp", "dp", "zero"))},
    )
    memory_bytes: float = figure(
        "byte",
        "weights + gradients + optimizer states + activations + logits + buffers",
        of=own(*(f"{part}_bytes" for part in ("weight", "gradient", "optimizer", "activation", "logit", "buffer"))),
    )
    usable_bytes: float = figure(
        "byte",
        "memory of the accelerator x share left to weights, states and activations",
        of=(f"{CHIP}.memory_bytes", f"{ASSUMED}-memory-usable-fraction"),
    )
    memory_fraction: float = figure(
        "1",
        "memory used / memory of the accelerator",
        of=("workload.@.memory_bytes", "catalog.accelerator.memory_bytes"),
    )
