"""What is served as a user states it: names, lengths and a split, made into a task of the serving room."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from denshi.errors import InfeasibleError, UsageError, nearest

if TYPE_CHECKING:
    from denshi.catalog import Accelerator, Engine, Model, Price, System
    from denshi.workload.serving.asked import Task
    from denshi.workload.serving.machine import Machine
    from denshi.workload.serving.search import Sought

PRECISIONS = {
    "bf16": "bf16",
    "fp16": "fp16",
    "fp8": "fp8",
    "fp4": "fp4",
    "nvfp4": "fp4",
    "mxfp4": "fp4",
    "int4": "int4",
}
CACHES = ("bf16", "fp8")
OBJECTIVES = ("throughput", "cost", "energy")

_INPUT = _OUTPUT = 1024.0
_CONCURRENCY = 64.0
_ENGINE = "vllm"
_LARGEST = 1e8
_NARROWEST_PIECE = 128.0
_LONGEST_TP = 256.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A task with the rows of the catalogue that it came from, and what the reader should know of it.

    ``narrower`` holds the machine by each option that takes fewer bytes, the mildest first. ``system_kw`` is the most
    that one accelerator's share of its system draws.
    """

    task: "Task"
    model: "Model"
    accelerator: "Accelerator"
    engine: "Engine"
    system: "System | None"
    price: "Price | None"
    precision: str
    cache: str
    narrower: "Mapping[str, Machine]"
    system_kw: float
    idle_fraction: float
    busy_fraction: float
    notices: tuple[str, ...]

    @property
    def name(self) -> str:
        """What is served on what."""
        return f"{self.model.name} in {self.precision} on {self.accelerator.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a case is served: a split and how many replicas of it, with workers for prompts or without.

    ``concurrency`` is that of all replicas together. ``prompt`` is the split of a prompt worker, None where replicas
    process prompts themselves.
    """

    split: Mapping[str, float]
    replicas: float
    concurrency: float
    prompt: Mapping[str, float] | None
    prompt_workers: float
    notices: tuple[str, ...] = ()


def case_of(stated: Mapping[str, Any]) -> Case:
    """Find the named rows and build the task.

    Parameters
    ----------
    stated : model, accelerator, engine, precision, cache, network and prefix_hit (texts), input, output, output_cv,
        drafts and slots (numbers); what is not stated is left out.

    Raises
    ------
    CatalogError : a name is unknown; the message names the nearest.
    InfeasibleError : the accelerator does not multiply in the format.
    UsageError : a name that is needed is missing, a number is out of range, a format unknown.
    """
    from denshi.catalog import Accelerator, Assumption, Engine, Model, find
    from denshi.cli.training_case import network_rate, system_of
    from denshi.workload.serving.asked import Task
    from denshi.workload.serving.engine import rates_of
    from denshi.workload.serving.shape import shape_of

    for needed in ("model", "accelerator"):
        if needed not in stated:
            raise UsageError(f"the {needed} is not stated", mend=f"Say --{needed}")
    model, chip = find(Model, stated["model"]), find(Accelerator, stated["accelerator"])
    engine = find(Engine, stated.get("engine") or _ENGINE)
    system = system_of(chip.id)
    asked = stated.get("precision") or ("fp8" if chip.fp8_flop_per_s else "bf16")
    precision = _choice("precision", asked, PRECISIONS)
    cache = stated.get("cache")
    if cache is not None and cache not in CACHES:
        raise UsageError(f'--cache "{cache}" is not offered', mend=nearest(cache, CACHES))
    outside = network_rate(stated, chip.id, system)
    machines = _machines(chip, model, precision, cache, outside)
    task = Task(
        shape=shape_of(model),
        machine=machines.pop("stated"),
        rates=rates_of(engine),
        input_tokens=_whole("input", stated.get("input"), _INPUT),
        output_tokens=_whole("output", stated.get("output"), _OUTPUT),
        prefix_hit=_share("prefix-hit", stated.get("prefix_hit")),
        drafts=_whole("drafts", stated.get("drafts"), 0.0, least=0),
        output_cv=_variation("output-cv", stated.get("output_cv")),
        slots=_whole("slots", stated.get("slots"), float("inf")),
    )
    return Case(
        task=task,
        model=model,
        accelerator=chip,
        engine=engine,
        system=system,
        price=_price(chip.id),
        precision=precision,
        cache="bf16" if float(task.machine.cache_bytes) > 1 else "fp8",
        narrower=machines,
        system_kw=system.power_kw / system.accelerators if system else chip.tdp_kw,
        idle_fraction=system.idle_power_fraction if system else 0.0,
        busy_fraction=find(Assumption, "serving-busy-power-fraction").value,
        notices=tuple(_notices(stated, precision, engine, system)),
    )


def _machines(
    chip: "Accelerator", model: "Model", precision: str, cache: str | None, outside: float
) -> "dict[str, Machine]":
    """Return the machine that is stated, and those of options that take fewer bytes, the mildest first."""
    from denshi.workload.serving.machine import FORMATS, machine_of

    domain = chip.scaleup_domain or 1.0
    found = {
        "stated": machine_of(chip, model, precision, outside_bytes_per_s=outside, domain=domain, cache_precision=cache)
    }
    if float(found["stated"].cache_bytes) > 1:
        found["--cache fp8"] = replace(found["stated"], cache_bytes=1.0)
    for narrower in ("fp8", "fp4", "int4"):
        if FORMATS[narrower] < FORMATS[precision]:
            try:
                machine = machine_of(chip, model, narrower, outside_bytes_per_s=outside, domain=domain)
            except InfeasibleError:
                continue
            found[f"--precision {narrower}"] = machine
    return found


def way_of(case: Case, stated: Mapping[str, Any]) -> Way:
    """Return the way that is stated; a tensor parallelism left out is the least that holds a request.

    Raises
    ------
    UsageError : a number is no whole number from 1, or a dimension is illegal; the message names a legal value.
    """
    split = {
        "tp": _whole("tp", stated.get("tp"), 0.0, least=0),
        "groups": _whole("groups", stated.get("groups"), 1.0),
        "pp": _whole("pp", stated.get("pp"), 1.0),
        "ep": _whole("ep", stated.get("ep"), 0.0, least=0),
    }
    notes = []
    if not split["tp"]:
        split["tp"] = _least_tp(case, split)
        notes.append(f"tp is not stated: {split['tp']:g} is the least that holds a request")
    if "concurrency" not in stated:
        notes.append(f"the concurrency is not stated: {_CONCURRENCY:g} requests a replica are assumed")
    _legal(case, split, "tp", "groups")
    replicas = _whole("replicas", stated.get("replicas"), 1.0)
    concurrency = _whole("concurrency", stated.get("concurrency"), _CONCURRENCY * replicas)
    if concurrency < replicas:
        raise UsageError(
            f"--concurrency {concurrency:g} leaves some of {replicas:g} replicas idle",
            mend=f"The nearest legal value is {replicas:g}",
        )
    workers = _whole("prefill-workers", stated.get("prefill_workers"), 0.0, least=0)
    prompt = None
    if workers:
        groups = _whole("prefill-groups", stated.get("prefill_groups"), split["groups"])
        prompt = {
            "tp": _whole("prefill-tp", stated.get("prefill_tp"), split["tp"]),
            "groups": groups,
            "pp": 1.0,
            "ep": 0.0,
        }
        _legal(case, prompt, "prefill-tp", "prefill-groups")
    elif stated.get("prefill_tp") or stated.get("prefill_groups"):
        raise UsageError("a split of prompt workers is stated, but none of them", mend="Say --prefill-workers")
    return Way(
        split=split,
        replicas=replicas,
        concurrency=concurrency,
        prompt=prompt,
        prompt_workers=workers,
        notices=tuple(notes),
    )


def _least_tp(case: Case, split: Mapping[str, float]) -> float:
    """The fewest ranks of a scale-up domain that hold the weights and a request; all of them where none do."""
    from denshi.workload.serving.memory import sequences_held
    from denshi.workload.serving.operators import Split
    from denshi.workload.serving.task import running_output_tokens

    task, domain = case.task, float(case.task.machine.domain)
    outputs = running_output_tokens(task)
    legal = [t for t in (2.0**k for k in range(9)) if t <= domain and case.model.heads % t == 0]
    for tp in legal:
        one = Split(tp=tp, groups=split["groups"], pp=split["pp"], ep=max(split["ep"], 1.0))
        if sequences_held(task.shape, task.machine, task.rates, one, task.input_tokens, outputs) >= 1:
            return tp
    return legal[-1]


def _legal(case: Case, split: dict[str, float], tp: str, groups: str) -> None:
    """Refuse what cannot be, and deal experts out whole where attention groups share them or pieces are too narrow."""
    model = case.model
    heads = model.heads
    if heads % split["tp"] or split["tp"] > _LONGEST_TP:
        nearest_tp = min((t for t in _divisors(heads) if t <= _LONGEST_TP), key=lambda t: abs(t - split["tp"]))
        raise UsageError(
            f"--{tp} {split['tp']:g} does not divide the {heads:g} attention heads of {model.name}",
            mend=f"The nearest legal value is {nearest_tp:g}",
        )
    if split["groups"] > 1 and not model.experts:
        raise UsageError(
            f"--{groups} {split['groups']:g}: {model.name} has no experts that attention groups could share",
            mend="Say --replicas instead",
        )
    if split["pp"] > model.layers:
        raise UsageError(
            f"--pp {split['pp']:g} is more than the {model.layers:g} layers of {model.name}",
            mend=f"The nearest legal value is {model.layers:g}",
        )
    ranks = split["tp"] * split["groups"]
    if not split["ep"]:
        whole = ranks <= model.experts and (split["groups"] > 1 or ranks * _NARROWEST_PIECE > model.expert_ffn)
        split["ep"] = ranks if model.experts and whole and ranks > 1 else 1.0
    if ranks % split["ep"] or (split["ep"] > 1 and split["ep"] > model.experts):
        legal = [ep for ep in _divisors(ranks) if ep <= max(model.experts, 1.0)]
        near = min(legal, key=lambda ep: abs(ep - split["ep"]))
        raise UsageError(
            f"--ep {split['ep']:g} does not divide the {ranks:g} ranks of a stage, or there are fewer experts",
            mend=f"The nearest legal value is {near:g}",
        )


def _divisors(number: float) -> list[float]:
    return [float(n) for n in range(1, int(number) + 1) if number % n == 0]


def sought_of(case: Case, count: float, ttft: str | None, tpot: str | None, objective: str) -> "Sought":
    """Return what a search is for.

    Raises
    ------
    UsageError : the objective is unknown, or a target is missing, has no unit or is not above zero.
    """
    from denshi.workload.serving.search import Sought

    if objective not in OBJECTIVES:
        raise UsageError(f'no objective "{objective}" is offered', mend=nearest(objective, OBJECTIVES))
    return Sought(
        accelerators=count,
        ttft_limit_s=seconds("ttft", ttft, "1s"),
        tpot_limit_s=seconds("tpot", tpot, "30ms"),
        objective=objective,
        heads=case.model.heads,
        layers=case.model.layers,
        expert_ffn=case.model.expert_ffn,
        system_kw=case.system_kw,
        idle_fraction=case.idle_fraction,
        busy_fraction=case.busy_fraction,
    )


def seconds(option: str, text: str | None, example: str) -> float:
    """Read a time above zero with its unit [s]."""
    from denshi.units import parse

    if text is None:
        raise UsageError(f"--{option} is not stated", mend=f"Say for example --{option} {example}")
    if text.strip() and not any(letter.isalpha() for letter in text):
        raise UsageError(f'--{option} "{text}" has no unit', mend=f"Write for example {example}")
    time_s = parse(text, "s")
    if time_s <= 0:
        raise UsageError(f'--{option} "{text}" is not above zero', mend=f"Write for example {example}")
    return time_s


def whole(option: str, value: float | None, otherwise: float | None = None) -> float:
    """Return a whole number from 1, or what stands in where none is stated.

    Raises
    ------
    UsageError : it is no such number, or it is missing and nothing stands in.
    """
    if value is None and otherwise is None:
        raise UsageError(f"--{option} is not stated", mend=f"Say for example --{option} 64")
    return _whole(option, value, otherwise or 0.0)


def _whole(option: str, value: float | None, otherwise: float, *, least: int = 1) -> float:
    if value is None:
        return otherwise
    number = float(value)
    if not isfinite(number) or number < least or number != round(number):
        near = max(round(number), least) if isfinite(number) else least
        raise UsageError(
            f"--{option} {value:g} is not a whole number from {least}", mend=f"The nearest legal value is {near}"
        )
    if number > _LARGEST:
        raise UsageError(f"--{option} {value:g} is more than {_LARGEST:,.0f}", mend="Ask for fewer")
    return number


def _variation(option: str, value: float | None) -> float:
    if value is not None and not 0 <= value < float("inf"):
        raise UsageError(f"--{option} {value:g} is below zero", mend="Write 0 for none, 1 for as much as the mean")
    return value or 0.0


def _share(option: str, text: str | None) -> float:
    """Read a share from 0 to below 1: "0.5" or "50%"."""
    from denshi.units import parse

    share = 0.0 if text is None else parse(text, "1")
    if not 0 <= share < 1:
        raise UsageError(f'--{option} "{text}" is not a share from 0 to below 1', mend="Write for example 0.5 or 50%")
    return share


def _choice(option: str, value: str, known: Mapping[str, str]) -> str:
    if value not in known:
        raise UsageError(f'--{option} "{value}" is not offered', mend=nearest(value, known))
    return known[value]


def _price(accelerator: str) -> "Price | None":
    """Rental of one accelerator [USD/h], where the catalogue has it."""
    from denshi.catalog import Price, rows

    price = rows("prices").get(f"rental-{accelerator}")
    return price if isinstance(price, Price) else None


def _notices(stated: Mapping[str, Any], precision: str, engine: "Engine", system: "System | None") -> list[str]:
    """What was assumed because it was not stated."""
    notes = []
    if stated.get("engine") is None:
        notes.append(f"the engine is not stated: {engine.name} is assumed")
    if stated.get("precision") is None:
        notes.append(f"the precision is not stated: {precision} is assumed")
    for name, tokens in (("input", _INPUT), ("output", _OUTPUT)):
        if stated.get(name) is None:
            notes.append(f"the {name} length is not stated: {tokens:,.0f} tokens are assumed")
    if system is None:
        notes.append("no system of the catalogue carries the accelerators: power is theirs alone, none while idle")
    return notes
