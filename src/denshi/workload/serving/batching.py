"""Continuous batching, iteration by iteration: who runs, who waits, who is put back when the cache is full.

A replica is always in one stretch of iterations. A stretch that only decodes goes on, by its closed form, until a
sequence ends, the cache is full or a request arrives that might join, so the work is by request and not by token. What
the decoding sequences hold follows from two whole numbers, so nothing drifts and every token is given back. The
functions are plain; ``play`` compiles them once in a process.
"""

from collections.abc import Callable
from functools import cache
from heapq import heappop, heappush
from math import ceil, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Rows = np.recarray[Any, Any]
Moves = list[tuple[float, int]]

NONE = -1
NEVER = 1 << 62

DECODES, PREFILLS = 0, 1
"""Pools: replicas that decode, and prefill where they are alone; replicas that only prefill."""

# a share of a token below which tokens count as whole
_ROUNDING = 1e-9

RULES = np.dtype(
    [
        ("context_s", "f8"),
        ("prompt_s", "f8"),
        ("prompt_context_s", "f8"),
        ("prompt_floor_s", "f8"),
        ("dispatch_s", "f8"),
        ("transfer_s", "f8"),
        ("prefix_hit_fraction", "f8"),
        ("acceptance_length", "f8"),  # tokens that an iteration adds to a sequence
        ("slots", "i8"),
        ("cache_tokens", "i8"),
        ("chunk_tokens", "i8"),
    ]
)
"""Pace and limits of a pool."""

REQUEST = np.dtype(
    [
        ("sent_s", "f8"),
        ("admitted_s", "f8"),
        ("first_s", "f8"),
        ("finish_s", "f8"),
        ("prompt", "i8"),
        ("answer", "i8"),
        ("given", "i8"),  # tokens of the answer when it last began to decode, or now while it does not
        ("start", "i8"),  # turn of its replica at which it last began to decode
        ("following", "i8"),  # the next one in the queue
        ("preemptions", "i4"),
        ("carried", "i4"),  # 1 if its cache comes from the other pool
    ]
)

REPLICA = np.dtype(
    [
        ("pool", "i8"),
        ("began_s", "f8"),  # start of the stretch, or when it may begin
        ("flight", "i8"),  # iterations of the stretch, 0 between two
        ("turn", "i8"),  # iterations done
        ("decoding", "i8"),
        ("joining", "i8"),  # prompts that this iteration completes
        ("filling", "i8"),  # the request whose prompt is processed in part
        ("filled", "i8"),
        ("loaded", "i8"),  # tokens that the decoding sequences held when they began
        ("starts", "i8"),  # sum of their first turns
        ("pending", "i8"),  # tokens kept for prompts under way
        ("next_due", "i8"),  # no sequence ends before this turn
        ("head", "i8"),
        ("tail", "i8"),
        ("busy_s", "f8"),
        ("running_s", "f8"),
        ("most_tokens", "f8"),
        ("most_running", "i8"),
    ]
)


class Parts(NamedTuple):
    """The compiled functions, which find each other here."""

    rank: Callable[..., None]
    held: Callable[..., float]
    span_s: Callable[..., float]
    push: Callable[..., None]
    join: Callable[..., None]
    leave: Callable[..., None]
    preempt: Callable[..., None]
    admit: Callable[..., bool]
    take_over: Callable[..., None]
    fill: Callable[..., tuple[int, float]]
    complete: Callable[..., None]
    retire: Callable[..., None]
    pause: Callable[..., None]
    begin: Callable[..., None]
    deliver: Callable[..., None]


class World(NamedTuple):
    """All there is. Replicas of the second pool are the second half; those that do not exist have endless keys."""

    parts: Parts
    rules: Rows  # [pool] of RULES
    decode_s: Floats  # [pool, sequences that decode]
    requests: Rows  # [request] of REQUEST
    sent: Whole  # [1], how many are sent
    replicas: Rows  # [replica] of REPLICA
    running: Whole  # [replica, place], decoding then joining, oldest first
    due: Whole  # [replica, place], turn of the last token
    ends_s: Floats  # [replica], end of the stretch; endless while idle
    soonest: Whole  # tournament over ends_s
    outstanding: Floats  # [replica]
    freest: Whole  # tournament over outstanding; nodes 2 and 3 are the pools


