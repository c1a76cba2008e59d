"""The machine that a step runs on and the efficiencies of its kernels and its software, as numbers that broadcast."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Accelerator, Kernels, Software
from denshi.workload.precision import peak_flop_per_s

Values = NDArray[np.float64]
Number = float | Values

FORMATS = ("bf16", "fp16", "fp8", "mxfp8", "fp4")
"""Number formats of training: 16 bits, 8 bits with a scale a tensor or a block of 32, 4 bits with one a block of 16."""

_NODE = 8.0
_RACK = 32.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a step depends on of an accelerator and its network, in the number format of the matrix products.

    ``narrow`` is 1 where products run in 8 or 4 bits, so that operands are cast; ``scaled`` is 1 where blocks of 16 or
    32 numbers carry a scale of their own (MXFP8, NVFP4). ``power_ratio`` is the power cap over the reference power of
    the generation. ``domain`` is the number of accelerators in the scale-up domain, ``pod`` that in one scale-out
    fabric; ``beyond_bytes_per_s`` is the rate of an accelerator between such fabrics. Rates are one direction.
    """

    product_flop_per_s: Number
    bf16_flop_per_s: Number
    operand_bytes: Number
    narrow: Number
    scaled: Number
    memory_bytes_per_s: Number
    multiprocessors: Number
    power_ratio: Number
    inside_bytes_per_s: Number
    outside_bytes_per_s: Number
    domain: Number
    beyond_bytes_per_s: Number
    pod: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Efficiencies: of the kernels of a generation of accelerators, and of a software release.

    ``product``, ``bf16_product`` and ``attention`` are shares of a peak; ``saturation`` is the operand length at which
    a product loses half of it; ``passes`` count traffic over a layer's hidden states; ``*_exposed`` are the shares of a
    transfer that arithmetic does not hide; ``*_host_s`` is the time the host needs to launch one layer forward.
    """

    product: Number
    bf16_product: Number
    saturation: Number
    attention: Number
    score_width: Number
    fused_attention: Number
    memory: Number
    passes: Number
    ffn_passes: Number
    moe_ffn_passes: Number
    cast_passes: Number
    block_cast_passes: Number
    permute_passes: Number
    slot_bytes: Number
    logit_bytes: Number
    grouped: Number
    grouped_saturation: Number
    layer_host_s: Number
    moe_layer_host_s: Number
    step_host_s: Number
    link: Number
    network: Number
    collective_latency_s: Number
    tensor_exposed: Number
    context_exposed: Number
    expert_exposed: Number
    far_expert_exposed: Number
    data_exposed: Number
    pipeline_exposed: Number
    gradient_bytes: Number
    straggler: Number
    slowness: Number


def machine_of(
    accelerator: Accelerator,
    kernels: Kernels,
    precision: str,
    outside_bytes_per_s: float,
    domain: float,
    *,
    beyond_bytes_per_s: float | None = None,
    pod: float = np.inf,
) -> Machine:
    """Return the machine of one accelerator in one number format.

    Four-bit products count at no more than twice the eight-bit rate: beyond it the power cap, not the format, limits
    them (Llama 3.1 405B in NVFP4 gains as little from GB200 to GB300 as in FP8).

    Raises
    ------
    InfeasibleError : the accelerator does not multiply in the format.
    """
    product = peak_flop_per_s(accelerator, precision)
    if precision == "fp4":
        product = min(product, 2 * peak_flop_per_s(accelerator, "fp8"))
    bf16 = accelerator.bf16_flop_per_s or (accelerator.fp8_flop_per_s or product) / 2
    return Machine(
        product_flop_per_s=product,
        bf16_flop_per_s=bf16,
        operand_bytes={"fp8": 1.0, "mxfp8": 1.0, "fp4": 0.5625}.get(precision, 2.0),
        narrow=float(precision in ("fp8", "mxfp8", "fp4")),
        scaled=float(precision in ("mxfp8", "fp4")),
        memory_bytes_per_s=accelerator.memory_bytes_per_s,
        multiprocessors=accelerator.multiprocessors or 1.0,
        power_ratio=accelerator.tdp_kw / kernels.reference_kw,
        inside_bytes_per_s=accelerator.scaleup_bytes_per_s or outside_bytes_per_s,
        outside_bytes_per_s=outside_bytes_per_s,
        domain=max(domain, 1.0),
        beyond_bytes_per_s=outside_bytes_per_s if beyond_bytes_per_s is None else beyond_bytes_per_s,
        pod=pod,
    )


def stack_of(
    kernels: Kernels,
    software: Software,
    machine: Machine,
    precision: str,
    *,
    experts: float,
    accelerators: float,
    drops_tokens: bool = False,
) -> Stack:
    """Return the efficiencies of a software release on a generation of accelerators.

    Device graphs capture layers with experts where their exchange stays within one scale-up domain: a rack-scale one,
    or a run within one node; in block-scaled formats, which have the fused expert kernels.

    Parameters
    ----------
    kernels, software : rows of the catalogue.
    machine : the accelerator in the number format.
    precision : one of ``FORMATS``.
    experts : routed experts, zero for a dense model [1].
    accelerators : of the run [1].
    drops_tokens : tokens beyond an expert's capacity are dropped, so that shapes are fixed and launches are captured.
    """
    near = machine.domain >= _RACK or accelerators <= _NODE
    graphs = bool(experts and software.graphs and machine.scaled and near)
    clock = np.asarray(machine.power_ratio) ** kernels.power_exponent
    bf16 = kernels.product_bf16 * clock
    share = {"fp8": kernels.product_fp8, "mxfp8": kernels.product_fp8, "fp4": kernels.product_fp4}.get(precision)
    ratio = machine.product_flop_per_s / np.asarray(machine.bf16_flop_per_s)
    moe_host = software.rack_moe_layer_host_s if machine.domain >= _RACK else software.moe_layer_host_s
    return Stack(
        product=(share or kernels.product_bf16) * clock,
        bf16_product=bf16,
        saturation=kernels.saturation * ratio,
        attention=kernels.attention * software.attention * clock * (software.graph_attention if graphs else 1.0),
        score_width=kernels.score_width,
        fused_attention=software.fused_attention,
        memory=kernels.memory,
        passes=software.passes,
        ffn_passes=software.ffn_passes,
        moe_ffn_passes=software.moe_ffn_passes,
        cast_passes=software.cast_passes,
        block_cast_passes=software.block_cast_passes,
        permute_passes=software.permute_passes,
        slot_bytes=software.slot_bytes,
        logit_bytes=software.logit_bytes,
        grouped=software.graph_grouped if graphs else software.grouped,
        grouped_saturation=software.grouped_saturation,
        layer_host_s=software.layer_host_s,
        moe_layer_host_s=software.graph_moe_layer_host_s if graphs or drops_tokens else moe_host,
        step_host_s=software.step_host_s,
        link=software.link,
        network=software.network,
        collective_latency_s=software.collective_latency_s,
        tensor_exposed=software.tensor_exposed,
        context_exposed=software.context_exposed,
        expert_exposed=software.graph_expert_exposed if graphs else software.expert_exposed,
        far_expert_exposed=software.graph_expert_exposed if graphs else software.far_expert_exposed,
        data_exposed=software.data_exposed,
        pipeline_exposed=software.pipeline_exposed,
        gradient_bytes=software.gradient_bytes,
        straggler=software.straggler,
        slowness=software.moe_slowness if experts and not graphs else software.slowness,
    )
