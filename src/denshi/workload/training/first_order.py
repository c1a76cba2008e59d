"""Time and memory of one training step, for many configurations at once.

A configuration is one position of a set of columns (equal-length arrays): ``tp``, ``cp``, ``pp``, ``virtual_stages``,
``ep``, ``dp``, ``micro_batch`` (sequences) and ``recompute`` (the level of :mod:`denshi.workload.memory`).
:func:`evaluate` adds the columns of what they cost. Nothing loops over configurations.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from denshi.errors import OutOfRangeError
from denshi.workload.collectives import all_to_all_s, two_tier_reduce_scatter_s
from denshi.workload.memory import activation_bytes, parameters_per_rank, recomputed, stage_layers, state_bytes
from denshi.workload.precision import attention_peak_flop_per_s, generation, peak_flop_per_s
from denshi.workload.training.record import Input
from denshi.workload.transformer import (
    active_ffn_width,
    attention_flop_per_token,
    attention_params,
    ffn_params,
    mean_context,
    moe_layers,
    score_widths,
    up_projection_params,
)

Values = NDArray[np.float64]
Columns = Mapping[str, Values]
DECISIONS = ("tp", "cp", "pp", "virtual_stages", "ep", "dp", "micro_batch", "recompute")

# forward and backward, in units of the forward pass: matrix products, attention with its scores recomputed
# (FlashAttention), element-wise passes that read the gradient as well
_BACKWARD_GEMM = 2.0
_BACKWARD_ATTENTION = 2.5
_BACKWARD_ELEMENTWISE = 2.0
_ACTIVATION_BYTES = 2.0
_OPTIMIZER_PASS_BYTES = 28.0


def batch_sequences(inputs: Input) -> float:
    """Sequences of one global batch, at least one: ``round(batch tokens / s)``."""
    return max(float(round(inputs.global_batch_tokens / inputs.sequence)), 1.0)


def gemm_efficiency(inputs: Input) -> float:
    """Fraction of the peak that large matrix products reach in this precision on this generation [1]."""
    own = generation(inputs.accelerator)
    precision = "bf16" if inputs.precision == "fp16" else inputs.precision
    table = {
        ("bf16", "bf16"): inputs.gemm_bf16_on_bf16,
        ("bf16", "fp8"): inputs.gemm_bf16_on_fp8,
        ("bf16", "fp4"): inputs.gemm_bf16_on_fp4,
        ("fp8", "fp8"): inputs.gemm_fp8_on_fp8,
        ("fp8", "fp4"): inputs.gemm_fp8_on_fp4,
        ("fp4", "fp4"): inputs.gemm_fp4_on_fp4,
    }
    if (precision, own) not in table:
        raise OutOfRangeError(f"no efficiency is known for {precision} on {inputs.accelerator.name}", where="workload")
    return table[precision, own]


def evaluate(columns: Columns, inputs: Input) -> dict[str, Values]:
    """Return the columns with micro-batches, memory and the parts of the step time added.

    ``t_step = (t_compute + t_communication + t_bubble + t_optimizer) (1 + sigma log2(n / 8))``.

    Parameters
    ----------
    columns : the configurations; see the module.
    inputs : model, hardware and efficiencies; its ``parallelism`` is not looked at.

    Returns
    -------
    dict : the given columns and micro_batches [1], accelerators [1], weight_bytes, gradient_bytes, optimizer_bytes,
        activation_bytes, memory_bytes [bytes], compute_s, tensor_s, expert_s, data_s, communication_s, bubble_s,
        overhead_s, step_s [s].

    Source: narayanan2021, korthikanti2022, rajbhandari2019, williams2009.
    """
    out = remember(columns, inputs)
    return time(out, inputs)


def remember(columns: Columns, inputs: Input) -> dict[str, Values]:
    """Add the micro-batches and the memory of every configuration."""
    out = {name: np.asarray(column, dtype=np.float64) for name, column in columns.items()}
    out["micro_batches"] = np.ceil(batch_sequences(inputs) / (out["dp"] * out["micro_batch"]) - 1e-9)
    out["accelerators"] = out["tp"] * out["cp"] * out["pp"] * out["dp"]
    weights, gradients, optimizer = state_bytes(inputs.model, out)
    out["weight_bytes"], out["gradient_bytes"], out["optimizer_bytes"] = weights, gradients, optimizer
    out["activation_bytes"] = activation_bytes(inputs.model, inputs.sequence, out)
    out["memory_bytes"] = weights + gradients + optimizer + out["activation_bytes"]
    return out


def time(columns: Columns, inputs: Input) -> dict[str, Values]:
    """Add the times of every configuration to columns that know their micro-batches."""
    out = dict(columns)
    layer_s = _layer_s(out, inputs)
    head_s = _head_s(out, inputs)
    layers = stage_layers(inputs.model, out)
    tensor_s = _tensor_s(out, inputs) + _context_s(out, inputs)
    expert_s = _expert_s(out, inputs)
    batches = out["micro_batches"]
    # empty slots of an uneven split make room for the output head on the last stage
    free_layers = layers * out["pp"] - inputs.model.layers
    head_left_s = np.maximum(head_s - free_layers * layer_s, 0.0)
    out["compute_s"] = batches * (layers * layer_s + head_left_s)
    out["tensor_s"] = batches * layers * tensor_s
    out["expert_s"] = batches * layers * expert_s
    out["data_s"] = _data_s(out, inputs)
    out["communication_s"] = out["tensor_s"] + out["expert_s"] + out["data_s"]
    stage_s = layers * (layer_s + tensor_s + expert_s)
    out["bubble_s"] = (out["pp"] - 1) * (stage_s / out["virtual_stages"] + _point_to_point_s(out, inputs))
    dense, experts = parameters_per_rank(inputs.model, out)
    held = dense / (out["dp"] * out["cp"]) + experts / np.maximum(out["dp"] * out["cp"] * out["tp"] / out["ep"], 1.0)
    optimizer_s = _OPTIMIZER_PASS_BYTES * held / _memory_rate(inputs)
    busy_s = out["compute_s"] + out["communication_s"] + out["bubble_s"] + optimizer_s
    doublings = np.log2(np.maximum(out["accelerators"] / 8, 1.0))
    out["overhead_s"] = optimizer_s + busy_s * inputs.straggler * doublings
    out["step_s"] = out["compute_s"] + out["communication_s"] + out["bubble_s"] + out["overhead_s"]
    return out


def _memory_rate(inputs: Input) -> float:
    return inputs.accelerator.memory_bytes_per_s * inputs.memory_efficiency


def _full(columns: Columns) -> Values:
    return recomputed(columns)[0]


def _tokens(columns: Columns, inputs: Input) -> Values:
    return columns["micro_batch"] * inputs.sequence / columns["cp"]


def _gemm_s(flop: Values, reuse: Values, inputs: Input, factor: float = 1.0) -> Values:
    """Time of matrix products: at their share of the peak, plus the exposed share of the operands' traffic.

    ``reuse`` is ``1 / M + 1 / N + 1 / K``; a product moves ``e F / 2`` times that. Narrow formats shrink the bytes as
    they raise the peak.
    """
    peak = peak_flop_per_s(inputs.accelerator, inputs.precision)
    operand_bytes = {"fp8": 1.0, "fp4": 0.5625}.get(inputs.precision, 2.0)
    traffic_s = operand_bytes * flop / 2 * reuse / _memory_rate(inputs)
    return np.asarray(flop / (peak * gemm_efficiency(inputs) * factor) + inputs.operand_share * traffic_s)


def _layer_s(columns: Columns, inputs: Input) -> Values:
    """Mean time of one layer for one micro-batch: forward, backward and recomputation."""
    model, tp = inputs.model, columns["tp"]
    tokens = _tokens(columns, inputs)
    moe_fraction = moe_layers(model) / model.layers
    heads_width = score_widths(model)[1]
    projections = 2 * attention_params(model) * tokens / tp
    gemm = _gemm_s(projections, 1 / model.hidden + tp / heads_width + 1 / tokens, inputs)
    if moe_fraction < 1:
        flop = 2 * (1 - moe_fraction) * ffn_params(model, model.ffn) * tokens / tp
        gemm = gemm + _gemm_s(flop, 1 / model.hidden + tp / model.ffn + 1 / tokens, inputs)
    if moe_fraction > 0:
        gemm = gemm + moe_fraction * _experts_gemm_s(columns, inputs)
    core = attention_flop_per_token(model, mean_context(model, inputs.sequence)) / model.layers * tokens / tp
    attention = core / (attention_peak_flop_per_s(inputs.accelerator) * inputs.attention_efficiency)
    elementwise = _elementwise_s(columns, inputs)
    host = np.full_like(gemm, moe_fraction * inputs.moe_layer_s)
    forward = gemm + attention + elementwise + host
    backward = _BACKWARD_GEMM * (gemm + host) + _BACKWARD_ATTENTION * attention + _BACKWARD_ELEMENTWISE * elementwise
    lean = recomputed(columns)[1]
    up_flop = 2 * up_projection_params(model) * tokens / tp
    again = lean * (elementwise + _gemm_s(up_flop, 1 / model.hidden + 1 / tokens, inputs))
    return np.asarray(forward * (1 + _full(columns)) + again + backward)


def _experts_gemm_s(columns: Columns, inputs: Input) -> Values:
    model = inputs.model
    tokens = _tokens(columns, inputs) / columns["tp"]
    router = 2 * model.experts * model.hidden * tokens
    routed = 2 * model.top_k * ffn_params(model, model.expert_ffn) * tokens
    shared = 2 * model.shared_experts * ffn_params(model, model.expert_ffn) * tokens
    per_expert = np.maximum(tokens * model.top_k * columns["ep"] / model.experts, 1.0)
    narrow = 1 / model.hidden + 1 / model.expert_ffn
    grouped = _gemm_s(routed, narrow + 1 / per_expert, inputs, inputs.expert_efficiency)
    return np.asarray(grouped + _gemm_s(router + shared, narrow + 1 / tokens, inputs))


def _elementwise_s(columns: Columns, inputs: Input) -> Values:
    """Norms, rotary positions, activations, residuals, casts and expert permutation: passes over memory."""
    model = inputs.model
    tokens = _tokens(columns, inputs) / columns["tp"]
    moe_fraction = moe_layers(model) / model.layers
    width = (1 - moe_fraction) * model.ffn + moe_fraction * active_ffn_width(model)
    casts = inputs.cast_passes if inputs.precision in ("fp8", "fp4") else 0.0
    numbers = (inputs.elementwise_passes + casts + moe_fraction * 2 * model.top_k) * model.hidden + 2 * width
    return np.asarray(_ACTIVATION_BYTES * numbers * tokens / _memory_rate(inputs))


def _head_s(columns: Columns, inputs: Input) -> Values:
    """Output head and loss of one micro-batch, forward and backward, in 16 bits."""
    model, tokens = inputs.model, _tokens(columns, inputs)
    flop = 2 * model.vocab * model.hidden * tokens / columns["tp"]
    peak = attention_peak_flop_per_s(inputs.accelerator)
    logits_s = 22 * model.vocab * tokens / columns["tp"] / _memory_rate(inputs)
    return np.asarray((1 + _BACKWARD_GEMM) * flop / (peak * gemm_efficiency(inputs)) + logits_s)


def _inside(inputs: Input) -> float:
    inside = inputs.accelerator.scaleup_bytes_per_s or inputs.scaleout_bytes_per_s
    return inside * inputs.link_efficiency


def _outside(inputs: Input) -> float:
    return inputs.scaleout_bytes_per_s * inputs.link_efficiency


def _tensor_s(columns: Columns, inputs: Input) -> Values:
    """Exposed tensor-parallel collectives of one layer: four reduce-scatters or all-gathers each way."""
    tp = columns["tp"]
    payload = _ACTIVATION_BYTES * inputs.model.hidden * _tokens(columns, inputs)
    local = np.minimum(tp, inputs.scaleup_domain)
    one_s = two_tier_reduce_scatter_s(tp, local, payload, _inside(inputs), _outside(inputs))
    passes = 2 + _full(columns)
    return np.asarray(4 * passes * (inputs.tensor_exposed * one_s + inputs.collective_latency_s * (tp > 1)))


def _context_s(columns: Columns, inputs: Input) -> Values:
    """Exposed gather of keys and values over the context-parallel group, one layer, forward and backward."""
    model, cp = inputs.model, columns["cp"]
    width = 2 * model.kv_heads * model.head_dim if model.attention != "mla" else sum(score_widths(model))
    payload = _ACTIVATION_BYTES * width * columns["micro_batch"] * inputs.sequence / columns["tp"]
    local = np.clip(inputs.scaleup_domain / columns["tp"], 1.0, cp)
    one_s = two_tier_reduce_scatter_s(cp, local, payload, _inside(inputs), _outside(inputs))
    passes = 3 + _full(columns)
    return np.asarray(passes * (inputs.tensor_exposed * one_s + inputs.collective_latency_s * (cp > 1)))


def _expert_s(columns: Columns, inputs: Input) -> Values:
    """Exposed dispatch and combine of one layer, forward and backward, mean over all layers."""
    model, ep = inputs.model, columns["ep"]
    if not model.experts:
        return np.zeros_like(ep)
    payload = _ACTIVATION_BYTES * model.hidden * _tokens(columns, inputs) / columns["tp"]
    local = np.minimum(ep, inputs.scaleup_domain)
    one_s = all_to_all_s(ep, local, payload, model.top_k, _inside(inputs), _outside(inputs))
    exchanges = 2 * (2 + _full(columns))
    latency_s = inputs.collective_latency_s * (ep > 1)
    return np.asarray(moe_layers(model) / model.layers * exchanges * (inputs.expert_exposed * one_s + latency_s))


def _data_s(columns: Columns, inputs: Input) -> Values:
    """Exposed reduce-scatter of gradients and all-gather of weights, once a step, dense part and experts."""
    dense, experts = parameters_per_rank(inputs.model, columns)
    bytes_per_param = 4.0 + 2.0
    inner = columns["tp"] * columns["cp"]
    ranks = columns["dp"] * columns["cp"]
    local = np.clip(inputs.scaleup_domain / columns["tp"], 1.0, ranks)
    dense_s = two_tier_reduce_scatter_s(ranks, local, bytes_per_param * dense, _inside(inputs), _outside(inputs))
    copies = np.maximum(columns["dp"] * inner / columns["ep"], 1.0)
    near = np.clip(inputs.scaleup_domain / columns["ep"], 1.0, copies)
    expert_s = two_tier_reduce_scatter_s(copies, near, bytes_per_param * experts, _inside(inputs), _outside(inputs))
    return np.asarray(inputs.data_exposed * (dense_s + expert_s))


def _point_to_point_s(columns: Columns, inputs: Input) -> Values:
    """Activation and gradient handed to the next stage while the pipeline fills and drains."""
    payload = _ACTIVATION_BYTES * inputs.model.hidden * _tokens(columns, inputs) / columns["tp"]
    return np.asarray(2 * (payload / _outside(inputs) + inputs.collective_latency_s))


__all__ = ["DECISIONS", "batch_sequences", "evaluate", "gemm_efficiency", "remember", "time"]
