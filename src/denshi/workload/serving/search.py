"""Search of the best way to serve: replicas that do both, or workers apart for prompts and decoding."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from denshi.workload.serving.asked import Task
from denshi.workload.serving.disaggregated import transfer_s
from denshi.workload.serving.energy import active_fraction, power_kw
from denshi.workload.serving.first import PARTS as FIRST_PARTS
from denshi.workload.serving.first import first_token, total_s
from denshi.workload.serving.memory import sequences_held, weight_bytes
from denshi.workload.serving.operators import Split
from denshi.workload.serving.space import splits, with_concurrency
from denshi.workload.serving.step import accepted_tokens, decode
from denshi.workload.serving.task import (
    evaluate,
    own_prompt_s,
    passed_together,
    running_output_tokens,
    side_by_side,
    split_of,
    tokens_per_s,
)

Values = NDArray[np.float64]
Figures = Mapping[str, Values]

OBJECTIVES = ("throughput", "cost", "energy")
_MOST_PROMPT_LOAD = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a search is for: accelerators at hand, latency targets, and what counts.

    ``objective`` is "throughput" (most tokens a second of all accelerators), "cost" (most tokens a second of each
    accelerator in use) or "energy" (fewest joules a token). ``heads``, ``layers`` and ``expert_ffn`` are the model's.
    """

    accelerators: float
    ttft_limit_s: float
    tpot_limit_s: float
    objective: str
    heads: float
    layers: float
    expert_ffn: float
    system_kw: float
    idle_fraction: float
    busy_fraction: float


@dataclass(frozen=True, slots=True)
class Found:
    """Every configuration evaluated, as columns, and which of them meet memory and both targets.

    Columns of workers apart carry ``prompt_workers`` above zero and the split of a prompt worker in ``prompt_tp``,
    ``prompt_groups``; replicas that do both have zeros there. ``order`` lists those that qualify, best first.
    """

    figures: Figures
    fits: NDArray[np.bool_]
    within: NDArray[np.bool_]
    order: NDArray[np.intp]

    @property
    def evaluated(self) -> int:
        """Configurations evaluated."""
        return len(self.fits)


def search(task: Task, sought: Sought) -> Found:
    """Evaluate all configurations at once and put those within memory and targets in order.

    Parameters
    ----------
    task : what is served on what, one of each (no arrays).
    sought : see :class:`Sought`.

    Returns
    -------
    Found : columns of all configurations; ``order`` is empty where none qualifies.
    """
    both = [together(task, sought), apart(task, sought)]
    figures = {name: np.concatenate([part[name] for part in both]) for name in both[0]}
    fits = figures["held"] >= figures["running"]
    within = fits & (figures["ttft_s"] <= sought.ttft_limit_s) & (figures["tpot_s"] <= sought.tpot_limit_s)
    good = np.flatnonzero(within)
    ties = (figures["ttft_s"][good], figures["accelerators"][good])
    rank = np.lexsort((*ties, -merit(figures, sought.objective)[good]))
    return Found(figures, fits, within, good[rank])


def merit(figures: Figures, objective: str) -> Values:
    """What is to be as high as can be: tokens a second, tokens a second an accelerator, or tokens a joule."""
    if objective == "throughput":
        return figures["all_tokens_per_s"]
    if objective == "cost":
        return figures["all_tokens_per_s"] / figures["accelerators"]
    return 1 / figures["energy_j_per_token"]


def front(found: Found) -> NDArray[np.intp]:
    """Return the configurations that fit and that no other beats in tokens/s a user and tokens/s an accelerator.

    They come by falling rate of a user.
    """
    user = 1 / found.figures["tpot_s"]
    each = found.figures["tokens_per_s_per_accelerator"]
    at = np.flatnonzero(found.fits & (found.figures["memory_wait_s"] <= 0))
    at = at[np.lexsort((-each[at], -user[at]))]
    best = np.maximum.accumulate(each[at]) if len(at) else each[at]
    first = np.concatenate([[True], best[1:] > best[:-1]]) if len(at) else np.zeros(0, dtype=bool)
    return np.asarray(at[first])


def together(task: Task, sought: Sought) -> dict[str, Values]:
    """Evaluate replicas that process prompts and decode, as many as the accelerators at hand allow."""
    domain = float(np.max(task.machine.domain))
    split = splits(
        sought.accelerators,
        heads=sought.heads,
        layers=sought.layers,
        experts=float(np.max(task.shape.experts)),
        expert_ffn=sought.expert_ffn,
        domain=domain,
    )
    figures = evaluate(task, with_concurrency(split))
    replicas = np.floor(sought.accelerators / figures["accelerators"])
    kw = power_kw(active_fraction(figures), sought.system_kw, sought.idle_fraction, sought.busy_fraction)
    none = np.zeros_like(replicas)
    return {
        **{name: figures[name] for name in _SHARED},
        "replicas": replicas,
        "replica_accelerators": figures["accelerators"],
        "accelerators": replicas * figures["accelerators"],
        "all_tokens_per_s": replicas * figures["tokens_per_s"],
        "tokens_per_s_per_accelerator": figures["tokens_per_s"] / figures["accelerators"],
        "energy_j_per_token": kw * 1e3 * figures["accelerators"] / figures["tokens_per_s"],
        "decode_workers": none,
        "prompt_workers": none,
        "prompt_tp": none,
        "prompt_groups": none,
        "transfer_s": none,
    }


