"""Memory in training against closed forms worked by hand, published figures and its own laws."""

from collections.abc import Mapping
from dataclasses import fields, replace
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from denshi.catalog import Model, find
from denshi.workload.training.memory import in_flight, layer_bytes, memory, parameters, shards, stage_layers
from denshi.workload.training.shape import Number, Shape, shape_of, stacked

GIB = 2.0**30
STATES = ("weight_bytes", "gradient_bytes", "optimizer_bytes")
PARTS = (*STATES, "activation_bytes", "logit_bytes", "buffer_bytes")
ONE = {
    "tp": 1.0,
    "cp": 1.0,
    "pp": 1.0,
    "virtual_stages": 1.0,
    "ep": 1.0,
    "dp": 1.0,
    "shard": 1.0,
    "micro_batch": 1.0,
    "micro_batches": 1024.0,
    "recompute": 0.0,
    "zero": 1.0,
    "zero_bubble": 0.0,
    "sequence_parallel": 1.0,
    "scores_kept": 0.0,
}
DENSE = shape_of(find(Model, "llama3.1-70b"), 8192.0)
MOE = shape_of(find(Model, "qwen3-235b-a22b"), 4096.0)
LATENT = shape_of(find(Model, "deepseek-v3"), 4096.0)
SHAPES = (DENSE, MOE, LATENT, shape_of(find(Model, "gpt3-175b"), 2048.0))
GROUP = st.sampled_from([1.0, 2.0, 4.0, 8.0])
PLANS = st.fixed_dictionaries(
    {
        "tp": GROUP,
        "cp": GROUP,
        "pp": st.sampled_from([1.0, 2.0, 3.0, 8.0]),
        "virtual_stages": st.sampled_from([1.0, 2.0, 5.0]),
        "ep": GROUP,
        "dp": st.sampled_from([8.0, 64.0]),
        "shard": st.sampled_from([1.0, 2.0, 8.0]),
        "micro_batch": st.sampled_from([1.0, 2.0]),
        "micro_batches": st.sampled_from([1.0, 3.0, 16.0, 256.0]),
        "recompute": st.floats(0.0, 2.0),
        "zero": st.sampled_from([0.0, 1.0, 2.0, 3.0]),
        "zero_bubble": st.sampled_from([0.0, 1.0]),
        "sequence_parallel": st.sampled_from([0.0, 1.0]),
        "scores_kept": st.sampled_from([0.0, 1.0]),
    }
)


def plan(**changed: Number) -> dict[str, NDArray[np.float64]]:
    return {name: np.asarray(value, dtype=np.float64) for name, value in (ONE | changed).items()}


def only(**changed: float) -> dict[str, NDArray[np.float64]]:
    return {name: np.asarray(value) for name, value in changed.items()}


def gpt(layers: float, hidden: float, heads: float, sequence: float = 2048.0, vocab: float = 0.0) -> Shape:
    """A plain transformer of ``12 L h^2`` parameters in its layers and one token table."""
    held = 12 * layers * hidden**2 + vocab * hidden
    zero = dict.fromkeys((one.name for one in fields(Shape)), 0.0)
    widths = dict.fromkeys(("hidden", "query_width", "key_width", "value_width"), hidden)
    own = {"layers": layers, "heads": heads, "kv_heads": heads, "vocab": vocab, "tied": 1.0, "sequence": sequence}
    totals = dict.fromkeys(("params", "active_params", "shared_params"), held)
    return Shape(**(zero | widths | own | totals | {"score_width": 2 * hidden, "ffn": 4 * hidden}))


def of(parts: Mapping[str, NDArray[np.float64]], names: tuple[str, ...] = STATES) -> float:
    return float(sum(parts[name] for name in names))


# layers, hidden, heads; micro-batch, t, p, v: korthikanti2022, tables 1 and 3, as calculon-ai/calculon states them in
# models/ and validation/seqsel/fig1 (1T) and validation/seqsel/fig1, fig7 (all others)
SIZES = {
    "22B": (48.0, 6144.0, 64.0, 4.0, 8.0, 1.0, 1.0),
    "175B": (96.0, 12288.0, 96.0, 1.0, 8.0, 8.0, 3.0),
    "530B": (105.0, 20480.0, 128.0, 1.0, 8.0, 35.0, 3.0),
    "1T": (128.0, 25600.0, 160.0, 1.0, 8.0, 64.0, 1.0),
}


