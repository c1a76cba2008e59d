"""Inputs of both workload rooms, filled from the packaged facts."""

from typing import Any

from denshi.catalog import Assumption, Engine, Kernels, Model, Software, System, find
from denshi.catalog.schema import Accelerator
from denshi.figure import inputs
from denshi.workload import serving, training


def constants(input_type: type[Any]) -> dict[str, Any]:
    ids = {n: g.path.rsplit(".", 1)[1] for n, g in inputs(input_type).items() if "assumptions" in g.path}
    return {name: find(Assumption, id_).value for name, id_ in ids.items()}


def hardware(model: str, system: str, accelerators: float) -> dict[str, Any]:
    node = find(System, system)
    chip = find(Accelerator, node.accelerator)
    return {
        "model": find(Model, model),
        "system": node,
        "accelerator": chip,
        "cluster_accelerators": float(accelerators),
        "scaleout_bytes_per_s": node.nic_bytes_per_s,
        "scaleup_domain": chip.scaleup_domain,
        "share": 1.0,
    }


def training_input(model: str, system: str, accelerators: float, **changed: Any) -> training.Input:
    asked = {
        "tokens": 15.6e12,
        "sequence": 8192.0,
        "global_batch_tokens": 8192.0 * 2048,
        "runs_per_year": 1.0,
        "precision": "bf16",
        "parallelism": "search",
    }
    given = hardware(model, system, accelerators)
    # One fabric joins them all.
    given |= {"inter_pod_bytes_per_s": given["scaleout_bytes_per_s"], "pod_accelerators": float(accelerators)}
    given["kernels"] = find(Kernels, given["accelerator"].kernels or "other")
    given["software"] = find(Software, "current")
    return training.Input(**given | constants(training.Input) | asked | changed)


def serving_input(model: str, system: str, accelerators: float, **changed: Any) -> serving.Input:
    asked = {
        "input_tokens": 4096.0,
        "output_tokens": 1024.0,
        "ttft_limit_s": 2.0,
        "tpot_limit_s": 0.05,
        "precision": "fp8",
        "engine": find(Engine, "vllm"),
    }
    return serving.Input(**hardware(model, system, accelerators) | constants(serving.Input) | asked | changed)
