"""What ``denshi serving search`` and ``compare`` found, as documents."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from denshi.cli.serving_case import Case
from denshi.cli.serving_page import (
    DEFINITIONS,
    band_of,
    checkpoint_bytes,
    grades_of,
    header,
    untaught,
    usd_per_m_tokens,
)
from denshi.errors import DenshiError, InfeasibleError, UsageError

if TYPE_CHECKING:
    from denshi.catalog import Quality
    from denshi.workload.serving.search import Found, Sought

_HOURS = 24
_MOST_ON_FRONT = 24


def searched(
    case: Case, sought: "Sought", found: "Found", taken_s: float, top: int, *, pareto: bool = False
) -> dict[str, Any]:
    """Return a search as a document.

    Raises
    ------
    InfeasibleError : nothing fits, or nothing meets the targets; the message says what is reachable.
    """
    from denshi.workload.serving.explain import plan_at, stopped, unreachable, ways, why_lost
    from denshi.workload.serving.search import front

    if not len(found.order):
        raise unreachable(case.name, case.task, sought, found, case.narrower)
    best = ways(found, max(top, 2))
    winner = plan_at(found, best[0])
    second = plan_at(found, best[1]) if len(best) > 1 else None
    return {
        "schema_version": 1,
        **header(case),
        "count": sought.accelerators,
        "ttft_limit_s": sought.ttft_limit_s,
        "tpot_limit_s": sought.tpot_limit_s,
        "objective": sought.objective,
        "evaluated": found.evaluated,
        "fitting": int(found.fits.sum()),
        "within_targets": len(found.order),
        "search_s": taken_s,
        "evaluated_per_s": found.evaluated / taken_s,
        "plans": [short(case, plan_at(found, at)) for at in best[:top]],
        "bound": _bound(case, winner),
        "stopped_by": stopped(found, sought, best[0]),
        "runner_up": None
        if second is None
        else {"plan": _decisions(second), "why_lost": why_lost(winner, second, sought.objective)},
        **({"pareto": [short(case, plan_at(found, int(at))) for at in _thinned(front(found))]} if pareto else {}),
        "grades": grades_of(case, memory_matters=False, banded=band_of(case, "tpot") is not None),
        "definitions": DEFINITIONS,
        "notices": [*case.notices, *untaught(case)],
    }


def _thinned(front: Any) -> Any:
    """Return at most a screen of a front, evenly spaced, both ends among them."""
    import numpy as np

    if len(front) <= _MOST_ON_FRONT:
        return front
    return front[np.unique(np.linspace(0, len(front) - 1, _MOST_ON_FRONT).round().astype(int))]


def _bound(case: Case, plan: Mapping[str, float]) -> str:
    """Say what bounds the time per token of a configuration, prompts in between left aside for workers apart."""
    import numpy as np

    from denshi.workload.serving.explain import bound, shares
    from denshi.workload.serving.step import accepted_tokens, decode
    from denshi.workload.serving.task import evaluate, running_output_tokens, split_of

    columns = {name: np.asarray(plan[name]) for name in ("tp", "groups", "pp", "ep", "concurrency")}

    def timed(task: Any) -> Any:
        if not plan["prompt_workers"]:
            return evaluate(task, columns)["tpot_s"]
        context = task.input_tokens + running_output_tokens(task) / 2
        own = columns["concurrency"] / columns["groups"] / columns["pp"]
        split = split_of(columns)
        step = decode(task.shape, task.machine, task.rates, split, own=own, context=context, drafts=task.drafts)
        return step["step_s"] / accepted_tokens(task.rates, task.drafts)

    return bound(shares(case.task, timed), plan["running"], plan["held"])


def _decisions(plan: Mapping[str, float]) -> dict[str, float]:
    names = ("tp", "groups", "pp", "ep", "concurrency", "prompt_workers", "prompt_tp", "prompt_groups")
    replicas = plan["decode_workers"] or plan["replicas"]
    return {**{name: plan[name] for name in names}, "replicas": replicas}


def short(case: Case, plan: Mapping[str, float]) -> dict[str, Any]:
    """Return one configuration of a search: all its replicas together."""
    rate, count = plan["all_tokens_per_s"], plan["accelerators"]
    low, high = band_of(case, "tpot", apart=plan["prompt_workers"] > 0) or (None, None)
    return {
        "plan": _decisions(plan),
        "accelerators": count,
        "ttft_s": plan["ttft_s"],
        "tpot_s": plan["tpot_s"],
        "tpot_low_s": None if low is None else plan["tpot_s"] * low,
        "tpot_high_s": None if high is None else plan["tpot_s"] * high,
        "sequences_held": float(int(plan["held"])),
        "tokens_per_s": rate,
        "tokens_per_s_per_user": 1 / plan["tpot_s"],
        "tokens_per_s_per_accelerator": rate / count,
        "tokens_per_s_per_mw": rate / (count * case.system_kw / 1e3),
        "energy_j_per_token": plan["energy_j_per_token"],
        "usd_per_m_tokens": usd_per_m_tokens(case, rate / count),
    }


def weights_of(text: str | None) -> list[float]:
    """Read 24 weights, one of each hour, separated by commas; a flat day where none are stated.

    Raises
    ------
    UsageError : there are not 24 numbers, one is negative, or all are zero.
    """
    if text is None:
        return [1.0] * _HOURS
    try:
        weights = [float(part) for part in text.split(",")]
    except ValueError:
        weights = []
    fine = len(weights) == _HOURS and all(0 <= weight < float("inf") for weight in weights) and sum(weights) > 0
    if not fine:
        raise UsageError(
            "--demand takes 24 weights separated by commas, one of each hour from midnight on",
            why="none negative, not all zero",
            mend="Write for example 1,1,1,1,1,1,2,3,4,4,4,4,4,4,4,4,3,3,3,2,2,2,1,1",
        )
    return weights


def sized(page: Mapping[str, Any], tokens_per_day: float, weights: Sequence[float]) -> dict[str, Any]:
    """Return how many accelerators carry a day's output tokens with the best plan, and how much of them it uses.

    A unit that is bought is a replica, or all workers of the plan where prompts have workers of their own.
    """
    from denshi.workload.serving.demand import size

    best = page["plans"][0]
    units = 1.0 if best["plan"]["prompt_workers"] else best["plan"]["replicas"]
    found = size(
        tokens_per_day,
        weights,
        replica_tokens_per_s=best["tokens_per_s"] / units,
        replica_accelerators=best["accelerators"] / units,
    )
    return {
        "tokens_per_day": tokens_per_day,
        "weights": list(weights),
        "unit_accelerators": best["accelerators"] / units,
        "units": found.replicas,
        "accelerators": found.accelerators,
        "peak_tokens_per_s": found.peak_tokens_per_s,
        "utilisation": found.utilisation,
    }


def compared(cases: "Sequence[tuple[str, Case | DenshiError]]", sought: Sequence["Sought | None"]) -> dict[str, Any]:
    """Return a comparison: of each machine and format the best plan at the targets, or why there is none.

    Parameters
    ----------
    cases : what was asked, word for word, and the case, or the error where there is none.
    sought : what is searched for on each; None where there is no case.
    """
    from denshi.workload.serving.search import search

    rows: list[dict[str, Any]] = []
    for (asked, case), wanted in zip(cases, sought, strict=True):
        if not isinstance(case, Case) or wanted is None:
            rows.append({"asked": asked, "best": None, "why_not": str(case), "quality": []})
            continue
        head = {"asked": asked, **header(case), "checkpoint_bytes": checkpoint_bytes(case)}
        quality = _published(case)
        try:
            page = searched(case, wanted, search(case.task, wanted), 1.0, 1)
        except InfeasibleError as error:
            rows.append({**head, "best": None, "why_not": str(error), **quality})
            continue
        told = {name: page[name] for name in ("bound", "stopped_by", "grades")}
        rows.append({**head, "best": page["plans"][0], "why_not": None, **told, **quality})
    first = next((case for _, case in cases if isinstance(case, Case)), None)
    return {
        "schema_version": 1,
        "rows": rows,
        "cut": [] if first is None else [cited(row) for row in cut_of(first.model.id)],
        "definitions": DEFINITIONS,
        "notices": _common([case for _, case in cases if isinstance(case, Case)]),
    }


def _common(cases: Sequence[Case]) -> list[str]:
    """What a reader should know of all machines; their precisions stand in the table."""
    notes = [note for case in cases for note in (*case.notices, *untaught(case)) if "precision" not in note]
    return list(dict.fromkeys(notes))


def _published(case: Case) -> dict[str, Any]:
    """What is published of a model's scores in the format of a case, and whether others are measured against it."""
    known = quality_of(case.model.id)
    fitting = [row for row in known if row.format == case.precision]
    return {
        "quality": [cited(row) for row in fitting],
        "quality_model": fitting[0].model if fitting else None,
        "reference_format": case.precision in ({row.original for row in known} or {"bf16", "fp16"}),
    }


