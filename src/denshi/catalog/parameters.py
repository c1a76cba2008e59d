"""How many parameters a transformer has, from its layer shape alone."""

from denshi.catalog.schema import Model


def total_params(model: Model) -> float:
    """Count every parameter of a transformer.

    ``N = V h (2 - tied) + L (A + 2 h) + L_dense F(f) + L_moe ((E + S) F(f_e) + E h) + h + extra``
    with ``F(f) = (2 + gated) h f`` and the attention ``A`` of :func:`attention_params`.

    Parameters
    ----------
    model : layer shape; ``extra_params`` holds the small terms that a config states (biases, sinks, extra norms).

    Returns
    -------
    float : parameters [1].

    Source: narayanan2021 (dense count), deepseekv3 (latent attention and experts).

    >>> from denshi.catalog import find
    >>> round(total_params(find(Model, "llama3.1-8b")) / 1e9, 2)
    8.03
    """
    return _params(model, model.experts + model.shared_experts)


def active_params(model: Model) -> float:
    """Count the parameters that one token passes through: as the total, with top-k of the experts in place of all.

    Embedding and output table are both counted, as most makers do (OpenAI leaves one out for gpt-oss).

    Parameters
    ----------
    model : layer shape.

    Returns
    -------
    float : parameters [1]; equal to the total for a dense model.

    Source: deepseekv3.

    >>> from denshi.catalog import find
    >>> round(active_params(find(Model, "deepseek-v3")) / 1e9, 1)
    37.6
    """
    return _params(model, model.top_k + model.shared_experts)


def moe_layers(model: Model) -> float:
    """Count the mixture-of-experts layers [1]: every ``moe_interval``-th of those after the first dense ones.

    >>> from denshi.catalog import find
    >>> moe_layers(find(Model, "llama4-maverick"))
    24.0
    """
    return float((model.layers - model.dense_layers) // model.moe_interval) if model.experts else 0.0


def attention_params(model: Model) -> float:
    """Count the attention projections of one layer.

    Grouped heads: ``A = h d (2 n + 2 n_kv)``. Latent attention, with ranks ``r_q``, ``r_kv``, rotary part ``d_r``,
    value head ``d_v`` and ``head_dim`` the part of a query head without rotary position:
    ``A = Q + h (r_kv + d_r) + r_kv + r_kv n (d + d_v) + n d_v h``, ``Q = h r_q + r_q + r_q n (d + d_r)``,
    or ``Q = h n (d + d_r)`` where queries are not compressed.

    Parameters
    ----------
    model : layer shape.

    Returns
    -------
    float : parameters of one layer's attention [1].

    Source: deepseekv3.
    """
    h, n, d = model.hidden, model.heads, model.head_dim
    if model.attention != "mla":
        return h * d * (2 * n + 2 * model.kv_heads)
    query_width = n * (d + model.rope_head_dim)
    rank = model.q_lora_rank
    query = h * rank + rank + rank * query_width if rank else h * query_width
    down = h * (model.kv_lora_rank + model.rope_head_dim) + model.kv_lora_rank
    up = model.kv_lora_rank * n * (d + model.v_head_dim)
    return query + down + up + n * model.v_head_dim * h


def _params(model: Model, experts_used: float) -> float:
    h = model.hidden
    matrices = 2 + model.gated_ffn
    moe = moe_layers(model)
    embeddings = model.vocab * h * (2 - model.tied_embeddings)
    dense_ffn = (model.layers - moe) * matrices * h * model.ffn
    moe_ffn = moe * (experts_used * matrices * h * model.expert_ffn + model.experts * h)
    norms = 2 * h * model.layers + h
    return embeddings + model.layers * attention_params(model) + dense_ffn + moe_ffn + norms + model.extra_params