def published(size: str, **changed: float) -> tuple[Shape, dict[str, NDArray[np.float64]]]:
    layers, hidden, heads, micro_batch, tp, pp, virtual = SIZES[size]
    cut = {"tp": tp, "pp": pp, "virtual_stages": virtual, "micro_batch": micro_batch, "zero": 0.0}
    return gpt(layers, hidden, heads), plan(**(cut | changed))


@pytest.mark.parametrize(
    ("size", "states", "none", "selective"),
    [
        ("22B", 45.5625, 59.25, 9.5625),
        ("175B", 45.5625, 66.84375, 12.3515625),
        ("530B", 31.640625, 114.0234375, 23.076171875),
        ("1T", 32.958984375, 131.25, 26.5625),
    ],
)
def test_korthikanti_figure_1_to_the_byte(size: str, states: float, none: float, selective: float) -> None:
    """GiB that calculon/llm/validation.py (seqsel_fig1) gives as those of figure 1 of korthikanti2022."""
    kept = memory(*published(size, sequence_parallel=0.0, scores_kept=1.0))
    assert of(kept) / GIB == pytest.approx(states, rel=1e-12)
    assert kept["activation_bytes"] / GIB == pytest.approx(none, rel=1e-12)
    assert memory(*published(size))["activation_bytes"] / GIB == pytest.approx(selective, rel=1e-12)


@pytest.mark.parametrize(
    ("size", "percent"),
    [
        ("22B", (66.84, 49.42, 16.18, 7.64)),
        ("175B", (62.04, 56.53, 18.49, 8.71)),
        ("530B", (58.31, 62.04, 20.27, 9.42)),
        ("1T", (58.31, 62.04, 20.27, 9.42)),
    ],
)
def test_korthikanti_figure_7(size: str, percent: tuple[float, ...]) -> None:
    """Percent of the layers' memory with nothing recomputed, from calculon/llm/validation.py (seqsel_fig7).

    Sequence parallelism, selective recomputation, both, full recomputation; read off a chart, so 0.15 points.
    """

    def kept(**changed: float) -> float:
        return float(layer_bytes(*published(size, **changed))[0])

    base = kept(sequence_parallel=0.0, scores_kept=1.0)
    ways = (
        kept(scores_kept=1.0),
        kept(sequence_parallel=0.0),
        kept(),
        kept(sequence_parallel=0.0, recompute=2.0),
    )
    assert [100 * way / base for way in ways] == pytest.approx(percent, abs=0.15)


def test_zero_worked_example() -> None:
    """rajbhandari2019, figure 1: 7.5 B parameters on 64 ranks, 16-bit gradients: 120, 31.4, 16.6 and 1.9 GB."""
    shape = replace(gpt(1.0, 1.0, 1.0), shared_params=7.5e9)
    parts = memory(shape, plan(zero=np.arange(4.0), dp=64.0, shard=64.0), gradient_bytes=2.0)
    total = sum(np.broadcast_to(parts[name], 4) for name in STATES)
    assert np.round(total / 1e9, 1) == pytest.approx([120.0, 31.4, 16.6, 1.9])


# FSDP of 32-bit weights over 8 H100 with losses that are not fused; two Adam moments
EAGER = {"weight_bytes": 4.0, "gradient_bytes": 4.0, "optimizer_bytes": 8.0, "logit_bytes": 14.0}
LLAMA_8B = find(Model, "llama3.1-8b")


