"""What is to be split over accelerators, and what one way of splitting it costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from denshi.workload.training.machine import Machine, Stack
from denshi.workload.training.memory import memory
from denshi.workload.training.shape import Shape, Values
from denshi.workload.training.step import time

MAIN = ("tp", "cp", "pp", "virtual_stages", "zero_bubble", "ep", "dp", "micro_batch")
"""Columns by which plans count as different ones."""

DETAILS = ("recompute", "zero", "shard", "sequence_parallel")
DECISIONS = (*MAIN, *DETAILS)
"""Columns that are decided: everything else follows from them."""

ACTIVE = ("product_s", "attention_s", "passes_s", "optimizer_s")
"""Parts of a step in which the accelerator works at full power; in the others it waits."""

_JOULES_PER_KWH = 3.6e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A training step on a number of accelerators, with what the user holds.

    ``sequences`` are those of the global batch; ``usable_bytes`` of memory a plan may fill, ``buffer_bytes`` of them go
    to the run time and the collectives. ``trained`` is 1, or about 0 where adapters are trained. ``fixed`` holds
    columns of ``DECISIONS``. Powers are of one accelerator with its share of the system, at work and while it waits.
    """

    shape: Shape
    machine: Machine
    stack: Stack
    accelerators: float
    sequences: float
    usable_bytes: float
    buffer_bytes: float = 0.0
    trained: float = 1.0
    fixed: Mapping[str, float] = field(default_factory=dict)
    busy_kw: float = 1.0
    waiting_kw: float = 0.5


def completed(task: Task, columns: Mapping[str, Values | float]) -> dict[str, Values]:
    """Return all columns of the step model: those given, and what follows from them or is usual.

    ``micro_batches`` is ``ceil(sequences / (dp b))``; states are sharded (ZeRO-1) over all data- and context-parallel
    ranks, the sequence is divided too, nothing but attention scores is recomputed, unless the columns say otherwise.
    """
    one = np.float64(1.0)
    out = {name: np.asarray(columns.get(name, one), dtype=np.float64) for name in MAIN if name != "zero_bubble"}
    out["micro_batches"] = np.maximum(np.ceil(task.sequences / (out["dp"] * out["micro_batch"]) - 1e-9), 1.0)
    usual = {"recompute": 0.0, "zero": 1.0, "zero_bubble": 0.0, "sequence_parallel": 1.0, "scores_kept": 0.0}
    out |= {name: np.asarray(columns.get(name, value), dtype=np.float64) for name, value in usual.items()}
    out["shard"] = np.asarray(columns["shard"]) if "shard" in columns else out["dp"] * out["cp"]
    return out


def remembered(task: Task, columns: Mapping[str, Values]) -> dict[str, Values]:
    """Return the memory of completed columns, part by part [bytes]; see :mod:`denshi.workload.training.memory`."""
    return memory(task.shape, columns, trained_fraction=task.trained, buffer_bytes=task.buffer_bytes)


def timed(task: Task, columns: Mapping[str, Values]) -> dict[str, Values]:
    """Return the time of completed columns, part by part [s]; see :mod:`denshi.workload.training.step`."""
    return time(task.shape, task.machine, task.stack, columns, used(columns), task.trained)


def used(columns: Mapping[str, Values]) -> Values:
    """Accelerators of a plan: ``t c p d`` [1]."""
    return np.asarray(columns["tp"] * columns["cp"] * columns["pp"] * columns["dp"])


def energy_kwh(task: Task, columns: Mapping[str, Values], parts: Mapping[str, Values]) -> Values:
    """Energy of one step: ``n (P_busy t_active + P_waiting (t - t_active))`` [kWh].

    Parameters
    ----------
    task, columns : see :class:`Task`.
    parts : of the step time [s].
    """
    active = sum(parts[name] for name in ACTIVE)
    kilowatt_s = task.waiting_kw * parts["step_s"] + (task.busy_kw - task.waiting_kw) * active
    return np.asarray(used(columns) * kilowatt_s * 1e3 / _JOULES_PER_KWH)


def evaluate(task: Task, columns: Mapping[str, Values | float]) -> dict[str, Values]:
    """Evaluate plans: their columns, memory by component, step time by part, accelerators and energy.

    Parameters
    ----------
    task : see :class:`Task`; ``fixed`` is not looked at.
    columns : numbers or arrays that broadcast; tp, pp and dp at least, see :func:`completed` for the others.

    Returns
    -------
    dict : columns [1], accelerators [1], ``*_bytes`` [bytes], ``*_s`` [s], step_energy_kwh [kWh].
    """
    known = completed(task, columns)
    parts = timed(task, known)
    return {
        **known,
        "accelerators": used(known),
        **remembered(task, known),
        **parts,
        "step_energy_kwh": energy_kwh(task, known, parts),
    }
