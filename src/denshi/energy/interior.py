"""An interior point method that knows the year: hours couple only to their neighbours and to a few shared columns.

Primal-dual predictor-corrector steps (mehrotra1992) with a centrality corrector (gondzio1996). The Newton system is
banded in time (``newton.py``), so that an iteration over 8,760 hours takes tens of milliseconds.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from denshi.energy.newton import Factor, factorise, solve
from denshi.energy.pattern import Index, Pattern, Standard, Vector

TOLERANCE = 1e-8
MOST_ITERATIONS = 250

# Centrality correctors at most, the gain in step length that is worth another, the length that needs none.
_CORRECTORS = 3
_GAIN = 0.05
_LONG = 0.9
_REACH = 0.5
_WEIGHTS = 4
# Where the error has not come down to this share in so many steps, a short step is followed by steps that aim at a
# share of the present complementarity instead of at none: a smaller one after a long step, a larger one after a short.
_PATIENCE = 15
_HEADWAY = 0.5
_SHORT = 0.1
_FIRST_AIM, _LEAST_AIM, _MOST_AIM = 0.3, 0.05, 0.8
_HALF = 0.5
_SETTLING = 3
# A step ends this share of the way to the nearest bound.
_SHORT_OF = 0.9995
# Where rounding has taken over, points get worse: this much worse than the best ends the search.
_WORSE = 1e3


@dataclass(frozen=True, slots=True)
class Point:
    """A primal-dual point: x, duals of rows and lower bounds; room and duals of those upper bounds that exist."""

    x: Vector
    room: Vector
    y: Vector
    lower: Vector
    upper: Vector


@dataclass(frozen=True, slots=True)
class State:
    """How far a point is from optimal: residuals, complementarity, relative gap, and the worst of all.

    ``enough`` is the complementarity at which the gap is well below the tolerance; beyond it only rounding grows.
    """

    primal: Vector
    dual: Vector
    mu: float
    enough: float
    gap: float
    error: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """The best point found, after how many steps, and whether it is within the tolerance."""

    x: Vector
    y: Vector
    steps: int
    solved: bool


def interior_point(
    form: Standard, pattern: Pattern, progress: Callable[[str], None] | None = None, most_steps: int = MOST_ITERATIONS
) -> Outcome:
    """Solve a programme in standard form, in a number of steps at most.

    Returns
    -------
    Outcome; solved where relative gap, dual residual and primal residual (in a tenth of a mean load) are below 1e-8.
    """
    # A programme without a solution drives its duals beyond all bounds; that ends below, and is no fault.
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return _iterate(form, pattern, progress, most_steps)


def _iterate(form: Standard, pattern: Pattern, progress: Callable[[str], None] | None, most_steps: int) -> Outcome:
    bounded = np.flatnonzero(np.isfinite(form.upper))
    point = _start(form, pattern, bounded)
    best, least, stalled = point, np.inf, 0
    errors: list[float] = []
    slow, aim, lengths = False, 0.0, (1.0, 1.0)
    for step in range(most_steps):
        state = _state(form, point, bounded)
        if progress is not None and step % 10 == 0:
            progress(f"solve: step {step}, gap {state.gap:.0e}")
        if state.error < least:
            best, least = point, state.error
        theta = _theta(point, bounded)
        lost = not np.isfinite(theta).all() or (least < 1e-6 and state.error > _WORSE * least)
        if least < TOLERANCE or stalled > 4 or lost:
            break
        try:
            factor = factorise(form, pattern, theta)
        except np.linalg.LinAlgError:
            break
        errors.append(least)
        slow = slow or (step >= _PATIENCE and least > _HEADWAY * errors[-_PATIENCE])
        aim = _aim(aim, min(lengths)) if slow else 0.0
        move, lengths = _direction(factor, point, state, bounded, aim)
        stalled = stalled + 1 if max(lengths) < 1e-4 else 0
        point = _moved(point, move, *lengths)
    solved = least < TOLERANCE
    return Outcome(_settled(form, pattern, best, bounded) if solved else best.x, best.y, step, solved)


def _aim(before: float, length: float) -> float:
    """Return the share of the present complementarity to aim at, after one and the length of the step it led to."""
    if before == 0.0:
        return _FIRST_AIM if length < _SHORT else 0.0
    if length > _LONG:
        return max(0.5 * before, _LEAST_AIM)
    return min(2.0 * before, _MOST_AIM) if length < _HALF else before


def _settled(form: Standard, pattern: Pattern, point: Point, bounded: Index) -> Vector:
    """Return the columns of a point with what its rows are still off by taken out, as far as no bound is crossed."""
    x, off = point.x, form.rhs - form.matrix @ point.x
    factor = factorise(form, pattern, _theta(point, bounded))
    for _ in range(_SETTLING):
        move, _ = solve(factor, off, np.zeros_like(x))
        room = form.upper[bounded] - x[bounded]
        better = x + min(_longest(x, move), _longest(room, -move[bounded])) * move
        left = form.rhs - form.matrix @ better
        if not np.abs(left).max() < np.abs(off).max():
            break
        x, off = better, left
    return x


def _start(form: Standard, pattern: Pattern, bounded: Index) -> Point:
    """Begin at the least-squares point, pushed inside the bounds."""
    factor = factorise(form, pattern, np.ones_like(form.cost))
    x, _ = solve(factor, form.rhs, np.zeros_like(form.cost))
    _, y = solve(factor, np.zeros_like(form.rhs), form.cost)
    reduced = form.cost - form.transposed @ y
    top = form.upper[bounded]
    inside = np.clip(x[bounded], 0.1 * np.minimum(top, 1.0), 0.9 * top)
    x = np.maximum(x, 0.1)
    x[bounded] = inside
    push = 0.1 * float(np.abs(form.cost).max())
    return Point(
        x=x,
        room=top - inside,
        y=y,
        lower=np.maximum(reduced, 0.0) + push,
        upper=np.maximum(-reduced[bounded], 0.0) + push,
    )


def _state(form: Standard, point: Point, bounded: Index) -> State:
    primal = form.rhs - form.matrix @ point.x
    dual = form.cost - form.transposed @ point.y - point.lower
    dual[bounded] += point.upper
    cost = float(form.cost @ point.x)
    bound = float(form.rhs @ point.y - form.upper[bounded] @ point.upper)
    gap = abs(cost - bound) / (1e-12 + abs(cost))
    error = max(gap, 0.1 * float(np.abs(primal).max()), float(np.abs(dual).max() / np.abs(form.cost).max()))
    enough = 0.1 * TOLERANCE * (1e-12 + abs(cost)) / (len(point.x) + len(point.room))
    return State(primal=primal, dual=dual, mu=_complementarity(point), enough=enough, gap=gap, error=error)


def _complementarity(point: Point) -> float:
    return float(point.x @ point.lower + point.room @ point.upper) / (len(point.x) + len(point.room))


def _theta(point: Point, bounded: Index) -> Vector:
    weight = point.lower / point.x
    weight[bounded] += point.upper / point.room
    inverse: Vector = 1.0 / weight
    return inverse


def _direction(
    factor: Factor, point: Point, state: State, bounded: Index, least_aim: float
) -> tuple[Point, tuple[float, float]]:
    """Return the step and the longest lengths that stay inside the bounds, primal and dual.

    A predictor, the second-order corrector, then centrality correctors as long as they lengthen the step
    (colombo2008): each is weighted, primal and dual apart, so that the step becomes longest. ``least_aim`` is the share
    of the present complementarity that is aimed at, at least; with one, the first corrector is taken whole.
    """
    step = _newton(factor, point, state, bounded, -point.x * point.lower, -point.room * point.upper)
    lengths = _lengths(point, step)
    ahead = _moved(point, step, *lengths)
    aim = max((_complementarity(ahead) / state.mu) ** 3 * state.mu, least_aim * state.mu, state.enough)
    below, above = aim - step.x * step.lower, aim - step.room * step.upper
    for turn in range(1 + _CORRECTORS):
        change = _newton(factor, point, None, bounded, below, above)
        whole = least_aim > 0.0 and turn == 0
        step, longer = _weighted(point, step, change, (1.0, 1.0) if whole else lengths)
        gained = longer[0] + longer[1] - lengths[0] - lengths[1]
        lengths = longer
        if (gained < _GAIN and not whole) or min(lengths) > _LONG:
            break
        ahead = _moved(point, step, *(min(1.0, length + _REACH) for length in lengths))
        below = _toward(ahead.x * ahead.lower, aim)
        above = _toward(ahead.room * ahead.upper, aim)
    return step, lengths


def _weighted(
    point: Point, step: Point, change: Point, lengths: tuple[float, float]
) -> tuple[Point, tuple[float, float]]:
    """Add as much of a corrector to a step as makes it longest, primal and dual apart."""
    weights = np.linspace(max(lengths[0] * lengths[1], 0.1), 1.0, _WEIGHTS)
    primal, p = _best_weight(((point.x, step.x, change.x), (point.room, step.room, change.room)), weights)
    dual, d = _best_weight(((point.lower, step.lower, change.lower), (point.upper, step.upper, change.upper)), weights)
    together = Point(
        x=step.x + p * change.x,
        room=step.room + p * change.room,
        y=step.y + d * change.y,
        lower=step.lower + d * change.lower,
        upper=step.upper + d * change.upper,
    )
    return together, (primal, dual)


def _best_weight(parts: Iterable[tuple[Vector, Vector, Vector]], weights: Vector) -> tuple[float, float]:
    """Return the longest length over the weights of a change, and the weight that allows it."""
    blocking = []
    for value, step, change in parts:
        first, last = (step + weights[0] * change) / value, (step + weights[-1] * change) / value
        # Linear in the weight: what keeps inside at both ends keeps inside between them.
        near = np.flatnonzero(np.minimum(first, last) < -_SHORT_OF)
        blocking.append((step[near] / value[near], change[near] / value[near]))
    found = []
    for weight in weights.tolist():
        least = min(float(np.min(step + weight * change, initial=-_SHORT_OF)) for step, change in blocking)
        found.append((-_SHORT_OF / least, weight))
    return max(found)


def _toward(product: Vector, aim: float) -> Vector:
    """Return what brings complementarity products into [0.1, 10] times the aim."""
    return np.maximum(np.clip(product, 0.1 * aim, 10.0 * aim) - product, -10.0 * aim)


def _newton(factor: Factor, point: Point, state: State | None, bounded: Index, below: Vector, above: Vector) -> Point:
    """Solve for the step with x dz + z dx = below and its twin at the upper bounds."""
    right = -below / point.x if state is None else state.dual - below / point.x
    right[bounded] += above / point.room
    dx, dy = solve(factor, np.zeros_like(point.y) if state is None else state.primal, right)
    return Point(
        x=dx,
        room=-dx[bounded],
        y=dy,
        lower=(below - point.lower * dx) / point.x,
        upper=(above + point.upper * dx[bounded]) / point.room,
    )


def _lengths(point: Point, step: Point) -> tuple[float, float]:
    primal = min(_longest(point.x, step.x), _longest(point.room, step.room))
    return primal, min(_longest(point.lower, step.lower), _longest(point.upper, step.upper))


def _longest(value: Vector, change: Vector) -> float:
    return min(1.0, _SHORT_OF / max(float(np.max(-change / value, initial=0.0)), 1e-300))


def _moved(point: Point, step: Point, primal: float, dual: float) -> Point:
    return Point(
        x=point.x + primal * step.x,
        room=point.room + primal * step.room,
        y=point.y + dual * step.y,
        lower=point.lower + dual * step.lower,
        upper=point.upper + dual * step.upper,
    )
