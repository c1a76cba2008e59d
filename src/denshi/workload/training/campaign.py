"""Wall-clock time of a whole training run: batch ramp, evaluations, checkpoints, interruptions, start-up.

The time of a step is taken as affine in its batch, between the first batch and the full one: a pipeline runs
``m + p - 1`` times a micro-batch, then exchanges gradients and updates once, and stragglers stretch all of it alike.
Where exchange overlaps arithmetic the line bends; both ends are still exact, and the chord between them errs to the
slow side. The time of a ramp then needs the number of its steps, which has a closed form, and no loop over them.

Interruptions are a Poisson process in wall time, also while the run restarts. What is expected of a long run is then
exact: the renewal argument of Daly, here with a write to storage that goes on while training continues. A checkpoint
counts once its write has ended w behind the training. Of an uptime U with mean M there survive
``sum over k of P(U > k (tau + delta) + w) = e^(-w/M) / (e^((tau + delta)/M) - 1)`` of them, so w costs what a recovery
longer by w would.
"""

from dataclasses import dataclass
from math import ceil, exp, expm1, floor, inf, log, log1p, sqrt

from denshi.errors import InfeasibleError, OutOfRangeError

_HOUR_S = 3600.0
# e^50 of wall time for one of work is never: the exponentials stop here, far from where they overflow
_HOPELESS = 50.0
_WHOLE = 1e-9

