"""A decode step of one configuration with measured operators where there are tables, fitted ones elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Model
from denshi.validation.silicon.products import Product, only, products_of
from denshi.validation.silicon.tables import (
    Reading,
    Tables,
    attention,
    latent_attention,
    latent_product,
    product,
    reduction,
)
from denshi.workload.serving.asked import Task
from denshi.workload.serving.operators import Split, launches_s, reductions_s, weights_s
from denshi.workload.serving.step import PARTS, accepted_tokens, decode
from denshi.workload.serving.task import evaluate, running_output_tokens, split_of

Columns = Mapping[str, NDArray[np.float64]]

_ATTENTION_LAUNCHES = 2.0
_FULL, _EIGHT = "bfloat16", "fp8"
_FORMATS: Mapping[str, str] = {"bf16": _FULL, "fp16": _FULL, "fp8": _EIGHT, "fp4": "nvfp4", "int4": "int4_wo"}
_FITTED = "fitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A decode step part by part [s], where each operator comes from, and what was replaced.

    ``parts`` are those of the fitted step, step_s, mixed_s and tpot_s. ``measured`` and ``replaced`` are the times of
    measured operators and of the fitted ones in their place [s]; the latter with the gaps, casts and sums over length
    that the fitted model counts under launches and a measured time holds.
    """

    parts: Mapping[str, float]
    sources: Mapping[str, str]
    measured: Mapping[str, float]
    replaced: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Operator:
    """An operator of the fitted step that a table may replace: times [s] of both, and of its share of launches."""

    name: str
    part: str
    fitted_s: float
    launch_s: float
    reading: Reading


def measured_step(task: Task, columns: Columns, tables: Tables, model: Model, precision: str) -> Measured:
    """Return the decode step of one configuration with measured operators.

    Products, attention and all-reduces come from the tables at the rank's shapes; routed experts, their dispatch, the
    host and the gaps of kernels that are not measured are those of :func:`denshi.workload.serving.step.decode`. A
    measured time holds its kernel's start, its casts and its length of sums: these leave ``launch_s``. What the tables
    do not cover stays fitted, and ``sources`` says why.

    Parameters
    ----------
    task, columns : one configuration, no arrays.
    tables : of the task's accelerator and engine.
    model : what is served.
    precision : of the weights, as the task's machine was made with.

    Source: williams2009, pope2022.
    """
    split = split_of(columns)
    figures = {name: float(value) for name, value in evaluate(task, columns).items()}
    own = figures["running"] / float(split.groups) / float(split.pp)
    asked = max(own, 1.0)  # a step that runs has a sequence
    context = float(np.asarray(task.input_tokens) + running_output_tokens(task) / 2)
    step = decode(task.shape, task.machine, task.rates, split, own=own, context=context, drafts=task.drafts)
    fitted = {name: float(step[name]) for name in PARTS}
    # Drafted tokens make every part of a fitted step slower by one factor, which measured ones meet as well.
    slower = fitted["launch_s"] / float(launches_s(task.shape, task.machine, task.rates, split))
    operators = [
        *_products(task, split, tables, model, precision, own, asked, fitted["weight_s"] / slower),
        _attention(task, split, tables, model, asked, context, fitted["cache_s"] / slower),
        *_reductions(task, split, tables, own, asked),
    ]
    parts = dict(fitted)
    for one in operators:
        if one.reading.is_measured:
            parts[one.part] += slower * (one.reading.seconds - one.fitted_s)
            parts["launch_s"] -= slower * one.launch_s
    parts["launch_s"] = max(parts["launch_s"], 0.0)
    total = sum(parts.values())
    taken = [one for one in operators if one.reading.is_measured]
    return Measured(
        parts={
            **parts,
            "step_s": total,
            "mixed_s": figures["mixed_s"],
            "tpot_s": total / float(accepted_tokens(task.rates, task.drafts)) + figures["mixed_s"],
        },
        sources={one.name: one.reading.source for one in operators} | _always_fitted(model, split),
        measured={one.name: slower * one.reading.seconds for one in taken},
        replaced={one.name: slower * (one.fitted_s + one.launch_s) for one in taken},
    )


