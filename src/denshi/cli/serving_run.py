"""A way of serving under load, request by request: drawn arrivals and lengths, played, and summed up."""

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from denshi.cli.serving_case import Case, Way
from denshi.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from denshi.workload.serving.simulate import Limits, Outcome, Pace, Prefill

_QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
_MOST_REQUESTS = 2e7

DEFINITIONS = {
    "waited_s": "time from sending a request until its prompt starts",
    "utilisation": "requests a second over the most that replicas sustain, or the time share of busier prompt workers",
    "preempted_fraction": "share of requests that were put back at least once because the cache was full",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Requests that come at a mean rate whatever the replicas do.

    ``burstiness`` is the variation of the gaps between them (0 even, 1 Poisson), ``input_cv`` and ``output_cv`` that of
    log-normal lengths: standard deviation over mean.
    """

    rate_per_s: float
    requests: float
    burstiness: float
    input_cv: float
    output_cv: float
    seed: int


def load_of(rate: float, requests: float, burstiness: float, input_cv: float, output_cv: float, seed: int) -> Load:
    """Return a load, its numbers checked.

    Raises
    ------
    UsageError : the rate is not above zero, a variation is negative, or the requests are no whole number from 1.
    """
    if not 0 < rate < inf:
        raise UsageError(f"--rate {rate:g} is not above zero", mend="Write requests a second, for example 2.5")
    for name, value in (("burstiness", burstiness), ("input-cv", input_cv), ("output-cv", output_cv)):
        if not 0 <= value < inf:
            raise UsageError(f"--{name} {value:g} is below zero", mend="Write 0 for none, 1 for as much as the mean")
    if not 1 <= requests <= _MOST_REQUESTS or requests != round(requests):
        raise UsageError(
            f"--requests {requests:g} is not a whole number from 1 to {_MOST_REQUESTS:,.0f}",
            mend="Write for example 100000",
        )
    if seed < 0:
        raise UsageError(f"--seed {seed} is below zero", mend="Write 0 or more")
    return Load(
        rate_per_s=rate,
        requests=requests,
        burstiness=burstiness,
        input_cv=input_cv,
        output_cv=output_cv,
        seed=seed,
    )


def simulation(case: Case, way: Way, load: Load) -> dict[str, Any]:
    """Play a load through the replicas of a way and return what it found as a document.

    Raises
    ------
    InfeasibleError : a request is longer than the cache.
    """
    import numpy as np

    from denshi.workload.serving.arrivals import gamma, lognormal
    from denshi.workload.serving.simulate import simulate

    task, count = case.task, int(load.requests)
    sent = gamma(load.rate_per_s, count, (load.seed, 0), variation=load.burstiness)
    prompt = lognormal(float(task.input_tokens), load.input_cv, count, (load.seed, 1))
    answer = lognormal(float(task.output_tokens), load.output_cv, count, (load.seed, 2))
    pace, limits, prefill, utilisation = _replicas(case, way, load)
    out = simulate(sent, prompt, answer, pace, limits, prefill=prefill)
    offered = load.rate_per_s * float(answer.mean())
    return {
        "rate_per_s": load.rate_per_s,
        "requests": count,
        "burstiness": load.burstiness,
        "input_cv": load.input_cv,
        "output_cv": load.output_cv,
        "seed": load.seed,
        "ttft_s": _spread(out.first_token_s),
        "tpot_s": _spread(out.token_s[np.isfinite(out.token_s)]),
        "waited_s": _spread(out.waited_s),
        "preemptions": int(out.preemptions.sum()),
        "preempted_fraction": float((out.preemptions > 0).mean()),
        "offered_tokens_per_s": offered,
        **_summed(out),
        "sequences_most": limits.slots,
        "cache_tokens": limits.cache_tokens,
        "groups_played": limits.replicas,
        "utilisation": max(utilisation, out.prefill_busy_fraction),
        "definitions": DEFINITIONS,
    }


def _replicas(case: Case, way: Way, load: Load) -> "tuple[Pace, Limits, Prefill | None, float]":
    """Pace and limits of the replicas that decode, the workers for prompts if apart, and the utilisation."""
    from denshi.catalog import Assumption, find
    from denshi.workload.serving.pace import expected_running, limits_of, pace_of, prefill_of

    chunk = int(find(Assumption, "serving-chunk-tokens").value)
    most = int(find(Assumption, "serving-most-sequences").value)
    task, apart = case.task, way.prompt is not None
    rate = load.rate_per_s / (way.replicas * way.split["groups"])
    limits = limits_of(task, way.split, replicas=int(way.replicas), chunk_tokens=chunk, most=most)
    running, sustained = expected_running(task, way.split, rate, limits.slots, prompts=not apart)
    pace = pace_of(task, way.split, slots=limits.slots, running=running)
    if way.prompt is None:
        return pace, limits, None, rate / sustained
    prefill = prefill_of(task, way.prompt, way.split, workers=int(way.prompt_workers), chunk_tokens=chunk)
    return pace, limits, prefill, rate / sustained


def _spread(values: "NDArray[Any]") -> dict[str, float] | None:
    import numpy as np

    if not len(values):
        return None
    found = {name: float(np.quantile(values, share)) for name, share in _QUANTILES.items()}
    return {"mean": float(values.mean()), **found}


def _summed(out: "Outcome") -> dict[str, float]:
    return {
        "tokens_per_s": out.tokens_per_s,
        "busy_fraction": out.busy_fraction,
        "prefill_busy_fraction": out.prefill_busy_fraction,
        "running": out.running,
        "most_running": out.most_running,
        "span_s": out.span_s,
    }
