"""The baseline that any model of serving must beat: bytes over bandwidth or operations over peak, no constants."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Accelerator, Benchmark, Model, find, rows
from denshi.validation.serving.cases import MLPERF_MODES, Case
from denshi.validation.serving.mlperf import is_answered
from denshi.validation.serving.predict import machine, tabulate
from denshi.validation.serving.score import nothing
from denshi.workload.serving.machine import Machine, stacked_machines
from denshi.workload.serving.shape import Number, Shape, shape_of, stacked

Values = NDArray[np.float64]

_TABLE_BYTES = 2.0


def roofline(cases: Sequence[Case]) -> dict[str, Values]:
    """Return what the longer of memory and arithmetic time gives for each case; nan where it has no answer.

    With n sequences on G accelerators, cut without a loss,
    ``TPOT = max(bytes(n) / (G bandwidth), FLOP(n) / (G peak))``; TTFT is the same of one prompt, without a queue;
    throughput is that of as many sequences as memory holds, prompts included; tokens per joule are at the power for
    which the accelerators are designed.

    Returns
    -------
    dict : tpot_s, ttft_s [s], throughput [token/s], tokens_per_joule [token/J].

    Source: williams2009.
    """
    out = nothing(len(cases))
    served = [i for i, case in enumerate(cases) if not case.reason and case.decode and case.mode not in MLPERF_MODES]
    if served:
        out["tpot_s"][served], out["ttft_s"][served] = _times([cases[i] for i in served])
    results = [i for i, case in enumerate(cases) if is_answered(case)]
    if results:
        own = [cases[i] for i in results]
        watts = np.array([find(Accelerator, case.accelerator).tdp_kw * 1e3 * case.accelerators for case in own])
        out["throughput"][results] = _throughput(own)
        out["tokens_per_joule"][results] = out["throughput"][results] / watts
    return out


def step_s(
    shape: Shape, machine: Machine, accelerators: Number, tokens: Number, context: Number, cached: Number
) -> Values:
    """Return the time of one step [s]: weights, the distinct experts that its tokens choose, and the cache are read.

    Parameters
    ----------
    shape, machine : the model, and one accelerator in its number format.
    accelerators : of a replica [1].
    tokens : that the step processes [1].
    context : earlier tokens that each attends to [1].
    cached : tokens whose cache the step reads [1].
    """
    share = np.asarray(shape.top_k) / np.maximum(shape.experts, 1.0)
    experts = np.asarray(shape.expert_params) * machine.expert_bytes * (1 - (1 - share) ** tokens)
    moved = _read_bytes(shape, machine) + experts + np.asarray(cached) * shape.cache_values * machine.cache_bytes
    flop = np.asarray(tokens) * (2 * np.asarray(shape.token_params) + 2 * np.asarray(shape.score_width) * context)
    memory = moved / machine.memory_bytes_per_s
    return np.asarray(np.maximum(memory, flop / machine.expert_flop_per_s) / accelerators)


def _read_bytes(shape: Shape, machine: Machine) -> Values:
    """Weights that every step reads, the output head in 16 bits [bytes]."""
    wide = (np.asarray(shape.attention_params) + shape.dense_params) * machine.wide_bytes
    return np.asarray(wide + np.asarray(shape.head_params) * _TABLE_BYTES)


def _times(cases: Sequence[Case]) -> tuple[Values, Values]:
    """Time per output token and to the first token of rows at a concurrency [s]."""
    table = tabulate(cases)
    task, decoding, prompting = table.task, table.columns, table.prompting
    sequences = decoding["concurrency"]
    context = np.asarray(task.input_tokens) + np.asarray(task.output_tokens) / 2
    ranks = decoding["tp"] * decoding["groups"] * decoding["pp"]
    tpot = step_s(task.shape, task.machine, ranks, sequences, context, sequences * context)
    ranks = prompting["tp"] * prompting["groups"] * prompting["pp"]
    ttft = step_s(task.shape, task.machine, ranks, task.input_tokens, np.asarray(task.input_tokens) / 2, 0.0)
    return tpot, ttft


def _throughput(cases: Sequence[Case]) -> Values:
    """Output tokens a second of a whole system whose memory is full of sequences [token/s]."""
    asked = {one.model: one for one in (find(Benchmark, id_) for id_ in rows("benchmarks"))}
    shape = stacked([shape_of(find(Model, case.model)) for case in cases])
    own = stacked_machines([machine(case) for case in cases])
    inputs, outputs = (
        np.array([getattr(asked[case.model], name) for case in cases], dtype=np.float64)
        for name in ("input_tokens", "output_tokens")
    )
    accelerators = np.array([case.accelerators for case in cases], dtype=np.float64)
    context = inputs + outputs / 2
    weights = _read_bytes(shape, own) + np.asarray(shape.expert_params) * own.expert_bytes
    each = np.asarray(shape.cache_values) * own.cache_bytes * context + shape.state_bytes
    sequences = np.maximum((accelerators * own.memory_bytes - weights) / each, 1.0)
    decoding = step_s(shape, own, accelerators, sequences, context, sequences * context)
    # A sequence's prompt is processed once in the time of its output; its weights are read anyway.
    prompt = 2 * inputs * (np.asarray(shape.token_params) + np.asarray(shape.score_width) * inputs / 2)
    prompts = sequences / outputs * prompt / own.expert_flop_per_s / accelerators
    return np.asarray(sequences / (decoding + prompts))
