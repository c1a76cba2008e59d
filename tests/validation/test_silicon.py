"""Measured operators: tables of a few rows by hand, times between them, what they do not cover, no package at all."""

import importlib.util
import subprocess
import sys
from dataclasses import replace
from itertools import product as crossings
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from denshi.catalog import Accelerator, Engine, Model, find
from denshi.errors import UsageError
from denshi.validation.silicon import answer, is_installed, measured_step, tables_for
from denshi.validation.silicon.products import products_of
from denshi.validation.silicon.tables import FOLDERS, Tables, attention, product, reduction
from denshi.workload.serving.asked import Task
from denshi.workload.serving.engine import rates_of
from denshi.workload.serving.machine import machine_of
from denshi.workload.serving.operators import Split
from denshi.workload.serving.shape import shape_of
from denshi.workload.serving.step import PARTS
from denshi.workload.serving.task import evaluate

CHIP, ENGINE, MODEL = "h100-sxm-80gb", "vllm", "llama3.1-8b"
Rows = list[dict[str, object]]


def write(root: Path, family: str, name: str, version: str, rows: Rows) -> None:
    folder = root / FOLDERS[CHIP] / family / ENGINE / version
    folder.mkdir(parents=True)
    parquet.write_table(pa.Table.from_pylist(rows), folder / f"{name}_perf.parquet")


def gemm(m: int, n: int, k: int, ms: float, **other: object) -> dict[str, object]:
    row = {"kernel_source": "quick", "gemm_dtype": "bfloat16", "m": m, "n": n, "k": k, "latency": ms}
    return row | other


def gqa(batch: int, step: int, ms: float) -> dict[str, object]:
    return {
        "kernel_source": "quick",
        "kv_cache_dtype": "bfloat16",
        "num_heads": 32,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "window_size": 0,
        "isl": 1,
        "batch_size": batch,
        "step": step,
        "latency": ms,
    }


def reduced(ranks: int, size: int, ms: float, backend: str = "vllm_graph") -> dict[str, object]:
    return {
        "kernel_source": backend,
        "backend": backend,
        "allreduce_dtype": "bfloat16",
        "num_gpus": ranks,
        "message_size": size,
        "latency": ms,
    }


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """Products in n k femtoseconds whatever m, attention in sequences x tokens nanoseconds."""
    shapes = crossings((1, 16), (1024, 4096, 65536), (1024, 4096, 32768))
    write(tmp_path, "gemm", "gemm", "0.24.0", [gemm(m, n, k, n * k * 1e-12) for m, n, k in shapes])
    rows = [gqa(batch, step, batch * (step + 1) * 1e-6) for batch, step in crossings((1, 16), (0, 4095))]
    write(tmp_path, "attention", "generation_attention", "0.24.0", rows)
    write(tmp_path, "comm", "custom_allreduce", "0.24.0", [reduced(2, 1024, 4e-3), reduced(2, 2**24, 1.0)])
    return tables_for(CHIP, ENGINE, tmp_path)


def asked(model: str = MODEL, drafts: float = 0.0) -> Task:
    row = find(Model, model)
    return Task(
        shape=shape_of(row),
        machine=machine_of(find(Accelerator, CHIP), row, "bf16", outside_bytes_per_s=5e10, domain=8.0),
        rates=rates_of(find(Engine, ENGINE)),
        input_tokens=512.0,
        output_tokens=512.0,
        drafts=drafts,
    )


def columns(tp: float = 1.0, concurrency: float = 4.0) -> dict[str, np.ndarray]:
    one = {"tp": tp, "groups": 1.0, "pp": 1.0, "ep": 1.0, "concurrency": concurrency}
    return {name: np.array(value) for name, value in one.items()}


def test_a_time_is_found_on_a_point_and_between_points_in_logarithms(tmp_path: Path) -> None:
    times = {(1, 1024): 4.0, (4, 1024): 16.0, (1, 4096): 8.0, (4, 4096): 128.0}
    write(tmp_path, "gemm", "gemm", "0.24.0", [gemm(m, n, 512, us * 1e-3) for (m, n), us in times.items()])
    found = tables_for(CHIP, ENGINE, tmp_path)
    at = product(found, "bfloat16", 4, 1024, 512)
    assert at.seconds == pytest.approx(16e-6)
    assert at.source == "measured (gemm, vllm 0.24.0)"
    assert product(found, "bfloat16", 2, 1024, 512).seconds == pytest.approx(8e-6)  # the root of 4 x 16
    assert product(found, "bfloat16", 2, 2048, 512).seconds == pytest.approx(16e-6)  # the mean of four logarithms


