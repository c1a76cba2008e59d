"""A closed loop: what one way of running a replica gives at a concurrency."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from denshi.workload.serving.asked import Task
from denshi.workload.serving.first import first_token, total_s
from denshi.workload.serving.memory import sequences_held, weight_bytes
from denshi.workload.serving.operators import Number, Split, prompt_s
from denshi.workload.serving.step import accepted_tokens, decode, mixed_s

Values = NDArray[np.float64]
Columns = Mapping[str, Values]

_CHUNK_TOKENS = 8192.0

DECISIONS = ("tp", "groups", "pp", "ep", "concurrency")
"""Columns that are decided: everything else follows from them."""


def split_of(columns: Columns) -> Split:
    """Return the split that columns describe."""
    return Split(tp=columns["tp"], groups=columns["groups"], pp=columns["pp"], ep=columns["ep"])


def evaluate(task: Task, columns: Columns) -> dict[str, Values]:
    """Evaluate replicas that process prompts and decode on the same ranks, at a concurrency.

    A sequence's token waits for the prompts that come in between: each of the other running sequences brings one
    prompt in the time of ``output_tokens`` tokens, so

    ``TPOT = t_step / accepted + mixed((n - 1) / output (1 - 1 / (2 w)))``

    with w waves, or half of one where an engine that puts prompts first meets requests of equal length; the first
    token is that of :func:`denshi.workload.serving.first.first_token`.

    Parameters
    ----------
    task : see :class:`Task`.
    columns : ``DECISIONS``, numbers or arrays that broadcast.

    Returns
    -------
    dict : the columns and accelerators, running, held [1], weight_bytes [bytes], ``*_s`` [s], tokens_per_s [token/s].

    Source: agrawal2024, kwon2023.
    """
    split = split_of(columns)
    shape, machine, rates = task.shape, task.machine, task.rates
    asked = np.asarray(columns["concurrency"]) / columns["groups"]
    outputs = running_output_tokens(task)
    held = sequences_held(shape, machine, rates, split, task.input_tokens, outputs)
    running = np.minimum(asked, np.maximum(np.minimum(held, np.asarray(task.slots) / columns["groups"]), 1.0))
    context = np.asarray(task.input_tokens) + outputs / 2
    step = decode(shape, machine, rates, split, own=running / split.pp, context=context, drafts=task.drafts)
    prompt = own_prompt_s(task, split)
    in_step = (np.asarray(task.exact_lengths) > 0) & (np.asarray(rates.prompt_first) > 0)
    burst = np.where(in_step, 0.5, 1 / (2 * np.asarray(task.waves)))
    arriving = np.maximum(running - 1, 0.0) / task.output_tokens * (1 - burst)
    pass_s = own_prompt_s(task, split, together=passed_together(task, arriving))
    mixed = mixed_s(shape, rates, pass_s / split.pp, arriving)
    tpot = step["step_s"] / accepted_tokens(rates, task.drafts) + mixed
    held_bytes = weight_bytes(shape, machine, split)
    first = first_token(
        task,
        prompt=prompt,
        weights_read_s=held_bytes * split.pp / machine.memory_bytes_per_s,
        asked=asked,
        running=running,
        groups=columns["groups"],
        tpot=tpot,
        step=tpot * accepted_tokens(rates, task.drafts),
    )
    ttft = total_s(first)
    concurrency = np.asarray(columns["concurrency"], dtype=np.float64)
    figures = {
        **{name: columns[name] for name in DECISIONS},
        "accelerators": split.ranks * split.pp,
        "held": held * columns["groups"],
        "running": running * columns["groups"],
        "weight_bytes": held_bytes,
        **step,
        "prompt_s": prompt,
        "mixed_s": mixed,
        "tpot_s": tpot,
        **first,
        "ttft_s": ttft,
        "tokens_per_s": tokens_per_s(concurrency, task.output_tokens, ttft, tpot),
    }
    return side_by_side(figures)


def side_by_side(figures: Mapping[str, Number]) -> dict[str, Values]:
    """Return figures as arrays of one shape."""
    arrays = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in figures.values()))
    return dict(zip(figures, arrays, strict=True))


def running_output_tokens(task: Task) -> Values:
    """Mean output length of the sequences that run at one time: long ones run longer, ``o (1 + v^2)`` [1]."""
    return np.asarray(np.asarray(task.output_tokens) * (1 + np.asarray(task.output_cv) ** 2))


def own_prompt_s(task: Task, split: Split, together: Number = 1.0) -> Values:
    """Time of one prompt's arithmetic, less what the prefix cache holds of it [s]."""
    total = np.asarray(task.input_tokens, dtype=np.float64)
    cached = total * task.prefix_hit
    return prompt_s(task.shape, task.machine, task.rates, split, total - cached, cached=cached, together=together)


def passed_together(task: Task, waiting: Number) -> Values:
    """Prompts that one pass takes of those waiting: at least one, at most a chunk's tokens of them [1]."""
    return np.asarray(np.clip(waiting, 1.0, np.maximum(_CHUNK_TOKENS / np.asarray(task.input_tokens), 1.0)))


def tokens_per_s(concurrency: Number, output_tokens: Number, ttft_s: Number, tpot_s: Number) -> Values:
    """Rate of output tokens at a concurrency, by Little's law: ``c o / (TTFT + (o - 1) TPOT)`` [token/s].

    Source: little1961.

    >>> float(tokens_per_s(10.0, 101.0, 1.0, 0.01))
    505.0
    """
    resident = np.asarray(ttft_s) + (np.asarray(output_tokens) - 1) * tpot_s
    return np.asarray(np.asarray(concurrency) * output_tokens / resident)
