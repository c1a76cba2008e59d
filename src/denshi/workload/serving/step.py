"""Time and memory of one decode step and one prefill of a replica, for many configurations at once.

A configuration is one position of a set of columns: ``tp`` (ranks that share one sequence's attention), ``groups``
(attention data-parallel groups; experts are spread over all ranks), ``pp`` (stages) and ``batch`` (sequences of the
whole replica). As many parts of the batch as there are stages are under way at a time. Decode and prefill share the
device: a token waits for the step and for the prefill of the others.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from denshi.workload.collectives import ring_reduce_scatter_s
from denshi.workload.precision import (
    BYTES_PER_CACHED_VALUE,
    BYTES_PER_WEIGHT,
    attention_peak_flop_per_s,
    peak_flop_per_s,
)
from denshi.workload.serving.record import Input
from denshi.workload.transformer import (
    attention_flop_per_token,
    decode_weight_bytes,
    expert_params,
    experts_touched,
    kv_cache_bytes_per_token,
    matmul_params,
    mean_context,
    moe_layers,
    shared_params,
)

Values = NDArray[np.float64]
Columns = Mapping[str, Values]
DECISIONS = ("tp", "groups", "pp", "batch")

_ACTIVATION_BYTES = 2.0


def evaluate(columns: Columns, inputs: Input) -> dict[str, Values]:
    """Add memory, decode step, prefill, time to first token and time per output token to the columns.

    With b sequences in a group and p stages, ``TPOT = t_step + (b - 1) / out t_prefill / p`` and
    ``TTFT = t_0 + t_prefill (1 + rho / (2 (1 - rho))) + TPOT``, where ``rho = b t_prefill / (p out TPOT + t_prefill)``
    is the share of time in which the device prefills (M/D/1 queue).

    Parameters
    ----------
    columns : the configurations; see the module.
    inputs : model, hardware, request lengths and efficiencies.

    Returns
    -------
    dict : the given columns and accelerators [1], weight_bytes, cache_bytes, memory_bytes [bytes], weight_s, cache_s,
        arithmetic_s, exchange_s, host_s, step_s, prefill_s, tpot_s, ttft_s [s], prefill_fraction [1],
        tokens_per_s [tokens/s].

    Source: pope2022, williams2009.
    """
    out = {name: np.asarray(column, dtype=np.float64) for name, column in columns.items()}
    out["accelerators"] = out["tp"] * out["groups"] * out["pp"]
    _memory(out, inputs)
    _decode(out, inputs)
    out["prefill_s"] = _prefill_s(out, inputs)
    own = out["batch"] / out["groups"]
    turn_s = out["prefill_s"] / out["pp"]
    out["tpot_s"] = out["step_s"] + np.maximum(own - 1, 0.0) / inputs.output_tokens * turn_s
    busy = own * turn_s / (inputs.output_tokens * out["tpot_s"] + turn_s)
    out["prefill_fraction"] = np.minimum(busy, 0.999)
    queue = out["prefill_fraction"] / (2 * (1 - out["prefill_fraction"]))
    out["ttft_s"] = inputs.first_token_s + out["prefill_s"] * (1 + queue) + out["tpot_s"]
    residence_s = out["ttft_s"] + (inputs.output_tokens - 1) * out["tpot_s"]
    out["tokens_per_s"] = out["batch"] * inputs.output_tokens / residence_s
    return out


def weight_params_per_rank(columns: Columns, inputs: Input) -> Values:
    """Weights that one rank holds: the shared part cut by tp and pp, the experts by every rank [1]."""
    experts = expert_params(inputs.model) / (columns["tp"] * columns["groups"] * columns["pp"])
    return np.asarray(shared_params(inputs.model) / (columns["tp"] * columns["pp"]) + experts)


def _memory(out: dict[str, Values], inputs: Input) -> None:
    """Weights, and the cache of sequences at their full length (input and all output)."""
    out["weight_bytes"] = weight_params_per_rank(out, inputs) * BYTES_PER_WEIGHT[inputs.precision]
    length = inputs.input_tokens + inputs.output_tokens
    out["cache_bytes"] = out["batch"] / out["groups"] * length * _cache_bytes(inputs) / _cache_shards(out, inputs)
    out["memory_bytes"] = out["weight_bytes"] + out["cache_bytes"]


def _cache_bytes(inputs: Input) -> float:
    return kv_cache_bytes_per_token(inputs.model, BYTES_PER_CACHED_VALUE[inputs.precision])


def _cache_shards(columns: Columns, inputs: Input) -> Values:
    """Ways in which one group's cache is cut: stages and key-value heads; a compressed cache is whole on every rank."""
    model = inputs.model
    heads = 1.0 if model.attention == "mla" else model.kv_heads
    return np.asarray(np.minimum(columns["tp"], heads) * columns["pp"])