def test_outside_of_the_range_there_is_no_time_and_a_reason(tables: Tables) -> None:
    for m, n, k in ((32, 4096, 4096), (1, 512, 4096), (1, 4096, 65536)):
        found = product(tables, "bfloat16", m, n, k)
        assert not found.is_measured
        assert found.source.startswith(f"fitted: m x n x k of {m} x {n} x {k} is outside of the table")
    assert product(tables, "fp8", 1, 4096, 4096).source == (
        "fitted: no kernel times of gemm of vllm with gemm_dtype fp8"
    )
    assert reduction(tables, 4.0, 4096.0).source.endswith("with allreduce_dtype bfloat16, num_gpus 4")


def test_a_hole_beside_the_point_is_not_bridged(tmp_path: Path) -> None:
    write(tmp_path, "gemm", "gemm", "0.24.0", [gemm(1, 1024, 512, 1e-3)])
    rows = [gqa(1, 1023, 8e-3), gqa(1, 4095, 9e-3), gqa(16, 1023, 1e-2)]
    write(tmp_path, "attention", "generation_attention", "0.24.0", rows)
    found = tables_for(CHIP, ENGINE, tmp_path)

    def time(batch: float, tokens: float) -> float:
        return attention(
            found, "bfloat16", heads=32.0, kv_heads=8.0, width=128.0, window=0.0, at=(batch, tokens)
        ).seconds

    assert time(16, 1024) == pytest.approx(1e-5)
    assert time(1, 2048) == pytest.approx(np.sqrt(8e-6 * 9e-6))
    assert np.isnan(time(4, 2048))


def test_the_newest_table_that_has_the_format_counts(tmp_path: Path) -> None:
    write(tmp_path, "gemm", "gemm", "0.9.1", [gemm(1, 1024, 512, 3e-3), gemm(1, 1024, 512, 5e-3, gemm_dtype="fp8")])
    write(tmp_path, "gemm", "gemm", "0.24.0rc3", [gemm(1, 1024, 512, 2e-3)])
    write(tmp_path, "gemm", "gemm", "0.24.0", [gemm(1, 1024, 512, 1e-3)])
    found = tables_for(CHIP, ENGINE, tmp_path)
    assert product(found, "bfloat16", 1, 1024, 512).seconds == pytest.approx(1e-6)
    assert product(found, "fp8", 1, 1024, 512).source == "measured (gemm, vllm 0.9.1)"


def test_repeats_that_time_the_host_are_left_out_and_the_fastest_kernel_counts(tmp_path: Path) -> None:
    rows = [
        gemm(1, 1024, 512, 9e-3),
        gemm(1, 1024, 512, 4e-3, kernel_source="other"),
        gemm(1, 4096, 512, 7e-2),
        gemm(1, 1024, 512, 8e-2, kernel_source="slow", gemm_dtype="fp8_block"),
    ]
    write(tmp_path, "gemm", "gemm", "0.24.0", rows)
    sizes = [reduced(2, 1024, 4e-3), reduced(2, 1024, 1e-3, backend="vllm_eager")]
    write(tmp_path, "comm", "custom_allreduce", "0.24.0", sizes)
    found = tables_for(CHIP, ENGINE, tmp_path)
    assert product(found, "bfloat16", 1, 1024, 512).seconds == pytest.approx(4e-6)
    assert product(found, "bfloat16", 1, 4096, 512).seconds == pytest.approx(7e-5)
    assert not product(found, "fp8_block", 1, 1024, 512).is_measured
    assert reduction(found, 2.0, 1024.0).seconds == pytest.approx(4e-6)


def test_a_step_has_the_tables_times_at_the_ranks_shapes(tables: Tables) -> None:
    task, model = asked(), find(Model, MODEL)
    fitted = evaluate(task, columns())
    found = measured_step(task, columns(), tables, model, "bf16")
    layer = {
        "queries, keys and values": 6144 * 4096,
        "attention out": 4096 * 4096,
        "gate and up": 28672 * 4096,
        "down": 4096 * 14336,
    }
    for name, values in layer.items():
        assert found.measured[name] == pytest.approx(32 * values * 1e-15), name
        assert found.sources[name] == "measured (gemm, vllm 0.24.0)"
    assert found.measured["attention over the cache"] == pytest.approx(32 * 4 * 768 * 1e-9)
    assert found.parts["cache_s"] == pytest.approx(32 * 4 * 768 * 1e-9)
    assert found.sources["output head"].startswith("fitted: m x n x k of 4 x 128256 x 4096 is outside")
    assert found.sources["host"] == "fitted"
    assert found.parts["host_s"] == pytest.approx(float(fitted["host_s"]))
    assert found.parts["step_s"] == pytest.approx(sum(found.parts[name] for name in PARTS))
    assert found.parts["tpot_s"] == pytest.approx(found.parts["step_s"] + float(fitted["mixed_s"]))


def test_what_is_replaced_and_what_stays_add_up_to_the_fitted_step(tables: Tables) -> None:
    task, model = asked(), find(Model, MODEL)
    found = measured_step(task, columns(tp=2.0), tables, model, "bf16")
    rest = found.parts["step_s"] - sum(found.measured.values())
    assert set(found.measured) >= {"all-reduces", "output head"}
    assert rest + sum(found.replaced.values()) == pytest.approx(float(evaluate(task, columns(tp=2.0))["step_s"]))


