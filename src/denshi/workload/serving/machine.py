"""The machine that serves: rates, bytes and formats of an accelerator for one model's weights, as numbers or arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Accelerator, Model
from denshi.errors import InfeasibleError
from denshi.workload.precision import attention_peak_flop_per_s, peak_flop_per_s

Values = NDArray[np.float64]
Number = float | Values

FORMATS: Mapping[str, float] = {"bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "fp4": 0.5625, "int4": 0.53125}
"""Bytes of one weight by number format; four-bit formats carry a scale for each block (16 numbers in NVFP4, 128 in
weight-only integers)."""

CACHE_FORMATS: Mapping[str, float] = {"bf16": 2.0, "fp8": 1.0}
"""Bytes of one cached number."""

_MULTIPROCESSORS = 128.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a serving step depends on of an accelerator, its network and the number formats.

    ``wide_*`` belong to weights that every token meets, ``expert_*`` to routed experts. ``casts`` are the operands cast
    in one layer to eight or four bits, in blocks where ``block_casts`` is 1. ``eight`` and ``four`` say in which format
    prompts are multiplied; ``wide_four`` and ``expert_four`` which weights have four bits. Rates are one direction.
    """

    wide_flop_per_s: Number
    expert_flop_per_s: Number
    attention_flop_per_s: Number
    wide_bytes: Number
    expert_bytes: Number
    cache_bytes: Number
    casts: Number
    block_casts: Number
    eight: Number
    four: Number
    wide_narrow: Number
    wide_four: Number
    expert_four: Number
    memory_bytes: Number
    memory_bytes_per_s: Number
    inside_bytes_per_s: Number
    outside_bytes_per_s: Number
    domain: Number
    multiprocessors: Number
    four_bit_units: Number


def machine_of(
    accelerator: Accelerator,
    model: Model,
    precision: str,
    *,
    outside_bytes_per_s: float,
    domain: float,
    cache_precision: str | None = None,
) -> Machine:
    """Return the machine of one accelerator for one model's weights in one number format.

    In four bits a mixture's routed experts alone are narrow, as published checkpoints have it; a dense model's weights
    all are, but for the output head. Where the accelerator does not multiply four bits, weights are widened to 16.

    Parameters
    ----------
    accelerator, model : catalogue rows.
    precision : of the weights, one of ``FORMATS``.
    outside_bytes_per_s : of one accelerator's share of the scale-out network [bytes/s].
    domain : accelerators in the scale-up domain [1].
    cache_precision : bf16 or fp8; by default fp8 where weights have fewer than 16 bits.

    Raises
    ------
    InfeasibleError : the accelerator does not multiply in eight bits.
    """
    four = precision in ("fp4", "int4")
    multiplied = _multiplied(accelerator, precision)
    wide = "bf16" if four and model.experts else precision
    bf16 = attention_peak_flop_per_s(accelerator)
    narrow = multiplied in ("fp8", "fp4")
    return Machine(
        wide_flop_per_s=bf16 if wide == "bf16" else peak_flop_per_s(accelerator, multiplied),
        expert_flop_per_s=peak_flop_per_s(accelerator, multiplied),
        attention_flop_per_s=bf16,
        wide_bytes=FORMATS[wide],
        expert_bytes=FORMATS[precision],
        cache_bytes=CACHE_FORMATS[cache_precision or ("bf16" if precision in ("bf16", "fp16") else "fp8")],
        casts=0.0 if not narrow else 2.0 if four and model.experts else 4.0,
        block_casts=float(bool(model.experts) and multiplied == "fp8"),
        eight=float(precision == "fp8"),
        four=float(four),
        wide_narrow=float(narrow and wide != "bf16"),
        wide_four=float(four and not model.experts),
        expert_four=float(four),
        memory_bytes=accelerator.memory_bytes,
        memory_bytes_per_s=accelerator.memory_bytes_per_s,
        inside_bytes_per_s=accelerator.scaleup_bytes_per_s or outside_bytes_per_s,
        outside_bytes_per_s=outside_bytes_per_s,
        domain=max(domain, 1.0),
        multiprocessors=accelerator.multiprocessors or _MULTIPROCESSORS,
        four_bit_units=float(bool(accelerator.fp4_flop_per_s)),
    )


def stacked_machines(machines: Sequence[Machine]) -> Machine:
    """Return one machine whose fields are arrays, one value a machine given."""
    return Machine(**{f.name: np.array([getattr(one, f.name) for one in machines]) for f in fields(Machine)})


def _multiplied(accelerator: Accelerator, precision: str) -> str:
    """Name the format of the products: four bits widen to 16 where the matrix units do not take them."""
    if precision in ("bf16", "fp16", "int4"):
        return "bf16"
    if precision == "fp4" and not accelerator.fp4_flop_per_s:
        return "bf16"
    if precision == "fp8" and not accelerator.fp8_flop_per_s:
        raise InfeasibleError(
            f"{accelerator.name} does not multiply in fp8",
            where="workload.precision",
            why="its matrix units have no eight-bit floating point",
            mend="Use bf16 or int4, or another system",
        )
    return precision