_ABOVE_ZERO = (
    "tokens",
    "step_tokens",
    "step_s",
    "first_step_tokens",
    "first_step_s",
    "evaluation_interval_tokens",
    "accelerators",
    "checkpoint_bytes_per_s",
)
_NOT_NEGATIVE = (
    "ramp_tokens",
    "evaluation_tokens",
    "forward_fraction",
    "interruptions_per_accelerator_h",
    "detection_s",
    "restart_s",
    "start_up_s",
    "checkpoint_bytes",
    "checkpoint_fixed_s",
    "blocking_fraction",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A run to be timed.

    ``first_step_tokens`` and ``first_step_s`` are those of the smallest batch, equal to the full ones where there is no
    ramp. ``forward_fraction`` is the forward part of a step. ``checkpoint_bytes`` are those of the whole run, spread
    evenly over its accelerators, each of which writes and reads ``checkpoint_bytes_per_s``. Training waits for
    ``blocking_fraction`` of the write and ``checkpoint_fixed_s`` beside it. ``interval_s`` is the work between two
    checkpoints; None asks for the optimum.
    """

    tokens: float
    step_tokens: float
    step_s: float
    first_step_tokens: float
    first_step_s: float
    ramp_tokens: float
    evaluation_interval_tokens: float
    evaluation_tokens: float
    forward_fraction: float
    accelerators: float
    interruptions_per_accelerator_h: float
    detection_s: float
    restart_s: float
    start_up_s: float
    checkpoint_bytes: float
    checkpoint_bytes_per_s: float
    checkpoint_fixed_s: float
    blocking_fraction: float
    interval_s: float | None = None


def campaign(run: Campaign) -> dict[str, float]:
    """Return what a training run is expected to take, part by part.

    .. math:: T = S + M e^{(R + w)/M} (e^{(\\tau + \\delta)/M} - 1) W / \\tau

    with start-up S, recovery R (detection, restart, reading back), write behind the training w, stall of a checkpoint
    delta, work between two of them tau, work W (steps and evaluations) and mean time between interruptions M.

    Returns
    -------
    dict : ``steps``, ``ramp_steps``, ``evaluations``, ``checkpoints``, ``interruptions`` [1]; ``steps_s``,
        ``evaluation_s``, ``checkpoint_s``, ``lost_s`` (work and stalls done again), ``down_s`` (detection, restarts)
        and ``start_up_s``, which add up to ``wall_s`` [s]; ``ramp_s`` that small batches add within ``steps_s``;
        ``mtbi_s``, ``interval_s``, ``write_s``, ``stall_s``, ``recovery_s`` of one event; ``goodput`` =
        ``steps_s / wall_s`` [1].

    Raises
    ------
    OutOfRangeError : a quantity is negative, a batch or a rate is zero, or the ramp runs downwards.
    InfeasibleError : interruptions come so fast that the run never ends, or checkpoints faster than they are written.

    Source: daly2006, young1974.
    """
    _check(run)
    steps, ramp_steps, steps_s, ramp_s = _steps(run)
    evaluations = floor(run.tokens / run.evaluation_interval_tokens + _WHOLE)
    evaluation_s = evaluations * run.evaluation_tokens / run.step_tokens * run.step_s * run.forward_fraction
    interrupted = _interrupted(run, steps_s + evaluation_s)
    parts = (interrupted[name] for name in ("checkpoint_s", "lost_s", "down_s"))
    wall_s = sum(parts, steps_s + evaluation_s + run.start_up_s)
    return {
        "steps": steps,
        "ramp_steps": ramp_steps,
        "steps_s": steps_s,
        "ramp_s": ramp_s,
        "evaluations": float(evaluations),
        "evaluation_s": evaluation_s,
        **interrupted,
        "start_up_s": run.start_up_s,
        "wall_s": wall_s,
        "goodput": steps_s / wall_s,
    }


def daly_interval_s(stall_s: float, mtbi_s: float) -> float:
    """Return the work between two checkpoints that makes a run shortest [s].

    .. math:: \\tau = \\sqrt{2 \\delta M} (1 + \\sqrt{\\delta / 2M} / 3 + \\delta / 18 M) - \\delta

    for a stall delta below 2 M, else M. Young's optimum is the leading root.

    Parameters
    ----------
    stall_s : time for which a checkpoint stops the work, 0 or more [s].
    mtbi_s : mean time between interruptions, above 0; may be infinite [s].

    Source: daly2006 (higher-order optimum), young1974.

    >>> round(daly_interval_s(20.0, 3.093 * 3600), 1)
    654.1
    """
    if stall_s >= 2 * mtbi_s:
        return mtbi_s
    if stall_s == 0 or mtbi_s == inf:
        return 0.0 if stall_s == 0 else inf
    part = stall_s / (2 * mtbi_s)
    return sqrt(2 * stall_s * mtbi_s) * (1 + sqrt(part) / 3 + part / 9) - stall_s


def _steps(run: Campaign) -> tuple[float, float, float, float]:
    """Steps, those of the ramp, their time, and what the ramp added to it.

    A batch that grows with the tokens seen, ``b = b0 + (b1 - b0) t / T``, grows by the same factor ``1 + g``,
    ``g = (b1 - b0) / T``, every step: after n of them ``t = b0 ((1 + g)^n - 1) / g``.
    """
    first, full = run.first_step_tokens, run.step_tokens
    ramp_steps, seen = 0, 0.0
    if run.ramp_tokens > 0 and first < full:
        growth = (full - first) / run.ramp_tokens
        until = min(log(full / first), log1p(growth * run.tokens / first))
        ramp_steps = ceil(until / log1p(growth) - _WHOLE)
        seen = first * expm1(ramp_steps * log1p(growth)) / growth
    full_steps = max(ceil((run.tokens - seen) / full - _WHOLE), 0 if ramp_steps else 1)
    per_token_s = (run.step_s - run.first_step_s) / (full - first) if first < full else 0.0
    ramp_s = ramp_steps * (run.first_step_s - per_token_s * first) + per_token_s * seen
    return (
        float(ramp_steps + full_steps),
        float(ramp_steps),
        ramp_s + full_steps * run.step_s,
        ramp_s - seen / full * run.step_s,
    )


def _interrupted(run: Campaign, work_s: float) -> dict[str, float]:
    """Return what checkpoints and interruptions add to ``work_s``, and what one of each takes."""
    rate = run.accelerators * run.interruptions_per_accelerator_h / _HOUR_S
    mtbi_s = 1 / rate if rate > 0 else inf
    write_s = run.checkpoint_bytes / (run.accelerators * run.checkpoint_bytes_per_s)
    stall_s = run.checkpoint_fixed_s + run.blocking_fraction * write_s
    behind_s = (1 - run.blocking_fraction) * write_s
    recovery_s = run.detection_s + run.restart_s + write_s
    interval_s = _interval_s(run, work_s, mtbi_s, stall_s, behind_s)
    if (recovery_s + behind_s + interval_s + stall_s) / mtbi_s > _HOPELESS:
        raise _never(run, mtbi_s, recovery_s)
    checkpoints = work_s / interval_s
    # uptime until every segment has passed; an interruption undoes the one begun and that not yet written
    up_s = checkpoints * exp(behind_s / mtbi_s) * _stretched(interval_s + stall_s, mtbi_s)
    down_s = up_s * expm1(recovery_s / mtbi_s)
    return {
        "mtbi_s": mtbi_s,
        "write_s": write_s,
        "stall_s": stall_s,
        "recovery_s": recovery_s,
        "interval_s": interval_s,
        "checkpoints": checkpoints,
        "checkpoint_s": checkpoints * stall_s,
        "interruptions": (up_s + down_s) / mtbi_s,
        "lost_s": up_s - work_s - checkpoints * stall_s,
        "down_s": down_s,
    }


def _interval_s(run: Campaign, work_s: float, mtbi_s: float, stall_s: float, behind_s: float) -> float:
    """Work between two checkpoints: as given, or the optimum that holds a step and the write; at most the run."""
    if run.interval_s is None:
        return min(max(daly_interval_s(stall_s, mtbi_s), run.step_s, behind_s), work_s)
    if run.interval_s < behind_s:
        raise InfeasibleError(
            f"a checkpoint every {run.interval_s:,.0f} s is not written before the next one is due",
            where="training run",
            why=f"writing takes {behind_s:,.0f} s behind the training",
            mend="Write more seldom, or give the storage more bandwidth",
        )
    return min(run.interval_s, work_s)


def _stretched(work_s: float, mtbi_s: float) -> float:
    """Expected uptime until ``work_s`` passes without an interruption, begun anew after each."""
    return work_s if mtbi_s == inf else mtbi_s * expm1(work_s / mtbi_s)


def _check(run: Campaign) -> None:
    for name in _ABOVE_ZERO:
        _refuse(name, getattr(run, name) > 0, "must be above zero")
    for name in _NOT_NEGATIVE:
        _refuse(name, getattr(run, name) >= 0, "must not be negative")
    _refuse("interval_s", run.interval_s is None or run.interval_s > 0, "must be above zero")
    _refuse("blocking_fraction", run.blocking_fraction <= 1, "must not exceed one")
    _refuse("first_step_tokens", run.first_step_tokens <= run.step_tokens, "must not exceed the full batch")
    _refuse("first_step_s", run.first_step_s <= run.step_s, "must not exceed the time of a full batch")


def _refuse(name: str, allowed: bool, why: str) -> None:
    if not allowed:
        raise OutOfRangeError(f"{name} is outside its range", where="training run", why=why)


def _never(run: Campaign, mtbi_s: float, recovery_s: float) -> InfeasibleError:
    return InfeasibleError(
        f"a run on {run.accelerators:,.0f} accelerators never ends",
        where="training run",
        why=f"it is interrupted every {mtbi_s:,.0f} s and needs {recovery_s:,.0f} s to come back",
        mend="Use fewer accelerators for a run, recover faster, or write checkpoints more often",
    )
