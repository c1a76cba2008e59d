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
    bandwidth per accelerator, one direction. ``supply_max_c`` is the warmest facility water it accepts.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(Row):
    """A transformer by its layer shape.

    ``attention`` is one of mha, gqa, mqa, mla. ``gated_ffn`` is 1 for SwiGLU and its kin, 0 for a plain two-matrix FFN.
    ``moe_interval`` 2 means that every second layer is a mixture of experts; the first ``dense_layers`` never are.
    The ``*_lora_rank`` and ``*_head_dim`` fields are those of multi-head latent attention. ``attention_bias``
    and ``attention_sinks`` and other small terms are folded into ``extra_params`` where a config states them.
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
    """A network switch: ``ports`` ports of ``port_bytes_per_s`` each, one direction."""

    vendor: str
    origin: str
    ports: float
    port_bytes_per_s: float
    power_kw: float
    price_usd: float
    latency_s: float
    lead_time_weeks: float


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
class Rule(Row):
    """A dated tariff on goods of an origin imported into a country."""

    country: str
    origin: str
    goods: str
    effective_from: str
    rate: float


KINDS: Mapping[str, type[Row]] = {
    "accelerators": Accelerator,
    "systems": System,
    "models": Model,
    "sites": Site,
    "regions": Region,
    "switches": Switch,
    "links": Link,
    "equipment": Equipment,
    "technologies": Technology,
    "prices": Price,
    "assumptions": Assumption,
    "kernels": Kernels,
    "software": Software,
    "rules": Rule,
}
