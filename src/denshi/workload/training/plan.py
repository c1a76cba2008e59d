"""How the runs of a workload are split over its accelerators: the room's inputs as a task, and the choice."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil

from denshi.errors import InfeasibleError
from denshi.workload.record import available_accelerators, powers_of_two, usable_bytes
from denshi.workload.training.legal import check
from denshi.workload.training.machine import machine_of, stack_of
from denshi.workload.training.record import Input
from denshi.workload.training.search import Found, search
from denshi.workload.training.shape import shape_of
from denshi.workload.training.task import Task, evaluate

DECISIONS = ("tp", "cp", "pp", "virtual_stages", "ep", "dp", "micro_batch", "recompute", "zero")
"""What the room decides; the other columns of the step model are usual."""

_WHERE = "workload.parallelism"
_SPEED_TOLERANCE = 0.01
_CONCURRENCY_TOLERANCE = 0.1
_MOST_CONCURRENT = 64
_CONSIDERED = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """One configuration with all that the step model says of it, runs at a time, and what was found beside it."""

    task: Task
    values: Mapping[str, float]
    concurrent_runs: float
    front: tuple[Mapping[str, float], ...]


def batch_sequences(inputs: Input) -> float:
    """Sequences of one global batch, at least one: ``round(batch tokens / s)``."""
    return max(float(round(inputs.global_batch_tokens / inputs.sequence)), 1.0)


def task_of(inputs: Input, accelerators: float) -> Task:
    """Return one run on some accelerators as the step model takes it.

    Raises
    ------
    InfeasibleError : the accelerator does not multiply in the number format.
    """
    machine = machine_of(
        inputs.accelerator,
        inputs.kernels,
        inputs.precision,
        inputs.scaleout_bytes_per_s,
        inputs.scaleup_domain,
        beyond_bytes_per_s=inputs.inter_pod_bytes_per_s,
        pod=inputs.pod_accelerators,
    )
    fixed = inputs.parallelism if isinstance(inputs.parallelism, Mapping) else {}
    return Task(
        shape=shape_of(inputs.model, inputs.sequence),
        machine=machine,
        stack=stack_of(
            inputs.kernels,
            inputs.software,
            machine,
            inputs.precision,
            experts=inputs.model.experts,
            accelerators=accelerators,
        ),
        accelerators=accelerators,
        sequences=batch_sequences(inputs),
        usable_bytes=usable_bytes(inputs.accelerator, inputs.memory_usable),
        fixed={name: float(value) for name, value in fixed.items()},
    )


def choose(inputs: Input) -> Plan:
    """Find the plan of the highest token rate.

    Runs are put side by side only where that raises the rate of all of them by more than a tenth over fewer at a time;
    within one per cent of the best rate the plan with fewest accelerators wins.

    Raises
    ------
    InfeasibleError : the mapping given does not divide the accelerators or the model, or no plan fits the memory.
    """
    found = _searched(inputs)
    sequences = batch_sequences(inputs)
    rates = {runs: runs * sequences / one.plans[0]["step_s"] for runs, (_, one) in found.items()}
    runs = min(k for k, rate in rates.items() if rate >= (1 - _CONCURRENCY_TOLERANCE) * max(rates.values()))
    task, best = found[runs]
    near = [one for one in best.plans if one["step_s"] <= best.plans[0]["step_s"] / (1 - _SPEED_TOLERANCE)]
    chosen = min(near, key=lambda one: (one["accelerators"], one["step_s"]))
    return Plan(task, _alone(task, chosen), runs, best.front)


def hold(inputs: Input, decisions: Mapping[str, float], concurrent_runs: float) -> Plan:
    """Evaluate one plan again, whether or not it still fits."""
    task = task_of(inputs, float(available_accelerators(inputs) // concurrent_runs))
    return Plan(task, _alone(task, decisions), concurrent_runs, ())


def _alone(task: Task, plan: Mapping[str, float]) -> dict[str, float]:
    """Evaluate one plan by itself: the same digits whether it was just found or is held."""
    columns = {name: plan[name] for name in DECISIONS}
    return {name: float(column) for name, column in evaluate(task, columns).items()}


def _searched(inputs: Input) -> dict[float, tuple[Task, Found]]:
    """Search for one run at a time and, where several fit, for more side by side."""
    accelerators = available_accelerators(inputs)
    asked = _MOST_CONCURRENT if inputs.runs_per_year is None else ceil(inputs.runs_per_year)
    most = max(1, min(asked, _MOST_CONCURRENT, int(accelerators)))
    found: dict[float, tuple[Task, Found]] = {}
    for runs in sorted({*powers_of_two(most).tolist(), float(most)}):
        task = task_of(inputs, float(accelerators // runs))
        try:
            if task.fixed:
                check(_reached(task))
            found[runs] = (task, search(task, objective="time", top=_CONSIDERED, space="usual"))
        except InfeasibleError as problem:
            if runs == 1:
                raise InfeasibleError(
                    problem.what, where=_WHERE if task.fixed else "workload.model", why=problem.why, mend=problem.mend
                ) from None
            break
    return found


def _reached(task: Task) -> Task:
    """Return the task on the accelerators that a mapping can use: whole groups, or all its ranks; some may idle."""
    group = 1.0
    for name in ("tp", "cp", "pp", "dp"):
        group *= task.fixed.get(name, 1.0)
    if group < 1:
        return task
    whole = group if "dp" in task.fixed else task.accelerators // group * group
    return replace(task, accelerators=whole) if 0 < whole < task.accelerators else task
