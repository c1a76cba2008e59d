"""The constants of a serving engine as numbers or arrays, so that rows of many engines are one evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Engine

Values = NDArray[np.float64]
Number = float | Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What an engine reaches and costs; the fields are those of :class:`denshi.catalog.Engine`, see there."""

    bandwidth: Number
    narrow_bandwidth: Number
    expert_bandwidth: Number
    narrow_expert_bandwidth: Number
    distinct: Number
    expert_skew: Number
    cache_bandwidth: Number
    latent_bandwidth: Number
    state_bandwidth: Number
    unit_s: Number
    product: Number
    kernel_s: Number
    depth_s: Number
    cast_s: Number
    block_cast_s: Number
    reduce_s: Number
    far_reduce_s: Number
    second_shot_s: Number
    exchange_s: Number
    link: Number
    step_s: Number
    request_s: Number
    prompt_product: Number
    prompt_expert_product: Number
    expert_padding: Number
    expert_width: Number
    prompt_attention: Number
    prompt_link: Number
    prompt: Number
    prompt_fp8: Number
    prompt_fp4: Number
    eager_kernel_s: Number
    acceptance: Number
    memory_label: Number
    memory_fraction: Number
    of_free: Number
    reserved_bytes: Number
    output_reserved: Number
    prompt_first: Number
    first_prompt: Number
    first_prompt_compressed: Number
    first_prompt_mixture: Number
    first_prompt_four_bit_units: Number
    weight_floor: Number
    launch_s: Number
    launch_compressed: Number
    launch_linear: Number
    launch_four_bit_units: Number
    burst: Number
    lockstep: Number
    convoy: Number
    first_queue: Number
    start_steps: Number
    poll: Number
    batch_wait: Number
    gather: Number
    client_s: Number
    client_request_s: Number


RATES = tuple(f.name for f in fields(Rates))


def rates_of(engine: Engine) -> Rates:
    """Return the constants of one engine."""
    return Rates(**{name: getattr(engine, name) for name in RATES})


def stacked_rates(rates: Sequence[Rates]) -> Rates:
    """Return constants whose fields are arrays, one value an engine given."""
    return Rates(**{name: np.array([getattr(one, name) for one in rates]) for name in RATES})
