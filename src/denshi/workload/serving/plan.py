"""How a model is served: replicas, split and concurrency that give most tokens a second within the latency targets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from denshi.errors import InfeasibleError
from denshi.workload.record import available_accelerators
from denshi.workload.serving.asked import Task
from denshi.workload.serving.engine import rates_of
from denshi.workload.serving.machine import machine_of
from denshi.workload.serving.memory import cache_room_bytes, token_bytes
from denshi.workload.serving.operators import Split
from denshi.workload.serving.record import Input
from denshi.workload.serving.shape import shape_of
from denshi.workload.serving.space import splits, with_concurrency
from denshi.workload.serving.task import DECISIONS, Columns, Values, evaluate, split_of

_RATE_TOLERANCE = 0.01
_COARSE_TOLERANCE = 0.2
_MOST_SEQUENCES = float(with_concurrency(dict.fromkeys(("tp", "groups", "pp", "ep"), np.ones(1)))["concurrency"].max())


@dataclass(frozen=True, slots=True)
class Plan:
    """One configuration with all that the step model says of it, what stops it, and what was found beside it.

    ``front`` holds (output tokens a second of a user, of an accelerator) of the configurations that no other beats in
    both, the most of a user first.
    """

    task: Task
    values: Mapping[str, float]
    bound: str
    front: tuple[tuple[float, float], ...]

    @property
    def columns(self) -> dict[str, Values]:
        """The values as the step model takes them."""
        return {name: np.asarray(value) for name, value in self.values.items()}


def task_of(inputs: Input) -> Task:
    """Return what is asked of the workload's replicas as the step model takes it.

    Raises
    ------
    InfeasibleError : the accelerator does not multiply in the number format.
    """
    return Task(
        shape=shape_of(inputs.model),
        machine=machine_of(
            inputs.accelerator,
            inputs.model,
            inputs.precision,
            outside_bytes_per_s=inputs.scaleout_bytes_per_s,
            domain=inputs.scaleup_domain,
        ),
        rates=rates_of(inputs.engine),
        input_tokens=inputs.input_tokens,
        output_tokens=inputs.output_tokens,
    )


def timed(task: Task, columns: Columns, time_ratio: float) -> dict[str, Values]:
    """Evaluate replicas as :func:`denshi.workload.serving.task.evaluate` does, every time longer by a ratio."""
    found = evaluate(task, columns)
    for name in found:
        if name == "tokens_per_s":
            found[name] = found[name] / time_ratio
        elif name.endswith("_s"):
            found[name] = found[name] * time_ratio
    return found


def choose(inputs: Input) -> Plan:
    """Find the split and concurrency of the highest token rate of all replicas that meet both latency targets.

    No request waits for memory. Splits and concurrencies are evaluated at once; the concurrencies of the best splits
    are then refined between their neighbours. Within one per cent of the best rate the replica with fewest
    accelerators wins.

    Raises
    ------
    InfeasibleError : the weights fit no replica, or no concurrency meets the targets; the message says what is
        reachable.
    """
    task = task_of(inputs)
    accelerators = available_accelerators(inputs)
    coarse = timed(task, candidates(inputs), inputs.time_ratio)
    kept = _within(coarse, inputs)
    if not kept.any():
        raise _unreachable(task, inputs, coarse)
    fine = timed(task, _refined(coarse, _rate(coarse, kept, accelerators)), inputs.time_ratio)
    rate = _rate(fine, _within(fine, inputs), accelerators)
    near = np.where(rate >= (1 - _RATE_TOLERANCE) * rate.max(), fine["accelerators"], np.inf)
    best = int(np.lexsort((-rate, near))[0])
    decided = {name: float(fine[name][best]) for name in DECISIONS}
    return replace(_planned(task, decided, inputs), front=_front(coarse, inputs))


def hold(inputs: Input, decisions: Mapping[str, float]) -> Plan:
    """Evaluate one plan again, whether or not it still meets the targets."""
    return _planned(task_of(inputs), decisions, inputs)


def _planned(task: Task, decisions: Mapping[str, float], inputs: Input) -> Plan:
    """Evaluate one plan by itself, and with one more sequence in each lane to learn what stops it."""
    more = np.array([0.0, decisions["groups"] * decisions["pp"]])
    columns = {name: decisions[name] + more * (name == "concurrency") for name in DECISIONS}
    evaluated = timed(task, columns, inputs.time_ratio)
    values = {name: float(column[0]) for name, column in evaluated.items()}
    after = {name: float(column[1]) for name, column in evaluated.items()}
    return Plan(task, values, _stopped_by(after, inputs), ())


def _stopped_by(after: Mapping[str, float], inputs: Input) -> str:
    if after["concurrency"] > after["held"]:
        return "memory for the key-value cache"
    if after["tpot_s"] > inputs.tpot_limit_s:
        return "time per output token"
    if after["ttft_s"] > inputs.ttft_limit_s:
        return "time to first token"
    if after["concurrency"] > _MOST_SEQUENCES * after["groups"] * after["pp"]:
        return "sequences that an engine runs at once"
    return "more sequences are no faster"


def _fits(found: Columns) -> NDArray[np.bool_]:
    return np.asarray(found["concurrency"] <= found["held"])


def _within(found: Columns, inputs: Input) -> NDArray[np.bool_]:
    targets = (found["tpot_s"] <= inputs.tpot_limit_s) & (found["ttft_s"] <= inputs.ttft_limit_s)
    return np.asarray(_fits(found) & targets)


def _rate(found: Columns, kept: NDArray[np.bool_], accelerators: float) -> Values:
    """Output tokens a second of as many replicas as there are accelerators for; 0 where the targets are not met."""
    return np.where(kept, np.floor(accelerators / found["accelerators"]) * found["tokens_per_s"], 0.0)


def candidates(inputs: Input) -> dict[str, Values]:
    """Return every split of a replica that the model and the accelerators allow, at many concurrencies.

    Raises
    ------
    InfeasibleError : the workload has no accelerator.
    """
    accelerators = available_accelerators(inputs)
    if accelerators < 1:
        raise InfeasibleError("the workload has no accelerator", where="workload.share", mend="Raise its share")
    model = inputs.model
    split = splits(
        accelerators,
        heads=model.heads,
        layers=model.layers,
        experts=model.experts,
        expert_ffn=model.expert_ffn,
        domain=inputs.scaleup_domain,
    )
    return with_concurrency(split)


def _refined(coarse: Columns, rate: Values) -> dict[str, Values]:
    """Return every concurrency between the neighbours of the best of each split that comes near the best of all."""
    lanes = coarse["groups"] * coarse["pp"]
    grid = np.unique(coarse["concurrency"] / lanes)
    by_split = rate.reshape(-1, len(grid))
    splits_near = np.flatnonzero(by_split.max(axis=1) >= (1 - _COARSE_TOLERANCE) * rate.max())
    at = by_split[splits_near].argmax(axis=1)
    low, high = grid[np.maximum(at - 1, 0)], grid[np.minimum(at + 1, len(grid) - 1)]
    count = (high - low + 1).astype(int)
    begin = np.repeat(np.cumsum(count) - count, count)
    each = np.repeat(low, count) + np.arange(count.sum()) - begin
    rows = np.repeat(splits_near * len(grid), count)
    return {name: coarse[name][rows] if name != "concurrency" else each * lanes[rows] for name in DECISIONS}


def _front(found: Columns, inputs: Input) -> tuple[tuple[float, float], ...]:
    """Return rates of a user and of an accelerator that no configuration in time for its first token beats in both."""
    kept = _fits(found) & (found["ttft_s"] <= inputs.ttft_limit_s)
    user = 1 / found["tpot_s"][kept]
    each = (found["tokens_per_s"] / found["accelerators"])[kept]
    order = np.lexsort((-each, -user))
    most = np.maximum.accumulate(np.concatenate([[0.0], each[order]]))[:-1]
    best = order[each[order] > most]
    return tuple(zip(user[best].tolist(), each[best].tolist(), strict=True))


def _unreachable(task: Task, inputs: Input, found: Columns) -> InfeasibleError:
    fits = _fits(found)
    name = f"{inputs.model.name} on {inputs.accelerator.name}"
    if not fits.any():
        return _too_large(task, inputs, found, name)
    targets = (
        ("time per output token", "TPOT", "tpot", found["tpot_s"], inputs.tpot_limit_s),
        ("time to first token", "TTFT", "ttft", found["ttft_s"], inputs.ttft_limit_s),
    )
    for long, short_name, key, column, limit in targets:
        fastest = float(column[fits].min())
        if fastest > limit:
            return InfeasibleError(
                f"{name} cannot meet a {long} of {limit * 1e3:,.4g} ms",
                where=f"workload.{key}",
                why=f"the fastest {short_name} reachable is {fastest * 1e3:,.4g} ms",
                mend=f"Relax {key} to {fastest * 1.05e3:,.4g} ms, or choose a faster accelerator",
            )
    both = fits & (found["tpot_s"] <= inputs.tpot_limit_s)
    fastest = float(found["ttft_s"][both].min())
    return InfeasibleError(
        f"{name} meets either target, not both",
        where="workload.ttft",
        why=f"within a TPOT of {inputs.tpot_limit_s * 1e3:,.4g} ms the fastest TTFT is {fastest * 1e3:,.4g} ms",
        mend=f"Relax ttft to {fastest * 1.05e3:,.4g} ms",
    )


def sequence_bytes(task: Task, split: Split) -> Values:
    """Memory that one sequence takes on a rank, its share of the output held in reserve included [bytes]."""
    tokens = np.asarray(task.input_tokens) + np.asarray(task.rates.output_reserved) * task.output_tokens
    state = np.asarray(task.shape.state_bytes) / split.tp / split.pp
    return np.asarray(token_bytes(task.shape, task.machine, split) * tokens + state)


def _too_large(task: Task, inputs: Input, found: Columns, name: str) -> InfeasibleError:
    split = split_of(found)
    room = cache_room_bytes(task.shape, task.machine, task.rates, split)
    one = sequence_bytes(task, split)
    least = int(np.argmin(one - room))
    weights = float(found["weight_bytes"][least])
    usable = float(room[least]) + weights
    return InfeasibleError(
        f"{name} does not fit: the leanest replica is {float(one[least] - room[least]) / 1e9:,.1f} GB short on each of "
        f"its {found['accelerators'][least]:,.0f} accelerators",
        where="workload.model",
        why=f"weights need {weights / 1e9:,.1f} GB and one request's cache {float(one[least]) / 1e9:,.1f} GB of "
        f"{usable / 1e9:,.1f} GB",
        mend=_mend(task, inputs),
    )


def _mend(task: Task, inputs: Input) -> str:
    """Say the fewest accelerators on which the weights and one request fit, where more of them help."""
    for more in (2.0**i for i in range(1, 15)):
        larger = replace(inputs, cluster_accelerators=inputs.cluster_accelerators * more)
        found = evaluate(task, candidates(larger))
        fits = _fits(found)
        if fits.any():
            return f"Give it {found['accelerators'][fits].min():,.0f} accelerators, or a narrower precision"
    return "More accelerators do not help: shorten the requests, or use a narrower precision or more memory"
