"""MLPerf Inference: tokens a second of a tuned submission, and its tokens a joule, from the same step model.

A submission is free to split the model and to choose its batch, so every split of a node at every concurrency is
evaluated and the fastest counts. Its engine is tuned for one model: the constants here say by how much.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Accelerator, Assumption, Benchmark, Model, System, find, rows
from denshi.validation.serving.cases import MLPERF_MODES, Case
from denshi.validation.serving.constants import MLPERF_PRIORS, Constants, engine_values
from denshi.workload.serving.asked import Task
from denshi.workload.serving.energy import active_fraction, power_kw
from denshi.workload.serving.engine import RATES, Rates
from denshi.workload.serving.machine import Machine, machine_of, stacked_machines
from denshi.workload.serving.shape import shape_of, stacked
from denshi.workload.serving.space import splits
from denshi.workload.serving.task import evaluate

Values = NDArray[np.float64]

_NODE = 8.0
_LEAST_RUN_S = 600.0
_ONE_IN_A_THOUSAND = 3.09
_ENGINE = "trtllm"
_SEQUENCES = np.unique(np.round(np.geomspace(1, 4096, 49)))
_STEEPNESS = 8.0
_SPREAD = 0.2
_OUTLIER = 1.5
_AMD = "AMD"
_OUTSIDE_BYTES_PER_S = 5e10

Cell = tuple[str, str, str, str]
"""Model, scenario, accelerator and number format: submissions of one cell differ by a few per cent."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Every split and concurrency of every cell side by side; ``cell`` is the number of a configuration's cell."""

    cells: tuple[Cell, ...]
    task: Task
    columns: Mapping[str, Values]
    cell: NDArray[np.intp]
    amd: NDArray[np.bool_]
    mode: NDArray[np.str_]
    ttft_limit_s: Values
    tpot_limit_s: Values
    samples: Values
    output_max: Values


def cell_of(case: Case) -> Cell:
    """Name the cell of a result."""
    return (case.model, case.mode, case.accelerator, case.precision)


def is_answered(case: Case) -> bool:
    """Say whether a row is a result that this model answers."""
    return case.mode in MLPERF_MODES and not case.reason and case.model in _requests()