def play(
    rules: Rows, decode_s: Floats, requests: Rows, sent: int, replicas: tuple[int, int], slots: int
) -> tuple[Rows, Rows]:
    """Play the requests to their end.

    Parameters
    ----------
    rules, decode_s : of both pools.
    requests : those to be played, changed in place.
    sent : how many of them have their time; each of the others is sent when one ends.
    replicas : of the pools; 0 of the second lets the first prefill.
    slots : the most of both pools.

    Returns
    -------
    requests, replicas : as they are in the end; the second pool is the second half.
    """
    half = 1 << (max(replicas) - 1).bit_length()
    fleet = np.zeros(2 * half, dtype=REPLICA).view(np.recarray)
    fleet.pool[half:] = PREFILLS
    for name, value in {"filling": NONE, "head": NONE, "tail": NONE, "next_due": NEVER}.items():
        fleet[name] = value
    outstanding = np.full(2 * half, np.inf)
    for begin, count in zip((0, half), replicas, strict=True):
        outstanding[begin : begin + count] = 0.0
    winner = np.concatenate([np.zeros(2 * half, dtype=np.int64), np.arange(2 * half)])
    places = np.zeros((2 * half, slots), dtype=np.int64)
    parts, run = _compiled()
    run(
        World(
            parts=parts,
            rules=rules,
            decode_s=decode_s,
            requests=requests,
            sent=np.array([sent]),
            replicas=fleet,
            running=places,
            due=places.copy(),
            ends_s=np.full(2 * half, np.inf),
            soonest=winner,
            outstanding=outstanding,
            freest=winner.copy(),
        ),
        3 if replicas[1] else 2,
    )
    return requests, fleet


@cache
def _compiled() -> tuple[Parts, Callable[[World, int], None]]:
    import numba

    # parts are called by each other only: no entry from Python, half the time to compile
    inner = numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
    return Parts(*(inner(part) for part in _PARTS)), numba.njit(_run)


def _run(world: World, entrance: int) -> None:
    """Take events in the order of time. At one moment iterations end, then requests arrive, then iterations begin."""
    parts, requests, ends_s = world.parts, world.requests, world.ends_s
    for replica in range(len(ends_s)):
        parts.rank(world.soonest, ends_s, replica)
        parts.rank(world.freest, world.outstanding, replica)
    dispatch_s = world.rules[entrance - 2].dispatch_s
    moves = [(np.inf, NONE)]
    arrived = 0
    while True:
        replica = world.soonest[1]
        arrival = requests[arrived].sent_s + dispatch_s if arrived < world.sent[0] else np.inf
        moved = moves[0][0]
        if min(ends_s[replica], arrival, moved) == np.inf:
            break
        if ends_s[replica] <= min(arrival, moved):
            if world.replicas[replica].flight > 0:
                parts.complete(world, moves, replica)
            else:
                parts.begin(world, replica)
        elif arrival <= moved:
            parts.deliver(world, world.freest[entrance], arrived, arrival)
            arrived += 1
        else:
            parts.deliver(world, world.freest[2], heappop(moves)[1], moved)


def _rank(winner: Whole, keys: Floats, leaf: int) -> None:
    """Replay the matches of one leaf: each node names the least key below it, the first of equals."""
    node = (leaf + len(keys)) >> 1
    while node >= 1:
        left, right = winner[2 * node], winner[2 * node + 1]
        winner[node] = left if keys[left] <= keys[right] else right
        node >>= 1


def _held(world: World, replica: int) -> float:
    """Tokens in the cache of the decoding sequences: the sum over them of ``loaded + growth (turn - start)``."""
    one = world.replicas[replica]
    return float(one.loaded + world.rules[one.pool].acceptance_length * (one.decoding * one.turn - one.starts))


def _span_s(world: World, pool: int, decoding: int, held: float, iterations: int) -> float:
    """Time of k iterations that only decode, ``k t_n + c (k C + a n k (k - 1) / 2)``."""
    rules = world.rules[pool]
    grown = rules.acceptance_length * decoding * iterations * (iterations - 1) / 2
    return float(iterations * world.decode_s[pool, decoding] + rules.context_s * (iterations * held + grown))


def _deliver(world: World, replica: int, request: int, now: float) -> None:
    """Queue a request; a stretch that it might join ends with the iteration under way."""
    parts, one = world.parts, world.replicas[replica]
    rules, decoding, began_s = world.rules[one.pool], one.decoding, one.began_s
    world.outstanding[replica] += 1
    parts.rank(world.freest, world.outstanding, replica)
    if world.ends_s[replica] == np.inf:
        parts.pause(world, replica, now)
    elif one.flight > 1 and one.head == NONE and decoding < rules.slots:
        held = parts.held(world, replica)
        # root of the closed form, then what rounding did to it put right
        square = rules.context_s * rules.acceptance_length * decoding / 2
        line = parts.span_s(world, one.pool, decoding, held, 1) - square
        root = 2 * (now - began_s) / (line + sqrt(line * line + 4 * square * (now - began_s)))
        iterations = min(max(1, ceil(root)), one.flight)
        while iterations > 1 and began_s + parts.span_s(world, one.pool, decoding, held, iterations - 1) >= now:
            iterations -= 1
        while iterations < one.flight and began_s + parts.span_s(world, one.pool, decoding, held, iterations) < now:
            iterations += 1
        if iterations < one.flight:
            one.flight = iterations
            world.ends_s[replica] = began_s + parts.span_s(world, one.pool, decoding, held, iterations)
            parts.rank(world.soonest, world.ends_s, replica)
    parts.push(world, replica, request, False)


