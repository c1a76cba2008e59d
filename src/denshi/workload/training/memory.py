"""Memory of one accelerator in training: weights, gradients, optimizer states, activations, logits and buffers.

Everything broadcasts: a plan is a set of columns, a shape one model or many, and no part is computed on more axes than
it depends on. The fullest rank is on the first stage of the pipeline, where most micro-batches are in flight, or on the
last, where the logits are. Layers count as alike: a stage holds its share of the dense ones and of those with experts.
"""

from collections.abc import Mapping

import numpy as np

from denshi.workload.training.shape import Number, Shape, Values

Plan = Mapping[str, Values]

LEAN, FULL = 1.0, 2.0
"""Levels of recomputation: 0 the attention scores, 1 norms, activation function and up-projections too, 2 all.

Between 1 and 2, so large a share of the layers is recomputed whole: 1.25 is a quarter of them, the others lean.
"""

_VALUE_BYTES = 2.0
_WEIGHT_BYTES = 2.0
# the softmax of the scores, its dropout mask and what is left of it
_SCORE_BYTES = 5.0


def stage_layers(shape: Shape, plan: Plan) -> Values:
    """Layers of the largest pipeline stage, ``v ceil(L / (p v))``, at most L [1].

    Source: narayanan2021.
    """
    virtual = plan["virtual_stages"]
    return np.asarray(np.minimum(np.ceil(shape.layers / (plan["pp"] * virtual) - 1e-9) * virtual, shape.layers))


def parameters(shape: Shape, plan: Plan) -> tuple[Values, Values]:
    """Parameters that the fullest rank works with: those that every token meets, and the routed experts [1].

    ``(N_s l / L + V h n) / t`` and ``N_e l / (L e)`` for l of L layers. Tensor parallelism cuts attention, dense and
    shared feed-forward, router and token tables; expert parallelism the routed experts, whole ones to a rank. The first
    and the last stage carry a table each (n = 1), a single stage both, or one where they are tied.

    Source: narayanan2021, deepseekv3.
    """
    share = stage_layers(shape, plan) / shape.layers
    tables = np.where(plan["pp"] == 1, 2 - shape.tied, 1.0) * _table(shape)
    return (_in_layers(shape) * share + tables) / plan["tp"], shape.expert_params * share / plan["ep"]


def shards(plan: Plan) -> tuple[Values, Values]:
    """Ranks that share the states of the dense parameters, and those of a routed expert [1].

    Copies of an expert are on ``t c d / e`` ranks. Hybrid sharding spreads the states over a part of the copies, the
    same part for both: ``z`` and ``t z / e``, at least one, where z is ``d c`` or less.

    Source: rajbhandari2019.
    """
    dense = plan["shard"]
    return dense, np.maximum(dense * plan["tp"] / plan["ep"], 1.0)


def recomputed(plan: Plan) -> tuple[Values, Values]:
    """Shares of the layers that are recomputed whole and in their cheap parts, from the level of recomputation [1]."""
    full = np.clip(plan["recompute"] - LEAN, 0.0, 1.0)
    return full, np.where(plan["recompute"] >= LEAN, 1 - full, 0.0)


def in_flight(plan: Plan) -> tuple[Values, Values]:
    """Micro-batches whose activations the first and the last stage hold, in whole stages [1].

    First ``p`` and last 1 with one forward, one backward (zero-bubble schedules of the same memory too); interleaved
    ``p + (p - 1) / v`` and ``p - (p - 1) / v``; never more than there are in a step.

    Source: korthikanti2022 (first stage), narayanan2021 (the schedule, whose warm-up gives the last).
    """
    stages, virtual, batches = plan["pp"], plan["virtual_stages"], plan["micro_batches"]
    fill = (stages - 1) / virtual
    first = stages + np.where(virtual > 1, fill, 0.0)
    last = np.where(virtual > 1, stages - fill, 1.0)
    return np.minimum(first, batches), np.minimum(last, batches)


