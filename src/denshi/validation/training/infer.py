"""The plan of a run whose source does not state one: the fastest that fits, by the model itself."""

from collections.abc import Mapping
from functools import cache

from denshi.catalog import Accelerator, find
from denshi.errors import InfeasibleError
from denshi.validation.training.cases import Case
from denshi.workload.training.machine import Machine, Stack
from denshi.workload.training.search import search
from denshi.workload.training.task import DECISIONS, Task

_USABLE = 0.93
_ADAPTERS = 0.01
_known: dict[tuple[object, ...], Mapping[str, float]] = {}


def inferred_columns(case: Case, machine: Machine, stack: Stack) -> Mapping[str, float]:
    """Return the columns of the fastest plan that fits a run, or those at hand where none does.

    Parameters
    ----------
    case : a run whose plan is inferred.
    machine, stack : what it runs on.
    """
    format_ = (case.precision, case.block_scaled, case.trained)
    key = (case.model, case.accelerator, case.accelerators, format_, case.tokens, case.sequences, case.framework)
    if key not in _known:
        _known[key] = _found(case, machine, stack)
    return _known[key]


def _found(case: Case, machine: Machine, stack: Stack) -> Mapping[str, float]:
    if case.shape is None:
        return case.columns
    task = Task(
        shape=case.shape,
        machine=machine,
        stack=stack,
        accelerators=case.accelerators,
        sequences=case.sequences,
        usable_bytes=_USABLE * _memory_bytes(case.accelerator),
        trained=max(case.trained, _ADAPTERS),
    )
    try:
        best = search(task, objective="time", top=1, space="usual").plans[0]
    except InfeasibleError:
        return case.columns
    return {**case.columns, **{name: best[name] for name in (*DECISIONS, "micro_batches")}}


@cache
def _memory_bytes(accelerator: str) -> float:
    return find(Accelerator, accelerator).memory_bytes