def _products(
    task: Task, split: Split, tables: Tables, model: Model, precision: str, own: float, asked: float, weight_s: float
) -> list[_Operator]:
    """Products with weights; fitted times of the single ones are scaled so that they add up to ``weight_s``."""
    if model.linear_layers:
        return [_Operator("products", "weight_s", weight_s, 0.0, _no("layers with a running state have no table"))]
    shape, machine, rates = task.shape, task.machine, task.rates
    listed = products_of(model, split, asked * (1 + float(task.drafts)), _format_of(model, precision))
    times = [float(weights_s(only(shape, one), machine, rates, split, own, task.drafts)) for one in listed]
    cast = float(np.where(machine.block_casts, rates.block_cast_s, rates.cast_s)) if float(machine.casts) else 0.0
    out = []
    for one, time in zip(listed, times, strict=True):
        launch_s = one.launches * float(rates.kernel_s) + one.casts * cast
        launch_s += (one.depth + one.cut_depth / float(split.tp)) * float(rates.depth_s)
        reading = _times(_read_product(tables, one), one.times)
        out.append(_Operator(one.name, "weight_s", time * weight_s / sum(times), launch_s, reading))
    return out


def _read_product(tables: Tables, one: Product) -> Reading:
    if one.latent_after is None:
        return product(tables, one.number_format, one.m, one.n, one.k)
    found = Reading(float("nan"), _FITTED)
    # Some engines widen these weights to 16 bits, whatever the others have: their tables hold no other format.
    for number_format in (_EIGHT, _FULL) if one.number_format.startswith(_EIGHT) else (_FULL,):
        found = latent_product(tables, number_format, after=one.latent_after, heads=one.heads, tokens=one.m)
        if found.is_measured:
            break
    return found


def _attention(
    task: Task, split: Split, tables: Tables, model: Model, own: float, context: float, cache_s: float
) -> _Operator:
    launch_s = _ATTENTION_LAUNCHES * model.layers * float(task.rates.kernel_s)
    reading = _read_attention(task, float(split.tp), tables, model, own, context)
    return _Operator("attention over the cache", "cache_s", cache_s, launch_s, reading)


def _read_attention(task: Task, tp: float, tables: Tables, model: Model, own: float, context: float) -> Reading:
    if model.linear_layers or model.index_top_k:
        return _no("running states and indexers have no table")
    if float(task.drafts):
        return _no("the tables have one new token a sequence")
    cached = _FULL if float(task.machine.cache_bytes) > 1 else _EIGHT
    heads, at = model.heads / tp, (own, context)
    if model.attention == "mla":
        return _times(latent_attention(tables, cached, heads=heads, at=at), model.layers)
    kinds = {
        window: attention(
            tables,
            cached,
            heads=heads,
            kv_heads=max(model.kv_heads / tp, 1.0),
            width=model.head_dim,
            window=window,
            at=at,
        )
        for window in {0.0, model.sliding_window}
    }
    refused = [one for one in kinds.values() if not one.is_measured]
    mean = sum(one.seconds for one in kinds.values()) / len(kinds)  # every second layer has the window
    return refused[0] if refused else Reading(model.layers * mean, kinds[0.0].source)


def _reductions(task: Task, split: Split, tables: Tables, own: float, asked: float) -> list[_Operator]:
    """Two all-reduces a layer, where an attention group has more ranks than one."""
    tp = float(split.tp)
    if tp <= 1:
        return []
    shape, drafted = task.shape, 1 + float(task.drafts)
    fitted_s = float(reductions_s(shape, task.machine, task.rates, split, own * drafted))
    if tp > float(task.machine.domain):
        reading = _no("the tables end at one scale-up domain")
    else:
        reading = _times(reduction(tables, tp, asked * drafted * float(shape.hidden)), 2 * float(shape.layers))
    return [_Operator("all-reduces", "exchange_s", fitted_s, 0.0, reading)]


def _always_fitted(model: Model, split: Split) -> dict[str, str]:
    names = {
        "routed experts": bool(model.experts),
        "dispatch to experts": float(split.groups) > 1 and bool(model.experts),
        "gaps between kernels": True,
        "host": True,
    }
    return {name: _FITTED for name, there in names.items() if there}


def _format_of(model: Model, precision: str) -> str:
    """The tables' name of the format of weights that every token meets."""
    if model.experts and precision in {"fp4", "int4"}:
        return _FULL
    return "fp8_block" if model.experts and precision == "fp8" else _FORMATS[precision]


def _times(reading: Reading, count: float) -> Reading:
    return Reading(reading.seconds * count, reading.source)


def _no(why: str) -> Reading:
    return Reading(float("nan"), f"{_FITTED}: {why}")
