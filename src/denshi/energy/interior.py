"""An interior point method that knows the year: hours couple only to their neighbours and to a few shared columns.

Primal-dual predictor-corrector steps (mehrotra1992) with a centrality corrector (gondzio1996). The Newton system is
banded in time (``newton.py``), so that an iteration over 8,760 hours takes tens of milliseconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from denshi.energy.newton import Factor, factorise, solve
from denshi.energy.pattern import Pattern, Standard, Vector

TOLERANCE = 1e-9
MOST_ITERATIONS = 250

# A step ends this share of the way to the nearest bound.
_SHORT_OF = 0.9995


@dataclass(frozen=True, slots=True)
class Point:
    """A primal-dual point: x, upper - x, duals of the rows, of the lower and of the upper bounds."""

    x: Vector
    room: Vector
    y: Vector
    lower: Vector
    upper: Vector


@dataclass(frozen=True, slots=True)
class State:
    """How far a point is from optimal: residuals, complementarity and relative gap."""

    primal: Vector
    dual: Vector
    mu: float
    gap: float
    error: float


def interior_point(
    form: Standard, pattern: Pattern, progress: Callable[[str], None] | None = None
) -> tuple[Vector, Vector, int, bool]:
    """Solve a programme in standard form.

    Returns
    -------
    x, duals of the rows, iterations, whether the relative gap and the dual residual fell below 1e-9 and the primal
    residual below 1e-8 of the mean load.
    """
    # A programme without a solution drives its duals beyond all bounds; that ends below, and is no fault.
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return _iterate(form, pattern, progress)


def _iterate(
    form: Standard, pattern: Pattern, progress: Callable[[str], None] | None
) -> tuple[Vector, Vector, int, bool]:
    bounded = np.isfinite(form.upper)
    point = _start(form, pattern, bounded)
    stalled = 0
    for iteration in range(MOST_ITERATIONS):
        state = _state(form, point, bounded)
        if progress is not None and iteration % 10 == 0:
            progress(f"solve: step {iteration}, gap {state.gap:.0e}")
        if max(state.gap, state.error) < TOLERANCE:
            return point.x, point.y, iteration, True
        theta = _theta(point, bounded)
        if not np.isfinite(theta).all():
            return point.x, point.y, iteration, False
        try:
            factor = factorise(form, pattern, theta)
        except np.linalg.LinAlgError:
            return point.x, point.y, iteration, False
        step, lengths = _direction(factor, point, state, bounded)
        stalled = stalled + 1 if max(lengths) < 1e-4 else 0
        if stalled > 4 or not np.isfinite(state.gap):
            return point.x, point.y, iteration, False
        point = _moved(point, step, *lengths)
    return point.x, point.y, MOST_ITERATIONS, False


def _start(form: Standard, pattern: Pattern, bounded: npt.NDArray[np.bool_]) -> Point:
    """Begin at the least-squares point, pushed inside the bounds."""
    factor = factorise(form, pattern, np.ones_like(form.cost))
    x, _ = solve(factor, form.rhs, np.zeros_like(form.cost))
    _, y = solve(factor, np.zeros_like(form.rhs), form.cost)
    reduced = form.cost - form.rows @ y
    top = np.where(bounded, form.upper, 1.0)
    x = np.where(bounded, np.clip(x, 0.1 * np.minimum(top, 1.0), 0.9 * top), np.maximum(x, 0.1))
    push = 0.1 * float(np.abs(form.cost).max())
    return Point(
        x=x,
        room=np.where(bounded, top - x, 1.0),
        y=y,
        lower=np.maximum(reduced, 0.0) + push,
        upper=np.where(bounded, np.maximum(-reduced, 0.0) + push, 0.0),
    )


def _state(form: Standard, point: Point, bounded: npt.NDArray[np.bool_]) -> State:
    primal = form.rhs - form.matrix @ point.x
    dual = form.cost - form.rows @ point.y - point.lower + point.upper
    top = np.where(bounded, form.upper, 0.0)
    cost = float(form.cost @ point.x)
    bound = float(form.rhs @ point.y - top @ point.upper)
    error_primal = 0.1 * np.abs(primal).max()
    error_dual = np.abs(dual).max() / np.abs(form.cost).max()
    return State(
        primal=primal,
        dual=dual,
        mu=_complementarity(point, bounded),
        gap=abs(cost - bound) / (1e-12 + abs(cost)),
        error=float(max(error_primal, error_dual)),
    )


def _complementarity(point: Point, bounded: npt.NDArray[np.bool_]) -> float:
    return float(point.x @ point.lower + point.room @ point.upper) / (len(point.x) + int(bounded.sum()))


def _theta(point: Point, bounded: npt.NDArray[np.bool_]) -> Vector:
    weight: Vector = 1.0 / (point.lower / point.x + np.where(bounded, point.upper / point.room, 0.0))
    return weight


def _direction(
    factor: Factor, point: Point, state: State, bounded: npt.NDArray[np.bool_]
) -> tuple[Point, tuple[float, float]]:
    """Return the step and the longest lengths that stay inside the bounds, primal and dual."""
    affine = _newton(factor, point, state, bounded, -point.x * point.lower, -point.room * point.upper)
    ahead = _moved(point, affine, *_lengths(point, affine, bounded))
    aim = (_complementarity(ahead, bounded) / state.mu) ** 3 * state.mu
    below = aim - point.x * point.lower - affine.x * affine.lower
    above = np.where(bounded, aim - point.room * point.upper + affine.x * affine.upper, 0.0)
    step = _newton(factor, point, state, bounded, below, above)
    lengths = _lengths(point, step, bounded)
    ahead = _moved(point, step, *(min(1.0, 1.1 * length + 0.1) for length in lengths))
    below = below + _toward(ahead.x * ahead.lower, aim)
    above = np.where(bounded, above + _toward(ahead.room * ahead.upper, aim), 0.0)
    centred = _newton(factor, point, state, bounded, below, above)
    longer = _lengths(point, centred, bounded)
    if longer[0] > 1.01 * lengths[0] or longer[1] > 1.01 * lengths[1]:
        return centred, longer
    return step, lengths


def _toward(product: Vector, aim: float) -> Vector:
    """Return what brings complementarity products into [0.1, 10] times the aim."""
    return np.maximum(np.clip(product, 0.1 * aim, 10.0 * aim) - product, -10.0 * aim)


def _newton(
    factor: Factor, point: Point, state: State, bounded: npt.NDArray[np.bool_], below: Vector, above: Vector
) -> Point:
    """Solve for the step with x dz + z dx = below and its twin at the upper bounds."""
    right = state.dual - below / point.x + np.where(bounded, above / point.room, 0.0)
    dx, dy = solve(factor, state.primal, right)
    return Point(
        x=dx,
        room=np.where(bounded, -dx, 0.0),
        y=dy,
        lower=(below - point.lower * dx) / point.x,
        upper=np.where(bounded, (above + point.upper * dx) / point.room, 0.0),
    )


def _lengths(point: Point, step: Point, bounded: npt.NDArray[np.bool_]) -> tuple[float, float]:
    primal = min(_longest(point.x, step.x), _longest(point.room[bounded], step.room[bounded]))
    dual = min(_longest(point.lower, step.lower), _longest(point.upper[bounded], step.upper[bounded]))
    return primal, dual


def _longest(value: Vector, change: Vector) -> float:
    falling = change < 0.0
    return min(1.0, _SHORT_OF * float(np.min(-value[falling] / change[falling], initial=np.inf)))


def _moved(point: Point, step: Point, primal: float, dual: float) -> Point:
    return replace(
        point,
        x=point.x + primal * step.x,
        room=point.room + primal * step.room,
        y=point.y + dual * step.y,
        lower=point.lower + dual * step.lower,
        upper=point.upper + dual * step.upper,
    )