@pytest.mark.parametrize(
    ("sequence", "dp", "cp", "gib"),
    [(32768.0, 8.0, 1.0, 83.9), (65536.0, 4.0, 2.0, 84.2), (131072.0, 2.0, 4.0, 84.0), (262144.0, 1.0, 8.0, 84.5)],
)
def test_measured_with_all_recomputed(sequence: float, dp: float, cp: float, gib: float) -> None:
    """Peak memory of Llama 3.1 8B: pytorch/torchtitan, benchmarks/llama3_h100_202412_torchtitan.md, table 2."""
    cut = plan(dp=dp, cp=cp, shard=8.0, zero=3.0, recompute=2.0)
    assert memory(shape_of(LLAMA_8B, sequence), cut, **EAGER)["memory_bytes"] / GIB == pytest.approx(gib, rel=0.03)


@pytest.mark.parametrize(("gib_8", "gib_128"), [(82.4, 67.0), (77.0, 62.0), (76.8, 61.8)])
def test_measured_saving_of_sixteen_times_the_ranks(gib_8: float, gib_128: float) -> None:
    """Tables 1 and 3 of the same: what a rank of 128 holds less than a rank of 8 are its shared states alone."""
    ranks = np.array([8.0, 128.0])
    parts = memory(shape_of(LLAMA_8B, 8192.0), plan(dp=ranks, shard=ranks, micro_batch=2.0, zero=3.0), **EAGER)
    saved = parts["memory_bytes"][0] - parts["memory_bytes"][1]
    assert saved / GIB == pytest.approx(gib_8 - gib_128, rel=0.1)


def test_a_small_dense_model_by_hand() -> None:
    """Two layers of h 8, gated width 16, 2 of 4 key heads, 10 words untied, p 2, t 2, 3 sequences of 6 tokens."""
    layer = 8 * 4 + 8 * 2 * 2 + 3 * 8 * 16
    shape = replace(gpt(2.0, 8.0, 4.0, sequence=6.0, vocab=10.0), kv_heads=2.0, key_width=4.0, value_width=4.0)
    shape = replace(shape, ffn=16.0, gated=1.0, tied=0.0, shared_params=2.0 * layer + 2 * 80)
    parts = memory(shape, plan(tp=2.0, pp=2.0, micro_batch=3.0, dp=4.0, shard=4.0), buffer_bytes=7.0)
    held = (layer + 80) / 2
    assert [float(parts[name]) for name in STATES] == [2 * held, 4 * held, 3 * held]
    token = (10 * 8 + 2 * (8 + 4 + 4 + 8) + 2 * 3 * 16) / 2
    logits = 18 * 6 * 10 / 2
    # two micro-batches in flight on the first stage outweigh one and the logits on the last
    assert 18 * token > logits
    assert (float(parts["activation_bytes"]), float(parts["logit_bytes"])) == (2 * 18 * token, 0.0)
    assert float(parts["buffer_bytes"]) == 7.0
    wordy = memory(replace(shape, vocab=100.0), plan(tp=2.0, pp=2.0, micro_batch=3.0))
    assert (float(wordy["activation_bytes"]), float(wordy["logit_bytes"])) == (18 * token, 10 * logits)


def test_a_small_latent_mixture_by_hand() -> None:
    """Four layers, three of them with 8 experts of width 5 (2 a token) and one shared; e 4 of t c d = 16 ranks."""
    shape = replace(gpt(4.0, 8.0, 2.0, sequence=10.0), latent=1.0, query_width=12.0, key_width=12.0, value_width=6.0)
    shape = replace(shape, score_width=18.0, q_rank=3.0, kv_rank=2.0, rope_width=1.0, gated=1.0, ffn=20.0)
    shape = replace(shape, moe_layers=3.0, experts=8.0, top_k=2.0, expert_ffn=5.0, shared_ffn=5.0)
    shape = replace(shape, shared_params=1600.0, expert_params=2880.0)
    cut = plan(tp=2.0, cp=2.0, dp=4.0, ep=4.0, shard=8.0, zero=2.0)
    parts = memory(shape, cut)
    dense, experts = 800.0, 720.0
    assert of(parts) == 2 * (dense + experts) + 16 * (dense / 8 + experts / 4)
    width = 20 / 4 + 15 * 3 / 4
    projected = 12 + 12 + 6 + 6 + (3 + 2 + 1)
    token = (10 * 8 + 2 * projected + 6 * width + 2 * 2 * 8 * 3 / 4) / 2
    assert float(parts["activation_bytes"]) == pytest.approx(5 * 4 * token)
    lean = (4 * 8 + 2 * (3 + 2 + 1 + 6) + 4 * width + 2 * 2 * 8 * 3 / 4) / 2
    assert float(memory(shape, cut | only(recompute=1.0))["activation_bytes"]) == pytest.approx(5 * 4 * lean)
    half = 5 * 4 * (lean + 2 * 8 / 2) / 2 + 5 * token
    assert float(memory(shape, cut | only(recompute=1.5))["activation_bytes"]) == pytest.approx(half)
    # gradients of the largest unit, a layer with its experts: 1600 / 4 / t and 2880 / 3 / e
    assert float(parts["buffer_bytes"]) == 4 * (200 + 240)
    assert float(memory(shape, cut | only(zero=3.0))["buffer_bytes"]) == (2 * 2 + 4) * (200 + 240)
    # where one rank alone holds an expert, its weights are whole already
    alone = memory(shape, cut | only(zero=3.0, ep=16.0))
    assert float(alone["buffer_bytes"]) == (2 * 2 + 4) * 200
    assert of(alone) == 18 * (dense / 8 + 180)


