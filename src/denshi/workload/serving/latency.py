"""Figures of time: a decode step by part, a prompt, and what a user waits for his first and for every further token."""

from dataclasses import dataclass

from denshi.figure import figure
from denshi.workload.record import own, shape
from denshi.workload.serving.moves import (
    ASK,
    BANDWIDTH,
    CACHED,
    CASES,
    INSIDE,
    LAUNCHED,
    LENGTHS,
    OUTSIDE,
    PRECISION,
    RANKS,
    RATES,
    ROUTED,
    SUMMED,
    TIMED,
    UNITS,
    WEIGHTS,
    moving,
)
from denshi.workload.serving.replica import Replica

_PARTS = own("weight_s", "routed_s", "cache_s", "launch_s", "exchange_s", "host_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency(Replica):
    """The times of a replica on top of its plan."""

    weight_s: float = figure(
        "s",
        "products with the weights that every token meets in a decode step: the larger of bytes / (bandwidth x share "
        "reached) and FLOP / (peak x share reached), smoothed",
        of=(
            *WEIGHTS,
            *shape("vocab"),
            *PRECISION,
            *own("running_sequences"),
            *RANKS,
            *RATES,
            *BANDWIDTH,
            *TIMED,
        ),
        source="williams2009",
        active=CASES,
    )
    routed_s: float = figure(
        "s",
        "products with routed experts in a decode step: of their weights those that the batch meets, E (1 - (1 - "
        "k/E)^(r b)), or their FLOP; times the skew of whole experts",
        of=(
            *ROUTED,
            *shape("top_k"),
            *PRECISION,
            *own("running_sequences", "ep"),
            *RANKS,
            *RATES,
            *BANDWIDTH,
            *TIMED,
        ),
        source="pope2022",
        active={
            **CASES,
            **moving("moe", (*ROUTED, *PRECISION, *own("running_sequences", "tp"), *BANDWIDTH, *TIMED)),
            **moving("window", RATES[:1]),
            **moving("fp4", RATES[2:]),
        },
    )
    cache_s: float = figure(
        "s",
        "attention of a decode step at half the output: the cache read / bandwidth or, for a latent cache, its FLOP; "
        "running states; the index of sparse attention",
        of=(
            *CACHED,
            *shape("heads", "sliding_window", "linear_state", "index_top_k"),
            *PRECISION,
            *LENGTHS,
            *own("running_sequences"),
            *RANKS,
            *RATES[:1],
            *BANDWIDTH,
            *UNITS,
            *TIMED,
        ),
        source="pope2022",
        active={**CASES, **moving("moe", (*shape("heads"), *RATES[:1]))},
    )
    launch_s: float = figure(
        "s",
        "kernels of a decode step x gap that each leaves + operands cast to fewer bits x time of a cast + lengths over "
        "which products are summed x time of a step of the sum",
        of=(*LAUNCHED, *SUMMED, *PRECISION, *own("tp"), *TIMED),
        active=CASES,
    )
    exchange_s: float = figure(
        "s",
        "two all-reduces a layer over an attention group; dispatch to experts and combination across groups",
        of=(
            *shape("layers", "hidden", "experts", "top_k", "dense_layers", "moe_interval"),
            *own("running_sequences"),
            *RANKS,
            *INSIDE,
            *OUTSIDE,
            *TIMED,
        ),
        source="pope2022",
        active=CASES,
    )
    host_s: float = figure(
        "s",
        "time of a step + sequences of a group x time of a request",
        of=(*own("running_sequences", "groups", "pp"), *TIMED),
        active=CASES,
    )
    step_s: float = figure(
        "s",
        "shared weights + routed experts + attention + launches + exchange + host",
        of=_PARTS,
        source="pope2022",
        active=CASES,
    )
    prompt_s: float = figure(
        "s",
        "prompt of one request on its attention group: products, causal attention and all-reduces at the rates of "
        "long operands",
        of=(
            *WEIGHTS,
            *shape("top_k", "sliding_window", "linear_layers", "index_top_k"),
            f"{ASK}.input_tokens",
            *PRECISION,
            *own("tp"),
            *RATES,
            *INSIDE,
            *TIMED,
        ),
        source="narayanan2021",
        active=CASES,
    )
    mixed_s: float = figure(
        "s",
        "what prompts add to a step: (sequences of a group - 1) / output tokens x prompt / stages, or the launches "
        "outside the device graph of the steps that carry one",
        of=(
            *own("prompt_s", "running_sequences", "groups", "pp"),
            *LAUNCHED,
            f"{ASK}.output_tokens",
            *TIMED,
        ),
        source="agrawal2024",
        active=CASES,
    )
    tpot_s: float = figure(
        "s", "decode step + prompts mixed into it", of=own("step_s", "mixed_s"), source="agrawal2024"
    )
    first_prompt_s: float = figure(
        "s",
        "prompt at the head of the line: its arithmetic, at least reading the weights, and launches outside a device "
        "graph",
        of=(*own("prompt_s", "weight_bytes", "pp"), *LAUNCHED, *RATES[2:], *BANDWIDTH, *TIMED),
        active=CASES,
    )
    queue_s: float = figure(
        "s",
        "prompt x rho / (2 (1 - rho)), rho the share of time in which a group works on prompts",
        of=(*own("prompt_s", "tpot_s", "running_sequences", "groups"), f"{ASK}.output_tokens", *TIMED),
        source="little1961",
        active=CASES,
    )
    start_s: float = figure(
        "s", "steps until a prompt starts and its token returns x TPOT", of=(*own("tpot_s"), *TIMED)
    )
    client_s: float = figure(
        "s",
        "text to tokens and network: a fixed time + sequences of a group x time of a request",
        of=(*own("running_sequences", "groups"), *TIMED),
        active=CASES,
    )
    ttft_s: float = figure(
        "s",
        "first prompt + queue + start + client; and the wait for memory where fewer sequences are held than asked",
        of=own("first_prompt_s", "queue_s", "start_s", "client_s"),
    )
