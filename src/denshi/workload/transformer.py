"""A transformer by its layer shape: how many FLOP and bytes one token costs."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Model
from denshi.catalog.parameters import active_params, attention_params, moe_layers, total_params

Number = TypeVar("Number", float, NDArray[np.float64])

TRAINING_PASSES = 3.0
"""Forward, gradient of the activations, gradient of the weights: three matrix products a weight (narayanan2021)."""


def ffn_params(model: Model, width: float) -> float:
    """Count the weights of one feed-forward block: ``(2 + gated) h f`` [1]."""
    return (2 + model.gated_ffn) * model.hidden * width


def active_ffn_width(model: Model) -> float:
    """Feed-forward width that a token meets in a mixture-of-experts layer: ``(k + S) f_e`` [1]."""
    return (model.top_k + model.shared_experts) * model.expert_ffn


def matmul_params(model: Model) -> float:
    """Count the weights that multiply every token: active parameters without the input table, with the output head.

    ``N_mm = V h + L A + L_dense F(f) + L_moe ((k + S) F(f_e) + E h)``

    Parameters
    ----------
    model : layer shape.

    Returns
    -------
    float : [1].

    Source: narayanan2021.

    >>> from denshi.catalog import find
    >>> round(matmul_params(find(Model, "llama3.1-8b")) / 1e9, 2)
    7.5
    """
    moe = moe_layers(model)
    dense = (model.layers - moe) * ffn_params(model, model.ffn)
    experts = moe * (ffn_params(model, active_ffn_width(model)) + model.experts * model.hidden)
    return model.vocab * model.hidden + model.layers * attention_params(model) + dense + experts


def score_widths(model: Model) -> tuple[float, float]:
    """Widths of the two attention products: queries times keys, scores times values [1].

    Grouped heads: ``n d`` twice. Latent attention: ``n (d + d_r)`` and ``n d_v`` (deepseekv3).
    """
    if model.attention == "mla":
        return model.heads * (model.head_dim + model.rope_head_dim), model.heads * model.v_head_dim
    return model.heads * model.head_dim, model.heads * model.head_dim


def mean_context(model: Model, sequence: float) -> float:
    """Mean number of earlier tokens that a token of a training sequence attends to [tokens].

    Causal: ``s / 2``. A sliding window w keeps ``w - w^2 / (2 s)``; every second layer has it, as in gpt-oss.

    >>> from denshi.catalog import find
    >>> mean_context(find(Model, "llama3.1-8b"), 8192)
    4096.0
    """
    full = sequence / 2
    window = model.sliding_window
    if not window or window >= sequence:
        return full
    return (full + window - window**2 / (2 * sequence)) / 2


def attention_flop_per_token(model: Model, context: float) -> float:
    """Count the forward FLOP of the attention core of all layers, for a token that attends to ``context`` others.

    ``2 L c (w_qk + w_v)``, which is ``4 L c n d`` with grouped heads.

    Parameters
    ----------
    model : layer shape.
    context : tokens attended to; the mean is half the sequence in causal training [tokens].

    Returns
    -------
    float : [FLOP/token].

    Source: narayanan2021.

    >>> from denshi.catalog import find
    >>> attention_flop_per_token(find(Model, "llama3.1-8b"), 4096) == 4 * 32 * 4096 * 4096
    True
    """
    queries, values = score_widths(model)
    return 2 * model.layers * context * (queries + values)


def forward_flop_per_token(model: Model, sequence: float) -> float:
    """Count the forward FLOP of one token of a causal sequence: ``2 N_mm + 2 L (s / 2) (w_qk + w_v)``.

    Parameters
    ----------
    model : layer shape.
    sequence : sequence length [tokens].

    Returns
    -------
    float : [FLOP/token].

    Source: narayanan2021, deepseekv3.
    """
    return 2 * matmul_params(model) + attention_flop_per_token(model, mean_context(model, sequence))


def training_flop_per_token(model: Model, sequence: float) -> float:
    """Count the model FLOP of training on one token: three times the forward pass, recomputation left out.

    Parameters
    ----------
    model : layer shape.
    sequence : sequence length [tokens].

    Returns
    -------
    float : [FLOP/token].

    Source: narayanan2021.

    >>> from denshi.catalog import find
    >>> llama = find(Model, "llama3.1-405b")
    >>> round(training_flop_per_token(llama, 8192) / 1e12, 2)
    2.52
    """
    return TRAINING_PASSES * forward_flop_per_token(model, sequence)


def kv_cache_bytes_per_token(model: Model, bytes_per_value: float) -> float:
    """Count the key-value cache of one token over all layers.

    Grouped heads: ``2 L n_kv d``. Latent attention keeps the compressed vector only: ``L (r_kv + d_r)``.

    Parameters
    ----------
    model : layer shape.
    bytes_per_value : bytes of one cached number [bytes].

    Returns
    -------
    float : [bytes/token].

    Source: pope2022, deepseekv3.

    >>> from denshi.catalog import find
    >>> kv_cache_bytes_per_token(find(Model, "llama3.1-405b"), 2)
    516096.0
    >>> kv_cache_bytes_per_token(find(Model, "deepseek-v3"), 2)
    70272.0
    """
    if model.attention == "mla":
        return model.layers * (model.kv_lora_rank + model.rope_head_dim) * bytes_per_value
    return 2 * model.layers * model.kv_heads * model.head_dim * bytes_per_value


def expert_params(model: Model) -> float:
    """Count the weights of all routed experts of all layers [1]."""
    return moe_layers(model) * model.experts * ffn_params(model, model.expert_ffn)


def shared_params(model: Model) -> float:
    """Count the weights that every token meets, the input table included: all but the routed experts [1]."""
    return total_params(model) - expert_params(model)


def experts_touched(experts: float, top_k: float, tokens: Number) -> Number:
    """Expected number of distinct experts that a batch meets under uniform routing: ``E (1 - (1 - k / E)^b)``.

    Parameters
    ----------
    experts : routed experts of one layer, E [1].
    top_k : experts per token, k [1].
    tokens : tokens in the batch, b [1].

    Returns
    -------
    float : [1].

    Source: pope2022 (weights are read once per step whatever the batch); uniform routing is an assumption.

    >>> experts_touched(256, 8, 1)
    8.0
    >>> round(experts_touched(256, 8, 64))
    222
    """
    return experts * (1 - (1 - top_k / experts) ** tokens) if experts else 0.0 * tokens


def decode_weight_bytes(model: Model, tokens: float, bytes_per_weight: float) -> float:
    """Count the weight bytes that one decode step reads for a batch.

    Parameters
    ----------
    model : layer shape.
    tokens : sequences in the batch [1].
    bytes_per_weight : [bytes].

    Returns
    -------
    float : [bytes/step].

    Source: pope2022.

    >>> from denshi.catalog import find
    >>> round(decode_weight_bytes(find(Model, "llama3.1-8b"), 16, 2) / 1e9, 1)
    15.0
    """
    touched = experts_touched(model.experts, model.top_k, tokens)
    routed = moe_layers(model) * touched * ffn_params(model, model.expert_ffn)
    read = shared_params(model) - model.vocab * model.hidden * (1 - model.tied_embeddings)
    return (read + routed) * bytes_per_weight


__all__ = [
    "TRAINING_PASSES",
    "active_ffn_width",
    "active_params",
    "attention_flop_per_token",
    "attention_params",
    "decode_weight_bytes",
    "expert_params",
    "experts_touched",
    "ffn_params",
    "forward_flop_per_token",
    "kv_cache_bytes_per_token",
    "matmul_params",
    "mean_context",
    "moe_layers",
    "score_widths",
    "shared_params",
    "total_params",
    "training_flop_per_token",
]