def quality_of(model: str) -> "list[Quality]":
    """Published scores of a model in narrower formats; of models of the same shape where it has none itself."""
    from denshi.catalog import Model, Quality, find, rows

    known = [row for row in rows("quality").values() if isinstance(row, Quality) and row.params_fraction == 1]
    own = [row for row in known if row.model == model]
    return own or [row for row in known if _alike(find(Model, row.model), find(Model, model))]


def _alike(one: Any, other: Any) -> bool:
    names = ("family", "layers", "hidden", "heads", "kv_heads", "ffn", "experts", "top_k", "expert_ffn")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def cut_of(model: str) -> "list[Quality]":
    """Published scores of what was cut out of a model."""
    from denshi.catalog import Quality, rows

    known = [row for row in rows("quality").values() if isinstance(row, Quality)]
    return [row for row in known if row.params_fraction < 1 and row.model == model]


def cited(row: "Quality") -> dict[str, Any]:
    """Return a published score with its source."""
    proof = row.evidence["after"]
    return {
        "checkpoint": row.checkpoint,
        "original": row.original,
        "format": row.format,
        "method": row.method,
        "benchmark": row.benchmark,
        "before": row.before,
        "after": row.after,
        "params_fraction": row.params_fraction,
        "source": proof.source,
        "date": proof.date,
        "grade": proof.grade,
        "note": proof.note,
    }


def split_asked(asked: str, precision: str | None) -> tuple[str, str | None]:
    """Return accelerator and precision of "h200-sxm-141gb:fp8"; without a colon the precision is that of the command.

    >>> split_asked("b200-sxm-180gb:fp4", None)
    ('b200-sxm-180gb', 'fp4')
    """
    name, colon, format_ = asked.partition(":")
    return name, format_ if colon else precision
