"""The plan of what is measured on an accelerator, the table it is written to, and what is said where there is none."""

import csv
import sys
import time
from collections import Counter
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from denshi.catalog import Accelerator, Model, find

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def planner(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(TOOLS))
    import operator_plan

    return operator_plan


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(TOOLS))
    import measure_operators

    return measure_operators


@pytest.fixture
def board(tool: ModuleType) -> Any:
    facts = {"accelerator": "h200-sxm-141gb", "device_name": "NVIDIA H200", "driver": "1", "torch": "2"}
    return tool.Board({**facts, "date": "2026-11-01"}, lambda: (650.0, 1755.0), slow=False)


def clock_of_the_host() -> SimpleNamespace:
    """Stand in for PyTorch where only its events are needed."""

    class Event:
        def __init__(self, enable_timing: bool) -> None:
            self.s = 0.0

        def record(self) -> None:
            self.s = time.perf_counter()

        def elapsed_time(self, other: "Event") -> float:
            return (other.s - self.s) * 1000

    cuda = SimpleNamespace(
        Event=Event,
        synchronize=lambda: None,
        empty_cache=lambda: None,
        get_device_properties=lambda _: SimpleNamespace(L2_cache_size=1),
    )
    buffer = SimpleNamespace(zero_=lambda: None)
    return SimpleNamespace(cuda=cuda, uint8=None, manual_seed=lambda _: None, empty=lambda *_, **__: buffer)


