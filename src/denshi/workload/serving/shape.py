"""What a serving step depends on of a model: weights by where they sit, the cache, the launches."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Model
from denshi.workload.transformer import (
    expert_params,
    ffn_params,
    matmul_params,
    moe_layers,
    score_widths,
    shared_params,
    total_params,
)

Values = NDArray[np.float64]
Number = float | Values

_GROUPED_LAUNCHES = 6.0
_LATENT_LAUNCHES = 10.0
_LINEAR_LAUNCHES = 8.0
_INDEX_LAUNCHES = 8.0
_FFN_LAUNCHES = 4.0
_EXPERT_LAUNCHES = 8.0
_SHARED_LAUNCHES = 4.0
_STATE_BYTES = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A model as a serving step sees it; every field a number, or an array with one value a configuration.

    ``attention_params``, ``dense_params`` (feed-forward blocks that every token meets), ``head_params`` (the output
    head) and ``expert_params`` are the weights of all layers. ``tables`` is the number of vocabulary tables held.
    ``cache_values`` are the numbers cached of one token, ``latent_flop`` the operations on one cached token that latent
    attention does for one new token. ``launches`` are the kernels of one step: 6 of a layer with grouped attention
    (norm, projection in, rotation, attention, its reduction, projection out), 10 with latent, 8 with linear attention,
    8 of an indexer, 4 of a dense feed-forward block, 8 of a routed one and 4 more of shared experts. ``depth`` adds up
    the lengths over which the products of a step are summed, those that tensor parallelism cuts in ``cut_depth``.
    """

    layers: Number
    moe_layers: Number
    linear_layers: Number
    hidden: Number
    kv_heads: Number
    latent: Number
    attention_params: Number
    dense_params: Number
    head_params: Number
    tables: Number
    expert_params: Number
    experts: Number
    top_k: Number
    expert_ffn: Number
    params: Number
    token_params: Number
    cache_values: Number
    latent_flop: Number
    score_width: Number
    window: Number
    state_bytes: Number
    index_bytes: Number
    index_top_k: Number
    launches: Number
    depth: Number
    cut_depth: Number


def shape_of(model: Model) -> Shape:
    """Return the shape of a model.

    >>> from denshi.catalog import find
    >>> shape = shape_of(find(Model, "llama3.1-70b"))
    >>> float(shape.launches), float(shape.cache_values)
    (800.0, 163840.0)
    """
    latent = model.attention == "mla"
    moe = moe_layers(model)
    linear = model.linear_layers or 0.0
    dense = _dense_params(model, moe)
    head = model.vocab * model.hidden
    tables = 2.0 - model.tied_embeddings
    full = model.layers - linear
    grouped = 2 * model.kv_heads * model.head_dim
    return Shape(
        layers=model.layers,
        moe_layers=moe,
        linear_layers=linear,
        hidden=model.hidden,
        kv_heads=model.kv_heads,
        latent=float(latent),
        attention_params=shared_params(model) - tables * head - dense,
        dense_params=dense,
        head_params=head,
        tables=tables,
        expert_params=expert_params(model),
        experts=model.experts,
        top_k=model.top_k,
        expert_ffn=model.expert_ffn,
        params=total_params(model),
        token_params=matmul_params(model),
        cache_values=full * (model.kv_lora_rank + model.rope_head_dim if latent else grouped),
        latent_flop=2 * full * model.heads * (2 * model.kv_lora_rank + model.rope_head_dim) * latent,
        score_width=sum(score_widths(model)) * full,
        window=model.sliding_window,
        state_bytes=linear * (model.linear_state or 0.0) * _STATE_BYTES,
        index_bytes=model.layers * (model.index_width or 0.0),
        index_top_k=model.index_top_k or 0.0,
        launches=_launches(model, moe, linear, latent),
        depth=2 * model.layers * model.hidden + latent * full * (model.q_lora_rank + model.kv_lora_rank),
        cut_depth=full * score_widths(model)[1] + (model.layers - moe) * model.ffn + moe * model.expert_ffn,
    )


def stacked(shapes: Sequence[Shape]) -> Shape:
    """Return one shape whose fields are arrays, one value a shape given."""
    return Shape(**{f.name: np.array([getattr(one, f.name) for one in shapes]) for f in fields(Shape)})


def _dense_params(model: Model, moe: float) -> float:
    shared = ffn_params(model, model.shared_experts * model.expert_ffn) if model.shared_experts else 0.0
    return (model.layers - moe) * ffn_params(model, model.ffn) + moe * shared


def _launches(model: Model, moe: float, linear: float, latent: bool) -> float:
    attention = (model.layers - linear) * (_LATENT_LAUNCHES if latent else _GROUPED_LAUNCHES)
    indexed = model.layers * _INDEX_LAUNCHES if model.index_top_k else 0.0
    routed = moe * (_EXPERT_LAUNCHES + (_SHARED_LAUNCHES if model.shared_experts else 0.0))
    return attention + linear * _LINEAR_LAUNCHES + indexed + (model.layers - moe) * _FFN_LAUNCHES + routed