def layer_bytes(shape: Shape, plan: Plan) -> tuple[Values, Values]:
    """Bytes a token that a rank keeps of one layer, and those of a layer with nothing recomputed.

    ``10 h / t' + (2 (w_q + w_k + w_v + w_o + r) + 2 (2 + gated) f + 2 k h + 5 a s) / t``, where t' is t with sequence
    parallelism and 1 without, r are the compressed vectors of latent attention, f the width that a token meets (of k
    routed experts and the shared ones) and 2 k h its copies for the experts; ``5 a s``, the scores, only where kept.
    Lean: ``4 h / t' + (2 (w + w_o) + 2 (1 + gated) f + 2 k h) / t`` with w what queries, keys and values are made from.
    Whole: the input alone, ``2 h / t'``.

    Parameters
    ----------
    shape : models, of any kind in one array.
    plan : tp, sequence_parallel, scores_kept, recompute.

    Returns
    -------
    kept, working : [bytes/token], mean over the layers.

    Source: korthikanti2022 (equations 2 and 4: ``34 h`` and the scores), deepseekv3 (lean, section 3.2.3).
    """
    moe = shape.moe_layers / shape.layers
    width = (1 - moe) * shape.ffn + moe * (shape.top_k * shape.expert_ffn + shape.shared_ffn)
    copies = moe * shape.top_k * shape.hidden
    out = shape.score_width - shape.query_width
    latent = np.asarray(shape.latent) > 0
    compressed = np.where(latent, shape.q_rank + shape.kv_rank + shape.rope_width, 0.0)
    expanded = shape.query_width + shape.key_width + shape.value_width
    queries = np.where(np.asarray(shape.q_rank) > 0, 0.0, shape.query_width)
    sources = np.where(latent, compressed + queries, expanded)
    tensor = plan["tp"]
    undivided = np.where(plan["sequence_parallel"] > 0, tensor, 1.0)
    cut = _VALUE_BYTES * (expanded + out + compressed + (2 + shape.gated) * width + copies)
    scores = _SCORE_BYTES * shape.heads * shape.sequence * plan["scores_kept"]
    whole = 10 * shape.hidden / undivided + (cut + scores) / tensor
    lean = 4 * shape.hidden / undivided + _VALUE_BYTES * (sources + out + (1 + shape.gated) * width + copies) / tensor
    full_share, lean_share = recomputed(plan)
    kept = full_share * _VALUE_BYTES * shape.hidden / undivided + lean_share * lean
    return kept + (1 - full_share - lean_share) * whole, whole


