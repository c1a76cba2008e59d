"""MLPerf submissions: the fastest configuration that memory holds, limits that bind, the end of a run, power."""

from dataclasses import replace

import numpy as np
import pytest

from denshi.catalog import Benchmark, Model, find, rows
from denshi.validation.serving import mlperf
from denshi.validation.serving.cases import Case, case_of
from denshi.validation.serving.constants import MLPERF_PRIORS
from denshi.validation.serving.predict import predicted, shipped


def result(mode: str = "Offline", model: str = "llama2-70b", chip: str = "h200-sxm-141gb", **more: str) -> Case:
    row = {"model_id": model, "accelerator": chip, "n_gpus": "8", "precision": "fp8", "mode": mode, "value": "30000"}
    return case_of({**row, **more}, "here")


def test_every_benchmark_names_a_model_and_its_limits() -> None:
    for id_ in rows("benchmarks"):
        one = find(Benchmark, id_)
        assert find(Model, one.model)
        assert one.output_tokens <= one.output_max
        assert (one.interactive_tpot_s or 0) < one.server_tpot_s


def test_a_rate_is_that_of_all_accelerators() -> None:
    eight, sixteen = predicted([result(), result(n_gpus="16")])["throughput"]
    assert sixteen == pytest.approx(2 * eight)


def test_limits_never_raise_a_rate() -> None:
    rates = predicted([result(mode) for mode in ("Offline", "Server", "Interactive")])["throughput"]
    assert rates[0] >= rates[1] > rates[2]


def test_the_fastest_configuration_counts() -> None:
    table = mlperf.grid([result()])
    best, active = mlperf.best(table, shipped())
    some = replace(table, columns={k: v[:40] for k, v in table.columns.items()}, cell=table.cell[:40])
    parts = ("amd", "mode", "ttft_limit_s", "tpot_limit_s", "samples", "output_max")
    some = replace(some, **{name: getattr(table, name)[:40] for name in parts}, task=_first(table.task, 40))
    fewer, _ = mlperf.best(some, shipped())
    assert best[0] >= fewer[0] > 0
    assert 0 < active[0] <= 1


def test_long_answers_at_the_end_lower_the_mean_rate() -> None:
    table = mlperf.grid([result(model="deepseek-v3", chip="b200-sxm-180gb", precision="fp4")])
    constants = dict(shipped())
    none, some = (mlperf.best(table, {**constants, "mlperf.drain": share})[0][0] for share in (1e-9, 0.3))
    assert some < 0.9 * none


def test_more_power_is_fewer_tokens_a_joule() -> None:
    case = result(chip="b200-sxm-180gb", precision="fp4", power_w="10401", value="102909")
    assert case.measured["tokens_per_joule"] == pytest.approx(102909 / 10401)
    out = predicted([case])
    watts = out["throughput"][0] / out["tokens_per_joule"][0]
    assert 6_000 < watts < 14_300


def test_a_fit_recovers_what_made_the_rates() -> None:
    """Rates made with other constants teach them back, as far as the prior lets them."""
    truth = {**shipped(), "mlperf.nvidia": 1.2, "mlperf.amd": 0.7}
    cases = [result(mode, chip=chip) for mode in ("Offline", "Server") for chip in ("h200-sxm-141gb", "mi325x")] * 4
    rates = mlperf.predicted(cases, truth)["throughput"]
    taught = [replace(case, measured={"throughput": float(rate)}) for case, rate in zip(cases, rates, strict=True)]
    start = {name: prior.value for name, prior in MLPERF_PRIORS.items()}
    found = mlperf.fit(taught, shipped(), start)
    again = mlperf.predicted(taught, {**shipped(), **found})["throughput"]
    assert np.abs(again / rates - 1).max() < 0.02


def test_rows_of_other_modes_are_left_alone() -> None:
    row = {"model_id": "llama3.1-8b", "accelerator": "h200-sxm-141gb", "mode": "agg", "parallel": "tp1_pp1_dp1"}
    agg = case_of({**row, "isl": "1024", "osl": "128", "concurrency": "4"}, "here")
    assert np.isnan(predicted([agg])["throughput"]).all()
    assert np.isnan(predicted([result()])["tpot_s"]).all()


def _first(task: object, count: int) -> object:
    import dataclasses

    changed = {}
    for field in dataclasses.fields(task):  # type: ignore[arg-type]
        value = getattr(task, field.name)
        if dataclasses.is_dataclass(value):
            changed[field.name] = _first(value, count)
        elif isinstance(value, np.ndarray) and value.ndim:
            changed[field.name] = value[:count]
    return dataclasses.replace(task, **changed)  # type: ignore[type-var]