def apart(task: Task, sought: Sought) -> dict[str, Values]:
    """Evaluate decode workers with as many prompt workers as their rate needs, within the accelerators at hand.

    A decode worker with n sequences takes in ``n / (o TPOT)`` requests a second, a prompt worker gives ``g / T_1``, of
    which 85 % are counted on; the first token is that of :func:`denshi.workload.serving.first.first_token`, with the
    hand-over of the cache.

    Source: zhong2024.
    """
    domain = float(np.max(task.machine.domain))
    base = splits(
        sought.accelerators,
        heads=sought.heads,
        layers=1.0,
        experts=float(np.max(task.shape.experts)),
        expert_ffn=sought.expert_ffn,
        domain=domain,
    )
    decoding = with_concurrency(base)
    whole = Split(**base)
    room = sequences_held(task.shape, task.machine, task.rates, whole, task.input_tokens, 0.0) >= 1
    prompting = {name: column[(base["ep"] == 1) & room] for name, column in base.items()}
    one = _decoding(task, decoding)
    prompt_split = Split(**prompting)
    prompt = own_prompt_s(task, prompt_split)
    d = np.repeat(np.arange(len(one["tpot_s"])), len(prompt))
    p = np.tile(np.arange(len(prompt)), len(one["tpot_s"]))
    ranks, prompt_ranks = one["accelerators"][d], prompt_split.ranks[p]
    taken = one["running"][d] / (task.output_tokens * one["tpot_s"][d])
    given = _MOST_PROMPT_LOAD * prompting["groups"][p] / prompt[p]
    workers = np.maximum(np.floor(sought.accelerators / (ranks + prompt_ranks * taken / given)), 1.0)
    prompts = np.ceil(workers * taken / given)
    over = workers * ranks + prompts * prompt_ranks > sought.accelerators
    workers = np.where(over, workers - 1, workers)
    prompts = np.ceil(workers * taken / given)
    keep = (workers >= 1) & (workers * ranks + prompts * prompt_ranks <= sought.accelerators)
    d, p, workers, prompts = d[keep], p[keep], workers[keep], prompts[keep]
    return _matched(task, sought, {name: column[d] for name, column in one.items()}, prompting, p, workers, prompts)


def _decoding(task: Task, columns: Mapping[str, Values]) -> dict[str, Values]:
    """One decode worker at every split and concurrency."""
    split = split_of(columns)
    outputs = running_output_tokens(task)
    context = np.asarray(task.input_tokens) + outputs / 2
    own = columns["concurrency"] / columns["groups"]
    step = decode(task.shape, task.machine, task.rates, split, own=own, context=context, drafts=task.drafts)
    held = sequences_held(task.shape, task.machine, task.rates, split, task.input_tokens, outputs)
    return side_by_side(
        {
            **columns,
            **step,
            "accelerators": split.ranks * split.pp,
            "running": columns["concurrency"],
            "held": held * columns["groups"],
            "tpot_s": step["step_s"] / accepted_tokens(task.rates, task.drafts),
            "transfer_s": transfer_s(task, columns),
        }
    )


def _matched(
    task: Task,
    sought: Sought,
    one: Mapping[str, Values],
    prompting: Mapping[str, Values],
    p: NDArray[np.intp],
    workers: Values,
    prompts: Values,
) -> dict[str, Values]:
    """Figures of pools of decode and prompt workers whose numbers are chosen."""
    split = Split(**{name: column[p] for name, column in prompting.items()})
    each = np.maximum(workers * one["running"] / (prompts * split.groups), 1.0)
    prompt = own_prompt_s(task, split, together=passed_together(task, each / 2))
    requests = workers * one["running"] / (task.output_tokens * one["tpot_s"])
    load = np.minimum(requests * prompt / (prompts * split.groups), 1.0)
    first = first_token(
        replace(task, gather_steps=0.0),
        prompt=prompt,
        weights_read_s=weight_bytes(task.shape, task.machine, split) / task.machine.memory_bytes_per_s,
        asked=each,
        running=each,
        groups=split.groups,
        tpot=one["tpot_s"],
        step=one["step_s"],
    )
    ttft = total_s(first) + one["transfer_s"]
    accelerators = workers * one["accelerators"] + prompts * split.ranks
    rate = tokens_per_s(workers * one["running"], task.output_tokens, 0.0, one["tpot_s"])
    busy = power_kw(active_fraction(one), sought.system_kw, sought.idle_fraction, sought.busy_fraction)
    full = power_kw(load, sought.system_kw, sought.idle_fraction, sought.busy_fraction)
    kw = busy * workers * one["accelerators"] + full * prompts * split.ranks
    zero = np.zeros_like(rate)
    given = {**first, "prompt_s": prompt, "ttft_s": ttft}
    return {
        **{name: given.get(name, one.get(name, zero)) for name in _SHARED},
        "replicas": np.ones_like(rate),
        "replica_accelerators": accelerators,
        "accelerators": accelerators,
        "all_tokens_per_s": rate,
        "tokens_per_s_per_accelerator": rate / accelerators,
        "energy_j_per_token": kw * 1e3 / rate,
        "decode_workers": workers,
        "prompt_workers": prompts,
        "prompt_tp": np.asarray(split.tp),
        "prompt_groups": np.asarray(split.groups),
        "transfer_s": one["transfer_s"],
    }


_SHARED = (
    "tp",
    "groups",
    "pp",
    "ep",
    "concurrency",
    "running",
    "held",
    "weight_s",
    "expert_s",
    "cache_s",
    "launch_s",
    "exchange_s",
    "host_s",
    "step_s",
    "prompt_s",
    "mixed_s",
    *FIRST_PARTS,
    "tpot_s",
    "ttft_s",
)
