"""AIConfigurator's own prediction of measured points, where its package is installed: measured operator tables.

Its estimator takes aggregated points of one engine. Checkpoints and number formats are those that its package lists for
its own sample of measurements; its tables are those that it calls current, none of the release that a row ran.
"""

import importlib
import importlib.metadata
import importlib.util
import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from denshi.validation.serving.cases import Case
from denshi.validation.serving.score import Block, Mask, Metrics, Scored, mask, nothing, score

PACKAGE = "aiconfigurator_core"
_DISTRIBUTION = "aiconfigurator-core"
_CHECKPOINTS: Mapping[str, str] = {
    "deepseek-v3": "deepseek-ai/DeepSeek-R1",
    "glm-5": "zai-org/GLM-5",
    "gpt-oss-120b": "openai/gpt-oss-120b",
    "llama3.1-8b": "meta-llama/Meta-Llama-3.1-8B",
    "llama3.1-70b": "meta-llama/Meta-Llama-3.1-70B",
    "llama3.1-405b": "meta-llama/Meta-Llama-3.1-405B",
    "mixtral-8x7b": "mistralai/Mixtral-8x7B-v0.1",
    "qwen3-32b": "Qwen/Qwen3-32B",
    "qwen3.5-397b-a17b": "Qwen/Qwen3.5-397B-A17B",
}
_SYSTEMS: Mapping[str, str] = {
    "b200-sxm-180gb": "b200_sxm",
    "gb200": "gb200",
    "gb300": "gb300",
    "h100-sxm-80gb": "h100_sxm",
    "h200-sxm-141gb": "h200_sxm",
    "rtx-pro-6000": "rtx_pro_6000_server",
}
_FORMATS: Mapping[str, str] = {"bf16": "bfloat16", "fp8": "fp8", "fp4": "nvfp4"}
_OWN_FORMAT = "gpt-oss-120b"  # its checkpoint has one format, which no other name of the estimator stands for
_ATTENTION = (None, "bfloat16")
"""Formats of attention over prompts: the checkpoint's, and 16 bits where the tables do not have that."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One point as the estimator takes it; the batch is of one attention rank."""

    system: str
    engine: str
    checkpoint: str
    format: str | None
    expert_format: str | None
    cache_format: str
    tp: int
    pp: int
    groups: int
    expert_tp: int
    ep: int
    batch: int
    input_tokens: int
    output_tokens: int

    @property
    def worker(self) -> tuple[object, ...]:
        """What points share that differ in batch and lengths alone."""
        return tuple(asdict(self).values())[:11]


@dataclass(frozen=True, slots=True)
class Answer:
    """Times of one point [s], nan and the reason where there are none."""

    tpot_s: float
    ttft_s: float
    reason: str = ""


