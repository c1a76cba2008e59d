"""The simulation of serving by hand, against a naive one that goes token by token, and by the laws of queues."""

from dataclasses import dataclass, fields, replace
from heapq import heappop, heappush
from math import inf, sqrt
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from denshi.errors import InfeasibleError, OutOfRangeError
from denshi.workload.serving import arrivals, simulate
from denshi.workload.serving.simulate import Limits, Outcome, Pace, Prefill

ROOMY = Limits(slots=4, cache_tokens=10_000, chunk_tokens=10_000)


def pace(slots: int = 4, **changed: float) -> Pace:
    """An iteration of n sequences takes 8 + n, one of prompts alone 2 [s], a prompt token 1/4."""
    return Pace(decode_s=np.r_[2.0, 8.0 + np.arange(1, slots + 1)], **({"prompt_s": 0.25} | changed))


def same(one: Outcome, other: Outcome) -> None:
    for name in (field.name for field in fields(one)):
        assert np.asarray(getattr(one, name)).tobytes() == np.asarray(getattr(other, name)).tobytes(), name


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_one_request_to_the_iteration() -> None:
    """12 tokens in chunks of 5, 5 and 2, then three that decode with 12, 13 and 14 tokens in the cache."""
    slow = pace(context_s=0.5, prompt_context_s=0.125, prompt_floor_s=6.0, dispatch_s=1.0)
    out = simulate.simulate([3.0], 12, 4, slow, replace(ROOMY, chunk_tokens=5))
    first = max(2 + 5 / 4 + 10 / 8, 6.0)
    second = max(2 + 5 / 4 + 35 / 8, 6.0)
    third = max(2 + 2 / 4 + 21 / 8, 6.0)
    assert (first, second, third) == (6.0, 7.625, 6.0)
    assert out.waited_s.tolist() == [1.0]
    assert out.first_token_s.tolist() == [1.0 + 19.625]
    assert out.token_s.tolist() == [9 + 0.5 * 13]
    assert out.finish_s.tolist() == [1.0 + 19.625 + 46.5]
    assert out.span_s == 67.125
    assert out.tokens_per_s == 4 / 67.125
    assert out.busy_fraction == out.running == 66.125 / 67.125
    assert (out.most_running, out.most_cache_tokens) == (1, 15.0)


def test_a_prompt_that_comes_while_another_decodes_joins_at_the_next_iteration() -> None:
    """The second arrives at 20, in the iteration from 12 to 21; its prompt shares the one from 21 to 31."""
    out = simulate.simulate([0.0, 20.0], 4, 6, pace(), ROOMY)
    first = [3.0, 12.0, 21.0, 31.0, 41.0, 51.0]
    assert out.waited_s.tolist() == [0.0, 1.0]
    assert (out.sent_s + out.first_token_s).tolist() == [first[0], 31.0]
    # both decode until the first is done at 51, the second goes on alone
    assert (out.sent_s + out.finish_s).tolist() == [first[-1], 31.0 + 10 + 10 + 9 + 9 + 9]


def test_prompts_share_a_chunk_in_their_order_and_the_last_is_cut() -> None:
    """Three prompts of 6 in chunks of 8: 6 + 2, 4 + 4, 2, with 0, 1 and 2 sequences that decode."""
    out = simulate.simulate([0.0, 0.0, 0.0], 6, 3, pace(), replace(ROOMY, chunk_tokens=8))
    ends = np.cumsum([2 + 2, 9 + 2, 10 + 0.5, 10, 9])
    assert out.first_token_s.tolist() == ends[:3].tolist()
    assert out.finish_s.tolist() == ends[[2, 3, 4]].tolist()
    assert out.waited_s.tolist() == [0.0, 0.0, 4.0]
    assert out.most_running == 3


def test_the_youngest_is_put_back_when_the_cache_is_full_and_computed_again() -> None:
    """Two of 4 tokens in, 6 out, in a cache of 13: at turn 3 they hold 12 and want 14."""
    out = simulate.simulate([0.0, 0.0], 4, 6, pace(), replace(ROOMY, cache_tokens=13))
    # both prompts, two turns together; the first alone for three; then 4 + 3 tokens anew and the last two of the second
    ends = np.cumsum([2 + 2, 10, 10, 9, 9, 9, 2 + 7 / 4, 9, 9])
    assert out.preemptions.tolist() == [0, 1]
    assert out.first_token_s.tolist() == [4.0, 4.0]
    assert out.finish_s.tolist() == [ends[5], ends[8]]
    assert out.most_cache_tokens == 12.0


