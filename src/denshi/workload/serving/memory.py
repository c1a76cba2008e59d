"""Memory of a serving rank: weights, and how many sequences the rest holds."""

import numpy as np
from numpy.typing import NDArray

from denshi.workload.serving.engine import Rates
from denshi.workload.serving.machine import Machine
from denshi.workload.serving.operators import Number, Split, cache_shards
from denshi.workload.serving.shape import Shape

Values = NDArray[np.float64]

_TABLE_BYTES = 2.0


def weight_bytes(shape: Shape, machine: Machine, split: Split) -> Values:
    """Weights on one rank: attention cut by tp, dense blocks and experts by all ranks, every stage its layers [bytes].

    Vocabulary tables stay in 16 bits.
    """
    grouped = np.asarray(shape.attention_params) * machine.wide_bytes / split.tp
    dense = np.asarray(shape.dense_params) * machine.wide_bytes / split.ranks
    tables = np.asarray(shape.tables) * shape.head_params * _TABLE_BYTES / split.tp
    experts = np.asarray(shape.expert_params) * machine.expert_bytes / split.ranks
    return np.asarray((grouped + dense + tables + experts) / split.pp)


def token_bytes(shape: Shape, machine: Machine, split: Split) -> Values:
    """Cache of one token on one rank, the index of sparse attention included [bytes/token]."""
    values = np.asarray(shape.cache_values) * machine.cache_bytes / cache_shards(shape, split)
    return np.asarray((values + shape.index_bytes) / split.pp)


def cache_room_bytes(shape: Shape, machine: Machine, rates: Rates, split: Split) -> Values:
    """Memory that an engine gives to the cache on one rank; not positive where the weights do not fit [bytes].

    A share of what weights and buffers leave, or a share of all memory less both, by the engine's convention.
    """
    held = np.asarray(machine.memory_bytes) * rates.memory_label
    taken = weight_bytes(shape, machine, split) + rates.reserved_bytes
    of_all = np.asarray(rates.memory_fraction) * held - taken
    return np.asarray(np.where(rates.of_free, np.asarray(rates.memory_fraction) * (held - taken), of_all))


def sequences_held(
    shape: Shape, machine: Machine, rates: Rates, split: Split, input_tokens: Number, output_tokens: Number
) -> Values:
    """Sequences of one attention group that the cache holds at once, by what the engine reserves for each [1].

    ``room / (token bytes (input + r output) + state)`` with r the share of the output held in reserve; below one where
    not even one request fits.
    """
    tokens = np.asarray(input_tokens) + np.asarray(rates.output_reserved) * output_tokens
    each = token_bytes(shape, machine, split) * tokens + np.asarray(shape.state_bytes) / split.tp / split.pp
    return np.asarray(np.maximum(cache_room_bytes(shape, machine, rates, split), 0.0) / np.maximum(each, 1.0))