Estimate = Callable[[Sequence[Setting]], list[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silicon:
    """Predictions of AIConfigurator: every metric of each case, the reason where it has none, its version."""

    predicted: Metrics
    reasons: tuple[str, ...]
    version: str


def is_installed() -> bool:
    """Say whether the package is there."""
    return importlib.util.find_spec(PACKAGE) is not None


def predicted(
    cases: Sequence[Case],
    estimate: Estimate | None = None,
    version: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Silicon:
    """Return what AIConfigurator says of each case; nan, and why, where it says nothing.

    Parameters
    ----------
    cases : rows.
    estimate : answers for settings; left out, the installed package, its answers kept for the next time.
    version : of the package; left out, that of the installed one.
    progress : is told what takes a while.
    """
    named = importlib.metadata.version(_DISTRIBUTION) if version is None else version
    settings = [setting_of(case) for case in cases]
    asked = list(dict.fromkeys(one for one in settings if isinstance(one, Setting)))
    answers = dict(zip(asked, _kept(asked, named, progress) if estimate is None else estimate(asked), strict=True))
    out = nothing(len(cases))
    reasons = []
    for i, one in enumerate(settings):
        answer = answers[one] if isinstance(one, Setting) else Answer(np.nan, np.nan, one)
        out["tpot_s"][i], out["ttft_s"][i] = answer.tpot_s, answer.ttft_s
        reasons.append(answer.reason)
    return Silicon(predicted=out, reasons=tuple(reasons), version=named)


def setting_of(case: Case) -> Setting | str:
    """Return a point as the estimator takes it, or why it cannot."""
    worker = case.decode
    if case.reason or worker is None or case.mode != "agg":
        return case.reason or "not a point of aggregated serving"
    if case.flag:
        return "flagged"
    if case.drafts:
        return "drafted tokens: their acceptance is not its to say"
    if case.model not in _CHECKPOINTS or case.accelerator not in _SYSTEMS or case.precision not in _FORMATS:
        return "model, accelerator or number format not among its own"
    if not case.engine:
        return "the engine is not stated"
    name = _FORMATS[case.precision]
    wide = None if case.model == _OWN_FORMAT else "fp8_block" if case.is_moe and name == "fp8" else name
    narrow_cache = case.precision != "bf16" and case.cache_precision != "bf16"
    return Setting(
        system=_SYSTEMS[case.accelerator],
        engine=case.engine,
        checkpoint=_CHECKPOINTS[case.model],
        format=wide,
        expert_format=wide,
        cache_format="fp8" if narrow_cache else "bfloat16",
        tp=int(worker.tp),
        pp=int(worker.pp),
        groups=int(worker.groups),
        expert_tp=int(max(worker.tp * worker.groups / worker.ep, 1.0)),
        ep=int(worker.ep),
        batch=max(round(case.concurrency / worker.groups / worker.pp), 1),
        input_tokens=round(case.input_tokens),
        output_tokens=round(case.output_tokens),
    )


def block(scored: Scored, silicon: Silicon) -> Block:
    """Return AIConfigurator's scores beside denshi's on the rows that both answer, and why other rows have none.

    Parameters
    ----------
    scored : rows with denshi's predictions.
    silicon : the other's on the same rows.
    """
    asked = mask(scored.cases, lambda case: case.mode == "agg" and not case.flag)
    both = asked & np.isfinite(silicon.predicted["tpot_s"]) & np.isfinite(scored.predicted["tpot_s"])
    reasons = [reason for reason, one in zip(silicon.reasons, asked & ~both, strict=True) if one]
    models = sorted({case.model for case, one in zip(scored.cases, asked, strict=True) if one})
    return {
        "version": silicon.version,
        "n": int(asked.sum()),
        "answered": int(both.sum()),
        **_side_by_side(scored, silicon, both),
        "by": {
            model: {
                "n": int((asked & own).sum()),
                "answered": int((both & own).sum()),
                **_side_by_side(scored, silicon, both & own),
            }
            for model in models
            if (own := mask(scored.cases, lambda case, model=model: case.model == model)).any()  # type: ignore[misc]
        },
        "unanswered": {reason: reasons.count(reason) for reason in sorted(set(reasons))},
    }


def _side_by_side(scored: Scored, silicon: Silicon, rows: Mask) -> Block:
    cases = [case for case, one in zip(scored.cases, rows, strict=True) if one]
    return {
        who: {
            metric.removesuffix("_s"): score(cases, predicted_[metric][rows], metric) for metric in ("tpot_s", "ttft_s")
        }
        for who, predicted_ in (("aiconfigurator", silicon.predicted), ("denshi", scored.predicted))
    }


def _kept(settings: Sequence[Setting], version: str, progress: Callable[[str], None]) -> list[Answer]:
    """Answer settings by the installed package, each once: answers are kept in the user's cache folder."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "denshi"
    file = folder / f"{_DISTRIBUTION}-{version}.json"
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    missing = [one for one in settings if _key(one) not in known]
    if missing:
        for one, answer in zip(missing, _estimate(missing, progress), strict=True):
            finite = np.isfinite(answer.tpot_s)
            known[_key(one)] = [answer.tpot_s, answer.ttft_s, ""] if finite else [None, None, answer.reason]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(known, indent=0, sort_keys=True), encoding="utf-8")
        except OSError:
            pass  # the answers stand; they are found again the next time
    return [_answer(known[_key(one)]) for one in settings]


def _answer(kept: Sequence[Any]) -> Answer:
    tpot_s, ttft_s, reason = kept
    return Answer(np.nan, np.nan, str(reason)) if tpot_s is None else Answer(float(tpot_s), float(ttft_s))


def _key(setting: Setting) -> str:
    return "|".join(str(one) for one in asdict(setting).values())


def _estimate(settings: Sequence[Setting], progress: Callable[[str], None]) -> list[Answer]:
    """Ask the installed package; one model and its tables are loaded once for all points of a worker."""
    logging.getLogger(PACKAGE).setLevel(logging.ERROR)
    loaded: dict[tuple[object, ...], tuple[Any, Any, Any]] = {}
    out = []
    for i, setting in enumerate(settings, 1):
        if i % 50 == 0:
            progress(f"AIConfigurator: {i} of {len(settings)}")
        answer = Answer(np.nan, np.nan, "")
        for attention in _ATTENTION:
            answer = _one(setting, attention, loaded)
            if not answer.reason:
                break
        out.append(answer)
    return out


def _one(setting: Setting, attention: str | None, loaded: dict[tuple[object, ...], tuple[Any, Any, Any]]) -> Answer:
    sdk = f"{PACKAGE}.sdk"
    runtime = importlib.import_module(f"{sdk}.config").RuntimeConfig(
        batch_size=setting.batch, isl=setting.input_tokens, osl=setting.output_tokens
    )
    key = (*setting.worker, attention)
    try:
        if key not in loaded:
            loaded[key] = _worker(sdk, setting, attention)
        model, tables, backend = loaded[key]
        found = backend.run_agg(model, tables, runtime, ctx_tokens=setting.input_tokens).get_summary_df().iloc[0]
    except Exception as error:  # whatever it raises, it has no answer
        return Answer(np.nan, np.nan, _why(error))
    return Answer(float(found["tpot"]) / 1e3, float(found["ttft"]) / 1e3)


def _worker(sdk: str, setting: Setting, attention: str | None) -> tuple[Any, Any, Any]:
    tables = importlib.import_module(f"{sdk}.perf_database").get_database_view(
        setting.system, setting.engine, "current", database_mode="SILICON"
    )
    config = importlib.import_module(f"{sdk}.config_builders").build_model_config(
        setting.tp,
        setting.pp,
        setting.groups,
        setting.expert_tp,
        setting.ep,
        gemm_quant_mode=setting.format,
        moe_quant_mode=setting.expert_format,
        kvcache_quant_mode=setting.cache_format,
        fmha_quant_mode=attention,
    )
    model = importlib.import_module(f"{sdk}.models").get_model(setting.checkpoint, config, setting.engine)
    return model, tables, importlib.import_module(f"{sdk}.backends.factory").get_backend(setting.engine)


def _why(error: Exception) -> str:
    """Say in one short line why there is no answer; folders of this machine are left out."""
    said = str(error).split(" at /", maxsplit=1)[0].split("{", maxsplit=1)[0].strip()
    return f"{type(error).__name__}: {said[:60]}"
