"""Facts of performance: what fits to measurements give of kernels, software and engines, and what benchmarks ask."""

from dataclasses import dataclass

from denshi.catalog.fact import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernels(Row):
    """How much of an accelerator generation's peaks large kernels reach in training.

    ``product_*`` are shares of the dense peak of a format, ``attention`` the share of the 16-bit peak of fused
    attention forward. ``saturation`` is the operand length that halves the rate of a 16-bit product, ``score_width``
    the head width that does so for attention. Rates follow the power cap as
    ``(cap / reference_kw) ** power_exponent``; ``memory`` is the share of the bandwidth that streaming reaches.
    """

    product_bf16: float
    product_fp8: float | None
    product_fp4: float | None
    saturation: float
    attention: float
    score_width: float
    reference_kw: float
    power_exponent: float
    memory: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Software(Row):
    """A release of training software: what it hides, how often it passes over memory, what its host costs.

    ``*passes`` count passes over a layer's tensors that are not fused into a product, forward; ``*_exposed`` is the
    share of a transfer that arithmetic does not hide; ``*_host_s`` is what the host takes to launch one layer forward.
    ``fused_attention`` is 1 for kernels that never store the scores, which reach ``attention`` of the generation's
    share. ``grouped`` is the rate of expert products over that of plain ones. ``graphs`` is 1 where layers with experts
    are captured in device graphs on rack-scale domains; the ``graph_*`` values hold there instead. ``slowness`` and
    ``moe_slowness`` are step times over those of the release the constants are stated for. ``released`` is a year.
    """

    family: str
    released: float
    fused_attention: float
    attention: float
    passes: float
    ffn_passes: float
    moe_ffn_passes: float
    cast_passes: float
    block_cast_passes: float
    permute_passes: float
    slot_bytes: float
    logit_bytes: float
    grouped: float
    grouped_saturation: float
    layer_host_s: float
    moe_layer_host_s: float
    rack_moe_layer_host_s: float
    step_host_s: float
    link: float
    network: float
    collective_latency_s: float
    tensor_exposed: float
    context_exposed: float
    expert_exposed: float
    far_expert_exposed: float
    data_exposed: float
    pipeline_exposed: float
    gradient_bytes: float
    straggler: float
    graphs: float
    graph_grouped: float
    graph_moe_layer_host_s: float
    graph_expert_exposed: float
    graph_attention: float
    slowness: float
    moe_slowness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine(Row):
    """An engine that serves models: what its kernels reach, what its host costs, how it fills memory.

    ``*bandwidth`` and ``*product`` are shares of a peak; ``narrow_*`` multiply them where weights have four bits;
    ``distinct`` is the share of a batch's tokens that choose their experts independently. ``unit_s`` is the fixed time
    of one sequence and key-value head in decode attention on one multiprocessor. ``kernel_s`` is the gap that one
    launched kernel leaves, ``depth_s`` the time of one step of the sum in a product, ``cast_s`` and ``block_cast_s``
    those of one operand cast to eight or four bits. ``prompt_*`` hold where prompts are processed: ``prompt``,
    ``prompt_fp8`` and ``prompt_fp4`` multiply its time; ``expert_padding`` is the tokens by which an expert's share of
    a prompt is padded to whole tiles, ``expert_width`` the width at which its products lose half their rate;
    ``eager_kernel_s`` is the host's time to launch a kernel outside a device graph. ``acceptance`` is the probability
    that the next drafted token is accepted. ``memory_label`` is bytes of memory for each byte of the label;
    ``of_free`` is 1 where ``memory_fraction`` is a share of what the weights leave, 0 where it is one of all memory;
    ``output_reserved`` is the share of the output that a request holds room for. The rest belongs to the first token:
    ``prompt_first`` is 1 where prompts run alone before decoding goes on; ``first_prompt*`` are factors on a prompt's
    time, ``launch_*`` those on its launches, for latent or linear attention (``compressed``), mixtures, accelerators
    with four-bit units; ``burst`` to ``gather`` are shares of what theory says of waiting; ``client_*`` times outside.
    """

    family: str
    bandwidth: float
    narrow_bandwidth: float
    expert_bandwidth: float
    narrow_expert_bandwidth: float
    distinct: float
    expert_skew: float
    cache_bandwidth: float
    latent_bandwidth: float
    state_bandwidth: float
    unit_s: float
    product: float
    kernel_s: float
    depth_s: float
    cast_s: float
    block_cast_s: float
    reduce_s: float
    far_reduce_s: float
    second_shot_s: float
    exchange_s: float
    link: float
    step_s: float
    request_s: float
    prompt_product: float
    prompt_expert_product: float
    expert_padding: float
    expert_width: float
    prompt_attention: float
    prompt_link: float
    prompt: float
    prompt_fp8: float
    prompt_fp4: float
    eager_kernel_s: float
    acceptance: float
    memory_label: float
    memory_fraction: float
    of_free: float
    reserved_bytes: float
    output_reserved: float
    prompt_first: float
    first_prompt: float
    first_prompt_compressed: float
    first_prompt_mixture: float
    first_prompt_four_bit_units: float
    weight_floor: float
    launch_s: float
    launch_compressed: float
    launch_linear: float
    launch_four_bit_units: float
    burst: float
    lockstep: float
    convoy: float
    first_queue: float
    start_steps: float
    poll: float
    batch_wait: float
    gather: float
    client_s: float
    client_request_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality(Row):
    """A published score of a model before and after its weights were stored in fewer bits, or some were cut out.

    ``model`` is the row of the catalogue whose shape the ``checkpoint`` has, of the uncut model where it is cut. The
    scores are those of the formats ``original`` and ``format``; ``params_fraction`` is parameters after over before.
    """

    model: str
    checkpoint: str
    original: str
    format: str
    method: str
    benchmark: str
    before: float
    after: float
    params_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark(Row):
    """Requests of a published serving benchmark: mean lengths, spread of the output, latency limits of its scenarios.

    ``output_cv`` is the coefficient of variation of the output length, ``output_max`` its limit, ``samples`` the
    requests of the data set.
    """

    model: str
    samples: float
    output_max: float
    input_tokens: float
    output_tokens: float
    output_cv: float
    server_ttft_s: float
    server_tpot_s: float
    interactive_ttft_s: float | None
    interactive_tpot_s: float | None
