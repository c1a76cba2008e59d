"""The kinds of fact that denshi ships: one frozen dataclass a kind, plain canonical values, evidence beside each.

Field names carry the unit. A field that may be unknown is ``float | None``. ``evidence[field]`` says where the value
stands; the loader refuses a row in which a value has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from denshi.catalog.fact import Row
from denshi.catalog.fitted import Benchmark, Engine, Kernels, Quality, Software
from denshi.catalog.trade import Control, Country, Duty, Part, Rental


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

    ``kind`` is one of solar, wind, battery (any store), firm (must-take: nuclear, geothermal), following (as firm, but
    turned down to ``minimum_fraction`` of its capacity where that is cheaper), gas, grid. Money is per kW of power
    capacity. ``price_usd_per_kwh`` is the contract price of a PPA. ``duration_h`` is a store's energy over its power;
    with ``capex_usd_per_kwh`` energy is sized apart at that price and ``duration_h`` is the longest allowed.
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
    capex_usd_per_kwh: float | None = None
    minimum_fraction: float | None = None


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
    "countries": Country,
    "parts": Part,
    "controls": Control,
    "duties": Duty,
    "rentals": Rental,
}