def test_without_any_row_the_step_is_the_fitted_one(tmp_path: Path) -> None:
    write(tmp_path, "gemm", "gemm", "0.24.0", [gemm(1, 32, 32, 1e-3)])
    found = measured_step(asked(), columns(), tables_for(CHIP, ENGINE, tmp_path), find(Model, MODEL), "bf16")
    fitted = evaluate(asked(), columns())
    assert not found.measured
    assert all(source.startswith("fitted") for source in found.sources.values())
    for name in (*PARTS, "step_s", "tpot_s"):
        assert found.parts[name] == pytest.approx(float(fitted[name])), name


def test_drafted_tokens_widen_products_and_leave_attention_fitted(tables: Tables) -> None:
    found = measured_step(asked(drafts=3.0), columns(), tables, find(Model, MODEL), "bf16")
    assert found.sources["attention over the cache"] == "fitted: the tables have one new token a sequence"
    assert found.measured["down"] == pytest.approx(1.12 * 32 * 4096 * 14336 * 1e-15)
    wide = measured_step(asked(drafts=3.0), columns(concurrency=8.0), tables, find(Model, MODEL), "bf16")
    assert wide.sources["down"].startswith("fitted: m x n x k of 32 x")


@pytest.mark.parametrize("name", ["llama3.1-70b", "qwen3-32b", "deepseek-v3", "gpt-oss-120b"])
def test_products_hold_the_weights_of_the_fitted_model(name: str) -> None:
    model = find(Model, name)
    shape = shape_of(model)
    listed = products_of(model, Split(tp=4.0, groups=2.0, pp=1.0, ep=1.0), 16.0, "bfloat16")
    for field in ("attention_params", "dense_params", "head_params"):
        held = sum(one.params for one in listed if one.field == field)
        held += model.extra_params * (field == "attention_params")  # biases and norms, which no product has
        assert held == pytest.approx(float(getattr(shape, field)), rel=2e-3), field
    assert sum(one.launches for one in listed) < float(shape.launches)
    assert sum(one.depth for one in listed) <= float(shape.depth)
    assert sum(one.cut_depth for one in listed) <= float(shape.cut_depth)


def test_every_model_of_the_catalogue_gets_a_step_or_stays_fitted(tables: Tables) -> None:
    for name in ("deepseek-v3", "gpt-oss-120b", "qwen3.5-397b-a17b", "glm-5"):
        found = measured_step(asked(name), columns(tp=8.0), tables, find(Model, name), "bf16")
        assert np.isfinite(found.parts["step_s"]), name
        assert found.parts["launch_s"] > 0, name


def test_fewer_sequences_than_stages_are_looked_up_as_one(tables: Tables) -> None:
    spread = {**columns(concurrency=2.0), "pp": np.array(4.0)}
    found = measured_step(asked(), spread, tables, find(Model, MODEL), "bf16")
    assert found.measured["attention over the cache"] == pytest.approx(32 * 768 * 1e-9)


def test_the_package_is_asked_for_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not is_installed()
    with pytest.raises(UsageError, match=r"not installed.*pip install 'denshi\[silicon\]'") as raised:
        answer(asked(), columns(), CHIP, ENGINE, "bf16", find(Model, MODEL))
    assert "\n" not in str(raised.value)


def test_machines_and_engines_without_tables_are_named(tables: Tables) -> None:
    root = tables.folder.parent
    with pytest.raises(UsageError, match='accelerator "tpu-v5p"'):
        tables_for("tpu-v5p", ENGINE, root)
    with pytest.raises(UsageError, match=r'engine "vlm" on h100.*Did you mean "vllm"'):
        tables_for(CHIP, "vlm", root)
    with pytest.raises(UsageError, match="Predict with fitted operators"):
        tables_for("gb300", ENGINE, root)


def test_accelerators_with_tables_are_of_the_catalogue() -> None:
    for name in FOLDERS:
        assert find(Accelerator, name).id == name


def test_importing_needs_neither_the_tables_nor_their_reader() -> None:
    code = (
        "import sys, denshi.validation.silicon; sys.exit(bool({'pyarrow', 'aiconfigurator_core'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_narrow_mixtures_look_up_the_formats_of_their_parts(tables: Tables) -> None:
    model = find(Model, "deepseek-v3")
    task = asked("deepseek-v3")
    narrow = replace(task, machine=replace(task.machine, cache_bytes=1.0))
    eight = measured_step(narrow, columns(tp=8.0), tables, model, "fp8")
    assert eight.sources["attention out"].endswith("with gemm_dtype fp8_block")
    four = measured_step(narrow, columns(tp=8.0), tables, model, "fp4")
    assert four.sources["attention out"].startswith("measured")
    assert eight.sources["routed experts"] == "fitted"
