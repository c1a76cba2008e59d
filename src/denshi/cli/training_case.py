"""A training step as a user states it: names and dimensions, read from options or a file, made into a task."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from denshi.errors import CatalogError, FileError, UsageError, nearest

if TYPE_CHECKING:
    from denshi.catalog import Accelerator, Kernels, Model, Software, System
    from denshi.workload.training.task import Task

T = TypeVar("T")

PRECISIONS = {"bf16": "bf16", "fp16": "fp16", "fp8": "fp8", "mxfp8": "mxfp8", "nvfp4": "fp4", "fp4": "fp4"}
LEVELS = {"none": 0.0, "selective": 0.0, "lean": 1.0, "full": 2.0}
DIMENSIONS = {
    "tp": "tp",
    "cp": "cp",
    "pp": "pp",
    "vp": "virtual_stages",
    "ep": "ep",
    "dp": "dp",
    "micro_batch": "micro_batch",
    "zero": "zero",
    "shard": "shard",
    "zero_bubble": "zero_bubble",
    "sequence_parallel": "sequence_parallel",
}
"""Options of a plan, and the columns that they hold."""

_TEXTS = ("model", "accelerator", "precision", "recompute", "software", "network")
_SWITCHES = ("lora", "zero_bubble", "sequence_parallel")
_NUMBERS = ("count", "global_batch", "seq", *(name for name in DIMENSIONS if name not in _SWITCHES))
_KEYS = (*_TEXTS, *_NUMBERS, *_SWITCHES)
_CURRENT_SOFTWARE = "megatron-bridge-26.08"
_SOFTWARE_OF = {"tpu": "maxtext", "ampere": "megatron-2024"}
_LARGEST = 1e8
_UNMEASURED_KERNELS = "other"
_SEQUENCE = 8192.0
# the global batch of Llama 3.1 405B: 16 M tokens
_BATCH_TOKENS = 2.0**24
_MOST_MEASURED = 16384.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A task with the rows of the catalogue that it came from, and what the reader should know of it.

    ``measured`` is false where the software is not stated or no measured step taught the kernels: bands are wider.
    """

    task: "Task"
    model: "Model"
    accelerator: "Accelerator"
    kernels: "Kernels"
    software: "Software"
    system: "System | None"
    precision: str
    sequence: float
    measured: bool
    notices: tuple[str, ...]


