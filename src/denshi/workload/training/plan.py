"""How a run is split over accelerators: the candidates, the choice, and what to say when nothing fits."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from denshi.errors import InfeasibleError
from denshi.workload.memory import FULL, LEAN
from denshi.workload.record import available_accelerators, powers_of_two, usable_bytes
from denshi.workload.training.first_order import DECISIONS, Columns, batch_sequences, remember, time
from denshi.workload.training.record import Input

_WHERE = "workload.parallelism"
_LONG_SEQUENCE = 16384
_LARGEST_TENSOR_GROUP = 64
_LARGEST_CONTEXT_GROUP = 256
_MICRO_BATCHES = (1.0, 2.0, 4.0, 8.0)
_VIRTUAL_STAGES = (1.0, 2.0, 4.0, 8.0)
_SPEED_TOLERANCE = 0.01
_CONCURRENCY_TOLERANCE = 0.1
_MOST_CONCURRENT = 64

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plan:
    """One configuration with all that :func:`denshi.workload.training.step.evaluate` says of it, and runs at a time."""

    values: Mapping[str, float]
    concurrent_runs: float


def choose(inputs: Input) -> Plan:
    """Find the plan of the highest token rate.

    Every candidate is evaluated at once. Runs are put side by side only where that raises the rate of all of them by
    more than a tenth over fewer at a time; within one per cent of the best rate the plan with fewest accelerators wins.

    Raises
    ------
    InfeasibleError : the mapping given does not divide the accelerators or the model, or no plan fits the memory.
    """
    fixed = _fixed(inputs)
    accelerators = available_accelerators(inputs)
    columns, concurrent = _candidates(inputs, fixed, accelerators)
    known = remember(columns, inputs)
    fits = known["memory_bytes"] <= usable_bytes(inputs.accelerator, inputs.memory_usable)
    if not fits.any():
        raise _too_large(inputs, fixed, known)
    timed = time({name: column[fits] for name, column in known.items()}, inputs)
    runs = concurrent[fits]
    best = _best(timed, runs, batch_sequences(inputs))
    return Plan({name: float(column[best]) for name, column in timed.items()}, float(runs[best]))


def hold(inputs: Input, decisions: Mapping[str, float], concurrent_runs: float) -> Plan:
    """Evaluate one plan again, whether or not it still fits."""
    columns = {name: np.array([decisions[name]]) for name in DECISIONS}
    timed = time(remember(columns, inputs), inputs)
    return Plan({name: float(column[0]) for name, column in timed.items()}, concurrent_runs)


def _best(timed: Columns, concurrent: Values, sequences: float) -> int:
    rate = concurrent * sequences / timed["step_s"]
    highest = rate.max()
    enough = [k for k in np.unique(concurrent) if rate[concurrent == k].max() >= (1 - _CONCURRENCY_TOLERANCE) * highest]
    own = concurrent == enough[0]
    near = own & (rate >= (1 - _SPEED_TOLERANCE) * rate[own].max())
    used = timed["accelerators"] * concurrent
    return int(np.lexsort((-rate, np.where(near, used, np.inf)))[0])


def _axes(inputs: Input, fixed: Mapping[str, float], accelerators: float) -> dict[str, tuple[float, ...]]:
    model = inputs.model
    layers = max(int(model.layers), 1)
    domain = min(inputs.scaleup_domain, _LARGEST_TENSOR_GROUP, model.heads, accelerators)
    # one pipeline depth for each number of layers a stage: deeper ones only add empty slots
    depths = sorted({ceil(layers / ceil(layers / stages)) for stages in range(1, min(layers, int(accelerators)) + 1)})
    long = inputs.sequence > _LONG_SEQUENCE
    longest = min(inputs.sequence / 2048, _LARGEST_CONTEXT_GROUP, accelerators)
    asked = _MOST_CONCURRENT if inputs.runs_per_year is None else ceil(inputs.runs_per_year)
    runs = max(1, min(asked, _MOST_CONCURRENT, int(accelerators)))
    axes = {
        "tp": tuple(powers_of_two(domain)),
        "cp": tuple(powers_of_two(longest)) if long else (1.0,),
        "pp": tuple(float(depth) for depth in depths),
        "virtual_stages": _VIRTUAL_STAGES,
        "ep": tuple(powers_of_two(min(model.experts, accelerators))) if model.experts else (1.0,),
        "micro_batch": _MICRO_BATCHES,
        "recompute": (0.0, LEAN, 1.25, 1.5, FULL),
        "concurrent": tuple(sorted({*powers_of_two(runs), float(runs)})),
    }
    return {name: (fixed[name],) if name in fixed else values for name, values in axes.items()}


def _candidates(inputs: Input, fixed: Mapping[str, float], accelerators: float) -> tuple[Columns, Values]:
    axes = _axes(inputs, fixed, accelerators)
    grid = np.meshgrid(*axes.values(), indexing="ij")
    columns = {name: column.ravel() for name, column in zip(axes, grid, strict=True)}
    group = columns["tp"] * columns["cp"] * columns["pp"]
    room = np.floor(accelerators / columns["concurrent"] / group + 1e-9)
    keep = (room >= 1) & _sensible(inputs, columns)
    columns, room = {name: column[keep] for name, column in columns.items()}, room[keep]
    columns["dp"] = _data_ranks(inputs, fixed, columns, room)
    shares = columns["tp"] * columns["cp"] * columns["dp"] % columns["ep"] == 0
    held = shares & (columns["dp"] >= 1) & (columns["dp"] <= room)
    if not held.any():
        raise _no_plan(fixed, accelerators)
    columns = {name: column[held] for name, column in columns.items()}
    return {name: columns[name] for name in DECISIONS}, columns["concurrent"]


def _sensible(inputs: Input, columns: Columns) -> NDArray[np.bool_]:
    """Keep plans that exist.

    Interleaving needs a pipeline and a layer for each virtual stage, ranks hold whole heads and experts, a micro-batch
    is no more than the batch.
    """
    stages, virtual = columns["pp"], columns["virtual_stages"]
    interleaved = (virtual == 1) | ((stages > 1) & (stages * virtual < inputs.model.layers + stages))
    whole = np.round(inputs.model.heads) % columns["tp"] == 0
    if inputs.model.experts:
        whole &= np.round(inputs.model.experts) % columns["ep"] == 0
    return np.asarray(interleaved & whole & (columns["micro_batch"] <= batch_sequences(inputs)))


def _data_ranks(inputs: Input, fixed: Mapping[str, float], columns: Columns, room: Values) -> Values:
    """Fewest data-parallel ranks that need as few micro-batches as all the room would, in whole expert groups.

    No rank takes fewer micro-batches than the pipeline has stages: more ranks would only deepen the bubble.
    """
    if "dp" in fixed:
        return np.full_like(room, fixed["dp"])
    batches = batch_sequences(inputs) / columns["micro_batch"]
    rounds = np.maximum(np.ceil(batches / room - 1e-9), np.minimum(columns["pp"], np.ceil(batches)))
    needed = np.ceil(batches / rounds - 1e-9)
    multiple = columns["ep"] / np.gcd(columns["ep"].astype(int), (columns["tp"] * columns["cp"]).astype(int))
    up = np.ceil(needed / multiple) * multiple
    return np.asarray(np.where(up <= room, up, np.floor(room / multiple) * multiple))


def _fixed(inputs: Input) -> dict[str, float]:
    """Read the mapping a user gave, and refuse one that does not fit the model or the accelerators."""
    plan = inputs.parallelism
    if isinstance(plan, str):
        return {}
    fixed = {name: float(value) for name, value in plan.items()}
    model, batch = inputs.model, batch_sequences(inputs)
    limits = {
        "tp": (model.heads, "attention heads"),
        "pp": (model.layers, "layers"),
        "ep": (max(model.experts, 1.0), "routed experts"),
        "micro_batch": (batch, "sequences of the global batch"),
    }
    for name, (most, noun) in limits.items():
        if fixed.get(name, 1.0) > most:
            raise InfeasibleError(
                f"{name} = {fixed[name]:g} is more than the {most:g} {noun}", where=_WHERE, mend=f"Lower {name}"
            )
    for name, whole in (("tp", model.heads), ("ep", model.experts)):
        if whole and round(whole) % fixed.get(name, 1.0):
            raise InfeasibleError(
                f"{name} = {fixed[name]:g} does not divide {whole:g}",
                where=_WHERE,
                why=f"{model.name} has {whole:g} {limits[name][1]}",
                mend=f"Choose a divisor of {whole:g}",
            )
    product = float(np.prod([fixed.get(name, 1.0) for name in ("tp", "cp", "pp", "dp")]))
    if product > available_accelerators(inputs):
        raise InfeasibleError(
            f"tp x cp x pp x dp = {product:,.0f} is more than the {available_accelerators(inputs):,.0f} accelerators",
            where=_WHERE,
            why="the workload has no more than its share of the cluster",
            mend="Lower a dimension, raise the share or enlarge the cluster",
        )
    return fixed


def _no_plan(fixed: Mapping[str, float], accelerators: float) -> InfeasibleError:
    said = ", ".join(f"{name} = {value:g}" for name, value in fixed.items()) or "any plan"
    return InfeasibleError(
        f"no split of {accelerators:,.0f} accelerators has {said}",
        where=_WHERE,
        why="ep must divide tp x cp x dp, and tp x cp x pp x dp must not pass the accelerators",
        mend='Leave a dimension out, or write parallelism = "search"',
    )


def _too_large(inputs: Input, fixed: Mapping[str, float], known: Columns) -> InfeasibleError:
    least = int(np.argmin(known["memory_bytes"]))
    usable = usable_bytes(inputs.accelerator, inputs.memory_usable)
    short = (known["memory_bytes"][least] - usable) / 1e9
    parts = ", ".join(
        f"{known[name][least] / 1e9:,.1f} GB of {label}"
        for name, label in (
            ("weight_bytes", "weights"),
            ("gradient_bytes", "gradients"),
            ("optimizer_bytes", "optimizer states"),
            ("activation_bytes", "activations"),
        )
    )
    return InfeasibleError(
        f"{inputs.model.name} does not fit in training: the leanest plan is {short:,.1f} GB short on each accelerator",
        where=_WHERE if fixed else "workload.model",
        why=f"it needs {parts}; {usable / 1e9:,.1f} GB of an {inputs.accelerator.name} can be used",
        mend=_mend(inputs, fixed),
    )


def _mend(inputs: Input, fixed: Mapping[str, float]) -> str:
    """Say the smallest change that fits: another plan on the same accelerators, else the fewest accelerators."""
    accelerators = available_accelerators(inputs)
    for more in [1.0] * bool(fixed) + [2.0**i for i in range(1, 15)]:
        try:
            columns, _ = _candidates(inputs, {}, accelerators * more)
        except InfeasibleError:
            continue
        known = remember(columns, inputs)
        fits = np.flatnonzero(known["memory_bytes"] <= usable_bytes(inputs.accelerator, inputs.memory_usable))
        if fits.size:
            at = fits[np.argmin(known["accelerators"][fits])]
            names = [name for name in ("tp", "cp", "pp", "ep", "dp", "micro_batch") if known[name][at] > 1]
            plan = ", ".join(f"{name} = {known[name][at]:g}" for name in names)
            recompute = " with full recomputation" if known["recompute"][at] > LEAN else ""
            return f"It fits on {known['accelerators'][at]:,.0f} accelerators as {plan or 'one copy each'}{recompute}"
    return "Choose a smaller model, shorter sequences or an accelerator with more memory"
