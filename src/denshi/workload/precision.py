"""Number formats: how fast an accelerator multiplies in one, how many bytes a number takes."""

from collections.abc import Mapping

from denshi.catalog import Accelerator
from denshi.errors import InfeasibleError

BYTES_PER_WEIGHT: Mapping[str, float] = {"bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "fp4": 0.5625}
"""Bytes of one weight; four bits carry an eight-bit scale for every 16 numbers (NVFP4)."""

BYTES_PER_CACHED_VALUE: Mapping[str, float] = {"bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "fp4": 1.0}
"""Bytes of one number of the key-value cache: eight bits where the weights have eight or fewer."""


def peak_flop_per_s(accelerator: Accelerator, precision: str) -> float:
    """Return the dense peak rate of a number format.

    Parameters
    ----------
    accelerator : catalogue row.
    precision : bf16, fp16, fp8, mxfp8 or fp4.

    Returns
    -------
    float : [FLOP/s].

    Raises
    ------
    InfeasibleError : the accelerator does not have the format; the message names those that it has.

    >>> from denshi.catalog import find
    >>> peak_flop_per_s(find(Accelerator, "gb300"), "fp4") / 1e15
    15.0
    """
    has = _rates(accelerator)
    rate = has.get(precision)
    if rate is None:
        raise InfeasibleError(
            f"{accelerator.name} does not multiply in {precision}",
            where="workload.precision",
            why=f"it has {', '.join(has)}",
            mend=f"Use {' or '.join(has)}, or another system",
        )
    return rate


def attention_peak_flop_per_s(accelerator: Accelerator) -> float:
    """Return the peak rate of attention scores, which stay in 16 bits [FLOP/s].

    Where no 16-bit rate is published it is half that of eight bits.
    """
    has = _rates(accelerator)
    return has.get("bf16") or has.get("fp8", 2 * has.get("fp4", 0.0)) / 2


def _rates(accelerator: Accelerator) -> dict[str, float]:
    rates = {
        "bf16": accelerator.bf16_flop_per_s,
        "fp16": accelerator.bf16_flop_per_s,
        "fp8": accelerator.fp8_flop_per_s,
        # scales for blocks of 32 came to the matrix units with four bits
        "mxfp8": accelerator.fp8_flop_per_s if accelerator.fp4_flop_per_s else None,
        "fp4": accelerator.fp4_flop_per_s,
    }
    return {name: rate for name, rate in rates.items() if rate}