def asked(file: Path | None, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is asked: the file's keys, with the options that are given laid over them.

    Raises
    ------
    FileError : the file cannot be read or is no TOML.
    UsageError : a key is unknown, a value is not of its kind, or a name that is needed is missing.
    """
    stated = _read(file) if file is not None else {}
    stated |= {name: value for name, value in options.items() if value is not None}
    for name in ("model", "accelerator", "count"):
        if name not in stated:
            raise UsageError(
                f"the {'number of accelerators' if name == 'count' else name} is not stated",
                mend=f"Say --{name}, or name a file with --case",
            )
    return stated


def _read(file: Path) -> dict[str, Any]:
    from denshi.catalog.user_file import read_text

    try:
        stated = {key.replace("-", "_"): value for key, value in tomllib.loads(read_text(file)).items()}
    except tomllib.TOMLDecodeError as problem:
        raise FileError(f"the case is not TOML: {problem}", where=str(file), mend="Correct the line") from None
    for key, value in stated.items():
        if key not in _KEYS:
            raise UsageError(f'a case has no "{key}"', where=str(file), mend=nearest(key, _KEYS))
        number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
        fine = number if key in _NUMBERS else isinstance(value, bool) if key in _SWITCHES else isinstance(value, str)
        if not fine:
            kind = "a number" if key in _NUMBERS else "true or false" if key in _SWITCHES else "a text"
            raise UsageError(f"{key} = {value!r} is not {kind}", where=str(file), mend="Correct the value")
    return stated


def case_of(stated: Mapping[str, Any], *, usual_schedule: bool = False) -> Case:
    """Find the named rows and build the task.

    Parameters
    ----------
    stated : what is asked, see :func:`asked`.
    usual_schedule : what is not stated of schedule and sequence parallelism is as most runs have it, not searched.

    Raises
    ------
    CatalogError : a name is unknown; the message names the nearest.
    InfeasibleError : the accelerator does not multiply in the format.
    UsageError : a number is out of range, a precision or a level unknown.
    """
    from denshi.catalog import Accelerator, Assumption, Kernels, Model, Software, find
    from denshi.workload.record import usable_bytes
    from denshi.workload.training.machine import machine_of, stack_of
    from denshi.workload.training.shape import shape_of
    from denshi.workload.training.task import Task

    model, chip = find(Model, stated["model"]), find(Accelerator, stated["accelerator"])
    kernels = find(Kernels, chip.kernels or _UNMEASURED_KERNELS)
    software = find(Software, stated.get("software", _SOFTWARE_OF.get(kernels.id, _CURRENT_SOFTWARE)))
    precision = _choice("precision", stated.get("precision", "bf16"), PRECISIONS)
    count, sequence = _whole("count", stated["count"]), _whole("seq", stated.get("seq", _SEQUENCE))
    system = system_of(chip.id)
    machine = machine_of(chip, kernels, precision, network_rate(stated, chip.id, system), chip.scaleup_domain or 1.0)
    fixed = {DIMENSIONS[name]: float(stated[name]) for name in DIMENSIONS if name in stated}
    if "recompute" in stated:
        fixed["recompute"] = _choice("recompute", stated["recompute"], LEVELS)
    if usual_schedule:
        fixed = {"zero_bubble": 0.0, "sequence_parallel": 1.0} | fixed
    full_kw = system.power_kw / system.accelerators if system else chip.tdp_kw
    batch = _whole("global_batch", stated["global_batch"]) if "global_batch" in stated else _batch(fixed, sequence)
    task = Task(
        shape=shape_of(model, sequence),
        machine=machine,
        stack=stack_of(kernels, software, machine, precision, experts=model.experts, accelerators=count),
        accelerators=count,
        sequences=batch,
        usable_bytes=usable_bytes(chip, find(Assumption, "training-memory-usable-fraction").value),
        trained=0.0 if stated.get("lora") else 1.0,
        fixed=fixed,
        busy_kw=full_kw * find(Assumption, "training-busy-power-fraction").value,
        waiting_kw=full_kw * find(Assumption, "training-waiting-power-fraction").value,
    )
    return Case(
        task=task,
        model=model,
        accelerator=chip,
        kernels=kernels,
        software=software,
        system=system,
        precision=precision,
        sequence=sequence,
        measured="software" in stated and not _assumed(kernels),
        notices=tuple(_notices(stated, task, kernels, software, system)),
    )


def _whole(name: str, value: Any) -> float:
    number = float(value)
    if not isfinite(number) or number < 1 or number != round(number):
        near = max(round(number), 1) if isfinite(number) else 1
        option = name.replace("_", "-")
        raise UsageError(f"--{option} {value} is not a whole number from 1", mend=f"The nearest legal value is {near}")
    if number > _LARGEST:
        raise UsageError(f"--{name.replace('_', '-')} {value} is more than {_LARGEST:,.0f}", mend="Ask for fewer")
    return number


def _choice(name: str, value: str, known: Mapping[str, T]) -> T:
    if value not in known:
        raise UsageError(f'--{name} "{value}" is not offered', mend=nearest(value, known))
    return known[value]


def system_of(accelerator: str) -> "System | None":
    """Return the first system of the catalogue that carries an accelerator, None where none does."""
    from denshi.catalog import System, rows

    systems = (one for one in rows("systems").values() if isinstance(one, System))
    return next((one for one in systems if one.accelerator == accelerator), None)


def network_rate(stated: Mapping[str, Any], accelerator: str, system: "System | None") -> float:
    """Return the scale-out rate of one accelerator, one direction [bytes/s]: as stated, else that of its system.

    Raises
    ------
    CatalogError : no system of the catalogue carries the accelerator.
    UsageError : the rate has no unit or is not above zero.
    """
    if "network" in stated:
        from denshi.units import parse

        if not any(letter.isalpha() for letter in stated["network"]):
            raise UsageError(f'--network "{stated["network"]}" has no unit', mend="Write for example 400Gbps")
        rate = parse(stated["network"], "byte/s")
        if rate <= 0:
            raise UsageError(f'--network "{stated["network"]}" is not a rate', mend="Write for example 400Gbps")
        return rate
    if system is None:
        raise CatalogError(
            f"no system of the catalogue carries {accelerator}, so its network rate is not known",
            mend="Say for example --network 400Gbps",
        )
    return system.nic_bytes_per_s


def _batch(fixed: Mapping[str, float], sequence: float) -> float:
    """A global batch of 16 M tokens in whole shares of the ranks that are held."""
    ranks = max(round(fixed.get("dp", 1.0) * fixed.get("micro_batch", 1.0)), 1)
    return float(max(round(_BATCH_TOKENS / sequence / ranks), 1) * ranks)


def _assumed(kernels: "Kernels") -> bool:
    return kernels.evidence["product_bf16"].grade == "E"


def _notices(
    stated: Mapping[str, Any], task: "Task", kernels: "Kernels", software: "Software", system: "System | None"
) -> list[str]:
    """What a reader should know: what was assumed, and what lies outside the measured runs."""
    notes = []
    if "software" not in stated:
        notes.append(f"software is not stated: {software.id} is assumed, with the wider band of unmeasured software")
    if "global_batch" not in stated:
        notes.append(f"the global batch is not stated: {task.sequences:,.0f} sequences (16 M tokens) are assumed")
    if "seq" not in stated:
        notes.append(f"the sequence length is not stated: {_SEQUENCE:,.0f} tokens are assumed")
    if _assumed(kernels):
        notes.append(f"no measured step has taught the kernels of {kernels.name}: the band is too narrow")
    if task.accelerators > _MOST_MEASURED:
        notes.append(f"no run on more than {_MOST_MEASURED:,.0f} accelerators was measured")
    if stated.get("lora"):
        notes.append("adapters are taken as no parameters: their states, below one per cent, are not counted")
    if system is None:
        notes.append("energy is that of the accelerators alone: no system of the catalogue carries them")
    return notes
