"""Time of one training step, for many configurations at once.

A configuration is one position of a set of columns that broadcast: ``tp``, ``cp``, ``pp``, ``virtual_stages``, ``ep``,
``dp``, ``micro_batch`` (sequences), ``micro_batches``, ``recompute``, ``zero``, ``shard``, ``zero_bubble``,
``sequence_parallel``. Shape, machine and stack may be single or one a column too. Nothing loops over configurations,
and no part is computed on more axes than it depends on.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.workload.training.exchange import (
    context_s,
    expert_s,
    hand_over_s,
    layer_state_s,
    replica_s,
    state_s,
    tensor_s,
)
from denshi.workload.training.machine import Machine, Stack
from denshi.workload.training.memory import parameters, recomputed, shards, stage_layers
from denshi.workload.training.operators import (
    attention_s,
    casts_s,
    dense_products_s,
    expert_products_s,
    head_s,
    larger,
    passes_s,
    permute_s,
    width_passes_s,
)
from denshi.workload.training.shape import Shape

Values = NDArray[np.float64]
Number = float | Values
Columns = Mapping[str, Values]

# backward over forward: two products for one, unless the weights are frozen; attention with its scores computed again
# (in the kernel where it is fused, else as a third forward pass unless the whole layer is computed again);
# passes that read the gradient as well; launches
_PRODUCT_BACKWARD = 2.0
_ATTENTION_BACKWARD = 2.5
_PASS_BACKWARD = 1.6
_HOST_BACKWARD = 1.8
_OPTIMIZER_PASS_BYTES = 28.0


@dataclass(frozen=True, slots=True)
class Layer:
    """Times of one layer for one micro-batch on one rank, forward and backward [s]; exchanges apart."""

    products: Values
    attention: Values
    passes: Values
    tensor: Values
    context: Values
    expert: Values
    host: Values

    @property
    def arithmetic(self) -> Values:
        """What the accelerator computes."""
        return self.products + self.attention + self.passes

    @property
    def exchanged(self) -> Values:
        """Exposed exchanges."""
        return self.tensor + self.context + self.expert

    @property
    def total(self) -> Values:
        """Larger of what the accelerator does and what the host launches."""
        return larger(self.arithmetic + self.exchanged, self.host)


def layer_s(shape: Shape, machine: Machine, stack: Stack, plan: Columns, trained: Number = 1.0) -> Layer:
    """Time of the mean layer for one micro-batch: forward, backward and what is computed again.

    Parameters
    ----------
    shape, machine, stack, plan : see the module.
    trained : 1 where all weights are trained, 0 where they are frozen (adapters): no product for their gradients.

    Source: narayanan2021, korthikanti2022, dao2022.
    """
    tp, tokens = plan["tp"], plan["micro_batch"] * shape.sequence / plan["cp"]
    moe = np.asarray(shape.moe_layers / shape.layers)
    projections, ffn = dense_products_s(shape, tokens, tp, machine, stack)
    expert, shared = expert_products_s(shape, tokens, tp, plan["ep"], machine, stack)
    core = attention_s(shape, tokens, tp, machine, stack)
    undivided = 1 - np.asarray(plan["sequence_parallel"])
    routed = np.asarray(shape.top_k) * shape.expert_ffn + shape.shared_ffn
    quantised = (
        shape.hidden
        + shape.output_width
        + (1 - moe) * (shape.hidden + shape.ffn)
        + moe * (np.asarray(shape.top_k) * shape.hidden + routed)
    )
    passes = (
        passes_s(shape, tokens, tp, undivided, machine, stack)
        + casts_s(quantised, tokens, tp, machine, stack)
        + (1 - moe) * width_passes_s(shape.ffn, stack.ffn_passes, tokens, tp, machine, stack)
        + moe * width_passes_s(routed, stack.moe_ffn_passes, tokens, tp, machine, stack)
        + moe * permute_s(shape, tokens, tp, machine, stack)
    )
    full, lean = recomputed(plan)
    products = projections + (1 - moe) * ffn + moe * (expert + shared)
    tensor, context = tensor_s(shape, plan, machine, stack), context_s(shape, plan, machine, stack)
    exchange = moe * expert_s(shape, plan, machine, stack)
    host = (1 - moe) * stack.layer_host_s + moe * stack.moe_layer_host_s
    return Layer(
        products=products * (1 + full + 1 + (_PRODUCT_BACKWARD - 1) * np.asarray(trained)),
        attention=core * (1 + full + np.where(np.asarray(stack.fused_attention) > 0, _ATTENTION_BACKWARD, 3 - full)),
        passes=passes * (1 + full + 0.7 * lean + _PASS_BACKWARD),
        tensor=tensor * (2 + full),
        context=context * (3 + full),
        expert=exchange * (2 + full),
        host=np.asarray(host * (1 + full + _HOST_BACKWARD)),
    )


def time(
    shape: Shape, machine: Machine, stack: Stack, plan: Columns, accelerators: Number, trained: Number = 1.0
) -> dict[str, Values]:
    """Return the parts of the step time of every configuration.

    ``t = (m t_heaviest + (p - 1) / v t_stage + t_states + t_optimizer + t_fixed) (1 + sigma log2(n / 8))``: the
    heaviest stage sets the pace, an ordinary one fills and drains the pipeline.

    Parameters
    ----------
    shape, machine, stack, plan : see the module.
    accelerators : of the run, n [1].
    trained : share of the weights that is trained, 1 or about 0 [1].

    Returns
    -------
    dict : product_s, attention_s, passes_s, host_s, tensor_s, context_s, expert_s, pipeline_s, data_s, bubble_s,
        optimizer_s, fixed_s, straggler_s and their sum step_s [s].

    Source: narayanan2021, korthikanti2022, rajbhandari2019, qi2024zerobubble.
    """
    layer = layer_s(shape, machine, stack, plan, trained)
    layers, batches = stage_layers(shape, plan), plan["micro_batches"]
    head_product, loss = head_s(shape, plan["micro_batch"] * shape.sequence / plan["cp"], plan["tp"], machine, stack)
    heads = 1 + np.asarray(shape.predict_layers)
    head = heads * (3 * head_product + loss)
    one = layer.total
    # an uneven split leaves slots free on the last stage, which the output head fills
    free = layers * plan["pp"] - shape.layers
    head_left = np.maximum(head + (shape.predict_layers - free) * one, 0.0)
    work = batches * layers
    hand_over = hand_over_s(shape, plan, machine, stack)
    # fewer micro-batches than stages leave no room for schedules that shorten the bubble
    enough = batches >= plan["pp"]
    fill = (plan["pp"] - 1) / np.where(enough, plan["virtual_stages"], 1.0)
    # zero-bubble schedules put gradients of the weights, a third of the work, into the bubble
    filled = np.where(enough & (np.asarray(plan["zero_bubble"]) > 0), 1 / 3, 1.0)
    data = _states_s(shape, machine, stack, plan, work, one) * np.asarray(trained)
    parts = {
        "product_s": work * layer.products + batches * head_left * 3 * head_product / (3 * head_product + loss),
        "attention_s": work * layer.attention,
        "passes_s": work * layer.passes + batches * head_left * loss / (3 * head_product + loss),
        "host_s": work * (one - layer.arithmetic - layer.exchanged),
        "tensor_s": work * layer.tensor,
        "context_s": work * layer.context,
        "expert_s": work * layer.expert,
        "pipeline_s": batches * plan["virtual_stages"] * stack.pipeline_exposed * hand_over,
        "data_s": data,
        "bubble_s": fill * filled * layers * one + (plan["pp"] - 1) * hand_over,
        "optimizer_s": _optimizer_s(shape, machine, stack, plan) * trained,
        "fixed_s": np.asarray(stack.step_host_s),
    }
    parts = {name: part * stack.slowness for name, part in parts.items()}
    # small grids first: only the last sums are as large as the whole one
    busy = sum(sorted(parts.values(), key=np.size))
    doublings = np.log2(np.maximum(np.asarray(accelerators) / 8, 1.0))
    parts["straggler_s"] = np.asarray(stack.straggler * doublings * busy)
    return parts | {"step_s": np.asarray(busy + parts["straggler_s"])}


def _states_s(
    shape: Shape, machine: Machine, stack: Stack, plan: Columns, work: Values, layer_total_s: Values
) -> Values:
    """Exposed exchange of gradients and weights in one step, or what fully sharded layers wait for theirs."""
    gradients, weights = state_s(shape, plan, machine, stack)
    once = stack.data_exposed * (gradients + weights)
    sharded = np.asarray(plan["zero"]) >= 3
    if not sharded.any():
        return np.asarray(once)
    gathered = layer_state_s(shape, plan, machine, stack)
    late = larger(gathered, layer_total_s) - layer_total_s
    return np.where(sharded, work * late + stack.data_exposed * replica_s(shape, plan, machine, stack), once)


def _optimizer_s(shape: Shape, machine: Machine, stack: Stack, plan: Columns) -> Values:
    """One pass over states, gradients and weights of the parameters that a rank updates."""
    dense, experts = parameters(shape, plan)
    dense_ranks, expert_ranks = shards(plan)
    cut = np.asarray(plan["zero"]) >= 1
    held = dense / np.where(cut, dense_ranks, 1.0) + experts / np.where(cut, expert_ranks, 1.0)
    return np.asarray(_OPTIMIZER_PASS_BYTES * held / (machine.memory_bytes_per_s * np.asarray(stack.memory)))
