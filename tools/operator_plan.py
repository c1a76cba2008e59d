"""Which operators of LLM inference to measure on an accelerator, and in which order: no accelerator is needed here.

The shapes are those of the models of the catalogue, cut by tensor parallelism. There are far more than minutes, so
each family is thinned to its share: the next shape is always the one farthest, in doublings of its dimensions, from
every shape taken before. A run that is cut short has therefore covered the whole range, coarsely.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from denshi.catalog import Model, find, rows
from denshi.catalog.parameters import moe_layers

TENSOR = (1, 2, 4, 8)
TOKENS = (1, 2, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 8192, 16384)
WIDTH = {"bf16": 2, "fp8": 1}
PRODUCTS = (("gemm", "bf16"), ("gemm_tensor_scaled", "fp8"), ("gemm_row_scaled", "fp8"))
SHARES = {"steady": 0.1, "launch": 0.01, "gemm": 0.52, "prefill": 0.13, "decode": 0.2, "memory": 0.04}
"""Part of the time that each family gets; collectives come on top, where there are accelerators to measure them."""
STEADY_MODEL = "llama3.1-70b"
LARGEST_FLOP = 2e13
LARGEST_BYTES = 1.6e10
"""A larger operator runs at the same rate and takes the time of many others."""
SETUP_S, FLUSH_S, STEADY_S = 0.05, 1e-4, 3.0
USED_FRACTION = 0.9
"""Of the minutes asked for; the rest loads the libraries and starts the device."""
NOMINAL_FLOP_PER_S, NOMINAL_BYTES_PER_S, NOMINAL_START_S = 4e14, 2e12, 1e-5
"""Of no device in particular: they only share out the minutes."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One operator at one size.

    A product is ``(m, k) x (k, n)``. Attention has ``m`` queries a sequence against ``context`` keys. A norm has ``m``
    rows of ``n``; a copy, a sum and an all-reduce ``m`` elements, the last among ``n`` ranks. ``bytes`` counts each
    operand once. ``steady`` runs without pause, so that power and clock settle.
    """

    operator: str
    dtype: str = "bf16"
    m: int = 0
    n: int = 0
    k: int = 0
    batch: int = 0
    heads: int = 0
    kv_heads: int = 0
    head_dim: int = 0
    context: int = 0
    bytes: int = 0
    flop: float = 0.0
    steady: bool = False


def repeats(run_s: float) -> int:
    """How often an operator of this duration is timed: 10 to 100 times within a tenth of a second."""
    return int(min(max(0.1 / (run_s + FLUSH_S), 10), 100))


def cost_s(shape: Shape) -> float:
    """Estimate how long the measurement takes [s], to share out the minutes."""
    if shape.steady:
        return SETUP_S + STEADY_S
    run_s = max(shape.flop / NOMINAL_FLOP_PER_S, shape.bytes / NOMINAL_BYTES_PER_S, NOMINAL_START_S)
    return SETUP_S + (repeats(run_s) + 3) * (run_s + FLUSH_S)


def weights(model: Model) -> Iterator[tuple[int, int]]:
    """Yield ``(n, k)``, outputs and inputs, of every weight that one rank multiplies by, for each tensor split."""
    for tp in TENSOR:
        yield from _attention_weights(model, tp)
        widths = {"dense": model.ffn, "expert": model.expert_ffn, "shared": model.shared_experts * model.expert_ffn}
        if moe_layers(model) == model.layers:
            del widths["dense"]
        for width in widths.values():
            if width and width % tp == 0:
                yield int((1 + model.gated_ffn) * width / tp), int(model.hidden)
                yield int(model.hidden), int(width / tp)
        # Engines pad the vocabulary so that it splits evenly
        yield 64 * math.ceil(model.vocab / tp / 64), int(model.hidden)


def _attention_weights(model: Model, tp: int) -> Iterator[tuple[int, int]]:
    if model.heads % tp:
        return
    heads, hidden = int(model.heads) // tp, int(model.hidden)
    if model.attention == "mla":
        q_rank, rank, rope = int(model.q_lora_rank), int(model.kv_lora_rank), int(model.rope_head_dim)
        yield q_rank + rank + rope, hidden
        yield heads * int(model.head_dim + rope), q_rank or hidden
        yield heads * int(model.head_dim + model.v_head_dim), rank
        yield hidden, heads * int(model.v_head_dim)
        return
    # Fewer key-value heads than ranks: each rank keeps a copy of one
    kv_heads = max(int(model.kv_heads) // tp, 1)
    yield (heads + 2 * kv_heads) * int(model.head_dim), hidden
    yield hidden, heads * int(model.head_dim)


def head_groups(models: Iterable[Model]) -> list[tuple[int, int, int]]:
    """Return every ``(heads, kv_heads, head_dim)`` that one rank meets; latent attention has kernels of its own."""
    return sorted(
        {
            (int(model.heads) // tp, max(int(model.kv_heads) // tp, 1), int(model.head_dim))
            for model in models
            if model.attention != "mla"
            for tp in TENSOR
            if model.heads % tp == 0
        }
    )


def product(operator: str, dtype: str, m: int, n: int, k: int) -> Shape:
    """Return a product of ``m`` tokens with a weight of ``n`` by ``k``; its result is bf16."""
    moved = WIDTH[dtype] * (m * k + k * n) + 2 * m * n
    return Shape(operator, dtype, m=m, n=n, k=k, bytes=moved, flop=2.0 * m * n * k)


def prefill(batch: int, context: int, heads: int, kv_heads: int, head_dim: int) -> Shape:
    """Return causal attention of whole sequences: half of the square of scores."""
    return Shape(
        "prefill_attention",
        m=context,
        batch=batch,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        context=context,
        bytes=4 * batch * context * head_dim * (heads + kv_heads),
        flop=2.0 * batch * heads * context**2 * head_dim,
    )


def decode(batch: int, context: int, heads: int, kv_heads: int, head_dim: int) -> Shape:
    """Return attention of one new token a sequence to a cache of ``context`` tokens."""
    return Shape(
        "decode_attention",
        m=1,
        batch=batch,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        context=context,
        bytes=4 * batch * head_dim * (heads + context * kv_heads),
        flop=4.0 * batch * heads * context * head_dim,
    )


def memory_groups() -> list[tuple[Shape, ...]]:
    """Return copies and sums of 64 KiB to 4 GiB an operand, and norms of the hidden sizes of the catalogue."""
    elements = [2**power for power in range(15, 32)]
    hidden = sorted({int(model.hidden) for model in models()})
    passes = [(Shape("copy", m=m, bytes=2 * 2 * m), Shape("add", m=m, bytes=3 * 2 * m)) for m in elements]
    return passes + [(Shape("rms_norm", m=m, n=n, bytes=2 * 2 * m * n),) for n in hidden for m in TOKENS]


def steady_shapes() -> list[Shape]:
    """Return what runs without pause, for its power: a layer of one model at few, some and many tokens, and a copy."""
    model = find(Model, STEADY_MODEL)
    n, k = int(2 * model.ffn), int(model.hidden)
    heads = int(model.heads), int(model.kv_heads), int(model.head_dim)
    found = [product(*kind, m, n, k) for m in (8192, 16, 512) for kind in PRODUCTS[:2]]
    found += [prefill(1, 8192, *heads), decode(64, 4096, *heads), Shape("copy", m=2**30, bytes=2**32)]
    return [replace(shape, steady=True) for shape in (Shape("idle", "none"), *found)]


def collectives() -> list[Shape]:
    """Return all-reduces of 4 KiB to 1 GiB among 2, 4 and 8 ranks."""
    return [Shape("all_reduce", m=2**p, n=ranks, bytes=2 ** (p + 1)) for ranks in (2, 4, 8) for p in range(11, 30)]


def models() -> list[Model]:
    """Return every model of the catalogue."""
    return [find(Model, id_) for id_ in rows("models")]


def candidates() -> dict[str, list[tuple[Shape, ...]]]:
    """Return all shapes by family, none twice; those of a group are measured one after the other and compared."""
    pairs = sorted({pair for model in models() for pair in weights(model)})
    groups = head_groups(models())
    grid = [(b, c) for b in (2**p for p in range(9)) for c in (2**p for p in range(7, 18))]
    products = [
        # The matrix units take 8-bit operands in blocks of 16
        tuple(product(*kind, m, n, k) for kind in PRODUCTS if kind[1] != "fp8" or n % 16 == k % 16 == 0)
        for n, k in pairs
        for m in TOKENS
    ]
    return {
        "steady": [(shape,) for shape in steady_shapes()],
        "launch": [(Shape("launch", "none"), Shape("launch_graph", "none"), Shape("empty_timer", "none"))],
        "gemm": products,
        "prefill": [(prefill(b, c, *g),) for g in groups for b, c in grid if b <= 8 and b * c <= 2**16],
        "decode": [(decode(b, c, *g),) for g in groups for b, c in grid],
        "memory": memory_groups(),
    }


def farthest_first(points: np.ndarray, seed: int) -> Iterator[int]:
    """Yield the rows of ``points`` (count, dimensions), each the farthest from all before it; the seed picks the first.

    >>> list(farthest_first(np.array([[0.0], [1.0], [8.0], [3.0]]), seed=0))
    [3, 2, 0, 1]
    """
    chosen = int(np.random.default_rng(seed).integers(len(points)))
    distance = np.full(len(points), np.inf)
    for _ in range(len(points)):
        yield chosen
        distance = np.minimum(distance, np.square(points - points[chosen]).sum(axis=1))
        distance[chosen] = -1.0
        chosen = int(distance.argmax())


def thinned(groups: Sequence[tuple[Shape, ...]], budget_s: float, seed: int) -> list[tuple[Shape, ...]]:
    """Return the groups that fit the time, the most different first."""
    sizes = [(g.m, g.n, g.k, g.batch, g.heads, g.kv_heads, g.head_dim, g.context) for g, *_ in groups]
    points = np.log2(np.maximum(np.array(sizes, dtype=np.float64), 1.0))
    wanted_s = [sum(map(cost_s, group)) for group in groups]
    least_s = min(wanted_s)
    kept, left_s = [], budget_s
    for index in farthest_first(points, seed):
        if left_s < least_s:
            break
        if wanted_s[index] <= left_s:
            kept.append(groups[index])
            left_s -= wanted_s[index]
    return kept


def plan(minutes: float, seed: int) -> list[Shape]:
    """Return the shapes to measure in that time, in order: families side by side, each from coarse to fine."""
    ordered: list[tuple[float, int, tuple[Shape, ...]]] = []
    for family, groups in candidates().items():
        budget_s = 60 * minutes * USED_FRACTION * SHARES[family]
        fitting = [group for group in groups if group[0].flop <= LARGEST_FLOP and group[0].bytes <= LARGEST_BYTES]
        # What runs steadily is a short list in order of weight; thinning by distance would scatter it
        kept = _first(fitting, budget_s) if family == "steady" else thinned(fitting, budget_s, seed)
        ordered += [(number / len(kept), len(ordered) + number, group) for number, group in enumerate(kept)]
    return [shape for *_, group in sorted(ordered, key=lambda entry: entry[:2]) for shape in group]


def _first(groups: Sequence[tuple[Shape, ...]], budget_s: float) -> list[tuple[Shape, ...]]:
    spent = np.cumsum([sum(map(cost_s, group)) for group in groups])
    return list(groups[: int(np.searchsorted(spent, budget_s, side="right"))])
