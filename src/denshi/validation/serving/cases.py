"""Measured serving points: one row of ``serving.csv`` read, with the settings it ran with, or the reason it cannot be.

Columns: ``source``, ``model_id``, ``accelerator``, ``n_gpus``, ``engine`` ("vllm 0.12.0"), ``precision``, ``mode``
(agg, disagg, or an MLPerf scenario: Offline, Server, Interactive), ``isl``, ``osl``, ``concurrency``, ``parallel``,
``value`` (tokens/s of MLPerf), ``ttft_ms``, ``tpot_ms``, ``power_w``, ``submitter``, ``date``, ``locator``, ``flag``.
Optional: ``drafts`` (tokens drafted a step), ``slots`` (most running sequences of a replica). ``parallel`` is
``tpA_ppB_dpC_moetpD_epE`` or ``p:Nx(...);d:Mx(...)``, there with ``_bsF``, the decode batch of a rank.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

from denshi.catalog import Accelerator, Model, find, rows
from denshi.errors import CatalogError

NEEDED = ("model_id", "accelerator", "mode")
MLPERF_MODES = ("Offline", "Server", "Interactive")
ENGINES = ("trtllm", "vllm", "sglang")

PRECISIONS = {
    "": "bf16",
    "unset": "fp8",
    "bf16": "bf16",
    "fp16": "bf16",
    "fp8": "fp8",
    "fp8_block": "fp8",
    "nvfp4": "fp4",
    "fp4": "fp4",
    "mxfp4": "fp4",
    "int4": "int4",
}
_CAMPAIGN = "inferencex-sample"
_LENGTH_SHARE = 0.9
_WAVES = 10.0
_DECIMAL_WAVES = 50.0
_FEWER_WAVES = {("glm-5", "h200-sxm-141gb"): 5.0}
_GATHER_STEPS = 50.0
_SPLIT = re.compile(r"tp(\d+)_pp(\d+)_dp(\d+)(?:_moetp(\d+)_ep(\d+))?(?:_bs(\d+))?")
_WORKERS = re.compile(r"p:(\d+)x\(([^)]*)\);d:(\d+)x\(([^)]*)\)")
_WIDE_CACHE = {
    ("gpt-oss-120b", "h100-sxm-80gb", "vllm"),
    ("gpt-oss-120b", "h200-sxm-141gb", "vllm"),
    ("gpt-oss-120b", "h200-sxm-141gb", "trtllm"),
    ("deepseek-v3", "h200-sxm-141gb", "sglang"),
    ("glm-5", "h200-sxm-141gb", "sglang"),
}
"""Stacks that ran with a 16-bit cache beside narrow weights, by their public launch scripts."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Equal workers of one kind: how many, how each is split; ``batch`` is of one attention rank, 0 if unstated."""

    count: float
    tp: float
    pp: float
    groups: float
    ep: float
    batch: float

    @property
    def ranks(self) -> float:
        """Accelerators of all workers."""
        return self.count * self.tp * self.pp * self.groups


@dataclass(frozen=True, slots=True)
class Case:
    """One measured point. ``decode`` are the workers that decode, ``prompt`` those that only process prompts, if any.

    InferenceX draws lengths between 80 and 100 % of the nominal and runs ten waves of its concurrency; the other
    campaign has ``exact_lengths``, and 50 waves where the nominal lengths are round decimals. ``poll_steps``,
    ``batch_steps`` and ``gather_steps`` are decode steps for which new requests wait to be read, for a batch, or for
    the other attention groups. ``reason`` says why a row is not answered.
    """

    source: str
    locator: str
    model: str
    accelerator: str
    accelerators: float
    engine: str
    release: str
    precision: str
    cache_precision: str | None
    mode: str
    input_tokens: float
    output_tokens: float
    concurrency: float
    waves: float
    exact_lengths: bool
    decode: Workers | None
    prompt: Workers | None
    drafts: float
    slots: float
    poll_steps: float
    batch_steps: float
    gather_steps: float
    is_moe: bool
    flag: str
    date: str
    submitter: str
    measured: Mapping[str, float]
    reason: str

    @property
    def stack(self) -> tuple[str, ...]:
        """What rows of one stack share: their errors have a common part."""
        return (self.model, self.accelerator, self.engine, self.release, self.precision)