def test_prompts_found_in_the_cache_are_not_computed_and_occupy_it() -> None:
    out = simulate.simulate([0.0], 8, 1, pace(prompt_context_s=1.0), replace(ROOMY, prefix_hit_fraction=0.5))
    assert out.first_token_s.tolist() == [2 + 4 / 4 + (4 + 5 + 6 + 7)]
    assert out.most_cache_tokens == 8.0
    whole = simulate.simulate([0.0], 8, 1, pace(prompt_context_s=1.0), replace(ROOMY, prefix_hit_fraction=1.0))
    assert whole.first_token_s.tolist() == [2 + 1 / 4 + 7]


def test_drafts_give_several_tokens_an_iteration() -> None:
    """10 tokens after the first at 2.5 an iteration are 4 iterations, 11 are 5."""
    out = simulate.simulate([0.0, 100.0], 4, [11, 12], pace(), replace(ROOMY, acceptance_length=2.5))
    assert out.finish_s.tolist() == [3 + 4 * 9.0, 3 + 5 * 9.0]
    assert out.token_s.tolist() == [36 / 10, 45 / 11]
    assert out.most_cache_tokens == 4 + 5 * 2.5


def test_requests_go_to_the_replica_with_fewest_outstanding() -> None:
    """The first three fill replicas 0, 1, 0; at 30 the second is done, so the fourth finds replica 1 idle."""
    out = simulate.simulate([0.0, 1.0, 2.0, 30.0], 4, [9, 2, 9, 2], pace(), replace(ROOMY, replicas=2))
    assert out.finish_s[[1, 3]].tolist() == [3.0 + 9.0] * 2
    assert out.waited_s.tolist() == [0.0, 0.0, 1.0, 0.0]


def test_a_request_that_ends_as_another_arrives_counts_no_more() -> None:
    """The second, on replica 1, ends at 13, when the third arrives."""
    out = simulate.simulate([0.0, 1.0, 13.0], 4, [9, 2, 2], pace(), replace(ROOMY, replicas=2))
    assert out.finish_s.tolist() == [3.0 + 8 * 9, 12.0, 12.0]


def test_prefill_of_its_own_never_stops_those_that_decode() -> None:
    prefill = Prefill(pace=Pace(decode_s=np.array([2.0]), prompt_s=0.25), limits=ROOMY, transfer_s=0.5)
    out = simulate.simulate([0.0, 1.0], 4, [3, 1], pace(), ROOMY, prefill=prefill)
    # the second, prefilled from 3 to 6, ends with its first token and never goes over
    assert out.first_token_s.tolist() == [3.0, 5.0]
    assert out.finish_s.tolist() == [3.0 + 4 * 0.5 + 9 + 9, 5.0]
    assert out.prefill_busy_fraction == 6.0 / 23.0
    assert out.busy_fraction == 18.0 / 23.0
    assert out.most_cache_tokens == 6.0


def test_a_closed_loop_of_one_is_the_sum_of_its_parts() -> None:
    rng = np.random.default_rng(5)
    prompt, answer = rng.integers(1, 3000, 300), rng.integers(1, 500, 300)
    fast = Pace(
        decode_s=np.array([0.004, 0.008]),
        context_s=1e-7,
        prompt_s=2e-5,
        prompt_context_s=1e-9,
        prompt_floor_s=0.006,
        dispatch_s=0.003,
    )
    chunk = 512
    parts = np.zeros((2, 300))
    for i, (p, o) in enumerate(zip(prompt, answer, strict=True)):
        for begin in range(0, p, chunk):
            n = min(chunk, p - begin)
            pairs = sum(range(begin, begin + n))
            parts[0, i] += max(0.004 + 2e-5 * n + 1e-9 * pairs, 0.006)
        parts[1, i] = sum(0.008 + 1e-7 * held for held in range(p, p + o - 1))
    out = simulate.simulate_closed(1, prompt, answer, fast, Limits(slots=1, cache_tokens=4000, chunk_tokens=chunk))
    assert out.first_token_s == pytest.approx(0.003 + parts[0], rel=1e-9)
    assert out.finish_s == pytest.approx(0.003 + parts.sum(axis=0), rel=1e-9)
    assert out.span_s == pytest.approx(300 * 0.003 + parts.sum(), rel=1e-9)


# --- against a naive simulation ---------------------------------------------------------------------------------------


