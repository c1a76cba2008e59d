"""Total processing performance: the one number by which export rules and tariffs sort accelerators."""

from collections.abc import Mapping

from denshi.catalog.schema import Accelerator

BITS: Mapping[str, int] = {
    "fp64_tensor_flop_per_s": 64,
    "bf16_flop_per_s": 16,
    "fp8_flop_per_s": 8,
    "int8_op_per_s": 8,
    "fp4_flop_per_s": 4,
}


def total_processing_performance(rates: Mapping[str, float | None]) -> float:
    """Return the largest product of dense rate and bit length over the precisions.

    ``TPP = max over precisions of (rate / 1e12 * bits)``. TF32 is left out: its operands carry 19 bits in 32,
    and the rule does not say which of the two counts. Sparse rates never count.

    Parameters
    ----------
    rates : dense rate by field name of :class:`Accelerator` [FLOP/s or op/s]; None or absent where the part has none.

    Returns
    -------
    float : total processing performance [TFLOP/s * bit]; 0 where no rate is known.

    Source: bis-3a090 (ECCN 3A090, technical note 1).

    >>> total_processing_performance({"bf16_flop_per_s": 148e12, "fp8_flop_per_s": 296e12})  # H20
    2368.0
    """
    return max(((rates.get(field) or 0.0) / 1e12 * bits for field, bits in BITS.items()), default=0.0)


def rates_of(accelerator: Accelerator) -> dict[str, float | None]:
    """Return the dense rates of an accelerator by field name [FLOP/s or op/s]."""
    return {field: getattr(accelerator, field) for field in BITS}
