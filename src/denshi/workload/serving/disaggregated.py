"""Prompts and decoding on workers of their own: their rates are matched, the cache is handed over."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from denshi.workload.serving.asked import Task
from denshi.workload.serving.first import first_token, total_s
from denshi.workload.serving.memory import sequences_held, weight_bytes
from denshi.workload.serving.operators import Number
from denshi.workload.serving.step import accepted_tokens, decode
from denshi.workload.serving.task import (
    Columns,
    own_prompt_s,
    passed_together,
    running_output_tokens,
    side_by_side,
    split_of,
    tokens_per_s,
)

Values = NDArray[np.float64]

_ROUNDS = 40


def evaluate_apart(
    task: Task, decoding: Columns, prompting: Columns, *, decode_workers: Number, prompt_workers: Number
) -> dict[str, Values]:
    """Evaluate a group of workers that process prompts and one that decodes, at a concurrency of both together.

    In the closed loop each of c requests is processed, handed over, or decoding. With p prompt workers of g_p attention
    groups, prompts end at a rate of at most ``p g_p / T_1``; the sequences decoding are

    ``n = min(c / (1 + (T_1 + T_x) / (o TPOT(n))), p g_p / T_1 o TPOT(n), what memory or slots hold)``

    which is solved by damped iteration. The first token takes what :func:`denshi.workload.serving.first.first_token`
    says of the prompt workers and the transfer, and at least what Little's law leaves of the loop.

    Parameters
    ----------
    task : see :class:`Task`; ``concurrency`` of ``decoding`` is that of all workers together.
    decoding, prompting : columns of one decode worker and of one prompt worker.
    decode_workers, prompt_workers : how many of each [1].

    Returns
    -------
    dict : as of :func:`denshi.workload.serving.task.evaluate`, and prompt_workers, decode_workers [1], transfer_s [s].

    Source: zhong2024, little1961.
    """
    split, prompt_split = split_of(decoding), split_of(prompting)
    shape, machine, rates = task.shape, task.machine, task.rates
    workers = np.asarray(decode_workers, dtype=np.float64)
    asked = np.asarray(decoding["concurrency"]) / (workers * decoding["groups"])
    outputs = running_output_tokens(task)
    held = sequences_held(shape, machine, rates, split, task.input_tokens, outputs)
    room = np.maximum(np.minimum(held, np.asarray(task.slots) / (workers * decoding["groups"])), 1.0)
    context = np.asarray(task.input_tokens) + outputs / 2
    each = np.maximum(decoding["concurrency"] / (np.asarray(prompt_workers) * prompt_split.groups), 1.0)
    prompt = own_prompt_s(task, prompt_split, together=passed_together(task, each / 2))
    transfer = transfer_s(task, decoding)
    most = np.asarray(prompt_workers) * prompt_split.groups * prompt_split.pp / prompt
    of_group = most / (workers * decoding["groups"])
    ahead = prompt + transfer

    running = np.minimum(asked, room)
    for _ in range(_ROUNDS):
        step = decode(shape, machine, rates, split, own=running / split.pp, context=context, drafts=task.drafts)
        tpot = step["step_s"] / accepted_tokens(rates, task.drafts)
        lasts = task.output_tokens * tpot
        wanted = np.minimum(np.minimum(asked / (1 + ahead / lasts), of_group * lasts), room)
        running = np.maximum(running + 0.5 * (wanted - running), 1e-3)
    first = first_token(
        replace(task, gather_steps=0.0),
        prompt=prompt,
        weights_read_s=weight_bytes(shape, machine, prompt_split) * prompt_split.pp / machine.memory_bytes_per_s,
        asked=each,
        running=each,
        groups=prompt_split.groups,
        tpot=tpot,
        step=step["step_s"],
    )
    ttft = np.maximum(total_s(first) + transfer, (asked / running - 1) * lasts)
    accelerators = workers * split.ranks * split.pp + np.asarray(prompt_workers) * prompt_split.ranks * prompt_split.pp
    figures = {
        **decoding,
        "accelerators": accelerators,
        "decode_workers": workers,
        "prompt_workers": prompt_workers,
        "held": held * decoding["groups"] * workers,
        "running": running * decoding["groups"] * workers,
        **step,
        "prompt_s": prompt,
        **first,
        "transfer_s": transfer,
        "tpot_s": tpot,
        "ttft_s": ttft,
        "tokens_per_s": tokens_per_s(decoding["concurrency"], task.output_tokens, ttft, tpot),
    }
    return side_by_side(figures)


def transfer_s(task: Task, decoding: Columns) -> Values:
    """Time to hand a prompt's cache to a decode worker over the network, each of its ranks its own part [s].

    Source: zhong2024.
    """
    moved = np.asarray(task.input_tokens) * task.shape.cache_values * task.machine.cache_bytes + task.shape.state_bytes
    shards = np.where(np.asarray(task.shape.latent) > 0, 1.0, np.minimum(decoding["tp"], task.shape.kv_heads))
    return np.asarray(moved / shards / task.machine.outside_bytes_per_s)
