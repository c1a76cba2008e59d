"""Predict measured points with a set of constants: all rows in one evaluation."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Accelerator, Model, System, find, rows
from denshi.validation.serving import mlperf
from denshi.validation.serving.cases import ENGINES, MLPERF_MODES, Case, Workers
from denshi.validation.serving.constants import Constants, engine_of, engine_values
from denshi.workload.serving.asked import Task
from denshi.workload.serving.disaggregated import evaluate_apart
from denshi.workload.serving.engine import RATES, Rates
from denshi.workload.serving.first import first_token, total_s
from denshi.workload.serving.machine import Machine, machine_of, stacked_machines
from denshi.workload.serving.shape import Shape, shape_of, stacked
from denshi.workload.serving.step import accepted_tokens
from denshi.workload.serving.task import evaluate

Values = NDArray[np.float64]

_OUTSIDE_BYTES_PER_S = 5e10

METRICS = ("tpot_s", "ttft_s", "throughput", "tokens_per_joule")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows side by side for one evaluation.

    ``engine`` is the number of a row's engine in ``ENGINES``. ``columns`` are those of one worker that decodes;
    ``apart`` is set where other workers, with the columns ``prompting``, process the prompts.
    """

    task: Task
    columns: Mapping[str, Values]
    engine: NDArray[np.intp]
    apart: NDArray[np.bool_]
    prompting: Mapping[str, Values]
    decode_workers: Values
    prompt_workers: Values


def tabulate(cases: Sequence[Case]) -> Table:
    """Put answered rows of serving at a concurrency side by side."""
    shapes, machines = zip(*((_shape(case.model), machine(case)) for case in cases), strict=True)
    workers = [case.decode or Workers(1, 1, 1, 1, 1, 0) for case in cases]

    def column(values: Sequence[float]) -> Values:
        return np.array(values, dtype=np.float64)

    task = Task(
        shape=stacked(shapes),
        machine=stacked_machines(machines),
        rates=_NONE,
        input_tokens=column([case.input_tokens for case in cases]),
        output_tokens=column([case.output_tokens for case in cases]),
        drafts=column([case.drafts for case in cases]),
        slots=column([case.slots or np.inf for case in cases]),
        waves=column([case.waves for case in cases]),
        exact_lengths=column([float(case.exact_lengths) for case in cases]),
        poll_steps=column([case.poll_steps for case in cases]),
        batch_steps=column([case.batch_steps for case in cases]),
        gather_steps=column([case.gather_steps for case in cases]),
    )
    prompting = [case.prompt or worker for case, worker in zip(cases, workers, strict=True)]
    count = column([worker.count for worker in workers])
    return Table(
        task=task,
        columns={**_split(workers), "concurrency": column([case.concurrency for case in cases]) / count},
        engine=np.array([ENGINES.index(engine_of(case.engine)) for case in cases], dtype=np.intp),
        apart=np.array([case.prompt is not None for case in cases]),
        prompting=_split(prompting),
        decode_workers=count,
        prompt_workers=column([worker.count for worker in prompting]),
    )


def _split(workers: Sequence[Workers]) -> dict[str, Values]:
    return {
        name: np.array([getattr(worker, name) for worker in workers], dtype=np.float64)
        for name in ("tp", "groups", "pp", "ep")
    }


def machine(case: Case) -> Machine:
    """Return the machine of a row: its accelerator in its number format, in its scale-up domain."""
    chip = find(Accelerator, case.accelerator)
    return machine_of(
        chip,
        find(Model, case.model),
        case.precision,
        outside_bytes_per_s=_outside_bytes_per_s(case.accelerator),
        domain=chip.scaleup_domain or 1.0,
        cache_precision=case.cache_precision,
    )


def rates(constants: Constants, engine: NDArray[np.intp]) -> Rates:
    """Return the constants of every row's engine."""
    of_engine = [engine_values(constants, name) for name in ENGINES]
    return Rates(**{name: np.array([values[name] for values in of_engine])[engine] for name in RATES})


def parts(table: Table, constants: Constants) -> dict[str, Values]:
    """Return every figure of every row; see :func:`denshi.workload.serving.task.evaluate`."""
    return evaluate(replace(table.task, rates=rates(constants, table.engine)), table.columns)


def decode_tpot_s(table: Table, constants: Constants) -> Values:
    """Return the time per output token of every row at its nominal concurrency [s].

    Where other workers process the prompts, none is mixed in; how many sequences decode then follows from the rates of
    both, which :func:`predicted` solves and a fit need not.
    """
    figures = parts(table, constants)
    return np.where(table.apart, figures["tpot_s"] - figures["mixed_s"], figures["tpot_s"])


def first_s(table: Table, constants: Constants, figures: Mapping[str, Values]) -> Values:
    """Return the time to first token of every row with other constants of it, the rest of its figures held [s]."""
    task = replace(table.task, rates=rates(constants, table.engine))
    groups = table.columns["groups"]
    one = first_token(
        task,
        prompt=figures["prompt_s"],
        weights_read_s=figures["weight_bytes"] * table.columns["pp"] / task.machine.memory_bytes_per_s,
        asked=table.columns["concurrency"] / groups,
        running=figures["running"] / groups,
        groups=groups,
        tpot=figures["tpot_s"],
        step=figures["tpot_s"] * accepted_tokens(task.rates, task.drafts),
    )
    return total_s(one)


def predicted(cases: Sequence[Case], constants: Constants | None = None) -> dict[str, Values]:
    """Return every metric of every case; nan where it is not answered or does not apply.

    Returns
    -------
    dict : tpot_s, ttft_s [s], throughput [token/s], tokens_per_joule [token/J].
    """
    known = shipped() if constants is None else constants
    out = {name: np.full(len(cases), np.nan) for name in METRICS}
    for apart in (False, True):
        at = [
            i
            for i, c in enumerate(cases)
            if not c.reason and c.mode not in MLPERF_MODES and c.decode and (c.prompt is not None) == apart
        ]
        if at:
            figures = (_apart if apart else parts)(tabulate([cases[i] for i in at]), known)
            for name in ("tpot_s", "ttft_s"):
                out[name][at] = figures[name]
    return {**out, **mlperf.predicted(cases, known)}


def _apart(table: Table, constants: Constants) -> dict[str, Values]:
    task = replace(table.task, rates=rates(constants, table.engine))
    concurrency = table.columns["concurrency"] * table.decode_workers
    return evaluate_apart(
        task,
        {**table.columns, "concurrency": concurrency},
        table.prompting,
        decode_workers=table.decode_workers,
        prompt_workers=table.prompt_workers,
    )


@cache
def shipped() -> Constants:
    """Return the constants that denshi ships, as tools/fit_serving.py wrote them."""
    text = files("denshi.validation").joinpath("serving", "constants.toml").read_text(encoding="utf-8")
    return {str(name): float(value) for name, value in tomllib.loads(text)["constants"].items()}


@cache
def _shape(model: str) -> Shape:
    return shape_of(find(Model, model))


@cache
def _outside_bytes_per_s(accelerator: str) -> float:
    """Scale-out rate of one accelerator in the system that carries it."""
    of_system = [
        system.nic_bytes_per_s
        for system in (find(System, id_) for id_ in rows("systems"))
        if system.accelerator == accelerator and system.nic_bytes_per_s
    ]
    return of_system[0] if of_system else _OUTSIDE_BYTES_PER_S


_NONE = Rates(**dict.fromkeys(RATES, 1.0))