def grid(cases: Sequence[Case]) -> Grid:
    """Put all configurations of the cells of some results side by side."""
    cells = tuple(sorted({cell_of(case) for case in cases}))
    parts: list[dict[str, Values]] = []
    number: list[int] = []
    for i, (model, _, _, _) in enumerate(cells):
        columns = _configurations(find(Model, model))
        parts.append(columns)
        number += [i] * len(columns["tp"])
    cell = np.array(number, dtype=np.intp)
    asked = [_requests()[model] for model, _, _, _ in cells]
    limits = np.array([_limits(one, mode) for one, (_, mode, _, _) in zip(asked, cells, strict=True)])

    def each(values: Sequence[float]) -> Values:
        return np.array(values, dtype=np.float64)[cell]

    task = Task(
        shape=_taken(stacked([shape_of(find(Model, model)) for model, _, _, _ in cells]), cell),
        machine=_taken(stacked_machines([_machine(one) for one in cells]), cell),
        rates=Rates(**dict.fromkeys(RATES, 1.0)),
        input_tokens=each([one.input_tokens for one in asked]),
        output_tokens=each([one.output_tokens for one in asked]),
        output_cv=each([one.output_cv for one in asked]),
    )
    return Grid(
        cells=cells,
        task=task,
        columns={name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
        cell=cell,
        amd=np.array([find(Accelerator, chip).vendor == _AMD for _, _, chip, _ in cells])[cell],
        mode=np.array([mode for _, mode, _, _ in cells])[cell],
        ttft_limit_s=limits[cell, 0],
        tpot_limit_s=limits[cell, 1],
        samples=each([one.samples for one in asked]),
        output_max=each([one.output_max for one in asked]),
    )


def best(table: Grid, constants: Constants) -> tuple[Values, Values]:
    """Return the rate of an accelerator in every cell [token/s], and the share of the time in which kernels run [1].

    ``X = n / TPOT / ranks`` of the fastest configuration that memory holds; where a scenario limits latencies it is
    lowered as TPOT nears ``f`` of its limit, ``1 / (1 + (TPOT / f limit)^8)``, and by ``exp(-d T_1 / limit)`` with the
    time T_1 of one prompt: the tail of the first token queues behind prompts.
    """
    figures = evaluate(replace(table.task, rates=_tuned(table, constants)), table.columns)
    rate = figures["running"] / figures["tpot_s"] / figures["accelerators"]
    share = np.where(table.mode == "Interactive", constants["mlperf.interactive"], constants["mlperf.server"])
    late = (figures["tpot_s"] / (share * table.tpot_limit_s)) ** _STEEPNESS
    slow = np.exp(-constants["mlperf.first_token"] * figures["prompt_s"] / table.ttft_limit_s)
    free = table.mode == "Offline"
    rate = np.where(figures["held"] >= figures["running"] * 0.999, rate, 0.0)
    rate = np.where(free, rate, rate * slow / (1 + late))
    rate = np.maximum(rate * _drained(table, rate, figures["tpot_s"], constants), 1e-6)
    order = np.lexsort((rate, table.cell))
    last = order[np.searchsorted(table.cell[order], np.arange(len(table.cells)), side="right") - 1]
    return rate[last], active_fraction(figures)[last]


def _drained(table: Grid, rate: Values, tpot: Values, constants: Constants) -> Values:
    """Mean rate over a run, its end included, over the rate at full load: ``T / (T + t o_l TPOT)`` [1].

    At the end of a run the longest answers are alone. T is the time of all samples, at least ten minutes; the length
    that one answer in a thousand exceeds is that of a log-normal of the output's mean and spread, o_l, up to the limit.
    """
    spread = np.sqrt(np.log1p(np.asarray(table.task.output_cv) ** 2))
    longest = np.asarray(table.task.output_tokens) * np.exp(_ONE_IN_A_THOUSAND * spread - spread**2 / 2)
    tail_s = constants["mlperf.drain"] * np.minimum(longest, table.output_max) * tpot
    whole_s = table.samples * table.task.output_tokens / (np.maximum(rate, 1e-6) * _NODE)
    whole_s = np.maximum(whole_s, _LEAST_RUN_S)
    return np.asarray(whole_s / (whole_s + tail_s))


def predicted(cases: Sequence[Case], constants: Constants) -> dict[str, Values]:
    """Return throughput [token/s] and tokens_per_joule [token/J] of every case; nan where it is no result."""
    out = {name: np.full(len(cases), np.nan) for name in ("throughput", "tokens_per_joule")}
    at = [i for i, case in enumerate(cases) if is_answered(case)]
    if not at:
        return out
    table = grid([cases[i] for i in at])
    rate, active = best(table, constants)
    for i in at:
        cell = table.cells.index(cell_of(cases[i]))
        out["throughput"][i] = rate[cell] * cases[i].accelerators
        kw = _kw(cases[i].accelerator, float(active[cell]))
        if kw:
            out["tokens_per_joule"][i] = rate[cell] / (kw * 1e3)
    return out


def fit(cases: Sequence[Case], known: Constants, start: Constants) -> dict[str, float]:
    """Return the constants of submissions, those of the step model held."""
    from scipy.optimize import least_squares

    used = [case for case in cases if is_answered(case) and not case.flag and "throughput" in case.measured]
    if not used:
        return {name: prior.value for name, prior in MLPERF_PRIORS.items()}
    table = grid(used)
    cell = np.array([table.cells.index(cell_of(case)) for case in used], dtype=np.intp)
    measured = np.log([case.measured["throughput"] / case.accelerators for case in used])
    names = list(MLPERF_PRIORS)
    prior = np.log([MLPERF_PRIORS[name].value for name in names])
    width = np.array([MLPERF_PRIORS[name].width for name in names])

    def residual(x: Values) -> Values:
        rate, _ = best(table, {**known, **dict(zip(names, np.exp(x).tolist(), strict=True))})
        return np.concatenate([(np.log(rate)[cell] - measured) / _SPREAD, (x - prior) / width])

    first = np.log([start.get(name, MLPERF_PRIORS[name].value) for name in names])
    found = least_squares(residual, first, loss="soft_l1", f_scale=_OUTLIER, max_nfev=40, diff_step=2e-3)
    return dict(zip(names, np.exp(found.x).tolist(), strict=True))


def _tuned(table: Grid, constants: Constants) -> Rates:
    """Rates of a tuned engine: products faster or slower by maker and hidden size, the host's part smaller."""
    values: dict[str, float | Values] = dict(engine_values(constants, _ENGINE))
    maker = np.where(table.amd, constants["mlperf.amd"], constants["mlperf.nvidia"])
    narrow = np.where(np.asarray(table.task.machine.four) > 0, constants["mlperf.four_bits"], 1.0)
    share = maker * narrow / (1 + constants["mlperf.saturation"] / np.asarray(table.task.shape.hidden))
    for name in ("product", "prompt_product", "prompt_expert_product"):
        values[name] = values[name] * share
    values["prompt_attention"] = values["prompt_attention"] * maker
    for name in ("step_s", "request_s"):
        values[name] = values[name] * constants["mlperf.host"]
    values["eager_kernel_s"] = values["eager_kernel_s"] * constants["mlperf.eager"]
    values["memory_fraction"] = constants["mlperf.memory_fraction"]
    values["output_reserved"] = 0.6
    return Rates(**{name: values[name] for name in RATES})


def _configurations(model: Model) -> dict[str, Values]:
    split = splits(
        _NODE,
        heads=model.heads,
        layers=1.0,
        experts=model.experts,
        expert_ffn=model.expert_ffn,
        domain=_NODE,
    )
    each = np.tile(_SEQUENCES, len(split["tp"]))
    out = {name: np.repeat(column, len(_SEQUENCES)) for name, column in split.items()}
    return {**out, "concurrency": each * out["groups"]}


def _machine(cell: Cell) -> Machine:
    model, _, chip, precision = cell
    return machine_of(
        find(Accelerator, chip),
        find(Model, model),
        precision,
        outside_bytes_per_s=_OUTSIDE_BYTES_PER_S,
        domain=_NODE,
        cache_precision="fp8",
    )


def _taken(rows_: Any, at: NDArray[np.intp]) -> Any:
    return type(rows_)(**{f.name: np.asarray(getattr(rows_, f.name))[at] for f in fields(rows_)})


def _requests() -> dict[str, Benchmark]:
    return {one.model: one for one in (find(Benchmark, id_) for id_ in rows("benchmarks"))}


def _limits(one: Benchmark, mode: str) -> tuple[float, float]:
    if mode == "Interactive":
        return one.interactive_ttft_s or np.inf, one.interactive_tpot_s or np.inf
    return (one.server_ttft_s, one.server_tpot_s) if mode == "Server" else (np.inf, np.inf)


def _kw(chip: str, active: float) -> float:
    """Wall power of an accelerator with its share of the node that carries it, 0 where none is known [kW]."""
    nodes = [find(System, id_) for id_ in rows("systems") if find(System, id_).accelerator == chip]
    if not nodes:
        return 0.0
    node = min(nodes, key=lambda system: (system.accelerators, system.power_kw))
    busy = float(find(Assumption, "serving-busy-power-fraction").value)
    return float(power_kw(np.array(active), node.power_kw / node.accelerators, node.idle_power_fraction, busy))
