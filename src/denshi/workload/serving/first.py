"""Time to first token: a prompt's own processing, the prompts before it, and the steps for which it waits."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from denshi.workload.serving.asked import Task
from denshi.workload.serving.engine import Rates
from denshi.workload.serving.machine import Machine
from denshi.workload.serving.operators import Number, larger
from denshi.workload.serving.shape import Shape

Values = NDArray[np.float64]

PARTS = ("own_s", "burst_s", "queue_s", "start_s", "hold_s", "memory_wait_s", "client_s")
"""Parts of the time to first token; their sum is it."""

_MOST_LOAD = 0.95
_GROUPS = 1024


def first_token(
    task: Task,
    *,
    prompt: Values,
    weights_read_s: Values,
    asked: Values,
    running: Values,
    groups: Number,
    tpot: Values,
    step: Values,
) -> dict[str, Values]:
    """Return the parts of the mean time to first token of a closed loop.

    own
        ``max(T_1, w W / B) + K e``: arithmetic, at least reading the weights, and launches outside a device graph.
    burst
        the first of w waves starts all at once: ``T_1 (n - 1) / (2 w)``. Requests of exactly equal lengths stay in
        step: half the wave on engines that put prompts first, a convoy of a few prompts on those that mix them.
    queue
        ``T_1 u / (2 (1 - u))`` behind prompts that come at random, and the prompts that one was held together with.
    start, hold
        steps until a prompt starts and its token returns; steps between two looks at new requests, or until a batch is
        full or every attention group has a prompt.
    memory_wait
        ``(c - n) / n`` times the decode time of a request, where memory holds n of c.
    client
        text to tokens and network, a request and a request in flight.

    Parameters
    ----------
    task : see :class:`denshi.workload.serving.asked.Task`.
    prompt : arithmetic of one prompt as it slows decoding, T_1 [s].
    weights_read_s : weights of a rank over its bandwidth [s].
    asked, running : sequences of an attention group, asked and in memory [1].
    groups : attention groups [1].
    tpot, step : time of an output token, and of a decode step with the prompts mixed in [s].

    Returns
    -------
    dict : ``PARTS`` [s].

    Source: little1961, agrawal2024; batches that wait: a window opened by an arrival.
    """
    shape, rates = task.shape, task.rates
    one = prompt * _prompt_factor(shape, task.machine, rates)
    steps = np.asarray(task.output_tokens) * tpot / step
    arrivals = running * groups / steps
    exact = np.asarray(task.exact_lengths) > 0
    lockstep = exact & (np.asarray(rates.prompt_first) > 0)
    share = np.where(lockstep, rates.lockstep, np.asarray(rates.burst) / (2 * np.asarray(task.waves)))
    convoy = np.where(exact & ~lockstep, np.minimum(rates.convoy, (running - 1) / 2), 0.0)
    load = np.clip(running * one / (task.output_tokens * tpot + one), 0.0, _MOST_LOAD)
    held_s, mates = _held(task, arrivals, np.asarray(groups, dtype=np.float64), running)
    random = np.where(lockstep, 0.0, np.asarray(rates.first_queue) * load / (2 * (1 - load)))
    return {
        "own_s": larger(one, np.asarray(rates.weight_floor) * weights_read_s) + launches_s(task),
        "burst_s": np.asarray(one * (share * (running - 1) + np.maximum(convoy, 0.0))),
        "queue_s": np.asarray(one * (random + mates)),
        "start_s": np.asarray(rates.start_steps * step),
        "hold_s": np.asarray(held_s * step),
        "memory_wait_s": np.asarray(np.maximum(asked - running, 0.0) / running * task.output_tokens * tpot),
        "client_s": np.asarray(rates.client_s + np.asarray(rates.client_request_s) * running),
    }


def total_s(parts: Mapping[str, Values]) -> Values:
    """Return the time to first token of its parts [s]."""
    return np.asarray(sum(parts[name] for name in PARTS))


def launches_s(task: Task) -> Values:
    """Launches of one pass over a prompt, outside a device graph [s]."""
    shape, rates = task.shape, task.rates
    factor = np.where(_compressed(shape), rates.launch_compressed, 1.0)
    factor = factor * np.where(np.asarray(shape.linear_layers) > 0, rates.launch_linear, 1.0)
    factor = factor * np.where(np.asarray(task.machine.four_bit_units) > 0, rates.launch_four_bit_units, 1.0)
    return np.asarray(np.asarray(rates.launch_s) * shape.launches * factor)


def _prompt_factor(shape: Shape, machine: Machine, rates: Rates) -> Values:
    """Arithmetic of a prompt at the head of the line over what the same prompt adds to decode steps [1]."""
    factor = np.asarray(rates.first_prompt) * np.where(_compressed(shape), rates.first_prompt_compressed, 1.0)
    factor = factor * np.where(np.asarray(shape.experts) > 0, rates.first_prompt_mixture, 1.0)
    return np.asarray(factor * np.where(np.asarray(machine.four_bit_units) > 0, rates.first_prompt_four_bit_units, 1.0))


def _compressed(shape: Shape) -> NDArray[np.bool_]:
    return np.asarray((np.asarray(shape.latent) > 0) | (np.asarray(shape.linear_layers) > 0))


def _held(task: Task, arrivals: Values, groups: Values, running: Values) -> tuple[Values, Values]:
    """Steps for which a prompt is held back, and the prompts that are then processed together with it [1]."""
    rates = task.rates
    poll = np.asarray(task.poll_steps, dtype=np.float64)
    polled = poll > 1
    batch_s, batched = _window(np.asarray(task.batch_steps) * rates.batch_wait, arrivals)
    others = groups / np.maximum(arrivals, 1e-9) * _HARMONIC[np.minimum(groups.astype(int), _GROUPS) - 1]
    limit = np.asarray(task.gather_steps, dtype=np.float64)
    both = (1 / np.maximum(limit, 1e-9) ** 2 + 1 / np.maximum(others, 1e-3) ** 2) ** -0.5
    gather_s, gathered = _window(np.where(limit > 0, both, 0.0), arrivals)
    steps = np.where(polled, rates.poll * poll, 0.0) + batch_s + rates.gather * gather_s
    mates = (np.where(polled, arrivals * poll, 0.0) + gathered) / groups + batched
    return np.asarray(steps), np.asarray(np.clip(mates, 0.0, np.maximum(running - 1, 0.0)))


def _window(steps: Values, arrivals: Values) -> tuple[Values, Values]:
    """Mean wait in a batch that one arrival opens and that closes ``steps`` later; arrivals that join it."""
    joined = arrivals * steps
    return np.asarray(steps * (1 + joined / 2) / (1 + joined)), np.asarray(joined)


_HARMONIC = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, _GROUPS + 1))])