def memory(
    shape: Shape,
    plan: Plan,
    *,
    gradient_bytes: Number = 4.0,
    optimizer_bytes: Number = 12.0,
    weight_bytes: Number = 2.0,
    logit_bytes: Number = 6.0,
    trained_fraction: Number = 1.0,
    buffer_bytes: Number = 0.0,
) -> dict[str, Values]:
    """Count the bytes on the fullest rank, part by part.

    ``w N + g N + o N`` of parameters, each divided by the ranks that share it: optimizer states from ZeRO-1 on,
    gradients from ZeRO-2, weights with ZeRO-3. Activations ``a T l m`` for T tokens of a micro-batch, l layers and m
    micro-batches in flight, plus one layer while it is recomputed whole. Logits ``b T V / t``. Activations and logits
    are those of the first or the last stage, whichever holds more.

    Parameters
    ----------
    shape : models; each field broadcasts with the plan.
    plan : tp, cp, pp, virtual_stages, ep, shard, micro_batch, micro_batches [1, at least 1], zero (0 to 3),
        recompute (0 to 2, see FULL), sequence_parallel, scores_kept (0 or 1).
    gradient_bytes, optimizer_bytes, weight_bytes : a parameter [bytes]; 32-bit main gradients, 32-bit weights and two
        moments, 16-bit weights unless given.
    logit_bytes : a logit [bytes]; the 16-bit product and its 32-bit softmax unless given. Losses that are not fused
        hold the 32-bit copy and its gradient as well: 14.
    trained_fraction : share of the parameters that is trained, as by adapters, 0 to 1; the rest is weights only.
    buffer_bytes : of the run time, the collectives and fragmentation [bytes].

    Returns
    -------
    dict : weight_bytes, gradient_bytes, optimizer_bytes, activation_bytes, logit_bytes, buffer_bytes and their sum
        memory_bytes [bytes], of shapes that broadcast to that of memory_bytes.

    Source: rajbhandari2019, korthikanti2022.

    >>> from denshi.catalog import Model, find
    >>> from denshi.workload.training.shape import shape_of
    >>> ones = "tp cp pp virtual_stages ep dp shard micro_batch micro_batches sequence_parallel".split()
    >>> plan = {name: 1.0 for name in ones} | {"zero": 1.0, "recompute": 2.0, "scores_kept": 0.0}
    >>> parts = memory(shape_of(find(Model, "llama3.1-8b"), 8192.0), plan)
    >>> {name.removesuffix("_bytes"): round(float(part) / 1e9) for name, part in parts.items()}
    {'weight': 16, 'gradient': 32, 'optimizer': 96, 'activation': 3, 'logit': 6, 'buffer': 0, 'memory': 154}
    """
    dense, experts = parameters(shape, plan)
    dense_ranks, expert_ranks = shards(plan)

    def held(from_stage: float) -> Values:
        sharded = plan["zero"] >= from_stage
        return np.asarray(dense / np.where(sharded, dense_ranks, 1.0) + experts / np.where(sharded, expert_ranks, 1.0))

    activations, logits = _activations(shape, plan, logit_bytes)
    parts = {
        "weight_bytes": weight_bytes * held(3),
        "gradient_bytes": gradient_bytes * trained_fraction * held(2),
        "optimizer_bytes": optimizer_bytes * trained_fraction * held(1),
        "activation_bytes": activations,
        "logit_bytes": logits,
        "buffer_bytes": buffer_bytes + _gathered(shape, plan, gradient_bytes * trained_fraction),
    }
    return {name: np.asarray(part) for name, part in parts.items()} | {"memory_bytes": np.asarray(sum(parts.values()))}


def _activations(shape: Shape, plan: Plan, logit_bytes: Number) -> tuple[Values, Values]:
    """Activations and logits of the stage that holds more of them together [bytes]."""
    tokens = plan["micro_batch"] * shape.sequence / plan["cp"]
    kept, working = layer_bytes(shape, plan)
    first_batches, last_batches = in_flight(plan)
    stage = kept * stage_layers(shape, plan)
    again = np.where(recomputed(plan)[0] > 0, working, 0.0)
    logits = logit_bytes * shape.vocab / plan["tp"]
    last = (last_batches - first_batches) * stage + logits >= 0
    batches = np.where(last, last_batches, first_batches)
    return tokens * (stage * batches + again), np.asarray(tokens * np.where(last, logits, 0.0))


def _gathered(shape: Shape, plan: Plan, gradient_bytes: Number) -> Values:
    """Parameters and gradients made whole for the moment [bytes].

    ZeRO-2 holds the gradients of one unit (a layer, or a token table) until they are scattered; ZeRO-3 also the weights
    of two units, the one at work and the next. Nothing where the states are not shared: they are whole already.
    """
    dense_ranks, expert_ranks = shards(plan)
    table = np.where(dense_ranks > 1, _table(shape) / plan["tp"], 0.0)
    shared = np.where(dense_ranks > 1, _in_layers(shape) / shape.layers / plan["tp"], 0.0)
    experts = shape.expert_params / np.maximum(shape.moe_layers, 1.0) / plan["ep"]
    layer = shared + np.where(expert_ranks > 1, experts, 0.0)
    largest = np.maximum(layer, table)
    weights = np.where(plan["zero"] >= 3, _WEIGHT_BYTES * (layer + largest), 0.0)
    return np.asarray(weights + np.where(plan["zero"] >= 2, gradient_bytes * largest, 0.0))


def _table(shape: Shape) -> Number:
    return shape.vocab * shape.hidden


def _in_layers(shape: Shape) -> Number:
    return shape.shared_params - _table(shape) * (2 - shape.tied)


__all__ = ["FULL", "LEAN", "in_flight", "layer_bytes", "memory", "parameters", "recomputed", "shards", "stage_layers"]