def test_queries_that_are_not_compressed_are_kept_whole() -> None:
    lean = plan(recompute=1.0)
    without = replace(LATENT, q_rank=0.0)
    more = layer_bytes(without, lean)[0] - layer_bytes(LATENT, lean)[0]
    assert more == pytest.approx(2 * (LATENT.query_width - LATENT.q_rank))


@pytest.mark.parametrize(("tied", "copies"), [(0.0, (2, 1)), (1.0, (1, 1))])
def test_token_tables(tied: float, copies: tuple[int, int]) -> None:
    shape = replace(DENSE, tied=tied)
    table = float(shape.vocab * shape.hidden)
    layers = float(shape.shared_params) - (2 - tied) * table
    dense, experts = parameters(shape, plan(pp=np.array([1.0, 4.0])))
    assert dense == pytest.approx(layers / np.array([1, 4]) + table * np.array(copies))
    assert not experts.any()


def test_a_last_stage_with_many_words_is_the_fullest() -> None:
    """Stages of 20 layers: four micro-batches in flight on the first, one and the logits on the last."""
    words = np.array([1e3, 1e7])
    parts = memory(replace(DENSE, vocab=words), plan(pp=4.0))
    token = float(layer_bytes(DENSE, plan())[0])
    first, last = 8192 * token * 20 * 4, 8192 * (token * 20 + 6 * words)
    held = parts["activation_bytes"] + parts["logit_bytes"]
    assert held == pytest.approx(np.maximum(first, last))
    assert parts["logit_bytes"] == pytest.approx([0, 6e7 * 8192])


@given(stages=st.integers(1, 12), virtual=st.integers(1, 6), rounds=st.integers(1, 4))
def test_micro_batches_in_flight_are_those_of_the_schedule(stages: int, virtual: int, rounds: int) -> None:
    """Walk the order of forward and backward passes of chunks on the first and the last rank (narayanan2021)."""
    batches = rounds * stages
    chunks = batches * virtual

    def most(rank: int) -> int:
        behind = stages - rank - 1
        warm_up = min(behind if virtual == 1 else 2 * behind + (virtual - 1) * stages, chunks)
        order = [1] * warm_up + [1, -1] * (chunks - warm_up) + [-1] * warm_up
        return int(np.max(np.cumsum(order)))

    first, last = in_flight(plan(pp=float(stages), virtual_stages=float(virtual), micro_batches=float(batches)))
    assert float(first) * virtual == pytest.approx(most(0) if stages > 1 else virtual)
    assert float(last) * virtual == pytest.approx(most(stages - 1) if stages > 1 else virtual)


def test_no_stage_holds_more_micro_batches_than_there_are() -> None:
    few = plan(pp=8.0, virtual_stages=4.0, micro_batches=np.array([1.0, 4.0, 100.0]))
    first, last = in_flight(few)
    assert first.tolist() == [1, 4, 8 + 7 / 4]
    assert last.tolist() == [1, 4, 8 - 7 / 4]


