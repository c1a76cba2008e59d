"""Memory of one accelerator in training: weights, gradients, optimizer states and activations."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Model
from denshi.workload.transformer import (
    activation_bytes_per_token,
    expert_params,
    lean_activation_bytes_per_token,
    shared_params,
)

Values = NDArray[np.float64]
Columns = Mapping[str, Values]

WEIGHT_BYTES = 2.0
GRADIENT_BYTES = 4.0
OPTIMIZER_BYTES = 12.0
"""Bytes a parameter: 16-bit weights, 32-bit main gradients, 32-bit master weights and two Adam moments (ZeRO paper)."""

LEAN, FULL = 1.0, 2.0
"""Levels of recomputation: 0 the attention scores, 1 norms, activation function and up-projections too, 2 all.

Between 1 and 2, so large a share of the layers is recomputed whole: 1.25 is a quarter of them, the others lean.
"""

LOGIT_BYTES = 6.0
"""Bytes a logit: the 16-bit product and its 32-bit softmax (korthikanti2022, section 4.3)."""


def stage_layers(model: Model, columns: Columns) -> Values:
    """Layers of the largest pipeline stage: ``v ceil(L / (p v))`` [1]."""
    virtual = columns["virtual_stages"]
    return np.asarray(np.ceil(model.layers / (columns["pp"] * virtual) - 1e-9) * virtual)


def parameters_per_rank(model: Model, columns: Columns) -> tuple[Values, Values]:
    """Parameters that the fullest rank holds: those that every token meets, and the routed experts [1].

    Tensor parallelism cuts the first by t, expert parallelism the second by e, the pipeline both; the first and the
    last stage carry the token tables.
    """
    share = stage_layers(model, columns) / model.layers
    tables = model.vocab * model.hidden
    in_layers = shared_params(model) - tables * (2 - model.tied_embeddings)
    table_copies = np.where(columns["pp"] == 1, 2 - model.tied_embeddings, 1.0)
    dense = (in_layers * share + tables * table_copies) / columns["tp"]
    return dense, expert_params(model) * share / columns["ep"]


def state_bytes(model: Model, columns: Columns) -> tuple[Values, Values, Values]:
    """Bytes of weights, gradients and optimizer states on the fullest rank, with ZeRO-1.

    ``2 N_r``, ``4 N_r`` and ``12 N_r / D``: the optimizer states are cut by the data-parallel group, which for routed
    experts is the group of ranks that hold the same experts.

    Parameters
    ----------
    model : layer shape.
    columns : tp, pp, virtual_stages, ep, dp, cp, one value a configuration [1].

    Returns
    -------
    weights, gradients, optimizer : [bytes].

    Source: rajbhandari2019.

    >>> import numpy as np
    >>> from denshi.catalog import find
    >>> one = {name: np.ones(1) for name in ("tp", "pp", "virtual_stages", "ep", "dp", "cp")}
    >>> [round(float(part[0]) / 1e9) for part in state_bytes(find(Model, "llama3.1-8b"), one)]
    [16, 32, 96]
    """
    dense, experts = parameters_per_rank(model, columns)
    copies = columns["dp"] * columns["cp"]
    expert_copies = np.maximum(copies * columns["tp"] / columns["ep"], 1.0)
    held = dense + experts
    return WEIGHT_BYTES * held, GRADIENT_BYTES * held, OPTIMIZER_BYTES * (dense / copies + experts / expert_copies)


def recomputed(columns: Columns) -> tuple[Values, Values]:
    """Shares of the layers that are recomputed whole and in their cheap parts, from the level of recomputation [1]."""
    full = np.clip(columns["recompute"] - LEAN, 0.0, 1.0)
    return full, np.where(columns["recompute"] >= LEAN, 1 - full, 0.0)


def activation_bytes(model: Model, sequence: float, columns: Columns) -> Values:
    """Bytes of activations on the fullest rank.

    A layer keeps ``a s b / (t c)`` with sequence parallelism: a of ``activation_bytes_per_token``, or less where cheap
    parts are computed again (``lean_activation_bytes_per_token``), or its input alone, ``2 s b h / (t c)``, under full
    recomputation, plus one layer while that is computed again. Stage 0 of a one-forward-one-
    backward pipeline holds p micro-batches in flight (``p (1 + (p - 1) / (p v))`` when interleaved); the last stage
    holds one and the logits.

    Parameters
    ----------
    model : layer shape.
    sequence : sequence length [tokens].
    columns : tp, pp, virtual_stages, cp, micro_batch, micro_batches [1], recompute (level).

    Returns
    -------
    array : [bytes].

    Source: korthikanti2022.
    """
    tokens = columns["micro_batch"] * sequence / columns["cp"]
    per_layer = activation_bytes_per_token(model) * tokens / columns["tp"]
    checkpoint = WEIGHT_BYTES * model.hidden * tokens / columns["tp"]
    full, lean = recomputed(columns)
    lean_bytes = per_layer * (lean_activation_bytes_per_token(model) / activation_bytes_per_token(model))
    kept = full * checkpoint + lean * lean_bytes + (1 - full - lean) * per_layer
    layers = stage_layers(model, columns)
    stages, virtual = columns["pp"], columns["virtual_stages"]
    interleaved = np.where(virtual > 1, 1 + (stages - 1) / (stages * virtual), 1.0)
    in_flight = np.minimum(stages, columns["micro_batches"]) * interleaved
    working = np.where(full > 0, per_layer, 0.0)
    logits = LOGIT_BYTES * model.vocab * tokens / columns["tp"]
    first = kept * layers * in_flight + working + np.where(stages == 1, logits, 0.0)
    last = kept * layers + working + logits
    return np.asarray(np.maximum(first, last))
