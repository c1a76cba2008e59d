"""Why a way of serving wins, what bounds it, and what is missing where none fits: figures in words."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from denshi.errors import InfeasibleError
from denshi.workload.serving.asked import Task
from denshi.workload.serving.machine import Machine
from denshi.workload.serving.memory import cache_room_bytes, sequences_held, token_bytes, weight_bytes
from denshi.workload.serving.operators import Split
from denshi.workload.serving.search import Found, Sought, merit
from denshi.workload.serving.space import splits
from denshi.workload.serving.task import running_output_tokens

Values = NDArray[np.float64]
Plan = Mapping[str, float]

TOKEN_PARTS = {
    "weight_s": "attention and dense weights",
    "expert_s": "routed experts",
    "cache_s": "attention over the cache",
    "launch_s": "gaps between kernels",
    "exchange_s": "exchange between ranks",
    "host_s": "the host",
    "mixed_s": "prompts in between",
}
"""The parts of the time of a decode step and their names."""

FIRST_PARTS = {
    "own_s": "the prompt itself",
    "burst_s": "prompts of the same burst",
    "queue_s": "prompts before it",
    "start_s": "steps until it starts and returns",
    "hold_s": "held until others come",
    "memory_wait_s": "wait for memory",
    "client_s": "text to tokens, network",
    "transfer_s": "hand-over of the cache",
}
"""The parts of the time to first token and their names."""

WAY = ("tp", "groups", "pp", "ep")
_STEP = 1e-3
_BANDWIDTH, _ARITHMETIC, _LINKS, _HOST = range(4)
RESOURCES = (
    "memory bandwidth",
    "arithmetic",
    "links between accelerators",
    "the host",
    "fixed times of kernels",
)
_LEAST_POINTS = 0.1
_MOST_NAMED = 3
_MOST_DOUBLINGS = 14


def said(plan: Plan) -> str:
    """Write a split in words, without the dimensions that are one.

    >>> said({"tp": 2.0, "groups": 4.0, "pp": 1.0, "ep": 8.0})
    'tp 2, 4 attention groups, ep 8'
    """
    named = {name: f"{name} {plan[name]:g}" for name in WAY} | {"groups": f"{plan['groups']:g} attention groups"}
    return ", ".join(named[name] for name in WAY if plan[name] > 1) or "one accelerator"


def way(plan: Plan) -> str:
    """Write replicas or workers, their split and the sequences of each in words.

    >>> split = {"tp": 8.0, "groups": 1.0, "pp": 1.0, "ep": 1.0}
    >>> way({**split, "replicas": 2.0, "prompt_workers": 0.0, "concurrency": 4.0})
    '2 replicas of tp 8, 4 sequences each'
    """
    if not plan["prompt_workers"]:
        return f"{_some(plan['replicas'], 'replica')} of {said(plan)}, {plan['concurrency']:g} sequences each"
    prompt = said({"tp": plan["prompt_tp"], "groups": plan["prompt_groups"], "pp": 1.0, "ep": 1.0})
    return (
        f"{_some(plan['decode_workers'], 'decode worker')} of {said(plan)}, {plan['concurrency']:g} sequences each, "
        f"and {_some(plan['prompt_workers'], 'prompt worker')} of {prompt}"
    )


def _some(count: float, noun: str) -> str:
    return f"{count:g} {noun}{'' if count == 1 else 's'}"


def shares(task: Task, timed: Callable[[Task], Values]) -> dict[str, float]:
    """Return the share of a time that each resource of ``RESOURCES`` is to blame for; they add up to one.

    The share of a rate is the elasticity ``-d ln T / d ln r``, by a small step; the model's times are homogeneous in
    rates and fixed times, so what is left is that of fixed times.

    Parameters
    ----------
    task : what is served, one of each (no arrays).
    timed : the time of a task [s], for arrays in its machine and rates too.
    """
    faster = 1 + _STEP * np.eye(5)
    machine, rates = task.machine, task.rates
    flop = {
        name: getattr(machine, name) * faster[_ARITHMETIC]
        for name in ("wide_flop_per_s", "expert_flop_per_s", "attention_flop_per_s")
    }
    links = {name: getattr(machine, name) * faster[_LINKS] for name in ("inside_bytes_per_s", "outside_bytes_per_s")}
    host = {name: getattr(rates, name) / faster[_HOST] for name in ("step_s", "request_s")}
    many = replace(
        task,
        machine=replace(machine, memory_bytes_per_s=machine.memory_bytes_per_s * faster[_BANDWIDTH], **flop, **links),
        rates=replace(rates, **host),
    )
    time = timed(many)
    parts = np.clip((1 - time[:-1] / time[-1]) * (1 + _STEP) / _STEP, 0.0, 1.0)
    return dict(zip(RESOURCES, [*parts.tolist(), max(1 - float(parts.sum()), 0.0)], strict=True))


def bound(parts: Mapping[str, float], running: float, held: float) -> str:
    """Say what bounds a time, and whether memory is full.

    >>> bound({"memory bandwidth": 0.7, "arithmetic": 0.3}, 4.0, 9.0)
    'memory bandwidth (70% of the time per token), then arithmetic (30%)'
    """
    order = sorted(parts, key=lambda name: -parts[name])
    text = f"{order[0]} ({parts[order[0]]:.0%} of the time per token), then {order[1]} ({parts[order[1]]:.0%})"
    return text + ("; memory holds no more sequences" if running > held - 1 else "")


def ways(found: Found, top: int) -> list[int]:
    """Return the best configuration of each split and manner, best first, at most ``top``.

    A manner is replicas that do both, or workers apart; concurrencies and prompt workers of one split are not told
    apart.
    """
    figures = found.figures
    keys = np.stack([*(figures[name][found.order] for name in WAY), figures["prompt_workers"][found.order] > 0])
    _, first = np.unique(keys, axis=1, return_index=True)
    return [int(at) for at in found.order[np.sort(first)][:top]]


def plan_at(found: Found, at: int) -> dict[str, float]:
    """Return one configuration as plain numbers."""
    return {name: float(column[at]) for name, column in found.figures.items()}


def why_lost(winner: Plan, other: Plan, objective: str) -> str:
    """Say by how much a configuration loses to the winner, and by which parts of a decode step.

    Points are hundredths of the winner's time per token.
    """
    arrays = [{name: np.asarray(value) for name, value in plan.items()} for plan in (winner, other)]
    first, second = (float(merit(one, objective)) for one in arrays)
    each = [plan["concurrency"] / plan["replica_accelerators"] * _workers(plan) for plan in (winner, other)]
    points = {
        label: (other[part] - winner[part]) / winner["tpot_s"] * 100
        for part, label in TOKEN_PARTS.items()
        if abs(other[part] - winner[part]) / winner["tpot_s"] * 100 >= _LEAST_POINTS
    }
    large = sorted(points.items(), key=lambda point: -abs(point[1]))[:_MOST_NAMED]
    told = ", ".join(f"{label} {value:+.1f}{' points' if i == 0 else ''}" for i, (label, value) in enumerate(large))
    return (
        f"loses {(1 - second / first) * 100:.1f} %: {each[1]:.3g} sequences an accelerator against {each[0]:.3g}, "
        f"TPOT {other['tpot_s'] * 1e3:.1f} ms against {winner['tpot_s'] * 1e3:.1f}"
        + (f" ({told})" if told else "")
        + (f"; {other['accelerators']:g} accelerators in use" if other["accelerators"] < winner["accelerators"] else "")
    )


def _workers(plan: Plan) -> float:
    return plan["decode_workers"] or 1.0


def stopped(found: Found, sought: Sought, at: int) -> str:
    """Say what keeps a configuration from more sequences: the first limit that the next concurrency breaks."""
    figures = found.figures
    names = (*WAY, "prompt_tp", "prompt_groups")
    same = np.logical_and.reduce([figures[name] == figures[name][at] for name in names])
    more = np.flatnonzero(same & (figures["concurrency"] > figures["concurrency"][at]))
    if not len(more):
        return "no more sequences were tried"
    after = plan_at(found, int(more[np.argmin(figures["concurrency"][more])]))
    many = f"{after['concurrency']:g} sequences"
    if after["held"] < after["running"]:
        return f"memory: of {many} {after['held']:.0f} fit"
    if after["tpot_s"] > sought.tpot_limit_s:
        return f"the TPOT target: {many} would have {after['tpot_s'] * 1e3:.1f} ms"
    if after["ttft_s"] > sought.ttft_limit_s:
        return f"the TTFT target: {many} would have {after['ttft_s'] * 1e3:,.0f} ms"
    return f"the objective: {many} are no better"


def one_request_bytes(task: Task, machine: Machine, split: Split) -> Values:
    """Memory that one request takes on a rank, with the share of its output that is held in reserve [bytes]."""
    tokens = np.asarray(task.input_tokens) + np.asarray(task.rates.output_reserved) * running_output_tokens(task)
    state = np.asarray(task.shape.state_bytes) / split.tp / split.pp
    return np.asarray(token_bytes(task.shape, machine, split) * tokens + state)


def misfit(name: str, task: Task, split: Split, machines: Mapping[str, Machine], most_tp: float) -> InfeasibleError:
    """Say by how much a split does not fit, and the smallest changes that do.

    Parameters
    ----------
    name : of what is served on what.
    task, split : one of each (no arrays).
    machines : the machine by other options that take fewer bytes ("--precision fp8"), the mildest first.
    most_tp : the most ranks over which attention can be cut.
    """
    room = float(cache_room_bytes(task.shape, task.machine, task.rates, split))
    weights = float(weight_bytes(task.shape, task.machine, split))
    one = float(one_request_bytes(task, task.machine, split))
    tokens = float(task.input_tokens) + float(task.rates.output_reserved) * float(running_output_tokens(task))
    changes = [option for option, machine in machines.items() if _holds(task, machine, split)][:1]
    for field, most in (("tp", most_tp), ("pp", float(task.shape.layers))):
        wider = (2.0**k * getattr(split, field) for k in range(1, _MOST_DOUBLINGS))
        fits = (n for n in wider if n <= most and _holds(task, task.machine, replace(split, **{field: n})))
        changes += [f"--{field} {n:g}" for n in fits][:1]
    if room > 0 and not float(task.shape.state_bytes):
        changes.append(f"requests of at most {room / one * tokens:,.0f} tokens")
    return InfeasibleError(
        f"{name} does not fit with {said(_plain(split))}: {(one - room) / 1e9:,.1f} GB are missing on each accelerator",
        why=f"weights take {weights / 1e9:,.1f} GB and the cache of one request {one / 1e9:,.2f} GB of "
        f"{(weights + room) / 1e9:,.1f} GB",
        mend=f"Use {' or '.join(changes)}" if changes else "Use an accelerator with more memory",
    )


def _plain(split: Split) -> dict[str, float]:
    return {name: float(getattr(split, name)) for name in WAY}


def _holds(task: Task, machine: Machine, split: Split) -> bool:
    held = sequences_held(task.shape, machine, task.rates, split, task.input_tokens, running_output_tokens(task))
    return bool(held >= 1)


def unreachable(
    name: str, task: Task, sought: Sought, found: Found, machines: Mapping[str, Machine]
) -> InfeasibleError:
    """Say why a search found nothing: what is missing in memory, or the latencies that can be reached."""
    if not found.fits.any():
        return _too_large(name, task, sought, machines)
    limits = (
        ("TPOT", "tpot", found.figures["tpot_s"], sought.tpot_limit_s),
        ("TTFT", "ttft", found.figures["ttft_s"], sought.ttft_limit_s),
    )
    for label, option, column, limit in limits:
        fastest = float(column[found.fits].min())
        if fastest > limit:
            return InfeasibleError(
                f"{name} cannot meet a {label} of {limit * 1e3:,.4g} ms",
                why=f"the fastest that {_some(sought.accelerators, 'accelerator')} reach is {fastest * 1e3:,.4g} ms",
                mend=f"Relax --{option} to {_up(fastest)}, or choose a faster accelerator",
            )
    in_time = found.fits & (found.figures["tpot_s"] <= sought.tpot_limit_s)
    fastest = float(found.figures["ttft_s"][in_time].min())
    return InfeasibleError(
        f"{name} meets either target, not both",
        why=f"within a TPOT of {sought.tpot_limit_s * 1e3:,.4g} ms the fastest TTFT is {fastest * 1e3:,.4g} ms",
        mend=f"Relax --ttft to {_up(fastest)}",
    )


def _up(seconds: float) -> str:
    return f"{np.ceil(seconds * 1e4 * 1.001) / 10:g}ms"


def _too_large(name: str, task: Task, sought: Sought, machines: Mapping[str, Machine]) -> InfeasibleError:
    """Say what the leanest split is short of, and which format or how many accelerators would do."""
    split = _every(task, sought, sought.accelerators)
    short = one_request_bytes(task, task.machine, split) - cache_room_bytes(task.shape, task.machine, task.rates, split)
    least = int(np.argmin(short))
    leanest = {way: float(np.broadcast_to(getattr(split, way), short.shape)[least]) for way in WAY}
    changes = [option for option, machine in machines.items() if _any(task, machine, split)][:1]
    counts = (2.0**k for k in range(_MOST_DOUBLINGS) if 2.0**k > sought.accelerators)
    changes += [f"--count {n:g}" for n in counts if _any(task, task.machine, _every(task, sought, n))][:1]
    return InfeasibleError(
        f"{name} does not fit on {_some(sought.accelerators, 'accelerator')}: the leanest replica ({said(leanest)}) is "
        f"{float(short[least]) / 1e9:,.1f} GB short on each of its accelerators",
        why=f"weights take {float(weight_bytes(task.shape, task.machine, split)[least]) / 1e9:,.1f} GB of "
        f"{float(task.machine.memory_bytes) / 1e9:,.0f} GB",
        mend=f"Use {' or '.join(changes)}" if changes else "Use an accelerator with more memory, or shorter requests",
    )


def _every(task: Task, sought: Sought, accelerators: float) -> Split:
    experts, domain = float(task.shape.experts), float(task.machine.domain)
    columns = splits(
        accelerators,
        heads=sought.heads,
        layers=sought.layers,
        experts=experts,
        expert_ffn=sought.expert_ffn,
        domain=domain,
    )
    return Split(**columns)


def _any(task: Task, machine: Machine, split: Split) -> bool:
    held = sequences_held(task.shape, machine, task.rates, split, task.input_tokens, running_output_tokens(task))
    return bool((held >= 1).any())
