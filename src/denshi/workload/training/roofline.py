"""Where the operators of one configuration stand under the roofs of its accelerator: intensity and rate reached.

Nothing is counted apart from the step model. On an accelerator of one FLOP/s and boundless memory the time of an
operator is its FLOP; on one that computes in no time and moves one byte a second it is the bytes that it moves.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import TypedDict

import numpy as np

from denshi.workload.training.machine import Machine, Stack
from denshi.workload.training.memory import FULL
from denshi.workload.training.operators import attention_s, dense_products_s, expert_products_s, head_s
from denshi.workload.training.shape import Number, Shape
from denshi.workload.training.step import Columns, layer_s

_VALUE_BYTES = 2.0
# norms, activation functions and casts: one operation for each 16-bit number read or written
_FLOP_PER_PASSED_BYTE = 0.5


class Operators(TypedDict):
    """Operators of a layer and the output head, forward: name, FLOP over bytes moved, FLOP over seconds."""

    operator_names: tuple[str, ...]
    operator_flop_per_byte: tuple[float, ...]
    operator_flop_per_s: tuple[float, ...]


def roofline(shape: Shape, machine: Machine, stack: Stack, plan: Mapping[str, Number]) -> Operators:
    """Return arithmetic intensity and rate of the operators of one configuration, forward, on one rank.

    ``I = FLOP / bytes`` and ``P = FLOP / t`` with t, FLOP and bytes of the step model; ``P <= min(peak, I B)``. Where
    fused attention would need more bytes than memory moves in its time, the rest is taken to stay in the cache.

    Parameters
    ----------
    shape, machine, stack : of one model on one accelerator; see there.
    plan : scalar columns tp, cp, ep, micro_batch and sequence_parallel at least [1].

    Returns
    -------
    dict : operator_names, of "projections" (of attention), "ffn" (of dense layers), "experts" (routed), "attention"
        (its core), "head" and "passes" (over memory, at one operation a number) those that the model has;
        operator_flop_per_byte [FLOP/byte]; operator_flop_per_s [FLOP/s].

    Source: williams2009.
    """
    counting = replace(machine, product_flop_per_s=1.0, bf16_flop_per_s=1.0, memory_bytes_per_s=inf, multiprocessors=1)
    exact = replace(
        stack, product=1, bf16_product=1, saturation=0, attention=1, score_width=0, grouped=1, grouped_saturation=0
    )
    moving = replace(machine, product_flop_per_s=inf, bf16_flop_per_s=inf, memory_bytes_per_s=1.0)
    columns = {name: np.asarray(value, dtype=np.float64) for name, value in plan.items()}
    flop = _forward_s(shape, counting, exact, columns)
    moved = _forward_s(shape, moving, replace(stack, memory=1.0), columns)
    moved["attention"] += _attention_operand_bytes(shape, columns)
    took = _forward_s(shape, machine, stack, columns)
    memory_bytes_per_s = machine.memory_bytes_per_s * np.asarray(stack.memory)
    took["passes"] = _passes_s(shape, machine, stack, columns)
    moved["passes"] = float(took["passes"] * memory_bytes_per_s)
    flop["passes"] = _FLOP_PER_PASSED_BYTE * moved["passes"]
    names = tuple(name for name, seconds in took.items() if seconds > 0)
    held = {name: min(moved[name], float(took[name] * memory_bytes_per_s)) for name in names}
    return {
        "operator_names": names,
        "operator_flop_per_byte": tuple(flop[name] / held[name] for name in names),
        "operator_flop_per_s": tuple(flop[name] / (took[name] * float(stack.slowness)) for name in names),
    }


def _forward_s(shape: Shape, machine: Machine, stack: Stack, plan: Columns) -> dict[str, float]:
    """Time of the operators for one micro-batch, those that the model lacks at zero [s]."""
    tp, tokens = plan["tp"], _tokens(shape, plan)
    projections, ffn = dense_products_s(shape, tokens, tp, machine, stack)
    experts, _ = expert_products_s(shape, tokens, tp, plan["ep"], machine, stack)
    head, _ = head_s(shape, tokens, tp, machine, stack)
    parts = {
        "projections": projections,
        "ffn": ffn * (shape.moe_layers < shape.layers),
        "experts": experts * (np.asarray(shape.moe_layers) > 0),
        "attention": attention_s(shape, tokens, tp, machine, stack),
        "head": head,
    }
    return {name: float(part) for name, part in parts.items()}


def _attention_operand_bytes(shape: Shape, plan: Columns) -> float:
    """Queries and outputs of a rank's tokens, keys and values of the whole sequence, each once."""
    own = _tokens(shape, plan) * (np.asarray(shape.query_width) + shape.output_width)
    seen = plan["micro_batch"] * shape.sequence * (np.asarray(shape.key_width) + shape.value_width)
    return float(_VALUE_BYTES * (own + seen) / plan["tp"])


def _passes_s(shape: Shape, machine: Machine, stack: Stack, plan: Columns) -> float:
    """Passes of one layer forward: what a layer takes longer where it is computed again as a whole [s]."""
    again, once = (
        layer_s(shape, machine, stack, {**plan, "recompute": np.asarray(level)}).passes for level in (FULL, 0.0)
    )
    return float(again - once)


def _tokens(shape: Shape, plan: Columns) -> Number:
    return plan["micro_batch"] * shape.sequence / plan["cp"]


__all__ = ["Operators", "roofline"]
