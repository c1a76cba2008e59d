"""When to go on, change over or stop, by least squares Monte Carlo; a bound from below and one from above.

At each step an owner in use m takes the best of

    stop         what stopping brings
    change over  the worth of use m + 1 less what the change costs
    go on        what the step earns and what the next one is worth, discounted

What the next step is worth is regressed on the state. The rule that this gives, played on fresh paths, is a bound from
below. From above: the best decisions in hindsight, less the part of the hindsight that the regression explains.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Weights = tuple[Matrix, ...]
Expect = Callable[[Matrix, Callable[[Matrix], Matrix]], Matrix]


@dataclass(frozen=True, slots=True)
class Problem:
    """What each decision brings, in functions of step and states [path, …].

    ``running`` gives what a step earns in each use [use, path]; ``stop`` what stopping brings [path]; ``change`` the
    cost of going from each use to the next; ``basis`` the functions of the regression [path, function]. Where it is
    not ``free`` to stop, it stops at the end alone.
    """

    steps: int
    discount: float
    running: Callable[[int, Matrix], Matrix]
    stop: Callable[[int, Matrix], Vector]
    change: tuple[float, ...]
    basis: Callable[[int, Matrix], Matrix]
    free: bool = True


@dataclass(frozen=True, slots=True)
class Played:
    """What a rule brings on each path, when it stops, and when it changes over for the first time (or never: steps)."""

    worth: Vector
    stopped: NDArray[np.int64]
    changed: NDArray[np.int64]


def fit(problem: Problem, paths: Matrix) -> Weights:
    """Return the weights of the regression at each step, [use, function].

    Parameters
    ----------
    paths : [step, path, …], one state more than steps.

    Source: longstaff2001.
    """
    uses = len(problem.change) + 1
    ahead = np.tile(problem.stop(problem.steps, paths[-1]), (uses, 1))
    weights: list[Matrix] = []
    for step in range(problem.steps - 1, -1, -1):
        state = paths[step]
        basis, earned = problem.basis(step, state), problem.running(step, state)
        target = problem.discount * ahead
        solved = np.asarray(np.linalg.lstsq(basis, target.T, rcond=None)[0].T, dtype=np.float64)
        weights.append(solved)
        guessed, brought = earned + solved @ basis.T, earned + target
        ahead = _best(problem, guessed, brought, problem.stop(step, state))[1]
    return tuple(reversed(weights))


def worth(problem: Problem, weights: Weights, step: int, state: Matrix) -> Matrix:
    """Return what being in each use is worth as the regression has it, [use, path]."""
    stop = problem.stop(step, state)
    if step == problem.steps:
        return np.tile(stop, (len(problem.change) + 1, 1))
    guessed = problem.running(step, state) + weights[step] @ problem.basis(step, state).T
    return _best(problem, guessed, guessed, stop)[0]


def play(problem: Problem, weights: Weights, paths: Matrix) -> Played:
    """Return what the rule brings on paths that it was not made from: its mean bounds the worth from below."""
    count = paths.shape[1]
    use = np.zeros(count, dtype=np.int64)
    stopped = np.full(count, problem.steps)
    changed = np.full(count, problem.steps)
    going = np.ones(count, dtype=bool)
    total, factor = np.zeros(count), 1.0
    for step in range(problem.steps):
        state = paths[step]
        earned, stop = problem.running(step, state), problem.stop(step, state)
        guessed = earned + weights[step] @ problem.basis(step, state).T
        every = np.arange(count)
        for one, cost in enumerate(problem.change):
            best_ahead = _best(problem, guessed, guessed, stop)[0][one + 1]
            moves = going & (use == one) & (best_ahead - cost > guessed[one])
            # Who would change over only to stop stops where he is.
            moves &= ~(problem.free & (stop >= best_ahead - cost))
            total[moves] -= factor * cost
            changed[moves] = np.minimum(changed[moves], step)
            use[moves] = one + 1
        ends = going & (stop >= guessed[use, every]) if problem.free else np.zeros(count, dtype=bool)
        total[ends] += factor * stop[ends]
        stopped[ends] = step
        going &= ~ends
        total[going] += factor * earned[use, every][going]
        factor *= problem.discount
    last = problem.stop(problem.steps, paths[-1])
    total[going] += factor * last[going]
    return Played(total, stopped, changed)


def above(problem: Problem, weights: Weights, paths: Matrix, expect: Expect) -> Vector:
    """Return a bound from above of each path: its mean is not below the worth of any rule.

    .. math:: u_t = \\max(\\text{stop}, u^{m+1}_t - c, \\text{earned} + \\beta u_{t+1} -
        \\beta (V_{t+1} - E_t[V_{t+1}]))

    The nearer V, the worth as the regression has it, is to the truth, the nearer the bound.

    Parameters
    ----------
    expect : expectation of a function of the next state, given states.

    Source: rogers2002.
    """
    bound = worth(problem, weights, problem.steps, paths[-1])
    for step in range(problem.steps - 1, -1, -1):
        state = paths[step]
        later = worth(problem, weights, step + 1, paths[step + 1])
        mean = expect(state, lambda at, step=step: worth(problem, weights, step + 1, at))  # type: ignore[misc]
        kept = problem.running(step, state) + problem.discount * (bound - later + mean)
        bound = _best(problem, kept, kept, problem.stop(step, state))[0]
    first: Vector = bound[0]
    return first


def _best(problem: Problem, guessed: Matrix, brought: Matrix, stop: Vector) -> tuple[Matrix, Matrix]:
    """Return what each use is thought to be worth, and what the decisions that follow from that bring."""
    thought, real = guessed.copy(), brought.copy()
    for use in range(len(guessed) - 1, -1, -1):
        if use < len(problem.change):
            over = thought[use + 1] - problem.change[use]
            better = over > thought[use]
            thought[use] = np.where(better, over, thought[use])
            real[use] = np.where(better, real[use + 1] - problem.change[use], real[use])
        if problem.free:
            ends = stop >= thought[use]
            thought[use] = np.where(ends, stop, thought[use])
            real[use] = np.where(ends, stop, real[use])
    return thought, real
