"""Time of the exchanges between ranks: tensor, context, expert, pipeline and data parallelism on a cluster's tiers.

The inner tier is the scale-up domain, the outer one the scale-out network. Groups are laid out as tensor, context,
expert or data, pipeline: the first fill the domain first. Where several fabrics had to be joined, states and stages
may cross from one to another at the rate between them; groups that exchange each layer are kept within one. All
functions broadcast.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from denshi.workload.collectives import all_to_all_s, three_tier_reduce_scatter_s, two_tier_reduce_scatter_s
from denshi.workload.training.machine import Machine, Stack
from denshi.workload.training.memory import parameters, shards, stage_layers
from denshi.workload.training.shape import Shape

Values = NDArray[np.float64]
Columns = Mapping[str, Values]

_VALUE_BYTES = 2.0
_NODE_LIMIT = 4.0
"""Most domains that a token is sent to: routing is limited to four nodes (deepseekv3, section 2.1.2)."""


def inside(machine: Machine, stack: Stack) -> Values:
    """Rate of large collectives within the scale-up domain, one direction [bytes/s]."""
    return np.asarray(machine.inside_bytes_per_s * np.asarray(stack.link))


def outside(machine: Machine, stack: Stack) -> Values:
    """Rate of large collectives over the scale-out network, one direction, per accelerator [bytes/s]."""
    return np.asarray(machine.outside_bytes_per_s * np.asarray(stack.network))


def beyond(machine: Machine, stack: Stack) -> Values:
    """Rate of large collectives between joined fabrics, one direction, per accelerator [bytes/s]."""
    return np.asarray(machine.beyond_bytes_per_s * np.asarray(stack.network))


def tensor_s(shape: Shape, plan: Columns, machine: Machine, stack: Stack) -> Values:
    """Exposed collectives of tensor parallelism, one layer forward (the backward pass has the same).

    Two all-reduces, each a reduce-scatter and an all-gather of ``2 b s h / c`` bytes, with or without sequence
    parallelism.

    Source: korthikanti2022.
    """
    tp = plan["tp"]
    payload = _VALUE_BYTES * shape.hidden * plan["micro_batch"] * shape.sequence / plan["cp"]
    local = np.minimum(tp, machine.domain)
    one_s = two_tier_reduce_scatter_s(tp, local, payload, inside(machine, stack), outside(machine, stack))
    return np.asarray(4 * (stack.tensor_exposed * one_s + stack.collective_latency_s * (tp > 1)))


def context_s(shape: Shape, plan: Columns, machine: Machine, stack: Stack) -> Values:
    """Exposed exchange of keys and values over the context-parallel group, one layer forward.

    ``(c - 1) / c`` of the keys and values of the whole sequence pass every rank, in a ring or an all-gather.

    Source: liu2023ring.
    """
    tp, cp = plan["tp"], plan["cp"]
    width = (np.asarray(shape.key_width) + shape.value_width) / tp
    payload = _VALUE_BYTES * width * plan["micro_batch"] * shape.sequence
    local = np.clip(machine.domain / tp, 1.0, cp)
    one_s = two_tier_reduce_scatter_s(cp, local, payload, inside(machine, stack), outside(machine, stack))
    return np.asarray(stack.context_exposed * one_s + stack.collective_latency_s * (cp > 1))


def expert_s(shape: Shape, plan: Columns, machine: Machine, stack: Stack) -> Values:
    """Exposed dispatch and combine of one layer with experts, forward.

    Every rank sends its ``b s / (t c)`` tokens of ``2 h`` bytes to k experts and takes them back.

    Source: deepseekv3.
    """
    ep = plan["ep"]
    tokens = plan["micro_batch"] * shape.sequence / (plan["cp"] * plan["tp"])
    payload = _VALUE_BYTES * shape.hidden * tokens
    local = np.minimum(ep, machine.domain)
    one_s = all_to_all_s(
        ep, local, payload, shape.top_k, inside(machine, stack), outside(machine, stack), most_domains=_NODE_LIMIT
    )
    exposed = np.where(ep > machine.domain, stack.far_expert_exposed, stack.expert_exposed)
    return np.asarray(2 * (exposed * one_s + stack.collective_latency_s * (ep > 1)))


def hand_over_s(shape: Shape, plan: Columns, machine: Machine, stack: Stack) -> Values:
    """Time to hand activations to the next stage and take gradients back, one micro-batch."""
    tokens = plan["micro_batch"] * shape.sequence / (plan["cp"] * plan["tp"])
    payload = _VALUE_BYTES * shape.hidden * tokens
    span = plan["tp"] * plan["cp"] * plan["dp"] * 2
    far = np.where(span <= machine.pod, outside(machine, stack), beyond(machine, stack))
    rate = np.where(span <= machine.domain, inside(machine, stack), far)
    return np.asarray(2 * (plan["pp"] > 1) * (payload / rate + stack.collective_latency_s))


def state_s(shape: Shape, plan: Columns, machine: Machine, stack: Stack) -> tuple[Values, Values]:
    """Exchange of gradients and of weights over all data-parallel ranks, whole stage, once [s].

    A reduce-scatter of the gradients, an all-gather of the weights; the routed experts over the ranks that hold the
    same ones.

    Returns
    -------
    gradients, weights : not reduced by what arithmetic hides [s].

    Source: rajbhandari2019.
    """
    ranks = plan["dp"] * plan["cp"]
    copies = np.maximum(ranks * plan["tp"] / plan["ep"], 1.0)
    return _shared_s(shape, plan, machine, stack, ranks, copies)


def layer_state_s(shape: Shape, plan: Columns, machine: Machine, stack: Stack) -> Values:
    """Gather of the weights of one layer, twice, and scatter of its gradients, over the ranks that share them [s].

    Source: zhao2023fsdp.
    """
    gradients, weights = _shared_s(shape, plan, machine, stack, *shards(plan))
    latency = 3 * np.asarray(stack.collective_latency_s) * (plan["shard"] > 1)
    return np.asarray((gradients + 2 * weights) / stage_layers(shape, plan) + latency)


def replica_s(shape: Shape, plan: Columns, machine: Machine, stack: Stack) -> Values:
    """All-reduce of the gradients among the copies of hybrid sharding, over the network, once a step [s].

    Source: zhao2023fsdp.
    """
    dense, experts = parameters(shape, plan)
    dense_ranks, expert_ranks = shards(plan)
    copies = plan["dp"] * plan["cp"] / dense_ranks
    held = dense / dense_ranks + experts / expert_ranks
    near = np.clip(machine.pod / (plan["tp"] * dense_ranks), 1.0, copies)
    rates = outside(machine, stack), beyond(machine, stack)
    return 2 * two_tier_reduce_scatter_s(copies, near, np.asarray(stack.gradient_bytes) * held, *rates)


def _shared_s(
    shape: Shape, plan: Columns, machine: Machine, stack: Stack, ranks: Values, copies: Values
) -> tuple[Values, Values]:
    """Reduce-scatter of gradients and all-gather of weights: shared parameters over ranks, experts over copies [s]."""
    dense, experts = parameters(shape, plan)
    rates = inside(machine, stack), outside(machine, stack), beyond(machine, stack)
    near, pod = (np.clip(size / plan["tp"], 1.0, ranks) for size in (machine.domain, machine.pod))
    near_copies, pod_copies = (np.clip(size / plan["ep"], 1.0, copies) for size in (machine.domain, machine.pod))

    def one(bytes_per_param: Values | float) -> Values:
        shared = three_tier_reduce_scatter_s(ranks, near, pod, bytes_per_param * dense, *rates)
        return np.asarray(
            shared + three_tier_reduce_scatter_s(copies, near_copies, pod_copies, bytes_per_param * experts, *rates)
        )

    return one(np.asarray(stack.gradient_bytes)), one(_VALUE_BYTES)
