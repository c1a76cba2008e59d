"""What faults leave of the work of a training job that writes checkpoints, and when to write them."""

from math import expm1, isfinite, sqrt

from denshi.errors import OutOfRangeError


def interval_s(checkpoint_s: float, between_faults_s: float) -> float:
    """Return the work between two checkpoints that loses least [s].

    .. math:: \\tau = \\sqrt{2 \\delta M}\\Bigl[1 + \\tfrac13 \\sqrt{\\tfrac{\\delta}{2M}}
              + \\tfrac19 \\tfrac{\\delta}{2M}\\Bigr] - \\delta \\quad (\\delta < 2M),\\qquad \\tau = M \\text{ else}

    Source: daly2006; its first term is young1974.

    >>> round(interval_s(10.0, 18_000.0))
    593
    """
    _positive(checkpoint_s, between_faults_s)
    if checkpoint_s >= 2.0 * between_faults_s:
        return between_faults_s
    ratio = checkpoint_s / (2.0 * between_faults_s)
    return sqrt(2.0 * checkpoint_s * between_faults_s) * (1.0 + sqrt(ratio) / 3.0 + ratio / 9.0) - checkpoint_s


def goodput(checkpoint_s: float, restart_s: float, between_faults_s: float, every_s: float | None = None) -> float:
    """Return the share of time in which a job makes progress that it keeps [1].

    .. math:: g = \\frac{\\tau}{M e^{R/M} (e^{(\\tau + \\delta)/M} - 1)}

    Faults come at random and may come during checkpoints and restarts too.

    Parameters
    ----------
    checkpoint_s : time for which a checkpoint stops the job, positive [s].
    restart_s : time from a fault until the job goes on, not negative [s].
    between_faults_s : mean time between faults of the whole job, positive [s].
    every_s : work between checkpoints [s]; the best if left out.

    Raises
    ------
    OutOfRangeError : a time outside its range.

    Source: daly2006.

    >>> round(goodput(10.0, 600.0, 18_000.0), 4)
    0.9353
    """
    _positive(checkpoint_s, between_faults_s)
    if not (restart_s >= 0 and isfinite(restart_s)):
        raise OutOfRangeError(f"a restart takes {restart_s:g} s", where="facility.goodput")
    work_s = interval_s(checkpoint_s, between_faults_s) if every_s is None else every_s
    _positive(work_s, between_faults_s)
    rollback, again = (work_s + checkpoint_s) / between_faults_s, restart_s / between_faults_s
    if rollback > 700 or again > 700:
        return 0.0
    return work_s / (between_faults_s * (1.0 + expm1(again)) * expm1(rollback))


def first_order(checkpoint_s: float, restart_s: float, between_faults_s: float) -> float:
    """Return the same to first order, for rare faults: 1 - sqrt(2 d / M) - R / M [1].

    Source: young1974.
    """
    return 1.0 - sqrt(2.0 * checkpoint_s / between_faults_s) - restart_s / between_faults_s


def _positive(*times_s: float) -> None:
    for one in times_s:
        if not (one > 0 and isfinite(one)):
            raise OutOfRangeError(f"a time of {one:g} s", where="facility.goodput", mend="It must be positive")