def _push(world: World, replica: int, request: int, ahead: bool) -> None:
    """Put a request at the end of the queue of a replica, or ahead of all."""
    one = world.replicas[replica]
    world.requests[request].following = one.head if ahead else NONE
    if one.head == NONE:
        one.head = one.tail = request
    elif ahead:
        one.head = request
    else:
        world.requests[one.tail].following = request
        one.tail = request


def _begin(world: World, replica: int) -> None:
    """Give room to the decoding sequences, then to prompts, and say when the iteration or the stretch of them ends."""
    parts, one = world.parts, world.replicas[replica]
    rules, now = world.rules[one.pool], one.began_s
    full = False
    while parts.held(world, replica) + one.pending + rules.acceptance_length * one.decoding > rules.cache_tokens:
        parts.preempt(world, replica)
        full = True
    prompts, pairs = parts.fill(world, replica, not full)
    held = parts.held(world, replica)
    if prompts > 0:
        decode_s = parts.span_s(world, one.pool, one.decoding, held, 1)
        whole_s = decode_s + rules.prompt_s * prompts + rules.prompt_context_s * pairs
        one.flight = 1
        world.ends_s[replica] = now + max(whole_s, rules.prompt_floor_s)
    elif one.decoding > 0:
        room = int((rules.cache_tokens - held - one.pending) / (rules.acceptance_length * one.decoding))
        # one that was just put back needs more room than the others leave it, now and later
        one.flight = max(1, min(one.next_due - one.turn, room))
        world.ends_s[replica] = now + parts.span_s(world, one.pool, one.decoding, held, one.flight)
    else:
        world.ends_s[replica] = np.inf
    parts.rank(world.soonest, world.ends_s, replica)


def _preempt(world: World, replica: int) -> None:
    """Put the youngest back at the head of the queue; all its tokens become prompt."""
    one = world.replicas[replica]
    if one.filling != NONE:
        request = one.filling
        asked = world.requests[request]
        one.pending -= asked.prompt + asked.given
        one.filling = NONE
    else:
        one.decoding -= 1
        request = world.running[replica, one.decoding]
        asked = world.requests[request]
        one.loaded -= asked.prompt + asked.given - 1
        one.starts -= asked.start
        more = int(world.rules[one.pool].acceptance_length * (one.turn - asked.start) + _ROUNDING)
        asked.given = min(asked.given + more, asked.answer - 1)
    asked.preemptions += 1
    asked.carried = 0
    world.parts.push(world, replica, request, True)


def _fill(world: World, replica: int, admits: bool) -> tuple[int, float]:
    """Spend the chunk of an iteration on prompts, oldest first; tokens, and pairs of one with an earlier one."""
    parts, one = world.parts, world.replicas[replica]
    if admits and one.filling == NONE:
        parts.take_over(world, replica)
    chunk = world.rules[one.pool].chunk_tokens
    budget, pairs = chunk, 0.0
    while budget > 0:
        if one.filling == NONE and not (admits and parts.admit(world, replica)):
            break
        asked = world.requests[one.filling]
        left = asked.prompt + asked.given - one.filled
        taken = min(left, budget)
        pairs += taken * (one.filled + (taken - 1) / 2)
        budget -= taken
        one.filled += taken
        if taken == left:
            world.running[replica, one.decoding + one.joining] = one.filling
            one.joining += 1
            one.filling = NONE
    return chunk - budget, pairs


def _take_over(world: World, replica: int) -> None:
    """Let sequences whose cache has come from the other pool decode at once, while they are next and fit."""
    one = world.replicas[replica]
    rules = world.rules[one.pool]
    while one.head != NONE and world.requests[one.head].carried == 1 and one.decoding < rules.slots:
        asked = world.requests[one.head]
        grown = rules.acceptance_length * (one.decoding + 1)
        if world.parts.held(world, replica) + asked.prompt + grown > rules.cache_tokens:
            break
        request = one.head
        one.head = asked.following
        world.parts.join(world, replica, request)


