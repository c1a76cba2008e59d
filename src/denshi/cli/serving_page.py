"""What ``denshi serving predict`` found, as a document."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from denshi.cli.serving_case import Case, Way

if TYPE_CHECKING:
    from denshi.workload.serving.asked import Task
    from denshi.workload.serving.task import Values

DEFINITIONS = {
    "ttft_s": "mean time from sending a request to its first token",
    "tpot_s": "mean time from a request's first token to its last over the tokens after the first",
    "tokens_per_s": "output tokens of all requests; those of a user are 1 / TPOT",
    "tokens_per_s_per_mw": "output tokens over the most that the accelerators' systems draw, without the building",
    "sequences_held": "sequences with all their tokens that the cache holds; of a search, that of one replica",
    "energy_j_per_token": "mean power of the accelerators and their share of the system over output tokens",
}
MEMORY = ("memory_label", "memory_fraction", "of_free", "reserved_bytes", "output_reserved")
"""Constants of an engine that say how it fills memory; the others are times."""


def prediction(case: Case, way: Way) -> dict[str, Any]:
    """Return one predicted way of serving as a document.

    Raises
    ------
    InfeasibleError : the weights and one request do not fit.
    """
    from denshi.workload.serving.explain import FIRST_PARTS, TOKEN_PARTS, bound, shares

    check_fits(case, way)
    found = {name: float(value) for name, value in figures_of(case.task, way).items()}
    accepted = accepted_per_step(case)
    blame = shares(case.task, lambda task: figures_of(task, way)["tpot_s"])
    per_step = {part: found.get(part, 0.0) / (1.0 if part == "mixed_s" else accepted) for part in TOKEN_PARTS}
    limited, apart = found["running"] < 0.99 * way.concurrency, way.prompt is not None
    low, high = band_of(case, "tpot", limited=limited, apart=apart) or (None, None)
    first_low, first_high = band_of(case, "ttft", limited=limited, apart=apart) or (None, None)
    return {
        "schema_version": 1,
        **header(case),
        "concurrency": way.concurrency,
        "accelerators": found["accelerators"],
        "plan": plan_of(way),
        "ttft_s": found["ttft_s"],
        "ttft_low_s": None if first_low is None else found["ttft_s"] * first_low,
        "ttft_high_s": None if first_high is None else found["ttft_s"] * first_high,
        "ttft_parts_s": {part: found.get(part, 0.0) for part in FIRST_PARTS},
        "tpot_s": found["tpot_s"],
        "tpot_low_s": None if low is None else found["tpot_s"] * low,
        "tpot_high_s": None if high is None else found["tpot_s"] * high,
        "interval": None if low is None else 0.8,
        "tpot_parts_s": per_step,
        "accepted_tokens_per_step": accepted,
        **rates_of(case, found),
        "bound": bound(blame, found["running"], found["held"]),
        "shares": blame,
        "memory": memory_of(case, way, found),
        "grades": grades_of(case, memory_matters=found["running"] < way.concurrency, banded=low is not None),
        "definitions": DEFINITIONS,
        "notices": [*case.notices, *way.notices, *untaught(case), *_outside(case, way, found)],
    }


def figures_of(task: "Task", way: Way) -> "dict[str, Values]":
    """Evaluate all replicas of a way together; the rates are theirs, the times those of one request."""
    import numpy as np

    from denshi.workload.serving.disaggregated import evaluate_apart
    from denshi.workload.serving.task import evaluate

    if way.prompt is None:
        figures = evaluate(task, columns_of(way.split, way.concurrency / way.replicas))
        whole = {name: figures[name] * way.replicas for name in ("accelerators", "held", "running", "tokens_per_s")}
        return {**figures, **whole}
    of_all = replace(task, slots=task.slots * way.replicas)
    figures = evaluate_apart(
        of_all,
        columns_of(way.split, way.concurrency),
        columns_of(way.prompt, 1.0),
        decode_workers=way.replicas,
        prompt_workers=way.prompt_workers,
    )
    lanes = np.asarray(way.prompt_workers * way.prompt["groups"])
    return {**figures, "prompt_lanes": lanes, "prompt_accelerators": lanes * way.prompt["tp"]}


def columns_of(split: Mapping[str, float], concurrency: float) -> "dict[str, Values]":
    """Return one split at one concurrency as the step model takes it."""
    import numpy as np

    return {name: np.asarray(value) for name, value in {**split, "concurrency": concurrency}.items()}


def check_fits(case: Case, way: Way) -> None:
    """Refuse replicas, or prompt workers, that do not hold the weights and a request.

    Raises
    ------
    InfeasibleError : the message says what is missing and the smallest changes that fit.
    """
    from denshi.workload.serving.explain import misfit
    from denshi.workload.serving.memory import sequences_held
    from denshi.workload.serving.operators import Split
    from denshi.workload.serving.task import running_output_tokens

    asked = [(way.split, case.task)]
    if way.prompt is not None:
        asked.append((way.prompt, replace(case.task, output_tokens=1.0)))
    for plan, task in asked:
        split = Split(**plan)
        outputs = running_output_tokens(task)
        held = sequences_held(task.shape, task.machine, task.rates, split, task.input_tokens, outputs)
        if held < 1:
            most = min(float(task.machine.domain), case.model.heads)
            raise misfit(case.name, task, split, case.narrower, most)


def accepted_per_step(case: Case) -> float:
    """Tokens that a step yields for each sequence: one, and the drafted ones that are accepted."""
    from denshi.workload.serving.step import accepted_tokens

    return float(accepted_tokens(case.task.rates, case.task.drafts))


def header(case: Case) -> dict[str, Any]:
    """Return what is served on what."""
    task = case.task
    return {
        "model": case.model.id,
        "accelerator": case.accelerator.id,
        "precision": case.precision,
        "cache": case.cache,
        "engine": case.engine.id,
        "input_tokens": task.input_tokens,
        "output_tokens": task.output_tokens,
        "prefix_hit_fraction": task.prefix_hit,
        "drafts": task.drafts,
    }


def plan_of(way: Way) -> dict[str, float]:
    """Return the decisions of a way, those of prompt workers zero where there are none."""
    prompt = way.prompt or {"tp": 0.0, "groups": 0.0}
    return {
        **way.split,
        "replicas": way.replicas,
        "prompt_workers": way.prompt_workers,
        "prompt_tp": prompt["tp"],
        "prompt_groups": prompt["groups"],
    }


def rates_of(case: Case, found: Mapping[str, float]) -> dict[str, Any]:
    """Return rates, power, energy and cost of figures of one way."""
    kw = _power_kw(case, found)
    rate, count = found["tokens_per_s"], found["accelerators"]
    return {
        "tokens_per_s": rate,
        "tokens_per_s_per_user": 1 / found["tpot_s"],
        "tokens_per_s_per_accelerator": rate / count,
        "tokens_per_s_per_mw": rate / (count * case.system_kw / 1e3),
        "power_kw": kw,
        "energy_j_per_token": kw * 1e3 / rate,
        "tokens_per_j": rate / (kw * 1e3),
        "usd_per_m_tokens": usd_per_m_tokens(case, rate / count),
    }


def usd_per_m_tokens(case: Case, tokens_per_s_per_accelerator: float) -> float | None:
    """Rental of an accelerator over the output tokens it gives, None where no price is known [USD / 10^6 tokens]."""
    if case.price is None:
        return None
    return case.price.value / 3600 / tokens_per_s_per_accelerator * 1e6


def _power_kw(case: Case, found: Mapping[str, float]) -> float:
    """Mean power of all accelerators with their share of the system [kW]."""
    import numpy as np

    from denshi.workload.serving.energy import active_fraction, power_kw

    arrays = {name: np.asarray(value) for name, value in found.items()}
    levels = (case.system_kw, case.idle_fraction, case.busy_fraction)
    apart = found.get("prompt_accelerators", 0.0)
    kw = float(power_kw(active_fraction(arrays), *levels)) * (found["accelerators"] - apart)
    if apart:
        requests_per_s = found["tokens_per_s"] / float(case.task.output_tokens)
        load = min(requests_per_s * found["prompt_s"] / found["prompt_lanes"], 1.0)
        kw += float(power_kw(np.asarray(load), *levels)) * apart
    return kw


def memory_of(case: Case, way: Way, found: Mapping[str, float]) -> dict[str, float]:
    """Return what one accelerator of a replica holds, and the sequences that fit all replicas."""
    from denshi.workload.serving.explain import one_request_bytes
    from denshi.workload.serving.memory import cache_room_bytes, token_bytes, weight_bytes
    from denshi.workload.serving.operators import Split

    task, split = case.task, Split(**way.split)
    each = float(one_request_bytes(task, task.machine, split))
    own = found["running"] / (way.replicas * way.split["groups"])
    return {
        "capacity_bytes": case.accelerator.memory_bytes,
        "weight_bytes": float(weight_bytes(task.shape, task.machine, split)),
        "cache_room_bytes": float(cache_room_bytes(task.shape, task.machine, task.rates, split)),
        "cache_used_bytes": own * each,
        "token_bytes": float(token_bytes(task.shape, task.machine, split)),
        "sequence_bytes": each,
        "sequences_held": float(int(found["held"])),
        "sequences_running": found["running"],
        "checkpoint_bytes": checkpoint_bytes(case),
    }


def checkpoint_bytes(case: Case) -> float:
    """Size of all weights in their format [bytes]."""
    from denshi.workload.serving.memory import weight_bytes
    from denshi.workload.serving.operators import Split

    whole = Split(tp=1.0, groups=1.0, pp=1.0, ep=1.0)
    return float(weight_bytes(case.task.shape, case.task.machine, whole))


def measured_operators(case: Case, way: Way) -> dict[str, Any]:
    """Time a decode step by measured operators where there are any, and say which operator came from where.

    Raises
    ------
    UsageError : prompts are processed by workers of their own, or the extra or its tables are missing.
    """
    from denshi.errors import UsageError
    from denshi.validation.silicon import answer

    if way.prompt is not None:
        raise UsageError("--silicon does not time prompts on workers of their own", mend="Leave out --prefill-workers")
    columns = columns_of(way.split, way.concurrency / way.replicas)
    parts, sources = answer(case.task, columns, case.accelerator.id, case.engine.id, case.precision, case.model)
    return {"parts_s": dict(parts), "tpot_s": parts["tpot_s"], "sources": dict(sources)}


def band_of(case: Case, metric: str, *, limited: bool = False, apart: bool = False) -> tuple[float, float] | None:
    """Factors on a predicted time between which the measured one lies four times in five; None where none is known.

    They belong to a class of models (dense, mixtures of experts with grouped or latent attention), apart where requests
    wait for memory, where other workers process the prompts, and where the accelerator taught no constant.

    Parameters
    ----------
    metric : "tpot" or "ttft".
    limited : some requests wait for memory or a slot.
    apart : prompts are processed by workers of their own.
    """
    from denshi.catalog import Assumption, rows

    kind = "dense" if not case.model.experts else "latent" if case.model.attention == "mla" else "grouped"
    of_class = f"disagg-{metric}" if apart else f"{metric}-{kind}-{'limited' if limited else 'free'}"
    factor = rows("assumptions").get(f"serving-band-{of_class}{'' if is_taught(case) else '-unseen'}")
    return (1 / factor.value, factor.value) if isinstance(factor, Assumption) else None


def is_taught(case: Case) -> bool:
    """Say whether measured points of the accelerator taught the constants."""
    from denshi.validation.serving.interval import taught

    return case.accelerator.id in taught()["serving"]


def untaught(case: Case) -> list[str]:
    """Say where no measured point of the accelerator taught the constants."""
    if is_taught(case):
        return []
    return [f"no measured point on {case.accelerator.name} taught the constants: they are those of other accelerators"]


def grades_of(case: Case, *, memory_matters: bool, banded: bool) -> dict[str, str]:
    """Return the worst grade of evidence behind times, memory, energy and cost: the engine's constants and the rest.

    Times depend on how an engine fills memory only where requests wait for it.
    """
    from denshi.catalog import Assumption, find

    engine = case.engine.evidence
    memory = worst(proof.grade for name, proof in engine.items() if name in MEMORY)
    times = worst(proof.grade for name, proof in engine.items() if name not in MEMORY and name != "family")
    if memory_matters:
        times = worst((times, memory))
    if banded:
        times = worst((times, "D"))
    busy = find(Assumption, "serving-busy-power-fraction").evidence["value"].grade
    system = case.system.evidence if case.system else {}
    power = [proof.grade for name, proof in system.items() if name in ("power_kw", "idle_power_fraction")]
    price = [case.price.evidence["value"].grade] if case.price else []
    return {
        "times": times,
        "memory": memory,
        "power": worst((times, busy, *power)),
        "usd": worst((times, *price)),
    }


def worst(grades: Iterable[str]) -> str:
    """Return the lowest of some grades, A to E."""
    return max(grades)


def _outside(case: Case, way: Way, found: Mapping[str, float]) -> list[str]:
    """Say where a way lies outside what a reader may expect."""
    notes = []
    if found["running"] < 0.99 * way.concurrency and not way.prompt:
        notes.append(
            f"{found['running']:,.0f} of {way.concurrency:,.0f} requests run at a time; the others wait for memory "
            "or a slot, and their wait is in the TTFT"
        )
    if way.split["tp"] > float(case.task.machine.domain):
        notes.append("no measured run stretches tensor parallelism beyond a scale-up domain")
    if way.split["pp"] > 1:
        notes.append("few measured runs have pipeline stages")
    return notes
