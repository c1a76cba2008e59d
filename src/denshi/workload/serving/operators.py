"""Time of the operators of a decode step and of a prompt on one rank.

All functions take numbers or arrays that broadcast. ``own`` are the sequences of one attention group in the step,
``tp`` the ranks of that group, ``groups`` the attention groups that share the experts; a replica has ``tp x groups``
ranks a stage. Speculative decoding puts ``drafts`` further tokens of each sequence through the step.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.workload.serving.engine import Rates
from denshi.workload.serving.machine import Machine
from denshi.workload.serving.shape import Shape

Values = NDArray[np.float64]
Number = float | Values

_HEAD_BYTES = 2.0
_ACTIVATION_BYTES = 2.0
_LATENT_PRODUCT = 0.5
_INDEX_BANDWIDTH = 0.6
_SHARPNESS = 2.5
_NARROW_SHARPNESS = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """How a replica is split: ``tp`` ranks an attention group, ``groups`` of them, ``pp`` stages.

    ``ep`` is the ways in which experts are dealt out whole; the others of the ``tp x groups`` ranks cut each expert.
    """

    tp: Number
    groups: Number
    pp: Number
    ep: Number

    @property
    def ranks(self) -> Values:
        """Ranks of one stage."""
        return np.asarray(self.tp * np.asarray(self.groups))


def larger(first: Number, second: Number) -> Values:
    """Smooth maximum of two times: ``(a^4 + b^4)^(1/4)``, a fifth above either where they are equal.

    >>> float(larger(3.0, 0.0)), round(float(larger(1.0, 1.0)), 3)
    (3.0, 1.189)
    """
    return np.asarray((np.asarray(first) ** 4 + np.asarray(second) ** 4) ** 0.25)


def product_s(read: Values, multiply: Values, narrow: Number) -> Values:
    """Time of a product from those of its traffic and its arithmetic: ``(a^p + b^p)^(1/p)``.

    p is 2.5 where operands have 16 bits and 1.3 where they are cast: there the two hardly overlap. Both are medians of
    fits to measured products of three engines on six accelerators.
    """
    sharpness = np.where(np.asarray(narrow) > 0, _NARROW_SHARPNESS, _SHARPNESS)
    return np.asarray((read**sharpness + multiply**sharpness) ** (1 / sharpness))


def weights_s(shape: Shape, machine: Machine, rates: Rates, split: Split, own: Number, drafts: Number) -> Values:
    """Products with the weights that every token meets: the larger of reading them and multiplying [s].

    ``t = max(W / (B b), 2 n W / (R f))`` over attention (cut by tp), dense blocks (by all ranks) and the output head.

    Source: williams2009, pope2022.
    """
    tokens = np.asarray(own) * (1 + np.asarray(drafts))
    grouped = np.asarray(shape.attention_params) / split.tp
    dense = np.asarray(shape.dense_params) / split.ranks
    head = np.asarray(shape.head_params) / split.tp
    share = rates.bandwidth * np.where(machine.wide_four, rates.narrow_bandwidth, 1.0)
    read = ((grouped + dense) * machine.wide_bytes + head * _HEAD_BYTES) / (machine.memory_bytes_per_s * share)
    flop = 2 * tokens * (grouped + head) + 2 * tokens * np.asarray(split.groups) * dense
    multiply = flop / (np.asarray(machine.wide_flop_per_s) * rates.product)
    return product_s(read, multiply, np.where(machine.wide_narrow, 1.0, 0.0))


def touched_fraction(shape: Shape, rates: Rates, tokens: Number) -> Values:
    """Share of the routed experts that a batch meets: ``1 - (1 - k / E)^(r b)`` with r of its b tokens independent."""
    experts = np.maximum(np.asarray(shape.experts), 1.0)
    chosen = np.minimum(np.asarray(shape.top_k) / experts, 1.0)
    return np.asarray(1 - (1 - chosen) ** (np.asarray(tokens) * rates.distinct))


def experts_s(shape: Shape, machine: Machine, rates: Rates, split: Split, own: Number, drafts: Number) -> Values:
    """Products with the routed experts: reading those touched or multiplying, times the skew of uneven load [s].

    Source: pope2022; deepseekv3.
    """
    tokens = np.asarray(own) * split.groups * (1 + np.asarray(drafts))
    held = np.asarray(shape.expert_params) / split.ranks
    share = rates.expert_bandwidth * np.where(machine.expert_four, rates.narrow_expert_bandwidth, 1.0)
    read = held * machine.expert_bytes * touched_fraction(shape, rates, tokens) / (machine.memory_bytes_per_s * share)
    active = shape.top_k / np.maximum(np.asarray(shape.experts), 1.0)
    flop = 2 * tokens * held * active
    skew = np.where(np.asarray(split.ep) > 1, rates.expert_skew, 1.0)
    multiply = flop / (np.asarray(machine.expert_flop_per_s) * rates.product)
    return product_s(read, multiply, machine.casts) * skew


def cache_shards(shape: Shape, split: Split) -> Values:
    """Ways in which one group's cache is cut among its ranks: by key-value heads; a latent cache is whole on each."""
    return np.where(np.asarray(shape.latent) > 0, 1.0, np.minimum(split.tp, shape.kv_heads))