# By hand from the layer shapes: outputs and inputs of one rank
WEIGHTS = {
    "llama3.1-70b": {
        1: {(10240, 8192), (8192, 8192), (57344, 8192), (8192, 28672), (128256, 8192)},
        8: {(1280, 8192), (8192, 1024), (7168, 8192), (8192, 3584), (16064, 8192)},
    },
    "qwen3-30b-a3b": {8: {(768, 2048), (2048, 512), (192, 2048), (2048, 96), (19008, 2048)}},
    "deepseek-v3": {1: {(2112, 7168), (24576, 1536), (32768, 512), (7168, 16384), (36864, 7168), (4096, 7168)}},
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_are_those_of_the_model_cut_by_tensor_parallelism(
    planner: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for tp, known in WEIGHTS[name].items():
        monkeypatch.setattr(planner, "TENSOR", (tp,))
        assert known <= set(planner.weights(find(Model, name)))


def test_a_split_that_leaves_a_part_of_a_head_is_not_measured(planner: ModuleType) -> None:
    scout = find(Model, "llama4-scout")
    assert scout.heads == 40
    assert (5, 1, 128) in planner.head_groups([scout])
    assert all(heads * tp == 40 for (heads, *_), tp in zip(planner.head_groups([scout]), (8, 4, 2, 1), strict=True))


def test_every_shape_stands_once(planner: ModuleType) -> None:
    shapes = [shape for groups in planner.candidates().values() for group in groups for shape in group]
    assert max(Counter(shapes).values()) == 1
    assert {shape.m for shape in shapes if shape.operator == "gemm"} == set(planner.TOKENS)


def test_eight_bit_products_have_the_blocks_of_the_matrix_units(planner: ModuleType) -> None:
    products = [group for group in planner.candidates()["gemm"] if len(group) == 3]
    assert products
    assert all(shape.n % 16 == shape.k % 16 == 0 for group in products for shape in group)
    half, *eighths = next(group for group in products if group[0].m == 1)
    assert {shape.dtype for shape in eighths} == {"fp8"}
    assert all(shape.bytes < half.bytes and shape.flop == half.flop for shape in eighths)


@pytest.mark.parametrize("minutes", [1.0, 8.0])
def test_the_plan_fits_its_minutes_and_covers_every_family(planner: ModuleType, minutes: float) -> None:
    shapes = planner.plan(minutes, seed=0)
    assert 0.7 * 60 * minutes < sum(map(planner.cost_s, shapes)) <= 60 * minutes * planner.USED_FRACTION
    wanted = {"gemm", "gemm_row_scaled", "prefill_attention", "decode_attention", "copy", "add", "launch", "idle"}
    assert wanted <= {shape.operator for shape in shapes}


def test_the_plan_is_the_same_every_time_and_moves_with_the_seed(planner: ModuleType) -> None:
    plan = planner.plan(1.0, seed=3)
    assert planner.plan(1.0, seed=3) == plan
    assert planner.plan(1.0, seed=4) != plan


def test_the_first_tenth_of_the_plan_spans_the_whole_range(planner: ModuleType) -> None:
    shapes = planner.plan(8.0, seed=0)
    early = [shape for shape in shapes[: len(shapes) // 10] if shape.operator == "gemm"]
    every = [shape for shape in shapes if shape.operator == "gemm"]
    for key in ("m", "n", "k"):
        ends = [f(getattr(shape, key) for shape in every) for f in (min, max)]
        assert [f(getattr(shape, key) for shape in early) for f in (min, max)] == ends


def test_thinning_takes_the_most_different_that_fit(planner: ModuleType) -> None:
    groups = [(planner.product("gemm", "bf16", m, 64, 64),) for m in (1, 2, 4, 1024)]
    (cost_s,) = {planner.cost_s(group[0]) for group in groups}
    kept = planner.thinned(groups, 2.5 * cost_s, seed=0)
    assert {group[0].m for group in kept} in ({1, 1024}, {2, 1024}, {4, 1024})
    assert planner.thinned(groups, 0.5 * cost_s, seed=0) == []


def test_farthest_first_takes_each_row_once(planner: ModuleType) -> None:
    points = np.random.default_rng(0).normal(size=(50, 3))
    assert sorted(planner.farthest_first(points, seed=1)) == list(range(50))


def test_dry_run_prints_shapes_and_counts_without_pytorch(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr("sys.argv", ["measure_operators.py", "--dry-run", "--minutes", "0.5"])
    tool.main()
    lines = capsys.readouterr().out.splitlines()
    total = next(line for line in lines if line.startswith("all "))
    shapes = [line for line in lines if ",dtype=" in line]
    assert int(total.split()[2]) == len(shapes) > 50
    assert any(line.startswith("decode_attention,dtype=bf16,m=1,batch=") for line in shapes)


def test_what_is_missing_is_said(tool: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.argv", ["measure_operators.py", "--out", str(tmp_path / "found.csv")])
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(SystemExit, match=r"needs PyTorch with CUDA.*--dry-run"):
        tool.main()
    blind = SimpleNamespace(__version__="2.11", cuda=SimpleNamespace(is_available=lambda: False))
    monkeypatch.setitem(sys.modules, "torch", blind)
    with pytest.raises(SystemExit, match=r"PyTorch 2\.11 sees no CUDA device.*--dry-run"):
        tool.main()
    assert not list(tmp_path.iterdir())


def test_a_measurement_needs_a_file(tool: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        tool.arguments([])
    assert "--out FILE" in capsys.readouterr().err


def test_devices_are_rows_of_the_catalogue(tool: ModuleType) -> None:
    assert all(find(Accelerator, id_).id == id_ for id_ in tool.DEVICES.values())
    assert tool.accelerator_id("NVIDIA H200", None) == "h200-sxm-141gb"
    assert tool.accelerator_id("NVIDIA Something", "H100") == "h100-sxm-80gb"
    with pytest.raises(SystemExit, match=r'"NVIDIA Something": name its row with --accelerator'):
        tool.accelerator_id("NVIDIA Something", None)
    with pytest.raises(SystemExit, match="no accelerator is called"):
        tool.accelerator_id("NVIDIA H200", "h2000x")


def test_a_row_has_every_column_and_no_false_zero(tool: ModuleType, planner: ModuleType, board: Any) -> None:
    times = tool.summary([1e-5, 2e-5, 3e-5])
    row = tool.row(board, planner.decode(4, 1024, 8, 1, 128), "some library", times)
    assert tuple(row) == tool.COLUMNS
    assert (row["m"], row["n"], row["k"], row["kv_heads"], row["context"]) == ("1", "", "", "1", "1024")
    assert (row["repeats"], row["median_s"], row["p10_s"], row["p90_s"]) == ("3", "2e-05", "1.2e-05", "2.8e-05")
    assert row["power_w"] == row["sm_clock_mhz"] == ""


def test_the_table_is_written_whole_or_not_at_all(
    tool: ModuleType, planner: ModuleType, board: Any, tmp_path: Path
) -> None:
    file = tmp_path / "new" / "found.csv"
    shape = planner.product("gemm", "bf16", 16, 64, 32)
    row = tool.row(board, shape, "torch, linear", tool.summary([1e-5, 1e-5], power_w=700.25))
    tool.write([row], file)
    with file.open(encoding="utf-8", newline="") as handle:
        assert list(csv.DictReader(handle)) == [row]
    before = file.read_bytes()
    with pytest.raises(ValueError, match="unknown"):
        tool.write([row, {**row, "unknown": "1"}], file)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_only_right_answers_are_timed(
    tool: ModuleType,
    planner: ModuleType,
    board: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A library that answers wrongly, an operator that fails and shapes past the end of the time leave a word each."""
    from operator_calls import Call

    def calls(_torch: Any, shape: Any, _device: str) -> Any:
        if shape.operator == "add":
            raise RuntimeError("no such kernel\nand its stack")
        yield Call("right", lambda: 1, lambda _: 0.001)
        yield Call("wrong", lambda: 1, lambda _: float("nan"))

    monkeypatch.setattr(tool, "calls", calls)
    torch = clock_of_the_host()
    shapes = [planner.Shape("add", m=8), planner.product("gemm", "bf16", 1, 16, 16)]
    rows = list(tool.measured(torch, board, shapes, time.monotonic() + 60))
    assert [(row["operator"], row["library"], row["sm_clock_mhz"]) for row in rows] == [("gemm", "right", "1755")]
    assert 0 <= float(rows[0]["p10_s"]) <= float(rows[0]["median_s"]) <= float(rows[0]["p90_s"]) < 1
    assert not list(tool.measured(torch, board, shapes, time.monotonic() - 1))
    said = capsys.readouterr().err
    assert "1 not measured: add: no such kernel\n" in said
    assert "1 not measured: gemm by wrong: its answer is wrong\n" in said
    assert "2 not measured: the time was up\n" in said
