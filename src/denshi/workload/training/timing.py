"""Figures of one training step: its time by part, how well it uses the accelerators, its operators under the roofs."""

from dataclasses import dataclass

from denshi.figure import figure
from denshi.workload.record import MULTIPLIED, SHAPE_CASES, own, shape
from denshi.workload.training.moves import (
    ASK,
    BEYOND,
    CAPTURED,
    CAPTURED_CASES,
    CHIP,
    CHIP_LIMITS,
    DECIDED_CASES,
    GROUPS,
    KERNELS,
    NETWORK,
    RATE_CASES,
    RATES,
    SHAPED,
    SOFTWARE,
    WORK,
    moving,
)
from denshi.workload.training.split import Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing(Split):
    """The time of a step on top of its plan."""

    product_s: float = figure(
        "s",
        "micro-batches x layers x products, each the larger of FLOP / (peak x efficiency) with tile losses and "
        "traffic; the output head, less the layers that an uneven last stage lacks",
        of=(
            *MULTIPLIED,
            f"{ASK}.sequence",
            f"{ASK}.precision",
            *WORK,
            *own("ep", "attention_s", "tensor_s", "context_s", "expert_s"),
            *RATES,
            *CHIP_LIMITS,
            *CAPTURED,
            KERNELS,
            SOFTWARE,
        ),
        source="williams2009",
        active={
            **SHAPE_CASES,
            **RATE_CASES,
            **DECIDED_CASES,
            **CAPTURED_CASES,
            SOFTWARE: "moe",
            **moving("uneven", own("attention_s", "tensor_s")),
            **moving("long", own("context_s")),
            **moving("moe", own("expert_s")),
        },
    )
    attention_s: float = figure(
        "s",
        "micro-batches x layers x attention FLOP / (16-bit peak x efficiency), forward, backward and again; the scores "
        "over memory where they are not fused",
        of=(
            *shape("layers", "heads", "head_dim", "rope_head_dim", "v_head_dim", "sliding_window"),
            f"{ASK}.sequence",
            f"{ASK}.precision",
            *WORK,
            *RATES[:1],
            f"{CHIP}.memory_bytes_per_s",
            f"{CHIP}.tdp_kw",
            *CAPTURED,
            KERNELS,
            SOFTWARE,
        ),
        source="dao2022",
        active={
            **SHAPE_CASES,
            **DECIDED_CASES,
            **CAPTURED_CASES,
            f"{ASK}.precision": "moe",
            f"{CHIP}.memory_bytes_per_s": "shallow",
        },
    )
    passes_s: float = figure(
        "s",
        "micro-batches x layers x traffic of norms, activation functions, casts, permutation and loss / bandwidth",
        of=(
            *shape("layers", "hidden", "heads", "head_dim", "ffn", "vocab", "v_head_dim"),
            *shape("top_k", "expert_ffn", "shared_experts", "dense_layers", "moe_interval"),
            f"{ASK}.sequence",
            f"{ASK}.precision",
            *WORK,
            *own("product_s"),
            f"{CHIP}.memory_bytes_per_s",
            KERNELS,
            SOFTWARE,
        ),
        source="williams2009",
        active={
            **SHAPE_CASES,
            **DECIDED_CASES,
            **moving("fp8", shape("heads", "head_dim")),
            **moving("uneven", own("product_s")),
        },
    )
    compute_s: float = figure("s", "products + attention + passes", of=own("product_s", "attention_s", "passes_s"))
    tensor_s: float = figure(
        "s",
        "micro-batches x layers x exposed reduce-scatters and all-gathers of tensor parallelism",
        of=(*shape("layers", "hidden"), f"{ASK}.sequence", *WORK, *NETWORK, SOFTWARE),
        source="korthikanti2022",
        active={
            **DECIDED_CASES,
            **moving("split", (*shape("layers", "hidden"), f"{ASK}.sequence", *NETWORK, SOFTWARE)),
        },
    )
    context_s: float = figure(
        "s",
        "micro-batches x layers x exposed exchange of keys and values",
        of=(*shape("layers", "kv_heads", "head_dim"), f"{ASK}.sequence", *WORK, *NETWORK, SOFTWARE),
        source="liu2023ring",
        active=moving("long", (*shape("layers", "kv_heads", "head_dim"), f"{ASK}.sequence", *WORK, *NETWORK, SOFTWARE)),
    )
    expert_s: float = figure(
        "s",
        "micro-batches x layers with experts x exposed dispatch and combine",
        of=(
            *shape("layers", "hidden", "top_k", "dense_layers", "moe_interval"),
            f"{ASK}.sequence",
            f"{ASK}.precision",
            *WORK,
            *own("ep", "accelerators"),
            *NETWORK,
            SOFTWARE,
        ),
        source="deepseekv3",
        active={
            **moving("moe", (*shape("layers", "hidden", "top_k", "dense_layers", "moe_interval"), *WORK, *NETWORK)),
            **moving("moe", (*own("ep"), f"{ASK}.sequence", SOFTWARE)),
            **moving("node", (*own("accelerators"), f"{ASK}.precision")),
        },
    )
    data_s: float = figure(
        "s",
        "exposed exchange of gradients and weights, once a step, or a layer where the states are fully sharded",
        of=(
            *own("params", "compute_s", "tensor_s", "context_s", "expert_s", "zero", "micro_batches"),
            *GROUPS,
            *NETWORK,
            *BEYOND,
            SOFTWARE,
        ),
        source="rajbhandari2019",
        active={
            **DECIDED_CASES,
            **moving("pods", BEYOND),
            **moving("split", own("tensor_s")),
            **moving("long", own("context_s")),
            **moving("moe", own("expert_s")),
        },
    )
    communication_s: float = figure(
        "s",
        "exposed exchanges",
        of=own("tensor_s", "context_s", "expert_s", "data_s"),
        active={
            **moving("split", own("tensor_s")),
            **moving("long", own("context_s")),
            **moving("moe", own("expert_s")),
        },
    )
    bubble_s: float = figure(
        "s",
        "(pp - 1) x (time of a stage / virtual stages + hand-over) + exposed hand-overs",
        of=(
            *own("compute_s", "tensor_s", "context_s", "expert_s", "dp"),
            *WORK,
            *shape("layers", "hidden"),
            f"{ASK}.sequence",
            *NETWORK,
            *BEYOND,
            SOFTWARE,
        ),
        source="narayanan2021",
        active={
            **DECIDED_CASES,
            **moving("pods of stages", BEYOND),
            **moving("split", (*own("compute_s", "tensor_s"), *shape("layers", "hidden"), *NETWORK, SOFTWARE)),
            **moving("split", (f"{ASK}.sequence",)),
            **moving("long", own("context_s")),
            **moving("moe", own("expert_s")),
        },
    )
    overhead_s: float = figure(
        "s",
        "launches that the host is late with + optimizer pass over memory + fixed time + stragglers",
        of=(
            *own("accelerators_per_run", "params", "zero", "compute_s", "communication_s", "bubble_s"),
            *GROUPS,
            f"{CHIP}.memory_bytes_per_s",
            KERNELS,
            SOFTWARE,
        ),
        active={**DECIDED_CASES, **moving("split", own("bubble_s"))},
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
            f"{ASK}.sequence",
            f"{ASK}.precision",
            *RATES,
        ),
        source="narayanan2021",
        active={**RATE_CASES, f"{ASK}.precision": "split"},
    )
    hfu: float = figure(
        "1",
        "FLOP executed, layers computed again included, / (accelerators x peak x step time)",
        of=own("mfu", "recompute"),
        source="narayanan2021",
        active=dict.fromkeys(own("recompute"), "tight"),
    )
    operator_names: tuple[str, ...] = figure(
        "",
        "operators of the kinds of layers that the model has, and the output head",
        of=shape("layers", "experts", "dense_layers", "moe_interval"),
        active={**SHAPE_CASES, **moving("node", shape("layers"))},
    )
    operator_flop_per_byte: tuple[float, ...] = figure(
        "FLOP/byte",
        "FLOP of an operator / bytes that it moves, forward, on one rank",
        of=(
            *SHAPED,
            *shape("sliding_window"),
            f"{ASK}.sequence",
            f"{ASK}.precision",
            *own("operator_names", "tp", "cp", "ep", "micro_batch_sequences"),
            SOFTWARE,
        ),
        source="williams2009",
        active={**SHAPE_CASES, **DECIDED_CASES, **moving("node", own("operator_names"))},
    )
    operator_flop_per_s: tuple[float, ...] = figure(
        "FLOP/s",
        "FLOP of an operator / its time, forward, on one rank",
        of=(
            *SHAPED,
            f"{ASK}.sequence",
            f"{ASK}.precision",
            *own("operator_names", "tp", "cp", "ep", "micro_batch_sequences"),
            *RATES,
            *CHIP_LIMITS,
            *CAPTURED,
            KERNELS,
            SOFTWARE,
        ),
        source="williams2009",
        active={
            **SHAPE_CASES,
            **RATE_CASES,
            **DECIDED_CASES,
            **CAPTURED_CASES,
            **moving("node", own("operator_names")),
        },
    )
    roof_flop_per_s: float = figure(
        "FLOP/s",
        "peak of an accelerator in the number format; of four bits at most twice that of eight",
        of=(*RATES, f"{ASK}.precision"),
        active=RATE_CASES,
    )
    roof_bytes_per_s: float = figure("byte/s", "memory bandwidth of an accelerator", of=(f"{CHIP}.memory_bytes_per_s",))