def attended(shape: Shape, context: Number) -> Values:
    """Mean cached tokens read of a context: all, the window in every second layer, or those that the indexer picks."""
    context = np.asarray(context)
    window = np.asarray(shape.window)
    windowed = np.where(window > 0, (context + np.minimum(context, window)) / 2, context)
    top = np.asarray(shape.index_top_k)
    return np.where(top > 0, np.minimum(windowed, top), windowed)


def attention_s(
    shape: Shape, machine: Machine, rates: Rates, split: Split, own: Number, context: Number, drafts: Number
) -> Values:
    """Decode attention: reading the cache or, for a latent cache, multiplying with it; running states; the index [s].

    Each pair of a sequence and a key-value head is a unit of work of its own on one multiprocessor, which has a fixed
    time however short the context: ``L n H_kv u / SM`` beside bytes over bandwidth.

    Source: pope2022, deepseekv3, dao2023.
    """
    own = np.asarray(own)
    read_tokens = own * attended(shape, context)
    share = np.where(np.asarray(shape.latent) > 0, rates.latent_bandwidth, rates.cache_bandwidth)
    cached = read_tokens * shape.cache_values * machine.cache_bytes / cache_shards(shape, split)
    read = cached / (machine.memory_bytes_per_s * share)
    flop = read_tokens * (1 + np.asarray(drafts)) * shape.latent_flop / split.tp
    core = larger(read, flop / (np.asarray(machine.attention_flop_per_s) * _LATENT_PRODUCT))
    heads = np.where(np.asarray(shape.latent) > 0, 1.0, np.maximum(np.asarray(shape.kv_heads) / split.tp, 1.0))
    full = np.asarray(shape.layers) - shape.linear_layers
    units = full * own * heads * rates.unit_s / machine.multiprocessors
    states = 2 * own * shape.state_bytes / split.tp / (machine.memory_bytes_per_s * np.asarray(rates.state_bandwidth))
    picked = own * context * shape.index_bytes / (np.asarray(machine.memory_bytes_per_s) * _INDEX_BANDWIDTH)
    return np.asarray(core + units + states + picked)


def launches_s(shape: Shape, machine: Machine, rates: Rates, split: Split) -> Values:
    """Gaps between the kernels of a step, casts of operands to eight or four bits, and the depth of the products [s].

    A tile of a product of small height is summed by one multiprocessor from end to end, which takes a time in
    proportion to the length K however few the tokens; in 35,700 measured products this says more than tiles and waves.
    """
    cast = np.where(machine.block_casts, rates.block_cast_s, rates.cast_s)
    depth = (np.asarray(shape.depth) + np.asarray(shape.cut_depth) / split.tp) * rates.depth_s
    return np.asarray(
        np.asarray(shape.launches) * rates.kernel_s + depth + np.asarray(shape.layers) * machine.casts * cast
    )


def reductions_s(
    shape: Shape, machine: Machine, rates: Rates, split: Split, tokens: Number, *, waits: Number = 1.0
) -> Values:
    """Two all-reduces a layer over the ranks of an attention group [s].

    ``2 L (a + min((t - 1) S / (B f_1), a_2 + 2 (t - 1) / t S / (B f_2)))``: in one shot, where every rank sends all to
    every other, or in two, a reduce-scatter and an all-gather; engines take the faster. Beyond one scale-up domain the
    rate is that of the network and each reduction waits once more for it.

    Parameters
    ----------
    tokens : whose hidden states are reduced [1].
    waits : 1 where latencies count, 0 where arithmetic of other tokens hides them [1].

    Source: pope2022 (ring); measured all-reduces of three engines have this form.
    """
    tp = np.asarray(split.tp, dtype=np.float64)
    far = tp > machine.domain
    rate = np.where(far, machine.outside_bytes_per_s, machine.inside_bytes_per_s)
    payload = _ACTIVATION_BYTES * np.asarray(tokens) * shape.hidden
    once = (tp - 1) * payload / (rate * np.asarray(rates.link))
    twice = (
        2 * (tp - 1) / tp * payload / (rate * np.asarray(rates.prompt_link)) + np.asarray(rates.second_shot_s) * waits
    )
    latency = np.asarray(rates.reduce_s) + np.where(far, rates.far_reduce_s, 0.0)
    return np.asarray((tp > 1) * np.asarray(shape.layers) * 2 * (latency * waits + np.minimum(once, twice)))