def read(file: Path) -> tuple[Case, ...]:
    """Read every row of a table of cases, in order, answered or not.

    Raises
    ------
    CatalogError : the file is missing, is no CSV in UTF-8, has no rows or lacks a column.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            table = list(csv.DictReader(handle))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = "no CSV in UTF-8" if not isinstance(error, OSError) else "not there to be read"
        raise CatalogError(f"{file}: the cases are {why}", mend="Name a CSV file with --cases") from None
    if not table:
        raise CatalogError(f"{file}: the cases have no rows", mend="Name a CSV file with a header and rows")
    missing = [name for name in NEEDED if name not in table[0]]
    if missing:
        raise CatalogError(f"{file}: no column {missing[0]}", mend=f"Give the columns {', '.join(NEEDED)} and a metric")
    return tuple(case_of(row, f"{file.name}:{i}") for i, row in enumerate(table, 2))


def case_of(row: Mapping[str, str | None], where: str) -> Case:
    """Return the case of one row of text; what cannot be understood becomes its reason."""
    text = {name: (row.get(name) or "").strip() for name in (*NEEDED, *_OTHER)}
    known = _recipes().get(text["locator"].rpartition("#")[2], {})
    engine, _, release = text["engine"].partition(" ")
    ours = text["source"] == _CAMPAIGN or bool(known.get("repeat"))
    share = _LENGTH_SHARE if ours else 1.0
    decode, prompt = workers_of(text["parallel"])
    if decode and known.get("groups"):
        decode = Workers(decode.count, 1.0, decode.pp, float(known["groups"]), float(known["groups"]), decode.batch)
    precision = PRECISIONS.get(text["precision"].lower(), "")
    concurrency = _number(text["concurrency"])
    if not concurrency and decode and decode.batch:
        concurrency = decode.batch * decode.groups * decode.count
    model = find(Model, text["model_id"]) if text["model_id"] in rows("models") else None
    stack = (text["model_id"], text["accelerator"], engine)
    case = Case(
        source=text["source"],
        locator=text["locator"] or where,
        model=text["model_id"],
        accelerator=text["accelerator"],
        accelerators=_number(text["n_gpus"]),
        engine=engine if engine in ENGINES else "",
        release=release if release != "nan" else text["date"][:7],
        precision=precision,
        cache_precision="bf16" if stack in _WIDE_CACHE else None,
        mode=text["mode"],
        input_tokens=_number(text["isl"]) * share,
        output_tokens=_number(text["osl"]) * share,
        concurrency=concurrency,
        waves=_waves(text, ours),
        exact_lengths=not ours,
        decode=decode,
        prompt=prompt,
        drafts=_number(text["drafts"] or known.get("drafts", "")),
        slots=_number(text["slots"] or known.get("slots", "")),
        poll_steps=_number(known.get("poll_steps", "")),
        batch_steps=_number(known.get("batch_steps", "")),
        gather_steps=_gather_steps(engine, decode, known.get("gather_steps", "")),
        is_moe=bool(model and model.experts),
        flag=text["flag"],
        date=text["date"],
        submitter=text["submitter"],
        measured=_measured(text),
        reason="",
    )
    return replace(case, reason=_reason(case, text))


def _waves(text: Mapping[str, str], ours: bool) -> float:
    """How many times over the client filled its concurrency, by the public launch scripts."""
    if not ours and _number(text["isl"]) % 1000 == 0:
        return _DECIMAL_WAVES
    return _FEWER_WAVES.get((text["model_id"], text["accelerator"]), _WAVES)


def _gather_steps(engine: str, decode: Workers | None, stated: str) -> float:
    """Steps that TensorRT-LLM waits for a prompt on every attention group: as stated, else its default."""
    if engine != "trtllm" or decode is None or decode.groups == 1:
        return 0.0
    return _number(stated) or _GATHER_STEPS


def workers_of(parallel: str) -> tuple[Workers | None, Workers | None]:
    """Parse a split, or prefill and decode workers; what does not parse is None.

    >>> workers_of("tp4_pp1_dp0_moetp1_ep4")[0]
    Workers(count=1.0, tp=4.0, pp=1.0, groups=1.0, ep=4.0, batch=0.0)
    >>> decode, prompt = workers_of("p:2x(tp1_pp1_dp4_moetp1_ep4_bs1);d:1x(tp1_pp1_dp8_moetp1_ep8_bs64)")
    >>> decode.groups, decode.batch, prompt.count
    (8.0, 64.0, 2.0)
    """
    found = _WORKERS.fullmatch(parallel)
    if found:
        return _workers(found.group(4), float(found.group(3))), _workers(found.group(2), float(found.group(1)))
    return _workers(parallel, 1.0), None


def _workers(text: str, count: float) -> Workers | None:
    found = _SPLIT.fullmatch(text)
    if not found or not count:
        return None
    tp, pp, groups, _, ep, batch = (max(float(part or 0), 0.0) for part in found.groups())
    return Workers(count, max(tp, 1.0), max(pp, 1.0), max(groups, 1.0), max(ep, 1.0), batch)


def _reason(case: Case, text: Mapping[str, str]) -> str:
    if case.model not in rows("models"):
        return f"no model {case.model or '(empty)'} in the catalogue"
    if case.accelerator not in rows("accelerators"):
        return f"no accelerator {case.accelerator or '(empty)'} in the catalogue"
    if not case.precision:
        return f"number format {text['precision']} is not known"
    if case.mode in MLPERF_MODES:
        return "" if case.accelerators else "the number of accelerators is not stated"
    if case.mode not in ("agg", "disagg"):
        return f"mode {case.mode or '(empty)'} is not known"
    if case.decode is None or (case.mode == "disagg") != (case.prompt is not None):
        return f"the split {text['parallel'] or '(empty)'} is not understood"
    if not (case.input_tokens and case.output_tokens):
        return "the lengths of requests are not stated"
    if not case.concurrency:
        return "the concurrency is not stated"
    if case.precision == "fp8" and not find(Accelerator, case.accelerator).fp8_flop_per_s:
        return f"{case.accelerator} does not multiply in fp8"
    return ""


def _measured(text: Mapping[str, str]) -> dict[str, float]:
    """The metrics of a row: tpot_s, ttft_s [s], throughput [token/s], tokens_per_joule [token/J]."""
    out = {}
    if text["mode"] in MLPERF_MODES:
        if _number(text["value"]):
            out["throughput"] = _number(text["value"])
            if _number(text["power_w"]):
                out["tokens_per_joule"] = out["throughput"] / _number(text["power_w"])
        return out
    for metric in ("tpot", "ttft"):
        if _number(text[f"{metric}_ms"]):
            out[f"{metric}_s"] = _number(text[f"{metric}_ms"]) / 1e3
    return out


_OTHER = (
    "source",
    "n_gpus",
    "engine",
    "precision",
    "isl",
    "osl",
    "concurrency",
    "parallel",
    "value",
    "ttft_ms",
    "tpot_ms",
    "power_w",
    "submitter",
    "date",
    "locator",
    "flag",
    "drafts",
    "slots",
)


def _number(text: str) -> float:
    """A positive number, or zero for what is empty, no number or not positive."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 < value < float("inf") else 0.0


@cache
def _recipes() -> dict[str, Mapping[str, str]]:
    """Settings of runs that their rows do not state, by locator, from the public launch scripts."""
    text = files("denshi.validation").joinpath("serving", "recipes.csv").read_text(encoding="utf-8")
    return {row["locator"]: row for row in csv.DictReader(text.splitlines())}
