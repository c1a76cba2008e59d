"""The layer shape of a model as numbers that broadcast: one model, or one value a row for many models at once."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Model
from denshi.workload.transformer import (
    active_params,
    expert_params,
    mean_context,
    moe_layers,
    score_widths,
    shared_params,
    total_params,
    training_flop_per_token,
)

Values = NDArray[np.float64]
Number = float | Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a step depends on of a model and its sequence length; every field a number or an array.

    ``query_width``, ``key_width``, ``value_width`` are those of all heads together; ``latent`` is 1 for multi-head
    latent attention, whose keys and values pass through ``kv_rank`` (with the rotary part in ``rope_width``) and whose
    queries through ``q_rank``. ``context`` is the mean number of earlier tokens that a token attends to;
    ``predict_layers`` are extra layers, each with an output head, that predict further tokens (multi-token prediction).
    """

    layers: Number
    moe_layers: Number
    hidden: Number
    vocab: Number
    tied: Number
    heads: Number
    kv_heads: Number
    query_width: Number
    key_width: Number
    value_width: Number
    latent: Number
    q_rank: Number
    kv_rank: Number
    rope_width: Number
    score_width: Number
    output_width: Number
    ffn: Number
    gated: Number
    experts: Number
    top_k: Number
    shared_ffn: Number
    expert_ffn: Number
    sequence: Number
    context: Number
    predict_layers: Number
    params: Number
    active_params: Number
    expert_params: Number
    shared_params: Number
    flop_per_token: Number


def shape_of(model: Model, sequence: float, predict_layers: float = 0.0) -> Shape:
    """Return the shape of one model at one sequence length, with layers for multi-token prediction or without.

    >>> from denshi.catalog import find
    >>> shape_of(find(Model, "llama3.1-8b"), 8192.0).key_width
    1024.0
    """
    latent = model.attention == "mla"
    queries, values = score_widths(model)
    return Shape(
        layers=model.layers,
        moe_layers=moe_layers(model),
        hidden=model.hidden,
        vocab=model.vocab,
        tied=model.tied_embeddings,
        heads=model.heads,
        kv_heads=model.kv_heads,
        query_width=queries,
        key_width=queries if latent else model.kv_heads * model.head_dim,
        value_width=values if latent else model.kv_heads * model.head_dim,
        latent=float(latent),
        q_rank=model.q_lora_rank,
        kv_rank=model.kv_lora_rank,
        rope_width=model.rope_head_dim,
        score_width=queries + values,
        output_width=values,
        ffn=model.ffn,
        gated=model.gated_ffn,
        experts=model.experts,
        top_k=model.top_k,
        shared_ffn=model.shared_experts * model.expert_ffn,
        expert_ffn=model.expert_ffn,
        sequence=sequence,
        context=mean_context(model, sequence),
        predict_layers=predict_layers,
        params=total_params(model),
        active_params=active_params(model),
        expert_params=expert_params(model),
        shared_params=shared_params(model),
        flop_per_token=training_flop_per_token(model, sequence),
    )


def stacked(shapes: Sequence[Shape]) -> Shape:
    """Return one shape whose fields are arrays, one value a shape given."""
    return Shape(**{f.name: np.array([getattr(one, f.name) for one in shapes]) for f in fields(Shape)})
