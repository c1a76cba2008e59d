"""Requests played one by one through replicas with continuous batching: what each waits, and what all add up to.

Rules of the engines in use (vLLM, SGLang): first come, first served; every iteration decodes all running sequences and
spends a chunk on prompts; a prompt starts when a slot is free and the cache holds all of it; when the cache is full the
youngest sequence is put back and its tokens are computed again. A request goes to the replica with fewest outstanding.
Steady estimates come from ``step``; this is for what they leave out: bursts, queues, a full cache, tails.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from denshi.errors import InfeasibleError, OutOfRangeError
from denshi.workload.serving.batching import DECODES, REQUEST, RULES, Rows, play

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_WHERE = "serving simulation"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pace:
    """How long an iteration of a replica takes.

    .. math:: t = \\max(t_n + c C + p m + q A, f)

    for n sequences that decode with C tokens of context among them, and m prompt tokens with A pairs of one of them and
    an earlier token of its request. The floor f holds where m > 0.

    Parameters
    ----------
    decode_s : t_n from n = 0 (an iteration of prompt tokens only) up to the number of slots, where drafts the time to
        make and check them included; above 0 from n = 1 on [s].
    context_s : c, not negative [s/token].
    prompt_s : p, not negative [s/token].
    prompt_context_s : q, not negative [s/pair].
    prompt_floor_s : f, not negative [s].
    dispatch_s : from sending a request until a replica may schedule it: network, text to tokens [s].

    Source: agrawal2024.
    """

    decode_s: Floats
    context_s: float = 0.0
    prompt_s: float
    prompt_context_s: float = 0.0
    prompt_floor_s: float = 0.0
    dispatch_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a replica holds and how many there are.

    Parameters
    ----------
    slots : most sequences that run, those in prefill among them, at least 1.
    cache_tokens : tokens that the cache of a replica holds.
    chunk_tokens : most prompt tokens of an iteration, beside the sequences that decode in it, at least 1.
    prefix_hit_fraction : share of a prompt that is found in the cache and not computed, 0 to 1; at least one token is
        computed. It occupies the cache like the rest.
    acceptance_length : tokens that an iteration gives a sequence, drafts that were accepted among them, at least 1.
        Every sequence gets this mean.
    replicas : at least 1.

    Source: kwon2023, agrawal2024.
    """

    slots: int
    cache_tokens: int
    chunk_tokens: int
    prefix_hit_fraction: float = 0.0
    acceptance_length: float = 1.0
    replicas: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefill:
    """Replicas that do nothing but prefill, and hand the cache over to those that decode.

    Parameters
    ----------
    pace, limits : of these replicas. The dispatch time is theirs; they need no time to decode but ``decode_s[0]``.
    transfer_s : time to hand over the cache of one prompt token [s/token]; transfers do not slow each other.

    Source: zhong2024.
    """

    pace: Pace
    limits: Limits
    transfer_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What became of the requests, in the order in which they were sent; times from sending, but for ``sent_s``.

    ``first_token_s`` and ``token_s`` are TTFT and TPOT [s]; ``token_s`` is the time from the first token to the last
    over the tokens after the first, not a number for an answer of one. ``finish_s`` is the time to the last token [s],
    ``waited_s`` that to the iteration which starts the prompt, dispatch included [s]. ``preemptions`` counts how often
    each was put back. ``span_s`` goes from the first request to the last token; start and end, when few run, are in it.
    ``tokens_per_s`` are answered tokens over it, of all replicas. ``busy_fraction`` is the share of the span in which a
    replica works, ``running`` the mean number of its sequences, idle time included, ``most_running`` and
    ``most_cache_tokens`` the most that any of them had: all of the replicas that decode. ``prefill_busy_fraction`` is
    that of the pool for prefill, 0 where there is none.
    """

    sent_s: Floats = field(repr=False)
    first_token_s: Floats = field(repr=False)
    token_s: Floats = field(repr=False)
    finish_s: Floats = field(repr=False)
    waited_s: Floats = field(repr=False)
    preemptions: Whole = field(repr=False)
    span_s: float
    tokens_per_s: float
    busy_fraction: float
    prefill_busy_fraction: float
    running: float
    most_running: int
    most_cache_tokens: float


def simulate(
    arrivals_s: ArrayLike,
    input_tokens: ArrayLike,
    output_tokens: ArrayLike,
    pace: Pace,
    limits: Limits,
    *,
    prefill: Prefill | None = None,
) -> Outcome:
    """Play requests that arrive at given times, whatever the replicas do (open loop).

    Parameters
    ----------
    arrivals_s : when each request is sent, in rising order [s], shape (requests,).
    input_tokens, output_tokens : of each request, at least 1 [tokens]; one number stands for all.
    pace, limits : of the replicas, those that decode where prefill has replicas of its own.
    prefill : replicas for prefill alone; None lets every replica do both.

    Returns
    -------
    Outcome : exact but for rounding under the rules of the module; nothing in it is drawn by chance.

    Raises
    ------
    OutOfRangeError : a length, time, pace or limit is outside its range, or arrivals go back in time.
    InfeasibleError : a request is longer than the cache.

    Source: kwon2023, agrawal2024, zhong2024.

    Two requests of 4 tokens in chunks of 4 and 2 tokens out. The second is admitted in the second iteration.

    >>> pace = Pace(decode_s=np.array([1.0, 10.0, 12.0]), prompt_s=0.5)
    >>> out = simulate([0.0, 0.0], 4, 2, pace, Limits(slots=2, cache_tokens=64, chunk_tokens=4))
    >>> out.first_token_s.tolist(), out.finish_s.tolist()
    ([3.0, 15.0], [15.0, 25.0])
    """
    sent = np.array(arrivals_s, dtype=np.float64)
    _refuse("arrivals_s", sent.ndim == 1 and sent.size > 0, "there must be one time for each request, at least one")
    _refuse("arrivals_s", bool(np.isfinite(sent).all()), "every time must be finite")
    _refuse("arrivals_s", bool((np.diff(sent) >= 0).all()), "requests arrive in the order of time")
    return _played(sent, len(sent), input_tokens, output_tokens, pace, limits, prefill)


def simulate_closed(
    concurrency: int,
    input_tokens: ArrayLike,
    output_tokens: ArrayLike,
    pace: Pace,
    limits: Limits,
    *,
    prefill: Prefill | None = None,
) -> Outcome:
    """Play requests of which so many are always under way: the next is sent when one ends (closed loop).

    Parameters
    ----------
    concurrency : requests sent at time 0, at least 1, over all replicas; benchmarks begin with this burst as well.
    input_tokens, output_tokens : of each request, at least 1 [tokens], shape (requests,) for one of them at least.
    pace, limits, prefill : as for ``simulate``.

    Returns
    -------
    Outcome : as of ``simulate``.

    Raises
    ------
    OutOfRangeError, InfeasibleError : as ``simulate``, and a concurrency below 1.

    >>> pace = Pace(decode_s=np.array([1.0, 10.0]), prompt_s=0.5)
    >>> out = simulate_closed(1, [4, 4], 2, pace, Limits(slots=1, cache_tokens=64, chunk_tokens=4))
    >>> out.sent_s.tolist(), out.finish_s.tolist()
    ([0.0, 13.0], [13.0, 13.0])
    """
    requests = max(np.size(input_tokens), np.size(output_tokens))
    _refuse("concurrency", concurrency >= 1, "one request at least must be under way")
    _refuse("input_tokens", requests >= 1, "there must be a request")
    return _played(np.zeros(requests), min(concurrency, requests), input_tokens, output_tokens, pace, limits, prefill)


def _played(
    sent_s: Floats,
    sent: int,
    input_tokens: ArrayLike,
    output_tokens: ArrayLike,
    pace: Pace,
    limits: Limits,
    prefill: Prefill | None,
) -> Outcome:
    prompt = _lengths("input_tokens", input_tokens, len(sent_s))
    answer = _lengths("output_tokens", output_tokens, len(sent_s))
    pools = [(pace, limits)] if prefill is None else [(pace, limits), (prefill.pace, prefill.limits)]
    for one, (of_pace, of_limits) in enumerate(pools):
        _check(of_pace, of_limits, decodes=one == DECODES)
    _check_cache(prompt, answer, limits, prefill)
    slots = int(max(of_limits.slots for _, of_limits in pools))
    rules, decode_s = np.zeros(2, dtype=RULES).view(np.recarray), np.zeros((2, slots + 1))
    for one, (of_pace, of_limits) in enumerate(pools):
        for record in (of_pace, of_limits):
            for name in set(record.__dataclass_fields__) & set(RULES.names or ()):
                rules[name][one] = getattr(record, name)
        times = np.asarray(of_pace.decode_s)[: slots + 1]
        decode_s[one, : len(times)] = times
    rules.transfer_s = prefill.transfer_s if prefill else 0.0
    requests = np.zeros(len(sent_s), dtype=REQUEST).view(np.recarray)
    requests.sent_s, requests.prompt, requests.answer = sent_s, prompt, answer
    replicas = (int(limits.replicas), int(prefill.limits.replicas) if prefill else 0)
    return _outcome(*play(rules, decode_s, requests, sent, replicas, slots), replicas)


def _outcome(requests: Rows, fleet: Rows, replicas: tuple[int, int]) -> Outcome:
    """Sum up the replicas, those of the first pool where nothing else is said."""
    span_s = float(requests.finish_s.max() - requests.sent_s[0])
    half = len(fleet) // 2
    after_first = np.where(requests.answer > 1, requests.answer - 1, np.nan)
    return Outcome(
        sent_s=requests.sent_s.copy(),
        first_token_s=requests.first_s - requests.sent_s,
        token_s=(requests.finish_s - requests.first_s) / after_first,
        finish_s=requests.finish_s - requests.sent_s,
        waited_s=requests.admitted_s - requests.sent_s,
        preemptions=requests.preemptions.astype(np.int64),
        span_s=span_s,
        tokens_per_s=float(requests.answer.sum() / span_s),
        busy_fraction=float(fleet.busy_s[:half].sum() / (replicas[0] * span_s)),
        prefill_busy_fraction=float(fleet.busy_s[half:].sum() / (max(replicas[1], 1) * span_s)),
        running=float(fleet.running_s[:half].sum() / (replicas[0] * span_s)),
        most_running=int(fleet.most_running[:half].max()),
        most_cache_tokens=float(fleet.most_tokens[:half].max()),
    )


def _lengths(name: str, tokens: ArrayLike, count: int) -> Whole:
    given = np.asarray(tokens, dtype=np.float64)
    listed = given.ndim == 0 or given.shape == (count,)
    _refuse(name, listed, f"there must be one number for each of {count:,} requests")
    whole = bool(np.isfinite(given).all() and (given == np.rint(given)).all() and (given >= 1).all())
    _refuse(name, whole, "tokens are whole and at least one")
    return np.broadcast_to(given, (count,)).astype(np.int64)


def _check(pace: Pace, limits: Limits, *, decodes: bool) -> None:
    for name in ("slots", "cache_tokens", "chunk_tokens", "replicas"):
        value = float(getattr(limits, name))
        _refuse(name, value >= 1 and value.is_integer(), "must be whole and at least one")
    _refuse("prefix_hit_fraction", 0 <= limits.prefix_hit_fraction <= 1, "is a share between 0 and 1")
    _refuse("acceptance_length", 1 <= limits.acceptance_length < np.inf, "an iteration gives at least one token")
    decode_s = np.asarray(pace.decode_s, dtype=np.float64)
    most = limits.slots if decodes else 0
    long_enough = decode_s.ndim == 1 and len(decode_s) > most
    _refuse("decode_s", long_enough, f"there must be a time for every count from 0 to {most:,}")
    positive = bool(np.isfinite(decode_s).all() and decode_s[0] >= 0 and (decode_s[1:] > 0).all())
    _refuse("decode_s", positive, "iterations that decode take time")
    for name in ("context_s", "prompt_s", "prompt_context_s", "prompt_floor_s", "dispatch_s"):
        _refuse(name, 0 <= getattr(pace, name) < np.inf, "must not be negative")


def _check_cache(prompt: Whole, answer: Whole, limits: Limits, prefill: Prefill | None) -> None:
    """Refuse what never fits. The last token is not kept; drafts of the last iteration may be too many."""
    if prefill is not None:
        _refuse("transfer_s", 0 <= prefill.transfer_s < np.inf, "must not be negative")
        _fits(int(prompt.max()), prefill.limits)
    drafts = limits.acceptance_length if limits.acceptance_length > 1 else 0.0
    _fits(float((prompt + answer - 1).max()) + drafts, limits)


def _fits(tokens: float, limits: Limits) -> None:
    if tokens > limits.cache_tokens:
        raise InfeasibleError(
            f"a request of {tokens:,.0f} tokens never fits",
            where=_WHERE,
            why=f"the cache of a replica holds {limits.cache_tokens:,} tokens",
            mend="Shorten the longest requests, or spread a replica over more accelerators",
        )


def _refuse(name: str, allowed: bool, why: str) -> None:
    if not allowed:
        raise OutOfRangeError(f"{name} is outside its range", where=_WHERE, why=why)


__all__ = ["Limits", "Outcome", "Pace", "Prefill", "simulate", "simulate_closed"]