def dispatch_s(
    shape: Shape,
    machine: Machine,
    rates: Rates,
    split: Split,
    tokens: Number,
    *,
    link: Number,
    waits: Number = 1.0,
) -> Values:
    """Dispatch to experts and combination of their outputs across attention groups, every routed layer [s].

    A token of one attention group goes once to each of the ``R (1 - (1 - 1 / R)^k)`` ranks that hold its experts.

    Source: deepseekv3.
    """
    ranks = np.asarray(split.ranks, dtype=np.float64)
    far = ranks > machine.domain
    rate = np.where(far, machine.outside_bytes_per_s, machine.inside_bytes_per_s)
    reached = ranks * (1 - (1 - 1 / ranks) ** shape.top_k) * (ranks - 1) / ranks
    payload = _ACTIVATION_BYTES * np.asarray(tokens) * shape.hidden * reached
    latency = np.asarray(rates.exchange_s) / 2 + np.where(far, rates.far_reduce_s, 0.0)
    one = latency * waits + payload / (rate * np.asarray(link))
    return np.asarray((np.asarray(split.groups) > 1) * np.asarray(shape.moe_layers) * 2 * one)


def narrowness(shape: Shape, rates: Rates, split: Split) -> Values:
    """Time of an expert's products over that of very wide ones: ``1 + s / w`` for pieces of width w [1]."""
    piece = np.asarray(shape.expert_ffn) * np.minimum(split.ep, split.ranks) / split.ranks
    return np.asarray(1 + np.asarray(rates.expert_width) / np.maximum(piece, 1.0))


def prompt_s(
    shape: Shape,
    machine: Machine,
    rates: Rates,
    split: Split,
    tokens: Number,
    *,
    cached: Number = 0.0,
    together: Number = 1.0,
) -> Values:
    """Time to process the prompt of one request on its attention group, all stages [s].

    Products at the rates of long operands, causal attention, reductions; the launches are counted where it runs. The
    tokens of one expert fill whole tiles, so a product of m of them costs as much as one of ``m + p`` on average, and
    narrow pieces of an expert reach a smaller share of the rate.

    Parameters
    ----------
    tokens : prompt tokens to compute [1].
    cached : earlier tokens of the prompt that a prefix cache holds [1].
    together : prompts processed in one pass, which share the tiles of an expert [1].

    Source: narayanan2021, pope2022.
    """
    tokens = np.asarray(tokens, dtype=np.float64)
    wide = (np.asarray(shape.attention_params) + shape.dense_params) / split.tp
    active = shape.expert_params * np.asarray(shape.top_k) / np.maximum(np.asarray(shape.experts), 1.0) / split.tp
    products = 2 * tokens * wide / (np.asarray(machine.wide_flop_per_s) * rates.prompt_product)
    each = tokens * together * shape.top_k / np.maximum(np.asarray(shape.experts), 1.0)
    padded = (1 + np.asarray(rates.expert_padding) / np.maximum(each, 1.0)) * narrowness(shape, rates, split)
    routed = 2 * tokens * active * padded / (np.asarray(machine.expert_flop_per_s) * rates.prompt_expert_product)
    context = attended(shape, np.asarray(cached) + tokens / 2)
    scores = 2 * tokens * context * shape.score_width / split.tp
    core = scores / (np.asarray(machine.attention_flop_per_s) * rates.prompt_attention)
    exchange = reductions_s(shape, machine, rates, split, tokens, waits=0.0)
    exchange = exchange + dispatch_s(shape, machine, rates, split, tokens, link=rates.prompt_link, waits=0.0)
    format_ = np.where(machine.eight, rates.prompt_fp8, np.where(machine.four, rates.prompt_fp4, 1.0))
    return np.asarray(rates.prompt * format_ * (products + routed + core + exchange))