def _admit(world: World, replica: int) -> bool:
    """Start on the next prompt if a slot is free and the cache holds all of it."""
    one = world.replicas[replica]
    rules = world.rules[one.pool]
    if one.head == NONE or one.decoding + one.joining >= rules.slots:
        return False
    asked = world.requests[one.head]
    total = asked.prompt + asked.given
    held = world.parts.held(world, replica) + one.pending + rules.acceptance_length * one.decoding
    if asked.carried == 1 or held + total > rules.cache_tokens:
        return False
    one.filling = one.head
    one.head = asked.following
    one.filled = min(int(rules.prefix_hit_fraction * asked.prompt + _ROUNDING), total - 1)
    one.pending += total
    if asked.preemptions == 0:
        asked.admitted_s = one.began_s
    return True


def _join(world: World, replica: int, request: int) -> None:
    """Let a sequence decode from the next iteration on."""
    one, asked = world.replicas[replica], world.requests[request]
    left = (asked.answer - asked.given) / world.rules[one.pool].acceptance_length
    due = one.turn + ceil(left - _ROUNDING)
    asked.start = one.turn
    one.loaded += asked.prompt + asked.given - 1
    one.starts += one.turn
    world.running[replica, one.decoding] = request
    world.due[replica, one.decoding] = due
    one.next_due = min(one.next_due, due)
    one.decoding += 1


def _complete(world: World, moves: Moves, replica: int) -> None:
    """End a stretch: let go of the sequences that are done, let those whose prompt is done decode."""
    parts, one, now = world.parts, world.replicas[replica], world.ends_s[replica]
    decoding, joining = one.decoding, one.joining
    running = decoding + joining + (one.filling != NONE)
    one.busy_s += now - one.began_s
    one.running_s += running * (now - one.began_s)
    one.most_running = max(one.most_running, running)
    one.turn += one.flight
    one.flight = 0
    one.joining = 0
    one.most_tokens = max(one.most_tokens, parts.held(world, replica) + one.pending)
    if one.turn >= one.next_due:
        parts.retire(world, replica)
    for place in range(decoding, decoding + joining):
        request = world.running[replica, place]
        asked = world.requests[request]
        one.pending -= asked.prompt + asked.given
        if asked.given == 0:
            asked.first_s = now
        asked.given += 1
        if asked.given == asked.answer:
            parts.leave(world, replica, request)
        elif one.pool == PREFILLS:
            world.outstanding[replica] -= 1
            parts.rank(world.freest, world.outstanding, replica)
            asked.carried = 1
            heappush(moves, (now + world.rules[PREFILLS].transfer_s * asked.prompt, request))
        else:
            parts.join(world, replica, request)
    parts.pause(world, replica, now)


def _pause(world: World, replica: int, now: float) -> None:
    """Let the next iteration begin now, after all else that happens now."""
    world.replicas[replica].began_s = now
    world.ends_s[replica] = np.nextafter(now, np.inf)
    world.parts.rank(world.soonest, world.ends_s, replica)


def _retire(world: World, replica: int) -> None:
    """Let go of the sequences whose last turn is done; the others close up in their order."""
    one = world.replicas[replica]
    decoding = one.decoding
    one.decoding = 0
    one.next_due = NEVER
    for place in range(decoding):
        request, due = world.running[replica, place], world.due[replica, place]
        if due <= one.turn:
            asked = world.requests[request]
            one.loaded -= asked.prompt + asked.given - 1
            one.starts -= asked.start
            asked.given = asked.answer
            world.parts.leave(world, replica, request)
        else:
            world.running[replica, one.decoding] = request
            world.due[replica, one.decoding] = due
            one.next_due = min(one.next_due, due)
            one.decoding += 1


def _leave(world: World, replica: int, request: int) -> None:
    """Note the end of a request; one that waits for it to end is sent."""
    now = world.ends_s[replica]
    world.requests[request].finish_s = now
    world.outstanding[replica] -= 1
    world.parts.rank(world.freest, world.outstanding, replica)
    if world.sent[0] < len(world.requests):
        world.requests[world.sent[0]].sent_s = now
        world.sent[0] += 1


_PARTS = (
    _rank,
    _held,
    _span_s,
    _push,
    _join,
    _leave,
    _preempt,
    _admit,
    _take_over,
    _fill,
    _complete,
    _retire,
    _pause,
    _begin,
    _deliver,
)

__all__ = ["DECODES", "PREFILLS", "REPLICA", "REQUEST", "RULES", "Rows", "play"]
