"""Predict measured runs with a set of constants: all rows in one evaluation."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Accelerator, Assumption, Kernels, Software, find
from denshi.validation.training.cases import Case, network_bytes_per_s
from denshi.validation.training.constants import UNSTATED, Constants, kernels_row, release_of, software_row
from denshi.validation.training.infer import inferred_columns
from denshi.validation.training.runs import samples_to_target
from denshi.workload.training.machine import Machine, Stack, machine_of, stack_of
from denshi.workload.training.shape import Shape, stacked
from denshi.workload.training.step import time

Values = NDArray[np.float64]


Kind = tuple[str, str, str, Machine, float, float, bool]
"""What a stack follows from: kernels, software, format, machine, experts, accelerators, whether tokens are dropped."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows side by side for one evaluation; ``kinds`` are the distinct stacks, ``kind`` which of them a row has."""

    shape: Shape
    machine: Machine
    plan: Mapping[str, Values]
    accelerators: Values
    trained: Values
    kinds: tuple[Kind, ...]
    kind: NDArray[np.intp]


def tabulate(cases: Sequence[Case]) -> Table:
    """Put answered rows side by side."""
    shapes, machines, of_row = [], [], []
    kinds: dict[tuple[object, ...], Kind] = {}
    for case in cases:
        kernels, format_, machine = hardware(case)
        network = float(machine.outside_bytes_per_s)
        experts = float(case.is_moe)
        near = min(case.accelerators, 16.0)
        key = (case.accelerator, release_of(case.framework), format_, experts, near, network, case.drops_tokens)
        kinds.setdefault(key, (kernels.id, key[1], format_, machine, experts, near, case.drops_tokens))
        if case.shape is None:
            raise ValueError(f"{case.locator} has no shape")
        shapes.append(case.shape)
        machines.append(machine)
        of_row.append(list(kinds).index(key))
    return Table(
        shape=stacked(shapes),
        machine=Machine(**{f.name: np.array([getattr(m, f.name) for m in machines]) for f in fields(Machine)}),
        plan={name: np.array([case.columns[name] for case in cases]) for name in cases[0].columns},
        accelerators=np.array([case.accelerators for case in cases]),
        trained=np.array([case.trained for case in cases]),
        kinds=tuple(kinds.values()),
        kind=np.array(of_row, dtype=np.intp),
    )


def hardware(case: Case) -> tuple[Kernels, str, Machine]:
    """Return the kernels, the number format and the machine of a run."""
    chip = find(Accelerator, case.accelerator)
    kernels = find(Kernels, chip.kernels or "other")
    block = case.block_scaled and bool(chip.fp4_flop_per_s)
    format_ = "mxfp8" if case.precision == "fp8" and block else case.precision
    network = network_bytes_per_s(case.accelerator, case.framework)
    return kernels, format_, machine_of(chip, kernels, format_, network, chip.scaleup_domain or 1.0)


def with_plan(case: Case) -> Case:
    """Return a run whose plan is not stated with the fastest plan that fits, by the constants that denshi ships."""
    if case.plan == "stated" or case.family == "maxtext" or case.reason or not case.sequences:
        return case
    kernels, format_, machine = hardware(case)
    software = find(Software, release_of(case.framework))
    stack = stack_of(kernels, software, machine, format_, experts=float(case.is_moe), accelerators=case.accelerators)
    return replace(case, columns=inferred_columns(case, machine, stack))


def step_parts(table: Table, constants: Constants) -> dict[str, Values]:
    """Return the parts of the step time of every row [s]; see :func:`denshi.workload.training.step.time`."""
    kernels = {id_: kernels_row(constants, find(Kernels, id_)) for id_ in {kind[0] for kind in table.kinds}}
    software = {id_: software_row(constants, id_) for id_ in {kind[1] for kind in table.kinds}}
    stacks = [
        stack_of(kernels[k], software[s], machine, format_, experts=experts, accelerators=near, drops_tokens=drops)
        for k, s, format_, machine, experts, near, drops in table.kinds
    ]
    stack = Stack(**{f.name: np.array([getattr(one, f.name) for one in stacks])[table.kind] for f in fields(Stack)})
    return time(table.shape, table.machine, stack, table.plan, table.accelerators, table.trained)


def predicted(cases: Sequence[Case], constants: Constants | None = None) -> Values:
    """Return the time of every case, a step or a whole run [s]; nan where it is not answered."""
    out = np.full(len(cases), np.nan)
    at = [i for i, case in enumerate(cases) if not case.reason and case.columns]
    if at:
        table = tabulate([with_plan(cases[i]) for i in at])
        out[at] = step_parts(table, shipped() if constants is None else constants)["step_s"]
    runs = np.array([case.kind == "run" for case in cases])
    batches = samples_to_target(cases) / np.array([case.sequences or np.nan for case in cases])
    return np.where(runs, out * batches, out)


def interval(cases: Sequence[Case]) -> tuple[Values, Values]:
    """Return the factors on the predicted times between which the measured ones lie four times in five.

    They come from the errors on models left out of the fit, of dense models and of those with experts; software that
    taught no constant has the spread between left-out stacks on top.
    """
    classes = [interval_class(case) for case in cases]
    low, high = (
        np.array([find(Assumption, f"training-band-{name}-{end}").value for name in classes]) for end in ("low", "high")
    )
    return low, high


def interval_class(case: Case) -> str:
    """Name the class whose left-out errors stand for a case."""
    known = release_of(case.framework) == (case.framework or UNSTATED)
    return ("moe" if case.is_moe else "dense") + ("" if known else "-unseen")


@cache
def shipped() -> Constants:
    """Return the constants that denshi ships, as tools/fit_training.py wrote them."""
    text = files("denshi.validation").joinpath("training", "constants.toml").read_text(encoding="utf-8")
    return {str(name): float(value) for name, value in tomllib.loads(text)["constants"].items()}