def _decode(out: dict[str, Values], inputs: Input) -> None:
    model, accelerator = inputs.model, inputs.accelerator
    weight_bytes = BYTES_PER_WEIGHT[inputs.precision]
    bandwidth = accelerator.memory_bytes_per_s
    # the stages of a pipeline take turns: a token passes all of them, each rank reads its own part
    ranks = out["tp"] * out["groups"]
    shared = decode_weight_bytes(model, 0.0, weight_bytes) / out["tp"]
    part = out["batch"] / out["pp"]
    touched = experts_touched(model.experts, model.top_k, part) if model.experts else 0.0 * part
    expert_share = touched / model.experts if model.experts else touched
    routed = expert_params(model) * weight_bytes * expert_share / ranks
    out["weight_s"] = (inputs.weight_read * shared + inputs.expert_read * routed) / bandwidth
    context = inputs.input_tokens + inputs.output_tokens / 2
    own = part / out["groups"]
    cached = own * context * _cache_bytes(inputs) / (_cache_shards(out, inputs) / out["pp"])
    out["cache_s"] = inputs.cache_read * _windowed(inputs, context) * cached / bandwidth
    flop = part * 2 * matmul_params(model) / ranks
    core = part * attention_flop_per_token(model, context) / ranks
    peak = peak_flop_per_s(accelerator, inputs.precision)
    out["arithmetic_s"] = inputs.decode_flop * (flop / peak + core / attention_peak_flop_per_s(accelerator))
    out["exchange_s"] = _exchange_s(out, inputs, own)
    moe = moe_layers(model)
    latent = 2.0 if model.attention == "mla" else 1.0
    out["host_s"] = (
        model.layers * (latent * inputs.layer_s + inputs.tensor_layer_s * (ranks > 1))
        + moe * inputs.moe_layer_s
        + inputs.step_overhead_s
        + inputs.request_s * own
    )
    parts = ("weight_s", "cache_s", "arithmetic_s", "exchange_s", "host_s")
    out["step_s"] = np.asarray(sum(out[part] for part in parts))


def _windowed(inputs: Input, context: float) -> float:
    """Share of the cache that attention reads: every second layer stops at the sliding window."""
    window = inputs.model.sliding_window
    return (1 + window / context) / 2 if window and window < context else 1.0


def _exchange_s(columns: Columns, inputs: Input, tokens: Values) -> Values:
    """Two all-reduces a layer over the tensor group, dispatch and combine over the ranks, hand-over between stages."""
    model = inputs.model
    inside = inputs.accelerator.scaleup_bytes_per_s or inputs.scaleout_bytes_per_s
    payload = _ACTIVATION_BYTES * model.hidden * tokens
    reduce_s = 4 * model.layers * ring_reduce_scatter_s(columns["tp"], payload, inside)
    spread = columns["groups"] > 1
    routed_s = np.where(spread, moe_layers(model) * 2 * payload * model.top_k / columns["tp"] / inside, 0.0)
    hop_s = (columns["pp"] - 1) * payload / columns["tp"] / inputs.scaleout_bytes_per_s
    return np.asarray(inputs.collective * (reduce_s + routed_s) + hop_s)


def _prefill_s(columns: Columns, inputs: Input) -> Values:
    """One request's prefill on its own attention group; experts are shared with the other groups, which do the same."""
    model, accelerator = inputs.model, inputs.accelerator
    tokens = inputs.input_tokens
    flop = 2 * matmul_params(model) * tokens
    core = attention_flop_per_token(model, mean_context(model, tokens)) * tokens
    peak = peak_flop_per_s(accelerator, inputs.precision)
    ranks = columns["tp"]
    arithmetic_s = inputs.prefill_flop * (flop / peak + core / attention_peak_flop_per_s(accelerator)) / ranks
    every_weight = weight_params_per_rank(columns, inputs) * columns["pp"] * BYTES_PER_WEIGHT[inputs.precision]
    floor_s = inputs.weight_read * every_weight / accelerator.memory_bytes_per_s
    exchange_s = _exchange_s(columns, inputs, np.full_like(ranks, tokens))
    return np.asarray(np.maximum(arithmetic_s, floor_s) + exchange_s)


__all__ = ["DECISIONS", "evaluate", "weight_params_per_rank"]
