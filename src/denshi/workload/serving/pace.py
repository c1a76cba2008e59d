"""The step model as the pace of a simulated replica: how long an iteration takes by what is in it.

An attention group is played as a replica of its own: it has its own slots and cache, runs in step with the others, and
finds them as full as itself.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from denshi.workload.serving.asked import Task
from denshi.workload.serving.disaggregated import transfer_s
from denshi.workload.serving.memory import sequences_held
from denshi.workload.serving.operators import larger, prompt_s
from denshi.workload.serving.simulate import Limits, Pace, Prefill
from denshi.workload.serving.step import accepted_tokens, decode
from denshi.workload.serving.task import evaluate, own_prompt_s, running_output_tokens, split_of

Floats = NDArray[np.float64]
Plan = Mapping[str, float]


def pace_of(task: Task, plan: Plan, *, slots: int, running: float) -> Pace:
    """Return the pace of one attention group that processes prompts and decodes.

    ``t_n`` is a decode step without context; c its slope in context and q the prompt's in earlier tokens, both at the
    mean lengths; p the time of a prompt token without context. A step that carries a prompt runs outside the device
    graph, so the floor is a step of the sequences expected and its launches. What the first token takes beyond that
    iteration counts as dispatch.

    Parameters
    ----------
    task : what is served, one of each (no arrays).
    plan : tp, groups, pp and ep.
    slots : most sequences of the group.
    running : sequences of the group that are expected to run, at least one.

    Source: agrawal2024.
    """
    token_s, pair_s = _prompt_rates(task, plan)
    figures = evaluate(task, _columns(plan, running * plan["groups"]))
    launches_s = float(np.asarray(task.shape.launches) * task.rates.eager_kernel_s)
    iteration_s = float(larger(figures["prompt_s"], launches_s))
    return Pace(
        decode_s=_steps(task, plan, np.maximum(np.arange(slots + 1), 1.0)),
        context_s=_context_s(task, plan, running),
        prompt_s=token_s / plan["pp"],
        prompt_context_s=pair_s / plan["pp"],
        prompt_floor_s=float(figures["step_s"]) + launches_s,
        dispatch_s=float(figures["client_s"]) + max(float(figures["own_s"]) - iteration_s, 0.0),
    )


def prefill_of(task: Task, plan: Plan, decoding: Plan, *, workers: int, chunk_tokens: int) -> Prefill:
    """Return workers for prompts alone, an attention group each a replica, that hand over to ``decoding``.

    Source: zhong2024.
    """
    token_s, pair_s = _prompt_rates(task, plan)
    figures = evaluate(task, _columns(plan, plan["groups"]))
    host_s = float(np.asarray(task.rates.step_s))
    pace = Pace(
        decode_s=np.array([host_s]),
        prompt_s=token_s / plan["pp"],
        prompt_context_s=pair_s / plan["pp"],
        dispatch_s=float(figures["client_s"]) + max(float(figures["own_s"] - figures["prompt_s"]), 0.0),
    )
    limits = limits_of(task, plan, replicas=workers, chunk_tokens=chunk_tokens, most=1024, output_tokens=0.0)
    return Prefill(
        pace=pace,
        limits=limits,
        transfer_s=float(transfer_s(task, _columns(decoding, 1.0))) / float(task.input_tokens),
    )


def limits_of(
    task: Task,
    plan: Plan,
    *,
    replicas: int,
    chunk_tokens: int,
    most: int,
    output_tokens: float | None = None,
) -> Limits:
    """Return what one attention group holds, and how many groups all replicas have.

    Where an engine reserves room for the whole output, no more sequences run than it has room for.

    Parameters
    ----------
    task, plan : as of ``pace_of``.
    replicas : of the plan, each with all its groups.
    chunk_tokens : most prompt tokens of an iteration.
    most : most sequences of a group, whatever memory holds.
    output_tokens : mean length of an answer held, that of the task by default.
    """
    answer = float(task.output_tokens) if output_tokens is None else output_tokens
    split = split_of(_columns(plan, 1.0))
    held = float(sequences_held(task.shape, task.machine, task.rates, split, task.input_tokens, answer))
    reserved = float(task.rates.output_reserved)
    slots = min(most, max(int(np.asarray(task.slots) // plan["groups"]), 1)) if np.isfinite(task.slots) else most
    return Limits(
        slots=max(min(slots, int(held)) if reserved >= 1 else slots, 1),
        cache_tokens=max(int(held * (float(task.input_tokens) + reserved * answer)), 1),
        chunk_tokens=chunk_tokens,
        prefix_hit_fraction=float(task.prefix_hit),
        acceptance_length=float(accepted_tokens(task.rates, task.drafts)),
        replicas=int(replicas * plan["groups"]),
    )


def expected_running(
    task: Task, plan: Plan, rate_per_s: float, most: float, *, prompts: bool = True
) -> tuple[float, float]:
    """Return how many sequences one attention group runs on average at a rate of requests, and the rate it sustains.

    By Little's law n sequences take ``n / (o TPOT(n))`` requests a second; the fewest n that do, all where none do.

    Parameters
    ----------
    task, plan : as of ``pace_of``.
    rate_per_s : requests of the group [1/s].
    most : most sequences of the group, at least one.
    prompts : the group processes prompts too.

    Returns
    -------
    running [1], the highest rate [1/s].

    Source: little1961.
    """
    tried = np.arange(1.0, most + 1)
    figures = evaluate(task, _columns(plan, tried * plan["groups"]))
    running = figures["running"] / plan["groups"]
    alone_s = figures["step_s"] / accepted_tokens(task.rates, task.drafts)
    served = running / (np.asarray(task.output_tokens) * (figures["tpot_s"] if prompts else alone_s))
    enough = np.flatnonzero(served >= rate_per_s)
    at = enough[0] if len(enough) else int(np.argmax(served))
    return float(running[at]), float(served.max())


def _columns(plan: Plan, concurrency: float | Floats) -> dict[str, Floats]:
    split = {name: np.asarray(plan[name], dtype=np.float64) for name in ("tp", "groups", "pp", "ep")}
    return {**split, "concurrency": np.asarray(concurrency, dtype=np.float64)}


def _steps(task: Task, plan: Plan, sequences: float | Floats, context: float = 0.0) -> Floats:
    """Time of a decode step of so many sequences of one group, at a mean context [s]."""
    split = split_of(_columns(plan, 1.0))
    own = np.asarray(sequences) / plan["pp"]
    return decode(task.shape, task.machine, task.rates, split, own=own, context=context, drafts=task.drafts)["step_s"]


def _context_s(task: Task, plan: Plan, running: float) -> float:
    """What one token of context adds to a step, at the mean context [s/token]."""
    context = float(task.input_tokens) + float(running_output_tokens(task)) / 2
    more = float(_steps(task, plan, running, context) - _steps(task, plan, running))
    return max(more / (running * context), 0.0)


def _prompt_rates(task: Task, plan: Plan) -> tuple[float, float]:
    """Time of a prompt token without context, and of a pair of it and an earlier one [s/token, s/pair]."""
    split = split_of(_columns(plan, 1.0))
    shape, machine, rates = task.shape, task.machine, task.rates
    whole_s = float(own_prompt_s(task, split))
    given = float(task.input_tokens)
    tokens = given * (1 - float(task.prefix_hit))
    after = prompt_s(shape, machine, rates, split, tokens, cached=given)
    bare = prompt_s(shape, machine, rates, split, tokens)
    pair_s = max(float(after - bare), 0.0) / (tokens * given)
    pairs = tokens * (given - tokens / 2)
    pair_s = min(pair_s, whole_s / pairs)
    return (whole_s - pair_s * pairs) / tokens, pair_s


__all__ = ["expected_running", "limits_of", "pace_of", "prefill_of"]
