"""The kinds of fact that denshi ships: one frozen dataclass a kind, plain canonical values, evidence beside each.

Field names carry the unit. A field that may be unknown is ``float | None``. ``evidence[field]`` says where the value
stands; the loader refuses a row in which a value has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from denshi.figure import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every fact has: a canonical id, a name to show, aliases, evidence per field."""

    id: str
    name: str
    aliases: tuple[str, ...]
    evidence: Mapping[str, Evidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator(Row):
    """One accelerator package. Rates are dense (never sparse); bandwidths are one direction.

    ``kernels`` names the row of kernel efficiencies of its generation; ``multiprocessors`` are the units among which
    the tiles of a matrix product are shared out.
    """

    vendor: str
    year: float | None
    process: str | None
    form: str | None
    bf16_flop_per_s: float | None
    fp8_flop_per_s: float | None
    fp4_flop_per_s: float | None
    int8_op_per_s: float | None
    tf32_flop_per_s: float | None
    fp64_tensor_flop_per_s: float | None
    memory_bytes: float
    memory_bytes_per_s: float
    scaleup_bytes_per_s: float | None
    scaleup_domain: float | None
    tdp_kw: float
    price_usd: float | None
    tpp: float
    die_mm2: float | None
    kernels: str | None
    multiprocessors: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class System(Row):
    """A rack or node product that carries accelerators: the unit denshi buys, places and powers.

    ``power_kw`` is the maximum of one unit at its input; ``units_per_rack`` is 1 for a rack product.
    ``liquid_fraction`` is the share of its heat that leaves in the liquid loop. ``nic_bytes_per_s`` is the scale-out
    bandwidth per accelerator, one direction. ``supply_max_c`` is the warmest facility water it accepts. A rack product
    whose maker names them has ``compute_trays``, ``switch_trays`` and ``power_shelves`` of one rack unit each.
    """

    accelerator: str
    vendor: str
    origin: str
    accelerators: float
    units_per_rack: float
    power_kw: float
    idle_power_fraction: float
    liquid_fraction: float
    supply_max_c: float
    nic_bytes_per_s: float
    weight_kg: float
    height_u: float
    price_usd: float
    lead_time_weeks: float
    compute_trays: float | None
    switch_trays: float | None
    power_shelves: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(Row):
    """A transformer by its layer shape.

    ``attention`` is one of mha, gqa, mqa, mla. ``gated_ffn`` is 1 for SwiGLU and its kin, 0 for a plain two-matrix FFN.
    ``moe_interval`` 2 means that every second layer is a mixture of experts; the first ``dense_layers`` never are.
    The ``*_lora_rank`` and ``*_head_dim`` fields are those of multi-head latent attention. ``attention_bias``
    and ``attention_sinks`` and other small terms are folded into ``extra_params`` where a config states them.
    ``linear_layers`` attend by a running state of ``linear_state`` numbers a sequence instead of a cache; ``index_*``
    describe an indexer that picks the ``index_top_k`` tokens that a token attends to (sparse attention).
    """

    family: str
    layers: float
    hidden: float
    heads: float
    kv_heads: float
    head_dim: float
    ffn: float
    attention: str
    gated_ffn: float
    tied_embeddings: float
    vocab: float
    experts: float
    shared_experts: float
    top_k: float
    expert_ffn: float
    dense_layers: float
    moe_interval: float
    q_lora_rank: float
    kv_lora_rank: float
    rope_head_dim: float
    v_head_dim: float
    extra_params: float
    sliding_window: float
    linear_layers: float | None
    linear_state: float | None
    index_heads: float | None
    index_width: float | None
    index_top_k: float | None
    published_params: float | None
    published_active_params: float | None
    train_tokens: float | None
    published_accelerator_hours: float | None
    published_accelerator: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Row):
    """A place: where it is, which grid and which weather it has."""

    group: str
    country: str
    state: str | None
    latitude: float
    longitude: float
    elevation_m: float
    region: str
    climate: str | None
    climate_distance_m: float | None
    facility_price: str
    power_fact: str | None
    status: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Region(Row):
    """A grid region: what its power costs and carries, and which hourly profile stands for it.

    ``profile`` names the packaged supply profile of a balancing authority; None where there is no hourly power data,
    so that price and carbon are flat and labelled so.
    """

    country: str
    profile: str | None
    price_usd_per_kwh: float
    carbon_g_per_kwh: float
    clean_fraction: float
    solar_capacity_factor: float | None
    wind_capacity_factor: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Row):
    """A network switch: ``ports`` ports of ``port_bytes_per_s`` each, one direction.

    ``co_packaged`` is 1 where its optics are built in, so that a fibre is plugged in without a module.
    """

    vendor: str
    origin: str
    ports: float
    port_bytes_per_s: float
    power_kw: float
    price_usd: float
    latency_s: float
    lead_time_weeks: float
    co_packaged: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Row):
    """A scale-out link family (``ethernet-800g``): its switch, its optical transceiver, its short copper cable."""

    switch: str
    bytes_per_s: float
    optic_power_kw: float
    optic_price_usd: float
    optic_origin: str
    fibre_price_usd_per_m: float
    copper_price_usd: float
    copper_reach_m: float
    lead_time_weeks: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium(Row):
    """What a link may run over, in terms of the link family: its module, its fibre, its passive copper cable.

    One end costs ``end_price_ratio`` of the price of the link's module and draws ``end_power_ratio`` of its power;
    ``cable_price_ratio`` multiplies the price of its copper cable, ``metre_price_ratio`` that of its fibre.
    ``reach_ratio`` multiplies the reach of its passive copper where that depends on the lane rate; else ``reach_m``
    holds. ``stock_m`` lists the lengths on sale. ``co_packaged`` is 1 for what only a co-packaged switch takes.
    """

    optical: float
    co_packaged: float
    reach_m: float | None
    reach_ratio: float | None
    end_price_ratio: float
    cable_price_ratio: float
    metre_price_ratio: float
    end_power_ratio: float
    kg_per_m: float
    diameter_mm: float
    stock_m: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment(Row):
    """A unit of plant: transformer, UPS, generator, chiller, dry cooler, tower, CDU, storage rack.

    ``capacity_kw`` is what one unit carries (storage: its power draw). Losses at load fraction L are
    ``rated * (loss_fixed + loss_linear * L + loss_square * L**2)``; zero for what is not in the power chain.
    """

    kind: str
    vendor: str
    origin: str
    capacity_kw: float
    loss_fixed: float
    loss_linear: float
    loss_square: float
    price_usd: float
    lead_time_weeks: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability(Row):
    """How often a machine, a path or the supply fails and how long it is away; the id is that of its equipment.

    ``common_cause_fraction`` is the share of its failures that take its whole group along (the beta factor);
    ``start_fault_fraction`` the share of calls that a machine standing by does not follow.
    """

    mtbf_h: float
    mttr_h: float
    maintenance_h_per_year: float
    common_cause_fraction: float
    start_fault_fraction: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Technology(Row):
    """A supply technology that the energy room may build or contract.

    ``kind`` is one of solar, wind, battery, firm (nuclear, geothermal), gas, grid. Money is per kW of power capacity.
    ``price_usd_per_kwh`` is the contract price of a PPA. ``duration_h`` is a battery's energy over its power.
    """

    kind: str
    capex_usd_per_kw: float
    fixed_om_usd_per_kw_year: float
    variable_usd_per_kwh: float
    price_usd_per_kwh: float
    lifetime_year: float
    efficiency: float
    duration_h: float
    capacity_factor: float
    carbon_g_per_kwh: float
    is_clean: float
    lead_time_months: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Price(Row):
    """A price or a share that is one number: facility build, rental, land, labour."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption(Row):
    """A named constant of a model: an efficiency, a latency, a share. Shown by name wherever it is used."""

    value: float
    unit: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Row):
    """A dated tariff on goods of an origin imported into a country."""

    country: str
    origin: str
    goods: str
    effective_from: str
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fabric(Row):
    """A scale-out fabric as its maker's table counts it, to hold the arithmetic of fabrics against.

    ``accelerators`` is the table's own total, ``nodes`` times ``accelerators_per_node`` what it should be.
    ``radix`` is ports of a switch at the speed of one plane. ``further_cables`` lead from leaves to what is no
    accelerator. Counts that the table does not give are None.
    """

    reference: str
    nodes: float
    accelerators_per_node: float
    accelerators: float
    radix: float
    planes: float
    rails: float
    leaf_switches: float
    spine_switches: float
    core_switches: float | None
    node_leaf_cables: float | None
    leaf_spine_cables: float | None
    spine_core_cables: float | None
    further_cables: float


KINDS: Mapping[str, type[Row]] = {
    "accelerators": Accelerator,
    "systems": System,
    "models": Model,
    "sites": Site,
    "regions": Region,
    "switches": Switch,
    "links": Link,
    "media": Medium,
    "equipment": Equipment,
    "reliability": Reliability,
    "technologies": Technology,
    "prices": Price,
    "assumptions": Assumption,
    "kernels": Kernels,
    "software": Software,
    "engines": Engine,
    "benchmarks": Benchmark,
    "quality": Quality,
    "fabrics": Fabric,
    "rules": Rule,
}