def test_layers_of_an_uneven_stage() -> None:
    shape = replace(DENSE, layers=126.0)
    cut = plan(pp=np.array([16.0, 16.0, 1.0, 9.0, 4.0]), virtual_stages=np.array([1.0, 4.0, 4.0, 1.0, 7.0]))
    assert stage_layers(shape, cut).tolist() == [8, 8, 126, 14, 35]


def test_shared_states() -> None:
    """Hybrid sharding over 16 of 64 copies shares an expert over a quarter of its copies too, one at least."""
    dense, experts = shards(plan(tp=2.0, dp=64.0, shard=np.array([64.0, 16.0, 1.0]), ep=8.0))
    assert dense.tolist() == [64, 16, 1]
    assert experts.tolist() == [16, 4, 1]


def test_what_is_made_whole_for_a_moment() -> None:
    """Layers of 96 parameters, a table of 8 words of 4 or of 80, t 2: a layer and the next, or the table, at once."""
    layer, words = 96.0, np.array([8.0, 80.0])
    shape = replace(gpt(8.0, 4.0, 1.0), vocab=words, shared_params=8 * layer + 4 * words)
    largest = np.array([layer, 320.0]) / 2
    for zero, moment in ((1.0, 0 * largest), (2.0, 4 * largest), (3.0, 2 * (layer / 2 + largest) + 4 * largest)):
        parts = memory(shape, plan(tp=2.0, dp=4.0, shard=4.0, zero=zero))
        assert np.broadcast_to(parts["buffer_bytes"], 2) == pytest.approx(moment)
    adapters = memory(shape, plan(tp=2.0, dp=4.0, shard=4.0, zero=2.0), trained_fraction=0.5)
    assert adapters["buffer_bytes"] == pytest.approx(2 * largest)
    assert not memory(shape, plan(tp=2.0, dp=4.0, shard=1.0, zero=3.0))["buffer_bytes"].any()


def test_adapters_have_few_gradients_and_states() -> None:
    whole, small = memory(DENSE, plan()), memory(DENSE, plan(), trained_fraction=0.01)
    assert small["weight_bytes"] == whole["weight_bytes"]
    assert small["gradient_bytes"] == pytest.approx(0.01 * whole["gradient_bytes"])
    assert small["optimizer_bytes"] == pytest.approx(0.01 * whole["optimizer_bytes"])
    assert small["activation_bytes"] == whole["activation_bytes"]


@given(shape=st.sampled_from(SHAPES), one=PLANS)
def test_parts_are_finite_and_add_up(shape: Shape, one: Mapping[str, float]) -> None:
    parts = memory(shape, plan(**one), buffer_bytes=1e9)
    assert set(parts) == {*PARTS, "memory_bytes"}
    assert all(0 <= part < inf for part in parts.values())
    assert float(parts["memory_bytes"]) == pytest.approx(of(parts, PARTS), rel=1e-12)


@given(shape=st.sampled_from(SHAPES), one=PLANS, more=st.sampled_from([1.5, 2.0, 16.0]))
def test_activations_grow_with_the_micro_batch_and_states_do_not(
    shape: Shape, one: Mapping[str, float], more: float
) -> None:
    small = memory(shape, plan(**one))
    large = memory(shape, plan(**{**one, "micro_batch": more * one["micro_batch"]}))
    for name in ("activation_bytes", "logit_bytes"):
        assert large[name] == pytest.approx(more * small[name])
    assert of(large) == of(small)
    assert large["memory_bytes"] > small["memory_bytes"]


@given(shape=st.sampled_from(SHAPES), one=PLANS)
def test_each_stage_of_sharding_saves(shape: Shape, one: Mapping[str, float]) -> None:
    """Over all layers on one rank, the parts made whole for a moment never outweigh what is shared."""
    parts = memory(shape, plan(**{**one, "pp": 1.0, "zero": 0.0}) | {"zero": np.arange(4.0)})
    for name in STATES:
        assert np.all(np.diff(np.broadcast_to(parts[name], 4)) <= 0)
    if one["shard"] >= 2:
        assert np.all(np.diff(parts["memory_bytes"]) < 0)


