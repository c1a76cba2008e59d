"""How a model is served: replicas, split and batch that give most tokens a second within the latency targets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from denshi.errors import InfeasibleError
from denshi.workload.record import available_accelerators, powers_of_two, usable_bytes
from denshi.workload.serving.record import Input
from denshi.workload.serving.step import DECISIONS, Columns, evaluate

_LARGEST_GROUP = 64
_STAGES = (1.0, 2.0, 4.0, 8.0, 16.0)
_BATCHES = np.unique(np.round(np.geomspace(1, 4096, 60)))
_RATE_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class Plan:
    """One configuration with all that :func:`denshi.workload.serving.step.evaluate` says of it, and what stops it."""

    values: Mapping[str, float]
    bound: str


def choose(inputs: Input) -> Plan:
    """Find the split and batch of the highest token rate of all replicas that meet both latency targets.

    Splits and batches are evaluated at once; the best split's batch is then refined between its neighbours. Within one
    per cent of the best rate the replica with fewest accelerators wins.

    Raises
    ------
    InfeasibleError : the weights fit no replica, or no batch meets the targets; the message says what is reachable.
    """
    coarse = evaluate(_candidates(inputs), inputs)
    held = _within(coarse, inputs)
    if not held.any():
        raise _unreachable(inputs, coarse)
    first = _best(coarse, held, available_accelerators(inputs))
    fine = evaluate(_refined({name: float(coarse[name][first]) for name in DECISIONS}), inputs)
    best = _best(fine, _within(fine, inputs), available_accelerators(inputs))
    return _planned(fine, best, inputs)


def hold(inputs: Input, decisions: Mapping[str, float]) -> Plan:
    """Evaluate one plan again, whether or not it still meets the targets."""
    return _planned(evaluate({name: np.array([decisions[name]]) for name in DECISIONS}, inputs), 0, inputs)


def _planned(timed: Columns, at: int, inputs: Input) -> Plan:
    values = {name: float(column[at]) for name, column in timed.items()}
    one_more = {name: np.array([values[name]]) for name in DECISIONS}
    one_more["batch"] = one_more["batch"] + one_more["groups"]
    after = {name: float(column[0]) for name, column in evaluate(one_more, inputs).items()}
    if after["memory_bytes"] > usable_bytes(inputs.accelerator, inputs.memory_usable):
        return Plan(values, "memory for the key-value cache")
    if after["tpot_s"] > inputs.tpot_limit_s:
        return Plan(values, "time per output token")
    if after["ttft_s"] > inputs.ttft_limit_s:
        return Plan(values, "time to first token")
    return Plan(values, "arithmetic: a larger batch is no faster")


def _within(timed: Columns, inputs: Input) -> NDArray[np.bool_]:
    return np.asarray(
        (timed["memory_bytes"] <= usable_bytes(inputs.accelerator, inputs.memory_usable))
        & (timed["tpot_s"] <= inputs.tpot_limit_s)
        & (timed["ttft_s"] <= inputs.ttft_limit_s)
    )


def _best(timed: Columns, held: NDArray[np.bool_], accelerators: float) -> int:
    rate = np.where(held, np.floor(accelerators / timed["accelerators"]) * timed["tokens_per_s"], 0.0)
    near = rate >= (1 - _RATE_TOLERANCE) * rate.max()
    return int(np.lexsort((-rate, np.where(near, timed["accelerators"], np.inf)))[0])


def _candidates(inputs: Input) -> Columns:
    accelerators = available_accelerators(inputs)
    inside = min(inputs.scaleup_domain, _LARGEST_GROUP, accelerators)
    groups = powers_of_two(inside) if inputs.model.experts else np.ones(1)
    axes = (powers_of_two(inside), groups, np.array(_STAGES), _BATCHES)
    tp, group, pp, each = (column.ravel() for column in np.meshgrid(*axes, indexing="ij"))
    ranks = tp * group
    # stages only where one scale-up domain is full
    keep = (ranks <= inside) & (ranks * pp <= accelerators) & ((pp == 1) | (2 * ranks > inside))
    keep &= (np.round(inputs.model.heads) % tp == 0) & (pp <= max(inputs.model.layers, 1.0))
    if not keep.any():
        raise InfeasibleError("the workload has no accelerator", where="workload.share", mend="Raise its share")
    columns = {"tp": tp, "groups": group, "pp": pp, "batch": each * group * pp}
    return {name: column[keep] for name, column in columns.items()}


def _refined(around: Mapping[str, float]) -> Columns:
    lanes = around["groups"] * around["pp"]
    at = int(np.argmin(np.abs(_BATCHES * lanes - around["batch"])))
    low, high = _BATCHES[max(at - 1, 0)], _BATCHES[min(at + 1, len(_BATCHES) - 1)]
    batch = np.arange(low, high + 1) * lanes
    return {name: batch if name == "batch" else np.full_like(batch, around[name]) for name in DECISIONS}


def _unreachable(inputs: Input, timed: Columns) -> InfeasibleError:
    usable = usable_bytes(inputs.accelerator, inputs.memory_usable)
    fits = timed["memory_bytes"] <= usable
    name = f"{inputs.model.name} on {inputs.accelerator.name}"
    if not fits.any():
        least = int(np.argmin(timed["memory_bytes"]))
        short = (timed["memory_bytes"][least] - usable) / 1e9
        return InfeasibleError(
            f"{name} does not fit: the leanest replica is {short:,.1f} GB short on each of its "
            f"{timed['accelerators'][least]:,.0f} accelerators",
            where="workload.model",
            why=f"weights need {timed['weight_bytes'][least] / 1e9:,.1f} GB and one request's cache "
            f"{timed['cache_bytes'][least] / 1e9:,.1f} GB of {usable / 1e9:,.1f} GB",
            mend=_mend(inputs),
        )
    targets = (
        ("time per output token", "TPOT", "tpot", timed["tpot_s"], inputs.tpot_limit_s),
        ("time to first token", "TTFT", "ttft", timed["ttft_s"], inputs.ttft_limit_s),
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
    both = fits & (timed["tpot_s"] <= inputs.tpot_limit_s)
    fastest = float(timed["ttft_s"][both].min())
    return InfeasibleError(
        f"{name} meets either target, not both",
        where="workload.ttft",
        why=f"within a TPOT of {inputs.tpot_limit_s * 1e3:,.4g} ms the fastest TTFT is {fastest * 1e3:,.4g} ms",
        mend=f"Relax ttft to {fastest * 1.05e3:,.4g} ms",
    )


def _mend(inputs: Input) -> str:
    """Say the fewest accelerators on which the weights and one request fit, where more of them help."""
    for more in (2.0**i for i in range(1, 15)):
        larger = replace(inputs, cluster_accelerators=inputs.cluster_accelerators * more)
        timed = evaluate(_candidates(larger), larger)
        fits = timed["memory_bytes"] <= usable_bytes(inputs.accelerator, inputs.memory_usable)
        if fits.any():
            return f"Give it {timed['accelerators'][fits].min():,.0f} accelerators, or a narrower precision"
    return "More accelerators do not help: shorten the requests, or use a narrower precision or more memory"
