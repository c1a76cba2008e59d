"""Which plans exist: the legal values of every dimension, and what to say of one that is not legal."""

from collections.abc import Iterable, Mapping
from math import ceil, isfinite, prod

from denshi.errors import InfeasibleError
from denshi.workload.training.task import DECISIONS, Task

_ABBREVIATED = {
    "tp": "tensor parallelism",
    "cp": "context parallelism",
    "pp": "pipeline parallelism",
    "virtual_stages": "virtual stages",
    "ep": "expert parallelism",
    "dp": "data parallelism",
    "micro_batch": "micro-batch",
    "shard": "ranks that share the states",
}
_LEVELS = {"recompute": (0.0, 2.0), "zero": (0.0, 3.0), "zero_bubble": (0.0, 1.0), "sequence_parallel": (0.0, 1.0)}


def divisors(whole: float) -> tuple[float, ...]:
    """Return the divisors of a whole number, ascending.

    >>> divisors(12)
    (1.0, 2.0, 3.0, 4.0, 6.0, 12.0)
    """
    number = max(round(whole), 1)
    low = [k for k in range(1, int(number**0.5) + 1) if number % k == 0]
    return tuple(float(k) for k in sorted({*low, *(number // k for k in low)}))


def depths(layers: float) -> tuple[float, ...]:
    """Return one pipeline depth for each number of layers that a stage can have: deeper ones only add empty slots.

    >>> depths(6)
    (1.0, 2.0, 3.0, 6.0)
    """
    return tuple(sorted({float(ceil(layers / ceil(layers / stages))) for stages in range(1, round(layers) + 1)}))


def virtual_stages(layers: float, pp: float) -> tuple[float, ...]:
    """Return how many pieces a stage can be cut into: one count for each number of layers a piece can have.

    >>> virtual_stages(126, 16), virtual_stages(96, 8), virtual_stages(96, 1)
    ((1.0, 2.0, 3.0, 4.0, 8.0), (1.0, 2.0, 3.0, 4.0, 6.0, 12.0), (1.0,))
    """
    if pp <= 1:
        return (1.0,)
    counts = {float(ceil(layers / (pp * piece) - 1e-9)) for piece in range(1, ceil(layers / pp) + 1)}
    return tuple(sorted(counts))


def interleaves(layers: float, pp: float, virtual: float) -> bool:
    """Say whether the layers can be cut into so many pieces: a pipeline, and a layer for each piece of most stages."""
    return virtual == 1 or (pp > 1 and pp * virtual < layers + pp)


def nearest_to(value: float, legal: Iterable[float]) -> float:
    """Return the legal value nearest to one, the smaller of two equally near.

    >>> nearest_to(7, (1, 2, 4, 8))
    8
    """
    return min(legal, key=lambda one: (abs(one - value), one))


def check(task: Task, *, all_accelerators: bool = True) -> None:
    """Refuse what the user holds where no plan can have it.

    Parameters
    ----------
    task : what is held is in ``fixed``.
    all_accelerators : a plan is to use all accelerators and to divide the batch; else it may leave some idle.

    Raises
    ------
    InfeasibleError : a value does not divide what it must; the message names the nearest legal one.
    """
    fixed, shape = task.fixed, task.shape
    for name in fixed:
        if name not in DECISIONS:
            raise InfeasibleError(f'"{name}" is not a part of a plan', mend=f"A plan has {', '.join(DECISIONS)}")
    for name, value in fixed.items():
        low, high = _LEVELS.get(name, (1.0, float("inf")))
        if not (isfinite(value) and low <= value <= high and (name == "recompute" or value == round(value))):
            near = float(round(min(max(value, low), high))) if isfinite(value) else low
            raise _wrong(name, value, f"must be a whole number from {low:g}" + _up_to(high), near)
    layers, heads, experts = float(shape.layers), float(shape.heads), float(shape.experts)
    _divides("tp", fixed, heads, "attention heads")
    if experts:
        _divides("ep", fixed, experts, "routed experts")
    elif fixed.get("ep", 1.0) > 1:
        raise _wrong("ep", fixed["ep"], "needs routed experts and the model has none", 1.0)
    _divides("cp", fixed, float(shape.sequence), "tokens of a sequence")
    _stages(fixed, layers)
    if all_accelerators:
        _ranks(task)
        _batch(task)
    else:
        _room(task)


def _up_to(high: float) -> str:
    return "" if high == float("inf") else f" to {high:g}"


def _wrong(name: str, value: float, why: str, near: float, unit: str = "") -> InfeasibleError:
    full = _ABBREVIATED.get(name)
    return InfeasibleError(
        f"{name} = {value:g} {why}", why=full or "", mend=f"The nearest legal value is {name} = {near:g}{unit}"
    )


def _divides(name: str, fixed: Mapping[str, float], whole: float, noun: str) -> None:
    value = fixed.get(name, 1.0)
    if round(whole) % value:
        raise _wrong(name, value, f"does not divide the {whole:g} {noun}", nearest_to(value, divisors(whole)))


def _stages(fixed: Mapping[str, float], layers: float) -> None:
    pp = fixed.get("pp")
    if pp is not None and pp > layers:
        raise _wrong("pp", pp, f"is more stages than the {layers:g} layers", layers)
    virtual = fixed.get("virtual_stages", 1.0)
    if pp is not None and not interleaves(layers, pp, virtual):
        why = f"x pp = {pp:g} is more than the {layers:g} layers" if pp > 1 else "needs more than one stage"
        raise _wrong("virtual_stages", virtual, why, nearest_to(virtual, virtual_stages(layers, pp)))
    if fixed.get("zero_bubble", 0.0) and virtual > 1:
        raise _wrong("zero_bubble", 1.0, f"is a schedule without virtual stages, and there are {virtual:g}", 0.0)


def _ranks(task: Task) -> None:
    fixed, accelerators = task.fixed, task.accelerators
    group = 1.0
    for name in ("tp", "cp", "pp", "dp"):
        if name not in fixed:
            continue
        value, before = fixed[name], group
        group *= value
        if group > accelerators or round(accelerators) % round(group):
            legal = [one for one in divisors(accelerators) if round(accelerators) % round(one * before) == 0]
            near = nearest_to(value, _allowed(name, task, legal))
            times = f" x {before:g} (the dimensions before it)" if before > 1 else ""
            raise _wrong(name, value, f"{times.strip()} does not divide the {accelerators:,.0f} accelerators", near)
    if all(name in fixed for name in ("tp", "cp", "pp", "dp")) and group < accelerators:
        near = fixed["dp"] * accelerators / group
        raise _wrong("dp", fixed["dp"], f"uses {group:,.0f} of the {accelerators:,.0f} accelerators", near)
    if "ep" in fixed and all(name in fixed for name in ("tp", "cp", "pp")):
        ranks = accelerators / fixed["pp"]
        if round(ranks) % fixed["ep"]:
            legal = [one for one in divisors(float(task.shape.experts)) if round(ranks) % one == 0]
            near = nearest_to(fixed["ep"], legal)
            raise _wrong("ep", fixed["ep"], f"does not divide tp x cp x dp = {ranks:g}", near)


def _room(task: Task) -> None:
    held = [name for name in ("tp", "cp", "pp", "dp") if name in task.fixed]
    group = prod(task.fixed[name] for name in held)
    if group > task.accelerators:
        raise InfeasibleError(
            f"{' x '.join(held)} = {group:,.0f} is more than the {task.accelerators:,.0f} accelerators",
            mend="Lower a dimension or add accelerators",
        )


def _allowed(name: str, task: Task, legal: list[float]) -> list[float]:
    """Keep what the model allows too; a group that is too large already allows only one."""
    if name == "tp":
        legal = [one for one in legal if round(float(task.shape.heads)) % one == 0]
    if name == "cp":
        legal = [one for one in legal if round(float(task.shape.sequence)) % one == 0]
    if name == "pp":
        legal = [one for one in legal if one <= float(task.shape.layers)]
    return legal or [1.0]


def _batch(task: Task) -> None:
    """A global batch is whole micro-batches on every data-parallel rank."""
    fixed, sequences = task.fixed, task.sequences
    if sequences < 1 or sequences != round(sequences):
        raise InfeasibleError(
            f"a global batch of {sequences:g} sequences is not whole",
            mend=f"The nearest legal value is {max(round(sequences), 1)}",
        )
    ranks = _data_ranks(task)
    micro = fixed.get("micro_batch", 1.0)
    if ranks is None:
        if round(sequences) % micro:
            near = nearest_to(micro, divisors(sequences))
            raise _wrong("micro_batch", micro, f"does not divide the global batch of {sequences:g} sequences", near)
        return
    if round(sequences) % ranks:
        below, above = sequences // ranks * ranks, ceil(sequences / ranks) * ranks
        raise InfeasibleError(
            f"a global batch of {sequences:g} sequences does not divide among dp = {ranks:g} ranks",
            mend=f"The nearest legal value is {nearest_to(sequences, [n for n in (below, above) if n]):g} sequences",
        )
    if round(sequences / ranks) % micro:
        near = nearest_to(micro, divisors(sequences / ranks))
        raise _wrong("micro_batch", micro, f"does not divide the {sequences / ranks:g} sequences of a rank", near)


def _data_ranks(task: Task) -> float | None:
    """Data-parallel ranks, where the user holds enough to tell."""
    fixed = task.fixed
    if "dp" in fixed:
        return fixed["dp"]
    if all(name in fixed for name in ("tp", "cp", "pp")):
        return task.accelerators / (fixed["tp"] * fixed["cp"] * fixed["pp"])
    return None