@given(shape=st.sampled_from(SHAPES), one=PLANS)
def test_recomputing_more_never_keeps_more(shape: Shape, one: Mapping[str, float]) -> None:
    levels = np.array([0.0, 1.0, 1.25, 1.5, 2.0])
    kept, whole = layer_bytes(shape, plan(**{**one, "recompute": 0.0}) | {"recompute": levels})
    assert np.all(np.diff(kept) < 0)
    assert kept[0] == pytest.approx(float(whole))


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_tensor_parallelism_halves_all_but_the_experts(shape: Shape) -> None:
    tp = np.array([1.0, 2.0])
    parts = memory(replace(shape, expert_params=0.0), plan(tp=tp))
    for name in PARTS[:-1]:
        assert parts[name][1] == pytest.approx(parts[name][0] / 2)
    for level, undivided in ((0.0, 10), (1.0, 4), (2.0, 2)):
        split = layer_bytes(shape, plan(tp=tp, sequence_parallel=0.0, recompute=level))[0] - undivided * shape.hidden
        assert split[1] == pytest.approx(split[0] / 2)


def test_twice_the_pipeline_halves_the_layers_and_keeps_the_first_stage_as_full() -> None:
    wordless = replace(DENSE, vocab=0.0)
    parts = memory(wordless, plan(pp=np.array([2.0, 4.0, 8.0])))
    assert parts["weight_bytes"][1:] == pytest.approx(parts["weight_bytes"][:-1] / 2)
    assert parts["activation_bytes"] == pytest.approx(np.full(3, parts["activation_bytes"][0]))


@pytest.mark.parametrize(("part", "more"), [("cp", 2.0), ("dp", 4.0)])
def test_ranks_that_share_the_sequence_or_the_batch(part: str, more: float) -> None:
    parts = memory(DENSE, plan(**{part: np.array([1.0, more]), "shard": np.array([1.0, more])}))
    assert parts["optimizer_bytes"][1] == pytest.approx(parts["optimizer_bytes"][0] / more)
    share = more if part == "cp" else 1.0
    activations = np.broadcast_to(parts["activation_bytes"], 2)
    assert activations[1] == pytest.approx(activations[0] / share)


def test_an_open_grid_gives_what_each_configuration_gives() -> None:
    axes = {
        "tp": [1.0, 8.0],
        "pp": [1.0, 4.0],
        "virtual_stages": [1.0, 5.0],
        "ep": [1.0, 8.0],
        "micro_batch": [1.0, 2.0],
        "recompute": [0.0, 1.0, 1.5, 2.0],
        "zero": [1.0, 3.0],
        "scores_kept": [0.0, 1.0],
    }
    grid = dict(zip(axes, np.meshgrid(*axes.values(), indexing="ij", sparse=True), strict=True))
    shapes = stacked(SHAPES)
    rest = {"dp": np.asarray(16.0), "shard": np.asarray(8.0), "cp": np.asarray(2.0)}
    along = {name: column[..., None] for name, column in grid.items()}
    parts = memory(shapes, plan() | along | rest)
    full = {name: column.ravel() for name, column in zip(axes, np.meshgrid(*axes.values(), indexing="ij"), strict=True)}
    for index, shape in enumerate(SHAPES):
        alone = memory(shape, plan() | full | rest)
        for name, part in parts.items():
            across = np.broadcast_to(part, parts["memory_bytes"].shape)[..., index]
            assert across.ravel() == pytest.approx(np.broadcast_to(alone[name], across.size), rel=1e-12)
    row = {name: column[-1] for name, column in full.items()}
    assert memory(SHAPES[-1], plan() | row | rest)["memory_bytes"] == parts["memory_bytes"].ravel()[-1]


@given(one=PLANS)
def test_many_models_at_once_give_what_each_gives(one: Mapping[str, float]) -> None:
    together = memory(stacked(SHAPES), plan(**one))
    for index, shape in enumerate(SHAPES):
        for name, part in memory(shape, plan(**one)).items():
            assert np.broadcast_to(together[name], len(SHAPES))[index] == pytest.approx(float(part), rel=1e-12)
