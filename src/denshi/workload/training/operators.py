"""Time of the operators of one layer on one rank: matrix products, attention, passes over memory.

All functions take numbers or arrays that broadcast. A product of an (M, K) by a (K, N) matrix costs ``2 M N K`` FLOP.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from denshi.workload.training.machine import Machine, Stack
from denshi.workload.training.shape import Shape

Values = NDArray[np.float64]
Number = float | Values
Columns = Mapping[str, Values]

_TILE = 128.0
_LARGEST_WAVE_LOSS = 8.0
_HEAD_WIDTH = 128.0
_SCORE_BYTES = 12.0


def larger(first: Number, second: Number) -> Values:
    """Smooth maximum of two positive times: ``(a^6 + b^6)^(1/6)``, a seventh above either where they are equal."""
    top = np.maximum(np.maximum(first, second), 1e-30)
    low = np.minimum(first, second)
    square = (low / top) ** 2
    return np.asarray(top * np.sqrt(np.cbrt(1 + square * square * square)))


def wave_loss(m: Number, n: Number, multiprocessors: Number) -> Values:
    """Time over time without quantisation, of a product whose 128 x 128 tiles run in waves [1].

    ``ceil(w) P / (M N / 128^2)`` with ``w = ceil(M / 128) ceil(N / 128) / P`` waves on P processors, at most 8: small
    products are split along K. Tiles that are not full count as full ones.

    Source: nvidiamatmul.

    >>> float(wave_loss(128 * 12, 128 * 9, 108.0)), float(wave_loss(128 * 12, 128 * 10, 108.0))
    (1.0, 1.8)
    """
    rows, columns = np.maximum(m, 1.0) / _TILE, np.maximum(n, 1.0) / _TILE
    waves = np.ceil(np.ceil(rows) * np.ceil(columns) / multiprocessors - 1e-9)
    return np.asarray(np.minimum(waves * multiprocessors / (rows * columns), _LARGEST_WAVE_LOSS))


def product_s(
    m: Number,
    n: Number,
    k: Number,
    machine: Machine,
    stack: Stack,
    *,
    rate: Number,
    count: Number = 1.0,
    saturation_factor: Number = 1.0,
) -> Values:
    """Time of ``count`` equal products: the larger of arithmetic and operand traffic.

    ``t = max(2 M N K / R s w, (M K + K N) e + 2 M N / B)`` with the saturation
    ``s = 1 + s0 (1/M + 1/N + 1/K) 2/3`` and the loss w of :func:`wave_loss`.

    Parameters
    ----------
    m, n, k : lengths [1]; a product with a length of zero takes no time.
    machine, stack : see there.
    rate : rate of large products, R [FLOP/s].
    count : products [1].

    Returns
    -------
    array : [s].

    Source: williams2009.
    """
    flop = 2.0 * np.asarray(m) * n * k
    if not flop.any():
        return np.zeros_like(flop)
    small = 1 / np.maximum(m, 1.0) + 1 / np.maximum(n, 1.0) + 1 / np.maximum(k, 1.0)
    saturation = 1 + stack.saturation * saturation_factor * small * 2 / 3
    arithmetic = flop / rate * saturation * wave_loss(m, n * np.asarray(count), machine.multiprocessors)
    moved = machine.operand_bytes * (np.asarray(m) * k + np.asarray(k) * n) + 2.0 * np.asarray(m) * n
    traffic = moved / (machine.memory_bytes_per_s * stack.memory)
    return np.asarray(np.where(flop > 0, count * larger(arithmetic, traffic), 0.0))


def product_rate(machine: Machine, stack: Stack) -> Values:
    """Rate of large products in the format of the run [FLOP/s]."""
    return np.asarray(machine.product_flop_per_s * np.asarray(stack.product))


def bf16_rate(machine: Machine, stack: Stack) -> Values:
    """Rate of large products in 16 bits [FLOP/s]."""
    return np.asarray(machine.bf16_flop_per_s * np.asarray(stack.bf16_product))


def dense_products_s(shape: Shape, tokens: Number, tp: Number, machine: Machine, stack: Stack) -> tuple[Values, Values]:
    """Forward time of a layer's attention projections, and of its dense feed-forward block [s].

    Queries, keys and values in one product; latent attention in four, two of them over all heads' compressed vectors
    on every rank. The feed-forward block has two products, the first of double width where it is gated.
    """
    rate = product_rate(machine, stack)

    def one(n: Number, k: Number) -> Values:
        return product_s(tokens, n, k, machine, stack, rate=rate)

    h, plain = shape.hidden, 1 - np.asarray(shape.latent)
    kv = np.asarray(shape.key_width) + shape.value_width
    attention = (
        one(plain * (shape.query_width + kv) / tp, h)
        + one(shape.latent * (np.asarray(shape.q_rank) + shape.kv_rank + shape.rope_width), h)
        + one(shape.latent * np.asarray(shape.query_width) / tp, shape.q_rank)
        + one(shape.latent * (kv - shape.heads * np.asarray(shape.rope_width)) / tp, shape.kv_rank)
        + one(h, shape.output_width / tp)
    )
    ffn = one((1 + np.asarray(shape.gated)) * shape.ffn / tp, h) + one(h, np.asarray(shape.ffn) / tp)
    return np.asarray(attention), np.asarray(ffn)


def expert_products_s(
    shape: Shape, tokens: Number, tp: Number, ep: Number, machine: Machine, stack: Stack
) -> tuple[Values, Values]:
    """Forward time of the routed experts on one rank under balanced routing, and of router and shared experts [s].

    A rank receives ``T k / t`` tokens for its ``E / e`` experts, each at the share ``grouped`` of a plain product.
    """
    rate = product_rate(machine, stack)
    experts = np.maximum(shape.experts, 1.0)
    local = experts / ep
    routed = np.asarray(tokens) / tp * shape.top_k * ep / experts
    width, h = shape.expert_ffn, shape.hidden
    gated = 1 + np.asarray(shape.gated)
    grouped_rate = rate * stack.grouped
    expert = product_s(
        routed,
        gated * width,
        h,
        machine,
        stack,
        rate=grouped_rate,
        count=local,
        saturation_factor=stack.grouped_saturation,
    ) + product_s(
        routed, h, width, machine, stack, rate=grouped_rate, count=local, saturation_factor=stack.grouped_saturation
    )
    shared = product_s(tokens, gated * shape.shared_ffn / tp, h, machine, stack, rate=rate) + product_s(
        tokens, h, np.asarray(shape.shared_ffn) / tp, machine, stack, rate=rate
    )
    router = product_s(np.asarray(tokens) / tp, shape.experts, h, machine, stack, rate=bf16_rate(machine, stack))
    return expert, np.asarray(shared + router)


def attention_s(shape: Shape, tokens: Number, tp: Number, machine: Machine, stack: Stack) -> Values:
    """Forward time of the attention core of one layer.

    Fused: ``2 T c (w_qk + w_v) / t`` FLOP with the mean context c at the share ``attention`` of the 16-bit peak, for
    heads 128 wide; the exponentials of narrower ones cost as much, ``1 + d0 / d``. Not fused: the full square of scores
    at the rate of products, and twelve bytes a score over memory.

    Source: dao2022.
    """
    flop = 2 * np.asarray(tokens) / tp * shape.context * shape.score_width
    head_width = np.asarray(shape.score_width) / shape.heads / 2
    narrow = (1 + stack.score_width / head_width) / (1 + np.asarray(stack.score_width) / _HEAD_WIDTH)
    fused = flop * narrow / (machine.bf16_flop_per_s * np.asarray(stack.attention))
    scores = np.asarray(tokens) / tp * shape.sequence * shape.heads
    plain_flop = 2 * np.asarray(tokens) / tp * shape.sequence * shape.score_width
    plain = plain_flop / bf16_rate(machine, stack) + _SCORE_BYTES * scores / (machine.memory_bytes_per_s * stack.memory)
    return np.asarray(stack.fused_attention * fused + (1 - np.asarray(stack.fused_attention)) * plain)


def passes_s(shape: Shape, tokens: Number, tp: Number, undivided: Number, machine: Machine, stack: Stack) -> Values:
    """Forward time of norms, residuals and rotary positions of one layer.

    ``2 T h p / t`` bytes; without sequence parallelism half of the passes are not divided.
    """
    share = 0.5 * np.asarray(undivided) + (1 - 0.5 * np.asarray(undivided)) / tp
    moved = 2 * np.asarray(tokens) * shape.hidden * stack.passes * share
    return np.asarray(moved / (machine.memory_bytes_per_s * stack.memory))


def casts_s(width: Number, tokens: Number, tp: Number, machine: Machine, stack: Stack) -> Values:
    """Forward time to quantise operands of ``width`` numbers a token: ``2 T w p / t`` bytes; none in 16 bits."""
    casts = np.asarray(machine.narrow) * stack.cast_passes + np.asarray(machine.scaled) * stack.block_cast_passes
    return np.asarray(2 * np.asarray(tokens) / tp * width * casts / (machine.memory_bytes_per_s * stack.memory))


def width_passes_s(width: Number, passes: Number, tokens: Number, tp: Number, machine: Machine, stack: Stack) -> Values:
    """Forward time of the passes over a feed-forward block's inner width: ``2 T w p / t`` bytes."""
    moved = 2 * np.asarray(tokens) / tp * width * passes
    return np.asarray(moved / (machine.memory_bytes_per_s * stack.memory))


def permute_s(shape: Shape, tokens: Number, tp: Number, machine: Machine, stack: Stack) -> Values:
    """Forward time to copy tokens to their experts and back: ``2 T k h p / t`` bytes."""
    moved = 2 * np.asarray(tokens) / tp * shape.top_k * (shape.hidden * stack.permute_passes + stack.slot_bytes)
    return np.asarray(moved / (machine.memory_bytes_per_s * stack.memory))


def head_s(shape: Shape, tokens: Number, tp: Number, machine: Machine, stack: Stack) -> tuple[Values, Values]:
    """Forward time of the output head in 16 bits, and the time of loss and softmax, forward and backward [s]."""
    width = np.asarray(shape.vocab) / tp
    product = product_s(tokens, width, shape.hidden, machine, stack, rate=bf16_rate(machine, stack))
    loss = stack.logit_bytes * np.asarray(tokens) * width / (machine.memory_bytes_per_s * stack.memory)
    return product, np.asarray(loss)
