"""When to stop: keep, leave, or move to a second use, month by month, with bounds from both sides.

A rule is learnt by least squares on one set of paths. Played on another set it earns what any rule earns at most: a
bound from below. On those paths a martingale, regressed on the shocks of each month, is taken from the payoffs of one
who knows the future; what such a one then earns is a bound from above.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Paths = NDArray[np.float64]
Months = NDArray[np.int64]

_SMALLEST = 1e-11


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What may be chosen at the start of each month, and what it pays then [USD].

    Attributes
    ----------
    keep : flow of the month in the first use, shape (paths, months), known at its start.
    leave : what leaving pays, shape (1 or paths, months + 1); at the end of the last month all leave.
    factor : discount factor of a month.
    state : month -> what is known at its start, shape (paths, columns), without a constant.
    shocks : month -> what happens until the next, shape (paths, columns), of mean 0 whatever is known.
    other : flow of the month in the second use, as ``keep``; None where there is none. Who moves does not move back.
    switch : cost of moving to it.
    """

    keep: Paths
    leave: Paths
    factor: float
    state: Callable[[int], Paths]
    shocks: Callable[[int], Paths]
    other: Paths | None = None
    switch: float = 0.0

    @property
    def months(self) -> int:
        """Months of the horizon."""
        return int(self.keep.shape[1])


@dataclass(frozen=True, slots=True)
class Month:
    """What a month's regressions found: scale of the state, weights of what lies ahead, of the martingale."""

    middle: Paths
    width: Paths
    ahead: Paths
    martingale: Paths


@dataclass(frozen=True, slots=True)
class Played:
    """A rule on a set of paths; one entry a path.

    ``value`` and ``most`` : present value under the rule, and under foresight less the martingale [USD].
    ``left`` : month in which it leaves. ``moved`` : month in which it moves, -1 where it does not.
    ``worth`` : month -> estimated value of being in the first use then [USD of that month].
    """

    value: Paths
    most: Paths
    left: Months
    moved: Months
    worth: dict[int, Paths]


def learn(choices: Choices) -> tuple[Month, ...]:
    """Return the rule that the paths teach, one entry a month.

    Backwards from the horizon, what lies ahead of each use is regressed on the state; the value is then

    .. math:: V_t = \\max(S_t,\\; a_t + \\delta E[V_{t+1}],\\; -K + b_t + \\delta E[W_{t+1}]), \\quad
        W_t = \\max(S_t,\\; b_t + \\delta E[W_{t+1}])

    and the martingale's step the regression of V and W on the state times the shocks.

    Parameters
    ----------
    choices : on at least some hundred paths.

    Source: longstaff2001 for the rule; rogers2002 for the bound from above, belomestny2009 for its regression.
    """
    paths = len(choices.keep)
    ahead = np.repeat(_leave(choices, choices.months, paths)[:, None], 2, axis=1)
    fitted = ahead.copy()
    found: list[Month] = []
    for t in reversed(range(choices.months)):
        raw = choices.state(t)
        middle, width = raw.mean(axis=0), raw.std(axis=0)
        basis = _basis(raw, middle, width)
        weights = _regressed(basis, ahead)
        steps = _steps(basis, choices.shocks(t))
        martingale = _regressed(steps, fitted - basis @ weights)
        one = Month(middle, width, weights, martingale)
        found.append(one)
        first, second, chosen = _options(choices, t, basis @ weights)
        leave = _leave(choices, t, paths)
        use = choices.keep[:, t] if choices.other is None else choices.other[:, t]
        moved = np.where(second >= leave, use + choices.factor * ahead[:, 1], leave)
        kept = choices.keep[:, t] + choices.factor * ahead[:, 0]
        ahead = np.stack([np.choose(chosen, [leave, kept, moved - choices.switch]), moved], 1)
        fitted = np.stack([first, np.maximum(leave, second)], 1)
    return tuple(reversed(found))