@dataclass
class Naive:
    """One replica, one iteration at a time, each sequence with what it holds."""

    pace: Pace
    limits: Limits
    end: float = inf
    flying: bool = False
    began: float = 0.0
    busy: float = 0.0
    sequence_s: float = 0.0
    most_running: int = 0
    most_tokens: float = 0.0
    outstanding: int = 0

    def __post_init__(self) -> None:
        self.waiting: list[dict[str, Any]] = []
        self.running: list[dict[str, Any]] = []

    def held(self) -> float:
        return sum(float(one["kept"]) for one in self.running)

    def decoding(self) -> list[dict[str, Any]]:
        return [one for one in self.running if one["decodes"]]

    def begin(self) -> None:
        now, step, full = self.end, self.limits.acceptance_length, False
        while self.held() + step * len(self.decoding()) > self.limits.cache_tokens:
            back = self.running.pop()
            back.update(given=min(back["given"], back["answer"] - 1), kept=0.0, decodes=False, carried=False)
            back["preemptions"] += 1
            self.waiting.insert(0, back)
            full = True
        prompts, pairs, budget = 0, 0, self.limits.chunk_tokens
        self.decoders = self.decoding()
        for one in self.running:
            if not one["decodes"]:
                prompts, pairs, budget = self.process(one, prompts, pairs, budget)
        while self.waiting and not full and budget > 0 and len(self.running) < self.limits.slots:
            one = self.waiting[0]
            total = one["prompt"] + one["given"]
            carried = one["carried"]
            wants = one["prompt"] + step if carried else total
            if self.held() + step * len(self.decoders) + wants > self.limits.cache_tokens:
                break
            if carried and prompts > 0:
                break
            self.running.append(self.waiting.pop(0))
            if carried:
                one.update(kept=float(one["prompt"]), decodes=True, since=0, begun=one["given"])
                self.decoders.append(one)
                continue
            one.setdefault("admitted", now)
            hit = int(self.limits.prefix_hit_fraction * one["prompt"])
            one.update(kept=float(total), filled=min(hit, total - 1), total=total)
            prompts, pairs, budget = self.process(one, prompts, pairs, budget)
        self.flying = bool(self.running)
        context = sum(one["kept"] for one in self.decoders)
        lasts = self.pace.decode_s[len(self.decoders)] + self.pace.context_s * context
        if prompts:
            lasts += self.pace.prompt_s * prompts + self.pace.prompt_context_s * pairs
            lasts = max(lasts, self.pace.prompt_floor_s)
        self.began, self.end = now, now + lasts if self.running else inf

    def process(self, one: dict[str, Any], prompts: int, pairs: int, budget: int) -> tuple[int, int, int]:
        while budget > 0 and one["filled"] < one["total"]:
            pairs += one["filled"]
            one["filled"] += 1
            prompts, budget = prompts + 1, budget - 1
        return prompts, pairs, budget

    def finish(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """End the iteration; those with all their tokens, and those with their prompt done."""
        self.flying = False
        self.busy += self.end - self.began
        self.sequence_s += len(self.running) * (self.end - self.began)
        self.most_running = max(self.most_running, len(self.running))
        for one in self.decoders:
            one["since"] += 1
            one["kept"] += self.limits.acceptance_length
            one["given"] = one["begun"] + int(one["since"] * self.limits.acceptance_length)
        self.most_tokens = max(self.most_tokens, self.held())
        filled = [one for one in self.running if not one["decodes"] and one["filled"] == one["total"]]
        for one in filled:
            one.setdefault("first", self.end)
            one["given"] += 1
            one.update(decodes=True, since=0, begun=one["given"], kept=float(one["total"]))
        done = [one for one in self.running if one["given"] >= one["answer"]]
        self.running = [one for one in self.running if one["given"] < one["answer"]]
        return done, [one for one in filled if one["given"] < one["answer"]]


def naive(
    sent: list[float], count: int, prompt: list[int], answer: list[int], pools: list[tuple[Pace, Limits]], move_s: float
) -> tuple[list[dict[str, Any]], list[list[Naive]]]:
    """Play requests on the pool that decodes, and the one for prefill if there are two."""
    fleets = [[Naive(*pool) for _ in range(pool[1].replicas)] for pool in pools]
    requests = [
        {"prompt": p, "answer": o, "given": 0, "kept": 0.0, "decodes": False, "carried": False, "preemptions": 0}
        for p, o in zip(prompt, answer, strict=True)
    ]
    sent, moves, arrived = sent[:count], [(inf, -1)], 0

    def deliver(pool: int, number: int, now: float) -> None:
        to = min(fleets[pool], key=lambda one: one.outstanding)
        to.outstanding += 1
        to.waiting.append(requests[number])
        if to.end == inf:
            to.end = now

    while True:
        one = min((one for fleet in fleets for one in fleet), key=lambda one: (one.end, not one.flying))
        arrival = sent[arrived] + pools[-1][0].dispatch_s if arrived < len(sent) else inf
        if one.flying and one.end <= min(arrival, moves[0][0]):
            done, filled = one.finish()
            for request in done:
                request["finish"] = one.end
                one.outstanding -= 1
                if len(sent) < len(requests):
                    sent.append(one.end)
            for request in filled if len(fleets) > 1 and one in fleets[1] else []:
                one.running.remove(request)
                one.outstanding -= 1
                request.update(decodes=False, carried=True, kept=0.0)
                number = next(i for i, other in enumerate(requests) if other is request)
                heappush(moves, (one.end + move_s * request["prompt"], number))
        elif one.end < min(arrival, moves[0][0]):
            one.begin()
        elif arrival <= moves[0][0] and arrival < inf:
            deliver(-1, arrived, arrival)
            arrived += 1
        elif moves[0][0] < inf:
            moved, number = heappop(moves)
            deliver(0, number, moved)
        else:
            break
    for request, at in zip(requests, sent, strict=True):
        request["sent"] = at
    return requests, fleets


EIGHTH = st.integers(0, 64).map(lambda n: n / 8)
PACES = st.builds(
    lambda times, **rest: Pace(decode_s=np.array(times) / 8, **rest),
    st.lists(st.integers(1, 80), min_size=5, max_size=5),
    context_s=EIGHTH.map(lambda n: n / 16),
    prompt_s=EIGHTH,
    prompt_context_s=EIGHTH.map(lambda n: n / 16),
    prompt_floor_s=EIGHTH,
    dispatch_s=EIGHTH,
)
CASES = st.fixed_dictionaries(
    {
        "prompt": st.lists(st.integers(1, 20), min_size=1, max_size=14),
        "answer": st.lists(st.integers(1, 15), min_size=14, max_size=14),
        "gaps": st.lists(st.sampled_from([0.0, 0.0, 0.125, 1.0, 5.0, 40.0]), min_size=14, max_size=14),
        "concurrency": st.none() | st.integers(1, 6),
        "pace": PACES,
        "slots": st.integers(1, 4),
        "spare": st.integers(0, 30),
        "chunk": st.integers(1, 24),
        "hits": st.sampled_from([0.0, 0.25, 0.5, 1.0]),
        "length": st.sampled_from([1.0, 1.0, 1.5, 2.0, 2.75]),
        "replicas": st.integers(1, 3),
        "prefill": st.none() | st.tuples(PACES, st.integers(1, 3), st.integers(1, 4), EIGHTH),
    }
)


def played(case: dict[str, Any]) -> tuple[Outcome, Any, Any]:
    """The outcome of a case, the state that it ends in, and the arguments for the naive simulation."""
    prompt, answer = case["prompt"], case["answer"][: len(case["prompt"])]
    need = max(p + o - 1 for p, o in zip(prompt, answer, strict=True)) + (3 if case["length"] > 1 else 0)
    limits = Limits(
        slots=case["slots"],
        cache_tokens=need + case["spare"],
        chunk_tokens=case["chunk"],
        prefix_hit_fraction=case["hits"],
        acceptance_length=case["length"],
        replicas=case["replicas"],
    )
    prefill, pools = None, [(case["pace"], limits)]
    if case["prefill"]:
        own_pace, replicas, slots, transfer_s = case["prefill"]
        own = replace(limits, replicas=replicas, slots=slots, cache_tokens=max(prompt) + case["spare"] // 2)
        prefill = Prefill(pace=own_pace, limits=own, transfer_s=transfer_s)
        pools.append((own_pace, own))
    sent = np.cumsum(case["gaps"])[: len(prompt)]
    ends: list[Any] = []
    real = simulate.play
    with mock.patch.object(simulate, "play", lambda *given: ends.append(real(*given)) or ends[0]):
        if case["concurrency"]:
            out = simulate.simulate_closed(case["concurrency"], prompt, answer, case["pace"], limits, prefill=prefill)
            sent = np.zeros(len(prompt))
        else:
            out = simulate.simulate(sent, prompt, answer, case["pace"], limits, prefill=prefill)
    count = min(case["concurrency"] or len(prompt), len(prompt))
    return out, ends[0], (sent.tolist(), count, prompt, answer, pools, prefill.transfer_s if prefill else 0.0)


@settings(max_examples=400, deadline=None)
@given(case=CASES)
def test_every_request_as_in_a_simulation_token_by_token(case: dict[str, Any]) -> None:
    """All times are multiples of 1/1024, so that sums are exact and events often fall together."""
    out, _, arguments = played(case)
    requests, fleets = naive(*arguments)
    sent = np.array([one["sent"] for one in requests])
    for name, ours in {"first": out.first_token_s, "finish": out.finish_s, "admitted": out.waited_s}.items():
        assert (ours + out.sent_s).tolist() == [one[name] for one in requests], name
    assert out.sent_s.tolist() == sent.tolist()
    assert out.preemptions.tolist() == [one["preemptions"] for one in requests]
    span = max(one["finish"] for one in requests) - sent[0]
    assert out.busy_fraction == pytest.approx(sum(one.busy for one in fleets[0]) / len(fleets[0]) / span)
    assert out.running == pytest.approx(sum(one.sequence_s for one in fleets[0]) / len(fleets[0]) / span)
    assert out.most_running == max(one.most_running for one in fleets[0])
    assert out.most_cache_tokens == max(one.most_tokens for one in fleets[0])
    if len(fleets) > 1:
        assert out.prefill_busy_fraction == pytest.approx(sum(one.busy for one in fleets[1]) / len(fleets[1]) / span)


@settings(max_examples=200, deadline=None)
@given(case=CASES)
def test_nothing_is_lost_and_no_limit_passed(case: dict[str, Any]) -> None:
    out, (requests, fleet), (_, _, _, answer, pools, _) = played(case)
    assert (out.waited_s >= pools[-1][0].dispatch_s).all()
    assert (out.first_token_s >= out.waited_s).all()
    assert (out.finish_s >= out.first_token_s).all()
    assert requests.given.tolist() == answer
    for name in ("loaded", "starts", "pending", "decoding", "joining", "flight"):
        assert not fleet[name].any(), name
    for name in ("filling", "head"):
        assert (fleet[name] == -1).all(), name
    for pool, (_, limits) in enumerate(pools):
        own = fleet[fleet.pool == pool]
        assert (own.most_running <= limits.slots).all()
        assert (own.most_tokens <= limits.cache_tokens).all()
        assert (own.busy_s[limits.replicas :] == 0).all()
    assert 0 <= out.busy_fraction <= 1 + 1e-12
    assert out.running <= out.most_running + 1e-9


# --- laws -------------------------------------------------------------------------------------------------------------


def mean_error(values: NDArray[np.float64], batches: int = 50) -> float:
    """Standard error of a mean whose values depend on their neighbours: by the means of batches."""
    means = values[: len(values) // batches * batches].reshape(batches, -1).mean(axis=1)
    return float(means.std(ddof=1) / sqrt(batches))


@pytest.mark.parametrize(("load", "answers"), [(0.5, (64, 64)), (0.8, (64, 64)), (0.8, (2, 127))])
def test_one_slot_waits_as_pollaczek_and_khinchine_say(load: float, answers: tuple[int, int]) -> None:
    """``W = lambda E[S^2] / (2 (1 - rho))``: one slot serves requests one at a time."""
    count = 400_000
    served = 0.030 + 0.010 * (np.array(answers) - 1)
    rate = load / served.mean()
    sent = arrivals.poisson(rate, count, seed=(11, 0))
    answer = arrivals.histogram(answers, [1, 1], count, seed=(11, 1))
    one = Pace(decode_s=np.array([0.010, 0.010]), prompt_s=2e-4)
    out = simulate.simulate(sent, 100, answer, one, Limits(slots=1, cache_tokens=1000, chunk_tokens=100))
    expected = 0.030 + rate * (served**2).mean() / (2 * (1 - load))
    error = mean_error(out.first_token_s)
    assert error < 0.02 * expected
    assert abs(out.first_token_s.mean() - expected) < 4 * error
    assert out.busy_fraction == pytest.approx(load, rel=0.01)


def loaded(count: int, seed: int, load: float = 0.8, slots: int = 64, **changed: Any) -> Outcome:
    """Lognormal lengths of 512 in and 128 out on replicas that are busy at full slots for the share ``load``."""
    fast = Pace(
        decode_s=0.01 + 1e-4 * np.arange(slots + 1),
        context_s=1e-8,
        prompt_s=2e-5,
        prompt_context_s=1e-10,
        prompt_floor_s=0.012,
        dispatch_s=0.002,
    )
    limits = replace(Limits(slots=slots, cache_tokens=200_000, chunk_tokens=1024), **changed)
    rate = load * limits.replicas / (512 * 2e-5 + 128 * fast.decode_s[slots] / slots)
    return simulate.simulate(
        arrivals.poisson(rate, count, seed=(seed, 0)),
        arrivals.lognormal(512, 0.6, count, seed=(seed, 1)),
        arrivals.lognormal(128, 1.0, count, seed=(seed, 2)),
        fast,
        limits,
    )


def test_littles_law_of_the_running_sequences() -> None:
    """Sequences that run, counted over time, are the times that requests run, counted over requests."""
    out = loaded(20_000, seed=1, replicas=3)
    assert out.preemptions.sum() == 0
    assert out.running * 3 * out.span_s == pytest.approx((out.finish_s - out.waited_s).sum(), rel=1e-9)


def test_littles_law_of_a_closed_loop() -> None:
    """As many requests are under way as the concurrency says until the last is sent, then fewer and fewer."""
    answer = arrivals.lognormal(200, 1.0, 5000, seed=3)
    fast = Pace(decode_s=0.01 + 1e-4 * np.arange(33), prompt_s=2e-5, dispatch_s=0.001)
    limits = Limits(slots=32, cache_tokens=1_000_000, chunk_tokens=512, replicas=2)
    out = simulate.simulate_closed(50, 256, answer, fast, limits)
    ends = np.sort(out.sent_s + out.finish_s)
    assert out.sent_s[50:] == pytest.approx(ends[: 5000 - 50], rel=1e-12)
    sent_last, drain = out.sent_s[-1], ends[-50:] - out.sent_s[-1]
    assert out.finish_s.sum() == pytest.approx(50 * sent_last + drain.sum(), rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_more_replicas_never_raise_the_time_to_the_first_token(seed: int) -> None:
    """The arrivals stay those of one replica at 1.2 of what it can do."""
    count = 5000
    means = []
    for replicas in (1, 2, 3, 4, 8, 16):
        means.append(loaded(count, seed, load=1.2 / replicas, replicas=replicas).first_token_s.mean())
    assert (np.diff(means) <= 0).all()
    assert means[0] > 5 * means[-1]


def test_bursts_make_requests_wait_as_lindley_says() -> None:
    """Even, Poisson and bursty arrivals of one rate at 90 % of one slot: ``W' = max(0, W + S - A)``, each by itself."""
    waits = []
    for variation in (0.0, 0.5, 1.0, 3.0):
        sent = arrivals.gamma(0.9, 20_000, seed=2, variation=variation)
        one = Pace(decode_s=np.array([1.0, 1.0]), prompt_s=0.0)
        out = simulate.simulate(sent, 1, 1, one, Limits(slots=1, cache_tokens=1, chunk_tokens=1))
        expected = [0.0]
        for gap in np.diff(sent):
            expected.append(max(0.0, expected[-1] + 1.0 - gap))
        assert out.waited_s == pytest.approx(np.array(expected), abs=1e-8)
        waits.append(out.waited_s.mean())
    assert waits[0] == 0.0
    assert (np.diff(waits) > 0.5).all()


def test_a_smaller_cache_puts_sequences_back_and_costs_time() -> None:
    wide, tight = loaded(5000, seed=4), loaded(5000, seed=4, cache_tokens=20_000)
    assert (wide.preemptions.sum(), tight.preemptions.sum() > 100) == (0, True)
    assert tight.most_cache_tokens <= 20_000 < wide.most_cache_tokens
    assert tight.finish_s.mean() > wide.finish_s.mean()


def test_time_has_no_unit_of_its_own() -> None:
    """Twice all times of the pace and the arrivals are twice all times of the outcome, to the bit."""
    rng = np.random.default_rng(9)
    sent, prompt, answer = np.cumsum(rng.random(500)), rng.integers(1, 40, 500), rng.integers(1, 40, 500)
    ones = pace(context_s=0.01, prompt_context_s=0.001, prompt_floor_s=3.0, dispatch_s=0.1)
    twos = Pace(*[], **{name: 2 * getattr(ones, name) for name in ones.__dataclass_fields__})
    tight = replace(ROOMY, cache_tokens=150, chunk_tokens=16)
    one = simulate.simulate(sent, prompt, answer, ones, tight)
    two = simulate.simulate(2 * sent, prompt, answer, twos, tight)
    assert one.preemptions.sum() > 0
    assert (2 * one.finish_s).tolist() == two.finish_s.tolist()
    assert (2 * one.first_token_s).tolist() == two.first_token_s.tolist()
    assert one.running == two.running


def test_the_same_seed_gives_the_same_bytes() -> None:
    same(loaded(3000, seed=6), loaded(3000, seed=6))
    assert loaded(3000, seed=7).finish_s.tobytes() != loaded(3000, seed=6).finish_s.tobytes()


def test_the_given_arrivals_stay_as_they_are() -> None:
    sent = np.array([0.0, 1.0])
    before = sent.copy()
    out = simulate.simulate(sent, 4, 2, pace(), ROOMY)
    assert sent.tobytes() == before.tobytes()
    assert not np.shares_memory(out.sent_s, sent)


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("slots", {"slots": 0}),
        ("slots", {"slots": 2.5}),
        ("cache_tokens", {"cache_tokens": inf}),
        ("chunk_tokens", {"chunk_tokens": 0}),
        ("replicas", {"replicas": 0}),
        ("prefix_hit_fraction", {"prefix_hit_fraction": 1.1}),
        ("acceptance_length", {"acceptance_length": 0.9}),
        ("decode_s", {"slots": 5}),
        ("decode_s", {"decode_s": np.zeros(5)}),
        ("prompt_s", {"prompt_s": -1.0}),
        ("dispatch_s", {"dispatch_s": np.nan}),
        ("arrivals_s", {"arrivals_s": [1.0, 0.0]}),
        ("arrivals_s", {"arrivals_s": []}),
        ("arrivals_s", {"arrivals_s": [0.0, np.nan]}),
        ("input_tokens", {"input_tokens": [4, 4, 4]}),
        ("input_tokens", {"input_tokens": 0}),
        ("output_tokens", {"output_tokens": [1, 1.5]}),
        ("output_tokens", {"output_tokens": np.nan}),
        ("transfer_s", {"transfer_s": -1.0}),
    ],
)
def test_what_is_out_of_range_is_named(name: str, changed: dict[str, Any]) -> None:
    def taken(record: Any) -> Any:
        return replace(record, **{key: value for key, value in changed.items() if hasattr(record, key)})

    load = {"arrivals_s": [0.0, 1.0], "input_tokens": 4, "output_tokens": 2}
    load |= {key: value for key, value in changed.items() if key in load}
    prefill = taken(Prefill(pace=pace(), limits=ROOMY, transfer_s=0.0)) if "transfer_s" in changed else None
    with pytest.raises(OutOfRangeError, match=name):
        simulate.simulate(**load, pace=taken(pace()), limits=taken(ROOMY), prefill=prefill)


@pytest.mark.parametrize("length", [1.0, 2.0])
def test_a_request_longer_than_the_cache_is_refused_and_one_that_fits_is_served(length: float) -> None:
    """8 in and 5 out leave 12 in the cache; drafts of the last iteration need room of their own."""
    needs = 12 if length == 1.0 else 14
    limits = replace(ROOMY, acceptance_length=length, cache_tokens=needs)
    assert simulate.simulate([0.0, 0.0], 8, 5, pace(), limits).finish_s.max() > 0
    with pytest.raises(InfeasibleError, match="never fits"):
        simulate.simulate([0.0, 0.0], 8, 5, pace(), replace(limits, cache_tokens=needs - 1))


def test_a_prompt_longer_than_the_cache_for_prefill_is_refused() -> None:
    prefill = Prefill(pace=pace(), limits=replace(ROOMY, cache_tokens=7), transfer_s=0.0)
    with pytest.raises(InfeasibleError, match="8 tokens never fits"):
        simulate.simulate([0.0], 8, 5, pace(), ROOMY, prefill=prefill)
    with pytest.raises(OutOfRangeError, match="concurrency"):
        simulate.simulate_closed(0, [4], 2, pace(), ROOMY)


# --- arrivals and lengths ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variation", [0.0, 0.3, 1.0, 2.5])
def test_gaps_have_the_mean_and_the_variation_asked_for(variation: float) -> None:
    gaps = np.diff(arrivals.gamma(20.0, 200_000, seed=3, variation=variation), prepend=0.0)
    assert (gaps >= 0).all()
    assert gaps.mean() == pytest.approx(1 / 20, rel=4 * max(variation, 1e-9) / sqrt(200_000))
    assert gaps.std() / gaps.mean() == pytest.approx(variation, rel=0.03, abs=1e-9)


def test_poisson_counts_vary_as_their_mean() -> None:
    times = arrivals.poisson(50.0, 200_000, seed=5)
    counts = np.bincount(times.astype(int))[:3900]
    assert counts.var() / counts.mean() == pytest.approx(1.0, abs=4 * sqrt(2 / len(counts)))


def test_a_day_follows_its_curve() -> None:
    """Each hour within 4.5 standard deviations of its share, over ten days, with the mean rate asked for."""
    weights = 2 + np.sin(np.arange(24) * 2 * np.pi / 24)
    weights[3] = 0.0
    times = arrivals.daily(0.5, weights, 10.0, seed=8)
    assert (np.diff(times) >= 0).all()
    assert times[-1] < 864_000
    expected = 0.5 * 864_000 * weights / weights.sum()
    seen = np.bincount((times % 86_400 // 3600).astype(int), minlength=24)
    assert seen[3] == 0
    assert (np.abs(seen - expected) <= 4.5 * np.sqrt(expected)).all()
    assert len(times) == pytest.approx(0.5 * 864_000, abs=4.5 * sqrt(0.5 * 864_000))


@pytest.mark.parametrize("variation", [0.0, 0.5, 1.5])
def test_lognormal_lengths_have_their_mean_and_variation(variation: float) -> None:
    drawn = arrivals.lognormal(700, variation, 500_000, seed=4)
    assert drawn.mean() == pytest.approx(700, rel=4 * max(variation, 1e-9) / sqrt(500_000))
    assert drawn.std() / drawn.mean() == pytest.approx(variation, rel=0.03, abs=1e-9)
    assert arrivals.lognormal(1, 3.0, 1000, seed=4).min() == 1


def test_lengths_keep_to_their_range_and_histogram() -> None:
    drawn = arrivals.uniform(10, 0.8, 1.2, 10_000, seed=4)
    assert np.unique(drawn).tolist() == [8, 9, 10, 11, 12]
    assert np.bincount(drawn)[8:] == pytest.approx(2000, abs=4 * sqrt(1600))
    assert set(arrivals.uniform(10, 1.0, 1.0, 5, seed=4).tolist()) == {10}
    lengths, seen = np.unique(arrivals.histogram([7, 100, 3], [2, 0, 6], 10_000, seed=1), return_counts=True)
    assert lengths.tolist() == [3, 7]
    assert seen[0] == pytest.approx(7500, abs=4 * sqrt(1875))


def test_draws_depend_on_the_seed_alone() -> None:
    flat = np.ones(24)
    for draw in (
        lambda seed: arrivals.poisson(1.0, 99, seed),
        lambda seed: arrivals.gamma(1.0, 99, seed, variation=2.0),
        lambda seed: arrivals.daily(0.01, flat, 1.0, seed),
        lambda seed: arrivals.uniform(1000, 0.1, 1.0, 99, seed),
        lambda seed: arrivals.lognormal(1000, 1.0, 99, seed),
        lambda seed: arrivals.histogram(np.arange(1, 100), np.ones(99), 99, seed),
    ):
        assert draw(5).tobytes() == draw(5).tobytes()
        assert draw((5, 1)).tobytes() == draw((5, 1)).tobytes() != draw((5, 2)).tobytes()


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("rate_per_s", lambda: arrivals.poisson(0.0, 5, 1)),
        ("count", lambda: arrivals.poisson(1.0, 0, 1)),
        ("variation", lambda: arrivals.gamma(1.0, 5, 1, variation=-0.1)),
        ("hourly_weights", lambda: arrivals.daily(1.0, [1.0] * 23, 1.0, 1)),
        ("hourly_weights", lambda: arrivals.daily(1.0, [0.0] * 24, 1.0, 1)),
        ("days", lambda: arrivals.daily(1.0, [1.0] * 24, 0.0, 1)),
        ("low_fraction", lambda: arrivals.uniform(10, 1.0, 0.5, 5, 1)),
        ("low_fraction", lambda: arrivals.uniform(10, 0.0, 0.5, 5, 1)),
        ("tokens", lambda: arrivals.lognormal(0.5, 1.0, 5, 1)),
        ("tokens", lambda: arrivals.histogram([1, 2], [1.0], 5, 1)),
        ("tokens", lambda: arrivals.histogram([1, np.nan], [1.0, 1.0], 5, 1)),
        ("weights", lambda: arrivals.histogram([1, 2], [1.0, -1.0], 5, 1)),
    ],
)
def test_a_load_out_of_range_is_named(name: str, call: Any) -> None:
    with pytest.raises(OutOfRangeError, match=name):
        call()