def play(choices: Choices, rule: tuple[Month, ...], at: tuple[int, ...] = ()) -> Played:
    """Play a rule on paths that did not teach it.

    The mean of ``value`` is at most the true value, that of ``most`` at least, but for the noise of the paths:

    .. math:: U_t = \\max(S_t,\\; a_t + \\delta (U_{t+1} - \\Delta M_{t+1}),\\; -K + U'_t), \\quad
        E[\\Delta M_{t+1} | t] = 0

    Parameters
    ----------
    choices : on fresh paths. rule : of as many months. at : months whose worth is kept.

    Source: longstaff2001, rogers2002.
    """
    paths, months = len(choices.keep), choices.months
    last = _leave(choices, months, paths)
    value = np.repeat(last[:, None], 2, axis=1)
    most = value.copy()
    left = np.full((paths, 2), months)
    moved = np.full(paths, -1)
    worth = {months: last} if months in at else {}
    for t in reversed(range(months)):
        one = rule[t]
        basis = _basis(choices.state(t), one.middle, one.width)
        first, second, chosen = _options(choices, t, basis @ one.ahead)
        leave = _leave(choices, t, paths)
        use = choices.keep[:, t] if choices.other is None else choices.other[:, t]
        stays = second >= leave
        after = np.where(stays, use + choices.factor * value[:, 1], leave)
        after_left = np.where(stays, left[:, 1], t)
        kept = choices.keep[:, t] + choices.factor * value[:, 0]
        value = np.stack([np.choose(chosen, [leave, kept, after - choices.switch]), after], 1)
        left = np.stack([np.choose(chosen, [np.full(paths, t), left[:, 0], after_left]), after_left], 1)
        moved = np.choose(chosen, [np.full(paths, -1), moved, np.full(paths, t)])
        less = most - _steps(basis, choices.shocks(t)) @ one.martingale
        most_after = np.maximum(leave, use + choices.factor * less[:, 1])
        most_kept = np.maximum(leave, choices.keep[:, t] + choices.factor * less[:, 0])
        if choices.other is not None:
            most_kept = np.maximum(most_kept, most_after - choices.switch)
        most = np.stack([most_kept, most_after], 1)
        if t in at:
            worth[t] = first
    return Played(value[:, 0], most[:, 0], left[:, 0], moved, worth)


def _options(choices: Choices, t: int, ahead: Paths) -> tuple[Paths, Paths, Months]:
    """Return the worth of the first use, that of going on in the second, and 0 leave, 1 keep, 2 move."""
    leave = _leave(choices, t, len(ahead))
    keep = choices.keep[:, t] + choices.factor * ahead[:, 0]
    if choices.other is None:
        return np.maximum(leave, keep), keep, (keep >= leave).astype(np.int64)
    second = choices.other[:, t] + choices.factor * ahead[:, 1]
    options = np.stack([leave, keep, second - choices.switch], 1)
    # Of equal options the first use is kept.
    chosen = np.where(keep >= options.max(axis=1), 1, options.argmax(axis=1))
    return options.max(axis=1), second, chosen


def _leave(choices: Choices, t: int, paths: int) -> Paths:
    return np.broadcast_to(choices.leave[:, t], (paths,))


def _basis(raw: Paths, middle: Paths, width: Paths) -> Paths:
    scale = np.where(width > _SMALLEST * (1.0 + np.abs(middle)), width, np.inf)
    return np.concatenate([np.ones((len(raw), 1)), (raw - middle) / scale], axis=1)


def _steps(basis: Paths, shocks: Paths) -> Paths:
    return np.asarray((basis[:, :, None] * shocks[:, None, :]).reshape(len(basis), -1))


def _regressed(columns: Paths, target: Paths) -> Paths:
    """Return least-squares weights by the normal equations; directions without spread get none."""
    square = columns.T @ columns / len(columns)
    return np.asarray(np.linalg.lstsq(square, columns.T @ target / len(columns), rcond=_SMALLEST)[0])
